//! The report: every number a page, an export or an embedding host may show, as plain public fields.
//!
//! [`Settings`] come in unchecked; [`Settings::check`] turns them into [`ValidSettings`], and only those can run.
//! [`build()`] takes a [`Dataset`](crate::customer::Dataset) and valid settings and computes the whole [`Report`]. A native test, the worker and
//! the JS API call this same function, so a number is the same wherever it is read.
//!
//! Field names become the camelCase keys of the public `Report` contract (see README, "Embedding"): they may be
//! added to, never renamed or given another meaning. Shares are 0..1, money is in the file's currency, dates are
//! `YYYY-MM-DD`, durations carry their unit in the name.

mod build;
mod compare;
mod contracts;
mod facts;
mod figures;
mod leaving;
mod lifecycle;
mod products;
mod relations;
mod segments;
mod settings;
mod stage_columns;
mod table;
mod why;
mod worth;

pub use build::{Step, StepProgress, Wanted, build};
pub use compare::{Change, Choice, Figure, compare};
pub use leaving::{ReasonDetail, RuleTrees};
pub use products::{Basket, BasketRule, NamedPromotion, NamedTrend, Price, ProductOffer};
pub use settings::{
    NUMBERS, NumberSetting, ReasonKeyword, Settings, SettingsError, Threshold, Unit, ValidSettings,
};
pub use table::{CustomerFilter, CustomerQuery, CustomerRow, CustomerRows, CustomerTable, SortKey};
pub use why::{FeatureName, Labels, Names, Why, WhyBasis};
pub use worth::{Credit, Exit, ExitCandidate};

use serde::{Deserialize, Serialize};

use crate::analytics::ahp;
use crate::analytics::btyd::{Comparison, ModelChoice};
use crate::analytics::churn_rates::ChurnRates;
use crate::analytics::cluster::Clusters;
use crate::analytics::early_warning::{Agreement, EarlyWarning};
use crate::analytics::equity::Equity;
use crate::analytics::funnel::Funnel;
use crate::analytics::growth::GrowthMatrix;
use crate::analytics::loss::Literature;
use crate::analytics::pattern::Pattern;
use crate::analytics::profile::{Care, CoverageRow};
use crate::analytics::reasons::{ParetoRow, Reason};
use crate::analytics::relationship::Quality as RelationshipQuality;
use crate::analytics::retention_budget::RetentionBudget;
use crate::analytics::sbg::SbgFit;
use crate::analytics::snapshot::Snapshot;
use crate::analytics::stage_table::{LookBack, Peaks, StageTable, Transitions};
use crate::analytics::tiers::Tiers;
use crate::analytics::value_matrix::ValueClass;
use crate::customer::Grain;
pub use crate::ingest::Quality;

/// Everything that was computed from one file with one set of settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What was read, and what was set aside and why.
    pub quality: Quality,
    /// The headline figures.
    pub overview: Overview,
    /// One entry per customer in parallel columns; the worker keeps them and hands out pages.
    #[serde(skip)]
    pub customers: CustomerTable,
    /// What explanations of single customers are made from; the worker keeps it beside the columns.
    #[serde(skip)]
    pub why: WhyBasis,
    /// Stages now and over time. `None` where the file has no history per period.
    pub lifecycle: Option<Lifecycle>,
    /// The four patterns of ended relationships, then the active ones; they add up to all customers.
    pub patterns: Vec<PatternRow>,
    /// What the page of patterns shows beyond the rows.
    pub pattern_detail: Option<PatternDetail>,
    /// Current value against growth potential.
    pub value_matrix: Option<ValueMatrix>,
    /// Who left, by which rule, and how sure the rule is.
    pub churn: Option<Churn>,
    /// Inputs of the loss calculators as this file suggests them, and the loss by group.
    pub loss: Loss,
    /// Recency, frequency, money.
    pub rfm: Option<Rfm>,
    /// The model behind p(alive) and lifetime value.
    pub clv_model: Option<ClvModel>,
    /// Groups of alike customers; labels are in the customer table.
    pub clusters: Option<Clusters>,
    /// Transactional and relational customers; labels are in the customer table.
    pub tiers: Option<Tiers>,
    /// What is bought together.
    pub basket: Option<Basket>,
    /// How customers answer to prices.
    pub price: Option<Price>,
    /// From which customers and which business growth comes.
    pub growth: Option<GrowthMatrix>,
    /// Profit after cost to serve, and whom to let go.
    pub exit: Option<Exit>,
    /// Payment behavior.
    pub credit: Option<Credit>,
    /// Time and space assets of the customer base.
    pub equity: Option<Equity>,
    /// Whom to contact within what budget.
    pub retention: Option<RetentionBudget>,
    /// Risk of leaving learned from contracts.
    pub early_warning: Option<EarlyWarning>,
    /// Readable rules: who is released, who leaves.
    pub rules: Option<RuleTrees>,
    /// Quality of relationships by survey or by signs of it.
    pub relationship: Option<RelationshipQuality>,
    /// From first order to referral.
    pub funnel: Option<Funnel>,
    /// Stages of contracts by tenure.
    pub snapshot: Option<Snapshot>,
    /// Renewal model of contracts.
    pub renewals: Option<SbgFit>,
    /// Which of the ten tasks of customer management these data serve.
    pub coverage: Vec<CoverageRow>,
    /// Care of each phase of a sale, with what it lacks.
    pub care: Vec<Care>,
    /// What could not be computed, and why.
    pub notices: Vec<Notice>,
}

/// Which sections travel together; everything else of a report goes last.
macro_rules! parts {
    ($([$($section:ident)+])+) => {
        impl Report {
            /// Takes the large sections out, in parts that are each quick to send, decode and join again with
            /// [`absorb`](Self::absorb). What stays is the rest of the report.
            pub fn split_off(&mut self) -> Vec<Self> {
                vec![$(Self { $($section: self.$section.take(),)+ ..Self::default() }),+]
            }

            /// Takes over the sections of a part that was split off.
            pub fn absorb(&mut self, part: Self) {
                // Without `..`: a new section has to be put in a part, or be named here as one of the rest.
                let Self { $($($section,)+)+ quality: _, overview: _, customers: _, why: _, patterns: _, loss: _, coverage: _, care: _, notices: _ } = part;
                $($(self.$section = self.$section.take().or($section);)+)+
            }
        }
    };
}

parts! {
    [lifecycle pattern_detail churn funnel snapshot early_warning]
    [value_matrix rfm clv_model clusters tiers renewals]
    [basket price growth exit credit]
    [equity retention rules relationship]
}

/// A part of the report that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// `basket`.
    Basket,
    /// `clusters`.
    Clusters,
    /// `credit`.
    Credit,
    /// `earlyWarning`.
    EarlyWarning,
    /// `exit`: candidates.
    Exit,
    /// `growth`.
    Growth,
    /// `price`.
    Price,
    /// `churn.reasons`.
    Reasons,
    /// `relationship`.
    Relationship,
    /// `renewals`.
    Renewals,
    /// `rules.leavers`.
    RulesLeavers,
    /// `rules.released`.
    RulesReleased,
    /// `snapshot`.
    Snapshot,
}

/// Why a section was not computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Because {
    /// The file lacks a column or table.
    MissingColumn {
        /// What it would hold.
        role: String,
    },
    /// Too few customers.
    TooFew {
        /// There are.
        n: u32,
        /// It takes.
        needed: u32,
    },
    /// Too few months.
    TooShort {
        /// There are.
        months: u32,
        /// It takes.
        needed: u32,
    },
    /// Without costs nobody is known to lose money.
    NoCosts,
    /// All customers are equal in what tells them apart.
    AllEqual,
    /// The model found no stable solution.
    NotFitted,
}

/// The headline figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// Distinct customers.
    pub customers: u32,
    /// Rows used: purchases, order lines and returns; contracts in a contract file.
    pub transactions: u32,
    /// Purchases: distinct order ids, else customer-days.
    pub orders: u32,
    /// Sum of all amounts.
    pub revenue: f64,
    /// Revenue less cost where the file has costs, else revenue times the assumed margin.
    pub profit: Option<f64>,
    /// Whether `profit` rests on costs from the file.
    pub profit_from_costs: bool,
    /// Margin in use: measured where the file has costs, else assumed.
    pub gross_margin: f64,
    /// First day in the file; absent for contracts.
    pub first_date: Option<String>,
    /// Last day in the file.
    pub last_date: Option<String>,
    /// Day the analysis speaks of.
    pub as_of: Option<String>,
    /// Share of the customers active at the start of the rate's window that had left at its end.
    pub churn_rate: Option<f64>,
    /// 95 % interval of `churn_rate`.
    pub churn_interval: Option<[f64; 2]>,
    /// `1 - churn_rate`.
    pub retention_rate: Option<f64>,
    /// Customers not exited, those past their alert point included.
    pub active: u32,
    /// Active customers past their alert point.
    pub alerted: u32,
    /// Customers that have left, by the rule in use.
    pub exited: u32,
    /// Customers with exactly one order.
    pub one_time: u32,
    /// Sum of current values: present value of future profit of the active customers.
    pub customer_equity: Option<f64>,
    /// Sum of the model lifetime values of exited customers: what winning them back could bring.
    pub win_back_reserve: Option<f64>,
    /// Current value of the active customers past their alert point.
    pub value_at_risk: Option<f64>,
    /// What to do first, most valuable first.
    pub actions: Vec<Action>,
    /// Revenue per month of the file, for the sparkline.
    pub revenue_by_month: Vec<MonthValue>,
}

/// A suggestion with those it concerns and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// What to do.
    pub kind: ActionKind,
    /// Customers it concerns.
    pub customers: u32,
    /// What is at stake, in money.
    pub worth: f64,
}

/// What can be done; texts are in `locale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// Contact customers of class III and IV past their alert point; worth: their current value.
    ContactAlerted,
    /// Repair relationships in decline that are still active; worth: their current value.
    RepairDecline,
    /// Rebuild class II relationships that linger in exploration; worth: their growth potential.
    RebuildStalled,
    /// Win the second order of active one-time buyers; worth: their growth potential.
    SecondOrder,
    /// Ask exited customers back; worth: their model lifetime value.
    WinBack,
}

/// A month and a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MonthValue {
    /// `YYYY-MM`.
    pub month: String,
    /// Money.
    pub value: f64,
}

/// The state of one customer, as the contract names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomerStage {
    /// 考察期.
    #[default]
    Exploration,
    /// 形成期.
    BuildUp,
    /// 稳定期.
    Stability,
    /// 退化期.
    Decline,
    /// Has left, by the rule in use.
    Exited,
}

impl ActionKind {
    /// Its bit in [`CustomerTable::actions`].
    #[must_use]
    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl CustomerStage {
    /// All, in the order of a relationship.
    pub const ALL: [Self; 5] =
        [Self::Exploration, Self::BuildUp, Self::Stability, Self::Decline, Self::Exited];

    /// The key of the contract.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Exploration => "exploration",
            Self::BuildUp => "build-up",
            Self::Stability => "stability",
            Self::Decline => "decline",
            Self::Exited => "exited",
        }
    }
}

/// How a customer's relationship ended, or that it has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomerPattern {
    /// I 早期流产型.
    EarlyAbort,
    /// II 中途夭折型.
    MidWay,
    /// III 提前退出型.
    EarlyExit,
    /// IV 长久保持型.
    LongTerm,
    /// Not ended.
    #[default]
    Active,
}

impl CustomerPattern {
    /// All.
    pub const ALL: [Self; 5] =
        [Self::EarlyAbort, Self::MidWay, Self::EarlyExit, Self::LongTerm, Self::Active];
    /// The endings.
    pub const ENDINGS: [Self; 4] = [Self::EarlyAbort, Self::MidWay, Self::EarlyExit, Self::LongTerm];

    /// The key of the contract.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::EarlyAbort => "early-abort",
            Self::MidWay => "mid-way",
            Self::EarlyExit => "early-exit",
            Self::LongTerm => "long-term",
            Self::Active => "active",
        }
    }
}

impl From<Pattern> for CustomerPattern {
    fn from(pattern: Pattern) -> Self {
        match pattern {
            Pattern::EarlyAbort => Self::EarlyAbort,
            Pattern::MidWay => Self::MidWay,
            Pattern::EarlyExit => Self::EarlyExit,
            Pattern::LongTerm => Self::LongTerm,
        }
    }
}

/// Stages now and over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// The four stages and the exited; the counts add up to all customers.
    pub stages: Vec<StageRow>,
    /// Measured per stage over customer-months, weighted by stage probability.
    pub table: Vec<StageMeasure>,
    /// Active customers by stage, month by month.
    pub mix: Vec<MixPoint>,
    /// The typical relationship: data and fitted curve.
    pub typical: Option<TypicalLife>,
    /// Active repeat buyers called declining, and all active repeat buyers.
    pub declining_repeat: [u32; 2],
    /// Customers by reliability badge A, B, C (active ones with a stage).
    pub badges: [u32; 3],
    /// Active customers with too little history for a stage; counted under exploration.
    pub too_little_history: u32,
    /// Active customers that linger in exploration for a year or more.
    pub lingering: u32,
    /// Customers whose start was not seen.
    pub left_truncated: u32,
    /// Length of a period in months.
    pub period_months: u32,
    /// The table of stages (表 3-1): what the theory expects and what these data say, with intervals and marks.
    pub stage_table: Option<StageTable>,
    /// How customers go from stage to stage, and how long stages last.
    pub transitions: Option<Transitions>,
    /// What came of each stage within half a year.
    pub outlook: Option<LookBack>,
    /// Whether profit peaks later than value.
    pub peaks: Option<Peaks>,
}

/// One stage today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageRow {
    /// Which stage.
    pub stage: CustomerStage,
    /// Customers in it.
    pub customers: u32,
    /// Their revenue over the whole file.
    pub revenue: f64,
    /// Mean value per month over the last 12 months.
    pub monthly_value: f64,
    /// Mean probability of the stage over its customers; absent for the exited.
    pub confidence: Option<f64>,
    /// Those past their alert point.
    pub alerted: u32,
    /// Their current value.
    pub current_value: f64,
}

/// What a stage looks like in this file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageMeasure {
    /// Which stage.
    pub stage: CustomerStage,
    /// Customer-months behind the figures.
    pub customer_months: f64,
    /// Orders per customer-month.
    pub orders: f64,
    /// Value per customer-month.
    pub value: f64,
    /// Value per order; absent without orders.
    pub order_value: Option<f64>,
}

/// Stage shares in one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MixPoint {
    /// `YYYY-MM`.
    pub month: String,
    /// Customers in a relationship that month.
    pub customers: f64,
    /// Shares of exploration, build-up, stability, decline.
    pub shares: [f64; 4],
}

/// The typical relationship by month of age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypicalLife {
    /// Mean value per month of the relationship.
    pub observed: Vec<f64>,
    /// The fitted curve, same length.
    pub fitted: Vec<f64>,
    /// Stage of each month in the best fit.
    pub stages: Vec<CustomerStage>,
    /// Customers behind it.
    pub customers: u32,
    /// Whether their relationships, seen from exploration to stability, were brought to the usual length of each stage
    /// before averaging; otherwise the mean is by age over all customers still there at that age.
    pub aligned: bool,
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatternRow {
    /// Which pattern.
    pub pattern: CustomerPattern,
    /// Customers with it.
    pub customers: u32,
    /// Their revenue.
    pub revenue: f64,
    /// Median days from first to last order; absent without customers.
    pub median_tenure_days: Option<f64>,
    /// Share of all ended relationships; absent for the active.
    pub share: Option<f64>,
    /// 95 % interval of `share`.
    pub share_interval: Option<[f64; 2]>,
    /// Those who bought once.
    pub one_time: u32,
    /// Those whose start was not seen: the pattern is then "at least" this one, and they are left out of `share`.
    pub unseen_start: u32,
    /// Mean value per month of age among its customers, up to 36 months.
    pub curve: Vec<f64>,
    /// Model lifetime value of those customers.
    pub clv: f64,
}

/// Beyond the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatternDetail {
    /// Expected final patterns of the active customers, summed probabilities for I to IV.
    pub forecast: [f64; 4],
    /// Exited customers whose start was not seen: their pattern is a lower bound ("at least").
    pub unseen_start: u32,
    /// Months of stability from which a relationship counts as long-term.
    pub tau_months: f64,
}

/// Current value against growth potential.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueMatrix {
    /// At or above it the current value is high.
    pub current_value_threshold: f64,
    /// At or above it the growth potential is high.
    pub growth_potential_threshold: f64,
    /// Classes I to IV; they add up to all customers.
    pub classes: Vec<ClassRow>,
    /// A sample of customers for the picture, by customer order.
    pub points: Vec<ValuePoint>,
    /// Customers that change class when both thresholds move by -20 % and by +20 %.
    pub flips: [u32; 2],
    /// Growth potential by source: up-buying, cross-buying, referral.
    pub growth_parts: [f64; 3],
    /// Months of future profit counted.
    pub horizon_months: u32,
    /// Annual discount rate.
    pub annual_discount_rate: f64,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    /// I to IV.
    pub class: ValueClass,
    /// Customers.
    pub customers: u32,
    /// Of these, not exited.
    pub active: u32,
    /// Their revenue.
    pub revenue: f64,
    /// Retention strategy by its stable key: `release`, `re-engineer`, `keep`, `spare-no-effort`.
    pub strategy: String,
    /// Sum of current values.
    pub current_value: f64,
    /// Sum of growth potentials.
    pub growth_potential: f64,
}

/// One customer in the picture of the value matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValuePoint {
    /// Customer id.
    pub id: String,
    /// Current value.
    pub current_value: f64,
    /// Growth potential.
    pub growth_potential: f64,
    /// Revenue.
    pub revenue: f64,
    /// Class.
    pub class: ValueClass,
}

/// Who left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Churn {
    /// `individual-threshold` or `contract-flag`.
    pub definition: String,
    /// Customers lost in the window.
    pub lost: u32,
    /// Customers active at its start.
    pub base: u32,
    /// `lost / base`.
    pub rate: Option<f64>,
    /// 95 % interval.
    pub interval: Option<[f64; 2]>,
    /// Revenue of the lost over revenue of the base, before the window.
    pub revenue_rate: Option<f64>,
    /// Length of the window in months.
    pub window_months: u32,
    /// Month by month.
    pub by_period: Vec<ChurnPeriod>,
    /// Share still customers by days (transactions) or months (contracts) of tenure.
    pub survival: Vec<SurvivalPoint>,
    /// Unit of `survival`: `days` or `months`.
    pub survival_unit: String,
    /// First time at which half have left.
    pub median_survival: Option<f64>,
    /// The rule's parameters; absent for contracts.
    pub rule: Option<ChurnRule>,
    /// How the rule would have done some months ago.
    pub backtest: Option<Backtest>,
    /// The rate by every definition in use, with the numbers filled in.
    pub rates: Option<ChurnRates>,
    /// Where the rule and P(alive) agree.
    pub agreement: Option<Agreement>,
    /// Reasons as the file words them, most frequent first.
    pub reasons: Vec<ParetoRow<Reason>>,
    /// Reasons by kind, with the verdict; absent without a reason column.
    pub reason_detail: Option<ReasonDetail>,
}

/// One month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChurnPeriod {
    /// `YYYY-MM`.
    pub month: String,
    /// Active at its start; absent before the first possible detection.
    pub base: Option<u32>,
    /// One-time buyers that never came back, detected in it.
    pub one_time: Option<u32>,
    /// Repeat customers detected in it.
    pub repeat: Option<u32>,
    /// Rate.
    pub rate: Option<f64>,
}

/// A point of the survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SurvivalPoint {
    /// Time.
    pub time: f64,
    /// Share still there just after it.
    pub survival: f64,
    /// Lower 95 % bound.
    pub lower: f64,
    /// Upper 95 % bound.
    pub upper: f64,
    /// At risk just before it.
    pub at_risk: u32,
}

/// The rule of the individual inactivity threshold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChurnRule {
    /// Typical gap between orders, `e^mu0`, in days.
    pub typical_gap_days: Option<f64>,
    /// Spread of gaps around a customer's own mean, on the log scale.
    pub sigma: Option<f64>,
    /// Alert and exit threshold of one-time buyers, in days.
    pub one_time_days: Option<[f64; 2]>,
    /// Second orders behind these.
    pub one_time_returns: u32,
    /// Share of still-active customers expected past their exit threshold on any day.
    pub false_alarm_share: Option<f64>,
    /// Median alert and exit threshold over the repeat customers, in days.
    pub median_days: Option<[f64; 2]>,
}

/// The rule judged on the past.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backtest {
    /// Days held out.
    pub horizon_days: u32,
    /// Customers judged.
    pub customers: u32,
    /// Flagged as exited.
    pub flagged: u32,
    /// Share of the flagged that bought all the same.
    pub flagged_bought: f64,
    /// Share of the flagged that did not buy.
    pub precision: f64,
    /// Share of those who did not buy that were flagged.
    pub recall: f64,
    /// Probability that silence relative to the threshold ranks a non-buyer above a buyer.
    pub auc: Option<f64>,
    /// Its 95 % interval.
    pub auc_interval: Option<[f64; 2]>,
}

/// Losses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Loss {
    /// Inputs of the calculators as this file suggests them.
    pub inputs: LossPrefill,
    /// Model lifetime value of the exited, by stage they left from, value pattern and so on.
    pub by_pattern: Vec<LossGroup>,
    /// Expected loss of the active customers: sum over customers of (1 - p alive) times current value.
    pub expected: Option<f64>,
    /// What the literature claims about retention, beside the same on these numbers.
    pub literature: Option<Literature>,
}

/// Suggested inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LossPrefill {
    /// Customers active at the start of the year.
    pub customers: Option<f64>,
    /// Share lost in a year.
    pub annual_churn: Option<f64>,
    /// Revenue per active customer and year.
    pub revenue_per_customer: Option<f64>,
    /// Profit share of revenue.
    pub margin: Option<f64>,
}

/// A loss by group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LossGroup {
    /// Pattern of the group.
    pub pattern: CustomerPattern,
    /// Exited customers.
    pub customers: u32,
    /// Revenue they brought in the 12 months before their last order.
    pub yearly_revenue: f64,
    /// Yearly profit at the margin in use.
    pub yearly_profit: f64,
}

/// Recency, frequency, money.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rfm {
    /// Months counted for F and M.
    pub window_months: u32,
    /// 25 cells: recency score 1..=5 by frequency score 1..=5.
    pub grid: Vec<RfmCell>,
    /// The eight groups, `111` first.
    pub groups: Vec<RfmGroup>,
    /// Weights of the R, F and M scores; they sum to 1.
    pub weights: [f64; 3],
    /// How consistent the comparisons behind the weights are.
    pub comparisons: Option<ahp::Weights>,
    /// Customers by weighted score, in tenths from 1 to 5.
    pub weighted: Vec<u32>,
}

/// A cell of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RfmCell {
    /// Recency score, 5 = most recent.
    pub r: u8,
    /// Frequency score.
    pub f: u8,
    /// Customers.
    pub customers: u32,
    /// Mean money.
    pub mean_money: f64,
}

/// One of the eight groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RfmGroup {
    /// Digits R, F, M: 1 = above the mean score.
    pub code: String,
    /// Customers.
    pub customers: u32,
    /// Revenue.
    pub revenue: f64,
}

/// The model behind p(alive) and lifetime value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClvModel {
    /// `mbgnbd`, `bgnbd` or `paretonbd`; `km` for contracts.
    pub model: String,
    /// Unit of time of the parameters: `weeks`; `months` for the survival curve of contracts.
    pub unit: String,
    /// Parameters by name.
    pub params: ClvParams,
    /// Log-likelihood on all customers.
    pub log_likelihood: Option<f64>,
    /// Spend model.
    pub spend: Option<SpendParams>,
    /// Sum of p(alive) over all customers.
    pub expected_alive: Option<f64>,
    /// Whether the fit shows no dropout, so that p(alive) says nothing.
    pub no_dropout: bool,
    /// Standard errors of the parameters, in the order r, alpha, a or s, b or beta.
    pub std_errors: [Option<f64>; 4],
    /// 95 % interval of customer equity from the uncertainty of the parameters.
    pub equity_interval: Option<[f64; 2]>,
    /// How the model was chosen.
    pub choice: Option<ModelChoice>,
    /// How far the three models disagree on this file.
    pub comparison: Option<Comparison>,
}

/// Model parameters; those a model does not have are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClvParams {
    /// Shape of purchase rates.
    pub r: f64,
    /// Scale of purchase rates, in weeks.
    pub alpha: f64,
    /// First parameter of the dropout distribution of MBG/NBD and BG/NBD.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub a: Option<f64>,
    /// Its second parameter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub b: Option<f64>,
    /// Shape of the dropout rates of Pareto/NBD.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub s: Option<f64>,
    /// Their scale, in weeks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beta: Option<f64>,
}

/// Gamma-Gamma parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpendParams {
    /// Shape of amounts.
    pub p: f64,
    /// Shape of customers.
    pub q: f64,
    /// Scale.
    pub v: f64,
    /// Correlation of frequency and mean amount; the model assumes none.
    pub correlation: f64,
}

/// What could not be computed or must be said beside a number; texts are in `locale`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Notice {
    /// Fewer than 30 customers: descriptive only.
    FewCustomers {
        /// How many there are.
        customers: u32,
    },
    /// Less than six months: no stages, no lifetime value.
    ShortHistory {
        /// Days from first to last row.
        days: u32,
    },
    /// Rows are sums over a period or a whole relationship: what they do not tell is not computed.
    RowsAreSums {
        /// What a row is the sum of.
        grain: Grain,
    },
    /// The file is not longer than the exit threshold: nobody can be called exited.
    ShorterThanThreshold,
    /// No costs in the file: profit rests on an assumed margin.
    AssumedMargin {
        /// The margin.
        margin: f64,
    },
    /// The lifetime value model could not be fitted.
    NoClvModel {
        /// English reason, for logs and hosts.
        because: String,
    },
    /// The fit shows no dropout: p(alive) is not shown.
    NoDropout,
    /// Spend model fell back to the pooled mean.
    PooledSpend,
    /// Frequency and amount are correlated beyond what the spend model assumes.
    SpendCorrelation {
        /// Correlation.
        correlation: f64,
    },
    /// Stages need more history than the file has, or are of contract shape.
    NoStages,
    /// Most stage verdicts are indicative only (badge C).
    SparseBuyers {
        /// Share of badge C among active customers with a stage.
        share: f64,
    },
    /// Contract flag without dates: window and full-history designs cannot be told apart.
    ContractDesign,
    /// Parameters of the stage method were estimated on a sample.
    StageSample {
        /// Customers in it.
        customers: u32,
    },
    /// A section was not computed.
    NotComputed {
        /// Which.
        section: Section,
        /// Why.
        because: Because,
    },
    /// A part of growth potential was not computed.
    MissingGrowthPart {
        /// `up-buying`, `cross-buying` or `referral`.
        part: String,
    },
}
