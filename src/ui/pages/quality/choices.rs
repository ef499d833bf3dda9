//! What each choice changes, and what the last one has changed.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::super::client;
use super::super::super::state::{App, Before};
use crate::locale::Lang;
use crate::locale::quality as words;
use crate::report::{Change, Choice, Figure, Report, Settings, compare};
use crate::session::Activity;

/// The choices, and above them the result of the last.
pub fn view(app: App, lang: Lang, report: &Arc<Report>) -> impl IntoView + use<> {
    let list = words::choices(lang, report, &app.settings.get_untracked());
    let before = app.before.get_untracked().filter(|b| !Arc::ptr_eq(&b.report, report));
    let now = Arc::clone(report);
    let idle = Memo::new(move |_| app.session.with(|s| !matches!(s.activity, Activity::Running { .. })));
    let none = list.is_empty() && before.is_none();
    let rows = list.into_iter().map(|row| {
        let action = match row.choice {
            Some(choice) => {
                let again = move |_| compute(app, choice);
                let label = format!("{}: {}", words::compute_again(lang), row.name);
                view! { <button class="button no-print" aria-label=label disabled=move || !idle.get() on:click=again>{words::compute_again(lang)}</button> }
                    .into_any()
            }
            None => view! { <small>{words::in_the_file(lang)}</small> }.into_any(),
        };
        view! { <li data-testid=format!("choice-{}", row.id)><b>{row.name}</b><span>{row.effect}</span><div class="worth">{action}</div></li> }
    });
    (!none).then(|| {
        view! {
            <section class="block"><h2>{words::choices_title(lang)}</h2><p class="sub">{words::choices_sub(lang)}</p>
                {before.map(|before| changed(lang, &before, &now))}
                <ul class="do choices" data-testid="choices">{rows.collect_view()}</ul>
            </section>
        }
    })
}

fn compute(app: App, choice: Choice) {
    let mut settings: Settings = app.settings.get_untracked();
    match choice {
        Choice::DropDuplicates => settings.duplicates = Some("drop".to_owned()),
        Choice::KeepDuplicates => settings.duplicates = None,
        Choice::AsOf(day) => settings.as_of = Some(day.iso()),
        Choice::WholeFile => settings.as_of = None,
    }
    client::run_again(app, choice, settings);
}

fn changed(lang: Lang, before: &Before, now: &Report) -> impl IntoView + use<> {
    let rows = compare(&before.report, now).into_iter().map(|change| {
        let shown = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), |x| figure(lang, change.figure, x));
        view! { <tr><td>{name(lang, change.figure)}</td><td>{shown(change.before)}</td><td>{shown(change.now)}</td><td>{difference(lang, &change)}</td></tr> }
    });
    view! {
        <div class="changed" role="status" data-testid="changed">
            <h3>{words::changed_title(lang, &words::choice_name(lang, before.choice))}</h3>
            <div class="scroll"><table><thead><tr>
                <th scope="col">{words::col_figure(lang)}</th><th scope="col">{words::col_before(lang)}</th>
                <th scope="col">{words::col_now(lang)}</th><th scope="col">{words::col_change(lang)}</th>
            </tr></thead><tbody>{rows.collect_view()}</tbody></table></div>
        </div>
    }
}

fn name(lang: Lang, figure: Figure) -> String {
    match figure {
        Figure::RowsUsed => words::fig_used(lang),
        Figure::Customers => words::fig_customers(lang),
        Figure::Active => words::fig_active(lang),
        Figure::Revenue => words::fig_revenue(lang),
        Figure::ChurnRate => words::fig_churn(lang),
        Figure::CustomerEquity => words::fig_equity(lang),
    }
}

fn figure(lang: Lang, figure: Figure, x: f64) -> String {
    match figure {
        Figure::RowsUsed | Figure::Customers | Figure::Active => lang.int(x),
        Figure::Revenue => lang.money(x),
        Figure::CustomerEquity => lang.compact(x),
        Figure::ChurnRate => lang.percent(x),
    }
}

fn difference(lang: Lang, change: &Change) -> String {
    let Some(x) = change.difference() else { return "–".to_owned() };
    let written = match change.figure {
        Figure::ChurnRate => words::points(lang, &lang.decimal(x * 100.0, 1)),
        other => figure(lang, other, x),
    };
    if x == 0.0 {
        words::unchanged(lang)
    } else if x > 0.0 {
        format!("+{written}")
    } else {
        written
    }
}
