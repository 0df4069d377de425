//! What a question measures. One key means the same in every survey and version, so that figures run on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{SurveyKind, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "question")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub kind: SurveyKind,
    pub lowest: i16,
    pub highest: i16,
    /// Answers from here on count as satisfied; down to here where low is good.
    pub satisfied_from: i16,
    pub low_is_good: bool,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
