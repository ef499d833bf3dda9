//! Customers: every customer in a table that is sorted, filtered and searched by the worker, page by page.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::client;
use super::super::state::App;
use super::super::widgets::{self, ENDINGS};
use crate::analytics::value_matrix::ValueClass;
use crate::locale::{Lang, say, text};
use crate::report::CustomerPattern as Pattern;
use crate::report::{CustomerFilter, CustomerQuery, CustomerRow, CustomerStage, Report, SortKey};

/// Rows asked for at a time: more than a screen shows, few enough that laying the table out holds nothing up.
const PAGE: usize = 40;

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let sort = RwSignal::new((SortKey::Revenue, true));
    let limit = RwSignal::new(PAGE);
    let filter = app.filter;
    Effect::new(move |_| {
        let (sort, descending) = sort.get();
        client::ask_customers(
            app,
            CustomerQuery { sort, descending, filter: filter.get(), offset: 0, limit: limit.get() },
        );
    });
    let all = report.overview.customers;
    let total = move || app.rows.with(|(_, r)| r.total);
    let shown = move || app.rows.with(|(_, r)| r.rows.len());
    let has_p = report.clv_model.as_ref().is_some_and(|c| !c.no_dropout);
    let rows = move || app.rows.with(|(_, r)| r.rows.iter().map(|row| line(lang, row, has_p)).collect_view());
    let change = move |f: &dyn Fn(&mut CustomerFilter)| {
        limit.set(PAGE);
        filter.update(|x| f(x));
    };
    let head = columns(lang, has_p).into_iter().map(move |(key, name)| {
        let order = move || match sort.get() {
            (k, true) if k == key => "descending",
            (k, false) if k == key => "ascending",
            _ => "none",
        };
        let press =
            move |_| sort.update(|s| *s = if s.0 == key { (key, !s.1) } else { (key, key != SortKey::Id) });
        let text = matches!(key, SortKey::Stage | SortKey::Pattern | SortKey::ValueClass);
        view! { <th scope="col" class:text=text aria-sort=order><button on:click=press>{name}</button></th> }
    });
    view! {
        {move || widgets::answer(say::customers_answer(lang, total(), all), false)}
        <div class="filters no-print">
            <input class="control search" type="search" placeholder=text::search_customers(lang) aria-label=text::search_customers(lang) data-testid="search"
                prop:value=move || filter.with(|f| f.search.clone()) on:input=move |e| { let v = event_target_value(&e); change(&|f| f.search.clone_from(&v)); }/>
            <select class="control" aria-label=text::stage(lang) on:change=move |e| { let v = event_target_value(&e); change(&|f| f.stage = CustomerStage::ALL.into_iter().find(|s| s.key() == v)); }>
                <option value="">{text::stage(lang)}": "{text::filter_all(lang)}</option>
                {CustomerStage::ALL.map(|s| view! { <option value=s.key() selected=move || filter.with(|f| f.stage == Some(s))>{say::stage(lang, s)}</option> }).collect_view()}
            </select>
            <select class="control" aria-label=text::pattern(lang) on:change=move |e| { let v = event_target_value(&e); change(&|f| f.pattern = patterns().into_iter().find(|p| p.key() == v)); }>
                <option value="">{text::pattern(lang)}": "{text::filter_all(lang)}</option>
                {patterns().map(|p| view! { <option value=p.key() selected=move || filter.with(|f| f.pattern == Some(p))>{say::pattern(lang, p)}</option> }).collect_view()}
            </select>
            <select class="control" aria-label=text::class(lang) on:change=move |e| { let v = event_target_value(&e); change(&|f| f.class = CLASSES.into_iter().find(|c| say::class(*c) == v)); }>
                <option value="">{text::class(lang)}": "{text::filter_all(lang)}</option>
                {CLASSES.map(|c| view! { <option value=say::class(c) selected=move || filter.with(|f| f.class == Some(c))>{say::class(c)}</option> }).collect_view()}
            </select>
            <label class="check"><input type="checkbox" prop:checked=move || filter.with(|f| f.alerted) on:change=move |e| { let v = event_target_checked(&e); change(&|f| f.alerted = v); }/>{text::only_alerted(lang)}</label>
            <button class="button" on:click=move |_| { limit.set(PAGE); filter.set(CustomerFilter::default()); }>{text::clear_filters(lang)}</button>
        </div>
        <div class="scroll customers"><table data-testid="customers"><thead><tr>{head.collect_view()}</tr></thead><tbody>{rows}</tbody></table></div>
        <Show when=move || app.rows.with(|(t, r)| *t > 0 && r.total == 0)><p class="lede">{text::no_rows(lang)}</p></Show>
        <Show when=move || shown() < total()>
            <p class="more no-print"><button class="button" on:click=move |_| limit.update(|l| *l += PAGE)>{text::load_more(lang)}</button></p>
        </Show>
        {widgets::how(lang, text::how_customers(lang), text::certainty_classified(lang), Vec::new())}
    }
}

const CLASSES: [ValueClass; 4] = [ValueClass::I, ValueClass::II, ValueClass::III, ValueClass::IV];

fn patterns() -> [Pattern; 5] {
    [ENDINGS[0], ENDINGS[1], ENDINGS[2], ENDINGS[3], Pattern::Active]
}

fn columns(lang: Lang, has_p: bool) -> Vec<(SortKey, &'static str)> {
    let mut list = vec![
        (SortKey::Id, text::col_id(lang)),
        (SortKey::Revenue, text::revenue(lang)),
        (SortKey::Transactions, text::orders(lang)),
        (SortKey::RecencyDays, text::col_recency(lang)),
        (SortKey::TenureDays, text::col_tenure(lang)),
        (SortKey::Stage, text::stage(lang)),
        (SortKey::Pattern, text::pattern(lang)),
        (SortKey::ValueClass, text::class(lang)),
        (SortKey::CurrentValue, text::current_value(lang)),
        (SortKey::GrowthPotential, text::growth_potential(lang)),
    ];
    if has_p {
        list.push((SortKey::PAlive, text::col_p_alive(lang)));
    }
    list.push((SortKey::Warning, text::col_warning(lang)));
    list
}

fn line(lang: Lang, row: &CustomerRow, has_p: bool) -> impl IntoView + use<> {
    let dash = || "–".to_owned();
    let stage = row.stage;
    let confidence =
        row.stage_confidence.filter(|_| stage != CustomerStage::Exited).map(|c| lang.percent0(c));
    let (class, word) = match row.warning {
        Some(w) if w >= 1.0 => ("pill left", text::warning_left(lang)),
        Some(w) if w >= 0.5 => ("pill alert", text::warning_alert(lang)),
        Some(_) => ("pill", text::warning_calm(lang)),
        None => ("pill", "–"),
    };
    view! {
        <tr>
            <td title=row.id.clone()>{row.id.clone()}</td>
            <td>{lang.money(row.revenue)}</td>
            <td>{lang.int(row.transactions)}</td>
            <td>{row.recency_days.map_or_else(dash, |d| lang.decimal(d, 0))}</td>
            <td>{lang.decimal(row.tenure_days / 30.4375, 1)}</td>
            <td class="text">{widgets::stage_name(lang, stage)}" "<small>{confidence}</small></td>
            <td class="text">{say::pattern(lang, row.pattern)}</td>
            <td class="text">{row.value_class.map_or("–", say::class)}</td>
            <td>{row.current_value.map_or_else(dash, |v| lang.compact(v))}</td>
            <td>{row.growth_potential.map_or_else(dash, |v| lang.compact(v))}</td>
            {has_p.then(|| view! { <td>{row.p_alive.map_or_else(dash, |p| lang.percent0(p))}</td> })}
            <td><span class=class>{word}</span></td>
        </tr>
    }
}
