//! Did sales rise with a promotion, and where do volume and price go? (methods.md 18, Promotion and
//! Performance)
//!
//! A promotion lasts from the first to the last line that carries its id, L days. Net sales per day of the
//! products it covers (all sales without a product column) in these L days, in the L days before and in the L
//! days after: `uplift = during / before - 1`, `aftermath = after / before - 1`. Before and after, not cause
//! and effect: season and whatever else happened at the time are in it.
//!
//! Trends run over complete calendar months, the last 36 at most, from an item's first sale on: slope per
//! month by Theil and Sen over the mean, and the two-sided p-value of Mann and Kendall; at least 8 months, of
//! which 4 with sales. The price trend needs sales in every month.

use crate::analytics::orders::last_complete_month;
use crate::customer::{Coded, Day, Ledger, Month, compare_names};
use crate::math::stats::{mann_kendall, theil_sen};
use serde::{Deserialize, Serialize};

/// Most promotions judged, those with the highest sales.
const MAX_PROMOTIONS: usize = 100;
/// Most months of a trend.
const MAX_MONTHS: i32 = 36;
/// Fewest months of a trend, and fewest of these with sales.
const MIN_MONTHS: (usize, usize) = (8, 4);

/// Quantities in millionths: their sums are exact, and so do not depend on the order of the rows.
fn micro_units(quantity: f64) -> i128 {
    if quantity.is_finite() { (quantity * 1e6).round() as i128 } else { 0 }
}

fn units(micro: i128) -> f64 {
    micro as f64 / 1e6
}

/// Sales per day of a stretch of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// Net amount per day, money.
    pub revenue_per_day: f64,
    /// Units per day, where the file has quantities.
    pub units_per_day: Option<f64>,
}

/// One promotion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Promotion {
    /// Code of the promotion column.
    pub promotion: u32,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Products it covers, where the file has products.
    pub n_products: Option<u32>,
    /// Net amount of the lines that carry its id, money.
    pub revenue: f64,
    /// Sales of these products while it ran.
    pub during: Flow,
    /// As long before; absent where the file begins later.
    pub before: Option<Flow>,
    /// As long after; absent where the file ends earlier.
    pub after: Option<Flow>,
    /// Change of revenue during it, share of before; absent where nothing was sold before.
    pub uplift: Option<f64>,
    /// Change of revenue after it, share of before; below 0 where purchases were only brought forward.
    pub aftermath: Option<f64>,
}

/// Promotions by falling revenue, then by names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Promotions {
    /// The largest 100.
    pub promotions: Vec<Promotion>,
    /// How many more there are.
    pub n_left_out: u32,
}

#[derive(Clone, Copy)]
struct Span {
    code: u32,
    from: Day,
    to: Day,
    net: i128,
}

/// Sales before, during and after each promotion up to `as_of`; `None` without a promotion column.
#[must_use]
pub fn promotions(ledger: &Ledger, as_of: Day) -> Option<Promotions> {
    let promotion = ledger.promotion.as_ref()?;
    let rows = || (0..ledger.n_rows()).filter(|&row| ledger.day[row] <= as_of);
    let first = rows().map(|row| ledger.day[row]).min().unwrap_or(as_of);
    let code_of = |row: usize| Some(promotion.code[row]).filter(|&code| code != Coded::MISSING);
    let (spans, n_left_out) = spans(ledger, promotion, rows().filter_map(|row| Some((row, code_of(row)?))));
    let mut place = vec![None; promotion.names.len()];
    spans.iter().zip(0..).for_each(|(span, i)| place[span.code as usize] = Some(i));
    let covered = covered(ledger, rows().filter_map(|row| Some((row, place[code_of(row)? as usize]?))));
    let everywhere: Vec<u8> = (0..spans.len() as u8).collect();
    let mut sums = vec![[(0_i128, 0_i128); 3]; spans.len()];
    for row in rows() {
        let on = match (&covered, &ledger.product) {
            (Some(covered), Some(product)) => {
                covered.get(product.code[row] as usize).map_or([].as_slice(), Vec::as_slice)
            }
            _ => &everywhere,
        };
        for &i in on {
            let Some(part) = part_of(&spans[usize::from(i)], ledger.day[row]) else { continue };
            let sum = &mut sums[usize::from(i)][part];
            sum.0 += i128::from(ledger.amount[row]);
            sum.1 += ledger.quantity.as_ref().map_or(0, |q| micro_units(q[row]));
        }
    }
    let n_products = |i: usize| {
        let on = covered.as_ref()?.iter().filter(|on| on.contains(&(i as u8)));
        Some(on.count() as u32)
    };
    let judged = spans.iter().zip(&sums).enumerate();
    let promotions =
        judged.map(|(i, (span, sums))| judge(ledger, span, sums, n_products(i), (first, as_of))).collect();
    Some(Promotions { promotions, n_left_out })
}

/// When each promotion ran; the largest, and how many more there are. `promoted` are rows with their
/// promotion.
fn spans(
    ledger: &Ledger,
    promotion: &Coded,
    promoted: impl Iterator<Item = (usize, u32)>,
) -> (Vec<Span>, u32) {
    let mut spans: Vec<Option<Span>> = vec![None; promotion.names.len()];
    for (row, code) in promoted {
        let day = ledger.day[row];
        let span = spans[code as usize].get_or_insert(Span { code, from: day, to: day, net: 0 });
        (span.from, span.to) = (span.from.min(day), span.to.max(day));
        span.net += i128::from(ledger.amount[row]);
    }
    let mut spans: Vec<Span> = spans.into_iter().flatten().collect();
    let name = |span: &Span| promotion.names.get(span.code);
    spans.sort_by(|a, b| b.net.cmp(&a.net).then_with(|| compare_names(name(a), name(b))));
    let n_left_out = spans.len().saturating_sub(MAX_PROMOTIONS) as u32;
    spans.truncate(MAX_PROMOTIONS);
    (spans, n_left_out)
}

/// Promotions that cover each product code; `None` without a product column.
fn covered(ledger: &Ledger, promoted: impl Iterator<Item = (usize, u8)>) -> Option<Vec<Vec<u8>>> {
    let product = ledger.product.as_ref()?;
    let mut out: Vec<Vec<u8>> = vec![Vec::new(); product.names.len()];
    for (row, i) in promoted {
        // An empty cell is no product and finds no entry.
        if let Some(on) = out.get_mut(product.code[row] as usize)
            && !on.contains(&i)
        {
            on.push(i);
        }
    }
    Some(out)
}

/// 0 before, 1 during, 2 after.
fn part_of(span: &Span, day: Day) -> Option<usize> {
    let (from, to, day) = (i64::from(span.from.0), i64::from(span.to.0), i64::from(day.0));
    let length = to - from + 1;
    match day {
        d if d < from - length || d > to + length => None,
        d if d < from => Some(0),
        d if d <= to => Some(1),
        _ => Some(2),
    }
}

fn judge(
    ledger: &Ledger,
    span: &Span,
    sums: &[(i128, i128); 3],
    n_products: Option<u32>,
    (first, last): (Day, Day),
) -> Promotion {
    let length = f64::from(span.to.0) - f64::from(span.from.0) + 1.0;
    let flow = |(net, micro): (i128, i128)| Flow {
        revenue_per_day: ledger.scale.to_f64(net) / length,
        units_per_day: ledger.quantity.as_ref().map(|_| units(micro) / length),
    };
    let before = (f64::from(span.from.0) - length >= f64::from(first.0)).then(|| flow(sums[0]));
    let after = (f64::from(span.to.0) + length <= f64::from(last.0)).then(|| flow(sums[2]));
    let during = flow(sums[1]);
    let change = |to: Flow| {
        let base = before?.revenue_per_day;
        (base > 0.0).then(|| to.revenue_per_day / base - 1.0)
    };
    Promotion {
        promotion: span.code,
        from: span.from,
        to: span.to,
        n_products,
        revenue: ledger.scale.to_f64(span.net),
        during,
        before,
        after,
        uplift: change(during),
        aftermath: after.and_then(change),
    }
}

/// Where a series goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trend {
    /// Slope per month as a share of the mean.
    pub per_month: f64,
    /// Two-sided chance of a trend this clear where there is none.
    pub p: f64,
}

/// Volume and price of one product or channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrendLine {
    /// Code of the column.
    pub code: u32,
    /// Months looked at.
    pub n_months: u32,
    /// Net amount in them, money.
    pub revenue: f64,
    /// Mean units per month, net of returns.
    pub units_per_month: f64,
    /// Net amount per unit; absent where units are not positive.
    pub price: Option<f64>,
    /// Trend of the units.
    pub volume_trend: Option<Trend>,
    /// Trend of the price.
    pub price_trend: Option<Trend>,
}

/// Trends by falling revenue, then by names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trends {
    /// First month looked at; items first sold later begin later.
    pub from: Month,
    /// Last month looked at.
    pub to: Month,
    /// The largest ones.
    pub lines: Vec<TrendLine>,
    /// How many more there are.
    pub n_left_out: u32,
}

/// Trends of volume and price of the `most` largest values of a column (product or channel) up to `as_of`;
/// `None` without quantities or without a complete month.
#[must_use]
pub fn trends(ledger: &Ledger, by: &Coded, as_of: Day, most: usize) -> Option<Trends> {
    let quantity = ledger.quantity.as_ref()?;
    let (from, to) = months(ledger, as_of)?;
    let rows = || {
        (0..ledger.n_rows()).filter_map(|row| {
            let code = by.code.get(row).copied().filter(|&code| code != Coded::MISSING)?;
            let month = ledger.day[row].month();
            (from <= month && month <= to).then_some((row, code, (month.0 - from.0) as usize))
        })
    };
    let mut net = vec![0_i128; by.names.len()];
    rows().for_each(|(row, code, _)| net[code as usize] += i128::from(ledger.amount[row]));
    let mut codes: Vec<u32> = (0..net.len() as u32).filter(|&c| net[c as usize] != 0).collect();
    codes.sort_unstable_by(|&a, &b| {
        let by_name = || compare_names(by.names.get(a), by.names.get(b));
        net[b as usize].cmp(&net[a as usize]).then_with(by_name)
    });
    let n_left_out = codes.len().saturating_sub(most) as u32;
    codes.truncate(most);
    let mut place = vec![None; net.len()];
    codes.iter().enumerate().for_each(|(i, &code)| place[code as usize] = Some(i));
    let n_months = (to.0 - from.0 + 1) as usize;
    let mut sums = vec![(0_i128, 0_i128); codes.len() * n_months];
    for (row, code, month) in rows() {
        if let Some(i) = place[code as usize] {
            let sum = &mut sums[i * n_months + month];
            sum.0 += i128::from(ledger.amount[row]);
            sum.1 += micro_units(quantity[row]);
        }
    }
    let lines = codes.iter().zip(sums.chunks(n_months)).map(|(&code, own)| trend_line(ledger, code, own));
    Some(Trends { from, to, lines: lines.collect(), n_left_out })
}

/// The complete months of the file that count.
fn months(ledger: &Ledger, as_of: Day) -> Option<(Month, Month)> {
    let first = ledger.day.iter().copied().filter(|&day| day <= as_of).min()?;
    let month = first.month();
    let missed = f64::from(first.0 - month.first_day().0);
    let complete = if missed <= 0.1 * f64::from(month.days()) { month } else { Month(month.0 + 1) };
    let to = last_complete_month(as_of);
    let from = complete.max(Month(to.0 - MAX_MONTHS + 1));
    (from <= to).then_some((from, to))
}

fn trend_line(ledger: &Ledger, code: u32, sums: &[(i128, i128)]) -> TrendLine {
    let begin = sums.iter().position(|&sum| sum != (0, 0)).unwrap_or(0);
    let own = &sums[begin..];
    let (net, micro) = own.iter().fold((0, 0), |total, sum| (total.0 + sum.0, total.1 + sum.1));
    let price =
        |(net, micro): (i128, i128)| (net > 0 && micro > 0).then(|| ledger.scale.to_f64(net) / units(micro));
    let volume: Vec<f64> = own.iter().map(|sum| units(sum.1)).collect();
    let prices: Option<Vec<f64>> = own.iter().map(|&sum| price(sum)).collect();
    TrendLine {
        code,
        n_months: own.len() as u32,
        revenue: ledger.scale.to_f64(net),
        units_per_month: units(micro) / own.len().max(1) as f64,
        price: price((net, micro)),
        volume_trend: trend(&volume),
        price_trend: prices.and_then(|prices| trend(&prices)),
    }
}

fn trend(values: &[f64]) -> Option<Trend> {
    let sold = values.iter().filter(|&&v| v != 0.0).count();
    if values.len() < MIN_MONTHS.0 || sold < MIN_MONTHS.1 {
        return None;
    }
    let mean = crate::math::sum(values.iter().copied()) / values.len() as f64;
    let slope = theil_sen(values).filter(|_| mean > 0.0)?;
    // All months equal: no trend, and nothing to test.
    let p = mann_kendall(values).map_or(1.0, |test| (2.0 * test.p_down.min(test.p_up)).min(1.0));
    Some(Trend { per_month: slope / mean, p })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::ledger_from_rows;

    fn day(iso: &str) -> Day {
        Day::parse_iso(iso).unwrap()
    }

    /// Date, product, units, amount in cents, promotion.
    fn ledger(rows: &[(Day, u32, f64, i64, Option<u32>)]) -> Ledger {
        let mut ledger = ledger_from_rows(rows.iter().map(|r| ("a", r.0, r.3, None)));
        let names = || ["x", "y", "z"].into_iter().collect();
        ledger.product = Some(Coded { names: names(), code: rows.iter().map(|r| r.1).collect() });
        ledger.quantity = Some(rows.iter().map(|r| r.2).collect());
        let code = rows.iter().map(|r| r.4.unwrap_or(Coded::MISSING)).collect();
        ledger.promotion = Some(Coded { names: names(), code });
        ledger
    }

    /// Product x at 10 a day, but 25 a day on days 100..=109, a promotion, and 5 a day in the ten days after.
    fn promoted() -> Vec<(Day, u32, f64, i64, Option<u32>)> {
        (80..140)
            .map(|d| {
                let (units, code) = match d {
                    100..=109 => (2.5, Some(0)),
                    110..=119 => (0.5, None),
                    _ => (1.0, None),
                };
                (Day(d), 0, units, (units * 1000.0) as i64, code)
            })
            .collect()
    }

    #[test]
    fn promotion_before_during_after() {
        let mut rows = promoted();
        // Another product, much sold in the meantime, is not covered.
        rows.extend((80..140).map(|d| (Day(d), 1, 9.0, 9000 * i64::from(d >= 100), None)));
        let mut ledger = ledger(&rows);
        let found = promotions(&ledger, Day(139)).unwrap();
        let [p] = &found.promotions[..] else { panic!() };
        assert_eq!((p.from, p.to, p.n_products, p.revenue), (Day(100), Day(109), Some(1), 250.0));
        assert_eq!(p.during, Flow { revenue_per_day: 25.0, units_per_day: Some(2.5) });
        assert_eq!(p.before.unwrap().revenue_per_day, 10.0);
        assert_eq!((p.uplift, p.aftermath), (Some(1.5), Some(-0.5)));
        // The file must reach far enough on both sides.
        assert_eq!(promotions(&ledger, Day(115)).unwrap().promotions[0].after, None);
        let late: Vec<_> = rows.iter().copied().filter(|r| r.0 >= Day(95)).collect();
        let short = self::ledger(&late);
        let p = &promotions(&short, Day(139)).unwrap().promotions[0];
        assert_eq!((p.before, p.uplift, p.aftermath), (None, None, None));
        // Without products everything sold counts.
        ledger.product = None;
        let all = promotions(&ledger, Day(139)).unwrap();
        assert_eq!(all.promotions[0].n_products, None);
        assert!((all.promotions[0].during.revenue_per_day - 115.0).abs() < 1e-12);
    }

    #[test]
    fn promotions_are_ranked_and_bounded() {
        let rows: Vec<_> =
            (0..120).map(|d| (Day(d), 0, 1.0, 100 + i64::from(d / 2 * 2), Some(d as u32))).collect();
        let mut ledger = ledger(&rows);
        ledger.promotion.as_mut().unwrap().names = (0..120).map(|i| format!("promo {i:03}")).collect();
        let found = promotions(&ledger, Day(200)).unwrap();
        assert_eq!((found.promotions.len(), found.n_left_out), (100, 20));
        let codes: Vec<u32> = found.promotions.iter().map(|p| p.promotion).take(4).collect();
        assert_eq!(codes, [118, 119, 116, 117]);
        assert_eq!(promotions(&Ledger::default(), Day(0)), None);
        assert_eq!(promotions(&ledger, Day(-9)), Some(Promotions::default()));
    }

    #[test]
    fn trends_of_volume_and_price() {
        let mut rows = Vec::new();
        for m in 0..12_u32 {
            let date = Day::from_ymd(2023, m + 1, 1).unwrap();
            let units = f64::from(10 + 2 * m);
            rows.push((date, 0, units, (units * f64::from(1000 - 10 * m)) as i64, None));
            rows.push((Day(date.0 + 10), 1, 5.0, 5000, None));
            if m >= 3 && m % 2 == 1 {
                rows.push((date, 2, 1.0, 100, None));
            }
        }
        let ledger = ledger(&rows);
        let by = ledger.product.clone().unwrap();
        let found = trends(&ledger, &by, day("2023-12-31"), 2).unwrap();
        assert_eq!((found.from.iso(), found.to.iso()), ("2023-01".to_owned(), "2023-12".to_owned()));
        assert_eq!((found.lines.len(), found.n_left_out), (2, 1));
        let x = &found.lines[0];
        assert_eq!((x.code, x.n_months, x.units_per_month), (0, 12, 21.0));
        let volume = x.volume_trend.unwrap();
        assert!((volume.per_month - 2.0 / 21.0).abs() < 1e-12 && volume.p < 1e-4);
        let price = x.price_trend.unwrap();
        assert!((price.per_month + 0.1 / 9.45).abs() < 1e-9 && price.p < 1e-4);
        let y = &found.lines[1];
        assert_eq!((y.volume_trend, y.price), (Some(Trend { per_month: 0.0, p: 1.0 }), Some(10.0)));
        let all = trends(&ledger, &by, day("2023-12-31"), 9).unwrap();
        let z = &all.lines[2];
        assert_eq!(
            (z.n_months, z.price_trend),
            (9, None),
            "from the first sale on; gaps leave no price trend"
        );
        assert!(z.volume_trend.is_some());
        // An incomplete month at either end does not count.
        assert_eq!(trends(&ledger, &by, day("2023-12-20"), 9).unwrap().to.iso(), "2023-11");
        assert_eq!(trends(&ledger, &by, day("2023-01-20"), 9), None);
        assert_eq!(trends(&Ledger::default(), &by, day("2023-01-20"), 9), None);
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter() {
        let mut rng = crate::math::Rng::new(6);
        let mut rows: Vec<_> = (0..600)
            .map(|_| {
                let promotion = (rng.below(4) == 0).then(|| rng.below(3) as u32);
                let units = rng.uniform() * 10.0;
                (
                    Day(19_000 + rng.below(400) as i32),
                    rng.below(3) as u32,
                    units,
                    rng.below(900) as i64,
                    promotion,
                )
            })
            .collect();
        let run = |rows: &[_]| {
            let ledger = ledger(rows);
            let by = ledger.product.clone().unwrap();
            (promotions(&ledger, Day(19_390)), trends(&ledger, &by, Day(19_390), 5))
        };
        let forward = run(&rows);
        rows.reverse();
        assert_eq!(run(&rows), forward);
        assert!(forward.1.unwrap().lines.iter().all(|l| l.price.unwrap().is_finite()));
    }
}
