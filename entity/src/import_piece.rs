//! A piece of an import's file, or of the list of its faults.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{ImportId, ImportPart};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "import_piece")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: ImportPart,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    #[serde(deserialize_with = "crate::digest::bytes")]
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
