//! The tables that came together: what each was read as, how many of its rows were used, and room for more.

use leptos::prelude::*;

use super::super::super::client::{self, Source};
use super::super::super::state::App;
use super::super::start::files;
use crate::ingest::side::SideQuality;
use crate::ingest::{IssueKind, UnusedTable};
use crate::locale::Lang;
use crate::locale::quality as words;
use crate::report::Report;

/// The section.
pub fn view(app: App, lang: Lang, report: &Report) -> impl IntoView + use<> {
    let q = &report.quality;
    let used = q.side.iter().map(|side| joined(lang, side)).collect_view();
    let unused = q.unused.iter().map(|table| unused(lang, table)).collect_view();
    let any = !q.side.is_empty() || !q.unused.is_empty();
    let own = matches!(app.source.get_value(), Some(Source::Files(_)));
    view! {
        <section class="block" data-testid="tables"><h2>{words::tables_title(lang)}</h2>
            {any.then(|| view! { <ul class="list">{used}{unused}</ul> })}
            <p class="sub">{words::tables_more(lang)}</p>
            {own.then(|| adder(app, lang))}
        </section>
    }
}

fn joined(lang: Lang, side: &SideQuality) -> impl IntoView + use<> {
    let int = |n: u64| lang.int(n as f64);
    let kind = words::side_kind(lang, side.kind);
    let rows = words::side_rows(lang, &kind, &int(side.rows_used), &int(side.rows_read));
    let unknown =
        (side.unknown_customers > 0).then(|| words::side_unknown(lang, &int(side.unknown_customers)));
    let reasons = side
        .counts
        .iter()
        .filter(|count| count.kind != IssueKind::UnknownCustomer)
        .map(|count| format!("{}: {}", words::reason(lang, count.kind), int(count.rows)))
        .collect::<Vec<_>>();
    let reasons = (!reasons.is_empty()).then(|| view! { <span class="sub">" "{reasons.join(" · ")}</span> });
    view! { <li><b><bdi>{side.name.clone()}</bdi></b>" "{rows}{unknown.map(|text| format!(" {text}"))}{reasons}</li> }
}

fn unused(lang: Lang, table: &UnusedTable) -> impl IntoView + use<> {
    view! { <li><b><bdi>{table.name.clone()}</bdi></b>" "{words::unused(lang, &table.because)}</li> }
}

/// Adds files to those that are open.
fn adder(app: App, lang: Lang) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let picked = move |_| {
        let Some(element) = input.get_untracked() else { return };
        let more = files(element.files());
        element.set_value("");
        if let Some(Source::Files(mut all)) = app.source.get_value()
            && !more.is_empty()
        {
            all.extend(more);
            client::open(app, Source::Files(all), app.mapping.get_value(), None);
        }
    };
    view! {
        <p>
            <input class="file-input" type="file" multiple data-testid="more-files" node_ref=input on:change=picked tabindex="-1" aria-hidden="true"/>
            <button class="button" on:click=move |_| { if let Some(i) = input.get_untracked() { i.click(); } }>{words::tables_add(lang)}</button>
        </p>
    }
}
