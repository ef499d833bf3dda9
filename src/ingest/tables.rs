//! Which rows make the table? A file can hold several, with lines that belong to none.
//!
//! Rows are cut into blocks at blank lines and where the number of cells changes for good. A block goes on
//! with the table before it if it is as wide and does not start with other column names; blocks of one cell a
//! row are titles or notes. Of several tables the one with the largest `rows * (1 + known names)^2` is taken.

use super::records::{Dialect, Record, Records};
use super::score::{COLUMNS_LOOK, Kind, is_known_name, usual};

/// A row of the sample, with where it starts and where the next one does.
pub(super) struct Row {
    pub cells: Vec<String>,
    pub kinds: Vec<Kind>,
    pub start: usize,
    pub line: u64,
    pub next: (usize, u64),
    pub after_gap: bool,
}

impl Row {
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn n_filled(&self) -> usize {
        self.cells.iter().filter(|c| !c.is_empty()).count()
    }

    pub fn n_values(&self) -> usize {
        self.kinds.iter().filter(|k| k.is_value()).count()
    }

    /// Cells of columns of values that are values, and that are text.
    pub fn votes(&self, typed: &[bool]) -> (usize, usize) {
        let cells = self.kinds.iter().zip(typed).filter(|(_, typed)| **typed);
        let n_values = cells.clone().filter(|(kind, _)| kind.is_value()).count();
        (n_values, cells.filter(|(kind, _)| kind.is_text()).count())
    }

    pub fn n_known(&self) -> usize {
        self.cells.iter().take(COLUMNS_LOOK).filter(|cell| is_known_name(cell)).count()
    }

    /// Whether the row can be names over columns of which some hold values.
    pub fn may_be_names(&self, width: usize, typed: &[bool]) -> bool {
        let n_filled = self.n_filled();
        let is_wide = n_filled >= width.min(2) && 2 * n_filled >= width;
        is_wide && self.n_values() == 0 && self.votes(typed).1 > 0
    }

    pub fn is_comment(&self) -> bool {
        self.cells.first().is_some_and(|cell| {
            cell.starts_with("//") || cell.starts_with("--") || (cell.starts_with('#') && cell.len() > 1)
        })
    }
}

/// The first rows of a text.
pub(super) fn sample(
    text: &str,
    is_all: bool,
    dialect: Dialect,
    from: (usize, u64),
    limit: usize,
) -> Vec<Row> {
    let mut records = Records::new(text, dialect, from.0, from.1);
    let mut record = Record::default();
    let mut rows = Vec::new();
    while rows.len() < limit {
        if !records.next(&mut record).is_record() {
            // A cut text ends in a piece of a row.
            if !is_all && rows.len() > 1 {
                rows.pop();
            }
            break;
        }
        let cells: Vec<String> = (0..record.len()).map(|i| record.cell(text, i).to_owned()).collect();
        let kinds = cells.iter().enumerate().map(|(i, c)| Kind::of(c, record.is_quoted(i))).collect();
        rows.push(Row {
            cells,
            kinds,
            start: record.range.start,
            line: record.line,
            next: (records.position(), records.line()),
            after_gap: record.after_gap,
        });
    }
    rows
}

/// The commonest number of cells, and the share of rows that have it.
pub(super) fn usual_width(rows: &[Row]) -> (usize, f64) {
    let (width, n) = usual(rows.iter().map(Row::len));
    (width, n as f64 / rows.len().max(1) as f64)
}

/// Which columns hold values: most of the filled cells of rows of the usual width are dates or numbers.
pub(super) fn typed_columns(rows: &[Row], width: usize) -> Vec<bool> {
    (0..width)
        .map(|column| {
            let cells = rows.iter().filter(|r| r.len() == width).filter_map(|r| r.kinds.get(column));
            let n_filled = cells.clone().filter(|kind| **kind != Kind::Empty).count();
            let n_values = cells.filter(|kind| kind.is_value()).count();
            // One name above one value: the value is the rule.
            n_values > 0 && (n_values * 5 >= n_filled * 3 || n_filled - n_values <= 1)
        })
        .collect()
}

/// A table: its rows in the sample.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub rows: std::ops::Range<usize>,
    pub width: usize,
    typed: Vec<bool>,
}

impl Table {
    fn new(all: &[Row], rows: std::ops::Range<usize>) -> Self {
        let of = all.get(rows.clone()).unwrap_or_default();
        let (width, _) = usual_width(of);
        Self { rows, width, typed: typed_columns(of, width) }
    }

    fn worth(&self, all: &[Row]) -> usize {
        let rows = all.get(self.rows.clone()).unwrap_or_default();
        let n_usual = rows.iter().filter(|r| r.len() == self.width).count();
        let n_known = rows.iter().take(12).map(Row::n_known).max().unwrap_or(0);
        n_usual * (1 + n_known) * (1 + n_known)
    }
}

/// Where blocks start.
fn cuts(rows: &[Row]) -> Vec<usize> {
    let mut found = vec![0];
    for i in 1..rows.len() {
        let since = i - found.last().copied().unwrap_or(0);
        if rows[i].after_gap || (since >= 2 && changes_width(rows, i)) {
            found.push(i);
        }
    }
    found
}

/// Whether rows are of another width from here on: those behind follow, and either names lead them or they
/// are many.
fn changes_width(rows: &[Row], at: usize) -> bool {
    let (before, width) = (rows[at - 1].len(), rows[at].len());
    if before == width || before < 2 || width < 2 || rows[at - 2].len() != before {
        return false;
    }
    let behind = rows[at + 1..].iter().take_while(|r| !r.after_gap && r.len() == width).count();
    let leads = rows[at].n_values() == 0 && rows[at].n_filled() == width;
    behind >= 4 || (behind >= 1 && leads && rows[at + 1].n_values() > 0)
}

/// The tables of the sample, in order, without those of a single row unless there is nothing else.
pub(super) fn find(rows: &[Row]) -> Vec<Table> {
    let mut cuts = cuts(rows);
    cuts.push(rows.len());
    let blocks: Vec<Table> =
        cuts.windows(2).filter(|w| w[0] < w[1]).map(|w| Table::new(rows, w[0]..w[1])).collect();
    let is_wide = blocks.iter().any(|b| b.width > 1);
    let mut tables: Vec<Table> = Vec::new();
    for block in blocks {
        if is_wide && block.width == 1 {
            continue;
        }
        match tables.last_mut() {
            Some(table) if continues(rows, table, &block) => {
                *table = Table::new(rows, table.rows.start..block.rows.end);
            }
            Some(table) if block.rows.len() == 1 && table.rows.len() > 1 => {}
            _ => tables.push(block),
        }
    }
    if tables.iter().any(|t| t.rows.len() > 1) {
        tables.retain(|t| t.rows.len() > 1);
    }
    tables
}

fn continues(rows: &[Row], table: &Table, block: &Table) -> bool {
    let (Some(top), Some(first)) = (rows.get(table.rows.start), rows.get(block.rows.start)) else {
        return false;
    };
    if table.width != block.width {
        return false;
    }
    if rows[table.rows.clone()].iter().take(12).any(|r| r.cells == first.cells) {
        return true;
    }
    // Names over a blank line: the values below tell.
    let typed = if table.typed.contains(&true) { &table.typed } else { &block.typed };
    let is_named_anew =
        first.may_be_names(block.width, typed) && (block.rows.len() > 1 || top.n_values() == 0);
    !is_named_anew
}

/// The best of some tables.
pub(super) fn best(rows: &[Row], tables: &[Table]) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (i, table) in tables.iter().enumerate() {
        let worth = table.worth(rows);
        if best.is_none_or(|(_, most)| worth > most) {
            best = Some((i, worth));
        }
    }
    best.map(|(i, _)| i)
}
