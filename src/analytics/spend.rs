//! How much does a customer spend per order, given few orders to judge by?
//!
//! Gamma-Gamma model: a customer's mean repeat amount `m` over `x` repeat orders varies around a personal mean that
//! itself varies between customers:
//!
//! `ln L = sum lnG(px+q) - lnG(px) - lnG(q) + q ln v + (px-1) ln m + px ln x - (px+q) ln(xm+v)` over `x > 0, m > 0`;
//! `E(M|x,m) = p(v+xm)/(px+q-1)`; without repeats the population mean `pv/(q-1)`.
//!
//! Symbols: `x` repeat orders; `m` mean amount of the repeat orders (the first order does not count), money per
//! order, > 0; `p, q > 0` shapes; `v > 0` money; G the gamma function. Amounts are divided by their mean for the
//! search, so that the result does not depend on the currency. Source: Fader & Hardie 2013; methods.md 7.2.
//!
//! Standard errors: inverse Hessian of `-ln L` in `ln p, ln q, ln v`, `se(p) = p sqrt(C_pp)` and so on.
//!
//! The model assumes that how often and how much are unrelated: `|corr(x, m)| >= 0.3` is a notice.
//! Degenerate cases ([`PooledReason`]): fewer than 10 usable customers, no convergence, a fit at its bounds (as when
//! all amounts are equal) or `q <= 1` (no finite mean) fall back to one pooled mean for everybody, `sum x m / sum x`;
//! without any usable customer that is the mean the caller supplies.
//!
//! ```
//! use tenure::analytics::spend::SpendModel;
//!
//! // Fader & Hardie 2013: CDNOW, the customer with 2 repeat orders of 22.35 on average.
//! let model = SpendModel::GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
//! assert!((model.expected(2, 22.35) - 24.664).abs() < 5e-4);
//! assert!((model.population_mean() - 35.219).abs() < 5e-4);
//! ```

use crate::math::minimize::{Search, log_covariance, minimize};
use crate::math::{Rng, ln, ln_gamma, sum};
use serde::{Deserialize, Serialize};

const BOUNDS: (f64, f64) = (1e-4, 1e4);
const MIN_CUSTOMERS: usize = 10;
/// Most customers used for the fit, drawn with [`SEED`].
const MAX_CUSTOMERS: usize = 20_000;
const SEED: u64 = 11;
const GRADIENT_PER_CUSTOMER: f64 = 1e-3;
/// Correlation between x and m above which the model's assumption is in doubt.
const MAX_CORRELATION: f64 = 0.3;

/// Mean spend per order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SpendModel {
    /// Personal means, shrunk towards the population's.
    GammaGamma {
        /// Shape of the amounts of one customer.
        p: f64,
        /// Shape of the personal means, > 1.
        q: f64,
        /// Scale of the personal means, money.
        v: f64,
    },
    /// One mean for everybody.
    Pooled {
        /// Money per order.
        mean: f64,
        /// Why.
        reason: PooledReason,
    },
}

/// Why there are no personal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PooledReason {
    /// Fewer than 10 customers with repeat orders of positive mean amount.
    TooFewCustomers,
    /// The likelihood has no clear maximum.
    NotConverged,
    /// A parameter ended at a bound: customers hardly differ, or their orders do not.
    AtBound,
    /// The population has no finite mean (q <= 1).
    NoMean,
}

impl SpendModel {
    /// `E(M|x,m)`: expected amount of an order of a customer with `n_repeats` repeat orders of `mean` on average;
    /// the population mean if there are none, or if their mean is not positive.
    #[must_use]
    pub fn expected(&self, n_repeats: u32, mean: f64) -> f64 {
        match *self {
            Self::GammaGamma { p, q, v } => {
                let x = if mean.is_finite() && mean > 0.0 { f64::from(n_repeats) } else { 0.0 };
                let spent = if x > 0.0 { x * mean } else { 0.0 };
                p * (v + spent) / (p * x + q - 1.0)
            }
            Self::Pooled { mean, .. } => mean,
        }
    }

    /// Mean of the population, money per order.
    #[must_use]
    pub fn population_mean(&self) -> f64 {
        self.expected(0, 0.0)
    }
}

/// A fitted spend model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpendFit {
    /// The model.
    pub model: SpendModel,
    /// Log-likelihood of the customers used, if it is Gamma-Gamma.
    pub log_likelihood: Option<f64>,
    /// Standard errors of p, q and v; `None` if it is not Gamma-Gamma, or the amounts do not tell them apart.
    pub std_errors: Option<[f64; 3]>,
    /// Covariance of their logarithms; `None` as above.
    pub log_covariance: Option<[[f64; 3]; 3]>,
    /// Customers used: x > 0 and m > 0.
    pub n_customers: u32,
    /// Customers that could have been used; more than `n_customers` if a seeded sample was drawn.
    pub n_usable: u32,
    /// Correlation between x and m over the customers used; `None` if one of them does not vary.
    pub correlation: Option<f64>,
    /// Whether the correlation is 0.3 or more in size, against the model's assumption.
    pub is_correlated: bool,
}

/// Fits the model to repeat orders `n_repeats` and their mean amounts, columns of the same length.
/// `fallback_mean` (money per order) serves if nobody has a repeat order of positive amount.
#[must_use]
pub fn fit(n_repeats: &[u32], mean_repeat_amount: &[f64], fallback_mean: f64) -> SpendFit {
    let mut rows: Vec<(f64, f64)> = n_repeats
        .iter()
        .zip(mean_repeat_amount)
        .filter(|&(&x, &m)| x > 0 && m.is_finite() && m > 0.0)
        .map(|(&x, &m)| (f64::from(x), m))
        .collect();
    // Sorted, so that neither the sample nor a sum depends on the order of the customers.
    rows.sort_unstable_by(by_repeats_and_mean);
    let n_usable = rows.len() as u32;
    let orders = sum(rows.iter().map(|r| r.0));
    let pooled_mean = match sum(rows.iter().map(|r| r.0 * r.1)) / orders {
        mean if mean.is_finite() => mean,
        _ if fallback_mean.is_finite() => fallback_mean,
        _ => 0.0,
    };
    sample(&mut rows);
    let correlation = correlation(&rows);
    let (model, log_likelihood, log_covariance) = match gamma_gamma(&rows) {
        Ok((model, log_likelihood, covariance)) => (model, Some(log_likelihood), covariance),
        Err(reason) => (SpendModel::Pooled { mean: pooled_mean, reason }, None, None),
    };
    let std_errors = match (model, log_covariance) {
        (SpendModel::GammaGamma { p, q, v }, Some(c)) => {
            Some(std::array::from_fn(|j| [p, q, v][j] * f64::sqrt(c[j][j])))
        }
        _ => None,
    };
    SpendFit {
        model,
        log_likelihood,
        std_errors,
        log_covariance,
        n_customers: rows.len() as u32,
        n_usable,
        correlation,
        is_correlated: correlation.is_some_and(|c| c.abs() >= MAX_CORRELATION),
    }
}

/// Keeps a seeded sample of at most [`MAX_CUSTOMERS`].
fn sample(rows: &mut Vec<(f64, f64)>) {
    if rows.len() > MAX_CUSTOMERS {
        let mut rng = Rng::new(SEED);
        for k in 0..MAX_CUSTOMERS {
            let other = k + rng.below(rows.len() - k);
            rows.swap(k, other);
        }
        rows.truncate(MAX_CUSTOMERS);
        rows.sort_unstable_by(by_repeats_and_mean);
    }
}

fn by_repeats_and_mean(a: &(f64, f64), b: &(f64, f64)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
}

/// Pearson's correlation; `None` if a column does not vary.
fn correlation(rows: &[(f64, f64)]) -> Option<f64> {
    let n = rows.len() as f64;
    let (mean_x, mean_m) = (sum(rows.iter().map(|r| r.0)) / n, sum(rows.iter().map(|r| r.1)) / n);
    let product = |f: &dyn Fn(&(f64, f64)) -> f64| sum(rows.iter().map(f));
    let xm = product(&|r| (r.0 - mean_x) * (r.1 - mean_m));
    let xx = product(&|r| (r.0 - mean_x) * (r.0 - mean_x));
    let mm = product(&|r| (r.1 - mean_m) * (r.1 - mean_m));
    let c = xm / (xx.sqrt() * mm.sqrt());
    c.is_finite().then(|| c.clamp(-1.0, 1.0))
}

/// A spend model, its log-likelihood, and the covariance of the logarithms of its parameters.
type GammaGamma = (SpendModel, f64, Option<[[f64; 3]; 3]>);

/// Maximum likelihood; rows are sorted by x.
fn gamma_gamma(rows: &[(f64, f64)]) -> Result<GammaGamma, PooledReason> {
    if rows.len() < MIN_CUSTOMERS {
        return Err(PooledReason::TooFewCustomers);
    }
    let n = rows.len() as f64;
    let unit = sum(rows.iter().map(|r| r.1)) / n;
    let scaled: Vec<(f64, f64)> = rows.iter().map(|r| (r.0, r.1 / unit)).collect();
    let data = Sums::new(&scaled);
    let search = Search {
        start: vec![1.0, 3.0, 1.0],
        lower: BOUNDS.0,
        upper: BOUNDS.1,
        gradient_tolerance: GRADIENT_PER_CUSTOMER * n,
    };
    let negative = |w: &[f64]| -data.log_likelihood(w[0], w[1], w[2]);
    let found = minimize(negative, &search).map_err(|_| PooledReason::NotConverged)?;
    if found.at_bound.iter().any(|&b| b) {
        return Err(PooledReason::AtBound);
    }
    let (p, q, v) = (found.point[0], found.point[1], found.point[2] * unit);
    if q <= 1.0 {
        return Err(PooledReason::NoMean);
    }
    // A density per unit of money: n ln(unit) smaller than that of the scaled amounts.
    let covariance = log_covariance(negative, &found)
        .map(|c| std::array::from_fn(|i| std::array::from_fn(|j| c[3 * i + j])));
    Ok((SpendModel::GammaGamma { p, q, v }, -found.value - n * ln(unit), covariance))
}

/// What the likelihood needs, with everything that does not depend on the parameters summed once.
struct Sums<'a> {
    rows: &'a [(f64, f64)],
    /// Distinct x with their number of customers; rows are sorted by x.
    repeats: Vec<(f64, f64)>,
    ln_m: f64,
    x_ln_m: f64,
    x_ln_x: f64,
}

impl<'a> Sums<'a> {
    fn new(rows: &'a [(f64, f64)]) -> Self {
        let repeats = rows.chunk_by(|a, b| a.0 == b.0).map(|c| (c[0].0, c.len() as f64)).collect();
        Self {
            rows,
            repeats,
            ln_m: sum(rows.iter().map(|r| ln(r.1))),
            x_ln_m: sum(rows.iter().map(|r| r.0 * ln(r.1))),
            x_ln_x: sum(rows.iter().map(|r| r.0 * ln(r.0))),
        }
    }

    fn log_likelihood(&self, p: f64, q: f64, v: f64) -> f64 {
        let common = q * ln(v) - ln_gamma(q);
        let by_x: f64 =
            self.repeats.iter().map(|&(x, n)| n * (common + ln_gamma(p * x + q) - ln_gamma(p * x))).sum();
        let by_row: f64 = self.rows.iter().map(|&(x, m)| (p * x + q) * ln(x * m + v)).sum();
        by_x + p * self.x_ln_m - self.ln_m + p * self.x_ln_x - by_row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulate(n: usize, p: f64, q: f64, v: f64) -> (Vec<u32>, Vec<f64>) {
        simulate_from(3, n, p, q, v)
    }

    fn simulate_from(seed: u64, n: usize, p: f64, q: f64, v: f64) -> (Vec<u32>, Vec<f64>) {
        let mut rng = Rng::new(seed);
        (0..n)
            .map(|_| {
                let x = 1 + rng.poisson(2.0);
                let rate = rng.gamma(q) / v;
                (x, rng.gamma(p * f64::from(x)) / (rate * f64::from(x)))
            })
            .unzip()
    }

    #[test]
    fn ex_7_2_conditional_mean() {
        let model = SpendModel::GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
        assert!((model.population_mean() - 35.219).abs() < 5e-4, "{}", model.population_mean());
        assert!((model.expected(2, 22.35) - 24.664).abs() < 5e-4, "{}", model.expected(2, 22.35));
    }

    #[test]
    fn reference_1_1_first_ten_customers() {
        let model = SpendModel::GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
        assert!((model.expected(2, 22.35) - 24.65).abs() < 0.1);
        assert!((model.expected(1, 11.77) - 18.91).abs() < 0.1);
        assert!((model.expected(0, 0.0) - 35.17).abs() < 0.1);
    }

    #[test]
    fn simulated_amounts_give_their_parameters_back_in_any_currency() {
        let (x, m) = simulate(8_000, 4.0, 5.0, 60.0);
        let cents: Vec<f64> = m.iter().map(|m| m * 1e7).collect();
        let (a, b) = (fit(&x, &m, 0.0), fit(&x, &cents, 0.0));
        let (SpendModel::GammaGamma { p, q, v }, SpendModel::GammaGamma { v: large, .. }) =
            (a.model, b.model)
        else {
            panic!("{a:?} {b:?}");
        };
        assert!((p / 4.0 - 1.0).abs() < 0.1 && (q / 5.0 - 1.0).abs() < 0.1 && (v / 60.0 - 1.0).abs() < 0.15);
        assert!((large / (v * 1e7) - 1.0).abs() < 1e-4);
        // The density is one per unit of money.
        let shift = a.log_likelihood.unwrap_or(0.0) - b.log_likelihood.unwrap_or(0.0);
        assert!((shift / (8_000.0 * ln(1e7)) - 1.0).abs() < 1e-9, "{shift}");
        assert!(!a.is_correlated && a.correlation.is_some());
    }

    /// Estimates miss the truth by about their standard errors.
    #[test]
    fn standard_errors_are_as_large_as_the_errors() {
        const FILES: u64 = 40;
        let truth = [4.0, 5.0, 60.0];
        let mut squares = [0.0; 3];
        for seed in 0..FILES {
            let (x, m) = simulate_from(seed, 1_000, truth[0], truth[1], truth[2]);
            let f = fit(&x, &m, 0.0);
            let (SpendModel::GammaGamma { p, q, v }, Some(se)) = (f.model, f.std_errors) else {
                panic!("{f:?}")
            };
            for (j, found) in [p, q, v].into_iter().enumerate() {
                squares[j] += (ln(found / truth[j]) / (se[j] / found)).powi(2) / FILES as f64;
            }
        }
        assert!(squares.iter().all(|s| (0.4..2.0).contains(s)), "{squares:?}");
    }

    #[test]
    fn order_of_the_customers_does_not_matter() {
        let (x, m) = simulate(500, 4.0, 5.0, 60.0);
        let (x2, m2): (Vec<u32>, Vec<f64>) = (0..500).map(|i| (x[i * 7 % 500], m[i * 7 % 500])).unzip();
        let (a, b) = (fit(&x, &m, 0.0), fit(&x2, &m2, 0.0));
        assert_eq!((a.model, a.std_errors, a.correlation), (b.model, b.std_errors, b.correlation));
    }

    #[test]
    fn section_21_q_at_most_one_falls_back_to_the_pooled_mean() {
        let (x, m) = simulate(3_000, 5.0, 0.7, 10.0);
        let f = fit(&x, &m, 0.0);
        let orders: f64 = x.iter().map(|&x| f64::from(x)).sum();
        let money: f64 = x.iter().zip(&m).map(|(&x, m)| f64::from(x) * m).sum();
        match f.model {
            SpendModel::Pooled { mean, reason: PooledReason::NoMean } => {
                assert!((mean / (money / orders) - 1.0).abs() < 1e-12);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(f.model.expected(5, 1.0), f.model.population_mean());
    }

    #[test]
    fn amounts_that_do_not_vary_and_nobody_at_all() {
        let f = fit(&[2; 40], &[12.5; 40], 0.0);
        assert!(matches!(f.model, SpendModel::Pooled { mean, .. } if (mean - 12.5).abs() < 1e-12), "{f:?}");
        assert_eq!(f.correlation, None);
        let f = fit(&[0, 3, 1], &[5.0, -2.0, f64::NAN], 7.0);
        let expected = SpendModel::Pooled { mean: 7.0, reason: PooledReason::TooFewCustomers };
        assert_eq!((f.model, f.n_customers), (expected, 0));
    }

    #[test]
    fn amounts_that_grow_with_frequency_are_pointed_out() {
        let (x, m) = simulate(500, 6.0, 4.0, 50.0);
        let m: Vec<f64> = x.iter().zip(m).map(|(&x, m)| m * f64::from(x * x)).collect();
        assert!(fit(&x, &m, 0.0).is_correlated);
    }
}
