//! What else happened in each month of a relationship, beside value and orders: units, price level, cost to serve,
//! referrals, complaints. One entry per customer-month, laid out as the series of the stage method.

use super::build::Work;
use crate::analytics::orders::MonthlySeries;
use crate::customer::Day;

/// Columns per customer-month; one is absent where the file does not carry it.
#[derive(Default)]
pub(super) struct StageColumns {
    /// Units.
    pub units: Option<Vec<f64>>,
    /// Value of the units at each product's mean price over the file, money.
    pub at_mean_price: Option<Vec<f64>>,
    /// Cost to serve, money.
    pub cost_to_serve: Option<Vec<f64>>,
    /// Customers referred.
    pub referrals: Option<Vec<f64>>,
    /// Complaints.
    pub complaints: Option<Vec<f64>>,
}

/// Where a customer's month is in the series; `None` before its beginning or after its end.
fn place(series: &MonthlySeries, customer: u32, day: Day) -> Option<usize> {
    let c = customer as usize;
    let first = series.first_month.get(c)?;
    let offset = usize::try_from(day.month().0 - first.0).ok()?;
    let range = series.range(c);
    (offset < range.len()).then(|| range.start + offset)
}

/// Sums a column of rows by customer-month.
fn by_month(series: &MonthlySeries, rows: impl Iterator<Item = (u32, Day, f64)>) -> Vec<f64> {
    let mut out = vec![0.0; series.value.len()];
    for (customer, day, value) in rows {
        if let Some(at) = place(series, customer, day) {
            out[at] += value;
        }
    }
    out
}

impl StageColumns {
    pub fn of(work: &Work<'_>, series: &MonthlySeries) -> Self {
        let mut out = Self::default();
        let ledger = work.ledger;
        let rows = || (0..ledger.n_rows()).filter(|&i| ledger.day[i] <= work.as_of);
        if let Some(quantity) = &ledger.quantity {
            let units = rows().map(|i| (ledger.customer[i], ledger.day[i], quantity[i]));
            out.units = Some(by_month(series, units));
            let price = ledger.product.as_ref().map(|product| (product, mean_prices(work, quantity)));
            out.at_mean_price = price.map(|(product, mean)| {
                let at =
                    |i: usize| mean.get(product.code[i] as usize).copied().flatten().map(|p| p * quantity[i]);
                by_month(series, rows().filter_map(|i| Some((ledger.customer[i], ledger.day[i], at(i)?))))
            });
        }
        let settings = work.settings;
        let contacts = ledger.side.contacts.as_ref();
        if settings.cost_per_order > 0.0 || contacts.is_some() {
            let mut serve: Vec<f64> =
                series.n_orders.iter().map(|n| f64::from(*n) * settings.cost_per_order).collect();
            for i in contacts.iter().flat_map(|t| 0..t.customer.len()) {
                let Some(table) = contacts else { break };
                let cost = match (&table.cost, &table.minutes) {
                    (Some(cost), _) => ledger.scale.to_f64(i128::from(cost[i])),
                    (None, Some(minutes)) => minutes[i] * settings.cost_per_minute,
                    (None, None) => settings.cost_per_contact,
                };
                if let Some(at) = place(series, table.customer[i], table.day[i]) {
                    serve[at] += cost;
                }
            }
            out.cost_to_serve = Some(serve);
        }
        out.complaints = contacts.and_then(|t| {
            let complaint = t.is_complaint.as_ref()?;
            let rows = (0..t.customer.len()).filter(|&i| complaint[i]);
            Some(by_month(series, rows.map(|i| (t.customer[i], t.day[i], 1.0))))
        });
        out.referrals = ledger.side.referrals.as_ref().and_then(|t| {
            let dated = (0..t.referrer.len()).filter_map(|i| Some((t.referrer[i], t.day[i]?, 1.0)));
            t.day.iter().any(Option::is_some).then(|| by_month(series, dated))
        });
        out
    }
}

/// Money per unit of each product over the whole file; `None` where no unit was sold.
fn mean_prices(work: &Work<'_>, quantity: &[f64]) -> Vec<Option<f64>> {
    let ledger = work.ledger;
    let Some(product) = &ledger.product else { return Vec::new() };
    let mut sums = vec![(0.0, 0.0); product.names.len()];
    for i in (0..ledger.n_rows()).filter(|&i| ledger.amount[i] > 0 && quantity[i] > 0.0) {
        if let Some(sum) = sums.get_mut(product.code[i] as usize) {
            sum.0 += ledger.scale.to_f64(i128::from(ledger.amount[i]));
            sum.1 += quantity[i];
        }
    }
    sums.into_iter().map(|(money, units)| (units > 0.0).then(|| money / units)).collect()
}
