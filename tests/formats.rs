//! Packed files, workbooks and JSON.
fn main() {}
