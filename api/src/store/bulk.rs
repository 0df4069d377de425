//! Many rows in few statements.
//!
//! Rows go in by pieces of a few fixed numbers, so that the text of a statement is made once for each
//! table and number, and the database prepares it once as well. The next piece is made while the
//! database works on the one before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entity::AuditAction;
use futures_util::future::join;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryTrait, Statement, Value,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde::Serialize;

use super::{Columns, Owned, Tx, from_db};
use crate::base::Result;

/// Rows of one statement, at most: of 26 columns, fewer values than either engine takes.
const PIECE: usize = 256;
/// So few rows are one statement, whatever their number.
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

/// Texts of statements by table, number of rows, and what becomes of rows whose key is taken.
#[derive(Default)]
pub(super) struct Texts(Mutex<HashMap<(&'static str, usize, Taken), Arc<str>>>);

impl Texts {
    fn get(&self, key: (&'static str, usize, Taken), make: impl FnOnce() -> String) -> String {
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
        let mut rows = rows.into_iter();
        let mut piece = || {
            let count = size(rows.len());
            (count > 0).then(|| self.piece::<E>(rows.by_ref().take(count), count, taken)).transpose()
        };
        let mut next = piece()?;
        while let Some(statement) = next {
            let (done, made) = join(self.conn.execute_raw(statement), async { piece() }).await;
            done.map_err(from_db)?;
            next = made?;
        }
        Ok(())
    }

    fn piece<E: Owned>(
        &self,
        rows: impl Iterator<Item = E::Model>,
        count: usize,
        taken: Taken,
    ) -> Result<Statement>
    where
        E::Model: IntoActiveModel<E::ActiveModel> + Serialize,
        E::ActiveModel: ActiveModelBehavior,
    {
        let mut actives = Vec::with_capacity(count);
        for row in rows {
            if taken == Taken::Fails {
                self.note::<E>(AuditAction::Create, &row, None, None)?;
            }
            actives.push(row.into_active_model().reset_all());
        }
        let engine = self.conn.get_database_backend();
        let text = self.texts().get((E::NAME, count, taken), || {
            let mut insert = E::insert_many(actives.iter().cloned());
            if taken != Taken::Fails {
                insert = insert.on_conflict(clash::<E>(taken));
            }
            insert.build(engine).sql
        });
        let columns = || E::Column::iter();
        let value = |row: &mut E::ActiveModel, column| match row.take(column) {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
            // After `reset_all` there is none.
            ActiveValue::NotSet => Value::Bool(None),
        };
        let values = actives.iter_mut().flat_map(|row| columns().map(move |column| value(row, column)));
        Ok(Statement::from_sql_and_values(engine, text, values))
    }
}

/// How many of `left` rows the next statement takes.
const fn size(left: usize) -> usize {
    match left {
        0..FEW => left,
        FEW..PIECE => 1 << left.ilog2(),
        PIECE.. => PIECE,
    }
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
