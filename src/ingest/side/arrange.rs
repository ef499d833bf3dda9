//! Which of several tables is the main one, and what is each other?
//!
//! The main table is the one that reads as purchases, roll-ups or contracts with certainty and is no side table with
//! certainty; of several the one whose rows say most about time: purchases before roll-ups, contracts and sums; of
//! equals the first. What else can be read as a side table is one; of two of a kind the first.

use serde::{Deserialize, Serialize};

use super::super::Table;
use super::super::columns::{ColumnProposal, Role, Shape};
use super::SideKind;

/// Where a table belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "place")]
pub enum Place {
    /// It is the main table.
    Main {
        /// What a row is.
        shape: Shape,
    },
    /// It belongs beside the main table.
    Side {
        /// What a row is.
        kind: SideKind,
    },
    /// It is not used.
    Unused,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "why")]
pub enum Why {
    /// It has the columns of its place.
    Columns {
        /// Names of them, in the order of the file.
        names: Vec<String>,
    },
    /// Another table is the main one, and this one would be as well.
    SecondMain,
    /// Another table of this kind comes first.
    SecondOfKind {
        /// The kind.
        kind: SideKind,
    },
    /// Neither a main nor a side table can be read from it.
    Lacks {
        /// What is missing for a main table.
        roles: Vec<Role>,
    },
}

/// One table and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Its name, as given.
    pub name: String,
    /// Its place.
    pub place: Place,
    /// Why.
    pub why: Why,
    /// Whether this can be done without asking.
    pub certain: bool,
}

/// The places of several tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arrangement {
    /// Index of the main table, if there is one.
    pub main: Option<usize>,
    /// One per table, in the order given.
    pub parts: Vec<Part>,
}

/// Gives each of several tables its place; `tables` are names of files or sheets, with what
/// [`read`](super::super::read) says of each.
#[must_use]
pub fn arrange(tables: &[(&str, &Table)]) -> Arrangement {
    let ranked = tables.iter().enumerate().filter_map(|(i, (_, table))| Some((rank(table)?, i)));
    let main = ranked.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, i)| i);
    let mut seen: Vec<SideKind> = Vec::new();
    let parts = tables.iter().enumerate().map(|(i, (name, table))| {
        let (place, why, certain) = if main == Some(i) { as_main(table) } else { beside(table, &mut seen) };
        Part { name: (*name).to_owned(), place, why, certain }
    });
    Arrangement { main, parts: parts.collect() }
}

/// How well a table serves as the main one; `None` if it cannot.
fn rank(table: &Table) -> Option<(bool, bool, u8)> {
    let proposal = &table.proposal;
    let shape = match proposal.shape {
        Shape::Transactions => 3,
        Shape::RollUps => 2,
        Shape::Contracts => 1,
        Shape::Customers => 0,
    };
    let is_side = table.side.as_ref().is_some_and(|s| s.certain);
    proposal.missing().is_none().then_some((!is_side, proposal.certain, shape))
}

fn named(columns: &[ColumnProposal]) -> Why {
    Why::Columns { names: columns.iter().filter(|c| c.role.is_some()).map(|c| c.name.clone()).collect() }
}

fn as_main(table: &Table) -> (Place, Why, bool) {
    let proposal = &table.proposal;
    (Place::Main { shape: proposal.shape }, named(&proposal.columns), proposal.certain)
}

fn beside(table: &Table, seen: &mut Vec<SideKind>) -> (Place, Why, bool) {
    let proposal = &table.proposal;
    match &table.side {
        // Purchases that could also be something else are rather more purchases.
        Some(side) if side.certain || !proposal.certain => {
            if seen.contains(&side.kind) {
                return (Place::Unused, Why::SecondOfKind { kind: side.kind }, false);
            }
            seen.push(side.kind);
            (Place::Side { kind: side.kind }, named(&side.columns), side.certain)
        }
        _ if proposal.missing().is_none() => (Place::Unused, Why::SecondMain, false),
        _ => {
            let needed: &[Role] = match proposal.shape {
                Shape::Transactions => &[Role::Customer, Role::Date, Role::Amount],
                Shape::RollUps => &[Role::Customer, Role::Period, Role::Amount],
                Shape::Contracts => &[Role::Customer, Role::Tenure, Role::Churned],
                Shape::Customers => &[Role::Customer, Role::LastDate, Role::Amount],
            };
            let roles = needed.iter().copied().filter(|role| proposal.column(*role).is_none()).collect();
            (Place::Unused, Why::Lacks { roles }, false)
        }
    }
}
