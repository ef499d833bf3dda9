//! Which customers of a contract file are likely to leave next, and is it worth contacting them?
//!
//! A logistic regression with ridge lambda = 1 on standardized covariates ([`crate::math::logistic`]), in one of two
//! designs (what the leavers of the file are, [`ContractDesign`]):
//!
//! - **H**, full history: every month t a customer was seen is a chance to leave,
//!   `ln(h_t/(1-h_t)) = a + sum b_j z_j + c ln t`, and `p = 1 - product of (1 - h_t)` over the next 12 months
//!   t = T+1 .. T+12, T the completed months of tenure. A customer who stayed for T months was at risk in months
//!   1..=T; one who left at T, in 1..=ceil(T), the last of which was the end.
//! - **W**, leavers of the last W months: `ln(q/(1-q)) = a + sum b_j z_j + c ln(1 + T0)` with q the risk within W
//!   months and T0 the tenure at the start of the window (now minus W; for leavers, the end minus W/2, half of it on
//!   average), and `p = 1 - (1-q)^(12/W)` with T0 = the tenure now.
//!
//! Covariates: numbers as they are, missing ones at the mean, with an indicator where more than 1 % are missing; totals
//! over the relationship divided by its months; categories one-hot against their most frequent level, levels under 1 %
//! pooled. Left out, and listed: protected attributes of persons (unless admitted), columns recorded because of the
//! exit or computed from it, columns that alone give the outcome away, constants and keys ([`LeftOut`]).
//!
//! **Judged** on a seeded 30 % of the customers, chosen by their names, that the judged fit has not seen; scores and
//! coefficients come from a fit to all. Under H the cases are customer-years: 12-month stretches from tenure 0, 12,
//! 24, ..., those cut short by the end of the file made up for by weights ([`followed_cases`]), so that the number
//! shown is what is judged. Under W they are the customers and q. Comparing the flag with a score that knows the tenure
//! at the end, as is often done, flatters: leavers have short tenures because they left. What cannot be seen in such a
//! file: a covariate is known as of the end only, so one that changes on the way (a longer contract signed by those
//! content to stay) looks more telling than it was at the time.
//!
//! **Why**: per customer the three covariates with the largest `sum b_j (z_j - mean)`, over the columns of the
//! covariate, in log-odds against the mean of the present customers.
//!
//! **Decision**: contact where `p > p* = c/(s V)` ([`contact_threshold`]); without a contract the score is
//! `1 - P(alive)` ([`silence_score`]).
//!
//! Symbols: tenure in months, up to 1200; p 0..=1; slopes in log-odds per standard deviation. Source: methods.md 2.5,
//! 2.7, 12, 19, 23.8; Cox 1972 and Singer & Willett 1993 (H); Hosmer & Lemeshow 2000 (calibration by tenths).
//!
//! Degenerate cases: under 30 customers, or under 20 who left or stayed, is too few; a window that cannot be one
//! ([`super::churn::plausible_window`]) is read as H; customers who left have no p.
//!
//! A contact that costs 20, saves one in five and retains 633.33 (methods.md 2.7):
//!
//! ```
//! use tenure::analytics::early_warning::{ContactThreshold, contact_threshold};
//! let ContactThreshold::Above { p } = contact_threshold(20.0, 0.2, 633.33) else { unreachable!() };
//! assert!((p - 0.158).abs() < 5e-4);
//! assert_eq!(contact_threshold(20.0, 0.2, -1.0), ContactThreshold::Never);
//! ```

mod covariates;
mod decide;
mod judge;

pub use covariates::{Covariate, Form, LeftOut, LeftOutReason, Term, Used, Values, is_protected};
pub use decide::{
    Agreement, ContactThreshold, Contacts, MonthsDiffer, P_ALIVE_LIMITS, agreement, by_urgency,
    contact_threshold, contacts, scaled_risk, silence_score,
};
pub use judge::{Band, Case, Judged, Stretch, followed_cases, judge};

use super::churn::{ContractDesign, plausible_window};
use crate::customer::Strings;
use crate::math::logistic::{self, Fit, Periods, Rows, fit, share_of_log_odds};
use crate::math::{Rng, exp, ln, ln_1p, sum};
use covariates::Design;
use serde::{Deserialize, Serialize};

/// Fewest customers.
pub const MIN_CUSTOMERS: u32 = 30;
/// Fewest customers who left, and who stayed.
pub const MIN_OF_EACH: u32 = 20;
/// Seed of the holdout.
pub const SEED: u64 = 27;
/// Longest tenure, months.
const MAX_TENURE: f64 = 1200.0;

/// A contract file; all columns have one entry per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input<'a> {
    /// Names, by which the holdout is drawn.
    pub customers: &'a Strings,
    /// Months since the beginning; at the end for those who left.
    pub tenure_months: &'a [f64],
    /// Whether the customer has left.
    pub churned: &'a [bool],
    /// Everything else that may tell: charges, terms, services.
    pub covariates: &'a [Covariate<'a>],
}

/// How to do it; the default is methods.md's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// What the leavers of the file are.
    pub design: ContractDesign,
    /// Penalty, > 0.
    pub ridge: f64,
    /// Months ahead, 1..=120.
    pub horizon_months: u32,
    /// Share of the customers held out, 0.05..=0.5.
    pub holdout_share: f64,
    /// Whether protected attributes may be used.
    pub admit_protected: bool,
    /// Seed of the holdout.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            design: ContractDesign::FullHistory,
            ridge: 1.0,
            horizon_months: 12,
            holdout_share: 0.3,
            admit_protected: false,
            seed: SEED,
        }
    }
}

/// Who is likely to leave, why, and how good that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EarlyWarning {
    /// The design used.
    pub design: ContractDesign,
    /// Whether a window was asked for and refused (23.8).
    pub implausible_window: bool,
    /// Months of `p`.
    pub horizon_months: u32,
    /// Customers fitted: under H those seen for a month at least.
    pub n_customers: u32,
    /// Those of them who left.
    pub n_left: u32,
    /// Customers held out.
    pub n_holdout: u32,
    /// Seed they were drawn with.
    pub seed: u64,
    /// Covariates in the model; the first is the tenure.
    pub used: Vec<Used>,
    /// Covariates not in it, and why.
    pub left_out: Vec<LeftOut>,
    /// The model's columns, the tenure first.
    pub coefficients: Vec<Coefficient>,
    /// Log-odds of a customer with mean covariates: of a month under H, of the window under W.
    pub intercept: f64,
    /// How good the predictions are.
    pub judged: Judged,
    /// Mean of `p` over present customers; `None` without any.
    pub base_rate: Option<f64>,
    /// Probability of leaving within the horizon; `None` for those who have left.
    pub p: Vec<Option<f64>>,
    /// The three covariates that speak loudest, for or against; all `None` for those who have left.
    pub top: Vec<[Option<Contribution>; 3]>,
}

/// One column of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coefficient {
    /// Index into [`EarlyWarning::used`].
    pub covariate_idx: u32,
    /// What the column stands for.
    pub term: Term,
    /// Log-odds per standard deviation; positive raises the risk.
    pub slope: f64,
    /// Its standard error, > 0.
    pub se: f64,
    /// Mean of the column: of `ln t` over months at risk (H), of `ln(1 + T0)` (W), or over customers.
    pub mean: f64,
    /// Standard deviation of the column.
    pub sd: f64,
}

/// What a covariate adds to a customer's log-odds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contribution {
    /// Index into [`EarlyWarning::used`].
    pub covariate_idx: u32,
    /// Log-odds against the mean present customer; positive raises the risk.
    pub log_odds: f64,
}

/// Why there is no early warning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Problem {
    /// Too few customers, or too few who left or who stayed.
    #[serde(rename_all = "camelCase")]
    TooFew {
        /// Customers.
        n_customers: u32,
        /// Those who left.
        n_left: u32,
        /// Customers needed.
        needed: u32,
        /// Leavers, and stayers, needed.
        needed_of_each: u32,
    },
    /// The model cannot be fitted.
    NotFitted {
        /// Why.
        reason: logistic::Problem,
    },
    /// Columns of different lengths.
    Lengths,
}

impl From<logistic::Problem> for Problem {
    fn from(reason: logistic::Problem) -> Self {
        Self::NotFitted { reason }
    }
}

/// Fits, judges and scores.
///
/// # Errors
/// [`Problem`] where the file is too small or no model can be fitted.
pub fn early_warning(input: &Input<'_>, options: &Options) -> Result<EarlyWarning, Problem> {
    let n = input.churned.len();
    if input.tenure_months.len() != n || input.customers.len() != n {
        return Err(Problem::Lengths);
    }
    let n_left = input.churned.iter().filter(|c| **c).count() as u32;
    if (n as u32) < MIN_CUSTOMERS || n_left < MIN_OF_EACH || (n as u32) < n_left + MIN_OF_EACH {
        return Err(Problem::TooFew {
            n_customers: n as u32,
            n_left,
            needed: MIN_CUSTOMERS,
            needed_of_each: MIN_OF_EACH,
        });
    }
    let ridge = options.ridge.clamp(1e-6, 1e6);
    let prepared = Prepared::new(input, options);
    let held_out = holdout(input.customers, options);
    let train: Vec<f64> = held_out.iter().map(|h| f64::from(u8::from(!h))).collect();
    let trained = fit(&prepared.rows(Some(&train)), ridge, None)?;
    let judged = prepared.judged(&trained, &held_out);
    let final_fit = fit(&prepared.rows(None), ridge, Some(&trained))?;
    let p = prepared.scores(&final_fit);
    let present: Vec<f64> = p.iter().flatten().copied().collect();
    let fitted = |i: &usize| prepared.window.is_some() || prepared.periods[*i] > 0;
    Ok(EarlyWarning {
        design: prepared.design_used(),
        implausible_window: prepared.implausible_window,
        horizon_months: prepared.horizon as u32,
        n_customers: (0..n).filter(fitted).count() as u32,
        n_left,
        n_holdout: held_out.iter().filter(|h| **h).count() as u32,
        seed: options.seed,
        coefficients: prepared.coefficients(&final_fit),
        intercept: final_fit.intercept,
        judged,
        base_rate: (!present.is_empty()).then(|| sum(present.iter().copied()) / present.len() as f64),
        top: prepared.contributions(&final_fit),
        p,
        used: prepared.design.used,
        left_out: prepared.design.left_out,
    })
}

impl EarlyWarning {
    /// What a present customer's log-odds would have to change by for the probability of leaving to go from `p` to
    /// `to`; `None` where one of them is not between 0 and 1.
    #[must_use]
    pub fn log_odds_between(&self, tenure_months: f64, p: f64, to: f64) -> Option<f64> {
        let open = |p: f64| p > 0.0 && p < 1.0;
        if !(open(p) && open(to)) {
            return None;
        }
        let horizon = f64::from(self.horizon_months);
        let of = |p: f64| match self.design {
            ContractDesign::Window { months } => {
                let q = scaled_risk(p, horizon, months);
                ln(q / (1.0 - q))
            }
            ContractDesign::FullHistory => self.odds_of_months(tenure_months, p),
        };
        Some(of(to) - of(p)).filter(|d| d.is_finite())
    }

    /// The log-odds, tenure apart, at which a customer leaves within the horizon with probability `p` (H).
    fn odds_of_months(&self, tenure_months: f64, p: f64) -> f64 {
        let seen = months(tenure_months).floor();
        let factor = |k: u32| {
            let time = self.coefficients.first().filter(|c| c.sd > 0.0);
            let z = time.map_or(0.0, |c| c.slope * (ln(seen + f64::from(k)) - c.mean) / c.sd);
            exp(z.clamp(-300.0, 300.0))
        };
        let factors: Vec<f64> = (1..=self.horizon_months).map(factor).collect();
        // The risk rises with the log-odds: halve the interval until it is as narrow as a number can be.
        let (mut low, mut high) = (-300.0, 300.0);
        for _ in 0..70 {
            let middle = 0.5 * (low + high);
            if risk(clamped_odds(middle), &factors) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

/// Which customers are held out: those whose names come first in an order shuffled by the seed, whatever the order of
/// the rows.
fn holdout(customers: &Strings, options: &Options) -> Vec<bool> {
    let mut order: Vec<(u64, u32)> = customers
        .iter()
        .zip(0..)
        .map(|(name, i)| {
            // FNV-1a (Fowler, Noll & Vo), then a round of the generator to mix short names.
            let hash = name
                .bytes()
                .fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
            (Rng::new(hash ^ options.seed).next_u64(), i)
        })
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| customers.get(a.1).cmp(customers.get(b.1))));
    let share = options.holdout_share.clamp(0.05, 0.5);
    let n_held_out = (share * customers.len() as f64).floor() as usize;
    let mut out = vec![false; customers.len()];
    order.iter().take(n_held_out).for_each(|(_, i)| out[*i as usize] = true);
    out
}

/// The data in the form the model takes, and the way back.
struct Prepared<'a> {
    input: &'a Input<'a>,
    design: Design,
    /// W, where that design is used.
    window: Option<f64>,
    implausible_window: bool,
    horizon: usize,
    /// Months at risk of each customer (H).
    periods: Vec<u32>,
    /// Standardized `ln t` of months 1, 2, ..., the horizon beyond the last tenure included (H).
    time: Vec<f64>,
    /// Mean and standard deviation of `ln t` over months at risk (H).
    time_moments: (f64, f64),
}

fn months(tenure: f64) -> f64 {
    if tenure > 0.0 { tenure.min(MAX_TENURE) } else { 0.0 }
}

impl<'a> Prepared<'a> {
    fn new(input: &'a Input<'a>, options: &Options) -> Self {
        let n = input.churned.len();
        let tenure: Vec<f64> = input.tenure_months.iter().map(|t| months(*t)).collect();
        let n_left = input.churned.iter().filter(|c| **c).count();
        let rate = n_left as f64 / n as f64;
        let mean_tenure = sum(tenure.iter().copied()) / n as f64;
        let asked = match options.design {
            ContractDesign::Window { months } if months > 0.0 && months.is_finite() => Some(months),
            _ => None,
        };
        let window = asked.filter(|w| plausible_window(*w, rate, mean_tenure));
        let at_start = |i: usize, w: f64| tenure[i] - if input.churned[i] { w / 2.0 } else { w };
        let ln_tenure: Option<Vec<f64>> =
            window.map(|w| (0..n).map(|i| ln_1p(at_start(i, w).max(0.0))).collect());
        let design = Design::new(
            input.covariates,
            input.churned,
            &tenure,
            ln_tenure.as_deref(),
            options.admit_protected,
        );
        let horizon = options.horizon_months.clamp(1, 120) as usize;
        let periods: Vec<u32> =
            tenure.iter().zip(input.churned).map(|(t, left)| periods_seen(*t, *left)).collect();
        let longest = periods.iter().copied().max().unwrap_or(0) as usize;
        let (time, time_moments) = ln_time(&periods, longest + horizon + 1);
        let implausible_window = asked.is_some() && window.is_none();
        Self { input, design, window, implausible_window, horizon, periods, time, time_moments }
    }

    fn design_used(&self) -> ContractDesign {
        self.window.map_or(ContractDesign::FullHistory, |months| ContractDesign::Window { months })
    }

    fn rows<'b>(&'b self, weight: Option<&'b [f64]>) -> Rows<'b> {
        Rows {
            x: &self.design.x,
            n_columns: self.design.columns.len(),
            event: self.input.churned,
            weight,
            periods: self.window.is_none().then_some(Periods { n: &self.periods, time: &self.time }),
        }
    }

    fn z(&self, i: usize) -> &[f64] {
        let p = self.design.columns.len();
        &self.design.x[i * p..(i + 1) * p]
    }

    /// The time part of the odds of each month (H).
    fn time_factors(&self, fit: &Fit) -> Vec<f64> {
        let slope = fit.time_slope.unwrap_or(0.0);
        self.time.iter().map(|g| exp((slope * g).clamp(-300.0, 300.0))).collect()
    }

    fn judged(&self, fit: &Fit, held_out: &[bool]) -> Judged {
        let rows = (0..held_out.len()).filter(|&i| held_out[i]);
        if let Some(window) = self.window {
            let cases = rows.map(|i| Case {
                p: share_of_log_odds(fit.log_odds(self.z(i))),
                left: self.input.churned[i],
                weight: 1.0,
            });
            return judge(&cases.collect::<Vec<_>>(), window);
        }
        let factors = self.time_factors(fit);
        let stretches = rows.flat_map(|i| {
            let odds = clamped_odds(fit.log_odds(self.z(i)));
            let seen = self.periods[i] as usize;
            let (factors, horizon, left) = (&factors, self.horizon, self.input.churned[i]);
            (0..seen).step_by(horizon).map(move |start| Stretch {
                p: risk(odds, &factors[start..start + horizon]),
                months_seen: (seen - start).min(horizon) as u32,
                left: left && seen - start <= horizon,
            })
        });
        let stretches: Vec<Stretch> = stretches.collect();
        judge(&followed_cases(&stretches, self.horizon as u32), self.horizon as f64)
    }

    fn scores(&self, fit: &Fit) -> Vec<Option<f64>> {
        let factors = self.time_factors(fit);
        let score = |i: usize| {
            let log_odds = fit.log_odds(self.z(i));
            let p = match self.window {
                None => {
                    let start = self.periods[i] as usize;
                    risk(clamped_odds(log_odds), &factors[start..start + self.horizon])
                }
                Some(window) => {
                    let now = log_odds + fit.slopes.first().map_or(0.0, |b| b * self.tenure_shift(i));
                    scaled_risk(share_of_log_odds(now), window, self.horizon as f64)
                }
            };
            p.clamp(0.0, 1.0)
        };
        (0..self.periods.len()).map(|i| (!self.input.churned[i]).then(|| score(i))).collect()
    }

    /// From the tenure at the start of the window to that of now, in standard deviations of its column (W).
    fn tenure_shift(&self, i: usize) -> f64 {
        match self.design.columns.first() {
            Some(column) if column.sd > 0.0 => {
                (ln_1p(months(self.input.tenure_months[i])) - column.mean) / column.sd - self.z(i)[0]
            }
            _ => 0.0,
        }
    }

    fn coefficients(&self, fit: &Fit) -> Vec<Coefficient> {
        let time = fit.time_slope.map(|slope| Coefficient {
            covariate_idx: 0,
            term: Term::Value,
            slope,
            se: fit.se.get(fit.slopes.len()).copied().unwrap_or(0.0),
            mean: self.time_moments.0,
            sd: self.time_moments.1,
        });
        let columns = self.design.columns.iter().zip(fit.slopes.iter().zip(&fit.se));
        let columns = columns.map(|(column, (slope, se))| Coefficient {
            covariate_idx: column.used_idx as u32,
            term: column.term.clone(),
            slope: *slope,
            se: *se,
            mean: column.mean,
            sd: column.sd,
        });
        time.into_iter().chain(columns).collect()
    }

    /// The three largest contributions of each present customer.
    fn contributions(&self, fit: &Fit) -> Vec<[Option<Contribution>; 3]> {
        let n_used = self.design.used.len();
        let of = |i: usize, out: &mut [f64]| {
            out.fill(0.0);
            for ((column, slope), z) in self.design.columns.iter().zip(&fit.slopes).zip(self.z(i)) {
                out[column.used_idx] += slope * z;
            }
            out[0] += match fit.time_slope {
                Some(slope) => slope * self.time[self.periods[i] as usize],
                None => fit.slopes.first().map_or(0.0, |b| b * self.tenure_shift(i)),
            };
        };
        let mut row = vec![0.0; n_used];
        let mut mean = vec![0.0; n_used];
        let present: Vec<usize> = (0..self.periods.len()).filter(|&i| !self.input.churned[i]).collect();
        for &i in &present {
            of(i, &mut row);
            mean.iter_mut().zip(&row).for_each(|(m, v)| *m += v / present.len() as f64);
        }
        let mut out = vec![[None; 3]; self.periods.len()];
        for &i in &present {
            of(i, &mut row);
            row.iter_mut().zip(&mean).for_each(|(v, m)| *v -= m);
            out[i] = largest_three(&row);
        }
        out
    }
}

/// The three entries of largest size, the earlier of equal ones first.
fn largest_three(row: &[f64]) -> [Option<Contribution>; 3] {
    let mut out: [Option<Contribution>; 3] = [None; 3];
    for (covariate_idx, &log_odds) in row.iter().enumerate() {
        let mut coming = Some(Contribution { covariate_idx: covariate_idx as u32, log_odds });
        for place in &mut out {
            let size = |c: &Option<Contribution>| c.map_or(-1.0, |c| c.log_odds.abs());
            if size(&coming) > size(place) {
                std::mem::swap(&mut coming, place);
            }
        }
    }
    out
}

/// Months in which a customer was at risk: those completed, and for a leaver the one that was not.
fn periods_seen(tenure: f64, left: bool) -> u32 {
    if left { (tenure.ceil() as u32).max(1) } else { tenure.floor() as u32 }
}

/// `ln t` for t = 1..=length, standardized over the months at risk, with its mean and standard deviation.
fn ln_time(periods: &[u32], length: usize) -> (Vec<f64>, (f64, f64)) {
    let mut at_risk = vec![0.0; length + 1];
    periods.iter().for_each(|n| at_risk[(*n as usize).min(length)] += 1.0);
    // Those seen for n months were at risk in month t for all t <= n.
    for t in (1..length).rev() {
        at_risk[t] += at_risk[t + 1];
    }
    let value = |t: usize| ln(t as f64);
    let all = sum((1..=length).map(|t| at_risk[t])).max(1.0);
    let mean = sum((1..=length).map(|t| at_risk[t] * value(t))) / all;
    let square = |t: usize| (value(t) - mean) * (value(t) - mean);
    let sd = (sum((1..=length).map(|t| at_risk[t] * square(t))) / all).sqrt();
    // Everybody seen for one month: no spread, and the ridge keeps the slope at 0.
    let sd = if sd > 1e-9 { sd } else { 1.0 };
    ((1..=length).map(|t| (value(t) - mean) / sd).collect(), (mean, sd))
}

fn clamped_odds(log_odds: f64) -> f64 {
    exp(log_odds.clamp(-300.0, 300.0))
}

/// `1 - product of (1 - h)` over months whose odds are `odds` times each factor.
fn risk(odds: f64, factors: &[f64]) -> f64 {
    1.0 - factors.iter().map(|f| 1.0 / (1.0 + odds * f)).product::<f64>()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
