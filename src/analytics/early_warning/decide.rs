//! Whom to contact, what a score without a contract says, and whether the two definitions of exit agree.

use crate::analytics::churn::State;
use crate::math::{exp_m1, ln_1p};
use serde::{Deserialize, Serialize};

/// A probability `p` of leaving within `from_months`, carried on at the same hazard to `to_months`:
/// `1 - (1 - p)^(to / from)`. 0..=1 for p in 0..=1 and positive months.
#[must_use]
pub fn scaled_risk(p: f64, from_months: f64, to_months: f64) -> f64 {
    if p >= 1.0 { 1.0 } else { -exp_m1(ln_1p(-p.max(0.0)) * (to_months / from_months)) }
}

/// From which probability a contact pays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ContactThreshold {
    /// Contact above this probability, in 0..1.
    Above {
        /// `p* = c / (s V)`.
        p: f64,
    },
    /// Never: nothing is retained (V <= 0 or s = 0), or even a certain loss is worth less than the contact.
    Never,
}

/// `p* = c / (s V)`: contact and offer cost `cost` >= 0, share saved `save_rate` 0..=1, value retained `value`.
#[must_use]
pub fn contact_threshold(cost: f64, save_rate: f64, value: f64) -> ContactThreshold {
    let saved = save_rate * value;
    let p = cost.max(0.0) / saved;
    if saved > 0.0 && p < 1.0 { ContactThreshold::Above { p } } else { ContactThreshold::Never }
}

/// Whom to contact; columns have one entry per customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contacts {
    /// Each customer's `p*`.
    pub threshold: Vec<ContactThreshold>,
    /// Whether their probability is above it.
    pub contact: Vec<bool>,
    /// Customers to contact.
    pub n_contacts: u32,
    /// What contacting them costs.
    pub cost: f64,
    /// What it is expected to retain, costs taken off: the sum of `p s V - c`.
    pub net_gain: f64,
}

/// The months of a probability and of a value differ, so they cannot be compared (methods.md 23.8).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthsDiffer {
    /// Months within which the probability is of leaving.
    pub p_months: f64,
    /// Months the value is over.
    pub value_months: f64,
}

/// Decides for every customer; those without a probability (who have left) are not contacted.
///
/// # Errors
/// [`MonthsDiffer`] where `p` and `value` are over different periods; [`scaled_risk`] brings the one to the other.
pub fn contacts(
    (p, p_months): (&[Option<f64>], f64),
    (value, value_months): (&[f64], f64),
    cost: f64,
    save_rate: f64,
) -> Result<Contacts, MonthsDiffer> {
    if p_months != value_months {
        return Err(MonthsDiffer { p_months, value_months });
    }
    let threshold: Vec<_> = value.iter().map(|&v| contact_threshold(cost, save_rate, v)).collect();
    let mut out = Contacts { contact: Vec::new(), n_contacts: 0, cost: 0.0, net_gain: 0.0, threshold };
    for (i, limit) in out.threshold.iter().enumerate() {
        let p = p.get(i).copied().flatten();
        let above = matches!((p, limit), (Some(p), ContactThreshold::Above { p: limit }) if p > *limit);
        out.contact.push(above);
        if let (true, Some(p)) = (above, p) {
            out.n_contacts += 1;
            out.net_gain += p * save_rate * value[i] - cost.max(0.0);
        }
    }
    out.cost = f64::from(out.n_contacts) * cost.max(0.0);
    Ok(out)
}

/// Early-warning score without a contract, `1 - P(alive)` (methods.md 2.7); `None` where there is no P(alive). Only the
/// order is claimed: [`super::judge()`] on the backtest's cut tells how good it is.
#[must_use]
pub fn silence_score(p_alive: &[Option<f64>]) -> Vec<Option<f64>> {
    p_alive.iter().map(|p| p.filter(|p| p.is_finite()).map(|p| 1.0 - p.clamp(0.0, 1.0))).collect()
}

/// Customer indices by falling score, equal scores by index; customers without one are left out.
#[must_use]
pub fn by_urgency(score: &[Option<f64>]) -> Vec<u32> {
    let mut order: Vec<(f64, u32)> =
        score.iter().enumerate().filter_map(|(i, s)| s.map(|s| (s, i as u32))).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, i)| i).collect()
}

/// How far the rule of silence (2.4) and P(alive) (2.5) agree on who is active, amber and exited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Customers judged by both.
    pub n_customers: u32,
    /// `table[rule][model]`, both in the order active, amber, exited.
    pub table: [[u32; 3]; 3],
    /// `exited[rule][model]`, both in the order not exited, exited.
    pub exited: [[u32; 2]; 2],
    /// Share on the diagonal of `table`.
    pub share: Option<f64>,
    /// Cohen's (1960) kappa of `table`: 1 full agreement, 0 what chance gives; `None` where one side has one class only.
    pub kappa: Option<f64>,
}

/// P(alive) below which a customer is amber, and exited (2.5).
pub const P_ALIVE_LIMITS: (f64, f64) = (0.5, 0.2);

/// Compares the rule's verdict with `p_alive < limits.0` (amber) and `< limits.1` (exited). Customers without a purchase
/// or without P(alive) are left out.
#[must_use]
pub fn agreement(rule: &[State], p_alive: &[Option<f64>], limits: (f64, f64)) -> Agreement {
    let mut table = [[0_u32; 3]; 3];
    for (state, p) in rule.iter().zip(p_alive) {
        let Some(p) = p.filter(|p| p.is_finite()) else { continue };
        let row = match state {
            State::NoPurchase => continue,
            State::Active => 0,
            State::Amber => 1,
            State::Exited => 2,
        };
        table[row][usize::from(p < limits.0) + usize::from(p < limits.1.min(limits.0))] += 1;
    }
    let n: u32 = table.iter().flatten().sum();
    let of_all = |k: u32| f64::from(k) / f64::from(n.max(1));
    let share = of_all((0..3).map(|k| table[k][k]).sum());
    let chance: f64 =
        (0..3).map(|k| of_all(table[k].iter().sum()) * of_all(table.iter().map(|row| row[k]).sum())).sum();
    let mut exited = [[0; 2]; 2];
    for (i, row) in table.iter().enumerate() {
        for (j, count) in row.iter().enumerate() {
            exited[usize::from(i == 2)][usize::from(j == 2)] += count;
        }
    }
    Agreement {
        n_customers: n,
        table,
        exited,
        share: (n > 0).then_some(share),
        kappa: (n > 0 && chance < 1.0).then(|| (share - chance) / (1.0 - chance)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn ex_2_7_decision_threshold() {
        let ContactThreshold::Above { p } = contact_threshold(20.0, 0.2, 633.33) else { panic!() };
        close(p, 0.158, 5e-4);
        for (cost, save, value) in
            [(20.0, 0.2, 0.0), (20.0, 0.2, -5.0), (20.0, 0.0, 100.0), (20.0, 0.2, 99.0)]
        {
            assert_eq!(contact_threshold(cost, save, value), ContactThreshold::Never);
        }
        assert_eq!(contact_threshold(0.0, 0.2, -1.0), ContactThreshold::Never);
        assert_eq!(contact_threshold(0.0, 0.2, 1.0), ContactThreshold::Above { p: 0.0 });
        assert_eq!(contact_threshold(20.0, 0.2, f64::NAN), ContactThreshold::Never);
    }

    #[test]
    fn methods_23_8_months_of_p_and_of_v_must_agree() {
        let p = [Some(0.2), Some(0.1), None, Some(0.9)];
        let value = [633.33, 633.33, 633.33, -10.0];
        let found = contacts((&p, 12.0), (&value, 12.0), 20.0, 0.2).unwrap();
        assert_eq!((found.contact, found.n_contacts, found.cost), (vec![true, false, false, false], 1, 20.0));
        close(found.net_gain, 0.2 * 0.2 * 633.33 - 20.0, 1e-9);
        let refused = contacts((&p, 12.0), (&value, 36.0), 20.0, 0.2);
        assert_eq!(refused, Err(MonthsDiffer { p_months: 12.0, value_months: 36.0 }));
    }

    /// 24.4: c = 20, s = .2, L = p V = 500, 300, 120, 90, 40 gives gains 80, 40, 4, -2, -12: three are contacted.
    #[test]
    fn ex_24_4_is_the_same_rule() {
        let value = [1000.0, 600.0, 240.0, 180.0, 80.0];
        let found = contacts((&[Some(0.5); 5], 12.0), (&value, 12.0), 20.0, 0.2).unwrap();
        assert_eq!((found.n_contacts, found.cost), (3, 60.0));
        close(found.net_gain, 124.0, 1e-9);
    }

    #[test]
    fn risks_scale_like_survival() {
        close(scaled_risk(0.02, 1.0, 12.0), 1.0 - 0.98_f64.powi(12), 1e-12);
        close(scaled_risk(scaled_risk(0.3, 6.0, 12.0), 12.0, 6.0), 0.3, 1e-12);
        assert_eq!((scaled_risk(0.0, 1.0, 12.0), scaled_risk(1.0, 1.0, 12.0)), (0.0, 1.0));
        close(scaled_risk(1e-17, 1.0, 12.0), 1.2e-16, 1e-25);
    }

    #[test]
    fn scores_and_their_order() {
        let score = silence_score(&[Some(0.9), None, Some(0.1), Some(0.1), Some(f64::NAN)]);
        assert_eq!(by_urgency(&score), [2, 3, 0]);
        close(score[0].unwrap(), 0.1, 1e-12);
    }

    #[test]
    fn methods_2_5_agreement_table() {
        use State::{Active, Amber, Exited, NoPurchase};
        let rule = [Active, Active, Amber, Exited, Exited, NoPurchase, Active];
        let p = [Some(0.9), Some(0.4), Some(0.3), Some(0.1), Some(0.6), Some(0.1), None];
        let found = agreement(&rule, &p, P_ALIVE_LIMITS);
        assert_eq!(found.table, [[1, 1, 0], [0, 1, 0], [1, 0, 1]]);
        assert_eq!((found.n_customers, found.exited), (5, [[3, 0], [1, 1]]));
        close(found.share.unwrap(), 0.6, 1e-12);
        // Chance: (2*2 + 1*2 + 2*1) / 25 = .32.
        close(found.kappa.unwrap(), (0.6 - 0.32) / 0.68, 1e-12);
        let nobody = agreement(&[], &[], P_ALIVE_LIMITS);
        assert_eq!((nobody.share, nobody.kappa, nobody.n_customers), (None, None, 0));
        assert_eq!(agreement(&[Active], &[Some(1.0)], P_ALIVE_LIMITS).kappa, None);
        // The limits themselves are not below.
        assert_eq!(agreement(&[Active, Active], &[Some(0.5), Some(0.2)], P_ALIVE_LIMITS).table[0], [1, 1, 0]);
    }
}
