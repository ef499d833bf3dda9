//! A side table that was read becomes part of the data set, with its money on one scale.

use super::read::{Read, Rows};
use crate::customer::{Coded, Dataset, MoneyScale, RecordedExits, SideTables};

impl Read {
    /// Puts the table into the data set.
    pub fn put(self, dataset: &mut Dataset) {
        let from = self.scale;
        let to = grow(dataset, from);
        let scaled = |column: &mut Vec<i64>| column.iter_mut().for_each(|v| *v = rescaled(*v, from, to));
        let side = side_of(dataset);
        match self.rows {
            Rows::Payments(mut t) => {
                scaled(&mut t.amount_due);
                scaled(&mut t.amount_paid);
                side.payments = Some(t);
            }
            Rows::Contacts(mut t) => {
                t.cost.as_mut().map(scaled);
                side.contacts = Some(t);
            }
            Rows::Referrals(t) => side.referrals = Some(t),
            Rows::Survey(t) => side.survey = Some(t),
            Rows::Customers(t) => {
                let profile = &mut side.profile;
                profile.wallet_per_year = t.wallet_per_year.or(profile.wallet_per_year.take());
                profile.segment = t.segment.or(profile.segment.take());
                profile.acquisition_cost = t.acquisition_cost.or(profile.acquisition_cost.take());
                profile.acquired = t.acquired.or(profile.acquired.take());
            }
            Rows::Exits(t) => {
                // Contracts have the reason in a column of their own.
                if let Dataset::Contracts(contracts) = dataset {
                    let reason = by_customer(&t, contracts.customers.len());
                    contracts.reason.get_or_insert(reason);
                }
                side_of(dataset).exits = Some(t);
            }
        }
    }
}

fn side_of(dataset: &mut Dataset) -> &mut SideTables {
    match dataset {
        Dataset::Transactions(ledger) => &mut ledger.side,
        Dataset::Contracts(contracts) => &mut contracts.side,
    }
}

fn scale_of(dataset: &mut Dataset) -> &mut MoneyScale {
    match dataset {
        Dataset::Transactions(ledger) => &mut ledger.scale,
        Dataset::Contracts(contracts) => &mut contracts.scale,
    }
}

/// The reason of each customer; of several records the last counts.
fn by_customer(exits: &RecordedExits, n_customers: usize) -> Coded {
    let mut code = vec![Coded::MISSING; n_customers];
    for (&customer, &reason) in exits.customer.iter().zip(&exits.reason.code) {
        code[customer as usize] = reason;
    }
    Coded { names: exits.reason.names.clone(), code }
}

/// All money of a data set.
fn money_of(dataset: &mut Dataset) -> Vec<&mut Vec<i64>> {
    let (main, side) = match dataset {
        Dataset::Transactions(l) => {
            ([Some(&mut l.amount), l.cost.as_mut(), l.list_price.as_mut()], &mut l.side)
        }
        Dataset::Contracts(c) => ([c.monthly_charge.as_mut(), c.total_charge.as_mut(), None], &mut c.side),
    };
    let mut columns: Vec<&mut Vec<i64>> = main.into_iter().flatten().collect();
    columns.extend(side.contacts.as_mut().and_then(|t| t.cost.as_mut()));
    if let Some(payments) = &mut side.payments {
        columns.extend([&mut payments.amount_due, &mut payments.amount_paid]);
    }
    columns
}

/// Gives a data set as many decimals as a side table has, which changes no amount. The scale it has afterwards: the
/// old one where it is fine enough, or where an amount would not fit.
fn grow(dataset: &mut Dataset, wanted: MoneyScale) -> MoneyScale {
    let scale = *scale_of(dataset);
    if wanted.decimals <= scale.decimals {
        return scale;
    }
    let factor = 10_i64.pow(u32::from(wanted.decimals - scale.decimals));
    let mut columns = money_of(dataset);
    if columns.iter().flat_map(|c| c.iter()).any(|v| v.checked_mul(factor).is_none()) {
        return scale;
    }
    columns.iter_mut().flat_map(|c| c.iter_mut()).for_each(|v| *v *= factor);
    *scale_of(dataset) = wanted;
    wanted
}

/// An amount on another scale; rounded half away from zero where that is coarser.
fn rescaled(value: i64, from: MoneyScale, to: MoneyScale) -> i64 {
    if to.decimals >= from.decimals {
        return value.saturating_mul(10_i64.pow(u32::from(to.decimals - from.decimals)));
    }
    let divisor = 10_i64.pow(u32::from(from.decimals - to.decimals));
    let half = if value < 0 { -divisor / 2 } else { divisor / 2 };
    value.saturating_add(half) / divisor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_meet_without_rounding_where_they_fit() {
        let scale = |decimals| MoneyScale { decimals };
        assert_eq!(rescaled(-15, scale(1), scale(0)), -2);
        assert_eq!(rescaled(14, scale(1), scale(0)), 1);
        assert_eq!(rescaled(7, scale(0), scale(2)), 700);
        let mut ledger = crate::customer::Ledger { amount: vec![3, -4], ..Default::default() };
        let mut dataset = Dataset::Transactions(ledger.clone());
        assert_eq!(grow(&mut dataset, scale(2)), scale(2));
        ledger.amount = vec![300, -400];
        ledger.scale = scale(2);
        assert_eq!(dataset, Dataset::Transactions(ledger.clone()));
        assert_eq!(grow(&mut dataset, scale(1)), scale(2), "never coarser");
        ledger.amount = vec![i64::MAX / 10, 1];
        let mut dataset = Dataset::Transactions(ledger.clone());
        assert_eq!(grow(&mut dataset, scale(4)), scale(2), "too large for more decimals");
        assert_eq!(dataset, Dataset::Transactions(ledger));
    }
}
