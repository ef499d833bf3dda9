//! Credit methods on six months of repayments of 30,000 card holders (Yeh & Lien 2009, UCI), 6,636 of whom defaulted
//! in the month after.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use tenure::analytics::credit::{
    BinRange, DEFAULT_WEIGHTS, Feature, Grade, Rating, Scorecard, ScorecardOptions, StatusTable, StatusView,
    scorecard, status_view,
};
use tenure::math::stats;

/// The file in columns, or `None` with a line that says so; on the build server its absence is a failure.
fn columns() -> Option<Vec<Vec<f64>>> {
    let root = std::env::var_os("TENURE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join("credit-default/UCI_Credit_Card.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        println!("ignored: {} is missing", path.display());
        return None;
    };
    let mut columns = vec![Vec::new(); 25];
    for line in text.lines().skip(1) {
        columns.iter_mut().zip(line.split(',')).for_each(|(c, cell)| c.push(cell.parse().unwrap()));
    }
    Some(columns)
}

fn view(columns: &[Vec<f64>]) -> StatusView {
    let part = |from: usize| columns[from..from + 6].iter().map(Vec::as_slice).collect::<Vec<_>>();
    let table = StatusTable { status: &part(6), bill: &part(12), paid: &part(18) };
    status_view(&table, DEFAULT_WEIGHTS, 3)
}

fn card(columns: &[Vec<f64>], view: &StatusView) -> Scorecard {
    let defaulted: Vec<bool> = columns[24].iter().map(|d| *d == 1.0).collect();
    let values = view.columns();
    let mut features = view.named(&values);
    features.push(Feature { key: "limit", values: &columns[1] });
    scorecard(&features, &defaulted, &ScorecardOptions::default()).unwrap()
}

/// The figures are those of a few lines of NumPy on the same file.
#[test]
fn uci_points_put_defaulters_behind() {
    let Some(columns) = columns() else { return };
    let view = view(&columns);
    let rated: Vec<(Rating, bool)> =
        (0..30_000).filter_map(|i| view.rating[i].map(|r| (r, columns[24][i] == 1.0))).collect();
    assert_eq!(rated.len(), 26_537);
    let mean = rated.iter().map(|r| r.0.score).sum::<f64>() / rated.len() as f64;
    assert!((mean - 79.496_510_698).abs() < 1e-6, "{mean}");
    let (risk, defaulted): (Vec<f64>, Vec<bool>) = rated.iter().map(|r| (100.0 - r.0.score, r.1)).unzip();
    let auc = stats::auc(&risk, &defaulted).unwrap().auc;
    assert!((auc - 0.743_479_468).abs() < 1e-6, "{auc}");
    // Customers of each grade, and the share of them who defaulted.
    let expected = [
        (Grade::Aaa, 18_749, 0.113_659),
        (Grade::Aa, 435, 0.243_678),
        (Grade::A, 344, 0.255_814),
        (Grade::B, 408, 0.272_059),
        (Grade::C, 1_489, 0.342_512),
        (Grade::D, 5_112, 0.558_099),
    ];
    for (grade, n, share) in expected {
        let of: Vec<bool> = rated.iter().filter(|r| r.0.grade == grade).map(|r| r.1).collect();
        let defaults = of.iter().filter(|d| **d).count() as f64;
        assert!(of.len() == n && (defaults / n as f64 - share).abs() < 1e-6, "{grade:?} {}", of.len());
    }
}

#[test]
fn uci_scorecard_on_the_holdout() {
    let Some(columns) = columns() else { return };
    let card = card(&columns, &view(&columns));
    assert_eq!((card.n_defaults, card.n_train, card.n_holdout), (6_636, 21_001, 8_999));
    let auc = card.auc.unwrap();
    assert!(auc.interval[0] > 0.74 && (auc.auc - 0.7609).abs() < 5e-4, "{auc:?}");
    assert!(card.ks.unwrap() > 0.4 && card.auc_train - auc.auc < 0.02);
    for feature in card.features.iter().filter(|f| f.unused.is_none()) {
        let woe: Vec<f64> =
            feature.bins.iter().filter(|b| b.range != BinRange::Missing).map(|b| b.woe).collect();
        assert!(woe.is_sorted() || woe.iter().rev().is_sorted(), "{} {woe:?}", feature.key);
    }
    // As many defaults as predicted in each band of the holdout, within four standard errors.
    for band in &card.bands {
        let (n, p) = (f64::from(band.n), band.mean_pd);
        let error = (f64::from(band.n_defaults) - n * p).abs() / (n * p * (1.0 - p)).sqrt();
        assert!(error < 4.0, "{band:?}");
    }
    // Latest status says most.
    let most = card.features.iter().max_by(|a, b| a.information.total_cmp(&b.information)).unwrap();
    assert_eq!(most.key, "latestStatus");
}
