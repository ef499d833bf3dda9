//! What the report bench measures, free of any clock: the caller passes one (milliseconds), so that the same body runs
//! natively and in a browser.

#[path = "ledger_body.rs"]
mod market;

use std::collections::HashMap;
use std::hint::black_box;
use tenure::customer::{Dataset, Day, Ledger};
use tenure::report::{Quality, Settings, Step, Wanted, build};

const RUNS: usize = 3;

/// The least one does with such a file in a script: days and amounts by customer name, sorted, and of each customer the
/// days since the last purchase, their number and the sum.
fn plain_rfm(ledger: &Ledger) -> f64 {
    let mut by_customer: HashMap<String, Vec<(Day, i64)>> = HashMap::new();
    for row in 0..ledger.n_rows() {
        let name = ledger.customers.get(ledger.customer[row]).to_string();
        by_customer.entry(name).or_default().push((ledger.day[row], ledger.amount[row]));
    }
    let mut total = 0.0;
    for list in by_customer.values_mut() {
        list.sort();
        let sum: i64 = list.iter().map(|row| row.1).sum();
        total += list.last().map_or(0.0, |row| f64::from(row.0.0)) + list.len() as f64 + sum as f64;
    }
    total
}

/// Milliseconds of each step of the whole report, and of the plain pass: the shortest of three runs each.
pub fn measure(now: fn() -> f64) -> Vec<String> {
    let ledger = market::ledger();
    let rows = ledger.n_rows();
    let mut plain = f64::INFINITY;
    for _ in 0..RUNS {
        let begin = now();
        black_box(plain_rfm(black_box(&ledger)));
        plain = plain.min(now() - begin);
    }
    let dataset = Dataset::Transactions(ledger);
    let Ok(settings) = Settings::default().check() else { return Vec::new() };
    let mut best: Vec<(Step, f64)> = Vec::new();
    for _ in 0..RUNS {
        let mut begun: Vec<(Step, f64)> = Vec::new();
        let mut told = |step: Step, _: f64, _: f64| {
            if begun.last().is_none_or(|b| b.0 != step) {
                begun.push((step, now()));
            }
        };
        black_box(build(&dataset, Quality::default(), &settings, Wanted::default(), &mut told));
        let end = now();
        let ends = begun.iter().skip(1).map(|b| b.1).chain([end]);
        let took: Vec<(Step, f64)> = begun.iter().zip(ends).map(|(b, end)| (b.0, end - b.1)).collect();
        if best.is_empty() {
            best = took;
        } else {
            for (least, (_, ms)) in best.iter_mut().zip(took) {
                least.1 = least.1.min(ms);
            }
        }
    }
    let line = |name: &str, ms: f64| format!("{name:24} {ms:8.0} ms {:7.1} x", ms / plain);
    let total: f64 = best.iter().map(|b| b.1).sum();
    // The stage method has a bench of its own.
    let models: f64 = best.iter().filter(|b| b.0 != Step::Stages).map(|b| b.1).sum();
    let mut out = vec![format!(
        "{} customers, {rows} rows; x = times a plain pass for recency, frequency and money",
        market::CUSTOMERS
    )];
    out.push(line("plain pass", plain));
    out.extend(best.iter().map(|(step, ms)| line(&format!("{step:?}"), *ms)));
    out.push(line("all but stages", models));
    out.push(line("together", total));
    out
}
