//! How good is a partition, and how much do two partitions agree?
//!
//! Silhouette of point i: `s_i = (b_i - a_i)/max(a_i, b_i)`, a the mean distance to the others of the own
//! cluster, b the least mean distance to another cluster; the mean over all points judges the partition.
//!
//! Adjusted Rand index: `(T - E)/(G - E)`, with T the pairs that both partitions keep together, A and B those
//! that each keeps together, `E = A B / (n (n-1)/2)` what chance gives and `G = (A + B)/2`.
//!
//! Symbols: distances Euclidean, in the (standardized) units of the points; s -1..=1; index at most 1, 0 on
//! average for unrelated partitions; n points.
//!
//! Source: Rousseeuw 1987; Hubert & Arabie 1985; methods.md 9.
//!
//! Degenerate cases: a cluster of one has s = 0, and so have points without any distance; fewer than two
//! clusters: `None`. The index is 1 where chance leaves no room (all together or all apart on both sides).
//!
//! ```
//! use tenure::analytics::cluster::{Points, adjusted_rand, silhouettes};
//! // By hand: a = 1, b = 5 and 4; the lone point counts 0.
//! let mean = silhouettes(&Points::new(&[vec![0.0, 1.0, 5.0]]), &[&[0, 0, 1]])[0].unwrap();
//! assert!((mean - (4.0 / 5.0 + 3.0 / 4.0) / 3.0).abs() < 1e-12);
//! // T = 1 + 3, A = 3 + 3, B = 1 + 6 of 15 pairs: (4 - 2.8)/(6.5 - 2.8).
//! let index = adjusted_rand(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 1, 1]);
//! assert!((index - 1.2 / 3.7).abs() < 1e-12);
//! ```

use super::points::Points;
use crate::math::sum;
use std::collections::BTreeMap;

/// Mean silhouette of each partition of the same points: `s_i = (b_i - a_i)/max(a_i, b_i)` with a the mean
/// distance to the others of the own cluster and b the least mean distance to another cluster; 0 for a cluster
/// of one (Rousseeuw 1987). From -1 to 1; `None` with fewer than two clusters. Takes `O(n^2)` time, once for
/// all partitions.
#[must_use]
pub fn silhouettes(points: &Points, partitions: &[&[u16]]) -> Vec<Option<f64>> {
    let n = points.n();
    let n_clusters = |labels: &[u16]| labels.iter().max().map_or(0, |m| usize::from(*m) + 1);
    let sizes: Vec<Vec<f64>> = partitions
        .iter()
        .map(|labels| {
            let mut sizes = vec![0.0; n_clusters(labels)];
            labels.iter().for_each(|&l| sizes[usize::from(l)] += 1.0);
            sizes
        })
        .collect();
    let mut totals = vec![0.0; partitions.len()];
    let mut distance = vec![0.0; n];
    let mut sums = Vec::new();
    for i in 0..n {
        distance.fill(0.0);
        for (f, own) in points.point(i).enumerate() {
            distance.iter_mut().zip(points.column(f)).for_each(|(d, x)| *d += (x - own) * (x - own));
        }
        distance.iter_mut().for_each(|d| *d = d.sqrt());
        for ((labels, sizes), total) in partitions.iter().zip(&sizes).zip(&mut totals) {
            sums.clear();
            sums.resize(sizes.len(), 0.0);
            labels.iter().zip(&distance).for_each(|(&l, d)| sums[usize::from(l)] += d);
            let own = usize::from(labels[i]);
            let others = (0..sizes.len()).filter(|&c| c != own && sizes[c] > 0.0);
            let b = others.map(|c| sums[c] / sizes[c]).fold(f64::INFINITY, f64::min);
            let a = sums[own] / (sizes[own] - 1.0);
            let greatest = a.max(b);
            if sizes[own] > 1.0 && greatest > 0.0 && b.is_finite() {
                *total += (b - a) / greatest;
            }
        }
    }
    let several = |sizes: &Vec<f64>| sizes.iter().filter(|s| **s > 0.0).count() > 1;
    sizes.iter().zip(totals).map(|(sizes, total)| several(sizes).then(|| total / n as f64)).collect()
}

/// Agreement of two partitions of the same items, corrected for chance: 1 where they are equal up to the names of the
/// clusters, 0 on average for unrelated ones (Hubert & Arabie 1985).
#[must_use]
pub fn adjusted_rand(a: &[u16], b: &[u16]) -> f64 {
    let pairs = |n: f64| n * (n - 1.0) / 2.0;
    let (mut both, mut left, mut right) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&x, &y) in a.iter().zip(b) {
        *both.entry((x, y)).or_insert(0.0) += 1.0;
        *left.entry(x).or_insert(0.0) += 1.0;
        *right.entry(y).or_insert(0.0) += 1.0;
    }
    let together = sum(both.values().map(|n| pairs(*n)));
    let (in_a, in_b) = (sum(left.values().map(|n| pairs(*n))), sum(right.values().map(|n| pairs(*n))));
    let all = pairs(a.len().min(b.len()) as f64);
    let expected = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let greatest = (in_a + in_b) / 2.0;
    // Equal where chance leaves no room: all together or all apart on both sides.
    if greatest - expected == 0.0 { 1.0 } else { (together - expected) / (greatest - expected) }
}
