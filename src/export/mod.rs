//! How does a table leave the page, so that it opens everywhere and runs nothing?
//!
//! [`csv`] writes text tables; `issues` is the one of rows set aside. Words come in through the caller: nothing here
//! knows a language.

pub mod csv;
mod issues;

pub use issues::{IssueWords, issues_csv};
