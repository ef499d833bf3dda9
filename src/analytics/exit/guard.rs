//! What speaks against letting a candidate go?
//!
//! Ten checks in six groups, each red where `value > limit` (or the answer is yes), else green, or unknown
//! without a value. One red light holds the candidate; an unknown one leaves the question open and is never
//! taken for green.
//!
//! - timing: receivables outstanding; contract still running; high season ahead (index of the coming months
//!   above 1.15, the limit from which methods.md 3.2 speaks of a season);
//! - network: referrals given; customers of class III or IV in the same group, if the group is small enough
//!   (50) for its members to know each other, else unknown: a whole region is no circle of acquaintances;
//!   influence on media or associations;
//! - market share: cumulative revenue of the candidates that nothing else holds, in order of release, above 5
//!   %;
//! - competition: the customer would strengthen a rival, the user's word;
//! - fairness: protected attributes among the features, none allowed; the reason itself is economic by
//!   construction;
//! - fixed cost: contribution above 0: the customer pays for part of the allocated cost, letting go lowers
//!   profit.
//!
//! Symbols: receivables, contribution and revenue money, the last two per 12 months; contract in months;
//! seasonal index 1 on average; shares 0..=1; the others counts.
//!
//! Source: methods.md 12; Mittal, Sarkees & Murshed 2008.
//!
//! Degenerate cases: an absent column leaves the light unknown, and so does a customer beyond a column's end;
//! a customer without a fixed term is green, one
//! without a group unknown; without any revenue the market share is unknown.
//!
//! ```
//! use tenure::analytics::{exit::*, value_matrix::ValueClass};
//! // Gross profit 2, allocated marketing 14: profit -12, but without the customer it would be 2 less.
//! let profit = customer_profit(
//!     &ProfitInput {
//!         gross_profit: &[2.0], line_costs_known: true, exited: &[false], contacts: Contacts::Unknown,
//!         n_orders: None, n_returns: None, overdue_days: None,
//!     },
//!     &UnitCosts { marketing_per_customer: 14.0, ..UnitCosts::default() },
//! );
//! let input = ExitInput {
//!     exited: &[false], profit: &profit, revenue: &[10.0], class: &[ValueClass::I], cv: &[-20.0],
//!     gp: &[5.0], annuity: &[20.0], tenure_months: &[24.0], stage: None,
//!     evidence: EvidenceInput::default(), guard: GuardInput::default(),
//! };
//! let ExitCandidates::Found(list) = exit_candidates(&input, &ExitSettings::default()) else { panic!() };
//! let check = list.candidates[0].checks[GuardRail::FixedCost as usize];
//! assert_eq!((check.light, check.value, list.decision[0]), (Light::Red, Some(2.0), Some(Decision::Hold)));
//! assert_eq!(list.without_all.change, -2.0);
//! ```

use super::candidates::{ExitInput, ExitSettings};
use super::{at, finite};
use crate::analytics::value_matrix::ValueClass;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GuardRail {
    /// Timing: outstanding receivables, money.
    Receivables,
    /// Timing: months to the end of the contract.
    ContractEnd,
    /// Timing: highest seasonal index of the coming months, 1 is average.
    Season,
    /// Network: referrals given.
    Referrals,
    /// Network: active customers of class III or IV in the same group.
    Network,
    /// Network: influence on media or associations.
    Influence,
    /// Cumulative share of revenue.
    MarketShare,
    /// A rival would be strengthened.
    Competition,
    /// Protected attributes among the features.
    Fairness,
    /// Contribution before allocated cost, money per 12 months.
    FixedCost,
}

/// State of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Light {
    /// Nothing against it.
    Green,
    /// Hold.
    Red,
    /// Not known.
    Unknown,
}

/// A check of one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The check.
    pub rail: GuardRail,
    /// Its state.
    pub light: Light,
    /// The number judged; `None` where it is not known, or a yes or no.
    pub value: Option<f64>,
    /// Up to this number the light is green.
    pub limit: Option<f64>,
}

/// What the checks together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// A light is red.
    Hold,
    /// None is red, but some are unknown: answer these first.
    Open,
    /// All are green.
    Clear,
}

impl Decision {
    /// The decision of a list of checks.
    #[must_use]
    pub fn of(checks: &[Check]) -> Self {
        if checks.iter().any(|c| c.light == Light::Red) {
            Self::Hold
        } else if checks.iter().any(|c| c.light == Light::Unknown) {
            Self::Open
        } else {
            Self::Clear
        }
    }
}

/// What is known for the checks; columns with one row per customer, `None` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GuardInput<'a> {
    /// Receivables outstanding, money.
    pub outstanding: Option<&'a [f64]>,
    /// Months to the end of the contract; `None` for a customer without a fixed term.
    pub months_to_contract_end: Option<&'a [Option<f64>]>,
    /// Highest seasonal index of the coming months.
    pub season_ahead: Option<f64>,
    /// Referrals given.
    pub n_referrals: Option<&'a [f64]>,
    /// Group of customers who may know each other; `u32::MAX` for none.
    pub group: Option<&'a [u32]>,
    /// Whether the customer has influence on media or associations.
    pub influential: Option<&'a [bool]>,
    /// Whether a rival would be strengthened.
    pub strengthens_rival: Option<&'a [bool]>,
    /// Protected attributes among the features of the models and groupings used.
    pub n_protected_features: Option<u32>,
}

/// What all candidates' checks need.
pub(super) struct Guard<'a> {
    input: &'a ExitInput<'a>,
    settings: &'a ExitSettings,
    /// Active members, and those of class III or IV, by group.
    groups: BTreeMap<u32, (u32, u32)>,
    total_revenue: f64,
    released_revenue: f64,
}

impl<'a> Guard<'a> {
    pub(super) fn new(input: &'a ExitInput<'a>, settings: &'a ExitSettings, total_revenue: f64) -> Self {
        let mut groups: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (i, &group) in input.guard.group.into_iter().flatten().enumerate() {
            if group != u32::MAX && input.is_active(i) {
                let (n, n_valuable) = groups.entry(group).or_default();
                *n += 1;
                *n_valuable +=
                    u32::from(matches!(input.class.get(i), Some(ValueClass::III | ValueClass::IV)));
            }
        }
        Self { input, settings, groups, total_revenue, released_revenue: 0.0 }
    }

    /// All checks of customer `i`, in the order of [`GuardRail`]. Candidates come in order of release: each
    /// one that nothing else holds adds to the revenue given up.
    pub(super) fn checks(&mut self, i: usize) -> [Check; 10] {
        let (g, s) = (&self.input.guard, self.settings);
        let over = |rail, value: Option<f64>, limit: f64| {
            let value = value.map(finite);
            let light = value.map_or(Light::Unknown, |v| if v > limit { Light::Red } else { Light::Green });
            Check { rail, light, value, limit: Some(limit) }
        };
        let tick = |rail, column: Option<&[bool]>| {
            let said = column.and_then(|c| c.get(i));
            let light = said.map_or(Light::Unknown, |&yes| if yes { Light::Red } else { Light::Green });
            Check { rail, light, value: None, limit: None }
        };
        let column = |c: Option<&[f64]>| c.and_then(|c| c.get(i)).copied();
        let contract = g.months_to_contract_end.and_then(|c| c.get(i)).map(|months| months.unwrap_or(0.0));
        let mut checks = [
            over(GuardRail::Receivables, column(g.outstanding), 0.0),
            over(GuardRail::ContractEnd, contract, s.max_contract_months),
            over(GuardRail::Season, g.season_ahead, s.max_season_index),
            over(GuardRail::Referrals, column(g.n_referrals), 0.0),
            self.network(i),
            tick(GuardRail::Influence, g.influential),
            over(GuardRail::MarketShare, None, s.max_revenue_share),
            tick(GuardRail::Competition, g.strengthens_rival),
            over(GuardRail::Fairness, g.n_protected_features.map(f64::from), 0.0),
            over(GuardRail::FixedCost, Some(at(&self.input.profit.contribution, i)), 0.0),
        ];
        let held = Decision::of(&checks) == Decision::Hold;
        let revenue = self.released_revenue + at(self.input.revenue, i).max(0.0);
        let share = (self.total_revenue > 0.0).then(|| revenue / self.total_revenue);
        checks[GuardRail::MarketShare as usize] = over(GuardRail::MarketShare, share, s.max_revenue_share);
        if !held && share.is_none_or(|share| share <= s.max_revenue_share) {
            self.released_revenue = revenue;
        }
        checks
    }

    fn network(&self, i: usize) -> Check {
        let group = self.input.guard.group.and_then(|c| c.get(i)).and_then(|g| self.groups.get(g));
        let light = match group {
            Some(&(n, _)) if n > self.settings.max_network_members => Light::Unknown,
            Some((_, 0)) => Light::Green,
            Some(_) => Light::Red,
            None => Light::Unknown,
        };
        Check { rail: GuardRail::Network, light, value: group.map(|g| f64::from(g.1)), limit: Some(0.0) }
    }
}
