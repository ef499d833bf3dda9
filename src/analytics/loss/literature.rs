//! How do well-known claims compare with the user's own numbers?
//!
//! Claims, shown as literature and never used in a calculation:
//! - Reichheld & Sasser 1990 (Harvard Business Review 68): five points less defection raise profit by 25 to
//!   85 %, depending on the industry;
//! - Gupta, Lehmann & Stuart 2004 (Journal of Marketing Research 41, abstract): 1 % better retention, margin
//!   or acquisition cost improves the value of a firm by about 5 %, 1 % and 0.1 %.
//!
//! Own result: the same change in `V = m r / (1 + i - r)`, `(V_changed - V) / |V|`; for acquisition cost, 1 %
//! less of it in the value of a new customer, `0.01 CAC / (m (1 + i) / (1 + i - r) - CAC)`. The claims are
//! about whole firms, the own results about one customer at constant retention, so only order and magnitude
//! can be compared: a single figure counts as met between half and double of it.
//!
//! Symbols: m margin per period and CAC, money in the file's currency unit; r retention 0..=1 and i discount
//! rate > -1, per period; claims and own results shares (0.25 is 25 %).
//!
//! Source: the two papers; methods.md 7.4, 11; reference-results.md 1.5.
//!
//! Degenerate cases: a changed retention beyond 100 % or 1 + i, like any input out of range, is the claim's
//! [`InputError`]; a value of 0, or a new customer not worth the acquisition, has no relative change: `None`.
//!
//! ```
//! use tenure::analytics::loss::{Individual, Position, literature};
//! // Retention .80 -> .85 at i = .10: 266.67 -> 340, +27.5 % (methods.md 7.4).
//! let found = literature(&Individual { margin: 100.0, retention: 0.8, discount_rate: 0.1 }, 50.0);
//! assert!((found.claims[0].own.unwrap() - 0.275).abs() < 1e-9);
//! assert_eq!(found.claims[0].position, Some(Position::Within));
//! ```

use super::{Checked, Individual, Input, InputError, amount, individual};
use serde::{Deserialize, Serialize};

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Reichheld & Sasser 1990.
    ReichheldSasser1990,
    /// Gupta, Lehmann & Stuart 2004.
    GuptaLehmannStuart2004,
}

/// What it says is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Claim {
    /// Retention, by five points.
    RetentionFivePoints,
    /// Retention, by 1 % of itself.
    RetentionOnePercent,
    /// Margin, by 1 % of itself.
    MarginOnePercent,
    /// Acquisition cost, less by 1 % of itself.
    AcquisitionCostOnePercent,
}

/// The own result against the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Position {
    /// Less than is claimed.
    Below,
    /// As claimed.
    Within,
    /// More than is claimed.
    Above,
}

/// A claim beside the own result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimCheck {
    /// What is changed.
    pub claim: Claim,
    /// Who says so.
    pub source: Source,
    /// Least and greatest rise of value claimed, share; equal for a single figure.
    pub claimed: (f64, f64),
    /// The own rise of value, share.
    pub own: Option<f64>,
    /// Why there is none, where an input is out of range.
    pub problem: Option<InputError>,
    /// The own result against the claim.
    pub position: Option<Position>,
}

/// Claims beside own results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Literature {
    /// The claims.
    pub claims: Vec<ClaimCheck>,
    /// Whether retention moves the own value more than margin, and margin more than acquisition cost, as
    /// Gupta, Lehmann & Stuart found; `None` where one of them is not known.
    pub order_agrees: Option<bool>,
}

/// Compares the claims with the user's own margin, retention, discount rate and acquisition cost.
#[must_use]
pub fn literature(input: &Individual, acquisition_cost: f64) -> Literature {
    use Claim::{AcquisitionCostOnePercent, MarginOnePercent, RetentionFivePoints, RetentionOnePercent};
    use Source::{GuptaLehmannStuart2004, ReichheldSasser1990};
    let rise = |changed: Individual| {
        let (before, after) = (individual(input)?.residual, individual(&changed)?.residual);
        Ok(Some((after - before) / before.abs()).filter(|r| r.is_finite()))
    };
    let five_points = rise(Individual { retention: input.retention + 0.05, ..*input });
    let retention = rise(Individual { retention: input.retention * 1.01, ..*input });
    let margin = rise(Individual { margin: input.margin * 1.01, ..*input });
    let acquisition = cheaper_acquisition(input, acquisition_cost);
    let known = |own: Checked<Option<f64>>| own.ok().flatten();
    let order = known(retention).zip(known(margin)).zip(known(acquisition));
    Literature {
        order_agrees: order
            .map(|((retention, margin), acquisition)| retention > margin && margin > acquisition),
        claims: vec![
            check(RetentionFivePoints, ReichheldSasser1990, (0.25, 0.85), five_points),
            check(RetentionOnePercent, GuptaLehmannStuart2004, (0.05, 0.05), retention),
            check(MarginOnePercent, GuptaLehmannStuart2004, (0.01, 0.01), margin),
            check(AcquisitionCostOnePercent, GuptaLehmannStuart2004, (0.001, 0.001), acquisition),
        ],
    }
}

fn cheaper_acquisition(input: &Individual, acquisition_cost: f64) -> Checked<Option<f64>> {
    let cost = amount(Input::AcquisitionCost, acquisition_cost)?;
    let worth = individual(input)?.with_margin_now - cost;
    Ok((worth > 0.0).then(|| 0.01 * cost / worth).filter(|r| r.is_finite()))
}

fn check(claim: Claim, source: Source, claimed: (f64, f64), own: Checked<Option<f64>>) -> ClaimCheck {
    let (least, greatest) = if claimed.0 == claimed.1 { (claimed.0 / 2.0, claimed.1 * 2.0) } else { claimed };
    let value = own.ok().flatten();
    let position = value.map(|v| match v {
        v if v < least => Position::Below,
        v if v > greatest => Position::Above,
        _ => Position::Within,
    });
    ClaimCheck { claim, source, claimed, own: value, problem: own.err(), position }
}
