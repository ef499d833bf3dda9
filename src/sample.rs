//! The built-in sample: three years of an invented distributor of workshop supplies, with the truth it was drawn from.
//!
//! [`csv`] writes the file as a customer would bring it: one row per order line, with returns, free samples, and a few
//! rows that cannot be used. [`truth`] says what the generator knew: from which stage each relationship leaves, where
//! it stood when the file ends, and whether it had ended by then. Both draw the same numbers whatever the language;
//! only the words differ. All names are made up.
//!
//! A life follows the theory of four stages: a small, slowly growing exploration; a build-up along half a cosine to the
//! plateau; a stability that sways by a few percent; a decline that bends towards nothing. Patterns differ in where
//! the decline begins: in exploration, in the build-up, within a year of stability, or after more than a year of it.
//! Orders of a month are Poisson with mean `orders per month at the plateau * shape`. Prices rise and the cost share
//! falls from stage to stage, and both turn in decline, as the theory's table has it.

mod words;

use crate::customer::{Day, Month};
use crate::math::{Rng, exp, powf};
use serde::{Deserialize, Serialize};
use words::{CATEGORIES, Words};

/// Language of the words in the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SampleLanguage {
    /// English headers and names.
    #[default]
    English,
    /// Simplified Chinese headers and names.
    SimplifiedChinese,
    /// Traditional Chinese headers and names, as in Taiwan.
    TraditionalChinese,
}

impl SampleLanguage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::English, Self::SimplifiedChinese, Self::TraditionalChinese];
}

/// The stage from which a relationship leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TruePattern {
    /// From exploration.
    EarlyAbort,
    /// From the build-up.
    MidWay,
    /// From a stability shorter than a year.
    EarlyExit,
    /// From a stability of a year or more.
    LongTerm,
}

/// A stage of the relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TrueStage {
    /// Small trial orders.
    Exploration,
    /// Fast growth.
    BuildUp,
    /// The plateau.
    Stability,
    /// The fall.
    Decline,
}

/// What the generator knew about one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Truth {
    /// Name as in the file.
    pub customer: String,
    /// The pattern of the whole life, its part after the end of the file included.
    pub pattern: TruePattern,
    /// Stage in the last month of the file, or in the last of the life if that was earlier.
    pub stage: TrueStage,
    /// Whether the life had ended by the end of the file.
    pub exited: bool,
    /// First month of the life; before [`FIRST_MONTH`] for customers older than the file.
    pub first_month: Month,
    /// Last month of the life, perhaps after the end of the file.
    pub last_month: Month,
    /// Months of stability in the whole life.
    pub stable_months: u32,
    /// Mean orders per month at the plateau.
    pub plateau_orders: f64,
}

/// Customers in the sample.
pub const N_CUSTOMERS: usize = 600;
/// Months in the sample.
pub const N_MONTHS: i32 = 36;
/// First month of the sample, 2023-01.
pub const FIRST_MONTH: Month = Month(2023 * 12);

const SEED: u64 = 20_251_231;

/// The file as bytes: UTF-8, comma-separated, LF, one header row.
#[must_use]
pub fn csv(language: SampleLanguage) -> Vec<u8> {
    let words = words::of(language);
    let sample = generate(&words.companies());
    let mut out = String::with_capacity(sample.lines.len() * 110);
    push_row(&mut out, &words.header.map(str::to_string));
    for line in &sample.lines {
        push_row(&mut out, &line.cells(&words, &sample.customers));
    }
    out.into_bytes()
}

/// What the file was drawn from, one entry per customer, in no particular order.
#[must_use]
pub fn truth(language: SampleLanguage) -> Vec<Truth> {
    let customers = generate(&words::of(language).companies()).customers;
    customers.into_iter().map(|c| c.truth).collect()
}

/// What is wrong with a row, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    NoCustomer,
    BadDate(&'static str),
    BadAmount,
}

/// One row of the file.
#[derive(Clone, Debug)]
struct Line {
    customer: usize,
    day: Day,
    /// Position of the order among all orders drawn; becomes its number.
    order: u32,
    is_return: bool,
    /// Index into the products; `None` for a free sample.
    product: Option<usize>,
    quantity: i64,
    /// Cents.
    unit_price: i64,
    cost: i64,
    channel: usize,
    defect: Defect,
}

impl Line {
    fn cells(&self, words: &Words, customers: &[Customer]) -> [String; 11] {
        let customer = &customers[self.customer];
        let (product, category) = match self.product {
            Some(p) => (words.products[p], words.categories[p / PRODUCTS_PER_CATEGORY]),
            None => (words.free_sample, words.samples),
        };
        [
            if self.defect == Defect::NoCustomer { String::new() } else { customer.truth.customer.clone() },
            if let Defect::BadDate(text) = self.defect { text.to_string() } else { self.day.iso() },
            format!("{}-{:06}", if self.is_return { "RT" } else { "SO" }, 100_000 + self.order),
            product.to_string(),
            category.to_string(),
            self.quantity.to_string(),
            money(self.unit_price),
            if self.defect == Defect::BadAmount {
                words.not_a_number.to_string()
            } else {
                money(self.quantity * self.unit_price)
            },
            money(self.cost),
            words.channels[self.channel].to_string(),
            words.regions[customer.region].to_string(),
        ]
    }
}

/// Cents as `123.45`.
fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

fn push_row(out: &mut String, cells: &[String]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}

/// One customer as drawn.
struct Customer {
    truth: Truth,
    /// Share of the plateau and stage of each month of the life.
    months: Vec<(f64, TrueStage)>,
    /// Typical value of an order, cents.
    order_value: f64,
    category: usize,
    channel: usize,
    region: usize,
}

struct Sample {
    customers: Vec<Customer>,
    lines: Vec<Line>,
}

const PRODUCTS_PER_CATEGORY: usize = 4;

/// List prices of the products in cents, by category.
const LIST_PRICE: [i64; CATEGORIES * PRODUCTS_PER_CATEGORY] = [
    1_190, 1_840, 2_460, 3_275, // fasteners, per box
    8_950, 12_900, 17_450, 24_900, // power tools
    1_625, 2_290, 3_480, 5_990, // hand tools
    690, 1_350, 2_875, 6_450, // safety wear
    845, 1_190, 1_775, 3_640, // adhesives
    525, 1_980, 4_350, 9_760, // electrical
];

fn generate(names: &[String]) -> Sample {
    let mut rng = Rng::new(SEED);
    let mut customers: Vec<Customer> = Vec::with_capacity(N_CUSTOMERS);
    let mut lines = Vec::new();
    let mut n_orders = 0;
    while customers.len() < N_CUSTOMERS {
        let index = customers.len();
        let customer = draw_customer(&mut rng, &names[index % names.len().max(1)]);
        let before = lines.len();
        draw_orders(&mut rng, index, &customer, &mut n_orders, &mut lines);
        if lines.len() > before {
            customers.push(customer);
        }
    }
    lines.sort_by_key(|l| (l.day, l.order, l.is_return));
    number_orders(&mut lines);
    spoil(&mut lines);
    Sample { customers, lines }
}

/// A stage's length in months: a floor plus a Poisson number.
fn length(rng: &mut Rng, floor: u32, mean: f64) -> u32 {
    floor + rng.poisson(mean)
}

fn draw_customer(rng: &mut Rng, name: &str) -> Customer {
    let pattern = match rng.uniform() {
        u if u < 0.24 => TruePattern::EarlyAbort,
        u if u < 0.42 => TruePattern::MidWay,
        u if u < 0.63 => TruePattern::EarlyExit,
        _ => TruePattern::LongTerm,
    };
    let (months, stable_months) = draw_life(rng, pattern);
    // One in twelve was there before the file begins; too few to make the file a truncated one.
    let start = if rng.uniform() < 1.0 / 12.0 {
        -1 - rng.below(15) as i32
    } else {
        (34.0 * powf(rng.uniform(), 1.2)) as i32
    };
    let first_month = Month(FIRST_MONTH.0 + start);
    let last_month = Month(first_month.0 + months.len() as i32 - 1);
    let exited = last_month.0 < FIRST_MONTH.0 + N_MONTHS;
    let now = ((N_MONTHS - 1 - start) as usize).min(months.len() - 1);
    let plateau_orders = match rng.uniform() {
        u if u < 0.15 => 1.0 + 1.5 * rng.uniform(),
        u if u < 0.60 => 4.0 + 4.0 * rng.uniform(),
        _ => 10.0 + 7.0 * rng.uniform(),
    };
    Customer {
        truth: Truth {
            customer: name.to_string(),
            pattern,
            stage: months[now].1,
            exited,
            first_month,
            last_month,
            stable_months,
            plateau_orders,
        },
        months,
        order_value: 68_000.0 * exp(0.6 * rng.normal()),
        category: rng.below(CATEGORIES),
        channel: rng.below(4),
        region: rng.below(5),
    }
}

/// Months of a whole life as (share of the plateau, stage), and the months of stability among them.
fn draw_life(rng: &mut Rng, pattern: TruePattern) -> (Vec<(f64, TrueStage)>, u32) {
    use TrueStage::{BuildUp, Decline, Exploration, Stability};
    let start = 0.10 + 0.15 * rng.uniform();
    let n_exploration = match pattern {
        TruePattern::EarlyAbort => length(rng, 1, 4.0),
        _ => length(rng, 3, 3.0),
    };
    let mut life = Vec::new();
    for j in 0..n_exploration {
        life.push((start * (1.0 + 0.03 * f64::from(j)), Exploration));
    }
    if pattern > TruePattern::EarlyAbort {
        let whole = length(rng, 5, 4.0);
        let share = if pattern == TruePattern::MidWay { 0.5 + 0.4 * rng.uniform() } else { 1.0 };
        for j in 1..=((f64::from(whole) * share).round() as u32).max(2) {
            let u = f64::from(j) / f64::from(whole);
            life.push((start + (1.0 - start) * (1.0 - libm::cos(std::f64::consts::PI * u)) / 2.0, BuildUp));
        }
    }
    let n_stable = match pattern {
        TruePattern::EarlyExit => length(rng, 4, 3.0).min(11),
        TruePattern::LongTerm => length(rng, 12, 5.0),
        _ => 0,
    };
    let phase = 6.3 * rng.uniform();
    for j in 0..n_stable {
        life.push((1.0 + 0.06 * libm::sin(phase + 0.45 * f64::from(j)), Stability));
    }
    let last = life[life.len() - 1].0;
    let n_decline = match pattern {
        TruePattern::EarlyAbort => length(rng, 0, 0.7),
        _ => length(rng, 3, 3.0),
    };
    for j in 1..=n_decline {
        let left = 1.0 - f64::from(j) / f64::from(n_decline + 1);
        life.push((last * left * left.sqrt(), Decline));
    }
    (life, n_stable)
}

fn draw_orders(rng: &mut Rng, index: usize, c: &Customer, n_orders: &mut u32, lines: &mut Vec<Line>) {
    let mut first = true;
    for (offset, &(level, stage)) in (0..).zip(&c.months) {
        let month = Month(c.truth.first_month.0 + offset);
        let mut n = rng.poisson(c.truth.plateau_orders * level);
        if offset == 0 {
            // A relationship begins with an order.
            n = n.max(1);
        }
        if month.0 < FIRST_MONTH.0 || month.0 >= FIRST_MONTH.0 + N_MONTHS {
            continue;
        }
        for _ in 0..n {
            *n_orders += 1;
            let day = working_day(rng, month);
            let from = lines.len();
            draw_order(rng, index, c, stage, day, *n_orders, lines);
            if rng.uniform() < 0.022 {
                *n_orders += 1;
                draw_return(rng, lines[from].clone(), *n_orders, lines);
            }
            if std::mem::take(&mut first) && rng.uniform() < 0.12 {
                *n_orders += 1;
                lines.push(free_sample(lines[from].clone(), *n_orders));
            }
        }
    }
}

/// A day of the month; weekends move to the Friday before or, at the start of a month, to the Monday after.
fn working_day(rng: &mut Rng, month: Month) -> Day {
    let first = month.first_day();
    let day = Day(first.0 + rng.below(month.days() as usize) as i32);
    // 1970-01-01 was a Thursday: 0 is Monday.
    let after_friday = (day.0 + 3).rem_euclid(7) - 4;
    match after_friday {
        1 | 2 if day.0 - after_friday >= first.0 => Day(day.0 - after_friday),
        1 | 2 => Day(day.0 + 3 - after_friday),
        _ => day,
    }
}

/// Price relative to list and cost as a share of list, by stage: the theory's price rises and cost falls until decline.
fn price_and_cost(stage: TrueStage) -> (f64, f64) {
    match stage {
        TrueStage::Exploration => (0.96, 0.80),
        TrueStage::BuildUp => (0.99, 0.735),
        TrueStage::Stability => (1.03, 0.685),
        TrueStage::Decline => (0.985, 0.77),
    }
}

fn draw_order(
    rng: &mut Rng,
    index: usize,
    c: &Customer,
    stage: TrueStage,
    day: Day,
    order: u32,
    lines: &mut Vec<Line>,
) {
    let value = c.order_value * rng.gamma(4.0) / 4.0;
    let n_lines = match rng.uniform() {
        u if u < 0.90 => 1,
        u if u < 0.985 => 2,
        _ => 3,
    };
    let channel = if rng.uniform() < 0.8 { c.channel } else { rng.below(4) };
    let (price, cost) = price_and_cost(stage);
    for _ in 0..n_lines {
        // Most lines come from the customer's own category, the next one often goes with it.
        let category = match rng.uniform() {
            u if u < 0.6 => c.category,
            u if u < 0.85 => (c.category + 1) % CATEGORIES,
            _ => rng.below(CATEGORIES),
        };
        let product = category * PRODUCTS_PER_CATEGORY + rng.below(PRODUCTS_PER_CATEGORY);
        let list = LIST_PRICE[product] as f64;
        let unit_price = (list * price * (1.0 + 0.02 * rng.normal())).round().max(1.0);
        let quantity = (value / f64::from(n_lines) / unit_price).round().max(1.0);
        let cost = (quantity * list * cost * (1.0 + 0.03 * rng.normal())).round().max(0.0);
        lines.push(Line {
            customer: index,
            day,
            order,
            is_return: false,
            product: Some(product),
            quantity: quantity as i64,
            unit_price: unit_price as i64,
            cost: cost as i64,
            channel,
            defect: Defect::None,
        });
    }
}

/// Part of a line comes back some days later.
fn draw_return(rng: &mut Rng, sold: Line, order: u32, lines: &mut Vec<Line>) {
    let day = Day(sold.day.0 + 3 + rng.below(18) as i32);
    if day.month().0 >= FIRST_MONTH.0 + N_MONTHS {
        return;
    }
    let quantity = ((sold.quantity as f64 * (0.1 + 0.9 * rng.uniform())) as i64).max(1);
    lines.push(Line {
        day,
        order,
        is_return: true,
        quantity: -quantity,
        cost: -(sold.cost * quantity / sold.quantity),
        ..sold
    });
}

/// A sample goes out with the first order, under a number of its own and for nothing.
fn free_sample(first: Line, order: u32) -> Line {
    Line { order, product: None, quantity: 1, unit_price: 0, cost: 450, is_return: false, ..first }
}

/// Gives orders their numbers by date, as an order book has them.
fn number_orders(lines: &mut [Line]) {
    for (same, number) in lines.chunk_by_mut(|a, b| (a.day, a.order) == (b.day, b.order)).zip(1..) {
        same.iter_mut().for_each(|l| l.order = number);
    }
}

/// Damages a few rows and repeats two, so that the quality page has something to show. Damage is added as rows of its
/// own beside an intact one, so that no customer loses an order to it.
fn spoil(lines: &mut Vec<Line>) {
    let defects = [
        Defect::NoCustomer,
        Defect::BadDate("2023-02-30"),
        Defect::NoCustomer,
        Defect::BadAmount,
        Defect::NoCustomer,
        Defect::None,
        Defect::BadDate("2024-13-05"),
        Defect::NoCustomer,
        Defect::BadDate("?"),
        Defect::BadAmount,
        Defect::NoCustomer,
        Defect::None,
        Defect::NoCustomer,
    ];
    let step = lines.len() / (defects.len() + 1);
    // From the back, so that the positions in front stay what they are.
    for (i, defect) in defects.into_iter().enumerate().rev() {
        let position = (i + 1) * step;
        if let Some(line) = lines.get(position).cloned() {
            lines.insert(position + 1, Line { defect, ..line });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn rows(language: SampleLanguage) -> Vec<Vec<String>> {
        let bytes = csv(language);
        let text = std::str::from_utf8(&bytes).unwrap();
        let split = |line: &str| {
            let (mut out, mut quoted) = (vec![String::new()], false);
            for c in line.chars() {
                match c {
                    '"' => quoted = !quoted,
                    ',' if !quoted => out.push(String::new()),
                    c => out.last_mut().unwrap().push(c),
                }
            }
            out
        };
        text.lines().map(split).collect()
    }

    fn cents(text: &str) -> Option<i64> {
        text.replace('.', "").parse().ok()
    }

    #[test]
    fn size_span_and_revenue_are_as_described() {
        let rows = rows(SampleLanguage::English);
        println!("{} rows", rows.len() - 1);
        assert!((40_000..=60_000).contains(&(rows.len() - 1)), "{}", rows.len());
        assert!(rows.iter().all(|r| r.len() == 11));
        let revenue: i64 = rows[1..].iter().filter_map(|r| cents(&r[7])).sum();
        println!("revenue {}", revenue / 100);
        assert!((20_000_000..80_000_000).contains(&(revenue / 100)), "{}", revenue / 100);
        let days: Vec<Day> = rows[1..].iter().filter_map(|r| Day::parse_iso(&r[1])).collect();
        assert_eq!(days.iter().min().unwrap().month(), FIRST_MONTH);
        assert_eq!(days.iter().max().unwrap().iso(), "2025-12-31");
    }

    #[test]
    fn all_languages_hold_the_same_numbers() {
        let [english, others @ ..] = SampleLanguage::ALL.map(rows);
        for other in &others {
            assert_eq!(english.len(), other.len());
            for (e, o) in english.iter().zip(other).skip(1) {
                for column in [1, 2, 5, 6, 8] {
                    assert_eq!(e[column], o[column]);
                }
                assert!(e[3] != o[3]);
            }
        }
        for language in SampleLanguage::ALL {
            assert_eq!(csv(language), csv(language));
        }
    }

    #[test]
    fn every_customer_has_a_name_of_its_own_and_a_truth() {
        for language in SampleLanguage::ALL {
            let truth = truth(language);
            let names: BTreeSet<_> = truth.iter().map(|t| t.customer.clone()).collect();
            assert_eq!((truth.len(), names.len()), (N_CUSTOMERS, N_CUSTOMERS));
            let seen: BTreeSet<_> =
                rows(language)[1..].iter().map(|r| r[0].clone()).filter(|n| !n.is_empty()).collect();
            assert_eq!(seen, names);
        }
    }

    #[test]
    fn all_patterns_and_stages_are_there() {
        let truth = truth(SampleLanguage::English);
        let exited = truth.iter().filter(|t| t.exited).count();
        println!("{exited} exited");
        for pattern in
            [TruePattern::EarlyAbort, TruePattern::MidWay, TruePattern::EarlyExit, TruePattern::LongTerm]
        {
            let n = truth.iter().filter(|t| t.exited && t.pattern == pattern).count();
            println!("exited {pattern:?} {n}");
            assert!(n >= 20, "{pattern:?}: {n}");
        }
        for stage in [TrueStage::Exploration, TrueStage::BuildUp, TrueStage::Stability, TrueStage::Decline] {
            let n = truth.iter().filter(|t| !t.exited && t.stage == stage).count();
            println!("active {stage:?} {n}");
            assert!(n >= 20, "{stage:?}: {n}");
        }
        for t in &truth {
            assert_eq!(t.pattern == TruePattern::LongTerm, t.stable_months >= 12);
            assert_eq!(t.exited, t.last_month < Month(FIRST_MONTH.0 + N_MONTHS));
        }
    }

    #[test]
    fn returns_free_items_and_defects_are_there() {
        let rows = rows(SampleLanguage::SimplifiedChinese);
        let rows = &rows[1..];
        let count = |f: &dyn Fn(&Vec<String>) -> bool| rows.iter().filter(|r| f(r)).count();
        assert!(count(&|r| r[7].starts_with('-')) > 100);
        assert!(count(&|r| r[7] == "0.00") > 20);
        assert_eq!(count(&|r| r[0].is_empty()), 6);
        assert_eq!(count(&|r| Day::parse_iso(&r[1]).is_none()), 3);
        assert_eq!(count(&|r| cents(&r[7]).is_none()), 2);
        assert_eq!(rows.windows(2).filter(|w| w[0] == w[1]).count(), 2);
        let odd = rows.iter().filter(|r| {
            cents(&r[7]).is_some_and(|a| a != cents(&r[6]).unwrap() * r[5].parse::<i64>().unwrap())
        });
        assert_eq!(odd.count(), 0, "amount is quantity times price");
    }

    #[test]
    fn orders_fall_on_working_days_and_are_numbered_by_date() {
        let rows = rows(SampleLanguage::English);
        let sold: Vec<_> = rows[1..].iter().filter(|r| r[2].starts_with("SO")).collect();
        for r in &sold {
            if let Some(day) = Day::parse_iso(&r[1]) {
                assert!((day.0 + 3).rem_euclid(7) < 5, "{}", r[1]);
            }
        }
        assert!(sold.windows(2).all(|w| w[0][2] <= w[1][2]));
    }

    #[test]
    fn the_rule_of_silence_mostly_agrees_with_the_truth() {
        use crate::analytics::churn::Exits;
        use crate::analytics::orders::{Orders, ledger_from_rows, left_truncation};
        let sample = generate(&words::of(SampleLanguage::English).companies());
        let usable = sample.lines.iter().filter(|l| l.defect == Defect::None);
        let ids: Vec<_> = usable.clone().map(|l| format!("{}{}", l.is_return, l.order)).collect();
        let rows = usable.zip(&ids).map(|(l, id)| {
            let name = sample.customers[l.customer].truth.customer.as_str();
            (name, l.day, l.quantity * l.unit_price, Some(id.as_str()))
        });
        let ledger = ledger_from_rows(rows);
        let orders = Orders::from_ledger(&ledger);
        let end = Day::parse_iso("2025-12-31").unwrap();
        assert!(!left_truncation(&orders, end).truncated, "{:?}", left_truncation(&orders, end).thirds);
        let exits = Exits::judge(&orders, end);
        let right = sample.customers.iter().filter(|c| {
            let at = ledger.customers.iter().position(|n| n == c.truth.customer).unwrap();
            exits.is_exited(at) == c.truth.exited
        });
        let share = right.count() as f64 / N_CUSTOMERS as f64;
        println!("exited by the rule as in truth: {share:.3}, {:?}", exits.counts());
        assert!(share > 0.85, "{share}");
    }

    #[test]
    fn money_is_written_with_cents() {
        assert_eq!((money(5), money(-1205), money(0)), ("0.05".into(), "-12.05".into(), "0.00".into()));
    }
}
