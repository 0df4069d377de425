//! What an audit row says: what the row held when it was made, only what changed after that.

use entity::{AccountId, AuditAction, AuditId, Time, audit::Column};
use sea_orm::{Iden, Iterable, ModelTrait, PrimaryKeyToColumn, Value as Sql};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Engine, Owned, brief::brief};
use crate::{
    access::Actor,
    base::{Error, Result},
};

/// A row to be; what it says of the row before and after is JSON already, which is shorter to keep.
pub(super) struct Entry {
    action: AuditAction,
    subject: &'static str,
    subject_id: Uuid,
    account_id: Option<AccountId>,
    before: Option<String>,
    after: Option<String>,
}

impl Entry {
    /// The values of the row, in the order of its columns.
    pub(super) fn values(self, id: AuditId, at: Time, actor: Actor, engine: Engine) -> Result<Vec<Sql>> {
        let json = |text: Option<String>| match engine {
            Engine::Sqlite => Ok(Sql::from(text)),
            Engine::Postgres => {
                text.map(|text| serde_json::from_str(&text)).transpose().map(|json: Option<Value>| json.into())
            }
        };
        let (before, after) = (json(self.before), json(self.after));
        let (mut before, mut after) = (Some(before.map_err(Error::internal)?), Some(after.map_err(Error::internal)?));
        let values = Column::iter().map(|column| match column {
            Column::Id => id.into(),
            Column::At => at.into(),
            Column::ActorKind => actor.kind().as_str().into(),
            Column::ActorId => actor.id().into(),
            Column::Action => self.action.as_str().into(),
            Column::Subject => self.subject.into(),
            Column::SubjectId => self.subject_id.into(),
            Column::AccountId => self.account_id.into(),
            Column::Before => before.take().unwrap_or(Sql::Json(None)),
            Column::After => after.take().unwrap_or(Sql::Json(None)),
        });
        Ok(values.collect())
    }
}

pub(super) fn entry<E: Owned>(
    action: AuditAction,
    row: &E::Model,
    before: Option<&E::Model>,
    changed: Option<&[E::Column]>,
) -> Result<Entry>
where
    E::Model: Serialize,
{
    let said = |row| match changed {
        Some(columns) => part::<E>(row, columns),
        None => brief(row).map_err(Error::internal),
    };
    let (before, after) = (before.map(said).transpose()?, Some(said(row)?));
    Ok(Entry { before, after, ..named::<E>(action, row) })
}

/// An entry that tells of a row no more than which it is.
pub(super) fn named<E: Owned>(action: AuditAction, row: &E::Model) -> Entry {
    let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).find_map(|column| match row.get(column) {
        Sql::Uuid(Some(id)) => Some(id),
        _ => None,
    });
    let (subject_id, account_id) = (key.unwrap_or_default(), E::account(row));
    Entry { action, subject: E::NAME, subject_id, account_id, before: None, after: None }
}

impl Entry {
    /// The same, with a word on why.
    pub(super) fn because(self, why: &Value) -> Self {
        Self { after: Some(why.to_string()), ..self }
    }
}

/// These columns of a row. One that holds nothing is left out of a whole row, but told of a change.
fn part<E: Owned>(row: &E::Model, columns: &[E::Column]) -> Result<String>
where
    E::Model: Serialize,
{
    let mut all = serde_json::to_value(row).map_err(Error::internal)?;
    let columns = columns.iter().map(Iden::unquoted);
    let part: Map<_, _> = columns.map(|name| (name.to_owned(), all[name].take())).collect();
    serde_json::to_string(&part).map_err(Error::internal)
}
