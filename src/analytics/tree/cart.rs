//! Growing, pruning and cross-validating on ranks: every column is sorted once, and a level of the tree is
//! one walk along each sorted column with a few counters per open node (Mehta, Agrawal & Rissanen 1996,
//! SLIQ).
//!
//! Only ranks are read, so a monotone transform of a feature changes nothing but the thresholds' values.
//! Counts are integers, so the order of rows changes nothing at all.

use super::{Column, Options, Pruned, SEED};
use crate::math::Rng;

/// Rank of an unknown value.
const UNKNOWN: u32 = u32::MAX;
/// Code of a row that is in no open node.
const OUT: u8 = u8::MAX;
/// Part of a row that is held out, and of a training row that is not in the sample.
pub(super) const HELD_OUT: u8 = u8::MAX;
const NOT_SAMPLED: u8 = u8::MAX - 1;
/// Most folds; parts below it are folds.
const MOST_FOLDS: u8 = 100;
/// Least gain of a split: below it is rounding.
const LEAST_GAIN: f64 = 1e-12;

/// A column as dense ranks.
pub(super) struct Ranked {
    /// Its place among the caller's columns.
    pub source: usize,
    /// Rank of each row's value among the different ones.
    rank: Vec<u32>,
    /// The different values, ascending.
    values: Vec<f64>,
    /// Rows by ascending rank with it, then none.
    sorted: Vec<(u32, u32)>,
}

impl Ranked {
    /// Midway between the values of two ranks, but below the higher one however close they are.
    pub fn between(&self, low: u32, high: u32) -> f64 {
        let (low, high) = (self.values[low as usize], self.values[high as usize]);
        let middle = 0.5 * low + 0.5 * high;
        if middle >= low && middle < high { middle } else { low }
    }
}

/// The included customers: `rows[i]` is the caller's index of row i.
pub(super) struct Table {
    pub columns: Vec<Ranked>,
    pub left_out: Vec<(usize, bool)>,
    pub target: Vec<bool>,
    pub rows: Vec<u32>,
}

impl Table {
    pub fn new(columns: &[Column], target: &[bool], rows: Vec<u32>) -> Self {
        let mut out = Self {
            columns: Vec::with_capacity(columns.len()),
            left_out: Vec::new(),
            target: rows.iter().map(|&i| target[i as usize]).collect(),
            rows,
        };
        let mut order: Vec<(f64, u32)> = Vec::with_capacity(out.rows.len());
        for (source, column) in columns.iter().enumerate() {
            order.clear();
            // Adding 0 makes -0 and 0 one value.
            let known = |(row, &i): (usize, &u32)| Some((column.at(i as usize)? + 0.0, row as u32));
            order.extend(out.rows.iter().enumerate().filter_map(known));
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let mut ranked = Ranked {
                source,
                rank: vec![UNKNOWN; out.rows.len()],
                values: Vec::new(),
                sorted: Vec::with_capacity(order.len()),
            };
            for &(value, row) in &order {
                if ranked.values.last() != Some(&value) {
                    ranked.values.push(value);
                }
                let rank = ranked.values.len() as u32 - 1;
                ranked.rank[row as usize] = rank;
                ranked.sorted.push((rank, row));
            }
            if ranked.values.len() > 1 {
                out.columns.push(ranked);
            } else {
                out.left_out.push((source, ranked.values.is_empty()));
            }
        }
        out
    }

    /// A number per row that depends on nothing but the row's own ranks.
    fn hashes(&self) -> Vec<u64> {
        let mut hashes = vec![SEED; self.rows.len()];
        for column in &self.columns {
            for (hash, &rank) in hashes.iter_mut().zip(&column.rank) {
                *hash = Rng::new(*hash ^ u64::from(rank)).next_u64();
            }
        }
        hashes
    }
}

/// Which rows are held out, which the tree is grown on, and in which fold those are.
pub(super) struct Deal {
    /// Per row: fold, [`NOT_SAMPLED`] or [`HELD_OUT`].
    pub part: Vec<u8>,
    pub n_training: u32,
    pub n_used: u32,
    n_folds: u8,
}

impl Deal {
    /// Deals the rows of each class in the order of their hashes, like cards: rows that are alike are
    /// neighbors and so are spread evenly. `tie` tells apart rows that differ only outside the columns.
    pub fn new(table: &Table, tie: Option<&[f64]>, hold_out: bool, options: &Options) -> Self {
        let n_folds = options.folds.min(MOST_FOLDS);
        let hashes = table.hashes();
        let key = |row: u32| {
            let i = table.rows[row as usize] as usize;
            (hashes[row as usize], tie.and_then(|t| t.get(i)).map_or(0, |v| v.to_bits()))
        };
        let mut part = vec![NOT_SAMPLED; table.rows.len()];
        let mut training: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
        for class in [false, true] {
            let of_class = |row: &u32| table.target[*row as usize] == class;
            let mut rows: Vec<u32> = (0..table.rows.len() as u32).filter(of_class).collect();
            rows.sort_unstable_by_key(|&row| key(row));
            for (k, row) in rows.into_iter().enumerate() {
                if hold_out && (k + 1) * 3 / 10 > k * 3 / 10 {
                    part[row as usize] = HELD_OUT;
                } else {
                    training[usize::from(class)].push(row);
                }
            }
        }
        let n = training.each_ref().map(Vec::len);
        // The classes weigh the same anyway, so the rarer one need not be thinned out with the other.
        let cap = (options.sample as usize).max(2);
        let rarer = n[0].min(n[1]).min(cap / 2);
        let used = n.map(|k| k.min(cap - rarer));
        for (rows, used) in training.iter().zip(used) {
            let mut dealt = 0;
            for (k, &row) in rows.iter().enumerate() {
                if (k + 1) * used / rows.len() > k * used / rows.len() {
                    part[row as usize] = (dealt % usize::from(n_folds.max(1))) as u8;
                    dealt += 1;
                }
            }
        }
        Self { part, n_training: (n[0] + n[1]) as u32, n_used: (used[0] + used[1]) as u32, n_folds }
    }
}

/// How far a tree may grow.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub max_depth: u8,
    pub min_leaf: u32,
}

/// A split between two adjacent ranks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    pub column: usize,
    pub low: u32,
    pub high: u32,
    /// Last rank that goes left.
    cut: u32,
    pub gain: f64,
    pub unknown_left: bool,
    pub n_unknown: u32,
    pub left: usize,
    pub right: usize,
}

impl Split {
    fn next(&self, table: &Table, row: usize) -> usize {
        let rank = table.columns[self.column].rank[row];
        let goes_left = if rank == UNKNOWN { self.unknown_left } else { rank <= self.cut };
        if goes_left { self.left } else { self.right }
    }
}

/// A node: rows outside the target and in it, and the split below. Children follow their parent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    pub counts: [u32; 2],
    pub split: Option<Split>,
}

/// Half of the weight for each class.
fn weights(totals: [u32; 2]) -> [f64; 2] {
    totals.map(|n| 0.5 / f64::from(n.max(1)))
}

/// Impurity of the counts times their weight.
fn impurity(counts: [u32; 2], weights: [f64; 2]) -> f64 {
    let (a, b) = (f64::from(counts[0]) * weights[0], f64::from(counts[1]) * weights[1]);
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

/// Gini's impurity of the counts, classes weighted equally.
pub(super) fn gini(counts: [u32; 2], totals: [u32; 2]) -> f64 {
    let w = weights(totals);
    let weight = f64::from(counts[0]) * w[0] + f64::from(counts[1]) * w[1];
    if weight > 0.0 { impurity(counts, w) / weight } else { 0.0 }
}

/// Whether a node says "target". Cross-multiplied in integers, so that a tie is a tie; a tie says no.
pub(super) fn says_target(counts: [u32; 2], totals: [u32; 2]) -> bool {
    u64::from(counts[1]) * u64::from(totals[0]) > u64::from(counts[0]) * u64::from(totals[1])
}

/// Counters of one open node on the walk along a column.
#[derive(Clone, Copy, Default)]
struct Walk {
    total: [u32; 2],
    unknown: [u32; 2],
    left: [u32; 2],
    last: u32,
    impurity: f64,
    best: Option<Split>,
}

impl Walk {
    fn of(node: &Node, weights: [f64; 2]) -> Self {
        Self { total: node.counts, impurity: impurity(node.counts, weights), ..Self::default() }
    }

    /// Judges the split between the last rank seen and `high`.
    fn consider(&mut self, column: usize, high: u32, weights: [f64; 2], min_leaf: u32) {
        let known = self.total[0] + self.total[1] - self.unknown[0] - self.unknown[1];
        let unknown_left = 2 * (self.left[0] + self.left[1]) >= known;
        let mut left = self.left;
        if unknown_left {
            left = [left[0] + self.unknown[0], left[1] + self.unknown[1]];
        }
        let right = [self.total[0] - left[0], self.total[1] - left[1]];
        if left[0] + left[1] < min_leaf || right[0] + right[1] < min_leaf {
            return;
        }
        let gain = self.impurity - (impurity(left, weights) + impurity(right, weights));
        if gain > self.best.map_or(LEAST_GAIN, |b| b.gain) {
            let n_unknown = self.unknown[0] + self.unknown[1];
            self.best = Some(Split {
                column,
                low: self.last,
                high,
                cut: self.last + (high - self.last) / 2,
                gain,
                unknown_left,
                n_unknown,
                left: 0,
                right: 0,
            });
        }
    }
}

/// The columns restricted to the rows a tree is grown on.
struct Training {
    rows: Vec<u32>,
    sorted: Vec<Vec<(u32, u32)>>,
    unknown: Vec<Vec<u32>>,
}

impl Training {
    fn new(table: &Table, part: &[u8]) -> Self {
        let is_in = |row: u32| part[row as usize] < MOST_FOLDS;
        let rows: Vec<u32> = (0..part.len() as u32).filter(|&row| is_in(row)).collect();
        let sorted = |c: &Ranked| c.sorted.iter().copied().filter(|&(_, row)| is_in(row)).collect();
        let unknown = |c: &Ranked| rows.iter().copied().filter(|&i| c.rank[i as usize] == UNKNOWN).collect();
        Self {
            sorted: table.columns.iter().map(sorted).collect(),
            unknown: table.columns.iter().map(unknown).collect(),
            rows,
        }
    }

    /// Grows a tree on the rows outside the fold `without`.
    fn grow(&self, table: &Table, part: &[u8], without: Option<u8>, limits: Limits) -> Vec<Node> {
        // Per row twice its open node's place on the level, plus 1 in the target.
        let mut code = vec![OUT; part.len()];
        let mut totals = [0_u32; 2];
        for &row in &self.rows {
            if Some(part[row as usize]) != without {
                let class = table.target[row as usize];
                code[row as usize] = u8::from(class);
                totals[usize::from(class)] += 1;
            }
        }
        let weights = weights(totals);
        let mut nodes = vec![Node { counts: totals, split: None }];
        let mut level = 0..1;
        for _ in 0..limits.max_depth {
            let mut walks: Vec<Walk> = nodes[level.clone()].iter().map(|n| Walk::of(n, weights)).collect();
            for column in 0..self.sorted.len() {
                self.walk(column, &code, &mut walks, weights, limits.min_leaf);
            }
            let first_child = nodes.len();
            for (at, walk) in level.clone().zip(walks) {
                let Some(mut split) = walk.best else { continue };
                (split.left, split.right) = (nodes.len(), nodes.len() + 1);
                nodes[at].split = Some(split);
                nodes.extend([Node { counts: [0; 2], split: None }; 2]);
            }
            for &row in &self.rows {
                let code = &mut code[row as usize];
                if *code == OUT {
                    continue;
                }
                let class = *code & 1;
                *code = match nodes[level.start + usize::from(*code >> 1)].split {
                    Some(split) => {
                        let child = split.next(table, row as usize);
                        nodes[child].counts[usize::from(class)] += 1;
                        ((child - first_child) as u8) << 1 | class
                    }
                    None => OUT,
                };
            }
            level = first_child..nodes.len();
        }
        nodes
    }

    /// Walks along a column and keeps the best split of every open node.
    fn walk(&self, column: usize, code: &[u8], walks: &mut [Walk], weights: [f64; 2], min_leaf: u32) {
        for walk in walks.iter_mut() {
            (walk.left, walk.unknown) = ([0; 2], [0; 2]);
        }
        for &row in &self.unknown[column] {
            let code = code[row as usize];
            if code != OUT {
                walks[usize::from(code >> 1)].unknown[usize::from(code & 1)] += 1;
            }
        }
        for &(rank, row) in &self.sorted[column] {
            let code = code[row as usize];
            if code == OUT {
                continue;
            }
            let walk = &mut walks[usize::from(code >> 1)];
            if walk.last != rank && walk.left != [0; 2] {
                walk.consider(column, rank, weights, min_leaf);
            }
            walk.left[usize::from(code & 1)] += 1;
            walk.last = rank;
        }
    }
}

/// Price of a leaf from which each node is one: infinite for none, and no greater below a node than at it.
fn prices(nodes: &[Node], totals: [u32; 2]) -> Vec<f64> {
    let w = weights(totals);
    let wrong = |n: &Node| (f64::from(n.counts[0]) * w[0]).min(f64::from(n.counts[1]) * w[1]);
    let mut price = vec![f64::INFINITY; nodes.len()];
    let mut below = vec![(0.0, 1.0); nodes.len()];
    let mut alpha = 0.0_f64;
    loop {
        // (wrong weight, leaves) of every branch that is left.
        for (i, node) in nodes.iter().enumerate().rev() {
            below[i] = match node.split {
                Some(s) if price[i] == f64::INFINITY => {
                    (below[s.left].0 + below[s.right].0, below[s.left].1 + below[s.right].1)
                }
                _ => (wrong(node), 1.0),
            };
        }
        let link = |i: usize| (wrong(&nodes[i]) - below[i].0) / (below[i].1 - 1.0);
        let is_branch = |&i: &usize| nodes[i].split.is_some() && price[i] == f64::INFINITY;
        let branches: Vec<usize> = (0..nodes.len()).filter(is_branch).collect();
        let Some(weakest) = branches.iter().map(|&i| link(i)).min_by(f64::total_cmp) else { return price };
        alpha = alpha.max(weakest);
        for i in branches {
            if link(i) <= alpha + LEAST_GAIN {
                price[i] = alpha;
            }
        }
        for (i, node) in nodes.iter().enumerate() {
            if let Some(s) = node.split {
                price[s.left] = price[s.left].min(price[i]);
                price[s.right] = price[s.right].min(price[i]);
            }
        }
    }
}

/// The tree in which every node whose price is at most `alpha` is a leaf, in order of levels.
fn pruned(nodes: &[Node], price: &[f64], alpha: f64) -> Vec<Node> {
    let mut kept = vec![0_usize];
    let mut out: Vec<Node> = Vec::new();
    while let Some(&i) = kept.get(out.len()) {
        let split = nodes[i].split.filter(|_| price[i] > alpha).map(|s| {
            kept.extend([s.left, s.right]);
            Split { left: kept.len() - 2, right: kept.len() - 1, ..s }
        });
        out.push(Node { counts: nodes[i].counts, split });
    }
    out
}

/// A tree and the sequence it was chosen from.
pub(super) struct Chosen {
    pub nodes: Vec<Node>,
    pub sequence: Vec<Pruned>,
    pub idx: Option<u32>,
}

/// Grows the tree, and prunes it by cross-validation and the rule of one standard error.
pub(super) fn grown_and_pruned(table: &Table, deal: &Deal, limits: Limits) -> Chosen {
    let training = Training::new(table, &deal.part);
    let nodes = training.grow(table, &deal.part, None, limits);
    if deal.n_folds < 2 {
        return Chosen { nodes, sequence: Vec::new(), idx: None };
    }
    let price = prices(&nodes, nodes[0].counts);
    let mut alphas: Vec<f64> =
        nodes.iter().zip(&price).filter(|(n, _)| n.split.is_some()).map(|(_, p)| *p).collect();
    alphas.push(0.0);
    alphas.sort_unstable_by(f64::total_cmp);
    alphas.dedup();
    let sequence = cross_validated(table, deal, &training, limits, &alphas, nodes[0].counts);
    let sequence: Vec<Pruned> = alphas
        .iter()
        .zip(sequence)
        .map(|(&alpha, (cv_error, cv_se))| {
            let n_leaves = pruned(&nodes, &price, alpha).iter().filter(|n| n.split.is_none()).count() as u32;
            Pruned { alpha, n_leaves, cv_error, cv_se }
        })
        .collect();
    let least = sequence.iter().min_by(|a, b| a.cv_error.total_cmp(&b.cv_error));
    let enough = least.map_or(0.0, |p| p.cv_error + p.cv_se);
    let idx = sequence.iter().rposition(|p| p.cv_error <= enough).unwrap_or(0);
    Chosen { nodes: pruned(&nodes, &price, alphas[idx]), sequence, idx: Some(idx as u32) }
}

/// Error in cross-validation and its standard error for each tree of the sequence.
fn cross_validated(
    table: &Table,
    deal: &Deal,
    training: &Training,
    limits: Limits,
    alphas: &[f64],
    totals: [u32; 2],
) -> Vec<(f64, f64)> {
    // A tree stands for all alphas up to the next one; Breiman et al. take the geometric mean.
    let middle = |k: usize| alphas.get(k + 1).map_or(f64::INFINITY, |next| (alphas[k] * next).sqrt());
    let betas: Vec<f64> = (0..alphas.len()).map(middle).collect();
    let mut wrong = vec![[0_u32; 2]; alphas.len()];
    for fold in 0..deal.n_folds {
        let nodes = training.grow(table, &deal.part, Some(fold), limits);
        let price = prices(&nodes, nodes[0].counts);
        let says: Vec<bool> = nodes.iter().map(|n| says_target(n.counts, nodes[0].counts)).collect();
        for &row in training.rows.iter().filter(|&&row| deal.part[row as usize] == fold) {
            let class = table.target[row as usize];
            // Larger prices end higher up: from the smallest tree down, each walk goes on where the last one
            // stopped.
            let mut at = 0;
            for (beta, wrong) in betas.iter().zip(&mut wrong).rev() {
                while let Some(split) = nodes[at].split.filter(|_| price[at] > *beta) {
                    at = split.next(table, row as usize);
                }
                wrong[usize::from(class)] += u32::from(says[at] != class);
            }
        }
    }
    let judged = |wrong: [u32; 2]| {
        let mut sums = (0.0, 0.0);
        for class in 0..2 {
            let n = f64::from(totals[class].max(1));
            let e = f64::from(wrong[class]) / n;
            sums = (sums.0 + e / 2.0, sums.1 + e * (1.0 - e) / (4.0 * n));
        }
        (sums.0, sums.1.sqrt())
    };
    wrong.into_iter().map(judged).collect()
}

/// The tree with its splits placed midway between values, and the counts of all training rows.
pub(super) fn recount(table: &Table, deal: &Deal, nodes: &[Node]) -> Vec<Node> {
    let mut out = nodes.to_vec();
    for node in &mut out {
        node.counts = [0; 2];
        if let Some(split) = &mut node.split {
            let column = &table.columns[split.column];
            let threshold = column.between(split.low, split.high);
            split.cut = column.values.partition_point(|v| *v <= threshold) as u32 - 1;
        }
    }
    for row in (0..table.rows.len()).filter(|&row| deal.part[row] != HELD_OUT) {
        let class = usize::from(table.target[row]);
        let mut at = 0;
        loop {
            out[at].counts[class] += 1;
            match out[at].split {
                Some(split) => at = split.next(table, row),
                None => break,
            }
        }
    }
    out
}
