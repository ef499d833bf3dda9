//! Where does each cell begin and end? Text to records, without copying a cell that needs no unquoting.
//!
//! RFC 4180 (Shafranovich 2005) read leniently. Any of LF, CRLF and CR ends a record. A quote opens a quoted
//! cell only at its start, blanks before it aside; a doubled quote inside stands for one. Lines of nothing
//! but blanks are skipped. With [`Delimiter::Blanks`], runs of spaces and tabs separate cells and those at
//! either end of the line do not count. What quotes can do wrong is settled where it stands:
//!
//! - A quote that does not close within [`QUOTE_BOUND`] bytes, or before the text ends, is a letter.
//! - So is one that closes on a later line with text right behind it: what closes it there opens another
//!   cell.
//! - On one line, text behind the closing quote belongs to the cell; if it ends in a quote, those between are
//!   letters (`"say "hi" now"`), and if it does not, two quotes with nothing between them are (`""x`).
//!
//! The text can come in windows. [`Records::next`] answers [`Next::More`] wherever the next bytes could
//! change its answer, so that the records do not depend on how a text is cut. A window that holds no whole
//! record has to grow; doubling it keeps the whole linear.
//!
//! One-byte delimiters with `"` and doubling take the fast way here, eight bytes at a time, and where no quote is
//! near, many records at once (see `ahead`); the other dialects are read by `marked`, which the tests
//! hold to the same results.

use super::ahead::{Ahead, Rows};
pub use super::marks::{Delimiter, Dialect, Escape, Mark, Quote};

/// How far apart the quotes around a cell can be, in bytes.
pub const QUOTE_BOUND: usize = 1 << 20;

/// Cells kept of a record. What has more has lost its line ends, and is not held a second time as cells.
pub const MAX_CELLS: usize = 1 << 16;

#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub quoted: bool,
    /// Whether the span lies in the record's scratch text instead of the file's.
    pub copied: bool,
}

/// One record; reused from one to the next.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub(super) spans: Vec<Span>,
    pub(super) scratch: String,
    /// Line the record starts on, from 1.
    pub line: u64,
    /// Whether blank lines stand between the record before (or where reading began) and this one.
    pub after_gap: bool,
    /// Byte range of the record in the text, without its line end.
    pub range: std::ops::Range<usize>,
}

impl Record {
    #[inline]
    pub(super) fn push(&mut self, span: Span) {
        if self.spans.len() < MAX_CELLS {
            self.spans.push(span);
        }
    }

    /// Number of cells, at most [`MAX_CELLS`].
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
            Some(s) if s.copied => self.scratch.get(s.start..s.end).unwrap_or_default(),
            Some(s) => text.get(s.start..s.end).unwrap_or_default(),
            None => "",
        }
    }

    /// Text of a cell without blanks at its ends.
    #[must_use]
    #[inline]
    pub fn cell<'r>(&'r self, text: &'r str, column: usize) -> &'r str {
        trimmed(self.raw(text, column))
    }

    /// Whether a cell was quoted.
    #[must_use]
    pub fn is_quoted(&self, column: usize) -> bool {
        self.spans.get(column).is_some_and(|s| s.quoted)
    }
}

/// Whether a byte is an ASCII character that can be seen.
#[inline]
pub(super) fn is_visible(byte: u8) -> bool {
    (0x21..0x7f).contains(&byte)
}

/// A cell without blanks at its ends.
#[inline]
pub(super) fn trimmed(raw: &str) -> &str {
    match raw.as_bytes() {
        [] => raw,
        // Most cells start and end in a visible ASCII character: nothing to look for.
        [first, .., last] if is_visible(*first) && is_visible(*last) => raw,
        _ => raw.trim_matches(is_invisible),
    }
}

/// Blanks, and what shows as nothing: byte-order marks inside a text, zero-width spaces, control characters.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// What reading on came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// A record.
    Record,
    /// The window ends before the record surely does: go on from the position with more text.
    More,
    /// There are no more records.
    End,
}

impl Next {
    /// Whether a record was read.
    #[must_use]
    pub fn is_record(self) -> bool {
        self == Self::Record
    }
}

/// Reads the records of a text, or of one window of it, in order.
#[derive(Clone, Debug)]
pub struct Records<'t> {
    text: &'t str,
    /// Whether the window is the end of the text.
    is_last: bool,
    reader: Reader,
}

impl<'t> Records<'t> {
    /// Records of a whole text from a byte position that is the start of the given line.
    #[must_use]
    pub fn new(text: &'t str, dialect: impl Into<Dialect>, position: usize, line: u64) -> Self {
        Self::window(text, dialect, position, line, true)
    }

    /// As [`Records::new`], where more text may follow.
    #[must_use]
    pub fn window(
        text: &'t str,
        dialect: impl Into<Dialect>,
        position: usize,
        line: u64,
        is_last: bool,
    ) -> Self {
        Self { text, is_last, reader: Reader::new(dialect, position.min(text.len()), line) }
    }

    /// Byte position after the last record read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.reader.position
    }

    /// Line the next record can start on, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.reader.line
    }

    /// Reads the next record that is not blank.
    pub fn next(&mut self, record: &mut Record) -> Next {
        self.reader.next(self.text, self.is_last, record)
    }
}

/// Reads records out of windows of a text, one after the other.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) dialect: Dialect,
    /// Bytes an unquoted cell may end before.
    pub(super) stops: [bool; 256],
    /// The delimiter in each of eight bytes, where it is a single one.
    repeated: u64,
    is_fast: bool,
    /// Plain records that were cut together and are handed out one by one.
    ahead: Ahead,
    /// Where in the window the next record starts. Whoever drops read text from the window moves it along.
    pub position: usize,
    /// Line the next record can start on, from 1.
    pub line: u64,
    /// Whether bytes beyond the window could change the record.
    pub(super) reached_end: bool,
    /// Whether the record holds line ends.
    pub(super) is_multiline: bool,
}

impl Reader {
    /// A reader at a byte position that is the start of the given line.
    #[must_use]
    pub fn new(dialect: impl Into<Dialect>, position: usize, line: u64) -> Self {
        let dialect = dialect.into();
        let mut stops = [false; 256];
        let mark = dialect.delimiter.text().as_bytes();
        let first = mark.first().copied().unwrap_or(b',');
        for b in [b'\n', b'\r', first] {
            stops[usize::from(b)] = true;
        }
        stops[usize::from(b'\t')] |= dialect.delimiter == Delimiter::Blanks;
        stops[usize::from(b'\\')] |= dialect.escape == Escape::Backslash;
        let is_fast = mark.len() == 1 && dialect.quote == Quote::Double && dialect.escape == Escape::Doubled;
        let is_cut_ahead = is_fast && dialect.delimiter != Delimiter::Blanks;
        Self {
            dialect,
            stops,
            repeated: u64::from(first) * LOW,
            is_fast,
            ahead: Ahead::new(is_cut_ahead.then_some(first)),
            position,
            line,
            reached_end: false,
            is_multiline: false,
        }
    }

    /// Reads the next record of the window that is not blank; `is_last` says whether the window is the end of the text.
    pub fn next(&mut self, text: &str, is_last: bool, record: &mut Record) -> Next {
        let bytes = text.as_bytes();
        if let Some(position) = self.ahead.next(bytes, self.position, record) {
            self.position = position;
            record.line = self.line;
            self.line += 1;
            return Next::Record;
        }
        let before = (self.position, self.line);
        while self.position < bytes.len() {
            record.spans.clear();
            record.scratch.clear();
            record.line = self.line;
            (self.reached_end, self.is_multiline) = (false, false);
            let start = self.position;
            if self.is_fast {
                self.fast_cells(text, record);
            } else {
                self.marked_cells(text, record);
            }
            record.range = start..self.position;
            if self.is_multiline {
                self.line += line_ends(bytes.get(start..self.position).unwrap_or_default());
            }
            self.line_end(text);
            if self.reached_end && !is_last {
                break;
            }
            if !is_blank(record, bytes) {
                record.after_gap = record.line != before.1;
                return Next::Record;
            }
        }
        if is_last {
            return Next::End;
        }
        // Blank lines are taken back too, so that the record after them is known to follow a gap.
        (self.position, self.line) = before;
        Next::More
    }

    /// The next records of the window as far as they are plain and have so many cells. They stay to be read until
    /// they are passed over.
    #[inline]
    pub(super) fn plain_rows<'a>(&'a mut self, text: &'a str, width: usize) -> Option<Rows<'a>> {
        self.ahead.rows(text, self.position, width)
    }

    /// Passes over the first of the [`Reader::plain_rows`].
    pub(super) fn pass(&mut self, n: usize) {
        self.position = self.ahead.pass(n);
        self.line += n as u64;
    }

    /// Reads cells up to the line end.
    #[inline]
    fn fast_cells(&mut self, text: &str, record: &mut Record) {
        let bytes = text.as_bytes();
        let is_blanks = self.dialect.delimiter == Delimiter::Blanks;
        if is_blanks {
            self.position = skip_blanks(bytes, self.position);
        }
        // Kept out of `self`, which would be written to memory at each cell.
        let mut at = self.position;
        loop {
            let start = at;
            let may_open = matches!(bytes.get(start), Some(b'"' | b' '));
            if may_open && self.quoted(text, start, record) {
                at = self.position;
            } else {
                at = self.find_stop(text, start);
                record.push(Span { start, end: at, quoted: false, copied: false });
            }
            if is_blanks {
                at = skip_blanks(bytes, at);
            }
            match bytes.get(at) {
                Some(b'\n' | b'\r') => break,
                Some(_) if is_blanks => {}
                Some(_) => at += 1,
                None => {
                    self.reached_end = true;
                    break;
                }
            }
        }
        self.position = at;
    }

    /// The first byte from a position that ends an unquoted cell.
    #[inline]
    fn find_stop(&self, text: &str, at: usize) -> usize {
        find(text.as_bytes(), at, self.repeated, |b| self.stops[usize::from(b)])
    }

    /// Reads a quoted cell; false (and nothing read) if the quote is a letter.
    #[inline]
    fn quoted(&mut self, text: &str, start: usize, record: &mut Record) -> bool {
        let bytes = text.as_bytes();
        let mut open = start;
        while bytes.get(open) == Some(&b' ') {
            open += 1;
        }
        match bytes.get(open) {
            Some(b'"') => {}
            Some(_) => return false,
            None => {
                self.reached_end = true;
                return false;
            }
        }
        let (mut at, mut has_doubled, mut has_line_end) = (open + 1, false, false);
        let close = loop {
            at = find(bytes, at, u64::from(b'"') * LOW, |b| matches!(b, b'"' | b'\n' | b'\r'));
            if at - open > QUOTE_BOUND {
                return false;
            }
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) => {
                    self.reached_end = true;
                    return false;
                }
                (Some(b'"'), Some(b'"')) => {
                    has_doubled = true;
                    at += 2;
                }
                (Some(b'"'), next) => {
                    self.reached_end |= next.is_none();
                    break at;
                }
                _ => {
                    has_line_end = true;
                    at += 1;
                }
            }
        };
        let mut after = close + 1;
        while bytes.get(after) == Some(&b' ') && !self.stops[usize::from(b' ')] {
            after += 1;
        }
        let is_clean = match bytes.get(after) {
            None => {
                self.reached_end = true;
                true
            }
            Some(&b) => self.stops[usize::from(b)],
        };
        if is_clean && !has_doubled {
            record.push(Span { start: open + 1, end: close, quoted: true, copied: false });
            self.position = after;
        } else if is_clean {
            self.copy_cell(text, record, open + 1..close, "", after);
        } else if has_line_end || open > start || !self.tail(text, record, open, close) {
            return false;
        }
        self.is_multiline |= has_line_end;
        true
    }

    /// Text behind a closing quote belongs to the cell; if it ends in a quote, it was enclosed too. False if
    /// there is nothing between the quotes it follows: those are letters.
    #[cold]
    fn tail(&mut self, text: &str, record: &mut Record, open: usize, close: usize) -> bool {
        let bytes = text.as_bytes();
        let end = self.find_stop(text, close + 1);
        self.reached_end |= end == bytes.len();
        let tail = text.get(close + 1..end).unwrap_or_default();
        match tail.trim_end_matches(' ').strip_suffix('"') {
            Some(enclosed) => self.copy_cell(text, record, open + 1..close + 1 + enclosed.len(), "", end),
            None if close == open + 1 => return false,
            None => self.copy_cell(text, record, open + 1..close, tail, end),
        }
        true
    }

    /// Takes over a cell with doubled quotes halved.
    #[cold]
    fn copy_cell(
        &mut self,
        text: &str,
        record: &mut Record,
        range: std::ops::Range<usize>,
        tail: &str,
        end: usize,
    ) {
        let start = record.scratch.len();
        let mut rest = text.get(range).unwrap_or_default();
        while let Some(at) = rest.find("\"\"") {
            record.scratch.push_str(&rest[..=at]);
            rest = &rest[at + 2..];
        }
        record.scratch.push_str(rest);
        record.scratch.push_str(tail);
        record.push(Span { start, end: record.scratch.len(), quoted: true, copied: true });
        self.position = end;
    }

    #[inline]
    fn line_end(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.position += match (bytes.get(self.position), bytes.get(self.position + 1)) {
            (None, _) => return,
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r'), None) => {
                self.reached_end = true;
                1
            }
            _ => 1,
        };
        self.line += 1;
    }
}

/// The first position from `at` on that is no space or tab.
#[inline]
pub(super) fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&b| b != b' ' && b != b'\t').unwrap_or(rest.len())
}

/// One in each byte of a word.
const LOW: u64 = 0x0101_0101_0101_0101;

/// The first byte from a position on that is wanted: the mark, which is given repeated, or one below 0x0E.
///
/// Eight bytes at a time: `(x - LOW) & !x` has the high bit of the lowest zero byte of `x` set (Mycroft
/// 1987), and with a larger subtrahend that of the lowest byte below it.
#[inline(always)]
fn find(bytes: &[u8], mut at: usize, repeated: u64, is_wanted: impl Fn(u8) -> bool) -> usize {
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let marks = word ^ repeated;
        let marked = marks.wrapping_sub(LOW) & !marks;
        let control = word.wrapping_sub(0x0E * LOW) & !word;
        let hits = (marked | control) & (0x80 * LOW);
        if hits == 0 {
            at += 8;
            continue;
        }
        let hit = (hits.trailing_zeros() / 8) as usize;
        at += hit;
        if is_wanted((word >> (8 * hit)) as u8) {
            return at;
        }
        at += 1;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&b| is_wanted(b)).unwrap_or(rest.len())
}

/// Whether a record is a line that shows nothing: blanks, or the control characters some programs end a file
/// with.
#[inline]
fn is_blank(record: &Record, bytes: &[u8]) -> bool {
    match record.spans.as_slice() {
        [only] if !only.quoted && !only.copied => {
            bytes.get(only.start..only.end).is_some_and(|cell| cell.iter().all(|&b| b <= b' '))
        }
        _ => false,
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
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, delimiter: impl Into<Dialect>) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(text, delimiter, 0, 1);
        let mut record = Record::default();
        let mut out = Vec::new();
        while records.next(&mut record).is_record() {
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

    #[test]
    fn quotes_gone_wrong() {
        check(
            "1,\"abc,2\n2,\"def\",3\n",
            Delimiter::Comma,
            &[(1, &["1", "\"abc", "2"]), (2, &["2", "def", "3"])],
        );
        check("\"say \"hi\" now\",b\n", Delimiter::Comma, &[(1, &["say \"hi\" now", "b"])]);
        check("\"\"hi\" he said\", \"b, c\" ,d", Delimiter::Comma, &[(1, &["\"hi\" he said", "b, c", "d"])]);
        check(" \"a\"b ,c", Delimiter::Comma, &[(1, &[" \"a\"b ", "c"])]);
    }

    fn reread(text: &str, dialect: Dialect, cuts: &[usize]) -> Vec<(u64, bool, Vec<String>)> {
        let mut out = Vec::new();
        let (mut position, mut line, mut record) = (0, 1, Record::default());
        for (i, &cut) in cuts.iter().chain([&text.len()]).enumerate() {
            if cut < position {
                continue;
            }
            // The window starts where the last one stopped, as a stream would have it.
            let window = &text[position..cut];
            let mut records = Records::window(window, dialect, 0, line, i == cuts.len());
            let last = loop {
                match records.next(&mut record) {
                    Next::Record => {
                        let cells = (0..record.len()).map(|c| record.raw(window, c).to_owned()).collect();
                        out.push((record.line, record.after_gap, cells));
                    }
                    last => break last,
                }
            };
            assert_eq!(last == Next::End, i == cuts.len());
            (position, line) = (position + records.position(), records.line());
        }
        out
    }

    fn any_dialect() -> impl Strategy<Value = Dialect> {
        let delimiter = prop::sample::select(vec![",", "\t", "; ", "|", " ", ":", "||", " | ", "，"]);
        let quote = prop::sample::select(Quote::ALL.to_vec());
        let escape = prop::sample::select(vec![Escape::Doubled, Escape::Backslash]);
        (delimiter, quote, escape).prop_map(|(delimiter, quote, escape)| Dialect {
            delimiter: Delimiter::of(delimiter).unwrap_or(Delimiter::Semicolon),
            quote,
            escape,
        })
    }

    const CELL: &str = "[ab,;|:'\"\\\\\n\r é”]{0,6}";
    const PIECES: &str =
        "(a|b|é|1|,|,|\\||\\||;|:|，|\"|\"|'|“|”|«|»|\\\\|\n|\n|\r|\r\n| | |\t|\u{1a}){0,40}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn windows_do_not_change_the_records(
            text in PIECES,
            dialect in any_dialect(),
            mut cuts in prop::collection::vec(0..80_usize, 0..6),
        ) {
            cuts.iter_mut().for_each(|c| {
                *c = (*c).min(text.len());
                while !text.is_char_boundary(*c) {
                    *c -= 1;
                }
            });
            cuts.sort_unstable();
            prop_assert_eq!(reread(&text, dialect, &cuts), reread(&text, dialect, &[]));
            let every: Vec<usize> = (0..text.len()).filter(|&i| text.is_char_boundary(i)).collect();
            prop_assert_eq!(reread(&text, dialect, &every), reread(&text, dialect, &[]));
        }

        #[test]
        fn both_ways_read_the_same(text in PIECES, delimiter in 0..5_usize) {
            let dialect = Dialect::from(Delimiter::ALL[delimiter]);
            let mut fast = Records::new(&text, dialect, 0, 1);
            let mut slow = fast.clone();
            slow.reader.is_fast = false;
            let (mut a, mut b) = (Record::default(), Record::default());
            loop {
                let next = fast.next(&mut a);
                prop_assert_eq!(slow.next(&mut b), next);
                if !next.is_record() {
                    break;
                }
                let cells = |r: &Record| {
                    (0..r.len()).map(|i| (r.raw(&text, i).to_owned(), r.is_quoted(i))).collect::<Vec<_>>()
                };
                prop_assert_eq!(cells(&a), cells(&b));
                prop_assert_eq!((a.line, &a.range, fast.line()), (b.line, &b.range, slow.line()));
            }
        }

        /// Most records have no quote, and many stand together.
        #[test]
        fn records_cut_together_are_those_cut_alone(
            text in "(a|b|é|1|,|,|,|\n|\n|\r\n| |\t|abcdefgh|,123.45\n|\r|\"){0,400}",
            delimiter in 0..4_usize,
        ) {
            let dialect = Dialect::from(Delimiter::ALL[delimiter]);
            let mut together = Records::new(&text, dialect, 0, 1);
            let mut alone = together.clone();
            alone.reader.ahead = Ahead::new(None);
            let (mut a, mut b) = (Record::default(), Record::default());
            loop {
                let next = together.next(&mut a);
                prop_assert_eq!(alone.next(&mut b), next);
                if !next.is_record() {
                    break;
                }
                let cells = |r: &Record| (0..r.len()).map(|i| r.raw(&text, i).to_owned()).collect::<Vec<_>>();
                prop_assert_eq!(cells(&a), cells(&b));
                let place = |r: &Record| (r.line, r.after_gap, r.range.clone());
                prop_assert_eq!((place(&a), together.position()), (place(&b), alone.position()));
            }
        }

        /// As a table they are what they are one by one.
        #[test]
        fn plain_rows_are_the_records_that_come(
            text in "(a|b|é|1|,|,| |\t|abcdefgh|,x\n|,yy\r\n|a,bb\n|1,2\r\n|\"){0,400}",
            part in 1..20_usize,
        ) {
            let (mut reader, mut record) = (Reader::new(Delimiter::Comma, 0, 1), Record::default());
            let mut alone = Records::new(&text, Delimiter::Comma, 0, 1);
            let mut expected = Record::default();
            loop {
                if let Some(rows) = reader.plain_rows(&text, 2) {
                    let n = rows.len().min(part);
                    for row in 0..n {
                        prop_assert!(alone.next(&mut expected).is_record());
                        prop_assert_eq!(expected.len(), 2);
                        prop_assert!(!expected.after_gap);
                        prop_assert_eq!(rows.bytes(row), &text.as_bytes()[expected.range.clone()]);
                        for column in 0..2 {
                            let cell = expected.cell(&text, column);
                            prop_assert_eq!(rows.cell(row, column).text(), cell);
                            prop_assert_eq!(rows.column(column).nth(row).map(|c| c.text()), Some(cell));
                            prop_assert_eq!(rows.cell(row, column).raw(), expected.raw(&text, column).as_bytes());
                            if let Some((word, length)) = rows.cell(row, column).word() {
                                prop_assert_eq!(&word.to_le_bytes()[..length], cell.as_bytes());
                            }
                        }
                    }
                    reader.pass(n);
                    prop_assert_eq!((reader.position, reader.line), (alone.position(), alone.line()));
                }
                let next = reader.next(&text, true, &mut record);
                prop_assert_eq!(alone.next(&mut expected), next);
                if !next.is_record() {
                    break;
                }
                prop_assert_eq!((record.line, &record.range), (expected.line, &expected.range));
            }
        }

        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(prop::collection::vec(CELL, 2..5), 1..6),
            dialect in any_dialect().prop_filter("has quotes and no blanks", |d| {
                d.quote != Quote::None && d.delimiter != Delimiter::Blanks
            }),
        ) {
            let (open, close) = dialect.quote.pair();
            let quoted = |cell: &String| match dialect.escape {
                Escape::Doubled => format!("{open}{}{close}", cell.replace(close, &close.repeat(2))),
                Escape::Backslash => {
                    let escaped = cell.replace('\\', "\\\\");
                    let escaped = match close {
                        "\"" | "'" => escaped.replace(close, &format!("\\{close}")),
                        _ => escaped.replace(close, &close.repeat(2)),
                    };
                    format!("{open}{escaped}{close}")
                }
            };
            let line = |row: &Vec<String>| {
                row.iter().map(quoted).collect::<Vec<_>>().join(dialect.delimiter.text())
            };
            let text = rows.iter().map(|r| line(r) + "\n").collect::<String>();
            let read: Vec<Vec<String>> = reread(&text, dialect, &[]).into_iter().map(|r| r.2).collect();
            prop_assert_eq!(read, rows, "{:?}", text);
        }
    }

    #[test]
    fn quotes_close_within_the_bound_or_are_letters() {
        for (length, is_quoted) in [(QUOTE_BOUND - 1, true), (QUOTE_BOUND, false)] {
            let text = format!("a,\"{}\",b\nc,d,e\n", "x\n".repeat(QUOTE_BOUND)[..length].to_owned());
            for dialect in
                [Dialect::from(Delimiter::Comma), Dialect { escape: Escape::Backslash, ..Dialect::default() }]
            {
                let n = rows(&text, dialect).len();
                assert_eq!(n == 2, is_quoted, "{length}: {n} rows");
                let half = text.len() / 2;
                assert_eq!(reread(&text, dialect, &[half]), reread(&text, dialect, &[]));
            }
        }
        // Beyond the bound, the window decides without the rest.
        let text = format!("\"{}\nb\n", "x".repeat(QUOTE_BOUND + 9));
        let mut records = Records::window(&text, Delimiter::Comma, 0, 1, false);
        assert_eq!(records.next(&mut Record::default()), Next::Record);
    }
}
