//! Published and independently computed numbers of single customers (methods.md 7.1, 23.1-23.4 and
//! reference-results.md 1.1), and what must hold for any parameters and histories.

use super::*;
use crate::analytics::discount::AnnualRate;
use crate::math::{Rng, exp, ln, ln_gamma};
use proptest::prelude::*;

fn bg(r: f64, alpha: f64, a: f64, b: f64) -> BetaGeometric {
    BetaGeometric { dropout: Dropout::AfterRepeat, r, alpha, a, b }
}

fn mbg(r: f64, alpha: f64, a: f64, b: f64) -> BetaGeometric {
    BetaGeometric { dropout: Dropout::AfterAnyPurchase, r, alpha, a, b }
}

/// The 39-week CDNOW fits.
fn mbg_cdnow() -> BetaGeometric {
    mbg(0.524838, 6.182992, 0.891356, 1.613999)
}

fn bg_cdnow() -> BetaGeometric {
    bg(0.242593, 4.413531, 0.792886, 2.425754)
}

fn pareto(r: f64, alpha: f64, s: f64, beta: f64) -> ParetoNbd {
    ParetoNbd { r, alpha, s, beta }
}

fn pareto_cdnow() -> ParetoNbd {
    pareto(0.553276, 10.577612, 0.606214, 11.667913)
}

fn h(n_repeats: u32, last_purchase_age_weeks: f64, tenure_weeks: f64) -> History {
    History { n_repeats, last_purchase_age_weeks, tenure_weeks }
}

#[track_caller]
fn close(x: f64, expected: f64, tolerance: f64) {
    assert!((x - expected).abs() <= tolerance * expected.abs(), "{x} instead of {expected}");
}

#[test]
fn ex_7_1_bg_published_parameters() {
    let model = bg(0.243, 4.414, 0.793, 2.426);
    for (history, p, purchases) in [
        (h(2, 30.43, 38.86), 0.7266, 1.2260),
        (h(1, 1.71, 38.86), 0.2121, 0.2032),
        (h(0, 0.0, 38.86), 1.0, 0.1951),
    ] {
        close(model.p_alive(&history), p, 3e-4);
        close(model.expected_purchases(&history, 39.0), purchases, 4e-4);
    }
}

#[test]
fn ex_7_1_mbg_p_alive() {
    let model = mbg(0.5248, 6.183, 0.8914, 1.614);
    for (history, p) in
        [(h(2, 30.43, 38.86), 0.7061), (h(1, 1.71, 38.86), 0.1708), (h(0, 0.0, 38.86), 0.3897)]
    {
        close(model.p_alive(&history), p, 3e-4);
    }
}

#[test]
fn ex_23_1_new_customers_mbg() {
    for (weeks, expected) in [(1.0, 0.053061), (31.8571, 1.033471), (78.0, 1.803636)] {
        close(mbg_cdnow().expected_purchases_new(weeks), expected, 1e-5);
    }
}

#[test]
fn reference_1_1_new_customers_bg() {
    for (weeks, expected) in
        [(0.1429, 0.0078), (1.0, 0.0532), (3.0, 0.1506), (31.8571, 1.0405), (32.0, 1.0437), (78.0, 1.8576)]
    {
        // The fit from dates, which the published values rest on.
        let x = bg(0.2425945, 4.4136019, 0.7929199, 2.4258881).expected_purchases_new(weeks);
        assert!((x - expected).abs() < 5e-4, "{weeks}: {x}");
    }
}

#[test]
fn ex_23_3_table_mbg() {
    for (history, p, in_39, in_156, alive_156) in [
        (h(0, 0.0, 38.86), 0.389716, 0.153954, 0.472842, 0.294831),
        (h(1, 1.71, 38.86), 0.170820, 0.188789, 0.545920, 0.093483),
        (h(2, 30.43, 38.86), 0.706126, 1.262671, 3.531374, 0.322411),
        (h(7, 29.43, 38.86), 0.622639, 3.166805, 8.352696, 0.208251),
        (h(26, 30.86, 31.0), 0.965553, 19.448037, 47.746748, 0.240285),
        (h(10, 20.0, 39.0), 0.040108, 0.281573, 0.734399, 0.012645),
        (h(0, 0.0, 1.0), 0.625989, 1.040343, 2.346564, 0.291115),
    ] {
        let model = mbg_cdnow();
        for (x, expected) in [
            (model.p_alive(&history), p),
            (model.expected_purchases(&history, 39.0), in_39),
            (model.expected_purchases(&history, 156.0), in_156),
            (model.survival(&history, 156.0), alive_156),
        ] {
            close(x, expected, 5e-5);
        }
    }
}

#[test]
fn ex_23_3_table_pareto() {
    for (history, p, in_39, in_156, alive_156) in [
        (h(0, 0.0, 38.86), 0.295097, 0.107060, 0.313973, 0.125689),
        (h(1, 1.71, 38.86), 0.167872, 0.170981, 0.501433, 0.071501),
        (h(2, 30.43, 38.86), 0.869119, 1.455113, 4.267399, 0.370179),
        (h(7, 29.43, 38.86), 0.749416, 3.711748, 10.885415, 0.319195),
        (h(26, 30.86, 31.0), 0.997918, 20.115867, 57.492723, 0.392761),
        (h(10, 20.0, 39.0), 0.080389, 0.554949, 1.628177, 0.034283),
        (h(0, 0.0, 1.0), 0.950191, 1.080161, 2.588009, 0.197801),
    ] {
        let model = pareto_cdnow();
        for (x, expected) in [
            (model.p_alive(&history), p),
            (model.expected_purchases(&history, 39.0), in_39),
            (model.expected_purchases(&history, 156.0), in_156),
            (model.survival(&history, 156.0), alive_156),
        ] {
            close(x, expected, 1e-5);
        }
    }
}

#[test]
fn ex_23_2_pareto_on_either_side_of_alpha_equal_to_beta() {
    let history = h(2, 10.0, 30.0);
    close(pareto(0.7, 20.0, 0.5, 3.0).p_alive(&history), 0.415284, 1e-6);
    close(pareto(1.2, 15.0, 1.0, 15.0).p_alive(&history), 0.279867, 2e-6);
    let neighbors = [1e-9, -1e-9].map(|d| pareto(1.2, 15.0 + d, 1.0 + d, 15.0).p_alive(&history));
    for p in neighbors {
        close(p, pareto(1.2, 15.0, 1.0, 15.0).p_alive(&history), 1e-8);
    }
}

#[test]
fn ex_23_2_pareto_one_as_dropout_shape_is_no_exception() {
    let history = h(2, 10.0, 30.0);
    let exactly = pareto(1.2, 15.0, 1.0, 15.0).expected_purchases(&history, 39.0);
    for epsilon in [1e-13, -1e-11, 1e-9, -1e-7] {
        close(pareto(1.2, 15.0, 1.0 + epsilon, 15.0).expected_purchases(&history, 39.0), exactly, 1e-6);
    }
    // P A (beta+T)/(alpha+T) ln((beta+T+t)/(beta+T)), all by hand but P.
    close(exactly, 0.279867 * 3.2 * ln(84.0 / 45.0), 2e-6);
}

#[test]
fn reference_1_1_pareto_underflow_guard() {
    let model = pareto(0.55, 10.58, 0.61, 11.67);
    for (x, expected) in [(132, 6.2060518), (133, 6.2528722)] {
        close(model.expected_purchases(&h(x, 200.0, 200.0), 10.0), expected, 1e-8);
    }
}

#[test]
fn reference_1_1_pareto_p_alive_is_finite() {
    let model = pareto(0.5143, 2.8845, 0.2856, 14.1087);
    for (x, last, end) in [
        (221, 103.42857, 103.57143),
        (254, 97.14286, 97.28571),
        (161, 94.71429, 98.0),
        (204, 98.57143, 99.42857),
    ] {
        let p = model.p_alive(&h(x, last, end));
        assert!((0.5..=1.0).contains(&p), "{x}: {p}");
    }
    close(model.p_alive(&h(221, 103.42857, 103.57143)), 0.999596, 1e-6);
    close(model.p_alive(&h(161, 94.71429, 98.0)), 0.749488, 1e-6);
}

#[test]
fn reference_1_1_pareto_discounted_purchases_ever() {
    // delta = ln(1.15)/52: an annual rate of 15 %.
    let rate = AnnualRate::new(0.15).unwrap();
    let model = pareto(0.55315, 10.5776, 0.6062, 11.6679);
    for (history, expected) in [(h(0, 0.0, 38.86), 0.478204), (h(2, 30.43, 38.86), 6.500029)] {
        close(model.discounted_purchases_ever(&history, rate).unwrap(), expected, 2e-6);
    }
    assert_eq!(model.discounted_purchases_ever(&h(0, 0.0, 1.0), AnnualRate::new(0.0).unwrap()), None);
}

#[test]
fn reference_1_1_new_customers_pareto() {
    let expected = [
        0.0, 0.05077821, 0.09916088, 0.14542507, 0.18979930, 0.23247466, 0.27361274, 0.31335159, 0.35181024,
        0.38909211,
    ];
    for (weeks, expected) in expected.into_iter().enumerate() {
        let x = pareto_cdnow().expected_purchases_new(weeks as f64);
        // Of another fit than ours; the published tolerance is 0.01.
        assert!((x - expected).abs() < 4e-3, "{weeks}: {x}");
    }
}

#[test]
fn reference_1_1_pmf_of_the_paper() {
    let model = bg(0.243, 4.414, 0.793, 2.426);
    close(model.repeat_probabilities(10, 2.0)[10], 1.07869e-07, 1e-5);
    close(model.repeat_probabilities(0, 39.0)[0], 0.5737864, 1e-6);
    let at_30 = model.repeat_probabilities(14, 30.0);
    for (n, expected) in [(11, 0.0019995214), (12, 0.0015170236), (13, 0.0011633150), (14, 0.0009003148)] {
        close(at_30[n], expected, 1e-6);
    }
}

#[test]
fn probabilities_of_repeats_add_up_to_the_expectation() {
    for model in [mbg_cdnow(), bg_cdnow(), mbg(2.0, 5.0, 3.0, 1.0), bg(0.1, 50.0, 0.2, 9.0)] {
        for weeks in [0.0, 3.0, 40.0] {
            let p = model.repeat_probabilities(3_000, weeks);
            close(p.iter().sum(), 1.0, 1e-6);
            let mean: f64 = p.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
            let expected = model.expected_purchases_new(weeks);
            assert!(
                (mean - expected).abs() < 1e-4 * expected + 1e-12,
                "{model:?} {weeks}: {mean} {expected}"
            );
        }
    }
}

#[test]
fn ex_23_3_a_equal_to_one() {
    let history = h(2, 30.43, 38.86);
    let exactly = mbg(0.525, 6.183, 1.0, 1.614).expected_purchases(&history, 39.0);
    close(exactly, 1.195313, 1e-6);
    for epsilon in [1e-13, -1e-11, 1e-9, -1e-7] {
        close(mbg(0.525, 6.183, 1.0 + epsilon, 1.614).expected_purchases(&history, 39.0), exactly, 1e-6);
    }
}

#[test]
fn reference_1_1_customer_1516() {
    let history = h(26, 30.86, 31.0);
    close(bg_cdnow().p_alive(&history), 0.968920, 1e-5);
    close(bg_cdnow().expected_purchases(&history, 52.0), 25.7595, 1e-5);
    let published = pareto(0.55315, 10.57633, 0.60625, 11.67150);
    close(published.p_alive(&history), 0.9979, 5e-5);
    close(published.expected_purchases(&history, 52.0), 25.46, 2e-4);
    close(published.expected_purchases_new(52.0), 1.47344, 1e-4);
}

#[test]
fn reference_1_1_bg_customer_1() {
    let (history, model) = (h(2, 30.43, 38.86), bg_cdnow());
    close(model.expected_purchases(&history, 39.0), 1.226028, 1e-4);
    close(model.p_alive(&history), 0.726579, 1e-4);
}

#[test]
fn reference_1_1_more_purchases_less_alive() {
    for (x, expected) in [(10, 0.347494), (15, 0.042838), (20, 0.004159), (25, 0.000358)] {
        let p = bg_cdnow().expected_purchases(&h(x, 20.0, 39.0), 52.0);
        assert!((p - expected).abs() < 2e-5 * expected.max(0.05), "{x}: {p}");
    }
    for (x, expected) in [(10, 0.705906), (15, 0.144154), (20, 0.022491), (25, 0.003090)] {
        let p = pareto_cdnow().expected_purchases(&h(x, 20.0, 39.0), 52.0);
        assert!((p - expected).abs() < 2e-5 * expected.max(0.05), "{x}: {p}");
    }
}

#[test]
fn reference_1_1_stable_log_likelihood() {
    let model = bg(0.25, 4.0, 0.8, 2.5);
    for (history, expected) in [(h(0, 0.0, 40.0), -0.59947382), (h(200, 38.0, 40.0), 100.7957)] {
        let data = Statistics::new(std::iter::once(history), 1.0);
        close(model.log_likelihood(&data), expected, 1e-6);
    }
}

#[test]
fn grouping_equal_histories_changes_no_likelihood() {
    let rows = [h(2, 3.0, 9.0), h(0, 0.0, 9.0), h(2, 3.0, 9.0), h(2, 4.0, 9.0), h(0, 0.0, 9.0)];
    let together = Statistics::new(rows.iter().copied(), 1.0);
    assert_eq!((together.groups.len(), together.n_customers(), together.n_repeats()), (3, 5, 6));
    for kind in ModelKind::ALL {
        let model = kind.with_params([0.5, 6.0, 0.9, 1.6]);
        let alone: f64 =
            rows.iter().map(|&r| model.log_likelihood(&Statistics::new(std::iter::once(r), 1.0))).sum();
        close(model.log_likelihood(&together), alone, 1e-13);
    }
}

/// The likelihood as it is written: the integrals K(t_x) - K(T) by Simpson's rule.
fn plain_likelihood(model: &ParetoNbd, history: &History) -> f64 {
    let ParetoNbd { r, alpha, s, beta } = *model;
    let power = r + f64::from(history.n_repeats);
    let density = |u: f64| s * exp(-power * ln(alpha + u) - (s + 1.0) * ln(beta + u));
    let (from, to, n) = (history.last_purchase_age_weeks, history.tenure_weeks, 20_000);
    let step = (to - from) / f64::from(n);
    let weight = |k: i32| if k == 0 || k == n { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
    let left: f64 =
        (0..=n).map(|k| weight(k) * density(from + f64::from(k) * step)).sum::<f64>() * step / 3.0;
    let there = exp(-power * ln(alpha + to) - s * ln(beta + to));
    ln_gamma(power) - ln_gamma(r) + r * ln(alpha) + s * ln(beta) + ln(there + left)
}

#[test]
fn pareto_likelihood_against_plain_integration() {
    for model in [
        pareto_cdnow(),
        pareto(0.7, 20.0, 0.5, 3.0),
        pareto(1.2, 15.0, 1.0, 15.0),
        pareto(0.4, 2.0, 7.0, 60.0),
        pareto(3.0, 90.0, 0.05, 0.8),
    ] {
        for history in [h(0, 0.0, 38.0), h(1, 1.5, 38.0), h(6, 29.0, 30.0), h(14, 20.0, 39.0), h(3, 5.0, 5.0)]
        {
            let data = Statistics::new(std::iter::once(history), 1.0);
            close(model.log_likelihood(&data), plain_likelihood(&model, &history), 1e-9);
        }
    }
}

fn random_histories(n: usize, seed: u64) -> Vec<History> {
    let mut rng = Rng::new(seed);
    (0..n)
        .map(|_| {
            let end = (1.0 + 160.0 * rng.uniform()).floor();
            let rate = 2.0 * rng.exponential();
            let x = rng.poisson(rate) * (1 + rng.below(9) as u32 / 8 * 30);
            h(x, if x == 0 { 0.0 } else { (end * rng.uniform()).ceil() }, end)
        })
        .collect()
}

/// One customer's rho is computed directly, many customers' by the recurrence.
#[test]
fn pareto_recurrence_agrees_with_the_direct_way_for_any_parameters() {
    let rows = random_histories(100, 3);
    let together = Statistics::new(rows.iter().copied(), 1.0);
    let sizes = [1e-4, 0.3, 1.0, 12.0, 300.0, 1e4];
    for r in [1e-4, 0.6, 40.0] {
        for s in sizes {
            for alpha in sizes {
                for beta in sizes {
                    let model = pareto(r, alpha, s, beta);
                    let alone: f64 = rows
                        .iter()
                        .map(|&row| model.log_likelihood(&Statistics::new(std::iter::once(row), 1.0)))
                        .sum();
                    close(model.log_likelihood(&together), alone, 1e-11);
                }
            }
        }
    }
}

#[test]
fn pareto_prediction_is_the_limit_of_its_discounted_sum() {
    // Discounted purchases ever = sum over short steps of what is expected in them, discounted.
    let (model, history) = (pareto_cdnow(), h(7, 29.43, 38.86));
    let rate = AnnualRate::new(3.0).unwrap();
    let (step, mut total, mut before) = (0.05, 0.0, 0.0);
    for k in 1..=40_000 {
        let at = f64::from(k) * step;
        let now = model.expected_purchases(&history, at);
        total += (now - before) * exp(-rate.per_week_continuous() * (at - 0.5 * step));
        before = now;
    }
    close(model.discounted_purchases_ever(&history, rate).unwrap(), total, 1e-6);
}

#[test]
fn nothing_overflows_and_probabilities_stay_probabilities() {
    let sizes = [1e-4, 0.5, 1.0, 30.0, 1e4];
    let mut n = 0;
    for kind in ModelKind::ALL {
        for (i, &r) in sizes.iter().enumerate() {
            for &third in &sizes {
                for &fourth in &sizes {
                    let model = kind.with_params([r, sizes[sizes.len() - 1 - i], third, fourth]);
                    for history in [h(0, 0.0, 0.0), h(0, 0.0, 300.0), h(5, 1.0, 300.0), h(900, 299.0, 300.0)]
                    {
                        let what = || format!("{kind:?} {:?} {history:?}", model.params());
                        let p = model.p_alive(&history);
                        let (near, s_near) = model.outlook(&history, 4.0);
                        let (far, s_far) = model.outlook(&history, 156.0);
                        let values = [p, near, far, s_near, s_far];
                        assert!(values.iter().all(|v| v.is_finite() && *v >= 0.0), "{}", what());
                        let slack = 1.0 + 1e-9;
                        assert!(p <= 1.0 && s_near <= p * slack && s_far <= s_near * slack, "{}", what());
                        assert!(far * slack >= near, "{}: {near} {far}", what());
                        let data = Statistics::new(std::iter::once(history), 1.0);
                        assert!(model.log_likelihood(&data).is_finite(), "{}", what());
                        n += 1;
                    }
                }
            }
        }
    }
    assert_eq!(n, 1500);
}

/// A value between the bounds of the search, even in its logarithm.
fn param() -> impl Strategy<Value = f64> {
    (-4.0..4.0_f64).prop_map(|e| exp(e * ln(10.0)))
}

fn any_history() -> impl Strategy<Value = History> {
    (0..300_u32, 0.0..1.0_f64, 0.1..700.0_f64)
        .prop_map(|(x, share, end)| h(x, if x == 0 { 0.0 } else { share * end }, end))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Counting time in other units changes no probability and no count, and the density of the x purchase times by
    /// the unit to the power of x.
    #[test]
    fn units_of_time_do_not_matter(
        params in [param(), param(), param(), param()],
        history in any_history(),
        ahead in 0.1..300.0_f64,
        unit in 0.01..100.0_f64,
    ) {
        for kind in ModelKind::ALL {
            let scaled = std::array::from_fn(|j| params[j] * if kind.in_weeks()[j] { unit } else { 1.0 });
            let (model, other) = (kind.with_params(params), kind.with_params(scaled));
            let same = h(
                history.n_repeats,
                history.last_purchase_age_weeks * unit,
                history.tenure_weeks * unit,
            );
            let near = |x: f64, y: f64| (x - y).abs() <= 1e-8 * (1.0 + y.abs());
            prop_assert!(near(other.p_alive(&same), model.p_alive(&history)), "{kind:?}");
            let (a, b) = (other.outlook(&same, ahead * unit), model.outlook(&history, ahead));
            prop_assert!(near(a.0, b.0) && near(a.1, b.1), "{kind:?} {a:?} {b:?}");
            let ln_l = |m: &dyn Model, h: History| m.log_likelihood(&Statistics::new(std::iter::once(h), 1.0));
            let (a, b) = (ln_l(other.as_ref(), same), ln_l(model.as_ref(), history));
            prop_assert!(near(a + f64::from(history.n_repeats) * ln(unit), b), "{kind:?} {a} {b}");
        }
    }

    /// P(alive) in 0..=1; survival starts there and never rises; expected purchases start at 0 and grow, ever slower.
    #[test]
    fn the_future_is_orderly(params in [param(), param(), param(), param()], history in any_history()) {
        for kind in ModelKind::ALL {
            let model = kind.with_params(params);
            let p = model.p_alive(&history);
            prop_assert!((0.0..=1.0).contains(&p), "{kind:?} {p}");
            let (mut before, mut alive, mut slope) = (0.0, p, f64::INFINITY);
            for k in 0..=12 {
                let (purchases, survival) = model.outlook(&history, 13.0 * f64::from(k));
                prop_assert!(survival <= alive * (1.0 + 1e-9) + 1e-12 && survival >= 0.0, "{kind:?} {k}");
                let step = purchases - before;
                let tolerance = 1e-8 * (1.0 + purchases);
                prop_assert!(step >= -tolerance && step <= slope + tolerance, "{kind:?} {k}: {step} {slope}");
                if k > 0 {
                    slope = step;
                }
                (before, alive) = (purchases, survival);
            }
        }
    }
}

#[test]
fn impossible_histories_are_moved_to_the_nearest_possible_one() {
    let rows = Histories {
        n_repeats: vec![0, 3, 3, 2],
        last_purchase_age_weeks: vec![5.0, 9.0, f64::NAN, -1.0],
        tenure_weeks: vec![8.0, 8.0, 8.0, f64::INFINITY],
    };
    let expected = [h(0, 0.0, 8.0), h(3, 8.0, 8.0), h(3, 0.0, 8.0), h(2, 0.0, 0.0)];
    assert_eq!([0, 1, 2, 3].map(|i| rows.get(i)), expected);
    assert!((0..4).all(|i| !rows.usable(i)));
}
