//! What the candidates of one series length have in common: their geometry and their prior probability.
//!
//! A candidate divides the n periods into exploration [0,a), build-up [a,b), stability [b,c) and decline [c,n); empty
//! segments give the shorter sequences. Its least-squares design depends on (n,a,b,c) only, not on the customer, so
//! everything the normal equations need but the series itself is computed once per length and shared.
//!
//! With w = j/m over a segment of length m (j = 1..=m): Σw² = (m+1)(2m+1)/(6m), Σw(1−w) = (m+1)/2 − Σw²,
//! Σ(1−w)² = Σw² − 1. The exploration level L0 occurs only in the first two segments and the end level Le only in the
//! last, so both are eliminated, and the plateau P is the one unknown that couples the left side (a,b) with the right
//! side (b,c) (methods.md 3.4, stage-search.md 1-3). Priors are natural logarithms turned into base 2 (methods.md
//! 3.5, 23.6 a), with their share of −½·ln n per node in them ([`Params`]).

use super::params::Params;
use super::series::Merging;
use crate::math::{ln, powf};

/// What a table set belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// Number of periods of the original series, at least 4.
    pub n_raw: usize,
    /// The beginning of the relationship was not seen: it may start in any stage.
    pub left: bool,
    /// Still a customer: long declines are less likely.
    pub active: bool,
}

/// Constants of the left side (exploration and build-up) for one (a, b), b − a ≥ 2.
#[derive(Clone, Debug)]
pub struct Left {
    /// End of exploration.
    pub a: usize,
    /// End of build-up.
    pub b: usize,
    /// 1/m, m the length of the build-up.
    pub inv_m: f64,
    /// 1/F, F = a + Σ(1−w)².
    pub inv_f: f64,
    /// G/F, G = Σw(1−w).
    pub g_f: f64,
    /// α_L = Σw² − G²/F.
    pub alpha: f64,
    /// P must be at least q·this if q ≥ 0: √r/(F + √r·G), r the least rise.
    pub rise_up: f64,
    /// P must be at least q·this if q < 0: 1/G.
    pub rise_down: f64,
    /// 1/α_L.
    pub inv_alpha: f64,
    /// log2 prior.
    pub prior: f64,
    /// 2^(prior/(½(n+ν))): the SSE may only be as large as this factor says.
    pub allowance: f32,
}

/// Constants of a decline beginning at c.
#[derive(Clone, Debug)]
pub struct Decline {
    /// 1/m, m = n − c.
    pub inv_m: f64,
    /// 1/F', F' = Σw².
    pub inv_f: f64,
    /// G'/F', G' = Σw(1−w).
    pub g_f: f64,
    /// α_D = Σ(1−w)² − G'²/F'.
    pub alpha: f64,
    /// P must be at least q'·this if q' ≥ 0: 1/(G' + √.7·F').
    pub fall_up: f64,
    /// P must be at least q'·this if q' < 0: 1/G'.
    pub fall_down: f64,
}

/// The right side (stability and decline) for one (b, c).
#[derive(Clone, Debug)]
pub struct Right {
    /// End of stability.
    pub c: usize,
    /// α_R = (c−b) + α_D.
    pub alpha: f64,
    /// log2 prior.
    pub prior: f64,
    /// 2^(−prior/(½(n+ν))): the SSE counts as if larger by this factor.
    pub handicap: f32,
}

/// Everything customers of one [`Shape`] share.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Whose.
    pub shape: Shape,
    /// Number of periods fitted, 4..=60.
    pub n: usize,
    /// How the original periods were merged.
    pub merging: Merging,
    /// ½(n + ν).
    pub half_df: f64,
    /// ν.
    pub nu: f64,
    /// Left sides ordered by (b, a).
    pub left: Vec<Left>,
    /// Where the left sides of each b begin; length n + 2.
    pub left_start: Vec<usize>,
    /// Declines by c, c = 0..=n−2.
    pub decline: Vec<Decline>,
    /// Right sides ordered by (b, c): for each b ≥ 2 first c = b (no stability) if a decline fits, then c = b+3..=n−2,
    /// then c = n. For b = 0 the same, present only if the beginning was not seen.
    pub right: Vec<Right>,
    /// Where the right sides of each b begin; length n + 2.
    pub right_start: Vec<usize>,
    /// Smallest handicap among the right sides of each b with stability and decline.
    pub least_handicap: Vec<f32>,
    /// Among the right sides of each b, the first whose stability lasts tau periods of the original series.
    pub right_long: Vec<usize>,
    /// For each left side in turn and each right side of its b: g = α_L/(α_L+α_R) and g·α_R.
    pub coupling: Vec<(f32, f32)>,
    /// log2 prior of E (index 0) and of ED with decline from c (index c, 1..=n−2).
    pub explore: Vec<f64>,
}

/// Base-2 logarithm of a probability.
fn lg(p: f64) -> f64 {
    ln(p) / std::f64::consts::LN_2
}

impl Decline {
    fn new(m: usize, fall: f64) -> Self {
        let (f, g, rest) = moments(m);
        Self {
            inv_m: 1.0 / m as f64,
            inv_f: 1.0 / f,
            g_f: g / f,
            alpha: rest - g * g / f,
            fall_up: 1.0 / (g + fall.sqrt() * f),
            fall_down: 1.0 / g,
        }
    }
}

/// Σw², Σw(1−w) and Σ(1−w)² over a segment of length m.
fn moments(m: usize) -> (f64, f64, f64) {
    let m = m as f64;
    let ww = (m + 1.0) * (2.0 * m + 1.0) / (6.0 * m);
    (ww, (m + 1.0) / 2.0 - ww, ww - 1.0)
}

impl Tables {
    /// Builds the tables; `shape.n_raw` must be at least 4.
    #[must_use]
    pub fn new(shape: Shape, params: &Params) -> Self {
        let merging = Merging::of(shape.n_raw);
        let n = merging.n();
        let tau = params.tau_periods();
        let long = |b: usize, c: usize| c >= b + 3 && merging.raw_end(c) - merging.raw_end(b) >= tau;
        let mut out = Self {
            shape,
            n,
            merging,
            half_df: 0.5 * (n as f64 + params.prior_df),
            nu: params.prior_df,
            left: Vec::new(),
            left_start: vec![0; n + 2],
            decline: (0..=n - 2).map(|c| Decline::new(n - c, params.max_fall)).collect(),
            right: Vec::new(),
            right_start: vec![0; n + 2],
            least_handicap: vec![1.0; n + 1],
            right_long: vec![0; n + 1],
            coupling: Vec::new(),
            explore: Vec::new(),
        };
        let prior = Prior::new(shape, n, params);
        for b in 0..=n {
            out.left_start[b] = out.left.len();
            let first = usize::from(!shape.left);
            for a in first..(b + 1).saturating_sub(2).max(first) {
                let rise = if b == n { params.min_open_rise } else { params.min_rise };
                out.left.push(left_side(a, b, rise, prior.left(a, b), out.half_df));
            }
            out.right_start[b] = out.right.len();
            if b >= 2 + first || (b == 0 && shape.left) {
                out.push_right_sides(b, &prior);
            }
            let begin = out.right_start[b];
            out.right_long[b] = begin + out.right[begin..].iter().take_while(|r| !long(b, r.c)).count();
        }
        out.left_start[n + 1] = out.left.len();
        out.right_start[n + 1] = out.right.len();
        for l in &out.left {
            for r in &out.right[out.right_start[l.b]..out.right_start[l.b + 1]] {
                let g = l.alpha / (l.alpha + r.alpha);
                out.coupling.push((g as f32, (g * r.alpha) as f32));
            }
        }
        out.explore = std::iter::once(prior.explore_only())
            .chain((1..=n - 2).map(|c| prior.explore_decline(c)))
            .collect();
        out
    }

    fn push_right_sides(&mut self, b: usize, prior: &Prior) {
        let n = self.n;
        let ends = std::iter::once(b).chain(b + 3..=n).filter(|&c| c == n || n - c >= 2);
        for c in ends {
            let stable = (c - b) as f64;
            let alpha = if c < n { stable + self.decline[c].alpha } else { stable };
            let prior = prior.right(b, c);
            let handicap = powf(2.0, -prior / self.half_df) as f32;
            self.right.push(Right { c, alpha, prior, handicap });
        }
        let both = self.right[self.right_start[b]..].iter().filter(|r| r.c > b && r.c < n);
        self.least_handicap[b] = both.map(|r| r.handicap).fold(f32::MAX, f32::min);
    }

    /// Number of candidates: all admissible divisions of the series.
    #[must_use]
    pub fn n_candidates(&self) -> usize {
        let single = if self.shape.left { self.right_start[1] - self.right_start[0] } else { 0 };
        self.coupling.len() + single + self.explore.len()
    }
}

fn left_side(a: usize, b: usize, min_rise: f64, prior: f64, half_df: f64) -> Left {
    let (ww, g, rest) = moments(b - a);
    let f = a as f64 + rest;
    let root = min_rise.sqrt();
    let alpha = ww - g * g / f;
    Left {
        a,
        b,
        inv_m: 1.0 / (b - a) as f64,
        inv_f: 1.0 / f,
        g_f: g / f,
        alpha,
        inv_alpha: 1.0 / alpha,
        rise_up: root / (f + root * g),
        rise_down: 1.0 / g,
        prior,
        allowance: powf(2.0, prior / half_df) as f32,
    }
}

/// Logarithms of the duration prior, base 2.
struct Prior {
    n: usize,
    node: f64,
    start: [f64; 4],
    stay: [f64; 3],
    leave: [f64; 3],
    up: [f64; 2],
    drop: [f64; 2],
    stay_declining: f64,
    decline_free: usize,
}

impl Prior {
    fn new(shape: Shape, n: usize, params: &Params) -> Self {
        let h = params.hazards_per_period();
        Self {
            n,
            node: 0.5 * params.node_penalty * lg(n as f64),
            start: if shape.left { params.start.map(lg) } else { [0.0; 4] },
            stay: h.map(|h| lg(1.0 - h)),
            leave: h.map(lg),
            up: params.up.map(lg),
            drop: params.up.map(|q| lg(1.0 - q)),
            stay_declining: if shape.active { lg(1.0 - params.decline_per_period()) } else { 0.0 },
            decline_free: params.decline_free,
        }
    }

    /// A decline from c to the end; its node included.
    fn decline(&self, c: usize) -> f64 {
        (self.n - c).saturating_sub(self.decline_free) as f64 * self.stay_declining - self.node
    }

    /// Exploration (if a > 0) and build-up, with the node of the level before the build-up.
    fn left(&self, a: usize, b: usize) -> f64 {
        let explored = if a > 0 {
            self.start[0] + (a - 1) as f64 * self.stay[0] + self.leave[0] + self.up[0]
        } else {
            self.start[1]
        };
        explored + (b - a - 2) as f64 * self.stay[1] - self.node
    }

    /// What follows the build-up ending at b, or the whole candidate for b = 0; with the nodes P and Le.
    fn right(&self, b: usize, c: usize) -> f64 {
        let n = self.n;
        if b == n {
            return -self.node;
        }
        let into = |up: bool| match (b, up) {
            (0, true) => self.start[2],
            (0, false) => self.start[3],
            (_, true) => self.leave[1] + self.up[1],
            (_, false) => self.leave[1] + self.drop[1],
        };
        if c == b {
            return into(false) + self.decline(c) - self.node;
        }
        let stable = into(true) + (c - b - 3) as f64 * self.stay[2] - self.node;
        if c == n { stable } else { stable + self.leave[2] + self.decline(c) }
    }

    fn explore_only(&self) -> f64 {
        self.start[0] + (self.n - 1) as f64 * self.stay[0] - self.node
    }

    fn explore_decline(&self, c: usize) -> f64 {
        self.start[0] + (c - 1) as f64 * self.stay[0] + self.leave[0] + self.drop[0] + self.decline(c)
            - self.node
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidate_counts_of_stage_search() {
        for (n, seen, unseen) in [
            (12, 120, 169),
            (24, 1_414, 1_649),
            (36, 5_588, 6_153),
            (48, 14_370, 15_409),
            (60, 29_488, 31_145),
        ] {
            for (left, expected) in [(false, seen), (true, unseen)] {
                let shape = Shape { n_raw: n, left, active: true };
                let tables = Tables::new(shape, &Params::default());
                assert_eq!(tables.n_candidates(), expected, "n = {n}, left = {left}");
            }
        }
    }
}
