//! A questionnaire.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{SurveyId, SurveyKind, SurveyMode, SurveyVersionId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "survey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SurveyId,
    pub kind: SurveyKind,
    pub name: String,
    /// The key of the scored question.
    pub question: String,
    /// The version that goes out now.
    pub current_id: Option<SurveyVersionId>,
    pub archived_at: Option<Time>,
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
    /// What the next version will ask; none where nothing is being changed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub draft: Option<Json>,
    /// What becomes of who answered. Fixed by the first sending.
    pub mode: SurveyMode,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
