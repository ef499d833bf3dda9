//! Several files, or several sheets of a workbook: which is the customers' own table, and what do the others add?
//!
//! Every table is looked at once, [`side::arrange`] gives each its place, and [`TableSet::load`] reads the main one and
//! joins the others to it; what was unpacked for the look is kept for that. One file with one table, the usual case, is
//! read as if there were no others. A table that cannot be used stops nothing: it is named in the quality of the
//! result, with the reason.

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use super::dialect::Told;
use super::error::Error;
use super::file::Kept;
use super::side::{self, Place, SideMapping, Why};
use super::source::{Input, Source};
use super::{Loaded, Mapping, Options, Progress, Shape, Table, load_kept, look_at};

/// Sheets of a workbook that are looked at beside the main one; more are rather a book of reports than tables.
const MAX_SHEETS: usize = 12;

/// Bytes kept at most between the look at the tables and their reading; what is beyond is unpacked again. A sheet of a
/// million rows of twenty columns fits, and while it is read its text is held in any case.
const MAX_KEPT: usize = 256 << 20;

/// A file by name.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its bytes.
    pub source: &'a dyn Source,
}

/// A table that is not part of the data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnusedTable {
    /// Name of the file or sheet.
    pub name: String,
    /// Why it is not used.
    pub because: UnusedBecause,
}

/// Why a table is not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnusedBecause {
    /// It has no place among the others.
    Place(Why),
    /// It cannot be read.
    Failed(Error),
}

struct Seen<'a> {
    name: String,
    source: &'a dyn Source,
    told: Told,
    table: Table,
    kept: Option<Kept>,
}

struct Beside<'a> {
    name: String,
    source: &'a dyn Source,
    mapping: SideMapping,
    kept: Cell<Option<Kept>>,
}

/// The tables of one run.
pub struct TableSet<'a> {
    main: &'a dyn Source,
    /// The main table.
    pub table: Table,
    /// What the first reading takes, and no other holds on to.
    kept: Cell<Option<Kept>>,
    beside: Vec<Beside<'a>>,
    unused: Vec<UnusedTable>,
}

impl<'a> TableSet<'a> {
    /// Looks at files: `told` and `shape` are what the user has said about the main table. The progress function is
    /// told of one table after the other, and can stop it.
    ///
    /// # Errors
    /// As [`read_as`](super::read_as), where no file can be read; [`Error::Empty`] without any; [`Error::Aborted`].
    pub fn look(
        files: &[Named<'a>],
        preview_rows: usize,
        told: &Told,
        shape: Option<Shape>,
        progress: &mut Progress<'_>,
    ) -> Result<Self, Error> {
        let mut look = Look { preview_rows, n_kept: 0, progress };
        let (mut seen, mut unused) = (Vec::new(), Vec::new());
        if let [only] = files {
            let (table, kept) = look.at(only.source, told, shape, None)?;
            if table.sheets.iter().filter(|s| !s.hidden).count() < 2 {
                let (kept, beside) = (Cell::new(kept), Vec::new());
                return Ok(Self { main: only.source, table, kept, beside, unused });
            }
            look.sheets(only, (table, kept), true, &mut seen)?;
        } else {
            for file in files {
                match look.sheet(file.source, told.sheet.as_ref()) {
                    Ok(found) => look.sheets(file, found, false, &mut seen)?,
                    Err(error @ Error::Aborted { .. }) => return Err(error),
                    Err(error) => {
                        let because = UnusedBecause::Failed(error);
                        unused.push(UnusedTable { name: file.name.to_owned(), because });
                    }
                }
            }
        }
        match unused.first() {
            // What is wrong with the first of them says more than that there is nothing.
            Some(UnusedTable { because: UnusedBecause::Failed(error), .. }) if seen.is_empty() => {
                Err(error.clone())
            }
            _ => Self::arrange(seen, unused, look, told, shape),
        }
    }

    fn arrange(
        seen: Vec<Seen<'a>>,
        mut unused: Vec<UnusedTable>,
        mut look: Look<'_, '_>,
        told: &Told,
        shape: Option<Shape>,
    ) -> Result<Self, Error> {
        let named: Vec<(&str, &Table)> = seen.iter().map(|s| (s.name.as_str(), &s.table)).collect();
        let plan = side::arrange(&named);
        let of_sheet = |s: &Seen<'_>| told.sheet.is_some() && s.table.sheet == told.sheet;
        let main = seen.iter().position(of_sheet).or(plan.main).unwrap_or(0);
        let (mut beside, mut taken) = (Vec::new(), None);
        for (i, (table, part)) in seen.into_iter().zip(plan.parts).enumerate() {
            if i == main {
                taken = Some(table);
                continue;
            }
            match (part.place, &table.table.side) {
                (Place::Side { .. }, Some(proposal)) => {
                    let mapping = SideMapping { told: table.told, ..SideMapping::from(proposal) };
                    let kept = Cell::new(table.kept);
                    beside.push(Beside { name: table.name, source: table.source, mapping, kept });
                }
                _ => {
                    // What would have been the main table, had the user not chosen another.
                    let why = if plan.main == Some(i) { Why::SecondMain } else { part.why };
                    unused.push(UnusedTable { name: table.name, because: UnusedBecause::Place(why) });
                }
            }
        }
        let Some(main) = taken else { return Err(Error::Empty) };
        let said = Told { sheet: main.told.sheet.clone().or_else(|| told.sheet.clone()), ..told.clone() };
        let (mut table, mut kept) = (main.table, main.kept);
        if said != main.told || shape.is_some() {
            (table, kept) = look.at(main.source, &said, shape, kept)?;
        }
        Ok(Self { main: main.source, table, kept: Cell::new(kept), beside, unused })
    }

    /// Reads the main table and joins the others.
    ///
    /// # Errors
    /// As [`load`](super::load), for the main table.
    pub fn load(
        &self,
        mapping: &Mapping,
        options: &Options,
        progress: &mut Progress<'_>,
    ) -> Result<Loaded, Error> {
        let mut loaded = load_kept(self.main, mapping, options, self.kept.take(), progress)?;
        loaded.quality.unused = self.unused.clone();
        for table in &self.beside {
            let (dataset, kept) = (&mut loaded.dataset, table.kept.take());
            match side::load_kept(table.source, &table.name, &table.mapping, dataset, kept, progress) {
                Ok(quality) => loaded.quality.side.push(quality),
                Err(error @ Error::Aborted { .. }) => return Err(error),
                Err(error) => {
                    let because = UnusedBecause::Failed(error);
                    loaded.quality.unused.push(UnusedTable { name: table.name.clone(), because });
                }
            }
        }
        Ok(loaded)
    }
}

/// A look at one table after the other.
struct Look<'l, 'p> {
    preview_rows: usize,
    /// Bytes kept so far.
    n_kept: usize,
    progress: &'l mut Progress<'p>,
}

impl Look<'_, '_> {
    /// A table and what is kept of its file, with what was kept before.
    fn at(
        &mut self,
        source: &dyn Source,
        told: &Told,
        shape: Option<Shape>,
        mut kept: Option<Kept>,
    ) -> Result<(Table, Option<Kept>), Error> {
        let n_bytes = |kept: &Option<Kept>| kept.as_ref().map_or(0, Kept::n_bytes);
        self.n_kept -= n_bytes(&kept);
        let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
        let input = Input::new(source.size(), &read_at);
        let table = look_at(input, self.preview_rows, told, shape, &mut kept, self.progress)?;
        let kept = kept.filter(|k| self.n_kept + k.n_bytes() <= MAX_KEPT);
        self.n_kept += n_bytes(&kept);
        Ok((table, kept))
    }

    /// The table of a file among others; the sheet told is in one of them.
    fn sheet(&mut self, source: &dyn Source, sheet: Option<&String>) -> Result<(Table, Option<Kept>), Error> {
        let told = Told { sheet: sheet.cloned(), ..Told::default() };
        match self.at(source, &told, None, None) {
            Err(Error::NoSheet { .. }) if sheet.is_some() => self.at(source, &Told::default(), None, None),
            found => found,
        }
    }

    /// The table of a file and, of a workbook, those of its other sheets; sheets that hold none are passed over.
    fn sheets<'a>(
        &mut self,
        file: &Named<'a>,
        (table, kept): (Table, Option<Kept>),
        is_only: bool,
        seen: &mut Vec<Seen<'a>>,
    ) -> Result<(), Error> {
        let is_workbook = table.sheets.len() > 1;
        let name = |sheet: &str| if is_only { sheet.to_owned() } else { format!("{} · {sheet}", file.name) };
        let others: Vec<String> = table
            .sheets
            .iter()
            .filter(|s| !s.hidden && Some(&s.name) != table.sheet.as_ref())
            .map(|s| s.name.clone())
            .take(MAX_SHEETS)
            .collect();
        let own = match &table.sheet {
            Some(sheet) if is_workbook => {
                (name(sheet), Told { sheet: Some(sheet.clone()), ..Told::default() })
            }
            _ => (file.name.to_owned(), Told::default()),
        };
        seen.push(Seen { name: own.0, source: file.source, told: own.1, table, kept });
        for sheet in others {
            let told = Told { sheet: Some(sheet.clone()), ..Told::default() };
            match self.at(file.source, &told, None, None) {
                Ok((table, kept)) => {
                    seen.push(Seen { name: name(&sheet), source: file.source, told, table, kept });
                }
                Err(error @ Error::Aborted { .. }) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::side::SideKind;
    use super::super::silent;
    use super::*;

    const ORDERS: &str = "customer,date,amount\nann,2024-01-05,12.50\nbob,2024-02-06,7\nann,2024-03-01,8\n";
    const INVOICES: &str = "customer,invoice,due date,paid date,amount due\nann,1,2024-02-04,2024-02-01,12.50\neve,2,2024-03-01,,9\n";

    fn set<'a>(files: &'a [(&'a str, &'a str)]) -> TableSet<'a> {
        let sources: Vec<Named<'a>> =
            files.iter().map(|(name, text)| Named { name, source: text as &dyn Source }).collect();
        TableSet::look(&sources, 5, &Told::default(), None, &mut silent).unwrap()
    }

    fn loaded(set: &TableSet<'_>) -> Loaded {
        set.load(&Mapping::from(&set.table.proposal), &Options::default(), &mut silent).unwrap()
    }

    #[test]
    fn side_tables_are_joined_in_whatever_order_they_come() {
        let both = [("invoices.csv", INVOICES), ("orders.csv", ORDERS)];
        let set = set(&both);
        assert_eq!(set.table.columns, ["customer", "date", "amount"]);
        let quality = loaded(&set).quality;
        assert_eq!((quality.rows_used, quality.unused.len()), (3, 0));
        let [side] = quality.side.as_slice() else { panic!("{quality:?}") };
        assert_eq!((side.name.as_str(), side.kind), ("invoices.csv", SideKind::Payments));
        assert_eq!((side.rows_used, side.unknown_customers), (1, 1));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let files = [
            ("orders.csv", ORDERS),
            ("more.csv", ORDERS),
            ("empty.csv", ""),
            ("weather.csv", "city,rain\nx,1\n"),
        ];
        let set = set(&files);
        let quality = loaded(&set).quality;
        assert_eq!(quality.rows_used, 3);
        let names: Vec<&str> = quality.unused.iter().map(|u| u.name.as_str()).collect();
        assert_eq!(names, ["empty.csv", "more.csv", "weather.csv"]);
        assert_eq!(quality.unused[0].because, UnusedBecause::Failed(Error::Empty));
        assert_eq!(quality.unused[1].because, UnusedBecause::Place(Why::SecondMain));
    }

    #[test]
    fn one_file_is_read_as_ever() {
        let only = [("orders.csv", ORDERS)];
        let set = set(&only);
        assert_eq!(loaded(&set).quality.rows_used, 3);
        assert!(matches!(TableSet::look(&[], 5, &Told::default(), None, &mut silent), Err(Error::Empty)));
        let picture: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
        let broken = [Named { name: "a.png", source: &picture }, Named { name: "b.png", source: &picture }];
        let found = TableSet::look(&broken, 5, &Told::default(), None, &mut silent);
        assert!(matches!(found, Err(Error::Unreadable { .. })), "said as it is");
    }
}
