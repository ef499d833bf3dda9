//! How many contracts will still be renewed, when those who stay become ever more loyal (shifted-beta-geometric)?
//!
//! At every renewal a customer leaves with a probability of their own, the same each time; it varies between customers
//! by `Beta(alpha, beta)`. The likely leavers go first, so the retention of a cohort rises with its age although nobody
//! changes. For renewal t = 1, 2, ...:
//!
//! - retention `r_t = (beta+t-1)/(alpha+beta+t-1)`, survival `S(t) = r_1 r_2 ... r_t`, `P(T = t) = S(t-1) - S(t)`;
//! - `ln L = sum_t lost_t ln(1-r_t) + (at_risk_t - lost_t) ln r_t`; for one cohort that is
//!   `sum lost_t ln P(T = t) + n_left ln S(n)`;
//! - DERL, the present value of one unit at each future renewal of a customer in period n (who has renewed n-1 times),
//!   the first one due now: `r_n 2F1(1, beta+n; alpha+beta+n; 1/(1+d))`; due one period from now, DERL/(1+d), the
//!   counterpart of [`super::discount::contract_value`];
//! - a new customer, whose first payment is due now: `2F1(1, beta; alpha+beta; 1/(1+d)) = 1 + DERL(1)/(1+d)`.
//!
//! alpha, beta > 0 without unit; d = discount per period (share, > 0; [`super::discount::AnnualRate::over_months`]).
//! Standard errors by the inverse Hessian in the log-parameters. Sources: Fader & Hardie 2007 (model), 2010 (DERL);
//! methods.md 23.5.
//!
//! A constant retention (`1 - all losses / all renewals due`) is that of a cohort's first, worst years: it values
//! customers too low, and the more so the longer they have stayed. [`SbgFit`] has it for comparison.
//!
//! Contracts with and without a full history both give risk sets ([`Renewals::from_contracts`]): in a file of all
//! leavers everybody was at risk at each renewal they reached; where only the leavers of the last period are known,
//! everybody is at risk once, at their present age (methods.md 2.1). The model is for contracts that come up for
//! renewal; a monthly subscription that may be left any day is close enough.
//!
//! Degenerate cases ([`SbgError`]): fewer than 30 customers, 10 losses, or two periods in which somebody is at risk. If
//! customers do not differ, both parameters run to their bound and `r_t` is constant: a valid fit, without standard
//! errors. DERL is `None` at d <= 0, where it need not be finite.
//!
//! ```
//! use tenure::analytics::sbg::{Renewals, fit};
//!
//! // Fader & Hardie 2007, "Regular": 1000 customers, how many of them are left after each of seven years.
//! let survivors = [1000, 631, 468, 382, 326, 289, 262, 241];
//! let found = fit(&Renewals::from_survivors(&survivors).unwrap())?;
//! let (alpha, beta) = (found.model.alpha, found.model.beta);
//! assert!((alpha - 0.704).abs() < 5e-4 && (beta - 1.182).abs() < 5e-4);
//! assert!((found.model.survival(12) - 0.1700).abs() < 5e-5);
//! # Ok::<(), tenure::analytics::sbg::SbgError>(())
//! ```

use super::churn::ContractDesign;
use crate::customer::Contracts;
use crate::math::ln;
use crate::math::minimize::{NotConverged, Search, log_covariance, minimize};
use crate::math::special::hypergeometric_1;
use serde::{Deserialize, Serialize};

const BOUNDS: (f64, f64) = (1e-4, 1e4);
const MIN_CUSTOMERS: u32 = 30;
const MIN_LOST: u32 = 10;
const MIN_PERIODS: u32 = 2;
/// Accepted derivative of ln L with respect to a log-parameter, per customer at risk.
const GRADIENT_PER_RENEWAL: f64 = 1e-6;
/// Longest history, in periods.
const MAX_PERIODS: usize = 1200;

/// Renewals due and refused, by period; columns of the same length, index 0 for the first renewal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewals {
    /// Customers whose t-th renewal was due.
    pub at_risk: Vec<u32>,
    /// Those of them who left.
    pub lost: Vec<u32>,
    /// Customers behind them.
    pub n_customers: u32,
}

impl Renewals {
    /// One cohort: how many there were at first, and how many were left after each renewal. `None` if that rises
    /// somewhere, or there is no renewal.
    #[must_use]
    pub fn from_survivors(survivors: &[u32]) -> Option<Self> {
        let n_customers = *survivors.first()?;
        let lost: Option<Vec<u32>> = survivors.windows(2).map(|w| w[0].checked_sub(w[1])).collect();
        let at_risk = survivors[..survivors.len() - 1].to_vec();
        (!at_risk.is_empty()).then_some(Self { at_risk, lost: lost?, n_customers })
    }

    /// From a contract table, in periods of `period_months`. A churned contract of up to t periods was lost at renewal
    /// t; one that runs has seen as many renewals as it has full periods, possibly none. With a full history everybody
    /// is at risk at each of them; with a window of one period, at the last one only.
    ///
    /// # Errors
    /// [`SbgError::WindowIsNotAPeriod`] if the leavers are those of a window of another length.
    pub fn from_contracts(
        contracts: &Contracts,
        period_months: f64,
        design: ContractDesign,
    ) -> Result<Self, SbgError> {
        let period_months = if period_months > 0.0 { period_months } else { 1.0 };
        let window = match design {
            ContractDesign::Window { months } => Some(months),
            _ => None,
        };
        if let Some(window_months) = window.filter(|w| (w - period_months).abs() > 1e-9) {
            return Err(SbgError::WindowIsNotAPeriod { window_months, period_months });
        }
        let mut out = Self::default();
        // Net change of the number at risk, by renewal.
        let mut change = Vec::<i64>::new();
        for (&months, &churned) in contracts.tenure_months.iter().zip(&contracts.churned) {
            // A tenure that is a whole number of periods but for its last digits is that number.
            let periods = (months / period_months * 1e9).round() / 1e9;
            let periods = if churned { periods.ceil().max(1.0) } else { periods.floor() };
            if !(periods >= 1.0) {
                continue;
            }
            let t = (periods as usize).min(MAX_PERIODS);
            if change.len() <= t {
                change.resize(t + 1, 0);
                out.lost.resize(t, 0);
            }
            out.n_customers += 1;
            out.lost[t - 1] += u32::from(churned);
            change[if window.is_some() { t - 1 } else { 0 }] += 1;
            change[t] -= 1;
        }
        let mut running = 0;
        for step in change.iter().take(out.lost.len()) {
            running += step;
            out.at_risk.push(running as u32);
        }
        Ok(out)
    }

    fn n_lost(&self) -> u32 {
        self.lost.iter().sum()
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SbgError {
    /// Fewer customers with a renewal than needed.
    TooFewCustomers {
        /// Customers with a renewal.
        n: u32,
        /// How many are needed.
        needed: u32,
    },
    /// Fewer losses than needed.
    TooFewLost {
        /// Losses.
        n: u32,
        /// How many are needed.
        needed: u32,
    },
    /// Fewer periods with customers at risk than needed.
    TooFewPeriods {
        /// Periods with customers at risk.
        n: u32,
        /// How many are needed.
        needed: u32,
    },
    /// The leavers known are those of a window that is not one period.
    WindowIsNotAPeriod {
        /// Length of the window.
        window_months: f64,
        /// Length of a period.
        period_months: f64,
    },
    /// The likelihood has no clear maximum within the bounds.
    NotConverged,
}

impl std::fmt::Display for SbgError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFewCustomers { n, needed } => write!(f, "{n} customers with a renewal, {needed} needed"),
            Self::TooFewLost { n, needed } => write!(f, "{n} customers lost, {needed} needed"),
            Self::TooFewPeriods { n, needed } => write!(f, "{n} periods with renewals, {needed} needed"),
            Self::WindowIsNotAPeriod { window_months, period_months } => {
                write!(f, "leavers of {window_months} months, contracts of {period_months}")
            }
            Self::NotConverged => write!(f, "not converged"),
        }
    }
}

impl std::error::Error for SbgError {}

/// The model; see the module for the symbols.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShiftedBetaGeometric {
    /// First parameter of the probability of leaving.
    pub alpha: f64,
    /// Second parameter of the probability of leaving.
    pub beta: f64,
}

impl ShiftedBetaGeometric {
    /// r_t: share of the customers due for renewal t = 1, 2, ... who renew; 1 at t = 0, where none is due.
    #[must_use]
    pub fn retention(&self, t: u32) -> f64 {
        if t == 0 {
            return 1.0;
        }
        let stay = self.beta + f64::from(t - 1);
        stay / (self.alpha + stay)
    }

    /// S(t): share of a cohort left after t renewals.
    #[must_use]
    pub fn survival(&self, t: u32) -> f64 {
        (1..=t).map(|t| self.retention(t)).product()
    }

    /// DERL: present value of one unit at every future renewal of a customer in their period n = 1, 2, ..., the first
    /// one due now and each paid only if made; `None` unless `discount` per period is positive.
    #[must_use]
    pub fn residual_value(&self, period: u32, discount: f64) -> Option<f64> {
        if !(discount > 0.0 && discount.is_finite()) {
            return None;
        }
        let n = f64::from(period.max(1));
        let ahead = hypergeometric_1(self.beta + n, self.alpha + self.beta + n, 1.0 / (1.0 + discount));
        Some(self.retention(period.max(1)) * ahead)
    }

    /// Present value of one unit a period from a new customer, the first one paid now; `None` as above.
    #[must_use]
    pub fn new_customer_value(&self, discount: f64) -> Option<f64> {
        self.residual_value(1, discount).map(|derl| 1.0 + derl / (1.0 + discount))
    }

    /// Log-likelihood of renewals.
    #[must_use]
    pub fn log_likelihood(&self, data: &Renewals) -> f64 {
        let mut total = 0.0;
        for (t, (&at_risk, &lost)) in data.at_risk.iter().zip(&data.lost).enumerate() {
            let stay = self.beta + t as f64;
            let all = ln(self.alpha + stay);
            let kept = f64::from(at_risk.saturating_sub(lost));
            total += f64::from(lost) * (ln(self.alpha) - all) + kept * (ln(stay) - all);
        }
        total
    }
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SbgFit {
    /// The model.
    pub model: ShiftedBetaGeometric,
    /// Standard errors of alpha and beta; `None` at a bound, or where the data do not tell them apart.
    pub std_errors: Option<[f64; 2]>,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Customers with a renewal.
    pub n_customers: u32,
    /// Whether a parameter ended at its bound: customers hardly differ.
    pub at_bound: bool,
    /// One retention for all renewals, for comparison: `1 - all losses / all renewals due`.
    pub constant_retention: f64,
    /// Renewal by renewal.
    pub periods: Vec<PeriodRow>,
}

/// What happened at the t-th renewal, and what the model says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodRow {
    /// Which renewal, from 1.
    pub period: u32,
    /// Customers due.
    pub at_risk: u32,
    /// Those who left.
    pub lost: u32,
    /// Share who renewed; `None` if nobody was due.
    pub observed_retention: Option<f64>,
    /// r_t of the model.
    pub retention: f64,
    /// Product of the observed retentions (Kaplan-Meier); `None` from the first one that is unknown.
    pub observed_survival: Option<f64>,
    /// S(t) of the model.
    pub survival: f64,
}

/// Fits the model by maximum likelihood.
///
/// # Errors
/// [`SbgError`] when there is too little to learn from, or no clear maximum.
pub fn fit(data: &Renewals) -> Result<SbgFit, SbgError> {
    let due: u64 = data.at_risk.iter().map(|&n| u64::from(n)).sum();
    let periods = data.at_risk.iter().filter(|&&n| n > 0).count() as u32;
    if data.n_customers < MIN_CUSTOMERS {
        return Err(SbgError::TooFewCustomers { n: data.n_customers, needed: MIN_CUSTOMERS });
    }
    if data.n_lost() < MIN_LOST {
        return Err(SbgError::TooFewLost { n: data.n_lost(), needed: MIN_LOST });
    }
    if periods < MIN_PERIODS {
        return Err(SbgError::TooFewPeriods { n: periods, needed: MIN_PERIODS });
    }
    let search = Search {
        start: vec![1.0, 1.0],
        lower: BOUNDS.0,
        upper: BOUNDS.1,
        gradient_tolerance: GRADIENT_PER_RENEWAL * due as f64,
    };
    let with = |p: &[f64]| ShiftedBetaGeometric { alpha: p[0], beta: p[1] };
    let negative = |p: &[f64]| -with(p).log_likelihood(data);
    let found = minimize(negative, &search).map_err(|NotConverged(_)| SbgError::NotConverged)?;
    let model = with(&found.point);
    let at_bound = found.at_bound.contains(&true);
    let covariance = if at_bound { None } else { log_covariance(negative, &found) };
    Ok(SbgFit {
        model,
        std_errors: covariance.map(|c| [model.alpha * c[0].sqrt(), model.beta * c[3].sqrt()]),
        log_likelihood: -found.value,
        n_customers: data.n_customers,
        at_bound,
        constant_retention: 1.0 - f64::from(data.n_lost()) / due as f64,
        periods: rows(&model, data),
    })
}

fn rows(model: &ShiftedBetaGeometric, data: &Renewals) -> Vec<PeriodRow> {
    let (mut survival, mut observed) = (1.0, Some(1.0));
    let both = data.at_risk.iter().zip(&data.lost).enumerate();
    both.map(|(i, (&at_risk, &lost))| {
        let period = i as u32 + 1;
        let kept = (at_risk > 0).then(|| f64::from(at_risk.saturating_sub(lost)) / f64::from(at_risk));
        survival *= model.retention(period);
        observed = observed.zip(kept).map(|(s, r): (f64, f64)| s * r);
        PeriodRow {
            period,
            at_risk,
            lost,
            observed_retention: kept,
            retention: model.retention(period),
            observed_survival: observed,
            survival,
        }
    })
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::discount::{AnnualRate, FirstMargin, contract_value};
    use super::*;
    use crate::math::Rng;

    const REGULAR: [u32; 8] = [1000, 631, 468, 382, 326, 289, 262, 241];
    const HIGH_END: [u32; 8] = [1000, 869, 743, 653, 593, 551, 517, 491];

    fn fitted(survivors: &[u32]) -> SbgFit {
        fit(&Renewals::from_survivors(survivors).unwrap()).unwrap()
    }

    #[track_caller]
    fn close(x: f64, expected: f64, tolerance: f64) {
        assert!((x - expected).abs() <= tolerance, "{x} instead of {expected}");
    }

    #[test]
    fn reference_1_2_sbg_regular_and_high_end() {
        for (survivors, alpha, beta, log_likelihood) in
            [(REGULAR, 0.704_077, 1.182_043, -1680.265_19), (HIGH_END, 0.668_088, 3.806_095, -1611.158_15)]
        {
            let f = fitted(&survivors);
            close(f.model.alpha, alpha, 1e-5 * alpha);
            close(f.model.beta, beta, 1e-5 * beta);
            close(f.log_likelihood, log_likelihood, 5e-6);
            assert!(!f.at_bound && f.std_errors.unwrap().iter().all(|se| *se > 0.0 && *se < 1.0), "{f:?}");
        }
    }

    #[test]
    fn ex_23_5_survival_and_retention() {
        let regular = ShiftedBetaGeometric { alpha: 0.704_077, beta: 1.182_043 };
        for (t, expected) in [(1, 0.6267), (7, 0.2390), (12, 0.1700)] {
            close(regular.survival(t), expected, 5e-5);
        }
        close(regular.retention(2), 0.7560, 5e-5);
        close(regular.retention(8), 0.9208, 5e-5);
        let high_end = ShiftedBetaGeometric { alpha: 0.668_088, beta: 3.806_095 };
        close(high_end.survival(12), 0.3780, 5e-5);
    }

    #[test]
    fn ex_23_5_residual_value_in_its_three_timings() {
        for (alpha, beta, new, derl) in [
            (0.704_077, 1.182_043, 3.6949, [2.9644, 4.1031, 5.8941]),
            (0.668_088, 3.806_095, 5.9223, [5.4145, 5.9014, 6.8967]),
        ] {
            let model = ShiftedBetaGeometric { alpha, beta };
            close(model.new_customer_value(0.1).unwrap(), new, 5e-5);
            for (n, expected) in [1, 2, 5].into_iter().zip(derl) {
                close(model.residual_value(n, 0.1).unwrap(), expected, 5e-5);
            }
        }
        let regular = ShiftedBetaGeometric { alpha: 0.704_077, beta: 1.182_043 };
        for (n, expected) in [(1, 2.6949), (2, 3.7301), (5, 5.3583)] {
            close(regular.residual_value(n, 0.1).unwrap() / 1.1, expected, 5e-5);
        }
    }

    #[test]
    fn residual_value_is_the_sum_over_all_renewals() {
        for (alpha, beta) in [(0.7, 1.2), (5.0, 0.3), (0.01, 40.0), (1e4, 1e4)] {
            let model = ShiftedBetaGeometric { alpha, beta };
            for n in [1, 3, 50] {
                let (mut total, mut there, mut factor) = (0.0, 1.0, 1.0);
                for t in n..n + 2_000 {
                    there *= model.retention(t);
                    total += there * factor;
                    factor /= 1.05;
                }
                close(model.residual_value(n, 0.05).unwrap(), total, 1e-11 * total);
            }
        }
        let model = ShiftedBetaGeometric { alpha: 0.7, beta: 1.2 };
        assert_eq!((model.residual_value(1, 0.0), model.new_customer_value(-0.1)), (None, None));
    }

    /// 23.5: constant retention understates customers of long standing; so the two agree where customers are alike.
    #[test]
    fn section_23_5_constant_retention_undervalues_the_loyal() {
        let f = fitted(&REGULAR);
        let constant = contract_value(1.0, f.constant_retention, 0.1, FirstMargin::NextPeriod).unwrap();
        let after = |n| f.model.residual_value(n, 0.1).unwrap() / 1.1;
        assert!(constant < after(1) && after(1) < after(2) && after(2) < after(5), "{constant} {}", after(1));
        assert!(after(5) > 2.0 * constant, "{constant} {}", after(5));
        let alike = ShiftedBetaGeometric { alpha: 2_000.0, beta: 8_000.0 };
        let same = contract_value(1.0, 0.8, 0.1, FirstMargin::NextPeriod).unwrap();
        close(alike.residual_value(1, 0.1).unwrap() / 1.1, same, 2e-3 * same);
    }

    #[test]
    fn a_discount_per_period_comes_from_the_annual_rate() {
        let rate = AnnualRate::default();
        close(rate.over_months(12.0), 0.1, 1e-15);
        close(rate.over_months(1.0), rate.monthly(), 1e-17);
        close((1.0 + rate.over_months(24.0)).sqrt(), 1.1, 1e-15);
    }

    fn contracts(rows: &[(f64, bool)]) -> Contracts {
        Contracts {
            tenure_months: rows.iter().map(|r| r.0).collect(),
            churned: rows.iter().map(|r| r.1).collect(),
            ..Contracts::default()
        }
    }

    #[test]
    fn contracts_become_risk_sets_of_either_design() {
        let rows = contracts(&[
            (0.0, false),
            (11.0, true),
            (12.0, true),
            (12.0, false),
            (25.0, false),
            (30.0, true),
        ]);
        let history = Renewals::from_contracts(&rows, 12.0, ContractDesign::FullHistory).unwrap();
        assert_eq!((history.at_risk, history.lost), (vec![5, 2, 1], vec![2, 0, 1]));
        assert_eq!(history.n_customers, 5);
        let window = ContractDesign::Window { months: 12.0 };
        let window = Renewals::from_contracts(&rows, 12.0, window).unwrap();
        assert_eq!((window.at_risk, window.lost), (vec![3, 1, 1], vec![2, 0, 1]));
        let month = ContractDesign::Window { months: 1.0 };
        assert_eq!(
            Renewals::from_contracts(&rows, 12.0, month),
            Err(SbgError::WindowIsNotAPeriod { window_months: 1.0, period_months: 12.0 })
        );
    }

    #[test]
    fn a_cohort_as_contracts_is_the_same_cohort() {
        let mut rows = vec![(84.0, false); 241];
        for t in 1..8 {
            rows.extend(vec![(12.0 * t as f64 - 5.0, true); (REGULAR[t - 1] - REGULAR[t]) as usize]);
        }
        let data = Renewals::from_contracts(&contracts(&rows), 12.0, ContractDesign::FullHistory).unwrap();
        assert_eq!(data, Renewals::from_survivors(&REGULAR).unwrap());
        let f = fitted(&REGULAR);
        for (row, left) in f.periods.iter().zip(&REGULAR[1..]) {
            close(row.observed_survival.unwrap(), f64::from(*left) / 1000.0, 1e-12);
            assert!((row.survival - row.observed_survival.unwrap()).abs() < 0.01, "{row:?}");
        }
    }

    /// Over 60 files drawn from the model, the estimates must miss the truth by about their standard errors.
    #[test]
    fn simulated_contracts_give_their_parameters_back_within_their_errors() {
        let (mut squares, mut mean) = ([0.0; 2], [0.0; 2]);
        for seed in 0..60 {
            let mut rng = Rng::new(seed);
            let mut rows = Vec::new();
            for _ in 0..2_000 {
                let (leave, stay) = (rng.gamma(0.8), rng.gamma(2.5));
                let p = leave / (leave + stay);
                let seen = 1 + rng.below(10);
                let lost = (1..=seen).find(|_| rng.uniform() < p);
                rows.push((lost.unwrap_or(seen) as f64, lost.is_some()));
            }
            let data = Renewals::from_contracts(&contracts(&rows), 1.0, ContractDesign::FullHistory).unwrap();
            let f = fit(&data).unwrap();
            let se = f.std_errors.unwrap();
            for (j, (found, truth)) in [(f.model.alpha, 0.8), (f.model.beta, 2.5)].into_iter().enumerate() {
                squares[j] += ((found - truth) / se[j]).powi(2) / 60.0;
                mean[j] += found / 60.0;
            }
        }
        assert!(squares.iter().all(|s| (0.5..1.6).contains(s)), "{squares:?}");
        assert!((mean[0] - 0.8).abs() < 0.04 && (mean[1] - 2.5).abs() < 0.15, "{mean:?}");
    }

    #[test]
    fn customers_who_do_not_differ_end_at_the_bound() {
        let f = fitted(&[100_000, 80_000, 64_000, 51_200, 40_960, 32_768]);
        assert!(f.at_bound && f.std_errors.is_none(), "{f:?}");
        close(f.model.retention(1), 0.8, 1e-3);
        close(f.model.survival(5), 0.32768, 1e-3);
    }

    #[test]
    fn too_little_to_learn_from_is_refused() {
        let error = |survivors: &[u32]| fit(&Renewals::from_survivors(survivors).unwrap()).unwrap_err();
        assert_eq!(error(&[29, 10, 5]), SbgError::TooFewCustomers { n: 29, needed: 30 });
        assert_eq!(error(&[100, 95, 91]), SbgError::TooFewLost { n: 9, needed: 10 });
        assert_eq!(error(&[100, 50]), SbgError::TooFewPeriods { n: 1, needed: 2 });
        assert_eq!(Renewals::from_survivors(&[10, 11]), None);
        assert_eq!(Renewals::from_survivors(&[10]), None);
        assert_eq!(Renewals::from_survivors(&[]), None);
        let odd = contracts(&[(f64::NAN, true), (f64::INFINITY, false), (-3.0, true), (1e300, true)]);
        let data = Renewals::from_contracts(&odd, 0.0, ContractDesign::FullHistory).unwrap();
        assert!(fit(&data).is_err());
    }

    #[test]
    fn results_survive_json() {
        let f = fitted(&HIGH_END);
        let text = serde_json::to_string(&f).unwrap();
        let back: SbgFit = serde_json::from_str(&text).unwrap();
        assert_eq!((back.periods.len(), back.n_customers, back.at_bound), (7, 1000, false));
        close(back.model.beta, f.model.beta, 1e-12);
        assert!(text.contains("constantRetention") && text.contains("observedSurvival"), "{text}");
    }
}
