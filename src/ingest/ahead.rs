//! Where do the cells of the next hundred records end? Plain records are cut together, and taken one by one or as a
//! table.
//!
//! Most records hold no quote. Of those, each delimiter ends a cell and each line feed a record, whatever stands
//! between, so that sixteen bytes at a time can be compared with the few marks that matter. The first record that is
//! not plain ends the piece: one with a quote, one that ends in a carriage return alone, a line that shows nothing, or
//! the last of the window, whose end is not there yet. It is left to [`Reader`](super::records::Reader), which knows
//! all rules, and what it makes of plain records is what is made of them here.

use super::records::{Record, Span, is_visible, trimmed};

/// Records cut together, at most, give or take those of one step: their cells fit into the first cache.
const RECORDS: usize = 128;
/// Cells cut together, at most, give or take those of one step; records that have more are not plain.
const CELLS: usize = 2048;
const STEP: usize = 16;

/// Plain records that wait to be taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    /// The delimiter; without one nothing is cut here.
    mark: Option<u8>,
    /// The place before the first cell, then the ends of the cells, record after record: the places of the delimiters
    /// and line feeds.
    ends: Vec<u32>,
    /// For each record, the place of its last end among them.
    records: Vec<u32>,
    /// Records taken, and the place of the last one's last end.
    n_taken: usize,
    n_ends: usize,
    patience: Patience,
}

/// Leaves off for a while what was tried in vain, each time for longer: where hardly a record is plain, trying costs more
/// than it brings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    /// Records to leave before the next try, and how many it were the last time.
    wait: u32,
    last: u32,
}

impl Patience {
    /// Records left at most.
    const MOST: u32 = 64;

    /// Whether to try; asked once a record.
    #[inline]
    pub fn tries(&mut self) -> bool {
        let tries = self.wait == 0;
        self.wait = self.wait.saturating_sub(1);
        tries
    }

    /// Whether a try was worth it.
    pub fn tried(&mut self, worth: bool) {
        self.last = if worth { 0 } else { (self.last * 2 + 1).min(Self::MOST) };
        self.wait = self.last;
    }
}

/// Plain records of one width.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    window: &'a str,
    /// The place before the first cell, then the ends of the cells.
    ends: &'a [u32],
    width: usize,
    n: usize,
}

impl Ahead {
    pub fn new(mark: Option<u8>) -> Self {
        Self { mark, ..Self::default() }
    }

    /// The record at a position of the window, if it is plain, and the position behind it.
    #[inline]
    pub fn next(&mut self, window: &[u8], position: usize, record: &mut Record) -> Option<usize> {
        if !self.has_some(window, position) {
            return None;
        }
        let before = self.n_ends;
        let behind = self.pass(1);
        let mut start = position;
        record.spans.clear();
        record.after_gap = false;
        for &end in self.ends.get(before + 1..=self.n_ends)? {
            let end = end as usize;
            record.spans.push(Span { start, end, quoted: false, copied: false });
            start = end + 1;
        }
        let end = without_return(window, position, behind - 1);
        if let Some(cell) = record.spans.last_mut() {
            cell.end = end;
        }
        record.range = position..end;
        Some(behind)
    }

    /// The records from a position on that have so many cells.
    #[inline]
    pub fn rows<'a>(&'a mut self, window: &'a str, position: usize, width: usize) -> Option<Rows<'a>> {
        if !self.has_some(window.as_bytes(), position) {
            return None;
        }
        let waiting = self.records.get(self.n_taken..)?;
        let mut last = self.n_ends;
        let is_wide = |end: &&u32| {
            last += width;
            **end as usize == last
        };
        let n = waiting.iter().take_while(is_wide).count();
        let ends = self.ends.get(self.n_ends..=self.n_ends + n * width)?;
        (n > 0).then_some(Rows { window, ends, width, n })
    }

    /// Takes some of the records that wait; says what position is behind them.
    #[inline]
    pub fn pass(&mut self, n: usize) -> usize {
        self.n_taken += n;
        let last = self.n_taken.checked_sub(1).and_then(|i| self.records.get(i));
        self.n_ends = last.map_or(self.n_ends, |&last| last as usize);
        self.position()
    }

    /// Where in the window the next record starts.
    #[inline]
    fn position(&self) -> usize {
        self.ends.get(self.n_ends).map_or(0, |end| end.wrapping_add(1) as usize)
    }

    /// Whether records wait at a position of the window; cuts some if not.
    #[inline]
    fn has_some(&mut self, window: &[u8], position: usize) -> bool {
        if self.n_taken < self.records.len() && self.position() == position {
            return true;
        }
        match self.mark {
            Some(mark) if self.patience.tries() => self.cut(window, position, mark),
            _ => false,
        }
    }

    #[inline(never)]
    fn cut(&mut self, window: &[u8], position: usize, mark: u8) -> bool {
        self.ends.clear();
        self.ends.push((position as u32).wrapping_sub(1));
        self.records.clear();
        (self.n_taken, self.n_ends) = (0, 0);
        // Places are kept in 32 bits, and beyond them nothing is cut together.
        let window = window.get(..window.len().min(u32::MAX as usize)).unwrap_or_default();
        // Start of the record, and its place among the ends.
        let (mut start, mut first) = (position, 1);
        let mut at = position;
        'cut: while let Some(step) = window.get(at..).and_then(|rest| rest.first_chunk::<STEP>()) {
            let Hits { mut all, feeds } = hits(step, mark);
            while all != 0 {
                let i = all.trailing_zeros() as usize;
                let is_feed = feeds >> i & 1 == 1;
                all &= all - 1;
                let place = at + i;
                if is_feed {
                    let is_one_cell = self.ends.len() == first;
                    let is_blank = is_one_cell
                        && window.get(start..place).is_some_and(|line| line.iter().all(|&b| b <= b' '));
                    if is_blank {
                        break 'cut;
                    }
                    self.records.push(self.ends.len() as u32);
                    self.ends.push(place as u32);
                    (start, first) = (place + 1, self.ends.len());
                } else if step[i % STEP] == mark {
                    self.ends.push(place as u32);
                } else if step[i % STEP] == b'"' || window.get(place + 1) != Some(&b'\n') {
                    break 'cut;
                }
            }
            if self.records.len() >= RECORDS || self.ends.len() >= CELLS {
                break;
            }
            at += STEP;
        }
        self.patience.tried(!self.records.is_empty());
        !self.records.is_empty()
    }
}

/// The carriage return before a line feed belongs to it.
#[inline]
fn without_return(window: &[u8], start: usize, end: usize) -> usize {
    end - usize::from(end > start && window.get(end - 1) == Some(&b'\r'))
}

impl<'a> Rows<'a> {
    /// Number of rows, at least one.
    pub fn len(&self) -> usize {
        self.n
    }

    /// A cell.
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> Cell<'a> {
        let first = row * self.width + column;
        let (before, end) = match self.ends.get(first..first + 2) {
            Some(&[before, end]) if column < self.width => (before, end),
            _ => (u32::MAX, 0),
        };
        self.cell_between(before, end, column)
    }

    /// The cells of a column, in the order of the rows.
    #[inline]
    pub fn column(&self, column: usize) -> impl Iterator<Item = Cell<'a>> + use<'a> {
        let rows = *self;
        let ends = |from: usize| rows.ends.get(from..).unwrap_or_default().iter().step_by(rows.width);
        let cells = ends(column).zip(ends(column + 1)).take(rows.n);
        cells.map(move |(&before, &end)| rows.cell_between(before, end, column))
    }

    #[inline]
    fn cell_between(&self, before: u32, end: u32, column: usize) -> Cell<'a> {
        let (start, end) = (before.wrapping_add(1) as usize, end as usize);
        let is_last = column + 1 == self.width;
        let end = if is_last { without_return(self.window.as_bytes(), start, end) } else { end };
        Cell { window: self.window, start, end }
    }

    /// The bytes of a row, without its line end.
    #[inline]
    pub fn bytes(&self, row: usize) -> &'a [u8] {
        let bytes = self.window.as_bytes();
        match (self.ends.get(row * self.width), self.ends.get((row + 1) * self.width)) {
            (Some(before), Some(&end)) => {
                let start = before.wrapping_add(1) as usize;
                bytes.get(start..without_return(bytes, start, end as usize)).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// A cell of a plain row.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    window: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Cell<'a> {
    /// Bytes as they stand in the file.
    #[inline]
    pub fn raw(self) -> &'a [u8] {
        self.window.as_bytes().get(self.start..self.end).unwrap_or_default()
    }

    /// Text without blanks at its ends.
    #[inline]
    pub fn text(self) -> &'a str {
        trimmed(self.window.get(self.start..self.end).unwrap_or_default())
    }

    /// Of a cell of one to eight bytes with nothing to trim: the eight bytes from its start on, whatever stands behind
    /// it, and its length. `None` for other cells, and for the last of the window.
    #[inline]
    pub fn word(self) -> Option<(u64, usize)> {
        let length = self.end - self.start;
        if !(1..=8).contains(&length) {
            return None;
        }
        let bytes = self.window.as_bytes().get(self.start..).and_then(|rest| rest.first_chunk::<8>())?;
        let word = u64::from_le_bytes(*bytes);
        let last = (word >> (8 * (length - 1))) as u8;
        (is_visible(word as u8) && is_visible(last)).then_some((word, length))
    }
}

/// Bytes that matter, a bit for each, the first lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hits {
    /// Delimiters, line ends and quotes.
    all: u32,
    /// Line feeds.
    feeds: u32,
}

#[cfg(target_arch = "wasm32")]
#[inline]
fn hits(bytes: &[u8; STEP], mark: u8) -> Hits {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};
    let [low, high] = halves(bytes);
    let bytes = u64x2(low, high);
    let is = |wanted: u8| u8x16_eq(bytes, u8x16_splat(wanted));
    let feeds = is(b'\n');
    let all = v128_or(v128_or(is(mark), feeds), v128_or(is(b'\r'), is(b'"')));
    Hits { all: u32::from(u8x16_bitmask(all)), feeds: u32::from(u8x16_bitmask(feeds)) }
}

/// A byte `x` is zero exactly where `(x & 0x7F) + 0x7F | x` has no high bit (Warren, *Hacker's Delight*, 2002, 6-1);
/// the product gathers the high bits of eight bytes in one.
#[cfg(not(target_arch = "wasm32"))]
#[inline]
fn hits(bytes: &[u8; STEP], mark: u8) -> Hits {
    const ONE: u64 = 0x0101_0101_0101_0101;
    let gathered = |high: u64| ((high >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32;
    let marked = |word: u64| {
        let differs = |wanted: u8| {
            let x = word ^ (u64::from(wanted) * ONE);
            ((x & (0x7F * ONE)) + 0x7F * ONE) | x
        };
        let feeds = differs(b'\n');
        let all = differs(mark) & feeds & differs(b'\r') & differs(b'"');
        [all, feeds].map(|differs| gathered(!differs & (0x80 * ONE)))
    };
    let [[all, feeds], [more, more_feeds]] = halves(bytes).map(marked);
    Hits { all: all | more << 8, feeds: feeds | more_feeds << 8 }
}

#[inline]
fn halves(bytes: &[u8; STEP]) -> [u64; 2] {
    let (words, _) = bytes.as_chunks::<8>();
    [0, 1].map(|i| words.get(i).map_or(0, |word| u64::from_le_bytes(*word)))
}

#[cfg(test)]
mod tests {
    use super::{Hits, hits};

    #[test]
    fn marks_are_found_at_each_place_among_all_bytes() {
        for b in 0..=u8::MAX {
            for place in 0..16 {
                let mut bytes = [b'a'; 16];
                bytes[place] = b;
                let all = u32::from(matches!(b, b';' | b'\n' | b'\r' | b'"')) << place;
                let feeds = u32::from(b == b'\n') << place;
                assert_eq!(hits(&bytes, b';'), Hits { all, feeds }, "{b} at {place}");
            }
            let all = if matches!(b, b'\t' | b'\n' | b'\r' | b'"') { 0xFFFF } else { 0 };
            let feeds = if b == b'\n' { 0xFFFF } else { 0 };
            assert_eq!(hits(&[b; 16], b'\t'), Hits { all, feeds }, "{b}");
        }
    }
}
