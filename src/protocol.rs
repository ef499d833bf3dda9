//! What the page and the worker say to each other: plain data, one version.
//!
//! Messages travel as JSON text: walking a report as JS objects, field by field, holds the page up several times longer
//! than decoding the text. Enums carry their name outside (`{"report": {…}}`), because a tag among the fields makes the
//! decoder keep a copy of the whole value first, and its code twice.
//!
//! The page posts one [`Request`] (with the file itself beside it, which the browser passes by reference) and the
//! worker answers with any number of [`Response::Progress`], the [`Response::Part`]s of a report, and one last
//! response. After a report the worker keeps
//! the customers' columns and answers [`Request::Customers`] with a page of rows, so that the page never decodes
//! more than it shows, [`Request::Issues`] with rows that were set aside, and [`Request::Why`] with the explanations of
//! one customer. A run is cancelled by ending its worker; the worker behind the result on screen is another.

use serde::{Deserialize, Serialize};

use crate::export::IssueWords;
use crate::ingest::{Error, IssueFilter, IssuePage, IssueQuery, Mapping, Remembered, Shape, Table, Told};
use crate::report::{CustomerQuery, CustomerRows, Report, Settings, SettingsError, Step, Why};
use crate::sample::SampleLanguage;

/// Raised whenever a message changes shape. Page and worker run the same module, so a mismatch means a stale page.
pub const PROTOCOL_VERSION: u32 = 6;

/// Asked of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// Read a file's head and propose roles; go straight on to the report where the roles are certain and no
    /// `look` is wanted.
    Open {
        /// Roles confirmed by the user; `None` to use the proposal.
        mapping: Option<Mapping>,
        /// Stop at the proposal in any case, and make it so.
        look: Option<Look>,
        /// What the user chose for earlier files.
        remembered: Vec<Remembered>,
        /// Settings as the user or host gave them.
        settings: Settings,
    },
    /// Generate the built-in sample and report on it.
    Sample {
        /// Language of its headers and names.
        language: SampleLanguage,
        /// As for a file.
        mapping: Option<Mapping>,
        /// As for a file.
        look: Option<Look>,
        /// Settings.
        settings: Settings,
    },
    /// A page of the customer table.
    Customers {
        /// Sort, filter, range.
        query: CustomerQuery,
        /// Echoed in the answer, so that an overtaken answer can be dropped.
        ticket: u32,
    },
    /// Why a customer carries each label.
    Why {
        /// Customer id, as in a row of the table.
        customer: String,
        /// As for a page of the table.
        ticket: u32,
    },
    /// A page of the rows set aside.
    Issues {
        /// Filter and range.
        query: IssueQuery,
        /// As for a page of the table.
        ticket: u32,
    },
    /// Every row set aside that passes a filter, as a CSV file.
    IssuesCsv {
        /// Which rows.
        filter: IssueFilter,
        /// What the file calls its columns and the reasons.
        words: IssueWords,
    },
}

/// What a proposal is made under: what the user has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Look {
    /// How the file is written.
    pub told: Told,
    /// What one row is.
    pub shape: Option<Shape>,
}

/// Said by the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Response {
    /// Work under way.
    Progress(Progress),
    /// Roles proposed for the columns of the file; the user decides.
    Proposal(Box<Table>),
    /// Sections of the report to come (see [`Report::split_off`]), so that each is decoded in a task of its own: a
    /// browser compiles code when it first runs, and compiling the decoder of a whole report takes 60 ms.
    Part(Box<Report>),
    /// The rest of the report; customers stay with the worker.
    Report(Box<Report>),
    /// A page of the customer table.
    Customers {
        /// The rows.
        rows: CustomerRows,
        /// From the request.
        ticket: u32,
    },
    /// Explanations of one customer.
    Why {
        /// `None` if there is no such customer.
        why: Option<Box<Why>>,
        /// From the request.
        ticket: u32,
    },
    /// A page of the rows set aside.
    Issues {
        /// The rows.
        page: IssuePage,
        /// From the request.
        ticket: u32,
    },
    /// The rows set aside as a CSV file, which stands beside this message as a blob: passed by reference, it never
    /// holds the page up.
    IssuesCsv {
        /// Rows in it.
        rows: u64,
    },
    /// It could not be done.
    Failed(Problem),
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Problem {
    /// The file could not be used.
    File {
        /// What and where.
        error: Error,
        /// What was found before the failure, so that the user can put the columns right.
        table: Option<Box<Table>>,
    },
    /// A setting is out of range.
    Settings {
        /// Which, and the range.
        error: SettingsError,
    },
    /// The worker stopped: a defect of ours, or not enough memory.
    Crashed {
        /// What the browser said.
        detail: String,
    },
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { error, .. } => error.fmt(f),
            Self::Settings { error } => error.fmt(f),
            Self::Crashed { detail } => f.write_str(detail),
        }
    }
}

impl std::error::Error for Problem {}

impl Problem {
    /// Whether choosing other columns may help.
    #[must_use]
    pub fn asks_for_columns(&self) -> bool {
        matches!(
            self,
            Self::File {
                error: Error::NoCustomerColumn
                    | Error::NoDateColumn
                    | Error::NoAmountColumn
                    | Error::NoChurnColumn
                    | Error::AmbiguousDates { .. }
                    | Error::NoUsableRow { .. },
                ..
            }
        )
    }

    /// Stable code for hosts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { error, .. } => error.code(),
            Self::Settings { .. } => "invalid-settings",
            Self::Crashed { detail } if detail.contains("memory") => "out-of-memory",
            Self::Crashed { .. } => "internal",
        }
    }
}

/// How far the work has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Done so far, in the step's own unit (bytes or customers).
    pub done: f64,
    /// Of how many; 0 when unknown.
    pub total: f64,
}
