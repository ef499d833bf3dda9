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
//! Degenerate cases: no customers, or H = 0, give empty columns and zeros.

use super::{Histories, Model, Scratch};
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

/// Predictions over `months` months for all customers.
#[must_use]
pub fn forecast(model: &dyn Model, customers: &Histories, months: u32, rate: AnnualRate) -> Forecast {
    let n = customers.len();
    let mut order: Vec<(u32, f64, u32)> = (0..n)
        .map(|i| {
            let h = customers.get(i);
            (h.n_repeats, h.tenure_weeks, i as u32)
        })
        .collect();
    order.sort_unstable_by(|p, q| p.0.cmp(&q.0).then(p.1.total_cmp(&q.1)).then(p.2.cmp(&q.2)));

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
    for alike in order.chunk_by(|p, q| p.0 == q.0 && p.1 == q.1) {
        let (x, tenure, _) = alike[0];
        model.outlook_if_alive(x, tenure, &ahead, &mut scratch, &mut purchases, &mut survival);
        let expected = purchases.last().copied().unwrap_or(0.0);
        let annuity: f64 = survival.iter().zip(&factors).map(|(s, f)| s * f).sum();
        let mut discounted = 0.0;
        let mut before = 0.0;
        for (now, f) in purchases.iter().zip(&factors) {
            discounted += (now - before) * f;
            before = *now;
        }
        let mut alive = 0.0;
        for &(_, _, i) in alike {
            let i = i as usize;
            let p = model.p_alive(&customers.get(i));
            out.p_alive[i] = p;
            out.expected_purchases[i] = p * expected;
            out.discounted_purchases[i] = p * discounted;
            out.annuity[i] = p * annuity;
            alive += p;
        }
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
    use super::super::{BetaGeometric, Dropout, History};
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
        let (mbg, bg) = (
            forecast(&MBG, &two(), 36, AnnualRate::default()),
            forecast(&BG, &two(), 36, AnnualRate::default()),
        );
        assert!(close(mbg.annuity[0], 14.3505), "{}", mbg.annuity[0]);
        assert!(close(bg.annuity[0], 15.5832), "{}", bg.annuity[0]);
        let value = |f: &Forecast, i: usize, mean: f64| 0.3 * mean * f.discounted_purchases[i];
        for (model, expected) in [(&mbg, [23.165, 4.401]), (&bg, [23.240, 5.801])] {
            assert!(close(value(model, 0, 24.664), expected[0]), "{}", value(model, 0, 24.664));
            assert!(close(value(model, 1, 35.219), expected[1]), "{}", value(model, 1, 35.219));
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

    #[test]
    fn nobody_and_no_time_are_no_trouble() {
        let none = forecast(&MBG, &Histories::default(), 36, AnnualRate::default());
        assert_eq!(none.purchases_by_month, vec![0.0; 36]);
        let now = forecast(&MBG, &two(), 0, AnnualRate::default());
        assert_eq!((now.expected_purchases, now.purchases_by_month), (vec![0.0; 2], vec![]));
    }
}
