//! Who pays, how late, and how much may be sold to them on account?
//!
//! **Points** from the invoices that fell due in the last 12 months, amounts in sums over them:
//!
//! ```text
//! collection rate  c = paid / due                                    points 100 clamp((c - .7)/.3)
//! overdue share    o = (paid after the due day + unpaid past it)/due points 100 (1 - min(o/.5, 1))
//! mean days late   D = sum amount x days late / due                  points 100 (1 - min(D/60, 1))
//! worst invoice    0 | 1-30 | 31-60 | 61-90 | > 90 days late         points 100 | 80 | 50 | 20 | 0
//! score = .40 c + .30 o + .20 D + .10 worst       AAA >= 90, AA >= 80, A >= 70, B >= 60, C >= 45, D
//! limit = k x mean monthly purchases x terms (months), k = 1.5, 1.2, 1, .6, .3, 0, not above a given cap
//! ```
//!
//! Symbols: money in the currency unit; c and o shares 0..=1; D days >= 0 (an amount paid early counts 0, an open one
//! is late as of the analysis date); points and score 0..=100. The weights may come from pairwise comparisons (AHP).
//!
//! Read one way: the rows of one invoice are netted, so that credit notes (negative amounts due) reduce it; its due
//! day is the latest of its positive rows; it cannot be paid beyond what is due, nor pay for another one. An invoice
//! that nets to nothing or less is ignored. A payment without a day counts as on time and is counted in
//! [`Credit::n_undated`]. Days after the analysis date are not seen. The exposure is everything open, due or not.
//!
//! Source: methods.md 13; point methods of trade credit, judgement weights. Where 50 or more customers defaulted there
//! is a statistical card as well ([`scorecard`](fn@scorecard), [`invoice_scorecard`]). Decision support only.
//!
//! Degenerate cases: without an invoice in the window a customer has no [`Payment`], with fewer than 3 no [`Rating`]
//! (unrated: cash terms, limit 0). Weights that are negative, not finite or all 0 become the default ones.
//!
//! ```
//! use tenure::analytics::credit::{DEFAULT_WEIGHTS, Grade, weigh};
//! let score = weigh([96.0, 80.0, 70.0, 60.0], DEFAULT_WEIGHTS);
//! assert!((score - 82.4).abs() < 1e-12); // methods.md 13
//! assert_eq!(Grade::of(score), Grade::Aa);
//! ```

mod binning;
mod history;
mod invoices;
mod scorecard;
mod status;

pub use history::{HistoryOptions, InvoiceScorecard, invoice_scorecard};
pub use invoices::Invoices;
pub use scorecard::{
    Band, BinRange, Feature, NoScorecard, Scaling, ScoreBin, Scorecard, ScorecardOptions, ScoredFeature,
    Unused, scorecard,
};
pub use status::{StatusTable, StatusView, status_view};

use super::value_matrix::monthly_rate;
use crate::customer::Day;
use crate::math::sum;
use invoices::Account;
use serde::{Deserialize, Serialize};

/// Weights of [`Item::ALL`] unless set otherwise.
pub const DEFAULT_WEIGHTS: [f64; 4] = [0.40, 0.30, 0.20, 0.10];

/// Scores this close below a grade's bound count as on it: 89.99999999999999 is 90.
const TOLERANCE: f64 = 1e-9;

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Item {
    /// Share of the amounts due that was paid.
    Collection,
    /// Share of the amounts due that was late or is.
    Overdue,
    /// Days late on average, by amount.
    DaysLate,
    /// The latest invoice.
    Worst,
}

impl Item {
    /// All items in the order of weights and points.
    pub const ALL: [Self; 4] = [Self::Collection, Self::Overdue, Self::DaysLate, Self::Worst];
}

/// How late the latest amount was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Bucket {
    /// Never late.
    OnTime,
    /// 1 to 30 days.
    To30,
    /// 31 to 60 days.
    To60,
    /// 61 to 90 days.
    To90,
    /// More than 90 days.
    Over90,
}

impl Bucket {
    /// The bucket of a number of days late.
    #[must_use]
    pub fn of(days_late: u32) -> Self {
        match days_late {
            0 => Self::OnTime,
            1..=30 => Self::To30,
            31..=60 => Self::To60,
            61..=90 => Self::To90,
            _ => Self::Over90,
        }
    }

    /// Its points, 0..=100.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::OnTime => 100.0,
            Self::To30 => 80.0,
            Self::To60 => 50.0,
            Self::To90 => 20.0,
            Self::Over90 => 0.0,
        }
    }
}

/// Grade of a score, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// 90 and more.
    #[serde(rename = "AAA")]
    Aaa,
    /// 80 and more.
    #[serde(rename = "AA")]
    Aa,
    /// 70 and more.
    A,
    /// 60 and more.
    B,
    /// 45 and more.
    C,
    /// Less than 45.
    D,
}

impl Grade {
    /// All grades, best first.
    pub const ALL: [Self; 6] = [Self::Aaa, Self::Aa, Self::A, Self::B, Self::C, Self::D];

    /// Least score of the grade.
    #[must_use]
    pub fn from_score(self) -> f64 {
        match self {
            Self::Aaa => 90.0,
            Self::Aa => 80.0,
            Self::A => 70.0,
            Self::B => 60.0,
            Self::C => 45.0,
            Self::D => 0.0,
        }
    }

    /// The grade of a score.
    #[must_use]
    pub fn of(score: f64) -> Self {
        Self::ALL.into_iter().find(|g| score >= g.from_score() - TOLERANCE).unwrap_or(Self::D)
    }

    /// The next better grade; `None` above the best.
    #[must_use]
    pub fn better(self) -> Option<Self> {
        Self::ALL.iter().rev().skip_while(|g| **g >= self).copied().next()
    }
}

/// What the user may change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditSettings {
    /// Weights of [`Item::ALL`], any positive scale.
    pub weights: [f64; 4],
    /// Months of due days that are judged.
    pub window_months: u32,
    /// Invoices from which there is a rating.
    pub min_invoices: u32,
    /// k of [`Grade::ALL`].
    pub limit_factors: [f64; 6],
    /// Payment terms, months of purchases that are open at a time.
    pub terms_months: f64,
    /// Most that any customer may owe, money.
    pub cap: Option<f64>,
}

impl Default for CreditSettings {
    fn default() -> Self {
        Self {
            weights: DEFAULT_WEIGHTS,
            window_months: 12,
            min_invoices: 3,
            limit_factors: [1.5, 1.2, 1.0, 0.6, 0.3, 0.0],
            terms_months: 1.0,
            cap: None,
        }
    }
}

/// What credit is judged from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CreditInput<'a> {
    /// Number of customers.
    pub n_customers: usize,
    /// The invoices, in any order.
    pub invoices: Invoices<'a>,
    /// Analysis date.
    pub as_of: Day,
    /// Purchases per month, money, one per customer; else estimated from the invoices of the window.
    pub monthly_purchases: Option<&'a [f64]>,
    /// Limit that the user's own books set, money, one per customer: never exceeded.
    pub own_limit: Option<&'a [Option<f64>]>,
}

/// How a customer paid what fell due in the window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Invoices that fell due.
    pub n_invoices: u32,
    /// What they came to, money.
    pub due: f64,
    /// c, share of it that was paid.
    pub collection_rate: f64,
    /// o, share of it that was paid late or is unpaid past its day.
    pub overdue_share: f64,
    /// D, days.
    pub mean_days_late: f64,
    /// The latest amount, days.
    pub worst_days_late: u32,
}

impl Payment {
    /// Points of [`Item::ALL`], 0..=100 each.
    #[must_use]
    pub fn points(&self) -> [f64; 4] {
        [
            100.0 * ((self.collection_rate - 0.7) / 0.3).clamp(0.0, 1.0),
            100.0 * (1.0 - (self.overdue_share / 0.5).clamp(0.0, 1.0)),
            100.0 * (1.0 - (self.mean_days_late / 60.0).clamp(0.0, 1.0)),
            Bucket::of(self.worst_days_late).points(),
        ]
    }
}

/// A customer's score, with its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rating {
    /// 0..=100.
    pub score: f64,
    /// Its grade.
    pub grade: Grade,
    /// Points of [`Item::ALL`], 0..=100 each.
    pub points: [f64; 4],
    /// What each item takes from 100: weight x (100 - points). With the score they add up to 100.
    pub lost: [f64; 4],
}

impl Rating {
    /// The rating of a payment behavior.
    #[must_use]
    pub fn of(payment: &Payment, weights: [f64; 4]) -> Self {
        let (points, weights) = (payment.points(), normalized(weights));
        let score = weigh(points, weights);
        let lost = std::array::from_fn(|i| weights[i] * (100.0 - points[i]));
        Self { score, grade: Grade::of(score), points, lost }
    }
}

/// Weighted points, 0..=100; the weights may have any positive scale.
#[must_use]
pub fn weigh(points: [f64; 4], weights: [f64; 4]) -> f64 {
    let weights = normalized(weights);
    (0..4).map(|i| weights[i] * points[i]).sum::<f64>().clamp(0.0, 100.0)
}

fn normalized(weights: [f64; 4]) -> [f64; 4] {
    let total: f64 = weights.iter().sum();
    let usable = total.is_finite() && total > 0.0 && weights.iter().all(|w| *w >= 0.0);
    if usable { weights.map(|w| w / total) } else { DEFAULT_WEIGHTS }
}

/// A change of one item that alone would reach the next grade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The item; [`Item::Worst`] is never one, as past invoices cannot be changed by a customer's next payment.
    pub item: Item,
    /// Share (collection, overdue) or days (days late) now.
    pub from: f64,
    /// Share or days needed.
    pub to: f64,
}

/// What would change a grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NextGrade {
    /// The next better grade.
    pub grade: Grade,
    /// Points that are missing to it.
    pub missing: f64,
    /// Each single move that would do; none: it takes several.
    pub moves: Vec<Move>,
}

/// What would change the grade; `None` at the best.
#[must_use]
pub fn next_grade(payment: &Payment, weights: [f64; 4]) -> Option<NextGrade> {
    let (rating, weights) = (Rating::of(payment, weights), normalized(weights));
    let grade = rating.grade.better()?;
    let missing = grade.from_score() - rating.score;
    let reachable = |item: usize| rating.lost[item] >= missing && weights[item] > 0.0;
    let moves = moves(payment, &rating, weights, missing);
    let moves = (0..3).zip(moves).filter(|(i, _)| reachable(*i)).map(|m| m.1).collect();
    Some(NextGrade { grade, missing, moves })
}

/// What would cost the grade: the moves beyond which it is lost; `None` at the worst. `missing` is below 0: the points
/// there are to lose.
#[must_use]
pub fn worse_grade(payment: &Payment, weights: [f64; 4]) -> Option<NextGrade> {
    let (rating, weights) = (Rating::of(payment, weights), normalized(weights));
    let grade = Grade::ALL.into_iter().find(|g| *g > rating.grade)?;
    let missing = rating.grade.from_score() - rating.score;
    let reachable = |item: usize| weights[item] > 0.0 && rating.points[item] + missing / weights[item] > 0.0;
    let moves = moves(payment, &rating, weights, missing);
    let moves = (0..3).zip(moves).filter(|(i, _)| reachable(*i)).map(|m| m.1).collect();
    Some(NextGrade { grade, missing, moves })
}

/// For each item a payment can move, the number at which it alone brings `missing` points.
fn moves(payment: &Payment, rating: &Rating, weights: [f64; 4], missing: f64) -> [Move; 3] {
    let target = |item: usize| ((rating.points[item] + missing / weights[item]) / 100.0).clamp(0.0, 1.0);
    let to = |i: usize, item, from, at_0: f64, slope: f64| Move { item, from, to: at_0 + slope * target(i) };
    [
        to(0, Item::Collection, payment.collection_rate, 0.7, 0.3),
        to(1, Item::Overdue, payment.overdue_share, 0.5, -0.5),
        to(2, Item::DaysLate, payment.mean_days_late, 60.0, -60.0),
    ]
}

/// Customers of a grade.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GradeSize {
    /// The grade; `None`: unrated.
    pub grade: Option<Grade>,
    /// Customers with at least one invoice.
    pub customers: u32,
    /// Their limits, money.
    pub limit: f64,
    /// What they owe, money.
    pub exposure: f64,
    /// The part of it that is past due, money.
    pub overdue: f64,
    /// Customers who owe more than their limit.
    pub over_limit: u32,
}

/// Credit of every customer; columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credit {
    /// The weights used, summing to 1.
    pub weights: [f64; 4],
    /// First and last due day of the window.
    pub window: [Day; 2],
    /// Behavior; `None` without an invoice in the window.
    pub payment: Vec<Option<Payment>>,
    /// Rating; `None` is unrated: cash terms.
    pub rating: Vec<Option<Rating>>,
    /// Limit, money; 0 if unrated.
    pub limit: Vec<f64>,
    /// Open amounts, due or not, money.
    pub exposure: Vec<f64>,
    /// Open amounts past their day, money.
    pub overdue: Vec<f64>,
    /// By grade, best first, the unrated last.
    pub grades: Vec<GradeSize>,
    /// Invoices of the whole file that could be used.
    pub n_invoices: u32,
    /// Invoices ignored: nothing due, or no such customer.
    pub n_ignored: u32,
    /// Payments without a day, counted as on time.
    pub n_undated: u32,
}

/// Rates every customer as of the analysis date.
#[must_use]
pub fn credit(input: &CreditInput, settings: &CreditSettings) -> Credit {
    let n = input.n_customers;
    let from = super::churn::months_before(input.as_of, settings.window_months.min(1200));
    let books = input.invoices.accounts(n, from, input.as_of);
    let to_money = |minor| input.invoices.scale.to_f64(minor);
    let mut out = Credit {
        weights: normalized(settings.weights),
        window: [Day(from.0.saturating_add(1)), input.as_of],
        payment: books.accounts.iter().map(|a| a.payment(input.invoices.scale)).collect(),
        rating: Vec::with_capacity(n),
        limit: Vec::with_capacity(n),
        exposure: books.accounts.iter().map(|a| to_money(a.open)).collect(),
        overdue: books.accounts.iter().map(|a| to_money(a.open_past_due)).collect(),
        grades: Vec::new(),
        n_invoices: books.n_invoices,
        n_ignored: books.n_ignored,
        n_undated: books.n_undated,
    };
    for (c, account) in books.accounts.iter().enumerate() {
        let rated = out.payment[c].filter(|p| p.n_invoices >= settings.min_invoices.max(1));
        let rating = rated.map(|p| Rating::of(&p, out.weights));
        out.limit.push(rating.map_or(0.0, |r| limit(input, settings, c, account, r.grade)));
        out.rating.push(rating);
    }
    out.grades = grade_sizes(&out);
    out
}

fn limit(input: &CreditInput, settings: &CreditSettings, c: usize, account: &Account, grade: Grade) -> f64 {
    let from_invoices = || {
        let due = input.invoices.scale.to_f64(account.due);
        let days = |d: Day| f64::from(input.as_of.0) - f64::from(d.0);
        let months = account.first_due.map_or(12.0, |d| days(d) / (365.0 / 12.0));
        // A window of other than 12 months: its total, as if it were a year's.
        monthly_rate(due * 12.0 / f64::from(settings.window_months.max(1)), months)
    };
    let given = input.monthly_purchases.and_then(|p| p.get(c)).copied().filter(|p| p.is_finite());
    let purchases = given.unwrap_or_else(from_invoices).max(0.0);
    let k = settings.limit_factors[grade as usize];
    let limit = k * purchases * settings.terms_months;
    let own = input.own_limit.and_then(|l| l.get(c)).copied().flatten();
    let caps = [settings.cap, own].into_iter().flatten().filter(|cap| cap.is_finite());
    let limit = if limit.is_finite() { limit.max(0.0) } else { 0.0 };
    caps.fold(limit, |l, cap| l.min(cap.max(0.0)))
}

fn grade_sizes(credit: &Credit) -> Vec<GradeSize> {
    let grades = Grade::ALL.into_iter().map(Some).chain([None]);
    let of = |grade: Option<Grade>| {
        let members: Vec<usize> = (0..credit.rating.len())
            .filter(|&c| credit.rating[c].map(|r| r.grade) == grade)
            .filter(|&c| credit.payment[c].is_some() || credit.exposure[c] > 0.0)
            .collect();
        let total = |column: &[f64]| sum(members.iter().map(|&c| column[c]));
        GradeSize {
            grade,
            customers: members.len() as u32,
            limit: total(&credit.limit),
            exposure: total(&credit.exposure),
            overdue: total(&credit.overdue),
            over_limit: members.iter().filter(|&&c| credit.exposure[c] > credit.limit[c]).count() as u32,
        }
    };
    grades.map(of).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::customer::MoneyScale;
    use crate::math::Rng;
    use proptest::prelude::*;

    const CENTS: MoneyScale = MoneyScale { decimals: 2 };

    /// Customer, invoice, due, paid, amount due, amount paid.
    type Row = (u32, u32, i32, Option<i32>, i64, i64);

    /// Rows of a table of invoices.
    #[derive(Clone, Debug, Default)]
    struct Table {
        customer: Vec<u32>,
        invoice: Vec<u32>,
        due: Vec<Day>,
        paid: Vec<Option<Day>>,
        amount_due: Vec<i64>,
        amount_paid: Vec<i64>,
    }

    impl Table {
        fn of(rows: &[Row]) -> Self {
            let mut table = Self::default();
            for &(customer, invoice, due, paid, amount_due, amount_paid) in rows {
                table.customer.push(customer);
                table.invoice.push(invoice);
                table.due.push(Day(due));
                table.paid.push(paid.map(Day));
                table.amount_due.push(amount_due);
                table.amount_paid.push(amount_paid);
            }
            table
        }

        fn input(&self, n_customers: usize, as_of: i32) -> CreditInput<'_> {
            let invoices = Invoices {
                customer: &self.customer,
                invoice: Some(&self.invoice),
                due: &self.due,
                paid: &self.paid,
                amount_due: &self.amount_due,
                amount_paid: Some(&self.amount_paid),
                scale: CENTS,
            };
            CreditInput { n_customers, invoices, as_of: Day(as_of), monthly_purchases: None, own_limit: None }
        }

        fn credit(&self, n_customers: usize, as_of: i32) -> Credit {
            credit(&self.input(n_customers, as_of), &CreditSettings::default())
        }
    }

    #[test]
    fn ex_13_weighted_points_and_grade() {
        let score = weigh([96.0, 80.0, 70.0, 60.0], DEFAULT_WEIGHTS);
        assert!((score - 82.4).abs() < 1e-12);
        assert_eq!(Grade::of(score), Grade::Aa);
        for (score, grade) in [(90.0, Grade::Aaa), (89.99, Grade::Aa), (70.0, Grade::A), (60.0, Grade::B)] {
            assert_eq!(Grade::of(score), grade);
        }
        assert_eq!((Grade::of(45.0), Grade::of(44.9), Grade::of(0.0)), (Grade::C, Grade::D, Grade::D));
    }

    #[test]
    fn ex_13_points_of_each_item() {
        let payment = Payment {
            n_invoices: 9,
            due: 1000.0,
            collection_rate: 0.988,
            overdue_share: 0.1,
            mean_days_late: 18.0,
            worst_days_late: 45,
        };
        let points = payment.points();
        let expected = [96.0, 80.0, 70.0, 50.0];
        assert!(points.iter().zip(expected).all(|(p, e)| (p - e).abs() < 1e-9), "{points:?}");
        let buckets = [0, 1, 30, 31, 60, 61, 90, 91].map(|d| Bucket::of(d).points());
        assert_eq!(buckets, [100.0, 80.0, 80.0, 50.0, 50.0, 20.0, 20.0, 0.0]);
    }

    #[test]
    fn methods_13_one_customer_by_hand() {
        // As of day 1000: 100.00 paid 5 days early, 200.00 paid 10 days late, 100.00 half paid and 20 days open;
        // 50.00 not due yet, 80.00 open since long before the window.
        let table = Table::of(&[
            (0, 1, 900, Some(895), 10_000, 10_000),
            (0, 2, 930, Some(940), 20_000, 20_000),
            (0, 3, 980, Some(970), 10_000, 5_000),
            (0, 4, 1010, None, 5_000, 0),
            (0, 5, 100, None, 8_000, 0),
        ]);
        let result = table.credit(1, 1000);
        let p = result.payment[0].unwrap();
        assert_eq!((p.n_invoices, p.due, p.worst_days_late), (3, 400.0, 20));
        assert!((p.collection_rate - 0.875).abs() < 1e-12);
        assert!((p.overdue_share - 0.625).abs() < 1e-12, "200 late and 50 open of 400");
        assert!((p.mean_days_late - 7.5).abs() < 1e-12, "(200 x 10 + 50 x 20) / 400");
        assert_eq!((result.exposure[0], result.overdue[0]), (180.0, 130.0));
        // Points 58.33, 0, 87.5, 80 at .4, .3, .2, .1.
        let rating = result.rating[0].unwrap();
        assert!((rating.score - (0.4 * 175.0 / 3.0 + 17.5 + 8.0)).abs() < 1e-9);
        assert_eq!(rating.grade, Grade::C);
        // 400.00 in the twelve months of a customer known for 29.6: C allows .3 x 400/12 x 1 month.
        assert!((result.limit[0] - 10.0).abs() < 1e-9, "{}", result.limit[0]);
        let grade = result.grades[Grade::C as usize];
        assert_eq!((grade.customers, grade.over_limit, grade.exposure), (1, 1, 180.0));
    }

    #[test]
    fn methods_13_credit_notes_refunds_and_nothing_due() {
        let table = Table::of(&[
            // 100.00 less a credit note of 30.00, paid with 70.00: collected in full and in time.
            (0, 1, 900, Some(900), 10_000, 7_000),
            (0, 1, 905, None, -3_000, 0),
            // Paid twice on day 890, refunded on day 895: still paid once, in time.
            (0, 2, 900, Some(890), 10_000, 10_000),
            (0, 2, 900, Some(890), 0, 10_000),
            (0, 2, 900, Some(895), 0, -10_000),
            // Netted away, and nothing due at all.
            (0, 3, 900, None, 5_000, 0),
            (0, 3, 900, None, -5_000, 0),
            (0, 4, 900, Some(900), 0, 500),
            // Paid without a day.
            (0, 5, 900, None, 10_000, 10_000),
            // Paid in two parts, the second 40 days late.
            (1, 1, 900, Some(900), 10_000, 6_000),
            (1, 1, 900, Some(940), 0, 4_000),
            // Nobody we know.
            (9, 1, 900, None, 10_000, 0),
        ]);
        let result = table.credit(2, 1000);
        let p = result.payment[0].unwrap();
        assert_eq!((p.n_invoices, p.due, p.collection_rate, p.overdue_share), (3, 270.0, 1.0, 0.0));
        assert_eq!(result.rating[0].unwrap().score, 100.0);
        assert_eq!((result.n_invoices, result.n_ignored, result.n_undated), (4, 3, 1));
        let p = result.payment[1].unwrap();
        assert!((p.overdue_share - 0.4).abs() < 1e-12 && (p.mean_days_late - 16.0).abs() < 1e-12);
        assert_eq!((p.worst_days_late, result.rating[1]), (40, None), "one invoice: unrated, cash terms");
        assert_eq!(result.limit[1], 0.0);
        assert_eq!(result.grades[6].customers, 1);
    }

    #[test]
    fn what_comes_after_the_analysis_date_is_not_seen() {
        let table =
            Table::of(&[(0, 1, 900, Some(1001), 10_000, 10_000), (0, 2, 1001, Some(999), 10_000, 10_000)]);
        let result = table.credit(1, 1000);
        let p = result.payment[0].unwrap();
        assert_eq!((p.n_invoices, p.collection_rate, p.worst_days_late), (1, 0.0, 100));
        assert_eq!(result.exposure[0], 100.0, "the invoice paid ahead is not owed");
        let unpaid_today = Table::of(&[(0, 1, 1000, None, 10_000, 0)]).credit(1, 1000);
        assert_eq!((unpaid_today.overdue[0], unpaid_today.payment[0].unwrap().overdue_share), (0.0, 0.0));
    }

    #[test]
    fn without_a_column_of_payments_a_day_means_paid_in_full() {
        let table = Table::of(&[(0, 1, 900, Some(930), 10_000, 0), (0, 2, 900, None, 30_000, 0)]);
        let mut input = table.input(1, 910);
        input.invoices.amount_paid = None;
        input.invoices.invoice = None;
        assert_eq!(credit(&input, &CreditSettings::default()).exposure, [400.0]);
        input.as_of = Day(1000);
        let p = credit(&input, &CreditSettings::default()).payment[0].unwrap();
        assert!((p.collection_rate - 0.25).abs() < 1e-12 && (p.mean_days_late - 82.5).abs() < 1e-12);
    }

    #[test]
    fn methods_13_limit_factors_and_caps() {
        let rows: Vec<_> = (0..4).map(|i| (0, i, 900, Some(900), 30_000, 30_000)).collect();
        let table = Table::of(&rows);
        let mut input = table.input(1, 1000);
        let mut settings = CreditSettings { terms_months: 2.0, ..Default::default() };
        // 1,200 in 3.3 months, AAA: 1.5 x 1200/3.29 x 2.
        let months = 100.0 / (365.0 / 12.0);
        assert!((credit(&input, &settings).limit[0] - 1.5 * 1200.0 / months * 2.0).abs() < 1e-9);
        input.monthly_purchases = Some(&[500.0]);
        assert_eq!(credit(&input, &settings).limit, [1500.0]);
        settings.cap = Some(1200.0);
        assert_eq!(credit(&input, &settings).limit, [1200.0]);
        input.own_limit = Some(&[Some(700.0)]);
        assert_eq!(credit(&input, &settings).limit, [700.0]);
        input.monthly_purchases = Some(&[-500.0]);
        assert_eq!(credit(&input, &settings).limit, [0.0]);
    }

    #[test]
    fn methods_19_what_would_change_the_grade() {
        let payment = Payment {
            n_invoices: 9,
            due: 1000.0,
            collection_rate: 0.94,
            overdue_share: 0.1,
            mean_days_late: 18.0,
            worst_days_late: 20,
        };
        // .4 x 80 + .3 x 80 + .2 x 70 + .1 x 80 = 78: A, two points short of AA.
        let NextGrade { grade, missing, moves } = next_grade(&payment, DEFAULT_WEIGHTS).unwrap();
        assert!(grade == Grade::Aa && (missing - 2.0).abs() < 1e-9);
        let collection = Payment { collection_rate: moves[0].to, ..payment };
        let overdue = Payment { overdue_share: moves[1].to, ..payment };
        let days = Payment { mean_days_late: moves[2].to, ..payment };
        for moved in [collection, overdue, days] {
            let rating = Rating::of(&moved, DEFAULT_WEIGHTS);
            assert!(rating.grade == Grade::Aa && (rating.score - 80.0).abs() < 1e-9);
        }
        let best = Payment { collection_rate: 1.0, overdue_share: 0.0, mean_days_late: 0.0, ..payment };
        assert_eq!(next_grade(&best, DEFAULT_WEIGHTS), None);
        assert_eq!((Grade::D.better(), Grade::Aaa.better()), (Some(Grade::C), None));
    }

    #[test]
    fn nothing_at_all_and_odd_settings() {
        let none = Table::default().credit(2, 1000);
        assert_eq!((none.payment, none.limit), (vec![None; 2], vec![0.0; 2]));
        assert!(Table::default().credit(0, 0).rating.is_empty());
        for weights in [[0.0; 4], [f64::NAN, 1.0, 1.0, 1.0], [-1.0, 2.0, 1.0, 1.0]] {
            assert_eq!(normalized(weights), DEFAULT_WEIGHTS);
        }
        let huge: Vec<_> = (0..3).map(|i| (0, i, 900, None, i64::MAX, 0)).collect();
        let settings = CreditSettings { terms_months: f64::INFINITY, window_months: 0, ..Default::default() };
        let result = credit(&Table::of(&huge).input(1, 1000), &settings);
        assert!(result.exposure[0].is_finite() && result.limit[0] == 0.0);
        let result = Table::of(&huge).credit(1, 1000);
        assert_eq!(result.rating[0].unwrap().grade, Grade::D);
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Credit>(&text).unwrap(), result);
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let row = (0..4_u32, 0..6_u32, 500..1100_i32, proptest::option::of(450..1200_i32));
        let row = (row, -5_000..50_000_i64, -2_000..60_000_i64);
        proptest::collection::vec(row, 0..80)
            .prop_map(|rows| rows.into_iter().map(|((c, i, d, p), a, b)| (c, i, d, p, a, b)).collect())
    }

    proptest! {
        #[test]
        fn scores_are_within_bounds_and_explained(rows in rows()) {
            let result = Table::of(&rows).credit(4, 1000);
            for c in 0..4 {
                if let Some(p) = result.payment[c] {
                    prop_assert!((0.0..=1.0).contains(&p.collection_rate) && p.due > 0.0);
                    prop_assert!((0.0..=1.0).contains(&p.overdue_share));
                    prop_assert!(p.mean_days_late >= 0.0 && p.mean_days_late <= f64::from(p.worst_days_late) + 1e-9);
                    prop_assert!(p.overdue_share > 0.0 || p.worst_days_late == 0);
                }
                if let Some(r) = result.rating[c] {
                    prop_assert!((0.0..=100.0).contains(&r.score));
                    prop_assert!((r.score + r.lost.iter().sum::<f64>() - 100.0).abs() < 1e-9);
                }
                prop_assert!(result.overdue[c] <= result.exposure[c] && result.overdue[c] >= 0.0);
                prop_assert!(result.limit[c].is_finite() && result.limit[c] >= 0.0);
            }
        }

        #[test]
        fn the_order_of_rows_and_the_unit_of_money_do_not_matter(rows in rows(), seed in 0_u64..1000) {
            let result = Table::of(&rows).credit(4, 1000);
            let mut shuffled = rows.clone();
            let mut rng = Rng::new(seed);
            (0..rows.len()).for_each(|k| shuffled.swap(k, k + rng.below(rows.len() - k)));
            prop_assert_eq!(&Table::of(&shuffled).credit(4, 1000), &result);
            let times = |r: Row| (r.0, r.1, r.2, r.3, 1000 * r.4, 1000 * r.5);
            let scaled = Table::of(&rows.into_iter().map(times).collect::<Vec<_>>()).credit(4, 1000);
            for c in 0..4 {
                let (a, b) = (result.rating[c].map(|r| r.score), scaled.rating[c].map(|r| r.score));
                prop_assert!(a.is_some() == b.is_some());
                prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
                prop_assert!((scaled.limit[c] - 1000.0 * result.limit[c]).abs() <= 1e-9 * scaled.limit[c]);
            }
        }
    }

    /// Customers with invoices every 30 days for three years; careless ones pay later, and some stop paying.
    fn careless(n: u32) -> Table {
        let mut rng = Rng::new(4);
        let mut rows = Vec::new();
        for customer in 0..n {
            let care = rng.uniform();
            let stops = if rng.uniform() < 0.3 * care { 700 + rng.below(200) as i32 } else { i32::MAX };
            for k in 0..36 {
                let due = 30 * k;
                let late = (60.0 * care * rng.uniform() - 10.0) as i32;
                let paid = (due < stops).then_some(due + late);
                let amount = 1000 + rng.below(9000) as i64;
                rows.push((customer, k as u32, due, paid, amount, if paid.is_some() { amount } else { 0 }));
            }
        }
        Table::of(&rows)
    }

    #[test]
    fn a_card_from_invoices_finds_who_will_stop_paying() {
        let table = careless(1200);
        let input = table.input(1200, 1079);
        let made = invoice_scorecard(&input, &HistoryOptions::default()).unwrap();
        assert_eq!(made.base_day, Day(1079 - 366), "1972 has a leap day");
        assert!(made.scorecard.auc.unwrap().auc > 0.65, "{:?}", made.scorecard.auc);
        assert!(made.scorecard.n_defaults >= 50 && made.n_customers <= 1200);
        let in_default = made.in_default.iter().filter(|d| **d).count();
        assert!(in_default >= made.scorecard.n_defaults as usize);
        let pd = made.default_probability.iter().flatten();
        assert!(pd.clone().all(|p| (0.0..=1.0).contains(p)) && pd.count() == 1200);
        let short = table.input(1200, 300);
        let needed = 50;
        let refused = invoice_scorecard(&short, &HistoryOptions::default());
        assert_eq!(refused, Err(NoScorecard::TooFewDefaults { n: 0, needed }));
    }
}
