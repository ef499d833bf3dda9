//! How far can a stage be relied upon?
//!
//! Two answers. The badge of methods.md 3.7 says how much the series can tell at all: by the orders per period on the
//! fitted plateau (A from 10, B from 3, else C, "indicative only"), for contract and usage data by the pooled scatter
//! √s² (A up to 0.15, B up to 0.30). The agreement says how often a stage of this probability and badge was the true
//! one: a posterior is right about its own probability only if the model is the truth, and a life is no trapezoid.
//!
//! The agreement interpolates linearly between shares counted on the generator of methods.md 3.7 (seeds 301-303 and
//! 401-403, 14 kinds of series, 26,600 active customers, defaults of [`Params`](super::Params)): A and B agree within
//! their scatter and share a curve. Probabilities 0..1. It is agreement with the theory's curve, not with real stages,
//! of which there is no record.
//!
//! Degenerate cases: probabilities outside the counted range get the nearest share.

use super::result::BestFit;
use super::series::Kind;
use serde::{Deserialize, Serialize};

/// How far a stage can be relied upon (methods.md 3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Badge {
    /// At least 10 orders per period on the plateau (usage: √s² ≤ 0.15).
    A,
    /// At least 3 orders (usage: ≤ 0.30).
    B,
    /// Fewer: indicative only.
    C,
}

/// Mean probability of the stage named and share of true ones among them, ascending.
const DENSE: [(f64, f64); 6] =
    [(0.466, 0.459), (0.551, 0.534), (0.652, 0.579), (0.754, 0.647), (0.856, 0.721), (0.982, 0.882)];
const SPARSE: [(f64, f64); 7] = [
    (0.360, 0.231),
    (0.463, 0.375),
    (0.551, 0.508),
    (0.651, 0.540),
    (0.750, 0.582),
    (0.854, 0.609),
    (0.958, 0.715),
];

impl Badge {
    /// How often a stage of this probability was the true one, 0..1.
    ///
    /// ```
    /// use tenure::analytics::stage::Badge;
    /// // Of the sparse buyers whose stage had a probability of 95.8 % it was true of 71.5 %.
    /// assert_eq!(Badge::C.agreement(0.958), 0.715);
    /// ```
    #[must_use]
    pub fn agreement(self, probability: f64) -> f64 {
        let points: &[(f64, f64)] = if self == Self::C { &SPARSE } else { &DENSE };
        let above = points.partition_point(|p| p.0 < probability);
        match (above.checked_sub(1).and_then(|i| points.get(i)), points.get(above)) {
            (Some(a), Some(b)) => a.1 + (probability - a.0) / (b.0 - a.0) * (b.1 - a.1),
            (Some(end), None) | (None, Some(end)) => end.1,
            (None, None) => probability,
        }
    }
}

/// By the orders of the fitted plateau (the highest level if there is none), or by the pooled scatter.
pub(super) fn badge(kind: Kind, best: Option<&BestFit>, unit: f64, variance: f64) -> Badge {
    let by = |value: f64, a: f64, b: f64| match value {
        v if v >= a => Badge::A,
        v if v >= b => Badge::B,
        _ => Badge::C,
    };
    match kind {
        Kind::Usage => by(-variance.sqrt(), -0.15, -0.30),
        Kind::Orders => {
            let level = best.and_then(|b| b.plateau.or(b.explore_level)).unwrap_or(0.0);
            by(level / unit, 10.0, 3.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_rises_with_the_probability_and_stays_below_it_where_counted() {
        for badge in [Badge::A, Badge::B, Badge::C] {
            let mut last = 0.0;
            for i in 0..=100 {
                let p = f64::from(i) / 100.0;
                let share = badge.agreement(p);
                assert!(share >= last && (0.0..=1.0).contains(&share), "{badge:?} {p}");
                assert!(p < 0.47 || share <= p, "{badge:?} {p}");
                assert!(share >= Badge::C.agreement(p), "{badge:?} {p}");
                last = share;
            }
        }
    }

    #[test]
    fn badges_of_methods_3_7() {
        let scatter = |s: f64| badge(Kind::Usage, None, 1.0, s * s);
        assert_eq!([0.1, 0.2, 0.4].map(scatter), [Badge::A, Badge::B, Badge::C]);
        let plateau = |orders: f64| {
            let best = BestFit {
                ends: [1, 3, 9, 9],
                explore_level: Some(20.0),
                plateau: Some(20.0 * orders),
                end_level: None,
                sse: 0.0,
                weight: 1.0,
            };
            badge(Kind::Orders, Some(&best), 20.0, 0.1)
        };
        assert_eq!([10.0, 3.0, 2.9].map(plateau), [Badge::A, Badge::B, Badge::C]);
    }
}
