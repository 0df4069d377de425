//! Pages of the audit.

use entity::{AuditId, audit};
use sea_orm::sea_query::{Expr, Order};

use super::{AuditEntry, AuditFilter, unseen};
use crate::{
    access::Action,
    base::Result,
    ctx::Ctx,
    store::{Page, PageArgs, beyond, cursor, filter},
};

type Table = audit::Entity;
use audit::Column as C;

/// Which changes, which page; the newest first.
#[derive(Clone, Debug, Default)]
pub struct ListAudit {
    pub filter: Option<AuditFilter>,
    pub page: PageArgs,
}

/// A page of changes in scope, in one statement; the count is one more, and so are the ids that some name. An entry's
/// id begins with its instant: by id is by time.
pub async fn list(ctx: &Ctx, ask: &ListAudit, count: bool) -> Result<(Page<(String, AuditEntry)>, Option<i64>)> {
    ctx.may(Action::ReadAudit)?;
    let keyset = ask.page.keyset::<AuditId>()?;
    let which = || filter::condition(ask.filter.as_ref(), ctx.store().sight());
    let mut find = ctx.find::<Table>().filter(which()?);
    if let Some(id) = keyset.from {
        find = find.filter(beyond(vec![Expr::col((Table::default(), C::Id))], vec![Expr::val(id)], !keyset.backward));
    }
    find = find.order(C::Id, if keyset.backward { Order::Asc } else { Order::Desc });
    let rows = find.limit(keyset.size as u64 + 1).all().await?;
    let mut page = Page::cut(rows, &keyset).map(|row| (cursor(&row.id), row.into_inner().into()));
    unseen::blank(ctx, &mut page.rows).await?;
    let total = if count { Some(ctx.find::<Table>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}
