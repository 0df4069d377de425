//! Which rows may be one and the same.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use entity::{AccountId, Time, account, contact};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, SimpleExpr},
};
use serde::Deserialize;

use super::{DuplicateGroup, DuplicateReason};
use crate::{
    access::Action,
    account::{self as accounts, Account, Want},
    base::Result,
    contact::Contact,
    ctx::Ctx,
    store::{Owned, among},
};

/// What more rows than this share, such as the domain of a mail provider, says nothing of any of them.
const FEW: i32 = 20;

#[derive(Deserialize)]
struct Row {
    id: AccountId,
    domain: Option<String>,
    name: String,
    name_key: String,
    created_at: Time,
}

/// A group on its way: when its oldest row was made, and what it is about.
type Found = (Time, DuplicateGroup);

/// Groups of rows in sight that share a domain or a name, the largest first, then the oldest. Three statements.
pub async fn duplicates(ctx: &Ctx, first: Option<i32>, want: &Want) -> Result<Vec<DuplicateGroup>> {
    ctx.may(Action::MergeDuplicates)?;
    let first = usize::try_from(accounts::some_of("duplicates", first)?).unwrap_or(0);
    let mut found = same_accounts(ctx, first, want).await?;
    found.extend(same_people(ctx, first).await?);
    found.sort_by_key(|(oldest, group)| (Reverse(group.accounts.len() + group.contacts.len()), *oldest));
    Ok(found.into_iter().take(first).map(|(_, group)| group).collect())
}

async fn same_accounts(ctx: &Ctx, first: usize, want: &Want) -> Result<Vec<Found>> {
    use account::Column as C;
    let at = |column: C| Expr::col((account::Entity, column));
    let live = || Condition::all().add(at(C::ArchivedAt).is_null());
    let domain = || SimpleExpr::from(Func::lower(at(C::Domain)));
    let with_domain = live().add(at(C::Domain).is_not_null());
    let by_domain = shared::<account::Entity>(ctx, vec![domain()], with_domain, at(C::CreatedAt), first);
    let by_name = shared::<account::Entity>(ctx, vec![at(C::NameKey)], live(), at(C::CreatedAt), first);
    let hinted = Condition::any().add(domain().in_subquery(by_domain)).add(at(C::NameKey).in_subquery(by_name));
    let rows: Vec<Row> = ctx
        .find::<account::Entity>()
        .filter(live().add(hinted))
        .order(C::CreatedAt, Order::Asc)
        .order(C::Id, Order::Asc)
        .pick_column(C::Id, "id")
        .pick(domain(), "domain")
        .pick(at(C::Name), "name")
        .pick(at(C::NameKey), "name_key")
        .pick_column(C::CreatedAt, "created_at")
        .rows()
        .await?;
    let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let find = ctx.find::<account::Entity>().filter(among::<account::Entity, _>(C::Id, &ids));
    let shown: HashMap<AccountId, Account> =
        accounts::read(ctx, find, want).await?.into_iter().map(|account| (account.id, account)).collect();
    let domains = groups(&rows, |row| row.domain.as_deref());
    let known: Vec<HashSet<AccountId>> = domains.values().map(|rows| rows.iter().map(|row| row.id).collect()).collect();
    let mut names = groups(&rows, |row| Some(&row.name_key));
    // Who shares domain and name is one group, by the stronger of the two.
    names.retain(|_, rows| !known.iter().any(|ids| rows.iter().all(|row| ids.contains(&row.id))));
    let group = |reason, shared: &str, rows: &[&Row]| {
        let accounts = rows.iter().filter_map(|row| shown.get(&row.id).cloned()).collect();
        let group = DuplicateGroup { reason, shared: shared.to_owned(), accounts, contacts: Vec::new() };
        rows.first().map(|oldest| (oldest.created_at, group))
    };
    let by_domain = domains.iter().filter_map(|(domain, rows)| group(DuplicateReason::SameDomain, domain, rows));
    let by_name = names.values().filter_map(|rows| group(DuplicateReason::SameName, &rows.first()?.name, rows));
    Ok(by_domain.chain(by_name).collect())
}

/// Rows by what they share, two or more each.
fn groups<'a>(rows: &'a [Row], by: impl Fn(&'a Row) -> Option<&'a str>) -> BTreeMap<&'a str, Vec<&'a Row>> {
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        if let Some(value) = by(row) {
            groups.entry(value).or_default().push(row);
        }
    }
    groups.retain(|_, rows| rows.len() > 1);
    groups
}

async fn same_people(ctx: &Ctx, first: usize) -> Result<Vec<Found>> {
    use contact::Column as C;
    let at = |column: C| Expr::col((contact::Entity, column));
    let open = Query::select()
        .column((account::Entity, account::Column::Id))
        .from(account::Entity)
        .and_where(account::Column::ArchivedAt.is_null())
        .take();
    let live = Condition::all().add(at(C::ArchivedAt).is_null()).add(at(C::AccountId).in_subquery(open));
    let by = vec![at(C::AccountId), at(C::NameKey)];
    let same = shared::<contact::Entity>(ctx, by.clone(), live.clone(), at(C::CreatedAt), first);
    let rows = ctx
        .find::<contact::Entity>()
        .filter(live.add(Expr::tuple(by).in_subquery(same)))
        .order(C::CreatedAt, Order::Asc)
        .order(C::Id, Order::Asc)
        .all()
        .await?;
    let mut groups: BTreeMap<(AccountId, String), Vec<contact::Model>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.account_id, row.name_key.clone())).or_default().push(row.into_inner());
    }
    let found = groups.into_values().filter_map(|rows| {
        let oldest = rows.first()?;
        let (at, shared) = (oldest.created_at, oldest.name.clone());
        let contacts: Vec<Contact> = rows.into_iter().map(Into::into).collect();
        Some((at, DuplicateGroup { reason: DuplicateReason::SameName, shared, accounts: Vec::new(), contacts }))
    });
    Ok(found.collect())
}

/// The values that a few rows in sight share, the most shared first, then the oldest.
fn shared<E: Owned>(
    ctx: &Ctx,
    by: Vec<SimpleExpr>,
    live: Condition,
    created: SimpleExpr,
    first: usize,
) -> SelectStatement {
    let count = || Expr::cust("count(*)");
    Query::select()
        .exprs(by.clone())
        .from(E::default())
        .cond_where(live)
        .cond_where(E::visible(&ctx.viewer().scope, ctx.store().engine()))
        .add_group_by(by)
        .and_having(count().between(2, FEW))
        .order_by_expr(count(), Order::Desc)
        .order_by_expr(SimpleExpr::from(Func::min(created)), Order::Asc)
        .limit(first as u64)
        .take()
}
