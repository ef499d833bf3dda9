//! What the customer gets for what the customer gives, against the best alternative (methods.md 24.3).

use super::{averaged, on_scale};
use crate::analytics::value_matrix::ValueClass;
use crate::math::stats;
use serde::{Deserialize, Serialize};

/// Respondents from which more than a description is allowed.
const MIN_RESPONDENTS: u32 = 30;
const Z_95: f64 = 1.959_963_984_540_054;

/// Which side of the scales an item is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// What the customer gets.
    Benefit,
    /// What the customer gives: price, effort, risk, time.
    Sacrifice,
}

/// An item of the survey.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueItem {
    /// Its side.
    pub side: Side,
    /// Its weight among the items of its side, any positive scale.
    pub weight: f64,
}

/// Answers about the own firm and its alternatives, one per row, in any order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerceivedInput<'a> {
    /// Number of customers.
    pub n_customers: usize,
    /// Who answered.
    pub customer: &'a [u32],
    /// Which item, an index into `items`.
    pub item: &'a [u32],
    /// About whom: 0 the own firm, 1.. an alternative; absent: all about the own firm.
    pub supplier: Option<&'a [u32]>,
    /// The answer.
    pub answer: &'a [f64],
    /// The items.
    pub items: &'a [ValueItem],
    /// Least and greatest possible answer.
    pub scale: [f64; 2],
}

/// Means of one item over the respondents, 0..=100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueItemMean {
    /// The item.
    pub item_idx: u32,
    /// Mean for the own firm.
    pub us: Option<f64>,
    /// Mean for the alternatives, where asked.
    pub alternatives: Option<f64>,
}

/// Perceived value; columns have length `n_customers`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PerceivedValue {
    /// PV, -100..=100; `None` without an answer on both sides.
    pub value: Vec<Option<f64>>,
    /// PV less that of the best alternative, -200..=200; `None` where no alternative was asked about.
    pub gap: Vec<Option<f64>>,
    /// The best alternative (1..).
    pub best_alternative: Vec<Option<u32>>,
    /// Customers with a PV.
    pub n_respondents: u32,
    /// Their mean PV.
    pub mean: Option<f64>,
    /// Mean gap of those who have one.
    pub mean_gap: Option<f64>,
    /// 95 % interval of the mean gap by the normal approximation; `None` where only a description is allowed.
    pub gap_interval: Option<[f64; 2]>,
    /// Fewer than 30 respondents: say what they said, conclude nothing.
    pub descriptive_only: bool,
    /// The items, in order.
    pub items: Vec<ValueItemMean>,
    /// Answers that could not be used.
    pub n_dropped: u32,
}

/// Perceived value of every customer who was asked.
#[must_use]
pub fn perceived_value(input: &PerceivedInput) -> PerceivedValue {
    let (rows, n_dropped) = read(input);
    let mut out = PerceivedValue {
        value: vec![None; input.n_customers],
        gap: vec![None; input.n_customers],
        best_alternative: vec![None; input.n_customers],
        n_respondents: 0,
        mean: None,
        mean_gap: None,
        gap_interval: None,
        descriptive_only: true,
        items: item_means(&rows, input.items.len()),
        n_dropped,
    };
    for own in rows.chunk_by(|a, b| a.0.0 == b.0.0) {
        let c = own[0].0.0 as usize;
        let mut suppliers = own.chunk_by(|a, b| a.0.1 == b.0.1).peekable();
        let Some(us) = suppliers.next_if(|s| s[0].0.1 == 0) else { continue };
        out.value[c] = value(us, input.items);
        for other in suppliers {
            let ours = us.iter().filter(|a| other.iter().any(|b| b.1 == a.1)).copied().collect::<Vec<_>>();
            let theirs = other.iter().filter(|b| us.iter().any(|a| a.1 == b.1)).copied().collect::<Vec<_>>();
            let gap = value(&ours, input.items).zip(value(&theirs, input.items)).map(|(us, alt)| us - alt);
            if gap.is_some() && (out.gap[c].is_none() || gap < out.gap[c]) {
                (out.gap[c], out.best_alternative[c]) = (gap, Some(other[0].0.1));
            }
        }
    }
    out.summarize();
    out
}

/// ((customer, supplier), item, answer in 0..=100), sorted.
type Row = ((u32, u32), u32, f64);

fn read(input: &PerceivedInput) -> (Vec<Row>, u32) {
    let n = input.customer.len().min(input.item.len()).min(input.answer.len());
    let mut rows = Vec::with_capacity(n);
    for r in 0..n {
        let (customer, item) = (input.customer[r], input.item[r]);
        let supplier = input.supplier.map_or(0, |s| s.get(r).copied().unwrap_or(0));
        let known = (customer as usize) < input.n_customers && (item as usize) < input.items.len();
        if let Some(answer) = on_scale(input.answer[r], input.scale).filter(|_| known) {
            rows.push(((customer, supplier), item, answer));
        }
    }
    let n_dropped = (n - rows.len()) as u32;
    (averaged(rows), n_dropped)
}

/// Weighted benefits less weighted sacrifices; `None` where a side has no item of positive weight.
fn value(rows: &[Row], items: &[ValueItem]) -> Option<f64> {
    let side = |side: Side| {
        let (mut total, mut weight) = (0.0, 0.0);
        for &(_, item, answer) in rows {
            let item =
                items.get(item as usize).filter(|i| i.side == side && i.weight > 0.0 && i.weight.is_finite());
            let w = item.map_or(0.0, |i| i.weight);
            total += w * answer;
            weight += w;
        }
        let mean = total / weight;
        mean.is_finite().then(|| mean.clamp(0.0, 100.0))
    };
    Some(side(Side::Benefit)? - side(Side::Sacrifice)?)
}

fn item_means(rows: &[Row], n_items: usize) -> Vec<ValueItemMean> {
    let mut answers: Vec<[Vec<f64>; 2]> = vec![Default::default(); n_items];
    for &((_, supplier), item, answer) in rows {
        answers[item as usize][usize::from(supplier > 0)].push(answer);
    }
    let mean = |[us, alternatives]: [Vec<f64>; 2]| (stats::mean(&us), stats::mean(&alternatives));
    let means = answers.into_iter().map(mean).zip(0..);
    means.map(|((us, alternatives), item_idx)| ValueItemMean { item_idx, us, alternatives }).collect()
}

impl PerceivedValue {
    fn summarize(&mut self) {
        let values: Vec<f64> = self.value.iter().copied().flatten().collect();
        let gaps: Vec<f64> = self.gap.iter().copied().flatten().collect();
        self.n_respondents = values.len() as u32;
        self.descriptive_only = self.n_respondents < MIN_RESPONDENTS;
        (self.mean, self.mean_gap) = (stats::mean(&values), stats::mean(&gaps));
        let enough = gaps.len() as u32 >= MIN_RESPONDENTS;
        self.gap_interval = self.mean_gap.zip(stats::sd(&gaps)).filter(|_| enough).map(|(mean, sd)| {
            let half = Z_95 * sd / (gaps.len() as f64).sqrt();
            [mean - half, mean + half]
        });
    }
}

/// Customers who see more value elsewhere, most urgent first: those of classes III and IV by the size of the gap, then
/// the others likewise; ties by customer.
#[must_use]
pub fn attention_order(gap: &[Option<f64>], class: &[ValueClass]) -> Vec<u32> {
    let behind = gap.iter().zip(class).zip(0_u32..).filter_map(|((gap, class), c)| {
        gap.filter(|g| *g < 0.0).map(|g| (!matches!(class, ValueClass::III | ValueClass::IV), g, c))
    });
    let mut behind: Vec<(bool, f64, u32)> = behind.collect();
    behind.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    behind.into_iter().map(|b| b.2).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ITEMS: [ValueItem; 3] = [
        ValueItem { side: Side::Benefit, weight: 3.0 },
        ValueItem { side: Side::Benefit, weight: 1.0 },
        ValueItem { side: Side::Sacrifice, weight: 5.0 },
    ];

    fn of(rows: &[(u32, u32, u32, f64)], n_customers: usize) -> PerceivedValue {
        let customer: Vec<u32> = rows.iter().map(|r| r.0).collect();
        let supplier: Vec<u32> = rows.iter().map(|r| r.1).collect();
        let item: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let answer: Vec<f64> = rows.iter().map(|r| r.3).collect();
        perceived_value(&PerceivedInput {
            n_customers,
            customer: &customer,
            item: &item,
            supplier: Some(&supplier),
            answer: &answer,
            items: &ITEMS,
            scale: [0.0, 100.0],
        })
    }

    #[test]
    fn methods_24_3_value_and_gap_by_hand() {
        let rows = [
            // 3/4 x 80 + 1/4 x 40 - 30 = 40.
            (0, 0, 0, 80.0),
            (0, 0, 1, 40.0),
            (0, 0, 2, 30.0),
            // Alternative 1 over the items common to both: 90 - 60 = 30 against 80 - 30 = 50.
            (0, 1, 0, 90.0),
            (0, 1, 2, 60.0),
            // Alternative 2: 100 - 40 = 60 against 50: the best.
            (0, 2, 0, 100.0),
            (0, 2, 2, 40.0),
            // No sacrifice asked; an answer off the scale; an item and a customer that do not exist.
            (1, 0, 0, 50.0),
            (1, 0, 2, 130.0),
            (1, 0, 7, 50.0),
            (9, 0, 0, 50.0),
        ];
        let result = of(&rows, 2);
        assert_eq!((result.value[0], result.gap[0]), (Some(40.0), Some(-10.0)));
        assert_eq!((result.best_alternative[0], result.value[1], result.n_dropped), (Some(2), None, 3));
        assert!(result.descriptive_only && result.gap_interval.is_none() && result.mean_gap == Some(-10.0));
        assert_eq!((result.items[0].us, result.items[0].alternatives), (Some(65.0), Some(95.0)));
    }

    #[test]
    fn methods_24_3_thirty_answers_allow_an_interval() {
        let rows: Vec<_> = (0..30)
            .flat_map(|c| {
                let b = 50.0 + f64::from(c % 10);
                [(c, 0, 0, b), (c, 0, 2, 20.0), (c, 1, 0, 60.0), (c, 1, 2, 20.0)]
            })
            .collect();
        let result = of(&rows, 40);
        assert!(!result.descriptive_only && result.n_respondents == 30);
        let [low, high] = result.gap_interval.unwrap();
        // Gaps -10..-1: mean -5.5, sd 2.9216.
        assert!((result.mean_gap.unwrap() + 5.5).abs() < 1e-9);
        assert!((low + 6.5455).abs() < 1e-3 && (high + 4.4545).abs() < 1e-3, "{low} {high}");
        assert!(of(&rows[4..], 40).descriptive_only);
    }

    #[test]
    fn valuable_customers_with_a_negative_gap_come_first() {
        use ValueClass::{I, II, III, IV};
        let gap = [Some(-50.0), Some(-5.0), Some(-20.0), Some(3.0), None, Some(-5.0)];
        assert_eq!(attention_order(&gap, &[I, IV, III, IV, IV, II]), [2, 1, 0, 5]);
        assert!(attention_order(&[], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn values_are_within_bounds_in_any_order(
            rows in proptest::collection::vec((0..5_u32, 0..3_u32, 0..3_u32, -10.0..110.0_f64), 0..60),
        ) {
            let result = of(&rows, 5);
            for c in 0..5 {
                prop_assert!(result.value[c].is_none_or(|v| (-100.0..=100.0).contains(&v)));
                prop_assert!(result.gap[c].is_none_or(|v| (-200.0..=200.0).contains(&v)));
            }
            let reversed: Vec<_> = rows.iter().rev().copied().collect();
            prop_assert_eq!(of(&reversed, 5), result);
        }
    }

    #[test]
    fn nobody_asked() {
        let result = of(&[], 0);
        assert_eq!((result.mean, result.n_respondents, result.items.len()), (None, 0, 3));
    }

    #[test]
    fn repeated_answers_are_averaged() {
        let result = of(&[(0, 0, 0, 40.0), (0, 0, 0, 60.0), (0, 0, 2, 10.0)], 1);
        assert_eq!(result.value[0], Some(40.0));
    }
}
