//! How much should each criterion count, judged by comparing two at a time? The analytic hierarchy process.
//!
//! A person says for every pair of n criteria how many times as important i is as j: `a_ij > 0`, on Saaty's
//! scale 1..=9 and its reciprocals, `a_ji = 1/a_ij`, `a_ii = 1`. Only the upper triangle is given, row by row.
//! - **Weights** `w` (shares, sum 1): the principal eigenvector, `A w = lambda w` ([`Method::Eigenvector`]); or
//!   the logarithmic least squares `ln w_i = mean_j ln a_ij`, row geometric means
//!   ([`Method::RowGeometricMean`]).
//! - **Consistency**, a property of the matrix and not of the method: `CI = (lambda - n)/(n - 1)`, `CR =
//!   CI/RI`, where RI is the mean CI of random matrices. Published tables differ; the one used is named
//!   ([`RandomIndex`]). Accepted where `CR <= .10`. Otherwise the judgment to look at again is the one with the
//!   largest `|ln(a_ij w_j/w_i)|`; `w_i/w_j` is what the others imply for it.
//! - **Groups**: the geometric mean of the members' judgments, cell by cell ([`group`]), the only mean that
//!   keeps reciprocity (Aczel & Saaty 1983).
//! - **Missing judgments** are set so that lambda is least (Bozoki, Fulop & Ronyai 2010), that is at `a_ij^2 =
//!   y_j x_i/(y_i x_j)` with x and y the right and left eigenvectors. This is not Harker's (1987) method, which
//!   sets `a_ij = w_i/w_j`: for the incomplete example below that gives .3736 .3921 .0982 .1361. The row
//!   geometric means solve least squares over the judgments that were made.
//! - **Hierarchies**: [`synthesize`] weighs the alternatives' weights under each criterion by the criterion's
//!   weight.
//!
//! Symbols: n criteria, 1..=15; a ratios 1/1000..=1000; w shares 0..=1; lambda >= n; CI, CR >= 0; no units.
//!
//! Sources: Saaty 1980; random indices: as named in [`RandomIndex`]; methods.md 8.
//!
//! Degenerate cases: n = 1 has weight 1; n <= 2 is always consistent, CR = 0. Refused ([`Refusal`]): no
//! criterion, more than 15 (split them into a hierarchy), entries that are not finite or outside 1/1000..=1000,
//! and missing judgments that leave two groups of criteria without a comparison between them.
//!
//! ```
//! use tenure::analytics::ahp::{Options, weigh};
//! // methods.md 8: 1/3, 1/5, 1/2 above the diagonal.
//! let result = weigh(3, &[Some(1.0 / 3.0), Some(0.2), Some(0.5)], &Options::default())?;
//! assert!((result.weights[2] - 0.5816).abs() < 5e-5 && (result.cr - 0.0032).abs() < 5e-5 && result.accepted);
//! // Bozoki, Fulop & Ronyai 2010: c against d was not judged.
//! let seen = [Some(1.0), Some(5.0), Some(2.0), Some(3.0), Some(4.0), None];
//! let result = weigh(4, &seen, &Options::default())?;
//! assert!((result.weights[1] - 0.3920).abs() < 5e-5 && (result.weights[3] - 0.1357).abs() < 5e-5);
//! # Ok::<(), tenure::analytics::ahp::Refusal>(())
//! ```

use crate::math::linear::{principal_eigen, solve};
use crate::math::{exp, ln, sum};
use serde::{Deserialize, Serialize};

/// Most criteria that one matrix may compare.
pub const MAX_CRITERIA: usize = 15;
/// Largest ratio that is accepted as a judgment, and its reciprocal the smallest; Saaty's scale ends at 9.
pub const MAX_RATIO: f64 = 1000.0;
/// Greatest consistency ratio at which judgments are accepted.
pub const MAX_CR: f64 = 0.10;
/// Deviations `|ln(a_ij w_j/w_i)|` that differ by less are equal, and the first such cell is named.
const SAME: f64 = 1e-9;

/// Which published mean consistency index of random matrices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RandomIndex {
    /// Saaty 1980, as tabulated in the R package AHPWR.
    #[default]
    Saaty1980,
    /// Saaty 2005, p. 31.
    Saaty2005,
    /// By the method of Saaty & Tran 2007, 500,000 matrices, as tabulated in the R package ahpsurvey.
    SaatyTran2007,
    /// Donegan & Dodd 1991.
    DoneganDodd1991,
}

impl RandomIndex {
    /// RI for n criteria; 0 for n <= 2 and n > 15.
    #[must_use]
    pub fn value(self, n: usize) -> f64 {
        let table: [f64; MAX_CRITERIA - 2] = match self {
            Self::Saaty1980 => [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59],
            Self::Saaty2005 => [0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59],
            Self::SaatyTran2007 => [
                0.5251686, 0.8836651, 1.1081014, 1.2492774, 1.3415514, 1.4048466, 1.4507197, 1.4857266,
                1.5141022, 1.5356638, 1.5545925, 1.5703498, 1.5839958,
            ],
            Self::DoneganDodd1991 => [
                0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643,
                1.4822, 1.4969,
            ],
        };
        n.checked_sub(3).and_then(|i| table.get(i)).copied().unwrap_or(0.0)
    }
}

/// How weights follow from the matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Principal eigenvector.
    #[default]
    Eigenvector,
    /// Geometric means of the rows (logarithmic least squares).
    RowGeometricMean,
}

/// Choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// How weights follow from the matrix.
    pub method: Method,
    /// Which table of random indices.
    pub random_index: RandomIndex,
}

/// Why there are no weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// Nothing to compare.
    Empty,
    /// More criteria than one person compares consistently; split them into a hierarchy.
    TooMany {
        /// Criteria given.
        n: usize,
        /// Most allowed.
        max: usize,
    },
    /// Not `n(n-1)/2` judgments, or members of a group differ in it.
    WrongLength {
        /// Judgments given.
        got: usize,
        /// Judgments needed.
        needed: usize,
    },
    /// A judgment that is not a finite positive ratio within 1/1000..=1000.
    BadEntry {
        /// Criterion that is compared, from 0.
        row: usize,
        /// Criterion that it is compared with, from 0.
        column: usize,
    },
    /// Missing judgments leave this criterion without a chain of comparisons to the first.
    NotConnected {
        /// Criterion, from 0.
        criterion: usize,
    },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => write!(f, "no criteria"),
            Self::TooMany { n, max } => write!(f, "{n} criteria, at most {max}"),
            Self::WrongLength { got, needed } => write!(f, "{got} judgments, {needed} needed"),
            Self::BadEntry { row, column } => write!(f, "judgment {row} against {column} is out of range"),
            Self::NotConnected { criterion } => write!(f, "no comparison reaches criterion {criterion}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// One judgment, row against column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgment {
    /// Criterion that is compared, from 0; less than `column`.
    pub row: usize,
    /// Criterion that it is compared with, from 0.
    pub column: usize,
    /// How many times as important the row is.
    pub value: f64,
}

/// The judgment that fits the others least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// The judgment as it was made.
    pub judgment: Judgment,
    /// What the weights imply for it, `w_row/w_column`.
    pub suggested: f64,
    /// CR if it were changed to that.
    pub cr_then: f64,
}

/// Weights and how consistent the judgments behind them are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Weights {
    /// Shares that sum to 1, one per criterion.
    pub weights: Vec<f64>,
    /// How they were found.
    pub method: Method,
    /// Principal eigenvalue, n where the judgments are fully consistent.
    pub lambda: f64,
    /// Consistency index.
    pub ci: f64,
    /// Consistency ratio; 0 for n <= 2.
    pub cr: f64,
    /// Table behind the ratio.
    pub random_index: RandomIndex,
    /// Its value for this n.
    pub ri: f64,
    /// Whether CR is at most .10.
    pub accepted: bool,
    /// The judgment to look at again; `None` where all fit exactly.
    pub suspect: Option<Suspect>,
    /// Judgments that were not made, and the values that make lambda least.
    pub filled: Vec<Judgment>,
}

/// Weights of `n` criteria from the upper triangle of their comparison matrix, row by row, `n(n-1)/2` entries.
///
/// # Errors
/// See [`Refusal`].
pub fn weigh(n: usize, upper: &[Option<f64>], options: &Options) -> Result<Weights, Refusal> {
    check(n, upper)?;
    let least_squares = least_squares(n, upper)?;
    let matrix = complete(n, upper, &least_squares);
    let (lambda, eigenvector) = eigen(&matrix, n);
    let weights = match options.method {
        Method::Eigenvector => eigenvector,
        Method::RowGeometricMean => least_squares,
    };
    let ri = options.random_index.value(n);
    let cells = || pairs(n).zip(upper);
    let judgment = |(row, column): (usize, usize)| Judgment { row, column, value: matrix[row * n + column] };
    let filled = cells().filter(|(_, v)| v.is_none()).map(|(cell, _)| judgment(cell)).collect();
    let (ci, cr) = consistency(n, lambda, ri);
    let suspect = cells()
        .filter(|(_, v)| v.is_some())
        .map(|(cell, _)| {
            let j = judgment(cell);
            (ln(j.value * weights[j.column] / weights[j.row]).abs(), j)
        })
        .fold(
            None,
            |worst: Option<(f64, Judgment)>, (by, j)| {
                if by > worst.map_or(0.0, |w| w.0) + SAME { Some((by, j)) } else { worst }
            },
        )
        .map(|(_, judgment)| {
            let suggested = weights[judgment.row] / weights[judgment.column];
            let mut changed = matrix.clone();
            put(&mut changed, n, (judgment.row, judgment.column), suggested);
            Suspect { judgment, suggested, cr_then: consistency(n, eigen(&changed, n).0, ri).1 }
        });
    Ok(Weights {
        weights,
        method: options.method,
        lambda,
        ci,
        cr,
        random_index: options.random_index,
        ri,
        accepted: cr <= MAX_CR,
        suspect,
        filled,
    })
}

/// The judgments of a group: the geometric mean, cell by cell, over the members who judged it; `None` where
/// nobody did.
///
/// # Errors See [`Refusal`]; one member's bad entry refuses the group.
pub fn group(n: usize, members: &[&[Option<f64>]]) -> Result<Vec<Option<f64>>, Refusal> {
    if members.is_empty() {
        return Err(Refusal::Empty);
    }
    for upper in members {
        check(n, upper)?;
    }
    let cell = |i: usize| {
        let logs: Vec<f64> = members.iter().filter_map(|m| m[i]).map(ln).collect();
        (!logs.is_empty()).then(|| exp(sum(logs.iter().copied()) / logs.len() as f64))
    };
    Ok((0..n * (n - 1) / 2).map(cell).collect())
}

/// Value of each alternative in a hierarchy: `sum over criteria of weight x value`, with one slice of values per
/// criterion. Only as many alternatives as every criterion has, and as many criteria as both sides have, count.
#[must_use]
pub fn synthesize(weights: &[f64], values: &[Vec<f64>]) -> Vec<f64> {
    let n_alternatives = values.iter().map(Vec::len).min().unwrap_or(0);
    (0..n_alternatives).map(|a| sum(weights.iter().zip(values).map(|(w, v)| w * v[a]))).collect()
}

/// Cells above the diagonal, row by row.
fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

fn put(matrix: &mut [f64], n: usize, (i, j): (usize, usize), value: f64) {
    matrix[i * n + j] = value;
    matrix[j * n + i] = 1.0 / value;
}

fn check(n: usize, upper: &[Option<f64>]) -> Result<(), Refusal> {
    if n == 0 {
        return Err(Refusal::Empty);
    }
    if n > MAX_CRITERIA {
        return Err(Refusal::TooMany { n, max: MAX_CRITERIA });
    }
    let needed = n * (n - 1) / 2;
    if upper.len() != needed {
        return Err(Refusal::WrongLength { got: upper.len(), needed });
    }
    let range = 1.0 / MAX_RATIO..=MAX_RATIO;
    match pairs(n).zip(upper).find(|(_, v)| v.is_some_and(|v| !range.contains(&v))) {
        Some(((row, column), _)) => Err(Refusal::BadEntry { row, column }),
        None => Ok(()),
    }
}

fn consistency(n: usize, lambda: f64, ri: f64) -> (f64, f64) {
    // Below n only by rounding; by Perron's theorem lambda >= n for a reciprocal matrix.
    let ci = if n > 1 { ((lambda - n as f64) / (n as f64 - 1.0)).max(0.0) } else { 0.0 };
    (ci, if ri > 0.0 { ci / ri } else { 0.0 })
}

/// Eigenvalue and weights; checked matrices always have them.
fn eigen(matrix: &[f64], n: usize) -> (f64, Vec<f64>) {
    principal_eigen(matrix, n).unwrap_or_else(|| (n as f64, vec![1.0 / n as f64; n]))
}

/// Weights by least squares of the logarithms over the judgments made: `sum_j (ln w_i - ln w_j - ln a_ij) = 0`
/// for every criterion i, which are row geometric means where none is missing.
fn least_squares(n: usize, upper: &[Option<f64>]) -> Result<Vec<f64>, Refusal> {
    let known = || pairs(n).zip(upper).filter_map(|(cell, v)| v.map(|v| (cell, v)));
    let mut reached: Vec<bool> = (0..n).map(|i| i == 0).collect();
    for _ in 0..n {
        for ((i, j), _) in known() {
            let either = reached[i] || reached[j];
            (reached[i], reached[j]) = (either, either);
        }
    }
    if let Some(criterion) = reached.iter().position(|r| !r) {
        return Err(Refusal::NotConnected { criterion });
    }
    // Adding 1 everywhere turns "determined up to a constant" into "sum of the logarithms is 0".
    let (mut a, mut b) = (vec![1.0; n * n], vec![0.0; n]);
    for ((i, j), v) in known() {
        a[i * n + i] += 1.0;
        a[j * n + j] += 1.0;
        a[i * n + j] -= 1.0;
        a[j * n + i] -= 1.0;
        b[i] += ln(v);
        b[j] -= ln(v);
    }
    let weights: Vec<f64> = solve(&a, &b).unwrap_or_else(|| vec![0.0; n]).into_iter().map(exp).collect();
    let total = sum(weights.iter().copied());
    Ok(weights.into_iter().map(|w| w / total).collect())
}

/// The whole matrix, with missing judgments set so that lambda is least. Lambda is convex in their logarithms,
/// so there is one minimum; each round moves every cell to where its own derivative vanishes for the present
/// eigenvectors.
fn complete(n: usize, upper: &[Option<f64>], start: &[f64]) -> Vec<f64> {
    let mut matrix = vec![1.0; n * n];
    let mut missing = Vec::new();
    for ((i, j), v) in pairs(n).zip(upper) {
        put(&mut matrix, n, (i, j), v.unwrap_or_else(|| start[i] / start[j]));
        if v.is_none() {
            missing.push((i, j));
        }
    }
    for _ in 0..500 {
        let transposed: Vec<f64> = (0..n * n).map(|k| matrix[k % n * n + k / n]).collect();
        let (x, y) = (eigen(&matrix, n).1, eigen(&transposed, n).1);
        let mut moved = 0.0_f64;
        for &(i, j) in &missing {
            let value = (y[j] * x[i] / (y[i] * x[j])).sqrt();
            moved = moved.max((value / matrix[i * n + j] - 1.0).abs());
            put(&mut matrix, n, (i, j), value);
        }
        if moved < 1e-11 {
            break;
        }
    }
    matrix
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::math::Rng;

    fn all(upper: &[f64]) -> Vec<Option<f64>> {
        upper.iter().map(|v| Some(*v)).collect()
    }

    fn run(n: usize, upper: &[f64]) -> Weights {
        weigh(n, &all(upper), &Options::default()).unwrap()
    }

    fn close(got: &[f64], want: &[f64], tolerance: f64) {
        assert_eq!(got.len(), want.len());
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() <= tolerance), "{got:?} is not {want:?}");
    }

    #[test]
    fn ex_8_consistent_enough() {
        let result = run(3, &[1.0 / 3.0, 0.2, 0.5]);
        close(&result.weights, &[0.1095, 0.3090, 0.5816], 5e-5);
        close(&[result.lambda, result.cr], &[3.0037, 0.0032], 5e-5);
        assert!(result.accepted && result.filled.is_empty());
    }

    #[test]
    fn ex_8_circular_judgments_are_rejected() {
        let result = run(3, &[9.0, 1.0 / 9.0, 9.0]);
        close(&[result.lambda, result.cr], &[10.111, 6.13], 5e-3);
        assert!(!result.accepted);
        let suspect = result.suspect.unwrap();
        // All three deviate alike; the first is named, and the weights, all equal, suggest 1.
        assert_eq!((suspect.judgment.row, suspect.judgment.column, suspect.judgment.value), (0, 1, 9.0));
        close(&[suspect.suggested], &[1.0], 1e-9);
        assert!(suspect.cr_then < result.cr);
    }

    /// Saaty 2008, Int. J. Services Sciences 1(1), drinks in the United States; numbers of AHPy's README and tests.
    /// Order: coffee, wine, tea, beer, soda, milk, water.
    fn drinks() -> Vec<f64> {
        vec![
            9.0,
            5.0,
            2.0,
            1.0,
            1.0,
            0.5, //
            1.0 / 3.0,
            1.0 / 9.0,
            1.0 / 9.0,
            1.0 / 9.0,
            1.0 / 9.0, //
            1.0 / 3.0,
            0.25,
            1.0 / 3.0,
            1.0 / 9.0, //
            0.5,
            1.0,
            1.0 / 3.0, //
            2.0,
            0.5, //
            1.0 / 3.0,
        ]
    }

    #[test]
    fn reference_1_5_saaty_drinks() {
        let options = |random_index| Options { random_index, ..Options::default() };
        let by = |index| weigh(7, &all(&drinks()), &options(index)).unwrap();
        let result = by(RandomIndex::Saaty2005);
        close(&result.weights, &[0.1775, 0.0191, 0.0418, 0.1164, 0.1896, 0.1288, 0.3268], 5e-5);
        close(&result.weights, &[0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], 6e-4);
        close(&[result.lambda], &[7.176_629], 5e-7);
        close(&[result.cr], &[0.022], 5e-4);
        close(&[by(RandomIndex::DoneganDodd1991).cr], &[0.0235], 5e-5);
        close(&[by(RandomIndex::Saaty1980).cr, by(RandomIndex::SaatyTran2007).cr], &[0.0223, 0.0219], 5e-5);
    }

    #[test]
    fn reference_1_5_saaty_drinks_by_row_geometric_means() {
        let options = Options { method: Method::RowGeometricMean, ..Options::default() };
        let result = weigh(7, &all(&drinks()), &options).unwrap();
        close(&result.weights, &[0.1787, 0.0185, 0.0422, 0.1165, 0.1911, 0.1286, 0.3243], 5e-5);
        assert_eq!(result.lambda, run(7, &drinks()).lambda, "lambda belongs to the matrix");
    }

    #[test]
    fn reference_1_5_saaty_cities() {
        // Saaty 2005. Criteria: culture, family, housing, jobs, transportation.
        let criteria = run(5, &[0.2, 3.0, 0.5, 5.0, 7.0, 1.0, 7.0, 0.25, 3.0, 7.0]);
        // Bethesda, Boston, Pittsburgh, Santa Fe under each.
        let cities = [
            [0.5, 1.0, 0.5, 2.5, 1.0, 0.4],
            [2.0, 1.0 / 3.0, 4.0, 1.0 / 8.0, 2.0, 9.0],
            [5.0, 0.5, 2.5, 1.0 / 9.0, 0.25, 7.0],
            [0.5, 3.0, 4.0, 6.0, 8.0, 1.0],
            [1.5, 0.5, 4.0, 1.0 / 3.5, 2.5, 9.0],
        ]
        .map(|upper| run(4, &upper).weights);
        let result = synthesize(&criteria.weights, &cities);
        close(&result, &[0.2291, 0.2748, 0.3852, 0.1110], 6e-5);
        assert!(synthesize(&[1.0], &[]).is_empty());
    }

    #[test]
    fn reference_1_5_incomplete_matrix() {
        let mut upper = all(&[1.0, 5.0, 2.0, 3.0, 4.0, 1.0]);
        upper[5] = None;
        let options = Options { random_index: RandomIndex::DoneganDodd1991, ..Options::default() };
        let result = weigh(4, &upper, &options).unwrap();
        close(&result.weights, &[0.3738, 0.3920, 0.0985, 0.1357], 5e-5);
        close(&[result.cr], &[0.0372], 5e-5);
        assert_eq!((result.filled[0].row, result.filled[0].column), (2, 3));
        close(&[result.filled[0].value], &[0.730_297], 5e-7);
    }

    /// Saaty's house with 12 of 28 judgments missing, as AHPy tests it.
    #[test]
    fn incomplete_housing_of_bozoki_fulop_ronyai() {
        let given = [
            ("ab", 5.0),
            ("ac", 3.0),
            ("ad", 7.0),
            ("ae", 6.0),
            ("af", 6.0),
            ("ag", 1.0 / 3.0),
            ("ah", 0.25),
            ("bd", 5.0),
            ("bf", 3.0),
            ("bh", 1.0 / 7.0),
            ("ce", 3.0),
            ("cg", 6.0),
            ("df", 0.25),
            ("dh", 0.125),
            ("eg", 0.2),
            ("fh", 1.0 / 6.0),
        ];
        let cell = |name: &str| {
            let name: Vec<usize> = name.bytes().map(|b| usize::from(b - b'a')).collect();
            pairs(8).position(|p| p == (name[0], name[1])).unwrap()
        };
        let mut upper = vec![None; 28];
        given.iter().for_each(|(name, v)| upper[cell(name)] = Some(*v));
        let result = weigh(8, &upper, &Options::default()).unwrap();
        let want = [
            ("bc", 0.330_02),
            ("be", 1.719_74),
            ("bg", 0.466_35),
            ("cd", 9.920_5),
            ("cf", 4.852_5),
            ("ch", 0.569_61),
            ("de", 0.525_28),
            ("dg", 0.142_44),
            ("ef", 0.931_2),
            ("eh", 0.109_31),
            ("fg", 0.291_21),
            ("gh", 0.403_09),
        ];
        for (name, value) in want {
            let found = result
                .filled
                .iter()
                .find(|j| cell(name) == pairs(8).position(|p| p == (j.row, j.column)).unwrap());
            assert!((found.unwrap().value / value - 1.0).abs() < 1e-4, "{name} {found:?}");
        }
    }

    #[test]
    fn group_is_the_geometric_mean() {
        let (one, two) = (all(&[4.0, 2.0, 1.0]), vec![Some(1.0), None, Some(9.0)]);
        let joint = group(3, &[&one, &two]).unwrap();
        close(&joint.iter().map(|v| v.unwrap()).collect::<Vec<_>>(), &[2.0, 2.0, 3.0], 1e-12);
        assert_eq!(group(3, &[]), Err(Refusal::Empty));
        assert_eq!(group(2, &[&[None]]), Ok(vec![None]));
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let refused = |n, upper: &[Option<f64>]| weigh(n, upper, &Options::default()).unwrap_err();
        assert_eq!(refused(0, &[]), Refusal::Empty);
        assert_eq!(refused(16, &[None; 120]), Refusal::TooMany { n: 16, max: 15 });
        assert_eq!(refused(3, &[Some(1.0)]), Refusal::WrongLength { got: 1, needed: 3 });
        for bad in [0.0, -3.0, f64::NAN, f64::INFINITY, 1e4, 1e-300] {
            assert_eq!(refused(2, &[Some(bad)]), Refusal::BadEntry { row: 0, column: 1 });
        }
        assert_eq!(refused(3, &[Some(2.0), None, None]), Refusal::NotConnected { criterion: 2 });
    }

    #[test]
    fn one_and_two_criteria() {
        assert_eq!(run(1, &[]).weights, [1.0]);
        let two = run(2, &[4.0]);
        close(&two.weights, &[0.8, 0.2], 1e-12);
        assert!(two.cr == 0.0 && two.accepted && two.suspect.is_none());
    }

    #[test]
    fn weights_sum_to_one_are_finite_and_follow_relabelling() {
        let mut rng = Rng::new(8);
        for round in 0..60 {
            let n = 2 + round % 14;
            let extreme = if round % 7 == 0 { MAX_RATIO } else { 9.0 };
            let upper: Vec<f64> = pairs(n).map(|_| exp((2.0 * rng.uniform() - 1.0) * ln(extreme))).collect();
            for method in [Method::Eigenvector, Method::RowGeometricMean] {
                let options = Options { method, ..Options::default() };
                let result = weigh(n, &all(&upper), &options).unwrap();
                close(&[sum(result.weights.iter().copied())], &[1.0], 1e-12);
                assert!(result.weights.iter().all(|w| *w > 0.0) && result.lambda >= n as f64 - 1e-9);
                // Criterion i becomes n - 1 - i.
                let reversed: Vec<f64> = pairs(n)
                    .map(|(i, j)| {
                        let old = pairs(n).position(|p| p == (n - 1 - j, n - 1 - i)).unwrap();
                        1.0 / upper[old]
                    })
                    .collect();
                let mut other = weigh(n, &all(&reversed), &options).unwrap().weights;
                other.reverse();
                close(&other, &result.weights, 1e-9);
            }
        }
    }

    #[test]
    fn missing_judgments_make_lambda_least() {
        let mut rng = Rng::new(9);
        for _ in 0..40 {
            let n = 4 + rng.below(5);
            // A chain of neighbours keeps all connected; the others are missing half of the time.
            let upper: Vec<Option<f64>> = pairs(n)
                .map(|(i, j)| (j == i + 1 || rng.uniform() < 0.5).then(|| exp(rng.normal().clamp(-2.2, 2.2))))
                .collect();
            let result = weigh(n, &upper, &Options::default()).unwrap();
            for (cell, factor) in result.filled.iter().flat_map(|j| [(j, 1.02), (j, 0.98)]) {
                let mut changed = upper.clone();
                result.filled.iter().for_each(|j| {
                    let value = if j == cell { j.value * factor } else { j.value };
                    changed[pairs(n).position(|p| p == (j.row, j.column)).unwrap()] = Some(value);
                });
                let other = weigh(n, &changed, &Options::default());
                assert!(other.is_err() || other.unwrap().lambda >= result.lambda - 1e-11);
            }
        }
    }

    #[test]
    fn survives_json() {
        let result = run(3, &[9.0, 1.0 / 9.0, 9.0]);
        let text = serde_json::to_string(&result).unwrap();
        assert_eq!(serde_json::from_str::<Weights>(&text).unwrap(), result);
        assert!(text.contains("\"saaty1980\""), "{text}");
    }
}
