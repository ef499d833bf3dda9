//! The report of a contract file: one row per customer, who has left, for how long they stayed, what they pay; what
//! tells leavers from stayers, and the stage each tenure stands for.

use super::build::{Step, StepProgress, matrix_settings};
use super::figures::{arrange_matrix, literature, suggest, survival_points};
use super::{
    ActionKind, Because, Churn, ClvModel, CustomerPattern, CustomerStage, CustomerTable, Lifecycle, Loss,
    LossPrefill, Notice, Overview, PatternDetail, PatternRow, Report, Section, StageRow, ValidSettings,
    leaving, why,
};
use crate::analytics::churn::{ContractChurn, ContractDesign, contract_churn};
use crate::analytics::early_warning::{self, Covariate, EarlyWarning, Problem, Values};
use crate::analytics::pattern::Pattern;
use crate::analytics::reasons::ExitKind;
use crate::analytics::sbg::{self, Renewals, SbgError, SbgFit};
use crate::analytics::snapshot::{self, Division, Snapshot, SnapshotInput, SnapshotOptions, TenureTable};
use crate::analytics::stage::Stage;
use crate::analytics::survival::{DAYS_PER_MONTH, Survival, kaplan_meier, period_life_table};
use crate::analytics::value_matrix::{
    MatrixInput, SurvivalCurve, ValueBasis, ValueClass, ValueMatrix, value_matrix,
};
use crate::customer::{AttributeValues, Contracts};
use crate::math::{quantile, wilson};

/// Months of a renewal period of the model of renewals: a year.
const RENEWAL_MONTHS: f64 = 12.0;

/// Columns and estimates the sections share.
struct Work<'a> {
    contracts: &'a Contracts,
    settings: &'a ValidSettings,
    monthly: Vec<f64>,
    revenue: Vec<f64>,
    rate: ContractChurn,
    survival: Survival,
    warning: Option<EarlyWarning>,
    snapshot: Snapshot,
    matrix: ValueMatrix,
}

pub(super) fn build(
    contracts: &Contracts,
    settings: &ValidSettings,
    progress: &mut StepProgress<'_>,
) -> Report {
    progress(Step::Churn, 0.0, 0.0);
    let n = contracts.customers.len();
    let money = |minor: i64| contracts.scale.to_f64(i128::from(minor));
    let monthly: Vec<f64> = contracts.monthly_charge.as_ref().map_or_else(
        // Without a charge per month: charges so far over the months they cover.
        || per_month(contracts),
        |charges| charges.iter().map(|&v| money(v)).collect(),
    );
    let revenue: Vec<f64> = contracts.total_charge.as_ref().map_or_else(
        || monthly.iter().zip(&contracts.tenure_months).map(|(m, t)| m * t).collect(),
        |charges| charges.iter().map(|&v| money(v)).collect(),
    );
    let mut notices = vec![Notice::AssumedMargin { margin: settings.gross_margin }];
    if !settings.contract_window {
        notices.insert(0, Notice::ContractDesign);
    }
    if n < 30 {
        notices.insert(0, Notice::FewCustomers { customers: n as u32 });
    }
    let asked = if settings.contract_window {
        ContractDesign::Window { months: f64::from(settings.contract_window_months) }
    } else {
        ContractDesign::FullHistory
    };
    let rate = contract_churn(contracts, asked);
    let survival = match rate.used {
        ContractDesign::Window { .. } => {
            period_life_table(&contracts.tenure_months, &contracts.churned, settings.contract_window_months)
        }
        ContractDesign::FullHistory => kaplan_meier(&contracts.tenure_months, &contracts.churned),
    };
    progress(Step::Models, 0.0, 0.0);
    let warning = warn(contracts, rate.used, settings, &mut notices);
    progress(Step::Stages, 0.0, 0.0);
    let snapshot = stages(contracts, &rate, &survival, warning.as_ref(), &monthly, settings);
    if matches!(snapshot.division, Division::NotIdentifiable) {
        notices.push(Notice::NoStages);
    }
    progress(Step::Value, 0.0, 0.0);
    let matrix = matrix(contracts, settings, &monthly, &survival, &snapshot);
    for part in ["cross-buying", "referral"] {
        notices.push(Notice::MissingGrowthPart { part: part.to_owned() });
    }
    let work = Work { contracts, settings, monthly, revenue, rate, survival, warning, snapshot, matrix };
    progress(Step::Done, 0.0, 0.0);
    arrange(work, notices)
}

fn arrange(mut work: Work<'_>, mut notices: Vec<Notice>) -> Report {
    let Work { contracts, settings, .. } = work;
    let n = contracts.customers.len();
    let active: Vec<bool> = contracts.churned.iter().map(|left| !left).collect();
    let p_exit = p_exit(&work);
    let (budget, expected_loss) =
        leaving::budget(&p_exit, &work.matrix.cv, &active, &work.matrix.class, settings);
    let why = contracts
        .reason
        .as_ref()
        .map(|reason| leaving::why(&contracts.churned, reason, Some(&work.matrix.clv), None, settings));
    if why.is_none() {
        let because = Because::MissingColumn { role: "reason".to_owned() };
        notices.push(Notice::NotComputed { section: Section::Reasons, because });
    }
    let renewals = renewals(contracts, work.rate.used, &mut notices);
    let exit_kind: Vec<Option<ExitKind>> = why.as_ref().map(|w| w.kind.clone()).unwrap_or_default();
    let actions = action_bits(&work);
    let (overview, churn) = (overview(&work, &actions), churn(&work, why));
    let loss = loss(&work, &overview, crate::math::sum(expected_loss.iter().copied()));
    let id = |c: usize| contracts.customers.get(c as u32).to_owned();
    let value_matrix = arrange_matrix(
        &work.matrix,
        &contracts.churned,
        &work.revenue,
        id,
        settings.horizon_months,
        settings.annual_discount_rate,
    );
    let identifiable = !matches!(work.snapshot.division, Division::NotIdentifiable);
    let lifecycle = identifiable.then(|| lifecycle(&work));
    let patterns = if identifiable { patterns(&work) } else { Vec::new() };
    let stage = (0..n).map(|c| customer_stage(&work, c)).collect();
    let pattern =
        if identifiable { (0..n).map(|c| customer_pattern(&work, c)).collect() } else { Vec::new() };
    let warning = (0..n).map(|c| if contracts.churned[c] { 1.0 } else { 0.999_999 * p_exit[c] }).collect();
    // Columns of the table do not belong into the sections.
    let why_basis = why::of_contracts(
        contracts,
        settings,
        p_exit,
        &mut work.matrix,
        &mut work.snapshot,
        work.warning.as_mut(),
    );
    work.snapshot.at_risk = Vec::new();
    notices.sort_by_key(|n| matches!(n, Notice::NotComputed { .. }));
    Report {
        overview,
        lifecycle,
        patterns,
        pattern_detail: identifiable.then(|| PatternDetail {
            tau_months: f64::from(settings.tau_months),
            ..PatternDetail::default()
        }),
        value_matrix: Some(value_matrix),
        churn: Some(churn),
        loss,
        clv_model: Some(ClvModel {
            model: "km".to_owned(),
            unit: "months".to_owned(),
            no_dropout: true,
            ..ClvModel::default()
        }),
        retention: Some(budget),
        early_warning: work.warning,
        snapshot: Some(work.snapshot),
        renewals,
        notices,
        why: why_basis,
        customers: CustomerTable {
            id: contracts.customers.clone(),
            transactions: vec![1; n],
            profit12m: work.monthly.iter().map(|m| 12.0 * m * settings.gross_margin).collect(),
            revenue: work.revenue,
            tenure_days: contracts.tenure_months.iter().map(|m| m * DAYS_PER_MONTH).collect(),
            stage,
            pattern,
            current_value: work.matrix.cv,
            growth_potential: work.matrix.gp,
            value_class: work.matrix.class,
            clv: work.matrix.clv,
            warning,
            expected_loss,
            exit_kind,
            actions,
            ..CustomerTable::default()
        },
        ..Report::default()
    }
}

/// The regression of the early warning on whatever columns the file has beside the roles.
fn warn(
    contracts: &Contracts,
    design: ContractDesign,
    settings: &ValidSettings,
    notices: &mut Vec<Notice>,
) -> Option<EarlyWarning> {
    let monthly: Option<Vec<Option<f64>>> = contracts
        .monthly_charge
        .as_ref()
        .map(|charges| charges.iter().map(|&v| Some(contracts.scale.to_f64(i128::from(v)))).collect());
    let mut covariates: Vec<Covariate<'_>> = Vec::new();
    if let Some(charges) = &monthly {
        covariates.push(Covariate { name: "monthlyCharge", values: Values::Number(charges) });
    }
    for attribute in &contracts.attributes {
        let values = match &attribute.values {
            AttributeValues::Number(values) => Values::Number(values),
            AttributeValues::Category(coded) => Values::Category(coded),
        };
        covariates.push(Covariate { name: &attribute.name, values });
    }
    let input = early_warning::Input {
        customers: &contracts.customers,
        tenure_months: &contracts.tenure_months,
        churned: &contracts.churned,
        covariates: &covariates,
    };
    let options = early_warning::Options {
        design,
        ridge: settings.warning_ridge,
        admit_protected: settings.protected_attributes,
        ..early_warning::Options::default()
    };
    match early_warning::early_warning(&input, &options) {
        Ok(found) => Some(found),
        Err(problem) => {
            let because = match problem {
                Problem::TooFew { n_customers, needed, .. } if n_customers < needed => {
                    Because::TooFew { n: n_customers, needed }
                }
                Problem::TooFew { n_left, needed_of_each, .. } => {
                    Because::TooFew { n: n_left, needed: needed_of_each }
                }
                _ => Because::NotFitted,
            };
            notices.push(Notice::NotComputed { section: Section::EarlyWarning, because });
            None
        }
    }
}

fn stages(
    contracts: &Contracts,
    rate: &ContractChurn,
    survival: &Survival,
    warning: Option<&EarlyWarning>,
    monthly: &[f64],
    settings: &ValidSettings,
) -> Snapshot {
    let table = match rate.used {
        ContractDesign::Window { .. } => TenureTable::of_life_table(survival),
        ContractDesign::FullHistory => {
            TenureTable::full_history(&contracts.tenure_months, &contracts.churned)
        }
    };
    let total: Option<Vec<Option<f64>>> = contracts.total_charge.as_ref().map(|charges| {
        charges.iter().map(|&v| (v > 0).then(|| contracts.scale.to_f64(i128::from(v)))).collect()
    });
    let risk = warning.and_then(|w| Some((w.p.as_slice(), w.base_rate?)));
    let input = SnapshotInput {
        tenure_months: &contracts.tenure_months,
        churned: &contracts.churned,
        period_charge: contracts.monthly_charge.as_ref().map(|_| monthly),
        total_charge: total.as_deref(),
        risk,
    };
    let options = SnapshotOptions { tau_months: f64::from(settings.tau_months), at_risk_declines: false };
    snapshot::snapshot(&input, &table, &options)
}

fn matrix(
    contracts: &Contracts,
    settings: &ValidSettings,
    monthly: &[f64],
    survival: &Survival,
    snapshot: &Snapshot,
) -> ValueMatrix {
    let steps: Vec<(f64, f64)> = survival.points.iter().map(|p| (p.time, p.survival)).collect();
    let curve = SurvivalCurve::new(&steps);
    let margin = settings.gross_margin;
    let profit: Vec<f64> = monthly.iter().map(|m| m * margin).collect();
    // A stage by tenure is certain as far as it goes.
    let stages: Vec<[f64; 4]> = snapshot
        .stage
        .iter()
        .map(|stage| {
            let mut p = [0.0; 4];
            if let Some(stage) = stage {
                p[place(*stage)] = 1.0;
            }
            p
        })
        .collect();
    let identifiable = !matches!(snapshot.division, Division::NotIdentifiable);
    let input = MatrixInput {
        exited: &contracts.churned,
        basis: ValueBasis::Survival {
            monthly_profit: &profit,
            tenure_months: &contracts.tenure_months,
            curve: &curve,
        },
        monthly_spend: monthly,
        margin,
        stages: identifiable.then_some(stages.as_slice()),
        wallet_per_year: contracts.side.profile.wallet_per_year.as_deref(),
        peer_group: contracts.side.profile.segment.as_ref().map(|s| s.code.as_slice()),
        cross_profit: None,
        new_customer_value: None,
    };
    value_matrix(&input, &matrix_settings(settings))
}

fn place(stage: Stage) -> usize {
    match stage {
        Stage::Exploration => 0,
        Stage::BuildUp => 1,
        Stage::Stability => 2,
        Stage::Decline => 3,
    }
}

/// Probability of leaving in the next twelve months: by the regression, else by the curve at the customer's tenure.
fn p_exit(work: &Work<'_>) -> Vec<f64> {
    let steps: Vec<(f64, f64)> = work.survival.points.iter().map(|p| (p.time, p.survival)).collect();
    let curve = SurvivalCurve::new(&steps);
    (0..work.contracts.customers.len())
        .map(|c| {
            if work.contracts.churned[c] {
                return 1.0;
            }
            if let Some(p) = work.warning.as_ref().and_then(|w| w.p.get(c).copied().flatten()) {
                return p.clamp(0.0, 1.0);
            }
            let tenure = work.contracts.tenure_months[c];
            let now = curve.at(tenure);
            if now > 0.0 { (1.0 - curve.at(tenure + 12.0) / now).clamp(0.0, 1.0) } else { 1.0 }
        })
        .collect()
}

/// Which suggestions concern each customer, as bits: those of a ledger that a contract file can tell.
fn action_bits(work: &Work<'_>) -> Vec<u8> {
    (0..work.contracts.customers.len())
        .map(|c| {
            if work.contracts.churned[c] {
                return 0;
            }
            let class = work.matrix.class[c];
            let at_risk = work.snapshot.at_risk.get(c) == Some(&true);
            let declines = work.snapshot.stage.get(c).copied().flatten() == Some(Stage::Decline);
            let bit = |kind: ActionKind, holds: bool| if holds { kind.bit() } else { 0 };
            bit(ActionKind::ContactAlerted, at_risk && matches!(class, ValueClass::III | ValueClass::IV))
                // A customer past the alert point is already in the first suggestion.
                | bit(ActionKind::RepairDecline, declines && !at_risk)
                | bit(ActionKind::RebuildStalled, class == ValueClass::II)
        })
        .collect()
}

fn overview(work: &Work<'_>, actions: &[u8]) -> Overview {
    let (contracts, margin) = (work.contracts, work.settings.gross_margin);
    let n = contracts.customers.len();
    let total: f64 = contracts.total_charge.as_ref().map_or_else(
        || crate::math::sum(work.revenue.iter().copied()),
        |c| contracts.scale.to_f64(c.iter().map(|&v| i128::from(v)).sum()),
    );
    let reserve: f64 = (0..n).filter(|&c| contracts.churned[c]).map(|c| work.matrix.clv[c]).sum();
    let alerted = (0..n).filter(|&c| work.snapshot.at_risk.get(c) == Some(&true));
    let (mut n_alerted, mut at_risk) = (0, 0.0);
    for c in alerted {
        n_alerted += 1;
        at_risk += work.matrix.cv[c];
    }
    Overview {
        customers: n as u32,
        revenue: total,
        profit: Some(total * margin),
        gross_margin: margin,
        churn_rate: work.rate.rate,
        churn_interval: work.rate.interval.map(|(lo, hi)| [lo, hi]),
        retention_rate: work.rate.rate.map(|r| 1.0 - r),
        active: n as u32 - work.rate.lost,
        alerted: n_alerted,
        exited: work.rate.lost,
        customer_equity: Some(work.matrix.cv.iter().sum()),
        win_back_reserve: Some(reserve),
        value_at_risk: work.warning.as_ref().map(|_| at_risk),
        actions: suggest(&work.matrix, actions),
        ..Overview::default()
    }
}

fn churn(work: &Work<'_>, why: Option<leaving::Why>) -> Churn {
    let rate = &work.rate;
    let mut out = Churn {
        definition: match rate.used {
            ContractDesign::FullHistory => "contract-flag",
            ContractDesign::Window { .. } => "contract-window",
        }
        .to_owned(),
        lost: rate.lost,
        base: work.contracts.customers.len() as u32,
        rate: rate.rate,
        interval: rate.interval.map(|(lo, hi)| [lo, hi]),
        revenue_rate: rate.revenue_rate,
        survival: survival_points(&work.survival),
        survival_unit: "months".to_owned(),
        median_survival: work.survival.median,
        ..Churn::default()
    };
    if let Some(why) = why {
        out.reasons = why.rows;
        out.reason_detail = Some(why.detail);
    }
    out
}

fn loss(work: &Work<'_>, overview: &Overview, expected: f64) -> Loss {
    let n = work.contracts.customers.len();
    let mean_charge = (n > 0).then(|| 12.0 * work.monthly.iter().sum::<f64>() / n as f64);
    let inputs = LossPrefill {
        customers: Some(f64::from(overview.active)),
        annual_churn: annual_churn(&work.survival),
        revenue_per_customer: mean_charge.map(|v| (v * 100.0).round() / 100.0),
        margin: Some(work.settings.gross_margin),
    };
    let literature = literature(&inputs, work.settings);
    Loss { inputs, expected: Some(expected), literature, ..Loss::default() }
}

/// Yearly renewals by the shifted-beta-geometric model (methods.md 23.5).
fn renewals(contracts: &Contracts, design: ContractDesign, notices: &mut Vec<Notice>) -> Option<SbgFit> {
    let fitted = Renewals::from_contracts(contracts, RENEWAL_MONTHS, design).and_then(|data| sbg::fit(&data));
    match fitted {
        Ok(found) => Some(found),
        Err(error) => {
            let because = match error {
                SbgError::TooFewCustomers { n, needed } | SbgError::TooFewLost { n, needed } => {
                    Because::TooFew { n, needed }
                }
                SbgError::TooFewPeriods { n, needed } => {
                    Because::TooShort { months: 12 * n, needed: 12 * needed }
                }
                SbgError::WindowIsNotAPeriod { .. } | SbgError::NotConverged => Because::NotFitted,
            };
            notices.push(Notice::NotComputed { section: Section::Renewals, because });
            None
        }
    }
}

fn customer_stage(work: &Work<'_>, c: usize) -> CustomerStage {
    if work.contracts.churned[c] {
        return CustomerStage::Exited;
    }
    match work.snapshot.stage.get(c).copied().flatten() {
        Some(stage) => super::lifecycle::named(stage),
        None => CustomerStage::Exploration,
    }
}

fn customer_pattern(work: &Work<'_>, c: usize) -> CustomerPattern {
    let pattern: Option<Pattern> = work.snapshot.pattern.get(c).copied().flatten();
    pattern.filter(|_| work.contracts.churned[c]).map_or(CustomerPattern::Active, CustomerPattern::from)
}

/// Stage rows; a snapshot has no history, so there is nothing over time.
fn lifecycle(work: &Work<'_>) -> Lifecycle {
    let n = work.contracts.customers.len();
    let row = |stage: CustomerStage| {
        let mut row = StageRow {
            stage,
            customers: 0,
            revenue: 0.0,
            monthly_value: 0.0,
            confidence: None,
            alerted: 0,
            current_value: 0.0,
        };
        for c in (0..n).filter(|&c| customer_stage(work, c) == stage) {
            row.customers += 1;
            row.revenue += work.revenue[c];
            row.monthly_value += work.monthly[c];
            row.alerted += u32::from(work.snapshot.at_risk.get(c) == Some(&true));
            row.current_value += work.matrix.cv[c];
        }
        row.monthly_value /= f64::from(row.customers.max(1));
        row
    };
    Lifecycle {
        stages: CustomerStage::ALL.into_iter().map(row).collect(),
        period_months: 1,
        ..Lifecycle::default()
    }
}

fn patterns(work: &Work<'_>) -> Vec<PatternRow> {
    let n = work.contracts.customers.len();
    let ended = f64::from(work.rate.lost);
    let row = |pattern: CustomerPattern| {
        let own: Vec<usize> = (0..n).filter(|&c| customer_pattern(work, c) == pattern).collect();
        let tenure: Vec<f64> =
            own.iter().map(|&c| work.contracts.tenure_months[c] * DAYS_PER_MONTH).collect();
        let is_ending = pattern != CustomerPattern::Active && ended > 0.0;
        let count = own.len() as f64;
        PatternRow {
            pattern,
            customers: own.len() as u32,
            revenue: own.iter().map(|&c| work.revenue[c]).sum(),
            median_tenure_days: (!tenure.is_empty()).then(|| quantile(&tenure, 0.5)),
            share: is_ending.then(|| count / ended),
            share_interval: is_ending.then(|| wilson(count, ended)).map(|(low, high)| [low, high]),
            one_time: 0,
            unseen_start: 0,
            curve: Vec::new(),
            clv: own.iter().map(|&c| work.matrix.clv[c]).sum(),
        }
    };
    CustomerPattern::ALL.into_iter().map(row).collect()
}

fn per_month(contracts: &Contracts) -> Vec<f64> {
    let Some(charges) = &contracts.total_charge else { return vec![0.0; contracts.customers.len()] };
    charges
        .iter()
        .zip(&contracts.tenure_months)
        .map(|(&v, &t)| contracts.scale.to_f64(i128::from(v)) / t.max(1.0))
        .collect()
}

/// Churn of the first twelve months, the only year a full-history curve shows for certain.
fn annual_churn(survival: &Survival) -> Option<f64> {
    (!survival.points.is_empty()).then(|| ((1.0 - survival.at(12.0)) * 1e4).round() / 1e4)
}
