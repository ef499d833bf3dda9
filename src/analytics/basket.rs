//! What is bought together, and what could a customer be offered next?
//!
//! A *basket* is what one order (or one customer, over time) contains; each product counts once. With N
//! baskets, of which `n_A` hold every product of A, a rule `A -> b` has
//!
//! - support `s = n_Ab / N`, confidence `c = n_Ab / n_A`, lift `c / (n_b / N)`, leverage `s - n_A n_b / N^2`,
//!   conviction `(1 - n_b / N) / (1 - c)`, infinite (`None`) where `c = 1`;
//! - `chi2 = N (N n_Ab - n_A n_b)^2 / (n_A n_b (N - n_A)(N - n_b))` with 1 degree of freedom, and `q`, its
//!   p-value after Benjamini and Hochberg's correction over *all* rules that the frequent sets allow,
//!   reported or not.
//!
//! Reported: 1 to 3 products in A, one in b; together in at least `max(5, 0.5 % of N)` baskets; `c >= 0.2`,
//! `lift > 1`, `q <= 0.05`; of the 500 most frequent products. Frequent sets are found level by level
//! (Apriori), the baskets of a product being a bit set (Eclat). Returned lines are in no basket; a line of
//! value 0 (a free item) is.
//!
//! **Next product** ([`next_products`]): `p_ij`, the highest confidence of a rule with A among what customer
//! i owns, b = j not owned, lift > 1; ranked by `p_ij x monthly profit of j per buyer`; the five largest
//! summed are the cross-buying part of growth potential, before the level of the relationship. **Offers**
//! ([`offers()`]): same category, higher price quartile.
//!
//! Symbols: counts in baskets; shares, confidence and q 0..=1; lift >= 0; profit per month in the file's
//! currency unit.
//!
//! Sources: Agrawal & Srikant 1994; Zaki 2000 (Eclat); Brin et al. 1997 (conviction, chi-squared); Benjamini
//! & Hochberg 1995; methods.md 14, 5. The test is approximate where the expected count is below 5, and it
//! assumes that baskets are independent: a few customers who always buy the same two things look like many.
//!
//! Degenerate cases: where there are no rules, [`NoRules`] says why. More than [`RuleOptions::max_baskets`]
//! baskets: a fixed sample of that many, said in [`Mined::sampled`]; sets too numerous to be looked through:
//! shorter ones only, said in [`Mined::longest_set`].
//!
//! ```
//! use tenure::analytics::basket::{BasketBy, Baskets, RuleOptions, mine};
//! use tenure::customer::Strings;
//!
//! // methods.md 14: N = 1000, n_A = 200, n_B = 250, n_AB = 100.
//! let lists = [(100, vec![0, 1]), (100, vec![0]), (150, vec![1]), (650, vec![2])];
//! let baskets = lists.iter().flat_map(|(n, list)| std::iter::repeat_n(list.as_slice(), *n));
//! let names: Strings = ["A", "B", "C"].into_iter().collect();
//! let mined = mine(&Baskets::from_lists(BasketBy::Order, baskets), &names, &RuleOptions::default());
//! let rule = &mined.rules()[0];
//! assert_eq!((rule.antecedent.as_slice(), rule.consequent), ([0].as_slice(), 1));
//! assert_eq!((rule.support, rule.confidence, rule.lift), (0.1, 0.5, 2.0));
//! assert_eq!(rule.conviction, Some(1.5));
//! assert!((rule.leverage - 0.05).abs() < 1e-12 && (rule.chi2 - 83.3333).abs() < 1e-4);
//! ```

mod mine;
mod next;
mod offers;

pub use mine::mine;
pub use next::{NextProducts, Recommendation, Recommender, next_products};
pub use offers::{Offer, OfferKind, Products, offers, products};

use crate::customer::{Coded, Day, Ledger};
use crate::math::Rng;
use serde::{Deserialize, Serialize};

/// Seed of the sample of baskets.
pub const SEED: u64 = 14;

/// What makes a basket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BasketBy {
    /// One order.
    #[default]
    Order,
    /// Everything a customer ever bought.
    Customer,
}

/// Products of each basket, as codes of the ledger's product column, ascending and each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baskets {
    /// What makes a basket.
    pub by: BasketBy,
    /// Where each basket's products begin; length: number of baskets + 1.
    offsets: Vec<u32>,
    product: Vec<u32>,
    /// A number per basket that depends on what the basket is, not on where its rows stand: who is in the
    /// sample.
    tag: Vec<u64>,
}

impl Baskets {
    /// Baskets of all orders up to `as_of` that hold a known product; `None` without a product column.
    #[must_use]
    pub fn of_orders(ledger: &Ledger, as_of: Day) -> Option<Self> {
        let product = ledger.product.as_ref()?;
        let order = |row: usize| ledger.order.as_ref().map_or(0, |o| o.code[row]);
        // Customer, day, order and product side by side: sorting groups the rows and removes duplicates at
        // once. First a counting sort by customer, which leaves little to compare.
        let mut ends = vec![0_u32; ledger.n_customers() + 1];
        lines(ledger, product, as_of).for_each(|(row, _)| ends[ledger.customer[row] as usize + 1] += 1);
        for c in 1..ends.len() {
            ends[c] += ends[c - 1];
        }
        let mut keys = vec![0_u128; ends[ends.len() - 1] as usize];
        for (row, product) in lines(ledger, product, as_of) {
            let customer = ledger.customer[row];
            let day = ledger.day[row].0 as u32;
            let at = &mut ends[customer as usize];
            keys[*at as usize] = u128::from(customer) << 96
                | u128::from(day) << 64
                | u128::from(order(row)) << 32
                | u128::from(product);
            *at += 1;
        }
        keys.chunk_by_mut(|a, b| a >> 96 == b >> 96).for_each(|own| own.sort_unstable());
        keys.dedup();
        let mut out = Self { by: BasketBy::Order, offsets: vec![0], ..Self::default() };
        out.product.reserve_exact(keys.len());
        for basket in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            out.product.extend(basket.iter().map(|&key| key as u32));
            out.offsets.push(out.product.len() as u32);
            let id = ledger.order.as_ref().map_or("", |o| o.names.get((basket[0] >> 32) as u32));
            out.tag.push(tag((basket[0] >> 64) as u64, id));
        }
        Some(out)
    }

    /// What each customer bought up to `as_of`, one basket per customer of the ledger, possibly empty; `None`
    /// without a product column.
    #[must_use]
    pub fn of_customers(ledger: &Ledger, as_of: Day) -> Option<Self> {
        let product = ledger.product.as_ref()?;
        let mut keys: Vec<u64> = lines(ledger, product, as_of)
            .map(|(row, product)| u64::from(ledger.customer[row]) << 32 | u64::from(product))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let n = ledger.n_customers();
        let mut offsets = vec![0; n + 1];
        for key in &keys {
            offsets[(key >> 32) as usize + 1] += 1;
        }
        for c in 0..n {
            offsets[c + 1] += offsets[c];
        }
        Some(Self {
            by: BasketBy::Customer,
            offsets,
            product: keys.into_iter().map(|key| key as u32).collect(),
            tag: (0..n as u64).map(|c| tag(c, "")).collect(),
        })
    }

    /// Baskets from lists of product codes.
    pub fn from_lists<L: AsRef<[u32]>>(by: BasketBy, lists: impl IntoIterator<Item = L>) -> Self {
        let mut out = Self { by, offsets: vec![0], ..Self::default() };
        for (i, list) in lists.into_iter().enumerate() {
            let mut products = list.as_ref().to_vec();
            products.sort_unstable();
            products.dedup();
            out.product.extend(products);
            out.offsets.push(out.product.len() as u32);
            out.tag.push(tag(i as u64, ""));
        }
        out
    }

    /// Number of baskets, empty ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tag.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tag.is_empty()
    }

    /// Products of a basket, ascending; none where there is no such basket.
    #[must_use]
    pub fn get(&self, basket: usize) -> &[u32] {
        let bound = |i: usize| self.offsets.get(i).map(|&at| at as usize);
        match (bound(basket), bound(basket + 1)) {
            (Some(from), Some(to)) => &self.product[from..to],
            _ => &[],
        }
    }

    /// Positions of the baskets that hold anything, and how many these are; where there are more than
    /// `limit`, those with the lowest tags, which is a simple random sample of them (bottom-k sampling, Cohen
    /// & Kaplan 2007).
    fn sample(&self, limit: usize) -> (Vec<u32>, usize) {
        let mut filled: Vec<u32> =
            (0..self.len() as u32).filter(|&i| !self.get(i as usize).is_empty()).collect();
        let of = filled.len();
        if of > limit {
            filled.select_nth_unstable_by_key(limit, |&i| (self.tag[i as usize], i));
            filled.truncate(limit);
            filled.sort_unstable();
        }
        (filled, of)
    }
}

/// Lines that put a product into a basket: row and product code.
fn lines<'a>(ledger: &'a Ledger, product: &'a Coded, as_of: Day) -> impl Iterator<Item = (usize, u32)> + 'a {
    product.code.iter().enumerate().filter_map(move |(row, &code)| {
        let counts = code != Coded::MISSING && !ledger.is_return[row] && ledger.day[row] <= as_of;
        counts.then_some((row, code))
    })
}

/// A random-looking number that is the same for the same basket wherever its rows stand in the file.
fn tag(number: u64, text: &str) -> u64 {
    let mix = |state: u64, word: u64| Rng::new(state ^ word).next_u64();
    text.as_bytes().chunks(8).fold(mix(SEED, number), |state, bytes| {
        mix(state, bytes.iter().fold(bytes.len() as u64, |word, &b| word << 8 | u64::from(b)))
    })
}

/// What counts as a rule. Values out of range are moved to the nearest that is in range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleOptions {
    /// Least share of the baskets that hold A and b, 0..=1.
    pub min_support: f64,
    /// Least number of such baskets, at least 1.
    pub min_baskets: u32,
    /// Least confidence, 0..=1.
    pub min_confidence: f64,
    /// Most products in A, 1..=9.
    pub max_antecedent: usize,
    /// Lift must exceed this; `None` to report every lift.
    pub lift_above: Option<f64>,
    /// Largest q reported; `None` to report every one.
    pub max_q: Option<f64>,
    /// Most products looked at, the most frequent ones, at most 2000.
    pub max_products: usize,
    /// Most baskets looked at.
    pub max_baskets: usize,
}

impl Default for RuleOptions {
    fn default() -> Self {
        Self {
            min_support: 0.005,
            min_baskets: 5,
            min_confidence: 0.2,
            max_antecedent: 3,
            lift_above: Some(1.0),
            max_q: Some(0.05),
            max_products: 500,
            max_baskets: 200_000,
        }
    }
}

impl RuleOptions {
    /// Fewest baskets that make a set frequent among `n`.
    fn min_count(&self, n: usize) -> u32 {
        // The allowance keeps 0.3 x 10 from asking for 4 baskets because of the binary fraction.
        let share = (share(self.min_support) * n as f64 - 1e-9).ceil();
        (share.max(0.0) as u32).max(self.min_baskets).max(1)
    }
}

fn share(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) }
}

/// A rule: who buys all of `antecedent` tends to buy `consequent`. Products are codes of the product column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// A, in the order of names.
    pub antecedent: Vec<u32>,
    /// b.
    pub consequent: u32,
    /// Baskets that hold A and b.
    pub n_baskets: u32,
    /// Their share of all baskets.
    pub support: f64,
    /// Share of the baskets with A that hold b.
    pub confidence: f64,
    /// How many times as often as in all baskets.
    pub lift: f64,
    /// Share of baskets beyond what independence would give.
    pub leverage: f64,
    /// How many times as often the rule would fail if A and b were independent; `None` is infinite.
    pub conviction: Option<f64>,
    /// Chi-squared, 1 degree of freedom.
    pub chi2: f64,
    /// Smallest false discovery rate at which the rule counts.
    pub q: f64,
}

/// Why there are no rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum NoRules {
    /// No basket holds a known product.
    NoProducts,
    /// Fewer baskets than the least number a rule needs.
    TooFewBaskets {
        /// Baskets.
        n: u32,
        /// Needed.
        needed: u32,
    },
    /// No basket holds two different products; where baskets are orders, customers may still own several.
    OneProductOnly,
    /// No two products are together in enough baskets.
    NoFrequentPair {
        /// How many would be enough.
        needed: u32,
    },
    /// Rules were tried, none is strong and certain enough.
    NonePassed {
        /// How many were tried.
        n_tested: u32,
    },
}

/// How a large file was cut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sampled {
    /// Baskets looked at.
    pub used: u32,
    /// Baskets in the file.
    pub of: u32,
}

/// The rules, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Outcome {
    /// At least one.
    Found {
        /// By falling lift, number of baskets and confidence, then by names.
        rules: Vec<Rule>,
    },
    /// None.
    NoRules {
        /// Why.
        because: NoRules,
    },
}

/// Result of [`mine()`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mined {
    /// What made a basket.
    pub by: BasketBy,
    /// N, baskets looked at; empty ones do not count.
    pub n_baskets: u32,
    /// Present where these are a sample.
    pub sampled: Option<Sampled>,
    /// Products that occur.
    pub n_products: u32,
    /// Products in enough baskets.
    pub n_frequent_products: u32,
    /// Of these the ones looked at, the most frequent.
    pub n_products_used: u32,
    /// Fewest baskets that made a set frequent.
    pub min_count: u32,
    /// Most products in a set that was looked at, consequent included; less than asked for where longer sets
    /// were too numerous.
    pub longest_set: u32,
    /// Whether longer sets were left out for being too numerous.
    pub cut_short: bool,
    /// Rules that were tested, the number behind q.
    pub n_tested: u32,
    /// The rules.
    pub outcome: Outcome,
}

impl Mined {
    /// The rules; none where there are none.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        match &self.outcome {
            Outcome::Found { rules } => rules,
            Outcome::NoRules { .. } => &[],
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analytics::orders::ledger_from_rows;
    use crate::customer::Strings;
    use crate::math::stats::chi_squared_beyond;
    use std::collections::BTreeSet;

    fn names(n: usize) -> Strings {
        (0..n).map(|i| format!("p{i:03}")).collect()
    }

    /// Baskets in which low products are frequent and products come in clusters of three.
    fn random_lists(rng: &mut Rng, n: usize, n_products: usize, fill: f64) -> Vec<Vec<u32>> {
        let basket = |rng: &mut Rng| {
            let theme = rng.below(n_products) as u32 / 3;
            let keeps = |p: u32, rng: &mut Rng| {
                let own = if p / 3 == theme { 0.7 } else { fill / f64::from(p + 1).sqrt() };
                rng.uniform() < own
            };
            (0..n_products as u32).filter(|&p| keeps(p, rng)).collect()
        };
        (0..n).map(|_| basket(rng)).collect()
    }

    fn baskets(lists: &[Vec<u32>]) -> Baskets {
        Baskets::from_lists(BasketBy::Order, lists)
    }

    fn holds(basket: &[u32], set: &[u32]) -> bool {
        set.iter().all(|p| basket.contains(p))
    }

    /// Every rule by looking through all baskets for each: antecedent, consequent, baskets, confidence, lift,
    /// chi2, q.
    type Plain = (Vec<u32>, u32, u32, f64, f64, f64, f64);

    fn by_brute_force(lists: &[Vec<u32>], n_products: u32, options: &RuleOptions) -> Vec<Plain> {
        let filled: Vec<&Vec<u32>> = lists.iter().filter(|l| !l.is_empty()).collect();
        let n = filled.len() as f64;
        let count = |set: &[u32]| filled.iter().filter(|l| holds(l, set)).count() as u32;
        let mut sets: Vec<Vec<u32>> = (0..n_products).map(|p| vec![p]).collect();
        let mut tested = Vec::new();
        for _ in 0..options.max_antecedent {
            let longer = sets.iter().flat_map(|s| (s[s.len() - 1] + 1..n_products).map(move |p| (s, p)));
            sets = longer.map(|(s, p)| s.iter().copied().chain([p]).collect()).collect();
            sets.retain(|set: &Vec<u32>| count(set) >= options.min_count(filled.len()));
            for set in &sets {
                for &b in set {
                    let a: Vec<u32> = set.iter().copied().filter(|&p| p != b).collect();
                    let (na, nb, nab) = (count(&a) as f64, count(&[b]) as f64, f64::from(count(set)));
                    let expected =
                        [na * nb, na * (n - nb), (n - na) * nb, (n - na) * (n - nb)].map(|e| e / n);
                    let observed = [nab, na - nab, nb - nab, n - na - nb + nab];
                    let chi2 = if expected.contains(&0.0) {
                        0.0
                    } else {
                        observed.iter().zip(expected).map(|(o, e)| (o - e) * (o - e) / e).sum()
                    };
                    tested.push((a, b, count(set), nab / na, nab / na / (nb / n), chi2, 0.0));
                }
            }
        }
        let p: Vec<f64> = tested.iter().map(|t| chi_squared_beyond(t.5, 1)).collect();
        for t in &mut tested {
            // q = least over all p' >= p of p' x tests / (tests with p'' <= p').
            let own = chi_squared_beyond(t.5, 1);
            let rank = |x: f64| p.iter().filter(|&&y| y <= x).count() as f64;
            t.6 = p.iter().filter(|&&x| x >= own).map(|&x| x * p.len() as f64 / rank(x)).fold(1.0, f64::min);
        }
        let mut kept = tested;
        kept.retain(|t| {
            t.3 >= options.min_confidence - 1e-12
                && options.lift_above.is_none_or(|l| t.4 > l + 1e-12)
                && options.max_q.is_none_or(|q| t.6 <= q)
        });
        kept.sort_by(|x, y| (&x.0, x.1).cmp(&(&y.0, y.1)));
        kept
    }

    fn assert_same(mined: &Mined, plain: &[Plain]) {
        let mut rules: Vec<&Rule> = mined.rules().iter().collect();
        rules.sort_by(|x, y| (&x.antecedent, x.consequent).cmp(&(&y.antecedent, y.consequent)));
        assert_eq!(rules.len(), plain.len());
        for (rule, plain) in rules.iter().zip(plain) {
            assert_eq!((&rule.antecedent, rule.consequent, rule.n_baskets), (&plain.0, plain.1, plain.2));
            for (found, expected) in
                [(rule.confidence, plain.3), (rule.lift, plain.4), (rule.chi2, plain.5), (rule.q, plain.6)]
            {
                assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{rule:?} {plain:?}");
            }
        }
    }

    #[test]
    fn ex_14_one_rule() {
        let lists = [(100, vec![0, 1]), (100, vec![0]), (150, vec![1]), (650, vec![2])];
        let lists: Vec<_> = lists.iter().flat_map(|(n, l)| std::iter::repeat_n(l.clone(), *n)).collect();
        let mined = mine(&baskets(&lists), &names(3), &RuleOptions::default());
        assert_eq!((mined.n_baskets, mined.min_count, mined.n_tested, mined.longest_set), (1000, 5, 2, 2));
        let rule = mined.rules().iter().find(|r| r.consequent == 1).unwrap();
        assert_eq!((rule.support, rule.confidence, rule.lift), (0.10, 0.50, 2.0));
        assert!((rule.leverage - 0.05).abs() < 1e-15);
        assert_eq!(rule.conviction, Some(1.5));
        assert!((rule.chi2 - 83.333_333_333).abs() < 1e-8);
        // The same table read the other way: B -> A has the same lift and chi-squared, another confidence.
        let back = mined.rules().iter().find(|r| r.consequent == 0).unwrap();
        assert_eq!((back.confidence, back.lift), (0.4, 2.0));
        assert_eq!(back.chi2, rule.chi2);
    }

    #[test]
    fn a_rule_without_exception_has_infinite_conviction() {
        let lists: Vec<_> =
            (0..40).map(|i| if i < 10 { vec![0, 1] } else { vec![2 - u32::from(i < 20)] }).collect();
        let mined = mine(&baskets(&lists), &names(3), &RuleOptions::default());
        let of = |a: u32| mined.rules().iter().find(|r| r.antecedent == [a]).unwrap();
        assert_eq!((of(0).confidence, of(0).conviction), (1.0, None));
        assert_eq!((of(1).confidence, of(1).conviction), (0.5, Some(1.5)));
    }

    #[test]
    fn counting_agrees_with_brute_force() {
        let mut rng = Rng::new(3);
        for (n, n_products, fill, min_support) in [
            (200, 12, 0.1, 0.02),
            (130, 9, 0.8, 0.1),
            (64, 7, 0.95, 0.3),
            (333, 15, 0.05, 0.005),
            (20, 5, 0.5, 0.0),
        ] {
            let mut lists = random_lists(&mut rng, n, n_products, fill);
            lists.push(Vec::new());
            let all = RuleOptions {
                min_support,
                min_confidence: 0.0,
                lift_above: None,
                max_q: None,
                ..RuleOptions::default()
            };
            let few = RuleOptions { min_support, ..RuleOptions::default() };
            let long = RuleOptions { max_antecedent: 6, min_baskets: 1, ..all };
            for options in [all, few, long, RuleOptions { max_antecedent: 1, ..few }] {
                let mined = mine(&baskets(&lists), &names(n_products), &options);
                let plain = by_brute_force(&lists, n_products as u32, &options);
                assert_same(&mined, &plain);
                if options == all {
                    assert_eq!(mined.n_tested as usize, plain.len());
                    assert!(!plain.is_empty(), "something is compared");
                }
            }
        }
    }

    #[test]
    fn rules_are_within_their_ranges_and_sorted() {
        let mut rng = Rng::new(8);
        let lists = random_lists(&mut rng, 500, 30, 0.3);
        let mined = mine(&baskets(&lists), &names(30), &RuleOptions::default());
        assert!(mined.rules().len() > 20);
        for rule in mined.rules() {
            assert!((0.005..=1.0).contains(&rule.support) && (0.2..=1.0).contains(&rule.confidence));
            assert!(rule.lift > 1.0 && rule.leverage > 0.0 && rule.leverage <= 0.25);
            assert!(rule.conviction.is_none_or(|c| c > 1.0 && c.is_finite()));
            assert!(rule.chi2 >= 0.0 && (0.0..=0.05).contains(&rule.q));
            assert!(rule.n_baskets >= 5 && (1..=3).contains(&rule.antecedent.len()));
            assert!(!rule.antecedent.contains(&rule.consequent));
        }
        assert!(mined.rules().windows(2).all(|w| w[0].lift >= w[1].lift));
        let json = serde_json::to_string(&mined).unwrap();
        let back: Mined = serde_json::from_str(&json).unwrap();
        assert_eq!(back.rules().len(), mined.rules().len());
    }

    #[test]
    fn a_product_counts_once_per_basket() {
        let once = vec![vec![0, 1]; 10].into_iter().chain(vec![vec![2]; 10]).collect::<Vec<_>>();
        let twice: Vec<_> = once.iter().map(|l| l.iter().chain(l).copied().collect::<Vec<_>>()).collect();
        let found = mine(&baskets(&once), &names(3), &RuleOptions::default());
        assert_eq!(found, mine(&baskets(&twice), &names(3), &RuleOptions::default()));
        assert_eq!(found.rules().len(), 2);
    }

    #[test]
    fn without_rules_the_reason_is_given() {
        let reason =
            |lists: &[Vec<u32>]| match mine(&baskets(lists), &names(50), &RuleOptions::default()).outcome {
                Outcome::NoRules { because } => because,
                Outcome::Found { rules } => panic!("{rules:?}"),
            };
        assert_eq!(reason(&[]), NoRules::NoProducts);
        assert_eq!(reason(&[vec![], vec![]]), NoRules::NoProducts);
        assert_eq!(reason(&vec![vec![0, 1]; 4]), NoRules::TooFewBaskets { n: 4, needed: 5 });
        assert_eq!(reason(&vec![vec![3]; 80]), NoRules::OneProductOnly);
        let pairs: Vec<_> = (0..40).map(|i| vec![i, i + 1]).collect();
        assert_eq!(reason(&pairs), NoRules::NoFrequentPair { needed: 5 });
        assert_eq!(reason(&vec![vec![0, 1]; 40]), NoRules::NonePassed { n_tested: 2 });
        let mined = mine(&Baskets::default(), &Strings::default(), &RuleOptions::default());
        assert_eq!((mined.n_baskets, mined.rules().len()), (0, 0));
    }

    #[test]
    fn too_many_sets_shorten_the_rules_and_it_is_said() {
        // 40 products in every basket: 9,880 sets of three, 91,390 of four.
        let lists = vec![(0..40).collect::<Vec<u32>>(); 64];
        let all = RuleOptions { lift_above: None, max_q: None, ..RuleOptions::default() };
        let mined = mine(&baskets(&lists), &names(40), &all);
        assert!(mined.cut_short);
        assert_eq!((mined.longest_set, mined.n_tested), (3, 780 * 2 + 9880 * 3));
        assert_eq!(mined.rules().len(), mined.n_tested as usize);
        assert!(mined.rules().iter().all(|r| r.lift == 1.0 && r.chi2 == 0.0 && r.q == 1.0));
        let short = mine(&baskets(&lists), &names(40), &RuleOptions { max_antecedent: 1, ..all });
        assert_eq!((short.cut_short, short.longest_set), (false, 2));
    }

    #[test]
    fn the_most_frequent_products_are_kept_and_ties_go_by_name() {
        let lists: Vec<_> = (0..60).map(|i| if i % 2 == 0 { vec![3, 1, 2] } else { vec![0] }).collect();
        let options = RuleOptions { max_products: 2, ..RuleOptions::default() };
        let text: Strings = ["z", "b", "c", "a"].into_iter().collect();
        let mined = mine(&baskets(&lists), &text, &options);
        assert_eq!((mined.n_products, mined.n_frequent_products, mined.n_products_used), (4, 4, 2));
        let used: BTreeSet<u32> = mined.rules().iter().map(|r| r.consequent).collect();
        assert_eq!(used.into_iter().map(|p| text.get(p)).collect::<Vec<_>>(), ["b", "a"]);
    }

    /// Customer, day, order, product and whether it is a return.
    type Row = (usize, i32, usize, usize, bool);

    fn ledger(rows: &[Row]) -> Ledger {
        let customers: Vec<String> = (0..60).map(|c| format!("c{c:02}")).collect();
        let orders: Vec<String> = (0..2000).map(|o| format!("{o}")).collect();
        let sign = |back: bool| if back { -100 } else { 100 };
        let mut ledger = ledger_from_rows(
            rows.iter().map(|r| (customers[r.0].as_str(), Day(r.1), sign(r.4), Some(orders[r.2].as_str()))),
        );
        let mut product = Coded::default();
        for row in rows {
            let name = format!("p{:02}", row.3);
            let known = product.names.iter().position(|n| n == name);
            let code = known.map_or_else(|| product.names.push(&name), |i| i as u32);
            product.code.push(code);
        }
        ledger.product = Some(product);
        ledger
    }

    fn random_rows(rng: &mut Rng, n_orders: usize) -> Vec<Row> {
        let lists = random_lists(rng, n_orders, 12, 0.2);
        let mut rows = Vec::new();
        for (order, list) in lists.iter().enumerate() {
            let (customer, day) = (rng.below(60), rng.below(30) as i32);
            rows.extend(list.iter().map(|&p| (customer, day, order, p as usize, rng.below(20) == 0)));
        }
        rows
    }

    /// Rules with names in place of codes.
    fn named(mined: &Mined, ledger: &Ledger) -> Vec<(Vec<String>, String, Rule)> {
        let name = |&p: &u32| ledger.product.as_ref().unwrap().names.get(p).to_owned();
        let named = |r: &Rule| {
            let blank = Rule { antecedent: vec![], consequent: 0, ..r.clone() };
            (r.antecedent.iter().map(name).collect(), name(&r.consequent), blank)
        };
        mined.rules().iter().map(named).collect()
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter() {
        let mut rng = Rng::new(21);
        let mut rows = random_rows(&mut rng, 400);
        let run = |rows: &[Row], options: &RuleOptions| {
            let ledger = ledger(rows);
            let text = &ledger.product.as_ref().unwrap().names;
            [Baskets::of_orders(&ledger, Day(25)), Baskets::of_customers(&ledger, Day(25))].map(|baskets| {
                let mined = mine(&baskets.unwrap(), text, options);
                (mined.sampled, mined.n_tested, named(&mined, &ledger))
            })
        };
        let sampled = RuleOptions { max_baskets: 50, min_support: 0.1, ..RuleOptions::default() };
        for options in [RuleOptions::default(), sampled] {
            let forward = run(&rows, &options);
            assert!(!forward[0].2.is_empty());
            for i in (1..rows.len()).rev() {
                rows.swap(i, rng.below(i + 1));
            }
            assert_eq!(run(&rows, &options), forward);
        }
    }

    #[test]
    fn orders_and_customers_make_baskets() {
        let rows = [
            (1, 1, 7, 0, false),
            (1, 1, 7, 0, false),
            (1, 1, 8, 1, false),
            (0, 1, 7, 2, false),
            (1, 2, 7, 2, false),
            (1, 3, 9, 3, true),
            (1, 9, 9, 3, false),
            (2, 1, 10, 3, true),
        ];
        let ledger = ledger(&rows);
        let all = |baskets: &Baskets| (0..baskets.len()).map(|b| baskets.get(b).to_vec()).collect::<Vec<_>>();
        let orders = Baskets::of_orders(&ledger, Day(5)).unwrap();
        assert_eq!(all(&orders), [vec![2], vec![0], vec![1], vec![2]], "an id on two days is two orders");
        let customers = Baskets::of_customers(&ledger, Day(5)).unwrap();
        assert_eq!(all(&customers), [vec![2], vec![0, 1, 2], vec![]]);
        assert_eq!(Baskets::of_customers(&ledger, Day(9)).unwrap().get(1), [0, 1, 2, 3]);
        assert_eq!(Baskets::of_orders(&Ledger::default(), Day(5)), None);
        assert!(orders.get(99).is_empty() && Baskets::default().is_empty());
    }

    #[test]
    fn a_sample_has_the_size_asked_for_and_is_spread_over_the_file() {
        let lists: Vec<Vec<u32>> = (0..4000).map(|i| vec![u32::from(i >= 2000), 2]).collect();
        let options =
            RuleOptions { max_baskets: 1000, lift_above: None, max_q: None, ..RuleOptions::default() };
        let mined = mine(&baskets(&lists), &names(3), &options);
        assert_eq!(mined.sampled, Some(Sampled { used: 1000, of: 4000 }));
        assert_eq!(mined.n_baskets, 1000);
        let early = mined.rules().iter().find(|r| r.antecedent == [0]).unwrap();
        // Hypergeometric with mean 500 and standard deviation 13.7.
        assert!((450..=550).contains(&early.n_baskets), "{early:?}");
    }

    #[test]
    fn independent_products_give_hardly_any_rules() {
        let mut rng = Rng::new(5);
        let lists: Vec<Vec<u32>> =
            (0..3000).map(|_| (0..25).filter(|_| rng.uniform() < 0.25).collect()).collect();
        let options = RuleOptions { max_antecedent: 1, ..RuleOptions::default() };
        let mined = mine(&baskets(&lists), &names(25), &options);
        assert_eq!(mined.n_tested, 600);
        // All hypotheses are true: q <= .05 happens at all in about one file of twenty, and then for a pair
        // both ways.
        assert!(mined.rules().len() <= 2, "{}", mined.rules().len());
    }

    #[test]
    fn options_out_of_range_are_moved_into_it() {
        let lists = vec![vec![0, 1]; 30].into_iter().chain(vec![vec![2]; 30]).collect::<Vec<_>>();
        let wild = RuleOptions {
            min_support: f64::NAN,
            min_baskets: 0,
            min_confidence: -3.0,
            max_antecedent: 1_000_000,
            max_products: usize::MAX,
            max_baskets: usize::MAX,
            ..RuleOptions::default()
        };
        assert_eq!(mine(&baskets(&lists), &names(3), &wild).rules().len(), 2);
        let none = RuleOptions { max_products: 0, max_baskets: 0, ..RuleOptions::default() };
        assert!(mine(&baskets(&lists), &names(3), &none).rules().is_empty());
    }

    fn typed_rule(antecedent: &[u32], consequent: u32, confidence: f64, lift: f64) -> Rule {
        Rule {
            antecedent: antecedent.to_vec(),
            consequent,
            n_baskets: 10,
            support: 0.1,
            confidence,
            lift,
            leverage: 0.0,
            conviction: None,
            chi2: 0.0,
            q: 0.0,
        }
    }

    fn owned(lists: &[&[u32]]) -> Baskets {
        Baskets::from_lists(BasketBy::Customer, lists)
    }

    #[test]
    fn ex_5_cross_buying_before_the_level() {
        // Two products: p .25 with 40 x .3 a month, p .10 with 90 x .3; x q .9 = 5.13.
        let rules = [typed_rule(&[0], 1, 0.25, 1.5), typed_rule(&[0], 2, 0.10, 1.2)];
        let (text, profit) = (names(3), [0.0, 12.0, 27.0]);
        let customers = owned(&[&[0], &[0, 1], &[1, 2], &[]]);
        let next = next_products(&Recommender::new(&rules, &customers, &text, &profit), &customers);
        assert!((0.9 * next.cross_profit[0] - 5.13).abs() < 1e-12);
        assert_eq!(next.product, [Some(1), Some(2), None, None]);
        assert_eq!(next.confidence, [0.25, 0.10, 0.0, 0.0]);
        assert!((next.expected_monthly_profit[0] - 3.0).abs() < 1e-12);
        assert!((next.cross_profit[1] - 2.7).abs() < 1e-12);
        assert_eq!(next.cross_profit[2..], [0.0, 0.0]);
    }

    #[test]
    fn recommendations_agree_with_brute_force() {
        let mut rng = Rng::new(77);
        let lists = random_lists(&mut rng, 300, 18, 0.25);
        let options =
            RuleOptions { lift_above: None, max_q: None, min_confidence: 0.05, ..RuleOptions::default() };
        let customers = Baskets::from_lists(BasketBy::Customer, &lists);
        let mined = mine(&customers, &names(18), &options);
        let profit: Vec<f64> = (0..18).map(|p| f64::from(p % 5) * 3.0 - 1.0).collect();
        let text = names(18);
        let recommender = Recommender::new(mined.rules(), &customers, &text, &profit);
        let next = next_products(&recommender, &customers);
        let mut longest = 0;
        for (c, list) in lists.iter().enumerate() {
            let confidence = |to: u32| {
                let fits = |r: &&Rule| r.consequent == to && r.lift > 1.0 && holds(list, &r.antecedent);
                mined.rules().iter().filter(fits).map(|r| r.confidence).fold(0.0, f64::max)
            };
            let mut expected: Vec<(f64, u32)> = (0..18)
                .filter(|p| !list.contains(p))
                .map(|p| (confidence(p) * profit[p as usize], p))
                .filter(|e| e.0 > 0.0)
                .collect();
            expected.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            expected.truncate(5);
            let total: f64 = expected.iter().map(|e| e.0).sum();
            assert!((next.cross_profit[c] - total).abs() < 1e-9);
            assert_eq!(next.product[c], expected.first().map(|e| e.1));
            let listed = recommender.recommend(list);
            assert_eq!(
                listed.iter().map(|r| r.product).collect::<Vec<_>>(),
                expected.iter().map(|e| e.1).collect::<Vec<_>>()
            );
            for r in &listed {
                assert!(holds(list, &r.because) && r.confidence == confidence(r.product));
            }
            longest = longest.max(listed.len());
        }
        assert_eq!(longest, 5);
    }

    #[test]
    fn nothing_is_recommended_without_lift_profit_or_a_known_product() {
        let rules = [
            typed_rule(&[0], 1, 0.9, 1.0),
            typed_rule(&[0], 2, 0.9, 2.0),
            typed_rule(&[0], 9, 0.9, 2.0),
            typed_rule(&[9], 3, 0.9, 2.0),
        ];
        let (text, customers) = (names(4), owned(&[&[0], &[9]]));
        for loss in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let profit = [1.0, 1.0, loss, 1.0];
            let recommender = Recommender::new(&rules, &customers, &text, &profit);
            assert_eq!(recommender.recommend(&[0]), []);
            assert_eq!(next_products(&recommender, &customers).cross_profit, [0.0, 0.0]);
        }
    }

    /// Four products of one category at 1, 2, 3 and 4 per unit, one of another; all bought by customer 0,
    /// product 3 by two.
    fn shop() -> Ledger {
        let rows = [(0, 0, 1), (0, 1, 2), (0, 2, 3), (0, 3, 4), (1, 3, 4), (1, 4, 9)];
        let rows: Vec<(usize, usize, i64)> = rows.to_vec();
        let mut ledger =
            ledger_from_rows(rows.iter().map(|r| (["a", "b"][r.0], Day(19_700), r.2 * 1000, None)));
        let coded = |names: Strings, code: Vec<u32>| Some(Coded { names, code });
        ledger.product = coded(names(5), rows.iter().map(|r| r.1 as u32).collect());
        ledger.category = coded(["tools", "other"].into_iter().collect(), vec![0, 0, 0, 0, 0, 1]);
        ledger.quantity = Some(vec![10.0; 6]);
        ledger
    }

    #[test]
    fn what_is_known_of_products() {
        let ledger = shop();
        let baskets = Baskets::of_customers(&ledger, Day(19_800)).unwrap();
        let found = products(&ledger, &baskets, Day(19_800), 0.3).unwrap();
        assert_eq!(found.n_buyers, [1, 1, 1, 2, 1]);
        assert_eq!(found.price, [Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(9.0)]);
        assert_eq!(found.category, [Some(0), Some(0), Some(0), Some(0), Some(1)]);
        // 100 days are 3.2854 months; 10 x .3 = 3, and product 3: 80 x .3 over two buyers.
        let months = 100.0 / (365.25 / 12.0);
        assert!((found.monthly_profit_per_buyer[0] - 3.0 / months).abs() < 1e-12);
        assert!((found.monthly_profit_per_buyer[3] - 12.0 / months).abs() < 1e-12);
        // Sold more than a year ago: nobody bought it in the last 12 months.
        let late = products(&ledger, &baskets, Day(20_800), 0.3).unwrap();
        assert_eq!(late.monthly_profit_per_buyer, [0.0; 5]);
        let mut costly = ledger.clone();
        costly.cost = Some(vec![500, 0, 0, 0, 0, 0]);
        let costly = products(&costly, &baskets, Day(19_800), 0.3).unwrap();
        assert!((costly.monthly_profit_per_buyer[0] - 5.0 / months).abs() < 1e-12);
        assert_eq!(products(&Ledger::default(), &Baskets::default(), Day(0), 0.3), None);
    }

    #[test]
    fn offers_stay_in_the_category_and_go_up() {
        let ledger = shop();
        let baskets = Baskets::of_customers(&ledger, Day(19_800)).unwrap();
        let found = products(&ledger, &baskets, Day(19_800), 0.3).unwrap();
        let rules = [
            typed_rule(&[0], 2, 0.5, 1.5),
            typed_rule(&[0], 1, 0.4, 1.5),
            typed_rule(&[2], 1, 0.9, 1.5),
            typed_rule(&[1], 4, 0.9, 1.5),
            typed_rule(&[1], 2, 0.9, 0.5),
        ];
        let list = offers(&found, &rules, &names(5));
        let short: Vec<_> = list.iter().map(|o| (o.product, o.offer, o.kind)).collect();
        assert_eq!(
            short,
            [
                (0, 2, OfferKind::Bundle { confidence: 0.5 }),
                (1, 3, OfferKind::UpSell),
                (2, 3, OfferKind::UpSell)
            ]
        );
        assert_eq!((list[0].price, list[0].quartile), ([1.0, 3.0], [1, 3]));
        assert!(offers(&Products { category: vec![None; 5], ..found }, &rules, &names(5)).is_empty());
    }
}
