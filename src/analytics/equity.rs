//! What are the customers worth as an asset?
//!
//! **Customer equity** `CE = sum CV_i`, the current value of everybody who has not left; beside it, never in it, the
//! **win-back reserve** `sum CLV_i` of those who have (methods.md 23.8).
//!
//! **Time assets** (money): historical `sum pi_j (1+d)^((as_of - day_j)/365)`, the profit of every past order compounded
//! to the analysis date; current `CE`; potential `sum GP_i`.
//!
//! **Space assets**: five descriptive indices, never added to money.
//!
//! ```text
//! market value   share of CE by class of the value matrix             CE_class / CE
//! scale          active customers now, and their growth in a year     now / before - 1
//! brand          price index, share of sales without an intermediary  sales / the same at list price, direct / all sales
//! information    completeness of the profiles                         filled cells / (customers x columns)
//! network        what referrals are worth                             referrals x V_new
//! ```
//!
//! Symbols: money in the currency unit; d annual rate ([`AnnualRate`]), compounded by days of a 365-day year; V_new mean
//! lifetime value of a new customer, money; shares and completeness 0..=1; price index 1 at list price. Source:
//! methods.md 7.5, 23.8; equity as the sum of lifetime values: Rust, Lemon & Zeithaml 2004 (whose drivers need a survey).
//!
//! Degenerate cases ([`Because`]): an index whose column is missing says which; shares of a CE that is 0 or negative,
//! and growth from nobody, are not computable. Orders after the analysis date and numbers that are not finite do not
//! count. A class's value may be negative, and the shares then go beyond 0..=1.
//!
//! ```
//! use tenure::analytics::{discount::AnnualRate, equity::compounded};
//! use tenure::customer::Day;
//! // 100 earned a year ago, and 100 earned today, at 10 % (methods.md 7.5).
//! let total = compounded(&[100.0, 100.0], &[Day(0), Day(365)], Day(365), AnnualRate::default()).unwrap();
//! assert!((total - 210.0).abs() < 1e-9);
//! ```

use super::discount::AnnualRate;
use super::profile::DataRole;
use super::value_matrix::ValueClass;
use crate::customer::Day;
use crate::math::{exp, ln_1p, sort, sum};
use serde::{Deserialize, Serialize};

/// Days of a year, for compounding.
const DAYS_PER_YEAR: f64 = 365.0;

/// Why a number is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Because {
    /// The data lack a column; one of these is enough.
    NoColumn {
        /// Which.
        any_of: Vec<DataRole>,
    },
    /// What it would be divided by is 0 or negative.
    NothingToDivideBy,
    /// The result is too large for a number.
    TooLarge,
}

/// A number, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Known<T> {
    /// It is known.
    Available {
        /// The number.
        value: T,
    },
    /// It is not.
    NotAvailable {
        /// Why.
        because: Because,
    },
}

impl<T> Known<T> {
    /// The number, if it is known.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Available { value } => Some(value),
            Self::NotAvailable { .. } => None,
        }
    }

    fn or(value: Option<T>, because: Because) -> Self {
        value.map_or(Self::NotAvailable { because }, |value| Self::Available { value })
    }

    fn or_column(value: Option<T>, any_of: &[DataRole]) -> Self {
        Self::or(value, Because::NoColumn { any_of: any_of.to_vec() })
    }

    fn then<U>(self, f: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Self::Available { value } => f(value),
            Self::NotAvailable { because } => Known::NotAvailable { because },
        }
    }
}

/// `a / b`.
fn ratio(a: f64, b: f64) -> Known<f64> {
    let value = (b > 0.0).then(|| a / b).filter(|r| r.is_finite());
    Known::or(value, Because::NothingToDivideBy)
}

/// Profit of the past, one row per order or day, in any order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastProfit<'a> {
    /// Day.
    pub day: &'a [Day],
    /// Profit, money.
    pub profit: &'a [f64],
}

/// How well a column of the customers' master data is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnFill {
    /// The column.
    pub role: DataRole,
    /// Customers for whom it is filled.
    pub n_filled: u32,
}

/// What equity is computed from; columns have one entry per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquityInput<'a> {
    /// CV: 0 for customers who left.
    pub current_value: &'a [f64],
    /// Model CLV for everybody.
    pub clv: &'a [f64],
    /// Whether the customer has left.
    pub exited: &'a [bool],
    /// Class of the value matrix.
    pub class: Option<&'a [ValueClass]>,
    /// GP.
    pub potential: Option<&'a [f64]>,
    /// Profit of the past.
    pub past: Option<PastProfit<'a>>,
    /// Customers active a year before the analysis date, where the file reaches back that far.
    pub n_active_before: Option<u32>,
    /// Sales of rows with a list price, and the same at list price, money.
    pub sales_and_list: Option<[f64; 2]>,
    /// Sales through direct channels, and all sales, money.
    pub direct_and_all: Option<[f64; 2]>,
    /// Columns of the customers' master data.
    pub profile_columns: &'a [ColumnFill],
    /// Referrals made.
    pub n_referrals: Option<u32>,
    /// V_new, money.
    pub new_customer_value: Option<f64>,
    /// Analysis date.
    pub as_of: Day,
    /// Discount rate.
    pub rate: AnnualRate,
}

/// Assets by time, money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeAssets {
    /// Past profit, compounded.
    pub historical: Known<f64>,
    /// Past profit as it was earned.
    pub historical_nominal: Known<f64>,
    /// Current value.
    pub current: f64,
    /// Growth potential.
    pub potential: Known<f64>,
}

/// Customers of a class as a part of customer equity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassValue {
    /// The class.
    pub class: ValueClass,
    /// Customers in it who have not left.
    pub customers: u32,
    /// Their current value, money.
    pub current_value: f64,
    /// Share of customer equity; `None` where that is 0 or negative.
    pub share: Option<f64>,
}

/// Scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scale {
    /// Customers who have not left.
    pub active: u32,
    /// Those of a year before.
    pub active_before: Known<u32>,
    /// `active / active_before - 1`.
    pub growth: Known<f64>,
}

/// Brand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brand {
    /// Sales against the same at list price.
    pub price_index: Known<f64>,
    /// Share of sales through direct channels.
    pub direct_share: Known<f64>,
}

/// Information.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Information {
    /// Share of cells that are filled.
    pub completeness: Known<f64>,
    /// The columns it is about.
    pub columns: Vec<ColumnFill>,
}

/// Network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// Referrals made.
    pub referrals: Known<u32>,
    /// V_new, money.
    pub new_customer_value: Option<f64>,
    /// Referrals x V_new, in money but part of no total.
    pub index: Known<f64>,
}

/// The five indices; the name of each is the key of its formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceAssets {
    /// Share of CE by class, in the order of [`ValueClass::ALL`].
    pub market_value: Known<Vec<ClassValue>>,
    /// Active customers and growth.
    pub scale: Scale,
    /// Price and channel.
    pub brand: Brand,
    /// Completeness of profiles.
    pub information: Information,
    /// Referrals.
    pub network: Network,
}

/// Customer equity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Equity {
    /// CE, money.
    pub customer_equity: f64,
    /// What winning everybody back would be worth, money; not part of CE.
    pub win_back_reserve: f64,
    /// Customers who left, to whom the reserve belongs.
    pub n_exited: u32,
    /// By time.
    pub time: TimeAssets,
    /// By space.
    pub space: SpaceAssets,
    /// The rate that past profit was compounded with.
    pub rate: AnnualRate,
}

/// `sum profit_j (1+d)^((as_of - day_j)/365)` over the days up to the analysis date; the order of rows does not matter.
/// `None` if it is too large for a number.
#[must_use]
pub fn compounded(profit: &[f64], day: &[Day], as_of: Day, rate: AnnualRate) -> Option<f64> {
    let growth = ln_1p(rate.annual());
    let years = |day: Day| (f64::from(as_of.0) - f64::from(day.0)) / DAYS_PER_YEAR;
    let rows = profit.iter().zip(day).filter(|(p, day)| p.is_finite() && **day <= as_of);
    let mut terms: Vec<f64> = rows.map(|(p, day)| p * exp(growth * years(*day))).collect();
    // Sorted, so that the order of rows does not show in the last digit.
    sort(&mut terms);
    Some(sum(terms)).filter(|total| total.is_finite())
}

/// Customer equity and its assets; a column shorter than `exited` counts as 0 beyond its end.
#[must_use]
pub fn equity(input: &EquityInput) -> Equity {
    let n = input.exited.len();
    let at = |column: &[f64], c: usize| column.get(c).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
    let current = |c: usize| if input.exited[c] { 0.0 } else { at(input.current_value, c) };
    let customer_equity = sum((0..n).map(current));
    let left = (0..n).filter(|&c| input.exited[c]);
    let classes = input.class.map(|class| by_class(class, input.exited, current, customer_equity));
    Equity {
        customer_equity,
        win_back_reserve: sum(left.clone().map(|c| at(input.clv, c))),
        n_exited: left.count() as u32,
        time: TimeAssets {
            historical: historical(input, input.rate),
            historical_nominal: historical(input, AnnualRate::new(0.0).unwrap_or_default()),
            current: customer_equity,
            potential: Known::or_column(
                input.potential.map(|gp| sum((0..n).map(|c| at(gp, c)))),
                &[DataRole::Date, DataRole::Tenure],
            ),
        },
        space: SpaceAssets {
            market_value: Known::or_column(classes, &[DataRole::Amount, DataRole::MonthlyCharge]),
            scale: scale(input),
            brand: brand(input),
            information: information(input),
            network: network(input),
        },
        rate: input.rate,
    }
}

fn historical(input: &EquityInput, rate: AnnualRate) -> Known<f64> {
    let needed = [DataRole::Amount, DataRole::MonthlyCharge];
    Known::or_column(input.past, &needed)
        .then(|past| Known::or(compounded(past.profit, past.day, input.as_of, rate), Because::TooLarge))
}

fn by_class(
    class: &[ValueClass],
    exited: &[bool],
    current: impl Fn(usize) -> f64,
    customer_equity: f64,
) -> Vec<ClassValue> {
    let of = |wanted: ValueClass| {
        let members: Vec<usize> =
            (0..exited.len()).filter(|&c| !exited[c] && class.get(c) == Some(&wanted)).collect();
        let current_value = sum(members.iter().map(|&c| current(c)));
        ClassValue {
            class: wanted,
            customers: members.len() as u32,
            current_value,
            share: ratio(current_value, customer_equity).value().copied(),
        }
    };
    ValueClass::ALL.into_iter().map(of).collect()
}

fn scale(input: &EquityInput) -> Scale {
    let active = input.exited.iter().filter(|e| !**e).count() as u32;
    let before = Known::or_column(input.n_active_before, &[DataRole::Date]);
    let growth = before.clone().then(|before| ratio(f64::from(active), f64::from(before)));
    let growth = growth.then(|r| Known::Available { value: r - 1.0 });
    Scale { active, active_before: before, growth }
}

fn brand(input: &EquityInput) -> Brand {
    let share = |pair: Option<[f64; 2]>, role: DataRole| {
        Known::or_column(pair, &[role]).then(|[part, whole]| ratio(part, whole))
    };
    Brand {
        price_index: share(input.sales_and_list, DataRole::ListPrice),
        direct_share: share(input.direct_and_all, DataRole::Channel),
    }
}

fn information(input: &EquityInput) -> Information {
    let columns = input.profile_columns.to_vec();
    let filled: f64 = columns.iter().map(|c| f64::from(c.n_filled)).sum();
    let cells = input.exited.len() as f64 * columns.len() as f64;
    let given = (!columns.is_empty()).then_some((filled.min(cells), cells));
    let needed = [DataRole::Segment, DataRole::Region, DataRole::AcquiredDate, DataRole::Wallet];
    let completeness = Known::or_column(given, &needed).then(|(filled, cells)| ratio(filled, cells));
    Information { completeness, columns }
}

fn network(input: &EquityInput) -> Network {
    let new_customer_value = input.new_customer_value.filter(|v| v.is_finite());
    let referrals = Known::or_column(input.n_referrals, &[DataRole::Referrals]);
    let index = referrals.clone().then(|n| {
        let value = new_customer_value.map(|v| f64::from(n) * v).filter(|v| v.is_finite());
        Known::or_column(value, &[DataRole::Amount, DataRole::MonthlyCharge])
    });
    Network { referrals, new_customer_value, index }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;
    use proptest::prelude::*;

    fn input<'a>(current_value: &'a [f64], clv: &'a [f64], exited: &'a [bool]) -> EquityInput<'a> {
        EquityInput {
            current_value,
            clv,
            exited,
            class: None,
            potential: None,
            past: None,
            n_active_before: None,
            sales_and_list: None,
            direct_and_all: None,
            profile_columns: &[],
            n_referrals: None,
            new_customer_value: None,
            as_of: Day(1000),
            rate: AnnualRate::default(),
        }
    }

    #[test]
    fn methods_23_8_the_reserve_stands_beside_equity() {
        let e = equity(&input(&[100.0, 0.0, 50.0], &[100.0, 30.0, 50.0], &[false, true, false]));
        assert_eq!((e.customer_equity, e.win_back_reserve, e.n_exited), (150.0, 30.0, 1));
        assert_eq!((e.time.current, e.space.scale.active), (150.0, 2));
    }

    #[test]
    fn methods_7_5_time_assets_by_hand() {
        let past = PastProfit {
            day: &[Day(1000 - 730), Day(1000 - 365), Day(1000), Day(1001)],
            profit: &[100.0, -20.0, 7.0, 9999.0],
        };
        let e = equity(&EquityInput {
            past: Some(past),
            potential: Some(&[40.0, 2.0]),
            ..input(&[10.0, 20.0], &[10.0, 20.0], &[false, false])
        });
        // 100 x 1.21 - 20 x 1.1 + 7; the order of tomorrow is not seen.
        assert!((e.time.historical.value().unwrap() - 106.0).abs() < 1e-9);
        assert!((e.time.historical_nominal.value().unwrap() - 87.0).abs() < 1e-9);
        assert_eq!(e.time.potential.value(), Some(&42.0));
    }

    #[test]
    fn methods_7_5_space_assets_by_hand() {
        use ValueClass::{I, III, IV};
        let fill = |role, n_filled| ColumnFill { role, n_filled };
        let e = equity(&EquityInput {
            class: Some(&[IV, III, I, IV]),
            n_active_before: Some(2),
            sales_and_list: Some([900.0, 1000.0]),
            direct_and_all: Some([250.0, 1000.0]),
            profile_columns: &[fill(DataRole::Region, 4), fill(DataRole::Wallet, 1)],
            n_referrals: Some(5),
            new_customer_value: Some(40.0),
            ..input(&[60.0, 30.0, 10.0, 99.0], &[0.0; 4], &[false, false, false, true])
        });
        let market = e.space.market_value.value().unwrap();
        let shares: Vec<_> = market.iter().map(|m| m.share.unwrap()).collect();
        assert_eq!(shares, [0.1, 0.0, 0.3, 0.6]);
        assert_eq!(market[3].customers, 1, "who left is no part of equity");
        assert_eq!(e.space.scale.growth.value(), Some(&0.5));
        assert_eq!(e.space.brand.price_index.value(), Some(&0.9));
        assert_eq!(e.space.brand.direct_share.value(), Some(&0.25));
        assert_eq!(e.space.information.completeness.value(), Some(&0.625));
        assert_eq!(e.space.network.index.value(), Some(&200.0));
        let text = serde_json::to_string(&e).unwrap();
        assert_eq!(serde_json::from_str::<Equity>(&text).unwrap(), e);
    }

    #[test]
    fn what_is_not_available_says_why() {
        let e = equity(&input(&[], &[], &[]));
        let column = |any_of: &[DataRole]| Because::NoColumn { any_of: any_of.to_vec() };
        let space = &e.space;
        assert_eq!(space.brand.price_index, Known::NotAvailable { because: column(&[DataRole::ListPrice]) });
        assert_eq!(space.brand.direct_share, Known::NotAvailable { because: column(&[DataRole::Channel]) });
        assert_eq!(space.network.index, Known::NotAvailable { because: column(&[DataRole::Referrals]) });
        assert_eq!(space.scale.growth, Known::NotAvailable { because: column(&[DataRole::Date]) });
        assert!(space.market_value.value().is_none() && e.time.historical.value().is_none());
        let e = equity(&EquityInput {
            class: Some(&[ValueClass::I]),
            n_active_before: Some(0),
            past: Some(PastProfit { day: &[Day(0); 2], profit: &[f64::MAX; 2] }),
            ..input(&[-5.0], &[f64::NAN], &[false])
        });
        assert_eq!(e.space.market_value.value().unwrap()[0].share, None, "of a negative equity");
        let nothing = Because::NothingToDivideBy;
        assert_eq!(e.space.scale.growth, Known::NotAvailable { because: nothing });
        assert_eq!(e.time.historical, Known::NotAvailable { because: Because::TooLarge });
        assert_eq!(e.customer_equity, -5.0);
    }

    proptest! {
        #[test]
        fn classes_add_up_and_rows_come_in_any_order(
            rows in proptest::collection::vec((-1e9..1e9_f64, 0..1200_i32), 0..50),
            seed in 0_u64..100,
        ) {
            let mut rng = Rng::new(seed);
            let cv: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let exited: Vec<bool> = rows.iter().map(|_| rng.uniform() < 0.3).collect();
            let class: Vec<ValueClass> = rows.iter().map(|_| ValueClass::ALL[rng.below(4)]).collect();
            let e = equity(&EquityInput { class: Some(&class), ..input(&cv, &cv, &exited) });
            let parts = sum(e.space.market_value.value().unwrap().iter().map(|c| c.current_value));
            // Each part is rounded once to its own last digit, which at 1e10 is above any fixed tolerance.
            let scale = sum(cv.iter().map(|v| v.abs()));
            prop_assert!((parts - e.customer_equity).abs() <= 4.0 * f64::EPSILON * scale);
            let of = |rows: &[(f64, i32)]| {
                let profit: Vec<f64> = rows.iter().map(|r| r.0).collect();
                let day: Vec<Day> = rows.iter().map(|r| Day(r.1)).collect();
                compounded(&profit, &day, Day(1000), AnnualRate::default()).unwrap()
            };
            let reversed: Vec<_> = rows.iter().rev().copied().collect();
            prop_assert_eq!(of(&rows), of(&reversed));
            let doubled: Vec<_> = rows.iter().map(|r| (2.0 * r.0, r.1)).collect();
            prop_assert_eq!(of(&doubled), 2.0 * of(&rows));
        }
    }
}
