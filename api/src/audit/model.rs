//! An entry of the audit as the doors show it.

use async_graphql::{Json, SimpleObject};
use entity::{AccountId, ActorKind, AuditAction, AuditId, Time, audit};
use serde_json::Value;
use uuid::Uuid;

use crate::store::filter::{ActorKindFilter, AuditActionFilter, DateTimeFilter, IdFilter, TextFilter, filters};

/// One change of one row.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct AuditEntry {
    /// Its id, for good.
    pub id: AuditId,
    /// When it was made.
    pub at: Time,
    /// Who made it: a member, a contact, an integration, whoever held a link, or Steward itself.
    pub actor_kind: ActorKind,
    /// Their id: of a member, a contact, a key or an invitation; null for Steward itself.
    pub actor_id: Option<Uuid>,
    /// What happened to the row.
    pub action: AuditAction,
    /// What kind of row it is, such as `account` or `contact`.
    pub subject: String,
    /// The row's id.
    pub subject_id: Uuid,
    /// The changed columns as they were before; null where the row is new.
    pub before: Option<Json<Value>>,
    /// The changed columns as they are since. Of a new row what it held, without what is empty, false or told beside it.
    pub after: Option<Json<Value>>,
    #[graphql(skip)]
    pub account_id: Option<AccountId>,
}

impl From<audit::Model> for AuditEntry {
    fn from(row: audit::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            action: row.action,
            subject: row.subject,
            subject_id: row.subject_id,
            before: row.before.map(Json),
            after: row.after.map(Json),
            account_id: row.account_id,
        }
    }
}

type Table = audit::Entity;
use audit::Column as C;

filters! {
    /// Which changes. Conditions in one object must all hold.
    AuditFilter {
        /// By the account the row belongs to.
        account_id: IdFilter => |f, _| f.on::<Table>(C::AccountId),
        /// By the row.
        subject_id: IdFilter => |f, _| f.on::<Table>(C::SubjectId),
        /// By the kind of row, such as `contact`.
        subject: TextFilter => |f, _| f.on::<Table>(C::Subject),
        /// By what happened to it.
        action: AuditActionFilter => |f, _| f.on::<Table>(C::Action),
        /// By what made the change.
        actor_kind: ActorKindFilter => |f, _| f.on::<Table>(C::ActorKind),
        /// By who made it.
        actor_id: IdFilter => |f, _| f.on::<Table>(C::ActorId),
        /// By when it was made.
        at: DateTimeFilter => |f, _| f.on_id::<Table>(C::Id),
    }
}
