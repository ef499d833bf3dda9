//! What did buyers of a promotion spend before, during and after it? An association, not an effect: who uses an offer
//! may have been about to buy anyway.
//!
//! A promotion runs from the first to the last day on which a row names it, L days. Its buyers' spend in these days is
//! set against the L days before and the L days after: money per buyer and 30 days, `uplift = during/before - 1`,
//! `lasting = after/before - 1`. Periods that the file does not hold in full are not compared; nor is anything where the
//! buyers spent nothing, or less, before.

use crate::customer::{Coded, Day, MoneyScale};
use serde::{Deserialize, Serialize};

/// Rows of a ledger, in any order; columns of the same length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PromoRows<'a> {
    /// Customer.
    pub customer: &'a [u32],
    /// Day.
    pub day: &'a [Day],
    /// Net amount, minor units.
    pub amount: &'a [i64],
    /// Promotion, [`Coded::MISSING`] where there is none.
    pub promo: &'a [u32],
    /// Scale of `amount`.
    pub scale: MoneyScale,
}

/// One promotion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromoEffect {
    /// Which.
    pub promo_idx: u32,
    /// First and last day.
    pub days: [Day; 2],
    /// Customers who used it.
    pub n_customers: u32,
    /// Their spend in rows of the promotion, money.
    pub promoted: f64,
    /// Spend before, money per buyer and 30 days; `None` where the file does not hold that time.
    pub before: Option<f64>,
    /// Spend during.
    pub during: f64,
    /// Spend after.
    pub after: Option<f64>,
    /// `during/before - 1`.
    pub uplift: Option<f64>,
    /// `after/before - 1`.
    pub lasting: Option<f64>,
}

/// Rows sorted by customer and day, with running totals.
struct Spending {
    key: Vec<(u32, Day)>,
    total: Vec<i128>,
}

impl Spending {
    fn new(rows: &PromoRows, n: usize) -> Self {
        let mut sorted: Vec<(u32, Day, i64)> =
            (0..n).map(|r| (rows.customer[r], rows.day[r], rows.amount[r])).collect();
        sorted.sort_unstable();
        let mut total = vec![0];
        let mut running = 0;
        for row in &sorted {
            running += i128::from(row.2);
            total.push(running);
        }
        Self { key: sorted.into_iter().map(|r| (r.0, r.1)).collect(), total }
    }

    /// Net amount of a customer from a day to another, both included.
    fn within(&self, customer: u32, from: Day, to: Day) -> i128 {
        let before = self.key.partition_point(|k| *k < (customer, from));
        let until = self.key.partition_point(|k| *k <= (customer, to));
        self.total[until.max(before)] - self.total[before]
    }
}

/// All promotions of the file, by index; `as_of` is the last day seen.
#[must_use]
pub fn promotions(rows: &PromoRows, as_of: Day) -> Vec<PromoEffect> {
    let n = rows.customer.len().min(rows.day.len()).min(rows.amount.len()).min(rows.promo.len());
    let Some(begin) = rows.day[..n].iter().copied().min() else { return Vec::new() };
    let spending = Spending::new(rows, n);
    let mut used: Vec<(u32, u32, Day, i64)> = (0..n)
        .filter(|&r| rows.promo[r] != Coded::MISSING && rows.day[r] <= as_of)
        .map(|r| (rows.promo[r], rows.customer[r], rows.day[r], rows.amount[r]))
        .collect();
    used.sort_unstable();
    let effect = |own: &[(u32, u32, Day, i64)]| {
        let days = own.iter().map(|u| u.2);
        let (first, last) = (days.clone().min().unwrap_or(begin), days.max().unwrap_or(begin));
        let length = last.0 - first.0 + 1;
        let buyers: Vec<u32> = own.chunk_by(|a, b| a.1 == b.1).map(|u| u[0].1).collect();
        let per_30_days = |from: i32, to: i32| {
            let minor: i128 = buyers.iter().map(|&c| spending.within(c, Day(from), Day(to))).sum();
            rows.scale.to_f64(minor) * 30.0 / (buyers.len() as f64 * f64::from(length))
        };
        let held = |from: i32, to: i32| from >= begin.0 && to <= as_of.0;
        let [before, after] = [(first.0 - length, first.0 - 1), (last.0 + 1, last.0 + length)]
            .map(|(from, to)| held(from, to).then(|| per_30_days(from, to)));
        let during = per_30_days(first.0, last.0);
        let against = |then: Option<f64>| {
            let base = before.filter(|b| *b > 0.0)?;
            then.map(|then| then / base - 1.0)
        };
        PromoEffect {
            promo_idx: own[0].0,
            days: [first, last],
            n_customers: buyers.len() as u32,
            promoted: rows.scale.to_f64(own.iter().map(|u| i128::from(u.3)).sum()),
            before,
            during,
            after,
            uplift: against(Some(during)),
            lasting: against(after),
        }
    };
    used.chunk_by(|a, b| a.0 == b.0).map(effect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(u32, i32, i64, u32)], as_of: i32) -> Vec<PromoEffect> {
        let customer: Vec<u32> = rows.iter().map(|r| r.0).collect();
        let day: Vec<Day> = rows.iter().map(|r| Day(r.1)).collect();
        let amount: Vec<i64> = rows.iter().map(|r| r.2).collect();
        let promo: Vec<u32> = rows.iter().map(|r| r.3).collect();
        let scale = MoneyScale { decimals: 2 };
        promotions(
            &PromoRows { customer: &customer, day: &day, amount: &amount, promo: &promo, scale },
            Day(as_of),
        )
    }

    #[test]
    fn methods_18_before_during_and_after_by_hand() {
        const NO: u32 = Coded::MISSING;
        let mut rows = vec![
            (5, 0, 100, NO), // the file begins
            // Promotion 7 on days 100..=109, ten days; buyers 0 and 1.
            (0, 92, 2_000, NO),
            (1, 99, 1_000, NO),
            (1, 89, 9_900, NO), // too early to count
            (0, 100, 3_000, 7),
            (1, 109, 3_000, 7),
            (1, 105, 3_000, NO),
            (0, 115, 1_500, NO),
            (2, 105, 50_000, NO), // no buyer
            // Promotion 8 ends with the file.
            (2, 199, 1_000, 8),
        ];
        let effects = of(&rows, 199);
        let e = effects[0];
        assert_eq!((e.promo_idx, e.days, e.n_customers, e.promoted), (7, [Day(100), Day(109)], 2, 60.0));
        // 30.00 before, 90.00 during, 15.00 after, of two buyers in ten days.
        assert_eq!((e.before, e.during, e.after), (Some(45.0), 135.0, Some(22.5)));
        assert_eq!((e.uplift, e.lasting), (Some(2.0), Some(-0.5)));
        let e = effects[1];
        assert_eq!((e.before, e.after, e.uplift), (Some(0.0), None, None));
        rows.reverse();
        assert_eq!(of(&rows, 199), effects);
    }

    #[test]
    fn a_promotion_as_long_as_the_file_has_nothing_to_compare_with() {
        let effects = of(&[(0, 0, 100, 1), (0, 50, 100, 1), (0, 60, 100, 2)], 55);
        assert_eq!(effects.len(), 1, "promotion 2 is in the future");
        assert_eq!((effects[0].before, effects[0].after), (None, None));
        assert!(of(&[], 0).is_empty());
    }
}
