//! From which stage do relationships end, and how will those end that still run?
//!
//! Four patterns (陈明亮, c. 2002): I early abort (left from exploration), II mid-way (from build-up), III early exit
//! (from a stability shorter than τ), IV long-term (from a stability of at least τ; the decline does not count).
//! τ is 12 months by default, one full annual cycle (methods.md 4).
//!
//! Exited customers: probabilities of the divisions of the stage search, added up by the highest stage reached. One-time
//! buyers and others with less than 4 periods are I. Those whose beginning was not seen are kept apart: the stage they
//! left from is known, the stages before are not, so they say "at least this stage".
//!
//! Active customers: a forecast from the chain exploration → build-up (share q_E) → stability (q_B) → survive τ. In
//! stability with k periods to go, IV has probability `(1−h_S)^k`; on entering it k = τ − 3, three periods being the
//! least a stability lasts. A customer in decline gets the pattern of the stage before it, provisionally.
//!
//! Option "profit still rising at exit" ([`patterns_where`]): who left from a long stability while profit still rose
//! left early all the same, III ([`rising_at_exit`]: over the last 6 periods of stability Theil & Sen's slope is positive
//! and Mann & Kendall's test finds a trend, p < .10 on two sides).
//!
//! Population values: `q = (n_up + 10·q0)/(n_left + 10)`, `h = (n_left + 10)/(exposure + 10/h0)` once at least 50
//! customers have left the stage, else the defaults q0, h0. Counts are expected counts under the posterior; exposure is
//! periods beyond the minimum length plus one for the period of leaving, the trials of the geometric prior. Customers
//! whose beginning was not seen do not count.
//!
//! Units: probabilities and shares 0..1, hazards per period. Shares carry Wilson's interval (1927). Sources: 陈明亮
//! (c. 2002); methods.md 4.
//!
//! Degenerate cases: no exits give shares of 0 with the interval (0, 1); a customer without positive value has no
//! pattern. For a customer seen only in decline the stage before is unknown: exited, at least decline; active, the
//! forecast of a new customer.
//!
//! ```
//! use tenure::analytics::{pattern::Chain, stage::Params};
//! // methods.md 4, EX: a new customer ends as I .25, II .15, III .241, IV .359.
//! let forecast = Chain::defaults(&Params::default()).new_customer(12);
//! assert_eq!(forecast.map(|p| (p * 1000.0).round()), [250.0, 150.0, 241.0, 359.0]);
//! ```

use super::stage::{Basis, BestFit, Course, CustomerStage, Params, Stage, Stages, State};
use crate::math::stats::{mann_kendall, theil_sen};
use crate::math::{sum, wilson};
use serde::{Deserialize, Serialize};

/// How a relationship ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// I 早期流产型: left from exploration.
    EarlyAbort,
    /// II 中途夭折型: left from build-up.
    MidWay,
    /// III 提前退出型: left from a short stability.
    EarlyExit,
    /// IV 长久保持型: left from a long stability.
    LongTerm,
}

impl Pattern {
    /// All patterns in order.
    pub const ALL: [Self; 4] = [Self::EarlyAbort, Self::MidWay, Self::EarlyExit, Self::LongTerm];
}

/// Why relationships end in a pattern, or last (methods.md 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The value fell short of what was expected, on one of few purchases.
    ValueBelowExpectation,
    /// No basic trust yet.
    NoBasicTrust,
    /// Nothing lost by going elsewhere.
    NoSwitchingCost,
    /// The firm thought the customer of little worth.
    JudgedOfLittleWorth,
    /// Rising expectations were not met.
    RisingExpectationsUnmet,
    /// No personal added value: needs not understood, or no capability to serve them.
    NoPersonalizedValue,
    /// A better alternative was found.
    BetterAlternative,
    /// Too little continuous innovation of value.
    TooLittleInnovation,
    /// The customer sees the gains as shared unfairly.
    UnfairShare,
    /// Value above that of the best alternative (keeps).
    SuperiorValue,
    /// Gains shared fairly (keeps).
    Equity,
    /// Economic and psychological costs of switching: specific investment, risk, learning (keep).
    SwitchingCosts,
}

/// What helps against a pattern, or keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// A planned start.
    Onboarding,
    /// Quality of the first order.
    FirstOrderQuality,
    /// Set expectations.
    SetExpectations,
    /// Settle complaints fast.
    QuickComplaintRepair,
    /// Look at the channels customers come from.
    ScreenChannels,
    /// Find out what is needed.
    NeedsDiscovery,
    /// Personalize.
    Personalization,
    /// A contact of their own.
    KeyAccountContact,
    /// Innovate.
    Innovation,
    /// Review prices and fairness.
    FairnessReview,
    /// Terms on which both win.
    WinWinTerms,
    /// Protect from competition.
    Protect,
    /// Ask for referrals.
    Referrals,
    /// Repair early: switching costs give a window for it.
    EarlyRepair,
}

impl Pattern {
    /// Usual causes; for the long-term pattern what makes it last.
    #[must_use]
    pub fn causes(self) -> &'static [Cause] {
        use Cause::*;
        match self {
            Self::EarlyAbort => &[ValueBelowExpectation, NoBasicTrust, NoSwitchingCost, JudgedOfLittleWorth],
            Self::MidWay => &[RisingExpectationsUnmet, NoPersonalizedValue, BetterAlternative],
            Self::EarlyExit => &[TooLittleInnovation, UnfairShare],
            Self::LongTerm => &[SuperiorValue, Equity, SwitchingCosts],
        }
    }

    /// What helps.
    #[must_use]
    pub fn remedies(self) -> &'static [Remedy] {
        use Remedy::*;
        match self {
            Self::EarlyAbort => {
                &[Onboarding, FirstOrderQuality, SetExpectations, QuickComplaintRepair, ScreenChannels]
            }
            Self::MidWay => &[NeedsDiscovery, Personalization, KeyAccountContact],
            Self::EarlyExit => &[Innovation, FairnessReview, WinWinTerms],
            Self::LongTerm => &[Protect, Referrals, EarlyRepair],
        }
    }
}

/// What is said about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Verdict {
    /// Has left in this way.
    Exited {
        /// The most likely pattern.
        pattern: Pattern,
        /// Probability of each, in the order of [`Pattern::ALL`].
        probabilities: [f64; 4],
    },
    /// Has left; the beginning was not seen.
    AtLeast {
        /// The highest stage seen (decline if nothing else was).
        stage: Stage,
    },
    /// Still a customer.
    Active {
        /// The stage reached so far; for a customer in decline the one before, `None` if it was not seen.
        reached: Option<Stage>,
        /// Forecast of the final pattern, in the order of [`Pattern::ALL`].
        forecast: [f64; 4],
        /// In decline now: the forecast rests on the stage before.
        provisional: bool,
    },
    /// No positive value.
    Unknown,
}

/// The chain of stages in this population.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
    /// q_E, q_B: share of those leaving exploration (build-up) who move up.
    pub up: [f64; 2],
    /// Hazard per period of leaving exploration, build-up, stability.
    pub hazards: [f64; 3],
    /// Expected number of customers who left each of the three stages.
    pub n_left: [f64; 3],
    /// Whether each stage's numbers are the population's (at least 50 left) or the defaults.
    pub estimated: [bool; 3],
}

/// Share of one pattern among the exited customers whose beginning was seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// Which.
    pub pattern: Pattern,
    /// Customers whose most likely pattern it is.
    pub n_customers: usize,
    /// Of all exited ones.
    pub share: f64,
    /// 95 % interval.
    pub interval: (f64, f64),
}

/// Patterns of all customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patterns {
    /// One entry per customer, in the order of the stages.
    pub customers: Vec<Verdict>,
    /// The chain behind the forecasts.
    pub chain: Chain,
    /// Shares among the exited, in the order of [`Pattern::ALL`].
    pub shares: [Share; 4],
    /// Exited customers whose beginning was not seen, by highest stage seen, in the order of [`Stage::ALL`].
    pub n_at_least: [usize; 4],
    /// Exited customers counted as III and not IV because profit was still rising.
    pub n_rising: usize,
}

/// Periods of stability in which profit may still be rising, and the level of the test.
const RISING_PERIODS: usize = 6;
const RISING_P: f64 = 0.10;
const PSEUDO_EVENTS: f64 = 10.0;
const MIN_LEFT: f64 = 50.0;
/// Minimum lengths of exploration, build-up and stability in periods.
const MIN_PERIODS: [f64; 3] = [1.0, 2.0, 3.0];

/// Reads patterns and forecasts off the stages.
#[must_use]
pub fn patterns(stages: &Stages, params: &Params) -> Patterns {
    patterns_where(stages, params, |_, _| false)
}

/// Whether profit was still rising when a relationship ended: `profit` has one entry per period of the series, and
/// the last 6 periods of its stability count. Fewer than 4 periods of stability: no.
#[must_use]
pub fn rising_at_exit(profit: &[f64], best: &BestFit) -> bool {
    let [_, from, to, _] = best.ends;
    let last = profit.get(from.max(to.saturating_sub(RISING_PERIODS))..to).unwrap_or(&[]);
    theil_sen(last).is_some_and(|slope| slope > 0.0)
        && mann_kendall(last).is_some_and(|trend| 2.0 * trend.p_up < RISING_P)
}

/// As [`patterns`]; an exited customer for whom `still_rising` (index, best division) holds has left early, III, and
/// not IV, however long stability lasted.
#[must_use]
pub fn patterns_where(
    stages: &Stages,
    params: &Params,
    still_rising: impl Fn(usize, &BestFit) -> bool,
) -> Patterns {
    let mut n_rising = 0;
    let chain = Chain::of(&stages.customers, params);
    let customers: Vec<Verdict> = stages
        .customers
        .iter()
        .enumerate()
        .map(|(i, c)| match c.state {
            State::NoPositiveValue => Verdict::Unknown,
            State::Exited(_) if c.left_truncated => Verdict::AtLeast { stage: highest_stage(c) },
            State::Exited(_) => {
                let verdict = exited(c, stages.tau_periods);
                let rising = || c.best.as_ref().is_some_and(|best| still_rising(i, best));
                match verdict {
                    Verdict::Exited { pattern: Pattern::LongTerm, probabilities: [e, b, s, l] }
                        if rising() =>
                    {
                        n_rising += 1;
                        Verdict::Exited { pattern: Pattern::EarlyExit, probabilities: [e, b, s + l, 0.0] }
                    }
                    other => other,
                }
            }
            State::Active(stage) => {
                let (forecast, provisional) =
                    (chain.forecast(c, stages.stable_waits(i), stages.tau_periods), stage == Stage::Decline);
                Verdict::Active { reached: reached(c, stage), forecast, provisional }
            }
        })
        .collect();
    let (shares, n_at_least) = count(&customers);
    Patterns { customers, chain, shares, n_at_least, n_rising }
}

/// Probability of each pattern had the relationship ended after the last period.
fn by_highest_stage(c: &Course) -> [f64; 4] {
    [
        c.exploring + c.explore_declined,
        c.building + c.build_up_declined,
        (c.stable - c.stable_long).max(0.0) + c.short_declined,
        c.stable_long + c.long_declined,
    ]
}

fn exited(c: &CustomerStage, tau: usize) -> Verdict {
    let probabilities = by_highest_stage(&c.course);
    let likely = argmax(&probabilities);
    let pattern = match c.basis {
        // A life on one plateau: its whole length is the stable duration.
        Basis::FlatLevel if c.no_visible_build_up && c.n_periods >= tau => Pattern::LongTerm,
        Basis::FlatLevel if c.no_visible_build_up => Pattern::EarlyExit,
        _ => Pattern::ALL[likely],
    };
    Verdict::Exited { pattern, probabilities }
}

/// Index of the greatest; of equal ones the later.
fn argmax(p: &[f64]) -> usize {
    (0..p.len()).fold(0, |best, i| if p[i] >= p[best] { i } else { best })
}

fn highest_stage(c: &CustomerStage) -> Stage {
    let [i, ii, iii, iv] = by_highest_stage(&c.course);
    Stage::ALL[argmax(&[i, ii, iii + iv, c.course.only_declined])]
}

fn reached(c: &CustomerStage, now: Stage) -> Option<Stage> {
    if now != Stage::Decline {
        return Some(now);
    }
    let x = &c.course;
    let before =
        [x.explore_declined, x.build_up_declined, x.short_declined + x.long_declined, x.only_declined];
    Some(Stage::ALL[argmax(&before)]).filter(|&s| s != Stage::Decline)
}

impl Chain {
    /// The defaults.
    #[must_use]
    pub fn defaults(params: &Params) -> Self {
        Self { up: params.up, hazards: params.hazards_per_period(), n_left: [0.0; 3], estimated: [false; 3] }
    }

    /// The population's chain.
    #[must_use]
    pub fn of(customers: &[CustomerStage], params: &Params) -> Self {
        let mut chain = Self::defaults(params);
        let seen: Vec<&CustomerStage> =
            customers.iter().filter(|c| !c.left_truncated && c.state != State::NoPositiveValue).collect();
        for (k, shortest) in MIN_PERIODS.into_iter().enumerate() {
            let left = sum(seen.iter().map(|c| left_stage(c)[k]));
            let trials = sum(seen
                .iter()
                .map(|c| (c.course.periods[k] - shortest * c.course.visited[k]).max(0.0) + left_stage(c)[k]));
            chain.n_left[k] = left;
            if left < MIN_LEFT {
                continue;
            }
            chain.estimated[k] = true;
            chain.hazards[k] =
                ((left + PSEUDO_EVENTS) / (trials + PSEUDO_EVENTS / chain.hazards[k])).clamp(0.0, 1.0);
            if k < 2 {
                let up = sum(seen.iter().map(|c| c.course.visited[k + 1]));
                chain.up[k] = ((up + PSEUDO_EVENTS * params.up[k]) / (left + PSEUDO_EVENTS)).clamp(0.0, 1.0);
            }
        }
        chain
    }

    /// Probability that a stability with `wait` periods to go reaches τ.
    fn lasts(&self, wait: usize) -> f64 {
        (0..wait).fold(1.0, |p, _| p * (1.0 - self.hazards[2]))
    }

    /// Forecast for a relationship that begins now.
    #[must_use]
    pub fn new_customer(&self, tau_periods: usize) -> [f64; 4] {
        let [q_e, q_b] = self.up;
        let stable = q_e * q_b;
        let long = self.lasts(tau_periods.saturating_sub(3));
        [1.0 - q_e, q_e * (1.0 - q_b), stable * (1.0 - long), stable * long]
    }

    /// Forecast for an active customer; `waits` as in [`Stages::stable_waits`].
    fn forecast(&self, c: &CustomerStage, waits: &[f32], tau: usize) -> [f64; 4] {
        let x = &c.course;
        let fresh = self.new_customer(tau);
        let unknown = x.exploring + x.only_declined;
        let mut out = fresh.map(|p| p * unknown);
        let long = self.lasts(tau.saturating_sub(3));
        let [_, q_b] = self.up;
        out[0] += x.explore_declined;
        out[1] += x.build_up_declined + x.building * (1.0 - q_b);
        out[2] += x.short_declined + x.building * q_b * (1.0 - long);
        out[3] += x.long_declined + x.building * q_b * long;
        for (wait, &w) in waits.iter().enumerate() {
            let lasts = self.lasts(wait);
            out[2] += f64::from(w) * (1.0 - lasts);
            out[3] += f64::from(w) * lasts;
        }
        let total: f64 = out.iter().sum();
        if total > 0.0 { out.map(|p| p / total) } else { fresh }
    }
}

/// Probability that the customer has left exploration, build-up and stability, upward or out.
fn left_stage(c: &CustomerStage) -> [f64; 3] {
    let x = &c.course;
    let gone = f64::from(u8::from(matches!(c.state, State::Exited(_))));
    [
        (x.visited[0] - x.exploring * (1.0 - gone)).max(0.0),
        (x.visited[1] - x.building * (1.0 - gone)).max(0.0),
        (x.visited[2] - x.stable * (1.0 - gone)).max(0.0),
    ]
}

fn count(customers: &[Verdict]) -> ([Share; 4], [usize; 4]) {
    let (mut n, mut at_least) = ([0_usize; 4], [0_usize; 4]);
    for c in customers {
        match c {
            Verdict::Exited { pattern, .. } => n[*pattern as usize] += 1,
            Verdict::AtLeast { stage } => at_least[*stage as usize] += 1,
            Verdict::Active { .. } | Verdict::Unknown => {}
        }
    }
    let total: usize = n.iter().sum();
    let share = |pattern: Pattern| {
        let k = n[pattern as usize];
        Share {
            pattern,
            n_customers: k,
            share: k as f64 / total.max(1) as f64,
            interval: wilson(k as f64, total as f64),
        }
    };
    (Pattern::ALL.map(share), at_least)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::analytics::stage::{Kind, LevelSource, Series, SeriesSet, fit};

    #[test]
    fn ex_4_defaults_for_a_new_customer() {
        let forecast = Chain::defaults(&Params::default()).new_customer(12);
        for (p, expected) in forecast.iter().zip([0.25, 0.15, 0.241, 0.359]) {
            assert!((p - expected).abs() < 5e-4, "{forecast:?}");
        }
    }

    fn verdicts(series: &[(&[f64], bool, bool)]) -> Patterns {
        let mut set = SeriesSet::new(Kind::Orders);
        for &(values, left_truncated, exited) in series {
            let orders: Vec<u32> = values.iter().map(|&v| (v / 20.0) as u32).collect();
            set.push(&Series {
                start: 0,
                values,
                orders: &orders,
                first_order_value: 0.0,
                mean_order_value: 20.0,
                left_truncated,
                exited,
            })
            .unwrap();
        }
        let params = Params { level: LevelSource::Off, variance: Some(0.05), ..Params::default() };
        let stages = fit(&set, &params, &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap();
        patterns(&stages, &params)
    }

    #[test]
    fn exited_customers_by_the_highest_stage_they_reached() {
        let up = [100., 110., 100., 400., 700., 1000.];
        let long = [&up[..], &[1000.0; 14]].concat();
        let short = [&up[..], &[1000.0; 5], &[500., 100.]].concat();
        let once = [20.0];
        let flat = [1000.0; 15];
        let result = verdicts(&[
            (&long, false, true),
            (&short, false, true),
            (&once, false, true),
            (&flat, false, true),
            (&long, true, true),
            (&long, false, false),
            (&once, false, false),
        ]);
        let pattern = |i: usize| match result.customers[i] {
            Verdict::Exited { pattern, .. } => pattern,
            _ => panic!("{:?}", result.customers[i]),
        };
        assert_eq!(pattern(0), Pattern::LongTerm);
        assert_eq!(pattern(1), Pattern::EarlyExit);
        assert_eq!(pattern(2), Pattern::EarlyAbort);
        assert_eq!(pattern(3), Pattern::LongTerm);
        assert_eq!(result.customers[4], Verdict::AtLeast { stage: Stage::Stability });
        assert_eq!(result.n_at_least, [0, 0, 1, 0]);
        assert_eq!(result.shares[3].n_customers, 2);
        assert_eq!(result.shares[3].share, 0.5);
        match result.customers[5] {
            Verdict::Active { reached: Some(Stage::Stability), forecast, .. } => assert!(forecast[3] > 0.95),
            v => panic!("{v:?}"),
        }
        let fresh = result.chain.new_customer(12);
        assert!(matches!(result.customers[6], Verdict::Active { forecast, .. } if forecast == fresh));
    }

    #[test]
    fn profit_still_rising_at_exit_makes_it_early() {
        let values = [&[100., 110., 100., 400., 700., 1000.][..], &[1000.0; 14]].concat();
        let mut set = SeriesSet::new(Kind::Orders);
        let orders = vec![5; values.len()];
        set.push(&Series {
            start: 0,
            values: &values,
            orders: &orders,
            first_order_value: 0.0,
            mean_order_value: 200.0,
            left_truncated: false,
            exited: true,
        })
        .unwrap();
        let params = Params { level: LevelSource::Off, variance: Some(0.05), ..Params::default() };
        let stages = fit(&set, &params, &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap();
        let rising: Vec<f64> = (0..20).map(f64::from).collect();
        let flat = [300.0; 20];
        for (profit, expected) in [(&rising[..], Pattern::EarlyExit), (&flat, Pattern::LongTerm)] {
            let found = patterns_where(&stages, &params, |_, best| rising_at_exit(profit, best));
            assert!(
                matches!(found.customers[0], Verdict::Exited { pattern, .. } if pattern == expected),
                "{:?}",
                found.customers[0]
            );
            assert_eq!(found.n_rising, usize::from(expected == Pattern::EarlyExit));
        }
        // Three up, three down: a slope, but no trend.
        let best = stages.customers[0].best.unwrap();
        let mixed: Vec<f64> = (0..20).map(|t| f64::from([0, 2, 1, 3, 2, 2][t % 6])).collect();
        assert!(!rising_at_exit(&mixed, &best));
        assert!(!rising_at_exit(&[], &best));
    }

    #[test]
    fn every_pattern_has_causes_and_remedies_of_its_own() {
        let mut causes: Vec<Cause> = Pattern::ALL.iter().flat_map(|p| p.causes()).copied().collect();
        let mut remedies: Vec<Remedy> = Pattern::ALL.iter().flat_map(|p| p.remedies()).copied().collect();
        assert_eq!((causes.len(), remedies.len()), (12, 14));
        causes.sort_unstable();
        causes.dedup();
        remedies.sort_unstable();
        remedies.dedup();
        assert_eq!((causes.len(), remedies.len()), (12, 14));
        assert_eq!(serde_json::to_string(&Cause::NoBasicTrust).unwrap(), "\"no-basic-trust\"");
    }

    #[test]
    fn no_exits_give_empty_shares() {
        let result = verdicts(&[(&[20.0, 20.0], false, false)]);
        assert_eq!(result.shares[0].interval, (0.0, 1.0));
        assert_eq!(result.shares.map(|s| s.n_customers), [0; 4]);
    }
}
