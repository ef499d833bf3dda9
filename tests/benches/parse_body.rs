//! What the parse bench measures, free of any clock: the caller passes one (milliseconds), so that the same body runs
//! natively and in a browser.

use std::collections::HashMap;
use std::hint::black_box;

use tenure::customer::Dataset;
use tenure::ingest::{self, Mapping, Options};
use tenure::math::Rng;

fn generate(n_rows: usize) -> Vec<u8> {
    let mut rng = Rng::new(1);
    let mut text = String::from("customer_id,order_date,amount,product\n");
    for _ in 0..n_rows {
        let (customer, cents) = (rng.below(n_rows / 10 + 1), rng.below(50_000));
        let (month, day) = (rng.below(12) + 1, rng.below(28) + 1);
        let (year, product) = (2022 + rng.below(3), rng.below(200));
        text.push_str(&format!(
            "C{customer:06},{year}-{month:02}-{day:02},{}.{:02},SKU-{product:04}\n",
            cents / 100,
            cents % 100
        ));
    }
    text.into_bytes()
}

/// Date as year, month and day, and amount.
type Purchase = ((i32, u32, u32), f64);

/// What one writes first.
fn baseline(bytes: &[u8]) -> (usize, f64) {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let rows: Vec<Vec<String>> =
        text.lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect();
    let mut revenue: HashMap<String, Vec<Purchase>> = HashMap::new();
    let mut total = 0.0;
    for row in &rows {
        let mut date = row[1].split('-');
        let mut part = || date.next().unwrap().parse::<i32>().unwrap();
        let day = (part(), part() as u32, part() as u32);
        let amount: f64 = row[2].parse().unwrap();
        total += amount;
        revenue.entry(row[0].clone()).or_default().push((day, amount));
    }
    (revenue.len(), total)
}

/// The shortest of n runs, milliseconds, and what the last one gave.
fn best<T>(n: usize, now: fn() -> f64, mut f: impl FnMut() -> T) -> (f64, T) {
    let mut least = f64::MAX;
    let mut run = || {
        let begin = now();
        let out = black_box(f());
        least = least.min(now() - begin);
        out
    };
    let mut out = run();
    for _ in 1..n {
        out = run();
    }
    (least, out)
}

/// Both in the same run, best of several; the two must agree. Returns lines to print.
pub fn measure(n_rows: usize, now: fn() -> f64) -> Vec<String> {
    let bytes = generate(n_rows);
    let mapping = Mapping::from(&ingest::read(&bytes, 5).unwrap().proposal);
    let (ours, loaded) =
        best(7, now, || ingest::load(&bytes, &mapping, &Options::default(), &mut ingest::silent).unwrap());
    let (read, _) = best(7, now, || ingest::read(&bytes, 5).unwrap());
    let (plain, (n_customers, total)) = best(3, now, || baseline(&bytes));
    let Dataset::Transactions(ledger) = loaded.dataset else { panic!("expected transactions") };
    assert_eq!((ledger.n_rows(), ledger.n_customers()), (n_rows, n_customers));
    let minor: i128 = ledger.amount.iter().map(|a| i128::from(*a)).sum();
    assert!((ledger.scale.to_f64(minor) / total - 1.0).abs() < 1e-9);
    let mb = bytes.len() as f64 / 1e6;
    vec![
        format!("{n_rows} rows, {mb:.1} MB, {n_customers} customers"),
        format!("ingest::read  {read:8.1} ms"),
        format!("ingest::load  {ours:8.1} ms  ({:.0} MB/s)", 1e3 * mb / ours),
        format!("plain reader  {plain:8.1} ms"),
        format!("ratio         {:8.2}", plain / ours),
    ]
}
