//! Has a file like this been here before? What the user made of its columns, to be applied when the same headers
//! come back, as they do each month.
//!
//! Only a hash of the headers is kept, and places: no name, no value. Headers count in their order, without case, blanks
//! and punctuation ([`columns::fingerprint`]), so that `Customer ID` and `customer_id` are the same file.

use serde::{Deserialize, Serialize};

use super::columns::{self, Basis, Role, Shape};
use super::date::DateOrder;
use super::{Mapping, Table};

/// A mapping to be used again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    headers: String,
    shape: Shape,
    roles: Vec<Option<Role>>,
    date_order: Option<DateOrder>,
}

impl Remembered {
    /// What to remember of a table and its mapping; `None` where no names tell this file from others.
    #[must_use]
    pub fn of(table: &Table, mapping: &Mapping) -> Option<Self> {
        let headers = key(table)?;
        let (shape, roles, date_order) = (mapping.shape, mapping.roles.clone(), mapping.date_order);
        Some(Self { headers, shape, roles, date_order })
    }

    /// Whether this was remembered of a table with the same headers.
    #[must_use]
    pub fn fits(&self, table: &Table) -> bool {
        self.roles.len() == table.columns.len() && key(table).is_some_and(|key| key == self.headers)
    }

    /// Whether both are about the same headers.
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        self.headers == other.headers
    }

    /// Makes the proposal of a table it fits what the user had chosen.
    pub fn apply(&self, table: &mut Table) {
        table.proposal.shape = self.shape;
        for (column, &role) in table.proposal.columns.iter_mut().zip(&self.roles) {
            column.role = role;
            column.evidence.basis = if role.is_some() { Basis::Remembered } else { Basis::Nothing };
            column.certainty = if role.is_some() { 1.0 } else { 0.0 };
        }
        if self.date_order.is_some() {
            (table.date_order, table.ambiguous_date) = (self.date_order, None);
        }
        table.proposal.certain = table.proposal.missing().is_none() && table.ambiguous_date.is_none();
        table.remembered = true;
    }
}

/// The key of a table's headers; `None` where there are none to know it by.
fn key(table: &Table) -> Option<String> {
    let named = table.header && table.columns.iter().any(|name| !name.is_empty());
    named.then(|| columns::fingerprint(&table.columns))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn the_same_headers_bring_the_roles_back() {
        let one = b"k1,k2,d,n\na,x,2024-01-05,1.50\nb,y,2024-02-06,2.25\n";
        let mut table = read(one, 2).unwrap();
        let roles = vec![None, Some(Role::Customer), Some(Role::Date), Some(Role::Amount)];
        let kept = Remembered::of(&table, &Mapping { roles, ..Mapping::default() }).unwrap();
        assert!(kept.fits(&table));
        kept.apply(&mut table);
        assert!(table.proposal.certain && table.remembered);
        assert_eq!(table.proposal.column(Role::Customer), Some(1));
        assert_eq!(table.proposal.columns[1].evidence.basis, Basis::Remembered);
        // Written otherwise, the same; in another order or with another name, another.
        for (text, fits) in
            [("K_1,k2,D,n", true), ("k2,k1,d,n", false), ("k1,k2,d,m", false), ("k1,k2,d", false)]
        {
            let table =
                read(format!("{text}\na,x,2024-01-05,1.50\nb,y,2024-02-06,2.25\n").as_bytes(), 2).unwrap();
            assert_eq!(kept.fits(&table), fits, "{text}");
        }
        let bare = read(b"a,2024-01-05,1.50\nb,2024-02-06,2.25\n", 2).unwrap();
        assert_eq!(Remembered::of(&bare, &Mapping::default()), None, "no names, nothing to know it by");
        let text = serde_json::to_string(&kept).unwrap();
        assert!(!text.contains("k1"), "{text}");
    }

    #[test]
    fn a_remembered_mapping_that_lacks_something_asks() {
        let mut table = read(b"customer,date,amount\na,2024-01-05,1.50\n", 2).unwrap();
        let roles = vec![Some(Role::Customer), None, Some(Role::Amount)];
        let kept = Remembered::of(&table, &Mapping { roles, ..Mapping::default() }).unwrap();
        kept.apply(&mut table);
        assert!(!table.proposal.certain);
    }
}
