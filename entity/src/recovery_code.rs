//! A code on paper that stands in for a second factor, once.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// The digest of whose it is and the code.
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip_serializing)]
    pub hash: Digest,
    pub member_id: MemberId,
    pub used_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
