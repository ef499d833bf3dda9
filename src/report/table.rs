//! The customers of a report in parallel columns, and pages of them: sorted, filtered, searched.

use serde::{Deserialize, Serialize};

use super::{ActionKind, CustomerPattern, CustomerStage};
use crate::analytics::exit::Decision;
use crate::analytics::reasons::ExitKind;
use crate::analytics::tiers::Tier;
use crate::analytics::value_matrix::ValueClass;
use crate::customer::{Coded, Strings};

/// One entry per customer in every column, in the order of customer ids. A column that could not be computed is
/// empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerTable {
    /// Ids as in the file.
    pub id: Strings,
    /// Orders.
    pub transactions: Vec<u32>,
    /// Sum of amounts.
    pub revenue: Vec<f64>,
    /// Days since the last order.
    pub recency_days: Vec<f64>,
    /// Days from the first order to the analysis day; months times 30.4375 for contracts.
    pub tenure_days: Vec<f64>,
    /// Recency score 1..=5, 5 = most recent; 0 where not computable.
    pub r_score: Vec<u8>,
    /// Frequency score.
    pub f_score: Vec<u8>,
    /// Money score.
    pub m_score: Vec<u8>,
    /// Stage.
    pub stage: Vec<CustomerStage>,
    /// Probability of the stage; NaN-free: 0 where there is too little history.
    pub stage_confidence: Vec<f64>,
    /// Pattern.
    pub pattern: Vec<CustomerPattern>,
    /// Present value of future profit; 0 for the exited.
    pub current_value: Vec<f64>,
    /// Present value of extra profit if retention succeeds.
    pub growth_potential: Vec<f64>,
    /// Value class.
    pub value_class: Vec<ValueClass>,
    /// Probability that the customer is still one, by the model.
    pub p_alive: Vec<f64>,
    /// Model lifetime value.
    pub clv: Vec<f64>,
    /// Warning 0..=1: 0 calm, at or above 0.5 past the alert point, 1 exited.
    pub warning: Vec<f64>,
    /// Days of silence at which the customer is alerted, and called exited.
    pub amber_days: Vec<f64>,
    /// See `amber_days`.
    pub red_days: Vec<f64>,
    /// Suggested actions as bits; see [`ActionKind::bit`].
    pub actions: Vec<u8>,
    /// Profit of the last twelve months after cost to serve.
    pub profit12m: Vec<f64>,
    /// Probability of leaving times current value.
    pub expected_loss: Vec<f64>,
    /// Cluster, an index into the report's clusters.
    pub cluster: Vec<Option<u8>>,
    /// Transactional or relational tier.
    pub tier: Vec<Option<Tier>>,
    /// Weighted RFM score 1..=5; absent where there are no scores.
    pub rfm_weighted: Vec<Option<f64>>,
    /// Next product by the rules, by name.
    pub next_product: Option<Coded>,
    /// Credit score 0..=100; absent for the unrated.
    pub credit_score: Vec<Option<f64>>,
    /// Score of the relationship 0..=100.
    pub relationship: Vec<Option<f64>>,
    /// Decision on candidates for ending the relationship.
    pub exit_decision: Vec<Option<Decision>>,
    /// Rule of the tree of leavers that catches the customer, an index into the report's rules.
    pub rule: Vec<Option<u16>>,
    /// Kind of the stated reason for leaving.
    pub exit_kind: Vec<Option<ExitKind>>,
}

/// What the table can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SortKey {
    /// Customer id.
    Id,
    /// Orders.
    Transactions,
    /// Revenue.
    #[default]
    Revenue,
    /// Days since the last order.
    RecencyDays,
    /// Tenure.
    TenureDays,
    /// Stage.
    Stage,
    /// Pattern.
    Pattern,
    /// Current value.
    CurrentValue,
    /// Growth potential.
    GrowthPotential,
    /// Value class.
    ValueClass,
    /// P(alive).
    PAlive,
    /// Warning.
    Warning,
}

/// Which customers; an empty filter takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomerFilter {
    /// Ids that contain this, whatever the case.
    pub search: String,
    /// In this stage.
    pub stage: Option<CustomerStage>,
    /// With this pattern.
    pub pattern: Option<CustomerPattern>,
    /// In this class.
    pub class: Option<ValueClass>,
    /// Past the alert point and not exited.
    pub alerted: bool,
    /// Concerned by this suggestion.
    pub action: Option<ActionKind>,
}

/// A page of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomerQuery {
    /// Sort column.
    pub sort: SortKey,
    /// Largest first.
    pub descending: bool,
    /// Which customers.
    pub filter: CustomerFilter,
    /// First row wanted.
    pub offset: usize,
    /// Rows wanted at most.
    pub limit: usize,
}

/// The answer to a query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRows {
    /// Customers that pass the filter.
    pub total: usize,
    /// First row of `rows` among them.
    pub offset: usize,
    /// The rows.
    pub rows: Vec<CustomerRow>,
}

/// One customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRow {
    /// Id.
    pub id: String,
    /// Orders.
    pub transactions: u32,
    /// Revenue.
    pub revenue: f64,
    /// Days since the last order.
    pub recency_days: Option<f64>,
    /// Tenure in days.
    pub tenure_days: f64,
    /// RFM scores; `None` where not computable.
    pub rfm: Option<[u8; 3]>,
    /// Stage.
    pub stage: CustomerStage,
    /// Its probability; `None` with too little history.
    pub stage_confidence: Option<f64>,
    /// Pattern.
    pub pattern: CustomerPattern,
    /// Current value.
    pub current_value: Option<f64>,
    /// Growth potential.
    pub growth_potential: Option<f64>,
    /// Class.
    pub value_class: Option<ValueClass>,
    /// P(alive).
    pub p_alive: Option<f64>,
    /// Warning 0..=1.
    pub warning: Option<f64>,
}

impl CustomerTable {
    /// Number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Place of the customer with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        self.id.iter().position(|own| own == id)
    }

    /// A page of rows. Equal keys go by customer id.
    #[must_use]
    pub fn page(&self, query: &CustomerQuery) -> CustomerRows {
        let needle = query.filter.search.trim().to_lowercase();
        let mut hits: Vec<u32> =
            (0..self.len() as u32).filter(|&i| self.passes(i as usize, &query.filter, &needle)).collect();
        let key = |i: &u32| self.key(*i as usize, query.sort);
        if query.sort != SortKey::Id {
            if query.descending {
                hits.sort_by(|a, b| key(b).total_cmp(&key(a)));
            } else {
                hits.sort_by(|a, b| key(a).total_cmp(&key(b)));
            }
        } else if query.descending {
            hits.reverse();
        }
        let rows = hits.iter().skip(query.offset).take(query.limit).map(|&i| self.row(i as usize)).collect();
        CustomerRows { total: hits.len(), offset: query.offset, rows }
    }

    fn passes(&self, i: usize, filter: &CustomerFilter, needle: &str) -> bool {
        let at = |column: &[f64]| column.get(i).copied();
        filter.stage.is_none_or(|s| self.stage.get(i) == Some(&s))
            && filter.pattern.is_none_or(|p| self.pattern.get(i) == Some(&p))
            && filter.class.is_none_or(|c| self.value_class.get(i) == Some(&c))
            && filter.action.is_none_or(|a| self.actions.get(i).is_some_and(|bits| bits & a.bit() != 0))
            && (!filter.alerted || at(&self.warning).is_some_and(|w| (0.5..1.0).contains(&w)))
            && (needle.is_empty() || self.id.get(i as u32).to_lowercase().contains(needle))
    }

    fn key(&self, i: usize, sort: SortKey) -> f64 {
        let at = |column: &[f64]| column.get(i).copied().unwrap_or(0.0);
        match sort {
            SortKey::Id => i as f64,
            SortKey::Transactions => self.transactions.get(i).copied().map_or(0.0, f64::from),
            SortKey::Revenue => at(&self.revenue),
            SortKey::RecencyDays => at(&self.recency_days),
            SortKey::TenureDays => at(&self.tenure_days),
            SortKey::Stage => self.stage.get(i).map_or(0.0, |s| *s as u8 as f64),
            SortKey::Pattern => self.pattern.get(i).map_or(0.0, |p| *p as u8 as f64),
            SortKey::CurrentValue => at(&self.current_value),
            SortKey::GrowthPotential => at(&self.growth_potential),
            SortKey::ValueClass => self.value_class.get(i).map_or(0.0, |c| *c as u8 as f64),
            SortKey::PAlive => at(&self.p_alive),
            SortKey::Warning => at(&self.warning),
        }
    }

    fn row(&self, i: usize) -> CustomerRow {
        let at = |column: &[f64]| column.get(i).copied();
        CustomerRow {
            id: self.id.get(i as u32).to_owned(),
            transactions: self.transactions.get(i).copied().unwrap_or(0),
            revenue: at(&self.revenue).unwrap_or(0.0),
            recency_days: at(&self.recency_days),
            tenure_days: at(&self.tenure_days).unwrap_or(0.0),
            rfm: match (self.r_score.get(i), self.f_score.get(i), self.m_score.get(i)) {
                (Some(&r), Some(&f), Some(&m)) if r > 0 => Some([r, f, m]),
                _ => None,
            },
            stage: self.stage.get(i).copied().unwrap_or_default(),
            stage_confidence: at(&self.stage_confidence).filter(|&c| c > 0.0),
            pattern: self.pattern.get(i).copied().unwrap_or_default(),
            current_value: at(&self.current_value),
            growth_potential: at(&self.growth_potential),
            value_class: self.value_class.get(i).copied(),
            p_alive: at(&self.p_alive),
            warning: at(&self.warning),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> CustomerTable {
        CustomerTable {
            id: ["Ann", "Bo", "Cy"].into_iter().collect(),
            transactions: vec![1, 3, 3],
            revenue: vec![5.0, 1.0, 9.0],
            warning: vec![0.1, 0.7, 1.0],
            stage: vec![CustomerStage::Exploration, CustomerStage::Stability, CustomerStage::Exited],
            ..CustomerTable::default()
        }
    }

    fn ids(query: &CustomerQuery) -> Vec<String> {
        table().page(query).rows.into_iter().map(|r| r.id).collect()
    }

    #[test]
    fn pages_are_sorted_with_ties_by_id() {
        let q =
            CustomerQuery { sort: SortKey::Transactions, descending: true, limit: 10, ..Default::default() };
        assert_eq!(ids(&q), ["Bo", "Cy", "Ann"]);
        assert_eq!(ids(&CustomerQuery { offset: 1, limit: 1, ..q }), ["Cy"]);
    }

    #[test]
    fn filters_narrow() {
        let all = CustomerQuery { limit: 10, ..Default::default() };
        let with = |filter| CustomerQuery { filter, ..all.clone() };
        assert_eq!(ids(&with(CustomerFilter { search: "a".into(), ..Default::default() })), ["Ann"]);
        assert_eq!(ids(&with(CustomerFilter { alerted: true, ..Default::default() })), ["Bo"]);
        let exited = CustomerFilter { stage: Some(CustomerStage::Exited), ..Default::default() };
        assert_eq!(table().page(&with(exited)).total, 1);
    }
}
