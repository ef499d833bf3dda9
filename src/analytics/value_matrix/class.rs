//! Where does high begin on each axis, what are the four classes, and what does the matrix advise for each?
//!
//! A value is high where `v >= t`. Of the ascending values of active customers ([`ThresholdRule`]): t is
//! their mean after cutting each to the 1 % and 99 % quantiles; their median; 0; the value of the last of
//! the best who together hold a share of all positive value; or a given amount. Classes: I low CV, low GP;
//! II low, high; III high, low; IV high, high. The advice is closed: three judgements per class, whose
//! texts are the reader's language's affair.
//!
//! Symbols: v and t money (present values) in the file's currency unit, of any sign; share 0..=1; quantiles
//! of type 7.
//!
//! Source: methods.md 5 (thresholds and table of strategies).
//!
//! Degenerate cases: no active customers, or all equal up to rounding: no threshold, nobody is high; so too
//! where no value is positive (top share) or the given amount is not finite.
//!
//! ```
//! use tenure::analytics::value_matrix::*;
//! let (cv, ones) = ([-4.0, 0.0, 1.0, 3.0, 6.0, 10.0], [1.0; 6]);
//! let input = MatrixInput {
//!     exited: &[false; 6],
//!     basis: ValueBasis::Purchases { discounted_purchases: &cv, mean_order_value: &ones, annuity: &ones },
//!     monthly_spend: &ones, margin: 1.0, stages: None, wallet_per_year: None, peer_group: None,
//!     cross_profit: None, new_customer_value: None,
//! };
//! // By hand: 10 + 6 are 80 % of 20.
//! let settings = MatrixSettings { cv_rule: ThresholdRule::TopShare { share: 0.8 }, ..Default::default() };
//! let matrix = value_matrix(&input, &settings);
//! assert_eq!((matrix.cv_threshold, matrix.gp_threshold), (Some(6.0), None));
//! assert_eq!(matrix.class[3..], [ValueClass::I, ValueClass::III, ValueClass::III]);
//! ```

use crate::math::{quantile_sorted, sum};
use serde::{Deserialize, Serialize};

/// Where high begins on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ThresholdRule {
    /// Mean of active customers, winsorised at their 1 % and 99 % quantiles.
    Mean,
    /// Median of active customers.
    Median,
    /// 0.
    BreakEven,
    /// The value of the last of the best active customers who together hold this share of all positive value.
    TopShare {
        /// 0..=1, usually 0.8.
        share: f64,
    },
    /// A given amount.
    Custom {
        /// Money.
        value: f64,
    },
}

/// Class of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ValueClass {
    /// Low current value, low potential.
    I,
    /// Low current value, high potential.
    II,
    /// High current value, low potential.
    III,
    /// High current value, high potential.
    IV,
}

impl ValueClass {
    /// All classes in order.
    pub const ALL: [Self; 4] = [Self::I, Self::II, Self::III, Self::IV];

    /// The class of a pair of judgements.
    #[must_use]
    pub fn of(high_cv: bool, high_gp: bool) -> Self {
        match (high_cv, high_gp) {
            (false, false) => Self::I,
            (false, true) => Self::II,
            (true, false) => Self::III,
            (true, true) => Self::IV,
        }
    }

    /// What the matrix advises for the class.
    #[must_use]
    pub fn strategy(self) -> Strategy {
        let (resources, retention, clv_model) = match self {
            Self::I => (Resources::None, Retention::Release, ClvModel::Abandon),
            Self::II => (Resources::Moderate, Retention::Reengineer, ClvModel::Improve),
            Self::III => (Resources::Focus, Retention::Keep, ClvModel::Maintain),
            Self::IV => (Resources::Top, Retention::OneToOne, ClvModel::Vip),
        };
        Strategy { resources, retention, clv_model }
    }
}

/// What the matrix advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Strategy {
    /// How much to invest.
    pub resources: Resources,
    /// How to treat the relationship.
    pub retention: Retention,
    /// What the customer's lifetime value is managed towards.
    pub clv_model: ClvModel,
}

/// How much to invest in a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Resources {
    /// Nothing.
    None,
    /// Some.
    Moderate,
    /// Much.
    Focus,
    /// Most.
    Top,
}

/// How to treat the relationship with a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Retention {
    /// Let go, after the guard rails of exit management.
    Release,
    /// Rebuild it: past exploration, through build-up, to stability.
    Reengineer,
    /// Keep it at a high level.
    Keep,
    /// Keep and develop it one to one, sparing no effort.
    OneToOne,
}

/// What the lifetime value of a class is managed towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClvModel {
    /// Give up.
    Abandon,
    /// Raise.
    Improve,
    /// Hold.
    Maintain,
    /// Best care.
    Vip,
}

/// Whether ascending values differ by more than rounding.
pub(super) fn has_spread(sorted: &[f64]) -> bool {
    match (sorted.first(), sorted.last()) {
        (Some(low), Some(high)) => high - low > 1e-12 * low.abs().max(high.abs()),
        _ => false,
    }
}

/// Where high begins among the ascending values of active customers; `None` if they do not differ.
pub(super) fn threshold(sorted: &[f64], rule: ThresholdRule) -> Option<f64> {
    if !has_spread(sorted) {
        return None;
    }
    match rule {
        ThresholdRule::Mean => {
            let (low, high) = (quantile_sorted(sorted, 0.01), quantile_sorted(sorted, 0.99));
            Some(sum(sorted.iter().map(|v| v.clamp(low, high))) / sorted.len() as f64)
        }
        ThresholdRule::Median => Some(quantile_sorted(sorted, 0.5)),
        ThresholdRule::BreakEven => Some(0.0),
        ThresholdRule::TopShare { share } => {
            let wanted = share.clamp(0.0, 1.0) * sum(sorted.iter().filter(|v| **v > 0.0).copied());
            let mut held = 0.0;
            let best = sorted.iter().rev().copied();
            best.take_while(|v| {
                let needed = *v > 0.0 && held < wanted;
                held += v;
                needed
            })
            .last()
        }
        ThresholdRule::Custom { value } => value.is_finite().then_some(value),
    }
}
