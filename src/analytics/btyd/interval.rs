//! How sure is a total: the purchases expected from all customers, or their customer equity?
//!
//! The parameters are estimates, so every sum over customers is one too. With `F = sum_i w_i D_i(theta)`, `D_i` the
//! discounted purchases of [`super::forecast()`] over the horizon, `theta` the log-parameters with covariance `C`
//! ([`Fit::log_covariance`]), and `g = d ln F / d theta` by central differences (delta method):
//!
//! `sd(ln F) = sqrt(g' C g)`, interval `F e^(-1.96 sd) .. F e^(1.96 sd)` (95 %), which keeps the sign of F.
//!
//! `w_i = 1` for purchases. For customer equity `w_i = E(M_i)`, whose parameters p, q, v add `h' C_spend h`; margin
//! and rate only scale it. `g` is taken over at most 1,000 customers, evenly spaced among the sorted histories, which
//! changes the width by a few percent of itself.
//!
//! This says how much the *expectation* could differ had other customers been drawn from the same population. It does
//! not cover chance in what they then do, nor a model that is wrong: on CDNOW the width is about ±8 %, and MBG/NBD is
//! 16 % low. [`super::choose()`] shows that part.
//!
//! Source: delta method (e.g. Casella & Berger 2002, 5.5.4). Degenerate cases: `None` without a covariance, and for a
//! total that is not positive, as without customers or time.
//!
//! ```
//! use tenure::analytics::btyd::{FitOptions, Histories, ModelKind, fit, forecast, interval};
//! use tenure::analytics::discount::AnnualRate;
//!
//! let x: Vec<u32> = (0..60).map(|i| if i % 2 == 0 { 0 } else { 1 + i % 11 }).collect();
//! let last: Vec<f64> = x.iter().map(|&x| 4.0 * f64::from(x)).collect();
//! let customers = Histories { n_repeats: x, last_purchase_age_weeks: last, tenure_weeks: vec![52.0; 60] };
//! let found = fit(ModelKind::MbgNbd, &customers, FitOptions::default())?;
//! let rate = AnnualRate::default();
//! let total: f64 = forecast(found.model().as_ref(), &customers, 36, rate).discounted_purchases.iter().sum();
//! let sure = interval(&found, &customers, None, None, 36, rate).unwrap();
//! assert!(sure.around(total).0 < total && total < sure.around(total).1);
//! # Ok::<(), tenure::analytics::btyd::FitError>(())
//! ```

use super::{Fit, Histories, History, forecast};
use crate::analytics::discount::AnnualRate;
use crate::analytics::spend::{SpendFit, SpendModel};
use crate::math::exp;
use serde::{Deserialize, Serialize};

/// Most customers over whom the derivatives are taken.
const MAX_CUSTOMERS: usize = 1_000;
/// Step of the differences, in log-parameters.
const STEP: f64 = 1e-3;
const Z95: f64 = 1.959_963_984_540_054;

/// How sure a total is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    /// Standard deviation of the logarithm of the total.
    pub log_sd: f64,
    /// Whether it includes that of the amounts; false for a pooled mean, which has no parameters.
    pub includes_spend: bool,
    /// Customers over whom the derivatives were taken.
    pub n_used: u32,
    /// Customers in the total.
    pub n_customers: u32,
}

impl Interval {
    /// Lower and upper end at 95 % around a total.
    #[must_use]
    pub fn around(&self, total: f64) -> (f64, f64) {
        let (low, high) = (total * exp(-Z95 * self.log_sd), total * exp(Z95 * self.log_sd));
        (low.min(high), low.max(high))
    }
}

/// What a purchase of each customer brings.
#[derive(Clone, Copy, Debug)]
pub struct Spending<'a> {
    /// The spend model.
    pub fit: &'a SpendFit,
    /// Mean amount of the repeat orders, (n_customers).
    pub mean_repeat_amount: &'a [f64],
}

/// How sure the total over the `counted` customers (all if `None`) is: purchases in `months` months discounted at
/// `rate`, times the expected amount if `spending` is given.
#[must_use]
pub fn interval(
    fit: &Fit,
    customers: &Histories,
    counted: Option<&[bool]>,
    spending: Option<Spending<'_>>,
    months: u32,
    rate: AnnualRate,
) -> Option<Interval> {
    let covariance = fit.log_covariance?;
    let (sample, n_customers) = Sample::new(customers, counted, spending);
    let total = |params: [f64; 4], model: Option<SpendModel>| {
        let ahead = forecast(fit.kind.with_params(params).as_ref(), &sample.histories, months, rate);
        sample.weigh(&ahead.discounted_purchases, model)
    };
    let spend_model = spending.map(|s| s.fit.model);
    let base = total(fit.params, spend_model);
    if !(base > 0.0 && base.is_finite()) {
        return None;
    }
    let slope = |j: usize| {
        let side = |step: f64| {
            let mut params = fit.params;
            params[j] *= exp(step);
            total(params, spend_model)
        };
        if covariance[j][j] > 0.0 { (side(STEP) - side(-STEP)) / (2.0 * STEP * base) } else { 0.0 }
    };
    let mut variance = quadratic(&covariance, &std::array::from_fn(slope));
    let spend = spending.and_then(|s| Some((s.fit.model, s.fit.log_covariance?)));
    if let Some((SpendModel::GammaGamma { p, q, v }, covariance)) = spend {
        let ahead = forecast(fit.model().as_ref(), &sample.histories, months, rate).discounted_purchases;
        let slope = |j: usize| {
            let side = |step: f64| {
                let mut w = [p, q, v];
                w[j] *= exp(step);
                sample.weigh(&ahead, Some(SpendModel::GammaGamma { p: w[0], q: w[1], v: w[2] }))
            };
            (side(STEP) - side(-STEP)) / (2.0 * STEP * base)
        };
        variance += quadratic(&covariance, &std::array::from_fn(slope));
    }
    let log_sd = variance.max(0.0).sqrt();
    log_sd.is_finite().then_some(Interval {
        log_sd,
        includes_spend: spend.is_some(),
        n_used: sample.histories.len() as u32,
        n_customers,
    })
}

/// `g' C g`.
fn quadratic<const N: usize>(c: &[[f64; N]; N], g: &[f64; N]) -> f64 {
    (0..N).map(|i| (0..N).map(|j| g[i] * c[i][j] * g[j]).sum::<f64>()).sum()
}

/// Customers who stand for all.
struct Sample {
    histories: Histories,
    /// Mean repeat amounts, if amounts count.
    amounts: Vec<f64>,
}

impl Sample {
    /// The sample, and how many customers it stands for.
    fn new(customers: &Histories, counted: Option<&[bool]>, spending: Option<Spending<'_>>) -> (Self, u32) {
        let is_counted = |i: usize| counted.is_none_or(|c| c.get(i).copied().unwrap_or(false));
        let amount = |i: usize| spending.map_or(0.0, |s| s.mean_repeat_amount.get(i).copied().unwrap_or(0.0));
        let mut all: Vec<(History, f64)> =
            (0..customers.len()).filter(|&i| is_counted(i)).map(|i| (customers.get(i), amount(i))).collect();
        all.sort_unstable_by(|p, q| p.0.compare(&q.0).then(p.1.total_cmp(&q.1)));
        let mut out = Self { histories: Histories::default(), amounts: Vec::new() };
        for (h, amount) in all.iter().step_by(all.len().div_ceil(MAX_CUSTOMERS).max(1)) {
            out.histories.n_repeats.push(h.n_repeats);
            out.histories.last_purchase_age_weeks.push(h.last_purchase_age_weeks);
            out.histories.tenure_weeks.push(h.tenure_weeks);
            out.amounts.push(*amount);
        }
        (out, all.len() as u32)
    }

    fn weigh(&self, purchases: &[f64], model: Option<SpendModel>) -> f64 {
        let weight =
            |i: usize| model.map_or(1.0, |m| m.expected(self.histories.n_repeats[i], self.amounts[i]));
        purchases.iter().enumerate().map(|(i, p)| p * weight(i)).sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{FitOptions, ModelKind, fit, simulate};
    use super::*;
    use crate::analytics::spend;
    use crate::math::Rng;

    const PARAMS: [f64; 4] = [0.8, 5.0, 1.0, 2.5];

    fn none() -> AnnualRate {
        AnnualRate::new(0.0).unwrap()
    }

    fn total(kind: ModelKind, params: [f64; 4], customers: &Histories) -> f64 {
        forecast(kind.with_params(params).as_ref(), customers, 12, none()).discounted_purchases.iter().sum()
    }

    /// Of 100 files drawn from the model, about 95 intervals hold what the true parameters expect, and about 38 of
    /// the intervals a quarter as wide.
    #[test]
    fn coverage_of_the_total_expected_purchases() {
        let (mut hits, mut narrow_hits, mut width) = (0, 0, 0.0);
        for seed in 0..100 {
            let customers = simulate::histories(ModelKind::MbgNbd, PARAMS, 400, 500, seed);
            let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
            let truth = total(f.kind, PARAMS, &customers);
            let estimate = total(f.kind, f.params, &customers);
            let sure = interval(&f, &customers, None, None, 12, none()).unwrap();
            let within = |(low, high): (f64, f64)| usize::from(low <= truth && truth <= high);
            hits += within(sure.around(estimate));
            narrow_hits += within(Interval { log_sd: sure.log_sd * 0.5 / Z95, ..sure }.around(estimate));
            width += sure.log_sd / 100.0;
        }
        assert!((90..=99).contains(&hits), "{hits} of 100");
        assert!((25..=52).contains(&narrow_hits), "{narrow_hits} of 100 within half a standard deviation");
        assert!((0.02..0.15).contains(&width), "{width}");
    }

    #[test]
    fn coverage_of_customer_equity_with_uncertain_amounts() {
        let (mut hits, mut wider) = (0, 0);
        let (p, q, v) = (4.0, 5.0, 60.0);
        for seed in 0..60 {
            let customers = simulate::histories(ModelKind::MbgNbd, PARAMS, 400, 500, seed);
            let mut rng = Rng::new(1_000 + seed);
            let amounts: Vec<f64> = customers
                .n_repeats
                .iter()
                .map(|&x| {
                    let rate = rng.gamma(q) / v;
                    if x == 0 { 0.0 } else { rng.gamma(p * f64::from(x)) / (rate * f64::from(x)) }
                })
                .collect();
            let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
            let spent = spend::fit(&customers.n_repeats, &amounts, 0.0);
            let equity = |params, model: SpendModel| {
                let ahead = forecast(f.kind.with_params(params).as_ref(), &customers, 12, none());
                let rows = customers.n_repeats.iter().zip(&amounts).zip(&ahead.discounted_purchases);
                rows.map(|((&x, &m), d)| d * model.expected(x, m)).sum::<f64>()
            };
            let truth = equity(PARAMS, SpendModel::GammaGamma { p, q, v });
            let money = Spending { fit: &spent, mean_repeat_amount: &amounts };
            let sure = interval(&f, &customers, None, Some(money), 12, none()).unwrap();
            let (low, high) = sure.around(equity(f.params, spent.model));
            hits += usize::from(low <= truth && truth <= high);
            let known = SpendFit { log_covariance: None, ..spent.clone() };
            let known = Spending { fit: &known, mean_repeat_amount: &amounts };
            let known = interval(&f, &customers, None, Some(known), 12, none()).unwrap();
            wider += usize::from(sure.includes_spend && !known.includes_spend && sure.log_sd > known.log_sd);
        }
        assert!((51..=60).contains(&hits), "{hits} of 60");
        assert_eq!(wider, 60, "uncertain amounts add to it");
    }

    #[test]
    fn the_sample_stands_for_all_and_only_the_counted_count() {
        let customers = simulate::histories(ModelKind::MbgNbd, PARAMS, 3_000, 500, 5);
        let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
        let all = interval(&f, &customers, None, None, 12, none()).unwrap();
        assert_eq!((all.n_used, all.n_customers), (1_000, 3_000));
        let counted: Vec<bool> = (0..3_000).map(|i| i % 3 == 0).collect();
        let some = interval(&f, &customers, Some(&counted), None, 12, none()).unwrap();
        assert_eq!((some.n_used, some.n_customers), (1_000, 1_000));
        assert!((some.log_sd / all.log_sd - 1.0).abs() < 0.1, "{some:?} {all:?}");
        let years = interval(&f, &customers, None, None, 60, AnnualRate::default()).unwrap();
        assert!(years.log_sd > all.log_sd, "further away is less sure: {years:?} {all:?}");
    }

    #[test]
    fn what_cannot_be_told_is_not() {
        let customers = simulate::histories(ModelKind::MbgNbd, PARAMS, 300, 500, 6);
        let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
        assert_eq!(interval(&f, &Histories::default(), None, None, 12, none()), None);
        assert_eq!(interval(&f, &customers, Some(&[]), None, 12, none()), None);
        assert_eq!(interval(&f, &customers, None, None, 0, none()), None);
        let blind = Fit { log_covariance: None, ..f };
        assert_eq!(interval(&blind, &customers, None, None, 12, none()), None);
        let wide = Interval { log_sd: 0.1, includes_spend: false, n_used: 1, n_customers: 1 };
        let (low, high) = wide.around(-100.0);
        assert!(low < -100.0 && -100.0 < high && high < 0.0, "{low} {high}");
    }
}
