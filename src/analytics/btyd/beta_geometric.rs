//! When does a customer leave, if after each purchase there is a fixed chance of leaving?
//!
//! Purchases while there: Poisson, rate `lambda ~ Gamma(r, alpha)` per week. After a purchase the customer leaves
//! with probability `p ~ Beta(a, b)`: after any purchase in MBG/NBD, after repeat purchases only in BG/NBD. Write
//! `A = r+x`, `b' = b+x+1` (MBG) or `b+x` (BG), `tau = t/(alpha+T)`. Given alive, `lambda ~ Gamma(A, alpha+T)` and
//! `p ~ Beta(a, b')`, hence
//!
//! - `ln L = ln G(A) - ln G(r) + r ln alpha + ln G(a+b) + ln G(b') - ln G(b) - ln G(a+b')
//!   + ln[(alpha+T)^-A + D (alpha+t_x)^-A]`, `D = a/(b'-1)`, but `D = 0` in BG for x = 0 (G = gamma function);
//! - `P(alive) = 1/(1 + D ((alpha+T)/(alpha+t_x))^A)`;
//! - `E[Y(t)] = P E_p[(1-(1+p tau)^-A)/p]`, `S(t) = P E_p[(1+p tau)^-A]` ([`BetaSeries`]);
//! - a new customer is `x = t_x = T = 0`;
//! - `P(X(t) = x) = E[(1-p)^m] nb(x) + E[p (1-p)^(m-1)] P(at least x)`, where m is the number of chances to leave up to
//!   the x-th purchase (x+1 in MBG, x in BG; for m = 0 the first term alone), and nb the negative binomial counts of
//!   `Gamma(r, alpha)` rates over t.
//!
//! r, a, b > 0 without unit; alpha > 0 in weeks. Sources: Fader, Hardie & Lee 2005, equations 6-10 (BG/NBD);
//! Batislam, Denizel & Filiztekin 2007 (MBG/NBD). Degenerate: `T = t = 0` gives `E[Y] = 0`, `S = P`.
//!
//! ```
//! use tenure::analytics::btyd::{BetaGeometric, Dropout, History, Model};
//!
//! // Fader, Hardie & Lee 2005: the customer with 2 repeats, the last after 30.43 of 38.86 weeks.
//! let model = BetaGeometric { dropout: Dropout::AfterRepeat, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
//! let h = History { n_repeats: 2, last_purchase_age_weeks: 30.43, tenure_weeks: 38.86 };
//! assert!((model.expected_purchases(&h, 39.0) - 1.226).abs() < 5e-4);
//! ```

use super::statistics::{LARGE_EXPONENT, LogProduct, Statistics};
use super::{History, Model, ModelKind, Scratch};
use crate::math::special::BetaSeries;
use crate::math::{exp, ln, ln_gamma};

/// After which purchases a customer may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropout {
    /// After any purchase: MBG/NBD.
    AfterAnyPurchase,
    /// After repeat purchases: BG/NBD.
    AfterRepeat,
}

/// MBG/NBD or BG/NBD; see the module for the symbols.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaGeometric {
    /// Which of the two.
    pub dropout: Dropout,
    /// Shape of the purchase rates.
    pub r: f64,
    /// Scale of the purchase rates, weeks.
    pub alpha: f64,
    /// First parameter of the leaving probability.
    pub a: f64,
    /// Second parameter of the leaving probability.
    pub b: f64,
}

impl BetaGeometric {
    /// b' of the module's formulas.
    fn b_now(&self, n_repeats: u32) -> f64 {
        let extra = match self.dropout {
            Dropout::AfterAnyPurchase => 1.0,
            Dropout::AfterRepeat => 0.0,
        };
        self.b + f64::from(n_repeats) + extra
    }

    /// `ln D`; `None` where D = 0.
    fn ln_odds(&self, n_repeats: u32) -> Option<f64> {
        (self.dropout == Dropout::AfterAnyPurchase || n_repeats > 0)
            .then(|| ln(self.a) - ln(self.b_now(n_repeats) - 1.0))
    }
}

impl BetaGeometric {
    /// `P(X(t) = n)` for n = 0..=`most`: how likely a new customer buys again n times in the first `weeks`. From
    /// t = 0 on, all probability is at n = 0.
    #[must_use]
    pub fn repeat_probabilities(&self, most: u32, weeks: f64) -> Vec<f64> {
        let weeks = if weeks.is_finite() { weeks.max(0.0) } else { 0.0 };
        let (stay, buy) = (self.alpha / (self.alpha + weeks), weeks / (self.alpha + weeks));
        // Negative binomial probability of n, and of n or more.
        let (mut exactly, mut at_least) = (exp(self.r * ln(stay)), 1.0);
        // E[(1-p)^m] and E[p (1-p)^(m-1)], where m is 1 (MBG) or 0 (BG) at n = 0.
        let (mut m, mut stays, mut leaves) = (0.0, 1.0, 0.0);
        let mut one_more = |stays: &mut f64, leaves: &mut f64| {
            let all = self.a + self.b + m;
            (*leaves, *stays) = (*stays * self.a / all, *stays * (self.b + m) / all);
            m += 1.0;
        };
        if self.dropout == Dropout::AfterAnyPurchase {
            one_more(&mut stays, &mut leaves);
        }
        let mut out = Vec::with_capacity(most as usize + 1);
        for n in 0..=most {
            out.push((stays * exactly + leaves * at_least).clamp(0.0, 1.0));
            at_least = (at_least - exactly).max(0.0);
            exactly *= (self.r + f64::from(n)) / f64::from(n + 1) * buy;
            one_more(&mut stays, &mut leaves);
        }
        out
    }
}

impl Model for BetaGeometric {
    fn kind(&self) -> ModelKind {
        match self.dropout {
            Dropout::AfterAnyPurchase => ModelKind::MbgNbd,
            Dropout::AfterRepeat => ModelKind::BgNbd,
        }
    }

    fn params(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    fn log_likelihood(&self, data: &Statistics) -> f64 {
        let logs: Vec<f64> = data.times.iter().map(|t| ln(self.alpha + t)).collect();
        let common =
            self.r * ln(self.alpha) - ln_gamma(self.r) + ln_gamma(self.a + self.b) - ln_gamma(self.b);
        let mut total = 0.0;
        for &(x, n) in &data.repeats {
            let b_now = self.b_now(x);
            let own = ln_gamma(self.r + f64::from(x)) + ln_gamma(b_now) - ln_gamma(self.a + b_now);
            total += f64::from(n) * (common + own);
        }
        for (&(n, x), at_end) in data.ends.iter().zip(&logs) {
            total -= (n * self.r + x) * at_end;
        }
        let odds: Vec<Option<f64>> = data.repeats.iter().map(|&(x, _)| self.ln_odds(x)).collect();
        let mut rest = LogProduct::new();
        for g in &data.groups {
            let Some(odds) = odds[g.repeats_idx as usize] else { continue };
            let power = self.r + f64::from(data.repeats[g.repeats_idx as usize].0);
            let exponent = odds + power * (logs[g.tenure_idx as usize] - logs[g.last_idx as usize]);
            if exponent < LARGE_EXPONENT {
                rest.multiply(1.0 + exp(exponent), g.n);
            } else {
                rest.add(f64::from(g.n) * exponent);
            }
        }
        total + rest.ln()
    }

    fn p_alive(&self, h: &History) -> f64 {
        let Some(odds) = self.ln_odds(h.n_repeats) else { return 1.0 };
        let power = self.r + f64::from(h.n_repeats);
        let gone = ln(self.alpha + h.tenure_weeks) - ln(self.alpha + h.last_purchase_age_weeks);
        1.0 / (1.0 + exp(odds + power * gone))
    }

    fn outlook_if_alive(
        &self,
        n_repeats: u32,
        tenure_weeks: f64,
        ahead_weeks: &[f64],
        scratch: &mut Scratch,
        purchases: &mut [f64],
        survival: &mut [f64],
    ) {
        scratch.tau.clear();
        scratch.tau.extend(ahead_weeks.iter().map(|t| t / (self.alpha + tenure_weeks)));
        if !matches!(&scratch.series, Some((x, _)) if *x == n_repeats) {
            let power = self.r + f64::from(n_repeats);
            scratch.series = Some((n_repeats, BetaSeries::new(power, self.a, self.b_now(n_repeats))));
        }
        if let Some((_, series)) = &mut scratch.series {
            series.decay(&scratch.tau, survival, purchases);
        }
    }
}
