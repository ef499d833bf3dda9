//! From features to clusters: how many are there, who is in them, what sets them apart, and are they real?
//!
//! Prepare the points; choose k in 2..=10 by the greatest mean silhouette, for mixtures by the least BIC, the
//! smaller of equals; fit; number by mean money; describe; test. Per cluster c and feature f: `centroid =
//! t^-1(mean of t(v) in c)`, t the feature's transform; `z = (mean of t(v) in c - mean of all)/sd of all`.
//! Stability: mean over 20 bootstrap samples of the adjusted Rand index between the result and a new fit, on
//! the customers drawn; below .75 unstable. Samples and seeds are as the parent module says.
//!
//! Symbols: v and centroids in the unit of the feature; z in standard deviations; money in the file's
//! currency unit; silhouette -1..=1; stability at most 1.
//!
//! Source: methods.md 9; Hennig 2007 (stability).
//!
//! Degenerate cases: fewer than 30 complete customers, or no feature with variance: [`NotComputable`]; k
//! above the number of different points is reduced; a mixture that cannot be fitted is replaced by k-means;
//! clusters of equal money are numbered by their first point.
//!
//! ```
//! use tenure::analytics::cluster::{Feature, Options, Transform, cluster};
//! // Twenty customers with 1 order, twenty with 15: by hand, two clusters without inner distance.
//! let orders: Vec<f64> = (0..40).map(|i| if i < 20 { 1.0 } else { 15.0 }).collect();
//! let feature = Feature { key: "orders", transform: Transform::LnOnePlus, values: &orders };
//! let found = cluster(&[feature], &orders, &Options::default()).unwrap();
//! assert_eq!((found.k, found.silhouette, found.labels[39]), (2, Some(1.0), Some(0)));
//! assert!((found.clusters[0].features[0].centroid - 15.0).abs() < 1e-9);
//! assert_eq!((found.stability.mean_adjusted_rand, found.stability.unstable), (1.0, false));
//! ```

use super::choose::{adjusted_rand, silhouettes};
use super::kmeans::{self as km, assign, lloyd, total_ss, within_ss};
use super::mixture::{Mixture, continue_on, mixture};
use super::points::{Points, Prepared, amount, back, prepare, sample, transform};
use super::ward::{Tree, ward};
use super::{
    Candidate, Cluster, ClusterFeature, Clusters, Feature, MAX_CHOSEN_K, MAX_K, MIN_CUSTOMERS, MIN_STABILITY,
    Method, NotComputable, Options, Sampled, Samples, Stability,
};
use crate::math::{Rng, sum};

const SEED: u64 = 9;
/// Customers in the restarts of k-means and in Ward's tree.
const FIT: usize = 5_000;
/// Customers in the restarts of mixtures.
const FIT_MIXTURE: usize = 2_000;
/// Customers on whom k is chosen and silhouettes are computed.
const CHOICE: usize = 2_000;
/// Customers in a bootstrap sample.
const BOOTSTRAP: usize = 2_000;
const BOOTSTRAPS: usize = 20;
/// Restarts of the final fit, of each k tried, and of each bootstrap sample.
const RESTARTS: Effort = Effort { kmeans: 20, mixture: 10 };
const RESTARTS_CHOICE: Effort = Effort { kmeans: 6, mixture: 2 };
const RESTARTS_BOOTSTRAP: Effort = Effort { kmeans: 4, mixture: 1 };
/// Micro-clusters that Ward joins where there are too many customers, and passes to find them.
const MICRO: usize = 256;
const MICRO_PASSES: usize = 10;
/// Costs of unions that are reported.
const WARD_TRACE: usize = 20;

#[derive(Clone, Copy)]
struct Effort {
    kmeans: usize,
    mixture: usize,
}

/// A partition before its clusters are numbered by money.
struct Fit {
    method: Method,
    labels: Vec<u16>,
    k: usize,
    trace: Vec<f64>,
    mixture: Option<Mixture>,
}

/// Clusters customers by their features. `money` has one number per customer, by whose mean clusters are
/// ordered; what is not finite there counts as 0.
///
/// # Errors Fewer than [`MIN_CUSTOMERS`] customers with all features, or no feature with variance.
pub fn cluster(
    features: &[Feature<'_>],
    money: &[f64],
    options: &Options,
) -> Result<Clusters, NotComputable> {
    let n_customers = features.iter().map(|f| f.values.len()).min().unwrap_or(0);
    let prepared = prepare(features, money, options.standardize);
    let (points, rows, n) = (&prepared.points, &prepared.rows, prepared.n_complete);
    if !features.is_empty() && n < MIN_CUSTOMERS {
        return Err(NotComputable::TooFew { n, needed: MIN_CUSTOMERS });
    }
    if prepared.scales.is_empty() {
        return Err(NotComputable::NoVariance);
    }
    let mut rng = Rng::new(SEED);
    let choice_rows = sample(n, CHOICE, &mut rng);
    let choice = points.select(&choice_rows);
    let distinct = points.n_distinct(MAX_K + 1);
    let ks: Vec<usize> = match options.k {
        Some(k) => vec![k.clamp(2, MAX_K).min(distinct)],
        None => (2..=MAX_CHOSEN_K.min(distinct)).collect(),
    };
    let candidates = candidates(&choice, &ks, options.method);
    let mut fit = fit_all(points, best_k(&candidates, options.method), options.method, &mut rng);
    number_by_money(&mut fit, points, rows, money);
    let chosen: Vec<u16> = choice_rows.iter().map(|&i| fit.labels[i as usize]).collect();
    let stability = stability(points, &fit, &mut rng);
    let mut labels = vec![None; n_customers];
    rows.iter().zip(&fit.labels).for_each(|(&row, &l)| labels[row as usize] = Some(l as u8));
    let sampled = |used: usize| (used < n).then_some(Sampled { used, of: n });
    let used_to_fit = match fit.method {
        Method::KMeans => FIT,
        Method::Mixture => FIT_MIXTURE,
        Method::Ward if n > FIT => MICRO,
        Method::Ward => n,
    };
    Ok(Clusters {
        method: fit.method,
        k: fit.k,
        k_asked: options.k,
        labels,
        customers_used: n,
        customers_incomplete: n_customers - n,
        clusters: describe(features, &prepared, &fit, money),
        candidates,
        silhouette: silhouettes(&choice, &[&chosen])[0],
        spikes: fit.mixture.as_ref().map_or(0, |m| m.n_spikes),
        ln_likelihood: fit.mixture.as_ref().map(Mixture::ln_likelihood),
        within_ss: within_ss(points, &fit.labels, fit.k),
        total_ss: total_ss(points),
        trace: fit.trace,
        stability,
        sampled: Samples {
            fit: sampled(used_to_fit),
            choice: sampled(CHOICE),
            stability: sampled(BOOTSTRAP),
        },
        features: prepared.scales,
        dropped: prepared.dropped,
    })
}

/// Every k tried on the same customers.
fn candidates(points: &Points, ks: &[usize], method: Method) -> Vec<Candidate> {
    let tree = (method == Method::Ward).then(|| ward(points, None));
    let fits: Vec<Fit> =
        ks.iter().map(|&k| fit(points, k, method, RESTARTS_CHOICE, SEED, tree.as_ref())).collect();
    let partitions: Vec<&[u16]> = fits.iter().map(|f| f.labels.as_slice()).collect();
    let n_coordinates = points.p();
    fits.iter()
        .zip(ks)
        .zip(silhouettes(points, &partitions))
        .map(|((fit, &k), silhouette)| Candidate {
            k,
            silhouette,
            bic: fit.mixture.as_ref().map(|m| m.bic(points.n(), n_coordinates)),
            within_ss: within_ss(points, &fit.labels, fit.k),
        })
        .collect()
}

/// The k with the least BIC (mixtures) or the greatest silhouette; the smaller of equals.
fn best_k(candidates: &[Candidate], method: Method) -> usize {
    let score = |c: &Candidate| match (method, c.bic) {
        (Method::Mixture, Some(bic)) => -bic,
        (Method::Mixture, None) => f64::MIN,
        _ => c.silhouette.unwrap_or(f64::MIN),
    };
    let mut best = None;
    for c in candidates {
        if best.is_none_or(|(_, s)| score(c) > s) {
            best = Some((c.k, score(c)));
        }
    }
    best.map_or(2, |(k, _)| k)
}

/// One fit to all the points given.
fn fit(points: &Points, k: usize, method: Method, effort: Effort, seed: u64, tree: Option<&Tree>) -> Fit {
    match method {
        Method::Ward => {
            let own = tree.is_none().then(|| ward(points, None));
            let Some(tree) = tree.or(own.as_ref()) else {
                return fit(points, k, Method::KMeans, effort, seed, None);
            };
            Fit { method, k: k.min(points.n()), labels: tree.cut(k), trace: last_costs(tree), mixture: None }
        }
        Method::Mixture => match mixture(points, k, effort.mixture, seed) {
            Some(model) => of_mixture(model),
            None => fit(points, k, Method::KMeans, effort, seed, None),
        },
        Method::KMeans => of_kmeans(km::kmeans(points, k, effort.kmeans, seed), points.p()),
    }
}

fn of_kmeans(found: km::KMeans, p: usize) -> Fit {
    let k = found.centers.len().checked_div(p).unwrap_or(0);
    Fit { method: Method::KMeans, k, labels: found.labels, trace: found.trace, mixture: None }
}

fn of_mixture(mut model: Mixture) -> Fit {
    let labels = std::mem::take(&mut model.labels);
    let (k, trace) = (model.weights.len(), model.trace.clone());
    Fit { method: Method::Mixture, k, labels, trace, mixture: Some(model) }
}

fn last_costs(tree: &Tree) -> Vec<f64> {
    let merges = tree.merges();
    merges[merges.len().saturating_sub(WARD_TRACE)..].iter().map(|m| m.cost).collect()
}

/// The final fit: restarts on a sample where there are many customers, then everybody.
fn fit_all(points: &Points, k: usize, method: Method, rng: &mut Rng) -> Fit {
    let n = points.n();
    let limit = if method == Method::Mixture { FIT_MIXTURE } else { FIT };
    if n <= limit {
        return fit(points, k, method, RESTARTS, SEED, None);
    }
    let part = points.select(&sample(n, limit, rng));
    match method {
        Method::KMeans => {
            let start = km::kmeans(&part, k, RESTARTS.kmeans, SEED);
            of_kmeans(lloyd(points, start.centers, km::MAX_PASSES), points.p())
        }
        Method::Mixture => {
            let start = mixture(&part, k, RESTARTS.mixture, SEED);
            match start.and_then(|m| continue_on(points, &m)) {
                Some(model) => of_mixture(model),
                None => fit_all(points, k, Method::KMeans, rng),
            }
        }
        Method::Ward => ward_of_many(points, &part, k, rng),
    }
}

/// Ward's tree over micro-clusters of everybody.
fn ward_of_many(points: &Points, part: &Points, k: usize, rng: &mut Rng) -> Fit {
    let (n, p) = (points.n(), points.p());
    let micro = lloyd(part, km::plus_plus(part, MICRO, rng), MICRO_PASSES).centers;
    let n_micro = micro.len().checked_div(p).unwrap_or(0);
    let (mut member, mut distance) = (vec![0_u16; n], vec![0.0; n]);
    assign(points, &micro, &mut member, &mut distance);
    let mut sizes = vec![0.0; n_micro];
    member.iter().for_each(|&m| sizes[usize::from(m)] += 1.0);
    // All micro-clusters have customers: their centers are means of the sample, or the points nearest to them.
    let columns: Vec<Vec<f64>> = (0..p)
        .map(|f| {
            let mut sums = vec![0.0; n_micro];
            points.column(f).iter().zip(&member).for_each(|(x, &m)| sums[usize::from(m)] += x);
            (0..n_micro).map(|m| if sizes[m] > 0.0 { sums[m] / sizes[m] } else { micro[m * p + f] }).collect()
        })
        .collect();
    let tree = ward(&Points::new(&columns), Some(&sizes));
    let of_micro = tree.cut(k);
    let labels = member.iter().map(|&m| of_micro[usize::from(m)]).collect();
    Fit { method: Method::Ward, k: k.min(n_micro), labels, trace: last_costs(&tree), mixture: None }
}

/// Numbers the clusters that have customers by mean money, greatest first; ties by the first point.
fn number_by_money(fit: &mut Fit, points: &Points, rows: &[u32], money: &[f64]) {
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); fit.k];
    let mut first = vec![usize::MAX; fit.k];
    for (i, &l) in fit.labels.iter().enumerate() {
        members[usize::from(l)].push(amount(money, rows[i]));
        first[usize::from(l)] = first[usize::from(l)].min(i);
    }
    let mean: Vec<f64> = members.into_iter().map(|m| mean_of(m.into_iter())).collect();
    let mut order: Vec<usize> = (0..fit.k).filter(|&c| first[c] < points.n()).collect();
    order.sort_by(|&a, &b| mean[b].total_cmp(&mean[a]).then(first[a].cmp(&first[b])));
    let mut number = vec![0_u16; fit.k];
    order.iter().zip(0..).for_each(|(&c, i)| number[c] = i);
    fit.labels.iter_mut().for_each(|l| *l = number[usize::from(*l)]);
    fit.k = order.len();
}

/// Mean of values in the order of the points; 0 without any.
fn mean_of(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len().max(1) as f64;
    sum(values) / n
}

fn describe(features: &[Feature<'_>], prepared: &Prepared, fit: &Fit, money: &[f64]) -> Vec<Cluster> {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); fit.k];
    prepared.rows.iter().zip(&fit.labels).for_each(|(&row, &l)| members[usize::from(l)].push(row));
    let n = prepared.rows.len() as f64;
    let one = |members: Vec<u32>| {
        let of_all: Vec<ClusterFeature> = prepared
            .scales
            .iter()
            .map(|scale| {
                let values = features[scale.feature_idx].values;
                let raw = || members.iter().map(|&i| values[i as usize]);
                let inner = mean_of(raw().map(|v| transform(v, scale.transform)));
                ClusterFeature {
                    centroid: back(inner, scale.transform),
                    mean: mean_of(raw()),
                    z: (inner - scale.mean) / scale.sd,
                }
            })
            .collect();
        let mut distinguishing: Vec<usize> = (0..of_all.len()).collect();
        distinguishing.sort_by(|&a, &b| of_all[b].z.abs().total_cmp(&of_all[a].z.abs()));
        distinguishing.truncate(3);
        Cluster {
            customers: members.len(),
            share: members.len() as f64 / n,
            mean_money: mean_of(members.iter().map(|&i| amount(money, i))),
            features: of_all,
            distinguishing,
        }
    };
    members.into_iter().map(one).collect()
}

fn stability(points: &Points, base: &Fit, rng: &mut Rng) -> Stability {
    let n = points.n();
    let agreement = (0..BOOTSTRAPS as u64).map(|b| {
        let mut rows: Vec<u32> = (0..n.min(BOOTSTRAP)).map(|_| rng.below(n) as u32).collect();
        rows.sort_unstable();
        let again = fit(&points.select(&rows), base.k, base.method, RESTARTS_BOOTSTRAP, SEED + 1 + b, None);
        let before: Vec<u16> = rows.iter().map(|&i| base.labels[i as usize]).collect();
        adjusted_rand(&before, &again.labels)
    });
    let mean_adjusted_rand = sum(agreement) / BOOTSTRAPS as f64;
    Stability { mean_adjusted_rand, bootstraps: BOOTSTRAPS, unstable: mean_adjusted_rand < MIN_STABILITY }
}
