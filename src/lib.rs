//! Tenure: who is leaving, at what point of the relationship, who is worth keeping, and what each departure costs;
//! computed from one customer file, in the browser, without a server.
//!
//! This page is the map. The numbers are explained where they are computed: every file of [`analytics`] opens with
//! its question, formula, source and degenerate cases. What a user needs to know is in `README.md`.
//!
//! # Bird's eye view
//!
//! ```text
//! bytes --ingest--> Dataset + Quality --report::build--> Report --locale, chart, ui--> pages
//!                                                           \----worker::js_api-----> analyze()
//! ```
//!
//! A pure core that knows customers but no browser, and a thin shell that knows pixels but no statistics. A native
//! test, the worker and the JS API run the same code, so a number is the same wherever it is read:
//!
//! ```
//! use tenure::ingest::{self, Mapping};
//! use tenure::report::{self, Settings, Wanted};
//!
//! let file = b"customer,date,amount\nann,2024-01-05,12.50\nbob,2024-02-06,7\nann,2024-03-01,8\n,2024-03-02,1\n";
//! let seen = ingest::read(file, 20)?;
//! let settings = Settings::default().check()?;
//! let mapping = Mapping::from(&seen.proposal);
//! let loaded = ingest::load(file, &mapping, &settings.ingest_options(), &mut ingest::silent)?;
//! let report = report::build(&loaded.dataset, loaded.quality, &settings, Wanted::default(), &mut |_, _, _| {});
//! assert_eq!((report.overview.customers, report.overview.revenue), (2, 27.5));
//! assert_eq!((report.quality.rows_read, report.quality.rows_set_aside), (4, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # One module, two roles
//!
//! There is one WebAssembly module. In a window it is the page; in a dedicated worker it reads files and computes.
//! The page hands its compiled module to each worker it starts, so the two can never be of different builds, and a
//! worker starts in milliseconds. Each run has a worker of its own: cancelling, a trap or running out of memory ends
//! that worker, and the one behind the result on screen is untouched. After a report that worker keeps the customers'
//! columns and serves the customer table page by page.
//!
//! # Entry points
//!
//! - `start` (wasm, called by `src/bin/tenure.rs`): finds out where it runs and plays that role.
//! - [`ingest::read`] (what is in this file?), [`ingest::load`] (all of it), [`report::build()`] (compute): the core.
//! - `worker::run`: answers [`protocol::Request`]; `worker::js_api::serve` answers `analyze` and `read` of
//!   `src/embed/tenure.js`, whose types are in `src/embed/tenure.d.ts`.
//! - [`session::Session`]: what is on screen and what a message does to it.
//!
//! # Code map
//!
//! - [`math`]: numbers without customers. Logarithms that agree on every platform, exact sums, quantiles, special
//!   functions, small linear systems, test statistics, logistic regression, a bounded minimizer, a seeded generator.
//! - [`customer`]: the shared nouns. Days, months, exact money, interned names; [`customer::Dataset`] is a ledger (one
//!   row per purchase) or contracts (one row per customer), in columns; [`customer::SideTables`] is what else is known
//!   about customers (contacts, invoices, referrals, recorded exits, a survey).
//! - [`ingest`]: bytes to a data set and a [`ingest::Quality`] that accounts for every row. Where bytes come from, format,
//!   encoding, dialect, records, roles proposed for columns, dates and numbers; one file each. A file is read in pieces,
//!   as often as a question about a whole column needs it, and never held as a whole.
//! - [`analytics`]: the methods, one file or folder each; its page is their index. [`analytics::orders`] is the pass
//!   every other one starts from. Leaving: `churn`, `churn_rates`, `survival`, `early_warning`, `reasons`, `tree`,
//!   `retention_budget`. The course of a relationship: `stage` (series, tables, vectorized search), `stage_table`,
//!   `pattern`, `snapshot` (contracts). Value: `rfm`, `ahp`, `cluster`, `tiers`, `btyd`, `spend`, `sbg`, `discount`,
//!   `value_matrix`, `equity`, `loss`. Ending: `exit`. Around it: `basket`, `price`, `growth`, `credit`, `relationship`,
//!   `funnel`, `profile`. Every verdict's reasons: `explain`.
//! - [`report`]: [`report::Settings`] unchecked, [`report::ValidSettings`] checked, [`report::Report`] all that a page
//!   may show. `build` is the order of work, `facts` and `stage_columns` gather columns several sections need, `figures` and
//!   `lifecycle` arrange a ledger's results, `products`, `segments`, `worth`, `leaving` and `relations` the sections
//!   beside the value matrix, `contracts` does the whole of a contract file, `table` holds customers in columns and
//!   hands out pages of them. What could not be computed is a [`report::Notice`] with its reason.
//! - [`export`]: tables as CSV text that a spreadsheet opens without executing anything.
//! - [`sample`]: the built-in sample file in three languages, and the truth it was drawn from.
//! - [`protocol`]: what page and worker say to each other. [`session`]: the state machine of the app, without a browser.
//! - [`locale`]: `text` (words), `say` (sentences with numbers), `number` (numbers, money, dates), in every language.
//! - [`chart`]: one file per chart: plain numbers and finished words in, SVG text and read-out rectangles out.
//! - `worker` (wasm): hands the file to the core in pieces, posts progress and the answer. `worker::js_api` turns a
//!   report into plain JS data with typed arrays.
//! - `ui` (wasm): `state` (signals and addresses), `client` (the page's side of the workers), `frame` (rail, bars,
//!   progress, failures), `pages` (one file each), `widgets`.
//! - Outside `src`: `style` (the tokens carry every color and size), `tests` (native, wasm, browser, benches),
//!   `.ci` (set-up, build, and `assemble.mjs`, which writes the content security policy and the embed folder).
//!
//! # Direction
//!
//! A module may use what stands left of it, and what this list says:
//!
//! ```text
//! math -> customer -> ingest | analytics | sample -> report -> export -> protocol -> session | locale -> worker | ui
//! math -> chart -> ui
//! ```
//!
//! - `ingest` and `analytics` do not see each other; `report` brings them together. `ingest` and `sample` need
//!   `customer` and (the sample) `math`, but no analytics.
//! - `locale` stands right of `protocol` because its sentences are functions of a report, a `Problem` or an evidence.
//!   It reads their fields and public enums of `ingest` and `analytics`; it calls no method.
//! - `chart` knows neither languages nor reports: words and number formats come in through its caller.
//! - `worker` and `ui` meet only in `protocol`. `worker` takes one word from `locale`, the key of a value class.
//! - `ui` calls one method itself, [`analytics::loss`], on numbers typed into the calculators.
//!
//! # The gate
//!
//! Web crates (leptos, web-sys, js-sys, gloo, serde-wasm-bindgen), and serde_json for their messages, are listed only under
//! `[target.'cfg(target_arch = "wasm32")'.dependencies]`, and the only module-level gate is in this file. A plain
//! `cargo test` therefore compiles a core that cannot name a browser.
//!
//! # Invariants
//!
//! 1. The core reads no clock, locale, storage, environment or randomness: the end of observation and seeds are
//!    arguments or constants.
//! 2. Customer data never leaves the page. The only network calls load the app's own assets (and, in the JS API, a URL
//!    that the host itself passes as input).
//! 3. Same bytes and settings give the same report. Results are sorted, never in hash order; `ln` and `exp` come from
//!    libm; a customer's stage does not depend on who shares a vector with it.
//! 4. A row that cannot be used is data (a [`ingest::RowIssue`]), not an error: rows read = rows used + rows set aside.
//! 5. The UI computes nothing: it formats and places fields of the report. The loss calculators are the exception, and
//!    they too call `analytics`.
//! 6. Only `worker`, `ui` and `src/embed` know JavaScript.
//! 7. Every formula names its source, and a test holds it to a published or hand-computed number.
//! 8. The page's own instance never parses a file: a trap or an out-of-memory costs a worker, not the page.
//!
//! Types carry the rest: only checked settings run; money is summed in integers, or with compensation; shares are
//! 0..1 until `locale` writes percent; durations have their unit in the name. `unsafe` occurs once, in
//! `analytics::stage::search`, for AVX2.
//!
//! # Where to add what
//!
//! - **A method**: a file in `analytics` that opens as the others do, with its worked example as a test; a call in
//!   `report/build.rs`, a field in `report.rs` (its camelCase name is public, see `tenure.d.ts`), a sentence in
//!   `locale::say`.
//! - **A setting**: a line in the table of `report/settings.rs` (name, default, range, unit), `tenure.d.ts`, the README; a
//!   test holds all three together.
//! - **A page**: a `Page` in `ui/state.rs`, a file in `ui/pages`, its place in `ui/frame.rs`, texts in `locale::text`,
//!   its name in `tests/browser/shots.mjs`.
//! - **A language**: a variant of [`locale::Lang`]; the compiler then names every text and sentence that lacks it. Also
//!   header names in `ingest::header` and words of the sample.
//! - **A chart**: a struct in `chart` that implements [`chart::Chart`], an entry in `chart/preview.rs` (all charts, both
//!   themes, wide and narrow, checked), a `ChartBox` on a page.
//! - **A file format**: recognize it in `ingest::format`, turn it into text in `ingest/unpack`; an
//!   encoding goes into `ingest::encoding`, a column's name into `ingest::header`.
//! - **A role**: [`ingest::Role`], its names in `ingest::header`, its column in `ingest/ledger.rs` or `contracts.rs`, its
//!   text in `locale`.
//! - **A message between page and worker**: [`protocol`], and raise [`protocol::PROTOCOL_VERSION`].

pub mod analytics;
pub mod chart;
pub mod customer;
pub mod export;
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
