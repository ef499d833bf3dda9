//! Which days are missing, which cannot be right, and are the first and the last month whole?
//!
//! - *Odd days*: far from all others (two spreads and more before the 1st or after the 99th percentile of the rows,
//!   a spread being their distance, at least a year), days that programs fill in for an unknown one ([`FILL_INS`], where
//!   they lie outside these percentiles), and piles (a day with at least 10 % of all rows and 20 times the rows of the
//!   median day, among ten days and more). All but piles are left out of what follows.
//! - *Gaps*: the grain is the finest at which rows are usual: days (60 % of the days on usual weekdays have rows; a
//!   weekday is usual if half of its days have), else weeks (80 %), else months (80 %); a file below that is too sparse to
//!   have gaps. With a share `q` of the `N` units empty, the longest run left out, a run of `L` empty ones is expected
//!   `N q^L` times by chance; runs that chance explains once in a hundred such files are gaps (of at least 3 days,
//!   2 weeks or 1 month), if rows are usual, by the same share, among the ten units before and after.
//! - *Edges*: the last month is cut off if the usual days missing at its end would all be empty by chance less than once
//!   in twenty times, as often as usual days are empty in the last 60 days; the first month likewise. Its level is compared with the same days of up to twelve months before it.

use serde::{Deserialize, Serialize};

use crate::customer::{Day, MoneyScale, Month};
use crate::math;

/// Days that programs write for an unknown day: the zero of a calendar, a spreadsheet, an operating system or a
/// database, and the end of time.
pub const FILL_INS: [(i32, u32, u32); 14] = [
    (1, 1, 1),
    (1600, 12, 31),
    (1601, 1, 1),
    (1753, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (1901, 1, 1),
    (1904, 1, 1),
    (1970, 1, 1),
    (1980, 1, 1),
    (2099, 12, 31),
    (2999, 12, 31),
    (9999, 12, 31),
];

/// Odd days and gaps listed.
const LISTED: usize = 5;
/// Units before and after a gap that tell whether rows are usual there.
const AROUND: usize = 10;
/// Days at either end of the file that tell whether rows are usual there.
const EDGE_DAYS: i32 = 60;
/// Latest months kept.
const MAX_MONTHS: usize = 600;
/// Latest days kept for [`Calendar::after`].
const LAST_DAYS: usize = 31;
/// Days counted in one flat table, 1900 to 2100; others are rare.
const FLAT: std::ops::Range<i32> = -25_567..47_847;

/// Facts about days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// First day that is not odd.
    pub first: Day,
    /// Last day that is not odd.
    pub last: Day,
    /// Rows and money of each month between them, the latest 600.
    pub months: Vec<MonthRows>,
    /// Rows on odd days that are left out of the rest.
    pub odd_rows: u64,
    /// Odd days, most rows first; at most five.
    pub odd_days: Vec<OddDay>,
    /// The unit in which rows are usual; absent where the file is too sparse to tell.
    pub grain: Option<Grain>,
    /// Share of the usual units that have rows; 0 without a grain.
    pub coverage: f64,
    /// Weekdays that usually have rows, Monday first.
    pub weekdays: [bool; 7],
    /// Empty units in a row from which a run counts as a gap; 0 without a grain.
    pub shortest_gap: u32,
    /// Gaps in all.
    pub n_gaps: u32,
    /// The longest gaps, longest first; at most five.
    pub gaps: Vec<Gap>,
    /// The first month, where it begins late.
    pub first_month: Option<Edge>,
    /// The last month, where it ends early.
    pub last_month: Option<Edge>,
    /// The latest days with rows, odd ones included; at most 31.
    pub last_days: Vec<DayRows>,
}

/// A month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthRows {
    /// Which.
    pub month: Month,
    /// Rows.
    pub rows: u64,
    /// Sum of amounts.
    pub revenue: f64,
}

/// A day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DayRows {
    /// Which.
    pub day: Day,
    /// Rows.
    pub rows: u64,
}

/// Why a day is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyOdd {
    /// Written for an unknown day.
    FillIn,
    /// Long before all others.
    FarBefore,
    /// Long after all others.
    FarAfter,
    /// Far more rows than a day has.
    Pile,
}

/// An odd day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OddDay {
    /// Which.
    pub day: Day,
    /// Its rows.
    pub rows: u64,
    /// Why it is listed.
    pub why: WhyOdd,
}

/// The unit in which rows are usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grain {
    /// Days on usual weekdays.
    Day,
    /// Weeks from Monday.
    Week,
    /// Calendar months.
    Month,
}

/// A run of units without a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Units without a row.
    pub units: u32,
    /// Rows that so many units have on average, in the ten before and after.
    pub rows_expected: f64,
}

/// A month that is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// First day with rows.
    pub from: Day,
    /// Last day with rows.
    pub to: Day,
    /// Days of the month.
    pub month_days: u32,
    /// Rows in the month.
    pub rows: u64,
    /// Sum of its amounts.
    pub revenue: f64,
    /// The month against the same days of earlier ones; absent for a first month, and below three earlier ones.
    pub level: Option<Level>,
}

/// A month against the same days of earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// Earlier months compared with.
    pub months: u32,
    /// Rows over their median there; absent where that is 0.
    pub rows: Option<f64>,
    /// Money over its median there; absent where that is not positive.
    pub revenue: Option<f64>,
}

/// Rows and money of one day.
#[derive(Clone, Copy, Default)]
struct Tally {
    day: i32,
    rows: u64,
    minor: i128,
}

impl Calendar {
    /// Looks at the days of all rows, with their amounts in minor units of a scale. `None` without rows.
    #[must_use]
    pub fn of(days: &[Day], amounts: &[i64], scale: MoneyScale) -> Option<Self> {
        let tallies = tally(days, amounts);
        let (odd, far) = odd_days(&tallies);
        let core: Vec<Tally> = tallies.iter().filter(|t| !far.contains(&t.day)).copied().collect();
        let (first, last) = (core.first()?.day, core.last()?.day);
        let mut out = Self { first: Day(first), last: Day(last), ..Self::default() };
        out.odd_rows = tallies.iter().filter(|t| far.contains(&t.day)).map(|t| t.rows).sum();
        out.odd_days = odd;
        out.months = months(&core, scale);
        out.weekdays = usual_weekdays(&core, first, last);
        out.find_gaps(&core);
        out.find_edges(&core, scale);
        let latest = tallies.iter().rev().take(LAST_DAYS);
        out.last_days = latest.map(|t| DayRows { day: Day(t.day), rows: t.rows }).collect();
        out.last_days.reverse();
        Some(out)
    }

    /// Rows after a day such as today; a lower bound where all the latest days lie after it.
    #[must_use]
    pub fn after(&self, day: Day) -> u64 {
        self.last_days.iter().filter(|d| d.day > day).map(|d| d.rows).sum()
    }

    /// The last day of the month before a last month that ends early: the day to look back from.
    #[must_use]
    pub fn last_whole_month(&self) -> Option<Day> {
        let start = self.last_month?.to.month().first_day();
        (self.first < start).then_some(Day(start.0 - 1))
    }

    fn find_gaps(&mut self, core: &[Tally]) {
        for (grain, enough, least_units, least_gap) in
            [(Grain::Day, 0.6, 30, 3), (Grain::Week, 0.8, 20, 2), (Grain::Month, 0.8, 12, 1)]
        {
            let units = self.units(core, grain);
            let n = units.len();
            let filled = units.iter().filter(|u| u.rows > 0).count();
            let share = filled as f64 / n.max(1) as f64;
            if n < least_units || share < enough {
                continue;
            }
            let empty_runs =
                units.chunk_by(|a, b| (a.rows == 0) == (b.rows == 0)).filter(|run| run[0].rows == 0);
            let longest = empty_runs.map(<[Unit]>::len).max().unwrap_or(0);
            let q = (n - filled - longest) as f64 / (n - longest).max(1) as f64;
            // N q^L <= 1/100; with no other unit empty, any run is too long for chance.
            let by_chance =
                if q > 0.0 { (math::ln(100.0 * n as f64) / -math::ln(q)).ceil() as u32 } else { 0 };
            (self.grain, self.coverage, self.shortest_gap) = (Some(grain), share, by_chance.max(least_gap));
            let mut gaps = Vec::new();
            let mut at = 0;
            for run in units.chunk_by(|a, b| (a.rows == 0) == (b.rows == 0)) {
                if run[0].rows == 0 && run.len() as u32 >= self.shortest_gap {
                    gaps.extend(gap(&units, at..at + run.len(), enough));
                }
                at += run.len();
            }
            self.n_gaps = gaps.len() as u32;
            gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.units), gap.from));
            gaps.truncate(LISTED);
            self.gaps = gaps;
            return;
        }
    }

    /// The units from the first to the last day, with their rows.
    fn units(&self, core: &[Tally], grain: Grain) -> Vec<Unit> {
        let (first, last) = (self.first.0, self.last.0);
        let mut units: Vec<Unit> = match grain {
            Grain::Day => (first..=last).filter(|&d| self.is_usual(d)).map(|d| Unit::new(d, d)).collect(),
            Grain::Week => {
                let monday = first - weekday(first) as i32;
                (monday..=last).step_by(7).map(|d| Unit::new(d, d + 6)).collect()
            }
            Grain::Month => {
                let months = Day(first).month().0..=Day(last).month().0;
                months.map(|m| Unit::new(Month(m).first_day().0, Month(m + 1).first_day().0 - 1)).collect()
            }
        };
        let mut at = 0;
        for t in core {
            while units.get(at).is_some_and(|unit| unit.to < t.day) {
                at += 1;
            }
            if let Some(unit) = units.get_mut(at).filter(|unit| unit.from <= t.day) {
                unit.rows += t.rows;
            }
        }
        units
    }

    fn is_usual(&self, day: i32) -> bool {
        self.weekdays[weekday(day)]
    }

    fn find_edges(&mut self, core: &[Tally], scale: MoneyScale) {
        let (first, last, weekdays) = (self.first, self.last, self.weekdays);
        let is_usual = |d: i32| weekdays[weekday(d)];
        // How probable it is that so many usual days next to a stretch are empty by chance.
        let chance = |from: i32, to: i32, missing: usize| {
            let usual = (from..=to).filter(|&d| is_usual(d)).count();
            let inside = core.iter().filter(|t| (from..=to).contains(&t.day) && is_usual(t.day)).count();
            let q = (1.0 - inside as f64 / usual.max(1) as f64).max(1.0 / (usual as f64 + 1.0));
            math::powf(q, missing as f64)
        };
        let (start, end) = (first.month().first_day().0, Month(last.month().0 + 1).first_day().0);
        let before = (start..first.0).filter(|&d| is_usual(d)).count();
        let after = (last.0 + 1..end).filter(|&d| is_usual(d)).count();
        if before > 0 && chance(first.0, last.0.min(first.0 + EDGE_DAYS - 1), before) < 0.05 {
            self.first_month = self.months.first().filter(|m| m.month == first.month()).map(|m| {
                let to =
                    core.iter().rev().find(|t| Day(t.day).month() == m.month).map_or(first, |t| Day(t.day));
                edge(m, first, to, None)
            });
        }
        if after > 0 && chance(first.0.max(last.0 - EDGE_DAYS + 1), last.0, after) < 0.05 {
            let whole_from = if self.first_month.is_some() { first.month().0 + 1 } else { first.month().0 };
            let level = level(core, last, whole_from, scale);
            self.last_month = self.months.last().map(|m| {
                let from = core.iter().find(|t| Day(t.day).month() == m.month).map_or(last, |t| Day(t.day));
                edge(m, from, last, level)
            });
        }
    }
}

/// An empty run as a gap, if rows are usual around it.
fn gap(units: &[Unit], run: std::ops::Range<usize>, enough: f64) -> Option<Gap> {
    let before = &units[run.start.saturating_sub(AROUND)..run.start];
    let after = &units[run.end..units.len().min(run.end + AROUND)];
    let around = || before.iter().chain(after);
    let n = before.len() + after.len();
    let filled = around().filter(|u| u.rows > 0).count();
    let rows: u64 = around().map(|u| u.rows).sum();
    (filled as f64 >= enough * n as f64).then(|| Gap {
        from: Day(units[run.start].from),
        to: Day(units[run.end - 1].to),
        units: run.len() as u32,
        rows_expected: rows as f64 / n.max(1) as f64 * run.len() as f64,
    })
}

fn edge(month: &MonthRows, from: Day, to: Day, level: Option<Level>) -> Edge {
    Edge { from, to, month_days: month.month.days(), rows: month.rows, revenue: month.revenue, level }
}

/// The last month against the same days of the months before it, back to `whole_from`.
fn level(core: &[Tally], last: Day, whole_from: i32, scale: MoneyScale) -> Option<Level> {
    let (now, upto) = (last.month().0, last.ymd().2);
    let earlier = whole_from.max(now - 12)..now;
    if earlier.len() < 3 {
        return None;
    }
    let part = |month: i32| {
        let from = core.partition_point(|t| t.day < Month(month).first_day().0);
        let own = core[from..].iter().take_while(|t| Day(t.day).month().0 == month);
        own.filter(|t| Day(t.day).ymd().2 <= upto)
            .fold((0_u64, 0_i128), |(r, m), t| (r + t.rows, m + t.minor))
    };
    let (rows, minor) = part(now);
    let parts: Vec<(u64, i128)> = earlier.clone().map(part).collect();
    let usual_rows = math::quantile(&parts.iter().map(|p| p.0 as f64).collect::<Vec<_>>(), 0.5);
    let usual = math::quantile(&parts.iter().map(|p| scale.to_f64(p.1)).collect::<Vec<_>>(), 0.5);
    Some(Level {
        months: parts.len() as u32,
        rows: (usual_rows > 0.0).then(|| rows as f64 / usual_rows),
        revenue: (usual > 0.0).then(|| scale.to_f64(minor) / usual),
    })
}

struct Unit {
    from: i32,
    to: i32,
    rows: u64,
}

impl Unit {
    fn new(from: i32, to: i32) -> Self {
        Self { from, to, rows: 0 }
    }
}

/// Monday is 0; 1970-01-01 was a Thursday.
fn weekday(day: i32) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Each day with rows once, in order.
fn tally(days: &[Day], amounts: &[i64]) -> Vec<Tally> {
    let mut flat = vec![Tally::default(); FLAT.len()];
    let mut rare = std::collections::BTreeMap::<i32, Tally>::new();
    for (&Day(day), &amount) in days.iter().zip(amounts) {
        let tally = match flat.get_mut((i64::from(day) - i64::from(FLAT.start)) as usize) {
            Some(tally) => tally,
            None => rare.entry(day).or_default(),
        };
        tally.day = day;
        tally.rows += 1;
        tally.minor += i128::from(amount);
    }
    let mut all: Vec<Tally> = flat.into_iter().filter(|t| t.rows > 0).chain(rare.into_values()).collect();
    all.sort_by_key(|t| t.day);
    all
}

/// The day below which a share of the rows lies.
fn percentile(tallies: &[Tally], all: u64, share: f64) -> i32 {
    let target = (all as f64 * share).floor() as u64;
    let mut below = 0;
    for t in tallies {
        below += t.rows;
        if below > target {
            return t.day;
        }
    }
    tallies.last().map_or(0, |t| t.day)
}

/// The odd days to list, and those to leave out.
fn odd_days(tallies: &[Tally]) -> (Vec<OddDay>, Vec<i32>) {
    let all: u64 = tallies.iter().map(|t| t.rows).sum();
    let [low, high] = [0.01, 0.99].map(|share| percentile(tallies, all, share));
    let spread = (high - low).max(365);
    let fill_ins = FILL_INS.map(|(y, m, d)| Day::from_ymd(y, m, d).unwrap_or_default().0);
    let median = math::quantile(&tallies.iter().map(|t| t.rows as f64).collect::<Vec<_>>(), 0.5);
    let is_pile = |rows: f64| tallies.len() >= 10 && rows >= 0.1 * all as f64 && rows >= 20.0 * median;
    let (mut odd, mut far) = (Vec::new(), Vec::new());
    for t in tallies {
        let outside = t.day < low || t.day > high;
        let why = if outside && fill_ins.contains(&t.day) {
            WhyOdd::FillIn
        } else if t.day < low - 2 * spread {
            WhyOdd::FarBefore
        } else if t.day > high + 2 * spread {
            WhyOdd::FarAfter
        } else if is_pile(t.rows as f64) {
            WhyOdd::Pile
        } else {
            continue;
        };
        if why != WhyOdd::Pile {
            far.push(t.day);
        }
        odd.push(OddDay { day: Day(t.day), rows: t.rows, why });
    }
    odd.sort_by_key(|o| (std::cmp::Reverse(o.rows), o.day));
    odd.truncate(LISTED);
    (odd, far)
}

fn months(core: &[Tally], scale: MoneyScale) -> Vec<MonthRows> {
    let (Some(first), Some(last)) = (core.first(), core.last()) else { return Vec::new() };
    let from = Day(first.day).month().0;
    let mut sums = vec![(0_u64, 0_i128); (Day(last.day).month().0 - from + 1) as usize];
    for t in core {
        let sum = &mut sums[(Day(t.day).month().0 - from) as usize];
        *sum = (sum.0 + t.rows, sum.1 + t.minor);
    }
    let row = |(i, (rows, minor)): (usize, (u64, i128))| MonthRows {
        month: Month(from + i as i32),
        rows,
        revenue: scale.to_f64(minor),
    };
    let skipped = sums.len().saturating_sub(MAX_MONTHS);
    sums.into_iter().enumerate().skip(skipped).map(row).collect()
}

/// Weekdays of which at least half have rows; all of them where none has.
fn usual_weekdays(core: &[Tally], first: i32, last: i32) -> [bool; 7] {
    let (mut days, mut filled) = ([0_u32; 7], [0_u32; 7]);
    (first..=last).for_each(|d| days[weekday(d)] += 1);
    core.iter().for_each(|t| filled[weekday(t.day)] += 1);
    let usual = std::array::from_fn(|i| days[i] > 0 && 2 * filled[i] >= days[i]);
    if usual.contains(&true) { usual } else { [true; 7] }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    /// `per_day` rows of 1.00 on each day of a range that passes.
    fn rows(from: &str, to: &str, per_day: usize, wanted: impl Fn(i32) -> bool) -> Vec<Day> {
        let days = (day(from).0..=day(to).0).filter(|&d| wanted(d));
        days.flat_map(|d| std::iter::repeat_n(Day(d), per_day)).collect()
    }

    fn calendar(days: &[Day]) -> Calendar {
        Calendar::of(days, &vec![100; days.len()], MoneyScale { decimals: 2 }).unwrap()
    }

    #[test]
    fn a_shop_without_sundays_has_no_gap_and_a_lost_week_is_one() {
        assert_eq!(weekday(day("2024-01-01").0), 0, "a Monday");
        let open = |d: i32| weekday(d) != 6;
        let whole = calendar(&rows("2023-01-02", "2024-12-31", 3, open));
        assert_eq!((whole.grain, whole.coverage, whole.n_gaps), (Some(Grain::Day), 1.0, 0));
        assert_eq!(whole.weekdays, [true, true, true, true, true, true, false]);
        assert_eq!((whole.first_month, whole.last_month), (None, None), "the 1st was a Sunday");

        let lost = (day("2024-03-04").0, day("2024-03-09").0);
        let found =
            calendar(&rows("2023-01-02", "2024-12-31", 3, |d| open(d) && !(lost.0..=lost.1).contains(&d)));
        assert_eq!(found.n_gaps, 1);
        let gap = found.gaps[0];
        assert_eq!((gap.from, gap.to, gap.units, gap.rows_expected), (Day(lost.0), Day(lost.1), 6, 18.0));
    }

    #[test]
    fn what_chance_explains_is_no_gap() {
        let mut rng = math::Rng::new(3);
        // Seven days in ten have a row: runs of five empty days come about once in two years.
        let mut days: Vec<Day> = (0..730).filter(|_| rng.uniform() < 0.7).map(|d| Day(19_000 + d)).collect();
        let found = calendar(&days);
        assert_eq!((found.grain, found.n_gaps), (Some(Grain::Day), 0), "{found:?}");
        assert!((8..=12).contains(&found.shortest_gap), "730 (0.3)^L <= 0.01 from L = 9.3 on");
        days.retain(|d| !(19_300..19_315).contains(&d.0));
        assert!(calendar(&days).gaps[0].units >= 15);
    }

    #[test]
    fn sparse_files_are_judged_by_weeks_or_months_or_not_at_all() {
        let mondays = calendar(&rows("2022-01-03", "2023-12-25", 1, |d| weekday(d) == 0));
        assert_eq!(mondays.grain, Some(Grain::Day), "Mondays are then the usual days");
        let weekly = |d: i32| weekday(d) == (d / 7).rem_euclid(7) as usize;
        let lost = (day("2023-05-01").0, day("2023-06-04").0);
        let found =
            calendar(&rows("2022-01-03", "2023-12-31", 1, |d| weekly(d) && !(lost.0..=lost.1).contains(&d)));
        assert_eq!((found.grain, found.n_gaps, found.gaps[0].units), (Some(Grain::Week), 1, 5));
        assert_eq!((found.gaps[0].from.0, found.gaps[0].to.0), lost);
        let monthly = |d: i32| Day(d).ymd().2 == 15 && Day(d).iso() != "2022-08-15";
        let found = calendar(&rows("2021-01-01", "2023-12-31", 2, monthly));
        assert_eq!((found.grain, found.n_gaps, found.shortest_gap), (Some(Grain::Month), 1, 1));
        assert_eq!((found.gaps[0].from, found.gaps[0].to), (day("2022-08-01"), day("2022-08-31")));
        let yearly = calendar(&rows("2010-01-01", "2023-12-31", 1, |d| Day(d).iso().ends_with("06-30")));
        assert_eq!((yearly.grain, yearly.n_gaps), (None, 0));
    }

    #[test]
    fn fill_ins_and_far_days_are_told_and_left_out() {
        let mut days = rows("2023-01-01", "2024-12-31", 2, |_| true);
        days.extend(vec![day("1970-01-01"); 7]);
        days.extend([day("0001-01-01"), day("2099-12-31"), day("2003-05-05"), day("2042-02-03")]);
        let found = calendar(&days);
        let listed: Vec<_> = found.odd_days.iter().map(|o| (o.day.iso(), o.rows, o.why)).collect();
        assert_eq!(
            listed,
            [
                ("1970-01-01".to_owned(), 7, WhyOdd::FillIn),
                ("0001-01-01".to_owned(), 1, WhyOdd::FillIn),
                ("2003-05-05".to_owned(), 1, WhyOdd::FarBefore),
                ("2042-02-03".to_owned(), 1, WhyOdd::FarAfter),
                ("2099-12-31".to_owned(), 1, WhyOdd::FillIn),
            ]
        );
        assert_eq!((found.odd_rows, found.months.len(), found.n_gaps), (11, 24, 0));
        assert_eq!((found.first, found.last), (day("2023-01-01"), day("2024-12-31")));
        assert_eq!(found.after(day("2024-12-31")), 2);
        assert_eq!(found.after(day("2024-12-30")), 4);
    }

    #[test]
    fn a_pile_is_told_and_stays() {
        let mut days = rows("2023-01-01", "2023-12-31", 2, |_| true);
        days.extend(vec![day("2023-06-01"); 300]);
        let found = calendar(&days);
        assert_eq!(found.odd_days, [OddDay { day: day("2023-06-01"), rows: 302, why: WhyOdd::Pile }]);
        assert_eq!(found.odd_rows, 0);
        assert_eq!(found.months[5].rows, 360);
        assert_eq!(found.months[5].revenue, 360.0);
    }

    /// By hand: 4 rows a day up to 10 March 2024, after 2 a day: the ten days have 40 rows, before it 20.
    #[test]
    fn a_last_month_that_ends_early_is_compared_with_the_same_days() {
        let mut days = rows("2023-01-09", "2024-02-29", 2, |_| true);
        days.extend(rows("2024-03-01", "2024-03-10", 4, |_| true));
        let found = calendar(&days);
        let last = found.last_month.unwrap();
        assert_eq!(
            (last.from, last.to, last.month_days, last.rows),
            (day("2024-03-01"), day("2024-03-10"), 31, 40)
        );
        assert_eq!(last.level, Some(Level { months: 12, rows: Some(2.0), revenue: Some(2.0) }));
        assert_eq!(found.last_whole_month(), Some(day("2024-02-29")));
        let first = found.first_month.unwrap();
        assert_eq!(
            (first.from, first.to, first.month_days, first.rows, first.level),
            (day("2023-01-09"), day("2023-01-31"), 31, 46, None)
        );
    }

    #[test]
    fn a_sparse_file_may_end_before_the_month_does() {
        let found = calendar(&rows("2022-01-05", "2023-12-20", 1, |d| d % 10 == 0));
        assert_eq!((found.first_month, found.last_month), (None, None));
        assert_eq!(found.last_whole_month(), None);
    }

    #[test]
    fn few_rows_and_extreme_days_do_not_fail() {
        assert_eq!(Calendar::of(&[], &[], MoneyScale::default()), None);
        let one = calendar(&[day("2024-05-05")]);
        assert_eq!((one.months.len(), one.grain, one.n_gaps), (1, None, 0));
        let ends = calendar(&[day("0001-01-01"), day("9999-12-31")]);
        assert_eq!(
            (ends.months.len(), ends.grain, ends.odd_rows),
            (600, None, 0),
            "two days are no bulk to be far from"
        );
    }
}
