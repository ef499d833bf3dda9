//! The built-in sample.
