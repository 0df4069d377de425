//! How many complete confidential or anonymous answers a wave has: those told of by now, and those that wait.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{SurveyId, WaveId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "quiet_wave")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub survey_id: SurveyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub wave_id: WaveId,
    /// Whether the number may be told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub counted: bool,
    pub answers: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
