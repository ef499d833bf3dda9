//! Value: the matrix of current value and growth potential, and RFM.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::App;
use super::super::widgets::{self, ChartBox, Draw};
use crate::analytics::value_matrix::ValueClass;
use crate::chart::axis::ScaleKind;
use crate::chart::{self, MatrixPoint};
use crate::locale::{Lang, say, text};
use crate::report::{CustomerFilter, Notice, Report, Rfm, ValueMatrix};

const CLASSES: [ValueClass; 4] = [ValueClass::I, ValueClass::II, ValueClass::III, ValueClass::IV];

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let matrix = report.value_matrix.clone();
    view! {
        {widgets::answer(say::value_answer(lang, &report), false)}
        {matrix.as_ref().map(|m| view! { <p class="lede">{lede(lang, m)}</p> })}
        {widgets::notices(lang, &report.notices, |n| matches!(n,
            Notice::AssumedMargin { .. } | Notice::MissingGrowthPart { .. } | Notice::NoClvModel { .. } | Notice::NoDropout
            | Notice::PooledSpend | Notice::SpendCorrelation { .. } | Notice::FewCustomers { .. }))}
        {matrix.clone().map(|m| view! { <div class="block">{picture(lang, m)}</div> })}
        {matrix.clone().map(|m| view! { <div class="block">{classes(app, lang, m)}</div> })}
        {report.rfm.clone().map(|r| view! { <div class="two">{grid(lang, r.clone())}{groups(lang, r)}</div> })}
        {matrix.map(|m| view! { <div class="block">{parts(lang, &m)}</div> })}
        {widgets::how(lang, text::how_value(lang), text::certainty_judgement(lang), parameters(lang, &report))}
    }
}

fn lede(lang: Lang, m: &ValueMatrix) -> String {
    let (cv, gp) = (lang.compact(m.current_value_threshold), lang.compact(m.growth_potential_threshold));
    let [down, up] = m.flips;
    match lang {
        Lang::En => format!(
            "High means a current value of at least {cv} and a growth potential of at least {gp}. Thresholds 20% lower would move {} to another class, 20% higher {}.",
            lang.customers(down),
            lang.customers(up)
        ),
        Lang::ZhHans => format!(
            "当前价值不低于 {cv}、增值潜力不低于 {gp} 即为高。阈值下调 20% 将使 {}改变类别，上调 20% 将使 {}改变类别。",
            lang.customers(down),
            lang.customers(up)
        ),
        Lang::ZhHant => format!(
            "當前價值不低於 {cv}、增值潛力不低於 {gp} 即為高。門檻下調 20% 將使 {}改變類別，上調 20% 將使 {}改變類別。",
            lang.customers(down),
            lang.customers(up)
        ),
    }
}

fn picture(lang: Lang, m: ValueMatrix) -> impl IntoView {
    let points: Vec<MatrixPoint> = m
        .points
        .iter()
        .map(|p| MatrixPoint {
            x: p.current_value,
            y: p.growth_potential,
            class: p.class as usize,
            size: p.revenue.max(0.0),
        })
        .collect();
    let readout = m
        .points
        .iter()
        .map(|p| {
            format!(
                "{} · {} {} · {} {} · {}",
                p.id,
                text::current_value(lang),
                lang.compact(p.current_value),
                text::growth_potential(lang),
                lang.compact(p.growth_potential),
                say::class(p.class)
            )
        })
        .collect();
    let all: u32 = m.classes.iter().map(|c| c.customers).sum();
    let active: u32 = m.classes.iter().map(|c| c.active).sum();
    let shown = points.len() as u32;
    let sub = match lang {
        Lang::En if shown < active => format!(
            "{}; {} of {} active customers shown",
            text::chart_matrix_sub(lang),
            lang.int(shown),
            lang.int(active)
        ),
        Lang::ZhHans if shown < active => format!(
            "{}；显示 {} 位活跃客户中的 {} 位",
            text::chart_matrix_sub(lang),
            lang.int(active),
            lang.int(shown)
        ),
        Lang::ZhHant if shown < active => format!(
            "{}；顯示 {} 位活躍客戶中的 {} 位",
            text::chart_matrix_sub(lang),
            lang.int(active),
            lang.int(shown)
        ),
        Lang::En => format!("{}; {} active customers", text::chart_matrix_sub(lang), lang.int(active)),
        Lang::ZhHans => format!("{}；活跃客户 {} 位", text::chart_matrix_sub(lang), lang.int(active)),
        Lang::ZhHant => format!("{}；活躍客戶 {} 位", text::chart_matrix_sub(lang), lang.int(active)),
    };
    let top = m.classes.iter().find(|c| c.class == ValueClass::IV).map_or(0, |c| c.customers);
    let title = match lang {
        Lang::En => {
            format!("{} of {} customers are both valuable and able to grow", lang.int(top), lang.int(all))
        }
        Lang::ZhHans => format!("{} 位客户中有 {} 位既有价值又有潜力", lang.int(all), lang.int(top)),
        Lang::ZhHant => format!("{} 位客戶中有 {} 位既有價值又有潛力", lang.int(all), lang.int(top)),
    };
    let thresholds = (m.current_value_threshold, m.growth_potential_threshold);
    let names = CLASSES.map(|c| say::strategy(lang, c));
    let draw: Draw = Rc::new(move |width, theme| {
        let chart = chart::ValueMatrix {
            points: &points,
            thresholds,
            scales: (ScaleKind::SignedRoot, ScaleKind::SignedRoot),
            class_names: names,
            x_name: text::axis_current(lang),
            y_name: text::axis_growth(lang),
            x: &|v| lang.tick(v),
            y: &|v| lang.tick(v),
        };
        chart::render_at(&chart, width, theme)
    });
    view! { <ChartBox title=title sub=sub draw=draw readout=readout/> }
}

fn classes(app: App, lang: Lang, m: ValueMatrix) -> impl IntoView {
    let total: u32 = m.classes.iter().map(|c| c.customers).sum();
    let revenue: f64 = m.classes.iter().map(|c| c.revenue).sum();
    let (cv, gp): (f64, f64) =
        (m.classes.iter().map(|c| c.current_value).sum(), m.classes.iter().map(|c| c.growth_potential).sum());
    let rows = m.classes.into_iter().map(|c| {
        let filter = CustomerFilter { class: Some(c.class), ..CustomerFilter::default() };
        view! { <tr>
            <td>{widgets::class_name(lang, c.class)}</td>
            <td class="text">{say::resources(lang, c.class)}</td>
            <td><button class="button link" on:click=move |_| widgets::see_customers(app, filter.clone())>{lang.int(c.customers)}</button></td>
            <td>{lang.int(c.active)}</td>
            <td>{lang.money(c.revenue)}</td>
            <td>{lang.compact(c.current_value)}</td>
            <td>{lang.compact(c.growth_potential)}</td>
        </tr> }
    });
    view! {
        <div class="scroll"><table data-testid="classes"><thead><tr>
            <th scope="col">{text::class(lang)}</th><th scope="col" class="text">{text::resources(lang)}</th><th scope="col">{text::customers(lang)}</th>
            <th scope="col">{text::of_which_active(lang)}</th><th scope="col">{text::revenue(lang)}</th>
            <th scope="col">{text::current_value(lang)}</th><th scope="col">{text::growth_potential(lang)}</th>
        </tr></thead><tbody>{rows.collect_view()}
            <tr class="total"><td>{text::total(lang)}</td><td></td><td>{lang.int(total)}</td><td></td><td>{lang.money(revenue)}</td><td>{lang.compact(cv)}</td><td>{lang.compact(gp)}</td></tr>
        </tbody></table></div>
    }
}

fn grid(lang: Lang, rfm: Rfm) -> impl IntoView {
    let scores: Vec<u8> = vec![5, 4, 3, 2, 1];
    let cell = |r: u8, f: u8| rfm.grid.iter().find(|c| c.r == r && c.f == f).cloned();
    let values: Vec<Vec<Option<f64>>> = scores
        .iter()
        .map(|&r| {
            (1..=5).map(|f| cell(r, f).filter(|c| c.customers > 0).map(|c| f64::from(c.customers))).collect()
        })
        .collect();
    let mut readout = Vec::new();
    for &r in &scores {
        for f in 1..=5 {
            let (n, m) = cell(r, f).map_or((0, 0.0), |c| (c.customers, c.mean_money));
            readout.push(match lang {
                Lang::En => format!("R {r}, F {f}: {}, {} on average", lang.customers(n), lang.compact(m)),
                Lang::ZhHans => format!("R {r}，F {f}：{}，人均 {}", lang.customers(n), lang.compact(m)),
                Lang::ZhHant => format!("R {r}，F {f}：{}，平均每位 {}", lang.customers(n), lang.compact(m)),
            });
        }
    }
    let rows: Vec<String> = scores.iter().map(ToString::to_string).collect();
    let columns: Vec<String> = (1..=5).map(|f| f.to_string()).collect();
    let sub = match lang {
        Lang::En => format!("{}; F and M over {} months", text::chart_rfm_sub(lang), rfm.window_months),
        Lang::ZhHans => format!("{}；F、M 统计 {} 个月", text::chart_rfm_sub(lang), rfm.window_months),
        Lang::ZhHant => format!("{}；F、M 統計 {} 個月", text::chart_rfm_sub(lang), rfm.window_months),
    };
    let draw: Draw = Rc::new(move |width, theme| {
        let chart = chart::Heatmap {
            rows: &rows,
            columns: &columns,
            values: &values,
            row_name: text::rfm_recency(lang),
            column_name: text::rfm_frequency(lang),
            text: &|v| lang.int(v),
        };
        chart::render_at(&chart, width, theme)
    });
    view! { <ChartBox title=text::chart_rfm(lang).to_owned() sub=sub draw=draw readout=readout/> }
}

fn groups(lang: Lang, rfm: Rfm) -> impl IntoView {
    let rows = rfm
        .groups
        .iter()
        .map(|g| {
            vec![
                format!("{} · {}", g.code, say::rfm_group(lang, &g.code)),
                lang.int(g.customers),
                lang.compact(g.revenue),
            ]
        })
        .collect();
    let headers =
        [text::rfm_group(lang), text::customers(lang), text::revenue(lang)].map(str::to_owned).to_vec();
    view! { <section><h2>{text::rfm_groups(lang)}</h2>{widgets::table(headers, rows)}</section> }
}

fn parts(lang: Lang, m: &ValueMatrix) -> impl IntoView + use<> {
    let total: f64 = m.growth_parts.iter().sum();
    let names = [text::part_up(lang), text::part_cross(lang), text::part_referral(lang)];
    let rows = names
        .iter()
        .zip(m.growth_parts)
        .map(|(n, v)| {
            vec![
                (*n).to_owned(),
                lang.compact(v),
                if total > 0.0 { lang.percent0(v / total) } else { "–".to_owned() },
            ]
        })
        .collect();
    let headers =
        [text::growth_potential(lang), text::total(lang), text::share(lang)].map(str::to_owned).to_vec();
    view! { <section><h2>{text::growth_parts_title(lang)}</h2>{widgets::table(headers, rows)}</section> }
}

fn parameters(lang: Lang, report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(m) = &report.value_matrix {
        out.push(match lang {
            Lang::En => format!(
                "Horizon {} months, discount rate {} a year, margin {}.",
                m.horizon_months,
                lang.percent0(m.annual_discount_rate),
                lang.percent(report.overview.gross_margin)
            ),
            Lang::ZhHans => format!(
                "期限 {} 个月，年折现率 {}，利润率 {}。",
                m.horizon_months,
                lang.percent0(m.annual_discount_rate),
                lang.percent(report.overview.gross_margin)
            ),
            Lang::ZhHant => format!(
                "期限 {} 個月，年折現率 {}，利潤率 {}。",
                m.horizon_months,
                lang.percent0(m.annual_discount_rate),
                lang.percent(report.overview.gross_margin)
            ),
        });
    }
    if let Some(c) = report.clv_model.as_ref().filter(|c| c.model != "km") {
        let p = &c.params;
        let ll = c.log_likelihood.map_or_else(|| "–".to_owned(), |l| lang.decimal(l, 2));
        let model = match c.model.as_str() {
            "bgnbd" => "BG/NBD",
            "paretonbd" => "Pareto/NBD",
            _ => "MBG/NBD",
        };
        let named =
            [("r", Some(p.r)), ("α", Some(p.alpha)), ("a", p.a), ("b", p.b), ("s", p.s), ("β", p.beta)];
        let params: Vec<String> = named
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", lang.decimal(value?, 4))))
            .collect();
        out.push(format!("{model}: {}; ln L {ll}.", params.join(", ")));
        if let Some(s) = &c.spend {
            out.push(format!(
                "Gamma-Gamma: p {}, q {}, v {}.",
                lang.decimal(s.p, 3),
                lang.decimal(s.q, 3),
                lang.decimal(s.v, 3)
            ));
        }
    }
    out
}
