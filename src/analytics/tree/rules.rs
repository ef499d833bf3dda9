//! The two uses of the tree: describing who is released, and foretelling who leaves; and the rules read off
//! its leaves.

use super::cart::{Deal, HELD_OUT};
use super::{Column, Feature, Options, Problem, Side, Tree, checked, tree_of};
use crate::math::stats::{self, Auc};
use crate::math::{sum, wilson};
use serde::{Deserialize, Serialize};

/// How a value stands to a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Op {
    /// Not more than it.
    AtMost,
    /// More than it.
    Above,
}

/// One condition of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Of this feature,
    pub feature: Feature,
    /// the column's place,
    pub column_idx: u32,
    /// the value is at most, or above,
    pub op: Op,
    /// this threshold.
    pub threshold: f64,
    /// A customer whose value is not known counts as meeting it.
    pub unknown_meets: bool,
    /// The target is computed from the feature, so the condition repeats its definition.
    pub defines_target: bool,
}

impl Condition {
    /// Whether a value meets it.
    #[must_use]
    pub fn is_met(&self, value: Option<f64>) -> bool {
        match value.filter(|v| v.is_finite()) {
            None => self.unknown_meets,
            Some(v) => (v <= self.threshold) == (self.op == Op::AtMost),
        }
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShareOf {
    /// So many,
    pub n: u32,
    /// of so many.
    pub of: u32,
    /// The share, 0..=1.
    pub share: f64,
    /// Its 95 % interval (Wilson 1927).
    pub interval: (f64, f64),
}

impl ShareOf {
    /// A share; `None` of nothing.
    #[must_use]
    pub fn new(n: u32, of: u32) -> Option<Self> {
        let share = f64::from(n) / f64::from(of.max(1));
        (of > 0).then(|| Self { n, of, share, interval: wilson(f64::from(n), f64::from(of)) })
    }
}

/// A leaf in words: the customers who meet all conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Its leaf in the tree.
    pub node_idx: u32,
    /// All must be met; the most telling (nearest the root) first. Empty where the tree has no split.
    pub conditions: Vec<Condition>,
    /// Whether it says "target": the rules to show first.
    pub catches: bool,
    /// Customers who meet it.
    pub n_customers: u32,
    /// Their revenue, money.
    pub revenue: f64,
    /// Their profit, money; `None` where profit is not known.
    pub profit: Option<f64>,
    /// Share of the target among those who meet it and by whom the tree is judged: the precision of a rule
    /// that catches. `None` if there are none.
    pub precision: Option<ShareOf>,
}

/// By whom a tree is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Judged {
    /// By the customers it describes.
    AllCustomers,
    /// By customers it was not grown on.
    Holdout,
}

/// The tree of class I.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Released {
    /// The tree.
    pub tree: Tree,
    /// Its rules, catching ones first, then by precision.
    pub rules: Vec<Rule>,
    /// The rule each customer meets; `None` for customers not included.
    pub rule_idx: Vec<Option<u16>>,
    /// Customers the tree labels as their class does.
    pub fidelity: Option<ShareOf>,
    /// By whom fidelity and precision are judged: the described themselves.
    pub judged: Judged,
    /// Whether a rule repeats the definition of the class.
    pub defines_target: bool,
}

/// Describes the target (value class I) by present features. `purchases` as in [`Feature::defines_class`];
/// money columns have one entry per customer, and one that is missing or not finite counts as 0.
///
/// # Errors
/// Too few customers of either class, or no usable column.
pub fn released(
    columns: &[Column],
    target: &[bool],
    included: Option<&[bool]>,
    money: (&[f64], Option<&[f64]>),
    purchases: bool,
    options: &Options,
) -> Result<Released, Problem> {
    let table = checked(columns, target, included, options)?;
    let deal = Deal::new(&table, None, false, options);
    let tree = tree_of(&table, &deal, columns, options);
    let defines = |f: Feature| f.defines_class(purchases);
    let mut rules = leaves(&tree, &defines);
    let judged: Vec<(usize, bool)> =
        table.rows.iter().map(|&row| (tree.leaf_of(columns, row as usize), target[row as usize])).collect();
    judge(&mut rules, &judged);
    let right = judged.iter().filter(|&&(leaf, y)| tree.nodes[leaf].says_target == y).count();
    let mut rule_idx = vec![None; target.len()];
    assign(&rules, &tree, columns, table.rows.iter().map(|&r| r as usize), &mut rule_idx);
    total(&mut rules, &rule_idx, money);
    Ok(Released {
        fidelity: ShareOf::new(right as u32, judged.len() as u32),
        judged: Judged::AllCustomers,
        defines_target: rules.iter().any(|r| r.conditions.iter().any(|c| c.defines_target)),
        tree,
        rules,
        rule_idx,
    })
}

/// A score the tree is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OtherScore {
    /// Exit probability of the logistic regression (methods.md 2.7).
    Logistic,
    /// Silence over the alert threshold (2.4).
    AlertRule,
    /// One less P(alive) (7).
    NotAlive,
}

/// The same columns, in the same order, at `as_of`: to whom the rules are applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now<'a> {
    /// Features at `as_of`.
    pub columns: &'a [Column<'a>],
    /// Who is still a customer at `as_of`.
    pub included: &'a [bool],
}

/// What is known about leavers; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeaversInput<'a> {
    /// Features at `as_of - H`.
    pub columns: &'a [Column<'a>],
    /// Who was a customer then.
    pub included: &'a [bool],
    /// Who was found to have exited in (as_of - H, as_of].
    pub left: &'a [bool],
    /// A score of that day, higher for likelier leavers; not finite where there is none.
    pub other: Option<(OtherScore, &'a [f64])>,
    /// To whom the rules are applied; absent: to the customers of that day.
    pub now: Option<Now<'a>>,
    /// Revenue, money; missing or not finite counts as 0.
    pub revenue: &'a [f64],
    /// Profit, money, where known.
    pub profit: Option<&'a [f64]>,
}

/// A score judged on the same held-out customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherJudged {
    /// Which.
    pub score: OtherScore,
    /// Its ranking; `None` unless it is known for a leaver and a stayer.
    pub auc: Option<Auc>,
    /// Held-out customers for whom it is known.
    pub n_judged: u32,
}

/// The tree of those who leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leavers {
    /// The tree, grown on the training part.
    pub tree: Tree,
    /// Its rules, catching ones first, then by precision.
    pub rules: Vec<Rule>,
    /// The rule each customer meets, now (or then, see [`LeaversInput::now`]); `None` for customers not
    /// included.
    pub rule_idx: Vec<Option<u16>>,
    /// Customers it was grown from.
    pub n_training: u32,
    /// Customers it is judged by.
    pub n_holdout: u32,
    /// Share of leavers among those: the precision of a blind choice.
    pub base: Option<ShareOf>,
    /// Its ranking of them.
    pub auc: Option<Auc>,
    /// Leavers among those it catches.
    pub precision: Option<ShareOf>,
    /// Caught ones among the leavers.
    pub recall: Option<ShareOf>,
    /// The other score's.
    pub other: Option<OtherJudged>,
    /// Always [`Judged::Holdout`].
    pub judged: Judged,
}

/// Grows a tree that foretells exits, judged on a 30 % holdout.
///
/// # Errors
/// Too few leavers, stayers or customers, or no usable column.
pub fn leavers(input: &LeaversInput, options: &Options) -> Result<Leavers, Problem> {
    let (columns, left) = (input.columns, input.left);
    let table = checked(columns, left, Some(input.included), options)?;
    let deal = Deal::new(&table, input.other.map(|o| o.1), true, options);
    let tree = tree_of(&table, &deal, columns, options);
    let mut rules = leaves(&tree, &|_| false);
    let holdout: Vec<usize> =
        (0..table.rows.len()).filter(|&r| deal.part[r] == HELD_OUT).map(|r| table.rows[r] as usize).collect();
    let judged: Vec<(usize, bool)> =
        holdout.iter().map(|&row| (tree.leaf_of(columns, row), left[row])).collect();
    judge(&mut rules, &judged);
    let mut rule_idx = vec![None; left.len()];
    match input.now {
        None => assign(&rules, &tree, columns, table.rows.iter().map(|&r| r as usize), &mut rule_idx),
        Some(now) => {
            let rows = now.included.iter().take(left.len()).enumerate().filter(|(_, is_in)| **is_in);
            assign(&rules, &tree, now.columns, rows.map(|(row, _)| row), &mut rule_idx);
        }
    }
    total(&mut rules, &rule_idx, (input.revenue, input.profit));
    let count = |f: &dyn Fn(bool, bool) -> bool| {
        judged.iter().filter(|&&(leaf, y)| f(tree.nodes[leaf].says_target, y)).count() as u32
    };
    let (caught, gone, both) = (count(&|c, _| c), count(&|_, y| y), count(&|c, y| c && y));
    let share = |leaf: usize| {
        let node = tree.nodes[leaf];
        f64::from(node.n_target) / f64::from(node.n_customers.max(1))
    };
    let score: Vec<f64> = judged.iter().map(|&(leaf, _)| share(leaf)).collect();
    let actual: Vec<bool> = judged.iter().map(|j| j.1).collect();
    Ok(Leavers {
        n_training: deal.n_training,
        n_holdout: holdout.len() as u32,
        base: ShareOf::new(gone, holdout.len() as u32),
        auc: stats::auc(&score, &actual),
        precision: ShareOf::new(both, caught),
        recall: ShareOf::new(both, gone),
        other: input.other.map(|(score, values)| other_judged(score, values, &holdout, left)),
        judged: Judged::Holdout,
        tree,
        rules,
        rule_idx,
    })
}

fn other_judged(score: OtherScore, values: &[f64], holdout: &[usize], left: &[bool]) -> OtherJudged {
    let known = |&row: &usize| Some((*values.get(row)?, left[row])).filter(|(v, _)| v.is_finite());
    let (values, left): (Vec<f64>, Vec<bool>) = holdout.iter().filter_map(known).unzip();
    OtherJudged { score, auc: stats::auc(&values, &left), n_judged: left.len() as u32 }
}

/// One rule per leaf, conditions from the root down, those on one feature and side joined to the tightest.
fn leaves(tree: &Tree, defines: &dyn Fn(Feature) -> bool) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut open: Vec<(usize, Vec<Condition>)> = vec![(0, Vec::new())];
    while let Some((at, conditions)) = open.pop() {
        let node = tree.nodes[at];
        let Some(split) = node.split else {
            rules.push(Rule {
                node_idx: at as u32,
                conditions,
                catches: node.says_target,
                n_customers: 0,
                revenue: 0.0,
                profit: None,
                precision: None,
            });
            continue;
        };
        for (op, child, side) in [(Op::AtMost, split.left, Side::Left), (Op::Above, split.right, Side::Right)]
        {
            let condition = Condition {
                feature: split.feature,
                column_idx: split.column_idx,
                op,
                threshold: split.threshold,
                unknown_meets: split.unknown == side,
                defines_target: defines(split.feature),
            };
            open.push((child as usize, joined(&conditions, condition)));
        }
    }
    rules
}

/// Adds a condition; one on the same side of the same column is tightened instead, in its place.
fn joined(conditions: &[Condition], new: Condition) -> Vec<Condition> {
    let mut out = conditions.to_vec();
    match out.iter_mut().find(|c| c.column_idx == new.column_idx && c.op == new.op) {
        Some(old) => {
            old.threshold = match new.op {
                Op::AtMost => old.threshold.min(new.threshold),
                Op::Above => old.threshold.max(new.threshold),
            };
            old.unknown_meets &= new.unknown_meets;
        }
        None => out.push(new),
    }
    out
}

/// Fills in the precision from `(leaf, in the target)` of the customers the tree is judged by, and sorts.
fn judge(rules: &mut [Rule], judged: &[(usize, bool)]) {
    for rule in rules.iter_mut() {
        let met = judged.iter().filter(|j| j.0 == rule.node_idx as usize);
        let (n, of) = met.fold((0, 0), |(n, of), j| (n + u32::from(j.1), of + 1));
        rule.precision = ShareOf::new(n, of);
    }
    let share = |r: &Rule| r.precision.map_or(-1.0, |p| p.share);
    rules.sort_by(|a, b| {
        let by_share = share(b).total_cmp(&share(a));
        b.catches.cmp(&a.catches).then(by_share).then(a.node_idx.cmp(&b.node_idx))
    });
}

/// Writes the rule of each row.
fn assign(
    rules: &[Rule],
    tree: &Tree,
    columns: &[Column],
    rows: impl Iterator<Item = usize>,
    rule_idx: &mut [Option<u16>],
) {
    let mut of_leaf = vec![None; tree.nodes.len()];
    for (i, rule) in rules.iter().enumerate() {
        of_leaf[rule.node_idx as usize] = Some(i as u16);
    }
    for row in rows {
        rule_idx[row] = of_leaf[tree.leaf_of(columns, row)];
    }
}

/// Fills in customers and money of each rule.
fn total(rules: &mut [Rule], rule_idx: &[Option<u16>], (revenue, profit): (&[f64], Option<&[f64]>)) {
    let of = |column: &[f64], row: usize| column.get(row).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
    for (i, rule) in rules.iter_mut().enumerate() {
        let rows = || rule_idx.iter().enumerate().filter(move |r| *r.1 == Some(i as u16)).map(|r| r.0);
        rule.n_customers = rows().count() as u32;
        rule.revenue = sum(rows().map(|row| of(revenue, row)));
        rule.profit = profit.map(|p| sum(rows().map(|row| of(p, row))));
    }
}
