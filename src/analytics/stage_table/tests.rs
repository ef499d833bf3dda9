#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::analytics::stage::{Kind, LevelSource, Params, Series, fit};
use std::ops::ControlFlow;

/// One life: level, cost share and referrals of each stage are known.
struct Life {
    start: i32,
    stages: Vec<usize>,
    exited: bool,
}

const ORDERS_IN: [f64; 4] = [2.0, 6.0, 12.0, 4.0];
const COST_IN: [f64; 4] = [0.8, 0.6, 0.5, 0.7];

fn lives(n: usize) -> Vec<Life> {
    let mut rng = Rng::new(39);
    (0..n)
        .map(|i| {
            let lengths = [4 + rng.below(4), 4 + rng.below(3), 8 + rng.below(8), 3 + rng.below(3)];
            let upto = if i % 3 == 0 { 4 } else { 3 };
            let stages: Vec<usize> = (0..upto).flat_map(|s| vec![s; lengths[s]]).collect();
            Life { start: 40 - stages.len() as i32, exited: i % 6 == 0, stages }
        })
        .collect()
}

struct Made {
    set: SeriesSet,
    stages: Stages,
    units: Vec<f64>,
    at_mean: Vec<f64>,
    cost: Vec<f64>,
    serve: Vec<f64>,
    referrals: Vec<f64>,
}

fn made(lives: &[Life], scale: f64) -> Made {
    let mut rng = Rng::new(7);
    let mut set = SeriesSet::new(Kind::Orders);
    let [mut units, mut at_mean, mut cost, mut serve, mut referrals] = [const { Vec::new() }; 5];
    for life in lives {
        let (mut values, mut orders) = (Vec::new(), Vec::new());
        for (t, &s) in life.stages.iter().enumerate() {
            let from = life.stages.iter().position(|&x| x == s).unwrap();
            let length = life.stages.iter().filter(|&&x| x == s).count();
            let along = (t - from + 1) as f64 / length as f64;
            let level = match s {
                1 => ORDERS_IN[0] + (ORDERS_IN[2] - ORDERS_IN[0]) * along,
                3 => ORDERS_IN[2] + (2.0 - ORDERS_IN[2]) * along,
                s => ORDERS_IN[s],
            };
            let k = (level * (0.9 + 0.2 * rng.uniform())).round().max(1.0);
            let value = k * 10.0 * scale;
            values.push(value);
            orders.push(k as u32);
            units.push(2.0 * k);
            at_mean.push(value / [0.9, 1.0, 1.1, 1.05][s]);
            cost.push(value * COST_IN[s]);
            serve.push(k * [5.0, 3.0, 2.0, 4.0][s] * scale);
            referrals.push(f64::from(u8::from(s == 2 && rng.below(4) == 0)));
        }
        set.push(&Series {
            start: life.start,
            values: &values,
            orders: &orders,
            first_order_value: 10.0 * scale,
            mean_order_value: 10.0 * scale,
            left_truncated: false,
            exited: life.exited,
        })
        .unwrap();
    }
    let params = Params { level: LevelSource::Off, variance: Some(0.02), ..Params::default() };
    let stages = fit(&set, &params, &mut |_, _| ControlFlow::Continue(())).unwrap();
    Made { set, stages, units, at_mean, cost, serve, referrals }
}

fn input(m: &Made) -> TableInput<'_> {
    TableInput {
        set: &m.set,
        stages: &m.stages,
        value: m.set.values(),
        units: Some(&m.units),
        at_mean_price: Some(&m.at_mean),
        cost: Some(&m.cost),
        cost_to_serve: Some(&m.serve),
        indirect: Some(Indirect {
            referrals: &m.referrals,
            referral_value: 100.0,
            complaints: None,
            complaint_cost: 0.0,
        }),
        margin: 0.3,
    }
}

fn row_of(table: &StageTable, measure: Measure) -> &Row {
    table.rows.iter().find(|r| r.measure == measure).unwrap()
}

fn mean(table: &StageTable, measure: Measure, s: usize) -> (f64, (f64, f64)) {
    match row_of(table, measure).cells[s].found {
        Reading::Measured { mean, interval } => (mean, interval),
        other => panic!("{measure:?} {s}: {other:?}"),
    }
}

#[test]
fn table_3_1_finds_what_was_put_in() {
    let m = made(&lives(120), 1.0);
    let table = stage_table(&input(&m), &TableOptions::default()).unwrap();
    assert_eq!(table.rows.iter().map(|r| r.measure).collect::<Vec<_>>(), Measure::ALL);
    // Boundaries are found within a period or so, so that means mix a little of the neighboring stages.
    assert!((mean(&table, Measure::Orders, 0).0 - 2.0).abs() < 0.4);
    assert!((mean(&table, Measure::Orders, 2).0 - 12.0).abs() < 0.3);
    assert!((mean(&table, Measure::CostShare, 0).0 - 0.8).abs() < 0.03);
    assert!((mean(&table, Measure::CostShare, 2).0 - 0.5).abs() < 0.02);
    assert!((mean(&table, Measure::PriceIndex, 0).0 - 0.9).abs() < 0.02);
    assert!((mean(&table, Measure::CostToServe, 2).0 - 2.0).abs() < 0.1);
    for row in &table.rows {
        for s in 0..4 {
            let (mean, (low, high)) = mean(&table, row.measure, s);
            assert!(low <= mean + 1e-9 && mean <= high + 1e-9, "{:?} {s}: {mean} {low} {high}", row.measure);
        }
        assert_eq!(row.mark, Mark::Tick, "{row:?}");
        assert_eq!(row.cells.map(|c| c.expected), row.measure.expectations());
    }
    let periods: f64 = table.stages.iter().map(|s| s.customer_periods).sum();
    assert!((periods - m.set.values().len() as f64).abs() < 1e-6);
    assert_eq!((table.assumed_margin, table.sampled), (None, None));
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<StageTable>(&json).unwrap(), table);
}

#[test]
fn rows_without_their_column_are_absent_and_profit_says_its_margin() {
    let m = made(&lives(40), 1.0);
    let bare = TableInput {
        units: None,
        at_mean_price: None,
        cost: None,
        cost_to_serve: None,
        indirect: None,
        ..input(&m)
    };
    let table = stage_table(&bare, &TableOptions::default()).unwrap();
    let measures: Vec<Measure> = table.rows.iter().map(|r| r.measure).collect();
    assert_eq!(measures, [Measure::Orders, Measure::Value, Measure::Profit]);
    assert_eq!(table.assumed_margin, Some(0.3));
    let (value, profit) = (mean(&table, Measure::Value, 2).0, mean(&table, Measure::Profit, 2).0);
    assert!((profit - 0.3 * value).abs() < 1e-9);
    assert_eq!(peaks(&bare, &TableOptions::default()).unwrap(), None);
}

#[test]
fn money_scales_and_shares_stay() {
    let (a, b) = (made(&lives(60), 1.0), made(&lives(60), 1e6));
    let (a, b) = (input(&a), input(&b));
    let options = TableOptions::default();
    let (a, b) = (stage_table(&a, &options).unwrap(), stage_table(&b, &options).unwrap());
    for s in 0..4 {
        let ratio = |m| mean(&b, m, s).0 / mean(&a, m, s).0;
        assert!((ratio(Measure::Value) / 1e6 - 1.0).abs() < 1e-3);
        assert!((ratio(Measure::CostShare) - 1.0).abs() < 1e-3);
        assert!((ratio(Measure::Orders) - 1.0).abs() < 1e-3);
    }
}

#[test]
fn opposite_data_get_a_cross_and_few_periods_are_said_to_be_too_few() {
    let mut m = made(&lives(60), 1.0);
    // Cost rises with the relationship and falls in decline.
    let cost: Vec<f64> = m.cost.iter().zip(m.set.values()).map(|(c, v)| v - c).collect();
    m.cost = cost;
    let table = stage_table(&input(&m), &TableOptions::default()).unwrap();
    assert_eq!(row_of(&table, Measure::CostShare).mark, Mark::Cross);
    let strict = TableOptions { least: 1e9, ..TableOptions::default() };
    let table = stage_table(&input(&m), &strict).unwrap();
    for row in &table.rows {
        assert!(row.cells.iter().all(|c| matches!(c.found, Reading::TooFew { .. })));
        assert_eq!(row.mark, Mark::Undecided);
    }
}

#[test]
fn a_sample_is_said_to_be_one_and_is_near_the_whole() {
    let m = made(&lives(400), 1.0);
    let whole = stage_table(&input(&m), &TableOptions::default()).unwrap();
    let options = TableOptions { sample_size: 200, ..TableOptions::default() };
    let part = stage_table(&input(&m), &options).unwrap();
    assert_eq!(part.sampled, Some(Sampled { used: 200, of: 400 }));
    let (a, b) = (mean(&whole, Measure::Value, 2).0, mean(&part, Measure::Value, 2).0);
    assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
    assert_eq!(part, stage_table(&input(&m), &options).unwrap());
}

#[test]
fn columns_must_fit_the_series() {
    let m = made(&lives(10), 1.0);
    let short = TableInput { cost: Some(&m.cost[1..]), ..input(&m) };
    let n = m.cost.len();
    let error = TableError::Length { column: "cost".to_owned(), found: n - 1, expected: n };
    assert_eq!(stage_table(&short, &TableOptions::default()), Err(error));
    let bad = vec![f64::NAN; n];
    let bad = TableInput { units: Some(&bad), ..input(&m) };
    assert!(matches!(stage_table(&bad, &TableOptions::default()), Err(TableError::NotFinite { .. })));
    let empty = made(&[], 1.0);
    let table = stage_table(&input(&empty), &TableOptions::default()).unwrap();
    assert!(table.stages.iter().all(|s| s.n_customers == 0 && s.customer_periods == 0.0));
    assert_eq!(peaks(&input(&empty), &TableOptions::default()).unwrap(), None);
    assert_eq!(transitions(&empty.stages).stays[0].n_customers, 0.0);
}

#[test]
fn profit_peaks_later_where_costs_fall_late() {
    let n_periods = 24;
    let mut set = SeriesSet::new(Kind::Orders);
    let (mut cost, mut same) = (Vec::new(), Vec::new());
    let mut rng = Rng::new(3);
    for _ in 0..80 {
        let values: Vec<f64> = (0..n_periods)
            .map(|t| {
                let t = f64::from(t);
                (1000.0 - (t - 8.0) * (t - 8.0)) * (0.99 + 0.02 * rng.uniform())
            })
            .collect();
        cost.extend(values.iter().enumerate().map(|(t, v)| v * (0.9 - 0.02 * t as f64)));
        same.extend(values.iter().map(|v| 0.5 * v));
        set.push(&Series {
            start: 0,
            values: &values,
            orders: &[5; 24],
            first_order_value: 0.0,
            mean_order_value: 200.0,
            left_truncated: false,
            exited: false,
        })
        .unwrap();
    }
    let stages = fit(&set, &Params::default(), &mut |_, _| ControlFlow::Continue(())).unwrap();
    let of = |cost: &[f64]| {
        let input = TableInput {
            set: &set,
            stages: &stages,
            value: set.values(),
            units: None,
            at_mean_price: None,
            cost: Some(cost),
            cost_to_serve: None,
            indirect: None,
            margin: 0.3,
        };
        peaks(&input, &TableOptions::default()).unwrap().unwrap()
    };
    let late = of(&cost);
    assert!(late.value_peak_periods.abs_diff(8) <= 2 && late.profit_peak_periods > 14, "{late:?}");
    assert_eq!(late.mark, Mark::Tick);
    assert_eq!(late.n_customers, [80; 24]);
    assert_eq!(of(&same).mark, Mark::Undecided);
}

#[test]
fn transitions_count_the_lives_put_in() {
    let lives = lives(300);
    let m = made(&lives, 1.0);
    let found = transitions(&m.stages);
    let flow = |from, to| found.flows.iter().find(|f| f.from == from && f.to == to).unwrap();
    let near = |x: f64, y: f64, by: f64| assert!((x - y).abs() <= by, "{x} is not near {y}");
    near(flow(Stage::Exploration, Destination::BuildUp).n_customers, 300.0, 3.0);
    near(flow(Stage::BuildUp, Destination::Stability).n_customers, 300.0, 10.0);
    near(flow(Stage::Stability, Destination::Decline).n_customers, 100.0, 10.0);
    let exits: f64 = found.flows.iter().filter(|f| f.to == Destination::Exit).map(|f| f.n_customers).sum();
    near(exits, 50.0, 1e-6);
    let truth: f64 = lives.iter().map(|l| l.stages.iter().filter(|&&s| s == 0).count() as f64).sum();
    near(found.stays[0].customer_months / truth, 1.0, 0.25);
    near(found.stays[0].expected_months.unwrap(), 5.5, 1.5);
    let months: f64 = found.stays.iter().map(|s| s.customer_months).sum();
    near(months, m.set.values().len() as f64, 1e-6);
    for f in &found.flows {
        let p = f.monthly.unwrap();
        assert!((0.0..=1.0).contains(&p) && f.interval.0 <= p && p <= f.interval.1, "{f:?}");
    }
    for stage in Stage::ALL {
        let out: f64 = found.flows.iter().filter(|f| f.from == stage).map(|f| f.n_customers).sum();
        assert!(out <= found.stays[stage as usize].n_customers + 1e-6, "{stage:?}");
    }
}

#[test]
fn outlook_tells_what_came_of_each_stage() {
    let lives = lives(300);
    let m = made(&lives, 1.0);
    // Those who left are known to have one period after their last purchase.
    let exit: Vec<Option<i32>> = lives.iter().map(|l| l.exited.then_some(40)).collect();
    let input =
        |months| OutlookInput { set: &m.set, stages: &m.stages, amount: m.set.values(), exit: &exit, months };
    let LookBack::Made(found) = outlook(&input(6.0), &TableOptions::default()).unwrap() else {
        panic!("long enough")
    };
    assert_eq!((found.as_of, found.n_periods), (33, 6));
    let then = lives.iter().filter(|l| l.start <= 33).count() as f64;
    let n: f64 = found.stages.iter().map(|s| s.n_customers).sum();
    assert!((n - then).abs() < 1e-6);
    let exited: f64 = found.stages.iter().map(|s| s.n_exited).sum();
    assert!((exited - 50.0).abs() < 1e-6, "{exited}");
    let stable = &found.stages[2];
    let (change, (low, high)) = (stable.change.unwrap(), stable.change_interval.unwrap());
    assert!(low <= change && change <= high && change < 0.0, "{stable:?}");
    let share = stable.exit_share.unwrap();
    let (low, high) = stable.exit_interval.unwrap();
    assert!(low <= share && share <= high && (0.0..=1.0).contains(&share));
    let short = outlook(&input(36.0), &TableOptions::default()).unwrap();
    assert!(matches!(short, LookBack::TooShort { needed: 72, .. }));
    let wrong = OutlookInput { exit: &exit[1..], ..input(6.0) };
    assert!(matches!(outlook(&wrong, &TableOptions::default()), Err(TableError::Length { .. })));
}
