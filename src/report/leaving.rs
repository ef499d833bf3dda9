//! Who leaves and why: churn by every definition, rule against model, reasons, readable rules, and what preventing may
//! cost.

use serde::{Deserialize, Serialize};

use super::build::Work;
use super::facts::Facts;
use super::products::Products;
use super::settings::ValidSettings;
use super::{Because, Notice, Section};
use crate::analytics::churn::{Exits, State, months_before};
use crate::analytics::churn_rates::{self, ChurnRates, Spans};
use crate::analytics::early_warning::{self, Agreement};
use crate::analytics::reasons::{
    self, Defector, ExitKind, Keyword, ParetoRow, Reason, ReasonInput, ReasonSettings, Reasons, Trend,
    Verdict,
};
use crate::analytics::retention_budget::{self, BudgetInput, BudgetSettings, RetentionBudget, Terms};
use crate::analytics::tree::{
    self, Column, Feature, Leavers, LeaversInput, Now, OtherScore, Problem, Released,
};
use crate::analytics::value_matrix::ValueClass;
use crate::customer::{Coded, Day, Month};

/// Churn over the window by every definition in use.
pub(super) fn rates(work: &Work<'_>, months: u32) -> Option<ChurnRates> {
    let from = months_before(work.as_of, months);
    (months > 0).then(|| churn_rates::churn_rates(&Spans::of_exits(&work.exits), from, work.as_of))
}

/// Where the rule of silence and P(alive) agree (methods.md 2.5).
pub(super) fn agreement(work: &Work<'_>, p_alive: &[f64]) -> Option<Agreement> {
    let shows = work.model.fit.as_ref().is_some_and(|fit| fit.shows_dropout());
    if !shows || p_alive.is_empty() {
        return None;
    }
    let p: Vec<Option<f64>> = p_alive.iter().map(|p| Some(*p)).collect();
    let limits = (work.settings.p_alive_alert, work.settings.p_alive_exit);
    Some(early_warning::agreement(&work.exits.state, &p, limits))
}

/// Why customers left (methods.md 10), by the words of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReasonDetail {
    /// Exits.
    pub n_exits: u32,
    /// Exits whose reason is known.
    pub n_known: u32,
    /// Exits whose reason is not.
    pub n_unknown: u32,
    /// Customers at the start.
    pub base: u32,
    /// The six defectors, the unknown last.
    pub by_defector: Vec<ParetoRow<Option<Defector>>>,
    /// The six kinds of churn, the unknown last.
    pub by_kind: Vec<ParetoRow<Option<ExitKind>>>,
    /// Whether the firm itself causes the churn.
    pub verdict: Verdict,
    /// Kinds month by month.
    pub trend: Trend,
}

/// Rows for the contract key `churn.reasons`, everything else, and the kind per customer.
pub(super) struct Why {
    pub rows: Vec<ParetoRow<Reason>>,
    pub detail: ReasonDetail,
    pub kind: Vec<Option<ExitKind>>,
}

/// Reads the reasons of all who left; `None` without a reason column.
pub(super) fn why(
    exited: &[bool],
    reason: &Coded,
    lost_value: Option<&[f64]>,
    exit_month: Option<&[Option<Month>]>,
    settings: &ValidSettings,
) -> Why {
    let texts: Vec<&str> = reason.names.iter().collect();
    let defector = |name: &str| match name {
        "price" => Some(Defector::Price),
        "product" => Some(Defector::Product),
        "service" => Some(Defector::Service),
        "market" => Some(Defector::Market),
        "technology" => Some(Defector::Technology),
        "political" => Some(Defector::Political),
        _ => None,
    };
    let keywords = settings.reason_keywords.iter().map(|k| Keyword {
        text: k.text.clone(),
        defector: k.defection.as_deref().and_then(defector),
        kind: k.kind.and_then(ExitKind::from_number),
    });
    let options = ReasonSettings {
        keywords: keywords.collect(),
        material_share: settings.reason_materiality,
        material_cases: settings.reason_min_cases,
        strict: settings.strict_verdict,
        ..ReasonSettings::default()
    };
    let input = ReasonInput { exited, texts: &texts, code: &reason.code, lost_value, exit_month, base: None };
    let Reasons {
        n_exits,
        n_known,
        n_unknown,
        base,
        by_text,
        by_defector,
        by_kind,
        verdict,
        trend,
        kind,
        ..
    } = reasons::reasons(&input, &options);
    let detail = ReasonDetail { n_exits, n_known, n_unknown, base, by_defector, by_kind, verdict, trend };
    Why { rows: by_text, detail, kind }
}

/// Reasons of a ledger's customers, from recorded departures.
pub(super) fn recorded_reasons(work: &Work<'_>) -> Option<Why> {
    let table = work.ledger.side.exits.as_ref()?;
    let n = work.n();
    let mut code = vec![Coded::MISSING; n];
    let mut month = vec![None; n];
    let mut left = vec![false; n];
    for (i, &c) in table.customer.iter().enumerate() {
        let c = c as usize;
        if c >= n {
            continue;
        }
        // The last record of a customer counts.
        left[c] = true;
        code[c] = table.reason.code[i];
        month[c] = table.day[i].map(Day::month);
    }
    let reason = Coded { names: table.reason.names.clone(), code };
    Some(why(&left, &reason, Some(&work.matrix.clv), Some(&month), work.settings))
}

/// Readable rules (methods.md 24.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTrees {
    /// Who is in class I, described.
    pub released: Option<Released>,
    /// Why that was not computed.
    pub released_problem: Option<Problem>,
    /// Who left in the last half year, learned from what was known before.
    pub leavers: Option<Leavers>,
    /// Why that was not computed.
    pub leavers_problem: Option<Problem>,
}

/// Features of all customers, as columns a tree can take.
struct Features {
    columns: Vec<(Feature, Vec<f64>)>,
}

impl Features {
    fn now(work: &Work<'_>, facts: &Facts, products: &Products) -> Self {
        let n = work.n();
        let mut columns = vec![
            (Feature::Recency, (0..n).map(|c| silence(&work.exits, c)).collect()),
            (Feature::Frequency, facts.n_orders_12m.clone()),
            (Feature::Monetary, facts.revenue_12m.clone()),
            (Feature::ReturnRate, facts.return_rate.clone()),
            (Feature::Tenure, facts.tenure_months.clone()),
        ];
        if work.orders.cost.is_some() {
            columns.push((Feature::Profit, facts.profit.profit.clone()));
        }
        if let Some(owned) = &products.n_owned {
            columns.push((Feature::Products, owned.clone()));
        }
        if let Some(found) = &products.sensitivity {
            let dependence = found.discount_dependence.iter().map(|d| d.unwrap_or(f64::NAN)).collect();
            columns.push((Feature::DiscountDependence, dependence));
        }
        if let Some(contacts) = &facts.n_contacts {
            let per_order = (0..n).map(|c| ratio(contacts[c], facts.n_orders_12m[c])).collect();
            columns.push((Feature::ContactsPerOrder, per_order));
        }
        Self { columns }
    }

    /// What was known `months` before, from orders alone: side tables and products are not looked at again.
    fn then(exits: &Exits, past: &crate::analytics::orders::Orders, as_of: Day) -> Self {
        let n = past.n_customers();
        let from = months_before(as_of, 12);
        let (mut frequency, mut money) = (vec![0.0; n], vec![0.0; n]);
        let (mut returns, mut tenure) = (vec![0.0; n], vec![0.0; n]);
        for c in 0..n {
            let (mut net, mut orders, mut returned) = (0_i128, 0_u32, 0_u32);
            for i in past.range(c).filter(|&i| past.day[i] > from) {
                net += i128::from(past.net[i]);
                orders += past.n_orders[i];
                returned += past.n_return_orders[i];
            }
            frequency[c] = f64::from(orders);
            money[c] = past.scale.to_f64(net);
            returns[c] = ratio(f64::from(returned), f64::from(orders + returned));
            let since = past.first_purchase(c).map_or(0, |day| as_of.0 - day.0);
            tenure[c] = f64::from(since) / crate::analytics::survival::DAYS_PER_MONTH;
        }
        Self {
            columns: vec![
                (Feature::Recency, (0..n).map(|c| silence(exits, c)).collect()),
                (Feature::Frequency, frequency),
                (Feature::Monetary, money),
                (Feature::ReturnRate, returns),
                (Feature::Tenure, tenure),
            ],
        }
    }

    fn columns(&self) -> Vec<Column<'_>> {
        self.columns.iter().map(|(feature, values)| Column::new(*feature, values)).collect()
    }
}

fn silence(exits: &Exits, c: usize) -> f64 {
    if exits.purchases[c].is_some() { f64::from(exits.silence_days[c]) } else { f64::NAN }
}

/// A share; unknown where there is nothing to divide by.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { f64::NAN }
}

/// Both trees, and for each customer the rule that catches who leaves.
pub(super) fn rule_trees(
    work: &Work<'_>,
    facts: &Facts,
    products: &Products,
    notices: &mut Vec<Notice>,
) -> (RuleTrees, Vec<Option<u16>>) {
    let now = Features::now(work, facts, products);
    let active: Vec<bool> = work.exited.iter().map(|out| !out).collect();
    let target: Vec<bool> = work.matrix.class.iter().map(|c| *c == ValueClass::I).collect();
    let options = tree::Options::default();
    let mut out = RuleTrees::default();
    let money = (facts.revenue_12m.as_slice(), Some(facts.profit.profit.as_slice()));
    match tree::released(&now.columns(), &target, Some(&active), money, true, &options) {
        Ok(mut found) => {
            found.rule_idx = Vec::new();
            out.released = Some(found);
        }
        Err(problem) => {
            notices.push(too_few(Section::RulesReleased, problem));
            out.released_problem = Some(problem);
        }
    }
    let mut caught = Vec::new();
    match leavers(work, &now, &active, facts, &options) {
        Ok(mut found) => {
            caught = std::mem::take(&mut found.rule_idx);
            out.leavers = Some(found);
        }
        Err(problem) => {
            notices.push(too_few(Section::RulesLeavers, problem));
            out.leavers_problem = Some(problem);
        }
    }
    (out, caught)
}

fn too_few(section: Section, problem: Problem) -> Notice {
    let because = match problem {
        Problem::TooFew { n, needed } | Problem::SmallerClassTooFew { n, needed, .. } => {
            Because::TooFew { n, needed }
        }
        Problem::NoFeature => Because::AllEqual,
    };
    Notice::NotComputed { section, because }
}

/// Learns from half a year ago who has left since.
fn leavers(
    work: &Work<'_>,
    now: &Features,
    active: &[bool],
    facts: &Facts,
    options: &tree::Options,
) -> Result<Leavers, Problem> {
    let then = months_before(work.as_of, tree::HORIZON_MONTHS);
    let past = work.orders.until(then);
    let exits = Exits::judge_by(&past, then, &work.settings.silence_rule());
    let n = work.n();
    let customer: Vec<bool> = (0..n).map(|c| exits.purchases[c].is_some() && !exits.is_exited(c)).collect();
    let left: Vec<bool> = (0..n)
        .map(|c| work.exits.detection_date(c).is_some_and(|day| day > then) && work.exits.is_exited(c))
        .collect();
    let alert: Vec<f64> =
        (0..n).map(|c| f64::from(exits.silence_days[c]) / exits.threshold[c].red_days.max(1.0)).collect();
    let features = Features::then(&exits, &past, then);
    // The same features today, so that the rules can be applied.
    let kinds: Vec<Feature> = features.columns.iter().map(|(f, _)| *f).collect();
    let today: Vec<Column<'_>> =
        kinds.iter().filter_map(|kind| now.columns().into_iter().find(|c| c.feature == *kind)).collect();
    tree::leavers(
        &LeaversInput {
            columns: &features.columns(),
            included: &customer,
            left: &left,
            other: Some((OtherScore::AlertRule, &alert)),
            now: Some(Now { columns: &today, included: active }),
            revenue: &facts.revenue_12m,
            profit: Some(&facts.profit.profit),
        },
        options,
    )
}

/// Whom to contact within what budget (methods.md 24.4), and the expected loss of each customer.
pub(super) fn budget(
    p_exit: &[f64],
    value: &[f64],
    active: &[bool],
    class: &[ValueClass],
    settings: &ValidSettings,
) -> (RetentionBudget, Vec<f64>) {
    let options = BudgetSettings {
        terms: Terms { cost: settings.contact_cost, save_rate: settings.save_rate },
        cap: (settings.retention_budget > 0.0).then_some(settings.retention_budget),
        ..BudgetSettings::default()
    };
    let input = BudgetInput { p_exit, value, eligible: Some(active), class: Some(class) };
    let mut found = retention_budget::retention_budget(&input, &options);
    let expected = std::mem::take(&mut found.expected_loss);
    found.gain = Vec::new();
    found.contact = Vec::new();
    (found, expected)
}

/// Probability of leaving within the horizon: of those still customers by the model, or by the alert state where no
/// model says anything.
pub(super) fn p_exit(work: &Work<'_>) -> Vec<f64> {
    let n = work.n();
    let model =
        work.model.forecast.as_ref().filter(|_| work.model.fit.as_ref().is_some_and(|f| f.shows_dropout()));
    match model {
        Some(forecast) => (0..n).map(|c| (1.0 - forecast.p_alive[c]).clamp(0.0, 1.0)).collect(),
        // Past amber, four of five gaps have ended; the rest of the way to red is the rest of the doubt.
        None => (0..n)
            .map(|c| match work.exits.state[c] {
                State::Exited => 1.0,
                State::Amber => 0.5,
                _ => 0.0,
            })
            .collect(),
    }
}
