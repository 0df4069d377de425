//! The people who come along with a visible row: whoever a column of it names.

use std::ops::BitOrAssign;

use async_graphql::Lookahead;
use entity::{contact, member};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use super::{Engine, Shape, one};
use crate::access::Scope;

/// Which people are wanted beside a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct People {
    pub member: bool,
    pub contact: bool,
}

impl People {
    /// From the fields below the row in a query; `member` is what its member is called there.
    pub fn of(row: &Lookahead<'_>, member: &str) -> Self {
        Self { member: row.field(member).exists(), contact: row.field("contact").exists() }
    }
}

impl BitOrAssign for People {
    fn bitor_assign(&mut self, other: Self) {
        self.member |= other.member;
        self.contact |= other.contact;
    }
}

/// The member a column names.
pub fn member_named(engine: Engine, id: Expr) -> Shape {
    one::<member::Entity>(engine, "m", Expr::col(("m", member::Column::Id)).eq(id))
}

/// The contact a column names; a customer learns only of themselves.
pub fn contact_named(engine: Engine, scope: &Scope, id: Expr) -> Shape {
    let mut which = Condition::all().add(Expr::col(("k", contact::Column::Id)).eq(id));
    if let Some(me) = scope.contact() {
        which = which.add(Expr::col(("k", contact::Column::Id)).eq(me));
    }
    one::<contact::Entity>(engine, "k", which)
}
