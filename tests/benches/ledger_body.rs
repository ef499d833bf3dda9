//! The file that the benches of models and of the report read: invented customers of a shop.

use tenure::customer::{Coded, Day, Ledger, MoneyScale};
use tenure::math::Rng;

pub const CUSTOMERS: usize = 100_000;
const PRODUCTS: usize = 40;

/// Three years of customers with rates Gamma(0.7, 8 weeks) who leave after a purchase with probability Beta(0.9, 2).
pub fn ledger() -> Ledger {
    let mut rng = Rng::new(1);
    let first = Day::from_ymd(2021, 1, 1).unwrap_or_default();
    let mut product =
        Coded { names: (0..PRODUCTS).map(|i| format!("product {i:02}")).collect(), ..Coded::default() };
    let mut out = Ledger { scale: MoneyScale { decimals: 2 }, ..Ledger::default() };
    for c in 0..CUSTOMERS {
        out.customers.push(&format!("{c:06}"));
        let rate = rng.gamma(0.7) / 8.0;
        let (stay, leave) = (rng.gamma(2.0), rng.gamma(0.9));
        let p = leave / (leave + stay);
        let mean = 2000.0 * rng.gamma(4.0);
        let mut at = 156.0 * rng.uniform();
        while at < 156.0 {
            out.customer.push(c as u32);
            out.day.push(Day(first.0 + (at * 7.0) as i32));
            out.amount.push(1 + (mean * rng.gamma(3.0)) as i64);
            out.is_return.push(false);
            product.code.push((PRODUCTS as f64 * rng.uniform() * rng.uniform()) as u32);
            if rng.uniform() < p {
                break;
            }
            at += rng.exponential() / rate;
        }
    }
    out.product = Some(product);
    out
}
