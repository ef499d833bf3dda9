//! Data quality: what became of every row, how the file was understood, what to check, and what each choice changes.

mod aside;
mod choices;
mod facts;
mod tables;

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::{App, Page};
use super::super::widgets::{self, ChartBox, Draw};
use crate::chart::{self, TimelineBars, TimelineKind, TimelineSeries};
use crate::customer::Day;
use crate::ingest::checks::Calendar;
use crate::ingest::{IssueFilter, IssueKind};
use crate::locale::quality as words;
use crate::locale::{Lang, say};
use crate::report::Report;

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let filter = RwSignal::new(IssueFilter::default());
    let told = words::facts(lang, &report, today());
    let n_looks = told.iter().filter(|fact| fact.look).count();
    let lede = match n_looks {
        0 => words::lede_clear(lang),
        1 => words::lede_finding(lang),
        n => words::lede_findings(lang, &lang.int(n as f64)),
    };
    view! {
        {widgets::answer(words::answer(lang, &report), false)}
        <p class="lede">{words::reasons(lang, &report)}" "{lede}</p>
        <div class="two even">
            {reconciliation(lang, &report, filter)}
            {understood(lang, &report)}
        </div>
        {months(lang, &report)}
        {facts::view(lang, told)}
        {choices::view(app, lang, &report)}
        {tables::view(app, lang, &report)}
        {aside::view(app, lang, &report, filter)}
        {widgets::how_told(lang, parameters(lang, &report))}
    }
}

/// The reader's own day: the core reads no clock.
fn today() -> Option<Day> {
    let now = js_sys::Date::new_0();
    Day::from_ymd(now.get_full_year() as i32, now.get_month() + 1, now.get_date())
}

/// Rows read, as a bar of what became of them, and the same as a table.
fn reconciliation(lang: Lang, report: &Report, filter: RwSignal<IssueFilter>) -> impl IntoView + use<> {
    let q = &report.quality;
    let int = |n: u64| lang.int(n as f64);
    let all = q.rows_read.max(1) as f64;
    let part = |class: &'static str, n: u64| {
        let width = format!("{:.4}%", n as f64 / all * 100.0);
        (n > 0).then(|| view! { <i class=class style:width=width></i> })
    };
    let sub = words::rows_sub(lang, &int(q.rows_read), &int(q.rows_used), &int(q.rows_set_aside));
    let reasons = q.counts.clone().into_iter().map(|count| {
        let reason = words::reason(lang, count.kind);
        let label = words::show_these(lang, reason);
        let show = move |_| show_rows(filter, count.kind);
        view! { <tr>
            <td><span class="swatch aside" aria-hidden="true"></span>{reason}</td>
            <td><button class="button link" aria-label=label on:click=show>{int(count.rows)}</button></td>
            <td>{words::share(lang, count.rows, q.rows_read)}</td>
        </tr> }
    });
    view! {
        <section><h2>{words::rows_title(lang)}</h2>
            <p class="sub" data-testid="reconciles">{sub.clone()}</p>
            <div class="parts" role="img" aria-label=sub>
                {part("used", q.rows_used)}{part("aside", q.rows_set_aside)}
            </div>
            <table data-testid="reconciliation"><thead><tr>
                <th scope="col">{words::col_what(lang)}</th><th scope="col">{words::col_rows(lang)}</th><th scope="col">{words::col_share(lang)}</th>
            </tr></thead><tbody>
                <tr><td><span class="swatch used" aria-hidden="true"></span>{words::used(lang)}</td><td>{int(q.rows_used)}</td><td>{words::share(lang, q.rows_used, q.rows_read)}</td></tr>
                {reasons.collect_view()}
                <tr class="total"><td>{words::read(lang)}</td><td>{int(q.rows_read)}</td><td>{words::share(lang, q.rows_read, q.rows_read)}</td></tr>
            </tbody></table>
        </section>
    }
}

/// Shows the rows set aside for a reason.
fn show_rows(filter: RwSignal<IssueFilter>, kind: IssueKind) {
    filter.set(IssueFilter { kind: Some(kind), ..IssueFilter::default() });
    let list = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("rows-aside"));
    if let Some(list) = list {
        list.scroll_into_view();
    }
}

fn understood(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let q = &report.quality;
    let header = if q.header { words::header_yes(lang) } else { words::header_no(lang) };
    let span = q
        .first_date
        .zip(q.last_date)
        .map(|(from, to)| words::span(lang, &lang.date(&from.iso()), &lang.date(&to.iso())));
    let lines = [
        (words::file_encoding(lang), q.encoding.clone()),
        (words::file_delimiter(lang), say::delimiter(lang, q.delimiter)),
        (words::file_header(lang), header),
        (words::file_date_order(lang), words::date_order(lang, q.date_order)),
        (words::file_decimal_mark(lang), words::decimal_mark(lang, q.decimal_mark)),
        (words::file_span(lang), span.unwrap_or_else(|| "–".to_owned())),
    ]
    .map(|(name, value)| view! { <tr><td>{name}</td><td class="text">{value}</td></tr> });
    let columns = q.columns.iter().enumerate().filter_map(|(i, column)| {
        let role = say::role(lang, Some(column.role?));
        let name = if column.name.is_empty() {
            words::column_no(lang, &lang.int((i + 1) as f64)).into_any()
        } else {
            widgets::file_text(&column.name).into_any()
        };
        Some(view! { <li>{name}" → "{role}</li> })
    });
    let n_unused = q.columns.iter().filter(|c| c.role.is_none()).count();
    let unused =
        (n_unused > 0).then(|| view! { <li>{words::columns_unused(lang, &lang.int(n_unused as f64))}</li> });
    let notes: Vec<_> = q.notes.iter().map(|note| view! { <li>{words::note(lang, note)}</li> }).collect();
    view! {
        <section><h2>{words::file_title(lang)}</h2>
            <table data-testid="understood"><tbody>{lines.collect_view()}
                <tr><td>{words::file_columns(lang)}</td><td class="text"><ul class="roles">{columns.collect_view()}{unused}</ul></td></tr>
            </tbody></table>
            <p class="sub more"><a href=Page::Columns.hash()>{words::change_columns(lang)}</a></p>
            {(!notes.is_empty()).then(|| view! { <ul class="notices">{notes}</ul> })}
        </section>
    }
}

/// Rows per month: where the file is thin, holed or cut off.
fn months(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let Some(calendar) = report.quality.checks.calendar.as_ref().filter(|c| c.months.len() > 1) else {
        return ().into_any();
    };
    let names: Vec<String> = calendar.months.iter().map(|m| lang.month(&m.month.iso())).collect();
    let (whole, cut) = by_wholeness(calendar);
    let n_empty = calendar.months.iter().filter(|m| m.rows == 0).count();
    let title = match (n_empty, &calendar.last_month, names.last()) {
        (0, Some(_), Some(last)) => words::months_title_last(lang, last),
        (0, ..) => words::months_title(lang),
        (n, ..) => words::months_title_gap(lang, &lang.int(n as f64)),
    };
    let readout =
        calendar.months.iter().zip(&names).map(|(m, name)| {
            words::month_read(lang, name, &words::rows(lang, m.rows), &lang.money(m.revenue))
        });
    let table = calendar
        .months
        .iter()
        .zip(&names)
        .map(|(m, name)| vec![name.clone(), lang.int(m.rows as f64), lang.money(m.revenue)]);
    let headers = vec![words::col_month(lang), words::col_rows(lang), words::col_revenue(lang)];
    let (readout, numbers) = (readout.collect(), Some((headers, table.collect())));
    let any_cut = cut.iter().any(Option::is_some);
    let legend =
        if any_cut { [words::whole_month(lang), words::cut_month(lang)] } else { Default::default() };
    let draw: Draw = Rc::new(move |width, theme| {
        let series = [
            TimelineSeries { name: &legend[0], color: theme.accent, values: &whole, band: &[] },
            TimelineSeries { name: &legend[1], color: theme.alert, values: &cut, band: &[] },
        ];
        let series = if any_cut { &series[..] } else { &series[..1] };
        let value = |v: f64| lang.tick(v);
        let chart =
            TimelineBars { months: &names, series, kind: TimelineKind::Bars, reference: None, value: &value };
        chart::render_at(&chart, width, theme)
    });
    view! { <div class="block"><ChartBox title=title sub=words::months_sub(lang) draw=draw readout=readout numbers=numbers/></div> }
        .into_any()
}

/// Rows per month, those of whole months and those of months that are cut off.
fn by_wholeness(calendar: &Calendar) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let edges = [calendar.first_month, calendar.last_month];
    let split = calendar.months.iter().map(|m| {
        let is_cut = edges.iter().flatten().any(|edge| edge.from.month() == m.month);
        let rows = Some(m.rows as f64);
        if is_cut { (None, rows) } else { (rows, None) }
    });
    split.unzip()
}

fn parameters(lang: Lang, report: &Report) -> Vec<String> {
    let checks = &report.quality.checks;
    let mut list = vec![words::how(lang)];
    if let Some(fence) = checks.amounts.as_ref().and_then(|a| a.fence) {
        list.push(words::how_far(lang, &lang.money(fence)));
    }
    if let Some(calendar) = &checks.calendar {
        list.push(match calendar.grain {
            Some(grain) => words::how_gaps(lang, &words::units(lang, grain, calendar.shortest_gap)),
            None => words::how_sparse(lang),
        });
        list.push(words::how_edges(lang));
        list.push(words::how_days(lang));
    }
    list.push(words::how_names(lang));
    list.push(words::certainty(lang));
    list
}
