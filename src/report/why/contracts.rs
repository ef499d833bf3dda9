//! What explanations of contract customers are made from.

use super::{FeatureName, Why, WhyBasis, at, basis};
use crate::analytics::early_warning::{Contribution, EarlyWarning, Form, Term};
use crate::analytics::explain::{self, Change, Lever, LogisticInput, SnapshotInput};
use crate::analytics::pattern::{Pattern, Verdict};
use crate::analytics::snapshot::{HazardFit, Snapshot};
use crate::analytics::stage::Stage;
use crate::analytics::value_matrix::ValueMatrix;
use crate::customer::{AttributeValues, Coded, Contracts};
use crate::report::{CustomerTable, ValidSettings};

/// A covariate's values as the file has them.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    /// Months of tenure, or a total that the model divides by them: not to be moved.
    Fixed(Vec<Option<f64>>),
    /// Numbers, and their least and greatest.
    Number(Vec<Option<f64>>, [f64; 2]),
    /// Levels.
    Category(Coded),
}

/// Columns have one entry per customer.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct ContractBasis {
    tenure_months: Vec<f64>,
    churned: Vec<bool>,
    stage: Vec<Option<Stage>>,
    trend_ratio: Vec<Option<f64>>,
    pattern: Vec<Option<Pattern>>,
    hazards: Option<HazardFit>,
    tau_months: f64,
    warning: Option<WarningBasis>,
}

/// The early warning without its columns, the columns, and what they were computed from.
#[derive(Clone, Debug, PartialEq)]
struct WarningBasis {
    model: EarlyWarning,
    p: Vec<Option<f64>>,
    top: Vec<[Option<Contribution>; 3]>,
    /// One per covariate used.
    columns: Vec<Column>,
}

/// Moves what the sections do not keep into the basis of explanations. The covariates are copied: the data set stays
/// with whoever read it.
pub(in crate::report) fn of_contracts(
    contracts: &Contracts,
    settings: &ValidSettings,
    p_exit: Vec<f64>,
    matrix: &mut ValueMatrix,
    snapshot: &mut Snapshot,
    warning: Option<&mut EarlyWarning>,
) -> WhyBasis {
    let warning = warning.map(|warning| {
        let (p, top) = (std::mem::take(&mut warning.p), std::mem::take(&mut warning.top));
        let columns = warning.used.iter().map(|u| column(contracts, &u.name, &u.form)).collect();
        WarningBasis { model: warning.clone(), p, top, columns }
    });
    let contract = ContractBasis {
        tenure_months: contracts.tenure_months.clone(),
        churned: contracts.churned.clone(),
        stage: std::mem::take(&mut snapshot.stage),
        trend_ratio: std::mem::take(&mut snapshot.trend_ratio),
        pattern: std::mem::take(&mut snapshot.pattern),
        hazards: snapshot.fits.best().cloned(),
        tau_months: f64::from(settings.tau_months),
        warning,
    };
    WhyBasis {
        cv_threshold: matrix.cv_threshold,
        gp_threshold: matrix.gp_threshold,
        largest_part: std::mem::take(&mut matrix.largest_part),
        segment: contracts.side.profile.segment.clone(),
        contracts: Some(Box::new(contract)),
        ..basis(settings, p_exit)
    }
}

fn column(contracts: &Contracts, name: &str, form: &Form) -> Column {
    let charges = || -> Option<Vec<Option<f64>>> {
        let charges = contracts.monthly_charge.as_ref().filter(|_| name == "monthlyCharge")?;
        Some(charges.iter().map(|&v| Some(contracts.scale.to_f64(i128::from(v)))).collect())
    };
    let attribute = || contracts.attributes.iter().find(|a| a.name == name).map(|a| &a.values);
    let numbers = || match attribute() {
        Some(AttributeValues::Number(values)) => values.clone(),
        _ => Vec::new(),
    };
    match form {
        Form::LnTenure => Column::Fixed(contracts.tenure_months.iter().map(|t| Some(*t)).collect()),
        Form::PerMonth => Column::Fixed(numbers()),
        Form::Number => {
            let values = charges().unwrap_or_else(numbers);
            let known = values.iter().flatten().filter(|v| v.is_finite());
            let range = known.fold([f64::MAX, f64::MIN], |[low, high], &v| [low.min(v), high.max(v)]);
            Column::Number(values, range)
        }
        Form::Levels { .. } => match attribute() {
            Some(AttributeValues::Category(coded)) => Column::Category(coded.clone()),
            _ => Column::Fixed(Vec::new()),
        },
    }
}

impl ContractBasis {
    pub(super) fn explain(&self, basis: &WhyBasis, table: &CustomerTable, i: usize, why: &mut Why) {
        let exited = at(&self.churned, i).unwrap_or(false);
        why.labels.exited = exited;
        why.labels.stage = at(&self.stage, i).flatten();
        let cuts: Vec<f64> = self.hazards.iter().flat_map(|h| &h.cut_months).map(|&m| f64::from(m)).collect();
        let tenure_months = at(&self.tenure_months, i).unwrap_or(0.0);
        let risk = self.warning.as_ref().and_then(|w| Some((at(&w.p, i).flatten()?, w.model.base_rate?)));
        why.stage = why.labels.stage.map(|stage| {
            explain::snapshot_stage(&SnapshotInput {
                stage,
                tenure_months,
                cuts_months: &cuts,
                hazards: self.hazards.as_ref().map_or(&[], |h| &h.hazards),
                trend_ratio: at(&self.trend_ratio, i).flatten(),
                exit_risk: risk,
                exited,
            })
        });
        why.pattern = at(&self.pattern, i).flatten().filter(|_| exited).map(|pattern| {
            let mut probabilities = [0.0; 4];
            probabilities[pattern as usize] = 1.0;
            let stable = cuts.last().map(|end| tenure_months - end);
            explain::pattern(&Verdict::Exited { pattern, probabilities }, stable, self.tau_months)
        });
        if let Some(warning) = &self.warning {
            let value = WhyBasis::value(table, i, exited);
            let p_star =
                explain::contact(0.0, value, basis.contact_cost, basis.save_rate).and_then(|c| c.p_star);
            warning.explain(i, tenure_months, p_star, why);
        }
    }
}

impl WarningBasis {
    fn explain(&self, i: usize, tenure_months: f64, p_star: Option<f64>, why: &mut Why) {
        let Some(p) = at(&self.p, i).flatten() else { return };
        let said: Vec<explain::Contribution> = at(&self.top, i)
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .map(|c| explain::Contribution {
                feature_idx: c.covariate_idx,
                log_odds: c.log_odds,
                value: self.number(c.covariate_idx as usize, i),
            })
            .collect();
        let levers: Vec<Lever> = (0..self.columns.len()).flat_map(|k| self.levers(k, i)).collect();
        let explanation = explain::logistic(&LogisticInput {
            top: &said,
            p,
            p_star,
            needed: p_star.and_then(|to| self.model.log_odds_between(tenure_months, p, to)),
            levers: &levers,
        });
        why.names.covariates = (0..self.columns.len()).map(|k| self.name(k, i)).collect();
        for change in &explanation.changes {
            if let Change::Level { feature_idx, level_idx } = *change
                && let Some(Column::Category(coded)) = self.columns.get(feature_idx as usize)
                && let Some(name) = why.names.covariates.get_mut(feature_idx as usize)
            {
                name.other_level = Some(coded.names.get(level_idx).to_owned());
            }
        }
        why.risk = Some(explanation);
    }

    fn name(&self, k: usize, i: usize) -> FeatureName {
        let level = match self.columns.get(k) {
            Some(Column::Category(coded)) => super::name_of(coded, i).map(|n| n.1),
            _ => None,
        };
        let name = self.model.used.get(k).map(|u| u.name.clone()).unwrap_or_default();
        FeatureName { name, level, ..FeatureName::default() }
    }

    fn number(&self, k: usize, i: usize) -> Option<f64> {
        match self.columns.get(k)? {
            Column::Fixed(values) | Column::Number(values, _) => at(values, i).flatten(),
            Column::Category(_) => None,
        }
    }

    /// What could be different about a covariate, within what the file has seen.
    fn levers(&self, k: usize, i: usize) -> Vec<Lever> {
        let feature_idx = k as u32;
        let own = || self.model.coefficients.iter().filter(move |c| c.covariate_idx == feature_idx);
        match self.columns.get(k) {
            Some(&Column::Number(ref values, range)) => {
                let coefficient = own().find(|c| c.term == Term::Value && c.sd > 0.0);
                let lever = coefficient.zip(at(values, i).flatten()).map(|(c, value)| Lever::Number {
                    feature_idx,
                    beta: c.slope / c.sd,
                    value,
                    sd: c.sd,
                    range,
                });
                lever.into_iter().collect()
            }
            Some(Column::Category(coded)) => {
                let Some((code, _)) = super::name_of(coded, i) else { return Vec::new() };
                let reference = self.model.used.get(k).and_then(|u| match &u.form {
                    Form::Levels { reference, .. } => reference.as_deref(),
                    _ => None,
                });
                let said = |code: u32| -> Option<f64> {
                    let name = coded.names.get(code);
                    let of = |c: &&_| matches!(c, crate::analytics::early_warning::Coefficient { term: Term::Level { level }, .. } if level == name);
                    match own().find(of) {
                        Some(c) if c.sd > 0.0 => Some(c.slope / c.sd),
                        None if reference == Some(name) => Some(0.0),
                        _ => None,
                    }
                };
                let Some(now) = said(code) else { return Vec::new() };
                (0..coded.names.len() as u32)
                    .filter(|&other| other != code)
                    .filter_map(|other| {
                        Some(Lever::Level { feature_idx, level_idx: other, log_odds: said(other)? - now })
                    })
                    .collect()
            }
            Some(Column::Fixed(_)) | None => Vec::new(),
        }
    }
}
