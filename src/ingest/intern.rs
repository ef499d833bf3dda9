//! Text to small integers: each distinct string once, with the index of its first appearance.
//!
//! An open-addressing table over [`Strings`], because a map of owned strings would allocate once per customer. The
//! hash only finds the place; equality is decided on the text, and nothing is ever read in hash order.

use crate::customer::{Coded, Strings, compare_names};

/// Multiplies and folds; any good mixer of 64 bits would do (constant: 2^64 / golden ratio). Each step is one to one,
/// so that records of one length only meet where their words make up for each other. A product of 128 bits would mix
/// better and takes ten times as long in WebAssembly, which has none.
#[inline]
fn mix(h: u64, word: u64) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let product = (h ^ word).wrapping_mul(K);
    product ^ (product >> 32)
}

/// Up to eight bytes as a number, the first lowest.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    // Overlapping pieces, which agree where they overlap, instead of a copy of unknown length.
    match bytes.len() {
        0 => 0,
        n @ 1..=3 => {
            let at = |i: usize| u64::from(bytes[i]) << (8 * i);
            at(0) | at(n / 2) | at(n - 1)
        }
        n => {
            let half = |at: usize| {
                u64::from(u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
            };
            half(0) | half(n - 4) << (8 * (n - 4))
        }
    }
}

/// Hash of a text, eight bytes at a time.
#[must_use]
#[inline]
pub fn hash(bytes: &[u8]) -> u64 {
    const START: u64 = 0x2545_F491_4F6C_DD1D;
    // Two chains, so that one multiplication need not wait for the other.
    let (mut h, mut g) = (mix(bytes.len() as u64, START), START);
    let (words, tail) = bytes.as_chunks::<8>();
    let (pairs, last) = words.as_chunks::<2>();
    for [a, b] in pairs {
        h = mix(h, u64::from_le_bytes(*a));
        g = mix(g, u64::from_le_bytes(*b));
    }
    for word in last {
        h = mix(h, u64::from_le_bytes(*word));
    }
    mix(mix(mix(h, short_word(tail)), g), START)
}

/// What decides most comparisons of [`compare_names`]: numbers before text, numbers by value, text by its first
/// eight bytes.
fn sort_key(name: &str) -> (bool, u64) {
    let bytes = name.as_bytes();
    if (1..=18).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit) {
        return (false, bytes.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0')));
    }
    let mut first = [0_u8; 8];
    let n = bytes.len().min(8);
    first[..n].copy_from_slice(&bytes[..n]);
    (true, u64::from_be_bytes(first))
}

/// Sorts by the first number: byte by byte from the lowest, each time keeping the order of equal ones, and passing over
/// bytes that are the same in all. Names mostly differ in a few digits.
fn sort_by_key(keys: &mut Vec<(u64, u32)>) {
    const FEW: usize = 256;
    if keys.len() < FEW {
        return keys.sort_unstable();
    }
    let (all, any) = keys.iter().fold((u64::MAX, 0), |(all, any), k| (all & k.0, any | k.0));
    let mut sorted = vec![(0, 0); keys.len()];
    for shift in (0..64).step_by(8).filter(|shift| (all ^ any) >> shift & 0xff != 0) {
        let digit = |key: u64| (key >> shift & 0xff) as usize;
        let mut next = [0_usize; 256];
        keys.iter().for_each(|k| next[digit(k.0)] += 1);
        let mut n = 0;
        next.iter_mut().for_each(|count| n += std::mem::replace(count, n));
        for &key in keys.iter() {
            let place = &mut next[digit(key.0)];
            sorted[*place] = key;
            *place += 1;
        }
        std::mem::swap(keys, &mut sorted);
    }
}

const FREE: u32 = u32::MAX;

/// A place in the table. Strings of up to eight bytes stand in it themselves, so that one look decides; of longer
/// ones, the hash does.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The letters of the string, the first lowest, or its hash.
    word: u64,
    /// Length of the string, or [`LONG`].
    length: u32,
    /// Index into the names, or [`FREE`].
    idx: u32,
}

const LONG: u32 = u32::MAX;
const EMPTY: Slot = Slot { word: 0, length: 0, idx: FREE };

/// What identifies a string in a slot, and its hash.
#[inline]
fn key(bytes: &[u8]) -> (u64, u32, u64) {
    if bytes.len() > 8 {
        let h = hash(bytes);
        return (h, LONG, h);
    }
    let word = short_word(bytes);
    (word, bytes.len() as u32, short_hash(word, bytes.len()))
}

#[inline]
fn short_hash(word: u64, length: usize) -> u64 {
    mix(mix(word, length as u64 + 1), word)
}

/// Gives each distinct string an index.
#[derive(Clone, Debug)]
pub struct Interner {
    names: Strings,
    /// The length is a power of two.
    slots: Vec<Slot>,
}

impl Default for Interner {
    fn default() -> Self {
        Self { names: Strings::default(), slots: vec![EMPTY; 64] }
    }
}

impl Interner {
    /// Index of a string, new if it was not seen before.
    #[inline]
    pub fn intern(&mut self, name: &str) -> u32 {
        let (word, length, h) = key(name.as_bytes());
        self.place(word, length, h, name)
    }

    /// As [`Interner::intern`], with the key of the name.
    fn place(&mut self, word: u64, length: u32, h: u64, name: &str) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = h as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.idx == FREE {
                break;
            }
            let same = slot.word == word && slot.length == length;
            if same && (length != LONG || self.names.get(slot.idx) == name) {
                return slot.idx;
            }
            at = (at + 1) & mask;
        }
        let idx = self.names.push(name);
        self.slots[at] = Slot { word, length, idx };
        if self.names.len() * 2 > self.slots.len() {
            self.grow();
        }
        idx
    }

    /// Index of a string that was seen before.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        let (word, length, h) = key(name.as_bytes());
        let mask = self.slots.len() - 1;
        let mut at = h as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.idx == FREE {
                return None;
            }
            let same = slot.word == word && slot.length == length;
            if same && (length != LONG || self.names.get(slot.idx) == name) {
                return Some(slot.idx);
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots = vec![EMPTY; mask + 1];
        for (idx, name) in self.names.iter().enumerate() {
            let (word, length, h) = key(name.as_bytes());
            let mut at = h as usize & mask;
            while self.slots[at].idx != FREE {
                at = (at + 1) & mask;
            }
            self.slots[at] = Slot { word, length, idx: idx as u32 };
        }
    }

    /// Distinct strings so far, in order of first appearance.
    #[must_use]
    pub fn names(&self) -> &Strings {
        &self.names
    }

    /// Sorts the strings by [`compare_names`] and rewrites the indices given out ([`Coded::MISSING`] stays).
    #[must_use]
    pub fn sorted(self, mut codes: Vec<u32>) -> Coded {
        let (mut numbers, mut order) = (Vec::new(), Vec::with_capacity(self.names.len()));
        for (idx, name) in self.names.iter().enumerate() {
            let (is_text, key) = sort_key(name);
            if is_text { &mut order } else { &mut numbers }.push((key, idx as u32));
        }
        for keys in [&mut numbers, &mut order] {
            sort_by_key(keys);
            let equal = keys.chunk_by_mut(|a, b| a.0 == b.0).filter(|keys| keys.len() > 1);
            let names = |idx: u32| self.names.get(idx);
            equal.for_each(|keys| keys.sort_unstable_by(|a, b| compare_names(names(a.1), names(b.1))));
        }
        numbers.append(&mut order);
        let order = numbers;
        let mut place = vec![0_u32; order.len()];
        for (new, &(_, old)) in order.iter().enumerate() {
            place[old as usize] = new as u32;
        }
        for code in codes.iter_mut().filter(|c| **c != Coded::MISSING) {
            *code = place[*code as usize];
        }
        Coded { names: order.iter().map(|&(_, old)| self.names.get(old)).collect(), code: codes }
    }
}

/// Cells that wait to be looked up together.
const WAITING: usize = 64;

/// A column of strings under construction.
///
/// A table of a hundred thousand names is larger than the cache, and looking up one cell after the other waits for
/// memory each time. Here a few dozen cells wait until their places are fetched all at once: the waits overlap, and a
/// column of customers takes a third of the time.
#[derive(Clone, Debug)]
pub struct CodedColumn {
    names: Interner,
    codes: Vec<u32>,
    waiting: Vec<Waiting>,
    /// The waiting cells of more than eight bytes, one after the other.
    long: String,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    word: u64,
    hash: u64,
    /// As in a [`Slot`]; 0 for an empty cell.
    length: u32,
    /// End of the text in `long`.
    end: u32,
}

impl CodedColumn {
    /// Room for so many rows before growing.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self {
            names: Interner::default(),
            codes: Vec::with_capacity(n),
            waiting: Vec::with_capacity(WAITING),
            long: String::new(),
        }
    }

    /// Appends a cell; an empty one is missing.
    #[inline]
    pub fn push(&mut self, cell: &str) {
        let (word, length, hash) = key(cell.as_bytes());
        if length == LONG {
            self.long.push_str(cell);
        }
        self.waiting.push(Waiting { word, hash, length, end: self.long.len() as u32 });
        if self.waiting.len() == WAITING {
            self.look_up();
        }
    }

    /// As [`CodedColumn::push`], for a cell of one to eight bytes: those from its start on, whatever stands behind it,
    /// and its length.
    #[inline]
    pub fn push_word(&mut self, word: u64, length: usize) {
        let word = word & (u64::MAX >> (64_usize.saturating_sub(8 * length) & 63));
        let hash = short_hash(word, length);
        self.waiting.push(Waiting { word, hash, length: length as u32, end: self.long.len() as u32 });
        if self.waiting.len() == WAITING {
            self.look_up();
        }
    }

    fn look_up(&mut self) {
        let slots = &self.names.slots;
        let mask = slots.len() - 1;
        let mut first = [EMPTY; WAITING];
        for (slot, waiting) in first.iter_mut().zip(&self.waiting) {
            *slot = slots[waiting.hash as usize & mask];
        }
        let mut start = 0;
        for (w, slot) in self.waiting.iter().zip(&first) {
            // Whatever is put into the table meanwhile, a taken place keeps its name.
            let is_there = slot.idx != FREE && slot.word == w.word && slot.length == w.length;
            self.codes.push(match w.length {
                0 => Coded::MISSING,
                LONG => {
                    let name = self.long.get(start..w.end as usize).unwrap_or_default();
                    self.names.place(w.word, w.length, w.hash, name)
                }
                _ if is_there => slot.idx,
                length => {
                    let bytes = w.word.to_le_bytes();
                    let name = std::str::from_utf8(&bytes[..length as usize]).unwrap_or_default();
                    self.names.place(w.word, w.length, w.hash, name)
                }
            });
            start = w.end as usize;
        }
        self.waiting.clear();
        self.long.clear();
    }

    /// The column, with its names sorted by [`compare_names`].
    #[must_use]
    pub fn finish(mut self) -> Coded {
        self.look_up();
        self.names.sorted(self.codes)
    }
}

/// Recognizes records seen before by their hash alone, since their text is gone by then. Two different records among a
/// million are taken for equal with a probability of 3e-8.
#[derive(Clone, Debug)]
pub struct Duplicates {
    /// 0 is free.
    slots: Vec<u64>,
    n: usize,
}

impl Duplicates {
    /// Room for so many records before growing.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self { slots: vec![0; (n * 3 / 2).next_power_of_two().max(64)], n: 0 }
    }

    /// Whether the record equals one seen before.
    #[inline]
    pub fn seen(&mut self, record: &[u8]) -> bool {
        let h = hash(record).max(1);
        if self.n * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let is_new = insert(&mut self.slots, h);
        self.n += usize::from(is_new);
        !is_new
    }

    #[cold]
    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * 2];
        for h in std::mem::replace(&mut self.slots, larger) {
            if h != 0 {
                insert(&mut self.slots, h);
            }
        }
    }
}

/// Puts a hash into a table that has room; false if it is there.
#[inline]
fn insert(slots: &mut [u64], h: u64) -> bool {
    let mask = slots.len() - 1;
    let mut at = (h >> 32) as usize & mask;
    while slots[at] != 0 {
        if slots[at] == h {
            return false;
        }
        at = (at + 1) & mask;
    }
    slots[at] = h;
    true
}

/// Counts records that equal an earlier one, all at once at the end, when they can be dealt into small heaps: a million
/// visits to a table that is larger than the cache take several times as long. As exact as [`Duplicates`].
#[derive(Clone, Debug)]
pub struct DuplicateCount {
    hashes: Vec<u64>,
}

impl DuplicateCount {
    /// Room for so many records before growing.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self { hashes: Vec::with_capacity(n) }
    }

    /// Takes note of a record.
    #[inline]
    pub fn add(&mut self, record: &[u8]) {
        self.hashes.push(hash(record));
    }

    /// Number of records that equal an earlier one.
    #[must_use]
    pub fn count(mut self) -> u64 {
        const HEAP: usize = 1024;
        let bits = (self.hashes.len() / HEAP).max(1).ilog2().clamp(1, 16);
        let heap = |h: u64| (h >> (64 - bits)) as usize;
        let mut ends = vec![0_usize; 1 << bits];
        self.hashes.iter().for_each(|&h| ends[heap(h)] += 1);
        let largest = ends.iter().copied().max().unwrap_or(0);
        let mut next = Vec::with_capacity(ends.len());
        let mut n = 0;
        for end in &mut ends {
            next.push(n);
            n += *end;
            *end = n;
        }
        // Each changes places until the one comes that belongs here: no second list of them is needed.
        for here in 0..ends.len() {
            while next[here] < ends[here] {
                let at = next[here];
                let there = heap(self.hashes[at]);
                self.hashes.swap(at, next[there]);
                next[there] += 1;
            }
        }
        let mut slots = vec![0_u64; (largest * 2).next_power_of_two().max(64)];
        let (mut start, mut n_equal) = (0, 0);
        for end in ends {
            slots.fill(0);
            // 0 is free in the table.
            n_equal +=
                self.hashes[start..end].iter().filter(|&&h| !insert(&mut slots, h.max(1))).count() as u64;
            start = end;
        }
        n_equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_follow_the_sorted_names() {
        let mut interner = Interner::default();
        let codes: Vec<u32> = ["b", "10", "9", "b", "a"].iter().map(|s| interner.intern(s)).collect();
        assert_eq!(codes, [0, 1, 2, 0, 3]);
        let coded = interner.sorted(vec![0, 1, Coded::MISSING, 2, 0, 3]);
        assert_eq!(coded.names.iter().collect::<Vec<_>>(), ["9", "10", "a", "b"]);
        assert_eq!(coded.code, [3, 1, Coded::MISSING, 0, 3, 2]);
    }

    #[test]
    fn ten_thousand_names_sort_as_compare_names_does() {
        let mut interner = Interner::default();
        let mut names: Vec<String> = (0..10_000_u32)
            .map(|i| match i % 3 {
                0 => (i.wrapping_mul(2_654_435_761) % 100_000).to_string(),
                1 => format!("customer-{}", i.wrapping_mul(40_503) % 5_000),
                _ => format!("{:03}", i % 50),
            })
            .collect();
        let codes: Vec<u32> = names.iter().map(|s| interner.intern(s)).collect();
        let coded = interner.sorted(codes);
        for (name, &code) in names.iter().zip(&coded.code) {
            assert_eq!(coded.names.get(code), name);
        }
        names.sort_by(|a, b| compare_names(a, b));
        names.dedup();
        assert!(coded.names.iter().eq(names.iter().map(String::as_str)));
    }

    #[test]
    fn a_column_is_what_its_cells_are_one_by_one() {
        // Short and long, empty, repeated within a batch and far apart, and more than the table starts with.
        let cells: Vec<String> = (0..5_000_u32)
            .map(|i| match i % 7 {
                0 => String::new(),
                1 => format!("{}", i % 40),
                2 => format!("客{}", i % 900),
                3 => format!("a-longer-name-{}", i % 700),
                4 => "x".repeat((i % 12) as usize),
                _ => format!("C{:07}", i.wrapping_mul(2_654_435_761) % 1_500),
            })
            .collect();
        let mut column = CodedColumn::with_capacity(0);
        cells.iter().for_each(|cell| column.push(cell));
        let coded = column.finish();
        assert_eq!(coded.code.len(), cells.len());
        for (cell, &code) in cells.iter().zip(&coded.code) {
            let name = if code == Coded::MISSING { "" } else { coded.names.get(code) };
            assert_eq!(name, cell);
        }
        let mut names: Vec<&str> = cells.iter().map(String::as_str).filter(|c| !c.is_empty()).collect();
        names.sort_by(|a, b| compare_names(a, b));
        names.dedup();
        assert!(coded.names.iter().eq(names));
    }

    #[test]
    fn duplicates_are_counted_in_heaps_as_in_one_table() {
        for n in [0_u32, 1, 5, 3_000, 40_000] {
            let rows: Vec<String> = (0..n).map(|i| (i.wrapping_mul(40_503) % 9_000).to_string()).collect();
            let (mut seen, mut count) = (Duplicates::with_capacity(0), DuplicateCount::with_capacity(0));
            rows.iter().for_each(|row| count.add(row.as_bytes()));
            let expected = rows.iter().filter(|row| seen.seen(row.as_bytes())).count() as u64;
            assert_eq!(count.count(), expected, "{n}");
        }
    }

    #[test]
    fn short_words_differ_within_a_length() {
        for n in 1..=8_usize {
            let words: std::collections::BTreeSet<u64> = (0..=n)
                .map(|i| {
                    let bytes: Vec<u8> = (0..n).map(|j| if i == j { b'x' } else { b'a' }).collect();
                    short_word(&bytes)
                })
                .collect();
            assert_eq!(words.len(), n + 1, "{n} bytes");
            let bytes: Vec<u8> = (b'a'..).take(n).collect();
            assert_eq!(short_word(&bytes).to_le_bytes()[..n], bytes);
        }
    }

    #[test]
    fn only_whole_equal_records_are_duplicates() {
        let rows = ["a,1", "a,12", "a,1", "b", "a,12"];
        let mut seen = Duplicates::with_capacity(0);
        assert_eq!(rows.map(|row| seen.seen(row.as_bytes())), [false, false, true, false, true]);
        let mut count = DuplicateCount::with_capacity(0);
        rows.iter().for_each(|row| count.add(row.as_bytes()));
        assert_eq!(count.count(), 2);
        let mut seen = Duplicates::with_capacity(0);
        let n = (0..2000).filter(|i| seen.seen((i % 1500 + 1000).to_string().as_bytes())).count();
        assert_eq!(n, 500);
    }
}
