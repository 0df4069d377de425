//! One of our staff.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, MemberRole, TeamId, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    pub name: String,
    pub name_key: String,
    pub email: String,
    pub email_key: String,
    /// Kept: MANAGER while leading or deputising, unless ADMIN.
    pub role: MemberRole,
    pub active: bool,
    pub team_id: Option<TeamId>,
    #[serde(skip_serializing)]
    pub password_hash: Option<String>,
    pub password_must_change: bool,
    pub source: Option<String>,
    pub reference: Option<String>,
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
