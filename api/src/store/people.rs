//! The people who come along with a visible row: whoever a column of it names.

use std::ops::BitOrAssign;

use async_graphql::Lookahead;
use entity::{TeamRole, account, account_grant, contact, member};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr};

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

/// The backup of the account beside.
pub fn backup(engine: Engine, columns: Columns) -> Shape {
    one_of::<member::Entity>(engine, "b", Expr::col(("b", member::Column::Id)).eq(backup_id()), columns)
}

/// The member a column names, as far as a customer learns of them: the owner and the backup of the account beside.
pub fn member_known(engine: Engine, scope: &Scope, id: Expr, columns: Columns) -> Shape {
    let who = || Expr::col(("m", member::Column::Id));
    let mut which = Condition::all().add(who().eq(id));
    if !scope.is_staff() {
        let owner = who().equals((account::Entity, account::Column::OwnerId));
        which = which.add(Condition::any().add(owner).add(who().eq(backup_id())));
    }
    one_of::<member::Entity>(engine, "m", which, columns)
}

/// Who has been the backup of the account beside for longest, of those who are active.
fn backup_id() -> SimpleExpr {
    use account_grant::{Column as C, Entity as Grant};
    let select = Query::select()
        .column((Grant, C::MemberId))
        .from(Grant)
        .join_as(
            sea_orm::sea_query::JoinType::InnerJoin,
            member::Entity,
            "a",
            Expr::col(("a", member::Column::Id)).equals((Grant, C::MemberId)),
        )
        .and_where(Expr::col((Grant, C::AccountId)).equals((account::Entity, account::Column::Id)))
        .and_where(Expr::col((Grant, C::Role)).eq(TeamRole::Backup.as_str()))
        .and_where(Expr::col((Grant, C::UntilAt)).is_null())
        .and_where(Expr::col(("a", member::Column::Active)).eq(true))
        .order_by((Grant, C::FromAt), Order::Asc)
        .order_by((Grant, C::Id), Order::Asc)
        .limit(1)
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}
