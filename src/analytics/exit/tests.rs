#![allow(clippy::unwrap_used)]

use super::*;
use crate::analytics::stage::Stage;
use crate::analytics::value_matrix::ValueClass;
use proptest::prelude::*;

const EX_12: [f64; 10] = [500.0, 300.0, 150.0, 80.0, 40.0, 20.0, 5.0, -10.0, -35.0, -50.0];

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn ex_12_whale_curve() {
    let mut shuffled = EX_12;
    shuffled.reverse();
    let curve = whale_curve(&shuffled, 200);
    assert_eq!((curve.peak, curve.total, curve.losses), (1095.0, 1000.0, -95.0));
    assert!(close(curve.peak_ratio.unwrap(), 1.095));
    assert!(close(curve.top_share.unwrap(), 0.80));
    assert_eq!((curve.loss_share, curve.n_profitable, curve.n_loss), (Some(0.30), 7, 3));
    assert!((curve.erosion.unwrap() - 0.0868).abs() < 5e-5);
    assert_eq!(curve.gini, None, "negative values");
    assert_eq!(curve.points.len(), 11);
    assert_eq!(curve.points[7], WhalePoint { n_customers: 7, share: 0.7, profit: 1095.0 });
    assert!(!curve.downsampled);
}

#[test]
fn section_12_no_ratios_to_a_total_of_zero_or_less() {
    for profit in [vec![], vec![0.0; 4], vec![5.0, -5.0], vec![5.0, -9.0], vec![-1.0, -2.0]] {
        let curve = whale_curve(&profit, 10);
        assert_eq!((curve.peak_ratio, curve.top_share, curve.erosion, curve.gini), (None, None, None, None));
        assert_eq!(curve.loss_share.is_none(), profit.is_empty());
        assert_eq!(curve.points.last().unwrap().profit, curve.total);
    }
}

#[test]
fn gini_of_textbook_distributions() {
    assert!(close(whale_curve(&[7.0; 9], 10).gini.unwrap(), 0.0));
    let mut one = [0.0; 10];
    one[3] = 42.0;
    assert!(close(whale_curve(&one, 10).gini.unwrap(), 0.9), "(n - 1) / n");
    // 1..=n has (n^2 - 1) / (3 n (n + 1)) x ... = (n - 1) / (3 n).
    let line: Vec<f64> = (1..=10).map(f64::from).collect();
    assert!(close(whale_curve(&line, 10).gini.unwrap(), 9.0 / 30.0));
}

#[test]
fn top_share_takes_the_border_in_part() {
    let curve = whale_curve(&[60.0, 30.0, 10.0], 10);
    assert!(close(curve.top_share.unwrap(), 0.6 * 0.6), "0.6 of the best customer");
}

#[test]
fn downsampling_keeps_ends_and_peak() {
    let profit: Vec<f64> = (0..10_007).map(|i| 3.0 - f64::from(i) * 0.001 + f64::from(i % 3)).collect();
    let curve = whale_curve(&profit, 50);
    assert!(curve.downsampled && (50..=51).contains(&curve.points.len()));
    let peak = curve.points.iter().max_by(|a, b| a.profit.total_cmp(&b.profit)).unwrap();
    assert_eq!((peak.n_customers, peak.profit), (curve.n_profitable, curve.peak));
    assert_eq!((curve.points[0].profit, curve.points.last().unwrap().n_customers), (0.0, 10_007));
    let extreme = whale_curve(&[1e15, -1e15, 1e15, f64::NAN, f64::INFINITY], 0);
    assert_eq!(extreme.total, 1e15, "not a number counts 0");
    let beyond = whale_curve(&[f64::MAX; 5], 9);
    assert!(beyond.total.is_finite() && beyond.points.iter().all(|p| p.profit.is_finite()));
}

/// A profit of which all cost to serve is known by customer.
fn profit_of(gross: &[f64], avoidable: &[f64], allocated: &[f64]) -> CustomerProfit {
    let orders: Vec<f64> = avoidable.iter().zip(allocated).map(|(a, b)| a + b).collect();
    let mut out = customer_profit(
        &ProfitInput {
            gross_profit: gross,
            line_costs_known: true,
            exited: &[],
            contacts: Contacts::Cost(&orders),
            n_orders: None,
            n_returns: None,
            overdue_days: None,
        },
        &UnitCosts::default(),
    );
    out.contribution = gross.iter().zip(avoidable).map(|(g, a)| g - a).collect();
    out
}

#[test]
fn section_1_5_cost_to_serve() {
    let costs = UnitCosts {
        per_contact: 4.0,
        per_minute: 0.5,
        per_order: 2.0,
        per_return: 10.0,
        finance_rate: 0.073,
        marketing_per_customer: 3.0,
        ..Default::default()
    };
    let input = ProfitInput {
        gross_profit: &[100.0, 50.0],
        line_costs_known: false,
        exited: &[false, true],
        contacts: Contacts::Count(&[2.0, 0.0]),
        n_orders: Some(&[5.0, 1.0]),
        n_returns: Some(&[1.0]),
        // 1,000 overdue for 25 days.
        overdue_days: Some(&[25_000.0, 0.0]),
    };
    let p = customer_profit(&input, &costs);
    assert!(close(p.profit[0], 100.0 - 8.0 - 10.0 - 10.0 - 5.0 - 3.0), "{:?}", p.profit);
    assert!(close(p.contribution[0], p.profit[0] + 3.0), "marketing stays");
    assert!(close(p.profit[1], 48.0), "no marketing for who left");
    assert_eq!((p.view, p.totals.orders, p.totals.marketing), (ProfitView::Full, 12.0, 3.0));
    assert!(close(p.totals.profit, p.profit.iter().sum()));
    let minutes =
        customer_profit(&ProfitInput { contacts: Contacts::Minutes(&[30.0, 2.0]), ..input }, &costs);
    assert!(close(minutes.totals.contacts, 16.0));
    let cost = customer_profit(&ProfitInput { contacts: Contacts::Cost(&[30.0, 2.0]), ..input }, &costs);
    assert!(close(cost.totals.contacts, 32.0));
}

#[test]
fn section_21_without_costs_the_view_is_gross_margin_and_candidates_are_disabled() {
    let input = ProfitInput {
        gross_profit: &[10.0, -3.0],
        line_costs_known: false,
        exited: &[false; 2],
        contacts: Contacts::Count(&[9.0, 9.0]),
        n_orders: Some(&[1.0, 1.0]),
        n_returns: None,
        overdue_days: None,
    };
    let p = customer_profit(&input, &UnitCosts::default());
    assert_eq!((p.view, p.profit.as_slice()), (ProfitView::GrossMargin, [10.0, -3.0].as_slice()));
    let known = customer_profit(&ProfitInput { line_costs_known: true, ..input }, &UnitCosts::default());
    assert_eq!(known.view, ProfitView::Full);
    let world = World::new(2);
    let no_costs = ExitInput { profit: &p, ..world.input() };
    assert_eq!(
        exit_candidates(&no_costs, &ExitSettings::default()),
        ExitCandidates::Disabled { why: Disabled::NoCosts }
    );
    let no_classes = ExitInput { class: &[], ..world.input() };
    assert_eq!(
        exit_candidates(&no_classes, &ExitSettings::default()),
        ExitCandidates::Disabled { why: Disabled::NoClasses }
    );
}

/// Customers alike, each a clear candidate: a loss of 12 a year at an annuity of 20, nothing to win, nothing
/// known against it; 100 more customers of class IV carry the revenue.
struct World {
    exited: Vec<bool>,
    profit: CustomerProfit,
    revenue: Vec<f64>,
    class: Vec<ValueClass>,
    cv: Vec<f64>,
    gp: Vec<f64>,
    annuity: Vec<f64>,
    tenure: Vec<f64>,
    stage: Vec<Option<Stage>>,
    zeros: Vec<f64>,
    no: Vec<bool>,
    no_contract: Vec<Option<f64>>,
    group: Vec<u32>,
}

impl World {
    fn new(n: usize) -> Self {
        let all = n + 100;
        let column =
            |candidate: f64, other: f64| (0..all).map(|i| if i < n { candidate } else { other }).collect();
        let (gross, avoidable): (Vec<f64>, Vec<f64>) = (column(0.0, 100.0), column(10.0, 0.0));
        Self {
            exited: vec![false; all],
            profit: profit_of(&gross, &avoidable, &column(2.0, 0.0)),
            revenue: column(10.0, 1000.0),
            class: (0..all).map(|i| if i < n { ValueClass::I } else { ValueClass::IV }).collect(),
            cv: column(-20.0, 500.0),
            gp: column(5.0, 50.0),
            annuity: vec![20.0; all],
            tenure: vec![24.0; all],
            stage: vec![Some(Stage::Stability); all],
            zeros: vec![0.0; all],
            no: vec![false; all],
            no_contract: vec![None; all],
            // Candidates know nobody of class IV.
            group: (0..all as u32).map(|i| if (i as usize) < n { i } else { u32::MAX }).collect(),
        }
    }

    fn input(&self) -> ExitInput<'_> {
        ExitInput {
            exited: &self.exited,
            profit: &self.profit,
            revenue: &self.revenue,
            class: &self.class,
            cv: &self.cv,
            gp: &self.gp,
            annuity: &self.annuity,
            tenure_months: &self.tenure,
            stage: Some(&self.stage),
            evidence: EvidenceInput::default(),
            guard: GuardInput {
                outstanding: Some(&self.zeros),
                months_to_contract_end: Some(&self.no_contract),
                season_ahead: Some(1.0),
                n_referrals: Some(&self.zeros),
                group: Some(&self.group),
                influential: Some(&self.no),
                strengthens_rival: Some(&self.no),
                n_protected_features: Some(0),
            },
        }
    }
}

fn found(input: &ExitInput) -> CandidateList {
    found_with(input, &ExitSettings::default())
}

fn found_with(input: &ExitInput, settings: &ExitSettings) -> CandidateList {
    match exit_candidates(input, settings) {
        ExitCandidates::Found(list) => *list,
        other => panic!("{other:?}"),
    }
}

#[test]
fn section_12_candidate_rule_condition_by_condition() {
    let mut w = World::new(8);
    w.class[0] = ValueClass::II;
    (w.profit.profit[1], w.cv[1]) = (0.0, 0.0);
    w.tenure[2] = 5.9;
    w.stage[3] = Some(Stage::BuildUp);
    w.gp[4] = 20.0; // cost to fix: 12 / 12 x 20
    w.exited[5] = true;
    w.stage[6] = None;
    let list = found(&w.input());
    assert_eq!(
        list.funnel,
        Funnel {
            n_active: 107,
            n_other_class: 101,
            n_no_loss: 1,
            n_too_new: 1,
            n_building_up: 1,
            n_worth_fixing: 1,
            n_candidates: 2,
            n_without_stage: 1,
        }
    );
    let idx: Vec<u32> = list.candidates.iter().map(|c| c.customer_idx).collect();
    assert_eq!(idx, [6, 7]);
    assert_eq!(list.decision[7], Some(Decision::Clear));
    assert_eq!(list.decision.iter().flatten().count(), 2);
}

#[test]
fn section_23_8_cost_to_fix_is_the_loss_over_the_annuity_and_editable() {
    let mut w = World::new(3);
    w.cv[1] = -33.0;
    (w.profit.profit[2], w.cv[2]) = (4.0, -7.0);
    let list = found(&w.input());
    let costs: Vec<(u32, f64)> = list.candidates.iter().map(|c| (c.customer_idx, c.cost_to_fix)).collect();
    assert_eq!(costs, [(0, 20.0), (1, 33.0), (2, 7.0)]);
    let cheap = ExitSettings { cost_to_fix: Some(5.0), ..Default::default() };
    assert_eq!(found_with(&w.input(), &cheap).funnel.n_worth_fixing, 3, "potential 5 is not below 5");
}

#[test]
fn every_guard_rail_can_hold_and_can_be_unknown() {
    let w = World::new(1);
    let base = w.input();
    let lights = |guard: GuardInput| {
        let list = found(&ExitInput { guard, ..base });
        (list.candidates[0].checks.map(|c| c.light), list.candidates[0].decision)
    };
    let (green, decision) = lights(base.guard);
    assert_eq!((green, decision), ([Light::Green; 10], Decision::Clear));
    let one: Vec<f64> = vec![1.0; 101];
    let yes = vec![true; 101];
    let running = vec![Some(2.0); 101];
    let shared = vec![7; 101];
    let reds: [(usize, GuardInput); 8] = [
        (0, GuardInput { outstanding: Some(&one), ..base.guard }),
        (1, GuardInput { months_to_contract_end: Some(&running), ..base.guard }),
        (2, GuardInput { season_ahead: Some(1.2), ..base.guard }),
        (3, GuardInput { n_referrals: Some(&one), ..base.guard }),
        (5, GuardInput { influential: Some(&yes), ..base.guard }),
        (7, GuardInput { strengthens_rival: Some(&yes), ..base.guard }),
        (8, GuardInput { n_protected_features: Some(1), ..base.guard }),
        (4, GuardInput { group: Some(&shared[..40]), ..base.guard }),
    ];
    for (position, guard) in reds {
        let (lights, decision) = lights(guard);
        assert_eq!(decision, Decision::Hold);
        for (i, light) in lights.into_iter().enumerate() {
            assert_eq!(light, if i == position { Light::Red } else { Light::Green }, "{position} {i}");
        }
    }
    let (unknown, decision) = lights(GuardInput { group: Some(&shared), ..base.guard });
    assert_eq!((unknown[4], decision), (Light::Unknown, Decision::Open), "101 do not know each other");
    // A column that ends before the candidate says nothing about it.
    let short: &[f64] = &[];
    let guard = GuardInput { outstanding: Some(short), n_referrals: Some(short), ..base.guard };
    let (unknown, decision) = lights(guard);
    assert_eq!((unknown[0], unknown[3], decision), (Light::Unknown, Light::Unknown, Decision::Open));
    let (nothing, decision) = lights(GuardInput::default());
    assert_eq!(nothing.iter().filter(|l| **l == Light::Unknown).count(), 8);
    assert_eq!(decision, Decision::Open);
}

#[test]
fn section_12_contribution_above_zero_holds() {
    let mut w = World::new(1);
    // Profit -12 after 14 of allocated cost: letting go would lose 2.
    w.profit.contribution[0] = 2.0;
    let list = found(&w.input());
    assert_eq!((list.n_hold, list.n_clear), (1, 0));
    let check = list.candidates[0].checks[GuardRail::FixedCost as usize];
    assert_eq!((check.light, check.value, check.limit), (Light::Red, Some(2.0), Some(0.0)));
    assert!(close(list.without_all.change, -2.0) && list.without_released.n_removed == 0);
}

#[test]
fn section_12_market_share_is_cumulative_over_what_is_released() {
    let mut w = World::new(4);
    // 100,000 + 4 x 2,000 revenue: 5 % are 5,400; the second in order is held by a referral.
    for i in 0..4 {
        w.revenue[i] = 2000.0;
        w.profit.contribution[i] = -10.0 + i as f64;
    }
    let mut referrals = w.zeros.clone();
    referrals[1] = 1.0;
    let input = w.input();
    let guard = GuardInput { n_referrals: Some(&referrals), ..input.guard };
    let list = found(&ExitInput { guard, ..input });
    use Decision::{Clear, Hold};
    assert_eq!(list.decision[..4], [Some(Clear), Some(Hold), Some(Clear), Some(Hold)]);
    let share = |i: usize| list.candidates[i].checks[GuardRail::MarketShare as usize];
    assert!(close(share(2).value.unwrap(), 4000.0 / 108_000.0));
    assert_eq!((share(3).light, share(1).light), (Light::Red, Light::Green));
    assert!(close(list.without_released.revenue_share_lost.unwrap(), 4000.0 / 108_000.0));
}

#[test]
fn evidence_stands_out_or_is_none() {
    let w = World::new(2);
    let n = 102;
    let base = w.input();
    let mut contacts = vec![1.0; n];
    contacts[0] = 40.0;
    let late: Vec<Option<f64>> = (0..n).map(|i| (i != 1).then_some(if i == 0 { 0.9 } else { 0.0 })).collect();
    let orders: Vec<Option<f64>> = (0..n).map(|i| Some(if i == 0 { 2.0 } else { 50.0 + i as f64 })).collect();
    let returns: Vec<f64> = (0..n).map(|i| if i == 0 { 0.5 } else { 0.0 }).collect();
    let customized: Vec<bool> = (0..n).map(|i| i == 0).collect();
    let evidence = EvidenceInput {
        late_share: Some(&late),
        n_contacts: Some(&contacts),
        mean_order_value: Some(&orders),
        return_rate: Some(&returns),
        customized: Some(&customized),
    };
    let list = found(&ExitInput { evidence, ..base });
    let first = &list.candidates[0];
    assert_eq!(first.evidence.len(), 5, "{:?}", first.evidence);
    assert!(matches!(first.evidence[1], Evidence::Contacts { per_revenue: Some(r), .. } if close(r, 4.0)));
    assert_eq!(first.steps, [LadderStep::Educate, LadderStep::RaisePrice, LadderStep::CheaperChannel]);
    assert!(close(first.break_even_price_rise.unwrap(), 1.2));
    // The other one: small orders, and as many contacts as others on a hundredth of their revenue.
    assert!(
        list.candidates[1]
            .evidence
            .iter()
            .all(|e| !matches!(e, Evidence::LatePayment { .. } | Evidence::Returns { .. }))
    );
    // All alike: nobody stands out, the whole ladder is open.
    let same = vec![Some(0.3); n];
    let alike =
        EvidenceInput { late_share: Some(&same), mean_order_value: Some(&same), ..Default::default() };
    let list = found(&ExitInput { evidence: alike, ..base });
    assert!(list.candidates.iter().all(|c| c.evidence.is_empty() && c.steps == LadderStep::ALL));
}

#[test]
fn contacts_without_revenue_are_evidence() {
    let mut w = World::new(1);
    w.revenue[0] = 0.0;
    let contacts = vec![2.0; 101];
    let evidence = EvidenceInput { n_contacts: Some(&contacts), ..Default::default() };
    let list = found(&ExitInput { evidence, ..w.input() });
    assert!(matches!(
        list.candidates[0].evidence[..],
        [Evidence::Contacts { per_revenue: None, limit: Some(_) }]
    ));
    assert_eq!(list.candidates[0].break_even_price_rise, None);
}

#[test]
fn section_12_removal_keeps_the_fixed_cost() {
    let p = profit_of(&[100.0, 20.0, 5.0], &[10.0, 30.0, 1.0], &[0.0, 5.0, 9.0]);
    let removal = simulate_removal(&p, &[500.0, 300.0, 200.0], &[1, 2, 1, 77]);
    assert_eq!((removal.n_removed, removal.profit_before), (2, 70.0));
    assert_eq!((removal.gross_lost, removal.cost_avoided, removal.profit_after), (25.0, 31.0, 76.0));
    assert_eq!((removal.change, removal.cost_remaining), (6.0, 14.0));
    assert_eq!((removal.revenue_lost, removal.revenue_share_lost), (500.0, Some(0.5)));
    let nobody = simulate_removal(&p, &[], &[]);
    assert_eq!((nobody.change.abs(), nobody.profit_after, nobody.revenue_share_lost), (0.0, 70.0, None));
}

#[test]
fn nobody_and_short_columns() {
    let p = profit_of(&[], &[], &[]);
    let w = World::new(1);
    let none = ExitInput { exited: &[], profit: &p, ..w.input() };
    let list = found(&none);
    assert_eq!((list.funnel, list.candidates.len()), (Funnel::default(), 0));
    let short =
        ExitInput { revenue: &[], cv: &[], gp: &[f64::NAN], annuity: &[], tenure_months: &[], ..w.input() };
    assert_eq!(found(&short).funnel.n_too_new, 1, "without tenure nobody is old enough");
}

#[test]
fn the_list_is_capped_but_counts_are_not_and_json_keeps_it() {
    let w = World::new(30);
    let settings = ExitSettings { max_listed: 3, ..Default::default() };
    let list = found_with(&w.input(), &settings);
    assert_eq!((list.candidates.len(), list.funnel.n_candidates, list.n_clear), (3, 30, 30));
    let result = ExitCandidates::Found(Box::new(list));
    let back: ExitCandidates = serde_json::from_value(serde_json::to_value(&result).unwrap()).unwrap();
    assert_eq!(back, result);
}

proptest! {
    #[test]
    fn whale_curve_invariants(profit in prop::collection::vec(-1e6_f64..1e6, 0..80), scale in 0.01_f64..100.0) {
        let curve = whale_curve(&profit, 20);
        prop_assert!(curve.peak >= curve.total && curve.peak >= 0.0 && curve.losses <= 0.0);
        prop_assert!(curve.points.iter().all(|p| p.profit <= curve.peak * (1.0 + 1e-12) + 1e-9));
        prop_assert!(curve.points.is_sorted_by(|a, b| a.n_customers < b.n_customers));
        // Concave: the mean profit of the next customers never rises.
        let slope: Vec<f64> = curve.points.windows(2)
            .map(|w| (w[1].profit - w[0].profit) / f64::from(w[1].n_customers - w[0].n_customers)).collect();
        prop_assert!(slope.windows(2).all(|s| s[1] <= s[0] + 1e-6));
        let scaled: Vec<f64> = profit.iter().map(|p| p * scale).collect();
        let other = whale_curve(&scaled, 20);
        prop_assert!((other.peak - curve.peak * scale).abs() <= 1e-9 * other.peak.max(1.0));
        if let (Some(a), Some(b)) = (curve.top_share, other.top_share)
            && curve.total > 1.0
        {
            prop_assert!((a - b).abs() <= 1e-6 * a.abs().max(1.0));
        }
        let mut reversed = profit;
        reversed.reverse();
        prop_assert_eq!(whale_curve(&reversed, 20), curve);
    }

    #[test]
    fn removal_reconciles(rows in prop::collection::vec((-1e4_f64..1e4, 0.0_f64..1e3, 0.0_f64..1e3), 1..40)) {
        let gross: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let avoidable: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let allocated: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let p = profit_of(&gross, &avoidable, &allocated);
        let set: Vec<u32> = (0..rows.len() as u32).step_by(2).collect();
        let r = simulate_removal(&p, &gross, &set);
        let kept: f64 = (0..rows.len()).filter(|i| i % 2 == 1).map(|i| p.profit[i]).sum();
        // What remains: the others' profit less the cost that now falls on them.
        prop_assert!((r.profit_after - (kept - r.cost_remaining)).abs() < 1e-6);
        prop_assert!((r.profit_after - r.profit_before - r.change).abs() < 1e-6);
        prop_assert!(r.cost_remaining >= -1e-6 && r.cost_avoided >= -1e-6);
    }

    #[test]
    fn candidates_are_all_loss_makers_and_order_does_not_matter(
        rows in prop::collection::vec((-50.0_f64..50.0, -50.0_f64..50.0, 0.0_f64..40.0, 0.0_f64..12.0), 1..30),
    ) {
        let run = |rows: &[(f64, f64, f64, f64)]| {
            let n = rows.len();
            let mut w = World::new(n);
            for (i, r) in rows.iter().enumerate() {
                (w.profit.profit[i], w.cv[i], w.gp[i], w.tenure[i]) = *r;
                w.profit.contribution[i] = r.0;
            }
            found(&w.input())
        };
        let list = run(&rows);
        for c in &list.candidates {
            prop_assert!((c.profit < 0.0 || c.cv < 0.0) && c.gp < c.cost_to_fix);
            prop_assert!(rows[c.customer_idx as usize].3 >= 6.0);
        }
        let f = list.funnel;
        prop_assert_eq!(f.n_active, f.n_other_class + f.n_no_loss + f.n_too_new + f.n_building_up + f.n_worth_fixing + f.n_candidates);
        prop_assert_eq!(f.n_candidates, list.n_hold + list.n_open + list.n_clear);
        let mut reversed = rows;
        reversed.reverse();
        let back = run(&reversed);
        prop_assert_eq!(back.funnel, f);
        prop_assert_eq!((back.n_hold, back.n_clear), (list.n_hold, list.n_clear));
    }
}
