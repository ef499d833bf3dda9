//! Does profit peak later than value? (methods.md 3.9)
//!
//! Both are averaged over customers by age of the relationship, in periods from its beginning, for as long as at least 20
//! customers are that old, and smoothed over three ages; the peaks are the ages of the greatest means. The interval is
//! that of the lag between the peaks over resamples of customers.
//!
//! Degenerate cases: profit that is a fixed share of value has the same peak by construction, and nothing is said;
//! neither with fewer than 6 ages. Relationships whose beginning was not seen do not count.

use super::{Direction, Mark, Sampled, TableError, TableInput, TableOptions, draw, interval, resamples};
use serde::{Deserialize, Serialize};

/// Oldest age looked at, in periods.
const MAX_AGE: usize = 60;
/// Ages it takes.
const MIN_AGES: usize = 6;

/// Value and profit by age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Peaks {
    /// Mean value by age in periods, money.
    pub value: Vec<f64>,
    /// Mean profit by age, money.
    pub profit: Vec<f64>,
    /// Customers of that age.
    pub n_customers: Vec<usize>,
    /// Age at which value peaks.
    pub value_peak_periods: usize,
    /// Age at which profit peaks.
    pub profit_peak_periods: usize,
    /// 95 % interval of the lag of profit behind value, in periods.
    pub lag_periods: (f64, f64),
    /// Whether profit peaks later.
    pub mark: Mark,
    /// Where not all customers were used.
    pub sampled: Option<Sampled>,
}

/// Sums of value and profit, and customers, by age.
#[derive(Clone, Debug)]
struct Curves {
    value: Vec<f64>,
    profit: Vec<f64>,
    n: Vec<usize>,
}

/// Compares the peaks; `None` where that cannot be done.
///
/// # Errors
/// If a column does not fit the series.
pub fn peaks(input: &TableInput<'_>, options: &TableOptions) -> Result<Option<Peaks>, TableError> {
    input.check()?;
    if input.cost.is_none() && input.cost_to_serve.is_none() {
        return Ok(None);
    }
    let seen = |i: &usize| !input.set.get(*i).left_truncated && !input.set.range(*i).is_empty();
    let all: Vec<usize> = (0..input.set.len()).filter(seen).collect();
    let (ids, sampled) = draw(&all, options);
    let profit: Vec<Vec<f64>> =
        ids.iter().map(|&i| input.set.range(i).take(MAX_AGE).map(|at| input.profit(at)).collect()).collect();
    let add = |picked: &[usize]| {
        let mut sums = Curves { value: vec![0.0; MAX_AGE], profit: vec![0.0; MAX_AGE], n: vec![0; MAX_AGE] };
        for &k in picked {
            let own = &input.value[input.set.range(ids[k])];
            for (t, (v, p)) in own.iter().zip(&profit[k]).enumerate() {
                sums.value[t] += v;
                sums.profit[t] += p;
                sums.n[t] += 1;
            }
        }
        sums
    };
    let everyone: Vec<usize> = (0..ids.len()).collect();
    let whole = add(&everyone);
    let ages = whole.n.iter().take_while(|&&n| n as f64 >= options.least.max(1.0)).count();
    if ages < MIN_AGES {
        return Ok(None);
    }
    let lags = resamples(ids.len(), options, |drawn| {
        let sums = add(drawn);
        Some(peak(&sums.profit, &sums.n, ages) as f64 - peak(&sums.value, &sums.n, ages) as f64)
    });
    let Some(lag_periods) = interval(lags.into_iter()) else { return Ok(None) };
    let mean = |sums: &[f64]| (0..ages).map(|t| sums[t] / whole.n[t] as f64).collect();
    Ok(Some(Peaks {
        value: mean(&whole.value),
        profit: mean(&whole.profit),
        n_customers: whole.n[..ages].to_vec(),
        value_peak_periods: peak(&whole.value, &whole.n, ages),
        profit_peak_periods: peak(&whole.profit, &whole.n, ages),
        lag_periods,
        mark: Mark::of(lag_periods, Direction::Up),
        sampled,
    }))
}

/// Age of the greatest mean over an age and its neighbors; of equal ones the earliest.
fn peak(sums: &[f64], n: &[usize], ages: usize) -> usize {
    let mean = |t: usize| sums[t] / n[t].max(1) as f64;
    let smooth = |t: usize| {
        let (from, to) = (t.saturating_sub(1), (t + 1).min(ages - 1));
        (from..=to).map(mean).sum::<f64>() / (to - from + 1) as f64
    };
    (1..ages).fold(0, |best, t| if smooth(t) > smooth(best) { t } else { best })
}
