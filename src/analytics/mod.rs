//! The methods, one file or folder each, named by the method. Every method opens with the question it answers, the
//! formula, its symbols with units and ranges, its source, its degenerate cases and a doctest; parts of a folder say
//! what they are for.
//!
//! Over checked inputs everything here is total: a degenerate input gives a documented value, never a panic.
//!
//! # Index
//!
//! How many tests hold each method: those in its own files, and those in files of the folder `tests` that use it
//! (`tests/docs.rs` keeps the count).
//!
//! | method | tests in its files | tests from outside |
//! |---|---|---|

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
