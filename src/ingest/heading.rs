//! Which rows name the columns, and where does the data begin?
//!
//! Names stand over values. Where some columns hold dates or numbers, the first whole row of such is data,
//! and the last row of texts above it names the columns; of several, the one the dictionary knows best.
//! Without such columns, text above text is taken as names. A first row of values is data unless two of its
//! cells are known names, or its numbers are years in order.
//!
//! Rows of texts right above the names belong to them if they leave gaps inside, as merged cells do, or are
//! as wide: `Order` over `date` is `Order date`. Names merged downwards leave gaps in the row below, which that row's own
//! names and the row above fill together. A row of units below is added in brackets: `amount (USD)`.

use super::score::{COLUMNS_LOOK, Kind, is_known_name};
use super::tables::{Row, typed_columns};

/// What the verdict on the header rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderBasis {
    /// The caller said so.
    Told,
    /// Names of the dictionary.
    KnownNames,
    /// Texts over columns of values.
    TextAboveValues,
    /// Nothing tells names from rows: the first row is taken as names.
    TextAboveText,
    /// The first row holds values as the rows below do.
    ValuesInFirstRow,
}

/// The heading of a table.
pub(super) struct Heading {
    /// Rows that name the columns, as a range of the rows given; empty without a header.
    pub rows: std::ops::Range<usize>,
    /// Names, one for each column.
    pub names: Vec<String>,
    /// First row of data.
    pub data: usize,
    pub basis: HeaderBasis,
}

/// Finds the heading among the rows of a table; with `at_top`, nothing stands before it.
pub(super) fn find(rows: &[Row], width: usize, told: Option<bool>, at_top: bool) -> Heading {
    let typed = typed_columns(rows, width);
    let top = if at_top { 0 } else { first_wide(rows, width) };
    let is_data = |row: &Row| {
        let (agree, against) = row.votes(&typed);
        row.len() >= width && 2 * row.n_filled() >= width && agree > 0 && agree >= against
    };
    let data = rows.iter().skip(top).position(is_data).map(|i| i + top);
    let above = if told == Some(false) { None } else { names_above(rows, width, &typed, top, data) };
    let (names, basis) = match (told, above, data) {
        (Some(false), _, _) => (None, HeaderBasis::Told),
        (Some(true), above, _) => (Some(if at_top { 0 } else { above.unwrap_or(top) }), HeaderBasis::Told),
        (None, Some(names), _) if rows[names].n_known() > 0 => (Some(names), HeaderBasis::KnownNames),
        (None, Some(names), _) => (Some(names), HeaderBasis::TextAboveValues),
        (None, None, None) => (Some(top), HeaderBasis::TextAboveText),
        (None, None, Some(_)) if is_names_with_numbers(rows, top, &typed) => {
            (Some(top), HeaderBasis::KnownNames)
        }
        (None, None, Some(_)) => (None, HeaderBasis::ValuesInFirstRow),
    };
    let Some(names_at) = names else {
        let data = match told {
            // What stands right above the values is data then, whatever it looks like.
            Some(false) => (top..data.unwrap_or(top)).rev().take_while(|&i| !rows[i + 1].after_gap).last(),
            _ => Some(first_data(rows, width, &typed, top, data)),
        }
        .or(data)
        .unwrap_or(top);
        return Heading { rows: data..data, names: Vec::new(), data, basis };
    };
    // Of two rows that fill each other's gaps, the lower one names the columns and the upper one groups them.
    let is_split = |at: usize| match (rows.get(at), rows.get(at + 1)) {
        (Some(upper), Some(lower)) => {
            data.is_some_and(|d| d > at + 1) && fill_each_other(upper, lower, width, &typed)
        }
        _ => false,
    };
    let (names_at, n_split) = match names_at.checked_sub(1) {
        _ if told.is_none() && is_split(names_at) => (names_at + 1, 1),
        Some(above) if above >= top && is_split(above) => (names_at, 1),
        _ => (names_at, 0),
    };
    let mut range = names_at - n_split..names_at + 1;
    // Only where values tell the heading from the rows can there be more than one row of it.
    if data.is_some() {
        let limit = if at_top { 0 } else { names_at.saturating_sub(2) };
        while range.start > limit && is_group(&rows[range.start - 1], &rows[range.start], width) {
            range.start -= 1;
        }
        if rows.get(range.end).is_some_and(is_units) && data.is_some_and(|d| d > range.end) {
            range.end += 1;
        }
    }
    let mut names = rows[names_at].cells.clone();
    for group in rows[range.start..names_at].iter().rev() {
        names = joined(&group.cells, &names);
    }
    if range.end > names_at + 1 {
        add_units(&mut names, &rows[range.end - 1].cells);
    }
    Heading { data: range.end, rows: range, names, basis }
}

/// The first row that is more than a title.
fn first_wide(rows: &[Row], width: usize) -> usize {
    let is_title = |row: &Row| match width {
        0 | 1 => false,
        2 => row.len() == 1,
        _ => row.n_filled() <= 1,
    };
    let n = rows.iter().take_while(|r| is_title(r)).count();
    if n == rows.len() { 0 } else { n }
}

/// The row that names the columns, of those above the data.
fn names_above(rows: &[Row], width: usize, typed: &[bool], top: usize, data: Option<usize>) -> Option<usize> {
    let above = rows.get(top..data?)?;
    let mut best: Option<(usize, usize)> = None;
    for (i, row) in above.iter().enumerate() {
        if !row.may_be_names(width, typed) || is_units(row) || (row.is_comment() && row.len() != width) {
            continue;
        }
        let known = if row.is_comment() { 0 } else { row.n_known() };
        if best.is_none_or(|(_, most)| known >= most) {
            best = Some((i + top, known));
        }
    }
    best.map(|(i, _)| i)
}

/// Without a header: rows above the first whole one can be data too, if they hold values where it does.
fn first_data(rows: &[Row], width: usize, typed: &[bool], top: usize, data: Option<usize>) -> usize {
    let Some(mut first) = data else { return top };
    while first > top && !rows[first].after_gap {
        let row = &rows[first - 1];
        let (agree, against) = row.votes(typed);
        if agree == 0 || against > 0 || 2 * row.n_filled() < width {
            break;
        }
        first -= 1;
    }
    first
}

/// Whether a first row with values is a header all the same.
fn is_names_with_numbers(rows: &[Row], top: usize, typed: &[bool]) -> bool {
    let Some(first) = rows.get(top) else { return false };
    if first.n_known() >= 2 {
        return true;
    }
    let years = |row: &Row| -> Vec<u32> {
        let cells = row.cells.iter().zip(typed).filter(|(_, typed)| **typed).map(|(cell, _)| cell);
        cells.filter_map(|c| c.parse().ok().filter(|y| (1900..2100).contains(y))).collect()
    };
    let found = years(first);
    let in_order = found.windows(2).all(|w| w[1] == w[0] + 1 || w[1] + 1 == w[0]);
    let n_typed = typed.iter().filter(|t| **t).count();
    let below_differ = rows.iter().skip(top + 1).all(|r| years(r).len() < 2);
    found.len() >= 2 && found.len() == n_typed && in_order && below_differ
}

/// Whether a row names groups of the columns below it.
fn is_group(row: &Row, names: &Row, width: usize) -> bool {
    if names.after_gap || row.n_values() > 0 || row.len() < 2 || row.cells == names.cells || row.is_comment()
    {
        return false;
    }
    let filled = |cell: &String| !cell.is_empty();
    let has_inner_gap =
        match (row.cells.iter().rposition(filled), row.cells.iter().position(|c| c.is_empty())) {
            (Some(last), Some(gap)) => gap < last,
            _ => false,
        };
    let is_whole = row.len() == width && row.n_filled() == width;
    has_inner_gap || is_whole
}

/// Whether two rows of names have gaps, and each names what the other leaves out.
fn fill_each_other(upper: &Row, lower: &Row, width: usize, typed: &[bool]) -> bool {
    let is_filled = |row: &Row, i: usize| row.cells.get(i).is_some_and(|c| !c.is_empty());
    let is_whole = |row: &Row| (0..width).all(|i| is_filled(row, i));
    !lower.after_gap
        && upper.n_values() == 0
        && lower.may_be_names(width, typed)
        && !is_whole(upper)
        && !is_whole(lower)
        && (0..width).all(|i| is_filled(upper, i) || is_filled(lower, i))
}

/// Group names before column names; a group reaches over the gaps to its right.
fn joined(groups: &[String], names: &[String]) -> Vec<String> {
    let mut group = "";
    (0..groups.len().max(names.len()))
        .map(|i| {
            let own = groups.get(i).map_or("", String::as_str);
            let name = names.get(i).map_or("", String::as_str);
            if !own.is_empty() {
                group = own;
            }
            match (group, name) {
                _ if name.is_empty() => own.to_owned(),
                ("", _) => name.to_owned(),
                _ if group == name => name.to_owned(),
                _ => format!("{group} {name}"),
            }
        })
        .collect()
}

const UNITS: &[&str] = &[
    "usd",
    "eur",
    "gbp",
    "jpy",
    "cny",
    "rmb",
    "chf",
    "hkd",
    "twd",
    "krw",
    "aud",
    "cad",
    "inr",
    "$",
    "€",
    "£",
    "¥",
    "￥",
    "%",
    "pcs",
    "pieces",
    "units",
    "kg",
    "months",
    "days",
    "years",
    "hours",
    "yyyymmdd",
    "ddmmyyyy",
    "mmddyyyy",
    "ymd",
    "dmy",
    "元",
    "万元",
    "美元",
    "人民币",
    "件",
    "个",
    "個",
    "月",
    "天",
    "年",
    "年月日",
    "台",
    "次",
];

/// Words for what a cell holds, which go with units but are names as well.
const TYPES: &[&str] =
    &["text", "string", "id", "date", "number", "int", "integer", "float", "decimal", "datetime", "code"];

/// Whether a row gives the units of the columns above the data.
fn is_units(row: &Row) -> bool {
    let word = |cell: &str| {
        let inside = cell.trim_matches(['(', ')', '[', ']', '（', '）', '【', '】']).trim();
        let plain: String = inside.chars().filter(|c| !matches!(c, '-' | '/' | '.' | ' ')).collect();
        (inside.len() < cell.len(), plain.to_lowercase())
    };
    let (mut n_units, mut n_types, mut n_filled) = (0, 0, 0);
    for cell in row.cells.iter().filter(|c| !c.is_empty()) {
        let (is_bracketed, word) = word(cell);
        n_filled += 1;
        if is_bracketed || UNITS.contains(&word.as_str()) {
            n_units += 1;
        } else if TYPES.contains(&word.as_str()) || cell == "-" {
            n_types += 1;
        }
    }
    n_units > 0 && n_units + n_types == n_filled
}

fn add_units(names: &mut [String], units: &[String]) {
    for (name, unit) in names.iter_mut().zip(units) {
        let unit = unit.trim_matches(['(', ')', '[', ']', '（', '）', '【', '】']).trim();
        if !unit.is_empty() && unit != "-" && !name.is_empty() {
            *name = format!("{name} ({unit})");
        }
    }
}

/// Gives every column a name, be it empty, where rows are wider than the header.
///
/// R writes row names under no name, so that the header is one cell shorter than every row; a header cut off
/// at its end is as short. The values below known names tell which: dates belong under a name for dates.
pub(super) fn widen(names: &mut Vec<String>, rows: &[Row]) {
    let is_longer = |row: &&Row| row.len() > names.len();
    let longer: Vec<&Row> = rows.iter().filter(is_longer).collect();
    if longer.is_empty() || longer.len() * 10 < rows.len() * 9 {
        return;
    }
    let (width, _) = super::score::usual(longer.iter().map(|r| r.len()));
    let is_filled = |column: usize| {
        2 * longer.iter().filter(|r| r.cells.get(column).is_some_and(|c| !c.is_empty())).count()
            >= longer.len()
    };
    let Some(last) = (names.len()..width).rev().find(|&c| is_filled(c)) else { return };
    let misfits = |shift: usize| {
        let cells = names.iter().enumerate().take(COLUMNS_LOOK).filter(|(_, name)| is_known_name(name));
        cells.map(|(i, name)| misfit(name, &longer, i + shift)).sum::<usize>()
    };
    if last == names.len() && misfits(1) <= misfits(0) {
        names.insert(0, String::new());
    }
    names.resize(last + 1, String::new());
}

/// Rows whose cell is of another kind than the name says.
fn misfit(name: &str, rows: &[&Row], column: usize) -> usize {
    use super::columns::Role;
    let Some((role, _)) = super::header::lookup(name) else { return 0 };
    let fits = |kind: Kind| match role {
        Role::Date | Role::StartDate | Role::EndDate => kind == Kind::Date,
        Role::Amount | Role::Quantity | Role::UnitPrice | Role::Cost | Role::Tenure => kind == Kind::Number,
        Role::MonthlyCharge | Role::TotalCharge => kind == Kind::Number,
        _ => true,
    };
    rows.iter().filter(|r| r.kinds.get(column).is_some_and(|k| !fits(*k))).count()
}
