//! The report of a contract file: one row per customer, who has left, for how long they stayed, what they pay.

use super::build::{Step, StepProgress, matrix_settings};
use super::figures::{arrange_matrix, survival_points};
use super::{
    Churn, ClvModel, CustomerStage, CustomerTable, Loss, LossPrefill, Notice, Overview, Report, ValidSettings,
};
use crate::analytics::churn::{ContractDesign, contract_churn};
use crate::analytics::survival::{DAYS_PER_MONTH, kaplan_meier};
use crate::analytics::value_matrix::{MatrixInput, SurvivalCurve, ValueBasis, value_matrix};
use crate::customer::Contracts;

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
    let total: f64 = contracts.total_charge.as_ref().map_or_else(
        || crate::math::sum(revenue.iter().copied()),
        |c| contracts.scale.to_f64(c.iter().map(|&v| i128::from(v)).sum()),
    );
    let rate = contract_churn(contracts, ContractDesign::FullHistory);
    let survival = kaplan_meier(&contracts.tenure_months, &contracts.churned);
    progress(Step::Value, 0.0, 0.0);
    let steps: Vec<(f64, f64)> = survival.points.iter().map(|p| (p.time, p.survival)).collect();
    let curve = SurvivalCurve::new(&steps);
    let margin = settings.gross_margin;
    let profit: Vec<f64> = monthly.iter().map(|m| m * margin).collect();
    let input = MatrixInput {
        exited: &contracts.churned,
        basis: ValueBasis::Survival {
            monthly_profit: &profit,
            tenure_months: &contracts.tenure_months,
            curve: &curve,
        },
        monthly_spend: &monthly,
        margin,
        stages: None,
        wallet_per_year: None,
        peer_group: None,
        cross_profit: None,
        new_customer_value: None,
    };
    let matrix = value_matrix(&input, &matrix_settings(settings));
    let active = n as u32 - rate.lost;
    let equity: f64 = matrix.cv.iter().sum();
    let reserve: f64 = (0..n).filter(|&c| contracts.churned[c]).map(|c| matrix.clv[c]).sum();
    let annual = annual_churn(&survival);
    let mean_charge = if n == 0 { None } else { Some(12.0 * monthly.iter().sum::<f64>() / n as f64) };
    let mut notices = vec![Notice::NoStages, Notice::ContractDesign, Notice::AssumedMargin { margin }];
    if n < 30 {
        notices.insert(0, Notice::FewCustomers { customers: n as u32 });
    }
    for part in ["cross-buying", "referral"] {
        notices.push(Notice::MissingGrowthPart { part: part.to_owned() });
    }
    let overview = Overview {
        customers: n as u32,
        revenue: total,
        profit: Some(total * margin),
        gross_margin: margin,
        churn_rate: rate.rate,
        churn_interval: rate.interval.map(|(lo, hi)| [lo, hi]),
        retention_rate: rate.rate.map(|r| 1.0 - r),
        active,
        exited: rate.lost,
        customer_equity: Some(equity),
        win_back_reserve: Some(reserve),
        ..Overview::default()
    };
    let churn = Churn {
        definition: "contract-flag".to_owned(),
        lost: rate.lost,
        base: n as u32,
        rate: rate.rate,
        interval: rate.interval.map(|(lo, hi)| [lo, hi]),
        revenue_rate: rate.revenue_rate,
        survival: survival_points(&survival),
        survival_unit: "months".to_owned(),
        median_survival: survival.median,
        ..Churn::default()
    };
    let loss = Loss {
        inputs: LossPrefill {
            customers: Some(f64::from(active)),
            annual_churn: annual,
            revenue_per_customer: mean_charge.map(|v| (v * 100.0).round() / 100.0),
            margin: Some(margin),
        },
        ..Loss::default()
    };
    let id = |c: usize| contracts.customers.get(c as u32).to_owned();
    let value_matrix = arrange_matrix(
        &matrix,
        &contracts.churned,
        &revenue,
        id,
        settings.horizon_months,
        settings.annual_discount_rate,
    );
    Report {
        overview,
        value_matrix: Some(value_matrix),
        churn: Some(churn),
        loss,
        clv_model: Some(ClvModel {
            model: "km".to_owned(),
            unit: "months".to_owned(),
            no_dropout: true,
            ..ClvModel::default()
        }),
        notices,
        customers: CustomerTable {
            id: contracts.customers.clone(),
            transactions: vec![1; n],
            revenue,
            tenure_days: contracts.tenure_months.iter().map(|m| m * DAYS_PER_MONTH).collect(),
            stage: contracts
                .churned
                .iter()
                .map(|&left| if left { CustomerStage::Exited } else { CustomerStage::Exploration })
                .collect(),
            current_value: matrix.cv,
            growth_potential: matrix.gp,
            value_class: matrix.class,
            clv: matrix.clv,
            warning: contracts.churned.iter().map(|&left| f64::from(u8::from(left))).collect(),
            ..CustomerTable::default()
        },
        ..Report::default()
    }
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
fn annual_churn(survival: &crate::analytics::survival::Survival) -> Option<f64> {
    (!survival.points.is_empty()).then(|| ((1.0 - survival.at(12.0)) * 1e4).round() / 1e4)
}
