//! Which column is what? Roles proposed from names and values, with the evidence for each.
//!
//! A name the dictionary knows decides, if the values agree (a date column holds dates, an amount column numbers).
//! Without a header, or with one of unknown words, the values decide alone: the column of dates; the numbers with
//! decimals (else the last numbers) as amount; of the columns that identify something the one with most distinct
//! values as customer, unless each of its values belongs to one value of another such column and to one day only:
//! then it is the order, and the other the customer.
//!
//! Certainty is a judgement in 0..1 that says when to ask the user, not a probability.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::date::{self, DateCell};
use super::error::Error;
use super::flag;
use super::header::{self, Fit};
use super::number::{self, NumberCell};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Who.
    Customer,
    /// Day of the purchase.
    Date,
    /// Net money of the row.
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
}

impl Role {
    const TRANSACTIONS: [Self; 10] = [
        Self::Customer,
        Self::Date,
        Self::Amount,
        Self::Order,
        Self::Product,
        Self::Category,
        Self::Quantity,
        Self::UnitPrice,
        Self::Cost,
        Self::Channel,
    ];
    const CONTRACTS: [Self; 8] = [
        Self::Customer,
        Self::Tenure,
        Self::StartDate,
        Self::EndDate,
        Self::Churned,
        Self::MonthlyCharge,
        Self::TotalCharge,
        Self::Reason,
    ];
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
}

impl Shape {
    /// Roles a table of this shape can have.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Transactions => &Role::TRANSACTIONS,
            Self::Contracts => &Role::CONTRACTS,
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
    pub n_rows: usize,
    /// Share of empty cells.
    pub blank_share: f64,
    /// Distinct values per filled cell; 1 if none repeats.
    pub distinct_share: f64,
    /// Share of dates.
    pub date_share: f64,
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
            Shape::Transactions if lacks(&[Role::Date]) => Some(Error::NoDateColumn),
            Shape::Transactions if lacks(&[Role::Amount]) && !priced => Some(Error::NoAmountColumn),
            Shape::Contracts if lacks(&[Role::Tenure, Role::StartDate]) => Some(Error::NoDateColumn),
            Shape::Contracts if lacks(&[Role::Churned, Role::EndDate]) => Some(Error::NoChurnColumn),
            _ => None,
        }
    }
}

const CERTAIN: f64 = 0.8;

/// Proposes a role for each column, from its name and the first rows.
#[must_use]
pub fn propose(names: &[String], header: bool, rows: &[Vec<String>], shape: Option<Shape>) -> Proposal {
    let mut columns: Vec<ColumnProposal> = names
        .iter()
        .enumerate()
        .map(|(index, name)| ColumnProposal {
            index,
            name: name.clone(),
            role: None,
            evidence: evidence(rows, index),
            certainty: 0.0,
        })
        .collect();
    let matches: Vec<_> = names.iter().map(|n| if header { header::ranked(n) } else { None }).collect();
    let shape = shape.unwrap_or_else(|| find_shape(&matches, &columns));
    for &role in shape.roles() {
        by_name(role, &matches, &mut columns);
    }
    if shape == Shape::Transactions {
        by_values(rows, &matches, &mut columns);
    } else {
        contract_customer(&mut columns);
    }
    let certain = is_certain(shape, &columns);
    Proposal { shape, columns, certain }
}

type Match = Option<(Role, Fit, usize)>;

fn find_shape(matches: &[Match], columns: &[ColumnProposal]) -> Shape {
    let has = |role, least| matches.iter().flatten().any(|m| m.0 == role && m.1 >= least);
    let leaves = matches
        .iter()
        .zip(columns)
        .any(|(m, c)| matches!(m, Some((Role::Churned, _, _))) && c.evidence.flag_share >= 0.5);
    let begins = has(Role::Tenure, Fit::Usual) || has(Role::StartDate, Fit::Hint);
    let purchases = has(Role::Date, Fit::Usual) && has(Role::Amount, Fit::Usual);
    if begins && (leaves || has(Role::EndDate, Fit::Usual)) && !purchases {
        Shape::Contracts
    } else {
        Shape::Transactions
    }
}

/// Whether the values of a column can be of a role.
fn agrees(role: Role, e: &Evidence) -> bool {
    match role {
        Role::Date | Role::StartDate | Role::EndDate => e.date_share + e.serial_share >= 0.5,
        Role::Amount
        | Role::Quantity
        | Role::UnitPrice
        | Role::Cost
        | Role::Tenure
        | Role::MonthlyCharge
        | Role::TotalCharge => e.number_share >= 0.5,
        Role::Churned => e.flag_share >= 0.5,
        _ => e.blank_share < 1.0,
    }
}

fn by_name(role: Role, matches: &[Match], columns: &mut [ColumnProposal]) {
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

fn assign(column: &mut ColumnProposal, role: Role, basis: Basis, certainty: f64) {
    column.role = Some(role);
    column.evidence.basis = basis;
    column.certainty = certainty;
}

fn has(columns: &[ColumnProposal], role: Role) -> bool {
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

fn contract_customer(columns: &mut [ColumnProposal]) {
    if !has(columns, Role::Customer)
        && let Some(c) =
            columns.iter_mut().find(|c| header::is_identifier(&c.name) && c.evidence.distinct_share >= 0.98)
    {
        assign(c, Role::Customer, Basis::NamePart, 0.8);
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
    }
}

/// What the cells of a column look like.
#[must_use]
pub fn evidence(rows: &[Vec<String>], index: usize) -> Evidence {
    let mut cells: Vec<&str> =
        rows.iter().map(|r| r.get(index).map_or("", |c| c.trim())).filter(|c| !c.is_empty()).collect();
    let (mut dates, mut serials, mut numbers, mut decimals) = (0, 0, 0, 0);
    let (mut negatives, mut flags, mut zero_led) = (0, 0, 0);
    for cell in &cells {
        match date::parse(cell) {
            DateCell::Bad => {}
            DateCell::Number(_) => serials += 1,
            _ => dates += 1,
        }
        match number::parse(cell, Some(number::DecimalMark::Point)) {
            NumberCell::Value(d) => {
                numbers += 1;
                decimals += usize::from(cell.contains(['.', ',']));
                negatives += usize::from(d.mantissa < 0);
            }
            NumberCell::TooLarge => numbers += 1,
            _ => {}
        }
        flags += usize::from(flag::parse(cell).is_some());
        let digits = cell.bytes().all(|b| b.is_ascii_digit());
        zero_led += usize::from(digits && cell.len() > 1 && cell.starts_with('0'));
    }
    let n = cells.len();
    cells.sort_unstable();
    cells.dedup();
    let of = |k: usize| if n == 0 { 0.0 } else { k as f64 / n as f64 };
    Evidence {
        basis: Basis::Nothing,
        n_rows: rows.len(),
        blank_share: if rows.is_empty() { 1.0 } else { 1.0 - n as f64 / rows.len() as f64 },
        distinct_share: of(cells.len()),
        date_share: of(dates),
        serial_share: of(serials),
        number_share: of(numbers),
        decimal_share: of(decimals),
        negative_share: of(negatives),
        flag_share: of(flags),
        zero_led_share: of(zero_led),
    }
}
