//! Patterns: from which stage relationships ended, how long they last, and where the active ones are heading.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::App;
use super::super::widgets::{self, ChartBox, Draw, ENDINGS};
use crate::chart::{self, Bar, CurvePanel, SurvivalSeries, SurvivalStep};
use crate::locale::{Lang, say, text};
use crate::report::CustomerPattern as Pattern;
use crate::report::{CustomerFilter, Notice, PatternRow, Report};

/// The course of one pattern, ready to draw.
struct Course {
    name: &'static str,
    note: String,
    points: Vec<(f64, f64)>,
}

/// Customers below which a mean course says nothing.
const MIN_FOR_CURVE: u32 = 20;

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let none = report.patterns.is_empty();
    view! {
        {widgets::answer(say::patterns_answer(lang, &report), false)}
        {widgets::notices(lang, &report.notices, |n| matches!(n, Notice::NoStages | Notice::ShorterThanThreshold | Notice::ShortHistory { .. } | Notice::RowsAreSums { .. } | Notice::ContractDesign))}
        {(!none).then(|| view! {
            <div class="two">{counts(lang, &report)}{survival(lang, &report)}</div>
            <div class="block">{rows(app, lang, &report)}</div>
            <div class="two">{curves(lang, &report)}{forecast(lang, &report)}</div>
            <section class="block"><h2>{text::what_to_do(lang)}</h2><div class="guide">
                {remedy(lang, Pattern::EarlyAbort, text::cause_early_abort(lang), text::remedy_early_abort(lang))}
                {remedy(lang, Pattern::MidWay, text::cause_mid_way(lang), text::remedy_mid_way(lang))}
                {remedy(lang, Pattern::EarlyExit, text::cause_early_exit(lang), text::remedy_early_exit(lang))}
                {remedy(lang, Pattern::LongTerm, text::cause_long_term(lang), text::remedy_long_term(lang))}
            </div></section>
        })}
        {none.then(|| view! { <div class="block">{survival(lang, &report)}</div> })}
        {widgets::how(lang, text::how_patterns(lang), text::certainty_classified(lang), parameters(lang, &report))}
    }
}

fn parameters(lang: Lang, report: &Report) -> Vec<String> {
    report.pattern_detail.as_ref().map_or_else(Vec::new, |d| {
        vec![match lang {
            Lang::En => {
                format!("Long-term means at least {} months of stability.", lang.decimal(d.tau_months, 0))
            }
            Lang::ZhHans => format!("长久保持型指稳定期不少于 {} 个月。", lang.decimal(d.tau_months, 0)),
            Lang::ZhHant => format!("長久保持型指穩定期不少於 {} 個月。", lang.decimal(d.tau_months, 0)),
        }]
    })
}

fn ended(report: &Report) -> Vec<PatternRow> {
    report.patterns.iter().filter(|p| p.pattern != Pattern::Active).cloned().collect()
}

fn counts(lang: Lang, report: &Arc<Report>) -> impl IntoView + use<> {
    let list: Vec<PatternRow> = ended(report);
    let all: u32 = list.iter().map(|p| p.customers).sum();
    let share = |n: u32| if all > 0 { lang.percent(f64::from(n) / f64::from(all)) } else { String::new() };
    // One order and several are different stories, though both ended in exploration.
    let bars: Vec<(String, f64, String, usize)> = list
        .iter()
        .enumerate()
        .flat_map(|(i, p)| {
            let name = say::pattern(lang, p.pattern);
            let bar = |name: &str, n: u32| (name.to_owned(), f64::from(n), share(n), i);
            if i == 0 && p.one_time > 0 {
                vec![
                    bar(text::abort_once(lang), p.one_time),
                    bar(text::abort_more(lang), p.customers - p.one_time.min(p.customers)),
                ]
            } else {
                vec![bar(name, p.customers)]
            }
        })
        .collect();
    let rows = bars.iter().map(|b| &list[b.3]);
    let readout = rows
        .map(|p| {
            let range = p.share_interval.map_or(String::new(), |[lo, hi]| {
                format!(" ({}: {}–{})", text::interval95(lang), lang.percent(lo), lang.percent(hi))
            });
            format!(
                "{}: {}{range} · {} {}",
                say::pattern(lang, p.pattern),
                lang.customers(p.customers),
                text::revenue(lang),
                lang.compact(p.revenue)
            )
        })
        .collect();
    let draw: Draw = Rc::new(move |width, theme| {
        let bars: Vec<Bar<'_>> = bars
            .iter()
            // The color of the stage they left from; III and IV both leave from stability.
            .map(|(name, value, share, i)| Bar {
                name,
                value: *value,
                interval: None,
                secondary: share,
                color: Some(theme.stages[(*i).min(2)]),
            })
            .collect();
        chart::render_at(&chart::Bars { bars: &bars, value: &|v| lang.int(v) }, width, theme)
    });
    view! { <ChartBox title=text::chart_patterns(lang).to_owned() sub=text::chart_patterns_sub(lang).to_owned() draw=draw readout=readout/> }
}

fn survival(lang: Lang, report: &Arc<Report>) -> impl IntoView + use<> {
    let Some(c) = report.churn.as_ref().filter(|c| c.survival.len() > 1) else { return ().into_any() };
    let per_month = if c.survival_unit == "days" { 30.4375 } else { 1.0 };
    let steps: Vec<SurvivalStep> = c
        .survival
        .iter()
        .map(|p| SurvivalStep { time: p.time / per_month, survival: p.survival, lo: p.lower, hi: p.upper })
        .collect();
    let readout = c
        .survival
        .iter()
        .map(|p| {
            let (m, s) = (lang.decimal(p.time / per_month, 1), lang.percent(p.survival));
            let (lo, hi) = (lang.percent(p.lower), lang.percent(p.upper));
            match lang {
                Lang::En => format!(
                    "After {m} months: {s} still customers ({lo} to {hi}); {} at risk",
                    lang.int(p.at_risk)
                ),
                Lang::ZhHans => {
                    format!("{m} 个月后：{s} 仍为客户（{lo} 至 {hi}）；在险 {} 位", lang.int(p.at_risk))
                }
                Lang::ZhHant => {
                    format!("{m} 個月後：{s} 仍為客戶（{lo} 至 {hi}）；仍在觀察中 {} 位", lang.int(p.at_risk))
                }
            }
        })
        .collect();
    let median = c.median_survival.map(|m| m / per_month);
    let title = match (lang, median) {
        (Lang::En, Some(m)) => {
            format!("Half of all relationships last less than {} months", lang.decimal(m, 1))
        }
        (Lang::ZhHans, Some(m)) => format!("半数关系持续不到 {} 个月", lang.decimal(m, 1)),
        (Lang::ZhHant, Some(m)) => format!("半數關係持續不到 {} 個月", lang.decimal(m, 1)),
        (_, None) => text::chart_survival(lang).to_owned(),
    };
    let median_label = median.map_or_else(String::new, |m| lang.decimal(m, 1));
    let draw: Draw = Rc::new(move |width, theme| {
        let median = median.map(|m| (m, median_label.as_str()));
        let series = [SurvivalSeries { name: "", color: theme.accent, steps: &steps, censored: &[], median }];
        let chart = chart::Survival {
            series: &series,
            x_name: lang.pick("months", "月", "月"),
            x: &|v| lang.decimal(v, 0),
            share: &|s| lang.percent0(s),
        };
        chart::render_at(&chart, width, theme)
    });
    view! { <ChartBox title=title sub=text::chart_survival_sub(lang).to_owned() draw=draw readout=readout/> }
        .into_any()
}

fn rows(app: App, lang: Lang, report: &Report) -> impl IntoView + use<> {
    let total: u32 = report.patterns.iter().map(|p| p.customers).sum();
    let body = report.patterns.clone().into_iter().map(|p| {
        let filter = CustomerFilter { pattern: Some(p.pattern), ..CustomerFilter::default() };
        view! { <tr>
            <td>{say::pattern(lang, p.pattern)}</td>
            <td><button class="button link" on:click=move |_| widgets::see_customers(app, filter.clone())>{lang.int(p.customers)}</button></td>
            <td>{p.share.map_or("–".to_owned(), |s| lang.percent(s))}</td>
            <td>{p.share_interval.map_or("–".to_owned(), |[lo, hi]| format!("{}–{}", lang.percent(lo), lang.percent(hi)))}</td>
            <td>{lang.int(p.one_time)}</td>
            <td>{p.median_tenure_days.map_or("–".to_owned(), |d| lang.days(d))}</td>
            <td>{lang.money(p.revenue)}</td>
        </tr> }
    });
    view! {
        <div class="scroll"><table data-testid="patterns"><thead><tr>
            <th scope="col">{text::pattern(lang)}</th><th scope="col">{text::customers(lang)}</th><th scope="col">{text::share_of_ended(lang)}</th>
            <th scope="col">{text::interval95(lang)}</th><th scope="col">{text::one_time(lang)}</th><th scope="col">{text::median_tenure(lang)}</th><th scope="col">{text::revenue(lang)}</th>
        </tr></thead><tbody>{body.collect_view()}
            <tr class="total"><td>{text::total(lang)}</td><td>{lang.int(total)}</td><td></td><td></td><td></td><td></td><td>{lang.money(report.overview.revenue)}</td></tr>
        </tbody></table></div>
    }
}

fn curves(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let list: Vec<Course> = report
        .patterns
        .iter()
        .filter(|p| ENDINGS.contains(&p.pattern) && p.customers >= MIN_FOR_CURVE)
        .map(|p| Course {
            name: say::pattern(lang, p.pattern),
            note: lang.customers(p.customers),
            points: p.curve.iter().enumerate().map(|(i, v)| (i as f64 + 0.5, *v)).collect(),
        })
        .collect();
    let drawn = !list.is_empty();
    let readout = list
        .iter()
        .flat_map(|course| {
            course.points.iter().map(|(age, v)| {
                let (name, month, value) = (course.name, age.ceil(), lang.compact(*v));
                match lang {
                    Lang::En => format!("{name}, month {month}: {value}"),
                    Lang::ZhHans => format!("{name}，第 {month} 个月：{value}"),
                    Lang::ZhHant => format!("{name}，第 {month} 個月：{value}"),
                }
            })
        })
        .collect();
    let draw: Draw = Rc::new(move |width, theme| {
        let panels: Vec<CurvePanel<'_>> = list
            .iter()
            .map(|course| CurvePanel {
                title: course.name,
                subtitle: &course.note,
                points: &course.points,
                band: &[],
                color: theme.ink2,
            })
            .collect();
        let chart = chart::SmallCurves {
            panels: &panels,
            x_name: text::life_axis(lang),
            x: &|v| lang.decimal(v, 0),
            y: &|v| lang.tick(v),
        };
        chart::render_at(&chart, width, theme)
    });
    let few: Vec<String> = report
        .patterns
        .iter()
        .filter(|p| ENDINGS.contains(&p.pattern) && p.customers < MIN_FOR_CURVE)
        .map(|p| format!("{} ({})", say::pattern(lang, p.pattern), lang.int(p.customers)))
        .collect();
    let few = (!few.is_empty())
        .then(|| format!("{} {}", text::curves_left_out(lang), few.join(lang.pick(", ", "、", "、"))));
    view! { <div>
        {drawn.then(|| view! { <ChartBox title=text::chart_curves(lang).to_owned() sub=text::chart_curves_sub(lang).to_owned() draw=draw readout=readout/> })}
        {few.map(|f| view! { <p class="sub">{f}</p> })}
    </div> }
}

fn forecast(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let Some(d) = report.pattern_detail.clone() else { return ().into_any() };
    let total: f64 = d.forecast.iter().sum();
    let rows = ENDINGS
        .iter()
        .zip(d.forecast)
        .map(|(p, n)| {
            vec![
                say::pattern(lang, *p).to_owned(),
                lang.decimal(n, 0),
                if total > 0.0 { lang.percent0(n / total) } else { "–".to_owned() },
            ]
        })
        .collect();
    let headers =
        [text::pattern(lang), text::expected_customers(lang), text::share(lang)].map(str::to_owned).to_vec();
    view! {
        <section><h2>{text::forecast_title(lang)}</h2><p class="sub">{text::forecast_sub(lang)}</p>{widgets::table(headers, rows)}</section>
    }
    .into_any()
}

fn remedy(lang: Lang, pattern: Pattern, cause: &'static str, remedy: &'static str) -> impl IntoView {
    view! {
        <div><h3>{say::pattern(lang, pattern)}</h3>
            <p><b>{text::causes(lang)}</b>" "{cause}</p>
            <p><b>{text::remedies(lang)}</b>" "{remedy}</p>
        </div>
    }
}
