//! What the stage bench measures, free of any clock: the caller passes one (milliseconds), so that the same body runs
//! natively and in a browser.

#[path = "../oracle/stage.rs"]
mod oracle;

use std::hint::black_box;
use std::ops::ControlFlow;
use tenure::analytics::stage::{Kind, Level, LevelSource, Params, Series, SeriesSet, fit};
use tenure::math::Rng;

const LEVEL: Level = Level { explore_mean: 4.5, explore_sd: 0.9, plateau_mean: 6.0, plateau_sd: 0.8 };

/// Life cycles with noise, about eight orders a month at their height.
pub fn customers(count: usize, n: usize) -> SeriesSet {
    let mut rng = Rng::new(n as u64);
    let mut set = SeriesSet::new(Kind::Orders);
    for _ in 0..count {
        let rise = 2 + rng.below(n / 2);
        let fall = rise + rng.below(n);
        let scale = 20.0 + 60.0 * rng.uniform();
        let (mut values, mut orders) = (Vec::new(), Vec::new());
        for t in 0..n {
            let shape = if t < rise / 2 {
                0.15
            } else if t < rise {
                0.5
            } else if t < fall {
                1.0
            } else {
                0.4
            };
            let k = (8.0 * shape * (0.7 + 0.6 * rng.uniform())).round();
            values.push(k * scale * (0.8 + 0.4 * rng.uniform()));
            orders.push(k as u32);
        }
        let series = Series {
            start: 0,
            values: &values,
            orders: &orders,
            first_order_value: scale,
            mean_order_value: scale,
            left_truncated: false,
            exited: false,
        };
        if set.push(&series).is_err() {
            break;
        }
    }
    set
}

fn fixed() -> Params {
    Params { level: LevelSource::Given(LEVEL), variance: Some(0.1), ..Params::default() }
}

/// One line of the comparison, microseconds per customer.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    pub fast_us: f64,
    pub exhaustive_us: f64,
}

/// Runs of each side; the shortest counts. Short ones, so that some of them pass without another program cutting in,
/// and long enough for a browser's clock, which ticks in tenths of a millisecond.
const RUNS: usize = 60;

/// Fast against exhaustive at one length. Both give the posterior of the same candidates with the same terms; the fast
/// side also draws its conclusions from it.
pub fn compare(n: usize, now: fn() -> f64) -> Comparison {
    let params = fixed();
    // Whole groups of eight, enough of them that the tables of a length are not what is measured.
    let (count, few) = ((80_000 / (n * n)).max(16) * 8, (1_900_000 / (n * n * n)).max(16));
    let set = customers(count, n);
    let mut fast = f64::MAX;
    for _ in 0..RUNS {
        let begin = now();
        let _ = black_box(fit(black_box(&set), &params, &mut |_, _| ControlFlow::Continue(())));
        fast = fast.min(now() - begin);
    }
    let mut exhaustive = f64::MAX;
    let mut oracle = oracle::Exhaustive::default();
    for _ in 0..RUNS {
        let begin = now();
        for series in set.iter().take(few) {
            let input = oracle::Input {
                v: series.values,
                unit: series.mean_order_value,
                left: series.left_truncated,
                active: true,
            };
            black_box(oracle.posterior(&input, 0.1, Some(&LEVEL), &params).best_weight);
        }
        exhaustive = exhaustive.min(now() - begin);
    }
    Comparison { fast_us: 1e3 * fast / count as f64, exhaustive_us: 1e3 * exhaustive / few as f64 }
}

/// Lengths compared.
pub const LENGTHS: [usize; 5] = [12, 24, 36, 48, 60];

/// The line of the table for one length.
pub fn line(n: usize, c: &Comparison) -> String {
    format!("{n:3} {:9.2} {:15.1} {:7.1}", c.fast_us, c.exhaustive_us, c.ratio())
}

/// The head of the table.
pub const HEAD: &str = "  n   fast us   exhaustive us   ratio";

impl Comparison {
    /// How many times faster.
    pub fn ratio(&self) -> f64 {
        self.exhaustive_us / self.fast_us
    }
}

/// Seconds for the whole method, population passes included.
pub fn whole(count: usize, n: usize, now: fn() -> f64) -> f64 {
    let set = customers(count, n);
    let begin = now();
    let _ = black_box(fit(black_box(&set), &Params::default(), &mut |_, _| ControlFlow::Continue(())));
    1e-3 * (now() - begin)
}
