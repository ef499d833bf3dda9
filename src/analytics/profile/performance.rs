//! One customer's spend, volume and price: the last W months against the W before, in all, by product and by channel.

use super::{DevelopmentOf, Fact};
use crate::analytics::churn::months_before;
use crate::customer::{Coded, Day, MoneyScale};
use crate::math::sum;
use serde::{Deserialize, Serialize};

/// Products and channels listed at most, by spend.
const MOST: usize = 5;

/// One customer's rows, in any order; columns of the same length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CustomerRows<'a> {
    /// Day.
    pub day: &'a [Day],
    /// Net amount, minor units.
    pub amount: &'a [i64],
    /// Units.
    pub quantity: Option<&'a [f64]>,
    /// Product, [`Coded::MISSING`] where there is none.
    pub product: Option<&'a [u32]>,
    /// Channel, likewise.
    pub channel: Option<&'a [u32]>,
    /// Scale of `amount`.
    pub scale: MoneyScale,
}

/// The W months before, then the last W.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trend {
    /// Product or channel; `None` for everything.
    pub idx: Option<u32>,
    /// Spend, money.
    pub amount: [f64; 2],
    /// Units, where known.
    pub quantity: Option<[f64; 2]>,
    /// Money per unit; `None` where nothing net was bought.
    pub price: [Option<f64>; 2],
}

/// How a customer's purchases develop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Performance {
    /// W.
    pub months: u32,
    /// Everything.
    pub all: Trend,
    /// The five products of most spend, most first.
    pub products: Vec<Trend>,
    /// The five channels of most spend, most first.
    pub channels: Vec<Trend>,
}

/// Compares the last `months` with as many before.
#[must_use]
pub fn performance(rows: &CustomerRows, as_of: Day, months: u32) -> Performance {
    let months = months.clamp(1, 1200);
    let starts = [months_before(as_of, 2 * months), months_before(as_of, months)];
    let n = rows.day.len().min(rows.amount.len());
    let window = |r: usize| match rows.day[r] {
        day if day > as_of || day <= starts[0] => None,
        day => Some(usize::from(day > starts[1])),
    };
    let inside: Vec<(usize, usize)> = (0..n).filter_map(|r| Some((r, window(r)?))).collect();
    let by = |codes: Option<&[u32]>| codes.map_or_else(Vec::new, |codes| rows.by(&inside, codes));
    Performance {
        months,
        all: rows.trend(None, &inside),
        products: by(rows.product),
        channels: by(rows.channel),
    }
}

impl CustomerRows<'_> {
    /// Totals of rows with their window, 0 or 1.
    fn trend(&self, idx: Option<u32>, rows: &[(usize, usize)]) -> Trend {
        let money = |w: usize| {
            let minor: i128 = rows.iter().filter(|r| r.1 == w).map(|r| i128::from(self.amount[r.0])).sum();
            self.scale.to_f64(minor)
        };
        let amount = [money(0), money(1)];
        let units = |column: &[f64], w: usize| {
            let own = rows.iter().filter(|r| r.1 == w);
            let mut own: Vec<f64> =
                own.filter_map(|r| column.get(r.0)).copied().filter(|q| q.is_finite()).collect();
            // Sorted, so that the order of rows does not show in the last digit.
            crate::math::sort(&mut own);
            Some(sum(own)).filter(|q| q.is_finite()).unwrap_or(0.0)
        };
        let quantity = self.quantity.map(|q| [units(q, 0), units(q, 1)]);
        let price = [0, 1].map(|w| {
            let units = quantity.map_or(0.0, |q| q[w]);
            Some(amount[w] / units).filter(|p| units > 0.0 && amount[w] > 0.0 && p.is_finite())
        });
        Trend { idx, amount, quantity, price }
    }

    fn by(&self, rows: &[(usize, usize)], codes: &[u32]) -> Vec<Trend> {
        let code = |r: usize| codes.get(r).copied().filter(|c| *c != Coded::MISSING);
        let mut known: Vec<(u32, (usize, usize))> =
            rows.iter().filter_map(|&r| Some((code(r.0)?, r))).collect();
        known.sort_unstable();
        let own = known.chunk_by(|a, b| a.0 == b.0);
        let mut trends: Vec<Trend> =
            own.map(|own| self.trend(Some(own[0].0), &own.iter().map(|o| o.1).collect::<Vec<_>>())).collect();
        let spend = |t: &Trend| t.amount[0] + t.amount[1];
        trends.sort_by(|a, b| spend(b).total_cmp(&spend(a)).then(a.idx.cmp(&b.idx)));
        trends.truncate(MOST);
        trends
    }
}

impl Performance {
    /// As facts: everything, then products, then channels.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let lines = |of: DevelopmentOf, trends: &[Trend]| -> Vec<Fact> {
            trends.iter().map(|&trend| Fact::Development { of, trend }).collect()
        };
        let parts = [
            lines(DevelopmentOf::All, &[self.all]),
            lines(DevelopmentOf::Product, &self.products),
            lines(DevelopmentOf::Channel, &self.channels),
        ];
        parts.concat()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn methods_18_volume_and_price_by_hand() {
        let day = |t: &str| Day::parse_iso(t).unwrap();
        let days = [
            day("2023-06-30"), // before both windows
            day("2023-07-01"),
            day("2024-06-30"),
            day("2024-07-01"),
            day("2025-06-30"),
            day("2025-07-01"), // not seen
        ];
        let rows = CustomerRows {
            day: &days,
            amount: &[9_900, 10_000, 6_000, 20_000, -5_000, 7_700],
            quantity: Some(&[9.0, 10.0, 6.0, 16.0, -4.0, 9.0]),
            product: Some(&[1, 1, 2, 1, 1, 3]),
            channel: Some(&[0, 0, Coded::MISSING, 0, 0, 0]),
            scale: MoneyScale { decimals: 2 },
        };
        let seen = performance(&rows, day("2025-06-30"), 12);
        assert_eq!(seen.all.amount, [160.0, 150.0]);
        assert_eq!(seen.all.quantity, Some([16.0, 12.0]));
        assert_eq!(seen.all.price, [Some(10.0), Some(12.5)]);
        assert_eq!(seen.products.iter().map(|t| t.idx).collect::<Vec<_>>(), [Some(1), Some(2)]);
        assert_eq!((seen.products[1].amount, seen.products[1].price[1]), ([60.0, 0.0], None));
        assert_eq!((seen.channels.len(), seen.channels[0].amount), (1, [100.0, 150.0]));
    }

    #[test]
    fn the_parts_add_up_and_rows_may_come_in_any_order() {
        let mut rng = crate::math::Rng::new(6);
        let mut rows: Vec<(Day, i64, f64, u32)> = (0..60)
            .map(|_| {
                let day = Day(rng.below(800) as i32);
                (day, rng.below(1000) as i64 - 200, rng.uniform(), rng.below(4) as u32)
            })
            .collect();
        let of = |rows: &[(Day, i64, f64, u32)]| {
            let day: Vec<Day> = rows.iter().map(|r| r.0).collect();
            let amount: Vec<i64> = rows.iter().map(|r| r.1).collect();
            let quantity: Vec<f64> = rows.iter().map(|r| r.2).collect();
            let product: Vec<u32> = rows.iter().map(|r| r.3).collect();
            let scale = MoneyScale::default();
            let (quantity, product) = (Some(quantity.as_slice()), Some(product.as_slice()));
            performance(
                &CustomerRows { day: &day, amount: &amount, quantity, product, channel: None, scale },
                Day(790),
                12,
            )
        };
        let seen = of(&rows);
        for w in 0..2 {
            let parts: f64 = seen.products.iter().map(|t| t.amount[w]).sum();
            assert_eq!(parts, seen.all.amount[w]);
        }
        rows.reverse();
        assert_eq!(of(&rows), seen);
        assert_eq!(of(&[]).all.amount, [0.0, 0.0]);
    }
}
