//! The page's side of the workers: one stands behind the result on screen, one may be at work on the next.
//!
//! Each run gets a worker of its own. Cancelling, a trap or running out of memory end that worker and leave the
//! other, and with it the result on screen, as it was. A worker is a classic script made from a blob: the only form
//! that also starts from `file://` and in sandboxed frames. It receives the already compiled module, so starting one
//! takes milliseconds and can never meet a stale version of itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use gloo::storage::{LocalStorage as Storage, Storage as _};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, HtmlAnchorElement, MessageEvent, Url, Worker};

use super::state::{App, Before, Page};
use crate::export::IssueWords;
use crate::ingest::{IssueFilter, IssueQuery, Mapping, Remembered, Table};
use crate::locale::{Lang, quality, text};
use crate::protocol::{Look, PROTOCOL_VERSION, Request, Response};
use crate::report::{Choice, CustomerQuery, Report, Settings, Step};
use crate::sample::SampleLanguage;
use crate::session::{Event, Origin};

/// What the worker's script does after the glue: take the module, start it, say so. Its memory is left where whoever
/// measures it finds it.
const BOOT: &str = "\nonmessage = e => { onmessage = null; self.tenureMemory = wasm_bindgen.initSync({ module: e.data }).memory; postMessage('ready'); };\n";

/// Where the data comes from.
#[derive(Clone)]
pub enum Source {
    /// Files of the user's: the customers' own table and what else is known about them, in any order.
    Files(Vec<web_sys::File>),
    /// The built-in sample.
    Sample,
}

impl Source {
    /// Whether it is the same files, not only ones of the same names.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Files(a), Self::Files(b)) => a == b,
            (Self::Sample, Self::Sample) => true,
            _ => false,
        }
    }

    fn origin(&self) -> Origin {
        match self {
            Self::Files(files) => Origin::File(files.iter().map(web_sys::File::name).collect()),
            Self::Sample => Origin::Sample,
        }
    }
}

/// The workers.
#[derive(Default)]
pub struct Client {
    current: Option<Job>,
    running: Option<Job>,
    /// Number of the last run: what an earlier one still says is not heard.
    run: u32,
    ticket: u32,
    issues_ticket: u32,
}

impl Client {
    /// Asks the worker behind the result.
    fn ask(&self, request: &Request) {
        if let (Some(job), Ok(message)) = (&self.current, envelope(request, &[])) {
            let _ = job.worker.post_message(&message);
        }
    }
}

/// A worker and its listeners; ends with the value.
struct Job {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Opens a file or the sample; `mapping` where the user has confirmed the columns, `look` to be asked in any case.
pub fn open(app: App, source: Source, mapping: Option<Mapping>, look: Option<Look>) {
    // What is opened is not compared with what was, and choices made about one file are none about another.
    app.before.set(None);
    if app.source.with_value(|last| last.as_ref().is_none_or(|last| !last.is(&source))) {
        app.settings.update(|s| (s.duplicates, s.as_of) = (None, None));
    }
    start(app, source, mapping, look);
}

/// Computes the file on screen again with another setting, to be compared with the result that is there now.
pub fn run_again(app: App, choice: Choice, settings: Settings) {
    let (Some(source), Some(report)) = (app.source.get_value(), app.report_untracked()) else { return };
    let before = Before { choice, report, settings: app.settings.get_untracked() };
    app.settings.set(settings);
    app.before.set(Some(before));
    start(app, source, app.mapping.get_value(), None);
}

fn start(app: App, source: Source, mapping: Option<Mapping>, look: Option<Look>) {
    if look.is_none() {
        app.mapping.set_value(mapping.clone());
    }
    let origin = source.origin();
    let settings = app.settings.get_untracked();
    let (request, files) = match &source {
        Source::Files(files) => {
            (Request::Open { mapping, look, remembered: remembered(), settings }, files.as_slice())
        }
        Source::Sample => {
            let language = match app.lang.get_untracked() {
                Lang::En => SampleLanguage::English,
                Lang::ZhHans => SampleLanguage::SimplifiedChinese,
                Lang::ZhHant => SampleLanguage::TraditionalChinese,
            };
            (Request::Sample { language, mapping, look, settings }, [].as_slice())
        }
    };
    let message = envelope(&request, files);
    app.source.set_value(Some(source));
    app.session.update(|s| *s = std::mem::take(s).after(Event::Started(origin)));
    mark("start");
    app.client.update_value(|c| c.run += 1);
    let run = app.client.with_value(|c| c.run);
    match message.and_then(|message| spawn(app, run, message)) {
        Ok(job) => app.client.update_value(|c| c.running = Some(job)),
        Err(detail) => crashed(app, run, describe(&detail)),
    }
}

/// Where mappings are kept: hashes of headers and places of columns, nothing of a file's content.
const MAPPINGS_KEY: &str = "tenure.mappings";
/// Mappings kept; a consultant's clients are fewer.
const MAPPINGS: usize = 100;

/// What the user chose for earlier files, the latest first.
fn remembered() -> Vec<Remembered> {
    Storage::get(MAPPINGS_KEY).unwrap_or_default()
}

/// Keeps a mapping for files with the same headers.
pub fn remember(table: &Table, mapping: &Mapping) {
    let Some(new) = Remembered::of(table, mapping) else { return };
    let mut all = remembered();
    all.retain(|old| !new.replaces(old));
    all.insert(0, new);
    all.truncate(MAPPINGS);
    // Storage is refused in sandboxes; the mapping then lasts for this run.
    let _ = Storage::set(MAPPINGS_KEY, all);
}

/// Forgets all mappings.
pub fn forget() {
    Storage::delete(MAPPINGS_KEY);
}

/// Ends the work under way; what is on screen stays.
pub fn cancel(app: App) {
    app.client.update_value(|c| {
        c.running = None;
        c.run += 1;
    });
    app.session.update(|s| *s = std::mem::take(s).after(Event::Dismissed));
    // A run with another setting that came to nothing leaves the settings of the result on screen.
    let report = app.report_untracked();
    if let Some(before) = app.before.get_untracked()
        && report.is_some_and(|r| Arc::ptr_eq(&r, &before.report))
    {
        app.settings.set(before.settings);
        app.before.set(None);
    }
}

/// Asks the worker behind the result for a page of the rows set aside; the answer lands in `app.issues`.
pub fn ask_issues(app: App, query: IssueQuery) {
    app.client.update_value(|c| {
        c.issues_ticket += 1;
        let request = Request::Issues { query, ticket: c.issues_ticket };
        c.ask(&request);
    });
}

/// Asks for the rows set aside as a file, which is then saved.
pub fn save_issues(app: App, filter: IssueFilter, words: IssueWords) {
    app.client.with_value(|c| c.ask(&Request::IssuesCsv { filter, words }));
}

/// Asks the worker behind the result for a page of customers; the answer lands in `app.rows`.
pub fn ask_customers(app: App, query: CustomerQuery) {
    app.client.update_value(|c| {
        c.ticket += 1;
        c.ask(&Request::Customers { query, ticket: c.ticket });
    });
}

fn spawn(app: App, run: u32, message: JsValue) -> Result<Job, JsValue> {
    let worker = new_worker()?;
    let ready = Rc::new(Cell::new(false));
    let parts = RefCell::new(Vec::<Report>::new());
    let port = worker.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if !ready.replace(true) {
            let _ = port.post_message(&message);
            return;
        }
        match decode(&event.data()) {
            Ok(Response::Part(part)) => parts.borrow_mut().push(*part),
            // Decoding a report and showing it are several tasks, so that the page can answer in between.
            Ok(Response::Report(mut report)) => {
                parts.take().into_iter().for_each(|part| report.absorb(part));
                set_timeout(move || heard(app, run, Response::Report(report)), Duration::ZERO);
            }
            Ok(Response::IssuesCsv { .. }) => save(app, &event.data()),
            Ok(response) => heard(app, run, response),
            Err(error) => crashed(app, run, error),
        }
    });
    let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        event.prevent_default();
        crashed(app, run, event.message());
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    worker.post_message(&wasm_bindgen::module())?;
    Ok(Job { worker, _on_message: on_message, _on_error: on_error })
}

fn new_worker() -> Result<Worker, JsValue> {
    let glue = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.get_element_by_id("tenure-worker"))
        .and_then(|e| e.text_content())
        .ok_or("the page lacks the worker's script")?;
    let parts = js_sys::Array::of2(&glue.into(), &BOOT.into());
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &options)?)?;
    let worker = Worker::new(&url);
    Url::revoke_object_url(&url)?;
    worker
}

fn envelope(request: &Request, files: &[web_sys::File]) -> Result<JsValue, JsValue> {
    let message = js_sys::Object::new();
    let request = serde_json::to_string(request).map_err(|e| e.to_string())?;
    js_sys::Reflect::set(&message, &"version".into(), &PROTOCOL_VERSION.into())?;
    js_sys::Reflect::set(&message, &"request".into(), &request.into())?;
    if !files.is_empty() {
        let files = files.iter().collect::<js_sys::Array>();
        js_sys::Reflect::set(&message, &"files".into(), &files)?;
    }
    Ok(message.into())
}

/// A message of the worker: text, or an object with the text and a file.
fn decode(data: &JsValue) -> Result<Response, String> {
    let text = data.as_string().or_else(|| js_sys::Reflect::get(data, &"response".into()).ok()?.as_string());
    serde_json::from_str(&text.unwrap_or_default()).map_err(|e| e.to_string())
}

/// Saves the file of a message under a name after the file on screen.
fn save(app: App, data: &JsValue) {
    let lang = app.lang.get_untracked();
    let name = app.session.with_untracked(|s| match s.outcome.as_ref().map(|o| &o.origin) {
        Some(Origin::File(names)) => {
            let name = names.first().map_or("", String::as_str);
            name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
        }
        _ => text::sample_name(lang).to_owned(),
    });
    let name = format!("{name} {}.csv", quality::download_name(lang));
    let saved = (|| {
        let file = js_sys::Reflect::get(data, &"file".into()).ok()?.dyn_into::<Blob>().ok()?;
        let url = Url::create_object_url_with_blob(&file).ok()?;
        let document = web_sys::window()?.document()?;
        let link = document.create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
        link.set_href(&url);
        link.set_download(&name);
        link.click();
        // The browser has taken the file by then, and one kept for a minute costs nothing.
        set_timeout(
            move || {
                let _ = Url::revoke_object_url(&url);
            },
            Duration::from_secs(60),
        );
        Some(())
    })();
    if saved.is_none() {
        leptos::logging::warn!("the file could not be saved");
    }
}

fn heard(app: App, run: u32, response: Response) {
    if let Response::Why { .. } = response {
        // No page asks yet.
        return;
    }
    if let Response::Customers { rows, ticket } = response {
        if app.client.with_value(|c| c.ticket == ticket) {
            app.rows.set((ticket, rows));
        }
        return;
    }
    if let Response::Issues { page, ticket } = response {
        if app.client.with_value(|c| c.issues_ticket == ticket) {
            app.issues.set((ticket, page));
        }
        return;
    }
    if app.client.with_value(|c| c.run != run || c.running.is_none()) {
        return;
    }
    match &response {
        Response::Customers { .. }
        | Response::Why { .. }
        | Response::Issues { .. }
        | Response::IssuesCsv { .. }
        | Response::Part(_) => {}
        Response::Progress(p) => mark_step(p.step),
        Response::Report(_) => {
            mark("analyze");
            app.client.update_value(|c| c.current = c.running.take());
            app.rows.set(Default::default());
            app.issues.set(Default::default());
            app.filter.set(Default::default());
            app.typed.update_value(|t| t.clear());
        }
        // The question may take the user a while; the run after it gets a worker of its own.
        Response::Proposal(_) | Response::Failed(_) => app.client.update_value(|c| c.running = None),
    }
    let arrived = matches!(response, Response::Report(_));
    app.session.update(|s| *s = std::mem::take(s).after(Event::Said(response)));
    let asks = app.session.with_untracked(|s| matches!(s.activity, crate::session::Activity::Mapping { .. }));
    let at = app.page.get_untracked();
    if asks {
        app.go(Page::Columns);
    } else if arrived && matches!(at, Page::Start | Page::Columns) {
        app.go(Page::Overview);
    }
    if arrived {
        request_animation_frame(|| mark("render"));
    }
}

fn crashed(app: App, run: u32, detail: String) {
    if app.client.with_value(|c| c.run != run) {
        return;
    }
    app.client.update_value(|c| c.running = None);
    app.session.update(|s| *s = std::mem::take(s).after(Event::Crashed(detail)));
}

/// A failure as text; `JsValue` prints best through its own `message`.
fn describe(error: &JsValue) -> String {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|m| m.as_string())
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

/// User Timing: `tenure:read`, `tenure:parse`, `tenure:analyze` and `tenure:render` as measures, each from the end of
/// the one before, so that anyone can see where the time goes.
fn mark_step(step: Step) {
    match step {
        Step::Parse => mark("read"),
        Step::Orders => mark("parse"),
        _ => {}
    }
}

fn mark(name: &str) {
    let Some(performance) = web_sys::window().and_then(|w| w.performance()) else { return };
    let end = format!("tenure:{name}:end");
    let seen = |n: &str| performance.get_entries_by_name(n).length() > 0;
    if name == "start" {
        for old in ["read", "parse", "analyze", "render", "start"] {
            performance.clear_marks_with_mark_name(&format!("tenure:{old}:end"));
        }
    } else if seen(&end) {
        return;
    }
    let _ = performance.mark(&end);
    let before = match name {
        "read" => "start",
        "parse" => "read",
        "analyze" => "parse",
        "render" => "analyze",
        _ => return,
    };
    let before = format!("tenure:{before}:end");
    if seen(&before) {
        let _ = performance.measure_with_start_mark_and_end_mark(&format!("tenure:{name}"), &before, &end);
    }
}
