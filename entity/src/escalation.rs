//! Something that went wrong at an account and was raised, until it is settled.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, EscalationId, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "escalation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: EscalationId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub account_id: AccountId,
    /// 1, the slightest, to 3, the gravest.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub severity: i16,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub title: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub opened_at: Time,
    /// None while it is open; never before it was opened.
    pub closed_at: Option<Time>,
    /// Who of our staff raised it.
    pub opened_by_id: Option<MemberId>,
    pub source: Option<String>,
    pub reference: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
