//! Settings as given, and settings that can run.

use serde::{Deserialize, Serialize};

use crate::customer::Day;
use crate::ingest::{DateOrder, DuplicateRows, Options};

/// What a user or a host may set; everything is optional and nothing is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// Day the analysis speaks of, `YYYY-MM-DD`; default: the last day in the file. Later rows are set aside.
    pub as_of: Option<String>,
    /// Language of texts, for hosts; the core does not read it.
    pub locale: Option<String>,
    /// Currency shown beside money, for example `CNY`; the core does not read it.
    pub currency: Option<String>,
    /// Effective annual discount rate, 0..=1; default 0.10.
    pub annual_discount_rate: Option<f64>,
    /// Profit share of revenue where the file has no costs, 0..=1; default 0.30.
    pub gross_margin: Option<f64>,
    /// Months of future profit counted, 1..=120; default 36.
    pub horizon_months: Option<u32>,
    /// Order of day and month where the file leaves it open: `dmy`, `mdy` or `ymd`.
    pub date_order: Option<String>,
    /// Exact duplicate rows: `keep` (default) or `drop`.
    pub duplicates: Option<String>,
    /// Model of repeat buying: `auto` (default), `mbgnbd` or `bgnbd`.
    pub btyd_model: Option<String>,
    /// Whether relationships may have begun before the file does: `auto` (default), `yes` or `no`.
    pub left_truncation: Option<String>,
    /// Months counted for F and M of RFM, 1..=120; default 12.
    pub rfm_window_months: Option<u32>,
    /// Months of the headline churn rate, 1..=36; default 12, or what the file allows.
    pub churn_window_months: Option<u32>,
    /// Months of stability from which a relationship counts as long-term, 1..=120; default 12.
    pub tau_months: Option<u32>,
    /// Share of the open wallet that up-buying may win, 0..=1; default 0.2.
    pub up_buying_share: Option<f64>,
    /// Referrals of a stable customer per year, 0..=10; default 0.1.
    pub referrals_per_year: Option<f64>,
    /// Threshold of current value: `mean` (default), `median`, `break-even` or a number.
    pub current_value_threshold: Option<Threshold>,
    /// Threshold of growth potential, likewise.
    pub growth_potential_threshold: Option<Threshold>,
}

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
    /// MBG/NBD; one-time buyers can have left.
    #[default]
    Mbgnbd,
    /// BG/NBD; one-time buyers count as alive.
    Bgnbd,
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

/// Settings that can run. Only [`Settings::check`] makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidSettings {
    pub(crate) as_of: Option<Day>,
    pub(crate) annual_discount_rate: f64,
    pub(crate) gross_margin: f64,
    pub(crate) horizon_months: u32,
    pub(crate) drop_duplicates: bool,
    pub(crate) date_order: Option<DateOrder>,
    pub(crate) btyd_model: BtydModel,
    pub(crate) left_truncation: LeftTruncation,
    pub(crate) rfm_window_months: u32,
    pub(crate) churn_window_months: u32,
    pub(crate) tau_months: u32,
    pub(crate) up_buying_share: f64,
    pub(crate) referrals_per_year: f64,
    pub(crate) current_value_threshold: ThresholdChoice,
    pub(crate) growth_potential_threshold: ThresholdChoice,
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

    /// Order of day and month, where the user has said it.
    #[must_use]
    pub fn date_order(&self) -> Option<DateOrder> {
        self.date_order
    }
}

impl Settings {
    /// Checks every field.
    ///
    /// # Errors
    /// Names the first field that is out of range, and the range.
    pub fn check(&self) -> Result<ValidSettings, SettingsError> {
        Ok(ValidSettings {
            as_of: self.as_of.as_deref().map(day).transpose()?,
            annual_discount_rate: number("annualDiscountRate", self.annual_discount_rate, 0.10, 0.0, 1.0)?,
            gross_margin: number("grossMargin", self.gross_margin, 0.30, 0.0, 1.0)?,
            horizon_months: whole("horizonMonths", self.horizon_months, 36, 1, 120)?,
            drop_duplicates: choice(
                "duplicates",
                self.duplicates.as_deref(),
                &[("keep", false), ("drop", true)],
            )?,
            date_order: choice(
                "dateOrder",
                self.date_order.as_deref(),
                &[
                    ("auto", None),
                    ("dmy", Some(DateOrder::Dmy)),
                    ("mdy", Some(DateOrder::Mdy)),
                    ("ymd", Some(DateOrder::Ymd)),
                ],
            )?,
            btyd_model: choice(
                "btydModel",
                self.btyd_model.as_deref(),
                &[("auto", BtydModel::Mbgnbd), ("mbgnbd", BtydModel::Mbgnbd), ("bgnbd", BtydModel::Bgnbd)],
            )?,
            left_truncation: choice(
                "leftTruncation",
                self.left_truncation.as_deref(),
                &[("auto", LeftTruncation::Auto), ("yes", LeftTruncation::Yes), ("no", LeftTruncation::No)],
            )?,
            rfm_window_months: whole("rfmWindowMonths", self.rfm_window_months, 12, 1, 120)?,
            churn_window_months: whole("churnWindowMonths", self.churn_window_months, 12, 1, 36)?,
            tau_months: whole("tauMonths", self.tau_months, 12, 1, 120)?,
            up_buying_share: number("upBuyingShare", self.up_buying_share, 0.2, 0.0, 1.0)?,
            referrals_per_year: number("referralsPerYear", self.referrals_per_year, 0.1, 0.0, 10.0)?,
            current_value_threshold: threshold(
                "currentValueThreshold",
                self.current_value_threshold.as_ref(),
            )?,
            growth_potential_threshold: threshold(
                "growthPotentialThreshold",
                self.growth_potential_threshold.as_ref(),
            )?,
        })
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

fn number(field: &str, given: Option<f64>, default: f64, low: f64, high: f64) -> Result<f64, SettingsError> {
    let value = given.unwrap_or(default);
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(refuse(field, value, format!("{low} to {high}")))
    }
}

fn whole(field: &str, given: Option<u32>, default: u32, low: u32, high: u32) -> Result<u32, SettingsError> {
    let value = given.unwrap_or(default);
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(refuse(field, value, format!("{low} to {high}")))
    }
}

/// The first choice is the default.
fn choice<T: Copy>(field: &str, given: Option<&str>, choices: &[(&str, T)]) -> Result<T, SettingsError> {
    let wanted = given.unwrap_or(choices[0].0);
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
        Some(Threshold::Rule(name)) => choice(field, Some(name), &RULES),
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
