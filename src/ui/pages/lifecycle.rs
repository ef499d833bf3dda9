//! Lifecycle: which stage each relationship is in, and what each stage looks like in this file.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::App;
use super::super::widgets::{self, ChartBox, Draw};
use crate::chart::{self, LifeBand};
use crate::locale::{Lang, say, text};
use crate::report::{CustomerFilter, CustomerStage, Lifecycle, Notice, Report};

/// The page.
pub fn view(app: App, lang: Lang, report: Arc<Report>) -> impl IntoView {
    let Some(l) = report.lifecycle.clone() else {
        return view! {
            {widgets::answer(say::lifecycle_answer(lang, &report), false)}
            {widgets::notices(lang, &report.notices, |n| matches!(n, Notice::NoStages | Notice::ShortHistory { .. } | Notice::RowsAreSums { .. }))}
        }
        .into_any();
    };
    // Stages of contracts follow from tenure: there is no course over time to draw or to measure.
    if report.snapshot.is_some() {
        return view! {
            {widgets::answer(say::lifecycle_answer(lang, &report), false)}
            <p class="lede">{text::stages_by_tenure(lang)}</p>
            <div class="block">{stages(app, lang, &l)}</div>
        }
        .into_any();
    }
    view! {
        {widgets::answer(say::lifecycle_answer(lang, &report), false)}
        <p class="lede">{lede(lang, &l)}</p>
        {widgets::notices(lang, &report.notices, |n| matches!(n, Notice::SparseBuyers { .. } | Notice::StageSample { .. }))}
        <div class="block">{typical(lang, &l)}</div>
        <div class="two">
            {stages(app, lang, &l)}
            {measured(lang, &l)}
        </div>
        <section class="block"><h2>{text::stage_guide(lang)}</h2>
            <div class="guide">
                {guide(lang, CustomerStage::Exploration, text::guide_exploration(lang))}
                {guide(lang, CustomerStage::BuildUp, text::guide_build_up(lang))}
                {guide(lang, CustomerStage::Stability, text::guide_stability(lang))}
                {guide(lang, CustomerStage::Decline, text::guide_decline(lang))}
            </div>
        </section>
        {widgets::how(lang, text::how_lifecycle(lang), text::certainty_classified(lang), Vec::new())}
    }
    .into_any()
}

fn lede(lang: Lang, l: &Lifecycle) -> String {
    let [a, b, c] = l.badges.map(|n| lang.int(n));
    let mut out = match lang {
        Lang::En => format!("Reliability of the stage: {a} firm (A), {b} fair (B), {c} indicative only (C)."),
        Lang::ZhHans => {
            format!("阶段判断的可靠程度：可靠（A）{a} 位，一般（B）{b} 位，仅供参考（C）{c} 位。")
        }
        Lang::ZhHant => {
            format!("階段判斷的可靠程度：可靠（A）{a} 位，一般（B）{b} 位，僅供參考（C）{c} 位。")
        }
    };
    if l.too_little_history > 0 {
        let n = lang.customers(l.too_little_history);
        out.push_str(&match lang {
            Lang::En => format!(" {n} with too little history count as exploration."),
            Lang::ZhHans => format!("历史过短的 {n}计入考察期。"),
            Lang::ZhHant => format!("歷史過短的 {n}計入考察期。"),
        });
    }
    if l.left_truncated > 0 {
        let n = lang.customers(l.left_truncated);
        out.push_str(&match lang {
            Lang::En => format!(" {n} may have been customers before the file begins."),
            Lang::ZhHans => format!("{n}可能在文件起始之前就已是客户。"),
            Lang::ZhHant => format!("{n}可能在檔案起始之前就已是客戶。"),
        });
    }
    out
}

fn typical(lang: Lang, l: &Lifecycle) -> impl IntoView + use<> {
    let Some(t) = l.typical.clone() else {
        return view! { <p class="sub">{text::not_computable(lang)}</p> }.into_any();
    };
    let readout: Vec<String> = (0..t.observed.len())
        .map(|i| {
            let (seen, fit) = (lang.compact(t.observed[i]), lang.compact(t.fitted[i]));
            let stage = say::stage(lang, t.stages[i]);
            match lang {
                Lang::En => {
                    format!("Month {}: {seen} observed, {fit} fitted, {}", i + 1, stage.to_lowercase())
                }
                Lang::ZhHans => format!("第 {} 个月：观察值 {seen}，拟合值 {fit}，{stage}", i + 1),
                Lang::ZhHant => format!("第 {} 個月：觀察值 {seen}，配適值 {fit}，{stage}", i + 1),
            }
        })
        .collect();
    let observed: Vec<(f64, f64)> =
        t.observed.iter().enumerate().map(|(i, v)| (i as f64 + 0.5, *v)).collect();
    let fitted: Vec<(f64, f64)> = t.fitted.iter().enumerate().map(|(i, v)| (i as f64 + 0.5, *v)).collect();
    let bands = bands(&t.stages);
    let n = t.customers;
    let measure = if t.aligned { text::chart_life_aligned(lang) } else { text::chart_life_sub(lang) };
    let sub = match lang {
        Lang::En => format!("{measure} ({})", lang.customers(n)),
        Lang::ZhHans => format!("{measure}（{}）", lang.customers(n)),
        Lang::ZhHant => format!("{measure}（{}）", lang.customers(n)),
    };
    let months = |wanted: CustomerStage| t.stages.iter().filter(|s| **s == wanted).count();
    let rise = months(CustomerStage::Exploration) + months(CustomerStage::BuildUp);
    let title = match (lang, t.aligned) {
        (Lang::En, true) => format!(
            "A typical relationship reaches its plateau after {rise} months and holds it for {}",
            months(CustomerStage::Stability)
        ),
        (Lang::ZhHans, true) => {
            format!("典型关系在 {rise} 个月后到达平台，并维持 {} 个月", months(CustomerStage::Stability))
        }
        (Lang::ZhHant, true) => {
            format!("典型關係在 {rise} 個月後到達高原，並維持 {} 個月", months(CustomerStage::Stability))
        }
        (_, false) => text::chart_life(lang).to_owned(),
    };
    let draw: Draw = Rc::new(move |width, theme| {
        let chart = chart::LifeCurve {
            observed: &observed,
            fitted: &fitted,
            fitted_name: lang.pick("fitted", "拟合", "配適"),
            second: None,
            bands: &bands,
            stage_names: [
                text::stage_exploration(lang),
                text::stage_build_up(lang),
                text::stage_stability(lang),
                text::stage_decline(lang),
            ],
            x_name: text::life_axis(lang),
            x: &|v| lang.decimal(v, 0),
            y: &|v| lang.tick(v),
        };
        chart::render_at(&chart, width, theme)
    });
    view! { <ChartBox title=title sub=sub draw=draw readout=readout/> }.into_any()
}

/// Runs of equal stage as bands.
fn bands(stages: &[CustomerStage]) -> Vec<LifeBand> {
    let mut out: Vec<LifeBand> = Vec::new();
    for (i, stage) in stages.iter().enumerate() {
        let (stage, from, to) = (*stage as usize, i as f64, i as f64 + 1.0);
        match out.last_mut() {
            Some(band) if band.stage == stage => band.to = to,
            _ => out.push(LifeBand { from, to, stage }),
        }
    }
    out
}

fn stages(app: App, lang: Lang, l: &Lifecycle) -> impl IntoView + use<> {
    let total: u32 = l.stages.iter().map(|s| s.customers).sum();
    let rows = l.stages.clone().into_iter().map(|s| {
        let filter = CustomerFilter { stage: Some(s.stage), ..CustomerFilter::default() };
        view! { <tr>
            <td>{widgets::stage_name(lang, s.stage)}</td>
            <td><button class="button link" on:click=move |_| widgets::see_customers(app, filter.clone())>{lang.int(s.customers)}</button></td>
            <td>{lang.compact(s.monthly_value)}</td>
            <td>{s.confidence.map_or("–".to_owned(), |c| lang.percent0(c))}</td>
            <td>{lang.int(s.alerted)}</td>
            <td>{lang.compact(s.current_value)}</td>
        </tr> }
    });
    view! {
        <section><h2>{text::stages_today(lang)}</h2>
            <div class="scroll"><table data-testid="stages"><thead><tr>
                <th scope="col">{text::stage(lang)}</th><th scope="col">{text::customers(lang)}</th><th scope="col">{text::monthly_value(lang)}</th>
                <th scope="col">{text::confidence(lang)}</th><th scope="col">{text::alerted(lang)}</th><th scope="col">{text::current_value(lang)}</th>
            </tr></thead><tbody>{rows.collect_view()}
                <tr class="total"><td>{text::total(lang)}</td><td>{lang.int(total)}</td><td></td><td></td><td></td><td></td></tr>
            </tbody></table></div>
        </section>
    }
}

fn measured(lang: Lang, l: &Lifecycle) -> impl IntoView + use<> {
    let rows = l.table.clone().into_iter().map(|m| {
        view! { <tr>
            <td>{widgets::stage_name(lang, m.stage)}</td>
            <td>{lang.int(m.customer_months.round())}</td>
            <td>{lang.decimal(m.orders, 2)}</td>
            <td>{lang.compact(m.value)}</td>
            <td>{m.order_value.map_or("–".to_owned(), |v| lang.compact(v))}</td>
        </tr> }
    });
    view! {
        <section><h2>{text::table_stage_title(lang)}</h2><p class="sub">{text::table_stage_sub(lang)}</p>
            <div class="scroll"><table><thead><tr>
                <th scope="col">{text::stage(lang)}</th><th scope="col">{text::customer_months(lang)}</th><th scope="col">{text::orders_per_month(lang)}</th>
                <th scope="col">{text::monthly_value(lang)}</th><th scope="col">{text::order_value(lang)}</th>
            </tr></thead><tbody>{rows.collect_view()}</tbody></table></div>
        </section>
    }
}

fn guide(lang: Lang, stage: CustomerStage, words: &'static str) -> impl IntoView {
    view! { <div><h3>{widgets::stage_name(lang, stage)}</h3><p>{words}</p></div> }
}
