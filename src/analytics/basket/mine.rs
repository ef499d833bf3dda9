//! Frequent sets, level by level, and the rules they allow (formulas in the parent module).

use super::{Baskets, Mined, NoRules, Outcome, Rule, RuleOptions, Sampled, share};
use crate::customer::{Strings, compare_names};
use crate::math::stats::{benjamini_hochberg, chi_squared_beyond};
use std::cmp::Ordering;

/// Most sets of three or more that are kept of one size; where there are more, all of that size and above are
/// left out.
const MAX_SETS: usize = 50_000;
/// Most machine words that are intersected in all, about a second of work in a browser.
const MAX_WORDS: u64 = 1_000_000_000;
/// Stands for a product that is not looked at.
const LEFT_OUT: u16 = u16::MAX;

/// Finds the rules between products. `names` are those of the product column; they decide ties, because codes
/// depend on the order of the rows.
#[must_use]
pub fn mine(baskets: &Baskets, names: &Strings, options: &RuleOptions) -> Mined {
    let (used, of) = baskets.sample(options.max_baskets.max(1));
    let n = used.len();
    let min_count = options.min_count(n);
    let items = Items::choose(baskets, &used, names, min_count, options.max_products.clamp(1, 2000));
    let mut out = Mined {
        by: baskets.by,
        n_baskets: n as u32,
        sampled: (of > n).then_some(Sampled { used: n as u32, of: of as u32 }),
        n_products: items.n_products,
        n_frequent_products: items.n_frequent,
        n_products_used: items.code.len() as u32,
        min_count,
        longest_set: 1,
        cut_short: false,
        n_tested: 0,
        outcome: Outcome::NoRules { because: NoRules::NoProducts },
    };
    if let Err(because) = enough(baskets, &used, min_count) {
        out.outcome = Outcome::NoRules { because };
        return out;
    }
    let sets = FrequentSets::find(&items.reduce(baskets, &used), &items.count, min_count, options);
    out.longest_set = sets.levels.len() as u32;
    out.cut_short = sets.cut_short;
    out.outcome = match sets.levels.len() {
        0 | 1 => Outcome::NoRules { because: NoRules::NoFrequentPair { needed: min_count } },
        _ => {
            let (rules, n_tested) = rules(&sets, &items, n, options);
            out.n_tested = n_tested;
            match rules.is_empty() {
                true => Outcome::NoRules { because: NoRules::NonePassed { n_tested } },
                false => Outcome::Found { rules },
            }
        }
    };
    out
}

fn enough(baskets: &Baskets, used: &[u32], min_count: u32) -> Result<(), NoRules> {
    match used.len() as u32 {
        0 => Err(NoRules::NoProducts),
        n if n < min_count => Err(NoRules::TooFewBaskets { n, needed: min_count }),
        _ if used.iter().all(|&b| baskets.get(b as usize).len() < 2) => Err(NoRules::OneProductOnly),
        _ => Ok(()),
    }
}

/// The products that are looked at, rarest first: sets that begin with a rare product have few continuations.
struct Items {
    /// Product code of each item.
    code: Vec<u32>,
    /// Baskets of each item.
    count: Vec<u32>,
    /// Place of each item in the order of names.
    name_rank: Vec<u16>,
    /// Item of each product code.
    item: Vec<u16>,
    n_products: u32,
    n_frequent: u32,
}

impl Items {
    fn choose(baskets: &Baskets, used: &[u32], names: &Strings, min_count: u32, limit: usize) -> Self {
        let n_codes = baskets.product.iter().max().map_or(0, |&code| code as usize + 1);
        let mut count = vec![0_u32; n_codes];
        for &b in used {
            baskets.get(b as usize).iter().for_each(|&code| count[code as usize] += 1);
        }
        let by_name = |a: u32, b: u32| compare_names(names.get(a), names.get(b)).then(a.cmp(&b));
        let n_products = count.iter().filter(|&&n| n > 0).count() as u32;
        let mut code: Vec<u32> = (0..n_codes as u32).filter(|&c| count[c as usize] >= min_count).collect();
        let n_frequent = code.len() as u32;
        code.sort_unstable_by(|&a, &b| count[b as usize].cmp(&count[a as usize]).then_with(|| by_name(a, b)));
        code.truncate(limit);
        code.reverse();
        let mut ranked: Vec<u16> = (0..code.len() as u16).collect();
        ranked.sort_unstable_by(|&a, &b| by_name(code[usize::from(a)], code[usize::from(b)]));
        let (mut name_rank, mut item) = (vec![0; code.len()], vec![LEFT_OUT; n_codes]);
        ranked.iter().zip(0..).for_each(|(&i, rank)| name_rank[usize::from(i)] = rank);
        code.iter().zip(0..).for_each(|(&c, i)| item[c as usize] = i);
        let count = code.iter().map(|&c| count[c as usize]).collect();
        Self { code, count, name_rank, item, n_products, n_frequent }
    }

    /// The baskets as ascending items, those with at least two.
    fn reduce(&self, baskets: &Baskets, used: &[u32]) -> Reduced {
        let mut out = Reduced { offsets: vec![0], items: Vec::new() };
        for &b in used {
            let start = out.items.len();
            let items = baskets.get(b as usize).iter().map(|&code| self.item[code as usize]);
            out.items.extend(items.filter(|&item| item != LEFT_OUT));
            if out.items.len() < start + 2 {
                out.items.truncate(start);
            } else {
                out.items[start..].sort_unstable();
                out.offsets.push(out.items.len() as u32);
            }
        }
        out
    }
}

/// Baskets of items.
struct Reduced {
    offsets: Vec<u32>,
    items: Vec<u16>,
}

impl Reduced {
    fn n(&self) -> usize {
        self.offsets.len() - 1
    }

    fn iter(&self) -> impl Iterator<Item = &[u16]> {
        self.offsets.windows(2).map(|w| &self.items[w[0] as usize..w[1] as usize])
    }
}

/// Which baskets hold an item, one bit each.
struct Bits {
    words: usize,
    bits: Vec<u64>,
}

impl Bits {
    fn new(baskets: &Reduced, n_items: usize) -> Self {
        let words = baskets.n().div_ceil(64);
        let mut bits = vec![0; words * n_items];
        for (b, items) in baskets.iter().enumerate() {
            for &item in items {
                bits[usize::from(item) * words + b / 64] |= 1 << (b % 64);
            }
        }
        Self { words, bits }
    }

    fn of(&self, item: u16) -> &[u64] {
        &self.bits[usize::from(item) * self.words..][..self.words]
    }
}

fn common(a: &[u64], b: &[u64]) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x & y).count_ones()).sum()
}

/// Baskets of every pair of items.
struct Pairs {
    n_items: usize,
    count: Vec<u32>,
}

impl Pairs {
    /// Counts basket by basket, or item by item where baskets are so full that this is less work.
    fn count(baskets: &Reduced, bits: &Bits, n_items: usize) -> Self {
        let mut count = vec![0; n_items * n_items];
        let steps: u64 = baskets.iter().map(|items| (items.len() * items.len() / 2) as u64).sum();
        if steps <= (n_items * n_items / 2 * bits.words) as u64 {
            for items in baskets.iter() {
                for (i, &a) in items.iter().enumerate() {
                    let row = &mut count[usize::from(a) * n_items..][..n_items];
                    items[i + 1..].iter().for_each(|&b| row[usize::from(b)] += 1);
                }
            }
        } else {
            for a in 0..n_items as u16 {
                for b in a + 1..n_items as u16 {
                    count[usize::from(a) * n_items + usize::from(b)] = common(bits.of(a), bits.of(b));
                }
            }
        }
        Self { n_items, count }
    }

    /// For `a < b`.
    fn of(&self, a: u16, b: u16) -> u32 {
        self.count[usize::from(a) * self.n_items + usize::from(b)]
    }
}

/// Frequent sets of `size` items each, flat and in lexicographic order.
struct Level {
    size: usize,
    items: Vec<u16>,
    count: Vec<u32>,
}

impl Level {
    fn empty(size: usize) -> Self {
        Self { size, items: Vec::new(), count: Vec::new() }
    }

    fn n(&self) -> usize {
        self.count.len()
    }

    fn set(&self, i: usize) -> &[u16] {
        &self.items[i * self.size..][..self.size]
    }

    /// Baskets of a set; every subset of a frequent set is found.
    fn count_of(&self, set: &[u16]) -> Option<u32> {
        let (mut low, mut high) = (0, self.n());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.set(middle).cmp(set) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(self.count[middle]),
            }
        }
        None
    }
}

/// All frequent sets: `levels[k]` holds those of k + 1 items.
struct FrequentSets {
    levels: Vec<Level>,
    cut_short: bool,
}

impl FrequentSets {
    fn find(baskets: &Reduced, count: &[u32], min_count: u32, options: &RuleOptions) -> Self {
        let n_items = count.len();
        let bits = Bits::new(baskets, n_items);
        let pairs = Pairs::count(baskets, &bits, n_items);
        let singles = Level { size: 1, items: (0..n_items as u16).collect(), count: count.to_vec() };
        let mut two = Level::empty(2);
        for a in 0..n_items as u16 {
            for b in a + 1..n_items as u16 {
                if pairs.of(a, b) >= min_count {
                    two.items.extend([a, b]);
                    two.count.push(pairs.of(a, b));
                }
            }
        }
        let mut out = Self { levels: vec![singles], cut_short: false };
        let mut left = MAX_WORDS;
        let mut next = Some(two);
        while let Some(level) = next {
            if level.n() == 0 {
                break;
            }
            let wanted = level.size <= options.max_antecedent.clamp(1, 9);
            next = wanted.then(|| extend(&level, &pairs, &bits, min_count, &mut left)).flatten();
            out.cut_short |= wanted && next.is_none();
            out.levels.push(level);
        }
        out
    }
}

/// Sets with one item more, from pairs of sets that differ in the last one; `None` when there is too much to
/// do.
fn extend(level: &Level, pairs: &Pairs, bits: &Bits, min_count: u32, left: &mut u64) -> Option<Level> {
    let mut out = Level::empty(level.size + 1);
    let mut holders = vec![0; bits.words];
    let stem = |i: usize| &level.set(i)[..level.size - 1];
    let last = |i: usize| level.set(i)[level.size - 1];
    for a in 0..level.n() {
        let siblings = (a + 1..level.n()).take_while(|&b| stem(b) == stem(a));
        let mut known = false;
        for b in siblings.filter(|&b| pairs.of(last(a), last(b)) >= min_count) {
            *left = left.checked_sub(bits.words as u64)?;
            if !known {
                holders.copy_from_slice(bits.of(last(a)));
                for &item in stem(a) {
                    holders.iter_mut().zip(bits.of(item)).for_each(|(h, b)| *h &= b);
                }
                known = true;
            }
            let count = common(&holders, bits.of(last(b)));
            if count >= min_count {
                out.items.extend_from_slice(level.set(a));
                out.items.push(last(b));
                out.count.push(count);
                if out.n() > MAX_SETS {
                    return None;
                }
            }
        }
    }
    Some(out)
}

/// A rule in the making: which set, which of its items is the consequent, and baskets of the rest and of that
/// item.
struct Candidate {
    level: u8,
    position: u8,
    set: u32,
    n_a: u32,
    n_b: u32,
    chi2: f64,
}

/// Tests every rule that the sets allow and keeps those that `options` ask for.
fn rules(sets: &FrequentSets, items: &Items, n: usize, options: &RuleOptions) -> (Vec<Rule>, u32) {
    let candidates = candidates(sets, items, n);
    let p: Vec<f64> = candidates.iter().map(|c| chi_squared_beyond(c.chi2, 1)).collect();
    let q = benjamini_hochberg(&p, p.len());
    let min_confidence = share(options.min_confidence);
    let mut out = Vec::new();
    for (candidate, &q) in candidates.iter().zip(&q) {
        let level = &sets.levels[usize::from(candidate.level)];
        let n_ab = level.count[candidate.set as usize];
        // The allowance for binary fractions, as in `min_count`.
        if f64::from(n_ab) < min_confidence * f64::from(candidate.n_a) - 1e-9
            || options.max_q.is_some_and(|most| q > most)
        {
            continue;
        }
        let rule = rule(candidate, level.set(candidate.set as usize), n_ab, items, n as f64, q);
        if options.lift_above.is_none_or(|least| rule.lift > least) {
            out.push(rule);
        }
    }
    let rank = |code: &u32| items.name_rank[usize::from(items.item[*code as usize])];
    out.sort_unstable_by(|a, b| {
        b.lift
            .total_cmp(&a.lift)
            .then(b.n_baskets.cmp(&a.n_baskets))
            .then(b.confidence.total_cmp(&a.confidence))
            .then_with(|| rank(&a.consequent).cmp(&rank(&b.consequent)))
            .then_with(|| a.antecedent.iter().map(rank).cmp(b.antecedent.iter().map(rank)))
    });
    (out, candidates.len() as u32)
}

fn candidates(sets: &FrequentSets, items: &Items, n: usize) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut rest = Vec::new();
    for (k, (below, level)) in sets.levels.iter().zip(&sets.levels[1..]).enumerate() {
        for set in 0..level.n() {
            for (position, &b) in level.set(set).iter().enumerate() {
                rest.clear();
                rest.extend(level.set(set).iter().filter(|&&item| item != b));
                let Some(n_a) = below.count_of(&rest) else { continue };
                let n_b = items.count[usize::from(b)];
                out.push(Candidate {
                    level: k as u8 + 1,
                    position: position as u8,
                    set: set as u32,
                    n_a,
                    n_b,
                    chi2: chi_squared(n as f64, f64::from(n_a), f64::from(n_b), f64::from(level.count[set])),
                });
            }
        }
    }
    out
}

/// Chi-squared of a 2 x 2 table; 0 where a margin is empty, which leaves nothing to depend on.
fn chi_squared(n: f64, n_a: f64, n_b: f64, n_ab: f64) -> f64 {
    // As a product of ratios: the counts multiplied out would lose digits beyond 2^53.
    let deviation = n_ab - n_a / n * n_b;
    let spread = n_a / n * n_b * ((n - n_a) / n) * ((n - n_b) / n);
    if spread > 0.0 { deviation * deviation / spread } else { 0.0 }
}

fn rule(candidate: &Candidate, set: &[u16], n_ab: u32, items: &Items, n: f64, q: f64) -> Rule {
    let b = set[usize::from(candidate.position)];
    let mut rest: Vec<u16> = set.iter().copied().filter(|&item| item != b).collect();
    rest.sort_unstable_by_key(|&item| items.name_rank[usize::from(item)]);
    let (n_a, n_b, together) = (f64::from(candidate.n_a), f64::from(candidate.n_b), f64::from(n_ab));
    let confidence = together / n_a;
    Rule {
        antecedent: rest.iter().map(|&item| items.code[usize::from(item)]).collect(),
        consequent: items.code[usize::from(b)],
        n_baskets: n_ab,
        support: together / n,
        confidence,
        // One division of whole numbers, so that equal lifts are equal: conf / (n_b / n) rounds three times.
        lift: together * n / (n_a * n_b),
        leverage: together / n - n_a / n * (n_b / n),
        conviction: (n_ab < candidate.n_a).then(|| (1.0 - n_b / n) * n_a / (n_a - together)),
        chi2: candidate.chi2,
        q,
    }
}
