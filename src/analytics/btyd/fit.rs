//! Which parameters make the observed purchase histories most likely, and can they be trusted?
//!
//! Maximum likelihood on log-parameters between 1e-4 and 1e4 ([`minimize`]). If the mean T is outside 10..=100 weeks
//! all times are divided by `f = mean T / 40` for the search, after which `alpha := alpha f` (`beta := beta f`) and
//! `ln L := ln L - sum x ln f`. The fit is accepted when every derivative with respect to a log-parameter is below
//! 1e-3 per customer. At most [`FitOptions::max_customers`] customers, drawn with a fixed seed, are used: 20,000
//! determine four parameters to a fraction of a percent. Above 2,000 the search starts from the fit of some 500 of
//! them, evenly spaced among the sorted histories.
//!
//! Standard errors: `C` = inverse Hessian of `-ln L` in the log-parameters, `se(p_j) = p_j sqrt(C_jj)` (delta method).
//! A parameter at its bound counts as known and has none; a singular Hessian leaves all of them out.
//!
//! Refusals ([`FitError`]): fewer than 50 customers or 10 with a repeat; the longest T shorter than three median gaps
//! (the median over repeaters of `t_x/x`), when nobody can be seen to have left. Rows that are not possible, and
//! `T = 0`, do not count. Notices ([`FitNotice`]) come with a fit that is valid but needs a word.
//!
//! "No dropout visible": a (s in Pareto/NBD) at its lower bound; or b (beta) at its upper bound with a share of less
//! than 2 % who leave, `a/(a+b)` at a purchase or `1 - (beta/(beta+T))^s` over the mean T; or mean P(alive) above 0.98.
//! Then P(alive) says nothing and is not to be shown; expected purchases stay valid. A large r with a large alpha
//! (rates alike for all) is only a notice.
//!
//! Source: methods.md 7.1, 23.2, 23.8; the standard errors as in any text on maximum likelihood.
//!
//! ```
//! use tenure::analytics::btyd::{FitOptions, Histories, ModelKind, fit};
//!
//! // Sixty customers seen for a year: half never came back, half bought every four weeks until they stopped.
//! let x: Vec<u32> = (0..60).map(|i| if i % 2 == 0 { 0 } else { 1 + i % 11 }).collect();
//! let last: Vec<f64> = x.iter().map(|&x| 4.0 * f64::from(x)).collect();
//! let customers = Histories { n_repeats: x, last_purchase_age_weeks: last, tenure_weeks: vec![52.0; 60] };
//! let found = fit(ModelKind::MbgNbd, &customers, FitOptions::default())?;
//! assert!(found.shows_dropout() && found.mean_p_alive < 0.5);
//! assert!(found.std_errors.iter().flatten().all(|se| *se > 0.0));
//! # Ok::<(), tenure::analytics::btyd::FitError>(())
//! ```

use super::{Histories, History, Model, ModelKind, Sorted, Statistics};
use crate::math::minimize::{Minimum, NotConverged, Search, log_covariance, minimize, refine};
use crate::math::{Rng, exp, ln, ln_1p, quantile};
use serde::{Deserialize, Serialize};

/// Bounds of every parameter in the unit of the search.
const BOUNDS: (f64, f64) = (1e-4, 1e4);
const MIN_CUSTOMERS: usize = 50;
const MIN_REPEATERS: usize = 10;
const MIN_GAPS: f64 = 3.0;
/// Accepted derivative of ln L with respect to a log-parameter, per customer.
const GRADIENT_PER_CUSTOMER: f64 = 1e-3;
/// Mean P(alive) above which nobody can be seen to have left.
const ALL_ALIVE: f64 = 0.98;
const SMALL_DROPOUT: f64 = 0.02;
/// Customers above which the search starts from the fit of [`FEW`].
const MANY: usize = 2_000;
const FEW: usize = 500;

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FitOptions {
    /// Most customers used.
    pub max_customers: u32,
    /// Seed of the sample.
    pub seed: u64,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { max_customers: 20_000, seed: 11 }
    }
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fit {
    /// Which model.
    pub kind: ModelKind,
    /// Its parameters, in the order of [`ModelKind::param_names`]; times in weeks.
    pub params: [f64; 4],
    /// Their standard errors; `None` at a bound, or where the data do not tell the parameters apart.
    pub std_errors: [Option<f64>; 4],
    /// Covariance of their logarithms, 0 for one at a bound; `None` as above.
    pub log_covariance: Option<[[f64; 4]; 4]>,
    /// Log-likelihood of the customers used, in weeks.
    pub log_likelihood: f64,
    /// Customers used for the fit.
    pub n_customers: u32,
    /// Those of them with a repeat purchase.
    pub n_repeaters: u32,
    /// Mean P(alive) of the customers used.
    pub mean_p_alive: f64,
    /// What to say beside the fit, in the order of [`FitNotice`].
    pub notices: Vec<FitNotice>,
}

impl Fit {
    /// The model with the fitted parameters.
    #[must_use]
    pub fn model(&self) -> Box<dyn Model> {
        self.kind.with_params(self.params)
    }

    /// Whether P(alive) may be shown.
    #[must_use]
    pub fn shows_dropout(&self) -> bool {
        !self.notices.contains(&FitNotice::NoDropoutVisible)
    }
}

/// A word that belongs beside a fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FitNotice {
    /// These data show no sign that anybody leaves: warnings must come from a rule, not from P(alive).
    NoDropoutVisible,
    /// A parameter ended at a bound of the search.
    AtBound {
        /// Index into [`ModelKind::param_names`].
        param_idx: u32,
    },
    /// A parameter is above 1000 or below 0.001: customers hardly differ in it, or differ extremely.
    Extreme {
        /// Index into [`ModelKind::param_names`].
        param_idx: u32,
    },
    /// A seeded sample was used.
    Sampled {
        /// Customers used.
        used: u32,
        /// Customers that could have been used.
        of: u32,
    },
    /// Customers left out: first seen on the last day, or with an impossible history.
    LeftOut {
        /// How many.
        n: u32,
    },
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FitError {
    /// Fewer customers than needed.
    TooFewCustomers {
        /// Customers that can be used.
        n: u32,
        /// Customers needed.
        needed: u32,
    },
    /// Fewer customers with a repeat purchase than needed.
    TooFewRepeaters {
        /// Customers with a repeat purchase.
        n: u32,
        /// How many are needed.
        needed: u32,
    },
    /// The observation is shorter than three median gaps.
    TooShort {
        /// Longest T.
        longest_weeks: f64,
        /// Median of `t_x/x`.
        median_gap_weeks: f64,
    },
    /// The likelihood has no clear maximum within the bounds.
    NotConverged {
        /// Largest derivative left, per customer.
        gradient_per_customer: f64,
    },
}

impl std::fmt::Display for FitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFewCustomers { n, needed } => write!(f, "{n} customers, {needed} needed"),
            Self::TooFewRepeaters { n, needed } => write!(f, "{n} customers came back, {needed} needed"),
            Self::TooShort { longest_weeks, median_gap_weeks } => {
                write!(f, "{longest_weeks:.1} weeks observed, gaps of {median_gap_weeks:.1} weeks")
            }
            Self::NotConverged { gradient_per_customer } => {
                write!(f, "not converged: {gradient_per_customer:.2e} per customer")
            }
        }
    }
}

impl std::error::Error for FitError {}

/// Fits a model to all usable customers, or to a seeded sample of them.
///
/// # Errors
/// [`FitError`] when there is too little to learn from, or no clear maximum.
pub fn fit(kind: ModelKind, customers: &Histories, options: FitOptions) -> Result<Fit, FitError> {
    Prepared::sorted(customers, &Sorted::new(customers), options)?.fit(kind)
}

/// Customers to fit to, whatever the model.
pub(super) struct Prepared {
    /// The customers used, sorted.
    rows: Vec<History>,
    /// Weeks in the unit of the search.
    unit: f64,
    data: Statistics,
    /// The customers from whose fit the search starts, if there are [`MANY`].
    few: Option<Statistics>,
    mean_tenure: f64,
    /// Notices about the choice of the customers.
    notices: Vec<FitNotice>,
}

impl Prepared {
    /// The usable ones of customers who have been sorted already, or a sample of them.
    pub(super) fn sorted(
        customers: &Histories,
        sorted: &Sorted,
        options: FitOptions,
    ) -> Result<Self, FitError> {
        let mut rows: Vec<History> =
            sorted.0.iter().filter(|s| customers.usable(s.1 as usize)).map(|s| s.0).collect();
        check(&rows)?;
        let (n_usable, left_out) = (rows.len(), customers.len() - rows.len());
        sample(&mut rows, options);
        let mut notices = Vec::new();
        if rows.len() < n_usable {
            notices.push(FitNotice::Sampled { used: rows.len() as u32, of: n_usable as u32 });
        }
        if left_out > 0 {
            notices.push(FitNotice::LeftOut { n: left_out as u32 });
        }
        let mean_tenure = rows.iter().map(|h| h.tenure_weeks).sum::<f64>() / rows.len() as f64;
        let unit = if (10.0..=100.0).contains(&mean_tenure) { 1.0 } else { mean_tenure / 40.0 };
        let data = Statistics::new(rows.iter().copied(), unit);
        let few = (rows.len() > MANY)
            .then(|| Statistics::new(rows.iter().step_by(rows.len().div_ceil(FEW)).copied(), unit));
        Ok(Self { rows, unit, data, few, mean_tenure, notices })
    }

    pub(super) fn fit(&self, kind: ModelKind) -> Result<Fit, FitError> {
        let found = search(kind, &self.data, self.few.as_ref())?;
        let covariance = log_covariance(negative(kind, &self.data), &found);
        Ok(self.conclude(kind, &found, covariance))
    }

    /// The same for a fit that only predicts: a fifth of the time goes into the standard errors.
    pub(super) fn fit_without_errors(&self, kind: ModelKind) -> Result<Fit, FitError> {
        let found = search(kind, &self.data, self.few.as_ref())?;
        Ok(self.conclude(kind, &found, None))
    }

    fn conclude(&self, kind: ModelKind, found: &Minimum, covariance: Option<Vec<f64>>) -> Fit {
        let log_covariance =
            covariance.map(|c| std::array::from_fn(|i| std::array::from_fn(|j| c[4 * i + j])));
        let mut params = [0.0; 4];
        for (j, p) in params.iter_mut().enumerate() {
            *p = found.point[j] * if kind.in_weeks()[j] { self.unit } else { 1.0 };
        }
        let std_errors = std::array::from_fn(|j| match log_covariance {
            Some(c) if !found.at_bound[j] => Some(params[j] * f64::sqrt(c[j][j])),
            _ => None,
        });
        let model = kind.with_params(params);
        let mean_p_alive = self.rows.iter().map(|h| model.p_alive(h)).sum::<f64>() / self.rows.len() as f64;
        let mut notices = notices(kind, found, mean_p_alive, self.mean_tenure / self.unit);
        notices.extend_from_slice(&self.notices);
        Fit {
            kind,
            params,
            std_errors,
            log_covariance,
            log_likelihood: -found.value - self.data.n_repeats() as f64 * ln(self.unit),
            n_customers: self.rows.len() as u32,
            n_repeaters: self.rows.iter().filter(|h| h.n_repeats > 0).count() as u32,
            mean_p_alive,
            notices,
        }
    }
}

/// Refuses what cannot be fitted.
fn check(rows: &[History]) -> Result<(), FitError> {
    if rows.len() < MIN_CUSTOMERS {
        return Err(FitError::TooFewCustomers { n: rows.len() as u32, needed: MIN_CUSTOMERS as u32 });
    }
    let gaps: Vec<f64> = rows
        .iter()
        .filter(|h| h.n_repeats > 0)
        .map(|h| h.last_purchase_age_weeks / f64::from(h.n_repeats))
        .collect();
    if gaps.len() < MIN_REPEATERS {
        return Err(FitError::TooFewRepeaters { n: gaps.len() as u32, needed: MIN_REPEATERS as u32 });
    }
    let median_gap_weeks = quantile(&gaps, 0.5);
    let longest_weeks = rows.iter().fold(0.0_f64, |m, h| m.max(h.tenure_weeks));
    if longest_weeks < MIN_GAPS * median_gap_weeks {
        return Err(FitError::TooShort { longest_weeks, median_gap_weeks });
    }
    Ok(())
}

/// Keeps the first `max_customers` of a seeded shuffle, sorted again; everybody if they are not more.
fn sample(rows: &mut Vec<History>, options: FitOptions) {
    let wanted = (options.max_customers as usize).max(MIN_CUSTOMERS);
    if rows.len() > wanted {
        let mut rng = Rng::new(options.seed);
        for k in 0..wanted {
            let other = k + rng.below(rows.len() - k);
            rows.swap(k, other);
        }
        rows.truncate(wanted);
        rows.sort_unstable_by(History::compare);
    }
}

fn negative(kind: ModelKind, data: &Statistics) -> impl Fn(&[f64]) -> f64 {
    move |p: &[f64]| -kind.with_params([p[0], p[1], p[2], p[3]]).log_likelihood(data)
}

fn search(kind: ModelKind, data: &Statistics, few: Option<&Statistics>) -> Result<Minimum, FitError> {
    let with = |start: Vec<f64>, data: &Statistics| Search {
        start,
        lower: BOUNDS.0,
        upper: BOUNDS.1,
        gradient_tolerance: GRADIENT_PER_CUSTOMER * data.n_customers() as f64,
    };
    let start = kind.start().to_vec();
    let near = few.and_then(|few| minimize(negative(kind, few), &with(start.clone(), few)).ok());
    if let Some(near) = near
        && let Ok(found) = refine(negative(kind, data), &with(near.point, data))
    {
        return Ok(found);
    }
    minimize(negative(kind, data), &with(start, data)).map_err(|NotConverged(best)| FitError::NotConverged {
        gradient_per_customer: if best.gradient.is_finite() {
            best.gradient / data.n_customers() as f64
        } else {
            f64::MAX
        },
    })
}

/// Whether nobody can be seen to leave, by the parameters of the search.
fn no_dropout(kind: ModelKind, found: &Minimum, mean_tenure: f64) -> bool {
    let (third, fourth) = (found.point[2], found.point[3]);
    let share_leaving = match kind {
        ModelKind::MbgNbd | ModelKind::BgNbd => third / (third + fourth),
        ModelKind::ParetoNbd => 1.0 - exp(-third * ln_1p(mean_tenure / fourth)),
    };
    found.at_bound[2] && third < 1.0 || found.at_bound[3] && fourth > 1.0 && share_leaving < SMALL_DROPOUT
}

fn notices(kind: ModelKind, found: &Minimum, mean_p_alive: f64, mean_tenure: f64) -> Vec<FitNotice> {
    let mut notices = Vec::new();
    if no_dropout(kind, found, mean_tenure) || mean_p_alive > ALL_ALIVE {
        notices.push(FitNotice::NoDropoutVisible);
    }
    let params = || found.point.iter().enumerate();
    notices.extend(
        params().filter(|p| found.at_bound[p.0]).map(|p| FitNotice::AtBound { param_idx: p.0 as u32 }),
    );
    notices.extend(
        params()
            .filter(|p| !(1e-3..=1e3).contains(p.1))
            .map(|p| FitNotice::Extreme { param_idx: p.0 as u32 }),
    );
    notices
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::simulate;
    use super::*;

    /// Customers who behave as the model says: rates Gamma(r, alpha), dropout Beta(a, b) after any purchase.
    fn simulate(n: usize, weeks: f64, r: f64, alpha: f64, dropout: f64, seed: u64) -> Histories {
        let mut rng = Rng::new(seed);
        let mut out = Histories::default();
        for _ in 0..n {
            let tenure = ((0.5 + 0.5 * rng.uniform()) * weeks * 7.0).floor() / 7.0;
            let rate = rng.gamma(r) / alpha;
            let (mut x, mut last, mut at) = (0, 0.0, 0.0);
            while rng.uniform() >= dropout {
                at += rng.exponential() / rate;
                if at > tenure {
                    break;
                }
                (x, last) = (x + 1, at);
            }
            out.n_repeats.push(x);
            out.last_purchase_age_weeks.push((last * 7.0).floor() / 7.0);
            out.tenure_weeks.push(tenure);
        }
        out
    }

    #[test]
    fn too_little_to_learn_from_is_refused() {
        let few = simulate(49, 50.0, 1.0, 5.0, 0.2, 1);
        let refused = fit(ModelKind::MbgNbd, &few, FitOptions::default());
        assert_eq!(refused, Err(FitError::TooFewCustomers { n: 49, needed: 50 }));
        let mut once = simulate(200, 50.0, 1.0, 5.0, 0.2, 1);
        once.n_repeats.fill(0);
        once.last_purchase_age_weeks.fill(0.0);
        let refused = fit(ModelKind::MbgNbd, &once, FitOptions::default());
        assert_eq!(refused, Err(FitError::TooFewRepeaters { n: 0, needed: 10 }));
        let short = Histories {
            n_repeats: vec![1; 60],
            last_purchase_age_weeks: vec![20.0; 60],
            tenure_weeks: vec![50.0; 60],
        };
        assert!(matches!(
            fit(ModelKind::BgNbd, &short, FitOptions::default()),
            Err(FitError::TooShort { .. })
        ));
    }

    #[test]
    fn section_7_1_rescaling_of_time_changes_nothing_but_the_unit() {
        let weeks = simulate(1500, 60.0, 0.8, 6.0, 0.3, 2);
        let mut hours = weeks.clone();
        hours.tenure_weeks.iter_mut().for_each(|t| *t *= 168.0);
        hours.last_purchase_age_weeks.iter_mut().for_each(|t| *t *= 168.0);
        let (w, h) = (
            fit(ModelKind::MbgNbd, &weeks, FitOptions::default()).unwrap(),
            fit(ModelKind::MbgNbd, &hours, FitOptions::default()).unwrap(),
        );
        let sum_x: f64 = weeks.n_repeats.iter().map(|&x| f64::from(x)).sum();
        assert!((h.log_likelihood + sum_x * ln(168.0) - w.log_likelihood).abs() < 1e-4);
        for (j, unit) in [(0, 1.0), (1, 168.0)] {
            assert!((h.params[j] / (w.params[j] * unit) - 1.0).abs() < 1e-3, "{:?} {:?}", w.params, h.params);
        }
    }

    #[test]
    fn section_7_1_rescaling_holds_for_both_scales_of_pareto() {
        let params = [0.8, 6.0, 0.7, 12.0];
        let weeks = simulate::histories(ModelKind::ParetoNbd, params, 1500, 500, 2);
        let mut hours = weeks.clone();
        hours.tenure_weeks.iter_mut().for_each(|t| *t *= 168.0);
        hours.last_purchase_age_weeks.iter_mut().for_each(|t| *t *= 168.0);
        let of = |rows| fit(ModelKind::ParetoNbd, rows, FitOptions::default()).unwrap();
        let (w, h) = (of(&weeks), of(&hours));
        for (j, unit) in [1.0, 168.0, 1.0, 168.0].into_iter().enumerate() {
            assert!((h.params[j] / (w.params[j] * unit) - 1.0).abs() < 1e-3, "{:?} {:?}", w.params, h.params);
            let (a, b) = (h.std_errors[j].unwrap(), w.std_errors[j].unwrap());
            assert!((a / (b * unit) - 1.0).abs() < 1e-2, "{:?} {:?}", w.std_errors, h.std_errors);
        }
    }

    #[test]
    fn section_23_8_no_dropout_visible_when_nobody_leaves() {
        let loyal = fit(ModelKind::MbgNbd, &simulate(800, 80.0, 3.0, 6.0, 0.0, 3), FitOptions::default());
        let loyal = loyal.unwrap();
        assert!(!loyal.shows_dropout(), "{loyal:?}");
        assert!(loyal.mean_p_alive > 0.98);
        let pareto = fit(ModelKind::ParetoNbd, &simulate(800, 80.0, 3.0, 6.0, 0.0, 3), FitOptions::default());
        let pareto = pareto.unwrap();
        assert!(!pareto.shows_dropout() && pareto.mean_p_alive > 0.98, "{pareto:?}");
        let at_bound = |j: u32| pareto.notices.contains(&FitNotice::AtBound { param_idx: j });
        assert!((0..4).all(|j| !at_bound(j) || pareto.std_errors[j as usize].is_none()), "{pareto:?}");
        let leaving = fit(ModelKind::MbgNbd, &simulate(800, 80.0, 3.0, 6.0, 0.3, 3), FitOptions::default());
        assert!(leaving.unwrap().shows_dropout());
    }

    #[test]
    fn simulated_customers_give_their_parameters_back() {
        let f = fit(ModelKind::MbgNbd, &simulate(20_000, 80.0, 0.9, 7.0, 0.25, 4), FitOptions::default());
        let f = f.unwrap();
        let [r, alpha, a, b] = f.params;
        assert!((r - 0.9).abs() < 0.05 && (alpha - 7.0).abs() < 0.5, "{f:?}");
        assert!((a / (a + b) - 0.25).abs() < 0.01, "{f:?}");
        let pareto = [0.9, 7.0, 0.8, 14.0];
        let rows = simulate::histories(ModelKind::ParetoNbd, pareto, 20_000, 700, 4);
        let f = fit(ModelKind::ParetoNbd, &rows, FitOptions::default()).unwrap();
        for (j, truth) in pareto.into_iter().enumerate() {
            assert!((f.params[j] - truth).abs() < 3.5 * f.std_errors[j].unwrap(), "{f:?}");
        }
    }

    /// Estimates miss the truth by about their standard errors, whichever model made the customers.
    #[test]
    fn standard_errors_are_as_large_as_the_errors() {
        const FILES: u64 = 40;
        for (kind, params) in [
            (ModelKind::MbgNbd, [0.8, 5.0, 1.0, 2.5]),
            (ModelKind::BgNbd, [0.8, 5.0, 1.0, 2.5]),
            (ModelKind::ParetoNbd, [0.8, 5.0, 0.9, 15.0]),
        ] {
            let mut squares = [0.0; 4];
            for seed in 0..FILES {
                let rows = simulate::histories(kind, params, 1_000, 600, seed);
                let f = fit(kind, &rows, FitOptions::default()).unwrap();
                for (j, square) in squares.iter_mut().enumerate() {
                    // On the logarithms, where the estimates are nearly normal.
                    let log_se = f.std_errors[j].unwrap() / f.params[j];
                    *square += (ln(f.params[j] / params[j]) / log_se).powi(2) / FILES as f64;
                }
            }
            assert!(squares.iter().all(|s| (0.4..2.0).contains(s)), "{kind:?}: {squares:?}");
        }
    }

    #[test]
    fn order_of_the_customers_does_not_matter_even_for_the_sample() {
        let rows = simulate::histories(ModelKind::ParetoNbd, [0.8, 5.0, 0.9, 15.0], 700, 400, 9);
        let n = rows.len();
        let shuffled = Histories {
            n_repeats: (0..n).map(|i| rows.n_repeats[i * 3 % n]).collect(),
            last_purchase_age_weeks: (0..n).map(|i| rows.last_purchase_age_weeks[i * 3 % n]).collect(),
            tenure_weeks: (0..n).map(|i| rows.tenure_weeks[i * 3 % n]).collect(),
        };
        for kind in ModelKind::ALL {
            let options = FitOptions { max_customers: 400, ..FitOptions::default() };
            assert_eq!(fit(kind, &rows, options), fit(kind, &shuffled, options));
        }
    }

    /// Above 2,000 customers the search takes a short cut, which must lead to the same maximum.
    #[test]
    fn starting_from_few_customers_finds_the_same_maximum() {
        let rows = simulate::histories(ModelKind::ParetoNbd, [0.8, 5.0, 0.9, 15.0], 5_000, 600, 10);
        let prepared = Prepared::sorted(&rows, &Sorted::new(&rows), FitOptions::default()).unwrap();
        for kind in ModelKind::ALL {
            let (short, long) =
                (search(kind, &prepared.data, prepared.few.as_ref()), search(kind, &prepared.data, None));
            let (short, long) = (short.unwrap(), long.unwrap());
            assert!((short.value - long.value).abs() < 1e-4, "{kind:?} {} {}", short.value, long.value);
            for (a, b) in short.point.iter().zip(&long.point) {
                assert!((a / b - 1.0).abs() < 1e-3, "{kind:?} {:?} {:?}", short.point, long.point);
            }
        }
    }

    #[test]
    fn a_fit_survives_json() {
        let f = fit(ModelKind::ParetoNbd, &simulate(300, 60.0, 0.8, 6.0, 0.3, 6), FitOptions::default());
        let f = f.unwrap();
        let text = serde_json::to_string(&f).unwrap();
        let back: Fit = serde_json::from_str(&text).unwrap();
        assert_eq!((back.kind, back.n_customers, &back.notices), (f.kind, f.n_customers, &f.notices));
        assert!(text.contains("\"paretoNbd\"") && text.contains("stdErrors"), "{text}");
    }

    #[test]
    fn a_large_file_is_sampled_and_says_so() {
        let many = simulate(3_000, 60.0, 0.8, 6.0, 0.3, 5);
        let options = FitOptions { max_customers: 1_000, seed: 7 };
        let f = fit(ModelKind::MbgNbd, &many, options).unwrap();
        assert!(f.notices.contains(&FitNotice::Sampled { used: 1_000, of: 3_000 }), "{f:?}");
        assert_eq!(fit(ModelKind::MbgNbd, &many, options).unwrap(), f, "the same sample every time");
        let other = fit(ModelKind::MbgNbd, &many, FitOptions { seed: 8, ..options }).unwrap();
        assert_ne!(other.params, f.params);
    }

    #[test]
    fn impossible_rows_are_left_out_and_counted() {
        let mut rows = simulate(300, 60.0, 0.8, 6.0, 0.3, 6);
        let clean = fit(ModelKind::BgNbd, &rows, FitOptions::default()).unwrap();
        for (x, t_x, tenure) in [(0, 0.0, 0.0), (1, 9.0, 8.0), (1, f64::NAN, 8.0), (0, 1.0, 8.0)] {
            rows.n_repeats.push(x);
            rows.last_purchase_age_weeks.push(t_x);
            rows.tenure_weeks.push(tenure);
        }
        let f = fit(ModelKind::BgNbd, &rows, FitOptions::default()).unwrap();
        assert_eq!(f.params, clean.params);
        assert!(f.notices.contains(&FitNotice::LeftOut { n: 4 }));
    }
}
