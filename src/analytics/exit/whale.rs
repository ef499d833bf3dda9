//! How concentrated is profit, and how much of it do loss-makers consume?
//!
//! Customers by descending profit, profit cumulated: it rises to a peak where the profitable end, and falls
//! to the total. Peak ratio `peak / total`; erosion `(peak - total) / peak`; top share: profit of the best 20
//! % over the total, the curve read at `0.2 n` (between customers along a straight line); loss share:
//! customers below 0, over n. Gini (1912) `sum_i (2 i - n - 1) pi_i / (n total)` over ascending ranks i.
//!
//! Symbols: profit pi, peak, total money in the file's currency unit per 12 months; n customers; loss share,
//! erosion and Gini 0..=1; peak ratio >= 1; top share may exceed 1.
//!
//! Source: Kaplan & Narayanan 2001; methods.md 12. "20/80/30": 20 % bring 80 % of profit, 30 % consume
//! profit.
//!
//! Degenerate cases: with a total of 0 or less no ratio to it means anything: they are `None`, only sums are
//! left. Gini only where no profit is negative. Profits that are not finite count as 0.
//!
//! ```
//! use tenure::analytics::exit::whale_curve;
//! let curve = whale_curve(&[500.0, 300.0, 150.0, 80.0, 40.0, 20.0, 5.0, -10.0, -35.0, -50.0], 200);
//! assert_eq!((curve.peak_ratio, curve.losses, curve.gini), (Some(1.095), -95.0, None)); // methods.md 12
//! assert!((curve.erosion.unwrap() - 0.0868).abs() < 5e-5);
//! assert_eq!(whale_curve(&[3.0, -5.0], 200).peak_ratio, None);
//! ```

use super::finite;
use crate::math::{sort, sum};
use serde::{Deserialize, Serialize};

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhalePoint {
    /// Customers so far.
    pub n_customers: u32,
    /// The same as a share of all.
    pub share: f64,
    /// Their profit together.
    pub profit: f64,
}

/// What the curve is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Benchmark {
    /// Share of customers at the top.
    pub top_customers: f64,
    /// Share of profit they are said to bring.
    pub top_profit: f64,
    /// Share of customers said to consume profit.
    pub loss_customers: f64,
}

impl Benchmark {
    /// The saying of 20/80/30.
    pub const RULE: Self = Self { top_customers: 0.2, top_profit: 0.8, loss_customers: 0.3 };
}

/// The whale curve of profit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WhaleCurve {
    /// Customers.
    pub n: u32,
    /// Customers up to the peak: those with a profit.
    pub n_profitable: u32,
    /// Customers below 0.
    pub n_loss: u32,
    /// Cumulative profit at the peak.
    pub peak: f64,
    /// Profit of all.
    pub total: f64,
    /// Losses of those below 0, as a number below 0: `total - peak`.
    pub losses: f64,
    /// `peak / total`.
    pub peak_ratio: Option<f64>,
    /// Profit of the best 20 % over the total; above 1 where losses are large.
    pub top_share: Option<f64>,
    /// Share of customers below 0; `None` without customers.
    pub loss_share: Option<f64>,
    /// `(peak - total) / peak`.
    pub erosion: Option<f64>,
    /// Gini's coefficient, 0 (all equal) ..1, where no profit is negative and some is positive.
    pub gini: Option<f64>,
    /// What the shares are compared with.
    pub benchmark: Benchmark,
    /// Points from 0 customers to all, peak among them.
    pub points: Vec<WhalePoint>,
    /// Whether `points` leaves customers out.
    pub downsampled: bool,
}

/// The whale curve of profits, with about `max_points` points (3 or more), evenly spaced, ends and peak
/// exact.
#[must_use]
pub fn whale_curve(profit: &[f64], max_points: usize) -> WhaleCurve {
    let mut sorted: Vec<f64> = profit.iter().map(|&p| finite(p)).collect();
    sort(&mut sorted);
    sorted.reverse();
    let n = sorted.len();
    let n_profitable = sorted.partition_point(|&p| p > 0.0);
    let n_loss = n - sorted.partition_point(|&p| p >= 0.0);
    let (gain, rest) = sorted.split_at(n_profitable);
    let (peak, losses) = (sum(gain.iter().copied()), sum(rest.iter().copied()));
    let total = peak + losses;
    let ratio = |x: f64| (total > 0.0).then(|| x / total).filter(|r| r.is_finite());
    let wanted = max_points.max(3);
    let mut at: Vec<usize> = (0..wanted).map(|k| even(k, wanted, n)).chain([n_profitable]).collect();
    at.sort_unstable();
    at.dedup();
    let downsampled = at.len() < n + 1;
    WhaleCurve {
        n: n as u32,
        n_profitable: n_profitable as u32,
        n_loss: n_loss as u32,
        peak,
        total,
        losses,
        peak_ratio: ratio(peak),
        top_share: ratio(top(&sorted, Benchmark::RULE.top_customers)),
        loss_share: (n > 0).then(|| n_loss as f64 / n as f64),
        erosion: (total > 0.0).then(|| (0.0 - losses) / peak),
        gini: gini(&sorted, total),
        benchmark: Benchmark::RULE,
        points: points(&sorted, &at, n_profitable, peak, total),
        downsampled,
    }
}

/// Place of the k-th of `wanted` evenly spaced points among 0..=n; in u64, since a browser's usize has 32
/// bits.
fn even(k: usize, wanted: usize, n: usize) -> usize {
    (k as u64 * n as u64 / (wanted as u64 - 1)) as usize
}

/// Profit of the best `share` of customers, the one at the border in part.
fn top(descending: &[f64], share: f64) -> f64 {
    // 0.2 x 10 must be 2 customers, not the last bit less.
    let wanted = share * descending.len() as f64;
    let whole = (wanted + 1e-9).floor();
    let part = (wanted - whole).max(0.0);
    let whole = whole as usize;
    sum(descending.iter().take(whole).copied()) + part * descending.get(whole).copied().unwrap_or(0.0)
}

fn gini(descending: &[f64], total: f64) -> Option<f64> {
    let n = descending.len() as f64;
    if descending.last().is_none_or(|&least| least < 0.0) || total <= 0.0 {
        return None;
    }
    // Sum of (2i - n - 1) x_i / (n total) over ascending ranks i; signs turn for descending ones.
    let weighted = sum(descending.iter().enumerate().map(|(i, x)| (n - 1.0 - 2.0 * i as f64) * (x / total)));
    Some((weighted / n).clamp(0.0, 1.0))
}

fn points(descending: &[f64], at: &[usize], peak_at: usize, peak: f64, total: f64) -> Vec<WhalePoint> {
    let n = descending.len();
    let (mut done, mut profit) = (0, 0.0);
    at.iter()
        .map(|&k| {
            profit += sum(descending.get(done..k).into_iter().flatten().copied());
            done = k;
            // The named points are exact, whatever the rounding on the way.
            let profit = if k == n {
                total
            } else if k == peak_at {
                peak
            } else {
                profit
            };
            WhalePoint { n_customers: k as u32, share: k as f64 / (n.max(1)) as f64, profit }
        })
        .collect()
}
