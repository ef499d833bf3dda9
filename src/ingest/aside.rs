//! Which rows were set aside, all of them?
//!
//! [`Quality::issues`](super::Quality::issues) holds the first ones, for hosts. Here every one is kept in columns, a few
//! bytes beside its text, so that a file with a million bad rows can still be looked through and taken away whole. Pages
//! of it, asked for by [`IssueQuery`], are in the order of the file.

use serde::{Deserialize, Serialize};

use super::quality::{IssueCount, IssueKind, RowIssue, shorten};
use crate::customer::Strings;

/// Rows kept; of more, [`SetAside::total`] tells the true number. At 80 characters a cell this is at most 0.3 GB,
/// usually 20 MB.
pub const MAX_KEPT: usize = 1_000_000;

/// Every row set aside, in file order, up to [`MAX_KEPT`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    names: Vec<String>,
    /// No file has 2^32 lines: it would have to be larger than what is read.
    line: Vec<u32>,
    /// A record has at most 65,536 cells.
    column: Vec<u16>,
    kind: Vec<IssueKind>,
    value: Strings,
    total: u64,
}

/// Which rows; an empty filter takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IssueFilter {
    /// Set aside for this reason.
    pub kind: Option<IssueKind>,
    /// Because of this column.
    pub column: Option<u32>,
    /// The cell contains this, whatever the case, or the line has this number.
    pub search: String,
}

/// A page of the rows set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IssueQuery {
    /// Which rows.
    pub filter: IssueFilter,
    /// First row wanted.
    pub offset: usize,
    /// Rows wanted at most.
    pub limit: usize,
}

/// Rows set aside because of one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnCount {
    /// Its index.
    pub column: u32,
    /// Its name; empty where the table names none.
    pub name: String,
    /// Rows.
    pub rows: u64,
}

/// The answer to an [`IssueQuery`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuePage {
    /// Rows set aside in all.
    pub all: u64,
    /// Rows of these that were kept, and can be shown.
    pub kept: usize,
    /// Kept rows that pass the filter.
    pub total: usize,
    /// Place of the first of `rows` among them.
    pub offset: usize,
    /// The rows.
    pub rows: Vec<RowIssue>,
    /// Kept rows by reason, in the order of [`IssueKind`]; all of them, whatever the filter.
    pub kinds: Vec<IssueCount>,
    /// Kept rows by column, in the order of the table; all of them.
    pub columns: Vec<ColumnCount>,
}

impl SetAside {
    /// Takes note of a row; beyond [`MAX_KEPT`] of its number only.
    #[cold]
    pub(super) fn add(&mut self, line: u64, column: usize, kind: IssueKind, value: &str, names: &[String]) {
        self.total += 1;
        if self.line.len() == MAX_KEPT {
            return;
        }
        if self.names.is_empty() {
            self.names = names.to_vec();
        }
        // Growing by doubling would hold twice what a file of nothing but bad rows needs.
        if self.line.len() == self.line.capacity() {
            let more = self.line.len() / 4 + 16;
            self.line.reserve_exact(more);
            self.column.reserve_exact(more);
            self.kind.reserve_exact(more);
        }
        self.line.push(u32::try_from(line).unwrap_or(u32::MAX));
        self.column.push(u16::try_from(column).unwrap_or(u16::MAX));
        self.kind.push(kind);
        self.value.push(&shorten(value));
    }

    /// Rows set aside in all, kept or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Rows kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.line.len()
    }

    /// The rows that pass a filter, in file order.
    pub fn rows<'a>(&'a self, filter: &'a IssueFilter) -> impl Iterator<Item = RowIssue> + 'a {
        self.hits(filter).map(|i| self.row(i))
    }

    /// A page of rows, with the counts to filter by.
    #[must_use]
    pub fn page(&self, query: &IssueQuery) -> IssuePage {
        let mut rows = Vec::new();
        let mut total = 0;
        for i in self.hits(&query.filter) {
            if total >= query.offset && rows.len() < query.limit {
                rows.push(self.row(i));
            }
            total += 1;
        }
        IssuePage {
            all: self.total,
            kept: self.kept(),
            total,
            offset: query.offset,
            rows,
            kinds: self.by_kind(),
            columns: self.by_column(),
        }
    }

    fn hits<'a>(&'a self, filter: &'a IssueFilter) -> impl Iterator<Item = usize> + 'a {
        let needle = filter.search.trim().to_lowercase();
        let line: Option<u64> = needle.parse().ok();
        (0..self.kept()).filter(move |&i| {
            filter.kind.is_none_or(|kind| self.kind[i] == kind)
                && filter.column.is_none_or(|column| u32::from(self.column[i]) == column)
                && (needle.is_empty()
                    || line == Some(u64::from(self.line[i]))
                    || contains(self.value.get(i as u32), &needle))
        })
    }

    fn row(&self, i: usize) -> RowIssue {
        let column = usize::from(self.column[i]);
        RowIssue {
            line: u64::from(self.line[i]),
            column,
            column_name: self.names.get(column).cloned().unwrap_or_default(),
            value: self.value.get(i as u32).to_owned(),
            kind: self.kind[i],
        }
    }

    fn by_kind(&self) -> Vec<IssueCount> {
        let mut rows = [0_u64; IssueKind::ALL.len()];
        self.kind.iter().for_each(|&kind| rows[kind as usize] += 1);
        let counts = IssueKind::ALL.into_iter().zip(rows).map(|(kind, rows)| IssueCount { kind, rows });
        counts.filter(|count| count.rows > 0).collect()
    }

    fn by_column(&self) -> Vec<ColumnCount> {
        let mut rows = std::collections::BTreeMap::<u32, u64>::new();
        self.column.iter().for_each(|&column| *rows.entry(u32::from(column)).or_default() += 1);
        let name = |column: u32| self.names.get(column as usize).cloned().unwrap_or_default();
        rows.into_iter().map(|(column, rows)| ColumnCount { column, name: name(column), rows }).collect()
    }
}

/// Whether a cell contains a text in lower case, whatever the case of the cell.
fn contains(cell: &str, needle: &str) -> bool {
    if cell.is_ascii() && needle.is_ascii() {
        let needle = needle.as_bytes();
        return cell.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
    }
    cell.to_lowercase().contains(needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> SetAside {
        let names = ["customer", "date", "amount"].map(str::to_owned);
        let mut all = SetAside::default();
        all.add(2, 1, IssueKind::BadDate, "Yesterday", &names);
        all.add(3, 0, IssueKind::MissingCustomer, "", &names);
        all.add(9, 1, IssueKind::BadDate, "昨天 ÉTÉ", &names);
        all.add(12, 2, IssueKind::BadAmount, "12", &names);
        all.add(15, 7, IssueKind::TooManyCells, "extra", &names);
        all
    }

    fn lines(filter: IssueFilter) -> Vec<u64> {
        some().rows(&filter).map(|row| row.line).collect()
    }

    #[test]
    fn filters_narrow_by_reason_column_text_and_line() {
        assert_eq!(lines(IssueFilter::default()), [2, 3, 9, 12, 15]);
        assert_eq!(lines(IssueFilter { kind: Some(IssueKind::BadDate), ..Default::default() }), [2, 9]);
        assert_eq!(lines(IssueFilter { column: Some(0), ..Default::default() }), [3]);
        let search = |text: &str| lines(IssueFilter { search: text.into(), ..Default::default() });
        assert_eq!(search(" YESTER "), [2]);
        assert_eq!(search("été"), [9]);
        assert_eq!(search("12"), [12], "as cell and as line");
        assert_eq!(search("15"), [15], "as line");
        assert!(search("tomorrow").is_empty());
    }

    #[test]
    fn a_page_counts_what_it_does_not_show() {
        let page = some().page(&IssueQuery { offset: 1, limit: 2, ..Default::default() });
        assert_eq!((page.all, page.kept, page.total, page.offset), (5, 5, 5, 1));
        assert_eq!(page.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 9]);
        assert_eq!(page.rows[1].column_name, "date");
        assert_eq!(page.kinds[1], IssueCount { kind: IssueKind::BadDate, rows: 2 });
        let columns: Vec<_> = page.columns.iter().map(|c| (c.column, c.name.as_str(), c.rows)).collect();
        assert_eq!(columns, [(0, "customer", 1), (1, "date", 2), (2, "amount", 1), (7, "", 1)]);
        let beyond = some().page(&IssueQuery { offset: 9, limit: 2, ..Default::default() });
        assert_eq!((beyond.total, beyond.rows.len()), (5, 0));
    }

    #[test]
    fn a_million_rows_are_kept_and_more_are_counted() {
        let mut all = SetAside::default();
        for line in 0..MAX_KEPT as u64 + 3 {
            all.add(line, 0, IssueKind::BadAmount, "x", &[]);
        }
        assert_eq!((all.total(), all.kept()), (MAX_KEPT as u64 + 3, MAX_KEPT));
        let last = IssueQuery { offset: MAX_KEPT - 1, limit: 10, ..Default::default() };
        assert_eq!(all.page(&last).rows[0].line, MAX_KEPT as u64 - 1);
    }
}
