//! Who is worth keeping: how much is each customer worth as things are, and how much could be added?
//!
//! **Current value** `CV_i`, present value of future profit if behavior continues, over H = 36 months:
//! purchases: `margin E(M_i) sum_k dE[Y_i]/(1+d_m)^k` ([`crate::analytics::btyd::forecast`], `spend`);
//! contracts: `m_i sum_k S(a_i+k)/S(a_i)/(1+d_m)^k` ([`SurvivalCurve`]). A customer who left has CV = 0;
//! `clv` keeps the model's value, what winning the customer back would be worth.
//!
//! **Growth potential** `GP_i = (U_i + X_i + R_i) annuity_i`, present value of extra profit per month, 0 if
//! left:
//! - up-buying `U = kappa q max(0, W-v) margin`; `v` monthly spend now, `W` monthly spend in the category:
//!   the customer's wallet/12 if known, else the 90 % quantile of `v` among active peers; never below `v`;
//! - cross-buying `X = q sum_j p_j (monthly profit of product j per buyer)`, at most 5 products;
//! - referral `R = rho/12 P(reach S) V_new`; `P(reach S) = sum posterior x {E: q_E q_B, B: q_B, S: 1, D: 0}`.
//!
//! `q = sum posterior x {E .25, B .6, S .9, D .1}` is the level of the relationship; kappa, the levels and
//! rho are judgement, hence settings.
//!
//! **Classes**: at or above the threshold is high; I low CV, low GP; II low, high; III high, low; IV high,
//! high. The thresholds come from active customers; every customer gets a class, so that classes add up to
//! all of them.
//!
//! Symbols: money in the file's currency unit, m, v, W, U, X, R per month, CV, GP, V_new present values;
//! margin, kappa, q, p, posteriors and S shares 0..=1; a tenure in months; d_m discount rate per month; rho
//! referrals per stable customer and year.
//!
//! Source: the customer value matrix of the customer-lifecycle literature (Chen Mingliang, c. 2002),
//! methods.md 5, 23.8.
//!
//! Degenerate cases: an axis on which all active customers are equal has no threshold, all are low
//! ([`Notice`]); so is everybody when nobody is active. Negative current value is never high. A customer
//! who left is low even where a threshold is 0 or negative: there is nothing to keep. Without stages the
//! level `q` is assumed the same for all and there is no R; parts that cannot be computed count 0 and are
//! named in [`Parts`]. Numbers that are not finite count as 0.
//!
//! ```
//! use tenure::analytics::value_matrix::*;
//! // methods.md 5: 50 a month at monthly survival .97 and d = .10 are worth 956.66.
//! let steps: Vec<(f64, f64)> =
//!     (1..=36).map(f64::from).map(|t| (t, tenure::math::powf(0.97, t))).collect();
//! let curve = SurvivalCurve::new(&steps);
//! let basis =
//!     ValueBasis::Survival { monthly_profit: &[50.0, 50.0], tenure_months: &[7.0, 7.0], curve: &curve };
//! let input = MatrixInput {
//!     exited: &[false, true], basis, monthly_spend: &[120.0; 2], margin: 0.3, stages: None,
//!     wallet_per_year: None, peer_group: None, cross_profit: None, new_customer_value: None,
//! };
//! let matrix = value_matrix(&input, &MatrixSettings::default());
//! assert!((matrix.cv[0] - 956.66).abs() < 1e-2);
//! assert!(matrix.cv[1] == 0.0 && (matrix.clv[1] - 956.66).abs() < 1e-2);
//! ```

mod class;
mod curve;
mod growth;

pub use class::{ClvModel, Resources, Retention, Strategy, ThresholdRule, ValueClass};
pub use curve::SurvivalCurve;
pub use growth::{GrowthPart, MissingInput, Part, Parts, cross_profit, referral, up_buying};

use super::discount::{AnnualRate, HORIZON_MONTHS};
use crate::math::sort;
use class::{has_spread, threshold};
use growth::growth;
use serde::{Deserialize, Serialize};

/// How far thresholds are moved to see who changes class.
const FLIP_SHARE: f64 = 0.2;

/// Total of the last 12 months as a rate per month, for a customer first seen `months_since_first` ago: divided by
/// those months, at least 3, at most 12.
#[must_use]
pub fn monthly_rate(total_last_12_months: f64, months_since_first: f64) -> f64 {
    let months = if months_since_first.is_finite() { months_since_first.clamp(3.0, 12.0) } else { 12.0 };
    finite(total_last_12_months) / months
}

fn finite(v: f64) -> f64 {
    if v.is_finite() { v } else { 0.0 }
}

/// What current value rests on; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueBasis<'a> {
    /// Customers who buy when they like.
    Purchases {
        /// Discounted expected purchases over the horizon.
        discounted_purchases: &'a [f64],
        /// Expected amount of an order, money.
        mean_order_value: &'a [f64],
        /// Present value of one unit a month while the customer stays.
        annuity: &'a [f64],
    },
    /// Customers with a contract, or any with a survival curve where no purchase model could be fitted.
    Survival {
        /// Profit per month, money; see [`monthly_rate`].
        monthly_profit: &'a [f64],
        /// Tenure in months.
        tenure_months: &'a [f64],
        /// Survival by tenure.
        curve: &'a SurvivalCurve,
    },
}

/// What the matrix is computed from; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixInput<'a> {
    /// Whether the customer has left.
    pub exited: &'a [bool],
    /// What current value rests on.
    pub basis: ValueBasis<'a>,
    /// v: spend per month now, money; see [`monthly_rate`].
    pub monthly_spend: &'a [f64],
    /// Gross margin, share of revenue.
    pub margin: f64,
    /// Probabilities of exploration, build-up, stability and decline; all 0 where a customer has none.
    pub stages: Option<&'a [[f64; 4]]>,
    /// Spend in the category with all suppliers per year, money, where known.
    pub wallet_per_year: Option<&'a [Option<f64>]>,
    /// Peer group of each customer, for the wallet; absent: all are peers.
    pub peer_group: Option<&'a [u32]>,
    /// Expected monthly profit from products not owned, before q; see [`cross_profit`].
    pub cross_profit: Option<&'a [f64]>,
    /// V_new: mean lifetime value of a new customer, money.
    pub new_customer_value: Option<f64>,
}

/// What the user may change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatrixSettings {
    /// Share of the open wallet that a good relationship wins.
    pub kappa: f64,
    /// Level of the relationship in exploration, build-up, stability and decline.
    pub stage_levels: [f64; 4],
    /// Level for customers without a stage.
    pub level_without_stage: f64,
    /// rho: referrals per stable customer and year.
    pub referrals_per_year: f64,
    /// Probabilities of going on from exploration to build-up (q_E) and from build-up to stability (q_B).
    pub reach_next: [f64; 2],
    /// H.
    pub horizon_months: u32,
    /// Discount rate.
    pub rate: AnnualRate,
    /// Where high current value begins.
    pub cv_rule: ThresholdRule,
    /// Where high growth potential begins.
    pub gp_rule: ThresholdRule,
}

impl Default for MatrixSettings {
    fn default() -> Self {
        let stage_levels = [0.25, 0.6, 0.9, 0.1];
        Self {
            kappa: 0.2,
            stage_levels,
            // The mean level: it moves the amount of U and X but not who has more of them.
            level_without_stage: stage_levels.iter().sum::<f64>() / 4.0,
            referrals_per_year: 0.1,
            reach_next: [0.75, 0.8],
            horizon_months: HORIZON_MONTHS,
            rate: AnnualRate::default(),
            cv_rule: ThresholdRule::Mean,
            gp_rule: ThresholdRule::Mean,
        }
    }
}

/// An axis of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Axis {
    /// Current value.
    CurrentValue,
    /// Growth potential.
    GrowthPotential,
}

/// A word that belongs beside the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Notice {
    /// Nobody is active: there are no thresholds, everybody is low.
    NobodyActive,
    /// All active customers are equal on an axis: there is no threshold, everybody is low on it.
    NoSpread {
        /// The axis.
        axis: Axis,
    },
    /// Active customers without a stage, whose relationship level is assumed.
    LevelAssumed {
        /// How many.
        n: u32,
        /// The level, 0..=1.
        level: f64,
    },
    /// Active customers whose wallet is estimated from their peers.
    WalletEstimated {
        /// How many.
        n: u32,
    },
}

/// Customers who change class when both thresholds move by 20 % of their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Flips {
    /// Thresholds 20 % lower.
    pub lower: u32,
    /// Thresholds 20 % higher.
    pub higher: u32,
}

/// The matrix; columns with one row per customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueMatrix {
    /// Current value, money; 0 for customers who left.
    pub cv: Vec<f64>,
    /// Growth potential, money; 0 for customers who left.
    pub gp: Vec<f64>,
    /// Lifetime value by the model, money, for everybody: what is kept, or could be won back.
    pub clv: Vec<f64>,
    /// Class.
    pub class: Vec<ValueClass>,
    /// Largest part of the growth potential; absent where it is 0.
    pub largest_part: Vec<Option<GrowthPart>>,
    /// Current value from which it is high, money.
    pub cv_threshold: Option<f64>,
    /// Growth potential from which it is high, money.
    pub gp_threshold: Option<f64>,
    /// What growth potential consists of.
    pub parts: Parts,
    /// Customers who change class when thresholds move.
    pub flips: Flips,
    /// What to say beside the matrix.
    pub notices: Vec<Notice>,
}

/// Computes values and classes of all customers; the number of customers is that of `exited`, and a shorter column
/// counts as 0 (or absent) beyond its end.
#[must_use]
pub fn value_matrix(input: &MatrixInput, settings: &MatrixSettings) -> ValueMatrix {
    let (clv, annuity) = lifetime_values(input, settings);
    let n = input.exited.len();
    let cv: Vec<f64> = (0..n).map(|i| if input.exited[i] { 0.0 } else { clv[i] }).collect();
    let mut notices = Vec::new();
    let growth = growth(input, settings, &annuity, &mut notices);

    let thresholds = Thresholds {
        cv: threshold(&active(input.exited, &cv), settings.cv_rule),
        gp: threshold(&active(input.exited, &growth.gp), settings.gp_rule),
    };
    let class = thresholds.classes(input.exited, &cv, &growth.gp, 0.0);
    let changed = |moved: f64| {
        let then = thresholds.classes(input.exited, &cv, &growth.gp, moved);
        class.iter().zip(then).filter(|(now, then)| **now != *then).count() as u32
    };
    let flips = Flips { lower: changed(-FLIP_SHARE), higher: changed(FLIP_SHARE) };
    notices.extend(spread_notices(input.exited, &cv, &growth.gp));
    ValueMatrix {
        cv,
        gp: growth.gp,
        clv,
        class,
        largest_part: growth.largest,
        cv_threshold: thresholds.cv,
        gp_threshold: thresholds.gp,
        parts: growth.parts,
        flips,
        notices,
    }
}

/// Values of active customers, ascending.
fn active(exited: &[bool], values: &[f64]) -> Vec<f64> {
    let mut kept: Vec<f64> = exited.iter().zip(values).filter(|(out, _)| !**out).map(|(_, v)| *v).collect();
    sort(&mut kept);
    kept
}

fn spread_notices(exited: &[bool], cv: &[f64], gp: &[f64]) -> Vec<Notice> {
    if exited.iter().all(|&out| out) {
        return vec![Notice::NobodyActive];
    }
    [(cv, Axis::CurrentValue), (gp, Axis::GrowthPotential)]
        .into_iter()
        .filter(|(values, _)| !has_spread(&active(exited, values)))
        .map(|(_, axis)| Notice::NoSpread { axis })
        .collect()
}

/// Where high begins on both axes; `None` where it begins nowhere.
struct Thresholds {
    cv: Option<f64>,
    gp: Option<f64>,
}

impl Thresholds {
    /// Classes with thresholds moved by a share of their size.
    fn classes(&self, exited: &[bool], cv: &[f64], gp: &[f64], moved: f64) -> Vec<ValueClass> {
        let high = |v: f64, from: Option<f64>| from.is_some_and(|t| v >= t + moved * t.abs());
        (0..exited.len())
            .map(|i| {
                let keep = !exited[i];
                // Whoever costs more than they bring is not worth keeping as things are, whatever the others do.
                ValueClass::of(keep && cv[i] >= 0.0 && high(cv[i], self.cv), keep && high(gp[i], self.gp))
            })
            .collect()
    }
}

/// `(clv, annuity)` of every customer as if active.
fn lifetime_values(input: &MatrixInput, settings: &MatrixSettings) -> (Vec<f64>, Vec<f64>) {
    let n = input.exited.len();
    match input.basis {
        ValueBasis::Purchases { discounted_purchases, mean_order_value, annuity } => (0..n)
            .map(|i| {
                let clv = input.margin * at(mean_order_value, i) * at(discounted_purchases, i);
                (finite(clv), at(annuity, i))
            })
            .unzip(),
        ValueBasis::Survival { monthly_profit, tenure_months, curve } => {
            let factors = settings.rate.factors(settings.horizon_months);
            (0..n)
                .map(|i| {
                    let annuity = curve.annuity(at(tenure_months, i), &factors);
                    (finite(at(monthly_profit, i) * annuity), annuity)
                })
                .unzip()
        }
    }
}

fn at(column: &[f64], i: usize) -> f64 {
    column.get(i).copied().map_or(0.0, finite)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn close(x: f64, expected: f64, tolerance: f64) -> bool {
        (x - expected).abs() <= tolerance * expected.abs()
    }

    /// Monthly survival .97, observed for `months`.
    fn curve(months: i32) -> SurvivalCurve {
        SurvivalCurve::new(&(1..=months).map(|t| (f64::from(t), 0.97_f64.powi(t))).collect::<Vec<_>>())
    }

    /// Purchases whose lifetime value is given: margin 1, order value 1.
    fn input<'a>(
        exited: &'a [bool],
        values: &'a [f64],
        ones: &'a [f64],
        spend: &'a [f64],
    ) -> MatrixInput<'a> {
        MatrixInput {
            exited,
            basis: ValueBasis::Purchases {
                discounted_purchases: values,
                mean_order_value: ones,
                annuity: ones,
            },
            monthly_spend: spend,
            margin: 1.0,
            stages: None,
            wallet_per_year: None,
            peer_group: None,
            cross_profit: None,
            new_customer_value: None,
        }
    }

    #[test]
    fn ex_5_annuity_and_current_value() {
        let factors = AnnualRate::default().factors(36);
        for (observed, tenure) in [(120, 0.0), (120, 17.0), (12, 0.0), (12, 30.0), (2, 5.0)] {
            let annuity = curve(observed).annuity(tenure, &factors);
            assert!(close(annuity, 19.1333, 3e-6), "{observed} {tenure}: {annuity}");
            assert!(close(50.0 * annuity, 956.66, 1e-5));
        }
    }

    #[test]
    fn ex_5_parts_of_growth_potential() {
        assert!(close(up_buying(0.2, 0.9, 200.0, 120.0, 0.3), 4.32, 1e-12));
        let cross = cross_profit(&[(0.25, 40.0 * 0.3), (0.10, 90.0 * 0.3)]);
        assert!(close(0.9 * cross, 5.13, 1e-12));
        assert!(close(referral(0.1, 0.9, 400.0), 3.0, 1e-12));
        assert!(close(19.1333 * (4.32 + 5.13 + 3.0), 238.21, 1e-4));
        assert_eq!(cross_profit(&[(0.5, 2.0); 9]), 5.0, "five products count");
    }

    #[test]
    fn ex_5_growth_potential_of_one_customer_among_others() {
        let survival = curve(60);
        // P(reach S) = .9 by the stages; q = .9 by setting decline's level to stability's.
        let settings = MatrixSettings { stage_levels: [0.25, 0.6, 0.9, 0.9], ..Default::default() };
        let matrix = value_matrix(
            &MatrixInput {
                exited: &[false, true],
                basis: ValueBasis::Survival {
                    monthly_profit: &[50.0, 50.0],
                    tenure_months: &[7.0, 7.0],
                    curve: &survival,
                },
                monthly_spend: &[120.0, 120.0],
                margin: 0.3,
                stages: Some(&[[0.0, 0.0, 0.9, 0.1]; 2]),
                wallet_per_year: Some(&[Some(2400.0), Some(2400.0)]),
                peer_group: None,
                cross_profit: Some(&[5.7, 5.7]),
                new_customer_value: Some(400.0),
            },
            &settings,
        );
        assert!(close(matrix.gp[0], 238.21, 1e-4), "{}", matrix.gp[0]);
        assert!(close(matrix.cv[0], 956.66, 1e-5));
        assert_eq!((matrix.cv[1], matrix.gp[1]), (0.0, 0.0), "nothing is kept of who left");
        assert!(close(matrix.clv[1], 956.66, 1e-5), "but winning back would be worth it");
        assert_eq!(matrix.largest_part, [Some(GrowthPart::CrossBuying), None]);
        let Part::Computed { total } = matrix.parts.referral else { panic!("{:?}", matrix.parts) };
        assert!(close(total, 3.0 * 19.1333, 1e-4));
    }

    #[test]
    fn classes_follow_the_mean_of_active_customers_and_add_up() {
        let exited = [false, false, false, false, true];
        let values = [1.0, 1.0, 9.0, 9.0, 1000.0];
        let spend = [100.0, 10.0, 100.0, 10.0, 500.0];
        let ones = [1.0; 5];
        let matrix = value_matrix(&input(&exited, &values, &ones, &spend), &MatrixSettings::default());
        assert!(close(matrix.cv_threshold.unwrap(), 5.0, 1e-12), "the one who left does not count");
        use ValueClass::{I, II, III, IV};
        assert_eq!(matrix.class, [I, II, III, IV, I]);
        assert_eq!(matrix.clv[4], 1000.0);
        // kappa .2 x level .4625 x (90 % quantile of active peers 100 - 10).
        assert!(close(matrix.gp[1], 0.2 * 0.4625 * 90.0, 1e-12), "{:?}", matrix.gp);
        assert_eq!(matrix.parts.cross_buying, Part::Missing { input: MissingInput::Products });
        assert_eq!(matrix.parts.referral, Part::Missing { input: MissingInput::Stages });
        assert!(matrix.notices.contains(&Notice::WalletEstimated { n: 4 }));
        assert!(matrix.notices.contains(&Notice::LevelAssumed { n: 4, level: 0.4625 }));
    }

    #[test]
    fn section_5_wallets_come_from_the_customer_or_from_peers_of_the_group() {
        let spend = [100.0, 20.0, 4.0, 2.0];
        let base = input(&[false; 4], &[1.0; 4], &[1.0; 4], &spend);
        let wallets = [None, Some(12.0 * 50.0), None, Some(12.0 * 1.0)];
        let grouped =
            MatrixInput { peer_group: Some(&[7, 7, 3, 3]), wallet_per_year: Some(&wallets), ..base };
        let settings = MatrixSettings { kappa: 1.0, level_without_stage: 1.0, ..Default::default() };
        let gp = value_matrix(&grouped, &settings).gp;
        // Group 7: quantile 92, below the 100 spent; known 50 - 20; group 3: quantile 3.8 < 4; known 1 < 2.
        assert_eq!(gp, [0.0, 30.0, 0.0, 0.0]);
        let alone = MatrixInput { wallet_per_year: None, ..grouped };
        let gp = value_matrix(&alone, &settings).gp;
        assert!(close(gp[1], 92.0 - 20.0, 1e-12) && close(gp[3], 3.8 - 2.0, 1e-12), "{gp:?}");
    }

    #[test]
    fn ties_at_the_threshold_are_high_and_flips_are_counted() {
        let settings =
            MatrixSettings { cv_rule: ThresholdRule::Custom { value: 10.0 }, ..Default::default() };
        let values = [7.9, 8.0, 10.0, 11.9, 12.0];
        let m = value_matrix(&input(&[false; 5], &values, &[1.0; 5], &[5.0; 5]), &settings);
        use ValueClass::{I, III};
        assert_eq!(m.class, [I, I, III, III, III]);
        assert_eq!(m.flips, Flips { lower: 1, higher: 2 });
        assert_eq!(m.notices.iter().filter(|n| matches!(n, Notice::NoSpread { .. })).count(), 1, "equal GP");
    }

    #[test]
    fn threshold_rules() {
        let values = [-4.0, 0.0, 1.0, 3.0, 6.0, 10.0];
        assert_eq!(threshold(&values, ThresholdRule::Median), Some(2.0));
        assert_eq!(threshold(&values, ThresholdRule::BreakEven), Some(0.0));
        assert_eq!(threshold(&values, ThresholdRule::TopShare { share: 0.8 }), Some(6.0), "16 of 20");
        assert_eq!(threshold(&values, ThresholdRule::TopShare { share: 0.81 }), Some(3.0));
        let mut many = vec![1.0; 999];
        many.push(1e9);
        let mean = threshold(&many, ThresholdRule::Mean).unwrap();
        assert_eq!(mean, 1.0, "one in a thousand is cut to the 99 % quantile");
    }

    #[test]
    fn zero_variance_and_nobody_make_everybody_low() {
        let settings = MatrixSettings { cv_rule: ThresholdRule::BreakEven, ..Default::default() };
        let equal = value_matrix(&input(&[false; 3], &[7.0; 3], &[1.0; 3], &[2.0; 3]), &settings);
        assert_eq!(equal.class, [ValueClass::I; 3]);
        assert!(equal.notices.contains(&Notice::NoSpread { axis: Axis::CurrentValue }));
        let gone = value_matrix(&input(&[true; 2], &[7.0, 8.0], &[1.0; 2], &[2.0; 2]), &settings);
        assert_eq!((gone.class.as_slice(), gone.cv_threshold), ([ValueClass::I; 2].as_slice(), None));
        assert_eq!(gone.notices, [Notice::NobodyActive]);
        let none = value_matrix(&input(&[], &[], &[], &[]), &settings);
        assert!(none.class.is_empty());
        let broken = value_matrix(&input(&[false; 2], &[f64::NAN], &[], &[f64::INFINITY]), &settings);
        assert!(broken.cv.iter().chain(&broken.gp).all(|v| v.is_finite()));
    }

    #[test]
    fn who_left_is_never_high_at_break_even() {
        let settings = MatrixSettings { cv_rule: ThresholdRule::BreakEven, ..Default::default() };
        let m = value_matrix(
            &input(&[false, false, true], &[-5.0, 0.0, 9.0], &[1.0; 3], &[1.0, 2.0, 3.0]),
            &settings,
        );
        assert_eq!(m.class[2], ValueClass::I);
        assert_eq!(m.class[1], ValueClass::III);
    }

    #[test]
    fn section_21_negative_current_value_is_class_i_or_ii() {
        let values = [-9.0, -3.0, -1.0];
        let m = value_matrix(&input(&[false; 3], &values, &[1.0; 3], &[1.0, 2.0, 30.0]), &Default::default());
        assert!(m.cv_threshold.unwrap() < -1.0);
        assert_eq!(m.class.iter().max(), Some(&ValueClass::II), "{:?}", m.class);
    }

    #[test]
    fn survival_beyond_the_last_time_and_at_zero() {
        let flat = SurvivalCurve::new(&[(1.0, 0.9), (20.0, 0.9)]);
        assert_eq!(flat.at(500.0), 0.9, "no hazard in the last quarter");
        let ended = SurvivalCurve::new(&[(5.0, 0.5), (9.0, 0.25), (10.0, 0.0)]);
        assert!(ended.at(10.0) > 0.0 && ended.at(40.0) < 1e-3);
        assert_eq!(SurvivalCurve::default().at(3.0), 1.0);
    }

    #[test]
    fn section_5_rates_per_month_and_classes_in_serde() {
        assert_eq!(monthly_rate(120.0, 40.0), 10.0);
        assert_eq!(monthly_rate(120.0, 6.0), 20.0);
        assert_eq!(monthly_rate(120.0, 0.5), 40.0);
        assert_eq!(serde_json::to_string(&ValueClass::ALL).unwrap(), r#"["I","II","III","IV"]"#);
        assert_eq!(ValueClass::II.strategy().retention, Retention::Reengineer);
        assert_eq!(ValueClass::IV.strategy().clv_model, ClvModel::Vip);
    }
}
