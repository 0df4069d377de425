//! A person at a client.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ContactId, ContactRoles, MailState, Muted, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: ContactId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub account_id: AccountId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name_key: String,
    pub email: Option<String>,
    /// Lower case; one person has one key, at however many accounts.
    pub email_key: Option<String>,
    pub title: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub roles: ContactRoles,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub mail_state: MailState,
    /// When the contact said no to surveys.
    pub opted_out_at: Option<Time>,
    pub source: Option<String>,
    pub reference: Option<String>,
    pub archived_at: Option<Time>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub version: i32,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub created_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub updated_at: Time,
    /// Message classes the contact wants none of.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub muted: Muted,
    /// The contact that this one was merged into.
    pub merged_into_id: Option<ContactId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
