//! Where do cells end in the rarer dialects? Delimiters of several bytes, other quotes, backslashes.
//!
//! The rules of `records`, written for any dialect, one stop at a time. A backslash, where the dialect has
//! it, makes a letter of the delimiter, quote, backslash or line end behind it; before anything else it is a
//! letter itself.

use super::records::{Delimiter, Escape, QUOTE_BOUND, Reader, Record, Span, skip_blanks};

impl Reader {
    /// Reads cells up to the line end.
    pub(super) fn marked_cells(&mut self, text: &str, record: &mut Record) {
        let is_blanks = self.dialect.delimiter == Delimiter::Blanks;
        if is_blanks {
            self.position = skip_blanks(text.as_bytes(), self.position);
        }
        loop {
            if !self.marked_quoted(text, record) {
                self.marked_plain(text, record);
            }
            let Some(length) = self.delimiter_at(text, self.position) else { return };
            self.position += length;
            if is_blanks && self.is_line_end(text, self.position) {
                return;
            }
        }
    }

    fn byte(&mut self, text: &str, at: usize) -> Option<u8> {
        let byte = text.as_bytes().get(at).copied();
        self.reached_end |= byte.is_none();
        byte
    }

    /// Whether a line, or the text, ends at a position.
    fn is_line_end(&mut self, text: &str, at: usize) -> bool {
        matches!(self.byte(text, at), None | Some(b'\n' | b'\r'))
    }

    /// Length of the delimiter at a position, if there is one.
    fn delimiter_at(&mut self, text: &str, at: usize) -> Option<usize> {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        if self.dialect.delimiter == Delimiter::Blanks {
            let length = rest.iter().position(|&b| b != b' ' && b != b'\t').unwrap_or(rest.len());
            return (length > 0).then_some(length);
        }
        let mark = self.dialect.delimiter.text().as_bytes();
        let found = rest.starts_with(mark);
        // The window may end within the delimiter.
        self.reached_end |= !found && rest.len() < mark.len() && mark.starts_with(rest);
        found.then_some(mark.len())
    }

    /// Length of what a backslash at a position makes a letter of.
    fn escaped_at(&mut self, text: &str, at: usize) -> Option<usize> {
        match (self.byte(text, at + 1)?, text.as_bytes().get(at + 2)) {
            (b'\\' | b'"' | b'\'' | b'\n', _) => Some(1),
            (b'\r', Some(b'\n')) => Some(2),
            (b'\r', next) => {
                self.reached_end |= next.is_none();
                Some(1)
            }
            _ => self.delimiter_at(text, at + 1),
        }
    }

    /// The first position from `at` where a cell ends; what was escaped is added to the scratch text.
    fn marked_end(&mut self, text: &str, mut at: usize, record: &mut Record) -> (usize, usize) {
        let bytes = text.as_bytes();
        let mut copied_to = at;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|&b| self.stops[usize::from(b)]).unwrap_or(rest.len());
            match bytes.get(at) {
                None => {
                    self.reached_end = true;
                    return (at, copied_to);
                }
                Some(b'\n' | b'\r') => return (at, copied_to),
                Some(b'\\') if self.dialect.escape == Escape::Backslash => match self.escaped_at(text, at) {
                    Some(length) => {
                        self.is_multiline |= matches!(bytes.get(at + 1), Some(b'\n' | b'\r'));
                        record.scratch.push_str(text.get(copied_to..at).unwrap_or_default());
                        copied_to = at + 1;
                        at += 1 + length;
                    }
                    None => at += 1,
                },
                Some(_) if self.delimiter_at(text, at).is_some() => return (at, copied_to),
                Some(_) => at += 1,
            }
        }
    }

    fn marked_plain(&mut self, text: &str, record: &mut Record) {
        let (start, from) = (self.position, record.scratch.len());
        let (end, copied_to) = self.marked_end(text, start, record);
        self.position = end;
        if copied_to == start {
            record.push(Span { start, end, quoted: false, copied: false });
        } else {
            record.scratch.push_str(text.get(copied_to..end).unwrap_or_default());
            let end = record.scratch.len();
            record.push(Span { start: from, end, quoted: false, copied: true });
        }
    }

    /// Reads a quoted cell; false (and nothing read) if there is no quote, or it is a letter.
    fn marked_quoted(&mut self, text: &str, record: &mut Record) -> bool {
        let (opening, closing) = self.dialect.quote.pair();
        if opening.is_empty() {
            return false;
        }
        let mut open = self.position;
        while text.as_bytes().get(open) == Some(&b' ') && self.delimiter_at(text, open).is_none() {
            open += 1;
        }
        let rest = text.as_bytes().get(open..).unwrap_or_default();
        if !rest.starts_with(opening.as_bytes()) {
            self.reached_end |= rest.len() < opening.len();
            return false;
        }
        let from = record.scratch.len();
        let Some((close, has_line_end)) = self.closing(text, open, record) else {
            record.scratch.truncate(from);
            return false;
        };
        let mut after = close + closing.len();
        let is_clean = loop {
            if self.is_line_end(text, after) || self.delimiter_at(text, after).is_some() {
                break true;
            }
            if text.as_bytes().get(after) != Some(&b' ') {
                break false;
            }
            after += 1;
        };
        if !is_clean && (has_line_end || open > self.position) {
            record.scratch.truncate(from);
            return false;
        }
        if is_clean {
            self.position = after;
        } else if !self.marked_tail(text, record, close, close == open + opening.len()) {
            record.scratch.truncate(from);
            return false;
        }
        self.is_multiline |= has_line_end;
        record.push(Span { start: from, end: record.scratch.len(), quoted: true, copied: true });
        true
    }

    /// Where the cell opened at a position is closed, and whether on a later line; its text goes to the
    /// scratch text.
    fn closing(&mut self, text: &str, open: usize, record: &mut Record) -> Option<(usize, bool)> {
        let (opening, closing) = self.dialect.quote.pair();
        let bytes = text.as_bytes();
        let first = closing.as_bytes().first().copied()?;
        let has_backslash = self.dialect.escape == Escape::Backslash;
        let is_stop = |b: &u8| *b == first || matches!(b, b'\n' | b'\r') || (has_backslash && *b == b'\\');
        let mut at = open + opening.len();
        let (mut copied_to, mut has_line_end) = (at, false);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(is_stop).unwrap_or(rest.len());
            if at - open > QUOTE_BOUND {
                return None;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            match self.byte(text, at)? {
                b'\n' | b'\r' => {
                    has_line_end = true;
                    at += 1;
                }
                b'\\' if has_backslash => match self.escaped_at(text, at) {
                    Some(length) => {
                        has_line_end |= matches!(bytes.get(at + 1), Some(b'\n' | b'\r'));
                        record.scratch.push_str(text.get(copied_to..at)?);
                        copied_to = at + 1;
                        at += 1 + length;
                    }
                    None => at += 1,
                },
                _ if rest.starts_with(closing.as_bytes()) => {
                    let after = at + closing.len();
                    let behind = bytes.get(after..).unwrap_or_default();
                    if !behind.starts_with(closing.as_bytes()) {
                        self.reached_end |= behind.len() < closing.len();
                        record.scratch.push_str(text.get(copied_to..at)?);
                        return Some((at, has_line_end));
                    }
                    record.scratch.push_str(text.get(copied_to..after)?);
                    at = after + closing.len();
                    copied_to = at;
                }
                _ => {
                    self.reached_end |= rest.len() < closing.len();
                    at += 1;
                }
            }
        }
    }

    /// As `Records::tail`, in any dialect.
    fn marked_tail(&mut self, text: &str, record: &mut Record, close: usize, is_empty: bool) -> bool {
        let (_, closing) = self.dialect.quote.pair();
        let inside = record.scratch.len();
        let (end, copied_to) = self.marked_end(text, close + closing.len(), record);
        record.scratch.push_str(text.get(copied_to..end).unwrap_or_default());
        let tail = record.scratch.get(inside..).unwrap_or_default();
        if let Some(enclosed) = tail.trim_end_matches(' ').strip_suffix(closing) {
            let enclosed = format!("{closing}{}", enclosed.replace(&closing.repeat(2), closing));
            record.scratch.truncate(inside);
            record.scratch.push_str(&enclosed);
        } else if is_empty {
            return false;
        }
        self.position = end;
        true
    }
}
