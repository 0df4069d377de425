//! One entry of an account's timeline.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Channel, ContactId, Direction, InteractionId, InteractionType, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: InteractionId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub account_id: AccountId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub kind: InteractionType,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub direction: Direction,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub channel: Channel,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub occurred_at: Time,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub subject: String,
    pub body: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub customer_visible: bool,
    pub source: Option<String>,
    pub external_id: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
