//! Which amounts are far beyond the usual, and how much of the money hangs on them?
//!
//! Amounts spread by factors, not by differences, so the fence is Tukey's "far out" fence (Exploratory Data Analysis,
//! 1977, 2D: three interquartile ranges beyond the upper quartile) on the log scale: `Q3 (Q3/Q1)^3` over the positive
//! amounts. Prices that hardly vary would put it just above them, so it is at least ten times the median. A return counts by its
//! size. Of log-normal amounts fewer than one in 100,000 lie beyond. Fewer than 20 positive amounts have no fence.

use serde::{Deserialize, Serialize};

use super::super::quality::shorten;
use crate::customer::{Day, Ledger};

/// Positive amounts it takes for a fence.
const MIN_AMOUNTS: usize = 20;
/// The fence is at least so many medians.
const MIN_MEDIANS: f64 = 10.0;
/// Amounts listed.
const LISTED: usize = 5;

/// Facts about amounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amounts {
    /// Sum of all amounts that are no returns.
    pub sales: f64,
    /// Sum of all returns; not positive.
    pub returned: f64,
    /// Median of the positive amounts; absent where there are too few.
    pub median: Option<f64>,
    /// Amounts beyond it, in size, are far out; absent as `median`.
    pub fence: Option<f64>,
    /// Rows beyond the fence.
    pub rows: u64,
    /// Sum of their amounts, returns subtracted.
    pub sum: f64,
    /// `sum` over the sum of all amounts, where both are positive.
    pub share: Option<f64>,
    /// The five largest in size among them, largest first; equal ones in file order.
    pub largest: Vec<LargeAmount>,
}

/// A row with a large amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LargeAmount {
    /// Name of the customer, at most 80 characters.
    pub customer: String,
    /// Day.
    pub day: Day,
    /// Amount.
    pub amount: f64,
}

impl Amounts {
    /// Looks at all rows.
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        let money = |minor: i128| ledger.scale.to_f64(minor);
        let (mut sales, mut returned) = (0_i128, 0_i128);
        for (&amount, &is_return) in ledger.amount.iter().zip(&ledger.is_return) {
            *(if is_return { &mut returned } else { &mut sales }) += i128::from(amount);
        }
        let mut out = Self { sales: money(sales), returned: money(returned), ..Self::default() };
        let Some((median, fence)) = fence(&ledger.amount) else { return out };
        out.median = Some(median / ledger.scale.factor() as f64);
        out.fence = Some(fence / ledger.scale.factor() as f64);
        let (mut sum, mut top) = (0_i128, Vec::<(u64, usize)>::new());
        for (i, &amount) in ledger.amount.iter().enumerate().filter(|(_, a)| a.unsigned_abs() as f64 > fence)
        {
            out.rows += 1;
            sum += i128::from(amount);
            let size = amount.unsigned_abs();
            let place = top.partition_point(|&(other, _)| other >= size);
            if place < LISTED {
                top.insert(place, (size, i));
                top.truncate(LISTED);
            }
        }
        out.sum = money(sum);
        out.share = (sum > 0 && sales + returned > 0).then(|| sum as f64 / (sales + returned) as f64);
        let row = |&(_, i): &(u64, usize)| LargeAmount {
            customer: shorten(ledger.customers.get(ledger.customer[i])),
            day: ledger.day[i],
            amount: money(i128::from(ledger.amount[i])),
        };
        out.largest = top.iter().map(row).collect();
        out
    }
}

/// Median of the positive amounts and the fence, in minor units.
fn fence(amounts: &[i64]) -> Option<(f64, f64)> {
    let mut positive: Vec<i64> = amounts.iter().copied().filter(|a| *a > 0).collect();
    let n = positive.len();
    if n < MIN_AMOUNTS {
        return None;
    }
    // Nearest ranks: on this many amounts interpolation would change nothing that matters.
    let [q1, median, q3] = [n / 4, n / 2, n - 1 - n / 4].map(|k| *positive.select_nth_unstable(k).1 as f64);
    let ratio = q3 / q1;
    Some((median, (q3 * ratio * ratio * ratio).max(MIN_MEDIANS * median)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::MoneyScale;
    use crate::math::Rng;

    fn ledger(amount: Vec<i64>) -> Ledger {
        Ledger {
            customers: ["ann", "bob"].into_iter().collect(),
            customer: (0..amount.len() as u32).map(|i| i % 2).collect(),
            day: (0..amount.len() as i32).map(Day).collect(),
            is_return: amount.iter().map(|a| *a < 0).collect(),
            amount,
            scale: MoneyScale { decimals: 2 },
            ..Ledger::default()
        }
    }

    /// By hand: quartiles 1.00, 2.00 and 4.00, so the fence is 4 * 4^3 = 256; a cent above it is out.
    #[test]
    fn the_fence_is_three_interquartile_ranges_out_on_the_log_scale() {
        let mut amounts = Vec::new();
        for (value, n) in [(100, 30), (200, 30), (400, 30)] {
            amounts.extend(std::iter::repeat_n(value, n));
        }
        amounts.extend([25_600, 25_601, -30_000, -100, 0]);
        let found = Amounts::of(&ledger(amounts));
        assert_eq!((found.median, found.fence), (Some(2.0), Some(256.0)));
        assert_eq!((found.rows, found.sum, found.share), (2, -43.99, None));
        assert_eq!(found.sales, 30.0 + 60.0 + 120.0 + 256.0 + 256.01);
        assert_eq!(found.returned, -301.0);
        let listed: Vec<_> = found.largest.iter().map(|l| (l.customer.as_str(), l.day.0, l.amount)).collect();
        assert_eq!(listed, [("ann", 92, -300.0), ("bob", 91, 256.01)]);
    }

    #[test]
    fn one_price_for_all_leaves_room_for_a_dozen_of_it() {
        let mut amounts = vec![990; 100];
        amounts.extend([9_900, 9_901]);
        let found = Amounts::of(&ledger(amounts));
        assert_eq!((found.fence, found.rows), (Some(99.0), 1));
        let total = 100.0 * 9.9 + 99.0 + 99.01;
        assert!((found.share.unwrap_or(0.0) - 99.01 / total).abs() < 1e-12);
    }

    #[test]
    fn log_normal_amounts_have_no_outlier_and_a_slip_of_the_point_is_one() {
        let mut rng = Rng::new(7);
        let mut amounts: Vec<i64> =
            (0..20_000).map(|_| (crate::math::exp(4.0 + 0.8 * rng.normal()) * 100.0) as i64).collect();
        assert_eq!(Amounts::of(&ledger(amounts.clone())).rows, 0);
        amounts[77] *= 10_000;
        let found = Amounts::of(&ledger(amounts));
        assert_eq!((found.rows, found.largest[0].day), (1, Day(77)));
        assert!(found.share.is_some_and(|s| s > 0.1));
    }

    #[test]
    fn five_are_listed_largest_first_and_few_amounts_have_no_fence() {
        let mut amounts = vec![100; 50];
        amounts.extend((1..=9).map(|i| i * 1_000_000));
        let found = Amounts::of(&ledger(amounts));
        assert_eq!(found.rows, 9);
        let listed: Vec<f64> = found.largest.iter().map(|l| l.amount).collect();
        assert_eq!(listed, [90_000.0, 80_000.0, 70_000.0, 60_000.0, 50_000.0]);
        let few = Amounts::of(&ledger(vec![1; 19]));
        assert_eq!((few.fence, few.rows, few.sales), (None, 0, 0.19));
        assert_eq!(Amounts::of(&Ledger::default()), Amounts::default());
    }
}
