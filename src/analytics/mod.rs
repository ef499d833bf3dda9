//! The methods, one file or folder each, named by the method. Every file opens with the question it answers, the
//! formula, its symbols with units and ranges, its source and its degenerate cases.
//!
//! Over checked inputs everything here is total: a degenerate input gives a documented value, never a panic.

pub mod btyd;
pub mod churn;
pub mod discount;
pub mod loss;
pub mod orders;
pub mod pattern;
pub mod rfm;
pub mod spend;
pub mod stage;
pub mod survival;
pub mod value_matrix;
