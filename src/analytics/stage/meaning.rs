//! What does a stage mean for the two sides, and what is there to do in it? Stable keys only; the sentences are the
//! locale's (methods.md 3.10, after 陈明亮, c. 2002, and Dwyer, Schurr & Oh 1987).
//!
//! ```
//! use tenure::analytics::stage::{Goal, Stage};
//! assert_eq!(Stage::ALL.map(Stage::goal), [Goal::Shorten, Goal::Shorten, Goal::Prolong, Goal::Repair]);
//! ```

use super::result::Stage;
use serde::{Deserialize, Serialize};

/// What is typical of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Both sides know little of each other.
    LittleMutualUnderstanding,
    /// Both test whether they fit and whether the other is sincere.
    TestingFitAndSincerity,
    /// Uncertainty is typical.
    Uncertainty,
    /// Purchases on trial, in small quantity.
    TrialPurchases,
    /// Both are satisfied.
    MutualSatisfaction,
    /// Trust and dependence grow.
    GrowingTrustAndDependence,
    /// The return on the relationship grows.
    GrowingReturns,
    /// More risk is accepted.
    MoreRiskAccepted,
    /// A promise for the long term, spoken or not.
    LongTermPromise,
    /// Satisfaction is high.
    HighSatisfaction,
    /// Both invest, tangibly and intangibly.
    MutualInvestment,
    /// Volume is large.
    LargeVolume,
    /// Dependence is at its highest.
    HighestDependence,
    /// Volume falls.
    FallingVolume,
    /// One side looks for alternatives.
    LookingForAlternatives,
    /// Dissatisfaction.
    Dissatisfaction,
    /// A better partner was found.
    BetterPartner,
    /// The need has changed.
    ChangedNeed,
}

/// What to do in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Lower the uncertainty.
    LowerUncertainty,
    /// Show what the customer gains.
    ShowValue,
    /// Make the first orders perfect.
    PerfectFirstOrders,
    /// Deepen the relationship.
    Deepen,
    /// Offer what this customer needs.
    Personalize,
    /// Widen the range.
    WidenRange,
    /// Keep the value above that of the best alternative.
    StayAboveAlternative,
    /// Share the gains fairly.
    ShareGains,
    /// Invite referrals.
    InviteReferrals,
    /// Find the cause.
    FindCause,
    /// Repair while the costs of switching still hold.
    RepairWhileSwitchingCosts,
    /// Let go.
    LetGo,
}

/// What to aim for with the time spent in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The sooner over the better.
    Shorten,
    /// The longer the better.
    Prolong,
    /// To be turned around, or ended.
    Repair,
}

impl Stage {
    /// What is typical of the stage.
    #[must_use]
    pub fn signs(self) -> &'static [Sign] {
        use Sign::*;
        match self {
            Self::Exploration => {
                &[LittleMutualUnderstanding, TestingFitAndSincerity, Uncertainty, TrialPurchases]
            }
            Self::BuildUp => {
                &[MutualSatisfaction, GrowingTrustAndDependence, GrowingReturns, MoreRiskAccepted]
            }
            Self::Stability => {
                &[LongTermPromise, HighSatisfaction, MutualInvestment, LargeVolume, HighestDependence]
            }
            Self::Decline => {
                &[FallingVolume, LookingForAlternatives, Dissatisfaction, BetterPartner, ChangedNeed]
            }
        }
    }

    /// What to do.
    #[must_use]
    pub fn advice(self) -> &'static [Advice] {
        use Advice::*;
        match self {
            Self::Exploration => &[LowerUncertainty, ShowValue, PerfectFirstOrders],
            Self::BuildUp => &[Deepen, Personalize, WidenRange],
            Self::Stability => &[StayAboveAlternative, ShareGains, InviteReferrals],
            Self::Decline => &[FindCause, RepairWhileSwitchingCosts, LetGo],
        }
    }

    /// What to aim for: short exploration and build-up, long stability.
    #[must_use]
    pub fn goal(self) -> Goal {
        match self {
            Self::Exploration | Self::BuildUp => Goal::Shorten,
            Self::Stability => Goal::Prolong,
            Self::Decline => Goal::Repair,
        }
    }
}
