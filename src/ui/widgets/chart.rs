//! A chart in its box: title with the finding, the picture redrawn for width and theme, one read-out shared by
//! pointer and keyboard, and the table behind it.

use std::rc::Rc;
use std::time::Duration;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos_use::{UseElementSizeReturn, use_element_size};

use super::super::state::App;
use crate::chart::{Drawn, Hotspot, Rgb, Theme};
use crate::locale::text;

/// Draws for a width, in a theme.
pub type Draw = Rc<dyn Fn(f64, &Theme) -> Drawn>;

/// A chart in its box.
#[component]
pub fn ChartBox(
    /// The finding.
    title: String,
    /// Measure and unit.
    sub: String,
    /// The picture.
    draw: Draw,
    /// What each hotspot says, by index.
    readout: Vec<String>,
    /// Headers and rows of the table behind it.
    #[prop(default = None)]
    numbers: Option<(Vec<String>, Vec<Vec<String>>)>,
) -> impl IntoView {
    let app = App::use_app();
    let lang = app.lang.get_untracked();
    let node = NodeRef::<leptos::html::Div>::new();
    let UseElementSizeReturn { width, .. } = use_element_size(node);
    let width = Memo::new(move |_| width.get().round());
    let label = format!("{title}. {sub}");
    let draw = StoredValue::new_local(draw);
    // Every chart is drawn in a task of its own and put on the page in another, so that a page of several, or one of a
    // thousand points, never holds the main thread for long.
    let drawn = RwSignal::new(None::<Drawn>);
    Effect::new(move |_| {
        let (dark, width) = (app.dark.get(), width.get());
        if width > 0.0 {
            set_timeout(
                move || {
                    // The page may be gone by then.
                    if let Some(picture) = draw.try_with_value(|d| d(width, &theme(dark))) {
                        let show = move || {
                            let _ = drawn.try_set(Some(picture));
                        };
                        set_timeout(show, Duration::ZERO);
                    }
                },
                Duration::ZERO,
            );
        }
    });
    let labelled = label.clone();
    let svg = move || drawn.with(|d| d.as_ref().map(|d| d.labelled(&labelled)).unwrap_or_default());
    let at = RwSignal::new(None::<usize>);
    let spot = Memo::new(move |_| {
        let i = at.get()?;
        drawn.with(|d| d.as_ref()?.hotspots.get(i).copied())
    });
    let readout = StoredValue::new(readout);
    let said = move || spot.get().and_then(|s| readout.with_value(|r| r.get(s.index).cloned()));
    let point = move |e: MouseEvent| {
        let Some(node) = node.get_untracked() else { return };
        let area = node.get_bounding_client_rect();
        let (x, y) = (f64::from(e.client_x()) - area.left(), f64::from(e.client_y()) - area.top());
        let hit = drawn.with_untracked(|d| d.as_ref().and_then(|d| nearest(&d.hotspots, x, y)));
        if at.get_untracked() != hit {
            at.set(hit);
        }
    };
    let step = move |e: KeyboardEvent| {
        let n = drawn.with_untracked(|d| d.as_ref().map_or(0, |d| d.hotspots.len()));
        if n == 0 {
            return;
        }
        let now = at.get_untracked();
        let next = match e.key().as_str() {
            "ArrowRight" | "ArrowDown" => now.map_or(0, |i| (i + 1).min(n - 1)),
            "ArrowLeft" | "ArrowUp" => now.map_or(n - 1, |i| i.saturating_sub(1)),
            "Home" => 0,
            "End" => n - 1,
            "Escape" => {
                at.set(None);
                return;
            }
            _ => return,
        };
        e.prevent_default();
        at.set(Some(next));
    };
    let px = |v: f64| format!("{v:.1}px");
    view! {
        <figure class="chart">
            <h2>{title}</h2>
            <p class="sub">{sub}</p>
            <div class="canvas" node_ref=node tabindex="0" role="group" aria-label=label
                on:mousemove=point on:mouseleave=move |_| at.set(None) on:keydown=step on:blur=move |_| at.set(None)>
                <div inner_html=svg></div>
                {move || spot.get().map(|s| view! {
                    <div class="mark" style:left=px(s.x) style:top=px(s.y) style:width=px(s.w.max(4.0)) style:height=px(s.h.max(4.0))></div>
                })}
            </div>
            <p class="readout" aria-live="polite">{said}</p>
            {numbers.map(|(headers, rows)| view! {
                <details class="no-print"><summary>{text::show_numbers(lang)}</summary>{super::table(headers, rows)}</details>
            })}
        </figure>
    }
}

/// The hotspot under the pointer, else the nearest within reach.
fn nearest(spots: &[Hotspot], x: f64, y: f64) -> Option<usize> {
    const REACH: f64 = 24.0;
    let distance = |s: &Hotspot| {
        let dx = (s.x - x).max(x - s.x - s.w).max(0.0);
        let dy = (s.y - y).max(y - s.y - s.h).max(0.0);
        dx * dx + dy * dy
    };
    spots
        .iter()
        .enumerate()
        .map(|(i, s)| (i, distance(s)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, d)| *d <= REACH * REACH)
        .map(|(i, _)| i)
}

/// The chart theme from the page's own tokens, so that a color exists in one place; the built-in theme stands in
/// where a token is missing.
fn theme(dark: bool) -> Theme {
    let mut theme = if dark { Theme::dark() } else { Theme::light() };
    let style = web_sys::window().and_then(|w| {
        let root = w.document()?.document_element()?;
        w.get_computed_style(&root).ok().flatten()
    });
    let Some(style) = style else { return theme };
    let token = |name: &str| style.get_property_value(name).ok().and_then(|v| Rgb::parse(&v));
    let set = |slot: &mut Rgb, name: &str| {
        if let Some(color) = token(name) {
            *slot = color;
        }
    };
    set(&mut theme.background, "--bg");
    set(&mut theme.ink, "--ink");
    set(&mut theme.ink2, "--ink-2");
    set(&mut theme.ink3, "--ink-3");
    set(&mut theme.line, "--line");
    set(&mut theme.grid, "--grid");
    set(&mut theme.accent, "--accent");
    set(&mut theme.loss, "--loss");
    set(&mut theme.alert, "--alert");
    set(&mut theme.loss_lo, "--loss-lo");
    set(&mut theme.loss_hi, "--loss-hi");
    for (slot, name) in theme.stages.iter_mut().zip(["--stage-e", "--stage-b", "--stage-s", "--stage-d"]) {
        set(slot, name);
    }
    for (slot, name) in theme.classes.iter_mut().zip(["--class-1", "--class-2", "--class-3", "--class-4"]) {
        set(slot, name);
    }
    theme
}
