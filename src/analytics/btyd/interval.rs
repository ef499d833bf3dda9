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
