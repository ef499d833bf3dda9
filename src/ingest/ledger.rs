//! Rows to a [`Ledger`] (methods.md 1.1 and 1.4): one per purchase, per customer and period, or per customer.
//!
//! Amount = the amount column, else quantity x unit price. A return is a negative amount or quantity, or a
//! cancellation: an order id of `C` and digits where at most half of the orders are such, and nearly all others are
//! digits alone. A return written with a positive amount is made negative, and counted in a note. Where there is a
//! margin and no cost, cost = amount - margin.
//!
//! **Invoices.** With a due date each row is an invoice as well, or the rows of one order together; what is due is the
//! amount, what is paid the amount paid, else all of it if there is a day of payment. A row whose due day is missing
//! or whose day of payment cannot be read is no invoice, and counted in a note: the purchase stands. A row with a
//! service cost is a service contact of that cost.
//!
//! **Roll-ups** (one row = one customer in one period) become one row on the last day of the period (see `period`),
//! with the value as amount. The number of orders is the column of it, else one where there is a value and none
//! where there is not; a row of zero stays, so that the file ends where it ends. What follows: sums per month, and
//! everything made of them, are those of the purchases themselves. Rhythms are known to the period: two orders in
//! one month leave no gap, a silence is counted from the end of a month, and models of purchases see at most one
//! a period. A period that nets below zero counts as a return. Of periods longer than a month, months are not known;
//! of products, order lines, due days and channels nothing is.
//!
//! **One row per customer** becomes one row on the day of the last purchase: recency, frequency and money are those
//! of the file, and nothing is known of the time before.

use super::ahead::{Cell, Patience, Rows};
use super::columns::{self, Role, Shape};
use super::date::{self, Calendar, DateOrder};
use super::error::Error;
use super::intern::{CodedColumn, Interner};
use super::number::{self, Decimal, DecimalMark, MoneyColumns, NumberCell};
use super::period::Periods;
use super::quality::{IssueKind, Note, Quality};
use super::scan::{DateColumn, LONGEST_MISSING, Scan, Stop, is_missing};
use super::{DuplicateRows, Loaded, Mapping, Options, Progress};
use crate::customer::{
    Coded, Contacts, CustomerProfile, Dataset, Day, Grain, Ledger, Payments, SideTables, Strings,
};

use super::file::File;

/// Where the roles are.
struct Columns {
    shape: Shape,
    customer: usize,
    date: DateColumn,
    amount: AmountFrom,
    quantity: Option<usize>,
    /// Of [`OPTIONAL`].
    optional: [Option<usize>; OPTIONAL.len()],
    /// Whether the cost has to be made of the margin.
    is_margin: bool,
    n_orders: Option<usize>,
    due: Option<DateColumn>,
    paid: Option<DateColumn>,
    first: Option<DateColumn>,
}

#[derive(Clone, Copy)]
enum AmountFrom {
    Column(usize),
    /// Times the quantity.
    UnitPrice(usize),
}

/// Money a row may carry beside its amount; in the money columns each stands one place further.
const OPTIONAL: [Role; 4] = [Role::Cost, Role::ListPrice, Role::ServiceCost, Role::AmountPaid];
const COST: usize = 0;
const PAID: usize = 3;

fn find_columns(scan: &Scan<'_>, shape: Shape) -> Result<Columns, Error> {
    let customer = scan.column(Role::Customer).ok_or(Error::NoCustomerColumn)?;
    let only = |wanted: Shape, role: Role| if shape == wanted { scan.date_column(role) } else { None };
    let date = match shape {
        Shape::RollUps => only(shape, Role::Period).ok_or(Error::NoPeriodColumn)?,
        Shape::Customers => match columns::only_totals(|role| scan.column(role).is_some()) {
            Some(error) => return Err(error),
            None => only(shape, Role::LastDate).ok_or(Error::NoDateColumn)?,
        },
        _ => scan.date_column(Role::Date).ok_or(Error::NoDateColumn)?,
    };
    let quantity = scan.column(Role::Quantity);
    let amount = match (scan.column(Role::Amount), quantity, scan.column(Role::UnitPrice)) {
        (Some(column), _, _) => AmountFrom::Column(column),
        (None, Some(_), Some(column)) => AmountFrom::UnitPrice(column),
        _ => return Err(Error::NoAmountColumn),
    };
    let mut optional = OPTIONAL.map(|role| scan.column(role));
    let is_margin = optional[COST].is_none();
    optional[COST] = optional[COST].or(scan.column(Role::Margin));
    Ok(Columns {
        shape,
        customer,
        date,
        amount,
        quantity,
        optional,
        is_margin,
        n_orders: scan.column(Role::OrderCount).filter(|_| shape != Shape::Transactions),
        due: only(Shape::Transactions, Role::DueDate),
        paid: only(Shape::Transactions, Role::PaidDate),
        first: only(Shape::Customers, Role::FirstDate),
    })
}

/// Columns under construction.
struct Builder {
    customer: CodedColumn,
    day: Vec<Day>,
    periods: Periods,
    /// Amount, then the [`OPTIONAL`] ones.
    money: MoneyColumns,
    is_return: Vec<bool>,
    quantity: Option<Vec<f64>>,
    /// Customers so far, where each may come once only.
    once: Option<Interner>,
    n_orders: Option<Vec<u32>>,
    /// Order, product, category, channel, promotion, segment: column of the file, and its strings.
    coded: [Option<(usize, CodedColumn)>; CODED.len()],
    /// Day by which to pay, where the row is an invoice, and day of payment.
    invoices: Vec<(Option<Day>, Option<Day>)>,
    no_invoice: u64,
    first: Vec<Option<Day>>,
    blank_quantities: u64,
    blanks: [u64; OPTIONAL.len()],
    made_negative: u64,
}

const CODED: [Role; 6] =
    [Role::Order, Role::Product, Role::Category, Role::Channel, Role::Promotion, Role::Segment];

impl Builder {
    /// Where most rows were set aside, the room kept for them is needed for what comes now.
    fn give_back(&mut self) {
        if self.day.len() * 2 < self.day.capacity() {
            self.day.shrink_to_fit();
            self.is_return.shrink_to_fit();
            self.money.columns.iter_mut().for_each(Vec::shrink_to_fit);
        }
    }

    fn push_numbers(&mut self, columns: &Columns, numbers: &Numbers) {
        self.money.push(0, numbers.amount);
        for (i, value) in numbers.optional.into_iter().enumerate() {
            if columns.optional[i].is_some() {
                self.money.push(i + 1, value);
                self.blanks[i] += u64::from(numbers.blank[i]);
            }
        }
        self.is_return.push(numbers.is_return);
        if let Some(quantity) = &mut self.quantity {
            quantity.push(numbers.quantity.to_f64());
        }
        if let Some(n_orders) = &mut self.n_orders {
            n_orders.push(numbers.n_orders);
        }
        self.blank_quantities += u64::from(numbers.blank_quantity);
    }

    fn new(scan: &Scan<'_>, columns: &Columns) -> Self {
        let n = scan.estimated_rows();
        let mut money = MoneyColumns::new(1 + OPTIONAL.len(), 0);
        money.columns[0].reserve(n);
        for (column, _) in money.columns[1..].iter_mut().zip(columns.optional).filter(|(_, c)| c.is_some()) {
            column.reserve(n);
        }
        Self {
            customer: CodedColumn::with_capacity(n),
            day: Vec::with_capacity(n),
            periods: scan.periods(columns.date.column),
            money,
            is_return: Vec::with_capacity(n),
            quantity: columns.quantity.map(|_| Vec::with_capacity(n)),
            n_orders: (columns.shape != Shape::Transactions).then(|| Vec::with_capacity(n)),
            once: (columns.shape == Shape::Customers).then(Interner::default),
            coded: CODED.map(|role| scan.column(role).map(|column| (column, CodedColumn::with_capacity(n)))),
            invoices: Vec::new(),
            no_invoice: 0,
            first: Vec::new(),
            blank_quantities: 0,
            blanks: [0; OPTIONAL.len()],
            made_negative: 0,
        }
    }
}

/// Numbers of one row.
struct Numbers {
    amount: Decimal,
    quantity: Decimal,
    optional: [Decimal; OPTIONAL.len()],
    n_orders: u32,
    is_return: bool,
    blank_quantity: bool,
    blank: [bool; OPTIONAL.len()],
}

type Fault = (IssueKind, usize);

/// The cells of one row.
trait Cells {
    fn cell(&self, column: usize) -> &str;

    /// The number in a column, or why there is none.
    fn value(&mut self, column: usize) -> Result<Result<Decimal, IssueKind>, Stop>;
}

impl Cells for Scan<'_> {
    fn cell(&self, column: usize) -> &str {
        Scan::cell(self, column)
    }

    fn value(&mut self, column: usize) -> Result<Result<Decimal, IssueKind>, Stop> {
        Scan::value(self, column)
    }
}

fn numbers(row: &mut impl Cells, columns: &Columns) -> Result<Result<Numbers, Fault>, Stop> {
    macro_rules! value {
        ($column:expr) => {
            match row.value($column)? {
                Ok(d) => d,
                Err(kind) => return Ok(Err((kind, $column))),
            }
        };
    }
    let mut blank_quantity = false;
    let mut quantity = Decimal::default();
    if let Some(column) = columns.quantity {
        blank_quantity = row.cell(column).is_empty() && matches!(columns.amount, AmountFrom::Column(_));
        if !blank_quantity {
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
    let (mut optional, mut blank) = ([Decimal::default(); OPTIONAL.len()], [false; OPTIONAL.len()]);
    for (i, column) in columns.optional.iter().enumerate() {
        let Some(column) = *column else { continue };
        blank[i] = row.cell(column).is_empty();
        if !blank[i] {
            optional[i] = value!(column);
        }
    }
    if let Some(column) = columns.optional[COST].filter(|_| columns.is_margin) {
        match amount.minus(optional[COST]) {
            Some(cost) => optional[COST] = cost,
            None => return Ok(Err((IssueKind::AmountTooLarge, column))),
        }
    }
    let mut n_orders = u32::from(amount.mantissa != 0);
    if let Some(column) = columns.n_orders.filter(|&c| !row.cell(c).is_empty()) {
        n_orders = match value!(column) {
            Decimal { mantissa, decimals: 0 } if u32::try_from(mantissa).is_ok() => mantissa as u32,
            _ => return Ok(Err((IssueKind::BadAmount, column))),
        };
    }
    let is_return = amount.mantissa < 0 || quantity.mantissa < 0;
    if is_return && matches!(columns.amount, AmountFrom::UnitPrice(_)) {
        // Two minus signs do not make a sale.
        amount.mantissa = -amount.mantissa.abs();
    }
    Ok(Ok(Numbers { amount, quantity, optional, n_orders, is_return, blank_quantity, blank }))
}

/// The day of the current row.
fn day(scan: &mut Scan<'_>, columns: &Columns, periods: &mut Periods) -> Result<Option<Day>, Stop> {
    if columns.shape == Shape::RollUps { scan.period(columns.date, periods) } else { scan.day(columns.date) }
}

/// When the current row is to be paid and when it was; an unreadable day makes it no invoice.
fn invoice(scan: &mut Scan<'_>, columns: &Columns) -> Result<(Option<Day>, Option<Day>), Stop> {
    let Some(at) = columns.due else { return Ok((None, None)) };
    let due = scan.day(at)?;
    let Some(at) = columns.paid.filter(|p| !is_open(scan.cell(p.column))) else { return Ok((due, None)) };
    let paid = scan.day(at)?;
    Ok((due.filter(|_| paid.is_some()), paid))
}

/// Whether a cell for the day of payment says that there was none.
pub(super) fn is_open(cell: &str) -> bool {
    is_missing(cell)
        || matches!(cell, "未付" | "未付款" | "未支付" | "未收" | "未回款")
        || ["open", "unpaid", "pending", "outstanding"].iter().any(|w| cell.eq_ignore_ascii_case(w))
}

fn row(scan: &mut Scan<'_>, columns: &Columns, options: &Options, out: &mut Builder) -> Result<(), Stop> {
    if is_missing(scan.cell(columns.customer)) {
        scan.set_aside_as_row(IssueKind::MissingCustomer, columns.customer);
        return Ok(());
    }
    let Some(day) = day(scan, columns, &mut out.periods)? else {
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
    if let Some(once) = &mut out.once {
        let n_known = once.names().len();
        if (once.intern(scan.cell(columns.customer)) as usize) < n_known {
            scan.set_aside(IssueKind::DuplicateCustomer, columns.customer);
            return Ok(());
        }
    }
    if columns.due.is_some() {
        let invoice = invoice(scan, columns)?;
        out.no_invoice += u64::from(invoice.0.is_none());
        out.invoices.push(invoice);
    }
    if let Some(at) = columns.first {
        out.first.push(scan.day(at)?);
    }
    out.customer.push(scan.cell(columns.customer));
    out.day.push(day);
    out.push_numbers(columns, &numbers);
    for (column, codes) in out.coded.iter_mut().flatten() {
        codes.push(scan.cell(*column));
    }
    Ok(())
}

/// A plain row; a number that is none or in doubt is a fault, which [`row`] looks into.
struct PlainRow<'a> {
    rows: Rows<'a>,
    row: usize,
    mark: Option<DecimalMark>,
}

impl Cells for PlainRow<'_> {
    fn cell(&self, column: usize) -> &str {
        self.rows.cell(self.row, column).text()
    }

    fn value(&mut self, column: usize) -> Result<Result<Decimal, IssueKind>, Stop> {
        Ok(match number::parse(self.cell(column), self.mark) {
            NumberCell::Value(d) => Ok(d),
            _ => Err(IssueKind::BadAmount),
        })
    }
}

/// Takes rows with nothing unusual about them many at once, column by column, as [`row`] takes them one by one.
struct PlainRows {
    /// The column of amounts, if a row has no other number.
    only_amount: Option<usize>,
    calendar: Calendar,
    days: Vec<Day>,
    patience: Patience,
}

impl PlainRows {
    /// `None` where rows have to be looked at one by one.
    fn new(columns: &Columns) -> Option<Self> {
        let others = [columns.quantity, columns.n_orders].into_iter().chain(columns.optional);
        let only_amount = match columns.amount {
            AmountFrom::Column(column) if others.flatten().next().is_none() => Some(column),
            _ => None,
        };
        let one_by_one = columns.shape != Shape::Transactions || columns.due.is_some();
        (!one_by_one).then(|| Self {
            only_amount,
            calendar: Calendar::default(),
            days: Vec::new(),
            patience: Patience::default(),
        })
    }

    /// Takes rows up to the first unusual one.
    fn take(
        &mut self,
        scan: &mut Scan<'_>,
        columns: &Columns,
        options: &Options,
        out: &mut Builder,
        progress: &mut Progress<'_>,
    ) -> Result<(), Stop> {
        if !self.patience.tries() {
            return Ok(());
        }
        let (mark, order) = (scan.mark, scan.order);
        while let Some(rows) = scan.plain_rows() {
            let n = self.dated(rows, columns, options, order);
            let n = match self.only_amount {
                Some(column) => amounts(rows, n, column, mark, out),
                None => all_numbers(rows, n, columns, mark, out)?,
            };
            out.day.extend_from_slice(&self.days[..n]);
            push_cells(&mut out.customer, rows, n, columns.customer);
            for (column, codes) in out.coded.iter_mut().flatten() {
                push_cells(codes, rows, n, *column);
            }
            let is_all = n == rows.len();
            scan.pass(n, progress)?;
            if !is_all {
                self.patience.tried(n >= FEW_ROWS);
                break;
            }
        }
        Ok(())
    }

    /// Reads the days of rows, as far as they have a customer too; says of how many.
    fn dated(
        &mut self,
        rows: Rows<'_>,
        columns: &Columns,
        options: &Options,
        order: Option<DateOrder>,
    ) -> usize {
        self.days.clear();
        let in_time = |day: Day| options.as_of.is_none_or(|as_of| day <= as_of);
        for (date, customer) in rows.column(columns.date.column).zip(rows.column(columns.customer)) {
            let day = self.calendar.day(date.raw());
            match day.or_else(|| columns.date.day(date::parse(date.text()), order)) {
                Some(day) if in_time(day) && !lacks_name(customer) => self.days.push(day),
                _ => break,
            }
        }
        self.days.len()
    }
}

/// Whether a cell names no customer.
#[inline]
fn lacks_name(cell: Cell<'_>) -> bool {
    // Longer words than those for a missing value need no further look.
    cell.word().is_none_or(|(_, length)| length <= LONGEST_MISSING) && is_missing(cell.text())
}

/// Plain rows below which a try was not worth it.
const FEW_ROWS: usize = 8;

/// Takes the amounts of the first `n` rows; says how many there were before the first unusual one.
fn amounts(rows: Rows<'_>, n: usize, column: usize, mark: Option<DecimalMark>, out: &mut Builder) -> usize {
    for (row, cell) in rows.column(column).take(n).enumerate() {
        let word = cell.word().filter(|_| mark != Some(DecimalMark::Comma));
        let digits = word.and_then(|(word, length)| number::parse_word(word, length));
        if digits.is_some_and(|digits| out.money.push_word(0, digits)) {
            out.is_return.push(false);
            continue;
        }
        let NumberCell::Value(amount) = number::parse(cell.text(), mark) else { return row };
        out.money.push(0, amount);
        out.is_return.push(amount.mantissa < 0);
    }
    n
}

/// Takes the numbers of the first `n` rows; says how many there were before the first unusual one.
fn all_numbers(
    rows: Rows<'_>,
    n: usize,
    columns: &Columns,
    mark: Option<DecimalMark>,
    out: &mut Builder,
) -> Result<usize, Stop> {
    for row in 0..n {
        match numbers(&mut PlainRow { rows, row, mark }, columns)? {
            Ok(numbers) => out.push_numbers(columns, &numbers),
            Err(_) => return Ok(row),
        }
    }
    Ok(n)
}

/// Takes the first `n` cells of a column of names.
fn push_cells(codes: &mut CodedColumn, rows: Rows<'_>, n: usize, column: usize) {
    for cell in rows.column(column).take(n) {
        match cell.word() {
            Some((word, length)) => codes.push_word(word, length),
            None => codes.push(cell.text()),
        }
    }
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
    let columns = find_columns(&scan, mapping.shape)?;
    let mut out = Builder::new(&scan, &columns);
    let mut plain = PlainRows::new(&columns);
    loop {
        if let Some(plain) = &mut plain {
            plain.take(&mut scan, &columns, options, &mut out, progress)?;
        }
        if !scan.next(progress)? {
            break;
        }
        row(&mut scan, &columns, options, &mut out)?;
    }
    scan.check_used(out.day.len())?;
    Ok(finish(scan, &columns, out))
}

fn finish(mut scan: Scan<'_>, columns: &Columns, mut out: Builder) -> Loaded {
    out.give_back();
    if columns.shape == Shape::RollUps {
        out.periods.settle(&mut out.day);
    }
    let customers = out.customer.finish();
    let [order, product, category, channel, promotion, segment] =
        out.coded.map(|c| c.map(|(_, codes)| codes.finish()));
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
    let mut optional = columns.optional.iter().map(|wanted| money.next().filter(|_| wanted.is_some()));
    let [cost, list_price, service, paid] = std::array::from_fn(|_| optional.next().flatten());
    drop(optional);

    let mut quality = quality(&mut scan, columns, &out.day);
    quality.returns = out.is_return.iter().filter(|r| **r).count() as u64;
    quality.zero_amounts = amount.iter().filter(|a| **a == 0).count() as u64;
    let blank = |role: Role, rows: u64| (rows > 0).then_some(Note::BlankNumbers { role, rows });
    quality.notes.extend(blank(Role::Quantity, out.blank_quantities));
    for (i, rows) in out.blanks.into_iter().enumerate().filter(|(i, _)| *i != PAID) {
        let margin = i == COST && columns.is_margin;
        quality.notes.extend(blank(if margin { Role::Margin } else { OPTIONAL[i] }, rows));
    }
    if out.made_negative > 0 {
        quality.notes.push(Note::ReturnsMadeNegative { rows: out.made_negative });
    }
    if out.no_invoice > 0 {
        quality.notes.push(Note::NoInvoice { rows: out.no_invoice });
    }
    let grain = match columns.shape {
        Shape::RollUps => Grain::Period { months: out.periods.months },
        Shape::Customers => Grain::Lifetime,
        _ => Grain::Purchase,
    };
    match grain {
        Grain::Purchase => {}
        Grain::Period { months } => quality.notes.push(Note::RolledUp {
            months,
            no_calendar: out.periods.only_count(),
            orders_known: columns.n_orders.is_some(),
        }),
        Grain::Lifetime => quality.notes.push(Note::OnlyTotals { orders_known: columns.n_orders.is_some() }),
    }
    scan.issues.fill(&mut quality);
    let side = SideTables {
        payments: columns.due.map(|_| payments(&customers, &order, &out.invoices, &amount, paid.as_deref())),
        contacts: service.map(|cost| service_contacts(&customers, &out.day, &cost)),
        profile: CustomerProfile {
            segment: segment.map(|s| most_frequent(&customers, &s)),
            acquired: columns.first.map(|_| placed(&out.first, &customers.code)),
            ..CustomerProfile::default()
        },
        ..SideTables::default()
    };
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
        list_price,
        promotion,
        n_orders: out.n_orders,
        grain,
        side,
    };
    Loaded { dataset: Dataset::Transactions(ledger), quality }
}

/// The rows that are invoices. Those of one order are one invoice; without orders each is its own.
fn payments(
    customers: &Coded,
    order: &Option<Coded>,
    invoices: &[(Option<Day>, Option<Day>)],
    amount: &[i64],
    amount_paid: Option<&[i64]>,
) -> Payments {
    let mut out = Payments { invoice: order.as_ref().map(|_| Vec::new()), ..Payments::default() };
    // Rows without an order number are no invoice in common.
    let mut own = order.as_ref().map_or(0, |o| o.names.len()) as u32;
    for (i, &(due, paid)) in invoices.iter().enumerate() {
        let Some(due) = due else { continue };
        if let (Some(invoice), Some(order)) = (&mut out.invoice, order) {
            let code = order.code[i];
            own += u32::from(code == Coded::MISSING);
            invoice.push(if code == Coded::MISSING { own } else { code });
        }
        out.customer.push(customers.code[i]);
        out.due.push(due);
        out.paid.push(paid);
        out.amount_due.push(amount[i]);
        out.amount_paid.push(match amount_paid {
            Some(column) => column[i],
            None if paid.is_some() => amount[i].max(0),
            None => 0,
        });
    }
    out
}

fn service_contacts(customers: &Coded, day: &[Day], cost: &[i64]) -> Contacts {
    let rows = || (0..cost.len()).filter(|&i| cost[i] != 0);
    Contacts {
        customer: rows().map(|i| customers.code[i]).collect(),
        day: rows().map(|i| day[i]).collect(),
        cost: Some(rows().map(|i| cost[i]).collect()),
        ..Contacts::default()
    }
}

/// The value each customer has most often, of equals the first by name: it does not depend on the order of rows.
fn most_frequent(customers: &Coded, values: &Coded) -> Coded {
    let mut pairs: Vec<(u32, u32)> =
        customers.code.iter().copied().zip(values.code.iter().copied()).collect();
    pairs.retain(|p| p.1 != Coded::MISSING);
    pairs.sort_unstable();
    let mut best = vec![(0_usize, Coded::MISSING); customers.names.len()];
    for same in pairs.chunk_by(|a, b| a == b) {
        let of = &mut best[same[0].0 as usize];
        if same.len() > of.0 {
            *of = (same.len(), same[0].1);
        }
    }
    Coded { names: values.names.clone(), code: best.into_iter().map(|b| b.1).collect() }
}

/// Values in file order, moved to the places of their customers.
pub(super) fn placed<T: Copy + Default>(values: &[T], place: &[u32]) -> Vec<T> {
    let mut out = vec![T::default(); values.len()];
    for (value, &to) in values.iter().zip(place) {
        out[to as usize] = *value;
    }
    out
}

fn quality(scan: &mut Scan<'_>, columns: &Columns, days: &[Day]) -> Quality {
    let duplicates = scan.duplicates();
    let scan = &*scan;
    let found = |role: &Role| match (role, columns.amount) {
        (Role::UnitPrice, AmountFrom::Column(_)) | (Role::Amount, AmountFrom::UnitPrice(_)) => true,
        (Role::Cost | Role::Margin, _) => columns.optional[COST].is_some(),
        // Contracts would light up nothing here.
        (Role::Tenure | Role::StartDate | Role::EndDate | Role::Churned, _) => true,
        _ => scan.column(*role).is_some(),
    };
    let roles = columns.shape.roles().iter().copied();
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
        missing: roles.filter(|r| !found(r)).collect(),
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
