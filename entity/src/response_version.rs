//! What an answer said before it was amended.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{ResponseId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "response_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub response_id: ResponseId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub score: i16,
    pub comment: Option<String>,
    pub at: Time,
    /// Further answers as they stood.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub answers: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
