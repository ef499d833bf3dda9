//! The parts pages are made of.

mod chart;

pub use chart::{ChartBox, Draw};

use leptos::prelude::*;

use super::state::{App, Page};
use crate::analytics::value_matrix::ValueClass;
use crate::locale::say::{self, Pieces};
use crate::locale::visible::visible;
use crate::locale::{Lang, text};
use crate::report::CustomerPattern as Pattern;
use crate::report::{Action, CustomerFilter, CustomerStage, Notice};

/// Text from a file: with what it hides written out, and kept from turning the order of what stands around it.
pub fn file_text(text: &str) -> impl IntoView + use<> {
    view! { <bdi class="from-file">{visible(text).into_owned()}</bdi> }
}

/// The page's answer, its key figures emphasized.
pub fn answer(pieces: Pieces, bad: bool) -> impl IntoView {
    let parts = pieces.into_iter().map(
        |(s, strong)| {
            if strong { view! { <em>{s}</em> }.into_any() } else { s.into_any() }
        },
    );
    view! { <h1 class="answer" class:bad=bad data-testid="answer">{parts.collect_view()}</h1> }
}

/// A table of ready words: the first column names the row, the rest are figures.
pub fn table(headers: Vec<String>, rows: Vec<Vec<String>>) -> impl IntoView {
    let head = headers.into_iter().map(|h| view! { <th scope="col">{h}</th> }).collect_view();
    let body = rows
        .into_iter()
        .map(|row| view! { <tr>{row.into_iter().map(|c| view! { <td>{c}</td> }).collect_view()}</tr> });
    view! {
        <div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body.collect_view()}</tbody></table></div>
    }
}

/// One figure of the strip: name, figure, what stands below it.
pub struct Kpi {
    /// Name.
    pub name: String,
    /// The figure.
    pub value: String,
    /// Interval, comparison, or unit.
    pub note: String,
    /// Handle for tests.
    pub id: &'static str,
}

/// A strip of figures.
pub fn kpis(items: Vec<Kpi>) -> impl IntoView {
    let cells = items.into_iter().map(|k| {
        view! { <div><dt>{k.name}</dt><dd data-testid=k.id>{k.value}<small>{k.note}</small></dd></div> }
    });
    view! { <dl class="kpis">{cells.collect_view()}</dl> }
}

/// Method, source and certainty, folded.
pub fn how(
    lang: Lang,
    method: &'static str,
    certainty: &'static str,
    parameters: Vec<String>,
) -> impl IntoView {
    view! {
        <details class="how">
            <summary>{text::how_computed(lang)}</summary>
            <p>{method}</p>
            {parameters.into_iter().map(|p| view! { <p>{p}</p> }).collect_view()}
            <p>{certainty}</p>
        </details>
    }
}

/// As [`how`], of ready sentences.
pub fn how_told(lang: Lang, sentences: Vec<String>) -> impl IntoView {
    view! {
        <details class="how">
            <summary>{text::how_computed(lang)}</summary>
            {sentences.into_iter().map(|p| view! { <p>{p}</p> }).collect_view()}
        </details>
    }
}

/// What must be said beside the numbers.
pub fn notices(lang: Lang, list: &[Notice], wanted: fn(&Notice) -> bool) -> impl IntoView + use<> {
    let lines: Vec<_> =
        list.iter().filter(|n| wanted(n)).map(|n| view! { <li>{say::notice(lang, n)}</li> }).collect();
    (!lines.is_empty()).then(|| view! { <ul class="notices">{lines}</ul> })
}

/// Suggestions with a link to the customers they concern.
pub fn actions(app: App, lang: Lang, title: &'static str, list: Vec<Action>) -> impl IntoView {
    let items = list.into_iter().map(|a| {
        let (headline, whom, unit) = say::action(lang, &a);
        let kind = a.kind;
        let worth = lang.compact(a.worth);
        view! {
            <li>
                <b>{headline}</b>
                <span>{whom}</span>
                <div class="worth">{worth}<small>{unit}</small></div>
                <button class="button link no-print" on:click=move |_| see_customers(app, CustomerFilter { action: Some(kind), ..CustomerFilter::default() })>{text::see_customers(lang)}</button>
            </li>
        }
    });
    view! { <section class="block"><h2>{title}</h2><ol class="do">{items.collect_view()}</ol></section> }
}

/// Shows the customers a filter takes.
pub fn see_customers(app: App, filter: CustomerFilter) {
    app.filter.set(filter);
    app.go(Page::Customers);
}

/// A stage's colored square and name.
pub fn stage_name(lang: Lang, stage: CustomerStage) -> impl IntoView {
    view! { <span class=format!("swatch {}", stage.key()) aria-hidden="true"></span>{say::stage(lang, stage)} }
}

/// A class's colored square, numeral and strategy.
pub fn class_name(lang: Lang, class: ValueClass) -> impl IntoView {
    view! { <span class=format!("swatch {}", say::class(class)) aria-hidden="true"></span>{say::class(class)}" · "{say::strategy(lang, class)} }
}

/// Patterns that are endings, in order.
pub const ENDINGS: [Pattern; 4] =
    [Pattern::EarlyAbort, Pattern::MidWay, Pattern::EarlyExit, Pattern::LongTerm];
