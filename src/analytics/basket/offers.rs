//! What is known of each product, and the dearer product of the same category it could be followed by.

use super::{Baskets, Rule};
use crate::analytics::churn::months_before;
use crate::analytics::price::median_prices;
use crate::analytics::survival::DAYS_PER_MONTH;
use crate::analytics::value_matrix::monthly_rate;
use crate::customer::{Coded, Day, Ledger, Strings, compare_names};
use crate::math::{quantile_sorted, sort};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest priced products of a category that have quartiles.
const MIN_IN_CATEGORY: usize = 4;

/// What is known of each product; columns by product code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Products {
    /// Customers who ever bought it.
    pub n_buyers: Vec<u32>,
    /// Profit per month over the last 12 months (or since its first sale, at least 3) and per customer who
    /// bought it in them, money; 0 without such a customer.
    pub monthly_profit_per_buyer: Vec<f64>,
    /// Median unit price, money, where the file has quantities.
    pub price: Vec<Option<f64>>,
    /// The category it is most often sold in.
    pub category: Vec<Option<u32>>,
}

/// Describes the products as of a day; `None` without a product column. Profit is amount less cost, or amount
/// x `margin` where the file has no costs; `owned` are the baskets of [`Baskets::of_customers`].
#[must_use]
pub fn products(ledger: &Ledger, owned: &Baskets, as_of: Day, margin: f64) -> Option<Products> {
    let product = ledger.product.as_ref()?;
    let n = product.names.len();
    let mut n_buyers = vec![0_u32; n];
    owned.product.iter().for_each(|&code| n_buyers[code as usize] += 1);
    Some(Products {
        n_buyers,
        monthly_profit_per_buyer: monthly_profit(ledger, product, as_of, margin),
        price: median_prices(ledger, as_of).unwrap_or_else(|| vec![None; n]),
        category: categories(ledger, product, as_of),
    })
}

fn monthly_profit(ledger: &Ledger, product: &Coded, as_of: Day, margin: f64) -> Vec<f64> {
    let n = product.names.len();
    let from = months_before(as_of, 12);
    let (mut net, mut cost) = (vec![0_i128; n], vec![0_i128; n]);
    let mut first = vec![Day(i32::MAX); n];
    let mut buyers = Vec::new();
    for (row, &code) in product.code.iter().enumerate() {
        let day = ledger.day[row];
        if code == Coded::MISSING || day > as_of {
            continue;
        }
        let p = code as usize;
        first[p] = first[p].min(day);
        if day > from {
            net[p] += i128::from(ledger.amount[row]);
            cost[p] += ledger.cost.as_ref().map_or(0, |c| i128::from(c[row]));
            if !ledger.is_return[row] {
                buyers.push(u64::from(code) << 32 | u64::from(ledger.customer[row]));
            }
        }
    }
    buyers.sort_unstable();
    buyers.dedup();
    let mut n_buyers = vec![0_u32; n];
    buyers.iter().for_each(|key| n_buyers[(key >> 32) as usize] += 1);
    let profit = |p: usize| match &ledger.cost {
        Some(_) => ledger.scale.to_f64(net[p] - cost[p]),
        None => ledger.scale.to_f64(net[p]) * margin,
    };
    (0..n)
        .map(|p| match n_buyers[p] {
            0 => 0.0,
            k => {
                let months = (f64::from(as_of.0) - f64::from(first[p].0)) / DAYS_PER_MONTH;
                monthly_rate(profit(p), months) / f64::from(k)
            }
        })
        .collect()
}

/// The most frequent category of each product; ties by name.
fn categories(ledger: &Ledger, product: &Coded, as_of: Day) -> Vec<Option<u32>> {
    let mut out = vec![None; product.names.len()];
    let Some(category) = &ledger.category else { return out };
    let codes = product.code.iter().zip(&category.code).zip(&ledger.day);
    let mut keys: Vec<u64> = codes
        .filter(|&((&p, &c), &day)| p != Coded::MISSING && c != Coded::MISSING && day <= as_of)
        .map(|((&p, &c), _)| u64::from(p) << 32 | u64::from(c))
        .collect();
    keys.sort_unstable();
    let mut most = vec![0; out.len()];
    for same in keys.chunk_by(|a, b| a == b) {
        let (p, c) = ((same[0] >> 32) as usize, same[0] as u32);
        let better_name = |b: u32| compare_names(category.names.get(c), category.names.get(b)).is_lt();
        if same.len() > most[p] || same.len() == most[p] && out[p].is_some_and(better_name) {
            (out[p], most[p]) = (Some(c), same.len());
        }
    }
    out
}

/// Why a dearer product of the same category is offered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum OfferKind {
    /// A rule leads from one to the other: offer both together.
    Bundle {
        /// Confidence of the rule.
        confidence: f64,
    },
    /// No rule does: offer the one most customers buy.
    UpSell,
}

/// A dearer product to follow one that was bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// Product code.
    pub product: u32,
    /// The product offered.
    pub offer: u32,
    /// Median unit prices of both, money.
    pub price: [f64; 2],
    /// Price quartiles of both in their category, 1..=4, rising.
    pub quartile: [u8; 2],
    /// Why this one.
    pub kind: OfferKind,
}

/// For every product the one of its category to offer: from a higher price quartile, the one a rule leads to
/// with the highest confidence, else the one with the most buyers. By names of the products; empty without
/// categories or prices, or where no category has four priced products.
#[must_use]
pub fn offers(products: &Products, rules: &[Rule], names: &Strings) -> Vec<Offer> {
    let by_name = |a: u32, b: u32| compare_names(names.get(a), names.get(b)).then(a.cmp(&b));
    let buyers = |code: u32| products.n_buyers.get(code as usize).copied().unwrap_or(0);
    let mut leads: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| rule.lift > 1.0) {
        if let [a] = rule.antecedent[..] {
            leads.entry(a).or_default().push((rule.consequent, rule.confidence));
        }
    }
    let mut out = Vec::new();
    for shelf in shelves(products) {
        // The favorite among the products of each quartile and above.
        let favorite: [Option<&Priced>; 5] = std::array::from_fn(|quartile| {
            let dearer = shelf.values().filter(|p| usize::from(p.quartile) >= quartile);
            dearer.max_by(|x, y| buyers(x.code).cmp(&buyers(y.code)).then_with(|| by_name(y.code, x.code)))
        });
        for from in shelf.values() {
            let led = leads.get(&from.code).into_iter().flatten().filter_map(|&(b, confidence)| {
                shelf.get(&b).filter(|to| to.quartile > from.quartile).map(|to| (to, confidence))
            });
            let led = led.max_by(|x, y| x.1.total_cmp(&y.1).then_with(|| by_name(y.0.code, x.0.code)));
            let favorite = favorite.get(usize::from(from.quartile) + 1).copied().flatten();
            let (to, kind) = match (led, favorite) {
                (Some((to, confidence)), _) => (to, OfferKind::Bundle { confidence }),
                (None, Some(to)) => (to, OfferKind::UpSell),
                (None, None) => continue,
            };
            out.push(Offer {
                product: from.code,
                offer: to.code,
                price: [from.price, to.price],
                quartile: [from.quartile, to.quartile],
                kind,
            });
        }
    }
    out.sort_by(|a, b| by_name(a.product, b.product));
    out
}

struct Priced {
    code: u32,
    price: f64,
    /// In its category, 1..=4.
    quartile: u8,
}

/// Priced products of each category, by code.
fn shelves(products: &Products) -> Vec<BTreeMap<u32, Priced>> {
    let mut by_category: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    for ((code, category), price) in (0..).zip(&products.category).zip(&products.price) {
        if let (Some(category), Some(price)) = (category, price) {
            by_category.entry(*category).or_default().push((code, *price));
        }
    }
    let shelf = |members: Vec<(u32, f64)>| {
        let mut prices: Vec<f64> = members.iter().map(|m| m.1).collect();
        sort(&mut prices);
        let cuts = [0.25, 0.5, 0.75].map(|p| quantile_sorted(&prices, p));
        let quartile = |price: f64| 1 + cuts.iter().filter(|&&cut| price > cut).count() as u8;
        let priced = |(code, price)| (code, Priced { code, price, quartile: quartile(price) });
        members.into_iter().map(priced).collect()
    };
    by_category.into_values().filter(|m| m.len() >= MIN_IN_CATEGORY).map(shelf).collect()
}
