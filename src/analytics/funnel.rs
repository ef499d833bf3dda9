//! Where between the first visit and the first referral do customers get lost?
//!
//! AARRR: acquisition (a visit or registration), activation (a first order), retention (a second order within 90 days
//! of the first), revenue (profit > 0), referral. The funnel is strict: who counts in a stage counts in all before it;
//! `conversion_k = n_k / base_k`, and `overall_k` is the product of the conversions down to stage k.
//!
//! The base of a stage is the stage before, with one exception. Retention can only be judged once 90 days have passed:
//! a cohort (by month of acquisition) whose last day is less than 90 days before the analysis date is left out of the
//! base of retention, and so is any customer whose own first order is (someone may order long after the first visit).
//!
//! Symbols: counts of customers; conversions are shares 0..=1 with Wilson's 95 % interval; days in calendar days.
//! Source: McClure 2007; methods.md 18.
//!
//! Degenerate cases: without visits the funnel begins at activation, without profits or referrals their stages are
//! absent; an empty base has no conversion. Two orders on one day are one. Days after the analysis date are not seen. A
//! visit after the first order, or none at all, counts as on the day of the first order.
//!
//! ```
//! use tenure::analytics::funnel::conversions;
//! assert_eq!(conversions(&[2000, 600, 300, 45]), [Some(0.3), Some(0.5), Some(0.15)]); // methods.md 18
//! ```

use crate::customer::{Day, Month};
use crate::math::wilson;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days within which a second order counts as retention.
pub const RETENTION_DAYS: i32 = 90;

/// A stage of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FunnelStage {
    /// Came.
    Acquisition,
    /// Ordered.
    Activation,
    /// Ordered again within 90 days.
    Retention,
    /// Brought a profit.
    Revenue,
    /// Brought somebody else.
    Referral,
}

impl FunnelStage {
    /// All stages in order.
    pub const ALL: [Self; 5] =
        [Self::Acquisition, Self::Activation, Self::Retention, Self::Revenue, Self::Referral];
}

/// Customers in columns of the same length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelInput<'a> {
    /// Day of the first order.
    pub first_order: &'a [Option<Day>],
    /// First later day with an order.
    pub second_order: &'a [Option<Day>],
    /// Day of the first visit or registration, where there are such data.
    pub acquired: Option<&'a [Option<Day>]>,
    /// Profit, money.
    pub profit: Option<&'a [f64]>,
    /// Whether the customer brought another.
    pub referred: Option<&'a [bool]>,
    /// Analysis date.
    pub as_of: Day,
}

/// A stage and the way into it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The stage.
    pub stage: FunnelStage,
    /// Customers who reached it.
    pub n: u32,
    /// Customers who could have: those in the stage before, less those not yet judged. For the first stage, `n`.
    pub base: u32,
    /// `n / base`; `None` with an empty base.
    pub conversion: Option<f64>,
    /// Wilson's 95 % interval of the conversion.
    pub interval: Option<[f64; 2]>,
    /// Share of those in the first stage who get here, the product of the conversions.
    pub overall: Option<f64>,
}

/// The customers acquired in one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CohortFunnel {
    /// The month.
    pub month: Month,
    /// Whether 90 days have not passed since its last day: stages from retention on are absent.
    pub censored: bool,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// The funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funnel {
    /// Steps over all customers.
    pub steps: Vec<Step>,
    /// By month of acquisition, ascending.
    pub cohorts: Vec<CohortFunnel>,
    /// Customers with an order who are left out of retention, as 90 days have not passed.
    pub n_censored: u32,
    /// The step that loses the largest share.
    pub narrowest: Option<FunnelStage>,
}

/// `n_k / n_(k-1)` of counts in sequence; `None` after a 0.
#[must_use]
pub fn conversions(counts: &[u32]) -> Vec<Option<f64>> {
    let share = |pair: &[u32]| (pair[0] > 0).then(|| f64::from(pair[1]) / f64::from(pair[0]));
    counts.windows(2).map(share).collect()
}

/// First and second distinct order day of every customer, from rows in any order; for [`FunnelInput`].
#[must_use]
pub fn first_two_days(n_customers: usize, customer: &[u32], day: &[Day]) -> [Vec<Option<Day>>; 2] {
    let mut first: Vec<Option<Day>> = vec![None; n_customers];
    let mut second = first.clone();
    for (&c, &day) in customer.iter().zip(day) {
        let (Some(one), Some(two)) = (first.get_mut(c as usize), second.get_mut(c as usize)) else {
            continue;
        };
        match *one {
            None => *one = Some(day),
            Some(known) if day < known => (*one, *two) = (Some(day), Some(known)),
            Some(known) if day > known && two.is_none_or(|t| day < t) => *two = Some(day),
            Some(_) => {}
        }
    }
    [first, second]
}

/// Customers by the stages they reached; `reached[k]` includes those who went on.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    reached: [u32; 5],
    /// In activation and long enough ago.
    judged: u32,
}

/// One customer, as far as seen.
struct Person {
    month: Month,
    /// How many stages from acquisition on.
    n_stages: usize,
    judged: bool,
}

impl FunnelInput<'_> {
    fn person(&self, c: usize) -> Option<Person> {
        let seen = |column: &[Option<Day>]| column.get(c).copied().flatten().filter(|d| *d <= self.as_of);
        let first = seen(self.first_order);
        let visit = self.acquired.and_then(seen);
        let month = visit.into_iter().chain(first).min()?.month();
        let Some(first) = first else { return Some(Person { month, n_stages: 1, judged: false }) };
        let judged = self.waited(first) && self.waited(last_day(month));
        let again =
            seen(self.second_order).is_some_and(|s| s > first && days(first, s) <= RETENTION_DAYS.into());
        let further = [
            judged && again,
            self.profit.is_none_or(|p| p.get(c).is_some_and(|p| *p > 0.0)),
            self.referred.is_none_or(|r| r.get(c).copied().unwrap_or(false)),
        ];
        let n_stages = 2 + further.iter().take_while(|reached| **reached).count();
        Some(Person { month, n_stages, judged })
    }

    fn waited(&self, day: Day) -> bool {
        days(day, self.as_of) >= RETENTION_DAYS.into()
    }

    /// Stages that these data have.
    fn has(&self, stage: FunnelStage) -> bool {
        match stage {
            FunnelStage::Acquisition => self.acquired.is_some(),
            FunnelStage::Revenue => self.profit.is_some(),
            FunnelStage::Referral => self.referred.is_some(),
            FunnelStage::Activation | FunnelStage::Retention => true,
        }
    }

    fn steps(&self, counts: &Counts, censored: bool) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::with_capacity(5);
        for (k, stage) in FunnelStage::ALL.into_iter().enumerate() {
            if !self.has(stage) || (censored && stage >= FunnelStage::Retention) {
                continue;
            }
            let n = counts.reached[k];
            let base = match (stage, steps.last()) {
                (FunnelStage::Retention, _) => counts.judged,
                (_, Some(before)) => before.n,
                (_, None) => n,
            };
            let conversion = (base > 0).then(|| f64::from(n) / f64::from(base));
            let before = steps.last().map_or(Some(1.0), |s| s.overall);
            steps.push(Step {
                stage,
                n,
                base,
                conversion,
                interval: conversion.map(|_| wilson(f64::from(n), f64::from(base)).into()),
                overall: before.zip(conversion).map(|(b, c)| b * c),
            });
        }
        steps
    }
}

fn days(from: Day, to: Day) -> i64 {
    i64::from(to.0) - i64::from(from.0)
}

fn last_day(month: Month) -> Day {
    Day(month.first_day().0 + month.days() as i32 - 1)
}

/// Counts customers through the funnel.
#[must_use]
pub fn funnel(input: &FunnelInput) -> Funnel {
    let n = input.first_order.len().max(input.acquired.map_or(0, <[_]>::len));
    let (mut all, mut by_month, mut n_censored) = (Counts::default(), BTreeMap::<Month, Counts>::new(), 0);
    for person in (0..n).filter_map(|c| input.person(c)) {
        for counts in [&mut all, by_month.entry(person.month).or_default()] {
            counts.reached[..person.n_stages].iter_mut().for_each(|n| *n += 1);
            counts.judged += u32::from(person.judged);
        }
        n_censored += u32::from(person.n_stages > 1 && !person.judged);
    }
    let steps = input.steps(&all, false);
    let cohorts = by_month.iter().map(|(&month, counts)| {
        let censored = !input.waited(last_day(month));
        CohortFunnel { month, censored, steps: input.steps(counts, censored) }
    });
    let lossy = steps.iter().skip(1).filter_map(|s| Some((s.conversion?, s.stage)));
    let narrowest = lossy.min_by(|a, b| a.0.total_cmp(&b.0)).map(|s| s.1);
    Funnel { cohorts: cohorts.collect(), narrowest, n_censored, steps }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn ex_18_funnel() {
        // 2,000 came, 600 ordered, 300 of them again within 90 days, 45 of these brought a profit.
        let day = |limit: usize, at: i32| -> Vec<Option<Day>> {
            (0..2000).map(|c| (c < limit).then_some(Day(at))).collect()
        };
        let acquired = day(2000, 0);
        let profit: Vec<f64> = (0..2000).map(|c| if (45..300).contains(&c) { -1.0 } else { 5.0 }).collect();
        let result = funnel(&FunnelInput {
            first_order: &day(600, 10),
            second_order: &day(300, 100),
            acquired: Some(&acquired),
            profit: Some(&profit),
            referred: None,
            as_of: Day(400),
        });
        let n: Vec<u32> = result.steps.iter().map(|s| s.n).collect();
        assert_eq!(n, [2000, 600, 300, 45]);
        let conversion: Vec<f64> = result.steps.iter().skip(1).map(|s| s.conversion.unwrap()).collect();
        assert_eq!(conversion, [0.3, 0.5, 0.15]);
        assert!((result.steps[3].overall.unwrap() - 0.0225).abs() < 1e-15);
        assert_eq!((result.narrowest, result.n_censored), (Some(FunnelStage::Revenue), 0));
        assert_eq!(result.cohorts.len(), 1);
        assert_eq!(result.cohorts[0].steps, result.steps);
        assert_eq!(conversions(&[0, 0]), [None]);
    }

    fn of(orders: &[(u32, i32)], n: usize, as_of: i32) -> Funnel {
        let customer: Vec<u32> = orders.iter().map(|o| o.0).collect();
        let day: Vec<Day> = orders.iter().map(|o| Day(o.1)).collect();
        let [first_order, second_order] = first_two_days(n, &customer, &day);
        funnel(&FunnelInput {
            first_order: &first_order,
            second_order: &second_order,
            acquired: None,
            profit: None,
            referred: None,
            as_of: Day(as_of),
        })
    }

    #[test]
    fn methods_18_recent_cohorts_are_left_out_of_retention() {
        // January 1970 is days 0..=30, February 31..=58. As of day 121 (2 May) 90 days have passed since all of
        // January, and since the first day of February only, whose cohort is not over.
        let orders = [(0, 5), (0, 95), (1, 6), (1, 97), (2, 31), (2, 40), (3, 58), (3, 59)];
        let result = of(&orders, 4, 121);
        let retention = result.steps[1];
        assert_eq!((retention.stage, retention.n, retention.base), (FunnelStage::Retention, 1, 2));
        assert_eq!((result.steps[0].n, result.steps[0].stage), (4, FunnelStage::Activation));
        assert_eq!(result.n_censored, 2);
        let cohorts: Vec<_> =
            result.cohorts.iter().map(|c| (c.month.iso(), c.censored, c.steps.len())).collect();
        assert_eq!(cohorts, [("1970-01".to_owned(), false, 2), ("1970-02".to_owned(), true, 1)]);
        let later = of(&orders, 4, 148);
        assert_eq!((later.steps[1].n, later.steps[1].base, later.n_censored), (3, 4, 0));
        assert!(of(&orders, 4, 147).cohorts[1].censored && !later.cohorts[1].censored);
    }

    #[test]
    fn who_ordered_long_after_the_visit_is_judged_later() {
        let result = funnel(&FunnelInput {
            first_order: &[Some(Day(380)), Some(Day(10)), None, Some(Day(20))],
            second_order: &[Some(Day(385)), None, None, Some(Day(30))],
            acquired: Some(&[Some(Day(0)), None, Some(Day(500)), Some(Day(25))]),
            profit: None,
            referred: Some(&[true, true, true, true]),
            as_of: Day(400),
        });
        let n: Vec<_> = result.steps.iter().map(|s| (s.stage, s.n, s.base)).collect();
        use FunnelStage::{Acquisition, Activation, Referral, Retention};
        assert_eq!(n, [(Acquisition, 3, 3), (Activation, 3, 3), (Retention, 1, 2), (Referral, 1, 1)]);
    }

    #[test]
    fn two_orders_on_one_day_are_one() {
        let [first, second] = first_two_days(2, &[0, 0, 0, 1, 9], &[Day(7), Day(9), Day(7), Day(3), Day(1)]);
        assert_eq!((first, second), (vec![Some(Day(7)), Some(Day(3))], vec![Some(Day(9)), None]));
    }

    #[test]
    fn nobody_and_everything_in_the_future() {
        let empty = of(&[], 0, 100);
        assert_eq!((empty.cohorts.len(), empty.narrowest), (0, None));
        assert!(empty.steps.iter().all(|s| s.n == 0 && s.conversion.is_none() && s.overall.is_none()));
        assert_eq!(of(&[(0, 200)], 1, 100).steps[0].n, 0);
    }

    #[test]
    fn the_funnel_narrows_in_any_order_of_rows() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let n = 1 + rng.below(60);
            let mut orders: Vec<(u32, i32)> =
                (0..3 * n).map(|_| (rng.below(n) as u32, rng.below(700) as i32)).collect();
            let result = of(&orders, n, 600);
            for steps in result.cohorts.iter().map(|c| &c.steps).chain([&result.steps]) {
                assert!(steps.iter().all(|s| s.n <= s.base && s.conversion.is_none_or(|c| c <= 1.0)));
                assert!(steps.windows(2).all(|w| w[1].n <= w[0].n && w[1].base <= w[0].n));
            }
            let total: u32 = result.cohorts.iter().map(|c| c.steps[0].n).sum();
            assert_eq!(total, result.steps[0].n);
            orders.reverse();
            assert_eq!(of(&orders, n, 600), result);
        }
    }
}
