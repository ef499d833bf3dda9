//! The shared nouns: days and months, exact money, interned names, and the two tables every analysis starts from.
//!
//! A [`Ledger`] holds one row per purchase, order line or return; a [`Contracts`] one row per customer. Both are
//! columnar: one vector per column, customers as indices into one string table, so that a million rows cost a few
//! flat allocations. `ingest` fills them, `analytics` reads them, and neither sees the other.

use serde::{Deserialize, Serialize};

/// A calendar day, as days since 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day of a calendar date, or `None` if there is no such date or its year is outside 1..=9999.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || day < 1
            || day > days_in_month(year, month)
        {
            return None;
        }
        // Days since 0000-03-01, counting years from March so that the leap day is the last of its year
        // (Hinnant, "chrono-compatible low-level date algorithms", 2013).
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month_from_march = (month as i32 + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// Year, month (1..=12) and day of the month (1..=31).
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * from_march + 2) / 5 + 1) as u32;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 } as u32;
        (year_of_era + era * 400 + i32::from(month <= 2), month, day)
    }

    /// The month this day lies in.
    #[must_use]
    pub fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month(year * 12 + month as i32 - 1)
    }

    /// `YYYY-MM-DD`.
    #[must_use]
    pub fn iso(self) -> String {
        let (y, m, d) = self.ymd();
        format!("{y:04}-{m:02}-{d:02}")
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
        if y.len() != 4 || m.len() != 2 || d.len() != 2 {
            return None;
        }
        Self::from_ymd(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
    }
}

/// Number of days of a month (1..=12).
#[must_use]
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A calendar month, as `year * 12 + month - 1`; consecutive months differ by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(pub i32);

impl Month {
    /// Year and month of the year (1..=12).
    #[must_use]
    pub fn year_month(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }

    /// First day of the month.
    #[must_use]
    pub fn first_day(self) -> Day {
        let (y, m) = self.year_month();
        Day::from_ymd(y, m, 1).unwrap_or_default()
    }

    /// Number of days of the month.
    #[must_use]
    pub fn days(self) -> u32 {
        let (y, m) = self.year_month();
        days_in_month(y, m)
    }

    /// `YYYY-MM`.
    #[must_use]
    pub fn iso(self) -> String {
        let (y, m) = self.year_month();
        format!("{y:04}-{m:02}")
    }
}

/// How many decimals the integers of a money column carry: an amount is `minor / 10^decimals`.
///
/// Money is kept in integers so that sums are exact and do not depend on the order of the rows. One scale serves a
/// whole table; the reader chooses the smallest that holds every amount of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MoneyScale {
    /// 0..=6.
    pub decimals: u8,
}

impl MoneyScale {
    /// Most decimals kept; finer amounts are rounded, half away from zero.
    pub const MAX_DECIMALS: u8 = 6;

    /// Minor units in one unit of the currency.
    #[must_use]
    pub fn factor(self) -> i64 {
        10_i64.pow(u32::from(self.decimals))
    }

    /// The amount as a number, correctly rounded: exact integers are divided once, at the end.
    #[must_use]
    pub fn to_f64(self, minor: i128) -> f64 {
        minor as f64 / self.factor() as f64
    }
}

/// Many short strings in one allocation, addressed by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Appends a string and returns its index.
    pub fn push(&mut self, s: &str) -> u32 {
        self.text.push_str(s);
        self.ends.push(self.text.len() as u32);
        (self.ends.len() - 1) as u32
    }

    /// The string at an index; empty when the index is out of range.
    #[must_use]
    pub fn get(&self, idx: u32) -> &str {
        let i = idx as usize;
        let Some(&end) = self.ends.get(i) else { return "" };
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.text[start as usize..end as usize]
    }

    /// Number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All strings in index order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|i| self.get(i))
    }

    /// Bytes of all strings together, for limits.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.text.len()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(iter: I) -> Self {
        let mut out = Self::default();
        for s in iter {
            out.push(s.as_ref());
        }
        out
    }
}

/// A column of strings that repeat: indices into a table of the distinct ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// Distinct values.
    pub names: Strings,
    /// One index into `names` per row; [`Coded::MISSING`] where the cell was empty.
    pub code: Vec<u32>,
}

impl Coded {
    /// Stands for an empty cell.
    pub const MISSING: u32 = u32::MAX;
}

/// What a row of a [`Ledger`] is the sum of: how much of the time between purchases it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Grain {
    /// One purchase, or a part of it: its day is known.
    #[default]
    Purchase,
    /// All purchases of a customer in a period, dated on its last day.
    Period {
        /// Months of the longest period; 0 for less than one.
        months: u32,
    },
    /// All purchases of a customer, dated on the last one: nothing is known of the time before.
    Lifetime,
}

/// One row per purchase, order line or return; the rows that could be used, in file order.
///
/// All columns have the same length. Customer names are sorted (numbers by value, then text by bytes), so that
/// indices, and everything computed from them, do not depend on the order of the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Distinct customers, sorted; see [`compare_names`].
    pub customers: Strings,
    /// Customer of each row, index into `customers`.
    pub customer: Vec<u32>,
    /// Day of each row.
    pub day: Vec<Day>,
    /// Net amount of each row in minor units of `scale`; negative for returns.
    pub amount: Vec<i64>,
    /// Scale of `amount` and `cost`.
    pub scale: MoneyScale,
    /// Whether the row is a return: negative amount or quantity, or a cancellation id (methods.md 1.4 b).
    pub is_return: Vec<bool>,
    /// Order each row belongs to, where the file names orders.
    pub order: Option<Coded>,
    /// Product of each row.
    pub product: Option<Coded>,
    /// Product category of each row.
    pub category: Option<Coded>,
    /// Units of each row.
    pub quantity: Option<Vec<f64>>,
    /// Variable cost of each row in minor units.
    pub cost: Option<Vec<i64>>,
    /// Sales channel of each row.
    pub channel: Option<Coded>,
    /// List price per unit of each row in minor units, where the file has one beside the price paid.
    pub list_price: Option<Vec<i64>>,
    /// Promotion each row belongs to.
    pub promotion: Option<Coded>,
    /// Orders each row stands for, where rows are sums; else a row is an order or part of one.
    pub n_orders: Option<Vec<u32>>,
    /// What a row is the sum of.
    pub grain: Grain,
    /// What else is known about the customers.
    pub side: SideTables,
}

impl Ledger {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.customer.len()
    }

    /// Number of distinct customers.
    #[must_use]
    pub fn n_customers(&self) -> usize {
        self.customers.len()
    }
}

/// One row per customer with a contract or subscription.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contracts {
    /// Customers, sorted as in [`Ledger::customers`]; no name twice.
    pub customers: Strings,
    /// Months since the contract began, at its end for those who left.
    pub tenure_months: Vec<f64>,
    /// Whether the contract has ended.
    pub churned: Vec<bool>,
    /// Charge per month in minor units.
    pub monthly_charge: Option<Vec<i64>>,
    /// Charges so far in minor units.
    pub total_charge: Option<Vec<i64>>,
    /// Scale of the charges.
    pub scale: MoneyScale,
    /// Stated reason for leaving.
    pub reason: Option<Coded>,
    /// Columns no role was given to, in file order: what may tell leavers from stayers.
    pub attributes: Vec<Attribute>,
    /// What else is known about the customers.
    pub side: SideTables,
}

/// A column about customers that has no role of its own; one value per customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its header.
    pub name: String,
    /// Its values.
    pub values: AttributeValues,
}

/// Values of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValues {
    /// Numbers; `None` where the cell was empty or no number.
    Number(Vec<Option<f64>>),
    /// One of few texts.
    Category(Coded),
}

/// What is known about customers beside the main table (methods.md 1.3). Every table is columnar; `customer` columns
/// are indices into the main table's customers. An absent table is `None`, and what rests on it is then said to be
/// missing, never assumed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SideTables {
    /// Service contacts.
    pub contacts: Option<Contacts>,
    /// Invoices and their payment.
    pub payments: Option<Payments>,
    /// Who brought whom.
    pub referrals: Option<Referrals>,
    /// Recorded departures.
    pub exits: Option<RecordedExits>,
    /// Answers to a survey.
    pub survey: Option<Survey>,
    /// Facts about customers, one row per customer of the main table.
    pub profile: CustomerProfile,
}

/// Service contacts, one row each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contacts {
    /// Customer.
    pub customer: Vec<u32>,
    /// Day.
    pub day: Vec<Day>,
    /// Minutes it took.
    pub minutes: Option<Vec<f64>>,
    /// What it cost, in minor units of the main table's scale.
    pub cost: Option<Vec<i64>>,
    /// Whether it was a complaint.
    pub is_complaint: Option<Vec<bool>>,
    /// Whether it was answered or solved.
    pub is_resolved: Option<Vec<bool>>,
}

/// Invoices, one row each; money in minor units of the main table's scale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Payments {
    /// Customer.
    pub customer: Vec<u32>,
    /// Invoice each row belongs to, unique within a customer; absent: every row is an invoice of its own.
    pub invoice: Option<Vec<u32>>,
    /// Day it was due.
    pub due: Vec<Day>,
    /// Day it was paid; `None` while open.
    pub paid: Vec<Option<Day>>,
    /// Amount due, net of credit notes.
    pub amount_due: Vec<i64>,
    /// Amount paid.
    pub amount_paid: Vec<i64>,
}

/// Referrals, one row each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Referrals {
    /// The customer who referred.
    pub referrer: Vec<u32>,
    /// The customer who came, where in the main table.
    pub referred: Vec<Option<u32>>,
    /// Day.
    pub day: Vec<Option<Day>>,
}

/// Recorded departures, one row each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedExits {
    /// Customer.
    pub customer: Vec<u32>,
    /// Day, where known.
    pub day: Vec<Option<Day>>,
    /// Stated reason.
    pub reason: Coded,
}

/// Survey answers, one row each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Customer.
    pub customer: Vec<u32>,
    /// Item.
    pub item: Coded,
    /// Score on the survey's own scale.
    pub score: Vec<f64>,
}

/// Facts about customers; a column is absent, or has one entry per customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerProfile {
    /// Spend with all suppliers of the category per year, money.
    pub wallet_per_year: Option<Vec<Option<f64>>>,
    /// Segment, region or another group of peers.
    pub segment: Option<Coded>,
    /// What acquiring the customer cost, money.
    pub acquisition_cost: Option<Vec<Option<f64>>>,
    /// Day the customer was acquired, which may be before the first purchase.
    pub acquired: Option<Vec<Option<Day>>>,
}

/// What a file turned out to hold.
#[derive(Clone, Debug, PartialEq)]
// There is one of these at a time: its size does not matter, a pointer more would only be in the way.
#[allow(clippy::large_enum_variant)]
pub enum Dataset {
    /// One row per purchase or order line.
    Transactions(Ledger),
    /// One row per customer.
    Contracts(Contracts),
}

/// The order of customer names: whole numbers by value, before all other text, which goes by bytes. Numbers of
/// equal value (`7` and `007` are different customers) go by their text.
#[must_use]
pub fn compare_names(a: &str, b: &str) -> std::cmp::Ordering {
    fn number(s: &str) -> Option<u64> {
        (!s.is_empty() && s.len() <= 18 && s.bytes().all(|c| c.is_ascii_digit()))
            .then(|| s.parse().ok())
            .flatten()
    }
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse_over_two_centuries() {
        let first = Day::from_ymd(1899, 12, 30).unwrap();
        assert_eq!(first.0, -25_569, "the epoch of spreadsheet dates");
        let mut expected = (1899, 12, 30);
        for d in first.0..Day::from_ymd(2101, 1, 1).unwrap().0 {
            assert_eq!(Day(d).ymd(), expected);
            assert_eq!(Day::from_ymd(expected.0, expected.1, expected.2), Some(Day(d)));
            expected = match expected {
                (y, 12, 31) => (y + 1, 1, 1),
                (y, m, d) if d == days_in_month(y, m) => (y, m + 1, 1),
                (y, m, d) => (y, m, d + 1),
            };
        }
    }

    #[test]
    fn impossible_dates_are_refused() {
        for (y, m, d) in [(2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 1, 1), (2024, 1, 0)]
        {
            assert_eq!(Day::from_ymd(y, m, d), None);
        }
        assert_eq!(Day::parse_iso("1997-01-01").map(Day::iso).as_deref(), Some("1997-01-01"));
        assert_eq!(Day::parse_iso("1997-1-1"), None);
    }

    #[test]
    fn names_sort_numbers_first_and_by_value() {
        let mut names = ["b", "10", "9", "007", "7", "a", ""];
        names.sort_by(|a, b| compare_names(a, b));
        assert_eq!(names, ["007", "7", "9", "10", "", "a", "b"]);
    }
}
