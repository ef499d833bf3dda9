//! How many customers went from which stage to which, how likely is that per month, and how long does a stage last?
//!
//! Expected counts are sums of the posterior over customers ([`Course`](crate::analytics::stage::Course)): exploration →
//! build-up, exploration → decline, build-up → stability, build-up → decline, stability → decline, and from every stage
//! out, which is where an exited customer was in the last period. Per period a probability is the count over expected
//! customer-periods in the stage, with Wilson's interval (1927); per month `1 − (1 − p)^(1/months per period)`. A stage
//! lasts, by the same counts, customer-periods over departures: the mean of a geometric duration, in which relationships
//! still in the stage count for the time they were there.
//!
//! Source: methods.md 4 (the chain), 21 "expected months per stage". Units: counts of customers, months.
//!
//! Degenerate cases: departures from exploration and build-up are counted on relationships whose beginning was seen,
//! the others on all; fewer than 5 expected departures give no expected length, no exposure no probability.

use crate::analytics::stage::{CustomerStage, Stage, Stages, State};
use crate::math::{powf, sum, wilson};
use serde::{Deserialize, Serialize};

/// Departures it takes for an expected length.
const MIN_DEPARTURES: f64 = 5.0;

/// Where a change of stage leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// Build-up.
    BuildUp,
    /// Stability.
    Stability,
    /// Decline.
    Decline,
    /// Out.
    Exit,
}

/// Changes of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// From this stage.
    pub from: Stage,
    /// To that one.
    pub to: Destination,
    /// Expected number of customers.
    pub n_customers: f64,
    /// Probability per month for a customer in the stage.
    pub monthly: Option<f64>,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

/// How long a stage lasts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stay {
    /// Which stage.
    pub stage: Stage,
    /// Expected number of customers seen in it.
    pub n_customers: f64,
    /// Expected customer-months in it.
    pub customer_months: f64,
    /// Expected number of departures.
    pub n_departures: f64,
    /// Expected length in months, with at least 5 departures.
    pub expected_months: Option<f64>,
}

/// Changes of stage in a population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transitions {
    /// In the order of the stages they start from.
    pub flows: Vec<Flow>,
    /// In the order of [`Stage::ALL`].
    pub stays: [Stay; 4],
    /// Customers whose beginning was not seen, left out of exploration and build-up.
    pub n_unseen_start: usize,
}

/// From, to, and the place of the count in [`Counts::flows`].
const FLOWS: [(Stage, Destination); 9] = [
    (Stage::Exploration, Destination::BuildUp),
    (Stage::Exploration, Destination::Decline),
    (Stage::Exploration, Destination::Exit),
    (Stage::BuildUp, Destination::Stability),
    (Stage::BuildUp, Destination::Decline),
    (Stage::BuildUp, Destination::Exit),
    (Stage::Stability, Destination::Decline),
    (Stage::Stability, Destination::Exit),
    (Stage::Decline, Destination::Exit),
];

/// Expected counts of one customer.
struct Counts {
    flows: [f64; 9],
    visited: [f64; 4],
    periods: [f64; 4],
}

impl Counts {
    fn of(c: &CustomerStage) -> Self {
        let x = &c.course;
        let declined = x.now()[3];
        let exit = if matches!(c.state, State::Exited(_)) { x.now() } else { [0.0; 4] };
        let after_stability = x.short_declined + x.long_declined;
        let mut out = Self {
            flows: [
                x.visited[1],
                x.explore_declined,
                exit[0],
                x.visited[2],
                x.build_up_declined,
                exit[1],
                after_stability,
                exit[2],
                exit[3],
            ],
            visited: [x.visited[0], x.visited[1], x.visited[2], declined],
            periods: [
                x.periods[0],
                x.periods[1],
                x.periods[2],
                (c.n_periods as f64 - x.periods.iter().sum::<f64>()).max(0.0),
            ],
        };
        // A plateau without a visible build-up was not reached from one.
        out.flows[0] = out.flows[0].min(x.visited[0]);
        out.flows[3] = out.flows[3].min(x.visited[1]);
        if c.left_truncated {
            out.flows[..6].fill(0.0);
            out.visited[..2].fill(0.0);
            out.periods[..2].fill(0.0);
        }
        out
    }
}

/// Counts the changes of stage.
#[must_use]
pub fn transitions(stages: &Stages) -> Transitions {
    let known = |c: &&CustomerStage| c.state != State::NoPositiveValue && c.n_periods > 0;
    let counts: Vec<Counts> = stages.customers.iter().filter(known).map(Counts::of).collect();
    let months = stages.params().months_per_period;
    let total = |f: &dyn Fn(&Counts) -> f64| sum(counts.iter().map(f));
    let periods: [f64; 4] = std::array::from_fn(|s| total(&|c| c.periods[s]));
    let monthly = |p: f64| 1.0 - powf((1.0 - p).max(0.0), 1.0 / months);
    let flows = FLOWS.iter().enumerate().map(|(k, &(from, to))| {
        let exposure = periods[from as usize];
        let n_customers = total(&|c| c.flows[k]).min(exposure);
        let (low, high) = wilson(n_customers, exposure);
        Flow {
            from,
            to,
            n_customers,
            monthly: (exposure > 0.0).then(|| monthly(n_customers / exposure)),
            interval: (monthly(low), monthly(high)),
        }
    });
    let flows: Vec<Flow> = flows.collect();
    let stays = Stage::ALL.map(|stage| {
        let n_departures = sum(flows.iter().filter(|f| f.from == stage).map(|f| f.n_customers));
        let customer_months = periods[stage as usize] * months;
        Stay {
            stage,
            n_customers: total(&|c| c.visited[stage as usize]),
            customer_months,
            n_departures,
            expected_months: (n_departures >= MIN_DEPARTURES).then(|| customer_months / n_departures),
        }
    });
    Transitions { flows, stays, n_unseen_start: stages.customers.iter().filter(|c| c.left_truncated).count() }
}
