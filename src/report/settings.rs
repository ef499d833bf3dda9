//! Settings as given, and settings that can run.

use serde::{Deserialize, Serialize};

use crate::analytics::churn::Rule;
use crate::customer::Day;
use crate::ingest::{DateOrder, DuplicateRows, Options};

/// Defines every setting that is a number once: field, name of the API, default, range, unit. From this come the field
/// of [`Settings`], the field of [`ValidSettings`], its check, and its line in [`NUMBERS`].
macro_rules! settings {
    (
        numbers { $( $(#[doc = $doc:literal])+ $field:ident: $ty:ident = $name:literal, $default:literal, $low:literal..=$high:literal, $unit:ident; )+ }
        given { $( $(#[doc = $gdoc:literal])+ $gfield:ident: $gty:ty; )+ }
        checked { $( $(#[doc = $cdoc:literal])+ $cfield:ident: $cty:ty = $check:expr; )+ }
    ) => {
        /// What a user or a host may set; everything is optional and nothing is checked yet.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub struct Settings {
            $( $(#[doc = $gdoc])+ pub $gfield: $gty, )+
            $( $(#[doc = $doc])+ pub $field: Option<$ty>, )+
        }

        /// Settings that can run. Only [`Settings::check`] makes them.
        #[derive(Clone, Debug, PartialEq)]
        pub struct ValidSettings {
            $( $(#[doc = $cdoc])+ pub(crate) $cfield: $cty, )+
            $( $(#[doc = $doc])+ pub(crate) $field: $ty, )+
        }

        /// Every setting that is a number, with its default, range and unit.
        pub const NUMBERS: &[NumberSetting] = &[
            $( NumberSetting { name: $name, default: $default as f64, low: $low as f64, high: $high as f64, unit: Unit::$unit }, )+
        ];

        impl Settings {
            /// Checks every field.
            ///
            /// # Errors
            /// Names the first field that is out of range, and the range.
            pub fn check(&self) -> Result<ValidSettings, SettingsError> {
                Ok(ValidSettings {
                    $( $cfield: $check(self)?, )+
                    $( $field: within($name, self.$field, $default, $low, $high)?, )+
                })
            }
        }
    };
}

/// What a number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// 0..1 of a whole.
    Share,
    /// Effective, per year.
    PerYear,
    /// Calendar months.
    Months,
    /// Calendar days.
    Days,
    /// The file's currency.
    Money,
    /// A count.
    Count,
    /// Without unit.
    Number,
}

/// A setting that is a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberSetting {
    /// Its name in the API.
    pub name: &'static str,
    /// Used where it is not set.
    pub default: f64,
    /// Smallest value allowed.
    pub low: f64,
    /// Largest value allowed.
    pub high: f64,
    /// Unit.
    pub unit: Unit,
}

settings! {
    numbers {
        /// Effective annual discount rate (methods.md, conventions).
        annual_discount_rate: f64 = "annualDiscountRate", 0.10, 0.0..=1.0, PerYear;
        /// Profit share of revenue where the file has no costs (1.5).
        gross_margin: f64 = "grossMargin", 0.30, 0.0..=1.0, Share;
        /// Months of future profit counted (5, 7.3).
        horizon_months: u32 = "horizonMonths", 36, 1..=120, Months;
        /// Cost of a service contact without a cost of its own (1.5).
        cost_per_contact: f64 = "costPerContact", 0.0, 0.0..=1e9, Money;
        /// Cost of a minute of service, where contacts have minutes and no cost (1.5).
        cost_per_minute: f64 = "costPerMinute", 0.0, 0.0..=1e9, Money;
        /// Cost of handling an order (1.5).
        cost_per_order: f64 = "costPerOrder", 0.0, 0.0..=1e9, Money;
        /// Cost of handling a return (1.5).
        cost_per_return: f64 = "costPerReturn", 0.0, 0.0..=1e9, Money;
        /// Annual rate at which overdue amounts are financed (1.5).
        finance_rate: f64 = "financeRate", 0.0, 0.0..=1.0, PerYear;
        /// Marketing allocated to each active customer and year (1.5).
        marketing_per_customer: f64 = "marketingPerCustomer", 0.0, 0.0..=1e9, Money;
        /// Months of the headline churn rate; fewer where the file is shorter (2.3).
        churn_window_months: u32 = "churnWindowMonths", 12, 1..=36, Months;
        /// Months held out to judge the exit rule on the past (2.6).
        backtest_months: u32 = "backtestMonths", 6, 3..=12, Months;
        /// Pseudo-gaps with which a customer's rhythm is drawn towards the pool's (2.4, kappa).
        pseudo_gaps: f64 = "pseudoGaps", 3.0, 0.0..=100.0, Count;
        /// Share of gaps that are shorter than the alert threshold (2.4).
        alert_share: f64 = "alertShare", 0.8, 0.5..=0.99, Share;
        /// Share of gaps that are shorter than the exit threshold (2.4).
        exit_share: f64 = "exitShare", 0.95, 0.5..=0.999, Share;
        /// P(alive) below which a customer is alerted, where `exitRule` is `p-alive` (2.5).
        p_alive_alert: f64 = "pAliveAlert", 0.5, 0.0..=1.0, Share;
        /// P(alive) below which a customer counts as exited, where `exitRule` is `p-alive` (2.5).
        p_alive_exit: f64 = "pAliveExit", 0.2, 0.0..=1.0, Share;
        /// Months in which the leavers of a contract file left, where `contractDesign` is `window` (2.1, W).
        contract_window_months: u32 = "contractWindowMonths", 12, 1..=120, Months;
        /// Ridge penalty of the early-warning regression on standardized covariates (2.7).
        warning_ridge: f64 = "warningRidge", 1.0, 1e-6..=1e6, Number;
        /// Cost of contacting a customer, offer included (2.7, 24.4).
        contact_cost: f64 = "contactCost", 20.0, 0.0..=1e9, Money;
        /// Share of contacted leavers that stay (2.7, 24.4).
        save_rate: f64 = "saveRate", 0.2, 0.0..=1.0, Share;
        /// Most that retention may cost; 0 for no limit (24.4).
        retention_budget: f64 = "retentionBudget", 0.0, 0.0..=1e15, Money;
        /// Usual months of exploration; the prior of its length (3.5).
        exploration_months: f64 = "explorationMonths", 6.0, 2.0..=120.0, Months;
        /// Usual months of build-up (3.5).
        build_up_months: f64 = "buildUpMonths", 6.0, 2.0..=120.0, Months;
        /// Usual months of stability (3.5).
        stability_months: f64 = "stabilityMonths", 18.0, 2.0..=240.0, Months;
        /// Months of stability from which a relationship counts as long-term (4, tau).
        tau_months: u32 = "tauMonths", 12, 1..=120, Months;
        /// Share of the open wallet that up-buying may win (5, kappa).
        up_buying_share: f64 = "upBuyingShare", 0.2, 0.0..=1.0, Share;
        /// Referrals of a stable customer per year, where none are recorded (5, rho).
        referrals_per_year: f64 = "referralsPerYear", 0.1, 0.0..=10.0, Number;
        /// Level of the relationship in exploration (5, q).
        level_exploration: f64 = "levelExploration", 0.25, 0.0..=1.0, Share;
        /// Level of the relationship in build-up (5, q).
        level_build_up: f64 = "levelBuildUp", 0.6, 0.0..=1.0, Share;
        /// Level of the relationship in stability (5, q).
        level_stability: f64 = "levelStability", 0.9, 0.0..=1.0, Share;
        /// Level of the relationship in decline (5, q).
        level_decline: f64 = "levelDecline", 0.1, 0.0..=1.0, Share;
        /// Share of all value held by the customers above the threshold `top-share` (5).
        top_share: f64 = "topShare", 0.8, 0.01..=0.99, Share;
        /// Months counted for F and M of RFM (6).
        rfm_window_months: u32 = "rfmWindowMonths", 12, 1..=120, Months;
        /// Number of clusters; 0 chooses it (9).
        clusters: u32 = "clusters", 0, 0..=10, Count;
        /// Share of known exits that the firm's own causes must reach to count as serious (10).
        reason_materiality: f64 = "reasonMateriality", 0.05, 0.0..=1.0, Share;
        /// Cases of them that it takes at least (10).
        reason_min_cases: u32 = "reasonMinCases", 3, 1..=1000, Count;
        /// How many times keeping a customer is cheaper than acquiring one, an assumption (11, kappa).
        acquisition_ratio: f64 = "acquisitionRatio", 5.0, 0.1..=100.0, Number;
        /// Share of revenue that exit candidates may hold before ending them is held back (12).
        exit_revenue_limit: f64 = "exitRevenueLimit", 0.05, 0.0..=1.0, Share;
        /// Months a customer is protected from being an exit candidate (12).
        exit_min_tenure_months: u32 = "exitMinTenureMonths", 6, 0..=120, Months;
        /// Terms of payment for credit limits (13).
        credit_terms_months: f64 = "creditTermsMonths", 1.0, 0.0..=24.0, Months;
        /// Largest credit limit; 0 for none (13).
        credit_limit_cap: f64 = "creditLimitCap", 0.0, 0.0..=1e15, Money;
        /// Smallest share of baskets of a rule (14).
        min_support: f64 = "minSupport", 0.005, 1e-6..=1.0, Share;
        /// Smallest confidence of a rule (14).
        min_confidence: f64 = "minConfidence", 0.2, 0.0..=1.0, Share;
        /// Largest false discovery rate of a rule (14).
        max_false_discovery: f64 = "maxFalseDiscovery", 0.05, 0.0..=1.0, Share;
        /// How far under list price counts as a discount (15).
        discount_share: f64 = "discountShare", 0.10, 0.0..=1.0, Share;
        /// Share of spend at a discount from which a customer is transactional (16).
        transactional_share: f64 = "transactionalShare", 0.6, 0.0..=1.0, Share;
        /// Price elasticity below which a customer is transactional (16).
        transactional_elasticity: f64 = "transactionalElasticity", -2.0, -100.0..=0.0, Number;
        /// Months of each of the two windows compared by the growth matrix (17).
        growth_window_months: u32 = "growthWindowMonths", 12, 1..=60, Months;
        /// Lowest answer of the survey's scale (18).
        survey_low: f64 = "surveyLow", 1.0, -1e6..=1e6, Number;
        /// Highest answer of the survey's scale (18).
        survey_high: f64 = "surveyHigh", 5.0, -1e6..=1e6, Number;
        /// Days within which a second order counts as retention in the funnel (18).
        retention_days: u32 = "retentionDays", 90, 1..=1000, Days;
    }
    given {
        /// Day the analysis speaks of, `YYYY-MM-DD`; default: the last day in the file. Later rows are set aside.
        as_of: Option<String>;
        /// Language of texts, for hosts; the core does not read it.
        locale: Option<String>;
        /// Currency shown beside money, for example `CNY`; the core does not read it.
        currency: Option<String>;
        /// Order of day and month where the file leaves it open: `dmy`, `mdy` or `ymd`.
        date_order: Option<String>;
        /// Exact duplicate rows: `keep` (default) or `drop`.
        duplicates: Option<String>;
        /// Free items (amount 0): `purchase` (default) or `contact`, which does not count as an order.
        zero_orders: Option<String>;
        /// Model of repeat buying: `auto` (default), `mbgnbd`, `bgnbd` or `paretonbd`.
        btyd_model: Option<String>;
        /// Whether relationships may have begun before the file does: `auto` (default), `yes` or `no`.
        left_truncation: Option<String>;
        /// Who has left: `rhythm` (default), silence against the customer's own rhythm, or `p-alive`, the model's word.
        exit_rule: Option<String>;
        /// Whose departures a contract file holds: `full-history` (default), all, or `window`, the latest months'.
        contract_design: Option<String>;
        /// Remove the season from series of two years: `auto` (default: from three years on), `yes` or `no`.
        season: Option<String>;
        /// What parts early exit from long-term: `duration` (default), or `profit-rising` as well.
        pattern_rule: Option<String>;
        /// Scores of RFM: `mid-rank` (default) or `quantile`.
        rfm_scoring: Option<String>;
        /// M of RFM: `total` (default) or `average` per order.
        rfm_money: Option<String>;
        /// Weights of the R, F and M scores; default: equal.
        rfm_weights: Option<[f64; 3]>;
        /// Pairwise comparisons R:F, R:M and F:M on the scale 1/9..9, instead of weights.
        rfm_comparisons: Option<[f64; 3]>;
        /// Way of clustering: `k-means` (default), `mixture` or `ward`.
        cluster_method: Option<String>;
        /// What a basket is: `order` (default) or `customer`.
        basket_by: Option<String>;
        /// Judge reasons by the strict reading: any case caused by the firm is serious.
        strict_verdict: Option<bool>;
        /// Let the early warning use columns such as sex, age or religion; default: it does not.
        protected_attributes: Option<bool>;
        /// Threshold of current value: `mean` (default), `median`, `break-even`, `top-share` or a number.
        current_value_threshold: Option<Threshold>;
        /// Threshold of growth potential, likewise.
        growth_potential_threshold: Option<Threshold>;
        /// Cost of repairing an unprofitable relationship; default: its yearly loss over the horizon.
        cost_to_fix: Option<f64>;
        /// Weights of collection, overdue share, days and worst delay in the credit score; default .4, .3, .2, .1.
        credit_weights: Option<[f64; 4]>;
        /// Customers who would strengthen a rival if they left: never exit candidates.
        rivals_would_gain: Option<Vec<String>>;
        /// Words of exit reasons and what they stand for; they come before the built-in ones.
        reason_keywords: Option<Vec<ReasonKeyword>>;
    }
    checked {
        /// Analysis day.
        as_of: Option<Day> = |s: &Settings| s.as_of.as_deref().map(day).transpose();
        /// Whether exact duplicates are dropped.
        drop_duplicates: bool = |s: &Settings| choice("duplicates", &s.duplicates, &[("keep", false), ("drop", true)]);
        /// Whether a free item is a purchase.
        zero_is_purchase: bool = |s: &Settings| choice("zeroOrders", &s.zero_orders, &[("purchase", true), ("contact", false)]);
        /// Order of day and month, where given.
        date_order: Option<DateOrder> = |s: &Settings| choice("dateOrder", &s.date_order, &DATE_ORDERS);
        /// Model of repeat buying.
        btyd_model: BtydModel = |s: &Settings| choice("btydModel", &s.btyd_model, &BTYD_MODELS);
        /// Whether relationships may have begun before the file.
        left_truncation: LeftTruncation = |s: &Settings| choice("leftTruncation", &s.left_truncation, &TRUNCATION);
        /// Whether P(alive) decides who has left.
        exit_by_p_alive: bool = |s: &Settings| choice("exitRule", &s.exit_rule, &[("rhythm", false), ("p-alive", true)]);
        /// Whether a contract file holds the leavers of a window only.
        contract_window: bool = |s: &Settings| choice("contractDesign", &s.contract_design, &[("full-history", false), ("window", true)]);
        /// Whether a season is removed: by the rule, or always, or never.
        season: Option<bool> = |s: &Settings| choice("season", &s.season, &[("auto", None), ("yes", Some(true)), ("no", Some(false))]);
        /// Whether a profit still rising at the end makes an exit early.
        rising_profit_is_early: bool = |s: &Settings| choice("patternRule", &s.pattern_rule, &[("duration", false), ("profit-rising", true)]);
        /// Whether RFM cuts at quantiles.
        rfm_quantile: bool = |s: &Settings| choice("rfmScoring", &s.rfm_scoring, &[("mid-rank", false), ("quantile", true)]);
        /// Whether M is per order.
        rfm_average: bool = |s: &Settings| choice("rfmMoney", &s.rfm_money, &[("total", false), ("average", true)]);
        /// Weights of the RFM scores, where given; they sum to 1.
        rfm_weights: Option<[f64; 3]> = |s: &Settings| weights("rfmWeights", s.rfm_weights);
        /// Pairwise comparisons of R, F and M, where given.
        rfm_comparisons: Option<[f64; 3]> = |s: &Settings| comparisons("rfmComparisons", s.rfm_comparisons);
        /// Way of clustering.
        cluster_method: ClusterMethod = |s: &Settings| choice("clusterMethod", &s.cluster_method, &CLUSTER_METHODS);
        /// Whether a basket is a customer.
        basket_by_customer: bool = |s: &Settings| choice("basketBy", &s.basket_by, &[("order", false), ("customer", true)]);
        /// Whether the strict verdict on reasons holds.
        strict_verdict: bool = |s: &Settings| Ok::<_, SettingsError>(s.strict_verdict.unwrap_or(false));
        /// Whether protected attributes may be used.
        protected_attributes: bool = |s: &Settings| Ok::<_, SettingsError>(s.protected_attributes.unwrap_or(false));
        /// Threshold of current value.
        current_value_threshold: ThresholdChoice = |s: &Settings| threshold("currentValueThreshold", s.current_value_threshold.as_ref());
        /// Threshold of growth potential.
        growth_potential_threshold: ThresholdChoice = |s: &Settings| threshold("growthPotentialThreshold", s.growth_potential_threshold.as_ref());
        /// Cost of repairing a relationship, where given.
        cost_to_fix: Option<f64> = |s: &Settings| s.cost_to_fix.map(|c| within("costToFix", Some(c), 0.0, 0.0, 1e15)).transpose();
        /// Weights of the credit score, where given; they sum to 1.
        credit_weights: Option<[f64; 4]> = |s: &Settings| weights("creditWeights", s.credit_weights);
        /// Customers who would strengthen a rival, sorted.
        rivals_would_gain: Vec<String> = |s: &Settings| Ok::<_, SettingsError>(sorted(&s.rivals_would_gain));
        /// The user's words of exit reasons.
        reason_keywords: Vec<ReasonKeyword> = |s: &Settings| keywords(s.reason_keywords.as_deref().unwrap_or_default());
    }
}

/// A word of exit reasons and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasonKeyword {
    /// Text that a reason contains, whatever the case.
    pub text: String,
    /// Kind of defection: `price`, `product`, `service`, `market`, `technology` or `political`; absent for none of them.
    pub defection: Option<String>,
    /// Kind of churn, 1..=6; default: the one the defection stands for. With neither, the word means "unknown".
    pub kind: Option<u8>,
}

const DATE_ORDERS: [(&str, Option<DateOrder>); 4] = [
    ("auto", None),
    ("dmy", Some(DateOrder::Dmy)),
    ("mdy", Some(DateOrder::Mdy)),
    ("ymd", Some(DateOrder::Ymd)),
];
const BTYD_MODELS: [(&str, BtydModel); 4] = [
    ("auto", BtydModel::Auto),
    ("mbgnbd", BtydModel::Mbgnbd),
    ("bgnbd", BtydModel::Bgnbd),
    ("paretonbd", BtydModel::ParetoNbd),
];
const TRUNCATION: [(&str, LeftTruncation); 3] =
    [("auto", LeftTruncation::Auto), ("yes", LeftTruncation::Yes), ("no", LeftTruncation::No)];
const CLUSTER_METHODS: [(&str, ClusterMethod); 3] =
    [("k-means", ClusterMethod::KMeans), ("mixture", ClusterMethod::Mixture), ("ward", ClusterMethod::Ward)];

/// A threshold as given: a rule's name or an amount of money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Threshold {
    /// An amount.
    Amount(f64),
    /// A rule.
    Rule(String),
}

/// Whether relationships may have begun before the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeftTruncation {
    /// Decided from arrivals (methods.md 1.6).
    #[default]
    Auto,
    /// Customers first seen early are taken as begun before.
    Yes,
    /// Nobody is.
    No,
}

/// Model of repeat buying.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BtydModel {
    /// Chosen by what the last quarter of the file would have been predicted to be (24.1).
    #[default]
    Auto,
    /// MBG/NBD; one-time buyers can have left.
    Mbgnbd,
    /// BG/NBD; one-time buyers count as alive.
    Bgnbd,
    /// Pareto/NBD; customers may leave at any time.
    ParetoNbd,
}

/// Way of clustering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClusterMethod {
    /// k-means++.
    #[default]
    KMeans,
    /// Gaussian mixture.
    Mixture,
    /// Ward's hierarchy.
    Ward,
}

/// A checked threshold rule.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ThresholdChoice {
    /// Mean of active customers after winsorizing.
    #[default]
    Mean,
    /// Median of active customers.
    Median,
    /// Zero.
    BreakEven,
    /// The smallest value of those that hold 80 % of the total.
    TopShare,
    /// As given.
    Amount(f64),
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsError {
    /// Name of the setting, as the host writes it.
    pub field: String,
    /// What it was.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "setting {} is {}; allowed: {}", self.field, self.value, self.allowed)
    }
}

impl std::error::Error for SettingsError {}

impl ValidSettings {
    /// What the reader needs of them.
    #[must_use]
    pub fn ingest_options(&self) -> Options {
        let duplicates = if self.drop_duplicates { DuplicateRows::Drop } else { DuplicateRows::Keep };
        Options { as_of: self.as_of, duplicates, ..Options::default() }
    }

    /// The rule of silence.
    #[must_use]
    pub fn silence_rule(&self) -> Rule {
        Rule { pseudo_gaps: self.pseudo_gaps, alert_share: self.alert_share, exit_share: self.exit_share }
    }

    /// Order of day and month, where the user has said it.
    #[must_use]
    pub fn date_order(&self) -> Option<DateOrder> {
        self.date_order
    }
}

fn refuse(field: &str, value: impl ToString, allowed: String) -> SettingsError {
    SettingsError { field: field.to_owned(), value: value.to_string(), allowed }
}

fn day(text: &str) -> Result<Day, SettingsError> {
    text.get(..10)
        .and_then(Day::parse_iso)
        .ok_or_else(|| refuse("asOf", text, "a date as YYYY-MM-DD".to_owned()))
}

fn within<T: Copy + PartialOrd + std::fmt::Display>(
    field: &str,
    given: Option<T>,
    default: T,
    low: T,
    high: T,
) -> Result<T, SettingsError> {
    let value = given.unwrap_or(default);
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(refuse(field, value, format!("{low} to {high}")))
    }
}

/// Weights as given, brought to the sum 1.
fn weights<const N: usize>(field: &str, given: Option<[f64; N]>) -> Result<Option<[f64; N]>, SettingsError> {
    let Some(values) = given else { return Ok(None) };
    let total: f64 = values.iter().sum();
    if values.iter().all(|w| *w >= 0.0) && total > 0.0 && total.is_finite() {
        Ok(Some(values.map(|w| w / total)))
    } else {
        Err(refuse(field, format!("{values:?}"), format!("{N} numbers from 0, not all 0")))
    }
}

fn comparisons(field: &str, given: Option<[f64; 3]>) -> Result<Option<[f64; 3]>, SettingsError> {
    match given {
        Some(values) if !values.iter().all(|v| (1.0 / 9.0 - 1e-9..=9.0).contains(v)) => {
            Err(refuse(field, format!("{values:?}"), "3 numbers from 1/9 to 9".to_owned()))
        }
        other => Ok(other),
    }
}

fn keywords(given: &[ReasonKeyword]) -> Result<Vec<ReasonKeyword>, SettingsError> {
    const DEFECTIONS: [&str; 6] = ["price", "product", "service", "market", "technology", "political"];
    for word in given {
        if let Some(name) = word.defection.as_deref().filter(|d| !DEFECTIONS.contains(d)) {
            return Err(refuse("reasonKeywords.defection", name, DEFECTIONS.join(", ")));
        }
        if let Some(kind) = word.kind.filter(|k| !(1..=6).contains(k)) {
            return Err(refuse("reasonKeywords.kind", kind, "1 to 6".to_owned()));
        }
        if word.text.trim().is_empty() {
            return Err(refuse("reasonKeywords.text", "empty", "a word".to_owned()));
        }
    }
    Ok(given.to_vec())
}

fn sorted(names: &Option<Vec<String>>) -> Vec<String> {
    let mut names = names.clone().unwrap_or_default();
    names.sort();
    names
}

/// The first choice is the default.
fn choice<T: Copy>(field: &str, given: &Option<String>, choices: &[(&str, T)]) -> Result<T, SettingsError> {
    let wanted = given.as_deref().unwrap_or(choices[0].0);
    choices.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value).ok_or_else(|| {
        refuse(field, wanted, choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
    })
}

fn threshold(field: &str, given: Option<&Threshold>) -> Result<ThresholdChoice, SettingsError> {
    const RULES: [(&str, ThresholdChoice); 4] = [
        ("mean", ThresholdChoice::Mean),
        ("median", ThresholdChoice::Median),
        ("break-even", ThresholdChoice::BreakEven),
        ("top-share", ThresholdChoice::TopShare),
    ];
    match given {
        None => Ok(ThresholdChoice::Mean),
        Some(Threshold::Amount(x)) if x.is_finite() => Ok(ThresholdChoice::Amount(*x)),
        Some(Threshold::Amount(x)) => Err(refuse(field, x, "a finite amount".to_owned())),
        Some(Threshold::Rule(name)) => choice(field, &Some(name.clone()), &RULES),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_methods() {
        let s = Settings::default().check().unwrap();
        assert_eq!((s.annual_discount_rate, s.gross_margin, s.horizon_months), (0.10, 0.30, 36));
        assert_eq!((s.rfm_window_months, s.tau_months), (12, 12));
    }

    #[test]
    fn every_number_has_a_default_within_its_range_and_refuses_what_is_outside() {
        for number in NUMBERS {
            assert!((number.low..=number.high).contains(&number.default), "{}", number.name);
            for (value, fits) in [(number.low, true), (number.high, true), (number.high + 1.0, false)] {
                let value = if number.high == value || value == number.low { value } else { value.ceil() };
                let json = format!("{{\"{}\": {value}}}", number.name);
                let settings: Settings = serde_json::from_str(&json).unwrap();
                let checked = settings.check();
                assert_eq!(checked.is_ok(), fits, "{json}");
                if let Err(error) = checked {
                    assert_eq!(error.field, number.name);
                    assert_eq!(error.allowed, format!("{} to {}", number.low, number.high));
                }
            }
        }
    }

    /// The README's table and the published types name every setting, and the table its default and range.
    #[test]
    fn every_setting_is_documented_as_it_is() {
        let (readme, types) = (include_str!("../../README.md"), include_str!("../embed/tenure.d.ts"));
        for number in NUMBERS {
            let line = readme.lines().find(|l| l.starts_with(&format!("| `{}` |", number.name))).unwrap();
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (low, high) = cells[3].split_once("..").unwrap();
            let said: Vec<f64> = [cells[2], low, high].iter().map(|c| c.parse().unwrap()).collect();
            assert_eq!(said, [number.default, number.low, number.high], "{line}");
        }
        let serde_json::Value::Object(all) = serde_json::to_value(Settings::default()).unwrap() else {
            panic!()
        };
        for name in all.keys() {
            assert!(readme.contains(&format!("| `{name}` |")), "README: {name}");
            assert!(types.contains(&format!("  {name}?: ")), "tenure.d.ts: {name}");
        }
        assert_eq!(
            types
                .split("interface Settings {")
                .nth(1)
                .unwrap()
                .split("\n}")
                .next()
                .unwrap()
                .matches("?:")
                .count(),
            all.len() + 2,
            "no other names (two belong to an inner type)"
        );
    }

    #[test]
    fn weights_are_brought_to_one_and_comparisons_kept_to_the_scale() {
        let settings = Settings { rfm_weights: Some([1.0, 1.0, 2.0]), ..Settings::default() };
        assert_eq!(settings.check().unwrap().rfm_weights, Some([0.25, 0.25, 0.5]));
        let settings = Settings { credit_weights: Some([0.0; 4]), ..Settings::default() };
        assert_eq!(settings.check().unwrap_err().field, "creditWeights");
        let settings = Settings { rfm_comparisons: Some([1.0, 10.0, 1.0]), ..Settings::default() };
        assert_eq!(settings.check().unwrap_err().field, "rfmComparisons");
    }

    #[test]
    fn an_error_names_the_field_and_the_range() {
        let error = Settings { gross_margin: Some(1.2), ..Settings::default() }.check().unwrap_err();
        assert_eq!(error.to_string(), "setting grossMargin is 1.2; allowed: 0 to 1");
        let error = Settings { gross_margin: Some(f64::NAN), ..Settings::default() }.check().unwrap_err();
        assert_eq!(error.field, "grossMargin");
        let error = Settings { duplicates: Some("maybe".into()), ..Settings::default() }.check().unwrap_err();
        assert_eq!(error.allowed, "keep, drop");
        let error = Settings { as_of: Some("31.12.2025".into()), ..Settings::default() }.check().unwrap_err();
        assert_eq!(error.field, "asOf");
    }
}
