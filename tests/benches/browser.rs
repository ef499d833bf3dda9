//! The stage search, the reader and the whole report in a browser's worker, on one thread: run by `.ci/bench`.
//!
//! The lines go to the console as they come. Times depend on the machine and are only reported; the ratio to plain
//! exhaustive search in the same run is what must hold.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

#[path = "parse_body.rs"]
mod parse;
#[path = "report_body.rs"]
mod report;
#[path = "stage_body.rs"]
mod stage;

use wasm_bindgen::JsCast;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Stage search against plain exhaustive search at 36 periods, at least.
const LEAST_RATIO: f64 = 5.0;

/// Milliseconds.
fn now() -> f64 {
    let scope = js_sys::global().dyn_into::<web_sys::WorkerGlobalScope>().ok();
    scope.and_then(|s| s.performance()).map_or(f64::NAN, |p| p.now())
}

#[wasm_bindgen_test]
fn stage_search_against_plain_exhaustive_search() {
    console_log!("{}", stage::HEAD);
    let mut at_36 = f64::NAN;
    for n in stage::LENGTHS {
        let found = stage::compare(n, now);
        if n == 36 {
            at_36 = found.ratio();
        }
        console_log!("{}", stage::line(n, &found));
    }
    assert!(at_36 >= LEAST_RATIO, "{at_36:.2} times faster at 36 periods, not {LEAST_RATIO}");
}

#[wasm_bindgen_test]
fn stages_of_100_000_customers() {
    let seconds = stage::whole(100_000, 36, now);
    console_log!("100,000 customers of 36 months, whole method: {seconds:.2} s");
    assert!(seconds > 0.0, "no clock");
}

#[wasm_bindgen_test]
fn reading_a_million_rows() {
    for line in parse::measure(1_000_000, now) {
        console_log!("{line}");
    }
}

#[wasm_bindgen_test]
fn report_of_100_000_customers() {
    for line in report::measure(now) {
        console_log!("{line}");
    }
}
