//! Who might be let go, and on what evidence?
//!
//! A candidate is active, of class I, makes a loss (profit of 12 months pi < 0 or CV < 0), has been a
//! customer for at least 6 months, is not in build-up, and costs more to fix than could be won (GP < cost
//! to fix). Build-up and the first half-year lose money by design. `cost to fix = max(|pi| / 12 x annuity,
//! |CV|)` over those of the two that are losses, the first being the present value of the loss going on; or
//! the user's own amount. The loss would end at prices higher by `-pi / revenue`.
//!
//! Evidence is beside the rule, not part of it: late payment, contacts per revenue and return rate at or
//! above the 95 % quantile of active customers (above 0 and above their median), orders at or below the 5 %
//! quantile (below the median), customized work.
//!
//! The ladder comes before the end: educate, raise the price or the smallest order, serve through a cheaper
//! channel, refer to a partner, let the contract lapse; indirect and polite.
//!
//! Symbols: pi, revenue money per 12 months; CV, GP, cost to fix money (present values), in the file's
//! currency unit; annuity present value of one unit a month, in months; late share and return rate 0..=1.
//!
//! Source: methods.md 12, 23.8; Mittal, Sarkees & Murshed 2008.
//!
//! Degenerate cases: no costs, or no value matrix: [`ExitCandidates::Disabled`]. Without a stage build-up
//! cannot be ruled out: the candidate stays, counted in `n_without_stage`. Where all active customers are
//! equal nobody stands out; contacts without revenue are beyond every limit.
//!
//! ```
//! use tenure::analytics::{exit::*, value_matrix::ValueClass};
//! let profit = customer_profit(
//!     &ProfitInput {
//!         gross_profit: &[0.0, 100.0], line_costs_known: true, exited: &[false; 2],
//!         contacts: Contacts::Cost(&[12.0, 0.0]), n_orders: None, n_returns: None, overdue_days: None,
//!     },
//!     &UnitCosts::default(),
//! );
//! let input = ExitInput {
//!     exited: &[false; 2], profit: &profit, revenue: &[10.0, 1000.0],
//!     class: &[ValueClass::I, ValueClass::IV], cv: &[-8.0, 500.0], gp: &[5.0, 50.0],
//!     annuity: &[20.0; 2], tenure_months: &[24.0; 2], stage: None,
//!     evidence: EvidenceInput::default(), guard: GuardInput::default(),
//! };
//! let ExitCandidates::Found(list) = exit_candidates(&input, &ExitSettings::default()) else { panic!() };
//! assert_eq!((list.candidates.len(), list.candidates[0].profit), (1, -12.0));
//! assert_eq!(list.candidates[0].cost_to_fix, 20.0); // 12 / 12 x 20, by hand
//! assert_eq!(list.candidates[0].break_even_price_rise, Some(1.2));
//! ```

use super::guard::{Check, Decision, Guard, GuardInput};
use super::{CustomerProfit, ProfitView, Removal, at, finite, simulate_removal};
use crate::analytics::stage::Stage;
use crate::analytics::value_matrix::ValueClass;
use crate::math::{quantile, sum};
use serde::{Deserialize, Serialize};

/// What candidates are found with; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExitInput<'a> {
    /// Whether the customer has left.
    pub exited: &'a [bool],
    /// Profit.
    pub profit: &'a CustomerProfit,
    /// Revenue of the last 12 months, money.
    pub revenue: &'a [f64],
    /// Class of the value matrix; empty where there is none.
    pub class: &'a [ValueClass],
    /// Current value, money.
    pub cv: &'a [f64],
    /// Growth potential, money.
    pub gp: &'a [f64],
    /// Present value of one unit a month while the customer stays.
    pub annuity: &'a [f64],
    /// Months since the first purchase; more where the file begins later.
    pub tenure_months: &'a [f64],
    /// Stage, where there is one.
    pub stage: Option<&'a [Option<Stage>]>,
    /// What else is known.
    pub evidence: EvidenceInput<'a>,
    /// What the guard rails need.
    pub guard: GuardInput<'a>,
}

impl ExitInput<'_> {
    pub(super) fn is_active(&self, i: usize) -> bool {
        self.exited.get(i).is_some_and(|exited| !exited)
    }
}

/// What evidence rests on; columns with one row per customer, `None` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EvidenceInput<'a> {
    /// Share of due amounts paid late or not at all, where the customer has invoices.
    pub late_share: Option<&'a [Option<f64>]>,
    /// Contacts in 12 months.
    pub n_contacts: Option<&'a [f64]>,
    /// Mean amount of an order, money; `None` without an order.
    pub mean_order_value: Option<&'a [Option<f64>]>,
    /// Returns per order or per line, share.
    pub return_rate: Option<&'a [f64]>,
    /// Whether the customer has work done specially.
    pub customized: Option<&'a [bool]>,
}

/// Choices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitSettings {
    /// Months during which nobody is a candidate.
    pub min_tenure_months: f64,
    /// Cost of repairing a relationship, money; `None`: see the module.
    pub cost_to_fix: Option<f64>,
    /// Quantile of active customers from which a number is evidence.
    pub evidence_quantile: f64,
    /// Share of revenue that candidates may hold together.
    pub max_revenue_share: f64,
    /// Months a contract may still run.
    pub max_contract_months: f64,
    /// Seasonal index up to which no season is ahead.
    pub max_season_index: f64,
    /// Members up to which a group is a circle of acquaintances.
    pub max_network_members: u32,
    /// Most candidates listed with their checks; all are counted and simulated.
    pub max_listed: u32,
}

impl Default for ExitSettings {
    fn default() -> Self {
        Self {
            min_tenure_months: 6.0,
            cost_to_fix: None,
            evidence_quantile: 0.95,
            max_revenue_share: 0.05,
            max_contract_months: 0.0,
            max_season_index: 1.15,
            max_network_members: 50,
            max_listed: 1000,
        }
    }
}

/// What makes a customer costly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Evidence {
    /// Pays late.
    LatePayment {
        /// Share of due amounts paid late.
        share: f64,
        /// Evidence from here.
        limit: f64,
    },
    /// Needs much service for what is bought.
    Contacts {
        /// Contacts per unit of revenue; `None` without revenue.
        per_revenue: Option<f64>,
        /// Evidence from here; `None` where no active customer has revenue.
        limit: Option<f64>,
    },
    /// Buys in tiny orders.
    TinyOrders {
        /// Mean amount, money.
        mean_order_value: f64,
        /// Evidence up to here.
        limit: f64,
    },
    /// Sends much back.
    Returns {
        /// Share returned.
        rate: f64,
        /// Evidence from here.
        limit: f64,
    },
    /// Has work done specially.
    Customized,
}

impl Evidence {
    /// The step of the ladder that answers it.
    #[must_use]
    pub fn answer(&self) -> LadderStep {
        match self {
            Self::LatePayment { .. } | Self::Returns { .. } => LadderStep::Educate,
            Self::TinyOrders { .. } | Self::Customized => LadderStep::RaisePrice,
            Self::Contacts { .. } => LadderStep::CheaperChannel,
        }
    }
}

/// A step before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LadderStep {
    /// Explain what the behavior costs.
    Educate,
    /// Raise the price or the smallest order.
    RaisePrice,
    /// Self-service or a cheaper channel.
    CheaperChannel,
    /// Refer to a partner whom the customer suits.
    PartnerReferral,
    /// Let the contract lapse.
    LetLapse,
}

impl LadderStep {
    /// All steps in order.
    pub const ALL: [Self; 5] =
        [Self::Educate, Self::RaisePrice, Self::CheaperChannel, Self::PartnerReferral, Self::LetLapse];
}

/// A customer who might be let go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Index of the customer.
    pub customer_idx: u32,
    /// Profit of 12 months, money.
    pub profit: f64,
    /// Contribution before allocated cost, money.
    pub contribution: f64,
    /// Revenue of 12 months, money.
    pub revenue: f64,
    /// Current value, money.
    pub cv: f64,
    /// Growth potential, money.
    pub gp: f64,
    /// What fixing would cost, money.
    pub cost_to_fix: f64,
    /// Rise of all prices at which the loss would end, share of revenue; `None` without loss or revenue.
    pub break_even_price_rise: Option<f64>,
    /// What makes the customer costly.
    pub evidence: Vec<Evidence>,
    /// Steps of the ladder that answer the evidence, in the ladder's order; all of it where there is none.
    pub steps: Vec<LadderStep>,
    /// Guard rails, in the order of [`super::GuardRail`].
    pub checks: [Check; 10],
    /// What they say.
    pub decision: Decision,
}

/// How customers drop out on the way to a candidate; each is counted at the first condition that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funnel {
    /// Active customers.
    pub n_active: u32,
    /// Of these, not of class I.
    pub n_other_class: u32,
    /// Of the rest, without a loss.
    pub n_no_loss: u32,
    /// Of the rest, customers for too short a time.
    pub n_too_new: u32,
    /// Of the rest, in build-up.
    pub n_building_up: u32,
    /// Of the rest, worth fixing.
    pub n_worth_fixing: u32,
    /// Candidates.
    pub n_candidates: u32,
    /// Candidates without a stage, for whom build-up could not be ruled out.
    pub n_without_stage: u32,
}

/// Why there are no candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disabled {
    /// No cost is known: who makes a loss cannot be told.
    NoCosts,
    /// There is no value matrix.
    NoClasses,
}

/// Candidates, or why there are none to judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ExitCandidates {
    /// They cannot be found.
    Disabled {
        /// Why.
        why: Disabled,
    },
    /// They can.
    Found(Box<CandidateList>),
}

/// The candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CandidateList {
    /// How they were found.
    pub funnel: Funnel,
    /// Decision on each customer, `None` for who is no candidate; one entry per customer.
    pub decision: Vec<Option<Decision>>,
    /// Candidates held.
    pub n_hold: u32,
    /// Candidates with open questions.
    pub n_open: u32,
    /// Candidates with all lights green.
    pub n_clear: u32,
    /// Candidates in order of release, lowest contribution first; at most `max_listed`.
    pub candidates: Vec<Candidate>,
    /// Profit without all candidates.
    pub without_all: Removal,
    /// Profit without those that nothing holds, open questions answered well.
    pub without_released: Removal,
}

/// Finds and checks candidates; see the module.
#[must_use]
pub fn exit_candidates(input: &ExitInput, settings: &ExitSettings) -> ExitCandidates {
    if input.profit.view == ProfitView::GrossMargin {
        return ExitCandidates::Disabled { why: Disabled::NoCosts };
    }
    if input.class.is_empty() && !input.exited.is_empty() {
        return ExitCandidates::Disabled { why: Disabled::NoClasses };
    }
    let (funnel, found) = find(input, settings);
    let limits = Limits::new(input, settings.evidence_quantile);
    let n = input.exited.len();
    let total_revenue = sum((0..n).filter(|&i| input.is_active(i)).map(|i| at(input.revenue, i).max(0.0)));
    let mut guard = Guard::new(input, settings, total_revenue);
    let mut decision = vec![None; n];
    let mut candidates = Vec::new();
    let mut released = Vec::new();
    for &i in &found {
        let checks = guard.checks(i as usize);
        let verdict = Decision::of(&checks);
        decision[i as usize] = Some(verdict);
        if verdict != Decision::Hold {
            released.push(i);
        }
        if candidates.len() < settings.max_listed as usize {
            candidates.push(candidate(input, settings, &limits, i, checks));
        }
    }
    let count = |wanted| decision.iter().filter(|d| **d == Some(wanted)).count() as u32;
    ExitCandidates::Found(Box::new(CandidateList {
        funnel,
        n_hold: count(Decision::Hold),
        n_open: count(Decision::Open),
        n_clear: count(Decision::Clear),
        without_all: simulate_removal(input.profit, input.revenue, &found),
        without_released: simulate_removal(input.profit, input.revenue, &released),
        decision,
        candidates,
    }))
}

/// Candidates in order of release.
fn find(input: &ExitInput, settings: &ExitSettings) -> (Funnel, Vec<u32>) {
    let mut funnel = Funnel::default();
    let mut found: Vec<u32> = Vec::new();
    for i in (0..input.exited.len()).filter(|&i| input.is_active(i)) {
        funnel.n_active += 1;
        let stage = input.stage.and_then(|s| s.get(i)).copied().flatten();
        let failed = if input.class.get(i) != Some(&ValueClass::I) {
            Some(&mut funnel.n_other_class)
        } else if at(&input.profit.profit, i) >= 0.0 && at(input.cv, i) >= 0.0 {
            Some(&mut funnel.n_no_loss)
        } else if at(input.tenure_months, i) < settings.min_tenure_months {
            Some(&mut funnel.n_too_new)
        } else if stage == Some(Stage::BuildUp) {
            Some(&mut funnel.n_building_up)
        } else if at(input.gp, i) >= cost_to_fix(input, settings, i) {
            Some(&mut funnel.n_worth_fixing)
        } else {
            None
        };
        match failed {
            Some(count) => *count += 1,
            None => {
                funnel.n_without_stage += u32::from(stage.is_none());
                found.push(i as u32);
            }
        }
    }
    funnel.n_candidates = found.len() as u32;
    let contribution = |i: &u32| at(&input.profit.contribution, *i as usize);
    found.sort_by(|a, b| contribution(a).total_cmp(&contribution(b)).then(a.cmp(b)));
    (funnel, found)
}

fn cost_to_fix(input: &ExitInput, settings: &ExitSettings, i: usize) -> f64 {
    let usual = || usual_cost_to_fix(at(&input.profit.profit, i), at(input.annuity, i), at(input.cv, i));
    settings.cost_to_fix.unwrap_or_else(usual)
}

/// What fixing a relationship is taken to cost unless the user says: the present value of its losses, money. `annuity`
/// is the present value of one unit a month.
#[must_use]
pub fn usual_cost_to_fix(profit_12m: f64, annuity: f64, cv: f64) -> f64 {
    let loss = (-profit_12m).max(0.0) / 12.0 * annuity.max(0.0);
    finite(loss.max(-cv))
}

fn candidate(
    input: &ExitInput,
    settings: &ExitSettings,
    limits: &Limits,
    customer_idx: u32,
    checks: [Check; 10],
) -> Candidate {
    let i = customer_idx as usize;
    let (profit, revenue) = (at(&input.profit.profit, i), at(input.revenue, i));
    let evidence = limits.evidence(input, i);
    let mut steps: Vec<LadderStep> = evidence.iter().map(Evidence::answer).collect();
    steps.sort_unstable();
    steps.dedup();
    if steps.is_empty() {
        steps = LadderStep::ALL.to_vec();
    }
    Candidate {
        customer_idx,
        profit,
        contribution: at(&input.profit.contribution, i),
        revenue,
        cv: at(input.cv, i),
        gp: at(input.gp, i),
        cost_to_fix: cost_to_fix(input, settings, i),
        break_even_price_rise: Some(-profit / revenue).filter(|r| r.is_finite() && *r > 0.0 && revenue > 0.0),
        evidence,
        steps,
        checks,
        decision: Decision::of(&checks),
    }
}

/// From where a number is evidence; `None` where nobody active has one.
struct Limits {
    late: Option<Limit>,
    contacts: Option<Limit>,
    tiny: Option<Limit>,
    returns: Option<Limit>,
}

/// A quantile of active customers and their median: where all are equal, nobody stands out.
#[derive(Clone, Copy)]
struct Limit {
    at: f64,
    median: f64,
}

impl Limits {
    fn new(input: &ExitInput, p: f64) -> Self {
        let e = &input.evidence;
        let over = |p: f64, value: &dyn Fn(usize) -> Option<f64>| {
            let known: Vec<f64> = (0..input.exited.len())
                .filter(|&i| input.is_active(i))
                .filter_map(value)
                .filter(|v| v.is_finite())
                .collect();
            (!known.is_empty()).then(|| Limit { at: quantile(&known, p), median: quantile(&known, 0.5) })
        };
        Self {
            late: over(p, &|i| *e.late_share?.get(i)?),
            contacts: over(p, &|i| contacts_per_revenue(input, i)?),
            tiny: over(1.0 - p, &|i| *e.mean_order_value?.get(i)?),
            returns: over(p, &|i| e.return_rate?.get(i).copied()),
        }
    }

    fn evidence(&self, input: &ExitInput, i: usize) -> Vec<Evidence> {
        let e = &input.evidence;
        let known = |column: Option<&[Option<f64>]>| *column?.get(i)?;
        let high = |v: Option<f64>, limit: Option<Limit>| {
            let (v, limit) = (v.filter(|v| v.is_finite() && *v > 0.0)?, limit?);
            (v >= limit.at && v > limit.median).then_some((v, limit.at))
        };
        let mut out = Vec::new();
        out.extend(
            high(known(e.late_share), self.late).map(|(share, limit)| Evidence::LatePayment { share, limit }),
        );
        out.extend(match contacts_per_revenue(input, i) {
            // Contacts without any revenue are beyond every limit.
            Some(None) => Some(Evidence::Contacts { per_revenue: None, limit: self.contacts.map(|l| l.at) }),
            Some(ratio) => high(ratio, self.contacts)
                .map(|(r, limit)| Evidence::Contacts { per_revenue: Some(r), limit: Some(limit) }),
            None => None,
        });
        let order = known(e.mean_order_value).filter(|v| v.is_finite());
        out.extend(
            order
                .zip(self.tiny)
                .filter(|(v, limit)| *v <= limit.at && *v < limit.median)
                .map(|(mean_order_value, limit)| Evidence::TinyOrders { mean_order_value, limit: limit.at }),
        );
        let rate = e.return_rate.and_then(|c| c.get(i)).copied();
        out.extend(high(rate, self.returns).map(|(rate, limit)| Evidence::Returns { rate, limit }));
        out.extend(e.customized.and_then(|c| c.get(i)).filter(|c| **c).map(|_| Evidence::Customized));
        out
    }
}

/// Contacts per unit of revenue: `None` where contacts are not known or 0 without revenue, `Some(None)` where
/// there are contacts but no revenue.
fn contacts_per_revenue(input: &ExitInput, i: usize) -> Option<Option<f64>> {
    let n = at(input.evidence.n_contacts?, i).max(0.0);
    let revenue = at(input.revenue, i);
    match (n > 0.0, revenue > 0.0) {
        (_, true) => Some(Some(n / revenue)),
        (true, false) => Some(None),
        (false, false) => None,
    }
}
