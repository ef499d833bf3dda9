//! What is in the sheets of an XLSB workbook ([MS-XLSB])? The records of its parts.
//!
//! A record has a type and a length of one or more bytes each, seven bits a byte, and as many bytes as the length says.
//! Whatever lies beyond a record's end reads as zero.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};

use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::bytes::{self, broken};
use super::grid::{Grid, Wanted};
use super::package::{self, MAX_PART};
use super::strings::Texts;
use super::value::{self, Kind};
use super::xls::{flag_or_error, rk};
use super::zip::{Archive, Unzip, u16_at, u32_at, u64_at};
use super::{Found, HEAD_BYTES, HEAD_SHEETS, SheetInfo, check_sheets};

const FORMAT: Format = Format::Xlsb;

/// Bytes of a record at most.
const MAX_RECORD: usize = 4 << 20;

/// Types of records.
mod id {
    pub const ROW: u32 = 0x00;
    pub const BLANK: u32 = 0x01;
    pub const RK: u32 = 0x02;
    pub const ERROR: u32 = 0x03;
    pub const BOOL: u32 = 0x04;
    pub const REAL: u32 = 0x05;
    pub const TEXT: u32 = 0x06;
    pub const SHARED: u32 = 0x07;
    pub const FORMULA_TEXT: u32 = 0x08;
    pub const FORMULA_NUMBER: u32 = 0x09;
    pub const FORMULA_BOOL: u32 = 0x0a;
    pub const FORMULA_ERROR: u32 = 0x0b;
    pub const STRING: u32 = 0x13;
    pub const FORMAT: u32 = 0x2c;
    pub const XF: u32 = 0x2f;
    pub const RICH_TEXT: u32 = 0x3e;
    pub const BEGIN_CELLS: u32 = 0x91;
    pub const END_CELLS: u32 = 0x92;
    pub const DIMENSION: u32 = 0x94;
    pub const WORKBOOK: u32 = 0x99;
    pub const SHEET: u32 = 0x9c;
    pub const BEGIN_CELL_XFS: u32 = 0x269;
    pub const END_CELL_XFS: u32 = 0x26a;
}

/// The records of a part.
struct Records<'a> {
    bytes: BufReader<std::io::Take<Unzip<'a>>>,
    /// Bytes of the current record.
    data: Vec<u8>,
}

impl<'a> Records<'a> {
    fn new(part: Unzip<'a>, max_bytes: u64) -> Self {
        Self { bytes: BufReader::with_capacity(1 << 15, part.take(max_bytes)), data: Vec::new() }
    }

    /// A number of at most so many bytes.
    fn number(&mut self, n_bytes: u32) -> Result<u32, Error> {
        let mut sum = 0;
        for i in 0..n_bytes {
            let mut byte = [0];
            self.bytes.read_exact(&mut byte).map_err(|e| bytes::unwrap(&e, FORMAT))?;
            sum |= u32::from(byte[0] & 0x7f) << (7 * i);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(sum)
    }

    /// The type of the next record, whose bytes are then in `data`; `None` at the end.
    fn next(&mut self) -> Result<Option<u32>, Error> {
        let is_end = self.bytes.fill_buf().map_err(|e| bytes::unwrap(&e, FORMAT))?.is_empty();
        if is_end {
            return Ok(None);
        }
        let id = self.number(2)?;
        let length = self.number(4)? as usize;
        if length > MAX_RECORD {
            return Err(Error::TooDense { format: FORMAT, excess: Excess::Bytes, limit: MAX_RECORD as u64 });
        }
        self.data.resize(length, 0);
        self.bytes.read_exact(&mut self.data).map_err(|e| bytes::unwrap(&e, FORMAT))?;
        Ok(Some(id))
    }
}

/// A text whose length takes four bytes, and where it ends.
fn text(data: &[u8], at: usize) -> (String, usize) {
    let length = u32_at(data, at) as usize;
    // No text at all is written as a length of all ones.
    if length == u32::MAX as usize {
        return (String::new(), at + 4);
    }
    let units = data.get(at + 4..).unwrap_or_default().chunks_exact(2).take(length).map(|b| u16_at(b, 0));
    let end = (at + 4).saturating_add(length.saturating_mul(2));
    (char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(), end)
}

/// A workbook.
pub struct Xlsb<'a> {
    archive: Archive<'a>,
    pub sheets: Vec<Found<String>>,
    is_1904: bool,
    kinds: Vec<Kind>,
    strings: Texts,
}

impl<'a> Xlsb<'a> {
    /// Reads everything but the sheets; its texts may take so many bytes.
    pub fn open(archive: Archive<'a>, workbook: &str, limit: u64) -> Result<Self, Error> {
        let relations = package::relations(&archive, workbook, FORMAT)?;
        let mut book = Self {
            archive,
            sheets: Vec::new(),
            is_1904: false,
            kinds: Vec::new(),
            strings: Texts::default(),
        };
        let mut records = book.part(workbook, MAX_PART)?;
        while let Some(id) = records.next()? {
            let data = &records.data;
            match id {
                id::WORKBOOK => book.is_1904 = u32_at(data, 0) & 1 != 0,
                id::SHEET => {
                    let (link, end) = text(data, 8);
                    let (name, _) = text(data, end);
                    let relation = relations.iter().find(|r| r.id == link && r.kind == "worksheet");
                    if let Some(relation) = relation {
                        let info = SheetInfo { name, hidden: u32_at(data, 0) & 3 != 0, rows: None };
                        book.sheets.push(Found { info, place: relation.target.clone() });
                        check_sheets(book.sheets.len(), FORMAT)?;
                    }
                }
                _ => {}
            }
        }
        let target = |kind: &str| relations.iter().find(|r| r.kind == kind).map(|r| r.target.as_str());
        if let Some(path) = target("styles").filter(|p| book.archive.find(p).is_some()) {
            book.kinds = styles(book.part(path, MAX_PART)?)?;
        }
        if let Some(path) = target("sharedStrings").filter(|p| book.archive.find(p).is_some()) {
            let mut records = book.part(path, u64::MAX)?;
            let mut strings = Texts::default();
            while let Some(id) = records.next()? {
                if id == id::STRING {
                    strings.push(&text(&records.data, 1).0, FORMAT, limit)?;
                }
            }
            book.strings = strings;
        }
        for i in 0..book.sheets.len().min(HEAD_SHEETS) {
            book.sheets[i].info.rows = book.rows(&book.sheets[i].place);
        }
        Ok(book)
    }

    fn part(&self, path: &str, limit: u64) -> Result<Records<'a>, Error> {
        package::open(&self.archive, path, FORMAT, limit).map(|part| Records::new(part, u64::MAX))
    }

    /// Rows of a sheet, as it says itself before its cells. What is wrong with it shows when it is read.
    fn rows(&self, path: &str) -> Option<u64> {
        let part = package::open(&self.archive, path, FORMAT, u64::MAX).ok()?;
        let mut records = Records::new(part, HEAD_BYTES);
        loop {
            match records.next().ok()?? {
                id::DIMENSION => return Some(u64::from(u32_at(&records.data, 4)) + 1),
                id::BEGIN_CELLS => return None,
                _ => {}
            }
        }
    }

    /// Writes the cells of a sheet.
    pub fn cells(&self, path: &str, grid: &mut Grid) -> Result<(), Error> {
        let part = package::open(&self.archive, path, FORMAT, u64::MAX)?;
        let mut records = Records::new(part, grid.max_source);
        let cut_off = || broken(FORMAT, "it ends too early");
        while records.next()?.ok_or_else(cut_off)? != id::BEGIN_CELLS {}
        let (mut row, mut number) = (0, String::new());
        loop {
            let id = records.next()?.ok_or_else(cut_off)?;
            let data = &records.data[..];
            let column = u32_at(data, 0);
            let style = (u32_at(data, 4) & 0x00ff_ffff) as usize;
            let mut write = |grid: &mut Grid, value: f64| {
                let kind = self.kinds.get(style).copied().unwrap_or_default();
                value::write(&mut number, value, kind, self.is_1904);
                grid.put(row, column, &number)
            };
            let byte = data.get(8).copied().unwrap_or(0);
            let wanted = match id {
                id::ROW => {
                    row = u32_at(data, 0);
                    if grid.wants(row) { Wanted::More } else { Wanted::Enough }
                }
                id::BLANK => grid.skip()?,
                id::RK => write(grid, rk(u32_at(data, 8)))?,
                id::REAL | id::FORMULA_NUMBER => write(grid, f64::from_bits(u64_at(data, 8)))?,
                id::BOOL | id::FORMULA_BOOL => grid.put(row, column, flag_or_error(byte, false))?,
                id::ERROR | id::FORMULA_ERROR => grid.put(row, column, flag_or_error(byte, true))?,
                id::TEXT | id::FORMULA_TEXT => grid.put(row, column, &text(data, 8).0)?,
                id::RICH_TEXT => grid.put(row, column, &text(data, 9).0)?,
                id::SHARED => {
                    let found = self.strings.get(u32_at(data, 8) as usize);
                    let nothing = || broken(FORMAT, format!("row {} refers to no text", u64::from(row) + 1));
                    grid.put(row, column, found.ok_or_else(nothing)?)?
                }
                id::END_CELLS => Wanted::Enough,
                _ => Wanted::More,
            };
            if wanted == Wanted::Enough {
                return Ok(());
            }
        }
    }
}

/// What each style makes of a number.
fn styles(mut records: Records<'_>) -> Result<Vec<Kind>, Error> {
    let (mut codes, mut kinds, mut is_cell) = (HashMap::new(), Vec::new(), false);
    while let Some(id) = records.next()? {
        let data = &records.data;
        match id {
            id::FORMAT => {
                codes.insert(u16_at(data, 0), value::kind_of_code(&text(data, 2).0));
            }
            id::BEGIN_CELL_XFS => is_cell = true,
            id::END_CELL_XFS => is_cell = false,
            id::XF if is_cell => kinds.push(value::kind_of(u16_at(data, 2), &codes)),
            _ => {}
        }
    }
    Ok(kinds)
}
