//! Columns about customers that several sections of a report need: the last twelve months, and what side tables say.

use super::build::Work;
use super::settings::ValidSettings;
use crate::analytics::churn::months_before;
use crate::analytics::exit::{Contacts, CustomerProfit, ProfitInput, UnitCosts, customer_profit};
use crate::analytics::orders::Orders;
use crate::analytics::survival::DAYS_PER_MONTH;
use crate::customer::{Day, Ledger, SideTables};

/// Months a customer's profit is counted over (methods.md 12, 16).
pub(super) const PROFIT_MONTHS: u32 = 12;

/// One entry per customer; the last twelve months end with the analysis day.
pub(super) struct Facts {
    /// Net revenue, money.
    pub revenue_12m: Vec<f64>,
    /// Orders.
    pub n_orders_12m: Vec<f64>,
    /// Orders over the whole file.
    pub n_orders: Vec<f64>,
    /// Months since the first purchase; 0 without one.
    pub tenure_months: Vec<f64>,
    /// Mean amount of a paid order over the whole file, money.
    pub mean_order_value: Vec<Option<f64>>,
    /// Share of orders that are returns, over the whole file.
    pub return_rate: Vec<f64>,
    /// Contacts in the last twelve months, where recorded.
    pub n_contacts: Option<Vec<f64>>,
    /// Complaints over the whole file.
    pub n_complaints: Option<Vec<f64>>,
    /// Share of contacts that were answered, where recorded.
    pub answered_share: Option<Vec<Option<f64>>>,
    /// Receivables outstanding, money.
    pub outstanding: Option<Vec<f64>>,
    /// Referrals given.
    pub n_referrals: Option<Vec<f64>>,
    /// Profit of the last twelve months after cost to serve.
    pub profit: CustomerProfit,
}

impl Facts {
    pub fn of(
        ledger: &Ledger,
        orders: &Orders,
        as_of: Day,
        exited: &[bool],
        margin: f64,
        settings: &ValidSettings,
    ) -> Self {
        let n = orders.n_customers();
        let from = months_before(as_of, PROFIT_MONTHS);
        let mut revenue_12m = Vec::with_capacity(n);
        let mut gross_12m = Vec::with_capacity(n);
        let (mut n_orders_12m, mut n_returns_12m) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut mean_order_value = Vec::with_capacity(n);
        let (mut return_rate, mut tenure_months) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for c in 0..n {
            let (mut net, mut cost, mut bought, mut returned) = (0_i128, 0_i128, 0_u32, 0_u32);
            let (mut paid, mut n_paid, mut all, mut all_returned) = (0_i128, 0_u32, 0_u32, 0_u32);
            for i in orders.range(c) {
                paid += i128::from(orders.purchase_net[i]);
                n_paid += orders.n_paid[i];
                all += orders.n_orders[i];
                all_returned += orders.n_return_orders[i];
                if orders.day[i] > from {
                    net += i128::from(orders.net[i]);
                    cost += orders.cost.as_ref().map_or(0, |column| i128::from(column[i]));
                    bought += orders.n_orders[i];
                    returned += orders.n_return_orders[i].max(u32::from(orders.n_return_rows[i] > 0));
                }
            }
            let money = orders.scale.to_f64(net);
            revenue_12m.push(money);
            gross_12m.push(match orders.cost {
                Some(_) => orders.scale.to_f64(net - cost),
                None => money * margin,
            });
            n_orders_12m.push(f64::from(bought));
            n_returns_12m.push(f64::from(returned));
            mean_order_value.push((n_paid > 0).then(|| orders.scale.to_f64(paid) / f64::from(n_paid)));
            let of = all + all_returned;
            return_rate.push(if of == 0 { 0.0 } else { f64::from(all_returned) / f64::from(of) });
            let since = orders.first_purchase(c).map_or(0, |day| as_of.0 - day.0);
            tenure_months.push(f64::from(since) / DAYS_PER_MONTH);
        }
        let side = Side::of(&ledger.side, ledger, n, as_of, from);
        let costs = UnitCosts {
            per_contact: settings.cost_per_contact,
            per_minute: settings.cost_per_minute,
            per_order: settings.cost_per_order,
            per_return: settings.cost_per_return,
            finance_rate: settings.finance_rate,
            marketing_per_customer: settings.marketing_per_customer,
            ..UnitCosts::default()
        };
        let profit = customer_profit(
            &ProfitInput {
                gross_profit: &gross_12m,
                line_costs_known: orders.cost.is_some(),
                exited,
                contacts: side.contacts(),
                n_orders: Some(&n_orders_12m),
                n_returns: Some(&n_returns_12m),
                overdue_days: side.overdue_days.as_deref(),
            },
            &costs,
        );
        Self {
            revenue_12m,
            n_orders_12m,
            n_orders: (0..n).map(|c| f64::from(orders.n_orders_of(c))).collect(),
            tenure_months,
            mean_order_value,
            return_rate,
            n_contacts: side.n_contacts,
            n_complaints: side.n_complaints,
            answered_share: side.answered_share,
            outstanding: side.outstanding,
            n_referrals: side.n_referrals,
            profit,
        }
    }
}

/// Sums of the side tables per customer.
#[derive(Default)]
struct Side {
    contact_cost: Option<Vec<f64>>,
    contact_minutes: Option<Vec<f64>>,
    n_contacts: Option<Vec<f64>>,
    n_complaints: Option<Vec<f64>>,
    answered_share: Option<Vec<Option<f64>>>,
    overdue_days: Option<Vec<f64>>,
    outstanding: Option<Vec<f64>>,
    n_referrals: Option<Vec<f64>>,
}

impl Side {
    fn of(side: &SideTables, ledger: &Ledger, n: usize, as_of: Day, from: Day) -> Self {
        let mut out = Self::default();
        out.take_contacts(side, ledger, n, as_of, from);
        out.take_payments(side, ledger, n, as_of);
        if let Some(referrals) = &side.referrals {
            out.n_referrals = Some(counted(n, referrals.referrer.iter().map(|&c| (c, 1.0))));
        }
        out
    }

    fn take_contacts(&mut self, side: &SideTables, ledger: &Ledger, n: usize, as_of: Day, from: Day) {
        let Some(table) = &side.contacts else { return };
        let rows = || (0..table.customer.len()).filter(|&i| table.day[i] <= as_of);
        let recent = || rows().filter(|&i| table.day[i] > from);
        self.n_contacts = Some(counted(n, recent().map(|i| (table.customer[i], 1.0))));
        let money = |v: i64| ledger.scale.to_f64(i128::from(v));
        self.contact_cost =
            table.cost.as_ref().map(|cost| counted(n, recent().map(|i| (table.customer[i], money(cost[i])))));
        self.contact_minutes = table
            .minutes
            .as_ref()
            .map(|minutes| counted(n, recent().map(|i| (table.customer[i], minutes[i]))));
        self.n_complaints = table
            .is_complaint
            .as_ref()
            .map(|complaint| counted(n, rows().filter(|&i| complaint[i]).map(|i| (table.customer[i], 1.0))));
        self.answered_share = table.is_resolved.as_ref().map(|resolved| {
            let all = counted(n, rows().map(|i| (table.customer[i], 1.0)));
            let answered = counted(n, rows().filter(|&i| resolved[i]).map(|i| (table.customer[i], 1.0)));
            all.iter().zip(answered).map(|(&all, a)| (all > 0.0).then(|| a / all)).collect()
        });
    }

    fn take_payments(&mut self, side: &SideTables, ledger: &Ledger, n: usize, as_of: Day) {
        let Some(table) = &side.payments else { return };
        let open = |i: usize| {
            let paid = table.paid[i].is_some_and(|day| day <= as_of);
            let paid = if paid { table.amount_paid[i] } else { 0 };
            ledger.scale.to_f64(i128::from((table.amount_due[i] - paid).max(0)))
        };
        let rows = 0..table.customer.len();
        let late = |i: usize| open(i) * f64::from((as_of.0 - table.due[i].0).max(0));
        self.outstanding = Some(counted(n, rows.clone().map(|i| (table.customer[i], open(i)))));
        self.overdue_days = Some(counted(n, rows.map(|i| (table.customer[i], late(i)))));
    }

    /// What is known of contacts, best first: their cost, their minutes, their number.
    fn contacts(&self) -> Contacts<'_> {
        match (&self.contact_cost, &self.contact_minutes, &self.n_contacts) {
            (Some(cost), _, _) => Contacts::Cost(cost),
            (None, Some(minutes), _) => Contacts::Minutes(minutes),
            (None, None, Some(count)) => Contacts::Count(count),
            _ => Contacts::Unknown,
        }
    }
}

/// Sums by customer; a customer beyond the end is left out.
fn counted(n: usize, rows: impl Iterator<Item = (u32, f64)>) -> Vec<f64> {
    let mut out = vec![0.0; n];
    for (customer, value) in rows {
        if let Some(sum) = out.get_mut(customer as usize) {
            *sum += value;
        }
    }
    out
}

/// Customers per month of the horizon: present value of one unit a month while the customer stays.
pub(super) fn annuity(work: &Work<'_>) -> Vec<f64> {
    work.model.forecast.as_ref().map_or_else(|| vec![0.0; work.n()], |f| f.annuity.clone())
}
