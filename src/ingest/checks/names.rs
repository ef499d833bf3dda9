//! Which customers are probably none, or the same one twice, or most of the business?
//!
//! - A *stand-in* is a name that programs and tills write for "nobody in particular": a word of `WORDS` (whatever the
//!   case, width, blanks and hyphens), or a number such as 0, -1, 9999 or 123456, which only counts where it has at
//!   least five times the rows of a mean customer (and 20), since it may be somebody's number. A *crowd* has 50 times the
//!   rows of a mean customer and at least 2 % of all rows: one account for many people, or a key account.
//! - *Look-alikes* are names that differ in case, width or blanks alone.
//! - The *largest customer* is unusual from 10 % of the money on, where there are at least 20 customers.

use serde::{Deserialize, Serialize};

use super::super::intern;
use super::super::quality::shorten;
use crate::customer::{MoneyScale, Strings};

/// What stands for nobody, folded as by `fold_word`.
const WORDS: &[&str] = &[
    "anon",
    "anonym",
    "anonymous",
    "bar",
    "barverkauf",
    "cash",
    "cashcustomer",
    "cashsale",
    "counter",
    "customer",
    "default",
    "dummy",
    "guest",
    "guestcustomer",
    "misc",
    "noname",
    "notavailable",
    "onetime",
    "other",
    "others",
    "pos",
    "retail",
    "retailcustomer",
    "sample",
    "tbd",
    "test",
    "testcustomer",
    "tester",
    "testuser",
    "unbekannt",
    "undefined",
    "unknown",
    "various",
    "walkin",
    "walkincustomer",
    "walkins",
    "xxx",
    "xxxx",
    "?",
    "??",
    "???",
    "个人",
    "個人",
    "临时",
    "临时客户",
    "臨時客戶",
    "其他",
    "其它",
    "匿名",
    "匿名客户",
    "匿名客戶",
    "匿名用户",
    "匿名用戶",
    "散客",
    "散户",
    "散戶",
    "无",
    "無",
    "无名",
    "無名",
    "未知",
    "未知客户",
    "未知客戶",
    "未登记",
    "未登記",
    "测试",
    "測試",
    "测试客户",
    "測試客戶",
    "游客",
    "遊客",
    "现金",
    "現金",
    "现金客户",
    "現金客戶",
    "线下散客",
    "非会员",
    "非會員",
    "零售",
    "零售客户",
    "零售客戶",
    "默认",
    "默認",
    "过路客",
    "過路客",
];

/// Names listed.
const LISTED: usize = 10;
/// Groups of look-alikes listed.
const LISTED_ALIKE: usize = 5;

/// Facts about the names of customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Names {
    /// Names that probably stand for many people or for nobody, most rows first; at most ten.
    pub stand_ins: Vec<NamedRows>,
    /// Names that differ in case, width or blanks alone.
    pub look_alikes: LookAlikes,
    /// Who brings most of the money; absent without money.
    pub largest: Option<LargestCustomer>,
}

/// Why a name is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNamed {
    /// A word for nobody in particular.
    Word,
    /// A number for nobody in particular, with unusually many rows.
    Number,
    /// Far more rows than any customer usually has.
    Crowd,
}

/// A name and what hangs on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedRows {
    /// The name, at most 80 characters.
    pub name: String,
    /// Why it is listed.
    pub why: WhyNamed,
    /// Its rows.
    pub rows: u64,
    /// `rows` over all rows.
    pub row_share: f64,
    /// Sum of its amounts; absent without money.
    pub revenue: Option<f64>,
}

/// Names that may be one customer each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LookAlikes {
    /// Groups of two and more.
    pub groups: u32,
    /// Names in them.
    pub names: u32,
    /// The first groups, each with its names.
    pub examples: Vec<Vec<String>>,
}

/// The customer with most money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LargestCustomer {
    /// The name, at most 80 characters.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Sum of amounts.
    pub revenue: f64,
    /// `revenue` over the sum of all amounts.
    pub share: f64,
    /// Whether that is unusual.
    pub unusual: bool,
}

impl Names {
    /// Looks at all customers: their names, rows, and money in minor units of a scale.
    #[must_use]
    pub fn of(names: &Strings, rows: &[u32], money: Option<(&[i128], MoneyScale)>) -> Self {
        Self {
            stand_ins: stand_ins(names, rows, money),
            look_alikes: look_alikes(names),
            largest: money.and_then(|(money, scale)| largest(names, rows, money, scale)),
        }
    }
}

fn stand_ins(names: &Strings, rows: &[u32], money: Option<(&[i128], MoneyScale)>) -> Vec<NamedRows> {
    let all: u64 = rows.iter().map(|&n| u64::from(n)).sum();
    let mean = all as f64 / rows.len().max(1) as f64;
    let mut word = String::new();
    let mut found: Vec<(usize, WhyNamed)> = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let n = f64::from(rows[i]);
        let why = if is_word(name, &mut word) {
            WhyNamed::Word
        } else if n >= 20.0 && n >= 5.0 * mean && is_number(name) {
            WhyNamed::Number
        } else if n >= 50.0 * mean && n >= 0.02 * all as f64 {
            WhyNamed::Crowd
        } else {
            continue;
        };
        found.push((i, why));
    }
    found.sort_by_key(|&(i, _)| std::cmp::Reverse(rows[i]));
    let entry = |(i, why): (usize, WhyNamed)| NamedRows {
        name: shorten(names.get(i as u32)),
        why,
        rows: u64::from(rows[i]),
        row_share: f64::from(rows[i]) / all.max(1) as f64,
        revenue: money.map(|(money, scale)| scale.to_f64(money[i])),
    };
    found.into_iter().take(LISTED).map(entry).collect()
}

fn is_word(name: &str, folded: &mut String) -> bool {
    // No word is longer, and most ids start with a digit.
    if name.len() > 48 || name.as_bytes().first().is_none_or(u8::is_ascii_digit) {
        return false;
    }
    folded.clear();
    folded
        .extend(fold(name).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '(' | ')' | '/')));
    WORDS.contains(&folded.as_str())
}

/// 0, 00, -1, 999 and more nines, and the like.
fn is_number(name: &str) -> bool {
    let digits = name.trim().strip_prefix('-').unwrap_or(name.trim()).as_bytes();
    let Some(&first) = digits.first() else { return false };
    let same = digits.iter().all(|&d| d == first);
    let counting = digits.len() >= 4 && b"123456789".starts_with(digits);
    let negative = name.trim().starts_with('-') && digits == b"1";
    first.is_ascii_digit() && ((same && (first == b'0' || digits.len() >= 3)) || counting || negative)
}

/// Letters in lower case and of usual width.
fn fold(name: &str) -> impl Iterator<Item = char> + '_ {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        c => c,
    };
    name.chars().map(narrow).flat_map(char::to_lowercase)
}

/// A name as it is compared with others: folded, with single blanks between its words.
fn fold_name(name: &str, into: &mut String) {
    into.clear();
    let mut blank = false;
    for c in fold(name) {
        if c.is_whitespace() {
            blank = !into.is_empty();
        } else {
            if std::mem::take(&mut blank) {
                into.push(' ');
            }
            into.push(c);
        }
    }
}

fn look_alikes(names: &Strings) -> LookAlikes {
    let mut folded = String::new();
    let mut keys: Vec<(u64, u32)> = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        fold_name(name, &mut folded);
        keys.push((intern::hash(folded.as_bytes()), i as u32));
    }
    keys.sort_unstable();
    let mut groups: Vec<&[(u64, u32)]> = keys.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1).collect();
    // Groups by the first of their names, not in the order of hashes.
    groups.sort_by_key(|group| group[0].1);
    let listed = |group: &&[(u64, u32)]| group.iter().take(4).map(|&(_, i)| shorten(names.get(i))).collect();
    LookAlikes {
        groups: groups.len() as u32,
        names: groups.iter().map(|group| group.len() as u32).sum(),
        examples: groups.iter().take(LISTED_ALIKE).map(listed).collect(),
    }
}

fn largest(names: &Strings, rows: &[u32], money: &[i128], scale: MoneyScale) -> Option<LargestCustomer> {
    let total: i128 = money.iter().sum();
    // Of equals the first.
    let (i, &most) = money.iter().enumerate().rev().max_by_key(|(_, m)| **m)?;
    if most <= 0 || total <= 0 {
        return None;
    }
    let share = most as f64 / total as f64;
    Some(LargestCustomer {
        name: shorten(names.get(i as u32)),
        rows: u64::from(rows[i]),
        revenue: scale.to_f64(most),
        share,
        unusual: share >= 0.1 && names.len() >= 20,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(customers: &[(&str, u32, i128)]) -> Names {
        let names: Strings = customers.iter().map(|c| c.0).collect();
        let rows: Vec<u32> = customers.iter().map(|c| c.1).collect();
        let money: Vec<i128> = customers.iter().map(|c| c.2).collect();
        Names::of(&names, &rows, Some((&money, MoneyScale { decimals: 2 })))
    }

    #[test]
    fn words_for_nobody_are_known_whatever_their_dress() {
        let mut folded = String::new();
        for name in [
            "Walk-In",
            "walk in",
            "ＧＵＥＳＴ",
            "散客",
            "匿名用戶",
            "Cash Customer",
            "（散客）".trim_matches(['（', '）']),
            "test",
        ] {
            assert!(is_word(name, &mut folded), "{name}");
        }
        for name in ["Guesthouse Adler", "张散客", "Testa", "C0001", "", "0"] {
            assert!(!is_word(name, &mut folded), "{name}");
        }
    }

    #[test]
    fn numbers_for_nobody_count_only_with_a_crowd_behind_them() {
        for name in ["0", "000", "-1", "999", "99999999", "111", "123456"] {
            assert!(is_number(name), "{name}");
        }
        for name in ["1", "10", "-2", "12", "1235", "99", "", "-", "aaa"] {
            assert!(!is_number(name), "{name}");
        }
        let mut customers: Vec<(String, u32, i128)> =
            (1..100).map(|i| (format!("{}", i + 1000), 4, 100)).collect();
        customers.push(("0".into(), 4, 100));
        customers.push(("9999".into(), 60, 5_000));
        let list: Vec<(&str, u32, i128)> = customers.iter().map(|c| (c.0.as_str(), c.1, c.2)).collect();
        let stand_ins = found(&list).stand_ins;
        assert_eq!(stand_ins.len(), 1, "{stand_ins:?}");
        assert_eq!(
            (stand_ins[0].name.as_str(), stand_ins[0].why, stand_ins[0].rows),
            ("9999", WhyNamed::Number, 60)
        );
        assert_eq!(stand_ins[0].revenue, Some(50.0));
        assert!((stand_ins[0].row_share - 60.0 / 460.0).abs() < 1e-12);
    }

    #[test]
    fn one_account_for_many_is_a_crowd_and_the_list_is_by_rows() {
        let mut list = vec![("guest", 1, 0), ("K1", 900, 10)];
        let ids: Vec<String> = (0..500).map(|i| format!("A{i}")).collect();
        list.extend(ids.iter().map(|id| (id.as_str(), 2, 10)));
        let stand_ins = found(&list).stand_ins;
        let listed: Vec<_> = stand_ins.iter().map(|s| (s.name.as_str(), s.why)).collect();
        assert_eq!(listed, [("K1", WhyNamed::Crowd), ("guest", WhyNamed::Word)]);
    }

    #[test]
    fn look_alikes_differ_in_case_width_and_blanks_alone() {
        let names = ["ACME  Ltd", "Acme Ltd", "acme ltd ", "Bolt", "ＢＯＬＴ", "Cog-1", "Cog1", "007", "7"];
        let alike = look_alikes(&names.into_iter().collect());
        assert_eq!((alike.groups, alike.names), (2, 5));
        assert_eq!(alike.examples[1], ["Bolt", "ＢＯＬＴ"]);
        assert_eq!(look_alikes(&Strings::default()), LookAlikes::default());
    }

    #[test]
    fn the_largest_customer_is_unusual_only_among_many() {
        let many: Vec<String> = (0..20).map(|i| format!("A{i}")).collect();
        let mut list: Vec<(&str, u32, i128)> = many.iter().map(|id| (id.as_str(), 1, 100)).collect();
        list.push(("Big", 3, 2_000));
        let largest = found(&list).largest;
        assert_eq!(
            largest.map(|l| (l.name, l.rows, l.revenue, l.share, l.unusual)),
            Some(("Big".into(), 3, 20.0, 0.5, true))
        );
        assert!(found(&list[18..]).largest.is_some_and(|l| !l.unusual), "three customers");
        assert_eq!(found(&[("a", 1, -5), ("b", 1, 0)]).largest, None);
        let tie = found(&[("a", 1, 5), ("b", 1, 5)]).largest;
        assert_eq!(tie.map(|l| l.name), Some("a".into()));
    }
}
