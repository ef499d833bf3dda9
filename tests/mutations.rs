//! Damaged files: whatever the bytes, is there a table or a named error, soon, and with little memory?
//!
//! `make test` reads 1,000,000 files made from the corpus (tests/common/mutate.rs), always the same ones;
//! `make fuzz` goes on from another seed as long as it is told to. Every file that fails is kept in
//! `target/fuzz`, and its number printed.
#![allow(clippy::unwrap_used)]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/memory.rs"]
mod memory;
#[path = "common/mutate.rs"]
mod mutate;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use memory::most_held;
use tenure::customer::Dataset;
use tenure::ingest::{self, Loaded, Mapping, Options, Source};

/// See `memory`: the bounds below are on what is held, not on how it grows.
const GROWTH_COPIES: bool = false;

/// Memory a file may take: so many times its size, and a constant.
const TIMES: usize = 40;
const BEYOND: usize = 64_000;
/// Time a file may take.
const LIMIT: Duration = Duration::from_secs(2);

/// Time after which a file is taken never to end.
const STUCK: Duration = Duration::from_secs(30);

/// Gives bytes in pieces of odd sizes.
struct Odd<'b>(&'b [u8]);

impl Source for Odd<'_> {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let n = into.len().min(1 + (offset as usize * 7 + into.len()) % 61);
        self.0.read_at(offset, &mut into[..n])
    }
}

/// Reads a file as the page does.
fn read(source: &impl Source) -> Result<Loaded, ingest::Error> {
    let table = ingest::read(source, 5)?;
    ingest::load(source, &Mapping::from(&table.proposal), &Options::default(), &mut ingest::silent)
}

/// Whether what was read holds together.
fn check(loaded: &Loaded) {
    let q = &loaded.quality;
    assert_eq!(q.rows_read, q.rows_used + q.rows_set_aside);
    assert_eq!(q.rows_set_aside, q.counts.iter().map(|c| c.rows).sum::<u64>());
    assert!(q.rows_used > 0);
    match &loaded.dataset {
        Dataset::Transactions(ledger) => {
            let n = ledger.n_rows();
            assert_eq!(n as u64, q.rows_used);
            assert_eq!((ledger.customer.len(), ledger.day.len(), ledger.is_return.len()), (n, n, n));
            assert!(ledger.customer.iter().all(|c| (*c as usize) < ledger.customers.len()));
            assert!(ledger.quantity.as_ref().is_none_or(|q| q.iter().all(|x| x.is_finite())));
        }
        Dataset::Contracts(contracts) => {
            assert_eq!(contracts.customers.len() as u64, q.rows_used);
            assert!(contracts.tenure_months.iter().all(|t| t.is_finite() && *t >= 0.0));
        }
    }
}

/// What is wrong with how a file was read, if anything; else whether it is a table, and the memory it took.
fn fault(bytes: &[u8], in_pieces: bool) -> Result<(bool, usize), String> {
    let start = Instant::now();
    let (read, most) = most_held(|| {
        catch_unwind(AssertUnwindSafe(|| {
            let whole = read(&bytes);
            if let Ok(loaded) = &whole {
                check(loaded);
            }
            whole
        }))
    });
    let whole = read.map_err(|_| "panics".to_owned())?;
    if start.elapsed() > LIMIT {
        return Err(format!("takes {:?}", start.elapsed()));
    }
    if most > TIMES * bytes.len() + BEYOND {
        return Err(format!("takes {most} bytes of memory for {}", bytes.len()));
    }
    if in_pieces && self::read(&Odd(bytes)) != whole {
        return Err("is another in pieces".to_owned());
    }
    Ok((whole.is_ok(), most))
}

fn seeds() -> Vec<Vec<u8>> {
    // The largest are left to the corpus itself.
    let of = |trap: corpus::Trap| Some(trap.bytes).filter(|bytes| bytes.len() < 2000);
    corpus::traps().into_iter().filter_map(of).collect()
}

fn keep(name: &str, bytes: &[u8]) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let path = folder.join(name);
    let kept = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, bytes));
    kept.map_or_else(|e| e.to_string(), |()| path.display().to_string())
}

/// Reads the files of the numbers below `n` (as many as there is time for), on all cores. Ends the process
/// where one file takes so long that it may never end.
fn run(seed: u64, n: u64, until: Option<Instant>) {
    let seeds = seeds();
    let [next, n_tables, most_memory] = [0; 3].map(AtomicU64::new);
    let faults: Mutex<Vec<String>> = Mutex::default();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    // The file each thread is at; all ones before the first and after the last.
    let current: Vec<AtomicU64> = (0..n_threads).map(|_| AtomicU64::new(u64::MAX)).collect();
    let work = |current: &AtomicU64| {
        const SHARE: u64 = 256;
        loop {
            current.store(u64::MAX, Ordering::Relaxed);
            let from = next.fetch_add(SHARE, Ordering::Relaxed);
            if from >= n || until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
            for number in from..(from + SHARE).min(n) {
                current.store(number, Ordering::Relaxed);
                let bytes = mutate::mutated(&seeds, seed, number);
                match fault(&bytes, number % 8 == 0) {
                    Ok((is_table, most)) => {
                        n_tables.fetch_add(u64::from(is_table), Ordering::Relaxed);
                        most_memory.fetch_max(most as u64, Ordering::Relaxed);
                    }
                    Err(what) => {
                        let place = keep(&format!("{seed}-{number}"), &bytes);
                        faults.lock().unwrap().push(format!("file {number} of seed {seed} {what}: {place}"));
                    }
                }
            }
        }
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = current.iter().map(|current| scope.spawn(|| work(current))).collect();
        let mut since = vec![(u64::MAX, Instant::now()); n_threads];
        while !threads.iter().all(|thread| thread.is_finished()) {
            std::thread::sleep(Duration::from_millis(50));
            for (current, since) in current.iter().zip(&mut since) {
                let number = current.load(Ordering::Relaxed);
                if number != since.0 {
                    *since = (number, Instant::now());
                } else if number != u64::MAX && since.1.elapsed() > STUCK {
                    let place = keep(&format!("{seed}-{number}"), &mutate::mutated(&seeds, seed, number));
                    eprintln!("file {number} of seed {seed} never ends: {place}");
                    std::process::abort();
                }
            }
        }
    });
    let (n_read, n_tables) = (next.load(Ordering::Relaxed).min(n), n_tables.load(Ordering::Relaxed));
    println!(
        "{n_read} damaged files read in {:.1?}: {n_tables} are tables, all others named errors; \
         at most {} KB of memory each",
        start.elapsed(),
        most_memory.load(Ordering::Relaxed) / 1000
    );
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    // Both must happen, or the damage is of no use.
    assert!(n_tables * 20 > n_read && n_tables < n_read);
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn a_million_damaged_files_are_read_or_refused() {
    run(20_240_601, from_environment("FUZZ_INPUTS", 1_000_000), None);
}

/// For `make fuzz`: other files each time, for `FUZZ_SECONDS`.
#[test]
#[ignore = "runs as long as it is told to"]
fn fuzz() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let seed = from_environment("FUZZ_SEED", now);
    let seconds = from_environment("FUZZ_SECONDS", 600);
    println!("seed {seed}, {seconds} s");
    run(seed, u64::MAX, Some(Instant::now() + Duration::from_secs(seconds)));
}

/// Files of one thing over and over, which are worst for whoever looks ahead or keeps all cells: time and
/// memory grow with the size and no faster.
#[test]
fn monotonous_files_take_time_and_memory_by_their_size() {
    const SIZE: usize = 1 << 21;
    let things = [
        "\"",
        ",",
        "\n",
        "\r",
        "\\",
        "\"\n",
        ",\"",
        "\"\"",
        "\"x\n",
        ",\"\"\"x",
        "\"a\"\"b\n",
        "a",
        "9",
        "1,",
        "1,\n",
        " ",
        "\t",
        "(",
        "-",
        "'",
        "',",
        ";|,\t:",
        "a b ",
        "\"a\n,",
        "a,b\n\n",
        "x,1\n\ny,z\n\n",
        "1/2/2024,",
        "1,234\n",
        "Total,\n",
        "“a\n",
        "\\\n",
        "a\\,",
        "\"\\\"\n",
        "客,",
        "é",
        "\u{1b}$B",
    ];
    let broken: [&[u8]; 6] = [b"\x81", b"\xff", b"\x81\x30", b"\xc3\xa9,\xff\n", b"a\xe9,", b"\xa1\xa1\n"];
    let mut most_memory = 0;
    for thing in things.iter().map(|thing| thing.as_bytes()).chain(broken) {
        for start in [&b""[..], b"customer,date,amount\nann,2024-01-05,10\n", b"\xff\xfe"] {
            let mut bytes = start.to_vec();
            bytes.extend(thing.iter().copied().cycle().take(SIZE));
            let begin = Instant::now();
            let (read, most) = most_held(|| read(&bytes));
            let context =
                format!("{:?} after {:?}", String::from_utf8_lossy(thing), String::from_utf8_lossy(start));
            if let Ok(loaded) = &read {
                check(loaded);
            }
            // Milliseconds where nothing else runs; what grows with the square takes hours.
            assert!(begin.elapsed() < Duration::from_secs(20), "{context} takes {:?}", begin.elapsed());
            most_memory = most_memory.max(most);
            assert!(most <= 25 * SIZE, "{context} takes {} MB", most >> 20);
        }
    }
    println!("files of {} MB of one thing: at most {} MB of memory", SIZE >> 20, most_memory >> 20);
}
