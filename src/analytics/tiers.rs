//! Who buys for the price and who for the relationship, and which relationships carry the sales?
//!
//! Customers with at least 3 orders are judged; one or two orders are no relationship yet
//! ([`Tiers::unjudged`]).
//! - **T** transactional: discount dependence >= .6 or elasticity b* < -2. The others are relational:
//! - **R3** losing value: profit of the last 12 months > 0, and in the decline stage or, by the one-sided test
//!   of Mann & Kendall, falling over the last 8 periods with p < .10 (asked only where at least 4 of them are
//!   not 0);
//! - **R1**: the top 1 % by profit of the last 12 months (rounded up, at least one customer);
//! - **R2**: the next by profit until, R1 included, half of the relational sales is reached (the customer who
//!   reaches it is in);
//! - **R0**: the other relational customers.
//!
//! Ranks and cumulative shares run over all relational customers; then R3 overrides the label.
//! [`Tiers::ranked`] compares the ranks, before that, with the benchmark: 1 % bring 10 % of sales and profit,
//! R2 40-50 % of sales.
//!
//! Symbols: profit and sales of the last 12 months in the file's currency unit, may be negative; discount
//! dependence a share 0..=1; b* the shrunken elasticity (methods.md 15); shares 0..=1. Sources: methods.md 16,
//! 23.8; Mann 1945, Kendall 1975; the benchmarks are those of the textbook literature on transactional and
//! relational customers.
//!
//! Degenerate cases: a customer without profit is neither R1 nor R2, whatever the rank; shares of sales or
//! profit that are not positive in total are `None`; missing columns, and numbers that are not finite, never
//! make a customer T or R3; ties in profit go by the order of the customers. With fewer than 100 relational
//! customers the top 1 % is a single customer: [`Tiers::few`].
//!
//! ```
//! use tenure::analytics::tiers::{Tier, TierInput, tiers};
//! // methods.md 16 read backwards: S = -24, Z = -2.846, a fall of 1.5 a period.
//! let recent = [Some([21.0, 17.0, 18.0, 16.0, 15.0, 11.0, 12.0, 10.0]), None];
//! let (orders, money) = ([12, 12], [10.0, 50.0]);
//! let input = TierInput { recent: Some(&recent), ..TierInput::new(&orders, &money, &money) };
//! assert_eq!(tiers(&input).labels, [Some(Tier::R3), Some(Tier::R1)]);
//! ```

use crate::math::stats::mann_kendall;
use crate::math::sum;
use serde::{Deserialize, Serialize};

/// Fewest orders of a customer who is judged.
pub const MIN_ORDERS: u32 = 3;
/// Discount dependence from which a customer is transactional.
pub const DISCOUNT_DEPENDENT: f64 = 0.6;
/// Elasticity below which a customer is transactional.
pub const ELASTIC: f64 = -2.0;
/// Periods that the trend test looks at.
pub const TREND_PERIODS: usize = 8;
const TREND_MIN_NONZERO: usize = 4;
/// One-sided p of a fall below which a customer is losing value.
pub const TREND_P: f64 = 0.10;
/// R1 is one in so many relational customers, rounded up.
const TOP_ONE_IN: usize = 100;
/// Share of relational sales at which R2 ends.
const CORE_SALES_SHARE: f64 = 0.5;
/// Relational customers below which the top 1 % is one customer.
const FEW: usize = 100;

/// What a customer is to the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Tier {
    /// 交易型 Transactional: buys for the price.
    T,
    /// 正在失去价值 Relational, losing value.
    R3,
    /// Relational, the top 1 %.
    R1,
    /// Relational, the rest of the half of sales that comes from the best.
    R2,
    /// Relational, other.
    R0,
}

impl Tier {
    /// All tiers in the order of the enum.
    pub const ALL: [Self; 5] = [Self::T, Self::R3, Self::R1, Self::R2, Self::R0];
}

/// What tiers are computed from; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierInput<'a> {
    /// Orders.
    pub n_orders: &'a [u32],
    /// Profit of the last 12 months, money.
    pub profit_12m: &'a [f64],
    /// Sales of the last 12 months, money.
    pub sales_12m: &'a [f64],
    /// Share of spend at a discount, where known.
    pub discount_dependence: Option<&'a [Option<f64>]>,
    /// Shrunken price elasticity, where it could be estimated.
    pub elasticity: Option<&'a [Option<f64>]>,
    /// Whether the customer is in the decline stage.
    pub in_decline: Option<&'a [bool]>,
    /// Value of the last 8 periods, oldest first; `None` for a shorter history.
    pub recent: Option<&'a [Option<[f64; TREND_PERIODS]>]>,
}

impl<'a> TierInput<'a> {
    /// The columns that every file has.
    #[must_use]
    pub fn new(n_orders: &'a [u32], profit_12m: &'a [f64], sales_12m: &'a [f64]) -> Self {
        Self {
            n_orders,
            profit_12m,
            sales_12m,
            discount_dependence: None,
            elasticity: None,
            in_decline: None,
            recent: None,
        }
    }
}

/// Customers, sales and profit of a group.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Customers.
    pub customers: usize,
    /// Sales of the last 12 months.
    pub sales: f64,
    /// Profit of the last 12 months.
    pub profit: f64,
    /// Share of the customers of the whole it is part of.
    pub customer_share: Option<f64>,
    /// Share of its sales.
    pub sales_share: Option<f64>,
    /// Share of its profit.
    pub profit_share: Option<f64>,
}

/// One tier as labeled; shares are of all judged customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierSize {
    /// The tier.
    pub tier: Tier,
    /// What it holds.
    pub part: Part,
}

/// R1 or R2 by rank, before R3 overrides, beside its benchmark; shares are of the relational customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ranked {
    /// R1 or R2.
    pub tier: Tier,
    /// What it holds.
    pub part: Part,
    /// Benchmark share of sales, from and to.
    pub sales_benchmark: [f64; 2],
    /// Benchmark share of profit, where there is one.
    pub profit_benchmark: Option<[f64; 2]>,
}

/// Tiers of all customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tiers {
    /// Tier of each customer; `None` with fewer than 3 orders.
    pub labels: Vec<Option<Tier>>,
    /// The five tiers in the order of [`Tier::ALL`].
    pub tiers: Vec<TierSize>,
    /// R1 and R2 against their benchmarks.
    pub ranked: Vec<Ranked>,
    /// Customers with fewer than 3 orders; shares are of all customers.
    pub unjudged: Part,
    /// Relational customers.
    pub relational: usize,
    /// Whether there are so few (under 100) that the top 1 % is one customer.
    pub few: bool,
    /// Profit of the last customer of R1 by rank, money.
    pub top_from: Option<f64>,
    /// Profit of the last customer of R2 by rank, money.
    pub core_from: Option<f64>,
}

/// Labels every customer.
#[must_use]
pub fn tiers(input: &TierInput<'_>) -> Tiers {
    let n = input.n_orders.len();
    let judged: Vec<usize> = (0..n).filter(|&i| input.n_orders[i] >= MIN_ORDERS).collect();
    let (transactional, mut relational): (Vec<usize>, Vec<usize>) =
        judged.iter().partition(|&&i| is_transactional(input, i));
    let n_relational = relational.len();
    // A stable sort: customers of equal profit keep their order.
    relational.sort_by(|&a, &b| at(input.profit_12m, b).total_cmp(&at(input.profit_12m, a)));
    let (top, core) = rank(input, &relational);
    let mut labels = vec![None; n];
    transactional.iter().for_each(|&i| labels[i] = Some(Tier::T));
    for (place, &i) in relational.iter().enumerate() {
        labels[i] = Some(match place {
            _ if is_losing_value(input, i) => Tier::R3,
            place if place < top => Tier::R1,
            place if place < core => Tier::R2,
            _ => Tier::R0,
        });
    }
    let everybody: Vec<usize> = (0..n).collect();
    let part = |members: &[usize], whole: &[usize]| part(input, members, whole);
    let sizes = Tier::ALL.map(|tier| {
        let members: Vec<usize> = judged.iter().copied().filter(|&i| labels[i] == Some(tier)).collect();
        TierSize { tier, part: part(&members, &judged) }
    });
    let unjudged: Vec<usize> = (0..n).filter(|&i| labels[i].is_none()).collect();
    let last = |range: std::ops::Range<usize>| relational[range].last().map(|&i| at(input.profit_12m, i));
    Tiers {
        top_from: last(0..top),
        core_from: last(top..core),
        tiers: sizes.to_vec(),
        ranked: vec![
            Ranked {
                tier: Tier::R1,
                part: part(&relational[..top], &relational),
                sales_benchmark: [0.1, 0.1],
                profit_benchmark: Some([0.1, 0.1]),
            },
            Ranked {
                tier: Tier::R2,
                part: part(&relational[top..core], &relational),
                sales_benchmark: [0.4, 0.5],
                profit_benchmark: None,
            },
        ],
        unjudged: part(&unjudged, &everybody),
        relational: n_relational,
        few: n_relational < FEW,
        labels,
    }
}

fn at(values: &[f64], i: usize) -> f64 {
    values.get(i).copied().filter(|v| v.is_finite()).unwrap_or(0.0)
}

fn is_transactional(input: &TierInput<'_>, i: usize) -> bool {
    let known = |column: Option<&[Option<f64>]>| column.and_then(|c| c.get(i).copied().flatten());
    known(input.discount_dependence).is_some_and(|d| d >= DISCOUNT_DEPENDENT)
        || known(input.elasticity).is_some_and(|b| b < ELASTIC)
}

fn is_losing_value(input: &TierInput<'_>, i: usize) -> bool {
    let declines = input.in_decline.is_some_and(|c| c.get(i).copied().unwrap_or(false));
    let falls = |values: &[f64; TREND_PERIODS]| trend_p_down(values).is_some_and(|p| p < TREND_P);
    let recent = || input.recent.and_then(|c| c.get(i)).and_then(Option::as_ref);
    at(input.profit_12m, i) > 0.0 && (declines || recent().is_some_and(falls))
}

/// One-sided chance of a fall this clear over the last periods where there is none; `None` where too few of them are
/// not 0.
#[must_use]
pub fn trend_p_down(recent: &[f64; TREND_PERIODS]) -> Option<f64> {
    let usable = recent.iter().all(|v| v.is_finite())
        && recent.iter().filter(|v| **v != 0.0).count() >= TREND_MIN_NONZERO;
    mann_kendall(recent).filter(|_| usable).map(|t| t.p_down)
}

/// Where R1 and R2 end among relational customers by falling profit.
fn rank(input: &TierInput<'_>, relational: &[usize]) -> (usize, usize) {
    let profitable = relational.iter().take_while(|&&i| at(input.profit_12m, i) > 0.0).count();
    let top = relational.len().div_ceil(TOP_ONE_IN).min(profitable);
    let sales = |i: &usize| at(input.sales_12m, *i);
    let half = CORE_SALES_SHARE * sum(relational.iter().map(sales));
    let mut reached = sum(relational[..top].iter().map(sales));
    let mut core = top;
    // No relational sales, no half of them to reach.
    while half > 0.0 && core < profitable && reached < half {
        reached += sales(&relational[core]);
        core += 1;
    }
    (top, core)
}

fn part(input: &TierInput<'_>, members: &[usize], whole: &[usize]) -> Part {
    let total = |column: &[f64], of: &[usize]| sum(of.iter().map(|&i| at(column, i)));
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let (sales, profit) = (total(input.sales_12m, members), total(input.profit_12m, members));
    Part {
        customers: members.len(),
        sales,
        profit,
        customer_share: share(members.len() as f64, whole.len() as f64),
        sales_share: share(sales, total(input.sales_12m, whole)),
        profit_share: share(profit, total(input.profit_12m, whole)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;
    use crate::math::stats::theil_sen;

    const RISING: [f64; 8] = [10.0, 12.0, 11.0, 15.0, 16.0, 18.0, 17.0, 21.0];

    fn falling() -> [f64; 8] {
        let mut values = RISING;
        values.reverse();
        values
    }

    fn labels(input: &TierInput<'_>) -> Vec<Option<Tier>> {
        tiers(input).labels
    }

    #[test]
    fn ex_16_trend() {
        let up = mann_kendall(&RISING).unwrap();
        assert_eq!((up.s, theil_sen(&RISING)), (24.0, Some(1.5)));
        assert!((up.variance - 65.33).abs() < 5e-3 && (up.z - 2.846).abs() < 5e-4);
        let recent = [Some(RISING), Some(falling()), None];
        let money = [9.0, 8.0, 7.0];
        let input = TierInput { recent: Some(&recent), ..TierInput::new(&[5; 3], &money, &money) };
        assert_eq!(labels(&input), [Some(Tier::R1), Some(Tier::R3), Some(Tier::R0)]);
    }

    #[test]
    fn ex_16_trend_needs_profit_and_four_periods_with_value() {
        let sparse = Some([9.0, 8.0, 7.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let recent = [Some(falling()), sparse, Some([f64::NAN; 8]), Some([3.0; 8])];
        let profit = [-1.0, 50.0, 1.0, 1.0];
        let input = TierInput { recent: Some(&recent), ..TierInput::new(&[9; 4], &profit, &profit) };
        assert!(labels(&input).iter().all(|l| *l != Some(Tier::R3)));
        let input = TierInput { in_decline: Some(&[true; 4]), ..input };
        assert_eq!(labels(&input)[0], Some(Tier::R0), "loses money, not value");
        assert_eq!(labels(&input)[1], Some(Tier::R3));
    }

    #[test]
    fn methods_16_transactional_by_discount_or_elasticity() {
        let discount = [Some(0.6), Some(0.59), None, Some(f64::NAN), Some(1.0)];
        let elasticity = [None, Some(-2.01), Some(-2.0), None, None];
        let money = [1.0; 5];
        let input = TierInput {
            discount_dependence: Some(&discount),
            elasticity: Some(&elasticity),
            ..TierInput::new(&[3, 3, 3, 3, 2], &money, &money)
        };
        let result = tiers(&input);
        let transactional: Vec<bool> = result.labels.iter().map(|l| *l == Some(Tier::T)).collect();
        assert_eq!(transactional, [true, true, false, false, false]);
        assert_eq!((result.labels[4], result.unjudged.customers, result.relational), (None, 1, 2));
        assert!(result.few);
    }

    #[test]
    fn methods_16_ranks_run_over_r3_too() {
        // 200 customers: the best two are R1; sales 100, 99, ... of which half is reached within R2.
        let money: Vec<f64> = (0..200).map(|i| f64::from(400 - i)).collect();
        let mut decline = vec![false; 200];
        (decline[0], decline[10], decline[199]) = (true, true, true);
        let orders = vec![4; 200];
        let input = TierInput { in_decline: Some(&decline), ..TierInput::new(&orders, &money, &money) };
        let result = tiers(&input);
        assert_eq!(result.labels[..3], [Some(Tier::R3), Some(Tier::R1), Some(Tier::R2)]);
        let [top, core] = [result.ranked[0], result.ranked[1]];
        assert_eq!(top.part.customers, 2, "the first of them is labeled R3 but ranked here");
        let total: f64 = money.iter().sum();
        assert!((top.part.sales_share.unwrap() - 799.0 / total).abs() < 1e-12);
        let ends = top.part.customers + core.part.customers;
        let reached: f64 = money[..ends].iter().sum();
        assert!(reached >= total / 2.0 && reached - money[ends - 1] < total / 2.0);
        assert!(!result.few && result.labels[ends] == Some(Tier::R0));
    }

    #[test]
    fn losses_are_never_the_top() {
        let result = tiers(&TierInput::new(&[3, 3], &[-5.0, 0.0], &[10.0, 10.0]));
        assert_eq!(result.labels, [Some(Tier::R0); 2]);
        assert_eq!((result.ranked[0].part.customers, result.ranked[0].part.profit_share), (0, None));
    }

    #[test]
    fn every_customer_is_counted_once_and_scale_does_not_matter() {
        let mut rng = Rng::new(16);
        for n in [0, 1, 2, 99, 100, 101, 350] {
            let orders: Vec<u32> = (0..n).map(|_| rng.below(8) as u32).collect();
            let profit: Vec<f64> = (0..n).map(|_| 50.0 * rng.normal() + 20.0).collect();
            let sales: Vec<f64> = (0..n).map(|_| 100.0 * rng.normal().abs()).collect();
            let discount: Vec<Option<f64>> = (0..n).map(|_| Some(rng.uniform())).collect();
            let recent: Vec<Option<[f64; 8]>> =
                (0..n).map(|_| Some(std::array::from_fn(|_| rng.normal()))).collect();
            let input = TierInput {
                discount_dependence: Some(&discount),
                recent: Some(&recent),
                ..TierInput::new(&orders, &profit, &sales)
            };
            let result = tiers(&input);
            let labeled: usize = result.tiers.iter().map(|t| t.part.customers).sum();
            assert_eq!(labeled + result.unjudged.customers, n);
            let money: f64 = result.tiers.iter().map(|t| t.part.sales).sum::<f64>() + result.unjudged.sales;
            assert!((money - sales.iter().sum::<f64>()).abs() < 1e-6);
            let times = |values: &[f64]| values.iter().map(|v| v * 64.0).collect::<Vec<_>>();
            let (profit, sales) = (times(&profit), times(&sales));
            let scaled = TierInput { profit_12m: &profit, sales_12m: &sales, ..input };
            assert_eq!(tiers(&scaled).labels, result.labels);
        }
    }

    #[test]
    fn bad_numbers_and_short_columns_do_no_harm() {
        let profit = [f64::NAN, f64::INFINITY, 1e15];
        let input = TierInput { in_decline: Some(&[]), ..TierInput::new(&[9; 4], &profit, &[]) };
        let result = tiers(&input);
        assert!(result.labels.iter().all(Option::is_some));
        assert!(result.tiers.iter().all(|t| t.part.profit.is_finite() && t.part.sales_share.is_none()));
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Tiers>(&text).unwrap(), result);
    }
}
