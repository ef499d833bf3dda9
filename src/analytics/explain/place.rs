//! Why this place among the customers: value class, RFM group, pattern, tier, cluster.

use super::{Change, Explanation, Fact, Measure, NoChange, finite, least};
use crate::analytics::pattern::{Pattern, Verdict};
use crate::analytics::rfm::Group;
use crate::analytics::stage::Stage;
use crate::analytics::tiers::{DISCOUNT_DEPENDENT, ELASTIC, TREND_P, Tier};
use crate::analytics::value_matrix::{GrowthPart, ValueClass};

/// What is known of a customer's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassInput {
    /// Current value, money.
    pub cv: f64,
    /// Growth potential, money.
    pub gp: f64,
    /// Where high current value begins; `None` if nowhere.
    pub cv_threshold: Option<f64>,
    /// Where high growth potential begins.
    pub gp_threshold: Option<f64>,
    /// Largest part of growth potential.
    pub largest_part: Option<GrowthPart>,
    /// Its present value, money.
    pub largest_amount: Option<f64>,
    /// Whether the customer has left.
    pub exited: bool,
}

/// Explains a value class: first the axis that is farther from its threshold, relative to it, then the other
/// one, then the largest part of the potential. A customer who left has class I because of that.
#[must_use]
pub fn value_class(input: &ClassInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(4), changes: Vec::with_capacity(1) };
    if input.exited {
        out.facts.push(Fact::Exited);
    }
    // Negative current value is never high, whatever the threshold.
    let cv_threshold = input.cv_threshold.and_then(finite).map(|t| t.max(0.0));
    let gp_threshold = input.gp_threshold.and_then(finite);
    let axes =
        [(Measure::CurrentValue, input.cv, cv_threshold), (Measure::GrowthPotential, input.gp, gp_threshold)];
    let is_high = |(_, v, t): (Measure, f64, Option<f64>)| !input.exited && t.is_some_and(|t| v >= t);
    let distance = |(_, v, t): (Measure, f64, Option<f64>)| {
        t.map_or(-1.0, |t| (v - t).abs() / t.abs().max(f64::MIN_POSITIVE))
    };
    let cv_first = distance(axes[0]) >= distance(axes[1]);
    for axis in if cv_first { axes } else { [axes[1], axes[0]] }.into_iter().filter(|a| a.1.is_finite()) {
        let (measure, value, threshold) = axis;
        out.facts.push(Fact::Against { measure, value, threshold, reached: is_high(axis) });
    }
    if let Some(part) = input.largest_part {
        out.facts.push(Fact::LargestPart { part, amount: input.largest_amount.and_then(finite) });
    }
    if input.exited {
        return out.no_change(NoChange::Left);
    }
    let high = axes.map(is_high);
    let moves = axes.iter().enumerate().filter_map(|(i, &(measure, value, threshold))| {
        let to = threshold?;
        let mut then = high;
        then[i] = !then[i];
        let becomes = ValueClass::of(then[0], then[1]);
        let by = to - value;
        Some((by.abs(), Change::Class { measure, by, to, beyond: high[i], becomes }))
    });
    out.changes.extend(least(moves));
    out.or(NoChange::NoThreshold)
}

/// What is known of a customer's R, F and M, in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RfmInput {
    /// Days since the last purchase, orders, net amount.
    pub values: [f64; 3],
    /// Scores 1..=5.
    pub scores: [u8; 3],
    /// Mean scores of the base.
    pub mean_scores: [f64; 3],
    /// Least and greatest value of each score 1..=5 in the base; `None` where nobody has it.
    pub ranges: [[Option<(f64, f64)>; 5]; 3],
}

/// Explains an RFM group: the scores by their distance from the mean score. What would change it: the
/// smallest move, relative to the value, to where others in this base score on the other side of the mean.
#[must_use]
pub fn rfm(input: &RfmInput) -> Explanation {
    const AXES: [Measure; 3] = [Measure::RecencyDays, Measure::Frequency, Measure::Monetary];
    let score = |i: usize| f64::from(input.scores[i]);
    let above = |i: usize| score(i) > input.mean_scores[i];
    let mut order = [0, 1, 2];
    let distance = |i: usize| (score(i) - input.mean_scores[i]).abs();
    order.sort_by(|&a, &b| distance(b).total_cmp(&distance(a)));
    let fact = |i: usize| Fact::Score {
        measure: AXES[i],
        value: input.values[i],
        score: input.scores[i],
        above_mean: above(i),
    };
    let facts = order.into_iter().filter(|&i| input.values[i].is_finite()).map(fact).collect();
    let out = Explanation { facts, changes: Vec::with_capacity(1) };
    let moves = (0..3).filter_map(|i| {
        let mean = input.mean_scores[i];
        let other = |s: &usize| (*s as f64 + 1.0 > mean) != above(i);
        let held = (0..5).filter(other).filter_map(|s| input.ranges[i][s]);
        // The end of the others' values that is nearest to the customer's.
        let from = input.values[i];
        let size = |to: f64| ((to - from).abs(), to);
        let to = least(held.flat_map(|(low, high)| [size(low), size(high)]))?;
        let mut then = [0, 1, 2].map(above);
        then[i] = !then[i];
        let becomes = Group::of(then[0], then[1], then[2]);
        let relative = (to - from).abs() / to.abs().max(from.abs()).max(f64::MIN_POSITIVE);
        Some((relative, Change::Group { measure: AXES[i], from, to, becomes }))
    });
    let change = least(moves);
    Explanation { changes: change.into_iter().collect(), ..out }.or(NoChange::NoThreshold)
}

/// Explains a pattern: the likeliest with the stage it was left from, how long stability lasted against
/// `tau`, the next likeliest. `stable_months`: months in stability in the heaviest division.
#[must_use]
pub fn pattern(verdict: &Verdict, stable_months: Option<f64>, tau_months: f64) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(4), changes: Vec::with_capacity(1) };
    let ranked = |p: &[f64; 4]| {
        let p = p.map(|p| finite(p).unwrap_or(0.0));
        let mut order = [0, 1, 2, 3];
        order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
        order.map(|i| (Pattern::ALL[i], p[i]))
    };
    let stable = stable_months.and_then(finite).filter(|m| *m > 0.0);
    let lasted = stable.map(|value| Fact::Against {
        measure: Measure::StableMonths,
        value,
        threshold: Some(tau_months),
        reached: value >= tau_months,
    });
    match *verdict {
        Verdict::Exited { pattern, ref probabilities } => {
            let named = (pattern, finite(probabilities[pattern as usize]).unwrap_or(0.0));
            let stage = match pattern {
                Pattern::EarlyAbort => Stage::Exploration,
                Pattern::MidWay => Stage::BuildUp,
                Pattern::EarlyExit | Pattern::LongTerm => Stage::Stability,
            };
            out.facts.push(Fact::HighestStage { stage, at_least: false });
            out.facts.extend(lasted.filter(|_| stage == Stage::Stability));
            let others = ranked(probabilities).into_iter().filter(|o| o.0 != pattern && o.1 > 0.0);
            let next = [Some(named), others.max_by(|a, b| a.1.total_cmp(&b.1))];
            let fact = |(pattern, probability)| Fact::Pattern { pattern, probability };
            out.facts.extend(next.into_iter().flatten().map(fact));
            out.no_change(NoChange::Left)
        }
        Verdict::AtLeast { stage } => {
            out.facts.extend([Fact::HighestStage { stage, at_least: true }, Fact::BeginningUnseen]);
            out.facts.extend(lasted);
            out.no_change(NoChange::Left)
        }
        Verdict::Active { reached, ref forecast, provisional } => {
            out.facts.extend(reached.map(|stage| Fact::HighestStage { stage, at_least: false }));
            let fact = |(pattern, probability)| Fact::Forecast { pattern, probability, provisional };
            out.facts.extend(ranked(forecast).into_iter().take(2).map(fact));
            out.facts.extend(lasted);
            let left =
                stable.map(|m| tau_months - m).filter(|_| reached == Some(Stage::Stability) && !provisional);
            match left {
                Some(months) if months > 0.0 => {
                    let pattern = Some(Pattern::LongTerm);
                    out.changes.push(Change::GoesOnFor { months, stage: None, pattern });
                    out
                }
                _ => out.no_change(NoChange::NotDerivable),
            }
        }
        Verdict::Unknown => {
            out.facts.push(Fact::NoPositiveValue);
            out.no_change(NoChange::NotDerivable)
        }
    }
}

/// What is known of a customer's tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierInput {
    /// The tier.
    pub label: Tier,
    /// Share of spend at a discount.
    pub discount_dependence: Option<f64>,
    /// Shrunk price elasticity.
    pub elasticity: Option<f64>,
    /// Profit of 12 months, money.
    pub profit_12m: f64,
    /// Stage now.
    pub stage: Option<Stage>,
    /// One-sided p of a downward trend.
    pub trend_p_down: Option<f64>,
    /// Profit of the last customer of R1, money.
    pub top_from: Option<f64>,
    /// Profit of the last customer of R2, money.
    pub core_from: Option<f64>,
}

/// Explains a tier: criteria that hold first, in the order of the rule.
#[must_use]
pub fn tier(input: &TierInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(6), changes: Vec::with_capacity(1) };
    let measured = |measure, value: Option<f64>, threshold: Option<f64>, reached: fn(f64, f64) -> bool| {
        let (value, threshold) = (finite(value?)?, threshold.and_then(finite));
        let reached = threshold.is_some_and(|t| reached(value, t));
        Some(Fact::Against { measure, value, threshold, reached })
    };
    let at_least: fn(f64, f64) -> bool = |v, t| v >= t;
    let below: fn(f64, f64) -> bool = |v, t| v < t;
    let price = [
        measured(Measure::DiscountDependence, input.discount_dependence, Some(DISCOUNT_DEPENDENT), at_least),
        measured(Measure::Elasticity, input.elasticity, Some(ELASTIC), below),
    ];
    let decline = input.stage.filter(|s| *s == Stage::Decline).map(|stage| Fact::InStage { stage });
    let trend = measured(Measure::DownwardTrendP, input.trend_p_down, Some(TREND_P), below);
    let profit = |from| measured(Measure::Profit12Months, Some(input.profit_12m), from, at_least);
    let (top, core) = (profit(input.top_from), profit(input.core_from));
    let order = match input.label {
        Tier::T => [price[0], price[1], core, None, None],
        Tier::R3 => [decline, trend, profit(Some(0.0)), price[0], price[1]],
        Tier::R1 => [top, price[0], price[1], trend, None],
        Tier::R2 => [core, top, price[0], price[1], trend],
        Tier::R0 => [core, price[0], price[1], trend, None],
    };
    let holds = |f: &Fact| !matches!(f, Fact::Against { reached: false, .. });
    out.facts.extend(order.into_iter().flatten().filter(holds));
    out.facts.extend(order.into_iter().flatten().filter(|f| !holds(f)));
    let to = |fact: Option<Fact>, beyond: bool| match fact {
        Some(Fact::Against { measure, value, threshold: Some(to), .. }) => {
            Some(((to - value).abs(), Change::Move { measure, from: value, to, beyond }))
        }
        _ => None,
    };
    let mut fired = price.into_iter().flatten().filter(holds);
    let change = match (input.label, fired.next(), fired.next()) {
        // Below a discount dependence of .6, but up to an elasticity of -2.
        (Tier::T, one, None) => to(one, one == price[0]),
        (Tier::T, ..) => return out.no_change(NoChange::NotOneMove),
        (Tier::R3, ..) => to(trend.filter(|_| decline.is_none()), false),
        (Tier::R1, ..) => to(top, true),
        (Tier::R2, ..) => {
            let nearer = |(a, b): ((f64, Change), (f64, Change))| if a.0 < b.0 { a } else { b };
            let (up, down) = (to(top, false), to(core, true));
            up.zip(down).map(nearer).or(up).or(down)
        }
        (Tier::R0, ..) => to(core, false),
    };
    out.changes.extend(change.map(|c| c.1));
    out.or(if decline.is_some() { NoChange::NotDerivable } else { NoChange::Unknown })
}

/// A customer and the centers of all clusters, in standard deviations from the mean of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterInput<'a> {
    /// The customer, one value per feature.
    pub customer: &'a [f64],
    /// Centers, `(n_clusters, n_features)`.
    pub centers: &'a [f64],
    /// What one standard deviation of each feature counts in the distance to a center: 1 where features were
    /// standardized; missing ones count 1.
    pub weights: &'a [f64],
    /// The customer's cluster.
    pub cluster_idx: usize,
    /// Customers belong to the nearest center (k-means); else no move is derived.
    pub nearest_center: bool,
}

/// Explains a cluster: the three features whose center is farthest from the mean. What would change it, for
/// the nearest center: the smallest move along one feature to the plane between two centers; with `gap` =
/// squared distance to the other center less that to the own one, `by = gap / (2 w^2 (other - own))`.
#[must_use]
pub fn cluster(input: &ClusterInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(3), changes: Vec::with_capacity(1) };
    let p = input.customer.len();
    let center = |k: usize| k.checked_mul(p).and_then(|at| input.centers.get(at..at + p));
    let Some(own) = center(input.cluster_idx).filter(|_| p > 0) else {
        return out.no_change(NoChange::Unknown);
    };
    let mut top = [None::<usize>; 3];
    for j in (0..p).filter(|&j| own[j].is_finite() && input.customer[j].is_finite()) {
        let mut j = Some(j);
        for place in &mut top {
            let size = |i: Option<usize>| i.map_or(-1.0, |i| own[i].abs());
            if size(j) > size(*place) {
                std::mem::swap(place, &mut j);
            }
        }
    }
    out.facts.extend(top.into_iter().flatten().map(|j| Fact::ClusterFeature {
        feature_idx: j as u32,
        cluster_z: own[j],
        customer_z: input.customer[j],
    }));
    if !input.nearest_center {
        return out.no_change(NoChange::NotDerivable);
    }
    let weight = |j: usize| input.weights.get(j).map_or(1.0, |w| w * w);
    let distance = |c: &[f64]| {
        (0..p).map(|j| weight(j) * (input.customer[j] - c[j]) * (input.customer[j] - c[j])).sum::<f64>()
    };
    let mut best: Option<(f64, Change)> = None;
    for k in (0..input.centers.len() / p).filter(|&k| k != input.cluster_idx) {
        let Some(other) = center(k) else { continue };
        let gap = distance(other) - distance(own);
        if gap < 0.0 {
            // Another center is nearer: not what put the customer here.
            return out.no_change(NoChange::NotDerivable);
        }
        for j in 0..p {
            let by_sd = gap / (2.0 * weight(j) * (other[j] - own[j]));
            if by_sd.is_finite() && best.is_none_or(|b| by_sd.abs() < b.0) {
                let (feature_idx, cluster_idx) = (j as u32, k as u32);
                best = Some((by_sd.abs(), Change::Cluster { feature_idx, by_sd, cluster_idx }));
            }
        }
    }
    out.changes.extend(best.map(|b| b.1));
    out.or(NoChange::NoThreshold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    const CLASS: ClassInput = ClassInput {
        cv: 965.0,
        gp: 400.0,
        cv_threshold: Some(1000.0),
        gp_threshold: Some(200.0),
        largest_part: Some(GrowthPart::UpBuying),
        largest_amount: Some(250.0),
        exited: false,
    };

    #[test]
    fn current_value_plus_35_makes_class_iv() {
        let why = value_class(&CLASS);
        let gp = Fact::Against {
            measure: Measure::GrowthPotential,
            value: 400.0,
            threshold: Some(200.0),
            reached: true,
        };
        let cv = Fact::Against {
            measure: Measure::CurrentValue,
            value: 965.0,
            threshold: Some(1000.0),
            reached: false,
        };
        let part = Fact::LargestPart { part: GrowthPart::UpBuying, amount: Some(250.0) };
        assert_eq!(why.decided(), [gp, cv, part]);
        let change = Change::Class {
            measure: Measure::CurrentValue,
            by: 35.0,
            to: 1000.0,
            beyond: false,
            becomes: ValueClass::IV,
        };
        assert_eq!(why.changes, [change]);
    }

    #[test]
    fn the_move_named_changes_the_class() {
        let class = |i: &ClassInput| {
            let high = |v: f64, t: Option<f64>| t.is_some_and(|t| v >= t);
            ValueClass::of(i.cv >= 0.0 && high(i.cv, i.cv_threshold), high(i.gp, i.gp_threshold))
        };
        let mut rng = Rng::new(5);
        for _ in 0..500 {
            let input = ClassInput {
                cv: 100.0 * rng.normal(),
                gp: 50.0 * rng.uniform(),
                cv_threshold: Some(60.0 * rng.normal()),
                gp_threshold: Some(50.0 * rng.uniform()),
                ..CLASS
            };
            let why = value_class(&input);
            let Change::Class { measure, by, to, beyond, becomes } = why.changes[0] else {
                panic!("{why:?}")
            };
            let mut moved = input;
            let past = if beyond { -1e-9 } else { 0.0 };
            match measure {
                Measure::CurrentValue => moved.cv = to + past,
                _ => moved.gp = to + past,
            }
            assert_eq!(class(&moved), becomes);
            assert_ne!(becomes, class(&input));
            assert!(by == to - input.cv || by == to - input.gp);
        }
    }

    #[test]
    fn no_threshold_and_left() {
        let flat = ClassInput { cv_threshold: None, gp_threshold: None, ..CLASS };
        assert_eq!(value_class(&flat).changes, [Change::None { why: NoChange::NoThreshold }]);
        let gone = value_class(&ClassInput { exited: true, ..CLASS });
        assert_eq!(gone.facts[0], Fact::Exited);
        assert!(gone.facts.iter().all(|f| !matches!(f, Fact::Against { reached: true, .. })));
        assert_eq!(gone.changes, [Change::None { why: NoChange::Left }]);
    }

    #[test]
    fn rfm_by_distance_from_the_mean() {
        let bin = |low: f64, high: f64| Some((low, high));
        let input = RfmInput {
            values: [40.0, 9.0, 120.0],
            scores: [3, 5, 3],
            mean_scores: [3.0; 3],
            ranges: [
                [bin(200., 300.), bin(90., 180.), bin(30., 80.), bin(10., 28.), bin(0., 9.)],
                [bin(1., 1.), None, bin(2., 3.), bin(4., 6.), bin(7., 30.)],
                [bin(1., 30.), bin(31., 90.), bin(95., 140.), bin(150., 300.), bin(310., 900.)],
            ],
        };
        let why = rfm(&input);
        assert!(matches!(
            why.facts[0],
            Fact::Score { measure: Measure::Frequency, score: 5, above_mean: true, .. }
        ));
        assert_eq!(why.facts.len(), 3);
        // R 40 -> 28 is .30 of it, F 9 -> 3 is .67, M 120 -> 150 is .20.
        let change = Change::Group {
            measure: Measure::Monetary,
            from: 120.0,
            to: 150.0,
            becomes: Group::of(false, true, true),
        };
        assert_eq!(why.changes, [change]);
        let equal = RfmInput { scores: [3; 3], ranges: [[None, None, bin(4., 4.), None, None]; 3], ..input };
        assert_eq!(rfm(&equal).changes, [Change::None { why: NoChange::NoThreshold }]);
    }

    #[test]
    fn patterns_say_where_they_were_left() {
        let exited = Verdict::Exited { pattern: Pattern::EarlyExit, probabilities: [0.0, 0.2, 0.7, 0.1] };
        let why = pattern(&exited, Some(5.0), 12.0);
        assert_eq!(why.facts[0], Fact::HighestStage { stage: Stage::Stability, at_least: false });
        assert!(matches!(why.facts[1], Fact::Against { value: 5.0, reached: false, .. }));
        assert_eq!(why.facts[2], Fact::Pattern { pattern: Pattern::EarlyExit, probability: 0.7 });
        assert_eq!(why.facts[3], Fact::Pattern { pattern: Pattern::MidWay, probability: 0.2 });
        let active = Verdict::Active {
            reached: Some(Stage::Stability),
            forecast: [0.0, 0.0, 0.4, 0.6],
            provisional: false,
        };
        let why = pattern(&active, Some(5.0), 12.0);
        let change = Change::GoesOnFor { months: 7.0, stage: None, pattern: Some(Pattern::LongTerm) };
        assert_eq!(why.changes, [change]);
        assert_eq!(
            pattern(&active, Some(15.0), 12.0).changes,
            [Change::None { why: NoChange::NotDerivable }]
        );
        assert_eq!(pattern(&Verdict::Unknown, None, 12.0).facts, [Fact::NoPositiveValue]);
        let unseen = pattern(&Verdict::AtLeast { stage: Stage::BuildUp }, None, 12.0);
        assert_eq!(unseen.facts[1], Fact::BeginningUnseen);
    }

    #[test]
    fn tiers_by_the_criterion_that_holds() {
        let input = TierInput {
            label: Tier::T,
            discount_dependence: Some(0.7),
            elasticity: Some(-1.2),
            profit_12m: 100.0,
            stage: Some(Stage::Stability),
            trend_p_down: Some(0.4),
            top_from: Some(900.0),
            core_from: Some(300.0),
        };
        let why = tier(&input);
        assert!(matches!(
            why.facts[0],
            Fact::Against { measure: Measure::DiscountDependence, reached: true, .. }
        ));
        assert!(matches!(why.changes[0], Change::Move { to: 0.6, beyond: true, .. }));
        let both = tier(&TierInput { elasticity: Some(-2.5), ..input });
        assert_eq!(both.changes, [Change::None { why: NoChange::NotOneMove }]);
        let core = TierInput { label: Tier::R2, profit_12m: 350.0, discount_dependence: Some(0.1), ..input };
        assert!(matches!(tier(&core).changes[0], Change::Move { to: 300.0, beyond: true, .. }));
        assert!(matches!(tier(&core).facts[0], Fact::Against { threshold: Some(300.0), reached: true, .. }));
        let slipping = TierInput { label: Tier::R3, trend_p_down: Some(0.04), ..core };
        assert!(matches!(tier(&slipping).changes[0], Change::Move { measure: Measure::DownwardTrendP, .. }));
        let falling = tier(&TierInput { stage: Some(Stage::Decline), ..slipping });
        assert_eq!(falling.facts[0], Fact::InStage { stage: Stage::Decline });
        assert_eq!(falling.changes, [Change::None { why: NoChange::NotDerivable }]);
        let other = tier(&TierInput { label: Tier::R0, ..input });
        assert!(matches!(other.changes[0], Change::Move { from: 100.0, to: 300.0, beyond: false, .. }));
    }

    #[test]
    fn the_move_to_another_cluster_ends_on_the_plane_between() {
        let mut rng = Rng::new(3);
        for _ in 0..200 {
            let centers: Vec<f64> = (0..12).map(|_| rng.normal()).collect();
            let customer: Vec<f64> = (0..4).map(|_| rng.normal()).collect();
            let weights: Vec<f64> = (0..4).map(|_| 0.5 + rng.uniform()).collect();
            let nearest = |x: &[f64]| {
                let d = |k: usize| {
                    (0..4).map(|j| (weights[j] * (x[j] - centers[4 * k + j])).powi(2)).sum::<f64>()
                };
                let all = [0, 1, 2].map(d);
                (0..3).fold(0, |best, k| if all[k] < all[best] { k } else { best })
            };
            let cluster_idx = nearest(&customer);
            let input = ClusterInput {
                customer: &customer,
                centers: &centers,
                weights: &weights,
                cluster_idx,
                nearest_center: true,
            };
            let why = cluster(&input);
            let sizes: Vec<f64> = why
                .facts
                .iter()
                .map(|f| match f {
                    Fact::ClusterFeature { cluster_z, .. } => cluster_z.abs(),
                    f => panic!("{f:?}"),
                })
                .collect();
            assert!(sizes.len() == 3 && sizes.windows(2).all(|w| w[0] >= w[1]));
            let Change::Cluster { feature_idx, by_sd, cluster_idx: other } = why.changes[0] else { panic!() };
            let moved = |share: f64| {
                let mut x = customer.clone();
                x[feature_idx as usize] += share * by_sd;
                nearest(&x)
            };
            assert_eq!(moved(0.999), cluster_idx);
            assert_eq!(moved(1.001), other as usize);
        }
        let lone = ClusterInput {
            customer: &[1.0],
            centers: &[0.5],
            weights: &[],
            cluster_idx: 0,
            nearest_center: true,
        };
        assert_eq!(cluster(&lone).changes, [Change::None { why: NoChange::NoThreshold }]);
        let wrong = ClusterInput { cluster_idx: 9, ..lone };
        assert_eq!(cluster(&wrong).changes, [Change::None { why: NoChange::Unknown }]);
    }
}
