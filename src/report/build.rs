//! From a table to the report: the order of work, cheap results first.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::lifecycle::{self, Relationships};
use super::products::{self, Products};
use super::settings::{BtydModel, LeftTruncation, ThresholdChoice};
use super::{Notice, Quality, Report, ValidSettings, contracts, figures, segments};
use crate::analytics::btyd::{
    self, ChoiceOptions, Comparison, FitOptions, Forecast, Histories, ModelChoice, ModelKind,
};
use crate::analytics::churn::{Exits, State};
use crate::analytics::discount::AnnualRate;
use crate::analytics::orders::{self, LeftTruncation as Truncation, Orders};
use crate::analytics::rfm::{self, Rfm};
use crate::analytics::spend::{self, SpendFit};
use crate::analytics::survival::{self, DAYS_PER_MONTH};
use crate::analytics::value_matrix::{
    MatrixInput, MatrixSettings, SurvivalCurve, ThresholdRule, ValueBasis, ValueMatrix, monthly_rate,
    value_matrix,
};
use crate::customer::{Dataset, Day, Grain, Ledger};
use crate::ingest::Checks;

/// Days of history below which there are no stages and no lifetime value (methods.md 20).
const MIN_SPAN_DAYS: i32 = 180;

/// What is being done, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Fetching the bytes.
    Read,
    /// Splitting them into rows.
    Parse,
    /// Orders per customer.
    Orders,
    /// Exits by rhythm.
    Churn,
    /// RFM scores.
    Rfm,
    /// Rules between products, price sensitivity.
    Products,
    /// Lifetime value model.
    Models,
    /// Stages and patterns.
    Stages,
    /// Value matrix.
    Value,
    /// Clusters, rules and what rests on side tables.
    Groups,
    /// Putting it together.
    Done,
}

/// Which parts are wanted; the others are left out, and with them the time they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Anything beyond the quality of the file.
    pub analysis: bool,
    /// The lifetime value model.
    pub models: bool,
    /// Stages and patterns.
    pub stages: bool,
    /// Clusters, products, rules, exit management, credit and what else stands beside the value matrix.
    pub groups: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { analysis: true, models: true, stages: true, groups: true }
    }
}

impl Wanted {
    /// What a list of report sections needs.
    #[must_use]
    pub fn of(sections: &[String]) -> Self {
        let any = |keys: &[&str]| sections.iter().any(|s| keys.contains(&s.as_str()));
        // These carry current values, which rest on both; a number must not depend on what else was asked for.
        let groups = any(&[
            "customers",
            "clusters",
            "tiers",
            "basket",
            "price",
            "growth",
            "exit",
            "credit",
            "equity",
            "retention",
            "earlyWarning",
            "rules",
            "relationship",
            "funnel",
            "snapshot",
            "renewals",
            "coverage",
            "care",
        ]);
        let whole = groups
            || any(&["valueMatrix", "overview", "loss", "lifecycle", "patterns", "patternDetail", "churn"]);
        let analysis = sections.iter().any(|s| s != "quality");
        Self { analysis, models: whole || any(&["clvModel"]), stages: whole, groups }
    }
}

/// Is told the step, how much of it is done and of how much (0 where it is not counted).
pub type StepProgress<'f> = dyn FnMut(Step, f64, f64) + 'f;

/// Computes everything.
#[must_use]
pub fn build(
    dataset: &Dataset,
    quality: Quality,
    settings: &ValidSettings,
    wanted: Wanted,
    progress: &mut StepProgress<'_>,
) -> Report {
    let mut report = match dataset {
        _ if !wanted.analysis => Report::default(),
        Dataset::Transactions(ledger) => transactions(ledger, settings, wanted, progress),
        Dataset::Contracts(contracts) => contracts::build(contracts, settings, progress),
    };
    if wanted.analysis {
        (report.coverage, report.care) = super::relations::coverage(dataset);
        report.why.roles = super::relations::roles(dataset);
    }
    report.overview.transactions = u32::try_from(quality.rows_used).unwrap_or(u32::MAX);
    report.quality = Quality { checks: Checks::of(dataset), ..quality };
    report
}

/// Everything computed from a ledger, before it is arranged for the pages.
pub(super) struct Work<'a> {
    pub ledger: &'a Ledger,
    pub settings: &'a ValidSettings,
    pub orders: Orders,
    pub as_of: Day,
    pub exits: Exits,
    pub exited: Vec<bool>,
    pub truncation: Truncation,
    pub rfm: Rfm,
    pub margin: f64,
    pub model: Model,
    pub relationships: Option<Relationships>,
    pub matrix: ValueMatrix,
    pub products: Products,
    pub facts: Facts,
    /// Groups, rules, credit and so on are computed as well.
    pub groups: bool,
    pub notices: Vec<Notice>,
}

impl Work<'_> {
    pub fn n(&self) -> usize {
        self.exited.len()
    }

    /// Amount of minor units as money.
    pub fn money(&self, minor: i128) -> f64 {
        self.orders.scale.to_f64(minor)
    }
}

/// The lifetime value model, or what stands in for it.
#[derive(Default)]
pub(super) struct Model {
    pub fit: Option<btyd::Fit>,
    pub forecast: Option<Forecast>,
    pub spend: Option<SpendFit>,
    /// Expected amount of an order per customer.
    pub mean_order_value: Vec<f64>,
    /// Mean lifetime value of a new customer.
    pub new_customer_value: Option<f64>,
    /// How the model was chosen.
    pub choice: Option<ModelChoice>,
    /// What all three models say.
    pub comparison: Option<Comparison>,
    /// Uncertainty of sums of lifetime values.
    pub interval: Option<btyd::Interval>,
}

/// Weeks ahead at which the models are compared: a year.
const COMPARED_WEEKS: f64 = 52.0;

fn transactions(
    ledger: &Ledger,
    settings: &ValidSettings,
    wanted: Wanted,
    progress: &mut StepProgress<'_>,
) -> Report {
    progress(Step::Orders, 0.0, 0.0);
    let all = Orders::with_free_items(ledger, settings.zero_is_purchase);
    let as_of = settings.as_of.or(all.dates.map(|d| d.1)).unwrap_or_default();
    let orders = if all.dates.is_some_and(|d| d.1 > as_of) { all.until(as_of) } else { all };
    progress(Step::Churn, 0.0, 0.0);
    let exits = Exits::judge_by(&orders, as_of, &settings.silence_rule());
    let truncation = truncation(&orders, as_of, settings);
    progress(Step::Rfm, 0.0, 0.0);
    let rfm_settings = rfm::Settings {
        window_months: Some(settings.rfm_window_months),
        scoring: if settings.rfm_quantile { rfm::Scoring::Quantile } else { rfm::Scoring::MidRank },
        monetary: if settings.rfm_average { rfm::Monetary::PerOrder } else { rfm::Monetary::Total },
        weights: segments::rfm_weights(settings).0,
        ..rfm::Settings::default()
    };
    let rfm = rfm::rfm(&orders, as_of, &rfm_settings);
    let mut notices = Vec::new();
    let margin = margin(&orders, settings, &mut notices);
    let span = orders.dates.map_or(0, |d| as_of.0 - d.0.0);
    say_limits(ledger.n_customers(), span, &exits, &mut notices);
    progress(Step::Models, 0.0, 0.0);
    let told = Told::by(ledger.grain, &mut notices);
    let long_enough = span >= MIN_SPAN_DAYS;
    let model = if long_enough && told.days && wanted.models {
        model(&orders, as_of, settings, margin, &mut notices)
    } else {
        Model::default()
    };
    let (exits, exited) = judged_by(settings, exits, &model);
    progress(Step::Products, 0.0, 0.0);
    let products = products::products(ledger, as_of, &exited, margin, settings, &mut notices);
    let relationships = (long_enough && told.months && wanted.stages).then(|| {
        let mut told = |done: usize, total: usize| progress(Step::Stages, done as f64, total as f64);
        lifecycle::relationships(&orders, as_of, &exits, &truncation, settings, &mut told)
    });
    progress(Step::Value, 0.0, 0.0);
    let facts = Facts::of(ledger, &orders, as_of, &exited, margin, settings);
    let cross = products.next.as_ref().map(|next| next.cross_profit.as_slice());
    let beside = Beside {
        exits: &exits,
        exited: &exited,
        model: &model,
        relationships: relationships.as_ref(),
        cross,
    };
    let matrix = matrix(ledger, &orders, as_of, settings, margin, &beside);
    let work = Work {
        ledger,
        settings,
        orders,
        as_of,
        exits,
        exited,
        truncation,
        rfm,
        margin,
        model,
        relationships,
        matrix,
        products,
        facts,
        groups: wanted.groups,
        notices,
    };
    figures::arrange(work, progress)
}

/// What the rows of a ledger tell about time.
struct Told {
    /// When customers bought, at least by the period.
    days: bool,
    /// What they bought in each month.
    months: bool,
}

impl Told {
    /// Says it as well, where it is not everything.
    fn by(grain: Grain, notices: &mut Vec<Notice>) -> Self {
        if grain != Grain::Purchase {
            notices.push(Notice::RowsAreSums { grain });
        }
        match grain {
            Grain::Purchase => Self { days: true, months: true },
            Grain::Period { months } => Self { days: true, months: months <= 1 },
            Grain::Lifetime => Self { days: false, months: false },
        }
    }
}

fn say_limits(n_customers: usize, span: i32, exits: &Exits, notices: &mut Vec<Notice>) {
    if n_customers < 30 {
        notices.push(Notice::FewCustomers { customers: n_customers as u32 });
    }
    if span < MIN_SPAN_DAYS {
        notices.push(Notice::ShortHistory { days: span.max(0) as u32 });
    }
    if exits.file_too_short() {
        notices.push(Notice::ShorterThanThreshold);
    }
}

/// The user's word on left truncation, else what the arrivals say.
fn truncation(orders: &Orders, as_of: Day, settings: &ValidSettings) -> Truncation {
    let mut found = orders::left_truncation(orders, as_of);
    match settings.left_truncation {
        LeftTruncation::Auto => {}
        LeftTruncation::No => {
            found.truncated = false;
            found.customers.fill(false);
        }
        LeftTruncation::Yes => {
            found.truncated = true;
            let first = orders.dates.map_or(as_of, |d| d.0);
            for (c, early) in found.customers.iter_mut().enumerate() {
                let arrival = orders.first_purchase(c);
                *early = arrival.is_some_and(|day| f64::from(day.0 - first.0) < found.window_days);
            }
        }
    }
    found
}

/// Measured from the costs in the file, else assumed.
fn margin(orders: &Orders, settings: &ValidSettings, notices: &mut Vec<Notice>) -> f64 {
    let totals = &orders.totals;
    if let (Some(cost), true) = (totals.cost, totals.revenue > 0) {
        return 1.0 - cost as f64 / totals.revenue as f64;
    }
    notices.push(Notice::AssumedMargin { margin: settings.gross_margin });
    settings.gross_margin
}

fn rate(settings: &ValidSettings) -> AnnualRate {
    AnnualRate::new(settings.annual_discount_rate).unwrap_or_default()
}

fn model(
    orders: &Orders,
    as_of: Day,
    settings: &ValidSettings,
    margin: f64,
    notices: &mut Vec<Notice>,
) -> Model {
    let histories = histories(orders, as_of);
    let (kind, choice) = match settings.btyd_model {
        BtydModel::Auto => {
            let choice = btyd::choose(orders, as_of, ChoiceOptions::default());
            (choice.taken, Some(choice))
        }
        BtydModel::Mbgnbd => (ModelKind::MbgNbd, None),
        BtydModel::Bgnbd => (ModelKind::BgNbd, None),
        BtydModel::ParetoNbd => (ModelKind::ParetoNbd, None),
    };
    // All three on the same customers: the page shows how far they disagree.
    let comparison = btyd::compare(&histories, COMPARED_WEEKS, FitOptions::default());
    let Some(fit) = comparison.fit(kind).cloned() else {
        let because = comparison.unfitted.iter().find(|u| u.kind == kind).map(|u| u.error.to_string());
        notices.push(Notice::NoClvModel { because: because.unwrap_or_default() });
        return Model::default();
    };
    if !fit.shows_dropout() {
        notices.push(Notice::NoDropout);
    }
    let model = fit.model();
    let forecast = btyd::forecast(model.as_ref(), &histories, settings.horizon_months, rate(settings));
    let means = repeat_means(orders);
    let spend = spend::fit(&histories.n_repeats, &means, mean_order_value(orders));
    if matches!(spend.model, spend::SpendModel::Pooled { .. }) {
        notices.push(Notice::PooledSpend);
    } else if let (Some(correlation), true) = (spend.correlation, spend.is_correlated) {
        notices.push(Notice::SpendCorrelation { correlation });
    }
    let interval = interval(&fit, &histories, &spend, &means, settings);
    let mean_order_value: Vec<f64> =
        histories.n_repeats.iter().zip(&means).map(|(&x, &m)| spend.model.expected(x, m)).collect();
    // A new customer has just bought for the first time: nothing observed, everything ahead.
    let newcomer =
        Histories { n_repeats: vec![0], last_purchase_age_weeks: vec![0.0], tenure_weeks: vec![0.0] };
    let ahead = btyd::forecast(model.as_ref(), &newcomer, settings.horizon_months, rate(settings));
    let expected = ahead.discounted_purchases.first().copied().unwrap_or(0.0);
    let new_customer_value = Some(margin * spend.model.population_mean() * (1.0 + expected));
    Model {
        fit: Some(fit),
        forecast: Some(forecast),
        spend: Some(spend),
        mean_order_value,
        new_customer_value,
        choice,
        comparison: Some(comparison),
        interval,
    }
}

fn interval(
    fit: &btyd::Fit,
    histories: &Histories,
    spend: &SpendFit,
    means: &[f64],
    settings: &ValidSettings,
) -> Option<btyd::Interval> {
    let spending = btyd::Spending { fit: spend, mean_repeat_amount: means };
    btyd::interval(fit, histories, None, Some(spending), settings.horizon_months, rate(settings))
}

/// The exits by the rule in use: silence against the own rhythm, or the silence at which P(alive) falls below a limit.
fn judged_by(settings: &ValidSettings, exits: Exits, model: &Model) -> (Exits, Vec<bool>) {
    let exits = match &model.fit {
        Some(fit) if settings.exit_by_p_alive && fit.shows_dropout() => {
            let limits = (settings.p_alive_alert, settings.p_alive_exit);
            let thresholds = btyd::silence_limits(fit, &exits.purchases, &exits.n_purchase_days, limits);
            exits.with_thresholds(thresholds)
        }
        _ => exits,
    };
    let exited = exits.exited();
    (exits, exited)
}

/// x, t_x and T of every customer; customers without a purchase have T = 0, which the fit leaves out.
fn histories(orders: &Orders, as_of: Day) -> Histories {
    let n = orders.n_customers();
    let mut out = Histories {
        n_repeats: Vec::with_capacity(n),
        last_purchase_age_weeks: Vec::with_capacity(n),
        tenure_weeks: Vec::with_capacity(n),
    };
    for c in 0..n {
        let days = orders.purchases(c).count() as u32;
        let (first, last) = match (orders.first_purchase(c), orders.last_purchase(c)) {
            (Some(first), Some(last)) => (first, last),
            _ => (as_of, as_of),
        };
        out.n_repeats.push(days.saturating_sub(1));
        out.last_purchase_age_weeks.push(f64::from(last.0 - first.0) / 7.0);
        out.tenure_weeks.push(f64::from(as_of.0 - first.0) / 7.0);
    }
    out
}

/// Mean net amount of the purchase days after the first; 0 without any.
fn repeat_means(orders: &Orders) -> Vec<f64> {
    (0..orders.n_customers())
        .map(|c| {
            let (mut total, mut n) = (0_i128, 0_u32);
            for i in orders.purchases(c).skip(1).filter(|&i| orders.purchase_net[i] > 0) {
                total += i128::from(orders.purchase_net[i]);
                n += 1;
            }
            if n == 0 { 0.0 } else { orders.scale.to_f64(total) / f64::from(n) }
        })
        .collect()
}

fn mean_order_value(orders: &Orders) -> f64 {
    let total: i128 = orders.purchase_net.iter().map(|&v| i128::from(v)).sum();
    let n: u64 = orders.n_paid.iter().map(|&n| u64::from(n)).sum();
    if n == 0 { 0.0 } else { orders.scale.to_f64(total) / n as f64 }
}

fn rule(choice: ThresholdChoice, top_share: f64) -> ThresholdRule {
    match choice {
        ThresholdChoice::Mean => ThresholdRule::Mean,
        ThresholdChoice::Median => ThresholdRule::Median,
        ThresholdChoice::BreakEven => ThresholdRule::BreakEven,
        ThresholdChoice::TopShare => ThresholdRule::TopShare { share: top_share },
        ThresholdChoice::Amount(value) => ThresholdRule::Custom { value },
    }
}

/// The user's part of the matrix settings.
pub(super) fn matrix_settings(settings: &ValidSettings) -> MatrixSettings {
    MatrixSettings {
        kappa: settings.up_buying_share,
        stage_levels: [
            settings.level_exploration,
            settings.level_build_up,
            settings.level_stability,
            settings.level_decline,
        ],
        referrals_per_year: settings.referrals_per_year,
        horizon_months: settings.horizon_months,
        rate: rate(settings),
        cv_rule: rule(settings.current_value_threshold, settings.top_share),
        gp_rule: rule(settings.growth_potential_threshold, settings.top_share),
        ..MatrixSettings::default()
    }
}

/// What the value matrix rests on beside the orders.
struct Beside<'a> {
    exits: &'a Exits,
    exited: &'a [bool],
    model: &'a Model,
    relationships: Option<&'a Relationships>,
    /// Expected profit of products not owned, per month.
    cross: Option<&'a [f64]>,
}

fn matrix(
    ledger: &Ledger,
    orders: &Orders,
    as_of: Day,
    settings: &ValidSettings,
    margin: f64,
    beside: &Beside<'_>,
) -> ValueMatrix {
    let Beside { exits, exited, model, relationships, cross } = *beside;
    let spend: Vec<f64> = (0..orders.n_customers()).map(|c| monthly_spend(orders, as_of, c)).collect();
    let profit: Vec<f64> = spend.iter().map(|v| v * margin).collect();
    let (customers, months, left) = survival::lifetimes(exits);
    let mut tenure = vec![0.0; orders.n_customers()];
    for (&c, &m) in customers.iter().zip(&months) {
        tenure[c as usize] = m;
    }
    let steps: Vec<(f64, f64)> =
        survival::kaplan_meier(&months, &left).points.iter().map(|p| (p.time, p.survival)).collect();
    let curve = SurvivalCurve::new(&steps);
    let basis = match &model.forecast {
        Some(forecast) => ValueBasis::Purchases {
            discounted_purchases: &forecast.discounted_purchases,
            mean_order_value: &model.mean_order_value,
            annuity: &forecast.annuity,
        },
        None => ValueBasis::Survival { monthly_profit: &profit, tenure_months: &tenure, curve: &curve },
    };
    let input = MatrixInput {
        exited,
        basis,
        monthly_spend: &spend,
        margin,
        stages: relationships.map(|r| r.probability.as_slice()),
        wallet_per_year: ledger.side.profile.wallet_per_year.as_deref(),
        peer_group: ledger.side.profile.segment.as_ref().map(|s| s.code.as_slice()),
        cross_profit: cross,
        new_customer_value: model.new_customer_value,
    };
    let mut chosen = matrix_settings(settings);
    if let Some(r) = relationships {
        chosen.reach_next = r.reach_next;
    }
    value_matrix(&input, &chosen)
}

/// Spend per month over the last 12 months, or since the first order if later (at least 3 months).
pub(super) fn monthly_spend(orders: &Orders, as_of: Day, c: usize) -> f64 {
    let from = crate::analytics::churn::months_before(as_of, 12);
    let net: i128 =
        orders.range(c).filter(|&i| orders.day[i] > from).map(|i| i128::from(orders.net[i])).sum();
    let since = orders.first_purchase(c).map_or(12.0, |day| f64::from(as_of.0 - day.0) / DAYS_PER_MONTH);
    monthly_rate(orders.scale.to_f64(net), since)
}

/// Whether a customer is past the alert point and not exited.
pub(super) fn is_alerted(exits: &Exits, c: usize) -> bool {
    exits.state[c] == State::Amber
}
