//! Where does each cell begin and end? Text to records, without copying a cell that needs no unquoting.
//!
//! RFC 4180 (Shafranovich 2005) read leniently: any of LF, CRLF and CR ends a record; a quote opens a quoted cell
//! only at its start; a doubled quote inside stands for one; text after the closing quote is appended; a quote that
//! is never closed is an ordinary character, so that one stray quote does not swallow the rest of the file. Lines
//! of nothing but blanks are skipped. With [`Delimiter::Blanks`], runs of spaces and tabs separate cells and those
//! at either end of the line do not count.

use serde::{Deserialize, Serialize};

/// What separates the cells of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// Tab.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Pipe,
    /// Runs of spaces or tabs.
    Blanks,
}

impl Delimiter {
    /// All of them, the commonest first.
    pub const ALL: [Self; 5] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Pipe, Self::Blanks];

    /// The separating character; a space stands for runs of blanks.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Pipe => b'|',
            Self::Blanks => b' ',
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    /// Whether the span lies in the record's scratch text instead of the file's.
    unquoted: bool,
}

/// One record; reused from one to the next.
#[derive(Clone, Debug, Default)]
pub struct Record {
    spans: Vec<Span>,
    scratch: String,
    /// Line the record starts on, from 1.
    pub line: u64,
    /// Byte range of the record in the text, without its line end.
    pub range: std::ops::Range<usize>,
}

impl Record {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether the record has no cells, as before the first was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Text of a cell as it stands in the file, unquoted; empty beyond the last cell.
    #[must_use]
    #[inline]
    pub fn raw<'r>(&'r self, text: &'r str, column: usize) -> &'r str {
        match self.spans.get(column) {
            Some(s) if s.unquoted => self.scratch.get(s.start..s.end).unwrap_or_default(),
            Some(s) => text.get(s.start..s.end).unwrap_or_default(),
            None => "",
        }
    }

    /// Text of a cell without blanks at its ends.
    #[must_use]
    #[inline]
    pub fn cell<'r>(&'r self, text: &'r str, column: usize) -> &'r str {
        let raw = self.raw(text, column);
        match raw.as_bytes() {
            [] => raw,
            // Most cells start and end in a visible ASCII character: nothing to look for.
            [first, .., last] if (0x21..0x7f).contains(first) && (0x21..0x7f).contains(last) => raw,
            _ => raw.trim(),
        }
    }
}

/// Reads the records of a text in order.
#[derive(Clone, Debug)]
pub struct Records<'t> {
    text: &'t str,
    delimiter: Delimiter,
    /// Bytes that end an unquoted cell.
    stops: [bool; 256],
    position: usize,
    line: u64,
    /// Position of the first quote without a partner: no later one has any.
    letters_from: usize,
}

impl<'t> Records<'t> {
    /// Records of the text from a byte position that is the start of the given line.
    #[must_use]
    pub fn new(text: &'t str, delimiter: Delimiter, position: usize, line: u64) -> Self {
        let mut stops = [false; 256];
        for b in [b'\n', b'\r', delimiter.byte()] {
            stops[usize::from(b)] = true;
        }
        if delimiter == Delimiter::Blanks {
            stops[usize::from(b'\t')] = true;
        }
        Self { text, delimiter, stops, position, line, letters_from: usize::MAX }
    }

    /// Byte position after the last record read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Line the next record can start on, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Text of the record that starts at a position, once all have been read. Afterwards, line numbers mean nothing.
    pub fn text_at(&mut self, start: usize, record: &mut Record) -> &'t [u8] {
        self.position = start;
        self.next(record);
        self.text.as_bytes().get(record.range.clone()).unwrap_or_default()
    }

    /// Reads the next record that is not blank; false at the end.
    pub fn next(&mut self, record: &mut Record) -> bool {
        let bytes = self.text.as_bytes();
        while self.position < bytes.len() {
            record.spans.clear();
            record.scratch.clear();
            record.line = self.line;
            let start = self.position;
            if self.delimiter == Delimiter::Blanks {
                self.skip_blanks();
            }
            let blank = self.cells(record);
            record.range = start..self.position;
            self.line_end();
            if !blank {
                return true;
            }
        }
        false
    }

    /// Reads cells up to the line end; true if the line held nothing but blanks.
    fn cells(&mut self, record: &mut Record) -> bool {
        let bytes = self.text.as_bytes();
        loop {
            if bytes.get(self.position) == Some(&b'"')
                && self.position < self.letters_from
                && self.quoted(record)
            {
            } else {
                self.plain(record);
            }
            match bytes.get(self.position) {
                None | Some(b'\n' | b'\r') => break,
                Some(_) if self.delimiter == Delimiter::Blanks => {
                    self.skip_blanks();
                    if matches!(bytes.get(self.position), None | Some(b'\n' | b'\r')) {
                        break;
                    }
                }
                Some(_) => self.position += 1,
            }
        }
        match record.spans.as_slice() {
            [only] if !only.unquoted => bytes[only.start..only.end].iter().all(|&b| b == b' ' || b == b'\t'),
            _ => false,
        }
    }

    #[inline]
    fn plain(&mut self, record: &mut Record) {
        let start = self.position;
        let rest = &self.text.as_bytes()[start..];
        let length = rest.iter().position(|&b| self.stops[usize::from(b)]).unwrap_or(rest.len());
        self.position = start + length;
        record.spans.push(Span { start, end: self.position, unquoted: false });
    }

    /// Reads a quoted cell; false (and nothing read) if its quote is never closed.
    #[cold]
    fn quoted(&mut self, record: &mut Record) -> bool {
        let bytes = self.text.as_bytes();
        let from = record.scratch.len();
        let mut at = self.position + 1;
        loop {
            let Some(length) = memchr::memchr(b'"', &bytes[at..]) else {
                record.scratch.truncate(from);
                self.letters_from = self.position;
                return false;
            };
            record.scratch.push_str(&self.text[at..at + length]);
            at += length + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            record.scratch.push('"');
            at += 1;
        }
        self.line += line_ends(&bytes[self.position..at]);
        let rest = &bytes[at..];
        let tail = rest.iter().position(|&b| self.stops[usize::from(b)]).unwrap_or(rest.len());
        record.scratch.push_str(&self.text[at..at + tail]);
        self.position = at + tail;
        record.spans.push(Span { start: from, end: record.scratch.len(), unquoted: true });
        true
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text.as_bytes()[self.position..];
        self.position += rest.iter().position(|&b| b != b' ' && b != b'\t').unwrap_or(rest.len());
    }

    #[inline]
    fn line_end(&mut self) {
        let bytes = self.text.as_bytes();
        match bytes.get(self.position) {
            None => return,
            Some(b'\r') if bytes.get(self.position + 1) == Some(&b'\n') => self.position += 2,
            Some(_) => self.position += 1,
        }
        self.line += 1;
    }
}

/// Number of line ends, a CRLF being one.
fn line_ends(bytes: &[u8]) -> u64 {
    let mut n = 0;
    for (i, &b) in bytes.iter().enumerate() {
        n += u64::from(b == b'\n' || (b == b'\r' && bytes.get(i + 1) != Some(&b'\n')));
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: Delimiter) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(text, delimiter, 0, 1);
        let mut record = Record::default();
        let mut out = Vec::new();
        while records.next(&mut record) {
            let cells = (0..record.len()).map(|i| record.raw(text, i).to_owned()).collect();
            out.push((record.line, cells));
        }
        out
    }

    fn check(text: &str, delimiter: Delimiter, expected: &[(u64, &[&str])]) {
        let expected: Vec<(u64, Vec<String>)> =
            expected.iter().map(|(l, c)| (*l, c.iter().map(|s| (*s).to_owned()).collect())).collect();
        assert_eq!(rows(text, delimiter), expected, "{text:?}");
    }

    #[test]
    fn line_ends_of_every_kind_and_blank_lines() {
        check(
            "a,b\r\nc,d\re,f\n\n  \ng,h",
            Delimiter::Comma,
            &[(1, &["a", "b"]), (2, &["c", "d"]), (3, &["e", "f"]), (6, &["g", "h"])],
        );
    }

    #[test]
    fn quotes() {
        check(
            "\"a,\"\"b\"\"\r\nc\",d\ne\"f\",\"\"\n",
            Delimiter::Comma,
            &[(1, &["a,\"b\"\r\nc", "d"]), (3, &["e\"f\"", ""])],
        );
        check("\"a\"b,c\n", Delimiter::Comma, &[(1, &["ab", "c"])]);
        check("a,\"b\nc,\"\"d\n", Delimiter::Comma, &[(1, &["a", "\"b"]), (2, &["c", "\"\"d"])]);
        check("\"\"\n", Delimiter::Comma, &[(1, &[""])]);
    }

    #[test]
    fn empty_cells_are_cells() {
        check(",\na,\n,,b", Delimiter::Comma, &[(1, &["", ""]), (2, &["a", ""]), (3, &["", "", "b"])]);
    }

    #[test]
    fn runs_of_blanks() {
        check(
            " 1  2\t \"x y\" \r\n   \n3 4 5\n",
            Delimiter::Blanks,
            &[(1, &["1", "2", "x y"]), (3, &["3", "4", "5"])],
        );
    }
}
