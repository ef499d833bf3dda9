//! Numbers without customers: elementary functions that agree on every platform, quantiles, special functions,
//! minimisers and a seeded generator.
//!
//! `ln`, `exp` and their kin come from `libm`, a portable port of musl's: std's depend on the platform's C library
//! and differ in the last bit between a native build and a browser, and a report must be the same in both.
//! (`sqrt`, `abs`, `floor` and the four operations are exact by IEEE 754 and need no wrapper.)

pub mod linear;
pub mod logistic;
pub mod minimize;
pub mod special;
pub mod stats;

/// Natural logarithm.
#[must_use]
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `ln(1 + x)`, accurate for small `x`.
#[must_use]
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Base-10 logarithm.
#[must_use]
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// Base-2 logarithm.
#[must_use]
#[inline]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// `e^x`.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// `e^x - 1`, accurate for small `x`.
#[must_use]
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `x^y`.
#[must_use]
#[inline]
pub fn powf(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// `ln Γ(x)` for x > 0.
#[must_use]
#[inline]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Sorts numbers ascending; NaN, which no caller should have, goes last.
pub fn sort(values: &mut [f64]) {
    values.sort_unstable_by(f64::total_cmp);
}

/// Quantile of an ascending slice by linear interpolation at position `(n-1)p` (type 7 of Hyndman & Fan 1996, the
/// default of R and NumPy). NaN for an empty slice.
#[must_use]
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

/// Quantile of unsorted values; copies and sorts them.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sort(&mut sorted);
    quantile_sorted(&sorted, p)
}

/// Sum with Neumaier's correction (1974): the error stays within a few units in the last place however many terms.
#[must_use]
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut correction) = (0.0_f64, 0.0_f64);
    for v in values {
        let t = total + v;
        correction += if total.abs() >= v.abs() { (total - t) + v } else { (v - t) + total };
        total = t;
    }
    total + correction
}

/// Wilson's score interval (1927) for `k` successes in `n` trials at 95 %; `(0, 1)` when `n` is 0.
#[must_use]
pub fn wilson(k: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let p = k / n;
    let z2n = Z * Z / n;
    let center = (p + z2n / 2.0) / (1.0 + z2n);
    let half = Z * (p * (1.0 - p) / n + z2n / (4.0 * n)).sqrt() / (1.0 + z2n);
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// A small seeded generator (SplitMix64, Steele, Lea & Flood 2014): the same numbers everywhere, for samples and
/// resampling, never for secrets.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator that always gives the same numbers for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform integer in `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// Standard normal, by Box and Muller's polar form (Marsaglia & Bray 1964).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * ln(s) / s).sqrt();
            }
        }
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -ln(1.0 - self.uniform())
    }

    /// Poisson with the given mean, by counting exponential gaps (fine for the small means used here).
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let mut elapsed = self.exponential();
        let mut n = 0;
        while elapsed < mean {
            n += 1;
            elapsed += self.exponential();
        }
        n
    }

    /// Gamma with the given shape and scale 1 (Marsaglia & Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = powf(1.0 - self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && ln(1.0 - self.uniform()) < 0.5 * x * x + d - d * v + d * ln(v) {
                return d * v;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_interval_of_methods_2_3() {
        let (lo, hi) = wilson(300.0, 6000.0);
        assert!((lo - 0.04477).abs() < 5e-6 && (hi - 0.05581).abs() < 5e-6, "{lo} {hi}");
    }

    #[test]
    fn quantiles_interpolate_linearly() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!(quantile(&[7.0], 0.9), 7.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn compensated_sum_keeps_what_cancels() {
        assert_eq!(sum([1e100, 1.0, -1e100, 1.0]), 2.0);
    }

    #[test]
    fn generator_moments() {
        let mut rng = Rng::new(1);
        let n = 40_000;
        let mean = |f: &mut dyn FnMut() -> f64| sum((0..n).map(|_| f())) / f64::from(n);
        assert!((mean(&mut || rng.normal())).abs() < 0.02);
        assert!((mean(&mut || rng.gamma(2.5)) - 2.5).abs() < 0.04);
        assert!((mean(&mut || f64::from(rng.poisson(3.0))) - 3.0).abs() < 0.04);
    }
}
