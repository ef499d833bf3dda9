//! Small dense linear algebra: symmetric positive definite systems, general systems, and the largest eigenvector of a
//! positive matrix. Matrices are row-major slices of length `n * n`.
//!
//! Written here because the sizes are those of a handful of parameters: a linear algebra crate would be most of the
//! module's weight, and its blocked sums would not promise the same last bit natively and in a browser.
//!
//! Sources: Golub & Van Loan 2013 (Cholesky 4.2, elimination with partial pivoting 3.4, power iteration 7.3).
//!
//! Degenerate cases: a matrix that is not positive definite, or singular, gives `None`; so does one with an entry that
//! is not finite. A matrix of size 0 is solved by the empty vector.

use super::ln;

/// Smallest pivot relative to the largest diagonal entry at which a matrix still counts as regular.
const SINGULAR: f64 = 1e-13;

/// The lower factor `L` of `A = L L'`, with its upper triangle 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    n: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors a symmetric matrix, of which only the lower triangle is read.
    #[must_use]
    pub fn new(a: &[f64], n: usize) -> Option<Self> {
        if a.len() != n * n || a.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let largest = (0..n).map(|i| a[i * n + i]).fold(0.0_f64, f64::max);
        let mut lower = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
                let rest = a[i * n + j] - known;
                if i == j {
                    if rest <= SINGULAR * largest {
                        return None;
                    }
                    lower[i * n + i] = rest.sqrt();
                } else {
                    lower[i * n + j] = rest / lower[j * n + j];
                }
            }
        }
        Some(Self { n, lower })
    }

    /// Solves `A x = b` in place.
    pub fn solve(&self, b: &mut [f64]) {
        self.forward(b);
        let n = self.n;
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| self.lower[k * n + i] * b[k]).sum();
            b[i] = (b[i] - known) / self.lower[i * n + i];
        }
    }

    /// Solves `L z = b` in place; the sum of squares of `z` is then `b' A^-1 b`.
    pub fn forward(&self, b: &mut [f64]) {
        let n = self.n;
        for i in 0..n {
            let known: f64 = (0..i).map(|k| self.lower[i * n + k] * b[k]).sum();
            b[i] = (b[i] - known) / self.lower[i * n + i];
        }
    }

    /// `ln det A`.
    #[must_use]
    pub fn ln_det(&self) -> f64 {
        2.0 * (0..self.n).map(|i| ln(self.lower[i * self.n + i])).sum::<f64>()
    }

    /// `A^-1`, row-major.
    #[must_use]
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.n;
        let mut out = vec![0.0; n * n];
        let mut column = vec![0.0; n];
        for j in 0..n {
            column.fill(0.0);
            column[j] = 1.0;
            self.solve(&mut column);
            for i in 0..n {
                out[i * n + j] = column[i];
            }
        }
        out
    }

    /// The lower factor, row-major.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }
}

/// Solves `A x = b` for a general matrix by elimination with partial pivoting; `None` where it is singular.
#[must_use]
pub fn solve(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    if a.len() != n * n || a.iter().chain(b).any(|v| !v.is_finite()) {
        return None;
    }
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    let largest = a.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for i in 0..n {
        let pivot = (i..n).max_by(|&x, &y| a[x * n + i].abs().total_cmp(&a[y * n + i].abs()))?;
        if a[pivot * n + i].abs() <= SINGULAR * largest {
            return None;
        }
        for k in 0..n {
            a.swap(i * n + k, pivot * n + k);
        }
        b.swap(i, pivot);
        for below in i + 1..n {
            let factor = a[below * n + i] / a[i * n + i];
            for k in i..n {
                a[below * n + k] -= factor * a[i * n + k];
            }
            b[below] -= factor * b[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i * n + j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i * n + i];
    }
    Some(b)
}

/// The largest eigenvalue and its eigenvector (entries summing to 1) of a matrix with positive entries, by power
/// iteration until no entry moves by more than 1e-13; `None` where an entry is not positive and finite.
#[must_use]
pub fn principal_eigen(a: &[f64], n: usize) -> Option<(f64, Vec<f64>)> {
    if n == 0 || a.len() != n * n || a.iter().any(|v| !(v.is_finite() && *v > 0.0)) {
        return None;
    }
    let mut vector = vec![1.0 / n as f64; n];
    let mut value = 0.0;
    for _ in 0..10_000 {
        let next: Vec<f64> = (0..n).map(|i| (0..n).map(|j| a[i * n + j] * vector[j]).sum()).collect();
        // The entries of `vector` sum to 1, so those of its image sum to the eigenvalue.
        value = next.iter().sum();
        let moved = next.iter().zip(&vector).map(|(x, v)| (x / value - v).abs()).fold(0.0_f64, f64::max);
        vector = next.into_iter().map(|x| x / value).collect();
        if moved <= 1e-13 {
            break;
        }
    }
    Some((value, vector))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A' A + I is positive definite.
    fn random(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
        let mut rng = crate::math::Rng::new(seed);
        let a: Vec<f64> = (0..n * n).map(|_| rng.normal()).collect();
        let mut spd = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                spd[i * n + j] =
                    (0..n).map(|k| a[k * n + i] * a[k * n + j]).sum::<f64>() + f64::from(u8::from(i == j));
            }
        }
        (spd, (0..n).map(|_| rng.normal()).collect())
    }

    #[test]
    fn both_ways_of_solving_agree_and_solve() {
        for seed in 0..20 {
            let n = 1 + seed as usize % 6;
            let (a, b) = random(n, seed);
            let factor = Cholesky::new(&a, n).unwrap();
            let mut x = b.clone();
            factor.solve(&mut x);
            let y = solve(&a, &b).unwrap();
            for i in 0..n {
                let product: f64 = (0..n).map(|j| a[i * n + j] * x[j]).sum();
                assert!((product - b[i]).abs() < 1e-10 && (x[i] - y[i]).abs() < 1e-10);
            }
            let inverse = factor.inverse();
            let identity: f64 = (0..n).map(|k| a[k] * inverse[k * n]).sum();
            assert!((identity - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn determinant_of_a_known_matrix() {
        let factor = Cholesky::new(&[4.0, 2.0, 2.0, 3.0], 2).unwrap();
        assert!((factor.ln_det() - ln(8.0)).abs() < 1e-14);
    }

    #[test]
    fn singular_indefinite_and_broken_matrices_are_refused() {
        assert!(Cholesky::new(&[1.0, 1.0, 1.0, 1.0], 2).is_none());
        assert!(Cholesky::new(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(Cholesky::new(&[f64::NAN], 1).is_none());
        assert!(solve(&[1.0, 2.0, 2.0, 4.0], &[1.0, 1.0]).is_none());
        assert_eq!(solve(&[0.0, 1.0, 1.0, 0.0], &[2.0, 3.0]), Some(vec![3.0, 2.0]), "pivots");
        assert_eq!(solve(&[], &[]), Some(vec![]));
        assert!(principal_eigen(&[1.0, -1.0, 1.0, 1.0], 2).is_none());
    }

    #[test]
    fn a_consistent_matrix_has_its_weights_as_eigenvector() {
        let w = [0.5, 0.3, 0.2];
        let a: Vec<f64> = (0..9).map(|k| w[k / 3] / w[k % 3]).collect();
        let (value, vector) = principal_eigen(&a, 3).unwrap();
        assert!((value - 3.0).abs() < 1e-12);
        assert!(vector.iter().zip(&w).all(|(x, y)| (x - y).abs() < 1e-12));
    }
}
