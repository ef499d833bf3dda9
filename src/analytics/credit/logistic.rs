//! Logistic regression by Newton's method with a ridge, for a handful of columns, and the Kolmogorov-Smirnov distance.
//! (A statistics crate would call the platform's `exp`, whose last bit differs between a native build and a browser.)

use crate::math::linear::Cholesky;
use crate::math::{exp, ln, ln_1p, sum};

/// Newton steps at most; a regression on weights of evidence takes about six.
const MAX_STEPS: usize = 50;

/// `1/(1+e^-x)`.
pub(super) fn probability(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Greatest distance of the two distribution functions; rows ascending by score.
pub(super) fn kolmogorov_smirnov(rows: &[(f64, bool)]) -> Option<f64> {
    let n_bad = rows.iter().filter(|r| r.1).count() as f64;
    let n_good = rows.len() as f64 - n_bad;
    let (mut bad, mut good, mut most) = (0.0, 0.0, 0.0_f64);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        tied.iter().for_each(|r| if r.1 { bad += 1.0 } else { good += 1.0 });
        most = most.max((bad / n_bad - good / n_good).abs());
    }
    (n_bad > 0.0 && n_good > 0.0).then_some(most)
}

/// Coefficients of ln(good/bad odds), the intercept (not penalized) first, of a design with `k` columns. Newton's
/// method, with half steps where a whole one would not raise the penalized likelihood.
pub(super) fn logistic(design: &[f64], is_bad: &[bool], k: usize, ridge: f64) -> Vec<f64> {
    let ridge = if ridge.is_finite() { ridge.max(1e-8) } else { 1.0 };
    let n_bad = is_bad.iter().filter(|b| **b).count() as f64;
    let mut b = vec![0.0; k + 1];
    b[0] = ln((is_bad.len() as f64 - n_bad + 0.5) / (n_bad + 0.5));
    let log_odds = |b: &[f64], x: &[f64]| b[0] + x.iter().zip(&b[1..]).map(|(x, b)| x * b).sum::<f64>();
    let likelihood = |b: &[f64]| {
        let rows = design.chunks_exact(k).zip(is_bad).map(|(x, &bad)| {
            let l = if bad { -log_odds(b, x) } else { log_odds(b, x) };
            -(ln_1p(exp(-l.abs())) + (-l).max(0.0))
        });
        sum(rows) - 0.5 * ridge * b[1..].iter().map(|b| b * b).sum::<f64>()
    };
    let mut now = likelihood(&b);
    for _ in 0..MAX_STEPS {
        let (mut gradient, mut curvature) = (vec![0.0; k + 1], vec![0.0; (k + 1) * (k + 1)]);
        for (x, &bad) in design.chunks_exact(k).zip(is_bad) {
            let p = probability(log_odds(&b, x));
            let (rest, weight) = (if bad { -p } else { 1.0 - p }, p * (1.0 - p));
            let at = |i: usize| if i == 0 { 1.0 } else { x[i - 1] };
            for i in 0..=k {
                gradient[i] += rest * at(i);
                (0..=i).for_each(|j| curvature[i * (k + 1) + j] += weight * at(i) * at(j));
            }
        }
        for i in 1..=k {
            gradient[i] -= ridge * b[i];
            curvature[i * (k + 1) + i] += ridge;
        }
        let Some(factor) = Cholesky::new(&curvature, k + 1) else { break };
        let mut step = gradient;
        factor.solve(&mut step);
        let mut moved = false;
        for _ in 0..20 {
            let next: Vec<f64> = b.iter().zip(&step).map(|(b, s)| b + s).collect();
            let then = likelihood(&next);
            if then > now {
                (b, now, moved) = (next, then, true);
                break;
            }
            step.iter_mut().for_each(|s| *s *= 0.5);
        }
        if !moved || step.iter().all(|s| s.abs() < 1e-10) {
            break;
        }
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logistic_of_a_two_by_two_table_is_its_odds_ratio() {
        // x = 0: 30 good, 10 bad; x = 1: 20 good, 40 bad; without penalty b0 = ln 3, b1 = ln(1/2) - ln 3.
        let counts = [(0.0, false, 30), (0.0, true, 10), (1.0, false, 20), (1.0, true, 40)];
        let rows = counts.iter().flat_map(|&(x, bad, n)| std::iter::repeat_n((x, bad), n));
        let (x, bad): (Vec<f64>, Vec<bool>) = rows.unzip();
        let b = logistic(&x, &bad, 1, 0.0);
        assert!((b[0] - ln(3.0)).abs() < 1e-6 && (b[1] + ln(6.0)).abs() < 1e-6, "{b:?}");
        // Separated data stay finite.
        let b = logistic(&[0.0, 0.0, 1.0, 1.0], &[true, true, false, false], 1, 1.0);
        assert!(b.iter().all(|b| b.is_finite()) && b[1] > 0.0);
    }

    #[test]
    fn kolmogorov_smirnov_by_hand() {
        let rows = [(1.0, true), (2.0, true), (2.0, false), (3.0, false)];
        assert_eq!(kolmogorov_smirnov(&rows), Some(0.5));
        assert_eq!(kolmogorov_smirnov(&rows[..2]), None);
    }
}
