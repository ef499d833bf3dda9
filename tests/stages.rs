//! The stage method against its exhaustive definition, against the accuracy table of methods.md 3.7 on the very series
//! behind it, and against constant buyers (24.5).

#![allow(clippy::expect_used, clippy::needless_range_loop)]

#[path = "oracle/stage.rs"]
mod oracle;

use std::ops::ControlFlow;
use std::path::PathBuf;
use tenure::analytics::pattern::{Pattern, Verdict, patterns};
use tenure::analytics::stage::{
    Basis, Kind, Level, LevelSource, Params, Series, SeriesSet, Stage, Stages, State, fit, season,
};
use tenure::math::Rng;

fn run(set: &SeriesSet, params: &Params) -> Stages {
    fit(set, params, &mut |_, _| ControlFlow::Continue(())).expect("never cancelled")
}

/// A series of one of several kinds: life cycles with noise, flat, sparse counts, with returns.
fn random_series(rng: &mut Rng, n: usize, kind: usize) -> (Vec<f64>, Vec<u32>, f64, f64) {
    let rise = rng.below(n);
    let fall = rng.below(n + n / 2).max(rise);
    let rate = [0.3, 1.0, 3.0, 12.0][rng.below(4)];
    let (mut values, mut orders) = (Vec::new(), Vec::new());
    let (mut first, mut total, mut count) = (0.0, 0.0, 0);
    for t in 0..n {
        let shape = match kind {
            0 => 1.0,
            1 if t < rise => 0.15,
            1 if t < fall => 1.0,
            1 => 0.3,
            2 if t < rise => 0.1 + 0.9 * t as f64 / rise as f64,
            2 => 1.0,
            _ => (0.1_f64).max(1.0 - t as f64 / n as f64),
        };
        let k = rng.poisson(rate * shape).max(u32::from(t == 0));
        let amounts: Vec<f64> = (0..k).map(|_| 25.0 * rng.gamma(4.0)).collect();
        if t == 0 {
            first = amounts[0];
        }
        let value: f64 = amounts.iter().sum();
        let back = if rng.below(40) == 0 { -0.5 * 100.0 } else { 0.0 };
        total += value;
        count += k;
        values.push(value + back);
        orders.push(k);
    }
    (values, orders, first, total / f64::from(count))
}

#[test]
fn search_agrees_with_the_exhaustive_oracle() {
    let mut rng = Rng::new(7);
    let level = Level { explore_mean: 4.5, explore_sd: 0.9, plateau_mean: 6.0, plateau_sd: 0.8 };
    let (mut worst, mut n_series, mut n_flat) = (0.0_f64, 0, 0);
    for source in [LevelSource::Off, LevelSource::Given(level)] {
        let params = Params { level: source, variance: Some(0.15), ..Params::default() };
        let mut set = SeriesSet::new(Kind::Orders);
        for i in 0..420 {
            let n = [4, 5, 6, 7, 9, 12, 17, 24, 30, 36, 41, 48, 55, 60][i % 14];
            let (values, orders, first, mean) = random_series(&mut rng, n, i % 4);
            let series = Series {
                start: 0,
                values: &values,
                orders: &orders,
                first_order_value: first,
                mean_order_value: mean,
                left_truncated: rng.below(2) == 0,
                exited: rng.below(3) == 0,
            };
            set.push(&series).expect("finite");
        }
        let stages = run(&set, &params);
        for (i, (series, customer)) in set.iter().zip(&stages.customers).enumerate() {
            if matches!(customer.basis, Basis::None | Basis::TooLittleHistory) {
                continue;
            }
            let mut v = series.values.to_vec();
            if customer.sparse && !series.left_truncated {
                v[0] -= series.first_order_value;
            }
            let input = oracle::Input {
                v: &v,
                unit: series.mean_order_value,
                left: series.left_truncated,
                active: !series.exited,
            };
            let level = matches!(source, LevelSource::Given(_)).then_some(&level);
            let exact = oracle::posterior(&input, stages.variance, level, &params);
            let flat = customer.basis == Basis::FlatLevel;
            let may_be_flat = v.len() >= 12 && !series.left_truncated;
            if may_be_flat && exact.flat_lead.abs() > 1e-3 {
                assert_eq!(flat, exact.flat_lead > 0.0, "customer {i}: lead {}", exact.flat_lead);
            }
            n_flat += usize::from(flat);
            for (mine, theirs) in stages.path(&set, i).iter().zip(&exact.path) {
                let (mut mine, mut theirs) = (*mine, *theirs);
                if flat {
                    (mine[0], theirs[0]) = (mine[0] + mine[2], theirs[0] + theirs[2]);
                    (mine[2], theirs[2]) = (0.0, 0.0);
                }
                for k in 0..4 {
                    worst = worst.max((mine[k] - theirs[k]).abs());
                }
            }
            let best = customer.best.expect("fitted");
            let sequence: Vec<usize> = best.sequence().iter().map(|s| *s as usize).collect();
            if exact.best_weight - exact.second_sequence > 1e-3 {
                assert_eq!(sequence, exact.best.0, "customer {i}");
            }
            assert!((best.weight - exact.best_weight).abs() < 1e-3, "customer {i}");
            n_series += 1;
        }
    }
    println!("{n_series} series ({n_flat} flat), greatest difference of a stage probability {worst:.1e}");
    assert!(n_series > 700 && n_flat > 20);
    assert!(worst < 1e-3, "{worst}");
}

#[test]
fn results_do_not_depend_on_order_or_company() {
    let mut rng = Rng::new(21);
    let level = Level { explore_mean: 4.5, explore_sd: 0.9, plateau_mean: 6.0, plateau_sd: 0.8 };
    let params = Params { level: LevelSource::Given(level), variance: Some(0.15), ..Params::default() };
    let all: Vec<_> = (0..50).map(|i| random_series(&mut rng, 20 + i % 3, i % 4)).collect();
    let build = |ids: &[usize]| {
        let mut set = SeriesSet::new(Kind::Orders);
        for &i in ids {
            let (values, orders, first, mean) = &all[i];
            set.push(&Series {
                start: 0,
                values,
                orders,
                first_order_value: *first,
                mean_order_value: *mean,
                left_truncated: i % 2 == 0,
                exited: false,
            })
            .expect("finite");
        }
        run(&set, &params)
    };
    let together = build(&(0..50).collect::<Vec<_>>());
    let reversed = build(&(0..50).rev().collect::<Vec<_>>());
    for i in 0..50 {
        assert_eq!(together.customers[i], reversed.customers[49 - i]);
        assert_eq!(together.customers[i], build(&[i]).customers[0]);
    }
}

#[test]
fn another_currency_changes_no_stage() {
    let mut rng = Rng::new(5);
    let all: Vec<_> = (0..60).map(|i| random_series(&mut rng, 6 + i % 30, i % 4)).collect();
    let [one, other] = [1.0, 7.3e5].map(|rate| {
        let mut set = SeriesSet::new(Kind::Orders);
        for (i, (values, orders, first, mean)) in all.iter().enumerate() {
            let values: Vec<f64> = values.iter().map(|v| v * rate).collect();
            set.push(&Series {
                start: 0,
                values: &values,
                orders,
                first_order_value: first * rate,
                mean_order_value: mean * rate,
                left_truncated: i % 5 == 0,
                exited: i % 3 == 0,
            })
            .expect("finite");
        }
        let params = Params::default();
        let stages = run(&set, &params);
        let ends = patterns(&stages, &params);
        (stages, ends)
    });
    assert!(one.0.level.is_some());
    for (a, b) in one.0.customers.iter().zip(&other.0.customers) {
        for (p, q) in a.probabilities.iter().zip(b.probabilities) {
            assert!((p - q).abs() < 1e-3, "{a:?} {b:?}");
        }
        let total: f64 = a.probabilities.iter().sum();
        assert!((total - 1.0).abs() < 1e-6 || a.basis == Basis::None, "{a:?}");
    }
    for verdict in one.1.customers.iter().chain(&other.1.customers) {
        let p = match verdict {
            Verdict::Exited { probabilities, .. } => probabilities,
            Verdict::Active { forecast, .. } => forecast,
            Verdict::AtLeast { .. } | Verdict::Unknown => continue,
        };
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6 && p.iter().all(|p| *p >= 0.0), "{verdict:?}");
    }
}

#[test]
fn level_passes_agree_with_the_oracle() {
    let mut rng = Rng::new(3);
    let mut set = SeriesSet::new(Kind::Orders);
    for i in 0..80 {
        let (values, orders, first, mean) = random_series(&mut rng, 10 + i % 9, i % 4);
        set.push(&Series {
            start: 0,
            values: &values,
            orders: &orders,
            first_order_value: first,
            mean_order_value: mean,
            left_truncated: i % 5 == 0,
            exited: true,
        })
        .expect("finite");
    }
    let params = Params::default();
    let stages = run(&set, &params);
    let informing: Vec<Series<'_>> = set
        .iter()
        .filter(|s| s.values.iter().filter(|&&v| v != 0.0).count() >= 2 && s.values.iter().sum::<f64>() > 0.0)
        .collect();
    assert_eq!(informing.len(), stages.n_informing);
    let high: Vec<f64> = informing.iter().map(|s| tenure::math::quantile(s.values, 0.8)).collect();
    let m = tenure::math::ln(tenure::math::quantile(&high, 0.5));
    let mut level = Level { explore_mean: m - 1.2, explore_sd: 1.0, plateau_mean: m, plateau_sd: 1.0 };
    for _ in 0..4 {
        let mut sums = [[0.0; 3]; 2];
        for s in &informing {
            let input = oracle::Input {
                v: s.values,
                unit: s.mean_order_value,
                left: s.left_truncated,
                active: false,
            };
            let exact = oracle::posterior(&input, stages.variance, Some(&level), &params);
            for side in 0..2 {
                for k in 0..3 {
                    sums[side][k] += exact.moments[side][k];
                }
            }
        }
        let [e, p] = sums.map(|s| {
            let mean = s[1] / s[0];
            (mean, (s[2] / s[0] - mean * mean).sqrt().max(0.5))
        });
        level = Level {
            explore_mean: e.0.min(p.0 - std::f64::consts::LN_2),
            explore_sd: e.1,
            plateau_mean: p.0,
            plateau_sd: p.1,
        };
    }
    let mine = stages.level.expect("80 customers");
    for (a, b) in [
        (mine.explore_mean, level.explore_mean),
        (mine.explore_sd, level.explore_sd),
        (mine.plateau_mean, level.plateau_mean),
        (mine.plateau_sd, level.plateau_sd),
    ] {
        assert!((a - b).abs() < 1e-3, "{mine:?} {level:?}");
    }
}

struct Truth {
    stages: Vec<char>,
    pattern: usize,
    exited: bool,
}

/// Reads one file of labelled series; exited customers are cut after their last purchase.
fn read(path: &std::path::Path, kind: Kind) -> (SeriesSet, Vec<Truth>) {
    let text = std::fs::read_to_string(path).expect("readable");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let (mut set, mut truth) = (SeriesSet::new(kind), Vec::new());
    for rows in rows.chunk_by(|a, b| a[0] == b[0]) {
        let number = |k: usize| rows.iter().map(move |r| r[k].parse::<f64>().expect("a number"));
        let exited = rows[0][2] == "1";
        let all: Vec<f64> = number(5).collect();
        let n = if exited { all.iter().rposition(|&v| v != 0.0).map_or(0, |t| t + 1) } else { all.len() };
        let orders: Vec<u32> = number(6).map(|k| k as u32).take(n).collect();
        let values = &all[..n];
        let count: f64 = orders.iter().map(|&k| f64::from(k)).sum();
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        set.push(&Series {
            start: rows[0][4].parse().expect("a period"),
            values,
            orders: &orders,
            // Single orders are not in the file: the first is taken as an equal share of its period.
            first_order_value: values.first().map_or(0.0, |v| v / f64::from(orders[0].max(1))),
            mean_order_value: mean,
            left_truncated: rows[0][1] == "1",
            exited,
        })
        .expect("finite");
        let stages = rows.iter().filter_map(|r| r[7].chars().next()).collect();
        truth.push(Truth { stages, pattern: rows[0][3].parse().expect("1..4"), exited });
    }
    (set, truth)
}

fn data() -> Option<PathBuf> {
    let root = std::env::var_os("TENURE_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")), PathBuf::from);
    let dir = root.join("stages");
    if dir.is_dir() {
        return Some(dir);
    }
    assert!(std::env::var_os("CI").is_none(), "TENURE_DATA not found at {}", dir.display());
    println!("ignored: TENURE_DATA not found");
    None
}

/// Rows of the table of methods.md 3.7 with the accuracy to hold, .02 less of it: the stage of now, and the pattern of
/// the exited. Well above what is printed there; the changes and what they were chosen on are in `stage/params.rs`.
const TABLE: [(&str, f64, f64); 11] = [
    ("cv10", 0.89, 0.98),
    ("cv25", 0.83, 0.93),
    ("cv50", 0.75, 0.81),
    ("orders10", 0.73, 0.73),
    ("orders4", 0.67, 0.66),
    ("orders2", 0.66, 0.56),
    ("orders1", 0.57, 0.58),
    ("cv25-season30", 0.82, 0.92),
    ("orders4-season30", 0.70, 0.67),
    ("cv25-left40", 0.83, 0.93),
    ("cv25-setbacks50", 0.81, 0.92),
];

#[test]
fn table_3_7_on_its_own_series() {
    let Some(dir) = data() else { return };
    println!(
        "{:18} {:>5} {:>6} {:>9} {:>8} {:>7} {:>6}  scale",
        "row", "now", "lag-2", "agreement", "pattern", "judged", "floor"
    );
    let mut failed = Vec::new();
    for (name, published, published_pattern) in TABLE {
        let kind = if name.starts_with("cv") { Kind::Usage } else { Kind::Orders };
        let (mut set, truth) = read(&dir.join(format!("{name}.csv")), kind);
        let found = season::estimate(&set, false);
        assert_eq!(
            matches!(found, season::Season::Found { .. }),
            name.contains("season"),
            "{name}: {found:?}"
        );
        if let season::Season::Found { index, .. } = found {
            set = season::remove(&set, &index);
        }
        let params = Params::default();
        let stages = run(&set, &params);
        let ends = patterns(&stages, &params);
        let (mut now, mut lag, mut judged, mut right, mut exited) = (0, 0, 0, 0, 0);
        let (mut agreement, mut told) = (0.0, 0);
        for (i, t) in truth.iter().enumerate() {
            let series = set.get(i);
            if series.values.len() < 4 || series.values.iter().filter(|&&v| v != 0.0).count() < 2 {
                continue;
            }
            if t.exited {
                if let Verdict::Exited { pattern, .. } = ends.customers[i] {
                    exited += 1;
                    right += usize::from(Pattern::ALL[t.pattern - 1] == pattern);
                }
                continue;
            }
            let State::Active(stage) = stages.customers[i].state else { continue };
            let letter = ['E', 'B', 'S', 'D'][stage as usize];
            let last = t.stages.len() - 1;
            judged += 1;
            if let (Some(badge), Some(p)) = (stages.customers[i].badge, stages.customers[i].confidence) {
                agreement += badge.agreement(p);
                told += 1;
            }
            now += usize::from(t.stages[last] == letter);
            lag += usize::from(t.stages[last.saturating_sub(2)..].contains(&letter));
        }
        let share = |k: usize, n: usize| k as f64 / n as f64;
        let accuracy = share(now, judged);
        println!(
            "{name:18} {accuracy:5.3} {:6.3} {:9.3} {:8.3} {judged:7} {:6.2}  {kind:?}",
            share(lag, judged),
            agreement / f64::from(told),
            share(right, exited),
            published - 0.02
        );
        let pattern = share(right, exited);
        if accuracy < published - 0.02 - 1e-9 || pattern < published_pattern - 0.02 - 1e-9 {
            failed.push(name);
        }
        // Told from probability and badge alone, how often the stage is right: within some hundredths in every row.
        assert!((agreement / f64::from(told) - accuracy).abs() < 0.08, "{name}");
    }
    assert!(failed.is_empty(), "below the floor: {failed:?}");
}

#[test]
fn null_test_24_5_constant_buyers_are_not_declining() {
    let params = Params::default();
    println!("orders a month: share called declining (goal 0.05)");
    for (k, rate) in [0.5, 1.0, 1.5, 2.5, 4.0].into_iter().enumerate() {
        // Four times 300: of one 300 alone a true share of .04 gives more than .05 every sixth time.
        let shares: Vec<f64> =
            (0..4).map(|j| share_declining(&params, rate, 245 + k as u64 + 100 * j)).collect();
        let share = shares.iter().sum::<f64>() / 4.0;
        println!("{rate}: {share:.3} {shares:.3?}");
        assert!(share <= 0.05, "{rate}: {share}");
    }
}

/// Share of 300 buyers at a constant rate, followed 18 to 30 months, whose stage is decline.
fn share_declining(params: &Params, rate: f64, seed: u64) -> f64 {
    let mut rng = Rng::new(seed);
    let mut set = SeriesSet::new(Kind::Orders);
    for _ in 0..300 {
        let n = 18 + rng.below(13);
        let mut orders: Vec<u32> = (0..n).map(|_| rng.poisson(rate)).collect();
        orders[0] = orders[0].max(1);
        let mut first = 0.0;
        let values: Vec<f64> = orders
            .iter()
            .enumerate()
            .map(|(t, &k)| {
                let amounts: Vec<f64> = (0..k).map(|_| 10.0 * rng.gamma(4.0)).collect();
                if t == 0 {
                    first = amounts[0];
                }
                amounts.iter().sum()
            })
            .collect();
        let count: u32 = orders.iter().sum();
        set.push(&Series {
            start: 0,
            values: &values,
            orders: &orders,
            first_order_value: first,
            mean_order_value: values.iter().sum::<f64>() / f64::from(count),
            left_truncated: false,
            exited: false,
        })
        .expect("finite");
    }
    let stages = run(&set, params);
    let declining = stages.customers.iter().filter(|c| c.state == State::Active(Stage::Decline)).count();
    declining as f64 / 300.0
}
