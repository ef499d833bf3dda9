//! What is a row below the header: data, or something written around it?
//!
//! Answered row by row, so that a walk need not hold the table:
//!
//! - the column names once more (files put end to end);
//! - totals: the first filled cell is a word for a sum and the row has gaps, or text where there are numbers;
//! - notes: comment lines, rulers, rows of one or two cells that start with a word such as `source` or 备注
//!   (remark), and, below a blank line, rows of few cells none of which is a value where the table has one;
//! - another table: below a blank line, a row of names above a column of values, or of another width.
//!   Everything from there on is no part of this table.

use serde::{Deserialize, Serialize};

use super::dialect::Layout;
use super::records::Record;
use super::score::Kind;

/// What a row below the header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A row of the table.
    Data,
    /// Cells, but nothing in them.
    Empty,
    /// The column names once more.
    RepeatedHeader,
    /// Sums of other rows.
    Total,
    /// Text around the table.
    Note,
    /// A row of another table further down; all after it are too.
    NextTable,
}

/// Tells the rows of a table one after the other; small and without a hold on the text, so that it can be
/// kept from one window to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judge {
    /// Whether there has been a blank line since the last row of data.
    below_gap: bool,
    has_ended: bool,
}

impl Judge {
    /// Whether the next record may begin another table. Only below a blank line can it, so that a walk which tells all
    /// other rows by what it reads in them need not ask about each.
    #[inline]
    pub fn may_end(&mut self, record: &Record) -> bool {
        self.below_gap |= record.after_gap;
        self.below_gap
    }

    /// Whether any record may begin another table from here on.
    #[inline]
    pub fn is_below_gap(&self) -> bool {
        self.below_gap
    }

    /// What the next record of the text is.
    #[inline]
    pub fn row(&mut self, layout: &Layout, text: &str, record: &Record) -> RowKind {
        self.below_gap |= record.after_gap;
        if !self.has_ended && !self.below_gap && record.len() == layout.columns.len() {
            let is_filled = (0..record.len()).all(|i| !record.raw(text, i).is_empty());
            let first = record.raw(text, 0);
            let may_be_other = first.starts_with(['#', '/', '-', '=', ' '])
                || layout.header_rows.iter().any(|names| names.first().is_some_and(|n| n == first))
                || is_total_start(first);
            if is_filled && !may_be_other {
                return RowKind::Data;
            }
        }
        self.look(layout, text, record)
    }

    #[inline(never)]
    fn look(&mut self, layout: &Layout, text: &str, record: &Record) -> RowKind {
        if self.has_ended {
            return RowKind::NextTable;
        }
        let cell = |i: usize| record.cell(text, i);
        let filled = || (0..record.len()).filter(|&i| !cell(i).is_empty());
        let n_filled = filled().count();
        let Some(first_at) = filled().next() else { return RowKind::Empty };
        let repeats = |names: &Vec<String>| {
            (0..record.len().max(names.len())).all(|i| names.get(i).map_or("", String::as_str) == cell(i))
        };
        if layout.header_rows.iter().any(repeats) {
            return RowKind::RepeatedHeader;
        }
        let (first, width) = (cell(first_at), layout.columns.len());
        let kind = |i: usize| Kind::of(cell(i), record.is_quoted(i));
        let is_typed = |i: &usize| layout.value_columns.get(*i).copied().unwrap_or(false);
        let agree = filled().filter(is_typed).filter(|&i| kind(i).is_value()).count();
        let against = filled().filter(is_typed).filter(|&i| kind(i).is_text()).count();
        if is_total(first, n_filled, width) || (against > 0 && is_total_start(first) && is_total(first, 0, 1))
        {
            return RowKind::Total;
        }
        let is_narrow = width >= 2 && n_filled <= if agree == 0 { 2 } else { 1 } && n_filled < width;
        let is_line =
            record.len() == 1 && width >= 3 && first.contains([' ', ':', '：']) && !kind(0).is_value();
        let is_pair = self.below_gap && n_filled <= 2 && n_filled < width;
        if is_comment(first, n_filled)
            || ((is_narrow || is_pair) && is_note(first))
            || (is_line && !record.is_quoted(0))
        {
            return RowKind::Note;
        }
        if !self.below_gap {
            return RowKind::Data;
        }
        let n_values = filled().filter(|&i| kind(i).is_value()).count();
        let has_types = layout.value_columns.contains(&true);
        let is_other_width = record.len() != width && agree == 0;
        if n_filled >= 2 && n_values == 0 && (against > 0 && 2 * n_filled >= width || is_other_width) {
            self.has_ended = has_types || is_other_width;
            return if self.has_ended { RowKind::NextTable } else { RowKind::Data };
        }
        if agree == 0 && n_filled < width && (is_narrow || record.len() < width) {
            return RowKind::Note;
        }
        self.below_gap = false;
        RowKind::Data
    }
}

/// Whether a cell may start with a word for a sum: a quick look that misses none.
#[inline]
fn is_total_start(cell: &str) -> bool {
    match cell.as_bytes() {
        [b'T' | b't' | b'S' | b's' | b'G' | b'g' | b'*' | b'(' | b'-' | b'=', ..] => true,
        // The Chinese ones: U+5408 (合) to U+7E3D (總).
        [0xe5..=0xe7, ..] => true,
        _ => false,
    }
}

/// Whether a row is of totals: its first filled cell says so, and some cells are empty.
fn is_total(first: &str, n_filled: usize, width: usize) -> bool {
    if n_filled >= width {
        return false;
    }
    const WORDS: &[&str] =
        &["total", "totals", "subtotal", "subtotals", "grand total", "sub total", "sum", "sum total"];
    const CHINESE: &[&str] =
        &["合计", "总计", "小计", "合計", "總計", "小計", "总和", "總和", "共计", "共計"];
    let plain = first.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace(['-', '_'], " ");
    if WORDS.contains(&plain.as_str()) || CHINESE.iter().any(|w| plain.starts_with(w) || plain.ends_with(w)) {
        return true;
    }
    // "Total for May": a name may start so too, but not with most of its row empty.
    let starts =
        WORDS.iter().any(|w| plain.strip_prefix(w).is_some_and(|rest| rest.starts_with([' ', ':', '('])));
    starts && 2 * n_filled <= width.max(2)
}

fn is_comment(first: &str, n_filled: usize) -> bool {
    let is_ruler = first.len() >= 3 && first.bytes().all(|b| matches!(b, b'-' | b'=' | b'+' | b'_' | b'*'));
    is_ruler || (n_filled <= 2 && (first.starts_with("//") || (first.starts_with('#') && first.len() > 1)))
}

/// Whether a cell starts as what is written below tables does.
fn is_note(first: &str) -> bool {
    const WORDS: &[&str] = &[
        "note",
        "notes",
        "source",
        "sources",
        "printed",
        "generated",
        "exported",
        "created",
        "prepared",
        "report",
        "page",
        "remark",
        "remarks",
        "comment",
        "comments",
        "disclaimer",
        "end",
        "eof",
        "records",
        "rows",
        "copyright",
        "data",
        "confidential",
        "average",
        "mean",
        "footnote",
        "updated",
        "run",
    ];
    const CHINESE: &[&str] = &[
        "备注",
        "備註",
        "注",
        "註",
        "说明",
        "說明",
        "来源",
        "來源",
        "数据来源",
        "資料來源",
        "资料来源",
        "制表",
        "製表",
        "打印",
        "列印",
        "导出",
        "匯出",
        "生成",
        "第",
        "共",
        "报表",
        "報表",
        "审核",
        "平均",
    ];
    let first = first.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©');
    let word: String = first.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    first.starts_with('©')
        || WORDS.contains(&word.to_lowercase().as_str())
        || CHINESE.iter().any(|w| first.starts_with(w))
        || (first.ends_with(" rows)") || first.ends_with(" rows") || first.ends_with(" records"))
}
