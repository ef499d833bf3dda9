//! Published and independently computed numbers of single customers (methods.md 7.1, 23.1, 23.3, 23.4 and
//! reference-results.md 1.1).

use super::*;

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
}

#[test]
fn reference_1_1_more_purchases_less_alive() {
    for (x, expected) in [(10, 0.347494), (15, 0.042838), (20, 0.004159), (25, 0.000358)] {
        let p = bg_cdnow().expected_purchases(&h(x, 20.0, 39.0), 52.0);
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
    for model in [mbg_cdnow(), bg_cdnow()] {
        let alone: f64 =
            rows.iter().map(|&r| model.log_likelihood(&Statistics::new(std::iter::once(r), 1.0))).sum();
        close(model.log_likelihood(&together), alone, 1e-13);
    }
}

#[test]
fn nothing_overflows_and_probabilities_stay_probabilities() {
    let params = [1e-4, 0.5, 1.0, 30.0, 1e4];
    let mut scratch_free = 0;
    for dropout in [Dropout::AfterAnyPurchase, Dropout::AfterRepeat] {
        for (i, &r) in params.iter().enumerate() {
            for &a in &params {
                for &b in &params {
                    let model = BetaGeometric { dropout, r, alpha: params[params.len() - 1 - i], a, b };
                    for history in [h(0, 0.0, 0.0), h(0, 0.0, 300.0), h(5, 1.0, 300.0), h(900, 299.0, 300.0)]
                    {
                        let p = model.p_alive(&history);
                        let (near, s_near) = model.outlook(&history, 4.0);
                        let (far, s_far) = model.outlook(&history, 156.0);
                        let values = [p, near, far, s_near, s_far];
                        assert!(values.iter().all(|v| v.is_finite() && *v >= 0.0), "{model:?} {history:?}");
                        let slack = 1.0 + 1e-9;
                        assert!(
                            p <= 1.0 && s_near <= p * slack && s_far <= s_near * slack,
                            "{model:?} {history:?}"
                        );
                        assert!(far * slack >= near, "{model:?} {history:?}: {near} {far}");
                        scratch_free += 1;
                    }
                }
            }
        }
    }
    assert_eq!(scratch_free, 1000);
}
