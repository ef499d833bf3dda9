//! Which customers are alike? Groups found in the data, not drawn by hand.
//!
//! **Features** ([`Feature`]), by default `ln(1+F)`, `ln(1+max(M,0))`, `-ln(1+R)` ([`default_features`]): each
//! is standardized to `(x - mean)/sd`, or to `(x - median)/IQR` where its skewness is beyond 2. Features
//! without variance are dropped and named; customers who lack a feature are left out and counted.
//!
//! **Methods** ([`Method`]): [`kmeans`](kmeans()) (k-means++, 20 restarts), [`mixture`](mixture()) (Gaussians
//! with full covariances, 10 restarts), [`ward`](ward()) (hierarchy).
//!
//! **How many**: k = 2..=10 with the greatest mean [`silhouettes`], for mixtures the least BIC, or as given.
//! **Are they real**: mean [`adjusted_rand`] between the result and the clusters of 20 bootstrap samples, on
//! the customers drawn (Hennig 2007); below .75 they are not to be relied on ([`Stability`]).
//!
//! Clusters are numbered by their mean money, the most valuable first. Centroids are in original units; a
//! cluster is described by the three features whose mean lies the most standard deviations from that of all
//! customers.
//!
//! **Work is bounded**, and [`Clusters::sampled`] says what was sampled, always with fixed seeds: restarts run
//! on at most 5,000 customers (mixtures 2,000), then passes over everybody start from the best of them; k is
//! chosen on at most 2,000, with 6 restarts (mixtures 2) each; bootstrap samples have at most 2,000, with 4
//! restarts (1). Ward's tree holds at most 5,000 customers; with more it joins 256 k-means micro-clusters of
//! everybody.
//!
//! Customers are first sorted by their features, so that the result does not depend on the order of the input.
//!
//! Symbols: F orders; M money in the file's currency unit; R days since the last purchase; sd and IQR in
//! transformed units; silhouettes -1..=1; labels 0..k; shares 0..=1. Each method's formula is in its file.
//!
//! Sources: Arthur & Vassilvitskii 2007; Ward 1963; Dempster, Laird & Rubin 1977; Schwarz 1978; Rousseeuw 1987;
//! Hubert & Arabie 1985; methods.md 9. Written here rather than taken from linfa: that crate draws from a
//! random generator of its own and uses the platform's `exp` and `ln`, so a report would differ between a
//! browser and a server.
//!
//! Degenerate cases: fewer than 30 complete customers, or no feature with variance: [`NotComputable`]. With
//! fewer different customers than clusters k is reduced. Values that are not finite, or beyond 1e100, count as
//! missing. Mixtures keep regular by a ridge; should a fit fail all the same, k-means stands in, as
//! [`Clusters::method`] then says.
//!
//! ```
//! use tenure::analytics::cluster::{Points, kmeans, silhouettes, total_ss, ward, within_ss};
//! let points = Points::new(&[vec![1.0, 2.0, 8.0, 9.0]]); // methods.md 9
//! let found = kmeans(&points, 2, 20, 1);
//! let mean = silhouettes(&points, &[&found.labels])[0].unwrap_or(0.0);
//! assert!((mean - 0.8564).abs() < 5e-5);
//! assert_eq!(ward(&points, None).merges()[2].cost, 49.0);
//! assert_eq!(total_ss(&points) - within_ss(&points, &found.labels, 2), 49.0);
//! ```

mod choose;
mod kmeans;
mod mixture;
mod points;
mod run;
#[cfg(test)]
mod tests;
mod ward;

pub use choose::{adjusted_rand, silhouettes};
pub use kmeans::{KMeans, kmeans, total_ss, within_ss};
pub use mixture::{Mixture, mixture};
pub use points::Points;
pub use run::cluster;
pub use ward::{Merge, Tree, ward};

use serde::{Deserialize, Serialize};

/// Fewest complete customers that can be clustered.
pub const MIN_CUSTOMERS: usize = 30;
/// Most clusters that are tried when k is not given.
pub const MAX_CHOSEN_K: usize = 10;
/// Most clusters that may be asked for.
pub const MAX_K: usize = 20;
/// Mean adjusted Rand index below which clusters are flagged as unstable.
pub const MIN_STABILITY: f64 = 0.75;

/// What is done to a value before it is standardized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Transform {
    /// Nothing.
    Identity,
    /// `ln(1 + max(x, 0))`: counts and money.
    LnOnePlus,
    /// `-ln(1 + max(x, 0))`: durations of which little is good.
    MinusLnOnePlus,
}

/// One column to cluster by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature<'a> {
    /// Stable name.
    pub key: &'a str,
    /// What is done to the values first.
    pub transform: Transform,
    /// One value per customer in original units; what is not finite is missing.
    pub values: &'a [f64],
}

/// Frequency, money and recency, the features that are used unless others are given.
#[must_use]
pub fn default_features<'a>(
    frequency: &'a [f64],
    monetary: &'a [f64],
    days_since_last: &'a [f64],
) -> [Feature<'a>; 3] {
    let feature = |key, transform, values| Feature { key, transform, values };
    [
        feature("frequency", Transform::LnOnePlus, frequency),
        feature("monetary", Transform::LnOnePlus, monetary),
        feature("daysSinceLast", Transform::MinusLnOnePlus, days_since_last),
    ]
}

/// How clusters are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// Nearest of k centers.
    #[default]
    KMeans,
    /// Gaussians of any shape.
    Mixture,
    /// Ward's hierarchy.
    Ward,
}

/// Choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// How clusters are found.
    pub method: Method,
    /// How many, 2..=20; `None` to choose among 2..=10.
    pub k: Option<usize>,
    /// Whether features are put on one scale; without it they keep their (transformed) units.
    pub standardize: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { method: Method::default(), k: None, standardize: true }
    }
}

/// Why there are no clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum NotComputable {
    /// Too few customers with all features.
    TooFew {
        /// Customers with all features.
        n: usize,
        /// Customers needed.
        needed: usize,
    },
    /// No feature was given, or on each of them all customers are equal.
    NoVariance,
}

/// How a feature was put on the common scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScaleKind {
    /// Mean and standard deviation.
    ZScore,
    /// Median and interquartile range, because the feature is skewed.
    Robust,
    /// Not at all.
    Raw,
}

/// A feature that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureScale {
    /// Stable name.
    pub key: String,
    /// Place among the features given.
    pub feature_idx: usize,
    /// What was done to the values first.
    pub transform: Transform,
    /// How it was scaled.
    pub kind: ScaleKind,
    /// What was subtracted, in transformed units.
    pub center: f64,
    /// What it was divided by, in transformed units.
    pub spread: f64,
    /// Mean of all customers, in transformed units.
    pub mean: f64,
    /// Standard deviation of all customers, in transformed units.
    pub sd: f64,
}

impl FeatureScale {
    /// A value in standard deviations from the mean of all; `None` where it is missing.
    #[must_use]
    pub fn z(&self, value: f64) -> Option<f64> {
        let z = (points::transform(value, self.transform) - self.mean) / self.sd;
        z.is_finite().then_some(z)
    }

    /// The value at so many standard deviations from the mean of all, in original units.
    #[must_use]
    pub fn value_at(&self, z: f64) -> f64 {
        points::back(self.mean + z * self.sd, self.transform)
    }

    /// What a standard deviation counts in the distances by which customers are grouped.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.sd / self.spread
    }
}

/// A feature that was left out because all customers are equal on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dropped {
    /// Stable name.
    pub key: String,
    /// Place among the features given.
    pub feature_idx: usize,
}

/// One feature within one cluster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterFeature {
    /// The centroid in original units: mean of the transformed values, transformed back.
    pub centroid: f64,
    /// Mean of the original values.
    pub mean: f64,
    /// How many standard deviations the transformed mean lies from that of all customers.
    pub z: f64,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Customers in it.
    pub customers: usize,
    /// Their share of all customers used.
    pub share: f64,
    /// Their mean money, by which clusters are numbered.
    pub mean_money: f64,
    /// In the order of [`Clusters::features`].
    pub features: Vec<ClusterFeature>,
    /// Up to three places in `features`, the greatest |z| first.
    pub distinguishing: Vec<usize>,
}

/// One number of clusters that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Clusters.
    pub k: usize,
    /// Mean silhouette, -1..=1; great is good.
    pub silhouette: Option<f64>,
    /// Schwarz's criterion, mixtures only; small is good.
    pub bic: Option<f64>,
    /// Within sum of squares, in standardized units.
    pub within_ss: f64,
}

/// Whether the same clusters come back from other samples of the same customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stability {
    /// Mean adjusted Rand index; 1 is full agreement, 0 that of chance.
    pub mean_adjusted_rand: f64,
    /// Bootstrap samples.
    pub bootstraps: usize,
    /// Whether it is below .75.
    pub unstable: bool,
}

/// A part of the customers used for a step, drawn with a fixed seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// Customers drawn.
    pub used: usize,
    /// Customers there are.
    pub of: usize,
}

/// Which steps saw a sample only; `None` where they saw everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Samples {
    /// The restarts (every customer is then assigned in passes over all); for Ward the micro-clusters joined, of all.
    pub fit: Option<Sampled>,
    /// Number of clusters and silhouettes.
    pub choice: Option<Sampled>,
    /// Customers in each bootstrap sample.
    pub stability: Option<Sampled>,
}

/// Groups of customers who are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clusters {
    /// How they were found.
    pub method: Method,
    /// How many there are.
    pub k: usize,
    /// How many were asked for; `None` if k was chosen.
    pub k_asked: Option<usize>,
    /// Cluster of each customer, 0 the one with most money per customer; `None` where a feature is missing.
    pub labels: Vec<Option<u8>>,
    /// Customers with all features.
    pub customers_used: usize,
    /// Customers left out because a feature is missing.
    pub customers_incomplete: usize,
    /// Features used.
    pub features: Vec<FeatureScale>,
    /// Features without variance.
    pub dropped: Vec<Dropped>,
    /// The clusters, most valuable first.
    pub clusters: Vec<Cluster>,
    /// Numbers of clusters tried; one entry if k was given.
    pub candidates: Vec<Candidate>,
    /// Mean silhouette of the result.
    pub silhouette: Option<f64>,
    /// Log-likelihood of the result, mixtures only.
    pub ln_likelihood: Option<f64>,
    /// Components of a mixture that sit on one value which many customers share; with any, BIC and k mean little.
    pub spikes: usize,
    /// Within sum of squares, in standardized units.
    pub within_ss: f64,
    /// Sum of squares around the mean of all, in standardized units.
    pub total_ss: f64,
    /// After each pass of the best run: within sum of squares (k-means, never rises) or log-likelihood
    /// (mixtures); for Ward the costs of the last unions, at most 20, cheapest first.
    pub trace: Vec<f64>,
    /// Whether they come back.
    pub stability: Stability,
    /// What was sampled.
    pub sampled: Samples,
}
