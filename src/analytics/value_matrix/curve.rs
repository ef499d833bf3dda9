//! How long does a contract last from here, and beyond what was observed?
//!
//! A survival estimate by tenure is a step function that ends where observation ends; present values over the
//! coming months need it further: beyond T, `S(t) = S(T) exp(-h (t - T))` with the mean hazard of the last
//! quarter of the follow-up, `h = ln(S(t0)/S(T))/(T - t0)`, `t0 = floor(0.75 T)`. Annuity of a customer of
//! tenure a: `sum_k S(a+k)/S(a) f_k`, `f_k = 1/(1+d_m)^k`.
//!
//! Symbols: `S(t)` share still there at tenure t, 0..=1; t, a, T in months, T the last time with S > 0; h per
//! month, >= 0; the annuity, in months, is the present value of one unit a month.
//!
//! Source: methods.md 2.2, 5.
//!
//! Degenerate cases: without usable times S is 1 for ever; no loss in the last quarter: h = 0; an estimate
//! that reaches 0 goes on from its last positive value; times below 0 and numbers that are not finite are
//! left out.
//!
//! ```
//! use tenure::analytics::{discount::AnnualRate, value_matrix::SurvivalCurve};
//! // methods.md 5: monthly survival .97, d = .10, 36 months, of which only 12 were observed.
//! let steps: Vec<(f64, f64)> =
//!     (1..=12).map(f64::from).map(|t| (t, tenure::math::powf(0.97, t))).collect();
//! let curve = SurvivalCurve::new(&steps);
//! let annuity = curve.annuity(0.0, &AnnualRate::default().factors(36));
//! assert!((annuity - 19.1333).abs() < 5e-5);
//! ```

use super::finite;
use crate::math::{exp, ln};

/// Share of customers still there by months of tenure, continued beyond what was observed.
///
/// A step function that is 1 at first; beyond the last time it falls with the mean hazard of the last quarter
/// of the follow-up, `h = -ln(S(T)/S(t))/(T-t)`, t = 0.75 T in whole months. Where the estimate reaches 0
/// (the longest-standing customer left), it is continued from its last positive value instead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SurvivalCurve {
    steps: Vec<(f64, f64)>,
    tail_hazard: f64,
}

impl SurvivalCurve {
    /// From `(months, S)`, S in 0..=1; made ascending in time and non-increasing in S.
    #[must_use]
    pub fn new(steps: &[(f64, f64)]) -> Self {
        let mut steps: Vec<(f64, f64)> =
            steps.iter().copied().filter(|s| s.0.is_finite() && s.0 >= 0.0 && s.1.is_finite()).collect();
        steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut lowest = 1.0_f64;
        for s in &mut steps {
            lowest = lowest.min(s.1);
            s.1 = lowest;
        }
        steps.retain(|s| s.1 > 0.0);
        let mut curve = Self { steps, tail_hazard: 0.0 };
        if let Some(&(end, last)) = curve.steps.last()
            && end > 0.0
        {
            // Whole months: a tenure counted in months passes its hazard at the month's end.
            let from = (0.75 * end).floor();
            curve.tail_hazard = (ln(curve.at(from)) - ln(last)).max(0.0) / (end - from);
        }
        curve
    }

    /// S at a tenure in months.
    #[must_use]
    pub fn at(&self, months: f64) -> f64 {
        let passed = self.steps.partition_point(|s| s.0 <= months);
        let value = passed.checked_sub(1).map_or(1.0, |i| self.steps[i].1);
        match self.steps.last() {
            Some(last) if months > last.0 => value * exp(-self.tail_hazard * (months - last.0)),
            _ => value,
        }
    }

    /// Present value of one unit a month for as long as a customer of this tenure stays: `factors[k-1]` is what one
    /// unit k months from now is worth.
    #[must_use]
    pub fn annuity(&self, tenure_months: f64, factors: &[f64]) -> f64 {
        let tenure = finite(tenure_months).max(0.0);
        let now = self.at(tenure);
        if now <= 0.0 {
            return 0.0;
        }
        factors.iter().enumerate().map(|(k, f)| self.at(tenure + (k + 1) as f64) / now * f).sum()
    }
}
