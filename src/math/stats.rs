//! Descriptive and test statistics that several methods share.
//!
//! - mean and standard deviation in two passes with compensated sums: they hold NIST's accuracy sets (NumAcc1-4);
//! - average ranks; Pearson correlation; area under the ROC curve as the rank statistic of Mann & Whitney (1947);
//! - Mann-Kendall test for a trend (Mann 1945, Kendall 1975; variance corrected for ties) and Theil-Sen slope
//!   (Sen 1968);
//! - normal distribution, chi-squared tail; Benjamini & Hochberg's (1995) adjusted p-values.
//!
//! Written here, not taken from a statistics crate: those call the platform's `ln` and `exp`, whose last bit differs
//! between a native build and a browser.
//!
//! Degenerate cases: statistics of too few values are `None`; ranks and adjusted p-values of nothing are empty.

use super::{exp, sort, sum};

/// Mean; `None` without values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let first = sum(values.iter().copied()) / n;
    // The mean of the remainders takes back the rounding of the first sum.
    (n > 0.0).then(|| first + sum(values.iter().map(|v| v - first)) / n)
}

/// Sample variance (divisor n - 1); `None` with fewer than two values.
#[must_use]
pub fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let n = values.len() as f64;
    let squares = sum(values.iter().map(|v| (v - mean) * (v - mean)));
    let rest = sum(values.iter().map(|v| v - mean));
    (values.len() > 1).then(|| ((squares - rest * rest / n) / (n - 1.0)).max(0.0))
}

/// Sample standard deviation (divisor n - 1); `None` with fewer than two values.
#[must_use]
pub fn sd(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// Sample skewness, third central moment over sd cubed (divisor n in both); `None` without spread.
#[must_use]
pub fn skewness(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let n = values.len() as f64;
    let second = sum(values.iter().map(|v| (v - mean) * (v - mean))) / n;
    let third = sum(values.iter().map(|v| (v - mean) * (v - mean) * (v - mean))) / n;
    (second > 0.0).then(|| third / (second * second.sqrt()))
}

/// Pearson's correlation; `None` where either side has no spread or the lengths differ.
#[must_use]
pub fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    let (mx, my) = (mean(x)?, mean(y)?);
    let product = sum(x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)));
    let (sx, sy) = (sum(x.iter().map(|a| (a - mx) * (a - mx))), sum(y.iter().map(|b| (b - my) * (b - my))));
    (sx > 0.0 && sy > 0.0).then(|| (product / (sx.sqrt() * sy.sqrt())).clamp(-1.0, 1.0))
}

/// Ranks 1..=n in the order of the values, ties sharing their average rank.
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
    let mut out = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
        let rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&i| out[i as usize] = rank);
        before += tied.len();
    }
    out
}

/// A share with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Auc {
    /// Chance that a random case scores higher than a random non-case, ties counting half.
    pub auc: f64,
    /// 95 % interval by Hanley & McNeil's (1982) standard error, within 0..1.
    pub interval: [f64; 2],
}

/// Area under the ROC curve; `None` unless there are both cases and non-cases.
#[must_use]
pub fn auc(score: &[f64], case: &[bool]) -> Option<Auc> {
    let n_cases = case.iter().filter(|c| **c).count() as f64;
    let n_others = case.len() as f64 - n_cases;
    if score.len() != case.len() || n_cases == 0.0 || n_others == 0.0 {
        return None;
    }
    let rank_sum = sum(ranks(score).iter().zip(case).filter(|(_, c)| **c).map(|(r, _)| *r));
    let a = ((rank_sum - n_cases * (n_cases + 1.0) / 2.0) / (n_cases * n_others)).clamp(0.0, 1.0);
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let spread = a * (1.0 - a) + (n_cases - 1.0) * (q1 - a * a) + (n_others - 1.0) * (q2 - a * a);
    let half = 1.959_963_984_540_054 * (spread.max(0.0) / (n_cases * n_others)).sqrt();
    Some(Auc { auc: a, interval: [(a - half).max(0.0), (a + half).min(1.0)] })
}

/// Distribution function of the standard normal.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// Quantile of the standard normal for p in 0..1 (exclusive), by bisection on the distribution function and two Newton
/// steps; infinite at 0 and 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return if p <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let (mut low, mut high) = (-39.0_f64, 39.0_f64);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    let mut z = 0.5 * (low + high);
    for _ in 0..2 {
        let density = exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        if density > 1e-280 {
            z -= (normal_cdf(z) - p) / density;
        }
    }
    z
}

/// Chance that a chi-squared with `degrees` >= 1 degrees of freedom exceeds `chi2`, by the finite sums that hold for
/// whole degrees: `e^-x sum x^j / j!` for even ones, `erfc(sqrt x) + e^-x sum x^(j - 1/2) / Gamma(j + 1/2)` for odd ones,
/// x = chi2 / 2 (Abramowitz & Stegun 1964, 26.4.4-5).
#[must_use]
pub fn chi_squared_beyond(chi2: f64, degrees: usize) -> f64 {
    let x = chi2.max(0.0) / 2.0;
    let odd = degrees % 2 == 1;
    let (mut total, mut term) = if odd {
        (libm::erfc(x.sqrt()), exp(-x) * (x / std::f64::consts::PI).sqrt() * 2.0)
    } else {
        (0.0, exp(-x))
    };
    for j in 1..=degrees / 2 {
        total += term;
        term *= x / (j as f64 + if odd { 0.5 } else { 0.0 });
    }
    total.clamp(0.0, 1.0)
}

/// Benjamini & Hochberg's adjusted p-values (q-values), in the order of the input: the smallest false discovery rate at
/// which the hypothesis is rejected. `n_tests` counts tests whose p-value is not listed because it is larger than all.
#[must_use]
pub fn benjamini_hochberg(p: &[f64], n_tests: usize) -> Vec<f64> {
    let n = n_tests.max(p.len()) as f64;
    let mut order: Vec<u32> = (0..p.len() as u32).collect();
    order.sort_by(|&a, &b| p[a as usize].total_cmp(&p[b as usize]));
    let mut out = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (i, &idx) in order.iter().enumerate().rev() {
        least = least.min(p[idx as usize] * n / (i + 1) as f64);
        out[idx as usize] = least;
    }
    out
}

/// Result of the Mann-Kendall test.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MannKendall {
    /// Sum of the signs of all later-minus-earlier differences.
    pub s: f64,
    /// Variance of `s` without a trend, corrected for ties.
    pub variance: f64,
    /// Standardized, with continuity correction.
    pub z: f64,
    /// One-sided chance of a downward trend this clear where there is none.
    pub p_down: f64,
    /// One-sided chance of an upward trend this clear where there is none.
    pub p_up: f64,
}

/// Tests for a monotone trend; `None` with fewer than 4 values or all equal.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    let n = values.len();
    if n < 4 {
        return None;
    }
    let mut s = 0.0;
    for (i, a) in values.iter().enumerate() {
        for b in &values[i + 1..] {
            s += if b > a {
                1.0
            } else if b < a {
                -1.0
            } else {
                0.0
            };
        }
    }
    let spread = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let mut sorted = values.to_vec();
    sort(&mut sorted);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| spread(tied.len() as f64)).sum();
    let variance = (spread(n as f64) - ties) / 18.0;
    if variance <= 0.0 {
        return None;
    }
    let z = (s - if s > 0.0 {
        1.0
    } else if s < 0.0 {
        -1.0
    } else {
        0.0
    }) / variance.sqrt();
    Some(MannKendall { s, variance, z, p_down: normal_cdf(z), p_up: normal_cdf(-z) })
}

/// Theil-Sen slope per step: the median of the slopes of all pairs; `None` with fewer than two values.
#[must_use]
pub fn theil_sen(values: &[f64]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(values.len() * values.len() / 2);
    for (i, a) in values.iter().enumerate() {
        for (k, b) in values[i + 1..].iter().enumerate() {
            slopes.push((b - a) / (k + 1) as f64);
        }
    }
    (!slopes.is_empty()).then(|| super::quantile(&slopes, 0.5))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Digits that agree: -log10 of the relative error.
    fn lre(found: f64, certified: f64) -> f64 {
        let error = (found - certified).abs() / certified.abs();
        if error == 0.0 { 15.0 } else { -crate::math::log10(error) }
    }

    /// Alternating around a first value, as NIST's StRD defines NumAcc2-4.
    fn alternating(base: f64) -> Vec<f64> {
        let digits = |offset: f64| (base * 10.0 + offset).round() / 10.0;
        std::iter::once(digits(0.0))
            .chain((0..1000).map(|i| digits(if i % 2 == 0 { -1.0 } else { 1.0 })))
            .collect()
    }

    #[test]
    fn nist_num_acc_1() {
        let values = [10_000_001.0, 10_000_003.0, 10_000_002.0];
        assert!(lre(mean(&values).unwrap(), 10_000_002.0) >= 14.0);
        assert!(lre(sd(&values).unwrap(), 1.0) >= 14.0);
    }

    #[test]
    fn nist_num_acc_2() {
        let values = alternating(1.2);
        assert_eq!((values.len(), values[1], values[2]), (1001, 1.1, 1.3));
        assert!(lre(mean(&values).unwrap(), 1.2) >= 14.0);
        assert!(lre(sd(&values).unwrap(), 0.1) >= 14.0, "{}", lre(sd(&values).unwrap(), 0.1));
    }

    #[test]
    fn nist_num_acc_3() {
        let values = alternating(1_000_000.2);
        assert!(lre(mean(&values).unwrap(), 1_000_000.2) >= 14.0);
        assert!(lre(sd(&values).unwrap(), 0.1) >= 9.0);
    }

    #[test]
    fn nist_num_acc_4() {
        let values = alternating(10_000_000.2);
        assert!(lre(mean(&values).unwrap(), 10_000_000.2) >= 14.0);
        assert!(lre(sd(&values).unwrap(), 0.1) >= 8.0);
    }

    #[test]
    fn ex_16_mann_kendall_and_theil_sen() {
        let values = [10.0, 12.0, 11.0, 15.0, 16.0, 18.0, 17.0, 21.0];
        let test = mann_kendall(&values).unwrap();
        assert_eq!(test.s, 24.0);
        assert!((test.variance - 65.33).abs() < 0.005 && (test.z - 2.846).abs() < 5e-4);
        assert_eq!(theil_sen(&values), Some(1.5));
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        assert!((mann_kendall(&reversed).unwrap().p_down - test.p_up).abs() < 1e-15);
        assert_eq!(mann_kendall(&[3.0; 9]), None);
    }

    #[test]
    fn ranks_share_ties_and_auc_counts_them_half() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [2.5, 1.0, 2.5, 4.0]);
        let a = auc(&[0.9, 0.5, 0.5, 0.1], &[true, true, false, false]).unwrap();
        assert!((a.auc - 0.875).abs() < 1e-15 && a.interval[0] < a.auc && a.interval[1] == 1.0);
        assert_eq!(auc(&[1.0], &[true]), None);
    }

    #[test]
    fn the_normal_distribution_and_its_inverse() {
        for (z, p) in [(1.959_963_984_540_054, 0.975), (0.0, 0.5), (-1.644_853_626_951_472, 0.05)] {
            assert!((normal_cdf(z) - p).abs() < 1e-15);
            assert!((normal_quantile(p) - z).abs() < 1e-12);
        }
        assert!((normal_cdf(normal_quantile(1e-12)) / 1e-12 - 1.0).abs() < 1e-9);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn chi_squared_tails_of_the_tables() {
        for (chi2, degrees, p) in
            [(3.841_458_8, 1, 0.05), (5.991_464_5, 2, 0.05), (9.487_729, 4, 0.05), (11.070_498, 5, 0.05)]
        {
            assert!((chi_squared_beyond(chi2, degrees) - p).abs() < 1e-8, "{degrees}");
        }
    }

    #[test]
    fn benjamini_hochberg_adjusts_from_the_largest_down() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005], 4);
        let expected = [0.02, 0.04, 0.04, 0.02];
        assert!(q.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{q:?}");
        assert_eq!(benjamini_hochberg(&[0.01], 10), [0.1]);
    }

    #[test]
    fn moments_of_small_samples() {
        assert_eq!((mean(&[]), sd(&[1.0]), skewness(&[2.0, 2.0])), (None, None, None));
        assert!((skewness(&[0.0, 0.0, 0.0, 1.0]).unwrap() - 1.1547).abs() < 1e-4);
        assert_eq!(correlation(&[1.0, 2.0], &[1.0, 1.0]), None);
        assert!((correlation(&[1.0, 2.0, 4.0], &[2.0, 4.0, 8.0]).unwrap() - 1.0).abs() < 1e-15);
    }
}
