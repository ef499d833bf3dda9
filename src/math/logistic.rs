//! Logistic regression with a ridge penalty, for rows seen once and for rows followed over periods.
//!
//! A row seen once has `ln(p/(1-p)) = a + sum b_j z_j`. A row followed for `n` periods is at risk in each of them with
//! `ln(h_t/(1-h_t)) = a + sum b_j z_j + c g_t`, and the event, if any, happens in the last one: the discrete-time
//! hazard model, whose likelihood is that of a logistic regression with one row per period (Cox 1972; Singer & Willett
//! 1993). Here the periods of a row share everything but `g_t`, so a row stays one row: its periods enter the normal
//! matrix through five sums, and nothing is expanded.
//!
//! Maximized is `lnL - ridge/2 (sum b_j^2 + c^2)`; the intercept is not penalized. Newton's method (iteratively
//! reweighted least squares, McCullagh & Nelder 1989) with step halving: the objective is strictly concave for
//! ridge > 0, so separated classes give finite slopes (le Cessie & van Houwelingen 1992).
//!
//! Symbols: `z` covariates, standardized by [`standardize`] so that one ridge fits all; `ridge` >= 0; slopes in
//! log-odds per standard deviation.
//!
//! Degenerate cases: without rows of both kinds there is no maximum ([`Problem::OneClass`]); columns that are linear
//! combinations of others need ridge > 0 ([`Problem::Singular`]). Written here because linear algebra crates do not
//! promise the same last bit natively and in a browser.
//!
//! Hours of study and passing an exam, 20 students (the worked example of "Logistic regression", Wikipedia):
//!
//! ```
//! use tenure::math::logistic::{Rows, fit, standardize};
//! let mut x = [
//!     0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 4.0, 4.25, 4.5, 4.75, 5.0, 5.5,
//! ];
//! let passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1].map(|v| v == 1);
//! let (mean, sd) = standardize(&mut x, 1)[0];
//! let found = fit(&Rows { x: &x, n_columns: 1, event: &passed, weight: None, periods: None }, 0.0, None)?;
//! let slope = found.slopes[0] / sd;
//! assert!((slope - 1.5046).abs() < 1e-4);
//! assert!((found.intercept - slope * mean + 4.0777).abs() < 1e-4);
//! # Ok::<(), tenure::math::logistic::Problem>(())
//! ```

use super::linear::Cholesky;
use super::{exp, ln, sum};
use serde::{Deserialize, Serialize};

/// Newton steps after which the fit is given up; five to ten are usual.
const MAX_STEPS: u32 = 60;
/// The log-odds, and a time's part of them, are kept within this, so that no odds overflow.
const FAR: f64 = 115.0;
/// Rows entered into the normal matrix together.
const BLOCK: usize = 4;

/// Rows to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows<'a> {
    /// Covariates, row-major, `(n_rows, n_columns)`; finite.
    pub x: &'a [f64],
    /// Covariates per row.
    pub n_columns: usize,
    /// Whether the event happened (in the row's last period, where it has several).
    pub event: &'a [bool],
    /// Weight of each row, >= 0; 1 where absent. A row of weight 0 is left out.
    pub weight: Option<&'a [f64]>,
    /// How long each row was followed; once, where absent.
    pub periods: Option<Periods<'a>>,
}

/// Periods at risk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Periods<'a> {
    /// Periods of each row; 0 leaves it out, and no more than `time` has values are used.
    pub n: &'a [u32],
    /// The time covariate `g` of period 1, 2, ...; standardized like the others.
    pub time: &'a [f64],
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fit {
    /// Log-odds where all covariates are 0, their mean.
    pub intercept: f64,
    /// Slopes of the columns.
    pub slopes: Vec<f64>,
    /// Slope of the time covariate, where rows were followed over periods.
    pub time_slope: Option<f64>,
    /// Standard errors: of the slopes, the time slope where there is one, the intercept. From the penalized normal
    /// matrix, hence the posterior spread where the ridge is read as a normal prior.
    pub se: Vec<f64>,
    /// Log-likelihood without the penalty.
    pub ln_likelihood: f64,
    /// Newton steps taken.
    pub n_steps: u32,
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Columns of different lengths.
    Lengths,
    /// The event happened always or never.
    OneClass,
    /// Columns depend on each other and the ridge is 0, or a value is not finite.
    Singular,
    /// Newton's method did not end.
    NotConverged,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Lengths => "columns differ in length",
            Self::OneClass => "the event happened always or never",
            Self::Singular => "covariates depend on each other",
            Self::NotConverged => "the fit did not converge",
        })
    }
}

impl std::error::Error for Problem {}

/// Turns each column into (value - mean) / sd, in place, and returns their `(mean, sd)`; sd with divisor n. A column
/// without spread becomes 0 and has sd 0.
pub fn standardize(x: &mut [f64], n_columns: usize) -> Vec<(f64, f64)> {
    if n_columns == 0 {
        return Vec::new();
    }
    let n = (x.len() / n_columns) as f64;
    (0..n_columns)
        .map(|j| {
            let column = || x.iter().skip(j).step_by(n_columns).copied();
            let mean = sum(column()) / n.max(1.0);
            let sd = (sum(column().map(|v| (v - mean) * (v - mean))) / n.max(1.0)).sqrt();
            // Below this the spread is the rounding error of the mean.
            let flat = !sd.is_finite() || sd <= 1e-12 * mean.abs();
            x.iter_mut()
                .skip(j)
                .step_by(n_columns)
                .for_each(|v| *v = if flat { 0.0 } else { (*v - mean) / sd });
            (mean, if flat { 0.0 } else { sd })
        })
        .collect()
}

/// Fits the model; `start` is a fit to begin at (its own rows may be others).
///
/// # Errors
/// [`Problem`] where there is no finite maximum or the columns do not fit each other.
pub fn fit(rows: &Rows<'_>, ridge: f64, start: Option<&Fit>) -> Result<Fit, Problem> {
    let (n, p) = (rows.event.len(), rows.n_columns);
    if rows.x.len() != n * p
        || rows.weight.is_some_and(|w| w.len() != n)
        || rows.periods.is_some_and(|t| t.n.len() != n)
    {
        return Err(Problem::Lengths);
    }
    let d = p + usize::from(rows.periods.is_some()) + 1;
    let mut theta = vec![0.0; d];
    theta[d - 1] = rows.mean_log_odds().ok_or(Problem::OneClass)?;
    if let Some(start) = start.filter(|s| s.slopes.len() == p && s.time_slope.is_some() == (d == p + 2)) {
        theta = start.slopes.iter().copied().chain(start.time_slope).chain([start.intercept]).collect();
    }
    let penalized = |pass: &Pass, theta: &[f64]| {
        pass.ln_likelihood - 0.5 * ridge * theta[..d - 1].iter().map(|b| b * b).sum::<f64>()
    };
    let mut pass = Pass::over(rows, &theta);
    for n_steps in 1..=MAX_STEPS {
        for (j, b) in theta[..d - 1].iter().enumerate() {
            pass.gradient[j] -= ridge * b;
            pass.hessian[j * d + j] += ridge;
        }
        let factor = Cholesky::new(&pass.hessian, d).ok_or(Problem::Singular)?;
        let mut step = pass.gradient.clone();
        factor.solve(&mut step);
        // Twice the gain in the objective that the quadratic approximation promises.
        let promised: f64 = step.iter().zip(&pass.gradient).map(|(s, g)| s * g).sum();
        if promised < 1e-10 {
            theta.iter_mut().zip(&step).for_each(|(t, s)| *t += s);
            let inverse = factor.inverse();
            return Ok(Fit {
                intercept: theta[d - 1],
                slopes: theta[..p].to_vec(),
                time_slope: (d == p + 2).then(|| theta[p]),
                se: (0..d).map(|j| inverse[j * d + j].sqrt()).collect(),
                ln_likelihood: pass.ln_likelihood,
                n_steps,
            });
        }
        let before = penalized(&pass, &theta);
        let mut size = 1.0;
        (theta, pass) = loop {
            let next: Vec<f64> = theta.iter().zip(&step).map(|(t, s)| t + size * s).collect();
            let there = Pass::over(rows, &next);
            if penalized(&there, &next) >= before {
                break (next, there);
            }
            size *= 0.5;
            if size < 1e-9 {
                return Err(Problem::NotConverged);
            }
        };
    }
    Err(Problem::NotConverged)
}

impl Fit {
    /// Log-odds of a row's covariates, without the time part.
    #[must_use]
    pub fn log_odds(&self, z: &[f64]) -> f64 {
        self.intercept + self.slopes.iter().zip(z).map(|(b, v)| b * v).sum::<f64>()
    }
}

/// `1 / (1 + e^-x)`.
#[must_use]
pub fn share_of_log_odds(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let odds = exp(x);
        odds / (1.0 + odds)
    }
}

impl Rows<'_> {
    fn weight_of(&self, i: usize) -> f64 {
        self.weight.map_or(1.0, |w| w[i])
    }

    fn periods_of(&self, i: usize) -> usize {
        self.periods.map_or(1, |t| (t.n[i] as usize).min(t.time.len()))
    }

    /// The log-odds of the overall rate; `None` where it is 0 or 1.
    fn mean_log_odds(&self) -> Option<f64> {
        let (mut events, mut all) = (0.0, 0.0);
        for i in 0..self.event.len() {
            let (w, n) = (self.weight_of(i), self.periods_of(i));
            all += w * n as f64;
            events += if self.event[i] && n > 0 { w } else { 0.0 };
        }
        (events > 0.0 && events < all).then(|| ln(events / (all - events)))
    }
}

/// Log-likelihood, gradient and negative second derivatives at one point. Parameters: slopes, time slope, intercept.
struct Pass {
    ln_likelihood: f64,
    gradient: Vec<f64>,
    /// Lower triangle, row-major.
    hessian: Vec<f64>,
}

/// What a row's periods add up to, with h the risk and g the time covariate of a period.
#[derive(Clone, Copy, Default)]
struct RowSums {
    /// Sums of (event - h) and of (event - h) g.
    residual: [f64; 2],
    /// Sums of h (1-h) times 1, g, g^2.
    curvature: [f64; 3],
    ln_likelihood: f64,
}

impl Pass {
    fn over(rows: &Rows<'_>, theta: &[f64]) -> Self {
        let (p, d) = (rows.n_columns, theta.len());
        let (intercept, slopes) = (theta[d - 1], &theta[..p]);
        let time: &[f64] = rows.periods.map_or(&[0.0], |t| t.time);
        let time_slope = if d == p + 2 { theta[p] } else { 0.0 };
        let factor: Vec<f64> = time.iter().map(|g| exp((time_slope * g).clamp(-FAR, FAR))).collect();
        let mut out = Self { ln_likelihood: 0.0, gradient: vec![0.0; d], hessian: vec![0.0; d * d] };
        let mut pending = [(0, RowSums::default()); BLOCK];
        let mut n_pending = 0;
        let mut likelihood = Vec::with_capacity(rows.event.len());
        for i in 0..rows.event.len() {
            let (w, n) = (rows.weight_of(i), rows.periods_of(i));
            if w <= 0.0 || n == 0 {
                continue;
            }
            let z = &rows.x[i * p..(i + 1) * p];
            let eta = intercept + slopes.iter().zip(z).map(|(b, v)| b * v).sum::<f64>();
            let sums = row_sums(eta, time_slope, &time[..n], &factor[..n], rows.event[i], w);
            likelihood.push(sums.ln_likelihood);
            out.add_gradient(z, &sums);
            pending[n_pending] = (i, sums);
            n_pending += 1;
            if n_pending == BLOCK {
                out.add_block(rows, &pending);
                n_pending = 0;
            }
        }
        // What is left of the last block adds nothing.
        pending[n_pending..].iter_mut().for_each(|row| row.1 = RowSums::default());
        if n_pending > 0 {
            out.add_block(rows, &pending);
        }
        out.ln_likelihood = sum(likelihood);
        out
    }

    fn add_gradient(&mut self, z: &[f64], sums: &RowSums) {
        let (p, d) = (z.len(), self.gradient.len());
        self.gradient[..p].iter_mut().zip(z).for_each(|(g, v)| *g += sums.residual[0] * v);
        if d == p + 2 {
            self.gradient[p] += sums.residual[1];
        }
        self.gradient[d - 1] += sums.residual[0];
    }

    /// Adds four rows to the triangle at once, so that it is read and written a quarter as often.
    fn add_block(&mut self, rows: &Rows<'_>, block: &[(usize, RowSums); BLOCK]) {
        let (p, d) = (rows.n_columns, self.gradient.len());
        let z = block.map(|(i, _)| &rows.x[i * p..(i + 1) * p]);
        let plain = block.map(|(_, s)| s.curvature[0]);
        let timed = block.map(|(_, s)| s.curvature[1]);
        for j in 0..d {
            let left: [f64; BLOCK] = match j {
                _ if j < p => std::array::from_fn(|b| plain[b] * z[b][j]),
                _ if j + 1 < d => timed,
                _ => plain,
            };
            let target = &mut self.hessian[j * d..j * d + p.min(j + 1)];
            for (k, cell) in target.iter_mut().enumerate() {
                *cell += left[0] * z[0][k] + left[1] * z[1][k] + left[2] * z[2][k] + left[3] * z[3][k];
            }
        }
        let last = (d - 1) * d;
        self.hessian[last + d - 1] += plain.iter().sum::<f64>();
        if d == p + 2 {
            self.hessian[p * d + p] += block.iter().map(|(_, s)| s.curvature[2]).sum::<f64>();
            self.hessian[last + p] += timed.iter().sum::<f64>();
        }
    }
}

fn row_sums(eta: f64, time_slope: f64, time: &[f64], factor: &[f64], event: bool, weight: f64) -> RowSums {
    let eta = eta.clamp(-FAR, FAR);
    let odds = exp(eta);
    let mut out = RowSums::default();
    // The product of 1 + odds, whose logarithm is taken before it can overflow.
    let mut product = 1.0_f64;
    for (g, f) in time.iter().zip(factor) {
        let odds = odds * f;
        let stay = 1.0 / (1.0 + odds);
        let h = odds * stay;
        let v = h * stay;
        out.residual[0] -= h;
        out.residual[1] -= h * g;
        out.curvature[0] += v;
        out.curvature[1] += v * g;
        out.curvature[2] += v * g * g;
        product *= 1.0 + odds;
        if product > 1e150 {
            out.ln_likelihood -= ln(product);
            product = 1.0;
        }
    }
    out.ln_likelihood -= ln(product);
    if let (true, Some(g)) = (event, time.last()) {
        out.residual[0] += 1.0;
        out.residual[1] += g;
        out.ln_likelihood += eta + (time_slope * g).clamp(-FAR, FAR);
    }
    out.residual.iter_mut().chain(&mut out.curvature).for_each(|v| *v *= weight);
    out.ln_likelihood *= weight;
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn a_two_by_two_table_gives_its_odds_ratio() {
        // x = 0: 30 events of 40; x = 1: 20 of 60; without penalty the slope is ln(1/2) - ln 3.
        let counts = [(0.0, true, 30), (0.0, false, 10), (1.0, true, 20), (1.0, false, 40)];
        let rows = counts.iter().flat_map(|&(x, event, n)| std::iter::repeat_n((x, event), n));
        let (x, event): (Vec<f64>, Vec<bool>) = rows.unzip();
        let found = fit(&Rows { x: &x, n_columns: 1, event: &event, weight: None, periods: None }, 0.0, None)
            .unwrap();
        assert!((found.intercept - ln(3.0)).abs() < 1e-6 && (found.slopes[0] + ln(6.0)).abs() < 1e-6);
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn rows<'a>(x: &'a [f64], n_columns: usize, event: &'a [bool]) -> Rows<'a> {
        Rows { x, n_columns, event, weight: None, periods: None }
    }

    /// Two covariates with slopes 0.8 and -0.5 around an intercept of -1.
    fn drawn(n: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
        let mut rng = Rng::new(seed);
        let x: Vec<f64> = (0..2 * n).map(|_| rng.normal()).collect();
        let event = x.chunks_exact(2).map(|z| {
            let p = share_of_log_odds(-1.0 + 0.8 * z[0] - 0.5 * z[1]);
            rng.uniform() < p
        });
        let event: Vec<bool> = event.collect();
        (x, event)
    }

    #[test]
    fn slopes_are_recovered() {
        let (x, event) = drawn(40_000, 7);
        let found = fit(&rows(&x, 2, &event), 1.0, None).unwrap();
        for (value, truth, se) in [
            (found.slopes[0], 0.8, found.se[0]),
            (found.slopes[1], -0.5, found.se[1]),
            (found.intercept, -1.0, found.se[2]),
        ] {
            assert!((value - truth).abs() < 3.0 * se && se < 0.02, "{value} {truth} {se}");
        }
    }

    /// The first-order conditions, computed here anew: sum (y - p) z_j = ridge b_j, sum (y - p) = 0.
    #[test]
    fn the_penalized_gradient_is_zero() {
        let (x, event) = drawn(300, 3);
        for ridge in [1e-6, 1.0, 50.0] {
            let found = fit(&rows(&x, 2, &event), ridge, None).unwrap();
            let residual = |i: usize| {
                f64::from(u8::from(event[i])) - share_of_log_odds(found.log_odds(&x[2 * i..2 * i + 2]))
            };
            close((0..300).map(residual).sum(), 0.0, 1e-9);
            for j in 0..2 {
                let sum: f64 = (0..300).map(|i| residual(i) * x[2 * i + j]).sum();
                close(sum, ridge * found.slopes[j], 1e-8);
            }
        }
    }

    #[test]
    fn separated_classes_have_finite_slopes() {
        let x: Vec<f64> = (0..40).map(|i| f64::from(i) - 19.5).collect();
        let event: Vec<bool> = (0..40).map(|i| i >= 20).collect();
        let found = fit(&rows(&x, 1, &event), 1.0, None).unwrap();
        assert!(found.slopes[0] > 0.5 && found.slopes[0] < 10.0, "{found:?}");
        close(found.intercept, 0.0, 1e-9);
        // Half a million from the boundary, standardized, is no different.
        let mut far: Vec<f64> = x.iter().map(|v| v * 1e6 + 1e9).collect();
        let mut near = x;
        standardize(&mut far, 1);
        standardize(&mut near, 1);
        let slope = |x: &[f64]| fit(&rows(x, 1, &event), 1.0, None).unwrap().slopes[0];
        close(slope(&far), slope(&near), 1e-7);
    }

    #[test]
    fn equal_columns_share_the_slope_and_need_a_ridge() {
        let (x, event) = drawn(500, 11);
        let twice: Vec<f64> = x.chunks_exact(2).flat_map(|z| [z[0], z[0]]).collect();
        assert_eq!(fit(&rows(&twice, 2, &event), 0.0, None), Err(Problem::Singular));
        let found = fit(&rows(&twice, 2, &event), 1.0, None).unwrap();
        close(found.slopes[0], found.slopes[1], 1e-10);
    }

    #[test]
    fn a_weight_of_two_is_the_row_twice_and_one_of_zero_no_row() {
        let (x, event) = drawn(60, 5);
        let weight: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
        let weighted = Rows { weight: Some(&weight), ..rows(&x, 2, &event) };
        let repeated: Vec<usize> = (0..60).flat_map(|i| std::iter::repeat_n(i, i % 3)).collect();
        let x2: Vec<f64> = repeated.iter().flat_map(|&i| [x[2 * i], x[2 * i + 1]]).collect();
        let event2: Vec<bool> = repeated.iter().map(|&i| event[i]).collect();
        let (a, b) = (fit(&weighted, 1.0, None).unwrap(), fit(&rows(&x2, 2, &event2), 1.0, None).unwrap());
        close(a.slopes[0], b.slopes[0], 1e-9);
        close(a.ln_likelihood, b.ln_likelihood, 1e-9);
    }

    /// A row followed over periods is the same model as one row per period.
    #[test]
    fn periods_equal_one_row_per_period() {
        let (x, event) = drawn(80, 9);
        let n: Vec<u32> = (0..80).map(|i| i % 7).collect();
        let time: Vec<f64> = (1..=6).map(|t| ln(f64::from(t)) - 1.0).collect();
        let followed = Rows { periods: Some(Periods { n: &n, time: &time }), ..rows(&x, 2, &event) };
        let (mut x2, mut event2) = (Vec::new(), Vec::new());
        for i in 0..80 {
            for t in 1..=n[i] as usize {
                x2.extend([x[2 * i], x[2 * i + 1], time[t - 1]]);
                event2.push(event[i] && t == n[i] as usize);
            }
        }
        let (a, b) = (fit(&followed, 1.0, None).unwrap(), fit(&rows(&x2, 3, &event2), 1.0, None).unwrap());
        close(a.slopes[0], b.slopes[0], 1e-9);
        close(a.slopes[1], b.slopes[1], 1e-9);
        close(a.time_slope.unwrap(), b.slopes[2], 1e-9);
        close(a.intercept, b.intercept, 1e-9);
        close(a.ln_likelihood, b.ln_likelihood, 1e-8);
        a.se.iter().zip(&b.se).for_each(|(a, b)| close(*a, *b, 1e-9));
    }

    #[test]
    fn a_fit_that_begins_elsewhere_ends_at_the_same_place() {
        let (x, event) = drawn(200, 13);
        let all = fit(&rows(&x, 2, &event), 1.0, None).unwrap();
        let half = fit(&rows(&x[..200], 2, &event[..100]), 1.0, None).unwrap();
        let again = fit(&rows(&x, 2, &event), 1.0, Some(&half)).unwrap();
        close(all.slopes[0], again.slopes[0], 1e-9);
        assert!(again.n_steps <= all.n_steps);
    }

    #[test]
    fn what_cannot_be_fitted_says_why() {
        assert_eq!(fit(&rows(&[1.0, 2.0], 1, &[true, true]), 1.0, None), Err(Problem::OneClass));
        assert_eq!(fit(&rows(&[], 0, &[]), 1.0, None), Err(Problem::OneClass));
        assert_eq!(fit(&rows(&[1.0], 1, &[true, false]), 1.0, None), Err(Problem::Lengths));
        assert_eq!(fit(&rows(&[f64::NAN, 1.0], 1, &[true, false]), 1.0, None), Err(Problem::Singular));
        // No covariates: the overall rate.
        let found = fit(&rows(&[], 0, &[true, false, false, false]), 1.0, None).unwrap();
        close(share_of_log_odds(found.intercept), 0.25, 1e-9);
    }

    #[test]
    fn standardizing_leaves_no_mean_and_unit_spread() {
        let mut x = vec![1.0, 5.0, 3.0, 5.0, 8.0, 5.0, 4.0, 5.0];
        let moments = standardize(&mut x, 2);
        assert_eq!(moments[0].0, 4.0);
        close(moments[0].1, 6.5_f64.sqrt(), 1e-12);
        assert_eq!(moments[1], (5.0, 0.0));
        assert!(x.iter().skip(1).step_by(2).all(|v| *v == 0.0));
        close(x.iter().step_by(2).map(|v| v * v).sum::<f64>(), 4.0, 1e-12);
        assert!(standardize(&mut [], 0).is_empty());
    }
}
