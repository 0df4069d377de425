//! Reading: whatever a caller asks, the table's rule is added last.

use std::{marker::PhantomData, ops::Deref};

use entity::AccountId;
use sea_orm::{
    ColumnTrait, EntityTrait,
    sea_query::{
        Condition, Expr, ExprTrait, IntoCondition, LockBehavior, LockType, Order, Query, SelectStatement, SimpleExpr,
    },
};
use serde::de::DeserializeOwned;

use super::{Child, Columns, Engine, Owned, conn::Conn, shape};
use crate::{
    access::Scope,
    base::{Error, Result},
};

/// Proof that a row was read, or written, inside the viewer's scope.
#[derive(Clone, Debug)]
pub struct Visible<M>(M);

impl<M> Visible<M> {
    pub(super) const fn new(row: M) -> Self {
        Self(row)
    }

    pub fn into_inner(self) -> M {
        self.0
    }
}

impl<M> Deref for Visible<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.0
    }
}

/// A query on `E` that cannot be run without its rule.
pub struct Find<'c, E: Owned> {
    conn: Conn<'c>,
    scope: &'c Scope,
    engine: Engine,
    select: SelectStatement,
    /// Names of picked values, each with what it is as a JSON value.
    picks: Vec<(&'static str, String)>,
    /// Set where the account itself was read inside the scope.
    witness: Option<AccountId>,
    entity: PhantomData<E>,
}

impl<'c, E: Owned> Find<'c, E> {
    pub(super) fn new(conn: Conn<'c>, scope: &'c Scope, engine: Engine) -> Self {
        let select = Query::select().from(E::default()).take();
        Self { conn, scope, engine, select, picks: Vec::new(), witness: None, entity: PhantomData }
    }

    pub(super) fn under(conn: Conn<'c>, scope: &'c Scope, engine: Engine, account: AccountId) -> Self
    where
        E: Child,
    {
        let mut find = Self::new(conn, scope, engine);
        find.select.and_where(E::account_column().eq(account));
        find.witness = Some(account);
        find
    }

    #[must_use]
    pub fn filter(mut self, which: impl IntoCondition) -> Self {
        self.select.cond_where(which.into_condition());
        self
    }

    #[must_use]
    pub fn order(mut self, column: E::Column, order: Order) -> Self {
        self.select.order_by((E::default(), column), order);
        self
    }

    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.select.limit(rows);
        self
    }

    /// Holds the rows until the transaction ends. SQLite has one writer anyway.
    #[must_use]
    pub fn lock(mut self) -> Self {
        if self.engine == Engine::Postgres {
            self.select.lock(LockType::Update);
        }
        self
    }

    /// Like [`Find::lock`], passing over rows that somebody else holds.
    #[must_use]
    pub fn lock_free(mut self) -> Self {
        if self.engine == Engine::Postgres {
            self.select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        self
    }

    /// Joins the rows of `R` that `on` names, of the same account or of none; what `R` decides itself is added.
    #[must_use]
    pub fn join<R: Owned>(mut self, on: impl IntoCondition) -> Self {
        self.select.inner_join(R::default(), on);
        self.select.cond_where(R::own(self.scope, self.engine));
        self
    }

    /// Picks a value of its own, for figures.
    #[must_use]
    pub fn pick(mut self, value: impl Into<SimpleExpr>, name: &'static str) -> Self {
        self.select.expr_as(value, name);
        self.picks.push((name, shape::picked_value(name)));
        self
    }

    /// Picks a column.
    #[must_use]
    pub fn pick_column(mut self, column: E::Column, name: &'static str) -> Self {
        self.select.expr_as(Expr::col((E::default(), column)), name);
        self.picks.push((name, shape::picked_column(self.engine, column, name)));
        self
    }

    #[must_use]
    pub fn group(mut self, column: impl Into<SimpleExpr>) -> Self {
        self.select.add_group_by([column.into()]);
        self
    }

    /// The scope is put on last, whatever the caller did to the query before.
    fn scoped(mut self) -> (SelectStatement, Conn<'c>) {
        let rule =
            if self.witness.is_some() { E::own(self.scope, self.engine) } else { E::visible(self.scope, self.engine) };
        self.select.cond_where(rule);
        (self.select, self.conn)
    }

    pub async fn all(self) -> Result<Vec<Visible<E::Model>>> {
        let rows = self.shaped::<(E::Model,)>(Vec::new()).await?;
        Ok(rows.into_iter().map(|(row,)| Visible(row)).collect())
    }

    /// Some columns of the rows, as a type whose fields stand in their order: cheaper where many are only looked at,
    /// since they come as one value.
    pub async fn some<T: DeserializeOwned>(self, columns: &[E::Column]) -> Result<Vec<Visible<T>>> {
        let engine = self.engine;
        let (select, conn) = self.scoped();
        let rows: Vec<T> = read(conn, &shape::some::<E>(engine, select, columns)).await?;
        Ok(rows.into_iter().map(Visible).collect())
    }

    /// The first row, if there is one.
    pub async fn maybe(self) -> Result<Option<Visible<E::Model>>> {
        Ok(self.limit(1).all().await?.into_iter().next())
    }

    /// The one row, or `NotFound(what)`.
    pub async fn one(self, what: &'static str) -> Result<Visible<E::Model>> {
        self.maybe().await?.ok_or(Error::NotFound(what))
    }

    /// How many; costs an index walk over the scope, so only where asked for.
    pub async fn count(mut self) -> Result<i64> {
        self.select.expr_as(Expr::cust("CAST(count(*) AS text)"), "n");
        let (select, conn) = self.scoped();
        let count = conn.text(conn.backend().build(&select), |text| text.parse().map_err(Error::internal)).await?;
        count.ok_or_else(|| Error::internal("count gave no row"))
    }

    /// Rows of picked values, as a type whose fields stand in their order.
    pub async fn rows<T: DeserializeOwned>(self) -> Result<Vec<T>> {
        let row = shape::array_of(self.engine, self.picks.iter().map(|(_, value)| value.as_str()));
        let engine = self.engine;
        let (select, conn) = self.scoped();
        read(conn, &shape::picked(engine, select, row)).await
    }

    /// Rows of picked values in groups, and what hangs on these (known as [`shape::PICKED`]): `([…], […], part, …)`, in one
    /// value.
    pub async fn picked<T: DeserializeOwned>(
        self,
        groups: &[&[&'static str]],
        parts: Vec<shape::Shape>,
    ) -> Result<Vec<T>> {
        let (engine, picks) = (self.engine, self.picks.clone());
        let values = |group: &&[&'static str]| {
            let of = |name: &&str| picks.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            shape::array_of(engine, group.iter().filter_map(of))
        };
        let groups = groups.iter().map(values).chain(parts).collect();
        let (select, conn) = self.scoped();
        read(conn, &shape::picked(engine, select, shape::array(engine, groups))).await
    }

    /// Rows with what hangs on them, in one statement and one value: `(Model, part, part, …)`.
    pub async fn shaped<T: DeserializeOwned>(self, parts: Vec<shape::Shape>) -> Result<Vec<T>> {
        self.shown(Columns::ALL, parts).await
    }

    /// The same with some of the rows' columns; the others come back blank, so only for what is shown.
    pub async fn shown<T: DeserializeOwned>(self, columns: Columns, parts: Vec<shape::Shape>) -> Result<Vec<T>> {
        let engine = self.engine;
        let (select, conn) = self.scoped();
        read(conn, &shape::text::<E>(engine, select, columns, parts)).await
    }
}

/// Rows that come as one value.
async fn read<T: DeserializeOwned>(conn: Conn<'_>, select: &SelectStatement) -> Result<Vec<T>> {
    let rows =
        conn.text(conn.backend().build(select), |text| serde_json::from_str(text).map_err(Error::internal)).await?;
    Ok(rows.unwrap_or_default())
}

/// A condition that no row meets.
pub fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

/// `column = only`, or `column IN (…)`; nothing for an empty list. A long list is filled up with its last
/// value to a power of two, so that few texts of statements are ever prepared and kept.
pub fn among<E: EntityTrait, V: Into<sea_orm::Value> + Clone>(column: E::Column, values: &[V]) -> Condition {
    let column = Expr::col((E::default(), column));
    match values {
        [] => nothing(),
        [only] => Condition::all().add(column.eq(only.clone().into())),
        many => {
            let filled = if (16..=16_384).contains(&many.len()) { many.len().next_power_of_two() } else { many.len() };
            let values = many.iter().chain(many.last().into_iter().cycle()).take(filled);
            Condition::all().add(column.is_in(values.cloned().map(Into::into)))
        }
    }
}
