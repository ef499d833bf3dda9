//! A corpus of small files with one trap each (tests/common/corpus.rs): does the reader come to the facts?
#![allow(clippy::unwrap_used)]

#[path = "common/corpus.rs"]
mod corpus;

use corpus::{Expected, Trap, traps};
use tenure::customer::Dataset;
use tenure::ingest::{self, IssueKind, Loaded, Mapping, Options};

/// Customers, the sum, and the first customer.
fn facts(loaded: &Loaded) -> (usize, String, String) {
    let (customers, scale, amounts) = match &loaded.dataset {
        Dataset::Transactions(ledger) => (&ledger.customers, ledger.scale, ledger.amount.clone()),
        Dataset::Contracts(c) => (&c.customers, c.scale, c.monthly_charge.clone().unwrap_or_default()),
    };
    let sum = amounts.iter().map(|a| i128::from(*a)).sum::<i128>();
    (customers.len(), format!("{:.2}", scale.to_f64(sum)), customers.get(0).to_owned())
}

/// What came out otherwise, if anything.
fn fault(trap: &Trap) -> Option<String> {
    let table = ingest::read(&trap.bytes, 5);
    let mapping = table.as_ref().map(|t| Mapping::from(&t.proposal)).unwrap_or_default();
    let loaded = ingest::load(&trap.bytes, &mapping, &Options::default(), &mut ingest::silent);
    let (table, loaded) = match (table, loaded) {
        (Ok(table), Ok(loaded)) => (table, loaded),
        (first, second) => {
            let error = first.err().or(second.err())?;
            let is_expected = matches!(trap.expected, Expected::Error(code) if code == error.code());
            return (!is_expected).then(|| error.to_string());
        }
    };
    let Expected::Rows { customers, used, sum, aside, asks, encoding, first } = &trap.expected else {
        return Some(format!("is read: {:?}", loaded.quality));
    };
    let quality = &loaded.quality;
    let counts: Vec<(IssueKind, u64)> = quality.counts.iter().map(|c| (c.kind, c.rows)).collect();
    let found = facts(&loaded);
    let is_right = (&found.0, found.1.as_str()) == (customers, *sum)
        && quality.rows_used == *used
        && counts == *aside
        && quality.rows_read == quality.rows_used + quality.rows_set_aside
        && table.proposal.certain != *asks
        && quality.encoding == *encoding
        && first.is_none_or(|first| first == found.2);
    (!is_right).then(|| format!("{found:?}, certain {}, {quality:#?}", table.proposal.certain))
}

#[test]
fn every_trap_is_passed() {
    let traps = traps();
    let faults: Vec<String> =
        traps.iter().filter_map(|trap| Some(format!("{}: {}", trap.name, fault(trap)?))).collect();
    println!("{} of {} traps passed", traps.len() - faults.len(), traps.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(traps.len() >= 80);
}
