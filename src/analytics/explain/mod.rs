//! Why does this customer carry this label, and what would change it?
//!
//! Every label is turned into [`Fact`]s, numbers beside what they are compared with, the most decisive first,
//! and into [`Change`]s, the smallest moves of one number that cross a threshold. Sentences are made of them
//! elsewhere; nothing here is text. Each function is pure and takes what is known of one customer as plain
//! numbers.
//!
//! - [`stage()`]: level of the stage, change over the last periods, distance from the own plateau; `spread =
//!   1.96 sqrt(mean of (v - level)^2) / level` over the periods of the stage: 95 % of periods lie within;
//! - [`warning()`]: silence s against the own amber and red days; `Phi((ln s - mu) / sigma)` of the own gaps
//!   are shorter;
//! - [`value_class`], [`rfm`], [`pattern`], [`tier`], [`cluster`]: position against the thresholds of the
//!   base;
//! - [`credit`]: points an item costs, `w (100 - points)`; [`logistic`]: `beta (x - mean)`;
//!   [`exit_candidate`]: checks and guard rails; [`tree_rule`]: conditions met;
//! - [`action()`]: what to do by stage and class, and whether a contact pays: `p > p* = c / (s V)`.
//!
//! Which facts decide: the order is fixed per label where theory names what makes it (a stability is a level
//! that holds, a decline a fall), and by size where facts are alike (points lost, contributions, distances).
//! The first three are [`Explanation::decided`].
//!
//! What would change it: exact where the rule is a comparison. Stages come from a posterior without closed
//! form; for them only the bounds of the admissible divisions (a plateau at least twice the exploration
//! level, a decline to at most 0.7 of the level before) are given, marked as necessary or sufficient. Where
//! there is nothing to give, [`Change::None`] says why.
//!
//! Symbols: money in the file's currency unit, per period where the name says so; shares and probabilities
//! 0..=1; days and months in names. Source: methods.md 19, from 2.4, 2.7, 3.6-3.8, 4-6, 9, 12, 13, 16, 24.2,
//! 24.4.
//!
//! Degenerate cases: what is unknown (`None`, or not finite) gives no fact, so there may be fewer than three.
//!
//! ```
//! use tenure::analytics::explain::{Fact, StageInput, stage};
//! use tenure::analytics::stage::{Badge, Basis, Stage};
//! // methods.md 19: "Stability (92 %, A): value 1,015/month since month 9, +-4 %; plateau is 8.8x the
//! // exploration level."
//! let values = [100., 120., 90., 110., 300., 500., 800., 950., 1000., 980., 1020., 990.];
//! let why = stage(&StageInput {
//!     values: &values,
//!     stage: Some(Stage::Stability),
//!     basis: Basis::Fitted,
//!     probabilities: [0., 0.08, 0.92, 0.],
//!     confidence: Some(0.92),
//!     badge: Some(Badge::A),
//!     ends: Some([4, 8, 12, 12]),
//!     explore_level: Some(114.9),
//!     plateau: Some(1015.0),
//!     ..StageInput::default()
//! });
//! let Fact::Level { level_per_period, since_period, spread_share, .. } = why.facts[0] else { panic!() };
//! assert_eq!((level_per_period, since_period), (1015.0, Some(9)));
//! assert_eq!((spread_share.unwrap() * 100.0).round(), 4.0);
//! let Fact::PlateauRatio { ratio, .. } = why.facts[1] else { panic!() };
//! assert_eq!((ratio * 10.0).round(), 88.0);
//! ```

mod action;
mod judgement;
mod place;
mod stage;
mod warning;

pub use action::{Action, ActionInput, Contact, Leads, StageAction, Worth, action, contact};
pub use judgement::{
    Contribution, ExitCheck, ExitInput, Lever, LogisticInput, RuleInput, credit, exit_candidate, logistic,
    tree_rule,
};
pub use place::{ClassInput, ClusterInput, RfmInput, TierInput, cluster, pattern, rfm, tier, value_class};
pub use stage::{SnapshotInput, StageInput, snapshot_stage, stage};
pub use warning::{WarningInput, warning};

use super::churn::State;
use super::credit::{Grade, Item};
use super::exit::{GuardRail, Light};
use super::pattern::Pattern;
use super::rfm::Group;
use super::stage::{Badge, Stage};
use super::tree::{Condition, ShareOf};
use super::value_matrix::{GrowthPart, ValueClass};
use crate::customer::Day;
use serde::{Deserialize, Serialize};

/// A number that is compared with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// Current value, money.
    CurrentValue,
    /// Growth potential, money.
    GrowthPotential,
    /// Profit of 12 months, money.
    Profit12Months,
    /// Share of spend at a discount.
    DiscountDependence,
    /// Price elasticity of quantity, usually negative.
    Elasticity,
    /// One-sided chance of a downward trend this clear where there is none.
    DownwardTrendP,
    /// Months since the beginning.
    TenureMonths,
    /// Charge of the last period over the mean charge so far.
    TrendRatio,
    /// Chance of leaving.
    ExitRisk,
    /// Days since the last purchase.
    RecencyDays,
    /// Orders in the window.
    Frequency,
    /// Net amount in the window.
    Monetary,
    /// Months in stability.
    StableMonths,
}

/// Something a label rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Fact {
    /// The level of the stage.
    Level {
        /// Stage it is the level of.
        stage: Stage,
        /// Money per period.
        level_per_period: f64,
        /// First period of the stage, counted from 1; `None` where the heaviest division has no such stage
        /// now.
        since_period: Option<u32>,
        /// Months since then.
        months: Option<f64>,
        /// 95 % of its periods lie within this share of the level; only where the level is constant.
        spread_share: Option<f64>,
    },
    /// Plateau over exploration level.
    PlateauRatio {
        /// The quotient.
        ratio: f64,
        /// Money per period.
        plateau_per_period: f64,
        /// Money per period.
        explore_per_period: f64,
    },
    /// Mean of the last periods against those before.
    RecentChange {
        /// Change as a share of before; `None` from 0.
        change_share: Option<f64>,
        /// Mean of the last periods, money.
        recent_per_period: f64,
        /// Mean of as many before, money.
        before_per_period: f64,
        /// How many.
        n_periods: u32,
    },
    /// Mean of the last periods as a share of the own plateau.
    AgainstPlateau {
        /// The share; 1 is on the plateau.
        share: f64,
        /// Mean of the last periods, money.
        recent_per_period: f64,
        /// Money per period.
        plateau_per_period: f64,
    },
    /// How far a decline has gone.
    FellTo {
        /// Level now as a share of the level before.
        share: f64,
        /// Money per period.
        before_per_period: f64,
        /// Money per period.
        end_per_period: f64,
    },
    /// No stage is more likely than not.
    Between {
        /// The likeliest.
        first: Stage,
        /// Its probability.
        first_probability: f64,
        /// The next.
        second: Stage,
        /// Its probability.
        second_probability: f64,
    },
    /// How sure a stage is.
    Reliability {
        /// Its probability; `None` with too little history.
        confidence: Option<f64>,
        /// How far it can be relied upon.
        badge: Option<Badge>,
    },
    /// Too little history for a stage.
    TooLittleHistory {
        /// Periods.
        n_periods: u32,
        /// Orders.
        n_orders: u32,
        /// Least periods.
        needed_periods: u32,
        /// Least orders.
        needed_orders: u32,
    },
    /// A constant level: a plateau without a visible build-up, or a lingering exploration.
    FlatLevel {
        /// Stage whose level it is.
        stage: Stage,
        /// Months it has lasted.
        months: f64,
    },
    /// Still exploration after a long time.
    Lingering {
        /// Months.
        months: f64,
    },
    /// The beginning of the relationship is not in the file.
    BeginningUnseen,
    /// Returns exceed sales.
    NoPositiveValue,
    /// The customer has left.
    Exited,
    /// Stage by tenure alone.
    TenurePiece {
        /// Months of tenure.
        tenure_months: f64,
        /// The stage begins after this tenure, months.
        from_months: f64,
        /// and ends with this one; `None`: does not end.
        to_months: Option<f64>,
        /// Leavers per period in it, share.
        hazard: f64,
    },
    /// Leaving does not depend on tenure in this file.
    NotByTenure,
    /// Silence against the own thresholds.
    Silence {
        /// What it means.
        state: State,
        /// Days since the last purchase.
        silence_days: u32,
        /// Amber threshold, days.
        amber_days: f64,
        /// Red threshold, days.
        red_days: f64,
        /// First day past amber.
        amber_date: Day,
        /// First day past red.
        red_date: Day,
    },
    /// Where the silence lies among the customer's gaps.
    SilenceRank {
        /// Share of gaps that are shorter.
        share: f64,
        /// Typical (median) gap, days.
        typical_gap_days: f64,
        /// Gaps seen.
        n_gaps: u32,
    },
    /// Bought once: the thresholds are those of other customers' first returns.
    BoughtOnce,
    /// Chance of still being a customer, by the purchase model.
    PAlive {
        /// 0..=1.
        p_alive: f64,
    },
    /// A number and the threshold it is compared with.
    Against {
        /// What.
        measure: Measure,
        /// The customer's.
        value: f64,
        /// `None` where the base gives none.
        threshold: Option<f64>,
        /// At or beyond it, in the direction that counts.
        reached: bool,
    },
    /// Largest part of growth potential.
    LargestPart {
        /// Which.
        part: GrowthPart,
        /// Present value, money, where known.
        amount: Option<f64>,
    },
    /// A score of 1..=5.
    Score {
        /// Of what.
        measure: Measure,
        /// The customer's number.
        value: f64,
        /// The score.
        score: u8,
        /// Above the mean score of the base.
        above_mean: bool,
    },
    /// How the relationship ended.
    Pattern {
        /// Pattern.
        pattern: Pattern,
        /// Its probability.
        probability: f64,
    },
    /// How it will probably end.
    Forecast {
        /// Pattern.
        pattern: Pattern,
        /// Its probability.
        probability: f64,
        /// Rests on the stage before a decline.
        provisional: bool,
    },
    /// Highest stage reached; the stage it was left from for those who left.
    HighestStage {
        /// Stage.
        stage: Stage,
        /// It may have been a higher one: the beginning was not seen.
        at_least: bool,
    },
    /// A stage is among the criteria.
    InStage {
        /// Stage.
        stage: Stage,
    },
    /// What sets a cluster apart.
    ClusterFeature {
        /// Place of the feature.
        feature_idx: u32,
        /// The cluster's center in standard deviations from the mean of all.
        cluster_z: f64,
        /// The customer, in the same unit.
        customer_z: f64,
    },
    /// An item of the credit score.
    CreditItem {
        /// Which.
        item: Item,
        /// Its points, 0..=100.
        points: f64,
        /// What it costs the score of 100.
        points_lost: f64,
    },
    /// The credit score.
    CreditScore {
        /// 0..=100.
        score: f64,
        /// Its grade.
        grade: Grade,
    },
    /// Too few invoices for a grade.
    TooFewInvoices {
        /// Invoices.
        n: u32,
        /// Least number.
        needed: u32,
    },
    /// What a feature adds to the log odds of leaving, against the mean customer.
    Contribution {
        /// Place of the feature.
        feature_idx: u32,
        /// `beta (x - mean)`.
        log_odds: f64,
        /// The customer's value, if it is a number.
        value: Option<f64>,
    },
    /// A check of the exit candidate.
    Check {
        /// Which.
        check: ExitCheck,
        /// Met; `None` where it cannot be known.
        met: Option<bool>,
        /// The customer's number, if it is one.
        value: Option<f64>,
        /// What it is compared with.
        threshold: Option<f64>,
    },
    /// A guard rail of exit management.
    Rail {
        /// Which.
        rail: GuardRail,
        /// Clear, holding, or unknown.
        light: Light,
        /// Its number.
        value: Option<f64>,
        /// Up to this number it is clear.
        limit: Option<f64>,
    },
    /// A condition of the tree's rule.
    Condition {
        /// The condition.
        condition: Condition,
        /// The customer's value; `None` if unknown.
        value: Option<f64>,
    },
    /// How often the rule is right.
    RulePrecision {
        /// Among those it was judged by.
        precision: ShareOf,
    },
}

/// A single move that would change a label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Change {
    /// There is none to give.
    None {
        /// Why.
        why: NoChange,
    },
    /// The fitted level rises above a bound.
    LevelAbove {
        /// Money per period.
        per_period: f64,
        /// Least periods the new stage lasts.
        n_periods: u32,
        /// The stage that then is possible, or again.
        stage: Stage,
        /// Sufficient; else only necessary.
        sufficient: bool,
    },
    /// The fitted level falls to a bound or below.
    LevelBelow {
        /// Money per period.
        per_period: f64,
        /// Least periods the new stage lasts.
        n_periods: u32,
        /// The stage that then is possible.
        stage: Stage,
        /// Sufficient; else only necessary.
        sufficient: bool,
    },
    /// The level holds.
    HoldsFor {
        /// At least so many periods.
        n_periods: u32,
        /// The stage that then is possible.
        stage: Stage,
    },
    /// More history.
    MoreHistory {
        /// Periods more.
        n_periods: u32,
        /// Orders more.
        n_orders: u32,
    },
    /// The relationship goes on.
    GoesOnFor {
        /// Months more.
        months: f64,
        /// Stage that it then is in, if that changes.
        stage: Option<Stage>,
        /// Pattern that it then has, if that changes.
        pattern: Option<Pattern>,
    },
    /// Silence lasts.
    SilenceUntil {
        /// First day of the new state.
        date: Day,
        /// Days from now.
        in_days: i32,
        /// The new state.
        becomes: State,
    },
    /// The customer orders.
    OrderBy {
        /// Last day on which it prevents the next state; `None`: any day.
        last_day: Option<Day>,
        /// Days from now until it.
        within_days: Option<i32>,
        /// The new state.
        becomes: State,
    },
    /// A number moves.
    Move {
        /// Which.
        measure: Measure,
        /// From.
        from: f64,
        /// To the threshold.
        to: f64,
        /// It must go beyond, not just reach it.
        beyond: bool,
    },
    /// A number moves, and the value class with it.
    Class {
        /// Which.
        measure: Measure,
        /// By, money.
        by: f64,
        /// To the threshold.
        to: f64,
        /// It must go below, not just reach it.
        beyond: bool,
        /// The new class.
        becomes: ValueClass,
    },
    /// A number moves, and the RFM group with it.
    Group {
        /// Which.
        measure: Measure,
        /// From.
        from: f64,
        /// To.
        to: f64,
        /// The new group.
        becomes: Group,
    },
    /// A standardized feature moves, and the cluster with it.
    Cluster {
        /// Place of the feature.
        feature_idx: u32,
        /// By, standard deviations.
        by_sd: f64,
        /// The new cluster.
        cluster_idx: u32,
    },
    /// An item of the credit score moves, and the grade with it.
    Credit {
        /// Which.
        item: Item,
        /// From: a share, or days.
        from: f64,
        /// To.
        to: f64,
        /// It must go beyond, not just reach it.
        beyond: bool,
        /// The new grade.
        becomes: Grade,
    },
    /// More invoices.
    MoreInvoices {
        /// How many.
        n: u32,
    },
    /// A feature of the regression moves, and with it the judgement whether a contact pays.
    Feature {
        /// Place of the feature.
        feature_idx: u32,
        /// From.
        from: f64,
        /// To.
        to: f64,
    },
    /// A category of the regression takes another level, and with it the judgement whether a contact pays.
    Level {
        /// Place of the feature.
        feature_idx: u32,
        /// Place of the level among the feature's.
        level_idx: u32,
    },
    /// A guard rail clears.
    RailClears {
        /// Which.
        rail: GuardRail,
    },
    /// A condition of the rule is met no longer.
    LeavesRule {
        /// Which.
        condition: Condition,
        /// The customer's value.
        from: f64,
    },
}

/// Why no change is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoChange {
    /// It is over.
    Left,
    /// The base gives no threshold.
    NoThreshold,
    /// The label comes from a probability that no single number decides.
    NotDerivable,
    /// No single move is enough.
    NotOneMove,
    /// A number it would take is not known.
    Unknown,
}

/// Why a label, and what would change it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The most decisive first.
    pub facts: Vec<Fact>,
    /// The smallest move first.
    pub changes: Vec<Change>,
}

impl Explanation {
    /// The three facts that decided; fewer where no more is known.
    #[must_use]
    pub fn decided(&self) -> &[Fact] {
        &self.facts[..self.facts.len().min(3)]
    }

    fn no_change(mut self, why: NoChange) -> Self {
        self.changes.push(Change::None { why });
        self
    }

    /// Gives a reason if no change was found.
    fn or(self, why: NoChange) -> Self {
        if self.changes.is_empty() { self.no_change(why) } else { self }
    }
}

fn finite(v: f64) -> Option<f64> {
    v.is_finite().then_some(v)
}

/// `a / b` where that is a number and b is positive.
fn ratio(a: f64, b: f64) -> Option<f64> {
    if b > 0.0 { finite(a / b) } else { None }
}

/// The entry with the smallest size; of equals the first.
fn least<T>(moves: impl IntoIterator<Item = (f64, T)>) -> Option<T> {
    let finite = moves.into_iter().filter(|m| m.0.is_finite());
    finite.min_by(|a, b| a.0.total_cmp(&b.0)).map(|m| m.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::churn::{Rhythm, Threshold};
    use crate::analytics::exit::Check;
    use crate::analytics::pattern::Verdict;
    use crate::analytics::stage::Basis;
    use crate::analytics::tiers::Tier;

    /// Every explanation with this number wherever one fits, written out.
    fn with(x: f64) -> Vec<String> {
        let values = [x; 9];
        let staged = |stage| StageInput {
            values: &values,
            n_orders: 4,
            stage: Some(stage),
            basis: Basis::Fitted,
            probabilities: [x; 4],
            confidence: Some(0.4),
            ends: Some([2, 4, 7, 9]),
            explore_level: Some(x),
            plateau: Some(x),
            end_level: Some(x),
            ..StageInput::default()
        };
        let mut all: Vec<Explanation> = Stage::ALL.into_iter().map(|s| stage(&staged(s))).collect();
        all.push(snapshot_stage(&SnapshotInput {
            stage: Stage::BuildUp,
            tenure_months: x,
            cuts_months: &[3.0, 6.0],
            hazards: &[x; 3],
            trend_ratio: Some(x),
            exit_risk: Some((x, x)),
            exited: false,
        }));
        all.push(warning(&WarningInput {
            as_of: Day(i32::MAX),
            last_purchase: Some(Day(i32::MIN)),
            threshold: Threshold::clamped(40.0, 60.0),
            rhythm: Some(Rhythm { mu: x, sigma: x.abs() }),
            n_gaps: 2,
            p_alive: Some(x),
        }));
        all.push(value_class(&ClassInput {
            cv: x,
            gp: x,
            cv_threshold: Some(x),
            gp_threshold: Some(-x),
            largest_part: Some(GrowthPart::Referral),
            largest_amount: Some(x),
            exited: false,
        }));
        all.push(rfm(&RfmInput {
            values: [x; 3],
            scores: [2, 3, 4],
            mean_scores: [3.0; 3],
            ranges: [[Some((x, x)); 5]; 3],
        }));
        let forecast = [x; 4];
        let active = Verdict::Active { reached: Some(Stage::Stability), forecast, provisional: false };
        all.push(pattern(&active, Some(x), 12.0));
        for label in Tier::ALL {
            all.push(tier(&TierInput {
                label,
                discount_dependence: Some(x),
                elasticity: Some(x),
                profit_12m: x,
                stage: None,
                trend_p_down: Some(x),
                top_from: Some(x),
                core_from: Some(-x),
            }));
        }
        let centers = [x, 0.0, 1.0, -x];
        all.push(cluster(&ClusterInput {
            customer: &[x, 1.0],
            centers: &centers,
            weights: &[x],
            cluster_idx: 0,
            nearest_center: true,
        }));
        let top = [Contribution { feature_idx: 0, log_odds: x, value: Some(x) }; 2];
        let levers = [
            Lever::Number { feature_idx: 0, beta: x, value: x, sd: x, range: [x, x] },
            Lever::Level { feature_idx: 1, level_idx: 2, log_odds: x },
        ];
        all.push(logistic(&LogisticInput {
            top: &top,
            p: x,
            p_star: Some(0.2),
            needed: Some(x),
            levers: &levers,
        }));
        all.push(
            exit_candidate(&ExitInput {
                class: ValueClass::I,
                profit_12m: Some(x),
                cv: x,
                gp: x,
                cost_to_fix: x,
                tenure_months: x,
                min_tenure_months: 6.0,
                stage: None,
                rails: &[Check {
                    rail: GuardRail::MarketShare,
                    light: Light::Unknown,
                    value: Some(x),
                    limit: Some(x),
                }],
            })
            .1,
        );
        assert!(all.iter().all(|why| !why.changes.is_empty() && why.decided().len() <= 3));
        let action = action(&ActionInput {
            stage: Some(Stage::Decline),
            exited: false,
            class: ValueClass::III,
            exit_candidate: false,
            rail_holds: false,
            p_exit: Some(x),
            value: x,
            gp: x,
            profit_12m: Some(x),
            contact_cost: x,
            save_rate: x,
        });
        all.iter().map(|why| format!("{why:?}")).chain([format!("{action:?}")]).collect()
    }

    #[test]
    fn results_are_finite_whatever_comes_in() {
        let hostile =
            [0.0, 1.0, -1.0, 1e15, -1e15, 1e308, -1e308, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        for x in hostile {
            for why in with(x) {
                assert!(!why.contains("NaN") && !why.contains("inf"), "{x}: {why}");
            }
        }
    }

    #[test]
    fn facts_survive_json() {
        let why = value_class(&ClassInput {
            cv: 965.0,
            gp: 400.0,
            cv_threshold: Some(1000.0),
            gp_threshold: None,
            largest_part: Some(GrowthPart::UpBuying),
            largest_amount: None,
            exited: false,
        });
        let json = serde_json::to_string(&why).unwrap_or_default();
        assert!(
            json.contains(r#""kind":"largestPart""#) && json.contains(r#""measure":"currentValue""#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Explanation>(&json).ok(), Some(why));
    }
}
