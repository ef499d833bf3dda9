//! Rows of a side table, joined to the customers of the main one.

use super::super::columns::{Role, Shape};
use super::super::file::File;
use super::super::intern::Interner;
use super::super::ledger::is_open;
use super::super::number::{Decimal, DecimalMark, MoneyColumns};
use super::super::quality::{IssueCount, IssueKind, Note};
use super::super::scan::{DateColumn, Scan, Stop, is_missing};
use super::super::{Error, Mapping, Options, Progress, flag};
use super::{SideKind, SideMapping, SideQuality};
use crate::customer::{
    Coded, Contacts, CustomerProfile, Dataset, Day, MoneyScale, Payments, RecordedExits, Referrals, Survey,
};

/// The customers of a main table, by name.
pub(super) struct Customers {
    /// Interned in the order of the main table, so that indices are the same.
    names: Interner,
}

impl Customers {
    pub fn of(dataset: &Dataset) -> Self {
        let known = match dataset {
            Dataset::Transactions(ledger) => &ledger.customers,
            Dataset::Contracts(contracts) => &contracts.customers,
        };
        let mut names = Interner::default();
        for name in known.iter() {
            names.intern(name);
        }
        Self { names }
    }

    fn len(&self) -> usize {
        self.names.names().len()
    }
}

/// A side table that was read; its money is on a scale of its own.
pub(super) struct Read {
    pub rows: Rows,
    pub scale: MoneyScale,
}

/// The rows.
pub(super) enum Rows {
    Payments(Payments),
    Contacts(Contacts),
    Referrals(Referrals),
    Exits(RecordedExits),
    Survey(Survey),
    Customers(CustomerProfile),
}

/// Why the current row cannot be used, and the column to blame.
type Fault = (IssueKind, usize);

/// One row: used, or at fault.
type Outcome = Result<Result<(), Fault>, Stop>;

/// The value, or the end of the row.
macro_rules! some {
    ($value:expr) => {
        match $value {
            Ok(value) => value,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}

/// A walk over the rows of a side table.
struct Reader<'a, 'f> {
    scan: Scan<'f>,
    customers: &'a Customers,
    money: MoneyColumns,
}

impl Reader<'_, '_> {
    /// The customer in a column.
    fn customer(&self, column: usize) -> Result<u32, Fault> {
        let cell = self.scan.cell(column);
        if is_missing(cell) {
            return Err((IssueKind::MissingCustomer, column));
        }
        self.customers.names.find(cell).ok_or((IssueKind::UnknownCustomer, column))
    }

    /// The day in a column that has to have one.
    fn day(&mut self, at: DateColumn) -> Result<Result<Day, Fault>, Stop> {
        Ok(self.scan.day(at)?.ok_or((IssueKind::BadDate, at.column)))
    }

    /// The day in a column that may be empty.
    fn day_or_none(&mut self, at: Option<DateColumn>) -> Result<Result<Option<Day>, Fault>, Stop> {
        match at.filter(|at| !is_open(self.scan.cell(at.column))) {
            Some(at) => Ok(self.day(at)?.map(Some)),
            None => Ok(Ok(None)),
        }
    }

    /// The number in a column that may be empty.
    fn number(&mut self, column: Option<usize>) -> Result<Result<Option<Decimal>, Fault>, Stop> {
        match column.filter(|&c| !is_missing(self.scan.cell(c))) {
            Some(c) => Ok(self.scan.value(c)?.map(Some).map_err(|kind| (kind, c))),
            None => Ok(Ok(None)),
        }
    }

    /// All rows, each by a function that appends it; their number.
    fn rows(
        &mut self,
        progress: &mut Progress<'_>,
        mut row: impl FnMut(&mut Self) -> Outcome,
    ) -> Result<u64, Stop> {
        let mut n_used = 0;
        while self.scan.next(progress)? {
            match row(self)? {
                Ok(()) => n_used += 1,
                Err((kind, column)) => self.scan.set_aside_as_row(kind, column),
            }
        }
        self.scan.check_used(n_used)?;
        Ok(n_used as u64)
    }

    /// A column without which the kind cannot be read.
    fn needed(&self, role: Role) -> Result<usize, Stop> {
        self.scan.column(role).ok_or_else(|| Error::MissingColumn { role }.into())
    }

    /// The same of dates.
    fn needed_date(&self, role: Role) -> Result<DateColumn, Stop> {
        self.scan.date_column(role).ok_or_else(|| Error::MissingColumn { role }.into())
    }
}

/// Reads all rows of a file under a mapping.
pub(super) fn read(
    file: &File<'_>,
    mapping: &SideMapping,
    customers: &Customers,
    mark: Option<DecimalMark>,
    progress: &mut Progress<'_>,
) -> Result<(Read, SideQuality), Stop> {
    let plain = Mapping {
        shape: Shape::Transactions,
        roles: mapping.roles.clone(),
        date_order: mapping.date_order,
        told: mapping.told.clone(),
    };
    let scan = Scan::new(file, &plain, &Options::default(), mark)?;
    let mut reader = Reader { scan, customers, money: MoneyColumns::new(2, 0) };
    let mut notes = Vec::new();
    let (rows, rows_used) = match mapping.kind {
        SideKind::Payments => payments(&mut reader, progress)?,
        SideKind::Contacts => contacts(&mut reader, progress)?,
        SideKind::Referrals => referrals(&mut reader, progress)?,
        SideKind::Exits => exits(&mut reader, progress)?,
        SideKind::Survey => survey(&mut reader, progress, &mut notes)?,
        SideKind::Customers => profile(&mut reader, progress)?,
    };
    let Reader { scan, money, .. } = reader;
    let has = |role: &Role| mapping.roles.contains(&Some(*role));
    notes.extend(scan.notes());
    let (rows_read, date_order, rows_set_aside) = (scan.rows_read, scan.order, scan.issues.total());
    let (issues, counts) = scan.issues.parts();
    let unknown = |c: &&IssueCount| c.kind == IssueKind::UnknownCustomer;
    let quality = SideQuality {
        name: String::new(),
        kind: mapping.kind,
        rows_read,
        rows_used,
        rows_set_aside,
        unknown_customers: counts.iter().find(unknown).map_or(0, |c| c.rows),
        issues,
        counts,
        encoding: file.verdict.name().to_owned(),
        date_order,
        missing: mapping.kind.roles().iter().copied().filter(|r| !has(r)).collect(),
        notes,
    };
    Ok((Read { rows, scale: money.scale }, quality))
}

fn payments(r: &mut Reader<'_, '_>, progress: &mut Progress<'_>) -> Result<(Rows, u64), Stop> {
    let (customer, amount) = (r.needed(Role::Customer)?, r.needed(Role::Amount)?);
    let (due, paid) = (r.needed_date(Role::DueDate)?, r.scan.date_column(Role::PaidDate));
    let (paid_amount, invoice) = (r.scan.column(Role::AmountPaid), r.scan.column(Role::Order));
    let mut invoices = Interner::default();
    let mut out = Payments { invoice: invoice.map(|_| Vec::new()), ..Payments::default() };
    let mut own = u32::MAX;
    let n = r.rows(progress, |r| {
        let who = some!(r.customer(customer));
        let day = some!(r.day(due)?);
        let paid_day = some!(r.day_or_none(paid)?);
        let owed = some!(r.scan.value(amount)?.map_err(|kind| (kind, amount)));
        let given = some!(r.number(paid_amount)?);
        if let (Some(column), Some(codes)) = (invoice, &mut out.invoice) {
            let cell = r.scan.cell(column);
            if cell.is_empty() {
                // An invoice of its own; these are numbered from the end.
                own -= 1;
                codes.push(own);
            } else {
                codes.push(invoices.intern(cell));
            }
        }
        let in_full = paid_amount.is_none() && paid_day.is_some() && owed.mantissa > 0;
        r.money.push(0, owed);
        r.money.push(1, if in_full { owed } else { given.unwrap_or_default() });
        out.customer.push(who);
        out.due.push(day);
        out.paid.push(paid_day);
        Ok(Ok(()))
    })?;
    let mut money = std::mem::take(&mut r.money.columns).into_iter();
    out.amount_due = money.next().unwrap_or_default();
    out.amount_paid = money.next().unwrap_or_default();
    Ok((Rows::Payments(out), n))
}

/// Whether a kind of contact is a complaint.
fn is_complaint(cell: &str) -> bool {
    const WORDS: [&str; 8] = ["complain", "grievance", "escalat", "投诉", "投訴", "抱怨", "申诉", "申訴"];
    let lower = cell.to_lowercase();
    flag::parse(cell).unwrap_or_else(|| WORDS.iter().any(|word| lower.contains(word)))
}

/// Whether a contact was answered or solved, in the words of ticket systems.
fn is_resolved(cell: &str) -> bool {
    const WORDS: [&str; 22] = [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "1.0",
        "resolved",
        "solved",
        "closed",
        "done",
        "completed",
        "answered",
        "fixed",
        "是",
        "已解决",
        "已解決",
        "解决",
        "解決",
        "已完成",
        "已关闭",
        "已關閉",
        "已回复",
    ];
    WORDS.contains(&cell.to_lowercase().as_str())
}

fn contacts(r: &mut Reader<'_, '_>, progress: &mut Progress<'_>) -> Result<(Rows, u64), Stop> {
    let (customer, date) = (r.needed(Role::Customer)?, r.needed_date(Role::Date)?);
    let [kind, minutes, cost, resolved] =
        [Role::ContactKind, Role::Minutes, Role::ServiceCost, Role::Resolved].map(|role| r.scan.column(role));
    let mut out = Contacts {
        minutes: minutes.map(|_| Vec::new()),
        is_complaint: kind.map(|_| Vec::new()),
        is_resolved: resolved.map(|_| Vec::new()),
        ..Contacts::default()
    };
    let n = r.rows(progress, |r| {
        let who = some!(r.customer(customer));
        let day = some!(r.day(date)?);
        let took = some!(r.number(minutes)?);
        let money = some!(r.number(cost)?);
        if let Some(column) = &mut out.minutes {
            column.push(took.map_or(0.0, Decimal::to_f64));
        }
        if cost.is_some() {
            r.money.push(0, money.unwrap_or_default());
        }
        if let (Some(column), Some(at)) = (&mut out.is_complaint, kind) {
            column.push(is_complaint(r.scan.cell(at)));
        }
        if let (Some(column), Some(at)) = (&mut out.is_resolved, resolved) {
            column.push(is_resolved(r.scan.cell(at)));
        }
        out.customer.push(who);
        out.day.push(day);
        Ok(Ok(()))
    })?;
    out.cost = cost.and_then(|_| std::mem::take(&mut r.money.columns).into_iter().next());
    Ok((Rows::Contacts(out), n))
}

fn referrals(r: &mut Reader<'_, '_>, progress: &mut Progress<'_>) -> Result<(Rows, u64), Stop> {
    let referrer = r.needed(Role::Referrer)?;
    let referred = r.scan.column(Role::Referred).or(r.scan.column(Role::Customer));
    let date = r.scan.date_column(Role::Date);
    let mut out = Referrals::default();
    let n = r.rows(progress, |r| {
        let who = some!(r.customer(referrer));
        let day = some!(r.day_or_none(date)?);
        // Who came need not have bought.
        let came = referred.and_then(|column| r.customer(column).ok());
        out.referrer.push(who);
        out.referred.push(came);
        out.day.push(day);
        Ok(Ok(()))
    })?;
    Ok((Rows::Referrals(out), n))
}

fn exits(r: &mut Reader<'_, '_>, progress: &mut Progress<'_>) -> Result<(Rows, u64), Stop> {
    let (customer, reason) = (r.needed(Role::Customer)?, r.needed(Role::Reason)?);
    let date = r.scan.date_column(Role::Date);
    let (mut out, mut names, mut codes) = (RecordedExits::default(), Interner::default(), Vec::new());
    let n = r.rows(progress, |r| {
        let who = some!(r.customer(customer));
        let day = some!(r.day_or_none(date)?);
        let cell = r.scan.cell(reason);
        codes.push(if cell.is_empty() { Coded::MISSING } else { names.intern(cell) });
        out.customer.push(who);
        out.day.push(day);
        Ok(Ok(()))
    })?;
    out.reason = names.sorted(codes);
    Ok((Rows::Exits(out), n))
}

fn survey(
    r: &mut Reader<'_, '_>,
    progress: &mut Progress<'_>,
    notes: &mut Vec<Note>,
) -> Result<(Rows, u64), Stop> {
    let customer = r.needed(Role::Customer)?;
    let (item, mut scores) = (r.scan.column(Role::Item), r.scan.columns(Role::Score));
    if item.is_some() {
        scores.truncate(1);
    }
    if scores.is_empty() {
        return Err(Error::MissingColumn { role: Role::Score }.into());
    }
    let (mut out, mut names, mut codes) = (Survey::default(), Interner::default(), Vec::new());
    // Without a column for the item, the name of each column is one.
    let title = |c: &usize| r.scan.layout.columns.get(*c).map_or("", |name| name.trim());
    let titles: Vec<u32> =
        if item.is_some() { vec![0] } else { scores.iter().map(|c| names.intern(title(c))).collect() };
    let (mut answers, mut unanswered) = (Vec::with_capacity(scores.len()), 0_u64);
    let n = r.rows(progress, |r| {
        let who = some!(r.customer(customer));
        answers.clear();
        for (&column, &title) in scores.iter().zip(&titles) {
            if let Some(score) = some!(r.number(Some(column))?) {
                answers.push((title, score));
            }
        }
        unanswered += u64::from(answers.is_empty());
        for &(title, score) in &answers {
            codes.push(item.map_or(title, |at| names.intern(r.scan.cell(at))));
            out.customer.push(who);
            out.score.push(score.to_f64());
        }
        Ok(Ok(()))
    })?;
    if unanswered > 0 {
        notes.push(Note::BlankNumbers { role: Role::Score, rows: unanswered });
    }
    out.item = names.sorted(codes);
    Ok((Rows::Survey(out), n))
}

fn profile(r: &mut Reader<'_, '_>, progress: &mut Progress<'_>) -> Result<(Rows, u64), Stop> {
    let customer = r.needed(Role::Customer)?;
    let [wallet, segment, acquisition] =
        [Role::Wallet, Role::Segment, Role::AcquisitionCost].map(|role| r.scan.column(role));
    let acquired = r.scan.date_column(Role::FirstDate);
    let n = r.customers.len();
    let mut seen = vec![false; n];
    let (mut names, mut codes) = (Interner::default(), vec![Coded::MISSING; n]);
    let mut out = CustomerProfile {
        wallet_per_year: wallet.map(|_| vec![None; n]),
        acquisition_cost: acquisition.map(|_| vec![None; n]),
        acquired: acquired.map(|_| vec![None; n]),
        segment: None,
    };
    let n_used = r.rows(progress, |r| {
        let who = some!(r.customer(customer)) as usize;
        if seen[who] {
            return Ok(Err((IssueKind::DuplicateCustomer, customer)));
        }
        let spends = some!(r.number(wallet)?);
        let cost = some!(r.number(acquisition)?);
        let day = some!(r.day_or_none(acquired)?);
        seen[who] = true;
        if let Some(column) = &mut out.wallet_per_year {
            column[who] = spends.map(Decimal::to_f64);
        }
        if let Some(column) = &mut out.acquisition_cost {
            column[who] = cost.map(Decimal::to_f64);
        }
        if let Some(column) = &mut out.acquired {
            column[who] = day;
        }
        if let Some(cell) = segment.map(|at| r.scan.cell(at)).filter(|cell| !is_missing(cell)) {
            codes[who] = names.intern(cell);
        }
        Ok(Ok(()))
    })?;
    out.segment = segment.map(|_| names.sorted(codes));
    Ok((Rows::Customers(out), n_used))
}
