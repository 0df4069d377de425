//! Lists of contacts: filter, search, order, pages by keyset.

use async_graphql::Enum;
use entity::{AccountId, ContactId, Time, contact};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, Order},
};

use super::{Contact, ContactFilter};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    store::{Cursor, Page, PageArgs, Sight, beyond, cursor, filter},
};

/// By what contacts are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ContactSort {
    /// The oldest first.
    #[default]
    CreatedAsc,
    /// The newest first.
    CreatedDesc,
    /// The longest unchanged first.
    UpdatedAsc,
    /// The last changed first.
    UpdatedDesc,
}

/// Which contacts, in which order, which page.
#[derive(Clone, Debug, Default)]
pub struct ListContacts {
    pub account_id: Option<AccountId>,
    pub filter: Option<ContactFilter>,
    /// Words of the name or the mail address.
    pub search: Option<String>,
    pub sort: ContactSort,
    /// Archived ones too.
    pub archived: bool,
    pub page: PageArgs,
}

/// A page of contacts of the accounts in scope, each with its cursor, in one statement; the count is one more.
pub async fn list(ctx: &Ctx, ask: &ListContacts, count: bool) -> Result<(Page<(Cursor, Contact)>, Option<i64>)> {
    ctx.may(Action::ReadContacts)?;
    filter::refuse_internal(ctx.viewer(), ask.filter.as_ref())?;
    let by_change = matches!(ask.sort, ContactSort::UpdatedAsc | ContactSort::UpdatedDesc);
    let keyset = ask.page.keyset::<(Option<Time>, ContactId)>()?;
    let descending = matches!(ask.sort, ContactSort::CreatedDesc | ContactSort::UpdatedDesc) != keyset.backward;
    let columns =
        if by_change { vec![contact::Column::UpdatedAt, contact::Column::Id] } else { vec![contact::Column::Id] };
    let which = || conditions(ask, ctx.store().sight());
    let mut find = ctx.find::<contact::Entity>().filter(which()?);
    if let Some((at, id)) = keyset.from {
        if at.is_some() != by_change {
            return Err(Error::invalid("/after", "must be a cursor of this list in this order"));
        }
        let from = at.map(Expr::val).into_iter().chain([Expr::val(id)]).collect();
        let columns = columns.iter().map(|column| Expr::col((contact::Entity, *column))).collect();
        find = find.filter(beyond(columns, from, descending));
    }
    for column in columns {
        find = find.order(column, if descending { Order::Desc } else { Order::Asc });
    }
    let rows = find.limit(keyset.size as u64 + 1).all().await?;
    let page = Page::cut(rows, &keyset)
        .map(|row| (cursor((by_change.then_some(row.updated_at), row.id)), row.into_inner().into()));
    let total = if count { Some(ctx.find::<contact::Entity>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}

/// What a list asks of its rows, but for the page.
pub fn conditions(ask: &ListContacts, sight: Sight<'_>) -> Result<Condition> {
    let mut all = filter::condition(ask.filter.as_ref(), sight)?;
    if let Some(id) = ask.account_id {
        all = all.add(contact::Column::AccountId.eq(id));
    }
    if let Some(words) = &ask.search {
        let any = Condition::any()
            .add(filter::contains::<contact::Entity>(contact::Column::NameKey, "search", words)?)
            .add(filter::contains::<contact::Entity>(contact::Column::EmailKey, "search", words)?);
        all = all.add(any);
    }
    if !ask.archived {
        all = all.add(contact::Column::ArchivedAt.is_null());
    }
    Ok(all)
}
