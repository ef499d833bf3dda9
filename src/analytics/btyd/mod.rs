//! Is a customer without a contract still there, and how many purchases are to come ("buy till you die")?
//!
//! Each customer buys at a rate of their own while there, and leaves, unseen, with a probability of their own; the
//! rates and probabilities vary between customers by distributions whose four parameters are fitted to all of them.
//! Per customer the model needs three numbers, in weeks (days / 7): `x` days with a purchase after the first one,
//! `t_x` from the first to the last purchase (0 if x = 0), `T` from the first purchase to the end of observation.
//!
//! - [`Histories`]: those numbers, one row per customer.
//! - [`fit()`]: parameters, with everything a reader must know about the fit ([`FitNotice`]).
//! - [`Model`]: P(alive), expected purchases, survival; [`BetaGeometric`] is MBG/NBD and BG/NBD.
//! - [`forecast()`]: all of them for every customer over monthly steps, discounted.
//!
//! Sources: Schmittlein, Morrison & Colombo 1987; Fader, Hardie & Lee 2005 (BG/NBD); Batislam, Denizel &
//! Filiztekin 2007 (MBG/NBD). Degenerate cases: a history that is not possible (`t_x > T`, negative, not a number)
//! is moved to the nearest possible one for predictions ([`Histories::get`]) and left out of the fit.

mod beta_geometric;
mod fit;
mod forecast;

pub use beta_geometric::{BetaGeometric, Dropout};
pub use fit::{Fit, FitError, FitNotice, FitOptions, fit};
pub use forecast::{Forecast, forecast};

use crate::math::special::BetaSeries;
use serde::{Deserialize, Serialize};

/// Repeat-purchase histories, one row per customer; all columns have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histories {
    /// x: days with a purchase after the first one.
    pub n_repeats: Vec<u32>,
    /// t_x: weeks from the first to the last purchase, 0 if there is no repeat.
    pub last_purchase_age_weeks: Vec<f64>,
    /// T: weeks from the first purchase to the end of observation.
    pub tenure_weeks: Vec<f64>,
}

impl Histories {
    /// Number of customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n_repeats.len().min(self.last_purchase_age_weeks.len()).min(self.tenure_weeks.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One customer, as the nearest possible history: `0 <= t_x <= T`, both finite, `t_x = 0` if `x = 0`.
    #[must_use]
    pub fn get(&self, i: usize) -> History {
        let finite = |v: f64| if v.is_finite() { v.max(0.0) } else { 0.0 };
        let tenure_weeks = finite(self.tenure_weeks[i]);
        let n_repeats = self.n_repeats[i];
        let age =
            if n_repeats == 0 { 0.0 } else { finite(self.last_purchase_age_weeks[i]).min(tenure_weeks) };
        History { n_repeats, last_purchase_age_weeks: age, tenure_weeks }
    }

    /// Whether a row can be fitted: possible as it stands, and observed for some time.
    fn usable(&self, i: usize) -> bool {
        let (t_x, tenure) = (self.last_purchase_age_weeks[i], self.tenure_weeks[i]);
        tenure.is_finite()
            && tenure > 0.0
            && (0.0..=tenure).contains(&t_x)
            && (self.n_repeats[i] > 0 || t_x == 0.0)
    }
}

/// The history of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct History {
    /// x: days with a purchase after the first one.
    pub n_repeats: u32,
    /// t_x: weeks from the first to the last purchase.
    pub last_purchase_age_weeks: f64,
    /// T: weeks from the first purchase to the end of observation.
    pub tenure_weeks: f64,
}

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ModelKind {
    /// Leaving is possible after every purchase, the first included.
    MbgNbd,
    /// Leaving is possible after every repeat purchase: one-time buyers are always alive, a known artefact.
    BgNbd,
}

impl ModelKind {
    /// The model with these parameters: r, alpha (weeks), a, b, all positive.
    #[must_use]
    pub fn with_params(self, [r, alpha, a, b]: [f64; 4]) -> Box<dyn Model> {
        let dropout = match self {
            Self::MbgNbd => Dropout::AfterAnyPurchase,
            Self::BgNbd => Dropout::AfterRepeat,
        };
        Box::new(BetaGeometric { dropout, r, alpha, a, b })
    }

    /// Names of the parameters, in order.
    #[must_use]
    pub fn param_names(self) -> [&'static str; 4] {
        ["r", "alpha", "a", "b"]
    }

    /// Which parameters are in weeks, and scale with the unit of time.
    fn in_weeks(self) -> [bool; 4] {
        [false, true, false, false]
    }

    fn start(self) -> [f64; 4] {
        [1.0, 3.0, 1.0, 3.0]
    }
}

/// A model with its parameters.
///
/// What lies ahead depends on `t_x` through P(alive) alone, so a model gives it for those alive, once for all
/// customers with the same `x` and `T`.
pub trait Model {
    /// Which model it is.
    fn kind(&self) -> ModelKind;

    /// Its parameters, in the order of [`ModelKind::param_names`].
    fn params(&self) -> [f64; 4];

    /// Log-likelihood of grouped histories, without the constant `-sum ln x!` (as published).
    fn log_likelihood(&self, data: &Statistics) -> f64;

    /// Probability that the customer has not left, 0..=1.
    fn p_alive(&self, h: &History) -> f64;

    /// For a customer alive now with `x = n_repeats` and `T = tenure_weeks`: expected purchases in, and probability
    /// of being alive after, each of the ascending `ahead_weeks`. All slices have the same length.
    fn outlook_if_alive(
        &self,
        n_repeats: u32,
        tenure_weeks: f64,
        ahead_weeks: &[f64],
        scratch: &mut Scratch,
        purchases: &mut [f64],
        survival: &mut [f64],
    );

    /// `(E[Y(t)], S(t))`: purchases expected in the next `weeks`, and probability of being alive at their end.
    fn outlook(&self, h: &History, weeks: f64) -> (f64, f64) {
        let (mut purchases, mut survival) = ([0.0], [0.0]);
        let mut scratch = Scratch::default();
        let ahead = [if weeks.is_finite() { weeks.max(0.0) } else { 0.0 }];
        self.outlook_if_alive(
            h.n_repeats,
            h.tenure_weeks,
            &ahead,
            &mut scratch,
            &mut purchases,
            &mut survival,
        );
        let p = self.p_alive(h);
        (p * purchases[0], p * survival[0])
    }

    /// `E[Y(t) | x, t_x, T]`: purchases expected in the next `weeks`.
    fn expected_purchases(&self, h: &History, weeks: f64) -> f64 {
        self.outlook(h, weeks).0
    }

    /// `S(t)`: probability of being alive `weeks` from now.
    fn survival(&self, h: &History, weeks: f64) -> f64 {
        self.outlook(h, weeks).1
    }

    /// `E[X(t)]`: repeat purchases expected from a new customer in the first `weeks`.
    fn expected_purchases_new(&self, weeks: f64) -> f64 {
        self.expected_purchases(&History::default(), weeks)
    }
}

/// What a model keeps between calls of [`Model::outlook_if_alive`]; use one per model and thread.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    series: Option<(u32, BetaSeries)>,
    tau: Vec<f64>,
}

/// Histories grouped for a likelihood: equal ones counted once, and the distinct times listed, so that a logarithm is
/// taken once per distinct time and a gamma function once per distinct `x`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Distinct (x, t_x, T) with their number of customers; times as indices into `times`.
    pub groups: Vec<Group>,
    /// Distinct times (t_x and T), ascending, in the unit of the fit.
    pub times: Vec<f64>,
    /// Distinct x, ascending, with their number of customers.
    pub repeats: Vec<(u32, u32)>,
}

/// One distinct history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Index into [`Statistics::repeats`].
    pub repeats_idx: u32,
    /// Index of t_x in [`Statistics::times`].
    pub last_idx: u32,
    /// Index of T in [`Statistics::times`].
    pub tenure_idx: u32,
    /// Customers with this history.
    pub n: u32,
}

impl Statistics {
    /// Groups histories, dividing all times by `unit`.
    #[must_use]
    pub fn new(histories: impl Iterator<Item = History>, unit: f64) -> Self {
        let mut rows: Vec<(u32, f64, f64)> = histories
            .map(|h| (h.n_repeats, h.last_purchase_age_weeks / unit, h.tenure_weeks / unit))
            .collect();
        rows.sort_unstable_by(|p, q| p.0.cmp(&q.0).then(p.2.total_cmp(&q.2)).then(p.1.total_cmp(&q.1)));
        let mut times: Vec<f64> = rows.iter().flat_map(|r| [r.1, r.2]).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let index = |t: f64| times.partition_point(|&u| u < t) as u32;
        let (mut groups, mut repeats) = (Vec::<Group>::new(), Vec::<(u32, u32)>::new());
        let mut previous = None;
        for row in rows {
            match repeats.last_mut() {
                Some((x, n)) if *x == row.0 => *n += 1,
                _ => repeats.push((row.0, 1)),
            }
            if let (true, Some(group)) = (previous == Some(row), groups.last_mut()) {
                group.n += 1;
            } else {
                let repeats_idx = repeats.len() as u32 - 1;
                groups.push(Group { repeats_idx, last_idx: index(row.1), tenure_idx: index(row.2), n: 1 });
            }
            previous = Some(row);
        }
        Self { groups, times, repeats }
    }

    /// Customers.
    #[must_use]
    pub fn n_customers(&self) -> u64 {
        self.repeats.iter().map(|r| u64::from(r.1)).sum()
    }

    /// Repeat purchases of all customers.
    #[must_use]
    pub fn n_repeats(&self) -> u64 {
        self.repeats.iter().map(|r| u64::from(r.0) * u64::from(r.1)).sum()
    }
}

#[cfg(test)]
mod tests;
