//! One row per purchase: rows to a [`Ledger`] (methods.md 1.1 and 1.4).
//!
//! Amount = the amount column, else quantity x unit price. A return is a negative amount or quantity, or a
//! cancellation: an order id of `C` and digits where at most half of the orders are such, and nearly all others are
//! digits alone. A return written with a positive amount is made negative, and counted in a note.

use super::columns::Role;
use super::error::Error;
use super::intern::CodedColumn;
use super::number::{Decimal, DecimalMark, MoneyColumns};
use super::quality::{IssueKind, Note, Quality};
use super::scan::{DateColumn, Scan, Stop, is_missing};
use super::{DuplicateRows, Loaded, Mapping, Options, Progress};
use crate::customer::{Coded, Dataset, Day, Ledger, Strings};

use super::file::File;

/// Where the roles are.
struct Columns {
    customer: usize,
    date: DateColumn,
    amount: AmountFrom,
    quantity: Option<usize>,
    cost: Option<usize>,
}

#[derive(Clone, Copy)]
enum AmountFrom {
    Column(usize),
    /// Times the quantity.
    UnitPrice(usize),
}

fn find_columns(scan: &Scan<'_>) -> Result<Columns, Error> {
    let customer = scan.column(Role::Customer).ok_or(Error::NoCustomerColumn)?;
    let date = scan.date_column(Role::Date).ok_or(Error::NoDateColumn)?;
    let quantity = scan.column(Role::Quantity);
    let amount = match (scan.column(Role::Amount), quantity, scan.column(Role::UnitPrice)) {
        (Some(column), _, _) => AmountFrom::Column(column),
        (None, Some(_), Some(column)) => AmountFrom::UnitPrice(column),
        _ => return Err(Error::NoAmountColumn),
    };
    Ok(Columns { customer, date, amount, quantity, cost: scan.column(Role::Cost) })
}

/// Columns under construction.
struct Builder {
    customer: CodedColumn,
    day: Vec<Day>,
    /// Amount, then cost.
    money: MoneyColumns,
    is_return: Vec<bool>,
    quantity: Option<Vec<f64>>,
    /// Order, product, category, channel: column of the file, and its strings.
    coded: [Option<(usize, CodedColumn)>; 4],
    blank_numbers: [u64; 2],
    made_negative: u64,
}

const CODED: [Role; 4] = [Role::Order, Role::Product, Role::Category, Role::Channel];

impl Builder {
    fn new(scan: &Scan<'_>, columns: &Columns) -> Self {
        let n = scan.estimated_rows();
        Self {
            customer: CodedColumn::with_capacity(n),
            day: Vec::with_capacity(n),
            money: MoneyColumns::new(1 + usize::from(columns.cost.is_some()), n),
            is_return: Vec::with_capacity(n),
            quantity: columns.quantity.map(|_| Vec::with_capacity(n)),
            coded: CODED.map(|role| scan.column(role).map(|column| (column, CodedColumn::with_capacity(n)))),
            blank_numbers: [0; 2],
            made_negative: 0,
        }
    }
}

/// Numbers of one row.
struct Numbers {
    amount: Decimal,
    quantity: Decimal,
    cost: Decimal,
    is_return: bool,
    blank: [bool; 2],
}

type Fault = (IssueKind, usize);

fn numbers(scan: &mut Scan<'_>, columns: &Columns) -> Result<Result<Numbers, Fault>, Stop> {
    macro_rules! value {
        ($column:expr) => {
            match scan.value($column)? {
                Ok(d) => d,
                Err(kind) => return Ok(Err((kind, $column))),
            }
        };
    }
    let mut blank = [false; 2];
    let mut quantity = Decimal::default();
    if let Some(column) = columns.quantity {
        blank[0] = scan.cell(column).is_empty() && matches!(columns.amount, AmountFrom::Column(_));
        if !blank[0] {
            quantity = value!(column);
        }
    }
    let mut amount = match columns.amount {
        AmountFrom::Column(column) => value!(column),
        AmountFrom::UnitPrice(unit_price) => match quantity.times(value!(unit_price)) {
            Some(product) => product,
            None => return Ok(Err((IssueKind::AmountTooLarge, unit_price))),
        },
    };
    let mut cost = Decimal::default();
    if let Some(column) = columns.cost {
        blank[1] = scan.cell(column).is_empty();
        if !blank[1] {
            cost = value!(column);
        }
    }
    let is_return = amount.mantissa < 0 || quantity.mantissa < 0;
    if is_return && matches!(columns.amount, AmountFrom::UnitPrice(_)) {
        // Two minus signs do not make a sale.
        amount.mantissa = -amount.mantissa.abs();
    }
    Ok(Ok(Numbers { amount, quantity, cost, is_return, blank }))
}

fn row(scan: &mut Scan<'_>, columns: &Columns, options: &Options, out: &mut Builder) -> Result<(), Stop> {
    if is_missing(scan.cell(columns.customer)) {
        scan.set_aside_as_row(IssueKind::MissingCustomer, columns.customer);
        return Ok(());
    }
    let Some(day) = scan.day(columns.date)? else {
        scan.set_aside_as_row(IssueKind::BadDate, columns.date.column);
        return Ok(());
    };
    if options.as_of.is_some_and(|as_of| day > as_of) {
        scan.set_aside(IssueKind::FutureDate, columns.date.column);
        return Ok(());
    }
    let numbers = match numbers(scan, columns)? {
        Ok(numbers) => numbers,
        Err((kind, column)) => {
            scan.set_aside(kind, column);
            return Ok(());
        }
    };
    if scan.is_duplicate && options.duplicates == DuplicateRows::Drop {
        scan.set_aside(IssueKind::Duplicate, columns.customer);
        return Ok(());
    }
    out.customer.push(scan.cell(columns.customer));
    out.day.push(day);
    out.money.push(0, numbers.amount);
    if columns.cost.is_some() {
        out.money.push(1, numbers.cost);
    }
    out.is_return.push(numbers.is_return);
    if let Some(quantity) = &mut out.quantity {
        quantity.push(numbers.quantity.to_f64());
    }
    for (n, blank) in out.blank_numbers.iter_mut().zip(numbers.blank) {
        *n += u64::from(blank);
    }
    for (column, codes) in out.coded.iter_mut().flatten() {
        codes.push(scan.cell(*column));
    }
    Ok(())
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
    let mut out = Builder::new(&scan, &columns);
    while scan.next(progress)? {
        row(&mut scan, &columns, options, &mut out)?;
    }
    scan.check_used(out.day.len())?;
    Ok(finish(scan, &columns, out))
}

fn finish(mut scan: Scan<'_>, columns: &Columns, mut out: Builder) -> Loaded {
    let customers = out.customer.finish();
    let [order, product, category, channel] = out.coded.map(|c| c.map(|(_, codes)| codes.finish()));
    if let Some(order) = &order {
        mark_cancellations(order, &mut out.is_return);
    }
    let scale = out.money.scale;
    let mut money = out.money.columns.into_iter();
    let mut amount = money.next().unwrap_or_default();
    for (amount, _) in amount.iter_mut().zip(&out.is_return).filter(|(a, is_return)| **is_return && **a > 0) {
        *amount = -*amount;
        out.made_negative += 1;
    }
    let cost = columns.cost.and(money.next());
    let mut quality = quality(&mut scan, columns, &out.day);
    quality.returns = out.is_return.iter().filter(|r| **r).count() as u64;
    quality.zero_amounts = amount.iter().filter(|a| **a == 0).count() as u64;
    for (role, rows) in [Role::Quantity, Role::Cost].into_iter().zip(out.blank_numbers) {
        if rows > 0 {
            quality.notes.push(Note::BlankNumbers { role, rows });
        }
    }
    if out.made_negative > 0 {
        quality.notes.push(Note::ReturnsMadeNegative { rows: out.made_negative });
    }
    scan.issues.fill(&mut quality);
    let ledger = Ledger {
        customers: customers.names,
        customer: customers.code,
        day: out.day,
        amount,
        scale,
        is_return: out.is_return,
        order,
        product,
        category,
        quantity: out.quantity,
        cost,
        channel,
        ..Ledger::default()
    };
    Loaded { dataset: Dataset::Transactions(ledger), quality }
}

fn quality(scan: &mut Scan<'_>, columns: &Columns, days: &[Day]) -> Quality {
    let duplicates = scan.duplicates();
    let scan = &*scan;
    let amount_found = |role: &Role| match (role, columns.amount) {
        (Role::UnitPrice, AmountFrom::Column(_)) | (Role::Amount, AmountFrom::UnitPrice(_)) => true,
        _ => scan.column(*role).is_some(),
    };
    let roles = super::columns::Shape::Transactions.roles().iter().copied();
    Quality {
        rows_read: scan.rows_read,
        rows_used: days.len() as u64,
        rows_set_aside: scan.issues.total(),
        duplicates,
        missing_customer: scan.issues.count(IssueKind::MissingCustomer),
        date_order: scan.order,
        decimal_mark: scan.mark,
        first_date: days.iter().copied().min(),
        last_date: days.iter().copied().max(),
        missing: roles.filter(|r| !amount_found(r)).collect(),
        notes: scan.notes(),
        ..Quality::default()
    }
}

/// Marks the rows of cancelled orders as returns (methods.md 1.4 b).
fn mark_cancellations(orders: &Coded, is_return: &mut [bool]) {
    let is_cancellation = cancellations(&orders.names);
    if is_cancellation.is_empty() {
        return;
    }
    for (r, &code) in is_return.iter_mut().zip(&orders.code) {
        *r |= is_cancellation.get(code as usize).is_some_and(|c| *c);
    }
}

/// Which order ids are cancellations; empty if none is.
fn cancellations(names: &Strings) -> Vec<bool> {
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let flags: Vec<bool> = names.iter().map(|n| n.strip_prefix(['C', 'c']).is_some_and(all_digits)).collect();
    let n_cancelled = flags.iter().filter(|f| **f).count();
    let n_digits = names.iter().filter(|n| all_digits(n)).count();
    let others = names.len() - n_cancelled;
    let plausible = n_cancelled > 0 && n_cancelled <= others && n_digits * 10 >= others * 9;
    if plausible { flags } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_c_means_cancelled_only_among_numbers() {
        let flags = |names: &[&str]| cancellations(&names.iter().collect());
        assert_eq!(flags(&["536", "C537", "538"]), [false, true, false]);
        assert!(flags(&["C1", "C2", "3"]).is_empty(), "all ids look so");
        assert!(flags(&["A1", "B2", "C3", "D4"]).is_empty(), "a letter is part of every id");
        assert!(flags(&["1", "2"]).is_empty());
    }
}
