//! How much could each customer add: the parts U, X and R of growth potential?
//!
//! `GP = (U + X + R) annuity`, per month `U = kappa q max(0, W - v) margin` (up-buying), `X = q sum_j p_j
//! profit_j` over the five largest (cross-buying), `R = rho/12 P(reach S) V_new` (referral); `q = sum
//! posterior x level` and `P(reach S) = sum posterior x {E: q_E q_B, B: q_B, S: 1, D: 0}`. An unknown
//! wallet W is the 90 % quantile of v among active peers of the group.
//!
//! Symbols: v, W, profit_j, U, X, R money per month; V_new and GP money (present values); annuity in months;
//! kappa, q, p_j, q_E, q_B, margin and posteriors shares 0..=1; rho referrals per stable customer and year.
//!
//! Source: methods.md 5, 23.8.
//!
//! Degenerate cases: a wallet below v adds nothing; customers without a stage have an assumed q and no R; who
//! left has GP = 0; a part whose input is missing counts 0 ([`Part::Missing`]); numbers that are not finite
//! count as 0. R is negative where V_new is.
//!
//! ```
//! use tenure::analytics::value_matrix::{cross_profit, referral, up_buying};
//! // methods.md 5: U 4.32, X 5.13, R 3.00; times the annuity 19.1333: 238.21.
//! let up = up_buying(0.2, 0.9, 200.0, 120.0, 0.3);
//! let cross = 0.9 * cross_profit(&[(0.25, 40.0 * 0.3), (0.10, 90.0 * 0.3)]);
//! let brought = referral(0.1, 0.9, 400.0);
//! assert!((up - 4.32).abs() < 1e-12 && (cross - 5.13).abs() < 1e-12 && (brought - 3.0).abs() < 1e-12);
//! assert!(((up + cross + brought) * 19.1333 - 238.21).abs() < 5e-3);
//! ```

use super::{MatrixInput, MatrixSettings, Notice, at, finite};
use crate::math::{quantile_sorted, sort, sum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most products that count for cross-buying.
const MAX_CROSS_PRODUCTS: usize = 5;
/// Quantile of peers' monthly spend that stands for an unknown wallet.
const PEER_QUANTILE: f64 = 0.9;

/// Extra profit per month if the customer buys more of the same; see the module.
#[must_use]
pub fn up_buying(kappa: f64, level: f64, wallet: f64, spend: f64, margin: f64) -> f64 {
    kappa * level * (wallet - spend).max(0.0) * margin
}

/// Extra profit per month from products not yet owned, before the level of the relationship: the sum of the five
/// largest probability x monthly profit per buyer.
#[must_use]
pub fn cross_profit(products: &[(f64, f64)]) -> f64 {
    let mut expected: Vec<f64> = products.iter().map(|(p, profit)| finite(p * profit).max(0.0)).collect();
    sort(&mut expected);
    expected.iter().rev().take(MAX_CROSS_PRODUCTS).sum()
}

/// Extra profit per month from customers brought in; see the module.
#[must_use]
pub fn referral(per_year: f64, p_reach_stability: f64, new_customer_value: f64) -> f64 {
    per_year / 12.0 * p_reach_stability * new_customer_value
}

/// A part of growth potential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GrowthPart {
    /// U.
    UpBuying,
    /// X.
    CrossBuying,
    /// R.
    Referral,
}

/// What is known of a part of growth potential.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Part {
    /// Computed.
    Computed {
        /// Present value over all customers, money.
        total: f64,
    },
    /// Not computable for want of an input; counted as 0.
    Missing {
        /// The input.
        input: MissingInput,
    },
}

/// An input that was not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingInput {
    /// Lifecycle stages.
    Stages,
    /// Products, or rules between them.
    Products,
    /// The value of a new customer.
    NewCustomerValue,
}

/// The parts of growth potential over all customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    /// U.
    pub up_buying: Part,
    /// X.
    pub cross_buying: Part,
    /// R.
    pub referral: Part,
}

pub(super) struct Growth {
    pub gp: Vec<f64>,
    pub largest: Vec<Option<GrowthPart>>,
    pub parts: Parts,
}

/// Growth potential of every customer, 0 for those who left.
pub(super) fn growth(
    input: &MatrixInput,
    settings: &MatrixSettings,
    annuity: &[f64],
    notices: &mut Vec<Notice>,
) -> Growth {
    let n = input.exited.len();
    let peers = peer_wallets(input);
    let (mut gp, mut largest) = (vec![0.0; n], vec![None; n]);
    let mut totals = [vec![0.0; n], vec![0.0; n], vec![0.0; n]];
    let (mut n_assumed, mut n_estimated) = (0, 0);
    for i in (0..n).filter(|&i| !input.exited[i]) {
        let (stage, wallet) = (stage(input, i), known_wallet(input, i));
        n_assumed += u32::from(stage.is_none());
        n_estimated += u32::from(wallet.is_none());
        let peer_wallet = peers.get(&group(input, i)).copied().unwrap_or(0.0);
        let monthly = monthly_parts(input, settings, i, stage, wallet.unwrap_or(peer_wallet));
        let mut best = 0.0;
        for (j, part) in
            [GrowthPart::UpBuying, GrowthPart::CrossBuying, GrowthPart::Referral].into_iter().enumerate()
        {
            let value = finite(monthly[j] * annuity[i]);
            totals[j][i] = value;
            gp[i] += value;
            if value > best {
                (best, largest[i]) = (value, Some(part));
            }
        }
    }
    if n_assumed > 0 {
        notices.push(Notice::LevelAssumed { n: n_assumed, level: settings.level_without_stage });
    }
    if n_estimated > 0 {
        notices.push(Notice::WalletEstimated { n: n_estimated });
    }
    Growth { gp, largest, parts: parts(input, totals.map(sum)) }
}

/// `[U, X, R]` of one customer per month.
fn monthly_parts(
    input: &MatrixInput,
    settings: &MatrixSettings,
    i: usize,
    stage: Option<&[f64; 4]>,
    wallet: f64,
) -> [f64; 3] {
    let level = stage.map_or(settings.level_without_stage, |s| dot(s, &settings.stage_levels));
    let [q_e, q_b] = settings.reach_next;
    let reach = stage.map_or(0.0, |s| dot(s, &[q_e * q_b, q_b, 1.0, 0.0]));
    [
        up_buying(settings.kappa, level, wallet, at(input.monthly_spend, i), input.margin),
        level * input.cross_profit.map_or(0.0, |x| at(x, i)),
        referral(settings.referrals_per_year, reach, input.new_customer_value.unwrap_or(0.0)),
    ]
}

/// What is known of the parts, with their totals.
fn parts(input: &MatrixInput, totals: [f64; 3]) -> Parts {
    let [up_buying, cross_buying, referral] = totals.map(|total| Part::Computed { total });
    let missing = |input| Part::Missing { input };
    Parts {
        up_buying,
        cross_buying: if input.cross_profit.is_some() {
            cross_buying
        } else {
            missing(MissingInput::Products)
        },
        referral: match (input.stages, input.new_customer_value) {
            (None, _) => missing(MissingInput::Stages),
            (_, None) => missing(MissingInput::NewCustomerValue),
            _ => referral,
        },
    }
}

/// Stage probabilities, if the customer has any.
fn stage<'a>(input: &MatrixInput<'a>, i: usize) -> Option<&'a [f64; 4]> {
    input.stages.and_then(|s| s.get(i)).filter(|s| s.iter().sum::<f64>() > 0.0)
}

/// W per month, if known.
fn known_wallet(input: &MatrixInput, i: usize) -> Option<f64> {
    let per_year = input.wallet_per_year.and_then(|w| w.get(i).copied().flatten())?;
    per_year.is_finite().then_some(per_year / 12.0)
}

fn dot(x: &[f64; 4], y: &[f64; 4]) -> f64 {
    x.iter().zip(y).map(|(a, b)| finite(*a) * b).sum()
}

fn group(input: &MatrixInput, i: usize) -> u32 {
    input.peer_group.and_then(|g| g.get(i).copied()).unwrap_or(0)
}

/// 90 % quantile of the monthly spend of active customers by peer group; those who left buy nothing any more and
/// would pull it to 0.
fn peer_wallets(input: &MatrixInput) -> BTreeMap<u32, f64> {
    let mut spend = BTreeMap::<u32, Vec<f64>>::new();
    for i in (0..input.exited.len()).filter(|&i| !input.exited[i]) {
        spend.entry(group(input, i)).or_default().push(at(input.monthly_spend, i));
    }
    spend
        .into_iter()
        .map(|(g, mut values)| {
            sort(&mut values);
            (g, quantile_sorted(&values, PEER_QUANTILE))
        })
        .collect()
}
