//! The figures natively; `tests/wasm.rs` holds a browser to the same numbers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used)]

#[path = "wasm/fingerprint.rs"]
mod fingerprint;

use fingerprint::{
    CONTRACTS, Fingerprints, SAMPLE_CHINESE, SAMPLE_ENGLISH, STAGES, assert_same, contracts, lines,
    of_report, of_sample, of_stages, report_of,
};
use tenure::sample::SampleLanguage;

/// Compares, or keeps what was found where the environment says so.
fn hold(found: &Fingerprints, kept: &str, file: &str) {
    if std::env::var_os("TENURE_ACCEPT").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wasm").join(file);
        std::fs::write(path, lines(found)).expect("writable");
    } else {
        assert_same(found, kept);
    }
}

#[test]
fn sample_in_english() {
    hold(&of_sample(SampleLanguage::English), SAMPLE_ENGLISH, "sample-english.txt");
}

#[test]
fn sample_in_chinese() {
    hold(&of_sample(SampleLanguage::SimplifiedChinese), SAMPLE_CHINESE, "sample-chinese.txt");
}

#[test]
fn contracts_file() {
    hold(&of_report(&report_of(&contracts())), CONTRACTS, "contracts.txt");
}

#[test]
fn stages_of_seeded_histories() {
    hold(&of_stages(), STAGES, "stages.txt");
}
