//! Why this judgement: credit grade, chance of leaving by regression, exit candidate, rule of the tree.

use super::{Change, Explanation, Fact, Measure, NoChange, finite, least};
use crate::analytics::credit::{Item, NextGrade, Payment, Rating, next_grade, worse_grade};
use crate::analytics::exit::{Check, Decision, Light};
use crate::analytics::stage::Stage;
use crate::analytics::tree::{Condition, ShareOf};
use crate::analytics::value_matrix::ValueClass;
use serde::{Deserialize, Serialize};

/// Explains a credit grade: items by points lost. What would change it: the item that must move least of its
/// range for the next better grade, then for the next worse one. `payment`: `None` without an invoice in the window;
/// with fewer than `min_invoices` there is no grade.
#[must_use]
pub fn credit(payment: Option<&Payment>, weights: [f64; 4], min_invoices: u32) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(5), changes: Vec::with_capacity(2) };
    let n = payment.map_or(0, |p| p.n_invoices);
    let Some(payment) = payment.filter(|_| n >= min_invoices) else {
        out.facts.push(Fact::TooFewInvoices { n, needed: min_invoices });
        out.changes.push(Change::MoreInvoices { n: min_invoices.saturating_sub(n) });
        return out;
    };
    let rating = Rating::of(payment, weights);
    let mut order = [0, 1, 2, 3];
    order.sort_by(|&a, &b| rating.lost[b].total_cmp(&rating.lost[a]));
    out.facts.extend(order.map(|i| Fact::CreditItem {
        item: Item::ALL[i],
        points: rating.points[i],
        points_lost: rating.lost[i],
    }));
    out.facts.push(Fact::CreditScore { score: rating.score, grade: rating.grade });
    let nearest = |next: Option<NextGrade>, beyond: bool| {
        let next = next?;
        let moves = next.moves.iter().map(|m| {
            let change = Change::Credit { item: m.item, from: m.from, to: m.to, beyond, becomes: next.grade };
            ((m.to - m.from).abs() / range(m.item), change)
        });
        least(moves)
    };
    out.changes.extend(nearest(next_grade(payment, weights), false));
    out.changes.extend(nearest(worse_grade(payment, weights), true));
    out.or(NoChange::NotOneMove)
}

/// From no points to all of them.
fn range(item: Item) -> f64 {
    match item {
        Item::Collection => 0.3,
        Item::Overdue => 0.5,
        Item::DaysLate => 60.0,
        Item::Worst => 90.0,
    }
}

/// What one covariate says of a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Place of the covariate.
    pub feature_idx: u32,
    /// What it adds to the log odds, against the mean present customer.
    pub log_odds: f64,
    /// The customer's value, if it is a number.
    pub value: Option<f64>,
}

/// A move of one covariate that could be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lever {
    /// A number that may take any value.
    Number {
        /// Place of the covariate.
        feature_idx: u32,
        /// Log odds per unit.
        beta: f64,
        /// The customer's value.
        value: f64,
        /// Standard deviation of all.
        sd: f64,
        /// Least and greatest value of all.
        range: [f64; 2],
    },
    /// Another level of a category.
    Level {
        /// Place of the covariate.
        feature_idx: u32,
        /// Place of the level among those of the covariate.
        level_idx: u32,
        /// What the log odds change by.
        log_odds: f64,
    },
}

/// What is known of a customer's chance of leaving.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogisticInput<'a> {
    /// What the covariates say, the loudest first.
    pub top: &'a [Contribution],
    /// The probability.
    pub p: f64,
    /// p* above which a contact pays.
    pub p_star: Option<f64>,
    /// Log odds between p and p*.
    pub needed: Option<f64>,
    /// Moves that could be made.
    pub levers: &'a [Lever],
}

/// Explains a regression's probability: the three largest contributions `beta (x - mean)`. What would change
/// it: the smallest move of one covariate that takes p to p*, a number's in its standard deviations, another level of
/// a category counting as one, and only to values that occur.
#[must_use]
pub fn logistic(input: &LogisticInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(4), changes: Vec::with_capacity(1) };
    let said = input.top.iter().filter(|c| c.log_odds.is_finite()).take(3);
    out.facts.extend(said.map(|c| Fact::Contribution {
        feature_idx: c.feature_idx,
        log_odds: c.log_odds,
        value: c.value.and_then(finite),
    }));
    let (measure, value, threshold) = (Measure::ExitRisk, input.p, input.p_star.and_then(finite));
    if value.is_finite() {
        let reached = threshold.is_some_and(|t| value > t);
        out.facts.push(Fact::Against { measure, value, threshold, reached });
    }
    let open = |p: f64| p > 0.0 && p < 1.0;
    let Some(needed) = input.needed.and_then(finite).filter(|_| threshold.is_some_and(open)) else {
        return out.no_change(NoChange::NoThreshold);
    };
    let moves = input.levers.iter().filter_map(|lever| match *lever {
        Lever::Number { feature_idx, beta, value, sd, range: [low, high] } => {
            // A value that nobody has is no advice.
            let to = finite(value + needed / beta).filter(|v| sd > 0.0 && (low..=high).contains(v))?;
            Some(((needed / beta).abs() / sd, Change::Feature { feature_idx, from: value, to }))
        }
        Lever::Level { feature_idx, level_idx, log_odds } => {
            let enough = log_odds * needed >= 0.0 && log_odds.abs() >= needed.abs();
            enough.then_some((1.0, Change::Level { feature_idx, level_idx }))
        }
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
    /// A customer for long enough.
    LongEnough,
    /// Not in build-up.
    NotInBuildUp,
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
    /// Months during which nobody is a candidate.
    pub min_tenure_months: f64,
    /// Stage now.
    pub stage: Option<Stage>,
    /// Guard rails with their numbers; they matter for candidates only.
    pub rails: &'a [Check],
}

/// Judges and explains an exit candidate. Guard rails that hold come first, then checks that fail, then the
/// others: a loss before a potential too small before the rest. Without cost data a loss cannot be known
/// unless the current value is negative. `None`: no candidate.
#[must_use]
pub fn exit_candidate(input: &ExitInput) -> (Option<Decision>, Explanation) {
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
            ExitCheck::LongEnough,
            Some(input.tenure_months >= input.min_tenure_months),
            input.tenure_months,
            input.min_tenure_months,
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
    let verdict = (failing == 0).then(|| Decision::of(input.rails));
    let holds = |r: &&Check| r.light == Light::Red && verdict == Some(Decision::Hold);
    let rail = |r: &Check| Fact::Rail {
        rail: r.rail,
        light: r.light,
        value: r.value.and_then(finite),
        limit: r.limit.and_then(finite),
    };
    let check = |&(check, met, value, threshold): &(ExitCheck, Option<bool>, Option<f64>, Option<f64>)| {
        Fact::Check { check, met, value, threshold }
    };
    out.facts.extend(input.rails.iter().filter(holds).map(rail));
    out.facts.extend(checks.iter().filter(|c| fails(c)).map(check));
    out.facts.extend(checks.iter().filter(|c| !fails(c)).map(check));
    out.facts.extend(input.rails.iter().filter(|r| !holds(r)).map(rail));

    let mut holding = input.rails.iter().filter(holds);
    match verdict {
        Some(Decision::Hold) => {
            if let (Some(r), None) = (holding.next(), holding.next()) {
                out.changes.push(Change::RailClears { rail: r.rail });
            }
        }
        Some(_) => out.changes.extend(least(ways_out(input, profit))),
        None if failing == 1 => out.changes.extend(way_in(input, profit)),
        None => {}
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
    if input.tenure_months < input.min_tenure_months {
        let months = finite(input.min_tenure_months - input.tenure_months)?;
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
    use crate::analytics::credit::Grade;
    use crate::analytics::exit::GuardRail;
    use crate::analytics::tree::{Feature, Op};

    const PAYMENT: Payment = Payment {
        n_invoices: 12,
        due: 1000.0,
        collection_rate: 0.988,
        overdue_share: 0.1,
        mean_days_late: 18.0,
        worst_days_late: 25,
    };
    const WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

    #[test]
    fn ex_13_credit_score() {
        let why = credit(Some(&PAYMENT), WEIGHTS, 3);
        let Some(Fact::CreditScore { score, grade }) = why.facts.last() else { panic!("{why:?}") };
        // 96, 80, 70 and here 80 points: 84.4.
        assert!((score - 84.4).abs() < 1e-9 && *grade == Grade::Aa, "{score}");
        let lost: Vec<(Item, f64)> = why
            .facts
            .iter()
            .filter_map(|f| match *f {
                Fact::CreditItem { item, points_lost, .. } => Some((item, points_lost)),
                _ => None,
            })
            .collect();
        assert_eq!(lost[3].0, Item::Collection);
        assert!((lost.iter().map(|l| l.1).sum::<f64>() - 15.6).abs() < 1e-9);
        assert!(lost.windows(2).all(|w| w[0].1 >= w[1].1));
        // 5.6 points: 18.7 of 20 that overdue lost (share .1 -> .0067), or 28 of 30 of the days; 4.4 less are 11 of
        // collection: .988 -> .955.
        match why.changes[..] {
            [
                Change::Credit { item: Item::Overdue, to: up, beyond: false, becomes: Grade::Aaa, .. },
                Change::Credit { item: Item::Collection, to: down, beyond: true, becomes: Grade::A, .. },
            ] => assert!((up - 0.1 + 5.6 / 60.0).abs() < 1e-9 && (down - 0.955).abs() < 1e-9, "{up} {down}"),
            _ => panic!("{:?}", why.changes),
        }
    }

    #[test]
    fn credit_moves_reach_the_grade() {
        let mut rng = crate::math::Rng::new(9);
        let mut moved_n = 0;
        for _ in 0..300 {
            let payment = Payment {
                collection_rate: 0.7 + 0.3 * rng.uniform(),
                overdue_share: 0.5 * rng.uniform(),
                mean_days_late: 60.0 * rng.uniform(),
                worst_days_late: rng.below(100) as u32,
                ..PAYMENT
            };
            for change in credit(Some(&payment), WEIGHTS, 3).changes {
                let Change::Credit { item, to, beyond, becomes, .. } = change else { continue };
                let mut moved = payment;
                // A hair beyond the bound, or back to it.
                let past = if beyond { 1e-7 } else { -1e-7 };
                match item {
                    Item::Collection => moved.collection_rate = to - past,
                    Item::Overdue => moved.overdue_share = to + past,
                    Item::DaysLate => moved.mean_days_late = to + 100.0 * past,
                    Item::Worst => panic!("not a move"),
                }
                assert_eq!(Rating::of(&moved, WEIGHTS).grade, becomes, "{payment:?} {change:?}");
                moved_n += 1;
            }
        }
        assert!(moved_n > 300);
        let few = credit(Some(&Payment { n_invoices: 1, ..PAYMENT }), WEIGHTS, 3);
        assert_eq!(few.changes, [Change::MoreInvoices { n: 2 }]);
        assert_eq!(credit(None, WEIGHTS, 3).facts, [Fact::TooFewInvoices { n: 0, needed: 3 }]);
    }

    #[test]
    fn top_three_contributions_and_the_way_to_the_threshold() {
        let top = [1_u32, 2, 3].map(|feature_idx| Contribution {
            feature_idx,
            log_odds: -2.0 / f64::from(feature_idx),
            value: Some(3.0),
        });
        let number =
            |feature_idx, beta| Lever::Number { feature_idx, beta, value: 3.0, sd: 2.0, range: [0.0, 9.0] };
        let needed = Some(-1.2678);
        let levers = [number(1, -0.8), number(2, 0.5)];
        let input = LogisticInput { top: &top, p: 0.4, p_star: Some(0.158), needed, levers: &levers };
        let why = logistic(&input);
        let first = Fact::Contribution { feature_idx: 1, log_odds: -2.0, value: Some(3.0) };
        assert_eq!((why.facts[0], why.decided().len()), (first, 3));
        // -1.2678 by beta -.8 is 1.5848.
        match why.changes[..] {
            [Change::Feature { feature_idx: 1, from: 3.0, to }] => assert!((to - 4.584_75).abs() < 1e-9),
            _ => panic!("{:?}", why.changes),
        }
        let level = |log_odds| [Lever::Level { feature_idx: 4, level_idx: 2, log_odds }];
        let weak = logistic(&LogisticInput { levers: &level(-0.9), ..input });
        assert_eq!(weak.changes, [Change::None { why: NoChange::NotOneMove }]);
        let wrong_way = logistic(&LogisticInput { levers: &level(1.5), ..input });
        assert_eq!(wrong_way.changes, [Change::None { why: NoChange::NotOneMove }]);
        let enough = logistic(&LogisticInput { levers: &level(-1.5), ..input });
        assert_eq!(enough.changes, [Change::Level { feature_idx: 4, level_idx: 2 }]);
        let none = LogisticInput { top: &[], p: f64::NAN, p_star: None, needed: None, levers: &[] };
        assert_eq!((logistic(&none).facts.len(), logistic(&none).changes.len()), (0, 1));
    }

    const fn rail(rail: GuardRail, light: Light, value: Option<f64>) -> Check {
        Check { rail, light, value, limit: None }
    }

    const EXIT: ExitInput = ExitInput {
        class: ValueClass::I,
        profit_12m: Some(-40.0),
        cv: 5.0,
        gp: 60.0,
        cost_to_fix: 120.0,
        tenure_months: 14.0,
        min_tenure_months: 6.0,
        stage: Some(Stage::Stability),
        rails: &[
            rail(GuardRail::Receivables, Light::Green, None),
            rail(GuardRail::FixedCost, Light::Green, Some(-12.0)),
        ],
    };

    #[test]
    fn a_candidate_and_the_way_out() {
        let (verdict, why) = exit_candidate(&EXIT);
        assert_eq!(verdict, Some(Decision::Clear));
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
        let rails = [
            rail(GuardRail::Receivables, Light::Green, None),
            rail(GuardRail::Referrals, Light::Red, Some(2.0)),
        ];
        let (verdict, why) = exit_candidate(&ExitInput { rails: &rails, ..EXIT });
        assert_eq!(verdict, Some(Decision::Hold));
        let referrals =
            Fact::Rail { rail: GuardRail::Referrals, light: Light::Red, value: Some(2.0), limit: None };
        assert_eq!(why.facts[0], referrals);
        assert_eq!(why.facts.iter().filter(|f| matches!(f, Fact::Rail { .. })).count(), 2);
        assert_eq!(why.changes, [Change::RailClears { rail: GuardRail::Referrals }]);
        let both = [rail(GuardRail::Fairness, Light::Red, None), rails[1]];
        let (_, why) = exit_candidate(&ExitInput { rails: &both, ..EXIT });
        assert_eq!(why.changes, [Change::None { why: NoChange::NotOneMove }]);
    }

    #[test]
    fn one_failing_check_bars_the_exit() {
        let cases: [(ExitInput, ExitCheck); 5] = [
            (ExitInput { profit_12m: Some(20.0), ..EXIT }, ExitCheck::LossMaking),
            (ExitInput { gp: 120.0, ..EXIT }, ExitCheck::PotentialBelowCost),
            (ExitInput { class: ValueClass::II, ..EXIT }, ExitCheck::ClassOne),
            (ExitInput { tenure_months: 5.9, ..EXIT }, ExitCheck::LongEnough),
            (ExitInput { stage: Some(Stage::BuildUp), ..EXIT }, ExitCheck::NotInBuildUp),
        ];
        for (input, expected) in cases {
            let (verdict, why) = exit_candidate(&input);
            assert_eq!(verdict, None);
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
        assert_eq!(verdict, None);
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
