//! How do customers respond to price, and who buys at a discount only?
//!
//! **Elasticity**, per customer i from their purchases of product j in month t, with `p` the month's mean
//! unit price and `q` the units: `ln q_ijt = a_ij + g_t + b_i ln p_ijt + e`. Both sides are demeaned within
//! customer-product and, where the panel is large enough ([`MonthEffects`]), within month (one set of month
//! effects for the whole file: season moves everybody); then `b = Sxy / Sxx`, `se = sqrt(SSE / df / Sxx)`,
//! `df = n - products - 1`, less each month effect's share. Needs at least 6 observations of products bought
//! in two months or more, 3 distinct prices (of one product; with several products, as many price changes),
//! and a coefficient of variation of the prices around their products' means of at least 3 %.
//!
//! **Shrinkage** towards all customers (DerSimonian & Laird 1986): with `w = 1 / se^2`, `Q = sum w (b -
//! mean)^2`, `tau^2 = max(0.05, (Q - (k - 1)) / (sum w - sum w^2 / sum w))`, `b0` the mean with weights `1 /
//! (se^2 + tau^2)`: `b* = (b / se^2 + b0 / tau^2) / (1 / se^2 + 1 / tau^2)`. With a handful of observations a
//! residual variance is small by chance now and then, and such a customer would outweigh all others: for the
//! weights (not for the `se` shown) it is therefore pulled towards that of all customers with 4 degrees of
//! freedom (Smyth 2004). Elastic: `|b*| > 1`; `b* > 0` is implausible, most likely confounded.
//!
//! **Discount dependence**, for everybody: share of spend at 10 % or more under list (where the file has no
//! list price: under the product's median unit price).
//!
//! These are *associations*: prices are not set at random (promotions, season, larger orders at lower
//! prices), so an elasticity measured here is not what a price change would do. Where the price is computed
//! from amount and quantity, errors in the quantity alone push b towards -1.
//!
//! Symbols: p in the file's currency unit; q in units; b without unit, usually negative; dependence 0..=1.
//!
//! Source: methods.md 15; promotions and trends of volume and price ([`promotions`], [`trends`]): methods.md
//! 18.
//!
//! Degenerate cases: without quantities or products nothing can be computed (`None`); returns and lines
//! without a positive amount and quantity are left out; a customer who cannot be estimated is counted in
//! [`NotEstimated`]; a perfect fit is taken as se = 0.001.
//!
//! ```
//! use tenure::analytics::price::{arc_elasticity, shrink};
//!
//! // methods.md 15: b = -3 with se 1 shrunk towards -1.2 with tau^2 = .25; arc elasticity from 10 to 9.
//! assert!((shrink(-3.0, 1.0, -1.2, 0.25) + 1.56).abs() < 1e-12);
//! assert!((arc_elasticity((10.0, 100.0), (9.0, 118.0)).unwrap() + 1.569).abs() < 5e-4);
//! ```

mod market;
mod panel;

pub use market::{Flow, Promotion, Promotions, Trend, TrendLine, Trends, promotions, trends};

use crate::customer::{Coded, Day, Ledger};
use crate::math::sum;
use panel::Panel;
use serde::{Deserialize, Serialize};

/// Fewest observations of a customer.
pub const MIN_OBSERVATIONS: u32 = 6;
/// Fewest distinct prices.
pub const MIN_PRICES: u32 = 3;
/// Least coefficient of variation of the prices.
pub const MIN_VARIATION: f64 = 0.03;
/// Least variance of elasticities between customers.
pub const MIN_TAU2: f64 = 0.05;
/// A line this much under the reference price is bought at a discount, unless set otherwise.
pub const DISCOUNT: f64 = 0.10;
/// Least standard error used as a weight.
const MIN_SE: f64 = 1e-3;
/// Degrees of freedom with which the residual variance of all customers counts in each one's.
const PRIOR_FREEDOM: f64 = 4.0;
/// 97.5 % quantile of the standard normal.
const Z: f64 = 1.959_963_984_540_054;

/// Percentage change of q over percentage change of p between two points (p, q), both relative to the
/// midpoint; `None` where the price does not change or a number is not positive.
#[must_use]
pub fn arc_elasticity(from: (f64, f64), to: (f64, f64)) -> Option<f64> {
    let positive = [from.0, from.1, to.0, to.1].iter().all(|&x| x > 0.0 && x.is_finite());
    let change = |a: f64, b: f64| (b - a) / (a + b);
    let by_price = change(from.0, to.0);
    (positive && by_price != 0.0).then(|| change(from.1, to.1) / by_price)
}

/// b*: an estimate `b` with standard error `se` shrunk towards `b0`; variances `se^2` and `tau2`, both
/// positive.
#[must_use]
pub fn shrink(b: f64, se: f64, b0: f64, tau2: f64) -> f64 {
    let (own, all) = (1.0 / (se * se), 1.0 / tau2);
    (b * own + b0 * all) / (own + all)
}

/// What all customers together say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PooledElasticity {
    /// Customers with an estimate.
    pub n_customers: u32,
    /// b0, mean elasticity.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
    /// tau^2, variance between customers.
    pub tau2: f64,
    /// Observations behind it.
    pub n_observations: u32,
}

/// Pools estimates and their standard errors; `None` without any.
#[must_use]
pub fn pool(slope: &[f64], se: &[f64]) -> Option<(f64, f64)> {
    if slope.is_empty() {
        return None;
    }
    let weight: Vec<f64> = se.iter().map(|s| 1.0 / (s * s).max(MIN_SE * MIN_SE)).collect();
    let mean = |w: &[f64]| sum(w.iter().zip(slope).map(|(w, b)| w * b)) / sum(w.iter().copied());
    let fixed = mean(&weight);
    let q = sum(weight.iter().zip(slope).map(|(w, b)| w * (b - fixed) * (b - fixed)));
    let total = sum(weight.iter().copied());
    let spread = total - sum(weight.iter().map(|w| w * w)) / total;
    let excess = q - (slope.len() - 1) as f64;
    // A single customer leaves no spread of weights and says nothing about differences between customers.
    let tau2 = if spread > 1e-9 * total { (excess / spread).max(MIN_TAU2) } else { MIN_TAU2 };
    let weight: Vec<f64> = weight.iter().map(|w| 1.0 / (1.0 / w + tau2)).collect();
    Some((mean(&weight), tau2))
}

/// How a customer responds to price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Response {
    /// b* < -1: units change by more than the price.
    Elastic,
    /// -1 <= b* <= 0.
    Inelastic,
    /// b* > 0: more at higher prices, likely confounded.
    Implausible,
}

impl Response {
    fn of(shrunk: f64) -> Self {
        match shrunk {
            b if b > 0.0 => Self::Implausible,
            b if b < -1.0 => Self::Elastic,
            _ => Self::Inelastic,
        }
    }
}

/// Whether month effects were removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum MonthEffects {
    /// 30 observations a month or more on average.
    Removed,
    /// Fewer than 30 observations a month on average: a month's mean would be mostly the customer's own
    /// response, so products alone are demeaned and season stays in the estimate.
    TooFewObservations,
}

/// Customers who have no estimate, by the first requirement they miss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotEstimated {
    /// Fewer than 6 observations.
    pub too_few_observations: u32,
    /// Fewer than 3 distinct prices.
    pub too_few_prices: u32,
    /// Prices vary by less than 3 %, or by no more than everybody's in the same month.
    pub too_little_variation: u32,
}

/// Elasticities; columns with one row per customer who has an estimate, by ascending customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Elasticities {
    /// Customer index.
    pub customer: Vec<u32>,
    /// b, the customer's own estimate.
    pub slope: Vec<f64>,
    /// Its standard error, from the customer's own residuals.
    pub se: Vec<f64>,
    /// b*, shrunk towards all customers.
    pub shrunk: Vec<f64>,
    /// Lower and upper end of its 95 % interval.
    pub interval: Vec<[f64; 2]>,
    /// Product-months behind it.
    pub n_observations: Vec<u32>,
    /// What b* says.
    pub response: Vec<Response>,
}

/// Result of [`price_sensitivity`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceSensitivity {
    /// Share of each customer's spend that was bought at a discount; absent without spend at a known
    /// reference price; `(n_customers)`.
    pub discount_dependence: Vec<Option<f64>>,
    /// The same for all customers together.
    pub discount_share: Option<f64>,
    /// What a discount was measured against.
    pub reference: Reference,
    /// Elasticities of the customers who can be estimated.
    pub elasticities: Elasticities,
    /// All customers together; absent where nobody can be estimated.
    pub pooled: Option<PooledElasticity>,
    /// Whether month effects were removed.
    pub month_effects: MonthEffects,
    /// Customers who cannot be estimated.
    pub not_estimated: NotEstimated,
    /// Customers by response.
    pub n_elastic: u32,
    /// Customers by response.
    pub n_inelastic: u32,
    /// Customers by response.
    pub n_implausible: u32,
}

/// What a discount is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reference {
    /// List prices of the file; the median where a line has none.
    ListPrice,
    /// The product's median unit price.
    MedianPrice,
}

/// A line with a price: what was sold, not returned, for a positive amount and quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    customer: u32,
    product: u32,
    day: Day,
    amount: i64,
    quantity: f64,
    row: u32,
}

/// Lines up to `as_of`; `None` without quantities or products.
fn lines(ledger: &Ledger, as_of: Day) -> Option<impl Iterator<Item = Line> + '_> {
    let (product, quantity) = (ledger.product.as_ref()?, ledger.quantity.as_ref()?);
    Some((0..ledger.n_rows()).filter_map(move |row| {
        let line = Line {
            customer: ledger.customer[row],
            product: product.code[row],
            day: ledger.day[row],
            amount: ledger.amount[row],
            quantity: quantity[row],
            row: row as u32,
        };
        let counts = line.product != Coded::MISSING
            && line.day <= as_of
            && !ledger.is_return[row]
            && line.amount > 0
            && line.quantity > 0.0
            && line.quantity.is_finite();
        counts.then_some(line)
    }))
}

/// Median unit price of each product code over the lines up to `as_of`, money; `None` without quantities or
/// products.
#[must_use]
pub fn median_prices(ledger: &Ledger, as_of: Day) -> Option<Vec<Option<f64>>> {
    let n = ledger.product.as_ref()?.names.len();
    let mut offsets = vec![0_usize; n + 1];
    lines(ledger, as_of)?.for_each(|line| offsets[line.product as usize + 1] += 1);
    for p in 0..n {
        offsets[p + 1] += offsets[p];
    }
    let mut next = offsets.clone();
    let mut price = vec![0.0; offsets[n]];
    for line in lines(ledger, as_of)? {
        let at = &mut next[line.product as usize];
        price[*at] = unit_price(ledger, &line);
        *at += 1;
    }
    Some(offsets.windows(2).map(|w| median(&mut price[w[0]..w[1]])).collect())
}

/// Without sorting all of it: a product may have a million lines.
fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = if is_odd { upper } else { below.iter().copied().fold(f64::NEG_INFINITY, f64::max) };
    Some(lower + 0.5 * (upper - lower))
}

fn unit_price(ledger: &Ledger, line: &Line) -> f64 {
    ledger.scale.to_f64(i128::from(line.amount)) / line.quantity
}

/// Price response of all customers as of a day; `None` without quantities or products.
#[must_use]
pub fn price_sensitivity(ledger: &Ledger, as_of: Day, discount: f64) -> Option<PriceSensitivity> {
    let (discount_dependence, discount_share) = discounts(ledger, as_of, discount)?;
    let panel = Panel::new(ledger, as_of)?;
    let mut elasticities = panel.elasticities;
    let pooled = shrink_all(&mut elasticities, &moderated(&panel.fits));
    let count = |r: Response| elasticities.response.iter().filter(|&&x| x == r).count() as u32;
    Some(PriceSensitivity {
        discount_dependence,
        discount_share,
        reference: if ledger.list_price.is_some() { Reference::ListPrice } else { Reference::MedianPrice },
        n_elastic: count(Response::Elastic),
        n_inelastic: count(Response::Inelastic),
        n_implausible: count(Response::Implausible),
        elasticities,
        pooled,
        month_effects: panel.month_effects,
        not_estimated: panel.not_estimated,
    })
}

/// Discounted over all spend at a known reference price, per customer and in all.
#[allow(clippy::type_complexity)]
fn discounts(ledger: &Ledger, as_of: Day, discount: f64) -> Option<(Vec<Option<f64>>, Option<f64>)> {
    let median = median_prices(ledger, as_of)?;
    let mut spend = vec![(0_i128, 0_i128); ledger.n_customers()];
    for line in lines(ledger, as_of)? {
        let list = ledger.list_price.as_ref().and_then(|list| list.get(line.row as usize));
        let list = list.filter(|&&price| price > 0).map(|&price| ledger.scale.to_f64(i128::from(price)));
        let Some(reference) = list.or(median[line.product as usize]) else { continue };
        let of = &mut spend[line.customer as usize];
        of.1 += i128::from(line.amount);
        // The allowance is for decimal prices that binary fractions only approach: 9.00 of 10.00 is 10 %
        // under list.
        if unit_price(ledger, &line) <= (1.0 - discount) * reference * (1.0 + 1e-9) {
            of.0 += i128::from(line.amount);
        }
    }
    let share = |(part, whole): (i128, i128)| (whole > 0).then(|| part as f64 / whole as f64);
    let total = spend.iter().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    Some((spend.into_iter().map(share).collect(), share(total)))
}

/// One customer's line through the demeaned observations.
struct Fit {
    slope: f64,
    /// Sum of squares of ln p.
    sxx: f64,
    /// Sum of squared residuals.
    sse: f64,
    /// Degrees of freedom, at least 1; not whole where month effects take a share.
    free: f64,
}

impl Fit {
    fn se(&self) -> f64 {
        (self.sse / self.free / self.sxx).sqrt()
    }
}

/// Standard errors with each residual variance pulled towards that of all customers.
fn moderated(fits: &[Fit]) -> Vec<f64> {
    let all = sum(fits.iter().map(|f| f.sse)) / sum(fits.iter().map(|f| f.free)).max(1.0);
    let variance = |f: &Fit| (f.sse + PRIOR_FREEDOM * all) / (f.free + PRIOR_FREEDOM);
    fits.iter().map(|f| (variance(f) / f.sxx).sqrt().max(MIN_SE)).collect()
}

/// Fills in what depends on all customers; `se` are the standard errors that give the weights.
fn shrink_all(e: &mut Elasticities, se: &[f64]) -> Option<PooledElasticity> {
    let (mean, tau2) = pool(&e.slope, se)?;
    for (&b, &se) in e.slope.iter().zip(se) {
        let shrunk = shrink(b, se, mean, tau2);
        let half = Z / (1.0 / (se * se) + 1.0 / tau2).sqrt();
        e.shrunk.push(shrunk);
        e.interval.push([shrunk - half, shrunk + half]);
        e.response.push(Response::of(shrunk));
    }
    let half = Z / sum(se.iter().map(|se| 1.0 / (se * se + tau2))).sqrt();
    Some(PooledElasticity {
        n_customers: e.slope.len() as u32,
        mean,
        interval: [mean - half, mean + half],
        tau2,
        n_observations: e.n_observations.iter().sum(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::ledger_from_rows;
    use crate::math::{Rng, exp};

    /// Customer, product, day, quantity, unit price.
    type Row = (usize, usize, Day, f64, f64);

    fn day(iso: &str) -> Day {
        Day::parse_iso(iso).unwrap()
    }

    /// The 15th of the k-th month since January 2022.
    fn middle_of(month: usize) -> Day {
        Day::from_ymd(2022 + month as i32 / 12, month as u32 % 12 + 1, 15).unwrap()
    }

    fn ledger(rows: &[Row]) -> Ledger {
        let customers: Vec<String> = (0..1000).map(|c| format!("c{c:04}")).collect();
        let cents = |r: &Row| (r.3 * r.4 * 100.0).round() as i64;
        let mut ledger =
            ledger_from_rows(rows.iter().map(|r| (customers[r.0].as_str(), r.2, cents(r), None)));
        let n_products = rows.iter().map(|r| r.1 + 1).max().unwrap_or(0);
        ledger.product = Some(Coded {
            names: (0..n_products).map(|p| format!("p{p:03}")).collect(),
            code: rows.iter().map(|r| r.1 as u32).collect(),
        });
        ledger.quantity = Some(rows.iter().map(|r| r.3).collect());
        ledger
    }

    const EX_P: [f64; 6] = [10.0, 9.0, 8.0, 10.0, 11.0, 9.0];
    const EX_Q: [f64; 6] = [100.0, 118.0, 150.0, 104.0, 88.0, 121.0];

    fn example(customer: usize) -> Vec<Row> {
        (0..6).map(|i| (customer, 0, middle_of(i), EX_Q[i], EX_P[i])).collect()
    }

    fn judge(rows: &[Row]) -> PriceSensitivity {
        price_sensitivity(&ledger(rows), day("2030-01-01"), DISCOUNT).unwrap()
    }

    #[test]
    fn ex_15_slope_and_standard_error() {
        let found = judge(&example(0));
        let (b, se) = (found.elasticities.slope[0], found.elasticities.se[0]);
        assert!((b + 1.649).abs() < 5e-4, "{b}");
        assert!((se - 0.089).abs() < 5e-4, "{se}");
        assert!((shrink(b, se, -1.2, 0.25) + 1.635).abs() < 5e-4);
        assert_eq!(found.month_effects, MonthEffects::TooFewObservations);
        assert_eq!(found.elasticities.n_observations, [6]);
        assert_eq!(found.elasticities.response, [Response::Elastic]);
        // Alone, a customer is the mean: nothing to shrink to.
        assert!((found.elasticities.shrunk[0] - b).abs() < 1e-12);
        assert_eq!(found.pooled.unwrap().tau2, MIN_TAU2);
    }

    #[test]
    fn ex_15_shrinkage_and_arc() {
        assert!((shrink(-3.0, 1.0, -1.2, 0.25) + 1.56).abs() < 1e-12);
        assert!((arc_elasticity((10.0, 100.0), (9.0, 118.0)).unwrap() + 1.569).abs() < 5e-4);
        assert_eq!(arc_elasticity((10.0, 100.0), (10.0, 118.0)), None);
        assert_eq!(arc_elasticity((10.0, 0.0), (9.0, 118.0)), None);
        assert_eq!(arc_elasticity((f64::INFINITY, 1.0), (9.0, 118.0)), None);
    }

    #[test]
    fn dersimonian_laird_by_hand() {
        // w = 100 each: Q = 100 + 100, tau^2 = (200 - 1) / (200 - 100).
        let (mean, tau2) = pool(&[-1.0, -3.0], &[0.1, 0.1]).unwrap();
        assert!((mean + 2.0).abs() < 1e-12 && (tau2 - 1.99).abs() < 1e-12);
        // Three customers, w = 25, 4, 1: fixed mean -1.2333, Q = .3667 < 3 - 1, so the least tau^2.
        let (mean, tau2) = pool(&[-1.2, -1.5, -1.0], &[0.2, 0.5, 1.0]).unwrap();
        assert_eq!(tau2, MIN_TAU2);
        let w = [1.0 / 0.09, 1.0 / 0.30, 1.0 / 1.05];
        let by_hand = (-1.2 * w[0] - 1.5 * w[1] - w[2]) / (w[0] + w[1] + w[2]);
        assert!((mean - by_hand).abs() < 1e-12);
        assert_eq!(pool(&[], &[]), None);
    }

    #[test]
    fn products_have_their_own_level() {
        // The same response at ten times the price and a tenth of the units: one line, not two.
        let mut rows = example(0);
        rows.extend((0..6).map(|i| (0, 1, middle_of(i + 3), EX_Q[i] / 10.0, EX_P[i] * 10.0)));
        let found = judge(&rows);
        assert!((found.elasticities.slope[0] + 1.649).abs() < 5e-3);
        assert_eq!(found.elasticities.n_observations, [12]);
    }

    #[test]
    fn season_is_removed_where_the_panel_is_large() {
        // True response -1.5; demand and prices both rise in the same months, which hides it.
        let mut rng = Rng::new(15);
        let season: Vec<f64> = (0..24).map(|m| if m % 12 < 6 { 0.5 } else { -0.5 }).collect();
        let mut rows = Vec::new();
        for c in 0..80 {
            for (m, s) in season.iter().enumerate() {
                let ln_p = 2.0 + 0.3 * s + 0.15 * rng.normal();
                let ln_q = 8.0 - 1.5 * ln_p + s + 0.1 * rng.normal();
                rows.push((c, c % 7, middle_of(m), exp(ln_q).round(), exp(ln_p)));
            }
        }
        let found = judge(&rows);
        assert_eq!(found.month_effects, MonthEffects::Removed);
        let pooled = found.pooled.unwrap();
        assert_eq!(pooled.n_customers, 80);
        assert!((pooled.mean + 1.5).abs() < 0.1, "{pooled:?}");
        assert!(pooled.interval[0] < -1.5 && -1.5 < pooled.interval[1]);
        // One customer alone keeps the season.
        let alone = judge(&rows[..24]);
        assert!(alone.elasticities.slope[0] > -1.0, "{:?}", alone.elasticities.slope);
        // Standard errors: about 19 of 20 own estimates lie within two of the truth.
        let e = &found.elasticities;
        let near = e.slope.iter().zip(&e.se).filter(|(b, se)| (*b + 1.5).abs() < 2.0 * *se).count();
        assert!((70..=80).contains(&near), "{near}");
    }

    #[test]
    fn shrinking_pulls_towards_the_mean_and_never_beyond() {
        let mut rng = Rng::new(4);
        let mut rows = Vec::new();
        for c in 0..40 {
            let b = -1.0 - 0.6 * rng.normal();
            for m in 0..(6 + c % 9) {
                let p = 10.0 * exp(0.2 * rng.normal());
                rows.push((c, 0, middle_of(m), exp(6.0 + b * crate::math::ln(p) + 0.3 * rng.normal()), p));
            }
        }
        let found = judge(&rows);
        let mean = found.pooled.unwrap().mean;
        let e = &found.elasticities;
        assert!(e.slope.len() >= 38);
        for i in 0..e.slope.len() {
            let (low, high) = (mean.min(e.slope[i]), mean.max(e.slope[i]));
            assert!(low <= e.shrunk[i] && e.shrunk[i] <= high);
            assert!(e.interval[i][0] < e.shrunk[i] && e.shrunk[i] < e.interval[i][1]);
            assert_eq!(e.response[i] == Response::Implausible, e.shrunk[i] > 0.0);
            assert_eq!(e.response[i] == Response::Elastic, e.shrunk[i] < -1.0);
        }
        let total = found.n_elastic + found.n_inelastic + found.n_implausible;
        assert_eq!(total as usize, e.slope.len());
        let json = serde_json::to_string(&found).unwrap();
        let back: PriceSensitivity = serde_json::from_str(&json).unwrap();
        assert_eq!(back.elasticities.response, found.elasticities.response);
    }

    #[test]
    fn a_positive_slope_is_implausible() {
        let rows: Vec<Row> = (0..6).map(|i| (0, 0, middle_of(i), EX_P[i] * 7.0, EX_P[i])).collect();
        let found = judge(&rows);
        assert!((found.elasticities.slope[0] - 1.0).abs() < 1e-9);
        assert_eq!(found.elasticities.response, [Response::Implausible]);
        assert!(found.elasticities.se[0] >= 0.0 && found.elasticities.shrunk[0].is_finite());
    }

    #[test]
    fn who_cannot_be_estimated_is_counted() {
        let series = |c: usize, prices: &[f64]| -> Vec<Row> {
            prices.iter().enumerate().map(|(m, &p)| (c, 0, middle_of(m), 10.0, p)).collect()
        };
        let mut rows = series(0, &EX_P[..5]);
        rows.extend(series(1, &[10.0, 9.0, 10.0, 9.0, 10.0, 9.0]));
        rows.extend(series(2, &[100.0, 101.0, 102.0, 100.0, 101.0, 102.0]));
        // Six products of one month each say nothing.
        rows.extend((0..6).map(|p| (3, p, middle_of(p), 10.0, EX_P[p])));
        // Prices that differ by rounding are one price.
        rows.extend(series(4, &[10.0, 9.0, 9.001, 9.002, 10.001, 10.002]));
        rows.extend(example(5));
        let found = judge(&rows);
        assert_eq!(
            found.not_estimated,
            NotEstimated { too_few_observations: 2, too_few_prices: 2, too_little_variation: 1 }
        );
        assert_eq!(found.elasticities.customer, [5]);
        let none = judge(&series(0, &EX_P[..5]));
        assert_eq!((none.pooled, none.elasticities.slope.len()), (None, 0));
    }

    #[test]
    fn lines_of_a_month_are_one_observation() {
        let mut rows = example(0);
        let first = rows[0];
        rows[0] = (0, 0, first.2, 60.0, first.4);
        rows.push((0, 0, Day(first.2.0 + 3), 40.0, first.4));
        assert_eq!(judge(&rows).elasticities, judge(&example(0)).elasticities);
    }

    #[test]
    fn the_order_of_the_rows_and_the_currency_do_not_matter() {
        let mut rng = Rng::new(9);
        let mut rows: Vec<Row> = Vec::new();
        for i in 0..900 {
            let p = (rng.below(8) + 5) as f64;
            rows.push((i % 30, rng.below(3), middle_of(rng.below(12)), 1.0 + rng.below(30) as f64, p));
        }
        let found = judge(&rows);
        assert_eq!(found.elasticities.slope.len(), 30);
        let dear: Vec<Row> = rows.iter().map(|r| (r.0, r.1, r.2, r.3, r.4 * 1000.0)).collect();
        let scaled = judge(&dear);
        for (a, b) in found.elasticities.slope.iter().zip(&scaled.elasticities.slope) {
            assert!((a - b).abs() < 1e-9);
        }
        assert_eq!(found.discount_dependence, scaled.discount_dependence);
        for i in (1..rows.len()).rev() {
            rows.swap(i, rng.below(i + 1));
        }
        // Product names are numbered the same way here, so that everything must be equal bit by bit.
        assert_eq!(judge(&rows), found);
    }

    #[test]
    fn discount_dependence_against_the_median_and_the_list() {
        let d = middle_of(0);
        // Median of product 0: 10; 9.00 is 10 % under it, 9.01 is not.
        let rows = [
            (0, 0, d, 1.0, 10.0),
            (0, 0, d, 3.0, 9.0),
            (1, 0, d, 1.0, 9.01),
            (1, 0, d, 1.0, 10.0),
            (1, 0, d, 1.0, 12.0),
        ];
        let found = judge(&rows);
        assert_eq!(found.discount_dependence, [Some(27.0 / 37.0), Some(0.0)]);
        assert_eq!(found.reference, Reference::MedianPrice);
        assert!((found.discount_share.unwrap() - 27.0 / 68.01).abs() < 1e-12);
        let mut listed = ledger(&rows);
        // In cents; the fourth line has none and is held against the median.
        listed.list_price = Some(vec![1000, 950, 2000, 0, 1200]);
        let found = price_sensitivity(&listed, d, DISCOUNT).unwrap();
        assert_eq!(found.reference, Reference::ListPrice);
        assert_eq!(found.discount_dependence[0], Some(0.0));
        assert!((found.discount_dependence[1].unwrap() - 9.01 / 31.01).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_next_to_nothing() {
        assert_eq!(price_sensitivity(&Ledger::default(), Day(0), DISCOUNT), None);
        assert_eq!(median_prices(&Ledger::default(), Day(0)), None);
        let mut returns = ledger(&[(0, 0, middle_of(0), 1.0, 10.0), (1, 0, middle_of(1), 1.0, 10.0)]);
        returns.is_return = vec![true, false];
        returns.quantity = Some(vec![-1.0, f64::NAN]);
        let found = price_sensitivity(&returns, day("2030-01-01"), DISCOUNT).unwrap();
        assert_eq!(found.discount_dependence, [None, None]);
        assert_eq!((found.discount_share, found.pooled), (None, None));
        let wild: Vec<Row> = (0..12)
            .map(|i| (0, i % 2, middle_of(i), [1e-6, 1e9, 3.0][i % 3], [1e-2, 1e6, 5.0][(i + 1) % 3]))
            .collect();
        let found = judge(&wild);
        let e = &found.elasticities;
        assert!(e.slope.iter().chain(&e.se).chain(&e.shrunk).all(|x| x.is_finite()));
        assert_eq!(judge(&example(0)).elasticities.slope.len(), 1);
        let early = price_sensitivity(&ledger(&example(0)), middle_of(4), DISCOUNT).unwrap();
        assert_eq!(early.not_estimated.too_few_observations, 1);
    }
}
