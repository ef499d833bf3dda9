//! What do the defaults of the past say about the next one? A scorecard: weights of evidence, then logistic regression.
//!
//! ```text
//! ln(good/bad odds) = b0 + sum b_j WoE_j          WoE of the customer's bin of feature j
//! score = offset + factor ln(odds)                PD = 1/(1 + odds), the chance of a default
//! factor = PDO/ln 2, offset = base - factor ln(base odds)
//! points of a bin = factor (b_j WoE + b0/k) + offset/k     k features: the points of all features add up to the score
//! ```
//!
//! Symbols: base score 600 at odds of 50 to 1, PDO 20 points double the odds; hence factor 28.853901, offset
//! 487.122876 (Siddiqi 2006, chapter 6). WoE as in [`super::binning`]. The fit is penalized maximum likelihood
//! (ridge 1 on the b_j) by Newton's method, on 70 % of the customers drawn with a fixed seed in equal shares of good
//! and bad; the other 30 % judge it: area under the ROC curve with interval, Kolmogorov-Smirnov distance, and defaults
//! against the predicted ones by band of score. The card that was judged is the card that is used.
//!
//! Features of information value below .02 are left out (Siddiqi's "unpredictive"), and so, worst first, are those
//! whose coefficient has the wrong sign beside the others. A value that is not finite is missing and has a bin of its
//! own. Source: Siddiqi 2006; methods.md 13.
//!
//! Degenerate cases ([`NoScorecard`]): fewer than 50 defaults or 50 others, or no feature that says anything.

use super::binning::{Count, Limits, information, monotone_bins};
use crate::math::logistic::{self, Rows, share_of_log_odds as probability};
use crate::math::stats::{self, Auc};
use crate::math::{Rng, ln, ln_1p, sum};
use serde::{Deserialize, Serialize};

/// Bands of score in which predicted and seen defaults are compared.
const BANDS: usize = 10;

/// How odds become a score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scaling {
    /// Score at the base odds.
    pub base: f64,
    /// Good to bad odds at the base score, > 0.
    pub base_odds: f64,
    /// Points that double the odds, > 0.
    pub pdo: f64,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { base: 600.0, base_odds: 50.0, pdo: 20.0 }
    }
}

impl Scaling {
    /// Points per unit of ln(odds).
    #[must_use]
    pub fn factor(self) -> f64 {
        self.pdo / std::f64::consts::LN_2
    }

    /// Score at even odds.
    #[must_use]
    pub fn offset(self) -> f64 {
        self.base - self.factor() * ln(self.base_odds)
    }

    /// Score of a chance of default, which is kept within 1e-12 of 0 and 1.
    ///
    /// ```
    /// let score = tenure::analytics::credit::Scaling::default().score(0.02);
    /// assert!((score - 599.4).abs() < 0.05); // methods.md 13: odds of 49 to 1
    /// ```
    #[must_use]
    pub fn score(self, default_probability: f64) -> f64 {
        let p =
            if default_probability.is_nan() { 0.5 } else { default_probability.clamp(1e-12, 1.0 - 1e-12) };
        self.of_log_odds(ln_1p(-p) - ln(p))
    }

    fn of_log_odds(self, log_odds: f64) -> f64 {
        self.offset() + self.factor() * log_odds
    }

    /// Itself, or the default where it is no scale.
    fn usable(self) -> Self {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if self.base.is_finite() && positive(self.base_odds) && positive(self.pdo) {
            self
        } else {
            Self::default()
        }
    }
}

/// One column of the customers: what may predict a default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature<'a> {
    /// Stable name.
    pub key: &'a str,
    /// One value per customer; not finite is missing.
    pub values: &'a [f64],
}

/// What the user may change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScorecardOptions {
    /// Defaults, and others, that a card needs.
    pub min_defaults: u32,
    /// Bins of a feature at most.
    pub max_bins: u32,
    /// Share of the customers that a bin needs.
    pub min_bin_share: f64,
    /// Information value that a feature needs.
    pub min_information: f64,
    /// Penalty of the squared coefficients.
    pub ridge: f64,
    /// Share of the customers that judge the card.
    pub holdout_share: f64,
    /// Seed of the holdout.
    pub seed: u64,
    /// How odds become a score.
    pub scaling: Scaling,
}

impl Default for ScorecardOptions {
    fn default() -> Self {
        Self {
            min_defaults: 50,
            max_bins: 6,
            min_bin_share: 0.05,
            min_information: 0.02,
            ridge: 1.0,
            holdout_share: 0.3,
            seed: 13,
            scaling: Scaling::default(),
        }
    }
}

/// Why there is no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum NoScorecard {
    /// Too few customers defaulted.
    TooFewDefaults {
        /// How many did.
        n: u32,
        /// How many it takes.
        needed: u32,
    },
    /// Too few customers did not.
    TooFewOthers {
        /// How many.
        n: u32,
        /// How many it takes.
        needed: u32,
    },
    /// No feature separates them.
    NothingPredicts,
}

/// Which values a bin holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum BinRange {
    /// Values above one edge, up to and including the other; a missing edge is open.
    Values {
        /// Greater than this.
        above: Option<f64>,
        /// At most this.
        up_to: Option<f64>,
    },
    /// No value.
    Missing,
}

/// A line of the card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreBin {
    /// Which values.
    pub range: BinRange,
    /// Customers of the training part in it.
    pub n: u32,
    /// Those of them who defaulted.
    pub n_defaults: u32,
    /// Weight of evidence; 0 where there is nobody.
    pub woe: f64,
    /// Points; `None` where the feature is not used.
    pub points: Option<f64>,
}

/// Why a feature is not on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unused {
    /// Information value too low.
    Unpredictive,
    /// Beside the others its coefficient has the wrong sign: it says nothing that they do not.
    Redundant,
}

/// A feature of the card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoredFeature {
    /// Its name.
    pub key: String,
    /// Information value on the training part.
    pub information: f64,
    /// b_j; 0 if unused.
    pub coefficient: f64,
    /// Why it is not used, if it is not.
    pub unused: Option<Unused>,
    /// Bins in the order of values, the missing last.
    pub bins: Vec<ScoreBin>,
}

impl ScoredFeature {
    /// The bin of a value.
    #[must_use]
    pub fn bin_of(&self, value: f64) -> Option<&ScoreBin> {
        self.bins.iter().find(|b| match b.range {
            BinRange::Values { up_to, .. } => value.is_finite() && up_to.is_none_or(|edge| value <= edge),
            BinRange::Missing => true,
        })
    }
}

/// Holdout customers of a band of scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// Least and greatest score in it.
    pub scores: [f64; 2],
    /// Customers.
    pub n: u32,
    /// Those who defaulted.
    pub n_defaults: u32,
    /// Mean predicted chance of default.
    pub mean_pd: f64,
}

/// The card and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scorecard {
    /// How it was made.
    pub options: ScorecardOptions,
    /// Points per unit of ln(odds).
    pub factor: f64,
    /// Score at even odds.
    pub offset: f64,
    /// b0.
    pub intercept: f64,
    /// Features in the order given.
    pub features: Vec<ScoredFeature>,
    /// Customers it was fitted on and judged on.
    pub n_train: u32,
    /// Customers it was judged on.
    pub n_holdout: u32,
    /// Defaults among all of them.
    pub n_defaults: u32,
    /// Area under the ROC curve on the training part.
    pub auc_train: f64,
    /// The same on the holdout; `None` if it holds only one kind.
    pub auc: Option<Auc>,
    /// Greatest distance of the score distributions of good and bad on the holdout, 0..=1.
    pub ks: Option<f64>,
    /// The holdout by score, lowest band first.
    pub bands: Vec<Band>,
}

impl Scorecard {
    /// `b0 + sum b_j WoE_j` of a customer, by the values in the order of the features; a value not given is missing.
    fn log_odds(&self, value: impl Fn(usize) -> f64) -> f64 {
        let of = |(j, f): (usize, &ScoredFeature)| {
            f.coefficient * if f.unused.is_some() { 0.0 } else { f.bin_of(value(j)).map_or(0.0, |b| b.woe) }
        };
        self.intercept + self.features.iter().enumerate().map(of).sum::<f64>()
    }

    /// Score and chance of default (0..=1) of a customer, by the values in the order of [`Scorecard::features`]; a
    /// value not given is missing.
    #[must_use]
    pub fn score(&self, values: &[f64]) -> (f64, f64) {
        let log_odds = self.log_odds(|j| values.get(j).copied().unwrap_or(f64::NAN));
        (self.offset + self.factor * log_odds, probability(-log_odds))
    }

    /// Scores and chances of default of customers in columns, in the order of [`Scorecard::features`].
    #[must_use]
    pub fn score_all(&self, features: &[Feature]) -> (Vec<f64>, Vec<f64>) {
        let n = features.iter().map(|f| f.values.len()).max().unwrap_or(0);
        let value = |i: usize| move |j: usize| features.get(j).and_then(|f| f.values.get(i)).copied();
        let log_odds = |i: usize| self.log_odds(|j| value(i)(j).unwrap_or(f64::NAN));
        (0..n).map(log_odds).map(|l| (self.offset + self.factor * l, probability(-l))).unzip()
    }
}

/// Makes a card from customers in columns and whether each defaulted; customers beyond the end of a column have no
/// value there.
///
/// # Errors
/// [`NoScorecard`].
pub fn scorecard(
    features: &[Feature],
    defaulted: &[bool],
    options: &ScorecardOptions,
) -> Result<Scorecard, NoScorecard> {
    let n_defaults = defaulted.iter().filter(|d| **d).count() as u32;
    let (n, needed) = (defaulted.len() as u32 - n_defaults, options.min_defaults.max(1));
    if n_defaults < needed {
        return Err(NoScorecard::TooFewDefaults { n: n_defaults, needed });
    }
    if n < needed {
        return Err(NoScorecard::TooFewOthers { n, needed });
    }
    let (train, holdout) = split(defaulted, options);
    let scaling = options.scaling.usable();
    let mut card = Scorecard {
        options: ScorecardOptions { scaling, ..*options },
        factor: scaling.factor(),
        offset: scaling.offset(),
        intercept: 0.0,
        features: features.iter().map(|f| bin_feature(f, defaulted, &train, options)).collect(),
        n_train: train.len() as u32,
        n_holdout: holdout.len() as u32,
        n_defaults,
        auc_train: 0.5,
        auc: None,
        ks: None,
        bands: Vec::new(),
    };
    let is_bad: Vec<bool> = train.iter().map(|&i| defaulted[i as usize]).collect();
    card.fit(features, &train, &is_bad)?;
    card.set_points();
    let scores = |part: &[u32]| -> Vec<f64> {
        let value = |j: usize, i: u32| features[j].values.get(i as usize).copied().unwrap_or(f64::NAN);
        part.iter().map(|&i| card.offset + card.factor * card.log_odds(|j| value(j, i))).collect()
    };
    let (trained, judged) = (scores(&train), scores(&holdout));
    let risk = |scores: &[f64]| scores.iter().map(|s| -s).collect::<Vec<_>>();
    card.auc_train = stats::auc(&risk(&trained), &is_bad).map_or(0.5, |a| a.auc);
    let is_bad: Vec<bool> = holdout.iter().map(|&i| defaulted[i as usize]).collect();
    card.auc = stats::auc(&risk(&judged), &is_bad);
    let mut judged: Vec<(f64, bool)> = judged.into_iter().zip(is_bad).collect();
    judged.sort_by(|a, b| a.0.total_cmp(&b.0));
    card.ks = kolmogorov_smirnov(&judged);
    card.bands = card.bands_of(&judged);
    Ok(card)
}

/// Customers to fit on and to judge on, ascending; the same share of good and bad.
fn split(defaulted: &[bool], options: &ScorecardOptions) -> (Vec<u32>, Vec<u32>) {
    let mut rng = Rng::new(options.seed);
    let (mut train, mut holdout) = (Vec::new(), Vec::new());
    for kind in [true, false] {
        let mut members: Vec<u32> =
            (0..defaulted.len() as u32).filter(|&i| defaulted[i as usize] == kind).collect();
        let n_out = (members.len() as f64 * options.holdout_share.clamp(0.0, 0.9)) as usize;
        for k in 0..n_out {
            let other = k + rng.below(members.len() - k);
            members.swap(k, other);
        }
        holdout.extend_from_slice(&members[..n_out]);
        train.extend_from_slice(&members[n_out..]);
    }
    train.sort_unstable();
    holdout.sort_unstable();
    (train, holdout)
}

fn bin_feature(feature: &Feature, defaulted: &[bool], train: &[u32], o: &ScorecardOptions) -> ScoredFeature {
    let (mut all, mut missing, mut rows) = (Count::default(), Count::default(), Vec::new());
    for &i in train {
        let bad = defaulted[i as usize];
        let one = Count { good: u64::from(!bad), bad: u64::from(bad) };
        all.add(one);
        match feature.values.get(i as usize) {
            Some(&v) if v.is_finite() => rows.push((v, bad)),
            _ => missing.add(one),
        }
    }
    let min_n = (all.n() as f64 * o.min_bin_share.clamp(0.0, 0.5)) as u64;
    let found = monotone_bins(rows, all, Limits { max_bins: o.max_bins as usize, min_n });
    let value = information(&found, all) + if missing.n() > 0 { missing.information(all) } else { 0.0 };
    let line = |range, count: Count| ScoreBin {
        range,
        n: count.n() as u32,
        n_defaults: count.bad as u32,
        woe: if count.n() > 0 { count.woe(all) } else { 0.0 },
        points: None,
    };
    let mut above = None;
    let mut bins = Vec::with_capacity(found.len() + 1);
    for (i, bin) in found.iter().enumerate() {
        let up_to = (i + 1 < found.len()).then_some(bin.up_to);
        bins.push(line(BinRange::Values { above, up_to }, bin.count));
        above = up_to;
    }
    bins.push(line(BinRange::Missing, missing));
    let unused = (value < o.min_information || bins.len() + usize::from(missing.n() > 0) < 3)
        .then_some(Unused::Unpredictive);
    ScoredFeature { key: feature.key.to_owned(), information: value, coefficient: 0.0, unused, bins }
}

impl Scorecard {
    /// Fits the coefficients, dropping the feature of the most wrong sign until there is none.
    fn fit(&mut self, features: &[Feature], train: &[u32], is_bad: &[bool]) -> Result<(), NoScorecard> {
        let is_good: Vec<bool> = is_bad.iter().map(|bad| !bad).collect();
        let ridge = if self.options.ridge.is_finite() { self.options.ridge.max(1e-8) } else { 1.0 };
        loop {
            let used: Vec<usize> =
                (0..features.len()).filter(|&j| self.features[j].unused.is_none()).collect();
            if used.is_empty() {
                return Err(NoScorecard::NothingPredicts);
            }
            let mut design = Vec::with_capacity(train.len() * used.len());
            for &i in train {
                design.extend(used.iter().map(|&j| {
                    let value = features[j].values.get(i as usize).copied().unwrap_or(f64::NAN);
                    self.features[j].bin_of(value).map_or(0.0, |b| b.woe)
                }));
            }
            // The scorecard speaks of the odds of paying: the event is not to default.
            let rows =
                Rows { x: &design, n_columns: used.len(), event: &is_good, weight: None, periods: None };
            let Ok(found) = logistic::fit(&rows, ridge, None) else {
                return Err(NoScorecard::NothingPredicts);
            };
            let slopes = &found.slopes;
            let worst = (0..used.len()).min_by(|&x, &y| slopes[x].total_cmp(&slopes[y]));
            match worst.filter(|&w| slopes[w] <= 0.0) {
                Some(w) => self.features[used[w]].unused = Some(Unused::Redundant),
                None => {
                    self.intercept = found.intercept;
                    used.iter().zip(slopes).for_each(|(&j, b)| self.features[j].coefficient = *b);
                    return Ok(());
                }
            }
        }
    }

    fn set_points(&mut self) {
        let k = self.features.iter().filter(|f| f.unused.is_none()).count().max(1) as f64;
        let (factor, share) = (self.factor, (self.factor * self.intercept + self.offset) / k);
        for feature in self.features.iter_mut().filter(|f| f.unused.is_none()) {
            let b = feature.coefficient;
            feature.bins.iter_mut().for_each(|bin| bin.points = Some(factor * b * bin.woe + share));
        }
    }

    fn bands_of(&self, judged: &[(f64, bool)]) -> Vec<Band> {
        let n = judged.len();
        let edges = (0..BANDS).map(|k| k * n / BANDS..(k + 1) * n / BANDS).filter(|r| !r.is_empty());
        let pd = |score: f64| probability((self.offset - score) / self.factor);
        edges
            .map(|r| &judged[r])
            .map(|band| Band {
                scores: [band[0].0, band[band.len() - 1].0],
                n: band.len() as u32,
                n_defaults: band.iter().filter(|b| b.1).count() as u32,
                mean_pd: sum(band.iter().map(|b| pd(b.0))) / band.len() as f64,
            })
            .collect()
    }
}

/// Greatest distance of the two distribution functions; rows ascending by score.
fn kolmogorov_smirnov(rows: &[(f64, bool)]) -> Option<f64> {
    let n_bad = rows.iter().filter(|r| r.1).count() as f64;
    let n_good = rows.len() as f64 - n_bad;
    let (mut bad, mut good, mut most) = (0.0, 0.0, 0.0_f64);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        tied.iter().for_each(|r| if r.1 { bad += 1.0 } else { good += 1.0 });
        most = most.max((bad / n_bad - good / n_good).abs());
    }
    (n_bad > 0.0 && n_good > 0.0).then_some(most)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn kolmogorov_smirnov_by_hand() {
        let rows = [(1.0, true), (2.0, true), (2.0, false), (3.0, false)];
        assert_eq!(kolmogorov_smirnov(&rows), Some(0.5));
        assert_eq!(kolmogorov_smirnov(&rows[..2]), None);
    }

    #[test]
    fn ex_13_scaling() {
        let scaling = Scaling::default();
        assert!((scaling.factor() - 28.853_901).abs() < 5e-7);
        assert!((scaling.offset() - 487.122_876).abs() < 5e-7);
        for (pd, score) in [(0.02, 599.4), (0.05, 572.1), (0.2, 527.1)] {
            assert!((scaling.score(pd) - score).abs() < 0.05, "{pd}: {}", scaling.score(pd));
        }
        assert!((scaling.score(1.0 / 51.0) - 600.0).abs() < 1e-9, "50 to 1");
        assert!([0.0, 1.0, f64::NAN].iter().all(|&p| scaling.score(p).is_finite()));
    }

    /// Good with odds e^(1 + 2 x1 - x2); x3 says nothing.
    fn simulated(n: usize) -> ([Vec<f64>; 3], Vec<bool>) {
        let mut rng = Rng::new(8);
        let mut x: [Vec<f64>; 3] = Default::default();
        let bad = (0..n)
            .map(|_| {
                let row = [rng.normal(), rng.normal(), rng.normal()];
                x.iter_mut().zip(row).for_each(|(column, v)| column.push(v));
                rng.uniform() < probability(-(1.0 + 2.0 * row[0] - row[1]))
            })
            .collect();
        (x, bad)
    }

    fn named(x: &[Vec<f64>; 3]) -> [Feature<'_>; 3] {
        [0, 1, 2].map(|j| Feature { key: ["one", "two", "three"][j], values: &x[j] })
    }

    #[test]
    fn the_points_of_the_bins_add_up_to_the_score() {
        let (x, bad) = simulated(4000);
        let card = scorecard(&named(&x), &bad, &ScorecardOptions::default()).unwrap();
        assert_eq!(card.features[2].unused, Some(Unused::Unpredictive));
        assert!(card.auc.unwrap().auc > 0.85 && card.auc.unwrap().auc <= card.auc_train + 0.03);
        assert!(card.ks.unwrap() > 0.5 && card.features[0].information > card.features[1].information);
        let (scores, pd) = card.score_all(&named(&x));
        for i in 0..200 {
            let of = |j: usize| card.features[j].bin_of(x[j][i]).and_then(|b| b.points).unwrap_or(0.0);
            assert!((of(0) + of(1) + of(2) - scores[i]).abs() < 1e-9);
            assert!((card.options.scaling.score(pd[i]) - scores[i]).abs() < 1e-6);
            assert_eq!(card.score(&[x[0][i], x[1][i], x[2][i]]).0, scores[i]);
        }
        // Calibration: over the whole holdout, as many defaults as predicted, within sampling error.
        let (seen, expected) = card
            .bands
            .iter()
            .fold((0.0, 0.0), |(s, e), b| (s + f64::from(b.n_defaults), e + f64::from(b.n) * b.mean_pd));
        assert!((seen - expected).abs() < 3.0 * expected.sqrt(), "{seen} {expected}");
        assert!(card.bands.windows(2).all(|w| w[0].mean_pd >= w[1].mean_pd));
        assert_eq!(card.bands.iter().map(|b| b.n).sum::<u32>(), card.n_holdout);
        let text = serde_json::to_string(&card).unwrap();
        let back = serde_json::from_str::<Scorecard>(&text).unwrap();
        assert_eq!(back.features[0].bins.len(), card.features[0].bins.len());
    }

    #[test]
    fn the_unit_of_a_feature_does_not_matter() {
        let (x, bad) = simulated(800);
        let larger = x.each_ref().map(|c| c.iter().map(|v| v * 1e9).collect::<Vec<_>>());
        let [a, b] = [&x, &larger].map(|x| {
            let card = scorecard(&named(x), &bad, &ScorecardOptions::default()).unwrap();
            card.score_all(&named(x)).0
        });
        assert_eq!(a, b);
    }

    #[test]
    fn missing_values_have_a_bin_and_a_copy_of_a_feature_changes_little() {
        let (mut x, bad) = simulated(3000);
        for i in 0..3000 {
            x[2][i] = if bad[i] && i % 2 == 0 { f64::NAN } else { x[0][i] };
        }
        let card = scorecard(&named(&x), &bad, &ScorecardOptions::default()).unwrap();
        let missing = card.features[2].bins.last().unwrap();
        assert!(missing.range == BinRange::Missing && missing.woe < -1.0 && missing.n == missing.n_defaults);
        assert!(card.features.iter().all(|f| f.coefficient >= 0.0));
    }

    #[test]
    fn too_few_or_nothing_to_say() {
        let (x, bad) = simulated(60);
        let options = ScorecardOptions::default();
        let n = bad.iter().filter(|b| **b).count() as u32;
        let few = Err(NoScorecard::TooFewDefaults { n, needed: 50 });
        assert_eq!(scorecard(&named(&x), &bad, &options), few);
        let all = vec![true; 60];
        assert_eq!(
            scorecard(&named(&x), &all, &options),
            Err(NoScorecard::TooFewOthers { n: 0, needed: 50 })
        );
        let mixed: Vec<bool> = (0..200).map(|i| i % 2 == 0).collect();
        let flat = [Feature { key: "flat", values: &[7.0; 200] }];
        assert_eq!(scorecard(&flat, &mixed, &options), Err(NoScorecard::NothingPredicts));
        assert_eq!(scorecard(&[], &mixed, &options), Err(NoScorecard::NothingPredicts));
        let odd = ScorecardOptions {
            scaling: Scaling { base: f64::NAN, base_odds: 0.0, pdo: 0.0 },
            holdout_share: 7.0,
            max_bins: 0,
            ..options
        };
        let (x, bad) = simulated(2000);
        if let Ok(card) = scorecard(&named(&x), &bad, &odd) {
            assert!(card.score(&[]).0.is_finite());
        }
    }
}
