//! Which simple rules tell the customers who are released, or who leave, from the others?
//!
//! A classification tree: of all splits `feature <= threshold`, thresholds midway between adjacent values,
//! the one with the greatest `gain = G(node) - G(left) - G(right)`, again in both halves, at most 4 deep, no
//! leaf below `max(20, 1 % of n)`. `G = 2 a b / (a + b)` is Gini's impurity times the node's weight, with
//! `a`, `b` the weights of the other customers and of the target in it; each of the two classes weighs 1/2 in
//! total, however rare the target. A leaf says "target" where `b > a`.
//!
//! Pruning: a node is cut at the `alpha` where `(R(node) - R(leaves below)) / (n_leaves - 1)` is the least in
//! the tree, with `R` the weight of what a node says wrongly; of the nested trees the smallest is kept whose
//! error in 10-fold cross-validation is within one standard error of the least. Error and its square error,
//! with `e_c` the wrong share of class c: `(e_0 + e_1) / 2`, `sum over c of e_c (1 - e_c) / (4 n_c)`.
//!
//! Two uses: [`released`] describes value class I by present features; [`leavers`] foretells exits within H
//! months from features at `as_of - H`, and is judged on the 30 % of customers it was not grown on.
//!
//! Symbols: gains and impurities 0..=0.5; shares 0..=1; a feature's unit is [`Feature::unit`]. Sources:
//! Breiman, Friedman, Olshen & Stone 1984 (splits ch. 2, priors 4.4, pruning 3.3, standard error 3.4.3);
//! level-wise growth from presorted columns after Mehta, Agrawal & Rissanen 1996; methods.md 24.2.
//!
//! Which customers are held out, sampled or in which fold follows from a hash of their own ranks with the
//! seed [`SEED`], within each class in turn, so the result does not depend on the order of rows. Above 20,000
//! customers the tree is grown on a sample ([`Tree::sampled`]) that keeps as much as it can of the rarer
//! class; all counts are of all customers.
//!
//! Degenerate cases: fewer than 200 customers, or 20 of the smaller class, give a [`Problem`]. Values that
//! are not finite are unknown: they go to the side with more cases, the left one of equals
//! ([`Split::unknown`]). Columns without two different values are left out and named. Where no split survives
//! pruning there is one rule without conditions.
//!
//! ```
//! use tenure::analytics::tree::{Column, Feature, Options, grow};
//! // methods.md 24.2: one split, Gini .5 -> .2
//! let x = [1., 2., 3., 4., 5., 6., 7., 8.];
//! let y = [false, false, false, true, true, true, true, false];
//! let small = Options { min_leaf: Some(1), max_depth: 1, folds: 0, min_rows: 8, ..Options::default() };
//! let options = Options { min_class: 2, ..small };
//! let tree = grow(&[Column::new(Feature::Recency, &x)], &y, None, &options).unwrap();
//! let split = tree.nodes[0].split.unwrap();
//! assert_eq!(split.threshold, 3.5);
//! assert!((tree.nodes[0].gini - 0.5).abs() < 1e-12 && (split.gain - 0.3).abs() < 1e-12);
//! ```

mod cart;
mod rules;

pub use rules::{
    Condition, Judged, Leavers, LeaversInput, Now, Op, OtherScore, Released, Rule, ShareOf, leavers, released,
};

use cart::{Deal, Table};
use serde::{Deserialize, Serialize};

/// Seed of holdout, sample and folds.
pub const SEED: u64 = 0x7EA4;
/// H: months in which an exit is foretold.
pub const HORIZON_MONTHS: u32 = 6;
/// Deepest tree that can be asked for.
const DEEPEST: u8 = 6;

/// What a column says of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Feature {
    /// Days since the last purchase.
    Recency,
    /// Orders in the window.
    Frequency,
    /// Net amount in the window.
    Monetary,
    /// Profit in the window.
    Profit,
    /// Cost to serve per unit of revenue.
    CostToServeShare,
    /// Service contacts per order.
    ContactsPerOrder,
    /// Returned share of what was bought.
    ReturnRate,
    /// Share of the amount due that was or is overdue.
    OverdueShare,
    /// Months since the first purchase.
    Tenure,
    /// Different products bought.
    Products,
    /// Share of spend at a discount.
    DiscountDependence,
    /// Own share of what the customer spends in the category.
    ShareOfWallet,
}

/// Unit of a feature's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Days.
    Days,
    /// Months.
    Months,
    /// A number of things.
    Count,
    /// The file's currency unit.
    Money,
    /// 0..=1 (cost to serve may exceed 1).
    Share,
    /// A number of things per order.
    PerOrder,
}

impl Feature {
    /// All features.
    pub const ALL: [Self; 12] = [
        Self::Recency,
        Self::Frequency,
        Self::Monetary,
        Self::Profit,
        Self::CostToServeShare,
        Self::ContactsPerOrder,
        Self::ReturnRate,
        Self::OverdueShare,
        Self::Tenure,
        Self::Products,
        Self::DiscountDependence,
        Self::ShareOfWallet,
    ];

    /// Unit of its values and thresholds.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Recency => Unit::Days,
            Self::Tenure => Unit::Months,
            Self::Frequency | Self::Products => Unit::Count,
            Self::Monetary | Self::Profit => Unit::Money,
            Self::ContactsPerOrder => Unit::PerOrder,
            Self::CostToServeShare | Self::ReturnRate | Self::OverdueShare => Unit::Share,
            Self::DiscountDependence | Self::ShareOfWallet => Unit::Share,
        }
    }

    /// Whether value classes are computed from it, so that a rule with it repeats the definition.
    /// `purchases`: current value rests on a purchase model (which reads R, F, M and tenure), not on a
    /// survival curve of contracts.
    #[must_use]
    pub fn defines_class(self, purchases: bool) -> bool {
        match self {
            Self::Recency | Self::Frequency => purchases,
            Self::Monetary | Self::Profit | Self::Tenure | Self::ShareOfWallet => true,
            _ => false,
        }
    }
}

/// One feature of all customers; a value that is not finite, or beyond a short column's end, is unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column<'a> {
    /// What it says.
    pub feature: Feature,
    /// One value per customer.
    pub values: &'a [f64],
}

impl<'a> Column<'a> {
    /// A column.
    #[must_use]
    pub fn new(feature: Feature, values: &'a [f64]) -> Self {
        Self { feature, values }
    }

    fn at(&self, row: usize) -> Option<f64> {
        self.values.get(row).copied().filter(|v| v.is_finite())
    }
}

/// How a tree is grown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// Most splits from root to leaf, 1..=6.
    pub max_depth: u8,
    /// Least customers of a leaf; `None` for `max(20, 1 % of n)`.
    pub min_leaf: Option<u32>,
    /// Folds of the cross-validation; fewer than 2: not pruned. At most 100.
    pub folds: u8,
    /// Customers the tree is grown on at most.
    pub sample: u32,
    /// Least customers.
    pub min_rows: u32,
    /// Least customers of the smaller class.
    pub min_class: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_depth: 4, min_leaf: None, folds: 10, sample: 20_000, min_rows: 200, min_class: 20 }
    }
}

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Problem {
    /// Too few customers.
    TooFew {
        /// Customers.
        n: u32,
        /// Least number.
        needed: u32,
    },
    /// Too few in the target or outside it.
    SmallerClassTooFew {
        /// Customers of the smaller class.
        n: u32,
        /// Least number.
        needed: u32,
        /// Whether the smaller class is the target.
        target: bool,
    },
    /// No column has two different values.
    NoFeature,
}

/// Side of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// At most the threshold.
    Left,
    /// Above it.
    Right,
}

/// A question of the tree: is the feature at most the threshold?
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Split {
    /// Of which feature.
    pub feature: Feature,
    /// Its place among the columns.
    pub column_idx: u32,
    /// Midway between two adjacent values.
    pub threshold: f64,
    /// Impurity it takes off the tree.
    pub gain: f64,
    /// Where customers without the value go.
    pub unknown: Side,
    /// How many of those there were among the customers it was grown on.
    pub n_unknown: u32,
    /// Node of those at most the threshold.
    pub left: u32,
    /// Node of those above.
    pub right: u32,
}

/// A node: all customers who gave the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Customers it was grown from (all of them, where a sample was used for the splits).
    pub n_customers: u32,
    /// Those of the target.
    pub n_target: u32,
    /// Impurity 0..=0.5, classes weighted equally.
    pub gini: f64,
    /// What it says.
    pub says_target: bool,
    /// The next question; `None` for a leaf.
    pub split: Option<Split>,
}

/// A part used in place of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// Customers used.
    pub used: u32,
    /// Of this many.
    pub of: u32,
}

/// A tree of the pruning sequence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pruned {
    /// Price of a leaf from which the tree is this small.
    pub alpha: f64,
    /// Its leaves.
    pub n_leaves: u32,
    /// Error in cross-validation, 0..=1; 0.5 is a coin.
    pub cv_error: f64,
    /// Its standard error.
    pub cv_se: f64,
}

/// A column that could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Which.
    pub feature: Feature,
    /// No value is known at all, rather than all the same.
    pub all_unknown: bool,
}

/// A grown and pruned tree. Node 0 is the root; children follow their parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tree {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Least customers of a leaf.
    pub min_leaf: u32,
    /// Where the splits were found on a part of the customers.
    pub sampled: Option<Sampled>,
    /// The pruning sequence from the full tree to the root alone; empty if not pruned.
    pub sequence: Vec<Pruned>,
    /// Which of the sequence this tree is.
    pub chosen_idx: Option<u32>,
    /// Columns left out.
    pub left_out: Vec<LeftOut>,
}

impl Tree {
    /// Leaf of a customer, given the value of a column by its place.
    #[must_use]
    pub fn leaf(&self, value: impl Fn(usize) -> Option<f64>) -> usize {
        let mut at = 0;
        while let Some(split) = self.nodes.get(at).and_then(|n| n.split) {
            let side = match value(split.column_idx as usize) {
                Some(v) if v <= split.threshold => Side::Left,
                Some(v) if v > split.threshold => Side::Right,
                _ => split.unknown,
            };
            at = if side == Side::Left { split.left } else { split.right } as usize;
        }
        at
    }

    fn leaf_of(&self, columns: &[Column], row: usize) -> usize {
        self.leaf(|c| columns.get(c)?.at(row))
    }
}

/// Grows and prunes a tree on the customers `included` (`None`: all), `target` having one entry per customer.
///
/// # Errors
/// Too few customers of either class, or no usable column.
pub fn grow(
    columns: &[Column],
    target: &[bool],
    included: Option<&[bool]>,
    options: &Options,
) -> Result<Tree, Problem> {
    let table = checked(columns, target, included, options)?;
    let deal = Deal::new(&table, None, false, options);
    Ok(tree_of(&table, &deal, columns, options))
}

/// Ranks the columns of the included customers, if there are enough of them.
fn checked(
    columns: &[Column],
    target: &[bool],
    included: Option<&[bool]>,
    options: &Options,
) -> Result<Table, Problem> {
    let is_in = |i: &u32| included.is_none_or(|m| m.get(*i as usize).copied().unwrap_or(false));
    let rows: Vec<u32> = (0..target.len() as u32).filter(is_in).collect();
    let n = rows.len() as u32;
    if n < options.min_rows.max(2) {
        return Err(Problem::TooFew { n, needed: options.min_rows.max(2) });
    }
    let n_target = rows.iter().filter(|&&i| target[i as usize]).count() as u32;
    let (smaller, needed) = (n_target.min(n - n_target), options.min_class.max(1));
    if smaller < needed {
        return Err(Problem::SmallerClassTooFew { n: smaller, needed, target: n_target <= n - n_target });
    }
    let table = Table::new(columns, target, rows);
    if table.columns.is_empty() { Err(Problem::NoFeature) } else { Ok(table) }
}

/// The tree of the dealt training part, in the caller's units.
fn tree_of(table: &Table, deal: &Deal, columns: &[Column], options: &Options) -> Tree {
    let n_used = deal.n_used;
    let min_leaf = options.min_leaf.unwrap_or_else(|| 20.max(n_used.div_ceil(100))).max(1);
    let limits = cart::Limits { max_depth: options.max_depth.clamp(1, DEEPEST), min_leaf };
    let chosen = cart::grown_and_pruned(table, deal, limits);
    let full = cart::recount(table, deal, &chosen.nodes);
    let totals = full[0].counts;
    let nodes = full.iter().map(|node| {
        let [others, targets] = node.counts;
        let split = node.split.map(|s| {
            let column = &table.columns[s.column];
            Split {
                feature: columns[column.source].feature,
                column_idx: column.source as u32,
                threshold: column.between(s.low, s.high),
                gain: s.gain,
                unknown: if s.unknown_left { Side::Left } else { Side::Right },
                n_unknown: s.n_unknown,
                left: s.left as u32,
                right: s.right as u32,
            }
        });
        Node {
            n_customers: others + targets,
            n_target: targets,
            gini: cart::gini(node.counts, totals),
            says_target: cart::says_target(node.counts, totals),
            split,
        }
    });
    Tree {
        nodes: nodes.collect(),
        min_leaf,
        sampled: (n_used < deal.n_training).then_some(Sampled { used: n_used, of: deal.n_training }),
        sequence: chosen.sequence,
        chosen_idx: chosen.idx,
        left_out: table
            .left_out
            .iter()
            .map(|&(source, all_unknown)| LeftOut { feature: columns[source].feature, all_unknown })
            .collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
