//! The questions as they stood when published; never changed after.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, SurveyId, SurveyVersionId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "survey_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SurveyVersionId,
    pub survey_id: SurveyId,
    pub number: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub definition: Json,
    pub published_at: Time,
    /// Who published it; none where it came with the program.
    pub by_id: Option<MemberId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
