//! Where does growth come from: the same customers or new ones, the same business or new business?
//!
//! The last W months are compared with the W months before, `W = min(12, floor(span / 2))` whole months. A
//! customer is *existing* who was seen before the window, else new; business is *existing* whose category the
//! firm sold before the window, else new. Calling a category new needs a file of at least 24 months. Four
//! cells of the window's sales:
//!
//! | | existing business | new business |
//! |---|---|---|
//! | existing customers | loyalty | extension |
//! | new customers | acquisition | diversification |
//!
//! The change of revenue from the base window to the window is, exactly,
//!
//! `lost + loyalty expansion + loyalty contraction + extension + acquisition + diversification`
//!
//! with, per customer and `D` = revenue in the window less revenue in the base window: lost = sum of D (below
//! 0: the base revenue, and returns that came in late) over existing customers without a purchase in the
//! window; expansion and contraction = sum of the positive and of the negative D of existing customers who
//! bought, in existing business (a customer who came back has base 0); the others are the window's revenue in
//! their cells. Sums are integers, so the identity is not a matter of rounding until the amounts are shown.
//!
//! *Combination strategy*: loyal customers take new products and bring new customers. Its share of growth is
//! (extension + acquisition and diversification through referrals) / (expansion + extension + acquisition +
//! diversification), of what is positive.
//!
//! Symbols: money in the file's currency unit, net of returns; shares 0..=1 of the window's revenue.
//!
//! Source: an analogue of Ansoff 1957 for customers; methods.md 17, 23.8.
//!
//! Degenerate cases: a file of less than two whole months is [`Growth::TooShort`]; a category first seen in a
//! return counts as existing business, and so do rows without a category.
//!
//! ```
//! use tenure::analytics::growth::{Growth, growth};
//! use tenure::analytics::orders::ledger_from_rows;
//! use tenure::customer::Day;
//!
//! let day = |text| Day::parse_iso(text).unwrap();
//! let rows = [("a", "2024-01-01", 10_000), ("b", "2024-02-01", 5_000), ("a", "2024-03-05", 13_000),
//!             ("c", "2024-04-30", 4_000)];
//! let ledger = ledger_from_rows(rows.map(|(customer, date, cents)| (customer, day(date), cents, None)));
//! let Growth::Matrix(matrix) = growth(&ledger, day("2024-04-30"), 0.3, 12) else { panic!() };
//! assert_eq!(matrix.window_months, 2);
//! let change = &matrix.change;
//! assert_eq!((change.base, change.window, change.change), (150.0, 170.0, 20.0));
//! assert_eq!((change.lost, change.loyalty_expansion, change.acquisition), (-50.0, 30.0, 40.0));
//! ```

use super::churn::months_before;
use crate::customer::{Coded, Day, Ledger};
use serde::{Deserialize, Serialize};

/// Longest window unless set otherwise, months.
pub const MAX_WINDOW_MONTHS: u32 = 12;
/// Months of history without which no business can be called new.
pub const MIN_BUSINESS_MONTHS: u32 = 24;

/// Whether business is split into existing and new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Business {
    /// It is.
    Split {
        /// Categories first sold in the window.
        n_new_categories: u32,
    },
    /// Too early to tell; all business counts as existing.
    TooEarly {
        /// Whole months of the file.
        months: u32,
        /// Needed.
        needed: u32,
    },
    /// The file has no categories; all business counts as existing.
    NoCategory,
}

/// A cell of the matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Net revenue in the window, money.
    pub revenue: f64,
    /// Profit on it, money.
    pub profit: f64,
    /// Customers with a purchase in the cell.
    pub n_customers: u32,
    /// Share of the window's revenue; absent where that is not positive.
    pub share: Option<f64>,
}

/// What the change of revenue consists of, money; the parts add up to `change`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Net revenue of the base window.
    pub base: f64,
    /// Net revenue of the window.
    pub window: f64,
    /// Window less base.
    pub change: f64,
    /// Existing customers without a purchase in the window; 0 or below, unless returns exceeded their base
    /// revenue.
    pub lost: f64,
    /// Existing customers who bought more of existing business.
    pub loyalty_expansion: f64,
    /// Existing customers who bought less of it; 0 or below.
    pub loyalty_contraction: f64,
    /// Existing customers in new business.
    pub extension: f64,
    /// New customers in existing business.
    pub acquisition: f64,
    /// New customers in new business.
    pub diversification: f64,
    /// Customers counted as lost: those with revenue in the base window and no purchase in the window.
    pub n_lost: u32,
}

/// How much of growth comes from loyal customers taking new products and bringing new customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Combination {
    /// Share of growth that is extension; absent where business is not split.
    pub cross_sell: Option<f64>,
    /// Share of growth from new customers who were referred; absent where referrals are not known.
    pub referral: Option<f64>,
}

/// The matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrowthMatrix {
    /// W.
    pub window_months: u32,
    /// First day of the base window.
    pub base_from: Day,
    /// First day of the window.
    pub window_from: Day,
    /// Last day of the window.
    pub window_to: Day,
    /// Whether business is split.
    pub business: Business,
    /// Existing customers, existing business.
    pub loyalty: Cell,
    /// Existing customers, new business; absent where business is not split.
    pub extension: Option<Cell>,
    /// New customers, existing business.
    pub acquisition: Cell,
    /// New customers, new business; absent where business is not split.
    pub diversification: Option<Cell>,
    /// Where the change of revenue comes from.
    pub change: Change,
    /// The combination strategy; absent where nothing grew, or neither part is known.
    pub combination: Option<Combination>,
}

/// The matrix, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Growth {
    /// Computed.
    Matrix(Box<GrowthMatrix>),
    /// Less than two whole months of data.
    TooShort {
        /// Whole months of the file.
        months: u32,
    },
}

/// Whole months from `first` to the end of `as_of`.
#[must_use]
pub fn whole_months(first: Day, as_of: Day) -> u32 {
    let end = Day(as_of.0.saturating_add(1));
    let most = (end.month().0 - first.month().0).max(0) as u32;
    // The calendar months apart, or one less where the day of the month is not reached.
    if months_before(end, most) >= first { most } else { most.saturating_sub(1) }
}

/// Revenue of one customer in minor units.
#[derive(Clone, Copy, Default)]
struct Revenue {
    base: i128,
    /// In the window: existing business, new business.
    window: [i128; 2],
    /// Whether the customer bought in the window: existing business, new business.
    bought: [bool; 2],
    existing: bool,
    in_base: bool,
}

/// Sums in minor units.
#[derive(Default)]
struct Sums {
    base: i128,
    window: i128,
    lost: i128,
    expansion: i128,
    contraction: i128,
    /// Window revenue of new customers: existing business, new business.
    new: [i128; 2],
    /// The same of those who were referred.
    referred: i128,
    extension: i128,
    /// Revenue and customers by cell: existing or new customer, then existing or new business.
    cells: [[(i128, u32); 2]; 2],
    n_lost: u32,
}

/// The growth matrix as of a day. `margin` is the gross margin (share of revenue) that stands for unknown
/// costs.
#[must_use]
pub fn growth(ledger: &Ledger, as_of: Day, margin: f64, longest_months: u32) -> Growth {
    let first = ledger.day.iter().copied().filter(|&day| day <= as_of).min();
    let months = first.map_or(0, |first| whole_months(first, as_of));
    let window_months = longest_months.max(1).min(months / 2);
    if window_months == 0 {
        return Growth::TooShort { months };
    }
    let end = Day(as_of.0.saturating_add(1));
    let window_from = months_before(end, window_months);
    let base_from = months_before(end, 2 * window_months);
    let is_new = new_categories(ledger, as_of, window_from, months);
    let (customers, cost) = revenues(ledger, (base_from, window_from, as_of), is_new.as_deref().ok());
    let referred = referred(ledger);
    let sums = sum_up(&customers, referred.as_deref());
    let split = is_new.is_ok();
    let share = |revenue: i128| (sums.window > 0).then(|| revenue as f64 / sums.window as f64);
    let money = |minor: i128| ledger.scale.to_f64(minor);
    let cell = |customer: usize, business: usize| {
        let (revenue, n_customers) = sums.cells[customer][business];
        let profit = match &ledger.cost {
            Some(_) => money(revenue - cost[customer][business]),
            None => money(revenue) * margin,
        };
        Cell { revenue: money(revenue), profit, n_customers, share: share(revenue) }
    };
    Growth::Matrix(Box::new(GrowthMatrix {
        window_months,
        base_from,
        window_from,
        window_to: as_of,
        loyalty: cell(0, 0),
        extension: split.then(|| cell(0, 1)),
        acquisition: cell(1, 0),
        diversification: split.then(|| cell(1, 1)),
        change: Change {
            base: money(sums.base),
            window: money(sums.window),
            change: money(sums.window - sums.base),
            lost: money(sums.lost),
            loyalty_expansion: money(sums.expansion),
            loyalty_contraction: money(sums.contraction),
            extension: money(sums.extension),
            acquisition: money(sums.new[0]),
            diversification: money(sums.new[1]),
            n_lost: sums.n_lost,
        },
        combination: combination(&sums, split, referred.is_some()),
        business: match is_new {
            Ok(is_new) => {
                Business::Split { n_new_categories: is_new.iter().filter(|&&new| new).count() as u32 }
            }
            Err(business) => business,
        },
    }))
}

/// Whether each category was first sold in the window, or why that cannot be said.
fn new_categories(ledger: &Ledger, as_of: Day, window_from: Day, months: u32) -> Result<Vec<bool>, Business> {
    let category = ledger.category.as_ref().ok_or(Business::NoCategory)?;
    if months < MIN_BUSINESS_MONTHS {
        return Err(Business::TooEarly { months, needed: MIN_BUSINESS_MONTHS });
    }
    let (mut before, mut sold) = (vec![false; category.names.len()], vec![false; category.names.len()]);
    for ((&code, &day), &is_return) in category.code.iter().zip(&ledger.day).zip(&ledger.is_return) {
        if code != Coded::MISSING && day <= as_of {
            before[code as usize] |= day < window_from;
            sold[code as usize] |= !is_return;
        }
    }
    Ok(before.iter().zip(&sold).map(|(&before, &sold)| sold && !before).collect())
}

/// Whether each customer was brought by another, where the file says so.
fn referred(ledger: &Ledger) -> Option<Vec<bool>> {
    let referrals = ledger.side.referrals.as_ref()?;
    let mut out = vec![false; ledger.n_customers()];
    for &c in referrals.referred.iter().flatten() {
        if let Some(referred) = out.get_mut(c as usize) {
            *referred = true;
        }
    }
    Some(out)
}

/// Per customer what the matrix needs, and the cost of each cell.
fn revenues(
    ledger: &Ledger,
    (base_from, window_from, as_of): (Day, Day, Day),
    is_new: Option<&[bool]>,
) -> (Vec<Revenue>, [[i128; 2]; 2]) {
    let business = |row: usize| match (is_new, &ledger.category) {
        (Some(is_new), Some(category)) => {
            usize::from(is_new.get(category.code[row] as usize).copied().unwrap_or(false))
        }
        _ => 0,
    };
    let mut out = vec![Revenue::default(); ledger.n_customers()];
    for row in 0..ledger.n_rows() {
        let (day, amount) = (ledger.day[row], i128::from(ledger.amount[row]));
        let of = &mut out[ledger.customer[row] as usize];
        if day < window_from {
            of.existing = true;
            if day >= base_from {
                of.base += amount;
                of.in_base = true;
            }
        } else if day <= as_of {
            let b = business(row);
            of.window[b] += amount;
            of.bought[b] |= !ledger.is_return[row];
        }
    }
    let mut cost = [[0; 2]; 2];
    if let Some(column) = &ledger.cost {
        let in_window = |row: &usize| (window_from..=as_of).contains(&ledger.day[*row]);
        for row in (0..ledger.n_rows()).filter(in_window) {
            let new = usize::from(!out[ledger.customer[row] as usize].existing);
            cost[new][business(row)] += i128::from(column[row]);
        }
    }
    (out, cost)
}

fn sum_up(customers: &[Revenue], referred: Option<&[bool]>) -> Sums {
    let mut sums = Sums::default();
    for (c, of) in customers.iter().enumerate() {
        let in_window: i128 = of.window.iter().sum();
        sums.base += of.base;
        sums.window += in_window;
        let row = &mut sums.cells[usize::from(!of.existing)];
        for (cell, (revenue, bought)) in row.iter_mut().zip(of.window.iter().zip(of.bought)) {
            cell.0 += revenue;
            cell.1 += u32::from(bought);
        }
        if !of.existing {
            sums.new[0] += of.window[0];
            sums.new[1] += of.window[1];
            if referred.is_some_and(|r| r.get(c).copied().unwrap_or(false)) {
                sums.referred += in_window;
            }
        } else if of.bought == [false; 2] {
            sums.lost += in_window - of.base;
            sums.n_lost += u32::from(of.in_base);
        } else {
            let change = of.window[0] - of.base;
            let side = if change > 0 { &mut sums.expansion } else { &mut sums.contraction };
            *side += change;
            sums.extension += of.window[1];
        }
    }
    sums
}

fn combination(sums: &Sums, split: bool, referrals_known: bool) -> Option<Combination> {
    let grown: i128 =
        [sums.expansion, sums.extension, sums.new[0], sums.new[1]].iter().map(|&v| v.max(0)).sum();
    if grown == 0 || !(split || referrals_known) {
        return None;
    }
    let share = |part: i128| (part.max(0) as f64 / grown as f64).min(1.0);
    Some(Combination {
        cross_sell: split.then(|| share(sums.extension)),
        referral: referrals_known.then(|| share(sums.referred)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::ledger_from_rows;
    use crate::customer::Referrals;
    use proptest::prelude::*;

    fn day(iso: &str) -> Day {
        Day::parse_iso(iso).unwrap()
    }

    /// Customer, date, amount in cents, category.
    type Row = (usize, Day, i64, usize);

    const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    fn ledger(rows: &[Row]) -> Ledger {
        let mut ledger = ledger_from_rows(rows.iter().map(|r| (NAMES[r.0], r.1, r.2, None)));
        ledger.category = Some(Coded {
            names: NAMES.into_iter().collect(),
            code: rows.iter().map(|r| if r.3 < 6 { r.3 as u32 } else { Coded::MISSING }).collect(),
        });
        ledger
    }

    fn matrix(ledger: &Ledger, as_of: Day) -> GrowthMatrix {
        match growth(ledger, as_of, 0.3, 12) {
            Growth::Matrix(matrix) => *matrix,
            Growth::TooShort { months } => panic!("{months} months"),
        }
    }

    /// Two years: a stays and takes new business, b leaves, c comes back, d is new in old business, e in new
    /// business.
    fn two_years() -> Vec<Row> {
        vec![
            (0, day("2022-01-01"), 10_000, 0),
            (1, day("2022-05-01"), 7_000, 0),
            (2, day("2021-01-01"), 4_000, 1),
            (0, day("2023-02-01"), 6_000, 0),
            (0, day("2023-03-01"), 2_500, 2),
            (2, day("2023-04-01"), 3_000, 1),
            (3, day("2023-05-01"), 2_000, 0),
            (4, day("2023-06-01"), 1_500, 2),
            (4, day("2023-06-02"), 500, 1),
            (1, day("2023-07-01"), -1_000, 0),
        ]
    }

    #[test]
    fn ex_17_cells_and_change_by_hand() {
        let ledger = ledger(&two_years());
        let m = matrix(&ledger, day("2023-12-31"));
        assert_eq!(m.window_months, 12);
        assert_eq!((m.base_from, m.window_from), (day("2022-01-01"), day("2023-01-01")));
        assert_eq!(m.business, Business::Split { n_new_categories: 1 });
        let cell = |c: Cell| (c.revenue, c.n_customers);
        assert_eq!(cell(m.loyalty), (80.0, 2), "60 + 30, less what b returned");
        assert_eq!(cell(m.extension.unwrap()), (25.0, 1));
        assert_eq!(cell(m.acquisition), (25.0, 2));
        assert_eq!(cell(m.diversification.unwrap()), (15.0, 1));
        assert!((m.loyalty.profit - 24.0).abs() < 1e-12);
        assert!((m.loyalty.share.unwrap() - 80.0 / 145.0).abs() < 1e-12);
        let expected = Change {
            base: 170.0,
            window: 145.0,
            change: -25.0,
            lost: -80.0,
            loyalty_expansion: 30.0,
            loyalty_contraction: -40.0,
            extension: 25.0,
            acquisition: 25.0,
            diversification: 15.0,
            n_lost: 1,
        };
        assert_eq!(m.change, expected);
        let combination = m.combination.unwrap();
        assert!((combination.cross_sell.unwrap() - 25.0 / 95.0).abs() < 1e-12);
        assert_eq!(combination.referral, None);
    }

    #[test]
    fn costs_and_referrals_are_used_where_known() {
        let mut ledger = ledger(&two_years());
        ledger.cost = Some(vec![0, 0, 0, 1_000, 2_000, 0, 500, 100, 100, -400]);
        let referrals = Referrals { referrer: vec![0], referred: vec![Some(4)], day: vec![None] };
        ledger.side.referrals = Some(referrals);
        let m = matrix(&ledger, day("2023-12-31"));
        assert_eq!((m.loyalty.profit, m.extension.unwrap().profit), (74.0, 5.0));
        assert_eq!((m.acquisition.profit, m.diversification.unwrap().profit), (19.0, 14.0));
        assert!((m.combination.unwrap().referral.unwrap() - 20.0 / 95.0).abs() < 1e-12);
    }

    #[test]
    fn new_business_needs_two_years_and_categories() {
        let rows: Vec<Row> =
            two_years().into_iter().map(|r| (r.0, r.1.max(day("2022-02-01")), r.2, r.3)).collect();
        let m = matrix(&ledger(&rows), day("2023-12-31"));
        assert_eq!((m.window_months, m.business), (11, Business::TooEarly { months: 23, needed: 24 }));
        assert_eq!((m.extension, m.diversification, m.combination), (None, None, None));
        assert_eq!((m.change.extension, m.change.diversification), (0.0, 0.0));
        assert!((m.loyalty.share.unwrap() + m.acquisition.share.unwrap() - 1.0).abs() < 1e-12);
        let mut plain = ledger(&two_years());
        plain.category = None;
        assert_eq!(matrix(&plain, day("2023-12-31")).business, Business::NoCategory);
    }

    #[test]
    fn windows_are_whole_months() {
        assert_eq!(whole_months(day("1997-01-01"), day("1998-06-30")), 18);
        assert_eq!(whole_months(day("1997-01-01"), day("1998-06-29")), 17);
        assert_eq!(whole_months(day("1997-01-31"), day("1997-02-28")), 1, "February");
        assert_eq!(whole_months(day("1997-01-31"), day("1997-02-27")), 0);
        assert_eq!(whole_months(day("1997-01-31"), day("1997-03-30")), 2);
        assert_eq!(whole_months(day("2024-02-29"), day("2024-02-29")), 0);
        let rows = [(0, day("2024-01-10"), 1, 0), (0, day("2024-03-01"), 1, 0)];
        let short = |to| growth(&ledger(&rows), day(to), 0.3, 12);
        assert_eq!(short("2024-03-01"), Growth::TooShort { months: 1 });
        assert!(matches!(short("2024-03-09"), Growth::Matrix(_)));
        assert_eq!(growth(&Ledger::default(), day("2024-03-09"), 0.3, 12), Growth::TooShort { months: 0 });
        assert_eq!(growth(&ledger(&rows), day("2023-03-09"), 0.3, 12), Growth::TooShort { months: 0 });
    }

    #[test]
    fn nothing_sold_in_the_window() {
        let rows = [(0, day("2022-01-01"), 100, 0), (0, day("2022-02-01"), -100, 0)];
        let m = matrix(&ledger(&rows), day("2023-12-31"));
        assert_eq!((m.loyalty.share, m.combination, m.change.n_lost), (None, None, 1));
        let json = serde_json::to_string(&Growth::Matrix(Box::new(m.clone()))).unwrap();
        assert_eq!(serde_json::from_str::<Growth>(&json).unwrap(), Growth::Matrix(Box::new(m)));
    }

    /// Cents of an amount.
    fn cents(x: f64) -> i128 {
        (x * 100.0).round() as i128
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let amount = prop_oneof![-5_000_i64..20_000, Just(0), Just(1_000_000_000_000)];
        let row = (0..6_usize, 18_000..18_900_i32, amount, 0..8_usize);
        proptest::collection::vec(row.prop_map(|(c, d, a, k)| (c, Day(d), a, k)), 0..60)
    }

    proptest! {
        #[test]
        fn the_parts_add_up_exactly(mut rows in rows(), as_of in 18_100..19_000_i32) {
            let all = ledger(&rows);
            if let Growth::Matrix(m) = growth(&all, Day(as_of), 0.3, 12) {
                let c = &m.change;
                let loyalty = [c.loyalty_expansion, c.loyalty_contraction];
                let parts = [c.lost, loyalty[0], loyalty[1], c.extension, c.acquisition, c.diversification];
                prop_assert_eq!(cents(c.change), parts.into_iter().map(cents).sum::<i128>());
                prop_assert_eq!(cents(c.change), cents(c.window) - cents(c.base));
                let between = |from: Day, to: Day| -> i128 {
                    rows.iter().filter(|r| from <= r.1 && r.1 < to).map(|r| i128::from(r.2)).sum()
                };
                let end = Day(as_of + 1);
                prop_assert_eq!(cents(c.window), between(m.window_from, end));
                prop_assert_eq!(cents(c.base), between(m.base_from, m.window_from));
                let cells = [Some(m.loyalty), m.extension, Some(m.acquisition), m.diversification];
                let revenue: i128 = cells.iter().flatten().map(|cell| cents(cell.revenue)).sum();
                prop_assert_eq!(cents(c.window), revenue);
                prop_assert!(c.loyalty_expansion >= 0.0 && c.loyalty_contraction <= 0.0);
                prop_assert!(m.window_months >= 1 && m.window_months <= 12);
                if let Some(share) = m.combination.and_then(|x| x.cross_sell) {
                    prop_assert!((0.0..=1.0).contains(&share));
                }
                rows.reverse();
                prop_assert_eq!(growth(&ledger(&rows), Day(as_of), 0.3, 12), Growth::Matrix(m));
            }
        }
    }
}
