//! One number for each part of a result, the same natively and in a browser: `tests/fingerprint.rs` and `tests/wasm.rs`
//! hold both to the lines kept beside this file. A difference on one side only is a platform that calculates
//! differently; on both sides it is a change of the product's figures. If that is meant,
//! `TENURE_ACCEPT=1 cargo test --test fingerprint` writes the lines anew.

use std::ops::ControlFlow;

use tenure::analytics::stage::{Kind, Params, Series, SeriesSet, Stages, fit};
use tenure::ingest::{self, Mapping};
use tenure::math::Rng;
use tenure::report::{self, CustomerTable, Report, Settings, Wanted};
use tenure::sample::{self, SampleLanguage};

/// Part of a result, and its number.
pub type Fingerprints = Vec<(String, u64)>;

/// FNV-1a, 64 bits (Fowler, Noll & Vo 1991).
fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The bit patterns of a column. There is more than one NaN, and which one an operation gives is the platform's choice.
fn floats(column: &[f64]) -> u64 {
    let bits = |x: &f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    fnv1a(column.iter().flat_map(|x| bits(x).to_le_bytes()))
}

/// Text, with a byte between entries that UTF-8 never has.
fn texts<T: AsRef<str>>(column: impl IntoIterator<Item = T>) -> u64 {
    let bytes = column.into_iter().flat_map(|s| s.as_ref().bytes().chain([0xff]).collect::<Vec<_>>());
    fnv1a(bytes)
}

fn json(value: &impl serde::Serialize) -> u64 {
    fnv1a(serde_json::to_vec(value).expect("plain data"))
}

/// The report of a file with the proposed roles and no setting given.
pub fn report_of(bytes: &[u8]) -> Report {
    let settings = Settings::default().check().expect("defaults are valid");
    let table = ingest::read(bytes, 5).expect("a table");
    let mapping = Mapping::from(&table.proposal);
    let loaded =
        ingest::load(bytes, &mapping, &settings.ingest_options(), &mut ingest::silent).expect("usable rows");
    report::build(&loaded.dataset, loaded.quality, &settings, Wanted::default(), &mut |_, _, _| {})
}

/// Every section of a report and every column of its customers.
pub fn of_report(report: &Report) -> Fingerprints {
    let serde_json::Value::Object(sections) = serde_json::to_value(report).expect("plain data") else {
        panic!("a report is an object");
    };
    let mut out: Fingerprints = sections.iter().map(|(key, value)| (key.clone(), json(value))).collect();
    out.sort();
    // Every column by name: a new one must be added here.
    let CustomerTable {
        id,
        transactions,
        revenue,
        recency_days,
        tenure_days,
        r_score,
        f_score,
        m_score,
        stage,
        stage_confidence,
        pattern,
        current_value,
        growth_potential,
        value_class,
        p_alive,
        clv,
        warning,
        amber_days,
        red_days,
        actions,
        profit12m,
        expected_loss,
        cluster,
        tier,
        rfm_weighted,
        next_product,
        credit_score,
        relationship,
        exit_decision,
        rule,
        exit_kind,
    } = &report.customers;
    for (name, number) in [
        ("id", texts(id.iter())),
        ("transactions", json(transactions)),
        ("revenue", floats(revenue)),
        ("recencyDays", floats(recency_days)),
        ("tenureDays", floats(tenure_days)),
        ("rScore", json(r_score)),
        ("fScore", json(f_score)),
        ("mScore", json(m_score)),
        ("stage", json(stage)),
        ("stageConfidence", floats(stage_confidence)),
        ("pattern", json(pattern)),
        ("currentValue", floats(current_value)),
        ("growthPotential", floats(growth_potential)),
        ("valueClass", json(value_class)),
        ("pAlive", floats(p_alive)),
        ("clv", floats(clv)),
        ("warning", floats(warning)),
        ("amberDays", floats(amber_days)),
        ("redDays", floats(red_days)),
        ("actions", json(actions)),
        ("profit12m", floats(profit12m)),
        ("expectedLoss", floats(expected_loss)),
        ("cluster", json(cluster)),
        ("tier", json(tier)),
        ("rfmWeighted", json(rfm_weighted)),
        ("nextProduct", json(&next_product.as_ref().map(|p| &p.code))),
        ("creditScore", json(credit_score)),
        ("relationship", json(relationship)),
        ("exitDecision", json(exit_decision)),
        ("rule", json(rule)),
        ("exitKind", json(exit_kind)),
    ] {
        out.push((format!("customers.{name}"), number));
    }
    out
}

/// The built-in sample and its report.
pub fn of_sample(language: SampleLanguage) -> Fingerprints {
    let bytes = sample::csv(language);
    let mut out = vec![("file".to_owned(), fnv1a(bytes.iter().copied()))];
    out.extend(of_report(&report_of(&bytes)));
    out
}

/// A file of contracts, which takes another way through the report than transactions.
pub fn contracts() -> Vec<u8> {
    let mut rng = Rng::new(11);
    let mut text = String::from("customer_id,tenure_months,monthly_charge,churned\n");
    for i in 0..400 {
        let (tenure, charge) = (1 + rng.below(60), 2_000 + rng.below(9_000));
        let churned = if rng.uniform() < 0.5 - 0.006 * tenure as f64 { "Yes" } else { "No" };
        text.push_str(&format!("K{i:04},{tenure},{}.{:02},{churned}\n", charge / 100, charge % 100));
    }
    text.into_bytes()
}

/// Histories of every kind the search tells apart: life cycles, plateaus, declines and trial orders, dense and sparse,
/// with and without a seen start, ended and not, 3 to 60 periods, some with returns.
fn histories() -> SeriesSet {
    let mut rng = Rng::new(20);
    let mut set = SeriesSet::new(Kind::Orders);
    for i in 0..360 {
        let n = 3 + rng.below(58);
        let (rise, fall) = (rng.below(n), rng.below(2 * n));
        let rate = [0.4, 1.5, 4.0, 12.0][rng.below(4)];
        let size = 20.0 + 80.0 * rng.uniform();
        let (mut values, mut orders, mut first) = (Vec::new(), Vec::new(), 0.0);
        for t in 0..n {
            let shape = match i % 4 {
                0 => 1.0,
                1 if t < rise => 0.2,
                1 if t < fall => 1.0,
                1 => 0.35,
                2 => 1.0 - t as f64 / n as f64,
                _ => 0.2,
            };
            let count = rng.poisson(rate * shape).max(u32::from(t == 0));
            let amounts: Vec<f64> = (0..count).map(|_| size * rng.gamma(4.0) / 4.0).collect();
            if t == 0 {
                first = amounts[0];
            }
            let back = if rng.below(30) == 0 { size } else { 0.0 };
            values.push(amounts.iter().sum::<f64>() - back);
            orders.push(count);
        }
        let total: f64 = values.iter().sum();
        let count: u32 = orders.iter().sum();
        let series = Series {
            start: rng.below(12) as i32,
            values: &values,
            orders: &orders,
            first_order_value: first,
            mean_order_value: (total / f64::from(count)).max(1.0),
            left_truncated: rng.below(3) == 0,
            exited: rng.below(3) == 0,
        };
        set.push(&series).expect("finite values");
    }
    set
}

/// The stage method with its population passes, and everything it says.
pub fn of_stages() -> Fingerprints {
    let set = histories();
    let stages: Stages =
        fit(&set, &Params::default(), &mut |_, _| ControlFlow::Continue(())).expect("never cancelled");
    let waits =
        (0..set.len()).flat_map(|i| stages.stable_waits(i).iter().flat_map(|w| w.to_bits().to_le_bytes()));
    let paths: Vec<f64> = (0..set.len()).step_by(12).flat_map(|i| stages.path(&set, i)).flatten().collect();
    vec![
        ("histories".to_owned(), floats(&set.iter().flat_map(|s| s.values.to_vec()).collect::<Vec<_>>())),
        ("level".to_owned(), json(&(stages.level, stages.variance, stages.n_sampled, stages.n_informing))),
        ("customers".to_owned(), json(&stages.customers)),
        ("mix".to_owned(), json(&stages.mix)),
        ("waits".to_owned(), fnv1a(waits)),
        ("paths".to_owned(), floats(&paths)),
    ]
}

/// The numbers as they are kept: a line each.
pub fn lines(found: &Fingerprints) -> String {
    found.iter().map(|(name, number)| format!("{name} {number:016x}\n")).collect()
}

/// Fails with the parts that differ from the lines kept.
pub fn assert_same(found: &Fingerprints, kept: &str) {
    let found = lines(found);
    let beyond = |these: &str, those: &str| -> Vec<String> {
        these.lines().filter(|l| those.lines().all(|k| k != *l)).map(str::to_owned).collect()
    };
    let (new, gone) = (beyond(&found, kept), beyond(kept, &found));
    assert!(new.is_empty() && gone.is_empty(), "found {new:#?}\nin place of {gone:#?}");
}

/// The English sample.
pub const SAMPLE_ENGLISH: &str = include_str!("sample-english.txt");
/// The Chinese sample.
pub const SAMPLE_CHINESE: &str = include_str!("sample-chinese.txt");
/// The file of contracts.
pub const CONTRACTS: &str = include_str!("contracts.txt");
/// The stage method.
pub const STAGES: &str = include_str!("stages.txt");
