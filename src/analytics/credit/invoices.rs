//! Rows of invoices and payments to one account per customer, in exact integers: no sum depends on the order of rows.

use super::Payment;
use crate::customer::{Day, MoneyScale};

/// Days after the due day from which an unpaid amount is a default (methods.md 13).
pub const DEFAULT_DAYS: i32 = 90;

/// Invoices and what was paid on them, in columns with one entry per row; a shorter column ends the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Invoices<'a> {
    /// Customer, an index below the number of customers.
    pub customer: &'a [u32],
    /// Invoice the row belongs to, unique within a customer; absent: every row is an invoice of its own.
    pub invoice: Option<&'a [u32]>,
    /// Day by which it is to be paid.
    pub due: &'a [Day],
    /// Day of the payment in this row, if there was one.
    pub paid: &'a [Option<Day>],
    /// Amount due, minor units; negative for a credit note.
    pub amount_due: &'a [i64],
    /// Amount paid, minor units, negative for a refund; absent: a row with a day is paid in full.
    pub amount_paid: Option<&'a [i64]>,
    /// Scale of both amounts.
    pub scale: MoneyScale,
}

/// What a customer owes and how the customer paid; money in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Account {
    /// Invoices in the window.
    pub n_invoices: u32,
    /// Amounts due in the window.
    pub due: i128,
    /// The part of it that was paid.
    pub paid: i128,
    /// The part that was paid late or is unpaid past its day.
    pub late: i128,
    /// Sum of amount x days late.
    pub late_days: i128,
    /// Days late of the latest amount.
    pub worst_days: i64,
    /// Open amounts of the whole file.
    pub open: i128,
    /// Open amounts of the whole file past their day.
    pub open_past_due: i128,
    /// Earliest due day of the whole file up to the analysis date.
    pub first_due: Option<Day>,
    /// Last day on which an invoice of the file became [`DEFAULT_DAYS`] late.
    pub last_default: Option<Day>,
    /// Whether an amount is open that is this late.
    pub in_default: bool,
}

impl Account {
    /// `None` without an invoice in the window.
    pub fn payment(&self, scale: MoneyScale) -> Option<Payment> {
        let share = |part: i128| (part as f64 / self.due as f64).clamp(0.0, 1.0);
        (self.n_invoices > 0).then(|| Payment {
            n_invoices: self.n_invoices,
            due: scale.to_f64(self.due),
            collection_rate: share(self.paid),
            overdue_share: share(self.late),
            mean_days_late: self.late_days as f64 / self.due as f64,
            worst_days_late: self.worst_days.clamp(0, i64::from(u32::MAX)) as u32,
        })
    }
}

/// All accounts, and what became of the rows.
pub(super) struct Books {
    pub accounts: Vec<Account>,
    pub n_invoices: u32,
    pub n_ignored: u32,
    pub n_undated: u32,
}

/// One invoice after netting.
struct Net<'a> {
    due_day: Day,
    due: i128,
    /// Days and amounts of what paid it, in the order of days, together no more than `due`.
    paid: &'a [(Day, i128)],
}

impl Invoices<'_> {
    fn n_rows(&self) -> usize {
        let optional = [self.invoice.map(<[u32]>::len), self.amount_paid.map(<[i64]>::len)];
        let needed = [self.customer.len(), self.due.len(), self.paid.len(), self.amount_due.len()];
        needed.into_iter().chain(optional.into_iter().flatten()).min().unwrap_or(0)
    }

    /// Accounts as of a day, judged by the invoices due in `(from, as_of]`.
    pub(super) fn accounts(&self, n_customers: usize, from: Day, as_of: Day) -> Books {
        let mut rows: Vec<u32> = (0..self.n_rows() as u32).collect();
        let key = |r: u32| (self.customer[r as usize], self.invoice.map_or(r, |ids| ids[r as usize]));
        rows.sort_unstable_by_key(|&r| key(r));
        let mut books = Books {
            accounts: vec![Account::default(); n_customers],
            n_invoices: 0,
            n_ignored: 0,
            n_undated: 0,
        };
        let mut paid = Vec::new();
        for rows in rows.chunk_by(|&a, &b| key(a) == key(b)) {
            let customer = self.customer[rows[0] as usize] as usize;
            match (self.net(rows, as_of, &mut paid, &mut books.n_undated), books.accounts.get_mut(customer)) {
                (Some((due_day, due)), Some(account)) => {
                    books.n_invoices += 1;
                    account.add(&Net { due_day, due, paid: &paid }, from, as_of);
                }
                _ => books.n_ignored += 1,
            }
        }
        books
    }

    /// Nets the rows of an invoice: due day and amount, with its payments in `paid`; `None` if nothing is due.
    fn net(
        &self,
        rows: &[u32],
        as_of: Day,
        paid: &mut Vec<(Day, i128)>,
        n_undated: &mut u32,
    ) -> Option<(Day, i128)> {
        paid.clear();
        let (mut due_day, mut due, mut refunds) = (None, 0_i128, 0_i128);
        for r in rows.iter().map(|&r| r as usize) {
            due += i128::from(self.amount_due[r]);
            if self.amount_due[r] > 0 {
                due_day = due_day.max(Some(self.due[r]));
            }
            let amount = match self.amount_paid {
                Some(paid) => paid[r],
                None if self.paid[r].is_some() => self.amount_due[r].max(0),
                None => 0,
            };
            match self.paid[r] {
                Some(day) if day > as_of => {}
                _ if amount < 0 => refunds -= i128::from(amount),
                Some(day) if amount > 0 => paid.push((day, i128::from(amount))),
                None if amount > 0 => {
                    *n_undated += 1;
                    paid.push((Day(i32::MIN), i128::from(amount)));
                }
                _ => {}
            }
        }
        paid.sort_unstable();
        take_back(paid, refunds);
        cap(paid, due);
        due_day.filter(|_| due > 0).map(|day| (day, due))
    }
}

/// Takes refunds from the latest payments.
fn take_back(paid: &mut [(Day, i128)], mut refunds: i128) {
    for (_, amount) in paid.iter_mut().rev() {
        let taken = refunds.min(*amount);
        *amount -= taken;
        refunds -= taken;
    }
}

/// Keeps the earliest payments up to what is due.
fn cap(paid: &mut [(Day, i128)], due: i128) {
    let mut open = due.max(0);
    for (_, amount) in paid.iter_mut() {
        *amount = (*amount).min(open);
        open -= *amount;
    }
}

impl Account {
    fn add(&mut self, invoice: &Net, from: Day, as_of: Day) {
        let days_late = |day: Day| (i64::from(day.0) - i64::from(invoice.due_day.0)).max(0);
        let paid: i128 = invoice.paid.iter().map(|p| p.1).sum();
        let open = invoice.due - paid;
        self.open += open;
        if invoice.due_day > as_of {
            return;
        }
        self.first_due = Some(self.first_due.map_or(invoice.due_day, |d| d.min(invoice.due_day)));
        let default_day = Day(invoice.due_day.0.saturating_add(DEFAULT_DAYS));
        let by_then: i128 = invoice.paid.iter().filter(|p| p.0 < default_day).map(|p| p.1).sum();
        if default_day <= as_of && by_then < invoice.due {
            self.last_default = self.last_default.max(Some(default_day));
            self.in_default |= open > 0;
        }
        let pieces = invoice.paid.iter().copied().chain([(as_of, open)]).filter(|p| p.1 > 0);
        self.open_past_due += if days_late(as_of) > 0 { open } else { 0 };
        if invoice.due_day > from {
            self.n_invoices += 1;
            self.due += invoice.due;
            self.paid += paid;
            for (day, amount) in pieces {
                let days = days_late(day);
                self.late += if days > 0 { amount } else { 0 };
                self.late_days += amount * i128::from(days);
                self.worst_days = self.worst_days.max(days);
            }
        }
    }
}
