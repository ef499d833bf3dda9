//! Does the year have a shape, and what do the series look like without it?
//!
//! Total over customers per calendar month (each customer capped at the own 95 % quantile), divided by the centered
//! 12-term moving average `(½x_{t−6} + x_{t−5} + … + x_{t+5} + ½x_{t+6})/12`; the index of a calendar month is the
//! median of its ratios, normalized to mean 1. Used only with at least 36 months, largest over smallest index above
//! 1.15, and a correlation of at least 0.6 between the ln ratios of the two most recent years (methods.md 3.2);
//! the classical ratio-to-moving-average method (Macaulay 1931).
//!
//! Degenerate cases: too few months, or a total that is not positive somewhere: no season.

use super::series::SeriesSet;
use crate::math::{ln, quantile};
use serde::{Deserialize, Serialize};

/// The verdict on seasonality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Season {
    /// Divide by this index.
    Found {
        /// Factor of each month of the year, January first (calendar index modulo 12), mean 1.
        index: [f64; 12],
        /// Correlation of the two most recent years.
        correlation: f64,
    },
    /// Fewer months than needed.
    TooShort,
    /// The months differ too little, or not in the same way in both years.
    NotRepeated {
        /// Largest over smallest index.
        range: f64,
        /// Correlation of the two most recent years.
        correlation: f64,
    },
}

/// Estimates the season of monthly series; with `by_choice` 24 months suffice for an attempt.
#[must_use]
pub fn estimate(set: &SeriesSet, by_choice: bool) -> Season {
    let (first, total) = monthly_total(set);
    if total.len() < if by_choice { 24 } else { 36 } {
        return Season::TooShort;
    }
    let ratios: Vec<(i32, f64)> = (6..total.len() - 6)
        .map(|t| {
            let inner: f64 = total[t - 5..=t + 5].iter().sum();
            let average = (inner + 0.5 * (total[t - 6] + total[t + 6])) / 12.0;
            (first + t as i32, total[t] / average)
        })
        .collect();
    if !ratios.iter().all(|r| r.1.is_finite() && r.1 > 0.0) {
        return Season::NotRepeated { range: 1.0, correlation: 0.0 };
    }
    let mut index: [f64; 12] = std::array::from_fn(|month| {
        let of_month: Vec<f64> =
            ratios.iter().filter(|r| r.0.rem_euclid(12) == month as i32).map(|r| r.1).collect();
        if of_month.is_empty() { 1.0 } else { quantile(&of_month, 0.5) }
    });
    let mean = index.iter().sum::<f64>() / 12.0;
    index.iter_mut().for_each(|x| *x /= mean);
    let largest = index.iter().copied().fold(f64::MIN, f64::max);
    let range = largest / index.iter().copied().fold(f64::MAX, f64::min);
    let correlation = two_years(&ratios);
    let agrees = correlation >= 0.6 || (by_choice && ratios.len() < 24);
    if range > 1.15 && agrees {
        Season::Found { index, correlation }
    } else {
        Season::NotRepeated { range, correlation }
    }
}

/// The series divided by the index; first orders likewise, mean order values unchanged.
#[must_use]
pub fn remove(set: &SeriesSet, index: &[f64; 12]) -> SeriesSet {
    let mut out = set.clone();
    out.map_values(|calendar, v| v / index[calendar.rem_euclid(12) as usize]);
    out
}

fn monthly_total(set: &SeriesSet) -> (i32, Vec<f64>) {
    let first = set.iter().map(|s| s.start).min().unwrap_or(0);
    let end = set.iter().map(|s| s.start + s.values.len() as i32).max().unwrap_or(0);
    let mut total = vec![0.0; (end - first).max(0) as usize];
    for s in set.iter().filter(|s| !s.values.is_empty()) {
        let cap = quantile(s.values, 0.95);
        for (t, v) in s.values.iter().enumerate() {
            total[(s.start - first) as usize + t] += v.min(cap);
        }
    }
    (first, total)
}

/// Correlation of the ln ratios of the last twelve months with the twelve before; 0 if there are not 24.
fn two_years(ratios: &[(i32, f64)]) -> f64 {
    let Some(begin) = ratios.len().checked_sub(24) else { return 0.0 };
    let logs: Vec<f64> = ratios[begin..].iter().map(|r| ln(r.1)).collect();
    let (x, y) = logs.split_at(12);
    let mean = |v: &[f64]| v.iter().sum::<f64>() / 12.0;
    let (mx, my) = (mean(x), mean(y));
    let cross = |u: &[f64], mu: f64, v: &[f64], mv: f64| {
        u.iter().zip(v).map(|(a, b)| (a - mu) * (b - mv)).sum::<f64>()
    };
    let norm = (cross(x, mx, x, mx) * cross(y, my, y, my)).sqrt();
    if norm > 0.0 { cross(x, mx, y, my) / norm } else { 0.0 }
}
