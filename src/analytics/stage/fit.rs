//! From series to stages: the population's parameters first, then every customer.

use super::lanes::LANES;
use super::level::{MIN_CUSTOMERS, Moments, PASSES};
use super::params::{Level, LevelSource, Params};
use super::reliability::badge;
use super::result::{Basis, BestFit, Course, CustomerStage, Stage, StageMix, Stages, State, path_of};
use super::search::{Division, Lane, Scratch, Sums, search};
use super::series::{History, Kind, Prepared, Series, SeriesSet};
use super::tables::{Shape, Tables};
use crate::math::{Rng, ln, quantile};
use std::ops::ControlFlow;

/// The caller asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// Told how much is done of how much, in customers; answers whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// Customers a quarter of the sample must have to stand for it.
const MIN_QUARTER: usize = 500;
/// Customers between two calls of the progress function.
const REPORT_EVERY: usize = 512;

/// Fits the stages of all customers.
///
/// # Errors
/// [`Cancelled`] if `progress` breaks off.
pub fn fit(set: &SeriesSet, params: &Params, progress: Progress<'_>) -> Result<Stages, Cancelled> {
    let mut fitter = Fitter::new(set, params, progress);
    let informing: Vec<usize> =
        (0..set.len()).filter(|&i| set.get(i).informs_population(set.kind())).collect();
    let sample = sample(&informing, params);
    let (variance, typical) = population_start(set, params, &sample);
    let variance = params.variance.unwrap_or(variance).max(1e-4);
    let (level, n_sampled) = match (params.level, typical) {
        (LevelSource::Off, _) => (None, 0),
        (LevelSource::Given(level), _) => (Some(level), 0),
        (LevelSource::Estimated, Some(plateau)) if informing.len() >= MIN_CUSTOMERS => {
            (Some(fitter.estimate_level(&sample, plateau, variance)?), sample.len())
        }
        (LevelSource::Estimated, _) => (None, 0),
    };
    let mut stages = empty(set, params, variance, level);
    stages.n_sampled = n_sampled;
    stages.n_informing = informing.len();
    fitter.classify(&mut stages)?;
    Ok(stages)
}

/// Everything of the result that does not need a search; customers with enough history are filled in later.
fn empty(set: &SeriesSet, params: &Params, variance: f64, level: Option<Level>) -> Stages {
    let first = set.iter().map(|s| s.start).min().unwrap_or(0);
    let end = set.iter().map(|s| s.start + s.values.len() as i32).max().unwrap_or(0);
    let tau_periods = params.tau_periods();
    let stride = tau_periods - 2;
    let mut stages = Stages {
        customers: Vec::with_capacity(set.len()),
        mix: StageMix::spanning(first, end),
        variance,
        level,
        n_sampled: 0,
        n_informing: 0,
        tau_periods,
        waits: vec![0.0; stride * set.len()],
        stride,
        params: params.clone(),
    };
    for s in set.iter() {
        let customer = without_search(&s, set.kind(), params);
        if customer.basis == Basis::TooLittleHistory && s.history(set.kind()) != History::Enough {
            stages.mix.add(s.start, s.values.iter().map(|_| [1.0, 0.0, 0.0, 0.0]));
        }
        stages.customers.push(customer);
    }
    stages
}

/// s² and a typical plateau: the medians over customers of Rice's variance and of the 80 % quantile of v.
fn population_start(set: &SeriesSet, params: &Params, informing: &[usize]) -> (f64, Option<f64>) {
    let prepared = |i: usize| set.get(i).prepare(set.kind(), params);
    let (mut rice, mut high, mut mean) = (Vec::new(), Vec::new(), Vec::new());
    for &i in informing {
        let p = prepared(i);
        rice.push(p.rice_variance());
        high.push(quantile(&p.values, 0.8));
        let nonzero: Vec<f64> = p.values.iter().copied().filter(|&v| v != 0.0).collect();
        mean.push(crate::math::sum(nonzero.iter().copied()) / nonzero.len().max(1) as f64);
    }
    if informing.is_empty() {
        return (0.0, None);
    }
    let typical = quantile(&high, 0.5);
    let typical = if typical > 0.0 { typical } else { quantile(&mean, 0.5) };
    (quantile(&rice, 0.5), Some(typical).filter(|&v| v > 0.0))
}

/// At most `sample_size` customers, drawn without replacement, in order.
fn sample(informing: &[usize], params: &Params) -> Vec<usize> {
    let mut chosen = informing.to_vec();
    if chosen.len() > params.sample_size {
        let mut rng = Rng::new(params.seed);
        for k in 0..params.sample_size {
            let other = k + rng.below(chosen.len() - k);
            chosen.swap(k, other);
        }
        chosen.truncate(params.sample_size);
        chosen.sort_unstable();
    }
    chosen
}

fn without_search(s: &Series<'_>, kind: Kind, params: &Params) -> CustomerStage {
    let positive = s.history(kind) != History::NoPositiveValue || s.values.is_empty();
    let mut out = CustomerStage {
        state: if s.exited { State::Exited(Stage::Exploration) } else { State::Active(Stage::Exploration) },
        basis: Basis::TooLittleHistory,
        probabilities: [1.0, 0.0, 0.0, 0.0],
        confidence: None,
        runner_up: None,
        best: None,
        badge: None,
        no_visible_build_up: false,
        lingering: !s.exited && !s.left_truncated && params.lingers(s.values.len()),
        sparse: s.is_sparse(kind, params),
        left_truncated: s.left_truncated,
        n_periods: s.values.len(),
        course: Course {
            exploring: 1.0,
            visited: [1.0, 0.0, 0.0],
            periods: [s.values.len() as f64, 0.0, 0.0],
            ..Course::default()
        },
    };
    if !positive {
        out.state = State::NoPositiveValue;
        out.basis = Basis::None;
        out.probabilities = [0.0; 4];
        out.lingering = false;
        out.course = Course::default();
    }
    out
}

/// Receives each group: its tables, its members with their indices, and their sums.
type Take<'a> = &'a mut dyn FnMut(&Tables, &[(usize, Prepared)], &Sums);

struct Fitter<'a, 'p> {
    set: &'a SeriesSet,
    params: &'a Params,
    progress: Progress<'p>,
    scratch: Scratch,
    done: usize,
    total: usize,
}

impl<'a, 'p> Fitter<'a, 'p> {
    fn new(set: &'a SeriesSet, params: &'a Params, progress: Progress<'p>) -> Self {
        Self { set, params, progress, scratch: Scratch::default(), done: 0, total: set.len() }
    }

    /// Runs the search over the customers named, in groups of one shape, and hands each group to `take`.
    fn run<const MOMENTS: bool>(
        &mut self,
        ids: &[usize],
        level: Option<Level>,
        variance: f64,
        take: Take<'_>,
    ) -> Result<(), Cancelled> {
        let kind = self.set.kind();
        let shape = |i: usize| self.set.get(i).shape();
        // Customers of like course side by side reject the same candidates, which are then skipped.
        let mut order: Vec<(Shape, [u32; 2], usize)> =
            ids.iter().map(|&i| (shape(i), turning_points(self.set.get(i).values), i)).collect();
        order.sort_unstable();
        for same in order.chunk_by(|a, b| a.0 == b.0) {
            let tables = Tables::new(same[0].0, self.params);
            for group in same.chunks(LANES) {
                let members: Vec<(usize, Prepared)> =
                    group.iter().map(|&(_, _, i)| (i, self.set.get(i).prepare(kind, self.params))).collect();
                let sums = search_group::<MOMENTS>(&tables, &members, level, variance, &mut self.scratch);
                take(&tables, &members, &sums);
                self.advance(group.len())?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, n: usize) -> Result<(), Cancelled> {
        let before = self.done / REPORT_EVERY;
        self.done += n;
        if self.done / REPORT_EVERY != before
            && (self.progress)(self.done.min(self.total), self.total).is_break()
        {
            return Err(Cancelled);
        }
        Ok(())
    }

    fn estimate_level(&mut self, sample: &[usize], plateau: f64, variance: f64) -> Result<Level, Cancelled> {
        // The first passes only have to come near: a quarter of a large sample does.
        let quarter: Vec<usize> = sample.iter().copied().step_by(4).collect();
        let first = if quarter.len() >= MIN_QUARTER { &quarter } else { sample };
        self.total += (PASSES - 1) * first.len() + sample.len();
        let mut level = Level::start(plateau);
        for pass in 1..=PASSES {
            let sample = if pass < PASSES { first } else { sample };
            // Kept per customer and added in the order of customers, whatever the order of the groups.
            let mut moments: Vec<(usize, Moments)> = Vec::new();
            self.run::<true>(sample, Some(level), variance, &mut |_, members, sums| {
                for (lane, (idx, prepared)) in members.iter().enumerate() {
                    let of = |m: &[super::lanes::F8; 3]| m.map(|v| f64::from(v.0[lane]));
                    let total = f64::from(sums.total.0[lane]);
                    let (e, p) = (of(&sums.explore_moments), of(&sums.plateau_moments));
                    moments.push((*idx, Moments::of_customer(e, p, total, prepared.unit)));
                }
            })?;
            moments.sort_unstable_by_key(|m| m.0);
            let all: Vec<Moments> = moments.into_iter().map(|m| m.1).collect();
            level = Moments::sum(&all).level(&level);
        }
        Ok(level)
    }

    fn classify(&mut self, stages: &mut Stages) -> Result<(), Cancelled> {
        let kind = self.set.kind();
        let ids: Vec<usize> =
            (0..self.set.len()).filter(|&i| self.set.get(i).history(kind) == History::Enough).collect();
        self.done += self.set.len() - ids.len();
        let (level, variance) = (stages.level, stages.variance);
        let (set, params) = (self.set, self.params);
        self.run::<false>(&ids, level, variance, &mut |tables, members, sums| {
            for (lane, (idx, prepared)) in members.iter().enumerate() {
                let reading = Reading::new(tables, sums, lane);
                let series = set.get(*idx);
                let flat = reading.flat(&series, prepared, level, params);
                let stride = stages.stride;
                let waits = &mut stages.waits[idx * stride..(idx + 1) * stride];
                let customer = &mut stages.customers[*idx];
                reading.describe(customer, waits, &series, prepared, flat, stages.tau_periods);
                customer.badge = Some(badge(kind, customer.best.as_ref(), prepared.unit, variance));
                customer.lingering = customer.state == State::Active(Stage::Exploration)
                    && !series.left_truncated
                    && params.lingers(customer.n_periods);
                stages.mix.add(series.start, reading.path(flat).into_iter());
            }
        })
    }
}

/// Where the running sum of deviations from the mean is least and where it is greatest: before the first the series
/// is low, after the second it is low again.
fn turning_points(values: &[f64]) -> [u32; 2] {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mut sum, mut least, mut greatest, mut places) = (0.0_f64, 0.0_f64, 0.0_f64, [0; 2]);
    for (t, v) in values.iter().enumerate() {
        sum += v - mean;
        if sum < least {
            (least, places[0]) = (sum, t as u32 + 1);
        }
        if sum > greatest {
            (greatest, places[1]) = (sum, t as u32 + 1);
        }
    }
    places
}

fn search_group<const MOMENTS: bool>(
    tables: &Tables,
    members: &[(usize, Prepared)],
    level: Option<Level>,
    variance: f64,
    scratch: &mut Scratch,
) -> Sums {
    let lane = |p: &'_ Prepared| level.map(|l| l.terms(p.unit));
    let lanes: Vec<Lane<'_>> = members.iter().map(|(_, p)| Lane { y: &p.y, level: lane(p) }).collect();
    search::<MOMENTS>(tables, &lanes, variance, scratch)
}

impl Stages {
    /// Probability of each stage at each period of one customer's series, `(n_periods, 4)`; the same numbers as in
    /// [`Stages::customers`] and [`Stages::mix`]. Exploration throughout with too little history, empty without
    /// positive value or for an index out of range.
    #[must_use]
    pub fn path(&self, set: &SeriesSet, idx: usize) -> Vec<[f64; 4]> {
        let mut path = Vec::new();
        self.paths(set, &[idx], &mut |_, found| path = found.to_vec());
        path
    }

    /// Calls `visit` with the index and the path of every customer named, as [`Stages::path`] has it, eight customers
    /// at a time and therefore much faster. Customers come in an order of their own; indices out of range do not come.
    pub fn paths(&self, set: &SeriesSet, ids: &[usize], visit: &mut dyn FnMut(usize, &[[f64; 4]])) {
        let known =
            ids.iter().filter_map(|&i| Some((i, self.customers.get(i)?))).filter(|&(i, _)| i < set.len());
        let mut fitted = Vec::new();
        for (i, customer) in known {
            match customer.basis {
                Basis::None => visit(i, &[]),
                Basis::TooLittleHistory => visit(i, &vec![[1.0, 0.0, 0.0, 0.0]; set.get(i).values.len()]),
                Basis::Fitted | Basis::FlatLevel => fitted.push(i),
            }
        }
        let mut go_on = |_: usize, _: usize| ControlFlow::Continue(());
        let mut fitter = Fitter::new(set, &self.params, &mut go_on);
        // The only error is a progress function that breaks off, and this one never does.
        let _ = fitter.run::<false>(&fitted, self.level, self.variance, &mut |tables, members, sums| {
            for (lane, (idx, prepared)) in members.iter().enumerate() {
                let reading = Reading::new(tables, sums, lane);
                let flat = reading.flat(&set.get(*idx), prepared, self.level, &self.params);
                visit(*idx, &reading.path(flat));
            }
        });
    }
}

/// What the rule for flat series says (methods.md 23.6 c).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flat {
    No,
    Plateau,
    Exploration,
}

impl Flat {
    /// Moves the probability of exploration and stability to the one the rule names.
    fn apply(self, p: [f64; 4]) -> [f64; 4] {
        match self {
            Self::No => p,
            Self::Plateau => [0.0, p[1], p[0] + p[2], p[3]],
            Self::Exploration => [p[0] + p[2], p[1], 0.0, p[3]],
        }
    }
}

/// One lane's sums in double precision.
struct Reading<'a> {
    tables: &'a Tables,
    by: [Vec<f64>; 3],
    stable_since: Vec<f64>,
    declined: [f64; 5],
    flat: f64,
    least: [f64; 2],
    best: f64,
    division: Division,
}

impl<'a> Reading<'a> {
    fn new(tables: &'a Tables, sums: &Sums, lane: usize) -> Self {
        let at = |x: &super::lanes::F8| f64::from(x.0[lane]);
        let total = at(&sums.total).max(f64::MIN_POSITIVE);
        let all = |x: &[super::lanes::F8]| x.iter().map(|v| at(v) / total).collect::<Vec<f64>>();
        let mut by = [all(&sums.by_a), all(&sums.by_b), all(&sums.by_c)];
        // Three single-precision sums of the same weights in different order: make each exactly 1.
        for masses in &mut by {
            let sum: f64 = masses.iter().sum();
            masses.iter_mut().for_each(|m| *m /= sum.max(f64::MIN_POSITIVE));
        }
        let declined = [
            &sums.explore_declined,
            &sums.build_up_declined,
            &sums.short_declined,
            &sums.long_declined,
            &sums.only_declined,
        ];
        Self {
            tables,
            by,
            stable_since: all(&sums.stable_since),
            declined: declined.map(|x| at(x) / total),
            flat: at(&sums.flat),
            least: sums.least.each_ref().map(at),
            best: at(&sums.best) / total,
            division: sums.division[lane],
        }
    }

    /// Whether one constant level explains the series best, and which stage that level is.
    fn flat(&self, s: &Series<'_>, p: &Prepared, level: Option<Level>, params: &Params) -> Flat {
        if s.left_truncated || !params.lingers(self.tables.shape.n_raw) {
            return Flat::No;
        }
        let half_ln_n = 0.5 * ln(self.tables.n as f64);
        let score = |sse: f64, nodes: f64| -self.tables.half_df * ln(sse) - nodes * half_ln_n;
        let constant = score(self.flat, 1.0);
        if constant < score(self.least[0], 2.0) || constant < score(self.least[1], 3.0) {
            return Flat::No;
        }
        let mean = p.y.iter().sum::<f64>() / self.tables.n as f64;
        let money = mean.max(0.0) * mean.max(0.0) * p.unit;
        if level.is_none_or(|l| l.is_plateau(money)) { Flat::Plateau } else { Flat::Exploration }
    }

    fn path(&self, flat: Flat) -> Vec<[f64; 4]> {
        let mut path = path_of(self.tables, [&self.by[0], &self.by[1], &self.by[2]]);
        path.iter_mut().for_each(|p| *p = flat.apply(*p));
        path
    }

    fn course(&self, flat: Flat, waits: &mut [f32], tau: usize) -> Course {
        let n = self.tables.n;
        let raw = |i: usize| self.tables.merging.raw_end(i);
        let n_raw = raw(n);
        let exploring = self.by[0][n];
        let mut wait = |length: usize, w: f64| {
            if let Some(sum) = waits.get_mut(tau.saturating_sub(length)) {
                *sum += w as f32;
            }
        };
        if flat != Flat::Exploration {
            self.stable_since.iter().enumerate().for_each(|(b, &w)| wait(n_raw - raw(b), w));
        }
        if flat == Flat::Plateau {
            wait(n_raw, exploring);
        }
        let ends: [f64; 3] =
            std::array::from_fn(|k| self.by[k].iter().enumerate().map(|(i, w)| raw(i) as f64 * w).sum());
        let [explore_declined, build_up_declined, short_declined, long_declined, only_declined] =
            self.declined;
        let stable_now: f64 = self.stable_since.iter().sum();
        let explored = 1.0 - self.by[0][0];
        let with_stability = stable_now + short_declined + long_declined;
        let built = (1.0 - exploring - explore_declined - only_declined - self.began_on_plateau()).max(0.0);
        let mut course = Course {
            exploring,
            building: (self.by[1][n] - exploring).max(0.0),
            stable: stable_now,
            stable_long: f64::from(waits.first().copied().unwrap_or(0.0)),
            explore_declined,
            build_up_declined,
            short_declined,
            long_declined,
            only_declined,
            visited: [explored, built, with_stability],
            periods: [ends[0], (ends[1] - ends[0]).max(0.0), (ends[2] - ends[1]).max(0.0)],
        };
        match flat {
            Flat::No => {}
            Flat::Plateau => course.explored_on_plateau(n_raw as f64),
            Flat::Exploration => course.plateau_was_exploration(),
        }
        course
    }

    /// Mass of candidates that begin in stability.
    fn began_on_plateau(&self) -> f64 {
        if !self.tables.shape.left {
            return 0.0;
        }
        (self.by[1][0] - self.declined[4]).max(0.0)
    }

    fn describe(
        &self,
        out: &mut CustomerStage,
        waits: &mut [f32],
        s: &Series<'_>,
        p: &Prepared,
        flat: Flat,
        tau: usize,
    ) {
        let n = self.tables.n;
        let now = [
            self.by[0][n],
            (self.by[1][n] - self.by[0][n]).max(0.0),
            (self.by[2][n] - self.by[1][n]).max(0.0),
            (1.0 - self.by[2][n]).max(0.0),
        ];
        out.course = self.course(flat, waits, tau);
        out.probabilities = flat.apply(now);
        let stage = match flat {
            Flat::No => most_likely(&out.probabilities),
            Flat::Plateau => Stage::Stability,
            Flat::Exploration => Stage::Exploration,
        };
        out.basis = if flat == Flat::No { Basis::Fitted } else { Basis::FlatLevel };
        out.no_visible_build_up = flat == Flat::Plateau;
        out.state = if s.exited { State::Exited(stage) } else { State::Active(stage) };
        out.confidence = Some(out.probabilities[stage as usize].min(1.0));
        let mut others = out.probabilities;
        others[stage as usize] = -1.0;
        let second = most_likely(&others);
        out.runner_up = Some(second).filter(|&x| others[x as usize] > 0.0);
        out.best = Some(best_fit(self.tables, p, self.division, self.best));
    }
}

/// The stage of greatest probability; of equal ones the later.
fn most_likely(p: &[f64; 4]) -> Stage {
    let mut best = Stage::Exploration;
    for stage in Stage::ALL {
        if p[stage as usize] >= p[best as usize] {
            best = stage;
        }
    }
    best
}

/// Fits one candidate in double precision, for its levels.
fn best_fit(tables: &Tables, p: &Prepared, d: Division, weight: f64) -> BestFit {
    let n = p.y.len();
    // Position of each period between the node before and the node after, for the two sloping segments.
    let w = |t: usize, from: usize, to: usize| (t + 1 - from) as f64 / (to - from) as f64;
    let design = |t: usize| {
        let mut row = [0.0; 3];
        if t < d.a {
            row[0] = 1.0;
        } else if t < d.b {
            row[1] = w(t, d.a, d.b);
            row[0] = 1.0 - row[1];
        } else if t < d.c {
            row[1] = 1.0;
        } else {
            row[2] = w(t, d.c, n);
            row[usize::from(d.b > d.a || d.a == 0)] = 1.0 - row[2];
        }
        row
    };
    let rows = || p.y.iter().enumerate().map(|(t, &y)| (design(t), y));
    let (nodes, used) = least_squares(rows());
    let sse = rows()
        .map(|(row, y)| {
            let e = y - row.iter().zip(&nodes).map(|(x, b)| x * b).sum::<f64>();
            e * e
        })
        .sum();
    let money = |k: usize| used[k].then(|| nodes[k].max(0.0) * nodes[k].max(0.0) * p.unit);
    let raw = |i: usize| tables.merging.raw_end(i);
    BestFit {
        ends: [raw(d.a), raw(d.b), raw(d.c), raw(n)],
        explore_level: money(0),
        plateau: money(1),
        end_level: money(2),
        sse,
        weight,
    }
}

/// Least squares with at most three columns by Gauss's elimination, and which columns are not zero throughout; one that
/// is gets coefficient 0.
fn least_squares(rows: impl Iterator<Item = ([f64; 3], f64)>) -> ([f64; 3], [bool; 3]) {
    let mut m = [[0.0; 4]; 3];
    for (row, y) in rows {
        for i in 0..3 {
            for j in 0..3 {
                m[i][j] += row[i] * row[j];
            }
            m[i][3] += row[i] * y;
        }
    }
    let used = std::array::from_fn(|k| m[k][k] > 0.0);
    let mut out = [0.0; 3];
    for k in 0..3 {
        if m[k][k] < 1e-12 {
            m[k] = [0.0; 4];
            m[k][k] = 1.0;
        }
        for i in k + 1..3 {
            let ratio = m[i][k] / m[k][k];
            let pivot = m[k];
            for (x, p) in m[i].iter_mut().zip(pivot).skip(k) {
                *x -= ratio * p;
            }
        }
    }
    for k in (0..3).rev() {
        let known: f64 = (k + 1..3).map(|j| m[k][j] * out[j]).sum();
        out[k] = (m[k][3] - known) / m[k][k];
    }
    (out, used)
}
