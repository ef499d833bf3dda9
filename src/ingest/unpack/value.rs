//! How is the number in a cell of a workbook written? As a date where its format says so, else as short as it can be.
//!
//! A workbook keeps dates as days since an epoch (ECMA-376 part 1, 18.17.4) and says by the format of the cell that the
//! number is a date. Dates are written as ISO 8601 has them, so that nothing is left open.

use std::collections::HashMap;
use std::fmt::Write;

use crate::customer::Day;

/// What a number format makes of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    #[default]
    Number,
    /// A day, a time of day, or both.
    Date,
    /// Hours that may be more than a day has.
    Elapsed,
}

/// The kind of a format built into Excel (ECMA-376 part 1, 18.8.30, with the East Asian ones).
pub fn kind_of_id(id: u16) -> Kind {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Kind::Date,
        46 => Kind::Elapsed,
        _ => Kind::Number,
    }
}

/// The kind of a format code: that of its first section, by the letters outside quotes and brackets.
pub fn kind_of_code(code: &str) -> Kind {
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                letters.by_ref().find(|c| *c == '"');
            }
            // What follows stands for itself, or gives a width.
            '\\' | '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|c| *c != ']').collect();
                let is_unit = |unit: char| inside.chars().all(|c| c.eq_ignore_ascii_case(&unit));
                if !inside.is_empty() && ['h', 'm', 's'].into_iter().any(is_unit) {
                    return Kind::Elapsed;
                }
            }
            // `General` has an e of its own.
            'G' | 'g' if letters.as_str().get(..6).is_some_and(|s| s.eq_ignore_ascii_case("eneral")) => {
                return Kind::Number;
            }
            ';' | '0' | '#' | '?' | '@' => return Kind::Number,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | '年' | '月' | '日' => {
                return Kind::Date;
            }
            _ => {}
        }
    }
    Kind::Number
}

/// The kind of a format, where the workbook may give the codes of some.
pub fn kind_of(id: u16, codes: &HashMap<u16, Kind>) -> Kind {
    codes.get(&id).copied().unwrap_or_else(|| kind_of_id(id))
}

/// Last day of the year 9999 as a serial number.
const MAX_SERIAL: f64 = 2_958_466.0;

/// Writes a number in the place of a text.
pub fn write(out: &mut String, value: f64, kind: Kind, is_1904: bool) {
    out.clear();
    // Writing to a string cannot fail.
    let _ = match kind {
        Kind::Date if (0.0..MAX_SERIAL).contains(&value) => write_date(out, value, is_1904),
        Kind::Elapsed if (0.0..MAX_SERIAL).contains(&value) => {
            let seconds = (value * 86_400.0).round() as u64;
            write_time(out, seconds)
        }
        _ => write_number(out, value),
    };
}

/// The fewest digits that read back as the same number.
fn write_number(out: &mut String, value: f64) -> std::fmt::Result {
    let size = value.abs();
    if value == 0.0 {
        out.write_str("0")
    } else if (1e-7..1e18).contains(&size) {
        write!(out, "{value}")
    } else if value.is_finite() {
        write!(out, "{value:e}")
    } else {
        Ok(())
    }
}

fn write_date(out: &mut String, value: f64, is_1904: bool) -> std::fmt::Result {
    let seconds = (value * 86_400.0).round() as u64;
    let (days, time) = ((seconds / 86_400) as i32, seconds % 86_400);
    if days == 0 && !is_1904 {
        return write_time(out, time);
    }
    // Excel counts a 29 February 1900 that never was.
    let epoch = match (is_1904, days) {
        (true, _) => -24_107,
        (false, ..60) => -25_568,
        (false, _) => -25_569,
    };
    let (year, month, day) = Day(epoch + days).ymd();
    write!(out, "{year:04}-{month:02}-{day:02}")?;
    if time > 0 {
        out.push(' ');
        write_time(out, time)?;
    }
    Ok(())
}

fn write_time(out: &mut String, seconds: u64) -> std::fmt::Result {
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64, kind: Kind, is_1904: bool) -> String {
        let mut out = "old".to_owned();
        write(&mut out, value, kind, is_1904);
        out
    }

    #[test]
    fn numbers_read_back_as_the_same() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (29.85, "29.85"),
            (1234567.0, "1234567"),
            (-0.1, "-0.1"),
            (1e300, "1e300"),
            (1.5e-9, "1.5e-9"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123456789012345678.0, "123456789012345680"),
            (f64::NAN, ""),
        ] {
            assert_eq!(text(value, Kind::Number, false), expected);
            assert!(value.is_nan() || expected.parse() == Ok(value), "{expected}");
        }
    }

    #[test]
    fn dates_of_both_epochs() {
        for (value, is_1904, expected) in [
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (61.0, false, "1900-03-01"),
            (45292.0, false, "2024-01-01"),
            (43830.0, true, "2024-01-01"),
            (0.0, true, "1904-01-01"),
            (45292.4375, false, "2024-01-01 10:30:00"),
            (45_292.999_999_9, false, "2024-01-02"),
            (0.5, false, "12:00:00"),
            (2_958_465.0, false, "9999-12-31"),
            (-1.0, false, "-1"),
            (2_958_466.0, false, "2958466"),
        ] {
            assert_eq!(text(value, Kind::Date, is_1904), expected, "{value}");
        }
        assert_eq!(text(1.5, Kind::Elapsed, false), "36:00:00");
    }

    #[test]
    fn kinds_of_formats() {
        for (code, kind) in [
            ("General", Kind::Number),
            ("0.00", Kind::Number),
            ("#,##0.00;[Red]-#,##0.00", Kind::Number),
            ("\"date\" 0", Kind::Number),
            ("\\d0", Kind::Number),
            ("_d0", Kind::Number),
            ("[$-804]0", Kind::Number),
            ("0.00E+00", Kind::Number),
            ("@", Kind::Number),
            ("yyyy-mm-dd", Kind::Date),
            ("[$-409]d\\-mmm\\-yy;@", Kind::Date),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", Kind::Date),
            ("[Red]DD/MM/YY", Kind::Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Kind::Date),
            ("h:mm AM/PM", Kind::Date),
            ("[h]:mm:ss", Kind::Elapsed),
            ("[mm]:ss", Kind::Elapsed),
            ("\"", Kind::Number),
            ("[", Kind::Number),
            ("", Kind::Number),
        ] {
            assert_eq!(kind_of_code(code), kind, "{code}");
        }
        assert_eq!(
            [0, 14, 22, 31, 46, 49, 164].map(kind_of_id).map(|k| k != Kind::Number),
            [false, true, true, true, true, false, false]
        );
    }
}
