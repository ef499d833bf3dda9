//! Which stage of the relationship is each customer in, and since when?
//!
//! Four stages: exploration (small, slow rise), build-up (fast rise), stability (high plateau), decline (fast fall).
//! A customer's series y (see [`series`](SeriesSet)) is divided in every admissible way into these stages, always in
//! this order; each division is fitted by least squares as a continuous line of constant and sloping pieces, and gets
//! the log posterior weight
//!
//! `−½(n+ν)·ln((SSE + ν·s²)/(n+ν)) − ½·k·ln n + duration prior + level ratio`
//!
//! with n periods, k fitted levels, pooled variance s² (median over customers of Rice's variance, Rice 1984) and
//! ν = 8. How much of the second term is used, and two more departures from methods.md 3, with the accuracy before and
//! after, are explained beside the parameters (`params.rs`). The probability of a stage at a period is the share of
//! weight of the divisions that put the period there.
//! Units: values and levels in money per period, probabilities 0..1, ends in periods from the start of the series.
//!
//! Sources: methods.md 3, 22, 23.6; stages after Dwyer, Schurr & Oh (1987); breaks after Bai & Perron (1998). The
//! method describes; agreement with the theory's curve is no proof of real stages.
//!
//! Degenerate cases: fewer than 4 periods or 2 orders are exploration with no confidence; a series whose sum is not
//! positive has no stage; fewer than 30 usable customers have no level ratio; identical values are told apart by
//! ν·s² ≥ 8e-4. Everything is deterministic, and a customer's numbers do not depend on the others except through s²
//! and the level distribution.
//!
//! ```
//! use tenure::analytics::stage::{Kind, LevelSource, Params, Series, SeriesSet, Stage, State, fit};
//! // methods.md 3.7, EX A
//! let values = [100., 120., 90., 110., 300., 500., 800., 950., 1000., 980., 1020., 990.];
//! let mut set = SeriesSet::new(Kind::Orders);
//! set.push(&Series {
//!     start: 0, values: &values, orders: &[5; 12], first_order_value: 0.0, mean_order_value: 1000.0,
//!     left_truncated: false, exited: false,
//! }).unwrap();
//! let params = Params { level: LevelSource::Off, variance: Some(0.0025), ..Params::default() };
//! let stages = fit(&set, &params, &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap();
//! assert_eq!(stages.customers[0].state, State::Active(Stage::Stability));
//! assert_eq!(stages.customers[0].best.unwrap().ends, [4, 8, 12, 12]);
//! ```

mod fit;
mod lanes;
mod level;
mod meaning;
mod params;
mod reliability;
mod result;
mod search;
pub mod season;
mod series;
mod tables;

pub use fit::{Cancelled, Progress, fit};
pub use meaning::{Advice, Goal, Sign};
pub use params::{Level, LevelSource, Params};
pub use reliability::Badge;
pub use result::{Basis, BestFit, Course, CustomerStage, Stage, StageMix, Stages, State};
pub use series::{Kind, MAX_PERIODS, Merging, Purchase, Series, SeriesBuilder, SeriesError, SeriesSet};
pub use tables::{Shape, Tables};

#[cfg(test)]
mod tests;
