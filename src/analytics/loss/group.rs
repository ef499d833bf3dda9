//! Where is lifetime value lost, and where will it be?
//!
//! Per group g (stage, class, reason, month of exit ...): `lost_g = sum of CLV_i` over those who left,
//! `expected_g = sum of p_i CLV_i` over those still there; shares `lost_g / lost` and `expected_g / expected`
//! of the totals over everybody, those of no group included.
//!
//! Symbols: CLV lifetime value, money in the file's currency unit, may be negative (such a customer is no
//! loss: it lowers the sum); p probability of leaving, 0..=1; groups 0..n_groups.
//!
//! Source: methods.md 11 (cohort and segment).
//!
//! Degenerate cases: customers of another group number are left out of [`by_group`] and are the `others` of
//! [`loss_by_group`]; a total of 0 or less has no shares, `None`; numbers that are not finite count as 0.
//!
//! ```
//! use tenure::analytics::loss::loss_by_group;
//! // Group 0 lost 10 + 5; group 1 lost 30 and may lose 0.2 x 100; by hand.
//! let (group, exited) = ([0, 1, 1, 0], [true, false, true, true]);
//! let loss = loss_by_group(&group, &exited, &[10.0, 100.0, 30.0, 5.0], &[0.0, 0.2, 0.0, 0.0], 2);
//! assert_eq!((loss.groups[0].lost_clv, loss.groups[1].lost_clv, loss.total.lost_clv), (15.0, 30.0, 45.0));
//! assert_eq!((loss.groups[1].expected_loss, loss.lost_share[0]), (20.0, Some(15.0 / 45.0)));
//! ```

use crate::math::sum;
use serde::{Deserialize, Serialize};

/// Loss of one group of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupLoss {
    /// Customers who exited.
    pub n_exited: u32,
    /// Sum of their lifetime values.
    pub lost_clv: f64,
    /// Customers still there.
    pub n_active: u32,
    /// Expected loss among those: sum of exit probability times lifetime value.
    pub expected_loss: f64,
}

/// Lifetime value lost, and expected to be lost, by group (stage, class, reason, month ...).
///
/// `group[i]` is the group of customer i, `0..n_groups`; other numbers leave the customer out. `exited`,
/// `clv` and `p_exit` (0..=1; of those still there) have the same length; values that are not finite count as
/// 0. Shape of the result: `(n_groups)`.
#[must_use]
pub fn by_group(
    group: &[u32],
    exited: &[bool],
    clv: &[f64],
    p_exit: &[f64],
    n_groups: usize,
) -> Vec<GroupLoss> {
    let mut lost: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    let mut expected: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    let clean = |x: f64| if x.is_finite() { x } else { 0.0 };
    for (((&g, &left), &value), &p) in group.iter().zip(exited).zip(clv).zip(p_exit) {
        let g = g as usize;
        if g >= n_groups {
            continue;
        }
        if left {
            lost[g].push(clean(value));
        } else {
            expected[g].push(clean(p).clamp(0.0, 1.0) * clean(value));
        }
    }
    lost.into_iter()
        .zip(expected)
        .map(|(lost, expected)| GroupLoss {
            n_exited: lost.len() as u32,
            lost_clv: sum(lost),
            n_active: expected.len() as u32,
            expected_loss: sum(expected),
        })
        .collect()
}

/// Losses by group, with all that they add up to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LossByGroup {
    /// By group.
    pub groups: Vec<GroupLoss>,
    /// Customers of no group.
    pub others: GroupLoss,
    /// Everybody.
    pub total: GroupLoss,
    /// Share of each group in the lifetime value lost; `None` unless that is above 0.
    pub lost_share: Vec<Option<f64>>,
    /// Share of each group in the expected loss, likewise.
    pub expected_share: Vec<Option<f64>>,
}

/// As [`by_group`], with the customers of no group, the total and the shares in it.
#[must_use]
pub fn loss_by_group(
    group: &[u32],
    exited: &[bool],
    clv: &[f64],
    p_exit: &[f64],
    n_groups: usize,
) -> LossByGroup {
    let placed: Vec<u32> = group.iter().map(|&g| g.min(n_groups as u32)).collect();
    let mut groups = by_group(&placed, exited, clv, p_exit, n_groups + 1);
    let total = by_group(&vec![0; group.len()], exited, clv, p_exit, 1).pop().unwrap_or_default();
    let others = groups.pop().unwrap_or_default();
    let share = |part: f64, all: f64| (all > 0.0).then(|| part / all).filter(|s| s.is_finite());
    LossByGroup {
        lost_share: groups.iter().map(|g| share(g.lost_clv, total.lost_clv)).collect(),
        expected_share: groups.iter().map(|g| share(g.expected_loss, total.expected_loss)).collect(),
        groups,
        others,
        total,
    }
}
