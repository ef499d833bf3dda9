//! What each customer could be offered next, by the rules that what they own sets off.

use super::{Baskets, Rule};
use crate::analytics::value_matrix::cross_profit;
use crate::customer::{Strings, compare_names};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most products recommended to one customer.
const MAX_RECOMMENDED: usize = 5;

/// A product for one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// Product code.
    pub product: u32,
    /// What the customer owns that speaks for it: the antecedent of the rule with the highest confidence.
    pub because: Vec<u32>,
    /// Confidence of that rule.
    pub confidence: f64,
    /// Confidence x monthly profit of the product per buyer, money.
    pub expected_monthly_profit: f64,
}

/// The best next product of every customer; columns `(n_customers)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NextProducts {
    /// Product code, where a rule leads to one that is not owned and brings profit.
    pub product: Vec<Option<u32>>,
    /// Confidence that speaks for it; 0 without one.
    pub confidence: Vec<f64>,
    /// Confidence x monthly profit per buyer, money; 0 without one.
    pub expected_monthly_profit: Vec<f64>,
    /// The same over the customer's five best products, money per month, before the level of the
    /// relationship: the cross-buying input of the value matrix.
    pub cross_profit: Vec<f64>,
}

/// Rules arranged so that a customer's are found from what the customer owns.
#[derive(Clone, Debug)]
pub struct Recommender<'a> {
    rules: Vec<&'a Rule>,
    /// Consequent and confidence of each rule side by side: most rules are passed over for one or the other.
    outcome: Vec<(u32, f64)>,
    /// Where the rules set off by each product begin: every rule is set off by the rarest product of its
    /// antecedent.
    offsets: Vec<u32>,
    names: &'a Strings,
    profit_per_buyer: &'a [f64],
}

impl<'a> Recommender<'a> {
    /// Arranges the rules with lift > 1. `profit_per_buyer` is the monthly profit of each product code per
    /// buyer (money), `owned` has one basket per customer.
    #[must_use]
    pub fn new(rules: &'a [Rule], owned: &Baskets, names: &'a Strings, profit_per_buyer: &'a [f64]) -> Self {
        let n_codes = names.len();
        let mut n_owners = vec![0_u32; n_codes];
        for &code in &owned.product {
            if let Some(n) = n_owners.get_mut(code as usize) {
                *n += 1;
            }
        }
        let known = |code: u32| (code as usize) < n_codes;
        let pays = |code: u32| profit_per_buyer.get(code as usize).is_some_and(|&p| p > 0.0 && p.is_finite());
        let trigger = |rule: &Rule| {
            rule.antecedent.iter().copied().filter(|&a| known(a)).min_by_key(|&a| n_owners[a as usize])
        };
        let mut keyed: Vec<(u32, &Rule)> = undominated(rules)
            .into_iter()
            .filter(|rule| known(rule.consequent) && pays(rule.consequent))
            .filter_map(|rule| trigger(rule).map(|t| (t, rule)))
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.confidence.total_cmp(&a.1.confidence)));
        let mut offsets = vec![0; n_codes + 1];
        for &(trigger, _) in &keyed {
            offsets[trigger as usize + 1] += 1;
        }
        for i in 0..n_codes {
            offsets[i + 1] += offsets[i];
        }
        let outcome = keyed.iter().map(|(_, rule)| (rule.consequent, rule.confidence)).collect();
        let rules = keyed.into_iter().map(|(_, rule)| rule).collect();
        Self { rules, outcome, offsets, names, profit_per_buyer }
    }

    /// Up to five products for a customer who owns these (ascending codes), by falling expected profit, then
    /// names.
    #[must_use]
    pub fn recommend(&self, owned: &[u32]) -> Vec<Recommendation> {
        let mut found = self.find(owned, &mut Scratch::new(self.names.len()));
        found.sort_by(|a, b| {
            b.expected.total_cmp(&a.expected).then_with(|| self.by_name(a.rule.consequent, b.rule.consequent))
        });
        found.truncate(MAX_RECOMMENDED);
        let whole = |f: Found| Recommendation {
            product: f.rule.consequent,
            because: f.rule.antecedent.clone(),
            confidence: f.rule.confidence,
            expected_monthly_profit: f.expected,
        };
        found.into_iter().map(whole).collect()
    }

    fn by_name(&self, a: u32, b: u32) -> std::cmp::Ordering {
        compare_names(self.names.get(a), self.names.get(b)).then(a.cmp(&b))
    }

    /// The most confident rule for every product that is not owned and brings profit.
    fn find(&self, owned: &[u32], scratch: &mut Scratch) -> Vec<Found<'a>> {
        let n_codes = scratch.owned.len();
        let known = owned.iter().map(|&code| code as usize).filter(|&code| code < n_codes);
        known.clone().for_each(|code| scratch.owned[code] = true);
        for code in known.clone() {
            for i in self.offsets[code] as usize..self.offsets[code + 1] as usize {
                // Hardly any rule passes this test, so that it costs little; whether the product is owned
                // comes last.
                let (to, confidence) = self.outcome[i];
                let best = &mut scratch.best[to as usize];
                if confidence < best.0 {
                    continue;
                }
                let rule = self.rules[i];
                let holds = |&a: &u32| scratch.owned.get(a as usize).copied().unwrap_or(false);
                if rule.antecedent.iter().all(holds) {
                    if best.0 == 0.0 {
                        scratch.found.push(to);
                    } else if confidence == best.0 && !self.first_by_name(rule, self.rules[best.1 as usize]) {
                        continue;
                    }
                    *best = (confidence, i as u32);
                }
            }
        }
        let mut out = Vec::new();
        for to in scratch.found.drain(..) {
            let (_, i) = std::mem::take(&mut scratch.best[to as usize]);
            if !scratch.owned[to as usize] {
                let rule = self.rules[i as usize];
                let profit = self.profit_per_buyer.get(to as usize).copied().unwrap_or(0.0);
                out.push(Found { rule, expected: rule.confidence * profit });
            }
        }
        known.for_each(|code| scratch.owned[code] = false);
        out
    }

    /// Between rules of the same confidence, so that the explanation does not depend on the order of the
    /// rows.
    fn first_by_name(&self, a: &Rule, b: &Rule) -> bool {
        let name = |code: &u32| self.names.get(*code);
        a.antecedent.iter().map(name).lt(b.antecedent.iter().map(name))
    }
}

struct Found<'a> {
    rule: &'a Rule,
    expected: f64,
}

/// Per product code; clean between customers.
struct Scratch {
    owned: Vec<bool>,
    /// Confidence and rule; confidence 0 where there is none yet.
    best: Vec<(f64, u32)>,
    found: Vec<u32>,
}

impl Scratch {
    fn new(n_codes: usize) -> Self {
        Self { owned: vec![false; n_codes], best: vec![(0.0, 0); n_codes], found: Vec::new() }
    }
}

/// Rules with lift > 1 that some customer may have as the most confident one: whoever owns A owns every part
/// of A, so a rule whose part predicts the same product as well is never needed.
fn undominated(rules: &[Rule]) -> Vec<&Rule> {
    let sorted = |antecedent: &[u32]| {
        let mut codes = antecedent.to_vec();
        codes.sort_unstable();
        codes
    };
    let useful = || rules.iter().filter(|rule| rule.lift > 1.0);
    let confidence: BTreeMap<(u32, Vec<u32>), f64> =
        useful().map(|rule| ((rule.consequent, sorted(&rule.antecedent)), rule.confidence)).collect();
    let dominated = |rule: &Rule| {
        let all = sorted(&rule.antecedent);
        // Every proper part that is not empty; antecedents have at most nine products.
        (1..(1_u32 << all.len().min(9)) - 1).any(|chosen| {
            let part = all.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, &code)| code);
            confidence.get(&(rule.consequent, part.collect())).is_some_and(|&c| c >= rule.confidence)
        })
    };
    useful().filter(|rule| !dominated(rule)).collect()
}

/// The best next product and the cross-buying profit of every customer; `owned` has one basket per customer.
#[must_use]
pub fn next_products(recommender: &Recommender, owned: &Baskets) -> NextProducts {
    let n = owned.len();
    let mut out = NextProducts {
        product: Vec::with_capacity(n),
        confidence: Vec::with_capacity(n),
        expected_monthly_profit: Vec::with_capacity(n),
        cross_profit: Vec::with_capacity(n),
    };
    let mut scratch = Scratch::new(recommender.names.len());
    let mut expected = Vec::new();
    for customer in 0..n {
        let found = recommender.find(owned.get(customer), &mut scratch);
        let best = found.iter().min_by(|a, b| {
            b.expected
                .total_cmp(&a.expected)
                .then_with(|| recommender.by_name(a.rule.consequent, b.rule.consequent))
        });
        out.product.push(best.map(|f| f.rule.consequent));
        out.confidence.push(best.map_or(0.0, |f| f.rule.confidence));
        out.expected_monthly_profit.push(best.map_or(0.0, |f| f.expected));
        expected.clear();
        expected.extend(found.iter().map(|f| (1.0, f.expected)));
        out.cross_profit.push(cross_profit(&expected));
    }
    out
}
