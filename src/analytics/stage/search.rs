//! The search itself: the posterior over all admissible divisions of a series, eight customers at a time.
//!
//! Visits every candidate of methods.md 3.4 once, in the form of stage-search.md: left and right side are fitted on
//! their own, from prefix sums in double precision; joining them costs `d = P_L − P_R`, `P = P_R + g·d`,
//! `SSE = S_L + S_R + g·α_R·d²`, in which every term is positive, so single precision loses nothing. Both rejections
//! of 3.4 (a build-up must double, a decline must lose 30 %) are lower bounds on P. The weight of a candidate is
//! `2^(−½(n+ν)·log2((SSE + νs²)/K) + level ratio + priors)`, K a common factor that cancels.
//!
//! Weights are summed by the end of each segment, from which the probability of every stage at every period follows.
//!
//! Most candidates weigh next to nothing. Those without a decline, or without stability, come first; by the best of
//! them a candidate with both can be judged before its logarithms are taken: it is left out where
//! `(SSE + νs²)·2^(−prior/e) > K·2^((prior of the row + greatest level ratio − log2(least weight))/e)`, e = ½(n + ν),
//! the least weight being 3·10^−4 of the mass found so far over the number of candidates: together all that is left
//! out weighs less than 3·10^−4. Every lane leaves out its own, and a candidate left out by all is skipped, so a lane's
//! numbers depend on that lane only.

use super::lanes::{F8, LANES, M8};
use super::tables::{Right, Tables};

/// The level ratio of one customer in units of the search: quadratics in X = log2(max(node,0)² + floor/u).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LevelTerms {
    /// log2 of the ratio for an exploration level: `[0] + [1]·X + [2]·X²`.
    pub explore: [f64; 3],
    /// The same for a plateau.
    pub plateau: [f64; 3],
    /// floor/u.
    pub floor: f64,
}

/// One customer of a group.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// Transformed series, `(n,)`.
    pub y: &'a [f64],
    /// Level ratio, or `None` to leave it out; the same for all lanes of a group.
    pub level: Option<LevelTerms>,
}

/// In which row the best candidate is; where in the row is found by going through it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BestRow {
    /// Exploration, alone or with a decline.
    Explore,
    /// A plateau or a decline from the first period on.
    FromPlateau,
    /// The left side with this index, with any right side.
    Left(usize),
}

/// What a search leaves behind for each lane; all masses in the lane's own unit, to be divided by `total`.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Mass of all candidates.
    pub total: F8,
    /// Mass by end of exploration, `(n + 1,)`.
    pub by_a: Vec<F8>,
    /// Mass by end of build-up.
    pub by_b: Vec<F8>,
    /// Mass by end of stability.
    pub by_c: Vec<F8>,
    /// Mass of candidates in stability at the end, by beginning of stability.
    pub stable_since: Vec<F8>,
    /// Mass of exploration followed by decline.
    pub explore_declined: F8,
    /// Mass of build-up followed by decline.
    pub build_up_declined: F8,
    /// Mass of a stability shorter than tau followed by decline.
    pub short_declined: F8,
    /// Mass of a stability of at least tau followed by decline.
    pub long_declined: F8,
    /// Mass of a decline from the first period.
    pub only_declined: F8,
    /// Smallest admissible SSE + νs² of two and of three nodes.
    pub least: [F8; 2],
    /// SSE + νs² of exploration alone.
    pub flat: F8,
    /// Moments of X over candidates that start in exploration: Σw, Σw·X, Σw·X².
    pub explore_moments: [F8; 3],
    /// The same over candidates with a plateau.
    pub plateau_moments: [F8; 3],
    /// Mass of the heaviest candidate.
    pub best: F8,
    /// The heaviest candidate of each lane.
    pub division: [Division; LANES],
    best_id: F8,
}

/// One candidate: exploration [0,a), build-up [a,b), stability [b,c), decline [c,n).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Division {
    /// End of exploration.
    pub a: usize,
    /// End of build-up.
    pub b: usize,
    /// End of stability.
    pub c: usize,
}

impl Sums {
    fn new(n: usize) -> Self {
        let zero = vec![F8::ZERO; n + 1];
        Self {
            total: F8::ZERO,
            by_a: zero.clone(),
            by_b: zero.clone(),
            by_c: zero.clone(),
            stable_since: zero,
            explore_declined: F8::ZERO,
            build_up_declined: F8::ZERO,
            short_declined: F8::ZERO,
            long_declined: F8::ZERO,
            only_declined: F8::ZERO,
            least: [F8::splat(f32::MAX); 2],
            flat: F8::ZERO,
            explore_moments: [F8::ZERO; 3],
            plateau_moments: [F8::ZERO; 3],
            best: F8::ZERO,
            division: [Division::default(); LANES],
            best_id: F8::ZERO,
        }
    }

    /// The mass of all candidates, from the masses by end of exploration.
    #[inline(always)]
    fn add_up(&mut self) {
        self.total = self.by_a.iter().fold(F8::ZERO, |sum, &w| sum + w);
    }

    /// The row of the heaviest candidate of a lane.
    fn best_row(&self, lane: usize) -> BestRow {
        match self.best_id.0[lane] {
            id if id < -1.5 => BestRow::FromPlateau,
            id if id < -0.5 => BestRow::Explore,
            id => BestRow::Left(id as usize),
        }
    }

    #[inline(always)]
    fn keep_best(&mut self, weight: F8, id: f32) {
        let better = weight.above(self.best);
        self.best = weight.or_else(better, self.best);
        self.best_id = F8::splat(id).or_else(better, self.best_id);
    }
}

const EXPLORE_ID: f32 = -1.0;
const PLATEAU_ID: f32 = -2.0;
/// Share of the mass that may be left out.
const LEFT_OUT: f64 = 3e-4;
/// Below this total a lane has lost its weights to underflow and gets a larger K.
const LEAST_TOTAL: f32 = 1e-22;

type Eight = [f64; LANES];

/// One side fitted on its own, rounded.
#[derive(Clone, Copy, Debug)]
struct Side {
    level: F8,
    sse: F8,
    /// Least admissible plateau.
    bound: F8,
    /// q/F of a left side: the exploration level is this − (G/F)·P.
    origin: F8,
}

/// Scratch memory for groups of one length; reused between groups.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    y: Vec<Eight>,
    /// Prefix sums of y, t·y and y², `(n + 1,)`.
    sum: Vec<[Eight; 3]>,
    left: Vec<Side>,
    right: Vec<Side>,
    /// Least SSE of the right sides of each b with stability and decline, `(n + 1,)`.
    right_least: Vec<F8>,
    /// R(0, c) for c = 1..=n−2 and n, used by E and ED.
    explore: Vec<Side>,
    decline: Vec<[Eight; 4]>,
}

/// Searches all candidates for a group of at most eight customers of one shape.
///
/// `variance` is the pooled s²; the last lane is repeated to fill the group. With `MOMENTS` the level moments are
/// filled in as well; every lane must then have level terms.
pub fn search<const MOMENTS: bool>(
    tables: &Tables,
    lanes: &[Lane<'_>],
    variance: f64,
    scratch: &mut Scratch,
) -> Sums {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was just found to have AVX2, the only requirement of the function.
        return unsafe { search_avx2::<MOMENTS>(tables, lanes, variance, scratch) };
    }
    search_portable::<MOMENTS>(tables, lanes, variance, scratch)
}

/// The same instructions in vectors of eight; no fused multiply-add, so the numbers are the same.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn search_avx2<const MOMENTS: bool>(
    tables: &Tables,
    lanes: &[Lane<'_>],
    variance: f64,
    scratch: &mut Scratch,
) -> Sums {
    search_portable::<MOMENTS>(tables, lanes, variance, scratch)
}

#[inline(always)]
fn search_portable<const MOMENTS: bool>(
    tables: &Tables,
    lanes: &[Lane<'_>],
    variance: f64,
    scratch: &mut Scratch,
) -> Sums {
    load(tables.n, lanes, scratch);
    fit_sides(tables, scratch);
    let pooled = F8::splat((tables.nu * variance) as f32);
    let mut scale = scale(tables, scratch) + pooled;
    let with_level = lanes.iter().all(|l| l.level.is_some());
    let terms = Terms::new(lanes);
    let most = if with_level { terms.most(scratch) } else { F8::ZERO };
    loop {
        let c = Constants {
            e: F8::splat(-tables.half_df as f32),
            scale,
            log_scale: scale.log2(),
            pooled,
            terms,
            most,
        };
        let sums = if with_level {
            visit::<true, MOMENTS>(tables, scratch, &c)
        } else {
            visit::<false, MOMENTS>(tables, scratch, &c)
        };
        let lost = F8::splat(LEAST_TOTAL).above(sums.total);
        let larger = scale * F8::splat(8.0);
        let next = larger.or_else(lost, scale);
        if next == scale || next.0.iter().any(|k| *k > 1e30) {
            let mut sums = sums;
            for lane in 0..lanes.len().min(LANES) {
                sums.division[lane] = if with_level {
                    division::<true>(tables, scratch, &c, sums.best_row(lane), lane)
                } else {
                    division::<false>(tables, scratch, &c, sums.best_row(lane), lane)
                };
            }
            return sums;
        }
        scale = next;
    }
}

#[inline(always)]
fn load(n: usize, lanes: &[Lane<'_>], s: &mut Scratch) {
    s.y.clear();
    s.sum.clear();
    s.sum.push([[0.0; LANES]; 3]);
    let last = lanes.len().saturating_sub(1);
    for t in 0..n {
        let mut y = [0.0; LANES];
        let mut sum = s.sum[t];
        for l in 0..LANES {
            y[l] = lanes.get(l.min(last)).and_then(|lane| lane.y.get(t)).copied().unwrap_or(0.0);
            sum[0][l] += y[l];
            sum[1][l] += (t + 1) as f64 * y[l];
            sum[2][l] += y[l] * y[l];
        }
        s.y.push(y);
        s.sum.push(sum);
    }
}

/// Fits all left and right sides.
#[inline(always)]
fn fit_sides(tables: &Tables, s: &mut Scratch) {
    let n = tables.n;
    let Scratch { sum, left, right, right_least, explore, decline, .. } = s;
    left.clear();
    for k in &tables.left {
        let ([sa, sb], mut out) = ([&sum[k.a], &sum[k.b]], [[0.0; LANES]; 4]);
        for l in 0..LANES {
            let j = ((sb[1][l] - sa[1][l]) - k.a as f64 * (sb[0][l] - sa[0][l])) * k.inv_m;
            let q = sb[0][l] - j;
            let beta = j - k.g_f * q;
            let p = beta * k.inv_alpha;
            out[0][l] = p;
            out[1][l] = at_least_zero(sb[2][l] - q * q * k.inv_f - beta * p);
            out[2][l] = at_least_zero(q) * k.rise_up - at_least_zero(-q) * k.rise_down;
            out[3][l] = q * k.inv_f;
        }
        left.push(Side::from(&out));
    }
    decline.clear();
    for (c, k) in tables.decline.iter().enumerate() {
        let ([sc, sn], mut out) = ([&sum[c], &sum[n]], [[0.0; LANES]; 4]);
        for l in 0..LANES {
            let total = sn[0][l] - sc[0][l];
            let q = ((sn[1][l] - sc[1][l]) - c as f64 * total) * k.inv_m;
            out[0][l] = total - q - k.g_f * q;
            out[1][l] = q * q * k.inv_f;
            out[2][l] = at_least_zero(q) * k.fall_up - at_least_zero(-q) * k.fall_down;
        }
        decline.push(out);
    }
    right.clear();
    right_least.clear();
    for b in 0..=n {
        let mut least = F8::splat(f32::MAX);
        for k in &tables.right[tables.right_start[b]..tables.right_start[b + 1]] {
            let side = right_side(sum, decline, b, k.c, k.alpha, n);
            if k.c > b && k.c < n {
                least = least.min(side.sse);
            }
            right.push(side);
        }
        right_least.push(least);
    }
    explore.clear();
    for c in (1..=n - 2).chain([n]) {
        let alpha = c as f64 + tables.decline.get(c).map_or(0.0, |d| d.alpha);
        explore.push(right_side(sum, decline, 0, c, alpha, n));
    }
}

/// Without a branch, unlike a choice between two factors.
#[inline(always)]
fn at_least_zero(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

#[inline(always)]
fn right_side(sum: &[[Eight; 3]], decline: &[[Eight; 4]], b: usize, c: usize, alpha: f64, n: usize) -> Side {
    let mut out = [[0.0; LANES]; 4];
    // At the very end there is nothing on the right: no plateau of its own, no error.
    let inv_alpha = if alpha > 0.0 { 1.0 / alpha } else { 0.0 };
    let none = [[0.0; LANES], [0.0; LANES], [f64::from(f32::MIN); LANES], [0.0; LANES]];
    let d = decline.get(c).unwrap_or(&none);
    for l in 0..LANES {
        let beta = (sum[c][0][l] - sum[b][0][l]) + d[0][l];
        let p = beta * inv_alpha;
        out[0][l] = p;
        out[1][l] = at_least_zero(sum[n][2][l] - sum[b][2][l] - d[1][l] - beta * p);
        out[2][l] = d[2][l];
    }
    Side::from(&out)
}

impl Side {
    #[inline(always)]
    fn from(x: &[Eight; 4]) -> Self {
        Self {
            level: F8::from_f64(&x[0]),
            sse: F8::from_f64(&x[1]),
            bound: F8::from_f64(&x[2]),
            origin: F8::from_f64(&x[3]),
        }
    }
}

/// A lower bound of the SSE over all candidates.
#[inline(always)]
fn scale(tables: &Tables, s: &Scratch) -> F8 {
    let least = |sides: &[Side]| sides.iter().fold(F8::splat(f32::MAX), |m, x| m.min(x.sse));
    let mut out = least(&s.explore).min(least(&s.right[..tables.right_start[1]]));
    for b in 2..=tables.n {
        let left = &s.left[tables.left_start[b]..tables.left_start[b + 1]];
        let right = &s.right[tables.right_start[b]..tables.right_start[b + 1]];
        if !left.is_empty() && !right.is_empty() {
            out = out.min(least(left) + least(right));
        }
    }
    out
}

/// Level terms of the eight lanes.
#[derive(Clone, Copy, Debug)]
struct Terms {
    explore: [F8; 3],
    plateau: [F8; 3],
    floor: F8,
}

impl Terms {
    /// The most the level ratio can add: of each quadratic the greatest value where levels can be, which are at most
    /// four times the largest y (a fitted level lies beyond the data by much less).
    #[inline(always)]
    fn most(&self, s: &Scratch) -> F8 {
        let mut out = [0.0; LANES];
        for (l, most) in out.iter_mut().enumerate() {
            let highest = s.y.iter().fold(0.0_f64, |m, y| m.max(y[l].abs())) as f32;
            let floor = self.floor.0[l];
            let ends = F8::splat(floor).log2().0[0];
            let top = F8::splat(16.0 * highest * highest + floor).log2().0[0];
            for q in [&self.explore, &self.plateau] {
                let [c, b, a] = [q[0].0[l], q[1].0[l], q[2].0[l]];
                let at = |x: f32| (a * x + b) * x + c;
                let vertex = if a < 0.0 { (-0.5 * b / a).clamp(ends, top.max(ends)) } else { top };
                *most += at(ends).max(at(top)).max(at(vertex));
            }
        }
        F8(out)
    }

    fn new(lanes: &[Lane<'_>]) -> Self {
        let last = lanes.len().saturating_sub(1);
        let pick = |f: &dyn Fn(&LevelTerms) -> f64| {
            let of = |l: usize| lanes.get(l.min(last)).and_then(|x| x.level).map_or(0.0, |t| f(&t));
            F8(std::array::from_fn(|l| of(l) as f32))
        };
        Self {
            explore: std::array::from_fn(|k| pick(&|t| t.explore[k])),
            plateau: std::array::from_fn(|k| pick(&|t| t.plateau[k])),
            floor: pick(&|t| t.floor.clamp(1e-25, 1e25)),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Constants {
    /// −½(n + ν).
    e: F8,
    scale: F8,
    log_scale: F8,
    pooled: F8,
    terms: Terms,
    /// Greatest level ratio, log2.
    most: F8,
}

impl Constants {
    /// Greatest SSE + νs² of a candidate that counts, before its priors.
    #[inline(always)]
    fn reach(&self, tables: &Tables, mass: F8) -> F8 {
        let share = F8::splat((LEFT_OUT / tables.n_candidates() as f64) as f32);
        let least_weight = (mass * share).max(F8::splat(f32::MIN_POSITIVE));
        let worth = self.most - least_weight.log2();
        self.scale * (worth * F8::splat((1.0 / tables.half_df) as f32)).exp2()
    }

    /// −½(n+ν)·log2(SSE/K).
    #[inline(always)]
    fn fit(&self, sse: F8) -> F8 {
        (sse.log2() - self.log_scale) * self.e
    }

    /// X of a node.
    #[inline(always)]
    fn x(&self, node: F8) -> F8 {
        let level = node.max(F8::ZERO);
        (level * level + self.terms.floor).log2_coarse()
    }
}

#[inline(always)]
fn quadratic(c: &[F8; 3], x: F8) -> F8 {
    (c[2] * x + c[1]) * x + c[0]
}

#[inline(always)]
fn add_moments(sums: &mut [F8; 3], w: F8, x: F8) {
    let wx = w * x;
    sums[0] = sums[0] + w;
    sums[1] = sums[1] + wx;
    sums[2] = sums[2] + wx * x;
}

#[inline(always)]
fn visit<const LEVEL: bool, const MOMENTS: bool>(tables: &Tables, s: &mut Scratch, c: &Constants) -> Sums {
    let n = tables.n;
    let mut out = Sums::new(n);
    visit_explore::<LEVEL, MOMENTS>(tables, s, c, &mut out);
    visit_from_plateau::<LEVEL, MOMENTS>(tables, s, c, &mut out);
    out.add_up();
    for both in [false, true] {
        let mut coupling = tables.coupling.as_slice();
        for b in 2..=n {
            let width = tables.right_start[b + 1] - tables.right_start[b];
            let reach = c.reach(tables, out.total);
            for idx in tables.left_start[b]..tables.left_start[b + 1] {
                let (now, rest) = coupling.split_at(width);
                coupling = rest;
                let limit = reach * F8::splat(tables.left[idx].allowance);
                let row = Row { tables, idx, b, coupling: now, limit };
                if !both && width > 0 {
                    row.visit_simple::<LEVEL, MOMENTS>(s, c, &mut out);
                } else if both && width > 2 {
                    row.visit_both::<LEVEL, MOMENTS>(s, c, &mut out);
                }
            }
        }
    }
    out.add_up();
    out
}

/// Weight of the i-th candidate without build-up (E last, ED before), its X and the end of its exploration.
#[inline(always)]
fn explore_weight<const LEVEL: bool>(
    tables: &Tables,
    s: &Scratch,
    c: &Constants,
    i: usize,
) -> (F8, F8, usize) {
    let side = &s.explore[i];
    let alone = i + 1 == s.explore.len();
    let (end, prior) = if alone { (tables.n, tables.explore[0]) } else { (i + 1, tables.explore[i + 1]) };
    let mut power = c.fit(side.sse + c.pooled) + F8::splat(prior as f32);
    let x = if LEVEL { c.x(side.level) } else { F8::ZERO };
    if LEVEL {
        power = power + quadratic(&c.terms.explore, x);
    }
    (power.exp2().only(side.level.at_least(side.bound)), x, end)
}

/// Weight and X of the i-th candidate that begins on its plateau.
#[inline(always)]
fn plateau_weight<const LEVEL: bool>(tables: &Tables, s: &Scratch, c: &Constants, i: usize) -> (F8, F8) {
    let (side, k) = (&s.right[i], &tables.right[i]);
    let mut power = c.fit(side.sse + c.pooled) + F8::splat(k.prior as f32);
    let x = if LEVEL && k.c > 0 { c.x(side.level) } else { F8::ZERO };
    if LEVEL && k.c > 0 {
        power = power + quadratic(&c.terms.plateau, x);
    }
    (power.exp2().only(side.level.at_least(side.bound)), x)
}

/// E and ED.
#[inline(always)]
fn visit_explore<const LEVEL: bool, const MOMENTS: bool>(
    tables: &Tables,
    s: &Scratch,
    c: &Constants,
    out: &mut Sums,
) {
    for (i, side) in s.explore.iter().enumerate() {
        let (w, x, end) = explore_weight::<LEVEL>(tables, s, c, i);
        let sse = side.sse + c.pooled;
        if MOMENTS {
            add_moments(&mut out.explore_moments, w, x);
        }
        if end == tables.n {
            out.flat = sse;
        } else {
            let admitted = side.level.at_least(side.bound);
            out.least[0] = sse.min(out.least[0]).or_else(admitted, out.least[0]);
            out.explore_declined = out.explore_declined + w;
        }
        for by in [&mut out.by_a, &mut out.by_b, &mut out.by_c] {
            by[end] = by[end] + w;
        }
        out.keep_best(w, EXPLORE_ID);
    }
}

/// S, SD and D, where the beginning was not seen.
#[inline(always)]
fn visit_from_plateau<const LEVEL: bool, const MOMENTS: bool>(
    tables: &Tables,
    s: &Scratch,
    c: &Constants,
    out: &mut Sums,
) {
    for (i, k) in tables.right[..tables.right_start[1]].iter().enumerate() {
        let (w, x) = plateau_weight::<LEVEL>(tables, s, c, i);
        if MOMENTS && k.c > 0 {
            add_moments(&mut out.plateau_moments, w, x);
        }
        out.by_a[0] = out.by_a[0] + w;
        out.by_b[0] = out.by_b[0] + w;
        out.by_c[k.c] = out.by_c[k.c] + w;
        let sum = if k.c == 0 {
            &mut out.only_declined
        } else if k.c == tables.n {
            &mut out.stable_since[0]
        } else if i >= tables.right_long[0] {
            &mut out.long_declined
        } else {
            &mut out.short_declined
        };
        *sum = *sum + w;
        out.keep_best(w, PLATEAU_ID);
    }
}

/// All candidates with one left side.
struct Row<'a> {
    tables: &'a Tables,
    idx: usize,
    b: usize,
    coupling: &'a [(f32, f32)],
    /// Greatest SSE + νs² of a candidate that counts, before its right side's handicap.
    limit: F8,
}

/// The part of the work that is the same along a row.
#[derive(Clone, Copy)]
struct RowConstants {
    level: F8,
    sse: F8,
    bound: F8,
    origin: F8,
    slope: F8,
    base: F8,
    explores: bool,
}

/// A candidate before its weight: plateau, SSE + νs² and whether it is admitted.
#[derive(Clone, Copy)]
struct Joined {
    p: F8,
    sse: F8,
    admitted: M8,
}

/// Weight of a candidate and its two X.
struct Weighed {
    w: F8,
    x_explore: F8,
    x_plateau: F8,
}

impl Joined {
    /// The smaller of a number and the SSE, if admitted.
    #[inline(always)]
    fn least(&self, so_far: F8) -> F8 {
        self.sse.min(so_far).or_else(self.admitted, so_far)
    }
}

impl RowConstants {
    #[inline(always)]
    fn new(tables: &Tables, s: &Scratch, idx: usize, c: &Constants) -> Self {
        let (k, side) = (&tables.left[idx], &s.left[idx]);
        Self {
            level: side.level,
            sse: side.sse + c.pooled,
            bound: side.bound,
            origin: side.origin,
            slope: F8::splat(k.g_f as f32),
            base: F8::splat(k.prior as f32),
            explores: k.a > 0,
        }
    }

    #[inline(always)]
    fn join(&self, right: &Side, (g, g_alpha): (f32, f32)) -> Joined {
        let d = self.level - right.level;
        let p = right.level + d * F8::splat(g);
        let sse = (self.sse + right.sse) + d * d * F8::splat(g_alpha);
        Joined { p, sse, admitted: p.at_least(self.bound.max(right.bound)) }
    }

    #[inline(always)]
    fn weigh<const LEVEL: bool, const STABLE: bool>(&self, x: &Joined, prior: f32, c: &Constants) -> Weighed {
        let mut power = c.fit(x.sse) + (self.base + F8::splat(prior));
        let (mut x_explore, mut x_plateau) = (F8::ZERO, F8::ZERO);
        if LEVEL && self.explores {
            x_explore = c.x(self.origin - self.slope * x.p);
            power = power + quadratic(&c.terms.explore, x_explore);
        }
        if LEVEL && STABLE {
            x_plateau = c.x(x.p);
            power = power + quadratic(&c.terms.plateau, x_plateau);
        }
        Weighed { w: power.exp2().only(x.admitted), x_explore, x_plateau }
    }
}

/// The heaviest candidate of a row for one lane, by the same arithmetic as in the sums.
#[inline(always)]
fn division<const LEVEL: bool>(
    tables: &Tables,
    s: &Scratch,
    c: &Constants,
    best: BestRow,
    lane: usize,
) -> Division {
    let n = tables.n;
    let mut found = (f32::MIN, Division { a: n, b: n, c: n });
    let mut offer = |w: F8, d: Division| {
        if w.0[lane] > found.0 {
            found = (w.0[lane], d);
        }
    };
    match best {
        BestRow::Explore => {
            for i in 0..s.explore.len() {
                let (w, _, end) = explore_weight::<LEVEL>(tables, s, c, i);
                offer(w, Division { a: end, b: end, c: end });
            }
        }
        BestRow::FromPlateau => {
            for i in 0..tables.right_start[1] {
                offer(
                    plateau_weight::<LEVEL>(tables, s, c, i).0,
                    Division { a: 0, b: 0, c: tables.right[i].c },
                );
            }
        }
        BestRow::Left(idx) => {
            let k = &tables.left[idx];
            let row = RowConstants::new(tables, s, idx, c);
            for i in tables.right_start[k.b]..tables.right_start[k.b + 1] {
                let r = &tables.right[i];
                let g = k.alpha / (k.alpha + r.alpha);
                let g = (g as f32, (g * r.alpha) as f32);
                let x = row.join(&s.right[i], g);
                let w = if r.c == k.b {
                    row.weigh::<LEVEL, false>(&x, r.prior as f32, c).w
                } else {
                    row.weigh::<LEVEL, true>(&x, r.prior as f32, c).w
                };
                offer(w, Division { a: k.a, b: k.b, c: r.c });
            }
        }
    }
    found.1
}

impl Row<'_> {
    /// The candidate, admitted only where it can weigh enough to count.
    #[inline(always)]
    fn worthwhile(&self, x: Joined, right: &Right) -> Joined {
        let light = x.sse * F8::splat(right.handicap);
        Joined { admitted: x.admitted.and(self.limit.at_least(light)), ..x }
    }

    /// The candidates of the row without stability or without a decline.
    #[inline(always)]
    fn visit_simple<const LEVEL: bool, const MOMENTS: bool>(
        &self,
        s: &Scratch,
        c: &Constants,
        out: &mut Sums,
    ) {
        let (n, b) = (self.tables.n, self.b);
        let k = &self.tables.left[self.idx];
        let row = RowConstants::new(self.tables, s, self.idx, c);
        let begin = self.tables.right_start[b];
        let end = self.tables.right_start[b + 1];
        let (mut sum, mut best) = (F8::ZERO, F8::ZERO);
        let mut i = begin;
        if self.tables.right[i].c == b {
            let joined = row.join(&s.right[i], self.coupling[0]);
            let least = &mut out.least[usize::from(b < n)];
            *least = joined.least(*least);
            let joined = self.worthwhile(joined, &self.tables.right[i]);
            if joined.admitted.any() {
                let x = row.weigh::<LEVEL, false>(&joined, self.tables.right[i].prior as f32, c);
                if MOMENTS && row.explores {
                    add_moments(&mut out.explore_moments, x.w, x.x_explore);
                }
                out.by_c[b] = out.by_c[b] + x.w;
                if b < n {
                    out.build_up_declined = out.build_up_declined + x.w;
                }
                (sum, best) = (x.w, x.w);
            }
            i += 1;
        }
        if i < end {
            let last = end - 1;
            let joined = row.join(&s.right[last], self.coupling[last - begin]);
            out.least[0] = joined.least(out.least[0]);
            let joined = self.worthwhile(joined, &self.tables.right[last]);
            if joined.admitted.any() {
                let x = row.weigh::<LEVEL, true>(&joined, self.tables.right[last].prior as f32, c);
                if MOMENTS {
                    self.moments(&row, &x, out);
                }
                out.by_c[n] = out.by_c[n] + x.w;
                out.stable_since[b] = out.stable_since[b] + x.w;
                sum = sum + x.w;
                best = best.max(x.w);
            }
        }
        out.total = out.total + sum;
        out.by_a[k.a] = out.by_a[k.a] + sum;
        out.by_b[b] = out.by_b[b] + sum;
        out.keep_best(best, self.idx as f32);
    }

    /// The candidates of the row with stability and decline.
    #[inline(always)]
    fn visit_both<const LEVEL: bool, const MOMENTS: bool>(&self, s: &Scratch, c: &Constants, out: &mut Sums) {
        let b = self.b;
        let k = &self.tables.left[self.idx];
        let row = RowConstants::new(self.tables, s, self.idx, c);
        let sse = row.sse + s.right_least[b];
        let hopeless = (sse * F8::splat(self.tables.least_handicap[b])).above(self.limit);
        if hopeless.all() && sse.at_least(out.least[1]).all() {
            return;
        }
        let begin =
            self.tables.right_start[b] + usize::from(self.tables.right[self.tables.right_start[b]].c == b);
        let last = self.tables.right_start[b + 1] - 1;
        let long = self.tables.right_long[b].clamp(begin, last);
        let mut best = F8::ZERO;
        let short = self.both::<LEVEL, MOMENTS>(&row, s, c, begin..long, &mut best, out);
        out.short_declined = out.short_declined + short;
        let long = self.both::<LEVEL, MOMENTS>(&row, s, c, long..last, &mut best, out);
        out.long_declined = out.long_declined + long;
        out.total = out.total + (short + long);
        out.by_a[k.a] = out.by_a[k.a] + (short + long);
        out.by_b[b] = out.by_b[b] + (short + long);
        out.keep_best(best, self.idx as f32);
    }

    /// The innermost loop; returns the mass.
    #[inline(always)]
    fn both<const LEVEL: bool, const MOMENTS: bool>(
        &self,
        row: &RowConstants,
        s: &Scratch,
        c: &Constants,
        range: std::ops::Range<usize>,
        best: &mut F8,
        out: &mut Sums,
    ) -> F8 {
        let begin = self.tables.right_start[self.b];
        let mut mass = F8::ZERO;
        let (mut greatest, mut least) = (*best, out.least[1]);
        let sides = &s.right[range.clone()];
        let rights = &self.tables.right[range.clone()];
        let coupling = &self.coupling[range.start - begin..range.end - begin];
        for ((side, k), &g) in sides.iter().zip(rights).zip(coupling) {
            let joined = row.join(side, g);
            least = joined.least(least);
            let joined = self.worthwhile(joined, k);
            if !joined.admitted.any() {
                continue;
            }
            let x = row.weigh::<LEVEL, true>(&joined, k.prior as f32, c);
            if MOMENTS {
                self.moments(row, &x, out);
            }
            out.by_c[k.c] = out.by_c[k.c] + x.w;
            mass = mass + x.w;
            greatest = greatest.max(x.w);
        }
        *best = greatest;
        out.least[1] = least;
        mass
    }

    #[inline(always)]
    fn moments(&self, row: &RowConstants, x: &Weighed, out: &mut Sums) {
        if row.explores {
            add_moments(&mut out.explore_moments, x.w, x.x_explore);
        }
        add_moments(&mut out.plateau_moments, x.w, x.x_plateau);
    }
}
