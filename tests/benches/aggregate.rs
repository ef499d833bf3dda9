//! Orders from a million rows, against the obvious way: a map from customer name to a list of days and amounts,
//! each list sorted. Both in the same run, best of several; prints milliseconds and the ratio.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;
use tenure::analytics::churn::Exits;
use tenure::analytics::orders::{Orders, monthly_series};
use tenure::customer::{Coded, Day, Ledger, MoneyScale};
use tenure::math::Rng;

const ROWS: usize = 1_000_000;
const CUSTOMERS: usize = 40_000;
const RUNS: usize = 7;

fn rows(with_ids: bool) -> Ledger {
    let mut rng = Rng::new(1);
    let first = Day::from_ymd(2023, 1, 1).unwrap_or_default();
    let mut names: Vec<String> = (0..CUSTOMERS).map(|i| format!("Customer {i:05}")).collect();
    names.sort();
    let amount: Vec<i64> = (0..ROWS).map(|_| rng.below(200_000) as i64 - 4_000).collect();
    Ledger {
        customers: names.iter().collect(),
        // The square gives some customers many more rows than others, as in real files.
        customer: (0..ROWS).map(|_| (rng.uniform().powi(2) * CUSTOMERS as f64) as u32).collect(),
        day: (0..ROWS).map(|_| Day(first.0 + rng.below(1095) as i32)).collect(),
        is_return: amount.iter().map(|&a| a < 0).collect(),
        amount,
        scale: MoneyScale { decimals: 2 },
        order: with_ids.then(|| Coded {
            code: (0..ROWS as u32).map(|i| i / 3).collect(),
            names: (0..ROWS / 3 + 1).map(|i| i.to_string()).collect(),
        }),
        ..Ledger::default()
    }
}

/// What one writes first. Returns the revenue, so that the two can be held against each other.
fn naive(ledger: &Ledger) -> i64 {
    let mut by_customer: HashMap<String, Vec<(Day, i64)>> = HashMap::new();
    for row in 0..ledger.n_rows() {
        by_customer
            .entry(ledger.customers.get(ledger.customer[row]).to_string())
            .or_default()
            .push((ledger.day[row], ledger.amount[row]));
    }
    let mut total = 0;
    for list in by_customer.values_mut() {
        list.sort();
        for same_day in list.chunk_by(|a, b| a.0 == b.0) {
            total += black_box(same_day.iter().map(|r| r.1).sum::<i64>());
        }
    }
    total
}

fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        black_box(run());
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
    }
    least
}

fn main() {
    let (plain, with_ids) = (rows(false), rows(true));
    let orders = Orders::from_ledger(&plain);
    assert_eq!(orders.totals.revenue, i128::from(naive(&plain)), "the two must agree");
    let baseline = best(|| naive(&plain));
    let ours = best(|| Orders::from_ledger(&plain));
    let ids = best(|| Orders::from_ledger(&with_ids));
    let as_of = orders.dates.map_or(Day(0), |d| d.1);
    let judged = best(|| Exits::judge(&orders, as_of));
    let exited = Exits::judge(&orders, as_of).exited();
    let months = best(|| monthly_series(&orders, as_of, &exited));
    println!("{ROWS} rows, {CUSTOMERS} customers, best of {RUNS}");
    println!("orders              {ours:8.1} ms");
    println!("orders, order ids   {ids:8.1} ms");
    println!("naive map and sort  {baseline:8.1} ms   {:.1} times the first", baseline / ours);
    println!("exits               {judged:8.1} ms");
    println!("monthly series      {months:8.1} ms");
}
