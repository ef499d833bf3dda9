//! Numbers, money, shares and dates as a reader of the language writes them.

use super::Lang;
use crate::customer::Day;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Lang {
    /// A whole number with groups of three: `12,345`.
    #[must_use]
    pub fn int(self, x: impl Into<f64>) -> String {
        self.decimal(x.into(), 0)
    }

    /// A number with this many decimals and groups of three; a true minus sign.
    #[must_use]
    pub fn decimal(self, x: f64, decimals: usize) -> String {
        if !x.is_finite() {
            return "–".to_owned();
        }
        let text = format!("{:.decimals$}", x.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::with_capacity(text.len() + text.len() / 3 + 3);
        if x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            out.push('\u{2212}');
        }
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }

    /// Money to the cent where that still reads (below a hundred million), else [`Lang::compact`].
    #[must_use]
    pub fn money(self, x: f64) -> String {
        if x.abs() >= 1e8 {
            self.compact(x)
        } else if x.abs() >= 1e4 && (x - x.round()).abs() < 0.005 {
            self.decimal(x, 0)
        } else {
            self.decimal(x, 2)
        }
    }

    /// Estimated money: three significant digits are all it carries. `12.3K`, `1.90M`; in Chinese `1.23 万`, `190 萬`.
    #[must_use]
    pub fn compact(self, x: f64) -> String {
        let steps: &[(f64, &str)] = match self {
            Self::En => &[(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")],
            Self::ZhHans => &[(1e12, " 万亿"), (1e8, " 亿"), (1e4, " 万")],
            Self::ZhHant => &[(1e12, " 兆"), (1e8, " 億"), (1e4, " 萬")],
        };
        // 999,950 is 1.00M, not 1000K: the unit is chosen for the rounded number.
        let rounded = three_digits(x);
        for &(unit, suffix) in steps {
            if rounded.abs() >= unit {
                return format!("{}{suffix}", self.significant(rounded / unit));
            }
        }
        self.significant(rounded)
    }

    /// A tick label: as short as the number allows.
    #[must_use]
    pub fn tick(self, x: f64) -> String {
        let text = self.compact(x);
        let split =
            text.find(|c: char| !c.is_ascii_digit() && !",.\u{2212}".contains(c)).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number =
            if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
        format!("{number}{unit}")
    }

    fn significant(self, x: f64) -> String {
        let a = x.abs();
        let decimals = if a == 0.0 || a >= 100.0 {
            0
        } else if a >= 10.0 {
            1
        } else {
            2
        };
        self.decimal(x, decimals)
    }

    /// A share as a percentage with one decimal: `0.0531` -> `5.3%`.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        format!("{}%", self.decimal(share * 100.0, 1))
    }

    /// A share as a whole percentage: `58%`.
    #[must_use]
    pub fn percent0(self, share: f64) -> String {
        format!("{}%", self.decimal(share * 100.0, 0))
    }

    /// A date given as `YYYY-MM-DD`: `31 Dec 2025`, `2025年12月31日`.
    #[must_use]
    pub fn date(self, iso: &str) -> String {
        match Day::parse_iso(iso).map(Day::ymd) {
            Some((y, m, d)) => match self {
                Self::En => format!("{d} {} {y}", MONTHS[m as usize - 1]),
                Self::ZhHans | Self::ZhHant => format!("{y}年{m}月{d}日"),
            },
            None => iso.to_owned(),
        }
    }

    /// A month given as `YYYY-MM`: `Dec 2025`, `2025年12月`.
    #[must_use]
    pub fn month(self, iso: &str) -> String {
        match Day::parse_iso(&format!("{iso}-01")).map(Day::ymd) {
            Some((y, m, _)) => match self {
                Self::En => format!("{} {y}", MONTHS[m as usize - 1]),
                Self::ZhHans | Self::ZhHant => format!("{y}年{m}月"),
            },
            None => iso.to_owned(),
        }
    }

    /// Days, in days below two months and in months above: `17 days`, `8.2 months`.
    #[must_use]
    pub fn days(self, days: f64) -> String {
        match self {
            Self::En if days < 60.0 && days.round() == 1.0 => "1 day".to_owned(),
            Self::En if days < 60.0 => format!("{} days", self.decimal(days, 0)),
            Self::En => format!("{} months", self.decimal(days / 30.4375, 1)),
            Self::ZhHans | Self::ZhHant if days < 60.0 => format!("{} 天", self.decimal(days, 0)),
            Self::ZhHans => format!("{} 个月", self.decimal(days / 30.4375, 1)),
            Self::ZhHant => format!("{} 個月", self.decimal(days / 30.4375, 1)),
        }
    }

    /// `1 customer`, `46 customers`, `46 位客户`.
    #[must_use]
    pub fn customers(self, n: u32) -> String {
        match self {
            Self::En if n == 1 => "1 customer".to_owned(),
            Self::En => format!("{} customers", self.int(n)),
            Self::ZhHans => format!("{} 位客户", self.int(n)),
            Self::ZhHant => format!("{} 位客戶", self.int(n)),
        }
    }
}

fn three_digits(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let magnitude = crate::math::log10(x.abs()).floor();
    let unit = crate::math::powf(10.0, magnitude - 2.0);
    (x / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_signs_and_decimals() {
        assert_eq!(Lang::En.decimal(244_091.94, 2), "244,091.94");
        assert_eq!(Lang::En.decimal(-1234.5, 0), "\u{2212}1,234");
        assert_eq!(Lang::En.decimal(-0.001, 2), "0.00");
        assert_eq!(Lang::En.decimal(f64::NAN, 2), "–");
        assert_eq!(Lang::En.int(300u32), "300");
    }

    #[test]
    fn money_to_the_cent_while_it_reads() {
        assert_eq!(Lang::En.money(2_500_315.63), "2,500,315.63");
        assert_eq!(Lang::En.money(300_000.0), "300,000");
        assert_eq!(Lang::En.money(633.333), "633.33");
        assert_eq!(Lang::En.money(123_456_789.0), "123M");
    }

    #[test]
    fn compact_in_each_notation() {
        assert_eq!(Lang::En.compact(12_345.0), "12.3K");
        assert_eq!(Lang::En.compact(999_950.0), "1.00M");
        assert_eq!(Lang::ZhHans.compact(12_345.0), "1.23 万");
        assert_eq!(Lang::ZhHans.compact(1_900_000.0), "190 万");
        assert_eq!(Lang::ZhHans.compact(9_999.0), "1.00 万");
        assert_eq!(Lang::ZhHant.compact(9_999.0), "1.00 萬");
        assert_eq!(Lang::ZhHant.compact(234_500_000.0), "2.35 億");
        assert_eq!(Lang::ZhHant.compact(1.2e12), "1.20 兆");
        assert_eq!(Lang::En.tick(1_200_000.0), "1.2M");
        assert_eq!(Lang::En.tick(500.0), "500");
        assert_eq!(Lang::ZhHans.tick(20_000.0), "2 万");
        assert_eq!(Lang::ZhHant.tick(20_000.0), "2 萬");
    }

    #[test]
    fn dates_and_shares() {
        assert_eq!(Lang::En.date("2025-12-31"), "31 Dec 2025");
        assert_eq!(Lang::ZhHans.date("2025-12-31"), "2025年12月31日");
        assert_eq!(Lang::ZhHans.month("1998-06"), "1998年6月");
        assert_eq!(Lang::ZhHant.date("2024-03-05"), "2024年3月5日");
        assert_eq!(Lang::ZhHant.month("1998-06"), "1998年6月");
        assert_eq!((Lang::ZhHant.days(17.2), Lang::ZhHant.days(250.0)), ("17 天".into(), "8.2 個月".into()));
        assert_eq!(Lang::En.percent(0.0531), "5.3%");
    }
}
