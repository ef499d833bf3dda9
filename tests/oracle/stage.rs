//! The stage method written down as plainly as it is defined, in double precision: every candidate in turn, its levels
//! from prefix sums and the normal equations, nothing skipped and nothing shared between candidates or customers. The
//! tests hold the product's search to it, and the bench measures against it. For the sake of the second it does
//! nothing twice that is easily done once: logarithms of constants are taken before the candidates, and memory is
//! kept between customers.

#![allow(dead_code, clippy::disallowed_methods, clippy::needless_range_loop)]

use tenure::analytics::stage::{Level, Params};

pub const E: usize = 0;
pub const B: usize = 1;
pub const S: usize = 2;
pub const D: usize = 3;

/// Minimum lengths of the four stages.
const MIN_LEN: [usize; 4] = [1, 2, 3, 2];
/// Admissible sequences; the last seven only where the start was not seen.
const SEQUENCES: [&[usize]; 13] = [
    &[E],
    &[E, B],
    &[E, B, S],
    &[E, B, S, D],
    &[E, B, D],
    &[E, D],
    &[S],
    &[S, D],
    &[B],
    &[B, S],
    &[B, S, D],
    &[B, D],
    &[D],
];

/// One customer.
pub struct Input<'a> {
    /// Values, money per period; without the first order where the rule for sparse buyers takes it out.
    pub v: &'a [f64],
    pub unit: f64,
    pub left: bool,
    pub active: bool,
}

pub struct Posterior {
    /// Probability of each stage at each period.
    pub path: Vec<[f64; 4]>,
    /// Best sequence and its ends.
    pub best: (Vec<usize>, Vec<usize>),
    pub best_weight: f64,
    /// Greatest weight of a candidate of another sequence.
    pub second_sequence: f64,
    pub n_candidates: usize,
    /// Moments of x: Σw, Σwx, Σwx² for exploration levels and plateaus.
    pub moments: [[f64; 3]; 2],
    /// Exploration alone has the best fit after −½k·ln n, and by how much it leads.
    pub flat_lead: f64,
}

/// An admitted candidate.
#[derive(Clone, Copy)]
struct Candidate {
    sequence: u16,
    ends: [u16; 4],
    /// Logarithm of the weight, then the weight.
    weight: f64,
    /// ln(level + floor) of exploration and plateau, where the sequence has them.
    x: [f64; 2],
}

/// Prefix sums of y and t·y, and Σy².
#[derive(Default)]
struct Prefix {
    y: Vec<f64>,
    ty: Vec<f64>,
    yy: f64,
    /// By length m of a slope with w = 1/m, 2/m ... 1: 1/m, Σw², Σw(1−w) and Σ(1−w)².
    slope: Vec<[f64; 4]>,
}

/// Memory kept between customers.
#[derive(Default)]
pub struct Exhaustive {
    prefix: Prefix,
    candidates: Vec<Candidate>,
    step: Vec<[f64; 4]>,
}

/// Calls `f` with every admissible set of ends.
#[inline(always)]
fn ends<const SEQUENCE: usize, F: FnMut(&[usize; 4])>(n: usize, mut f: F) {
    let seq = SEQUENCES[SEQUENCE];
    let least: usize = seq.iter().map(|&s| MIN_LEN[s]).sum();
    if least > n {
        return;
    }
    // Every segment but the last may take what the minimum lengths leave.
    let room = n - least;
    let len = |k: usize| seq.get(k).map_or(0, |&s| MIN_LEN[s]);
    let limit = |k: usize, left: usize| if k + 1 < seq.len() { left } else { 0 };
    let at = |k: usize, end: usize| if k + 1 < seq.len() { end } else { n };
    for i in 0..=limit(0, room) {
        let first = at(0, len(0) + i);
        for j in 0..=limit(1, room - i) {
            let second = at(1, first + len(1) + j);
            for k in 0..=limit(2, room - i - j) {
                f(&[first, second, at(2, second + len(2) + k), n]);
            }
        }
    }
}

const fn has(seq: &[usize], stage: usize) -> bool {
    let mut k = 0;
    while k < seq.len() {
        if seq[k] == stage {
            return true;
        }
        k += 1;
    }
    false
}

/// The nodes L0, P, Le a sequence has. A decline from the first period falls from a plateau nobody saw.
const fn nodes_of(seq: &[usize]) -> [bool; 3] {
    let explores = seq[0] == E || seq[0] == B;
    [explores, has(seq, B) || has(seq, S) || seq[0] == D, has(seq, D)]
}

/// Least squares of the trapezoid: the nodes L0, P, Le (0 for one that does not occur), and the SSE.
#[inline(always)]
fn fit<const SEQUENCE: usize>(ends: &[usize; 4], p: &Prefix) -> ([f64; 3], f64) {
    let seq = SEQUENCES[SEQUENCE];
    let used = const { nodes_of(SEQUENCES[SEQUENCE]) };
    let one = |used: bool| if used { 0.0 } else { 1.0 };
    // Upper triangle of the normal equations.
    let (mut m00, mut m11, mut m22) = (one(used[0]), one(used[1]), one(used[2]));
    let (mut m01, mut m02, mut m12) = (0.0, 0.0, 0.0);
    let (mut r0, mut r1, mut r2) = (0.0, 0.0, 0.0);
    let mut start = 0;
    for k in 0..seq.len() {
        let (stage, end) = (seq[k], ends[k]);
        let sum = p.y[end] - p.y[start];
        let [per_period, ww, cross, vv] = p.slope[end - start];
        let wy = ((p.ty[end] - p.ty[start]) - start as f64 * sum) * per_period;
        match stage {
            E => {
                m00 += (end - start) as f64;
                r0 += sum;
            }
            B => {
                m00 += vv;
                m01 += cross;
                m11 += ww;
                r0 += sum - wy;
                r1 += wy;
            }
            S => {
                m11 += (end - start) as f64;
                r1 += sum;
            }
            // Falls from the plateau, or from exploration.
            _ => {
                if used[1] {
                    m11 += vv;
                    m12 += cross;
                    r1 += sum - wy;
                } else {
                    m00 += vv;
                    m02 += cross;
                    r0 += sum - wy;
                }
                m22 += ww;
                r2 += wy;
            }
        }
        start = end;
    }
    // Cramer's rule.
    let c00 = m11 * m22 - m12 * m12;
    let c01 = m02 * m12 - m01 * m22;
    let c02 = m01 * m12 - m02 * m11;
    let c11 = m00 * m22 - m02 * m02;
    let c12 = m01 * m02 - m00 * m12;
    let c22 = m00 * m11 - m01 * m01;
    let inverse = 1.0 / (m00 * c00 + m01 * c01 + m02 * c02);
    let x = [
        (c00 * r0 + c01 * r1 + c02 * r2) * inverse,
        (c01 * r0 + c11 * r1 + c12 * r2) * inverse,
        (c02 * r0 + c12 * r1 + c22 * r2) * inverse,
    ];
    let sse = (p.yy - (x[0] * r0 + x[1] * r1 + x[2] * r2)).max(0.0);
    (x, sse)
}

/// Logarithms of the duration prior: staying one more period in a stage, and going on from it to another.
struct Durations {
    start: [f64; 4],
    stay: [f64; 4],
    /// Periods of each stage that cost nothing.
    free: [usize; 4],
    go: [[f64; 4]; 4],
}

impl Durations {
    fn new(input: &Input<'_>, params: &Params) -> Self {
        let h = params.hazards_per_period();
        let decline = if input.active { (1.0 - params.decline_per_period()).ln() } else { 0.0 };
        let mut go = [[0.0; 4]; 4];
        go[E] = [0.0, h[E].ln() + params.up[0].ln(), 0.0, h[E].ln() + (1.0 - params.up[0]).ln()];
        go[B] = [0.0, 0.0, h[B].ln() + params.up[1].ln(), h[B].ln() + (1.0 - params.up[1]).ln()];
        go[S][D] = h[S].ln();
        Self {
            start: if input.left { params.start.map(f64::ln) } else { [0.0; 4] },
            stay: [(1.0 - h[E]).ln(), (1.0 - h[B]).ln(), (1.0 - h[S]).ln(), decline],
            free: [MIN_LEN[E], MIN_LEN[B], MIN_LEN[S], params.decline_free],
            go,
        }
    }

    #[inline(always)]
    fn prior<const SEQUENCE: usize>(&self, ends: &[usize; 4]) -> f64 {
        let seq = SEQUENCES[SEQUENCE];
        let mut sum = self.start[seq[0]];
        let mut start = 0;
        for k in 0..seq.len() {
            sum += (ends[k] - start).saturating_sub(self.free[seq[k]]) as f64 * self.stay[seq[k]];
            if k + 1 < seq.len() {
                sum += self.go[seq[k]][seq[k + 1]];
            }
            start = ends[k];
        }
        sum
    }
}

/// The level ratio with its constants.
struct Ratio {
    floor: f64,
    /// Mean, 1/sd and ln sd for exploration, plateau and either.
    explore: [f64; 3],
    plateau: [f64; 3],
    either: [f64; 3],
}

impl Ratio {
    fn new(l: &Level) -> Self {
        let m0 = 0.5 * (l.explore_mean + l.plateau_mean);
        let s0 = (0.5 * (l.explore_sd.powi(2) + l.plateau_sd.powi(2))
            + 0.25 * (l.explore_mean - l.plateau_mean).powi(2))
        .sqrt();
        let normal = |m: f64, s: f64| [m, 1.0 / s, s.ln()];
        Self {
            floor: 0.05 * l.plateau_mean.exp(),
            explore: normal(l.explore_mean, l.explore_sd),
            plateau: normal(l.plateau_mean, l.plateau_sd),
            either: normal(m0, s0),
        }
    }

    fn gain(&self, x: f64, as_level: &[f64; 3]) -> f64 {
        let log_normal = |[m, inverse, log]: &[f64; 3]| {
            let z = (x - m) * inverse;
            -0.5 * z * z - log
        };
        log_normal(as_level) - log_normal(&self.either)
    }
}

/// The exhaustive posterior.
pub fn posterior(input: &Input<'_>, variance: f64, level: Option<&Level>, params: &Params) -> Posterior {
    Exhaustive::default().posterior(input, variance, level, params)
}

/// What all candidates of a customer share.
struct Search<'a> {
    n: usize,
    prefix: &'a Prefix,
    candidates: &'a mut Vec<Candidate>,
    unit: f64,
    variance: f64,
    params: &'a Params,
    durations: Durations,
    ratio: Option<Ratio>,
    n_candidates: usize,
    /// Best fit of exploration alone and of all others.
    bics: [f64; 2],
}

impl Search<'_> {
    /// All candidates of one sequence; the sequence is a constant, so that its loops are as if written out.
    fn visit<const SEQUENCE: usize>(&mut self) {
        let Self { prefix, candidates, params, durations, ratio, n_candidates, bics, .. } = self;
        let (nf, nu) = (self.n as f64, params.prior_df);
        let used = const { nodes_of(SEQUENCES[SEQUENCE]) };
        let (explores, stable) = const { (SEQUENCES[SEQUENCE][0] == E, has(SEQUENCES[SEQUENCE], S)) };
        let open = const { SEQUENCES[SEQUENCE][SEQUENCES[SEQUENCE].len() - 1] == B };
        let penalty = 0.5 * (u8::from(used[0]) + u8::from(used[1]) + u8::from(used[2])) as f64 * nf.ln();
        let spared = (1.0 - params.node_penalty) * penalty;
        ends::<SEQUENCE, _>(self.n, |ends| {
            *n_candidates += 1;
            let (nodes, sse) = fit::<SEQUENCE>(ends, prefix);
            let money = nodes.map(|x| x.max(0.0) * x.max(0.0));
            let before = if used[1] { money[1] } else { money[0] };
            let rise = if open { params.min_open_rise } else { params.min_rise };
            let too_small = used[0] && used[1] && money[1] < rise * money[0];
            let too_high = used[2] && money[2] > params.max_fall * before;
            if too_small || too_high {
                return;
            }
            let bic = -0.5 * (nf + nu) * ((sse + nu * self.variance) / (nf + nu)).ln() - penalty;
            let of = &mut bics[usize::from(SEQUENCE > 0)];
            *of = of.max(bic);
            let mut weight = bic + spared + durations.prior::<SEQUENCE>(ends);
            let mut x = [0.0; 2];
            if let Some(ratio) = ratio {
                if explores {
                    x[0] = (money[0] * self.unit + ratio.floor).ln();
                    weight += ratio.gain(x[0], &ratio.explore);
                }
                if stable {
                    x[1] = (money[1] * self.unit + ratio.floor).ln();
                    weight += ratio.gain(x[1], &ratio.plateau);
                }
            }
            let ends = ends.map(|e| e as u16);
            candidates.push(Candidate { sequence: SEQUENCE as u16, ends, weight, x });
        });
    }
}

impl Exhaustive {
    /// The exhaustive posterior.
    pub fn posterior(
        &mut self,
        input: &Input<'_>,
        variance: f64,
        level: Option<&Level>,
        params: &Params,
    ) -> Posterior {
        let n = input.v.len();
        self.prefix.load(input);
        self.candidates.clear();
        let mut search = Search {
            n,
            prefix: &self.prefix,
            candidates: &mut self.candidates,
            unit: input.unit,
            variance,
            params,
            durations: Durations::new(input, params),
            ratio: level.map(Ratio::new),
            n_candidates: 0,
            bics: [f64::MIN; 2],
        };
        search.visit::<0>();
        search.visit::<1>();
        search.visit::<2>();
        search.visit::<3>();
        search.visit::<4>();
        search.visit::<5>();
        if input.left {
            search.visit::<6>();
            search.visit::<7>();
            search.visit::<8>();
            search.visit::<9>();
            search.visit::<10>();
            search.visit::<11>();
            search.visit::<12>();
        }
        let (n_candidates, bics) = (search.n_candidates, search.bics);
        let mut out = self.gather(n, level.is_some());
        out.n_candidates = n_candidates;
        out.flat_lead = bics[0] - bics[1];
        out
    }

    fn gather(&mut self, n: usize, with_level: bool) -> Posterior {
        let Self { candidates, step, .. } = self;
        let greatest = candidates.iter().map(|c| c.weight).fold(f64::MIN, f64::max);
        let mut total = 0.0;
        for c in candidates.iter_mut() {
            c.weight = (c.weight - greatest).exp();
            total += c.weight;
        }
        step.clear();
        step.resize(n + 1, [0.0; 4]);
        let mut moments = [[0.0; 3]; 2];
        let mut best: Option<&Candidate> = None;
        let mut greatest_of = [0.0_f64; SEQUENCES.len()];
        for c in candidates.iter_mut() {
            c.weight /= total;
        }
        for c in candidates.iter() {
            let (sequence, w) = (usize::from(c.sequence), c.weight);
            let seq = SEQUENCES[sequence];
            let mut start = 0;
            for (k, &stage) in seq.iter().enumerate() {
                step[start][stage] += w;
                let end = usize::from(c.ends[k]);
                step[end][stage] -= w;
                start = end;
            }
            if with_level {
                for (sums, x, has) in [(0, c.x[0], seq[0] == E), (1, c.x[1], seq.contains(&S))] {
                    if has {
                        moments[sums][0] += w;
                        moments[sums][1] += w * x;
                        moments[sums][2] += w * x * x;
                    }
                }
            }
            greatest_of[sequence] = greatest_of[sequence].max(w);
            if best.is_none_or(|b| w > b.weight) {
                best = Some(c);
            }
        }
        let mut path = vec![[0.0; 4]; n];
        let mut running = [0.0; 4];
        for t in 0..n {
            for k in 0..4 {
                running[k] += step[t][k];
            }
            path[t] = running;
        }
        let (sequence, best_weight) = best.map_or((0, -1.0), |b| (usize::from(b.sequence), b.weight));
        let seq = SEQUENCES[sequence];
        let others = greatest_of.iter().enumerate().filter(|&(s, _)| s != sequence);
        Posterior {
            path,
            best: (
                seq.to_vec(),
                best.map_or_else(Vec::new, |b| b.ends[..seq.len()].iter().map(|&e| usize::from(e)).collect()),
            ),
            best_weight,
            second_sequence: others.map(|(_, &w)| w).fold(0.0, f64::max),
            n_candidates: 0,
            moments,
            flat_lead: 0.0,
        }
    }
}

impl Prefix {
    fn load(&mut self, input: &Input<'_>) {
        self.y.clear();
        self.ty.clear();
        self.y.push(0.0);
        self.ty.push(0.0);
        self.yy = 0.0;
        for (t, v) in input.v.iter().enumerate() {
            let y = v.signum() * (v.abs() / input.unit).sqrt() * f64::from(u8::from(*v != 0.0));
            self.y.push(self.y[t] + y);
            self.ty.push(self.ty[t] + (t + 1) as f64 * y);
            self.yy += y * y;
        }
        self.slope.clear();
        for m in 0..=input.v.len() {
            let m = m as f64;
            let ww = (m + 1.0) * (2.0 * m + 1.0) / (6.0 * m);
            self.slope.push([1.0 / m, ww, (m + 1.0) / 2.0 - ww, ww - 1.0]);
        }
    }
}
