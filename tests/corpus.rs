//! A corpus of small files with one trap each (tests/common/corpus.rs): does the reader come to the facts?
#![allow(clippy::unwrap_used)]

#[path = "common/corpus.rs"]
mod corpus;

use std::io;

use corpus::{Expected, Trap, traps};
use tenure::customer::Dataset;
use tenure::ingest::{self, Error, IssueKind, Loaded, Mapping, Options, Source};

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

/// Gives bytes in pieces of at most so many.
struct Pieces<'b>(&'b [u8], usize);

impl Source for Pieces<'_> {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let n = into.len().min(self.1);
        self.0.read_at(offset, &mut into[..n])
    }
}

/// A file as the page reads it.
fn load(source: &impl Source) -> Result<Loaded, Error> {
    let table = ingest::read(source, 5)?;
    ingest::load(source, &Mapping::from(&table.proposal), &Options::default(), &mut ingest::silent)
}

#[test]
fn any_pieces_give_the_same() {
    for trap in traps() {
        let whole = load(&trap.bytes);
        for n in [1, 2, 3, 7, 64, 1000] {
            // Byte for byte only where that is soon done.
            if n > 3 || trap.bytes.len() < 10_000 {
                assert!(load(&Pieces(&trap.bytes, n)) == whole, "{}, {n} bytes at a time", trap.name);
            }
        }
    }
}

/// Letters, quotes and line ends on either side of where the reader fetches more.
#[test]
fn what_stands_where_a_piece_ends_is_whole() {
    for encoding in ["utf-8", "utf-16le", "gb18030"] {
        for shift in 0..7 {
            let mut text = format!("客户,日期,金额,备注\r\n起,2024-01-01,1,{}\r\n", "x".repeat(shift));
            let n = 140_000_u64;
            for i in 0..n {
                text.push_str(&format!("客{},2024-01-02,{}.5,\"茶，\"\"好\"\"\r\n😀\"\r\n", i % 7, i % 10));
            }
            let bytes = match encoding {
                "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                label => {
                    encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(&text).0.into_owned()
                }
            };
            assert!(bytes.len() > 1 << 22, "more than one piece");
            let loaded = load(&bytes).unwrap();
            // Each ten amounts are 0.5 to 9.5.
            assert_eq!(
                (loaded.quality.rows_used, loaded.quality.rows_set_aside, facts(&loaded)),
                (n + 1, 0, (8, format!("{:.2}", (n * 5 + 1) as f64), "客0".to_owned())),
                "{encoding}, {shift}"
            );
        }
    }
}

/// Every cut of every file: a table or an error with a name.
#[test]
fn a_file_cut_anywhere_is_read_or_refused() {
    let mut n = 0;
    for trap in traps().into_iter().filter(|trap| trap.bytes.len() < 2000) {
        for end in 0..trap.bytes.len() {
            match load(&&trap.bytes[..end]) {
                Ok(loaded) => {
                    let q = loaded.quality;
                    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside, "{}, {end}", trap.name);
                }
                Err(error) => assert!(!error.code().is_empty()),
            }
            n += 1;
        }
    }
    println!("{n} cuts of the corpus are tables or named errors");
}

/// The rows of a ledger: customer, day, amount in cents.
fn ledger_rows(loaded: &Loaded) -> Vec<(String, i32, i64)> {
    let Dataset::Transactions(ledger) = &loaded.dataset else { panic!("expected transactions") };
    let cents = |i: usize| (ledger.scale.to_f64(i128::from(ledger.amount[i])) * 100.0).round() as i64;
    let row = |i: usize| (ledger.customers.get(ledger.customer[i]).to_owned(), ledger.day[i].0, cents(i));
    (0..ledger.n_rows()).map(row).collect()
}

/// A table of which every cut is looked at.
struct Cut {
    header: &'static str,
    row: fn(usize) -> [String; 4],
    delimiter: &'static str,
    line_end: &'static str,
}

const CUTS: [Cut; 3] = [
    Cut {
        header: "customer,date,amount,town",
        row: |i| {
            [
                format!("c{}", i % 4),
                format!("2024-0{}-1{i}", i + 1),
                format!("{}.25", 10 + i),
                format!("town {i}"),
            ]
        },
        delimiter: ",",
        line_end: "\n",
    },
    Cut {
        header: "客户编号,下单日期,订单金额,城市",
        row: |i| {
            let town = format!("\"上海{i}市，\"\"东\"\"\"");
            [format!("客户{}", i % 4), format!("2024年{}月1{i}日", i + 1), format!("￥{}.25", 10 + i), town]
        },
        delimiter: ",",
        line_end: "\r\n",
    },
    Cut {
        header: "客户;日期;城市;金额",
        row: |i| {
            [
                format!("王{}", i % 4),
                format!("2024/{}/1{i}", i + 1),
                format!("北京{i}"),
                format!("{},25", 10 + i),
            ]
        },
        delimiter: ";",
        line_end: "\r",
    },
];

/// Every cut of some tables in three encodings: rows before it are as they were; the row it is in is set
/// aside, unless its last cell has begun. What is left of that one is all there is to read: nothing tells
/// `12` from a cut `12.25`.
#[test]
fn a_row_cut_off_is_set_aside() {
    let (mut n_cuts, mut n_aside) = (0, 0);
    for cut in CUTS {
        for encoding in ["utf-8", "utf-16le", "gb18030"] {
            let encode = |text: &str| -> Vec<u8> {
                match encoding {
                    "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                    label => encoding_rs::Encoding::for_label(label.as_bytes())
                        .unwrap()
                        .encode(text)
                        .0
                        .into_owned(),
                }
            };
            let mut bytes = encode(&format!("{}{}", cut.header, cut.line_end));
            // Where each row starts, where its last cell does, and where it ends.
            let mut places = Vec::new();
            for i in 0..9 {
                let [a, b, c, d] = (cut.row)(i);
                let start = bytes.len();
                bytes.extend(encode(&[a, b, c, String::new()].join(cut.delimiter)));
                let last = bytes.len();
                bytes.extend(encode(&d));
                places.push((start, last, bytes.len()));
                bytes.extend(encode(cut.line_end));
            }
            let all = ledger_rows(&load(&bytes).unwrap());
            assert_eq!(all.len(), 9);
            for end in places[1].0..bytes.len() {
                let context = format!(
                    "{}, {encoding}, {end}: {:?}",
                    cut.header,
                    String::from_utf8_lossy(&bytes[..end])
                );
                let loaded = load(&&bytes[..end]).unwrap_or_else(|e| panic!("{context}: {e}"));
                let found = ledger_rows(&loaded);
                let at = places.iter().rposition(|place| place.0 <= end).unwrap();
                let (start, last, row_end) = places[at];
                let is_open = end > start && end < last;
                // Half a line end of UTF-16 is a broken letter.
                let is_broken = encoding == "utf-16le" && end == row_end + 1;
                let n_whole = at + usize::from(end >= row_end && !is_broken);
                assert_eq!(found[..n_whole.min(found.len())], all[..n_whole], "{context}");
                assert!(found.len() <= at + 1, "{context}");
                if let Some(partial) = found.get(n_whole) {
                    assert!(!is_open && partial.0 == all[at].0 && partial.1 == all[at].1, "{context}");
                }
                let counts = &loaded.quality.counts;
                let n_cut =
                    counts.iter().filter(|c| c.kind == IssueKind::CutOff).map(|c| c.rows).sum::<u64>();
                assert!(!is_open || n_cut == 1, "{context}: {counts:?}");
                // Nothing is left of an amount that stands last and has not begun.
                assert!(end == last || loaded.quality.rows_set_aside == n_cut, "{context}: {counts:?}");
                n_cuts += 1;
                n_aside += n_cut;
            }
        }
    }
    println!("{n_cuts} cuts: {n_aside} rows set aside as cut off, all other rows as they were");
    assert!(n_aside * 2 > n_cuts);
}
