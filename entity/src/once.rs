//! A request that is answered once: what was asked under a caller's key, and what the answer was.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "once")]
pub struct Model {
    /// Who asked: a member, a contact or an integration's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub caller_id: Uuid,
    /// The digest of the key they chose.
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip_serializing)]
    pub key: Digest,
    /// The digest of what was asked.
    #[serde(skip_serializing)]
    pub request: Digest,
    /// What came of it, as JSON; empty where it named a person who was erased.
    pub reply: String,
    pub at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
