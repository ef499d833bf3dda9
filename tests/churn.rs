//! Churn by silence on the CDNOW sample, as methods.md 23.7 states it, and contract survival on the Telco file.
//!
//! The files are found through `TENURE_DATA`. Where they are missing the tests say so; on a build server they fail.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use tenure::analytics::churn::{
    BACKTEST_DAYS, ContractDesign, Exits, OneTimeSource, RATE_MONTHS, backtest, churn_rate, contract_churn,
    monthly_churn,
};
use tenure::analytics::orders::{Orders, last_complete_month, left_truncation, monthly_series};
use tenure::analytics::rfm::{self, rfm};
use tenure::analytics::survival::{kaplan_meier, of_transactions, period_life_table};
use tenure::customer::{Coded, Contracts, Day, Ledger, MoneyScale};

fn read(file: &str) -> Option<String> {
    let folder = std::env::var("TENURE_DATA")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = folder.join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if std::env::var_os("CI").is_some() => panic!("{}: {error}", path.display()),
        Err(error) => {
            println!("ignored: {}: {error}", path.display());
            None
        }
    }
}

/// Fields of one line; commas within quotes belong to the field.
fn fields(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in line.trim_end_matches('\r').chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

fn minor(text: &str, decimals: u32) -> i64 {
    (text.parse::<f64>().unwrap() * 10_f64.powi(decimals as i32)).round() as i64
}

struct Row {
    customer: String,
    day: Day,
    amount: i64,
    is_return: bool,
    order: Option<String>,
}

fn ledger(rows: Vec<Row>) -> Ledger {
    let mut names: Vec<String> = rows.iter().map(|r| r.customer.clone()).collect();
    names.sort_by(|a, b| tenure::customer::compare_names(a, b));
    names.dedup();
    let mut ids: Vec<String> = rows.iter().filter_map(|r| r.order.clone()).collect();
    ids.sort();
    ids.dedup();
    let index = |name: &String| names.binary_search_by(|n| tenure::customer::compare_names(n, name)).unwrap();
    Ledger {
        customer: rows.iter().map(|r| index(&r.customer) as u32).collect(),
        day: rows.iter().map(|r| r.day).collect(),
        amount: rows.iter().map(|r| r.amount).collect(),
        scale: MoneyScale { decimals: 2 },
        is_return: rows.iter().map(|r| r.is_return).collect(),
        order: (!ids.is_empty()).then(|| Coded {
            code: rows.iter().map(|r| ids.binary_search(r.order.as_ref().unwrap()).unwrap() as u32).collect(),
            names: ids.iter().collect(),
        }),
        customers: names.iter().collect(),
        ..Ledger::default()
    }
}

fn cdnow() -> Option<Orders> {
    let text = read("cdnow/cdnowElog.csv")?;
    let rows = text.lines().skip(1).map(|line| {
        let f = fields(line);
        let part = |range: std::ops::Range<usize>| f[2][range].parse::<u32>().unwrap();
        Row {
            customer: f[1].clone(),
            day: Day::from_ymd(part(0..4) as i32, part(4..6), part(6..8)).unwrap(),
            amount: minor(&f[4], 2),
            is_return: false,
            order: None,
        }
    });
    Some(Orders::from_ledger(&ledger(rows.collect())))
}

fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{what}: {a} is not {b}");
}

const CDNOW_END: &str = "1998-06-30";

#[test]
fn reference_1_1_cdnow_days_and_money() {
    let Some(orders) = cdnow() else { return };
    assert_eq!(orders.n_customers(), 2357);
    assert_eq!(orders.day.len(), 6696);
    assert_eq!(orders.totals.revenue, 24_409_194);
    let (first, last) = orders.dates.unwrap();
    assert_eq!((first.iso().as_str(), last.iso().as_str()), ("1997-01-01", CDNOW_END));
}

#[test]
fn methods_1_6_cdnow_is_a_cohort_not_a_truncated_file() {
    let Some(orders) = cdnow() else { return };
    let found = left_truncation(&orders, orders.dates.unwrap().1);
    assert_eq!((found.thirds, found.truncated), ([755, 902, 692], false));
}

#[test]
fn methods_1_6_online_retail_is_truncated() {
    let Some(text) = read("online-retail/online_retail_excerpt.csv") else { return };
    let rows = text.lines().skip(1).map(fields).filter(|f| f.len() == 8 && !f[6].is_empty()).map(|f| {
        let quantity: i64 = f[3].parse().unwrap();
        Row {
            customer: f[6].clone(),
            day: Day::parse_iso(&f[4][..10]).unwrap(),
            amount: quantity * minor(&f[5], 2),
            is_return: quantity < 0,
            order: Some(f[0].clone()),
        }
    });
    let orders = Orders::from_ledger(&ledger(rows.collect()));
    assert_eq!(orders.n_customers(), 270);
    let found = left_truncation(&orders, orders.dates.unwrap().1);
    assert_eq!((found.thirds, found.truncated), ([49, 22, 21], true));
    close("share", f64::from(found.n_arrivals()) / 270.0, 0.34, 0.005);
}

#[test]
fn methods_23_7_cdnow_exits() {
    let Some(orders) = cdnow() else { return };
    let exits = Exits::judge(&orders, Day::parse_iso(CDNOW_END).unwrap());
    let pool = exits.pool.as_ref().unwrap();
    close("typical gap", tenure::math::exp(pool.mu0), 43.29, 0.005);
    close("sigma0", pool.sigma0, 1.2193, 5e-5);
    assert_eq!((exits.one_time_source, exits.n_returns), (OneTimeSource::Returns, 1139));
    close("one-time amber", exits.one_time.amber_days, 198.0, 1e-9);
    close("one-time red", exits.one_time.red_days, 376.1, 1e-9);
    let counts = exits.counts();
    assert_eq!((counts.one_time, counts.exited, counts.amber), (1218, 1567, 351));
    close("false alarms", exits.false_alarm_share, 0.159, 5e-4);
    assert!(!exits.file_too_short());
}

#[test]
fn methods_23_7_cdnow_backtest() {
    let Some(orders) = cdnow() else { return };
    let test = backtest(&orders, Day::parse_iso(CDNOW_END).unwrap(), BACKTEST_DAYS as u32).unwrap();
    assert_eq!((test.n_customers, test.n_flagged), (2357, 1623));
    close("flagged who bought", test.flagged_bought_rate.unwrap(), 0.101, 5e-4);
    close("recall", test.recall.unwrap(), 0.79, 0.005);
    assert!(test.auc.unwrap() > 0.7, "{:?}", test.auc);
}

#[test]
fn methods_23_7_cdnow_detections_bunch_in_early_1998() {
    let Some(orders) = cdnow() else { return };
    let exits = Exits::judge(&orders, Day::parse_iso(CDNOW_END).unwrap());
    let periods = monthly_churn(&exits);
    assert_eq!(periods.len(), 18);
    let bunch: u32 = periods
        .iter()
        .filter(|p| ["1998-01", "1998-02", "1998-03"].contains(&p.month.iso().as_str()))
        .map(|p| p.one_time.lost)
        .sum();
    let all: u32 = periods.iter().map(|p| p.one_time.lost).sum();
    assert!(bunch > all * 8 / 10, "{bunch} of {all}");
    let rate = churn_rate(&orders, &exits, RATE_MONTHS).unwrap();
    assert_eq!((rate.months, rate.from.iso().as_str()), (12, "1997-06-30"));
    assert_eq!(rate.lost, rate.one_time.lost + rate.repeat.lost);
    assert!(rate.low < rate.rate && rate.rate < rate.high);
    println!("{rate:?}");
}

#[test]
fn monthly_values_reconcile_with_revenue() {
    let Some(orders) = cdnow() else { return };
    let end = Day::parse_iso(CDNOW_END).unwrap();
    let exits = Exits::judge(&orders, end);
    let series = monthly_series(&orders, end, &exits.exited());
    close("revenue", series.value.iter().sum(), 244_091.94, 1e-6);
    assert_eq!(last_complete_month(end).iso(), "1998-06");
}

fn telco() -> Option<Contracts> {
    let text = read("telco/Telco-Customer-Churn.csv")?;
    let rows: Vec<_> = text.lines().skip(1).map(fields).collect();
    Some(Contracts {
        customers: rows.iter().map(|f| f[0].as_str()).collect(),
        tenure_months: rows.iter().map(|f| f[5].parse().unwrap()).collect(),
        churned: rows.iter().map(|f| f[20] == "Yes").collect(),
        monthly_charge: Some(rows.iter().map(|f| minor(&f[18], 2)).collect()),
        ..Contracts::default()
    })
}

#[test]
fn reference_1_4_telco_rate_and_the_window_it_cannot_be() {
    let Some(contracts) = telco() else { return };
    let churn = contract_churn(&contracts, ContractDesign::Window { months: 1.0 });
    assert_eq!((churn.customers, churn.lost), (7043, 1869));
    close("rate", churn.rate.unwrap(), 0.26537, 5e-6);
    assert!(churn.implausible_window);
    assert_eq!(churn.used, ContractDesign::FullHistory);
}

#[test]
fn reference_1_4_telco_survival() {
    let Some(contracts) = telco() else { return };
    let curve = kaplan_meier(&contracts.tenure_months, &contracts.churned);
    for (month, survival) in
        [(1.0, 0.945961), (12.0, 0.843200), (24.0, 0.788736), (48.0, 0.708840), (72.0, 0.592790)]
    {
        close("S", curve.at(month), survival, 5e-7);
    }
    assert_eq!(curve.median, None);
}

#[test]
fn methods_23_8_telco_life_table() {
    let Some(contracts) = telco() else { return };
    let curve = period_life_table(&contracts.tenure_months, &contracts.churned, 1);
    close("S(12)", curve.at(12.0), 0.0012, 5e-5);
}

#[test]
fn cdnow_survival_counts_every_exit() {
    let Some(orders) = cdnow() else { return };
    let exits = Exits::judge(&orders, Day::parse_iso(CDNOW_END).unwrap());
    let curve = of_transactions(&exits);
    assert_eq!((curve.n, curve.n_events), (2357, 1567));
    assert!(curve.points.windows(2).all(|w| w[1].survival <= w[0].survival && w[0].time < w[1].time));
}

#[test]
fn reference_1_3_rfm_package() {
    let Some(text) = read("rfm-r/rfm_data_orders.csv") else { return };
    let rows = text.lines().skip(1).enumerate().map(|(i, line)| {
        let f = fields(line);
        Row {
            customer: f[0].clone(),
            day: Day::parse_iso(&f[1]).unwrap(),
            amount: minor(&f[2], 2),
            is_return: false,
            order: Some(i.to_string()),
        }
    });
    let ledger = ledger(rows.collect());
    let settings =
        rfm::Settings { window_months: None, scoring: rfm::Scoring::Quantile, ..rfm::Settings::default() };
    let result = rfm(&Orders::from_ledger(&ledger), Day::parse_iso("2006-12-31").unwrap(), &settings);
    assert_eq!(result.frequency.iter().sum::<u32>(), 4906);
    let count = |axis: usize| result.bins[axis].iter().map(|b| b.customers).collect::<Vec<_>>();
    assert_eq!(count(0), [197, 200, 199, 199, 200]);
    assert_eq!(count(1), [268, 187, 176, 244, 120]);
    assert_eq!(count(2), [200, 200, 198, 202, 195]);
    let named = [
        ("Abbey O'Reilly", 205, 6, 472.0, 343),
        ("Add Senger", 140, 3, 340.0, 412),
        ("Aden Lesch", 194, 4, 405.0, 323),
        ("Aden Murphy", 98, 7, 596.0, 544),
        ("Admiral Senger", 132, 5, 448.0, 433),
    ];
    for (name, days, orders, money, score) in named {
        let c = ledger.customers.iter().position(|n| n == name).unwrap();
        let s = result.scores[c].unwrap();
        assert_eq!(
            (result.days_since_last[c], result.frequency[c], result.monetary[c]),
            (Some(days), orders, money)
        );
        assert_eq!(u32::from(s.r) * 100 + u32::from(s.f) * 10 + u32::from(s.m), score, "{name}");
    }
    let mean = |r: usize, f: usize| result.grid[(r - 1) * 5 + f - 1].mean_monetary.unwrap();
    close("(F1, R1)", mean(1, 1), 208.4, 0.05);
    close("(F5, R5)", mean(5, 5), 862.4, 0.05);
}
