//! Why this warning?

use super::{Change, Explanation, Fact, NoChange, finite};
use crate::analytics::churn::{Rhythm, State, Threshold};
use crate::customer::Day;
use crate::math::stats::normal_cdf;
use crate::math::{exp, ln};

/// What is known of a customer's silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarningInput {
    /// The day on which it is judged.
    pub as_of: Day,
    /// Last purchase; `None` without one.
    pub last_purchase: Option<Day>,
    /// Amber and red.
    pub threshold: Threshold,
    /// The customer's own rhythm; `None` with a single purchase.
    pub rhythm: Option<Rhythm>,
    /// Gaps seen.
    pub n_gaps: u32,
    /// Chance of still being a customer, where the model can tell.
    pub p_alive: Option<f64>,
}

/// Explains an alert: silence against the thresholds, its place among the own gaps, the model's opinion.
#[must_use]
pub fn warning(input: &WarningInput) -> Explanation {
    let mut out = Explanation { facts: Vec::with_capacity(3), changes: Vec::with_capacity(2) };
    let Some(last) = input.last_purchase else { return out.no_change(NoChange::Unknown) };
    let days = i64::from(input.as_of.0) - i64::from(last.0);
    let silence_days = days.clamp(0, i64::from(u32::MAX)) as u32;
    let (silence, t) = (f64::from(silence_days), input.threshold);
    let state = if silence > t.red_days {
        State::Exited
    } else if silence > t.amber_days {
        State::Amber
    } else {
        State::Active
    };
    // The first day on which silence exceeds the threshold.
    let first_beyond = |days: f64| Day(last.0.saturating_add(days.floor() as i32).saturating_add(1));
    let (amber_date, red_date) = (first_beyond(t.amber_days), first_beyond(t.red_days));
    out.facts.push(Fact::Silence {
        state,
        silence_days,
        amber_days: t.amber_days,
        red_days: t.red_days,
        amber_date,
        red_date,
    });
    if input.n_gaps == 0 {
        out.facts.push(Fact::BoughtOnce);
    }
    out.facts.extend(input.rhythm.filter(|_| input.n_gaps > 0).and_then(|rhythm| {
        Some(Fact::SilenceRank {
            share: finite(shorter_gaps(rhythm, silence))?,
            typical_gap_days: finite(exp(rhythm.mu))?,
            n_gaps: input.n_gaps,
        })
    }));
    if let Some(p_alive) = input.p_alive.filter(|p| p.is_finite()) {
        out.facts.push(Fact::PAlive { p_alive });
    }
    let until = |date: Day| date.0.saturating_sub(input.as_of.0);
    let silence_until = |date: Day, becomes| Change::SilenceUntil { date, in_days: until(date), becomes };
    let order = |last_day: Option<Day>| Change::OrderBy {
        last_day,
        within_days: last_day.map(until),
        becomes: State::Active,
    };
    match state {
        State::Exited => out.changes.push(order(None)),
        State::Amber => {
            let last_day = Day(red_date.0.saturating_sub(1));
            out.changes.extend([order(Some(last_day)), silence_until(red_date, State::Exited)]);
        }
        // With both thresholds between two days, amber is skipped.
        _ if amber_date == red_date => out.changes.push(silence_until(red_date, State::Exited)),
        _ => out.changes.push(silence_until(amber_date, State::Amber)),
    }
    out
}

/// Share of a rhythm's gaps that are shorter than a silence in days.
fn shorter_gaps(rhythm: Rhythm, silence: f64) -> f64 {
    if silence <= 0.0 {
        return 0.0;
    }
    let above = ln(silence) - rhythm.mu;
    if rhythm.sigma > 0.0 {
        normal_cdf(above / rhythm.sigma)
    } else if above == 0.0 {
        0.5
    } else {
        f64::from(u8::from(above > 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::churn::{GapStats, Pool, PoolSource};

    /// methods.md 2.4: gaps 20..40, amber 49.8 days, red 71.2.
    fn ex_2_4(silence: i32) -> WarningInput {
        let pool = Pool { mu0: ln(45.0), sigma0: 0.6, n_customers: 9, source: PoolSource::OwnRhythms };
        let rhythm = GapStats::of([20.0, 25.0, 30.0, 35.0, 40.0]).shrunk(&pool);
        WarningInput {
            as_of: Day(1000 + silence),
            last_purchase: Some(Day(1000)),
            threshold: rhythm.threshold(),
            rhythm: Some(rhythm),
            n_gaps: 5,
            p_alive: Some(0.4),
        }
    }

    #[test]
    fn ex_2_4_silence_of_59_days_is_amber() {
        let why = warning(&ex_2_4(59));
        let silence = |f: &Fact| match *f {
            Fact::Silence { state, silence_days, amber_date, red_date, .. } => {
                Some((state, silence_days, amber_date, red_date))
            }
            _ => None,
        };
        assert_eq!(silence(&why.facts[0]), Some((State::Amber, 59, Day(1050), Day(1072))));
        // Phi((ln 59 - 3.5350) / .4440) = Phi(1.2218)
        match why.facts[1] {
            Fact::SilenceRank { share, typical_gap_days, n_gaps: 5 } => {
                assert!((share - 0.8891).abs() < 5e-4, "{share}");
                assert!((typical_gap_days - 34.3).abs() < 0.1, "{typical_gap_days}");
            }
            f => panic!("{f:?}"),
        }
        assert_eq!(why.facts[2], Fact::PAlive { p_alive: 0.4 });
        let order =
            Change::OrderBy { last_day: Some(Day(1071)), within_days: Some(12), becomes: State::Active };
        let silence = Change::SilenceUntil { date: Day(1072), in_days: 13, becomes: State::Exited };
        assert_eq!(why.changes, [order, silence]);
    }

    #[test]
    fn the_day_named_is_the_day_of_change() {
        for silence in 0..90 {
            let now = warning(&ex_2_4(silence));
            let state = |why: &Explanation| match why.facts[0] {
                Fact::Silence { state, .. } => state,
                f => panic!("{f:?}"),
            };
            for change in &now.changes {
                let Change::SilenceUntil { in_days, becomes, .. } = *change else { continue };
                assert!(in_days > 0);
                assert_eq!(state(&warning(&ex_2_4(silence + in_days))), becomes, "{silence}");
                assert_eq!(state(&warning(&ex_2_4(silence + in_days - 1))), state(&now));
            }
        }
        assert_eq!(
            warning(&ex_2_4(80)).changes,
            [Change::OrderBy { last_day: None, within_days: None, becomes: State::Active }]
        );
    }

    #[test]
    fn thresholds_are_the_quantiles_they_say() {
        let rhythm = Rhythm { mu: 3.0, sigma: 0.8 };
        let t = rhythm.threshold();
        assert!((shorter_gaps(rhythm, t.amber_days) - 0.80).abs() < 1e-4);
        assert!((shorter_gaps(rhythm, t.red_days) - 0.95).abs() < 1e-4);
        let steps = (0..200).map(|d| shorter_gaps(rhythm, f64::from(d)));
        assert!(steps.clone().zip(steps.skip(1)).all(|(a, b)| a < b));
        let rigid = Rhythm { mu: ln(7.0), sigma: 0.0 };
        assert_eq!([6.0, 7.0, 8.0].map(|s| shorter_gaps(rigid, s)), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn one_purchase_or_none() {
        let once = WarningInput { rhythm: None, n_gaps: 0, p_alive: None, ..ex_2_4(10) };
        assert_eq!(warning(&once).facts[1..], [Fact::BoughtOnce]);
        let never = warning(&WarningInput { last_purchase: None, ..once });
        assert!(never.facts.is_empty());
        assert_eq!(never.changes, [Change::None { why: NoChange::Unknown }]);
        let same = Threshold { amber_days: 20.2, red_days: 20.9 };
        let change = warning(&WarningInput { threshold: same, ..ex_2_4(5) }).changes[0];
        assert!(matches!(change, Change::SilenceUntil { in_days: 16, becomes: State::Exited, .. }));
    }
}
