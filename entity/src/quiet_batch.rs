//! Five or more confidential or anonymous ratings that were counted together: all that is left of them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, PlaceId, SurveyId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quiet_batch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub survey_id: SurveyId,
    pub question: String,
    pub mode: i16,
    /// All zeros where they were credited in several teams.
    pub place_id: PlaceId,
    /// None where they were credited to several, or to nobody.
    pub owner_id: Option<MemberId>,
    /// Year times 12 plus month less 1, of the day they were counted in the company's zone.
    pub month: i32,
    pub counted_at: Time,
    pub c0: i32,
    pub c1: i32,
    pub c2: i32,
    pub c3: i32,
    pub c4: i32,
    pub c5: i32,
    pub c6: i32,
    pub c7: i32,
    pub c8: i32,
    pub c9: i32,
    pub c10: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
