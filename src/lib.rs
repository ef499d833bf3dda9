//! Tenure.

pub mod analytics;
pub mod chart;
pub mod customer;
pub mod ingest;
pub mod math;
pub mod sample;
