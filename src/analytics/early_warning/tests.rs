//! Tests of the early warning on drawn contract files whose truth is known.

use super::*;
use crate::customer::Coded;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

/// A contract file: monthly log-odds `-3 + 1.0 [plan = flex] + 0.02 (charge - 50)`, customers who began up to 60
/// months ago.
struct Drawn {
    customers: Strings,
    tenure: Vec<f64>,
    churned: Vec<bool>,
    charge: Vec<Option<f64>>,
    plan: Coded,
}

fn drawn(n: usize, seed: u64) -> Drawn {
    let mut rng = Rng::new(seed);
    let mut out = Drawn {
        customers: (0..n).map(|i| format!("c{i}")).collect(),
        tenure: Vec::new(),
        churned: Vec::new(),
        charge: Vec::new(),
        plan: Coded { names: ["year", "flex"].into_iter().collect(), code: Vec::new() },
    };
    for _ in 0..n {
        let charge = 20.0 + 60.0 * rng.uniform();
        let flex = rng.uniform() < 0.4;
        let h = share_of_log_odds(-3.0 + f64::from(u8::from(flex)) + 0.02 * (charge - 50.0));
        let limit = 1 + rng.below(60);
        let mut months = 0;
        let left = (0..limit).any(|_| {
            months += 1;
            rng.uniform() < h
        });
        out.tenure.push(f64::from(months));
        out.churned.push(left);
        out.charge.push(Some(charge));
        out.plan.code.push(u32::from(flex));
    }
    out
}

impl Drawn {
    fn run(&self, options: &Options) -> Result<EarlyWarning, Problem> {
        let covariates = [
            Covariate { name: "charge", values: Values::Number(&self.charge) },
            Covariate { name: "plan", values: Values::Category(&self.plan) },
        ];
        let input = Input {
            customers: &self.customers,
            tenure_months: &self.tenure,
            churned: &self.churned,
            covariates: &covariates,
        };
        early_warning(&input, options)
    }

    fn permuted(&self, order: &[usize]) -> Self {
        Self {
            customers: order.iter().map(|&i| self.customers.get(i as u32)).collect(),
            tenure: order.iter().map(|&i| self.tenure[i]).collect(),
            churned: order.iter().map(|&i| self.churned[i]).collect(),
            charge: order.iter().map(|&i| self.charge[i]).collect(),
            // Codes given in order of appearance, as a reader of the permuted file would.
            plan: Coded {
                names: ["flex", "year"].into_iter().collect(),
                code: order.iter().map(|&i| 1 - self.plan.code[i]).collect(),
            },
        }
    }
}

#[test]
fn full_history_recovers_the_hazard() {
    let d = drawn(6000, 1);
    let found = d.run(&Options::default()).unwrap();
    let slope = |idx: u32| {
        let c = found.coefficients.iter().find(|c| c.covariate_idx == idx).unwrap();
        (c.slope / c.sd, c.se / c.sd)
    };
    for (idx, truth) in [(0, 0.0), (1, 0.02), (2, 1.0)] {
        let (value, se) = slope(idx);
        assert!((value - truth).abs() < 3.0 * se, "covariate {idx}: {value} +- {se}, not {truth}");
    }
    // p of a present customer against 1 - (1 - h)^12 of the truth.
    let p: Vec<f64> = found.p.iter().flatten().copied().collect();
    let truth = (0..6000).filter(|&i| !d.churned[i]).map(|i| {
        let flex = f64::from(u8::from(d.plan.code[i] == 1));
        scaled_risk(share_of_log_odds(-3.0 + flex + 0.02 * (d.charge[i].unwrap() - 50.0)), 1.0, 12.0)
    });
    let worst = p.iter().zip(truth).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 0.06, "{worst}");
    let judged = &found.judged;
    assert_eq!((judged.months, found.n_holdout, found.horizon_months), (12.0, 1800, 12));
    assert!(judged.brier < judged.brier_of_rate, "{judged:?}");
    for band in &judged.calibration {
        close(band.predicted, band.observed, 0.09);
    }
    // The chance that leaving comes to the one with the higher true hazard, about .68 for these parameters.
    let area = judged.auc.unwrap();
    assert!(area.interval[0] > 0.6 && area.interval[1] < 0.75, "{area:?}");
}

/// Two customers of the same tenure and plan: the log-odds between their probabilities are those of their charges.
#[test]
fn log_odds_between_two_probabilities_are_those_of_the_covariate() {
    let d = drawn(3000, 5);
    let window = ContractDesign::Window { months: 24.0 };
    for design in [ContractDesign::FullHistory, window] {
        let found = d.run(&Options { design, ..Options::default() }).unwrap();
        assert_eq!(found.design, design);
        let charge = found.coefficients.iter().find(|c| c.covariate_idx == 1).unwrap();
        let mut n = 0;
        for i in 1..d.churned.len() {
            let (Some(p), Some(q)) = (found.p[i - 1], found.p[i]) else { continue };
            if d.tenure[i - 1] != d.tenure[i] || d.plan.code[i - 1] != d.plan.code[i] {
                continue;
            }
            let by = charge.slope / charge.sd * (d.charge[i].unwrap() - d.charge[i - 1].unwrap());
            close(found.log_odds_between(d.tenure[i], p, q).unwrap(), by, 1e-9);
            n += 1;
        }
        assert!(n > 3, "{n}");
        assert_eq!(found.log_odds_between(9.0, 0.3, 1.0), None);
        assert_eq!(found.log_odds_between(9.0, f64::NAN, 0.5), None);
    }
}

#[test]
fn probabilities_are_those_of_the_hazards() {
    let d = drawn(400, 2);
    let options = Options { horizon_months: 3, ..Options::default() };
    let found = d.run(&options).unwrap();
    for i in (0..400).filter(|&i| !d.churned[i]).take(50) {
        let log_odds = |t: f64| {
            found.coefficients.iter().fold(found.intercept, |sum, c| {
                let x = match c.covariate_idx {
                    0 => ln(t),
                    1 => d.charge[i].unwrap(),
                    _ => f64::from(u8::from(
                        c.term == Term::Level { level: d.plan.names.get(d.plan.code[i]).to_owned() },
                    )),
                };
                sum + c.slope * (x - c.mean) / c.sd
            })
        };
        let stay: f64 =
            (1..=3).map(|k| 1.0 - share_of_log_odds(log_odds(d.tenure[i] + f64::from(k)))).product();
        close(found.p[i].unwrap(), 1.0 - stay, 1e-10);
    }
    let longer = d.run(&Options { horizon_months: 12, ..options }).unwrap();
    assert!(found.p.iter().flatten().zip(longer.p.iter().flatten()).all(|(a, b)| a < b));
}

#[test]
fn row_order_and_code_order_do_not_matter() {
    let d = drawn(500, 3);
    let mut order: Vec<usize> = (0..500).collect();
    let mut rng = Rng::new(9);
    for i in (1..500).rev() {
        order.swap(i, rng.below(i + 1));
    }
    for design in [ContractDesign::FullHistory, ContractDesign::Window { months: 12.0 }] {
        let options = Options { design, ..Options::default() };
        let (a, b) = (d.run(&options).unwrap(), d.permuted(&order).run(&options).unwrap());
        for (k, &i) in order.iter().enumerate() {
            assert_eq!(a.p[i].is_some(), b.p[k].is_some());
            close(a.p[i].unwrap_or(0.0), b.p[k].unwrap_or(0.0), 1e-9);
        }
        close(a.judged.auc.unwrap().auc, b.judged.auc.unwrap().auc, 1e-9);
        assert_eq!(a.used, b.used);
    }
}

#[test]
fn window_design_is_scaled_to_a_year() {
    let d = drawn(2000, 4);
    let design = |months| Options { design: ContractDesign::Window { months }, ..Options::default() };
    let found = d.run(&design(24.0)).unwrap();
    assert_eq!((found.design, found.judged.months), (ContractDesign::Window { months: 24.0 }, 24.0));
    assert!(found.p.iter().flatten().all(|p| (0.0..=1.0).contains(p)));
    // The same model over 24 months: 1 - (1 - p)^2.
    let two_years = d.run(&Options { horizon_months: 24, ..design(24.0) }).unwrap();
    for (a, b) in found.p.iter().flatten().zip(two_years.p.iter().flatten()) {
        close(scaled_risk(*a, 12.0, 24.0), *b, 1e-12);
    }
    // Half of the file cannot have left within one month.
    let refused = d.run(&design(1.0)).unwrap();
    assert!(refused.implausible_window);
    assert_eq!(
        (refused.design, &refused.p),
        (ContractDesign::FullHistory, &d.run(&Options::default()).unwrap().p)
    );
}

#[test]
fn contributions_add_up_and_come_by_size() {
    let d = drawn(500, 5);
    let found = d.run(&Options::default()).unwrap();
    let mut total = [0.0; 3];
    for (i, top) in found.top.iter().enumerate() {
        assert_eq!(top[0].is_none(), d.churned[i]);
        let parts: Vec<_> = top.iter().flatten().collect();
        assert!(parts.windows(2).all(|w| w[0].log_odds.abs() >= w[1].log_odds.abs()));
        parts.iter().for_each(|c| total[c.covariate_idx as usize] += c.log_odds);
    }
    // Three covariates, so all contributions are listed, and each is measured from its mean.
    total.iter().for_each(|t| close(*t, 0.0, 1e-9));
    // Two customers of equal tenure class differ in log-odds by what their contributions say.
    let flex = (0..500).find(|&i| !d.churned[i] && d.plan.code[i] == 1).unwrap();
    let plan = found.top[flex].iter().flatten().find(|c| c.covariate_idx == 2).unwrap();
    assert!(plan.log_odds > 0.3, "{plan:?}");
}

#[test]
fn protected_attributes_are_left_out_unless_admitted() {
    let d = drawn(300, 6);
    let gender = Coded { names: ["f", "m"].into_iter().collect(), code: (0..300).map(|i| i % 2).collect() };
    let covariates = [Covariate { name: "gender", values: Values::Category(&gender) }];
    let input = Input {
        customers: &d.customers,
        tenure_months: &d.tenure,
        churned: &d.churned,
        covariates: &covariates,
    };
    let found = early_warning(&input, &Options::default()).unwrap();
    assert_eq!(found.left_out, [LeftOut { name: "gender".to_owned(), reason: LeftOutReason::Protected }]);
    assert_eq!(found.used.len(), 1);
    let admitted = early_warning(&input, &Options { admit_protected: true, ..Options::default() }).unwrap();
    assert_eq!((admitted.left_out.len(), admitted.used[1].name.as_str()), (0, "gender"));
}

#[test]
fn too_few_and_degenerate_files() {
    let d = drawn(25, 7);
    assert!(matches!(d.run(&Options::default()), Err(Problem::TooFew { n_customers: 25, needed: 30, .. })));
    let mut d = drawn(100, 8);
    d.churned.fill(true);
    assert!(matches!(d.run(&Options::default()), Err(Problem::TooFew { n_left: 100, .. })));
    // All tenures equal, huge or not a number, charges all the same: still finite.
    for tenure in [0.0, 1.0, 1e15, f64::NAN, -3.0] {
        let mut d = drawn(100, 8);
        d.tenure.fill(tenure);
        d.charge.fill(Some(1e15));
        d.churned = (0..100).map(|i| i % 3 == 0).collect();
        for design in [ContractDesign::FullHistory, ContractDesign::Window { months: 12.0 }] {
            match d.run(&Options { design, ..Options::default() }) {
                Ok(found) => assert!(found.p.iter().flatten().all(|p| (0.0..=1.0).contains(p)), "{tenure}"),
                // With tenure 0 only the leavers were seen at all.
                Err(problem) => assert!(matches!(problem, Problem::NotFitted { .. }), "{tenure} {problem:?}"),
            }
        }
    }
    let mut d = drawn(100, 8);
    d.tenure.pop();
    assert_eq!(d.run(&Options::default()), Err(Problem::Lengths));
}

#[test]
fn a_result_survives_json() {
    let found = drawn(200, 10).run(&Options::default()).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert!(
        text.contains("\"horizonMonths\":12") && text.contains("\"kind\":\"fullHistory\""),
        "{}",
        &text[..300]
    );
    let back: EarlyWarning = serde_json::from_str(&text).unwrap();
    assert_eq!(back.used, found.used);
    assert_eq!(back.p.len(), 200);
}
