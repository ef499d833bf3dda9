//! How good is the relationship, and what is it worth in the customer's eyes?
//!
//! **Relationship quality**: nine dimensions, 0..=100 each, from a survey or, where nobody was asked, from a stand-in:
//!
//! ```text
//! survey    100 (mean answer - min)/(max - min)
//! proxy     commitment = share of wallet, communication = share of contacts answered, investment = percentile of tenure,
//!           profit = percentile of profit, satisfaction = 100 - percentile of complaints per order
//! score     sum w x / sum w over the dimensions that are available, at least 4
//! alpha     k/(k-1) (1 - sum var_j / var_total), Cronbach's, over respondents who answered all k items, at least 10
//! ```
//!
//! **Perceived value**: items marked benefit or sacrifice, 0..=100 each, `PV = sum w_b b - sum w_s s` with weights that
//! sum to 1 on each side, -100..=100; against an alternative the gap `PV_us - PV_alt` over the items answered for both,
//! against the best alternative the least such gap.
//!
//! Symbols: percentile = 100 (rank - 1/2)/n among the customers who have a value, ties sharing their rank; weights >= 0
//! on any scale (AHP), by default all equal. Sources: Crosby, Evans & Cowles 1990; Cronbach 1951; methods.md 18, 24.3.
//!
//! Degenerate cases: fewer than 4 dimensions of positive weight give no score; answers outside the scale, not finite, or
//! of no known customer or item are dropped and counted; a scale without width uses no answer; [`NoAlpha`]; a side
//! without an answered item of positive weight gives no PV; under 30 respondents everything about PV is descriptive.
//!
//! ```
//! use tenure::analytics::relationship::{Alpha, cronbach};
//! // Two items that always agree: alpha is 1.
//! let answers: Vec<Vec<f64>> = (0..10).map(|i| vec![f64::from(i % 5); 2]).collect();
//! assert_eq!(cronbach(&answers), Ok(Alpha { alpha: 1.0, n_items: 2, n_respondents: 10 }));
//! ```

mod perceived;

pub use perceived::{
    PerceivedInput, PerceivedValue, Side, ValueItem, ValueItemMean, attention_order, perceived_value,
};

use crate::math::{stats, sum};
use serde::{Deserialize, Serialize};

/// Dimensions that a score needs.
pub const MIN_DIMENSIONS: u32 = 4;
/// Respondents that alpha needs.
pub const MIN_RESPONDENTS: u32 = 10;

/// A dimension of relationship quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Dimension {
    /// 信任
    Trust,
    /// 满意
    Satisfaction,
    /// 承诺
    Commitment,
    /// 沟通
    Communication,
    /// 目标一致性
    GoalCongruence,
    /// 情感纽带
    EmotionalBond,
    /// 投资
    Investment,
    /// 动力
    Motivation,
    /// 利润
    Profit,
}

impl Dimension {
    /// All dimensions in the order of weights and columns.
    pub const ALL: [Self; 9] = [
        Self::Trust,
        Self::Satisfaction,
        Self::Commitment,
        Self::Communication,
        Self::GoalCongruence,
        Self::EmotionalBond,
        Self::Investment,
        Self::Motivation,
        Self::Profit,
    ];
}

/// Answers to a survey, one per row, in any order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survey<'a> {
    /// Who answered, an index below the number of customers.
    pub customer: &'a [u32],
    /// Which item, an index into `items`.
    pub item: &'a [u32],
    /// The answer.
    pub answer: &'a [f64],
    /// What each item asks about.
    pub items: &'a [Dimension],
    /// Least and greatest possible answer.
    pub scale: [f64; 2],
}

/// What stands in for dimensions nobody was asked about; columns with one entry per customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Proxies<'a> {
    /// Own sales / the customer's total spend in the category, 0..=1.
    pub share_of_wallet: Option<&'a [Option<f64>]>,
    /// Contacts answered / contacts, 0..=1.
    pub answered_share: Option<&'a [Option<f64>]>,
    /// Months since the first purchase.
    pub tenure_months: Option<&'a [Option<f64>]>,
    /// Profit of the last 12 months, money.
    pub profit: Option<&'a [Option<f64>]>,
    /// Complaints per order.
    pub complaints_per_order: Option<&'a [Option<f64>]>,
}

/// One dimension of all customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DimensionScores {
    /// Which.
    pub dimension: Dimension,
    /// Its weight among the nine, 0..=1.
    pub weight: f64,
    /// 0..=100 per customer; `None` where not known.
    pub value: Vec<Option<f64>>,
    /// Customers whose value comes from the survey.
    pub n_survey: u32,
    /// Customers whose value is a proxy.
    pub n_proxy: u32,
    /// Whether each value is a proxy.
    pub is_proxy: Vec<bool>,
    /// Mean of the known values.
    pub mean: Option<f64>,
}

/// Cronbach's alpha.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alpha {
    /// At most 1; negative where items contradict each other.
    pub alpha: f64,
    /// k.
    pub n_items: u32,
    /// Respondents who answered every item.
    pub n_respondents: u32,
}

/// Why there is no alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum NoAlpha {
    /// Nobody was asked.
    NoSurvey,
    /// Too few answered every item.
    TooFew {
        /// How many did.
        n: u32,
        /// How many it takes.
        needed: u32,
    },
    /// Fewer than two items.
    OneItem,
    /// All respondents have the same total.
    NoSpread,
}

/// Relationship quality; columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// The nine dimensions in the order of [`Dimension::ALL`].
    pub dimensions: Vec<DimensionScores>,
    /// 0..=100; `None` with fewer than 4 dimensions.
    pub score: Vec<Option<f64>>,
    /// Dimensions of positive weight that are known.
    pub n_dimensions: Vec<u32>,
    /// Best dimension of each scored customer; the first of equals.
    pub strongest: Vec<Option<Dimension>>,
    /// Worst dimension of each scored customer; the first of equals.
    pub weakest: Vec<Option<Dimension>>,
    /// Customers with a score.
    pub n_scored: u32,
    /// Their mean score.
    pub mean: Option<f64>,
    /// Consistency of the survey.
    pub alpha: Option<Alpha>,
    /// Why there is no alpha, if there is none.
    pub no_alpha: Option<NoAlpha>,
    /// Answers that could not be used.
    pub n_dropped: u32,
}

/// Scores the relationship with every customer.
#[must_use]
pub fn quality(n_customers: usize, survey: Option<&Survey>, proxies: &Proxies, weights: [f64; 9]) -> Quality {
    let weights = normalized(weights);
    let answers = survey.map(|s| Answers::read(n_customers, s));
    let dimensions: Vec<DimensionScores> = Dimension::ALL
        .into_iter()
        .zip(weights)
        .map(|(dimension, weight)| {
            let asked = answers.as_ref().map_or_else(Vec::new, |a| a.means(n_customers, dimension));
            let proxy = proxies.of(n_customers, dimension);
            DimensionScores::new(dimension, weight, n_customers, &asked, &proxy)
        })
        .collect();
    let alpha = answers.as_ref().map_or(Err(NoAlpha::NoSurvey), |a| cronbach(&a.complete()));
    let mut out = Quality {
        dimensions,
        score: Vec::with_capacity(n_customers),
        n_dimensions: Vec::with_capacity(n_customers),
        strongest: Vec::with_capacity(n_customers),
        weakest: Vec::with_capacity(n_customers),
        n_scored: 0,
        mean: None,
        alpha: alpha.ok(),
        no_alpha: alpha.err(),
        n_dropped: answers.as_ref().map_or(0, |a| a.n_dropped),
    };
    for c in 0..n_customers {
        out.score_customer(c);
    }
    let scored: Vec<f64> = out.score.iter().copied().flatten().collect();
    (out.n_scored, out.mean) = (scored.len() as u32, stats::mean(&scored));
    out
}

impl Quality {
    fn score_customer(&mut self, c: usize) {
        let (mut n, mut total, mut weight) = (0, 0.0, 0.0);
        let mut best: Option<(f64, Dimension)> = None;
        let mut worst: Option<(f64, Dimension)> = None;
        for d in self.dimensions.iter().filter(|d| d.weight > 0.0) {
            let Some(value) = d.value[c] else { continue };
            n += 1;
            total += d.weight * value;
            weight += d.weight;
            best = best.filter(|b| b.0 >= value).or(Some((value, d.dimension)));
            worst = worst.filter(|w| w.0 <= value).or(Some((value, d.dimension)));
        }
        let scored = n >= MIN_DIMENSIONS;
        self.n_dimensions.push(n);
        self.score.push(scored.then(|| (total / weight).clamp(0.0, 100.0)));
        self.strongest.push(best.filter(|_| scored).map(|b| b.1));
        self.weakest.push(worst.filter(|_| scored).map(|w| w.1));
    }
}

impl DimensionScores {
    fn new(
        dimension: Dimension,
        weight: f64,
        n_customers: usize,
        asked: &[Option<f64>],
        proxy: &[Option<f64>],
    ) -> Self {
        let at = |column: &[Option<f64>], c: usize| column.get(c).copied().flatten();
        let value: Vec<Option<f64>> = (0..n_customers).map(|c| at(asked, c).or(at(proxy, c))).collect();
        let is_proxy: Vec<bool> =
            (0..n_customers).map(|c| at(asked, c).is_none() && value[c].is_some()).collect();
        let known: Vec<f64> = value.iter().copied().flatten().collect();
        let n_proxy = is_proxy.iter().filter(|p| **p).count() as u32;
        let n_survey = known.len() as u32 - n_proxy;
        Self { dimension, weight, value, n_survey, n_proxy, is_proxy, mean: stats::mean(&known) }
    }
}

impl Proxies<'_> {
    /// 0..=100 per customer; empty where nothing stands in for the dimension.
    fn of(&self, n: usize, dimension: Dimension) -> Vec<Option<f64>> {
        let known = |column: &[Option<f64>]| -> Vec<Option<f64>> {
            (0..n).map(|c| column.get(c).copied().flatten().filter(|v| v.is_finite())).collect()
        };
        let share = |column: Option<&[Option<f64>]>| -> Vec<Option<f64>> {
            let column = column.map_or_else(Vec::new, known);
            column.into_iter().map(|v| v.map(|v| 100.0 * v.clamp(0.0, 1.0))).collect()
        };
        let percentile =
            |column: Option<&[Option<f64>]>| column.map_or_else(Vec::new, |c| percentiles(&known(c)));
        match dimension {
            Dimension::Commitment => share(self.share_of_wallet),
            Dimension::Communication => share(self.answered_share),
            Dimension::Investment => percentile(self.tenure_months),
            Dimension::Profit => percentile(self.profit),
            Dimension::Satisfaction => {
                percentile(self.complaints_per_order).into_iter().map(|p| p.map(|p| 100.0 - p)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `100 (rank - 1/2)/n` among the known values.
fn percentiles(column: &[Option<f64>]) -> Vec<Option<f64>> {
    let known: Vec<f64> = column.iter().copied().flatten().collect();
    let n = known.len() as f64;
    let mut ranks = stats::ranks(&known).into_iter();
    column.iter().map(|v| v.and_then(|_| ranks.next()).map(|r| 100.0 * (r - 0.5) / n)).collect()
}

/// Weights that sum to 1; equal ones where these are not usable.
pub(crate) fn normalized<const N: usize>(weights: [f64; N]) -> [f64; N] {
    let total: f64 = weights.iter().sum();
    let usable = total.is_finite() && total > 0.0 && weights.iter().all(|w| *w >= 0.0);
    if usable { weights.map(|w| w / total) } else { [1.0 / N as f64; N] }
}

/// Usable answers in 0..=100, sorted by customer and item, those of one customer to one item averaged.
struct Answers<'a> {
    rows: Vec<(u32, u32, f64)>,
    items: &'a [Dimension],
    n_dropped: u32,
}

impl<'a> Answers<'a> {
    fn read(n_customers: usize, survey: &Survey<'a>) -> Self {
        let given = survey.customer.iter().zip(survey.item).zip(survey.answer);
        let all = given.len();
        let rows: Vec<(u32, u32, f64)> = given
            .filter(|((c, i), _)| (**c as usize) < n_customers && (**i as usize) < survey.items.len())
            .filter_map(|((&c, &i), &answer)| Some((c, i, on_scale(answer, survey.scale)?)))
            .collect();
        let n_dropped = (all - rows.len()) as u32;
        Self { rows: averaged(rows), items: survey.items, n_dropped }
    }

    /// Mean of the items of a dimension per customer.
    fn means(&self, n_customers: usize, dimension: Dimension) -> Vec<Option<f64>> {
        let mut out = vec![None; n_customers];
        for own in self.rows.chunk_by(|a, b| a.0 == b.0) {
            let of = own.iter().filter(|r| self.items[r.1 as usize] == dimension);
            let answers: Vec<f64> = of.map(|r| r.2).collect();
            out[own[0].0 as usize] = stats::mean(&answers);
        }
        out
    }

    /// Answers of the respondents who answered every item.
    fn complete(&self) -> Vec<Vec<f64>> {
        self.rows
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|own| own.len() == self.items.len())
            .map(|own| own.iter().map(|r| r.2).collect())
            .collect()
    }
}

/// An answer in 0..=100; `None` outside the scale.
fn on_scale(answer: f64, [min, max]: [f64; 2]) -> Option<f64> {
    let width = max - min;
    let inside = width > 0.0 && width.is_finite() && answer >= min && answer <= max;
    inside.then(|| (100.0 * ((answer - min) / width)).clamp(0.0, 100.0))
}

/// Sorts rows (key, key, value) and averages those of equal keys, whatever their order.
fn averaged<K: Ord + Copy>(mut rows: Vec<(K, u32, f64)>) -> Vec<(K, u32, f64)> {
    rows.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    let same = rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    same.map(|s| (s[0].0, s[0].1, sum(s.iter().map(|r| r.2)) / s.len() as f64)).collect()
}

/// Cronbach's alpha of answers, one row per respondent, one column per item.
///
/// # Errors
/// [`NoAlpha`].
pub fn cronbach(answers: &[Vec<f64>]) -> Result<Alpha, NoAlpha> {
    let n_respondents = answers.len() as u32;
    if n_respondents < MIN_RESPONDENTS {
        return Err(NoAlpha::TooFew { n: n_respondents, needed: MIN_RESPONDENTS });
    }
    let k = answers.iter().map(Vec::len).min().unwrap_or(0);
    if k < 2 {
        return Err(NoAlpha::OneItem);
    }
    let variance = |values: Vec<f64>| stats::variance(&values).filter(|v| v.is_finite()).unwrap_or(0.0);
    let items = sum((0..k).map(|j| variance(answers.iter().map(|a| a[j]).collect())));
    let total = variance(answers.iter().map(|a| sum(a[..k].iter().copied())).collect());
    // Totals that differ by rounding alone do not differ.
    if total <= 1e-12 * items || total <= 0.0 {
        return Err(NoAlpha::NoSpread);
    }
    let alpha = k as f64 / (k as f64 - 1.0) * (1.0 - items / total);
    Ok(Alpha { alpha, n_items: k as u32, n_respondents })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;
    use proptest::prelude::*;

    const EQUAL: [f64; 9] = [1.0; 9];

    fn index(dimension: Dimension) -> usize {
        dimension as usize
    }

    fn column(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().map(|v| v.is_finite().then_some(*v)).collect()
    }

    #[test]
    fn methods_18_survey_means_and_proxies_by_hand() {
        // On a scale of 1 to 5: trust 4 and 5, satisfaction 3; customer 1 gave trust 2.
        let survey = Survey {
            customer: &[0, 0, 0, 1, 1, 7],
            item: &[0, 1, 2, 0, 2, 0],
            answer: &[4.0, 5.0, 3.0, 2.0, 6.0, 3.0],
            items: &[Dimension::Trust, Dimension::Trust, Dimension::Satisfaction],
            scale: [1.0, 5.0],
        };
        let wallet = column(&[0.6, 1.7, f64::NAN]);
        let profit = column(&[10.0, 10.0, 90.0]);
        let complaints = column(&[0.5, 0.0, 0.2]);
        let proxies = Proxies {
            share_of_wallet: Some(&wallet),
            profit: Some(&profit),
            complaints_per_order: Some(&complaints),
            ..Default::default()
        };
        let mut weights = EQUAL;
        weights[index(Dimension::Trust)] = 3.0;
        let q = quality(3, Some(&survey), &proxies, weights);
        let value = |d: Dimension| q.dimensions[index(d)].value.clone();
        assert_eq!(value(Dimension::Trust), [Some(87.5), Some(25.0), None]);
        assert_eq!(value(Dimension::Commitment), [Some(60.0), Some(100.0), None]);
        let profit = value(Dimension::Profit);
        assert!((profit[0].unwrap() - 100.0 / 3.0).abs() < 1e-9, "two share rank 1.5 of 3");
        let satisfaction = value(Dimension::Satisfaction);
        assert_eq!(satisfaction[0], Some(50.0), "the answer, not the proxy");
        assert!((satisfaction[1].unwrap() - 250.0 / 3.0).abs() < 1e-9, "fewest complaints");
        assert_eq!(q.dimensions[index(Dimension::Satisfaction)].is_proxy, [false, true, true]);
        assert_eq!((q.n_dropped, q.n_dimensions.clone()), (2, vec![4, 4, 2]));
        // (3 x 87.5 + 50 + 60 + 33.33) / 6.
        assert!((q.score[0].unwrap() - (262.5 + 110.0 + 100.0 / 3.0) / 6.0).abs() < 1e-9);
        assert_eq!((q.strongest[0], q.weakest[0]), (Some(Dimension::Trust), Some(Dimension::Profit)));
        assert_eq!((q.strongest[1], q.weakest[1]), (Some(Dimension::Commitment), Some(Dimension::Trust)));
        assert_eq!((q.score[2], q.strongest[2], q.n_scored), (None, None, 2));
        assert_eq!(q.no_alpha, Some(NoAlpha::TooFew { n: 1, needed: 10 }));
    }

    #[test]
    fn a_dimension_of_weight_zero_does_not_count() {
        let values = column(&[0.5]);
        let proxies = Proxies {
            share_of_wallet: Some(&values),
            answered_share: Some(&values),
            tenure_months: Some(&values),
            profit: Some(&values),
            complaints_per_order: None,
        };
        assert_eq!(quality(1, None, &proxies, EQUAL).score, [Some(50.0)]);
        let mut weights = EQUAL;
        weights[index(Dimension::Profit)] = 0.0;
        let q = quality(1, None, &proxies, weights);
        assert_eq!((q.score, q.n_dimensions, q.no_alpha), (vec![None], vec![3], Some(NoAlpha::NoSurvey)));
    }

    #[test]
    fn cronbach_1951_by_hand() {
        // Ten respondents, three items 1..10, 1..10 and 10 constant: variances 9.1667, 9.1667, 0; total 36.6667.
        let answers: Vec<Vec<f64>> = (1..=10).map(|i| vec![f64::from(i), f64::from(i), 10.0]).collect();
        let alpha = cronbach(&answers).unwrap();
        assert!((alpha.alpha - 1.5 * (1.0 - 0.5)).abs() < 1e-12);
        assert_eq!(cronbach(&answers[1..]), Err(NoAlpha::TooFew { n: 9, needed: 10 }));
        assert_eq!(cronbach(&vec![vec![1.0]; 10]), Err(NoAlpha::OneItem));
        assert_eq!(cronbach(&vec![vec![0.1, 0.2]; 10]), Err(NoAlpha::NoSpread));
        let opposed: Vec<Vec<f64>> = (0..10).map(|i| vec![f64::from(i), f64::from(9 - i)]).collect();
        assert_eq!(cronbach(&opposed), Err(NoAlpha::NoSpread));
    }

    #[test]
    fn parallel_items_have_the_alpha_of_spearman_and_brown() {
        // Items = truth + noise of the same variance: reliability 1/2 each, of four together 4/5.
        let mut rng = Rng::new(2);
        let answers: Vec<Vec<f64>> = (0..4000)
            .map(|_| {
                let truth = rng.normal();
                (0..4).map(|_| truth + rng.normal()).collect()
            })
            .collect();
        assert!((cronbach(&answers).unwrap().alpha - 0.8).abs() < 0.02);
    }

    #[test]
    fn nobody_and_a_scale_without_width() {
        let q = quality(0, None, &Proxies::default(), EQUAL);
        assert_eq!((q.score.len(), q.mean, q.dimensions.len()), (0, None, 9));
        let survey = Survey {
            customer: &[0],
            item: &[0],
            answer: &[3.0],
            items: &[Dimension::Trust],
            scale: [3.0; 2],
        };
        let q = quality(1, Some(&survey), &Proxies::default(), [0.0; 9]);
        assert_eq!((q.n_dropped, q.dimensions[0].weight), (1, 1.0 / 9.0));
        let text = serde_json::to_string(&q).unwrap();
        assert_eq!(serde_json::from_str::<Quality>(&text).unwrap().no_alpha, q.no_alpha);
    }

    proptest! {
        #[test]
        fn scores_are_within_bounds_in_any_order_and_any_currency(
            rows in proptest::collection::vec((0..6_u32, 0..9_u32, 0.0..6.0_f64), 0..80),
            money in proptest::collection::vec(-1e15..1e15_f64, 6),
        ) {
            let run = |rows: &[(u32, u32, f64)], unit: f64| {
                let customer: Vec<u32> = rows.iter().map(|r| r.0).collect();
                let item: Vec<u32> = rows.iter().map(|r| r.1).collect();
                let answer: Vec<f64> = rows.iter().map(|r| r.2).collect();
                let items = Dimension::ALL;
                let survey =
                    Survey { customer: &customer, item: &item, answer: &answer, items: &items, scale: [1.0, 5.0] };
                let profit: Vec<Option<f64>> = money.iter().map(|m| Some(m * unit)).collect();
                let proxies = Proxies { profit: Some(&profit), ..Default::default() };
                quality(6, Some(&survey), &proxies, EQUAL)
            };
            let q = run(&rows, 1.0);
            let all = q.dimensions.iter().flat_map(|d| &d.value).chain(&q.score).flatten();
            prop_assert!(all.copied().all(|v| (0.0..=100.0).contains(&v)));
            let reversed: Vec<_> = rows.iter().rev().copied().collect();
            prop_assert_eq!(&run(&reversed, 1.0), &q);
            prop_assert_eq!(&run(&rows, 1024.0), &q);
        }
    }
}
