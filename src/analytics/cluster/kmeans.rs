//! Which k centers lie nearest to all points? k-means.
//!
//! It seeks the centers with the least `W = sum_i min_c |x_i - m_c|^2`. Seeds by k-means++ (Arthur &
//! Vassilvitskii 2007): each next center is a point drawn with chance in proportion to its squared distance
//! from the centers so far, the best of three draws (their greedy variant). Then Lloyd's passes (1982), at
//! most 100: assign every point to its nearest center, move every center to the mean of its points. W
//! cannot rise; a cluster that lost all its points takes the point farthest from its center, which lowers
//! it too. Passes end where no label changes or no center moves more than 1e-6 of the points' spread. The
//! best of several restarts is kept.
//!
//! Symbols: x points and m centers in the (standardized) units of the points; W in their square, 0 up to
//! [`total_ss`]; labels 0..k.
//!
//! Source: Arthur & Vassilvitskii 2007; Lloyd 1982; methods.md 9.
//!
//! Degenerate cases: fewer different points than k give fewer clusters; no points, or points without
//! coordinates, give none.
//!
//! ```
//! use tenure::analytics::cluster::{Points, kmeans, total_ss};
//! let points = Points::new(&[vec![1.0, 2.0, 8.0, 9.0]]); // methods.md 9: centers 1.5 and 8.5, 4 x .25
//! let found = kmeans(&points, 2, 20, 1);
//! assert_eq!((found.within_ss(), total_ss(&points)), (1.0, 50.0));
//! assert_eq!((found.labels[0] == found.labels[1], found.labels[1] == found.labels[2]), (true, false));
//! assert_eq!(kmeans(&Points::new(&[vec![3.0, 3.0]]), 2, 20, 1).centers, [3.0]);
//! ```

use super::points::Points;
use crate::math::{Rng, sum};

/// Points drawn for each further seed.
const TRIALS: usize = 3;
/// Passes at most.
pub(super) const MAX_PASSES: usize = 100;
/// Centers that move less than this share of the points' spread have arrived.
const TOLERANCE: f64 = 1e-6;
/// Points handled at once, so that distances stay in registers and first-level cache.
const BLOCK: usize = 64;

/// A partition by nearest center.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// Coordinates of the centers, center by center, shape `(k, p)`.
    pub centers: Vec<f64>,
    /// Cluster of every point, 0..k.
    pub labels: Vec<u16>,
    /// Sum of squared distances after each pass; never rises.
    pub trace: Vec<f64>,
}

impl KMeans {
    /// The objective reached.
    #[must_use]
    pub fn within_ss(&self) -> f64 {
        self.trace.last().copied().unwrap_or(0.0)
    }
}

/// The best of `restarts` seeded runs. Fewer clusters than `k` come back where there are not as many different
/// points; none without points.
#[must_use]
pub fn kmeans(points: &Points, k: usize, restarts: usize, seed: u64) -> KMeans {
    let mut rng = Rng::new(seed);
    let mut best: Option<KMeans> = None;
    for _ in 0..restarts.max(1) {
        let run = lloyd(points, plus_plus(points, k, &mut rng), MAX_PASSES);
        if best.as_ref().is_none_or(|b| run.within_ss() < b.within_ss()) {
            best = Some(run);
        }
    }
    best.unwrap_or(KMeans { centers: Vec::new(), labels: Vec::new(), trace: Vec::new() })
}

/// Seeds, at most `k`.
pub(super) fn plus_plus(points: &Points, k: usize, rng: &mut Rng) -> Vec<f64> {
    let n = points.n();
    if n == 0 || k == 0 {
        return Vec::new();
    }
    let mut chosen = rng.below(n);
    let mut centers: Vec<f64> = points.point(chosen).collect();
    let mut nearest = nearer(points, chosen, &vec![f64::INFINITY; n]);
    let mut total: f64 = nearest.iter().sum();
    for _ in 1..k {
        if total <= 0.0 {
            break;
        }
        let mut best: Option<(f64, Vec<f64>)> = None;
        for _ in 0..TRIALS {
            let drawn = draw(&nearest, rng.uniform() * total);
            let then = nearer(points, drawn, &nearest);
            let left: f64 = then.iter().sum();
            if best.as_ref().is_none_or(|(b, _)| left < *b) {
                (best, chosen) = (Some((left, then)), drawn);
            }
        }
        if let Some(best) = best {
            (total, nearest) = best;
        }
        centers.extend(points.point(chosen));
    }
    centers
}

/// Squared distances to the nearest center once this point is one too.
fn nearer(points: &Points, center: usize, nearest: &[f64]) -> Vec<f64> {
    let mut distance = vec![0.0; points.n()];
    for (f, c) in points.point(center).enumerate() {
        distance.iter_mut().zip(points.column(f)).for_each(|(d, x)| *d += (x - c) * (x - c));
    }
    distance.iter_mut().zip(nearest).for_each(|(d, n)| *d = n.min(*d));
    distance
}

/// The point at which the running sum exceeds `left`; rounding may leave a little after the last: the farthest then.
fn draw(weights: &[f64], mut left: f64) -> usize {
    let reached = weights.iter().position(|w| {
        left -= w;
        left < 0.0 && *w > 0.0
    });
    reached.unwrap_or_else(|| farthest(weights))
}

/// First of the greatest.
fn farthest(distance: &[f64]) -> usize {
    let mut best = 0;
    for (i, d) in distance.iter().enumerate() {
        if *d > distance[best] {
            best = i;
        }
    }
    best
}

/// Lloyd's passes from given centers; clusters that end empty are taken out.
pub(super) fn lloyd(points: &Points, mut centers: Vec<f64>, max_passes: usize) -> KMeans {
    let (n, p) = (points.n(), points.p());
    let k = centers.len().checked_div(p).unwrap_or(0);
    let (mut labels, mut distance, mut trace) = (vec![0; n], vec![0.0; n], Vec::new());
    if k == 0 {
        return KMeans { centers, labels, trace };
    }
    let arrived = TOLERANCE * TOLERANCE * total_ss(points) / n.max(1) as f64;
    let mut sizes = vec![0_u32; k];
    for pass in 0..max_passes.max(1) {
        let changed = assign(points, &centers, &mut labels, &mut distance);
        trace.push(sum(distance.iter().copied()));
        if pass > 0 && !changed {
            break;
        }
        sizes.fill(0);
        labels.iter().for_each(|&l| sizes[usize::from(l)] += 1);
        refill(&mut labels, &mut sizes, &mut distance);
        let next = means(points, &labels, &sizes, &centers);
        let moved = next.chunks(p).zip(centers.chunks(p)).map(|(a, b)| squared(a, b)).fold(0.0, f64::max);
        centers = next;
        if moved <= arrived {
            // The labels stand for centers that differ by less than the tolerance.
            break;
        }
    }
    compact(&mut centers, &mut labels, p);
    KMeans { centers, labels, trace }
}

/// Gives every empty cluster the point that lies farthest from its center.
fn refill(labels: &mut [u16], sizes: &mut [u32], distance: &mut [f64]) {
    for empty in 0..sizes.len() {
        if sizes[empty] > 0 || distance.is_empty() {
            continue;
        }
        let i = farthest(distance);
        let from = usize::from(labels[i]);
        if distance[i] > 0.0 && sizes[from] > 1 {
            labels[i] = empty as u16;
            sizes[from] -= 1;
            sizes[empty] = 1;
            distance[i] = 0.0;
        }
    }
}

/// Puts every point to its nearest center (the first of equals); whether any label changed.
pub(super) fn assign(points: &Points, centers: &[f64], labels: &mut [u16], distance: &mut [f64]) -> bool {
    let (n, p) = (points.n(), points.p());
    let mut changed = false;
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let (mut best, mut label) = ([f64::INFINITY; BLOCK], [0.0; BLOCK]);
        for (c, center) in centers.chunks(p).enumerate() {
            let mut d = [0.0; BLOCK];
            for (f, center) in center.iter().enumerate() {
                let column = &points.column(f)[start..end];
                d.iter_mut().zip(column).for_each(|(d, x)| *d += (x - center) * (x - center));
            }
            // Labels as numbers of the same width keep this loop in vector registers.
            let c = c as f64;
            for ((d, best), label) in d.iter().zip(&mut best).zip(&mut label) {
                let nearer = *d < *best;
                *label = if nearer { c } else { *label };
                *best = if nearer { *d } else { *best };
            }
        }
        distance[start..end].copy_from_slice(&best[..end - start]);
        for (old, new) in labels[start..end].iter_mut().zip(&label) {
            changed |= *old != *new as u16;
            *old = *new as u16;
        }
    }
    changed
}

/// Means of the clusters; an empty one keeps its center.
fn means(points: &Points, labels: &[u16], sizes: &[u32], centers: &[f64]) -> Vec<f64> {
    let (p, k) = (points.p(), sizes.len());
    let mut out = vec![0.0; k * p];
    for f in 0..p {
        let mut sums = vec![0.0; k];
        points.column(f).iter().zip(labels).for_each(|(x, &l)| sums[usize::from(l)] += x);
        for c in 0..k {
            out[c * p + f] = if sizes[c] > 0 { sums[c] / f64::from(sizes[c]) } else { centers[c * p + f] };
        }
    }
    out
}

/// Takes out clusters without points and renumbers the others.
fn compact(centers: &mut Vec<f64>, labels: &mut [u16], p: usize) {
    let k = centers.len() / p;
    let mut used = vec![false; k];
    labels.iter().for_each(|&l| used[usize::from(l)] = true);
    if used.iter().all(|u| *u) {
        return;
    }
    let mut next = 0;
    let new: Vec<u16> = used
        .iter()
        .map(|u| {
            let now = next;
            next += u16::from(*u);
            now
        })
        .collect();
    labels.iter_mut().for_each(|l| *l = new[usize::from(*l)]);
    *centers = (0..k).filter(|&c| used[c]).flat_map(|c| centers[c * p..(c + 1) * p].to_vec()).collect();
}

pub(super) fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// Sum of squared distances to the mean of all points.
#[must_use]
pub fn total_ss(points: &Points) -> f64 {
    let center = points.center();
    sum((0..points.p()).flat_map(|f| {
        points.column(f).iter().map({
            let c = center[f];
            move |x| (x - c) * (x - c)
        })
    }))
}

/// Sum of squared distances to the means of the clusters of a partition into `k`.
#[must_use]
pub fn within_ss(points: &Points, labels: &[u16], k: usize) -> f64 {
    let mut sizes = vec![0_u32; k];
    labels.iter().for_each(|&l| sizes[usize::from(l)] += 1);
    let p = points.p();
    let centers = means(points, labels, &sizes, &vec![0.0; k * p]);
    sum((0..p).flat_map(|f| {
        let centers = &centers;
        points.column(f).iter().zip(labels).map(move |(x, &l)| {
            let d = x - centers[usize::from(l) * p + f];
            d * d
        })
    }))
}
