//! Many rows in few statements.
//!
//! A change of very many rows puts them in by pieces of a few fixed numbers, so that the text of a
//! statement is made once for each table and number, and the database prepares it once as well. The
//! next piece is made while the database works on the one before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entity::AuditAction;
use futures_util::future::join;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, PrimaryKeyToColumn, Statement,
    Value,
    sea_query::{CaseStatement, Expr, ExprTrait, InsertStatement, IntoIden, OnConflict, Query, TableRef, ValueTuple},
};
use serde::Serialize;
use uuid::Uuid;

use super::{Columns, Engine, Owned, Tx};
use crate::base::Result;

/// Rows of a change of very many that go in before what the audit says of them does: both are held until then.
const HELD: usize = 1_024;
/// Values of one statement, at most: PostgreSQL takes 65,535, SQLite 32,766.
const VALUES: usize = 30_000;
/// Rows of one piece, at most.
const PIECE: usize = 128;
/// So few rows are a piece of their own, whatever their number.
const FEW: usize = 32;

/// What becomes of a row whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Taken {
    /// Nothing goes in at all.
    Fails,
    /// These columns are set to its values.
    Sets(Columns),
    /// Its numbers are added to the other's.
    Adds,
}

/// A table, how many rows, what of them, and whether they are very many.
type Shaped = (&'static str, usize, Taken, bool);

/// Texts of statements by table, number of rows, and what becomes of rows whose key is taken.
#[derive(Default)]
pub(super) struct Texts(Mutex<HashMap<Shaped, Arc<str>>>);

impl Texts {
    fn get(&self, key: Shaped, make: impl FnOnce() -> String) -> String {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.entry(key).or_insert_with(|| make().into()).to_string()
    }
}

impl Tx {
    /// Puts rows in; new ones are noted for the audit.
    pub(super) async fn put<E: Owned>(&self, rows: Vec<E::Model>, taken: Taken) -> Result<()>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize + Send + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let held = if self.mass() { HELD } else { rows.len() };
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let values = rows.by_ref().take(held).map(|row| {
                if taken == Taken::Fails {
                    self.note::<E>(AuditAction::Create, &row, None, None)?;
                }
                let mut row = row.into_active_model();
                Ok(E::Column::iter().filter_map(|column| row.take(column).into_value()).collect())
            });
            self.put_values::<E>(values, taken).await?;
            if self.mass() {
                self.flush_audit().await?;
            }
        }
        Ok(())
    }

    /// Puts rows in, each as its values in the order of the columns.
    pub(super) async fn put_values<E: Owned>(
        &self,
        mut rows: impl ExactSizeIterator<Item = Result<Vec<Value>>> + Send,
        taken: Taken,
    ) -> Result<()> {
        let mut piece = || {
            let count = self.size::<E>(rows.len());
            (count > 0).then(|| self.piece::<E>(rows.by_ref().take(count), count, taken)).transpose()
        };
        let mut next = piece()?;
        while let Some(statement) = next {
            let (done, made) = join(self.line().execute(statement), async { piece() }).await;
            done?;
            next = made?;
        }
        Ok(())
    }

    /// How many of `left` rows the next statement takes.
    fn size<E: Owned>(&self, left: usize) -> usize {
        match left {
            _ if !self.mass() => left.min(VALUES / E::Column::iter().count().max(1)),
            0..FEW => left,
            FEW..PIECE => 1 << left.ilog2(),
            PIECE.. => PIECE,
        }
    }

    fn piece<E: Owned>(
        &self,
        rows: impl Iterator<Item = Result<Vec<Value>>>,
        count: usize,
        taken: Taken,
    ) -> Result<Statement> {
        let engine = self.line().backend();
        let mut values = Vec::with_capacity(count * E::Column::iter().count());
        for row in rows {
            values.extend(row?);
        }
        let make = || self.unkept(engine.build(&blank::<E>(count, taken)).sql);
        let kept = count < FEW || self.mass();
        let text = if kept { self.texts().get((E::NAME, count, taken, self.mass()), make) } else { make() };
        Ok(Statement::from_sql_and_values(engine, text, values))
    }

    /// Raises the columns of each row, by its id, to the values given where these are more; for kept columns, as
    /// [`Tx::set`] is. No row may come twice.
    pub async fn raise<E: Owned>(&self, columns: &[E::Column], rows: &[(Uuid, Vec<Value>)]) -> Result<()> {
        for piece in rows.chunks(1_024) {
            // Filled up with its last row, so that there are few numbers of rows here too.
            let filled = piece.iter().chain(piece.last().into_iter().cycle()).take(piece.len().next_power_of_two());
            let given = filled.map(|(id, values)| {
                let values = values.iter().cloned();
                ValueTuple::Many(std::iter::once(Value::from(*id)).chain(values).collect())
            });
            let mut update = Query::update();
            update.table(E::default()).from(TableRef::ValuesList(given.collect(), "given".into_iden()));
            for (at, column) in columns.iter().enumerate() {
                let given = Expr::col(("given", format!("column{}", at + 2)));
                let stands = Expr::col((E::default(), *column));
                // No function: SQLite takes any for one that may fail half-way, and keeps pages for that.
                let more = CaseStatement::new().case(given.clone().gt(stands.clone()), given).finally(stands);
                update.value(*column, more);
            }
            for key in E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
                update.and_where(Expr::col((E::default(), key)).eq(Expr::col(("given", "column1"))));
            }
            update.cond_where(E::visible(&self.viewer().scope, self.engine()));
            let mut update = self.line().backend().build(&update);
            update.sql = self.unkept(update.sql);
            self.line().execute(update).await?;
        }
        Ok(())
    }

    /// A change of very many rows is taken back as a whole: no statement of it has to be taken back alone, and SQLite
    /// need not keep the pages as they were before it.
    fn unkept(&self, text: String) -> String {
        match (self.engine(), text.split_once(' ')) {
            (Engine::Sqlite, Some((verb @ ("INSERT" | "UPDATE"), rest))) if self.mass() => {
                format!("{verb} OR FAIL {rest}")
            }
            _ => text,
        }
    }
}

/// The statement that puts `count` rows in, without their values.
fn blank<E: Owned>(count: usize, taken: Taken) -> InsertStatement {
    let mut insert = Query::insert();
    insert.into_table(E::default()).columns(E::Column::iter());
    for _ in 0..count {
        insert.values_panic(E::Column::iter().map(|_| Expr::val(Value::Bool(None))));
    }
    if taken != Taken::Fails {
        insert.on_conflict(clash::<E>(taken));
    }
    insert
}

fn clash<E: Owned>(taken: Taken) -> OnConflict {
    let keys = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    let mut clash = OnConflict::columns(keys);
    match taken {
        Taken::Fails => {}
        Taken::Sets(columns) => {
            clash.update_columns(columns.of::<E>().filter_map(|(column, set)| set.then_some(column)));
        }
        Taken::Adds => {
            for sum in E::Column::iter().filter(|column| !is_key::<E>(column)) {
                let old = Expr::col((E::default(), sum));
                clash.value(sum, old.add(Expr::col(("excluded", sum))));
            }
        }
    }
    clash
}

/// Whether a column is of the primary key.
pub(super) fn is_key<E: EntityTrait>(column: &E::Column) -> bool {
    E::PrimaryKey::iter().any(|key| format!("{:?}", key.into_column()) == format!("{column:?}"))
}
