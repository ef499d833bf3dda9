//! The stage method written down as plainly as it is defined, in double precision: every candidate in turn, its levels
//! from prefix sums, nothing shared between customers. Slow and obvious; the tests hold the product's search to it and
//! the bench measures against it.

#![allow(dead_code, clippy::disallowed_methods, clippy::needless_range_loop)]

use tenure::analytics::stage::{Level, Params};

pub const E: usize = 0;
pub const B: usize = 1;
pub const S: usize = 2;
pub const D: usize = 3;

/// Minimum lengths of the four stages.
const MIN_LEN: [usize; 4] = [1, 2, 3, 2];
const FROM_START: [&[usize]; 6] = [&[E], &[E, B], &[E, B, S], &[E, B, S, D], &[E, B, D], &[E, D]];
const UNSEEN_START: [&[usize]; 7] = [&[S], &[S, D], &[B], &[B, S], &[B, S, D], &[B, D], &[D]];

/// One customer.
pub struct Input<'a> {
    /// Values, money per period; without the first order where the rule for sparse buyers takes it out.
    pub v: &'a [f64],
    pub unit: f64,
    pub left: bool,
    pub sparse: bool,
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

struct Candidate {
    seq: &'static [usize],
    ends: [usize; 4],
    log_weight: f64,
    bic: f64,
    x: [Option<f64>; 2],
}

struct Prefix {
    y: Vec<f64>,
    ty: Vec<f64>,
    yy: f64,
}

/// Calls `f` with every admissible set of ends.
fn ends(
    seq: &[usize],
    n: usize,
    depth: usize,
    start: usize,
    out: &mut [usize; 4],
    f: &mut dyn FnMut(&[usize; 4]),
) {
    let rest: usize = seq[depth + 1..].iter().map(|&s| MIN_LEN[s]).sum();
    let shortest = start + MIN_LEN[seq[depth]];
    if depth + 1 == seq.len() {
        if shortest <= n {
            out[depth] = n;
            f(out);
        }
        return;
    }
    for end in shortest..=n.saturating_sub(rest) {
        out[depth] = end;
        ends(seq, n, depth + 1, end, out, f);
    }
}

/// Least squares of the trapezoid: the nodes L0, P, Le that occur, and the SSE.
fn fit(seq: &[usize], ends: &[usize; 4], p: &Prefix) -> ([Option<f64>; 3], f64) {
    let (mut m, mut r, mut used) = ([[0.0; 3]; 3], [0.0; 3], [false; 3]);
    let (mut previous, mut start) = (None, 0);
    for (k, &stage) in seq.iter().enumerate() {
        let end = ends[k];
        let len = (end - start) as f64;
        let sum = p.y[end] - p.y[start];
        let from = previous.unwrap_or(usize::from(stage == S || stage == D));
        let to = match stage {
            E => 0,
            D => 2,
            _ => 1,
        };
        used[to] = true;
        if stage == E || stage == S {
            m[to][to] += len;
            r[to] += sum;
        } else {
            used[from] = true;
            let ww = (len + 1.0) * (2.0 * len + 1.0) / (6.0 * len);
            let cross = (len + 1.0) / 2.0 - ww;
            let wy = ((p.ty[end] - p.ty[start]) - start as f64 * sum) / len;
            m[to][to] += ww;
            m[from][to] += cross;
            m[to][from] += cross;
            m[from][from] += ww - 1.0;
            r[to] += wy;
            r[from] += sum - wy;
        }
        previous = Some(to);
        start = end;
    }
    for k in 0..3 {
        if !used[k] {
            m[k][k] = 1.0;
        }
    }
    let x = solve(m, r);
    let sse = (p.yy - (0..3).map(|k| x[k] * r[k]).sum::<f64>()).max(0.0);
    (std::array::from_fn(|k| used[k].then_some(x[k])), sse)
}

/// Cramer's rule.
fn solve(m: [[f64; 3]; 3], r: [f64; 3]) -> [f64; 3] {
    let det = |m: &[[f64; 3]; 3]| {
        m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
            + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    };
    let whole = det(&m);
    std::array::from_fn(|k| {
        let mut swapped = m;
        for i in 0..3 {
            swapped[i][k] = r[i];
        }
        det(&swapped) / whole
    })
}

fn duration_prior(input: &Input<'_>, seq: &[usize], ends: &[usize; 4], params: &Params) -> f64 {
    let h = params.hazards_per_period();
    let mut sum = if input.left { params.start[seq[0]].ln() } else { 0.0 };
    let mut start = 0;
    for (k, &stage) in seq.iter().enumerate() {
        let extra = (ends[k] - start - MIN_LEN[stage]) as f64;
        if stage != D {
            sum += extra * (1.0 - h[stage]).ln();
        } else if input.sparse {
            sum += extra * (1.0 - params.sparse_decline_per_period()).ln();
        }
        if let Some(&next) = seq.get(k + 1) {
            let q = match (stage, next) {
                (E, B) => params.up[0],
                (E, _) => 1.0 - params.up[0],
                (B, S) => params.up[1],
                (B, _) => 1.0 - params.up[1],
                _ => 1.0,
            };
            sum += h[stage].ln() + q.ln();
        }
        start = ends[k];
    }
    sum
}

fn log_normal(x: f64, m: f64, s: f64) -> f64 {
    -0.5 * ((x - m) / s) * ((x - m) / s) - s.ln()
}

/// The exhaustive posterior.
pub fn posterior(input: &Input<'_>, variance: f64, level: Option<&Level>, params: &Params) -> Posterior {
    let n = input.v.len();
    let (nf, nu) = (n as f64, params.prior_df);
    let mut p = Prefix { y: vec![0.0], ty: vec![0.0], yy: 0.0 };
    for (t, v) in input.v.iter().enumerate() {
        let y = v.signum() * (v.abs() / input.unit).sqrt() * f64::from(u8::from(*v != 0.0));
        p.y.push(p.y[t] + y);
        p.ty.push(p.ty[t] + (t + 1) as f64 * y);
        p.yy += y * y;
    }
    let mut candidates = Vec::new();
    let mut n_candidates = 0;
    let unseen: &[&'static [usize]] = if input.left { &UNSEEN_START } else { &[] };
    for &seq in FROM_START.iter().chain(unseen) {
        ends(seq, n, 0, 0, &mut [0; 4], &mut |ends| {
            n_candidates += 1;
            let (nodes, sse) = fit(seq, ends, &p);
            let money = nodes.map(|x| x.map(|x| x.max(0.0) * x.max(0.0)));
            let before = money[1].or(money[0]);
            let too_small = matches!((money[0], money[1]), (Some(l), Some(p)) if p < params.min_rise * l);
            let too_high = matches!((money[2], before), (Some(e), Some(b)) if e > params.max_fall * b);
            if too_small || too_high {
                return;
            }
            let k = nodes.iter().flatten().count() as f64;
            let bic = -0.5 * (nf + nu) * ((sse + nu * variance) / (nf + nu)).ln() - 0.5 * k * nf.ln();
            let mut log_weight = bic + duration_prior(input, seq, ends, params);
            let mut x = [None, None];
            if let Some(l) = level {
                let floor = 0.05 * l.plateau_mean.exp();
                let m0 = 0.5 * (l.explore_mean + l.plateau_mean);
                let s0 = (0.5 * (l.explore_sd.powi(2) + l.plateau_sd.powi(2))
                    + 0.25 * (l.explore_mean - l.plateau_mean).powi(2))
                .sqrt();
                if seq[0] == E {
                    let e = (money[0].unwrap_or(0.0) * input.unit + floor).ln();
                    log_weight += log_normal(e, l.explore_mean, l.explore_sd) - log_normal(e, m0, s0);
                    x[0] = Some(e);
                }
                if seq.contains(&S) {
                    let e = (money[1].unwrap_or(0.0) * input.unit + floor).ln();
                    log_weight += log_normal(e, l.plateau_mean, l.plateau_sd) - log_normal(e, m0, s0);
                    x[1] = Some(e);
                }
            }
            candidates.push(Candidate { seq, ends: *ends, log_weight, bic, x });
        });
    }
    gather(n, n_candidates, &candidates)
}

fn gather(n: usize, n_candidates: usize, candidates: &[Candidate]) -> Posterior {
    let greatest = candidates.iter().map(|c| c.log_weight).fold(f64::MIN, f64::max);
    let total: f64 = candidates.iter().map(|c| (c.log_weight - greatest).exp()).sum();
    let mut out = Posterior {
        path: vec![[0.0; 4]; n],
        best: (Vec::new(), Vec::new()),
        best_weight: -1.0,
        second_sequence: 0.0,
        n_candidates,
        moments: [[0.0; 3]; 2],
        flat_lead: 0.0,
    };
    let mut step = vec![[0.0; 4]; n + 1];
    for c in candidates {
        let w = (c.log_weight - greatest).exp() / total;
        let mut start = 0;
        for (k, &stage) in c.seq.iter().enumerate() {
            step[start][stage] += w;
            step[c.ends[k]][stage] -= w;
            start = c.ends[k];
        }
        for (sums, x) in out.moments.iter_mut().zip(c.x) {
            if let Some(x) = x {
                sums[0] += w;
                sums[1] += w * x;
                sums[2] += w * x * x;
            }
        }
        if w > out.best_weight {
            out.best = (c.seq.to_vec(), c.ends[..c.seq.len()].to_vec());
            out.best_weight = w;
        }
    }
    let mut running = [0.0; 4];
    for t in 0..n {
        for k in 0..4 {
            running[k] += step[t][k];
        }
        out.path[t] = running;
    }
    for c in candidates.iter().filter(|c| c.seq != out.best.0) {
        out.second_sequence = out.second_sequence.max((c.log_weight - greatest).exp() / total);
    }
    let alone = candidates.iter().filter(|c| c.seq == [E]).map(|c| c.bic).fold(f64::MIN, f64::max);
    let others = candidates.iter().filter(|c| c.seq != [E]).map(|c| c.bic).fold(f64::MIN, f64::max);
    out.flat_lead = alone - others;
    out
}
