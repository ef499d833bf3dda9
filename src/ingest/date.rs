//! Which day does a cell mean?
//!
//! Read without asking: `YYYYMMDD` (also with hour, minute and second), `Y-M-D`, `Y/M/D`, `Y.M.D`, `Y年M月D日`, dates
//! with the English name of the month, and, in a column of plain numbers, spreadsheet serials (days since 1899-12-30)
//! and seconds or milliseconds since 1970. A time of day and a zone may follow; they are dropped, and the day is the
//! one written, not shifted to another zone.
//!
//! `1/2/2024` needs the order of day and month, which the whole column decides ([`OrderVotes`]): the order under which
//! the fewest dates are impossible. If two orders do equally well and give different days, nothing in the file can
//! decide, and the user is asked. Only dates with dots are taken as day first: nobody writes month.day.year.
//! Two-digit years: 69..99 are 1969..1999, 00..68 are 2000..2068 (POSIX `strptime`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::customer::Day;

/// The order of year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// Year first, or otherwise beyond doubt.
    Ymd,
    /// Day first.
    Dmy,
    /// Month first.
    Mdy,
}

/// What a cell says before the order of the column is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateCell {
    /// This day.
    Day(Day),
    /// A plain number that can be a serial or an epoch time, and the day it is then.
    Number(Day),
    /// Three numbers whose order is open; the last may be a full year.
    Open {
        /// As written.
        numbers: [u32; 3],
        /// Whether the last number is a four-digit year.
        full_year: bool,
        /// Whether dots separate them.
        dotted: bool,
    },
    /// No date.
    Bad,
}

impl DateCell {
    /// The day under an order; `None` if it is no date, or none under that order.
    #[must_use]
    pub fn day(self, order: DateOrder) -> Option<Day> {
        let Self::Open { numbers: [a, b, c], full_year, .. } = self else {
            return match self {
                Self::Day(day) | Self::Number(day) => Some(day),
                _ => None,
            };
        };
        let (year, month, day) = match order {
            DateOrder::Ymd if full_year => return None,
            DateOrder::Ymd => (a, b, c),
            DateOrder::Dmy => (c, b, a),
            DateOrder::Mdy => (c, a, b),
        };
        let year = match year {
            _ if full_year => year,
            0..=68 => 2000 + year,
            69..=99 => 1900 + year,
            _ => return None,
        };
        Day::from_ymd(year as i32, month, day)
    }
}

/// Reads a trimmed cell.
#[must_use]
#[inline]
pub fn parse(cell: &str) -> DateCell {
    match numbers(cell.as_bytes()) {
        Some(((century, year), (month, day))) => {
            Day::from_ymd((century * 100 + year) as i32, month, day).map_or(DateCell::Bad, DateCell::Day)
        }
        None => parse_slowly(cell),
    }
}

/// The first day of each month of two centuries, since looking one up is faster than computing it.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// From January of [`Calendar::FIRST`] on, and one more.
    months: Vec<i32>,
}

impl Default for Calendar {
    fn default() -> Self {
        let year = |i: u32| Self::FIRST + i / 12;
        let first = |i: u32| Day::from_ymd(year(i) as i32, i % 12 + 1, 1).map_or(0, |day| day.0);
        Self { months: (0..=Self::YEARS * 12).map(first).collect() }
    }
}

impl Calendar {
    const FIRST: u32 = 1900;
    const YEARS: u32 = 200;

    /// The day of a cell in the form `YYYY-MM-DD` or `YYYYMMDD`, if it lies in the calendar; what else there is,
    /// [`parse`] knows.
    #[must_use]
    #[inline]
    pub fn day(&self, cell: &[u8]) -> Option<Day> {
        let ((century, year), (month, day)) = numbers(cell)?;
        let at = (century * 100 + year).checked_sub(Self::FIRST)? * 12 + month.checked_sub(1)?;
        let (&[first, next], true) = (self.months.get(at as usize..at as usize + 2)?, month <= 12) else {
            return None;
        };
        let known = day >= 1 && day as i32 <= next - first;
        known.then_some(Day(first + day as i32 - 1))
    }
}

/// Century, year, month and day of a cell of eight digits, or of ten characters with two dashes.
#[inline]
fn numbers(cell: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    match *cell {
        [a, b, c, d, e, f, g, h] | [a, b, c, d, b'-', e, f, b'-', g, h] => {
            two_pairs([a, b, c, d]).zip(two_pairs([e, f, g, h]))
        }
        _ => None,
    }
}

/// Two numbers of two digits each, all four at once.
#[inline]
fn two_pairs(digits: [u8; 4]) -> Option<(u32, u32)> {
    let values = u32::from_le_bytes(digits) ^ 0x3030_3030;
    // A byte above 9 carries into its high bit.
    if (values | values.wrapping_add(0x7676_7676)) & 0x8080_8080 != 0 {
        return None;
    }
    let pairs = (values & 0x00ff_00ff) * 10 + (values >> 8 & 0x00ff_00ff);
    Some((pairs & 0xff, pairs >> 16))
}

#[inline]
fn digits(bytes: &[u8]) -> Option<u32> {
    let mut n = 0_u32;
    for &b in bytes {
        if !b.is_ascii_digit() {
            return None;
        }
        n = n.checked_mul(10)?.checked_add(u32::from(b - b'0'))?;
    }
    (!bytes.is_empty()).then_some(n)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Number { value: u32, width: usize },
    Month(u32),
}

fn parse_slowly(cell: &str) -> DateCell {
    let is_plain = cell.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    let text: Cow<'_, str> = match is_plain {
        true => cell.into(),
        false => cell.chars().map(super::number::half_width).collect::<String>().to_ascii_lowercase().into(),
    };
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && text.bytes().filter(|&b| b == b'.').count() < 2
    {
        return plain_number(text);
    }
    let mut parts = Vec::with_capacity(3);
    let mut dotted = false;
    let mut rest = text;
    while parts.len() < 3 {
        let Some(first) = rest.chars().next() else { return DateCell::Bad };
        if first.is_ascii_digit() {
            let width = rest.bytes().take_while(u8::is_ascii_digit).count();
            let Some(value) = digits(&rest.as_bytes()[..width]) else { return DateCell::Bad };
            parts.push(Part::Number { value, width });
            rest = &rest[width..];
        } else if first.is_ascii_alphabetic() {
            let width = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            match (month_name(&rest[..width]), is_filler(&rest[..width])) {
                (Some(m), _) => parts.push(Part::Month(m)),
                (None, true) => {}
                (None, false) => return DateCell::Bad,
            }
            rest = &rest[width..];
        } else {
            return DateCell::Bad;
        }
        if parts.len() < 3 {
            dotted |= rest.starts_with('.');
            rest = rest.trim_start_matches(['-', '/', '.', ',', ' ', '年', '月', '\'']);
        }
    }
    if !is_time(rest.trim_start_matches(['日', '号', '號', ',', ' '])) {
        return DateCell::Bad;
    }
    assemble(&parts, dotted)
}

fn assemble(parts: &[Part], dotted: bool) -> DateCell {
    let known = |year: u32, width: usize, month, day| {
        let year = match (width, year) {
            (4, _) => year,
            (2, 0..=68) => 2000 + year,
            (2, _) => 1900 + year,
            _ => return DateCell::Bad,
        };
        Day::from_ymd(year as i32, month, day).map_or(DateCell::Bad, DateCell::Day)
    };
    match *parts {
        [
            Part::Number { value: y, width: 4 },
            Part::Number { value: m, .. },
            Part::Number { value: d, .. },
        ]
        | [Part::Number { value: y, width: 4 }, Part::Month(m), Part::Number { value: d, .. }] => {
            known(y, 4, m, d)
        }
        [Part::Number { value: d, .. }, Part::Month(m), Part::Number { value: y, width }]
        | [Part::Month(m), Part::Number { value: d, .. }, Part::Number { value: y, width }] => {
            known(y, width, m, d)
        }
        [
            Part::Number { value: a, width: 1 | 2 },
            Part::Number { value: b, width: 1 | 2 },
            Part::Number { value: c, width: width @ (1 | 2 | 4) },
        ] => DateCell::Open { numbers: [a, b, c], full_year: width == 4, dotted },
        _ => DateCell::Bad,
    }
}

/// Serial days, seconds, milliseconds, or date and time run together, by the number of digits.
fn plain_number(text: &str) -> DateCell {
    let whole = text.split('.').next().unwrap_or_default();
    let Ok(n) = whole.parse::<i64>() else { return DateCell::Bad };
    let epoch = |seconds: i64| {
        i32::try_from(seconds.div_euclid(86_400)).map_or(DateCell::Bad, |d| DateCell::Number(Day(d)))
    };
    match whole.len() {
        // 10,000 is 1927-05-18, 99,999 is 2173-10-13.
        5 => DateCell::Number(Day(n as i32 - 25_569)),
        9 | 10 => epoch(n),
        12 | 14 => match parse(&whole[..8]) {
            day @ DateCell::Day(_) if !text.contains('.') && digits(&whole.as_bytes()[8..10]) < Some(24) => {
                day
            }
            _ if whole.len() == 12 => epoch(n / 1000),
            _ => DateCell::Bad,
        },
        13 => epoch(n / 1000),
        _ => DateCell::Bad,
    }
}

pub(super) fn month_name(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let short = word.len() >= 3;
    MONTHS
        .iter()
        .position(|m| short && (m.starts_with(word) || word == "sept"))
        .map(|i| if word == "sept" { 9 } else { i as u32 + 1 })
}

/// Day names and the endings of ordinals, which say nothing.
fn is_filler(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    matches!(word, "st" | "nd" | "rd" | "th" | "of")
        || (word.len() >= 3 && DAYS.iter().any(|d| d.starts_with(word)))
}

/// Whether what follows a date is a time of day, a zone, a day of the week, or nothing.
fn is_time(rest: &str) -> bool {
    let rest = rest.trim_start_matches('t').trim();
    if rest.is_empty() || rest == "z" {
        return true;
    }
    if rest.starts_with("星期") || rest.starts_with("周") || rest.starts_with("週") {
        return true;
    }
    let allowed =
        |c: char| c.is_ascii_digit() || c.is_ascii_lowercase() || " :.,+-[]/_上午下时時点點分秒".contains(c);
    let starts = rest.starts_with(|c: char| c.is_ascii_digit() || "+-上下".contains(c));
    starts && rest.contains([':', '时', '時', '点', '點']) && rest.chars().all(allowed)
}

/// What a column says about the order of its dates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderVotes {
    /// Dates whose order is open.
    pub n_open: u64,
    /// Impossible dates under day-first, month-first, year-first.
    pub n_bad: [u64; 3],
    /// Dates with a first number no day has: only a year, or an error.
    n_year_first: u64,
    /// First date that differs between day-first and month-first, with its line.
    pub example: Option<(String, u64)>,
    /// Whether some differing date was written without dots.
    undotted: bool,
}

impl OrderVotes {
    /// Counts a cell.
    pub fn add(&mut self, cell: &str, line: u64) {
        let parsed = parse(cell);
        let DateCell::Open { numbers, full_year, dotted } = parsed else { return };
        self.n_open += 1;
        let days = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd].map(|order| parsed.day(order));
        for (n, day) in self.n_bad.iter_mut().zip(days) {
            *n += u64::from(day.is_none());
        }
        self.n_year_first += u64::from(!full_year && numbers[0] > 31);
        if days[0].is_some() && days[1].is_some() && days[0] != days[1] {
            self.undotted |= !dotted;
            if self.example.is_none() {
                self.example = Some((super::quality::shorten(cell), line));
            }
        }
    }

    /// The order, or `None` if the column leaves it open.
    #[must_use]
    pub fn decide(&self) -> Option<DateOrder> {
        let [day_first, month_first, year_first] = self.n_bad;
        // Two-digit years in front are rare enough to need a date that is nothing else.
        if self.n_year_first > 0 && year_first < day_first.min(month_first) {
            return Some(DateOrder::Ymd);
        }
        match day_first.cmp(&month_first) {
            std::cmp::Ordering::Less => Some(DateOrder::Dmy),
            std::cmp::Ordering::Greater => Some(DateOrder::Mdy),
            std::cmp::Ordering::Equal if self.example.is_none() || !self.undotted => Some(DateOrder::Dmy),
            std::cmp::Ordering::Equal => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn iso(cell: &str, order: DateOrder) -> String {
        parse(cell).day(order).map_or_else(|| "-".into(), Day::iso)
    }

    #[test]
    fn forms_that_need_no_order() {
        for cell in [
            "20240305",
            "2024-03-05",
            "2024-3-5",
            "2024/03/05",
            "2024.3.5",
            "2024年3月5日",
            "２０２４年３月５日",
            "2024年03月05日 14:05",
            "2024-03-05T23:30:00Z",
            "2024-03-05T23:30:00.123+08:00",
            "2024-03-05 00:10:00",
            "2024-03-05 下午 3:10",
            "20240305143000",
            "5 Mar 2024",
            "05-MAR-24",
            "March 5, 2024",
            "Tue, 5th March 2024",
            "45356",
            "45356.75",
            "1709596800",
            "1709596800000",
        ] {
            assert_eq!(iso(cell, DateOrder::Ymd), "2024-03-05", "{cell}");
        }
    }

    #[test]
    fn the_calendar_reads_as_parse_does() {
        let calendar = Calendar::default();
        let cell = |y: u32, m: u32, d: u32| format!("{y:04}-{m:02}-{d:02}");
        for year in [1899, 1900, 1904, 1999, 2000, 2023, 2024, 2099, 2100, 9999] {
            for (month, day) in (0..=14).flat_map(|m| (0..=33).map(move |d| (m, d))) {
                for cell in [cell(year, month, day), cell(year, month, day).replace('-', "")] {
                    let DateCell::Day(expected) = parse(&cell) else {
                        assert_eq!(calendar.day(cell.as_bytes()), None, "{cell}");
                        continue;
                    };
                    let inside = (1900..2100).contains(&year);
                    assert_eq!(calendar.day(cell.as_bytes()), inside.then_some(expected), "{cell}");
                }
            }
        }
        for cell in ["", "2024-1-05", "2024/01/05", "2024-01-0x", "20240105 "] {
            assert_eq!(calendar.day(cell.as_bytes()), None, "{cell}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for cell in [
            "",
            "abc",
            "2024-13-01",
            "20240230",
            "12",
            "1.5",
            "2024",
            "2024-03",
            "1/2",
            "1/2/3/4",
            "-5",
            "37°36'37.8\"N",
            "3;4;5",
        ] {
            assert!(parse(cell).day(DateOrder::Dmy).is_none(), "{cell}");
        }
    }

    #[test]
    fn day_and_month_swap_with_the_order() {
        assert_eq!(iso("3/5/2024", DateOrder::Dmy), "2024-05-03");
        assert_eq!(iso("3/5/2024", DateOrder::Mdy), "2024-03-05");
        assert_eq!(iso("03-05-24 10:00", DateOrder::Mdy), "2024-03-05");
        assert_eq!(iso("97/01/31", DateOrder::Ymd), "1997-01-31");
        assert_eq!(iso("1/2/69", DateOrder::Dmy), "1969-02-01");
        assert_eq!(iso("13/13/2024", DateOrder::Dmy), "-");
    }

    fn decide(cells: &[&str]) -> Option<DateOrder> {
        let mut votes = OrderVotes::default();
        cells.iter().enumerate().for_each(|(i, c)| votes.add(c, i as u64 + 2));
        votes.decide()
    }

    #[test]
    fn the_column_decides_the_order() {
        assert_eq!(decide(&["1/2/2024", "13/2/2024"]), Some(DateOrder::Dmy));
        assert_eq!(decide(&["1/2/2024", "2/13/2024"]), Some(DateOrder::Mdy));
        assert_eq!(decide(&["1/2/2024", "3/4/2024"]), None);
        assert_eq!(decide(&["1/1/2024", "3/3/2024"]), Some(DateOrder::Dmy), "same day either way");
        assert_eq!(decide(&["1.2.2024"]), Some(DateOrder::Dmy));
        assert_eq!(decide(&["97/01/31", "97/02/03"]), Some(DateOrder::Ymd));
        assert_eq!(
            decide(&["13/2/2024", "2/13/2024", "2/14/2024"]),
            Some(DateOrder::Mdy),
            "the fewer impossible"
        );
    }
}
