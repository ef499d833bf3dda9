//! Why this judgement: credit grade, chance of leaving by regression, exit candidate, rule of the tree.

use super::{Change, Explanation, Fact, Measure, NoChange, finite, least};
use crate::analytics::stage::Stage;
use crate::analytics::tree::{Condition, ShareOf};
use crate::analytics::value_matrix::ValueClass;
use crate::math::ln;
use serde::{Deserialize, Serialize};

/// An item of the credit score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CreditItem {
    /// Share of what was due that was paid.
    CollectionRate,
    /// Share of what was due that was late.
    OverdueShare,
    /// Mean days past due.
    DaysPastDue,
    /// The longest delay.
    WorstBucket,
}

impl CreditItem {
    const ALL: [Self; 4] = [Self::CollectionRate, Self::OverdueShare, Self::DaysPastDue, Self::WorstBucket];

    /// The number that earns these points: share, share, days; the worst bucket's own points.
    fn earning(self, points: f64) -> f64 {
        match self {
            Self::CollectionRate => 0.7 + 0.3 * points / 100.0,
            Self::OverdueShare => 0.5 * (1.0 - points / 100.0),
            Self::DaysPastDue => 60.0 * (1.0 - points / 100.0),
            Self::WorstBucket => points,
        }
    }
}

/// Credit grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// 90 and more.
    AAA,
    /// 80 and more.
    AA,
    /// 70 and more.
    A,
    /// 60 and more.
    B,
    /// 45 and more.
    C,
    /// Less.
    D,
}

impl Grade {
    /// Best first, with the least score.
    const FROM: [(Self, f64); 6] = [
        (Self::AAA, 90.0),
        (Self::AA, 80.0),
        (Self::A, 70.0),
        (Self::B, 60.0),
        (Self::C, 45.0),
        (Self::D, 0.0),
    ];

    /// Place of a score's grade in [`Grade::FROM`]. Rounding of the weights must not cost a grade.
    fn place(score: f64) -> usize {
        Self::FROM.iter().position(|g| score >= g.1 - 1e-9).unwrap_or(Self::FROM.len() - 1)
    }
}

/// What is known of a customer's payments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CreditInput {
    /// Invoices in the window.
    pub n_invoices: u32,
    /// Points 0..=100 of collection, overdue share, days past due and worst bucket.
    pub points: [f64; 4],
    /// Their weights, >= 0.
    pub weights: [f64; 4],
}

/// Fewest invoices for a grade.
const MIN_INVOICES: u32 = 3;
/// Points of the worst bucket: over 90 days, 61-90, 31-60, 1-30, none.
const BUCKETS: [f64; 5] = [0.0, 20.0, 50.0, 80.0, 100.0];

/// Explains a credit grade: items by points lost. What would change it: the item that must move least of its
/// range for the next better grade, then for the next worse one.
#[must_use]
pub fn credit(input: &CreditInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(5), changes: Vec::with_capacity(2) };
    if input.n_invoices < MIN_INVOICES {
        out.facts.push(Fact::TooFewInvoices { n: input.n_invoices, needed: MIN_INVOICES });
        out.changes.push(Change::MoreInvoices { n: MIN_INVOICES - input.n_invoices });
        return out;
    }
    let weights = input.weights.map(|w| if w.is_finite() { w.max(0.0) } else { 0.0 });
    let total: f64 = weights.iter().sum();
    let weights = weights.map(|w| if total > 0.0 { w / total } else { 0.25 });
    let points = input.points.map(|p| if p.is_finite() { p.clamp(0.0, 100.0) } else { 0.0 });
    let lost: [f64; 4] = std::array::from_fn(|i| weights[i] * (100.0 - points[i]));
    let score = (100.0 - lost.iter().sum::<f64>()).clamp(0.0, 100.0);
    let mut order = [0, 1, 2, 3];
    order.sort_by(|&a, &b| lost[b].total_cmp(&lost[a]));
    let item =
        |i: usize| Fact::CreditItem { item: CreditItem::ALL[i], points: points[i], points_lost: lost[i] };
    let place = Grade::place(score);
    out.facts.extend(order.map(item));
    out.facts.push(Fact::CreditScore { score, grade: Grade::FROM[place].0 });
    let to = |bound: f64, beyond: bool, becomes: Grade| {
        let moves = (0..4).filter_map(|i| {
            let mut points_then = finite(points[i] + (bound - score) / weights[i])?;
            if CreditItem::ALL[i] == CreditItem::WorstBucket {
                // Buckets are steps: the first one that is enough.
                points_then = if beyond {
                    BUCKETS.into_iter().rev().find(|b| *b < points_then)?
                } else {
                    BUCKETS.into_iter().find(|b| *b >= points_then - 1e-9)?
                };
            }
            let feasible = (0.0..=100.0).contains(&points_then);
            let item = CreditItem::ALL[i];
            let change = Change::Credit { item, to: item.earning(points_then), beyond, becomes };
            feasible.then_some(((points_then - points[i]).abs(), change))
        });
        least(moves)
    };
    if let Some(&(better, from)) = place.checked_sub(1).and_then(|p| Grade::FROM.get(p)) {
        out.changes.extend(to(from, false, better));
    }
    if let Some(&(worse, _)) = Grade::FROM.get(place + 1) {
        out.changes.extend(to(Grade::FROM[place].1, true, worse));
    }
    out.or(NoChange::NotOneMove)
}

/// A feature of the regression and this customer's value of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Place of the feature.
    pub feature_idx: u32,
    /// Log odds per unit.
    pub beta: f64,
    /// The customer's value.
    pub value: f64,
    /// Mean of all.
    pub mean: f64,
    /// Standard deviation of all.
    pub sd: f64,
    /// Only 0 or 1 is possible.
    pub indicator: bool,
}

/// What is known of a customer's chance of leaving.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogisticInput<'a> {
    /// Features.
    pub features: &'a [Contribution],
    /// The probability.
    pub p: f64,
    /// p* above which a contact pays.
    pub p_star: Option<f64>,
}

/// Explains a regression's probability: the three largest contributions `beta (x - mean)`. What would change
/// it: the smallest move of one feature, in standard deviations, that takes p to p*.
#[must_use]
pub fn logistic(input: &LogisticInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(4), changes: Vec::with_capacity(1) };
    let mut top = [(0.0_f64, None::<&Contribution>); 3];
    for c in input.features {
        let mut new = (c.beta * (c.value - c.mean), Some(c));
        for place in &mut top {
            if new.0.abs() > place.0.abs() {
                std::mem::swap(place, &mut new);
            }
        }
    }
    out.facts.extend(top.into_iter().filter_map(|(log_odds, c)| {
        let c = c.filter(|_| log_odds.is_finite())?;
        Some(Fact::Contribution { feature_idx: c.feature_idx, log_odds, value: c.value, mean: c.mean })
    }));
    let open = |p: f64| p > 0.0 && p < 1.0;
    let (measure, value, threshold) = (Measure::ExitRisk, input.p, input.p_star);
    if value.is_finite() {
        let reached = threshold.is_some_and(|t| value > t);
        out.facts.push(Fact::Against { measure, value, threshold, reached });
    }
    let Some(p_star) = threshold.filter(|&t| open(t) && open(value)) else {
        return out.no_change(NoChange::NoThreshold);
    };
    let logit = |p: f64| ln(p / (1.0 - p));
    let needed = logit(p_star) - logit(value);
    let moves = input.features.iter().filter_map(|c| {
        let mut by = finite(needed / c.beta)?;
        if c.indicator {
            let flip = 1.0 - 2.0 * c.value;
            let enough = flip * by >= 0.0 && by.abs() <= 1.0;
            by = if enough { flip } else { return None };
        }
        let to = Change::Feature { feature_idx: c.feature_idx, from: c.value, to: finite(c.value + by)? };
        (c.sd > 0.0).then_some((by.abs() / c.sd, to))
    });
    out.changes.extend(least(moves));
    out.or(NoChange::NotOneMove)
}

/// A check every exit candidate must pass (methods.md 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExitCheck {
    /// 12 months' profit, or current value, below 0. The number is the lower of the two.
    LossMaking,
    /// Growth potential below the cost of fixing the relationship.
    PotentialBelowCost,
    /// Value class I.
    ClassOne,
    /// At least 6 months of tenure.
    TenureAtLeast6,
    /// Not in build-up.
    NotInBuildUp,
}

/// A guard rail of exit management.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rail {
    /// End of contract, season, outstanding receivables.
    Timing,
    /// Referrals, ties to customers of class III and IV, influence.
    Network,
    /// Share of revenue that would go.
    MarketShare,
    /// It would strengthen a rival.
    Competition,
    /// The reason must be economic and fair.
    Fairness,
    /// Contribution above 0: exit would lower profit.
    FixedCost,
}

/// What a guard rail says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RailState {
    /// In the way of nothing.
    Clear,
    /// Holds the exit.
    Holds,
    /// Not known: to be checked first.
    Unknown,
}

/// The outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExitVerdict {
    /// At least one check is not passed.
    NotCandidate,
    /// All checks are passed, a guard rail holds.
    Hold,
    /// All checks are passed, no guard rail holds (some may be unknown).
    Candidate,
}

/// What is known of a possible exit candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExitInput<'a> {
    /// Value class.
    pub class: ValueClass,
    /// Profit of 12 months after cost to serve, money; `None` without cost data.
    pub profit_12m: Option<f64>,
    /// Current value, money.
    pub cv: f64,
    /// Growth potential, money.
    pub gp: f64,
    /// Cost of fixing the relationship, money.
    pub cost_to_fix: f64,
    /// Months.
    pub tenure_months: f64,
    /// Stage now.
    pub stage: Option<Stage>,
    /// Guard rails with their numbers.
    pub rails: &'a [(Rail, RailState, Option<f64>)],
}

const MIN_TENURE_MONTHS: f64 = 6.0;

/// Judges and explains an exit candidate. Guard rails that hold come first, then checks that fail, then the
/// others: a loss before a potential too small before the rest. Without cost data a loss cannot be known
/// unless the current value is negative.
#[must_use]
pub fn exit_candidate(input: &ExitInput) -> (ExitVerdict, Explanation) {
    let mut out =
        Explanation { facts: Vec::with_capacity(5 + input.rails.len()), changes: Vec::with_capacity(1) };
    let profit = input.profit_12m.and_then(finite);
    let lower = profit.map_or(input.cv, |p| p.min(input.cv));
    let loss = if lower < 0.0 { Some(true) } else { profit.map(|_| false) };
    let number = |check, met, value, threshold| (check, met, finite(value), finite(threshold));
    let checks = [
        number(ExitCheck::LossMaking, loss, lower, 0.0),
        number(
            ExitCheck::PotentialBelowCost,
            Some(input.gp < input.cost_to_fix),
            input.gp,
            input.cost_to_fix,
        ),
        (ExitCheck::ClassOne, Some(input.class == ValueClass::I), None, None),
        number(
            ExitCheck::TenureAtLeast6,
            Some(input.tenure_months >= MIN_TENURE_MONTHS),
            input.tenure_months,
            MIN_TENURE_MONTHS,
        ),
        (ExitCheck::NotInBuildUp, input.stage.map(|s| s != Stage::BuildUp), None, None),
    ];
    // Without a stage the build-up check is left open but bars nothing: files too short for stages fail on
    // tenure.
    let fails = |c: &(ExitCheck, Option<bool>, Option<f64>, Option<f64>)| match c.0 {
        ExitCheck::NotInBuildUp => c.1 == Some(false),
        _ => c.1 != Some(true),
    };
    let failing = checks.iter().filter(|c| fails(c)).count();
    let holding = input.rails.iter().filter(|r| r.1 == RailState::Holds);
    let verdict = match (failing, holding.clone().count()) {
        (0, 0) => ExitVerdict::Candidate,
        (0, _) => ExitVerdict::Hold,
        _ => ExitVerdict::NotCandidate,
    };
    let rail = |&(rail, state, value): &(Rail, RailState, Option<f64>)| Fact::Rail {
        rail,
        state,
        value: value.and_then(finite),
    };
    let check = |&(check, met, value, threshold): &(ExitCheck, Option<bool>, Option<f64>, Option<f64>)| {
        Fact::Check { check, met, value, threshold }
    };
    if verdict == ExitVerdict::Hold {
        out.facts.extend(holding.clone().map(rail));
    }
    out.facts.extend(checks.iter().filter(|c| fails(c)).map(check));
    out.facts.extend(checks.iter().filter(|c| !fails(c)).map(check));
    let said = |r: &&(Rail, RailState, Option<f64>)| verdict != ExitVerdict::Hold || r.1 != RailState::Holds;
    out.facts.extend(input.rails.iter().filter(said).map(rail));

    let mut first_holding = holding;
    match verdict {
        ExitVerdict::Hold => match (first_holding.next(), first_holding.next()) {
            (Some(r), None) => out.changes.push(Change::RailClears { rail: r.0 }),
            _ => return (verdict, out.no_change(NoChange::NotOneMove)),
        },
        ExitVerdict::Candidate => out.changes.extend(least(ways_out(input, profit))),
        ExitVerdict::NotCandidate if failing == 1 => out.changes.extend(way_in(input, profit)),
        ExitVerdict::NotCandidate => return (verdict, out.no_change(NoChange::NotOneMove)),
    }
    (verdict, out.or(NoChange::NotOneMove))
}

/// Moves of one amount after which a check fails.
fn ways_out(input: &ExitInput, profit: Option<f64>) -> impl Iterator<Item = (f64, Change)> {
    let to =
        |measure, from: f64, to: f64| ((to - from).abs(), Change::Move { measure, from, to, beyond: false });
    // If both profit and current value are negative, raising one is not enough.
    let loss = match profit.filter(|p| *p < 0.0) {
        Some(_) if input.cv < 0.0 => None,
        Some(p) => Some(to(Measure::Profit12Months, p, 0.0)),
        None => Some(to(Measure::CurrentValue, input.cv, 0.0)),
    };
    let potential = to(Measure::GrowthPotential, input.gp, input.cost_to_fix);
    loss.into_iter().chain([potential])
}

/// The move after which the one failing check passes, where it is one of an amount or of time.
fn way_in(input: &ExitInput, profit: Option<f64>) -> Option<Change> {
    let below = |measure, from: f64, to: f64| Change::Move { measure, from, to, beyond: true };
    if input.tenure_months < MIN_TENURE_MONTHS {
        let months = finite(MIN_TENURE_MONTHS - input.tenure_months)?;
        return Some(Change::GoesOnFor { months, stage: None, pattern: None });
    }
    if input.gp >= input.cost_to_fix {
        return Some(below(Measure::GrowthPotential, input.gp, input.cost_to_fix));
    }
    let profit = profit.filter(|p| *p >= 0.0 && input.cv >= 0.0)?;
    let moves = [(Measure::Profit12Months, profit), (Measure::CurrentValue, input.cv)];
    least(moves.map(|(measure, from)| (from, below(measure, from, 0.0))))
}

/// The rule of the tree that caught a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuleInput<'a> {
    /// Its conditions, nearest the root first.
    pub conditions: &'a [Condition],
    /// The customer's value for each of them; not known: `None`.
    pub values: &'a [Option<f64>],
    /// The rule's precision.
    pub precision: Option<ShareOf>,
}

/// Explains a rule: its conditions from the root, which tell most, with the customer's values. What would
/// change it: the condition nearest to failing, relative to value and threshold.
#[must_use]
pub fn tree_rule(input: &RuleInput) -> Explanation {
    let mut out =
        Explanation { facts: Vec::with_capacity(input.conditions.len() + 1), changes: Vec::with_capacity(1) };
    let value = |i: usize| input.values.get(i).copied().flatten().and_then(finite);
    let facts = input.conditions.iter().enumerate();
    out.facts.extend(facts.clone().map(|(i, &condition)| Fact::Condition { condition, value: value(i) }));
    out.facts.extend(input.precision.map(|precision| Fact::RulePrecision { precision }));
    let moves = facts.filter_map(|(i, &condition)| {
        let from = value(i)?;
        let size = (from - condition.threshold).abs()
            / from.abs().max(condition.threshold.abs()).max(f64::MIN_POSITIVE);
        Some((size, Change::LeavesRule { condition, from }))
    });
    out.changes.extend(least(moves));
    out.or(NoChange::Unknown)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::tree::{Feature, Op};

    const CREDIT: CreditInput =
        CreditInput { n_invoices: 12, points: [96.0, 80.0, 70.0, 60.0], weights: [0.4, 0.3, 0.2, 0.1] };

    #[test]
    fn ex_13_credit_score() {
        let why = credit(&CREDIT);
        let Some(Fact::CreditScore { score, grade }) = why.facts.last() else { panic!("{why:?}") };
        assert!((score - 82.4).abs() < 1e-9 && *grade == Grade::AA);
        let lost: Vec<(CreditItem, f64)> = why
            .facts
            .iter()
            .filter_map(|f| match *f {
                Fact::CreditItem { item, points_lost, .. } => Some((item, points_lost)),
                _ => None,
            })
            .collect();
        assert_eq!(lost.iter().map(|l| l.0).collect::<Vec<_>>()[2], CreditItem::WorstBucket);
        assert_eq!(lost[3].0, CreditItem::CollectionRate);
        assert!((lost.iter().map(|l| l.1).sum::<f64>() - 17.6).abs() < 1e-9);
        assert!(lost.windows(2).all(|w| w[0].1 >= w[1].1));
        // No single item can bring 7.6 points; 2.4 less are 6 points of collection: .988 -> .97.
        match why.changes[..] {
            [Change::Credit { item: CreditItem::CollectionRate, to, beyond: true, becomes: Grade::A }] => {
                assert!((to - 0.97).abs() < 1e-9, "{to}");
            }
            _ => panic!("{:?}", why.changes),
        }
    }

    #[test]
    fn credit_moves_reach_the_grade() {
        let mut rng = crate::math::Rng::new(9);
        for _ in 0..300 {
            let mut points = [0; 3].map(|_| 100.0 * rng.uniform()).to_vec();
            points.push(BUCKETS[rng.below(5)]);
            let input = CreditInput { points: points.clone().try_into().unwrap(), ..CREDIT };
            for change in credit(&input).changes {
                let Change::Credit { item, to, beyond, becomes } = change else { continue };
                let i = item as usize;
                let back = match item {
                    CreditItem::CollectionRate => 100.0 * (to - 0.7) / 0.3,
                    CreditItem::OverdueShare => 100.0 * (1.0 - to / 0.5),
                    CreditItem::DaysPastDue => 100.0 * (1.0 - to / 60.0),
                    CreditItem::WorstBucket => to,
                };
                let mut moved = input;
                moved.points[i] = back - if beyond { 1e-6 } else { -1e-9 };
                let Some(Fact::CreditScore { grade, .. }) = credit(&moved).facts.last().copied() else {
                    panic!()
                };
                // A whole bucket may take it further than one grade.
                let further =
                    item == CreditItem::WorstBucket && if beyond { grade > becomes } else { grade < becomes };
                assert!(grade == becomes || further, "{input:?} {change:?} {grade:?}");
            }
        }
        let few = credit(&CreditInput { n_invoices: 1, ..CREDIT });
        assert_eq!(few.changes, [Change::MoreInvoices { n: 2 }]);
        let best = credit(&CreditInput { points: [100.0; 4], ..CREDIT });
        assert!(matches!(best.changes[..], [Change::Credit { becomes: Grade::AA, .. }]));
    }

    #[test]
    fn top_three_contributions_and_the_way_to_the_threshold() {
        let feature = |feature_idx, beta, value| Contribution {
            feature_idx,
            beta,
            value,
            mean: 1.0,
            sd: 2.0,
            indicator: false,
        };
        let features =
            [feature(0, 0.1, 2.0), feature(1, -0.8, 3.0), feature(2, 0.5, 4.0), feature(3, 0.3, -1.0)];
        let why = logistic(&LogisticInput { features: &features, p: 0.4, p_star: Some(0.158) });
        let top: Vec<(u32, f64)> = why
            .decided()
            .iter()
            .map(|f| match *f {
                Fact::Contribution { feature_idx, log_odds, .. } => (feature_idx, log_odds),
                f => panic!("{f:?}"),
            })
            .collect();
        assert_eq!(top.iter().map(|t| t.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert!((top[0].1 + 1.6).abs() < 1e-12 && (top[1].1 - 1.5).abs() < 1e-12);
        // logit .158 - logit .4 = -1.2678 by beta -.8 is 1.5848.
        match why.changes[..] {
            [Change::Feature { feature_idx: 1, from, to }] => {
                let logit = ln(0.4 / 0.6) - 0.8 * (to - from);
                assert!((logit - ln(0.158 / 0.842)).abs() < 1e-12);
            }
            _ => panic!("{:?}", why.changes),
        }
        let yes = Contribution { indicator: true, value: 1.0, beta: 0.9, sd: 0.4, ..features[0] };
        let not_enough = logistic(&LogisticInput { features: &[yes], p: 0.4, p_star: Some(0.158) });
        assert_eq!(not_enough.changes, [Change::None { why: NoChange::NotOneMove }]);
        let enough = Contribution { beta: 1.5, ..yes };
        let why = logistic(&LogisticInput { features: &[enough], p: 0.4, p_star: Some(0.158) });
        assert_eq!(why.changes, [Change::Feature { feature_idx: 0, from: 1.0, to: 0.0 }]);
        let none = logistic(&LogisticInput { features: &[], p: f64::NAN, p_star: None });
        assert_eq!((none.facts.len(), none.changes.len()), (0, 1));
    }

    const EXIT: ExitInput = ExitInput {
        class: ValueClass::I,
        profit_12m: Some(-40.0),
        cv: 5.0,
        gp: 60.0,
        cost_to_fix: 120.0,
        tenure_months: 14.0,
        stage: Some(Stage::Stability),
        rails: &[(Rail::Timing, RailState::Clear, None), (Rail::FixedCost, RailState::Clear, Some(-12.0))],
    };

    #[test]
    fn a_candidate_and_the_way_out() {
        let (verdict, why) = exit_candidate(&EXIT);
        assert_eq!(verdict, ExitVerdict::Candidate);
        let loss = Fact::Check {
            check: ExitCheck::LossMaking,
            met: Some(true),
            value: Some(-40.0),
            threshold: Some(0.0),
        };
        assert_eq!(why.facts[0], loss);
        assert_eq!(why.facts.len(), 7);
        let change = Change::Move { measure: Measure::Profit12Months, from: -40.0, to: 0.0, beyond: false };
        assert_eq!(why.changes, [change]);
        // Both negative: only the potential can do it alone.
        let (_, why) = exit_candidate(&ExitInput { cv: -3.0, ..EXIT });
        assert!(matches!(why.changes[..], [Change::Move { measure: Measure::GrowthPotential, .. }]));
    }

    #[test]
    fn a_guard_rail_that_holds_comes_first() {
        let rails = [(Rail::Timing, RailState::Clear, None), (Rail::Network, RailState::Holds, Some(2.0))];
        let (verdict, why) = exit_candidate(&ExitInput { rails: &rails, ..EXIT });
        assert_eq!(verdict, ExitVerdict::Hold);
        let network = Fact::Rail { rail: Rail::Network, state: RailState::Holds, value: Some(2.0) };
        assert_eq!(why.facts[0], network);
        assert_eq!(why.facts.iter().filter(|f| matches!(f, Fact::Rail { .. })).count(), 2);
        assert_eq!(why.changes, [Change::RailClears { rail: Rail::Network }]);
        let both = [(Rail::Fairness, RailState::Holds, None), rails[1]];
        let (_, why) = exit_candidate(&ExitInput { rails: &both, ..EXIT });
        assert_eq!(why.changes, [Change::None { why: NoChange::NotOneMove }]);
    }

    #[test]
    fn one_failing_check_bars_the_exit() {
        let cases: [(ExitInput, ExitCheck); 5] = [
            (ExitInput { profit_12m: Some(20.0), ..EXIT }, ExitCheck::LossMaking),
            (ExitInput { gp: 120.0, ..EXIT }, ExitCheck::PotentialBelowCost),
            (ExitInput { class: ValueClass::II, ..EXIT }, ExitCheck::ClassOne),
            (ExitInput { tenure_months: 5.9, ..EXIT }, ExitCheck::TenureAtLeast6),
            (ExitInput { stage: Some(Stage::BuildUp), ..EXIT }, ExitCheck::NotInBuildUp),
        ];
        for (input, expected) in cases {
            let (verdict, why) = exit_candidate(&input);
            assert_eq!(verdict, ExitVerdict::NotCandidate);
            assert!(matches!(why.facts[0], Fact::Check { check, met: Some(false), .. } if check == expected));
            let is_move =
                |c: &Change| matches!(c, Change::Move { beyond: true, .. } | Change::GoesOnFor { .. });
            let movable = !matches!(expected, ExitCheck::ClassOne | ExitCheck::NotInBuildUp);
            assert_eq!(is_move(&why.changes[0]), movable, "{why:?}");
        }
        // 20 of profit or 5 of current value: the smaller move.
        let (_, why) = exit_candidate(&cases[0].0);
        assert!(matches!(why.changes[..], [Change::Move { measure: Measure::CurrentValue, from: 5.0, .. }]));
        // Without cost data nobody with a positive value is a candidate.
        let (verdict, why) = exit_candidate(&ExitInput { profit_12m: None, ..EXIT });
        assert_eq!(verdict, ExitVerdict::NotCandidate);
        assert!(matches!(why.facts[0], Fact::Check { check: ExitCheck::LossMaking, met: None, .. }));
    }

    #[test]
    fn a_rule_with_the_nearest_condition() {
        let condition = |feature, op, threshold| Condition {
            feature,
            column_idx: 0,
            op,
            threshold,
            unknown_meets: false,
            defines_target: false,
        };
        let conditions =
            [condition(Feature::Recency, Op::Above, 120.0), condition(Feature::Frequency, Op::AtMost, 2.5)];
        let precision = ShareOf::new(61, 100);
        let input = RuleInput { conditions: &conditions, values: &[Some(130.0), Some(1.0)], precision };
        let why = tree_rule(&input);
        assert_eq!(why.facts[0], Fact::Condition { condition: conditions[0], value: Some(130.0) });
        assert_eq!(why.facts[2], Fact::RulePrecision { precision: precision.unwrap() });
        assert_eq!(why.changes, [Change::LeavesRule { condition: conditions[0], from: 130.0 }]);
        let unknown = tree_rule(&RuleInput { values: &[], ..input });
        assert_eq!(unknown.changes, [Change::None { why: NoChange::Unknown }]);
    }
}
