//! Baskets, prices and growth on real files: Groceries (`reference-results.md` 1.5), CDNOW, the Online Retail
//! excerpt.
//!
//! The Groceries file (`groceries/groceries.csv`, the 9,835 baskets of R's `arules`, one per line) is not
//! part of the test data everywhere: its test says so where it is missing, on a build server too.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use tenure::analytics::basket::{
    BasketBy, Baskets, Mined, Outcome, Recommender, Rule, RuleOptions, mine, next_products, offers, products,
};
use tenure::analytics::growth::{Business, Growth, growth};
use tenure::analytics::price::{DISCOUNT, median_prices, price_sensitivity, trends};
use tenure::customer::{Dataset, Day, Ledger, Strings};
use tenure::ingest::{self, Mapping, Options};

fn ledger(bytes: &[u8]) -> Ledger {
    let table = ingest::read(bytes, 5).unwrap();
    let mapping = Mapping::from(&table.proposal);
    let loaded = ingest::load(bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap();
    match loaded.dataset {
        Dataset::Transactions(ledger) => ledger,
        Dataset::Contracts(_) => panic!("a ledger"),
    }
}

fn day(iso: &str) -> Day {
    Day::parse_iso(iso).unwrap()
}

fn groceries() -> Option<(Strings, Vec<Vec<u32>>)> {
    let root = std::env::var("TENURE_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let Ok(text) = std::fs::read_to_string(std::path::Path::new(&root).join("groceries/groceries.csv"))
    else {
        println!("ignored: TENURE_DATA ({root}) does not hold groceries/groceries.csv");
        return None;
    };
    // Item names are kept as they are: trimming only some of them makes two products of one.
    let mut codes: BTreeMap<&str, u32> =
        text.lines().flat_map(|line| line.split(',')).map(|name| (name, 0)).collect();
    codes.values_mut().zip(0..).for_each(|(code, i)| *code = i);
    let baskets = text.lines().map(|line| line.split(',').map(|name| codes[name]).collect()).collect();
    Some((codes.keys().collect(), baskets))
}

/// No filter but support and confidence, as the counts of `arules` have it.
fn plain(min_support: f64, min_confidence: f64) -> RuleOptions {
    RuleOptions {
        min_support,
        min_baskets: 1,
        min_confidence,
        max_antecedent: 9,
        lift_above: None,
        max_q: None,
        ..RuleOptions::default()
    }
}

#[test]
fn reference_1_5_groceries_rules() {
    let Some((names, lists)) = groceries() else { return };
    assert_eq!((lists.len(), names.len()), (9835, 169));
    assert_eq!(lists.iter().map(Vec::len).sum::<usize>(), 43_367);
    let baskets = Baskets::from_lists(BasketBy::Order, &lists);
    let count = |support, confidence| mine(&baskets, &names, &plain(support, confidence)).rules().len();
    assert_eq!(count(0.001, 0.6), 2918);
    assert_eq!(count(0.001, 0.8), 410);
    assert_eq!(count(0.006, 0.25), 463);
    let best = mine(&baskets, &names, &plain(0.001, 0.8)).rules()[0].clone();
    let name = |code: &u32| names.get(*code);
    assert_eq!(best.antecedent.iter().map(name).collect::<Vec<_>>(), ["liquor", "red/blush wine"]);
    assert_eq!(name(&best.consequent), "bottled beer");
    assert!((best.lift - 11.235_269).abs() < 5e-7, "{}", best.lift);
}

#[test]
fn groceries_with_the_defaults_of_methods_14() {
    let Some((names, lists)) = groceries() else { return };
    let mined = mine(&Baskets::from_lists(BasketBy::Order, &lists), &names, &RuleOptions::default());
    // Counted by an independent script: sets of two to four in at least 50 baskets, and the rules they allow.
    assert_eq!((mined.n_baskets, mined.min_count, mined.n_tested), (9835, 50, 2050));
    let unfiltered = RuleOptions { max_q: None, ..RuleOptions::default() };
    let all = mine(&Baskets::from_lists(BasketBy::Order, &lists), &names, &unfiltered);
    assert_eq!(all.rules().len(), 864);
    assert!(mined.rules().len() < 864 && mined.rules().iter().all(|r| r.q <= 0.05));
}

#[test]
fn ex_17_cdnow_compares_two_windows_of_nine_months() {
    let Some(bytes) = common::data("cdnow/cdnowElog.csv") else { return };
    let ledger = ledger(&bytes);
    let Growth::Matrix(m) = growth(&ledger, day("1998-06-30"), 0.3, 12) else { panic!() };
    assert_eq!(m.window_months, 9);
    assert_eq!((m.base_from, m.window_from), (day("1997-01-01"), day("1997-10-01")));
    assert_eq!(m.business, Business::NoCategory);
    // Sums by an independent script. Everybody arrived in the first quarter: there is nobody new.
    let cents = |x: f64| (x * 100.0).round() as i64;
    let c = &m.change;
    assert_eq!((cents(c.base), cents(c.window), cents(c.change)), (17_311_555, 7_097_639, -10_213_916));
    assert_eq!((cents(c.lost), c.n_lost), (-8_895_384, 1673));
    assert_eq!((cents(c.loyalty_expansion), cents(c.loyalty_contraction)), (2_158_747, -3_477_279));
    assert_eq!((c.acquisition, c.extension, c.diversification), (0.0, 0.0, 0.0));
    assert_eq!((m.loyalty.n_customers, m.loyalty.share), (684, Some(1.0)));
    assert_eq!((m.acquisition.n_customers, m.extension, m.combination), (0, None, None));
    let parts = c.lost + c.loyalty_expansion + c.loyalty_contraction;
    assert!((parts - c.change).abs() <= 1e-9 * c.change.abs());
}

#[test]
fn online_retail_rules_hold_what_they_say() {
    let Some(bytes) = common::data("online-retail/online_retail_excerpt.csv") else { return };
    let ledger = ledger(&bytes);
    let as_of = ledger.day.iter().copied().max().unwrap();
    let names = &ledger.product.as_ref().unwrap().names;
    let owned = Baskets::of_customers(&ledger, as_of).unwrap();
    let mined = mine(&owned, names, &RuleOptions { min_support: 0.05, ..RuleOptions::default() });
    assert_eq!((mined.by, mined.sampled), (BasketBy::Customer, None));
    assert!(mined.rules().len() > 50, "{:?}", mined.outcome);
    check_counts(&owned, &mined);
    let known = products(&ledger, &owned, as_of, 0.3).unwrap();
    let recommender = Recommender::new(mined.rules(), &owned, names, &known.monthly_profit_per_buyer);
    let next = next_products(&recommender, &owned);
    assert_eq!(next.cross_profit.len(), ledger.n_customers());
    let n_recommended = next.product.iter().flatten().count();
    assert!(n_recommended > 100, "{n_recommended}");
    for c in 0..owned.len() {
        let listed = recommender.recommend(owned.get(c));
        assert_eq!(listed.first().map(|r| r.product), next.product[c]);
        assert!(listed.iter().all(|r| !owned.get(c).contains(&r.product)));
        let total: f64 = listed.iter().map(|r| r.expected_monthly_profit).sum();
        assert!((total - next.cross_profit[c]).abs() < 1e-9);
    }
    assert!(offers(&known, mined.rules(), names).is_empty(), "the file has no categories");
}

/// Counts the strongest rules again, basket by basket.
fn check_counts(baskets: &Baskets, mined: &Mined) {
    let Outcome::Found { rules } = &mined.outcome else { panic!() };
    for rule in rules.iter().take(200) {
        let Rule { antecedent, consequent, .. } = rule;
        let holds_a = |b: &usize| antecedent.iter().all(|p| baskets.get(*b).contains(p));
        let n_a = (0..baskets.len()).filter(holds_a).count() as f64;
        let both = (0..baskets.len()).filter(holds_a).filter(|&b| baskets.get(b).contains(consequent));
        let n_ab = both.count();
        assert_eq!(n_ab as u32, rule.n_baskets);
        assert!((n_ab as f64 / n_a - rule.confidence).abs() < 1e-12);
    }
}

#[test]
fn online_retail_prices() {
    let Some(bytes) = common::data("online-retail/online_retail_excerpt.csv") else { return };
    let ledger = ledger(&bytes);
    let as_of = ledger.day.iter().copied().max().unwrap();
    let product = ledger.product.as_ref().unwrap();
    let median = median_prices(&ledger, as_of).unwrap();
    assert_eq!(median.len(), product.names.len());
    assert!(median.iter().flatten().all(|p| *p > 0.0));
    let found = price_sensitivity(&ledger, as_of, DISCOUNT).unwrap();
    let e = &found.elasticities;
    assert!(e.slope.len() >= 10, "{:?}", found.not_estimated);
    let numbers = [&e.slope, &e.se, &e.shrunk];
    assert!(numbers.iter().all(|column| column.len() == e.customer.len()));
    assert!(numbers.iter().all(|column| column.iter().all(|x| x.is_finite())));
    // A wholesaler with quantity discounts: more is bought where the unit is cheaper.
    let pooled = found.pooled.unwrap();
    assert!(pooled.mean < 0.0 && pooled.interval[1] < 0.0, "{pooled:?}");
    let share = found.discount_share.unwrap();
    assert!((0.0..=1.0).contains(&share));
    assert!(found.discount_dependence.iter().flatten().all(|d| (0.0..=1.0).contains(d)));
    let trends = trends(&ledger, product, as_of, 20).unwrap();
    assert_eq!(trends.lines.len(), 20);
    assert!(trends.lines.windows(2).all(|w| w[0].revenue >= w[1].revenue));
}
