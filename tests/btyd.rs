//! Buy-till-you-die and spend models on the published CDNOW sample (2,357 customers, 39 weeks).

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tenure::analytics::btyd::{Fit, FitOptions, Histories, ModelKind, fit};
use tenure::analytics::spend::{self, SpendModel};
use tenure::customer::Day;

/// A test data file, or `None` with a line that says so; on the build server its absence is a failure.
fn data(name: &str) -> Option<String> {
    let root = std::env::var_os("TENURE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        println!("ignored: {} is missing", path.display());
    }
    text
}

/// Columns of a CSV file of numbers.
fn columns<const N: usize>(text: &str) -> [Vec<f64>; N] {
    let mut out = std::array::from_fn(|_| Vec::new());
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        for column in &mut out {
            column.push(cells.next().unwrap().trim().parse().unwrap());
        }
    }
    out
}

fn cdnow() -> Option<Histories> {
    let [_, x, t_x, tenure] = columns::<4>(&data("cdnow/cdnow_customers_summary.csv")?);
    Some(Histories {
        n_repeats: x.iter().map(|&x| x as u32).collect(),
        last_purchase_age_weeks: t_x,
        tenure_weeks: tenure,
    })
}

#[track_caller]
fn close(x: f64, expected: f64, tolerance: f64) {
    assert!((x - expected).abs() <= tolerance * expected.abs(), "{x} instead of {expected}");
}

#[track_caller]
fn check(fit: &Fit, params: [f64; 4], log_likelihood: f64) {
    for (x, expected) in fit.params.into_iter().zip(params) {
        close(x, expected, 2e-4);
    }
    close(fit.log_likelihood, log_likelihood, 1e-8);
    assert!(fit.notices.is_empty(), "{fit:?}");
}

fn total(fit: &Fit, customers: &Histories, weeks: f64) -> (f64, f64) {
    let model = fit.model();
    (0..customers.len()).fold((0.0, 0.0), |(alive, purchases), i| {
        let h = customers.get(i);
        (alive + model.p_alive(&h), purchases + model.expected_purchases(&h, weeks))
    })
}

#[test]
fn ex_7_1_cdnow_bg_nbd() {
    let Some(customers) = cdnow() else { return };
    let f = fit(ModelKind::BgNbd, &customers, FitOptions::default()).unwrap();
    check(&f, [0.242593, 4.413531, 0.792886, 2.425754], -9582.42556);
    let (alive, purchases) = total(&f, &customers, 39.0);
    close(alive, 1917.28, 1e-4);
    close(purchases, 1653.4, 1e-4);
}

#[test]
fn ex_7_1_cdnow_mbg_nbd() {
    let Some(customers) = cdnow() else { return };
    let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
    check(&f, [0.524838, 6.182992, 0.891356, 1.613999], -9582.13268);
    let (alive, purchases) = total(&f, &customers, 39.0);
    close(alive, 1057.6, 1e-4);
    close(purchases, 1576.7, 1e-4);
}

/// Histories from the days on which each customer bought, up to the last day of all.
fn histories(days: &BTreeMap<String, BTreeSet<i32>>) -> Histories {
    let end = *days.values().flatten().max().unwrap();
    let mut customers = Histories::default();
    for days in days.values() {
        let (first, last) = (*days.first().unwrap(), *days.last().unwrap());
        customers.n_repeats.push(days.len() as u32 - 1);
        customers.last_purchase_age_weeks.push(f64::from(last - first) / 7.0);
        customers.tenure_weeks.push(f64::from(end - first) / 7.0);
    }
    customers
}

/// methods.md 23.3: the whole 18-month log, from the dates.
#[test]
fn ex_23_3_cdnow_whole_log_mbg_nbd() {
    let Some(text) = data("cdnow/cdnowElog.csv") else { return };
    let mut days = BTreeMap::<String, BTreeSet<i32>>::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |from: usize, to: usize| cells[2][from..to].parse::<u32>().unwrap();
        let day = Day::from_ymd(number(0, 4) as i32, number(4, 6), number(6, 8)).unwrap();
        days.entry(cells[1].to_owned()).or_default().insert(day.0);
    }
    let customers = histories(&days);
    assert_eq!(customers.len(), 2357);
    let f = fit(ModelKind::MbgNbd, &customers, FitOptions::default()).unwrap();
    for (x, expected) in f.params.into_iter().zip([0.6178, 8.657, 0.5515, 1.0091]) {
        close(x, expected, 1e-3);
    }
    close(f.log_likelihood, -17_127.37, 1e-6);
    close(total(&f, &customers, 39.0).0, 978.5, 1e-4);
}

/// methods.md 23.8: wholesale customers of one year, of whom none can be seen to have left.
#[test]
fn section_23_8_online_retail_shows_no_dropout() {
    let Some(text) = data("online-retail/online_retail_excerpt.csv") else { return };
    let mut days = BTreeMap::<String, BTreeSet<i32>>::new();
    for line in text.lines().skip(1).filter(|l| !l.starts_with('C')) {
        // Descriptions hold commas; the columns after them do not.
        let mut cells = line.rsplit(',').skip(1);
        let (customer, date) = (cells.next().unwrap(), cells.nth(1).unwrap());
        if !customer.is_empty() {
            days.entry(customer.to_owned()).or_default().insert(Day::parse_iso(&date[..10]).unwrap().0);
        }
    }
    let customers = histories(&days);
    for kind in [ModelKind::MbgNbd, ModelKind::BgNbd] {
        let f = fit(kind, &customers, FitOptions::default()).unwrap();
        assert!(!f.shows_dropout() && f.mean_p_alive > 0.98, "{f:?}");
        let expected = total(&f, &customers, 52.0).1;
        assert!(expected > 0.0 && expected.is_finite(), "expected purchases stay valid");
    }
}

#[test]
fn ex_7_2_cdnow_gamma_gamma() {
    let Some(text) = data("cdnow/cdnow_customers_summary_with_transactions.csv") else { return };
    let [_, x, _, _, mean] = columns::<5>(&text);
    let x: Vec<u32> = x.iter().map(|&x| x as u32).collect();
    let f = spend::fit(&x, &mean, 0.0);
    let SpendModel::GammaGamma { p, q, v } = f.model else { panic!("{f:?}") };
    close(p, 6.249, 2e-4);
    close(q, 3.745, 2e-4);
    close(v, 15.448, 2e-4);
    close(f.log_likelihood.unwrap(), -4055.92324, 1e-7);
    close(f.correlation.unwrap(), 0.113884, 1e-5);
    assert_eq!((f.n_customers, f.is_correlated), (946, false));
    close(f.model.population_mean(), 35.17, 1e-3);
    close(f.model.expected(2, 22.35), 24.65, 1e-3);
}
