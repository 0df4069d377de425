//! Sets of columns: those of a row that a query shows or it is found by, or that a change sets.

use std::ops::{BitOr, BitOrAssign};

use async_graphql::Lookahead;
use sea_orm::{EntityTrait, Iden, Iterable, ModelTrait};

use super::Owned;

/// A set of columns of one table, by their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Columns(u64);

/// A table whose rows are read as far as they are shown. A field of the view that is called like a
/// column, in camel case, shows that column.
pub trait Shown: Owned {
    /// What the server itself needs of every row: its key, its place in a list.
    const ALWAYS: &'static [Self::Column];
    /// Fields of the view that are called otherwise than what they show.
    const ALSO: &'static [(&'static str, &'static [Self::Column])];
}

impl Columns {
    pub const ALL: Self = Self(u64::MAX);

    /// The columns that the fields below a row in a query show.
    pub fn shown<E: Shown>(row: &Lookahead<'_>) -> Self {
        let mut asked: Vec<&str> = Vec::new();
        for place in row.selection_fields() {
            asked.extend(place.selection_set().map(|field| field.name()));
        }
        let mut set = 0;
        for (at, column) in E::Column::iter().enumerate() {
            let name = column.unquoted();
            let also = || E::ALSO.iter().any(|(field, columns)| asked.contains(field) && holds::<E>(columns, name));
            if holds::<E>(E::ALWAYS, name) || asked.iter().any(|field| same(name, field)) || also() {
                set |= 1 << at;
            }
        }
        Self(set)
    }

    /// These columns.
    pub fn some<E: Owned>(columns: &[E::Column]) -> Self {
        Self::which::<E>(|column| holds::<E>(columns, column.unquoted()))
    }

    /// The columns that `which` holds of.
    pub(super) fn which<E: EntityTrait>(which: impl Fn(&E::Column) -> bool) -> Self {
        let columns = E::Column::iter().enumerate();
        Self(columns.filter(|(_, column)| which(column)).fold(0, |set, (at, _)| set | 1 << at))
    }

    /// Whether the column at this place is in the set.
    pub(super) const fn has(self, at: usize) -> bool {
        self.0 & (1 << at) != 0
    }

    /// The columns in which two rows differ.
    pub(super) fn apart<M: ModelTrait>(one: &M, other: &M) -> Self {
        Self::which::<M::Entity>(|column| one.get(*column) != other.get(*column))
    }

    /// Every column of a table, and whether it is in the set.
    pub(super) fn of<E: Owned>(self) -> impl Iterator<Item = (E::Column, bool)> {
        E::Column::iter().enumerate().map(move |(at, column)| (column, self.has(at)))
    }
}

fn holds<E: Owned>(columns: &[E::Column], name: &str) -> bool {
    columns.iter().any(|column| column.unquoted() == name)
}

/// Whether a column and a field are called alike: `answered_at` and `answeredAt`.
fn same(column: &str, field: &str) -> bool {
    let mut field = field.bytes();
    let mut raised = false;
    for byte in column.bytes() {
        if byte == b'_' {
            raised = true;
            continue;
        }
        let wanted = if raised { byte.to_ascii_uppercase() } else { byte };
        raised = false;
        if field.next() != Some(wanted) {
            return false;
        }
    }
    field.next().is_none()
}

impl BitOr for Columns {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Columns {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// None shows nothing of a row; the union with another place's wish.
pub fn union(mine: Option<Columns>, other: Option<Columns>) -> Option<Columns> {
    match (mine, other) {
        (Some(mine), Some(other)) => Some(mine | other),
        (mine, other) => mine.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_field_is_called_like_its_column() {
        assert!(same("answered_at", "answeredAt") && same("id", "id") && same("last_live_at", "lastLiveAt"));
        assert!(!same("answered_at", "answered") && !same("kind", "kinds") && !same("answered_at", "answered_at"));
    }
}
