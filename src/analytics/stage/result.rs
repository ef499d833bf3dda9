//! What the stage method says about a customer and about all of them.

use super::params::Level;
use super::reliability::Badge;
use super::tables::Tables;
use serde::{Deserialize, Serialize};

/// A stage of the relationship, in the order of the life cycle (Dwyer, Schurr & Oh 1987).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Small and slowly rising.
    Exploration,
    /// Fast rise.
    BuildUp,
    /// High plateau.
    Stability,
    /// Fast fall.
    Decline,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 4] = [Self::Exploration, Self::BuildUp, Self::Stability, Self::Decline];
}

/// Where the customer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "stage")]
pub enum State {
    /// Active, in this stage.
    Active(Stage),
    /// Has left; the stage is the one of the last period.
    Exited(Stage),
    /// Sales do not exceed returns, or there were none: no stage.
    NoPositiveValue,
}

/// What the stage rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The posterior of the search.
    Fitted,
    /// The level of a series without change (methods.md 23.6 c).
    FlatLevel,
    /// Fewer than 4 periods or 2 orders: taken as exploration.
    TooLittleHistory,
    /// Nothing.
    None,
}

/// The heaviest candidate. Ends are counts of periods from the start of the series; an empty segment ends where the
/// one before it does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BestFit {
    /// End of exploration, of build-up, of stability and of decline (the number of periods).
    pub ends: [usize; 4],
    /// Exploration level L0 (or level before a build-up that began unseen), money per period.
    pub explore_level: Option<f64>,
    /// Plateau P.
    pub plateau: Option<f64>,
    /// Level at the end of the decline Le.
    pub end_level: Option<f64>,
    /// Sum of squared errors of the transformed series.
    pub sse: f64,
    /// Posterior probability of this one candidate.
    pub weight: f64,
}

impl BestFit {
    /// The stages it goes through.
    #[must_use]
    pub fn sequence(&self) -> Vec<Stage> {
        let begins = [0, self.ends[0], self.ends[1], self.ends[2]];
        Stage::ALL
            .into_iter()
            .enumerate()
            .filter(|&(i, _)| self.ends[i] > begins[i])
            .map(|(_, s)| s)
            .collect()
    }
}

/// Posterior probabilities of how far the relationship came. They sum to 1, or to 0 without positive value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Course {
    /// In exploration at the last period.
    pub exploring: f64,
    /// In build-up.
    pub building: f64,
    /// In stability.
    pub stable: f64,
    /// Of `stable`, the part that has lasted tau.
    pub stable_long: f64,
    /// In decline that followed exploration.
    pub explore_declined: f64,
    /// In decline that followed build-up.
    pub build_up_declined: f64,
    /// In decline after a stability shorter than tau.
    pub short_declined: f64,
    /// In decline after a stability of at least tau.
    pub long_declined: f64,
    /// In decline all the time the customer was observed.
    pub only_declined: f64,
    /// Probability that exploration, build-up and stability were seen.
    pub visited: [f64; 3],
    /// Expected periods in each of the three.
    pub periods: [f64; 3],
}

impl Course {
    /// What counted as exploration to the end was a plateau without a visible build-up (methods.md 23.6 c).
    pub(super) fn explored_on_plateau(&mut self, n_periods: f64) {
        let moved = std::mem::take(&mut self.exploring);
        self.stable += moved;
        self.visited[0] = (self.visited[0] - moved).max(0.0);
        self.visited[2] = (self.visited[2] + moved).min(1.0);
        self.periods[0] = (self.periods[0] - moved * n_periods).max(0.0);
        self.periods[2] += moved * n_periods;
    }

    /// What counted as build-up and plateau to the end was exploration; of the periods in both the part goes with it
    /// that belongs to relationships without a decline.
    pub(super) fn plateau_was_exploration(&mut self) {
        let moved = std::mem::take(&mut self.stable);
        self.stable_long = 0.0;
        self.exploring += moved;
        for k in 1..3 {
            let part = if self.visited[k] > 0.0 { (moved / self.visited[k]).min(1.0) } else { 0.0 };
            self.visited[k] *= 1.0 - part;
            self.periods[0] += self.periods[k] * part;
            self.periods[k] *= 1.0 - part;
        }
    }

    /// Probability of each stage at the last period.
    #[must_use]
    pub fn now(&self) -> [f64; 4] {
        let declined = self.explore_declined
            + self.build_up_declined
            + self.short_declined
            + self.long_declined
            + self.only_declined;
        [self.exploring, self.building, self.stable, declined]
    }
}

/// One customer's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerStage {
    /// Where the customer stands.
    pub state: State,
    /// What that rests on.
    pub basis: Basis,
    /// Probability of each stage at the last period, in the order of [`Stage::ALL`]; zeros without positive value.
    pub probabilities: [f64; 4],
    /// Probability of the stage named; `None` with too little history. Below 0.5: "between" it and `runner_up`.
    pub confidence: Option<f64>,
    /// The second most likely stage, if it has any probability.
    pub runner_up: Option<Stage>,
    /// The heaviest candidate.
    pub best: Option<BestFit>,
    /// Reliability.
    pub badge: Option<Badge>,
    /// A flat series at a plateau's level: stability without a visible build-up.
    pub no_visible_build_up: bool,
    /// Still exploration after 12 months or more.
    pub lingering: bool,
    /// Few orders per period: the first period counts without the first order (methods.md 23.6 b).
    pub sparse: bool,
    /// The beginning was not seen.
    pub left_truncated: bool,
    /// Number of periods of the series.
    pub n_periods: usize,
    /// How far the relationship came.
    pub course: Course,
}

/// Stage posteriors summed over customers for each calendar period.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageMix {
    /// Calendar index of the first period.
    pub first: i32,
    /// Expected number of customers in each stage, `(n_periods, 4)`.
    pub customers: Vec<[f64; 4]>,
}

impl StageMix {
    pub(super) fn spanning(first: i32, end: i32) -> Self {
        Self { first, customers: vec![[0.0; 4]; (end - first).max(0) as usize] }
    }

    pub(super) fn add(&mut self, start: i32, path: impl Iterator<Item = [f64; 4]>) {
        let skip = (start - self.first).max(0) as usize;
        for (sum, p) in self.customers.iter_mut().skip(skip).zip(path) {
            for k in 0..4 {
                sum[k] += p[k];
            }
        }
    }
}

/// The result for all customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Stages {
    /// One entry per customer, in the order of the input.
    pub customers: Vec<CustomerStage>,
    /// Posterior sums per calendar period; customers count while they are observed.
    pub mix: StageMix,
    /// Pooled variance s²; like the levels estimated on the customers sampled.
    pub variance: f64,
    /// The level distribution used; `None` if the level ratio was left out.
    pub level: Option<Level>,
    /// Customers the level distribution was estimated on.
    pub n_sampled: usize,
    /// Customers that could have been.
    pub n_informing: usize,
    /// tau in periods.
    pub tau_periods: usize,
    /// `waits[i·stride + k]`: probability that customer i is stable now and k periods short of tau.
    pub(super) waits: Vec<f32>,
    /// tau − 2 in periods.
    pub(super) stride: usize,
    pub(super) params: super::params::Params,
}

impl Stages {
    /// The parameters used.
    #[must_use]
    pub fn params(&self) -> &super::params::Params {
        &self.params
    }

    /// Probability that a customer is in stability now and lacks k more periods to reach tau, by k.
    #[must_use]
    pub fn stable_waits(&self, idx: usize) -> &[f32] {
        self.waits.get(idx * self.stride..(idx + 1) * self.stride).unwrap_or(&[])
    }
}

/// Probability of each stage at each merged period from the masses by end of segment, spread over original periods.
pub(super) fn path_of(tables: &Tables, by: [&[f64]; 3]) -> Vec<[f64; 4]> {
    let n = tables.n;
    let mut after = [0.0; 3];
    let mut merged = vec![[0.0; 4]; n];
    for t in (0..n).rev() {
        for k in 0..3 {
            after[k] += by[k][t + 1];
        }
        let [e, eb, ebs] = after;
        merged[t] = [e, (eb - e).max(0.0), (ebs - eb).max(0.0), (1.0 - ebs).max(0.0)];
    }
    let mut path = Vec::with_capacity(tables.shape.n_raw);
    for (t, p) in merged.iter().enumerate() {
        for _ in tables.merging.raw_end(t)..tables.merging.raw_end(t + 1) {
            path.push(*p);
        }
    }
    path
}
