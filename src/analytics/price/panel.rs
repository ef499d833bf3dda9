//! The panel of customers, products and months, its effects removed, and each customer's slope.

use super::{
    Elasticities, Fit, Line, MIN_OBSERVATIONS, MIN_PRICES, MIN_VARIATION, MonthEffects, NotEstimated, lines,
};
use crate::customer::{Day, Ledger};
use crate::math::ln;

/// Observations a month needs, on average, for month effects.
const MIN_PER_MONTH: usize = 30;
/// Prices closer than this share are the same price: line totals are rounded.
const SAME_PRICE: f64 = 1e-3;
/// Most sweeps over products and months; each removes all but a fraction of what is left.
const MAX_SWEEPS: usize = 60;
/// Largest month mean (in logarithms) that counts as removed.
const TOLERANCE: f64 = 1e-9;
/// Least share of a customer's price variation that month effects must leave.
const MIN_LEFT: f64 = 1e-6;

/// What the panel gives; `shrunk`, `interval` and `response` are left to fill.
pub(super) struct Panel {
    pub elasticities: Elasticities,
    /// One for each of them.
    pub fits: Vec<Fit>,
    pub month_effects: MonthEffects,
    pub not_estimated: NotEstimated,
}

/// Observations of the customers who qualify, columnar: customer by customer, product by product, month by
/// month.
#[derive(Default)]
struct Cells {
    /// Where each customer's begin; length: customers + 1.
    customers: Vec<u32>,
    /// Where each customer-product's begin; length: products + 1.
    products: Vec<u32>,
    /// Months since the first of the panel.
    month: Vec<u32>,
    ln_p: Vec<f64>,
    ln_q: Vec<f64>,
}

/// One product-month of the customer at hand.
#[derive(Clone, Copy)]
struct Cell {
    month: i32,
    price: f64,
    quantity: f64,
}

impl Panel {
    /// `None` without quantities or products.
    pub fn new(ledger: &Ledger, as_of: Day) -> Option<Self> {
        let (starts, by_customer) = group(ledger, as_of)?;
        let mut out = Self {
            elasticities: Elasticities::default(),
            fits: Vec::new(),
            month_effects: MonthEffects::TooFewObservations,
            not_estimated: NotEstimated::default(),
        };
        let mut cells = Cells { customers: vec![0], products: vec![0], ..Cells::default() };
        let (mut own, mut ends) = (Vec::new(), Vec::new());
        let mut lines = by_customer;
        for c in 0..ledger.n_customers() {
            let mine = &mut lines[starts[c] as usize..starts[c + 1] as usize];
            cells_of(ledger, mine, &mut own, &mut ends);
            match qualifies(&own, &ends) {
                Ok(()) => {
                    out.elasticities.customer.push(c as u32);
                    cells.push(&own, &ends);
                }
                Err(Missing::Observations) => out.not_estimated.too_few_observations += 1,
                Err(Missing::Prices) => out.not_estimated.too_few_prices += 1,
                Err(Missing::Variation) => out.not_estimated.too_little_variation += 1,
            }
        }
        out.estimate(cells);
        Some(out)
    }

    fn estimate(&mut self, mut cells: Cells) {
        let first = cells.month.iter().copied().min().unwrap_or(0);
        cells.month.iter_mut().for_each(|m| *m -= first);
        let n_months = cells.month.iter().max().map_or(0, |&m| m as usize + 1);
        let mut per_month = vec![0_u32; n_months];
        cells.month.iter().for_each(|&m| per_month[m as usize] += 1);
        let used = per_month.iter().filter(|&&n| n > 0).count();
        let with_months = cells.month.len() >= MIN_PER_MONTH * used.max(1);
        if with_months {
            self.month_effects = MonthEffects::Removed;
        }
        let spread = cells.squares(&cells.ln_p);
        let months = with_months.then_some(per_month.as_slice());
        demean(&mut cells.ln_p, &cells.products, &cells.month, months);
        demean(&mut cells.ln_q, &cells.products, &cells.month, months);
        let mut kept = Vec::new();
        for (i, w) in cells.customers.windows(2).enumerate() {
            match cells.slope(w[0] as usize..w[1] as usize, spread[i], months) {
                Some(fit) => {
                    kept.push(self.elasticities.customer[i]);
                    self.elasticities.slope.push(fit.slope);
                    self.elasticities.se.push(fit.se());
                    self.elasticities.n_observations.push(w[1] - w[0]);
                    self.fits.push(fit);
                }
                None => self.not_estimated.too_little_variation += 1,
            }
        }
        self.elasticities.customer = kept;
    }
}

/// Lines by customer, and where each customer's begin: a counting sort.
fn group(ledger: &Ledger, as_of: Day) -> Option<(Vec<u32>, Vec<Line>)> {
    let n = ledger.n_customers();
    let mut starts = vec![0_u32; n + 1];
    lines(ledger, as_of)?.for_each(|line| starts[line.customer as usize + 1] += 1);
    // Customers with fewer lines than observations needed cannot qualify; their lines are not kept.
    for count in &mut starts {
        if *count < MIN_OBSERVATIONS {
            *count = 0;
        }
    }
    for c in 0..n {
        starts[c + 1] += starts[c];
    }
    let mut next = starts.clone();
    let empty = Line { customer: 0, product: 0, day: Day(0), amount: 0, quantity: 0.0, row: 0 };
    let mut out = vec![empty; starts[n] as usize];
    for line in lines(ledger, as_of)? {
        let c = line.customer as usize;
        if starts[c] < starts[c + 1] {
            out[next[c] as usize] = line;
            next[c] += 1;
        }
    }
    Some((starts, out))
}

/// Product-months of one customer's lines, and where each product ends; products with one month are left out,
/// their effect takes up all they say.
fn cells_of(ledger: &Ledger, lines: &mut [Line], cells: &mut Vec<Cell>, ends: &mut Vec<usize>) {
    cells.clear();
    ends.clear();
    // Quantity and amount are in the order so that sums do not depend on the order of the rows.
    lines.sort_unstable_by(|a, b| {
        (a.product, a.day)
            .cmp(&(b.product, b.day))
            .then_with(|| a.quantity.total_cmp(&b.quantity).then(a.amount.cmp(&b.amount)))
    });
    for of_product in lines.chunk_by(|a, b| a.product == b.product) {
        let start = cells.len();
        for of_month in of_product.chunk_by(|a, b| a.day.month() == b.day.month()) {
            let amount: i128 = of_month.iter().map(|line| i128::from(line.amount)).sum();
            let quantity: f64 = of_month.iter().map(|line| line.quantity).sum();
            let price = ledger.scale.to_f64(amount) / quantity;
            if price > 0.0 && price.is_finite() && quantity.is_finite() {
                cells.push(Cell { month: of_month[0].day.month().0, price, quantity });
            }
        }
        if cells.len() < start + 2 {
            cells.truncate(start);
        } else {
            ends.push(cells.len());
        }
    }
}

enum Missing {
    Observations,
    Prices,
    Variation,
}

/// Whether a customer's product-months allow an estimate.
fn qualifies(cells: &[Cell], ends: &[usize]) -> Result<(), Missing> {
    if cells.len() < MIN_OBSERVATIONS as usize {
        return Err(Missing::Observations);
    }
    let (mut changes, mut squares, mut start) = (0, 0.0, 0);
    let mut prices = Vec::new();
    for &end in ends {
        prices.clear();
        prices.extend(cells[start..end].iter().map(|cell| cell.price));
        let mean = prices.iter().sum::<f64>() / prices.len() as f64;
        squares += prices.iter().map(|p| (p / mean - 1.0) * (p / mean - 1.0)).sum::<f64>();
        crate::math::sort(&mut prices);
        changes += prices.windows(2).filter(|w| w[1] > w[0] * (1.0 + SAME_PRICE)).count();
        start = end;
    }
    if changes + 1 < MIN_PRICES as usize {
        return Err(Missing::Prices);
    }
    let free = (cells.len() - ends.len()) as f64;
    if (squares / free).sqrt() >= MIN_VARIATION { Ok(()) } else { Err(Missing::Variation) }
}

impl Cells {
    fn push(&mut self, own: &[Cell], ends: &[usize]) {
        let start = self.month.len();
        // Months are shifted to unsigned by a constant; only differences matter.
        self.month.extend(own.iter().map(|cell| cell.month.wrapping_sub(i32::MIN) as u32));
        self.ln_p.extend(own.iter().map(|cell| ln(cell.price)));
        self.ln_q.extend(own.iter().map(|cell| ln(cell.quantity)));
        self.products.extend(ends.iter().map(|&end| (start + end) as u32));
        self.customers.push(self.month.len() as u32);
    }

    /// Sum of squares of a column around the products' means, per customer.
    fn squares(&self, column: &[f64]) -> Vec<f64> {
        let mut centered = column.to_vec();
        demean(&mut centered, &self.products, &self.month, None);
        let sum = |w: &[u32]| centered[w[0] as usize..w[1] as usize].iter().map(|x| x * x).sum();
        self.customers.windows(2).map(sum).collect()
    }

    /// The line through one customer's demeaned cells; `None` where the months leave no price variation.
    fn slope(&self, range: std::ops::Range<usize>, spread: f64, per_month: Option<&[u32]>) -> Option<Fit> {
        let (x, y) = (&self.ln_p[range.clone()], &self.ln_q[range.clone()]);
        let sxx: f64 = x.iter().map(|x| x * x).sum();
        if sxx <= MIN_LEFT * spread {
            return None;
        }
        let slope = x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / sxx;
        let sse: f64 = x.iter().zip(y).map(|(x, y)| (y - slope * x) * (y - slope * x)).sum();
        let n_products = self.products.partition_point(|&at| at < range.end as u32)
            - self.products.partition_point(|&at| at < range.start as u32);
        let months: f64 = per_month
            .map_or(0.0, |n| self.month[range.clone()].iter().map(|&m| 1.0 / f64::from(n[m as usize])).sum());
        let free = range.len() as f64 - n_products as f64 - 1.0 - months;
        (free >= 1.0).then_some(Fit { slope, sxx, sse, free })
    }
}

/// Removes product means and, where `per_month` is given, month means, by turns until neither is left.
fn demean(column: &mut [f64], products: &[u32], month: &[u32], per_month: Option<&[u32]>) {
    let sweep_products = |column: &mut [f64]| {
        for w in products.windows(2) {
            let own = &mut column[w[0] as usize..w[1] as usize];
            let mean = own.iter().sum::<f64>() / own.len() as f64;
            own.iter_mut().for_each(|x| *x -= mean);
        }
    };
    sweep_products(column);
    let Some(per_month) = per_month else { return };
    let mut mean = vec![0.0; per_month.len()];
    for _ in 0..MAX_SWEEPS {
        mean.fill(0.0);
        column.iter().zip(month).for_each(|(x, &m)| mean[m as usize] += x);
        mean.iter_mut().zip(per_month).for_each(|(sum, &n)| *sum /= f64::from(n.max(1)));
        column.iter_mut().zip(month).for_each(|(x, &m)| *x -= mean[m as usize]);
        sweep_products(column);
        if mean.iter().all(|m| m.abs() < TOLERANCE) {
            break;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;

    fn columns(n: usize) -> Vec<Vec<u32>> {
        // Products of 2 to 5 cells each, months drawn at random.
        let mut rng = Rng::new(31);
        let mut products = vec![0];
        while (products[products.len() - 1] as usize) < n {
            products.push(products[products.len() - 1] + 2 + rng.below(4) as u32);
        }
        let cells = products[products.len() - 1] as usize;
        let month: Vec<u32> = (0..cells).map(|_| rng.below(9) as u32).collect();
        let mut per_month = vec![0; 9];
        month.iter().for_each(|&m| per_month[m as usize] += 1);
        vec![products, month, per_month]
    }

    #[test]
    fn demeaning_leaves_no_product_and_no_month_mean() {
        let [products, month, per_month] = columns(400).try_into().unwrap();
        let mut rng = Rng::new(32);
        let raw: Vec<f64> = month.iter().map(|&m| 3.0 * f64::from(m) + rng.normal()).collect();
        let mut column = raw.clone();
        demean(&mut column, &products, &month, Some(&per_month));
        for w in products.windows(2) {
            assert!(column[w[0] as usize..w[1] as usize].iter().sum::<f64>().abs() < 1e-9);
        }
        for m in 0..9 {
            let own: f64 = column.iter().zip(&month).filter(|(_, x)| **x == m).map(|(x, _)| x).sum();
            assert!(own.abs() < 1e-6, "{own}");
        }
        // Product and month effects of any size make no difference: they are what is removed.
        let mut moved = raw;
        for (k, w) in products.windows(2).enumerate() {
            moved[w[0] as usize..w[1] as usize].iter_mut().for_each(|x| *x += k as f64);
        }
        moved.iter_mut().zip(&month).for_each(|(x, &m)| *x -= f64::from(m * m));
        demean(&mut moved, &products, &month, Some(&per_month));
        assert!(column.iter().zip(&moved).all(|(a, b)| (a - b).abs() < 1e-6));
    }
}
