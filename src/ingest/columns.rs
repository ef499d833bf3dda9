//! Which column is what? Roles proposed from names and values, with the evidence for each.
//!
//! A name the dictionary knows decides, if the values agree (a date column holds dates, an amount column numbers).
//! Without a header, or with one of unknown words, the values decide alone: the column of dates; the numbers with
//! decimals (else the last numbers) as amount; of the columns that identify something the one with most distinct
//! values as customer, unless each of its values belongs to one value of another such column and to one day only:
//! then it is the order, and the other the customer.
//!
//! What a row is ([`Shape`]) follows from the names that only one shape has, and from what the values cannot be:
//!
//! - a contract: tenure or start, and who left or when;
//! - a purchase: a day, by its name and its values; this is also what is left where nothing else fits;
//! - a customer's period: a column of periods (by its name, or because its values can be nothing else) and a value.
//!   Where more than one row in twenty repeats a customer and period of the sample, the user is asked;
//! - a customer, all purchases summed up: the day of the last purchase, or an identifier that never repeats and no
//!   date at all. The latter cannot be read and says what is missing.
//!
//! Certainty is a judgement in 0..1 that says when to ask the user, not a probability.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::date::{self, DateCell};
use super::error::Error;
use super::flag;
use super::header::{self, Fit};
use super::intern::Interner;
use super::number::{self, NumberCell};
use super::period::{self, PeriodCell};

/// What a column holds. A role means the same in every table that can have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Who.
    Customer,
    /// Day of the purchase, the contact, the referral or the departure.
    Date,
    /// Net money of the row; in a roll-up of the period, of an invoice the amount due.
    #[serde(alias = "value")]
    Amount,
    /// Order the row belongs to.
    Order,
    /// Product.
    Product,
    /// Product category.
    Category,
    /// Units.
    Quantity,
    /// Money per unit.
    UnitPrice,
    /// Variable cost of the row.
    Cost,
    /// Sales channel.
    Channel,
    /// Months of the contract so far.
    Tenure,
    /// First day of the contract.
    StartDate,
    /// Last day of the contract.
    EndDate,
    /// Whether the customer left.
    Churned,
    /// Charge per month.
    MonthlyCharge,
    /// Charges so far.
    TotalCharge,
    /// Reason for leaving.
    Reason,
    /// Day by which the row is to be paid.
    DueDate,
    /// Day it was paid; empty while it is open.
    PaidDate,
    /// How much of it was paid.
    AmountPaid,
    /// What serving the customer cost, beyond the goods.
    ServiceCost,
    /// List price per unit.
    ListPrice,
    /// Promotion the row belongs to.
    Promotion,
    /// Amount less variable cost.
    Margin,
    /// Segment or another group of peers the customer belongs to. In a table of customers a region is one as well;
    /// beside purchases it rather says where they were made.
    Segment,
    /// What the customer spends per year with all suppliers.
    Wallet,
    /// The period a roll-up speaks of.
    Period,
    /// Number of orders a row stands for.
    #[serde(alias = "nTransactions")]
    OrderCount,
    /// Day of the customer's last purchase.
    LastDate,
    /// Day the customer was acquired, or bought first.
    FirstDate,
    /// Kind of a contact.
    ContactKind,
    /// Minutes a contact took.
    Minutes,
    /// Whether a contact was answered or solved.
    Resolved,
    /// Who brought somebody.
    Referrer,
    /// Who was brought.
    Referred,
    /// Item of a survey.
    Item,
    /// Answer to an item; of several columns, each is an item of its own.
    Score,
    /// What acquiring the customer cost.
    AcquisitionCost,
}

impl Role {
    const TRANSACTIONS: [Self; 18] = [
        Self::Customer,
        Self::Date,
        Self::Amount,
        Self::Order,
        Self::Product,
        Self::Category,
        Self::Quantity,
        Self::UnitPrice,
        Self::Cost,
        Self::Margin,
        Self::Channel,
        Self::ListPrice,
        Self::Promotion,
        Self::DueDate,
        Self::PaidDate,
        Self::AmountPaid,
        Self::ServiceCost,
        Self::Segment,
    ];
    const CONTRACTS: [Self; 10] = [
        Self::Customer,
        Self::Tenure,
        Self::StartDate,
        Self::EndDate,
        Self::Churned,
        Self::MonthlyCharge,
        Self::TotalCharge,
        Self::Reason,
        Self::Segment,
        Self::Wallet,
    ];
    const ROLL_UPS: [Self; 7] = [
        Self::Customer,
        Self::Period,
        Self::Amount,
        Self::OrderCount,
        Self::Cost,
        Self::Margin,
        Self::Segment,
    ];
    /// Those of contracts are named as well, to say how much is missing for one.
    const CUSTOMERS: [Self; 12] = [
        Self::Customer,
        Self::LastDate,
        Self::Amount,
        Self::OrderCount,
        Self::FirstDate,
        Self::Cost,
        Self::Margin,
        Self::Segment,
        Self::Tenure,
        Self::StartDate,
        Self::EndDate,
        Self::Churned,
    ];

    /// Whether the cells of such a column are numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Amount
                | Self::Quantity
                | Self::UnitPrice
                | Self::Cost
                | Self::Tenure
                | Self::MonthlyCharge
                | Self::TotalCharge
                | Self::AmountPaid
                | Self::ServiceCost
                | Self::ListPrice
                | Self::Margin
                | Self::Wallet
                | Self::OrderCount
                | Self::Minutes
                | Self::Score
                | Self::AcquisitionCost
        )
    }

    /// Whether the cells of such a column are dates.
    #[must_use]
    pub fn is_date(self) -> bool {
        matches!(
            self,
            Self::Date
                | Self::StartDate
                | Self::EndDate
                | Self::DueDate
                | Self::PaidDate
                | Self::LastDate
                | Self::FirstDate
        )
    }
}

/// What one row of the table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shape {
    /// One purchase, order line or return.
    #[default]
    Transactions,
    /// One customer's contract.
    Contracts,
    /// One customer in one period.
    RollUps,
    /// One customer, all purchases summed up.
    Customers,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 4] = [Self::Transactions, Self::Contracts, Self::RollUps, Self::Customers];

    /// Roles a table of this shape can have.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Transactions => &Role::TRANSACTIONS,
            Self::Contracts => &Role::CONTRACTS,
            Self::RollUps => &Role::ROLL_UPS,
            Self::Customers => &Role::CUSTOMERS,
        }
    }
}

/// What a proposal rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// The name means exactly this.
    Name,
    /// The name is a usual one, and the values agree.
    UsualName,
    /// A word of the name, and the values.
    NamePart,
    /// The values alone.
    Values,
    /// What the user chose for a file with the same headers.
    Remembered,
    /// Nothing: no role is proposed.
    Nothing,
}

/// What the first rows of a column look like; shares are of the cells that are not empty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What the proposal rests on.
    pub basis: Basis,
    /// Rows looked at.
    pub n_rows: u32,
    /// Share of empty cells.
    pub blank_share: f64,
    /// Distinct values per filled cell; 1 if none repeats.
    pub distinct_share: f64,
    /// Share of dates.
    pub date_share: f64,
    /// Share of periods that are no whole dates: months, quarters, years, weeks.
    pub period_share: f64,
    /// Share of plain numbers that could be serial days or epoch times.
    pub serial_share: f64,
    /// Share of numbers.
    pub number_share: f64,
    /// Share of numbers written with decimals.
    pub decimal_share: f64,
    /// Share of negative numbers.
    pub negative_share: f64,
    /// Share of yes/no values.
    pub flag_share: f64,
    /// Share of numbers with leading zeros, which count nothing.
    pub zero_led_share: f64,
}

/// A column with the role proposed for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProposal {
    /// Place in the table, from 0.
    pub index: usize,
    /// Name; empty without a header.
    pub name: String,
    /// Proposed role.
    pub role: Option<Role>,
    /// Why.
    pub evidence: Evidence,
    /// 0 (a guess) to 1.
    pub certainty: f64,
}

/// The roles proposed for a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// What one row is.
    pub shape: Shape,
    /// One per column of the table.
    pub columns: Vec<ColumnProposal>,
    /// Whether results can be computed without asking.
    pub certain: bool,
}

impl Proposal {
    /// The column proposed for a role.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|c| c.role == Some(role))
    }

    /// The first role without which nothing can be computed, and that no column was found for.
    #[must_use]
    pub fn missing(&self) -> Option<Error> {
        let lacks = |roles: &[Role]| roles.iter().all(|r| self.column(*r).is_none());
        let priced = !lacks(&[Role::Quantity]) && !lacks(&[Role::UnitPrice]);
        if lacks(&[Role::Customer]) {
            return Some(Error::NoCustomerColumn);
        }
        match self.shape {
            Shape::RollUps if lacks(&[Role::Period]) => Some(Error::NoPeriodColumn),
            Shape::RollUps if lacks(&[Role::Amount]) => Some(Error::NoAmountColumn),
            Shape::Customers => only_totals(|role| !lacks(&[role])),
            Shape::Transactions if lacks(&[Role::Date]) => Some(Error::NoDateColumn),
            Shape::Transactions if lacks(&[Role::Amount]) && !priced => Some(Error::NoAmountColumn),
            Shape::Contracts if lacks(&[Role::Tenure, Role::StartDate]) => Some(Error::NoDateColumn),
            Shape::Contracts if lacks(&[Role::Churned, Role::EndDate]) => Some(Error::NoChurnColumn),
            _ => None,
        }
    }
}

/// Why one row per customer cannot be read, if it cannot.
pub(super) fn only_totals(has: impl Fn(Role) -> bool) -> Option<Error> {
    let lacks: Vec<Role> = [Role::LastDate, Role::Amount].into_iter().filter(|r| !has(*r)).collect();
    if lacks.is_empty() {
        return None;
    }
    // The other way to read one row per customer: as a contract.
    let either = |role, stand_in| (!has(role) && !has(stand_in)).then_some(role);
    let contract = [either(Role::Tenure, Role::StartDate), either(Role::Churned, Role::EndDate)];
    let contract = contract.into_iter().flatten().collect();
    Some(Error::OneRowPerCustomer { lacks, or_as_contract: contract })
}

pub(super) const CERTAIN: f64 = 0.8;

/// A key of a header set: the same for the same names in the same order, whatever their case, blanks and
/// punctuation, so that what was said about a file can be remembered for the next of its kind.
///
/// ```
/// use tenure::ingest::columns::fingerprint;
/// let names = |list: &[&str]| list.iter().map(|n| n.to_string()).collect::<Vec<_>>();
/// assert_eq!(fingerprint(&names(&["Customer ID", "date"])), fingerprint(&names(&["customer_id", "Date"])));
/// assert_ne!(fingerprint(&names(&["date", "customer_id"])), fingerprint(&names(&["customer_id", "date"])));
/// ```
#[must_use]
pub fn fingerprint(names: &[String]) -> String {
    // FNV-1a (Fowler, Noll and Vo), 64 bits: small and the same everywhere.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for name in names {
        let plain = name.chars().map(number::half_width).filter(|c| c.is_alphanumeric());
        let plain: String = plain.flat_map(char::to_lowercase).collect();
        for byte in plain.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{}-{hash:016x}", names.len())
}

/// Proposes a role for each column, from its name and the first rows.
#[must_use]
pub(super) fn propose(
    mut columns: Vec<ColumnProposal>,
    header: bool,
    rows: &[Vec<String>],
    shape: Option<Shape>,
) -> Proposal {
    let mut matches = matches(header, &columns);
    let shape = shape.unwrap_or_else(|| find_shape(&matches, &columns));
    if matches!(shape, Shape::RollUps | Shape::Customers) {
        // What is charged per month or in all is the value of a period or a customer, if nothing else is.
        for found in matches.iter_mut().flatten().filter(|m| is_charge(m)) {
            *found = (Role::Amount, Fit::Usual, found.2);
        }
    }
    for &role in shape.roles() {
        by_name(role, &matches, &mut columns);
    }
    drop_rates(rows, &mut columns);
    match shape {
        Shape::Transactions => by_values(rows, &matches, &mut columns),
        Shape::Contracts | Shape::Customers => unique_customer(&mut columns),
        Shape::RollUps => roll_up_by_values(rows, &matches, &mut columns),
    }
    let certain = is_certain(shape, &columns);
    Proposal { shape, columns, certain }
}

/// The columns with what their values look like, before any role.
pub(super) fn undecided(names: &[String], rows: &[Vec<String>]) -> Vec<ColumnProposal> {
    let column = |(index, name): (usize, &String)| ColumnProposal {
        index,
        name: name.clone(),
        role: None,
        evidence: evidence(rows, index),
        certainty: 0.0,
    };
    names.iter().enumerate().map(column).collect()
}

pub(super) type Match = Option<(Role, Fit, usize)>;

/// What the names say. Where one is the day something falls due, those of payments mean what they do on invoices.
fn matches(header: bool, columns: &[ColumnProposal]) -> Vec<Match> {
    let known = |c: &ColumnProposal| if header { header::ranked(&c.name) } else { None };
    let mut matches: Vec<Match> = columns.iter().map(known).collect();
    let falls_due = |(found, c): (&Match, &ColumnProposal)| {
        matches!(found, Some((Role::DueDate, _, _))) && agrees(Role::DueDate, &c.evidence)
    };
    if matches.iter().zip(columns).any(falls_due) {
        for (found, column) in matches.iter_mut().zip(columns) {
            *found = header::on_invoices(&column.name).or(*found);
        }
    }
    matches
}

fn is_charge(found: &(Role, Fit, usize)) -> bool {
    matches!(found.0, Role::MonthlyCharge | Role::TotalCharge)
}

fn find_shape(matches: &[Match], columns: &[ColumnProposal]) -> Shape {
    let has = |role, least| matches.iter().flatten().any(|m| m.0 == role && m.1 >= least);
    let named = || matches.iter().zip(columns);
    let leaves =
        named().any(|(m, c)| matches!(m, Some((Role::Churned, _, _))) && c.evidence.flag_share >= 0.5);
    let begins = has(Role::Tenure, Fit::Usual) || has(Role::StartDate, Fit::Hint);
    let purchases = has(Role::Date, Fit::Usual) && has(Role::Amount, Fit::Usual);
    if begins && (leaves || has(Role::EndDate, Fit::Usual)) && !purchases {
        return Shape::Contracts;
    }
    let is_date = |e: &Evidence| e.date_share + e.serial_share >= 0.5;
    if named()
        .any(|(m, c)| matches!(m, Some((Role::Date, fit, _)) if *fit >= Fit::Usual) && is_date(&c.evidence))
    {
        return Shape::Transactions;
    }
    // Days under the name of a month, beside products: order lines.
    let of_lines = [Role::Order, Role::Product, Role::UnitPrice].iter().any(|r| has(*r, Fit::Usual));
    let is_day = |e: &Evidence| is_date(e) && e.period_share < 0.5;
    let in_periods =
        named().any(|(m, c)| is_period(m.as_ref(), &c.evidence) && !(of_lines && is_day(&c.evidence)));
    if in_periods && (has(Role::Amount, Fit::Hint) || matches.iter().flatten().any(is_charge)) {
        return Shape::RollUps;
    }
    let last = named().any(|(m, c)| matches!(m, Some((Role::LastDate, _, _))) && is_date(&c.evidence));
    let each_once = named().any(|(m, c)| {
        let names_one = matches!(m, Some((Role::Customer, _, _))) || header::is_identifier(&c.name);
        names_one && c.evidence.n_rows >= FEW_ROWS && c.evidence.distinct_share == 1.0
    });
    if last || (each_once && !columns.iter().any(|c| c.evidence.date_share >= 0.5)) {
        Shape::Customers
    } else {
        Shape::Transactions
    }
}

/// Rows of which a customer column without repetition says that a row is a customer.
const FEW_ROWS: u32 = 20;

/// Whether a column holds periods: it is called so, or its values can be nothing else.
fn is_period(found: Option<&(Role, Fit, usize)>, e: &Evidence) -> bool {
    match found {
        Some((Role::Period, _, _)) => agrees(Role::Period, e),
        Some((Role::Date, _, _)) | None => e.period_share >= 0.9 && e.number_share < 0.1,
        Some(_) => false,
    }
}

/// Whether the values of a column can be of a role.
pub(super) fn agrees(role: Role, e: &Evidence) -> bool {
    match role {
        Role::Period => {
            let counts = e.number_share >= 0.5 && e.decimal_share == 0.0;
            counts || e.period_share + e.date_share + e.serial_share >= 0.5
        }
        // Most invoices of a file may still be open, but what there is are dates.
        role if role.is_date() => e.date_share + e.serial_share >= 0.5,
        role if role.is_number() => e.number_share >= 0.5,
        Role::Churned => e.flag_share >= 0.5,
        _ => e.blank_share < 1.0,
    }
}

/// A margin in per cent or as a share of the amount says nothing about money.
fn drop_rates(rows: &[Vec<String>], columns: &mut [ColumnProposal]) {
    let Some(column) = columns.iter_mut().find(|c| c.role == Some(Role::Margin)) else { return };
    let cells = rows.iter().filter_map(|row| row.get(column.index));
    let mut numbers =
        cells.filter_map(|cell| match number::parse(cell.trim(), Some(number::DecimalMark::Point)) {
            NumberCell::Value(d) => Some(d.to_f64()),
            _ => None,
        });
    if numbers.all(|n| n.abs() <= 1.0) {
        (column.role, column.certainty, column.evidence.basis) = (None, 0.0, Basis::Nothing);
    }
}

pub(super) fn by_name(role: Role, matches: &[Match], columns: &mut [ColumnProposal]) {
    let mut candidates: Vec<(bool, Fit, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>)> = Vec::new();
    for (i, found) in matches.iter().enumerate() {
        let Some((r, fit, rank)) = *found else { continue };
        let fits = agrees(role, &columns[i].evidence);
        // A column named exactly so is kept even if its values are broken: the rows then say what is wrong.
        if r == role && (fits || fit == Fit::Exact) {
            candidates.push((fits, fit, std::cmp::Reverse(rank), std::cmp::Reverse(i)));
        }
    }
    let n_exact = candidates.iter().filter(|c| c.0 && c.1 == Fit::Exact).count();
    let Some(&(fits, fit, _, std::cmp::Reverse(i))) = candidates.iter().max() else { return };
    let (basis, certainty) = match fit {
        _ if !fits => (Basis::Name, 0.3),
        // Two amounts, say gross and net: the user should look.
        Fit::Exact if role == Role::Amount && n_exact > 1 => (Basis::Name, 0.75),
        Fit::Exact => (Basis::Name, 0.98),
        Fit::Usual => (Basis::UsualName, 0.85),
        Fit::Hint => (Basis::NamePart, 0.8),
    };
    assign(&mut columns[i], role, basis, certainty);
}

pub(super) fn assign(column: &mut ColumnProposal, role: Role, basis: Basis, certainty: f64) {
    column.role = Some(role);
    column.evidence.basis = basis;
    column.certainty = certainty;
}

pub(super) fn has(columns: &[ColumnProposal], role: Role) -> bool {
    columns.iter().any(|c| c.role == Some(role))
}

/// Fills the roles a transaction table cannot do without from the values, where no name told.
fn by_values(rows: &[Vec<String>], matches: &[Match], columns: &mut [ColumnProposal]) {
    let nameless = matches.iter().all(Option::is_none);
    let free = |c: &ColumnProposal| c.role.is_none() && matches[c.index].is_none();
    if !has(columns, Role::Date)
        && let Some(i) = columns.iter().position(|c| free(c) && c.evidence.date_share >= 0.9)
    {
        assign(&mut columns[i], Role::Date, Basis::Values, if nameless { 0.9 } else { 0.7 });
    }
    // Days under the name of a period are days.
    if !has(columns, Role::Date)
        && let Some(c) = columns
            .iter_mut()
            .find(|c| c.evidence.date_share >= 0.9 && matches!(matches[c.index], Some((Role::Period, _, _))))
    {
        assign(c, Role::Date, Basis::Values, 0.7);
    }
    // Invoices without their own day: the day they fall due is the only one there is.
    if !has(columns, Role::Date)
        && let Some(due) = columns.iter_mut().find(|c| c.role == Some(Role::DueDate))
    {
        assign(due, Role::Date, Basis::Values, 0.5);
    }
    let priced = has(columns, Role::Quantity) && has(columns, Role::UnitPrice);
    if !has(columns, Role::Amount) && !priced {
        amount_by_values(nameless, matches, columns);
    }
    if !has(columns, Role::Customer) {
        customer_by_values(rows, nameless, matches, columns);
    }
    if nameless {
        quantity_by_values(columns);
    }
}

fn is_measure(c: &ColumnProposal) -> bool {
    let e = &c.evidence;
    c.role.is_none() && e.number_share >= 0.95 && e.date_share < 0.5 && e.zero_led_share < 0.1
}

fn amount_by_values(nameless: bool, matches: &[Match], columns: &mut [ColumnProposal]) {
    let measures: Vec<usize> =
        columns.iter().filter(|c| is_measure(c) && matches[c.index].is_none()).map(|c| c.index).collect();
    let with_decimals: Vec<usize> =
        measures.iter().copied().filter(|&i| columns[i].evidence.decimal_share >= 0.2).collect();
    let (found, certainty) = match (with_decimals.as_slice(), measures.as_slice()) {
        ([only], _) if nameless => (*only, 0.9),
        ([only], _) => (*only, 0.5),
        ([.., last], _) if nameless => (*last, 0.5),
        // Without decimals, the last of the numbers, unless it would leave no column for the customer.
        ([], [.., last]) if nameless && *last > 0 => (*last, 0.6),
        _ => return,
    };
    assign(&mut columns[found], Role::Amount, Basis::Values, certainty);
}

fn customer_by_values(
    rows: &[Vec<String>],
    nameless: bool,
    matches: &[Match],
    columns: &mut [ColumnProposal],
) {
    let identifies = |c: &&ColumnProposal| {
        let e = &c.evidence;
        let named = nameless || (header::is_identifier(&c.name) && e.distinct_share < 0.98);
        c.role.is_none()
            && matches[c.index].is_none()
            && named
            && e.blank_share < 0.5
            && e.date_share < 0.5
            && e.decimal_share < 0.05
    };
    let candidates: Vec<usize> = columns.iter().filter(identifies).map(|c| c.index).collect();
    let share = |i: usize| columns[i].evidence.distinct_share;
    let Some(&most) = candidates.iter().max_by(|&&a, &&b| share(a).total_cmp(&share(b)).then(b.cmp(&a)))
    else {
        return;
    };
    let date = columns.iter().position(|c| c.role == Some(Role::Date));
    let one_day = date.is_some_and(|d| determines(rows, most, d));
    let owner = candidates
        .iter()
        .copied()
        .filter(|&c| one_day && share(c) < share(most) && share(c) >= 0.05 && determines(rows, most, c))
        .max_by(|&a, &b| share(a).total_cmp(&share(b)).then(b.cmp(&a)));
    let customer = owner.unwrap_or(most);
    // Two numberings of the same customers are no rivals.
    let same = |&other: &usize| determines(rows, customer, other) && determines(rows, other, customer);
    let rivals = candidates.iter().filter(|&&c| c != customer && Some(c) != owner.map(|_| most));
    let n_rivals = rivals.filter(|c| !same(c) && share(**c) >= 0.05).count();
    assign(&mut columns[customer], Role::Customer, Basis::Values, if n_rivals == 0 { 0.85 } else { 0.5 });
    if owner.is_some() {
        assign(&mut columns[most], Role::Order, Basis::Values, 0.7);
    }
}

/// Whether each value of one column goes with one value of another.
fn determines(rows: &[Vec<String>], from: usize, to: usize) -> bool {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    rows.iter().all(|row| match (row.get(from), row.get(to)) {
        (Some(a), Some(b)) => *seen.entry(a).or_insert(b) == b,
        _ => true,
    })
}

/// Without names, the one column of small whole numbers that is left is the quantity.
fn quantity_by_values(columns: &mut [ColumnProposal]) {
    let small = |c: &&ColumnProposal| {
        is_measure(c) && c.evidence.decimal_share == 0.0 && c.evidence.distinct_share < 0.2
    };
    let left: Vec<usize> = columns.iter().filter(small).map(|c| c.index).collect();
    if let [only] = left[..] {
        assign(&mut columns[only], Role::Quantity, Basis::Values, 0.7);
    }
}

/// Where each row is a customer, an identifier that never repeats names it.
fn unique_customer(columns: &mut [ColumnProposal]) {
    if !has(columns, Role::Customer)
        && let Some(c) =
            columns.iter_mut().find(|c| header::is_identifier(&c.name) && c.evidence.distinct_share >= 0.98)
    {
        assign(c, Role::Customer, Basis::NamePart, 0.8);
    }
}

/// Fills what a roll-up cannot do without from the values, and looks whether rows are what they should be.
fn roll_up_by_values(rows: &[Vec<String>], matches: &[Match], columns: &mut [ColumnProposal]) {
    if !has(columns, Role::Period)
        && let Some(c) = columns.iter_mut().find(|c| c.role.is_none() && is_period(None, &c.evidence))
    {
        assign(c, Role::Period, Basis::Values, 0.85);
    }
    if !has(columns, Role::Amount) {
        amount_by_values(false, matches, columns);
    }
    if !has(columns, Role::Customer) {
        customer_by_values(rows, false, matches, columns);
    }
    let at = |role| columns.iter().position(|c| c.role == Some(role));
    let (Some(customer), Some(period)) = (at(Role::Customer), at(Role::Period)) else { return };
    let mut seen = BTreeSet::new();
    let pair = |row: &Vec<String>| Some((row.get(customer)?.clone(), row.get(period)?.clone()));
    let repeated = rows.iter().filter(|row| pair(row).is_some_and(|p| !seen.insert(p))).count();
    // Several rows of a customer in a period are added up, if that is what the user says they are.
    if repeated * 20 > rows.len() {
        columns[period].certainty = columns[period].certainty.min(0.6);
    }
}

fn is_certain(shape: Shape, columns: &[ColumnProposal]) -> bool {
    let sure = |role| columns.iter().any(|c| c.role == Some(role) && c.certainty >= CERTAIN);
    match shape {
        Shape::Transactions => {
            let money = sure(Role::Amount)
                || (!has(columns, Role::Amount) && sure(Role::Quantity) && sure(Role::UnitPrice));
            sure(Role::Customer) && sure(Role::Date) && money
        }
        Shape::Contracts => {
            sure(Role::Customer)
                && (sure(Role::Tenure) || sure(Role::StartDate))
                && (sure(Role::Churned) || sure(Role::EndDate))
        }
        Shape::RollUps => [Role::Customer, Role::Period, Role::Amount].into_iter().all(sure),
        Shape::Customers => [Role::Customer, Role::LastDate, Role::Amount].into_iter().all(sure),
    }
}

/// What the cells of a column look like.
#[must_use]
pub fn evidence(rows: &[Vec<String>], index: usize) -> Evidence {
    // Each different cell is looked at once and counts as often as it stands there.
    let (mut different, mut times) = (Interner::default(), Vec::new());
    let cells = rows.iter().map(|r| r.get(index).map_or("", |c| c.trim())).filter(|c| !c.is_empty());
    for cell in cells {
        let place = different.intern(cell) as usize;
        match times.get_mut(place) {
            Some(n) => *n += 1,
            None => times.push(1_usize),
        }
    }
    let (mut dates, mut serials, mut numbers, mut decimals) = (0, 0, 0, 0);
    let (mut negatives, mut flags, mut zero_led, mut periods) = (0, 0, 0, 0);
    for (cell, &n) in different.names().iter().zip(&times) {
        if matches!(period::parse(cell), PeriodCell::Months { .. } | PeriodCell::Week(_)) {
            periods += n;
        }
        match date::parse(cell) {
            DateCell::Bad => {}
            DateCell::Number(_) => serials += n,
            _ => dates += n,
        }
        match number::parse(cell, Some(number::DecimalMark::Point)) {
            NumberCell::Value(d) => {
                numbers += n;
                decimals += if cell.contains(['.', ',']) { n } else { 0 };
                negatives += if d.mantissa < 0 { n } else { 0 };
            }
            NumberCell::TooLarge => numbers += n,
            _ => {}
        }
        flags += if flag::parse(cell).is_some() { n } else { 0 };
        let digits = cell.bytes().all(|b| b.is_ascii_digit());
        zero_led += if digits && cell.len() > 1 && cell.starts_with('0') { n } else { 0 };
    }
    let n: usize = times.iter().sum();
    let of = |k: usize| if n == 0 { 0.0 } else { k as f64 / n as f64 };
    Evidence {
        basis: Basis::Nothing,
        n_rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        blank_share: if rows.is_empty() { 1.0 } else { 1.0 - n as f64 / rows.len() as f64 },
        distinct_share: of(times.len()),
        date_share: of(dates),
        period_share: of(periods),
        serial_share: of(serials),
        number_share: of(numbers),
        decimal_share: of(decimals),
        negative_share: of(negatives),
        flag_share: of(flags),
        zero_led_share: of(zero_led),
    }
}
