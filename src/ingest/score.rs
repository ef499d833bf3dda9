//! Which dialect is a text written in? Candidates from what its lines hold, and a score for each.
//!
//! After van den Burg, Nazabal & Sutton (2019), who multiply how regular the rows are by how many cells are
//! of a recognizable type. Here, over the first [`LOOK`] rows, with the usual width `w >= 2`:
//!
//! `score = share^2 * (w - 1) / w * types * prior`
//!
//! - `share` (0..1): rows that have the usual width, the larger one of equals.
//! - `types` (0..1): mean worth of the cells of these rows. A number, a date or a known column name is worth 1,
//!   plain words 0.6, an empty cell 0.5 (0 in a column that holds nothing), and 0.05 what another dialect would
//!   take apart; blanks at the ends of a cell cost 5 %.
//! - `prior`: 1 for the four usual delimiters and longer ones with them, 0.8 for other longer ones, 0.7 for
//!   runs of blanks, which also separate words, and 0.6 for other marks. Below 1, half of the rows have to
//!   agree, cells have to be worth 0.5, and some have to be values.
//!
//! Of equal scores the first candidate wins: the usual delimiter, `"`, doubling. A text whose lines are
//! values as they stand is one column, whatever stands between hour and minute.

use std::collections::BTreeMap;

use super::date::{self, DateCell};
use super::header::{self, Fit};
use super::number::{self, NumberCell};
use super::records::{Delimiter, Dialect, Escape, Quote, Record, Records};
use super::scan;

/// What a cell is, as far as it shows without its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Number,
    Date,
    Text,
    /// Text that another dialect would take apart.
    Mixed,
}

impl Kind {
    pub fn of(cell: &str, is_quoted: bool) -> Self {
        let bytes = cell.as_bytes();
        if bytes.is_empty() || is_missing(cell) {
            return Self::Empty;
        }
        let may_be_value = bytes.len() <= 40 && bytes.iter().any(|b| b.is_ascii_digit() || *b >= 0x80);
        if may_be_value {
            if matches!(number::parse(cell, None), NumberCell::Value(_) | NumberCell::Open) {
                let is_day = matches!(date::parse(cell), DateCell::Day(_));
                return if is_day { Self::Date } else { Self::Number };
            }
            if !matches!(date::parse(cell), DateCell::Bad) {
                return Self::Date;
            }
        }
        let taken_apart = |b: &u8| matches!(b, b',' | b';' | b'|' | b'\t' | b'^' | b'~' | 0..=8 | 14..=31);
        let quote = |c: char| matches!(c, '"' | '\'' | '“' | '”' | '«' | '»' | '「' | '」');
        let is_mixed = (!is_quoted && bytes.iter().any(taken_apart))
            || cell.contains("\\\"")
            || cell.contains("\\'")
            || cell.contains("\"\"")
            || (!is_quoted && (cell.starts_with(quote) || cell.ends_with(quote)))
            || cell.ends_with('\\');
        if is_mixed { Self::Mixed } else { Self::Text }
    }

    pub fn is_value(self) -> bool {
        matches!(self, Self::Number | Self::Date)
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Mixed)
    }
}

/// What programs write for a value they do not have. More words than for a customer, who may be called `unknown`.
fn is_missing(cell: &str) -> bool {
    let words = ["na", "n/a", "none", "--", "?", "\\n", "unknown", "nil"];
    scan::is_missing(cell) || (cell.len() <= 7 && words.iter().any(|word| cell.eq_ignore_ascii_case(word)))
}

/// Whether a cell is a column name the dictionary has.
pub(super) fn is_known_name(cell: &str) -> bool {
    cell.len() <= 60 && header::lookup(cell).is_some_and(|(_, fit)| fit > Fit::Hint)
}

/// Rows looked at.
pub(super) const LOOK: usize = 200;
/// Rows that may hold column names.
const NAMES_LOOK: usize = 8;
/// Columns whose names are looked up: the dictionary is long, and a damaged text can make a row of a million
/// cells.
pub(super) const COLUMNS_LOOK: usize = 200;
/// Text the rows are looked for in, and lines counted.
const LOOK_BYTES: usize = 1 << 18;

/// A dialect and how well it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    pub dialect: Dialect,
    pub score: f64,
}

/// The best dialects first, each with another delimiter; none if the text is one column.
pub(super) fn rank(text: &str, is_all: bool, from: (usize, u64), said: Option<Delimiter>) -> Vec<Scored> {
    let rest = text.get(from.0..).unwrap_or_default();
    let mut end = rest.len().min(LOOK_BYTES);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let (head, is_all) = (&rest[..end], is_all && end == rest.len());
    let lines: Vec<&str> =
        head.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(LOOK + 100).collect();
    let candidates = match said {
        Some(delimiter) => vec![(delimiter, 1.0)],
        None => delimiters(&lines),
    };
    let whole = lines.iter().filter(|line| Kind::of(line.trim(), false).is_value()).count();
    // The first line may be its name.
    let is_one_column = said.is_none() && whole > 0 && whole * 5 >= lines.len().saturating_sub(1) * 4;
    let mut ranked: Vec<Scored> = Vec::new();
    for (delimiter, prior) in candidates {
        if is_one_column && prior < 1.0 {
            continue;
        }
        let mut best: Option<Scored> = None;
        for (quote, escape, margin) in marks(head, &lines, delimiter) {
            let dialect = Dialect { delimiter, quote, escape };
            let score = prior * score(head, is_all, dialect, prior);
            if best.is_none_or(|b| score > b.score + margin) {
                best = Some(Scored { dialect, score });
            }
        }
        ranked.extend(best.filter(|b| b.score > 0.0 || said.is_some()));
    }
    // Stable: of equals, the earlier candidate stays first.
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    ranked
}

/// Delimiters that may be meant, with their priors.
fn delimiters(lines: &[&str]) -> Vec<(Delimiter, f64)> {
    let mut found: Vec<(Delimiter, f64)> = Delimiter::ALL
        .into_iter()
        .filter(|d| lines.iter().any(|line| line.contains(d.text()) || *d == Delimiter::Blanks))
        .map(|d| (d, if d == Delimiter::Blanks { 0.7 } else { 1.0 }))
        .collect();
    let mut n_lines: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        let mut of_line: Vec<&str> = Vec::new();
        let mut run_start = None;
        for (i, c) in line.char_indices().chain([(line.len(), 'x')]) {
            if is_mark(c) || c == ' ' || c == '\t' {
                run_start.get_or_insert(i);
                of_line.push(&line[i..i + c.len_utf8()]);
                continue;
            }
            let Some(from) = run_start.take() else { continue };
            of_line.push(&line[from..i]);
        }
        of_line.sort_unstable();
        of_line.dedup();
        for mark in of_line {
            *n_lines.entry(mark).or_default() += 1;
        }
    }
    let mut others: Vec<(&str, usize)> =
        n_lines.into_iter().filter(|(_, n)| n * 5 >= lines.len() * 2).collect();
    others.sort_by_key(|&(mark, n)| (std::cmp::Reverse(n), mark));
    let is_other = |mark: &str| match mark.chars().count() {
        1 => true,
        _ => mark.contains(is_mark) || mark.chars().all(|c| c == '\t'),
    };
    let others = others.into_iter().filter_map(|(mark, _)| {
        let delimiter = Delimiter::of(mark).filter(|_| is_other(mark))?;
        let has_usual = mark.contains([',', ';', '|', '\t', '，', '；', '｜']);
        Some((
            delimiter,
            if has_usual {
                1.0
            } else if mark.chars().count() > 1 {
                0.8
            } else {
                0.6
            },
        ))
    });
    for other in others.take(16) {
        if !found.iter().any(|(known, _)| *known == other.0) {
            found.push(other);
        }
    }
    found
}

/// Characters that may separate cells: not those that are part of numbers, dates, names or addresses.
fn is_mark(c: char) -> bool {
    match c {
        '.' | '-' | '_' | '+' | '"' | '\'' | '`' | '\\' | '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>'
        | '@' | '%' | '$' | '=' | '?' => false,
        '，' | '；' | '｜' | '、' | '¦' | '§' | '¬' | '¤' | '•' | '·' => true,
        _ => c.is_ascii_punctuation() || (c.is_ascii_control() && c != '\t' && c != '\u{7f}'),
    }
}

/// Quotes and escapes that may be meant, each with how much better it must be than those before.
fn marks(head: &str, lines: &[&str], delimiter: Delimiter) -> Vec<(Quote, Escape, f64)> {
    let mut quotes = vec![(Quote::Double, 0.0_f64)];
    let opens = |line: &&&str| {
        line.match_indices('\'').any(|(i, _)| i == 0 || !line[..i].ends_with(char::is_alphanumeric))
    };
    if lines.iter().filter(opens).count() > 0 {
        quotes.push((Quote::Single, 1e-9));
    }
    for quote in [Quote::Typographic, Quote::Guillemets, Quote::Corner] {
        if head.contains(quote.pair().0) {
            quotes.push((quote, 1e-9));
        }
    }
    if head.contains('"') {
        quotes.push((Quote::None, 0.05));
    }
    let mut found: Vec<_> = quotes.iter().map(|&(quote, margin)| (quote, Escape::Doubled, margin)).collect();
    let has_escape = head.match_indices('\\').any(|(i, _)| {
        let rest = &head[i + 1..];
        rest.starts_with(['"', '\'']) || rest.starts_with(delimiter.text())
    });
    if has_escape {
        found.extend(quotes.iter().map(|&(quote, margin)| (quote, Escape::Backslash, margin.max(1e-9))));
    }
    found
}

/// The score of a dialect without its prior; 0 if it makes one column.
fn score(head: &str, is_all: bool, dialect: Dialect, prior: f64) -> f64 {
    // A quote still open where the text was cut is a letter here, lest one stray quote hide all rows.
    let mut records = Records::new(head, dialect, 0, 1);
    let mut record = Record::default();
    let mut rows: Vec<Vec<(Kind, f64)>> = Vec::new();
    while rows.len() < LOOK && records.next(&mut record).is_record() {
        let may_be_names = rows.len() < NAMES_LOOK;
        let worth = |i: usize| {
            let cell = record.cell(head, i);
            let kind = Kind::of(cell, record.is_quoted(i));
            let worth = match kind {
                Kind::Number | Kind::Date => 1.0,
                Kind::Empty => 0.5,
                Kind::Text if may_be_names && i < COLUMNS_LOOK && is_known_name(cell) => 1.0,
                Kind::Text => 0.6,
                Kind::Mixed => 0.05,
            };
            // `, ` is told from `,` by what it leaves at the ends of the cells.
            let is_padded = !record.is_quoted(i) && cell.len() != record.raw(head, i).len();
            (kind, if is_padded && !cell.is_empty() { worth * 0.95 } else { worth })
        };
        rows.push((0..record.len()).map(worth).collect());
    }
    if !is_all && rows.len() > 1 && rows.len() < LOOK {
        rows.pop();
    }
    let widths = rows.iter().map(Vec::len);
    let (width, n_usual) = usual(widths);
    if width < 2 {
        return 0.0;
    }
    let share = n_usual as f64 / rows.len() as f64;
    let usual_rows: Vec<&Vec<(Kind, f64)>> = rows.iter().filter(|r| r.len() == width).collect();
    let (mut total, mut n_values) = (0.0, 0);
    for column in 0..width {
        let cells = usual_rows.iter().filter_map(|r| r.get(column));
        if cells.clone().all(|(kind, _)| *kind == Kind::Empty) {
            continue;
        }
        total += cells.clone().map(|(_, worth)| worth).sum::<f64>();
        n_values += cells.filter(|(kind, _)| kind.is_value()).count();
    }
    let n_cells = (usual_rows.len() * width) as f64;
    let types = total / n_cells;
    // Words stand between blanks too: there, values have to be more than a number in a sentence.
    let least_values = match dialect.delimiter {
        Delimiter::Blanks => 0.25,
        _ if prior < 0.75 => 0.1,
        _ => 0.0,
    };
    let is_convincing =
        share >= 0.5 && n_usual >= 2 && types >= 0.5 && n_values as f64 >= least_values * n_cells;
    if prior < 1.0 && !is_convincing {
        return 0.0;
    }
    share * share * (width - 1) as f64 / width as f64 * types
}

/// The commonest of some widths (the larger of equals), and how many have it.
pub(super) fn usual(widths: impl Iterator<Item = usize>) -> (usize, usize) {
    let mut widths: Vec<usize> = widths.collect();
    widths.sort_unstable();
    let mut best = (0, 0);
    for run in widths.chunk_by(|a, b| a == b) {
        if run.len() >= best.1 {
            best = (run[0], run.len());
        }
    }
    best
}
