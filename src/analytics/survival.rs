//! How long do relationships last?
//!
//! Kaplan-Meier, for leavers of all dates: `S(t) = product over t_j <= t of (1 - d_j / n_j)`, with `d_j` leavers at
//! time `t_j` and `n_j` customers still observed just before it; a customer censored at `t_j` is among the `n_j`.
//! Greenwood: `Var S = S^2 * sum d_j / (n_j (n_j - d_j))`. Band: complementary log-log, `S^exp(+-1.96 se / (S ln S))`,
//! which stays within 0..1; there is none where S is 0 or 1. Median: the first t with S <= 0.5, where reached.
//!
//! Period life table, where only the leavers of the last `W` months are in the file: hazard `h_t = d_t / n_t`, with
//! `d_t` leavers at tenure t and `n_t` customers exposed at tenure t in the window; `S(t) = product of (1 - h_u)`, u <= t.
//! Kaplan-Meier on such a file overstates survival, because earlier leavers are missing.
//!
//! Log-rank: with `e` the leavers of a group expected under one common hazard, the quadratic form of observed minus
//! expected in its covariance, chi-squared with groups - 1 degrees of freedom.
//!
//! Symbols: times in months unless the caller uses another unit, >= 0; survival, hazard 0..=1; `n_*` counts.
//!
//! Sources: Kaplan & Meier 1958; Greenwood 1926; Kalbfleisch & Prentice 1980 (band); Mantel 1966 (log-rank);
//! methods.md 2.1, 2.2, 23.8.
//!
//! Degenerate cases: no customers give a curve without points, S = 1 everywhere; nobody leaves: S = 1, no median; where
//! the last customer seen is still there, S does not reach 0.
//!
//! Eight customers, four of whom left (methods.md 2.2):
//!
//! ```
//! use tenure::analytics::survival::kaplan_meier;
//! let months = [3.0, 5.0, 5.0, 8.0, 10.0, 12.0, 12.0, 15.0];
//! let curve = kaplan_meier(&months, &[true, true, false, true, false, true, false, false]);
//! assert!((curve.at(8.0) - 0.6).abs() < 1e-12);
//! assert_eq!(curve.median, Some(12.0));
//! ```

use super::churn::Exits;
use crate::math::linear::solve;
use crate::math::stats::chi_squared_beyond;
use crate::math::{exp, ln};
use serde::{Deserialize, Serialize};

/// Days of an average month, for turning lifetimes into months.
pub const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

const Z: f64 = 1.959_963_984_540_054;

/// One time at which somebody left or was last seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The time.
    pub time: f64,
    /// Customers observed up to it.
    pub n_at_risk: u32,
    /// Leavers at it.
    pub n_events: u32,
    /// Customers last seen at it, still there.
    pub n_censored: u32,
    /// Share still there after it.
    pub survival: f64,
    /// Standard error of the survival (Greenwood).
    pub se: f64,
    /// 95 % band, where defined.
    pub band: Option<(f64, f64)>,
}

/// A survival curve: 1 up to the first point, then constant from each point to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Survival {
    /// Points by ascending time.
    pub points: Vec<Point>,
    /// Customers.
    pub n: u32,
    /// Leavers.
    pub n_events: u32,
    /// First time at which at most half are still there; `None` where that is not reached.
    pub median: Option<f64>,
}

impl Survival {
    /// Share still there after `time`.
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        match self.points.partition_point(|p| p.time <= time) {
            0 => 1.0,
            i => self.points[i - 1].survival,
        }
    }

    /// At most `max_points` (at least 2) of the points, evenly spaced in time, first and last among them: what a chart
    /// of that many steps can show. Counts of points left out are added to the next one kept.
    #[must_use]
    pub fn downsampled(&self, max_points: usize) -> Vec<Point> {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return Vec::new() };
        let max_points = max_points.max(2);
        if self.points.len() <= max_points {
            return self.points.clone();
        }
        let slots = (max_points - 1) as f64;
        let slot = |p: &Point| ((p.time - first.time) / (last.time - first.time) * slots).ceil() as usize;
        self.points
            .chunk_by(|a, b| slot(a) == slot(b))
            .filter_map(|same| {
                let mut kept = same.last()?.clone();
                kept.n_at_risk = same[0].n_at_risk;
                kept.n_events = same.iter().map(|p| p.n_events).sum();
                kept.n_censored = same.iter().map(|p| p.n_censored).sum();
                Some(kept)
            })
            .collect()
    }
}

/// Kaplan-Meier curve of `times` with `left[i]` telling whether customer i left at that time or was last seen then.
/// Times that are negative or not finite are left out.
#[must_use]
pub fn kaplan_meier(times: &[f64], left: &[bool]) -> Survival {
    let mut seen: Vec<(f64, bool)> =
        times.iter().copied().zip(left.iter().copied()).filter(|s| s.0 >= 0.0 && s.0.is_finite()).collect();
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out = Survival { n: seen.len() as u32, ..Survival::default() };
    let (mut survival, mut greenwood) = (1.0_f64, 0.0_f64);
    let mut n_at_risk = out.n;
    for tied in seen.chunk_by(|a, b| a.0 == b.0) {
        let n_events = tied.iter().filter(|s| s.1).count() as u32;
        let (n, d) = (f64::from(n_at_risk), f64::from(n_events));
        survival *= 1.0 - d / n;
        if n_events < n_at_risk {
            greenwood += d / (n * (n - d));
        }
        out.push(tied[0].0, (n_at_risk, n_events, tied.len() as u32 - n_events), survival, greenwood);
        n_at_risk -= tied.len() as u32;
    }
    out
}

/// Period life table of whole-month tenures when the leavers are those of the last `window_months` (>= 1) months.
///
/// Somebody still there now at tenure T was exposed at the last `window_months` tenures up to T. A leaver was exposed
/// on average for half the window. With a window of one month this is the snapshot: everybody with tenure t.
#[must_use]
pub fn period_life_table(tenure_months: &[f64], churned: &[bool], window_months: u32) -> Survival {
    let usable = |t: f64| t >= 0.0 && t.is_finite();
    let rows: Vec<(usize, bool)> = tenure_months
        .iter()
        .zip(churned)
        .filter(|(t, _)| usable(**t))
        .map(|(&t, &c)| (t.min(12_000.0) as usize, c))
        .collect();
    let window = window_months.max(1) as usize;
    let length = rows.iter().map(|r| r.0 + 1).max().unwrap_or(0);
    let mut exposed = vec![0_i64; length + 1];
    let mut events = vec![0_u32; length];
    let mut censored = vec![0_u32; length];
    for &(t, left) in &rows {
        let months = if left { window.div_ceil(2) } else { window };
        exposed[(t + 1).saturating_sub(months)] += 1;
        exposed[t + 1] -= 1;
        if left { events[t] += 1 } else { censored[t] += 1 }
    }
    let mut out = Survival { n: rows.len() as u32, ..Survival::default() };
    let (mut survival, mut greenwood, mut n_at_risk) = (1.0, 0.0, 0_i64);
    for t in 0..length {
        n_at_risk += exposed[t];
        if n_at_risk == 0 {
            continue;
        }
        let (n, d) = (n_at_risk as f64, f64::from(events[t]));
        survival *= 1.0 - d / n;
        if d < n {
            greenwood += d / (n * (n - d));
        }
        out.push(t as f64, (n_at_risk as u32, events[t], censored[t]), survival, greenwood);
    }
    out
}

impl Survival {
    fn push(&mut self, time: f64, counts: (u32, u32, u32), survival: f64, greenwood: f64) {
        let (n_at_risk, n_events, n_censored) = counts;
        let se = survival * greenwood.sqrt();
        let band = (survival > 0.0 && survival < 1.0).then(|| {
            let width = Z * se / (survival * ln(survival)).abs();
            // A larger exponent makes a number below 1 smaller.
            (exp(ln(survival) * exp(width)), exp(ln(survival) * exp(-width)))
        });
        if self.median.is_none() && survival <= 0.5 {
            self.median = Some(time);
        }
        self.n_events += n_events;
        self.points.push(Point { time, n_at_risk, n_events, n_censored, survival, se, band });
    }
}

/// Lifetimes from transactions: months from the first purchase to detection for those who exited, to `as_of` for the
/// rest, and whether the customer exited. Buyers only, in customer order; the first column is the customer index.
#[must_use]
pub fn lifetimes(exits: &Exits) -> (Vec<u32>, Vec<f64>, Vec<bool>) {
    let (mut customers, mut months, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (c, bought) in exits.purchases.iter().enumerate() {
        let Some((first, _)) = *bought else { continue };
        let exited = exits.is_exited(c);
        let end = exits.detection_date(c).filter(|_| exited).unwrap_or(exits.as_of);
        customers.push(c as u32);
        months.push(f64::from(end.0 - first.0) / DAYS_PER_MONTH);
        left.push(exited);
    }
    (customers, months, left)
}

/// Survival of the customers of a transaction file, in months.
#[must_use]
pub fn of_transactions(exits: &Exits) -> Survival {
    let (_, months, left) = lifetimes(exits);
    kaplan_meier(&months, &left)
}

/// Result of a log-rank test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRank {
    /// The statistic.
    pub chi2: f64,
    /// Groups compared - 1.
    pub degrees: u32,
    /// Chance of a statistic this large when the groups do not differ.
    pub p: f64,
}

/// Compares the survival of groups `0..n_groups`; customers with another number are left out. `None` unless at least
/// two groups have customers at risk while somebody leaves.
#[must_use]
pub fn log_rank(times: &[f64], left: &[bool], group: &[u32], n_groups: usize) -> Option<LogRank> {
    let mut rows: Vec<(f64, bool, usize)> = times
        .iter()
        .zip(left)
        .zip(group)
        .map(|((&t, &l), &g)| (t, l, g as usize))
        .filter(|r| r.0 >= 0.0 && r.0.is_finite() && r.2 < n_groups)
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = vec![0.0_f64; n_groups];
    rows.iter().for_each(|r| at_risk[r.2] += 1.0);
    let mut excess = vec![0.0_f64; n_groups];
    let mut covariance = vec![vec![0.0_f64; n_groups]; n_groups];
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let n: f64 = at_risk.iter().sum();
        let d = tied.iter().filter(|r| r.1).count() as f64;
        for g in 0..n_groups {
            excess[g] -= d * at_risk[g] / n;
            let factor = if n > 1.0 { d * (n - d) / (n - 1.0) * at_risk[g] / n } else { 0.0 };
            for h in 0..n_groups {
                covariance[g][h] += factor * (f64::from(u8::from(g == h)) - at_risk[h] / n);
            }
        }
        for r in tied {
            excess[r.2] += f64::from(u8::from(r.1));
            at_risk[r.2] -= 1.0;
        }
    }
    let used: Vec<usize> = (0..n_groups).filter(|&g| covariance[g][g] > 0.0).collect();
    let degrees = used.len().checked_sub(1).filter(|&d| d > 0)?;
    let matrix: Vec<f64> = used[1..]
        .iter()
        .flat_map(|&g| used[1..].iter().map(move |&h| (g, h)))
        .map(|(g, h)| covariance[g][h])
        .collect();
    let vector: Vec<f64> = used[1..].iter().map(|&g| excess[g]).collect();
    let solved = solve(&matrix, &vector)?;
    let chi2 = vector.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>().max(0.0);
    Some(LogRank { chi2, degrees: degrees as u32, p: chi_squared_beyond(chi2, degrees) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::{Orders, ledger_from_rows};
    use crate::customer::Day;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn ex_2_2_kaplan_meier() {
        let curve = kaplan_meier(
            &[3.0, 5.0, 5.0, 8.0, 10.0, 12.0, 12.0, 15.0],
            &[true, true, false, true, false, true, false, false],
        );
        let expected = [(3.0, 0.875, 0.1169), (5.0, 0.75, 0.1531), (8.0, 0.6, 0.1817), (12.0, 0.4, 0.2033)];
        for (time, survival, se) in expected {
            let point = curve.points.iter().find(|p| p.time == time).unwrap();
            close(point.survival, survival, 1e-12);
            close(point.se, se, 5e-5);
        }
        let band = |time: f64| curve.points.iter().find(|p| p.time == time).unwrap().band.unwrap();
        close(band(3.0).0, 0.387, 5e-4);
        close(band(3.0).1, 0.981, 5e-4);
        close(band(12.0).0, 0.066, 5e-4);
        close(band(12.0).1, 0.734, 5e-4);
        assert_eq!(curve.median, Some(12.0));
        assert_eq!((curve.at(0.0), curve.at(7.9)), (1.0, 0.75));
    }

    #[test]
    fn reference_1_4_leukemia_log_rank() {
        // Freireich et al. 1963: remission in weeks, 6-MP and placebo.
        let treated = [
            (6.0, true),
            (6.0, true),
            (6.0, true),
            (6.0, false),
            (7.0, true),
            (9.0, false),
            (10.0, true),
            (10.0, false),
            (11.0, false),
            (13.0, true),
            (16.0, true),
            (17.0, false),
            (19.0, false),
            (20.0, false),
            (22.0, true),
            (23.0, true),
            (25.0, false),
            (32.0, false),
            (32.0, false),
            (34.0, false),
            (35.0, false),
        ];
        let placebo = [
            1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0, 15.0,
            17.0, 22.0, 23.0,
        ];
        let times: Vec<f64> = treated.iter().map(|r| r.0).chain(placebo).collect();
        let left: Vec<bool> = treated.iter().map(|r| r.1).chain([true; 21]).collect();
        let group: Vec<u32> = [0; 21].into_iter().chain([1; 21]).collect();
        let test = log_rank(&times, &left, &group, 2).unwrap();
        close(test.chi2, 16.8, 0.05);
        close(test.p, 4.17e-5, 5e-7);
        // A third group with nobody in it changes nothing.
        assert_eq!(log_rank(&times, &left, &group, 3), Some(test));
    }

    #[test]
    fn chi_squared_tails_of_printed_tables() {
        for (degrees, chi2) in [(1, 3.841), (2, 5.991), (3, 7.815), (4, 9.488), (5, 11.070), (10, 18.307)] {
            close(chi_squared_beyond(chi2, degrees), 0.05, 2e-5);
        }
        assert_eq!(chi_squared_beyond(0.0, 3), 1.0);
    }

    #[test]
    fn a_last_point_that_is_censored_does_not_end_the_curve() {
        let curve = kaplan_meier(&[1.0, 2.0, 3.0], &[true, true, false]);
        close(curve.points.last().unwrap().survival, 1.0 / 3.0, 1e-12);
        let curve = kaplan_meier(&[1.0, 2.0], &[true, true]);
        let last = curve.points.last().unwrap();
        assert_eq!((last.survival, last.se, last.band), (0.0, 0.0, None));
    }

    #[test]
    fn nobody_leaves_and_nobody_is_there() {
        let curve = kaplan_meier(&[1.0, 2.0], &[false, false]);
        assert_eq!((curve.at(9.0), curve.median, curve.points[1].band), (1.0, None, None));
        assert!(kaplan_meier(&[], &[]).points.is_empty());
        assert!(kaplan_meier(&[f64::NAN, -1.0], &[true, true]).points.is_empty());
        assert!(period_life_table(&[], &[], 1).points.is_empty());
        assert!(kaplan_meier(&[], &[]).downsampled(10).is_empty());
        assert_eq!(log_rank(&[1.0, 2.0], &[false, false], &[0, 1], 2), None);
    }

    #[test]
    fn methods_2_1_life_table_of_a_snapshot() {
        // Tenures 0, 1, 1, 2, 2, 2 of whom one left at 1 and one at 2: h = 0, 1/2, 1/3.
        let curve =
            period_life_table(&[0.0, 1.0, 1.0, 2.0, 2.0, 2.0], &[false, true, false, false, true, false], 1);
        let survival: Vec<f64> = curve.points.iter().map(|p| p.survival).collect();
        close(survival[0], 1.0, 1e-12);
        close(survival[1], 0.5, 1e-12);
        close(survival[2], 1.0 / 3.0, 1e-12);
        // A window of a year exposes the stayers at every tenure they had in it.
        let curve = period_life_table(&[20.0, 20.0, 20.0, 15.0], &[false, false, false, true], 12);
        let at_15 = curve.points.iter().find(|p| p.time == 15.0).unwrap();
        assert_eq!((at_15.n_at_risk, at_15.n_events), (4, 1));
        assert_eq!(curve.points[0].time, 9.0);
    }

    #[test]
    fn downsampling_keeps_ends_values_and_counts() {
        let times: Vec<f64> = (0..1000).map(f64::from).collect();
        let curve = kaplan_meier(&times, &vec![true; 1000]);
        let few = curve.downsampled(100);
        assert!(few.len() <= 100, "{}", few.len());
        assert_eq!((few[0].time, few.last().unwrap().time), (0.0, 999.0));
        assert_eq!(few.iter().map(|p| p.n_events).sum::<u32>(), 1000);
        assert!(few.iter().all(|p| p.survival == curve.at(p.time)));
        assert_eq!(curve.downsampled(5000), curve.points);
    }

    #[test]
    fn methods_23_8_lifetimes_end_at_detection() {
        let mut rows: Vec<(&str, Day, i64, Option<&str>)> = Vec::new();
        for week in 0..=60 {
            rows.push(("b", Day(7 * week), 100, None));
            if week <= 10 {
                rows.push(("a", Day(7 * week), 100, None));
            }
        }
        let exits = Exits::judge(&Orders::from_ledger(&ledger_from_rows(rows)), Day(420));
        let (customers, months, left) = lifetimes(&exits);
        assert_eq!((customers, left), (vec![0, 1], vec![true, false]));
        close(months[0] * DAYS_PER_MONTH, 85.0, 1e-9);
        close(months[1] * DAYS_PER_MONTH, 420.0, 1e-9);
        assert_eq!(of_transactions(&exits).n_events, 1);
    }
}
