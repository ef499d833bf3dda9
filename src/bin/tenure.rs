//! One module, two roles: in a window it is the page, in a worker it computes.
//!
//! On other targets it does nothing; the core is a library there, for tests and benches.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tenure::start();
}
