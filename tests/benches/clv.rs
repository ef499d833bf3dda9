//! How long do the buy-till-you-die models take: the published CDNOW summary (2,357 customers), and the whole way of
//! 100,000 customers (choice by holdout, three fits, forecasts, spend, intervals)?
//!
//! `cargo bench --bench clv`; milliseconds, the shortest of several runs. If `TENURE_PYTHON` names a Python that has
//! `lifetimes` 0.11.3 (`pip install lifetimes==0.11.3`), the same fits are timed there, and the bench fails if our
//! BG/NBD takes a fifth of its time or more.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "ledger_body.rs"]
mod market;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use tenure::analytics::btyd::{self, ChoiceOptions, Fit, FitOptions, Histories, ModelKind};
use tenure::analytics::discount::AnnualRate;
use tenure::analytics::orders::Orders;
use tenure::analytics::spend;

/// Largest share of the time of `lifetimes`.
const MOST: f64 = 0.2;
const MONTHS: u32 = 36;

/// The shortest of n runs, milliseconds, and what the last one gave.
fn best<T>(n: usize, mut f: impl FnMut() -> T) -> (f64, T) {
    let mut least = f64::INFINITY;
    let mut run = || {
        let start = Instant::now();
        let out = black_box(f());
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
        out
    };
    let mut out = run();
    for _ in 1..n {
        out = run();
    }
    (least, out)
}

fn summary() -> Option<PathBuf> {
    let root = std::env::var_os("TENURE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join("cdnow/cdnow_customers_summary.csv");
    path.exists().then_some(path)
}

fn histories(path: &PathBuf) -> Histories {
    let mut out = Histories::default();
    for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|c| c.trim().parse().unwrap()).collect();
        out.n_repeats.push(cells[1] as u32);
        out.last_purchase_age_weeks.push(cells[2]);
        out.tenure_weeks.push(cells[3]);
    }
    out
}

/// The way of the report, milliseconds a step.
fn whole() -> Vec<(&'static str, f64)> {
    let orders = Orders::from_ledger(&market::ledger());
    let as_of = orders.dates.unwrap().1;
    let mut customers = Histories::default();
    let mut means = Vec::new();
    for c in 0..orders.n_customers() {
        let at: Vec<usize> = orders.purchases(c).collect();
        let (birth, last) = (orders.day[at[0]], orders.day[at[at.len() - 1]]);
        customers.n_repeats.push(at.len() as u32 - 1);
        customers.last_purchase_age_weeks.push(f64::from(last.0 - birth.0) / 7.0);
        customers.tenure_weeks.push(f64::from(as_of.0 - birth.0) / 7.0);
        let money: i64 = at[1..].iter().map(|&i| orders.purchase_net[i]).sum();
        means.push(money as f64 / 100.0 / (at.len() as f64 - 1.0).max(1.0));
    }
    let rate = AnnualRate::default();
    let (choosing, choice) = best(3, || btyd::choose(&orders, as_of, ChoiceOptions::default()));
    let (comparing, all) = best(3, || btyd::compare(&customers, 52.0, FitOptions::default()));
    let fit = all.fit(choice.taken).unwrap();
    let (forecasting, _) = best(3, || btyd::forecast(fit.model().as_ref(), &customers, MONTHS, rate));
    let (spending, amounts) = best(3, || spend::fit(&customers.n_repeats, &means, 0.0));
    let money = btyd::Spending { fit: &amounts, mean_repeat_amount: &means };
    let (sure, interval) =
        best(3, || btyd::interval(fit, &customers, None, Some(money), MONTHS, rate).unwrap());
    println!("{:?} taken, {:?}; sd of ln equity {:.4}", choice.taken, choice.reason, interval.log_sd);
    for c in choice.holdout.iter().flat_map(|h| &h.candidates) {
        println!("  {:?} {:.0} of {}", c.kind, c.predicted, choice.holdout.as_ref().unwrap().actual);
    }
    vec![
        ("choice by holdout", choosing),
        ("three fits, compared", comparing),
        ("forecast", forecasting),
        ("spend", spending),
        ("interval of equity", sure),
    ]
}

fn main() {
    let mut bg_nbd = f64::NAN;
    if let Some(path) = summary() {
        let customers = histories(&path);
        println!("CDNOW, {} customers", customers.len());
        for kind in ModelKind::ALL {
            let (ms, fit): (f64, Fit) =
                best(20, || btyd::fit(kind, &customers, FitOptions::default()).unwrap());
            if kind == ModelKind::BgNbd {
                bg_nbd = ms;
            }
            println!("{kind:?}  {ms:8.2} ms  {:?}  {:.3}", fit.params, fit.log_likelihood);
        }
        match std::env::var_os("TENURE_PYTHON") {
            Some(python) => {
                let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/benches/lifetimes_fit.py");
                let run = Command::new(python).arg(script).arg(&path).output().unwrap();
                let said = String::from_utf8(run.stdout).unwrap();
                assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
                print!("lifetimes:\n{said}");
                let theirs: f64 = said.lines().next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
                let ratio = bg_nbd / (1e3 * theirs);
                println!("BG/NBD: {ratio:.4} of the time of lifetimes");
                assert!(ratio < MOST, "BG/NBD takes {ratio:.3} of the time of lifetimes, not below {MOST}");
            }
            None => println!("TENURE_PYTHON is not set: not compared with lifetimes"),
        }
    } else {
        println!("ignored: TENURE_DATA does not hold cdnow/cdnow_customers_summary.csv");
    }
    println!("{} customers", market::CUSTOMERS);
    let steps = whole();
    for (name, ms) in &steps {
        println!("{name:22} {ms:8.1} ms");
    }
    println!("{:22} {:8.1} ms", "together", steps.iter().map(|s| s.1).sum::<f64>());
}
