//! What somebody wanted none of, by the digest of an address that their contact has left. Nobody is asked there again.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Muted, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "refusal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// The digest of the normalised address.
    pub address: String,
    pub muted: Muted,
    pub at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
