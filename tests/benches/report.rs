//! How long does the whole report of 100,000 customers take, step by step, against the least one does with such a file?
//!
//! `cargo bench --bench report`; milliseconds, the shortest of three runs, all in the same process on one thread.

#[path = "report_body.rs"]
mod body;

use std::sync::OnceLock;
use std::time::Instant;

fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

fn main() {
    for line in body::measure(now) {
        println!("{line}");
    }
}
