//! One of our staff.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, MemberRole, TeamId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: MemberId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name_key: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub email: String,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub email_key: String,
    /// Kept: MANAGER while leading or deputising, unless ADMIN.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub role: MemberRole,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub active: bool,
    pub team_id: Option<TeamId>,
    #[serde(skip_serializing)]
    pub password_hash: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub password_must_change: bool,
    pub source: Option<String>,
    pub reference: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub version: i32,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub created_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub updated_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
