//! What are customers as points: on which scale, who is in, and in which order?
//!
//! A value v is transformed (`v`, `ln(1 + max(v, 0))` or `-ln(1 + max(v, 0))`), then standardized: `(x -
//! mean)/sd`, or `(x - median)/(Q3 - Q1)` where `|skewness| > 2`; without standardization it stays.
//! Complete cases only. Points stand in ascending order of their coordinates, so that no result can depend
//! on the order of the input.
//!
//! Symbols: v in the unit of the feature; x in transformed units; sd with n - 1; quartiles of type 7;
//! coordinates of [`Points`] without unit once standardized.
//!
//! Source: methods.md 9.
//!
//! Degenerate cases: a feature without variance (sd up to 1e-12 of the mean) is left out and named; a
//! skewed one with Q3 = Q1 falls back to mean and sd; values that are not finite or beyond 1e100 are
//! missing, and the customer with them.
//!
//! ```
//! use tenure::analytics::cluster::{Feature, Options, Points, Transform, cluster};
//! let even: Vec<f64> = (0..30).map(f64::from).collect();
//! let mut skewed = even.clone();
//! skewed[29] = 1e6;
//! let feature = |values| Feature { key: "x", transform: Transform::Identity, values };
//! let found = cluster(&[feature(&even), feature(&skewed)], &even, &Options::default()).unwrap();
//! let scale = |f: usize| (found.features[f].center, found.features[f].spread);
//! // By hand: mean 14.5 and variance 30 x 31/12 of 0..=29; median 14.5, quartiles 7.25 and 21.75.
//! assert!(scale(0).0 == 14.5 && (scale(0).1 - 77.5_f64.sqrt()).abs() < 1e-12);
//! assert_eq!(scale(1), (14.5, 14.5));
//! assert_eq!(Points::new(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0]]).n(), 2);
//! ```

use super::{Dropped, Feature, FeatureScale, ScaleKind, Transform};
use crate::math::stats::{mean, sd, skewness};
use crate::math::{Rng, exp_m1, ln_1p, quantile_sorted, sort};

/// Skewness beyond which median and quartiles scale a feature instead of mean and sd.
const ROBUST_SKEW: f64 = 2.0;

/// `n` points of `p` coordinates, column by column, so that loops over points run through memory in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    n: usize,
    p: usize,
    columns: Vec<f64>,
}

impl Points {
    /// Points from columns of equal length (longer ones are cut to the shortest).
    #[must_use]
    pub fn new(columns: &[Vec<f64>]) -> Self {
        let n = columns.iter().map(Vec::len).min().unwrap_or(0);
        Self { n, p: columns.len(), columns: columns.iter().flat_map(|c| &c[..n]).copied().collect() }
    }

    /// How many points.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// How many coordinates.
    #[must_use]
    pub fn p(&self) -> usize {
        self.p
    }

    /// One coordinate of all points.
    #[must_use]
    pub fn column(&self, feature: usize) -> &[f64] {
        &self.columns[feature * self.n..(feature + 1) * self.n]
    }

    /// The coordinates of one point.
    pub fn point(&self, row: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.p).map(move |f| self.columns[f * self.n + row])
    }

    /// Some of the points, in the order given, with repetition.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        let take = |f: usize| rows.iter().map(move |&i| self.columns[f * self.n + i as usize]);
        Self { n: rows.len(), p: self.p, columns: (0..self.p).flat_map(take).collect() }
    }

    /// Mean of every coordinate.
    pub(super) fn center(&self) -> Vec<f64> {
        (0..self.p).map(|f| mean(self.column(f)).unwrap_or(0.0)).collect()
    }

    /// Whether two points have the same coordinates.
    fn same(&self, a: usize, b: usize) -> bool {
        self.point(a).zip(self.point(b)).all(|(x, y)| x == y)
    }

    /// How many different points there are, up to `limit`; equal ones must stand side by side.
    pub(super) fn n_distinct(&self, limit: usize) -> usize {
        let first = usize::from(self.n > 0);
        (1..self.n).filter(|&i| !self.same(i - 1, i)).take(limit.saturating_sub(first)).count() + first
    }
}

/// `take` of `n` row numbers without repetition, ascending; all of them if there are no more.
pub(super) fn sample(n: usize, take: usize, rng: &mut Rng) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..n as u32).collect();
    if take >= n {
        return rows;
    }
    for i in 0..take {
        rows.swap(i, i + rng.below(n - i));
    }
    rows.truncate(take);
    rows.sort_unstable();
    rows
}

/// What clustering works on.
pub(super) struct Prepared {
    /// Complete customers, ordered by their coordinates: the result cannot depend on the order of the input.
    pub points: Points,
    /// Customer of each point.
    pub rows: Vec<u32>,
    /// How many customers have all features, also where no feature is left.
    pub n_complete: usize,
    /// Features kept.
    pub scales: Vec<FeatureScale>,
    /// Features left out.
    pub dropped: Vec<Dropped>,
}

pub(super) fn transform(value: f64, by: Transform) -> f64 {
    match by {
        Transform::Identity => value,
        Transform::LnOnePlus => ln_1p(value.max(0.0)),
        Transform::MinusLnOnePlus => -ln_1p(value.max(0.0)),
    }
}

pub(super) fn back(value: f64, by: Transform) -> f64 {
    match by {
        Transform::Identity => value,
        Transform::LnOnePlus => exp_m1(value),
        Transform::MinusLnOnePlus => exp_m1(-value),
    }
}

pub(super) fn prepare(features: &[Feature<'_>], money: &[f64], standardize: bool) -> Prepared {
    let n = features.iter().map(|f| f.values.len()).min().unwrap_or(0);
    let complete: Vec<u32> =
        (0..n as u32).filter(|&i| features.iter().all(|f| usable(f.values[i as usize]))).collect();
    let (mut columns, mut scales, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    for (feature_idx, feature) in features.iter().enumerate() {
        let mut column: Vec<f64> =
            complete.iter().map(|&i| transform(feature.values[i as usize], feature.transform)).collect();
        let Some(scale) = scale(feature, feature_idx, &column, standardize) else {
            dropped.push(Dropped { key: feature.key.to_owned(), feature_idx });
            continue;
        };
        // Adding 0 turns -0 into 0, which sorts beside it.
        column.iter_mut().for_each(|v| *v = (*v - scale.center) / scale.spread + 0.0);
        columns.push(column);
        scales.push(scale);
    }
    let points = Points::new(&columns);
    let mut order: Vec<u32> = (0..points.n() as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let coordinates = points.point(a as usize).zip(points.point(b as usize));
        let (a, b) = (complete[a as usize], complete[b as usize]);
        // Equal points may still differ in what they were made from, and then in the last bit of a sum.
        let values = features.iter().map(|f| (f.values[a as usize], f.values[b as usize]));
        let money = std::iter::once((amount(money, a), amount(money, b)));
        coordinates
            .chain(values)
            .chain(money)
            .map(|(x, y)| x.total_cmp(&y))
            .find(|o| o.is_ne())
            .unwrap_or(a.cmp(&b))
    });
    let rows = order.iter().map(|&i| complete[i as usize]).collect();
    Prepared { points: points.select(&order), rows, n_complete: complete.len(), scales, dropped }
}

/// Money of a customer; 0 where there is no usable number.
pub(super) fn amount(money: &[f64], row: u32) -> f64 {
    money.get(row as usize).copied().filter(|v| usable(*v)).unwrap_or(0.0)
}

/// Numbers beyond this would overflow when squared and summed; they count as missing.
fn usable(value: f64) -> bool {
    value.abs() <= 1e100
}

/// Center and spread of a transformed column; `None` without variance.
fn scale(
    feature: &Feature<'_>,
    feature_idx: usize,
    column: &[f64],
    standardize: bool,
) -> Option<FeatureScale> {
    let (mean, sd) = (mean(column)?, sd(column)?);
    if sd <= 1e-12 * mean.abs() || sd <= 0.0 {
        return None;
    }
    let mut sorted = column.to_vec();
    sort(&mut sorted);
    let [q1, median, q3] = [0.25, 0.5, 0.75].map(|p| quantile_sorted(&sorted, p));
    let skewed = skewness(column).is_some_and(|s| s.abs() > ROBUST_SKEW);
    let (kind, center, spread) = if !standardize {
        (ScaleKind::Raw, 0.0, 1.0)
    } else if skewed && q3 > q1 {
        (ScaleKind::Robust, median, q3 - q1)
    } else {
        (ScaleKind::ZScore, mean, sd)
    };
    Some(FeatureScale {
        key: feature.key.to_owned(),
        feature_idx,
        transform: feature.transform,
        kind,
        center,
        spread,
        mean,
        sd,
    })
}
