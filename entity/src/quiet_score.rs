//! One rating of a confidential or anonymous answer that waits to be counted. It knows neither its author nor the
//! other ratings of the same answer, and its id says nothing.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, PlaceId, SurveyId};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quiet_score")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub survey_id: SurveyId,
    pub question: String,
    pub mode: i16,
    pub place_id: PlaceId,
    pub owner_id: Option<MemberId>,
    /// In which span of time it was asked: the spans are as long as nobody is asked twice in, so that ratings of one are of
    /// as many people.
    pub round: i32,
    pub score: i16,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
