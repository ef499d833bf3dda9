//! Which parameters make a smooth function smallest, when every parameter is positive?
//!
//! The search runs on logarithms of the parameters between bounds, in two steps: Nelder and Mead's simplex (1965;
//! argmin's, without its clock) from the given start, then BFGS (Nocedal & Wright 2006, chapter 6) with central
//! differences from where the simplex stopped. BFGS is written here because argmin's has no bounds, asks its line
//! search for a gradient at every trial point (8 evaluations each), and divides by the curvature unguarded. It starts
//! from the inverse of the numerical Hessian, which near the minimum makes it Newton's method.
//!
//! [`refine`] leaves the simplex out where the start is already close. If the function is a negative log-likelihood,
//! [`log_covariance`] estimates the covariance of the estimates' logarithms by the inverse of its Hessian, parameters
//! at a bound taken as known; `sd(p_j) = p_j sqrt(C_jj)` by the delta method.
//!
//! Bounds: the function is evaluated at the nearest point inside; outside, a quadratic penalty leads back. A
//! parameter may end at its bound, and [`Minimum::at_bound`] says so.
//! Symbols: `theta_j = ln(parameter_j)`; gradient = d f / d theta, projected: 0 where the descent would leave the
//! bounds. The same input gives the same steps on every platform: no clock, no random start.
//! Degenerate cases: a value that is not finite counts as 1e30; if the gradient stays above the tolerance after
//! three rounds the result is [`NotConverged`]; a Hessian that is not positive definite has no covariance.
//!
//! ```
//! use tenure::math::minimize::{Search, log_covariance, minimize};
//!
//! // 30 events in 12 years: the rate is 30/12, and the variance of its logarithm 1/30.
//! let negative = |rate: &[f64]| 12.0 * rate[0] - 30.0 * rate[0].ln();
//! let search = Search { start: vec![1.0], lower: 1e-4, upper: 1e4, gradient_tolerance: 1e-3 };
//! let found = minimize(negative, &search)?;
//! assert!((found.point[0] - 2.5).abs() < 1e-6);
//! let covariance = log_covariance(negative, &found).unwrap();
//! assert!((covariance[0] - 1.0 / 30.0).abs() < 1e-6);
//! # Ok::<(), tenure::math::minimize::NotConverged>(())
//! ```

use super::linear::Cholesky;
use super::{exp, ln};
use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;
use std::cell::Cell;

/// Where and how to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// First parameters tried, positive.
    pub start: Vec<f64>,
    /// Smallest value of every parameter, positive.
    pub lower: f64,
    /// Largest value of every parameter.
    pub upper: f64,
    /// Largest absolute derivative with respect to a log-parameter at which the result is accepted.
    pub gradient_tolerance: f64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Parameters at the minimum.
    pub point: Vec<f64>,
    /// Value there.
    pub value: f64,
    /// Largest absolute projected derivative with respect to a log-parameter.
    pub gradient: f64,
    /// Which parameters ended at a bound.
    pub at_bound: Vec<bool>,
    /// Evaluations of the function.
    pub n_evaluations: usize,
}

/// The gradient did not become small enough; the best point found is inside.
#[derive(Clone, Debug, PartialEq)]
pub struct NotConverged(pub Minimum);

impl std::fmt::Display for NotConverged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the search stopped with gradient {:.3e}", self.0.gradient)
    }
}

impl std::error::Error for NotConverged {}

/// Simplex rounds, each followed by BFGS, before giving up.
const ROUNDS: usize = 3;
const SIMPLEX_STEPS: u64 = 600;
const BFGS_STEPS: usize = 80;
/// Step of the central differences, in log-parameters: the cube root of the rounding error, roughly.
const DIFFERENCE: f64 = 1e-5;
/// Step of second differences, in log-parameters: the fourth root of the rounding error, roughly.
const SECOND_DIFFERENCE: f64 = 1e-3;
/// How near to a bound counts as at it, in log-parameters.
const AT_BOUND: f64 = 1e-6;
const NOT_FINITE: f64 = 1e30;

/// The parameters with the smallest `f`, each within the bounds of `search`.
///
/// # Errors
/// [`NotConverged`] when the projected gradient stays above the tolerance.
pub fn minimize(f: impl Fn(&[f64]) -> f64, search: &Search) -> Result<Minimum, NotConverged> {
    let bounded = Bounded::new(&f, search);
    let mut theta = bounded.start(search);
    let mut gradient = f64::INFINITY;
    for round in 0..ROUNDS {
        theta = simplex(&bounded, &theta, if round == 0 { 0.5 } else { 0.1 });
        bounded.clamp(&mut theta);
        (theta, gradient) = bfgs(&bounded, theta, 1e-3 * search.gradient_tolerance);
        if gradient <= search.gradient_tolerance {
            break;
        }
    }
    bounded.judge(&theta, gradient, search)
}

/// The same where the start is close to the minimum: without the simplex.
///
/// # Errors
/// [`NotConverged`] when the projected gradient stays above the tolerance.
pub fn refine(f: impl Fn(&[f64]) -> f64, search: &Search) -> Result<Minimum, NotConverged> {
    let bounded = Bounded::new(&f, search);
    let (theta, gradient) = bfgs(&bounded, bounded.start(search), 1e-3 * search.gradient_tolerance);
    bounded.judge(&theta, gradient, search)
}

/// Covariance of the logarithms of the parameters, row-major, if `f` is a negative log-likelihood with that minimum;
/// parameters at a bound have zeros. `None` where the Hessian of the others is not positive definite.
#[must_use]
pub fn log_covariance(f: impl Fn(&[f64]) -> f64, found: &Minimum) -> Option<Vec<f64>> {
    let n = found.point.len();
    let free: Vec<usize> = (0..n).filter(|&j| !found.at_bound[j]).collect();
    let theta: Vec<f64> = free.iter().map(|&j| ln(found.point[j])).collect();
    let at = |theta: &[f64]| {
        let mut point = found.point.clone();
        for (&j, t) in free.iter().zip(theta) {
            point[j] = exp(*t);
        }
        f(&point)
    };
    let inverse = Cholesky::new(&hessian(at, &theta, found.value), free.len())?.inverse();
    let mut out = vec![0.0; n * n];
    for (a, &i) in free.iter().enumerate() {
        for (b, &j) in free.iter().enumerate() {
            out[i * n + j] = inverse[a * free.len() + b];
        }
    }
    out.iter().all(|v| v.is_finite()).then_some(out)
}

/// Second derivatives by central differences, row-major.
fn hessian(f: impl Fn(&[f64]) -> f64, theta: &[f64], value: f64) -> Vec<f64> {
    const H: f64 = SECOND_DIFFERENCE;
    let n = theta.len();
    let moved = |i: usize, j: usize, step: f64| {
        let mut at = theta.to_vec();
        at[i] += step;
        if i != j {
            at[j] += step;
        }
        f(&at)
    };
    let sides: Vec<f64> = (0..n).map(|i| moved(i, i, H) + moved(i, i, -H)).collect();
    let mut out = vec![0.0; n * n];
    for i in 0..n {
        out[i * n + i] = (sides[i] - 2.0 * value) / (H * H);
        for j in 0..i {
            let both = moved(i, j, H) + moved(i, j, -H);
            out[i * n + j] = (both - sides[i] - sides[j] + 2.0 * value) / (2.0 * H * H);
            out[j * n + i] = out[i * n + j];
        }
    }
    out
}

/// The function on log-parameters, continued outside the bounds.
struct Bounded<'a, F> {
    f: &'a F,
    lower: f64,
    upper: f64,
    count: Cell<usize>,
}

impl<'a, F: Fn(&[f64]) -> f64> Bounded<'a, F> {
    fn new(f: &'a F, search: &Search) -> Self {
        Bounded { f, lower: ln(search.lower), upper: ln(search.upper), count: Cell::new(0) }
    }

    fn start(&self, search: &Search) -> Vec<f64> {
        let mut theta: Vec<f64> = search.start.iter().map(|&p| ln(p)).collect();
        self.clamp(&mut theta);
        theta
    }

    fn judge(&self, theta: &[f64], gradient: f64, search: &Search) -> Result<Minimum, NotConverged> {
        let at_bound =
            theta.iter().map(|&t| t - self.lower < AT_BOUND || self.upper - t < AT_BOUND).collect();
        let value = self.value(theta);
        let point = theta.iter().map(|&t| exp(t).clamp(search.lower, search.upper)).collect();
        let found = Minimum { point, value, gradient, at_bound, n_evaluations: self.count.get() };
        if gradient <= search.gradient_tolerance { Ok(found) } else { Err(NotConverged(found)) }
    }

    fn clamp(&self, theta: &mut [f64]) {
        for t in theta {
            *t = t.clamp(self.lower, self.upper);
        }
    }

    fn value(&self, theta: &[f64]) -> f64 {
        self.count.set(self.count.get() + 1);
        let inside: Vec<f64> = theta.iter().map(|t| exp(t.clamp(self.lower, self.upper))).collect();
        let outside: f64 = theta.iter().map(|t| t - t.clamp(self.lower, self.upper)).map(|d| d * d).sum();
        let value = (self.f)(&inside);
        let value = if value.is_finite() { value } else { NOT_FINITE };
        value + outside * (1.0 + value.abs())
    }

    /// Central differences, one-sided at a bound, where a derivative that points outside is 0.
    fn gradient(&self, theta: &[f64], value: f64) -> Vec<f64> {
        let mut at = theta.to_vec();
        let mut slopes = Vec::with_capacity(theta.len());
        for j in 0..theta.len() {
            let mut sides = [0.0; 2];
            let mut steps = [0.0; 2];
            for (side, step) in [-DIFFERENCE, DIFFERENCE].into_iter().enumerate() {
                at[j] = (theta[j] + step).clamp(self.lower, self.upper);
                steps[side] = at[j] - theta[j];
                sides[side] = if steps[side] == 0.0 { value } else { self.value(&at) };
            }
            at[j] = theta[j];
            let width = steps[1] - steps[0];
            let slope = if width > 0.0 { (sides[1] - sides[0]) / width } else { 0.0 };
            let leaves = (theta[j] - self.lower < AT_BOUND && slope > 0.0)
                || (self.upper - theta[j] < AT_BOUND && slope < 0.0);
            slopes.push(if leaves { 0.0 } else { slope });
        }
        slopes
    }

    /// Inverse of the Hessian; where it is not positive definite, of its diagonal with 1 for what is not positive.
    fn inverse_hessian(&self, theta: &[f64], value: f64) -> Vec<f64> {
        let n = theta.len();
        let hessian = hessian(|at| self.value(at), theta, value);
        if let Some(regular) = Cholesky::new(&hessian, n) {
            return regular.inverse();
        }
        let mut inverse = vec![0.0; n * n];
        for i in 0..n {
            let curvature = hessian[i * n + i];
            inverse[i * n + i] = if curvature > 1e-3 { 1.0 / curvature } else { 1.0 };
        }
        inverse
    }
}

impl<F: Fn(&[f64]) -> f64> CostFunction for &Bounded<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, theta: &Self::Param) -> Result<f64, Error> {
        Ok(self.value(theta))
    }
}

/// Nelder and Mead from a simplex with the given edge; the start itself if argmin fails, which it has no cause to.
fn simplex<F: Fn(&[f64]) -> f64>(f: &Bounded<'_, F>, start: &[f64], edge: f64) -> Vec<f64> {
    let corners = std::iter::once(start.to_vec())
        .chain((0..start.len()).map(|j| {
            let mut corner = start.to_vec();
            corner[j] += if corner[j] + edge > f.upper { -edge } else { edge };
            corner
        }))
        .collect();
    let run = NelderMead::new(corners).with_sd_tolerance(1e-2).and_then(|solver| {
        Executor::new(f, solver).configure(|state| state.max_iters(SIMPLEX_STEPS)).timer(false).run()
    });
    run.ok().and_then(|result| result.state().get_best_param().cloned()).unwrap_or_else(|| start.to_vec())
}

/// Quasi-Newton descent within the bounds; returns the point and its largest projected derivative.
fn bfgs<F: Fn(&[f64]) -> f64>(f: &Bounded<'_, F>, mut theta: Vec<f64>, target: f64) -> (Vec<f64>, f64) {
    let n = theta.len();
    let largest = |g: &[f64]| g.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let mut value = f.value(&theta);
    let mut slope = f.gradient(&theta, value);
    let mut inverse = f.inverse_hessian(&theta, value);
    let mut fresh = true;
    for _ in 0..BFGS_STEPS {
        if largest(&slope) <= target {
            break;
        }
        let free: Vec<bool> = slope.iter().map(|&s| s != 0.0).collect();
        let mut step: Vec<f64> = (0..n)
            .map(|i| if free[i] { -(0..n).map(|j| inverse[i * n + j] * slope[j]).sum::<f64>() } else { 0.0 })
            .collect();
        let longest = largest(&step);
        if longest > 2.0 {
            step.iter_mut().for_each(|s| *s *= 2.0 / longest);
        }
        let Some((next, next_value)) = backtrack(f, &theta, value, &step, &slope) else {
            if fresh {
                break;
            }
            // The curvature learned on the way misleads here: forget it once.
            inverse = f.inverse_hessian(&theta, value);
            fresh = true;
            continue;
        };
        let next_slope = f.gradient(&next, next_value);
        let moved: Vec<f64> = next.iter().zip(&theta).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = next_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        update(&mut inverse, &moved, &change);
        (theta, value, slope, fresh) = (next, next_value, next_slope, false);
    }
    let gradient = largest(&slope);
    (theta, gradient)
}

/// Halves the step until the function falls enough (Armijo's rule); `None` if it never does.
fn backtrack<F: Fn(&[f64]) -> f64>(
    f: &Bounded<'_, F>,
    theta: &[f64],
    value: f64,
    step: &[f64],
    slope: &[f64],
) -> Option<(Vec<f64>, f64)> {
    let descent: f64 = step.iter().zip(slope).map(|(s, g)| s * g).sum();
    if descent >= 0.0 {
        return None;
    }
    let mut length = 1.0;
    for _ in 0..30 {
        let mut next: Vec<f64> = theta.iter().zip(step).map(|(t, s)| t + length * s).collect();
        f.clamp(&mut next);
        let next_value = f.value(&next);
        if next != theta && next_value <= value + 1e-4 * length * descent {
            return Some((next, next_value));
        }
        length *= 0.5;
    }
    None
}

/// The BFGS update of the inverse Hessian; skipped where the curvature along the step is not positive.
fn update(inverse: &mut [f64], moved: &[f64], change: &[f64]) {
    let n = moved.len();
    let along: f64 = moved.iter().zip(change).map(|(s, y)| s * y).sum();
    if along <= 1e-12 {
        return;
    }
    let applied: Vec<f64> =
        (0..n).map(|i| (0..n).map(|j| inverse[i * n + j] * change[j]).sum::<f64>()).collect();
    let quadratic: f64 = change.iter().zip(&applied).map(|(y, h)| y * h).sum();
    for i in 0..n {
        for j in 0..n {
            inverse[i * n + j] += (1.0 + quadratic / along) * moved[i] * moved[j] / along
                - (applied[i] * moved[j] + moved[i] * applied[j]) / along;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn search(start: &[f64]) -> Search {
        Search { start: start.to_vec(), lower: 1e-4, upper: 1e4, gradient_tolerance: 1e-6 }
    }

    #[test]
    fn rosenbrock_on_logs_has_its_minimum_at_e_and_e() {
        let f = |p: &[f64]| {
            let (u, v) = (ln(p[0]), ln(p[1]));
            (1.0 - u).powi(2) + 100.0 * (v - u * u).powi(2)
        };
        let found = minimize(f, &search(&[0.2, 5.0])).unwrap();
        let e = std::f64::consts::E;
        assert!(found.point.iter().all(|p| (p - e).abs() < 1e-5), "{found:?}");
        assert_eq!(found.at_bound, [false, false]);
        assert_eq!(minimize(f, &search(&[0.2, 5.0])).unwrap(), found, "the same steps every time");
    }

    #[test]
    fn refining_finds_the_same_minimum_with_fewer_evaluations() {
        let f = |p: &[f64]| {
            let (u, v) = (ln(p[0]), ln(p[1]));
            (u - 1.0).powi(2) + (u - v).powi(2) + 0.1 * (v - 1.0).powi(4)
        };
        let (whole, near) =
            (minimize(f, &search(&[2.0, 2.0])).unwrap(), refine(f, &search(&[2.0, 2.0])).unwrap());
        assert!(near.n_evaluations < whole.n_evaluations, "{} {}", near.n_evaluations, whole.n_evaluations);
        assert!((near.point[0] - whole.point[0]).abs() < 1e-6, "{near:?} {whole:?}");
    }

    #[test]
    fn covariance_of_a_quadratic_is_the_inverse_of_its_matrix() {
        // 2 (u-1)^2 + 2 (u-1) v + v^2 has the Hessian [[4, 2], [2, 2]], hence the covariance [[.5, -.5], [-.5, 1]].
        let f = |p: &[f64]| {
            let (u, v) = (ln(p[0]) - 1.0, ln(p[1]));
            2.0 * u * u + 2.0 * u * v + v * v
        };
        let mut found = minimize(f, &search(&[1.0, 3.0])).unwrap();
        let covariance = log_covariance(f, &found).unwrap();
        for (x, expected) in covariance.iter().zip([0.5, -0.5, -0.5, 1.0]) {
            assert!((x - expected).abs() < 1e-6, "{covariance:?}");
        }
        found.at_bound[1] = true;
        let known = log_covariance(f, &found).unwrap();
        assert!((known[0] - 0.25).abs() < 1e-6 && known[1..] == [0.0; 3], "{known:?}");
        assert_eq!(log_covariance(|p| -f(p), &found), None);
    }

    #[test]
    fn a_minimum_beyond_the_bounds_ends_at_the_bound() {
        let f = |p: &[f64]| (ln(p[0]) - 20.0).powi(2) + (ln(p[1]) - 0.5 * ln(p[0])).powi(2);
        let found = minimize(f, &search(&[1.0, 3.0])).unwrap();
        assert!((found.point[0] - 1e4).abs() < 1e-3 && (found.point[1] - 100.0).abs() < 1e-3, "{found:?}");
        assert_eq!(found.at_bound, [true, false]);
    }

    #[test]
    fn a_function_without_numbers_does_not_pass_for_a_minimum_of_something() {
        let found = minimize(|_| f64::NAN, &search(&[1.0])).unwrap();
        assert_eq!(found.value, NOT_FINITE);
        let kink = minimize(|p: &[f64]| (ln(p[0]) - 1.0).abs(), &search(&[1.0]));
        assert!(kink.is_err() || kink.unwrap().gradient <= 1e-6);
    }
}
