//! RFM against the published tables of the R package rfm 0.3.0: `reference-results` 1.3. Its two data sets are
//! found through `TENURE_DATA`; without them the tests say so, on a build server they fail.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use tenure::analytics::ahp::{self, weigh};
use tenure::analytics::orders::Orders;
use tenure::analytics::rfm::{Bin, Rfm, Scores, Scoring, Settings, mid_rank_scores, quantile_cuts, rfm};
use tenure::customer::{Coded, Day, Ledger, MoneyScale};

/// Lines of a file of simple fields, without the header.
fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let text = String::from_utf8(common::data(name)?).unwrap();
    let split = |line: &str| line.split(',').map(|f| f.trim_matches('"').to_owned()).collect();
    Some(text.lines().skip(1).map(split).collect())
}

/// Every line is an order of its own, as the package counts.
fn ledger(rows: &[Vec<String>]) -> Ledger {
    let mut names: Vec<&String> = rows.iter().map(|r| &r[0]).collect();
    names.sort_by(|a, b| tenure::customer::compare_names(a, b));
    names.dedup();
    let index = |name: &String| names.binary_search_by(|n| tenure::customer::compare_names(n, name)).unwrap();
    let ids: Vec<String> = (0..rows.len()).map(|i| format!("{i:06}")).collect();
    Ledger {
        customer: rows.iter().map(|r| index(&r[0]) as u32).collect(),
        day: rows.iter().map(|r| Day::parse_iso(&r[1]).unwrap()).collect(),
        amount: rows.iter().map(|r| r[2].parse::<i64>().unwrap()).collect(),
        scale: MoneyScale { decimals: 0 },
        is_return: vec![false; rows.len()],
        order: Some(Coded { code: (0..rows.len() as u32).collect(), names: ids.iter().collect() }),
        customers: names.into_iter().collect(),
        ..Ledger::default()
    }
}

fn scored(settings: &Settings) -> Option<(Ledger, Rfm)> {
    let ledger = ledger(&table("rfm-r/rfm_data_orders.csv")?);
    let result = rfm(&Orders::from_ledger(&ledger), Day::parse_iso("2006-12-31").unwrap(), settings);
    Some((ledger, result))
}

fn package() -> Settings {
    Settings { window_months: None, scoring: Scoring::Quantile, ..Settings::default() }
}

fn digits(s: &Scores) -> (u8, u8, u8) {
    (s.r, s.f, s.m)
}

fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{what}: {got} is not {want}");
}

fn customers(bins: &[Bin]) -> Vec<u32> {
    bins.iter().map(|b| b.customers).collect()
}

#[test]
fn reference_1_3_totals_and_upper_cuts() {
    let Some((ledger, result)) = scored(&package()) else { return };
    assert_eq!((result.frequency.len(), ledger.day.len()), (995, 4906));
    assert_eq!(result.frequency.iter().sum::<u32>(), 4906);
    assert_eq!(result.monetary.iter().sum::<f64>(), 464_158.0);
    let want = [[115.0, 181.0, 297.4, 482.0], [4.0, 5.0, 6.0, 8.0], [255.8, 382.0, 506.4, 666.0]];
    for (cuts, want) in result.cuts.unwrap().iter().zip(want) {
        cuts.iter().zip(want).for_each(|(got, want)| close("cut", *got, want, 1e-9));
    }
}

#[test]
fn reference_1_3_customers() {
    let Some((ledger, result)) = scored(&package()) else { return };
    let named = [
        ("Abbey O'Reilly", 205, 6, 472.0, (3, 4, 3)),
        ("Add Senger", 140, 3, 340.0, (4, 1, 2)),
        ("Aden Lesch", 194, 4, 405.0, (3, 2, 3)),
        ("Aden Murphy", 98, 7, 596.0, (5, 4, 4)),
        ("Admiral Senger", 132, 5, 448.0, (4, 3, 3)),
    ];
    for (name, days, orders, money, score) in named {
        let c = ledger.customers.iter().position(|n| n == name).unwrap();
        assert_eq!(
            (result.days_since_last[c], result.frequency[c], result.monetary[c]),
            (Some(days), orders, money),
            "{name}"
        );
        assert_eq!(digits(&result.scores[c].unwrap()), score, "{name}");
    }
}

#[test]
fn reference_1_3_score_counts_and_lopsided_bins() {
    let Some((_, result)) = scored(&package()) else { return };
    assert_eq!(customers(&result.bins[0]), [197, 200, 199, 199, 200]);
    assert_eq!(customers(&result.bins[1]), [268, 187, 176, 244, 120]);
    assert_eq!(customers(&result.bins[2]), [200, 200, 198, 202, 195]);
    assert!(result.bins.iter().flatten().all(|b| !b.lopsided), "268 of 995 are 27 %");
    assert_eq!(result.bins[1][0].range, Some((1.0, 3.0)), "ties stay together");
}

#[test]
fn reference_1_3_customers_by_orders() {
    let Some((_, result)) = scored(&package()) else { return };
    let mut histogram = BTreeMap::new();
    result.frequency.iter().for_each(|f| *histogram.entry(*f).or_insert(0_u32) += 1);
    assert_eq!(histogram.keys().copied().collect::<Vec<_>>(), (1..=14).collect::<Vec<_>>());
    let counts: Vec<u32> = histogram.into_values().collect();
    assert_eq!(counts, [42, 83, 143, 187, 176, 150, 94, 51, 38, 20, 3, 5, 2, 1]);
}

#[test]
fn reference_1_3_heat_map() {
    let Some((_, result)) = scored(&package()) else { return };
    // Mean money by F score, then R score 1..=5, as `_snaps/rfm-plotly.md` of the package prints it.
    let want = [
        [208.4, 246.98, 246.3, 213.42, 262.17],
        [380.5, 407.54, 355.08, 375.17, 370.03],
        [530.24, 516.65, 446.61, 451.88, 467.0],
        [575.41, 599.47, 603.79, 617.07, 564.51],
        [746.67, 873.11, 846.9, 866.43, 862.4],
    ];
    for cell in &result.grid {
        let want = want[usize::from(cell.f) - 1][usize::from(cell.r) - 1];
        close("cell", cell.mean_monetary.unwrap(), want, 0.0051);
    }
    assert_eq!(result.grid.len(), 25);
}

/// Names and lowest and highest R, F and M score, in the order in which the package's test tries them.
const SEGMENTS: [(&str, [(u8, u8); 3]); 10] = [
    ("Champions", [(4, 5), (4, 5), (4, 5)]),
    ("Loyal Customers", [(2, 5), (3, 5), (3, 5)]),
    ("Potential Loyalist", [(3, 5), (1, 3), (1, 3)]),
    ("New Customers", [(4, 5), (1, 1), (1, 1)]),
    ("Promising", [(3, 4), (1, 1), (1, 1)]),
    ("Need Attention", [(2, 3), (2, 3), (2, 3)]),
    ("About To Sleep", [(2, 3), (1, 2), (1, 2)]),
    ("At Risk", [(1, 2), (2, 5), (2, 5)]),
    ("Can't Lose Them", [(1, 1), (4, 5), (4, 5)]),
    ("Lost", [(1, 2), (1, 2), (1, 2)]),
];

#[test]
fn reference_1_3_segments() {
    let Some((_, result)) = scored(&package()) else { return };
    let mut found: BTreeMap<&str, (u32, u32, f64)> = BTreeMap::new();
    for (c, scores) in result.scores.iter().enumerate() {
        let s = scores.unwrap();
        let own = [s.r, s.f, s.m];
        let fits = |(_, ranges): &&(&str, [(u8, u8); 3])| {
            own.iter().zip(ranges).all(|(s, (low, high))| (low..=high).contains(&s))
        };
        let name = SEGMENTS.iter().find(fits).map_or("Others", |(name, _)| name);
        let entry = found.entry(name).or_default();
        *entry = (entry.0 + 1, entry.1 + result.frequency[c], entry.2 + result.monetary[c]);
    }
    assert_eq!(found["Champions"], (158, 1234, 120_178.0));
    let sizes: Vec<(&str, u32)> = found.iter().map(|(name, f)| (*name, f.0)).collect();
    let want = [
        ("About To Sleep", 50),
        ("At Risk", 86),
        ("Champions", 158),
        ("Lost", 111),
        ("Loyal Customers", 278),
        ("Need Attention", 35),
        ("Others", 48),
        ("Potential Loyalist", 229),
    ];
    assert_eq!(sizes, want);
    // Share of revenue, same file.
    close("Champions", found["Champions"].2 / 464_158.0, 0.2589, 5e-5);
    close("At Risk", found["At Risk"].2 / 464_158.0, 0.0952, 5e-5);
}

#[test]
fn reference_1_3_customer_table() {
    let Some(rows) = table("rfm-r/rfm_data_customer.csv") else { return };
    let column = |i: usize| rows.iter().map(|r| r[i].parse::<f64>().unwrap()).collect::<Vec<_>>();
    let (money, orders, days) = (column(1), column(3), column(4));
    assert_eq!((rows.len(), orders.iter().sum::<f64>()), (39_999, 393_223.0));
    assert_eq!(quantile_cuts(&days), [77.0, 126.0, 177.0, 266.0]);
    assert_eq!(quantile_cuts(&orders), [8.0, 10.0, 11.0, 13.0]);
    assert_eq!(quantile_cuts(&money), [641.0, 827.0, 1003.0, 1226.0]);
}

#[test]
fn mid_ranks_on_the_same_customers() {
    let whole = Settings { window_months: None, ..Settings::default() };
    let Some((_, result)) = scored(&whole) else { return };
    assert!(result.cuts.is_none());
    for (axis, bins) in result.bins.iter().enumerate() {
        assert_eq!(bins.iter().map(|b| b.customers).sum::<u32>(), 995);
        // Values of one bin never reach into the next; on R the other way round.
        let ranges: Vec<(f64, f64)> = bins.iter().filter_map(|b| b.range).collect();
        let ordered = |w: &[(f64, f64)]| if axis == 0 { w[0].0 > w[1].1 } else { w[0].1 < w[1].0 };
        assert!(ranges.windows(2).all(ordered), "{ranges:?}");
    }
    assert_eq!(result.groups.iter().map(|g| g.customers).sum::<u32>(), 995);
    close("money of the groups", result.groups.iter().map(|g| g.monetary).sum(), 464_158.0, 1e-6);
    let days: Vec<f64> = result.days_since_last.iter().map(|d| -f64::from(d.unwrap())).collect();
    assert!(mid_rank_scores(&days).iter().zip(&result.scores).all(|(r, s)| *r == s.unwrap().r));
}

#[test]
fn weights_of_pairwise_comparisons_rank_customers() {
    // R is twice as important as F, M three times as R, six times as F.
    let judged = [Some(2.0), Some(1.0 / 3.0), Some(1.0 / 6.0)];
    let weights = weigh(3, &judged, &ahp::Options::default()).unwrap();
    assert!(weights.accepted && weights.cr < 1e-9, "consistent");
    let settings = Settings { weights: weights.weights.try_into().unwrap(), ..package() };
    let Some((_, result)) = scored(&settings) else { return };
    for s in result.scores.iter().flatten() {
        let (r, f, m) = (f64::from(s.r), f64::from(s.f), f64::from(s.m));
        close("weighted", s.weighted, (2.0 * r + f + 6.0 * m) / 9.0, 1e-9);
    }
}

#[test]
fn breakpoints_at_the_packages_cuts_give_its_scores() {
    let Some((_, quantile)) = scored(&package()) else { return };
    let settings = Settings { scoring: Scoring::Breakpoints(quantile.cuts.unwrap()), ..package() };
    let Some((_, fixed)) = scored(&settings) else { return };
    assert_eq!(fixed.scores, quantile.scores);
}
