//! A scorecard from the user's own invoices: behavior up to a base day, defaults in the months after it.
//!
//! Base day = analysis date - 12 months. Customers: those with an invoice in the 12 months up to the base day who were
//! not in default on it (a default that has happened cannot be predicted; Siddiqi 2006, chapter 3). Default: an amount
//! that became 90 days late in `(base, as_of]`, of an invoice due before or after. The card is then applied to behavior
//! up to the analysis date. Days are cut the same way at both ends, so the card sees nothing that was not known on the
//! day; in particular, what was paid after the base day is still open on it.
//!
//! Degenerate cases: [`NoScorecard`], also where the file is too short to hold a base day.

use super::scorecard::{Feature, NoScorecard, Scorecard, ScorecardOptions, scorecard};
use super::{CreditInput, invoices::Account};
use crate::analytics::churn::months_before;
use crate::customer::{Day, MoneyScale};
use serde::{Deserialize, Serialize};

/// Names of the features, in order.
const KEYS: [&str; 7] = [
    "collectionRate",
    "overdueShare",
    "meanDaysLate",
    "worstDaysLate",
    "openOverdueShare",
    "invoices",
    "monthsKnown",
];

/// What the user may change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryOptions {
    /// Months of behavior before the base day and before the analysis date.
    pub window_months: u32,
    /// Months after the base day in which defaults count.
    pub outcome_months: u32,
    /// The card.
    pub scorecard: ScorecardOptions,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self { window_months: 12, outcome_months: 12, scorecard: ScorecardOptions::default() }
    }
}

/// A card and what it says about today's customers; columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceScorecard {
    /// Behavior is known up to this day, defaults are those after it.
    pub base_day: Day,
    /// Customers it was made from.
    pub n_customers: u32,
    /// The card.
    pub scorecard: Scorecard,
    /// Score today; `None` without an invoice in the window.
    pub score: Vec<Option<f64>>,
    /// Chance of a default within the outcome months, 0..=1; 1 for customers in default today.
    pub default_probability: Vec<Option<f64>>,
    /// Whether the customer is in default today.
    pub in_default: Vec<bool>,
}

/// Features of accounts in columns, in the order of [`KEYS`]; not a number without an invoice in the window.
fn features(accounts: &[Account], scale: MoneyScale, as_of: Day) -> [Vec<f64>; 7] {
    let mut columns: [Vec<f64>; 7] = std::array::from_fn(|_| Vec::with_capacity(accounts.len()));
    for account in accounts {
        let row = account.payment(scale).map_or([f64::NAN; 7], |p| {
            let first = account.first_due.unwrap_or(as_of);
            [
                p.collection_rate,
                p.overdue_share,
                p.mean_days_late,
                f64::from(p.worst_days_late),
                account.open_past_due as f64 / account.due as f64,
                f64::from(p.n_invoices),
                (f64::from(as_of.0) - f64::from(first.0)) / (365.0 / 12.0),
            ]
        });
        columns.iter_mut().zip(row).for_each(|(column, v)| column.push(v));
    }
    columns
}

fn named(columns: &[Vec<f64>; 7]) -> [Feature<'_>; 7] {
    std::array::from_fn(|j| Feature { key: KEYS[j], values: &columns[j] })
}

/// Makes a card from the file's own history and scores every customer with it.
///
/// # Errors
/// [`NoScorecard`].
pub fn invoice_scorecard(
    input: &CreditInput,
    options: &HistoryOptions,
) -> Result<InvoiceScorecard, NoScorecard> {
    let months = |m: u32| m.clamp(1, 1200);
    let base_day = months_before(input.as_of, months(options.outcome_months));
    let behavior = |as_of: Day| {
        let from = months_before(as_of, months(options.window_months));
        input.invoices.accounts(input.n_customers, from, as_of).accounts
    };
    let (then, now) = (behavior(base_day), behavior(input.as_of));
    let known: Vec<usize> =
        (0..input.n_customers).filter(|&c| then[c].n_invoices > 0 && !then[c].in_default).collect();
    let defaulted: Vec<bool> = known.iter().map(|&c| now[c].last_default > Some(base_day)).collect();
    let all = features(&then, input.invoices.scale, base_day);
    let columns = all.each_ref().map(|f| known.iter().map(|&c| f[c]).collect::<Vec<f64>>());
    let card = scorecard(&named(&columns), &defaulted, &options.scorecard)?;
    let today = features(&now, input.invoices.scale, input.as_of);
    let (score, pd) = card.score_all(&named(&today));
    let judged = |c: usize| now[c].n_invoices > 0;
    Ok(InvoiceScorecard {
        base_day,
        n_customers: known.len() as u32,
        scorecard: card,
        score: (0..now.len()).map(|c| judged(c).then_some(score[c])).collect(),
        default_probability: (0..now.len())
            .map(|c| if now[c].in_default { Some(1.0) } else { judged(c).then_some(pd[c]) })
            .collect(),
        in_default: now.iter().map(|a| a.in_default).collect(),
    })
}
