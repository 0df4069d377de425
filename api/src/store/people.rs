//! The people who come along with a visible row: whoever a column of it names.

use entity::{contact, member};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use super::{Engine, Shape, one};
use crate::access::Scope;

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
