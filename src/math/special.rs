//! Special functions: the hypergeometric series and beta-weighted means behind the buy-till-you-die models.
//!
//! The models need `E[(1+p tau)^-A]` and `E[(1-(1+p tau)^-A)/p]` for `p ~ Beta(a, b)`, `tau >= 0`, `A > 0`, at many
//! `tau` for few `(A, a, b)`. With `z = tau/(1+tau)`, `c = a+b`, `C = c-1`, `l = ln(1-z)` and `(u)_k` the rising
//! factorial, Euler's transformation of 2F1 (Abramowitz & Stegun 1964, 15.3.3) gives
//!
//! `E[(1+p tau)^-A] = e^(a l) * sum_(k>=0) (c-A)_k (a)_k / ((c)_k k!) z^k`
//!
//! `E[(1-(1+p tau)^-A)/p] = C * (-expm1((a-1) l)/(a-1) - e^((a-1) l) * sum_(k>=1) (C-A)_k (a)_(k-1) / ((C)_k k!) z^k)`
//!
//! where no term overflows however large `A` and `b` are, and `a = 1` is no exception. Only `z` depends on `tau`, so
//! the coefficients are computed once and serve all `tau` ([`BetaSeries`]). The terms alternate and cancel when
//! `A` is much larger than `c`, and are many when `z` is near 1; then [`BetaNodes`] integrates instead, by the
//! double-exponential rule (Takahasi & Mori 1974), which the endpoint singularities of `p^(a-1)` do not disturb (a
//! Gauss-Legendre rule would lose its accuracy to them).
//!
//! Both means are smooth in `u = ln(1+tau)` (no singularity nearer than `pi i`), so from the fourth row of `tau` on
//! they are read from Chebyshev polynomials (Clenshaw 1955) fitted to the above on `0..=u_max`, if 128 coefficients
//! or fewer leave less than 1e-11 of the largest: hundreds of rows cost what a few would. Rows within a series
//! should come with the largest `tau` first; one that exceeds `u_max` is computed directly.
//!
//! Pareto/NBD and the shifted-beta-geometric model need `2F1(1, b; c; z)` for `0 <= z < 1` ([`hypergeometric_1`]), by
//! Gauss's continued fraction (1813; Abramowitz & Stegun 1964, 15.2; evaluated forwards by Steed's algorithm): all its
//! partial quotients have one sign, so nothing cancels, and the number of terms grows like `1/sqrt(1-z)`, where the
//! power series takes `1/(1-z)`. Present values without end need `∫ e^-v (1+v/z)^-s dv` ([`discounted_decay`]).
//!
//! ```
//! use tenure::math::special::hypergeometric_1;
//!
//! // 2F1(1, 1; 2; z) = -ln(1-z)/z.
//! assert!((hypergeometric_1(1.0, 2.0, 0.5) - 2.0 * 2.0_f64.ln()).abs() < 1e-15);
//! ```

use super::{exp, exp_m1, ln, ln_1p};
use std::f64::consts::PI;

/// Most terms of the series before integrating instead.
const MAX_TERMS: usize = 1500;
/// Largest `A - c` at which the cancellation of alternating terms (about `2^(A-c)`) is harmless.
const MAX_EXCESS: f64 = 12.0;
/// Terms below this share of the sum are left out.
const NEGLIGIBLE: f64 = 1e-14;
/// Rows computed directly before polynomials are worth fitting.
const ROWS_BEFORE_POLYNOMIALS: u32 = 3;
/// Sizes of polynomial tried.
const POLYNOMIAL_SIZES: [usize; 3] = [32, 64, 128];
/// Share of the largest Chebyshev coefficient that the last ones may have.
const POLYNOMIAL_REST: f64 = 1e-11;

/// Nodes and weights for the mean of a function of `p ~ Beta(a, b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct BetaNodes {
    p: Vec<f64>,
    weight: Vec<f64>,
}

impl BetaNodes {
    /// The rule for `a, b > 0`: `p = 1/(1+e^-y)`, `y = center + scale sinh(w)`, equally spaced `w`.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        const STEP: f64 = 0.0625;
        let center = ln(a.max(1.0) / b.max(1.0));
        let scale = (1.0 / a + 1.0 / b).sqrt().min(2.0);
        let log_density = |w: f64| {
            let y = center + scale * 0.5 * (exp(w) - exp(-w));
            let (log_p, log_rest) = (-softplus(-y), -softplus(y));
            (log_p, a * log_p + b * log_rest + ln(scale * 0.5 * (exp(w) + exp(-w))))
        };
        let steps = (16.0 / STEP) as i32;
        let all: Vec<(f64, f64)> = (-steps..=steps).map(|k| log_density(f64::from(k) * STEP)).collect();
        let top = all.iter().fold(f64::NEG_INFINITY, |m, v| m.max(v.1));
        let kept = all.iter().filter(|v| v.1 - top > -36.0);
        let (p, mut weight): (Vec<f64>, Vec<f64>) = kept.map(|v| (exp(v.0), exp(v.1 - top))).unzip();
        let total = super::sum(weight.iter().copied());
        weight.iter_mut().for_each(|w| *w /= total);
        Self { p, weight }
    }

    /// `E[f(p)]`.
    #[must_use]
    pub fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.p.iter().zip(&self.weight).map(|(&p, w)| w * f(p)).sum()
    }

    /// `(E[(1+p tau)^-A], E[(1-(1+p tau)^-A)/p])`.
    #[must_use]
    pub fn decay(&self, power: f64, tau: f64) -> (f64, f64) {
        let (mut kept, mut total) = (0.0, 0.0);
        for (&p, w) in self.p.iter().zip(&self.weight) {
            let lost = -exp_m1(-power * ln_1p(p * tau));
            kept += w * (1.0 - lost);
            // Where p underflows, its limit.
            total += w * if p > 1e-290 { lost / p } else { power * tau };
        }
        (kept, total)
    }
}

/// Most terms of the continued fraction; reached only when `z` is within 1e-9 of 1.
const MAX_FRACTIONS: u32 = 1_000_000;

/// Gauss's `2F1(1, b; c; z)` for `0 < b < c + 1`, `c > 1` and `0 <= z < 1`; a `z` outside is moved to the nearest end.
#[must_use]
pub fn hypergeometric_1(b: f64, c: f64, z: f64) -> f64 {
    let z = z.clamp(0.0, 1.0 - f64::EPSILON);
    let top = c - 1.0;
    // 1/(1 - g_1 z/(1 - g_2 z/(1 - ...))), all g_k >= 0: approximants rise to the limit.
    let (mut total, mut change, mut ratio) = (1.0, 1.0, 1.0);
    for n in 1..=MAX_FRACTIONS {
        let k = f64::from(n / 2);
        let last = top + f64::from(n);
        let (over, under) = if n % 2 == 1 {
            ((b + k) * (top + k), (last - 1.0) * last)
        } else {
            (k * (top - b + k), (last - 1.0) * last)
        };
        let term = z * over;
        ratio = under / (under - term * ratio);
        change *= ratio - 1.0;
        total += change;
        if change <= 1e-16 * total {
            break;
        }
    }
    total
}

/// Nodes of the double-exponential rule for `∫_0^∞ e^-v f(v) dv`: `v = e^(w - e^-w)` (Takahasi & Mori 1974).
fn laplace_nodes() -> impl Iterator<Item = (f64, f64)> {
    const STEP: f64 = 1.0 / 24.0;
    (-96..=96).filter_map(|k| {
        let w = f64::from(k) * STEP;
        let turn = exp(-w);
        let v = exp(w - turn);
        let weight = STEP * v * (1.0 + turn) * exp(-v);
        (weight > 1e-30).then_some((v, weight))
    })
}

/// `∫_0^∞ e^-v (1 + v/z)^-s dv` for `s, z > 0`, between 0 and 1: what is left of one unit for ever when a hazard that
/// falls like `s/(z + v)` ends it. It is `z^s U(s, s, z)` with Tricomi's U.
#[must_use]
pub fn discounted_decay(s: f64, z: f64) -> f64 {
    laplace_nodes().map(|(v, weight)| weight * exp(-s * ln_1p(v / z))).sum()
}

/// `ln(1 + e^x)` without overflow.
#[must_use]
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + ln_1p(exp(-x)) } else { ln_1p(exp(x)) }
}

/// The coefficients of both series for one `(A, a, b)`; see the module's formulas.
#[derive(Clone, Debug)]
pub struct BetaSeries {
    power: f64,
    a: f64,
    b: f64,
    /// Coefficients of `E[(1+p tau)^-A]`, from k = 0.
    kept: Vec<f64>,
    /// Coefficients of the sum in `E[(1-(1+p tau)^-A)/p]`, from k = 0, where it is 0.
    lost: Vec<f64>,
    nodes: Option<BetaNodes>,
    /// Rows of tau computed so far.
    rows: u32,
    polynomials: Option<Polynomials>,
}

impl BetaSeries {
    /// `power` = A > 0; `a, b > 0`.
    #[must_use]
    pub fn new(power: f64, a: f64, b: f64) -> Self {
        Self { power, a, b, kept: vec![1.0], lost: vec![0.0], nodes: None, rows: 0, polynomials: None }
    }

    /// Both means at every `tau` (ascending): `kept[j] = E[(1+p tau_j)^-A]` in 0..=1 and
    /// `total[j] = E[(1-(1+p tau_j)^-A)/p] >= 0`. All slices have the same length.
    pub fn decay(&mut self, tau: &[f64], kept: &mut [f64], total: &mut [f64]) {
        let u_max = ln_1p(tau.last().copied().unwrap_or(0.0));
        if self.rows == ROWS_BEFORE_POLYNOMIALS && u_max > 0.0 {
            self.polynomials = self.fit_polynomials(u_max);
        }
        self.rows = self.rows.saturating_add(1);
        match &self.polynomials {
            Some(polynomials) if u_max <= polynomials.u_max => polynomials.decay(tau, kept, total),
            _ => self.decay_directly(tau, kept, total),
        }
    }

    fn decay_directly(&mut self, tau: &[f64], kept: &mut [f64], total: &mut [f64]) {
        let largest = tau.last().map_or(0.0, |t| t / (1.0 + t));
        if let Some(terms) = self.terms(largest) {
            self.sum(terms, tau, kept, total);
        } else {
            let nodes = self.nodes.get_or_insert_with(|| BetaNodes::new(self.a, self.b));
            for (j, &t) in tau.iter().enumerate() {
                (kept[j], total[j]) = nodes.decay(self.power, t);
            }
        }
    }

    /// Polynomials on `0..=u_max`, if they are good enough.
    fn fit_polynomials(&mut self, u_max: f64) -> Option<Polynomials> {
        for n in POLYNOMIAL_SIZES {
            // cos(pi k/(2n)) for all k that occur below, modulo the period of 4n.
            let cosines: Vec<f64> = (0..4 * n).map(|k| libm::cos(PI * k as f64 / (2 * n) as f64)).collect();
            // Chebyshev's points, in ascending order.
            let tau: Vec<f64> =
                (0..n).rev().map(|j| exp_m1(0.5 * u_max * (1.0 + cosines[2 * j + 1]))).collect();
            let (mut kept, mut total) = (vec![0.0; n], vec![0.0; n]);
            self.decay_directly(&tau, &mut kept, &mut total);
            let coefficients = |values: &[f64]| -> Vec<f64> {
                let one = |k: usize| {
                    let s: f64 = values
                        .iter()
                        .rev()
                        .enumerate()
                        .map(|(j, v)| v * cosines[(2 * j + 1) * k % (4 * n)])
                        .sum();
                    s * if k == 0 { 1.0 } else { 2.0 } / n as f64
                };
                (0..n).map(one).collect()
            };
            let (kept, total) = (shorten(coefficients(&kept)), shorten(coefficients(&total)));
            if let (Some(kept), Some(total)) = (kept, total) {
                return Some(Polynomials { u_max, kept, total });
            }
        }
        None
    }

    /// How many terms are needed at `z`; `None` if the series should not be used.
    fn terms(&mut self, z: f64) -> Option<usize> {
        let c = self.a + self.b;
        // C = c - 1 divides: near 0 (or below, with few terms) the formula is ill-conditioned.
        if c - 1.0 < 0.1 || self.power - c > MAX_EXCESS || z * 1.000_1 >= 1.0 {
            return None;
        }
        let settled = (self.power - c).max(0.0) + 2.0;
        let mut z_k = 1.0;
        for k in 0..MAX_TERMS {
            if k == self.kept.len() {
                self.extend();
            }
            let rest = z_k / (1.0 - z);
            if k as f64 > settled && self.kept[k].abs().max(self.lost[k].abs()) * rest < NEGLIGIBLE {
                return Some(k);
            }
            z_k *= z;
        }
        None
    }

    /// One more coefficient of each series.
    fn extend(&mut self) {
        let (power, a, c) = (self.power, self.a, self.a + self.b);
        let k = self.kept.len() as f64;
        let kept =
            self.kept[self.kept.len() - 1] * (c - power + k - 1.0) * (a + k - 1.0) / ((c + k - 1.0) * k);
        let top = c - 1.0;
        let lost = if self.lost.len() == 1 {
            (top - power) / top
        } else {
            self.lost[self.lost.len() - 1] * (top - power + k - 1.0) * (a + k - 2.0) / ((top + k - 1.0) * k)
        };
        self.kept.push(kept);
        self.lost.push(lost);
    }

    /// Horner's rule at all `tau` at once, so that the processor can work on several side by side.
    fn sum(&self, terms: usize, tau: &[f64], kept: &mut [f64], total: &mut [f64]) {
        const LANES: usize = 12;
        let epsilon = self.a - 1.0;
        let top = self.a + self.b - 1.0;
        for start in (0..tau.len()).step_by(LANES) {
            let end = (start + LANES).min(tau.len());
            let (mut z, mut s, mut q) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for (zj, t) in z.iter_mut().zip(&tau[start..end]) {
                *zj = t / (1.0 + t);
            }
            for (&ck, &cl) in self.kept[..terms].iter().zip(&self.lost[..terms]).rev() {
                for j in 0..LANES {
                    s[j] = s[j] * z[j] + ck;
                    q[j] = q[j] * z[j] + cl;
                }
            }
            for j in start..end {
                let l = -ln_1p(tau[j]);
                let e_l = exp(epsilon * l);
                let first = if epsilon.abs() < 1e-12 { -l } else { -exp_m1(epsilon * l) / epsilon };
                // e^(a l) = e^((a-1) l) (1-z) = e^((a-1) l) / (1+tau)
                kept[j] = (e_l / (1.0 + tau[j]) * s[j - start]).clamp(0.0, 1.0);
                total[j] = (top * (first - e_l * q[j - start])).max(0.0);
            }
        }
    }
}

/// Drops negligible Chebyshev coefficients; `None` if the last ones are not.
fn shorten(mut coefficients: Vec<f64>) -> Option<Vec<f64>> {
    let largest = coefficients.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
    let limit = POLYNOMIAL_REST * largest;
    let enough = coefficients.iter().rposition(|c| c.abs() > limit).map_or(1, |k| k + 1);
    if enough + 4 > coefficients.len() {
        return None;
    }
    coefficients.truncate(enough + 2);
    Some(coefficients)
}

/// Chebyshev coefficients of both means in `u = ln(1+tau)` on `0..=u_max`.
#[derive(Clone, Debug)]
struct Polynomials {
    u_max: f64,
    kept: Vec<f64>,
    total: Vec<f64>,
}

impl Polynomials {
    fn decay(&self, tau: &[f64], kept: &mut [f64], total: &mut [f64]) {
        const LANES: usize = 12;
        for start in (0..tau.len()).step_by(LANES) {
            let end = (start + LANES).min(tau.len());
            // 2 y of Clenshaw's recurrence, y = 2 u/u_max - 1.
            let mut double = [0.0; LANES];
            for (d, t) in double.iter_mut().zip(&tau[start..end]) {
                *d = 4.0 * ln_1p(*t) / self.u_max - 2.0;
            }
            let (k, t) = (clenshaw(&self.kept, &double), clenshaw(&self.total, &double));
            for j in start..end {
                kept[j] = k[j - start].clamp(0.0, 1.0);
                total[j] = t[j - start].max(0.0);
            }
        }
        // What the last digits may have disturbed: neither mean turns back with tau.
        for j in 1..tau.len() {
            kept[j] = kept[j].min(kept[j - 1]);
            total[j] = total[j].max(total[j - 1]);
        }
    }
}

/// Sum of Chebyshev polynomials at several points, given as `2 y`.
fn clenshaw<const LANES: usize>(coefficients: &[f64], double: &[f64; LANES]) -> [f64; LANES] {
    let (mut next, mut after) = ([0.0; LANES], [0.0; LANES]);
    for &c in coefficients[1..].iter().rev() {
        for j in 0..LANES {
            let now = double[j] * next[j] - after[j] + c;
            after[j] = next[j];
            next[j] = now;
        }
    }
    std::array::from_fn(|j| 0.5 * double[j] * next[j] - after[j] + coefficients[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(x: f64, y: f64, tolerance: f64) -> bool {
        (x - y).abs() <= tolerance * y.abs().max(1e-30)
    }

    #[test]
    fn beta_nodes_reproduce_the_moments_of_beta() {
        for (a, b) in [(0.8914, 1.614), (1e-4, 2.0), (0.05, 1e4), (5000.0, 30.0), (1e4, 1e4), (2.0, 0.01)] {
            let nodes = BetaNodes::new(a, b);
            let mean = a / (a + b);
            let second = mean * (a + 1.0) / (a + b + 1.0);
            assert!(close(nodes.mean(|p| p), mean, 1e-11), "{a} {b}: {}", nodes.mean(|p| p) / mean - 1.0);
            assert!(close(nodes.mean(|p| p * p), second, 1e-11), "{a} {b}");
            assert!(nodes.weight.len() < 320, "{a} {b}: {}", nodes.weight.len());
        }
    }

    #[test]
    fn series_and_integral_agree() {
        for (power, a, b) in
            [(0.52, 0.89, 2.6), (2.5, 0.79, 4.4), (30.0, 1.0, 31.0), (501.0, 0.9, 502.0), (9.0, 2.5, 1.2)]
        {
            let tau = [0.0, 0.01, 0.5, 1.0, 4.0, 12.0, 30.0];
            let (mut kept, mut total) = ([0.0; 7], [0.0; 7]);
            let mut series = BetaSeries::new(power, a, b);
            series.decay(&tau, &mut kept, &mut total);
            assert!(series.nodes.is_none(), "{power} {a} {b}: the series was not used");
            let nodes = BetaNodes::new(a, b);
            for j in 0..tau.len() {
                let (k, t) = nodes.decay(power, tau[j]);
                assert!(close(kept[j], k, 1e-10), "{power} {a} {b} {}: {} {k}", tau[j], kept[j]);
                assert!(close(total[j], t, 1e-10), "{power} {a} {b} {}: {} {t}", tau[j], total[j]);
            }
        }
    }

    #[test]
    fn polynomials_agree_with_the_series_and_the_integral() {
        for (power, a, b) in [
            (0.52, 0.89, 2.6),
            (30.0, 1.0, 31.0),
            (60.0, 150.0, 2900.0),
            (300.0, 0.9, 30.0),
            (1.4, 310.0, 1e4),
        ] {
            let mut series = BetaSeries::new(power, a, b);
            for row in 0..60 {
                let scale = 40.0 / (1.0 + f64::from(row));
                let tau: Vec<f64> = (1..=36).map(|k| f64::from(k) / 36.0 * scale).collect();
                let (mut kept, mut total) = (vec![0.0; 36], vec![0.0; 36]);
                series.decay(&tau, &mut kept, &mut total);
                let (mut k, mut t) = (vec![0.0; 36], vec![0.0; 36]);
                BetaSeries::new(power, a, b).decay(&tau, &mut k, &mut t);
                let largest = t[35].max(1.0);
                for j in 0..36 {
                    assert!(
                        (kept[j] - k[j]).abs() < 1e-9,
                        "{power} {a} {b} {}: {} {}",
                        tau[j],
                        kept[j],
                        k[j]
                    );
                    assert!((total[j] - t[j]).abs() < 1e-9 * largest, "{power} {a} {b} {}", tau[j]);
                }
            }
            assert!(series.polynomials.is_some(), "{power} {a} {b}");
        }
    }

    #[test]
    fn continued_fraction_against_closed_forms_and_the_series() {
        for z in [0.0, 1e-9, 0.1, 0.5, 0.9, 0.999, 0.999_999] {
            // 2F1(1, b; b; z) = 1/(1-z) and 2F1(1, 1; 2; z) = -ln(1-z)/z.
            // (as exactly as 1-z is known).
            let tolerance = 1e-14 / (1.0 - z);
            assert!(close(hypergeometric_1(2.5, 2.5, z), 1.0 / (1.0 - z), tolerance), "{z}");
            if z > 0.0 {
                assert!(close(hypergeometric_1(1.0, 2.0, z), -ln_1p(-z) / z, 1e-13), "{z}");
            }
        }
        for (b, c, z) in [
            (0.55, 2.2, 0.97),
            (700.5, 702.0, 0.3),
            (1.6, 220.0, 0.9),
            (1.0001, 1.0003, 0.8),
            (9e3, 1e4, 0.99),
        ] {
            let (mut term, mut total, mut k) = (1.0, 1.0, 0.0);
            while term > 1e-18 * total {
                term *= (b + k) / (c + k) * z;
                total += term;
                k += 1.0;
            }
            let x = hypergeometric_1(b, c, z);
            assert!(close(x, total, 1e-13), "{b} {c} {z}: {x} {total}");
        }
    }

    #[test]
    fn what_is_left_for_ever_against_closed_forms() {
        for z in [1e-6, 1e-3, 0.2, 3.0, 50.0, 1e5] {
            // s = 2: z - z^2 e^z E_1(z), hence the recurrence from s = 1 to 2: I_2 = z (1 - I_1).
            let (one, two) = (discounted_decay(1.0, z), discounted_decay(2.0, z));
            assert!((two - z * (1.0 - one)).abs() < 1e-10 * z.max(1.0), "{z}: {one} {two}");
            assert!(discounted_decay(0.6, z) > one && one < 1.0 && one > two, "{z}");
        }
        // e E_1(1) = 0.5963473623231940743 (Abramowitz & Stegun 1964, table 5.1).
        assert!(close(discounted_decay(1.0, 1.0), 0.596_347_362_323_194_1, 1e-13));
    }

    #[test]
    fn far_from_the_series_the_integral_steps_in_and_is_exact() {
        // b huge: p is nearly a/(a+b), here 1/2, so both means have closed forms.
        let (power, a, b, tau) = (2000.0, 1e4, 1e4, 0.001);
        let (mut kept, mut total) = ([0.0], [0.0]);
        BetaSeries::new(power, a, b).decay(&[tau], &mut kept, &mut total);
        let at_mean = exp(-power * ln_1p(tau / 2.0));
        assert!((kept[0] - at_mean).abs() < 1e-3 && (total[0] - 2.0 * (1.0 - at_mean)).abs() < 2e-2);
        // A - c > 12: E[(1+p tau)^-A] for a = b = 1 is (1-(1+tau)^(1-A))/((A-1) tau).
        BetaSeries::new(300.0, 1.0, 1.0).decay(&[0.7], &mut kept, &mut total);
        assert!(close(kept[0], 1.0 / (299.0 * 0.7), 1e-10), "{}", kept[0]);
    }
}
