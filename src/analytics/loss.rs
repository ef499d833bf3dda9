//! What do departures cost, and what may preventing them cost?
//!
//! Calculators on typed-in or prefilled numbers; each takes one input struct and returns its result or the
//! input that is out of range. With N customers, c churn, R revenue per customer, g margin, pi profit per
//! customer, s save rate, r retention, i discount rate, all per period (a year unless said otherwise):
//!
//! - aggregate: `lost = N c`, `revenue = lost R`, `profit = revenue g`;
//! - budget: spending on retention pays while `cost < s lost pi A`, with A the horizon factor (1: one year);
//!   the break-even save rate is `s* = cost / (lost pi A)`;
//! - individual: the residual lifetime value `m r / (1 + i - r)` when the next margin is one period away and
//!   conditional on staying (Gupta & Lehmann 2003), `m (1 + i) / (1 + i - r)` when a margin is due now;
//! - programme: `NPV = -C0 + sum over t = 1..H of (lost s pi r^(t-1) - C_t) / (1 + i)^t`, `ROI = (sum of
//!   benefits - sum of costs) / sum of costs`, neither discounted;
//! - acquire or retain: replacing costs `lost CAC`, keeping `lost CAC / kappa / s`; even at `kappa = 1 / s`.
//!   The default `kappa = 5` is folklore and shown as an assumption;
//! - [`tornado`]: each input moved by 20 % either way, alone; [`churn_save_grid`]: net benefit over churn and
//!   save rate;
//! - [`compare`]: all of these for up to four named sets of inputs, side by side;
//! - [`by_group`]: lifetime value lost and expected to be lost by stage, class, reason, month;
//! - [`literature()`]: well-known claims beside the same change in the user's own lifetime value.
//!
//! Symbols: c, s, r shares 0..=1; g -1..=1; i > -1; R, pi, m, CAC, C and cost money in the file's currency
//! unit; N, lost counts, may be fractional expectations; A and H in periods; kappa a ratio > 0.
//!
//! Sources: methods.md 11, 7.4; Kotler's lost-customer arithmetic; Gupta & Lehmann 2003; literature as such
//! in its file.
//!
//! Degenerate cases: nothing lost makes the break-even save rate `None`; zero cost makes ROI `None`; rates
//! outside 0..=1, a discount rate of -100 % or less, and retention of 1 + i or more are an [`InputError`].
//!
//! ```
//! use tenure::analytics::loss::{Individual, Programme, lifetime_loss, programme};
//! // methods.md 11: 300 leavers of 100 a year at r = .95, i = .10; a programme over three years.
//! let each = Individual { margin: 100.0, retention: 0.95, discount_rate: 0.1 };
//! assert!((lifetime_loss(300.0, &each).unwrap() - 190_000.0).abs() < 1e-6);
//! let plan = Programme {
//!     lost: 300.0, save_rate: 0.2, profit: 100.0, retention: 0.95, discount_rate: 0.1, horizon: 3,
//!     initial_cost: 3000.0, running_costs: Vec::new(),
//! };
//! assert!((programme(&plan).unwrap().npv - 11_233.66).abs() < 5e-3);
//! ```

mod group;
mod literature;
mod scenario;
mod sensitivity;

pub use group::{GroupLoss, LossByGroup, by_group, loss_by_group};
pub use literature::{Claim, ClaimCheck, Literature, Position, Source, literature};
pub use scenario::{
    Cell, Comparison, Inputs, MAX_SCENARIOS, Measure, MeasureRow, Scenario, TooMany, compare,
};
pub use sensitivity::{
    Bar, Grid, aggregate_tornado, churn_save_grid, programme_tornado, tornado, value_tornado,
};

use crate::math::powf;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which typed-in number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// Number of customers.
    Customers,
    /// Churn rate.
    Churn,
    /// Revenue per customer.
    Revenue,
    /// Margin as a share of revenue.
    Margin,
    /// Number of lost customers.
    Lost,
    /// Profit or margin per customer.
    Profit,
    /// Share of leavers who can be kept.
    SaveRate,
    /// Retention rate.
    Retention,
    /// Discount rate.
    DiscountRate,
    /// Length in periods.
    Horizon,
    /// Factor that turns one period's profit into the horizon's.
    HorizonFactor,
    /// A cost.
    Cost,
    /// Cost of acquiring one customer.
    AcquisitionCost,
    /// How many times dearer acquiring is than keeping.
    CostRatio,
    /// Probability of leaving.
    ExitProbability,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Problem {
    /// Not a finite number.
    NotANumber,
    /// Must lie within 0..=1.
    OutsideShare,
    /// Must not be negative.
    Negative,
    /// Must be greater than zero.
    NotPositive,
    /// A discount rate must be greater than -100 %.
    DiscountTooLow,
    /// Retention must be less than 1 + discount rate, or the value is infinite.
    RetentionTooHigh,
    /// Too long to compute.
    TooLong,
}

/// An input out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InputError {
    /// Which input.
    pub input: Input,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.input, self.problem)
    }
}

impl std::error::Error for InputError {}

/// Result of a calculator.
pub type Checked<T> = Result<T, InputError>;

fn finite(input: Input, x: f64) -> Checked<f64> {
    if x.is_finite() { Ok(x) } else { Err(InputError { input, problem: Problem::NotANumber }) }
}

fn require(ok: bool, input: Input, problem: Problem) -> Checked<()> {
    if ok { Ok(()) } else { Err(InputError { input, problem }) }
}

fn share(input: Input, x: f64) -> Checked<f64> {
    require((0.0..=1.0).contains(&finite(input, x)?), input, Problem::OutsideShare)?;
    Ok(x)
}

fn amount(input: Input, x: f64) -> Checked<f64> {
    require(finite(input, x)? >= 0.0, input, Problem::Negative)?;
    Ok(x)
}

fn positive(input: Input, x: f64) -> Checked<f64> {
    require(finite(input, x)? > 0.0, input, Problem::NotPositive)?;
    Ok(x)
}

fn discount(x: f64) -> Checked<f64> {
    require(finite(Input::DiscountRate, x)? > -1.0, Input::DiscountRate, Problem::DiscountTooLow)?;
    Ok(x)
}

/// Results may overflow even where every input is fine; such a result names the input that scales it.
fn representable<T>(result: T, values: &[f64], input: Input) -> Checked<T> {
    require(values.iter().all(|v| v.is_finite()), input, Problem::TooLong)?;
    Ok(result)
}

/// Inputs of the aggregate loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Aggregate {
    /// N, customers at the start.
    pub customers: f64,
    /// c, churn rate per period.
    pub churn: f64,
    /// R, revenue per customer and period.
    pub revenue: f64,
    /// g, margin as a share of revenue; negative for a business that loses on every sale.
    pub margin: f64,
}

/// Customers, revenue and profit lost per period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregateLoss {
    /// Customers lost.
    pub lost: f64,
    /// Revenue lost.
    pub revenue: f64,
    /// Profit lost.
    pub profit: f64,
}

/// Loss of one period's leavers over one period.
///
/// ```
/// use tenure::analytics::loss::{Aggregate, aggregate};
/// let loss = aggregate(&Aggregate { customers: 6000.0, churn: 0.05, revenue: 1000.0, margin: 0.1 }).unwrap();
/// assert_eq!((loss.lost, loss.revenue, loss.profit), (300.0, 300_000.0, 30_000.0)); // methods.md 11
/// ```
///
/// # Errors
/// Churn outside 0..=1, margin outside -1..=1, negative customers or revenue.
pub fn aggregate(input: &Aggregate) -> Checked<AggregateLoss> {
    let lost = amount(Input::Customers, input.customers)? * share(Input::Churn, input.churn)?;
    let revenue = lost * amount(Input::Revenue, input.revenue)?;
    let in_range = (-1.0..=1.0).contains(&finite(Input::Margin, input.margin)?);
    require(in_range, Input::Margin, Problem::OutsideShare)?;
    let profit = revenue * input.margin;
    representable(AggregateLoss { lost, revenue, profit }, &[lost, revenue], Input::Revenue)
}

/// Inputs of the retention budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// Customers lost per period without the effort.
    pub lost: f64,
    /// pi, profit per customer and period.
    pub profit: f64,
    /// s, share of them who can be kept.
    pub save_rate: f64,
    /// A, periods of profit a kept customer is worth (1: one period only).
    pub horizon_factor: f64,
    /// Planned cost.
    pub cost: f64,
}

/// What retention may cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetLimit {
    /// Loss avoided, which is the most that the effort may cost.
    pub break_even_cost: f64,
    /// Save rate at which the planned cost is just earned back; above 1 it cannot be; `None` where nothing is
    /// lost.
    pub break_even_save_rate: Option<f64>,
    /// Loss avoided less planned cost.
    pub net: f64,
    /// Whether the planned cost is less than the loss avoided.
    pub worthwhile: bool,
}

/// The most that keeping customers may cost.
///
/// # Errors
/// Save rate outside 0..=1, negative counts, cost or factor.
pub fn budget(input: &Budget) -> Checked<BudgetLimit> {
    let at_stake = amount(Input::Lost, input.lost)?
        * finite(Input::Profit, input.profit)?
        * amount(Input::HorizonFactor, input.horizon_factor)?;
    let cost = amount(Input::Cost, input.cost)?;
    let break_even_cost = share(Input::SaveRate, input.save_rate)? * at_stake;
    let result = BudgetLimit {
        break_even_cost,
        break_even_save_rate: (at_stake > 0.0).then(|| cost / at_stake).filter(|s| s.is_finite()),
        net: break_even_cost - cost,
        worthwhile: cost < break_even_cost,
    };
    representable(result, &[at_stake, result.net], Input::Profit)
}

/// Inputs of the individual loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Individual {
    /// m, margin per period.
    pub margin: f64,
    /// r, retention per period.
    pub retention: f64,
    /// i, discount rate per period.
    pub discount_rate: f64,
}

/// Lifetime value in two readings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifetimeValue {
    /// `m r / (1 + i - r)`: what is lost when a customer leaves now.
    pub residual: f64,
    /// `m (1 + i) / (1 + i - r)`: with a margin due now.
    pub with_margin_now: f64,
}

/// Lifetime value of one customer at constant margin and retention.
///
/// # Errors
/// Retention outside 0..=1 or not below 1 + i, i <= -1.
pub fn individual(input: &Individual) -> Checked<LifetimeValue> {
    let m = finite(Input::Profit, input.margin)?;
    let r = share(Input::Retention, input.retention)?;
    let i = discount(input.discount_rate)?;
    let spread = 1.0 + i - r;
    require(spread > 0.0, Input::Retention, Problem::RetentionTooHigh)?;
    let value = LifetimeValue { residual: m * r / spread, with_margin_now: m * (1.0 + i) / spread };
    representable(value, &[value.residual, value.with_margin_now], Input::Profit)
}

/// Lifetime value lost with several customers alike.
///
/// # Errors
/// As [`individual`], and a negative number of customers.
pub fn lifetime_loss(lost: f64, input: &Individual) -> Checked<f64> {
    let total = amount(Input::Lost, lost)? * individual(input)?.residual;
    representable(total, &[total], Input::Lost)
}

/// Inputs of a retention programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Programme {
    /// Customers lost per period without it.
    pub lost: f64,
    /// s, share of them it keeps.
    pub save_rate: f64,
    /// pi, profit per kept customer and period.
    pub profit: f64,
    /// r, retention of those kept from one period to the next.
    pub retention: f64,
    /// i, discount rate per period.
    pub discount_rate: f64,
    /// H, periods looked at; at most 1,200.
    pub horizon: u32,
    /// C0, cost at the start.
    pub initial_cost: f64,
    /// C_t, cost of each period; the last one given goes on to H; none: no running cost.
    pub running_costs: Vec<f64>,
}

/// One period of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammePeriod {
    /// 1..=H.
    pub period: u32,
    /// Profit kept.
    pub benefit: f64,
    /// Running cost.
    pub cost: f64,
    /// `(benefit - cost) / (1 + i)^period`.
    pub discounted: f64,
    /// Discounted sum so far, initial cost included.
    pub cumulative: f64,
}

/// What a programme is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgrammeValue {
    /// Net present value.
    pub npv: f64,
    /// Return over the horizon, undiscounted; `None` at zero cost.
    pub roi: Option<f64>,
    /// Return over the first period with the initial cost; `None` at zero cost.
    pub first_roi: Option<f64>,
    /// First period with a cumulative discounted sum of at least 0.
    pub payback_period: Option<u32>,
    /// The periods.
    pub periods: Vec<ProgrammePeriod>,
}

/// Longest horizon of a programme, periods.
pub const MAX_HORIZON: u32 = 1200;

/// Net present value and return of a retention programme.
///
/// # Errors
/// Rates outside 0..=1, i <= -1, negative counts or costs, a horizon of 0 or over [`MAX_HORIZON`].
pub fn programme(input: &Programme) -> Checked<ProgrammeValue> {
    let kept = amount(Input::Lost, input.lost)? * share(Input::SaveRate, input.save_rate)?;
    let profit = finite(Input::Profit, input.profit)?;
    let r = share(Input::Retention, input.retention)?;
    let i = discount(input.discount_rate)?;
    let c0 = amount(Input::Cost, input.initial_cost)?;
    require(input.horizon > 0, Input::Horizon, Problem::NotPositive)?;
    require(input.horizon <= MAX_HORIZON, Input::Horizon, Problem::TooLong)?;
    input.running_costs.iter().try_for_each(|&c| amount(Input::Cost, c).map(|_| ()))?;
    let mut npv = -c0;
    let (mut benefits, mut costs) = (0.0, c0);
    let mut periods = Vec::with_capacity(input.horizon as usize);
    for period in 1..=input.horizon {
        let t = f64::from(period);
        let benefit = kept * profit * powf(r, t - 1.0);
        let position = (period as usize - 1).min(input.running_costs.len().saturating_sub(1));
        let cost = input.running_costs.get(position).copied().unwrap_or(0.0);
        let discounted = (benefit - cost) / powf(1.0 + i, t);
        npv += discounted;
        benefits += benefit;
        costs += cost;
        periods.push(ProgrammePeriod { period, benefit, cost, discounted, cumulative: npv });
    }
    let roi = |gain: f64, cost: f64| (cost > 0.0).then(|| (gain - cost) / cost).filter(|r| r.is_finite());
    let value = ProgrammeValue {
        npv,
        roi: roi(benefits, costs),
        first_roi: roi(periods[0].benefit, c0 + periods[0].cost),
        payback_period: periods.iter().find(|p| p.cumulative >= 0.0).map(|p| p.period),
        periods,
    };
    representable(value, &[npv, benefits, costs], Input::Profit)
}

/// Inputs of acquiring against retaining.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcquireRetain {
    /// Customers lost.
    pub lost: f64,
    /// CAC, cost of acquiring one customer.
    pub acquisition_cost: f64,
    /// kappa, how many times dearer acquiring is than trying to keep; an assumption, 5 by folklore.
    pub cost_ratio: f64,
    /// s, share of attempts to keep that succeed.
    pub save_rate: f64,
}

/// Cost of having the same number of customers afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcquireRetainCost {
    /// By replacing all who left.
    pub replacing: f64,
    /// By keeping as many, failed attempts included.
    pub keeping: f64,
    /// Cost ratio at which both cost the same, `1 / s`.
    pub break_even_ratio: f64,
}

/// Compares replacing leavers with keeping them.
///
/// # Errors
/// Save rate not in 0 < s <= 1, cost ratio not positive, negative counts or costs.
pub fn acquire_or_retain(input: &AcquireRetain) -> Checked<AcquireRetainCost> {
    let replacing =
        amount(Input::Lost, input.lost)? * amount(Input::AcquisitionCost, input.acquisition_cost)?;
    let ratio = positive(Input::CostRatio, input.cost_ratio)?;
    let s = positive(Input::SaveRate, share(Input::SaveRate, input.save_rate)?)?;
    let cost = AcquireRetainCost { replacing, keeping: replacing / ratio / s, break_even_ratio: 1.0 / s };
    representable(cost, &[replacing, cost.keeping, cost.break_even_ratio], Input::CostRatio)
}

/// Expected loss of one customer.
///
/// # Errors
/// Probability outside 0..=1 or a value that is not finite.
pub fn expected_loss(p_exit: f64, clv: f64) -> Checked<f64> {
    Ok(share(Input::ExitProbability, p_exit)? * finite(Input::Profit, clv)?)
}

#[cfg(test)]
mod tests;
