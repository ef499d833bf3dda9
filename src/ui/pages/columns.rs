//! Columns: what each column is taken for, why, and how to change it before running.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::client;
use super::super::state::{App, Page};
use super::super::widgets;
use super::written;
use crate::ingest::{DateOrder, Mapping, Role, Shape, Table};
use crate::locale::{Lang, say, text};
use crate::protocol::{Look, Problem};
use crate::session::Activity;

/// What the page asks about, equal only to itself.
#[derive(Clone)]
struct Asked {
    table: Arc<Table>,
    problem: Option<Problem>,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
    }
}

/// The page. Without a question under way it asks the worker for one about the file on screen.
pub fn view(app: App, lang: Lang) -> impl IntoView {
    // While another proposal is made, or where it fails, the last one stays on screen.
    let asked = Memo::new(move |before: Option<&Option<Asked>>| {
        app.session.with(|s| match &s.activity {
            Activity::Mapping { table, problem, .. } => {
                Some(Asked { table: Arc::clone(table), problem: problem.clone() })
            }
            Activity::Running { .. } | Activity::Failed { .. } => before.cloned().flatten(),
            Activity::Idle => None,
        })
    });
    let idle = Memo::new(move |_| app.session.with(|s| s.activity == Activity::Idle));
    Effect::new(move |_| {
        // Where a result has just come, the page is already another.
        let is_here = app.page.get_untracked() == Page::Columns;
        if idle.get() && is_here && asked.with(Option::is_none) {
            match app.source.get_value() {
                Some(source) => client::open(app, source, None, Some(Look::default())),
                None => app.go(Page::Start),
            }
        }
    });
    let table = Signal::derive(move || asked.with(|a| a.as_ref().map(|a| Arc::clone(&a.table))));
    let trouble =
        move || asked.with(|a| a.as_ref().and_then(|a| a.problem.as_ref().map(|p| say::problem(lang, p))));
    let there = Memo::new(move |_| asked.with(Option::is_some));
    view! {
        <Show when=move || there.get()>
            <h1>{text::columns_title(lang)}</h1>
            <p class="lede">{text::columns_lede(lang)}</p>
            {move || trouble().map(|(what, remedy)| view! { <div class="trouble in-page" role="alert" data-testid="trouble"><p>{what}</p><p>{remedy}</p></div> })}
            {written::view(app, lang, table)}
            {move || table.get().map(|t| question(app, lang, &t))}
        </Show>
    }
}

fn question(app: App, lang: Lang, table: &Arc<Table>) -> impl IntoView + use<> {
    let roles = RwSignal::new(table.proposal.columns.iter().map(|c| c.role).collect::<Vec<_>>());
    let shape = RwSignal::new(table.proposal.shape);
    let date_order = RwSignal::new(None::<DateOrder>);
    let told = StoredValue::new(table.told.clone());
    let table_of = StoredValue::new(Arc::clone(table));
    let forget = move |_| {
        client::forget();
        written::look(app, told.get_value(), None);
    };
    let run = move |_| {
        let mapping = Mapping {
            shape: shape.get_untracked(),
            roles: roles.get_untracked(),
            date_order: date_order.get_untracked(),
            told: told.get_value(),
        };
        // The sample's columns are known: it must not speak for files of the user's that are named alike.
        if let Some(client::Source::Files(_)) = app.source.get_value() {
            table_of.with_value(|table| client::remember(table, &mapping));
        }
        if let Some(source) = app.source.get_value() {
            client::open(app, source, Some(mapping), None);
        }
    };
    let body = table.proposal.columns.clone().into_iter().map(|c| {
        let values: Vec<String> = table.preview.iter().filter_map(|row| row.get(c.index)).take(4).cloned().collect();
        let name = if c.name.is_empty() { format!("{} {}", text::columns_column(lang), c.index + 1) } else { c.name.clone() };
        let index = c.index;
        let why = say::evidence(lang, &c.evidence);
        let label = format!("{}: {name}", text::columns_role(lang));
        // A role belongs to one column: giving it to another takes it from the first.
        let choose = move |value: String| {
            let role = role_of(&value);
            roles.update(|all| {
                for (i, other) in all.iter_mut().enumerate() {
                    if i == index {
                        *other = role;
                    } else if role.is_some() && *other == role {
                        *other = None;
                    }
                }
            });
        };
        let options = move || {
            let now = roles.with(|r| r.get(index).copied().flatten());
            let list = shape.get().roles().to_vec();
            std::iter::once(None)
                .chain(list.into_iter().map(Some))
                .map(|role| view! { <option value=key(role) selected=role == now>{say::role(lang, role)}</option> })
                .collect_view()
        };
        view! { <tr>
            <td>{name}</td>
            <td><select class="control" aria-label=label data-testid=format!("role-{index}") on:change=move |e| choose(event_target_value(&e))>{options}</select></td>
            <td class="values">{values.join(lang.pick(", ", "，", "，"))}</td>
            <td class="why">{why}</td>
        </tr> }
    });
    let head: Vec<String> = table
        .proposal
        .columns
        .iter()
        .map(|c| if c.name.is_empty() { (c.index + 1).to_string() } else { c.name.clone() })
        .collect();
    let order = move |value: String| {
        date_order.set(match value.as_str() {
            "ymd" => Some(DateOrder::Ymd),
            "dmy" => Some(DateOrder::Dmy),
            "mdy" => Some(DateOrder::Mdy),
            _ => None,
        });
    };
    view! {
           <div class="options">
               <label>{text::columns_shape(lang)}
                   <select class="control" data-testid="shape" on:change=move |e| written::look(app, told.get_value(), Some(shape_of(&event_target_value(&e))))>
                       {Shape::ALL.map(|s| view! { <option value=shape_key(s) selected=move || shape.get() == s>{say::shape(lang, s)}</option> }).collect_view()}
                   </select>
               </label>
               <label>{text::columns_date_order(lang)}
                   <select class="control" data-testid="date-order" on:change=move |e| order(event_target_value(&e))>
                       <option value="">{text::date_order_auto(lang)}</option><option value="ymd">{text::date_order_ymd(lang)}</option>
                       <option value="dmy">{text::date_order_dmy(lang)}</option><option value="mdy">{text::date_order_mdy(lang)}</option>
                   </select>
               </label>
           </div>
           <div class="scroll columns"><table><thead><tr>
               <th scope="col">{text::columns_column(lang)}</th><th scope="col">{text::columns_role(lang)}</th>
               <th scope="col">{text::columns_values(lang)}</th><th scope="col">{text::columns_why(lang)}</th>
           </tr></thead><tbody>{body.collect_view()}</tbody></table></div>
    {table.remembered.then(|| view! {
               <p class="sub" data-testid="remembered">{text::columns_remembered(lang)}" "<button class="button" data-testid="forget" on:click=forget>{text::columns_forget(lang)}</button></p>
           })}
           <p class="block"><button class="button primary" data-testid="run" on:click=run>{text::columns_run(lang)}</button></p>
           <section class="block preview"><h2>{text::columns_first_rows(lang)}</h2>{widgets::table(head, table.preview.clone())}</section>
       }
}

fn key(role: Option<Role>) -> String {
    role.map_or_else(String::new, |r| format!("{r:?}"))
}

fn shape_key(shape: Shape) -> &'static str {
    match shape {
        Shape::Transactions => "transactions",
        Shape::Contracts => "contracts",
        Shape::RollUps => "rollUps",
        Shape::Customers => "customers",
    }
}

fn shape_of(value: &str) -> Shape {
    Shape::ALL.into_iter().find(|s| shape_key(*s) == value).unwrap_or_default()
}

fn role_of(value: &str) -> Option<Role> {
    Shape::ALL.into_iter().flat_map(Shape::roles).copied().find(|r| key(Some(*r)) == value)
}
