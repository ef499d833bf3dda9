//! Clusters of Fisher's iris measurements (1936), whose numbers other packages publish too: `reference-results`
//! 1.5. The 150 rows of `fixtures/iris.csv` are those of Fisher's paper (the copy in the UCI repository has two
//! typing errors).

#![allow(clippy::unwrap_used)]

use tenure::analytics::cluster::{
    Feature, Method, Options, Points, Transform, adjusted_rand, cluster, kmeans, mixture, silhouettes,
    total_ss, ward, within_ss,
};

const IRIS: &str = include_str!("fixtures/iris.csv");
const NAMES: [&str; 4] = ["sepalLength", "sepalWidth", "petalLength", "petalWidth"];

fn columns() -> Vec<Vec<f64>> {
    let rows: Vec<Vec<&str>> = IRIS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 150);
    (0..4).map(|f| rows.iter().map(|r| r[f].parse().unwrap()).collect()).collect()
}

fn iris() -> Points {
    Points::new(&columns())
}

fn species() -> Vec<u16> {
    (0..150).map(|i| i / 50).collect()
}

fn sizes(labels: &[u16]) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        (0..=*labels.iter().max().unwrap()).map(|c| labels.iter().filter(|l| **l == c).count()).collect();
    sizes.sort_unstable();
    sizes
}

fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance, "{got} is not {want}");
}

#[test]
fn reference_1_5_iris_k_means() {
    let points = iris();
    let found = kmeans(&points, 3, 20, 1);
    close(found.within_ss(), 78.851_441, 5e-7);
    close(within_ss(&points, &found.labels, 3), 78.851_441, 5e-7);
    close(total_ss(&points), 681.3706, 5e-5);
    assert_eq!(sizes(&found.labels), [38, 50, 62]);
    // scikit-learn 1.9 for the other k.
    for (k, within) in [(2, 152.347_952), (4, 57.228_473), (5, 46.446_182)] {
        close(kmeans(&points, k, 20, 1).within_ss(), within, 5e-7);
    }
}

#[test]
fn reference_1_5_iris_ward() {
    let points = iris();
    let tree = ward(&points, None);
    assert_eq!(sizes(&tree.cut(3)), [36, 50, 64]);
    assert_eq!(sizes(&tree.cut(2)), [50, 100]);
    assert_eq!(sizes(&tree.cut(4)), [26, 36, 38, 50]);
}

#[test]
fn reference_1_5_iris_gaussian_mixture() {
    let points = iris();
    let two = mixture(&points, 2, 10, 1).unwrap();
    close(two.ln_likelihood(), -214.354_704, 1e-4);
    close(two.bic(150, 4), 574.0178, 2e-4);
    assert_eq!(sizes(&two.labels), [50, 100]);
    let three = mixture(&points, 3, 10, 1).unwrap();
    // The run stops when a pass gains less than 1e-6 per point, a little before the maximum.
    close(three.ln_likelihood(), -180.185_477, 2e-3);
    assert_eq!(sizes(&three.labels), [45, 50, 55]);
    assert!(adjusted_rand(&three.labels, &species()) > 0.9, "Fisher's species");
    // scikit-learn 1.9.
    close(mixture(&points, 1, 1, 1).unwrap().bic(150, 4), 829.978_15, 1e-4);
}

#[test]
fn iris_silhouettes_of_scikit_learn() {
    let points = iris();
    let (two, three) = (kmeans(&points, 2, 20, 1).labels, kmeans(&points, 3, 20, 1).labels);
    let tree = ward(&points, None);
    let found = silhouettes(&points, &[&two, &three, &tree.cut(2), &tree.cut(3)]);
    for (found, want) in found.into_iter().zip([0.681_046_2, 0.552_819_0, 0.686_735_1, 0.554_323_7]) {
        close(found.unwrap(), want, 5e-8);
    }
}

#[test]
fn iris_through_the_whole_way() {
    let columns = columns();
    let features: Vec<Feature<'_>> = columns
        .iter()
        .zip(NAMES)
        .map(|(values, key)| Feature { key, transform: Transform::Identity, values })
        .collect();
    let run = |method, k, standardize| {
        cluster(&features, &columns[2], &Options { method, k, standardize }).unwrap()
    };
    // Both criteria see two groups: versicolor and virginica overlap.
    for method in [Method::KMeans, Method::Mixture, Method::Ward] {
        let found = run(method, None, false);
        assert_eq!((found.k, found.candidates.len()), (2, 9), "{method:?}");
        assert!(!found.stability.unstable && found.spikes == 0);
        // Numbered by the column given as money, here petal length: setosa, the shortest, comes last.
        assert_eq!(found.labels[0], Some(1));
        assert_eq!(found.clusters[1].distinguishing[0], 2, "told apart by petal length");
    }
    let three = run(Method::KMeans, Some(3), false);
    close(three.within_ss, 78.851_441, 5e-7);
    assert_eq!(three.clusters.iter().map(|c| c.customers).collect::<Vec<_>>(), [38, 62, 50]);
    // Means of the three clusters as R and scikit-learn print them.
    for (feature, want) in three.clusters[2].features.iter().zip([5.006, 3.428, 1.462, 0.246]) {
        close(feature.centroid, want, 1e-9);
        close(feature.mean, want, 1e-9);
    }
    let standardized = run(Method::KMeans, Some(3), true);
    close(standardized.total_ss, 596.0, 1e-9);
    // scikit-learn 1.9 on z-scores, the best of 200 starts.
    close(standardized.within_ss, 138.888_36, 1e-4);
}
