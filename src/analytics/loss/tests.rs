#![allow(clippy::unwrap_used)]

use super::*;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

const FIRM: Aggregate = Aggregate { customers: 6000.0, churn: 0.05, revenue: 1000.0, margin: 0.1 };

fn save(cost: f64, save_rate: f64) -> Budget {
    Budget { lost: 300.0, profit: 100.0, save_rate, horizon_factor: 1.0, cost }
}

fn plan() -> Programme {
    Programme {
        lost: 300.0,
        save_rate: 0.2,
        profit: 100.0,
        retention: 0.95,
        discount_rate: 0.1,
        horizon: 3,
        initial_cost: 3000.0,
        running_costs: vec![],
    }
}

#[test]
fn ex_11_aggregate() {
    let loss = aggregate(&FIRM).unwrap();
    close(loss.lost, 300.0, 1e-9);
    close(loss.revenue, 300_000.0, 1e-6);
    close(loss.profit, 30_000.0, 1e-6);
}

#[test]
fn ex_11_budget() {
    let all = budget(&save(29_999.0, 1.0)).unwrap();
    close(all.break_even_cost, 30_000.0, 1e-9);
    assert!(all.worthwhile && !budget(&save(30_000.0, 1.0)).unwrap().worthwhile);
}

#[test]
fn ex_11_break_even_save_rate() {
    close(budget(&save(3000.0, 0.2)).unwrap().break_even_save_rate.unwrap(), 0.10, 1e-12);
    let nothing = Budget { lost: 0.0, ..save(3000.0, 0.2) };
    assert_eq!(budget(&nothing).unwrap().break_even_save_rate, None);
}

#[test]
fn ex_11_individual() {
    let input = Individual { margin: 100.0, retention: 0.95, discount_rate: 0.10 };
    close(individual(&input).unwrap().residual, 633.33, 0.005);
    close(lifetime_loss(300.0, &input).unwrap(), 190_000.0, 1e-6);
}

#[test]
fn ex_7_4_contractual() {
    let value = |retention| individual(&Individual { margin: 100.0, retention, discount_rate: 0.1 }).unwrap();
    close(value(0.8).residual, 266.67, 0.005);
    close(value(0.8).with_margin_now, 366.67, 0.005);
    close(value(0.85).residual / value(0.8).residual - 1.0, 0.275, 5e-4);
}

#[test]
fn reference_1_5_constant_retention_multiples() {
    let table = [
        (0.10, [1.20, 1.75, 2.67, 4.50]),
        (0.12, [1.15, 1.67, 2.50, 4.09]),
        (0.14, [1.11, 1.59, 2.35, 3.75]),
        (0.16, [1.07, 1.52, 2.22, 3.46]),
    ];
    for (discount_rate, row) in table {
        for (retention, multiple) in [0.6, 0.7, 0.8, 0.9].into_iter().zip(row) {
            let value = individual(&Individual { margin: 1.0, retention, discount_rate }).unwrap();
            close(value.residual, multiple, 0.005 + 1e-9);
        }
    }
}

#[test]
fn ex_11_programme_npv_and_roi() {
    let value = programme(&plan()).unwrap();
    close(value.npv, 11_233.66, 0.005);
    close(value.first_roi.unwrap(), 1.0, 1e-12);
    close(value.roi.unwrap(), (17_115.0 - 3000.0) / 3000.0, 1e-9);
    assert_eq!(value.payback_period, Some(1));
    close(value.periods[2].cumulative, value.npv, 1e-9);
}

#[test]
fn running_costs_go_on_and_no_cost_has_no_return() {
    let value = programme(&Programme { running_costs: vec![100.0, 50.0], ..plan() }).unwrap();
    assert_eq!(value.periods.iter().map(|p| p.cost).collect::<Vec<_>>(), [100.0, 50.0, 50.0]);
    let free = programme(&Programme { initial_cost: 0.0, ..plan() }).unwrap();
    assert_eq!((free.roi, free.first_roi), (None, None));
}

#[test]
fn ex_11_acquire_or_retain() {
    let cost = |save_rate| {
        acquire_or_retain(&AcquireRetain { lost: 300.0, acquisition_cost: 200.0, cost_ratio: 5.0, save_rate })
            .unwrap()
    };
    close(cost(1.0).replacing, 60_000.0, 1e-9);
    close(cost(1.0).keeping, 12_000.0, 1e-9);
    close(cost(0.2).keeping, 60_000.0, 1e-6);
    close(cost(0.2).break_even_ratio, 5.0, 1e-12);
}

#[test]
fn ex_11_tornado() {
    let bars = aggregate_tornado(&FIRM, 0.2).unwrap();
    assert_eq!(bars.len(), 4);
    for bar in bars {
        close(bar.low, 24_000.0, 1e-6);
        close(bar.high, 36_000.0, 1e-6);
    }
}

#[test]
fn tornado_is_sorted_and_stays_in_range() {
    let bars = programme_tornado(&plan(), 0.2).unwrap();
    assert!(bars.windows(2).all(|w| w[0].swing() >= w[1].swing()));
    let certain = aggregate_tornado(&Aggregate { churn: 0.9, ..FIRM }, 0.2).unwrap();
    let churn = certain.iter().find(|b| b.input == Input::Churn).unwrap();
    close(churn.high, 600_000.0, 1e-6);
}

#[test]
fn gupta_lehmann_2004_retention_moves_value_most() {
    // Their companion finding: +1 % retention is worth about +5 % value, +1 % margin 1 %.
    let inputs = [(Input::Retention, 0.8, 0.0, 1.0), (Input::Profit, 100.0, 0.0, f64::MAX)];
    let bars = tornado(&inputs, 0.01, |v| {
        let input = Individual { margin: v[1], retention: v[0], discount_rate: 0.1 };
        Ok(individual(&input)?.residual)
    })
    .unwrap();
    assert_eq!(bars[0].input, Input::Retention);
    assert!(bars[0].swing() > 3.0 * bars[1].swing());
}

#[test]
fn two_way_grid_over_churn_and_save_rate() {
    let grid = churn_save_grid(&FIRM, 1.0, 3000.0, &[0.05, 0.10], &[0.1, 0.2, 1.0]).unwrap();
    assert_eq!((grid.net.len(), grid.net[0].len()), (2, 3));
    close(grid.net[0][0], 0.0, 1e-6);
    close(grid.net[0][2], 27_000.0, 1e-6);
    close(grid.net[1][1], 9_000.0, 1e-6);
}

#[test]
fn inputs_out_of_range_are_named() {
    let error = |input, problem| Some(InputError { input, problem });
    use Input::{Churn, Cost, DiscountRate, Horizon, Retention, SaveRate};
    use Problem::{DiscountTooLow, Negative, NotANumber, NotPositive, OutsideShare, RetentionTooHigh};
    assert_eq!(aggregate(&Aggregate { churn: 1.5, ..FIRM }).err(), error(Churn, OutsideShare));
    assert_eq!(aggregate(&Aggregate { churn: f64::NAN, ..FIRM }).err(), error(Churn, NotANumber));
    assert_eq!(budget(&save(-1.0, 0.2)).err(), error(Cost, Negative));
    let clv =
        |retention, discount_rate| individual(&Individual { margin: 1.0, retention, discount_rate }).err();
    assert_eq!(clv(1.0, 0.0), error(Retention, RetentionTooHigh));
    assert_eq!(clv(0.95, -0.05), error(Retention, RetentionTooHigh));
    assert_eq!(clv(0.5, -1.0), error(DiscountRate, DiscountTooLow));
    assert_eq!(programme(&Programme { horizon: 0, ..plan() }).err(), error(Horizon, NotPositive));
    let free = AcquireRetain { lost: 1.0, acquisition_cost: 1.0, cost_ratio: 5.0, save_rate: 0.0 };
    assert_eq!(acquire_or_retain(&free).err(), error(SaveRate, NotPositive));
    assert!(aggregate(&Aggregate { customers: 1e200, revenue: 1e200, ..FIRM }).is_err());
}

#[test]
fn losses_by_group_reconcile() {
    let losses = by_group(
        &[0, 1, 1, 0, 7],
        &[true, false, true, true, true],
        &[10.0, 100.0, 30.0, 5.0, 99.0],
        &[0.0, 0.2, 1.0, 0.0, 0.0],
        3,
    );
    assert_eq!(losses[0], GroupLoss { n_exited: 2, lost_clv: 15.0, ..GroupLoss::default() });
    assert_eq!(losses[1], GroupLoss { n_exited: 1, lost_clv: 30.0, n_active: 1, expected_loss: 20.0 });
    assert_eq!(losses[2], GroupLoss::default());
    assert_eq!(expected_loss(0.2, 100.0), Ok(20.0));
}

const INPUTS: Inputs = Inputs {
    customers: 6000.0,
    churn: 0.05,
    revenue: 1000.0,
    margin: 0.1,
    save_rate: 0.2,
    retention: 0.95,
    discount_rate: 0.1,
    horizon_factor: 1.0,
    horizon: 3,
    initial_cost: 3000.0,
    running_cost: 0.0,
    acquisition_cost: 200.0,
    cost_ratio: 5.0,
};

fn scenario(name: &str, inputs: Inputs) -> Scenario {
    Scenario { name: name.to_owned(), inputs }
}

#[test]
fn ex_11_all_calculators_side_by_side() {
    let half = Inputs { churn: 0.025, initial_cost: 0.0, ..INPUTS };
    let wrong = Inputs { retention: 1.2, ..INPUTS };
    let comparison =
        compare(&[scenario("now", INPUTS), scenario("half", half), scenario("wrong", wrong)]).unwrap();
    let row = |measure| comparison.rows.iter().find(|r| r.measure == measure).unwrap().cells.clone();
    let first = |measure| row(measure)[0].value.unwrap();
    close(first(Measure::Lost), 300.0, 1e-9);
    close(first(Measure::Profit), 30_000.0, 1e-6);
    close(first(Measure::BreakEvenCost), 6_000.0, 1e-6);
    close(first(Measure::BreakEvenSaveRate), 0.10, 1e-12);
    close(first(Measure::ResidualValue), 633.33, 0.005);
    close(first(Measure::LifetimeLoss), 190_000.0, 1e-6);
    close(first(Measure::Npv), 11_233.66, 0.005);
    close(first(Measure::FirstRoi), 1.0, 1e-9);
    close(first(Measure::Replacing), 60_000.0, 1e-6);
    close(first(Measure::Keeping), 60_000.0, 1e-6);
    let lost = row(Measure::Lost);
    assert_eq!(
        (lost[0].difference, lost[1].difference, lost[1].relative),
        (Some(0.0), Some(-150.0), Some(-0.5))
    );
    let roi = row(Measure::Roi)[1];
    assert_eq!((roi.value, roi.problem, roi.difference), (None, None, None), "no cost, no return");
    let value = row(Measure::ResidualValue)[2];
    let too_high = InputError { input: Input::Retention, problem: Problem::OutsideShare };
    assert_eq!((value.value, value.problem), (None, Some(too_high)));
    assert_eq!(row(Measure::Profit)[2].difference, Some(0.0), "the other calculators still answer");
    let order: Vec<Measure> = comparison.rows.iter().map(|r| r.measure).collect();
    assert!(order.is_sorted() && order.len() == 16);
}

#[test]
fn at_most_four_scenarios() {
    let many = vec![scenario("x", INPUTS); 5];
    assert_eq!(compare(&many), Err(TooMany { n: 5 }));
    assert_eq!(compare(&many[..4]).unwrap().names.len(), 4);
    assert!(compare(&[]).unwrap().rows.is_empty());
}

#[test]
fn scenario_problems_reach_what_depends_on_them() {
    let wrong = compare(&[scenario("", Inputs { churn: 1.5, ..INPUTS })]).unwrap();
    let n_problems = wrong.rows.iter().filter(|r| r.cells[0].problem.is_some()).count();
    assert_eq!(n_problems, 14, "all but the two lifetime values rest on churn");
}

#[test]
fn ex_7_4_reichheld_and_sasser_beside_the_own_value() {
    let own =
        |retention| literature(&Individual { margin: 100.0, retention, discount_rate: 0.1 }, 50.0).claims[0];
    let claim = own(0.8);
    close(claim.own.unwrap(), 0.275, 5e-4);
    assert_eq!((claim.claimed, claim.position), ((0.25, 0.85), Some(Position::Within)));
    assert_eq!(own(0.5).position, Some(Position::Below));
    assert_eq!(own(0.95).position, Some(Position::Within));
    let patient =
        literature(&Individual { margin: 100.0, retention: 0.9, discount_rate: 0.01 }, 50.0).claims[0];
    assert_eq!(patient.position, Some(Position::Above), "{patient:?}");
    let beyond = own(0.97);
    assert_eq!(beyond.problem, Some(InputError { input: Input::Retention, problem: Problem::OutsideShare }));
    assert_eq!((beyond.own, beyond.position), (None, None));
}

#[test]
fn reference_1_5_gupta_lehmann_stuart_magnitudes_and_order() {
    // At r = .88, i = .1 the elasticity of retention is (1 + i) / (1 + i - r) = 5.
    let input = Individual { margin: 100.0, retention: 0.88, discount_rate: 0.1 };
    let found = literature(&input, 40.0);
    let own: Vec<f64> = found.claims[1..].iter().map(|c| c.own.unwrap()).collect();
    close(own[0], 0.05, 0.003);
    close(own[1], 0.01, 1e-12);
    close(own[2], 0.01 * 40.0 / 460.0, 1e-12);
    assert_eq!(found.claims.iter().map(|c| c.position).collect::<Vec<_>>()[1..], [Some(Position::Within); 3]);
    assert_eq!(found.order_agrees, Some(true));
    let bars = value_tornado(&input, 40.0, 0.01).unwrap();
    let place = |input| bars.iter().position(|b| b.input == input).unwrap();
    assert!(place(Input::Retention) < place(Input::Profit));
    assert!(place(Input::Profit) < place(Input::AcquisitionCost));
}

#[test]
fn literature_without_a_value_or_a_worthy_customer() {
    let found = literature(&Individual { margin: 0.0, retention: 0.8, discount_rate: 0.1 }, 50.0);
    assert!(found.claims.iter().all(|c| c.own.is_none() && c.problem.is_none()));
    assert_eq!(found.order_agrees, None);
    let dear = literature(&Individual { margin: 100.0, retention: 0.8, discount_rate: 0.1 }, 1000.0);
    assert_eq!((dear.claims[3].own, dear.order_agrees), (None, None));
    let negative = literature(&Individual { margin: 100.0, retention: 0.8, discount_rate: 0.1 }, -1.0);
    assert_eq!(negative.claims[3].problem.unwrap().problem, Problem::Negative);
}

#[test]
fn losses_by_group_and_the_rest_reconcile_with_the_total() {
    let mut rng = crate::math::Rng::new(11);
    let n = 1000;
    let group: Vec<u32> =
        (0..n).map(|_| if rng.uniform() < 0.1 { u32::MAX } else { rng.below(5) as u32 }).collect();
    let exited: Vec<bool> = (0..n).map(|_| rng.uniform() < 0.3).collect();
    let clv: Vec<f64> = (0..n).map(|_| rng.normal() * 50.0 + 200.0).collect();
    let p: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
    let loss = loss_by_group(&group, &exited, &clv, &p, 5);
    assert_eq!((loss.groups.len(), loss.lost_share.len()), (5, 5));
    let parts = || loss.groups.iter().chain([&loss.others]);
    assert_eq!(parts().map(|g| g.n_exited + g.n_active).sum::<u32>(), n as u32);
    close(parts().map(|g| g.lost_clv).sum(), loss.total.lost_clv, 1e-6);
    close(parts().map(|g| g.expected_loss).sum(), loss.total.expected_loss, 1e-6);
    let shares: f64 = loss.lost_share.iter().flatten().sum();
    close(shares, 1.0 - loss.others.lost_clv / loss.total.lost_clv, 1e-9);
    let expected: f64 =
        clv.iter().zip(&p).zip(&exited).filter(|(_, left)| !**left).map(|((v, p), _)| v * p).sum();
    close(loss.total.expected_loss, expected, 1e-6);
    let nobody = loss_by_group(&[], &[], &[], &[], 2);
    assert_eq!((nobody.groups.len(), nobody.lost_share), (2, vec![None, None]));
}
