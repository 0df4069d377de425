//! What an audit row says: the whole row when it was made, only what changed after that.

use entity::{AccountId, AuditAction, AuditId, Time, audit};
use sea_orm::{Iden, Iterable, ModelTrait, PrimaryKeyToColumn, Value as Sql};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Owned;
use crate::{
    access::Actor,
    base::{Error, Result},
};

pub(super) struct Entry {
    action: AuditAction,
    subject: &'static str,
    subject_id: Uuid,
    account_id: Option<AccountId>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Entry {
    pub(super) fn row(self, id: AuditId, at: Time, actor: Actor) -> audit::Model {
        audit::Model {
            id,
            at,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            action: self.action,
            subject: self.subject.to_owned(),
            subject_id: self.subject_id,
            account_id: self.account_id,
            before: self.before,
            after: self.after,
        }
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
    let names: Option<Vec<String>> =
        changed.map(|columns| columns.iter().map(|c| Iden::unquoted(c).to_owned()).collect());
    let pick = |row: &E::Model| -> Result<Value> {
        let Value::Object(all) = serde_json::to_value(row).map_err(Error::internal)? else {
            return Err(Error::internal("a row is not an object"));
        };
        let kept: Map<_, _> = all
            .into_iter()
            .filter(|(name, value)| names.as_ref().map_or(!value.is_null(), |names| names.iter().any(|n| n == name)))
            .collect();
        Ok(Value::Object(kept))
    };
    let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).find_map(|column| match row.get(column) {
        Sql::Uuid(Some(id)) => Some(id),
        _ => None,
    });
    Ok(Entry {
        action,
        subject: E::NAME,
        subject_id: key.unwrap_or_default(),
        account_id: E::account(row),
        before: before.map(&pick).transpose()?,
        after: Some(pick(row)?),
    })
}
