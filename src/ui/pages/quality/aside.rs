//! Every row set aside: filtered and searched by the worker, page by page, and downloaded whole.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::super::client;
use super::super::super::state::App;
use super::super::super::widgets;
use crate::export::IssueWords;
use crate::ingest::{IssueFilter, IssueKind, IssueQuery, RowIssue};
use crate::locale::Lang;
use crate::locale::quality as words;
use crate::locale::visible::visible;
use crate::report::Report;

/// Rows of a page.
const PAGE: usize = 50;

/// The list.
pub fn view(
    app: App,
    lang: Lang,
    report: &Arc<Report>,
    filter: RwSignal<IssueFilter>,
) -> impl IntoView + use<> {
    if report.quality.rows_set_aside == 0 {
        return view! { <section class="block"><h2>{words::aside_title(lang)}</h2><p class="sub" data-testid="aside-none">{words::aside_none(lang)}</p></section> }
            .into_any();
    }
    let offset = RwSignal::new(0_usize);
    Effect::new(move |before: Option<IssueFilter>| {
        let (now, from) = (filter.get(), offset.get());
        if before.is_some_and(|b| b != now) && from > 0 {
            // A new filter starts at its first row; this runs again then.
            offset.set(0);
        } else {
            client::ask_issues(app, IssueQuery { filter: now.clone(), offset: from, limit: PAGE });
        }
        now
    });
    let total = move || app.issues.with(|(_, page)| page.total);
    let rows =
        move || app.issues.with(|(_, page)| page.rows.iter().map(|row| line(lang, row)).collect_view());
    let range = move || {
        app.issues.with(|(ticket, page)| match page.rows.len() {
            0 if *ticket > 0 => words::range_none(lang),
            0 => String::new(),
            n => words::range(
                lang,
                &lang.int((page.offset + 1) as f64),
                &lang.int((page.offset + n) as f64),
                &lang.int(page.total as f64),
            ),
        })
    };
    let capped = move || {
        let (kept, all) = app.issues.with(|(_, page)| (page.kept as u64, page.all));
        (kept < all).then(|| {
            let text = words::aside_capped(lang, &lang.int(kept as f64), &lang.int(all as f64));
            view! { <p class="notices">{text}</p> }
        })
    };
    let (at_start, at_end) = (move || offset.get() == 0, move || offset.get() + PAGE >= total());
    let back = move |_| offset.update(|o| *o = o.saturating_sub(PAGE));
    let on = move |_| offset.update(|o| *o += PAGE);
    let save = move |_| client::save_issues(app, filter.get_untracked(), file_words(lang));
    let is_filtered = move || filter.with(|f| *f != IssueFilter::default());
    let download = move || {
        let n = words::rows(lang, total() as u64);
        if is_filtered() { words::download_some(lang, &n) } else { words::download_all(lang, &n) }
    };
    view! {
        <section class="block" id="rows-aside"><h2>{words::aside_title(lang)}</h2><p class="sub">{words::aside_sub(lang)}" "{words::repair(lang)}</p>
            {capped}
            <div class="filters no-print">
                {search(lang, filter)}
                {kinds(app, lang, filter)}
                {columns(app, lang, filter)}
                <button class="button" data-testid="download-aside" disabled=move || total() == 0 on:click=save>{download}</button>
            </div>
            <div class="scroll aside-rows" tabindex="0" role="region" aria-label=words::aside_title(lang)>
                <table data-testid="aside"><thead><tr>
                    <th scope="col">{words::col_line(lang)}</th><th scope="col" class="text">{words::col_column(lang)}</th>
                    <th scope="col" class="text">{words::col_value(lang)}</th><th scope="col" class="text">{words::col_reason(lang)}</th>
                </tr></thead><tbody>{rows}</tbody></table>
            </div>
            <div class="pager no-print">
                <button class="button" data-testid="previous" disabled=at_start on:click=back>{words::previous(lang)}</button>
                <span aria-live="polite" data-testid="range">{range}</span>
                <button class="button" data-testid="next" disabled=at_end on:click=on>{words::next(lang)}</button>
            </div>
        </section>
    }
    .into_any()
}

fn line(lang: Lang, row: &RowIssue) -> impl IntoView + use<> {
    let column = if row.column_name.is_empty() {
        words::column_no(lang, &lang.int((row.column + 1) as f64)).into_any()
    } else {
        widgets::file_text(&row.column_name).into_any()
    };
    let value = if row.value.is_empty() {
        view! { <span class="nothing">{words::empty_cell(lang)}</span> }.into_any()
    } else {
        widgets::file_text(&row.value).into_any()
    };
    view! { <tr><td>{lang.int(row.line as f64)}</td><td class="text">{column}</td><td class="text value">{value}</td><td class="text">{words::reason(lang, row.kind)}</td></tr> }
}

fn search(lang: Lang, filter: RwSignal<IssueFilter>) -> impl IntoView {
    let label = words::search_aside(lang);
    view! {
        <input class="control search" type="search" placeholder=label.clone() aria-label=label data-testid="search-aside"
            prop:value=move || filter.with(|f| f.search.clone())
            on:input=move |e| { let text = event_target_value(&e); filter.update(|f| f.search = text); }/>
    }
}

fn kinds(app: App, lang: Lang, filter: RwSignal<IssueFilter>) -> impl IntoView {
    let counts = Memo::new(move |_| app.issues.with(|(_, page)| (page.kept, page.kinds.clone())));
    let choose = move |value: String| {
        let kind = value.parse().ok().and_then(|i: usize| IssueKind::ALL.get(i).copied());
        filter.update(|f| f.kind = kind);
    };
    let options = move || {
        let (kept, kinds) = counts.get();
        let option = |count: crate::ingest::IssueCount| {
            let name = words::counted(lang, words::reason(lang, count.kind), &lang.int(count.rows as f64));
            let selected = move || filter.with(|f| f.kind == Some(count.kind));
            view! { <option value=(count.kind as usize).to_string() selected=selected>{name}</option> }
        };
        view! {
            <option value="" selected=move || filter.with(|f| f.kind.is_none())>{words::any_reason(lang, &lang.int(kept as f64))}</option>
            {kinds.into_iter().map(option).collect_view()}
        }
    };
    view! { <select class="control" aria-label=words::col_reason(lang) data-testid="kind-aside" on:change=move |e| choose(event_target_value(&e))>{options}</select> }
}

fn columns(app: App, lang: Lang, filter: RwSignal<IssueFilter>) -> impl IntoView {
    let counts = Memo::new(move |_| app.issues.with(|(_, page)| page.columns.clone()));
    let choose = move |value: String| filter.update(|f| f.column = value.parse().ok());
    let options = move || {
        let option = |count: crate::ingest::ColumnCount| {
            let place = words::column_no(lang, &lang.int((count.column + 1) as f64));
            let name = if count.name.is_empty() { place } else { visible(&count.name).into_owned() };
            let selected = move || filter.with(|f| f.column == Some(count.column));
            view! { <option value=count.column.to_string() selected=selected>{words::counted(lang, &name, &lang.int(count.rows as f64))}</option> }
        };
        view! {
            <option value="" selected=move || filter.with(|f| f.column.is_none())>{words::any_column(lang)}</option>
            {counts.get().into_iter().map(option).collect_view()}
        }
    };
    view! { <select class="control" aria-label=words::col_column(lang) data-testid="column-aside" on:change=move |e| choose(event_target_value(&e))>{options}</select> }
}

fn file_words(lang: Lang) -> IssueWords {
    IssueWords {
        headers: [
            words::col_line(lang),
            words::col_column(lang),
            words::col_value(lang),
            words::col_reason(lang),
        ],
        reasons: IssueKind::ALL.map(|kind| (kind, words::reason(lang, kind).to_owned())).to_vec(),
    }
}
