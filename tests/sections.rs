//! Sections of a report that stand beside the value matrix: what they rest on, that they agree with each other and with
//! the customer table, and what is said where a column is missing.

#![allow(clippy::unwrap_used)]

mod common;

use common::{analyze, data, finite, report_of};
use tenure::customer::{Coded, Contacts, Dataset, Day, Ledger, Payments, RecordedExits, Referrals, Survey};
use tenure::ingest::{self, Mapping};
use tenure::report::{Because, Notice, ReasonKeyword, Report, Section, Settings};
use tenure::sample::{self, SampleLanguage};

fn ledger(bytes: &[u8]) -> Ledger {
    let settings = Settings::default().check().unwrap();
    let table = ingest::read(bytes, 5).unwrap();
    let loaded =
        ingest::load(bytes, &Mapping::from(&table.proposal), &settings.ingest_options(), &mut ingest::silent)
            .unwrap();
    match loaded.dataset {
        Dataset::Transactions(ledger) => ledger,
        Dataset::Contracts(_) => panic!("transactions"),
    }
}

fn missing(r: &Report, section: Section) -> Option<&Because> {
    r.notices.iter().find_map(|n| match n {
        Notice::NotComputed { section: own, because } if *own == section => Some(because),
        _ => None,
    })
}

/// What must agree whatever the file.
fn agrees(r: &Report) {
    finite(r);
    let n = r.overview.customers as usize;
    let t = &r.customers;
    if let Some(clusters) = &r.clusters {
        let sizes: usize = clusters.clusters.iter().map(|c| c.customers).sum();
        assert_eq!(sizes, t.cluster.iter().flatten().count(), "cluster sizes are the labels");
        assert_eq!(t.cluster.len(), n);
    }
    if let Some(tiers) = &r.tiers {
        for row in &tiers.tiers {
            let labelled = t.tier.iter().filter(|label| **label == Some(row.tier)).count();
            assert_eq!(labelled, row.part.customers, "{:?}", row.tier);
        }
    }
    if let Some(growth) = &r.growth {
        let c = &growth.change;
        let parts =
            c.loyalty_expansion + c.loyalty_contraction + c.extension + c.acquisition + c.diversification
                - c.lost.abs();
        assert!((parts - c.change).abs() <= 1e-9 * c.window.abs().max(c.base.abs()).max(1.0), "{c:?}");
        assert!((c.window - c.base - c.change).abs() <= 1e-6 * c.window.abs().max(1.0));
    }
    if let Some(exit) = &r.exit {
        let profit: f64 = t.profit12m.iter().sum();
        assert!(
            (exit.whale.total - profit).abs() <= 1e-6 * profit.abs().max(1.0),
            "the whale ends at total profit"
        );
        assert!(exit.whale.peak >= exit.whale.total);
        let decided = t.exit_decision.iter().flatten().count() as u32;
        assert_eq!(decided, exit.decisions.iter().sum::<u32>());
    }
    if let Some(equity) = &r.equity {
        let total = r.overview.customer_equity.unwrap();
        assert!((equity.customer_equity - total).abs() <= 1e-9 * total.abs().max(1.0));
    }
    if let Some(budget) = &r.retention {
        let expected: f64 = t.expected_loss.iter().sum();
        assert!((budget.expected_loss_total - expected).abs() <= 1e-6 * expected.abs().max(1.0));
        assert!(budget.uncapped.net_gain >= 0.0);
    }
    if let Some(funnel) = &r.funnel {
        for pair in funnel.steps.windows(2) {
            assert!(pair[1].n <= pair[0].n, "a funnel never widens");
        }
    }
    assert_eq!(r.coverage.len(), 10, "ten tasks");
}

#[test]
fn the_sample_lights_up_what_its_columns_carry() {
    for language in SampleLanguage::ALL {
        let r = analyze(&sample::csv(language), &Settings::default());
        agrees(&r);
        let basket = r.basket.as_ref().unwrap();
        println!(
            "{} rules from {} baskets, {} with a next product",
            basket.n_rules, basket.n_baskets, basket.n_with_next
        );
        assert!(
            basket.rules.iter().all(|rule| rule.lift > 1.0 && rule.q <= 0.05 && !rule.consequent.is_empty())
        );
        let model = r.clv_model.as_ref().unwrap();
        let choice = model.choice.as_ref().unwrap();
        println!("{:?} because {:?}", choice.taken, choice.reason);
        assert_eq!(model.comparison.as_ref().unwrap().readings.len(), 3, "all three models were fitted");
        assert!(model.std_errors.iter().flatten().count() >= 3);
        let [low, high] = model.equity_interval.unwrap();
        let equity = r.overview.customer_equity.unwrap();
        assert!(low < equity && equity < high, "{low} {equity} {high}");
        let clusters = r.clusters.as_ref().unwrap();
        println!("{} clusters, stability {:.2}", clusters.k, clusters.stability.mean_adjusted_rand);
        let rules = r.rules.as_ref().unwrap();
        assert!(rules.released.is_some() || missing(&r, Section::RulesReleased).is_some());
        assert!(r.growth.as_ref().unwrap().change.window > 0.0);
        assert!(r.price.is_some() && r.exit.as_ref().unwrap().disabled.is_none());
        // The sample has no invoices, no answers and no reasons, and the report says so.
        for section in [Section::Credit, Section::Reasons] {
            assert!(matches!(missing(&r, section), Some(Because::MissingColumn { .. })), "{section:?}");
        }
    }
}

#[test]
fn cross_buying_counts_once_there_are_rules() {
    let with = analyze(&sample::csv(SampleLanguage::English), &Settings::default());
    let settings = Settings { min_confidence: Some(1.0), min_support: Some(1.0), ..Settings::default() };
    let without = analyze(&sample::csv(SampleLanguage::English), &settings);
    let [_, cross, _] = with.value_matrix.as_ref().unwrap().growth_parts;
    let [up, none, _] = without.value_matrix.as_ref().unwrap().growth_parts;
    println!("cross-buying {cross:.0}, up-buying {up:.0}");
    assert_eq!(none, 0.0);
    if with.basket.as_ref().unwrap().n_rules > 0 {
        assert!(cross > 0.0);
    }
}

/// Side tables made from the sample's own customers: every second pays late, every third complained, every fifth brought
/// somebody, every exited one of the first hundred gave a reason.
#[test]
fn side_tables_light_up_the_rest() {
    let mut ledger = ledger(&sample::csv(SampleLanguage::English));
    let n = ledger.n_customers() as u32;
    let last = ledger.day.iter().max().unwrap().0;
    let customers: Vec<u32> = (0..n).flat_map(|c| [c; 4]).collect();
    let due: Vec<Day> = (0..customers.len()).map(|i| Day(last - 300 + 60 * (i as i32 % 4))).collect();
    ledger.side.payments = Some(Payments {
        paid: due
            .iter()
            .zip(&customers)
            .map(|(d, c)| Some(Day(d.0 + if c % 2 == 0 { 45 } else { -2 })))
            .collect(),
        amount_due: vec![100_000; customers.len()],
        amount_paid: vec![100_000; customers.len()],
        customer: customers,
        invoice: None,
        due,
    });
    let contacted: Vec<u32> = (0..n).filter(|c| c % 3 == 0).collect();
    ledger.side.contacts = Some(Contacts {
        day: vec![Day(last - 20); contacted.len()],
        minutes: Some(vec![30.0; contacted.len()]),
        cost: None,
        is_complaint: Some(vec![true; contacted.len()]),
        is_resolved: Some(vec![true; contacted.len()]),
        customer: contacted,
    });
    let referrers: Vec<u32> = (0..n).filter(|c| c % 5 == 0).collect();
    ledger.side.referrals = Some(Referrals {
        referred: vec![None; referrers.len()],
        day: vec![None; referrers.len()],
        referrer: referrers,
    });
    let answered: Vec<u32> = (0..n.min(60)).flat_map(|c| [c; 4]).collect();
    ledger.side.survey = Some(Survey {
        item: Coded {
            names: ["Trust", "满意度", "Commitment", "Communication"].into_iter().collect(),
            code: (0..answered.len() as u32).map(|i| i % 4).collect(),
        },
        score: (0..answered.len()).map(|i| 1.0 + ((i / 4 + i % 4) % 5) as f64).collect(),
        customer: answered,
    });
    ledger.side.exits = Some(RecordedExits {
        customer: (0..100).collect(),
        day: vec![None; 100],
        reason: Coded {
            names: ["price too high", "服务态度差", "搬家"].into_iter().collect(),
            code: (0..100).map(|i| i % 3).collect(),
        },
    });
    let settings = Settings { cost_per_minute: Some(2.0), ..Settings::default() };
    let r = report_of(Dataset::Transactions(ledger.clone()), &settings);
    agrees(&r);

    let credit = r.credit.as_ref().unwrap();
    assert_eq!(credit.n_invoices, 4 * n);
    assert_eq!(credit.grades.iter().map(|g| g.customers).sum::<u32>(), n);
    let score = |c: usize| r.customers.credit_score[c].unwrap();
    assert!(score(1) > score(0), "who pays on time scores higher: {} {}", score(1), score(0));
    assert_eq!(score(1), 100.0);

    let totals = &r.exit.as_ref().unwrap().totals;
    assert!((totals.contacts - 2.0 * 30.0 * f64::from(n.div_ceil(3))).abs() < 1e-6, "{}", totals.contacts);
    let without = report_of(Dataset::Transactions(ledger), &Settings::default());
    let cost: f64 = without.customers.profit12m[0] - r.customers.profit12m[0];
    assert!((cost - 60.0).abs() < 1e-9);

    let quality = r.relationship.as_ref().unwrap();
    assert!(quality.n_scored >= 60 && quality.alpha.is_some());
    assert!(r.customers.relationship.iter().flatten().all(|s| (0.0..=100.0).contains(s)));

    let reasons = r.churn.as_ref().unwrap().reason_detail.as_ref().unwrap();
    assert_eq!((reasons.n_exits, reasons.n_known), (100, 100));
    let top = &r.churn.as_ref().unwrap().reasons[0];
    assert_eq!((top.n, top.key.text.as_str()), (34, "price too high"));
    assert_eq!(r.customers.exit_kind[1].map(|k| k.number()), Some(2), "bad service is dissatisfaction");

    let word =
        ReasonKeyword { text: "搬家".to_owned(), defection: Some("price".to_owned()), kind: Some(3) };
    let own = Settings { reason_keywords: Some(vec![word]), ..settings };
    let mut again = report_of_side(&r, &own);
    assert_eq!(
        again.customers.exit_kind.remove(2).map(|k| k.number()),
        Some(3),
        "the user's words come first"
    );
}

/// The same reasons under other settings.
fn report_of_side(_: &Report, settings: &Settings) -> Report {
    let mut ledger = ledger(&sample::csv(SampleLanguage::English));
    ledger.side.exits = Some(RecordedExits {
        customer: (0..100).collect(),
        day: vec![None; 100],
        reason: Coded {
            names: ["price too high", "服务态度差", "搬家"].into_iter().collect(),
            code: (0..100).map(|i| i % 3).collect(),
        },
    });
    report_of(Dataset::Transactions(ledger), settings)
}

/// Every choice a setting offers runs and changes what it says it changes.
#[test]
fn settings_reach_the_methods() {
    let file = sample::csv(SampleLanguage::English);
    let with = |settings: Settings| {
        let r = analyze(&file, &settings);
        agrees(&r);
        r
    };
    let base = with(Settings::default());
    for model in ["mbgnbd", "bgnbd", "paretonbd"] {
        let r = with(Settings { btyd_model: Some(model.to_owned()), ..Settings::default() });
        let found = r.clv_model.unwrap();
        assert_eq!(found.model, model);
        assert_eq!(found.params.s.is_some(), model == "paretonbd");
    }
    let r = with(Settings { exit_rule: Some("p-alive".to_owned()), ..Settings::default() });
    assert_eq!(r.churn.as_ref().unwrap().definition, "p-alive");
    assert_ne!(r.overview.exited, base.overview.exited);
    let by_model = r.customers.p_alive.iter().filter(|p| **p < 0.2).count() as u32;
    assert!(r.overview.exited.abs_diff(by_model) <= 2, "{} {by_model}", r.overview.exited);
    let r = with(Settings { exit_share: Some(0.99), ..Settings::default() });
    assert!(r.overview.exited < base.overview.exited, "a later exit threshold finds fewer exits");
    let r = with(Settings { rfm_comparisons: Some([3.0, 5.0, 2.0]), ..Settings::default() });
    let rfm = r.rfm.as_ref().unwrap();
    assert!(rfm.weights[0] > rfm.weights[1] && rfm.comparisons.as_ref().unwrap().accepted);
    for method in ["mixture", "ward"] {
        let r = with(Settings {
            cluster_method: Some(method.to_owned()),
            clusters: Some(4),
            ..Settings::default()
        });
        assert_eq!(r.clusters.unwrap().k, 4);
    }
    let r = with(Settings { retention_budget: Some(100.0), ..Settings::default() });
    assert!(r.retention.unwrap().capped.unwrap().spend <= 100.0);
    let r = with(Settings { rfm_scoring: Some("quantile".to_owned()), ..Settings::default() });
    assert_ne!(r.customers.f_score, base.customers.f_score);
    let r = with(Settings { gross_margin: Some(0.5), level_stability: Some(0.5), ..Settings::default() });
    assert!(r.value_matrix.unwrap().growth_parts[0] < base.value_matrix.as_ref().unwrap().growth_parts[0]);
    let r = with(Settings { growth_window_months: Some(6), ..Settings::default() });
    assert_eq!(r.growth.unwrap().window_months, 6);
}

/// Telco: a contract file whose other columns tell leavers from stayers (methods.md 2.7, 3.8).
#[test]
fn telco_early_warning_snapshot_and_renewals() {
    let Some(bytes) = data("telco/Telco-Customer-Churn.csv") else { return };
    let r = analyze(&bytes, &Settings::default());
    agrees(&r);
    let warning = r.early_warning.as_ref().unwrap();
    let auc = warning.judged.auc.as_ref().unwrap().auc;
    println!("early warning: AUC {auc:.3}, Brier {:.4}", warning.judged.brier.unwrap());
    assert!(auc > 0.75, "{auc}");
    let left_out: Vec<&str> = warning.left_out.iter().map(|l| l.name.as_str()).collect();
    assert!(left_out.contains(&"gender"), "protected attributes are left out: {left_out:?}");
    println!("snapshot: {:?}", r.snapshot.as_ref().unwrap().division);
    println!("renewals: {:?}", r.renewals.as_ref().map(|f| f.model));
    assert!(matches!(missing(&r, Section::Reasons), Some(Because::MissingColumn { .. })));
    assert!(r.retention.as_ref().unwrap().n_eligible == 7_043 - 1_869);
    let admitted = analyze(&bytes, &Settings { protected_attributes: Some(true), ..Settings::default() });
    let names: Vec<String> = admitted.early_warning.unwrap().left_out.into_iter().map(|l| l.name).collect();
    assert!(!names.iter().any(|n| n == "gender"), "{names:?}");
}

/// methods.md 23.7 and 24.1: the whole log of CDNOW; what the last quarter says about the models.
#[test]
fn cdnow_model_card_growth_and_clusters() {
    let Some(bytes) = data("cdnow/cdnowElog.csv") else { return };
    let r = analyze(&bytes, &Settings::default());
    agrees(&r);
    let choice = r.clv_model.as_ref().unwrap().choice.as_ref().unwrap();
    println!("taken {:?} because {:?}", choice.taken, choice.reason);
    for c in &choice.holdout.as_ref().unwrap().candidates {
        println!("  {:?}: predicted {:.1}, error {:+.3}", c.kind, c.predicted, c.error);
    }
    assert_eq!(r.growth.as_ref().unwrap().window_months, 9, "methods.md 17");
    assert!(
        r.basket.is_none() && matches!(missing(&r, Section::Basket), Some(Because::MissingColumn { .. }))
    );
    assert!(matches!(missing(&r, Section::Exit), Some(Because::NoCosts)));
    let agreement = r.churn.as_ref().unwrap().agreement.as_ref().unwrap();
    println!("rule and p(alive): {:?}", agreement.table);
    let rates = r.churn.as_ref().unwrap().rates.as_ref().unwrap();
    for rate in &rates.rates {
        println!(
            "  {:?}: {:.0} / {:.1} = {:?}",
            rate.definition, rate.numerator, rate.denominator, rate.rate
        );
    }
    if let Some(rules) = &r.rules.as_ref().unwrap().leavers {
        println!("leavers: {} rules, AUC {:?}", rules.rules.len(), rules.auc);
    }
}
