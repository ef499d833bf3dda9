//! Is the firm itself the cause, can it do something, and what?
//!
//! With `n_k` known exits of kind k, `own = n_2 + n_4 + n_6` those the firm causes, and `share = own / sum of
//! n_k`: strict is serious where `own >= 1`; material where `own >= 3` and `share >= .05`; else normal, with
//! kinds 2, 4 and 6 to be watched. Uncertain where `unknown / (known + unknown) > .30`. What can be
//! controlled: 2, 4 and 6 by the firm, 3 in part, 5 not; 1 is intended. Countermeasures are keys; which one
//! answers which kind is this crate's reading of the list in methods.md 10.
//!
//! Symbols: n counts of exits; shares 0..=1; the three limits are settings ([`ReasonSettings`]).
//!
//! Source: methods.md 10; DeSouza 1992; Keaveney 1995.
//!
//! Degenerate cases: no known exit: [`Level::NoneKnown`] and no share of own causes; no exit at all: no
//! share of unknown ones either.
//!
//! ```
//! use tenure::analytics::reasons::{Level, ReasonSettings, diagnose};
//! let settings = ReasonSettings::default();
//! let one = diagnose(&[40, 0, 24, 1, 35, 0], 0, &settings); // methods.md 10: 1 % attracted, to be watched
//! assert_eq!((one.level, one.own_cause_share, one.watch[0].share), (Level::Normal, Some(0.01), 0.01));
//! // 3 of 40 is 7.5 %; 20 unknown of 60 is a third.
//! let three = diagnose(&[37, 3, 0, 0, 0, 0], 20, &settings);
//! assert_eq!((three.level, three.own_cause_share, three.uncertain), (Level::Serious, Some(0.075), true));
//! ```

use super::{ExitKind, ReasonSettings};
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// No known reason.
    NoneKnown,
    /// Customers are not dissatisfied; causes lie in their circumstances or in competitors' inducements.
    Normal,
    /// Caused by the firm itself; countermeasures are needed.
    Serious,
}

/// Whether the firm can do something about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Control {
    /// The firm wanted it.
    Intended,
    /// Yes.
    Controllable,
    /// In part.
    Partly,
    /// No.
    NotControllable,
}

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Countermeasure {
    /// Total quality management.
    TotalQuality,
    /// Complaints welcomed, answered, learned from.
    ComplaintManagement,
    /// Internal customers: employees' satisfaction and who serves whom.
    InternalCustomers,
    /// An organization built around customers.
    CustomerCenteredOrganization,
    /// Regular evaluation of relationships.
    RelationshipEvaluation,
    /// Alliance by customizing (定制).
    AllianceCustomize,
    /// Alliance by guiding (引导).
    AllianceGuide,
    /// Alliance as partners (合伙人).
    AlliancePartner,
}

impl ExitKind {
    /// Whether the firm can do something about it.
    #[must_use]
    pub fn control(self) -> Control {
        match self {
            Self::AbandonedByFirm => Control::Intended,
            Self::Dissatisfied | Self::Attracted | Self::OtherInternal => Control::Controllable,
            Self::Poached => Control::Partly,
            Self::Forced => Control::NotControllable,
        }
    }

    /// What helps, most fitting first.
    #[must_use]
    pub fn countermeasures(self) -> &'static [Countermeasure] {
        use Countermeasure as C;
        match self {
            Self::AbandonedByFirm => &[C::RelationshipEvaluation],
            Self::Dissatisfied => &[C::ComplaintManagement, C::TotalQuality, C::InternalCustomers],
            Self::Poached => &[C::AlliancePartner, C::RelationshipEvaluation],
            Self::Attracted => &[C::TotalQuality, C::AllianceCustomize, C::AllianceGuide],
            Self::Forced => &[],
            Self::OtherInternal => &[C::InternalCustomers, C::CustomerCenteredOrganization],
        }
    }
}

/// A kind with its exits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KindCount {
    /// The kind.
    pub kind: ExitKind,
    /// Exits.
    pub n: u32,
    /// Share of known exits.
    pub share: f64,
}

/// Exits by what the firm can do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlShare {
    /// What the firm can do.
    pub control: Control,
    /// Exits.
    pub n: u32,
    /// Share of known exits.
    pub share: f64,
}

/// The diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The verdict: one of the next two, as the settings say.
    pub level: Level,
    /// By the strict reading.
    pub strict: Level,
    /// With materiality.
    pub material: Level,
    /// Whether so many reasons are unknown that the verdict may be wrong.
    pub uncertain: bool,
    /// Exits that the firm itself caused.
    pub n_own_cause: u32,
    /// Their share of known exits.
    pub own_cause_share: Option<f64>,
    /// Share of all exits without a known reason.
    pub unknown_share: Option<f64>,
    /// Kinds that the firm causes but that are not material: to be watched.
    pub watch: Vec<KindCount>,
    /// By what the firm can do; empty ones are left out.
    pub by_control: Vec<ControlShare>,
    /// What helps against the kinds that occur, the most frequent kind's first.
    pub countermeasures: Vec<Countermeasure>,
}

/// Judges exits by kind (in the order of [`ExitKind::ALL`]) and the number of exits without a known reason.
#[must_use]
pub fn diagnose(n_by_kind: &[u32; 6], n_unknown: u32, settings: &ReasonSettings) -> Verdict {
    let n_known: u64 = n_by_kind.iter().map(|&n| u64::from(n)).sum();
    let share = |n: u64| if n_known > 0 { n as f64 / n_known as f64 } else { 0.0 };
    let mut counts: Vec<KindCount> = ExitKind::ALL
        .into_iter()
        .zip(n_by_kind)
        .filter(|(_, n)| **n > 0)
        .map(|(kind, &n)| KindCount { kind, n, share: share(u64::from(n)) })
        .collect();
    let own: u64 = counts.iter().filter(|c| c.kind.is_own_cause()).map(|c| u64::from(c.n)).sum();
    let judge = |serious: bool| match (n_known, serious) {
        (0, _) => Level::NoneKnown,
        (_, true) => Level::Serious,
        (_, false) => Level::Normal,
    };
    let strict = judge(own > 0);
    let material =
        judge(own > 0 && share(own) >= settings.material_share && own >= u64::from(settings.material_cases));
    let all = n_known + u64::from(n_unknown);
    let unknown_share = (all > 0).then(|| f64::from(n_unknown) / all as f64);
    let by_control = [Control::Intended, Control::Controllable, Control::Partly, Control::NotControllable]
        .into_iter()
        .filter_map(|control| {
            let n: u64 = counts.iter().filter(|c| c.kind.control() == control).map(|c| u64::from(c.n)).sum();
            (n > 0).then(|| ControlShare { control, n: n as u32, share: share(n) })
        })
        .collect();
    let watch =
        counts.iter().filter(|c| material == Level::Normal && c.kind.is_own_cause()).copied().collect();
    counts.sort_by_key(|c| std::cmp::Reverse(c.n));
    let mut countermeasures: Vec<Countermeasure> = Vec::new();
    for &measure in counts.iter().flat_map(|c| c.kind.countermeasures()) {
        if !countermeasures.contains(&measure) {
            countermeasures.push(measure);
        }
    }
    Verdict {
        level: if settings.strict { strict } else { material },
        strict,
        material,
        uncertain: unknown_share.is_some_and(|s| s > settings.max_unknown_share),
        n_own_cause: own as u32,
        own_cause_share: (n_known > 0).then(|| share(own)),
        unknown_share,
        watch,
        by_control,
        countermeasures,
    }
}
