//! Who is this customer, and what could the data say that they do not say yet?
//!
//! **7P**: seven views of one customer, each a list of facts (a kind and its numbers) from results that exist already:
//! profiling (groups, credit), persistency (state, silence, stage), profitability, performance (spend, volume and
//! price, by product and channel: [`performance`](fn@performance)), prospecting (chance to be alive, value,
//! potential), product (range, next product), promotion (discounts; promotions themselves are a matter of the whole
//! file, [`super::price::promotions`]). A view names the columns that would light it up.
//!
//! **10C**: what a file allows to do. An area needs columns, some of which may replace one another; it is available when
//! every need is met, partly when some are, missing when none is ([`coverage`](fn@coverage)).
//!
//! Symbols: money in the currency unit; shares and probabilities 0..=1; `percentile` = share of customers with less,
//! plus half of those with as much, 0..=1. The texts of facts, areas and care steps belong to the reader's language.
//! Source: methods.md 18 (7P, 10C and the churn-prevention kit of the customer relationship literature).
//!
//! Degenerate cases: a customer out of range has views without facts; a number that is not finite is no fact.
//!
//! ```
//! use tenure::analytics::profile::{Availability, DataRole, TenC, coverage};
//! let rows = coverage(&[DataRole::Customer, DataRole::Date, DataRole::Amount]);
//! let of = |area: TenC| rows.iter().find(|r| r.area == area).unwrap();
//! assert_eq!(of(TenC::Segmentation).state, Availability::Available); // methods.md 18: needs no more than a ledger
//! assert_eq!(of(TenC::Satisfaction).state, Availability::Missing);
//! ```

mod coverage;
mod performance;

pub use coverage::{
    Availability, Care, CarePhase, CareStep, CoverageRow, DataRole, Need, TenC, care_kit, coverage,
};
pub use performance::{CustomerRows, Performance, Trend, performance};

use super::churn::State;
use super::credit::{Grade, Rating};
use super::rfm::Group;
use super::stage::Stage;
use super::value_matrix::ValueClass;
use serde::{Deserialize, Serialize};

/// One of the seven views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SevenP {
    /// To which groups does the customer belong?
    Profiling,
    /// Will the customer stay?
    Persistency,
    /// What does the customer bring?
    Profitability,
    /// How do purchases develop?
    Performance,
    /// What can be expected?
    Prospecting,
    /// Which products, and which next?
    Product,
    /// What do offers do?
    Promotion,
}

impl SevenP {
    /// All views in order.
    pub const ALL: [Self; 7] = [
        Self::Profiling,
        Self::Persistency,
        Self::Profitability,
        Self::Performance,
        Self::Prospecting,
        Self::Product,
        Self::Promotion,
    ];

    /// What lights the view up.
    #[must_use]
    pub fn needs(self) -> &'static [Need] {
        use DataRole as R;
        match self {
            Self::Profiling => &[&[R::Amount, R::MonthlyCharge], &[R::Segment], &[R::Payments]],
            Self::Persistency => &[&[R::Date, R::Churned]],
            Self::Profitability => &[&[R::Amount, R::MonthlyCharge], &[R::Cost], &[R::ContactCost]],
            Self::Performance => &[&[R::Amount], &[R::Quantity], &[R::Product, R::Category], &[R::Channel]],
            Self::Prospecting => &[&[R::Date, R::Churned], &[R::Wallet]],
            Self::Product => &[&[R::Product, R::Category]],
            Self::Promotion => &[&[R::Promo], &[R::ListPrice]],
        }
    }
}

/// Something known about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fact {
    /// Group by recency, frequency and money.
    RfmGroup {
        /// The group.
        group: Group,
    },
    /// Class of the value matrix.
    Class {
        /// The class.
        class: ValueClass,
    },
    /// Cluster.
    Cluster {
        /// Which.
        cluster_idx: u32,
    },
    /// The file's own segment.
    Segment {
        /// Which.
        segment_idx: u32,
    },
    /// Credit.
    Credit {
        /// 0..=100.
        score: f64,
        /// Its grade.
        grade: Grade,
    },
    /// State by the rule of silence.
    State {
        /// The state.
        state: State,
    },
    /// Silence against the customer's own rhythm.
    Silence {
        /// Days since the last order.
        days: f64,
        /// Days from which it is unusual.
        amber_days: f64,
        /// Days from which the customer counts as lost.
        red_days: f64,
    },
    /// Stage of the relationship.
    Stage {
        /// The stage.
        stage: Stage,
        /// Its probability.
        confidence: f64,
    },
    /// Profit of the last 12 months.
    Profit {
        /// Money.
        money: f64,
        /// Among all customers.
        percentile: f64,
    },
    /// Cost to serve against revenue.
    CostToServe {
        /// Share; above 1 where serving costs more than the sales bring.
        share: f64,
    },
    /// A line of [`Performance`]: everything, or one product or channel.
    Development {
        /// What it is about.
        of: DevelopmentOf,
        /// Money and units before and recently.
        trend: Trend,
    },
    /// Chance that the customer is still one.
    Alive {
        /// Probability.
        p: f64,
    },
    /// Orders expected over the horizon.
    ExpectedOrders {
        /// How many.
        n: f64,
    },
    /// Lifetime value.
    Clv {
        /// Money.
        money: f64,
    },
    /// Growth potential.
    Potential {
        /// Money.
        money: f64,
    },
    /// Range of products bought.
    Products {
        /// How many different ones.
        n: u32,
    },
    /// The product to offer next.
    NextProduct {
        /// Which.
        product_idx: u32,
        /// Share of comparable customers who bought it.
        confidence: f64,
    },
    /// Spend at a discount.
    Discount {
        /// Share of spend.
        share: f64,
    },
    /// Spend within promotions.
    PromotedSpend {
        /// Share of spend.
        share: f64,
    },
}

/// What a line of development is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DevelopmentOf {
    /// All purchases.
    All,
    /// One product.
    Product,
    /// One channel.
    Channel,
}

/// One view of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfilePart {
    /// Which view.
    pub view: SevenP,
    /// What is known; empty: nothing.
    pub facts: Vec<Fact>,
    /// Columns that would add to it; each entry lists columns of which one is enough.
    pub missing: Vec<Vec<DataRole>>,
}

/// Results by customer, those that exist; columns with one entry per customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProfileInput<'a> {
    /// Columns that the data have.
    pub roles: &'a [DataRole],
    /// Group by recency, frequency and money.
    pub rfm_group: Option<&'a [Option<Group>]>,
    /// Class of the value matrix.
    pub class: Option<&'a [ValueClass]>,
    /// Cluster.
    pub cluster_idx: Option<&'a [Option<u32>]>,
    /// The file's own segment.
    pub segment_idx: Option<&'a [Option<u32>]>,
    /// Credit.
    pub credit: Option<&'a [Option<Rating>]>,
    /// State by the rule of silence.
    pub state: Option<&'a [State]>,
    /// Silence, amber and red, days.
    pub silence: Option<&'a [[f64; 3]]>,
    /// Stage and its probability.
    pub stage: Option<&'a [Option<(Stage, f64)>]>,
    /// Profit of the last 12 months, money.
    pub profit: Option<&'a [f64]>,
    /// Cost to serve / revenue.
    pub cost_share: Option<&'a [Option<f64>]>,
    /// Chance to be alive.
    pub p_alive: Option<&'a [Option<f64>]>,
    /// Orders expected over the horizon.
    pub expected_orders: Option<&'a [f64]>,
    /// Lifetime value, money.
    pub clv: Option<&'a [f64]>,
    /// Growth potential, money.
    pub potential: Option<&'a [f64]>,
    /// Different products bought.
    pub n_products: Option<&'a [u32]>,
    /// Next product and its confidence.
    pub next_product: Option<&'a [Option<(u32, f64)>]>,
    /// Spend at a discount / spend.
    pub discount_share: Option<&'a [Option<f64>]>,
    /// Spend within promotions / spend.
    pub promoted_share: Option<&'a [Option<f64>]>,
}

/// Value of a customer in a column that may not exist or be too short.
fn at<T: Copy>(column: Option<&[T]>, customer: usize) -> Option<T> {
    column.and_then(|c| c.get(customer)).copied()
}

fn finite(v: f64) -> Option<f64> {
    v.is_finite().then_some(v)
}

/// The seven views of a customer. `performance` is that customer's own, where the purchases are at hand.
#[must_use]
pub fn profile(input: &ProfileInput, customer: usize, performance: Option<&Performance>) -> Vec<ProfilePart> {
    let part = |view: SevenP| ProfilePart {
        view,
        facts: match view {
            SevenP::Profiling => profiling(input, customer),
            SevenP::Persistency => persistency(input, customer),
            SevenP::Profitability => profitability(input, customer),
            SevenP::Performance => performance.map_or_else(Vec::new, Performance::facts),
            SevenP::Prospecting => prospecting(input, customer),
            SevenP::Product => product(input, customer),
            SevenP::Promotion => promotion_facts(input, customer),
        },
        missing: coverage::unmet(view.needs(), input.roles),
    };
    SevenP::ALL.into_iter().map(part).collect()
}

fn profiling(input: &ProfileInput, c: usize) -> Vec<Fact> {
    let credit = at(input.credit, c).flatten();
    [
        at(input.rfm_group, c).flatten().map(|group| Fact::RfmGroup { group }),
        at(input.class, c).map(|class| Fact::Class { class }),
        at(input.cluster_idx, c).flatten().map(|cluster_idx| Fact::Cluster { cluster_idx }),
        at(input.segment_idx, c).flatten().map(|segment_idx| Fact::Segment { segment_idx }),
        credit.map(|r| Fact::Credit { score: r.score, grade: r.grade }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn persistency(input: &ProfileInput, c: usize) -> Vec<Fact> {
    let silence = at(input.silence, c).filter(|s| s.iter().all(|d| d.is_finite()));
    [
        at(input.state, c).map(|state| Fact::State { state }),
        silence.map(|[days, amber_days, red_days]| Fact::Silence { days, amber_days, red_days }),
        at(input.stage, c).flatten().map(|(stage, confidence)| Fact::Stage { stage, confidence }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn profitability(input: &ProfileInput, c: usize) -> Vec<Fact> {
    let profit = at(input.profit, c).and_then(finite).map(|money| {
        let all = input.profit.unwrap_or_default();
        let (less, equal) = all.iter().fold((0.0, 0.0), |(l, e), &p| {
            (l + f64::from(u8::from(p < money)), e + f64::from(u8::from(p == money)))
        });
        Fact::Profit { money, percentile: (less + equal / 2.0) / all.len() as f64 }
    });
    let cost = at(input.cost_share, c).flatten().and_then(finite).map(|share| Fact::CostToServe { share });
    profit.into_iter().chain(cost).collect()
}

fn prospecting(input: &ProfileInput, c: usize) -> Vec<Fact> {
    [
        at(input.p_alive, c).flatten().and_then(finite).map(|p| Fact::Alive { p }),
        at(input.expected_orders, c).and_then(finite).map(|n| Fact::ExpectedOrders { n }),
        at(input.clv, c).and_then(finite).map(|money| Fact::Clv { money }),
        at(input.potential, c).and_then(finite).map(|money| Fact::Potential { money }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn product(input: &ProfileInput, c: usize) -> Vec<Fact> {
    let next = at(input.next_product, c).flatten();
    let next = next.map(|(product_idx, confidence)| Fact::NextProduct { product_idx, confidence });
    at(input.n_products, c).map(|n| Fact::Products { n }).into_iter().chain(next).collect()
}

fn promotion_facts(input: &ProfileInput, c: usize) -> Vec<Fact> {
    let discount = at(input.discount_share, c).flatten().and_then(finite);
    let promoted = at(input.promoted_share, c).flatten().and_then(finite);
    let discount = discount.map(|share| Fact::Discount { share });
    discount.into_iter().chain(promoted.map(|share| Fact::PromotedSpend { share })).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn methods_18_seven_views_with_what_is_missing() {
        let profit = [10.0, -5.0, 10.0, 30.0];
        let input = ProfileInput {
            roles: &[DataRole::Customer, DataRole::Date, DataRole::Amount, DataRole::Category],
            class: Some(&[ValueClass::I, ValueClass::IV]),
            silence: Some(&[[12.0, 30.0, 60.0], [f64::NAN; 3]]),
            stage: Some(&[Some((Stage::Stability, 0.9)), None]),
            profit: Some(&profit),
            p_alive: Some(&[Some(0.8), None]),
            clv: Some(&[f64::INFINITY, 7.0]),
            next_product: Some(&[Some((3, 0.4)), None]),
            ..Default::default()
        };
        let parts = profile(&input, 0, None);
        assert_eq!(parts.iter().map(|p| p.view).collect::<Vec<_>>(), SevenP::ALL);
        assert_eq!(parts[0].facts, [Fact::Class { class: ValueClass::I }]);
        assert_eq!(parts[0].missing, [vec![DataRole::Segment], vec![DataRole::Payments]]);
        assert_eq!(parts[1].facts.len(), 2);
        assert!(parts[1].missing.is_empty());
        // One less, two equal, of four.
        assert_eq!(parts[2].facts, [Fact::Profit { money: 10.0, percentile: 0.5 }]);
        assert!(parts[3].facts.is_empty());
        assert_eq!(parts[4].facts, [Fact::Alive { p: 0.8 }]);
        assert_eq!(parts[5].facts, [Fact::NextProduct { product_idx: 3, confidence: 0.4 }]);
        assert!(parts[5].missing.is_empty(), "a category does instead of a product");
        assert_eq!(parts[6].missing.len(), 2);
        assert!(profile(&input, 99, None).iter().all(|p| p.facts.is_empty()));
        assert_eq!(profile(&input, 1, None)[1].facts, []);
        let text = serde_json::to_string(&parts).unwrap();
        assert_eq!(serde_json::from_str::<Vec<ProfilePart>>(&text).unwrap(), parts);
        assert!(text.contains(r#"{"kind":"nextProduct","productIdx":3"#), "{text}");
    }

    #[test]
    fn methods_18_performance_becomes_facts() {
        let rows = CustomerRows {
            day: &[crate::customer::Day(0), crate::customer::Day(400)],
            amount: &[100, 300],
            quantity: None,
            product: Some(&[1, 2]),
            channel: None,
            scale: Default::default(),
        };
        let seen = performance(&rows, crate::customer::Day(400), 12);
        let parts = profile(&ProfileInput::default(), 0, Some(&seen));
        assert_eq!(parts[3].facts.len(), 3, "all, and two products");
    }
}
