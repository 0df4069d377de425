//! What becomes of a person who is erased: rows that go for good, an audit that forgets, old bytes that are left nowhere.

use entity::{AuditAction, audit};
use sea_orm::{
    ConnectionTrait, EntityTrait, ModelTrait, Statement, Value,
    sea_query::{Condition, Expr, ExprTrait, Func, SimpleExpr},
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{Db, Engine, Owned, Tx, Visible, among, audit::named, commits, from_db, nothing, tx::by_key};
use crate::base::{Mentions, Result};

/// Ids in one statement, at most.
const IDS: usize = 1_024;
/// Has PostgreSQL draw new samples of the values in its tables: the old ones hold names and addresses.
const SAMPLE: &str = "ANALYZE contact, interaction, response, answer";
/// SQLite keeps samples of what its indexes hold, and draws new ones by and by.
const FORGET: &str = "DELETE FROM sqlite_stat4 WHERE tbl IN ('contact', 'interaction', 'response')";

impl Tx {
    /// Notes that somebody took all that is held of a row.
    pub fn note_read<E: Owned>(&self, row: &Visible<E::Model>) {
        self.enter(named::<E>(AuditAction::Read, row));
    }

    /// Deletes a row that was read inside the scope; the audit keeps which it was, and why it went.
    pub async fn erase<E: Owned>(&self, row: &Visible<E::Model>, why: &Json) -> Result<()>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        self.remove::<E>(by_key::<E>(row)).await?;
        self.enter(named::<E>(AuditAction::Delete, row).because(why));
        Ok(())
    }

    /// Empties what the audit says of these rows, save who did what to them and when.
    pub async fn hush(&self, subjects: &[Uuid]) -> Result<()> {
        for some in subjects.chunks(IDS) {
            let none = |column| (column, Expr::val(Value::Json(None)));
            let values = vec![none(audit::Column::Before), none(audit::Column::After)];
            self.set::<audit::Entity>(among::<audit::Entity, _>(audit::Column::SubjectId, some), values).await?;
        }
        Ok(())
    }

    /// Takes a person out of these columns, texts or JSON, of the rows that `which` names; a reference that names them
    /// goes altogether. Gives how many rows named them. Not audited: what they said is what is to go.
    pub async fn clean<E: Owned>(
        &self,
        which: Condition,
        texts: &[E::Column],
        references: &[E::Column],
        person: &Mentions,
    ) -> Result<usize>
    where
        E::Model: ModelTrait<Entity = E>,
    {
        let all: Vec<E::Column> = texts.iter().chain(references).copied().collect();
        let rows = self.everywhere::<E>().filter(which).filter(naming::<E>(&all, person)).all().await?;
        let mut count = 0;
        for row in rows {
            let clean = texts.iter().filter_map(|column| Some((*column, without(person, row.get(*column))?)));
            let gone = references.iter().filter(|column| without(person, row.get(**column)).is_some());
            let gone = gone.map(|column| (*column, Expr::val(Value::String(None))));
            let values: Vec<(E::Column, SimpleExpr)> = clean.chain(gone).collect();
            if !values.is_empty() {
                self.set::<E>(by_key::<E>(&row), values).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Has SQLite forget samples of values, for which it would keep names and addresses. PostgreSQL is seen to by
    /// [`Db::leave_nothing`].
    pub async fn forget_samples(&self) -> Result<()> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        let table = "SELECT name FROM sqlite_master WHERE name = 'sqlite_stat4'";
        let table = Statement::from_string(self.line().backend(), table);
        match self.line().text(table, |_| Ok(())).await? {
            Some(()) => self.line().run(FORGET).await,
            None => Ok(()),
        }
    }
}

impl Db {
    /// Has nothing left of what was erased: of SQLite's file the log beside it is written back and emptied, and false
    /// means that somebody still reads by it, to be tried again. In PostgreSQL the samples of values are drawn anew;
    /// old rows wait for its own VACUUM.
    pub async fn leave_nothing(&self) -> Result<bool> {
        match &self.0.writer {
            Some(writer) => commits::empty_log(writer).await,
            None => self.0.read.execute_unprepared(SAMPLE).await.map(|_| true).map_err(from_db),
        }
    }
}

/// Rows that may name a person in these columns.
pub fn naming<E: EntityTrait>(columns: &[E::Column], person: &Mentions) -> Condition {
    let patterns = person.patterns();
    let mut any = Condition::any().add(nothing());
    for column in columns {
        let text = || Func::lower(Expr::col((E::default(), *column)).cast_as("text"));
        any = patterns.iter().fold(any, |any, pattern| any.add(Expr::from(text()).like(pattern.as_str())));
    }
    any
}

/// A value without a person; nothing where they are not in it.
fn without(person: &Mentions, value: Value) -> Option<SimpleExpr> {
    match value {
        Value::String(Some(text)) => person.taken_from(&text).map(Expr::val),
        Value::Json(Some(json)) => person.taken_from_json(&json).map(Expr::val),
        _ => None,
    }
}
