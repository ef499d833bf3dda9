//! At which stage are the customers of a contract file, when all that is known is how long each has been there?
//!
//! Churn falls as relationships mature, so the tenure at which it falls divides the stages. Over months t of tenure with
//! `n_t` customers at risk and `d_t` leavers, the hazard is taken to be constant on K pieces and not to rise; the cut
//! points maximize `lnL = sum [D ln h + (N - D) ln(1 - h)]`, `h = D / N` per piece, and K = 1, 2, 3 is the one with the
//! lowest `-2 lnL + (2K - 1) ln(number of months)`, as there are K hazards and K - 1 cuts.
//!
//! Stages by tenure T: K = 3: exploration up to the first cut, build-up up to the second, then stability; K = 2:
//! exploration and stability only; K = 1: tenure does not tell the stage.
//!
//! Decline: `g = charge per month / (total charge / T) < 0.85` with T >= 6. At risk: early-warning p over twice the base
//! rate, a flag, and decline only by choice. Who has left has the stage left from, by the tenure at the end, and so the
//! pattern: I from exploration, II from build-up, III from a stability shorter than tau months, IV otherwise.
//!
//! Symbols: T, cuts, tau in months; hazards per month, 0..=1; g a ratio. Source: methods.md 3.8, 4; Bai & Perron 1998
//! (breaks); Schwarz 1978 (criterion).
//!
//! Degenerate cases: without anybody at risk there is no fit; where the hazard rises with tenure no cut is admitted and
//! K = 1; a customer without charges has no g.
//!
//! The example of methods.md 3.8:
//!
//! ```
//! use tenure::analytics::snapshot::{TenureTable, fit_hazards};
//! let table = TenureTable {
//!     months: (1..=12).collect(),
//!     n_at_risk: vec![1000, 880, 780, 700, 660, 630, 605, 590, 580, 572, 566, 561],
//!     n_left: vec![120, 100, 80, 40, 30, 25, 15, 10, 8, 6, 5, 5],
//! };
//! let fits = fit_hazards(&table);
//! let best = fits.best().ok_or("nobody at risk")?;
//! assert_eq!(best.cut_months, [3, 6]);
//! assert!((best.hazards[0] - 0.1128).abs() < 5e-5 && (best.criterion - 3164.90).abs() < 5e-3);
//! # Ok::<(), &str>(())
//! ```

use super::pattern::Pattern;
use super::stage::Stage;
use super::survival::Survival;
use crate::math::ln;
use serde::{Deserialize, Serialize};

/// Ratio of the charge now to the mean charge below which a customer declines.
pub const DECLINE_RATIO: f64 = 0.85;
/// Months of tenure from which that is asked.
pub const DECLINE_MIN_TENURE: f64 = 6.0;
/// Times the base rate above which a customer is at risk.
pub const AT_RISK_RATIO: f64 = 2.0;
/// Longest tenure told apart, months; later months are counted with it.
const MAX_MONTHS: usize = 600;

/// Customers at risk and leavers by month of tenure, ascending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenureTable {
    /// The month of tenure, 1 for the first.
    pub months: Vec<u32>,
    /// Customers at risk in it.
    pub n_at_risk: Vec<u32>,
    /// Those who left in it.
    pub n_left: Vec<u32>,
}

impl TenureTable {
    /// From a file with leavers of all dates: a customer was at risk in every month completed, a leaver also in the
    /// month of leaving.
    #[must_use]
    pub fn full_history(tenure_months: &[f64], churned: &[bool]) -> Self {
        let (mut at_risk, mut left) = (vec![0_u32; MAX_MONTHS + 2], vec![0_u32; MAX_MONTHS + 2]);
        for (&tenure, &gone) in tenure_months.iter().zip(churned) {
            if !(tenure >= 0.0 && tenure.is_finite()) {
                continue;
            }
            let months = if gone { tenure.ceil().max(1.0) } else { tenure.floor() };
            let month = (months as usize).min(MAX_MONTHS);
            at_risk[month] += 1;
            left[month] += u32::from(gone);
        }
        for t in (1..=MAX_MONTHS).rev() {
            at_risk[t] += at_risk[t + 1];
        }
        Self::of((1..=MAX_MONTHS).map(|t| (t as u32, at_risk[t], left[t])))
    }

    /// From a period life table ([`super::survival::period_life_table`]), where only the leavers of a window are known.
    /// Its tenure 0, the first weeks, counts with month 1.
    #[must_use]
    pub fn of_life_table(table: &Survival) -> Self {
        let mut out = Self::default();
        for point in &table.points {
            let month = (point.time.max(1.0) as u32).min(MAX_MONTHS as u32);
            if out.months.last() == Some(&month) {
                out.n_at_risk.last_mut().into_iter().for_each(|n| *n += point.n_at_risk);
                out.n_left.last_mut().into_iter().for_each(|n| *n += point.n_events);
            } else {
                out.months.push(month);
                out.n_at_risk.push(point.n_at_risk);
                out.n_left.push(point.n_events);
            }
        }
        out
    }

    fn of(rows: impl Iterator<Item = (u32, u32, u32)>) -> Self {
        let mut out = Self::default();
        for (month, n_at_risk, n_left) in rows.filter(|r| r.1 > 0) {
            out.months.push(month);
            out.n_at_risk.push(n_at_risk);
            out.n_left.push(n_left);
        }
        out
    }
}

/// The best division into K pieces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HazardFit {
    /// Last month of each piece but the last, ascending; K - 1 of them.
    pub cut_months: Vec<u32>,
    /// Hazard of each piece, share per month, not rising.
    pub hazards: Vec<f64>,
    /// `lnL`.
    pub ln_likelihood: f64,
    /// `-2 lnL + (2K - 1) ln(number of months)`; the lowest is taken.
    pub criterion: f64,
}

/// The best divisions for K = 1, 2, 3, as far as they exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HazardFits {
    /// By K - 1; `None` where no division has hazards that do not rise.
    pub by_pieces: [Option<HazardFit>; 3],
    /// Months of tenure with customers at risk.
    pub n_months: u32,
}

impl HazardFits {
    /// The fit with the lowest criterion; of equal ones that with fewer pieces.
    #[must_use]
    pub fn best(&self) -> Option<&HazardFit> {
        let mut best: Option<&HazardFit> = None;
        for fit in self.by_pieces.iter().flatten() {
            if best.is_none_or(|b| fit.criterion < b.criterion) {
                best = Some(fit);
            }
        }
        best
    }
}

/// Fits one, two and three pieces.
#[must_use]
pub fn fit_hazards(table: &TenureTable) -> HazardFits {
    let m = table.months.len().min(table.n_at_risk.len()).min(table.n_left.len());
    // (at risk, leavers) of all months before each.
    let mut before = vec![(0.0, 0.0); m + 1];
    for t in 0..m {
        let n = f64::from(table.n_at_risk[t]);
        before[t + 1] = (before[t].0 + n, before[t].1 + f64::from(table.n_left[t]).min(n));
    }
    let piece = |a: usize, b: usize| Piece::of(before[b].0 - before[a].0, before[b].1 - before[a].1);
    let mut best: [Option<(f64, Vec<usize>)>; 3] = [const { None }; 3];
    let mut consider = |cuts: &[usize], ln_likelihood: f64| {
        let slot = &mut best[cuts.len()];
        if slot.as_ref().is_none_or(|(found, _)| ln_likelihood > *found) {
            *slot = Some((ln_likelihood, cuts.to_vec()));
        }
    };
    if before[m].0 > 0.0 {
        consider(&[], piece(0, m).ln_likelihood);
    }
    // What follows a cut does not depend on where its piece began: compute it once.
    let tails: Vec<Piece> = (0..=m).map(|a| piece(a, m)).collect();
    for i in 1..m {
        let first = piece(0, i);
        if first.hazard >= tails[i].hazard {
            consider(&[i], first.ln_likelihood + tails[i].ln_likelihood);
        }
        for (j, tail) in tails.iter().enumerate().take(m).skip(i + 1) {
            let middle = piece(i, j);
            if first.hazard >= middle.hazard && middle.hazard >= tail.hazard {
                consider(&[i, j], first.ln_likelihood + middle.ln_likelihood + tail.ln_likelihood);
            }
        }
    }
    let finish = |(ln_likelihood, cuts): (f64, Vec<usize>)| {
        let ends: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).chain([m]).collect();
        HazardFit {
            cut_months: cuts.iter().map(|c| table.months[c - 1]).collect(),
            hazards: ends.windows(2).map(|w| piece(w[0], w[1]).hazard).collect(),
            ln_likelihood,
            criterion: -2.0 * ln_likelihood + (2.0 * cuts.len() as f64 + 1.0) * ln(m as f64),
        }
    };
    HazardFits { by_pieces: best.map(|b| b.map(finish)), n_months: m as u32 }
}

#[derive(Clone, Copy)]
struct Piece {
    hazard: f64,
    ln_likelihood: f64,
}

impl Piece {
    fn of(n: f64, d: f64) -> Self {
        let term = |k: f64| if k > 0.0 { k * ln(k / n) } else { 0.0 };
        Self { hazard: if n > 0.0 { d / n } else { 0.0 }, ln_likelihood: term(d) + term(n - d) }
    }
}

/// What the stages are read from; columns with one entry per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnapshotInput<'a> {
    /// Months of tenure; at the end for those who left.
    pub tenure_months: &'a [f64],
    /// Whether the customer has left.
    pub churned: &'a [bool],
    /// Charge per month now.
    pub period_charge: Option<&'a [f64]>,
    /// Charges so far.
    pub total_charge: Option<&'a [Option<f64>]>,
    /// Early-warning probability and its base rate, over the same months.
    pub risk: Option<(&'a [Option<f64>], f64)>,
}

/// How to read them; the default is methods.md's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotOptions {
    /// Months of stability from which a relationship was long-term, tau.
    pub tau_months: f64,
    /// Whether customers at risk count as declining.
    pub at_risk_declines: bool,
}

impl Default for SnapshotOptions {
    fn default() -> Self {
        Self { tau_months: 12.0, at_risk_declines: false }
    }
}

/// Stages of a contract file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The hazards the cuts come from.
    pub fits: HazardFits,
    /// What the tenure tells.
    pub division: Division,
    /// Stage now, or at the end for those who left; `None` where it cannot be told.
    pub stage: Vec<Option<Stage>>,
    /// Whether the early warning is over twice the base rate.
    pub at_risk: Vec<bool>,
    /// The trend ratio g, where charges are known and the tenure suffices.
    pub trend_ratio: Vec<Option<f64>>,
    /// How the relationship ended; `None` for those present or without a stage.
    pub pattern: Vec<Option<Pattern>>,
    /// Present customers by stage, in the order of [`Stage::ALL`].
    pub n_present: [u32; 4],
    /// Present customers at risk.
    pub n_at_risk: u32,
    /// Those who left by pattern, in the order of [`Pattern::ALL`].
    pub n_patterns: [u32; 4],
}

/// What the tenure tells about the stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Division {
    /// Churn does not fall with tenure: nothing.
    NotIdentifiable,
    /// Exploration up to `end_of_exploration` months, then stability.
    #[serde(rename_all = "camelCase")]
    TwoStages {
        /// Months.
        end_of_exploration: u32,
    },
    /// Exploration, build-up, stability.
    #[serde(rename_all = "camelCase")]
    ThreeStages {
        /// Months.
        end_of_exploration: u32,
        /// Months.
        end_of_build_up: u32,
    },
}

impl Division {
    fn of(fit: Option<&HazardFit>) -> Self {
        match fit.map_or(&[][..], |f| &f.cut_months) {
            [end] => Self::TwoStages { end_of_exploration: *end },
            [first, second] => Self::ThreeStages { end_of_exploration: *first, end_of_build_up: *second },
            _ => Self::NotIdentifiable,
        }
    }

    /// The stage at a tenure, and the months of stability so far.
    fn stage(self, tenure: f64) -> Option<(Stage, f64)> {
        let (first, second) = match self {
            Self::NotIdentifiable => return None,
            Self::TwoStages { end_of_exploration: end } => (f64::from(end), f64::from(end)),
            Self::ThreeStages { end_of_exploration, end_of_build_up } => {
                (f64::from(end_of_exploration), f64::from(end_of_build_up))
            }
        };
        Some(if tenure <= first {
            (Stage::Exploration, 0.0)
        } else if tenure <= second {
            (Stage::BuildUp, 0.0)
        } else {
            (Stage::Stability, tenure - second)
        })
    }
}

/// Reads stages and patterns; `table` is the file's by its design (H or W).
#[must_use]
pub fn snapshot(input: &SnapshotInput<'_>, table: &TenureTable, options: &SnapshotOptions) -> Snapshot {
    let fits = fit_hazards(table);
    let division = Division::of(fits.best());
    let n = input.tenure_months.len().min(input.churned.len());
    let mut out = Snapshot {
        fits,
        division,
        stage: Vec::with_capacity(n),
        at_risk: Vec::with_capacity(n),
        trend_ratio: Vec::with_capacity(n),
        pattern: Vec::with_capacity(n),
        n_present: [0; 4],
        n_at_risk: 0,
        n_patterns: [0; 4],
    };
    for i in 0..n {
        let tenure = input.tenure_months[i];
        let by_tenure = Some(tenure).filter(|t| *t >= 0.0).and_then(|t| division.stage(t));
        let ratio = trend_ratio(input, i);
        let risk = input.risk.and_then(|(p, base)| p.get(i).copied().flatten().map(|p| (p, base)));
        let at_risk = !input.churned[i] && risk.is_some_and(|(p, base)| p > AT_RISK_RATIO * base);
        let (stage, pattern) = if input.churned[i] {
            (by_tenure.map(|s| s.0), by_tenure.map(|s| pattern_of(s, options.tau_months)))
        } else if ratio.is_some_and(|g| g < DECLINE_RATIO) || (at_risk && options.at_risk_declines) {
            (Some(Stage::Decline), None)
        } else {
            (by_tenure.map(|s| s.0), None)
        };
        match (pattern, stage) {
            (Some(pattern), _) => out.n_patterns[pattern as usize] += 1,
            (None, Some(stage)) => out.n_present[stage as usize] += 1,
            (None, None) => {}
        }
        out.n_at_risk += u32::from(at_risk);
        out.stage.push(stage);
        out.at_risk.push(at_risk);
        out.trend_ratio.push(ratio);
        out.pattern.push(pattern);
    }
    out
}

fn pattern_of((stage, months_stable): (Stage, f64), tau_months: f64) -> Pattern {
    match stage {
        Stage::Exploration => Pattern::EarlyAbort,
        Stage::BuildUp => Pattern::MidWay,
        Stage::Stability | Stage::Decline if months_stable < tau_months => Pattern::EarlyExit,
        Stage::Stability | Stage::Decline => Pattern::LongTerm,
    }
}

/// Charge per month now over the mean charge per month so far.
fn trend_ratio(input: &SnapshotInput<'_>, i: usize) -> Option<f64> {
    let tenure = input.tenure_months[i];
    let charge = *input.period_charge?.get(i)?;
    let total = (*input.total_charge?.get(i)?)?;
    let usable = tenure >= DECLINE_MIN_TENURE && tenure.is_finite() && total > 0.0;
    Some(charge / (total / tenure)).filter(|g| usable && g.is_finite())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::survival::{kaplan_meier, period_life_table};
    use crate::math::Rng;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn example() -> TenureTable {
        TenureTable {
            months: (1..=12).collect(),
            n_at_risk: vec![1000, 880, 780, 700, 660, 630, 605, 590, 580, 572, 566, 561],
            n_left: vec![120, 100, 80, 40, 30, 25, 15, 10, 8, 6, 5, 5],
        }
    }

    #[test]
    fn ex_3_8_snapshot_cuts() {
        let fits = fit_hazards(&example());
        let criterion: Vec<f64> = fits.by_pieces.iter().map(|f| f.as_ref().unwrap().criterion).collect();
        close(criterion[0], 3446.96, 5e-3);
        close(criterion[1], 3210.74, 5e-3);
        close(criterion[2], 3164.90, 5e-3);
        let best = fits.best().unwrap();
        assert_eq!(best.cut_months, [3, 6]);
        for (h, expected) in best.hazards.iter().zip([0.1128, 0.0477, 0.0141]) {
            close(*h, expected, 5e-5);
        }
        let three = Division::ThreeStages { end_of_exploration: 3, end_of_build_up: 6 };
        assert_eq!(Division::of(Some(best)), three);
    }

    /// The definition, cut by cut, without prefix sums.
    #[test]
    fn the_search_finds_the_best_of_all_divisions() {
        for seed in 0..20 {
            let mut rng = Rng::new(seed);
            let m = 2 + rng.below(9);
            let table = TenureTable {
                months: (1..=m as u32).collect(),
                n_at_risk: (0..m).map(|_| 50 + rng.below(100) as u32).collect(),
                n_left: (0..m).map(|t| rng.below(40 / (t + 1) + 2) as u32).collect(),
            };
            let ln_l = |range: std::ops::Range<usize>| {
                let n: f64 = range.clone().map(|t| f64::from(table.n_at_risk[t])).sum();
                let d: f64 = range.map(|t| f64::from(table.n_left[t])).sum();
                let h = d / n;
                (h, if d > 0.0 { d * ln(h) + (n - d) * ln(1.0 - h) } else { 0.0 })
            };
            let mut best = [f64::NEG_INFINITY; 3];
            for i in 1..=m {
                for j in i..=m {
                    let mut pieces = vec![ln_l(0..i)];
                    if j > i {
                        pieces.push(ln_l(i..j));
                    }
                    if m > j {
                        pieces.push(ln_l(j..m));
                    }
                    if pieces.windows(2).all(|w| w[0].0 >= w[1].0) {
                        let total: f64 = pieces.iter().map(|p| p.1).sum();
                        best[pieces.len() - 1] = best[pieces.len() - 1].max(total);
                    }
                }
            }
            for (found, expected) in fit_hazards(&table).by_pieces.iter().zip(best) {
                match found {
                    Some(fit) => {
                        close(fit.ln_likelihood, expected, 1e-9);
                        assert!(fit.hazards.windows(2).all(|w| w[0] >= w[1]));
                        assert_eq!(fit.hazards.len(), fit.cut_months.len() + 1);
                    }
                    None => assert_eq!(expected, f64::NEG_INFINITY),
                }
            }
        }
    }

    #[test]
    fn constant_and_rising_churn_tell_nothing() {
        for n_left in [vec![10; 12], (1..=12).collect()] {
            let table = TenureTable { months: (1..=12).collect(), n_at_risk: vec![1000; 12], n_left };
            assert_eq!(Division::of(fit_hazards(&table).best()), Division::NotIdentifiable);
        }
        let none = fit_hazards(&TenureTable::default());
        assert_eq!((none.best(), none.n_months), (None, 0));
        let nobody = TenureTable { months: vec![1, 2], n_at_risk: vec![5, 5], n_left: vec![0, 0] };
        assert_eq!(fit_hazards(&nobody).best().unwrap().hazards, [0.0]);
    }

    #[test]
    fn tables_count_months_at_risk() {
        let table = TenureTable::full_history(
            &[0.0, 1.0, 3.0, 3.0, 0.4, f64::NAN],
            &[false, true, true, false, true, true],
        );
        assert_eq!(
            (table.months, table.n_at_risk, table.n_left),
            (vec![1, 2, 3], vec![4, 2, 2], vec![2, 0, 1])
        );
        // With whole months of tenure these are the hazards of Kaplan and Meier.
        let (tenure, left) = ([1.0, 2.0, 2.0, 5.0, 5.0], [true, false, true, true, false]);
        let table = TenureTable::full_history(&tenure, &left);
        for point in kaplan_meier(&tenure, &left).points {
            let row = table.months.iter().position(|m| f64::from(*m) == point.time).unwrap();
            assert_eq!((table.n_at_risk[row], table.n_left[row]), (point.n_at_risk, point.n_events));
        }
        let window = TenureTable::of_life_table(&period_life_table(
            &[0.0, 1.0, 1.0, 4.0],
            &[true, false, true, false],
            1,
        ));
        assert_eq!((window.months, window.n_at_risk, window.n_left), (vec![1, 4], vec![3, 1], vec![2, 0]));
    }

    fn read(input: &SnapshotInput<'_>, options: &SnapshotOptions) -> Snapshot {
        snapshot(input, &example(), options)
    }

    #[test]
    fn stages_and_patterns_by_tenure() {
        let tenure = [2.0, 3.0, 3.5, 6.0, 7.0, 2.0, 5.0, 17.9, 18.0];
        let churned = [false, false, false, false, false, true, true, true, true];
        let input = SnapshotInput {
            tenure_months: &tenure,
            churned: &churned,
            period_charge: None,
            total_charge: None,
            risk: None,
        };
        let found = read(&input, &SnapshotOptions::default());
        use Stage::{BuildUp, Exploration, Stability};
        let stages: Vec<Stage> = found.stage.iter().flatten().copied().collect();
        let e = Exploration;
        assert_eq!(stages, [e, e, BuildUp, BuildUp, Stability, e, BuildUp, Stability, Stability]);
        let patterns: Vec<Pattern> = found.pattern.iter().flatten().copied().collect();
        // Stability begins after 6 months: 11.9 of it are short of tau, 12 are not.
        assert_eq!(patterns, Pattern::ALL);
        assert_eq!((found.n_present, found.n_patterns), ([2, 2, 1, 0], [1, 1, 1, 1]));
        let short = read(&input, &SnapshotOptions { tau_months: 6.0, ..SnapshotOptions::default() });
        assert_eq!(short.n_patterns, [1, 1, 0, 2]);
    }

    #[test]
    fn two_pieces_know_no_build_up() {
        let table = TenureTable {
            months: (1..=8).collect(),
            n_at_risk: vec![1000; 8],
            n_left: vec![150, 150, 10, 10, 10, 10, 10, 10],
        };
        let input = SnapshotInput {
            tenure_months: &[1.0, 2.0, 3.0, 2.0],
            churned: &[false, false, false, true],
            period_charge: None,
            total_charge: None,
            risk: None,
        };
        let found = snapshot(&input, &table, &SnapshotOptions::default());
        assert_eq!(found.division, Division::TwoStages { end_of_exploration: 2 });
        assert_eq!((found.n_present, found.n_patterns), ([2, 0, 1, 0], [1, 0, 0, 0]));
    }

    #[test]
    fn decline_by_falling_charge_or_by_choice_at_risk() {
        let tenure = [12.0, 12.0, 5.0, 12.0, 12.0, 12.0];
        let charge = [8.0, 9.0, 1.0, 8.0, 10.0, 1.0];
        let total = [Some(120.0), Some(120.0), Some(50.0), None, Some(120.0), Some(0.0)];
        let p = [Some(0.1), Some(0.41), Some(0.4), None, Some(0.5), None];
        let churned = [false, false, false, false, true, false];
        let input = SnapshotInput {
            tenure_months: &tenure,
            churned: &churned,
            period_charge: Some(&charge),
            total_charge: Some(&total),
            risk: Some((&p, 0.2)),
        };
        let found = read(&input, &SnapshotOptions::default());
        // 8 of 10 falls, 9 of 10 does not; 5 months are too short; the one who left does not decline.
        use Stage::{BuildUp, Decline, Stability};
        let stages: Vec<Stage> = found.stage.iter().flatten().copied().collect();
        assert_eq!(stages, [Decline, Stability, BuildUp, Stability, Stability, Stability]);
        close(found.trend_ratio[0].unwrap(), 0.8, 1e-12);
        assert_eq!((found.trend_ratio[2], found.trend_ratio[3], found.trend_ratio[5]), (None, None, None));
        assert_eq!((found.at_risk, found.n_at_risk), (vec![false, true, false, false, false, false], 1));
        let choice = read(&input, &SnapshotOptions { at_risk_declines: true, ..SnapshotOptions::default() });
        assert_eq!(choice.stage[1], Some(Decline));
    }

    #[test]
    fn odd_tenures_and_json() {
        let input = SnapshotInput {
            tenure_months: &[f64::NAN, -1.0, 1e15],
            churned: &[false, true, false],
            period_charge: Some(&[1.0, 1.0, 1e15]),
            total_charge: Some(&[Some(1.0), Some(1.0), Some(1e-300)]),
            risk: None,
        };
        let found = read(&input, &SnapshotOptions::default());
        assert_eq!(found.stage, [None, None, Some(Stage::Stability)]);
        assert_eq!(found.trend_ratio, [None, None, None]);
        let text = serde_json::to_string(&found).unwrap();
        let back = serde_json::from_str::<Snapshot>(&text).unwrap();
        assert_eq!((back.stage, back.division, back.pattern), (found.stage, found.division, found.pattern));
        let table = TenureTable::full_history(&[1e15, 700.0], &[true, false]);
        assert_eq!((table.months.len(), table.n_left.last()), (600, Some(&1)));
    }
}
