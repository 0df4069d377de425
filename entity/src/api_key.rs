//! An integration's credential. Only its digest is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, KeyId, TeamId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: KeyId,
    pub name: String,
    /// The first letters of the key, to recognise it by.
    pub prefix: String,
    #[serde(skip_serializing)]
    pub secret_hash: Digest,
    /// Scopes, separated by one space.
    pub scopes: String,
    /// Sees only the accounts of this team and below.
    pub team_id: Option<TeamId>,
    /// The outside system whose references it writes.
    pub source: String,
    pub expires_at: Option<Time>,
    pub revoked_at: Option<Time>,
    pub last_used_at: Option<Time>,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
