//! Pages of escalations, and how many are open, as part of their account's statement.

use async_graphql::{SelectionField, Value};
use entity::{EscalationId, Time, escalation};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SimpleExpr},
};

use super::{Escalation, EscalationRow};
use crate::{
    access::Scope,
    base::{Error, Result},
    store::{
        Cursor, Engine, Keyset, Many, Owned, Page, PageArgs, Shape, Shown, Shows, beyond, cursor, many, member_named,
    },
};

type Table = escalation::Entity;
use escalation::Column as C;

/// Which page of the escalations; two aliases with other arguments are two pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EscalationArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    /// True: open ones alone; false: settled ones alone.
    pub open: Option<bool>,
}

type Key = (Time, EscalationId);

impl Shown for Table {
    const ALWAYS: &'static [C] = &[C::Id, C::AccountId, C::OpenedAt];
    const ALSO: &'static [(&'static str, &'static [C])] = &[];
}

impl EscalationArgs {
    /// As they stand in a query.
    pub fn of(field: &SelectionField<'_>) -> Result<Self> {
        let mut args = Self::default();
        for (name, value) in field.arguments().map_err(|error| Error::Unreadable(error.message))? {
            match (name.as_str(), value) {
                ("first", Value::Number(n)) => args.first = n.as_i64().and_then(|n| i32::try_from(n).ok()),
                ("after", Value::String(text)) => args.after = Some(text),
                ("open", Value::Boolean(open)) => args.open = Some(open),
                _ => {}
            }
        }
        Ok(args)
    }

    fn keyset(&self) -> Result<Keyset<Key>> {
        PageArgs { first: self.first, after: self.after.clone(), last: None, before: None }.keyset()
    }

    /// The rows of this page, each with its cursor.
    pub fn page(&self, rows: Vec<EscalationRow>) -> Result<Page<(Cursor, Escalation)>> {
        let page = Page::cut(rows, &self.keyset()?);
        Ok(page.map(|row| (cursor((row.0.opened_at, row.0.id)), row.into())))
    }
}

/// The escalations of the account whose id is `account`, the newest first, as one value.
pub fn shape(engine: Engine, scope: &Scope, account: SimpleExpr, args: &EscalationArgs, shows: Shows) -> Result<Shape> {
    let keyset = args.keyset()?;
    let column = |c: C| Expr::col((Table::default(), c));
    let mut which = Condition::all().add(column(C::AccountId).eq(account));
    if let Some((at, id)) = keyset.from {
        which = which.add(beyond(vec![column(C::OpenedAt), column(C::Id)], vec![Expr::val(at), Expr::val(id)], true));
    }
    which = match args.open {
        Some(true) => which.add(C::ClosedAt.is_null()),
        Some(false) => which.add(C::ClosedAt.is_not_null()),
        None => which,
    };
    let order = vec![(C::OpenedAt, Order::Desc), (C::Id, Order::Desc)];
    let by = |columns| member_named(engine, column(C::OpenedById), columns);
    let parts = vec![shows.member.map_or_else(Expr::null, by)];
    let limit = keyset.size as u64 + 1;
    Ok(many(engine, scope, Many::<Table> { which, order, limit, columns: shows.columns, parts }))
}

/// How many escalations of the account whose id is `account` are open: a walk of the index of these alone.
pub fn open(engine: Engine, scope: &Scope, account: SimpleExpr) -> Shape {
    let select = Query::select()
        .expr(Expr::cust("count(*)"))
        .from(Table::default())
        .and_where(Expr::col((Table::default(), C::AccountId)).eq(account))
        .and_where(C::ClosedAt.is_null())
        .cond_where(Table::own(scope, engine))
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}
