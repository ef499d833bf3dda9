//! What is known about the customers beside the main table (methods.md 1.3)?
//!
//! A side table is a file, or a sheet, of its own: invoices, service contacts, referrals, departures, survey answers,
//! or facts about customers. [`read`](super::read) says what a table could be, [`arrange()`] which of several tables is the main
//! one and what each other is, and [`load`] reads one into a data set.
//!
//! Rows are joined by the customer's name, exactly as written but for blanks around it: `007` and `7` are two
//! customers, as in the main table. A row whose customer the main table does not have is set aside and listed
//! ([`UnknownCustomer`](super::IssueKind::UnknownCustomer)). Dates, numbers and flags are read as in the main table, each file deciding on its
//! own order of day and month and its own decimal mark. Money gets the scale of the main table, which grows where the
//! side table has finer decimals, so that no amount is rounded.
//!
//! A second table of a kind replaces the first.
//!
//! ```
//! use tenure::ingest::{self, Mapping, Options, side::{self, SideMapping}};
//!
//! let orders = b"customer,date,amount\nann,2024-01-05,12.50\nbob,2024-02-06,7\n";
//! let invoices = b"customer,due date,paid date,amount\nann,2024-02-04,2024-02-01,12.50\neve,2024-03-01,,9\n";
//! let tables = [ingest::read(orders, 5)?, ingest::read(invoices, 5)?];
//! let plan = side::arrange(&[("orders.csv", &tables[0]), ("invoices.csv", &tables[1])]);
//! assert_eq!(plan.main, Some(0));
//!
//! let mut loaded = ingest::load(orders, &Mapping::from(&tables[0].proposal), &Options::default(), &mut ingest::silent)?;
//! let mapping = SideMapping::from(tables[1].side.as_ref().unwrap());
//! let side = side::load(invoices, "invoices.csv", &mapping, &mut loaded.dataset, &mut ingest::silent)?;
//! assert_eq!((side.rows_read, side.rows_used, side.unknown_customers), (2, 1, 1));
//! loaded.quality.side.push(side);
//! # Ok::<(), ingest::Error>(())
//! ```

mod arrange;
mod join;
mod read;

use serde::{Deserialize, Serialize};

use super::columns::{self, CERTAIN, ColumnProposal, Evidence, Match, Role};
use super::date::DateOrder;
use super::dialect::Told;
use super::file::Kept;
use super::header::{self, Fit};
use super::quality::{IssueCount, Note, RowIssue};
use super::source::Input;
use super::{Error, MAX_BYTES, Progress, Source};
use crate::customer::Dataset;

pub use arrange::{Arrangement, Part, Place, Why, arrange};

/// What a row of a side table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SideKind {
    /// One invoice, or one payment on an invoice.
    Payments,
    /// One service contact.
    Contacts,
    /// One referral.
    Referrals,
    /// One departure.
    Exits,
    /// One answer to a survey, or all answers of a customer.
    Survey,
    /// One customer.
    Customers,
}

impl SideKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Payments, Self::Contacts, Self::Referrals, Self::Exits, Self::Survey, Self::Customers];

    /// Roles a table of this kind can have.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        use Role::{
            AcquisitionCost, Amount, AmountPaid, ContactKind, Customer, Date, DueDate, FirstDate, Item,
            Minutes, Order, PaidDate, Reason, Referred, Referrer, Resolved, Score, Segment, ServiceCost,
            Wallet,
        };
        match self {
            Self::Payments => &[Customer, Order, DueDate, PaidDate, Amount, AmountPaid],
            Self::Contacts => &[Customer, Date, ContactKind, Minutes, ServiceCost, Resolved],
            Self::Referrals => &[Referrer, Referred, Customer, Date],
            Self::Exits => &[Customer, Date, Reason],
            Self::Survey => &[Customer, Item, Score],
            Self::Customers => &[Customer, Wallet, Segment, AcquisitionCost, FirstDate],
        }
    }

    /// The first role without which nothing can be read, and that no column has.
    #[must_use]
    pub fn missing(self, has: impl Fn(Role) -> bool) -> Option<Role> {
        let needed: &[Role] = match self {
            Self::Payments => &[Role::Customer, Role::DueDate, Role::Amount],
            Self::Contacts => &[Role::Customer, Role::Date],
            Self::Referrals => &[Role::Referrer],
            Self::Exits => &[Role::Customer, Role::Reason],
            Self::Survey => &[Role::Customer, Role::Score],
            Self::Customers => &[Role::Customer],
        };
        let one_of: &[Role] = match self {
            Self::Payments => &[Role::PaidDate, Role::AmountPaid],
            Self::Referrals => &[Role::Referred, Role::Customer],
            Self::Customers => &[Role::Segment, Role::Wallet, Role::AcquisitionCost, Role::FirstDate],
            _ => &[],
        };
        let lacking = needed.iter().copied().find(|r| !has(*r));
        lacking.or(one_of.first().copied().filter(|_| !one_of.iter().any(|r| has(*r))))
    }

    /// Roles that tell this kind from the others and from a main table.
    fn telling(self) -> &'static [Role] {
        match self {
            Self::Payments => &[Role::DueDate],
            Self::Contacts => &[Role::ContactKind, Role::Minutes, Role::ServiceCost, Role::Resolved],
            Self::Referrals => &[Role::Referrer],
            Self::Exits => &[Role::Reason],
            Self::Survey => &[Role::Score],
            Self::Customers => &[Role::Wallet, Role::AcquisitionCost, Role::Segment, Role::FirstDate],
        }
    }
}

/// What to make of each column of a side table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SideMapping {
    /// What a row is.
    pub kind: SideKind,
    /// Role of each column; of two columns with one role the first counts, except of scores: each is an item.
    pub roles: Vec<Option<Role>>,
    /// Order of day and month, where the user knows it.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// How the file is written, where the user knows it; the sheet of a workbook.
    #[serde(default)]
    pub told: Told,
}

impl From<&SideProposal> for SideMapping {
    fn from(proposal: &SideProposal) -> Self {
        let roles = proposal.columns.iter().map(|c| c.role).collect();
        Self { kind: proposal.kind, roles, date_order: None, told: Told::default() }
    }
}

/// What a table could be beside another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SideProposal {
    /// What a row is.
    pub kind: SideKind,
    /// One per column of the table.
    pub columns: Vec<ColumnProposal>,
    /// Whether it can be read without asking.
    pub certain: bool,
}

impl SideProposal {
    /// The column proposed for a role.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|c| c.role == Some(role))
    }
}

/// What became of the rows of a side table: `rows_read = rows_used + rows_set_aside`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SideQuality {
    /// Name of the file or sheet, as the caller gave it.
    pub name: String,
    /// What a row was read as.
    pub kind: SideKind,
    /// Rows of the table.
    pub rows_read: u64,
    /// Rows in the data set.
    pub rows_used: u64,
    /// Rows that are not.
    pub rows_set_aside: u64,
    /// Those of them whose customer the main table does not have.
    pub unknown_customers: u64,
    /// Rows set aside, in file order; at most [`MAX_ISSUES`](super::quality::MAX_ISSUES).
    pub issues: Vec<RowIssue>,
    /// All rows set aside, by reason.
    pub counts: Vec<IssueCount>,
    /// Encoding of the file.
    pub encoding: String,
    /// Order of day and month, where its dates leave that open.
    pub date_order: Option<DateOrder>,
    /// Roles no column has, each of which would say more.
    pub missing: Vec<Role>,
    /// Everything else worth knowing.
    pub notes: Vec<Note>,
}

/// What a table with these columns could be beside another one; `None` if nothing fits.
#[must_use]
pub(super) fn propose(undecided: &[ColumnProposal]) -> Option<SideProposal> {
    let found = SideKind::ALL.into_iter().filter_map(|kind| propose_kind(kind, undecided));
    // The first of equals: what is due decides before what merely has a reason or a kind.
    let best = found.reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.map(|(_, proposal)| proposal)
}

/// The roles under a kind, and how well it fits; `None` if it cannot be.
fn propose_kind(kind: SideKind, undecided: &[ColumnProposal]) -> Option<((bool, Fit, usize), SideProposal)> {
    let matches: Vec<Match> = undecided.iter().map(|c| header::in_side_table(kind, &c.name)).collect();
    // Nearly all tables are none of this kind by their names alone. Scores can be told by their values too.
    let may_have = |role| role == Role::Score || matches.iter().flatten().any(|m| m.0 == role);
    if kind.missing(may_have).is_some() {
        return None;
    }
    let mut columns = undecided.to_vec();
    for &role in kind.roles() {
        columns::by_name(role, &matches, &mut columns);
    }
    for c in &mut columns {
        let Some(role) = c.role.filter(|r| !columns::agrees(*r, &c.evidence)) else { continue };
        // Nothing may have been paid so far: an empty column is still what its name says.
        let can_lack = kind.missing(|r| r != role).is_none() && !kind.telling().contains(&role);
        if c.evidence.blank_share == 1.0 && can_lack {
            c.certainty = CERTAIN;
        } else {
            (c.role, c.certainty) = (None, 0.0);
        }
    }
    let asks = kind == SideKind::Survey && !columns::has(&columns, Role::Item) && items(&mut columns);
    if kind == SideKind::Customers && !each_once(&columns) {
        return None;
    }
    let has = |role| columns::has(&columns, role);
    // A table of purchases or contracts is none beside another one, whatever it says besides.
    let is_main = kind != SideKind::Payments && undecided.iter().any(|c| is_main(&c.name, &c.evidence));
    if is_main || kind.missing(has).is_some() || !kind.telling().iter().any(|r| has(*r)) {
        return None;
    }
    let of_role = |c: &ColumnProposal| c.role.is_some();
    let n_roles = columns.iter().filter(|c| of_role(c)).count();
    let telling =
        columns.iter().zip(&matches).filter(|(c, _)| c.role.is_some_and(|r| kind.telling().contains(&r)));
    let fit = telling.map(|(_, m)| m.map_or(Fit::Hint, |m| m.1)).max().unwrap_or(Fit::Hint);
    let certain =
        (fit == Fit::Exact || asks) && columns.iter().filter(|c| of_role(c)).all(|c| c.certainty >= CERTAIN);
    Some(((certain, fit, n_roles), SideProposal { kind, columns, certain }))
}

/// Whether a column is one of a main table only: money and time of a customer's purchases or contract.
fn is_main(name: &str, e: &Evidence) -> bool {
    let Some((role, fit, _)) = header::ranked(name) else { return false };
    let telling = matches!(
        role,
        Role::Amount
            | Role::UnitPrice
            | Role::Quantity
            | Role::Tenure
            | Role::MonthlyCharge
            | Role::TotalCharge
    );
    telling && fit == Fit::Exact && columns::agrees(role, e)
}

/// Whether each row is another customer.
fn each_once(columns: &[ColumnProposal]) -> bool {
    columns.iter().any(|c| c.role == Some(Role::Customer) && c.evidence.distinct_share == 1.0)
}

/// A survey with a column for each item: scores on one scale, of which some name what surveys ask about. Whether it
/// is one.
fn items(columns: &mut [ColumnProposal]) -> bool {
    const ASKED: [&str; 24] = [
        "trust",
        "satisf",
        "commit",
        "loyal",
        "communic",
        "recommend",
        "quality",
        "service",
        "nps",
        "信任",
        "满意",
        "滿意",
        "承诺",
        "承諾",
        "忠诚",
        "忠誠",
        "沟通",
        "溝通",
        "推荐",
        "推薦",
        "质量",
        "品質",
        "服务",
        "服務",
    ];
    let is_score = |c: &ColumnProposal| {
        let e = &c.evidence;
        let distinct = e.distinct_share * (1.0 - e.blank_share) * f64::from(e.n_rows);
        c.role != Some(Role::Customer)
            && e.number_share >= 0.9
            && e.negative_share == 0.0
            && distinct <= 101.0
    };
    let asks = |c: &ColumnProposal| {
        let name = header::normalize(&c.name);
        let numbered =
            name.strip_prefix('q').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        numbered || ASKED.iter().any(|word| name.contains(word))
    };
    let n_scores = columns.iter().filter(|c| is_score(c)).count();
    let n_asked = columns.iter().filter(|c| is_score(c) && asks(c)).count();
    if n_asked < 2 || n_asked * 2 < n_scores {
        return false;
    }
    for column in columns.iter_mut().filter(|c| is_score(c) && asks(c)) {
        columns::assign(column, Role::Score, columns::Basis::NamePart, 0.85);
    }
    true
}

/// Reads a side table into a data set, whose customers decide which rows can be used.
///
/// # Errors
/// [`Error::MissingColumn`] if a needed role has no column, [`Error::NoUsableRow`] if no row can be used, or any other
/// [`Error`]; the data set is then as it was.
pub fn load<S: Source + ?Sized>(
    source: &S,
    name: &str,
    mapping: &SideMapping,
    dataset: &mut Dataset,
    progress: &mut Progress<'_>,
) -> Result<SideQuality, Error> {
    load_kept(source, name, mapping, dataset, None, progress)
}

/// As [`load`], with what was kept when the file was looked at.
pub(super) fn load_kept<S: Source + ?Sized>(
    source: &S,
    name: &str,
    mapping: &SideMapping,
    dataset: &mut Dataset,
    kept: Option<Kept>,
    progress: &mut Progress<'_>,
) -> Result<SideQuality, Error> {
    let has = |role| mapping.roles.contains(&Some(role));
    if let Some(role) = mapping.kind.missing(has) {
        return Err(Error::MissingColumn { role });
    }
    let read_at = |at: u64, into: &mut [u8]| source.read_at(at, into);
    let input = Input::new(source.size(), &read_at);
    let customers = read::Customers::of(dataset);
    let (read, quality) =
        super::whole(input, &mapping.told, MAX_BYTES, kept, progress, |file, mark, progress| {
            read::read(file, mapping, &customers, mark, progress)
        })?;
    read.put(dataset);
    Ok(SideQuality { name: name.to_owned(), ..quality })
}
