//! What came of the customers who were in each stage half a year ago? (methods.md 3.10: a check in the user's own data.)
//!
//! Looks back: the series are cut six months before their end, the stages are fitted to what could be seen then, and
//! what happened since is counted. Per stage, customers weighted by the probability of the stage at that time: the share
//! that has exited since, with Wilson's interval (1927), and the change of value (or profit, whatever amounts are given),
//! mean per period since over mean per period in the six months before, minus 1, with the interval of 500 resamples of
//! customers. An exit counts at the period it is known; who was silent but not yet known to have left is part of the
//! picture, with zeros.
//!
//! Pooled variance and level distribution are those of the whole file; they say nothing about single customers.
//!
//! Degenerate cases: fewer than twice the periods looked ahead: too short; fewer than 20 expected customers in a stage:
//! no shares; no amount before: no change. More than 5,000 customers: a seeded sample.

use super::{Sampled, TableError, TableOptions, draw, interval, resamples};
use crate::analytics::stage::{LevelSource, Params, Series, SeriesSet, Stage, Stages, fit};
use crate::math::wilson;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What the look back needs.
#[derive(Clone, Copy, Debug)]
pub struct OutlookInput<'a> {
    /// The series.
    pub set: &'a SeriesSet,
    /// Their stages.
    pub stages: &'a Stages,
    /// Value or profit, money, one entry per customer and period, laid out as [`SeriesSet::range`] says.
    pub amount: &'a [f64],
    /// Calendar index of the period in which a customer was known to have left, `(n_customers,)`.
    pub exit: &'a [Option<i32>],
    /// Months looked ahead.
    pub months: f64,
}

/// What came of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageOutlook {
    /// Which stage.
    pub stage: Stage,
    /// Expected number of customers in it then.
    pub n_customers: f64,
    /// Expected number of them that has exited since.
    pub n_exited: f64,
    /// Share of them; `None` with too few customers.
    pub exit_share: Option<f64>,
    /// Its 95 % interval.
    pub exit_interval: Option<(f64, f64)>,
    /// Mean amount per customer and period before, money.
    pub before: f64,
    /// Since.
    pub since: f64,
    /// Change, a share of `before`.
    pub change: Option<f64>,
    /// Its 95 % interval.
    pub change_interval: Option<(f64, f64)>,
}

/// What came of all stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outlook {
    /// Calendar index of the last period seen.
    pub as_of: i32,
    /// Periods looked ahead.
    pub n_periods: usize,
    /// In the order of [`Stage::ALL`].
    pub stages: [StageOutlook; 4],
    /// Where not all customers were used.
    pub sampled: Option<Sampled>,
}

/// A look back, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum LookBack {
    /// Made.
    Made(Outlook),
    /// The series are too short.
    TooShort {
        /// Periods there are.
        n_periods: usize,
        /// Periods it takes.
        needed: usize,
    },
}

/// One customer at the time.
struct Then {
    /// Probability of each stage.
    stage: [f64; 4],
    exited: f64,
    before: f64,
    since: f64,
}

/// Weighted sums: customers, exits, before, since.
type Sums = [[f64; 4]; 4];

/// Looks back.
///
/// # Errors
/// If `amount` or `exit` does not fit the series.
pub fn outlook(input: &OutlookInput<'_>, options: &TableOptions) -> Result<LookBack, TableError> {
    check("amount", input.amount.len(), input.set.values().len())?;
    check("exit", input.exit.len(), input.set.len())?;
    if !input.amount.iter().all(|v| v.is_finite()) {
        return Err(TableError::NotFinite { column: "amount".to_owned() });
    }
    let mix = &input.stages.mix;
    let params = input.stages.params();
    let ahead = ((input.months / params.months_per_period).ceil().max(1.0)) as usize;
    if mix.customers.len() < 2 * ahead {
        return Ok(LookBack::TooShort { n_periods: mix.customers.len(), needed: 2 * ahead });
    }
    let as_of = mix.first + (mix.customers.len() - 1 - ahead) as i32;
    let at_risk = |i: &usize| {
        !input.set.range(*i).is_empty()
            && input.set.get(*i).start <= as_of
            && input.exit[*i].is_none_or(|exit| exit > as_of)
    };
    let all: Vec<usize> = (0..input.set.len()).filter(at_risk).collect();
    let (ids, sampled) = draw(&all, options);
    let then = stages_then(input, &ids, as_of, ahead);
    let add = |picked: &mut dyn Iterator<Item = usize>| {
        let mut sums: Sums = [[0.0; 4]; 4];
        for k in picked {
            let x = &then[k];
            for (sum, p) in sums.iter_mut().zip(x.stage) {
                for (sum, v) in sum.iter_mut().zip([1.0, x.exited, x.before, x.since]) {
                    *sum += p * v;
                }
            }
        }
        sums
    };
    let total = add(&mut (0..then.len()));
    let drawn = resamples(then.len(), options, |d| add(&mut d.iter().copied()));
    let change = |[_, _, before, since]: [f64; 4]| (before > 1e-9).then(|| since / before - 1.0);
    let stages = Stage::ALL.map(|stage| {
        let s = stage as usize;
        let [n, exited, before, since] = total[s];
        let enough = n >= options.least.max(1.0);
        StageOutlook {
            stage,
            n_customers: n,
            n_exited: exited,
            exit_share: enough.then(|| exited / n),
            exit_interval: enough.then(|| wilson(exited, n)),
            before: if n > 0.0 { before / n } else { 0.0 },
            since: if n > 0.0 { since / n } else { 0.0 },
            change: change(total[s]).filter(|_| enough),
            change_interval: interval(drawn.iter().map(|r| change(r[s]))).filter(|_| enough),
        }
    });
    Ok(LookBack::Made(Outlook { as_of, n_periods: ahead, stages, sampled }))
}

fn check(column: &str, found: usize, expected: usize) -> Result<(), TableError> {
    if found == expected {
        return Ok(());
    }
    Err(TableError::Length { column: column.to_owned(), found, expected })
}

/// The customers as they could be seen then, and what came of them.
fn stages_then(input: &OutlookInput<'_>, ids: &[usize], as_of: i32, ahead: usize) -> Vec<Then> {
    let mut set = SeriesSet::new(input.set.kind());
    let mut then = Vec::with_capacity(ids.len());
    for &i in ids {
        let now = input.set.get(i);
        let n = (as_of - now.start + 1) as usize;
        // Who has left since bought nothing after the last purchase: zeros until then.
        let padded = |v: &[f64], n: usize| -> Vec<f64> {
            v.iter().copied().chain(std::iter::repeat(0.0)).take(n).collect()
        };
        let values = padded(now.values, n);
        let orders: Vec<u32> = now.orders.iter().copied().chain(std::iter::repeat(0)).take(n).collect();
        let n_orders: f64 = orders.iter().map(|&k| f64::from(k)).sum();
        let total: f64 = values.iter().sum();
        let mean = Some(total / n_orders).filter(|u| n_orders > 0.0 && *u > 0.0 && u.is_finite());
        let mean_order_value = mean.unwrap_or(now.mean_order_value);
        let amount = padded(&input.amount[input.set.range(i)], n + ahead);
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len().max(1) as f64;
        then.push(Then {
            stage: [0.0; 4],
            exited: f64::from(u8::from(input.exit[i].is_some())),
            before: mean(&amount[n.saturating_sub(ahead)..n]),
            since: mean(&amount[n..]),
        });
        // Finite, and one order count per value: the set it comes from has seen to that, so it is not refused.
        let _ =
            set.push(&Series { values: &values, orders: &orders, mean_order_value, exited: false, ..now });
    }
    let params = Params {
        level: input.stages.level.map_or(LevelSource::Off, LevelSource::Given),
        variance: Some(input.stages.variance),
        ..input.stages.params().clone()
    };
    // The only error is a progress function that breaks off, and this one never does.
    if let Ok(stages) = fit(&set, &params, &mut |_, _| ControlFlow::Continue(())) {
        for (x, customer) in then.iter_mut().zip(&stages.customers) {
            x.stage = customer.probabilities;
        }
    }
    then
}
