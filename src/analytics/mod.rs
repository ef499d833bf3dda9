//! The methods, one file or folder each, named by the method. Every file opens with the question it answers, the
//! formula, its symbols with units and ranges, its source and its degenerate cases.
//!
//! Over checked inputs everything here is total: a degenerate input gives a documented value, never a panic.

pub mod ahp;
pub mod basket;
pub mod btyd;
pub mod churn;
pub mod churn_rates;
pub mod cluster;
pub mod credit;
pub mod discount;
pub mod early_warning;
pub mod equity;
pub mod exit;
pub mod explain;
pub mod funnel;
pub mod growth;
pub mod loss;
pub mod orders;
pub mod pattern;
pub mod price;
pub mod profile;
pub mod reasons;
pub mod relationship;
pub mod retention_budget;
pub mod rfm;
pub mod sbg;
pub mod snapshot;
pub mod spend;
pub mod stage;
pub mod stage_table;
pub mod survival;
pub mod tiers;
pub mod tree;
pub mod value_matrix;
