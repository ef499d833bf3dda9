//! One text in every encoding and with every line end, read with nothing told: is it the same each time?
//!
//! - Every text file of the shared data, in each encoding that can hold it exactly. Most are ASCII, whose
//!   bytes are the same in all encodings of one byte and in the East Asian ones; those are counted once. What
//!   is compared: the table as proposed, its cells, the data set and its quality to the last field, and for
//!   one combination of each file the whole report. Of files above [`MANY`] bytes, a third of the
//!   combinations, and the cells of the first 1000 rows.
//! - Tables of at least 2 KB in many languages, made here, in the encodings their files came in. These also
//!   have to be certain: nothing may be asked. Nor may a broken byte change the encoding.
//! - Short ones, where the reader may be in doubt: then it must say so, and the right encoding must be the
//!   one taken or among the alternatives.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/languages.rs"]
mod languages;
#[path = "common/mutate.rs"]
mod mutate;

use common::data;
use encoding_rs::Encoding;
use languages::LANGUAGES;
use mutate::Random;
use tenure::ingest::{self, Loaded, Mapping, Options, RawTable, Table, Told, encoding};
use tenure::report::{self, Settings, Wanted};

/// Largest file compared in all combinations.
const MANY: usize = 400_000;

const FILES: &[&str] = &[
    "cdnow/CDNOW_master.txt",
    "cdnow/CDNOW_sample.txt",
    "cdnow/cdnowElog.csv",
    "cdnow/cdnow_customers_summary.csv",
    "cdnow/cdnow_customers_summary_with_transactions.csv",
    "credit-default/UCI_Credit_Card.csv",
    "csv-spectrum/csvs/comma_in_quotes.csv",
    "csv-spectrum/csvs/empty.csv",
    "csv-spectrum/csvs/empty_crlf.csv",
    "csv-spectrum/csvs/escaped_quotes.csv",
    "csv-spectrum/csvs/json.csv",
    "csv-spectrum/csvs/location_coordinates.csv",
    "csv-spectrum/csvs/newlines.csv",
    "csv-spectrum/csvs/newlines_crlf.csv",
    "csv-spectrum/csvs/quotes_and_newlines.csv",
    "csv-spectrum/csvs/simple.csv",
    "csv-spectrum/csvs/simple_crlf.csv",
    "csv-spectrum/csvs/utf8.csv",
    "online-retail/online_retail_excerpt.csv",
    "rfm-r/rfm_data_customer.csv",
    "rfm-r/rfm_data_orders.csv",
    "stages/cv10.csv",
    "stages/cv25-left40.csv",
    "stages/cv25-season30.csv",
    "stages/cv25-setbacks50.csv",
    "stages/cv25.csv",
    "stages/cv50.csv",
    "stages/orders1.csv",
    "stages/orders10.csv",
    "stages/orders2.csv",
    "stages/orders4-season30.csv",
    "stages/orders4.csv",
    "telco/Telco-Customer-Churn.csv",
];

/// Encodings a text is written in; `utf-8` and both kinds of UTF-16 with a byte-order mark and without.
const ENCODINGS: &[&str] = &[
    "utf-8",
    "utf-8+mark",
    "utf-16le",
    "utf-16le+mark",
    "utf-16be",
    "utf-16be+mark",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "macintosh",
];

/// A text in an encoding; `None` if it cannot be held exactly.
fn encode(text: &str, name: &str) -> Option<Vec<u8>> {
    let (label, has_mark) = name.strip_suffix("+mark").map_or((name, false), |label| (label, true));
    let mark = if has_mark { "\u{feff}" } else { "" };
    let marked = format!("{mark}{text}");
    Some(match label {
        "utf-8" => marked.into_bytes(),
        "utf-16le" => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let (bytes, _, unmappable) = Encoding::for_label(label.as_bytes()).unwrap().encode(&marked);
            if unmappable {
                return None;
            }
            bytes.into_owned()
        }
    })
}

const LINE_ENDS: &[&str] = &["LF", "CRLF", "CR", "mixed"];

/// A text with other line ends between its rows: those inside quotes are part of a cell and stay.
fn with_line_ends(text: &str, kind: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let (mut is_quoted, mut n) = (false, 0);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        is_quoted ^= c == '"';
        if is_quoted || !matches!(c, '\r' | '\n') {
            out.push(c);
            continue;
        }
        if c == '\r' {
            rest.next_if_eq(&'\n');
        }
        n += 1;
        out.push_str(match kind {
            "LF" => "\n",
            "CRLF" => "\r\n",
            "CR" => "\r",
            _ => ["\n", "\r\n", "\r"][n % 3],
        });
    }
    out
}

/// All that is read, but for the name of the encoding.
#[derive(PartialEq, Debug)]
struct Read {
    table: Option<Table>,
    cells: Option<RawTable>,
    loaded: Result<Loaded, String>,
}

fn read(bytes: &[u8]) -> Read {
    let mut table = ingest::read(bytes, 30).ok();
    let mapping = table.as_ref().map(|t| Mapping::from(&t.proposal)).unwrap_or_default();
    if let Some(table) = &mut table {
        table.encoding = String::new();
    }
    let loaded = ingest::load(bytes, &mapping, &Options::default(), &mut ingest::silent);
    let loaded = loaded.map_err(|error| error.to_string()).map(|mut loaded| {
        loaded.quality.encoding = String::new();
        loaded
    });
    Read {
        table,
        cells: ingest::table(bytes, if bytes.len() > 2 * MANY { 1000 } else { usize::MAX }).ok(),
        loaded,
    }
}

/// The report, as it is written.
fn report(read: Read) -> Option<String> {
    let loaded = read.loaded.ok()?;
    let settings = Settings::default();
    let valid = settings.check().unwrap();
    let report = report::build(&loaded.dataset, loaded.quality, &valid, Wanted::default(), &mut |_, _, _| {});
    Some(serde_json::to_string(&report).unwrap())
}

/// What two readings differ in, short enough to print.
fn difference(a: &Read, b: &Read) -> String {
    let (a, b) = (format!("{a:#?}"), format!("{b:#?}"));
    let at = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    format!("{at:?}")
}

#[test]
fn shared_files_are_the_same_in_every_encoding_and_with_every_line_end() {
    let (mut n_files, mut n_combinations, mut n_reports) = (0, 0, 0);
    for file in FILES {
        let Some(bytes) = data(file) else { continue };
        let text = String::from_utf8(bytes).unwrap();
        let is_large = text.len() > MANY;
        let first = read(with_line_ends(&text, "LF").as_bytes());
        let mut seen: Vec<Vec<u8>> = Vec::new();
        let mut last = None;
        for (i, line_end) in LINE_ENDS.iter().enumerate() {
            let text = with_line_ends(&text, line_end);
            for (j, encoding) in ENCODINGS.iter().enumerate() {
                if is_large && !(j < 6 && (i + j) % 3 == 0) {
                    continue;
                }
                let Some(bytes) = encode(&text, encoding).filter(|bytes| !seen.contains(bytes)) else {
                    continue;
                };
                let found = read(&bytes);
                assert!(found == first, "{file}, {encoding}, {line_end}: {}", difference(&first, &found));
                n_combinations += 1;
                seen.push(bytes);
                last = Some(found);
            }
        }
        // What the report is built from was the same each time, so that one is enough.
        let (from, to) = (report(first), last.and_then(report));
        assert!(from == to, "{file}: another report");
        n_reports += usize::from(from.is_some());
        n_files += 1;
    }
    println!(
        "{n_files} shared files: {n_combinations} combinations of encoding and line end read the same, \
         {n_reports} reports are the same to the last digit"
    );
    assert!(n_files == 0 || (n_files == FILES.len() && n_reports == 18), "{n_files}, {n_reports}");
}

#[test]
fn tables_of_all_languages_are_read_with_nothing_told() {
    let mut n = 0;
    for language in LANGUAGES {
        let text = language.table(60);
        for line_end in LINE_ENDS {
            let text = with_line_ends(&text, line_end);
            let first = read(text.as_bytes());
            let rows = first.cells.as_ref().unwrap();
            assert_eq!(
                (rows.rows.len(), rows.columns.as_slice()),
                (60, &language.header.map(str::to_owned)[..])
            );
            let own = language.encodings.iter().copied().chain(ENCODINGS[..6].iter().copied());
            for encoding in own {
                let bytes = encode(&text, encoding);
                let bytes = bytes.unwrap_or_else(|| panic!("{encoding} cannot hold {}", language.name));
                assert!(bytes.len() >= 2048, "{}", language.name);
                let found = read(&bytes);
                let context = format!("{} in {encoding}, {line_end}", language.name);
                assert!(found == first, "{context}: {}", difference(&first, &found));
                let table = ingest::read(&bytes, 1).unwrap();
                assert!(table.encoding_alternatives.is_empty(), "{context}: {table:?}");
                n += 1;
            }
        }
    }
    println!(
        "{} languages: {n} combinations of encoding and line end read the same, none asks",
        LANGUAGES.len()
    );
}

/// A byte lost, changed, or turned into one that no letter has: the others are still read as they were.
#[test]
fn a_broken_byte_does_not_change_the_encoding() {
    let mut n = 0;
    for language in LANGUAGES {
        let text = language.table(60);
        for encoding in language.encodings.iter().copied().chain(["utf-8"]) {
            let whole = encode(&text, encoding).unwrap();
            for number in 0..12 {
                let mut random = Random::new(7, number);
                let (mut bytes, at) = (whole.clone(), random.below(whole.len()));
                match number % 3 {
                    0 => _ = bytes.remove(at),
                    1 => bytes[at] = random.next() as u8,
                    _ => bytes[at] = 0xff,
                }
                let verdict = encoding::decide(&bytes, true);
                let context = format!("{} in {encoding}, {number}: {}", language.name, verdict.name());
                assert_eq!(verdict.encoding.decode_without_bom_handling(&whole).0, text, "{context}");
                assert!(verdict.alternatives.is_empty(), "{context}, {:?}", verdict.alternatives);
                n += 1;
            }
        }
    }
    println!("{n} files with a broken byte are in the encoding they were in");
}

/// Ten rows, and one.
#[test]
fn short_tables_are_right_or_in_doubt() {
    let (mut n_certain, mut n_doubtful) = (0, 0);
    for n_rows in [1, 2, 3, 5, 10, 20] {
        for language in LANGUAGES {
            let text = language.table(n_rows);
            let first = ingest::table(&text, 100).unwrap();
            for encoding in language.encodings.iter().copied().chain(ENCODINGS[..6].iter().copied()) {
                let bytes = encode(&text, encoding).unwrap();
                let context = format!("{} in {encoding}, {n_rows} rows", language.name);
                let table = ingest::read(&bytes, 1).unwrap();
                let is_right = ingest::table(&bytes, 100).unwrap() == first;
                if table.encoding_alternatives.is_empty() {
                    assert!(is_right, "{context}: read as {}", table.encoding);
                    n_certain += 1;
                    continue;
                }
                assert!(!table.proposal.certain, "{context}: does not ask");
                let read_as = |label: &String| {
                    let told = Told { encoding: Some(label.clone()), ..Told::default() };
                    let told = ingest::read_as(&bytes, 100, &told, None).unwrap();
                    told.encoding_alternatives.is_empty()
                        && told.preview == first.rows
                        && told.columns == first.columns
                };
                let one_is = table.encoding_alternatives.iter().any(read_as);
                assert!(
                    is_right || one_is,
                    "{context}: {} or {:?}",
                    table.encoding,
                    table.encoding_alternatives
                );
                n_doubtful += 1;
            }
        }
    }
    println!(
        "short tables: {n_certain} certain and right, {n_doubtful} in doubt with the right one among them"
    );
    assert!(n_certain > n_doubtful * 5);
}
