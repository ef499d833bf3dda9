//! What holds for every report, whatever the file: random ledgers, degenerate ledgers, and the same ledger told in
//! another order or another currency.

#![allow(clippy::unwrap_used)]

mod common;

use common::{finite, report_of};
use tenure::analytics::orders::ledger_from_rows;
use tenure::customer::{Coded, Contracts, Dataset, Day, Ledger, MoneyScale};
use tenure::math::Rng;
use tenure::report::{Report, Settings};

/// A row of a ledger: customer, day, cents, order.
type Row = (String, i32, i64, Option<String>);

fn ledger(rows: &[Row]) -> Ledger {
    ledger_from_rows(rows.iter().map(|(c, d, a, o)| (c.as_str(), Day(*d), *a, o.as_deref())))
}

fn build(rows: &[Row]) -> Report {
    report_of(Dataset::Transactions(ledger(rows)), &Settings::default())
}

/// Customers of very different habits: rates, lengths, amounts, returns, free items.
fn random_rows(seed: u64) -> Vec<Row> {
    let mut rng = Rng::new(seed);
    let n_customers = 1 + rng.below(120);
    let span = 1 + rng.below(1500) as i32;
    let mut rows = Vec::new();
    for c in 0..n_customers {
        let start = rng.below(span as usize) as i32;
        let gap = 1.0 + 120.0 * rng.uniform() * rng.uniform();
        let mean = 10.0 + 100_000.0 * rng.uniform() * rng.uniform();
        let mut day = f64::from(start);
        while day <= f64::from(span) {
            let kind = rng.uniform();
            let size = (mean * rng.gamma(2.0) / 2.0) as i64;
            let amount = if kind < 0.05 {
                -size
            } else if kind < 0.08 {
                0
            } else {
                size
            };
            let order = (rng.uniform() < 0.5).then(|| format!("o{}", rng.below(500)));
            rows.push((format!("c{c}"), 15_000 + day as i32, amount, order));
            if rng.uniform() < 0.1 {
                break;
            }
            day += gap * rng.exponential();
        }
    }
    rows
}

/// What must hold for every report.
fn holds(r: &Report) {
    finite(r);
    let n = r.overview.customers as usize;
    let t = &r.customers;
    let share = |name: &str, column: &[f64]| {
        assert!(column.iter().all(|p| (0.0..=1.0).contains(p)), "{name} within 0..1");
    };
    share("p alive", &t.p_alive);
    share("warning", &t.warning);
    share("stage confidence", &t.stage_confidence);
    assert_eq!(r.overview.active + r.overview.exited, r.overview.customers);
    if let Some(m) = &r.value_matrix {
        assert_eq!(m.classes.iter().map(|c| c.customers as usize).sum::<usize>(), n, "classes are everybody");
    }
    if let Some(l) = &r.lifecycle {
        assert_eq!(l.stages.iter().map(|s| s.customers as usize).sum::<usize>(), n, "stages are everybody");
        for point in &l.mix {
            let total: f64 = point.shares.iter().sum();
            assert!((total - 1.0).abs() < 1e-6, "stage shares of {} are {total}", point.month);
        }
    }
    if !r.patterns.is_empty() {
        assert_eq!(r.patterns.iter().map(|p| p.customers as usize).sum::<usize>(), n);
    }
    if let Some(churn) = &r.churn {
        assert!(churn.rate.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
        for pair in churn.survival.windows(2) {
            assert!(pair[1].survival <= pair[0].survival + 1e-12, "survival never rises");
        }
        for point in &churn.survival {
            assert!(point.lower <= point.survival + 1e-12 && point.survival <= point.upper + 1e-12);
        }
    }
}

#[test]
fn random_ledgers_give_sound_reports() {
    for seed in 0..60 {
        holds(&build(&random_rows(seed)));
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for seed in 100..112 {
        let mut rows = random_rows(seed);
        let before = build(&rows);
        let mut rng = Rng::new(seed);
        for i in (1..rows.len()).rev() {
            rows.swap(i, rng.below(i + 1));
        }
        let after = build(&rows);
        assert!(before == after, "seed {seed}");
        assert_eq!(before.customers, after.customers);
    }
}

/// A tenth of the currency unit must not change who is who: counts, scores, stages, classes stay, money is ten times as
/// much.
#[test]
fn another_currency_scales_money_and_nothing_else() {
    for seed in 200..210 {
        let rows = random_rows(seed);
        let mut dearer = rows.clone();
        dearer.iter_mut().for_each(|r| r.2 *= 10);
        let (a, b) = (build(&rows), build(&dearer));
        assert_eq!(a.customers.stage, b.customers.stage, "seed {seed}");
        assert_eq!(a.customers.pattern, b.customers.pattern);
        assert_eq!(a.customers.value_class, b.customers.value_class);
        assert_eq!(a.customers.m_score, b.customers.m_score);
        let scaled = |name: &str, x: &[f64], y: &[f64]| {
            for (i, (x, y)) in x.iter().zip(y).enumerate() {
                assert!(
                    (10.0 * x - y).abs() <= 1e-4 * y.abs().max(1e-6),
                    "{name} of {i}: {x} {y}, seed {seed}"
                );
            }
        };
        scaled("current value", &a.customers.current_value, &b.customers.current_value);
        scaled("growth potential", &a.customers.growth_potential, &b.customers.growth_potential);
        scaled("revenue", &a.customers.revenue, &b.customers.revenue);
        scaled("equity", a.overview.customer_equity.as_slice(), b.overview.customer_equity.as_slice());
    }
}

fn row(customer: &str, day: i32, cents: i64) -> Row {
    (customer.to_owned(), day, cents, None)
}

#[test]
fn degenerate_ledgers_give_documented_values() {
    let one_customer: Vec<Row> = (0..40).map(|i| row("a", 18_000 + 30 * i, 5_000)).collect();
    let one_day: Vec<Row> = (0..200).map(|i| row(&format!("c{i}"), 18_000, 100 * i)).collect();
    let refunds: Vec<Row> =
        (0..200).map(|i| row(&format!("c{}", i % 40), 18_000 + 5 * i, -100 - i64::from(i))).collect();
    let equal: Vec<Row> =
        (0..2400).map(|i| row(&format!("c{}", i % 100), 18_000 + 30 * (i / 100), 1_000)).collect();
    let nothing_paid: Vec<Row> = (0..600).map(|i| row(&format!("c{}", i % 50), 18_000 + 2 * i, 0)).collect();
    // 1e15 in cents.
    let huge: Vec<Row> =
        (0..600).map(|i| row(&format!("c{}", i % 50), 18_000 + 2 * i, 100_000_000_000_000_000)).collect();
    let (first, last) = (Day::from_ymd(1900, 1, 1).unwrap().0, Day::from_ymd(2100, 12, 31).unwrap().0);
    let centuries: Vec<Row> = (0..500)
        .map(|i| row(&format!("c{}", i % 50), first + (last - first) / 499 * i, 1_000 + i64::from(i)))
        .collect();
    let cases: [(&str, Vec<Row>, u32); 9] = [
        ("one transaction", vec![row("a", 18_000, 1_234)], 1),
        ("one customer", one_customer, 1),
        ("one day", one_day, 200),
        ("all refunds", refunds, 40),
        ("all equal", equal, 100),
        ("amounts of 0", nothing_paid, 50),
        ("amounts of 1e15", huge, 50),
        ("dates 1900 to 2100", centuries, 50),
        ("nothing", Vec::new(), 0),
    ];
    for (name, rows, customers) in cases {
        println!("{name}");
        let r = build(&rows);
        holds(&r);
        assert_eq!(r.overview.customers, customers, "{name}");
        let said = |kind: &str| {
            let notices = serde_json::to_string(&r.notices).unwrap();
            assert!(notices.contains(kind), "{name}: {kind} is said, not {notices}");
        };
        match name {
            "one transaction" | "one day" | "nothing" => {
                assert!(r.lifecycle.is_none() && r.clv_model.is_none());
                said("short-history");
            }
            "one customer" => said("few-customers"),
            "all refunds" => {
                assert_eq!(r.overview.orders, 0);
                said("no-clv-model");
            }
            "amounts of 0" => assert_eq!(r.overview.revenue, 0.0),
            "amounts of 1e15" => assert_eq!(r.overview.revenue, 6e17),
            _ => {}
        }
    }
}

#[test]
fn a_hundred_thousand_one_time_buyers() {
    let mut rng = Rng::new(5);
    let rows: Vec<Row> = (0..100_000)
        .map(|i| row(&format!("c{i}"), 18_000 + rng.below(700) as i32, 500 + rng.below(10_000) as i64))
        .collect();
    let r = build(&rows);
    holds(&r);
    assert_eq!((r.overview.customers, r.overview.one_time), (100_000, 100_000));
    assert!(r.clv_model.is_none(), "nobody came back, so there is nothing to learn a rate from");
}

#[test]
fn degenerate_contracts_give_documented_values() {
    let contracts = |n: usize, tenure: f64, churned: bool, charge: i64| Contracts {
        customers: (0..n).map(|i| format!("c{i}")).collect(),
        tenure_months: vec![tenure; n],
        churned: vec![churned; n],
        monthly_charge: Some(vec![charge; n]),
        scale: MoneyScale { decimals: 2 },
        ..Contracts::default()
    };
    for (n, tenure, churned, charge) in [
        (0, 0.0, false, 0),
        (1, 0.0, false, 0),
        (1, 12.0, true, 1_000),
        (500, 0.0, true, 0),
        (500, 24.0, false, 1_000),
        (500, 24.0, true, 100_000_000_000_000_000),
        (500, 1e4, false, -500),
    ] {
        let r = report_of(Dataset::Contracts(contracts(n, tenure, churned, charge)), &Settings::default());
        holds(&r);
        assert_eq!(r.overview.exited as usize, if churned { n } else { 0 });
    }
    // Reasons for some of those who left.
    let mut some = contracts(500, 24.0, true, 1_000);
    some.reason = Some(Coded {
        names: ["price too high", "？"].into_iter().collect(),
        code: (0..500).map(|i| [0, 1, Coded::MISSING][i % 3]).collect(),
    });
    holds(&report_of(Dataset::Contracts(some), &Settings::default()));
}
