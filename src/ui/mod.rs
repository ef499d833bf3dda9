//! The page: signals, widgets and pages. It computes nothing; it formats and places fields of the report.

mod client;
mod frame;
mod pages;
mod state;
mod widgets;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Puts the app into an element. The returned handle unmounts it when dropped.
pub fn mount(into: web_sys::HtmlElement) -> impl Drop {
    leptos::mount::mount_to(into, || view! { <frame::AppFrame/> })
}

/// Mounts into the document's `#tenure`, for the site.
pub fn start() {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let Some(root) = document.get_element_by_id("tenure").and_then(|e| e.dyn_into().ok()) else { return };
    std::mem::forget(mount(root));
}
