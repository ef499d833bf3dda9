//! The worker: decodes a request, calls `ingest` and `report::build`, posts progress and the answer. Nothing else.
//!
//! The same module serves the page's requests (answers are [`Response`] values) and the JS API's (answers are plain
//! JS data, columns as typed arrays; see [`js_api`]).

mod js_api;

use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, FileReaderSync, MessageEvent};

use crate::export;
use crate::ingest::{self, Mapping, Named, Remembered, SetAside, Source, Table, TableSet};
use crate::protocol::{Look, PROTOCOL_VERSION, Problem, Progress, Request, Response};
use crate::report::{self, CustomerTable, Report, Settings, Step, ValidSettings, Wanted, WhyBasis};
use crate::sample;

/// What the columns of as many rows as fit into such a file leave of a 32-bit address space.
const MAX_BYTES: f64 = 1.5e9;
/// Rows set aside that travel with the report; the others are asked for by the page.
const ISSUES_SENT: usize = 50;
/// Rows of the file shown on the columns page.
const PREVIEW_ROWS: usize = 12;
/// Parts of a step of which the page is told one by one.
const SHARES: u64 = 200;

/// What stays here when a report goes to the page.
#[derive(Default)]
struct Kept {
    table: CustomerTable,
    basis: WhyBasis,
    set_aside: SetAside,
}

/// Serves requests until the page ends the worker.
pub fn run(scope: &DedicatedWorkerGlobalScope) {
    report_panics();
    let customers: Rc<RefCell<Kept>> = Rc::default();
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        if let Some(api) = field(&data, "api") {
            js_api::serve(&api, &data);
            return;
        }
        let version = field(&data, "version").and_then(|v| v.as_f64());
        let answer = field(&data, "request")
            .filter(|_| version == Some(f64::from(PROTOCOL_VERSION)))
            .ok_or_else(|| "the page and its worker are of different versions; reload the page".to_owned())
            .and_then(|r| {
                serde_json::from_str::<Request>(&r.as_string().unwrap_or_default()).map_err(|e| e.to_string())
            })
            .map(|request| serve(request, field(&data, "files"), &customers));
        match answer {
            Ok((response, None)) => post(&response),
            Ok((response, Some(file))) => post_with(&response, &file),
            Err(detail) => post(&Response::Failed(Problem::Crashed { detail })),
        }
    });
    scope.set_onmessage(Some(handler.as_ref().unchecked_ref()));
    handler.forget();
}

/// A panic becomes an answer: the page then says what happened instead of "unreachable executed".
fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&Response::Failed(Problem::Crashed { detail: info.to_string() }));
    }));
}

/// The answer, and the file that goes with it.
fn serve(request: Request, files: Option<JsValue>, customers: &RefCell<Kept>) -> (Response, Option<Blob>) {
    let response = match request {
        Request::Open { mapping, look, remembered, settings } => {
            let opened =
                disks(files).and_then(|disks| open(&named(&disks), mapping, look, &remembered, &settings));
            answer(opened, customers)
        }
        Request::Sample { language, mapping, look, settings } => {
            let text = sample::csv(language);
            answer(open(&[Named { name: "", source: &text }], mapping, look, &[], &settings), customers)
        }
        Request::Customers { query, ticket } => {
            Response::Customers { rows: customers.borrow().table.page(&query), ticket }
        }
        Request::Why { customer, ticket } => {
            let kept = customers.borrow();
            let why = kept.table.find(&customer).and_then(|i| kept.basis.explain(&kept.table, i));
            Response::Why { why: why.map(Box::new), ticket }
        }
        Request::Issues { query, ticket } => {
            Response::Issues { page: customers.borrow().set_aside.page(&query), ticket }
        }
        Request::IssuesCsv { filter, words } => {
            let (text, rows) = export::issues_csv(&customers.borrow().set_aside, &filter, &words);
            return (Response::IssuesCsv { rows }, csv_file(&text));
        }
    };
    (response, None)
}

fn csv_file(text: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&Uint8Array::from(text.as_bytes()));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()
}

/// Keeps the columns of a report here and lets the rest of it go to the page.
fn answer(opened: Result<Opened, Problem>, customers: &RefCell<Kept>) -> Response {
    match opened {
        Ok(Opened::Report(mut report)) => {
            report.quality.issues.truncate(ISSUES_SENT);
            *customers.borrow_mut() = Kept {
                table: std::mem::take(&mut report.customers),
                basis: std::mem::take(&mut report.why),
                set_aside: std::mem::take(&mut report.quality.set_aside),
            };
            for part in report.split_off() {
                post(&Response::Part(Box::new(part)));
            }
            Response::Report(report)
        }
        Ok(Opened::Table(table)) => Response::Proposal(table),
        Err(problem) => Response::Failed(problem),
    }
}

enum Opened {
    Report(Box<Report>),
    Table(Box<Table>),
}

fn open(
    files: &[Named<'_>],
    mapping: Option<Mapping>,
    look: Option<Look>,
    remembered: &[Remembered],
    settings: &Settings,
) -> Result<Opened, Problem> {
    let valid = settings.check().map_err(|error| Problem::Settings { error })?;
    let told = look.as_ref().map(|l| &l.told).or(mapping.as_ref().map(|m| &m.told));
    let shape = look.as_ref().and_then(|l| l.shape);
    let told = told.cloned().unwrap_or_default();
    let mut set = TableSet::look(files, PREVIEW_ROWS, &told, shape, &mut telling(Step::Read))
        .map_err(|error| Problem::File { error, table: None })?;
    if shape.is_none() && mapping.is_none() {
        remember(&mut set.table, remembered);
    }
    if look.is_some() {
        return Ok(Opened::Table(Box::new(set.table)));
    }
    let table = &set.table;
    if mapping.is_none() {
        if let Some(error) = table.proposal.missing() {
            return Err(Problem::File { error, table: Some(Box::new(table.clone())) });
        }
        if !table.proposal.certain {
            // A question comes with what would go wrong without an answer: no row that can be used, or dates that
            // read both ways.
            let mapping = Mapping { date_order: valid.date_order(), ..proposed(table) };
            return match load(&set, &mapping, &valid) {
                Ok(_) => Ok(Opened::Table(Box::new(set.table))),
                Err(error) => Err(Problem::File { error, table: Some(Box::new(set.table)) }),
            };
        }
    }
    analyze(&set, mapping, &valid, Wanted::default()).map(Opened::Report)
}

/// The proposal as a mapping; with the order of dates where the user chose one for a file like this.
fn proposed(table: &Table) -> Mapping {
    let date_order = table.date_order.filter(|_| table.remembered);
    Mapping { date_order, told: table.told.clone(), ..Mapping::from(&table.proposal) }
}

/// Proposes what the user chose for a file with the same headers.
fn remember(table: &mut Table, remembered: &[Remembered]) {
    if let Some(kept) = remembered.iter().find(|r| r.fits(table)) {
        kept.apply(table);
    }
}

/// Tables to report. With no mapping, the proposal is taken as it is.
fn analyze(
    set: &TableSet<'_>,
    mapping: Option<Mapping>,
    settings: &ValidSettings,
    wanted: Wanted,
) -> Result<Box<Report>, Problem> {
    let mut mapping = mapping.unwrap_or_else(|| proposed(&set.table));
    mapping.date_order = mapping.date_order.or(settings.date_order());
    let loaded = load(set, &mapping, settings)
        .map_err(|error| Problem::File { error, table: Some(Box::new(set.table.clone())) })?;
    Ok(Box::new(report::build(&loaded.dataset, loaded.quality, settings, wanted, &mut progress)))
}

/// Tables to rows, telling how far it is.
fn load(
    set: &TableSet<'_>,
    mapping: &Mapping,
    settings: &ValidSettings,
) -> Result<ingest::Loaded, ingest::Error> {
    set.load(mapping, &settings.ingest_options(), &mut telling(Step::Parse))
}

fn crashed(detail: &str) -> Problem {
    Problem::Crashed { detail: detail.to_owned() }
}

/// The files of a request.
fn disks(files: Option<JsValue>) -> Result<Vec<Disk>, Problem> {
    let files = files.and_then(|f| f.dyn_into::<Array>().ok()).ok_or_else(|| crashed("no file"))?;
    files.iter().map(Disk::of).collect()
}

/// The files by name.
fn named(disks: &[Disk]) -> Vec<Named<'_>> {
    disks.iter().map(|disk| Named { name: &disk.name, source: disk }).collect()
}

/// A file of the browser: its bytes stay where they are and are fetched in pieces.
struct Disk {
    name: String,
    blob: Blob,
    reader: FileReaderSync,
    /// The piece fetched last, outside of WebAssembly's memory, and where it starts.
    fetched: RefCell<(u64, Uint8Array)>,
}

/// Bytes fetched at a time. Each call crosses into the browser's own process: smaller pieces take half as long again.
const PIECE: u64 = 64 << 20;

impl Disk {
    fn of(file: JsValue) -> Result<Self, Problem> {
        let name = field(&file, "name").and_then(|n| n.as_string()).unwrap_or_default();
        let blob = file.dyn_into::<Blob>().map_err(|_| crashed("no file"))?;
        let size = blob.size();
        progress(Step::Read, 0.0, size);
        if size > MAX_BYTES {
            let error = ingest::Error::TooLarge { bytes: size as u64, limit: MAX_BYTES as u64 };
            return Err(Problem::File { error, table: None });
        }
        let reader =
            FileReaderSync::new().map_err(|_| crashed("this browser cannot read files in a worker"))?;
        Ok(Self { name, blob, reader, fetched: RefCell::new((0, Uint8Array::new_with_length(0))) })
    }

    /// Takes bytes that were fetched elsewhere, if they are all of the file.
    fn has_come(&self, bytes: &JsValue) {
        if let Some(buffer) = bytes.dyn_ref::<ArrayBuffer>()
            && u64::from(buffer.byte_length()) == self.size()
        {
            *self.fetched.borrow_mut() = (0, Uint8Array::new(buffer));
        }
    }

    /// Fetches the piece a byte lies in.
    fn fetch(&self, offset: u64) -> io::Result<(u64, Uint8Array)> {
        let start = offset / PIECE * PIECE;
        let end = (start + PIECE).min(self.size());
        let slice = self.blob.slice_with_f64_and_f64(start as f64, end as f64);
        let bytes = slice.and_then(|slice| self.reader.read_as_array_buffer(&slice));
        let bytes = bytes.map_err(|_| io::ErrorKind::NotFound)?;
        Ok((start, Uint8Array::new(&bytes)))
    }
}

impl Source for Disk {
    fn size(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if offset >= self.size() {
            return Ok(0);
        }
        let mut fetched = self.fetched.borrow_mut();
        if offset < fetched.0 || offset >= fetched.0 + u64::from(fetched.1.length()) {
            *fetched = self.fetch(offset)?;
        }
        let (start, piece) = &*fetched;
        let from = u32::try_from(offset - start).unwrap_or(u32::MAX);
        let n = u32::try_from(into.len()).unwrap_or(u32::MAX).min(piece.length().saturating_sub(from));
        if n == 0 {
            // Fewer bytes than the file was said to have.
            return Err(io::ErrorKind::NotFound.into());
        }
        piece.subarray(from, from + n).copy_to(into.get_mut(..n as usize).unwrap_or_default());
        Ok(n as usize)
    }
}

/// Tells of the bytes of a step, as often as the page can show it: the reader calls more often.
fn telling(step: Step) -> impl FnMut(u64, u64) -> ControlFlow<()> {
    let mut told = None;
    move |done, total| {
        let now = done.saturating_mul(SHARES) / total.max(1);
        if told.replace(now) != Some(now) {
            progress(step, done as f64, total as f64);
        }
        ControlFlow::Continue(())
    }
}

fn progress(step: Step, done: f64, total: f64) {
    post(&Response::Progress(Progress { step, done, total }));
}

fn scope() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// Says it to the page, or to the JS API, as JSON text.
fn post(response: &Response) {
    if let (Some(scope), Ok(text)) = (scope(), serde_json::to_string(response)) {
        // A port that refuses a message belongs to a page that is gone.
        let _ = scope.post_message(&text.into());
    }
}

/// Says it with a file beside, which the browser passes by reference.
fn post_with(response: &Response, file: &Blob) {
    if let (Some(scope), Ok(text)) = (scope(), serde_json::to_string(response)) {
        let message = js_sys::Object::new();
        let set = |key: &str, value: &JsValue| Reflect::set(&message, &key.into(), value);
        if set("response", &text.into()).is_ok() && set("file", file).is_ok() {
            let _ = scope.post_message(&message);
        }
    }
}

/// Plain JS data: maps as objects, `None` as `null`.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|v| !v.is_undefined() && !v.is_null())
}
