//! What is in the sheets of an XLSX workbook (ECMA-376 part 1, SpreadsheetML)? Its cells, read as a stream.

use std::collections::HashMap;
use std::io::Read;

use super::super::error::Error;
use super::super::format::Format;
use super::bytes::broken;
use super::grid::{Grid, MAX_CELL, Wanted};
use super::package::{self, MAX_PART};
use super::strings::Texts;
use super::value::{self, Kind};
use super::xml::{self, Next, Xml};
use super::zip::Archive;
use super::{Found, HEAD_BYTES, HEAD_SHEETS, SheetInfo, check_sheets};

const FORMAT: Format = Format::Xlsx;

/// A workbook.
pub struct Xlsx<'a> {
    archive: Archive<'a>,
    pub sheets: Vec<Found<String>>,
    is_1904: bool,
    kinds: Vec<Kind>,
    strings: Texts,
}

impl<'a> Xlsx<'a> {
    /// Reads everything but the sheets; its texts may take so many bytes.
    pub fn open(archive: Archive<'a>, workbook: &str, limit: u64) -> Result<Self, Error> {
        let mut book = Self {
            archive,
            sheets: Vec::new(),
            is_1904: false,
            kinds: Vec::new(),
            strings: Texts::default(),
        };
        let relations = package::relations(&book.archive, workbook, FORMAT)?;
        let target = |kind: &str| relations.iter().find(|r| r.kind == kind).map(|r| r.target.as_str());
        let mut xml = Xml::new(package::open(&book.archive, workbook, FORMAT, MAX_PART)?, FORMAT);
        loop {
            match xml.next()? {
                Next::Open(tag) => match tag.local_name().as_ref() {
                    "workbookPr" => {
                        let flag = xml::attribute(&tag, "date1904");
                        book.is_1904 = flag.is_some_and(|f| matches!(&*f, "1" | "true" | "on"));
                    }
                    "sheet" => {
                        let [name, state, id] = xml::attributes(&tag, ["name", "state", "id"]);
                        let relation = id.and_then(|id| relations.iter().find(|r| r.id == id));
                        if let Some(sheet) = relation.filter(|r| r.kind == "worksheet") {
                            let hidden = state.is_some_and(|s| s != "visible");
                            let name = name.unwrap_or_default().into_owned();
                            let info = SheetInfo { name, hidden, rows: None };
                            book.sheets.push(Found { info, place: sheet.target.clone() });
                            check_sheets(book.sheets.len(), FORMAT)?;
                        }
                    }
                    _ => {}
                },
                Next::End => break,
                _ => {}
            }
        }
        if let Some(path) = target("styles").filter(|p| book.archive.find(p).is_some()) {
            book.kinds = styles(package::open(&book.archive, path, FORMAT, MAX_PART)?)?;
        }
        if let Some(path) = target("sharedStrings").filter(|p| book.archive.find(p).is_some()) {
            book.strings = strings(package::open(&book.archive, path, FORMAT, u64::MAX)?, limit)?;
        }
        for sheet in book.sheets.iter_mut().take(HEAD_SHEETS) {
            sheet.info.rows = rows(&book.archive, &sheet.place);
        }
        Ok(book)
    }

    /// Writes the cells of a sheet.
    pub fn cells(&self, path: &str, grid: &mut Grid) -> Result<(), Error> {
        let part = package::open(&self.archive, path, FORMAT, u64::MAX)?;
        let mut xml = Xml::new(part.take(grid.max_source), FORMAT);
        loop {
            match xml.next()? {
                Next::Open(tag) if tag.local_name().as_ref() == "sheetData" => break,
                Next::End => return Err(broken(FORMAT, format!("{path} holds no cells"))),
                _ => {}
            }
        }
        let (mut row, mut column) = (0_u32, 0_u32);
        let (mut raw, mut text) = (String::new(), String::new());
        let mut cell = CellTag::default();
        // Where text belongs to the value of a cell: in `v`, or in a `t` that is no reading aid.
        let (mut is_value, mut is_aid) = (false, false);
        loop {
            match xml.next()? {
                Next::Open(tag) => match tag.local_name().as_ref() {
                    "row" => {
                        if let Some(r) = xml::attribute(&tag, "r").and_then(|r| r.parse::<u32>().ok()) {
                            row = r.saturating_sub(1);
                        }
                        column = 0;
                        if !grid.wants(row) {
                            return Ok(());
                        }
                    }
                    "c" => {
                        let [place, style, kind] = xml::attributes(&tag, ["r", "s", "t"]);
                        if let Some((r, c)) = place.as_deref().and_then(place_of) {
                            (row, column) = (r, c);
                        }
                        let style = style.and_then(|s| s.parse().ok()).unwrap_or(0);
                        cell = CellTag { style, content: Content::of(kind.as_deref()) };
                        raw.clear();
                    }
                    "v" | "t" => is_value = !is_aid,
                    "rPh" => is_aid = true,
                    _ => {}
                },
                Next::Close("v" | "t") => is_value = false,
                Next::Close("rPh") => is_aid = false,
                Next::Close("c") => {
                    if self.put(grid, (row, column), &cell, &raw, &mut text)? == Wanted::Enough {
                        return Ok(());
                    }
                    column = column.saturating_add(1);
                }
                Next::Close("row") => row = row.saturating_add(1),
                Next::Close("sheetData") => return Ok(()),
                Next::End => return Err(xml.cut_off()),
                next => {
                    if is_value && raw.len() < MAX_CELL {
                        next.push_to(&mut raw);
                    }
                }
            }
        }
    }

    fn put(
        &self,
        grid: &mut Grid,
        (row, column): (u32, u32),
        cell: &CellTag,
        raw: &str,
        text: &mut String,
    ) -> Result<Wanted, Error> {
        let content = match cell.content {
            Content::Shared => {
                let found = raw.trim().parse().ok().and_then(|i| self.strings.get(i));
                found
                    .ok_or_else(|| broken(FORMAT, format!("row {} refers to no text", u64::from(row) + 1)))?
            }
            Content::Text => return grid.put(row, column, &xml::unescape_office(raw)),
            Content::Bool => match raw.trim() {
                "1" | "true" => "TRUE",
                "0" | "false" => "FALSE",
                other => other,
            },
            Content::Date => {
                text.clear();
                text.push_str(&raw.trim().trim_end_matches('Z').replacen('T', " ", 1));
                text.strip_suffix(" 00:00:00").unwrap_or(text)
            }
            Content::Plain => match raw.trim() {
                "" => "",
                number => match number.parse::<f64>() {
                    Ok(value) => {
                        let kind = self.kinds.get(cell.style).copied().unwrap_or_default();
                        value::write(text, value, kind, self.is_1904);
                        text
                    }
                    Err(_) => number,
                },
            },
        };
        grid.put(row, column, content)
    }
}

#[derive(Default)]
struct CellTag {
    style: usize,
    content: Content,
}

#[derive(Clone, Copy, Default)]
enum Content {
    /// A number, or an error as text.
    #[default]
    Plain,
    /// The number of a shared string.
    Shared,
    /// A text of its own.
    Text,
    Bool,
    Date,
}

impl Content {
    fn of(kind: Option<&str>) -> Self {
        match kind {
            Some("s") => Self::Shared,
            Some("str" | "inlineStr") => Self::Text,
            Some("b") => Self::Bool,
            Some("d") => Self::Date,
            _ => Self::Plain,
        }
    }
}

/// Row and column of a place such as `B7`, from 0.
fn place_of(place: &str) -> Option<(u32, u32)> {
    let digits = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = place.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0;
    for letter in letters.bytes() {
        let value = letter.to_ascii_uppercase().checked_sub(b'A').filter(|v| *v < 26)?;
        column = column * 26 + u32::from(value) + 1;
    }
    Some((digits.parse::<u32>().ok()?.checked_sub(1)?, column - 1))
}

/// Rows of a sheet, as it says itself before its cells. What is wrong with it shows when it is read.
fn rows(archive: &Archive<'_>, path: &str) -> Option<u64> {
    let part = archive.read(archive.find(path)?, u64::MAX).ok()?;
    let mut xml = Xml::new(part.take(HEAD_BYTES), FORMAT);
    loop {
        if let Next::Open(tag) = xml.next().ok().filter(|next| !matches!(next, Next::End))? {
            match tag.local_name().as_ref() {
                "dimension" => {
                    let area = xml::attribute(&tag, "ref");
                    let last = area.as_deref().and_then(|a| a.rsplit(':').next()).and_then(place_of);
                    return last.map(|(row, _)| u64::from(row) + 1);
                }
                "sheetData" => return None,
                _ => {}
            }
        }
    }
}

/// What each style makes of a number.
fn styles(part: impl Read) -> Result<Vec<Kind>, Error> {
    let mut xml = Xml::new(part, FORMAT);
    let (mut codes, mut kinds, mut is_cell) = (HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Next::Open(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let [id, code] = xml::attributes(&tag, ["numFmtId", "formatCode"]);
                    if let (Some(id), Some(code)) = (id.and_then(|id| id.parse::<u16>().ok()), code) {
                        codes.insert(id, value::kind_of_code(&code));
                    }
                }
                "cellXfs" => is_cell = true,
                "xf" if is_cell => {
                    let id = xml::attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    kinds.push(value::kind_of(id, &codes));
                }
                _ => {}
            },
            Next::Close("cellXfs") => is_cell = false,
            Next::End => return Ok(kinds),
            _ => {}
        }
    }
}

/// The texts that cells refer to.
fn strings(part: impl Read, limit: u64) -> Result<Texts, Error> {
    let mut xml = Xml::new(part, FORMAT);
    let (mut texts, mut text) = (Texts::default(), String::new());
    let (mut is_text, mut is_aid) = (false, false);
    loop {
        match xml.next()? {
            Next::Open(tag) => match tag.local_name().as_ref() {
                "si" => text.clear(),
                "rPh" => is_aid = true,
                "t" => is_text = !is_aid,
                _ => {}
            },
            Next::Close("t") => is_text = false,
            Next::Close("rPh") => is_aid = false,
            Next::Close("si") => texts.push(&xml::unescape_office(&text), FORMAT, limit)?,
            Next::End => return Ok(texts),
            next => {
                if is_text && text.len() < MAX_CELL {
                    next.push_to(&mut text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (place, expected) in [
            ("A1", Some((0, 0))),
            ("xfd1048576", Some((1_048_575, 16_383))),
            ("AA10", Some((9, 26))),
            ("A0", None),
            ("7", None),
            ("A", None),
            ("ABCD1", None),
            ("A99999999999", None),
            ("é1", None),
        ] {
            assert_eq!(place_of(place), expected, "{place}");
        }
    }
}
