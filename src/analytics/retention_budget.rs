//! Whom should a retention campaign contact, and with how much money?
//!
//! Expected loss `L_i = p_i CV_i`, with `p_i` the probability of leaving within the horizon and `CV_i` what
//! would be lost; net gain of contacting `g_i = s_i L_i - c_i`, with `s_i` the share of contacted leavers who
//! stay and `c_i` the cost of the contact, both per class of the value matrix where given. Contact while
//! `g_i > 0`: the stop. `g_i` is also the break-even offer, what may be offered on top of the contact before
//! it stops paying.
//!
//! Curve: cumulative net gain against cumulative cost, by descending gain per money spent (with equal costs:
//! by descending gain), on beyond the stop to everybody, so that the fall is seen. In this order it is
//! concave.
//!
//! With a cap on spending: equal costs: the first that fit are the best choice. Else choosing is a knapsack
//! problem; customers are taken by gain per cost, skipping what no longer fits (Dantzig 1957), or the single
//! best one if that gives more. This is a heuristic: at least half the best possible, and short of it by less
//! than one customer's gain; [`Plan::bound`] (the last one taken in part) is above what any choice can give.
//!
//! Symbols: p, s 0..=1; L, c, g money in the file's currency unit.
//!
//! Sources: methods.md 24.4, 2.7; Dantzig 1957 (Operations Research 5).
//!
//! Degenerate cases: a customer who is not eligible, has no value or never leaves has `L <= 0` and is never
//! contacted; nobody worth contacting makes an empty plan of gain 0. Numbers that are not finite count as 0.
//!
//! ```
//! use tenure::analytics::retention_budget::{BudgetInput, BudgetSettings, retention_budget};
//! let loss = [500.0, 300.0, 120.0, 90.0, 40.0]; // methods.md 24.4: c = 20, s = 0.2
//! let input = BudgetInput { p_exit: &[1.0; 5], value: &loss, eligible: None, class: None };
//! let budget = retention_budget(&input, &BudgetSettings::default());
//! assert_eq!((budget.uncapped.n_contacted, budget.uncapped.spend, budget.uncapped.net_gain), (3, 60.0, 124.0));
//! ```

use super::value_matrix::ValueClass;
use crate::math::sum;
use serde::{Deserialize, Serialize};

/// What a contact costs and achieves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// c: cost of a contact with its offer, money.
    pub cost: f64,
    /// s: share of contacted leavers who stay.
    pub save_rate: f64,
}

/// Choices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetSettings {
    /// Terms for everybody without terms of the class.
    pub terms: Terms,
    /// Terms of the classes I, II, III and IV.
    pub by_class: Option<[Terms; 4]>,
    /// Most that may be spent, money; `None` for no limit.
    pub cap: Option<f64>,
    /// Points of the curve, about; at least 3.
    pub max_points: u32,
}

impl Default for BudgetSettings {
    fn default() -> Self {
        Self { terms: Terms { cost: 20.0, save_rate: 0.2 }, by_class: None, cap: None, max_points: 200 }
    }
}

/// Columns with one row per customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetInput<'a> {
    /// p: probability of leaving within the horizon of the value.
    pub p_exit: &'a [f64],
    /// CV: value lost with the customer, money.
    pub value: &'a [f64],
    /// Whether the customer may be contacted (has not left); absent: everybody.
    pub eligible: Option<&'a [bool]>,
    /// Class, for its terms.
    pub class: Option<&'a [ValueClass]>,
}

/// How customers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// All with a gain: the best choice without a cap.
    AllWithGain,
    /// The first that fit, at equal cost: the best choice under the cap.
    Prefix,
    /// By gain per cost: a heuristic.
    Greedy,
}

/// A campaign.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// How its customers are chosen.
    pub choice: Choice,
    /// Customers contacted.
    pub n_contacted: u32,
    /// Cost.
    pub spend: f64,
    /// Expected loss among those contacted.
    pub loss_addressed: f64,
    /// Loss avoided less cost.
    pub net_gain: f64,
    /// Net gain that no choice can exceed.
    pub bound: f64,
    /// Net gain per cost; `None` at no cost.
    pub return_on_spend: Option<f64>,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetPoint {
    /// Customers contacted.
    pub n_contacted: u32,
    /// Cost so far.
    pub spend: f64,
    /// Net gain so far.
    pub net_gain: f64,
}

/// Whom to contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetentionBudget {
    /// Customers who may be contacted.
    pub n_eligible: u32,
    /// Their expected loss.
    pub expected_loss_total: f64,
    /// Whether every contact costs the same.
    pub equal_cost: bool,
    /// Without a cap: the stop.
    pub uncapped: Plan,
    /// Under the cap, where there is one.
    pub capped: Option<Plan>,
    /// Curve over all who may be contacted; the stop and the ends are among its points.
    pub curve: Vec<BudgetPoint>,
    /// Whether `curve` leaves customers out.
    pub downsampled: bool,
    /// L of each customer, 0 for who may not be contacted; one entry per customer.
    pub expected_loss: Vec<f64>,
    /// g of each customer, likewise; where above 0 it is the break-even offer.
    pub gain: Vec<f64>,
    /// Customers to contact in that order, under the cap where there is one.
    pub contact: Vec<u32>,
}

/// A customer who may be contacted.
#[derive(Clone, Copy)]
struct Prospect {
    idx: u32,
    loss: f64,
    cost: f64,
    gain: f64,
}

impl Prospect {
    /// Gain per cost, for the order only: a free gain comes first, a free loss last.
    fn yield_of_cost(&self) -> f64 {
        match (self.cost > 0.0, self.gain) {
            (true, gain) => gain / self.cost,
            (false, gain) if gain > 0.0 => f64::INFINITY,
            (false, gain) if gain < 0.0 => f64::NEG_INFINITY,
            _ => 0.0,
        }
    }
}

/// Whom to contact; see the module.
#[must_use]
pub fn retention_budget(input: &BudgetInput, settings: &BudgetSettings) -> RetentionBudget {
    let n = input.p_exit.len().min(input.value.len());
    let mut out = RetentionBudget {
        n_eligible: 0,
        expected_loss_total: 0.0,
        equal_cost: true,
        uncapped: plan(Choice::AllWithGain, &[], 0.0),
        capped: None,
        curve: Vec::new(),
        downsampled: false,
        expected_loss: vec![0.0; n],
        gain: vec![0.0; n],
        contact: Vec::new(),
    };
    let mut prospects = Vec::with_capacity(n);
    for (i, (&p, &value)) in input.p_exit.iter().zip(input.value).enumerate() {
        if input.eligible.is_some_and(|e| !e.get(i).copied().unwrap_or(false)) {
            continue;
        }
        let (cost, save) = terms(input, settings, i);
        let loss = finite(finite(p).clamp(0.0, 1.0) * finite(value));
        let gain = finite(save * loss - cost);
        (out.expected_loss[i], out.gain[i]) = (loss, gain);
        prospects.push(Prospect { idx: i as u32, loss, cost, gain });
    }
    out.n_eligible = prospects.len() as u32;
    out.expected_loss_total = sum(prospects.iter().map(|p| p.loss));
    out.equal_cost = prospects.windows(2).all(|w| w[0].cost == w[1].cost);
    // Who is worth a contact comes first: with free contacts a gain of 0 would else stand before costly losses.
    let key = |p: &Prospect| (p.gain > 0.0, p.yield_of_cost());
    prospects.sort_by(|a, b| {
        let ((worth_a, yield_a), (worth_b, yield_b)) = (key(a), key(b));
        worth_b
            .cmp(&worth_a)
            .then(yield_b.total_cmp(&yield_a))
            .then(b.gain.total_cmp(&a.gain))
            .then(a.idx.cmp(&b.idx))
    });
    let (worth, _) = prospects.split_at(prospects.partition_point(|p| p.gain > 0.0));
    out.uncapped = plan(Choice::AllWithGain, worth, sum(worth.iter().map(|p| p.gain)));
    let chosen = match settings.cap {
        Some(cap) => {
            let (choice, chosen, bound) = under_cap(worth, cap.max(0.0), out.equal_cost);
            out.capped = Some(plan(choice, &chosen, bound));
            chosen
        }
        None => worth.to_vec(),
    };
    out.contact = chosen.iter().map(|p| p.idx).collect();
    (out.curve, out.downsampled) = curve(&prospects, worth.len(), settings.max_points);
    out
}

/// Cost and save rate of customer `i`, in range.
fn terms(input: &BudgetInput, settings: &BudgetSettings, i: usize) -> (f64, f64) {
    let class = input.class.and_then(|c| c.get(i));
    let terms =
        settings.by_class.as_ref().zip(class).map_or(settings.terms, |(by, &class)| by[class as usize]);
    (finite(terms.cost).max(0.0), finite(terms.save_rate).clamp(0.0, 1.0))
}

/// The customers taken, of those worth it in their order, and what no choice can exceed.
fn under_cap(worth: &[Prospect], cap: f64, equal_cost: bool) -> (Choice, Vec<Prospect>, f64) {
    // A sum of costs may pass the cap by rounding alone.
    let limit = cap * (1.0 + 1e-12);
    let fits_all = sum(worth.iter().map(|p| p.cost)) <= limit;
    let choice = match (fits_all, equal_cost) {
        (true, _) => Choice::AllWithGain,
        (false, true) => Choice::Prefix,
        (false, false) => Choice::Greedy,
    };
    let (mut taken, mut spend, mut bound, mut full) = (Vec::new(), 0.0, 0.0, false);
    for p in worth {
        let fits = spend + p.cost <= limit;
        if !full {
            bound += if fits { p.gain } else { p.gain * (cap - spend).max(0.0) / p.cost };
        }
        full |= !fits;
        if fits {
            spend += p.cost;
            taken.push(*p);
        } else if equal_cost {
            break;
        }
    }
    let gain = sum(taken.iter().map(|p| p.gain));
    let best_alone = worth
        .iter()
        .filter(|p| p.cost <= limit)
        .max_by(|a, b| a.gain.total_cmp(&b.gain).then(b.idx.cmp(&a.idx)));
    if let Some(best) = best_alone.filter(|b| b.gain > gain) {
        taken = vec![*best];
    }
    let bound = if choice == Choice::Greedy { bound } else { gain };
    (choice, taken, bound)
}

fn plan(choice: Choice, chosen: &[Prospect], bound: f64) -> Plan {
    let spend = sum(chosen.iter().map(|p| p.cost));
    let net_gain = sum(chosen.iter().map(|p| p.gain));
    Plan {
        choice,
        n_contacted: chosen.len() as u32,
        spend,
        loss_addressed: sum(chosen.iter().map(|p| p.loss)),
        net_gain,
        bound: bound.max(net_gain),
        return_on_spend: (spend > 0.0).then(|| net_gain / spend).filter(|r| r.is_finite()),
    }
}

/// Points after evenly many customers, and after `stop` of them.
fn curve(ordered: &[Prospect], stop: usize, max_points: u32) -> (Vec<BudgetPoint>, bool) {
    let n = ordered.len();
    let steps = u64::from(max_points.max(3)) - 1;
    let mut at: Vec<usize> = (0..=steps).map(|k| (k * n as u64 / steps) as usize).chain([stop]).collect();
    at.sort_unstable();
    at.dedup();
    let (mut done, mut spend, mut net_gain) = (0, 0.0, 0.0);
    let points = at
        .iter()
        .map(|&k| {
            let next = ordered.get(done..k).unwrap_or_default();
            spend += sum(next.iter().map(|p| p.cost));
            net_gain += sum(next.iter().map(|p| p.gain));
            done = k;
            BudgetPoint { n_contacted: k as u32, spend, net_gain }
        })
        .collect();
    (points, at.len() < n + 1)
}

/// 0 for what is not a number; what is beyond any money is cut, so that sums stay finite.
fn finite(v: f64) -> f64 {
    if v.is_finite() { v.clamp(-1e100, 1e100) } else { 0.0 }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOSSES: [f64; 5] = [500.0, 300.0, 120.0, 90.0, 40.0];

    fn run(value: &[f64], settings: &BudgetSettings) -> RetentionBudget {
        let ones = vec![1.0; value.len()];
        retention_budget(&BudgetInput { p_exit: &ones, value, eligible: None, class: None }, settings)
    }

    fn capped(cap: f64) -> BudgetSettings {
        BudgetSettings { cap: Some(cap), ..Default::default() }
    }

    #[test]
    fn ex_24_4_gains_stop_and_net() {
        let b = run(&LOSSES, &BudgetSettings::default());
        for (gain, expected) in b.gain.iter().zip([80.0, 40.0, 4.0, -2.0, -12.0]) {
            assert!((gain - expected).abs() < 1e-12);
        }
        assert_eq!(b.contact, [0, 1, 2]);
        assert_eq!((b.uncapped.n_contacted, b.uncapped.spend), (3, 60.0));
        assert!((b.uncapped.net_gain - 124.0).abs() < 1e-12);
        assert!((b.uncapped.return_on_spend.unwrap() - 124.0 / 60.0).abs() < 1e-12);
        assert_eq!((b.uncapped.choice, b.capped), (Choice::AllWithGain, None));
        let stop = b.curve.iter().max_by(|x, y| x.net_gain.total_cmp(&y.net_gain)).unwrap();
        assert_eq!((stop.n_contacted, stop.spend), (3, 60.0));
        assert_eq!((b.curve.len(), b.downsampled), (6, false));
        assert!((b.curve[5].net_gain - 110.0).abs() < 1e-12, "contacting all");
    }

    #[test]
    fn ex_2_7_break_even_probability_is_where_the_gain_is_zero() {
        // p* = c / (s V) = .158 for c = 20, s = .2, V = 633.33.
        let value = [633.33; 2];
        let input = BudgetInput { p_exit: &[0.157, 0.159], value: &value, eligible: None, class: None };
        let b = retention_budget(&input, &BudgetSettings::default());
        assert!(b.gain[0] < 0.0 && b.gain[1] > 0.0);
        assert_eq!(b.contact, [1]);
    }

    #[test]
    fn a_cap_at_equal_cost_takes_the_prefix() {
        for (cap, contact) in [(0.0, &[][..]), (19.9, &[]), (20.0, &[0]), (59.9, &[0, 1]), (60.0, &[0, 1, 2])]
        {
            let b = run(&LOSSES, &capped(cap));
            assert_eq!(b.contact, contact, "{cap}");
            let plan = b.capped.unwrap();
            assert!(plan.spend <= cap && plan.bound == plan.net_gain);
            assert_eq!(plan.choice, if cap < 60.0 { Choice::Prefix } else { Choice::AllWithGain });
        }
        // Ten times .1 is not 1 in binary; it is as money.
        let cents = BudgetSettings { terms: Terms { cost: 0.1, save_rate: 1.0 }, ..capped(1.0) };
        assert_eq!(run(&[5.0; 30], &cents).contact.len(), 10);
    }

    #[test]
    fn terms_by_class_make_it_a_knapsack() {
        use ValueClass::{I, III, IV};
        let terms = |cost, save_rate| Terms { cost, save_rate };
        let by_class = Some([terms(10.0, 0.1), terms(0.0, 0.0), terms(30.0, 0.5), terms(50.0, 0.5)]);
        let settings = BudgetSettings { by_class, ..capped(60.0) };
        let input = BudgetInput {
            p_exit: &[0.5, 0.5, 0.5, 0.5],
            value: &[400.0, 400.0, 400.0, 100.0],
            eligible: Some(&[true, true, true, true]),
            class: Some(&[I, III, IV, I]),
        };
        let b = retention_budget(&input, &settings);
        assert_eq!(b.gain, [10.0, 70.0, 50.0, -5.0]);
        assert!(!b.equal_cost);
        // By yield: III (70 for 30), then I and IV at 1 each; the larger gain first, IV does not fit.
        assert_eq!(b.contact, [1, 0]);
        let plan = b.capped.unwrap();
        assert_eq!((plan.choice, plan.spend, plan.net_gain, plan.bound), (Choice::Greedy, 40.0, 80.0, 100.0));
        assert_eq!(b.uncapped.net_gain, 130.0);
    }

    #[test]
    fn a_large_gain_is_not_lost_to_a_small_cheap_one() {
        use ValueClass::{I, IV};
        let free = Terms { cost: 1.0, save_rate: 1.0 };
        let by_class = Some([free, free, free, Terms { cost: 100.0, save_rate: 1.0 }]);
        let input =
            BudgetInput { p_exit: &[1.0; 2], value: &[3.0, 199.0], eligible: None, class: Some(&[I, IV]) };
        let b = retention_budget(&input, &BudgetSettings { by_class, ..capped(100.0) });
        assert_eq!(b.contact, [1], "2 for 1 is the better yield, 99 for 100 the better gain");
    }

    #[test]
    fn section_2_7_no_value_is_never_contacted() {
        let free = BudgetSettings { terms: Terms { cost: 0.0, save_rate: 0.3 }, ..Default::default() };
        let b = run(&[-10.0, 0.0, 5.0, f64::NAN], &free);
        assert_eq!(b.contact, [2]);
        assert_eq!(b.uncapped.return_on_spend, None);
        assert_eq!(b.curve.last().unwrap().spend, 0.0);
        let left = BudgetInput {
            p_exit: &[1.0, 1.0],
            value: &[1000.0, 1000.0],
            eligible: Some(&[false]),
            class: None,
        };
        let nobody = retention_budget(&left, &BudgetSettings::default());
        assert_eq!(
            (nobody.n_eligible, nobody.gain.as_slice(), nobody.contact.len()),
            (0, [0.0, 0.0].as_slice(), 0)
        );
        assert_eq!((nobody.uncapped.n_contacted, nobody.uncapped.net_gain, nobody.curve.len()), (0, 0.0, 1));
    }

    #[test]
    fn settings_out_of_range_are_clamped_and_nothing_overflows() {
        let wild = BudgetSettings {
            terms: Terms { cost: -5.0, save_rate: 7.0 },
            cap: Some(f64::NAN),
            max_points: 0,
            by_class: None,
        };
        let b = run(&[1e308, 1e308, 1e15], &wild);
        assert!(b.gain.iter().chain([&b.expected_loss_total, &b.uncapped.net_gain]).all(|g| g.is_finite()));
        let no_limit = run(&LOSSES, &capped(f64::INFINITY));
        assert_eq!(no_limit.capped, Some(no_limit.uncapped));
        assert_eq!(b.capped.unwrap().n_contacted, 3, "free contacts fit a cap of 0");
        assert!(run(&[], &wild).contact.is_empty());
    }

    #[test]
    fn json_keeps_it() {
        let b = run(&LOSSES, &capped(30.0));
        let back: RetentionBudget = serde_json::from_value(serde_json::to_value(&b).unwrap()).unwrap();
        assert_eq!(back, b);
    }

    /// The best choice by trying all.
    fn best(b: &RetentionBudget, cost: &[f64], cap: f64) -> f64 {
        (0..1_u32 << cost.len())
            .filter_map(|mask| {
                let chosen = || (0..cost.len()).filter(move |i| mask >> i & 1 == 1);
                (chosen().map(|i| cost[i]).sum::<f64>() <= cap)
                    .then(|| chosen().map(|i| b.gain[i]).sum::<f64>())
            })
            .fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn curve_is_concave_and_the_stop_is_its_top(
            value in prop::collection::vec(-100.0_f64..1000.0, 0..60), cost in 0.1_f64..60.0, scale in 0.01_f64..50.0,
        ) {
            let settings = |scale: f64| BudgetSettings {
                terms: Terms { cost: cost * scale, save_rate: 0.3 }, max_points: 12, ..Default::default()
            };
            let b = run(&value, &settings(1.0));
            prop_assert!(b.uncapped.net_gain >= 0.0);
            let slope: Vec<f64> = b.curve.windows(2)
                .map(|w| (w[1].net_gain - w[0].net_gain) / (w[1].spend - w[0].spend)).collect();
            prop_assert!(slope.windows(2).all(|s| s[1] <= s[0] + 1e-9));
            prop_assert!(b.curve.iter().all(|p| p.net_gain <= b.uncapped.net_gain + 1e-9));
            prop_assert!(b.curve.iter().any(|p| p.n_contacted == b.uncapped.n_contacted));
            let money: Vec<f64> = value.iter().map(|v| v * scale).collect();
            let scaled = run(&money, &settings(scale));
            prop_assert!((scaled.uncapped.net_gain - scale * b.uncapped.net_gain).abs() <= 1e-7 * scale.max(1.0));
        }

        #[test]
        fn a_capped_plan_is_feasible_between_half_and_all_of_the_best(
            rows in prop::collection::vec((0.0_f64..300.0, 0_usize..4), 1..10), cap in 0.0_f64..150.0, equal: bool,
        ) {
            let by_class = [5.0, 20.0, 31.0, 50.0]
                .map(|cost| Terms { cost: if equal { 20.0 } else { cost }, save_rate: 0.5 });
            let value: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let class: Vec<ValueClass> = rows.iter().map(|r| ValueClass::ALL[r.1]).collect();
            let ones = vec![1.0; rows.len()];
            let input = BudgetInput { p_exit: &ones, value: &value, eligible: None, class: Some(&class) };
            let b = retention_budget(&input, &BudgetSettings { by_class: Some(by_class), ..capped(cap) });
            let plan = b.capped.unwrap();
            let cost: Vec<f64> = rows.iter().map(|r| by_class[r.1].cost).collect();
            let best = best(&b, &cost, cap);
            prop_assert!(plan.spend <= cap + 1e-9);
            prop_assert!(plan.net_gain <= best + 1e-9 && plan.net_gain >= best / 2.0 - 1e-9);
            prop_assert!(plan.bound >= best - 1e-9);
            if plan.choice != Choice::Greedy {
                prop_assert!((plan.net_gain - best).abs() < 1e-9);
            }
        }
    }
}
