use super::*;
use crate::math::Rng;

/// Columns of `n` customers: informative, noisy, coarse (many ties), with gaps; and a target that depends on
/// the first and the third.
fn sample(n: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<bool>) {
    let mut rng = Rng::new(seed);
    let mut columns = vec![Vec::new(); 4];
    let mut target = Vec::with_capacity(n);
    for _ in 0..n {
        let (x, noise) = (rng.normal() * 50.0, rng.normal());
        let coarse = rng.below(4) as f64;
        columns[0].push(x);
        columns[1].push(noise);
        columns[2].push(coarse);
        columns[3].push(if rng.uniform() < 0.3 { f64::NAN } else { x + 80.0 * rng.normal() });
        let p = if x > 20.0 && coarse >= 2.0 { 0.85 } else { 0.08 };
        target.push(rng.uniform() < p);
    }
    (columns, target)
}

const FEATURES: [Feature; 4] = [Feature::Monetary, Feature::Tenure, Feature::Products, Feature::Profit];

fn columns(values: &[Vec<f64>]) -> Vec<Column<'_>> {
    FEATURES.into_iter().zip(values).map(|(f, v)| Column::new(f, v)).collect()
}

fn leaves(tree: &Tree) -> Vec<&Node> {
    tree.nodes.iter().filter(|n| n.split.is_none()).collect()
}

const SMALL: Options =
    Options { max_depth: 4, min_leaf: Some(1), folds: 0, sample: 20_000, min_rows: 2, min_class: 1 };

#[test]
fn ex_24_2_first_split() {
    let x: Vec<f64> = (1..=8).map(f64::from).collect();
    let y = [0, 0, 0, 1, 1, 1, 1, 0].map(|v| v == 1);
    let tree = grow(&[Column::new(Feature::Recency, &x)], &y, None, &SMALL).unwrap();
    let root = tree.nodes[0];
    let split = root.split.unwrap();
    assert_eq!((split.threshold, split.feature), (3.5, Feature::Recency));
    assert!((root.gini - 0.5).abs() < 1e-15);
    assert!((split.gain - 0.3).abs() < 1e-15);
    let right = tree.nodes[split.right as usize];
    // Of weight 5/8: .5 - .3 = .2 is left in all.
    assert!((right.gini - 0.32).abs() < 1e-15);
    // The second split makes all leaves pure: the rest of the impurity is gained.
    assert_eq!(right.split.unwrap().threshold, 7.5);
    assert!((right.split.unwrap().gain - 0.2).abs() < 1e-15);
    assert_eq!(leaves(&tree).iter().map(|n| n.gini).sum::<f64>(), 0.0);
}

/// 20 others and 20 of the target, so that each weighs 1/40. By value 12 + 1, 2 + 15, 6 + 4: the root is
/// split into the first and the rest (8 + 19), and the rest in two. Wrong: 1 + 2 + 4 = 7 with three leaves, 1
/// + 8 = 9 with two, 20 alone; so the lower split is worth 2/40 a leaf, the upper one then 11/40.
#[test]
fn weakest_links_by_hand() {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (value, others, targets) in [(1.0, 12, 1), (2.0, 2, 15), (3.0, 6, 4)] {
        x.extend(vec![value; others + targets]);
        y.extend(vec![false; others]);
        y.extend(vec![true; targets]);
    }
    let column = [Column::new(Feature::Recency, &x)];
    let tree = grow(&column, &y, None, &Options { folds: 10, ..SMALL }).unwrap();
    assert_eq!(tree.sequence.iter().map(|p| p.n_leaves).collect::<Vec<_>>(), [3, 2, 1]);
    for (pruned, alpha) in tree.sequence.iter().zip([0.0, 2.0 / 40.0, 11.0 / 40.0]) {
        assert!((pruned.alpha - alpha).abs() < 1e-12, "{pruned:?}");
    }
}

/// The tree by definition: every threshold of every column at every node, counted anew.
fn by_definition(
    columns: &[Column],
    target: &[bool],
    rows: &[usize],
    weight: [f64; 2],
    depth: u8,
    min_leaf: usize,
) -> Vec<(u32, f64, usize)> {
    let counts = |rows: &[usize]| {
        let k = rows.iter().filter(|&&r| target[r]).count();
        [rows.len() - k, k]
    };
    let mass = |rows: &[usize]| {
        let [a, b] = counts(rows);
        let (a, b) = (a as f64 * weight[0], b as f64 * weight[1]);
        if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
    };
    let mut best = None;
    for (c, column) in columns.iter().enumerate() {
        let known: Vec<usize> = rows.iter().copied().filter(|&r| column.at(r).is_some()).collect();
        let unknown: Vec<usize> = rows.iter().copied().filter(|&r| column.at(r).is_none()).collect();
        let mut values: Vec<f64> = known.iter().map(|&r| column.values[r]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        for pair in values.windows(2) {
            let threshold = (pair[0] + pair[1]) / 2.0;
            let (mut left, mut right): (Vec<usize>, Vec<usize>) =
                known.iter().partition(|&&r| column.values[r] <= threshold);
            if left.len() >= right.len() {
                left.extend(&unknown)
            } else {
                right.extend(&unknown)
            }
            if left.len() < min_leaf || right.len() < min_leaf {
                continue;
            }
            let gain = mass(rows) - (mass(&left) + mass(&right));
            if gain > best.as_ref().map_or(1e-12, |b: &(f64, usize, f64, Vec<usize>, Vec<usize>)| b.0) {
                best = Some((gain, c, threshold, left, right));
            }
        }
    }
    let Some((_, c, threshold, left, right)) = best.filter(|_| depth > 0) else { return Vec::new() };
    let mut out = vec![(c as u32, threshold, rows.len())];
    for side in [left, right] {
        out.extend(by_definition(columns, target, &side, weight, depth - 1, min_leaf));
    }
    out
}

fn preorder(tree: &Tree, at: usize, out: &mut Vec<(u32, f64, usize)>) {
    if let Some(s) = tree.nodes[at].split {
        out.push((s.column_idx, s.threshold, tree.nodes[at].n_customers as usize));
        preorder(tree, s.left as usize, out);
        preorder(tree, s.right as usize, out);
    }
}

#[test]
fn grows_the_tree_of_the_definition() {
    for (seed, min_leaf) in [(1, 1), (2, 5), (3, 20), (4, 7), (5, 2)] {
        let (values, target) = sample(150, seed);
        let columns = columns(&values);
        let options = Options { min_leaf: Some(min_leaf), ..SMALL };
        let mut grown = Vec::new();
        preorder(&grow(&columns, &target, None, &options).unwrap(), 0, &mut grown);
        let k = target.iter().filter(|y| **y).count() as f64;
        let weight = [0.5 / (150.0 - k), 0.5 / k];
        let rows: Vec<usize> = (0..150).collect();
        let expected = by_definition(&columns, &target, &rows, weight, 4, min_leaf as usize);
        assert!(expected.len() > 2, "{expected:?}");
        assert_eq!(grown, expected, "seed {seed}");
    }
}

#[test]
fn leaves_are_large_enough_and_reconcile() {
    for seed in 0..10 {
        let (values, target) = sample(600, seed);
        let tree = grow(&columns(&values), &target, None, &Options::default()).unwrap();
        assert_eq!(tree.min_leaf, 20);
        assert!(leaves(&tree).iter().all(|n| n.n_customers >= 20));
        assert_eq!(leaves(&tree).iter().map(|n| n.n_customers).sum::<u32>(), 600);
        for (i, node) in tree.nodes.iter().enumerate() {
            assert!((0.0..=0.5).contains(&node.gini));
            let Some(s) = node.split else { continue };
            assert!((s.left as usize) > i && s.right == s.left + 1 && s.gain > 0.0);
            let (l, r) = (tree.nodes[s.left as usize], tree.nodes[s.right as usize]);
            assert_eq!(l.n_customers + r.n_customers, node.n_customers);
            assert_eq!(l.n_target + r.n_target, node.n_target);
        }
    }
}

/// The splits of a tree that are reached in another one by the same questions.
fn is_subtree(small: &Tree, a: usize, full: &Tree, b: usize) -> bool {
    match (small.nodes[a].split, full.nodes[b].split) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(s), Some(f)) => {
            (s.column_idx, s.threshold, s.unknown) == (f.column_idx, f.threshold, f.unknown)
                && is_subtree(small, s.left as usize, full, f.left as usize)
                && is_subtree(small, s.right as usize, full, f.right as usize)
        }
    }
}

#[test]
fn pruned_tree_is_a_subtree_within_one_standard_error() {
    let mut smaller = 0;
    for seed in 0..10 {
        let (values, target) = sample(500, seed);
        let columns = columns(&values);
        let tree = grow(&columns, &target, None, &Options::default()).unwrap();
        let full = grow(&columns, &target, None, &Options { folds: 0, ..Options::default() }).unwrap();
        assert!(is_subtree(&tree, 0, &full, 0));
        let chosen = tree.chosen_idx.unwrap() as usize;
        assert_eq!(tree.sequence[chosen].n_leaves as usize, leaves(&tree).len());
        let least = tree.sequence.iter().min_by(|a, b| a.cv_error.total_cmp(&b.cv_error)).unwrap();
        let enough = least.cv_error + least.cv_se;
        assert!(tree.sequence[chosen].cv_error <= enough);
        assert!(tree.sequence[chosen + 1..].iter().all(|p| p.cv_error > enough));
        assert!(tree.sequence.windows(2).all(|w| w[0].alpha < w[1].alpha && w[0].n_leaves > w[1].n_leaves));
        assert_eq!(tree.sequence.last().unwrap().n_leaves, 1);
        assert_eq!(tree.sequence.last().unwrap().cv_error, 0.5);
        smaller += usize::from(leaves(&tree).len() < leaves(&full).len());
        // The two splits that are real.
        assert_eq!(tree.nodes[0].split.unwrap().feature, Feature::Monetary);
        assert!((tree.nodes[0].split.unwrap().threshold - 20.0).abs() < 6.0);
    }
    assert!(smaller >= 8, "{smaller}");
}

#[test]
fn noise_gives_no_rule() {
    let mut roots = 0;
    for seed in 0..20 {
        let mut rng = Rng::new(1000 + seed);
        let x: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
        let y: Vec<bool> = (0..400).map(|_| rng.uniform() < 0.3).collect();
        let tree = grow(&[Column::new(Feature::Frequency, &x)], &y, None, &Options::default()).unwrap();
        roots += usize::from(tree.nodes.len() == 1);
    }
    assert!(roots >= 16, "{roots}");
}

#[test]
fn order_of_rows_does_not_matter() {
    let (values, target) = sample(700, 3);
    let other: Vec<f64> = values[0].iter().map(|x| x + 1.0).collect();
    let mut order: Vec<usize> = (0..700).collect();
    let mut rng = Rng::new(8);
    for i in (1..700).rev() {
        order.swap(i, rng.below(i + 1));
    }
    let moved = |v: &[f64]| order.iter().map(|&i| v[i]).collect::<Vec<f64>>();
    let values2: Vec<Vec<f64>> = values.iter().map(|v| moved(v)).collect();
    let target2: Vec<bool> = order.iter().map(|&i| target[i]).collect();
    let included = vec![true; 700];
    let fit = |values: &[Vec<f64>], target: &[bool], other: &[f64]| {
        let input = LeaversInput {
            columns: &columns(values),
            included: &included,
            left: target,
            other: Some((OtherScore::Logistic, other)),
            now: None,
            revenue: &[],
            profit: None,
        };
        leavers(&input, &Options::default()).unwrap()
    };
    let (a, b) = (fit(&values, &target, &other), fit(&values2, &target2, &moved(&other)));
    assert_eq!(a.tree, b.tree);
    assert_eq!((&a.rules, a.auc, a.precision, a.other), (&b.rules, b.auc, b.precision, b.other));
    let back: Vec<_> = order.iter().map(|&i| a.rule_idx[i]).collect();
    assert_eq!(back, b.rule_idx);
}

#[test]
fn monotone_transforms_do_not_matter() {
    let (values, target) = sample(500, 12);
    let transformed: Vec<Vec<f64>> = values
        .iter()
        .enumerate()
        .map(|(c, v)| {
            let f = |x: f64| match c {
                0 => crate::math::exp(x / 100.0),
                1 => x * x * x,
                2 => 1e9 * x - 7.0,
                _ => x / (1.0 + x.abs()),
            };
            v.iter().map(|&x| f(x)).collect()
        })
        .collect();
    let (before, after) = (columns(&values), columns(&transformed));
    let a = grow(&before, &target, None, &Options::default()).unwrap();
    let b = grow(&after, &target, None, &Options::default()).unwrap();
    assert!(a.nodes.len() > 3);
    assert_eq!(a.sequence, b.sequence);
    for row in 0..500 {
        assert_eq!(a.leaf_of(&before, row), b.leaf_of(&after, row));
    }
}

#[test]
fn unknown_values_go_to_the_side_with_more_cases() {
    let (values, target) = sample(800, 5);
    let only = [Column::new(Feature::Profit, &values[3])];
    let tree = grow(&only, &target, None, &Options { folds: 0, ..Options::default() }).unwrap();
    let split = tree.nodes[0].split.unwrap();
    let n = |f: &dyn Fn(f64) -> bool| values[3].iter().filter(|v| f(**v)).count();
    let (left, right) = (n(&|v| v <= split.threshold), n(&|v| v > split.threshold));
    assert_eq!(split.n_unknown as usize, n(&f64::is_nan));
    assert_eq!(split.unknown, if left >= right { Side::Left } else { Side::Right });
    let majority = if left >= right { split.left } else { split.right };
    assert_eq!(tree.nodes[majority as usize].n_customers as usize, left.max(right) + n(&f64::is_nan));
}

#[test]
fn too_little_to_go_on() {
    let (values, target) = sample(300, 1);
    let cs = columns(&values);
    let default = Options::default();
    let few = grow(&cs, &target[..150], None, &default);
    assert_eq!(few, Err(Problem::TooFew { n: 150, needed: 200 }));
    assert_eq!(grow(&[], &[], None, &default), Err(Problem::TooFew { n: 0, needed: 200 }));
    let mut rare = vec![false; 300];
    rare[..19].fill(true);
    let problem = grow(&cs, &rare, None, &default);
    assert_eq!(problem, Err(Problem::SmallerClassTooFew { n: 19, needed: 20, target: true }));
    let flat = [5.0; 300];
    let same = [Column::new(Feature::Tenure, &flat), Column::new(Feature::Products, &[])];
    assert_eq!(grow(&same, &target, None, &default), Err(Problem::NoFeature));
    let mixed = [same[0], same[1], cs[0]];
    let tree = grow(&mixed, &target, None, &default).unwrap();
    let out: Vec<_> = tree.left_out.iter().map(|l| (l.feature, l.all_unknown)).collect();
    assert_eq!(out, [(Feature::Tenure, false), (Feature::Products, true)]);
    assert_eq!(tree.nodes[0].split.unwrap().column_idx, 2);
    // One customer, and one who is not included.
    let one = grow(&cs, &[true], None, &SMALL);
    assert_eq!(one, Err(Problem::TooFew { n: 1, needed: 2 }));
    let none = grow(&cs, &target, Some(&[]), &default);
    assert_eq!(none, Err(Problem::TooFew { n: 0, needed: 200 }));
}

#[test]
fn extreme_values_keep_their_order() {
    let next = f64::from_bits(1.0_f64.to_bits() + 1);
    let cases: [[f64; 2]; 6] = [
        [1.0, next],
        [-f64::MAX, f64::MAX],
        [1e15, 1e15 + 2.0],
        [-1e15, -0.0],
        [0.0, 5e-324],
        [f64::MIN, -1.0],
    ];
    for [low, high] in cases {
        let x: Vec<f64> = (0..8).map(|i| if i % 2 == 0 { low } else { high }).collect();
        let y: Vec<bool> = (0..8).map(|i| i % 2 == 1).collect();
        let column = [Column::new(Feature::Profit, &x)];
        let tree = grow(&column, &y, None, &SMALL).unwrap();
        let split = tree.nodes[0].split.unwrap();
        assert!(
            split.threshold.is_finite() && split.threshold >= low && split.threshold < high,
            "{low} {high}"
        );
        for (row, y) in y.iter().enumerate() {
            assert_eq!(tree.nodes[tree.leaf_of(&column, row)].says_target, *y);
        }
    }
}

#[test]
fn class_one_is_described() {
    let (values, _) = sample(900, 21);
    let class_one: Vec<bool> = values[0].iter().map(|&v| v <= 10.0).collect();
    let included: Vec<bool> = (0..900).map(|i| i % 9 != 0).collect();
    let revenue: Vec<f64> = (0..900).map(f64::from).collect();
    let r =
        released(&columns(&values), &class_one, Some(&included), (&revenue, None), true, &Options::default())
            .unwrap();
    // A target that is a threshold of one feature is found as that threshold.
    let fidelity = r.fidelity.unwrap();
    assert_eq!((fidelity.n, fidelity.of), (800, 800));
    assert_eq!(r.rules.len(), 2);
    let first = &r.rules[0];
    assert!(first.catches && r.defines_target && first.conditions[0].defines_target);
    assert_eq!(first.conditions[0].op, Op::AtMost);
    assert!((first.conditions[0].threshold - 10.0).abs() < 1.0);
    assert_eq!(first.precision.unwrap().share, 1.0);
    assert_eq!(r.rules.iter().map(|r| r.n_customers).sum::<u32>(), 800);
    let all: f64 = (0..900).filter(|i| i % 9 != 0).map(f64::from).sum();
    assert_eq!(r.rules.iter().map(|r| r.revenue).sum::<f64>(), all);
    for i in 0..900 {
        assert_eq!(r.rule_idx[i].is_some(), included[i]);
        assert!(r.rule_idx[i].is_none_or(|k| r.rules[usize::from(k)].catches == class_one[i]));
    }
}

#[test]
fn leavers_are_judged_on_the_holdout() {
    let (values, left) = sample(3000, 33);
    let columns = columns(&values);
    let included: Vec<bool> = (0..3000).map(|i| i % 10 != 0).collect();
    let revenue = vec![1.5; 3000];
    let profit: Vec<f64> = (0..3000).map(|i| if i % 2 == 0 { -1.0 } else { 2.0 }).collect();
    let still: Vec<bool> = (0..3000).map(|i| i % 3 == 0).collect();
    let input = LeaversInput {
        columns: &columns,
        included: &included,
        left: &left,
        other: Some((OtherScore::AlertRule, &values[1])),
        now: Some(Now { columns: &columns, included: &still }),
        revenue: &revenue,
        profit: Some(&profit),
    };
    let l = leavers(&input, &Options::default()).unwrap();
    assert_eq!((l.n_training + l.n_holdout, l.judged), (2700, Judged::Holdout));
    assert!((f64::from(l.n_holdout) - 810.0).abs() <= 1.0, "{}", l.n_holdout);
    assert_eq!(l.tree.nodes[0].n_customers, l.n_training);
    // Stratified: the same share of leavers on both sides.
    let base = l.base.unwrap();
    let trained = f64::from(l.tree.nodes[0].n_target) / f64::from(l.n_training);
    assert!((base.share - trained).abs() < 0.003);
    // What the data were made of: .85 where it says so, .08 elsewhere.
    let (precision, recall) = (l.precision.unwrap(), l.recall.unwrap());
    assert_eq!(precision.n, recall.n);
    assert_eq!(recall.of, base.n);
    assert!(precision.interval.0 < 0.85 && precision.interval.1 > 0.80, "{precision:?}");
    let auc = l.auc.unwrap();
    assert!(auc.auc > 0.75 && auc.interval[0] < auc.auc && auc.auc < auc.interval[1], "{auc:?}");
    let noise = l.other.unwrap();
    assert_eq!(noise.n_judged, l.n_holdout);
    assert!(noise.auc.unwrap().interval[0] < 0.5);
    // The rules' holdout counts add up to the whole judgement.
    let caught = || l.rules.iter().filter(|r| r.catches).filter_map(|r| r.precision);
    assert_eq!(caught().map(|p| p.n).sum::<u32>(), precision.n);
    assert_eq!(caught().map(|p| p.of).sum::<u32>(), precision.of);
    assert_eq!(l.rules.iter().map(|r| r.n_customers).sum::<u32>(), 1000);
    assert_eq!(l.rules.iter().map(|r| r.revenue).sum::<f64>(), 1500.0);
    assert_eq!(l.rules.iter().filter_map(|r| r.profit).sum::<f64>(), 500.0);
    assert!(l.rules.windows(2).all(|w| w[0].catches >= w[1].catches));
    let back: Leavers = serde_json::from_str(&serde_json::to_string(&l).unwrap()).unwrap();
    assert_eq!((back.rule_idx, back.precision.unwrap().n), (l.rule_idx, precision.n));
}

#[test]
fn a_rule_is_met_by_its_own_leaf_only() {
    for seed in 0..8 {
        let (values, target) = sample(400, 50 + seed);
        let columns = columns(&values);
        // Unpruned, to have intervals of one feature and unknown values deep down.
        let options = Options { folds: 0, min_leaf: Some(5), ..Options::default() };
        let r = released(&columns, &target, None, (&[], None), false, &options).unwrap();
        assert!(r.rules.len() > 6);
        for row in 0..400 {
            let meets = |rule: &&Rule| {
                rule.conditions.iter().all(|c| c.is_met(columns[c.column_idx as usize].at(row)))
            };
            let met: Vec<u32> = r.rules.iter().filter(meets).map(|rule| rule.node_idx).collect();
            // An unknown value meets both sides of no split.
            assert_eq!(met, [r.tree.leaf_of(&columns, row) as u32], "row {row} of {seed}");
        }
    }
}

#[test]
fn a_large_base_is_sampled_and_counted_in_full() {
    let (values, target) = sample(9000, 4);
    let options = Options { sample: 1000, ..Options::default() };
    let tree = grow(&columns(&values), &target, None, &options).unwrap();
    assert_eq!(tree.sampled, Some(Sampled { used: 1000, of: 9000 }));
    assert_eq!(tree.nodes[0].n_customers, 9000);
    assert_eq!(leaves(&tree).iter().map(|n| n.n_customers).sum::<u32>(), 9000);
    assert_eq!(tree.nodes[0].split.unwrap().feature, Feature::Monetary);
    // A rare class is kept whole.
    let mut rng = Rng::new(2);
    let rare: Vec<bool> = values[0].iter().map(|&x| x > 60.0 && rng.uniform() < 0.08).collect();
    let n_rare = rare.iter().filter(|y| **y).count();
    assert!((20..500).contains(&n_rare), "{n_rare}");
    let tree = grow(&columns(&values), &rare, None, &options).unwrap();
    assert_eq!(tree.nodes[0].n_target as usize, n_rare);
    assert!((tree.nodes[0].split.unwrap().threshold - 60.0).abs() < 10.0);
}
