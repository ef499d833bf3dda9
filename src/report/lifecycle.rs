//! Stages and patterns of a ledger's customers, arranged for the pages.

use std::ops::ControlFlow;

use super::build::{Work, is_alerted};
use super::figures::monthly_now;
use super::stage_columns::StageColumns;
use super::{
    CustomerPattern, CustomerStage, Lifecycle, MixPoint, Notice, PatternDetail, PatternRow, StageMeasure,
    StageRow, TypicalLife, ValidSettings,
};
use crate::analytics::churn::Exits;
use crate::analytics::orders::{LeftTruncation, MonthlySeries, Orders, monthly_series};
use crate::analytics::pattern::{self, Patterns, Verdict};
use crate::analytics::stage::{
    self, Badge, Basis, BestFit, Kind, LevelSource, Params, Series, SeriesSet, Stage, Stages, State, season,
};
use crate::analytics::stage_table::{
    self, Indirect, LookBack, OutlookInput, Peaks, StageTable, TableInput, TableOptions,
};
use crate::analytics::tiers::TREND_PERIODS;
use crate::customer::{Day, Month};
use crate::math::{Rng, quantile};

/// Months of age shown of a typical relationship.
const MAX_AGE: usize = 48;
/// Months of age shown of a pattern.
const MAX_PATTERN_AGE: usize = 36;
/// Customers an age must have to be shown.
const MIN_AT_AGE: u32 = 8;
/// Relationships seen from exploration to stability that it takes to draw a typical one from them.
const MIN_WHOLE: usize = 20;
/// Customers whose whole stage path is read for the table of stages.
const MEASURED: usize = 400;
/// Share of indicative verdicts from which the page says so.
const SPARSE_SHARE: f64 = 0.5;

/// Stages and patterns, one entry per customer in the first five columns.
pub(super) struct Relationships {
    pub stage: Vec<CustomerStage>,
    /// Probability of the stage; 0 with too little history.
    pub confidence: Vec<f64>,
    /// Probability of exploration, build-up, stability and decline now.
    pub probability: Vec<[f64; 4]>,
    pub pattern: Vec<CustomerPattern>,
    pub unseen_start: Vec<bool>,
    pub reach_next: [f64; 2],
    pub detail: PatternDetail,
    pub patterns: Patterns,
    pub stages: Stages,
    pub set: SeriesSet,
    /// Value, cost and orders per month, before a season was taken out.
    series: MonthlySeries,
}

/// Runs the stage method on all customers.
pub(super) fn relationships(
    orders: &Orders,
    as_of: Day,
    exits: &Exits,
    truncation: &LeftTruncation,
    settings: &ValidSettings,
    progress: &mut dyn FnMut(usize, usize),
) -> Relationships {
    let exited = exits.exited();
    let series = monthly_series(orders, as_of, &exited);
    let raw = series_set(&series, &exited, &truncation.customers);
    let season = match settings.season {
        Some(false) => season::Season::TooShort,
        asked => season::estimate(&raw, asked == Some(true)),
    };
    let set = match season {
        season::Season::Found { index, .. } => season::remove(&raw, &index),
        _ => raw,
    };
    let params = Params {
        tau_months: f64::from(settings.tau_months),
        hazards: [
            1.0 / settings.exploration_months,
            1.0 / settings.build_up_months,
            1.0 / settings.stability_months,
        ],
        ..Params::default()
    };
    let mut told = |done: usize, total: usize| {
        progress(done, total);
        ControlFlow::Continue(())
    };
    // The only error is a progress function that breaks off, and this one never does.
    let stages = stage::fit(&set, &params, &mut told).unwrap_or_else(|_| empty_stages(&params));
    let patterns = if settings.rising_profit_is_early {
        let profit = profit_by_month(&series, settings.gross_margin);
        pattern::patterns_where(&stages, &params, |c, best| {
            pattern::rising_at_exit(&profit[series.range(c)], best)
        })
    } else {
        pattern::patterns(&stages, &params)
    };
    let mut forecast = [0.0; 4];
    for verdict in &patterns.customers {
        if let Verdict::Active { forecast: own, .. } = verdict {
            for (sum, p) in forecast.iter_mut().zip(own) {
                *sum += p;
            }
        }
    }
    let detail = PatternDetail {
        forecast,
        unseen_start: patterns.n_at_least.iter().sum::<usize>() as u32,
        tau_months: f64::from(settings.tau_months),
    };
    Relationships {
        stage: stages.customers.iter().zip(&exited).map(|(c, &left)| stage_of(c.state, left)).collect(),
        confidence: stages.customers.iter().map(|c| c.confidence.unwrap_or(0.0)).collect(),
        probability: stages.customers.iter().map(|c| c.probabilities).collect(),
        pattern: patterns.customers.iter().zip(&exited).map(|(v, &left)| pattern_of(v, left)).collect(),
        unseen_start: patterns.customers.iter().map(|v| matches!(v, Verdict::AtLeast { .. })).collect(),
        reach_next: patterns.chain.up,
        detail,
        patterns,
        stages,
        set,
        series,
    }
}

fn empty_stages(params: &Params) -> Stages {
    // An empty set has nothing to break off from.
    match stage::fit(&SeriesSet::new(Kind::Orders), params, &mut |_, _| ControlFlow::Continue(())) {
        Ok(stages) => stages,
        Err(_) => unreachable!("an empty set is never cancelled"),
    }
}

/// Value less cost, or value times the margin where the file has no costs.
fn profit_by_month(series: &MonthlySeries, margin: f64) -> Vec<f64> {
    match &series.cost {
        Some(cost) => series.value.iter().zip(cost).map(|(v, c)| v - c).collect(),
        None => series.value.iter().map(|v| v * margin).collect(),
    }
}

fn series_set(series: &MonthlySeries, exited: &[bool], left_truncated: &[bool]) -> SeriesSet {
    let mut set = SeriesSet::new(Kind::Orders);
    for c in 0..exited.len() {
        let range = series.range(c);
        let whole = Series {
            start: series.first_month[c].0,
            values: &series.value[range.clone()],
            orders: &series.n_orders[range],
            first_order_value: series.first_order_value[c],
            mean_order_value: series.mean_order_value[c],
            left_truncated: left_truncated[c],
            exited: exited[c],
        };
        // Amounts are integers divided by a power of ten, hence finite; an empty series keeps its place all the same.
        if set.push(&whole).is_err() {
            let _ = set.push(&Series {
                values: &[],
                orders: &[],
                first_order_value: 0.0,
                mean_order_value: 0.0,
                ..whole
            });
        }
    }
    set
}

fn stage_of(state: State, left: bool) -> CustomerStage {
    match state {
        _ if left => CustomerStage::Exited,
        State::Active(stage) | State::Exited(stage) => named(stage),
        State::NoPositiveValue => CustomerStage::Exploration,
    }
}

/// The stage of an active customer, where there is enough history to judge it.
pub(super) fn stage_if_judged(r: &Relationships, c: usize) -> Option<Stage> {
    let own = &r.stages.customers[c];
    match own.state {
        State::Active(stage) if own.confidence.is_some() => Some(stage),
        _ => None,
    }
}

/// Values of the last eight periods; `None` for a shorter series.
pub(super) fn last_periods(r: &Relationships, c: usize) -> Option<[f64; TREND_PERIODS]> {
    r.set.get(c).values.last_chunk::<TREND_PERIODS>().copied()
}

/// A stage as the report names it.
pub(super) fn named(stage: Stage) -> CustomerStage {
    match stage {
        Stage::Exploration => CustomerStage::Exploration,
        Stage::BuildUp => CustomerStage::BuildUp,
        Stage::Stability => CustomerStage::Stability,
        Stage::Decline => CustomerStage::Decline,
    }
}

/// The pattern of a customer; where the start was not seen, the least it can have been.
fn pattern_of(verdict: &Verdict, left: bool) -> CustomerPattern {
    match verdict {
        Verdict::Exited { pattern, .. } => CustomerPattern::from(*pattern),
        Verdict::AtLeast { stage: Stage::BuildUp } => CustomerPattern::MidWay,
        Verdict::AtLeast { stage: Stage::Stability } => CustomerPattern::EarlyExit,
        Verdict::AtLeast { .. } => CustomerPattern::EarlyAbort,
        Verdict::Active { .. } => CustomerPattern::Active,
        Verdict::Unknown if left => CustomerPattern::EarlyAbort,
        Verdict::Unknown => CustomerPattern::Active,
    }
}

pub(super) fn arrange(work: &Work<'_>, r: &Relationships, notices: &mut Vec<Notice>) -> Lifecycle {
    let active: Vec<usize> = (0..work.n()).filter(|&c| !work.exited[c]).collect();
    let mut badges = [0_u32; 3];
    let mut too_little = 0;
    for &c in &active {
        match r.stages.customers[c].badge {
            Some(badge) if r.stages.customers[c].confidence.is_some() => {
                badges[match badge {
                    Badge::A => 0,
                    Badge::B => 1,
                    Badge::C => 2,
                }] += 1;
            }
            _ => too_little += 1,
        }
    }
    let judged: u32 = badges.iter().sum();
    let share = f64::from(badges[2]) / f64::from(judged.max(1));
    if judged > 0 && share >= SPARSE_SHARE {
        notices.push(Notice::SparseBuyers { share });
    }
    if r.stages.n_sampled < r.stages.n_informing {
        notices.push(Notice::StageSample { customers: r.stages.n_sampled as u32 });
    }
    let repeat = active.iter().filter(|&&c| work.exits.n_purchase_days[c] > 1);
    let (mut declining, mut repeaters) = (0, 0);
    for &c in repeat {
        repeaters += 1;
        declining += u32::from(r.stage[c] == CustomerStage::Decline);
    }
    let measured = measured(work, r);
    Lifecycle {
        stage_table: measured.table,
        transitions: Some(stage_table::transitions(&r.stages)),
        outlook: measured.outlook,
        peaks: measured.peaks,
        stages: CustomerStage::ALL.into_iter().map(|stage| stage_row(work, r, stage)).collect(),
        table: measures(r),
        mix: mix(r),
        typical: typical(r),
        declining_repeat: [declining, repeaters],
        badges,
        too_little_history: too_little,
        lingering: active.iter().filter(|&&c| r.stages.customers[c].lingering).count() as u32,
        left_truncated: work.truncation.customers.iter().filter(|t| **t).count() as u32,
        period_months: 1,
    }
}

/// The table of stages and what belongs to it.
struct Measured {
    table: Option<StageTable>,
    outlook: Option<LookBack>,
    peaks: Option<Peaks>,
}

/// Measures per stage on the file's own columns. An error is a column of another length than the series, which these
/// are not: the result is then absent.
fn measured(work: &Work<'_>, r: &Relationships) -> Measured {
    let columns = StageColumns::of(work, &r.series);
    let options = TableOptions::default();
    let value = work.model.new_customer_value.unwrap_or(0.0);
    let input = TableInput {
        set: &r.set,
        stages: &r.stages,
        value: &r.series.value,
        units: columns.units.as_deref(),
        at_mean_price: columns.at_mean_price.as_deref(),
        cost: r.series.cost.as_deref(),
        cost_to_serve: columns.cost_to_serve.as_deref(),
        indirect: columns.referrals.as_deref().map(|referrals| Indirect {
            referrals,
            referral_value: value,
            complaints: columns.complaints.as_deref(),
            complaint_cost: work.settings.cost_per_contact,
        }),
        margin: work.margin,
    };
    let profit = profit_by_month(&r.series, work.margin);
    let exit: Vec<Option<i32>> = (0..work.n())
        .map(|c| work.exits.detection_date(c).filter(|_| work.exited[c]).map(|day| day.month().0))
        .collect();
    let back = OutlookInput { set: &r.set, stages: &r.stages, amount: &profit, exit: &exit, months: 6.0 };
    Measured {
        table: stage_table::stage_table(&input, &options).ok(),
        outlook: stage_table::outlook(&back, &options).ok(),
        peaks: stage_table::peaks(&input, &options).ok().flatten(),
    }
}

fn stage_row(work: &Work<'_>, r: &Relationships, stage: CustomerStage) -> StageRow {
    let mut row = StageRow {
        stage,
        customers: 0,
        revenue: 0.0,
        monthly_value: 0.0,
        confidence: None,
        alerted: 0,
        current_value: 0.0,
    };
    let (mut confidence, mut judged) = (0.0, 0_u32);
    for c in (0..work.n()).filter(|&c| r.stage[c] == stage) {
        row.customers += 1;
        row.revenue += work.money(work.orders.revenue_of(c));
        row.monthly_value += monthly_now(work, c);
        row.alerted += u32::from(is_alerted(&work.exits, c));
        row.current_value += work.matrix.cv[c];
        if r.confidence[c] > 0.0 {
            confidence += r.confidence[c];
            judged += 1;
        }
    }
    row.monthly_value /= f64::from(row.customers.max(1));
    if judged > 0 && stage != CustomerStage::Exited {
        row.confidence = Some(confidence / f64::from(judged));
    }
    row
}

/// Means over customer-months weighted by the probability of the stage, on a fixed sample of customers.
fn measures(r: &Relationships) -> Vec<StageMeasure> {
    let fitted: Vec<usize> = (0..r.set.len())
        .filter(|&c| matches!(r.stages.customers[c].basis, Basis::Fitted | Basis::FlatLevel))
        .collect();
    let mut rng = Rng::new(1);
    let mut left = MEASURED.min(fitted.len());
    let mut sums = [[0.0_f64; 3]; 4];
    for (i, &c) in fitted.iter().enumerate() {
        if rng.uniform() * (fitted.len() - i) as f64 >= left as f64 {
            continue;
        }
        left -= 1;
        let own = r.set.get(c);
        for (t, p) in r.stages.path(&r.set, c).iter().enumerate() {
            for (sum, p) in sums.iter_mut().zip(p) {
                sum[0] += p;
                sum[1] += p * f64::from(own.orders[t]);
                sum[2] += p * own.values[t];
            }
        }
    }
    Stage::ALL
        .into_iter()
        .zip(sums)
        .map(|(stage, [months, orders, value])| StageMeasure {
            stage: named(stage),
            customer_months: months,
            orders: if months > 0.0 { orders / months } else { 0.0 },
            value: if months > 0.0 { value / months } else { 0.0 },
            order_value: (orders > 0.0).then(|| value / orders),
        })
        .collect()
}

fn mix(r: &Relationships) -> Vec<MixPoint> {
    let first = r.stages.mix.first;
    let points = r.stages.mix.customers.iter().enumerate().map(|(i, sums)| {
        let customers: f64 = sums.iter().sum();
        let shares = if customers > 0.0 { sums.map(|s| s / customers) } else { [0.0; 4] };
        MixPoint { month: Month(first + i as i32).iso(), customers, shares }
    });
    points.filter(|p| p.customers > 0.0).collect()
}

/// Mean value by month of age over the customers a filter takes, as long as enough are still there. The first order
/// is left out: it is in the first month by construction and would make every relationship begin with a peak.
fn mean_by_age(
    r: &Relationships,
    longest: usize,
    takes: impl Fn(usize) -> bool,
) -> (Vec<f64>, Vec<f64>, u32) {
    let (mut value, mut orders, mut n) = (vec![0.0; longest], vec![0.0; longest], vec![0_u32; longest]);
    let mut customers = 0;
    for c in (0..r.set.len()).filter(|&c| takes(c)) {
        let own = r.set.get(c);
        if own.values.is_empty() {
            continue;
        }
        customers += 1;
        for t in 0..own.values.len().min(longest) {
            let first = if t == 0 { own.first_order_value } else { 0.0 };
            value[t] += own.values[t] - first;
            orders[t] += f64::from(own.orders[t]);
            n[t] += 1;
        }
    }
    let kept = n.iter().take_while(|&&n| n >= MIN_AT_AGE.min(customers.max(1))).count();
    let mean = |sums: &[f64]| (0..kept).map(|t| sums[t] / f64::from(n[t].max(1))).collect::<Vec<f64>>();
    (mean(&value), mean(&orders), customers)
}

/// The typical relationship. Relationships of different lengths blur when they are averaged by age, so those that were
/// seen from exploration to stability are first brought to the same length, stage by stage; where there are too few of
/// them, the mean by age is fitted as one series instead.
fn typical(r: &Relationships) -> Option<TypicalLife> {
    aligned(r).or_else(|| by_age(r))
}

/// One relationship seen from its start through a plateau: first period of each stage, and the end.
struct WholeLife {
    customer: usize,
    bounds: [usize; 5],
    best: BestFit,
}

fn whole_lives(r: &Relationships) -> Vec<WholeLife> {
    (0..r.set.len())
        .filter(|&c| !r.set.get(c).left_truncated)
        .filter_map(|c| {
            let best = r.stages.customers[c].best?;
            let [a, b, s, n] = best.ends;
            let whole = a > 0 && b > a && s > b && n == r.set.get(c).values.len();
            whole.then_some(WholeLife { customer: c, bounds: [0, a, b, s, n], best })
        })
        .collect()
}

/// Median length of a stage over those that have left it, else over all that were in it; `None` where nobody was.
fn usual_length(lives: &[WholeLife], stage: usize, left: impl Fn(&WholeLife) -> bool) -> Option<usize> {
    let of = |ended: bool| -> Vec<f64> {
        let in_it = lives.iter().filter(|l| l.bounds[stage + 1] > l.bounds[stage] && (!ended || left(l)));
        in_it.map(|l| (l.bounds[stage + 1] - l.bounds[stage]) as f64).collect()
    };
    let (ended, all) = (of(true), of(false));
    let lengths = if ended.len() >= MIN_WHOLE { ended } else { all };
    (!lengths.is_empty()).then(|| quantile(&lengths, 0.5).round() as usize)
}

fn aligned(r: &Relationships) -> Option<TypicalLife> {
    let lives = whole_lives(r);
    if lives.len() < MIN_WHOLE {
        return None;
    }
    let declined: Vec<&WholeLife> = lives.iter().filter(|l| l.bounds[4] > l.bounds[3]).collect();
    let with_decline = declined.len() >= MIN_WHOLE;
    let ended = |l: &WholeLife| l.bounds[4] > l.bounds[3] || r.set.get(l.customer).exited;
    let mut lengths = [0; 4];
    for (stage, length) in lengths.iter_mut().enumerate().take(if with_decline { 4 } else { 3 }) {
        // The first two stages have always been left; the plateau only where a decline or an exit followed.
        *length = usual_length(&lives, stage, |l| stage < 2 || ended(l))?;
    }
    let (mut observed, mut stages) = (Vec::new(), Vec::new());
    for (stage, &length) in lengths.iter().enumerate() {
        for step in 0..length {
            let (mut total, mut n) = (0.0, 0_u32);
            for life in &lives {
                let (from, to) = (life.bounds[stage], life.bounds[stage + 1]);
                if to > from {
                    let along = ((step as f64 + 0.5) / length as f64 * (to - from) as f64) as usize;
                    let own = r.set.get(life.customer);
                    let first = if from + along == 0 { own.first_order_value } else { 0.0 };
                    total += own.values[(from + along).min(to - 1)] - first;
                    n += 1;
                }
            }
            observed.push(total / f64::from(n.max(1)));
            stages.push(named(Stage::ALL[stage]));
        }
    }
    let mean = |of: fn(&BestFit) -> Option<f64>, among: &[&WholeLife]| {
        let levels: Vec<f64> = among.iter().filter_map(|l| of(&l.best)).collect();
        (!levels.is_empty()).then(|| crate::math::sum(levels.iter().copied()) / levels.len() as f64)
    };
    let all: Vec<&WholeLife> = lives.iter().collect();
    let ends = [lengths[0], lengths[0] + lengths[1], lengths[0] + lengths[1] + lengths[2], observed.len()];
    let levels = BestFit {
        ends,
        explore_level: mean(|b| b.explore_level, &all),
        plateau: mean(|b| b.plateau, &all),
        end_level: mean(|b| b.end_level, &declined),
        sse: 0.0,
        weight: 1.0,
    };
    let (fitted, _) = curve_of(&levels, observed.len());
    Some(TypicalLife { observed, fitted, stages, customers: lives.len() as u32, aligned: true })
}

/// Mean value by age, fitted as one series.
fn by_age(r: &Relationships) -> Option<TypicalLife> {
    let seen = |c: usize| !r.set.get(c).left_truncated && r.set.get(c).values.len() >= 4;
    let (observed, _, customers) = mean_by_age(r, MAX_AGE, seen);
    if observed.len() < 6 || customers < MIN_AT_AGE {
        return None;
    }
    let mut set = SeriesSet::new(Kind::Usage);
    let many = vec![100; observed.len()];
    set.push(&Series {
        start: 0,
        values: &observed,
        orders: &many,
        first_order_value: 0.0,
        mean_order_value: 1.0,
        left_truncated: false,
        exited: false,
    })
    .ok()?;
    // A mean over many customers scatters little.
    let params = Params { level: LevelSource::Off, variance: Some(0.0025), ..Params::default() };
    let fit = stage::fit(&set, &params, &mut |_, _| ControlFlow::Continue(())).ok()?;
    let best = fit.customers.first()?.best?;
    let (fitted, stages) = curve_of(&best, observed.len());
    Some(TypicalLife { observed, fitted, stages, customers, aligned: false })
}

/// The fitted line in money: straight pieces between levels on the square-root scale on which it was fitted.
fn curve_of(best: &BestFit, n: usize) -> (Vec<f64>, Vec<CustomerStage>) {
    let root = |level: Option<f64>, other: f64| level.map_or(other, |v| v.max(0.0).sqrt());
    let plateau = root(best.plateau, 0.0);
    let low = root(best.explore_level, plateau);
    let before_decline = root(best.plateau, low);
    let end = root(best.end_level, before_decline);
    let [a, b, c, _] = best.ends;
    let (mut fitted, mut stages) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for t in 0..n {
        let along = |from: usize, to: usize| (t - from + 1) as f64 / (to - from).max(1) as f64;
        let (y, stage) = if t < a {
            (low, CustomerStage::Exploration)
        } else if t < b {
            (low + (plateau - low) * along(a, b), CustomerStage::BuildUp)
        } else if t < c {
            (plateau, CustomerStage::Stability)
        } else {
            (before_decline + (end - before_decline) * along(c, n), CustomerStage::Decline)
        };
        fitted.push(y * y);
        stages.push(stage);
    }
    (fitted, stages)
}

pub(super) fn pattern_rows(work: &Work<'_>, r: &Relationships) -> Vec<PatternRow> {
    CustomerPattern::ALL.into_iter().map(|pattern| pattern_row(work, r, pattern)).collect()
}

fn pattern_row(work: &Work<'_>, r: &Relationships, pattern: CustomerPattern) -> PatternRow {
    let of = |c: &usize| r.pattern[*c] == pattern;
    let (mut net, mut one_time, mut unseen, mut clv) = (0_i128, 0, 0, 0.0);
    let mut lengths = Vec::new();
    for c in (0..work.n()).filter(of) {
        net += work.orders.revenue_of(c);
        one_time += u32::from(work.exits.n_purchase_days[c] == 1);
        unseen += u32::from(r.unseen_start[c]);
        clv += work.matrix.clv[c];
        if let (Some(first), Some(last)) = (work.orders.first_purchase(c), work.orders.last_purchase(c)) {
            lengths.push(f64::from(last.0 - first.0));
        }
    }
    let customers = (0..work.n()).filter(of).count() as u32;
    let share = r.patterns.shares.iter().find(|s| CustomerPattern::from(s.pattern) == pattern);
    let share = share.filter(|_| r.patterns.shares.iter().any(|s| s.n_customers > 0));
    PatternRow {
        pattern,
        customers,
        revenue: work.money(net),
        median_tenure_days: (!lengths.is_empty()).then(|| quantile(&lengths, 0.5)),
        share: share.map(|s| s.share),
        share_interval: share.map(|s| [s.interval.0, s.interval.1]),
        one_time,
        unseen_start: unseen,
        curve: mean_by_age(r, MAX_PATTERN_AGE, |c| of(&c) && !r.set.get(c).left_truncated).0,
        clv,
    }
}
