//! The whole way from bytes to tables, in small.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;
use crate::customer::{Contracts, Ledger};

fn load_text(text: &str, options: &Options) -> Result<Loaded, Error> {
    let table = read(text.as_bytes(), 5)?;
    load(text.as_bytes(), &Mapping::from(&table.proposal), options, &mut silent)
}

fn loaded(text: &str) -> Loaded {
    let loaded = load_text(text, &Options::default()).unwrap();
    let q = &loaded.quality;
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    assert_eq!(q.rows_set_aside, q.counts.iter().map(|c| c.rows).sum::<u64>());
    loaded
}

fn ledger(text: &str) -> (Ledger, Quality) {
    match loaded(text) {
        Loaded { dataset: Dataset::Transactions(ledger), quality } => (ledger, quality),
        other => panic!("{other:?}"),
    }
}

fn contracts(text: &str) -> (Contracts, Quality) {
    match loaded(text) {
        Loaded { dataset: Dataset::Contracts(contracts), quality } => (contracts, quality),
        other => panic!("{other:?}"),
    }
}

fn failure(text: &str) -> Error {
    load_text(text, &Options::default()).unwrap_err()
}

fn issues(q: &Quality) -> Vec<(u64, IssueKind, &str, &str)> {
    q.issues.iter().map(|i| (i.line, i.kind, i.column_name.as_str(), i.value.as_str())).collect()
}

const HEAD: &str = "customer,date,amount\n";

#[test]
fn a_table_far_below_ends_the_rows_and_is_named() {
    // Further down than the sample reaches.
    let mut text = "customer,date,amount\n".to_owned();
    for i in 0..5000 {
        text.push_str(&format!("c{},2024-01-{:02},{}.50\n", i % 50, i % 28 + 1, i % 90));
    }
    text.push_str("\nregion,share\nnorth,0.4\nsouth,0.6\n");
    let seen = read(text.as_bytes(), 1).unwrap();
    let loaded =
        load(text.as_bytes(), &Mapping::from(&seen.proposal), &Options::default(), &mut silent).unwrap();
    let quality = &loaded.quality;
    assert_eq!((quality.rows_read, quality.rows_used), (5000, 5000));
    assert_eq!(quality.notes, [Note::OtherTables { lines: vec![5003] }]);
    // A blank line among the rows is only a blank line.
    let text = text.replacen("c7,", "\nc7,", 3).replace("\nregion,share\nnorth,0.4\nsouth,0.6\n", "");
    let loaded =
        load(text.as_bytes(), &Mapping::from(&seen.proposal), &Options::default(), &mut silent).unwrap();
    assert_eq!((loaded.quality.rows_used, loaded.quality.notes.len()), (5000, 0));
}

#[test]
fn ex_1_4_b_returns_are_negative_amounts_quantities_and_cancellations() {
    let text = "invoice,customer,date,quantity,unit price\n\
                1001,a,2024-01-01,2,3.50\nC1002,a,2024-01-02,-2,3.50\n1003,b,2024-01-03,-1,2\n\
                1004,b,2024-01-04,1,-4\nC1005,b,2024-01-05,1,4\n1006,c,2024-01-06,-1,-5\n1007,c,2024-01-06,1,1\n";
    let (ledger, q) = ledger(text);
    assert_eq!(ledger.is_return, [false, true, true, true, true, true, false]);
    assert_eq!((ledger.amount, ledger.scale.decimals), (vec![7, -7, -2, -4, -4, -5, 1], 0));
    assert_eq!(q.returns, 5);
    assert_eq!(q.notes, [Note::ReturnsMadeNegative { rows: 1 }]);
    assert_eq!(ledger.quantity.unwrap(), [2.0, -2.0, -1.0, 1.0, 1.0, -1.0, 1.0]);
}

#[test]
fn ex_1_4_c_rows_without_a_customer_are_counted() {
    let (ledger, q) =
        ledger(&format!("{HEAD},2024-01-01,1\n  ,2024-01-01,1\nNULL,2024-01-01,2\na,2024-01-02,3\n"));
    assert_eq!((ledger.n_rows(), q.missing_customer, q.rows_set_aside), (1, 3, 3));
    assert_eq!(issues(&q)[0], (2, IssueKind::MissingCustomer, "customer", ""));
}

#[test]
fn ex_1_4_d_zero_amounts_are_used_and_counted() {
    let (ledger, q) = ledger(&format!("{HEAD}a,2024-01-01,0\na,2024-01-02,0.00\na,2024-01-03,5\n"));
    assert_eq!((ledger.amount, q.zero_amounts, q.returns), (vec![0, 0, 5], 2, 0));
}

#[test]
fn ex_1_4_e_duplicates_are_counted_and_dropped_on_demand() {
    let text = format!(
        "{HEAD}a,2024-01-01,1\nb,2024-01-01,1\na,2024-01-01,1\na,2024-01-01,1\n,2024-01-01,1\n,2024-01-01,1"
    );
    let (kept, q) = ledger(&text);
    assert_eq!((kept.n_rows(), q.duplicates), (4, 3));
    let drop = Options { duplicates: DuplicateRows::Drop, ..Options::default() };
    let q = load_text(&text, &drop).unwrap().quality;
    assert_eq!((q.rows_used, q.rows_set_aside, q.duplicates, q.missing_customer), (2, 4, 3, 2));
    assert_eq!(
        q.counts,
        [
            IssueCount { kind: IssueKind::MissingCustomer, rows: 2 },
            IssueCount { kind: IssueKind::Duplicate, rows: 2 }
        ]
    );
}

#[test]
fn ex_1_4_f_unreadable_and_future_rows_are_set_aside_with_reason() {
    let text = format!(
        "{HEAD}a,2024-01-01,1\n\"x\ny\",2024-13-01,1\na,soon,1\na,2024-01-02,abc\na,2024-01-03,\n\
         a,2024-01-03,99999999999999\na,2024-01-04,1,extra\n\n,,\na,2031-01-01,2\nTotal,,7\n{HEAD}"
    );
    let options = Options { as_of: Day::parse_iso("2030-12-31"), ..Options::default() };
    let q = load_text(&text, &options).unwrap().quality;
    assert_eq!(
        issues(&q),
        [
            (3, IssueKind::BadDate, "date", "2024-13-01"),
            (5, IssueKind::BadDate, "date", "soon"),
            (6, IssueKind::BadAmount, "amount", "abc"),
            (7, IssueKind::BadAmount, "amount", ""),
            (8, IssueKind::AmountTooLarge, "amount", "99999999999999"),
            (9, IssueKind::TooManyCells, "", "extra"),
            (12, IssueKind::FutureDate, "date", "2031-01-01"),
            (13, IssueKind::Total, "customer", "Total"),
            (14, IssueKind::RepeatedHeader, "date", "date"),
        ]
    );
    assert_eq!((q.rows_read, q.rows_used), (10, 1));
}

#[test]
fn customers_are_sorted_and_rows_keep_their_order() {
    let (ledger, _) =
        ledger(&format!("{HEAD}b,2024-01-01,1\n10,2024-01-02,2\n 9 ,2024-01-03,3\nb ,2024-01-04,4\n"));
    assert_eq!(ledger.customers.iter().collect::<Vec<_>>(), ["9", "10", "b"]);
    assert_eq!(ledger.customer, [2, 1, 0, 2]);
    assert_eq!(ledger.amount, [1, 2, 3, 4]);
}

#[test]
fn a_customer_of_unusable_rows_only_is_no_customer() {
    let (ledger, _) = ledger(&format!("{HEAD}a,2024-01-01,1\nghost,never,1\n"));
    assert_eq!(ledger.n_customers(), 1);
}

#[test]
fn money_grows_finer_without_losing_a_cent() {
    let (ledger, _) = ledger(
        "customer,date,amount,cost\na,2024-01-01,10,4.5\na,2024-01-02,0.1234567,\na,2024-01-03,-2.5,1\n",
    );
    assert_eq!(ledger.scale.decimals, 6);
    assert_eq!(ledger.amount, [10_000_000, 123_457, -2_500_000]);
    assert_eq!(ledger.cost.unwrap(), [4_500_000, 0, 1_000_000]);
}

#[test]
fn ambiguous_dates_are_asked_for_and_obeyed() {
    let text = format!("{HEAD}a,01/02/2024,1\nb,03/04/2024,2\n");
    let error = failure(&text);
    assert_eq!(error, Error::AmbiguousDates { column: 1, example: "01/02/2024".into(), line: 2 });
    let table = read(text.as_bytes(), 5).unwrap();
    assert_eq!((table.proposal.certain, table.ambiguous_date.as_deref()), (false, Some("01/02/2024")));
    for (order, first) in [(DateOrder::Dmy, "2024-02-01"), (DateOrder::Mdy, "2024-01-02")] {
        let mapping = Mapping { date_order: Some(order), ..Mapping::from(&table.proposal) };
        let q = load(text.as_bytes(), &mapping, &Options::default(), &mut silent).unwrap().quality;
        assert_eq!((q.first_date.unwrap().iso().as_str(), q.date_order), (first, Some(order)));
    }
    let (_, q) = ledger(&format!("{HEAD}a,01/02/2024,1\nb,25/04/2024,2\n"));
    assert_eq!((q.first_date.unwrap().iso().as_str(), q.date_order), ("2024-02-01", Some(DateOrder::Dmy)));
}

#[test]
fn one_row_decides_the_order_even_far_down() {
    let mut text = String::from(HEAD);
    (0..5000).for_each(|i| text.push_str(&format!("c{},{}/{}/2024,1\n", i % 9, i % 12 + 1, i % 11 + 1)));
    assert_eq!(failure(&text).code(), "ambiguous-dates");
    text.push_str("c1,2/28/2024,1\n");
    assert_eq!(ledger(&text).1.date_order, Some(DateOrder::Mdy));
}

#[test]
fn a_decimal_comma_is_found_even_far_down() {
    let mut text = String::from("customer;date;amount\n");
    (0..50).for_each(|_| text.push_str("a;2024-01-01;1.234\n"));
    assert_eq!(ledger(&text).0.amount[0], 1234);
    assert_eq!(ledger(&text).0.scale.decimals, 3);
    text.push_str("a;2024-01-02;3,50\n");
    let (ledger, _) = ledger(&text);
    assert_eq!((ledger.amount[0], ledger.amount[50], ledger.scale.decimals), (12_340, 35, 1));
}

#[test]
fn serial_dates_need_a_column_of_them() {
    let (_, q) = ledger(&format!("{HEAD}a,45356,1\nb,45357.5,2\n"));
    assert_eq!(q.last_date.unwrap().iso(), "2024-03-06");
    let (_, q) = ledger(&format!("{HEAD}a,2024-03-05,1\nb,2024-03-05,1\nb,45357,2\n"));
    assert_eq!(issues(&q), [(4, IssueKind::BadDate, "date", "45357")]);
}

#[test]
fn headerless_files_are_read_from_their_values() {
    let mut text = String::new();
    for i in 0..200 {
        text.push_str(&format!(
            "{};C{:03};2024-{:02}-{:02};{}.50\n",
            7000 + i / 2,
            i / 2 % 30,
            i / 2 % 12 + 1,
            i / 2 % 28 + 1,
            i
        ));
    }
    let table = read(text.as_bytes(), 5).unwrap();
    let roles: Vec<_> = table.proposal.columns.iter().map(|c| c.role).collect();
    assert_eq!(roles, [Some(Role::Order), Some(Role::Customer), Some(Role::Date), Some(Role::Amount)]);
    assert_eq!(ledger(&text).0.n_customers(), 30);
}

#[test]
fn two_amounts_make_the_proposal_uncertain() {
    let text = "客户编号,下单日期,订单金额,实付金额\n1,2024-01-01,5,4\n2,2024-01-02,6,6\n";
    assert!(!read(text.as_bytes(), 5).unwrap().proposal.certain);
}

#[test]
fn contracts_with_tenure_and_flag() {
    let text = "customerID,tenure,MonthlyCharges,TotalCharges,Churn,Churn Reason\n\
                b,12,10.5,126,Yes,Price\na,0,20, ,No,\nb,3,1,1,No,\nc,x,1,1,No,\nd,2,5,,No,\ne,1,1,1,perhaps,\n";
    let (contracts, q) = contracts(text);
    assert_eq!(contracts.customers.iter().collect::<Vec<_>>(), ["a", "b", "d"]);
    assert_eq!(contracts.tenure_months, [0.0, 12.0, 2.0]);
    assert_eq!(contracts.churned, [false, true, false]);
    assert_eq!(contracts.monthly_charge.unwrap(), [200, 105, 50]);
    assert_eq!(contracts.total_charge.unwrap(), [0, 1260, 0]);
    assert_eq!(
        contracts.reason.unwrap().code,
        [crate::customer::Coded::MISSING, 0, crate::customer::Coded::MISSING]
    );
    assert_eq!(q.notes, [Note::BlankTotals { rows: 2, tenure_zero: 1 }]);
    assert_eq!(
        issues(&q),
        [
            (4, IssueKind::DuplicateCustomer, "customerID", "b"),
            (5, IssueKind::BadAmount, "tenure", "x"),
            (7, IssueKind::BadFlag, "Churn", "perhaps"),
        ]
    );
}

#[test]
fn contracts_with_start_and_end_dates() {
    let text =
        "customer,start date,end date\na,2023-01-01,2024-01-01\nb,2023-07-02,\nc,2024-01-01,2023-01-01\n";
    let (contracts, q) = contracts(text);
    assert_eq!(contracts.churned, [true, false]);
    assert_eq!(contracts.tenure_months[0], 365.0 / 30.4375);
    assert_eq!(contracts.tenure_months[1], 183.0 / 30.4375, "up to the last date of the file");
    assert_eq!(issues(&q), [(4, IssueKind::BadDate, "end date", "2023-01-01")]);
}

#[test]
fn every_error_has_its_file() {
    for (text, code) in [
        ("", "empty"),
        (" \n\r\n\t\n", "empty"),
        ("customer,date,amount\n", "empty"),
        ("customer,date,amount\n,,\n,,\n", "empty"),
        ("date,amount,note\n2024-01-01,5,a\n2024-01-02,5,b\n", "no-customer-column"),
        ("customer,amount\na,5\nb,6\n", "no-date-column"),
        ("customer,date,note\na,2024-01-01,x\nb,2024-01-02,y\n", "no-amount-column"),
        ("customer,date,amount\na,never,5\nb,2024-01-01,many\n", "no-usable-row"),
        ("customer,date,amount\na,01/02/2024,5\n", "ambiguous-dates"),
        ("%PDF-1.7", "unreadable"),
        ("<html><table><tr><td>1</td></tr></table></html>", "unreadable"),
        ("PK\u{3}\u{4}rest", "broken"),
        ("a,b\n1,\0\n", "unreadable"),
    ] {
        assert_eq!(failure(text).code(), code, "{text:?}");
    }
    let text = format!("{HEAD}a,2024-01-01,5\n");
    let tiny = Options { max_bytes: 10, ..Options::default() };
    assert_eq!(load_text(&text, &tiny).unwrap_err(), Error::TooLarge { bytes: text.len() as u64, limit: 10 });
    let mapping = Mapping {
        shape: Shape::Contracts,
        roles: vec![Some(Role::Customer), Some(Role::StartDate)],
        ..Mapping::default()
    };
    let error = load(text.as_bytes(), &mapping, &Options::default(), &mut silent).unwrap_err();
    assert_eq!(error, Error::NoChurnColumn);
    let beyond =
        Mapping { roles: [vec![None; 9], vec![Some(Role::Customer)]].concat(), ..Mapping::default() };
    assert_eq!(
        load(text.as_bytes(), &beyond, &Options::default(), &mut silent).unwrap_err(),
        Error::NoCustomerColumn
    );
}

#[test]
fn progress_reaches_the_end_and_can_stop() {
    let mut text = String::from(HEAD);
    (0..30_000).for_each(|i| text.push_str(&format!("c{},2024-01-{:02},{}\n", i % 99, i % 28 + 1, i)));
    let mapping = Mapping::from(&read(text.as_bytes(), 1).unwrap().proposal);
    let mut calls = Vec::new();
    let mut note = |done, total| {
        calls.push((done, total));
        ControlFlow::Continue(())
    };
    load(text.as_bytes(), &mapping, &Options::default(), &mut note).unwrap();
    let total = text.len() as u64;
    assert!(calls.len() > 3 && calls.is_sorted() && calls.last() == Some(&(total, total)));
    let mut n = 0;
    let mut stop = |_, _| {
        n += 1;
        if n < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let error = load(text.as_bytes(), &mapping, &Options::default(), &mut stop).unwrap_err();
    assert!(matches!(error, Error::Aborted { bytes_done } if bytes_done > 0 && bytes_done < total));
}

#[test]
fn a_mapping_can_overrule_the_header() {
    let text = "ann,2024-01-01,5\nbob,2024-01-02,6\n";
    let roles = vec![Some(Role::Customer), Some(Role::Date), Some(Role::Amount)];
    for (header, n) in [(None, 2), (Some(false), 2), (Some(true), 1)] {
        let told = Told { header, ..Told::default() };
        let mapping = Mapping { roles: roles.clone(), told, ..Mapping::default() };
        let q = load(text.as_bytes(), &mapping, &Options::default(), &mut silent).unwrap().quality;
        assert_eq!((q.rows_used, q.header), (n, header == Some(true)));
    }
}

#[test]
fn quality_is_plain_data() {
    let (_, mut q) = ledger(&format!("{HEAD}a,2024-01-01,1\nb,x,2\n"));
    assert_eq!(q.set_aside.kept(), 1);
    // Every row set aside stays where the file was read.
    q.set_aside = SetAside::default();
    let json = serde_json::to_value(&q).unwrap();
    assert_eq!(json["rowsRead"], 2);
    assert_eq!(json["issues"][0]["kind"], "bad-date");
    assert_eq!(json["issues"][0]["columnName"], "date");
    assert_eq!(json["delimiter"], "comma");
    assert_eq!(serde_json::from_value::<Quality>(json).unwrap(), q);
}

/// Writes rows in a dialect, quoting what needs it.
fn write(rows: &[[String; 4]], delimiter: char, line_end: &str, quote_all: bool) -> String {
    let cell = |c: &String| {
        let needs = quote_all || c.contains([delimiter, '"', '\n', '\r']);
        if needs { format!("\"{}\"", c.replace('"', "\"\"")) } else { c.clone() }
    };
    let line = |row: &[String; 4]| row.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string());
    let mut text = format!("customer{delimiter}date{delimiter}amount{delimiter}product{line_end}");
    rows.iter().for_each(|row| text.push_str(&(line(row) + line_end)));
    text
}

fn any_rows() -> impl Strategy<Value = Vec<[String; 4]>> {
    let row = ("[a-c]{1,2}", 1..28_u32, -500_i32..5000, "[x-z ,;\"|\n]{0,4}");
    let text = row.prop_map(|(customer, day, cents, product)| {
        [customer, format!("2024-03-{day:02}"), format!("{:.2}", f64::from(cents) / 100.0), product]
    });
    prop::collection::vec(text, 1..40)
}

/// Lines most of which are plain rows of the given header, and some anything but.
fn any_lines(cell: &'static str) -> impl Strategy<Value = String> {
    let plain =
        (0..30_u32, 1..29_u32, 0..60_000_u32, 0..9_u32).prop_map(|(customer, day, cents, product)| {
            format!("C{customer},2024-03-{day:02},{}.{:02},{product}", cents / 100, cents % 100)
        });
    let odd = prop::collection::vec(cell, 1..6).prop_map(|cells| cells.join(","));
    let lines = prop::collection::vec(prop_oneof![8 => plain, 1 => odd], 1..120);
    (lines, any::<bool>()).prop_map(|(lines, crlf)| {
        // Each line once: a number of its own stands at its end.
        let lines = lines.iter().enumerate().map(|(i, line)| format!("{line},{i}"));
        lines.collect::<Vec<_>>().join(if crlf { "\r\n" } else { "\n" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn dialect_does_not_change_the_ledger(rows in any_rows(), quote_all: bool) {
        let plain = ledger(&write(&rows, ',', "\n", false)).0;
        prop_assert_eq!(plain.n_rows(), rows.len());
        for delimiter in [',', ';', '\t', '|'] {
            for line_end in ["\n", "\r\n", "\r"] {
                let text = write(&rows, delimiter, line_end, quote_all);
                prop_assert_eq!(&ledger(&text).0, &plain, "{:?}", text);
            }
        }
    }

    /// Rows are only looked at one by one where equal ones are to be dropped; here none are equal.
    #[test]
    fn rows_taken_together_are_those_taken_one_by_one(
        lines in any_lines("(C7| C8 |客户|null|2024-02-30|20240105|3/5/2024|-4|7.125|1234567.5|1,5|\"a\"|\"| x| )"),
    ) {
        let text = format!("customer,date,amount,product,order\n{lines}\n");
        let mapping = Mapping {
            roles: [Role::Customer, Role::Date, Role::Amount, Role::Product, Role::Order].map(Some).to_vec(),
            date_order: Some(DateOrder::Dmy),
            ..Mapping::default()
        };
        let quantity = Mapping {
            roles: [Role::Customer, Role::Date, Role::UnitPrice, Role::Quantity, Role::Order].map(Some).to_vec(),
            ..mapping.clone()
        };
        let as_of = Day::from_ymd(2024, 3, 20);
        for mapping in [mapping, quantity] {
            let load = |duplicates| {
                let options = Options { as_of, duplicates, ..Options::default() };
                load(text.as_bytes(), &mapping, &options, &mut silent)
            };
            prop_assert_eq!(load(DuplicateRows::Keep), load(DuplicateRows::Drop), "{}", text);
        }
    }

    #[test]
    fn row_order_does_not_change_totals_or_names(rows in any_rows()) {
        let forward = ledger(&write(&rows, ',', "\n", false)).0;
        let backward = ledger(&write(&rows.iter().rev().cloned().collect::<Vec<_>>(), ',', "\n", false)).0;
        prop_assert_eq!(&forward.customers, &backward.customers);
        prop_assert_eq!(forward.scale, backward.scale);
        prop_assert!(forward.amount.iter().eq(backward.amount.iter().rev()));
        prop_assert!(forward.customer.iter().eq(backward.customer.iter().rev()));
        prop_assert_eq!(forward.product.map(|p| p.names), backward.product.map(|p| p.names));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(seen) = read(&bytes, 5) {
            let _ = load(&bytes, &Mapping::from(&seen.proposal), &Options::default(), &mut silent);
        }
    }

    #[test]
    fn any_text_reconciles(lines in prop::collection::vec("[0-9a,;\"/年. -]{0,14}", 0..20)) {
        let text = format!("{HEAD}a,2024-01-01,1\n{}", lines.join("\n"));
        let mapping = Mapping {
            roles: vec![Some(Role::Customer), Some(Role::Date), Some(Role::Amount)],
            date_order: Some(DateOrder::Dmy),
            ..Mapping::default()
        };
        if let Ok(Loaded { quality: q, .. }) = load(text.as_bytes(), &mapping, &Options::default(), &mut silent) {
            prop_assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
            prop_assert_eq!(q.rows_set_aside, q.counts.iter().map(|c| c.rows).sum::<u64>());
        }
    }
}

#[test]
fn a_proposal_names_the_first_role_it_lacks() {
    let missing = |text: &str| read(text.as_bytes(), 5).unwrap().proposal.missing();
    let rows = |line: fn(usize) -> String| (0..40).map(line).collect::<String>();
    let no_customer = format!("date,amount\n{}", rows(|i| format!("2024-01-{:02},{i}.50\n", i % 28 + 1)));
    let no_date = format!("customer,amount\n{}", rows(|i| format!("C{},{i}.50\n", i % 9)));
    let no_amount = format!("customer,date\n{}", rows(|i| format!("C{},2024-01-{:02}\n", i % 9, i % 28 + 1)));
    let whole = format!(
        "customer,date,amount\n{}",
        rows(|i| format!("C{},2024-01-{:02},{i}.50\n", i % 9, i % 28 + 1))
    );
    assert_eq!(missing(&no_customer), Some(Error::NoCustomerColumn));
    assert_eq!(missing(&no_date), Some(Error::NoDateColumn));
    assert_eq!(missing(&no_amount), Some(Error::NoAmountColumn));
    assert_eq!(missing(&whole), None);
}

#[test]
fn of_several_tables_one_is_read_and_the_others_are_named() {
    let shares = "region,share\nN,0.5\nS,0.5\n";
    let sales = "customer,date,amount\na,2024-01-01,5\nb,2024-01-02,6\nc,2024-01-03,7\n";
    let file = format!("{shares}\n{sales}\n{shares}");
    let mapping = Mapping::from(&read(file.as_bytes(), 5).unwrap().proposal);
    let quality = load(file.as_bytes(), &mapping, &Options::default(), &mut silent).unwrap().quality;
    assert_eq!((quality.rows_read, quality.rows_used), (3, 3));
    assert!(quality.notes.contains(&Note::OtherTables { lines: vec![1, 10] }), "{:?}", quality.notes);
}

#[test]
fn an_encoding_that_shows_late_is_found_late() {
    // Two megabytes of ASCII, then names in GBK.
    let mut text = "客户,日期,金额\n".to_owned();
    text = text.replace("客户,日期,金额", "customer,date,amount");
    for i in 0..80_000 {
        text.push_str(&format!("C{},2024-01-{:02},12.50\n", i % 900, i % 28 + 1));
    }
    for i in 0..200 {
        text.push_str(&format!("张伟{i},2024-02-03,7\n"));
    }
    let (bytes, _, _) = encoding_rs::GBK.encode(&text);
    assert!(bytes.len() > 1 << 20);
    let mapping = Mapping::from(&read(&*bytes, 5).unwrap().proposal);
    let found = load(&*bytes, &mapping, &Options::default(), &mut silent).unwrap();
    assert_eq!((found.quality.encoding.as_str(), found.quality.rows_used), ("gb18030", 80_200));
    let Dataset::Transactions(ledger) = found.dataset else { panic!("transactions") };
    assert!(ledger.customers.iter().any(|c| c == "张伟7"));
}

#[test]
fn utf16_without_a_mark_is_read() {
    let mut text = "客户编号,下单日期,订单金额\n".to_owned();
    (0..60).for_each(|i| text.push_str(&format!("张伟{},2024-03-{:02},{}.50\n", i % 7, i % 28 + 1, i)));
    let expected = load_text(&text, &Options::default()).unwrap().dataset;
    for to_bytes in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
        let mapping = Mapping::from(&read(&bytes, 5).unwrap().proposal);
        assert_eq!(load(&bytes, &mapping, &Options::default(), &mut silent).unwrap().dataset, expected);
    }
}

#[test]
fn a_file_that_goes_away_says_so() {
    struct Gone(Vec<u8>);
    impl Source for Gone {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }
        fn read_at(&self, offset: u64, into: &mut [u8]) -> std::io::Result<usize> {
            if offset > 1 << 20 {
                Err(std::io::ErrorKind::NotFound.into())
            } else {
                self.0.read_at(offset, into)
            }
        }
    }
    let mut text = "customer,date,amount\n".to_owned();
    (0..100_000).for_each(|i| text.push_str(&format!("C{},2024-01-{:02},12.50\n", i % 900, i % 28 + 1)));
    let file = Gone(text.into_bytes());
    let mapping = Mapping::from(&read(&file, 5).unwrap().proposal);
    let error = load(&file, &mapping, &Options::default(), &mut silent).unwrap_err();
    assert!(matches!(error, Error::Lost { byte } if byte >= 1 << 20), "{error}");
    assert_eq!(error.code(), "unreadable");
}
