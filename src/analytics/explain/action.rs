//! What to do about this customer, and what is it worth?
//!
//! By stage: shorten exploration (first orders right) and build-up (deepen), prolong stability (protect,
//! share gains fairly, ask for referrals), repair a decline, win back who left if it pays. By class: I
//! release, after the guard rails of exit management; II re-engineer; III keep; IV spare no effort
//! (methods.md 5, 12, 19).
//!
//! Contact: with p the chance of leaving, V what is then lost, c the cost and s the save rate, the expected
//! loss is `L = p V`, the net gain `g = s L - c` (also the most that may be offered on top, the break-even
//! offer), and a contact pays if `p > p* = c / (s V)`; never if V <= 0. For those who left, p = 1 and V is
//! what they would be worth again.

use super::finite;
use crate::analytics::stage::Stage;
use crate::analytics::value_matrix::{Retention, ValueClass};
use serde::{Deserialize, Serialize};

/// What is known for an action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActionInput {
    /// Stage now; `None` without one.
    pub stage: Option<Stage>,
    /// Whether the customer has left.
    pub exited: bool,
    /// Value class.
    pub class: ValueClass,
    /// An exit candidate by all checks.
    pub exit_candidate: bool,
    /// A guard rail holds, or is not known.
    pub rail_holds: bool,
    /// Chance of leaving, 0..=1; not needed for those who left.
    pub p_exit: Option<f64>,
    /// Current value, or for those who left lifetime value if they came back; money.
    pub value: f64,
    /// Growth potential, money.
    pub gp: f64,
    /// Profit of 12 months, money, where costs are known.
    pub profit_12m: Option<f64>,
    /// c: cost of a contact with its offer, money.
    pub contact_cost: f64,
    /// s: share of leavers a contact keeps.
    pub save_rate: f64,
}

/// What the stage asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StageAction {
    /// Exploration: lower uncertainty, make the first orders perfect.
    Onboard,
    /// Build-up: personalize, widen the range.
    Deepen,
    /// Stability: keep the value above the best alternative, share gains fairly, invite referrals.
    Protect,
    /// Decline: find the cause and repair it.
    Repair,
    /// Left: win back.
    WinBack,
    /// Left, and winning back does not pay.
    LetRest,
}

/// Which of the two actions comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Leads {
    /// That of the stage.
    Stage,
    /// That of the class.
    Class,
    /// The release that the class asks for, along its ladder.
    Release,
    /// The release is held by a guard rail: nothing else is done until it clears.
    Hold,
}

/// What an action is worth, money.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Worth {
    /// Net gain of a contact.
    NetGain {
        /// Present value.
        amount: f64,
    },
    /// Growth potential it works for.
    Potential {
        /// Present value.
        amount: f64,
    },
    /// Expected loss it works against.
    AtRisk {
        /// Present value.
        amount: f64,
    },
    /// Loss of 12 months that ends.
    LossEnded {
        /// Per 12 months.
        amount: f64,
    },
    /// Not known.
    Unknown,
}

/// The arithmetic of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// p.
    pub p_exit: f64,
    /// p*; above 1 where no chance of leaving is enough, `None` where V or s is not positive.
    pub p_star: Option<f64>,
    /// L, money.
    pub expected_loss: f64,
    /// g, money; also the break-even offer.
    pub net_gain: f64,
    /// Whether it pays.
    pub pays: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// By stage; `None` without one.
    pub for_stage: Option<StageAction>,
    /// By class.
    pub for_class: Retention,
    /// Which comes first.
    pub leads: Leads,
    /// What the leading one is worth.
    pub worth: Worth,
    /// Whether to get in touch now; `None` where the chance of leaving is not known.
    pub contact: Option<Contact>,
}

/// The arithmetic of a contact; `None` if an input is not a number. Costs below 0 count as 0, shares are
/// clamped to 0..=1.
#[must_use]
pub fn contact(p_exit: f64, value: f64, cost: f64, save_rate: f64) -> Option<Contact> {
    let p_exit = finite(p_exit)?.clamp(0.0, 1.0);
    let save_rate = finite(save_rate)?.clamp(0.0, 1.0);
    let (value, cost) = (finite(value)?, finite(cost)?.max(0.0));
    let expected_loss = p_exit * value.max(0.0);
    let at_stake = save_rate * value;
    Some(Contact {
        p_exit,
        p_star: if at_stake > 0.0 { finite(cost / at_stake) } else { None },
        expected_loss,
        net_gain: save_rate * expected_loss - cost,
        pays: save_rate * expected_loss > cost,
    })
}

/// Recommends by stage and class. A release leads only for an exit candidate; for other customers of class I
/// the stage's action does, at the class's cost of nothing. A stable customer's class leads; else the stage
/// does.
#[must_use]
pub fn action(input: &ActionInput) -> Action {
    let p = if input.exited { Some(1.0) } else { input.p_exit };
    let contact = p.and_then(|p| contact(p, input.value, input.contact_cost, input.save_rate));
    let pays = contact.is_some_and(|c| c.pays);
    let for_stage = if input.exited {
        Some(if pays { StageAction::WinBack } else { StageAction::LetRest })
    } else {
        input.stage.map(|stage| match stage {
            Stage::Exploration => StageAction::Onboard,
            Stage::BuildUp => StageAction::Deepen,
            Stage::Stability => StageAction::Protect,
            Stage::Decline => StageAction::Repair,
        })
    };
    let leads = match (input.exit_candidate && !input.exited, for_stage, input.class) {
        (true, ..) if input.rail_holds => Leads::Hold,
        (true, ..) => Leads::Release,
        (_, None, _) => Leads::Class,
        (_, Some(StageAction::Protect), ValueClass::II | ValueClass::III | ValueClass::IV) => Leads::Class,
        _ => Leads::Stage,
    };
    let money =
        |amount: Option<f64>, worth: fn(f64) -> Worth| amount.and_then(finite).map_or(Worth::Unknown, worth);
    let at_risk = money(contact.map(|c| c.expected_loss), |amount| Worth::AtRisk { amount });
    let potential = money(Some(input.gp), |amount| Worth::Potential { amount });
    let worth = match (leads, for_stage) {
        (Leads::Hold | Leads::Release, _) => {
            money(input.profit_12m.map(|p| (-p).max(0.0)), |amount| Worth::LossEnded { amount })
        }
        (Leads::Class, _) if input.class == ValueClass::II => potential,
        (Leads::Class, _) => at_risk,
        (_, Some(StageAction::Onboard | StageAction::Deepen)) => potential,
        (_, Some(StageAction::Protect)) => at_risk,
        _ => money(contact.map(|c| c.net_gain), |amount| Worth::NetGain { amount }),
    };
    Action { for_stage, for_class: input.class.strategy().retention, leads, worth, contact }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ex_2_7_contact_threshold() {
        let c = contact(0.2, 633.33, 20.0, 0.2).unwrap();
        assert!((c.p_star.unwrap() - 0.158).abs() < 2e-4, "{c:?}");
        assert!(c.pays && !contact(0.157, 633.33, 20.0, 0.2).unwrap().pays);
        assert_eq!(contact(1.0, 0.0, 20.0, 0.2).unwrap().p_star, None);
        assert!(!contact(1.0, -50.0, 0.0, 0.2).unwrap().pays);
    }

    #[test]
    fn ex_24_4_break_even_offers() {
        let gains =
            [500.0, 300.0, 120.0, 90.0, 40.0].map(|loss| contact(0.5, 2.0 * loss, 20.0, 0.2).unwrap());
        for (c, expected) in gains.iter().zip([80.0, 40.0, 4.0, -2.0, -12.0]) {
            assert!((c.net_gain - expected).abs() < 1e-9);
            assert_eq!(c.pays, expected > 0.0);
            assert_eq!(c.pays, c.p_exit > c.p_star.unwrap());
        }
    }

    const INPUT: ActionInput = ActionInput {
        stage: Some(Stage::Decline),
        exited: false,
        class: ValueClass::III,
        exit_candidate: false,
        rail_holds: false,
        p_exit: Some(0.5),
        value: 1000.0,
        gp: 70.0,
        profit_12m: Some(-30.0),
        contact_cost: 20.0,
        save_rate: 0.2,
    };

    #[test]
    fn stage_by_class() {
        let of = |stage, class| action(&ActionInput { stage, class, ..INPUT });
        let repair = of(Some(Stage::Decline), ValueClass::III);
        assert_eq!((repair.for_stage, repair.leads), (Some(StageAction::Repair), Leads::Stage));
        assert_eq!((repair.for_class, repair.worth), (Retention::Keep, Worth::NetGain { amount: 80.0 }));
        let onboard = of(Some(Stage::Exploration), ValueClass::II);
        assert_eq!(
            (onboard.for_stage, onboard.for_class),
            (Some(StageAction::Onboard), Retention::Reengineer)
        );
        assert_eq!(onboard.worth, Worth::Potential { amount: 70.0 });
        assert_eq!(of(Some(Stage::BuildUp), ValueClass::IV).for_stage, Some(StageAction::Deepen));
        let protect = of(Some(Stage::Stability), ValueClass::IV);
        assert_eq!((protect.leads, protect.for_class), (Leads::Class, Retention::OneToOne));
        assert_eq!(protect.worth, Worth::AtRisk { amount: 500.0 });
        assert_eq!(of(None, ValueClass::II).leads, Leads::Class);
        // Class I alone is not a reason to release.
        assert_eq!(of(Some(Stage::Exploration), ValueClass::I).leads, Leads::Stage);
    }

    #[test]
    fn release_waits_for_the_guard_rails() {
        let candidate = ActionInput { exit_candidate: true, class: ValueClass::I, ..INPUT };
        let released = action(&candidate);
        assert_eq!((released.leads, released.worth), (Leads::Release, Worth::LossEnded { amount: 30.0 }));
        let held = action(&ActionInput { rail_holds: true, ..candidate });
        assert_eq!(held.leads, Leads::Hold);
        assert_eq!(action(&ActionInput { profit_12m: None, ..candidate }).worth, Worth::Unknown);
    }

    #[test]
    fn win_back_if_it_pays() {
        let gone = ActionInput { exited: true, p_exit: None, ..INPUT };
        let back = action(&gone);
        assert_eq!(
            (back.for_stage, back.worth),
            (Some(StageAction::WinBack), Worth::NetGain { amount: 180.0 })
        );
        let rest = action(&ActionInput { value: 90.0, ..gone });
        assert_eq!(rest.for_stage, Some(StageAction::LetRest));
        let unknown = action(&ActionInput { p_exit: None, ..INPUT });
        assert_eq!((unknown.contact, unknown.worth), (None, Worth::Unknown));
        assert_eq!(contact(f64::NAN, 1.0, 1.0, 1.0), None);
    }
}
