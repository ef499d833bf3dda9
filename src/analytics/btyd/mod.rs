//! Is a customer without a contract still there, and how many purchases are to come ("buy till you die")?
//!
//! Each customer buys at a rate of their own while there, and leaves, unseen, with a probability of their own; the
//! rates and probabilities vary between customers by distributions whose four parameters are fitted to all of them.
//! Per customer the model needs three numbers, in weeks (days / 7): `x` days with a purchase after the first one,
//! `t_x` from the first to the last purchase (0 if x = 0), `T` from the first purchase to the end of observation.
//!
//! - [`Histories`]: those numbers, one row per customer.
//! - [`fit()`]: parameters and their standard errors, with all a reader must know about the fit ([`FitNotice`]).
//! - [`Model`]: P(alive), expected purchases, survival; [`BetaGeometric`] is MBG/NBD and BG/NBD, then [`ParetoNbd`].
//! - [`choose()`]: which of them predicts these customers best, judged on the last quarter of the file; [`compare()`]:
//!   how far they disagree.
//! - [`forecast()`]: predictions for every customer over monthly steps, discounted; [`interval()`]: how sure the total
//!   is.
//!
//! Sources: Schmittlein, Morrison & Colombo 1987; Fader, Hardie & Lee 2005 (BG/NBD); Batislam, Denizel &
//! Filiztekin 2007 (MBG/NBD); methods.md 7, 23.1-23.4, 24.1. Degenerate cases: a history that is not possible (`t_x > T`, negative, not a number)
//! is moved to the nearest possible one for predictions ([`Histories::get`]) and left out of the fit.
//!
//! ```
//! use tenure::analytics::btyd::{History, ModelKind};
//!
//! // One who bought once and was not seen for 38.86 weeks, by the three models fitted to CDNOW: BG/NBD cannot doubt.
//! let silent = History { n_repeats: 0, last_purchase_age_weeks: 0.0, tenure_weeks: 38.86 };
//! let p = |kind: ModelKind, params| kind.with_params(params).p_alive(&silent);
//! assert!((p(ModelKind::MbgNbd, [0.5248, 6.183, 0.8914, 1.614]) - 0.3897).abs() < 5e-5);
//! assert!((p(ModelKind::ParetoNbd, [0.553276, 10.577612, 0.606214, 11.667913]) - 0.2951).abs() < 5e-5);
//! assert_eq!(p(ModelKind::BgNbd, [0.243, 4.414, 0.793, 2.426]), 1.0);
//! ```

mod beta_geometric;
mod choice;
mod fit;
mod forecast;
mod interval;
mod pareto;
mod silence;
mod statistics;

pub use beta_geometric::{BetaGeometric, Dropout};
pub use choice::{
    Candidate, ChoiceOptions, ChoiceReason, Comparison, Holdout, ModelChoice, Reading, RepeatsRow, Tracking,
    Unfitted, choose, compare,
};
pub use fit::{Fit, FitError, FitNotice, FitOptions, fit};
pub use forecast::{Forecast, forecast};
pub use interval::{Interval, Spending, interval};
pub use pareto::ParetoNbd;
pub use silence::{silence_limit, silence_limits};
pub use statistics::{Group, Point, Statistics};

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

/// Customers sorted by (x, T, t_x), with their positions: nothing computed from them depends on the customers' order,
/// and those who share something stand together.
struct Sorted(Vec<(History, u32)>);

impl Sorted {
    fn new(customers: &Histories) -> Self {
        let mut all: Vec<(History, u32)> =
            (0..customers.len()).map(|i| (customers.get(i), i as u32)).collect();
        all.sort_unstable_by(|p, q| p.0.compare(&q.0).then(p.1.cmp(&q.1)));
        Self(all)
    }

    /// Runs of customers with the same x and T.
    fn alike(&self) -> impl Iterator<Item = &[(History, u32)]> {
        self.0.chunk_by(|p, q| p.0.n_repeats == q.0.n_repeats && p.0.tenure_weeks == q.0.tenure_weeks)
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

impl History {
    /// An order of histories: by x, then T, then t_x.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        // Lazily: most comparisons end with x or T.
        self.n_repeats
            .cmp(&other.n_repeats)
            .then_with(|| self.tenure_weeks.total_cmp(&other.tenure_weeks))
            .then_with(|| self.last_purchase_age_weeks.total_cmp(&other.last_purchase_age_weeks))
    }
}

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ModelKind {
    /// Leaving is possible after every purchase, the first included.
    MbgNbd,
    /// Leaving is possible after every repeat purchase: one-time buyers are always alive, a known artefact.
    BgNbd,
    /// Leaving is possible at any moment.
    ParetoNbd,
}

impl ModelKind {
    /// All three, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::MbgNbd, Self::BgNbd, Self::ParetoNbd];

    /// The model with these parameters, all positive, in the order of [`ModelKind::param_names`]; times in weeks.
    #[must_use]
    pub fn with_params(self, [r, alpha, third, fourth]: [f64; 4]) -> Box<dyn Model> {
        let beta_geometric = |dropout| Box::new(BetaGeometric { dropout, r, alpha, a: third, b: fourth });
        match self {
            Self::MbgNbd => beta_geometric(Dropout::AfterAnyPurchase),
            Self::BgNbd => beta_geometric(Dropout::AfterRepeat),
            Self::ParetoNbd => Box::new(ParetoNbd { r, alpha, s: third, beta: fourth }),
        }
    }

    /// Names of the parameters, in order.
    #[must_use]
    pub fn param_names(self) -> [&'static str; 4] {
        match self {
            Self::MbgNbd | Self::BgNbd => ["r", "alpha", "a", "b"],
            Self::ParetoNbd => ["r", "alpha", "s", "beta"],
        }
    }

    /// Which parameters are in weeks, and scale with the unit of time.
    fn in_weeks(self) -> [bool; 4] {
        [false, true, false, self == Self::ParetoNbd]
    }

    fn start(self) -> [f64; 4] {
        match self {
            Self::MbgNbd | Self::BgNbd => [1.0, 3.0, 1.0, 3.0],
            Self::ParetoNbd => [1.0, 10.0, 1.0, 10.0],
        }
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

#[cfg(test)]
mod simulate;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
