//! From the columns of a contract file to a design matrix: what may be used, what is missing, what is one-hot.

use crate::customer::{Attribute, AttributeValues, Coded};
use crate::math::logistic::standardize;
use crate::math::stats::auc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Share of rows that must be missing for the fact to get a column of its own.
const MISSING_SHARE: f64 = 0.01;
/// Levels with a smaller share of the rows are pooled.
const LEVEL_SHARE: f64 = 0.01;
/// A column that alone tells leavers from stayers this well is a copy of the outcome.
const SEPARATES: f64 = 0.98;

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covariate<'a> {
    /// Its name in the file, by which protected and outcome columns are recognized.
    pub name: &'a str,
    /// Its values, one per customer.
    pub values: Values<'a>,
}

/// What a covariate holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values<'a> {
    /// Numbers; `None`, or one that is not finite, is missing.
    Number(&'a [Option<f64>]),
    /// Codes; [`Coded::MISSING`] is missing.
    Category(&'a Coded),
}

impl<'a> From<&'a Attribute> for Covariate<'a> {
    fn from(attribute: &'a Attribute) -> Self {
        let values = match &attribute.values {
            AttributeValues::Number(values) => Values::Number(values),
            AttributeValues::Category(coded) => Values::Category(coded),
        };
        Self { name: &attribute.name, values }
    }
}

/// A covariate in the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// Its name in the file; `tenure` for the tenure.
    pub name: String,
    /// How it entered.
    pub form: Form,
    /// Customers without a value.
    pub n_missing: u32,
}

/// How a covariate enters the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Form {
    /// The logarithm of the tenure.
    LnTenure,
    /// The number.
    Number,
    /// A total that grows with the tenure, divided by its months: the total itself would tell how long somebody stayed.
    PerMonth,
    /// One column per level except the most frequent one.
    Levels {
        /// The level without a column; `None` where rare levels pooled are the most frequent.
        reference: Option<String>,
        /// Levels pooled because each has less than 1 % of the rows.
        n_pooled: u32,
    },
}

/// A covariate that was not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Its name in the file.
    pub name: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Why a covariate was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutReason {
    /// A protected attribute of a person by its name; [`super::Options::admit_protected`] lets it in.
    Protected,
    /// By its name something recorded because of, or computed from, the exit.
    Outcome,
    /// Alone it tells leavers from stayers almost without error.
    Separates,
    /// One value only, or none at all.
    Constant,
    /// No level has 1 % of the rows: a name or a key.
    TooManyLevels,
    /// Not as many values as customers.
    Length,
}

/// What one column of the design stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Term {
    /// The value of the covariate.
    Value,
    /// Whether it is missing.
    Missing,
    /// Whether it has this level.
    Level {
        /// Name of the level.
        level: String,
    },
    /// Whether it has one of the rare levels.
    RareLevels,
}

/// One column of the design.
pub(super) struct Column {
    /// Index into [`Design::used`].
    pub used_idx: usize,
    pub term: Term,
    pub mean: f64,
    /// > 0 for all columns kept.
    pub sd: f64,
}

/// The standardized design, row-major. The first covariate used is the tenure, whether or not it has a column.
pub(super) struct Design {
    pub x: Vec<f64>,
    pub columns: Vec<Column>,
    pub used: Vec<Used>,
    pub left_out: Vec<LeftOut>,
}

/// How a covariate fills its columns.
enum Filling<'a> {
    Number { values: &'a [Option<f64>], mean: f64, per_month: bool, missing: bool },
    Category { codes: &'a [u32], column_of: BTreeMap<u32, usize> },
}

impl Design {
    /// Builds the design; `ln_tenure` is a column of it where the tenure does not vary within a row.
    pub fn new(
        covariates: &[Covariate<'_>],
        churned: &[bool],
        tenure_months: &[f64],
        ln_tenure: Option<&[f64]>,
        admit_protected: bool,
    ) -> Self {
        let n = churned.len();
        let tenure = Used { name: "tenure".to_owned(), form: Form::LnTenure, n_missing: 0 };
        let mut out = Self { x: Vec::new(), columns: Vec::new(), used: vec![tenure], left_out: Vec::new() };
        if ln_tenure.is_some() {
            out.push_column(0, Term::Value);
        }
        let mut fillings = Vec::new();
        for covariate in covariates {
            let first = out.columns.len();
            let reason = unusable_by_name(covariate.name, admit_protected).map_or_else(
                || {
                    let filling = match covariate.values {
                        Values::Number(v) => out.add_number(covariate.name, v, churned, tenure_months)?,
                        Values::Category(c) => out.add_category(covariate.name, c, churned)?,
                    };
                    fillings.push((first, filling));
                    Ok(())
                },
                Err,
            );
            if let Err(reason) = reason {
                out.left_out.push(LeftOut { name: covariate.name.to_owned(), reason });
            }
        }
        let p = out.columns.len();
        out.x = vec![0.0; n * p];
        if let Some(values) = ln_tenure {
            values.iter().enumerate().for_each(|(i, v)| out.x[i * p] = *v);
        }
        for (first, filling) in &fillings {
            filling.fill(&mut out.x, p, *first, tenure_months);
        }
        for (column, (mean, sd)) in out.columns.iter_mut().zip(standardize(&mut out.x, p)) {
            (column.mean, column.sd) = (mean, sd);
        }
        out
    }

    fn push_column(&mut self, used_idx: usize, term: Term) {
        self.columns.push(Column { used_idx, term, mean: 0.0, sd: 1.0 });
    }

    fn add_number<'a>(
        &mut self,
        name: &str,
        values: &'a [Option<f64>],
        churned: &[bool],
        tenure_months: &[f64],
    ) -> Result<Filling<'a>, LeftOutReason> {
        if values.len() != churned.len() {
            return Err(LeftOutReason::Length);
        }
        let per_month = accumulates(name);
        let (mut known, mut left) = (Vec::new(), Vec::new());
        for (i, v) in values.iter().enumerate() {
            if let Some(v) = number(*v, per_month, tenure_months[i]) {
                known.push(v);
                left.push(churned[i]);
            }
        }
        let moments = standardize(&mut known, 1);
        let (mean, sd) = moments.first().copied().unwrap_or((0.0, 0.0));
        let n_missing = values.len() - left.len();
        if sd <= 0.0 {
            return Err(LeftOutReason::Constant);
        }
        if separates(&known, &left) {
            return Err(LeftOutReason::Separates);
        }
        let missing = n_missing as f64 > MISSING_SHARE * values.len() as f64;
        let form = if per_month { Form::PerMonth } else { Form::Number };
        self.used.push(Used { name: name.to_owned(), form, n_missing: n_missing as u32 });
        self.push_column(self.used.len() - 1, Term::Value);
        if missing {
            self.push_column(self.used.len() - 1, Term::Missing);
        }
        Ok(Filling::Number { values, mean, per_month, missing })
    }

    fn add_category<'a>(
        &mut self,
        name: &str,
        coded: &'a Coded,
        churned: &[bool],
    ) -> Result<Filling<'a>, LeftOutReason> {
        if coded.code.len() != churned.len() {
            return Err(LeftOutReason::Length);
        }
        let mut counts: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (code, left) in coded.code.iter().zip(churned) {
            let cell = counts.entry(*code).or_default();
            cell.0 += 1;
            cell.1 += u32::from(*left);
        }
        if counts.len() < 2 {
            return Err(LeftOutReason::Constant);
        }
        let rare = |n: u32| f64::from(n) < LEVEL_SHARE * churned.len() as f64;
        // Frequent levels by falling frequency, equal ones by name, a missing value last among them.
        let mut levels: Vec<(u32, u32)> =
            counts.iter().map(|(&code, c)| (code, c.0)).filter(|l| !rare(l.1)).collect();
        let text = |code: u32| (code == Coded::MISSING, coded.names.get(code));
        levels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| text(a.0).cmp(&text(b.0))));
        let n_pooled = counts.len() - levels.len();
        let pooled: u32 = counts.values().filter(|c| rare(c.0)).map(|c| c.0).sum();
        if levels.is_empty() {
            return Err(LeftOutReason::TooManyLevels);
        }
        let rate = |code: &u32| counts.get(code).map_or(0.0, |c| f64::from(c.1) / f64::from(c.0));
        // Rare levels are judged together, as they enter.
        let pooled_left: u32 = counts.values().filter(|c| rare(c.0)).map(|c| c.1).sum();
        let pooled_rate = f64::from(pooled_left) / f64::from(pooled.max(1));
        let score: Vec<f64> = coded
            .code
            .iter()
            .map(|code| if counts.get(code).is_some_and(|c| rare(c.0)) { pooled_rate } else { rate(code) })
            .collect();
        if separates(&score, churned) {
            return Err(LeftOutReason::Separates);
        }
        let pooled_is_reference = pooled > levels[0].1;
        let with_columns = &levels[usize::from(!pooled_is_reference)..];
        let named = |code: u32| match code {
            Coded::MISSING => Term::Missing,
            code => Term::Level { level: coded.names.get(code).to_owned() },
        };
        let reference = (!pooled_is_reference && levels[0].0 != Coded::MISSING)
            .then(|| coded.names.get(levels[0].0).to_owned());
        let n_missing = counts.get(&Coded::MISSING).map_or(0, |c| c.0);
        let form = Form::Levels { reference, n_pooled: n_pooled as u32 };
        self.used.push(Used { name: name.to_owned(), form, n_missing });
        let used_idx = self.used.len() - 1;
        let mut column_of: BTreeMap<u32, usize> =
            with_columns.iter().enumerate().map(|(k, l)| (l.0, k)).collect();
        with_columns.iter().for_each(|l| self.push_column(used_idx, named(l.0)));
        if n_pooled > 0 && !pooled_is_reference {
            self.push_column(used_idx, Term::RareLevels);
            let rare_codes = counts.iter().filter(|(_, c)| rare(c.0)).map(|(code, _)| *code);
            column_of.extend(rare_codes.map(|code| (code, with_columns.len())));
        }
        Ok(Filling::Category { codes: &coded.code, column_of })
    }
}

impl Filling<'_> {
    fn fill(&self, x: &mut [f64], p: usize, first: usize, tenure_months: &[f64]) {
        match self {
            Self::Number { values, mean, per_month, missing } => {
                for (i, v) in values.iter().enumerate() {
                    let v = number(*v, *per_month, tenure_months[i]);
                    x[i * p + first] = v.unwrap_or(*mean);
                    if *missing {
                        x[i * p + first + 1] = f64::from(u8::from(v.is_none()));
                    }
                }
            }
            Self::Category { codes, column_of } => {
                for (i, code) in codes.iter().enumerate() {
                    if let Some(k) = column_of.get(code) {
                        x[i * p + first + k] = 1.0;
                    }
                }
            }
        }
    }
}

fn number(value: Option<f64>, per_month: bool, tenure_months: f64) -> Option<f64> {
    let value = value.filter(|v| v.is_finite())?;
    Some(if per_month { value / tenure_months.max(1.0) } else { value })
}

fn separates(score: &[f64], left: &[bool]) -> bool {
    auc(score, left).is_some_and(|a| a.auc >= SEPARATES || a.auc <= 1.0 - SEPARATES)
}

/// The reason a covariate's name gives for leaving it out.
fn unusable_by_name(name: &str, admit_protected: bool) -> Option<LeftOutReason> {
    if is_outcome(name) {
        Some(LeftOutReason::Outcome)
    } else if !admit_protected && is_protected(name) {
        Some(LeftOutReason::Protected)
    } else {
        None
    }
}

/// Lower-case words of a column name: `SeniorCitizen`, `senior_citizen` and `Senior Citizen` are the same two.
fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_lower) {
            out.push(String::new());
        }
        if c.is_alphanumeric() {
            out.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        after_lower = c.is_lowercase();
    }
    out.retain(|word| !word.is_empty());
    out
}

fn has_word(words: &[String], whole: &[&str], beginnings: &[&str]) -> bool {
    words.iter().any(|w| whole.contains(&w.as_str()) || beginnings.iter().any(|b| w.starts_with(b)))
}

/// Whether a column's name is that of a protected attribute of a person: sex, age, origin, religion, disability,
/// marital and family status, political opinion (the grounds of the EU Charter, article 21, and of the US Equal Credit
/// Opportunity Act that a customer file may hold).
#[must_use]
pub fn is_protected(name: &str) -> bool {
    const WHOLE: [&str; 12] = [
        "sex",
        "dob",
        "race",
        "faith",
        "born",
        "partner",
        "dependent",
        "dependents",
        "wife",
        "husband",
        "caste",
        "children",
    ];
    const BEGINNINGS: [&str; 18] = [
        "gender",
        "senior",
        "birth",
        "elder",
        "religi",
        "nationalit",
        "citizenship",
        "ethnic",
        "racial",
        "disab",
        "marital",
        "married",
        "spouse",
        "pregnan",
        "sexual",
        "politic",
        "homosex",
        "immigra",
    ];
    const CHINESE: [&str; 20] = [
        "性别",
        "性別",
        "年龄",
        "年齡",
        "出生",
        "生日",
        "老年",
        "宗教",
        "信仰",
        "国籍",
        "國籍",
        "民族",
        "种族",
        "種族",
        "籍贯",
        "婚姻",
        "婚否",
        "残疾",
        "政治面貌",
        "子女",
    ];
    // "age" alone or of a person; the age of an account or a device is no attribute of a person.
    const OF_A_PERSON: [&str; 15] = [
        "customer", "client", "person", "user", "member", "holder", "group", "band", "range", "class",
        "years", "year", "in", "of", "at",
    ];
    let words = words(name);
    let age = words.iter().any(|w| w == "age" || w == "ages" || w == "aged")
        && words.iter().all(|w| {
            ["age", "ages", "aged"].contains(&w.as_str())
                || OF_A_PERSON.contains(&w.as_str())
                || w.bytes().all(|b| b.is_ascii_digit())
        });
    age || has_word(&words, &WHOLE, &BEGINNINGS) || CHINESE.iter().any(|c| name.contains(c))
}

/// Whether a column's name says that it was recorded because of the exit or computed from it.
fn is_outcome(name: &str) -> bool {
    const WHOLE: [&str; 6] = ["cltv", "clv", "ltv", "exited", "attrition", "left"];
    const BEGINNINGS: [&str; 3] = ["churn", "attrit", "cancel"];
    const CHINESE: [&str; 9] =
        ["流失", "退出", "离网", "離網", "销户", "退订", "解约", "终身价值", "生命周期价值"];
    let words = words(name);
    has_word(&words, &WHOLE, &BEGINNINGS)
        || words.windows(2).any(|w| w[0] == "lifetime" && w[1] == "value")
        || words.windows(2).any(|w| w[0] == "exit" && ["date", "reason", "score"].contains(&w[1].as_str()))
        || CHINESE.iter().any(|c| name.contains(c))
}

/// Whether a column's name is that of a total over the relationship.
fn accumulates(name: &str) -> bool {
    has_word(&words(name), &["total", "cumulative", "lifetime", "sum"], &["total", "cumul"])
        || ["累计", "累計", "总消费", "总额", "总费用"].iter().any(|c| name.contains(c))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn protected_names_in_two_languages() {
        for name in [
            "gender",
            "Gender",
            "SEX",
            "SeniorCitizen",
            "senior_citizen",
            "seniorcitizen",
            "Age",
            "customer age",
            "Age Group",
            "age_18_25",
            "Date of Birth",
            "dob",
            "Religion",
            "nationality",
            "Ethnicity",
            "race",
            "MaritalStatus",
            "Married",
            "Partner",
            "Dependents",
            "disability",
            "性别",
            "客户年龄",
            "民族",
            "宗教信仰",
            "国籍",
            "婚姻状况",
            "出生日期",
        ] {
            assert!(is_protected(name), "{name}");
        }
        for name in [
            "usage",
            "page views",
            "AccountAge",
            "average charge",
            "age of account",
            "Contract",
            "tenure",
            "Terrace",
            "PaymentMethod",
            "trace",
            "message count",
            "账龄",
            "package",
            "Essex branch",
            "manager",
            "合同类型",
        ] {
            assert!(!is_protected(name), "{name}");
        }
    }

    #[test]
    fn outcome_names() {
        for name in
            ["Churn Score", "CLTV", "churnReason", "Churn Label", "Exit Reason", "流失原因", "cancelled_on"]
        {
            assert!(is_outcome(name), "{name}");
        }
        for name in ["TotalCharges", "tenure", "MonthlyCharges", "Contract", "Internet Service", "leftover"] {
            assert!(!is_outcome(name), "{name}");
        }
        assert!(accumulates("TotalCharges") && accumulates("Total Charges") && accumulates("累计消费"));
        assert!(!accumulates("MonthlyCharges"));
    }

    fn coded(values: &[&str]) -> Coded {
        let mut names: Vec<&str> = Vec::new();
        let code = values
            .iter()
            .map(|v| match names.iter().position(|n| n == v) {
                _ if v.is_empty() => Coded::MISSING,
                Some(i) => i as u32,
                None => {
                    names.push(v);
                    names.len() as u32 - 1
                }
            })
            .collect();
        Coded { names: names.into_iter().collect(), code }
    }

    fn design(covariates: &[Covariate<'_>], churned: &[bool]) -> Design {
        Design::new(covariates, churned, &vec![4.0; churned.len()], None, false)
    }

    #[test]
    fn levels_are_one_hot_against_the_most_frequent() {
        let churned: Vec<bool> = (0..300).map(|i| i % 3 == 0).collect();
        let values: Vec<&str> = (0..300)
            .map(|i| match i {
                0 => "rare",
                1 => "odd",
                2..=100 => "b",
                101..=150 => "",
                _ => "a",
            })
            .collect();
        let column = coded(&values);
        let d = design(&[Covariate { name: "plan", values: Values::Category(&column) }], &churned);
        let form = Form::Levels { reference: Some("a".to_owned()), n_pooled: 2 };
        assert_eq!(d.used[1], Used { name: "plan".to_owned(), form, n_missing: 50 });
        let terms: Vec<&Term> = d.columns.iter().map(|c| &c.term).collect();
        assert_eq!(terms, [&Term::Level { level: "b".to_owned() }, &Term::Missing, &Term::RareLevels]);
        // Shares before standardizing.
        let shares: Vec<f64> = d.columns.iter().map(|c| (c.mean * 300.0).round()).collect();
        assert_eq!(shares, [99.0, 50.0, 2.0]);
    }

    #[test]
    fn missing_numbers_are_the_mean_and_say_so_above_one_percent() {
        let churned: Vec<bool> = (0..200).map(|i| i % 3 == 0).collect();
        let with_gaps = |gaps: usize| -> Vec<Option<f64>> {
            (0..200).map(|i| (i >= gaps).then_some((i % 7) as f64)).collect()
        };
        let (few, many) = (with_gaps(2), with_gaps(3));
        let d = design(
            &[
                Covariate { name: "few", values: Values::Number(&few) },
                Covariate { name: "many", values: Values::Number(&many) },
            ],
            &churned,
        );
        assert_eq!(d.columns.len(), 3);
        assert_eq!((&d.columns[2].term, d.used[2].n_missing), (&Term::Missing, 3));
        assert!(d.x[0].abs() < 1e-12 && d.x[1].abs() < 1e-12, "a gap is the mean");
        assert!(d.x[2] > 1.0);
    }

    #[test]
    fn what_cannot_be_used_is_listed() {
        let churned: Vec<bool> = (0..400).map(|i| i % 4 == 0).collect();
        let same = vec![Some(1.0); 400];
        let none = vec![None; 400];
        let copy: Vec<Option<f64>> = churned.iter().map(|&c| Some(if c { 80.0 } else { 20.0 })).collect();
        let keys: Vec<String> = (0..400).map(|i| format!("k{i}")).collect();
        let keys = coded(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        let status = coded(&churned.iter().map(|&c| if c { "gone" } else { "here" }).collect::<Vec<_>>());
        let fine: Vec<Option<f64>> = (0..400).map(|i| Some(f64::from(i % 9))).collect();
        let short = vec![Some(1.0)];
        let all = [
            Covariate { name: "same", values: Values::Number(&same) },
            Covariate { name: "none", values: Values::Number(&none) },
            Covariate { name: "score", values: Values::Number(&copy) },
            Covariate { name: "key", values: Values::Category(&keys) },
            Covariate { name: "status", values: Values::Category(&status) },
            Covariate { name: "gender", values: Values::Number(&fine) },
            Covariate { name: "Churn Value", values: Values::Number(&fine) },
            Covariate { name: "short", values: Values::Number(&short) },
            Covariate { name: "fine", values: Values::Number(&fine) },
        ];
        let d = design(&all, &churned);
        use LeftOutReason::{Constant, Length, Outcome, Protected, Separates, TooManyLevels};
        let reasons: Vec<LeftOutReason> = d.left_out.iter().map(|l| l.reason).collect();
        assert_eq!(
            reasons,
            [Constant, Constant, Separates, TooManyLevels, Separates, Protected, Outcome, Length]
        );
        assert_eq!(d.used.len(), 2);
        let admitted = Design::new(&all, &churned, &[4.0; 400], None, true);
        assert_eq!(admitted.used.len(), 3);
    }

    #[test]
    fn a_total_enters_per_month() {
        let churned: Vec<bool> = (0..100).map(|i| i % 4 == 0).collect();
        let tenure: Vec<f64> = (0..100).map(f64::from).collect();
        let total: Vec<Option<f64>> = (0..100).map(|i| Some(f64::from(i * (1 + i % 2)))).collect();
        let d = Design::new(
            &[Covariate { name: "TotalCharges", values: Values::Number(&total) }],
            &churned,
            &tenure,
            None,
            false,
        );
        assert_eq!(d.used[1].form, Form::PerMonth);
        // 1 or 2 per month, 0 for the first.
        assert!((d.columns[0].mean - 1.49).abs() < 0.011, "{}", d.columns[0].mean);
    }
}
