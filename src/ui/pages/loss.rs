//! Loss: the calculators. They run on typed-in numbers with no file at all, and are prefilled when there is one.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::super::state::App;
use super::super::widgets::{self, ChartBox, Draw, Kpi};
use crate::analytics::loss;
use crate::chart::{self, TornadoBar};
use crate::locale::{Lang, say, text};
use crate::report::{LossPrefill, Report};

/// How a field is typed: a plain number, or a share typed as percent.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Percent,
}

/// One typed-in number, kept as the reader typed it.
#[derive(Clone, Copy)]
struct Field {
    id: &'static str,
    label: fn(Lang) -> &'static str,
    kind: Kind,
    typed: RwSignal<String>,
}

impl Field {
    /// A field with what was typed before, else with `value`.
    fn new(app: App, id: &'static str, label: fn(Lang) -> &'static str, kind: Kind, value: f64) -> Self {
        if let Some(before) = app.typed.with_value(|t| t.get(id).cloned()) {
            return Self { id, label, kind, typed: RwSignal::new(before) };
        }
        let shown = if kind == Kind::Percent { value * 100.0 } else { value };
        // Two decimals are what a person would type; trailing zeros are not.
        let text = format!("{shown:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
        Self { id, label, kind, typed: RwSignal::new(text) }
    }

    /// The number, or NaN where it is none; the calculators answer NaN with an error that names the input.
    fn get(self) -> f64 {
        let typed = self.typed.get();
        let plain: String = typed.chars().filter(|c| !c.is_whitespace() && !",，%％".contains(*c)).collect();
        let value = plain.parse::<f64>().unwrap_or(f64::NAN);
        if self.kind == Kind::Percent { value / 100.0 } else { value }
    }
}

/// All assumptions of the page.
#[derive(Clone, Copy)]
struct Fields {
    customers: Field,
    churn: Field,
    revenue: Field,
    margin: Field,
    save: Field,
    retention: Field,
    discount: Field,
    years: Field,
    cost: Field,
    running: Field,
    cac: Field,
    ratio: Field,
}

impl Fields {
    fn new(app: App, p: &LossPrefill) -> Self {
        use Kind::{Number, Percent};
        let churn = p.annual_churn.unwrap_or(0.05);
        let field = |id, label, kind, value| Field::new(app, id, label, kind, value);
        Self {
            customers: field("customers", text::in_customers, Number, p.customers.unwrap_or(6000.0)),
            churn: field("churn", text::in_churn, Percent, churn),
            revenue: field("revenue", text::in_revenue, Number, p.revenue_per_customer.unwrap_or(1000.0)),
            margin: field("margin", text::in_margin, Percent, p.margin.unwrap_or(0.10)),
            save: field("save", text::in_save, Percent, 0.2),
            retention: field("retention", text::in_retention, Percent, 1.0 - churn),
            discount: field("discount", text::in_discount, Percent, 0.10),
            years: field("years", text::in_horizon, Number, 3.0),
            cost: field("cost", text::in_cost, Number, 3000.0),
            running: field("running", text::in_cost_year, Number, 0.0),
            cac: field("cac", text::in_cac, Number, 200.0),
            ratio: field("ratio", text::in_ratio, Number, 5.0),
        }
    }

    fn aggregate(self) -> loss::Aggregate {
        loss::Aggregate {
            customers: self.customers.get(),
            churn: self.churn.get(),
            revenue: self.revenue.get(),
            margin: self.margin.get(),
        }
    }

    fn programme(self, lost: f64) -> loss::Programme {
        let years = self.years.get();
        let horizon = if (1.0..=1000.0).contains(&years) { years.round() as u32 } else { 0 };
        loss::Programme {
            lost,
            save_rate: self.save.get(),
            profit: self.revenue.get() * self.margin.get(),
            retention: self.retention.get(),
            discount_rate: self.discount.get(),
            horizon,
            initial_cost: self.cost.get(),
            running_costs: vec![self.running.get(); horizon as usize],
        }
    }
}

/// The page.
pub fn view(app: App, lang: Lang, report: Option<Arc<Report>>) -> impl IntoView {
    let prefill = report.as_ref().map(|r| r.loss.inputs.clone()).unwrap_or_default();
    let from_file = report.is_some();
    let fields = RwSignal::new(Fields::new(app, &prefill));
    let reset = move |prefill: &LossPrefill| {
        app.typed.update_value(|t| t.clear());
        fields.set(Fields::new(app, prefill));
    };
    let f = move || fields.get();
    let aggregate = Memo::new(move |_| loss::aggregate(&f().aggregate()));
    let answer = move || match aggregate.get() {
        Ok(a) => widgets::answer(say::loss_answer(lang, a.lost, a.revenue, a.profit), true).into_any(),
        Err(e) => view! { <p class="lede" role="alert">{say::input_error(lang, e)}</p> }.into_any(),
    };
    let main = move || [f().customers, f().churn, f().revenue, f().margin];
    let more =
        move || [f().save, f().retention, f().discount, f().years, f().cost, f().running, f().cac, f().ratio];
    view! {
        {answer}
        <section class="block">
            <h2>{text::loss_inputs(lang)}</h2>
            <p class="sub">{if from_file { text::prefilled(lang) } else { text::typed(lang) }}
                " "<button class="button link no-print" on:click=move |_| reset(&prefill)>{text::reset(lang)}</button></p>
            <div class="fields">{move || main().map(|field| input(app, lang, field)).collect_view()}</div>
            <div class="fields">{move || more().map(|field| input(app, lang, field)).collect_view()}</div>
        </section>
        {move || figures(lang, f())}
        <div class="two even">
            {move || tornado(lang, f())}
            {move || programme_tornado(lang, f())}
        </div>
        <div class="block">{move || grid(lang, f())}</div>
        {report.map(|r| by_pattern(lang, &r))}
        {widgets::how(lang, text::how_loss(lang), text::certainty_exact(lang), Vec::new())}
    }
}

fn input(app: App, lang: Lang, field: Field) -> impl IntoView {
    let unit = if field.kind == Kind::Percent { " (%)" } else { "" };
    let bad = move || !field.get().is_finite();
    view! {
        <label>{(field.label)(lang)}{unit}
            <input class="control" inputmode="decimal" autocomplete="off" data-testid=format!("in-{}", field.id)
                prop:value=move || field.typed.get() aria-invalid=move || bad().to_string()
                on:input=move |e| {
                    let value = event_target_value(&e);
                    app.typed.update_value(|t| { t.insert(field.id, value.clone()); });
                    field.typed.set(value);
                }/>
            {move || bad().then(|| view! { <span class="bad">{lang.pick("a number, please", "请输入数字", "請輸入數字")}</span> })}
        </label>
    }
}

fn figures(lang: Lang, f: Fields) -> impl IntoView {
    let Ok(a) = loss::aggregate(&f.aggregate()) else { return ().into_any() };
    let dash = || "–".to_owned();
    let each = loss::individual(&loss::Individual {
        margin: f.revenue.get() * f.margin.get(),
        retention: f.retention.get(),
        discount_rate: f.discount.get(),
    });
    let money = |v: f64| lang.money(v);
    let kpi = |name: &str, value: String, note: String, id| Kpi { name: name.to_owned(), value, note, id };
    let lifetime = each.as_ref().map_or_else(|_| dash(), |e| money(e.residual * a.lost));
    let budget = loss::budget(&loss::Budget {
        lost: a.lost,
        profit: f.revenue.get() * f.margin.get(),
        save_rate: f.save.get(),
        horizon_factor: 1.0,
        cost: f.cost.get(),
    });
    let programme = loss::programme(&f.programme(a.lost));
    let swap = loss::acquire_or_retain(&loss::AcquireRetain {
        lost: a.lost,
        acquisition_cost: f.cac.get(),
        cost_ratio: f.ratio.get(),
        save_rate: f.save.get(),
    });
    let first = vec![
        kpi(
            text::loss_customers(lang),
            lang.decimal(a.lost, usize::from((a.lost - a.lost.round()).abs() >= 0.05)),
            text::per_year(lang).to_owned(),
            "lost",
        ),
        kpi(text::loss_revenue(lang), money(a.revenue), text::per_year(lang).to_owned(), "lost-revenue"),
        kpi(text::loss_profit(lang), money(a.profit), text::per_year(lang).to_owned(), "lost-profit"),
        kpi(
            text::loss_lifetime(lang),
            lifetime,
            format!(
                "{}: {}",
                text::loss_lifetime_each(lang),
                each.as_ref().map_or_else(|_| dash(), |e| money(e.residual))
            ),
            "lost-lifetime",
        ),
    ];
    let rows = vec![
        // If every leaver could be kept, a year's profit lost is what keeping them may cost.
        (text::loss_break_even(lang), Ok(money(a.profit)), "break-even"),
        (
            text::loss_break_even_save(lang),
            budget
                .as_ref()
                .map(|b| b.break_even_save_rate.map_or_else(dash, |s| lang.percent(s)))
                .map_err(|e| *e),
            "break-even-save",
        ),
        (text::loss_npv(lang), programme.as_ref().map(|p| money(p.npv)).map_err(|e| *e), "npv"),
        (
            text::loss_roi(lang),
            programme.as_ref().map(|p| p.first_roi.map_or_else(dash, |r| lang.percent0(r))).map_err(|e| *e),
            "roi-first",
        ),
        (
            text::loss_roi_all(lang),
            programme.as_ref().map(|p| p.roi.map_or_else(dash, |r| lang.percent0(r))).map_err(|e| *e),
            "roi-all",
        ),
        (text::loss_replace(lang), swap.as_ref().map(|s| money(s.replacing)).map_err(|e| *e), "replace"),
        (text::loss_keep(lang), swap.as_ref().map(|s| money(s.keeping)).map_err(|e| *e), "keep"),
    ];
    let line = |(name, value, id): (&'static str, Result<String, loss::InputError>, &'static str)| {
        let value = value.unwrap_or_else(|e| say::input_error(lang, e));
        view! { <tr><td>{name}</td><td data-testid=id>{value}</td></tr> }
    };
    let mut rows = rows.into_iter();
    let head: Vec<_> = rows.by_ref().take(5).map(line).collect();
    let tail: Vec<_> = rows.map(line).collect();
    view! {
        {widgets::kpis(first)}
        <div class="two even">
            <section><h2>{text::loss_programme(lang)}</h2><p class="sub">{text::loss_budget(lang)}</p><table><tbody>{head}</tbody></table></section>
            <section><h2>{text::loss_acquire(lang)}</h2><p class="sub">{text::loss_keep_note(lang)}</p><table><tbody>{tail}</tbody></table></section>
        </div>
    }
    .into_any()
}

/// The loss of one year: a plain product, so every input weighs the same.
fn tornado(lang: Lang, f: Fields) -> impl IntoView {
    let aggregate = f.aggregate();
    let (Ok(base), Ok(bars)) = (loss::aggregate(&aggregate), loss::aggregate_tornado(&aggregate, 0.2)) else {
        return ().into_any();
    };
    let titles = (text::chart_tornado(lang), text::chart_tornado_sub(lang), text::loss_profit(lang));
    swings(lang, titles, base.profit, &bars).into_any()
}

/// The value of the programme: here the inputs weigh differently.
fn programme_tornado(lang: Lang, f: Fields) -> impl IntoView {
    let Ok(a) = loss::aggregate(&f.aggregate()) else { return ().into_any() };
    let input = f.programme(a.lost);
    let (Ok(base), Ok(bars)) = (loss::programme(&input), loss::programme_tornado(&input, 0.2)) else {
        return ().into_any();
    };
    let titles = (text::chart_npv(lang), text::chart_npv_sub(lang), text::loss_npv(lang));
    swings(lang, titles, base.npv, &bars).into_any()
}

fn swings(
    lang: Lang,
    (title, sub, measure): (&'static str, &'static str, &'static str),
    base: f64,
    bars: &[loss::Bar],
) -> impl IntoView + use<> {
    let list: Vec<(String, f64, f64)> =
        bars.iter().map(|b| (format!("{} ±20%", say::input_name(lang, b.input)), b.low, b.high)).collect();
    let readout =
        list.iter().map(|(n, lo, hi)| format!("{n}: {} – {}", lang.money(*lo), lang.money(*hi))).collect();
    let numbers = list.iter().map(|(n, lo, hi)| vec![n.clone(), lang.money(*lo), lang.money(*hi)]).collect();
    let headers = [measure, "−20%", "+20%"].map(str::to_owned).to_vec();
    let label = match lang {
        Lang::En => format!("{} expected", lang.compact(base)),
        Lang::ZhHans => format!("预计 {}", lang.compact(base)),
        Lang::ZhHant => format!("預計 {}", lang.compact(base)),
    };
    let draw: Draw = Rc::new(move |width, theme| {
        let bars: Vec<TornadoBar<'_>> =
            list.iter().map(|(name, low, high)| TornadoBar { name, low: *low, high: *high }).collect();
        let chart = chart::Tornado { bars: &bars, base, base_label: &label, value: &|v| lang.compact(v) };
        chart::render_at(&chart, width, theme)
    });
    view! { <ChartBox title=title.to_owned() sub=sub.to_owned() draw=draw readout=readout numbers=Some((headers, numbers))/> }
}

fn grid(lang: Lang, f: Fields) -> impl IntoView {
    let aggregate = f.aggregate();
    let saves = [0.1, 0.2, 0.3, 0.4, 0.5];
    let churns: Vec<f64> =
        [0.5, 0.75, 1.0, 1.25, 1.5].iter().map(|k| (aggregate.churn * k).min(1.0)).collect();
    let Ok(grid) = loss::churn_save_grid(&aggregate, 1.0, f.cost.get(), &churns, &saves) else {
        return ().into_any();
    };
    let headers = std::iter::once(text::in_churn(lang).to_owned())
        .chain(saves.iter().map(|s| lang.percent0(*s)))
        .collect();
    let rows = churns
        .iter()
        .zip(&grid.net)
        .map(|(c, net)| {
            std::iter::once(lang.percent(*c)).chain(net.iter().map(|v| lang.compact(*v))).collect()
        })
        .collect();
    view! {
        <section class="grid-table"><h2>{text::loss_grid(lang)}</h2><p class="sub">{text::loss_grid_sub(lang)}</p>{widgets::table(headers, rows)}</section>
    }
    .into_any()
}

fn by_pattern(lang: Lang, report: &Report) -> impl IntoView + use<> {
    if report.loss.by_pattern.is_empty() {
        return ().into_any();
    }
    let rows = report
        .loss
        .by_pattern
        .iter()
        .map(|g| {
            vec![
                say::pattern(lang, g.pattern).to_owned(),
                lang.int(g.customers),
                lang.money(g.yearly_revenue),
                lang.money(g.yearly_profit),
            ]
        })
        .collect();
    let headers =
        [text::pattern(lang), text::customers(lang), text::yearly_revenue(lang), text::yearly_profit(lang)]
            .map(str::to_owned)
            .to_vec();
    view! {
        <section class="block"><h2>{text::loss_by_pattern(lang)}</h2><p class="sub">{text::loss_by_pattern_sub(lang)}</p>{widgets::table(headers, rows)}</section>
    }
    .into_any()
}
