//! How fast is the stage search, and how much faster than trying every candidate plainly?
//!
//! `cargo bench --bench stage`; microseconds per customer, the shortest of several runs, both in the same process.

#[path = "stage_body.rs"]
mod body;

use std::sync::OnceLock;
use std::time::Instant;

fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

fn main() {
    println!("{}", body::HEAD);
    for n in body::LENGTHS {
        println!("{}", body::line(n, &body::compare(n, now)));
    }
    println!("100,000 customers of 36 months, whole method: {:.2} s", body::whole(100_000, 36, now));
}
