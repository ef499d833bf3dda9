//! What is bought together, what the next product of each customer is, how they answer to prices, and from which
//! customers and which business growth comes.

use serde::{Deserialize, Serialize};

use super::Section;
use super::settings::ValidSettings;
use super::{Because, Notice};
use crate::analytics::basket::{
    self, BasketBy, Baskets, NextProducts, NoRules, OfferKind, Outcome, Recommender, RuleOptions, Sampled,
};
use crate::analytics::growth::{self, Growth};
use crate::analytics::price::{
    self, MonthEffects, NotEstimated, PooledElasticity, PriceSensitivity, Promotion, Reference, Response,
    Trend,
};
use crate::customer::{Coded, Day, Ledger};

/// Most rules and offers in a report; the counts are of all.
const MAX_RULES: usize = 200;
const MAX_OFFERS: usize = 50;
/// Most products and channels with a trend of their own.
const MAX_TRENDS: usize = 20;

/// What is bought together (methods.md 14).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Basket {
    /// What a basket is.
    pub by: BasketBy,
    /// Baskets looked at.
    pub n_baskets: u32,
    /// Present where these are a sample.
    pub sampled: Option<Sampled>,
    /// Products that occur.
    pub n_products: u32,
    /// Products looked at, the most frequent.
    pub n_products_used: u32,
    /// Rules found.
    pub n_rules: u32,
    /// Rules tested; q-values account for all of them.
    pub n_tested: u32,
    /// Whether there were more frequent sets than can be kept, so that rules of many products are missing.
    pub cut_short: bool,
    /// The first rules by lift.
    pub rules: Vec<BasketRule>,
    /// Why there are none.
    pub no_rules: Option<NoRules>,
    /// Active customers with a next product.
    pub n_with_next: u32,
    /// Expected profit of those products per month, money.
    pub expected_monthly_profit: f64,
    /// Products to put beside another.
    pub offers: Vec<ProductOffer>,
}

/// A rule, its products by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BasketRule {
    /// Who buys all of these ...
    pub antecedent: Vec<String>,
    /// ... also buys this.
    pub consequent: String,
    /// Baskets that hold all of them.
    pub n_baskets: u32,
    /// Their share of all baskets.
    pub support: f64,
    /// Share of the baskets with the antecedent that hold the consequent.
    pub confidence: f64,
    /// How many times as often as in all baskets.
    pub lift: f64,
    /// Share of baskets beyond what independence would give.
    pub leverage: f64,
    /// Absent where the rule has no exception.
    pub conviction: Option<f64>,
    /// Chi-squared with one degree of freedom.
    pub chi2: f64,
    /// False discovery rate at which it is found.
    pub q: f64,
}

/// A product to offer beside, or instead of, another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductOffer {
    /// Product bought.
    pub product: String,
    /// Product offered.
    pub offer: String,
    /// Their median prices, money.
    pub price: [f64; 2],
    /// Bundle or up-sell.
    pub kind: OfferKind,
}

/// How customers answer to prices (methods.md 15). An association, not an effect: prices were not set at random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    /// Share of all spend at a discount.
    pub discount_share: Option<f64>,
    /// What a discount is measured from.
    pub reference: Reference,
    /// Mean elasticity over the customers it could be estimated for.
    pub pooled: Option<PooledElasticity>,
    /// Whether month effects were removed.
    pub month_effects: MonthEffects,
    /// Customers without an elasticity, by reason.
    pub not_estimated: NotEstimated,
    /// Customers whose quantity answers strongly.
    pub n_elastic: u32,
    /// Customers whose quantity answers weakly.
    pub n_inelastic: u32,
    /// Customers who seem to buy more at higher prices: likely confounded.
    pub n_implausible: u32,
    /// Trends of the largest products.
    pub products: Vec<NamedTrend>,
    /// Trends of the channels.
    pub channels: Vec<NamedTrend>,
    /// Sales before, during and after each promotion.
    pub promotions: Vec<NamedPromotion>,
}

/// A promotion by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedPromotion {
    /// Promotion.
    pub name: String,
    /// What was sold around it; an association, not an effect.
    #[serde(flatten)]
    pub sales: Promotion,
}

/// Volume and price of a product or channel over the last months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedTrend {
    /// Product or channel.
    pub name: String,
    /// Months with sales.
    pub n_months: u32,
    /// Revenue, money.
    pub revenue: f64,
    /// Units per month.
    pub units_per_month: f64,
    /// Mean price, money.
    pub price: Option<f64>,
    /// Trend of units.
    pub volume_trend: Option<Trend>,
    /// Trend of the price.
    pub price_trend: Option<Trend>,
}

/// Results about products before they are arranged.
#[derive(Default)]
pub(super) struct Products {
    pub basket: Option<Basket>,
    pub next: Option<NextProducts>,
    pub price: Option<Price>,
    pub sensitivity: Option<PriceSensitivity>,
    /// Products a customer ever bought.
    pub n_owned: Option<Vec<f64>>,
}

/// Rules, next products and prices; what rests on a column the file lacks is left out, and said.
pub(super) fn products(
    ledger: &Ledger,
    as_of: Day,
    exited: &[bool],
    margin: f64,
    settings: &ValidSettings,
    notices: &mut Vec<Notice>,
) -> Products {
    let mut out = Products::default();
    let Some(names) = &ledger.product else {
        for section in [Section::Basket, Section::Price] {
            let because = Because::MissingColumn { role: "product".to_owned() };
            notices.push(Notice::NotComputed { section, because });
        }
        return out;
    };
    if let Some(owned) = Baskets::of_customers(ledger, as_of) {
        out.n_owned = Some((0..owned.len()).map(|c| owned.get(c).len() as f64).collect());
        rules(ledger, names, &owned, as_of, exited, margin, settings, &mut out);
    }
    out.sensitivity = price::price_sensitivity(ledger, as_of, settings.discount_share);
    match &out.sensitivity {
        Some(found) => out.price = Some(arrange_price(ledger, as_of, found)),
        None => {
            let because = Because::MissingColumn { role: "quantity".to_owned() };
            notices.push(Notice::NotComputed { section: Section::Price, because });
        }
    }
    out
}

#[allow(clippy::too_many_arguments)]
fn rules(
    ledger: &Ledger,
    names: &Coded,
    owned: &Baskets,
    as_of: Day,
    exited: &[bool],
    margin: f64,
    settings: &ValidSettings,
    out: &mut Products,
) {
    let options = RuleOptions {
        min_support: settings.min_support,
        min_confidence: settings.min_confidence,
        max_q: Some(settings.max_false_discovery),
        ..RuleOptions::default()
    };
    let baskets = if settings.basket_by_customer { None } else { Baskets::of_orders(ledger, as_of) };
    let mined = basket::mine(baskets.as_ref().unwrap_or(owned), &names.names, &options);
    let found = mined.rules();
    let product = |code: u32| names.names.get(code).to_owned();
    let mut section = Basket {
        by: mined.by,
        n_baskets: mined.n_baskets,
        sampled: mined.sampled,
        n_products: mined.n_products,
        n_products_used: mined.n_products_used,
        n_rules: found.len() as u32,
        n_tested: mined.n_tested,
        cut_short: mined.cut_short,
        rules: found
            .iter()
            .take(MAX_RULES)
            .map(|r| BasketRule {
                antecedent: r.antecedent.iter().map(|&code| product(code)).collect(),
                consequent: product(r.consequent),
                n_baskets: r.n_baskets,
                support: r.support,
                confidence: r.confidence,
                lift: r.lift,
                leverage: r.leverage,
                conviction: r.conviction,
                chi2: r.chi2,
                q: r.q,
            })
            .collect(),
        no_rules: match &mined.outcome {
            Outcome::Found { .. } => None,
            Outcome::NoRules { because } => Some(*because),
        },
        n_with_next: 0,
        expected_monthly_profit: 0.0,
        offers: Vec::new(),
    };
    if let Some(info) = basket::products(ledger, owned, as_of, margin) {
        let recommender = Recommender::new(found, owned, &names.names, &info.monthly_profit_per_buyer);
        let next = basket::next_products(&recommender, owned);
        let active = |c: &usize| !exited[*c] && next.product[*c].is_some();
        section.n_with_next = (0..exited.len()).filter(active).count() as u32;
        section.expected_monthly_profit =
            (0..exited.len()).filter(active).map(|c| next.expected_monthly_profit[c]).sum();
        section.offers = basket::offers(&info, found, &names.names)
            .into_iter()
            .take(MAX_OFFERS)
            .map(|o| ProductOffer {
                product: product(o.product),
                offer: product(o.offer),
                price: o.price,
                kind: o.kind,
            })
            .collect();
        out.next = Some(next);
    }
    out.basket = Some(section);
}

fn arrange_price(ledger: &Ledger, as_of: Day, found: &PriceSensitivity) -> Price {
    let named = |column: &Option<Coded>| -> Vec<NamedTrend> {
        let Some(column) = column else { return Vec::new() };
        let trends = price::trends(ledger, column, as_of, MAX_TRENDS);
        let lines = trends.map(|t| t.lines).unwrap_or_default();
        lines
            .into_iter()
            .map(|line| NamedTrend {
                name: column.names.get(line.code).to_owned(),
                n_months: line.n_months,
                revenue: line.revenue,
                units_per_month: line.units_per_month,
                price: line.price,
                volume_trend: line.volume_trend,
                price_trend: line.price_trend,
            })
            .collect()
    };
    Price {
        discount_share: found.discount_share,
        reference: found.reference,
        pooled: found.pooled,
        month_effects: found.month_effects,
        not_estimated: found.not_estimated,
        n_elastic: found.n_elastic,
        n_inelastic: found.n_inelastic,
        n_implausible: found.n_implausible,
        products: named(&ledger.product),
        channels: named(&ledger.channel),
        promotions: promotions(ledger, as_of),
    }
}

fn promotions(ledger: &Ledger, as_of: Day) -> Vec<NamedPromotion> {
    let Some(column) = &ledger.promotion else { return Vec::new() };
    let found = price::promotions(ledger, as_of).map(|p| p.promotions).unwrap_or_default();
    let named =
        |sales: Promotion| NamedPromotion { name: column.names.get(sales.promotion).to_owned(), sales };
    found.into_iter().map(named).collect()
}

/// Shrunk elasticity of every customer, where it could be estimated and is plausible.
pub(super) fn elasticities(sensitivity: Option<&PriceSensitivity>, n: usize) -> Vec<Option<f64>> {
    let mut out = vec![None; n];
    if let Some(found) = sensitivity {
        let e = &found.elasticities;
        for (i, &customer) in e.customer.iter().enumerate() {
            if let (Some(slot), true) =
                (out.get_mut(customer as usize), e.response[i] != Response::Implausible)
            {
                *slot = Some(e.shrunk[i]);
            }
        }
    }
    out
}

/// The growth matrix (methods.md 17), or that the file is too short for it.
pub(super) fn growth_matrix(
    ledger: &Ledger,
    as_of: Day,
    margin: f64,
    settings: &ValidSettings,
    notices: &mut Vec<Notice>,
) -> Option<growth::GrowthMatrix> {
    match growth::growth(ledger, as_of, margin, settings.growth_window_months) {
        Growth::Matrix(matrix) => Some(*matrix),
        Growth::TooShort { months } => {
            let because = Because::TooShort { months, needed: 2 };
            notices.push(Notice::NotComputed { section: Section::Growth, because });
            None
        }
    }
}
