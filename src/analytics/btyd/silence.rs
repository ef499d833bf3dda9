//! After how much silence does P(alive) fall below a limit?
//!
//! For `x` repeats, the last after `t_x` weeks, P(alive) falls as the silence `T - t_x` grows, so each limit stands for
//! one silence per customer: `d* = min { d : P(alive | x, t_x, t_x + d/7) < limit }`, days, by bisection to a
//! thousandth of a day. With limits of .5 and .2 (methods.md 2.5) these take the place of the thresholds of the
//! inactivity rule, and dates of alert and exit follow from them as from any other.
//!
//! Degenerate cases: a silence beyond 730 days counts as 730, as in the rule; that includes one-time buyers under
//! BG/NBD, which never doubts them. A customer without a purchase gets the longest threshold.
//!
//! ```
//! use tenure::analytics::btyd::{BetaGeometric, Dropout, History, Model, silence_limit};
//! // MBG/NBD on CDNOW (methods.md 23.3): 2 repeats, the last after 30.43 weeks; at T = 38.86 weeks P is .706.
//! let model = BetaGeometric { dropout: Dropout::AfterAnyPurchase, r: 0.5248, alpha: 6.183, a: 0.8914, b: 1.614 };
//! let days = silence_limit(&model, 2, 30.43, 0.706126);
//! assert!((days / 7.0 - (38.86 - 30.43)).abs() < 0.05);
//! ```

use super::{Fit, History, Model};
use crate::analytics::churn::{RED_DAYS, Threshold};
use crate::customer::Day;
use std::collections::BTreeMap;

/// Days of silence from which P(alive) is below the limit; 730 at most.
#[must_use]
pub fn silence_limit(model: &dyn Model, n_repeats: u32, last_purchase_age_weeks: f64, limit: f64) -> f64 {
    let alive = |days: f64| {
        model.p_alive(&History {
            n_repeats,
            last_purchase_age_weeks,
            tenure_weeks: last_purchase_age_weeks + days / 7.0,
        })
    };
    let (mut low, mut high) = (0.0, RED_DAYS.1);
    if alive(high) >= limit {
        return high;
    }
    while high - low > 1e-3 {
        let middle = 0.5 * (low + high);
        if alive(middle) < limit { high = middle } else { low = middle }
    }
    high
}

/// Alert and exit threshold of every customer by P(alive); `limits` are those of the alert and of the exit.
#[must_use]
pub fn silence_limits(
    fit: &Fit,
    purchases: &[Option<(Day, Day)>],
    n_purchase_days: &[u32],
    limits: (f64, f64),
) -> Vec<Threshold> {
    let model = fit.model();
    // Many customers share a history: one-time buyers above all.
    let mut known: BTreeMap<(u32, i32), Threshold> = BTreeMap::new();
    purchases
        .iter()
        .zip(n_purchase_days)
        .map(|(own, &days)| {
            let Some((first, last)) = *own else { return Threshold::clamped(RED_DAYS.1, RED_DAYS.1) };
            let (repeats, age) = (days.saturating_sub(1), last.0 - first.0);
            *known.entry((repeats, age)).or_insert_with(|| {
                let at = |limit| silence_limit(model.as_ref(), repeats, f64::from(age) / 7.0, limit);
                let red = at(limits.1);
                Threshold::clamped(at(limits.0).min(red), red)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::btyd::{BetaGeometric, Dropout};

    #[test]
    fn the_limit_is_where_p_alive_crosses_it() {
        let model = BetaGeometric {
            dropout: Dropout::AfterAnyPurchase,
            r: 0.5248,
            alpha: 6.183,
            a: 0.8914,
            b: 1.614,
        };
        for (x, age) in [(0, 0.0), (2, 30.43), (7, 29.43), (26, 30.86)] {
            let days = silence_limit(&model, x, age, 0.2);
            let p = |d: f64| {
                model.p_alive(&History {
                    n_repeats: x,
                    last_purchase_age_weeks: age,
                    tenure_weeks: age + d / 7.0,
                })
            };
            assert!(p(days) < 0.2 && p(days - 0.01) >= 0.2 || days >= RED_DAYS.1, "{x}: {days}");
        }
        let never =
            BetaGeometric { dropout: Dropout::AfterRepeat, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        assert!(silence_limit(&never, 0, 0.0, 0.2) >= RED_DAYS.1);
    }
}
