//! Arranges what was computed from a ledger for the pages: sums by group, samples for pictures, columns of customers.

use super::build::{Work, is_alerted, monthly_spend};
use super::lifecycle::{self, Relationships};
use super::{
    Action, ActionKind, Backtest, Churn, ChurnPeriod, ChurnRule, ClassRow, ClvModel, ClvParams,
    CustomerPattern, CustomerStage, CustomerTable, Loss, LossGroup, LossPrefill, MonthValue, Notice,
    Overview, Report, Rfm, RfmCell, RfmGroup, SpendParams, SurvivalPoint, ValueMatrix, ValuePoint,
};
use crate::analytics::btyd::ModelKind;
use crate::analytics::churn::{self, BACKTEST_DAYS, ChurnRate};
use crate::analytics::rfm::Group;
use crate::analytics::spend::SpendModel;
use crate::analytics::survival::{self, DAYS_PER_MONTH, Survival};
use crate::analytics::value_matrix::{self as matrix, Part, Retention, ValueClass};
use crate::customer::{Day, Month};
use crate::math::{Rng, quantile};

/// Points of a picture: more would hide each other.
const MAX_POINTS: usize = 1000;
const MAX_SURVIVAL_POINTS: usize = 120;

pub(super) fn arrange(mut work: Work<'_>) -> Report {
    let mut notices = std::mem::take(&mut work.notices);
    let lifecycle = work.relationships.as_ref().map(|r| lifecycle::arrange(&work, r, &mut notices));
    let patterns = work.relationships.as_ref().map(|r| lifecycle::pattern_rows(&work, r)).unwrap_or_default();
    let rate = churn::churn_rate(&work.orders, &work.exits, work.settings.churn_window_months);
    let churn = churn(&work, rate.as_ref());
    let actions_of = action_bits(&work);
    let overview = overview(&work, &churn, &actions_of);
    let loss = loss(&work, rate.as_ref());
    missing_parts(&work.matrix.parts, &mut notices);
    Report {
        quality: super::Quality::default(),
        overview,
        lifecycle,
        patterns,
        pattern_detail: work.relationships.as_ref().map(|r| r.detail.clone()),
        value_matrix: Some(value_matrix(&work)),
        churn: Some(churn),
        loss,
        rfm: rfm(&work),
        clv_model: clv_model(&work),
        notices,
        customers: customers(work, actions_of),
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
        actions: suggest(work, actions),
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

fn suggest(work: &Work<'_>, bits: &[u8]) -> Vec<Action> {
    let mut list: Vec<Action> = ACTIONS
        .into_iter()
        .map(|kind| {
            let concerned = (0..work.n()).filter(|&c| bits[c] & kind.bit() != 0);
            let (mut customers, mut worth) = (0, 0.0);
            for c in concerned {
                customers += 1;
                worth += match kind {
                    ActionKind::ContactAlerted | ActionKind::RepairDecline => work.matrix.cv[c],
                    ActionKind::RebuildStalled | ActionKind::SecondOrder => work.matrix.gp[c],
                    ActionKind::WinBack => work.matrix.clv[c],
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

fn churn(work: &Work<'_>, rate: Option<&ChurnRate>) -> Churn {
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
    let backtest = churn::backtest(&work.orders, work.as_of, BACKTEST_DAYS as u32).map(|b| Backtest {
        horizon_days: b.horizon_days,
        customers: b.n_customers,
        flagged: b.n_flagged,
        flagged_bought: b.flagged_bought_rate.unwrap_or(0.0),
        precision: b.precision.unwrap_or(0.0),
        recall: b.recall.unwrap_or(0.0),
        auc: b.auc,
    });
    Churn {
        definition: "individual-threshold".to_owned(),
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
    let expected = work.model.forecast.as_ref().map(|f| {
        (0..work.n()).filter(|&c| !work.exited[c]).map(|c| (1.0 - f.p_alive[c]) * work.matrix.cv[c]).sum()
    });
    let by_pattern = work.relationships.as_ref().map(|r| loss_groups(work, r)).unwrap_or_default();
    Loss { inputs, by_pattern, expected }
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
    Some(Rfm { window_months: work.settings.rfm_window_months, grid, groups })
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
    let [r, alpha, a, b] = fit.params;
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
        }
        .to_owned(),
        unit: "weeks".to_owned(),
        params: ClvParams { r, alpha, a, b },
        log_likelihood: Some(fit.log_likelihood),
        spend,
        expected_alive: work.model.forecast.as_ref().map(|f| f.p_alive.iter().sum()),
        no_dropout: !fit.shows_dropout(),
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

fn customers(work: Work<'_>, actions: Vec<u8>) -> CustomerTable {
    let n = work.n();
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
        warning: (0..n).map(|c| warning(&work, c)).collect(),
        amber_days: work.exits.threshold.iter().map(|t| t.amber_days).collect(),
        red_days: work.exits.threshold.iter().map(|t| t.red_days).collect(),
        actions,
        id: work.ledger.customers.clone(),
        current_value: work.matrix.cv,
        growth_potential: work.matrix.gp,
        value_class: work.matrix.class,
        clv: work.matrix.clv,
    }
}

/// Mean monthly value now of a customer, for stage rows.
pub(super) fn monthly_now(work: &Work<'_>, c: usize) -> f64 {
    monthly_spend(&work.orders, work.as_of, c)
}
