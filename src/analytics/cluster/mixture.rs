//! Which soft clusters, stretched and tilted as they may be, make the points most likely, and how many are
//! there? A mixture of k Gaussians with full covariances, by expectation-maximization.
//!
//! `ln L = sum_i ln sum_c w_c N(x_i; m_c, S_c)`; `BIC = -2 ln L + kappa ln n`, `kappa = (k-1) + kp +
//! kp(p+1)/2` (least is best). Every covariance gets a ridge of `1e-6 trace(S)/p`, S that of all points, so
//! that a component on a line or on one point stays regular. Starts are k-means partitions, the first one
//! the best of five; each runs for at most 50 passes and the best goes on (short runs, Biernacki, Celeux &
//! Govaert 2003) until ln L gains less than `1e-6 n`, for at most 300 more.
//!
//! Symbols: n points x of p coordinates, in (standardized) units; w shares, sum 1; m means; S covariances in
//! squared units; ln L and BIC without unit, of any sign.
//!
//! Source: Dempster, Laird & Rubin 1977; McLachlan & Peel 2000; Schwarz 1978 (BIC); methods.md 9.
//!
//! Degenerate cases: points without any spread: `None`; fewer different points than k: fewer components. A
//! value that many share exactly, as one order does, lets a component shrink onto it until the ridge stops
//! it, and likelihood and BIC then say more about the ridge than about customers: such components are
//! counted ([`Mixture::n_spikes`]).
//!
//! ```
//! use tenure::analytics::cluster::{Points, mixture};
//! // By hand: mean 0, variance 1, ln L = -ln(2 pi) - 1; BIC adds 2 ln 2 for a mean and a variance.
//! let found = mixture(&Points::new(&[vec![-1.0, 1.0]]), 1, 3, 1).unwrap();
//! assert!((found.ln_likelihood() + 2.837877).abs() < 1e-6);
//! assert!((found.bic(2, 1) - 7.062048).abs() < 2e-6);
//! ```

use super::kmeans::{MAX_PASSES as MAX_KMEANS_PASSES, kmeans, lloyd, plus_plus, total_ss};
use super::points::Points;
use crate::math::linear::Cholesky;
use crate::math::{Rng, exp, ln, sum};

/// Restarts of the k-means behind the first start; one behind each other.
const FIRST_KMEANS: usize = 5;
/// Passes of a start, and further ones of the best.
const SHORT_PASSES: usize = 50;
const MAX_PASSES: usize = 300;
/// Passes over everybody after a fit to a sample.
const CONTINUED_PASSES: usize = 50;
/// Gain in ln L per point below which a run has arrived.
const TOLERANCE: f64 = 1e-6;
const RIDGE: f64 = 1e-6;
/// Components that hold less than this many points in all keep their shape and fade.
const FADED: f64 = 1e-6;
/// A component with less variance than this many ridges along some coordinate is a spike.
const SPIKE: f64 = 10.0;
/// Log of a share that adds nothing.
const NEGLIGIBLE: f64 = -40.0;
const BLOCK: usize = 64;

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Shares of the components, sum 1.
    pub weights: Vec<f64>,
    /// Means, component by component, shape `(k, p)`.
    pub means: Vec<f64>,
    /// Covariances with their ridge, shape `(k, p, p)`.
    pub covariances: Vec<f64>,
    /// Most probable component of every point.
    pub labels: Vec<u16>,
    /// ln L after each pass.
    pub trace: Vec<f64>,
    /// Components that only the ridge keeps from collapsing onto one value.
    pub n_spikes: usize,
}

impl Mixture {
    fn empty(k: usize, p: usize) -> Self {
        Self {
            weights: vec![0.0; k],
            means: vec![0.0; k * p],
            covariances: vec![0.0; k * p * p],
            labels: Vec::new(),
            trace: Vec::new(),
            n_spikes: 0,
        }
    }

    /// The log-likelihood reached.
    #[must_use]
    pub fn ln_likelihood(&self) -> f64 {
        self.trace.last().copied().unwrap_or(f64::MIN)
    }

    /// Schwarz's criterion for `n` points of `p` coordinates.
    #[must_use]
    pub fn bic(&self, n: usize, p: usize) -> f64 {
        let (k, p) = (self.weights.len() as f64, p as f64);
        let parameters = (k - 1.0) + k * p + k * p * (p + 1.0) / 2.0;
        -2.0 * self.ln_likelihood() + parameters * ln(n as f64)
    }
}

/// The most likely of `restarts` seeded runs; `None` where the points have no spread.
#[must_use]
pub fn mixture(points: &Points, k: usize, restarts: usize, seed: u64) -> Option<Mixture> {
    let mut rng = Rng::new(seed);
    let mut best: Option<Mixture> = None;
    for restart in 0..restarts.max(1) {
        let start = match restart {
            0 => kmeans(points, k, FIRST_KMEANS, seed),
            _ => lloyd(points, plus_plus(points, k, &mut rng), MAX_KMEANS_PASSES),
        };
        let k = start.centers.len().checked_div(points.p()).unwrap_or(0);
        let mut shares = vec![0.0; k * points.n()];
        start.labels.iter().enumerate().for_each(|(i, &l)| shares[usize::from(l) * points.n() + i] = 1.0);
        let run = em(points, shares, Mixture::empty(k, points.p()), SHORT_PASSES);
        if let Some(run) = run
            && best.as_ref().is_none_or(|b| run.ln_likelihood() > b.ln_likelihood())
        {
            best = Some(run);
        }
    }
    let best = best?;
    let converged = best.trace.len() < SHORT_PASSES;
    if converged { Some(best) } else { run_on(points, &best, MAX_PASSES).or(Some(best)) }
}

/// Goes on from a mixture fitted to a sample, now with all points.
pub(super) fn continue_on(points: &Points, from: &Mixture) -> Option<Mixture> {
    run_on(points, &Mixture { trace: Vec::new(), ..from.clone() }, CONTINUED_PASSES)
}

fn run_on(points: &Points, from: &Mixture, passes: usize) -> Option<Mixture> {
    let mut shares = vec![0.0; from.weights.len() * points.n()];
    expect(points, from, &mut shares)?;
    em(points, shares, from.clone(), passes)
}

/// Maximization and expectation in turn, from shares of every point in every component, shape `(k, n)`.
fn em(points: &Points, mut shares: Vec<f64>, mut model: Mixture, passes: usize) -> Option<Mixture> {
    let (n, p, k) = (points.n(), points.p(), model.weights.len());
    let ridge = RIDGE * total_ss(points) / (n.max(1) * p.max(1)) as f64;
    if k == 0 || !(ridge > 0.0 && ridge.is_finite()) {
        return None;
    }
    for _ in 0..passes {
        maximize(points, &shares, ridge, &mut model);
        let ln_likelihood = expect(points, &model, &mut shares)?;
        let gain = ln_likelihood - model.trace.last().copied().unwrap_or(f64::NEG_INFINITY);
        model.trace.push(ln_likelihood);
        if gain < TOLERANCE * n as f64 {
            break;
        }
    }
    let likeliest = |i: usize| {
        (1..k).fold(0, |best, c| if shares[c * n + i] > shares[best * n + i] { c } else { best }) as u16
    };
    let spike = |s: &&[f64]| (0..p).any(|f| s[f * p + f] < SPIKE * ridge);
    model.n_spikes = model.covariances.chunks(p * p).filter(spike).count();
    model.labels = (0..n).map(likeliest).collect();
    Some(model)
}

fn maximize(points: &Points, shares: &[f64], ridge: f64, model: &mut Mixture) {
    let (n, p) = (points.n(), points.p());
    let (mut centered, mut weighted) = (vec![0.0; n * p], vec![0.0; n]);
    for (c, share) in shares.chunks(n).enumerate() {
        let total: f64 = share.iter().sum();
        model.weights[c] = (total / n as f64).max(f64::MIN_POSITIVE);
        if total < FADED {
            continue;
        }
        for f in 0..p {
            let column = points.column(f);
            let mean = product(column, share) / total;
            model.means[c * p + f] = mean;
            let out = &mut centered[f * n..(f + 1) * n];
            out.iter_mut().zip(column).for_each(|(o, x)| *o = x - mean);
            weighted.iter_mut().zip(&*out).zip(share).for_each(|((w, x), s)| *w = s * x);
            for g in 0..=f {
                let value = product(&weighted, &centered[g * n..(g + 1) * n]) / total;
                let value = value + if f == g { ridge } else { 0.0 };
                model.covariances[(c * p + f) * p + g] = value;
                model.covariances[(c * p + g) * p + f] = value;
            }
        }
    }
}

/// `sum of a x b` in four partial sums, which need not wait for each other.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut part = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        part.iter_mut().zip(x.iter().zip(y)).for_each(|(p, (x, y))| *p += x * y);
    }
    (part[0] + part[1]) + (part[2] + part[3]) + rest
}

/// Shares of every point in every component; returns ln L. `None` if a covariance is singular in spite of its ridge.
fn expect(points: &Points, model: &Mixture, shares: &mut [f64]) -> Option<f64> {
    let (n, p, k) = (points.n(), points.p(), model.weights.len());
    let factors: Vec<Cholesky> =
        model.covariances.chunks(p * p).map(|s| Cholesky::new(s, p)).collect::<Option<_>>()?;
    let two_pi = ln(2.0 * std::f64::consts::PI);
    let mut z = vec![[0.0; BLOCK]; p];
    for (c, factor) in factors.iter().enumerate() {
        let lower = factor.lower();
        let constant = ln(model.weights[c]) - 0.5 * (p as f64 * two_pi + factor.ln_det());
        for start in (0..n).step_by(BLOCK) {
            let end = (start + BLOCK).min(n);
            let mut square = [0.0; BLOCK];
            for f in 0..p {
                let mean = model.means[c * p + f];
                let mut row = [0.0; BLOCK];
                row.iter_mut().zip(&points.column(f)[start..end]).for_each(|(r, x)| *r = x - mean);
                for (g, z) in z.iter().enumerate().take(f) {
                    row.iter_mut().zip(z).for_each(|(r, z)| *r -= lower[f * p + g] * z);
                }
                let pivot = lower[f * p + f];
                row.iter_mut().for_each(|r| *r /= pivot);
                square.iter_mut().zip(&row).for_each(|(s, r)| *s += r * r);
                z[f] = row;
            }
            let out = &mut shares[c * n + start..c * n + end];
            out.iter_mut().zip(&square).for_each(|(o, s)| *o = constant - 0.5 * s);
        }
    }
    let mut density = vec![0.0; n];
    for (i, density) in density.iter_mut().enumerate() {
        let greatest = (0..k).map(|c| shares[c * n + i]).fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for c in 0..k {
            let below = shares[c * n + i] - greatest;
            // Less than half a unit in the last place of the total.
            let share = if below < NEGLIGIBLE { 0.0 } else { exp(below) };
            shares[c * n + i] = share;
            total += share;
        }
        (0..k).for_each(|c| shares[c * n + i] /= total);
        *density = greatest + ln(total);
    }
    Some(sum(density.iter().copied())).filter(|l| l.is_finite())
}
