//! What is in the sheets of an OpenDocument spreadsheet (ISO/IEC 26300)? One text of XML holds them all.
//!
//! Cells and rows that repeat are written once with a number. Empty ones only move on; filled ones are written as often
//! as said, within the bounds of `grid`.

use std::collections::HashSet;
use std::io::Read;

use quick_xml::events::BytesStart;

use super::super::error::Error;
use super::super::format::Format;
use super::bytes::broken;
use super::grid::{Grid, MAX_CELL, Wanted};
use super::package;
use super::xml::{self, Next, Xml};
use super::zip::{Archive, Unzip};
use super::{SheetInfo, check_sheets};

const FORMAT: Format = Format::Ods;

/// The content of every spreadsheet.
const CONTENT: &str = "content.xml";

/// A spreadsheet.
pub struct Ods<'a> {
    archive: Archive<'a>,
    pub sheets: Vec<SheetInfo>,
}

impl<'a> Ods<'a> {
    /// Reads the names of the sheets.
    pub fn open(archive: Archive<'a>) -> Result<Self, Error> {
        if let Some(manifest) = archive.find("META-INF/manifest.xml") {
            let mut xml = Xml::new(archive.read(manifest, package::MAX_PART)?, FORMAT);
            loop {
                match xml.next()? {
                    Next::Open(tag) if tag.local_name().as_ref() == "encryption-data" => {
                        return Err(Error::Encrypted { format: FORMAT });
                    }
                    Next::End => break,
                    _ => {}
                }
            }
        }
        let mut book = Self { archive, sheets: Vec::new() };
        let mut xml = book.content()?;
        // Styles say which sheets are hidden, and come first.
        let (mut style, mut hidden) = (String::new(), HashSet::new());
        // A table in a cell of another is no sheet.
        let mut depth = 0_usize;
        loop {
            match xml.next()? {
                Next::Open(tag) => match tag.local_name().as_ref() {
                    "style" => style = xml::attribute(&tag, "name").unwrap_or_default().into_owned(),
                    "table-properties" if xml::attribute(&tag, "display").is_some_and(|d| d == "false") => {
                        hidden.insert(std::mem::take(&mut style));
                    }
                    "table" if depth > 0 => depth += 1,
                    "table" => {
                        depth = 1;
                        let [name, style] =
                            xml::attributes(&tag, ["name", "style-name"]).map(Option::unwrap_or_default);
                        let hidden = hidden.contains(&*style);
                        book.sheets.push(SheetInfo { name: name.into_owned(), hidden, rows: None });
                        check_sheets(book.sheets.len(), FORMAT)?;
                    }
                    _ => {}
                },
                Next::Close("table") => depth = depth.saturating_sub(1),
                Next::End => return Ok(book),
                _ => {}
            }
        }
    }

    fn content(&self) -> Result<Xml<Unzip<'a>>, Error> {
        Ok(Xml::new(package::open(&self.archive, CONTENT, FORMAT, u64::MAX)?, FORMAT))
    }

    /// Writes the cells of a sheet.
    pub fn cells(&self, sheet: usize, grid: &mut Grid) -> Result<(), Error> {
        let mut xml = self.content()?;
        for _ in 0..sheet {
            next_table(&mut xml)?;
            table(&mut xml, None)?;
        }
        next_table(&mut xml)?;
        table(&mut xml, Some(grid))
    }

    /// Writes the first rows of the first sheets, in one walk; says what came of each.
    pub fn peek(&self, grids: &mut [Grid]) -> Vec<Result<(), Error>> {
        let (mut xml, mut done) = match self.content() {
            Ok(xml) => (xml, Vec::new()),
            Err(error) => return vec![Err(error)],
        };
        for grid in grids {
            let read = next_table(&mut xml).and_then(|()| table(&mut xml, Some(grid)));
            let rest = match &read {
                // What is left of the sheet, or all of it, is passed over.
                Ok(()) if grid.is_enough => table(&mut xml, None),
                Ok(()) => Ok(()),
                Err(error) => Err(error.clone()),
            };
            let is_lost = rest.is_err();
            done.push(read);
            if is_lost {
                break;
            }
        }
        done
    }
}

/// Moves to where a table opens.
fn next_table<R: Read>(xml: &mut Xml<R>) -> Result<(), Error> {
    loop {
        match xml.next()? {
            Next::Open(tag) if tag.local_name().as_ref() == "table" => return Ok(()),
            Next::End => return Err(xml.cut_off()),
            _ => {}
        }
    }
}

/// Reads a table that has opened, as far as it is wanted; without a grid, passes over the rest of it.
fn table<R: Read>(xml: &mut Xml<R>, grid: Option<&mut Grid>) -> Result<(), Error> {
    let Some(grid) = grid else { return pass_over(xml) };
    let (mut row, mut line, mut cell) = (0, Line::default(), Cell::default());
    // Inside a note, text belongs to it and not to the cell; a table inside a cell has its own cells.
    let (mut depth_note, mut depth_table, mut is_text) = (0_usize, 0_usize, false);
    loop {
        match xml.next()? {
            Next::Open(tag) => match tag.local_name().as_ref() {
                "annotation" | "shapes" => depth_note += 1,
                "table" => depth_table += 1,
                _ if depth_note > 0 || depth_table > 0 => {}
                "table-row" => {
                    line.clear();
                    line.repeat = number(&tag, "number-rows-repeated");
                }
                "table-cell" | "covered-table-cell" => cell.open(&tag),
                "p" | "h" => {
                    cell.next_paragraph();
                    is_text = true;
                }
                "s" if cell.text.len() < MAX_CELL => {
                    let n = number(&tag, "c").min(1 << 10);
                    cell.text.extend(std::iter::repeat_n(' ', n as usize));
                }
                "tab" | "line-break" if cell.text.len() < MAX_CELL => cell.text.push(' '),
                _ => {}
            },
            Next::Close("annotation" | "shapes") => depth_note = depth_note.saturating_sub(1),
            Next::Close("table") if depth_table == 0 => return Ok(()),
            Next::Close("table") => depth_table -= 1,
            Next::Close(_) if depth_note > 0 || depth_table > 0 => {}
            Next::Close("p" | "h") => is_text = false,
            Next::Close("table-cell" | "covered-table-cell") => line.push(&mut cell, grid)?,
            Next::Close("table-row") => {
                if line.write(row, grid)? == Wanted::Enough {
                    grid.is_enough = true;
                    return Ok(());
                }
                row = row.saturating_add(line.repeat);
            }
            Next::End => return Err(xml.cut_off()),
            next => {
                if is_text && depth_note == 0 && depth_table == 0 && cell.text.len() < MAX_CELL {
                    next.push_to(&mut cell.text);
                }
            }
        }
    }
}

/// Passes over the rest of a table.
fn pass_over<R: Read>(xml: &mut Xml<R>) -> Result<(), Error> {
    let mut depth = 0_usize;
    loop {
        match xml.next()? {
            Next::Open(tag) if tag.local_name().as_ref() == "table" => depth += 1,
            Next::Close("table") if depth == 0 => return Ok(()),
            Next::Close("table") => depth -= 1,
            Next::End => return Err(xml.cut_off()),
            _ => {}
        }
    }
}

/// Filled cells of a row at most, where none is repeated.
const MAX_COLUMNS: usize = 1 << 16;

/// How often something is repeated; 1 unless it says otherwise.
fn number(tag: &BytesStart<'_>, name: &str) -> u32 {
    xml::attribute(tag, name).and_then(|n| n.trim().parse().ok()).map_or(1, |n: u32| n.max(1))
}

#[derive(Default)]
struct Cell {
    repeat: u32,
    /// What is written instead of the text that is shown.
    value: Option<String>,
    text: String,
    n_paragraphs: usize,
}

impl Cell {
    fn open(&mut self, tag: &BytesStart<'_>) {
        self.text.clear();
        self.n_paragraphs = 0;
        self.repeat = number(tag, "number-columns-repeated");
        let names = ["value-type", "value", "date-value", "time-value", "boolean-value"];
        let [kind, value, date, time, flag] = xml::attributes(tag, names);
        self.value = match kind.as_deref() {
            Some("float" | "currency" | "percentage") => value.map(|v| plain_number(&v)),
            Some("date") => date.map(|d| {
                let text = d.replacen('T', " ", 1);
                text.strip_suffix(" 00:00:00").map_or(text.clone(), str::to_owned)
            }),
            Some("time") => time.map(|t| clock(&t)),
            Some("boolean") => flag.map(|f| f.to_uppercase()),
            _ => None,
        };
    }

    fn next_paragraph(&mut self) {
        if self.n_paragraphs > 0 {
            self.text.push(' ');
        }
        self.n_paragraphs += 1;
    }
}

/// A number as short as it can be.
fn plain_number(value: &str) -> String {
    let mut out = String::new();
    match value.trim().parse::<f64>() {
        Ok(number) => super::value::write(&mut out, number, super::value::Kind::Number, false),
        Err(_) => out.push_str(value),
    }
    out
}

/// A duration such as `PT10H30M00S` as `10:30:00`; anything else as it is.
fn clock(value: &str) -> String {
    let read = || {
        let (hours, rest) = value.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?;
        let whole = seconds.split_once(['.', ',']).map_or(seconds, |(whole, _)| whole);
        let number = |text: &str| text.parse::<u32>().ok();
        Some(format!("{:02}:{:02}:{:02}", number(hours)?, number(minutes)?, number(whole)?))
    };
    read().unwrap_or_else(|| value.to_owned())
}

/// The filled cells of a row, each with its column and how often it is repeated.
#[derive(Default)]
struct Line {
    cells: Vec<(u32, u32, String)>,
    n_bytes: u64,
    column: u32,
    repeat: u32,
}

impl Line {
    fn clear(&mut self) {
        self.cells.clear();
        (self.column, self.n_bytes) = (0, 0);
    }

    fn push(&mut self, cell: &mut Cell, grid: &mut Grid) -> Result<(), Error> {
        let content = cell.value.take().unwrap_or_else(|| std::mem::take(&mut cell.text));
        if content.is_empty() {
            grid.skip()?;
        } else {
            self.n_bytes += content.len() as u64;
            grid.check(self.n_bytes)?;
            if self.cells.len() == MAX_COLUMNS {
                return Err(broken(FORMAT, "a row has too many cells"));
            }
            self.cells.push((self.column, cell.repeat, content));
        }
        self.column = self.column.saturating_add(cell.repeat);
        Ok(())
    }

    fn write(&self, first: u32, grid: &mut Grid) -> Result<Wanted, Error> {
        if !grid.wants(first) {
            return Ok(Wanted::Enough);
        }
        if self.cells.is_empty() {
            return Ok(Wanted::More);
        }
        for row in first..first.saturating_add(self.repeat) {
            for (column, repeat, content) in &self.cells {
                for column in *column..column.saturating_add(*repeat) {
                    if grid.put(row, column, content)? == Wanted::Enough {
                        return Ok(Wanted::Enough);
                    }
                }
            }
        }
        Ok(Wanted::More)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (value, expected) in
            [("PT10H30M00S", "10:30:00"), ("PT36H00M05.25S", "36:00:05"), ("P1D", "P1D"), ("", "")]
        {
            assert_eq!(clock(value), expected);
        }
        assert_eq!(plain_number("29.850000000000001"), "29.85");
    }
}
