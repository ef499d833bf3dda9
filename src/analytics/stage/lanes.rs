//! Eight customers at once: single-precision numbers in eight lanes, with the two logarithms and the power of two
//! that the stage search needs.
//!
//! Every operation is elementwise and is written so that the compiler turns it into vector instructions of whatever
//! width the target has. Each lane goes through the same IEEE 754 operations in the same order on every target (no
//! fused multiply-add, no reassociation), so native and wasm builds agree to the last bit, and a lane never sees its
//! neighbors: a customer's result does not depend on who shares the group.
//!
//! The approximations are polynomials through the Chebyshev nodes of the reduced argument:
//! `log2` splits the exponent at √½ (absolute error of the polynomial 6e-7, of the coarse version 3e-5);
//! `exp2` splits off the nearest integer (relative error 4e-6).

// Elementwise loops read best with their lane; the coefficients are fitted ones, not the constants they are near.
#![allow(clippy::needless_range_loop, clippy::approx_constant, clippy::excessive_precision)]

use std::ops::{Add, Mul, Sub};

/// Customers in one group.
pub const LANES: usize = 8;

/// One single-precision number per customer of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(32))]
pub struct F8(pub [f32; LANES]);

/// One truth value per customer of a group: all bits set or none.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub struct M8([u32; LANES]);

impl M8 {
    /// Whether every lane is set.
    #[inline(always)]
    pub fn all(self) -> bool {
        self.0.iter().fold(u32::MAX, |all, m| all & m) != 0
    }

    /// Lanes set in both.
    #[inline(always)]
    pub fn and(self, o: Self) -> Self {
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = self.0[l] & o.0[l];
        }
        Self(out)
    }

    /// Whether any lane is set.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.iter().fold(0, |sum, m| sum | m) != 0
    }
}

impl F8 {
    /// Zero in every lane.
    pub const ZERO: Self = Self([0.0; LANES]);

    /// The same number in every lane.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self([x; LANES])
    }

    /// Rounds eight double-precision numbers.
    #[inline(always)]
    pub fn from_f64(x: &[f64; LANES]) -> Self {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = x[l] as f32;
        }
        Self(out)
    }

    #[inline(always)]
    fn zip(self, o: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = f(self.0[l], o.0[l]);
        }
        Self(out)
    }

    /// The greater of two numbers (the second if they cannot be ordered).
    #[inline(always)]
    pub fn max(self, o: Self) -> Self {
        self.zip(o, |a, b| if a > b { a } else { b })
    }

    /// The smaller of two numbers (the second if they cannot be ordered).
    #[inline(always)]
    pub fn min(self, o: Self) -> Self {
        self.zip(o, |a, b| if a < b { a } else { b })
    }

    /// Whether each lane is at least the other's.
    #[inline(always)]
    pub fn at_least(self, o: Self) -> M8 {
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = if self.0[l] >= o.0[l] { u32::MAX } else { 0 };
        }
        M8(out)
    }

    /// Whether each lane is above the other's.
    #[inline(always)]
    pub fn above(self, o: Self) -> M8 {
        let mut out = [0; LANES];
        for l in 0..LANES {
            out[l] = if self.0[l] > o.0[l] { u32::MAX } else { 0 };
        }
        M8(out)
    }

    /// The number where the mask is set, zero elsewhere.
    #[inline(always)]
    pub fn only(self, mask: M8) -> Self {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = f32::from_bits(self.0[l].to_bits() & mask.0[l]);
        }
        Self(out)
    }

    /// The number where the mask is set, the other's elsewhere.
    #[inline(always)]
    pub fn or_else(self, mask: M8, o: Self) -> Self {
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = f32::from_bits((self.0[l].to_bits() & mask.0[l]) | (o.0[l].to_bits() & !mask.0[l]));
        }
        Self(out)
    }

    /// Exponent and the mantissa minus one, the mantissa in [√½, √2); for positive normal numbers.
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        const SQRT_HALF: u32 = 0x3F35_04F3;
        let (mut exponent, mut rest) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            let bits = self.0[l].to_bits();
            let e = (bits.wrapping_sub(SQRT_HALF) as i32) >> 23;
            exponent[l] = e as f32;
            rest[l] = f32::from_bits(bits.wrapping_sub((e << 23) as u32)) - 1.0;
        }
        (Self(exponent), Self(rest))
    }

    /// A polynomial of at most eight terms by Estrin's scheme (1960): pairs, pairs of pairs and so on, a short chain of
    /// operations that wait for each other. Written out, because as a loop over an array it stays one in wasm, with
    /// every term in memory.
    #[inline(always)]
    fn polynomial<const N: usize>(self, coefficients: [f32; N]) -> Self {
        let square = self * self;
        let term = |k: usize| Self::splat(coefficients[k]);
        let two = |k: usize| if k + 1 < N { term(k) + term(k + 1) * self } else { term(k) };
        let four = |k: usize| if k + 2 < N { two(k) + two(k + 2) * square } else { two(k) };
        if N > 4 { four(0) + four(4) * (square * square) } else { four(0) }
    }

    /// Base-2 logarithm of positive normal numbers, for sums of squares.
    #[inline(always)]
    pub fn log2(self) -> Self {
        let (e, f) = self.split();
        e + f * f.polynomial([
            1.442_696_6,
            -0.721_360_2,
            0.480_613_1,
            -0.359_524_46,
            0.296_119_57,
            -0.267_963_86,
            0.168_186_6,
        ])
    }

    /// Base-2 logarithm of positive normal numbers, shorter, for levels.
    #[inline(always)]
    pub fn log2_coarse(self) -> Self {
        let (e, f) = self.split();
        e + f * f.polynomial([1.442_640_4, -0.720_629_2, 0.485_737_83, -0.389_675_23, 0.250_287_86])
    }

    /// 2 to the power of each lane; below 2^-125 the result stays there, above 2^127 it is meaningless.
    #[inline(always)]
    pub fn exp2(self) -> Self {
        // Adding 1.5·2^23 leaves the nearest integer in the low bits of the sum.
        const MAGIC: f32 = 12_582_912.0;
        let x = self.max(Self::splat(-125.0));
        let shifted = x + Self::splat(MAGIC);
        let f = x - (shifted - Self::splat(MAGIC));
        let p = f.polynomial([1.0, 0.693_121_05, 0.240_223_49, 0.055_921_976, 0.009_666_369]);
        let mut out = [0.0; LANES];
        for l in 0..LANES {
            out[l] = f32::from_bits(p.0[l].to_bits().wrapping_add(shifted.0[l].to_bits() << 23));
        }
        Self(out)
    }
}

impl Add for F8 {
    type Output = Self;
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self.zip(o, |a, b| a + b)
    }
}

impl Sub for F8 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self.zip(o, |a, b| a - b)
    }
}

impl Mul for F8 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        self.zip(o, |a, b| a * b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_and_powers_are_as_exact_as_the_docs_say() {
        let mut x = 1e-30_f32;
        while x < 1e30 {
            let exact = crate::math::log2(f64::from(x));
            let rounding = exact.abs() * 6e-8;
            assert!((f64::from(F8::splat(x).log2().0[3]) - exact).abs() < 8e-7 + rounding, "{x}");
            assert!((f64::from(F8::splat(x).log2_coarse().0[5]) - exact).abs() < 3e-5 + rounding, "{x}");
            x *= 1.003_7;
        }
        let mut y = -124.9_f32;
        while y < 126.0 {
            let exact = crate::math::powf(2.0, f64::from(y));
            assert!((f64::from(F8::splat(y).exp2().0[0]) / exact - 1.0).abs() < 5e-6, "{y}");
            y += 0.013;
        }
        assert!(F8::splat(-1e9).exp2().0[0] < 1e-37);
    }
}
