//! What is the churn rate, and how much of it is a matter of definition?
//!
//! Over a window of days (from, to], counted from every customer's first and last day, with
//! `N0` customers there at the end of `from`, `J` who joined in the window, `L0` of the `N0` and `LJ` of the `J` who left in
//! it, `N1 = N0 + J - L0 - LJ` there at its end, `D` days, and `C` customer-days (each day's customers, counted at its
//! beginning):
//!
//! | key | rate | used by |
//! |---|---|---|
//! | `start-of-period` (default) | L0 / N0 | methods.md 2.3, Piwik, PostHog's tutorial, ProfitWell "simple" |
//! | `start-plus-joiners` | (L0 + LJ) / (N0 + J) | Stripe |
//! | `average` | (L0 + LJ) / ((N0 + N1) / 2) | ProfitWell "adjusted" |
//! | `customer-days` | (L0 + LJ) / C x D | Shopify's daily rate (Noble 2011), as we read it |
//! | `predictive` | 1 - (1 - (L0 + LJ) / C)^D | the same hazard as a probability for one customer |
//! | `last-30-days` | all who left in the last 30 days / those there 30 days ago | Baremetrics |
//!
//! Windows differ, so each rate `r` over `d` days is also given per average month at the same hazard,
//! `m = 1 - (1 - r)^(30.4375 / d)`; the spread between the definitions is that between these. A year is
//! `1 - (1 - m)^12`, not `12 m` ([`Annual`]). Revenue churn: money of the `L0` / money of the `N0`.
//!
//! Symbols: rates are shares; those with leavers in the numerator that are not in the denominator can exceed 1, and then
//! have no monthly equivalent. `N`, `J`, `L` counts; `C` in customer-days. Source: methods.md 2.3, 22 and
//! reference-results.md 2.1; the vendors' own words there, our reading of "predictive" and "daily".
//!
//! Degenerate cases: a denominator of 0 gives no rate; a customer who left before joining is left out; one who leaves on
//! the day of joining never counts, for no day began with them.
//!
//! 6,000 customers of whom 300 leave in a year (methods.md 2.3):
//!
//! ```
//! use tenure::analytics::churn_rates::{Spans, churn_rates};
//! use tenure::customer::Day;
//! let left = (0..6000).map(|i| (i < 300).then_some(Day(200))).collect();
//! let spans = Spans { start: vec![Some(Day(0)); 6000], left, money: None };
//! let rates = churn_rates(&spans, Day(0), Day(365));
//! let (low, high) = rates.interval.unwrap_or_default();
//! assert_eq!(rates.rates[0].rate, Some(0.05));
//! assert!((low - 0.04477).abs() < 5e-6 && (high - 0.05581).abs() < 5e-6);
//! ```

use super::churn::Exits;
use crate::customer::Day;
use crate::math::{exp_m1, ln_1p, sum, wilson};
use serde::{Deserialize, Serialize};

/// Days of an average month.
const MONTH_DAYS: f64 = 365.25 / 12.0;
/// Days of Baremetrics' window.
const BAREMETRICS_DAYS: i32 = 30;

/// From when to when each customer was there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans {
    /// First day; `None` leaves the customer out.
    pub start: Vec<Option<Day>>,
    /// Day of leaving; `None` while there.
    pub left: Vec<Option<Day>>,
    /// What each brings per period, for revenue churn: contracts' charges, or the revenue before the window.
    pub money: Option<Vec<f64>>,
}

impl Spans {
    /// From transactions: first purchase to the day on which the exit was detected (23.8).
    #[must_use]
    pub fn of_exits(exits: &Exits) -> Self {
        let left = |c: usize| exits.detection_date(c).filter(|_| exits.is_exited(c));
        Self {
            start: exits.purchases.iter().map(|p| p.map(|(first, _)| first)).collect(),
            left: (0..exits.state.len()).map(left).collect(),
            money: None,
        }
    }
}

/// A definition of the churn rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Definition {
    /// Leavers among those there at the start / those there at the start.
    StartOfPeriod,
    /// All leavers / those there at the start and those who joined.
    StartPlusJoiners,
    /// All leavers / the mean of those there at the start and at the end.
    Average,
    /// All leavers per customer-day, times the days.
    CustomerDays,
    /// The chance that a customer leaves in the window at that hazard.
    Predictive,
    /// All leavers of the last 30 days / those there 30 days ago.
    #[serde(rename = "last-30-days")]
    Last30Days,
}

/// A rate with the numbers of its formula filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateBy {
    /// The definition, key of the formula.
    pub definition: Definition,
    /// What is above the line; customers.
    pub numerator: f64,
    /// What is below it: customers, or customer-days.
    pub denominator: f64,
    /// Length of its window, days.
    pub days: u32,
    /// Share per window; `None` where the denominator is 0.
    pub rate: Option<f64>,
    /// Share per average month at the same hazard; `None` also where the rate exceeds 1.
    pub monthly_rate: Option<f64>,
}

/// A year of a monthly rate, rightly and naively.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Annual {
    /// Monthly churn.
    pub monthly_rate: f64,
    /// Share left after a year, `1 - (1 - m)^12`.
    pub annual_rate: f64,
    /// `12 m`, which may exceed 1: what the year is often said to be.
    pub naive_rate: f64,
    /// Share still there after a year.
    pub annual_retention: f64,
}

/// How far the definitions lie apart, per month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// The definition that gives least.
    pub lowest: Definition,
    /// Its monthly rate.
    pub low: f64,
    /// The definition that gives most.
    pub highest: Definition,
    /// Its monthly rate.
    pub high: f64,
}

/// Revenue churn of those there at the start.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevenueChurn {
    /// Money of the leavers, currency unit.
    pub lost: f64,
    /// Money of all.
    pub base: f64,
    /// `lost / base`; `None` unless the base is positive.
    pub rate: Option<f64>,
}

/// The churn rate by every definition, and what they are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChurnRates {
    /// The window is (from, to].
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Its length.
    pub days: u32,
    /// `N0`.
    pub n_start: u32,
    /// `J`.
    pub n_joined: u32,
    /// `L0`.
    pub n_lost: u32,
    /// `LJ`.
    pub n_joined_and_lost: u32,
    /// `N1`.
    pub n_end: u32,
    /// `C`.
    pub customer_days: f64,
    /// One entry per definition, the default first.
    pub rates: Vec<RateBy>,
    /// Wilson's 95 % interval of the default rate.
    pub interval: Option<(f64, f64)>,
    /// Lowest and highest monthly rate.
    pub spread: Option<Spread>,
    /// A year at the default rate's hazard.
    pub annual: Option<Annual>,
    /// By money, where there is money.
    pub revenue: Option<RevenueChurn>,
}

/// All definitions over (from, to]; with `to <= from` nothing can be counted.
#[must_use]
pub fn churn_rates(spans: &Spans, from: Day, to: Day) -> ChurnRates {
    let counts = Counts::over(spans, from, to);
    let last_30 = Counts::over(spans, Day(to.0.saturating_sub(BAREMETRICS_DAYS)), to);
    let days = counts.days;
    let lost = counts.n_lost + counts.n_joined_and_lost;
    let all = f64::from(lost);
    let (n0, n1) = (f64::from(counts.n_start), f64::from(counts.n_end()));
    let hazard = ratio(all, counts.customer_days).map(|h| h.min(1.0));
    let by_days = hazard.map(|h| h * f64::from(days));
    let predictive = hazard.map(|h| carried_on(h, f64::from(days)));
    use Definition::{Average, CustomerDays, Last30Days, Predictive, StartOfPeriod, StartPlusJoiners};
    let plain = |definition, numerator: f64, denominator: f64, days| {
        rate_by(definition, numerator, denominator, days, ratio(numerator, denominator))
    };
    let rates = vec![
        plain(StartOfPeriod, f64::from(counts.n_lost), n0, days),
        plain(StartPlusJoiners, all, n0 + f64::from(counts.n_joined), days),
        plain(Average, all, (n0 + n1) / 2.0, days),
        rate_by(CustomerDays, all, counts.customer_days, days, by_days),
        rate_by(Predictive, all, counts.customer_days, days, predictive),
        plain(
            Last30Days,
            f64::from(last_30.n_lost + last_30.n_joined_and_lost),
            f64::from(last_30.n_start),
            last_30.days,
        ),
    ];
    ChurnRates {
        from,
        to,
        days,
        n_start: counts.n_start,
        n_joined: counts.n_joined,
        n_lost: counts.n_lost,
        n_joined_and_lost: counts.n_joined_and_lost,
        n_end: counts.n_end(),
        customer_days: counts.customer_days,
        interval: (counts.n_start > 0).then(|| wilson(f64::from(counts.n_lost), n0)),
        spread: spread(&rates),
        annual: rates[0].monthly_rate.map(annual),
        rates,
        revenue: spans.money.as_ref().map(|money| revenue_churn(spans, money, from, to)),
    }
}

/// A year of a monthly churn in 0..=1.
#[must_use]
pub fn annual(monthly_rate: f64) -> Annual {
    let annual_rate = carried_on(monthly_rate, 12.0);
    Annual { monthly_rate, annual_rate, naive_rate: 12.0 * monthly_rate, annual_retention: 1.0 - annual_rate }
}

/// The monthly retention that gives a yearly one in 0..=1: its twelfth root (methods.md 2.3).
#[must_use]
pub fn monthly_retention(annual_retention: f64) -> f64 {
    1.0 - carried_on(1.0 - annual_retention.clamp(0.0, 1.0), 1.0 / 12.0)
}

/// `1 - (1 - rate)^periods`.
fn carried_on(rate: f64, periods: f64) -> f64 {
    if rate >= 1.0 { 1.0 } else { -exp_m1(periods * ln_1p(-rate.max(0.0))) }
}

fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

fn rate_by(definition: Definition, numerator: f64, denominator: f64, days: u32, rate: Option<f64>) -> RateBy {
    let monthly_rate =
        rate.filter(|r| *r <= 1.0 && days > 0).map(|r| carried_on(r, MONTH_DAYS / f64::from(days)));
    RateBy { definition, numerator, denominator, days, rate, monthly_rate }
}

fn spread(rates: &[RateBy]) -> Option<Spread> {
    let mut known: Vec<(f64, Definition)> =
        rates.iter().filter_map(|r| r.monthly_rate.map(|m| (m, r.definition))).collect();
    // Stable: of equal rates the one listed first.
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ((low, lowest), highest_rate) = (*known.first()?, known.last()?.0);
    let (high, highest) = *known.iter().find(|k| k.0 == highest_rate)?;
    Some(Spread { lowest, low, highest, high })
}

fn revenue_churn(spans: &Spans, money: &[f64], from: Day, to: Day) -> RevenueChurn {
    let base = || spans.usable().filter(|s| s.0 <= from && s.1.is_none_or(|left| left > from));
    let of = |i: usize| money.get(i).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
    let lost = sum(base().filter(|s| s.1.is_some_and(|left| left <= to)).map(|s| of(s.2)));
    let base = sum(base().map(|s| of(s.2)));
    RevenueChurn { lost, base, rate: ratio(lost, base) }
}

impl Spans {
    /// First day, day of leaving and index of those whose days are in order.
    fn usable(&self) -> impl Iterator<Item = (Day, Option<Day>, usize)> + '_ {
        let left = self.left.iter().copied();
        self.start
            .iter()
            .zip(left)
            .enumerate()
            .filter_map(|(i, (start, left))| start.map(|start| (start, left, i)))
            .filter(|(start, left, _)| left.is_none_or(|left| left > *start))
    }
}

#[derive(Default)]
struct Counts {
    days: u32,
    n_start: u32,
    n_joined: u32,
    n_lost: u32,
    n_joined_and_lost: u32,
    customer_days: f64,
}

impl Counts {
    fn over(spans: &Spans, from: Day, to: Day) -> Self {
        let mut out = Self { days: (to.0 - from.0).max(0) as u32, ..Self::default() };
        let mut customer_days = 0_u64;
        for (start, left, _) in spans.usable().filter(|_| to > from) {
            if start > to || left.is_some_and(|left| left <= from) {
                continue;
            }
            let lost = u32::from(left.is_some_and(|left| left <= to));
            if start <= from {
                out.n_start += 1;
                out.n_lost += lost;
            } else {
                out.n_joined += 1;
                out.n_joined_and_lost += lost;
            }
            // Days that began with the customer there; the day of leaving is the last of them.
            let first = start.max(from);
            let last = left.filter(|left| *left <= to).unwrap_or(to);
            customer_days += u64::from((last.0 - first.0).unsigned_abs());
        }
        out.customer_days = customer_days as f64;
        out
    }

    fn n_end(&self) -> u32 {
        self.n_start + self.n_joined - self.n_lost - self.n_joined_and_lost
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::{Orders, ledger_from_rows};
    use crate::math::{Rng, powf};

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn spans(rows: &[(i32, Option<i32>)]) -> Spans {
        Spans {
            start: rows.iter().map(|r| Some(Day(r.0))).collect(),
            left: rows.iter().map(|r| r.1.map(Day)).collect(),
            money: None,
        }
    }

    fn by(rates: &ChurnRates, definition: Definition) -> RateBy {
        rates.rates.iter().find(|r| r.definition == definition).unwrap().clone()
    }

    /// Window (0, 30]. 100 there from before: 8 leave on day 10. 20 join on day 15: 2 of them leave on day 25.
    fn month() -> Spans {
        let rows: Vec<(i32, Option<i32>)> = (0..100)
            .map(|i| (-50, (i < 8).then_some(10)))
            .chain((0..20).map(|i| (15, (i < 2).then_some(25))))
            .collect();
        spans(&rows)
    }

    #[test]
    fn reference_2_1_every_definition_by_hand() {
        let rates = churn_rates(&month(), Day(0), Day(30));
        assert_eq!((rates.n_start, rates.n_joined, rates.n_lost, rates.n_joined_and_lost), (100, 20, 8, 2));
        assert_eq!((rates.n_end, rates.days), (110, 30));
        // 92 x 30 + 8 x 10 + 18 x 15 + 2 x 10.
        assert_eq!(rates.customer_days, 3130.0);
        let expected = [
            (Definition::StartOfPeriod, 8.0, 100.0, 0.08),
            (Definition::StartPlusJoiners, 10.0, 120.0, 10.0 / 120.0),
            (Definition::Average, 10.0, 105.0, 10.0 / 105.0),
            (Definition::CustomerDays, 10.0, 3130.0, 300.0 / 3130.0),
            (Definition::Predictive, 10.0, 3130.0, 1.0 - (1.0_f64 - 10.0 / 3130.0).powi(30)),
            (Definition::Last30Days, 10.0, 100.0, 0.10),
        ];
        for (definition, numerator, denominator, rate) in expected {
            let found = by(&rates, definition);
            assert_eq!((found.numerator, found.denominator, found.days), (numerator, denominator, 30));
            close(found.rate.unwrap(), rate, 1e-12);
        }
        let spread = rates.spread.unwrap();
        assert_eq!((spread.lowest, spread.highest), (Definition::StartOfPeriod, Definition::Last30Days));
        close(spread.low, 1.0 - powf(0.92, 30.4375 / 30.0), 1e-12);
        close(spread.high, 1.0 - powf(0.90, 30.4375 / 30.0), 1e-12);
    }

    #[test]
    fn ex_2_3_rate_with_interval() {
        let rows: Vec<_> = (0..6000).map(|i| (0, (i < 300).then_some(180))).collect();
        let rates = churn_rates(&spans(&rows), Day(0), Day(365));
        close(rates.rates[0].rate.unwrap(), 0.05, 1e-12);
        let (low, high) = rates.interval.unwrap();
        close(low, 0.04477, 5e-6);
        close(high, 0.05581, 5e-6);
    }

    #[test]
    fn reference_2_1_a_year_is_not_twelve_months() {
        let year = annual(0.05);
        close(year.annual_rate, 0.459_639_912, 1e-9);
        close(year.naive_rate, 0.60, 1e-12);
        close(year.annual_retention, 0.540_360_088, 1e-9);
        // methods.md 2.3: r_year = r_month^12, and back.
        close(monthly_retention(year.annual_retention), 0.95, 1e-12);
        close(annual(0.10).naive_rate, 1.2, 1e-12);
        assert_eq!((annual(1.0).annual_rate, annual(0.0).annual_rate), (1.0, 0.0));
        assert_eq!((monthly_retention(0.0), monthly_retention(1.0)), (0.0, 1.0));
    }

    #[test]
    fn reference_2_1_baremetrics_looks_at_the_last_thirty_days() {
        // In a window of 90 days: 10 of 100 leave on day 20, 9 of the 90 left on day 80.
        let rows: Vec<_> =
            (0..100).map(|i| (0, if i < 10 { Some(20) } else { (i < 19).then_some(80) })).collect();
        let rates = churn_rates(&spans(&rows), Day(0), Day(90));
        let last = by(&rates, Definition::Last30Days);
        assert_eq!((last.numerator, last.denominator, last.days), (9.0, 90.0, 30));
        close(rates.rates[0].rate.unwrap(), 0.19, 1e-12);
        close(rates.rates[0].monthly_rate.unwrap(), 1.0 - powf(0.81, 30.4375 / 90.0), 1e-12);
    }

    #[test]
    fn logo_and_revenue_churn_differ() {
        let money: Vec<f64> = (0..120).map(|i| if i < 8 { 50.0 } else { 10.0 }).collect();
        let rates = churn_rates(&Spans { money: Some(money), ..month() }, Day(0), Day(30));
        let revenue = rates.revenue.unwrap();
        // 8 x 50 of 8 x 50 + 92 x 10; joiners do not count.
        assert_eq!((revenue.lost, revenue.base), (400.0, 1320.0));
        close(revenue.rate.unwrap(), 400.0 / 1320.0, 1e-12);
        close(rates.rates[0].rate.unwrap(), 0.08, 1e-12);
    }

    #[test]
    fn transactions_leave_when_detected() {
        let mut rows: Vec<(&str, Day, i64, Option<&str>)> = Vec::new();
        for week in 0..=100 {
            rows.push(("b", Day(7 * week), 100, None));
            if week <= 10 {
                rows.push(("a", Day(7 * week), 100, None));
            }
        }
        let orders = Orders::from_ledger(&ledger_from_rows(rows));
        let spans = Spans::of_exits(&Exits::judge(&orders, Day(700)));
        assert_eq!(spans.start, [Some(Day(0)), Some(Day(0))]);
        assert_eq!(spans.left, [Some(Day(85)), None]);
        let rate = |from, to| churn_rates(&spans, Day(from), Day(to)).rates[0].rate;
        assert_eq!((rate(60, 84), rate(60, 85), rate(85, 120)), (Some(0.0), Some(0.5), Some(0.0)));
    }

    #[test]
    fn nothing_to_count() {
        for (from, to) in [(0, 0), (5, 1), (0, 30)] {
            let rates = churn_rates(&Spans::default(), Day(from), Day(to));
            assert!(rates.rates.iter().all(|r| r.rate.is_none() && r.monthly_rate.is_none()));
            assert_eq!((rates.interval, rates.spread, rates.annual), (None, None, None));
        }
        // Left before joining, or on the day; no first day.
        let odd = Spans {
            start: vec![Some(Day(10)), Some(Day(10)), None],
            left: vec![Some(Day(5)), Some(Day(10)), Some(Day(12))],
            money: Some(vec![f64::NAN]),
        };
        let rates = churn_rates(&odd, Day(0), Day(30));
        assert_eq!((rates.n_joined, rates.customer_days), (0, 0.0));
        // Everybody there at the start left, and more than were there 30 days ago.
        let rows: Vec<_> = [(0, Some(5))].into_iter().chain((0..5).map(|_| (3, Some(9)))).collect();
        let rates = churn_rates(&spans(&rows), Day(0), Day(30));
        let last = by(&rates, Definition::Last30Days);
        assert_eq!((last.rate, last.monthly_rate), (Some(6.0), None));
        assert_eq!(rates.annual.unwrap().annual_rate, 1.0);
    }

    #[test]
    fn invariants_on_drawn_spans() {
        for seed in 0..50 {
            let mut rng = Rng::new(seed);
            let mut rows: Vec<(i32, Option<i32>)> = (0..60)
                .map(|_| {
                    let start = rng.below(200) as i32 - 100;
                    (start, (rng.uniform() < 0.5).then(|| start + rng.below(150) as i32))
                })
                .collect();
            let rates = churn_rates(&spans(&rows), Day(0), Day(60));
            assert!(rates.n_lost <= rates.n_start && rates.n_joined_and_lost <= rates.n_joined);
            // The customers of each day, counted one day at a time.
            let there = |day: i32| {
                rows.iter().filter(|r| r.0 <= day && r.1.is_none_or(|left| left > day && left > r.0)).count()
            };
            let by_day: usize = (0..60).map(there).sum();
            assert_eq!((rates.customer_days, rates.n_end), (by_day as f64, there(60) as u32));
            let (per_day, chance) =
                (by(&rates, Definition::CustomerDays), by(&rates, Definition::Predictive));
            assert!(chance.rate <= per_day.rate && chance.rate <= Some(1.0));
            rows.reverse();
            assert_eq!(churn_rates(&spans(&rows), Day(0), Day(60)), rates);
        }
        let rates = churn_rates(&month(), Day(0), Day(30));
        let text = serde_json::to_string(&rates).unwrap();
        assert!(text.contains("\"definition\":\"last-30-days\""), "{text}");
        assert_eq!(serde_json::from_str::<ChurnRates>(&text).unwrap().rates.len(), 6);
    }
}
