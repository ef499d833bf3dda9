//! One row per customer: rows to [`Contracts`] (methods.md 1.2).
//!
//! Tenure is the tenure column in months; else days from the start to the end date, or to the analysis date for those
//! still there, over 30.4375 (a year of 365.25 days in twelfths). The analysis date is the one given, else the last
//! date in the file. A customer left if the flag says so; without a flag, if there is an end date up to the analysis
//! date. A blank total charge is 0: it is what a contract of tenure 0 has been charged.
//!
//! Of several rows of one customer the first is used; the others are set aside and listed.
//!
//! Columns without a role become attributes, which the early warning may learn from: numbers where nearly all filled
//! cells are numbers, categories where there are few different texts; names and free text are neither.

use super::columns::Role;
use super::dialect::Layout;
use super::error::Error;
use super::file::File;
use super::flag;
use super::intern::Interner;
use super::ledger::placed;
use super::number::{self, Decimal, DecimalMark, MoneyColumns, NumberCell};
use super::quality::{IssueKind, Note, Quality};
use super::scan::{DateColumn, Scan, Stop, is_missing};
use super::{DuplicateRows, Loaded, Mapping, Options, Progress};
use crate::customer::{
    Attribute, AttributeValues, Coded, Contracts, CustomerProfile, Dataset, Day, SideTables,
};

const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// Where the roles are.
struct Columns {
    customer: usize,
    tenure: Option<usize>,
    start: Option<DateColumn>,
    end: Option<DateColumn>,
    churned: Option<usize>,
    monthly: Option<usize>,
    total: Option<usize>,
    reason: Option<usize>,
    segment: Option<usize>,
    wallet: Option<usize>,
}

fn find_columns(scan: &Scan<'_>) -> Result<Columns, Error> {
    let columns = Columns {
        customer: scan.column(Role::Customer).ok_or(Error::NoCustomerColumn)?,
        tenure: scan.column(Role::Tenure),
        start: scan.date_column(Role::StartDate),
        end: scan.date_column(Role::EndDate),
        churned: scan.column(Role::Churned),
        monthly: scan.column(Role::MonthlyCharge),
        total: scan.column(Role::TotalCharge),
        reason: scan.column(Role::Reason),
        segment: scan.column(Role::Segment),
        wallet: scan.column(Role::Wallet),
    };
    if columns.tenure.is_none() && columns.start.is_none() {
        return Err(Error::NoDateColumn);
    }
    if columns.churned.is_none() && columns.end.is_none() {
        return Err(Error::NoChurnColumn);
    }
    Ok(columns)
}

/// What a row says about time, before the analysis date is known.
#[derive(Clone, Copy, Default)]
struct Life {
    tenure_months: Option<f64>,
    start: Option<Day>,
    end: Option<Day>,
    churned: Option<bool>,
}

/// One row.
#[derive(Default)]
struct Row {
    life: Life,
    monthly: Decimal,
    total: Option<Decimal>,
    wallet: Option<f64>,
}

type Fault = (IssueKind, usize);

fn read_row(scan: &mut Scan<'_>, columns: &Columns) -> Result<Result<Row, Fault>, Stop> {
    let mut row = Row::default();
    if let Some(column) = columns.tenure {
        match scan.value(column)? {
            Ok(d) if d.mantissa >= 0 => row.life.tenure_months = Some(d.to_f64()),
            Ok(_) => return Ok(Err((IssueKind::BadAmount, column))),
            Err(kind) => return Ok(Err((kind, column))),
        }
    }
    for (at, required, day) in [
        (columns.start, columns.tenure.is_none(), &mut row.life.start),
        (columns.end, false, &mut row.life.end),
    ] {
        let Some(at) = at else { continue };
        if required || !is_missing(scan.cell(at.column)) {
            *day = scan.day(at)?;
            if day.is_none() {
                return Ok(Err((IssueKind::BadDate, at.column)));
            }
        }
    }
    if let (Some(at), Some(start), Some(end)) = (columns.end, row.life.start, row.life.end)
        && end < start
    {
        return Ok(Err((IssueKind::BadDate, at.column)));
    }
    if let Some(column) = columns.churned {
        row.life.churned = flag::parse(scan.cell(column));
        if row.life.churned.is_none() {
            return Ok(Err((IssueKind::BadFlag, column)));
        }
    }
    if let Some(column) = columns.monthly {
        match scan.value(column)? {
            Ok(d) => row.monthly = d,
            Err(kind) => return Ok(Err((kind, column))),
        }
    }
    if let Some(column) = columns.total.filter(|&c| !scan.cell(c).is_empty()) {
        match scan.value(column)? {
            Ok(d) => row.total = Some(d),
            Err(kind) => return Ok(Err((kind, column))),
        }
    }
    if let Some(column) = columns.wallet {
        // What is not known of a customer's wallet is no reason to drop the contract.
        row.wallet = scan.value(column)?.ok().map(Decimal::to_f64);
    }
    Ok(Ok(row))
}

/// Columns under construction, in file order.
#[derive(Default)]
struct Builder {
    customers: Interner,
    lives: Vec<Life>,
    /// Monthly charge, then total.
    money: MoneyColumns,
    blank_total: Vec<bool>,
    reasons: Interner,
    reason: Vec<u32>,
    segments: Interner,
    segment: Vec<u32>,
    wallet: Vec<Option<f64>>,
    attributes: Vec<AttributeColumn>,
}

/// Most columns kept as attributes.
const MAX_ATTRIBUTES: usize = 64;
/// Most different texts of a category.
const MAX_CATEGORIES: usize = 50;
/// Share of the filled cells that must be numbers for a column of numbers.
const NUMBER_SHARE: f64 = 0.95;

/// A column without a role under construction: both readings, until all rows are seen.
struct AttributeColumn {
    column: usize,
    name: String,
    numbers: Vec<Option<f64>>,
    n_numbers: usize,
    n_filled: usize,
    texts: Interner,
    /// Empty from the first text that is one too many.
    codes: Option<Vec<u32>>,
}

impl AttributeColumn {
    /// All columns of the table that have a name and no role. A segment may tell leavers from stayers as well.
    fn find(layout: &Layout, mapping: &Mapping) -> Vec<Self> {
        let free = |i: &usize| matches!(mapping.roles.get(*i), None | Some(None | Some(Role::Segment)));
        let named = |i: usize| layout.columns.get(i).filter(|n| !n.trim().is_empty());
        (0..layout.columns.len())
            .filter(free)
            .filter_map(|column| Some((column, named(column)?.trim().to_owned())))
            .take(MAX_ATTRIBUTES)
            .map(|(column, name)| Self {
                column,
                name,
                numbers: Vec::new(),
                n_numbers: 0,
                n_filled: 0,
                texts: Interner::default(),
                codes: Some(Vec::new()),
            })
            .collect()
    }

    fn push(&mut self, cell: &str, mark: Option<DecimalMark>) {
        let number = match number::parse(cell, mark.or(Some(DecimalMark::Point))) {
            NumberCell::Value(d) if !cell.is_empty() => Some(d.to_f64()),
            _ => None,
        };
        self.n_filled += usize::from(!cell.is_empty());
        self.n_numbers += usize::from(number.is_some());
        self.numbers.push(number);
        if let Some(codes) = &mut self.codes {
            codes.push(if cell.is_empty() { Coded::MISSING } else { self.texts.intern(cell) });
            if self.texts.names().len() > MAX_CATEGORIES {
                self.codes = None;
            }
        }
    }
}

/// The attributes, one value per customer in the order of customers.
fn attributes(columns: Vec<AttributeColumn>, place: &[u32]) -> Vec<Attribute> {
    let kept = columns.into_iter().filter_map(|c| {
        let values = if c.n_filled > 0 && c.n_numbers as f64 >= NUMBER_SHARE * c.n_filled as f64 {
            AttributeValues::Number(placed(&c.numbers, place))
        } else {
            AttributeValues::Category(c.texts.sorted(placed(&c.codes?, place)))
        };
        Some(Attribute { name: c.name, values })
    });
    kept.collect()
}

/// Reads all rows.
pub(super) fn load(
    file: &File<'_>,
    mapping: &Mapping,
    options: &Options,
    mark: Option<DecimalMark>,
    progress: &mut Progress<'_>,
) -> Result<Loaded, Stop> {
    let mut scan = Scan::new(file, mapping, options, mark)?;
    let columns = find_columns(&scan)?;
    let attributes = AttributeColumn::find(&file.layout, mapping);
    let mut out = Builder { money: MoneyColumns::new(2, 0), attributes, ..Builder::default() };
    while scan.next(progress)? {
        if is_missing(scan.cell(columns.customer)) {
            scan.set_aside_as_row(IssueKind::MissingCustomer, columns.customer);
            continue;
        }
        let row = match read_row(&mut scan, &columns)? {
            Ok(row) => row,
            Err((kind, column)) => {
                scan.set_aside_as_row(kind, column);
                continue;
            }
        };
        if row.life.start.is_some_and(|start| options.as_of.is_some_and(|as_of| start > as_of)) {
            scan.set_aside(IssueKind::FutureDate, columns.start.map_or(0, |s| s.column));
            continue;
        }
        let n = out.customers.names().len();
        if (out.customers.intern(scan.cell(columns.customer)) as usize) < n {
            let dropped = scan.is_duplicate && options.duplicates == DuplicateRows::Drop;
            let kind = if dropped { IssueKind::Duplicate } else { IssueKind::DuplicateCustomer };
            scan.set_aside(kind, columns.customer);
            continue;
        }
        out.lives.push(row.life);
        out.money.push(0, row.monthly);
        out.money.push(1, row.total.unwrap_or_default());
        out.blank_total.push(columns.total.is_some() && row.total.is_none());
        if let Some(column) = columns.reason {
            let cell = scan.cell(column);
            out.reason.push(if cell.is_empty() { Coded::MISSING } else { out.reasons.intern(cell) });
        }
        if let Some(column) = columns.segment {
            let cell = scan.cell(column);
            out.segment.push(if cell.is_empty() { Coded::MISSING } else { out.segments.intern(cell) });
        }
        out.wallet.push(row.wallet);
        for attribute in &mut out.attributes {
            attribute.push(scan.cell(attribute.column), mark);
        }
    }
    scan.check_used(out.lives.len())?;
    Ok(finish(scan, &columns, options, out))
}

fn finish(mut scan: Scan<'_>, columns: &Columns, options: &Options, out: Builder) -> Loaded {
    let dates = || out.lives.iter().flat_map(|l| l.start.into_iter().chain(l.end));
    let (first_date, last_date) = (dates().min(), dates().max());
    let as_of = options.as_of.or(last_date).unwrap_or_default();
    let ended = |end: Option<Day>| end.is_some_and(|end| end <= as_of);
    let churned: Vec<bool> = out.lives.iter().map(|l| l.churned.unwrap_or(ended(l.end))).collect();
    let tenure: Vec<f64> = out
        .lives
        .iter()
        .map(|life| {
            let last = life.end.filter(|_| ended(life.end)).unwrap_or(as_of);
            let days = life.start.map_or(0, |start| (last.0 - start.0).max(0));
            life.tenure_months.unwrap_or(f64::from(days) / DAYS_PER_MONTH)
        })
        .collect();
    let mut quality = quality(&mut scan, columns, out.lives.len());
    (quality.first_date, quality.last_date) = (first_date, last_date);
    let zero_blank =
        out.blank_total.iter().zip(&tenure).filter(|(blank, tenure)| **blank && **tenure == 0.0).count();
    let blank = out.blank_total.iter().filter(|b| **b).count();
    if blank > 0 {
        quality.notes.push(Note::BlankTotals { rows: blank as u64, tenure_zero: zero_blank as u64 });
    }
    scan.issues.fill(&mut quality);

    let n = out.lives.len() as u32;
    let sorted = out.customers.sorted((0..n).collect());
    let place = &sorted.code;
    let [monthly, total] = [columns.monthly, columns.total].map(|c| c.is_some());
    let mut money = out.money.columns.iter();
    let mut charges = |wanted: bool| money.next().filter(|_| wanted).map(|c| placed(c, place));
    let (monthly_charge, total_charge) = (charges(monthly), charges(total));
    let reason = columns.reason.map(|_| out.reasons.sorted(placed(&out.reason, place)));
    let contracts = Contracts {
        tenure_months: placed(&tenure, place),
        churned: placed(&churned, place),
        monthly_charge,
        total_charge,
        scale: out.money.scale,
        reason,
        customers: sorted.names,
        attributes: attributes(out.attributes, place),
        side: SideTables {
            profile: CustomerProfile {
                segment: columns.segment.map(|_| out.segments.sorted(placed(&out.segment, place))),
                wallet_per_year: columns.wallet.map(|_| placed(&out.wallet, place)),
                ..CustomerProfile::default()
            },
            ..SideTables::default()
        },
    };
    Loaded { dataset: Dataset::Contracts(contracts), quality }
}

fn quality(scan: &mut Scan<'_>, columns: &Columns, n_used: usize) -> Quality {
    let duplicates = scan.duplicates();
    let scan = &*scan;
    let found = |role: &Role| match role {
        Role::Tenure => columns.tenure.is_some() || columns.start.is_some(),
        Role::StartDate => columns.tenure.is_some() || columns.start.is_some(),
        Role::Churned => columns.churned.is_some() || columns.end.is_some(),
        Role::EndDate => true,
        other => scan.column(*other).is_some(),
    };
    let roles = super::columns::Shape::Contracts.roles().iter().copied();
    Quality {
        rows_read: scan.rows_read,
        rows_used: n_used as u64,
        rows_set_aside: scan.issues.total(),
        duplicates,
        missing_customer: scan.issues.count(IssueKind::MissingCustomer),
        date_order: scan.order,
        decimal_mark: scan.mark,
        missing: roles.filter(|r| !found(r)).collect(),
        notes: scan.notes(),
        ..Quality::default()
    }
}
