//! When does a customer leave, if leaving is possible at any moment and not only after a purchase (Pareto/NBD)?
//!
//! Purchases while there: Poisson, rate `lambda ~ Gamma(r, alpha)` per week. The lifetime is exponential with a hazard
//! `mu ~ Gamma(s, beta)` per week. Write `A = r+x`, `c = A+s`, and for a time y
//!
//! `rho(y) = (alpha+y)^A (beta+y)^s s ∫_y^∞ (alpha+u)^-A (beta+u)^-(s+1) du`, a number in 0..=1. Then
//!
//! - `ln L = ln G(A) - ln G(r) + r ln alpha + s ln beta - A ln(alpha+T) - s ln(beta+T)
//!   + ln(1 - rho(T) + rho(t_x) e^g)` (G = gamma function),
//!   `g = A ln((alpha+T)/(alpha+t_x)) + s ln((beta+T)/(beta+t_x)) >= 0`;
//! - `P(alive) = 1/(1 - rho(T) + rho(t_x) e^g)`;
//! - `E[Y(t)] = P A/(alpha+T) (beta+T) (1 - e^((s-1) l))/(s-1)`, `S(t) = P e^(s l)`, `l = ln((beta+T)/(beta+T+t))`;
//! - `DERT = P A/(alpha+T) ∫_0^∞ e^(-delta t) ((beta+T)/(beta+T+t))^s dt`: purchases ever, discounted continuously;
//! - a new customer is `x = t_x = T = 0`.
//!
//! Nothing here over- or underflows, and nothing cancels: where the textbook subtracts two tiny integrals, K(t_x) -
//! K(T), this divides both by the smaller of the two powers first. `rho` is a 2F1 with positive terms (methods.md 23.2):
//! `s/c 2F1(1, A; c+1; (alpha-beta)/(alpha+y))`, or `s/c (alpha+y)/(beta+y) 2F1(1, s+1; c+1; (beta-alpha)/(beta+y))` if
//! `alpha < beta`. For a likelihood, where many x occur at each time, integration by parts gives all of them from one:
//!
//! `(A+s) rho_A = s + A kappa rho_(A+1)`, `kappa = (alpha-beta)/(alpha+y)`.
//!
//! Downwards no error grows if `A (-kappa - 1) <= s`, upwards if not, hence a start on either side of that A.
//!
//! r, s > 0 without unit; alpha, beta > 0 in weeks. Sources: Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005
//! (notes on the derivation, and on DERT); methods.md 23.2. Degenerate: `t_x = T` gives `P = 1`; s = 1 is no exception.
//!
//! ```
//! use tenure::analytics::btyd::{History, Model, ParetoNbd};
//!
//! // The published CDNOW fit, and its customer 1516, who bought 26 times more in 31 weeks (BTYD walkthrough).
//! let model = ParetoNbd { r: 0.55315, alpha: 10.57633, s: 0.60625, beta: 11.67150 };
//! let h = History { n_repeats: 26, last_purchase_age_weeks: 30.86, tenure_weeks: 31.0 };
//! assert!((model.p_alive(&h) - 0.9979).abs() < 5e-5);
//! assert!((model.expected_purchases(&h, 52.0) - 25.46).abs() < 5e-3);
//! assert!((model.expected_purchases_new(52.0) - 1.47344).abs() < 1e-4);
//! ```

use super::statistics::{LARGE_EXPONENT, LogProduct, Statistics};
use super::{History, Model, ModelKind, Scratch};
use crate::analytics::discount::AnnualRate;
use crate::math::special::{discounted_decay, hypergeometric_1};
use crate::math::{exp, exp_m1, ln, ln_1p, ln_gamma};

/// Largest step between two x of one time that the recurrence walks.
const MAX_WALK: u32 = 32;

/// Pareto/NBD; see the module for the symbols.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbd {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Scale of the purchase rates, weeks.
    pub alpha: f64,
    /// Shape of the hazards of leaving.
    pub s: f64,
    /// Scale of the hazards of leaving, weeks.
    pub beta: f64,
}

impl ParetoNbd {
    /// `rho(y)` for `A = power`.
    fn rho(&self, power: f64, y: f64) -> f64 {
        let c = power + self.s;
        let (at_alpha, at_beta) = (self.alpha + y, self.beta + y);
        let rho = if self.alpha >= self.beta {
            hypergeometric_1(power, c + 1.0, (self.alpha - self.beta) / at_alpha)
        } else {
            at_alpha / at_beta * hypergeometric_1(self.s + 1.0, c + 1.0, (self.beta - self.alpha) / at_beta)
        };
        (self.s / c * rho).min(1.0)
    }

    /// `rho` at all points of the data.
    fn rhos(&self, data: &Statistics) -> Vec<f64> {
        let mut rhos = vec![0.0; data.points.len()];
        let mut done = 0;
        for same_time in data.points.chunk_by(|p, q| p.time_idx == q.time_idx) {
            let y = data.times[same_time[0].time_idx as usize];
            let kappa = (self.alpha - self.beta) / (self.alpha + y);
            let out = &mut rhos[done..done + same_time.len()];
            done += same_time.len();
            let power = |i: usize| self.r + f64::from(data.repeats[same_time[i].repeats_idx as usize].0);
            // Errors shrink downwards below the turn, and upwards above it: start on either side of it.
            let turn = if kappa < -1.0 { self.s / (-kappa - 1.0) } else { f64::INFINITY };
            let above = (0..out.len()).find(|&i| power(i) >= turn).unwrap_or(out.len());
            for i in (0..above).rev() {
                out[i] = match i + 1 {
                    next if next < above => self.walk(power(next), power(i), out[next], kappa, y),
                    _ => self.rho(power(i), y),
                };
            }
            for i in above..out.len() {
                out[i] = match i.checked_sub(1) {
                    Some(before) if i > above => self.walk(power(before), power(i), out[before], kappa, y),
                    _ => self.rho(power(i), y),
                };
            }
        }
        rhos
    }

    /// `rho` for `A = to`, from that for `A = from`.
    fn walk(&self, from: f64, to: f64, mut rho: f64, kappa: f64, y: f64) -> f64 {
        let steps = (to - from).abs().round();
        if steps > f64::from(MAX_WALK) {
            return self.rho(to, y);
        }
        let mut power = from;
        for _ in 0..steps as u32 {
            if to < from {
                power -= 1.0;
                rho = (self.s + power * kappa * rho) / (power + self.s);
            } else {
                rho = ((power + self.s) * rho - self.s) / (power * kappa);
                power += 1.0;
            }
        }
        rho.clamp(0.0, 1.0)
    }

    /// What P(alive) and the likelihood share: `1 - rho(T) + rho(t_x) e^g`, as `(all but e^g, factor of e^g, g)`.
    fn odds(&self, h: &History) -> (f64, f64, f64) {
        let power = self.r + f64::from(h.n_repeats);
        let (last, end) = (h.last_purchase_age_weeks, h.tenure_weeks);
        let silent = end - last;
        let g = power * ln_1p(silent / (self.alpha + last)) + self.s * ln_1p(silent / (self.beta + last));
        (1.0 - self.rho(power, end), self.rho(power, last), g)
    }

    /// Purchases expected from a customer alive after `tenure_weeks`, per week and now.
    fn rate_if_alive(&self, n_repeats: u32, tenure_weeks: f64) -> f64 {
        (self.r + f64::from(n_repeats)) / (self.alpha + tenure_weeks)
    }

    /// DERT: purchases expected for ever, each discounted continuously to now ("discounted expected residual
    /// transactions"); `None` where the rate is not positive, which may leave no finite value.
    #[must_use]
    pub fn discounted_purchases_ever(&self, h: &History, rate: AnnualRate) -> Option<f64> {
        let delta = rate.per_week_continuous();
        if delta <= 0.0 {
            return None;
        }
        let ahead = discounted_decay(self.s, delta * (self.beta + h.tenure_weeks)) / delta;
        Some(self.p_alive(h) * self.rate_if_alive(h.n_repeats, h.tenure_weeks) * ahead)
    }
}

impl Model for ParetoNbd {
    fn kind(&self) -> ModelKind {
        ModelKind::ParetoNbd
    }

    fn params(&self) -> [f64; 4] {
        [self.r, self.alpha, self.s, self.beta]
    }

    fn log_likelihood(&self, data: &Statistics) -> f64 {
        let logs: Vec<(f64, f64)> =
            data.times.iter().map(|t| (ln(self.alpha + t), ln(self.beta + t))).collect();
        let rhos = self.rhos(data);
        let common = self.r * ln(self.alpha) + self.s * ln(self.beta) - ln_gamma(self.r);
        let mut total: f64 = data
            .repeats
            .iter()
            .map(|&(x, n)| f64::from(n) * (common + ln_gamma(self.r + f64::from(x))))
            .sum();
        for (&(n, x), (at_alpha, at_beta)) in data.ends.iter().zip(&logs) {
            total -= (n * self.r + x) * at_alpha + n * self.s * at_beta;
        }
        let mut rest = LogProduct::new();
        for g in &data.groups {
            let power = self.r + f64::from(data.repeats[g.repeats_idx as usize].0);
            let (end, last) = (logs[g.tenure_idx as usize], logs[g.last_idx as usize]);
            let exponent = power * (end.0 - last.0) + self.s * (end.1 - last.1);
            let (at_end, at_last) = (rhos[g.tenure_point as usize], rhos[g.last_point as usize]);
            if exponent < LARGE_EXPONENT {
                rest.multiply(1.0 - at_end + at_last * exp(exponent), g.n);
            } else {
                rest.add(f64::from(g.n) * (ln(at_last) + exponent));
            }
        }
        total + rest.ln()
    }

    fn p_alive(&self, h: &History) -> f64 {
        let (rest, factor, exponent) = self.odds(h);
        (1.0 / (rest + factor * exp(exponent))).min(1.0)
    }

    fn outlook_if_alive(
        &self,
        n_repeats: u32,
        tenure_weeks: f64,
        ahead_weeks: &[f64],
        _scratch: &mut Scratch,
        purchases: &mut [f64],
        survival: &mut [f64],
    ) {
        let scale = self.beta + tenure_weeks;
        let most = self.rate_if_alive(n_repeats, tenure_weeks) * scale;
        let epsilon = self.s - 1.0;
        for ((t, purchases), survival) in ahead_weeks.iter().zip(purchases).zip(survival) {
            let growth = t / scale;
            let l = -ln_1p(growth);
            *survival = exp(self.s * l).min(1.0);
            // (1 - e^((s-1) l))/(s-1); the difference itself only where nothing cancels.
            *purchases = most
                * if (epsilon * l).abs() > 0.1 {
                    (1.0 - *survival * (1.0 + growth)) / epsilon
                } else if epsilon.abs() > 1e-12 {
                    -exp_m1(epsilon * l) / epsilon
                } else {
                    -l
                };
        }
    }
}
