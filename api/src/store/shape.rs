//! A row and what hangs on it as one JSON value, so that a root field costs one statement.
//!
//! A row is an array of its columns in order, which its struct reads back by position. Parts follow:
//! `[[columns…], part, part]`. The two engines differ only here, in the names of the functions and
//! in how ids, bytes and truth values become text.

use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use sea_orm::{
    ColumnTrait, ColumnType, Iden, Iterable,
    sea_query::{Condition, Expr, ExprTrait, Func, IntoCondition, Order, Query, SelectStatement, SimpleExpr},
};

use super::{Columns, Engine, Owned};
use crate::access::Scope;

/// A JSON value inside a statement.
pub type Shape = SimpleExpr;

/// The columns of one row of `alias`, as an array; null where a column is not read.
pub fn row<E: Owned>(engine: Engine, alias: &'static str, columns: Columns) -> Shape {
    let written = Written::of::<E>(engine, alias);
    let values = written.values.iter().enumerate().map(|(at, value)| if columns.has(at) { value } else { "NULL" });
    array_of(engine, values)
}

/// The one row of `E` (known as `alias`) that `which` names, as an array, or null.
/// The rule of `E` is not added: only for the names and places that come with a visible row.
pub fn one<E: Owned>(engine: Engine, alias: &'static str, which: impl IntoCondition) -> Shape {
    one_of::<E>(engine, alias, which, Columns::ALL)
}

/// The same with some of its columns.
pub fn one_of<E: Owned>(engine: Engine, alias: &'static str, which: impl IntoCondition, columns: Columns) -> Shape {
    let select = Query::select()
        .expr(row::<E>(engine, alias, columns))
        .from_as(E::default(), alias)
        .cond_where(which.into_condition())
        .limit(1)
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// The newest, first, … rows of `E` that hang on a visible row, with parts of their own.
pub struct Many<E: Owned> {
    pub which: Condition,
    pub order: Vec<(E::Column, Order)>,
    pub limit: u64,
    pub columns: Columns,
    pub parts: Vec<Shape>,
}

/// Children of a visible row: an array of `[[columns…], part, …]`. The child's own rule is added.
pub fn many<E: Owned>(engine: Engine, scope: &Scope, children: Many<E>) -> Shape {
    let mut select = Query::select();
    select.from(E::default()).cond_where(children.which).cond_where(E::own(scope, engine)).limit(children.limit);
    for (column, order) in children.order {
        select.order_by((E::default(), column), order);
    }
    let packed = packed::<E>(engine, select, children.columns, children.parts);
    SimpleExpr::SubQuery(None, Box::new(packed.into()))
}

/// Several values as one array.
pub fn array(engine: Engine, values: Vec<SimpleExpr>) -> Shape {
    Func::cust(array_name(engine)).args(values).into()
}

/// The same of values that are written already.
pub(super) fn array_of<'t>(engine: Engine, values: impl Iterator<Item = &'t str>) -> Shape {
    Expr::cust(format!("{}({})", array_name(engine), joined(values)))
}

const fn array_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "json_array",
        Engine::Postgres => "json_build_array",
    }
}

/// Wraps a select of `E` without columns: one row with one text, the array of its rows.
pub(super) fn text<E: Owned>(
    engine: Engine,
    inner: SelectStatement,
    columns: Columns,
    parts: Vec<Shape>,
) -> SelectStatement {
    told(engine, packed::<E>(engine, inner, columns, parts))
}

/// The same of some columns alone: each row is an array of these.
pub(super) fn some<E: Owned>(engine: Engine, mut inner: SelectStatement, columns: &[E::Column]) -> SelectStatement {
    inner.exprs(columns.iter().map(|column| Expr::col((E::default(), *column))));
    let name = E::default().table_name();
    let row = array(engine, columns.iter().map(|column| Expr::cust(of(engine, name, *column))).collect());
    told(engine, grouped(engine, inner, name, row))
}

/// The name of a select of picked values.
pub const PICKED: &str = "picked";

/// A picked value as a JSON value, which it is already.
pub(super) fn picked_value(name: &str) -> String {
    named(PICKED, name)
}

/// A picked column as a JSON value.
pub(super) fn picked_column(engine: Engine, column: impl ColumnTrait, name: &str) -> String {
    value(engine, named(PICKED, name), &column)
}

/// Wraps a select of picked values: one row with one text, the array of what `row` is of each.
pub(super) fn picked(engine: Engine, inner: SelectStatement, row: Shape) -> SelectStatement {
    told(engine, grouped(engine, inner, PICKED, row))
}

/// One JSON value as text.
fn told(engine: Engine, packed: SelectStatement) -> SelectStatement {
    if engine == Engine::Sqlite {
        return packed;
    }
    // Only the whole becomes text: a part made text would stand in its array as a string.
    let whole = SimpleExpr::SubQuery(None, Box::new(packed.into()));
    Query::select().expr_as(whole.cast_as("text"), "v").take()
}

/// The same as one JSON value. The inner select keeps the table's name, so that parts are built once, beside
/// the row they hang on, and stay JSON: passing through a select would make text of them on SQLite.
fn packed<E: Owned>(
    engine: Engine,
    mut inner: SelectStatement,
    columns: Columns,
    parts: Vec<Shape>,
) -> SelectStatement {
    let name = E::default().table_name();
    let written = Written::of::<E>(engine, name);
    // Parts hang on ids, so ids always come along.
    let inside = written.columns.iter().enumerate().filter(|(at, _)| columns.has(*at) || written.ids.has(*at));
    inner.expr(Expr::cust(joined(inside.map(|(_, column)| &**column))));
    let row = array(engine, std::iter::once(row::<E>(engine, name, columns)).chain(parts).collect());
    grouped(engine, inner, name, row)
}

/// An array of what `row` is of every row of `inner`, which is known as `name`.
fn grouped(engine: Engine, inner: SelectStatement, name: &'static str, row: Shape) -> SelectStatement {
    let rows: SimpleExpr = match engine {
        Engine::Sqlite => Func::cust("json_group_array").arg(row).into(),
        Engine::Postgres => Func::coalesce([Func::cust("json_agg").arg(row).into(), Expr::cust("'[]'::json")]).into(),
    };
    Query::select().expr_as(rows, "v").from_subquery(inner, name).take()
}

/// What is written of a table in statement after statement.
struct Written {
    /// Each column with its table.
    columns: Vec<String>,
    /// Each column as a JSON value.
    values: Vec<String>,
    /// Which of them are ids.
    ids: Columns,
}

/// By table, alias and engine.
type All = HashMap<(TypeId, &'static str, Engine), Arc<Written>>;

impl Written {
    /// Of a table known as `alias`, made once: a program knows few tables by few names.
    fn of<E: Owned>(engine: Engine, alias: &'static str) -> Arc<Self> {
        static ALL: LazyLock<RwLock<All>> = LazyLock::new(RwLock::default);
        let key = (TypeId::of::<E>(), alias, engine);
        let known = ALL.read().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
        known.unwrap_or_else(|| {
            let made = Arc::new(Self::new::<E>(engine, alias));
            ALL.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&made));
            made
        })
    }

    fn new<E: Owned>(engine: Engine, alias: &str) -> Self {
        Self {
            columns: E::Column::iter().map(|column| named(alias, column.unquoted())).collect(),
            values: E::Column::iter().map(|column| of(engine, alias, column)).collect(),
            ids: Columns::which::<E>(|column| matches!(column.def().get_column_type(), ColumnType::Uuid)),
        }
    }
}

fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for text in texts {
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(text);
    }
    all
}

fn named(alias: &str, column: &str) -> String {
    format!(r#""{alias}"."{column}""#)
}

/// One column as a JSON value.
fn of(engine: Engine, alias: &str, column: impl ColumnTrait) -> String {
    value(engine, named(alias, column.unquoted()), &column)
}

/// What is known as `name` and of a column's type, as a JSON value.
fn value(engine: Engine, name: String, column: &impl ColumnTrait) -> String {
    match (engine, column.def().get_column_type()) {
        // The hex of null is an empty text.
        (Engine::Sqlite, ColumnType::Uuid | ColumnType::VarBinary(_) | ColumnType::Blob) if column.def().is_null() => {
            format!("nullif(hex({name}), '')")
        }
        (Engine::Sqlite, ColumnType::Uuid | ColumnType::VarBinary(_) | ColumnType::Blob) => format!("hex({name})"),
        (Engine::Sqlite, ColumnType::Boolean) => format!("json(iif({name}, 'true', 'false'))"),
        (Engine::Sqlite, ColumnType::Json | ColumnType::JsonBinary) => format!("json({name})"),
        (Engine::Postgres, ColumnType::VarBinary(_) | ColumnType::Blob) => format!("encode({name}, 'hex')"),
        _ => name,
    }
}
