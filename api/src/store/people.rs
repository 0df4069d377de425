//! The people who come along with a visible row: whoever a column of it names.

use std::ops::BitOrAssign;

use async_graphql::Lookahead;
use entity::{contact, member};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use super::{Columns, Engine, Shape, Shown, one_of, union};
use crate::access::Scope;

/// What a query shows of a row: its columns, and the people beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shows {
    pub columns: Columns,
    pub member: Option<Columns>,
    pub contact: Option<Columns>,
}

impl Shows {
    /// From the fields below the row; `member` is what its member is called there.
    pub fn of<E: Shown>(row: &Lookahead<'_>, member: &str) -> Self {
        Self {
            columns: Columns::shown::<E>(row),
            member: below::<member::Entity>(row, member),
            contact: below::<contact::Entity>(row, "contact"),
        }
    }

    /// The same where a page shows its rows: as `nodes`, and as `edges` with their cursors.
    pub fn page<E: Shown>(page: &Lookahead<'_>, member: &str) -> Self {
        let mut shows = Self::of::<E>(&page.field("nodes"), member);
        shows |= Self::of::<E>(&page.field("edges").field("node"), member);
        shows
    }
}

/// The columns that a field below a row shows of another row; none where it is not asked for.
pub fn below<E: Shown>(row: &Lookahead<'_>, field: &str) -> Option<Columns> {
    let place = row.field(field);
    place.exists().then(|| Columns::shown::<E>(&place))
}

impl BitOrAssign for Shows {
    fn bitor_assign(&mut self, other: Self) {
        self.columns |= other.columns;
        self.member = union(self.member, other.member);
        self.contact = union(self.contact, other.contact);
    }
}

impl Shown for member::Entity {
    const ALWAYS: &'static [member::Column] = &[member::Column::Id];
    const ALSO: &'static [(&'static str, &'static [member::Column])] = &[("team", &[member::Column::TeamId])];
}

impl Shown for contact::Entity {
    const ALWAYS: &'static [contact::Column] = &[contact::Column::Id, contact::Column::AccountId];
    const ALSO: &'static [(&'static str, &'static [contact::Column])] =
        &[("mailState", &[contact::Column::MailState, contact::Column::OptedOutAt])];
}

/// The member a column names.
pub fn member_named(engine: Engine, id: Expr, columns: Columns) -> Shape {
    one_of::<member::Entity>(engine, "m", Expr::col(("m", member::Column::Id)).eq(id), columns)
}

/// The contact a column names; a customer learns only of themselves.
pub fn contact_named(engine: Engine, scope: &Scope, id: Expr, columns: Columns) -> Shape {
    let mut which = Condition::all().add(Expr::col(("k", contact::Column::Id)).eq(id));
    if let Some(me) = scope.contact() {
        which = which.add(Expr::col(("k", contact::Column::Id)).eq(me));
    }
    one_of::<contact::Entity>(engine, "k", which, columns)
}
