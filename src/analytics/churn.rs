//! Who has left, who is about to, and at what rate do customers leave?
//!
//! Without contracts nobody says goodbye, so silence is judged against each customer's own rhythm (methods.md 2.4).
//! With `g` a customer's gaps between purchase days in days and `k` their number:
//!
//! - pool, over customers with k >= 2: `mu0` = mean over customers of their own mean `ln g`;
//!   `sigma0 = sqrt(sum of squared deviations from the own means / sum of (k - 1))`;
//! - own rhythm, shrunk towards the pool with weight `kappa = 3`: `mu = (k mean + kappa mu0) / (k + kappa)`,
//!   `sigma^2 = ((k - 1) s^2 + kappa sigma0^2) / (max(k - 1, 0) + kappa)`;
//! - `amber = exp(mu + 0.8416 sigma)` (80 % of gaps are shorter), `red = exp(mu + 1.6449 sigma)` (95 %), with red in
//!   14..=730 days and amber in 7..=red;
//! - one-time buyers: the 80 % and 95 % quantiles of the first gaps of customers whose first purchase is at least half
//!   the span old; with fewer than 20 of them, the pool's lognormal.
//!
//! `silence` = days from the last purchase to `as_of`. Silence > amber: alert; silence > red: exited. A detection day
//! is the first day on which silence > red, the alert day the first on which silence > amber.
//!
//! "95 %" is a share of gaps, and long gaps are more often caught in progress: the share of still active customers
//! beyond red on a random day is `Phi(sigma - 1.6449) - 0.05 exp(1.6449 sigma - sigma^2 / 2)`.
//!
//! The rate over (t0, t1] (2.3, read as in 23.8): base = bought by t0 and not detected by t0; lost = base members
//! detected by t1, at today's thresholds; only the final silence counts, one who came back never left.
//! `rate = lost / base` with Wilson's 95 % interval (1927).
//!
//! Source: methods.md 2; the shrinkage is the usual normal-normal one with three pseudo-gaps.
//!
//! Degenerate cases: where hardly anybody ever came back there is no pool ([`Exits::pool`] is `None`) and both
//! thresholds are 730 days, so that nobody is called exited for want of evidence; an empty base gives no rate.
//!
//! Gaps of 20 to 40 days in a base whose typical gap is 45 (methods.md 2.4): alert after 49.8 days, exited after 71.2.
//!
//! ```
//! use tenure::analytics::churn::{GapStats, Pool, PoolSource};
//! let pool = Pool { mu0: tenure::math::ln(45.0), sigma0: 0.6, n_customers: 100, source: PoolSource::OwnRhythms };
//! let threshold = GapStats::of([20.0, 25.0, 30.0, 35.0, 40.0]).shrunk(&pool).threshold();
//! assert!((threshold.amber_days - 49.8).abs() < 0.05 && (threshold.red_days - 71.2).abs() < 0.05);
//! ```

use super::orders::{Orders, last_complete_month};
use crate::customer::{Contracts, Day, Month, days_in_month};
use crate::math::stats::{auc, normal_quantile};
use crate::math::{exp, ln, powf, quantile_sorted, sort, sum, wilson};
use serde::{Deserialize, Serialize};

/// Weight of the pool in a customer's rhythm, in gaps.
pub const KAPPA: f64 = 3.0;
/// Bounds of the red threshold, days.
pub const RED_DAYS: (f64, f64) = (14.0, 730.0);
/// Least amber threshold, days.
pub const AMBER_MIN_DAYS: f64 = 7.0;
/// Fewest observed first returns for the quantiles of one-time buyers.
pub const MIN_RETURNS: usize = 20;
/// Default length of the backtest, days.
pub const BACKTEST_DAYS: i32 = 182;
/// Default length of the window of the churn rate, months.
pub const RATE_MONTHS: u32 = 12;

const Z80: f64 = 0.8416;
const Z95: f64 = 1.6449;

/// Where a relationship stands by the rule of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// The file holds no purchase of this customer.
    NoPurchase,
    /// Silent no longer than usual.
    Active,
    /// Silent longer than 80 % of the gaps: past the alert point.
    Amber,
    /// Silent longer than 95 % of the gaps.
    Exited,
}

/// What the pool was estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PoolSource {
    /// Customers with at least two gaps, as methods.md defines it.
    OwnRhythms,
    /// Nobody has two gaps; the single gaps of at least two customers, whose spread then is between customers.
    SingleGaps,
}

/// The rhythm of the whole base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// Mean ln gap; `exp(mu0)` is the typical gap in days.
    pub mu0: f64,
    /// Standard deviation of the ln gap within a customer.
    pub sigma0: f64,
    /// Customers behind it.
    pub n_customers: u32,
    /// What it was estimated from.
    pub source: PoolSource,
}

/// Where the thresholds of one-time buyers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OneTimeSource {
    /// Quantiles of observed first returns.
    Returns,
    /// Too few returns: the pool's lognormal.
    Pool,
    /// No pool either: the longest threshold allowed.
    Longest,
}

/// What the user may change of the rule (methods.md 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Pseudo-gaps with which a rhythm is drawn towards the pool's, >= 0.
    pub pseudo_gaps: f64,
    /// Share of gaps shorter than amber, 0..1.
    pub alert_share: f64,
    /// Share of gaps shorter than red, 0..1.
    pub exit_share: f64,
}

impl Default for Rule {
    fn default() -> Self {
        Self { pseudo_gaps: KAPPA, alert_share: 0.80, exit_share: 0.95 }
    }
}

impl Rule {
    /// Quantiles of the standard normal at both shares; the rounded ones of the method at its own shares, so that
    /// published thresholds come out to the last digit.
    fn z(&self) -> (f64, f64) {
        let z = |share: f64| match share {
            0.80 => Z80,
            0.95 => Z95,
            other => normal_quantile(other),
        };
        (z(self.alert_share), z(self.exit_share))
    }
}

/// Two silences in days, `7 <= amber <= red` and `14 <= red <= 730`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// Days of silence after which a customer deserves attention.
    pub amber_days: f64,
    /// Days of silence after which a customer counts as exited.
    pub red_days: f64,
}

impl Threshold {
    /// Puts both within their bounds; red first, because amber may not exceed it.
    #[must_use]
    pub fn clamped(amber: f64, red: f64) -> Self {
        let red_days = red.clamp(RED_DAYS.0, RED_DAYS.1);
        Self { amber_days: amber.clamp(AMBER_MIN_DAYS, red_days), red_days }
    }

    fn lognormal(mu: f64, sigma: f64, rule: &Rule) -> Self {
        let (amber, red) = rule.z();
        Self::clamped(exp(mu + amber * sigma), exp(mu + red * sigma))
    }
}

/// One customer's rhythm: mean and standard deviation of the ln gap, after shrinkage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Mean ln gap.
    pub mu: f64,
    /// Standard deviation of the ln gap.
    pub sigma: f64,
}

impl Rhythm {
    /// The thresholds of this rhythm by the default rule.
    #[must_use]
    pub fn threshold(self) -> Threshold {
        self.threshold_by(&Rule::default())
    }

    /// The thresholds of this rhythm.
    #[must_use]
    pub fn threshold_by(self, rule: &Rule) -> Threshold {
        Threshold::lognormal(self.mu, self.sigma, rule)
    }
}

/// Number, mean and sum of squared deviations of a customer's ln gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GapStats {
    /// Number of gaps.
    pub k: u32,
    /// Their mean ln; 0 without gaps.
    pub mean: f64,
    /// Sum of squared deviations from it.
    pub squares: f64,
}

impl GapStats {
    /// From gaps in days, each > 0.
    #[must_use]
    pub fn of(gaps: impl IntoIterator<Item = f64>) -> Self {
        // Welford's update (1962): no cancellation, one pass.
        let mut out = Self::default();
        for gap in gaps {
            let x = ln(gap);
            out.k += 1;
            let delta = x - out.mean;
            out.mean += delta / f64::from(out.k);
            out.squares += delta * (x - out.mean);
        }
        out
    }

    /// The rhythm of a customer with these gaps.
    #[must_use]
    pub fn shrunk(self, pool: &Pool) -> Rhythm {
        self.shrunk_by(pool, KAPPA)
    }

    /// The same with another number of pseudo-gaps; a customer with a single gap then has the pool's spread at least.
    #[must_use]
    pub fn shrunk_by(self, pool: &Pool, kappa: f64) -> Rhythm {
        let k = f64::from(self.k);
        let freedom = (k - 1.0).max(0.0) + kappa;
        if freedom <= 0.0 {
            return Rhythm { mu: if k > 0.0 { self.mean } else { pool.mu0 }, sigma: pool.sigma0 };
        }
        let variance = (self.squares + kappa * pool.sigma0 * pool.sigma0) / freedom;
        Rhythm { mu: (k * self.mean + kappa * pool.mu0) / (k + kappa), sigma: variance.sqrt() }
    }
}

/// Share of still active customers who are beyond red on a random day, for a rhythm with this `sigma >= 0`.
#[must_use]
pub fn false_alarm_share(sigma: f64) -> f64 {
    let phi = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    (phi(sigma - Z95) - 0.05 * exp(Z95 * sigma - sigma * sigma / 2.0)).clamp(0.0, 1.0)
}

/// The verdict on every customer; all columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exits {
    /// The day on which silence is judged.
    pub as_of: Day,
    /// First day of the file; `as_of` for an empty one.
    pub first_date: Day,
    /// Rhythm of the base; `None` where hardly anybody came back.
    pub pool: Option<Pool>,
    /// Thresholds of one-time buyers.
    pub one_time: Threshold,
    /// Where those come from.
    pub one_time_source: OneTimeSource,
    /// First returns they were estimated from.
    pub n_returns: u32,
    /// Amber and red of each customer, days.
    pub threshold: Vec<Threshold>,
    /// Purchase days of each customer.
    pub n_purchase_days: Vec<u32>,
    /// First and last purchase; `None` without one.
    pub purchases: Vec<Option<(Day, Day)>>,
    /// Days from the last purchase to `as_of`; 0 without one.
    pub silence_days: Vec<u32>,
    /// Where each relationship stands.
    pub state: Vec<State>,
    /// Share of active customers wrongly beyond red on a random day, at the pool's rhythm (0 without a pool).
    pub false_alarm_share: f64,
}

/// Customers in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateCounts {
    /// Customers without a purchase.
    pub no_purchase: u32,
    /// Active, not past the alert point.
    pub active: u32,
    /// Past the alert point, not exited.
    pub amber: u32,
    /// Exited.
    pub exited: u32,
    /// Buyers with a single purchase day.
    pub one_time: u32,
}

impl Exits {
    /// Judges every customer's silence on `as_of`; purchases after it are not seen.
    #[must_use]
    pub fn judge(orders: &Orders, as_of: Day) -> Self {
        Self::judge_by(orders, as_of, &Rule::default())
    }

    /// The same by a rule of the user's.
    #[must_use]
    pub fn judge_by(orders: &Orders, as_of: Day, rule: &Rule) -> Self {
        if orders.dates.is_some_and(|(_, last)| last > as_of) {
            return Self::judge_all(&orders.until(as_of), as_of, rule);
        }
        Self::judge_all(orders, as_of, rule)
    }

    /// The same customers with other thresholds, one per customer; states follow from them.
    #[must_use]
    pub fn with_thresholds(mut self, thresholds: Vec<Threshold>) -> Self {
        if thresholds.len() == self.threshold.len() {
            self.threshold = thresholds;
            for c in 0..self.state.len() {
                if self.purchases[c].is_some() {
                    self.state[c] = state_of(f64::from(self.silence_days[c]), self.threshold[c]);
                }
            }
        }
        self
    }

    fn judge_all(orders: &Orders, as_of: Day, rule: &Rule) -> Self {
        let n = orders.n_customers();
        let first_date = orders.dates.map_or(as_of, |d| d.0);
        let stats: Vec<GapStats> = (0..n).map(|c| GapStats::of(gaps(orders, c))).collect();
        let pool = pool(&stats);
        let purchases: Vec<_> =
            (0..n).map(|c| Some((orders.first_purchase(c)?, orders.last_purchase(c)?))).collect();
        let (one_time, one_time_source, n_returns) =
            one_time_threshold(orders, &purchases, as_of, first_date, pool.as_ref(), rule);
        let threshold: Vec<_> = stats
            .iter()
            .map(|s| match &pool {
                Some(pool) if s.k > 0 => s.shrunk_by(pool, rule.pseudo_gaps).threshold_by(rule),
                None if s.k > 0 => Threshold::clamped(RED_DAYS.1, RED_DAYS.1),
                _ => one_time,
            })
            .collect();
        let silence_days: Vec<u32> =
            purchases.iter().map(|p| p.map_or(0, |(_, last)| (as_of.0 - last.0).max(0) as u32)).collect();
        let state = (0..n)
            .map(|c| match purchases[c] {
                None => State::NoPurchase,
                Some(_) => state_of(f64::from(silence_days[c]), threshold[c]),
            })
            .collect();
        Self {
            as_of,
            first_date,
            false_alarm_share: pool.as_ref().map_or(0.0, |p| false_alarm_share(p.sigma0)),
            pool,
            one_time,
            one_time_source,
            n_returns,
            threshold,
            n_purchase_days: (0..n).map(|c| orders.purchases(c).count() as u32).collect(),
            purchases,
            silence_days,
            state,
        }
    }

    /// Whether the customer has left.
    #[must_use]
    pub fn is_exited(&self, customer: usize) -> bool {
        self.state[customer] == State::Exited
    }

    /// One flag per customer, for [`super::orders::monthly_series`] and the stage search.
    #[must_use]
    pub fn exited(&self) -> Vec<bool> {
        self.state.iter().map(|&s| s == State::Exited).collect()
    }

    /// First day on which this customer's present silence is, was or will be past the alert point.
    #[must_use]
    pub fn alert_date(&self, customer: usize) -> Option<Day> {
        let (_, last) = self.purchases[customer]?;
        Some(first_day_beyond(last, self.threshold[customer].amber_days))
    }

    /// First day on which this customer's present silence is, was or will be beyond red. At most `as_of` if exited.
    #[must_use]
    pub fn detection_date(&self, customer: usize) -> Option<Day> {
        let (_, last) = self.purchases[customer]?;
        Some(first_day_beyond(last, self.threshold[customer].red_days))
    }

    /// Customers in each state.
    #[must_use]
    pub fn counts(&self) -> StateCounts {
        let of = |state| self.state.iter().filter(|&&s| s == state).count() as u32;
        StateCounts {
            no_purchase: of(State::NoPurchase),
            active: of(State::Active),
            amber: of(State::Amber),
            exited: of(State::Exited),
            one_time: self.n_purchase_days.iter().filter(|&&k| k == 1).count() as u32,
        }
    }

    /// Earliest day on which anybody could have been called exited: the least over buyers of first purchase + red.
    #[must_use]
    pub fn first_possible_detection(&self) -> Option<Day> {
        let reach = |c: usize| Some(first_day_beyond(self.purchases[c]?.0, self.threshold[c].red_days));
        (0..self.state.len()).filter_map(reach).min()
    }

    /// Whether the file is too short for anybody to be called exited (methods.md 2.5).
    #[must_use]
    pub fn file_too_short(&self) -> bool {
        self.first_possible_detection().is_none_or(|day| day > self.as_of)
    }

    /// Buyers whose red is longer than the whole file: they cannot be called exited yet, whatever they do.
    #[must_use]
    pub fn n_undetectable(&self) -> u32 {
        let span = f64::from(self.as_of.0 - self.first_date.0);
        let beyond = |c: &usize| self.purchases[*c].is_some() && self.threshold[*c].red_days >= span;
        (0..self.state.len()).filter(beyond).count() as u32
    }
}

/// A customer's gaps between purchase days, in days.
fn gaps(orders: &Orders, customer: usize) -> impl Iterator<Item = f64> + '_ {
    let mut days = orders.purchases(customer).map(|i| orders.day[i].0);
    let mut previous = days.next();
    days.filter_map(move |day| previous.replace(day).map(|before| f64::from(day - before)))
}

/// The rhythm of every customer with at least two purchase days, by the pool and rule its thresholds come from.
#[must_use]
pub fn rhythms(orders: &Orders, pool: Option<&Pool>, rule: &Rule) -> Vec<Option<Rhythm>> {
    let own = |c: usize| Some(GapStats::of(gaps(orders, c))).filter(|s| s.k > 0);
    let rhythm = |c: usize| Some(own(c)?.shrunk_by(pool?, rule.pseudo_gaps));
    (0..orders.n_customers()).map(rhythm).collect()
}

fn state_of(silence: f64, t: Threshold) -> State {
    if silence > t.red_days {
        State::Exited
    } else if silence > t.amber_days {
        State::Amber
    } else {
        State::Active
    }
}

fn first_day_beyond(last: Day, days: f64) -> Day {
    Day(last.0 + days.floor() as i32 + 1)
}

fn pool(stats: &[GapStats]) -> Option<Pool> {
    let own: Vec<&GapStats> = stats.iter().filter(|s| s.k >= 2).collect();
    if !own.is_empty() {
        let freedom = sum(own.iter().map(|s| f64::from(s.k - 1)));
        return Some(Pool {
            mu0: sum(own.iter().map(|s| s.mean)) / own.len() as f64,
            sigma0: (sum(own.iter().map(|s| s.squares)) / freedom).sqrt(),
            n_customers: own.len() as u32,
            source: PoolSource::OwnRhythms,
        });
    }
    let single: Vec<f64> = stats.iter().filter(|s| s.k == 1).map(|s| s.mean).collect();
    if single.len() < 2 {
        return None;
    }
    let mu0 = sum(single.iter().copied()) / single.len() as f64;
    let squares = sum(single.iter().map(|x| (x - mu0) * (x - mu0)));
    Some(Pool {
        mu0,
        sigma0: (squares / (single.len() - 1) as f64).sqrt(),
        n_customers: single.len() as u32,
        source: PoolSource::SingleGaps,
    })
}

fn one_time_threshold(
    orders: &Orders,
    purchases: &[Option<(Day, Day)>],
    as_of: Day,
    first_date: Day,
    pool: Option<&Pool>,
    rule: &Rule,
) -> (Threshold, OneTimeSource, u32) {
    let half_span = f64::from(as_of.0 - first_date.0) / 2.0;
    let old = |c: &usize| purchases[*c].is_some_and(|(first, _)| f64::from(as_of.0 - first.0) >= half_span);
    let mut returns: Vec<f64> =
        (0..purchases.len()).filter(old).filter_map(|c| gaps(orders, c).next()).collect();
    sort(&mut returns);
    let n = returns.len() as u32;
    if returns.len() >= MIN_RETURNS {
        let at = |share: f64| quantile_sorted(&returns, share);
        let t = Threshold::clamped(at(rule.alert_share), at(rule.exit_share));
        return (t, OneTimeSource::Returns, n);
    }
    match pool {
        Some(pool) => (Threshold::lognormal(pool.mu0, pool.sigma0, rule), OneTimeSource::Pool, n),
        None => (Threshold::clamped(RED_DAYS.1, RED_DAYS.1), OneTimeSource::Longest, n),
    }
}

/// Base and losses of one kind of customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Customers at the start.
    pub base: u32,
    /// Those of them who left.
    pub lost: u32,
}

impl Part {
    /// Lost share of the base; `None` for an empty base.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.base > 0).then(|| f64::from(self.lost) / f64::from(self.base))
    }
}

/// A churn rate over a window with everything it is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChurnRate {
    /// The window is (from, to].
    pub from: Day,
    /// Last day of the window.
    pub to: Day,
    /// Its length in calendar months.
    pub months: u32,
    /// Customers active at `from`; nobody acquired later enters.
    pub base: u32,
    /// Those of them detected as exited by `to`.
    pub lost: u32,
    /// `lost / base`, share per window.
    pub rate: f64,
    /// Wilson's 95 % interval of the rate.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// `1 - rate`.
    pub retention: f64,
    /// The constant monthly rate that gives the same retention over the window.
    pub monthly_rate: f64,
    /// The constant monthly rate carried on for twelve months.
    pub annual_rate: f64,
    /// Net revenue of the base in the window's length before `from`, currency unit.
    pub base_revenue: f64,
    /// That of the lost.
    pub lost_revenue: f64,
    /// `lost_revenue / base_revenue`; `None` unless the base's revenue is positive.
    pub revenue_rate: Option<f64>,
    /// Buyers with one purchase day in the whole file.
    pub one_time: Part,
    /// Everybody else.
    pub repeat: Part,
}

/// The churn rate of the last `months` months, or of the longest whole number of months that begins within the file
/// and has a base; `None` where the file is shorter than two months (methods.md 20) or there is no base.
#[must_use]
pub fn churn_rate(orders: &Orders, exits: &Exits, months: u32) -> Option<ChurnRate> {
    let enough = months_before(exits.as_of, 2) >= exits.first_date;
    let fitting = (1..=months).rev().filter(|_| enough);
    fitting
        .map(|m| (m, months_before(exits.as_of, m)))
        .filter(|&(_, from)| from >= exits.first_date)
        .find_map(|(m, from)| rate_between(orders, exits, from, m))
}

fn rate_between(orders: &Orders, exits: &Exits, from: Day, months: u32) -> Option<ChurnRate> {
    let to = exits.as_of;
    let (mut one_time, mut repeat) = (Part::default(), Part::default());
    let (mut base_minor, mut lost_minor) = (0_i128, 0_i128);
    let revenue_from = months_before(from, months);
    for c in 0..exits.state.len() {
        let Some((first, _)) = exits.purchases[c] else { continue };
        let left = exits.detection_date(c).filter(|_| exits.is_exited(c));
        if first > from || left.is_some_and(|day| day <= from) {
            continue;
        }
        let days = orders.range(c).filter(|&i| orders.day[i] > revenue_from && orders.day[i] <= from);
        let revenue: i128 = days.map(|i| i128::from(orders.net[i])).sum();
        let part = if exits.n_purchase_days[c] == 1 { &mut one_time } else { &mut repeat };
        part.base += 1;
        base_minor += revenue;
        if left.is_some() {
            part.lost += 1;
            lost_minor += revenue;
        }
    }
    let (base, lost) = (one_time.base + repeat.base, one_time.lost + repeat.lost);
    let rate = Part { base, lost }.rate()?;
    let (low, high) = wilson(f64::from(lost), f64::from(base));
    let monthly_rate = 1.0 - powf(1.0 - rate, 1.0 / f64::from(months));
    Some(ChurnRate {
        from,
        to,
        months,
        base,
        lost,
        rate,
        low,
        high,
        retention: 1.0 - rate,
        monthly_rate,
        annual_rate: annual_churn(monthly_rate),
        base_revenue: orders.scale.to_f64(base_minor),
        lost_revenue: orders.scale.to_f64(lost_minor),
        revenue_rate: (base_minor > 0).then(|| lost_minor as f64 / base_minor as f64),
        one_time,
        repeat,
    })
}

/// Churn over a year at a constant monthly churn: `1 - (1 - c)^12`.
#[must_use]
pub fn annual_churn(monthly: f64) -> f64 {
    1.0 - powf(1.0 - monthly, 12.0)
}

/// The day `months` calendar months earlier; the end of the month where it has no such day.
#[must_use]
pub fn months_before(day: Day, months: u32) -> Day {
    let (_, _, d) = day.ymd();
    let (year, month) = Month(day.month().0 - months as i32).year_month();
    Day::from_ymd(year, month, d.min(days_in_month(year, month))).unwrap_or_default()
}

/// Churn of one calendar month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodChurn {
    /// The month.
    pub month: Month,
    /// Customers active at its start.
    pub base: u32,
    /// Those of them detected in the month.
    pub lost: u32,
    /// `lost / base`; `None` with an empty base or before anybody could have been detected.
    pub rate: Option<f64>,
    /// Wilson's 95 % interval, where there is a rate.
    pub interval: Option<(f64, f64)>,
    /// Buyers with one purchase day in the whole file: after a wave of new customers their exits bunch.
    pub one_time: Part,
    /// Everybody else.
    pub repeat: Part,
}

/// Monthly churn from the month of the first date to the last complete month.
#[must_use]
pub fn monthly_churn(exits: &Exits) -> Vec<PeriodChurn> {
    let first = exits.first_date.month();
    let last = last_complete_month(exits.as_of);
    let n = (last.0 - first.0 + 1).max(0) as usize;
    let mut out: Vec<PeriodChurn> = (0..n)
        .map(|i| PeriodChurn {
            month: Month(first.0 + i as i32),
            base: 0,
            lost: 0,
            rate: None,
            interval: None,
            one_time: Part::default(),
            repeat: Part::default(),
        })
        .collect();
    for c in 0..exits.state.len() {
        let Some((bought, _)) = exits.purchases[c] else { continue };
        let left = exits.detection_date(c).filter(|_| exits.is_exited(c)).map(Day::month);
        let from = (bought.month().0 - first.0 + 1).max(0) as usize;
        for period in out.iter_mut().skip(from).take_while(|p| left.is_none_or(|month| p.month <= month)) {
            let part = if exits.n_purchase_days[c] == 1 { &mut period.one_time } else { &mut period.repeat };
            part.base += 1;
            part.lost += u32::from(left == Some(period.month));
        }
    }
    let visible = exits.first_possible_detection().map(Day::month);
    for period in &mut out {
        period.base = period.one_time.base + period.repeat.base;
        period.lost = period.one_time.lost + period.repeat.lost;
        if visible.is_some_and(|month| period.month >= month) {
            period.rate = Part { base: period.base, lost: period.lost }.rate();
            period.interval = period.rate.map(|_| wilson(f64::from(period.lost), f64::from(period.base)));
        }
    }
    out
}

/// How the rule would have done had it been run earlier (methods.md 2.6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backtest {
    /// The day the rule was run as of, with nothing later seen.
    pub cut: Day,
    /// Days from there to `as_of`.
    pub horizon_days: u32,
    /// Customers judged: those who had bought by then.
    pub n_customers: u32,
    /// Those called exited.
    pub n_flagged: u32,
    /// Those called exited who bought in the horizon all the same.
    pub n_flagged_bought: u32,
    /// Customers who did not buy in the horizon.
    pub n_silent: u32,
    /// Share of the flagged who bought in the horizon.
    pub flagged_bought_rate: Option<f64>,
    /// Share of the flagged who did not.
    pub precision: Option<f64>,
    /// Share of the silent who had been flagged.
    pub recall: Option<f64>,
    /// Chance that a silent customer had the higher silence / red ratio than one who bought, ties counting half.
    pub auc: Option<f64>,
    /// Its 95 % interval (Hanley & McNeil 1982).
    pub auc_interval: Option<(f64, f64)>,
}

/// Re-runs the rule `months` calendar months before `as_of` (methods.md 2.6 asks for 3 to 6).
#[must_use]
pub fn backtest_months(orders: &Orders, as_of: Day, months: u32, rule: &Rule) -> Option<Backtest> {
    backtest_by(orders, as_of, (as_of.0 - months_before(as_of, months).0).unsigned_abs(), rule)
}

/// Re-runs the rule `horizon_days` before `as_of`; `None` where nobody had bought by then.
#[must_use]
pub fn backtest(orders: &Orders, as_of: Day, horizon_days: u32) -> Option<Backtest> {
    backtest_by(orders, as_of, horizon_days, &Rule::default())
}

/// The same by a rule of the user's.
#[must_use]
pub fn backtest_by(orders: &Orders, as_of: Day, horizon_days: u32, rule: &Rule) -> Option<Backtest> {
    let cut = Day(as_of.0.checked_sub_unsigned(horizon_days)?);
    let exits = Exits::judge_by(orders, cut, rule);
    let mut out = Backtest {
        cut,
        horizon_days,
        n_customers: 0,
        n_flagged: 0,
        n_flagged_bought: 0,
        n_silent: 0,
        flagged_bought_rate: None,
        precision: None,
        recall: None,
        auc: None,
        auc_interval: None,
    };
    let mut n_hits = 0;
    let (mut scores, mut silent) = (Vec::new(), Vec::new());
    for c in (0..exits.state.len()).filter(|&c| exits.purchases[c].is_some()) {
        let bought = orders.purchases(c).any(|i| orders.day[i] > cut && orders.day[i] <= as_of);
        let flagged = exits.is_exited(c);
        out.n_flagged += u32::from(flagged);
        out.n_flagged_bought += u32::from(flagged && bought);
        out.n_silent += u32::from(!bought);
        n_hits += u32::from(flagged && !bought);
        scores.push(f64::from(exits.silence_days[c]) / exits.threshold[c].red_days);
        silent.push(!bought);
    }
    if scores.is_empty() {
        return None;
    }
    out.n_customers = scores.len() as u32;
    out.flagged_bought_rate = Part { base: out.n_flagged, lost: out.n_flagged_bought }.rate();
    out.precision = Part { base: out.n_flagged, lost: n_hits }.rate();
    out.recall = Part { base: out.n_silent, lost: n_hits }.rate();
    let area = auc(&scores, &silent);
    out.auc = area.map(|a| a.auc);
    out.auc_interval = area.map(|a| (a.interval[0], a.interval[1]));
    Some(out)
}

/// What the leavers of a contract table are (methods.md 2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ContractDesign {
    /// H: leavers of all dates are in the file.
    #[default]
    FullHistory,
    /// W: only those who left in the last `months` months, and the present customers.
    Window {
        /// Length of the window, > 0.
        months: f64,
    },
}

/// Churn of a contract table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractChurn {
    /// Customers of the file.
    pub customers: u32,
    /// Those who left.
    pub lost: u32,
    /// `lost / customers`: share ever lost under H, share per window under W; `None` for an empty table.
    pub rate: Option<f64>,
    /// Wilson's 95 % interval, where there is a rate.
    pub interval: Option<(f64, f64)>,
    /// The rate per year, under W only: `1 - (1 - rate)^(12 / W)`.
    pub annual_rate: Option<f64>,
    /// Share of the monthly charges that left, where there are charges with a positive sum.
    pub revenue_rate: Option<f64>,
    /// The design asked for.
    pub asked: ContractDesign,
    /// The design used: H where W is implausible.
    pub used: ContractDesign,
    /// Mean tenure, months.
    pub mean_tenure: f64,
    /// Under an asked W: the mean lifetime the rate implies, months, `W / rate`; `None` without losses.
    pub implied_lifetime: Option<f64>,
    /// Whether W was asked for and refused: the implied lifetime is under a fifth of the mean tenure (23.8).
    pub implausible_window: bool,
}

/// Whether a share `rate` of leavers can have left within `months` months: the mean lifetime that implies,
/// `months / rate`, is at least a fifth of the mean tenure (methods.md 23.8).
#[must_use]
pub fn plausible_window(months: f64, rate: f64, mean_tenure: f64) -> bool {
    rate <= 0.0 || months / rate >= mean_tenure / 5.0
}

/// Rates of a contract table under the stated design.
#[must_use]
pub fn contract_churn(contracts: &Contracts, asked: ContractDesign) -> ContractChurn {
    let n = contracts.churned.len();
    let lost = contracts.churned.iter().filter(|&&c| c).count() as u32;
    let part = Part { base: n as u32, lost };
    let rate = part.rate();
    let mean_tenure = sum(contracts.tenure_months.iter().copied()) / n.max(1) as f64;
    let window = match asked {
        ContractDesign::Window { months } if months > 0.0 => Some(months),
        _ => None,
    };
    let implied_lifetime = window.zip(rate.filter(|&r| r > 0.0)).map(|(w, r)| w / r);
    let implausible_window =
        window.zip(rate).is_some_and(|(w, rate)| !plausible_window(w, rate, mean_tenure));
    let window = window.filter(|_| !implausible_window);
    let revenue_rate = contracts.monthly_charge.as_ref().and_then(|charges| {
        let total: i128 = charges.iter().map(|&v| i128::from(v)).sum();
        let gone = charges.iter().zip(&contracts.churned).filter(|(_, c)| **c);
        let gone: i128 = gone.map(|(&v, _)| i128::from(v)).sum();
        (total > 0).then(|| gone as f64 / total as f64)
    });
    ContractChurn {
        customers: n as u32,
        lost,
        rate,
        interval: rate.map(|_| wilson(f64::from(lost), n as f64)),
        annual_rate: window.zip(rate).map(|(w, r)| 1.0 - powf(1.0 - r, 12.0 / w)),
        revenue_rate,
        asked,
        used: window.map_or(ContractDesign::FullHistory, |months| ContractDesign::Window { months }),
        mean_tenure,
        implied_lifetime,
        implausible_window,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::orders::ledger_from_rows;
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn orders(rows: &[(&str, i32)]) -> Orders {
        Orders::from_ledger(&ledger_from_rows(rows.iter().map(|&(c, d)| (c, Day(d), 1000, None))))
    }

    #[test]
    fn ex_2_4_individual_threshold() {
        let pool = Pool { mu0: ln(45.0), sigma0: 0.6, n_customers: 100, source: PoolSource::OwnRhythms };
        let rhythm = GapStats::of([20.0, 25.0, 30.0, 35.0, 40.0]).shrunk(&pool);
        close(rhythm.mu, 3.5350, 5e-5);
        close(rhythm.sigma, 0.4440, 5e-5);
        let t = rhythm.threshold();
        close(t.amber_days, 49.8, 0.05);
        close(t.red_days, 71.2, 0.05);
    }

    #[test]
    fn methods_2_4_a_rule_of_the_users() {
        let gaps = GapStats::of([20.0, 25.0, 30.0, 35.0, 40.0]);
        let pool = Pool { mu0: ln(45.0), sigma0: 0.6, n_customers: 9, source: PoolSource::OwnRhythms };
        let wide = Rule { exit_share: 0.99, ..Rule::default() };
        let rhythm = gaps.shrunk_by(&pool, 3.0);
        assert_eq!(rhythm, gaps.shrunk(&pool));
        assert_eq!(rhythm.threshold_by(&Rule::default()), rhythm.threshold());
        // exp(3.5350 + 2.3263 x 0.4440)
        close(rhythm.threshold_by(&wide).red_days, 96.3, 0.1);
        let own = gaps.shrunk_by(&pool, 0.0);
        close(own.mu, gaps.mean, 1e-12);
        assert!(GapStats::of([20.0]).shrunk_by(&pool, 0.0).sigma == 0.6);
    }

    #[test]
    fn ex_2_4_expected_false_alarms() {
        close(false_alarm_share(0.3), 0.011, 5e-4);
        close(false_alarm_share(0.6), 0.036, 5e-4);
        close(false_alarm_share(1.22), 0.159, 5e-4);
        close(false_alarm_share(0.0), 0.0, 1e-5);
    }

    #[test]
    fn ex_2_3_rate_with_interval() {
        let churned = Contracts {
            churned: (0..6000).map(|i| i < 300).collect(),
            tenure_months: vec![24.0; 6000],
            ..Contracts::default()
        };
        let rate = contract_churn(&churned, ContractDesign::Window { months: 12.0 });
        close(rate.rate.unwrap(), 0.05, 1e-12);
        let (low, high) = rate.interval.unwrap();
        close(low, 0.04477, 5e-6);
        close(high, 0.05581, 5e-6);
        close(rate.annual_rate.unwrap(), 0.05, 1e-12);
    }

    #[test]
    fn thresholds_stay_in_their_bounds() {
        let t = Threshold::clamped(1.0, 2.0);
        assert_eq!((t.amber_days, t.red_days), (7.0, 14.0));
        let t = Threshold::clamped(900.0, 1000.0);
        assert_eq!((t.amber_days, t.red_days), (730.0, 730.0));
    }

    /// Three weekly buyers; `a` stops on day 70, `b` and `c` go on to day 700.
    fn weekly() -> Orders {
        let mut rows = Vec::new();
        for week in 0..=100 {
            rows.push(("b", 7 * week));
            rows.push(("c", 7 * week));
            if week <= 10 {
                rows.push(("a", 7 * week));
            }
        }
        orders(&rows)
    }

    #[test]
    fn a_weekly_buyer_who_stops_is_detected_after_two_weeks() {
        let o = weekly();
        let exits = Exits::judge(&o, Day(700));
        assert_eq!(exits.state, [State::Exited, State::Active, State::Active]);
        assert_eq!(exits.detection_date(0), Some(Day(70 + 15)));
        assert_eq!(exits.silence_days, [630, 0, 0]);
        assert_eq!(Exits::judge(&o, Day(84)).state[0], State::Amber);
        assert_eq!(Exits::judge(&o, Day(85)).state[0], State::Exited);
        assert_eq!(exits.counts().exited, 1);
    }

    #[test]
    fn rate_counts_the_window_of_detection_and_only_the_base() {
        let o = weekly();
        // as_of day 120 (1970-05-01): three months before is 1970-02-01, day 31; a is detected on day 85.
        let exits = Exits::judge(&o, Day(120));
        let rate = churn_rate(&o, &exits, RATE_MONTHS).unwrap();
        assert_eq!((rate.months, rate.from, rate.base, rate.lost), (4, Day(0), 3, 1));
        let rate = churn_rate(&o, &exits, 1).unwrap();
        assert_eq!((rate.from, rate.base, rate.lost), (Day(90), 2, 0));
        let rate = churn_rate(&o, &exits, 3).unwrap();
        assert_eq!(rate.repeat, Part { base: 3, lost: 1 });
        close(rate.revenue_rate.unwrap(), 1.0 / 3.0, 1e-12);
        close(rate.annual_rate, 1.0 - (2.0_f64 / 3.0).powi(4), 1e-12);
    }

    #[test]
    fn months_before_detection_are_blank() {
        let exits = Exits::judge(&weekly(), Day(150));
        let periods = monthly_churn(&exits);
        assert_eq!(periods[0].month.iso(), "1970-01");
        // The first purchases are on day 0 and red is 14 days, so January can be judged but has no base.
        assert_eq!(periods[0].rate, None);
        let lost: Vec<_> = periods.iter().map(|p| (p.base, p.lost, p.rate)).collect();
        assert_eq!(
            lost[1..],
            [(3, 0, Some(0.0)), (3, 1, Some(1.0 / 3.0)), (2, 0, Some(0.0)), (2, 0, Some(0.0))]
        );
        let late = orders(&[("a", 0), ("a", 100), ("b", 0), ("b", 120), ("c", 10), ("c", 200)]);
        let periods = monthly_churn(&Exits::judge(&late, Day(364)));
        let visible = periods.iter().position(|p| p.rate.is_some()).unwrap();
        assert!(periods[1].base > 0 && visible > 4, "first rate in month {visible}");
    }

    #[test]
    fn one_who_came_back_never_left() {
        let mut rows: Vec<_> = (0..10).map(|i| ("a", 7 * i)).collect();
        rows.extend([("a", 400), ("b", 0), ("b", 7), ("b", 14), ("b", 399)]);
        let exits = Exits::judge(&orders(&rows), Day(400));
        assert_eq!(exits.state, [State::Active, State::Active]);
        assert!(monthly_churn(&exits).iter().all(|p| p.lost == 0));
    }

    #[test]
    fn a_short_file_cannot_call_anybody_exited() {
        let o = orders(&[("a", 0), ("a", 10), ("a", 20), ("b", 0), ("b", 10), ("b", 21)]);
        let exits = Exits::judge(&o, Day(13));
        assert!(exits.file_too_short());
        assert_eq!(exits.n_undetectable(), 2);
        assert_eq!(exits.counts().exited, 0);
        assert!(!Exits::judge(&o, Day(60)).file_too_short());
        assert!(churn_rate(&o, &exits, 12).is_none());
    }

    #[test]
    fn nobody_came_back() {
        let o = orders(&[("a", 0), ("b", 10), ("c", 20)]);
        let exits = Exits::judge(&o, Day(600));
        assert_eq!((exits.pool.as_ref(), exits.one_time_source), (None, OneTimeSource::Longest));
        assert_eq!(exits.counts().active, 3);
        let empty = Orders::from_ledger(&Default::default());
        let exits = Exits::judge(&empty, Day(0));
        assert!(exits.file_too_short() && exits.state.is_empty());
        assert!(monthly_churn(&exits).iter().all(|p| p.rate.is_none()));
        assert!(backtest(&empty, Day(0), 182).is_none());
    }

    #[test]
    fn backtest_sees_nothing_after_the_cut() {
        // a has stopped by the cut and stays away; b and c buy on.
        let test = backtest(&weekly(), Day(700), 182).unwrap();
        assert_eq!((test.n_customers, test.n_flagged, test.n_flagged_bought, test.n_silent), (3, 1, 0, 1));
        assert_eq!((test.precision, test.recall, test.auc), (Some(1.0), Some(1.0), Some(1.0)));
        // Day 700 is 1971-12-02: six calendar months before it is 1971-06-02, day 517.
        let test = backtest_months(&weekly(), Day(700), 6, &Rule::default()).unwrap();
        assert_eq!((test.cut, test.horizon_days, test.n_flagged), (Day(517), 183, 1));
        assert!(test.auc_interval.is_some_and(|(low, high)| low <= 1.0 && high == 1.0));
    }

    #[test]
    fn methods_23_8_window_that_cannot_be_one() {
        let contracts = Contracts {
            churned: (0..100).map(|i| i < 27).collect(),
            tenure_months: vec![32.0; 100],
            monthly_charge: Some(vec![100; 100]),
            ..Contracts::default()
        };
        let churn = contract_churn(&contracts, ContractDesign::Window { months: 1.0 });
        assert!(churn.implausible_window);
        assert_eq!((churn.used, churn.annual_rate), (ContractDesign::FullHistory, None));
        close(churn.revenue_rate.unwrap(), 0.27, 1e-12);
        let churn = contract_churn(&contracts, ContractDesign::Window { months: 12.0 });
        assert!(!churn.implausible_window && churn.annual_rate.is_some());
        assert_eq!(contract_churn(&Contracts::default(), ContractDesign::FullHistory).rate, None);
    }

    #[test]
    fn months_before_keeps_to_the_calendar() {
        let day = |t| Day::parse_iso(t).unwrap();
        assert_eq!(months_before(day("2024-03-31"), 1), day("2024-02-29"));
        assert_eq!(months_before(day("2024-01-15"), 12), day("2023-01-15"));
    }
}
