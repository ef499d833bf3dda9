//! The input of the stage method: one series of values per customer, in columns.
//!
//! `v_t` is the value of period t (money; gaps are zeros, returns may make it negative) from the period of the first
//! purchase to the last complete period, for exited customers to the period of the last purchase (methods.md 3.1).
//! The search works on `y_t = sign(v)·√(|v|/u)`; the square root makes the scatter of sums of few orders even, and u
//! is the mean order value, or for contract and usage data the own 90 % quantile of v (3.3; where that is not
//! positive, the mean of the non-zero |v|).
//!
//! Series of more than 60 periods are merged to at most 60 first: the oldest periods in blocks of equal length, each
//! replaced by its mean, so that levels stay in money per period, and at least the 24 most recent periods stay as
//! they are (3.4).
//!
//! Degenerate cases: an empty or all-zero series, or one whose sum is not positive, is kept and reported as having no
//! positive value; a series with a number that is not finite is refused.

use super::params::Params;
use crate::analytics::stage::tables::Shape;
use crate::customer::Month;
use crate::math::quantile;

/// Most periods the search takes.
pub const MAX_PERIODS: usize = 60;
/// Periods that are never merged.
const KEEP_RECENT: usize = 24;

/// What the values of a set are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Sums of orders: scaled by the mean order value.
    #[default]
    Orders,
    /// Charges or usage: scaled by the customer's own 90 % quantile.
    Usage,
}

/// Why a series was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesError {
    /// A value is NaN or infinite.
    NotFinite,
    /// Values and order counts have different lengths.
    Lengths,
}

impl std::fmt::Display for SeriesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a value of the series is not a finite number",
            Self::Lengths => "a series needs one order count per value",
        })
    }
}

impl std::error::Error for SeriesError {}

/// One customer's series, to be added to a [`SeriesSet`].
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// Calendar index of the first period (`Month.0` where periods are months).
    pub start: i32,
    /// Value of each period, money.
    pub values: &'a [f64],
    /// Orders of each period, `(n_periods,)`.
    pub orders: &'a [u32],
    /// Value of the first order, part of `values[0]`; 0 where unknown.
    pub first_order_value: f64,
    /// Mean value of an order (u of 3.3 for order data), ignored for usage data.
    pub mean_order_value: f64,
    /// The relationship began before the file does.
    pub left_truncated: bool,
    /// The customer has left.
    pub exited: bool,
}

/// The series of all customers: flat values with offsets, and one entry per customer in every other column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesSet {
    kind: Kind,
    /// `values[offsets[i]..offsets[i+1]]` belongs to customer i.
    offsets: Vec<usize>,
    values: Vec<f64>,
    orders: Vec<u32>,
    start: Vec<i32>,
    first_order_value: Vec<f64>,
    mean_order_value: Vec<f64>,
    left_truncated: Vec<bool>,
    exited: Vec<bool>,
}

impl SeriesSet {
    /// An empty set.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, offsets: vec![0], ..Self::default() }
    }

    /// Appends a customer and returns the index.
    ///
    /// # Errors
    /// If a number is not finite or the two columns differ in length.
    pub fn push(&mut self, s: &Series<'_>) -> Result<usize, SeriesError> {
        if s.values.len() != s.orders.len() {
            return Err(SeriesError::Lengths);
        }
        if !s.values.iter().chain([&s.first_order_value, &s.mean_order_value]).all(|v| v.is_finite()) {
            return Err(SeriesError::NotFinite);
        }
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.values.extend_from_slice(s.values);
        self.orders.extend_from_slice(s.orders);
        self.offsets.push(self.values.len());
        self.start.push(s.start);
        self.first_order_value.push(s.first_order_value);
        self.mean_order_value.push(s.mean_order_value);
        self.left_truncated.push(s.left_truncated);
        self.exited.push(s.exited);
        Ok(self.exited.len() - 1)
    }

    /// Number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exited.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exited.is_empty()
    }

    /// What the values are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// One customer's series.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn get(&self, idx: usize) -> Series<'_> {
        let range = self.range(idx);
        Series {
            start: self.start[idx],
            values: &self.values[range.clone()],
            orders: &self.orders[range],
            first_order_value: self.first_order_value[idx],
            mean_order_value: self.mean_order_value[idx],
            left_truncated: self.left_truncated[idx],
            exited: self.exited[idx],
        }
    }

    /// Where a customer's periods are in [`SeriesSet::values`] and in any column of one entry per customer and period.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn range(&self, idx: usize) -> std::ops::Range<usize> {
        self.offsets[idx]..self.offsets[idx + 1]
    }

    /// Values of all customers one after the other.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All series in index order.
    pub fn iter(&self) -> impl Iterator<Item = Series<'_>> {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Replaces every value by `f(calendar index, value)`; first orders move with their period.
    pub(super) fn map_values(&mut self, f: impl Fn(i32, f64) -> f64) {
        for i in 0..self.len() {
            let start = self.start[i];
            for (t, v) in self.values[self.offsets[i]..self.offsets[i + 1]].iter_mut().enumerate() {
                *v = f(start + t as i32, *v);
            }
            self.first_order_value[i] = f(start, self.first_order_value[i]);
        }
    }
}

/// One customer as the search sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prepared {
    /// Length, truncation and whether still active: what the tables depend on.
    pub shape: Shape,
    /// Scale u, money.
    pub unit: f64,
    /// Fitted values, money, merged to at most 60 periods, the first order taken out where 23.6 b says so.
    pub values: Vec<f64>,
    /// The transformed series y.
    pub y: Vec<f64>,
}

impl Series<'_> {
    /// Whether stages can be fitted at all: at least 4 periods and 2 orders (for usage: periods of use), and money.
    pub(super) fn history(&self, kind: Kind) -> History {
        let total: f64 = crate::math::sum(self.values.iter().copied());
        if total <= 0.0 {
            return History::NoPositiveValue;
        }
        let events = match kind {
            Kind::Orders => self.orders.iter().map(|&k| u64::from(k)).sum(),
            Kind::Usage => self.values.iter().filter(|&&v| v != 0.0).count() as u64,
        };
        if self.values.len() < 4 || events < 2 { History::TooLittle } else { History::Enough }
    }

    /// Whether the customer enters the population's parameters: at least 4 periods, 2 of them non-zero.
    pub(super) fn informs_population(&self, kind: Kind) -> bool {
        self.history(kind) == History::Enough && self.values.iter().filter(|&&v| v != 0.0).count() >= 2
    }

    /// Mean orders per period.
    fn order_rate(&self) -> f64 {
        self.orders.iter().map(|&k| f64::from(k)).sum::<f64>() / self.values.len().max(1) as f64
    }

    /// Whether the rule for sparse buyers holds (methods.md 23.6 b).
    pub(super) fn is_sparse(&self, kind: Kind, params: &Params) -> bool {
        kind == Kind::Orders && !self.exited && self.order_rate() < params.sparse_below
    }

    pub(super) fn shape(&self) -> Shape {
        Shape { n_raw: self.values.len(), left: self.left_truncated, active: !self.exited }
    }

    fn unit(&self, kind: Kind) -> f64 {
        let unit = match kind {
            Kind::Orders => self.mean_order_value,
            Kind::Usage => quantile(self.values, 0.9),
        };
        if unit > 0.0 {
            return unit;
        }
        let nonzero: Vec<f64> = self.values.iter().map(|v| v.abs()).filter(|&v| v > 0.0).collect();
        crate::math::sum(nonzero.iter().copied()) / nonzero.len().max(1) as f64
    }

    pub(super) fn prepare(&self, kind: Kind, params: &Params) -> Prepared {
        let sparse = self.is_sparse(kind, params);
        let mut values = self.values.to_vec();
        if sparse && !self.left_truncated {
            values[0] -= self.first_order_value;
        }
        let merging = Merging::of(values.len());
        let values = if merging.n() < values.len() { merging.merge(&values) } else { values };
        let unit = self.unit(kind);
        // The bound only matters for absurd ratios; it keeps squares inside single precision.
        let y = values.iter().map(|v| ((v.abs() / unit).sqrt()).min(1e6).copysign(*v)).collect();
        Prepared { shape: self.shape(), unit, values, y }
    }
}

impl Prepared {
    /// Rice's variance of y: Σ(y_t − y_{t−1})²/(2(n−1)); 0 for fewer than two periods.
    pub(super) fn rice_variance(&self) -> f64 {
        let pairs = self.y.len().saturating_sub(1).max(1);
        self.y.windows(2).map(|w| (w[1] - w[0]) * (w[1] - w[0])).sum::<f64>() / (2 * pairs) as f64
    }
}

/// Whether a series can be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    Enough,
    TooLittle,
    NoPositiveValue,
}

/// How a series of any length becomes one of at most 60: the oldest `n_blocks · block` periods in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merging {
    block: usize,
    n_blocks: usize,
    n_raw: usize,
}

impl Merging {
    /// The shortest blocks that leave at least 24 recent periods alone.
    #[must_use]
    pub fn of(n_raw: usize) -> Self {
        if n_raw <= MAX_PERIODS {
            return Self { block: 1, n_blocks: 0, n_raw };
        }
        let mut block = 2;
        loop {
            let n_blocks = (n_raw - MAX_PERIODS).div_ceil(block - 1);
            if n_blocks * block + KEEP_RECENT <= n_raw {
                return Self { block, n_blocks, n_raw };
            }
            block += 1;
        }
    }

    /// Number of periods after merging.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n_raw - self.n_blocks * (self.block - 1)
    }

    /// Number of original periods in the first `end` merged ones.
    #[must_use]
    pub fn raw_end(&self, end: usize) -> usize {
        end + end.min(self.n_blocks) * (self.block - 1)
    }

    fn merge(&self, values: &[f64]) -> Vec<f64> {
        let (old, recent) = values.split_at(self.n_blocks * self.block);
        let mean = |chunk: &[f64]| chunk.iter().sum::<f64>() / chunk.len() as f64;
        old.chunks(self.block.max(1)).map(mean).chain(recent.iter().copied()).collect()
    }
}

/// One purchase or return of a customer, for [`SeriesBuilder`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Purchase {
    /// Its month.
    pub month: Month,
    /// Net value, money.
    pub value: f64,
    /// Whether it counts as an order (not a return; methods.md 1.4).
    pub is_purchase: bool,
}

/// Builds monthly series from purchases.
#[derive(Clone, Debug)]
pub struct SeriesBuilder {
    last: Month,
    set: SeriesSet,
}

impl SeriesBuilder {
    /// `last_complete` is the last month observed in full (at least 90 % of its days, methods.md 3.1).
    #[must_use]
    pub fn new(last_complete: Month) -> Self {
        Self { last: last_complete, set: SeriesSet::new(Kind::Orders) }
    }

    /// Appends a customer; `purchases` in order of time.
    ///
    /// The series runs from the first purchase to the last complete month, for an exited customer to the month of the
    /// last purchase. Returns before the first purchase or after the end are left out. A customer without a purchase
    /// in these months gets an empty series.
    ///
    /// # Errors
    /// If a value is not finite.
    pub fn push(
        &mut self,
        purchases: &[Purchase],
        left_truncated: bool,
        exited: bool,
    ) -> Result<usize, SeriesError> {
        let bought = |p: &&Purchase| p.is_purchase && p.month <= self.last;
        let first = purchases.iter().find(bought);
        let end = if exited { purchases.iter().rfind(bought).map(|p| p.month) } else { Some(self.last) };
        let (start, n) = match (first, end) {
            (Some(f), Some(end)) => (f.month.0, (end.0 - f.month.0 + 1) as usize),
            _ => (self.last.0, 0),
        };
        let (mut values, mut orders) = (vec![0.0; n], vec![0; n]);
        let (mut positive, mut n_positive) = (0.0, 0_u32);
        for p in purchases.iter().filter(|p| (start..start + n as i32).contains(&p.month.0)) {
            let t = (p.month.0 - start) as usize;
            values[t] += p.value;
            orders[t] += u32::from(p.is_purchase);
            if p.is_purchase && p.value > 0.0 {
                positive += p.value;
                n_positive += 1;
            }
        }
        self.set.push(&Series {
            start,
            values: &values,
            orders: &orders,
            first_order_value: first.map_or(0.0, |p| p.value),
            mean_order_value: if n_positive > 0 { positive / f64::from(n_positive) } else { 0.0 },
            left_truncated,
            exited,
        })
    }

    /// The finished set.
    #[must_use]
    pub fn finish(self) -> SeriesSet {
        self.set
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn long_series_keep_their_recent_periods_and_their_total() {
        for n in 61..=400 {
            let merging = Merging::of(n);
            assert!(merging.n() <= MAX_PERIODS && merging.n() >= 31, "{n} -> {}", merging.n());
            assert_eq!(merging.raw_end(merging.n()), n);
            let values: Vec<f64> = (0..n).map(|t| t as f64).collect();
            let merged = merging.merge(&values);
            assert_eq!(merged.len(), merging.n());
            assert_eq!(merged[merged.len() - 24..], values[n - 24..]);
            let total: f64 = (0..merged.len())
                .map(|i| merged[i] * (merging.raw_end(i + 1) - merging.raw_end(i)) as f64)
                .sum();
            assert!((total - values.iter().sum::<f64>()).abs() < 1e-6);
        }
        assert_eq!(Merging::of(60).n(), 60);
    }

    #[test]
    fn builder_cuts_exited_customers_and_counts_orders() {
        let p = |month, value, is_purchase| Purchase { month: Month(month), value, is_purchase };
        let rows =
            [p(10, 5.0, true), p(10, 7.0, true), p(12, -2.0, false), p(13, 3.0, true), p(15, -1.0, false)];
        let mut builder = SeriesBuilder::new(Month(16));
        builder.push(&rows, false, false).unwrap();
        builder.push(&rows, false, true).unwrap();
        builder.push(&rows[2..3], false, true).unwrap();
        let set = builder.finish();
        assert_eq!(set.get(0).values, [12.0, 0.0, -2.0, 3.0, 0.0, -1.0, 0.0]);
        assert_eq!(set.get(0).orders, [2, 0, 0, 1, 0, 0, 0]);
        assert_eq!((set.get(0).first_order_value, set.get(0).mean_order_value), (5.0, 5.0));
        assert_eq!(set.get(1).values, [12.0, 0.0, -2.0, 3.0]);
        assert!(set.get(2).values.is_empty());
    }
}
