//! Real files through `ingest`, with no options: what each turns out to be, to the row and the cent.
//!
//! The files are found through `TENURE_DATA` (see its README for sources and licences). Without them the tests say so
//! and pass, except where `CI` is set.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;

use tenure::customer::{Contracts, Dataset, Ledger};
use tenure::ingest::{
    self, Delimiter, DuplicateRows, IssueKind, Loaded, Mapping, Note, Options, Role, Shape, Table,
};

fn data(file: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("TENURE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    match std::fs::read(root.join(file)) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var_os("CI").is_some() => panic!("{file}: {error}"),
        Err(_) => {
            eprintln!("ignored: {file} is not there (set TENURE_DATA)");
            None
        }
    }
}

fn load_with(bytes: &[u8], options: &Options) -> (Table, Loaded) {
    let table = ingest::read(bytes, 5).unwrap();
    let loaded = ingest::load(bytes, &Mapping::from(&table.proposal), options, &mut ingest::silent).unwrap();
    let q = &loaded.quality;
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    assert_eq!(q.rows_set_aside, q.counts.iter().map(|c| c.rows).sum::<u64>());
    (table, loaded)
}

fn load(bytes: &[u8]) -> (Table, Loaded) {
    load_with(bytes, &Options::default())
}

fn ledger(loaded: &Loaded) -> &Ledger {
    match &loaded.dataset {
        Dataset::Transactions(ledger) => ledger,
        Dataset::Contracts(_) => panic!("expected transactions"),
    }
}

fn contracts(loaded: &Loaded) -> &Contracts {
    match &loaded.dataset {
        Dataset::Contracts(contracts) => contracts,
        Dataset::Transactions(_) => panic!("expected contracts"),
    }
}

fn total(ledger: &Ledger) -> String {
    let minor: i128 = ledger.amount.iter().map(|a| i128::from(*a)).sum();
    format!("{:.2}", ledger.scale.to_f64(minor))
}

fn role_names(table: &Table) -> Vec<(usize, Role)> {
    table.proposal.columns.iter().filter_map(|c| Some((c.index, c.role?))).collect()
}

#[test]
fn cdnow_elog_csv() {
    let Some(bytes) = data("cdnow/cdnowElog.csv") else { return };
    let (table, loaded) = load(&bytes);
    assert!(table.proposal.certain, "{:#?}", table.proposal);
    assert_eq!(
        role_names(&table),
        [(0, Role::Customer), (2, Role::Date), (3, Role::Quantity), (4, Role::Amount)]
    );
    let ledger = ledger(&loaded);
    assert_eq!((ledger.n_rows(), ledger.n_customers(), total(ledger).as_str()), (6919, 2357, "244091.94"));
    assert_eq!((loaded.quality.duplicates, loaded.quality.zero_amounts), (21, 8));
    let [first, last] = [loaded.quality.first_date, loaded.quality.last_date].map(|d| d.unwrap().iso());
    assert_eq!((first.as_str(), last.as_str()), ("1997-01-01", "1998-06-30"));
    assert_eq!(ledger.customers.get(0), "4");
}

#[test]
fn cdnow_sample_without_header() {
    let Some(bytes) = data("cdnow/CDNOW_sample.txt") else { return };
    let (table, loaded) = load(&bytes);
    assert_eq!((table.header, table.dialect.delimiter), (false, Delimiter::Blanks));
    assert!(table.proposal.certain, "{:#?}", table.proposal);
    assert_eq!(
        role_names(&table),
        [(0, Role::Customer), (2, Role::Date), (3, Role::Quantity), (4, Role::Amount)]
    );
    let ledger = ledger(&loaded);
    assert_eq!((ledger.n_rows(), ledger.n_customers(), total(ledger).as_str()), (6919, 2357, "244091.94"));
    assert_eq!((loaded.quality.duplicates, loaded.quality.zero_amounts), (21, 8));
}

#[test]
fn cdnow_master_aligned_with_header() {
    let Some(bytes) = data("cdnow/CDNOW_master.txt") else { return };
    let (table, loaded) = load(&bytes);
    assert!(table.header && table.proposal.certain);
    let ledger = ledger(&loaded);
    assert_eq!(
        (ledger.n_rows(), ledger.n_customers(), total(ledger).as_str()),
        (69_659, 23_570, "2500315.63")
    );
    assert_eq!((loaded.quality.duplicates, loaded.quality.zero_amounts), (255, 80));
    let dropped = load_with(&bytes, &Options { duplicates: DuplicateRows::Drop, ..Options::default() }).1;
    assert_eq!((dropped.quality.rows_used, dropped.quality.rows_set_aside), (69_659 - 255, 255));
}

#[test]
fn rfm_orders_by_name() {
    let Some(bytes) = data("rfm-r/rfm_data_orders.csv") else { return };
    let (table, loaded) = load(&bytes);
    assert!(table.proposal.certain);
    let ledger = ledger(&loaded);
    assert_eq!((ledger.n_rows(), ledger.n_customers(), total(ledger).as_str()), (4906, 995, "464158.00"));
    assert_eq!(ledger.scale.decimals, 0);
}

#[test]
fn online_retail_lines_and_cancellations() {
    let Some(bytes) = data("online-retail/online_retail_excerpt.csv") else { return };
    let (table, loaded) = load(&bytes);
    assert!(table.proposal.certain, "{:#?}", table.proposal);
    let q = &loaded.quality;
    assert_eq!((q.rows_read, q.missing_customer, q.duplicates), (25_991, 958, 302));
    assert_eq!(q.rows_set_aside, 958);
    let ledger = ledger(&loaded);
    assert_eq!(ledger.n_customers(), 270);
    let cancelled = |i: usize| {
        let order = ledger.order.as_ref().unwrap();
        order.names.get(order.code[i]).starts_with('C')
    };
    let negative = |i: usize| ledger.quantity.as_ref().unwrap()[i] < 0.0;
    for i in 0..ledger.n_rows() {
        assert_eq!(ledger.is_return[i], cancelled(i) || negative(i), "row {i}");
    }
    assert!(ledger.product.is_some() && ledger.category.is_none());
    assert!(q.missing.contains(&Role::Cost) && !q.missing.contains(&Role::Amount));
}

#[test]
fn telco_contracts() {
    let Some(bytes) = data("telco/Telco-Customer-Churn.csv") else { return };
    let (table, loaded) = load(&bytes);
    assert!(table.proposal.certain);
    assert_eq!(table.proposal.shape, Shape::Contracts);
    let contracts = contracts(&loaded);
    assert_eq!(contracts.customers.len(), 7043);
    assert_eq!(contracts.churned.iter().filter(|c| **c).count(), 1869);
    assert_eq!(contracts.tenure_months.iter().filter(|t| **t == 0.0).count(), 11);
    assert_eq!(loaded.quality.notes, [Note::BlankTotals { rows: 11, tenure_zero: 11 }]);
    assert_eq!(loaded.quality.rows_used, 7043);
    let i = contracts.customers.iter().position(|c| c == "7590-VHVEG").unwrap();
    assert_eq!((contracts.tenure_months[i], contracts.churned[i]), (1.0, false));
    let charge = contracts.monthly_charge.as_ref().unwrap()[i];
    assert_eq!(contracts.scale.to_f64(i128::from(charge)), 29.85);
}

/// One customer's month per row is read as transactions only if asked; one row per customer is no transaction table.
#[test]
fn other_files_are_not_taken_for_something_else() {
    for (file, code) in [
        ("credit-default/UCI_Credit_Card.csv", "no-date-column"),
        ("cdnow/cdnow_customers_summary.csv", "no-date-column"),
    ] {
        let Some(bytes) = data(file) else { continue };
        let table = ingest::read(&bytes, 5).unwrap();
        assert!(!table.proposal.certain, "{file}: {:#?}", table.proposal);
        let mapping = Mapping::from(&table.proposal);
        let error = ingest::load(&bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap_err();
        assert_eq!(error.code(), code, "{file}");
    }
}

#[test]
fn chinese_gbk_orders() {
    let mut text = String::from("客户编号,下单日期,订单金额,商品名称,数量,渠道\r\n");
    for i in 0..300 {
        let (month, day) = (i % 12 + 1, i % 28 + 1);
        text.push_str(&format!(
            "K{:03},2023年{month}月{day}日,\"￥1,{:03}.50\",茶叶,{},门店\r\n",
            i % 40,
            i,
            i % 5 + 1
        ));
    }
    text.push_str("合计,,\"￥375,000\",,,\r\n");
    let (bytes, _, unmappable) = encoding_rs::GBK.encode(&text);
    assert!(!unmappable);
    let (table, loaded) = load(&bytes);
    assert_eq!(table.encoding, "gb18030");
    assert!(table.proposal.certain, "{:#?}", table.proposal);
    let ledger = ledger(&loaded);
    // Sum of 1000.5 + i for i in 0..300.
    assert_eq!((ledger.n_rows(), ledger.n_customers(), total(ledger).as_str()), (300, 40, "345000.00"));
    assert_eq!(loaded.quality.counts.len(), 1);
    assert_eq!(loaded.quality.issues[0].kind, IssueKind::Total);
    assert_eq!(loaded.quality.issues[0].line, 302);
}

/// csv-spectrum (max-mapper, BSD-2-Clause): every file against the JSON beside it.
#[test]
fn csv_spectrum() {
    let mut n = 0;
    for name in [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "location_coordinates",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ] {
        let Some(mut csv) = data(&format!("csv-spectrum/csvs/{name}.csv")) else { return };
        if name.ends_with("_crlf") && !csv.contains(&b'\r') {
            // A checkout may have turned the line ends this file is about into plain ones.
            csv = String::from_utf8(csv).unwrap().replace('\n', "\r\n").into_bytes();
        }
        let json = data(&format!("csv-spectrum/json/{name}.json")).unwrap();
        let mut expected: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let raw = ingest::table(&csv, usize::MAX).unwrap();
        let rows: Vec<serde_json::Value> = raw
            .rows
            .iter()
            .map(|row| {
                let cells = raw.columns.iter().cloned().zip(row.iter().map(|c| c.clone().into()));
                serde_json::Value::Object(cells.collect())
            })
            .collect();
        if name == "location_coordinates" {
            // The JSON holds one object, and another telephone number than the CSV.
            expected["Contact Phone Number"] = "2095257564".into();
            expected = serde_json::Value::Array(vec![expected]);
        }
        assert_eq!(serde_json::Value::Array(rows), expected, "{name}");
        n += 1;
    }
    assert_eq!(n, 12);
}
