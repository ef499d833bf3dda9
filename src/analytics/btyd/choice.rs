//! Which buy-till-you-die model predicts these customers best, and how far do the models disagree?
//!
//! [`choose()`] hides the last quarter of the file: with `span` the days from the first purchase of all to `as_of`,
//! `h = floor(span/4)` days are the holdout, and what came before them the calibration. Each model is fitted to the
//! calibration histories (to a seeded sample of at most [`FitOptions::max_customers`] of them) and predicts, for
//! every customer acquired by then, the purchases of the holdout: `predicted = sum_i E[Y_i(h/7)]`. Against `actual`,
//! their purchase days in it, `error = predicted/actual - 1`. MBG/NBD and Pareto/NBD compete: the smaller |error| is
//! taken, MBG/NBD if they differ by no more than 1 % of `actual`. BG/NBD is shown and never taken, because it calls
//! every one-time buyer alive.
//!
//! The card of the choice holds two pictures of the same split: cumulative repeat purchases week by week, expected
//! (`sum_i E[X(t - first purchase_i)]`) and actual, over calibration and holdout; and holdout purchases by the number
//! of calibration repeats (0, 1, ... 6, 7 or more).
//!
//! [`compare()`] fits all three to the whole span: the same customers, three counts of those alive.
//!
//! Source: methods.md 24.1; the pictures as in Fader, Hardie & Lee 2005, figures 3 and 4. Degenerate cases
//! ([`ChoiceReason`]): a holdout shorter than 8 weeks or with fewer than 50 repeat purchases, or no fit, takes MBG/NBD;
//! if only one of the two can be fitted, that one.
//!
//! ```
//! use tenure::analytics::btyd::{ChoiceOptions, ChoiceReason, ModelKind, choose};
//! use tenure::analytics::orders::Orders;
//! use tenure::customer::Day;
//!
//! let nothing = choose(&Orders::default(), Day(0), ChoiceOptions::default());
//! assert_eq!(nothing.taken, ModelKind::MbgNbd);
//! assert_eq!(nothing.reason, ChoiceReason::TooShort { weeks: 0.0, needed: 8.0 });
//! ```

use super::fit::Prepared;
use super::forecast::totals;
use super::{Fit, FitError, FitOptions, Histories, History, Model, ModelKind, Scratch, Sorted};
use crate::analytics::orders::Orders;
use crate::customer::Day;
use serde::{Deserialize, Serialize};

/// Shortest holdout, weeks.
const MIN_WEEKS: f64 = 8.0;
/// Fewest repeat purchases in the holdout.
const MIN_REPEATS: u32 = 50;
/// Difference of the two errors, as a share of the actual purchases, that decides nothing.
const TIE: f64 = 0.01;
/// Most days, or steps of several days in a longer file, and most weeks, or steps of several weeks, of the tracking.
const MAX_DAYS: i64 = 8_000;
const MAX_WEEKS: i64 = 520;
/// Calibration repeats from which on customers are counted together.
const MANY_REPEATS: u32 = 7;

/// How to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceOptions {
    /// How to fit.
    pub fit: FitOptions,
    /// Length of the holdout in days; a quarter of the span if `None`.
    pub holdout_days: Option<u32>,
}

/// The model to use, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelChoice {
    /// Which model.
    pub taken: ModelKind,
    /// Why this one.
    pub reason: ChoiceReason,
    /// What it was judged on; `None` where there was nothing to judge on.
    pub holdout: Option<Holdout>,
}

/// Why a model was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChoiceReason {
    /// Its prediction of the holdout was nearer to what happened.
    Nearer,
    /// The predictions were equally near, within 1 % of what happened.
    Tie,
    /// The other one could not be fitted.
    OnlyOne,
    /// Neither could be fitted.
    NoFit {
        /// Why MBG/NBD could not.
        error: FitError,
    },
    /// The holdout would be too short.
    TooShort {
        /// Weeks it would have.
        weeks: f64,
        /// Weeks needed.
        needed: f64,
    },
    /// The holdout has too few repeat purchases.
    TooFewRepeats {
        /// How many it has.
        n: u32,
        /// How many are needed.
        needed: u32,
    },
}

/// Predictions for days that were hidden from the fit, and what happened on them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holdout {
    /// Last day of the calibration.
    pub calibration_end: Day,
    /// Length of the calibration, weeks.
    pub calibration_weeks: f64,
    /// Length of the holdout, weeks.
    pub holdout_weeks: f64,
    /// Customers with a first purchase in the calibration.
    pub n_customers: u32,
    /// Their purchase days in the holdout.
    pub actual: u32,
    /// The fitted models, in the order of [`ModelKind::ALL`].
    pub candidates: Vec<Candidate>,
    /// Those that could not be fitted.
    pub unfitted: Vec<Unfitted>,
    /// Cumulative repeat purchases week by week.
    pub tracking: Tracking,
    /// Holdout purchases by the number of calibration repeats.
    pub by_repeats: Vec<RepeatsRow>,
}

/// A model fitted to the calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Which model.
    pub kind: ModelKind,
    /// Its parameters, in the order of [`ModelKind::param_names`]; times in weeks.
    pub params: [f64; 4],
    /// Log-likelihood of the customers used for the fit, in weeks.
    pub log_likelihood: f64,
    /// Sum of P(alive) at the end of the calibration.
    pub expected_alive: f64,
    /// Purchases predicted for the holdout.
    pub predicted: f64,
    /// `predicted/actual - 1`.
    pub error: f64,
}

/// A model that could not be fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unfitted {
    /// Which model.
    pub kind: ModelKind,
    /// Why.
    pub error: FitError,
}

/// Cumulative repeat purchases of the customers with a first purchase in the calibration, (n_weeks).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tracking {
    /// Weeks from the first purchase of all to the end of each week; the last one may be cut short.
    pub weeks: Vec<f64>,
    /// What happened.
    pub actual: Vec<u32>,
    /// What each candidate expected, (n_candidates, n_weeks).
    pub expected: Vec<Vec<f64>>,
}

/// Customers with the same number of repeats in the calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RepeatsRow {
    /// How many repeats.
    pub n_repeats: u32,
    /// Whether those with more are counted here too.
    pub or_more: bool,
    /// Customers.
    pub n_customers: u32,
    /// Their purchases in the holdout.
    pub actual: u32,
    /// What each candidate predicted, (n_candidates).
    pub expected: Vec<f64>,
}

/// One model's view of all customers over the whole span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// The fit.
    pub fit: Fit,
    /// Sum of P(alive).
    pub expected_alive: f64,
    /// Purchases expected from all customers over the weeks asked for.
    pub expected_purchases: f64,
}

/// All three models on the same customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The fitted ones, in the order of [`ModelKind::ALL`].
    pub readings: Vec<Reading>,
    /// Those that could not be fitted.
    pub unfitted: Vec<Unfitted>,
}

impl Comparison {
    /// The fit of a model.
    #[must_use]
    pub fn fit(&self, kind: ModelKind) -> Option<&Fit> {
        self.readings.iter().map(|r| &r.fit).find(|f| f.kind == kind)
    }
}

/// Fits all three models, and what each says about all customers and the next `weeks`.
#[must_use]
pub fn compare(customers: &Histories, weeks: f64, options: FitOptions) -> Comparison {
    let sorted = Sorted::new(customers);
    let (fits, unfitted) = sort_out(Prepared::sorted(customers, &sorted, options), |p, kind| p.fit(kind));
    let readings = fits.into_iter().map(|fit| {
        let (expected_alive, by_repeats) = totals(fit.model().as_ref(), &sorted, weeks);
        Reading { fit, expected_alive, expected_purchases: by_repeats.iter().map(|r| r.1).sum() }
    });
    Comparison { readings: readings.collect(), unfitted }
}

/// What can be fitted, and why the rest cannot.
fn sort_out(
    prepared: Result<Prepared, FitError>,
    fit: impl Fn(&Prepared, ModelKind) -> Result<Fit, FitError>,
) -> (Vec<Fit>, Vec<Unfitted>) {
    let (mut fitted, mut unfitted) = (Vec::new(), Vec::new());
    for kind in ModelKind::ALL {
        match prepared.as_ref().map_err(Clone::clone).and_then(|p| fit(p, kind)) {
            Ok(fit) => fitted.push(fit),
            Err(error) => unfitted.push(Unfitted { kind, error }),
        }
    }
    (fitted, unfitted)
}

/// The model whose predictions for the end of the file were nearest, fitted to what came before; days after `as_of`
/// are ignored.
#[must_use]
pub fn choose(orders: &Orders, as_of: Day, options: ChoiceOptions) -> ModelChoice {
    let not_judged = |reason| ModelChoice { taken: ModelKind::MbgNbd, reason, holdout: None };
    let first = (0..orders.n_customers()).filter_map(|c| orders.first_purchase(c)).min().unwrap_or(as_of);
    let span = days_between(first, as_of).clamp(0, i64::from(i32::MAX)) as i32;
    let holdout_days = options.holdout_days.map_or(span / 4, |d| i32::try_from(d).unwrap_or(span).min(span));
    let weeks = f64::from(holdout_days) / 7.0;
    if weeks < MIN_WEEKS {
        return not_judged(ChoiceReason::TooShort { weeks, needed: MIN_WEEKS });
    }
    let split = Split::new(orders, first, Day(as_of.0 - holdout_days), as_of);
    if split.actual() < MIN_REPEATS {
        return not_judged(ChoiceReason::TooFewRepeats { n: split.actual(), needed: MIN_REPEATS });
    }
    let holdout = split.judge(weeks, options.fit);
    let (taken, reason) = decide(&holdout);
    ModelChoice { taken, reason, holdout: Some(holdout) }
}

fn decide(holdout: &Holdout) -> (ModelKind, ChoiceReason) {
    let miss = |kind| holdout.candidates.iter().find(|c| c.kind == kind).map(|c| c.error.abs());
    match (miss(ModelKind::MbgNbd), miss(ModelKind::ParetoNbd)) {
        (Some(mbg), Some(pareto)) if (mbg - pareto).abs() <= TIE => (ModelKind::MbgNbd, ChoiceReason::Tie),
        (Some(mbg), Some(pareto)) if pareto < mbg => (ModelKind::ParetoNbd, ChoiceReason::Nearer),
        (Some(_), Some(_)) => (ModelKind::MbgNbd, ChoiceReason::Nearer),
        (Some(_), None) => (ModelKind::MbgNbd, ChoiceReason::OnlyOne),
        (None, Some(_)) => (ModelKind::ParetoNbd, ChoiceReason::OnlyOne),
        (None, None) => {
            let error = holdout.unfitted.first().map(|u| u.error.clone());
            let error = error.unwrap_or(FitError::TooFewCustomers { n: 0, needed: 0 });
            (ModelKind::MbgNbd, ChoiceReason::NoFit { error })
        }
    }
}

fn days_between(from: Day, to: Day) -> i64 {
    i64::from(to.0) - i64::from(from.0)
}

fn weeks_between(from: Day, to: Day) -> f64 {
    days_between(from, to) as f64 / 7.0
}

/// The purchases of the customers acquired in the calibration, before and after its end.
struct Split {
    first: Day,
    cut: Day,
    /// Days from `first` to `as_of`.
    span: i64,
    /// Days in a step: 1 but for files of more than 22 years.
    step: i64,
    /// Histories at the end of the calibration.
    histories: Histories,
    /// Purchases in the holdout per customer.
    after: Vec<u32>,
    /// First purchases by step since `first`.
    births: Vec<u32>,
    /// Repeat purchases by step since `first`.
    repeats: Vec<u32>,
}

impl Split {
    fn new(orders: &Orders, first: Day, cut: Day, as_of: Day) -> Self {
        let span = days_between(first, as_of);
        let step = (span / MAX_DAYS).max(0) + 1;
        let n_steps = (span / step) as usize + 1;
        let mut out = Self {
            first,
            cut,
            span,
            step,
            histories: Histories::default(),
            after: Vec::new(),
            births: vec![0; n_steps],
            repeats: vec![0; n_steps],
        };
        let at = |day| (days_between(first, day) / step) as usize;
        for c in 0..orders.n_customers() {
            let mut days = orders.purchases(c).map(|i| orders.day[i]).take_while(|&d| d <= as_of);
            let Some(birth) = days.next().filter(|&d| d <= cut) else { continue };
            out.births[at(birth)] += 1;
            let (mut last, mut before, mut after) = (birth, 0, 0);
            for day in days {
                out.repeats[at(day)] += 1;
                if day <= cut {
                    (last, before) = (day, before + 1);
                } else {
                    after += 1;
                }
            }
            out.histories.n_repeats.push(before);
            out.histories.last_purchase_age_weeks.push(weeks_between(birth, last));
            out.histories.tenure_weeks.push(weeks_between(birth, cut));
            out.after.push(after);
        }
        out
    }

    fn actual(&self) -> u32 {
        self.after.iter().sum()
    }

    fn judge(&self, holdout_weeks: f64, options: FitOptions) -> Holdout {
        let sorted = Sorted::new(&self.histories);
        let prepared = Prepared::sorted(&self.histories, &sorted, options);
        let (fits, unfitted) = sort_out(prepared, |p, kind| p.fit_without_errors(kind));
        let actual = self.actual();
        let mut by_repeats = self.rows();
        let mut tracking = self.track();
        let mut candidates = Vec::new();
        for fit in &fits {
            let model = fit.model();
            let (expected_alive, purchases) = totals(model.as_ref(), &sorted, holdout_weeks);
            by_repeats.iter_mut().for_each(|row| row.expected.push(0.0));
            for &(x, expected) in &purchases {
                let row = &mut by_repeats[x.min(MANY_REPEATS) as usize];
                if let Some(own) = row.expected.last_mut() {
                    *own += expected;
                }
            }
            tracking.expected.push(self.expect(model.as_ref(), &tracking.weeks));
            let predicted = purchases.iter().map(|p| p.1).sum::<f64>();
            candidates.push(Candidate {
                kind: fit.kind,
                params: fit.params,
                log_likelihood: fit.log_likelihood,
                expected_alive,
                predicted,
                error: predicted / f64::from(actual) - 1.0,
            });
        }
        Holdout {
            calibration_end: self.cut,
            calibration_weeks: weeks_between(self.first, self.cut),
            holdout_weeks,
            n_customers: self.histories.len() as u32,
            actual,
            candidates,
            unfitted,
            tracking,
            by_repeats,
        }
    }

    /// The rows by calibration repeats, without predictions.
    fn rows(&self) -> Vec<RepeatsRow> {
        let mut rows: Vec<RepeatsRow> = (0..=MANY_REPEATS)
            .map(|n_repeats| RepeatsRow {
                n_repeats,
                or_more: n_repeats == MANY_REPEATS,
                n_customers: 0,
                actual: 0,
                expected: Vec::new(),
            })
            .collect();
        for (&x, after) in self.histories.n_repeats.iter().zip(&self.after) {
            let row = &mut rows[x.min(MANY_REPEATS) as usize];
            row.n_customers += 1;
            row.actual += after;
        }
        rows
    }

    /// Weeks and what happened by their end.
    fn track(&self) -> Tracking {
        let days = 7 * (self.span / (7 * MAX_WEEKS) + 1);
        let ends = (1..).map(|k| k * days).take_while(|&d| d < self.span).chain([self.span]);
        let mut out = Tracking::default();
        let (mut from, mut total) = (0, 0);
        for end in ends {
            let to = (end / self.step) as usize + 1;
            total += self.repeats[from..to].iter().sum::<u32>();
            from = to;
            out.weeks.push(end as f64 / 7.0);
            out.actual.push(total);
        }
        out
    }

    /// Repeat purchases a model expects by the end of each week.
    fn expect(&self, model: &dyn Model, weeks: &[f64]) -> Vec<f64> {
        // E[X(t)] after every whole number of steps.
        let lags: Vec<f64> = (0..self.births.len()).map(|k| k as f64 * self.step as f64 / 7.0).collect();
        let (mut new, mut survival) = (vec![0.0; lags.len()], vec![0.0; lags.len()]);
        model.outlook_if_alive(0, 0.0, &lags, &mut Scratch::default(), &mut new, &mut survival);
        let there = model.p_alive(&History::default());
        let born: Vec<(usize, f64)> =
            self.births.iter().enumerate().filter(|b| *b.1 > 0).map(|(k, &n)| (k, f64::from(n))).collect();
        let by = |end: usize| {
            let so_far = born.iter().take_while(|b| b.0 <= end);
            there * so_far.map(|&(k, n)| n * new[end - k]).sum::<f64>()
        };
        weeks.iter().map(|w| by(((w * 7.0).round() as i64 / self.step) as usize)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{fit, simulate};
    use super::*;
    use crate::analytics::orders::ledger_from_rows;
    use crate::math::Rng;

    /// Orders of customers who behave as a model says, within `span_days` of day 1000.
    fn orders(kind: ModelKind, params: [f64; 4], n: usize, span_days: u32, seed: u64) -> Orders {
        let mut rng = Rng::new(seed);
        let names: Vec<String> = (0..n).map(|c| format!("{c}")).collect();
        let mut rows = Vec::new();
        for name in &names {
            for day in simulate::days(&mut rng, kind, params, span_days) {
                rows.push((name.as_str(), Day(1000 + day), 500, None));
            }
        }
        Orders::from_ledger(&ledger_from_rows(rows))
    }

    const MBG: [f64; 4] = [0.8, 3.0, 1.2, 2.0];
    const PARETO: [f64; 4] = [0.8, 3.0, 0.9, 15.0];

    #[test]
    fn section_24_1_a_file_too_short_or_too_thin_takes_mbg_nbd() {
        let short = orders(ModelKind::ParetoNbd, PARETO, 200, 223, 1);
        let chosen = choose(&short, Day(1223), ChoiceOptions::default());
        assert!(matches!(chosen.reason, ChoiceReason::TooShort { weeks, .. } if weeks < 8.0), "{chosen:?}");
        let thin = orders(ModelKind::ParetoNbd, [0.1, 60.0, 0.9, 15.0], 200, 400, 1);
        let chosen = choose(&thin, Day(1400), ChoiceOptions::default());
        assert!(
            matches!(chosen.reason, ChoiceReason::TooFewRepeats { n, needed: 50 } if n < 50),
            "{chosen:?}"
        );
        assert_eq!((chosen.taken, chosen.holdout), (ModelKind::MbgNbd, None));
        // Everybody there is a regular: fifty of them are needed for a fit.
        let few = orders(ModelKind::ParetoNbd, [9.0, 9.0, 1.0, 500.0], 30, 400, 1);
        let chosen = choose(&few, Day(1400), ChoiceOptions::default());
        let no_fit = ChoiceReason::NoFit { error: FitError::TooFewCustomers { n: 30, needed: 50 } };
        assert!(matches!(&chosen.reason, reason if *reason == no_fit), "{chosen:?}");
        assert_eq!(chosen.holdout.unwrap().unfitted.len(), 3);
    }

    #[test]
    fn section_24_1_nearer_wins_and_a_tie_is_mbg_nbd() {
        let split = Split::new(&orders(ModelKind::MbgNbd, MBG, 300, 600, 2), Day(1000), Day(1450), Day(1600));
        let mut holdout = split.judge(150.0 / 7.0, FitOptions::default());
        let mut with = |mbg: f64, pareto: f64| {
            for c in &mut holdout.candidates {
                c.error = match c.kind {
                    ModelKind::MbgNbd => mbg,
                    ModelKind::ParetoNbd => pareto,
                    ModelKind::BgNbd => 0.0,
                };
            }
            decide(&holdout)
        };
        assert_eq!(with(-0.162, -0.115), (ModelKind::ParetoNbd, ChoiceReason::Nearer));
        assert_eq!(with(0.05, -0.115), (ModelKind::MbgNbd, ChoiceReason::Nearer));
        assert_eq!(with(-0.12, 0.115), (ModelKind::MbgNbd, ChoiceReason::Tie));
        holdout.candidates.retain(|c| c.kind != ModelKind::MbgNbd);
        assert_eq!(decide(&holdout), (ModelKind::ParetoNbd, ChoiceReason::OnlyOne));
        holdout.candidates.retain(|c| c.kind == ModelKind::BgNbd);
        assert!(matches!(decide(&holdout), (ModelKind::MbgNbd, ChoiceReason::NoFit { .. })));
    }

    #[test]
    fn the_model_that_made_the_customers_predicts_them() {
        for (kind, params) in [(ModelKind::MbgNbd, MBG), (ModelKind::ParetoNbd, PARETO)] {
            let all = orders(kind, params, 4_000, 800, 3);
            let holdout = choose(&all, Day(1800), ChoiceOptions::default()).holdout.unwrap();
            let own = holdout.candidates.iter().find(|c| c.kind == kind).unwrap();
            assert!(own.error.abs() < 0.05, "{kind:?} {:?}", holdout.candidates);
            assert!(holdout.n_customers == 4_000 && holdout.unfitted.is_empty());
        }
    }

    #[test]
    fn the_card_adds_up() {
        let all = orders(ModelKind::ParetoNbd, PARETO, 1_500, 600, 4);
        let holdout = choose(&all, Day(1600), ChoiceOptions::default()).holdout.unwrap();
        let Holdout { tracking, by_repeats, candidates, .. } = &holdout;
        assert_eq!((holdout.calibration_end, holdout.holdout_weeks), (Day(1450), 150.0 / 7.0));
        assert_eq!(by_repeats.iter().map(|r| r.actual).sum::<u32>(), holdout.actual);
        assert_eq!(by_repeats.iter().map(|r| r.n_customers).sum::<u32>(), holdout.n_customers);
        for (k, c) in candidates.iter().enumerate() {
            let predicted: f64 = by_repeats.iter().map(|r| r.expected[k]).sum();
            assert!((predicted / c.predicted - 1.0).abs() < 1e-12);
            let curve = &tracking.expected[k];
            assert!(curve.windows(2).all(|w| w[1] >= w[0]), "{:?}", c.kind);
            // A maximum likelihood fit reproduces the repeats of its calibration closely.
            let week = tracking.weeks.iter().rposition(|&w| w <= holdout.calibration_weeks).unwrap();
            let ratio = curve[week] / f64::from(tracking.actual[week]);
            assert!((0.9..1.1).contains(&ratio), "{:?} {ratio}", c.kind);
        }
        assert_eq!((tracking.weeks.len(), tracking.actual.len()), (86, 86));
        assert!(tracking.weeks.windows(2).all(|w| w[1] > w[0]) && tracking.weeks[85] == 600.0 / 7.0);
        let before: u32 = holdout.by_repeats.iter().map(|r| r.n_repeats * r.n_customers).sum();
        assert!(tracking.actual[85] - holdout.actual >= before, "7 or more count as 7 here");
    }

    #[test]
    fn days_after_as_of_do_not_count() {
        let all = orders(ModelKind::ParetoNbd, PARETO, 800, 800, 5);
        let cut = all.until(Day(1600));
        let options = ChoiceOptions::default();
        assert_eq!(choose(&all, Day(1600), options), choose(&cut, Day(1600), options));
    }

    /// One wrong date must neither take the memory nor the time of ten thousand years.
    #[test]
    fn an_absurd_span_is_survived() {
        let mut rng = Rng::new(8);
        let names: Vec<String> = (0..300).map(|c| format!("{c}")).collect();
        let mut rows = vec![("0", Day(i32::MIN), 500, None)];
        for name in &names {
            for day in simulate::days(&mut rng, ModelKind::ParetoNbd, PARETO, 600) {
                rows.push((name.as_str(), Day(i32::MAX - 600 + day), 500, None));
            }
        }
        let all = Orders::from_ledger(&ledger_from_rows(rows.iter().copied()));
        let options = ChoiceOptions { holdout_days: Some(150), ..ChoiceOptions::default() };
        let holdout = choose(&all, Day(i32::MAX), options).holdout.unwrap();
        assert!(holdout.tracking.weeks.len() <= 521 && holdout.actual > 100);
        let json = serde_json::to_string(&holdout).unwrap();
        assert!(!json.contains("null"), "no infinity and no NaN");
    }

    #[test]
    fn a_holdout_of_ones_own_choice() {
        let all = orders(ModelKind::ParetoNbd, PARETO, 800, 800, 6);
        let with =
            |days| choose(&all, Day(1800), ChoiceOptions { holdout_days: Some(days), ..Default::default() });
        let asked = with(100).holdout.unwrap();
        assert_eq!((asked.calibration_end, asked.holdout_weeks), (Day(1700), 100.0 / 7.0));
        assert!(matches!(with(55).reason, ChoiceReason::TooShort { .. }));
        // Longer than the file: nobody is left to learn from.
        assert!(matches!(
            with(u32::MAX).reason,
            ChoiceReason::TooFewRepeats { .. } | ChoiceReason::NoFit { .. }
        ));
    }

    #[test]
    fn comparing_is_fitting_each() {
        let rows = simulate::histories(ModelKind::MbgNbd, MBG, 500, 500, 7);
        let all = compare(&rows, 26.0, FitOptions::default());
        assert!(all.unfitted.is_empty());
        for (reading, kind) in all.readings.iter().zip(ModelKind::ALL) {
            let alone = fit(kind, &rows, FitOptions::default()).unwrap();
            assert_eq!((Some(&alone), &alone), (all.fit(kind), &reading.fit));
            let model = alone.model();
            let each = |f: &dyn Fn(&History) -> f64| (0..500).map(|i| f(&rows.get(i))).sum::<f64>();
            let alive = each(&|h| model.p_alive(h));
            let purchases = each(&|h| model.expected_purchases(h, 26.0));
            assert!((reading.expected_alive / alive - 1.0).abs() < 1e-12);
            assert!((reading.expected_purchases / purchases - 1.0).abs() < 1e-9);
        }
        let nobody = compare(&Histories::default(), 26.0, FitOptions::default());
        assert_eq!((nobody.readings.len(), nobody.unfitted.len()), (0, 3));
    }
}
