//! The level ratio: how large exploration levels and plateaus are among these customers.
//!
//! With x = ln(level + f), f = 0.05·e^{m_P}, exploration levels are taken as normal with (m_E, s_E) and plateaus with
//! (m_P, s_P). A candidate that starts in exploration gains `ln N(x_L0; m_E, s_E) − ln N(x_L0; m0, s0)`, one that
//! contains stability the same with its plateau and (m_P, s_P), where m0 = (m_E + m_P)/2 and
//! s0² = (s_E² + s_P²)/2 + (m_E − m_P)²/4 (methods.md 3.5). The parameters come from four passes over the customers,
//! weighting every candidate by its posterior; they may be made on a seeded sample.
//!
//! Degenerate cases: fewer than 30 customers, or no positive level at all: no level ratio.

use super::params::Level;
use super::search::LevelTerms;
use crate::math::{exp, ln};
use std::f64::consts::LN_2;

/// Fewest customers for a level ratio.
pub(super) const MIN_CUSTOMERS: usize = 30;
/// Passes over the customers.
pub(super) const PASSES: usize = 4;
const MIN_SD: f64 = 0.5;
const FLOOR_SHARE: f64 = 0.05;

impl Level {
    /// Start of the passes, from a typical plateau in money per period.
    pub(super) fn start(plateau: f64) -> Self {
        let m = ln(plateau);
        Self { explore_mean: m - 1.2, explore_sd: 1.0, plateau_mean: m, plateau_sd: 1.0 }
    }

    /// f, money per period: keeps the logarithm of small levels finite.
    #[must_use]
    pub fn floor(&self) -> f64 {
        FLOOR_SHARE * exp(self.plateau_mean)
    }

    fn neutral(&self) -> (f64, f64) {
        let gap = self.explore_mean - self.plateau_mean;
        let var = 0.5 * (self.explore_sd * self.explore_sd + self.plateau_sd * self.plateau_sd);
        (0.5 * (self.explore_mean + self.plateau_mean), (var + 0.25 * gap * gap).sqrt())
    }

    /// The ratio as quadratics in X = log2(max(node,0)² + f/u): x = ln u + X·ln 2.
    pub(super) fn terms(&self, unit: f64) -> LevelTerms {
        let (m0, s0) = self.neutral();
        let log_unit = ln(unit);
        let quadratic = |m: f64, s: f64| {
            let a = 0.5 / (s0 * s0) - 0.5 / (s * s);
            let b = m / (s * s) - m0 / (s0 * s0);
            let c = 0.5 * m0 * m0 / (s0 * s0) - 0.5 * m * m / (s * s) + ln(s0 / s);
            let at_unit = (a * log_unit + b) * log_unit + c;
            [at_unit / LN_2, 2.0 * a * log_unit + b, a * LN_2]
        };
        LevelTerms {
            explore: quadratic(self.explore_mean, self.explore_sd),
            plateau: quadratic(self.plateau_mean, self.plateau_sd),
            floor: self.floor() / unit,
        }
    }

    /// Whether a level is more likely a plateau than an exploration level.
    pub(super) fn is_plateau(&self, level: f64) -> bool {
        let x = ln(level.max(0.0) + self.floor());
        let density = |m: f64, s: f64| -0.5 * ((x - m) / s) * ((x - m) / s) - ln(s);
        density(self.plateau_mean, self.plateau_sd) > density(self.explore_mean, self.explore_sd)
    }
}

/// Posterior-weighted moments of x for exploration levels and plateaus: Σw, Σwx, Σwx², summed over customers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub explore: [f64; 3],
    pub plateau: [f64; 3],
}

impl Moments {
    /// Adds one customer, whose moments of X (base 2, relative to u) are divided by `total`.
    pub(super) fn of_customer(explore: [f64; 3], plateau: [f64; 3], total: f64, unit: f64) -> Self {
        let lu = ln(unit);
        let shift = |m: [f64; 3]| {
            let [w, x, xx] = m.map(|v| v / total);
            [w, w * lu + LN_2 * x, w * lu * lu + 2.0 * lu * LN_2 * x + LN_2 * LN_2 * xx]
        };
        Self { explore: shift(explore), plateau: shift(plateau) }
    }

    pub(super) fn sum(all: &[Self]) -> Self {
        let total = |f: &dyn Fn(&Self) -> f64| crate::math::sum(all.iter().map(f));
        Self {
            explore: std::array::from_fn(|k| total(&|m| m.explore[k])),
            plateau: std::array::from_fn(|k| total(&|m| m.plateau[k])),
        }
    }

    /// The parameters these moments imply; what has no weight stays as it was.
    pub(super) fn level(&self, before: &Level) -> Level {
        let estimate = |m: [f64; 3], mean: f64, sd: f64| {
            if m[0] <= 1e-9 {
                return (mean, sd);
            }
            let mean = m[1] / m[0];
            (mean, (m[2] / m[0] - mean * mean).max(0.0).sqrt().max(MIN_SD))
        };
        let (plateau_mean, plateau_sd) = estimate(self.plateau, before.plateau_mean, before.plateau_sd);
        let (explore_mean, explore_sd) = estimate(self.explore, before.explore_mean, before.explore_sd);
        Level { explore_mean: explore_mean.min(plateau_mean - LN_2), explore_sd, plateau_mean, plateau_sd }
    }
}
