//! Overview: the headline figures, the stage mix over time, and what to do first.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::{App, Page};
use super::super::widgets::{self, ChartBox, Draw, Kpi};
use crate::chart;
use crate::ingest::Note;
use crate::locale::{self, Lang, say, text};
use crate::report::{CustomerStage, Notice, Report};

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let o = &report.overview;
    let lost = report.churn.as_ref().is_some_and(|c| c.lost > 0);
    view! {
        {widgets::answer(say::overview_answer(lang, &report), lost)}
        <p class="lede">{say::overview_lede(lang, &report)}</p>
        {widgets::kpis(strip(lang, &report))}
        {widgets::notices(lang, &report.notices, |n| !matches!(n, Notice::MissingGrowthPart { .. } | Notice::StageSample { .. } | Notice::SpendCorrelation { .. } | Notice::PooledSpend))}
        {if report.snapshot.is_some() {
            // One row per customer has no months to draw.
            view! {
                <div class="two">
                    {stages_today(lang, &report)}
                    {widgets::actions(app, lang, text::what_first(lang), o.actions.clone())}
                </div>
                <div class="two">{quality(lang, &report)}</div>
            }.into_any()
        } else {
            view! {
                <div class="two">
                    {mix(lang, &report)}
                    {widgets::actions(app, lang, text::what_first(lang), o.actions.clone())}
                </div>
                <div class="two">
                    {stages_today(lang, &report)}
                    {quality(lang, &report)}
                </div>
            }.into_any()
        }}
        {widgets::how(lang, text::how_overview(lang), text::certainty_estimated(lang), parameters(lang, &report))}
    }
}

fn strip(lang: Lang, report: &Report) -> Vec<Kpi> {
    let o = &report.overview;
    let dash = || "–".to_owned();
    let churn_note = match (&report.churn, o.churn_interval) {
        (Some(c), Some([lo, hi])) if c.window_months > 0 => match lang {
            Lang::En => format!(
                "{} months, 95% interval {} to {}",
                c.window_months,
                lang.percent(lo),
                lang.percent(hi)
            ),
            Lang::ZhHans => {
                format!("{} 个月，95% 区间 {} 至 {}", c.window_months, lang.percent(lo), lang.percent(hi))
            }
            Lang::ZhHant => {
                format!("{} 個月，95% 區間 {} 至 {}", c.window_months, lang.percent(lo), lang.percent(hi))
            }
        },
        (_, Some([lo, hi])) => match lang {
            Lang::En => format!("95% interval {} to {}", lang.percent(lo), lang.percent(hi)),
            Lang::ZhHans => format!("95% 区间 {} 至 {}", lang.percent(lo), lang.percent(hi)),
            Lang::ZhHant => format!("95% 區間 {} 至 {}", lang.percent(lo), lang.percent(hi)),
        },
        _ => String::new(),
    };
    let customers_note = match lang {
        Lang::En => format!("{} active, {} left", lang.int(o.active), lang.int(o.exited)),
        Lang::ZhHans => format!("活跃 {}，已退出 {}", lang.int(o.active), lang.int(o.exited)),
        Lang::ZhHant => format!("活躍 {}，已退出 {}", lang.int(o.active), lang.int(o.exited)),
    };
    let span = match (&o.first_date, &o.last_date) {
        (Some(a), Some(b)) => match lang {
            Lang::En => format!("{} to {}", lang.date(a), lang.date(b)),
            Lang::ZhHans => format!("{} 至 {}", lang.date(a), lang.date(b)),
            Lang::ZhHant => format!("{} 至 {}", lang.date(a), lang.date(b)),
        },
        _ => String::new(),
    };
    let m = report.value_matrix.as_ref();
    let equity_note = m.map_or(String::new(), |m| match lang {
        Lang::En => format!("{} months, {} a year", m.horizon_months, lang.percent0(m.annual_discount_rate)),
        Lang::ZhHans => {
            format!("{} 个月，年折现率 {}", m.horizon_months, lang.percent0(m.annual_discount_rate))
        }
        Lang::ZhHant => {
            format!("{} 個月，年折現率 {}", m.horizon_months, lang.percent0(m.annual_discount_rate))
        }
    });
    let risk_note = match lang {
        Lang::En => format!("{} past their alert point", lang.customers(o.alerted)),
        Lang::ZhHans => format!("{}已超过警戒点", lang.customers(o.alerted)),
        Lang::ZhHant => format!("{}已超過警戒點", lang.customers(o.alerted)),
    };
    let kpi = |name: &str, value: String, note: String, id| Kpi { name: name.to_owned(), value, note, id };
    vec![
        kpi(text::customers(lang), lang.int(o.customers), customers_note, "kpi-customers"),
        kpi(
            text::kpi_churn(lang),
            o.churn_rate.map_or_else(dash, |r| lang.percent(r)),
            churn_note,
            "kpi-churn",
        ),
        kpi(text::revenue(lang), lang.money(o.revenue), span, "kpi-revenue"),
        kpi(
            text::kpi_equity(lang),
            o.customer_equity.map_or_else(dash, |v| lang.compact(v)),
            equity_note,
            "kpi-equity",
        ),
        kpi(
            text::kpi_risk(lang),
            o.value_at_risk.map_or_else(dash, |v| lang.compact(v)),
            risk_note,
            "kpi-risk",
        ),
    ]
}

fn mix(lang: Lang, report: &Arc<Report>) -> impl IntoView + use<> {
    let Some(l) = report.lifecycle.as_ref().filter(|l| l.mix.len() > 1) else {
        return view! { <p class="sub">{text::not_computable(lang)}</p> }.into_any();
    };
    let months: Vec<String> = l.mix.iter().map(|m| lang.month(&m.month)).collect();
    let names: Vec<&'static str> = CustomerStage::ALL[..4].iter().map(|s| say::stage(lang, *s)).collect();
    let cell = |s: f64| lang.percent0(s);
    let rows: Vec<Vec<String>> = l
        .mix
        .iter()
        .zip(&months)
        .map(|(m, name)| {
            let mut row = vec![name.clone(), lang.int(m.customers)];
            row.extend(m.shares.iter().map(|s| cell(*s)));
            row
        })
        .collect();
    let readout = l
        .mix
        .iter()
        .zip(&months)
        .map(|(m, name)| {
            let parts: Vec<String> =
                names.iter().zip(m.shares).map(|(n, s)| format!("{n} {}", cell(s))).collect();
            format!("{name}: {}", parts.join(" · "))
        })
        .collect();
    let mut headers = vec![text::month(lang).to_owned(), text::customers(lang).to_owned()];
    headers.extend(names.iter().map(|n| (*n).to_owned()));
    let shares: Vec<[f64; 4]> = l.mix.iter().map(|m| m.shares).collect();
    let draw: Draw = Rc::new(move |width, theme| {
        let chart = chart::StageMix {
            months: &months,
            shares: &shares,
            stage_names: [names[0], names[1], names[2], names[3]],
            share: &|s| lang.percent0(s),
        };
        chart::render_at(&chart, width, theme)
    });
    view! {
        <ChartBox title=text::chart_mix(lang).to_owned() sub=text::chart_mix_sub(lang).to_owned() draw=draw readout=readout numbers=Some((headers, rows))/>
    }
    .into_any()
}

fn stages_today(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let Some(l) = &report.lifecycle else {
        return view! { <p class="sub">{text::not_computable(lang)}</p> }.into_any();
    };
    let rows = l.stages.iter().map(|s| {
        view! { <tr>
            <td>{widgets::stage_name(lang, s.stage)}</td><td>{lang.int(s.customers)}</td>
            <td>{lang.compact(s.monthly_value)}</td><td>{lang.int(s.alerted)}</td><td>{lang.compact(s.current_value)}</td>
        </tr> }
    });
    view! {
        <section><h2>{text::stages_today(lang)}</h2>
            <div class="scroll"><table><thead><tr>
                <th scope="col">{text::stage(lang)}</th><th scope="col">{text::customers(lang)}</th><th scope="col">{text::monthly_value(lang)}</th>
                <th scope="col">{text::alerted(lang)}</th><th scope="col">{text::current_value(lang)}</th>
            </tr></thead><tbody>{rows.collect_view()}</tbody></table></div>
        </section>
    }
    .into_any()
}

fn quality(lang: Lang, report: &Report) -> impl IntoView + use<> {
    let (q, o) = (&report.quality, &report.overview);
    let other_tables = q.notes.iter().find_map(|note| match note {
        Note::OtherTables { lines } => Some(
            lines.iter().map(|&l| lang.int(l as f64)).collect::<Vec<_>>().join(lang.pick(", ", "、", "、")),
        ),
        _ => None,
    });
    // A contract is no order: what counts orders says nothing about such a file.
    let has_orders = report.snapshot.is_none();
    let line = |name: &'static str, value: String, id: &'static str| view! { <tr><td>{name}</td><td data-testid=id>{value}</td></tr> };
    let issues: Vec<_> = q
        .issues
        .iter()
        .take(50)
        .map(|i| {
            view! { <tr><td>{i.line.to_string()}</td><td class="text">{widgets::file_text(&i.column_name)}</td><td class="text">{widgets::file_text(&i.value)}</td><td class="text">{say::issue(lang, i.kind)}</td></tr> }
        })
        .collect();
    view! {
        <section><h2>{text::quality_title(lang)}</h2>
            <table><tbody>
                {line(text::quality_rows_read(lang), lang.int(q.rows_read as f64), "rows-read")}
                {line(text::quality_rows_used(lang), lang.int(q.rows_used as f64), "rows-used")}
                {line(text::quality_rows_aside(lang), lang.int(q.rows_set_aside as f64), "rows-aside")}
                {has_orders.then(|| line(text::orders(lang), lang.int(o.orders), "orders"))}
                {has_orders.then(|| line(text::quality_returns(lang), lang.int(q.returns as f64), "returns"))}
                {line(text::quality_duplicates(lang), lang.int(q.duplicates as f64), "duplicates")}
                {has_orders.then(|| line(text::quality_zero(lang), lang.int(q.zero_amounts as f64), "zero"))}
                {line(text::quality_encoding(lang), q.encoding.clone(), "encoding")}
                {line(text::quality_delimiter(lang), say::delimiter(lang, q.delimiter), "delimiter")}
                {other_tables.map(|lines| line(text::quality_other_tables(lang), lines, "other-tables"))}
            </tbody></table>
            <p class="sub more"><a href=Page::Quality.hash() data-testid="look-closer">{locale::quality::look_closer(lang)}</a></p>
            {(!issues.is_empty()).then(|| view! {
                <details><summary>{text::quality_rows_aside(lang)}": "{lang.int(q.rows_set_aside as f64)}</summary>
                    <div class="scroll"><table><thead><tr><th scope="col">{text::quality_line(lang)}</th><th scope="col" class="text">{text::quality_column(lang)}</th>
                        <th scope="col" class="text">{text::quality_value(lang)}</th><th scope="col" class="text">{text::quality_reason(lang)}</th></tr></thead>
                        <tbody>{issues}</tbody></table></div>
                </details>
            })}
        </section>
    }
}

fn parameters(lang: Lang, report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    let Some(churn) = &report.churn else { return out };
    if let Some(rule) = &churn.rule {
        if let (Some(gap), Some(sigma)) = (rule.typical_gap_days, rule.sigma) {
            out.push(match lang {
                Lang::En => format!(
                    "Typical gap between orders {} days; spread of log gaps {}.",
                    lang.decimal(gap, 1),
                    lang.decimal(sigma, 2)
                ),
                Lang::ZhHans => format!(
                    "典型下单间隔 {} 天；对数间隔离散度 {}。",
                    lang.decimal(gap, 1),
                    lang.decimal(sigma, 2)
                ),
                Lang::ZhHant => format!(
                    "典型下單間隔 {} 天；對數間隔離散度 {}。",
                    lang.decimal(gap, 1),
                    lang.decimal(sigma, 2)
                ),
            });
        }
        if let Some([amber, red]) = rule.one_time_days {
            out.push(match lang {
                Lang::En => format!("One-time buyers: alert after {} days, gone after {} days (from {} observed second orders).", lang.decimal(amber, 0), lang.decimal(red, 1), lang.int(rule.one_time_returns)),
                Lang::ZhHans => format!("仅一单客户：沉默 {} 天进入警戒，{} 天判定流失（依据 {} 次观察到的第二单）。", lang.decimal(amber, 0), lang.decimal(red, 1), lang.int(rule.one_time_returns)),
                Lang::ZhHant => format!("僅一筆訂單的客戶：沉默 {} 天進入警戒，{} 天判定流失（依據 {} 次觀察到的第二筆訂單）。", lang.decimal(amber, 0), lang.decimal(red, 1), lang.int(rule.one_time_returns)),
            });
        }
        if let Some(share) = rule.false_alarm_share {
            out.push(match lang {
                Lang::En => format!("Expected false alarms: {} of still-active customers are past their exit threshold on any day.", lang.percent(share)),
                Lang::ZhHans => format!("预期误报：任一日约有 {} 的仍活跃客户超过退出阈值。", lang.percent(share)),
                Lang::ZhHant => format!("預期誤報：任一日約有 {} 的仍活躍客戶超過退出門檻。", lang.percent(share)),
            });
        }
    }
    if let Some(b) = &churn.backtest {
        out.push(match lang {
            Lang::En => format!(
                "Backtest: applied {} days before the end, the rule flagged {} of {} customers; {} of the flagged bought again; it found {} of those who did not buy.",
                b.horizon_days, lang.int(b.flagged), lang.int(b.customers), lang.percent(b.flagged_bought), lang.percent0(b.recall)
            ),
            Lang::ZhHans => format!(
                "回测：在期末前 {} 天应用该规则，{} 位客户中标记 {} 位；其中 {} 后来又购买；未购买者中查出 {}。",
                b.horizon_days, lang.int(b.customers), lang.int(b.flagged), lang.percent(b.flagged_bought), lang.percent0(b.recall)
            ),
            Lang::ZhHant => format!(
                "回測：在期末前 {} 天套用該規則，{} 位客戶中標記 {} 位；其中 {} 後來又購買；未購買者中查出 {}。",
                b.horizon_days, lang.int(b.customers), lang.int(b.flagged), lang.percent(b.flagged_bought), lang.percent0(b.recall)
            ),
        });
    }
    out
}
