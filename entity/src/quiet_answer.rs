//! A confidential answer as long as it can be changed. After that it is taken apart, and the row goes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{InvitationId, MemberId, PlaceId, SurveyId, Time, WaveId};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quiet_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub invitation_id: InvitationId,
    pub survey_id: SurveyId,
    pub wave_id: WaveId,
    pub place_id: PlaceId,
    pub owner_id: Option<MemberId>,
    /// In which span of time it was asked, as long as nobody is asked twice in: see [`crate::quiet_score`].
    pub round: i32,
    pub score: i16,
    /// Every rating by the key of its question, the scored one too.
    #[sea_orm(column_type = "JsonBinary")]
    pub ratings: Json,
    pub version: i32,
    pub answered_at: Time,
    pub completed_at: Option<Time>,
    pub amended_at: Option<Time>,
    /// From then on it cannot be changed.
    pub final_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
