//! Why a file cannot be used at all. A row that cannot be used is not an error but a
//! [`RowIssue`](super::RowIssue).
//!
//! [`Error::code`] is stable and meant for programs; `Display` is English and meant for logs; the sentence a user
//! reads is chosen by variant elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::columns::Role;
use super::format::Format;

/// A file that cannot be turned into a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Error {
    /// The bytes are not text; the field says what they look like, and where the first telling byte is.
    Unreadable {
        /// What the bytes look like.
        looks_like: Format,
        /// Byte position that gave it away.
        position: usize,
    },
    /// The file can no longer be read, as when it was moved, changed or taken away.
    Lost {
        /// Byte from which on it fails.
        byte: u64,
    },
    /// A file that only opens with a password.
    Encrypted {
        /// What kind of file.
        format: Format,
    },
    /// A file of a known kind that is cut off, damaged or not what it says.
    Broken {
        /// What kind of file.
        format: Format,
        /// Line of the trouble, from 1; 0 where the file has no lines.
        line: u64,
        /// What is wrong and where, in English, for logs.
        detail: String,
    },
    /// A small file that unfolds into more than such files do.
    TooDense {
        /// What kind of file.
        format: Format,
        /// What there is too much of.
        excess: Excess,
        /// Largest number of it that is read.
        limit: u64,
    },
    /// The workbook or archive has no sheet or file of the name told.
    NoSheet {
        /// The name told.
        name: String,
        /// The names there are.
        sheets: Vec<String>,
    },
    /// An archive or workbook without any table.
    NoTable {
        /// What kind of file.
        format: Format,
    },
    /// No byte, nothing but blanks, or a header without rows.
    Empty,
    /// More bytes than can be handled.
    TooLarge {
        /// Size of the file in bytes.
        bytes: u64,
        /// Largest size that is read.
        limit: u64,
    },
    /// No column names the customer.
    NoCustomerColumn,
    /// No column holds the date; for contracts, neither the tenure nor the start.
    NoDateColumn,
    /// No column holds the amount, nor quantity and unit price.
    NoAmountColumn,
    /// Contracts without a column that tells who left, nor an end date.
    NoChurnColumn,
    /// A roll-up without a column that names the period.
    NoPeriodColumn,
    /// One row per customer, from which neither purchases nor contracts can be read.
    OneRowPerCustomer {
        /// What it takes to read each row as the sum of a customer's purchases.
        lacks: Vec<Role>,
        /// What it takes to read each row as a contract; the start stands in for the tenure.
        or_as_contract: Vec<Role>,
    },
    /// A side table without a column it cannot do without.
    MissingColumn {
        /// What the column would hold.
        role: Role,
    },
    /// Every date of a column reads both as day/month and as month/day.
    AmbiguousDates {
        /// Column index.
        column: usize,
        /// The first date that reads differently either way.
        example: String,
        /// Its line in the file, from 1.
        line: u64,
    },
    /// There are rows, but each had to be set aside.
    NoUsableRow {
        /// Rows read.
        rows: u64,
        /// Line of the first of them, from 1.
        first_line: u64,
    },
    /// The caller asked to stop.
    Aborted {
        /// Bytes read by then.
        bytes_done: u64,
    },
}

/// What a file unfolds into too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excess {
    /// Files in an archive, or sheets in a workbook.
    Entries,
    /// Bytes for each compressed byte.
    Ratio,
    /// Bytes.
    Bytes,
    /// Empty cells.
    EmptyCells,
    /// Archives inside archives.
    Nesting,
}

impl Error {
    /// A name for programs that never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } | Self::Lost { .. } => "unreadable",
            Self::Encrypted { .. } => "encrypted",
            Self::Broken { .. } => "broken",
            Self::TooDense { .. } => "too-dense",
            Self::NoSheet { .. } => "no-sheet",
            Self::NoTable { .. } => "no-table",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::NoCustomerColumn => "no-customer-column",
            Self::NoDateColumn | Self::NoPeriodColumn => "no-date-column",
            Self::OneRowPerCustomer { lacks, .. } if lacks.contains(&Role::LastDate) => "no-date-column",
            Self::OneRowPerCustomer { .. } => "no-amount-column",
            Self::MissingColumn { .. } => "missing-column",
            Self::NoAmountColumn => "no-amount-column",
            Self::NoChurnColumn => "no-churn-column",
            Self::AmbiguousDates { .. } => "ambiguous-dates",
            Self::NoUsableRow { .. } => "no-usable-row",
            Self::Aborted { .. } => "aborted",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { looks_like, position } => {
                write!(f, "not a text table: looks like {looks_like} (byte {position})")
            }
            Self::Lost { byte } => {
                write!(f, "the file can no longer be read (byte {byte}); was it moved or changed?")
            }
            Self::Encrypted { format } => write!(f, "{format} that needs a password"),
            Self::Broken { format, line: 0, detail } => write!(f, "damaged: {format}: {detail}"),
            Self::Broken { format, line, detail } => write!(f, "damaged: {format}, line {line}: {detail}"),
            Self::TooDense { format, excess, limit } => {
                let what = match excess {
                    Excess::Entries => "files or sheets in it",
                    Excess::Ratio => "bytes for each compressed byte",
                    Excess::Bytes => "bytes of content",
                    Excess::EmptyCells => "empty cells",
                    Excess::Nesting => "archives inside each other",
                };
                write!(f, "{format} with more than {limit} {what}")
            }
            Self::NoSheet { name, sheets } => write!(f, "no sheet {name:?} among {sheets:?}"),
            Self::NoTable { format } => write!(f, "{format} without a table"),
            Self::Empty => f.write_str("the file holds no rows"),
            Self::TooLarge { bytes, limit } => {
                write!(f, "the file has {bytes} bytes; at most {limit} can be read")
            }
            Self::NoCustomerColumn => f.write_str("no column names the customer"),
            Self::NoDateColumn => {
                f.write_str("no column holds the date (or, for contracts, the tenure or start)")
            }
            Self::NoAmountColumn => f.write_str("no column holds the amount, nor quantity and unit price"),
            Self::NoChurnColumn => f.write_str("no column tells who left, nor when"),
            Self::NoPeriodColumn => f.write_str("no column names the period"),
            Self::OneRowPerCustomer { lacks, or_as_contract } => write!(
                f,
                "one row per customer, without {lacks:?} to be read as purchases or {or_as_contract:?} as contracts"
            ),
            Self::MissingColumn { role } => write!(f, "no column holds the {role:?}"),
            Self::AmbiguousDates { column, example, line } => write!(
                f,
                "dates such as {example:?} (line {line}, column {}) read both as day/month and as month/day",
                column + 1
            ),
            Self::NoUsableRow { rows, first_line } => {
                write!(f, "none of {rows} rows could be used (the first is on line {first_line})")
            }
            Self::Aborted { bytes_done } => write!(f, "stopped after {bytes_done} bytes"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_published_ones() {
        let unreadable = Error::Unreadable { looks_like: Format::Pdf, position: 0 };
        let broken = Error::Broken { format: Format::Xlsx, line: 0, detail: "cut off".into() };
        let too_dense = Error::TooDense { format: Format::Zip, excess: Excess::Ratio, limit: 200 };
        let ambiguous = Error::AmbiguousDates { column: 1, example: "01/02/2024".into(), line: 2 };
        for (error, code) in [
            (unreadable, "unreadable"),
            (Error::Encrypted { format: Format::Xlsx }, "encrypted"),
            (broken, "broken"),
            (too_dense, "too-dense"),
            (Error::NoSheet { name: "a".into(), sheets: vec!["b".into()] }, "no-sheet"),
            (Error::NoTable { format: Format::Zip }, "no-table"),
            (Error::Empty, "empty"),
            (Error::TooLarge { bytes: 3, limit: 2 }, "too-large"),
            (Error::NoCustomerColumn, "no-customer-column"),
            (Error::NoDateColumn, "no-date-column"),
            (Error::NoAmountColumn, "no-amount-column"),
            (Error::NoChurnColumn, "no-churn-column"),
            (Error::NoPeriodColumn, "no-date-column"),
            (
                Error::OneRowPerCustomer { lacks: vec![Role::LastDate], or_as_contract: vec![] },
                "no-date-column",
            ),
            (
                Error::OneRowPerCustomer { lacks: vec![Role::Amount], or_as_contract: vec![] },
                "no-amount-column",
            ),
            (Error::MissingColumn { role: Role::DueDate }, "missing-column"),
            (ambiguous, "ambiguous-dates"),
            (Error::NoUsableRow { rows: 1, first_line: 1 }, "no-usable-row"),
            (Error::Aborted { bytes_done: 0 }, "aborted"),
        ] {
            assert_eq!(error.code(), code);
            assert!(!error.to_string().is_empty());
        }
    }
}
