//! Every row set aside as a table: what was wrong, and where in the file.

use serde::{Deserialize, Serialize};

use super::csv;
use crate::ingest::{IssueFilter, IssueKind, SetAside};

/// What the table calls its columns and the reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueWords {
    /// Headers: line, column, value, reason.
    pub headers: [String; 4],
    /// Reasons; one that is missing stays empty.
    pub reasons: Vec<(IssueKind, String)>,
}

/// The rows that pass a filter, in file order, as CSV text, and how many they are.
#[must_use]
pub fn issues_csv(all: &SetAside, filter: &IssueFilter, words: &IssueWords) -> (String, u64) {
    let mut out = String::from(csv::BYTE_ORDER_MARK);
    csv::push_record(&mut out, words.headers.iter().map(String::as_str));
    let reason = |kind: IssueKind| words.reasons.iter().find(|r| r.0 == kind).map_or("", |r| r.1.as_str());
    let mut rows = 0;
    for row in all.rows(filter) {
        let place = row.column + 1;
        let column = if row.column_name.is_empty() { place.to_string() } else { row.column_name };
        csv::push_record(&mut out, [&row.line.to_string(), &column, &row.value, reason(row.kind)]);
        rows += 1;
    }
    (out, rows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ingest::{self, Mapping, Options};

    #[test]
    fn every_row_that_passes_is_written_and_none_runs() {
        let file = b"customer,date,amount\na,2024-01-01,1\n=1+1,nonsense,2\nb,2024-01-02,\"=cmd|' /C calc'!A0\"\n,2024-01-03,4\n";
        let table = ingest::read(file, 5).unwrap();
        let loaded =
            ingest::load(file, &Mapping::from(&table.proposal), &Options::default(), &mut ingest::silent)
                .unwrap();
        let words = IssueWords {
            headers: ["Line", "Column", "Value", "Reason"].map(str::to_owned),
            reasons: vec![
                (IssueKind::BadDate, "no date".into()),
                (IssueKind::BadAmount, "no, number".into()),
            ],
        };
        let all = &loaded.quality.set_aside;
        assert_eq!(
            issues_csv(all, &IssueFilter::default(), &words),
            (
                "\u{FEFF}Line,Column,Value,Reason\r\n3,date,nonsense,no date\r\n\
                 4,amount,'=cmd|' /C calc'!A0,\"no, number\"\r\n5,customer,,\r\n"
                    .to_owned(),
                3
            )
        );
        let dates = IssueFilter { kind: Some(IssueKind::BadDate), ..IssueFilter::default() };
        assert_eq!(issues_csv(all, &dates, &words).1, 1);
    }
}
