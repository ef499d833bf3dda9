//! What is in the sheets of an XLS workbook ([MS-XLS], BIFF5 and BIFF8)? The records of its one stream.
//!
//! A record has a type, a length and as many bytes; long ones go on in `CONTINUE` records. Only those that hold cells,
//! and what is needed to read these, are looked at. Whatever lies beyond a record's end reads as zero.

use std::collections::HashMap;

use encoding_rs::Encoding;

use super::super::error::Error;
use super::super::format::Format;
use super::bytes::broken;
use super::grid::{Grid, Wanted};
use super::strings::Texts;
use super::value::{self, Kind};
use super::zip::{u16_at, u32_at, u64_at};
use super::{Found, SheetInfo};

const FORMAT: Format = Format::Xls;

/// Types of records.
mod id {
    pub const FORMULA: u16 = 0x0006;
    pub const EOF: u16 = 0x000a;
    pub const DATE_1904: u16 = 0x0022;
    pub const FILE_PASS: u16 = 0x002f;
    pub const CONTINUE: u16 = 0x003c;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00bd;
    pub const MUL_BLANK: u16 = 0x00be;
    pub const RICH_STRING: u16 = 0x00d6;
    pub const XF: u16 = 0x00e0;
    pub const SST: u16 = 0x00fc;
    pub const LABEL_SST: u16 = 0x00fd;
    pub const DIMENSIONS: u16 = 0x0200;
    pub const BLANK: u16 = 0x0201;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERR: u16 = 0x0205;
    pub const STRING: u16 = 0x0207;
    pub const RK: u16 = 0x027e;
    pub const FORMULA_3: u16 = 0x0206;
    pub const FORMULA_4: u16 = 0x0406;
    pub const FORMAT: u16 = 0x041e;
    pub const BOF: u16 = 0x0809;
}

/// A workbook.
pub struct Xls<'a> {
    stream: Vec<u8>,
    /// Is told how many bytes were worked through, and may say that no more are wanted.
    count: &'a dyn Fn(u64) -> Result<(), Error>,
    pub sheets: Vec<Found<usize>>,
    is_biff8: bool,
    is_1904: bool,
    encoding: &'static Encoding,
    kinds: Vec<Kind>,
    strings: Texts,
}

/// A record: its type, its bytes, and where the next one starts.
struct Rec<'s> {
    id: u16,
    data: &'s [u8],
    next: usize,
}

fn record(stream: &[u8], at: usize) -> Option<Rec<'_>> {
    let head = stream.get(at..at.checked_add(4)?)?;
    let next = at + 4 + usize::from(u16_at(head, 2));
    Some(Rec { id: u16_at(head, 0), data: stream.get(at + 4..next)?, next })
}

fn cut_off() -> Error {
    broken(FORMAT, "it ends too early")
}

impl<'a> Xls<'a> {
    /// Reads what the cells refer to; the texts may take so many bytes.
    pub fn open(
        stream: Vec<u8>,
        limit: u64,
        count: &'a dyn Fn(u64) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut book = Self {
            stream: Vec::new(),
            count,
            sheets: Vec::new(),
            is_biff8: true,
            is_1904: false,
            encoding: encoding_rs::WINDOWS_1252,
            kinds: Vec::new(),
            strings: Texts::default(),
        };
        let (mut at, mut codes, mut formats) = (0, HashMap::new(), Vec::new());
        let first = record(&stream, 0).filter(|r| r.id == id::BOF).ok_or_else(cut_off)?;
        book.is_biff8 = u16_at(first.data, 0) != 0x0500;
        loop {
            let rec = record(&stream, at).ok_or_else(cut_off)?;
            count((rec.next - at) as u64)?;
            let data = rec.data;
            match rec.id {
                id::EOF => break,
                id::FILE_PASS => return Err(Error::Encrypted { format: FORMAT }),
                id::CODE_PAGE => book.encoding = code_page(u16_at(data, 0)),
                id::DATE_1904 => book.is_1904 = u16_at(data, 0) == 1,
                id::FORMAT => {
                    let code = if book.is_biff8 { book.text(data, 2) } else { book.short_text(data, 2) };
                    codes.insert(u16_at(data, 0), value::kind_of_code(&code));
                }
                id::XF => formats.push(u16_at(data, 2)),
                // A chart or a module of macros has no cells.
                id::BOUND_SHEET if data.get(5) == Some(&0) => {
                    let hidden = data.get(4).is_some_and(|state| state & 3 != 0);
                    let info = SheetInfo { name: book.short_text(data, 6), hidden, rows: None };
                    book.sheets.push(Found { info, place: u32_at(data, 0) as usize });
                }
                id::SST => book.strings = strings(&stream, at, limit, count)?,
                _ => {}
            }
            at = rec.next;
        }
        book.kinds = formats.into_iter().map(|f| value::kind_of(f, &codes)).collect();
        for i in 0..book.sheets.len() {
            let place = book.sheets[i].place;
            let at_start = record(&stream, place).filter(|r| r.id == id::BOF);
            let mut at = at_start.ok_or_else(|| broken(FORMAT, "a sheet is not where it should be"))?.next;
            // The size of a sheet stands among its first records.
            for _ in 0..64 {
                let Some(rec) = record(&stream, at).filter(|r| r.id != id::EOF) else { break };
                if rec.id == id::DIMENSIONS {
                    let rows =
                        if book.is_biff8 { u32_at(rec.data, 4) } else { u32::from(u16_at(rec.data, 2)) };
                    book.sheets[i].info.rows = Some(u64::from(rows));
                    break;
                }
                at = rec.next;
            }
        }
        book.stream = stream;
        Ok(book)
    }

    /// Writes the cells of the sheet that starts at a place.
    pub fn cells(&self, place: usize, grid: &mut Grid) -> Result<(), Error> {
        let mut at = record(&self.stream, place).ok_or_else(cut_off)?.next;
        let mut text = String::new();
        // Charts in a sheet are whole streams of records of their own.
        let mut depth = 0_usize;
        // Where the text of a formula belongs that comes in the record after it.
        let mut formula = None;
        loop {
            let rec = record(&self.stream, at).ok_or_else(cut_off)?;
            (self.count)((rec.next - at) as u64)?;
            at = rec.next;
            let data = rec.data;
            match rec.id {
                id::BOF => depth += 1,
                id::EOF if depth == 0 => return Ok(()),
                id::EOF => depth -= 1,
                _ if depth > 0 => {}
                _ => {
                    let (row, column) = (u32::from(u16_at(data, 0)), u32::from(u16_at(data, 2)));
                    let wanted = match rec.id {
                        id::LABEL_SST => {
                            let found = self.strings.get(u32_at(data, 6) as usize);
                            let found = found.ok_or_else(|| {
                                broken(FORMAT, format!("row {} refers to no text", row + 1))
                            })?;
                            grid.put(row, column, found)?
                        }
                        id::LABEL | id::RICH_STRING => grid.put(row, column, &self.text(data, 6))?,
                        id::NUMBER => {
                            self.number(&mut text, f64::from_bits(u64_at(data, 6)), u16_at(data, 4));
                            grid.put(row, column, &text)?
                        }
                        id::RK => {
                            self.number(&mut text, rk(u32_at(data, 6)), u16_at(data, 4));
                            grid.put(row, column, &text)?
                        }
                        id::MUL_RK => {
                            let cells = data.get(4..).unwrap_or_default().chunks_exact(6);
                            let mut wanted = Wanted::More;
                            for (column, cell) in (column..).zip(cells) {
                                self.number(&mut text, rk(u32_at(cell, 2)), u16_at(cell, 0));
                                wanted = grid.put(row, column, &text)?;
                            }
                            wanted
                        }
                        id::BLANK => grid.skip()?,
                        id::MUL_BLANK => {
                            for _ in data.get(6..).unwrap_or_default().chunks_exact(2) {
                                grid.skip()?;
                            }
                            Wanted::More
                        }
                        id::BOOL_ERR => {
                            let value = data.get(6).copied().unwrap_or(0);
                            grid.put(row, column, flag_or_error(value, data.get(7) == Some(&1)))?
                        }
                        id::FORMULA | id::FORMULA_3 | id::FORMULA_4 => {
                            formula = None;
                            let result = data.get(6..14).unwrap_or_default();
                            match result {
                                [0, .., 0xff, 0xff] => {
                                    formula = Some((row, column));
                                    Wanted::More
                                }
                                [1, _, value, .., 0xff, 0xff] => {
                                    grid.put(row, column, flag_or_error(*value, false))?
                                }
                                [2, _, value, .., 0xff, 0xff] => {
                                    grid.put(row, column, flag_or_error(*value, true))?
                                }
                                [_, .., 0xff, 0xff] => grid.skip()?,
                                number => {
                                    self.number(
                                        &mut text,
                                        f64::from_bits(u64_at(number, 0)),
                                        u16_at(data, 4),
                                    );
                                    grid.put(row, column, &text)?
                                }
                            }
                        }
                        id::STRING => match formula.take() {
                            Some((row, column)) => grid.put(row, column, &self.text(data, 0))?,
                            None => Wanted::More,
                        },
                        _ => Wanted::More,
                    };
                    if wanted == Wanted::Enough {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn number(&self, text: &mut String, value: f64, style: u16) {
        let kind = self.kinds.get(usize::from(style)).copied().unwrap_or_default();
        value::write(text, value, kind, self.is_1904);
    }

    /// A text whose length takes two bytes.
    fn text(&self, data: &[u8], at: usize) -> String {
        let length = usize::from(u16_at(data, at));
        self.letters(data.get(at + 2..).unwrap_or_default(), length)
    }

    /// A text whose length takes one byte.
    fn short_text(&self, data: &[u8], at: usize) -> String {
        let length = usize::from(data.get(at).copied().unwrap_or(0));
        self.letters(data.get(at + 1..).unwrap_or_default(), length)
    }

    fn letters(&self, data: &[u8], length: usize) -> String {
        match data {
            [flags, letters @ ..] if self.is_biff8 => {
                let mut out = String::new();
                push_units(&mut out, letters, length, flags & 1 != 0);
                out
            }
            letters => {
                let letters = &letters[..length.min(letters.len())];
                self.encoding.decode_without_bom_handling(letters).0.into_owned()
            }
        }
    }
}

/// Appends UTF-16, of which the high bytes may be left out; says how many bytes it took.
fn push_units(out: &mut String, data: &[u8], length: usize, is_wide: bool) -> usize {
    if is_wide {
        let units = data.chunks_exact(2).take(length).map(|b| u16_at(b, 0));
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        length.min(data.len() / 2) * 2
    } else {
        out.extend(data.iter().take(length).map(|b| char::from(*b)));
        length.min(data.len())
    }
}

/// A number packed into 30 bits ([MS-XLS] 2.5.217).
pub fn rk(packed: u32) -> f64 {
    let value = match packed & 2 {
        0 => f64::from_bits(u64::from(packed & !3) << 32),
        _ => f64::from(packed as i32 >> 2),
    };
    if packed & 1 == 1 { value / 100.0 } else { value }
}

/// What a cell of a truth value or an error shows.
pub fn flag_or_error(value: u8, is_error: bool) -> &'static str {
    match (is_error, value) {
        (false, 0) => "FALSE",
        (false, _) => "TRUE",
        (true, 0x00) => "#NULL!",
        (true, 0x07) => "#DIV/0!",
        (true, 0x0f) => "#VALUE!",
        (true, 0x17) => "#REF!",
        (true, 0x1d) => "#NAME?",
        (true, 0x24) => "#NUM!",
        (true, _) => "#N/A",
    }
}

/// The encoding of a Windows code page.
fn code_page(number: u16) -> &'static Encoding {
    match number {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10000 | 32768 => encoding_rs::MACINTOSH,
        _ => encoding_rs::WINDOWS_1252,
    }
}

/// Bytes that go on from one record to the next.
struct Pieces<'s> {
    stream: &'s [u8],
    data: &'s [u8],
    next: usize,
}

impl Pieces<'_> {
    /// Moves to the record that goes on, if this one is used up.
    fn refill(&mut self) -> bool {
        while self.data.is_empty() {
            let Some(rec) = record(self.stream, self.next).filter(|r| r.id == id::CONTINUE) else {
                return false;
            };
            (self.data, self.next) = (rec.data, rec.next);
        }
        true
    }

    fn byte(&mut self) -> Option<u8> {
        self.refill();
        let (first, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*first)
    }

    fn number<const N: usize>(&mut self) -> Option<u32> {
        (0..N).try_fold(0, |sum, i| Some(sum | u32::from(self.byte()?) << (8 * i)))
    }

    fn skip(&mut self, mut n: usize) -> Option<()> {
        while n > 0 {
            if !self.refill() {
                return None;
            }
            let step = n.min(self.data.len());
            self.data = &self.data[step..];
            n -= step;
        }
        Some(())
    }

    /// Appends the next text of the table of strings ([MS-XLS] 2.5.293).
    fn text(&mut self, out: &mut String) -> Option<()> {
        let mut length = self.number::<2>()? as usize;
        let flags = self.byte()?;
        let n_runs = if flags & 8 != 0 { self.number::<2>()? as usize } else { 0 };
        let n_more = if flags & 4 != 0 { self.number::<4>()? as usize } else { 0 };
        let mut is_wide = flags & 1 != 0;
        while length > 0 {
            if self.data.is_empty() {
                if !self.refill() {
                    return None;
                }
                // Where letters go on in the next record, it says again how wide they are.
                is_wide = self.byte()? & 1 != 0;
            }
            let taken = push_units(out, self.data, length, is_wide);
            if taken == 0 {
                return None;
            }
            length -= if is_wide { taken / 2 } else { taken };
            self.data = &self.data[taken..];
        }
        self.skip(n_runs * 4)?;
        self.skip(n_more)
    }
}

/// The table of strings in the record at a place and those that go on with it.
fn strings(
    stream: &[u8],
    at: usize,
    limit: u64,
    count: &dyn Fn(u64) -> Result<(), Error>,
) -> Result<Texts, Error> {
    let rec = record(stream, at).ok_or_else(cut_off)?;
    let mut pieces = Pieces { stream, data: rec.data, next: rec.next };
    let n = pieces.skip(4).and_then(|()| pieces.number::<4>()).ok_or_else(cut_off)?;
    let (mut texts, mut text) = (Texts::default(), String::new());
    for _ in 0..n {
        text.clear();
        // Some writers count more than there are.
        if pieces.text(&mut text).is_none() {
            break;
        }
        count(text.len() as u64)?;
        texts.push(&text, FORMAT, limit)?;
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers() {
        for (packed, expected) in [
            (0x3ff0_0000, 1.0),
            (0x3ff0_0001, 0.01),
            ((12_345 << 2) | 2, 12_345.0),
            ((12_345 << 2) | 3, 123.45),
            ((((-7_i32) << 2) as u32) | 2, -7.0),
        ] {
            assert_eq!(rk(packed), expected);
        }
    }
}
