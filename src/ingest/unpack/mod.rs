//! What has to be unpacked or converted before there is text to read?
//!
//! - `gzip` and a text in a `zip` archive are read as streams: nothing is held but a window ([`bytes::Replay`]).
//! - One sheet of a workbook (`xlsx`, `xlsb`, `xls`, `ods`) is converted to text in memory, cells separated by tabs
//!   (`grid`), and then read like any text: its title rows, names and totals are found there.
//! - `json`, one object a line or an array of them, is converted the same way.
//!
//! Nothing a file says about its own size is believed. What comes out is counted as it comes, against limits that leave
//! room for real files: bytes for each compressed byte ([`bytes::MAX_RATIO`]), text for each byte of a workbook
//! (`grid::max_text`), empty cells, files in an archive. An archive inside an archive is opened once.
//!
//! A file is looked at and then read whole. What was unpacked for the look is [`Kept`] for the reading: converted text
//! and unpacked text of a moderate size as they are, of larger text that it is whole and how long.
//!
//! Which sheet? The one told; else, of those not hidden, the one whose first rows are most of a table ([`worth`]).

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::dialect::{self, Told};
use super::encoding;
use super::error::{Error, Excess};
use super::format::{self, Format};
use super::header;
use super::marks::{Delimiter, Dialect};
use super::source::{Input, Source};
use super::watch::Watch;

mod bytes;
mod cfb;
mod grid;
mod gzip;
mod json;
mod ods;
mod package;
mod strings;
mod value;
mod xls;
mod xlsb;
mod xlsx;
mod xml;
mod zip;

use bytes::Replay;
use cfb::CompoundFile;
use grid::Grid;
use ods::Ods;
use xls::Xls;
use xlsb::Xlsb;
use xlsx::Xlsx;
use zip::{Archive, Entry};

/// A sheet of a workbook, or a file in an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SheetInfo {
    /// Its name.
    pub name: String,
    /// Whether the workbook does not show it.
    pub hidden: bool,
    /// Rows, as the workbook says, if it does; those without content may count.
    pub rows: Option<u64>,
}

/// Where the text that is read came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The kind of the file; of what is packed in it, where that is not text.
    pub format: Format,
    /// What there is to choose from: those shown first, each in the order of the file.
    pub sheets: Vec<SheetInfo>,
    /// What was taken of it.
    pub sheet: Option<String>,
    /// Whether the text was made here: it is UTF-8 in a known dialect.
    pub is_converted: bool,
}

/// A sheet and where it is.
#[derive(Clone, Debug)]
struct Found<P> {
    info: SheetInfo,
    place: P,
}

/// Sheets of a workbook at most.
const MAX_SHEETS: u64 = 2_000;

/// Sheets that are asked for their number of rows, and the bytes of each that are read for it.
const HEAD_SHEETS: usize = 256;
const HEAD_BYTES: u64 = 1 << 18;

/// Fails where a workbook has too many sheets.
fn check_sheets(n: usize, format: Format) -> Result<(), Error> {
    match n as u64 {
        ..=MAX_SHEETS => Ok(()),
        _ => Err(Error::TooDense { format, excess: Excess::Entries, limit: MAX_SHEETS }),
    }
}

/// Largest file that is unpacked into memory because it is packed twice.
const MAX_NESTED: u64 = 256 << 20;

/// Shares of the work that are done once a file packed in another is unpacked, once a packed text is known to be whole,
/// and once there is text of a workbook or of JSON.
const NESTED_DONE: f64 = 0.1;
const WHOLE_DONE: f64 = 0.25;
const TEXT_DONE: f64 = 0.8;

/// What one reading of a file leaves for the next, so that the file is not unpacked twice.
pub(super) struct Kept {
    /// The sheet and the dialect that were told.
    told: (Option<String>, Option<Dialect>),
    /// The one that was taken.
    sheet: Option<String>,
    content: Content,
}

enum Content {
    /// Text that was made here.
    Text(String, Origin),
    /// What is known of a packed text.
    Packed(bytes::Start),
}

impl Kept {
    /// Bytes it takes.
    pub fn n_bytes(&self) -> usize {
        match &self.content {
            Content::Text(text, _) => text.capacity(),
            Content::Packed(start) => start.head.capacity(),
        }
    }

    /// Whether a reading under what is told now would unpack the same.
    fn fits(&self, told: &Told) -> bool {
        let is_same = told.sheet == self.told.0 || (told.sheet.is_some() && told.sheet == self.sheet);
        is_same && told.dialect == self.told.1
    }
}

/// What is done with the text once it is there.
pub(super) type Work<'w> = &'w mut dyn FnMut(Input<'_>, &Told, &Origin) -> Result<(), Error>;

/// Unpacks an input as far as it has to be, unless that has been kept, and does some work with the text. What can be
/// kept of it is then in `kept`.
///
/// # Errors
/// [`Error::Unreadable`], [`Error::Encrypted`], [`Error::Broken`], [`Error::TooDense`], [`Error::NoSheet`],
/// [`Error::NoTable`], [`Error::Lost`], [`Error::Aborted`], or what the work fails with.
pub(super) fn unpack(
    input: Input<'_>,
    told: &Told,
    limit: u64,
    kept: &mut Option<Kept>,
    watch: &Watch<'_>,
    work: Work<'_>,
) -> Result<(), Error> {
    let before = kept.take().filter(|k| k.fits(told) && k.n_bytes() as u64 <= limit);
    let (text, start) = match before.map(|k| k.content) {
        Some(Content::Text(text, origin)) => (Some((text, origin)), None),
        Some(Content::Packed(start)) => (None, Some(start)),
        None => (None, None),
    };
    let mut unpack = Unpack { told, limit, kept, start, watch, work };
    match text {
        Some((text, origin)) => unpack.converted(text, origin),
        None => unpack.open(input, Format::Text, 0, Vec::new()),
    }
}

/// Starts a stream from its beginning.
type Open<'s> = &'s (dyn Fn() -> std::io::Result<Box<dyn Read + 's>> + 's);

struct Unpack<'w, 'p> {
    told: &'w Told,
    limit: u64,
    /// What can be kept.
    kept: &'w mut Option<Kept>,
    /// What was kept of the packed text.
    start: Option<bytes::Start>,
    watch: &'w Watch<'p>,
    work: Work<'w>,
}

impl Unpack<'_, '_> {
    /// Opens a file that came out of another of the given kind, if any.
    fn open(
        &mut self,
        input: Input<'_>,
        outer: Format,
        depth: u8,
        sheets: Vec<SheetInfo>,
    ) -> Result<(), Error> {
        let head = input.head(encoding::LOOK).map_err(|e| lost(&e, outer))?;
        let (looks_like, position) = format::sniff(&head);
        if is_packed(&head) && depth > 1 {
            return Err(Error::TooDense { format: outer, excess: Excess::Nesting, limit: 2 });
        }
        match looks_like {
            Format::Text => {
                let is_all = head.len() as u64 == input.size;
                // Whoever tells other marks than those of the converted text does not see JSON.
                let is_open = self.told.dialect.is_none_or(|d| d == Dialect::from(Delimiter::Tab));
                let shape = json::looks_like(&head, is_all).filter(|_| is_open);
                if let Some(shape) = shape {
                    return self.json(input, shape, sheets);
                }
                let sheet = sheets.first().map(|s: &SheetInfo| s.name.clone());
                (self.work)(input, self.told, &Origin { format: outer, sheets, sheet, is_converted: false })
            }
            Format::Gzip => self.gzip(input, depth),
            Format::Zip => self.zip(input, depth),
            Format::CompoundFile => self.compound(input),
            _ => Err(Error::Unreadable { looks_like, position }),
        }
    }

    fn gzip(&mut self, input: Input<'_>, depth: u8) -> Result<(), Error> {
        let limit = self.limit;
        let named = |e: std::io::Error| bytes::unwrap(&e, Format::Gzip);
        let head = {
            let mut head = Vec::new();
            let start = gzip::Gunzip::new(input, limit).take(1 << 12);
            { start }.read_to_end(&mut head).map_err(named)?;
            head
        };
        let open = || Ok(Box::new(gzip::Gunzip::new(input, limit)) as Box<dyn Read + '_>);
        self.packed((&head, input.size), Format::Gzip, depth, Vec::new(), &open)
    }

    fn zip(&mut self, input: Input<'_>, depth: u8) -> Result<(), Error> {
        let archive = Archive::open(input)?;
        let max_bytes = grid::max_text(input.size, self.limit);
        let kind = kind_of_archive(&archive)?;
        if !matches!(kind, Kind::Files) {
            self.watch.pass(TEXT_DONE, input.size);
        }
        match kind {
            Kind::Xlsx(workbook) => {
                self.book(Book::Xlsx(Xlsx::open(archive, &workbook, max_bytes)?), max_bytes)
            }
            Kind::Xlsb(workbook) => {
                self.book(Book::Xlsb(Xlsb::open(archive, &workbook, max_bytes)?), max_bytes)
            }
            Kind::Ods => self.book(Book::Ods(Ods::open(archive)?), max_bytes),
            Kind::Other(looks_like) => Err(Error::Unreadable { looks_like, position: 0 }),
            Kind::Files => self.file(&archive, depth),
        }
    }

    fn compound(&mut self, input: Input<'_>) -> Result<(), Error> {
        self.watch.pass(NESTED_DONE, input.size);
        let file = CompoundFile::open(input)?;
        if file.has("EncryptedPackage") {
            return Err(Error::Encrypted { format: Format::Xlsx });
        }
        for name in ["Workbook", "Book"] {
            if let Some(stream) = file.stream(name)? {
                self.watch.pass(TEXT_DONE, stream.len() as u64);
                let watch = self.watch;
                let count = |n| watch.add(n);
                let max_bytes = grid::max_text(input.size, self.limit);
                return self.book(Book::Xls(Xls::open(stream, max_bytes, &count)?), max_bytes);
            }
        }
        let is_document = file.has("WordDocument") || file.has("PowerPoint Document");
        let looks_like = if is_document { Format::Document } else { Format::CompoundFile };
        Err(Error::Unreadable { looks_like, position: 0 })
    }

    fn json(&mut self, input: Input<'_>, shape: json::Shape, sheets: Vec<SheetInfo>) -> Result<(), Error> {
        self.watch.pass(TEXT_DONE, input.size);
        let open = || bytes::Slice::new(input, 0, input.size);
        let text = json::to_text(open, shape, grid::max_text(input.size, self.limit))?;
        let sheet = sheets.first().map(|s| s.name.clone());
        self.converted(text, Origin { format: Format::Json, sheets, sheet, is_converted: true })
    }

    /// The file of an archive that is most likely the table: the one told, else the largest with the name of one.
    fn file(&mut self, archive: &Archive<'_>, depth: u8) -> Result<(), Error> {
        let mut tables: Vec<&Entry> = archive.entries.iter().filter(|e| has_table_name(&e.name)).collect();
        if let ([], [only]) = (&tables[..], &archive.entries[..]) {
            tables.push(only);
        }
        let info = |e: &&Entry| SheetInfo { name: e.name.clone(), hidden: false, rows: None };
        let mut sheets: Vec<SheetInfo> = tables.iter().map(info).collect();
        let told = self.told.sheet.as_deref().map(|name| named(&sheets, name));
        let largest = (0..tables.len()).rev().max_by_key(|&i| tables[i].size);
        let taken = match &told {
            Some(Ok(taken)) => *taken,
            _ => largest.ok_or(Error::NoTable { format: Format::Zip })?,
        };
        let entry = tables[taken];
        let head = archive.head(entry, 1 << 12)?;
        // Of a workbook inside, the name told is that of a sheet.
        if let Some(Err(error)) = told
            && !is_packed(&head)
        {
            return Err(error);
        }
        let limit = self.limit;
        sheets.swap(0, taken);
        let open = || {
            let content = archive.read(entry, limit).map_err(bytes::wrap)?;
            Ok(Box::new(content) as Box<dyn Read + '_>)
        };
        self.packed((&head, entry.packed), Format::Zip, depth, sheets, &open)
    }

    /// What is packed in one stream, given with its first bytes and how many it is packed in: text is read as it comes,
    /// another packed file has to be unpacked first.
    fn packed(
        &mut self,
        (head, n_packed): (&[u8], u64),
        format: Format,
        depth: u8,
        sheets: Vec<SheetInfo>,
        open: Open<'_>,
    ) -> Result<(), Error> {
        let named = |e: std::io::Error| bytes::unwrap(&e, format);
        if is_packed(head) {
            self.watch.pass(NESTED_DONE, n_packed);
            let mut content = Vec::new();
            open().and_then(|s| s.take(MAX_NESTED + 1).read_to_end(&mut content)).map_err(named)?;
            if content.len() as u64 > MAX_NESTED {
                return Err(Error::TooDense { format, excess: Excess::Bytes, limit: MAX_NESTED });
            }
            let read_at = self.watch.counted(|at, into| content.read_at(at, into));
            return self.open(Input::new(content.size(), &read_at), format, depth + 1, Vec::new());
        }
        self.watch.pass(WHOLE_DONE, n_packed);
        let replay = Replay::new(open, self.start.take()).map_err(named)?;
        let sheet = sheets.first().map(|s| s.name.clone());
        {
            let read_at = self.watch.counted(|at, into| replay.read_at(at, into));
            self.open(Input::new(replay.start.size, &read_at), format, depth + 1, sheets)?;
        }
        // Of what was converted, the text is kept.
        if self.kept.is_none() {
            self.keep(sheet, Content::Packed(replay.start));
        }
        Ok(())
    }

    fn keep(&mut self, sheet: Option<String>, content: Content) {
        let told = (self.told.sheet.clone(), self.told.dialect);
        *self.kept = Some(Kept { told, sheet, content });
    }

    /// A sheet of a workbook, as text.
    fn book(&mut self, book: Book<'_>, max_bytes: u64) -> Result<(), Error> {
        let format = book.format();
        let mut sheets = book.sheets();
        if sheets.is_empty() {
            return Err(Error::NoTable { format });
        }
        let taken = match &self.told.sheet {
            Some(name) => named(&sheets, name)?,
            None => {
                let shown: Vec<usize> = (0..sheets.len()).filter(|&i| !sheets[i].hidden).collect();
                match &shown[..] {
                    [only] => *only,
                    _ => book.best(&sheets),
                }
            }
        };
        let mut grid = Grid::new(format, max_bytes);
        book.cells(taken, &mut grid)?;
        let sheet = Some(sheets[taken].name.clone());
        sheets.sort_by_key(|s| s.hidden);
        drop(book);
        self.converted(grid.finish()?, Origin { format, sheets, sheet, is_converted: true })
    }

    /// Text made here, whose dialect is known.
    fn converted(&mut self, text: String, origin: Origin) -> Result<(), Error> {
        let read_at = |at: u64, into: &mut [u8]| text.read_at(at, into);
        let told = Told { dialect: Some(Dialect::from(Delimiter::Tab)), encoding: None, ..self.told.clone() };
        (self.work)(Input::new(text.size(), &read_at), &told, &origin)?;
        self.keep(origin.sheet.clone(), Content::Text(text, origin));
        Ok(())
    }
}

/// A workbook of any kind.
enum Book<'a> {
    Xlsx(Xlsx<'a>),
    Xlsb(Xlsb<'a>),
    Xls(Xls<'a>),
    Ods(Ods<'a>),
}

/// Rows of each sheet looked at to choose one.
const PEEK_ROWS: u32 = 200;

/// Sheets looked at to choose one.
const PEEK_SHEETS: usize = 64;

impl Book<'_> {
    fn format(&self) -> Format {
        match self {
            Self::Xlsx(_) => Format::Xlsx,
            Self::Xlsb(_) => Format::Xlsb,
            Self::Xls(_) => Format::Xls,
            Self::Ods(_) => Format::Ods,
        }
    }

    fn sheets(&self) -> Vec<SheetInfo> {
        match self {
            Self::Xlsx(book) => infos(&book.sheets),
            Self::Xlsb(book) => infos(&book.sheets),
            Self::Xls(book) => infos(&book.sheets),
            Self::Ods(book) => book.sheets.clone(),
        }
    }

    fn cells(&self, sheet: usize, grid: &mut Grid) -> Result<(), Error> {
        match self {
            Self::Xlsx(book) => book.cells(&book.sheets[sheet].place, grid),
            Self::Xlsb(book) => book.cells(&book.sheets[sheet].place, grid),
            Self::Xls(book) => book.cells(book.sheets[sheet].place, grid),
            Self::Ods(book) => book.cells(sheet, grid),
        }
    }

    /// The sheet that is most of a table, hidden ones only where no other has any.
    fn best(&self, sheets: &[SheetInfo]) -> usize {
        let worths = self.worths(sheets.len().min(PEEK_SHEETS));
        let worth_of = |hidden: bool| {
            let those =
                worths.iter().enumerate().filter(|(i, worth)| sheets[*i].hidden == hidden && **worth > 0);
            // Of equals, the first.
            those.rev().max_by_key(|(_, worth)| **worth).map(|(i, _)| i)
        };
        let shown = sheets.iter().position(|s| !s.hidden);
        worth_of(false).or_else(|| worth_of(true)).or(shown).unwrap_or(0)
    }

    /// What the first sheets are worth, by their first rows; 0 for one that cannot be read.
    fn worths(&self, n: usize) -> Vec<usize> {
        let new = || Grid::peek(self.format(), PEEK_ROWS);
        let of = |read: Result<(), Error>, grid: Grid| {
            read.and_then(|()| grid.finish()).map_or(0, |text| worth(&text))
        };
        if let Self::Ods(book) = self {
            let mut grids: Vec<Grid> = (0..n).map(|_| new()).collect();
            let read = book.peek(&mut grids);
            return read.into_iter().zip(grids).map(|(read, grid)| of(read, grid)).collect();
        }
        let peek = |i: usize| {
            let mut grid = new();
            of(self.cells(i, &mut grid), grid)
        };
        (0..n).map(peek).collect()
    }
}

fn infos<P>(sheets: &[Found<P>]) -> Vec<SheetInfo> {
    sheets.iter().map(|s| s.info.clone()).collect()
}

/// How much of a table the first rows of a sheet are: rows by columns, more for each column that is known by its name.
fn worth(text: &str) -> usize {
    let told = Told { dialect: Some(Dialect::from(Delimiter::Tab)), ..Told::default() };
    let Ok(layout) = dialect::detect_head(text, true, &told) else { return 0 };
    let mut roles: Vec<_> =
        layout.columns.iter().filter_map(|c| header::lookup(c)).map(|(role, _)| role).collect();
    roles.sort_unstable_by_key(|r| *r as u8);
    roles.dedup();
    (roles.len() * roles.len() + 1) * layout.evidence.n_rows * layout.columns.len().min(8)
}

/// The sheet of a name.
fn named(sheets: &[SheetInfo], name: &str) -> Result<usize, Error> {
    sheets.iter().position(|s| s.name == name).ok_or_else(|| Error::NoSheet {
        name: name.to_owned(),
        sheets: sheets.iter().map(|s| s.name.clone()).collect(),
    })
}

/// Whether what begins so has to be unpacked before there is text.
fn is_packed(head: &[u8]) -> bool {
    matches!(format::sniff(head).0, Format::Zip | Format::CompoundFile | Format::Gzip)
}

/// What an archive is.
enum Kind {
    /// A workbook, by the path of its main part.
    Xlsx(String),
    /// The same in records.
    Xlsb(String),
    /// An OpenDocument spreadsheet.
    Ods,
    /// A package that is no workbook.
    Other(Format),
    /// Files.
    Files,
}

fn kind_of_archive(archive: &Archive<'_>) -> Result<Kind, Error> {
    let relations = package::relations(archive, "", Format::Xlsx)?;
    if let Some(main) = relations.into_iter().find(|r| r.kind == "officeDocument") {
        let path = main.target.to_lowercase();
        return Ok(match path.split('/').next() {
            Some("word" | "ppt" | "visio") => Kind::Other(Format::Document),
            _ if path.ends_with(".bin") => Kind::Xlsb(main.target),
            _ => Kind::Xlsx(main.target),
        });
    }
    if let Some(workbook) = archive.find("xl/workbook.xml") {
        return Ok(Kind::Xlsx(workbook.name.clone()));
    }
    if let Some(mimetype) = archive.find("mimetype").filter(|_| archive.find("content.xml").is_some()) {
        let is_sheet =
            archive.head(mimetype, 128)?.starts_with(b"application/vnd.oasis.opendocument.spreadsheet");
        return Ok(if is_sheet { Kind::Ods } else { Kind::Other(Format::Document) });
    }
    Ok(Kind::Files)
}

/// Whether a file is called like a table. Names are hints here: what it is, its content tells.
fn has_table_name(name: &str) -> bool {
    const ENDS: [&str; 16] = [
        "csv", "tsv", "tab", "txt", "text", "psv", "dat", "json", "jsonl", "ndjson", "xlsx", "xlsm", "xlsb",
        "xls", "ods", "gz",
    ];
    let file = name.rsplit('/').next().unwrap_or(name);
    let end = file.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    // Finder adds a folder of its own, with a file for each.
    !name.starts_with("__MACOSX/")
        && !file.starts_with('.')
        && end.is_some_and(|e| ENDS.contains(&e.as_str()))
}

fn lost(error: &std::io::Error, format: Format) -> Error {
    match format {
        Format::Text => Error::Lost { byte: 0 },
        format => bytes::unwrap(error, format),
    }
}
