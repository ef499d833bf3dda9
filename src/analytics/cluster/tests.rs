#![allow(clippy::unwrap_used)]

use super::*;
use crate::math::Rng;

/// Blobs around points far apart, or noise where `apart` is 0.
fn blobs(n: usize, k: usize, apart: f64, seed: u64) -> Points {
    let mut rng = Rng::new(seed);
    let group: Vec<usize> = (0..n).map(|i| i % k).collect();
    let column = |axis: usize, rng: &mut Rng| {
        group.iter().map(|g| apart * ((g * (axis + 1)) % k) as f64 + rng.normal()).collect()
    };
    Points::new(&[column(0, &mut rng), column(1, &mut rng)])
}

fn columns(points: &Points) -> Vec<Vec<f64>> {
    (0..points.p()).map(|f| points.column(f).to_vec()).collect()
}

fn features(columns: &[Vec<f64>]) -> Vec<Feature<'_>> {
    const KEYS: [&str; 4] = ["a", "b", "c", "d"];
    columns
        .iter()
        .zip(KEYS)
        .map(|(values, key)| Feature { key, transform: Transform::Identity, values })
        .collect()
}

const METHODS: [Method; 3] = [Method::KMeans, Method::Mixture, Method::Ward];

#[test]
fn ex_9_silhouette_and_ward_cost() {
    let points = Points::new(&[vec![1.0, 2.0, 8.0, 9.0]]);
    let labels: [u16; 4] = [0, 0, 1, 1];
    assert!((silhouettes(&points, &[&labels])[0].unwrap() - 0.8564).abs() < 5e-5);
    let tree = ward(&points, None);
    assert_eq!(tree.merges().iter().map(|m| m.cost).collect::<Vec<_>>(), [0.5, 0.5, 49.0]);
    assert_eq!(tree.cut(2), labels);
    assert_eq!(kmeans(&points, 2, 20, 1).within_ss(), 1.0);
}

#[test]
fn silhouette_of_lone_points_and_of_one_cluster() {
    let points = Points::new(&[vec![0.0, 1.0, 5.0]]);
    // a = 1, b = 5 and 4; the lone point counts 0.
    let expected = (4.0 / 5.0 + 3.0 / 4.0) / 3.0;
    assert!((silhouettes(&points, &[&[0, 0, 1]])[0].unwrap() - expected).abs() < 1e-15);
    assert_eq!(silhouettes(&points, &[&[0, 0, 0], &[2, 2, 2]]), [None, None]);
    let same = Points::new(&[vec![1.0; 4]]);
    assert_eq!(silhouettes(&same, &[&[0, 0, 1, 1]]), [Some(0.0)]);
}

#[test]
fn adjusted_rand_of_a_worked_table() {
    // Pairs together: 1 + 3 in both, 3 + 3 in the one, 1 + 6 in the other, of 15.
    let (a, b) = ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1]);
    let (both, left, right) = (1.0 + 3.0, 6.0, 1.0 + 6.0);
    let expected: f64 = left * right / 15.0;
    assert!((adjusted_rand(&a, &b) - (both - expected) / (6.5 - expected)).abs() < 1e-15);
    assert_eq!(adjusted_rand(&a, &[5, 5, 5, 2, 2, 2]), 1.0, "names do not matter");
    assert_eq!(adjusted_rand(&[0, 0], &[1, 1]), 1.0);
    assert_eq!(adjusted_rand(&[], &[]), 1.0);
    let mut rng = Rng::new(4);
    let mut draw = || (0..3000).map(|_| rng.below(4) as u16).collect::<Vec<_>>();
    assert!(adjusted_rand(&draw(), &draw()).abs() < 0.01);
}

#[test]
fn k_means_never_rises_and_ends_at_a_fixed_point() {
    for seed in 0..25 {
        let points = blobs(60 + 40 * seed as usize, 4, (seed % 4) as f64, seed);
        for k in 1..=7 {
            let found = kmeans(&points, k, 3, seed);
            assert!(found.trace.windows(2).all(|w| w[1] <= w[0] * (1.0 + 1e-12)), "{:?}", found.trace);
            let within = within_ss(&points, &found.labels, k);
            assert!((within - found.within_ss()).abs() <= 1e-6 * within);
            assert_eq!(found.centers.len(), k * 2);
            let mut again = vec![0; points.n()];
            super::kmeans::assign(&points, &found.centers, &mut again, &mut vec![0.0; points.n()]);
            assert!(adjusted_rand(&again, &found.labels) > 0.999);
        }
    }
}

#[test]
fn an_emptied_cluster_takes_the_farthest_point() {
    let points = Points::new(&[vec![0.0, 1.0, 2.0, 10.0, 30.0]]);
    // The last two centers start where nobody is nearest.
    let found = super::kmeans::lloyd(&points, vec![1.0, 500.0, 900.0], 100);
    assert_eq!(found.labels, [0, 0, 0, 2, 1]);
    assert!((found.within_ss() - 2.0).abs() < 1e-12);
}

#[test]
fn more_clusters_than_different_points() {
    let points = Points::new(&[vec![1.0, 1.0, 2.0, 2.0, 3.0], vec![0.0; 5]]);
    let found = kmeans(&points, 9, 20, 1);
    assert_eq!((found.centers.len() / 2, found.within_ss()), (3, 0.0));
    assert_eq!(found.labels.iter().max(), Some(&2));
    assert!(kmeans(&Points::new(&[]), 3, 2, 1).centers.is_empty());
    assert!(kmeans(&Points::new(&[vec![]]), 3, 2, 1).centers.is_empty());
    let fitted = mixture(&points, 9, 3, 1).unwrap();
    assert!(fitted.trace.iter().all(|l| l.is_finite()) && fitted.weights.len() == 3 && fitted.n_spikes == 3);
    assert!(mixture(&Points::new(&[vec![4.0; 9]]), 2, 3, 1).is_none());
}

/// Lance & Williams' recurrence on a full matrix: slow and plain.
fn ward_by_lance_williams(points: &Points) -> Vec<f64> {
    let n = points.n();
    let mut size = vec![1.0; n];
    let mut alive: Vec<usize> = (0..n).collect();
    let distance = |i: usize, j: usize| {
        points.point(i).zip(points.point(j)).map(|(x, y)| (x - y) * (x - y)).sum::<f64>()
    };
    // Cost of a union of two single points is half the squared distance.
    let mut d: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| 0.5 * distance(i, j)).collect()).collect();
    let mut costs = Vec::new();
    while alive.len() > 1 {
        let (mut a, mut b) = (alive[0], alive[1]);
        for (at, &i) in alive.iter().enumerate() {
            for &j in &alive[at + 1..] {
                if d[i][j] < d[a][b] {
                    (a, b) = (i, j);
                }
            }
        }
        costs.push(d[a][b]);
        for &c in &alive {
            if c != a && c != b {
                let (na, nb, nc) = (size[a], size[b], size[c]);
                let new = ((na + nc) * d[a][c] + (nb + nc) * d[b][c] - nc * d[a][b]) / (na + nb + nc);
                (d[a][c], d[c][a]) = (new, new);
            }
        }
        size[a] += size[b];
        alive.retain(|i| *i != b);
    }
    costs
}

#[test]
fn the_chain_finds_the_tree_of_lance_and_williams() {
    for seed in 0..15 {
        let points = blobs(30 + 7 * seed as usize, 3, seed as f64 / 3.0, seed);
        let tree = ward(&points, None);
        let expected = ward_by_lance_williams(&points);
        assert_eq!(tree.merges().len(), expected.len());
        for (merge, cost) in tree.merges().iter().zip(&expected) {
            assert!((merge.cost - cost).abs() <= 1e-9 * cost.max(1.0), "{} {cost}", merge.cost);
        }
        let spent: f64 = expected.iter().sum();
        assert!((spent - total_ss(&points)).abs() < 1e-9 * spent, "all unions together spend the total");
        for k in 1..=6 {
            let left: f64 = expected[expected.len() + 1 - k..].iter().sum();
            let within = within_ss(&points, &tree.cut(k), k);
            assert!((total_ss(&points) - within - left).abs() < 1e-8 * spent);
        }
    }
}

#[test]
fn ward_with_ties_duplicates_and_sizes() {
    let grid: Vec<f64> = (0..64).map(|i| f64::from(i % 8)).collect();
    let other: Vec<f64> = (0..64).map(|i| f64::from(i / 8)).collect();
    let tree = ward(&Points::new(&[grid, other]), None);
    assert!(tree.merges().windows(2).all(|w| w[0].cost <= w[1].cost) && tree.merges().len() == 63);
    assert_eq!(ward(&Points::new(&[vec![1.0; 50]]), None).cut(3).iter().max(), Some(&2));
    assert!(ward(&Points::new(&[vec![]]), None).cut(2).is_empty());
    assert_eq!(ward(&Points::new(&[vec![3.0]]), None).cut(2), [0]);
    // A point of size 2 costs as much as two equal points.
    let twice = ward(&Points::new(&[vec![0.0, 0.0, 3.0, 9.0]]), None);
    let weighted = ward(&Points::new(&[vec![0.0, 3.0, 9.0]]), Some(&[2.0, 1.0, 1.0]));
    assert_eq!(twice.merges()[1].cost, weighted.merges()[0].cost);
    assert_eq!(twice.merges()[2].cost, weighted.merges()[1].cost);
}

#[test]
fn a_mixture_gains_likelihood_and_recovers_its_parameters() {
    let points = blobs(3000, 3, 9.0, 5);
    let found = mixture(&points, 3, 10, 1).unwrap();
    assert!(found.trace.windows(2).all(|w| w[1] >= w[0] - 1e-3));
    assert!(found.weights.iter().all(|w| (w - 1.0 / 3.0).abs() < 0.02) && found.n_spikes == 0);
    assert!(found.covariances.chunks(4).all(|s| (s[0] - 1.0).abs() < 0.12 && s[1].abs() < 0.12));
    let bic = |k| mixture(&points, k, 3, 1).unwrap().bic(3000, 2);
    assert!(bic(3) < bic(2) && bic(3) < bic(4));
}

#[test]
fn a_line_in_the_plane_stays_regular() {
    let x: Vec<f64> = (0..200).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
    for k in [1, 2, 5] {
        let found = mixture(&Points::new(&[x.clone(), y.clone()]), k, 3, 1).unwrap();
        assert!(found.ln_likelihood().is_finite() && found.covariances.iter().all(|s| s.is_finite()));
    }
}

#[test]
fn separate_groups_are_found_and_come_back() {
    let points = blobs(300, 3, 12.0, 2);
    let money: Vec<f64> = (0..300).map(|i| [5.0, 500.0, 50.0][i % 3]).collect();
    for method in METHODS {
        let columns = columns(&points);
        let found = cluster(&features(&columns), &money, &Options { method, ..Options::default() }).unwrap();
        assert_eq!((found.method, found.k, found.k_asked), (method, 3, None));
        let labels: Vec<u8> = found.labels.iter().map(|l| l.unwrap()).collect();
        // The richest first.
        assert!(labels.iter().enumerate().all(|(i, l)| *l == [2, 0, 1][i % 3]), "{labels:?}");
        assert_eq!(found.clusters.iter().map(|c| c.mean_money).collect::<Vec<_>>(), [500.0, 50.0, 5.0]);
        assert!(found.stability.mean_adjusted_rand > 0.99 && !found.stability.unstable);
        assert_eq!(found.candidates.len(), 9);
        assert!(found.within_ss < 0.1 * found.total_ss && found.sampled == Samples::default());
        for cluster in &found.clusters {
            let (first, second) = (cluster.distinguishing[0], cluster.distinguishing[1]);
            assert!(cluster.features[first].z.abs() >= cluster.features[second].z.abs());
        }
    }
}

#[test]
fn noise_is_flagged_as_unstable() {
    let points = blobs(200, 1, 0.0, 3);
    let found =
        cluster(&features(&columns(&points)), &[], &Options { k: Some(8), ..Options::default() }).unwrap();
    assert_eq!((found.k, found.candidates.len()), (8, 1));
    assert!(found.stability.unstable, "{:?}", found.stability);
}

#[test]
fn the_order_of_customers_does_not_matter() {
    let mut rng = Rng::new(12);
    for method in METHODS {
        let n = 250;
        let f: Vec<f64> = (0..n).map(|_| f64::from(rng.poisson(3.0))).collect();
        let m: Vec<f64> = (0..n).map(|_| 30.0 * rng.gamma(2.0) - 5.0).collect();
        let r: Vec<f64> = (0..n).map(|_| (100.0 * rng.exponential()).floor()).collect();
        let run = |f: &[f64], m: &[f64], r: &[f64]| {
            cluster(&default_features(f, m, r), m, &Options { method, ..Options::default() }).unwrap()
        };
        let forward = run(&f, &m, &r);
        let turned = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
        let mut backward = run(&turned(&f), &turned(&m), &turned(&r));
        backward.labels.reverse();
        assert_eq!(forward, backward, "{method:?}");
        let text = serde_json::to_string(&forward).unwrap();
        assert_eq!(serde_json::from_str::<Clusters>(&text).unwrap().labels, forward.labels);
    }
}

#[test]
fn features_are_prepared_as_stated() {
    let n = 100;
    let plain: Vec<f64> = (0..n).map(f64::from).collect();
    let mut skewed = plain.clone();
    skewed[99] = 1e6;
    let constant = vec![7.0; n as usize];
    let mut holes = plain.clone();
    (holes[3], holes[4], holes[5]) = (f64::NAN, f64::INFINITY, 1e200);
    let columns = [plain.clone(), skewed, constant, holes];
    let found = cluster(&features(&columns), &plain, &Options { k: Some(2), ..Options::default() }).unwrap();
    assert_eq!(found.dropped, [Dropped { key: "c".to_owned(), feature_idx: 2 }]);
    assert_eq!((found.customers_used, found.customers_incomplete), (97, 3));
    assert!(found.labels[3..6].iter().all(Option::is_none) && found.labels[0].is_some());
    let kinds: Vec<ScaleKind> = found.features.iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [ScaleKind::ZScore, ScaleKind::Robust, ScaleKind::ZScore]);
    // Median and quartiles of 0, 1, 2, 6, ..., 98, 1e6.
    assert_eq!((found.features[1].center, found.features[1].spread), (51.0, 48.0));
}

#[test]
fn centroids_are_in_original_units() {
    let f: Vec<f64> = (0..40).map(|i| if i < 20 { 1.0 } else { 15.0 }).collect();
    let m: Vec<f64> = (0..40).map(|i| if i < 20 { -3.0 } else { 99.0 }).collect();
    let r: Vec<f64> = (0..40).map(|i| if i < 20 { 364.0 } else { 4.0 }).collect();
    let found = cluster(&default_features(&f, &m, &r), &m, &Options::default()).unwrap();
    assert_eq!(
        (found.k, found.clusters[0].customers, found.candidates.len()),
        (2, 20, 1),
        "two different points"
    );
    let close = |feature: &ClusterFeature, centroid: f64, mean: f64| {
        assert!(
            (feature.centroid - centroid).abs() < 1e-9 && (feature.mean - mean).abs() < 1e-9,
            "{feature:?}"
        );
    };
    let [rich, poor] = [&found.clusters[0], &found.clusters[1]];
    close(&rich.features[0], 15.0, 15.0);
    close(&poor.features[1], 0.0, -3.0);
    close(&poor.features[2], 364.0, 364.0);
    assert!(rich.features.iter().all(|f| f.z > 0.0), "recent, frequent and rich point the same way");
}

#[test]
fn what_cannot_be_clustered_is_said() {
    let run = |columns: &[Vec<f64>]| cluster(&features(columns), &[], &Options::default()).unwrap_err();
    assert_eq!(run(&[]), NotComputable::NoVariance);
    assert_eq!(run(&[vec![]]), NotComputable::TooFew { n: 0, needed: 30 });
    assert_eq!(run(&[vec![1.0; 29]]), NotComputable::TooFew { n: 29, needed: 30 });
    assert_eq!(run(&[vec![1.0; 30], vec![0.0; 31]]), NotComputable::NoVariance);
    assert_eq!(run(&[vec![f64::NAN; 50]]), NotComputable::TooFew { n: 0, needed: 30 });
}

#[test]
fn extreme_values_give_finite_results() {
    let mut rng = Rng::new(77);
    for scale in [1e-300, 1e-9, 1.0, 1e15, 1e99] {
        let values: Vec<f64> = (0..60).map(|_| scale * rng.normal()).collect();
        let other: Vec<f64> = (0..60).map(|i| if i == 7 { scale } else { 0.0 }).collect();
        for (method, standardize) in METHODS.into_iter().flat_map(|m| [(m, true), (m, false)]) {
            let options = Options { method, k: Some(4), standardize };
            let columns = [values.clone(), other.clone()];
            let Ok(found) = cluster(&features(&columns), &values, &options) else { continue };
            let mut numbers = vec![found.within_ss, found.total_ss, found.stability.mean_adjusted_rand];
            numbers.extend(&found.trace);
            numbers.extend(
                found.clusters.iter().flat_map(|c| c.features.iter().flat_map(|f| [f.centroid, f.mean, f.z])),
            );
            assert!(numbers.iter().all(|v| v.is_finite()), "{scale} {options:?} {numbers:?}");
        }
    }
}

#[test]
fn large_files_are_sampled_and_everybody_is_labeled() {
    let points = blobs(12_000, 4, 15.0, 8);
    let money: Vec<f64> = (0..12_000).map(|i| f64::from(i % 4)).collect();
    let columns = columns(&points);
    for method in METHODS {
        let options = Options { method, k: Some(4), ..Options::default() };
        let found = cluster(&features(&columns), &money, &options).unwrap();
        let truth: Vec<u16> = (0..12_000).map(|i| i % 4).collect();
        let labels: Vec<u16> = found.labels.iter().map(|l| u16::from(l.unwrap())).collect();
        assert!(adjusted_rand(&labels, &truth) > 0.999, "{method:?}");
        assert_eq!(found.sampled.choice, Some(Sampled { used: 2000, of: 12_000 }));
        let used = match method {
            Method::KMeans => 5000,
            Method::Mixture => 2000,
            Method::Ward => 256,
        };
        assert_eq!(found.sampled.fit, Some(Sampled { used, of: 12_000 }));
    }
}
