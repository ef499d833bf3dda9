//! Which customers cost more than they bring, and may they be let go?
//!
//! **Profit** of a customer over 12 months (methods.md 1.5): `pi = gross profit - cost to serve`, with gross
//! profit the sum of `amount - cost` (without costs `amount x margin`, an assumption) and cost to serve =
//! contacts (their cost, or number x cost per contact, or minutes x cost per minute) + orders x cost per
//! order + returns x cost per return + finance (sum of overdue amount x days / 365 x rate) + marketing
//! allocated to each active customer. Unit costs are 0 until set.
//!
//! **Contribution** `= gross profit - cost that ends with the customer`; allocated cost stays when the
//! customer goes. Each component has an avoidable share (default: all of it, of marketing nothing), so
//! `contribution = pi + cost that remains`.
//!
//! [`whale_curve`]: who brings the profit and who consumes it. [`exit_candidates`]: who might be let go, on
//! what evidence, and what speaks against it. [`simulate_removal`]: profit without a set C of customers, `sum
//! pi - sum_C gross profit + avoidable cost of C`, and the fixed cost that others then carry.
//!
//! Symbols: money in the file's currency unit per 12 months; shares 0..=1.
//!
//! Sources: methods.md 1.5, 12, 23.8; Kaplan & Narayanan 2001 (whale curve); Mittal, Sarkees & Murshed 2008;
//! Grönroos 1996; Haenlein & Kaplan 2009.
//!
//! Degenerate cases: neither costs of lines nor costs to serve: the gross-margin view, in which loss-makers
//! cannot be told, so that there are no candidates. A column that is absent or too short counts 0, as do
//! numbers that are not finite.
//!
//! ```
//! use tenure::analytics::exit::whale_curve;
//! let curve = whale_curve(&[500.0, 300.0, 150.0, 80.0, 40.0, 20.0, 5.0, -10.0, -35.0, -50.0], 200);
//! assert_eq!((curve.peak, curve.total), (1095.0, 1000.0)); // methods.md 12
//! assert_eq!((curve.top_share, curve.loss_share), (Some(0.80), Some(0.30)));
//! ```

mod candidates;
mod guard;
mod whale;

pub use candidates::{
    Candidate, CandidateList, Disabled, Evidence, EvidenceInput, ExitCandidates, ExitInput, ExitSettings,
    Funnel, LadderStep, exit_candidates, usual_cost_to_fix,
};
pub use guard::{Check, Decision, GuardInput, GuardRail, Light};
pub use whale::{Benchmark, WhaleCurve, WhalePoint, whale_curve};

use crate::math::sum;
use serde::{Deserialize, Serialize};

/// What contacts cost, one number per customer over 12 months.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Contacts<'a> {
    /// Not known.
    #[default]
    Unknown,
    /// Money.
    Cost(&'a [f64]),
    /// Number of contacts.
    Count(&'a [f64]),
    /// Minutes.
    Minutes(&'a [f64]),
}

/// What profit is computed from: columns with one row per customer, over the last 12 months.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfitInput<'a> {
    /// Gross profit, money.
    pub gross_profit: &'a [f64],
    /// Whether it rests on the costs of the lines, not on an assumed margin.
    pub line_costs_known: bool,
    /// Whether the customer has left; marketing is allocated to the others.
    pub exited: &'a [bool],
    /// Contacts with the service.
    pub contacts: Contacts<'a>,
    /// Orders.
    pub n_orders: Option<&'a [f64]>,
    /// Returns.
    pub n_returns: Option<&'a [f64]>,
    /// Sum of overdue amount x days overdue, money x days.
    pub overdue_days: Option<&'a [f64]>,
}

/// What a unit costs and how much of each component ends with the customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitCosts {
    /// Money per contact.
    pub per_contact: f64,
    /// Money per minute of contact.
    pub per_minute: f64,
    /// Money per order.
    pub per_order: f64,
    /// Money per return.
    pub per_return: f64,
    /// Rate per year at which overdue amounts are financed.
    pub finance_rate: f64,
    /// Marketing allocated to each active customer and year.
    pub marketing_per_customer: f64,
    /// Share of contacts, orders, returns, finance and marketing that ends with the customer.
    pub avoidable: [f64; 5],
}

impl Default for UnitCosts {
    fn default() -> Self {
        Self {
            per_contact: 0.0,
            per_minute: 0.0,
            per_order: 0.0,
            per_return: 0.0,
            finance_rate: 0.0,
            marketing_per_customer: 0.0,
            avoidable: [1.0, 1.0, 1.0, 1.0, 0.0],
        }
    }
}

/// What the profit rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProfitView {
    /// Costs are known, of the goods or of serving.
    Full,
    /// An assumed share of revenue: no customer can be told to make a loss.
    GrossMargin,
}

/// Sums over all customers, money per 12 months.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfitTotals {
    /// Gross profit.
    pub gross: f64,
    /// Contacts.
    pub contacts: f64,
    /// Orders.
    pub orders: f64,
    /// Returns.
    pub returns: f64,
    /// Finance.
    pub finance: f64,
    /// Marketing.
    pub marketing: f64,
    /// Profit: gross less all of these.
    pub profit: f64,
}

/// Profit by customer, money per 12 months.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerProfit {
    /// What it rests on.
    pub view: ProfitView,
    /// Gross profit of each customer.
    pub gross: Vec<f64>,
    /// Gross profit less the cost that ends with the customer.
    pub contribution: Vec<f64>,
    /// pi: gross profit less cost to serve.
    pub profit: Vec<f64>,
    /// Sums.
    pub totals: ProfitTotals,
}

/// Profit of each customer; see the module.
#[must_use]
pub fn customer_profit(input: &ProfitInput, costs: &UnitCosts) -> CustomerProfit {
    let n = input.gross_profit.len();
    let (contact_column, per_contact) = match input.contacts {
        Contacts::Unknown => (None, 0.0),
        Contacts::Cost(column) => (Some(column), 1.0),
        Contacts::Count(column) => (Some(column), costs.per_contact),
        Contacts::Minutes(column) => (Some(column), costs.per_minute),
    };
    let parts = |i: usize| {
        let part = |column: Option<&[f64]>, unit: f64| {
            finite(column.map_or(0.0, |c| at(c, i)).max(0.0) * unit.max(0.0))
        };
        let active = input.exited.get(i).is_none_or(|exited| !exited);
        [
            part(contact_column, per_contact),
            part(input.n_orders, costs.per_order),
            part(input.n_returns, costs.per_return),
            part(input.overdue_days, costs.finance_rate / 365.0),
            if active { finite(costs.marketing_per_customer).max(0.0) } else { 0.0 },
        ]
    };
    let avoidable = costs.avoidable.map(|share| finite(share).clamp(0.0, 1.0));
    let mut out = CustomerProfit {
        view: ProfitView::Full,
        gross: (0..n).map(|i| at(input.gross_profit, i)).collect(),
        contribution: Vec::with_capacity(n),
        profit: Vec::with_capacity(n),
        totals: ProfitTotals {
            gross: 0.0,
            contacts: sum((0..n).map(|i| parts(i)[0])),
            orders: sum((0..n).map(|i| parts(i)[1])),
            returns: sum((0..n).map(|i| parts(i)[2])),
            finance: sum((0..n).map(|i| parts(i)[3])),
            marketing: sum((0..n).map(|i| parts(i)[4])),
            profit: 0.0,
        },
    };
    for (i, gross) in out.gross.iter().enumerate() {
        let parts = parts(i);
        out.profit.push(gross - sum(parts));
        out.contribution.push(gross - sum(parts.iter().zip(avoidable).map(|(part, share)| part * share)));
    }
    let t = &mut out.totals;
    (t.gross, t.profit) = (sum(out.gross.iter().copied()), sum(out.profit.iter().copied()));
    let any_cost = [t.contacts, t.orders, t.returns, t.finance, t.marketing].iter().any(|&c| c > 0.0);
    if !input.line_costs_known && !any_cost {
        out.view = ProfitView::GrossMargin;
    }
    out
}

/// Profit without some customers, money per 12 months.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Removal {
    /// Customers removed.
    pub n_removed: u32,
    /// Profit with them.
    pub profit_before: f64,
    /// Their gross profit, which is lost.
    pub gross_lost: f64,
    /// Their cost that ends with them.
    pub cost_avoided: f64,
    /// `before - gross lost + cost avoided`.
    pub profit_after: f64,
    /// After less before: less than 0 where the others would earn less together.
    pub change: f64,
    /// Their cost that remains and is carried by the others.
    pub cost_remaining: f64,
    /// Their revenue.
    pub revenue_lost: f64,
    /// The same as a share of all revenue; `None` without revenue.
    pub revenue_share_lost: Option<f64>,
}

/// Profit without the customers `removed` (indices; repeated or unknown ones count once or not at all).
#[must_use]
pub fn simulate_removal(profit: &CustomerProfit, revenue: &[f64], removed: &[u32]) -> Removal {
    let mut set: Vec<usize> =
        removed.iter().map(|&i| i as usize).filter(|&i| i < profit.profit.len()).collect();
    set.sort_unstable();
    set.dedup();
    let over = |column: &[f64]| sum(set.iter().map(|&i| at(column, i)));
    let (gross_lost, contribution, own_profit) =
        (over(&profit.gross), over(&profit.contribution), over(&profit.profit));
    let cost_avoided = gross_lost - contribution;
    let profit_before = sum(profit.profit.iter().copied());
    let profit_after = profit_before - gross_lost + cost_avoided;
    let revenue_lost = over(revenue);
    let total = sum((0..profit.profit.len()).map(|i| at(revenue, i)));
    Removal {
        n_removed: set.len() as u32,
        profit_before,
        gross_lost,
        cost_avoided,
        profit_after,
        change: 0.0 - contribution,
        cost_remaining: contribution - own_profit,
        revenue_lost,
        revenue_share_lost: (total > 0.0).then(|| revenue_lost / total),
    }
}

/// A value of a column; 0 where it is missing or not a number.
fn at(column: &[f64], i: usize) -> f64 {
    column.get(i).copied().map_or(0.0, finite)
}

/// 0 for what is not a number; what is beyond any money is cut, so that sums stay finite.
fn finite(v: f64) -> f64 {
    if v.is_finite() { v.clamp(-1e100, 1e100) } else { 0.0 }
}

#[cfg(test)]
mod tests;
