//! Why this stage?

use super::{Change, Explanation, Fact, Measure, NoChange, finite, ratio};
use crate::analytics::stage::{Badge, Basis, Stage};
use crate::math::sum;

/// 95 % of a normal lie within so many standard deviations.
const Z: f64 = 1.959_963_984_540_054;
/// Periods that count as recent.
const RECENT: usize = 3;
/// Least periods and orders for a stage (methods.md 3.6).
const HISTORY: (u32, u32) = (4, 2);
/// A build-up at least doubles the level; a decline takes it to at most this share (3.4).
const RISE: f64 = 2.0;
const FALL: f64 = 0.7;
/// Least periods of build-up, stability and decline (3.4).
const SHORTEST: [u32; 3] = [2, 3, 2];
/// Trend ratio below which a contract counts as declining, from this tenure in months (3.8).
const TREND: (f64, f64) = (0.85, 6.0);

/// What is known of a customer's stage; the fields of `stage::CustomerStage` and its best fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageInput<'a> {
    /// Value of each period, money.
    pub values: &'a [f64],
    /// Orders in all.
    pub n_orders: u32,
    /// Months one period lasts.
    pub months_per_period: f64,
    /// The stage named; `None` without positive value.
    pub stage: Option<Stage>,
    /// Whether the customer has left; the stage then is the last one.
    pub exited: bool,
    /// What the stage rests on.
    pub basis: Basis,
    /// Probability of each stage.
    pub probabilities: [f64; 4],
    /// Probability of the one named.
    pub confidence: Option<f64>,
    /// Reliability.
    pub badge: Option<Badge>,
    /// Ends of the stages in the heaviest division, in periods.
    pub ends: Option<[usize; 4]>,
    /// L0, money per period.
    pub explore_level: Option<f64>,
    /// P, money per period.
    pub plateau: Option<f64>,
    /// Le, money per period.
    pub end_level: Option<f64>,
    /// Still exploration after a long time.
    pub lingering: bool,
    /// The beginning was not seen.
    pub left_truncated: bool,
}

impl Default for StageInput<'_> {
    /// Nothing known; periods of one month.
    fn default() -> Self {
        Self {
            values: &[],
            n_orders: 0,
            months_per_period: 1.0,
            stage: None,
            exited: false,
            basis: Basis::None,
            probabilities: [0.0; 4],
            confidence: None,
            badge: None,
            ends: None,
            explore_level: None,
            plateau: None,
            end_level: None,
            lingering: false,
            left_truncated: false,
        }
    }
}

/// Explains a stage. What decides: exploration by its level and change; build-up by change and rise;
/// stability by a level that holds and its height; decline by the fall. "Between", a flat level and too
/// little history come first.
#[must_use]
pub fn stage(input: &StageInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(8), changes: Vec::with_capacity(1) };
    let Some(stage) = input.stage else {
        out.facts.push(Fact::NoPositiveValue);
        return out.no_change(NoChange::NotDerivable);
    };
    let months = input.values.len() as f64 * input.months_per_period;
    match input.basis {
        Basis::TooLittleHistory => {
            let n_periods = input.values.len() as u32;
            let (needed_periods, needed_orders) = HISTORY;
            let n_orders = input.n_orders;
            out.facts.push(Fact::TooLittleHistory { n_periods, n_orders, needed_periods, needed_orders });
        }
        Basis::FlatLevel => out.facts.push(Fact::FlatLevel { stage, months }),
        Basis::Fitted | Basis::None => out.facts.extend(between(input, stage)),
    }
    let (level, ratio) = (level(input, stage), plateau_ratio(input));
    let (change, against) = (recent_change(input.values), against_plateau(input));
    let order = match stage {
        Stage::Exploration => [level, change, ratio, against],
        Stage::BuildUp => [change, ratio, level, None],
        Stage::Stability => [level, ratio, change, against],
        Stage::Decline => [fall(input), change, against, level],
    };
    out.facts.extend(order.into_iter().flatten());
    if input.lingering && input.basis != Basis::FlatLevel {
        out.facts.push(Fact::Lingering { months });
    }
    out.facts.push(Fact::Reliability { confidence: input.confidence.and_then(finite), badge: input.badge });
    if input.left_truncated {
        out.facts.push(Fact::BeginningUnseen);
    }
    if input.exited {
        out.facts.push(Fact::Exited);
        return out.no_change(NoChange::Left);
    }
    out.changes.extend(change_of_stage(input, stage));
    out.or(NoChange::NotDerivable)
}

fn between(input: &StageInput, first: Stage) -> Option<Fact> {
    if input.confidence? >= 0.5 {
        return None;
    }
    let p = |s: Stage| finite(input.probabilities[s as usize]).unwrap_or(0.0);
    let others = Stage::ALL.into_iter().filter(|&s| s != first);
    let second = others.max_by(|&a, &b| p(a).total_cmp(&p(b)))?;
    Some(Fact::Between { first, first_probability: p(first), second, second_probability: p(second) })
}

/// Mean of some periods; `None` of none, or if it is not a number.
fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { finite(sum(values.iter().copied()) / values.len() as f64) }
}

fn recent(values: &[f64]) -> Option<f64> {
    mean(&values[values.len().saturating_sub(RECENT)..])
}

/// The last three periods against the three before; halves where the series is shorter than six.
fn recent_change(values: &[f64]) -> Option<Fact> {
    let k = RECENT.min(values.len() / 2);
    let (before, last) = values[values.len() - 2 * k..].split_at(k);
    let (before, last) = (mean(before)?, mean(last)?);
    Some(Fact::RecentChange {
        change_share: ratio(last - before, before),
        recent_per_period: last,
        before_per_period: before,
        n_periods: k as u32,
    })
}

fn level(input: &StageInput, stage: Stage) -> Option<Fact> {
    let fitted = match stage {
        Stage::Exploration => input.explore_level,
        Stage::BuildUp => None,
        Stage::Stability => input.plateau,
        Stage::Decline => input.end_level,
    };
    let level = fitted.and_then(finite).or_else(|| recent(input.values))?;
    let begin = input.ends.and_then(|ends| {
        let begin = if stage == Stage::Exploration { 0 } else { ends[stage as usize - 1] };
        (ends[stage as usize] > begin && begin < input.values.len()).then_some(begin)
    });
    let constant = matches!(stage, Stage::Exploration | Stage::Stability);
    let spread_share = begin.filter(|_| constant).and_then(|begin| {
        let squares = input.values[begin..].iter().map(|v| (v - level) * (v - level));
        ratio(Z * (sum(squares) / (input.values.len() - begin) as f64).sqrt(), level)
    });
    Some(Fact::Level {
        stage,
        level_per_period: level,
        since_period: begin.map(|b| b as u32 + 1),
        months: begin.map(|b| (input.values.len() - b) as f64 * input.months_per_period),
        spread_share,
    })
}

fn plateau_ratio(input: &StageInput) -> Option<Fact> {
    let (plateau, explore) = (finite(input.plateau?)?, finite(input.explore_level?)?);
    Some(Fact::PlateauRatio {
        ratio: ratio(plateau, explore)?,
        plateau_per_period: plateau,
        explore_per_period: explore,
    })
}

fn against_plateau(input: &StageInput) -> Option<Fact> {
    let (plateau, recent) = (finite(input.plateau?)?, recent(input.values)?);
    let share = ratio(recent, plateau)?;
    Some(Fact::AgainstPlateau { share, recent_per_period: recent, plateau_per_period: plateau })
}

/// Level before a decline: the plateau if there was one, else the exploration level.
fn before_decline(input: &StageInput) -> Option<f64> {
    input.plateau.or(input.explore_level).and_then(finite)
}

fn fall(input: &StageInput) -> Option<Fact> {
    let (before, end) = (before_decline(input)?, finite(input.end_level?)?);
    Some(Fact::FellTo { share: ratio(end, before)?, before_per_period: before, end_per_period: end })
}

/// Bounds of the admissible divisions; see the module.
fn change_of_stage(input: &StageInput, stage: Stage) -> Option<Change> {
    let n_periods = input.values.len() as u32;
    if input.basis == Basis::TooLittleHistory {
        return Some(Change::MoreHistory {
            n_periods: HISTORY.0.saturating_sub(n_periods),
            n_orders: HISTORY.1.saturating_sub(input.n_orders),
        });
    }
    let [build_up, stability, decline] = SHORTEST;
    match stage {
        Stage::Exploration => Some(Change::LevelAbove {
            per_period: finite(RISE * input.explore_level?)?,
            n_periods: build_up,
            stage: Stage::BuildUp,
            sufficient: false,
        }),
        Stage::BuildUp => Some(Change::HoldsFor { n_periods: stability, stage: Stage::Stability }),
        Stage::Stability => Some(Change::LevelBelow {
            per_period: finite(FALL * input.plateau?)?,
            n_periods: decline,
            stage: Stage::Decline,
            sufficient: false,
        }),
        Stage::Decline => {
            let ends = input.ends?;
            let before = [Stage::Stability, Stage::BuildUp, Stage::Exploration];
            let was =
                |s: &Stage| ends[*s as usize] > if *s as usize == 0 { 0 } else { ends[*s as usize - 1] };
            Some(Change::LevelAbove {
                per_period: FALL * before_decline(input)?,
                n_periods: 1,
                stage: before.into_iter().find(was)?,
                sufficient: true,
            })
        }
    }
}

/// A contract customer's stage by tenure (methods.md 3.8).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnapshotInput<'a> {
    /// The stage named.
    pub stage: Stage,
    /// Months.
    pub tenure_months: f64,
    /// Tenures at which the hazard changes, ascending, at most two.
    pub cuts_months: &'a [f64],
    /// Hazard per month before, between and after them.
    pub hazards: &'a [f64],
    /// Charge of the last period over the mean charge so far.
    pub trend_ratio: Option<f64>,
    /// Chance of leaving of this customer and of the mean one.
    pub exit_risk: Option<(f64, f64)>,
    /// Whether the customer has left; the stage then is the last one.
    pub exited: bool,
}

/// Explains a stage by tenure: a falling charge first if it makes the stage, then the piece of tenure, then
/// the risk.
#[must_use]
pub fn snapshot_stage(input: &SnapshotInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(4), changes: Vec::with_capacity(1) };
    let trend = input.trend_ratio.and_then(finite).filter(|_| input.tenure_months >= TREND.1);
    if let Some(value) = trend {
        let reached = value < TREND.0;
        out.facts.push(Fact::Against {
            measure: Measure::TrendRatio,
            value,
            threshold: Some(TREND.0),
            reached,
        });
        if input.stage == Stage::Decline && reached && !input.exited {
            let measure = Measure::TrendRatio;
            out.changes.push(Change::Move { measure, from: value, to: TREND.0, beyond: false });
        }
    }
    let tenure_months = input.tenure_months;
    let piece = input.cuts_months.iter().take_while(|&&cut| tenure_months > cut).count();
    let to = input.cuts_months.get(piece).copied();
    let hazard = input.hazards.get(piece).copied().filter(|h| h.is_finite() && tenure_months.is_finite());
    match hazard {
        Some(hazard) if !input.cuts_months.is_empty() => {
            let from_months = if piece == 0 { 0.0 } else { input.cuts_months[piece - 1] };
            let fact = Fact::TenurePiece { tenure_months, from_months, to_months: to, hazard };
            let first = if input.stage == Stage::Decline { out.facts.len() } else { 0 };
            out.facts.insert(first, fact);
        }
        _ if input.cuts_months.is_empty() => out.facts.push(Fact::NotByTenure),
        _ => {}
    }
    if let Some((value, base)) = input.exit_risk.filter(|r| r.0.is_finite() && (2.0 * r.1).is_finite()) {
        let (threshold, reached) = (Some(2.0 * base), value > 2.0 * base);
        out.facts.push(Fact::Against { measure: Measure::ExitRisk, value, threshold, reached });
    }
    if input.exited {
        out.facts.push(Fact::Exited);
        return out.no_change(NoChange::Left);
    }
    if let Some(months) =
        to.and_then(|to| finite(to - tenure_months)).filter(|_| input.stage != Stage::Decline)
    {
        // The stage begins after the cut. With one cut there is no build-up.
        let last = piece + 1 == input.cuts_months.len();
        out.changes.push(Change::GoesOnFor {
            months: months.max(0.0),
            stage: Some(if last { Stage::Stability } else { Stage::BuildUp }),
            pattern: None,
        });
    }
    out.or(NoChange::NotDerivable)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::stage::{Kind, LevelSource, Params, Series, SeriesSet, State, fit};

    const EX_A: [f64; 12] = [100., 120., 90., 110., 300., 500., 800., 950., 1000., 980., 1020., 990.];

    /// The stage method on a worked example of 3.7.
    fn fitted(values: &[f64]) -> crate::analytics::stage::CustomerStage {
        let mut set = SeriesSet::new(Kind::Orders);
        let orders = vec![12; values.len()];
        let series = Series {
            start: 0,
            values,
            orders: &orders,
            first_order_value: 0.0,
            mean_order_value: 1000.0,
            left_truncated: false,
            exited: false,
        };
        set.push(&series).unwrap();
        let params = Params { level: LevelSource::Off, variance: Some(0.0025), ..Params::default() };
        fit(&set, &params, &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap().customers.remove(0)
    }

    fn input<'a>(values: &'a [f64], c: &crate::analytics::stage::CustomerStage) -> StageInput<'a> {
        let best = c.best.unwrap();
        StageInput {
            values,
            n_orders: 12 * values.len() as u32,
            stage: match c.state {
                State::Active(s) | State::Exited(s) => Some(s),
                State::NoPositiveValue => None,
            },
            basis: c.basis,
            probabilities: c.probabilities,
            confidence: c.confidence,
            badge: c.badge,
            ends: Some(best.ends),
            explore_level: best.explore_level,
            plateau: best.plateau,
            end_level: best.end_level,
            lingering: c.lingering,
            left_truncated: c.left_truncated,
            ..StageInput::default()
        }
    }

    #[test]
    fn ex_19_stability_sentence_from_ex_a_of_3_7() {
        // Sureness and badge of the sentence are another customer's; the rest is EX A.
        let fitted = fitted(&EX_A);
        assert!(fitted.confidence.unwrap() > 0.9995);
        let said = StageInput { confidence: Some(0.92), badge: Some(Badge::A), ..input(&EX_A, &fitted) };
        let why = stage(&said);
        match why.facts[0] {
            Fact::Level { stage, level_per_period, since_period, months, spread_share } => {
                assert_eq!((stage, since_period, months), (Stage::Stability, Some(9), Some(4.0)));
                assert_eq!(level_per_period.round(), 1015.0);
                assert_eq!((100.0 * spread_share.unwrap()).round(), 4.0);
            }
            f => panic!("{f:?}"),
        }
        match why.facts[1] {
            Fact::PlateauRatio { ratio, explore_per_period, .. } => {
                assert_eq!(((10.0 * ratio).round(), (10.0 * explore_per_period).round()), (88.0, 1149.0));
            }
            f => panic!("{f:?}"),
        }
        assert!(why.facts.contains(&Fact::Reliability { confidence: Some(0.92), badge: Some(Badge::A) }));
        assert_eq!(why.decided().len(), 3);
        match why.changes[0] {
            Change::LevelBelow { per_period, n_periods: 2, stage: Stage::Decline, sufficient: false } => {
                assert!((per_period - 0.7 * 1015.0).abs() < 0.1, "{per_period}");
            }
            c => panic!("{c:?}"),
        }
    }

    #[test]
    fn ex_b_of_3_7_is_a_fall() {
        let values = [&EX_A[..10], &[600., 250.]].concat();
        let c = fitted(&values);
        assert_eq!(c.state, State::Active(Stage::Decline));
        let why = stage(&input(&values, &c));
        match why.facts[0] {
            Fact::FellTo { share, end_per_period, before_per_period } => {
                assert_eq!(end_per_period.round(), 268.0);
                assert!((share - end_per_period / before_per_period).abs() < 1e-12 && share < 0.3);
            }
            f => panic!("{f:?}"),
        }
        // (980 + 600 + 250) / (800 + 950 + 1000) - 1
        let Fact::RecentChange { change_share, n_periods: 3, .. } = why.facts[1] else { panic!("{why:?}") };
        assert!((change_share.unwrap() + 0.334_545).abs() < 1e-5, "{change_share:?}");
        let Change::LevelAbove { per_period, stage: Stage::Stability, sufficient: true, .. } = why.changes[0]
        else {
            panic!("{why:?}")
        };
        let Fact::FellTo { before_per_period, .. } = why.facts[0] else { panic!() };
        assert!((per_period - 0.7 * before_per_period).abs() < 1e-9);
    }

    #[test]
    fn uncertain_short_flat_and_empty() {
        let unsure = StageInput {
            values: &EX_A,
            stage: Some(Stage::BuildUp),
            basis: Basis::Fitted,
            probabilities: [0.1, 0.45, 0.4, 0.05],
            confidence: Some(0.45),
            ..StageInput::default()
        };
        let expected = Fact::Between {
            first: Stage::BuildUp,
            first_probability: 0.45,
            second: Stage::Stability,
            second_probability: 0.4,
        };
        assert_eq!(stage(&unsure).facts[0], expected);
        assert_eq!(stage(&unsure).changes, [Change::HoldsFor { n_periods: 3, stage: Stage::Stability }]);
        let short = StageInput {
            values: &[10.0],
            n_orders: 1,
            stage: Some(Stage::Exploration),
            basis: Basis::TooLittleHistory,
            ..StageInput::default()
        };
        let why = stage(&short);
        assert!(matches!(why.facts[0], Fact::TooLittleHistory { n_periods: 1, n_orders: 1, .. }));
        assert_eq!(why.changes, [Change::MoreHistory { n_periods: 3, n_orders: 1 }]);
        let flat = StageInput {
            values: &[5.0; 14],
            stage: Some(Stage::Stability),
            basis: Basis::FlatLevel,
            explore_level: Some(5.0),
            ends: Some([14; 4]),
            ..StageInput::default()
        };
        let why = stage(&flat);
        assert_eq!(why.facts[0], Fact::FlatLevel { stage: Stage::Stability, months: 14.0 });
        assert!(matches!(why.facts[1], Fact::Level { level_per_period: 5.0, since_period: None, .. }));
        assert_eq!(stage(&StageInput::default()).facts, [Fact::NoPositiveValue]);
        let gone = stage(&StageInput { exited: true, ..unsure });
        assert_eq!(gone.changes, [Change::None { why: NoChange::Left }]);
        let zeros = stage(&StageInput { values: &[0.0; 6], ..unsure });
        assert!(matches!(zeros.facts[1], Fact::RecentChange { change_share: None, .. }));
    }

    #[test]
    fn ex_3_8_tenure_pieces() {
        let input = SnapshotInput {
            stage: Stage::BuildUp,
            tenure_months: 5.0,
            cuts_months: &[3.0, 6.0],
            hazards: &[0.1128, 0.0477, 0.0141],
            trend_ratio: Some(0.95),
            exit_risk: Some((0.09, 0.04)),
            exited: false,
        };
        let why = snapshot_stage(&input);
        let piece =
            Fact::TenurePiece { tenure_months: 5.0, from_months: 3.0, to_months: Some(6.0), hazard: 0.0477 };
        // The trend counts from 6 months on only.
        assert_eq!(why.facts[0], piece);
        assert!(matches!(why.facts[1], Fact::Against { measure: Measure::ExitRisk, reached: true, .. }));
        let next = Change::GoesOnFor { months: 1.0, stage: Some(Stage::Stability), pattern: None };
        assert_eq!(why.changes, [next]);
        let fell =
            SnapshotInput { stage: Stage::Decline, tenure_months: 20.0, trend_ratio: Some(0.8), ..input };
        let why = snapshot_stage(&fell);
        assert!(matches!(why.facts[0], Fact::Against { measure: Measure::TrendRatio, reached: true, .. }));
        assert!(matches!(why.changes[..], [Change::Move { to: 0.85, .. }]));
        let one = snapshot_stage(&SnapshotInput { cuts_months: &[], hazards: &[0.03], ..input });
        assert_eq!(one.facts[0], Fact::NotByTenure);
    }
}
