//! The whole way from bytes to report, on real files and on the built-in sample.

#![allow(clippy::unwrap_used)]

mod common;

use common::{analyze, data, finite};
use tenure::report::{CustomerPattern, CustomerStage, Report, Settings};
use tenure::sample::{self, SampleLanguage};

/// What must hold for every report: rows and customers add up, and every number is one.
fn reconciles(r: &Report) {
    let q = &r.quality;
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    let n = r.overview.customers;
    let classes: u32 = r.value_matrix.as_ref().unwrap().classes.iter().map(|c| c.customers).sum();
    assert_eq!(classes, n, "the four classes add up to all customers");
    if !r.patterns.is_empty() {
        let patterns: u32 = r.patterns.iter().map(|p| p.customers).sum();
        assert_eq!(patterns, n, "the four patterns and the active add up to all customers");
        let stages: u32 = r.lifecycle.as_ref().unwrap().stages.iter().map(|s| s.customers).sum();
        assert_eq!(stages, n);
    }
    let revenue: f64 = r.customers.revenue.iter().sum();
    assert!((revenue - r.overview.revenue).abs() < 0.005 * f64::from(n).sqrt().max(1.0), "{revenue}");
    assert_eq!(r.overview.active + r.overview.exited, n);
    finite(r);
    let whole = |name: &str, column: &[f64]| {
        assert!(column.is_empty() || column.len() == n as usize, "{name}");
    };
    let t = &r.customers;
    for (name, column) in [
        ("revenue", &t.revenue),
        ("current value", &t.current_value),
        ("growth potential", &t.growth_potential),
        ("p alive", &t.p_alive),
        ("clv", &t.clv),
        ("warning", &t.warning),
        ("confidence", &t.stage_confidence),
    ] {
        whole(name, column);
    }
    assert!(t.p_alive.iter().chain(&t.warning).chain(&t.stage_confidence).all(|p| (0.0..=1.0).contains(p)));
}

fn totals(name: &str, rows: u64, customers: u32, revenue: f64) -> Option<Report> {
    let r = analyze(&data(name)?, &Settings::default());
    reconciles(&r);
    assert_eq!((r.quality.rows_read, r.quality.rows_used), (rows, rows), "{name}");
    assert_eq!(r.overview.customers, customers, "{name}");
    assert_eq!((r.overview.revenue * 100.0).round(), (revenue * 100.0).round(), "{name}");
    Some(r)
}

/// methods.md 23.7, and at most 5 % of the active repeat buyers called declining (23.6).
#[test]
fn cdnow_sample_with_and_without_header() {
    for name in ["cdnow/cdnowElog.csv", "cdnow/CDNOW_sample.txt"] {
        let Some(r) = totals(name, 6_919, 2_357, 244_091.94) else { return };
        let churn = r.churn.as_ref().unwrap();
        let rule = churn.rule.as_ref().unwrap();
        assert_eq!((r.overview.exited, r.overview.alerted, r.overview.one_time), (1_567, 351, 1_218));
        let [amber, red] = rule.one_time_days.unwrap();
        assert!((amber - 198.0).abs() < 0.05 && (red - 376.1).abs() < 0.05, "{amber} {red}");
        assert!((rule.typical_gap_days.unwrap() - 43.29).abs() < 0.005);
        assert!((rule.sigma.unwrap() - 1.2193).abs() < 5e-5);
        let backtest = churn.backtest.as_ref().unwrap();
        assert_eq!((backtest.horizon_days, backtest.flagged), (182, 1_623));
        assert!((backtest.flagged_bought - 0.101).abs() < 5e-4 && (backtest.recall - 0.79).abs() < 5e-3);
        let [declining, repeaters] = r.lifecycle.as_ref().unwrap().declining_repeat;
        println!("{name}: {declining} of {repeaters} active repeat buyers declining");
        assert!(f64::from(declining) <= 0.05 * f64::from(repeaters));
        let abort = r.patterns.iter().find(|p| p.pattern == CustomerPattern::EarlyAbort).unwrap();
        assert!(
            f64::from(abort.customers) > 0.9 * f64::from(r.overview.exited),
            "nearly all exited are pattern I"
        );
        // The whole 18-month log (23.3).
        let model = r.clv_model.as_ref().unwrap();
        assert!((model.log_likelihood.unwrap() + 17_127.37).abs() < 0.01);
        assert!((model.expected_alive.unwrap() - 978.5).abs() < 0.5);
    }
}

#[test]
fn cdnow_master() {
    totals("cdnow/CDNOW_master.txt", 69_659, 23_570, 2_500_315.63);
}

#[test]
fn rfm_orders_of_the_r_package() {
    let Some(r) = totals("rfm-r/rfm_data_orders.csv", 4_906, 995, 464_158.0) else { return };
    let [declining, repeaters] = r.lifecycle.as_ref().unwrap().declining_repeat;
    println!("rfm_data_orders: {declining} of {repeaters} active repeat buyers declining");
    assert!(f64::from(declining) <= 0.05 * f64::from(repeaters));
}

#[test]
fn online_retail_excerpt_sees_no_dropout() {
    let Some(bytes) = data("online-retail/online_retail_excerpt.csv") else { return };
    let r = analyze(&bytes, &Settings::default());
    reconciles(&r);
    assert_eq!((r.quality.rows_read, r.quality.missing_customer, r.overview.customers), (25_991, 958, 270));
    assert!(r.clv_model.as_ref().unwrap().no_dropout);
    assert!(r.lifecycle.as_ref().unwrap().left_truncated > 0);
}

#[test]
fn telco_contracts() {
    let Some(bytes) = data("telco/Telco-Customer-Churn.csv") else { return };
    let r = analyze(&bytes, &Settings::default());
    reconciles(&r);
    let churn = r.churn.as_ref().unwrap();
    assert_eq!((churn.lost, churn.base), (1_869, 7_043));
    assert!((churn.rate.unwrap() - 0.26537).abs() < 5e-6);
    // methods.md 3.8: the risk falls in steps with tenure, so stages and patterns are read off it.
    let stages = &r.lifecycle.as_ref().unwrap().stages;
    println!("Telco: {:?}", stages.iter().map(|s| (s.stage.key(), s.customers)).collect::<Vec<_>>());
    assert_eq!(stages.last().unwrap().customers, 1_869);
    let ended: u32 = r.patterns.iter().take(4).map(|p| p.customers).sum();
    assert_eq!(ended, 1_869);
    let at = |months: f64| churn.survival.iter().rev().find(|p| p.time <= months).unwrap().survival;
    for (months, expected) in [(12.0, 0.843_200), (24.0, 0.788_736), (72.0, 0.592_790)] {
        assert!((at(months) - expected).abs() < 5e-7, "S({months}) = {}", at(months));
    }
}

/// What the worker sends in parts is the same report at the other end, whichever way the parts come.
#[test]
fn a_report_in_parts_is_the_same_when_joined() {
    let mut whole = analyze(&sample::csv(SampleLanguage::English), &Settings::default());
    // These stay with the worker.
    (whole.customers, whole.why) = Default::default();
    let mut joined = whole.clone();
    let parts = joined.split_off();
    assert!(joined.lifecycle.is_none() && joined.value_matrix.is_none(), "sections went with the parts");
    for part in parts.iter().rev() {
        let text = serde_json::to_string(part).unwrap();
        joined.absorb(serde_json::from_str(&text).unwrap());
    }
    assert!(joined == whole, "something changed on the way");
}

/// The whole way with exit, left truncation and period inferred: the generator knows the truth.
#[test]
fn the_sample_finds_what_was_put_in() {
    for language in SampleLanguage::ALL {
        let r = analyze(&sample::csv(language), &Settings::default());
        reconciles(&r);
        assert!(r.overview.profit_from_costs);
        let truth = sample::truth(language);
        let at = |name: &str| r.customers.id.iter().position(|id| id == name);
        let (mut exits, mut stage_hits, mut stage_n, mut pattern_hits, mut pattern_n) = (0, 0, 0, 0, 0);
        let mut confusion = std::collections::BTreeMap::new();
        for t in &truth {
            let Some(i) = at(&t.customer) else { continue };
            let left = r.customers.stage[i] == CustomerStage::Exited;
            exits += usize::from(left == t.exited);
            if !left && !t.exited {
                stage_n += 1;
                let (truly, found) = (format!("{:?}", t.stage), format!("{:?}", r.customers.stage[i]));
                stage_hits += usize::from(truly == found);
                *confusion.entry((truly, found)).or_insert(0) += 1;
            }
            if left && t.exited {
                pattern_n += 1;
                let (truly, found) = (format!("{:?}", t.pattern), format!("{:?}", r.customers.pattern[i]));
                pattern_hits += usize::from(truly == found);
                *confusion.entry((truly, found)).or_insert(0) += 1;
            }
        }
        let share = |hits: usize, n: usize| hits as f64 / n as f64;
        println!(
            "{language:?}: exit {:.3}, stage {:.3} of {stage_n}, pattern {:.3} of {pattern_n}",
            share(exits, truth.len()),
            share(stage_hits, stage_n),
            share(pattern_hits, pattern_n)
        );
        for ((truly, found), n) in confusion {
            println!("  {truly} -> {found}: {n}");
        }
        assert!(share(exits, truth.len()) > 0.9);
        // 3.7: .63 to .73 at 4 to 10 orders a month for stages, .66 to .77 for patterns, with the exit given.
        assert!(share(stage_hits, stage_n) > 0.70);
        assert!(share(pattern_hits, pattern_n) > 0.71);
    }
}
