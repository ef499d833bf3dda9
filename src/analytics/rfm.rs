//! Who bought recently, often and for much money?
//!
//! Per customer, in the window (as_of - `window_months`, as_of]: F = orders, M = net amount (or net amount per
//! order); R = days from the last purchase in the whole file to `as_of`. A customer without an order in the
//! window has F = 0 and M = 0 and keeps R.
//!
//! Scores 1..=5 by mid-rank: `score = clamp(ceil(5 (rank - 1/2) / n), 1, 5)`, with the average rank for ties,
//! so equal values always get equal scores and the five bins may be unequal; R is ranked from the longest
//! silence, so that 5 is good on every axis. [`Scoring::Quantile`] instead cuts at the type-7 quantiles 20, 40,
//! 60 and 80 %, lower <= v < upper, each cut one whole unit higher, as the reference tables of the R package
//! rfm do; that unit puts an amount in cents into too low a bin now and then. [`Scoring::Breakpoints`] takes
//! the cuts as given. With `nested`, F is scored among customers of equal R score and M among those of equal R
//! and F score, so that an axis says what the ones before it do not.
//!
//! Group: one digit per axis, 1 where the score is above the mean score, else 0. Weighted score: `sum of w *
//! score`, weights summing to 1.
//!
//! Symbols: R in days >= 0; F a count; M in the file's currency unit, may be negative; rank 1..=n among the n
//! customers with a purchase; scores 1..=5; w shares 0..=1.
//!
//! Sources: Hughes 1994; the eight groups are common practice in Chinese texts on customer management;
//! methods.md 6, 22.
//!
//! Degenerate cases: fewer than 5 customers with a purchase get no scores; if all values are equal everybody
//! scores 3 and nobody is above the mean.
//!
//! ```
//! use tenure::analytics::rfm::{Group, mid_rank_scores, quantile_cuts};
//! // By hand: mid-ranks 1.5 1.5 3 4 5, 5 (rank - 1/2)/5 = 1 1 2.5 3.5 4.5.
//! assert_eq!(mid_rank_scores(&[1.0, 1.0, 2.0, 4.0, 9.0]), [1, 1, 3, 4, 5]);
//! let cuts = quantile_cuts(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]); // quantiles 2 3 4 5, each one unit higher
//! assert!(cuts.iter().zip([3.0, 4.0, 5.0, 6.0]).all(|(cut, by_hand)| (cut - by_hand).abs() < 1e-12));
//! assert_eq!(Group::of(false, true, true), Group::ImportantKeep); // 011
//! ```

use super::churn::months_before;
use super::orders::Orders;
use crate::customer::Day;
use crate::math::{quantile_sorted, sort, sum};
use serde::{Deserialize, Serialize};

/// Fewest customers that can be scored.
pub const MIN_CUSTOMERS: usize = 5;

/// What M is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Monetary {
    /// Net amount in the window.
    #[default]
    Total,
    /// Net amount in the window per order; 0 without orders.
    PerOrder,
}

/// How values become scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scoring {
    /// By mid-rank.
    #[default]
    MidRank,
    /// By quantile cut-points.
    Quantile,
    /// By four fixed cut-points per axis: days since the last purchase, orders, money. A value has as many points as
    /// cuts it reaches, and one more; for R the other way round.
    Breakpoints([[f64; 4]; 3]),
}

/// Choices; weights are normalized to sum 1, negative ones count as 0, and all zero as equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Length of the window in months; `None` for the whole file.
    pub window_months: Option<u32>,
    /// What M is.
    pub monetary: Monetary,
    /// How values become scores.
    pub scoring: Scoring,
    /// Weights of R, F and M, by judgment or from [`super::ahp`].
    pub weights: [f64; 3],
    /// Whether F is scored within R scores, and M within both.
    pub nested: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window_months: Some(12),
            monetary: Monetary::default(),
            scoring: Scoring::default(),
            weights: [1.0 / 3.0; 3],
            nested: false,
        }
    }
}

/// The eight groups; the comment gives the digits of R, F and M.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Group {
    /// 111 重要价值
    ImportantValue,
    /// 101 重要发展
    ImportantDevelop,
    /// 011 重要保持
    ImportantKeep,
    /// 001 重要挽留
    ImportantWinBack,
    /// 110 一般价值
    GeneralValue,
    /// 100 一般发展
    GeneralDevelop,
    /// 010 一般保持
    GeneralKeep,
    /// 000 一般挽留
    GeneralWinBack,
}

impl Group {
    /// All groups in the order of the enum.
    pub const ALL: [Self; 8] = [
        Self::ImportantValue,
        Self::ImportantDevelop,
        Self::ImportantKeep,
        Self::ImportantWinBack,
        Self::GeneralValue,
        Self::GeneralDevelop,
        Self::GeneralKeep,
        Self::GeneralWinBack,
    ];

    /// The group of three digits: high R (recent), high F, high M.
    #[must_use]
    pub fn of(recent: bool, frequent: bool, monetary: bool) -> Self {
        match (monetary, recent, frequent) {
            (true, true, true) => Self::ImportantValue,
            (true, true, false) => Self::ImportantDevelop,
            (true, false, true) => Self::ImportantKeep,
            (true, false, false) => Self::ImportantWinBack,
            (false, true, true) => Self::GeneralValue,
            (false, true, false) => Self::GeneralDevelop,
            (false, false, true) => Self::GeneralKeep,
            (false, false, false) => Self::GeneralWinBack,
        }
    }
}

/// The scores of one customer, each 1..=5.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scores {
    /// Recency; 5 is most recent.
    pub r: u8,
    /// Frequency.
    pub f: u8,
    /// Money.
    pub m: u8,
    /// Weighted sum, 1..=5.
    pub weighted: f64,
    /// Which of the eight groups.
    pub group: Group,
}

/// One bin of one axis: what its score means in this file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bin {
    /// 1..=5.
    pub score: u8,
    /// Customers in it.
    pub customers: u32,
    /// Least and greatest value in it; `None` for an empty bin.
    pub range: Option<(f64, f64)>,
    /// Whether it is empty or holds over 30 % of the customers, and so says little.
    pub lopsided: bool,
}

/// One cell of the R by F heat map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// R score.
    pub r: u8,
    /// F score.
    pub f: u8,
    /// Customers with both.
    pub customers: u32,
    /// Their mean M; `None` for an empty cell.
    pub mean_monetary: Option<f64>,
}

/// One of the eight groups in this file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupSize {
    /// The group.
    pub group: Group,
    /// Customers in it.
    pub customers: u32,
    /// Their M in sum.
    pub monetary: f64,
}

/// R, F, M and scores of every customer; columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rfm {
    /// The choices made.
    pub settings: Settings,
    /// Days from the last purchase; `None` without a purchase.
    pub days_since_last: Vec<Option<u32>>,
    /// Orders in the window.
    pub frequency: Vec<u32>,
    /// M, currency unit.
    pub monetary: Vec<f64>,
    /// Scores; `None` without a purchase, or for everybody with fewer than 5 customers.
    pub scores: Vec<Option<Scores>>,
    /// Mean score of each axis; 0 without scores.
    pub mean_scores: [f64; 3],
    /// Five bins per axis R, F, M; empty without scores. Where the scoring is nested their ranges overlap.
    pub bins: [Vec<Bin>; 3],
    /// Cut-points of R, F and M over all customers; `None` for ranks, whose bins show where they part.
    pub cuts: Option<[[f64; 4]; 3]>,
    /// 25 cells, by R then F, both ascending; empty without scores.
    pub grid: Vec<Cell>,
    /// The eight groups in the order of [`Group::ALL`]; empty without scores.
    pub groups: Vec<GroupSize>,
}

/// Scores every customer as of a day; later days are not seen.
#[must_use]
pub fn rfm(orders: &Orders, as_of: Day, settings: &Settings) -> Rfm {
    let n = orders.n_customers();
    let from = settings.window_months.map(|m| months_before(as_of, m));
    let mut out = Rfm {
        settings: settings.clone(),
        days_since_last: Vec::with_capacity(n),
        frequency: Vec::with_capacity(n),
        monetary: Vec::with_capacity(n),
        scores: vec![None; n],
        mean_scores: [0.0; 3],
        bins: Default::default(),
        cuts: None,
        grid: Vec::new(),
        groups: Vec::new(),
    };
    for c in 0..n {
        let seen = orders.purchases(c).rev().find(|&i| orders.day[i] <= as_of);
        out.days_since_last.push(seen.map(|i| (as_of.0 - orders.day[i].0) as u32));
        let (mut orders_in, mut net) = (0_u32, 0_i128);
        for i in orders.range(c) {
            if orders.day[i] <= as_of && from.is_none_or(|from| orders.day[i] > from) {
                orders_in += orders.n_orders[i];
                net += i128::from(orders.net[i]);
            }
        }
        // M follows F: without an order in the window both are 0, also where a late return falls into it.
        let net = if orders_in == 0 { 0.0 } else { orders.scale.to_f64(net) };
        out.frequency.push(orders_in);
        out.monetary.push(match settings.monetary {
            Monetary::Total => net,
            Monetary::PerOrder => net / f64::from(orders_in.max(1)),
        });
    }
    out.score();
    out
}

impl Rfm {
    /// Fills scores, means, bins, grid and groups from the three values.
    fn score(&mut self) {
        let scored: Vec<usize> =
            (0..self.scores.len()).filter(|&c| self.days_since_last[c].is_some()).collect();
        if scored.len() < MIN_CUSTOMERS {
            return;
        }
        let values = [
            scored.iter().map(|&c| f64::from(self.days_since_last[c].unwrap_or(0))).collect::<Vec<_>>(),
            scored.iter().map(|&c| f64::from(self.frequency[c])).collect(),
            scored.iter().map(|&c| self.monetary[c]).collect(),
        ];
        self.cuts = match self.settings.scoring {
            Scoring::MidRank => None,
            Scoring::Quantile => Some(values.each_ref().map(|v| quantile_cuts(v))),
            Scoring::Breakpoints(cuts) => Some(cuts),
        };
        let scores = axis_scores(&values, &self.settings);
        let n = scored.len() as f64;
        self.mean_scores = scores.each_ref().map(|s| sum(s.iter().map(|&s| f64::from(s))) / n);
        let weights = normalized(self.settings.weights);
        for (i, &c) in scored.iter().enumerate() {
            let own = [scores[0][i], scores[1][i], scores[2][i]];
            let high = |axis: usize| f64::from(own[axis]) > self.mean_scores[axis];
            self.scores[c] = Some(Scores {
                r: own[0],
                f: own[1],
                m: own[2],
                weighted: (0..3).map(|axis| weights[axis] * f64::from(own[axis])).sum(),
                group: Group::of(high(0), high(1), high(2)),
            });
        }
        for axis in 0..3 {
            self.bins[axis] = bins(&values[axis], &scores[axis]);
        }
        self.grid = grid(&scores[0], &scores[1], &values[2]);
        self.groups = self.group_sizes();
    }

    fn group_sizes(&self) -> Vec<GroupSize> {
        let of = |group| {
            let members = self.scores.iter().zip(&self.monetary);
            let money: Vec<f64> =
                members.filter(|(s, _)| s.is_some_and(|s| s.group == group)).map(|(_, &m)| m).collect();
            GroupSize { group, customers: money.len() as u32, monetary: sum(money) }
        };
        Group::ALL.map(of).to_vec()
    }
}

fn normalized(weights: [f64; 3]) -> [f64; 3] {
    let weights = weights.map(|w| if w.is_finite() { w.max(0.0) } else { 0.0 });
    let total: f64 = weights.iter().sum();
    if total > 0.0 && total.is_finite() { weights.map(|w| w / total) } else { [1.0 / 3.0; 3] }
}

/// Scores 1..=5 by mid-rank, ascending; shape as the input.
///
/// ```
/// use tenure::analytics::rfm::mid_rank_scores;
/// let frequency = [1., 2., 2., 2., 3., 4., 5., 8., 13., 21.];
/// assert_eq!(mid_rank_scores(&frequency), [1, 2, 2, 2, 3, 3, 4, 4, 5, 5]); // methods.md 6
/// ```
#[must_use]
pub fn mid_rank_scores(values: &[f64]) -> Vec<u8> {
    let n = values.len();
    let mut by_value: Vec<u32> = (0..n as u32).collect();
    by_value.sort_unstable_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
    let mut scores = vec![0; n];
    let mut start = 0;
    for tied in by_value.chunk_by(|&a, &b| values[a as usize] == values[b as usize]) {
        // 5 (rank - 1/2) / n in integers: the average rank of start+1..=start+k is start + (k + 1) / 2.
        let twice = 5 * (2 * start + tied.len());
        let score = twice.div_ceil(2 * n).clamp(1, 5) as u8;
        tied.iter().for_each(|&i| scores[i as usize] = score);
        start += tied.len();
    }
    scores
}

/// The four inner cut-points of the quantile mode: a value below cut i, and of no lower one, has score i + 1.
#[must_use]
pub fn quantile_cuts(values: &[f64]) -> [f64; 4] {
    let mut sorted = values.to_vec();
    sort(&mut sorted);
    if sorted.is_empty() {
        return [0.0; 4];
    }
    [0.2, 0.4, 0.6, 0.8].map(|p| quantile_sorted(&sorted, p) + 1.0)
}

/// Scores of R, F and M.
fn axis_scores(values: &[Vec<f64>; 3], settings: &Settings) -> [Vec<u8>; 3] {
    // One number per customer says among whom the next axis is scored.
    let mut peers = vec![0; values[0].len()];
    std::array::from_fn(|axis| {
        let scores = scores_among(&peers, &values[axis], axis, settings.scoring);
        if settings.nested {
            peers.iter_mut().zip(&scores).for_each(|(p, s)| *p = *p * 5 + usize::from(*s - 1));
        }
        scores
    })
}

/// Scores of one axis among customers with the same peer number.
fn scores_among(peers: &[usize], values: &[f64], axis: usize, scoring: Scoring) -> Vec<u8> {
    let mut scores = vec![0; values.len()];
    for peer in 0..=peers.iter().max().copied().unwrap_or(0) {
        let members: Vec<usize> = (0..values.len()).filter(|&i| peers[i] == peer).collect();
        let own: Vec<f64> = members.iter().map(|&i| values[i]).collect();
        let reached = |cuts: [f64; 4]| -> Vec<u8> {
            let points = own.iter().map(|v| 1 + cuts.iter().filter(|cut| v >= cut).count() as u8);
            points.map(|s| if axis == 0 { 6 - s } else { s }).collect()
        };
        let found = match scoring {
            // Short silence is good: rank by the negated days (6 - score would round ties the other way).
            Scoring::MidRank if axis == 0 => mid_rank_scores(&own.iter().map(|v| -v).collect::<Vec<_>>()),
            Scoring::MidRank => mid_rank_scores(&own),
            Scoring::Quantile => reached(quantile_cuts(&own)),
            Scoring::Breakpoints(cuts) => reached(cuts[axis]),
        };
        members.into_iter().zip(found).for_each(|(i, score)| scores[i] = score);
    }
    scores
}

fn bins(values: &[f64], scores: &[u8]) -> Vec<Bin> {
    (1..=5)
        .map(|score| {
            let inside = values.iter().zip(scores).filter(|(_, s)| **s == score).map(|(v, _)| *v);
            let (mut customers, mut range) = (0_u32, None);
            for v in inside {
                customers += 1;
                range = Some(range.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v))));
            }
            let lopsided = customers == 0 || f64::from(customers) > 0.3 * values.len() as f64;
            Bin { score, customers, range, lopsided }
        })
        .collect()
}

fn grid(r: &[u8], f: &[u8], monetary: &[f64]) -> Vec<Cell> {
    let mut cells: Vec<Vec<f64>> = vec![Vec::new(); 25];
    for i in 0..r.len() {
        cells[usize::from(r[i] - 1) * 5 + usize::from(f[i] - 1)].push(monetary[i]);
    }
    cells
        .into_iter()
        .zip(0_u8..)
        .map(|(money, i)| {
            let customers = money.len() as u32;
            let mean_monetary = (customers > 0).then(|| sum(money) / f64::from(customers));
            Cell { r: i / 5 + 1, f: i % 5 + 1, customers, mean_monetary }
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::orders::ledger_from_rows;
    use super::*;

    #[test]
    fn ex_6_mid_rank() {
        let scores = mid_rank_scores(&[1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.0, 8.0, 13.0, 21.0]);
        assert_eq!(scores, [1, 2, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!(mid_rank_scores(&[7.0; 9]), [3; 9]);
        assert!(mid_rank_scores(&[]).is_empty());
    }

    #[test]
    fn mid_rank_reverses_with_the_values() {
        let mut rng = crate::math::Rng::new(5);
        let values: Vec<f64> = (0..501).map(|_| rng.below(40) as f64).collect();
        let negated: Vec<f64> = values.iter().map(|v| -v).collect();
        let (up, down) = (mid_rank_scores(&values), mid_rank_scores(&negated));
        // ceil(x) + ceil(5 - x) is 6 unless x is whole, when it is 5.
        assert!(up.iter().zip(&down).all(|(a, b)| (5..=6).contains(&(a + b))));
    }

    #[test]
    fn the_eight_groups_by_their_digits() {
        let digits = [(1, 1, 1), (1, 0, 1), (0, 1, 1), (0, 0, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0)];
        for (group, (r, f, m)) in Group::ALL.into_iter().zip(digits) {
            assert_eq!(Group::of(r == 1, f == 1, m == 1), group);
        }
    }

    fn five() -> Orders {
        // as_of 1000; the window of 12 months begins after day 635.
        let rows = [
            ("a", 990, 10_000),
            ("a", 995, 5_000),
            ("a", 999, -3_000),
            ("b", 900, 2_000),
            ("c", 800, 1_000),
            ("d", 700, 500),
            ("e", 100, 90_000),
            ("e", 980, -100),
            ("f", 1_001, 100),
        ];
        Orders::from_ledger(&ledger_from_rows(rows.iter().map(|&(c, d, a)| (c, Day(d), a, None))))
    }

    #[test]
    fn methods_6_window_and_values() {
        let result = rfm(&five(), Day(1000), &Settings::default());
        assert_eq!(result.days_since_last, [Some(5), Some(100), Some(200), Some(300), Some(900), None]);
        assert_eq!(result.frequency, [2, 1, 1, 1, 0, 0]);
        assert_eq!(result.monetary, [120.0, 20.0, 10.0, 5.0, 0.0, 0.0]);
        let r: Vec<_> = result.scores.iter().map(|s| s.map(|s| s.r)).collect();
        assert_eq!(r, [Some(5), Some(4), Some(3), Some(2), Some(1), None]);
        assert_eq!(result.scores[0].unwrap().group, Group::ImportantValue);
        assert_eq!(result.scores[4].unwrap().group, Group::GeneralWinBack);
        assert!((result.scores[0].unwrap().weighted - 5.0).abs() < 1e-12);
        assert_eq!(result.grid.iter().map(|c| c.customers).sum::<u32>(), 5);
        assert_eq!(result.grid[24].mean_monetary, Some(120.0));
        assert_eq!(result.groups.iter().map(|g| g.monetary).sum::<f64>(), 155.0);
    }

    #[test]
    fn whole_file_and_mean_order() {
        let settings = Settings { window_months: None, monetary: Monetary::PerOrder, ..Settings::default() };
        let result = rfm(&five(), Day(1000), &settings);
        assert_eq!(result.monetary, [60.0, 20.0, 10.0, 5.0, 899.0, 0.0]);
    }

    #[test]
    fn fewer_than_five_customers_get_no_scores() {
        let result = rfm(&five().until(Day(750)), Day(750), &Settings::default());
        assert!(result.scores.iter().all(Option::is_none) && result.grid.is_empty());
        assert!(rfm(&Orders::default(), Day(0), &Settings::default()).scores.is_empty());
    }

    #[test]
    fn weights_are_normalized() {
        assert_eq!(normalized([2.0, 1.0, 1.0]), [0.5, 0.25, 0.25]);
        assert_eq!(normalized([0.0, -1.0, f64::NAN]), [1.0 / 3.0; 3]);
    }

    #[test]
    fn fixed_breakpoints_are_reached_or_not() {
        let cuts = [[10.0, 100.0, 250.0, 500.0], [1.0, 2.0, 3.0, 4.0], [f64::NAN, 10.0, 20.0, 100.0]];
        let settings = Settings { scoring: Scoring::Breakpoints(cuts), ..Settings::default() };
        let result = rfm(&five(), Day(1000), &settings);
        let of = |axis: fn(&Scores) -> u8| result.scores.iter().flatten().map(axis).collect::<Vec<_>>();
        // Days 5, 100, 200, 300, 900; orders 2, 1, 1, 1, 0; money 120, 20, 10, 5, 0.
        assert_eq!(of(|s| s.r), [5, 3, 3, 2, 1]);
        assert_eq!(of(|s| s.f), [3, 2, 2, 2, 1]);
        assert_eq!(of(|s| s.m), [4, 3, 2, 1, 1]);
        assert!(result.cuts.is_some() && rfm(&five(), Day(1000), &Settings::default()).cuts.is_none());
    }

    #[test]
    fn nested_scores_are_among_equals() {
        let mut rng = crate::math::Rng::new(6);
        let values: [Vec<f64>; 3] = std::array::from_fn(|_| (0..400).map(|_| rng.below(60) as f64).collect());
        let settings = Settings { nested: true, ..Settings::default() };
        let [r, f, m] = axis_scores(&values, &settings);
        assert_eq!(r, axis_scores(&values, &Settings::default())[0], "the first axis has nothing before it");
        for (recent, often) in (1..=5).flat_map(|r| (1..=5).map(move |f| (r, f))) {
            let among = |axis: usize, keep: &dyn Fn(usize) -> bool| {
                mid_rank_scores(&(0..400).filter(|i| keep(*i)).map(|i| values[axis][i]).collect::<Vec<_>>())
            };
            let (same_r, same_rf) = (|i: usize| r[i] == recent, |i: usize| r[i] == recent && f[i] == often);
            assert_eq!(among(1, &same_r), (0..400).filter(|i| same_r(*i)).map(|i| f[i]).collect::<Vec<_>>());
            assert_eq!(
                among(2, &same_rf),
                (0..400).filter(|i| same_rf(*i)).map(|i| m[i]).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn lopsided_bins_are_pointed_out() {
        let scores = mid_rank_scores(&[1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let bins = bins(&[1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &scores);
        assert!(bins[0].lopsided && bins[0].range == Some((1.0, 1.0)), "{bins:?}");
        assert!(bins[1].lopsided && bins[1].customers == 0);
        assert!(!bins[4].lopsided);
    }
}
