//! In which order do points join into ever fewer clusters? Ward's hierarchy.
//!
//! Join, again and again, the two clusters whose union costs least in within sum of squares, `n_a n_b/(n_a +
//! n_b) |c_a - c_b|^2`. The costs of all unions add up to the total sum of squares.
//!
//! The nearest-neighbor chain (Murtagh 1983) finds the same tree in `O(n^2)` time without a distance
//! matrix: it follows nearest neighbors until two are each other's, and joins them. For Ward's cost the
//! update of Lance & Williams (1967) equals the formula above with the joint size and center, so that these
//! are all that is kept of a cluster.
//!
//! Symbols: n sizes (customers, > 0); c centers in the (standardized) units of the points; cost >= 0 in their
//! square.
//!
//! Source: Ward 1963; Murtagh 1983; Lance & Williams 1967; methods.md 9.
//!
//! Degenerate cases: one point or none has no unions; k outside 1..=n is taken as the nearer end; among
//! unions of equal cost the chain's order decides.
//!
//! ```
//! use tenure::analytics::cluster::{Points, total_ss, ward};
//! let points = Points::new(&[vec![1.0, 2.0, 8.0, 9.0]]); // methods.md 9: 2 x 2/4 x 7^2 = 49
//! let tree = ward(&points, None);
//! let costs: Vec<f64> = tree.merges().iter().map(|m| m.cost).collect();
//! assert_eq!(costs, [0.5, 0.5, 49.0]);
//! assert_eq!(costs.iter().sum::<f64>(), total_ss(&points));
//! assert_eq!(tree.cut(2), [0, 0, 1, 1]);
//! ```

use super::points::Points;

/// One union: the clusters that hold these two points, and what it cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// A point of the one.
    pub a: u32,
    /// A point of the other.
    pub b: u32,
    /// Increase of the within sum of squares.
    pub cost: f64,
}

/// The n - 1 unions of n points, cheapest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    n: usize,
    merges: Vec<Merge>,
}

impl Tree {
    /// The unions.
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// Cluster of every point when the tree is cut into `k` (at least 1, at most n), numbered by their first point.
    #[must_use]
    pub fn cut(&self, k: usize) -> Vec<u16> {
        let mut parent: Vec<u32> = (0..self.n as u32).collect();
        for merge in &self.merges[..self.n.saturating_sub(k.max(1))] {
            let (a, b) = (root(&mut parent, merge.a), root(&mut parent, merge.b));
            parent[a.max(b) as usize] = a.min(b);
        }
        let mut number = vec![u16::MAX; self.n];
        let mut next = 0;
        (0..self.n as u32)
            .map(|i| {
                let root = root(&mut parent, i) as usize;
                if number[root] == u16::MAX {
                    number[root] = next;
                    next = next.saturating_add(1);
                }
                number[root]
            })
            .collect()
    }
}

fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

/// The clusters not yet joined, packed side by side so that a search runs through memory in order.
struct Active {
    size: Vec<f64>,
    centers: Vec<Vec<f64>>,
    /// Cost of the union behind each cluster.
    height: Vec<f64>,
    /// Cluster (named by one of its points) at each place, and place of each cluster.
    at: Vec<u32>,
    place: Vec<u32>,
    cost: Vec<f64>,
}

impl Active {
    /// Nearest other cluster and the cost of joining it; `before` wins ties, so that the chain cannot run in circles.
    fn nearest(&mut self, of: u32, before: Option<u32>) -> (u32, f64) {
        let me = self.place[of as usize] as usize;
        let own = self.size[me];
        self.cost.clear();
        self.cost.resize(self.at.len(), 0.0);
        for column in &self.centers {
            let center = column[me];
            self.cost.iter_mut().zip(column).for_each(|(d, x)| *d += (x - center) * (x - center));
        }
        self.cost.iter_mut().zip(&self.size).for_each(|(d, n)| *d *= own * n / (own + n));
        self.cost[me] = f64::INFINITY;
        let mut best = before.map_or(usize::from(me == 0), |b| self.place[b as usize] as usize);
        for (i, cost) in self.cost.iter().enumerate() {
            if *cost < self.cost[best] {
                best = i;
            }
        }
        (self.at[best], self.cost[best])
    }

    /// Joins b to a, which keeps its name.
    fn join(&mut self, a: u32, b: u32, cost: f64) -> f64 {
        let (i, j) = (self.place[a as usize] as usize, self.place[b as usize] as usize);
        let (n, m) = (self.size[i], self.size[j]);
        // Never below the unions inside, which rounding might otherwise bring about.
        let cost = cost.max(self.height[i]).max(self.height[j]);
        for column in &mut self.centers {
            column[i] = (n * column[i] + m * column[j]) / (n + m);
            column.swap_remove(j);
        }
        self.size[i] = n + m;
        self.height[i] = cost;
        self.size.swap_remove(j);
        self.height.swap_remove(j);
        self.at.swap_remove(j);
        if let Some(&moved) = self.at.get(j) {
            self.place[moved as usize] = j as u32;
        }
        cost
    }
}

/// The tree of points that stand for `sizes` customers each (absent: one each). Takes `O(n^2 p)` time, `O(n p)`
/// memory.
#[must_use]
pub fn ward(points: &Points, sizes: Option<&[f64]>) -> Tree {
    let n = points.n();
    let mut active = Active {
        size: (0..n).map(|i| sizes.and_then(|s| s.get(i)).copied().unwrap_or(1.0)).collect(),
        centers: (0..points.p()).map(|f| points.column(f).to_vec()).collect(),
        height: vec![0.0; n],
        at: (0..n as u32).collect(),
        place: (0..n as u32).collect(),
        cost: Vec::new(),
    };
    let mut merges: Vec<Merge> = Vec::with_capacity(n.saturating_sub(1));
    let mut chain: Vec<u32> = Vec::new();
    while active.at.len() > 1 {
        let top = *chain.last().unwrap_or(&active.at[0]);
        if chain.is_empty() {
            chain.push(top);
        }
        let before = chain.len().checked_sub(2).map(|i| chain[i]);
        let (next, cost) = active.nearest(top, before);
        if Some(next) != before {
            chain.push(next);
            continue;
        }
        chain.truncate(chain.len() - 2);
        let cost = active.join(next.min(top), next.max(top), cost);
        merges.push(Merge { a: next.min(top), b: next.max(top), cost });
    }
    // A union comes after the unions inside it: they were found earlier and cost no more.
    merges.sort_by(|x, y| x.cost.total_cmp(&y.cost));
    Tree { n, merges }
}
