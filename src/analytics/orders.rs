//! Who bought when, and for how much? One pass over the ledger that every other method starts from.
//!
//! An *order* is the rows of one customer on one day that carry the same order id, or all rows of that customer and
//! day where the file has no order ids (methods.md 1.4 a). With `net` the sum of its amounts:
//!
//! - `net > 0`, or `net = 0` without a return among its rows (a free item): the order is a purchase;
//! - `net < 0`, or `net = 0` with a return among its rows: it is not, but its money still counts.
//!
//! Where rows are sums ([`Ledger::n_orders`]), a row is that many orders: purchases if its amount is positive, or zero;
//! returns if it is negative; a row of zero without an order is a day on which nothing happened.
//!
//! An *order day* is everything of one customer on one day. Gaps, recency and tenure use order days, so a gap is
//! never 0; order counts use orders. An id that occurs on several days, or for several customers, is one order on
//! each: ids that start over every year, or in every shop, would otherwise join strangers.
//!
//! Symbols: `net`, `purchase_net`, `returned`, `cost` in minor units of [`Orders::scale`]; `day` in days since 1970.
//! Sums over the whole table are `i128` and exact; a single day's sums saturate at the `i64` range.
//!
//! Source: methods.md 1.4, 1.6, 3.1; the conventions are those of the published CDNOW figures.
//!
//! Degenerate cases: an empty ledger gives no days and no dates; a customer with nothing but returns has order days
//! but no first purchase.
//!
//! ```
//! use tenure::analytics::orders::{Orders, ledger_from_rows};
//! use tenure::customer::Day;
//! // Two lines of one order, a return on another day: one purchase of 12.50, worth 10.00 in all.
//! let rows = [("ann", Day(0), 1000, Some("1")), ("ann", Day(0), 250, Some("1")), ("ann", Day(9), -250, Some("2"))];
//! let orders = Orders::from_ledger(&ledger_from_rows(rows));
//! assert_eq!((orders.totals.n_orders, orders.totals.revenue, orders.last_purchase(0)), (1, 1000, Some(Day(0))));
//! ```

use crate::customer::{Coded, Day, Ledger, MoneyScale, Month};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What one customer's day amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DayKind {
    /// At least one order with a positive net amount.
    Purchase,
    /// No such order, but at least one of value 0 without a return: a purchase of value 0.
    FreeItem,
    /// Returns and cancellations only.
    NotPurchase,
}

impl DayKind {
    /// Whether the day counts for orders, gaps and recency.
    #[must_use]
    pub fn is_purchase(self) -> bool {
        self != Self::NotPurchase
    }
}

/// Sums over all customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Net amount of all rows, returns included, in minor units.
    pub revenue: i128,
    /// Sum of the rows that are returns, in minor units; 0 or negative.
    pub returned: i128,
    /// Variable cost of all rows in minor units, where the file has it.
    pub cost: Option<i128>,
    /// Purchases, free items included.
    pub n_orders: u64,
    /// Purchases of value 0.
    pub n_zero_orders: u64,
    /// Orders that are not purchases.
    pub n_return_orders: u64,
    /// Rows that are returns.
    pub n_return_rows: u64,
    /// Customers with at least one purchase.
    pub n_buyers: u32,
}

/// Order days of all customers, columnar: those of customer `c` are `offsets[c]..offsets[c + 1]`, by ascending day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    /// Scale of all money columns.
    pub scale: MoneyScale,
    /// First and last day of any row, returns included; `None` for an empty ledger.
    pub dates: Option<(Day, Day)>,
    /// Where each customer's days begin; length `n_customers + 1`.
    pub offsets: Vec<u32>,
    /// The day.
    pub day: Vec<Day>,
    /// Net amount of the day.
    pub net: Vec<i64>,
    /// Net amount of the orders with a positive net.
    pub purchase_net: Vec<i64>,
    /// Sum of the rows that are returns (0 or negative).
    pub returned: Vec<i64>,
    /// Variable cost of the day, where the file has it.
    pub cost: Option<Vec<i64>>,
    /// Purchases of the day, free items included.
    pub n_orders: Vec<u32>,
    /// Purchases with a positive net.
    pub n_paid: Vec<u32>,
    /// Orders of the day that are not purchases.
    pub n_return_orders: Vec<u32>,
    /// Rows of the day that are returns.
    pub n_return_rows: Vec<u32>,
    /// What the day amounts to.
    pub kind: Vec<DayKind>,
    /// Sums over all customers.
    pub totals: Totals,
}

impl Orders {
    /// Aggregates a ledger; customers keep the ledger's order. A free item is a purchase of value 0.
    #[must_use]
    pub fn from_ledger(ledger: &Ledger) -> Self {
        Self::with_free_items(ledger, true)
    }

    /// The same, where a free item may also be no purchase but a mere contact (methods.md 1.4 d, `zeroOrders`).
    #[must_use]
    pub fn with_free_items(ledger: &Ledger, are_purchases: bool) -> Self {
        let (starts, rows) = rows_by_customer_and_day(ledger);
        let mut out = Self::with_room(ledger, count_days(&starts, &rows));
        out.dates = ledger.day.iter().copied().min().zip(ledger.day.iter().copied().max());
        let mut scratch = Vec::new();
        for c in 0..ledger.n_customers() {
            let own = &rows[starts[c] as usize..starts[c + 1] as usize];
            for same_day in own.chunk_by(|a, b| a.day == b.day) {
                out.push_day(ledger, same_day, are_purchases, &mut scratch);
            }
            out.offsets.push(out.day.len() as u32);
        }
        out.sum_up();
        out
    }

    /// The same as if the file had ended on `as_of`: later days are left out, customers keep their indices.
    #[must_use]
    pub fn until(&self, as_of: Day) -> Self {
        let (first, last) = match self.dates {
            Some((first, _)) if first > as_of => return self.emptied(),
            Some((first, last)) => (first, last),
            None => return self.clone(),
        };
        if last <= as_of {
            return self.clone();
        }
        let mut out = self.emptied();
        out.offsets.clear();
        out.offsets.push(0);
        for c in 0..self.n_customers() {
            let all = self.range(c);
            let kept = all.start..all.start + self.day[all].partition_point(|&d| d <= as_of);
            out.day.extend_from_slice(&self.day[kept.clone()]);
            out.net.extend_from_slice(&self.net[kept.clone()]);
            out.purchase_net.extend_from_slice(&self.purchase_net[kept.clone()]);
            out.returned.extend_from_slice(&self.returned[kept.clone()]);
            if let (Some(to), Some(from)) = (&mut out.cost, &self.cost) {
                to.extend_from_slice(&from[kept.clone()]);
            }
            out.n_orders.extend_from_slice(&self.n_orders[kept.clone()]);
            out.n_paid.extend_from_slice(&self.n_paid[kept.clone()]);
            out.n_return_orders.extend_from_slice(&self.n_return_orders[kept.clone()]);
            out.n_return_rows.extend_from_slice(&self.n_return_rows[kept.clone()]);
            out.kind.extend_from_slice(&self.kind[kept]);
            out.offsets.push(out.day.len() as u32);
        }
        out.dates = out.day.iter().copied().max().map(|latest| (first, latest));
        out.sum_up();
        out
    }

    /// Number of customers, those without a purchase included.
    #[must_use]
    pub fn n_customers(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Positions of a customer's order days in the columns.
    #[must_use]
    pub fn range(&self, customer: usize) -> Range<usize> {
        self.offsets[customer] as usize..self.offsets[customer + 1] as usize
    }

    /// Positions of a customer's purchase days in the columns, ascending.
    pub fn purchases(&self, customer: usize) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.range(customer).filter(|&i| self.kind[i].is_purchase())
    }

    /// A customer's first purchase.
    #[must_use]
    pub fn first_purchase(&self, customer: usize) -> Option<Day> {
        self.purchases(customer).next().map(|i| self.day[i])
    }

    /// A customer's last purchase.
    #[must_use]
    pub fn last_purchase(&self, customer: usize) -> Option<Day> {
        self.purchases(customer).next_back().map(|i| self.day[i])
    }

    /// Purchases of a customer, free items included.
    #[must_use]
    pub fn n_orders_of(&self, customer: usize) -> u32 {
        self.n_orders[self.range(customer)].iter().sum()
    }

    /// Net amount of a customer, returns included, in minor units.
    #[must_use]
    pub fn revenue_of(&self, customer: usize) -> i128 {
        self.net[self.range(customer)].iter().map(|&v| i128::from(v)).sum()
    }

    fn with_room(ledger: &Ledger, n_days: usize) -> Self {
        let mut offsets = Vec::with_capacity(ledger.n_customers() + 1);
        offsets.push(0);
        Self {
            scale: ledger.scale,
            dates: None,
            offsets,
            day: Vec::with_capacity(n_days),
            net: Vec::with_capacity(n_days),
            purchase_net: Vec::with_capacity(n_days),
            returned: Vec::with_capacity(n_days),
            cost: ledger.cost.as_ref().map(|_| Vec::with_capacity(n_days)),
            n_orders: Vec::with_capacity(n_days),
            n_paid: Vec::with_capacity(n_days),
            n_return_orders: Vec::with_capacity(n_days),
            n_return_rows: Vec::with_capacity(n_days),
            kind: Vec::with_capacity(n_days),
            totals: Totals::default(),
        }
    }

    /// No days, same customers, same columns.
    fn emptied(&self) -> Self {
        Self {
            scale: self.scale,
            offsets: vec![0; self.offsets.len()],
            cost: self.cost.as_ref().map(|_| Vec::new()),
            totals: Totals { cost: self.totals.cost.map(|_| 0), ..Totals::default() },
            ..Self::default()
        }
    }

    /// Appends one customer's day.
    fn push_day(
        &mut self,
        ledger: &Ledger,
        rows: &[Row],
        free_is_purchase: bool,
        by_order: &mut Vec<(u32, Row)>,
    ) {
        let mut sums = DaySums::default();
        match (&ledger.n_orders, &ledger.order) {
            (Some(n_orders), _) => rows.iter().for_each(|&row| sums.add_sum(row, n_orders[row.index()])),
            (None, Some(order)) if rows.len() > 1 => {
                by_order.clear();
                by_order.extend(rows.iter().map(|&row| (order.code[row.index()], row)));
                by_order.sort_unstable_by_key(|&(code, _)| code);
                for same_order in by_order.chunk_by(|a, b| a.0 == b.0) {
                    sums.add_order(same_order.iter().map(|&(_, row)| row));
                }
            }
            _ => sums.add_order(rows.iter().copied()),
        }
        if !free_is_purchase {
            sums.n_free = 0;
        }
        self.day.push(rows[0].day);
        self.net.push(saturate(sums.net));
        self.purchase_net.push(saturate(sums.purchase_net));
        self.returned.push(saturate(sums.returned));
        if let (Some(column), Some(cost)) = (&mut self.cost, &ledger.cost) {
            column.push(saturate(rows.iter().map(|row| i128::from(cost[row.index()])).sum()));
        }
        self.n_orders.push(sums.n_paid + sums.n_free);
        self.n_paid.push(sums.n_paid);
        self.n_return_orders.push(sums.n_return_orders);
        self.n_return_rows.push(sums.n_return_rows);
        self.kind.push(match (sums.n_paid, sums.n_free) {
            (0, 0) => DayKind::NotPurchase,
            (0, _) => DayKind::FreeItem,
            _ => DayKind::Purchase,
        });
    }

    fn sum_up(&mut self) {
        let exact = |column: &[i64]| column.iter().map(|&v| i128::from(v)).sum::<i128>();
        let count = |column: &[u32]| column.iter().map(|&v| u64::from(v)).sum::<u64>();
        let n_orders = count(&self.n_orders);
        self.totals = Totals {
            revenue: exact(&self.net),
            returned: exact(&self.returned),
            cost: self.cost.as_deref().map(exact),
            n_orders,
            n_zero_orders: n_orders - count(&self.n_paid),
            n_return_orders: count(&self.n_return_orders),
            n_return_rows: count(&self.n_return_rows),
            n_buyers: (0..self.n_customers()).filter(|&c| self.purchases(c).next().is_some()).count() as u32,
        };
    }
}

/// Running sums of one customer's day.
#[derive(Default)]
struct DaySums {
    net: i128,
    purchase_net: i128,
    returned: i128,
    n_paid: u32,
    n_free: u32,
    n_return_orders: u32,
    n_return_rows: u32,
}

impl DaySums {
    fn add_order(&mut self, rows: impl Iterator<Item = Row>) {
        let mut net = 0_i128;
        let mut n_returns = 0;
        for row in rows {
            let amount = i128::from(row.amount);
            net += amount;
            if row.is_return() {
                n_returns += 1;
                self.returned += amount.min(0);
            }
        }
        self.net += net;
        self.n_return_rows += n_returns;
        if net > 0 {
            self.n_paid += 1;
            self.purchase_net += net;
        } else if net == 0 && n_returns == 0 {
            self.n_free += 1;
        } else {
            self.n_return_orders += 1;
        }
    }

    /// A row that is the sum of several orders, or of none. Money without an order has at least one behind it.
    fn add_sum(&mut self, row: Row, n_orders: u32) {
        let amount = i128::from(row.amount);
        self.net += amount;
        if amount > 0 {
            self.n_paid += n_orders.max(1);
            self.purchase_net += amount;
        } else if amount == 0 {
            self.n_free += n_orders;
        } else {
            self.returned += amount;
            self.n_return_rows += 1;
            self.n_return_orders += n_orders.max(1);
        }
    }
}

fn saturate(sum: i128) -> i64 {
    sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// What a row of the ledger contributes, in one place: grouping moves rows about, and looking amounts up afterwards
/// would miss the cache for each. Compares by day, then by file order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    day: Day,
    /// Twice the row number, plus 1 for a return.
    tagged: u32,
    amount: i64,
}

impl Row {
    fn index(self) -> usize {
        (self.tagged >> 1) as usize
    }

    fn is_return(self) -> bool {
        self.tagged & 1 == 1
    }
}

/// Rows with their customers, in file order.
fn rows_of(ledger: &Ledger) -> impl Iterator<Item = (u32, Row)> + '_ {
    let columns = ledger.customer.iter().zip(&ledger.day).zip(&ledger.amount).zip(&ledger.is_return);
    columns.zip(0_u32..).map(|((((&c, &day), &amount), &is_return), i)| {
        (c, Row { day, tagged: i << 1 | u32::from(is_return), amount })
    })
}

/// Rows grouped by customer and ordered by day within each, and where each customer's begin.
///
/// Two counting sorts, first by day and then by customer; both are stable, so nothing is compared. Where the dates
/// lie so far apart that counting days costs more than the rows do, each customer's rows are sorted instead.
fn rows_by_customer_and_day(ledger: &Ledger) -> (Vec<u32>, Vec<Row>) {
    let mut starts = vec![0_u32; ledger.n_customers() + 1];
    for &c in &ledger.customer {
        starts[c as usize + 1] += 1;
    }
    for c in 1..starts.len() {
        starts[c] += starts[c - 1];
    }
    let mut next = starts.clone();
    let mut grouped = vec![Row::default(); ledger.n_rows()];
    let mut place = |c: u32, row: Row| {
        let at = &mut next[c as usize];
        grouped[*at as usize] = row;
        *at += 1;
    };
    if let Some(by_day) = rows_by_day(ledger) {
        by_day.into_iter().for_each(|(c, row)| place(c, row));
    } else {
        rows_of(ledger).for_each(|(c, row)| place(c, row));
        for c in 1..starts.len() {
            grouped[starts[c - 1] as usize..starts[c] as usize].sort_unstable();
        }
    }
    (starts, grouped)
}

/// Rows with their customers by day; `None` where the dates are too far apart.
fn rows_by_day(ledger: &Ledger) -> Option<Vec<(u32, Row)>> {
    let first = ledger.day.iter().copied().min()?;
    let last = ledger.day.iter().copied().max()?;
    let n_days = usize::try_from(i64::from(last.0) - i64::from(first.0) + 1).ok()?;
    if n_days > ledger.n_rows().max(1024) {
        return None;
    }
    let mut next = vec![0_u32; n_days + 1];
    for day in &ledger.day {
        next[(day.0 - first.0) as usize + 1] += 1;
    }
    for d in 1..next.len() {
        next[d] += next[d - 1];
    }
    let mut out = vec![(0, Row::default()); ledger.n_rows()];
    for (c, row) in rows_of(ledger) {
        let at = &mut next[(row.day.0 - first.0) as usize];
        out[*at as usize] = (c, row);
        *at += 1;
    }
    Some(out)
}

fn count_days(starts: &[u32], rows: &[Row]) -> usize {
    let days_of = |w: &[u32]| rows[w[0] as usize..w[1] as usize].chunk_by(|a, b| a.day == b.day).count();
    starts.windows(2).map(days_of).sum()
}

/// Whether the file starts in the middle of running relationships (methods.md 1.6).
///
/// Arrivals are first purchases with a positive amount in the first `window_days` of the file, `L = min(90, 25 % of
/// the span)`. The file is truncated when they are at least 30 % of all customers *and* the first third of `L` has
/// at least 1.5 times the arrivals of the last: an even arrival that then stops is an acquisition cohort.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftTruncation {
    /// Length of the window `L`, days.
    pub window_days: f64,
    /// Customers of the file with a purchase.
    pub n_buyers: u32,
    /// Arrivals in the first, second and last third of the window.
    pub thirds: [u32; 3],
    /// Whether the file is truncated.
    pub truncated: bool,
    /// Customers whose start is unknown: those who arrived in the window of a truncated file; `(n_customers)`.
    pub customers: Vec<bool>,
}

impl LeftTruncation {
    /// Arrivals in the window.
    #[must_use]
    pub fn n_arrivals(&self) -> u32 {
        self.thirds.iter().sum()
    }
}

/// Longest window in which arrivals may be customers who were there before the file began, days.
pub const LEFT_TRUNCATION_DAYS: f64 = 90.0;

/// Looks for left truncation with the default window; see [`LeftTruncation`].
#[must_use]
pub fn left_truncation(orders: &Orders, as_of: Day) -> LeftTruncation {
    let n = orders.n_customers();
    let mut out = LeftTruncation {
        n_buyers: orders.totals.n_buyers,
        customers: vec![false; n],
        ..LeftTruncation::default()
    };
    let Some((first, _)) = orders.dates else { return out };
    out.window_days = LEFT_TRUNCATION_DAYS.min(0.25 * f64::from(as_of.0 - first.0)).max(0.0);
    for c in 0..n {
        let Some(arrival) = orders.range(c).find(|&i| orders.n_paid[i] > 0) else { continue };
        let offset = f64::from(orders.day[arrival].0 - first.0);
        if offset < out.window_days {
            out.thirds[((3.0 * offset / out.window_days) as usize).min(2)] += 1;
            out.customers[c] = true;
        }
    }
    let share = f64::from(out.n_arrivals()) / f64::from(out.n_buyers.max(1));
    out.truncated = share >= 0.3 && f64::from(out.thirds[0]) >= 1.5 * f64::from(out.thirds[2]);
    if !out.truncated {
        out.customers.fill(false);
    }
    out
}

/// Value per calendar month of every customer (methods.md 3.1): from the month of the first purchase to the last
/// complete month; of exited customers to the month of the last purchase. Flat columns with offsets as in [`Orders`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonthlySeries {
    /// Where each customer's months begin; length `n_customers + 1`. A customer without a complete month has none.
    pub offsets: Vec<u32>,
    /// First month of each customer's series; meaningless where it is empty.
    pub first_month: Vec<Month>,
    /// Net amount of the month, in the file's currency unit; may be negative.
    pub value: Vec<f64>,
    /// Purchases of the month, free items included.
    pub n_orders: Vec<u32>,
    /// Variable cost of the month, where the file has it.
    pub cost: Option<Vec<f64>>,
    /// Mean net amount of the purchases of a customer's first order day: the first order, where that day has one
    /// (methods.md 23.6 b); currency unit; `(n_customers)`.
    pub first_order_value: Vec<f64>,
    /// Sum of the positive orders in the kept months over their number (23.8); 0 without any; `(n_customers)`.
    pub mean_order_value: Vec<f64>,
}

impl MonthlySeries {
    /// Positions of a customer's months in the columns.
    #[must_use]
    pub fn range(&self, customer: usize) -> Range<usize> {
        self.offsets[customer] as usize..self.offsets[customer + 1] as usize
    }
}

/// The last month of which `as_of` reaches at least 90 % of the days.
#[must_use]
pub fn last_complete_month(as_of: Day) -> Month {
    let month = as_of.month();
    let reached = as_of.0 - month.first_day().0 + 1;
    if f64::from(reached) >= 0.9 * f64::from(month.days()) { month } else { Month(month.0 - 1) }
}

/// Builds the monthly series; `exited` says who has left, `(n_customers)`. Days after `as_of` are left out.
#[must_use]
pub fn monthly_series(orders: &Orders, as_of: Day, exited: &[bool]) -> MonthlySeries {
    let n = orders.n_customers();
    let complete = last_complete_month(as_of);
    let mut out = MonthlySeries {
        offsets: Vec::with_capacity(n + 1),
        first_month: Vec::with_capacity(n),
        cost: orders.cost.as_ref().map(|_| Vec::new()),
        first_order_value: Vec::with_capacity(n),
        mean_order_value: Vec::with_capacity(n),
        ..MonthlySeries::default()
    };
    out.offsets.push(0);
    let mut sums: Vec<(i128, i128, u32)> = Vec::new();
    for c in 0..n {
        let mut bought = orders.purchases(c).filter(|&i| orders.day[i] <= as_of);
        let first = bought.next();
        let last = bought.next_back().or(first);
        out.first_order_value.push(first.map_or(0.0, |i| first_order_value(orders, i)));
        let first_month = first.map_or(complete, |i| orders.day[i].month());
        out.first_month.push(first_month);
        let mut end = complete;
        if let (true, Some(i)) = (exited.get(c).copied().unwrap_or(false), last) {
            end = end.min(orders.day[i].month());
        }
        let n_months = if first.is_some() { (end.0 - first_month.0 + 1).max(0) as usize } else { 0 };
        sums.clear();
        sums.resize(n_months, (0, 0, 0));
        let mean = add_months(orders, c, as_of, first_month, &mut sums);
        out.mean_order_value.push(mean);
        out.value.extend(sums.iter().map(|s| orders.scale.to_f64(s.0)));
        if let Some(cost) = &mut out.cost {
            cost.extend(sums.iter().map(|s| orders.scale.to_f64(s.1)));
        }
        out.n_orders.extend(sums.iter().map(|s| s.2));
        out.offsets.push(out.value.len() as u32);
    }
    out
}

fn first_order_value(orders: &Orders, day: usize) -> f64 {
    orders.scale.to_f64(i128::from(orders.purchase_net[day])) / f64::from(orders.n_orders[day].max(1))
}

/// Adds a customer's days to the (value, cost, orders) sums of their months and returns the mean order value.
fn add_months(orders: &Orders, c: usize, as_of: Day, first: Month, sums: &mut [(i128, i128, u32)]) -> f64 {
    let (mut paid, mut n_paid) = (0_i128, 0_u32);
    for i in orders.range(c).filter(|&i| orders.day[i] <= as_of) {
        let position = orders.day[i].month().0 - first.0;
        let Some(sum) = usize::try_from(position).ok().and_then(|p| sums.get_mut(p)) else { continue };
        sum.0 += i128::from(orders.net[i]);
        sum.1 += orders.cost.as_ref().map_or(0, |cost| i128::from(cost[i]));
        sum.2 += orders.n_orders[i];
        paid += i128::from(orders.purchase_net[i]);
        n_paid += orders.n_paid[i];
    }
    if n_paid == 0 { 0.0 } else { orders.scale.to_f64(paid) / f64::from(n_paid) }
}

/// A ledger from `(customer, date, amount in cents, order id)` rows; the return flag is the sign of the amount.
///
/// For tests and benches of the methods that start from orders: the reader of real files is `ingest`.
#[must_use]
pub fn ledger_from_rows<'a>(rows: impl IntoIterator<Item = (&'a str, Day, i64, Option<&'a str>)>) -> Ledger {
    use std::collections::BTreeMap;
    let rows: Vec<_> = rows.into_iter().collect();
    let mut names: Vec<&str> = rows.iter().map(|r| r.0).collect();
    names.sort_by(|a, b| crate::customer::compare_names(a, b));
    names.dedup();
    let index: BTreeMap<&str, u32> = names.iter().zip(0..).map(|(&name, i)| (name, i)).collect();
    let mut order = Coded::default();
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for row in &rows {
        order.code.push(match row.3 {
            Some(id) => *codes.entry(id).or_insert_with(|| order.names.push(id)),
            None => Coded::MISSING,
        });
    }
    Ledger {
        customer: rows.iter().map(|r| index[r.0]).collect(),
        customers: names.into_iter().collect(),
        day: rows.iter().map(|r| r.1).collect(),
        amount: rows.iter().map(|r| r.2).collect(),
        scale: MoneyScale { decimals: 2 },
        is_return: rows.iter().map(|r| r.2 < 0).collect(),
        order: (!order.names.is_empty()).then_some(order),
        ..Ledger::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(iso: &str) -> Day {
        Day::parse_iso(iso).unwrap()
    }

    fn ledger(rows: &[(&str, &str, i64, Option<&str>)]) -> Ledger {
        ledger_from_rows(rows.iter().map(|&(c, d, a, o)| (c, day(d), a, o)))
    }

    #[test]
    fn a_row_that_is_a_sum_is_as_many_orders_as_it_says() {
        let rows = [
            ("a", "2024-01-31", 900, None),
            ("a", "2024-02-29", 0, None),
            ("a", "2024-03-31", -200, None),
            ("a", "2024-04-30", 500, None),
            ("b", "2024-01-31", 0, None),
        ];
        let sums = Ledger { n_orders: Some(vec![3, 0, 2, 0, 1]), ..ledger(&rows) };
        let orders = Orders::from_ledger(&sums);
        assert_eq!(orders.n_orders, [3, 0, 0, 1, 1], "money without an order has one behind it");
        assert_eq!(
            (orders.n_return_orders.as_slice(), orders.returned[2]),
            ([0, 0, 2, 0, 0].as_slice(), -200)
        );
        let kinds = [
            DayKind::Purchase,
            DayKind::NotPurchase,
            DayKind::NotPurchase,
            DayKind::Purchase,
            DayKind::FreeItem,
        ];
        assert_eq!(orders.kind, kinds);
        let t = &orders.totals;
        assert_eq!((t.revenue, t.n_orders, t.n_zero_orders, t.n_return_orders), (1_200, 5, 1, 2));
        assert_eq!(orders.last_purchase(0), Some(day("2024-04-30")));
    }

    #[test]
    fn rows_of_a_day_are_one_order_without_ids() {
        let o = Orders::from_ledger(&ledger(&[
            ("b", "2024-01-05", 100, None),
            ("a", "2024-02-01", 300, None),
            ("b", "2024-01-05", 250, None),
            ("b", "2024-01-02", 50, None),
        ]));
        assert_eq!(o.offsets, [0, 1, 3]);
        assert_eq!(o.net, [300, 50, 350]);
        assert_eq!(o.n_orders, [1, 1, 1]);
        assert_eq!(o.dates, Some((day("2024-01-02"), day("2024-02-01"))));
        assert_eq!(o.totals.revenue, 700);
    }

    #[test]
    fn methods_1_4_orders_returns_and_free_items() {
        let o = Orders::from_ledger(&ledger(&[
            ("a", "2024-01-01", 100, Some("1")),
            ("a", "2024-01-01", 20, Some("1")),
            ("a", "2024-01-01", 70, Some("2")),
            ("a", "2024-01-01", -500, Some("C9")),
            ("a", "2024-01-02", 0, Some("3")),
            ("a", "2024-01-03", 80, Some("4")),
            ("a", "2024-01-03", -80, Some("4")),
            ("a", "2024-01-04", -5, Some("5")),
        ]));
        use DayKind::{FreeItem, NotPurchase, Purchase};
        assert_eq!(o.kind, [Purchase, FreeItem, NotPurchase, NotPurchase]);
        assert_eq!(o.n_orders, [2, 1, 0, 0]);
        assert_eq!(o.net, [-310, 0, 0, -5]);
        assert_eq!(o.purchase_net, [190, 0, 0, 0]);
        assert_eq!(o.returned, [-500, 0, -80, -5]);
        assert_eq!((o.totals.n_orders, o.totals.n_zero_orders, o.totals.n_return_orders), (3, 1, 3));
        assert_eq!(o.last_purchase(0), Some(day("2024-01-02")));
    }

    #[test]
    fn methods_1_4_d_free_items_may_be_contacts() {
        let rows = ledger(&[("a", "2024-01-01", 0, None), ("a", "2024-01-02", 500, None)]);
        assert_eq!(Orders::with_free_items(&rows, true).first_purchase(0), Some(day("2024-01-01")));
        let contacts = Orders::with_free_items(&rows, false);
        assert_eq!((contacts.first_purchase(0), contacts.totals.n_orders), (Some(day("2024-01-02")), 1));
        assert_eq!(contacts.kind, [DayKind::NotPurchase, DayKind::Purchase]);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter() {
        let mut rng = crate::math::Rng::new(7);
        let names = ["x", "y", "z"];
        let ids = ["1", "2", "3"];
        let mut rows: Vec<_> = (0..200)
            .map(|_| {
                let date = Day(19_000 + rng.below(20) as i32);
                (names[rng.below(3)], date, rng.below(50) as i64 - 10, Some(ids[rng.below(3)]))
            })
            .collect();
        let forward = Orders::from_ledger(&ledger_from_rows(rows.iter().copied()));
        rows.reverse();
        assert_eq!(forward, Orders::from_ledger(&ledger_from_rows(rows)));
    }

    #[test]
    fn far_apart_dates_are_sorted_the_same_way() {
        let rows = [("a", "9999-12-31", 1, None), ("a", "0001-01-01", 2, None), ("a", "1970-01-02", 3, None)];
        assert_eq!(Orders::from_ledger(&ledger(&rows)).net, [2, 3, 1]);
        let near = [("a", "1970-01-02", 1, None), ("a", "1969-12-31", 2, None), ("a", "1970-01-01", 3, None)];
        assert_eq!(Orders::from_ledger(&ledger(&near)).net, [2, 3, 1]);
    }

    #[test]
    fn until_equals_a_shorter_file() {
        let mut rng = crate::math::Rng::new(3);
        let names = ["x", "y", "z"];
        let mut rows: Vec<_> = (0..300)
            .map(|_| {
                let date = Day(19_000 + rng.below(90) as i32);
                (names[rng.below(3)], date, rng.below(50) as i64 - 10, None)
            })
            .collect();
        let cut = Day(19_040);
        let cut_down = Orders::from_ledger(&ledger_from_rows(rows.iter().copied())).until(cut);
        rows.retain(|r| r.1 <= cut);
        assert_eq!(cut_down, Orders::from_ledger(&ledger_from_rows(rows)));
        assert_eq!(cut_down.until(Day(0)).totals, Totals::default());
        assert_eq!(cut_down.until(Day(0)).n_customers(), 3);
    }

    #[test]
    fn nothing_and_next_to_nothing() {
        let empty = Orders::from_ledger(&Ledger::default());
        assert_eq!((empty.n_customers(), empty.dates), (0, None));
        assert!(!left_truncation(&empty, Day(0)).truncated);
        assert_eq!(monthly_series(&empty, Day(0), &[]).offsets, [0]);
        let returns = Orders::from_ledger(&ledger(&[("a", "2024-01-01", -5, None)]));
        assert_eq!((returns.first_purchase(0), returns.totals.n_buyers), (None, 0));
        assert!(monthly_series(&returns, day("2024-12-31"), &[false]).value.is_empty());
    }

    #[test]
    fn day_sums_saturate_and_totals_are_exact() {
        let d = "2024-01-01";
        let o = Orders::from_ledger(&ledger(&[("a", d, i64::MAX, None), ("b", d, i64::MAX, None)]));
        assert_eq!(o.totals.revenue, 2 * i128::from(i64::MAX));
        let o = Orders::from_ledger(&ledger(&[("a", d, i64::MAX, None), ("a", d, i64::MAX, None)]));
        assert_eq!(o.net, [i64::MAX]);
    }

    #[test]
    fn methods_3_1_months_kept() {
        let rows = [
            ("a", "2024-01-31", 100, None),
            ("a", "2024-03-05", 250, None),
            ("a", "2024-03-06", -50, None),
            ("b", "2024-01-10", 70, None),
            ("b", "2024-01-20", 30, None),
            ("c", "2024-04-27", 10, None),
        ];
        let o = Orders::from_ledger(&ledger(&rows));
        // 27 of April's 30 days are exactly 90 %.
        let m = monthly_series(&o, day("2024-04-27"), &[false, true, false]);
        assert_eq!(m.offsets, [0, 4, 5, 6]);
        assert_eq!(m.value, [1.0, 0.0, 2.0, 0.0, 1.0, 0.1]);
        assert_eq!(m.n_orders, [1, 0, 1, 0, 2, 1]);
        assert_eq!(m.first_month[0].iso(), "2024-01");
        assert_eq!(m.first_order_value, [1.0, 0.7, 0.1]);
        assert_eq!(m.mean_order_value, [1.75, 0.5, 0.1]);
        let m = monthly_series(&o, day("2024-04-26"), &[false, true, false]);
        assert_eq!(m.offsets, [0, 3, 4, 4]);
        let m = monthly_series(&o, day("2024-01-30"), &[false; 3]);
        assert_eq!((m.offsets, m.value), (vec![0, 0, 1, 1], vec![1.0]));
    }

    #[test]
    fn methods_1_6_decaying_and_even_arrivals() {
        let names: Vec<String> = (0..100).map(|i| format!("c{i:03}")).collect();
        let arrivals = |offset: &dyn Fn(usize) -> i32| {
            let rows: Vec<_> =
                names.iter().enumerate().map(|(i, n)| (n.as_str(), Day(offset(i)), 100, None)).collect();
            left_truncation(&Orders::from_ledger(&ledger_from_rows(rows)), Day(400))
        };
        let decay = arrivals(&|i| if i < 50 { i as i32 / 5 } else { 4 * (i as i32 - 50) });
        assert!(decay.truncated && decay.customers[0] && !decay.customers[99]);
        assert_eq!(decay.window_days, 90.0);
        let cohort = arrivals(&|i| i as i32 * 9 / 10);
        assert_eq!((cohort.thirds, cohort.truncated), ([34, 33, 33], false));
        assert!(!cohort.customers[0]);
    }
}
