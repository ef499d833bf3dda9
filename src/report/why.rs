//! Why a customer carries each label: what explanations are made from, and the explanations of one customer on demand.
//!
//! A report of 100,000 customers has no use for a million explanations, but each of them may be asked for. So the
//! columns that explanations need are moved here when the report is arranged, and stay with the worker beside the
//! customer table. Facts and moves come from [`explain`]; sentences are the locale's.

mod contracts;
mod ledger;

pub(super) use contracts::of_contracts;
pub(super) use ledger::{Learned, of_ledger};

use serde::{Deserialize, Serialize};

use super::{CustomerPattern, CustomerStage, CustomerTable, ValidSettings};
use crate::analytics::credit::Grade;
use crate::analytics::exit::Decision;
use crate::analytics::explain::{self, ActionInput, ClassInput, Explanation};
use crate::analytics::profile::{self, DataRole, ProfileInput, ProfilePart};
use crate::analytics::rfm::Group;
use crate::analytics::stage::Stage;
use crate::analytics::tiers::Tier;
use crate::analytics::value_matrix::{GrowthPart, ValueClass};
use crate::customer::Coded;
use contracts::ContractBasis;
use ledger::LedgerBasis;

/// The labels of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Labels {
    /// Stage, of those who left the last one.
    pub stage: Option<Stage>,
    /// Whether the customer has left.
    pub exited: bool,
    /// Value class.
    pub class: Option<ValueClass>,
    /// RFM group.
    pub group: Option<Group>,
    /// Pattern.
    pub pattern: Option<CustomerPattern>,
    /// Tier.
    pub tier: Option<Tier>,
    /// Cluster, counted from 0.
    pub cluster: Option<u8>,
    /// Credit grade.
    pub grade: Option<Grade>,
    /// Decision on a candidate for ending the relationship.
    pub exit: Option<Decision>,
}

/// A column of the file that a fact points to by its place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureName {
    /// Its name; of built-in features their stable key.
    pub name: String,
    /// The customer's level, of a category.
    pub level: Option<String>,
    /// The level a change leads to.
    pub other_level: Option<String>,
    /// The value a change leads to, in original units, where the change itself speaks of standard deviations.
    pub moved_to: Option<f64>,
}

/// Names that come from the file, for the facts that point to them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Names {
    /// Covariates of the early warning; the first is the tenure.
    pub covariates: Vec<FeatureName>,
    /// Features of the clusters.
    pub cluster_features: Vec<FeatureName>,
    /// The file's own segment of the customer.
    pub segment: Option<String>,
    /// The product to offer next.
    pub next_product: Option<String>,
}

/// All about one customer: labels, why they are carried, what would change them, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// Customer.
    pub id: String,
    /// Place in the table.
    pub customer_idx: u32,
    /// The labels explained.
    pub labels: Labels,
    /// Stage of the relationship.
    pub stage: Option<Explanation>,
    /// Silence against the customer's own rhythm.
    pub warning: Option<Explanation>,
    /// Value class.
    pub class: Option<Explanation>,
    /// RFM group.
    pub rfm: Option<Explanation>,
    /// Pattern.
    pub pattern: Option<Explanation>,
    /// Tier.
    pub tier: Option<Explanation>,
    /// Cluster.
    pub cluster: Option<Explanation>,
    /// Credit grade.
    pub credit: Option<Explanation>,
    /// Risk of leaving by the early warning of contracts.
    pub risk: Option<Explanation>,
    /// Candidate for ending the relationship.
    pub exit: Option<Explanation>,
    /// Rule of the tree of leavers.
    pub rule: Option<Explanation>,
    /// What to do.
    pub action: explain::Action,
    /// The seven views.
    pub profile: Vec<ProfilePart>,
    /// Names the facts point to.
    pub names: Names,
}

/// What explanations are made from, beside the customer table. Columns have one entry per customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WhyBasis {
    /// c: cost of a contact, money.
    pub(super) contact_cost: f64,
    /// s: share of leavers a contact keeps.
    pub(super) save_rate: f64,
    /// Chance of leaving.
    pub(super) p_exit: Vec<f64>,
    /// Where high current value begins.
    pub(super) cv_threshold: Option<f64>,
    /// Where high growth potential begins.
    pub(super) gp_threshold: Option<f64>,
    /// Largest part of growth potential.
    pub(super) largest_part: Vec<Option<GrowthPart>>,
    /// The file's own segments.
    pub(super) segment: Option<Coded>,
    /// Columns the data have.
    pub(super) roles: Vec<DataRole>,
    /// Of transactions.
    pub(super) ledger: Option<Box<LedgerBasis>>,
    /// Of contracts.
    pub(super) contracts: Option<Box<ContractBasis>>,
}

/// A value of a column that may be absent or too short.
fn at<T: Copy>(column: &[T], i: usize) -> Option<T> {
    column.get(i).copied()
}

/// A column that is only looked at in one place.
fn only<T: Clone>(i: usize, empty: T, value: T) -> Vec<T> {
    let mut column = vec![empty; i + 1];
    column[i] = value;
    column
}

/// The name of a code, unless the cell was empty.
fn name_of(coded: &Coded, i: usize) -> Option<(u32, String)> {
    let code = at(&coded.code, i).filter(|c| (*c as usize) < coded.names.len())?;
    Some((code, coded.names.get(code).to_owned()))
}

impl WhyBasis {
    /// Explains every label of a customer of the table this basis belongs to; `None` if there is no such customer. A
    /// label that the file does not carry has no explanation.
    #[must_use]
    pub fn explain(&self, table: &CustomerTable, customer_idx: usize) -> Option<Why> {
        let i = customer_idx;
        if i >= table.len() {
            return None;
        }
        let exited = at(&table.stage, i) == Some(CustomerStage::Exited) || at(&table.warning, i) == Some(1.0);
        let labels = Labels {
            exited,
            class: at(&table.value_class, i),
            pattern: at(&table.pattern, i),
            tier: at(&table.tier, i).flatten(),
            cluster: at(&table.cluster, i).flatten(),
            exit: at(&table.exit_decision, i).flatten(),
            ..Labels::default()
        };
        let mut why = Why {
            id: table.id.get(i as u32).to_owned(),
            customer_idx: i as u32,
            class: labels.class.map(|_| self.class(table, i, exited)),
            labels,
            stage: None,
            warning: None,
            rfm: None,
            pattern: None,
            tier: None,
            cluster: None,
            credit: None,
            risk: None,
            exit: None,
            rule: None,
            action: explain::action(&ActionInput {
                stage: None,
                exited,
                class: labels.class.unwrap_or(ValueClass::I),
                exit_candidate: labels.exit.is_some(),
                rail_holds: labels.exit.is_some_and(|d| d != Decision::Clear),
                p_exit: at(&self.p_exit, i),
                value: 0.0,
                gp: 0.0,
                profit_12m: None,
                contact_cost: self.contact_cost,
                save_rate: self.save_rate,
            }),
            profile: Vec::new(),
            names: Names::default(),
        };
        if let Some(ledger) = &self.ledger {
            ledger.explain(table, i, &mut why);
        }
        if let Some(contracts) = &self.contracts {
            contracts.explain(self, table, i, &mut why);
        }
        why.action = self.action(table, i, &why.labels);
        why.names.segment = self.segment.as_ref().and_then(|s| name_of(s, i)).map(|s| s.1);
        why.names.next_product = table.next_product.as_ref().and_then(|p| name_of(p, i)).map(|p| p.1);
        why.profile = self.profile(table, i, &why.labels);
        Some(why)
    }

    fn class(&self, table: &CustomerTable, i: usize, exited: bool) -> Explanation {
        explain::value_class(&ClassInput {
            cv: at(&table.current_value, i).unwrap_or(0.0),
            gp: at(&table.growth_potential, i).unwrap_or(0.0),
            cv_threshold: self.cv_threshold,
            gp_threshold: self.gp_threshold,
            largest_part: at(&self.largest_part, i).flatten(),
            largest_amount: None,
            exited,
        })
    }

    /// What a contact would save: the current value, or for those who left what they would be worth again.
    fn value(table: &CustomerTable, i: usize, exited: bool) -> f64 {
        at(if exited { &table.clv } else { &table.current_value }, i).unwrap_or(0.0)
    }

    fn action(&self, table: &CustomerTable, i: usize, labels: &Labels) -> explain::Action {
        explain::action(&ActionInput {
            stage: labels.stage,
            exited: labels.exited,
            class: labels.class.unwrap_or(ValueClass::I),
            exit_candidate: labels.exit.is_some(),
            rail_holds: labels.exit.is_some_and(|d| d != Decision::Clear),
            p_exit: at(&self.p_exit, i),
            value: Self::value(table, i, labels.exited),
            gp: at(&table.growth_potential, i).unwrap_or(0.0),
            profit_12m: at(&table.profit12m, i),
            contact_cost: self.contact_cost,
            save_rate: self.save_rate,
        })
    }

    /// The seven views. A column that is kept in another form is made anew, for this customer only.
    fn profile(&self, table: &CustomerTable, i: usize, labels: &Labels) -> Vec<ProfilePart> {
        let ledger = self.ledger.as_deref();
        let seen = ledger.map(|l| l.seen(table, i)).unwrap_or_default();
        let group = only(i, None, labels.group);
        let cluster = only(i, None, labels.cluster.map(u32::from));
        let segment = self.segment.as_ref().map(|s| only(i, None, name_of(s, i).map(|n| n.0)));
        let stage = only(i, None, labels.stage.filter(|_| !labels.exited).zip(seen.confidence));
        let silence = seen.silence.map(|s| only(i, [0.0; 3], s));
        let state = seen.state.map(|s| only(i, s, s));
        let rating = only(i, None, seen.rating);
        let cost_share = only(i, None, seen.cost_share);
        let p_alive = only(i, None, at(&table.p_alive, i));
        let orders = seen.expected_orders.map(|n| only(i, 0.0, n));
        let n_products = seen.n_products.map(|n| only(i, 0, n));
        let next = only(i, None, seen.next_product);
        let discount = only(i, None, seen.discount_dependence);
        let input = ProfileInput {
            roles: &self.roles,
            rfm_group: Some(&group),
            class: (!table.value_class.is_empty()).then_some(&table.value_class),
            cluster_idx: Some(&cluster),
            segment_idx: segment.as_deref(),
            credit: Some(&rating),
            state: state.as_deref(),
            silence: silence.as_deref(),
            stage: Some(&stage),
            profit: (!table.profit12m.is_empty()).then_some(&table.profit12m),
            cost_share: Some(&cost_share),
            p_alive: Some(&p_alive),
            expected_orders: orders.as_deref(),
            clv: (!table.clv.is_empty()).then_some(&table.clv),
            potential: (!table.growth_potential.is_empty()).then_some(&table.growth_potential),
            n_products: n_products.as_deref(),
            next_product: Some(&next),
            discount_share: Some(&discount),
            promoted_share: None,
        };
        profile::profile(&input, i, seen.performance.as_ref())
    }
}

/// The user's part of a basis.
fn basis(settings: &ValidSettings, p_exit: Vec<f64>) -> WhyBasis {
    WhyBasis {
        contact_cost: settings.contact_cost,
        save_rate: settings.save_rate,
        p_exit,
        ..WhyBasis::default()
    }
}

impl super::Report {
    /// Explains every label of a customer; `None` if there is no such customer.
    #[must_use]
    pub fn why(&self, customer_idx: usize) -> Option<Why> {
        self.why.explain(&self.customers, customer_idx)
    }
}
