#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use std::ops::ControlFlow;

fn one(values: &[f64], left: bool) -> SeriesSet {
    let mut set = SeriesSet::new(Kind::Orders);
    let orders = vec![5; values.len()];
    let series = Series {
        start: 0,
        values,
        orders: &orders,
        first_order_value: 0.0,
        mean_order_value: 1000.0,
        left_truncated: left,
        exited: false,
    };
    set.push(&series).unwrap();
    set
}

fn run(set: &SeriesSet, params: &Params) -> Stages {
    fit(set, params, &mut |_, _| ControlFlow::Continue(())).unwrap()
}

/// As methods.md 3 and 23.6 have it, before the changes [`Params`] explains.
fn as_written() -> Params {
    Params { node_penalty: 1.0, min_open_rise: 2.0, decline: 0.0, ..Params::default() }
}

fn example(values: &[f64]) -> CustomerStage {
    run(&one(values, false), &Params { level: LevelSource::Off, variance: Some(0.0025), ..as_written() })
        .customers
        .remove(0)
}

const A: [f64; 12] = [100., 120., 90., 110., 300., 500., 800., 950., 1000., 980., 1020., 990.];

fn close(x: f64, y: f64, tolerance: f64) {
    assert!((x - y).abs() <= tolerance, "{x} is not {y}");
}

#[test]
fn ex_3_7_a_plateau() {
    let c = example(&A);
    close(c.probabilities[2], 1.0, 5e-4);
    let best = c.best.unwrap();
    assert_eq!(best.ends, [4, 8, 12, 12]);
    close(best.explore_level.unwrap(), 114.9, 0.1);
    close(best.plateau.unwrap(), 1015.0, 0.1);
    close(best.sse, 0.009_551, 1e-6);
    close(best.weight, 0.655, 1e-3);
}

#[test]
fn ex_3_7_b_decline_after_plateau() {
    let mut b = A;
    b[10] = 600.0;
    b[11] = 250.0;
    let c = example(&b);
    close(c.probabilities[3], 1.0, 5e-4);
    close(c.course.short_declined + c.course.long_declined, 0.980, 1e-3);
    close(c.course.build_up_declined, 0.020, 1e-3);
    let best = c.best.unwrap();
    assert_eq!(best.ends, [4, 7, 10, 12]);
    close(best.end_level.unwrap(), 267.5, 0.1);
    assert_eq!(best.sequence(), Stage::ALL);
}

#[test]
fn ex_3_7_c_exploration() {
    close(example(&[100., 120., 90., 110., 105., 95.]).probabilities[0], 1.0, 5e-4);
}

#[test]
fn ex_3_7_d_decline_from_exploration() {
    let c = example(&[100., 120., 90., 110., 60., 20.]);
    close(c.probabilities[3], 0.936, 1e-3);
    close(c.probabilities[0], 0.064, 1e-3);
    let best = c.best.unwrap();
    assert_eq!(best.sequence(), [Stage::Exploration, Stage::Decline]);
    assert_eq!(best.ends[0], 4);
}

fn sparse_example(orders_below: f64) -> CustomerStage {
    let months = [0, 3, 6, 10, 13];
    let values: Vec<f64> = (0..18).map(|t| if months.contains(&t) { 20.0 } else { 0.0 }).collect();
    let orders: Vec<u32> = values.iter().map(|&v| u32::from(v > 0.0)).collect();
    let mut set = SeriesSet::new(Kind::Orders);
    set.push(&Series {
        start: 0,
        values: &values,
        orders: &orders,
        first_order_value: 20.0,
        mean_order_value: 20.0,
        left_truncated: false,
        exited: false,
    })
    .unwrap();
    let params = Params {
        level: LevelSource::Off,
        variance: Some(0.2),
        sparse_below: orders_below,
        linger_months: if orders_below > 0.0 { 12.0 } else { 99.0 },
        decline: if orders_below > 0.0 { 1.0 / 6.0 } else { 0.0 },
        decline_free: 2,
        ..as_written()
    };
    run(&set, &params).customers.remove(0)
}

#[test]
fn ex_23_6_sparse_buyer() {
    let written = sparse_example(0.0);
    close(written.probabilities[0], 0.3226, 3e-4);
    close(written.probabilities[3], 0.6774, 3e-4);
    let ruled = sparse_example(3.0);
    close(ruled.course.exploring + ruled.course.stable, 0.5120 + 0.2590, 3e-4);
    close(ruled.probabilities[3], 0.2289, 3e-4);
    assert_eq!(ruled.state, State::Active(Stage::Stability));
    assert!(ruled.no_visible_build_up && ruled.sparse);
    close(ruled.confidence.unwrap(), 0.5120 + 0.2590, 3e-4);
}

#[test]
fn path_ends_where_the_result_says_and_mix_is_its_sum() {
    let set = one(&A, true);
    let params = Params { level: LevelSource::Off, ..Params::default() };
    let stages = run(&set, &params);
    let path = stages.path(&set, 0);
    assert_eq!(path.len(), 12);
    assert_eq!(path[11], stages.customers[0].probabilities);
    assert_eq!(path, stages.mix.customers);
    assert!(path.iter().all(|p| (p.iter().sum::<f64>() - 1.0).abs() < 1e-9));
}

#[test]
fn paths_are_the_path_of_each() {
    let mut set = one(&A, true);
    for (k, n) in [12, 9, 3, 12, 12, 30].into_iter().enumerate() {
        let values: Vec<f64> = (0..n).map(|t| A[(t + k) % 12]).collect();
        let orders = vec![2; n];
        set.push(&Series {
            values: &values,
            orders: &orders,
            left_truncated: false,
            ..one(&A, false).get(0)
        })
        .unwrap();
    }
    let stages = run(&set, &Params { level: LevelSource::Off, ..Params::default() });
    let mut seen = Vec::new();
    stages.paths(&set, &[6, 0, 1, 2, 3, 99], &mut |i, path| {
        assert_eq!(path, stages.path(&set, i), "{i}");
        assert_eq!(path.len(), set.get(i).values.len());
        seen.push(i);
    });
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 6]);
    assert!(stages.path(&set, 99).is_empty());
}

#[test]
fn course_adds_up_for_flat_series_too() {
    let mut set = one(&[7.0; 15], false);
    for values in [&A[..], &[7.0; 15], &[900.0; 15]] {
        let orders = vec![3; values.len()];
        set.push(&Series { values, orders: &orders, mean_order_value: 50.0, ..one(&A, false).get(0) })
            .unwrap();
    }
    let level = Level { explore_mean: 2.0, explore_sd: 0.5, plateau_mean: 6.8, plateau_sd: 0.5 };
    for level in [LevelSource::Off, LevelSource::Given(level)] {
        let stages = run(&set, &Params { level, variance: Some(0.05), ..Params::default() });
        for c in &stages.customers {
            let now: f64 = c.course.now().iter().sum();
            close(now, 1.0, 1e-6);
            let periods: f64 = c.course.periods.iter().sum();
            assert!(periods <= c.n_periods as f64 + 1e-6, "{c:?}");
            for k in 0..3 {
                assert!((-1e-9..=1.0 + 1e-6).contains(&c.course.visited[k]), "{c:?}");
                assert!(c.course.visited[k] + 1e-6 >= c.course.now()[k], "{c:?}");
            }
        }
        assert_eq!(stages.customers[2].basis, Basis::FlatLevel);
    }
}

#[test]
fn degenerate_series_have_documented_results() {
    let mut set = SeriesSet::new(Kind::Orders);
    let mut push = |values: &[f64], k: u32| {
        let orders = vec![k; values.len()];
        let series = Series {
            start: 0,
            values,
            orders: &orders,
            first_order_value: 0.0,
            mean_order_value: 0.0,
            left_truncated: false,
            exited: false,
        };
        set.push(&series).map(|_| ())
    };
    push(&[], 0).unwrap();
    push(&[0.0; 8], 1).unwrap();
    push(&[5.0, -9.0, 1.0, 1.0], 1).unwrap();
    push(&[5.0, 3.0, 1.0], 2).unwrap();
    push(&[7.0; 5], 1).unwrap();
    push(&[1e12, 0.0, 0.0, -1e11, 1e-9, 3.0], 1).unwrap();
    assert_eq!(push(&[f64::NAN], 1), Err(SeriesError::NotFinite));
    let stages = run(&set, &Params::default());
    let states: Vec<State> = stages.customers.iter().map(|c| c.state).collect();
    let explore = State::Active(Stage::Exploration);
    assert_eq!(states[..5], [explore, State::NoPositiveValue, State::NoPositiveValue, explore, explore]);
    for c in &stages.customers {
        assert!(c.probabilities.iter().all(|p| p.is_finite()), "{c:?}");
    }
    assert_eq!(run(&SeriesSet::new(Kind::Usage), &Params::default()).customers, []);
}
