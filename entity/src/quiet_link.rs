//! Links of confidential and anonymous surveys that were answered, by a digest that only the secret ties to an
//! invitation.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Digest;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quiet_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip_serializing)]
    pub digest: Digest,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
