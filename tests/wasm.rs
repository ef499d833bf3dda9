//! Tests that need a browser's wasm engine: the same figures as natively, and messages that survive the way through JS.
//!
//! `cargo test --target wasm32-unknown-unknown --test wasm` after `. .ci/env`; they run in a worker, as the product does.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used)]

#[path = "wasm/fingerprint.rs"]
mod fingerprint;

use fingerprint::{
    CONTRACTS, SAMPLE_CHINESE, SAMPLE_ENGLISH, STAGES, assert_same, contracts, of_report, of_sample,
    of_stages, report_of,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tenure::ingest;
use tenure::protocol::{Look, Problem, Progress, Request, Response};
use tenure::report::{CustomerFilter, CustomerQuery, CustomerStage, Settings, SortKey, Step, Threshold};
use tenure::sample::{self, SampleLanguage};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn sample_in_english_is_the_same_as_natively() {
    assert_same(&of_sample(SampleLanguage::English), SAMPLE_ENGLISH);
}

#[wasm_bindgen_test]
fn sample_in_chinese_is_the_same_as_natively() {
    assert_same(&of_sample(SampleLanguage::SimplifiedChinese), SAMPLE_CHINESE);
}

#[wasm_bindgen_test]
fn contracts_file_is_the_same_as_natively() {
    assert_same(&of_report(&report_of(&contracts())), CONTRACTS);
}

#[wasm_bindgen_test]
fn stages_of_seeded_histories_are_the_same_as_natively() {
    assert_same(&of_stages(), STAGES);
}

/// Through JS as the page and the worker send it: written as text, copied by the browser's structured clone, read.
fn there_and_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("plain data");
    let clone = js_sys::Reflect::get(&js_sys::global(), &"structuredClone".into()).expect("a browser");
    let clone: js_sys::Function = clone.unchecked_into();
    let copy = clone.call1(&JsValue::NULL, &text.into()).expect("nothing that cannot be cloned");
    serde_json::from_str(&copy.as_string().expect("text")).expect("what was written can be read")
}

#[wasm_bindgen_test]
fn report_comes_back_from_js_unchanged() {
    for bytes in [sample::csv(SampleLanguage::SimplifiedChinese), contracts()] {
        let mut report = report_of(&bytes);
        // The columns stay in the worker and are not part of the message.
        let customers = std::mem::take(&mut report.customers);
        assert!(customers.id.len() > 300);
        report.why = Default::default();
        report.quality.set_aside = Default::default();
        let sent = Response::Report(Box::new(report));
        assert_eq!(there_and_back(&sent), sent);
    }
}

#[wasm_bindgen_test]
fn customer_rows_come_back_from_js_unchanged() {
    let report = report_of(&sample::csv(SampleLanguage::English));
    let query = CustomerQuery {
        sort: SortKey::CurrentValue,
        descending: true,
        limit: 50,
        ..CustomerQuery::default()
    };
    let sent = Response::Customers { rows: report.customers.page(&query), ticket: 7 };
    assert_eq!(there_and_back(&sent), sent);
}

#[wasm_bindgen_test]
fn other_answers_come_back_from_js_unchanged() {
    let bytes = sample::csv(SampleLanguage::English);
    let table = ingest::read(&bytes, 12).expect("a table");
    let nothing = ingest::read(b"", 12).expect_err("an empty file is refused");
    let invalid =
        Settings { gross_margin: Some(3.0), ..Settings::default() }.check().expect_err("out of range");
    let report = report_of(&bytes);
    for sent in [
        Response::Why { why: report.why(0).map(Box::new), ticket: 1 },
        Response::Why { why: None, ticket: 2 },
        Response::Progress(Progress { step: Step::Stages, done: 512.0, total: 600.0 }),
        Response::Proposal(Box::new(table.clone())),
        Response::Failed(Problem::File { error: nothing, table: Some(Box::new(table)) }),
        Response::Failed(Problem::Settings { error: invalid }),
        Response::Failed(Problem::Crashed { detail: "记忆 \u{1f600}".to_owned() }),
    ] {
        assert_eq!(there_and_back(&sent), sent);
    }
}

#[wasm_bindgen_test]
fn explanations_come_back_from_js_unchanged() {
    for bytes in [sample::csv(SampleLanguage::SimplifiedChinese), contracts()] {
        let report = report_of(&bytes);
        for i in [0, 1, 7, 50, report.customers.len() - 1, report.customers.len()] {
            let sent = Response::Why { why: report.why(i).map(Box::new), ticket: 3 };
            assert_eq!(there_and_back(&sent), sent);
        }
    }
}

#[wasm_bindgen_test]
fn requests_come_back_from_js_unchanged() {
    let settings = Settings {
        as_of: Some("2025-06-30".to_owned()),
        horizon_months: Some(24),
        annual_discount_rate: Some(0.08),
        current_value_threshold: Some(Threshold::Amount(1000.0)),
        growth_potential_threshold: Some(Threshold::Rule("median".to_owned())),
        ..Settings::default()
    };
    let table = ingest::read(&sample::csv(SampleLanguage::English), 1).expect("a table");
    let filter = CustomerFilter {
        search: "a".to_owned(),
        stage: Some(CustomerStage::BuildUp),
        alerted: true,
        ..CustomerFilter::default()
    };
    for sent in [
        Request::Open {
            mapping: Some(ingest::Mapping::from(&table.proposal)),
            look: Some(Look::default()),
            remembered: ingest::Remembered::of(&table, &ingest::Mapping::from(&table.proposal))
                .into_iter()
                .collect(),
            settings: settings.clone(),
        },
        Request::Open { mapping: None, look: None, remembered: Vec::new(), settings: Settings::default() },
        Request::Sample {
            language: SampleLanguage::SimplifiedChinese,
            mapping: Some(ingest::Mapping::from(&table.proposal)),
            look: Some(Look::default()),
            settings,
        },
        Request::Customers {
            query: CustomerQuery { filter, offset: 100, limit: 50, ..CustomerQuery::default() },
            ticket: u32::MAX,
        },
        Request::Why { customer: "客户 7".to_owned(), ticket: 7 },
    ] {
        assert_eq!(there_and_back(&sent), sent);
    }
}
