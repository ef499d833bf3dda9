//! Which input matters most, and what if two move at once?
//!
//! Tornado: of a result `f(x_1 .. x_n)`, bar j runs from `f(x_j (1 - step))` to `f(x_j (1 + step))`, the
//! other inputs as they are; longest bar first. A plain product moves by the same share whichever input
//! moves, so that its bars are all equal; lifetime value is most sensitive to retention (Gupta, Lehmann &
//! Stuart 2004). Grid: `N c R g s A - cost` over churn c and save rate s.
//!
//! Symbols: step a share of the input, usually 0.2; results money in the file's currency unit; the others as
//! in the parent module.
//!
//! Source: methods.md 11; Gupta, Lehmann & Stuart 2004 (Journal of Marketing Research 41).
//!
//! Degenerate cases: a moved input stops at the end of its range (a share at 1), which shortens its bar; an
//! input of 0 does not move; an input, moved or not, for which the calculator has no answer, such as
//! retention of 1 + i, is its [`InputError`](super::InputError).
//!
//! ```
//! use tenure::analytics::loss::{Aggregate, aggregate_tornado, churn_save_grid};
//! let firm = Aggregate { customers: 6000.0, churn: 0.05, revenue: 1000.0, margin: 0.1 };
//! for bar in aggregate_tornado(&firm, 0.2).unwrap() { // methods.md 11: all equal, 24,000 to 36,000
//!     assert!((bar.low - 24_000.0).abs() < 1e-6 && (bar.high - 36_000.0).abs() < 1e-6);
//! }
//! // 600 lost x 100 profit x .2 saved - 3,000.
//! let grid = churn_save_grid(&firm, 1.0, 3000.0, &[0.05, 0.10], &[0.1, 0.2]).unwrap();
//! assert!((grid.net[1][1] - 9000.0).abs() < 1e-6);
//! ```

use super::{
    Aggregate, Budget, Checked, Individual, Input, Programme, aggregate, amount, budget, individual,
    programme,
};
use serde::{Deserialize, Serialize};

/// One bar of a tornado chart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bar {
    /// The input moved.
    pub input: Input,
    /// Result with the input moved down.
    pub low: f64,
    /// Result with the input moved up.
    pub high: f64,
}

impl Bar {
    /// Width of the bar.
    #[must_use]
    pub fn swing(&self) -> f64 {
        (self.high - self.low).abs()
    }
}

/// Moves each input of any calculator by `step` (a share of it) either way, alone; longest bar first, equal
/// ones in the order given. Values that leave their range stop at its end, given as `(input, value, least,
/// greatest)`.
///
/// # Errors
/// The first error of the calculator.
pub fn tornado(
    inputs: &[(Input, f64, f64, f64)],
    step: f64,
    result: impl Fn(&[f64]) -> Checked<f64>,
) -> Checked<Vec<Bar>> {
    let base: Vec<f64> = inputs.iter().map(|i| i.1).collect();
    let moved = |position: usize, factor: f64| {
        let (_, value, least, greatest) = inputs[position];
        let mut values = base.clone();
        values[position] = (value * factor).max(least).min(greatest);
        result(&values)
    };
    let mut bars = Vec::with_capacity(inputs.len());
    for (position, &(input, ..)) in inputs.iter().enumerate() {
        bars.push(Bar { input, low: moved(position, 1.0 - step)?, high: moved(position, 1.0 + step)? });
    }
    bars.sort_by(|a, b| b.swing().total_cmp(&a.swing()));
    Ok(bars)
}

/// Tornado of the aggregate profit loss, each input moved by `step` (0.2: 20 %).
///
/// # Errors
/// As [`aggregate`].
pub fn aggregate_tornado(input: &Aggregate, step: f64) -> Checked<Vec<Bar>> {
    let inputs = [
        (Input::Customers, input.customers, 0.0, f64::MAX),
        (Input::Churn, input.churn, 0.0, 1.0),
        (Input::Revenue, input.revenue, 0.0, f64::MAX),
        (Input::Margin, input.margin, -1.0, 1.0),
    ];
    tornado(&inputs, step, |v| {
        let moved = Aggregate { customers: v[0], churn: v[1], revenue: v[2], margin: v[3] };
        Ok(aggregate(&moved)?.profit)
    })
}

/// Tornado of a programme's net present value, each input moved by `step`.
///
/// # Errors
/// As [`programme`].
pub fn programme_tornado(input: &Programme, step: f64) -> Checked<Vec<Bar>> {
    let inputs = [
        (Input::Lost, input.lost, 0.0, f64::MAX),
        (Input::SaveRate, input.save_rate, 0.0, 1.0),
        (Input::Profit, input.profit, f64::MIN, f64::MAX),
        (Input::Retention, input.retention, 0.0, 1.0),
        (Input::DiscountRate, input.discount_rate, -0.99, f64::MAX),
        (Input::Cost, 1.0, 0.0, f64::MAX),
    ];
    tornado(&inputs, step, |v| {
        let moved = Programme {
            lost: v[0],
            save_rate: v[1],
            profit: v[2],
            retention: v[3],
            discount_rate: v[4],
            horizon: input.horizon,
            initial_cost: input.initial_cost * v[5],
            running_costs: input.running_costs.iter().map(|c| c * v[5]).collect(),
        };
        Ok(programme(&moved)?.npv)
    })
}

/// Tornado of what a new customer is worth after its acquisition, `m (1 + i) / (1 + i - r) - CAC`, each input
/// moved by `step`.
///
/// # Errors
/// As [`individual`], for the inputs and for the moved ones; a negative acquisition cost.
pub fn value_tornado(input: &Individual, acquisition_cost: f64, step: f64) -> Checked<Vec<Bar>> {
    let inputs = [
        (Input::Retention, input.retention, 0.0, 1.0),
        (Input::Profit, input.margin, f64::MIN, f64::MAX),
        (Input::DiscountRate, input.discount_rate, -0.99, f64::MAX),
        (Input::AcquisitionCost, acquisition_cost, 0.0, f64::MAX),
    ];
    amount(Input::AcquisitionCost, acquisition_cost)?;
    tornado(&inputs, step, |v| {
        let moved = Individual { retention: v[0], margin: v[1], discount_rate: v[2] };
        Ok(individual(&moved)?.with_margin_now - v[3])
    })
}

/// Two-way table over churn and save rate: profit kept less cost, `N c R g s A - cost`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grid {
    /// Churn rates, one per row.
    pub churn: Vec<f64>,
    /// Save rates, one per column.
    pub save_rate: Vec<f64>,
    /// Net benefit, by row.
    pub net: Vec<Vec<f64>>,
}

/// Net benefit of a retention effort of fixed cost over churn and save rates; everything else from `input`.
///
/// # Errors
/// As [`aggregate`] and [`budget`].
pub fn churn_save_grid(
    input: &Aggregate,
    horizon_factor: f64,
    cost: f64,
    churn: &[f64],
    save_rate: &[f64],
) -> Checked<Grid> {
    let cell = |c: f64, s: f64| {
        let loss = aggregate(&Aggregate { churn: c, ..*input })?;
        let profit = input.revenue * input.margin;
        Ok(budget(&Budget { lost: loss.lost, profit, save_rate: s, horizon_factor, cost })?.net)
    };
    let net = churn
        .iter()
        .map(|&c| save_rate.iter().map(|&s| cell(c, s)).collect::<Checked<Vec<f64>>>())
        .collect::<Checked<Vec<_>>>()?;
    Ok(Grid { churn: churn.to_vec(), save_rate: save_rate.to_vec(), net })
}
