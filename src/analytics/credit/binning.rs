//! Bins of one feature in which the default rate only rises or only falls, and their weights of evidence.
//!
//! Up to 20 groups of equal size (whole values, never split) are pooled where neighbors break the direction (pool
//! adjacent violators, Barlow et al. 1972), then while a bin is too small or pure, then until there are few enough,
//! giving up the least information each time. Of both directions the one that keeps more information is taken.
//!
//! `WoE = ln(((g+.5)/(G+.5)) / ((b+.5)/(B+.5)))` for `g` of all `G` good and `b` of all `B` bad customers; the halves
//! keep pure bins finite. `IV = sum (g/G - b/B) WoE`. Rates are compared in integers, so ties are ties everywhere.

use crate::math::ln;

/// Groups before pooling.
const FINE: usize = 20;

/// Customers of a bin or of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Count {
    pub good: u64,
    pub bad: u64,
}

impl Count {
    pub fn n(self) -> u64 {
        self.good + self.bad
    }

    pub fn add(&mut self, other: Self) {
        self.good += other.good;
        self.bad += other.bad;
    }

    /// Weight of evidence: positive where there are more good customers than on average.
    pub fn woe(self, all: Self) -> f64 {
        let share = |part: u64, whole: u64| (part as f64 + 0.5) / (whole as f64 + 0.5);
        ln(share(self.good, all.good) / share(self.bad, all.bad))
    }

    /// Its part of the information value.
    pub fn information(self, all: Self) -> f64 {
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        (share(self.good, all.good) - share(self.bad, all.bad)) * self.woe(all)
    }

    /// Whether its default rate is above the other's.
    fn worse_than(self, other: Self) -> bool {
        u128::from(self.bad) * u128::from(other.n()) > u128::from(other.bad) * u128::from(self.n())
    }

    fn rate(self) -> f64 {
        self.bad as f64 / self.n().max(1) as f64
    }
}

/// A bin: values above the edge before it, up to `up_to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bin {
    pub up_to: f64,
    pub count: Count,
}

/// Limits of the search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub max_bins: usize,
    /// Customers a bin needs.
    pub min_n: u64,
}

/// Information value of bins.
pub(super) fn information(bins: &[Bin], all: Count) -> f64 {
    bins.iter().map(|b| b.count.information(all)).sum()
}

/// Bins of values (finite, any order) with their outcome; empty for no values. `all` are the customers of the whole
/// feature, those without a value included.
pub(super) fn monotone_bins(mut rows: Vec<(f64, bool)>, all: Count, limits: Limits) -> Vec<Bin> {
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let fine = fine_bins(&rows);
    let [rising, falling] = [true, false].map(|rising| {
        let mut bins = pooled(&fine, rising);
        merge_small(&mut bins, limits.min_n);
        merge_least(&mut bins, all, limits.max_bins.max(1));
        bins
    });
    if information(&rising, all) >= information(&falling, all) { rising } else { falling }
}

/// At most [`FINE`] bins of about equal size.
fn fine_bins(rows: &[(f64, bool)]) -> Vec<Bin> {
    let wanted = (rows.len() as u64).div_ceil(FINE as u64);
    let mut bins: Vec<Bin> = Vec::with_capacity(FINE + 1);
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let bad = same.iter().filter(|r| r.1).count() as u64;
        let count = Count { good: same.len() as u64 - bad, bad };
        match bins.last_mut() {
            Some(bin) if bin.count.n() < wanted && bin.count.n() + count.n() <= wanted + wanted / 2 => {
                bin.count.add(count);
                bin.up_to = same[0].0;
            }
            _ => bins.push(Bin { up_to: same[0].0, count }),
        }
    }
    bins
}

/// Pools neighbors until default rates strictly rise (or fall).
fn pooled(fine: &[Bin], rising: bool) -> Vec<Bin> {
    let in_order = |a: Count, b: Count| if rising { b.worse_than(a) } else { a.worse_than(b) };
    let mut out: Vec<Bin> = Vec::with_capacity(fine.len());
    for &bin in fine {
        let mut bin = bin;
        while let Some(last) = out.last().copied().filter(|last| !in_order(last.count, bin.count)) {
            bin.count.add(last.count);
            out.pop();
        }
        out.push(bin);
    }
    out
}

/// Merges every bin that is too small or holds only one kind with the neighbor of nearest rate. A pooled rate lies
/// between its parts', so the order of rates stays.
fn merge_small(bins: &mut Vec<Bin>, min_n: u64) {
    let poor = |b: &Bin| b.count.n() < min_n || b.count.good == 0 || b.count.bad == 0;
    while bins.len() > 1 {
        let Some(i) = (0..bins.len()).filter(|&i| poor(&bins[i])).min_by_key(|&i| (bins[i].count.n(), i))
        else {
            return;
        };
        let apart = |k: usize| (bins[k].count.rate() - bins[i].count.rate()).abs();
        let left = i > 0 && (i + 1 == bins.len() || apart(i - 1) <= apart(i + 1));
        merge(bins, if left { i - 1 } else { i });
    }
}

/// Merges the pair that costs least information until there are no more than `max_bins`.
fn merge_least(bins: &mut Vec<Bin>, all: Count, max_bins: usize) {
    while bins.len() > max_bins {
        let cost = |i: usize| {
            let mut both = bins[i].count;
            both.add(bins[i + 1].count);
            bins[i].count.information(all) + bins[i + 1].count.information(all) - both.information(all)
        };
        let least = (0..bins.len() - 1).min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
        merge(bins, least.unwrap_or(0));
    }
}

/// Joins bin `i` with the next.
fn merge(bins: &mut Vec<Bin>, i: usize) {
    let count = bins[i].count;
    bins[i + 1].count.add(count);
    bins.remove(i);
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_bins: 5, min_n: 10 };

    fn total(rows: &[(f64, bool)]) -> Count {
        let bad = rows.iter().filter(|r| r.1).count() as u64;
        Count { good: rows.len() as u64 - bad, bad }
    }

    #[test]
    fn bins_cover_everybody_and_rates_go_one_way() {
        for seed in 0..30 {
            let mut rng = crate::math::Rng::new(seed);
            let n = 20 + rng.below(800);
            let rows: Vec<_> = (0..n)
                .map(|_| {
                    let v = if seed % 3 == 0 { rng.below(4) as f64 } else { rng.normal() };
                    (v, rng.uniform() < if seed % 2 == 0 { 0.1 + 0.1 * v.abs() } else { 0.4 - 0.1 * v })
                })
                .collect();
            let all = total(&rows);
            let bins = monotone_bins(rows.clone(), all, LIMITS);
            let mut joined = Count::default();
            bins.iter().for_each(|b| joined.add(b.count));
            assert_eq!(joined, all);
            assert!(bins.len() <= 5 && bins.windows(2).all(|w| w[0].up_to < w[1].up_to), "{bins:?}");
            let signs: Vec<_> = bins.windows(2).map(|w| w[1].count.worse_than(w[0].count)).collect();
            assert!(signs.windows(2).all(|s| s[0] == s[1]), "{bins:?}");
            assert!(bins.len() == 1 || bins.iter().all(|b| b.count.n() >= 10 && b.count.bad > 0), "{bins:?}");
            let scaled = rows.iter().rev().map(|r| (r.0 * 1e6, r.1)).collect();
            let scaled = monotone_bins(scaled, all, LIMITS);
            assert!(bins.iter().zip(&scaled).all(|(a, b)| a.count == b.count && a.up_to * 1e6 == b.up_to));
        }
    }

    #[test]
    fn weight_of_evidence_by_hand() {
        let (all, bin) = (Count { good: 900, bad: 100 }, Count { good: 90, bad: 40 });
        // ln(90.5/900.5) - ln(40.5/100.5), and (.1 - .4) times that.
        assert!((bin.woe(all) + 1.388_744_6).abs() < 1e-6);
        assert!((bin.information(all) - 0.416_623_4).abs() < 1e-6);
        assert!(monotone_bins(Vec::new(), all, LIMITS).is_empty());
    }
}
