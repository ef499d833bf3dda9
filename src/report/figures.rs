//! Arranges what was computed from a ledger for the pages: sums by group, samples for pictures, columns of customers.

use super::build::{Step, StepProgress, Work, is_alerted, monthly_spend};
use super::lifecycle::{self, Relationships};
use super::{
    Action, ActionKind, Backtest, Because, Churn, ChurnPeriod, ChurnRule, ClassRow, ClvModel, ClvParams,
    CustomerPattern, CustomerStage, CustomerTable, Loss, LossGroup, LossPrefill, MonthValue, Notice,
    Overview, Report, Rfm, RfmCell, RfmGroup, Section, SpendParams, SurvivalPoint, ValueMatrix, ValuePoint,
};
use super::{leaving, products, relations, segments, why, worth};
use crate::analytics::btyd::ModelKind;
use crate::analytics::churn::{self, BACKTEST_DAYS, ChurnRate};
use crate::analytics::credit::Payment;
use crate::analytics::loss::{self, Individual, Literature};
use crate::analytics::reasons::ExitKind;
use crate::analytics::rfm::Group;
use crate::analytics::spend::SpendModel;
use crate::analytics::survival::{self, DAYS_PER_MONTH, Survival};
use crate::analytics::tiers::Tier;
use crate::analytics::value_matrix::{self as matrix, Part, Retention, ValueClass};
use crate::customer::{Coded, Day, Month};
use crate::math::{Rng, quantile};

/// Months of the default backtest.
const DEFAULT_BACKTEST_MONTHS: u32 = 6;
/// Points of a picture: more would hide each other.
const MAX_POINTS: usize = 1000;
const MAX_SURVIVAL_POINTS: usize = 120;

pub(super) fn arrange(mut work: Work<'_>, progress: &mut StepProgress<'_>) -> Report {
    let mut notices = std::mem::take(&mut work.notices);
    let lifecycle = work.relationships.as_ref().map(|r| lifecycle::arrange(&work, r, &mut notices));
    let patterns = work.relationships.as_ref().map(|r| lifecycle::pattern_rows(&work, r)).unwrap_or_default();
    let rate = churn::churn_rate(&work.orders, &work.exits, work.settings.churn_window_months);
    let why = leaving::recorded_reasons(&work);
    let churn = churn(&work, rate.as_ref(), why.as_ref());
    let actions_of = action_bits(&work);
    let overview = overview(&work, &churn, &actions_of);
    let mut loss = loss(&work, rate.as_ref());
    missing_parts(&work.matrix.parts, &mut notices);
    let mut report = Report {
        quality: super::Quality::default(),
        overview,
        lifecycle,
        patterns,
        pattern_detail: work.relationships.as_ref().map(|r| r.detail.clone()),
        value_matrix: Some(value_matrix(&work)),
        churn: Some(churn),
        rfm: rfm(&work),
        clv_model: clv_model(&work),
        ..Report::default()
    };
    let active: Vec<bool> = work.exited.iter().map(|out| !out).collect();
    let p_exit = leaving::p_exit(&work);
    let (budget, expected_loss) =
        leaving::budget(&p_exit, &work.matrix.cv, &active, &work.matrix.class, work.settings);
    loss.expected = work.model.forecast.as_ref().map(|_| crate::math::sum(expected_loss.iter().copied()));
    report.loss = loss;
    report.retention = Some(budget);
    let mut columns = Columns { expected_loss, ..Columns::default() };
    if work.groups {
        progress(Step::Groups, 0.0, 0.0);
        groups(&work, &mut report, &mut columns, &mut notices);
    }
    if let Some(why) = why {
        columns.exit_kind = why.kind;
    }
    progress(Step::Done, 0.0, 0.0);
    notices.sort_by_key(|n| matches!(n, Notice::NotComputed { .. }));
    report.notices = notices;
    let learned = why::Learned {
        p_exit,
        checks: std::mem::take(&mut columns.exit.checks),
        payment: std::mem::take(&mut columns.payment),
    };
    report.customers = customers(&mut work, actions_of, columns);
    report.why = why::of_ledger(work, &report, learned);
    report
}

/// Columns of the customer table that come from what stands beside the value matrix.
#[derive(Default)]
struct Columns {
    expected_loss: Vec<f64>,
    cluster: Vec<Option<u8>>,
    tier: Vec<Option<Tier>>,
    credit_score: Vec<Option<f64>>,
    relationship: Vec<Option<f64>>,
    exit: worth::ExitColumns,
    payment: Vec<Option<Payment>>,
    rule: Vec<Option<u16>>,
    exit_kind: Vec<Option<ExitKind>>,
}

/// Everything beside the value matrix. Columns per customer go into the table, not into the sections.
fn groups(work: &Work<'_>, report: &mut Report, columns: &mut Columns, notices: &mut Vec<Notice>) {
    if let Some(mut found) = segments::clusters(work, notices) {
        columns.cluster = std::mem::take(&mut found.labels);
        report.clusters = Some(found);
    }
    let mut tiers = segments::tiers(work, &work.facts, work.products.sensitivity.as_ref());
    columns.tier = std::mem::take(&mut tiers.labels);
    report.tiers = Some(tiers);
    report.basket = work.products.basket.clone();
    report.price = work.products.price.clone();
    report.growth = products::growth_matrix(work.ledger, work.as_of, work.margin, work.settings, notices);
    let rated = worth::rate(work);
    let (exit, decisions) = worth::exit(work, &work.facts, rated.as_ref(), notices);
    report.exit = Some(exit);
    columns.exit = decisions;
    if let Some(rated) = rated {
        report.credit = Some(worth::credit(&rated));
        columns.credit_score = rated.rating.iter().map(|r| r.as_ref().map(|r| r.score)).collect();
        columns.payment = rated.payment;
    } else {
        let because = Because::MissingColumn { role: "payments".to_owned() };
        notices.push(Notice::NotComputed { section: Section::Credit, because });
    }
    report.equity = Some(worth::equity(work, &work.facts));
    let (rules, caught) = leaving::rule_trees(work, &work.facts, &work.products, notices);
    report.rules = Some(rules);
    columns.rule = caught;
    if let Some(mut quality) = relations::quality(work, &work.facts, notices) {
        columns.relationship = std::mem::take(&mut quality.score);
        relations::drop_columns(&mut quality);
        report.relationship = Some(quality);
    }
    report.funnel = Some(relations::funnel(work, &work.facts));
    if work.ledger.side.exits.is_none() {
        let because = Because::MissingColumn { role: "reason".to_owned() };
        notices.push(Notice::NotComputed { section: Section::Reasons, because });
    }
}

fn overview(work: &Work<'_>, churn: &Churn, actions: &[u8]) -> Overview {
    let totals = &work.orders.totals;
    let revenue = work.money(totals.revenue);
    let counts = work.exits.counts();
    let (mut equity, mut reserve, mut risk) = (0.0, 0.0, 0.0);
    for c in 0..work.n() {
        equity += work.matrix.cv[c];
        if work.exited[c] {
            reserve += work.matrix.clv[c];
        }
        if is_alerted(&work.exits, c) {
            risk += work.matrix.cv[c];
        }
    }
    Overview {
        customers: work.n() as u32,
        transactions: 0,
        orders: u32::try_from(totals.n_orders).unwrap_or(u32::MAX),
        revenue,
        profit: Some(totals.cost.map_or(revenue * work.margin, |cost| work.money(totals.revenue - cost))),
        profit_from_costs: totals.cost.is_some() && totals.revenue > 0,
        gross_margin: work.margin,
        first_date: work.orders.dates.map(|d| d.0.iso()),
        last_date: work.orders.dates.map(|d| d.1.iso()),
        as_of: Some(work.as_of.iso()),
        churn_rate: churn.rate,
        churn_interval: churn.interval,
        retention_rate: churn.rate.map(|r| 1.0 - r),
        active: work.n() as u32 - counts.exited,
        alerted: counts.amber,
        exited: counts.exited,
        one_time: counts.one_time,
        customer_equity: Some(equity),
        win_back_reserve: work.model.forecast.as_ref().map(|_| reserve),
        value_at_risk: Some(risk),
        actions: suggest(&work.matrix, actions),
        revenue_by_month: revenue_by_month(work),
    }
}

fn revenue_by_month(work: &Work<'_>) -> Vec<MonthValue> {
    let Some((first, last)) = work.orders.dates else { return Vec::new() };
    let (first, last) = (first.month(), last.month());
    let mut sums = vec![0_i128; (last.0 - first.0 + 1).max(0) as usize];
    for (day, net) in work.orders.day.iter().zip(&work.orders.net) {
        if let Some(sum) = sums.get_mut((day.month().0 - first.0).max(0) as usize) {
            *sum += i128::from(*net);
        }
    }
    let month = |(i, sum): (usize, &i128)| MonthValue {
        month: Month(first.0 + i as i32).iso(),
        value: work.money(*sum),
    };
    sums.iter().enumerate().map(month).collect()
}

const ACTIONS: [ActionKind; 5] = [
    ActionKind::ContactAlerted,
    ActionKind::RepairDecline,
    ActionKind::RebuildStalled,
    ActionKind::SecondOrder,
    ActionKind::WinBack,
];

/// Which suggestions concern each customer, as bits.
fn action_bits(work: &Work<'_>) -> Vec<u8> {
    let n_active = work.exited.iter().filter(|e| !**e).count();
    let mean_cv =
        if n_active == 0 { f64::INFINITY } else { work.matrix.cv.iter().sum::<f64>() / n_active as f64 };
    (0..work.n())
        .map(|c| {
            let class = work.matrix.class[c];
            if work.exited[c] {
                let worth_it = work.model.forecast.is_some() && work.matrix.clv[c] > mean_cv;
                return if worth_it { ActionKind::WinBack.bit() } else { 0 };
            }
            let mut bits = 0;
            let mut set = |kind: ActionKind, holds: bool| bits |= if holds { kind.bit() } else { 0 };
            let alerted = is_alerted(&work.exits, c);
            let stage = work.relationships.as_ref().map(|r| r.stage[c]);
            set(ActionKind::ContactAlerted, alerted && matches!(class, ValueClass::III | ValueClass::IV));
            // A customer past the alert point is already in the first suggestion.
            set(ActionKind::RepairDecline, !alerted && stage == Some(CustomerStage::Decline));
            set(ActionKind::RebuildStalled, class == ValueClass::II);
            set(ActionKind::SecondOrder, !alerted && work.exits.n_purchase_days[c] == 1);
            bits
        })
        .collect()
}

/// The three suggestions worth most, of customers marked by `bits`.
pub(super) fn suggest(matrix: &matrix::ValueMatrix, bits: &[u8]) -> Vec<Action> {
    let mut list: Vec<Action> = ACTIONS
        .into_iter()
        .map(|kind| {
            let concerned = (0..bits.len()).filter(|&c| bits[c] & kind.bit() != 0);
            let (mut customers, mut worth) = (0, 0.0);
            for c in concerned {
                customers += 1;
                worth += match kind {
                    ActionKind::ContactAlerted | ActionKind::RepairDecline => matrix.cv[c],
                    ActionKind::RebuildStalled | ActionKind::SecondOrder => matrix.gp[c],
                    ActionKind::WinBack => matrix.clv[c],
                };
            }
            Action { kind, customers, worth }
        })
        .filter(|a| a.customers > 0 && a.worth > 0.0)
        .collect();
    list.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.kind.bit().cmp(&b.kind.bit())));
    list.truncate(3);
    list
}

fn churn(work: &Work<'_>, rate: Option<&ChurnRate>, why: Option<&leaving::Why>) -> Churn {
    let survival = survival::of_transactions(&work.exits);
    let visible = work.exits.first_possible_detection().map(Day::month);
    let by_period = churn::monthly_churn(&work.exits)
        .into_iter()
        .map(|p| {
            let seen = visible.is_some_and(|month| p.month >= month);
            ChurnPeriod {
                month: p.month.iso(),
                base: seen.then_some(p.base),
                one_time: seen.then_some(p.one_time.lost),
                repeat: seen.then_some(p.repeat.lost),
                rate: p.rate,
            }
        })
        .collect();
    let by = work.settings.silence_rule();
    let backtest = if work.settings.backtest_months == DEFAULT_BACKTEST_MONTHS {
        // Half a year in days, as published figures have it.
        churn::backtest_by(&work.orders, work.as_of, BACKTEST_DAYS as u32, &by)
    } else {
        churn::backtest_months(&work.orders, work.as_of, work.settings.backtest_months, &by)
    };
    let backtest = backtest.map(|b| Backtest {
        horizon_days: b.horizon_days,
        customers: b.n_customers,
        flagged: b.n_flagged,
        flagged_bought: b.flagged_bought_rate.unwrap_or(0.0),
        precision: b.precision.unwrap_or(0.0),
        recall: b.recall.unwrap_or(0.0),
        auc: b.auc,
        auc_interval: b.auc_interval.map(|(low, high)| [low, high]),
    });
    let p_alive = work.model.forecast.as_ref().map(|f| f.p_alive.as_slice()).unwrap_or_default();
    Churn {
        definition: if work.settings.exit_by_p_alive { "p-alive" } else { "individual-threshold" }.to_owned(),
        lost: rate.map_or(0, |r| r.lost),
        base: rate.map_or(0, |r| r.base),
        rate: rate.map(|r| r.rate),
        interval: rate.map(|r| [r.low, r.high]),
        revenue_rate: rate.and_then(|r| r.revenue_rate),
        window_months: rate.map_or(0, |r| r.months),
        by_period,
        median_survival: survival.median,
        survival: survival_points(&survival),
        survival_unit: "months".to_owned(),
        rule: Some(rule(work)),
        // A rule that flagged nobody was not tested.
        backtest: backtest.filter(|b| b.flagged > 0),
        rates: leaving::rates(work, rate.map_or(0, |r| r.months)),
        agreement: leaving::agreement(work, p_alive),
        reasons: why.map(|w| w.rows.clone()).unwrap_or_default(),
        reason_detail: why.map(|w| w.detail.clone()),
    }
}

pub(super) fn survival_points(survival: &Survival) -> Vec<SurvivalPoint> {
    let at = |p: survival::Point| {
        // Without a band (S = 1 or 0) the interval is the point itself.
        let (lower, upper) = p.band.unwrap_or((p.survival, p.survival));
        SurvivalPoint { time: p.time, survival: p.survival, lower, upper, at_risk: p.n_at_risk }
    };
    survival.downsampled(MAX_SURVIVAL_POINTS).into_iter().map(at).collect()
}

fn rule(work: &Work<'_>) -> ChurnRule {
    let exits = &work.exits;
    let repeat = |of: fn(&churn::Threshold) -> f64| -> Vec<f64> {
        (0..work.n()).filter(|&c| exits.n_purchase_days[c] > 1).map(|c| of(&exits.threshold[c])).collect()
    };
    let (amber, red) = (repeat(|t| t.amber_days), repeat(|t| t.red_days));
    ChurnRule {
        typical_gap_days: exits.pool.as_ref().map(|p| crate::math::exp(p.mu0)),
        sigma: exits.pool.as_ref().map(|p| p.sigma0),
        one_time_days: exits
            .n_purchase_days
            .contains(&1)
            .then_some([exits.one_time.amber_days, exits.one_time.red_days]),
        one_time_returns: exits.n_returns,
        false_alarm_share: exits.pool.as_ref().map(|_| exits.false_alarm_share),
        median_days: (!amber.is_empty()).then(|| [quantile(&amber, 0.5), quantile(&red, 0.5)]),
    }
}

/// What the loss calculators start from: the base of the churn window and its revenue a year before.
fn loss(work: &Work<'_>, rate: Option<&ChurnRate>) -> Loss {
    let first = work.orders.dates.map_or(work.as_of, |d| d.0);
    let inputs = LossPrefill {
        customers: rate.map(|r| f64::from(r.base)),
        annual_churn: rate.map(|r| r.annual_rate),
        revenue_per_customer: rate.and_then(|r| {
            // The base bought in the window before; a file that begins within it shows only a part of that.
            let seen = (f64::from(r.from.0 - first.0) / DAYS_PER_MONTH).min(f64::from(r.months));
            (r.base > 0 && seen >= 1.0).then(|| cents(r.base_revenue / f64::from(r.base) * 12.0 / seen))
        }),
        margin: Some((work.margin * 1e4).round() / 1e4),
    };
    let literature = literature(&inputs, work.settings);
    let by_pattern = work.relationships.as_ref().map(|r| loss_groups(work, r)).unwrap_or_default();
    Loss { inputs, by_pattern, expected: None, literature }
}

/// What the literature claims, beside the same on this file's numbers.
pub(super) fn literature(inputs: &LossPrefill, settings: &super::ValidSettings) -> Option<Literature> {
    let profit = inputs.revenue_per_customer? * inputs.margin?;
    let own = Individual {
        margin: profit,
        retention: 1.0 - inputs.annual_churn?,
        discount_rate: settings.annual_discount_rate,
    };
    // Acquiring is taken to cost as many times a contact as the assumed ratio says.
    Some(loss::literature(&own, settings.contact_cost * settings.acquisition_ratio))
}

fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

fn loss_groups(work: &Work<'_>, r: &Relationships) -> Vec<LossGroup> {
    CustomerPattern::ENDINGS
        .into_iter()
        .map(|pattern| {
            let (mut customers, mut net) = (0, 0_i128);
            for c in (0..work.n()).filter(|&c| work.exited[c] && r.pattern[c] == pattern) {
                customers += 1;
                let last = work.orders.last_purchase(c).unwrap_or(work.as_of);
                let year = work.orders.range(c).filter(|&i| work.orders.day[i].0 > last.0 - 365);
                net += year.map(|i| i128::from(work.orders.net[i])).sum::<i128>();
            }
            let yearly_revenue = work.money(net);
            LossGroup { pattern, customers, yearly_revenue, yearly_profit: yearly_revenue * work.margin }
        })
        .collect()
}

fn missing_parts(parts: &matrix::Parts, notices: &mut Vec<Notice>) {
    let named =
        [("up-buying", parts.up_buying), ("cross-buying", parts.cross_buying), ("referral", parts.referral)];
    for (name, part) in named {
        if matches!(part, Part::Missing { .. }) {
            notices.push(Notice::MissingGrowthPart { part: name.to_owned() });
        }
    }
}

pub(super) fn part_total(part: Part) -> f64 {
    match part {
        Part::Computed { total } => total,
        Part::Missing { .. } => 0.0,
    }
}

/// The stable key of a class's strategy.
pub(super) fn strategy_key(class: ValueClass) -> String {
    match class.strategy().retention {
        Retention::Release => "release",
        Retention::Reengineer => "re-engineer",
        Retention::Keep => "keep",
        Retention::OneToOne => "spare-no-effort",
    }
    .to_owned()
}

fn value_matrix(work: &Work<'_>) -> ValueMatrix {
    let revenue: Vec<f64> = (0..work.n()).map(|c| work.money(work.orders.revenue_of(c))).collect();
    let id = |c: usize| work.ledger.customers.get(c as u32).to_owned();
    arrange_matrix(
        &work.matrix,
        &work.exited,
        &revenue,
        id,
        work.settings.horizon_months,
        work.settings.annual_discount_rate,
    )
}

/// Rows per class and a sample of active customers for the picture; those who left have no current value to show.
pub(super) fn arrange_matrix(
    m: &matrix::ValueMatrix,
    exited: &[bool],
    revenue: &[f64],
    id: impl Fn(usize) -> String,
    horizon_months: u32,
    annual_discount_rate: f64,
) -> ValueMatrix {
    let classes = ValueClass::ALL
        .into_iter()
        .map(|class| {
            let mut row = ClassRow {
                class,
                customers: 0,
                active: 0,
                revenue: 0.0,
                strategy: strategy_key(class),
                current_value: 0.0,
                growth_potential: 0.0,
            };
            for c in (0..exited.len()).filter(|&c| m.class[c] == class) {
                row.customers += 1;
                row.active += u32::from(!exited[c]);
                row.revenue += revenue[c];
                row.current_value += m.cv[c];
                row.growth_potential += m.gp[c];
            }
            row
        })
        .collect();
    let active: Vec<usize> = (0..exited.len()).filter(|&c| !exited[c]).collect();
    let points = sample(&active)
        .into_iter()
        .map(|c| ValuePoint {
            id: id(c),
            current_value: m.cv[c],
            growth_potential: m.gp[c],
            revenue: revenue[c],
            class: m.class[c],
        })
        .collect();
    ValueMatrix {
        current_value_threshold: m.cv_threshold.unwrap_or(0.0),
        growth_potential_threshold: m.gp_threshold.unwrap_or(0.0),
        classes,
        points,
        flips: [m.flips.lower, m.flips.higher],
        growth_parts: [m.parts.up_buying, m.parts.cross_buying, m.parts.referral].map(part_total),
        horizon_months,
        annual_discount_rate,
    }
}

/// At most [`MAX_POINTS`] of them, drawn with a fixed seed, in order.
fn sample(from: &[usize]) -> Vec<usize> {
    let mut rng = Rng::new(1);
    let mut left = MAX_POINTS;
    let n = from.len();
    // Selection sampling (Knuth, TAOCP 2, algorithm S): in order, each set equally likely.
    from.iter()
        .enumerate()
        .filter(|(i, _)| {
            let take = rng.uniform() * ((n - i) as f64) < left as f64;
            left -= usize::from(take);
            take
        })
        .map(|(_, c)| *c)
        .collect()
}

fn rfm(work: &Work<'_>) -> Option<Rfm> {
    let r = &work.rfm;
    if r.grid.is_empty() {
        return None;
    }
    let grid = r
        .grid
        .iter()
        .map(|c| RfmCell {
            r: c.r,
            f: c.f,
            customers: c.customers,
            mean_money: c.mean_monetary.unwrap_or(0.0),
        })
        .collect();
    let groups = r
        .groups
        .iter()
        .map(|g| RfmGroup {
            code: group_code(g.group).to_owned(),
            customers: g.customers,
            revenue: g.monetary,
        })
        .collect();
    let mut weighted = vec![0_u32; 41];
    for score in r.scores.iter().flatten() {
        let tenth = ((score.weighted - 1.0) * 10.0).round().clamp(0.0, 40.0) as usize;
        weighted[tenth] += 1;
    }
    let (weights, comparisons) = segments::rfm_weights(work.settings);
    Some(Rfm { window_months: work.settings.rfm_window_months, grid, groups, weights, comparisons, weighted })
}

/// The digits R, F, M of a group.
fn group_code(group: Group) -> &'static str {
    match group {
        Group::ImportantValue => "111",
        Group::ImportantDevelop => "101",
        Group::ImportantKeep => "011",
        Group::ImportantWinBack => "001",
        Group::GeneralValue => "110",
        Group::GeneralDevelop => "100",
        Group::GeneralKeep => "010",
        Group::GeneralWinBack => "000",
    }
}

fn clv_model(work: &Work<'_>) -> Option<ClvModel> {
    let fit = work.model.fit.as_ref()?;
    let [r, alpha, third, fourth] = fit.params;
    let pareto = fit.kind == ModelKind::ParetoNbd;
    let (of_beta, of_gamma) = (Some(()).filter(|()| !pareto), Some(()).filter(|()| pareto));
    let equity: f64 = work.matrix.cv.iter().sum();
    let spend = work.model.spend.as_ref().and_then(|s| match s.model {
        SpendModel::GammaGamma { p, q, v } => {
            Some(SpendParams { p, q, v, correlation: s.correlation.unwrap_or(0.0) })
        }
        SpendModel::Pooled { .. } => None,
    });
    Some(ClvModel {
        model: match fit.kind {
            ModelKind::MbgNbd => "mbgnbd",
            ModelKind::BgNbd => "bgnbd",
            ModelKind::ParetoNbd => "paretonbd",
        }
        .to_owned(),
        unit: "weeks".to_owned(),
        params: ClvParams {
            r,
            alpha,
            a: of_beta.map(|()| third),
            b: of_beta.map(|()| fourth),
            s: of_gamma.map(|()| third),
            beta: of_gamma.map(|()| fourth),
        },
        log_likelihood: Some(fit.log_likelihood),
        spend,
        expected_alive: work.model.forecast.as_ref().map(|f| f.p_alive.iter().sum()),
        no_dropout: !fit.shows_dropout(),
        std_errors: fit.std_errors,
        equity_interval: work
            .model
            .interval
            .as_ref()
            .map(|i| i.around(equity))
            .map(|(low, high)| [low, high]),
        choice: work.model.choice.clone(),
        comparison: work.model.comparison.clone(),
    })
}

/// 0 calm to 1 exited; 0.5 is the alert point.
fn warning(work: &Work<'_>, c: usize) -> f64 {
    if work.exited[c] {
        return 1.0;
    }
    let silence = f64::from(work.exits.silence_days[c]);
    let (amber, red) = (work.exits.threshold[c].amber_days, work.exits.threshold[c].red_days);
    if silence <= amber {
        // Just below the alert point stays below it in the number shown.
        return (0.5 * silence / amber).min(0.499_999);
    }
    (0.5 + 0.5 * (silence - amber) / (red - amber).max(1e-9)).clamp(0.5, 0.999_999)
}

fn customers(work: &mut Work<'_>, actions: Vec<u8>, columns: Columns) -> CustomerTable {
    let n = work.n();
    let next_product =
        work.products.next.as_ref().zip(work.ledger.product.as_ref()).map(|(next, names)| Coded {
            names: names.names.clone(),
            code: next.product.iter().map(|p| p.unwrap_or(Coded::MISSING)).collect(),
        });
    let score = |of: fn(&crate::analytics::rfm::Scores) -> u8| -> Vec<u8> {
        work.rfm.scores.iter().map(|s| s.as_ref().map_or(0, of)).collect()
    };
    let tenure = |c: usize| work.orders.first_purchase(c).map_or(0.0, |day| f64::from(work.as_of.0 - day.0));
    let stage = work.relationships.as_ref().map(|r| r.stage.clone()).unwrap_or_default();
    let confidence = work.relationships.as_ref().map(|r| r.confidence.clone()).unwrap_or_default();
    let pattern = work.relationships.as_ref().map(|r| r.pattern.clone()).unwrap_or_default();
    CustomerTable {
        transactions: (0..n).map(|c| work.orders.n_orders_of(c)).collect(),
        revenue: (0..n).map(|c| work.money(work.orders.revenue_of(c))).collect(),
        recency_days: work.exits.silence_days.iter().map(|d| f64::from(*d)).collect(),
        tenure_days: (0..n).map(tenure).collect(),
        r_score: score(|s| s.r),
        f_score: score(|s| s.f),
        m_score: score(|s| s.m),
        stage,
        stage_confidence: confidence,
        pattern,
        p_alive: work.model.forecast.as_ref().map(|f| f.p_alive.clone()).unwrap_or_default(),
        warning: (0..n).map(|c| warning(work, c)).collect(),
        amber_days: work.exits.threshold.iter().map(|t| t.amber_days).collect(),
        red_days: work.exits.threshold.iter().map(|t| t.red_days).collect(),
        actions,
        profit12m: std::mem::take(&mut work.facts.profit.profit),
        expected_loss: columns.expected_loss,
        cluster: columns.cluster,
        tier: columns.tier,
        rfm_weighted: work.rfm.scores.iter().map(|s| s.as_ref().map(|s| s.weighted)).collect(),
        next_product,
        credit_score: columns.credit_score,
        relationship: columns.relationship,
        exit_decision: columns.exit.decision,
        rule: columns.rule,
        exit_kind: columns.exit_kind,
        id: work.ledger.customers.clone(),
        current_value: std::mem::take(&mut work.matrix.cv),
        growth_potential: std::mem::take(&mut work.matrix.gp),
        value_class: std::mem::take(&mut work.matrix.class),
        clv: std::mem::take(&mut work.matrix.clv),
    }
}

/// Mean monthly value now of a customer, for stage rows.
pub(super) fn monthly_now(work: &Work<'_>, c: usize) -> f64 {
    monthly_spend(&work.orders, work.as_of, c)
}
