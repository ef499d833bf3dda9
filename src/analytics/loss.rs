//! What do departures cost, and what may preventing them cost?
//!
//! Calculators on typed-in or prefilled numbers; each takes one input struct and returns its result or the input that
//! is out of range. With N customers, c churn, R revenue per customer, g margin, pi profit per customer, s save rate,
//! r retention, i discount rate, all per period (a year unless said otherwise):
//!
//! - aggregate: `lost = N c`, `revenue = lost R`, `profit = revenue g`;
//! - budget: spending on retention pays while `cost < s lost pi A`, with A the horizon factor (1: one year); the
//!   break-even save rate is `s* = cost / (lost pi A)`;
//! - individual: the residual lifetime value `m r / (1 + i - r)` when the next margin is one period away and
//!   conditional on staying (Gupta & Lehmann 2003), `m (1 + i) / (1 + i - r)` when a margin is due now;
//! - programme: `NPV = -C0 + sum over t = 1..H of (lost s pi r^(t-1) - C_t) / (1 + i)^t`, `ROI = (sum of benefits - sum of
//!   costs) / sum of costs`, neither discounted;
//! - acquire or retain: replacing costs `lost CAC`, keeping `lost CAC / kappa / s`; even at `kappa = 1 / s`. The default
//!   `kappa = 5` is folklore and shown as an assumption;
//! - tornado: each input of the aggregate profit moved by 20 % either way, alone; grid: net benefit over churn and save
//!   rate.
//!
//! Symbols: shares 0..=1; money in the file's currency unit; counts may be fractional expectations.
//!
//! Sources: methods.md 11, 7.4; Kotler's lost-customer arithmetic; Reichheld & Sasser 1990 only as literature.
//!
//! Degenerate cases: nothing lost makes the break-even save rate `None`; zero cost makes ROI `None`.

use crate::math::{powf, sum};
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
    /// Save rate at which the planned cost is just earned back; above 1 it cannot be; `None` where nothing is lost.
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

/// Moves each input of any calculator by `step` (a share of it) either way, alone; longest bar first, equal ones in
/// the order given. Values that leave their range stop at its end, given as `(input, value, least, greatest)`.
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

/// Loss of one group of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupLoss {
    /// Customers who exited.
    pub n_exited: u32,
    /// Sum of their lifetime values.
    pub lost_clv: f64,
    /// Customers still there.
    pub n_active: u32,
    /// Expected loss among those: sum of exit probability times lifetime value.
    pub expected_loss: f64,
}

/// Lifetime value lost, and expected to be lost, by group (stage, class, reason, month ...).
///
/// `group[i]` is the group of customer i, `0..n_groups`; other numbers leave the customer out. `exited`, `clv` and
/// `p_exit` (0..=1; of those still there) have the same length; values that are not finite count as 0. Shape of the
/// result: `(n_groups)`.
#[must_use]
pub fn by_group(
    group: &[u32],
    exited: &[bool],
    clv: &[f64],
    p_exit: &[f64],
    n_groups: usize,
) -> Vec<GroupLoss> {
    let mut lost: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    let mut expected: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    let clean = |x: f64| if x.is_finite() { x } else { 0.0 };
    for (((&g, &left), &value), &p) in group.iter().zip(exited).zip(clv).zip(p_exit) {
        let g = g as usize;
        if g >= n_groups {
            continue;
        }
        if left {
            lost[g].push(clean(value));
        } else {
            expected[g].push(clean(p).clamp(0.0, 1.0) * clean(value));
        }
    }
    lost.into_iter()
        .zip(expected)
        .map(|(lost, expected)| GroupLoss {
            n_exited: lost.len() as u32,
            lost_clv: sum(lost),
            n_active: expected.len() as u32,
            expected_loss: sum(expected),
        })
        .collect()
}

/// Expected loss of one customer.
///
/// # Errors
/// Probability outside 0..=1 or a value that is not finite.
pub fn expected_loss(p_exit: f64, clv: f64) -> Checked<f64> {
    Ok(share(Input::ExitProbability, p_exit)? * finite(Input::Profit, clv)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    const FIRM: Aggregate = Aggregate { customers: 6000.0, churn: 0.05, revenue: 1000.0, margin: 0.1 };

    fn save(cost: f64, save_rate: f64) -> Budget {
        Budget { lost: 300.0, profit: 100.0, save_rate, horizon_factor: 1.0, cost }
    }

    fn plan() -> Programme {
        Programme {
            lost: 300.0,
            save_rate: 0.2,
            profit: 100.0,
            retention: 0.95,
            discount_rate: 0.1,
            horizon: 3,
            initial_cost: 3000.0,
            running_costs: vec![],
        }
    }

    #[test]
    fn ex_11_aggregate() {
        let loss = aggregate(&FIRM).unwrap();
        close(loss.lost, 300.0, 1e-9);
        close(loss.revenue, 300_000.0, 1e-6);
        close(loss.profit, 30_000.0, 1e-6);
    }

    #[test]
    fn ex_11_budget() {
        let all = budget(&save(29_999.0, 1.0)).unwrap();
        close(all.break_even_cost, 30_000.0, 1e-9);
        assert!(all.worthwhile && !budget(&save(30_000.0, 1.0)).unwrap().worthwhile);
    }

    #[test]
    fn ex_11_break_even_save_rate() {
        close(budget(&save(3000.0, 0.2)).unwrap().break_even_save_rate.unwrap(), 0.10, 1e-12);
        let nothing = Budget { lost: 0.0, ..save(3000.0, 0.2) };
        assert_eq!(budget(&nothing).unwrap().break_even_save_rate, None);
    }

    #[test]
    fn ex_11_individual() {
        let input = Individual { margin: 100.0, retention: 0.95, discount_rate: 0.10 };
        close(individual(&input).unwrap().residual, 633.33, 0.005);
        close(lifetime_loss(300.0, &input).unwrap(), 190_000.0, 1e-6);
    }

    #[test]
    fn ex_7_4_contractual() {
        let value =
            |retention| individual(&Individual { margin: 100.0, retention, discount_rate: 0.1 }).unwrap();
        close(value(0.8).residual, 266.67, 0.005);
        close(value(0.8).with_margin_now, 366.67, 0.005);
        close(value(0.85).residual / value(0.8).residual - 1.0, 0.275, 5e-4);
    }

    #[test]
    fn reference_1_5_constant_retention_multiples() {
        let table = [
            (0.10, [1.20, 1.75, 2.67, 4.50]),
            (0.12, [1.15, 1.67, 2.50, 4.09]),
            (0.14, [1.11, 1.59, 2.35, 3.75]),
            (0.16, [1.07, 1.52, 2.22, 3.46]),
        ];
        for (discount_rate, row) in table {
            for (retention, multiple) in [0.6, 0.7, 0.8, 0.9].into_iter().zip(row) {
                let value = individual(&Individual { margin: 1.0, retention, discount_rate }).unwrap();
                close(value.residual, multiple, 0.005 + 1e-9);
            }
        }
    }

    #[test]
    fn ex_11_programme_npv_and_roi() {
        let value = programme(&plan()).unwrap();
        close(value.npv, 11_233.66, 0.005);
        close(value.first_roi.unwrap(), 1.0, 1e-12);
        close(value.roi.unwrap(), (17_115.0 - 3000.0) / 3000.0, 1e-9);
        assert_eq!(value.payback_period, Some(1));
        close(value.periods[2].cumulative, value.npv, 1e-9);
    }

    #[test]
    fn running_costs_go_on_and_no_cost_has_no_return() {
        let value = programme(&Programme { running_costs: vec![100.0, 50.0], ..plan() }).unwrap();
        assert_eq!(value.periods.iter().map(|p| p.cost).collect::<Vec<_>>(), [100.0, 50.0, 50.0]);
        let free = programme(&Programme { initial_cost: 0.0, ..plan() }).unwrap();
        assert_eq!((free.roi, free.first_roi), (None, None));
    }

    #[test]
    fn ex_11_acquire_or_retain() {
        let cost = |save_rate| {
            acquire_or_retain(&AcquireRetain {
                lost: 300.0,
                acquisition_cost: 200.0,
                cost_ratio: 5.0,
                save_rate,
            })
            .unwrap()
        };
        close(cost(1.0).replacing, 60_000.0, 1e-9);
        close(cost(1.0).keeping, 12_000.0, 1e-9);
        close(cost(0.2).keeping, 60_000.0, 1e-6);
        close(cost(0.2).break_even_ratio, 5.0, 1e-12);
    }

    #[test]
    fn ex_11_tornado() {
        let bars = aggregate_tornado(&FIRM, 0.2).unwrap();
        assert_eq!(bars.len(), 4);
        for bar in bars {
            close(bar.low, 24_000.0, 1e-6);
            close(bar.high, 36_000.0, 1e-6);
        }
    }

    #[test]
    fn tornado_is_sorted_and_stays_in_range() {
        let bars = programme_tornado(&plan(), 0.2).unwrap();
        assert!(bars.windows(2).all(|w| w[0].swing() >= w[1].swing()));
        let certain = aggregate_tornado(&Aggregate { churn: 0.9, ..FIRM }, 0.2).unwrap();
        let churn = certain.iter().find(|b| b.input == Input::Churn).unwrap();
        close(churn.high, 600_000.0, 1e-6);
    }

    #[test]
    fn gupta_lehmann_2004_retention_moves_value_most() {
        // Their companion finding: +1 % retention is worth about +5 % value, +1 % margin 1 %.
        let inputs = [(Input::Retention, 0.8, 0.0, 1.0), (Input::Profit, 100.0, 0.0, f64::MAX)];
        let bars = tornado(&inputs, 0.01, |v| {
            let input = Individual { margin: v[1], retention: v[0], discount_rate: 0.1 };
            Ok(individual(&input)?.residual)
        })
        .unwrap();
        assert_eq!(bars[0].input, Input::Retention);
        assert!(bars[0].swing() > 3.0 * bars[1].swing());
    }

    #[test]
    fn two_way_grid_over_churn_and_save_rate() {
        let grid = churn_save_grid(&FIRM, 1.0, 3000.0, &[0.05, 0.10], &[0.1, 0.2, 1.0]).unwrap();
        assert_eq!((grid.net.len(), grid.net[0].len()), (2, 3));
        close(grid.net[0][0], 0.0, 1e-6);
        close(grid.net[0][2], 27_000.0, 1e-6);
        close(grid.net[1][1], 9_000.0, 1e-6);
    }

    #[test]
    fn inputs_out_of_range_are_named() {
        let error = |input, problem| Some(InputError { input, problem });
        use Input::{Churn, Cost, DiscountRate, Horizon, Retention, SaveRate};
        use Problem::{DiscountTooLow, Negative, NotANumber, NotPositive, OutsideShare, RetentionTooHigh};
        assert_eq!(aggregate(&Aggregate { churn: 1.5, ..FIRM }).err(), error(Churn, OutsideShare));
        assert_eq!(aggregate(&Aggregate { churn: f64::NAN, ..FIRM }).err(), error(Churn, NotANumber));
        assert_eq!(budget(&save(-1.0, 0.2)).err(), error(Cost, Negative));
        let clv = |retention, discount_rate| {
            individual(&Individual { margin: 1.0, retention, discount_rate }).err()
        };
        assert_eq!(clv(1.0, 0.0), error(Retention, RetentionTooHigh));
        assert_eq!(clv(0.95, -0.05), error(Retention, RetentionTooHigh));
        assert_eq!(clv(0.5, -1.0), error(DiscountRate, DiscountTooLow));
        assert_eq!(programme(&Programme { horizon: 0, ..plan() }).err(), error(Horizon, NotPositive));
        let free = AcquireRetain { lost: 1.0, acquisition_cost: 1.0, cost_ratio: 5.0, save_rate: 0.0 };
        assert_eq!(acquire_or_retain(&free).err(), error(SaveRate, NotPositive));
        assert!(aggregate(&Aggregate { customers: 1e200, revenue: 1e200, ..FIRM }).is_err());
    }

    #[test]
    fn losses_by_group_reconcile() {
        let losses = by_group(
            &[0, 1, 1, 0, 7],
            &[true, false, true, true, true],
            &[10.0, 100.0, 30.0, 5.0, 99.0],
            &[0.0, 0.2, 1.0, 0.0, 0.0],
            3,
        );
        assert_eq!(losses[0], GroupLoss { n_exited: 2, lost_clv: 15.0, ..GroupLoss::default() });
        assert_eq!(losses[1], GroupLoss { n_exited: 1, lost_clv: 30.0, n_active: 1, expected_loss: 20.0 });
        assert_eq!(losses[2], GroupLoss::default());
        assert_eq!(expected_loss(0.2, 100.0), Ok(20.0));
    }
}
