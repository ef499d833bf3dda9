//! Do volume, price, cost, indirect benefit, value and profit really go through the stages as the theory says?
//! (表3-1, methods.md 3.9.)
//!
//! Customer-periods are weighted by the probability of the stage in them. With w the weight of a stage in a period, per
//! stage and measure the mean is a ratio of sums over customers and periods:
//!
//! - orders Σw·orders/Σw; units Σw·units/Σw (per period);
//! - price index Σw·value/Σw·(value of the same units at each product's overall mean price);
//! - cost share Σw·cost/Σw·value; cost to serve Σw·serve/Σw·orders (money per order);
//! - indirect benefit Σw·(referrals·value of one − complaints·cost of one)/Σw (money per period);
//! - value Σw·value/Σw; profit Σw·(value − cost − cost to serve)/Σw (money per period); without costs value times the
//!   margin given, which the result says.
//!
//! Intervals: 95 %, percentiles of 500 seeded resamples of customers (Efron 1979). Between stages that follow each other
//! the difference of means is resampled in the same way: all of its interval in the expected direction is a tick, all of
//! it in the other a cross, else undecided. A row is a cross with any cross, else a tick with any tick.
//!
//! [`peaks()`] holds the sentence "profit peaks later than value" to the data, [`transitions()`] counts the changes of stage
//! and how long stages last, [`outlook()`] looks back half a year and tells what came of each stage (3.10).
//!
//! Sources: methods.md 3.9, 3.10, 21; the table is 陈明亮's (c. 2002). The expected directions are read off its words;
//! what it leaves blank, value and profit in decline, follows its text.
//!
//! Degenerate cases: a row whose column is missing is absent; a stage with fewer than 20 customer-periods has too few; a
//! ratio without a denominator (no orders, no value) has no base; a column of another length than the series is an error.
//! More than 5,000 customers: a seeded sample of that many, and the result says so.
//!
//! ```
//! use tenure::analytics::stage_table::{Direction, Measure};
//! use tenure::analytics::stage::Stage;
//! // 表3-1: cost is highest at the beginning, drops, reaches a floor and rises again.
//! let expected = [Direction::Down, Direction::Down, Direction::Up];
//! assert_eq!(Measure::CostShare.directions(), expected);
//! ```

mod outlook;
mod peak;
mod transitions;

pub use outlook::{LookBack, Outlook, OutlookInput, StageOutlook, outlook};
pub use peak::{Peaks, peaks};
pub use transitions::{Destination, Flow, Stay, Transitions, transitions};

use super::stage::{SeriesSet, Stage, Stages};
use crate::math::{Rng, quantile_sorted, sort};
use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// 交易量: orders per period.
    Orders,
    /// 交易量: units per period.
    Units,
    /// 价格: price relative to the products' overall mean, 1 = as dear as on average.
    PriceIndex,
    /// 成本: cost over value, a share.
    CostShare,
    /// 成本: cost to serve per order, money.
    CostToServe,
    /// 间接效益: money per period.
    Indirect,
    /// 交易额: money per period.
    Value,
    /// 利润: money per period.
    Profit,
}

/// What the theory expects of a measure in a stage, in its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expectation {
    /// Small.
    Small,
    /// Rises fast.
    RisesFast,
    /// At its height, steady.
    HighestSteady,
    /// Falls back.
    FallsBack,
    /// A low base price.
    LowBasePrice,
    /// Rising, clear late in the stage.
    RisingLate,
    /// Keeps rising with the ability to add value.
    KeepsRising,
    /// Starts to fall.
    StartsToFall,
    /// At its highest.
    Highest,
    /// Drops clearly.
    DropsClearly,
    /// Falls to a floor.
    Floor,
    /// Rises, but stays below exploration.
    RisesBelowExploration,
    /// None.
    None,
    /// Appears late and grows.
    AppearsLate,
    /// Clear and growing.
    ClearGrowing,
    /// Shrinks with a lag; bad word of mouth makes it negative.
    ShrinksWithLag,
    /// Very small.
    VerySmall,
    /// Rises fast, near its height late in the stage.
    RisesNearHeight,
    /// A high plateau.
    HighPlateau,
    /// Falls.
    Falls,
    /// Very small or negative.
    VerySmallOrNegative,
    /// Rises, then levels off high.
    LevelsOffHigh,
    /// Falls, more slowly than value.
    FallsSlowerThanValue,
}

/// Direction of the change from one stage to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Rises.
    Up,
    /// Falls.
    Down,
}

impl Measure {
    /// All measures in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Orders,
        Self::Units,
        Self::PriceIndex,
        Self::CostShare,
        Self::CostToServe,
        Self::Indirect,
        Self::Value,
        Self::Profit,
    ];

    /// What is expected in each stage, in the order of [`Stage::ALL`].
    #[must_use]
    pub fn expectations(self) -> [Expectation; 4] {
        use Expectation::*;
        match self {
            Self::Orders | Self::Units => [Small, RisesFast, HighestSteady, FallsBack],
            Self::PriceIndex => [LowBasePrice, RisingLate, KeepsRising, StartsToFall],
            Self::CostShare | Self::CostToServe => [Highest, DropsClearly, Floor, RisesBelowExploration],
            Self::Indirect => [None, AppearsLate, ClearGrowing, ShrinksWithLag],
            Self::Value => [VerySmall, RisesNearHeight, HighPlateau, Falls],
            Self::Profit => [VerySmallOrNegative, RisesFast, LevelsOffHigh, FallsSlowerThanValue],
        }
    }

    /// Expected change of the mean from exploration to build-up, to stability, to decline.
    #[must_use]
    pub fn directions(self) -> [Direction; 3] {
        match self {
            Self::CostShare | Self::CostToServe => [Direction::Down, Direction::Down, Direction::Up],
            _ => [Direction::Up, Direction::Up, Direction::Down],
        }
    }

    /// Which of a customer's [`Sums`] is divided by which.
    fn ratio(self) -> (usize, usize) {
        match self {
            Self::Orders => (ORDERS, WEIGHT),
            Self::Units => (UNITS, WEIGHT),
            Self::PriceIndex => (PRICED, AT_MEAN),
            Self::CostShare => (COST, VALUE),
            Self::CostToServe => (SERVE, ORDERS),
            Self::Indirect => (INDIRECT, WEIGHT),
            Self::Value => (VALUE, WEIGHT),
            Self::Profit => (PROFIT, WEIGHT),
        }
    }
}

/// Referrals and complaints, and what one is worth.
#[derive(Clone, Copy, Debug)]
pub struct Indirect<'a> {
    /// Customers referred, one entry per customer-period.
    pub referrals: &'a [f64],
    /// Value of a customer referred (average customer lifetime value), money.
    pub referral_value: f64,
    /// Complaints, one entry per customer-period.
    pub complaints: Option<&'a [f64]>,
    /// Cost of a complaint, money.
    pub complaint_cost: f64,
}

/// What the table is made from. Columns have one entry per customer and period, laid out as [`SeriesSet::range`] says.
#[derive(Clone, Copy, Debug)]
pub struct TableInput<'a> {
    /// The series; orders are taken from here.
    pub set: &'a SeriesSet,
    /// Their stages.
    pub stages: &'a Stages,
    /// Value, money (before a season is taken out).
    pub value: &'a [f64],
    /// Units.
    pub units: Option<&'a [f64]>,
    /// Value of the units bought at each product's overall mean price, money.
    pub at_mean_price: Option<&'a [f64]>,
    /// Variable cost, money.
    pub cost: Option<&'a [f64]>,
    /// Cost to serve, money.
    pub cost_to_serve: Option<&'a [f64]>,
    /// Referrals and complaints.
    pub indirect: Option<Indirect<'a>>,
    /// Gross margin, a share, for profit where there is no cost.
    pub margin: f64,
}

impl TableInput<'_> {
    fn check(&self) -> Result<(), TableError> {
        let indirect = self.indirect.as_ref();
        let columns = [
            ("value", Some(self.value)),
            ("units", self.units),
            ("atMeanPrice", self.at_mean_price),
            ("cost", self.cost),
            ("costToServe", self.cost_to_serve),
            ("referrals", indirect.map(|i| i.referrals)),
            ("complaints", indirect.and_then(|i| i.complaints)),
        ];
        let expected = self.set.values().len();
        for (column, values) in columns.into_iter().filter_map(|(name, v)| Some((name, v?))) {
            if values.len() != expected {
                return Err(TableError::Length { column: column.to_owned(), found: values.len(), expected });
            }
            if !values.iter().all(|v| v.is_finite()) {
                return Err(TableError::NotFinite { column: column.to_owned() });
            }
        }
        Ok(())
    }

    /// Profit of one customer-period: value less cost and cost to serve.
    fn profit(&self, at: usize) -> f64 {
        let gross = self.cost.map_or_else(|| self.value[at] * self.margin, |c| self.value[at] - c[at]);
        gross - self.cost_to_serve.map_or(0.0, |c| c[at])
    }
}

/// Why there is no table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum TableError {
    /// A column has not one entry per customer-period.
    Length {
        /// Which.
        column: String,
        /// Its entries.
        found: usize,
        /// Customer-periods.
        expected: usize,
    },
    /// A number is NaN or infinite.
    NotFinite {
        /// In which column.
        column: String,
    },
}

/// How the table is made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableOptions {
    /// Resamples of customers behind an interval.
    pub n_resamples: usize,
    /// Customers used at most.
    pub sample_size: usize,
    /// Customer-periods (for transitions and the outlook: customers) a stage needs.
    pub least: f64,
    /// Seed of sample and resamples.
    pub seed: u64,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { n_resamples: 500, sample_size: 5_000, least: 20.0, seed: 1 }
    }
}

/// Customers used, where not all were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// Customers used.
    pub used: usize,
    /// Customers there were.
    pub of: usize,
}

/// A mean, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Reading {
    /// Measured.
    Measured {
        /// Mean over customer-periods.
        mean: f64,
        /// 95 % interval.
        interval: (f64, f64),
    },
    /// Too few customer-periods.
    TooFew {
        /// Those there are.
        customer_periods: f64,
        /// Those it takes.
        needed: f64,
    },
    /// Nothing to divide by.
    NoBase,
}

/// One measure in one stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// What the theory expects.
    pub expected: Expectation,
    /// What was found.
    pub found: Reading,
}

/// Whether the data agree with the theory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// They do.
    Tick,
    /// They say the opposite.
    Cross,
    /// They do not say.
    Undecided,
}

impl Mark {
    /// A difference whose interval lies on one side of 0.
    fn of(interval: (f64, f64), expected: Direction) -> Self {
        let (up, down) = (interval.0 > 0.0, interval.1 < 0.0);
        match (up, down, expected) {
            (true, _, Direction::Up) | (_, true, Direction::Down) => Self::Tick,
            (true, _, Direction::Down) | (_, true, Direction::Up) => Self::Cross,
            _ => Self::Undecided,
        }
    }
}

/// The change from one stage to the next.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// The later stage.
    pub to: Stage,
    /// What is expected.
    pub expected: Direction,
    /// Difference of the means and its 95 % interval; `None` where one of them is missing.
    pub difference: Option<(f64, (f64, f64))>,
    /// The verdict.
    pub mark: Mark,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What is measured.
    pub measure: Measure,
    /// In the order of [`Stage::ALL`].
    pub cells: [Cell; 4],
    /// Into build-up, stability, decline.
    pub pairs: [Pair; 3],
    /// Of the whole line.
    pub mark: Mark,
}

/// What the columns of the table rest on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageBase {
    /// Which stage.
    pub stage: Stage,
    /// Customers with at least half an expected period in it.
    pub n_customers: usize,
    /// Expected customer-periods.
    pub customer_periods: f64,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageTable {
    /// In the order of [`Stage::ALL`].
    pub stages: [StageBase; 4],
    /// Lines whose columns there are, in the order of [`Measure::ALL`].
    pub rows: Vec<Row>,
    /// Margin behind profit where there is no cost column.
    pub assumed_margin: Option<f64>,
    /// Where not all customers were used.
    pub sampled: Option<Sampled>,
    /// How it was made.
    pub options: TableOptions,
}

const WEIGHT: usize = 0;
const ORDERS: usize = 1;
const UNITS: usize = 2;
const PRICED: usize = 3;
const AT_MEAN: usize = 4;
const COST: usize = 5;
const SERVE: usize = 6;
const INDIRECT: usize = 7;
const VALUE: usize = 8;
const PROFIT: usize = 9;
const N_SUMS: usize = 10;

/// Weighted sums of one customer, or of many: stage by stage.
type Sums = [[f64; N_SUMS]; 4];

/// Makes the table.
///
/// # Errors
/// If a column does not fit the series.
pub fn stage_table(input: &TableInput<'_>, options: &TableOptions) -> Result<StageTable, TableError> {
    input.check()?;
    let with_path = |i: &usize| {
        input.stages.customers.get(*i).is_some_and(|c| c.probabilities.iter().any(|p| *p > 0.0))
            && !input.set.range(*i).is_empty()
    };
    let all: Vec<usize> = (0..input.set.len()).filter(with_path).collect();
    let (ids, sampled) = draw(&all, options);
    let mut own: Vec<(usize, Sums)> = Vec::with_capacity(ids.len());
    input.stages.paths(input.set, &ids, &mut |i, path| own.push((i, sums_of(input, i, path))));
    // Paths come in an order of their own; sums and resamples go by customer.
    own.sort_unstable_by_key(|x| x.0);
    let own: Vec<Sums> = own.into_iter().map(|x| x.1).collect();
    let total = total(&own, 0..own.len());
    let resampled = resamples(own.len(), options, |draw| total_of(&own, draw));
    let stages = std::array::from_fn(|s| StageBase {
        stage: Stage::ALL[s],
        n_customers: own.iter().filter(|x| x[s][WEIGHT] >= 0.5).count(),
        customer_periods: total[s][WEIGHT],
    });
    let has = |m: &Measure| match m {
        Measure::Orders | Measure::Value | Measure::Profit => true,
        Measure::Units => input.units.is_some(),
        Measure::PriceIndex => input.at_mean_price.is_some(),
        Measure::CostShare => input.cost.is_some(),
        Measure::CostToServe => input.cost_to_serve.is_some(),
        Measure::Indirect => input.indirect.is_some(),
    };
    let rows = Measure::ALL.into_iter().filter(has);
    Ok(StageTable {
        stages,
        rows: rows.map(|m| row(m, &total, &resampled, options.least)).collect(),
        assumed_margin: input.cost.is_none().then_some(input.margin),
        sampled,
        options: *options,
    })
}

fn sums_of(input: &TableInput<'_>, i: usize, path: &[[f64; 4]]) -> Sums {
    let mut sums = [[0.0; N_SUMS]; 4];
    let (range, orders) = (input.set.range(i), input.set.get(i).orders);
    let column = |c: Option<&[f64]>, at: usize| c.map_or(0.0, |c| c[at]);
    for ((at, p), &orders) in range.zip(path).zip(orders) {
        let mean_price = column(input.at_mean_price, at);
        let indirect = input.indirect.as_ref().map_or(0.0, |x| {
            x.referrals[at] * x.referral_value - column(x.complaints, at) * x.complaint_cost
        });
        let mut of = [0.0; N_SUMS];
        of[WEIGHT] = 1.0;
        of[ORDERS] = f64::from(orders);
        of[UNITS] = column(input.units, at);
        (of[PRICED], of[AT_MEAN]) = if mean_price > 0.0 { (input.value[at], mean_price) } else { (0.0, 0.0) };
        of[COST] = column(input.cost, at);
        of[SERVE] = column(input.cost_to_serve, at);
        of[INDIRECT] = indirect;
        of[VALUE] = input.value[at];
        of[PROFIT] = input.profit(at);
        for (sum, &w) in sums.iter_mut().zip(p) {
            for (sum, x) in sum.iter_mut().zip(of) {
                *sum += w * x;
            }
        }
    }
    sums
}

fn total(own: &[Sums], draw: impl Iterator<Item = usize>) -> Sums {
    let mut out = [[0.0; N_SUMS]; 4];
    for i in draw {
        for (sums, x) in out.iter_mut().zip(&own[i]) {
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += x;
            }
        }
    }
    out
}

fn total_of(own: &[Sums], draw: &[usize]) -> Sums {
    total(own, draw.iter().copied())
}

/// At most `sample_size` of these, drawn without replacement, in order.
fn draw(all: &[usize], options: &TableOptions) -> (Vec<usize>, Option<Sampled>) {
    let mut ids = all.to_vec();
    let used = options.sample_size.max(1);
    if ids.len() <= used {
        return (ids, None);
    }
    let mut rng = Rng::new(options.seed);
    for k in 0..used {
        let other = k + rng.below(ids.len() - k);
        ids.swap(k, other);
    }
    ids.truncate(used);
    ids.sort_unstable();
    (ids, Some(Sampled { used, of: all.len() }))
}

/// `f` of every resample: as many customers as there are, drawn with replacement.
fn resamples<T>(n: usize, options: &TableOptions, mut f: impl FnMut(&[usize]) -> T) -> Vec<T> {
    let mut rng = Rng::new(options.seed ^ 0x5EED);
    let mut drawn = vec![0; n];
    let n_resamples = if n == 0 { 0 } else { options.n_resamples };
    (0..n_resamples)
        .map(|_| {
            drawn.iter_mut().for_each(|i| *i = rng.below(n));
            f(&drawn)
        })
        .collect()
}

/// 2.5 and 97.5 % of what could be computed, if that is most of it.
fn interval(values: impl Iterator<Item = Option<f64>>) -> Option<(f64, f64)> {
    let mut n = 0;
    let mut found: Vec<f64> = values.inspect(|_| n += 1).flatten().collect();
    sort(&mut found);
    (2 * found.len() > n).then(|| (quantile_sorted(&found, 0.025), quantile_sorted(&found, 0.975)))
}

fn mean_of(sums: &Sums, stage: usize, measure: Measure) -> Option<f64> {
    let (above, below) = measure.ratio();
    let (x, base) = (sums[stage][above], sums[stage][below]);
    (base > 1e-9).then(|| x / base).filter(|m| m.is_finite())
}

fn row(measure: Measure, total: &Sums, resampled: &[Sums], least: f64) -> Row {
    let enough = |s: usize| total[s][WEIGHT] >= least;
    let expected = measure.expectations();
    let cells: [Cell; 4] = std::array::from_fn(|s| {
        let measured = || {
            let mean = mean_of(total, s, measure)?;
            let interval = interval(resampled.iter().map(|r| mean_of(r, s, measure)))?;
            Some(Reading::Measured { mean, interval })
        };
        let few = Reading::TooFew { customer_periods: total[s][WEIGHT], needed: least };
        let found = if enough(s) { measured().unwrap_or(Reading::NoBase) } else { few };
        Cell { expected: expected[s], found }
    });
    let directions = measure.directions();
    let pairs: [Pair; 3] = std::array::from_fn(|k| {
        let step = |sums: &Sums| Some(mean_of(sums, k + 1, measure)? - mean_of(sums, k, measure)?);
        let difference = (enough(k) && enough(k + 1))
            .then(|| Some((step(total)?, interval(resampled.iter().map(step))?)))
            .flatten();
        let mark = difference.map_or(Mark::Undecided, |d| Mark::of(d.1, directions[k]));
        Pair { to: Stage::ALL[k + 1], expected: directions[k], difference, mark }
    });
    let any = |mark: Mark| pairs.iter().any(|p| p.mark == mark);
    let mark = [Mark::Cross, Mark::Tick].into_iter().find(|&m| any(m)).unwrap_or(Mark::Undecided);
    Row { measure, cells, pairs, mark }
}

#[cfg(test)]
mod tests;
