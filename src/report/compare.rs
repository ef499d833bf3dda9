//! What did a choice change? The headline figures of two reports on the same file, side by side.

use serde::{Deserialize, Serialize};

use super::Report;
use crate::customer::Day;

/// What was done differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Exact duplicates are set aside.
    DropDuplicates,
    /// Exact duplicates are used.
    KeepDuplicates,
    /// Later rows are set aside.
    AsOf(Day),
    /// The last day of the file is the day of analysis.
    WholeFile,
}

/// A headline figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Rows used.
    RowsUsed,
    /// Distinct customers.
    Customers,
    /// Customers that have not left.
    Active,
    /// Money.
    Revenue,
    /// A share.
    ChurnRate,
    /// Money.
    CustomerEquity,
}

/// A figure before and now; `None` where it could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Which.
    pub figure: Figure,
    /// In the earlier report.
    pub before: Option<f64>,
    /// In the later one.
    pub now: Option<f64>,
}

impl Change {
    /// How much more it is now, where both are known.
    #[must_use]
    pub fn difference(&self) -> Option<f64> {
        Some(self.now? - self.before?)
    }
}

/// The figures of two reports, in the order of [`Figure`]; those neither has are left out.
#[must_use]
pub fn compare(before: &Report, now: &Report) -> Vec<Change> {
    let figures = |r: &Report| {
        let o = &r.overview;
        [
            (Figure::RowsUsed, Some(r.quality.rows_used as f64)),
            (Figure::Customers, Some(f64::from(o.customers))),
            (Figure::Active, Some(f64::from(o.active))),
            (Figure::Revenue, Some(o.revenue)),
            (Figure::ChurnRate, o.churn_rate),
            (Figure::CustomerEquity, o.customer_equity),
        ]
    };
    let pairs = figures(before).into_iter().zip(figures(now));
    pairs
        .map(|((figure, before), (_, now))| Change { figure, before, now })
        .filter(|change| change.before.is_some() || change.now.is_some())
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ingest::{self, Mapping};
    use crate::report::{self, Settings, Wanted};

    fn report(text: &str, settings: &Settings) -> Report {
        let seen = ingest::read(text.as_bytes(), 5).unwrap();
        let valid = settings.check().unwrap();
        let mapping = Mapping::from(&seen.proposal);
        let loaded =
            ingest::load(text.as_bytes(), &mapping, &valid.ingest_options(), &mut ingest::silent).unwrap();
        report::build(&loaded.dataset, loaded.quality, &valid, Wanted::default(), &mut |_, _, _| {})
    }

    #[test]
    fn dropping_a_duplicate_changes_rows_and_revenue_and_nothing_else() {
        let text = "customer,date,amount\na,2024-01-01,5\na,2024-01-01,5\nb,2024-01-02,7\nb,2024-02-02,1\n";
        let keep = report(text, &Settings::default());
        let drop = report(text, &Settings { duplicates: Some("drop".into()), ..Settings::default() });
        let changes = compare(&keep, &drop);
        let of = |figure| changes.iter().find(|c| c.figure == figure).and_then(Change::difference);
        assert_eq!(of(Figure::RowsUsed), Some(-1.0));
        assert_eq!(of(Figure::Revenue), Some(-5.0));
        assert_eq!((of(Figure::Customers), of(Figure::Active)), (Some(0.0), Some(0.0)));
        assert_eq!(drop.quality.checks.amounts.as_ref().map(|a| a.sales), Some(13.0));
    }
}
