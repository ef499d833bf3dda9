//! Why do customers leave, how much does each reason cost, and is the firm itself the cause?
//!
//! Two taxonomies. **A, six defectors** (DeSouza 1992): price, product, service, market, technology,
//! political. **B, six kinds of exit**: 1 given up by the firm, 2 left dissatisfied, 3 poached with material
//! offers, 4 attracted by a better product or service, 5 forced, 6 other internal causes. A maps to B: price
//! 3, product 4, service 2, market 5, technology 4, political 2. Free text is read by an editable table of
//! keywords ([`Keywords`]), which may name a kind of its own; what no keyword matches is unknown, never kind
//! 6.
//!
//! Per reason, defector and kind: exits `n`, share of all and of known exits, rate `n / base` with Wilson's
//! interval, lost lifetime value, cumulative share. Per month where dates are known: counts by kind and a
//! trend (Mann-Kendall at 5 %, on the kind's share of the month's known exits).
//!
//! **Verdict**: with known exits only of kinds 1, 3 and 5 the causes lie with customers and competitors
//! (normal); kinds 2, 4 and 6 are the firm's own (serious). Strict: one such case is enough. Material
//! (default): they are at least 5 % of the known exits and at least 3 cases; fewer are to be watched. More
//! than 30 % unknown: uncertain.
//!
//! Symbols: shares and rates 0..=1; money in the file's currency unit; `base` customers at the start, at
//! least the exits.
//!
//! Sources: methods.md 10; DeSouza 1992 (Journal of Business Strategy 13); Keaveney 1995; Wilson 1927.
//!
//! Degenerate cases: without exits, or without a known reason, there is no verdict; shares of nothing are
//! `None`.
//!
//! ```
//! use tenure::analytics::reasons::{Level, ReasonSettings, diagnose};
//! // 40 given up by the firm, 35 forced, 24 poached, 1 attracted (methods.md 10).
//! let verdict = diagnose(&[40, 0, 24, 1, 35, 0], 0, &ReasonSettings::default());
//! assert_eq!((verdict.strict, verdict.material), (Level::Serious, Level::Normal));
//! ```

mod keywords;
mod verdict;

pub use keywords::{Keyword, Keywords, Matched};
pub use verdict::{Control, ControlShare, Countermeasure, KindCount, Level, Verdict, diagnose};

use crate::customer::Month;
use crate::math::stats::{mann_kendall, theil_sen};
use crate::math::{sum, wilson};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Taxonomy A: what customers defect to or from (DeSouza 1992).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Defector {
    /// 价格: a lower price elsewhere.
    Price,
    /// 产品: a better product elsewhere.
    Product,
    /// 服务: poor service.
    Service,
    /// 市场: left the area, went out of business, has no more need.
    Market,
    /// 技术: a superior technology.
    Technology,
    /// 政治: disapproves of the firm's conduct.
    Political,
}

impl Defector {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Price, Self::Product, Self::Service, Self::Market, Self::Technology, Self::Political];
}

/// Taxonomy B: the six kinds of exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExitKind {
    /// 1 主动放弃: given up by the firm.
    AbandonedByFirm,
    /// 2 主动离开: left dissatisfied, often after an unresolved complaint.
    Dissatisfied,
    /// 3 被挖走: poached with special material offers.
    Poached,
    /// 4 被吸引: attracted by a better product or service.
    Attracted,
    /// 5 被迫离开: forced by circumstances.
    Forced,
    /// 6 其他: other internal causes, as staff leaving with their clients or chaos in the channels.
    OtherInternal,
}

impl ExitKind {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::AbandonedByFirm,
        Self::Dissatisfied,
        Self::Poached,
        Self::Attracted,
        Self::Forced,
        Self::OtherInternal,
    ];

    /// 1..=6, as the literature numbers them.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The kind of a number 1..=6.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Whether the firm itself is the cause.
    #[must_use]
    pub fn is_own_cause(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::Attracted | Self::OtherInternal)
    }
}

/// Choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReasonSettings {
    /// The user's keywords; they come before the built-in ones.
    pub keywords: Vec<Keyword>,
    /// Whether the built-in keywords are used.
    pub builtin_keywords: bool,
    /// Kind of each defector, in the order of [`Defector::ALL`].
    pub kind_of: [ExitKind; 6],
    /// Share of known exits from which the firm's own causes are serious.
    pub material_share: f64,
    /// Cases of them that it takes at least.
    pub material_cases: u32,
    /// Share of unknown reasons above which the verdict is uncertain.
    pub max_unknown_share: f64,
    /// Whether the strict reading is the verdict.
    pub strict: bool,
    /// Most texts listed of known kind, and as many of unknown kind; all are counted.
    pub max_texts: u32,
}

impl Default for ReasonSettings {
    fn default() -> Self {
        use ExitKind::{Attracted, Dissatisfied, Forced, Poached};
        Self {
            keywords: Vec::new(),
            builtin_keywords: true,
            kind_of: [Poached, Attracted, Dissatisfied, Forced, Attracted, Dissatisfied],
            material_share: 0.05,
            material_cases: 3,
            max_unknown_share: 0.30,
            strict: false,
            max_texts: 200,
        }
    }
}

/// What the reasons are; columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReasonInput<'a> {
    /// Whether the customer has left; reasons of others are not counted.
    pub exited: &'a [bool],
    /// Distinct texts.
    pub texts: &'a [&'a str],
    /// Text of each customer, index into `texts`; any other number where there is none.
    pub code: &'a [u32],
    /// Lifetime value lost with the customer, money.
    pub lost_value: Option<&'a [f64]>,
    /// Month of the exit.
    pub exit_month: Option<&'a [Option<Month>]>,
    /// Customers at the start of the time in which these left; default: all customers.
    pub base: Option<u32>,
}

/// A reason as it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The text, in the first of its spellings by byte order; empty where nothing was given.
    pub text: String,
    /// Its defector, where it has one.
    pub defector: Option<Defector>,
    /// Its kind; `None`: unknown.
    pub kind: Option<ExitKind>,
    /// The keyword that decided.
    pub matched: Option<Matched>,
}

/// One bar of the Pareto chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParetoRow<K> {
    /// The reason, defector or kind.
    pub key: K,
    /// Exits.
    pub n: u32,
    /// Share of all exits.
    pub share_of_exits: f64,
    /// Share of the exits whose key is known; `None` for the unknown ones.
    pub share_of_known: Option<f64>,
    /// The same, of this row and all above it.
    pub cumulative_share: Option<f64>,
    /// Exits per customer of the base; `None` without a base.
    pub rate: Option<f64>,
    /// Wilson's 95 % interval of the rate.
    pub rate_band: Option<(f64, f64)>,
    /// Lifetime value lost, money, where values are given.
    pub lost_value: Option<f64>,
}

/// Which way a kind's share of the exits moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Upward, beyond chance at 5 %.
    Rising,
    /// Downward, beyond chance at 5 %.
    Falling,
    /// Neither.
    Level,
}

/// Trend of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KindTrend {
    /// The kind.
    pub kind: ExitKind,
    /// Direction of its share of the known exits of a month; `None` where too few months can tell.
    pub direction: Option<Direction>,
    /// Theil-Sen slope of that share per month with known exits.
    pub slope: Option<f64>,
}

/// Exits by month and kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Trend {
    /// No exit has a date.
    NoDates,
    /// The dates span more months than can be meant.
    TooLong {
        /// Months from first to last.
        n_months: u32,
    },
    /// Counts by month.
    Months {
        /// All months from the first exit to the last.
        months: Vec<Month>,
        /// Exits of each kind, in the order of [`ExitKind::ALL`], by month.
        n_by_kind: Vec<Vec<u32>>,
        /// Exits of unknown reason by month.
        n_unknown: Vec<u32>,
        /// Trend of each kind that occurs.
        trends: Vec<KindTrend>,
    },
}

/// All about reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reasons {
    /// Customers who left.
    pub n_exits: u32,
    /// Of them, with a known kind.
    pub n_known: u32,
    /// Of them, unknown: nothing given, or nothing that a keyword matches.
    pub n_unknown: u32,
    /// Of the unknown, without any text.
    pub n_blank: u32,
    /// Texts of customers who have not left; not counted.
    pub n_not_exited: u32,
    /// Base of the rates.
    pub base: u32,
    /// Distinct texts given as reasons.
    pub n_texts: u32,
    /// By reason as given; most frequent first, unknown last; at most `max_texts` of either.
    pub by_text: Vec<ParetoRow<Reason>>,
    /// By defector, likewise; `null`: none of the six.
    pub by_defector: Vec<ParetoRow<Option<Defector>>>,
    /// By kind, likewise; `null`: unknown.
    pub by_kind: Vec<ParetoRow<Option<ExitKind>>>,
    /// Whether the firm is the cause.
    pub verdict: Verdict,
    /// Change over time.
    pub trend: Trend,
    /// Defector of each customer who left, one entry per customer.
    pub defector: Vec<Option<Defector>>,
    /// Kind of each customer who left, likewise.
    pub kind: Vec<Option<ExitKind>>,
}

/// Fewest months with known exits in which a trend is looked for, and fewest of them with the kind.
const MIN_MONTHS: usize = 8;
const MIN_PRESENT: usize = 4;
const MAX_MONTHS: i32 = 1200;
/// One-sided level on either side.
const TREND_P: f64 = 0.025;

/// Exits that share a key, with what was lost with each.
#[derive(Clone, Debug, Default)]
struct Group {
    n: u32,
    lost: Vec<f64>,
}

impl Group {
    fn add(&mut self, lost: Option<f64>) {
        self.n += 1;
        self.lost.extend(lost);
    }
}

/// What the customers who left said, and what it means.
struct Exits {
    defector: Vec<Option<Defector>>,
    kind: Vec<Option<ExitKind>>,
    /// Value lost with each customer, where values are given.
    lost: Vec<Option<f64>>,
    /// By reason.
    groups: BTreeMap<usize, Group>,
    n: u32,
    n_blank: u32,
    n_not_exited: u32,
}

impl Exits {
    fn new(input: &ReasonInput, read: &ReadTexts) -> Self {
        let n = input.exited.len();
        let mut out = Self {
            defector: vec![None; n],
            kind: vec![None; n],
            lost: vec![None; n],
            groups: BTreeMap::new(),
            n: 0,
            n_blank: 0,
            n_not_exited: 0,
        };
        for (i, &exited) in input.exited.iter().enumerate() {
            let given = input.code.get(i).and_then(|&c| read.reason_of.get(c as usize));
            let reason = given.copied().unwrap_or(BLANK);
            if !exited {
                out.n_not_exited += u32::from(reason != BLANK);
                continue;
            }
            out.n += 1;
            out.n_blank += u32::from(reason == BLANK);
            if let Some(r) = read.reasons.get(reason) {
                (out.defector[i], out.kind[i]) = (r.defector, r.kind);
            }
            // Beyond any money is cut, so that sums stay finite.
            let clean = |v: f64| if v.is_finite() { v.clamp(-1e100, 1e100) } else { 0.0 };
            out.lost[i] = input.lost_value.map(|v| v.get(i).copied().map_or(0.0, clean));
            out.groups.entry(reason).or_default().add(out.lost[i]);
        }
        out
    }

    /// One key of each customer who left with what was lost.
    fn keyed<'a, K: Copy>(
        &'a self,
        exited: &'a [bool],
        keys: &'a [K],
    ) -> impl Iterator<Item = (K, Option<f64>)> + 'a {
        exited
            .iter()
            .zip(keys)
            .zip(&self.lost)
            .filter(|((left, _), _)| **left)
            .map(|((_, &k), &lost)| (k, lost))
    }
}

/// Reads, counts and judges the reasons of all who left.
#[must_use]
pub fn reasons(input: &ReasonInput, settings: &ReasonSettings) -> Reasons {
    let read = read_texts(input.texts, settings);
    let mut exits = Exits::new(input, &read);
    let base = input.base.unwrap_or(input.exited.len() as u32).max(exits.n);
    let mut n_by_kind = [0; 6];
    exits.kind.iter().flatten().for_each(|&k| n_by_kind[k as usize] += 1);
    let n_known = n_by_kind.iter().sum();
    let n_unknown = exits.n - n_known;
    let scale = Scale { n_exits: exits.n, base, money: input.lost_value.is_some() };
    let named = std::mem::take(&mut exits.groups).into_iter().filter_map(|(r, group)| {
        let reason = read.reasons.get(r)?.clone();
        Some((reason.text.clone(), reason, group))
    });
    let mut by_text = scale.pareto(named.collect(), |r: &Reason| r.kind.is_some());
    let n_texts = by_text.iter().filter(|r| !r.key.text.is_empty()).count() as u32;
    let mut room = [settings.max_texts; 2];
    by_text.retain(|row| {
        let room = &mut room[usize::from(row.key.kind.is_some())];
        let keep = *room > 0;
        *room = room.saturating_sub(1);
        keep
    });
    Reasons {
        n_exits: exits.n,
        n_known,
        n_unknown,
        n_blank: exits.n_blank,
        n_not_exited: exits.n_not_exited,
        base,
        n_texts,
        by_text,
        by_defector: scale.by_key(exits.keyed(input.exited, &exits.defector)),
        by_kind: scale.by_key(exits.keyed(input.exited, &exits.kind)),
        verdict: diagnose(&n_by_kind, n_unknown, settings),
        trend: trend(input, &exits.kind),
        defector: exits.defector,
        kind: exits.kind,
    }
}

/// Index of the reason that stands for no text.
const BLANK: usize = 0;

/// Texts with one folded form are one reason.
struct ReadTexts {
    reasons: Vec<Reason>,
    reason_of: Vec<usize>,
}

fn read_texts(texts: &[&str], settings: &ReasonSettings) -> ReadTexts {
    let keywords = Keywords::new(&settings.keywords, settings.builtin_keywords);
    let blank = Reason { text: String::new(), defector: None, kind: None, matched: None };
    let mut out = ReadTexts { reasons: vec![blank], reason_of: Vec::with_capacity(texts.len()) };
    let mut known = BTreeMap::from([(String::new(), BLANK)]);
    let mut folded = String::new();
    for text in texts {
        keywords.fold(text, &mut folded);
        let idx = match known.get(&folded) {
            Some(&idx) => {
                // One spelling stands for all, whatever their order.
                if let Some(reason) = out.reasons.get_mut(idx).filter(|_| idx != BLANK)
                    && text.trim() < reason.text.as_str()
                {
                    reason.text = text.trim().to_owned();
                }
                idx
            }
            None => {
                let found = keywords.find(&folded);
                let (matched, defector, kind) = found.map_or((None, None, None), |(m, d, k)| (Some(m), d, k));
                let kind = kind.or_else(|| settings.kind_of.get(defector? as usize).copied());
                out.reasons.push(Reason { text: text.trim().to_owned(), defector, kind, matched });
                known.insert(folded.clone(), out.reasons.len() - 1);
                out.reasons.len() - 1
            }
        };
        out.reason_of.push(idx);
    }
    out
}

/// What counts are related to.
struct Scale {
    n_exits: u32,
    base: u32,
    money: bool,
}

impl Scale {
    /// Rows by number of exits, equal ones by their sort key, unknown ones last.
    fn pareto<K, S: Ord>(
        &self,
        mut rows: Vec<(S, K, Group)>,
        is_known: impl Fn(&K) -> bool,
    ) -> Vec<ParetoRow<K>> {
        rows.sort_by(|a, b| {
            is_known(&b.1).cmp(&is_known(&a.1)).then(b.2.n.cmp(&a.2.n)).then_with(|| a.0.cmp(&b.0))
        });
        let n_known: u32 = rows.iter().filter(|r| is_known(&r.1)).map(|r| r.2.n).sum();
        let mut so_far = 0;
        rows.into_iter()
            .map(|(_, key, group)| {
                let n = f64::from(group.n);
                let known = is_known(&key);
                so_far += group.n;
                let of_known = |n: u32| (known && n_known > 0).then(|| f64::from(n) / f64::from(n_known));
                let base = Some(f64::from(self.base)).filter(|b| *b > 0.0);
                ParetoRow {
                    key,
                    n: group.n,
                    share_of_exits: n / f64::from(self.n_exits.max(1)),
                    share_of_known: of_known(group.n),
                    cumulative_share: of_known(so_far),
                    rate: base.map(|b| n / b),
                    rate_band: base.map(|b| wilson(n, b)),
                    lost_value: self.money.then(|| sum(group.lost)),
                }
            })
            .collect()
    }

    /// Rows of a closed taxonomy; kinds without exits have none.
    fn by_key<K: Ord + Copy>(
        &self,
        exits: impl Iterator<Item = (Option<K>, Option<f64>)>,
    ) -> Vec<ParetoRow<Option<K>>> {
        let mut groups: BTreeMap<Option<K>, Group> = BTreeMap::new();
        exits.for_each(|(key, lost)| groups.entry(key).or_default().add(lost));
        self.pareto(groups.into_iter().map(|(k, g)| (k, k, g)).collect(), Option::is_some)
    }
}

fn trend(input: &ReasonInput, kind: &[Option<ExitKind>]) -> Trend {
    let dated: Vec<(i32, Option<ExitKind>)> = input
        .exit_month
        .into_iter()
        .flatten()
        .zip(input.exited)
        .zip(kind)
        .filter_map(|((month, &exited), &kind)| Some((month.filter(|_| exited)?.0, kind)))
        .collect();
    let months = dated.iter().map(|d| d.0);
    let (Some(first), Some(last)) = (months.clone().min(), months.max()) else { return Trend::NoDates };
    let n_months = last.saturating_sub(first).saturating_add(1);
    if n_months > MAX_MONTHS {
        return Trend::TooLong { n_months: n_months as u32 };
    }
    let mut n_by_kind = vec![vec![0_u32; n_months as usize]; ExitKind::ALL.len()];
    let mut n_unknown = vec![0_u32; n_months as usize];
    for (month, kind) in dated {
        let row = kind.map_or(&mut n_unknown, |k| &mut n_by_kind[k as usize]);
        row[(month - first) as usize] += 1;
    }
    let known: Vec<u32> = (0..n_months as usize).map(|m| n_by_kind.iter().map(|k| k[m]).sum()).collect();
    let trends = ExitKind::ALL
        .into_iter()
        .zip(&n_by_kind)
        .filter(|(_, n)| n.iter().any(|&n| n > 0))
        .map(|(kind, n)| kind_trend(kind, n, &known))
        .collect();
    Trend::Months { months: (first..=last).map(Month).collect(), n_by_kind, n_unknown, trends }
}

fn kind_trend(kind: ExitKind, n: &[u32], known: &[u32]) -> KindTrend {
    let shares: Vec<f64> =
        n.iter().zip(known).filter(|(_, k)| **k > 0).map(|(&n, &k)| f64::from(n) / f64::from(k)).collect();
    let enough = shares.len() >= MIN_MONTHS && shares.iter().filter(|s| **s > 0.0).count() >= MIN_PRESENT;
    let direction = enough.then(|| match mann_kendall(&shares) {
        Some(test) if test.p_up < TREND_P => Direction::Rising,
        Some(test) if test.p_down < TREND_P => Direction::Falling,
        _ => Direction::Level,
    });
    KindTrend { kind, direction, slope: theil_sen(&shares).filter(|_| enough) }
}

#[cfg(test)]
mod tests;
