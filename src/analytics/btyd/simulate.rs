//! Customers who behave as a model says, for tests.

use super::{Histories, ModelKind};
use crate::math::Rng;

/// Purchase days of one customer, the first one somewhere in the first half of `span_days`, none after its end.
pub(super) fn days(rng: &mut Rng, kind: ModelKind, params: [f64; 4], span_days: u32) -> Vec<i32> {
    let [r, alpha, third, fourth] = params;
    let rate = rng.gamma(r) / (7.0 * alpha);
    // Days until the customer leaves unprompted, and the chance to leave after a purchase.
    let (lifetime, leaves) = match kind {
        ModelKind::ParetoNbd => (rng.exponential() * 7.0 * fourth / rng.gamma(third), 0.0),
        _ => {
            let (leave, stay) = (rng.gamma(third), rng.gamma(fourth));
            (f64::INFINITY, leave / (leave + stay))
        }
    };
    let birth = rng.uniform() * f64::from(span_days) / 2.0;
    let (mut out, mut at) = (Vec::new(), birth);
    while at <= (birth + lifetime).min(f64::from(span_days)) {
        out.push(at as i32);
        let may_leave = kind == ModelKind::MbgNbd || kind == ModelKind::BgNbd && out.len() > 1;
        if may_leave && rng.uniform() < leaves {
            break;
        }
        at += rng.exponential() / rate;
    }
    out.dedup();
    out
}

/// Histories of n of them at the end of `span_days`.
pub(super) fn histories(kind: ModelKind, params: [f64; 4], n: usize, span_days: u32, seed: u64) -> Histories {
    let mut rng = Rng::new(seed);
    let mut out = Histories::default();
    for _ in 0..n {
        let days = days(&mut rng, kind, params, span_days);
        let (first, last) = (days[0], days[days.len() - 1]);
        out.n_repeats.push(days.len() as u32 - 1);
        out.last_purchase_age_weeks.push(f64::from(last - first) / 7.0);
        out.tenure_weeks.push(f64::from(span_days as i32 - first) / 7.0);
    }
    out
}
