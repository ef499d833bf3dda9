//! The figures natively; `tests/wasm.rs` holds a browser to the same numbers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

#[path = "wasm/fingerprint.rs"]
mod fingerprint;

use fingerprint::{
    CONTRACTS, SAMPLE_CHINESE, SAMPLE_ENGLISH, STAGES, assert_same, contracts, of_report, of_sample,
    of_stages, report_of,
};
use tenure::sample::SampleLanguage;

#[test]
fn sample_in_english() {
    assert_same("SAMPLE_ENGLISH", &of_sample(SampleLanguage::English), SAMPLE_ENGLISH);
}

#[test]
fn sample_in_chinese() {
    assert_same("SAMPLE_CHINESE", &of_sample(SampleLanguage::SimplifiedChinese), SAMPLE_CHINESE);
}

#[test]
fn contracts_file() {
    assert_same("CONTRACTS", &of_report(&report_of(&contracts())), CONTRACTS);
}

#[test]
fn stages_of_seeded_histories() {
    assert_same("STAGES", &of_stages(), STAGES);
}
