//! One file per page: a layout of widgets over fields of the report.

pub mod columns;
pub mod customers;
pub mod lifecycle;
pub mod loss;
pub mod overview;
pub mod patterns;
pub mod quality;
pub mod start;
pub mod trouble;
pub mod value;
mod written;
