//! How long does a file of a million rows take? `ingest::load` against a plain reader in the same run: lines split
//! into a `Vec<String>` a row, cells read by `str::parse`.
//!
//! Run with `cargo bench --bench parse`; `TENURE_BENCH_ROWS` changes the number of rows.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "parse_body.rs"]
mod body;

use std::sync::OnceLock;
use std::time::Instant;

fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

fn main() {
    let n_rows = std::env::var("TENURE_BENCH_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for line in body::measure(n_rows, now) {
        println!("{line}");
    }
}
