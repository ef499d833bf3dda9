//! What was read, what was set aside and why: the counts behind every total (methods.md 1.4).
//!
//! A row that cannot be used is data, not an error. Always `rows_read = rows_used + rows_set_aside`, and
//! `rows_set_aside` is the sum of `counts`. The header, lines before it and blank lines are not rows.

use serde::{Deserialize, Serialize};

use super::aside::{IssueFilter, SetAside};
use super::checks::Checks;
use super::columns::{Role, Shape};
use super::date::DateOrder;
use super::format::Format;
use super::number::DecimalMark;
use super::records::Delimiter;
use super::set::UnusedTable;
use super::side::SideQuality;
use crate::customer::Day;

/// Why a row was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueKind {
    /// No customer.
    MissingCustomer,
    /// The date is missing or cannot be read.
    BadDate,
    /// A number is missing or cannot be read.
    BadAmount,
    /// A number beyond what fits.
    AmountTooLarge,
    /// The date is after the analysis date.
    FutureDate,
    /// Equal to an earlier row in every column, and the caller asked to drop these.
    Duplicate,
    /// A second contract of the same customer.
    DuplicateCustomer,
    /// Whether the customer left cannot be read.
    BadFlag,
    /// More cells than the table has columns, so that it is unknown which cell belongs where.
    TooManyCells,
    /// A line of totals.
    Total,
    /// The header once more.
    RepeatedHeader,
    /// A piece of a row: the file stops within it.
    CutOff,
    /// A row of a side table whose customer the main table does not have.
    UnknownCustomer,
}

impl IssueKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 13] = [
        Self::MissingCustomer,
        Self::BadDate,
        Self::BadAmount,
        Self::AmountTooLarge,
        Self::FutureDate,
        Self::Duplicate,
        Self::DuplicateCustomer,
        Self::BadFlag,
        Self::TooManyCells,
        Self::Total,
        Self::RepeatedHeader,
        Self::CutOff,
        Self::UnknownCustomer,
    ];
}

/// A row that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowIssue {
    /// Line of the file the row starts on, from 1.
    pub line: u64,
    /// Index of the column to blame.
    pub column: usize,
    /// Name of that column.
    pub column_name: String,
    /// The cell, at most 80 characters.
    pub value: String,
    /// Why.
    pub kind: IssueKind,
}

/// Number of rows set aside for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueCount {
    /// Why.
    pub kind: IssueKind,
    /// How many rows.
    pub rows: u64,
}

/// A column of the table and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnUse {
    /// Its name; empty where the table names none.
    pub name: String,
    /// Its role, if any.
    pub role: Option<Role>,
}

/// Something a reader of the results should know, that concerns rows which were used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Note {
    /// Some bytes were no letters of the encoding and read as U+FFFD.
    UndecodableBytes,
    /// Lines before the header.
    LinesBeforeHeader {
        /// How many.
        lines: u64,
    },
    /// Other tables in the file, which are not read: one table is taken, the one that fits best.
    OtherTables {
        /// Line each of them starts on, from 1.
        lines: Vec<u64>,
    },
    /// Contracts without a total charge; taken as 0.
    BlankTotals {
        /// How many rows.
        rows: u64,
        /// Those of tenure 0, where nothing was charged yet.
        tenure_zero: u64,
    },
    /// Cells of an optional number that were empty; taken as 0.
    BlankNumbers {
        /// Which number.
        role: Role,
        /// How many rows.
        rows: u64,
    },
    /// Returns written with a positive amount, made negative so that totals are net.
    ReturnsMadeNegative {
        /// How many rows.
        rows: u64,
    },
    /// Rows with fewer cells than columns; the missing ones are empty.
    ShortRows {
        /// How many rows.
        rows: u64,
    },
    /// Rows that are no invoice, because the due day is missing or the day of payment cannot be read.
    NoInvoice {
        /// How many rows.
        rows: u64,
    },
    /// A row is a customer's period: what happened inside of it is not known, nor when.
    #[serde(rename_all = "camelCase")]
    RolledUp {
        /// Months of the longest period; 0 for less than one.
        months: u32,
        /// The periods only have numbers; number 0 stands on January 2000.
        no_calendar: bool,
        /// The file says how many orders each row stands for; else a row with a value is one.
        orders_known: bool,
    },
    /// A row is a customer: nothing is known but sums and the day of the last purchase.
    #[serde(rename_all = "camelCase")]
    OnlyTotals {
        /// The file says how many orders each row stands for; else each is one.
        orders_known: bool,
    },
    /// Dates that are impossible under the order the column has as a whole.
    MixedDateOrder {
        /// How many dates.
        rows: u64,
    },
}

/// What a file turned out to be worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// What a row was read as.
    pub shape: Shape,
    /// Rows of the table.
    pub rows_read: u64,
    /// Rows in the data set.
    pub rows_used: u64,
    /// Rows that are not.
    pub rows_set_aside: u64,
    /// Rows set aside, in file order; at most [`MAX_ISSUES`]. All of them are in `set_aside`.
    pub issues: Vec<RowIssue>,
    /// Every row set aside; stays with whoever read the file.
    #[serde(skip)]
    pub set_aside: SetAside,
    /// All rows set aside, by reason, in the order of [`IssueKind`]; reasons without rows are absent.
    pub counts: Vec<IssueCount>,
    /// Used rows that are returns.
    pub returns: u64,
    /// Rows, used or not, that equal an earlier one in every column.
    pub duplicates: u64,
    /// Used rows with an amount of zero.
    pub zero_amounts: u64,
    /// Rows without a customer.
    pub missing_customer: u64,
    /// The kind of the file; of what is packed in it, where that is no text.
    #[serde(default)]
    pub format: Format,
    /// The sheet of the workbook, or the file of the archive, that was read.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Encoding of the file; UTF-8 where the text was converted from a workbook or from JSON.
    pub encoding: String,
    /// Delimiter of the file; a tab where the text was converted.
    pub delimiter: Option<Delimiter>,
    /// Whether the first line of the table names the columns.
    pub header: bool,
    /// Order of day and month of the date column, where its dates leave that open.
    pub date_order: Option<DateOrder>,
    /// What separates the decimals, where a number had left it open; else each number told it itself.
    pub decimal_mark: Option<DecimalMark>,
    /// The columns of the table and their roles in use.
    pub columns: Vec<ColumnUse>,
    /// First day among used rows.
    pub first_date: Option<Day>,
    /// Last day among used rows.
    pub last_date: Option<Day>,
    /// Roles no column has, each of which would light up something.
    pub missing: Vec<Role>,
    /// Everything else worth knowing.
    pub notes: Vec<Note>,
    /// What is unusual about the rows that were used; filled in by the report.
    pub checks: Checks,
    /// Side tables read beside this one.
    pub side: Vec<SideQuality>,
    /// Tables that came with it and are not used.
    pub unused: Vec<UnusedTable>,
}

/// Issues kept in full; beyond, only counted.
pub const MAX_ISSUES: usize = 10_000;

const MAX_VALUE_CHARS: usize = 80;

/// A cell cut to what an issue shows.
#[must_use]
pub fn shorten(cell: &str) -> String {
    cell.chars().take(MAX_VALUE_CHARS).collect()
}

/// Gathers what becomes [`Quality::issues`], [`Quality::set_aside`] and [`Quality::counts`].
#[derive(Clone, Debug, Default)]
pub(super) struct Issues {
    all: SetAside,
    counts: [u64; IssueKind::ALL.len()],
}

impl Issues {
    #[cold]
    pub(super) fn add(&mut self, line: u64, column: usize, kind: IssueKind, value: &str, names: &[String]) {
        self.counts[kind as usize] += 1;
        self.all.add(line, column, kind, value, names);
    }

    pub(super) fn count(&self, kind: IssueKind) -> u64 {
        self.counts[kind as usize]
    }

    pub(super) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The first rows, and how many for each reason.
    pub(super) fn parts(&self) -> (Vec<RowIssue>, Vec<IssueCount>) {
        let counts = IssueKind::ALL.into_iter().map(|kind| IssueCount { kind, rows: self.count(kind) });
        let rows = self.all.rows(&IssueFilter::default()).take(MAX_ISSUES).collect();
        (rows, counts.filter(|c| c.rows > 0).collect())
    }

    /// Hands over what was gathered.
    pub(super) fn fill(self, quality: &mut Quality) {
        (quality.issues, quality.counts) = self.parts();
        quality.set_aside = self.all;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_beyond_the_limit_are_counted_and_values_cut() {
        let mut issues = Issues::default();
        for line in 0..MAX_ISSUES as u64 + 5 {
            issues.add(line, 0, IssueKind::BadDate, &"é".repeat(100), &["date".into()]);
        }
        let mut quality = Quality::default();
        issues.fill(&mut quality);
        assert_eq!(quality.issues.len(), MAX_ISSUES);
        assert_eq!(quality.issues[0].value.chars().count(), 80);
        assert_eq!(quality.counts, [IssueCount { kind: IssueKind::BadDate, rows: MAX_ISSUES as u64 + 5 }]);
        assert_eq!(quality.set_aside.kept(), MAX_ISSUES + 5, "beyond the limit they are still there");
    }

    #[test]
    fn kinds_are_listed_in_order() {
        for (i, kind) in IssueKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, i);
        }
    }
}
