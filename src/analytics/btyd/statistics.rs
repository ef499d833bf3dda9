//! Which histories occur, and how often? What a likelihood needs, with everything said once that many customers share.
//!
//! Customers are counted by day, so a file of any size holds few distinct times, few distinct `x`, and many customers
//! who are alike. With `n` customers of a history `(x, t_x, T)` and `ln L = own(x) + end(x, T) + ln(1 + rest)`, where
//! `end` is linear in `x`, only `rest` is computed per distinct history; see [`Statistics`] for the tables, and
//! [`LogProduct`] for the last logarithm, taken of several factors at a time.
//!
//! Source: arithmetic. Degenerate cases: no histories give empty tables, and a sum over them is 0.
//!
//! ```
//! use tenure::analytics::btyd::{History, Statistics};
//!
//! let two = History { n_repeats: 2, last_purchase_age_weeks: 30.43, tenure_weeks: 38.86 };
//! let none = History { n_repeats: 0, last_purchase_age_weeks: 0.0, tenure_weeks: 38.86 };
//! let data = Statistics::new([two, none, two].into_iter(), 1.0);
//! assert_eq!((data.groups.len(), data.times.as_slice()), (2, [0.0, 30.43, 38.86].as_slice()));
//! assert_eq!((data.n_customers(), data.n_repeats()), (3, 4));
//! ```

use super::History;
use crate::math::ln;

/// Histories grouped for a likelihood: equal ones counted once, and the distinct times listed, so that a logarithm is
/// taken once per distinct time and a gamma function once per distinct `x`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Distinct (x, t_x, T) with their number of customers.
    pub groups: Vec<Group>,
    /// Distinct times (t_x and T), ascending, in the unit of the fit.
    pub times: Vec<f64>,
    /// Distinct x, ascending, with their number of customers.
    pub repeats: Vec<(u32, u32)>,
    /// By time: how many customers have it as T, and the sum of their x.
    pub ends: Vec<(f64, f64)>,
    /// Distinct (time, x) of all t_x and T, by time and then x.
    pub points: Vec<Point>,
}

/// A time, and a number of repeats that occurs with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Index into [`Statistics::times`].
    pub time_idx: u32,
    /// Index into [`Statistics::repeats`].
    pub repeats_idx: u32,
}

/// One distinct history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Index into [`Statistics::repeats`].
    pub repeats_idx: u32,
    /// Index of t_x in [`Statistics::times`].
    pub last_idx: u32,
    /// Index of T in [`Statistics::times`].
    pub tenure_idx: u32,
    /// Index of (t_x, x) in [`Statistics::points`].
    pub last_point: u32,
    /// Index of (T, x) in [`Statistics::points`].
    pub tenure_point: u32,
    /// Customers with this history.
    pub n: u32,
}

impl Statistics {
    /// Groups histories, dividing all times by `unit`.
    #[must_use]
    pub fn new(histories: impl Iterator<Item = History>, unit: f64) -> Self {
        let mut rows: Vec<(u32, f64, f64)> = histories
            .map(|h| (h.n_repeats, h.last_purchase_age_weeks / unit, h.tenure_weeks / unit))
            .collect();
        rows.sort_unstable_by(|p, q| p.0.cmp(&q.0).then(p.2.total_cmp(&q.2)).then(p.1.total_cmp(&q.1)));
        let mut times: Vec<f64> = rows.iter().flat_map(|r| [r.1, r.2]).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let index = |t: f64| times.partition_point(|&u| u < t) as u32;
        let mut out = Self { ends: vec![(0.0, 0.0); times.len()], ..Self::default() };
        for alike in rows.chunk_by(|p, q| p == q) {
            let ((x, last, tenure), n) = (alike[0], alike.len() as u32);
            match out.repeats.last_mut() {
                Some((previous, count)) if *previous == x => *count += n,
                _ => out.repeats.push((x, n)),
            }
            let (last_idx, tenure_idx) = (index(last), index(tenure));
            let end = &mut out.ends[tenure_idx as usize];
            *end = (end.0 + f64::from(n), end.1 + f64::from(n) * f64::from(x));
            let repeats_idx = out.repeats.len() as u32 - 1;
            out.groups.push(Group { repeats_idx, last_idx, tenure_idx, last_point: 0, tenure_point: 0, n });
        }
        out.times = times;
        out.list_points();
        out
    }

    fn list_points(&mut self) {
        let point = |time_idx, g: &Group| Point { time_idx, repeats_idx: g.repeats_idx };
        let mut points: Vec<Point> =
            self.groups.iter().flat_map(|g| [point(g.last_idx, g), point(g.tenure_idx, g)]).collect();
        points.sort_unstable();
        points.dedup();
        for g in &mut self.groups {
            g.last_point = points.partition_point(|p| *p < point(g.last_idx, g)) as u32;
            g.tenure_point = points.partition_point(|p| *p < point(g.tenure_idx, g)) as u32;
        }
        self.points = points;
    }

    /// Customers.
    #[must_use]
    pub fn n_customers(&self) -> u64 {
        self.repeats.iter().map(|r| u64::from(r.1)).sum()
    }

    /// Repeat purchases of all customers.
    #[must_use]
    pub fn n_repeats(&self) -> u64 {
        self.repeats.iter().map(|r| u64::from(r.0) * u64::from(r.1)).sum()
    }
}

/// Exponents above which `1 + c e^x` is `c e^x`, and the product below would overflow.
pub(super) const LARGE_EXPONENT: f64 = 250.0;

/// A sum of logarithms as the logarithm of products: one `ln` for many factors.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogProduct {
    product: f64,
    total: f64,
}

impl LogProduct {
    pub(super) fn new() -> Self {
        Self { product: 1.0, total: 0.0 }
    }

    /// Adds `n ln(factor)`; factors are positive and below `e^LARGE_EXPONENT`.
    pub(super) fn multiply(&mut self, factor: f64, n: u32) {
        if n > 1 {
            self.total += f64::from(n) * ln(factor);
            return;
        }
        self.product *= factor;
        if !(1e-150..1e150).contains(&self.product) {
            self.total += ln(self.product);
            self.product = 1.0;
        }
    }

    /// Adds a logarithm.
    pub(super) fn add(&mut self, logarithm: f64) {
        self.total += logarithm;
    }

    pub(super) fn ln(self) -> f64 {
        self.total + ln(self.product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(n_repeats: u32, last_purchase_age_weeks: f64, tenure_weeks: f64) -> History {
        History { n_repeats, last_purchase_age_weeks, tenure_weeks }
    }

    #[test]
    fn tables_refer_to_each_other() {
        let rows =
            [h(2, 3.0, 9.0), h(0, 0.0, 9.0), h(2, 3.0, 9.0), h(2, 4.0, 9.0), h(0, 0.0, 9.0), h(3, 4.0, 8.0)];
        let data = Statistics::new(rows.into_iter(), 2.0);
        assert_eq!((data.groups.len(), data.n_customers(), data.n_repeats()), (4, 6, 9));
        assert_eq!(data.times, [0.0, 1.5, 2.0, 4.0, 4.5]);
        assert_eq!(data.ends[4], (5.0, 6.0));
        assert_eq!(data.points.len(), 7, "{:?}", data.points);
        for g in &data.groups {
            let point = |i: u32| data.points[i as usize];
            assert_eq!(point(g.last_point), Point { time_idx: g.last_idx, repeats_idx: g.repeats_idx });
            assert_eq!(point(g.tenure_point), Point { time_idx: g.tenure_idx, repeats_idx: g.repeats_idx });
        }
        assert_eq!(Statistics::new(std::iter::empty(), 1.0), Statistics::default());
    }

    #[test]
    fn a_product_of_anything_has_the_sum_of_the_logarithms() {
        let mut all = LogProduct::new();
        let mut expected = 0.0;
        for k in 0..400_u32 {
            let factor = crate::math::exp(f64::from(k % 240) - 20.0);
            all.multiply(factor, 1 + k % 3 / 2);
            expected += f64::from(1 + k % 3 / 2) * ln(factor);
        }
        assert!((all.ln() / expected - 1.0).abs() < 1e-13, "{} {expected}", all.ln());
    }
}
