//! From files of every shape, and side tables beside them, to the report: what lights up, and what is said not to.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{analyze, data, finite};
use tenure::analytics::orders::{Orders, monthly_series};
use tenure::customer::{Dataset, Day, Grain, Ledger};
use tenure::ingest::side::{self, SideKind, SideMapping};
use tenure::ingest::{self, Loaded, Mapping, Note, Options, Shape};
use tenure::report::{self, Because, Notice, Report, Section, Settings, Wanted};
use tenure::sample::{self, SampleLanguage};

fn load(bytes: &[u8]) -> Loaded {
    let table = ingest::read(bytes, 5).unwrap();
    assert!(table.proposal.certain, "{:#?}", table.proposal);
    ingest::load(bytes, &Mapping::from(&table.proposal), &Options::default(), &mut ingest::silent).unwrap()
}

fn ledger(loaded: &Loaded) -> &Ledger {
    match &loaded.dataset {
        Dataset::Transactions(ledger) => ledger,
        Dataset::Contracts(_) => panic!("expected a ledger"),
    }
}

fn build(loaded: Loaded, settings: &Settings) -> Report {
    let valid = settings.check().unwrap();
    let r = report::build(&loaded.dataset, loaded.quality, &valid, Wanted::default(), &mut |_, _, _| {});
    finite(&r);
    r
}

fn lacks(r: &Report, wanted: Section) -> bool {
    r.notices.iter().any(|n| {
        matches!(n, Notice::NotComputed { section, because: Because::MissingColumn { .. } } if *section == wanted)
    })
}

/// The sample's own purchases, with six files beside them: every second customer pays late, every third complained,
/// every fifth brought somebody, the first hundred gave a reason, sixty answered.
#[test]
fn files_beside_the_purchases_light_up_what_rests_on_them() {
    let bytes = sample::csv(SampleLanguage::English);
    let mut loaded = load(&bytes);
    let alone = build(loaded.clone(), &Settings::default());
    assert!(alone.credit.is_none() && lacks(&alone, Section::Credit) && lacks(&alone, Section::Reasons));

    let (names, last) = {
        let l = ledger(&loaded);
        (l.customers.iter().map(str::to_owned).collect::<Vec<_>>(), l.day.iter().max().unwrap().0)
    };
    let day = |back: i32| Day(last - back).iso();
    let n = names.len();
    let mut invoices = String::from("invoice,customer,due date,paid date,amount due\n");
    let mut tickets = String::from("customer,contact date,type,minutes,resolved\n");
    let mut referrals = String::from("referrer,new customer\n");
    let mut exits = String::from("客户编号,流失日期,流失原因\n");
    let mut survey = String::from("customer,Trust,满意度,Commitment,Communication\n");
    let mut facts = String::from("customer,segment,wallet,acquisition cost,acquired date\n");
    for (c, name) in names.iter().enumerate() {
        for i in 0..4 {
            let due = 300 - 60 * i;
            let paid = day(if c % 2 == 0 { due - 45 } else { due + 2 });
            invoices.push_str(&format!("{c}-{i},{name},{},{paid},1000\n", day(due)));
        }
        if c % 3 == 0 {
            tickets.push_str(&format!("{name},{},complaint,30,yes\n", day(20)));
        }
        if c % 5 == 0 {
            referrals.push_str(&format!("{name},somebody\n"));
        }
        if c < 100 {
            let reason = ["price too high", "服务态度差", "搬家"][c % 3];
            exits.push_str(&format!("{name},{},{reason}\n", day(30)));
        }
        if c < 60 {
            let answer = |k: usize| 1 + (c + k) % 5;
            survey.push_str(&format!("{name},{},{},{},{}\n", answer(0), answer(1), answer(2), answer(3)));
        }
        facts.push_str(&format!("{name},{},1000000,25,{}\n", ["north", "south"][c % 2], day(2000)));
    }
    invoices.push_str("x,nobody,2024-01-01,,5\n");

    let texts = [
        ("facts", facts),
        ("survey", survey),
        ("exits", exits),
        ("orders", String::from_utf8(bytes).unwrap()),
        ("referrals", referrals),
        ("tickets", tickets),
        ("invoices", invoices),
    ];
    let tables: Vec<_> = texts.iter().map(|(_, text)| ingest::read(text.as_bytes(), 5).unwrap()).collect();
    let named: Vec<_> = texts.iter().map(|(name, _)| *name).zip(&tables).collect();
    let plan = side::arrange(&named);
    assert_eq!(plan.main, Some(3));
    assert!(plan.parts.iter().all(|p| p.certain), "{plan:#?}");
    for (i, (name, text)) in texts.iter().enumerate().filter(|(i, _)| Some(*i) != plan.main) {
        let mapping = SideMapping::from(tables[i].side.as_ref().unwrap());
        let read =
            side::load(text.as_bytes(), name, &mapping, &mut loaded.dataset, &mut ingest::silent).unwrap();
        loaded.quality.side.push(read);
    }

    let settings = Settings { cost_per_minute: Some(2.0), ..Settings::default() };
    let r = build(loaded, &settings);
    assert_eq!(r.quality.side.len(), 6);
    let read = r.quality.side.iter().find(|s| s.kind == SideKind::Payments).unwrap();
    assert_eq!((read.rows_used as usize, read.unknown_customers), (4 * n, 1));

    let credit = r.credit.as_ref().unwrap();
    assert_eq!(credit.n_invoices as usize, 4 * n);
    let score = |c: usize| r.customers.credit_score[c].unwrap();
    assert_eq!(score(1), 100.0);
    assert!(score(1) > score(0), "who pays on time scores higher: {} {}", score(1), score(0));

    let totals = &r.exit.as_ref().unwrap().totals;
    assert!((totals.contacts - 2.0 * 30.0 * n.div_ceil(3) as f64).abs() < 1e-6, "{}", totals.contacts);
    let reasons = r.churn.as_ref().unwrap().reason_detail.as_ref().unwrap();
    assert_eq!((reasons.n_exits, reasons.n_known), (100, 100));
    assert_eq!(r.churn.as_ref().unwrap().reasons[0].key.text, "price too high");
    let quality = r.relationship.as_ref().unwrap();
    assert!(quality.n_scored >= 60 && quality.alpha.is_some());
    assert!(r.funnel.is_some());
    assert_eq!(r.coverage.len(), 10);
    assert!(!lacks(&r, Section::Credit) && !lacks(&r, Section::Reasons) && !lacks(&r, Section::Relationship));
    assert_eq!(r.overview.revenue, alone.overview.revenue, "what stands beside changes no revenue");
}

/// Due and paid days in the purchases themselves.
#[test]
fn purchases_that_are_invoices_are_rated() {
    let mut text = String::from("customer,order,date,due date,paid date,amount\n");
    let first = Day::from_ymd(2023, 1, 10).unwrap().0;
    for i in 0..600_i32 {
        let (c, day) = (i % 40, Day(first + i));
        let due = Day(day.0 + 30);
        let paid = Day(due.0 + if c % 2 == 0 { 20 } else { -5 });
        // Two lines an order.
        for line in 1..=2 {
            text.push_str(&format!("{c},{i},{},{},{},{}.50\n", day.iso(), due.iso(), paid.iso(), 10 * line));
        }
    }
    let r = analyze(text.as_bytes(), &Settings::default());
    let credit = r.credit.as_ref().unwrap();
    assert!(
        credit.n_invoices > 300 && credit.n_invoices <= 600,
        "lines of an order are one invoice: {}",
        credit.n_invoices
    );
    let score = |id: &str| {
        let at = r.customers.id.iter().position(|c| c == id).unwrap();
        r.customers.credit_score[at].unwrap()
    };
    assert!(score("1") > score("0"));
}

/// The sample's purchases, summed per customer and month, with the number of orders.
#[test]
fn a_roll_up_has_the_months_of_its_purchases() {
    let loaded = load(&sample::csv(SampleLanguage::English));
    let l = ledger(&loaded);
    let orders = Orders::from_ledger(l);
    let mut sums: BTreeMap<(u32, i32), (i128, i128, u32)> = BTreeMap::new();
    for c in 0..l.n_customers() {
        for i in orders.range(c) {
            let sum = sums.entry((c as u32, orders.day[i].month().0)).or_default();
            sum.0 += i128::from(orders.net[i]);
            sum.1 += orders.cost.as_ref().map_or(0, |cost| i128::from(cost[i]));
            sum.2 += orders.n_orders[i];
        }
    }
    let mut text = String::from("customer,month,value,cost,orders\n");
    for ((c, month), (value, cost, n)) in &sums {
        let money = |minor: &i128| l.scale.to_f64(*minor);
        let month = tenure::customer::Month(*month).iso();
        text.push_str(&format!("{},{month},{},{},{n}\n", l.customers.get(*c), money(value), money(cost)));
    }
    let rolled = load(text.as_bytes());
    let sum = ledger(&rolled);
    assert_eq!((sum.grain, rolled.quality.shape), (Grain::Period { months: 1 }, Shape::RollUps));
    let (of_rows, of_sums) = (orders, Orders::from_ledger(sum));
    assert_eq!(of_rows.totals.revenue, of_sums.totals.revenue);
    assert_eq!(of_rows.totals.cost, of_sums.totals.cost);
    // The days of a customer's first and last month are not in a roll-up; all else of the series is.
    let as_of = of_sums.dates.unwrap().1;
    let stays = vec![false; l.n_customers()];
    let (a, b) = (monthly_series(&of_rows, as_of, &stays), monthly_series(&of_sums, as_of, &stays));
    let mut n_compared = 0;
    for c in 0..l.n_customers() {
        if a.first_month[c] != b.first_month[c] {
            // A first month that nets to nothing or less holds no purchase any more.
            continue;
        }
        let (a_range, b_range) = (a.range(c), b.range(c));
        assert_eq!(a.value[a_range.clone()], b.value[b_range.clone()], "customer {c}");
        let cost = |s: &Option<Vec<f64>>, r: std::ops::Range<usize>| s.as_ref().unwrap()[r].to_vec();
        assert_eq!(cost(&a.cost, a_range), cost(&b.cost, b_range));
        n_compared += 1;
    }
    println!("{n_compared} of {} series are equal", l.n_customers());
    assert!(n_compared * 100 > l.n_customers() * 97);

    let (rows, sums) = (build(loaded, &Settings::default()), build(rolled, &Settings::default()));
    assert_eq!(rows.overview.customers, sums.overview.customers);
    assert!((rows.overview.revenue - sums.overview.revenue).abs() < 1e-6);
    assert!(sums.lifecycle.is_some() && sums.clv_model.is_some());
    assert!(sums.basket.is_none(), "a roll-up knows no products");
    let said = |n: &Notice| matches!(n, Notice::RowsAreSums { grain: Grain::Period { months: 1 } });
    assert!(sums.notices.iter().any(said) && !rows.notices.iter().any(said));
}

/// The series of methods.md 3.7 through the product: numbered months, no calendar.
#[test]
fn series_of_stages_make_reports() {
    for name in ["cv25", "orders4", "cv25-left40"] {
        let Some(bytes) = data(&format!("stages/{name}.csv")) else { return };
        let r = analyze(&bytes, &Settings::default());
        finite(&r);
        assert_eq!(r.overview.customers, 600, "{name}");
        let lifecycle = r.lifecycle.as_ref().unwrap();
        assert_eq!(lifecycle.stages.iter().map(|s| s.customers).sum::<u32>(), 600);
        // Who has left and who has not is written in the file; the rule of silence finds most of it.
        let text = String::from_utf8(bytes).unwrap();
        let truth: BTreeMap<&str, bool> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>())
            .map(|cells| (cells[0], cells[2] == "1"))
            .collect();
        let exited = |i: usize| r.customers.stage[i].key() == "exited";
        let right = r.customers.id.iter().enumerate().filter(|(i, id)| exited(*i) == truth[*id]).count();
        println!("{name}: {right} of 600 exits as in the file");
        assert!(right >= 480, "{name}: {right}");
    }
}

#[test]
fn quarters_have_no_months_and_totals_no_time() {
    let mut text = String::from("customer,quarter,sales\n");
    for i in 0..1_200 {
        text.push_str(&format!("{},{}Q{},{}\n", i % 60, 2019 + i / 240, 1 + (i / 60) % 4, 100 + i % 37));
    }
    let r = analyze(text.as_bytes(), &Settings::default());
    assert!(r.lifecycle.is_none() && r.patterns.is_empty(), "stages need months");
    assert_eq!(r.quality.last_date, Day::parse_iso("2023-12-31"));
    assert!(r.notices.contains(&Notice::RowsAreSums { grain: Grain::Period { months: 3 } }));
    assert_eq!(r.overview.orders, 1_200, "a value is an order where nothing else is said");

    let Some(bytes) = data("rfm-r/rfm_data_customer.csv") else { return };
    let r = analyze(&bytes, &Settings::default());
    finite(&r);
    assert_eq!((r.overview.customers, r.overview.revenue), (39_999, 37_537_400.0));
    assert!(r.lifecycle.is_none() && r.clv_model.is_none(), "nothing is known of the time between purchases");
    assert!(r.notices.contains(&Notice::RowsAreSums { grain: Grain::Lifetime }));
    assert_eq!(r.quality.notes, [Note::OnlyTotals { orders_known: true }]);
    let at = r.customers.id.iter().position(|id| id == "22086").unwrap();
    assert_eq!((r.customers.transactions[at], r.customers.revenue[at]), (9, 777.0));
    assert!((1..=5).contains(&r.customers.r_score[at]) && (1..=5).contains(&r.customers.f_score[at]));
}
