//! The parameters of the stage method and their defaults (methods.md 3.3-3.7, 4, 23.6), and where the defaults differ
//! from what is written there.
//!
//! Three defaults were chosen on series of the generator of methods.md 3.7 with fresh seeds (301-303, 600 customers
//! for each of 14 kinds of series), judged on others (401-403) and then once on the files behind the table:
//!
//! - `min_open_rise`: a build-up that has ended must have doubled the level, one that still runs cannot have yet. With
//!   1.5 for the latter a young build-up is recognized about a month earlier.
//! - `node_penalty`: ½·ln n per level is the penalty of a model whose levels are unknown beforehand (Schwarz 1978). On
//!   top of the duration prior it made every change of stage late; a fifth of it is left.
//! - `decline` and `decline_free`: the penalty gone, declines would be found everywhere. A customer who declines leaves
//!   soon, so one who is still here has not been declining for long: every month of decline but the first costs
//!   ln(1 − 0.5) unless the customer has left. This replaces 23.6 a, which did the same, more weakly, for buyers of less
//!   than 3 orders a month only, and takes the cliff at that number away.
//!
//! | seeds 401-403 | before | now |
//! |---|---|---|
//! | stage, coefficient of variation 10, 25, 50 % | .857 .805 .735 | .895 .824 .738 |
//! | stage, 10, 6, 4, 3, 2, 1 orders a month | .740 .688 .686 .631 .626 .582 | .740 .687 .694 .650 .655 .611 |
//! | stage with a season (25 %, 4 orders), beginning unseen, setbacks | .808 .667 .820 .810 | .821 .688 .827 .820 |
//! | pattern of the exited, 10, 4, 2, 1 orders a month | .748 .603 .556 .495 | .775 .648 .595 .542 |
//! | constant buyers called declining (24.5), .5, 1, 1.5, 2.5, 4, 10 orders a month | .047 .058 .075 .094 .144 .092 | .002 .015 .033 .040 .036 .016 |
//! | of true declines recognized, 25, 50 %, 10, 4 orders a month | .55 .40 .38 .27 | .53 .27 .30 .20 |
//!
//! The last row is the price: a decline among scattered values is left to the alerts of methods.md 2.

use serde::{Deserialize, Serialize};

/// Where the levels' distribution comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum LevelSource {
    /// Estimated from the customers themselves, where there are enough.
    Estimated,
    /// No level ratio: exploration and plateau levels are equally likely everywhere.
    Off,
    /// Given.
    Given(Level),
}

/// Distribution of the levels over the customers: ln(level + floor) is normal in each of the two stages.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// Mean of ln(exploration level + floor), money per period.
    pub explore_mean: f64,
    /// Its standard deviation.
    pub explore_sd: f64,
    /// Mean of ln(plateau + floor).
    pub plateau_mean: f64,
    /// Its standard deviation.
    pub plateau_sd: f64,
}

/// Parameters of the stage method; see [`Params::default`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// Months one period lasts (1 for months, 12/52 for weeks, 3 for quarters).
    pub months_per_period: f64,
    /// Pseudo-observations of the pooled variance (ν).
    pub prior_df: f64,
    /// Monthly hazard of leaving exploration, build-up and stability.
    pub hazards: [f64; 3],
    /// Share of those leaving exploration (build-up) who move up, to build-up (stability).
    pub up: [f64; 2],
    /// Probability of each stage at the first period seen, where the beginning was not.
    pub start: [f64; 4],
    /// Monthly hazard of leaving while declining; it makes long declines of active customers unlikely.
    pub decline: f64,
    /// Periods of decline that cost nothing.
    pub decline_free: usize,
    /// Share of ½·ln n that every fitted level costs.
    pub node_penalty: f64,
    /// Orders per period below which a buyer is sparse, and the first period counts without the first order.
    pub sparse_below: f64,
    /// Plateau over exploration level: at least this.
    pub min_rise: f64,
    /// The same while the build-up still runs.
    pub min_open_rise: f64,
    /// Level at the end of a decline over the level before: at most this.
    pub max_fall: f64,
    /// Months of stability from which a relationship counts as long-term (τ).
    pub tau_months: f64,
    /// Months of a level without change after which exploration lingers and a flat series may be a plateau.
    pub linger_months: f64,
    /// The level ratio.
    pub level: LevelSource,
    /// Pooled variance s² of the transformed series if it is given and not estimated.
    pub variance: Option<f64>,
    /// Customers the level ratio is estimated on at most.
    pub sample_size: usize,
    /// Seed of that sample.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            months_per_period: 1.0,
            prior_df: 8.0,
            hazards: [1.0 / 6.0, 1.0 / 6.0, 1.0 / 18.0],
            up: [0.75, 0.8],
            start: [0.5, 0.15, 0.25, 0.1],
            decline: 0.5,
            decline_free: 1,
            node_penalty: 0.2,
            sparse_below: 3.0,
            min_rise: 2.0,
            min_open_rise: 1.5,
            max_fall: 0.7,
            tau_months: 12.0,
            linger_months: 12.0,
            level: LevelSource::Estimated,
            variance: None,
            sample_size: 5_000,
            seed: 1,
        }
    }
}

impl Params {
    /// Hazard per period of leaving exploration, build-up and stability, at most 0.6.
    #[must_use]
    pub fn hazards_per_period(&self) -> [f64; 3] {
        self.hazards.map(|h| (h * self.months_per_period).min(0.6))
    }

    /// Hazard per period of leaving while declining, at most 0.6.
    #[must_use]
    pub fn decline_per_period(&self) -> f64 {
        (self.decline * self.months_per_period).min(0.6)
    }

    /// τ in whole periods, at least the minimum length of stability.
    #[must_use]
    pub fn tau_periods(&self) -> usize {
        ((self.tau_months / self.months_per_period).ceil() as usize).max(3)
    }

    /// Whether a number of periods reaches [`Params::linger_months`].
    #[must_use]
    pub fn lingers(&self, n_periods: usize) -> bool {
        n_periods as f64 * self.months_per_period >= self.linger_months - 1e-9
    }
}
