//! How good are predicted probabilities? Discrimination, accuracy and calibration on cases the model has not seen.

use crate::math::stats::{Auc, ranks};
use crate::math::{sum, wilson};
use serde::{Deserialize, Serialize};

/// Bands of the calibration table.
const BANDS: usize = 10;
const Z: f64 = 1.959_963_984_540_054;

/// One prediction and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Predicted probability (or any score, where only the order is asked for).
    pub p: f64,
    /// Whether it happened.
    pub left: bool,
    /// How many like it this one stands for, > 0; 1 unless others were lost from sight ([`followed_cases`]).
    pub weight: f64,
}

/// The quality of predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// Months over which the predictions hold.
    pub months: f64,
    /// Cases judged.
    pub n_cases: u32,
    /// Those that left.
    pub n_left: u32,
    /// Chance that one who left had the higher prediction; `None` unless some left and some stayed.
    pub auc: Option<Auc>,
    /// Mean squared distance of the prediction from what happened; `None` without cases.
    pub brier: Option<f64>,
    /// The same of predicting the overall rate for everybody: what a model must undercut.
    pub brier_of_rate: Option<f64>,
    /// Cases by tenth of the prediction, ascending; ties stay together, so a band may be larger or missing.
    pub calibration: Vec<Band>,
}

/// Predicted against observed in one band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// Cases.
    pub n_cases: u32,
    /// Mean prediction.
    pub predicted: f64,
    /// Share that left.
    pub observed: f64,
    /// Wilson's 95 % interval of it.
    pub interval: (f64, f64),
}

/// Judges predictions for `months` ahead. Cases with a prediction that is not finite or a weight not > 0 are left out.
#[must_use]
pub fn judge(cases: &[Case], months: f64) -> Judged {
    let cases: Vec<Case> =
        cases.iter().copied().filter(|c| c.p.is_finite() && c.weight > 0.0 && c.weight.is_finite()).collect();
    let all = sum(cases.iter().map(|c| c.weight));
    let outcome = |c: &Case| f64::from(u8::from(c.left));
    let mean = |f: &dyn Fn(&Case) -> f64| {
        (!cases.is_empty()).then(|| sum(cases.iter().map(|c| c.weight * f(c))) / all)
    };
    let rate = mean(&outcome);
    Judged {
        months,
        n_cases: cases.len() as u32,
        n_left: cases.iter().filter(|c| c.left).count() as u32,
        auc: weighted_auc(&cases),
        brier: mean(&|c| (c.p - outcome(c)) * (c.p - outcome(c))),
        brier_of_rate: rate.map(|r| r * (1.0 - r)),
        calibration: calibration(&cases),
    }
}

fn calibration(cases: &[Case]) -> Vec<Band> {
    let p: Vec<f64> = cases.iter().map(|c| c.p).collect();
    let n = cases.len() as f64;
    let mut bands: [Vec<&Case>; BANDS] = Default::default();
    for (case, rank) in cases.iter().zip(ranks(&p)) {
        let band = ((rank - 0.5) / n * BANDS as f64) as usize;
        bands[band.min(BANDS - 1)].push(case);
    }
    bands.iter().filter(|b| !b.is_empty()).map(|b| band(b)).collect()
}

fn band(cases: &[&Case]) -> Band {
    let all = sum(cases.iter().map(|c| c.weight));
    let observed = sum(cases.iter().filter(|c| c.left).map(|c| c.weight)) / all;
    let n = cases.len() as f64;
    Band {
        n_cases: cases.len() as u32,
        predicted: sum(cases.iter().map(|c| c.weight * c.p)) / all,
        observed,
        interval: wilson(observed * n, n),
    }
}

/// Share of (left, stayed) pairs, by the product of their weights, in which the one who left had the higher prediction,
/// ties half; interval by Hanley & McNeil (1982) on the numbers of cases.
fn weighted_auc(cases: &[Case]) -> Option<Auc> {
    let mut sorted = cases.to_vec();
    sorted.sort_by(|a, b| a.p.total_cmp(&b.p));
    let of = |left: bool, rows: &[Case]| sum(rows.iter().filter(|c| c.left == left).map(|c| c.weight));
    let (all_left, all_stayed) = (of(true, &sorted), of(false, &sorted));
    if all_left <= 0.0 || all_stayed <= 0.0 {
        return None;
    }
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.p == b.p) {
        let stayed = of(false, tied);
        wins += of(true, tied) * (below + stayed / 2.0);
        below += stayed;
    }
    let a = (wins / (all_left * all_stayed)).clamp(0.0, 1.0);
    let n_left = sorted.iter().filter(|c| c.left).count() as f64;
    let n_stayed = sorted.len() as f64 - n_left;
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let spread = a * (1.0 - a) + (n_left - 1.0) * (q1 - a * a) + (n_stayed - 1.0) * (q2 - a * a);
    let half = Z * (spread.max(0.0) / (n_left * n_stayed)).sqrt();
    Some(Auc { auc: a, interval: [(a - half).max(0.0), (a + half).min(1.0)] })
}

/// A stretch of at most `horizon` months after a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Predicted probability of leaving within the horizon.
    pub p: f64,
    /// Months seen, 1..=horizon.
    pub months_seen: u32,
    /// Whether the customer left in the last of them.
    pub left: bool,
}

/// Cases with a known outcome from stretches some of which were cut short by the end of the data. Those that are known
/// stand for those that were cut: each is weighted by the inverse chance of still being seen when it became known, the
/// Kaplan-Meier estimate of not being cut (Graf et al. 1999; Uno et al. 2007). Dropping the cut ones without it would
/// overstate leaving, for who leaves becomes known early.
#[must_use]
pub fn followed_cases(stretches: &[Stretch], horizon: u32) -> Vec<Case> {
    let h = horizon as usize;
    let (mut seen, mut left, mut cut) = (vec![0.0; h + 2], vec![0.0; h + 2], vec![0.0; h + 2]);
    let usable = |s: &&Stretch| s.months_seen >= 1 && s.months_seen <= horizon;
    for s in stretches.iter().filter(usable) {
        let m = s.months_seen as usize;
        seen[m] += 1.0;
        if s.left {
            left[m] += 1.0;
        } else if m < h {
            cut[m] += 1.0;
        }
    }
    for m in (1..=h).rev() {
        seen[m] += seen[m + 1];
    }
    // in_sight[m]: chance of not having been cut after month m or before.
    let mut in_sight = vec![1.0; h + 1];
    for m in 1..=h {
        let at_risk = seen[m] - left[m];
        in_sight[m] = in_sight[m - 1] * if at_risk > 0.0 { 1.0 - cut[m] / at_risk } else { 1.0 };
    }
    stretches
        .iter()
        .filter(usable)
        .filter(|s| s.left || s.months_seen == horizon)
        .map(|s| Case { p: s.p, left: s.left, weight: 1.0 / in_sight[s.months_seen as usize - 1] })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;
    use crate::math::stats;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn plain(rows: &[(f64, bool)]) -> Vec<Case> {
        rows.iter().map(|&(p, left)| Case { p, left, weight: 1.0 }).collect()
    }

    #[test]
    fn four_cases_by_hand() {
        let judged = judge(&plain(&[(0.1, false), (0.4, true), (0.35, false), (0.8, true)]), 12.0);
        // All 4 pairs right; squares .01 + .36 + .1225 + .04.
        assert_eq!(judged.auc.unwrap().auc, 1.0);
        close(judged.brier.unwrap(), 0.5325 / 4.0, 1e-12);
        close(judged.brier_of_rate.unwrap(), 0.25, 1e-12);
        assert_eq!((judged.n_cases, judged.n_left, judged.calibration.len()), (4, 2, 4));
        let tied = judge(&plain(&[(0.5, true), (0.5, false)]), 12.0);
        assert_eq!((tied.auc.unwrap().auc, tied.calibration.len()), (0.5, 1));
    }

    #[test]
    fn the_area_is_that_of_math_stats_and_takes_weights() {
        let mut rng = Rng::new(4);
        let rows: Vec<(f64, bool)> =
            (0..500).map(|_| ((rng.uniform() * 40.0).floor() / 40.0, rng.uniform() < 0.3)).collect();
        let (score, left): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let (ours, theirs) = (judge(&plain(&rows), 1.0).auc.unwrap(), stats::auc(&score, &left).unwrap());
        close(ours.auc, theirs.auc, 1e-12);
        close(ours.interval[0], theirs.interval[0], 1e-12);
        let twice: Vec<Case> =
            plain(&rows).iter().flat_map(|c| if c.left { vec![*c, *c] } else { vec![*c] }).collect();
        let weighted: Vec<Case> =
            plain(&rows).iter().map(|c| Case { weight: if c.left { 2.0 } else { 1.0 }, ..*c }).collect();
        let (a, b) = (judge(&twice, 1.0), judge(&weighted, 1.0));
        close(a.auc.unwrap().auc, b.auc.unwrap().auc, 1e-12);
        close(a.brier.unwrap(), b.brier.unwrap(), 1e-12);
    }

    #[test]
    fn true_probabilities_are_calibrated_and_order_does_not_matter() {
        let mut rng = Rng::new(8);
        let mut rows: Vec<(f64, bool)> = (0..20_000)
            .map(|_| {
                let p = rng.uniform();
                (p, rng.uniform() < p)
            })
            .collect();
        let judged = judge(&plain(&rows), 12.0);
        assert_eq!(judged.calibration.len(), 10);
        for band in &judged.calibration {
            close(band.predicted, band.observed, 0.03);
            assert!(band.interval.0 <= band.observed && band.observed <= band.interval.1);
        }
        // Of uniform p: E p(1-p) = 1/6.
        close(judged.brier.unwrap(), 1.0 / 6.0, 0.005);
        rows.reverse();
        let again = judge(&plain(&rows), 12.0);
        close(again.auc.unwrap().auc, judged.auc.unwrap().auc, 1e-12);
        let counts = |j: &Judged| j.calibration.iter().map(|b| b.n_cases).collect::<Vec<_>>();
        assert_eq!(counts(&again), counts(&judged));
    }

    #[test]
    fn one_kind_or_nothing() {
        let judged = judge(&plain(&[(0.2, false), (0.3, false)]), 12.0);
        assert_eq!((judged.auc, judged.n_left), (None, 0));
        let nothing = judge(&[Case { p: f64::NAN, left: true, weight: 1.0 }], 12.0);
        assert_eq!((nothing.brier, nothing.n_cases, nothing.calibration.len()), (None, 0, 0));
        assert!(followed_cases(&[], 12).is_empty());
    }

    /// Constant risk .1 a month over 4 months, some cut at random: the weighted share that left is 1 - .9^4.
    #[test]
    fn weights_make_up_for_stretches_cut_short() {
        let mut rng = Rng::new(21);
        let stretches: Vec<Stretch> = (0..60_000)
            .map(|_| {
                let limit = 1 + rng.below(6) as u32;
                let mut s = Stretch { p: 0.3439, months_seen: 0, left: false };
                while s.months_seen < limit.min(4) && !s.left {
                    s.months_seen += 1;
                    s.left = rng.uniform() < 0.1;
                }
                s
            })
            .collect();
        let cases = followed_cases(&stretches, 4);
        let observed = judge(&cases, 4.0).calibration[0].observed;
        close(observed, 1.0 - 0.9_f64.powi(4), 0.008);
        let naive = cases.iter().filter(|c| c.left).count() as f64 / cases.len() as f64;
        assert!(naive > observed + 0.02, "{naive} {observed}");
        // By hand: one leaves in month 1, one is cut after it, one is seen to the end of month 2.
        let s = |months_seen, left| Stretch { p: 0.5, months_seen, left };
        let by_hand = followed_cases(&[s(1, true), s(1, false), s(2, false)], 2);
        assert_eq!(by_hand.iter().map(|c| c.weight).collect::<Vec<_>>(), [1.0, 2.0]);
    }
}
