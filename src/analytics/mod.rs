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
//! | [`ahp`] | 13 | 10 |
//! | [`basket`] | 18 | 5 |
//! | [`btyd`] | 59 | 16 |
//! | [`churn`] | 14 | 34 |
//! | [`churn_rates`] | 8 | 0 |
//! | [`cluster`] | 18 | 5 |
//! | [`credit`] | 22 | 2 |
//! | [`discount`] | 4 | 16 |
//! | [`early_warning`] | 26 | 14 |
//! | [`equity`] | 5 | 0 |
//! | [`exit`] | 20 | 2 |
//! | [`explain`] | 29 | 8 |
//! | [`funnel`] | 6 | 0 |
//! | [`growth`] | 6 | 5 |
//! | [`loss`] | 22 | 0 |
//! | [`orders`] | 11 | 63 |
//! | [`pattern`] | 5 | 6 |
//! | [`price`] | 17 | 5 |
//! | [`profile`] | 7 | 0 |
//! | [`reasons`] | 20 | 0 |
//! | [`relationship`] | 12 | 0 |
//! | [`retention_budget`] | 10 | 2 |
//! | [`rfm`] | 10 | 22 |
//! | [`sbg`] | 12 | 0 |
//! | [`snapshot`] | 8 | 14 |
//! | [`spend`] | 8 | 16 |
//! | [`stage`] | 15 | 14 |
//! | [`stage_table`] | 9 | 0 |
//! | [`survival`] | 8 | 26 |
//! | [`tiers`] | 7 | 0 |
//! | [`tree`] | 15 | 0 |
//! | [`value_matrix`] | 12 | 8 |

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
