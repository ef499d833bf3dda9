//! What is a payment of the future worth now?
//!
//! `d_m = (1+d)^(1/12) - 1`; a payment `k` months from now is worth `1/(1+d_m)^k` of itself. `d` is the annual rate
//! (share, > -1), the only rate a user sets; it becomes a monthly one here and nowhere else, because a rate used at
//! the wrong period is the costliest mistake in published customer values (factors of 4 and 19).
//!
//! Constant retention (Gupta & Lehmann 2003): margin `m` per period, retention `r` (0..=1), discount `i` per
//! period: `m r/(1+i-r)` when the first margin comes one period from now, `m (1+i)/(1+i-r)` when it comes now.
//! Degenerate: `r >= 1+i` has no finite value, hence `None`. Source: methods.md 7.4, reference-results.md 2.4.
//!
//! ```
//! use tenure::analytics::discount::{AnnualRate, FirstMargin, contract_value};
//!
//! assert!((AnnualRate::default().monthly() - 0.00797414).abs() < 5e-9);
//! let value = contract_value(100.0, 0.8, 0.1, FirstMargin::NextPeriod).unwrap();
//! assert!((value - 266.67).abs() < 5e-3);
//! ```

use crate::math::{exp_m1, ln_1p};
use serde::{Deserialize, Serialize};

/// Weeks in a year wherever models that run in weeks meet years.
pub const WEEKS_PER_YEAR: f64 = 52.0;

/// Weeks in a month wherever models that run in weeks meet months.
pub const WEEKS_PER_MONTH: f64 = WEEKS_PER_YEAR / 12.0;

/// Months ahead that current value, potential and customer lifetime value count unless set otherwise.
pub const HORIZON_MONTHS: u32 = 36;

/// The discount rate per year, as a share (0.10 is 10 %).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnnualRate(f64);

impl AnnualRate {
    /// A rate above -1; `None` for anything else.
    #[must_use]
    pub fn new(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate > -1.0).then_some(Self(rate))
    }

    /// The rate per year.
    #[must_use]
    pub fn annual(self) -> f64 {
        self.0
    }

    /// The rate per month, `(1+d)^(1/12) - 1`.
    #[must_use]
    pub fn monthly(self) -> f64 {
        self.over_months(1.0)
    }

    /// The rate of a period of `months`, `(1+d)^(months/12) - 1`: for contracts that run longer than a month.
    #[must_use]
    pub fn over_months(self, months: f64) -> f64 {
        exp_m1(ln_1p(self.0) * months / 12.0)
    }

    /// The continuous rate per week, `ln(1+d)/52`: for models that run in weeks and discount at every moment.
    #[must_use]
    pub fn per_week_continuous(self) -> f64 {
        ln_1p(self.0) / WEEKS_PER_YEAR
    }

    /// What one unit at the end of each of the next months is worth now, `1/(1+d_m)^k` for k = 1..=months.
    #[must_use]
    pub fn factors(self, months: u32) -> Vec<f64> {
        let one = 1.0 / (1.0 + self.monthly());
        (0..months)
            .scan(1.0, |f, _| {
                *f *= one;
                Some(*f)
            })
            .collect()
    }
}

impl Default for AnnualRate {
    /// 10 %.
    fn default() -> Self {
        Self(0.10)
    }
}

/// When the first margin of a contract is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FirstMargin {
    /// Now.
    Now,
    /// One period from now, if the customer is still there.
    NextPeriod,
}

/// Value of a contract with constant margin and retention for ever; `None` if `retention >= 1 + discount` (no finite
/// value), or if retention is outside 0..=1.
#[must_use]
pub fn contract_value(margin: f64, retention: f64, discount: f64, first: FirstMargin) -> Option<f64> {
    let gap = 1.0 + discount - retention;
    if !(0.0..=1.0).contains(&retention) || gap <= 0.0 || !margin.is_finite() || !gap.is_finite() {
        return None;
    }
    Some(match first {
        FirstMargin::Now => margin * (1.0 + discount) / gap,
        FirstMargin::NextPeriod => margin * retention / gap,
    })
}

/// Value of the margins of the next `periods` periods, `sum m r^t/(1+i)^t` for t = 1..=periods; `None` for a
/// retention outside 0..=1 or a discount of -1 or less.
#[must_use]
pub fn contract_value_over(margin: f64, retention: f64, discount: f64, periods: u32) -> Option<f64> {
    if !(0.0..=1.0).contains(&retention) || discount <= -1.0 || !(margin * discount).is_finite() {
        return None;
    }
    let step = retention / (1.0 + discount);
    let (mut total, mut factor) = (0.0, 1.0);
    for _ in 0..periods {
        factor *= step;
        total += factor;
    }
    Some(margin * total)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn conventions_monthly_rate_of_ten_percent() {
        assert!((AnnualRate::default().monthly() - 0.007_974_14).abs() < 5e-9);
        assert!((AnnualRate::default().factors(12)[11] - 1.0 / 1.1).abs() < 1e-14);
        assert_eq!(AnnualRate::new(-1.0), None);
    }

    #[test]
    fn periods_of_any_length_compound_to_the_annual_rate() {
        for rate in [-0.5, 0.0, 0.1, 3.0] {
            let rate = AnnualRate::new(rate).unwrap();
            for (months, periods) in [(1.0, 12), (3.0, 4), (6.0, 2), (12.0, 1)] {
                let year = (1.0 + rate.over_months(months)).powi(periods) - 1.0;
                assert!((year - rate.annual()).abs() < 1e-12, "{months}: {year}");
            }
            let year = crate::math::exp(rate.per_week_continuous() * WEEKS_PER_YEAR) - 1.0;
            assert!((year - rate.annual()).abs() < 1e-12, "{year}");
        }
        assert_eq!(WEEKS_PER_MONTH * 12.0, WEEKS_PER_YEAR);
    }

    #[test]
    fn ex_7_4_contract_value() {
        let value = |r, first| contract_value(100.0, r, 0.1, first).unwrap();
        assert!((value(0.8, FirstMargin::NextPeriod) - 266.67).abs() < 0.005);
        assert!((value(0.8, FirstMargin::Now) - 366.67).abs() < 0.005);
        assert!((contract_value_over(100.0, 0.8, 0.1, 5).unwrap() - 212.41).abs() < 0.005);
        let gain = value(0.85, FirstMargin::NextPeriod) / value(0.8, FirstMargin::NextPeriod) - 1.0;
        assert!((gain - 0.275).abs() < 5e-4, "{gain}");
        assert_eq!(contract_value(100.0, 1.0, 0.0, FirstMargin::Now), None, "for ever at no discount");
    }

    #[test]
    fn reference_1_5_retention_multiples() {
        for (i, row) in [
            (0.10, [1.20, 1.75, 2.67, 4.50]),
            (0.12, [1.15, 1.67, 2.50, 4.09]),
            (0.14, [1.11, 1.59, 2.35, 3.75]),
            (0.16, [1.07, 1.52, 2.22, 3.46]),
        ] {
            for (r, expected) in [0.6, 0.7, 0.8, 0.9].into_iter().zip(row) {
                let multiple = contract_value(1.0, r, i, FirstMargin::NextPeriod).unwrap();
                assert!((multiple - expected).abs() < 0.0051, "{r} {i}: {multiple}");
            }
        }
    }
}
