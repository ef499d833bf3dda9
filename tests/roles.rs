//! What a row is, and what each column: the four readings of a main table, and the tables beside it, in three scripts.
//!
//! Real files are found through `TENURE_DATA`, as in `ingest.rs`.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::data;
use tenure::customer::{Dataset, Day, Grain, Ledger, Month};
use tenure::ingest::columns::fingerprint;
use tenure::ingest::side::{self, Place, SideKind, SideMapping, SideQuality, Why};
use tenure::ingest::{
    self, DateOrder, Error, IssueKind, Loaded, Mapping, Note, Options, Role, Shape, Table, flag,
};

fn look(text: &str) -> Table {
    ingest::read(text.as_bytes(), 5).unwrap()
}

fn load(bytes: &[u8]) -> (Table, Loaded) {
    let table = ingest::read(bytes, 5).unwrap();
    let mapping = Mapping::from(&table.proposal);
    let loaded = ingest::load(bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap();
    let q = &loaded.quality;
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    assert_eq!(q.shape, table.proposal.shape);
    (table, loaded)
}

fn ledger(loaded: &Loaded) -> &Ledger {
    match &loaded.dataset {
        Dataset::Transactions(ledger) => ledger,
        Dataset::Contracts(_) => panic!("expected a ledger"),
    }
}

fn roles(table: &Table) -> Vec<Option<Role>> {
    table.proposal.columns.iter().map(|c| c.role).collect()
}

fn total(ledger: &Ledger) -> f64 {
    ledger.scale.to_f64(ledger.amount.iter().map(|a| i128::from(*a)).sum())
}

/// A header and thirty rows, each made of its number.
fn file(header: &str, row: impl Fn(u32) -> String) -> String {
    let mut text = format!("{header}\n");
    for i in 0..30 {
        text.push_str(&row(i));
        text.push('\n');
    }
    text
}

fn check(shape: Shape, headers: [&str; 3], expected: &[Option<Role>], row: impl Fn(u32) -> String) {
    for header in headers {
        let text = file(header, &row);
        let table = look(&text);
        assert_eq!(table.proposal.shape, shape, "{header}");
        assert_eq!(roles(&table), expected, "{header}");
        assert!(table.proposal.certain, "{header}: {:#?}", table.proposal.columns);
        let (_, loaded) = load(text.as_bytes());
        assert_eq!(loaded.quality.rows_used, 30, "{header}: {:?}", loaded.quality.issues);
    }
}

#[test]
fn purchases_in_three_scripts() {
    use Role::{
        Amount, AmountPaid, Category, Channel, Cost, Customer, Date, DueDate, ListPrice, Order, PaidDate,
        Product, Promotion, Quantity, Segment, ServiceCost,
    };
    let expected = [
        Customer,
        Order,
        Date,
        DueDate,
        PaidDate,
        Amount,
        AmountPaid,
        Cost,
        ServiceCost,
        Product,
        Category,
        Quantity,
        ListPrice,
        Promotion,
        Channel,
        Segment,
    ]
    .map(Some);
    check(
        Shape::Transactions,
        [
            "Customer ID,Order No,Order Date,Due Date,Payment Date,Invoice Amount,Amount Paid,Cost,Service Cost,Product,\
             Category,Quantity,List Price,Promotion,Channel,Segment",
            "客户编号,订单号,下单日期,到期日,付款日期,发票金额,已付金额,成本,服务成本,商品,类别,数量,标价,促销活动,渠道,客户分群",
            "客戶編號,訂單號,下單日期,到期日期,付款日期,發票金額,已付金額,總成本,服務成本,商品名稱,類別,數量,標價,促銷活動,銷售渠道,客戶分群",
        ],
        &expected,
        |i| {
            let (month, day) = (1 + i % 12, 1 + i % 28);
            format!(
                "C{},{},2024-{month:02}-{day:02},2024-{month:02}-28,2024-{month:02}-27,{}.50,{}.50,5,1.25,tea,drinks,2,9.99,\
                 spring,web,north",
                i % 7,
                1000 + i,
                10 + i,
                10 + i
            )
        },
    );
}

#[test]
fn contracts_in_three_scripts() {
    use Role::{Churned, Customer, EndDate, MonthlyCharge, Reason, Segment, StartDate, TotalCharge};
    check(
        Shape::Contracts,
        [
            "Customer ID,Start Date,End Date,Churned,Monthly Charge,Total Charges,Churn Reason,Customer Segment",
            "客户编号,开始日期,结束日期,是否流失,月费,累计费用,流失原因,客户分群",
            "客戶編號,開始日期,結束日期,是否離網,月費,累計費用,離網原因,客戶分群",
        ],
        &[Customer, StartDate, EndDate, Churned, MonthlyCharge, TotalCharge, Reason, Segment].map(Some),
        |i| {
            let (end, left, why) = if i % 3 == 0 { ("2024-05-31", "是", "price") } else { ("", "否", "") };
            format!("K{i},2023-0{}-01,{end},{left},20.5,{},{why},gold", 1 + i % 9, 100 + i)
        },
    );
    let (_, loaded) =
        load(file("id,tenure,churn,segment,wallet", |i| format!("{i},{i},{},north,900", i % 2)).as_bytes());
    let Dataset::Contracts(contracts) = &loaded.dataset else { panic!("contracts") };
    assert_eq!(contracts.side.profile.segment.as_ref().unwrap().names.get(0), "north");
    assert_eq!(contracts.side.profile.wallet_per_year.as_ref().unwrap()[4], Some(900.0));
    assert_eq!(contracts.attributes.len(), 1, "the segment may tell leavers from stayers as well");
}

#[test]
fn roll_ups_in_three_scripts() {
    use Role::{Amount, Cost, Customer, OrderCount, Period};
    let expected = [Customer, Period, Amount, OrderCount, Cost].map(Some);
    for (headers, period) in [
        (
            [
                "customer_id,month,revenue,n_transactions,cost",
                "客户编号,月份,销售额,订单数,成本",
                "客戶編號,月份,銷售額,訂單數,總成本",
            ],
            (|i| format!("2024-{:02}", 1 + i)) as fn(u32) -> String,
        ),
        (
            [
                "customer,period,value,orders,cost",
                "客户,期间,金额,交易次数,成本",
                "客戶,期間,金額,交易次數,成本金額",
            ],
            |i| format!("2024年{}月", 1 + i),
        ),
        (
            [
                "client,quarter,sales,transactions,cost",
                "客户,季度,金额,笔数,成本",
                "客戶,季度,金額,筆數,總成本",
            ],
            |i| format!("20{}年第{}季度", 20 + i / 4, 1 + i % 4),
        ),
        (
            [
                "client,Quarter,sales,number of orders,cost",
                "客户,季度,金额,购买次数,成本",
                "客戶,季度,金額,購買次數,總成本",
            ],
            |i| format!("20{}Q{}", 20 + i / 4, 1 + i % 4),
        ),
        (
            [
                "member,year,spend,purchases,cost",
                "会员,年度,消费金额,消费次数,成本",
                "會員,年份,消費金額,消費次數,總成本",
            ],
            |i| format!("{}", 2010 + i),
        ),
        (
            [
                "member,yearmonth,spend,orders,cost",
                "会员,年月,消费金额,消费次数,成本",
                "會員,統計月份,消費金額,消費次數,總成本",
            ],
            |i| format!("2023{:02}", 1 + i),
        ),
        (
            // A usual name of a date, whose values are months.
            [
                "member,date,spend,orders,cost",
                "会员,日期,消费金额,消费次数,成本",
                "會員,日期,消費金額,消費次數,總成本",
            ],
            |i| format!("2023/{}", 1 + i),
        ),
    ] {
        check(Shape::RollUps, headers, &expected, |i| {
            format!("{},{},{}.25,{},3", i % 5, period(i / 5), 100 + i, 1 + i % 3)
        });
    }
}

#[test]
fn one_row_per_customer_in_three_scripts() {
    use Role::{Amount, Customer, FirstDate, LastDate, OrderCount};
    check(
        Shape::Customers,
        [
            "Customer,First Purchase Date,Last Purchase Date,Number of Orders,Total Revenue",
            "客户编号,首次购买日期,最近购买日期,购买次数,累计消费",
            "客戶編號,首次購買日期,最近購買日期,購買次數,累計消費",
        ],
        &[Customer, FirstDate, LastDate, OrderCount, Amount].map(Some),
        |i| format!("{i},2023-01-0{},2024-02-1{},{},{}.75", 1 + i % 9, i % 10, 1 + i % 4, 10 + i),
    );
}

#[test]
fn a_date_or_an_order_line_makes_it_purchases() {
    // A month beside the day does not make it a roll-up, and neither does one row per customer.
    let table =
        look(&file("customer,month,date,amount", |i| format!("{i},2024-01,2024-01-{:02},5", 1 + i % 28)));
    assert_eq!((table.proposal.shape, table.proposal.certain), (Shape::Transactions, true));
    // Days under the name of a month, beside products.
    let table = look(&file("customer,month,product,amount", |i| {
        format!("{},2024-01-{:02},tea,5", i % 3, 1 + i % 28)
    }));
    assert_eq!((table.proposal.shape, table.proposal.column(Role::Date)), (Shape::Transactions, Some(1)));
    // Several rows of a customer in a month: the user is asked.
    let table = look(&file("customer,month,amount", |i| format!("{},2024-01,{i}", i % 3)));
    assert_eq!((table.proposal.shape, table.proposal.certain), (Shape::RollUps, false));
}

#[test]
fn invoices_costs_and_segments_of_purchases() {
    let text = "customer,order,date,due date,paid date,amount,profit,service cost,segment\n\
        ann,1,2024-01-05,2024-02-04,2024-02-01,100,40,3,gold\n\
        ann,1,2024-01-05,2024-02-04,2024-02-01,50.5,10.25,,gold\n\
        bob,2,2024-01-06,2024-02-05,,70,70,,silver\n\
        bob,3,2024-01-07,,,10,,,gold\n\
        bob,4,2024-01-08,2024-02-08,soon,20,5,,silver\n";
    let (table, loaded) = load(text.as_bytes());
    assert!(table.proposal.certain);
    let l = ledger(&loaded);
    assert_eq!((l.scale.decimals, l.amount.as_slice()), (2, [10_000, 5_050, 7_000, 1_000, 2_000].as_slice()));
    assert_eq!(l.cost.as_deref().unwrap(), [6_000, 4_025, 0, 1_000, 1_500], "amount less profit");
    let payments = l.side.payments.as_ref().unwrap();
    assert_eq!(payments.customer, [0, 0, 1]);
    assert_eq!(payments.amount_due, [10_000, 5_050, 7_000]);
    assert_eq!(payments.amount_paid, [10_000, 5_050, 0], "paid in full where there is a day");
    let invoice = payments.invoice.as_ref().unwrap();
    assert!(invoice[0] == invoice[1] && invoice[1] != invoice[2]);
    assert_eq!(payments.paid, [Day::parse_iso("2024-02-01"), Day::parse_iso("2024-02-01"), None]);
    let contacts = l.side.contacts.as_ref().unwrap();
    assert_eq!(
        (contacts.customer.as_slice(), contacts.cost.as_deref()),
        ([0].as_slice(), Some([300].as_slice()))
    );
    let segment = l.side.profile.segment.as_ref().unwrap();
    assert_eq!([segment.names.get(segment.code[0]), segment.names.get(segment.code[1])], ["gold", "silver"]);
    let notes = &loaded.quality.notes;
    assert!(notes.contains(&Note::NoInvoice { rows: 2 }), "{notes:?}");
    assert!(notes.contains(&Note::BlankNumbers { role: Role::Margin, rows: 1 }), "{notes:?}");
    assert!(!loaded.quality.missing.contains(&Role::Cost));
    // A margin of shares is no money.
    let table = look(&file("customer,date,amount,margin", |i| format!("{i},2024-01-01,50,0.{i}")));
    assert_eq!(table.proposal.column(Role::Margin), None);
    // Without a due date, an amount paid is the amount and a day of payment the day.
    let table = look(&file("customer,payment date,amount paid", |i| format!("{i},2024-01-01,50")));
    assert_eq!(roles(&table), [Role::Customer, Role::Date, Role::Amount].map(Some));
}

#[test]
fn one_column_of_dates_decides_for_the_others() {
    let text = file("customer,date,due date,amount", |i| {
        format!("{},0{}/0{}/2024,{}/03/2024,5", i % 4, 1 + i % 9, 1 + i % 8, 13 + i % 15)
    });
    let (table, loaded) = load(text.as_bytes());
    assert_eq!(
        (table.date_order, table.ambiguous_date, table.proposal.certain),
        (Some(DateOrder::Dmy), None, true)
    );
    assert_eq!(loaded.quality.date_order, Some(DateOrder::Dmy));
}

/// Purchases of 40 customers over two years: (customer, day, cents).
fn purchases() -> Vec<(u32, Day, i64)> {
    let first = Day::from_ymd(2022, 1, 1).unwrap().0;
    let mut state = 12_345_u64;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    (0..2_000).map(|_| (next(40) as u32, Day(first + next(730) as i32), 1 + next(50_000) as i64)).collect()
}

fn by_month(ledger: &Ledger) -> BTreeMap<(String, Month), i64> {
    let mut sums = BTreeMap::new();
    for ((&c, day), &amount) in ledger.customer.iter().zip(&ledger.day).zip(&ledger.amount) {
        *sums.entry((ledger.customers.get(c).to_owned(), day.month())).or_insert(0) += amount;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

#[test]
fn roll_ups_have_the_sums_of_the_purchases_they_were_made_of() {
    let rows = purchases();
    let mut text = String::from("customer,date,amount\n");
    let mut sums: BTreeMap<(u32, Month), (i64, u32)> = BTreeMap::new();
    for &(c, day, cents) in &rows {
        text.push_str(&format!("{c},{},{}.{:02}\n", day.iso(), cents / 100, cents % 100));
        let sum = sums.entry((c, day.month())).or_default();
        *sum = (sum.0 + cents, sum.1 + 1);
    }
    let (_, purchases) = load(text.as_bytes());
    let mut text = String::from("customer,month,value,n_transactions\n");
    for ((c, month), (cents, n)) in &sums {
        text.push_str(&format!("{c},{},{}.{:02},{n}\n", month.iso(), cents / 100, cents % 100));
    }
    // A month without a purchase, which no list of purchases can have.
    text.push_str("7,2024-01,0,0\n");
    let (table, rolled) = load(text.as_bytes());
    assert!(table.proposal.certain && table.proposal.shape == Shape::RollUps);
    let (l, q) = (ledger(&rolled), &rolled.quality);
    assert_eq!(by_month(l), by_month(ledger(&purchases)));
    assert_eq!(l.n_orders.as_ref().unwrap().iter().sum::<u32>(), 2_000);
    assert_eq!(l.grain, Grain::Period { months: 1 });
    assert_eq!(
        (q.rows_read, q.zero_amounts, q.last_date),
        (sums.len() as u64 + 1, 1, Day::parse_iso("2024-01-31"))
    );
    assert_eq!(q.notes, [Note::RolledUp { months: 1, no_calendar: false, orders_known: true }]);
    assert_eq!(q.missing, [Role::Cost, Role::Margin, Role::Segment]);
}

#[test]
fn series_of_stages_are_roll_ups_of_600_customers() {
    for name in [
        "cv10",
        "cv25",
        "cv50",
        "cv25-left40",
        "cv25-season30",
        "cv25-setbacks50",
        "orders1",
        "orders2",
        "orders4",
        "orders10",
        "orders4-season30",
    ] {
        let Some(bytes) = data(&format!("stages/{name}.csv")) else { return };
        let (table, loaded) = load(&bytes);
        assert!(table.proposal.certain, "{name}: {:#?}", table.proposal);
        let (l, q) = (ledger(&loaded), &loaded.quality);
        let text = String::from_utf8(bytes).unwrap();
        let cells: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert_eq!((q.rows_read, q.rows_set_aside, l.n_customers()), (cells.len() as u64, 0, 600), "{name}");
        let sum = |column: usize| cells.iter().map(|row| row[column].parse::<f64>().unwrap()).sum::<f64>();
        assert!((total(l) - sum(5)).abs() < 1e-4, "{name}");
        assert_eq!(f64::from(l.n_orders.as_ref().unwrap().iter().sum::<u32>()), sum(6), "{name}");
        let last = cells.iter().map(|row| row[4].parse::<i32>().unwrap()).max().unwrap();
        assert_eq!(q.last_date.unwrap().month(), Month(24_000 + last), "{name}: number 0 is January 2000");
        assert!(q.notes.contains(&Note::RolledUp { months: 1, no_calendar: true, orders_known: true }));
    }
}

#[test]
fn rfm_files() {
    if let Some(bytes) = data("rfm-r/rfm_data_orders.csv") {
        let (table, loaded) = load(&bytes);
        let (l, q) = (ledger(&loaded), &loaded.quality);
        assert!(table.proposal.certain && table.proposal.shape == Shape::Transactions);
        assert_eq!((q.rows_read, q.rows_used, l.n_customers(), total(l)), (4_906, 4_906, 995, 464_158.0));
        let [first, last] = [q.first_date, q.last_date].map(|d| d.unwrap().iso());
        assert_eq!([first.as_str(), last.as_str()], ["2001-10-29", "2006-12-30"]);
    }
    if let Some(bytes) = data("rfm-r/rfm_data_customer.csv") {
        let (table, loaded) = load(&bytes);
        let (l, q) = (ledger(&loaded), &loaded.quality);
        assert_eq!((table.proposal.shape, table.proposal.certain), (Shape::Customers, true));
        assert_eq!(
            (q.rows_read, q.rows_used, l.n_customers(), total(l)),
            (39_999, 39_999, 39_999, 37_537_400.0)
        );
        assert_eq!(q.notes, [Note::OnlyTotals { orders_known: true }]);
        let who = l.customers.iter().position(|n| n == "22086").unwrap();
        let row = l.customer.iter().position(|&c| c as usize == who).unwrap();
        assert_eq!(
            (l.amount[row], l.n_orders.as_ref().unwrap()[row], l.day[row].iso().as_str()),
            (777, 9, "2006-05-14")
        );
    }
}

/// Files that are one row per customer and say nothing of time: what they lack is said.
#[test]
fn files_without_time_say_what_they_lack() {
    let refused = |bytes: &[u8]| {
        let table = ingest::read(bytes, 5).unwrap();
        let mapping = Mapping::from(&table.proposal);
        let error = ingest::load(bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap_err();
        assert_eq!(table.proposal.missing().as_ref(), Some(&error), "known before the file is read");
        assert_eq!((table.proposal.shape, table.proposal.certain), (Shape::Customers, false));
        (table, error)
    };
    for name in ["cdnow/cdnow_customers_summary.csv", "cdnow/cdnow_customers_summary_with_transactions.csv"] {
        let Some(bytes) = data(name) else { continue };
        let (table, error) = refused(&bytes);
        assert_eq!(table.proposal.column(Role::Customer), Some(0));
        let lacks = vec![Role::LastDate, Role::Amount];
        assert_eq!(
            error,
            Error::OneRowPerCustomer { lacks, or_as_contract: vec![Role::Tenure, Role::Churned] }
        );
        assert_eq!(ingest::table(&bytes[..], usize::MAX).unwrap().rows.len(), 2_357);
    }
    let (_, error) = refused(file("customer,tenure,plan", |i| format!("{i},{},basic", i % 9)).as_bytes());
    let lacks = vec![Role::LastDate, Role::Amount];
    assert_eq!(error, Error::OneRowPerCustomer { lacks, or_as_contract: vec![Role::Churned] });
    if let Some(bytes) = data("credit-default/UCI_Credit_Card.csv") {
        let (table, error) = refused(&bytes);
        let lacks = vec![Role::LastDate, Role::Amount];
        assert_eq!(error, Error::OneRowPerCustomer { lacks, or_as_contract: vec![Role::Tenure] });
        assert_eq!(error.code(), "no-date-column");
        let defaulted = table.proposal.column(Role::Churned).unwrap();
        assert_eq!(table.columns[defaulted], "default.payment.next.month");
        let rows = ingest::table(&bytes[..], usize::MAX).unwrap().rows;
        let n = rows.iter().filter(|row| flag::parse(&row[defaulted]) == Some(true)).count();
        assert_eq!((rows.len(), rows[0].len(), n), (30_000, 25, 6_636));
    }
}

#[test]
fn contracts_and_online_retail() {
    if let Some(bytes) = data("telco/Telco-Customer-Churn.csv") {
        let (table, loaded) = load(&bytes);
        let Dataset::Contracts(contracts) = &loaded.dataset else { panic!("contracts") };
        assert!(table.proposal.certain && table.columns.len() == 21);
        let left = contracts.churned.iter().filter(|c| **c).count();
        assert_eq!((contracts.customers.len(), left, loaded.quality.rows_read), (7_043, 1_869, 7_043));
        assert_eq!(loaded.quality.notes, [Note::BlankTotals { rows: 11, tenure_zero: 11 }]);
    }
    if let Some(bytes) = data("online-retail/online_retail_excerpt.csv") {
        let (_, loaded) = load(&bytes);
        let (l, q) = (ledger(&loaded), &loaded.quality);
        assert_eq!((q.rows_read, q.rows_set_aside, q.missing_customer), (25_991, 958, 958));
        assert_eq!((l.n_customers(), q.shape), (270, Shape::Transactions));
        assert_eq!(l.grain, Grain::Purchase);
    }
}

/// A main table of three customers: `7`, `007` and `ann`, amounts without decimals.
fn three() -> Loaded {
    load(b"customer,date,amount\n7,2024-01-05,100\n007,2024-02-06,200\nann,2024-03-07,300\n").1
}

fn join(loaded: &mut Loaded, text: &str) -> SideQuality {
    let proposal = look(text).side.unwrap();
    assert!(proposal.certain, "{text}: {:#?}", proposal);
    let mapping = SideMapping::from(&proposal);
    let q =
        side::load(text.as_bytes(), "side.csv", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap();
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    assert_eq!(q.rows_set_aside, q.counts.iter().map(|c| c.rows).sum::<u64>());
    assert_eq!((q.name.as_str(), q.kind), ("side.csv", proposal.kind));
    q
}

#[test]
fn payments_in_three_scripts() {
    for header in [
        "invoice no,customer,due date,paid date,amount due,amount paid",
        "发票号码,客户编号,到期日,付款日期,应付金额,已付金额",
        "發票號碼,客戶編號,到期日期,付款日期,應付金額,已付金額",
    ] {
        let mut loaded = three();
        let q = join(
            &mut loaded,
            &format!(
                "{header}\nA,007,2024-03-01,2024-02-20,200.50,200.50\nA,007,2024-03-01,2024-03-20,0,10\n\
                 B,7,2024-03-02,未付,99,\nC,ann,2024-03-03,2024-03-01,5,5\nD,eve,2024-03-03,,5,\nE,,2024-03-03,,5,\n\
                 F,ann,never,,5,\n"
            ),
        );
        assert_eq!((q.rows_read, q.rows_used, q.unknown_customers), (7, 4, 1));
        let issues: Vec<_> = q.issues.iter().map(|i| (i.line, i.kind, i.value.as_str())).collect();
        assert_eq!(
            issues,
            [
                (6, IssueKind::UnknownCustomer, "eve"),
                (7, IssueKind::MissingCustomer, ""),
                (8, IssueKind::BadDate, "never")
            ]
        );
        let l = ledger(&loaded);
        assert_eq!((l.scale.decimals, l.amount.as_slice()), (1, [1_000, 2_000, 3_000].as_slice()));
        let names: Vec<&str> = l.customers.iter().collect();
        let p = l.side.payments.as_ref().unwrap();
        let who: Vec<&str> = p.customer.iter().map(|&c| names[c as usize]).collect();
        assert_eq!(who, ["007", "007", "7", "ann"], "007 and 7 are two customers");
        assert_eq!(
            (p.amount_due.as_slice(), p.amount_paid.as_slice()),
            ([2_005, 0, 990, 50].as_slice(), [2_005, 100, 0, 50].as_slice())
        );
        assert_eq!(p.paid[2], None);
        let invoice = p.invoice.as_ref().unwrap();
        assert!(invoice[0] == invoice[1] && invoice[2] != invoice[3]);
    }
}

#[test]
fn contacts_in_three_scripts() {
    for header in [
        "ticket,customer id,contact date,contact type,minutes,cost,resolved",
        "工单,客户编号,联系日期,接触类型,时长,服务成本,是否解决",
        "工單,客戶編號,聯絡日期,接觸類型,時長,服務成本,是否解決",
    ] {
        let mut loaded = three();
        let q = join(
            &mut loaded,
            &format!(
                "{header}\n1,7,2024-04-01,投诉,12.5,3.25,yes\n2,ann,2024-04-02,question,,,否\n3,x,2024-04-02,,,,\n"
            ),
        );
        assert_eq!((q.kind, q.rows_used, q.unknown_customers), (SideKind::Contacts, 2, 1));
        let l = ledger(&loaded);
        let c = l.side.contacts.as_ref().unwrap();
        assert_eq!(
            (c.customer.as_slice(), c.minutes.as_deref()),
            ([1, 2].as_slice(), Some([12.5, 0.0].as_slice()))
        );
        assert_eq!((c.cost.as_deref(), l.scale.decimals), (Some([325, 0].as_slice()), 2));
        assert_eq!(c.is_complaint.as_deref(), Some([true, false].as_slice()));
        assert_eq!(c.is_resolved.as_deref(), Some([true, false].as_slice()));
    }
}

#[test]
fn referrals_exits_and_facts_in_three_scripts() {
    for header in ["referrer,new customer,date", "推荐人,新客户,推荐日期", "推薦人,新客戶,推薦日期"]
    {
        let mut loaded = three();
        let q = join(&mut loaded, &format!("{header}\n7,ann,2024-01-01\nann,eve,\neve,7,2024-01-01\n"));
        assert_eq!((q.kind, q.rows_used, q.unknown_customers), (SideKind::Referrals, 2, 1));
        let r = ledger(&loaded).side.referrals.as_ref().unwrap();
        assert_eq!(
            (r.referrer.as_slice(), r.referred.as_slice()),
            ([1, 2].as_slice(), [Some(2), None].as_slice())
        );
    }
    for header in ["customer,exit date,reason", "客户编号,流失日期,流失原因", "客戶編號,退出日期,退出原因"]
    {
        let mut loaded = three();
        let q = join(&mut loaded, &format!("{header}\nann,2024-05-01,price\n7,,服务差\n"));
        assert_eq!((q.kind, q.rows_used), (SideKind::Exits, 2));
        let e = ledger(&loaded).side.exits.as_ref().unwrap();
        assert_eq!(
            (e.day[0], e.reason.names.get(e.reason.code[1])),
            (Day::parse_iso("2024-05-01"), "服务差")
        );
    }
    for header in [
        "customer,segment,wallet,acquisition cost,acquired date",
        "客户编号,客户分群,年采购总额,获客成本,获客日期",
        "客戶編號,客戶分群,年採購總額,獲客成本,獲客日期",
    ] {
        let mut loaded = three();
        let text = format!("{header}\n007,gold,5000,20,2023-12-01\nann,,,,\neve,gold,1,1,2024-01-01\n");
        let q = join(&mut loaded, &text);
        assert_eq!((q.kind, q.rows_used, q.unknown_customers), (SideKind::Customers, 2, 1));
        let p = &ledger(&loaded).side.profile;
        assert_eq!(p.wallet_per_year.as_deref(), Some([Some(5000.0), None, None].as_slice()));
        assert_eq!(p.acquisition_cost.as_deref(), Some([Some(20.0), None, None].as_slice()));
        assert_eq!(p.acquired.as_deref(), Some([Day::parse_iso("2023-12-01"), None, None].as_slice()));
        assert_eq!(p.segment.as_ref().unwrap().names.get(0), "gold");
    }
}

#[test]
fn surveys_long_and_wide_in_three_scripts() {
    for header in ["customer,question,score", "客户编号,题目,得分", "客戶編號,題目,得分"] {
        let mut loaded = three();
        let q = join(&mut loaded, &format!("{header}\n7,Trust,4\n7,满意度,5\nann,Trust,2\n"));
        assert_eq!((q.kind, q.rows_used), (SideKind::Survey, 3));
        let s = ledger(&loaded).side.survey.as_ref().unwrap();
        assert_eq!((s.score.as_slice(), s.item.names.len()), ([4.0, 5.0, 2.0].as_slice(), 2));
    }
    for (header, items) in [
        ("customer,Trust,Satisfaction", ["Trust", "Satisfaction"]),
        ("客户编号,信任程度,满意度", ["信任程度", "满意度"]),
        ("客戶編號,信任程度,滿意度", ["信任程度", "滿意度"]),
    ] {
        let mut loaded = three();
        let text = format!("{header}\n7,4,5\nann,2,\n007,,\n");
        let mapping = SideMapping::from(&look(&text).side.unwrap());
        let q = side::load(text.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap();
        assert_eq!((q.kind, q.rows_used), (SideKind::Survey, 3));
        assert_eq!(q.notes, [Note::BlankNumbers { role: Role::Score, rows: 1 }]);
        let s = ledger(&loaded).side.survey.as_ref().unwrap();
        assert_eq!(
            (s.score.as_slice(), s.customer.as_slice()),
            ([4.0, 5.0, 2.0].as_slice(), [1, 1, 2].as_slice())
        );
        let names: Vec<&str> = s.item.code.iter().map(|&c| s.item.names.get(c)).collect();
        assert_eq!(names, [items[0], items[1], items[0]]);
    }
}

#[test]
fn side_tables_decide_on_their_own_dates_and_marks() {
    let mut loaded = three();
    let q = join(
        &mut loaded,
        "customer;due date;paid date;amount\n7;03/04/2024;05.04.2024;1.234\nann;31/01/2024;;2,55\n",
    );
    assert_eq!((q.date_order, q.rows_used), (Some(DateOrder::Dmy), 2));
    let l = ledger(&loaded);
    assert_eq!(l.side.payments.as_ref().unwrap().amount_due, [123_400, 255], "decimals follow a comma");
    assert_eq!(l.scale.decimals, 2);
    // Nothing decides between day and month: the user is asked, and the data set stays as it was.
    let text = "customer,due date,paid date,amount\n7,03/04/2024,,5\n";
    let table = look(text);
    let mut mapping = SideMapping::from(&table.side.unwrap());
    let before = loaded.dataset.clone();
    let error =
        side::load(text.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap_err();
    assert!(matches!(error, Error::AmbiguousDates { line: 2, .. }), "{error:?}");
    assert_eq!(loaded.dataset, before);
    mapping.date_order = Some(DateOrder::Mdy);
    side::load(text.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap();
    assert_eq!(ledger(&loaded).side.payments.as_ref().unwrap().due, [Day::parse_iso("2024-03-04").unwrap()]);
    // Nobody known, a column missing, the user stops: errors with names.
    let unknown = "customer,due date,paid date,amount\neve,2024-03-04,,5\n";
    let error =
        side::load(unknown.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap_err();
    assert_eq!(error, Error::NoUsableRow { rows: 1, first_line: 2 });
    mapping.roles[1] = None;
    let error =
        side::load(text.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap_err();
    assert_eq!(error, Error::MissingColumn { role: Role::DueDate });
}

#[test]
fn several_tables_find_their_places() {
    let texts = [
        ("notes.csv", "remark,colour\nhello,blue\nworld,red\n".to_owned()),
        (
            "invoices.csv",
            file("customer,due date,paid date,amount", |i| format!("{i},2024-03-01,2024-03-02,5")),
        ),
        ("tickets.csv", file("customer,date,kind,minutes", |i| format!("{i},2024-03-01,complaint,5"))),
        ("referrals.csv", file("referrer,referred", |i| format!("{i},{}", i + 1))),
        ("orders.csv", file("customer,date,amount", |i| format!("{i},2024-01-{:02},5.5", 1 + i % 28))),
        ("exits.csv", file("customer,exit date,reason", |i| format!("{i},2024-03-01,price"))),
        ("survey.csv", file("customer,item,score", |i| format!("{i},trust,{}", 1 + i % 5))),
        ("customers.csv", file("customer,region,acquisition cost", |i| format!("{i},north,{}", 10 + i))),
        ("more orders.csv", file("customer,date,amount", |i| format!("{i},2023-01-{:02},5.5", 1 + i % 28))),
        ("more tickets.csv", file("customer,date,kind,minutes", |i| format!("{i},2023-03-01,complaint,5"))),
    ];
    let tables: Vec<Table> = texts.iter().map(|(_, text)| look(text)).collect();
    let named: Vec<(&str, &Table)> = texts.iter().map(|(name, _)| *name).zip(&tables).collect();
    let plan = side::arrange(&named);
    assert_eq!(plan.main, Some(4));
    let side = |kind| Place::Side { kind };
    let places: Vec<Place> = plan.parts.iter().map(|p| p.place).collect();
    assert_eq!(
        places,
        [
            Place::Unused,
            side(SideKind::Payments),
            side(SideKind::Contacts),
            side(SideKind::Referrals),
            Place::Main { shape: Shape::Transactions },
            side(SideKind::Exits),
            side(SideKind::Survey),
            side(SideKind::Customers),
            Place::Unused,
            Place::Unused,
        ]
    );
    assert!(plan.parts[1..8].iter().all(|p| p.certain));
    assert!(matches!(&plan.parts[0].why, Why::Lacks { roles } if roles.contains(&Role::Amount)));
    assert_eq!(
        plan.parts[1].why,
        Why::Columns { names: ["customer", "due date", "paid date", "amount"].map(str::to_owned).to_vec() }
    );
    assert_eq!(plan.parts[8].why, Why::SecondMain);
    assert_eq!(plan.parts[9].why, Why::SecondOfKind { kind: SideKind::Contacts });
    // Purchases with a due day of their own are purchases.
    let both = look(&file("customer,date,due date,amount", |i| format!("{i},2024-01-01,2024-03-01,5")));
    assert_eq!(side::arrange(&[("a", &both)]).main, Some(0));
    // Contracts with the reasons in another file.
    let contracts = look(&file("customer,tenure,churned", |i| format!("{i},{i},{}", i % 2)));
    let plan = side::arrange(&[("exits", &tables[5]), ("contracts", &contracts)]);
    assert_eq!((plan.main, plan.parts[0].place), (Some(1), side(SideKind::Exits)));
    let empty = side::arrange(&[]);
    assert_eq!((empty.main, empty.parts.len()), (None, 0));
}

#[test]
fn reasons_beside_contracts_become_theirs() {
    let (_, mut loaded) = load(file("customer,tenure,churned", |i| format!("{i},{i},{}", i % 2)).as_bytes());
    join(&mut loaded, "customer,reason\n1,price\n3,service\n1,moved\n");
    let Dataset::Contracts(contracts) = &loaded.dataset else { panic!("contracts") };
    let reason = contracts.reason.as_ref().unwrap();
    assert_eq!(
        [1, 3].map(|c| reason.names.get(reason.code[c])),
        ["moved", "service"],
        "the last record counts"
    );
    assert!(contracts.side.exits.is_some());
}

#[test]
fn no_main_table_is_taken_for_a_side_table() {
    for name in [
        "cdnow/CDNOW_master.txt",
        "cdnow/cdnowElog.csv",
        "online-retail/online_retail_excerpt.csv",
        "rfm-r/rfm_data_orders.csv",
        "rfm-r/rfm_data_customer.csv",
        "telco/Telco-Customer-Churn.csv",
        "stages/orders1.csv",
    ] {
        let Some(bytes) = data(name) else { continue };
        let table = ingest::read(&bytes, 5).unwrap();
        assert_eq!(side::arrange(&[(name, &table)]).main, Some(0), "{name}");
        assert!(!table.side.as_ref().is_some_and(|s| s.certain), "{name}: {:?}", table.side);
    }
}

#[test]
fn a_header_set_has_one_key() {
    let key = |names: &[&str]| fingerprint(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
    assert_eq!(
        key(&["Customer ID", "下单日期", "Amount"]),
        key(&["customer_id", "下单日期 ", "ＡＭＯＵＮＴ"])
    );
    for other in [vec!["a", "bc"], vec!["b", "a"], vec!["a"], vec!["a", "b", ""], vec!["a (net)", "b"]] {
        assert_ne!(key(&["a", "b"]), key(&other));
    }
    // Kept between versions: what is remembered under it must be found again.
    assert_eq!(key(&["customer", "date", "amount"]), "3-cab089218c16e8a0");
}

mod never_panics {
    use super::*;
    use proptest::prelude::*;

    /// A cell of a messy file.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            "[0-9]{1,9}",
            "-?[0-9]{1,4}[.,][0-9]{1,8}",
            "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]",
            "[0-3]?[0-9]/[01]?[0-9]/20[0-9]{2}",
            "20[0-9]{2}[QHW年-]第?[0-9]{1,2}[季月]?",
            "(yes|no|open|投诉|未付|7|007|ann|NA)",
            "[a-z一-五 ]{0,6}",
        ]
    }

    fn tables() -> impl Strategy<Value = (String, Vec<Option<Role>>)> {
        (2..7_usize, 1..12_usize).prop_flat_map(|(width, height)| {
            let roles = proptest::collection::vec(proptest::option::of(0..40_usize), width);
            let rows = proptest::collection::vec(proptest::collection::vec(cell(), width), height);
            (roles, rows).prop_map(|(roles, rows)| {
                let all: Vec<Role> = Shape::ALL
                    .iter()
                    .flat_map(|s| s.roles())
                    .chain(SideKind::ALL.iter().flat_map(|k| k.roles()))
                    .copied()
                    .collect();
                let header: Vec<String> = (0..roles.len()).map(|i| format!("column {i}")).collect();
                let mut text = header.join(";") + "\n";
                for row in rows {
                    text.push_str(&(row.join(";") + "\n"));
                }
                (text, roles.into_iter().map(|r| r.map(|i| all[i * 7 % all.len()])).collect())
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        /// Whatever the cells and whoever gave the roles: no panic, and rows reconcile.
        #[test]
        fn any_mapping_of_any_table((text, mut roles) in tables(), required in proptest::collection::vec(0..7_usize, 4)) {
            let told = || ingest::Told { header: Some(true), ..Default::default() };
            for shape in Shape::ALL {
                let mut own = roles.clone();
                for (i, at) in required.iter().take(3).enumerate() {
                    if let Some(role) = own.get_mut(*at) {
                        *role = Some(shape.roles()[i]);
                    }
                }
                let mapping = Mapping { shape, roles: own, date_order: Some(DateOrder::Dmy), told: told() };
                if let Ok(loaded) = ingest::load(text.as_bytes(), &mapping, &Options::default(), &mut ingest::silent) {
                    let q = &loaded.quality;
                    prop_assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
                    if let Dataset::Transactions(l) = &loaded.dataset {
                        prop_assert!(l.n_orders.as_ref().is_none_or(|n| n.len() == l.n_rows()));
                        prop_assert!(l.cost.as_ref().is_none_or(|n| n.len() == l.n_rows()));
                    }
                }
            }
            for kind in SideKind::ALL {
                for (role, at) in kind.roles().iter().zip(&required) {
                    if let Some(column) = roles.get_mut(*at) {
                        *column = Some(*role);
                    }
                }
                let mapping = SideMapping { kind, roles: roles.clone(), date_order: Some(DateOrder::Dmy), told: told() };
                let mut loaded = three();
                let before = loaded.dataset.clone();
                match side::load(text.as_bytes(), "", &mapping, &mut loaded.dataset, &mut ingest::silent) {
                    Ok(q) => prop_assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside),
                    Err(_) => prop_assert_eq!(&loaded.dataset, &before),
                }
            }
            // What is proposed can be loaded or says why not.
            if let Ok(table) = ingest::read(text.as_bytes(), 3) {
                let mapping = Mapping::from(&table.proposal);
                let _ = ingest::load(text.as_bytes(), &mapping, &Options::default(), &mut ingest::silent);
                let _ = side::arrange(&[("a", &table), ("b", &table)]);
            }
        }
    }
}
