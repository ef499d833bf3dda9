//! How is the table written? Delimiter, lines before the header, header or none, names of the columns.
//!
//! The delimiter is the one under which most of the first rows have the same number of cells, at least two; of equals
//! the one with more cells, and runs of blanks only where no other delimiter fits. A line `sep=;` (Excel) decides it.
//!
//! Lines before the table are those that start it with at most one cell, where the table has three or more. The
//! first row is a header unless it holds a number or a date where the rows below do too.

use super::date::{self, DateCell};
use super::error::Error;
use super::header;
use super::number::{self, NumberCell};
use super::records::{Delimiter, Record, Records};

/// How a table is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What separates the cells.
    pub delimiter: Delimiter,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Names of the columns; those without one are empty.
    pub columns: Vec<String>,
    /// Lines before the table.
    pub lines_before: u64,
    /// Byte position of the first row below the header.
    pub data_start: usize,
    /// Line of that position, from 1.
    pub data_line: u64,
}

impl Layout {
    /// The rows below the header.
    #[must_use]
    pub fn records<'t>(&self, text: &'t str) -> Records<'t> {
        Records::new(text, self.delimiter, self.data_start, self.data_line)
    }

    /// The first rows below the header, as text.
    #[must_use]
    pub fn sample(&self, text: &str, limit: usize) -> Vec<Vec<String>> {
        let mut records = self.records(text);
        let mut record = Record::default();
        let mut rows = Vec::new();
        while rows.len() < limit && records.next(&mut record).is_record() {
            rows.push(
                (0..record.len().max(self.columns.len())).map(|i| record.raw(text, i).to_owned()).collect(),
            );
        }
        rows
    }
}

/// Rows looked at.
const LOOK: usize = 200;

/// A row with where it starts and where the next one does.
struct Sampled {
    cells: Vec<String>,
    start: usize,
    line: u64,
    next: (usize, u64),
}

fn rows(text: &str, delimiter: Delimiter, from: (usize, u64)) -> Vec<Sampled> {
    let mut records = Records::new(text, delimiter, from.0, from.1);
    let mut record = Record::default();
    let mut out = Vec::new();
    while out.len() < LOOK && records.next(&mut record).is_record() {
        out.push(Sampled {
            cells: (0..record.len()).map(|i| record.cell(text, i).to_owned()).collect(),
            start: record.range.start,
            line: record.line,
            next: (records.position(), records.line()),
        });
    }
    out
}

/// The commonest number of cells (the larger of equals), and the share of rows that have it.
fn usual_width(rows: &[Sampled]) -> (usize, f64) {
    let mut widths: Vec<usize> = rows.iter().map(|r| r.cells.len()).collect();
    widths.sort_unstable();
    let mut best = (0, 0);
    for run in widths.chunk_by(|a, b| a == b) {
        if run.len() >= best.1 {
            best = (run[0], run.len());
        }
    }
    (best.0, best.1 as f64 / rows.len().max(1) as f64)
}

fn find_delimiter(text: &str, from: (usize, u64)) -> Delimiter {
    let mut best = (Delimiter::Comma, 0.0, 1);
    for delimiter in Delimiter::ALL {
        let (width, share) = usual_width(&rows(text, delimiter, from));
        if width < 2 {
            continue;
        }
        // Blanks also separate words: they have to be clearly better.
        let share = if delimiter == Delimiter::Blanks { share - 0.2 } else { share };
        if share > best.1 + 0.05
            || (share > best.1 - 0.05 && width > best.2 && delimiter != Delimiter::Blanks)
        {
            best = (delimiter, share, width);
        }
    }
    best.0
}

/// Finds out how a text is written.
///
/// # Errors
/// [`Error::Empty`] if there is no row below the header.
pub fn detect(text: &str, header: Option<bool>) -> Result<Layout, Error> {
    let (from, said) = separator_line(text);
    let delimiter = said.unwrap_or_else(|| find_delimiter(text, from));
    let mut rows = rows(text, delimiter, from);
    let (width, _) = usual_width(&rows);
    let filled = |row: &Sampled| row.cells.iter().filter(|c| !c.is_empty()).count();
    let n_before = if width < 3 { 0 } else { rows.iter().take_while(|r| filled(r) <= 1).count() };
    let n_before = if n_before == rows.len() { 0 } else { n_before };
    rows.drain(..n_before);
    let Some(first) = rows.first() else { return Err(Error::Empty) };
    let has_header = header.unwrap_or_else(|| is_header(&rows));
    let mut columns: Vec<String> = match has_header {
        true => first.cells.clone(),
        false => vec![String::new(); width.max(first.cells.len())],
    };
    // R writes row names under no name: the header is one cell shorter than every row.
    let n_longer = rows[1..]
        .iter()
        .filter(|r| r.cells.len() == columns.len() + 1 && r.cells.last().is_some_and(|c| !c.is_empty()))
        .count();
    if has_header && rows.len() > 1 && n_longer == rows.len() - 1 {
        columns.insert(0, String::new());
    }
    let (data_start, data_line) = if has_header { first.next } else { (first.start, first.line) };
    if has_header && rows.len() == 1 {
        return Err(Error::Empty);
    }
    let lines_before = first.line - 1;
    Ok(Layout { delimiter, header: has_header, columns, lines_before, data_start, data_line })
}

/// Reads Excel's `sep=;`: where the table starts, and its delimiter.
fn separator_line(text: &str) -> ((usize, u64), Option<Delimiter>) {
    let head = text.as_bytes();
    if head.len() < 6 || !head[..4].eq_ignore_ascii_case(b"sep=") {
        return ((0, 1), None);
    }
    let said = Delimiter::ALL.into_iter().find(|d| d.text().as_bytes() == &head[4..5] && *d != Delimiter::Blanks);
    let end = match &head[5..] {
        [b'\r', b'\n', ..] => 7,
        [b'\r' | b'\n', ..] => 6,
        _ => return ((0, 1), None),
    };
    if said.is_some() { ((end, 2), said) } else { ((0, 1), None) }
}

fn is_value(cell: &str) -> bool {
    !matches!(date::parse(cell), DateCell::Bad)
        || matches!(number::parse(cell, None), NumberCell::Value(_) | NumberCell::Open)
}

fn is_header(rows: &[Sampled]) -> bool {
    let Some((first, rest)) = rows.split_first() else { return false };
    let mut n_known = 0;
    let mut against = 0;
    for (i, cell) in first.cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
        n_known += usize::from(header::lookup(cell).is_some_and(|(_, fit)| fit > header::Fit::Hint));
        let below = rest.iter().filter_map(|r| r.cells.get(i)).filter(|c| !c.is_empty());
        let (mut n, mut n_values) = (0, 0);
        for cell in below {
            n += 1;
            n_values += usize::from(is_value(cell));
        }
        // A value above values is a row; without rows below, any value is.
        against += usize::from(is_value(cell) && n_values * 2 >= n);
    }
    against == 0 || n_known >= 2
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Layout {
        detect(text, None).unwrap()
    }

    #[test]
    fn delimiters() {
        for (text, delimiter) in [
            ("a,b\n1,2\n", Delimiter::Comma),
            ("a\tb\n1\t2 3\n", Delimiter::Tab),
            ("a;b;c\n1;2,5;3\n1;2,7;3\n", Delimiter::Semicolon),
            ("1;2024-01-02;3,50\n2;2024-01-02;3,70\n", Delimiter::Semicolon),
            ("a|b\n1|2\n", Delimiter::Pipe),
            (" a  b\n 1 2\n 33   4\n", Delimiter::Blanks),
            ("name,time\nJo Do,2024-01-02 10:00\n", Delimiter::Comma),
            ("\"a,b\";c\n\"1,2\";3\n", Delimiter::Semicolon),
            ("sep=|\na,b|c\n1,2|3\n", Delimiter::Pipe),
            ("one\n1\n2\n", Delimiter::Comma),
        ] {
            assert_eq!(layout(text).delimiter, delimiter, "{text:?}");
        }
    }

    #[test]
    fn header_or_not() {
        assert!(layout("id,when\n1,2\n").header);
        assert!(!layout("1,20240101,3.5\n2,20240102,4\n").header);
        assert!(!layout("Ann,2024-01-01,3\nBob,2024-01-02,4\n").header);
        assert!(layout("a,b\nx,y\n").header, "text above text is taken as names");
        assert!(!layout("1,2024-01-01,3\n").header);
        assert!(!detect("a,b\nx,y\n", Some(false)).unwrap().header);
    }

    #[test]
    fn nothing_below_the_header_is_empty() {
        for text in ["", " \n\t\n", "customer,date,amount\n", "customer,date,amount"] {
            assert_eq!(detect(text, None), Err(Error::Empty), "{text:?}");
        }
    }

    #[test]
    fn lines_before_the_table_and_row_names() {
        let found = layout("Sales report\nof 2024\n\nid,date,amount\n1,2024-01-01,5\n");
        assert_eq!((found.lines_before, found.data_line), (3, 5));
        assert_eq!(found.columns, ["id", "date", "amount"]);
        assert_eq!(layout("x,y\n1,a,5\n2,b,6\n").columns, ["", "x", "y"]);
    }
}
