//! One number for each part of a result, the same natively and in a browser: `tests/fingerprint.rs` and `tests/wasm.rs`
//! hold both to the numbers at the end of this file. A difference on one side only is a platform that calculates
//! differently; on both sides it is a change of the product's figures: if it is meant, paste what the failing native
//! test prints.

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

/// Fails with the parts that differ and, ready to paste, with all that was found.
pub fn assert_same(what: &str, found: &Fingerprints, expected: &[(&str, u64)]) {
    let mut differing: Vec<&str> = found
        .iter()
        .filter(|(name, number)| !expected.contains(&(name.as_str(), *number)))
        .map(|(name, _)| name.as_str())
        .collect();
    differing.extend(expected.iter().map(|e| e.0).filter(|name| found.iter().all(|f| f.0 != *name)));
    if !differing.is_empty() {
        let lines: Vec<String> =
            found.iter().map(|(name, n)| format!("    ({name:?}, {n:#018x}),")).collect();
        panic!("{what}: other than expected in {differing:?}\nfound:\n{}", lines.join("\n"));
    }
}

/// The English sample.
pub const SAMPLE_ENGLISH: &[(&str, u64)] = &[
    ("file", 0xdbe18ced6ec211da),
    ("churn", 0x3a77ae6a7ed4ef2d),
    ("clvModel", 0x79c1b133be4c149b),
    ("lifecycle", 0x2236cd4c42dd20ab),
    ("loss", 0xfddb6cf30f61e109),
    ("notices", 0x9b1d0be66f743d98),
    ("overview", 0x7a12eb48b9ae942b),
    ("patternDetail", 0x65c2b1ef0dfef3ff),
    ("patterns", 0x014cf6e3f1d73fda),
    ("quality", 0x18f6d9a7c056c778),
    ("rfm", 0xad2198a093011c70),
    ("valueMatrix", 0xd4e079dddc35e311),
    ("customers.id", 0x6106dc80be6aac11),
    ("customers.transactions", 0xf94b31c37feb9341),
    ("customers.revenue", 0x1f785d8d4edd9542),
    ("customers.recencyDays", 0x6e3487a34a3bfd87),
    ("customers.tenureDays", 0x04bb06903f2ef5e6),
    ("customers.rScore", 0x601f5e4e4b3d9357),
    ("customers.fScore", 0xd859c417fc315269),
    ("customers.mScore", 0x1538dbddb3749346),
    ("customers.stage", 0x78776fa039541232),
    ("customers.stageConfidence", 0xbd5ba6ffa3dca4d3),
    ("customers.pattern", 0x49325785e2424c42),
    ("customers.currentValue", 0x98d4d3737ee10a36),
    ("customers.growthPotential", 0xd32c2e87f4850dba),
    ("customers.valueClass", 0x31377477c07880a3),
    ("customers.pAlive", 0x82cd89d411196d32),
    ("customers.clv", 0x42389aeee2134533),
    ("customers.warning", 0xf49851ad5177f7be),
    ("customers.amberDays", 0xa4ba05023561c039),
    ("customers.redDays", 0x9b5734bf9ab73939),
    ("customers.actions", 0xacb32b8bc6e92445),
];

/// The Chinese sample.
pub const SAMPLE_CHINESE: &[(&str, u64)] = &[
    ("file", 0xb9c69b3664ae9f76),
    ("churn", 0x3a77ae6a7ed4ef2d),
    ("clvModel", 0xb3e82874461da474),
    ("lifecycle", 0x3bbfc17bd891148b),
    ("loss", 0x5f96dadb9accfd5e),
    ("notices", 0x9b1d0be66f743d98),
    ("overview", 0x084dd1d3e535ee8f),
    ("patternDetail", 0x49baf4b9968496d7),
    ("patterns", 0xff05922315753c6d),
    ("quality", 0x5e015e5e3fb87242),
    ("rfm", 0xad2198a093011c70),
    ("valueMatrix", 0xc497b3136af016c9),
    ("customers.id", 0xb7c8a777cf6829c1),
    ("customers.transactions", 0x4a5525798a296677),
    ("customers.revenue", 0xd86f8a049f5aada6),
    ("customers.recencyDays", 0xd9c4353d1c1d789f),
    ("customers.tenureDays", 0x52796d26abd852b6),
    ("customers.rScore", 0x5365777d034fa7df),
    ("customers.fScore", 0x2944b86c7aa87341),
    ("customers.mScore", 0xfec010795eaed4ee),
    ("customers.stage", 0xd7418f59860405ea),
    ("customers.stageConfidence", 0x06ad51343c6d17df),
    ("customers.pattern", 0xb37299ab984d61b2),
    ("customers.currentValue", 0xd85c32bfd1e5918a),
    ("customers.growthPotential", 0x9eb8ca98625f37de),
    ("customers.valueClass", 0xd637418e57f65b4b),
    ("customers.pAlive", 0x9cf27001d064e0ea),
    ("customers.clv", 0xd753da7915486b37),
    ("customers.warning", 0xb202ffb879f8f8f6),
    ("customers.amberDays", 0x9701644d21ec3c29),
    ("customers.redDays", 0xb4133f7a245376ed),
    ("customers.actions", 0x7d3f3f3ba9369f47),
];

/// The file of contracts.
pub const CONTRACTS: &[(&str, u64)] = &[
    ("churn", 0x8d37f17113543a3d),
    ("clvModel", 0xd68a9ba3002f5d5a),
    ("lifecycle", 0x5b9bc4ba528108e4),
    ("loss", 0x0b3bcd209e6aec64),
    ("notices", 0xe831036d0c6fdd5f),
    ("overview", 0xdce7409082e07fe0),
    ("patternDetail", 0x5b9bc4ba528108e4),
    ("patterns", 0x09612b07b5ecb5a5),
    ("quality", 0xd542bb1364edfff5),
    ("rfm", 0x5b9bc4ba528108e4),
    ("valueMatrix", 0xf414f9c8fca2828a),
    ("customers.id", 0xd5b5051632d92855),
    ("customers.transactions", 0xbc22d591e4e4adfd),
    ("customers.revenue", 0xa47cae575bd96e57),
    ("customers.recencyDays", 0xcbf29ce484222325),
    ("customers.tenureDays", 0x22f0ed6ada824f50),
    ("customers.rScore", 0x09612b07b5ecb5a5),
    ("customers.fScore", 0x09612b07b5ecb5a5),
    ("customers.mScore", 0x09612b07b5ecb5a5),
    ("customers.stage", 0x43e129367fdc21f7),
    ("customers.stageConfidence", 0xcbf29ce484222325),
    ("customers.pattern", 0x09612b07b5ecb5a5),
    ("customers.currentValue", 0x9faa1dbddbd90dc2),
    ("customers.growthPotential", 0x8055fea5a0afa92f),
    ("customers.valueClass", 0xe33218a3b95af82a),
    ("customers.pAlive", 0xcbf29ce484222325),
    ("customers.clv", 0x1655e771f2797907),
    ("customers.warning", 0x6fa3605c9a72f285),
    ("customers.amberDays", 0xcbf29ce484222325),
    ("customers.redDays", 0xcbf29ce484222325),
    ("customers.actions", 0x09612b07b5ecb5a5),
];

/// The stage method.
pub const STAGES: &[(&str, u64)] = &[
    ("histories", 0xb63e591905d7e39e),
    ("level", 0x48247b5f46d952c5),
    ("customers", 0x7ff894ab7dab1bcb),
    ("mix", 0x6c7db80aa786f2e5),
    ("waits", 0x7bd0126302a1fefe),
    ("paths", 0x50ee917b348042d4),
];
