//! Payment behavior from a table of monthly repayment status, one row per customer, as card issuers and lenders keep it.
//!
//! Month `m` counts back from the newest (0). `status_m` is the number of months the payment of month `m` is late, 0 or
//! less if it was made in time (or there was nothing to pay); `bill_m` is the statement of month `m`, `paid_m` what was
//! paid in it. The payment of month `m` answers the statement of the month before, so they are paired:
//!
//! ```text
//! due          sum bill_(m+1), bills of 0 or less ignored
//! c            sum collected / due; collected = the bill where status <= 0 (what was asked was paid, though a
//!              revolving balance may stay), else min(paid_m, bill_(m+1))
//! o            sum of bills with status > 0 / due
//! D            sum bill x 30 max(status, 0) / due
//! worst        30 x the greatest status of all months
//! ```
//!
//! Symbols: money in the file's unit; c, o shares; D days >= 0. Source: methods.md 13 applied to the layout of Yeh &
//! Lien 2009 ("default of credit card clients", UCI), whose status is -2 (no consumption), -1 (paid in full), 0 (minimum
//! paid), 1.. (months late).
//!
//! Degenerate cases: fewer than two months, or no bill above 0, gives no [`Payment`]; cells that are not finite count
//! as not late and nothing billed or paid; months beyond a missing column are not seen.

use super::scorecard::Feature;
use super::{Payment, Rating};
use serde::{Deserialize, Serialize};

/// Days that a month late counts for.
const DAYS_PER_MONTH: f64 = 30.0;

/// The table in columns: months newest first, one value per customer in each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatusTable<'a> {
    /// Months late; 0 or less: not late.
    pub status: &'a [&'a [f64]],
    /// Statement, money.
    pub bill: &'a [&'a [f64]],
    /// Payment, money.
    pub paid: &'a [&'a [f64]],
}

/// Behavior of every customer, and features for a scorecard; columns have one entry per customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// Behavior; `None` without a bill.
    pub payment: Vec<Option<Payment>>,
    /// Points; `None` with fewer than three bills.
    pub rating: Vec<Option<Rating>>,
    /// Names of the features.
    pub feature_keys: Vec<String>,
    /// Their values; `None` where there is none.
    pub features: Vec<Vec<Option<f64>>>,
}

/// Names of the features, in order.
const KEYS: [&str; 5] = ["latestStatus", "worstStatus", "meanDaysLate", "paidShareOfBill", "monthlyPayment"];

/// Reads the table; points are weighed as in [`super::credit`](fn@super::credit).
#[must_use]
pub fn status_view(table: &StatusTable, weights: [f64; 4], min_invoices: u32) -> StatusView {
    let n = table.status.first().map_or(0, |s| s.len());
    let at = |columns: &[&[f64]], m: usize, i: usize| {
        columns.get(m).and_then(|c| c.get(i)).copied().filter(|v| v.is_finite()).unwrap_or(0.0)
    };
    let months = table.status.len().max(1);
    let pairs = months.min(table.paid.len()).min(table.bill.len().saturating_sub(1));
    let mut view = StatusView {
        payment: Vec::with_capacity(n),
        rating: Vec::with_capacity(n),
        feature_keys: KEYS.map(str::to_owned).to_vec(),
        features: vec![Vec::with_capacity(n); KEYS.len()],
    };
    for i in 0..n {
        let status = |m: usize| at(table.status, m, i).max(0.0);
        let worst = (0..months).map(status).fold(0.0, f64::max);
        let (mut n_bills, mut due, mut collected, mut late, mut days, mut paid) =
            (0_u32, 0.0, 0.0, 0.0, 0.0, 0.0);
        for m in 0..pairs {
            let (bill, payment) = (at(table.bill, m + 1, i), at(table.paid, m, i).max(0.0));
            paid += payment;
            if bill > 0.0 {
                n_bills += 1;
                due += bill;
                collected += if status(m) > 0.0 { payment.min(bill) } else { bill };
                late += if status(m) > 0.0 { bill } else { 0.0 };
                days += bill * DAYS_PER_MONTH * status(m);
            }
        }
        let share = |part: f64| (part / due).clamp(0.0, 1.0);
        let payment = (n_bills > 0 && due.is_finite()).then(|| Payment {
            n_invoices: n_bills,
            due,
            collection_rate: share(collected),
            overdue_share: share(late),
            mean_days_late: (days / due).clamp(0.0, DAYS_PER_MONTH * worst),
            worst_days_late: (DAYS_PER_MONTH * worst) as u32,
        });
        let row = [
            Some(at(table.status, 0, i)),
            Some(worst),
            payment.map(|p| p.mean_days_late),
            payment.map(|_| share(paid)),
            (pairs > 0).then(|| paid / pairs as f64).filter(|p| p.is_finite()),
        ];
        view.features.iter_mut().zip(row).for_each(|(column, v)| column.push(v));
        view.rating
            .push(payment.filter(|p| p.n_invoices >= min_invoices.max(1)).map(|p| Rating::of(&p, weights)));
        view.payment.push(payment);
    }
    view
}

impl StatusView {
    /// The features as columns of numbers, missing ones not a number, for [`Feature`].
    #[must_use]
    pub fn columns(&self) -> Vec<Vec<f64>> {
        self.features.iter().map(|f| f.iter().map(|v| v.unwrap_or(f64::NAN)).collect()).collect()
    }

    /// Names the columns of [`StatusView::columns`].
    #[must_use]
    pub fn named<'a>(&'a self, columns: &'a [Vec<f64>]) -> Vec<Feature<'a>> {
        self.feature_keys.iter().zip(columns).map(|(key, values)| Feature { key, values }).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::credit::{DEFAULT_WEIGHTS, Grade};

    #[test]
    fn one_customer_by_hand() {
        // Newest first. Bills 100 and 300 were answered: the newer one a month late with 40, the older in time.
        let status: [&[f64]; 3] = [&[1.0], &[-1.0], &[0.0]];
        let bill: [&[f64]; 3] = [&[500.0], &[100.0], &[300.0]];
        let paid: [&[f64]; 3] = [&[40.0], &[300.0], &[0.0]];
        let table = StatusTable { status: &status, bill: &bill, paid: &paid };
        let view = status_view(&table, DEFAULT_WEIGHTS, 2);
        let p = view.payment[0].unwrap();
        assert_eq!((p.n_invoices, p.due, p.overdue_share, p.worst_days_late), (2, 400.0, 0.25, 30));
        assert!((p.collection_rate - 0.85).abs() < 1e-12 && (p.mean_days_late - 7.5).abs() < 1e-12);
        // Points 50, 50, 87.5, 80 at .4, .3, .2, .1.
        assert!((view.rating[0].unwrap().score - 60.5).abs() < 1e-9);
        assert_eq!(view.rating[0].unwrap().grade, Grade::B);
        assert_eq!(status_view(&table, DEFAULT_WEIGHTS, 3).rating, [None]);
    }

    #[test]
    fn tables_without_bills_or_months() {
        let empty = StatusTable { status: &[], bill: &[], paid: &[] };
        assert!(status_view(&empty, DEFAULT_WEIGHTS, 3).payment.is_empty());
        let status: [&[f64]; 2] = [&[f64::NAN, 9.0], &[0.0, 0.0]];
        let bill: [&[f64]; 2] = [&[0.0, 1e300], &[-5.0, f64::INFINITY]];
        let view =
            status_view(&StatusTable { status: &status, bill: &bill, paid: &bill }, DEFAULT_WEIGHTS, 1);
        assert_eq!(view.payment, [None, None]);
        assert!(view.features.iter().flatten().flatten().all(|v| v.is_finite()));
    }
}
