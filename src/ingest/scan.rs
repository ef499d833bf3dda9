//! The rows that both kinds of table share: what a row is, which cell holds what, when to stop.
//!
//! Two questions can only be answered by whole columns, and are asked when the first cell raises them: the order of
//! day and month, and the decimal mark. The answer costs one more walk over the text, and only in files that need it.
//! If the mark turns out to be a comma, numbers read so far may be wrong and the walk starts again
//! ([`Stop::CommaDecimals`]).

use std::ops::ControlFlow;

use super::ahead::Rows;
use super::columns::{self, Role};
use super::date::{self, DateCell, DateOrder, OrderVotes};
use super::dialect::{Judge, Layout, RowKind};
use super::error::Error;
use super::feed::Trouble;
use super::file::File;
use super::intern::{DuplicateCount, Duplicates};
use super::number::{self, Decimal, DecimalMark, MarkVotes, NumberCell};
use super::period::Periods;
use super::quality::{IssueKind, Issues, Note};
use super::walk::Walk;
use super::{DuplicateRows, Mapping, Options, Progress};
use crate::customer::Day;

/// Why a walk ended before the last row.
pub(super) enum Stop {
    /// For good.
    Failed(Error),
    /// Decimals follow a comma: start again, knowing this.
    CommaDecimals,
    /// What was taken for UTF-8 is none from this byte on: start again with another encoding.
    NotUtf8 { byte: u64 },
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost { byte } => Self::Failed(Error::Lost { byte }),
            Trouble::NotUtf8 { byte } => Self::NotUtf8 { byte },
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Rows between two calls of the progress function.
const PROGRESS_ROWS: u64 = 8192;

/// A walk over the rows of a file.
pub(super) struct Scan<'a> {
    file: &'a File<'a>,
    pub layout: &'a Layout,
    mapping: &'a Mapping,
    walk: Walk<'a>,
    pub issues: Issues,
    pub rows_read: u64,
    /// Whether the current row equals an earlier one; only known if such rows are to be dropped.
    pub is_duplicate: bool,
    seen: Seen,
    short_rows: u64,
    /// Fewest cells of a row so far.
    narrowest: usize,
    first_line: u64,
    judge: Judge,
    /// Line of the table that follows, once it has come.
    next_table: Option<u64>,
    pub mark: Option<DecimalMark>,
    pub order: Option<DateOrder>,
    order_votes: Option<OrderVotes>,
}

/// Rows seen before: told one by one where they are dropped, else only counted, which is faster.
enum Seen {
    EachTold(Duplicates, u64),
    Counted(DuplicateCount),
}

/// A column of dates and whether plain numbers in it are dates too.
#[derive(Clone, Copy)]
pub(super) struct DateColumn {
    pub column: usize,
    serials: bool,
}

impl DateColumn {
    /// The day that a cell of the column holds; `None` too where the order of day and month has to be known first.
    #[inline]
    pub fn day(self, cell: DateCell, order: Option<DateOrder>) -> Option<Day> {
        match cell {
            DateCell::Number(day) => self.serials.then_some(day),
            DateCell::Open { .. } => cell.day(order?),
            DateCell::Day(_) | DateCell::Bad => cell.day(DateOrder::Ymd),
        }
    }
}

impl<'a> Scan<'a> {
    pub fn new(
        file: &'a File<'a>,
        mapping: &'a Mapping,
        options: &Options,
        mark: Option<DecimalMark>,
    ) -> Result<Self, Stop> {
        let n_rows = file.estimated_rows();
        let seen = match options.duplicates {
            DuplicateRows::Keep => Seen::Counted(DuplicateCount::with_capacity(n_rows)),
            DuplicateRows::Drop => Seen::EachTold(Duplicates::with_capacity(n_rows), 0),
        };
        Ok(Self {
            file,
            layout: &file.layout,
            mapping,
            walk: file.walk()?,
            issues: Issues::default(),
            rows_read: 0,
            is_duplicate: false,
            seen,
            short_rows: 0,
            narrowest: file.layout.columns.len(),
            first_line: 0,
            judge: Judge::default(),
            next_table: None,
            mark,
            order: mapping.date_order,
            order_votes: None,
        })
    }

    /// About how many rows there are, from the first ones.
    pub fn estimated_rows(&self) -> usize {
        self.file.estimated_rows()
    }

    /// Whether some bytes were no letters of the encoding.
    pub fn is_lossy(&self) -> bool {
        self.walk.is_lossy()
    }

    /// The first column of the table with a role.
    pub fn column(&self, role: Role) -> Option<usize> {
        let wanted = |r: &Option<Role>| *r == Some(role);
        self.mapping.roles.iter().position(wanted).filter(|&i| i < self.layout.columns.len())
    }

    /// Whether a column has a role.
    pub fn is_role(&self, column: usize, role: Role) -> bool {
        self.mapping.roles.get(column) == Some(&Some(role))
    }

    /// All columns of the table with a role, in order.
    pub fn columns(&self, role: Role) -> Vec<usize> {
        (0..self.layout.columns.len()).filter(|&i| self.is_role(i, role)).collect()
    }

    /// How the periods of a column are written, by its first cells.
    pub fn periods(&self, column: usize) -> Periods {
        let rows = self.layout.sample(&self.file.head, 1000);
        let name = self.layout.columns.get(column).map_or("", String::as_str);
        Periods::of_column(name, rows.iter().filter_map(|row| Some(row.get(column)?.trim())))
    }

    pub fn date_column(&self, role: Role) -> Option<DateColumn> {
        let column = self.column(role)?;
        let evidence = columns::evidence(&self.layout.sample(&self.file.head, 1000), column);
        Some(DateColumn { column, serials: evidence.serial_share > evidence.date_share })
    }

    /// Moves to the next row; false after the last.
    pub fn next(&mut self, progress: &mut Progress<'_>) -> Result<bool, Stop> {
        while self.walk.next()? {
            if self.judge.may_end(&self.walk.record)
                && self.judge.row(self.layout, &self.walk.text, &self.walk.record) == RowKind::NextTable
            {
                self.next_table = Some(self.walk.record.line);
                return Ok(false);
            }
            let n_cells = self.walk.record.len();
            if (0..n_cells).all(|i| self.cell(i).is_empty()) {
                continue;
            }
            if self.rows_read == 0 {
                self.first_line = self.walk.record.line;
            }
            self.rows_read += 1;
            if self.rows_read.is_multiple_of(PROGRESS_ROWS) {
                self.report(progress)?;
            }
            let row = self.walk.text.as_bytes().get(self.walk.record.range.clone()).unwrap_or_default();
            match &mut self.seen {
                Seen::Counted(count) => count.add(row),
                Seen::EachTold(seen, n) => {
                    self.is_duplicate = seen.seen(row);
                    *n += u64::from(self.is_duplicate);
                }
            }
            if self.walk.is_at_open_end() && self.is_cut_off() {
                self.set_aside_as_row(IssueKind::CutOff, n_cells.saturating_sub(1));
                continue;
            }
            let width = self.layout.columns.len();
            if n_cells != width {
                self.short_rows += u64::from(n_cells < width);
                self.narrowest = self.narrowest.min(n_cells);
                if let Some(extra) = (width..n_cells).find(|&i| !self.cell(i).is_empty()) {
                    self.set_aside(IssueKind::TooManyCells, extra);
                    continue;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// The rows that come next, as far as there is nothing about them that [`Scan::next`] would have to look at. They
    /// stay to be read until they are passed over.
    #[inline]
    pub fn plain_rows(&mut self) -> Option<Rows<'_>> {
        let is_plain =
            self.rows_read > 0 && matches!(self.seen, Seen::Counted(_)) && !self.judge.is_below_gap();
        if is_plain { self.walk.plain_rows(self.layout.columns.len()) } else { None }
    }

    /// Passes over the first of the [`Scan::plain_rows`], which were used.
    pub fn pass(&mut self, n: usize, progress: &mut Progress<'_>) -> Result<(), Stop> {
        if let (Seen::Counted(count), Some(rows)) =
            (&mut self.seen, self.walk.plain_rows(self.layout.columns.len()))
        {
            (0..n.min(rows.len())).for_each(|i| count.add(rows.bytes(i)));
        }
        self.walk.pass(n);
        let before = self.rows_read / PROGRESS_ROWS;
        self.rows_read += n as u64;
        if self.rows_read / PROGRESS_ROWS > before {
            self.report(progress)?;
        }
        Ok(())
    }

    /// Whether the last row, which has no line end, is a piece of one: it has fewer cells than any row before, or its
    /// last cell stops within quotes or within a letter.
    #[cold]
    fn is_cut_off(&self) -> bool {
        let record = &self.walk.record;
        let last = record.len().saturating_sub(1);
        let (cell, quote) = (record.raw(&self.walk.text, last), self.layout.dialect.quote.pair().0);
        let is_open = !quote.is_empty() && !record.is_quoted(last) && cell.trim_start().starts_with(quote);
        record.len() < self.narrowest || is_open || cell.ends_with(char::REPLACEMENT_CHARACTER)
    }

    fn report(&self, progress: &mut Progress<'_>) -> Result<(), Error> {
        let (bytes_done, bytes_total) = (self.walk.bytes_done(), self.file.size());
        match progress(bytes_done, bytes_total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Aborted { bytes_done }),
        }
    }

    #[inline]
    pub fn cell(&self, column: usize) -> &str {
        self.walk.record.cell(&self.walk.text, column)
    }

    /// Sets the current row aside because of a column.
    #[cold]
    pub fn set_aside(&mut self, kind: IssueKind, column: usize) {
        let value = self.walk.record.cell(&self.walk.text, column);
        self.issues.add(self.walk.record.line, column, kind, value, &self.layout.columns);
    }

    /// As [`Scan::set_aside`], but a row of totals or a second header is called what it is.
    #[cold]
    pub fn set_aside_as_row(&mut self, kind: IssueKind, column: usize) {
        let filled = (0..self.walk.record.len()).find(|&i| !self.cell(i).is_empty());
        match Judge::default().row(self.layout, &self.walk.text, &self.walk.record) {
            RowKind::Total => self.set_aside(IssueKind::Total, filled.unwrap_or(column)),
            RowKind::RepeatedHeader => self.set_aside(IssueKind::RepeatedHeader, column),
            _ => self.set_aside(kind, column),
        }
    }

    /// The number in a column of the current row.
    #[inline]
    pub fn number(&mut self, column: usize) -> Result<NumberCell, Stop> {
        match number::parse(self.cell(column), self.mark) {
            NumberCell::Open => {
                let mark = self.find_mark()?;
                if mark == DecimalMark::Comma {
                    return Err(Stop::CommaDecimals);
                }
                self.mark = Some(mark);
                Ok(number::parse(self.cell(column), self.mark))
            }
            read => Ok(read),
        }
    }

    /// The number, or why the row has to be set aside.
    pub fn value(&mut self, column: usize) -> Result<Result<Decimal, IssueKind>, Stop> {
        Ok(match self.number(column)? {
            NumberCell::Value(d) => Ok(d),
            NumberCell::TooLarge => Err(IssueKind::AmountTooLarge),
            NumberCell::Open | NumberCell::Bad => Err(IssueKind::BadAmount),
        })
    }

    #[cold]
    fn find_mark(&self) -> Result<DecimalMark, Stop> {
        let is_number = |role: &Option<Role>| role.is_some_and(Role::is_number);
        let roles = self.mapping.roles.iter().take(self.layout.columns.len()).enumerate();
        let columns: Vec<usize> = roles.filter(|(_, role)| is_number(role)).map(|(i, _)| i).collect();
        let mut votes = MarkVotes::default();
        let mut walk = self.file.walk()?;
        while walk.next()? {
            columns.iter().for_each(|&c| votes.add(walk.record.cell(&walk.text, c)));
        }
        Ok(votes.decide())
    }

    /// The day in a column of the current row; `None` if it holds none.
    #[inline]
    pub fn day(&mut self, at: DateColumn) -> Result<Option<Day>, Stop> {
        let cell = date::parse(self.cell(at.column));
        if matches!(cell, DateCell::Open { .. }) && self.order.is_none() {
            let (order, votes) = self.find_order(at.column)?;
            (self.order, self.order_votes) = (Some(order), Some(votes));
        }
        Ok(at.day(cell, self.order))
    }

    /// The order of day and month in a column; if it leaves that open, in another column of dates.
    #[cold]
    fn find_order(&self, column: usize) -> Result<(DateOrder, OrderVotes), Stop> {
        let undecided = match date_order(self.file, column) {
            Err(Stop::Failed(error @ Error::AmbiguousDates { .. })) => error,
            other => return other,
        };
        let roles = self.mapping.roles.iter().take(self.layout.columns.len()).enumerate();
        let dates = roles.filter(|(i, role)| *i != column && role.is_some_and(Role::is_date));
        for (other, _) in dates {
            match date_order(self.file, other) {
                Ok((order, votes)) if votes.n_open > 0 => return Ok((order, votes)),
                Ok(_) | Err(Stop::Failed(Error::AmbiguousDates { .. })) => {}
                Err(stop) => return Err(stop),
            }
        }
        Err(undecided.into())
    }

    /// The last day of the period in a column of the current row, before [`Periods::settle`].
    pub fn period(&mut self, at: DateColumn, periods: &mut Periods) -> Result<Option<Day>, Stop> {
        if let Ok(day) = periods.day(self.cell(at.column)) {
            return Ok(day);
        }
        let day = self.day(at)?;
        periods.add_date(day);
        Ok(day)
    }

    /// What concerns the file as a whole.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.is_lossy() {
            notes.push(Note::UndecodableBytes);
        }
        if self.layout.lines_before > 0 {
            notes.push(Note::LinesBeforeHeader { lines: self.layout.lines_before });
        }
        let other = self.layout.evidence.tables.iter().filter(|table| !table.is_taken);
        let lines: Vec<u64> = other.map(|table| table.line).chain(self.next_table).collect();
        if !lines.is_empty() {
            notes.push(Note::OtherTables { lines });
        }
        if self.short_rows > 0 {
            notes.push(Note::ShortRows { rows: self.short_rows });
        }
        if let (Some(votes), Some(order)) = (&self.order_votes, self.order) {
            let place = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].iter().position(|o| *o == order);
            let rows = place.map_or(0, |i| votes.n_bad[i]);
            if rows > 0 {
                notes.push(Note::MixedDateOrder { rows });
            }
        }
        notes
    }

    /// Rows that equal an earlier one, once all have been read.
    pub fn duplicates(&mut self) -> u64 {
        match std::mem::replace(&mut self.seen, Seen::EachTold(Duplicates::with_capacity(0), 0)) {
            Seen::EachTold(_, n) => n,
            Seen::Counted(count) => count.count(),
        }
    }

    /// Fails if no row is left.
    pub fn check_used(&self, n_used: usize) -> Result<(), Error> {
        match (self.rows_read, n_used) {
            (0, _) => Err(Error::Empty),
            (rows, 0) => Err(Error::NoUsableRow { rows, first_line: self.first_line }),
            _ => Ok(()),
        }
    }
}

/// The order of day and month that a whole column gives.
///
/// # Errors
/// [`Error::AmbiguousDates`] if it gives none.
pub(super) fn date_order(file: &File<'_>, column: usize) -> Result<(DateOrder, OrderVotes), Stop> {
    let mut votes = OrderVotes::default();
    let mut walk = file.walk()?;
    while walk.next()? {
        votes.add(walk.record.cell(&walk.text, column), walk.record.line);
    }
    match votes.decide() {
        Some(order) => Ok((order, votes)),
        None => {
            let (example, line) = votes.example.unwrap_or_default();
            Err(Error::AmbiguousDates { column, example, line }.into())
        }
    }
}

/// Bytes of the longest word for a missing value.
pub(super) const LONGEST_MISSING: usize = 4;

/// Whether a cell names no customer: empty, or what programs write for a missing value.
#[inline]
pub(super) fn is_missing(cell: &str) -> bool {
    match cell.len() {
        0 => true,
        1..=LONGEST_MISSING => {
            matches!(cell, "NA" | "N/A" | "#N/A" | "\\N" | "None" | "-")
                || cell.eq_ignore_ascii_case("null")
                || cell.eq_ignore_ascii_case("nan")
        }
        _ => false,
    }
}
