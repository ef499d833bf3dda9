//! How is the table written? Dialect, lines around the table, names of the columns; with the evidence for
//! each verdict.
//!
//! A line `sep=;` (Excel) decides the delimiter; else the dialect is the one with the best `score`. The rows
//! it gives are cut into `tables`, of which the best is taken, and its `heading` names the columns. What
//! stands between and below the rows is told row by row (`footer`). Any verdict can be given instead
//! ([`Told`]), and those that depend on it follow.

use serde::{Deserialize, Serialize};

use super::error::Error;
pub use super::footer::{Judge, RowKind};
pub use super::heading::HeaderBasis;
use super::records::{Delimiter, Dialect, Record, Records};
use super::{heading, score, tables};

/// What the caller knows about how a file is written; what is not given is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Told {
    /// The encoding, by a label of the WHATWG Encoding Standard.
    pub encoding: Option<String>,
    /// The sheet of a workbook, by name.
    pub sheet: Option<String>,
    /// The marks.
    pub dialect: Option<Dialect>,
    /// Whether the first row of the table names the columns.
    pub header: Option<bool>,
    /// Lines before the table.
    pub skip_lines: Option<u64>,
}

/// What the dialect rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialectBasis {
    /// The caller said so.
    Told,
    /// The text says `sep=`.
    SeparatorLine,
    /// It makes the most regular rows of the best cells.
    Score,
    /// No delimiter makes columns.
    OneColumn,
}

/// The dialect that came second, with another delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunnerUp {
    /// The dialect.
    pub dialect: Dialect,
    /// Its score, 0..1.
    pub score: f64,
}

/// A table seen in the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableSeen {
    /// Line of its first row, from 1.
    pub line: u64,
    /// Rows of it in the sample, with its names.
    pub n_rows: usize,
    /// Usual number of cells.
    pub n_columns: usize,
    /// Whether it is the one taken.
    pub is_taken: bool,
}

/// What the verdicts on a text rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What the dialect rests on.
    pub dialect: DialectBasis,
    /// Score of the dialect, 0..1; 0 where it was not asked for.
    pub score: f64,
    /// The next best delimiter, if any makes columns.
    pub runner_up: Option<RunnerUp>,
    /// What the verdict on the header rests on.
    pub header: HeaderBasis,
    /// Rows of the table looked at, below its names.
    pub n_rows: usize,
    /// Share of them with the usual number of cells.
    pub width_share: f64,
    /// Share of their cells that are dates or numbers.
    pub value_share: f64,
    /// Tables seen in the sample, in order.
    pub tables: Vec<TableSeen>,
}

/// How a table is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Layout {
    /// The marks.
    pub dialect: Dialect,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Names of the columns; those without one are empty.
    pub columns: Vec<String>,
    /// The rows that name the columns, as they stand in the file.
    pub header_rows: Vec<Vec<String>>,
    /// Lines before the table.
    pub lines_before: u64,
    /// Byte position of the first row below the header.
    pub data_start: usize,
    /// Line of that position, from 1.
    pub data_line: u64,
    /// Byte position of the table that follows, where the sample holds one; [`Judge`] finds those further
    /// down.
    pub data_end: Option<usize>,
    /// Which columns hold dates or numbers.
    pub value_columns: Vec<bool>,
    /// What all of this rests on.
    pub evidence: Evidence,
}

impl Layout {
    /// The records below the header, up to the next table the sample holds. [`Judge`] tells which of them are
    /// rows.
    #[must_use]
    pub fn records<'t>(&self, text: &'t str) -> Records<'t> {
        let end = self.data_end.unwrap_or(text.len());
        Records::new(text.get(..end).unwrap_or(text), self.dialect, self.data_start, self.data_line)
    }

    /// The first rows of the table, as text; each at least as long as the header.
    #[must_use]
    pub fn sample(&self, text: &str, limit: usize) -> Vec<Vec<String>> {
        let (mut records, mut record, mut judge) = (self.records(text), Record::default(), Judge::default());
        let mut rows = Vec::new();
        while rows.len() < limit && records.next(&mut record).is_record() {
            match judge.row(self, text, &record) {
                RowKind::Data => {
                    let cells = 0..record.len().max(self.columns.len());
                    rows.push(cells.map(|i| record.raw(text, i).to_owned()).collect());
                }
                RowKind::NextTable => break,
                _ => {}
            }
        }
        rows
    }
}

/// Rows the table is found in.
const SAMPLE_ROWS: usize = 2000;

/// Finds out how a whole text is written.
///
/// # Errors
/// [`Error::Empty`] if there is no row below the header.
pub fn detect(text: &str, header: Option<bool>) -> Result<Layout, Error> {
    detect_head(text, true, &Told { header, ..Told::default() })
}

/// Finds out how a text is written from its first megabytes, or all of it.
///
/// # Errors
/// [`Error::Empty`] if there is no row below the header.
pub fn detect_head(head: &str, is_all: bool, told: &Told) -> Result<Layout, Error> {
    let (from, said) = start(head, told.skip_lines);
    let ranked = match told.dialect {
        Some(_) => Vec::new(),
        None => score::rank(head, is_all, from, said),
    };
    let best = ranked.first();
    let dialect = told.dialect.or(best.map(|b| b.dialect)).unwrap_or_else(|| Dialect::from(Delimiter::Comma));
    let rows = tables::sample(head, is_all, dialect, from, SAMPLE_ROWS);
    if rows.is_empty() {
        return Err(Error::Empty);
    }
    let found = tables::find(&rows);
    let at_top = told.skip_lines.is_some();
    let taken = if at_top { 0 } else { tables::best(&rows, &found).unwrap_or(0) };
    let range = match found.get(taken) {
        Some(table) if at_top => 0..table.rows.end,
        Some(table) => table.rows.clone(),
        None => 0..rows.len(),
    };
    let of_table = rows.get(range.clone()).unwrap_or_default();
    let width = found.get(taken).map_or_else(|| tables::usual_width(of_table).0, |t| t.width);
    let heading = heading::find(of_table, width, told.header, at_top);
    let data = of_table.get(heading.data..).unwrap_or_default();
    // The rows of the table may end the sample; a header alone is no table.
    let first_row = data.first().or_else(|| rows.get(range.start + heading.data));
    let has_header = !heading.rows.is_empty();
    let Some(first_row) = first_row else { return Err(Error::Empty) };
    let mut columns = heading.names;
    let header_rows: Vec<Vec<String>> =
        of_table.get(heading.rows.clone()).unwrap_or_default().iter().map(|r| r.cells.clone()).collect();
    if has_header {
        heading::widen(&mut columns, data);
    } else {
        columns = vec![String::new(); width.max(1)];
    }
    let top = of_table.get(heading.rows.start).unwrap_or(first_row);
    let (data_start, data_line) = match of_table.get(heading.rows.end.wrapping_sub(1)) {
        Some(last) if has_header => last.next,
        _ => (first_row.start, first_row.line),
    };
    let next = found.get(taken + 1).and_then(|t| rows.get(t.rows.start));
    let n_cells = data.iter().map(tables::Row::len).sum::<usize>();
    let n_values = data.iter().map(tables::Row::n_values).sum::<usize>();
    let seen = |(i, table): (usize, &tables::Table)| TableSeen {
        line: rows.get(table.rows.start).map_or(1, |r| r.line),
        n_rows: table.rows.len(),
        n_columns: table.width,
        is_taken: i == taken,
    };
    let evidence = Evidence {
        dialect: match (told.dialect, said, best) {
            (Some(_), _, _) => DialectBasis::Told,
            (_, Some(_), _) => DialectBasis::SeparatorLine,
            (_, _, Some(_)) => DialectBasis::Score,
            _ => DialectBasis::OneColumn,
        },
        score: best.map_or(0.0, |b| b.score),
        runner_up: ranked.get(1).map(|r| RunnerUp { dialect: r.dialect, score: r.score }),
        header: heading.basis,
        n_rows: data.len(),
        width_share: tables::usual_width(data).1,
        value_share: n_values as f64 / n_cells.max(1) as f64,
        tables: found.iter().enumerate().map(seen).collect(),
    };
    Ok(Layout {
        dialect,
        header: has_header,
        lines_before: top.line - 1,
        value_columns: tables::typed_columns(data, tables::usual_width(data).0),
        columns,
        header_rows,
        data_start,
        data_line,
        data_end: next.map(|r| r.start),
        evidence,
    })
}

/// Where the table can start, and the delimiter Excel's `sep=;` gives.
fn start(text: &str, skip_lines: Option<u64>) -> ((usize, u64), Option<Delimiter>) {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut from = (mark, 1);
    let said = separator_line(text.get(mark..).unwrap_or_default());
    if let (Some((_, length)), None | Some(0)) = (said, skip_lines) {
        from = (mark + length, 2);
    }
    for _ in 0..skip_lines.unwrap_or(0) {
        let bytes = text.as_bytes().get(from.0..).unwrap_or_default();
        let Some(at) = memchr::memchr2(b'\n', b'\r', bytes) else { break };
        let is_pair = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
        from = (from.0 + at + if is_pair { 2 } else { 1 }, from.1 + 1);
    }
    (from, said.map(|(delimiter, _)| delimiter))
}

/// Reads Excel's `sep=;` with its line end: the delimiter, and the bytes it takes.
fn separator_line(text: &str) -> Option<(Delimiter, usize)> {
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes())?;
    let line = text.get(..end)?;
    let bare = line.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(line);
    let (name, mark) = bare.split_at_checked(4)?;
    if !name.eq_ignore_ascii_case("sep=") {
        return None;
    }
    let delimiter = Delimiter::of(mark).filter(|d| *d != Delimiter::Blanks)?;
    let line_end = if text.get(end..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 };
    Some((delimiter, end + line_end))
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
            assert_eq!(layout(text).dialect.delimiter, delimiter, "{text:?}");
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

    #[test]
    fn rarer_dialects() {
        use super::super::records::{Escape, Quote};
        for (text, delimiter, quote, escape) in [
            ("a:b\nx:1\ny:2\n", ":", Quote::Double, Escape::Doubled),
            ("a||b||c\nx||1||2\ny||||3\n", "||", Quote::Double, Escape::Doubled),
            ("a, b, c\nx, 1, 2\ny, 2, 3\n", ", ", Quote::Double, Escape::Doubled),
            ("'a','b'\n'x, y','1'\n'it''s','2'\n", ",", Quote::Single, Escape::Doubled),
            ("a,b\n\"x \\\"y\\\", z\",1\n\"w\",2\n", ",", Quote::Double, Escape::Backslash),
            ("a,b\nx\\, y,1\nz,2\n", ",", Quote::Double, Escape::Backslash),
            ("a,b\n\"C:\\dir\\\",1\n\"D:\\\",2\n", ",", Quote::Double, Escape::Doubled),
            ("客户，金额\n张，1\n王，2\n", "，", Quote::Double, Escape::Doubled),
            ("when\n2024-01-01 10:00:00\n2024-01-02 11:30:00\n", ",", Quote::Double, Escape::Doubled),
            ("name,at\nx,10:15:00\ny,11:20:00\n", ",", Quote::Double, Escape::Doubled),
        ] {
            let delimiter = Delimiter::of(delimiter).unwrap();
            assert_eq!(layout(text).dialect, Dialect { delimiter, quote, escape }, "{text:?}");
        }
    }

    #[test]
    fn each_verdict_can_be_given() {
        let text = "Sales, all\nid;date;amount\n1;2024-01-01;5,5\n2;2024-01-02;6,5\n";
        let found = layout(text);
        assert_eq!((found.dialect.delimiter, found.lines_before), (Delimiter::Semicolon, 1));
        let told = Told { dialect: Some(Delimiter::Comma.into()), ..Told::default() };
        let as_told = detect_head(text, true, &told).unwrap();
        assert_eq!(
            (as_told.dialect.delimiter, as_told.evidence.dialect),
            (Delimiter::Comma, DialectBasis::Told)
        );
        let told = Told { skip_lines: Some(2), header: Some(false), ..Told::default() };
        let as_told = detect_head(text, true, &told).unwrap();
        assert_eq!((as_told.header, as_told.lines_before, as_told.data_line), (false, 2, 3));
        assert_eq!(as_told.sample(text, 9).len(), 2);
        let told = Told { skip_lines: Some(9), ..Told::default() };
        assert_eq!(detect_head(text, true, &told), Err(Error::Empty));
        let json = serde_json::to_string(&as_told).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), as_told);
    }

    #[test]
    fn verdicts_come_with_their_evidence() {
        let text = "id;date;amount\n1;2024-01-01;5,5\n2;2024-01-02;6,5\n3;2024-01-02\n4;;7,5\n";
        let seen = layout(text).evidence;
        assert_eq!((seen.dialect, seen.header), (DialectBasis::Score, HeaderBasis::KnownNames));
        assert_eq!((seen.n_rows, seen.width_share), (4, 0.75));
        assert_eq!(seen.value_share, 10.0 / 11.0);
        // Share 4 of 5 rows; of their 12 cells, 1 is empty, and `id` is no name of the dictionary.
        assert!((seen.score - 0.64 * 2.0 / 3.0 * (10.0 + 0.6 + 0.5) / 12.0).abs() < 1e-12, "{seen:?}");
        let comma = seen.runner_up.unwrap();
        assert!(comma.dialect.delimiter == Delimiter::Comma && comma.score < seen.score / 2.0);
        let told = detect_head("a\n1\n", true, &Told { header: Some(true), ..Told::default() }).unwrap();
        assert_eq!(
            (told.evidence.dialect, told.evidence.header),
            (DialectBasis::OneColumn, HeaderBasis::Told)
        );
    }

    #[test]
    fn the_best_of_several_tables_is_taken() {
        let sales = "customer,date,amount\na,2024-01-01,5\nb,2024-01-02,6\nc,2024-01-03,7\n";
        let shares = "region,share\nN,0.5\nS,0.5\n";
        let text = format!("{shares}\n{sales}\n{shares}");
        let found = layout(&text);
        assert_eq!(found.columns, ["customer", "date", "amount"]);
        assert_eq!((found.lines_before, found.data_line), (4, 6));
        assert_eq!(found.data_end, Some(text.rfind(shares).unwrap()));
        let taken: Vec<bool> = found.evidence.tables.iter().map(|t| t.is_taken).collect();
        assert_eq!(taken, [false, true, false]);
        // A table below what was looked at ends the rows as well.
        let head = format!("customer,date,amount\n{}", "a,2024-01-01,5\n".repeat(3000));
        let text = format!("{head}\nregion,share\nN,0.5\n");
        let found = layout(&text);
        assert_eq!((found.data_end, found.sample(&text, usize::MAX).len()), (None, 3000));
    }
}
