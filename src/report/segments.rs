//! Groups of alike customers: clusters, tiers, and the weights of the RFM scores.

use super::build::Work;
use super::facts::Facts;
use super::products;
use super::settings::{ClusterMethod, ValidSettings};
use super::{Because, CustomerStage, Notice, Section};
use crate::analytics::ahp;
use crate::analytics::cluster::{self, Clusters, NotComputable};
use crate::analytics::price::PriceSensitivity;
use crate::analytics::tiers::{self, TREND_PERIODS, TierInput, Tiers};

/// Clusters by recency, frequency and money (methods.md 9); its labels go into the customer table.
pub(super) fn clusters(work: &Work<'_>, notices: &mut Vec<Notice>) -> Option<Clusters> {
    let n = work.n();
    // Only buyers have a recency; the others are left out by it.
    let recency: Vec<f64> = (0..n)
        .map(|c| match work.exits.purchases[c] {
            Some(_) => f64::from(work.exits.silence_days[c]),
            None => f64::NAN,
        })
        .collect();
    let frequency: Vec<f64> = (0..n).map(|c| f64::from(work.orders.n_orders_of(c))).collect();
    let money: Vec<f64> = (0..n).map(|c| work.money(work.orders.revenue_of(c))).collect();
    let options = cluster::Options {
        method: match work.settings.cluster_method {
            ClusterMethod::KMeans => cluster::Method::KMeans,
            ClusterMethod::Mixture => cluster::Method::Mixture,
            ClusterMethod::Ward => cluster::Method::Ward,
        },
        k: (work.settings.clusters > 0).then_some(work.settings.clusters as usize),
        ..cluster::Options::default()
    };
    match cluster::cluster(&cluster::default_features(&frequency, &money, &recency), &money, &options) {
        Ok(found) => Some(found),
        Err(problem) => {
            let because = match problem {
                NotComputable::TooFew { n, needed } => Because::TooFew { n: n as u32, needed: needed as u32 },
                NotComputable::NoVariance => Because::AllEqual,
            };
            notices.push(Notice::NotComputed { section: Section::Clusters, because });
            None
        }
    }
}

/// Transactional and relational customers (methods.md 16); its labels go into the customer table.
pub(super) fn tiers(work: &Work<'_>, facts: &Facts, sensitivity: Option<&PriceSensitivity>) -> Tiers {
    let n = work.n();
    let n_orders: Vec<u32> = (0..n).map(|c| work.orders.n_orders_of(c)).collect();
    let elasticity = sensitivity.map(|s| products::elasticities(Some(s), n));
    let declining: Option<Vec<bool>> =
        work.relationships.as_ref().map(|r| r.stage.iter().map(|s| *s == CustomerStage::Decline).collect());
    let recent: Option<Vec<Option<[f64; TREND_PERIODS]>>> =
        work.relationships.as_ref().map(|r| (0..n).map(|c| super::lifecycle::last_periods(r, c)).collect());
    tiers::tiers(&TierInput {
        discount_dependence: sensitivity.map(|s| s.discount_dependence.as_slice()),
        elasticity: elasticity.as_deref(),
        in_decline: declining.as_deref(),
        recent: recent.as_deref(),
        ..TierInput::new(&n_orders, &facts.profit.profit, &facts.revenue_12m)
    })
}

/// Weights of the R, F and M scores: as given, or from pairwise comparisons, or equal. The second result says how
/// consistent the comparisons are.
pub(super) fn rfm_weights(settings: &ValidSettings) -> ([f64; 3], Option<ahp::Weights>) {
    if let Some(weights) = settings.rfm_weights {
        return (weights, None);
    }
    let Some(given) = settings.rfm_comparisons else { return ([1.0 / 3.0; 3], None) };
    match ahp::weigh(3, &given.map(Some), &ahp::Options::default()) {
        Ok(found) => ([found.weights[0], found.weights[1], found.weights[2]], Some(found)),
        // Checked settings are positive numbers, which is all that can be refused here.
        Err(_) => ([1.0 / 3.0; 3], None),
    }
}
