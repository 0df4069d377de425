//! How often somebody has tried to prove who they are, known or not, since when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    /// The digest of what is tried and for whom.
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip_serializing)]
    pub key: Digest,
    pub tries: i32,
    pub since: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
