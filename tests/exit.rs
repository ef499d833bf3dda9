//! Exit management and the retention budget on real files, against sums made with NumPy.
#![allow(clippy::unwrap_used)]

mod common;

use common::data;
use tenure::analytics::exit::whale_curve;
use tenure::analytics::retention_budget::{BudgetInput, BudgetSettings, Choice, retention_budget};
use tenure::customer::Dataset;
use tenure::ingest::{self, Mapping, Options};

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} is not {b}");
}

/// Net amount of each customer in place of profit: returns make two of them negative.
#[test]
fn online_retail_whale_curve() {
    let Some(bytes) = data("online-retail/online_retail_excerpt.csv") else { return };
    let seen = ingest::read(&bytes, 5).unwrap();
    let mapping = Mapping::from(&seen.proposal);
    let loaded = ingest::load(&bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap();
    let Dataset::Transactions(ledger) = loaded.dataset else { panic!("a row is a purchase") };
    let mut net = vec![0_i128; ledger.customers.len()];
    for (&customer, &amount) in ledger.customer.iter().zip(&ledger.amount) {
        net[customer as usize] += i128::from(amount);
    }
    let net: Vec<f64> = net.into_iter().map(|minor| ledger.scale.to_f64(minor)).collect();
    let curve = whale_curve(&net, 100);
    assert_eq!((curve.n, curve.n_profitable, curve.n_loss, curve.gini), (270, 268, 2, None));
    close(curve.total, 417_653.621);
    close(curve.peak, 417_838.521);
    close(curve.top_share.unwrap(), 0.691_160_465_241_124_3);
    close(curve.erosion.unwrap(), 0.000_442_515_447_253_282_7);
    assert_eq!(curve.points.last().unwrap().profit, curve.total);
    assert!(curve.downsampled && curve.points.iter().any(|p| p.profit == curve.peak));
}

/// 7,043 customers, risk by kind of contract as observed, a year's charges at 30 % margin at stake.
#[test]
fn telco_retention_budget() {
    let Some(bytes) = data("telco/Telco-Customer-Churn.csv") else { return };
    let table = ingest::table(&bytes, 10_000).unwrap();
    let column = |name: &str| table.columns.iter().position(|c| c == name).unwrap();
    let (contract, charge, churn) = (column("Contract"), column("MonthlyCharges"), column("Churn"));
    let p: Vec<f64> = table
        .rows
        .iter()
        .map(|row| match row[contract].as_str() {
            "Month-to-month" => 1655.0 / 3875.0,
            "One year" => 166.0 / 1473.0,
            _ => 48.0 / 1695.0,
        })
        .collect();
    let value: Vec<f64> = table.rows.iter().map(|r| r[charge].parse::<f64>().unwrap() * 12.0 * 0.3).collect();
    let active: Vec<bool> = table.rows.iter().map(|r| r[churn] == "No").collect();
    let input = BudgetInput { p_exit: &p, value: &value, eligible: Some(&active), class: None };
    let all = retention_budget(&input, &BudgetSettings::default());
    assert_eq!((all.n_eligible, all.uncapped.n_contacted), (5174, 1106));
    close(all.expected_loss_total, 253015.585345);
    close(all.uncapped.net_gain, 7008.669688);
    let capped = retention_budget(&input, &BudgetSettings { cap: Some(5000.0), ..Default::default() });
    let plan = capped.capped.unwrap();
    assert_eq!((plan.choice, plan.n_contacted, plan.spend), (Choice::Prefix, 250, 5000.0));
    close(plan.net_gain, 2866.466560);
    assert!(capped.contact.iter().all(|&i| active[i as usize]));
}
