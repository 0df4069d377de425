//! Pages of the audit.

use entity::{AuditId, account, audit};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};

use super::{AuditEntry, AuditFilter, unseen};
use crate::{
    access::{Action, Rows},
    base::Result,
    ctx::Ctx,
    store::{Cursor, Page, PageArgs, beyond, cursor, filter},
};

type Table = audit::Entity;
use audit::Column as C;

/// Which changes, which page; the newest first.
#[derive(Clone, Debug, Default)]
pub struct ListAudit {
    pub filter: Option<AuditFilter>,
    pub page: PageArgs,
}

/// Of accounts that somebody only stands in for, or works along on, the audit tells them nothing.
fn theirs(ctx: &Ctx) -> Condition {
    let Rows::Staff { teams, .. } = ctx.viewer().scope.rows() else { return Condition::all() };
    let own = Condition::any()
        .add(Expr::col((account::Entity, account::Column::TeamId)).is_in(teams.iter().copied()))
        .add(Expr::col((account::Entity, account::Column::OwnerId)).is_in(ctx.viewer().member()));
    let ids =
        Query::select().column((account::Entity, account::Column::Id)).from(account::Entity).cond_where(own).take();
    Condition::any().add(C::AccountId.is_null()).add(C::AccountId.in_subquery(ids))
}

/// A page of changes in scope, in one statement; the count is one more, and so are the ids that some name. An entry's
/// id begins with its instant: by id is by time.
pub async fn list(ctx: &Ctx, ask: &ListAudit, count: bool) -> Result<(Page<(Cursor, AuditEntry)>, Option<i64>)> {
    ctx.may(Action::ReadAudit)?;
    let keyset = ask.page.keyset::<AuditId>()?;
    let which = || Ok(filter::condition(ask.filter.as_ref(), ctx.store().sight())?.add(theirs(ctx)));
    let mut find = ctx.find::<Table>().filter(which()?);
    if let Some(id) = keyset.from {
        find = find.filter(beyond(vec![Expr::col((Table::default(), C::Id))], vec![Expr::val(id)], !keyset.backward));
    }
    find = find.order(C::Id, if keyset.backward { Order::Asc } else { Order::Desc });
    let rows = find.limit(keyset.size as u64 + 1).all().await?;
    let mut page = Page::cut(rows, &keyset).map(|row| (cursor(row.id), row.into_inner().into()));
    unseen::blank(ctx, &mut page.rows).await?;
    let total = if count { Some(ctx.find::<Table>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}
