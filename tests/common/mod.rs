//! What the integration tests share: where the data is, and the way from bytes to a report.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;

use tenure::ingest::{self, Mapping};
use tenure::report::{self, Report, Settings, Wanted};

/// A test file, or `None` (said on standard output) where there is no data; an error in CI.
pub fn data(name: &str) -> Option<Vec<u8>> {
    let root = std::env::var("TENURE_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = PathBuf::from(&root).join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(_) if std::env::var_os("CI").is_some() => panic!("{} is missing", path.display()),
        Err(_) => {
            println!("ignored: TENURE_DATA ({root}) does not hold {name}");
            None
        }
    }
}

/// Bytes to report with the proposal as it is, as the page does it.
pub fn analyze(bytes: &[u8], settings: &Settings) -> Report {
    let valid = settings.check().unwrap();
    let table = ingest::read(bytes, 5).unwrap();
    assert!(table.proposal.certain, "roles are certain");
    let loaded =
        ingest::load(bytes, &Mapping::from(&table.proposal), &valid.ingest_options(), &mut ingest::silent)
            .unwrap();
    report::build(&loaded.dataset, loaded.quality, &valid, Wanted::default(), &mut |_, _, _| {})
}

/// A report of a data set that no file was read for.
pub fn report_of(dataset: tenure::customer::Dataset, settings: &Settings) -> Report {
    let valid = settings.check().unwrap();
    report::build(&dataset, report::Quality::default(), &valid, Wanted::default(), &mut |_, _, _| {})
}

/// No number anywhere in a report is NaN or infinite. JSON would hide them as null, so their debug form is searched.
pub fn finite(report: &Report) {
    let text = format!("{report:?}");
    let bad =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').find(|word| matches!(*word, "NaN" | "inf"));
    if let Some(word) = bad {
        let at = text.find(&format!(": {word}")).or_else(|| text.find(word)).unwrap_or(0);
        let (from, to) = (at.saturating_sub(300), (at + 60).min(text.len()));
        panic!("{word} in a report: ...{}", String::from_utf8_lossy(&text.as_bytes()[from..to]));
    }
}
