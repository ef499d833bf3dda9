//! Survival, log-rank, early warning and snapshot stages against published data sets, on the Telco file and on CDNOW.
//!
//! The small data sets are typed in; the files are found as `common` says.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use tenure::analytics::churn::{ContractDesign, Exits, Rule, backtest, backtest_months};
use tenure::analytics::early_warning::{
    Band, Covariate, EarlyWarning, Form, Input, LeftOutReason, Options, P_ALIVE_LIMITS, Values, agreement,
    contacts, early_warning,
};
use tenure::analytics::orders::Orders;
use tenure::analytics::snapshot::{Division, SnapshotInput, SnapshotOptions, TenureTable, snapshot};
use tenure::analytics::survival::{Survival, kaplan_meier, log_rank, period_life_table};
use tenure::customer::{Coded, Day, Ledger, MoneyScale, Strings};

fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{what}: {a} is not {b}");
}

/// A time, how many left at it, and how many were last seen at it.
type Cell = (u32, u32, u32);

/// Waltons et al., fruit flies (lifelines `waltons`): control, miR-137.
const WALTONS: [&[Cell]; 2] = [
    &[
        (7, 1, 1),
        (17, 1, 0),
        (32, 1, 0),
        (33, 1, 0),
        (38, 2, 0),
        (41, 7, 0),
        (45, 9, 1),
        (48, 8, 0),
        (51, 3, 0),
        (53, 7, 0),
        (54, 2, 0),
        (56, 18, 0),
        (58, 4, 0),
        (60, 15, 1),
        (61, 9, 2),
        (63, 9, 0),
        (66, 3, 0),
        (68, 9, 1),
        (69, 12, 1),
        (75, 1, 0),
    ],
    &[
        (6, 1, 0),
        (9, 3, 0),
        (13, 3, 0),
        (15, 2, 0),
        (19, 3, 0),
        (22, 4, 0),
        (26, 5, 0),
        (29, 5, 0),
        (33, 2, 0),
        (36, 2, 0),
        (43, 1, 0),
        (47, 1, 0),
        (62, 2, 0),
    ],
];

/// McKelvey et al. 1976, diffuse histiocytic lymphoma, days (lifelines `lymphoma`): stage III, stage IV.
const LYMPHOMA: [&[Cell]; 2] = [
    &[
        (6, 1, 0),
        (19, 1, 0),
        (32, 1, 0),
        (42, 2, 0),
        (43, 0, 1),
        (94, 1, 0),
        (126, 0, 1),
        (169, 0, 1),
        (207, 1, 0),
        (211, 0, 1),
        (227, 0, 1),
        (253, 1, 0),
        (255, 0, 1),
        (270, 0, 1),
        (310, 0, 1),
        (316, 0, 1),
        (335, 0, 1),
        (346, 0, 1),
    ],
    &[
        (4, 1, 0),
        (6, 1, 0),
        (10, 1, 0),
        (11, 3, 0),
        (13, 1, 0),
        (17, 1, 0),
        (20, 2, 0),
        (21, 1, 0),
        (22, 1, 0),
        (24, 2, 0),
        (29, 1, 0),
        (30, 2, 0),
        (31, 1, 0),
        (33, 1, 0),
        (34, 1, 0),
        (35, 1, 0),
        (39, 1, 0),
        (40, 1, 0),
        (41, 0, 1),
        (43, 0, 1),
        (45, 1, 0),
        (46, 1, 0),
        (50, 1, 0),
        (56, 1, 0),
        (61, 0, 2),
        (63, 1, 0),
        (68, 1, 0),
        (82, 1, 0),
        (85, 1, 0),
        (88, 1, 0),
        (89, 1, 0),
        (90, 1, 0),
        (93, 1, 0),
        (104, 1, 0),
        (110, 1, 0),
        (134, 1, 0),
        (137, 1, 0),
        (160, 0, 1),
        (169, 1, 0),
        (171, 1, 0),
        (173, 1, 0),
        (175, 1, 0),
        (184, 1, 0),
        (201, 1, 0),
        (222, 1, 0),
        (235, 0, 1),
        (247, 0, 1),
        (260, 0, 1),
        (284, 0, 1),
        (290, 0, 1),
        (291, 0, 1),
        (302, 0, 1),
        (304, 0, 1),
        (341, 0, 1),
        (345, 0, 1),
    ],
];

/// Cheibub, Gandhi & Vreeland 2009, years in power (lifelines `dd`), by regime:
/// Civilian Dict, Military Dict, Mixed Dem, Monarchy, Parliamentary Dem, Presidential Dem.
const REGIMES: [&[Cell]; 6] = [
    &[
        (1, 67, 10),
        (2, 25, 3),
        (3, 15, 7),
        (4, 11, 10),
        (5, 15, 4),
        (6, 26, 5),
        (7, 4, 4),
        (8, 7, 5),
        (9, 5, 3),
        (10, 9, 8),
        (11, 8, 3),
        (12, 4, 1),
        (13, 2, 0),
        (14, 5, 2),
        (15, 4, 5),
        (16, 1, 1),
        (17, 3, 3),
        (18, 4, 3),
        (19, 2, 2),
        (20, 2, 1),
        (21, 3, 0),
        (22, 4, 0),
        (23, 0, 1),
        (24, 2, 0),
        (25, 1, 2),
        (26, 1, 1),
        (27, 2, 2),
        (29, 1, 1),
        (30, 2, 1),
        (31, 1, 0),
        (32, 1, 0),
        (33, 0, 1),
        (34, 0, 1),
        (35, 1, 0),
        (42, 0, 1),
        (47, 1, 0),
    ],
    &[
        (1, 55, 6),
        (2, 24, 1),
        (3, 17, 8),
        (4, 15, 3),
        (5, 13, 3),
        (6, 11, 2),
        (7, 5, 0),
        (8, 8, 1),
        (9, 4, 1),
        (10, 3, 2),
        (11, 3, 2),
        (12, 4, 2),
        (13, 3, 3),
        (14, 3, 0),
        (15, 0, 3),
        (16, 1, 1),
        (17, 1, 1),
        (18, 1, 1),
        (19, 2, 2),
        (20, 0, 1),
        (21, 1, 1),
        (22, 1, 2),
        (23, 1, 0),
        (24, 0, 1),
        (26, 1, 1),
        (28, 0, 1),
        (29, 0, 1),
        (30, 0, 2),
        (32, 2, 0),
        (35, 1, 0),
        (38, 0, 1),
        (39, 0, 1),
        (40, 0, 1),
        (46, 0, 1),
    ],
    &[
        (1, 104, 9),
        (2, 59, 13),
        (3, 33, 3),
        (4, 19, 2),
        (5, 8, 0),
        (6, 4, 2),
        (7, 7, 2),
        (8, 2, 1),
        (9, 1, 0),
        (10, 2, 0),
        (11, 2, 0),
        (13, 2, 0),
    ],
    &[
        (1, 3, 1),
        (2, 1, 2),
        (3, 2, 2),
        (4, 1, 2),
        (5, 0, 4),
        (6, 2, 1),
        (7, 2, 2),
        (10, 1, 3),
        (11, 1, 1),
        (12, 0, 1),
        (13, 0, 1),
        (14, 1, 3),
        (17, 0, 1),
        (18, 2, 0),
        (20, 0, 1),
        (23, 1, 1),
        (25, 0, 1),
        (28, 1, 1),
        (29, 1, 0),
        (33, 2, 0),
        (35, 1, 0),
        (36, 0, 1),
        (38, 0, 1),
        (39, 0, 1),
        (44, 0, 1),
        (47, 0, 1),
    ],
    &[
        (1, 175, 20),
        (2, 80, 12),
        (3, 71, 10),
        (4, 32, 11),
        (5, 46, 10),
        (6, 17, 5),
        (7, 12, 3),
        (8, 22, 5),
        (9, 9, 1),
        (10, 9, 0),
        (11, 9, 0),
        (12, 3, 0),
        (13, 5, 0),
        (14, 6, 2),
        (15, 3, 0),
        (16, 2, 0),
        (17, 1, 1),
        (19, 1, 1),
        (23, 1, 0),
    ],
    &[
        (1, 99, 6),
        (2, 19, 9),
        (3, 14, 13),
        (4, 68, 4),
        (5, 46, 5),
        (6, 16, 2),
        (7, 3, 2),
        (8, 7, 4),
        (9, 2, 1),
        (10, 5, 1),
        (12, 1, 0),
    ],
];

/// Grana et al. 2002, grade III glioma, months (lifelines `g3`): radioimmunotherapy, control.
const G3: [&[Cell]; 2] = [
    &[
        (25, 1, 0),
        (28, 0, 1),
        (50, 0, 1),
        (51, 0, 1),
        (53, 1, 0),
        (54, 0, 1),
        (57, 0, 2),
        (58, 0, 1),
        (61, 0, 1),
        (69, 0, 1),
    ],
    &[(9, 1, 0), (19, 1, 0), (32, 1, 0), (34, 1, 0), (48, 0, 1), (50, 0, 1)],
];

/// One row per subject: time, whether it left, group.
fn rows(groups: &[&[Cell]]) -> (Vec<f64>, Vec<bool>, Vec<u32>) {
    let (mut times, mut left, mut group) = (Vec::new(), Vec::new(), Vec::new());
    for (g, cells) in groups.iter().enumerate() {
        for &(time, n_left, n_censored) in *cells {
            for i in 0..n_left + n_censored {
                times.push(f64::from(time));
                left.push(i < n_left);
                group.push(g as u32);
            }
        }
    }
    (times, left, group)
}

fn curve(groups: &[&[Cell]]) -> Survival {
    let (times, left, _) = rows(groups);
    kaplan_meier(&times, &left)
}

fn chi2(groups: &[&[Cell]]) -> (f64, f64) {
    let (times, left, group) = rows(groups);
    let test = log_rank(&times, &left, &group, groups.len()).unwrap();
    assert_eq!(test.degrees as usize, groups.len() - 1);
    (test.chi2, test.p)
}

#[test]
fn reference_1_4_g3_survival_and_bands_of_r() {
    let treated = curve(&G3[..1]);
    close("RIT S(25)", treated.at(25.0), 0.909, 5e-4);
    close("RIT S(53)", treated.at(53.0), 0.779, 5e-4);
    assert_eq!((treated.n, treated.n_events, treated.median), (11, 2, None));
    let control = curve(&G3[1..]);
    let expected = [
        (9.0, 0.833, 0.2731, 0.975),
        (19.0, 0.667, 0.1946, 0.904),
        (32.0, 0.5, 0.1109, 0.804),
        (34.0, 0.333, 0.0461, 0.676),
    ];
    for (time, survival, low, high) in expected {
        let point = control.points.iter().find(|p| p.time == time).unwrap();
        close("control S", point.survival, survival, 5e-4);
        let band = point.band.unwrap();
        close("lower", band.0, low, 5e-5);
        close("upper", band.1, high, 5e-4);
    }
    assert_eq!(control.median, Some(32.0));
}

#[test]
fn reference_1_4_g3_log_rank() {
    let (chi2, p) = chi2(&G3);
    close("chi2", chi2, 6.062_888, 5e-7);
    close("p", p, 0.013_805_2, 5e-8);
}

#[test]
fn reference_1_4_lymphoma_log_rank() {
    let (chi2, p) = chi2(&LYMPHOMA);
    close("chi2", chi2, 6.709_71, 5e-6);
    close("p", p, 0.0096, 5e-5);
}

#[test]
fn reference_1_4_regimes_log_rank_of_six_groups() {
    let (chi2, p) = chi2(&REGIMES);
    close("chi2", chi2, 322.5991, 1e-4);
    assert!(p < 1e-60, "{p}");
}

#[test]
fn reference_1_4_waltons_medians_and_log_rank() {
    let all = curve(&WALTONS);
    assert_eq!((all.n, all.n_events, all.median), (163, 156, Some(56.0)));
    assert_eq!((curve(&WALTONS[..1]).median, curve(&WALTONS[1..]).median), (Some(58.0), Some(26.0)));
    let (chi2, p) = chi2(&WALTONS);
    close("chi2", chi2, 122.249_126, 5e-7);
    close("p", p / 2.036e-28, 1.0, 5e-4);
}

#[test]
fn reference_1_4_a_censored_last_point_keeps_survival_above_zero() {
    for (groups, is_censored) in [(&G3[..1], true), (&LYMPHOMA[..], true), (&WALTONS[..1], false)] {
        let curve = curve(groups);
        let last = curve.points.last().unwrap();
        assert_eq!((last.n_censored > 0, last.survival > 0.0), (is_censored, is_censored), "{last:?}");
    }
}

/// What must hold for any curve: S starts at 1 at most, never rises, lies in its band, and nobody is lost.
#[test]
fn curves_keep_their_invariants() {
    for groups in [&G3[..], &LYMPHOMA[..], &WALTONS[..], &REGIMES[..]] {
        let (times, left, group) = rows(groups);
        let mut reversed = (times.clone(), left.clone(), group.clone());
        reversed.0.reverse();
        reversed.1.reverse();
        reversed.2.reverse();
        assert_eq!(kaplan_meier(&times, &left), kaplan_meier(&reversed.0, &reversed.1));
        let (a, b) = (
            log_rank(&times, &left, &group, groups.len()).unwrap(),
            log_rank(&reversed.0, &reversed.1, &reversed.2, groups.len()).unwrap(),
        );
        close("order", a.chi2, b.chi2, 1e-9);
        for curve in [kaplan_meier(&times, &left), period_life_table(&times, &left, 12)] {
            assert!(curve.points.windows(2).all(|w| w[1].survival <= w[0].survival));
            for point in &curve.points {
                assert!((0.0..=1.0).contains(&point.survival) && point.se.is_finite());
                if let Some((low, high)) = point.band {
                    assert!(0.0 <= low && low <= point.survival && point.survival <= high && high <= 1.0);
                }
            }
            let (events, censored): (u32, u32) =
                curve.points.iter().fold((0, 0), |s, p| (s.0 + p.n_events, s.1 + p.n_censored));
            assert_eq!((curve.n, curve.n_events), (events + censored, events));
        }
    }
}

/// The Telco file by columns.
struct Telco {
    customers: Strings,
    tenure: Vec<f64>,
    churned: Vec<bool>,
    numbers: Vec<(String, Vec<Option<f64>>)>,
    categories: Vec<(String, Coded)>,
}

fn telco() -> Option<Telco> {
    let text = String::from_utf8(common::data("telco/Telco-Customer-Churn.csv")?).unwrap();
    let mut lines = text.lines().map(|l| l.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |name: &str| {
        let j = header.iter().position(|h| *h == name).unwrap();
        rows.iter().map(|r| r[j]).collect::<Vec<&str>>()
    };
    let numbers = ["MonthlyCharges", "TotalCharges"];
    let special = ["customerID", "tenure", "Churn", "MonthlyCharges", "TotalCharges"];
    Some(Telco {
        customers: column("customerID").into_iter().collect(),
        tenure: column("tenure").iter().map(|v| v.parse().unwrap()).collect(),
        churned: column("Churn").iter().map(|v| *v == "Yes").collect(),
        numbers: numbers
            .iter()
            .map(|n| ((*n).to_owned(), column(n).iter().map(|v| v.trim().parse().ok()).collect()))
            .collect(),
        categories: header
            .iter()
            .filter(|h| !special.contains(h))
            .map(|h| {
                let values = column(h);
                let mut code = BTreeMap::new();
                let mut names = Vec::new();
                let codes = values.iter().map(|v| {
                    *code.entry(*v).or_insert_with(|| {
                        names.push(*v);
                        names.len() as u32 - 1
                    })
                });
                let codes = codes.collect();
                ((*h).to_owned(), Coded { names: names.into_iter().collect(), code: codes })
            })
            .collect(),
    })
}

impl Telco {
    fn warn(&self, options: &Options) -> EarlyWarning {
        self.warn_with(&[], options)
    }

    fn warn_with(&self, more: &[Covariate<'_>], options: &Options) -> EarlyWarning {
        let numbers = self.numbers.iter().map(|(n, v)| Covariate { name: n, values: Values::Number(v) });
        let categories =
            self.categories.iter().map(|(n, c)| Covariate { name: n, values: Values::Category(c) });
        let covariates: Vec<Covariate<'_>> = numbers.chain(categories).chain(more.iter().copied()).collect();
        let input = Input {
            customers: &self.customers,
            tenure_months: &self.tenure,
            churned: &self.churned,
            covariates: &covariates,
        };
        early_warning(&input, options).unwrap()
    }
}

/// Predictions are called calibrated where at least nine of the ten bands hold the mean prediction in their interval.
fn calibrated(bands: &[Band]) -> bool {
    bands.len() == 10
        && bands.iter().filter(|b| b.interval.0 <= b.predicted && b.predicted <= b.interval.1).count() >= 9
}

#[test]
fn methods_2_7_telco_full_history() {
    let Some(telco) = telco() else { return };
    let found = telco.warn(&Options::default());
    // The 11 customers of tenure 0 were never at risk.
    assert_eq!((found.n_customers, found.n_left, found.n_holdout), (7032, 1869, 2112));
    let judged = &found.judged;
    assert_eq!((judged.n_left, judged.months), (551, 12.0));
    close("AUC of customer-years", judged.auc.unwrap().auc, 0.876, 0.003);
    close("Brier", judged.brier.unwrap(), 0.0620, 0.0005);
    assert!(judged.brier.unwrap() < 0.8 * judged.brier_of_rate.unwrap());
    assert!(calibrated(&judged.calibration), "{:?}", judged.calibration);
    assert_eq!(found.p.iter().filter(|p| p.is_some()).count(), 7043 - 1869);
    assert!(found.p.iter().flatten().all(|p| (0.0..=1.0).contains(p)));
    close("base rate", found.base_rate.unwrap(), 0.0991, 0.0005);
    // Long contracts hold, and hold those best who have them.
    let slope = |level: &str| {
        let has = |c: &&_| serde_json::to_string(c).unwrap().contains(level);
        found.coefficients.iter().find(has).unwrap().slope
    };
    assert!(slope("Two year") < slope("One year") && slope("One year") < 0.0);
    assert!(found.coefficients[0].slope < 0.0, "churn falls with tenure");
}

#[test]
fn methods_2_7_telco_window() {
    let Some(telco) = telco() else { return };
    let design = ContractDesign::Window { months: 12.0 };
    let found = telco.warn(&Options { design, ..Options::default() });
    let judged = &found.judged;
    assert_eq!((found.design, judged.n_cases, judged.n_left), (design, 2112, 551));
    close("AUC", judged.auc.unwrap().auc, 0.8345, 0.003);
    assert!(
        judged.auc.unwrap().interval[0] < 0.84 && judged.auc.unwrap().interval[1] > 0.84,
        "the usual .84"
    );
    close("Brier", judged.brier.unwrap(), 0.1399, 0.0005);
    assert!(calibrated(&judged.calibration), "{:?}", judged.calibration);
    // methods.md 23.8: nobody can have left a month ago at this rate and these tenures.
    let month = ContractDesign::Window { months: 1.0 };
    assert!(telco.warn(&Options { design: month, ..Options::default() }).implausible_window);
}

#[test]
fn methods_12_telco_leaves_out_protected_and_leaking_columns() {
    let Some(telco) = telco() else { return };
    // As in the longer edition of this file: a score made from the outcome, a value made from another score, a copy.
    let score: Vec<Option<f64>> = telco.churned.iter().map(|&c| Some(if c { 80.0 } else { 30.0 })).collect();
    let cltv: Vec<Option<f64>> = (0..7043).map(|i| Some(f64::from(2000 + i % 4500))).collect();
    let status: Vec<Option<f64>> = telco.churned.iter().map(|&c| Some(f64::from(u8::from(c)))).collect();
    let more = [
        Covariate { name: "Churn Score", values: Values::Number(&score) },
        Covariate { name: "CLTV", values: Values::Number(&cltv) },
        Covariate { name: "Status", values: Values::Number(&status) },
    ];
    let found = telco.warn_with(&more, &Options::default());
    use LeftOutReason::{Outcome, Protected, Separates};
    let left_out: Vec<(&str, LeftOutReason)> =
        found.left_out.iter().map(|l| (l.name.as_str(), l.reason)).collect();
    assert_eq!(
        left_out,
        [
            ("gender", Protected),
            ("SeniorCitizen", Protected),
            ("Partner", Protected),
            ("Dependents", Protected),
            ("Churn Score", Outcome),
            ("CLTV", Outcome),
            ("Status", Separates),
        ]
    );
    let plain = telco.warn(&Options::default());
    assert_eq!((&found.p, &found.used), (&plain.p, &plain.used));
    let total = found.used.iter().find(|u| u.name == "TotalCharges").unwrap();
    assert_eq!((&total.form, total.n_missing), (&Form::PerMonth, 11));
    // Without them next to nothing is lost.
    let admitted = telco.warn(&Options { admit_protected: true, ..Options::default() });
    assert_eq!((admitted.left_out.len(), admitted.used.len()), (0, plain.used.len() + 4));
    close("AUC", admitted.judged.auc.unwrap().auc, plain.judged.auc.unwrap().auc, 0.01);
}

#[test]
fn methods_2_7_telco_contacts_pay_above_the_threshold() {
    let Some(telco) = telco() else { return };
    let found = telco.warn(&Options::default());
    // A year's margin of 30 % of the monthly charge, against the probability of a year.
    let value: Vec<f64> = telco.numbers[0].1.iter().map(|c| 12.0 * 0.3 * c.unwrap()).collect();
    let months = f64::from(found.horizon_months);
    let decided = contacts((&found.p, months), (&value, 12.0), 20.0, 0.2).unwrap();
    for ((p, value), contact) in found.p.iter().zip(&value).zip(&decided.contact) {
        assert_eq!(*contact, p.is_some_and(|p| p * 0.2 * value > 20.0));
    }
    assert!(decided.n_contacts > 50 && decided.net_gain > 0.0, "{}", decided.n_contacts);
    assert!(contacts((&found.p, months), (&value, 36.0), 20.0, 0.2).is_err());
}

#[test]
fn methods_3_8_telco_stages() {
    let Some(telco) = telco() else { return };
    let charge: Vec<f64> = telco.numbers[0].1.iter().map(|v| v.unwrap()).collect();
    let warning = telco.warn(&Options::default());
    let input = SnapshotInput {
        tenure_months: &telco.tenure,
        churned: &telco.churned,
        period_charge: Some(&charge),
        total_charge: Some(&telco.numbers[1].1),
        risk: warning.base_rate.map(|base| (&warning.p[..], base)),
    };
    let table = TenureTable::full_history(&telco.tenure, &telco.churned);
    let found = snapshot(&input, &table, &SnapshotOptions::default());
    assert_eq!(found.division, Division::ThreeStages { end_of_exploration: 1, end_of_build_up: 5 });
    let best = found.fits.best().unwrap();
    for (hazard, expected) in best.hazards.iter().zip([0.05404, 0.01493, 0.00572]) {
        close("hazard", *hazard, expected, 5e-6);
    }
    // Exploration's hazard is that of the first month of the Kaplan-Meier curve.
    close("S(1)", 1.0 - best.hazards[0], kaplan_meier(&telco.tenure, &telco.churned).at(1.0), 1e-12);
    assert_eq!((found.n_present, found.n_patterns), ([244, 383, 4531, 16], [380, 364, 420, 705]));
    assert_eq!(found.n_present.iter().chain(&found.n_patterns).sum::<u32>(), 7043);
    // Twice the base rate is passed by the customers on monthly contracts.
    assert!(found.n_at_risk > 800 && found.n_at_risk < 1000, "{}", found.n_at_risk);
}

fn cdnow() -> Option<Orders> {
    let text = String::from_utf8(common::data("cdnow/cdnowElog.csv")?).unwrap();
    let mut rows: Vec<(String, Day, i64)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let f: Vec<&str> = line.split(',').map(|c| c.trim_matches('"')).collect();
            let part = |range: std::ops::Range<usize>| f[2][range].parse::<u32>().unwrap();
            let day = Day::from_ymd(part(0..4) as i32, part(4..6), part(6..8)).unwrap();
            (f[1].to_owned(), day, (f[4].parse::<f64>().unwrap() * 100.0).round() as i64)
        })
        .collect();
    rows.sort_by(|a, b| tenure::customer::compare_names(&a.0, &b.0));
    let mut names: Vec<&str> = rows.iter().map(|r| r.0.as_str()).collect();
    names.dedup();
    let mut c = 0;
    let customer = rows.iter().map(|r| {
        c += usize::from(r.0 != names[c]);
        c as u32
    });
    Some(Orders::from_ledger(&Ledger {
        customer: customer.collect(),
        day: rows.iter().map(|r| r.1).collect(),
        amount: rows.iter().map(|r| r.2).collect(),
        is_return: vec![false; rows.len()],
        scale: MoneyScale { decimals: 2 },
        customers: names.iter().collect(),
        ..Ledger::default()
    }))
}

/// The rule says 66 % have left, P(alive) < .5 says 73 %, P(alive) < .2 says 11 %; P(alive) by MBG/NBD with the
/// parameters of methods.md 23.7, formula of 7.1.
#[test]
fn methods_2_5_cdnow_rule_and_model() {
    let Some(orders) = cdnow() else { return };
    let as_of = Day::parse_iso("1998-06-30").unwrap();
    let exits = Exits::judge(&orders, as_of);
    let (r, alpha, a, b) = (0.6178, 8.657, 0.5515, 1.0091);
    let p_alive = exits.purchases.iter().zip(&exits.n_purchase_days).map(|(bought, days)| {
        let (first, last) = (*bought)?;
        let x = f64::from(days - 1);
        let weeks = |from: Day, to: Day| f64::from(to.0 - from.0) / 7.0;
        let ratio = (alpha + weeks(first, as_of)) / (alpha + weeks(first, last));
        Some(1.0 / (1.0 + a / (b + x) * tenure::math::powf(ratio, r + x)))
    });
    let p_alive: Vec<Option<f64>> = p_alive.collect();
    close("sum of P(alive)", p_alive.iter().flatten().sum(), 978.5, 0.5);
    let found = agreement(&exits.state, &p_alive, P_ALIVE_LIMITS);
    let of_all = |k: u32| f64::from(k) / 2357.0;
    close("rule: exited", of_all(found.table[2].iter().sum()), 0.665, 5e-4);
    close("P < .5", of_all(found.table.iter().map(|row| row[1] + row[2]).sum()), 0.73, 0.005);
    close("P < .2", of_all(found.table.iter().map(|row| row[2]).sum()), 0.11, 0.005);
}

#[test]
fn methods_2_6_cdnow_backtests_of_three_to_six_months() {
    let Some(orders) = cdnow() else { return };
    let as_of = Day::parse_iso("1998-06-30").unwrap();
    for (months, days) in [(3, 92), (4, 122), (5, 151), (6, 182)] {
        let test = backtest_months(&orders, as_of, months, &Rule::default()).unwrap();
        assert_eq!(test.horizon_days, days);
        assert_eq!(backtest(&orders, as_of, days), Some(test.clone()));
        let (area, (low, high)) = (test.auc.unwrap(), test.auc_interval.unwrap());
        assert!(area > 0.7 && low < area && area < high, "{months}: {area} {low} {high}");
        assert!(test.precision.unwrap() > 0.85 && test.recall.unwrap() > 0.5, "{test:?}");
    }
}
