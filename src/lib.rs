//! Tenure
#![cfg_attr(not(test), warn(clippy::unwrap_used))]
pub mod analytics;
pub mod chart;
pub mod customer;
pub mod ingest;
pub mod locale;
pub mod math;
pub mod protocol;
pub mod report;
pub mod sample;
pub mod session;
#[cfg(target_arch = "wasm32")]
mod ui;
#[cfg(target_arch = "wasm32")]
mod worker;

/// Starts the role this module plays where it was loaded.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    use wasm_bindgen::JsCast;
    match js_sys::global().dyn_into::<web_sys::DedicatedWorkerGlobalScope>() {
        Ok(scope) => worker::run(&scope),
        Err(_) => ui::start(),
    }
}
