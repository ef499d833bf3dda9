//! What customers bring after what they cost: the whale curve, who could be let go, payment behavior, customer equity.

use serde::{Deserialize, Serialize};

use super::build::Work;
use super::facts::Facts;
use super::{Because, Notice, Section};
use crate::analytics::churn::months_before;
use crate::analytics::credit::{self, CreditInput, CreditSettings, GradeSize, Invoices};
use crate::analytics::discount::AnnualRate;
use crate::analytics::equity::{self, ColumnFill, Equity, EquityInput, PastProfit};
use crate::analytics::exit::{
    self, Candidate, Check, Decision, Disabled, EvidenceInput, ExitCandidates, ExitInput, ExitSettings,
    Funnel as ExitFunnel, GuardInput, ProfitTotals, ProfitView, Removal, WhaleCurve,
};
use crate::analytics::profile::DataRole;
use crate::customer::Coded;

/// Points of the whale curve.
const WHALE_POINTS: usize = 200;
/// Candidates listed with their checks; the counts are of all.
const MAX_CANDIDATES: usize = 200;

/// Profit after cost to serve, and what ending relationships would do (methods.md 12).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exit {
    /// Whether costs are known, or only an assumed margin.
    pub view: ProfitView,
    /// Profit of the last twelve months and what it consists of.
    pub totals: ProfitTotals,
    /// Cumulative profit, most profitable customers first.
    pub whale: WhaleCurve,
    /// Why there are no candidates.
    pub disabled: Option<Disabled>,
    /// How candidates were found.
    pub funnel: Option<ExitFunnel>,
    /// Candidates held back, with open questions, and cleared.
    pub decisions: [u32; 3],
    /// Candidates in order of release.
    pub candidates: Vec<ExitCandidate>,
    /// Profit without all candidates.
    pub without_all: Option<Removal>,
    /// Profit without those that nothing holds.
    pub without_released: Option<Removal>,
}

/// A candidate by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExitCandidate {
    /// Customer.
    pub id: String,
    /// Numbers, evidence, checks and decision.
    #[serde(flatten)]
    pub candidate: Candidate,
}

/// What the checks of candidates say, per customer.
#[derive(Default)]
pub(super) struct ExitColumns {
    /// Decision; `None` for who is no candidate; empty where there can be none.
    pub decision: Vec<Option<Decision>>,
    /// Checks of each candidate, by customer.
    pub checks: Vec<(u32, [Check; 10])>,
}

/// Result for the page, and the columns for the table and for explanations.
pub(super) fn exit(
    work: &Work<'_>,
    facts: &Facts,
    rated: Option<&credit::Credit>,
    notices: &mut Vec<Notice>,
) -> (Exit, ExitColumns) {
    let n = work.n();
    let annuity = super::facts::annuity(work);
    let rivals: Vec<bool> = {
        let known = &work.settings.rivals_would_gain;
        work.ledger
            .customers
            .iter()
            .map(|id| known.binary_search_by(|k| k.as_str().cmp(id)).is_ok())
            .collect()
    };
    let stages: Option<Vec<_>> = work
        .relationships
        .as_ref()
        .map(|r| (0..n).map(|c| super::lifecycle::stage_if_judged(r, c)).collect());
    // Share of due amounts paid late or not at all.
    let late: Option<Vec<Option<f64>>> =
        rated.map(|r| r.payment.iter().map(|p| p.as_ref().map(|p| p.overdue_share)).collect());
    let group: Option<Vec<u32>> = work.ledger.side.profile.segment.as_ref().map(|s| s.code.clone());
    let input = ExitInput {
        exited: &work.exited,
        profit: &facts.profit,
        revenue: &facts.revenue_12m,
        class: &work.matrix.class,
        cv: &work.matrix.cv,
        gp: &work.matrix.gp,
        annuity: &annuity,
        tenure_months: &facts.tenure_months,
        stage: stages.as_deref(),
        evidence: EvidenceInput {
            late_share: late.as_deref(),
            n_contacts: facts.n_contacts.as_deref(),
            mean_order_value: Some(&facts.mean_order_value),
            return_rate: Some(&facts.return_rate),
            customized: None,
        },
        guard: GuardInput {
            outstanding: facts.outstanding.as_deref(),
            months_to_contract_end: None,
            season_ahead: None,
            n_referrals: facts.n_referrals.as_deref(),
            group: group.as_deref(),
            influential: None,
            strengthens_rival: (!work.settings.rivals_would_gain.is_empty()).then_some(&rivals),
            // The value matrix uses money and stages only.
            n_protected_features: Some(0),
        },
    };
    let settings = ExitSettings {
        min_tenure_months: f64::from(work.settings.exit_min_tenure_months),
        cost_to_fix: work.settings.cost_to_fix,
        max_revenue_share: work.settings.exit_revenue_limit,
        // All of them, because each can be asked about; the page gets the first.
        max_listed: u32::MAX,
        ..ExitSettings::default()
    };
    let whale = exit::whale_curve(&facts.profit.profit, WHALE_POINTS);
    let mut out = Exit {
        view: facts.profit.view,
        totals: facts.profit.totals,
        whale,
        disabled: None,
        funnel: None,
        decisions: [0; 3],
        candidates: Vec::new(),
        without_all: None,
        without_released: None,
    };
    match exit::exit_candidates(&input, &settings) {
        ExitCandidates::Disabled { why } => {
            out.disabled = Some(why);
            notices.push(Notice::NotComputed { section: Section::Exit, because: Because::NoCosts });
            (out, ExitColumns::default())
        }
        ExitCandidates::Found(list) => {
            let list = *list;
            let mut checks: Vec<(u32, [Check; 10])> =
                list.candidates.iter().map(|c| (c.customer_idx, c.checks)).collect();
            checks.sort_unstable_by_key(|c| c.0);
            out.funnel = Some(list.funnel);
            out.decisions = [list.n_hold, list.n_open, list.n_clear];
            let id = |c: &Candidate| work.ledger.customers.get(c.customer_idx).to_owned();
            out.candidates = list
                .candidates
                .into_iter()
                .take(MAX_CANDIDATES)
                .map(|c| ExitCandidate { id: id(&c), candidate: c })
                .collect();
            out.without_all = Some(list.without_all);
            out.without_released = Some(list.without_released);
            (out, ExitColumns { decision: list.decision, checks })
        }
    }
}

/// Payment behavior of all customers; `None` without invoices.
pub(super) fn rate(work: &Work<'_>) -> Option<credit::Credit> {
    let table = work.ledger.side.payments.as_ref()?;
    let monthly: Vec<f64> = (0..work.n()).map(|c| super::figures::monthly_now(work, c)).collect();
    let settings = CreditSettings {
        weights: work.settings.credit_weights.unwrap_or(credit::DEFAULT_WEIGHTS),
        terms_months: work.settings.credit_terms_months,
        cap: (work.settings.credit_limit_cap > 0.0).then_some(work.settings.credit_limit_cap),
        ..CreditSettings::default()
    };
    let input = CreditInput {
        n_customers: work.n(),
        invoices: Invoices {
            customer: &table.customer,
            invoice: table.invoice.as_deref(),
            due: &table.due,
            paid: &table.paid,
            amount_due: &table.amount_due,
            amount_paid: Some(&table.amount_paid),
            scale: work.ledger.scale,
        },
        as_of: work.as_of,
        monthly_purchases: Some(&monthly),
        own_limit: None,
    };
    Some(credit::credit(&input, &settings))
}

/// Payment behavior (methods.md 13). Decision support only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credit {
    /// Weights of collection, overdue share, days late and worst delay.
    pub weights: [f64; 4],
    /// First and last due day counted, `YYYY-MM-DD`.
    pub window: [String; 2],
    /// Customers by grade; the entry without a grade is the unrated, on cash terms.
    pub grades: Vec<GradeSize>,
    /// Invoices counted.
    pub n_invoices: u32,
    /// Invoices without an amount due.
    pub n_ignored: u32,
}

/// The section of the report; scores and limits per customer are in the result it is made from.
pub(super) fn credit(rated: &credit::Credit) -> Credit {
    Credit {
        weights: rated.weights,
        window: rated.window.map(|day| day.iso()),
        grades: rated.grades.clone(),
        n_invoices: rated.n_invoices,
        n_ignored: rated.n_ignored,
    }
}

/// Time and space assets (methods.md 7.5).
pub(super) fn equity(work: &Work<'_>, facts: &Facts) -> Equity {
    let orders = &work.orders;
    let profit: Vec<f64> = (0..orders.day.len())
        .map(|i| match &orders.cost {
            Some(cost) => orders.scale.to_f64(i128::from(orders.net[i]) - i128::from(cost[i])),
            None => orders.scale.to_f64(i128::from(orders.net[i])) * work.margin,
        })
        .collect();
    let year_ago = months_before(work.as_of, 12);
    let before = crate::analytics::churn::Exits::judge_by(orders, year_ago, &work.settings.silence_rule());
    let long_enough = orders.dates.is_some_and(|d| d.0 < year_ago);
    let n_before = long_enough.then(|| {
        let seen = |c: &usize| before.purchases[*c].is_some() && !before.is_exited(*c);
        (0..work.n()).filter(seen).count() as u32
    });
    let fill = |role: DataRole, column: &Option<Coded>| {
        column.as_ref().map(|c| ColumnFill {
            role,
            n_filled: c.code.iter().filter(|code| **code != Coded::MISSING).count() as u32,
        })
    };
    let columns: Vec<ColumnFill> =
        [fill(DataRole::Segment, &work.ledger.side.profile.segment)].into_iter().flatten().collect();
    equity::equity(&EquityInput {
        current_value: &work.matrix.cv,
        clv: &work.matrix.clv,
        exited: &work.exited,
        class: Some(&work.matrix.class),
        potential: Some(&work.matrix.gp),
        past: Some(PastProfit { day: &orders.day, profit: &profit }),
        n_active_before: n_before,
        sales_and_list: sales_and_list(work),
        direct_and_all: None,
        profile_columns: &columns,
        n_referrals: facts.n_referrals.as_ref().map(|r| r.iter().sum::<f64>() as u32),
        new_customer_value: work.model.new_customer_value,
        as_of: work.as_of,
        rate: AnnualRate::new(work.settings.annual_discount_rate).unwrap_or_default(),
    })
}

/// Money paid and the same units at list price.
fn sales_and_list(work: &Work<'_>) -> Option<[f64; 2]> {
    let (list, quantity) = (work.ledger.list_price.as_ref()?, work.ledger.quantity.as_ref()?);
    let mut sums = [0.0; 2];
    for (i, (&price, &units)) in list.iter().zip(quantity).enumerate() {
        if work.ledger.amount[i] > 0 && price > 0 && units > 0.0 {
            sums[0] += work.ledger.scale.to_f64(i128::from(work.ledger.amount[i]));
            sums[1] += work.ledger.scale.to_f64(i128::from(price)) * units;
        }
    }
    (sums[1] > 0.0).then_some(sums)
}
