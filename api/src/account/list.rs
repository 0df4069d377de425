//! Lists of accounts: filter, search, sort, pages by keyset.

use entity::{AccountId, Day, Time, account};
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, Order, SimpleExpr},
};
use serde::{Deserialize, Serialize, Serializer};

use super::{Account, AccountFilter, AccountSort, Want, read};
use crate::{
    access::{Action, Role},
    base::{self, Error, Result},
    ctx::Ctx,
    store::{Columns, Cursor, Page, PageArgs, Sight, beyond, cursor, filter},
};

/// Which accounts, in which order, which page.
#[derive(Clone, Debug, Default)]
pub struct ListAccounts {
    pub filter: Option<AccountFilter>,
    /// Words of the name or the domain.
    pub search: Option<String>,
    pub sort: AccountSort,
    pub archived: bool,
    pub page: PageArgs,
}

/// Where a page goes on: the sort value, the name, the id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "s", content = "k")]
enum Key {
    Name(#[serde(serialize_with = "folded")] String, AccountId),
    Health(i16, #[serde(serialize_with = "folded")] String, AccountId),
    Renewal(Day, #[serde(serialize_with = "folded")] String, AccountId),
    Live(Time, #[serde(serialize_with = "folded")] String, AccountId),
    Created(AccountId),
    Updated(Time, AccountId),
}

/// A name, as names are sorted by.
fn folded<S: Serializer>(name: &str, to: S) -> std::result::Result<S::Ok, S::Error> {
    to.serialize_str(&base::key(name))
}

impl AccountSort {
    const fn descending(self) -> bool {
        use AccountSort::{CreatedDesc, HealthDesc, LastLiveDesc, NameDesc, RenewalDesc, UpdatedDesc};
        matches!(self, NameDesc | HealthDesc | RenewalDesc | LastLiveDesc | CreatedDesc | UpdatedDesc)
    }

    fn columns(self) -> Vec<account::Column> {
        use account::Column as C;
        match self {
            Self::NameAsc | Self::NameDesc => vec![C::NameKey, C::Id],
            Self::HealthAsc | Self::HealthDesc => vec![C::Health, C::NameKey, C::Id],
            Self::RenewalAsc | Self::RenewalDesc => vec![C::RenewalOn, C::NameKey, C::Id],
            Self::LastLiveAsc | Self::LastLiveDesc => vec![C::LastLiveAt, C::NameKey, C::Id],
            // Ids rise with time.
            Self::CreatedAsc | Self::CreatedDesc => vec![C::Id],
            Self::UpdatedAsc | Self::UpdatedDesc => vec![C::UpdatedAt, C::Id],
        }
    }

    /// What a row's place in the list is told by; its id always comes along.
    fn told_by(self) -> Columns {
        use account::Column as C;
        let shown = |column| if matches!(column, C::NameKey) { C::Name } else { column };
        Columns::some::<account::Entity>(&self.columns().into_iter().map(shown).collect::<Vec<_>>())
    }

    fn key(self, row: &Account) -> Key {
        let name = row.name.clone();
        match self {
            Self::NameAsc | Self::NameDesc => Key::Name(name, row.id),
            Self::HealthAsc | Self::HealthDesc => {
                let health = row.health_score.and_then(|h| i16::try_from(h).ok()).unwrap_or(-1);
                Key::Health(health, name, row.id)
            }
            Self::RenewalAsc | Self::RenewalDesc => Key::Renewal(row.renewal_on.unwrap_or(Day::NONE), name, row.id),
            Self::LastLiveAsc | Self::LastLiveDesc => Key::Live(row.last_live_at.unwrap_or(Time::NEVER), name, row.id),
            Self::CreatedAsc | Self::CreatedDesc => Key::Created(row.id),
            Self::UpdatedAsc | Self::UpdatedDesc => Key::Updated(row.updated_at, row.id),
        }
    }
}

impl Key {
    fn values(self, sort: AccountSort) -> Option<Vec<SimpleExpr>> {
        let of =
            |value: sea_orm::Value, name: String, id: AccountId| vec![Expr::val(value), Expr::val(name), Expr::val(id)];
        match (self, sort) {
            (Self::Name(name, id), AccountSort::NameAsc | AccountSort::NameDesc) => {
                Some(vec![Expr::val(name), Expr::val(id)])
            }
            (Self::Health(v, name, id), AccountSort::HealthAsc | AccountSort::HealthDesc) => {
                Some(of(v.into(), name, id))
            }
            (Self::Renewal(v, name, id), AccountSort::RenewalAsc | AccountSort::RenewalDesc) => {
                Some(of(v.into(), name, id))
            }
            (Self::Live(v, name, id), AccountSort::LastLiveAsc | AccountSort::LastLiveDesc) => {
                Some(of(v.into(), name, id))
            }
            (Self::Created(id), AccountSort::CreatedAsc | AccountSort::CreatedDesc) => Some(vec![Expr::val(id)]),
            (Self::Updated(at, id), AccountSort::UpdatedAsc | AccountSort::UpdatedDesc) => {
                Some(vec![Expr::val(at), Expr::val(id)])
            }
            _ => None,
        }
    }
}

/// A page of accounts, each with its cursor, in one statement; the count is one more.
pub async fn list(
    ctx: &Ctx,
    ask: &ListAccounts,
    want: &Want,
    count: bool,
) -> Result<(Page<(Cursor, Account)>, Option<i64>)> {
    ctx.may(Action::ReadAccounts)?;
    filter::refuse_internal(ctx.viewer(), ask.filter.as_ref())?;
    if ctx.viewer().role == Role::Customer {
        refuse_internal(ask.sort)?;
    }
    let keyset = ask.page.keyset::<Key>()?;
    let descending = ask.sort.descending() != keyset.backward;
    let columns = ask.sort.columns();
    let which = || conditions(ask, ctx.store().sight());
    let mut find = ctx.find::<account::Entity>().filter(which()?);
    if let Some(from) = keyset.from.clone() {
        let from = from
            .values(ask.sort)
            .ok_or_else(|| Error::invalid("/after", "must be a cursor of this list in this order"))?;
        let columns = columns.iter().map(|c| Expr::col((account::Entity, *c))).collect();
        find = find.filter(beyond(columns, from, descending));
    }
    for column in columns {
        find = find.order(column, if descending { Order::Desc } else { Order::Asc });
    }
    let want = want.beside(ask.sort.told_by());
    let rows = read(ctx, find.limit(keyset.size as u64 + 1), &want).await?;
    let page = Page::cut(rows, &keyset).map(|row| (cursor(ask.sort.key(&row)), row));
    let total = if count { Some(ctx.find::<account::Entity>().filter(which()?).count().await?) } else { None };
    Ok((page, total))
}

/// What a list asks of its rows, but for the page.
pub fn conditions(ask: &ListAccounts, sight: Sight<'_>) -> Result<sea_orm::sea_query::Condition> {
    let mut all = filter::condition(ask.filter.as_ref(), sight)?;
    if let Some(words) = &ask.search {
        all = all.add(
            sea_orm::sea_query::Condition::any()
                .add(filter::contains::<account::Entity>(account::Column::NameKey, "search", words)?)
                .add(filter::contains::<account::Entity>(account::Column::Domain, "search", words)?),
        );
    }
    if !ask.archived {
        all = all.add(account::Column::ArchivedAt.is_null());
    }
    Ok(all)
}

/// Sorting by what a customer never sees answers like an unknown order.
fn refuse_internal(sort: AccountSort) -> Result<()> {
    use AccountSort::{HealthAsc, HealthDesc, LastLiveAsc, LastLiveDesc};
    if matches!(sort, HealthAsc | HealthDesc | LastLiveAsc | LastLiveDesc) {
        return Err(Error::invalid("/sort", "must be by name, renewal, creation or last change"));
    }
    Ok(())
}
