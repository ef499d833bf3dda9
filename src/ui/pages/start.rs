//! Start: open a file, the sample, or the calculator.

use leptos::prelude::*;

use super::super::client::{self, Source};
use super::super::state::{App, Page};
use crate::locale::{Lang, text};

/// A list of files as a vector.
pub fn files(list: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    list.map_or(Vec::new(), |list| (0..list.length()).filter_map(|i| list.get(i)).collect())
}

/// The page.
pub fn view(app: App, lang: Lang) -> impl IntoView {
    let over = RwSignal::new(false);
    let open = move |files: Vec<web_sys::File>| {
        if !files.is_empty() {
            client::open(app, Source::Files(files), None, None);
        }
    };
    let input = NodeRef::<leptos::html::Input>::new();
    let picked = move |_| {
        if let Some(element) = input.get_untracked() {
            open(files(element.files()));
            // The same file can then be picked again.
            element.set_value("");
        }
    };
    let dropped = move |e: leptos::ev::DragEvent| {
        e.prevent_default();
        over.set(false);
        open(files(e.data_transfer().and_then(|d| d.files())));
    };
    // Cells copied from a spreadsheet come as tab-separated text.
    let pasted = move |e: leptos::ev::ClipboardEvent| {
        let text = e.clipboard_data().and_then(|d| d.get_data("text/plain").ok()).unwrap_or_default();
        if !text.trim().is_empty() {
            e.prevent_default();
            let parts = js_sys::Array::of1(&text.into());
            open(web_sys::File::new_with_str_sequence(&parts, text::pasted(lang)).into_iter().collect());
        }
    };
    let dragged = move |e: leptos::ev::DragEvent| {
        e.prevent_default();
        over.set(true);
    };
    view! {
        <h1>{text::start_title(lang)}</h1>
        <p class="lede">{text::start_lede(lang)}</p>
        <div class="drop" class:over=move || over.get() data-testid="drop"
            on:dragover=dragged on:dragleave=move |_| over.set(false) on:drop=dropped>
            <b>{text::drop_here(lang)}</b>
            <p>{text::drop_formats(lang)}</p>
            <input class="file-input" id="file" type="file" multiple data-testid="file" node_ref=input on:change=picked tabindex="-1" aria-hidden="true"/>
            <div class="row">
                <button class="button primary" on:click=move |_| { if let Some(i) = input.get_untracked() { i.click(); } }>{text::choose_file(lang)}</button>
                <button class="button" data-testid="sample" on:click=move |_| client::open(app, Source::Sample, None, None)>{text::try_sample(lang)}</button>
            </div>
            <textarea class="control paste" rows="1" data-testid="paste" aria-label=text::paste_here(lang) placeholder=text::paste_here(lang) on:paste=pasted></textarea>
        </div>
        <div class="two even">
            <section><h2>{text::start_answers(lang)}</h2>
                <ul class="list">
                    <li>{text::start_answer_1(lang)}</li><li>{text::start_answer_2(lang)}</li>
                    <li>{text::start_answer_3(lang)}</li><li>{text::start_answer_4(lang)}</li>
                </ul>
            </section>
            <section><h2>{text::start_needs(lang)}</h2>
                <ul class="list">
                    <li>{text::start_need_customer(lang)}</li><li>{text::start_need_date(lang)}</li>
                    <li>{text::start_need_amount(lang)}</li><li>{text::start_need_more(lang)}</li>
                </ul>
            </section>
        </div>
        <section class="block">
            <p class="sub">{text::start_no_file(lang)}</p>
            <button class="button" on:click=move |_| app.go(Page::Loss)>{text::open_calculator(lang)}</button>
        </section>
    }
}
