//! One module, two roles: in a window it is the page, in a worker it computes.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tenure::start();
}
