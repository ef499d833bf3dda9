//! Which number does a cell mean, exactly?
//!
//! A number is kept as `mantissa / 10^decimals`, never as a float, so that money is exact. Read: thousands marks
//! (comma, dot, blank, apostrophe; groups of three, or of two as in India), decimal point or comma, currency signs
//! and codes, parentheses or a minus before or after, full-width characters, `1.2E+05`, 万 (10^4) and 亿 (10^8).
//!
//! One mark followed by three digits is open (`1,234` is 1234 or 1.234). The whole file decides ([`MarkVotes`]):
//! values that can be read one way only are counted, and the majority holds, with the point winning a tie.
//! More than six decimals are rounded, half away from zero. Values of 2^63 / 10^6 and more do not fit whatever the
//! other rows hold, so that which rows are set aside does not depend on their order.

use serde::{Deserialize, Serialize};

use crate::customer::MoneyScale;

/// `mantissa / 10^decimals`, with no needless decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    /// Signed digits.
    pub mantissa: i64,
    /// 0..=6.
    pub decimals: u8,
}

/// What separates the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecimalMark {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberCell {
    /// This number.
    Value(Decimal),
    /// The file has to decide what the comma means first.
    Open,
    /// A number beyond what money can hold.
    TooLarge,
    /// No number.
    Bad,
}

const LIMIT: i128 = i64::MAX as i128 / 1_000_000;

impl Decimal {
    /// Normalises `mantissa / 10^decimals`: drops trailing zeros, rounds to six decimals half away from zero.
    /// `None` if it does not fit.
    #[must_use]
    pub fn new(mut mantissa: i128, mut decimals: u32) -> Option<Self> {
        if decimals > u32::from(MoneyScale::MAX_DECIMALS) {
            let excess = decimals - u32::from(MoneyScale::MAX_DECIMALS);
            let divisor = 10_i128.checked_pow(excess)?;
            let half = divisor / 2;
            mantissa = (mantissa + if mantissa < 0 { -half } else { half }) / divisor;
            decimals -= excess;
        }
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        let fits = mantissa.abs() / 10_i128.pow(decimals) <= LIMIT;
        Some(Self { mantissa: i64::try_from(mantissa).ok().filter(|_| fits)?, decimals: decimals as u8 })
    }

    /// The product, rounded to six decimals; `None` if it does not fit.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let product = i128::from(self.mantissa) * i128::from(other.mantissa);
        Self::new(product, u32::from(self.decimals + other.decimals))
    }

    /// The difference; `None` if it does not fit.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        let at = |d: Self| i128::from(d.mantissa) * 10_i128.pow(u32::from(decimals - d.decimals));
        Self::new(at(self) - at(other), u32::from(decimals))
    }

    /// The nearest floating-point number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        MoneyScale { decimals: self.decimals }.to_f64(i128::from(self.mantissa))
    }
}

/// Reads a trimmed cell; without a decimal mark, cells with a comma are [`NumberCell::Open`] unless they also have
/// a point.
#[must_use]
#[inline]
pub fn parse(cell: &str, mark: Option<DecimalMark>) -> NumberCell {
    let bytes = cell.as_bytes();
    if mark == Some(DecimalMark::Comma) || bytes.len() > 18 {
        return parse_slowly(cell, mark);
    }
    let (negative, body) = match bytes {
        [b'-', body @ ..] => (true, body),
        body => (false, body),
    };
    let (mut mantissa, mut point, mut n_digits) = (0_i64, None, 0_usize);
    for (i, &b) in body.iter().enumerate() {
        if b.is_ascii_digit() {
            mantissa = mantissa * 10 + i64::from(b - b'0');
            n_digits += 1;
        } else if b == b'.' && point.is_none() {
            point = Some(body.len() - 1 - i);
        } else {
            return parse_slowly(cell, mark);
        }
    }
    let mut decimals = point.unwrap_or(0);
    if n_digits == 0 || n_digits > 12 || decimals > 6 {
        return parse_slowly(cell, mark);
    }
    if let Ok(mut small) = u32::try_from(mantissa) {
        // The usual case, and several times faster than with 64 bits.
        while decimals > 0 && small % 10 == 0 {
            small /= 10;
            decimals -= 1;
        }
        mantissa = i64::from(small);
    }
    while decimals > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        decimals -= 1;
    }
    NumberCell::Value(Decimal {
        mantissa: if negative { -mantissa } else { mantissa },
        decimals: decimals as u8,
    })
}

/// Reads digits with at most one point among them, as most amounts are: `mantissa / 10^decimals`, with whatever zeros
/// stand at the end. `None` for all else, which [`parse`] knows.
///
/// `word` holds the eight bytes from the start of the cell on. All digits are read at once, by pairs, fours and eight
/// (Lemire, "Quickly parsing eight digits", 2018); the point is taken out before.
#[must_use]
#[inline]
pub fn parse_word(word: u64, length: usize) -> Option<(u32, u8)> {
    const ONE: u64 = 0x0101_0101_0101_0101;
    if !(1..=8).contains(&length) {
        return None;
    }
    // Digits become 0..=9 and move to the end, where the last one counts least; before them come zeros.
    let unused = 64 - 8 * length as u32;
    let values = (word ^ (0x30 * ONE)) << unused;
    let point = u64::from(b'.' ^ 0x30);
    // The high bit of each byte above 9.
    let no_digit = (values | values.wrapping_add(0x76 * ONE)) & (0x80 * ONE);
    let (values, decimals) = if no_digit == 0 {
        (values, 0)
    } else {
        let at = no_digit.trailing_zeros() & !7;
        let is_point = (values >> at) & 0xff == point && no_digit & (no_digit - 1) == 0;
        if !is_point || length == 1 {
            return None;
        }
        // What stands before the point moves up by one.
        let before = (values & ((1 << at) - 1)) << 8;
        let after = if at == 56 { 0 } else { values >> (at + 8) << (at + 8) };
        (before | after, 7 - at / 8)
    };
    let pairs = (values.wrapping_mul(10) + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let all = (fours.wrapping_mul(10_000) + (fours >> 32)) as u32;
    (decimals <= 6).then_some((all, decimals as u8))
}

/// A full-width character as the plain one.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '￥' => '¥',
        other => other,
    }
}

/// A cell taken apart: digits with marks, sign, power of ten.
#[derive(Clone, Debug, Default)]
struct Parts {
    body: String,
    negative: bool,
    power: i32,
}

fn take_apart(cell: &str) -> Option<Parts> {
    // What has a letter in front of digits is most often the number of something; no currency is written with one.
    if let [first, second, ..] = cell.as_bytes()
        && first.is_ascii_alphabetic()
        && (second.is_ascii_digit() || *second == b'-')
    {
        return None;
    }
    let mut parts = Parts::default();
    let mut word = String::new();
    let (mut opened, mut closed, mut n_minus) = (false, false, 0);
    let (mut ended, mut blank, mut group_ok) = (false, false, true);
    let mut chars = cell.chars().map(half_width).peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' | '.' | ',' if !closed && !ended => {
                group_ok &= !std::mem::take(&mut blank) || follows_group(c, &chars);
                parts.body.push(c);
            }
            '-' | '\u{2212}' | '\u{2013}' => {
                n_minus += 1;
                ended = !parts.body.is_empty();
            }
            '+' if parts.body.is_empty() => {}
            '(' if !opened && parts.body.is_empty() => opened = true,
            ')' if opened && !closed => closed = true,
            'e' | 'E'
                if !parts.body.is_empty() && chars.peek().is_some_and(|n| "+-0123456789".contains(*n)) =>
            {
                let exponent: String = chars.by_ref().collect();
                parts.power =
                    exponent.trim_start_matches('+').parse().ok().filter(|p| (-30..=30).contains(p))?;
                break;
            }
            '千' => parts.power += 3,
            '万' | '萬' => parts.power += 4,
            '亿' | '億' => parts.power += 8,
            '\'' | '\u{2019}' | '`' => {}
            '$' | '¥' | '€' | '£' | '₩' | '₹' | '₽' | '฿' | '₫' | '₺' | '₴' | '₪' | '₱' | '¢' =>
                {}
            '元' | '圆' | '圓' | '円' | '块' | '塊' | '整' => {}
            c if c.is_whitespace() => blank = !parts.body.is_empty(),
            c if c.is_alphabetic() => word.extend(c.to_lowercase()),
            _ => return None,
        }
    }
    const CODES: [&str; 24] = [
        "",
        "usd",
        "us",
        "cny",
        "rmb",
        "cnh",
        "eur",
        "gbp",
        "jpy",
        "hkd",
        "hk",
        "twd",
        "ntd",
        "nt",
        "krw",
        "inr",
        "rs",
        "aud",
        "cad",
        "sgd",
        "chf",
        "人民币",
        "人民幣",
        "港币",
    ];
    let plausible = group_ok && n_minus <= 1 && opened == closed && CODES.contains(&word.as_str());
    parts.negative = n_minus == 1 || opened;
    (plausible && parts.body.bytes().any(|b| b.is_ascii_digit())).then_some(parts)
}

/// Whether three digits, and no more, follow a blank inside a number: the blank is a thousands mark.
fn follows_group(first: char, rest: &(impl Iterator<Item = char> + Clone)) -> bool {
    let digits = std::iter::once(first).chain(rest.clone()).take_while(char::is_ascii_digit).count();
    digits == 3
}

/// How the marks of a number may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marks {
    /// None, or grouping only: no decimals.
    Whole,
    /// Decimals after this mark, whatever the file says.
    Decimals(char),
    /// One mark followed by three digits.
    Either(char),
    Wrong,
}

fn marks(body: &str) -> Marks {
    let count = |mark| body.matches(mark).count();
    let last = |mark| body.rfind(mark).unwrap_or(0);
    match (count('.'), count(',')) {
        (0, 0) => Marks::Whole,
        (1, 0) => single(body, '.'),
        (0, 1) => single(body, ','),
        (_, 0) if grouped(body, '.') => Marks::Whole,
        (0, _) if grouped(body, ',') => Marks::Whole,
        (1, _) if last('.') > last(',') && grouped(&body[..last('.')], ',') => Marks::Decimals('.'),
        (_, 1) if last(',') > last('.') && grouped(&body[..last(',')], '.') => Marks::Decimals(','),
        _ => Marks::Wrong,
    }
}

fn single(body: &str, mark: char) -> Marks {
    let Some((head, tail)) = body.split_once(mark) else { return Marks::Whole };
    let groups = (1..=3).contains(&head.len()) && !head.starts_with('0') && tail.len() == 3;
    if groups { Marks::Either(mark) } else { Marks::Decimals(mark) }
}

fn grouped(body: &str, mark: char) -> bool {
    let mut groups = body.rsplit(mark);
    let last = groups.next().is_some_and(|g| g.len() == 3 || g.len() == body.len());
    let lengths: Vec<usize> = groups.map(str::len).collect();
    let Some((first, middle)) = lengths.split_last() else { return last };
    last && (1..=3).contains(first) && middle.iter().all(|n| (2..=3).contains(n))
}

#[cold]
fn parse_slowly(cell: &str, mark: Option<DecimalMark>) -> NumberCell {
    let Some(parts) = take_apart(cell) else { return NumberCell::Bad };
    let decimal_mark = match marks(&parts.body) {
        Marks::Wrong => return NumberCell::Bad,
        Marks::Whole => None,
        Marks::Decimals(',') | Marks::Either(',') if mark.is_none() && !parts.body.contains('.') => {
            return NumberCell::Open;
        }
        Marks::Decimals(c) => Some(c),
        Marks::Either(c) => {
            let decimal = if mark == Some(DecimalMark::Comma) { ',' } else { '.' };
            (c == decimal).then_some(c)
        }
    };
    let (mut mantissa, mut decimals, mut after) = (0_i128, 0_i32, false);
    for c in parts.body.chars() {
        if let Some(digit) = c.to_digit(10) {
            // Digits beyond the seventh decimal cannot change the sixth, once rounded half away from zero.
            if decimals < 12 {
                let Some(next) = mantissa.checked_mul(10) else { return NumberCell::TooLarge };
                mantissa = next + i128::from(digit);
                decimals += i32::from(after);
            }
        } else {
            after |= Some(c) == decimal_mark;
        }
    }
    decimals -= parts.power;
    if decimals < 0 {
        let Some(scaled) = 10_i128.checked_pow(decimals.unsigned_abs()).and_then(|f| mantissa.checked_mul(f))
        else {
            return NumberCell::TooLarge;
        };
        (mantissa, decimals) = (scaled, 0);
    }
    let signed = if parts.negative { -mantissa } else { mantissa };
    Decimal::new(signed, decimals.unsigned_abs()).map_or(NumberCell::TooLarge, NumberCell::Value)
}

/// What the numbers of a file say about its decimal mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarkVotes {
    /// Numbers that can only have a decimal point.
    pub n_point: u64,
    /// Numbers that can only have a decimal comma.
    pub n_comma: u64,
}

impl MarkVotes {
    /// Counts a cell.
    pub fn add(&mut self, cell: &str) {
        if !cell.contains(['.', ',', '，', '．']) {
            return;
        }
        match take_apart(cell).map(|p| marks(&p.body)) {
            Some(Marks::Decimals('.')) => self.n_point += 1,
            Some(Marks::Decimals(_)) => self.n_comma += 1,
            _ => {}
        }
    }

    /// The mark of the file.
    #[must_use]
    pub fn decide(self) -> DecimalMark {
        if self.n_comma > self.n_point { DecimalMark::Comma } else { DecimalMark::Point }
    }
}

const POWERS: [i64; MoneyScale::MAX_DECIMALS as usize + 1] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// Several columns of money under one scale, which grows when finer decimals come.
#[derive(Clone, Debug, Default)]
pub struct MoneyColumns {
    /// Decimals of all columns so far.
    pub scale: MoneyScale,
    /// Minor units, per column.
    pub columns: Vec<Vec<i64>>,
}

impl MoneyColumns {
    /// So many empty columns.
    #[must_use]
    pub fn new(n_columns: usize, capacity: usize) -> Self {
        let columns = (0..n_columns).map(|_| Vec::with_capacity(capacity)).collect();
        Self { scale: MoneyScale::default(), columns }
    }

    /// Appends to a column.
    #[inline]
    pub fn push(&mut self, column: usize, value: Decimal) {
        if value.decimals > self.scale.decimals {
            self.rescale(value.decimals);
        }
        let factor = POWERS[usize::from(self.scale.decimals - value.decimals)];
        // Decimals are below LIMIT, so that six more digits fit.
        self.columns[column].push(value.mantissa.saturating_mul(factor));
    }

    /// Appends what [`parse_word`] read, if that needs no finer scale.
    #[inline]
    pub fn push_word(&mut self, column: usize, (mantissa, decimals): (u32, u8)) -> bool {
        let Some(more) = self.scale.decimals.checked_sub(decimals) else { return false };
        let factor = POWERS.get(usize::from(more)).copied().unwrap_or(1);
        self.columns[column].push(i64::from(mantissa) * factor);
        true
    }

    #[cold]
    fn rescale(&mut self, decimals: u8) {
        let factor = 10_i64.pow(u32::from(decimals - self.scale.decimals));
        self.columns.iter_mut().flatten().for_each(|v| *v = v.saturating_mul(factor));
        self.scale.decimals = decimals;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn point(cell: &str) -> Option<f64> {
        match parse(cell, Some(DecimalMark::Point)) {
            NumberCell::Value(d) => Some(d.to_f64()),
            _ => None,
        }
    }

    #[test]
    fn ways_to_write_an_amount() {
        for (cell, value) in [
            ("12.50", 12.5),
            ("-3", -3.0),
            (".5", 0.5),
            ("1,234.50", 1234.5),
            ("1.234,50", 1234.5),
            ("1,234", 1234.0),
            ("3,50", 3.5),
            ("12,34,567.8", 1_234_567.8),
            ("1.234.567", 1_234_567.0),
            ("1'234.50", 1234.5),
            ("1 234,50", 1234.5),
            ("1\u{a0}234.50", 1234.5),
            ("$1,234.50", 1234.5),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("USD 5", 5.0),
            ("NT$1,200", 1200.0),
            ("￥１，２３４．５０", 1234.5),
            ("1234.5元", 1234.5),
            ("(12.5)", -12.5),
            ("12.5-", -12.5),
            ("−7", -7.0),
            ("3.5万", 35_000.0),
            ("1.2亿", 120_000_000.0),
            ("1.2E+05", 120_000.0),
            ("5e-3", 0.005),
            ("0.1234567", 0.123457),
            ("-0.0000005", -0.000001),
        ] {
            assert_eq!(point(cell), Some(value), "{cell}");
        }
    }

    #[test]
    fn words_are_read_as_parse_does() {
        let word = |cell: &str, behind: u8| {
            let mut bytes = [behind; 8];
            bytes[..cell.len().min(8)].copy_from_slice(&cell.as_bytes()[..cell.len().min(8)]);
            u64::from_le_bytes(bytes)
        };
        let mut cells: Vec<String> = [
            "", ".", "..", "1.", ".5", "1..2", "-1", "1,5", "12345678", "0.000001", "1.2e3", "1/2", "1:2",
            "é1",
        ]
        .map(str::to_owned)
        .to_vec();
        for digits in ["7", "40", "305", "9999", "12345", "000120", "9087654", "10203040"] {
            cells.push(digits.to_owned());
            for at in 0..=digits.len().min(7) {
                cells.push(format!("{}.{}", &digits[..at], &digits[at..]).chars().take(8).collect());
            }
        }
        for cell in &cells {
            for behind in [b',', b'0', b'.', 0xff, 0] {
                let Some((mantissa, decimals)) = parse_word(word(cell, behind), cell.len()) else {
                    let plain = cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                    let odd =
                        cell.matches('.').count() > 1 || cell.len() > 8 || cell.is_empty() || cell == ".";
                    let fine =
                        cell.rsplit('.').next().is_some_and(|tail| cell.contains('.') && tail.len() > 6);
                    assert!(!plain || odd || fine, "{cell}");
                    continue;
                };
                let read = Decimal::new(i128::from(mantissa), u32::from(decimals)).unwrap();
                assert_eq!(parse(cell, None), NumberCell::Value(read), "{cell}");
            }
        }
    }

    #[test]
    fn what_is_no_amount() {
        for cell in [
            "",
            "-",
            "abc",
            "1.2.3",
            "1,23,4",
            "5%",
            "--5",
            "(5",
            "12a4",
            "1:30",
            "2024-01-02",
            "5 apples",
            "2024-01",
            "12 34",
            "1 2345",
        ] {
            assert_eq!(point(cell), None, "{cell}");
        }
        assert_eq!(parse("10000000000000", None), NumberCell::TooLarge);
        assert_eq!(parse(&"9".repeat(60), None), NumberCell::TooLarge);
        assert_eq!(
            parse("9000000000000.5", None),
            NumberCell::Value(Decimal { mantissa: 90_000_000_000_005, decimals: 1 })
        );
    }

    #[test]
    fn the_file_decides_what_one_comma_means() {
        assert_eq!(parse("1,234", None), NumberCell::Open);
        let comma = |cell| parse(cell, Some(DecimalMark::Comma));
        assert_eq!(comma("1,234"), NumberCell::Value(Decimal { mantissa: 1234, decimals: 3 }));
        assert_eq!(comma("1.234"), NumberCell::Value(Decimal { mantissa: 1234, decimals: 0 }));
        let mut votes = MarkVotes::default();
        ["1.234", "3,50", "12"].iter().for_each(|c| votes.add(c));
        assert_eq!(votes.decide(), DecimalMark::Comma);
        votes.add("7.5");
        assert_eq!(votes.decide(), DecimalMark::Point);
    }

    #[test]
    fn the_scale_is_the_smallest_that_holds_all() {
        let mut money = MoneyColumns::new(1, 0);
        for cell in ["12.00", "3.5", "-0.25", "7"] {
            let NumberCell::Value(d) = parse(cell, None) else { panic!("{cell}") };
            money.push(0, d);
        }
        assert_eq!((money.scale.decimals, money.columns), (2, vec![vec![1200, 350, -25, 700]]));
    }

    #[test]
    fn products_are_exact() {
        let d = |cell| match parse(cell, None) {
            NumberCell::Value(d) => d,
            other => panic!("{other:?}"),
        };
        assert_eq!(d("-3").times(d("1.95")), Some(Decimal { mantissa: -585, decimals: 2 }));
        assert_eq!(
            d("0.0001").times(d("0.005")),
            Some(Decimal { mantissa: 1, decimals: 6 }),
            "half away from zero"
        );
        assert_eq!(d("9000000000000").times(d("2")), None);
    }
}
