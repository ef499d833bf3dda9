//! Which period does a cell mean, and on which day does a period count?
//!
//! Read: months (`2024-01`, `2024/1`, `202401`, `2024年1月`, `Jan 2024`, `1/2024`), quarters (`2024Q1`, `Q1 2024`,
//! `2024年第1季度`), half-years (`2024H1`, `2024年上半年`), years (`2024`, `2024年`), ISO weeks (`2024-W05`), whole dates,
//! and plain numbers that only count (`0`, `1`, `2`).
//!
//! What happened in a period counts on its **last day**: on no earlier day is the period known to be over, months
//! begin and end where calendars say, and the last period of a file ends it. A date stands for itself, unless every
//! date of the column is the first of a month: then it names the month. Numbers that only count have no calendar;
//! number 0 is laid on January 2000, so that lengths and gaps are right and no date is.

use super::date::{self, DateCell};
use super::header;
use super::number::half_width;
use crate::customer::{Day, Month};

/// What a cell of a period column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodCell {
    /// A stretch of so many months (1, 3, 6 or 12).
    Months {
        /// The first month.
        first: Month,
        /// How many.
        n: u32,
    },
    /// A week, by its last day.
    Week(Day),
    /// A whole date.
    Day(Day),
    /// A date whose order of day and month is open, for [`date::parse`].
    OpenDate,
    /// A plain number that is no year, month or date.
    Number(i32),
    /// Nothing of these.
    Bad,
}

/// How long the periods of a column are that only counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Months, which is also what is assumed.
    #[default]
    Month,
    /// Weeks of seven days.
    Week,
    /// Quarters of a year.
    Quarter,
    /// Years.
    Year,
}

impl Unit {
    /// What the name of a column says.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let name = header::normalize(name);
        let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
        match () {
            () if has(&["week", "周", "週"]) => Self::Week,
            () if has(&["quarter", "季"]) => Self::Quarter,
            () if has(&["month", "月"]) => Self::Month,
            () if has(&["year", "年"]) => Self::Year,
            () => Self::Month,
        }
    }

    /// Last day of a period that only has a number; `None` outside -10,000..=10,000.
    #[must_use]
    pub fn last_day(self, number: i32) -> Option<Day> {
        if !(-10_000..=10_000).contains(&number) {
            return None;
        }
        let months = |n: i32| Month(2000 * 12 + number.saturating_mul(n) + n - 1);
        let month = match self {
            Self::Week => return Some(Day(Month(2000 * 12).first_day().0 + 7 * number + 6)),
            Self::Month => months(1),
            Self::Quarter => months(3),
            Self::Year => months(12),
        };
        (12..12 * 9999).contains(&month.0).then(|| last_day(month))
    }

    /// Months of a period; 0 for less than one.
    #[must_use]
    pub fn months(self) -> u32 {
        match self {
            Self::Week => 0,
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

/// Last day of a month.
#[must_use]
pub fn last_day(month: Month) -> Day {
    Day(month.first_day().0 + month.days() as i32 - 1)
}

/// Whether a plain number is more likely a year than one that only counts.
fn is_year(n: i32) -> bool {
    (1900..=2100).contains(&n)
}

/// Reads a trimmed cell.
#[must_use]
pub fn parse(cell: &str) -> PeriodCell {
    if !cell.is_empty() && cell.len() <= 8 && cell.bytes().all(|b| b.is_ascii_digit()) {
        return parse_digits(cell);
    }
    if let Some((year, rest)) = cell.split_at_checked(4)
        && let (Ok(year), Some(rest)) = (year.parse::<i32>(), rest.strip_prefix('-'))
        && let ([b'0'..=b'9', b'0'..=b'9'], Ok(month)) = (rest.as_bytes(), rest.parse::<u32>())
    {
        return months(year, month, 1);
    }
    parse_slowly(cell)
}

fn parse_digits(cell: &str) -> PeriodCell {
    let Ok(n) = cell.parse::<i32>() else { return PeriodCell::Bad };
    match cell.len() {
        4 if is_year(n) => months(n, 1, 12),
        6 if is_year(n / 100) => months(n / 100, (n % 100) as u32, 1),
        8 => match date::parse(cell) {
            DateCell::Day(day) => PeriodCell::Day(day),
            _ => PeriodCell::Bad,
        },
        // A column of serial days is a column of dates.
        5 => match date::parse(cell) {
            DateCell::Number(day) => PeriodCell::Day(day),
            _ => PeriodCell::Bad,
        },
        1..=4 => PeriodCell::Number(n),
        _ => PeriodCell::Bad,
    }
}

/// `n` months from a month of the year, or nothing where there is no such month.
fn months(year: i32, month: u32, n: u32) -> PeriodCell {
    let first = match Day::from_ymd(year, month, 1) {
        Some(day) if (1..9999).contains(&year) => day.month(),
        _ => return PeriodCell::Bad,
    };
    PeriodCell::Months { first, n }
}

/// What a mark between the numbers says about them.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Quarter,
    Half,
    Week,
    Month(u32),
}

fn parse_slowly(cell: &str) -> PeriodCell {
    if cell.len() > 40 || !cell.chars().map(half_width).any(|c| c.is_ascii_digit()) {
        return PeriodCell::Bad;
    }
    // Words become letters and numerals; what only separates, a blank.
    let mut plain = String::with_capacity(cell.len() + 2);
    for c in cell.chars().map(half_width) {
        match c {
            '第' | '年' | '月' | '份' | '度' | '半' => plain.push(' '),
            '季' => plain.push('q'),
            '周' | '週' => plain.push('w'),
            '上' => plain.push_str("h1"),
            '下' => plain.push_str("h2"),
            '一' => plain.push('1'),
            '二' => plain.push('2'),
            '三' => plain.push('3'),
            '四' => plain.push('4'),
            c => plain.push(c.to_ascii_lowercase()),
        }
    }
    let (mut numbers, mut mark) = (Vec::with_capacity(3), None);
    let mut rest = plain.trim();
    while let Some(first) = rest.chars().next() {
        let (word, after) = if first.is_ascii_digit() {
            let width = rest.bytes().take_while(u8::is_ascii_digit).count();
            let Some(value) = rest[..width].parse::<u32>().ok().filter(|_| numbers.len() < 3) else {
                return PeriodCell::Bad;
            };
            numbers.push((value, width));
            ("", &rest[width..])
        } else if first.is_ascii_alphabetic() {
            let width = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            rest.split_at(width)
        } else if matches!(first, '-' | '/' | '.' | ' ' | '\'' | ',' | '_') {
            ("", &rest[1..])
        } else {
            return date_of(cell);
        };
        let found = match word {
            "" => None,
            "q" | "qtr" | "quarter" => Some(Mark::Quarter),
            "h" => Some(Mark::Half),
            "w" | "wk" | "week" => Some(Mark::Week),
            name => match date::month_name(name) {
                Some(month) => Some(Mark::Month(month)),
                None => return date_of(cell),
            },
        };
        if found.is_some() && mark.replace(found).is_some() {
            return date_of(cell);
        }
        rest = after;
    }
    let year_of = |(value, width): (u32, usize)| match width {
        4 => Some(value as i32),
        2 => Some(if value <= 68 { 2000 } else { 1900 } + value as i32),
        _ => None,
    };
    match (mark.flatten(), numbers.as_slice()) {
        (None, &[(y, 4)]) => months(y as i32, 1, 12),
        (None, &[(y, 4), (m, 1 | 2)] | &[(m, 1 | 2), (y, 4)]) => months(y as i32, m, 1),
        (Some(Mark::Month(m)), &[y]) => year_of(y).map_or(PeriodCell::Bad, |y| months(y, m, 1)),
        (Some(Mark::Quarter), &[(y, 4), (q, 1)] | &[(q, 1), (y, 4)]) if (1..=4).contains(&q) => {
            months(y as i32, 3 * q - 2, 3)
        }
        (Some(Mark::Half), &[(y, 4), (h, 1)] | &[(h, 1), (y, 4)]) if (1..=2).contains(&h) => {
            months(y as i32, 6 * h - 5, 6)
        }
        (Some(Mark::Week), &[(y, 4), (w, 1 | 2)] | &[(w, 1 | 2), (y, 4)]) => {
            week(y as i32, w).map_or(PeriodCell::Bad, PeriodCell::Week)
        }
        _ => date_of(cell),
    }
}

fn date_of(cell: &str) -> PeriodCell {
    match date::parse(cell) {
        DateCell::Day(day) | DateCell::Number(day) => PeriodCell::Day(day),
        DateCell::Open { .. } => PeriodCell::OpenDate,
        DateCell::Bad => PeriodCell::Bad,
    }
}

/// The Sunday of an ISO week: week 1 is the one that holds January 4th.
fn week(year: i32, week: u32) -> Option<Day> {
    let fourth = Day::from_ymd(year, 1, 4)?;
    // 1970-01-01 was a Thursday.
    let monday = fourth.0 - (fourth.0 + 3).rem_euclid(7);
    (1..=53).contains(&week).then(|| Day(monday + 7 * week as i32 - 1))
}

/// A date that needs the order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDate;

/// Gathers the periods of a column.
#[derive(Clone, Copy, Debug)]
pub struct Periods {
    /// Unit of the numbers that only count, where the column holds such.
    unit: Option<Unit>,
    n_dates: u64,
    n_firsts: u64,
    /// Longest period seen, months; 0 for less than one.
    pub months: u32,
}

impl Periods {
    /// For a column of which the first cells are known.
    #[must_use]
    pub fn of_column<'c>(name: &str, cells: impl Iterator<Item = &'c str>) -> Self {
        let (mut n_counting, mut n_other) = (0, 0);
        for cell in cells.filter(|c| !c.is_empty()) {
            match parse(cell) {
                PeriodCell::Number(_) => n_counting += 1,
                PeriodCell::Bad => {}
                _ => n_other += 1,
            }
        }
        let unit = (n_counting > n_other).then(|| Unit::of_name(name));
        Self { unit, n_dates: 0, n_firsts: 0, months: 0 }
    }

    /// Whether the periods only have numbers.
    #[must_use]
    pub fn only_count(&self) -> bool {
        self.unit.is_some()
    }

    /// The day a cell counts on, before [`Periods::settle`]; `None` if it means no period.
    ///
    /// # Errors
    /// [`OpenDate`] if it is a date whose order of day and month only the column can tell.
    pub fn day(&mut self, cell: &str) -> Result<Option<Day>, OpenDate> {
        if let Some(unit) = self.unit {
            self.months = unit.months();
            return Ok(cell.parse().ok().and_then(|n| unit.last_day(n)));
        }
        match parse(cell) {
            PeriodCell::Months { first, n } => {
                self.months = self.months.max(n);
                Ok(Some(last_day(Month(first.0 + n as i32 - 1))))
            }
            PeriodCell::Week(day) => Ok(Some(day)),
            PeriodCell::Day(day) => {
                self.add_date(Some(day));
                Ok(Some(day))
            }
            PeriodCell::OpenDate => Err(OpenDate),
            PeriodCell::Number(_) | PeriodCell::Bad => Ok(None),
        }
    }

    /// Counts a date that was read elsewhere.
    pub fn add_date(&mut self, day: Option<Day>) {
        let Some(day) = day else { return };
        self.n_dates += 1;
        self.n_firsts += u64::from(day.ymd().2 == 1);
    }

    /// Once all cells were read: dates that only name months are moved to the ends of these.
    pub fn settle(&mut self, days: &mut [Day]) {
        if self.n_dates > 0 && self.n_dates == self.n_firsts {
            self.months = self.months.max(1);
            days.iter_mut().for_each(|day| *day = last_day(day.month()));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn span(cell: &str) -> Option<(String, u32)> {
        match parse(cell) {
            PeriodCell::Months { first, n } => Some((first.iso(), n)),
            _ => None,
        }
    }

    #[test]
    fn ways_to_write_a_period() {
        for (cell, first, n) in [
            ("2024-01", "2024-01", 1),
            ("2024/1", "2024-01", 1),
            ("2024.12", "2024-12", 1),
            ("202402", "2024-02", 1),
            ("2024年1月", "2024-01", 1),
            ("2024年01月份", "2024-01", 1),
            ("２０２４年１１月", "2024-11", 1),
            ("Jan 2024", "2024-01", 1),
            ("Sep-24", "2024-09", 1),
            ("2024 March", "2024-03", 1),
            ("3/2024", "2024-03", 1),
            ("2024Q1", "2024-01", 3),
            ("2024-q4", "2024-10", 3),
            ("Q2 2024", "2024-04", 3),
            ("2024年第1季度", "2024-01", 3),
            ("2024年第三季度", "2024-07", 3),
            ("2024年四季度", "2024-10", 3),
            ("2024H2", "2024-07", 6),
            ("2024年上半年", "2024-01", 6),
            ("2024", "2024-01", 12),
            ("2024年", "2024-01", 12),
            ("2024年度", "2024-01", 12),
        ] {
            assert_eq!(span(cell), Some((first.to_owned(), n)), "{cell}");
        }
        for (cell, day) in
            [("2024-W01", "2024-01-07"), ("2021W53", "2022-01-09"), ("2020年第53周", "2021-01-03")]
        {
            assert_eq!(parse(cell), PeriodCell::Week(Day::parse_iso(day).unwrap()), "{cell}");
        }
        for (cell, day) in
            [("2024-01-31", "2024-01-31"), ("20240131", "2024-01-31"), ("2024年1月31日", "2024-01-31")]
        {
            assert_eq!(parse(cell), PeriodCell::Day(Day::parse_iso(day).unwrap()), "{cell}");
        }
        assert_eq!(parse("1/2/2024"), PeriodCell::OpenDate);
        assert_eq!(parse("17"), PeriodCell::Number(17));
        for cell in ["", "2024-13", "202413", "2024Q5", "Q1", "soon", "2024-1-1-1", "1.5", "9999999", "一"] {
            assert!(
                !matches!(parse(cell), PeriodCell::Months { .. } | PeriodCell::Day(_)),
                "{cell}: {:?}",
                parse(cell)
            );
        }
    }

    fn days(name: &str, cells: &[&str]) -> (Vec<Option<String>>, u32) {
        let mut periods = Periods::of_column(name, cells.iter().copied());
        let mut read: Vec<Option<Day>> = cells.iter().map(|c| periods.day(c).unwrap()).collect();
        let mut known: Vec<Day> = read.iter().flatten().copied().collect();
        periods.settle(&mut known);
        let mut known = known.into_iter();
        read.iter_mut().filter(|d| d.is_some()).for_each(|d| *d = known.next());
        (read.into_iter().map(|d| d.map(Day::iso)).collect(), periods.months)
    }

    #[test]
    fn a_period_counts_on_its_last_day() {
        let some = |iso: &str| Some(iso.to_owned());
        assert_eq!(days("month", &["2024-02", "2023-02"]), (vec![some("2024-02-29"), some("2023-02-28")], 1));
        assert_eq!(days("period", &["2024Q1", "2024"]), (vec![some("2024-03-31"), some("2024-12-31")], 12));
        assert_eq!(
            days("month", &["2024-02-01", "2024-04-01"]),
            (vec![some("2024-02-29"), some("2024-04-30")], 1)
        );
        assert_eq!(
            days("period", &["2024-02-01", "2024-02-15"]),
            (vec![some("2024-02-01"), some("2024-02-15")], 0)
        );
        assert_eq!(
            days("period", &["0", "1", "13"]),
            (vec![some("2000-01-31"), some("2000-02-29"), some("2001-02-28")], 1)
        );
        assert_eq!(days("week", &["0", "1"]), (vec![some("2000-01-07"), some("2000-01-14")], 0));
        assert_eq!(days("季度", &["1", "x"]), (vec![some("2000-06-30"), None], 3));
        assert_eq!(
            days("period", &["99999999999", "-3", "3"]).0,
            [None, some("1999-10-31"), some("2000-04-30")]
        );
    }
}
