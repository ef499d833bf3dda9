//! The parameters of the stage method and their defaults (methods.md 3.3-3.7, 4, 23.6).

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
    /// Monthly hazard of a decline ending, used for sparse buyers only.
    pub sparse_decline: f64,
    /// Orders per period below which a buyer is sparse.
    pub sparse_below: f64,
    /// Plateau over exploration level: at least this.
    pub min_rise: f64,
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
            sparse_decline: 1.0 / 6.0,
            sparse_below: 3.0,
            min_rise: 2.0,
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

    /// Hazard per period of a sparse buyer's decline ending, at most 0.6.
    #[must_use]
    pub fn sparse_decline_per_period(&self) -> f64 {
        (self.sparse_decline * self.months_per_period).min(0.6)
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
