//! What if? All calculators on up to four named sets of inputs, each result beside the first set's.
//!
//! Per result x of scenario j: `difference = x_j - x_1`, `relative = (x_j - x_1) / |x_1|`. The sixteen
//! results are those of the calculators in the parent module with `pi = m = R g` and `lost = N c`; the
//! planned cost of the budget is C0, and the programme runs H periods at a constant running cost.
//!
//! Symbols: as in [`Inputs`]; shares 0..=1, money in the file's currency unit, rates per period.
//!
//! Source: methods.md 11.
//!
//! Degenerate cases: an input out of range is a fact of the cells that rest on it ([`Cell::problem`]), the
//! others still answer; without a first value there is no difference, with a first value of 0 no relative
//! one; no scenario gives no rows, more than [`MAX_SCENARIOS`] are refused ([`TooMany`]).
//!
//! ```
//! use tenure::analytics::loss::{Inputs, Measure, Scenario, compare};
//! let now = Inputs { // methods.md 11
//!     customers: 6000.0, churn: 0.05, revenue: 1000.0, margin: 0.1, save_rate: 0.2, retention: 0.95,
//!     discount_rate: 0.1, horizon_factor: 1.0, horizon: 3, initial_cost: 3000.0, running_cost: 0.0,
//!     acquisition_cost: 200.0, cost_ratio: 5.0,
//! };
//! let half = Inputs { churn: 0.025, ..now };
//! let named = |name: &str, inputs| Scenario { name: name.to_owned(), inputs };
//! let table = compare(&[named("now", now), named("half", half)]).unwrap();
//! let npv = table.rows.iter().find(|row| row.measure == Measure::Npv).unwrap();
//! assert!((npv.cells[0].value.unwrap() - 11_233.66).abs() < 5e-3);
//! assert_eq!((table.rows[0].measure, table.rows[0].cells[1].relative), (Measure::Lost, Some(-0.5)));
//! ```

use super::{
    AcquireRetain, Aggregate, Budget, Checked, Individual, InputError, Programme, acquire_or_retain,
    aggregate, budget, individual, lifetime_loss, programme,
};
use serde::{Deserialize, Serialize};

/// Most scenarios compared at once.
pub const MAX_SCENARIOS: usize = 4;

/// Inputs of all calculators; see there for the symbols.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inputs {
    /// N, customers at the start.
    pub customers: f64,
    /// c, churn rate per period.
    pub churn: f64,
    /// R, revenue per customer and period.
    pub revenue: f64,
    /// g, margin as a share of revenue.
    pub margin: f64,
    /// s, share of leavers who can be kept.
    pub save_rate: f64,
    /// r, retention of a customer from one period to the next.
    pub retention: f64,
    /// i, discount rate per period.
    pub discount_rate: f64,
    /// A, periods of profit a kept customer is worth in the budget.
    pub horizon_factor: f64,
    /// H, periods of the programme.
    pub horizon: u32,
    /// C0, cost at the start; the planned cost of the budget.
    pub initial_cost: f64,
    /// C_t, cost per period.
    pub running_cost: f64,
    /// CAC, cost of acquiring one customer.
    pub acquisition_cost: f64,
    /// kappa, how many times dearer acquiring is than trying to keep.
    pub cost_ratio: f64,
}

/// A named set of inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Its inputs.
    pub inputs: Inputs,
}

/// A result of a calculator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// Customers lost.
    Lost,
    /// Revenue lost.
    Revenue,
    /// Profit lost.
    Profit,
    /// Loss that can be avoided: the most that the effort may cost.
    BreakEvenCost,
    /// Save rate at which the planned cost is earned back.
    BreakEvenSaveRate,
    /// Loss avoided less planned cost.
    BudgetNet,
    /// Lifetime value lost with a customer who leaves now.
    ResidualValue,
    /// Lifetime value with a margin due now.
    ValueWithMarginNow,
    /// Residual value of all lost customers.
    LifetimeLoss,
    /// Net present value of the programme.
    Npv,
    /// Its return over the horizon.
    Roi,
    /// Its return over the first period.
    FirstRoi,
    /// Period in which it has paid for itself.
    PaybackPeriod,
    /// Cost of replacing all who left.
    Replacing,
    /// Cost of keeping as many.
    Keeping,
    /// Cost ratio at which both cost the same.
    BreakEvenRatio,
}

/// A result of one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The result; `None` where an input is out of range, or where it does not exist (as a return on no
    /// cost).
    pub value: Option<f64>,
    /// The input out of range.
    pub problem: Option<InputError>,
    /// Value less the first scenario's.
    pub difference: Option<f64>,
    /// The same as a share of the first scenario's, where that is not 0.
    pub relative: Option<f64>,
}

/// A result of all scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeasureRow {
    /// The result.
    pub measure: Measure,
    /// One cell per scenario.
    pub cells: Vec<Cell>,
}

/// Scenarios side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Their names.
    pub names: Vec<String>,
    /// All results, in the order of [`Measure`].
    pub rows: Vec<MeasureRow>,
}

/// More than [`MAX_SCENARIOS`] scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TooMany {
    /// How many.
    pub n: u32,
}

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} scenarios, at most {MAX_SCENARIOS}", self.n)
    }
}

impl std::error::Error for TooMany {}

/// All results of up to four scenarios and their differences to the first.
///
/// # Errors
/// More scenarios than that. An input out of range is a fact of its cells.
pub fn compare(scenarios: &[Scenario]) -> Result<Comparison, TooMany> {
    if scenarios.len() > MAX_SCENARIOS {
        return Err(TooMany { n: scenarios.len() as u32 });
    }
    let outcomes: Vec<_> = scenarios.iter().map(|s| s.inputs.outcomes()).collect();
    let Some(first) = outcomes.first() else { return Ok(Comparison { names: Vec::new(), rows: Vec::new() }) };
    let rows = first
        .iter()
        .enumerate()
        .map(|(row, &(measure, base))| {
            let base = base.ok().flatten();
            let cells =
                outcomes.iter().filter_map(|o| o.get(row)).map(|&(_, result)| cell(result, base)).collect();
            MeasureRow { measure, cells }
        })
        .collect();
    Ok(Comparison { names: scenarios.iter().map(|s| s.name.clone()).collect(), rows })
}

fn cell(result: Checked<Option<f64>>, base: Option<f64>) -> Cell {
    let value = result.ok().flatten();
    let difference = value.zip(base).map(|(v, b)| v - b).filter(|d| d.is_finite());
    let relative = difference.zip(base).map(|(d, b)| d / b.abs()).filter(|r| r.is_finite());
    Cell { value, problem: result.err(), difference, relative }
}

impl Inputs {
    /// Every result, in the order of [`Measure`].
    fn outcomes(&self) -> [(Measure, Checked<Option<f64>>); 16] {
        let &Self { customers, churn, revenue, margin, save_rate, retention, discount_rate, .. } = self;
        let profit = revenue * margin;
        let loss = aggregate(&Aggregate { customers, churn, revenue, margin });
        let budget = loss.and_then(|l| {
            let (horizon_factor, cost) = (self.horizon_factor, self.initial_cost);
            budget(&Budget { lost: l.lost, profit, save_rate, horizon_factor, cost })
        });
        let each = Individual { margin: profit, retention, discount_rate };
        let value = individual(&each);
        let lifetime = loss.and_then(|l| lifetime_loss(l.lost, &each));
        let plan = loss.and_then(|l| {
            programme(&Programme {
                lost: l.lost,
                save_rate,
                profit,
                retention,
                discount_rate,
                horizon: self.horizon,
                initial_cost: self.initial_cost,
                running_costs: vec![self.running_cost],
            })
        });
        let plan = plan.as_ref().map_err(|e| *e);
        let swap = loss.and_then(|l| {
            let (acquisition_cost, cost_ratio) = (self.acquisition_cost, self.cost_ratio);
            acquire_or_retain(&AcquireRetain { lost: l.lost, acquisition_cost, cost_ratio, save_rate })
        });
        [
            (Measure::Lost, loss.map(|l| Some(l.lost))),
            (Measure::Revenue, loss.map(|l| Some(l.revenue))),
            (Measure::Profit, loss.map(|l| Some(l.profit))),
            (Measure::BreakEvenCost, budget.map(|b| Some(b.break_even_cost))),
            (Measure::BreakEvenSaveRate, budget.map(|b| b.break_even_save_rate)),
            (Measure::BudgetNet, budget.map(|b| Some(b.net))),
            (Measure::ResidualValue, value.map(|v| Some(v.residual))),
            (Measure::ValueWithMarginNow, value.map(|v| Some(v.with_margin_now))),
            (Measure::LifetimeLoss, lifetime.map(Some)),
            (Measure::Npv, plan.map(|p| Some(p.npv))),
            (Measure::Roi, plan.map(|p| p.roi)),
            (Measure::FirstRoi, plan.map(|p| p.first_roi)),
            (Measure::PaybackPeriod, plan.map(|p| p.payback_period.map(f64::from))),
            (Measure::Replacing, swap.map(|s| Some(s.replacing))),
            (Measure::Keeping, swap.map(|s| Some(s.keeping))),
            (Measure::BreakEvenRatio, swap.map(|s| Some(s.break_even_ratio))),
        ]
    }
}
