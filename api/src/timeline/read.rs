//! Pages of the timeline, as part of their account's statement.

use async_graphql::{Name, SelectionField, Value};
use entity::{InteractionId, InteractionType, Time, interaction};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, SimpleExpr},
};

use super::{Interaction, InteractionRow};
use crate::{
    access::Scope,
    base::{Error, Result},
    store::{
        Cursor, Engine, Keyset, Many, Page, PageArgs, Shape, Shown, Shows, beyond, contact_named, cursor, many,
        member_known,
    },
};

/// Which page of the timeline; two aliases with other arguments are two pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimelineArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub types: Option<Vec<InteractionType>>,
}

type Key = (Time, InteractionId);

impl Shown for interaction::Entity {
    const ALWAYS: &'static [interaction::Column] =
        &[interaction::Column::Id, interaction::Column::AccountId, interaction::Column::OccurredAt];
    const ALSO: &'static [(&'static str, &'static [interaction::Column])] = &[("type", &[interaction::Column::Kind])];
}

impl TimelineArgs {
    /// As they stand in a query.
    pub fn of(field: &SelectionField<'_>) -> Result<Self> {
        let mut args = Self::default();
        for (name, value) in field.arguments().map_err(|error| Error::Unreadable(error.message))? {
            match (name.as_str(), value) {
                ("first", Value::Number(n)) => args.first = n.as_i64().and_then(|n| i32::try_from(n).ok()),
                ("after", Value::String(text)) => args.after = Some(text),
                ("types", Value::List(list)) => args.types = Some(list.iter().filter_map(choice).collect()),
                ("types", one @ (Value::Enum(_) | Value::String(_))) => {
                    args.types = Some(choice(&one).into_iter().collect());
                }
                _ => {}
            }
        }
        Ok(args)
    }

    fn keyset(&self) -> Result<Keyset<Key>> {
        PageArgs { first: self.first, after: self.after.clone(), last: None, before: None }.keyset()
    }

    /// The rows of this page, each with its cursor.
    pub fn page(&self, rows: Vec<InteractionRow>) -> Result<Page<(Cursor, Interaction)>> {
        let page = Page::cut(rows, &self.keyset()?);
        Ok(page.map(|row| (cursor((row.0.occurred_at, row.0.id)), row.into())))
    }
}

fn choice(value: &Value) -> Option<InteractionType> {
    let word = match value {
        Value::Enum(name) => Name::as_str(name),
        Value::String(text) => text,
        _ => return None,
    };
    word.parse().ok()
}

/// The entries of the account whose id is `account`, as one value.
pub fn shape(engine: Engine, scope: &Scope, account: SimpleExpr, args: &TimelineArgs, shows: Shows) -> Result<Shape> {
    use interaction::Column as C;
    let keyset = args.keyset()?;
    let column = |c: C| Expr::col((interaction::Entity, c));
    let mut which = Condition::all().add(column(C::AccountId).eq(account));
    if let Some((at, id)) = keyset.from {
        which = which.add(beyond(vec![column(C::OccurredAt), column(C::Id)], vec![Expr::val(at), Expr::val(id)], true));
    }
    if let Some(types) = &args.types {
        which = which.add(C::Kind.is_in(types.iter().copied()));
    }
    let order = vec![(C::OccurredAt, Order::Desc), (C::Id, Order::Desc)];
    let member = |columns| member_known(engine, scope, column(C::MemberId), columns);
    let member = shows.member.map_or_else(Expr::null, member);
    let contact = |columns| contact_named(engine, scope, column(C::ContactId), columns);
    let contact = shows.contact.map_or_else(Expr::null, contact);
    let parts = vec![member, contact];
    let limit = keyset.size as u64 + 1;
    Ok(many(engine, scope, Many::<interaction::Entity> { which, order, limit, columns: shows.columns, parts }))
}
