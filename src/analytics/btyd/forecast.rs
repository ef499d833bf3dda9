//! What will each customer buy over the coming months, and what is that worth now?
//!
//! Over months k = 1..=H of `w = 52/12` weeks, with `d_m` the monthly discount rate:
//!
//! - `discounted_purchases_i = sum_k (E[Y_i(kw)] - E[Y_i((k-1)w)])/(1+d_m)^k`, so that customer lifetime value is
//!   margin x mean order value x this;
//! - `annuity_i = sum_k S_i(kw)/(1+d_m)^k`: the present value of one unit a month for as long as the customer stays
//!   (0 to the annuity of H months).
//!
//! Both factor into P(alive) and something that depends on (x, T) only, computed once for all who share it. The
//! curves need not be kept: a file of 100,000 customers yields columns, not a table of 3,600,000.
//! Source: methods.md 7.3, 23.4. Degenerate cases: no customers, or H = 0, give empty columns and zeros.
//!
//! ```
//! use tenure::analytics::btyd::{Histories, ModelKind, forecast};
//! use tenure::analytics::discount::AnnualRate;
//!
//! // methods.md 7.3: with the published BG/NBD parameters, 1.5587 orders in twelve months, worth 36.209 at 24.664
//! // each and 1 % a month.
//! let model = ModelKind::BgNbd.with_params([0.243, 4.414, 0.793, 2.426]);
//! let one = Histories { n_repeats: vec![2], last_purchase_age_weeks: vec![30.43], tenure_weeks: vec![38.86] };
//! let rate = AnnualRate::new(1.01_f64.powi(12) - 1.0).unwrap();
//! let ahead = forecast(model.as_ref(), &one, 12, rate);
//! assert!((ahead.expected_purchases[0] - 1.5587).abs() < 5e-5);
//! assert!((24.664 * ahead.discounted_purchases[0] - 36.209).abs() < 5e-3);
//! ```

use super::{Histories, History, Model, Scratch, Sorted};
use crate::analytics::discount::{AnnualRate, WEEKS_PER_MONTH};

/// Predictions for every customer, columns in the customers' order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// Probability of not having left, 0..=1.
    pub p_alive: Vec<f64>,
    /// Purchases expected over the horizon.
    pub expected_purchases: Vec<f64>,
    /// The same, each discounted to now.
    pub discounted_purchases: Vec<f64>,
    /// Present value of one unit a month while the customer stays, over the horizon.
    pub annuity: Vec<f64>,
    /// Purchases expected from all customers together in each month, (n_months).
    pub purchases_by_month: Vec<f64>,
    /// Customers expected to be there at the end of each month, (n_months).
    pub alive_by_month: Vec<f64>,
}

/// P(alive) of sorted customers, computed once for equal histories.
fn each_p_alive(model: &dyn Model, alike: &[(History, u32)], mut tell: impl FnMut(u32, f64)) -> f64 {
    let mut total = 0.0;
    for equal in alike.chunk_by(|p, q| p.0 == q.0) {
        let p = model.p_alive(&equal[0].0);
        total += p * equal.len() as f64;
        equal.iter().for_each(|e| tell(e.1, p));
    }
    total
}

/// Sum of P(alive), and purchases expected in the next `weeks`, by ascending number of repeats.
pub(super) fn totals(model: &dyn Model, customers: &Sorted, weeks: f64) -> (f64, Vec<(u32, f64)>) {
    let (mut alive, mut by_repeats) = (0.0, Vec::<(u32, f64)>::new());
    let mut scratch = Scratch::default();
    let (mut purchases, mut survival) = ([0.0], [0.0]);
    for alike in customers.alike() {
        let History { n_repeats, tenure_weeks, .. } = alike[0].0;
        model.outlook_if_alive(
            n_repeats,
            tenure_weeks,
            &[weeks],
            &mut scratch,
            &mut purchases,
            &mut survival,
        );
        let there = each_p_alive(model, alike, |_, _| {});
        alive += there;
        match by_repeats.last_mut() {
            Some((x, sum)) if *x == n_repeats => *sum += there * purchases[0],
            _ => by_repeats.push((n_repeats, there * purchases[0])),
        }
    }
    (alive, by_repeats)
}

/// Predictions over `months` months for all customers.
#[must_use]
pub fn forecast(model: &dyn Model, customers: &Histories, months: u32, rate: AnnualRate) -> Forecast {
    let n = customers.len();
    let n_months = months as usize;
    let ahead: Vec<f64> = (1..=months).map(|k| f64::from(k) * WEEKS_PER_MONTH).collect();
    let factors = rate.factors(months);
    let (mut purchases, mut survival) = (vec![0.0; n_months], vec![0.0; n_months]);
    let mut scratch = Scratch::default();
    let mut out = Forecast {
        p_alive: vec![0.0; n],
        expected_purchases: vec![0.0; n],
        discounted_purchases: vec![0.0; n],
        annuity: vec![0.0; n],
        purchases_by_month: vec![0.0; n_months],
        alive_by_month: vec![0.0; n_months],
    };
    for alike in Sorted::new(customers).alike() {
        let History { n_repeats, tenure_weeks, .. } = alike[0].0;
        model.outlook_if_alive(n_repeats, tenure_weeks, &ahead, &mut scratch, &mut purchases, &mut survival);
        let expected = purchases.last().copied().unwrap_or(0.0);
        let annuity: f64 = survival.iter().zip(&factors).map(|(s, f)| s * f).sum();
        let mut discounted = 0.0;
        let mut before = 0.0;
        for (now, f) in purchases.iter().zip(&factors) {
            discounted += (now - before) * f;
            before = *now;
        }
        let alive = each_p_alive(model, alike, |i, p| {
            let i = i as usize;
            out.p_alive[i] = p;
            out.expected_purchases[i] = p * expected;
            out.discounted_purchases[i] = p * discounted;
            out.annuity[i] = p * annuity;
        });
        let mut before = 0.0;
        for k in 0..n_months {
            out.purchases_by_month[k] += alive * (purchases[k] - before);
            out.alive_by_month[k] += alive * survival[k];
            before = purchases[k];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{BetaGeometric, Dropout, ModelKind, ParetoNbd, Statistics};
    use super::*;

    const MBG: BetaGeometric = BetaGeometric {
        dropout: Dropout::AfterAnyPurchase,
        r: 0.524838,
        alpha: 6.182992,
        a: 0.891356,
        b: 1.613999,
    };
    // The 39-week fit on the rounded summary (reference-results.md 1.1).
    const BG: BetaGeometric = BetaGeometric {
        dropout: Dropout::AfterRepeat,
        r: 0.242593,
        alpha: 4.413531,
        a: 0.792886,
        b: 2.425754,
    };

    const PARETO: ParetoNbd = ParetoNbd { r: 0.553276, alpha: 10.577612, s: 0.606214, beta: 11.667913 };

    fn two() -> Histories {
        Histories {
            n_repeats: vec![2, 0],
            last_purchase_age_weeks: vec![30.43, 0.0],
            tenure_weeks: vec![38.86, 38.86],
        }
    }

    fn close(x: f64, y: f64) -> bool {
        (x - y).abs() < 1e-4 * y.abs()
    }

    #[test]
    fn ex_23_4_annuities_and_current_values() {
        let ahead = |model: &dyn Model| forecast(model, &two(), 36, AnnualRate::default());
        let (mbg, bg, pareto) = (ahead(&MBG), ahead(&BG), ahead(&PARETO));
        assert!(close(pareto.annuity[0], 16.6203), "{}", pareto.annuity[0]);
        assert!(close(mbg.annuity[0], 14.3505), "{}", mbg.annuity[0]);
        assert!(close(bg.annuity[0], 15.5832), "{}", bg.annuity[0]);
        let value = |f: &Forecast, i: usize, mean: f64| 0.3 * mean * f.discounted_purchases[i];
        for (model, expected) in [(&mbg, [23.165, 4.401]), (&bg, [23.240, 5.801]), (&pareto, [27.893, 2.931])]
        {
            for (value, expected) in
                [value(model, 0, 24.664), value(model, 1, 35.219)].into_iter().zip(expected)
            {
                assert!((value - expected).abs() < 1e-3, "{value} instead of {expected}");
            }
        }
    }

    #[test]
    fn ex_7_3_value_over_twelve_months() {
        let published =
            BetaGeometric { dropout: Dropout::AfterRepeat, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let one_percent_a_month = AnnualRate::new(1.01_f64.powi(12) - 1.0).unwrap_or_default();
        let f = forecast(&published, &two(), 12, one_percent_a_month);
        assert!(close(f.expected_purchases[0], 1.5587), "{}", f.expected_purchases[0]);
        assert!(close(24.664 * f.discounted_purchases[0], 36.209), "{}", 24.664 * f.discounted_purchases[0]);
    }

    #[test]
    fn columns_agree_with_the_model_one_by_one_and_totals_add_up() {
        let f = forecast(&MBG, &two(), 36, AnnualRate::default());
        for i in 0..2 {
            let h: History = two().get(i);
            assert!(close(f.expected_purchases[i], MBG.expected_purchases(&h, 156.0)));
            assert!(close(f.p_alive[i], MBG.p_alive(&h)));
        }
        let total: f64 = f.purchases_by_month.iter().sum();
        assert!(close(total, f.expected_purchases.iter().sum()));
        assert!(close(f.alive_by_month[35], 0.294831 + 0.322411));
    }

    /// One purchase a month for ever.
    struct Monthly;

    impl Model for Monthly {
        fn kind(&self) -> ModelKind {
            ModelKind::MbgNbd
        }
        fn params(&self) -> [f64; 4] {
            [1.0; 4]
        }
        fn log_likelihood(&self, _: &Statistics) -> f64 {
            0.0
        }
        fn p_alive(&self, _: &History) -> f64 {
            1.0
        }
        fn outlook_if_alive(
            &self,
            _: u32,
            _: f64,
            ahead_weeks: &[f64],
            _: &mut Scratch,
            purchases: &mut [f64],
            survival: &mut [f64],
        ) {
            for (p, t) in purchases.iter_mut().zip(ahead_weeks) {
                *p = t / WEEKS_PER_MONTH;
            }
            survival.fill(1.0);
        }
    }

    #[test]
    fn reference_1_2_discounting_loop() {
        let one =
            Histories { n_repeats: vec![1], last_purchase_age_weeks: vec![1.0], tenure_weeks: vec![2.0] };
        let value = |months, rate| forecast(&Monthly, &one, months, rate).discounted_purchases[0];
        let (none, whole) =
            (AnnualRate::new(0.0).unwrap_or_default(), AnnualRate::new(4095.0).unwrap_or_default());
        assert!(close(whole.monthly(), 1.0), "100 % a month");
        for months in [1, 6, 12, 36] {
            assert!(
                close(value(2 * months, none), 2.0 * value(months, none)),
                "doubling the horizon doubles"
            );
        }
        assert!(close(value(1, whole), 0.5 * value(1, none)), "{}", value(1, whole));
        assert!(close(value(2, whole), 0.75 * value(1, none)), "{}", value(2, whole));
    }

    #[test]
    fn order_of_the_customers_does_not_matter() {
        let customers = Histories {
            n_repeats: vec![2, 0, 2, 5, 0],
            last_purchase_age_weeks: vec![30.43, 0.0, 4.0, 20.0, 0.0],
            tenure_weeks: vec![38.86, 38.86, 38.86, 21.0, 38.86],
        };
        let order = [3, 1, 4, 0, 2];
        let shuffled = Histories {
            n_repeats: order.map(|i| customers.n_repeats[i]).to_vec(),
            last_purchase_age_weeks: order.map(|i| customers.last_purchase_age_weeks[i]).to_vec(),
            tenure_weeks: order.map(|i| customers.tenure_weeks[i]).to_vec(),
        };
        for model in [&MBG as &dyn Model, &BG, &PARETO] {
            let a = forecast(model, &customers, 12, AnnualRate::default());
            let b = forecast(model, &shuffled, 12, AnnualRate::default());
            assert_eq!(order.map(|i| a.discounted_purchases[i]).to_vec(), b.discounted_purchases);
            assert_eq!((a.purchases_by_month, a.alive_by_month), (b.purchases_by_month, b.alive_by_month));
            assert_eq!(a.p_alive[1], a.p_alive[4], "equal histories");
        }
    }

    #[test]
    fn nobody_and_no_time_are_no_trouble() {
        let none = forecast(&MBG, &Histories::default(), 36, AnnualRate::default());
        assert_eq!(none.purchases_by_month, vec![0.0; 36]);
        let now = forecast(&MBG, &two(), 0, AnnualRate::default());
        assert_eq!((now.expected_purchases, now.purchases_by_month), (vec![0.0; 2], vec![]));
    }
}
