//! What is unusual about the rows that were used? Facts a reader should know before trusting a total; nothing is
//! changed because of them.
//!
//! [`Checks::of`] looks at a data set once, after reading: at amounts ([`amounts`]), at days ([`calendar`]) and at the
//! names of customers ([`names`]). Every rule is robust (quartiles, shares, runs that chance does not explain), adapts
//! to the file, and is stated at the top of its file. The core reads no clock: whether a day lies in the future is for
//! the caller to say, by [`Calendar::after`].

pub mod amounts;
pub mod calendar;
pub mod names;

use serde::{Deserialize, Serialize};

pub use amounts::{Amounts, LargeAmount};
pub use calendar::{Calendar, DayRows, Edge, Gap, Grain, Level, MonthRows, OddDay, WhyOdd};
pub use names::{LargestCustomer, LookAlikes, NamedRows, Names, WhyNamed};

use crate::customer::{Contracts, Dataset, Ledger};

/// Facts about the rows that were used; money in the file's currency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Checks {
    /// Amounts; absent for contracts.
    pub amounts: Option<Amounts>,
    /// Days; absent for contracts.
    pub calendar: Option<Calendar>,
    /// Customers.
    pub names: Names,
}

impl Checks {
    /// Looks at all rows of a data set. Time and memory grow with the rows; an empty one gives empty facts.
    #[must_use]
    pub fn of(dataset: &Dataset) -> Self {
        match dataset {
            Dataset::Transactions(ledger) => transactions(ledger),
            Dataset::Contracts(contracts) => of_contracts(contracts),
        }
    }
}

fn transactions(ledger: &Ledger) -> Checks {
    let mut rows = vec![0_u32; ledger.n_customers()];
    let mut money = vec![0_i128; ledger.n_customers()];
    for (&customer, &amount) in ledger.customer.iter().zip(&ledger.amount) {
        rows[customer as usize] += 1;
        money[customer as usize] += i128::from(amount);
    }
    Checks {
        amounts: Some(Amounts::of(ledger)),
        calendar: Calendar::of(&ledger.day, &ledger.amount, ledger.scale),
        names: Names::of(&ledger.customers, &rows, Some((&money, ledger.scale))),
    }
}

fn of_contracts(contracts: &Contracts) -> Checks {
    let rows = vec![1; contracts.customers.len()];
    let charge = contracts.total_charge.as_ref().or(contracts.monthly_charge.as_ref());
    let money: Option<Vec<i128>> = charge.map(|c| c.iter().map(|&v| i128::from(v)).collect());
    let money = money.as_ref().map(|m| (m.as_slice(), contracts.scale));
    Checks { names: Names::of(&contracts.customers, &rows, money), ..Checks::default() }
}
