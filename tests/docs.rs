//! The documentation of the methods keeps up with the code: every method's file says what it answers and by which
//! source, and the index counts the tests that hold it. `TENURE_ACCEPT=1 cargo test --test docs` writes the counts anew.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Methods: the modules named in `analytics/mod.rs`, with their files.
fn methods() -> BTreeMap<String, Vec<PathBuf>> {
    let analytics = root().join("src/analytics");
    let index = std::fs::read_to_string(analytics.join("mod.rs")).unwrap();
    let names = index.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    names
        .map(|name| {
            let mut own = Vec::new();
            let file = analytics.join(format!("{name}.rs"));
            if file.exists() {
                own.push(file);
            }
            if analytics.join(name).is_dir() {
                files(&analytics.join(name), &mut own);
            }
            (name.to_owned(), own)
        })
        .collect()
}

/// The file that opens a method: its own, or the `mod.rs` of its folder.
fn opening(own: &[PathBuf]) -> String {
    let is_mod = |p: &&PathBuf| p.file_name().is_some_and(|n| n == "mod.rs");
    let first = own.iter().find(is_mod).unwrap_or(&own[0]);
    let text = std::fs::read_to_string(first).unwrap();
    text.lines().take_while(|l| l.starts_with("//!")).collect::<Vec<_>>().join("\n")
}

fn n_tests(text: &str) -> usize {
    text.lines().filter(|l| l.trim() == "#[test]").count()
}

/// Tests in a method's own files, and tests of the folder `tests` in files that use the method.
fn counts() -> BTreeMap<String, (usize, usize)> {
    let mut integration = Vec::new();
    for entry in std::fs::read_dir(root().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let skipped = ["docs", "wasm"].iter().any(|s| path.file_stem().is_some_and(|n| n == *s));
        if path.extension().is_some_and(|e| e == "rs") && !skipped {
            integration.push(std::fs::read_to_string(path).unwrap());
        }
    }
    methods()
        .into_iter()
        .map(|(name, own)| {
            let unit = own.iter().map(|p| n_tests(&std::fs::read_to_string(p).unwrap())).sum();
            let used = format!("analytics::{name}");
            let outside = integration.iter().filter(|t| t.contains(&used)).map(|t| n_tests(t)).sum();
            (name, (unit, outside))
        })
        .collect()
}

#[test]
fn every_method_opens_with_question_source_degenerate_cases_and_a_doctest() {
    for (name, own) in methods() {
        let doc = opening(&own);
        for (what, said) in [
            ("a question", doc.contains('?')),
            ("its source", doc.contains("ource") && doc.contains("methods.md")),
            ("degenerate cases", doc.contains("egenerate")),
            ("a doctest", doc.contains("```")),
        ] {
            assert!(said, "{name} lacks {what}");
        }
    }
}

#[test]
fn every_file_of_a_method_says_what_it_is_for() {
    for own in methods().values() {
        for path in own.iter().filter(|p| p.file_name().is_some_and(|n| n != "tests.rs")) {
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.starts_with("//!"), "{} has no opening", path.display());
        }
    }
}

/// The index at the top of `analytics/mod.rs`: one line per method with the tests that hold it.
#[test]
fn the_index_counts_the_tests_of_each_method() {
    let path = root().join("src/analytics/mod.rs");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) =
        text.split_once("//! | method | tests in its files | tests from outside |\n").unwrap();
    let after = rest.lines().skip_while(|l| l.starts_with("//! |")).collect::<Vec<_>>().join("\n");
    let counts = counts();
    let mut table =
        String::from("//! | method | tests in its files | tests from outside |\n//! |---|---|---|\n");
    for (name, (unit, outside)) in &counts {
        table += &format!("//! | [`{name}`] | {unit} | {outside} |\n");
    }
    let wanted = format!("{before}{table}{after}\n");
    println!("{table}");
    if std::env::var_os("TENURE_ACCEPT").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    } else {
        assert!(text == wanted, "the index is out of date: TENURE_ACCEPT=1 cargo test --test docs");
    }
    for (name, (unit, outside)) in counts {
        assert!(unit + outside > 0, "{name} has no test");
    }
}
