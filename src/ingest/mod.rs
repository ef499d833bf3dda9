//! Bytes to tables: what is in this file, and how good is it?
//!
//! [`read`] looks at the start of a file and proposes what each column is; [`load`] turns the whole file into a
//! [`Dataset`] under a [`Mapping`], which is the proposal or what the user made of it; [`table`] gives the cells as
//! text, before any meaning. What is known beside the main table comes from [`side`] tables; of several files,
//! [`side::arrange`] says which is which.
//!
//! ```
//! use tenure::ingest::{self, Mapping, Options};
//!
//! let file = b"customer,date,amount\nann,2024-01-05,12.50\nbob,2024-02-06,7\n,2024-02-07,1\n";
//! let seen = ingest::read(file, 20)?;
//! assert!(seen.proposal.certain);
//! let loaded = ingest::load(file, &Mapping::from(&seen.proposal), &Options::default(), &mut ingest::silent)?;
//! assert_eq!((loaded.quality.rows_used, loaded.quality.missing_customer), (2, 1));
//! # Ok::<(), ingest::Error>(())
//! ```
//!
//! The steps, one file each: [`mod@format`] (what is it), `unpack` (archives, workbooks and JSON to text), `watch`
//! (how far it is), `source`, `feed` and `walk` (bytes, text and records in pieces), [`encoding`] (with `alphabets`),
//! [`dialect`] (marks, tables, header), [`records`] and `ahead` (cells), [`header`], [`columns`] and `remembered` (roles),
//! [`date`], [`number`] and [`flag`] (values), `ledger`, `contracts`, [`side`] and `set` (tables), [`quality`] and
//! [`aside`] (what was set aside), [`checks`] (what is unusual about the rest). Cells are read where they stand; a row
//! costs no allocation.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::customer::{Dataset, Day};

mod ahead;
mod alphabets;
pub mod aside;
pub mod checks;
pub mod columns;
mod contracts;
pub mod date;
pub mod dialect;
pub mod encoding;
mod error;
mod feed;
mod file;
pub mod flag;
mod footer;
pub mod format;
pub mod header;
mod heading;
mod intern;
mod ledger;
mod marked;
pub mod marks;
pub mod number;
pub mod period;
pub mod quality;
pub mod records;
mod remembered;
mod scan;
mod score;
mod set;
pub mod side;
mod source;
mod tables;
mod unpack;
mod walk;
mod watch;

pub use aside::{ColumnCount, IssueFilter, IssuePage, IssueQuery, SetAside};
pub use checks::Checks;
pub use columns::{Basis, ColumnProposal, Evidence, Proposal, Role, Shape};
pub use date::DateOrder;
pub use dialect::{DialectBasis, Evidence as LayoutEvidence, HeaderBasis};
pub use error::{Error, Excess};
pub use format::Format;
pub use marks::{Delimiter, Dialect, Escape, Quote};
pub use number::DecimalMark;
pub use quality::{ColumnUse, IssueCount, IssueKind, Note, Quality, RowIssue};
pub use remembered::Remembered;
pub use set::{Named, TableSet, UnusedBecause, UnusedTable};
pub use source::Source;
pub use unpack::SheetInfo;

pub use dialect::Told;
use dialect::{Judge, RowKind};
use feed::Trouble;
use file::{File, Kept};
use source::Input;

/// What to make of each column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mapping {
    /// What one row is.
    pub shape: Shape,
    /// Role of each column of the table; of two columns with one role, the first counts.
    pub roles: Vec<Option<Role>>,
    /// Order of day and month, where the user knows it.
    pub date_order: Option<DateOrder>,
    /// How the file is written, where the user knows it.
    pub told: Told,
}

impl From<&Proposal> for Mapping {
    fn from(proposal: &Proposal) -> Self {
        let roles = proposal.columns.iter().map(|c| c.role).collect();
        Self { shape: proposal.shape, roles, date_order: None, told: Told::default() }
    }
}

/// What to do with rows that equal an earlier one in every column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicateRows {
    /// Use them, and count them: order lines may repeat.
    #[default]
    Keep,
    /// Set them aside.
    Drop,
}

/// How to read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Analysis date: later rows are set aside. Without it no date is too late.
    pub as_of: Option<Day>,
    /// What to do with duplicates.
    pub duplicates: DuplicateRows,
    /// Largest file read, in bytes.
    pub max_bytes: u64,
}

/// Largest file read unless set otherwise: 2 GiB, whose rows are about what a browser tab can hold in
/// columns.
pub const MAX_BYTES: u64 = 1 << 31;

impl Default for Options {
    fn default() -> Self {
        Self { as_of: None, duplicates: DuplicateRows::Keep, max_bytes: MAX_BYTES }
    }
}

/// Is told bytes done and bytes in all, every few milliseconds of work, and says whether to go on. Of a file that is
/// unpacked or converted before it is read, the bytes are shares of that work.
pub type Progress<'f> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'f;

/// A progress function that goes on and tells nobody.
pub fn silent(_done: u64, _total: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What the start of a file says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// The kind of the file; of what is packed in it, where that is no text.
    #[serde(default)]
    pub format: Format,
    /// Sheets of the workbook or files of the archive, those shown first; empty where there is nothing to choose.
    #[serde(default)]
    pub sheets: Vec<SheetInfo>,
    /// The one that was taken.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Encoding of the text; UTF-8 where it was converted from a workbook or from JSON.
    pub encoding: String,
    /// Encodings it may be in as well, where its bytes leave that open: the user has to say.
    #[serde(default)]
    pub encoding_alternatives: Vec<String>,
    /// How the file was told to be written.
    pub told: Told,
    /// What separates and encloses the cells; tabs where the text was converted.
    pub dialect: Dialect,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Lines before the table.
    pub lines_before: u64,
    /// What the verdicts on delimiter and header rest on.
    pub layout_evidence: LayoutEvidence,
    /// Names of the columns; empty without a header.
    pub columns: Vec<String>,
    /// The first rows, as text.
    pub preview: Vec<Vec<String>>,
    /// Whether the roles proposed are those the user had chosen for a file with the same headers.
    pub remembered: bool,
    /// Roles proposed.
    pub proposal: Proposal,
    /// What it could be beside another table.
    pub side: Option<side::SideProposal>,
    /// Order of day and month in the date column, if its dates leave it open and the column decides it.
    pub date_order: Option<DateOrder>,
    /// A date that reads both ways, if nothing in the column decides: the user has to say.
    pub ambiguous_date: Option<String>,
}

/// A table as found in a file: every cell as text, before any role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawTable {
    /// The header; empty names without one.
    pub columns: Vec<String>,
    /// The rows below it, each at least as long as the header.
    pub rows: Vec<Vec<String>>,
}

/// A data set and how good its file was.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The rows that could be used.
    pub dataset: Dataset,
    /// What was read, what was set aside and why.
    pub quality: Quality,
}

/// Rows the proposal looks at.
const SAMPLE_ROWS: usize = 4000;

/// Looks at a file: how it is written, its first rows, and what each column seems to be.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::TooLarge`] or [`Error::Empty`]; of packed files and workbooks also
/// [`Error::Encrypted`], [`Error::Broken`], [`Error::TooDense`], [`Error::NoSheet`] or [`Error::NoTable`].
pub fn read<S: Source + ?Sized>(source: &S, preview_rows: usize) -> Result<Table, Error> {
    read_as(source, preview_rows, &Told::default(), None)
}

/// As [`read`], where the user has said how the file is written, or what a row is.
///
/// # Errors
/// As [`read`].
pub fn read_as<S: Source + ?Sized>(
    source: &S,
    preview_rows: usize,
    told: &Told,
    shape: Option<Shape>,
) -> Result<Table, Error> {
    let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
    let input = Input::new(source.size(), &read_at);
    look_at(input, preview_rows, told, shape, &mut None, &mut silent)
}

/// As [`read_as`], with what is kept for the next reading.
fn look_at(
    input: Input<'_>,
    preview_rows: usize,
    told: &Told,
    shape: Option<Shape>,
    kept: &mut Option<Kept>,
    progress: &mut Progress<'_>,
) -> Result<Table, Error> {
    File::with(input, told, MAX_BYTES, kept, progress, |file, _| propose(file, told, preview_rows, shape))
}

fn propose(
    file: &File<'_>,
    told: &Told,
    preview_rows: usize,
    shape: Option<Shape>,
) -> Result<Table, scan::Stop> {
    let layout = &file.layout;
    let mut rows = layout.sample(&file.head, SAMPLE_ROWS);
    if rows.is_empty() {
        return Err(Error::Empty.into());
    }
    let undecided = columns::undecided(&layout.columns, &rows);
    let side = if layout.header { side::propose(&undecided) } else { None };
    let mut proposal = columns::propose(undecided, layout.header, &rows, shape);
    let (mut date_order, mut ambiguous_date) = (None, None);
    let dated = proposal.columns.iter().filter(|c| c.role.is_some_and(|r| r.is_date() || r == Role::Period));
    for column in dated.map(|c| c.index) {
        let open = |row: &Vec<String>| {
            let cell = row.get(column).map_or("", |c| c.trim());
            matches!(date::parse(cell), date::DateCell::Open { .. })
        };
        if rows.iter().any(open) {
            match scan::date_order(file, column) {
                Ok((order, _)) => date_order = Some(order),
                Err(scan::Stop::Failed(Error::AmbiguousDates { example, .. })) => {
                    ambiguous_date = Some(example)
                }
                Err(stop) => return Err(stop),
            }
        }
    }
    // One file is written in one way: where one column decides, no other is asked about.
    ambiguous_date = ambiguous_date.filter(|_| date_order.is_none());
    let encoding_alternatives = file.verdict.alternative_names();
    proposal.certain &= ambiguous_date.is_none() && encoding_alternatives.is_empty();
    rows.truncate(preview_rows);
    Ok(Table {
        format: file.origin.format,
        sheets: file.origin.sheets.clone(),
        sheet: file.origin.sheet.clone(),
        encoding: file.verdict.name().to_owned(),
        encoding_alternatives,
        told: told.clone(),
        dialect: layout.dialect,
        header: layout.header,
        lines_before: layout.lines_before,
        layout_evidence: layout.evidence.clone(),
        columns: layout.columns.clone(),
        preview: rows,
        remembered: false,
        proposal,
        side,
        date_order,
        ambiguous_date,
    })
}

/// The table as found: the header and at most `limit` rows, every cell as text.
///
/// # Errors
/// As [`read`].
pub fn table<S: Source + ?Sized>(source: &S, limit: usize) -> Result<RawTable, Error> {
    let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
    let input = Input::new(source.size(), &read_at);
    File::with(input, &Told::default(), MAX_BYTES, &mut None, &mut silent, |file, _| raw_table(file, limit))
}

/// What [`read`] says of a file and what [`table`] gives of it, in one reading.
///
/// # Errors
/// As [`read`], and [`Error::Aborted`].
pub fn read_table<S: Source + ?Sized>(
    source: &S,
    preview_rows: usize,
    limit: usize,
    progress: &mut Progress<'_>,
) -> Result<(Table, RawTable), Error> {
    let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
    let (input, told) = (Input::new(source.size(), &read_at), Told::default());
    File::with(input, &told, MAX_BYTES, &mut None, progress, |file, _| {
        Ok((propose(file, &told, preview_rows, None)?, raw_table(file, limit)?))
    })
}

fn raw_table(file: &File<'_>, limit: usize) -> Result<RawTable, scan::Stop> {
    Ok(RawTable { columns: file.layout.columns.clone(), rows: rows(file, limit)? })
}

/// The rows of the table, without what is written around them.
fn rows(file: &File<'_>, limit: usize) -> Result<Vec<Vec<String>>, Trouble> {
    let (mut walk, mut judge, mut rows) = (file.walk()?, Judge::default(), Vec::new());
    while rows.len() < limit && walk.next()? {
        match judge.row(&file.layout, &walk.text, &walk.record) {
            RowKind::Data => {
                let cells = 0..walk.record.len().max(file.layout.columns.len());
                rows.push(cells.map(|i| walk.record.raw(&walk.text, i).to_owned()).collect());
            }
            RowKind::NextTable => break,
            _ => {}
        }
    }
    Ok(rows)
}

/// Reads a whole file under a mapping. The progress function can stop it.
///
/// # Errors
/// Any [`Error`].
pub fn load<S: Source + ?Sized>(
    source: &S,
    mapping: &Mapping,
    options: &Options,
    progress: &mut Progress<'_>,
) -> Result<Loaded, Error> {
    load_kept(source, mapping, options, None, progress)
}

/// As [`load`], with what was kept when the file was looked at.
fn load_kept<S: Source + ?Sized>(
    source: &S,
    mapping: &Mapping,
    options: &Options,
    kept: Option<Kept>,
    progress: &mut Progress<'_>,
) -> Result<Loaded, Error> {
    let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
    load_from(Input::new(source.size(), &read_at), mapping, options, kept, progress)
}

fn load_from(
    input: Input<'_>,
    mapping: &Mapping,
    options: &Options,
    kept: Option<Kept>,
    progress: &mut Progress<'_>,
) -> Result<Loaded, Error> {
    whole(input, &mapping.told, options.max_bytes, kept, progress, |file, mark, progress| {
        let mut loaded = match mapping.shape {
            Shape::Transactions | Shape::RollUps | Shape::Customers => {
                ledger::load(file, mapping, options, mark, progress)
            }
            Shape::Contracts => contracts::load(file, mapping, options, mark, progress),
        }?;
        let quality = &mut loaded.quality;
        quality.format = file.origin.format;
        quality.sheet = file.origin.sheet.clone();
        quality.shape = mapping.shape;
        quality.encoding = file.verdict.name().to_owned();
        quality.delimiter = Some(file.layout.dialect.delimiter);
        quality.header = file.layout.header;
        let role = |i: usize| mapping.roles.get(i).copied().flatten();
        let columns = file.layout.columns.iter().enumerate();
        quality.columns = columns.map(|(i, name)| ColumnUse { name: name.clone(), role: role(i) }).collect();
        Ok(loaded)
    })
}

/// Opens a file and does some work with all of it; once more where the work finds that decimals follow a comma.
fn whole<T>(
    input: Input<'_>,
    told: &Told,
    max_bytes: u64,
    mut kept: Option<Kept>,
    progress: &mut Progress<'_>,
    mut work: impl FnMut(&File<'_>, Option<number::DecimalMark>, &mut Progress<'_>) -> Result<T, scan::Stop>,
) -> Result<T, Error> {
    File::with(input, told, max_bytes, &mut kept, progress, |file, progress| {
        match work(file, None, progress) {
            // Cannot come twice: with a known mark no number is open.
            Err(scan::Stop::CommaDecimals) => work(file, Some(number::DecimalMark::Comma), progress),
            other => other,
        }
    })
}

#[cfg(test)]
mod tests;
