//! Cells to text: the sheet as a table whose cells are separated by tabs, one line a row.
//!
//! Line k is row k of the sheet, so that a message names the row the user sees. A tab or line break inside a cell
//! becomes a blank; a cell that begins with a quote is quoted. A row is as wide as the widest above it, since the empty
//! cells at its end are cells of the table. What is written is counted, so that the text is bounded by what the file
//! holds and not by what it claims.

use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::bytes::broken;

/// The text of a sheet being written.
#[derive(Debug)]
pub struct Grid {
    text: String,
    format: Format,
    row: u32,
    column: u32,
    /// Filled cells of the current row.
    n_in_row: u32,
    /// Cells of the widest row so far, stray ones far to the right aside.
    width: u32,
    /// Rows wanted; those beyond are not written.
    rows: u32,
    max_bytes: u64,
    /// Empty cells that cost nothing.
    free_empty: u64,
    /// Whether there were more rows than wanted.
    pub is_enough: bool,
    /// Bytes that are read for it at most.
    pub max_source: u64,
    n_filled: u64,
    n_empty: u64,
}

/// Whether more cells are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    More,
    Enough,
}

/// Bytes of the text of a cell that are read; Excel has at most 32,767 letters in one.
pub const MAX_CELL: usize = 1 << 20;

/// A row up to this wide is taken for one of the table, however few of its cells are filled.
const ANY_WIDTH: u32 = 256;

/// Empty cells that any sheet may have; beyond, [`EMPTY_PER_FILLED`] for each filled one.
const FREE_EMPTY: u64 = 1_500_000;

/// Empty cells a sheet may have for each filled one.
const EMPTY_PER_FILLED: u64 = 8;

/// What is read of a sheet to see what it holds: bytes of its part, bytes of text, empty cells.
const PEEK_SOURCE: u64 = 16 << 20;
const PEEK_TEXT: u64 = 4 << 20;
const PEEK_EMPTY: u64 = 100_000;

/// Bytes of text that any file may make; beyond, [`TEXT_PER_BYTE`] for each of its bytes.
const FREE_TEXT: u64 = 16 << 20;

/// Bytes of text a file may make for each of its own: XML takes several bytes to say one and packs 10 to 60 times.
const TEXT_PER_BYTE: u64 = 32;

/// Largest text a file of that many bytes may make.
pub fn max_text(file_bytes: u64, limit: u64) -> u64 {
    FREE_TEXT.saturating_add(file_bytes.saturating_mul(TEXT_PER_BYTE)).min(limit)
}

impl Grid {
    /// An empty sheet, of which all rows and at most so many bytes of text are wanted.
    pub fn new(format: Format, max_bytes: u64) -> Self {
        Self {
            text: String::new(),
            format,
            row: 0,
            column: 0,
            n_in_row: 0,
            width: 0,
            rows: u32::MAX,
            max_bytes,
            free_empty: FREE_EMPTY,
            is_enough: false,
            max_source: u64::MAX,
            n_filled: 0,
            n_empty: 0,
        }
    }

    /// An empty sheet, of which only the first rows are wanted, and not at any cost.
    pub fn peek(format: Format, rows: u32) -> Self {
        let all = Self::new(format, PEEK_TEXT);
        Self { rows, free_empty: PEEK_EMPTY, max_source: PEEK_SOURCE, ..all }
    }

    /// Writes a cell, by its row and column from 0. Cells come in order.
    pub fn put(&mut self, row: u32, column: u32, cell: &str) -> Result<Wanted, Error> {
        if row >= self.rows {
            return Ok(Wanted::Enough);
        }
        if cell.is_empty() {
            return self.skip();
        }
        if (row, column) < (self.row, self.column) {
            let detail = format!("row {} has a cell out of order", u64::from(row) + 1);
            return Err(broken(self.format, detail));
        }
        if row > self.row {
            self.end_row()?;
            self.fill('\n', row - self.row)?;
            (self.row, self.column) = (row, 0);
        }
        self.fill('\t', column - self.column)?;
        // Quotes take more than the cell itself.
        self.check(2 * cell.len() as u64 + 2)?;
        self.column = column;
        self.n_in_row += 1;
        self.n_filled += 1;
        write_cell(&mut self.text, cell);
        Ok(Wanted::More)
    }

    /// The whole text.
    pub fn finish(mut self) -> Result<String, Error> {
        self.end_row()?;
        Ok(self.text)
    }

    /// Makes a row as wide as those above it.
    fn end_row(&mut self) -> Result<(), Error> {
        if self.n_in_row == 0 {
            return Ok(());
        }
        let length = self.column + 1;
        if length <= ANY_WIDTH || self.n_in_row >= length / 4 {
            self.width = self.width.max(length);
        }
        self.n_in_row = 0;
        self.fill('\t', self.width.saturating_sub(length))
    }

    fn fill(&mut self, mark: char, n: u32) -> Result<(), Error> {
        self.check(u64::from(n))?;
        self.text.extend(std::iter::repeat_n(mark, n as usize));
        Ok(())
    }

    /// Fails if so many more bytes are too many.
    pub fn check(&self, more: u64) -> Result<(), Error> {
        if self.text.len() as u64 + more <= self.max_bytes {
            return Ok(());
        }
        Err(Error::TooDense { format: self.format, excess: Excess::Bytes, limit: self.max_bytes })
    }

    /// Passes over a cell without content.
    pub fn skip(&mut self) -> Result<Wanted, Error> {
        self.n_empty += 1;
        let limit = self.free_empty + EMPTY_PER_FILLED * self.n_filled;
        if self.n_empty > limit {
            return Err(Error::TooDense { format: self.format, excess: Excess::EmptyCells, limit });
        }
        Ok(Wanted::More)
    }

    /// Whether rows beyond this one are wanted.
    pub fn wants(&self, row: u32) -> bool {
        row < self.rows
    }
}

/// Writes a cell so that the reader of delimited text gives it back.
pub fn write_cell(text: &mut String, cell: &str) {
    let is_plain = |b: u8| !matches!(b, b'\t' | b'\n' | b'\r' | b'"');
    if cell.bytes().all(is_plain) {
        text.push_str(cell);
        return;
    }
    // Quotes within a cell are letters unless one opens it, blanks before it aside.
    let is_quoted = cell.trim_start().starts_with('"');
    if is_quoted {
        text.push('"');
    }
    let mut letters = cell.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\t' => text.push(' '),
            '"' if is_quoted => text.push_str("\"\""),
            other => text.push(other),
        }
    }
    if is_quoted {
        text.push('"');
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::records::{Delimiter, Record, Records};
    use super::*;

    #[test]
    fn cells_stand_where_they_stood() {
        let mut grid = Grid { rows: 10, ..Grid::new(Format::Xlsx, 1000) };
        for (row, column, cell) in
            [(1, 1, "a"), (1, 3, "b\r\nc"), (3, 0, "\"q\" r"), (4, 0, ""), (4, 1, "5\" d")]
        {
            assert_eq!(grid.put(row, column, cell).unwrap(), Wanted::More);
        }
        assert_eq!(grid.put(10, 0, "x").unwrap(), Wanted::Enough);
        assert!(matches!(grid.put(2, 0, "x"), Err(Error::Broken { .. })));
        assert_eq!(grid.finish().unwrap(), "\n\ta\t\tb c\n\n\"\"\"q\"\" r\"\t\t\t\n\t5\" d\t\t");
    }

    #[test]
    fn far_cells_cost_no_box() {
        let mut grid = Grid::new(Format::Xlsx, 100_000);
        for (row, column) in [(0, 0), (1, 16_383), (2, 1), (50_000, 0)] {
            grid.put(row, column, "x").unwrap();
        }
        assert!(matches!(grid.put(100_000, 0, "x"), Err(Error::TooDense { excess: Excess::Bytes, .. })));
        assert_eq!(grid.finish().unwrap().len(), 16_383 + 1 + 1 + 50_000 + 4);
    }

    #[test]
    fn empty_cells_are_counted() {
        let mut grid = Grid::new(Format::Xlsx, 1000);
        let n = (1..).find(|_| grid.skip().is_err()).unwrap();
        assert_eq!(n, FREE_EMPTY + 1);
        grid.put(0, 0, "x").unwrap();
        assert!(grid.skip().is_ok());
    }

    proptest! {
        /// The reader gives back what was written, blanks in place of tabs and line breaks.
        #[test]
        fn the_reader_gives_cells_back(cells in prop::collection::vec("[a\" \\n\\t,;é\\\\']{0,6}", 1..8)) {
            let mut grid = Grid::new(Format::Xlsx, 10_000);
            for (i, cell) in cells.iter().enumerate() {
                grid.put(0, i as u32, cell).unwrap();
            }
            grid.put(1, 0, "end").unwrap();
            let text = grid.finish().unwrap();
            let mut records = Records::new(&text, Delimiter::Tab, 0, 1);
            let mut record = Record::default();
            prop_assert!(records.next(&mut record).is_record());
            // A line of blanks is no row.
            if record.line == 1 {
                for (i, cell) in cells.iter().enumerate() {
                    let expected = cell.replace("\r\n", " ").replace(['\n', '\t'], " ");
                    let found = if i < record.len() { record.raw(&text, i) } else { "" };
                    prop_assert_eq!(found.trim(), expected.trim());
                }
                prop_assert!(records.next(&mut record).is_record());
            }
            prop_assert_eq!((record.line, record.cell(&text, 0)), (2, "end"));
        }
    }
}
