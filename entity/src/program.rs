//! When and to whom a survey is sent, again and again or once.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{MemberId, ProgramId, ProgramState, SurveyId, TeamId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "program")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgramId,
    pub name: String,
    pub survey_id: SurveyId,
    /// Whose accounts: this team's and those below it; all where there is none.
    pub team_id: Option<TeamId>,
    pub state: ProgramState,
    /// Trigger, audience, sample, reminders and window.
    #[sea_orm(column_type = "JsonBinary")]
    pub plan: Json,
    /// When it makes its next wave by itself.
    pub next_run_at: Option<Time>,
    pub by_id: Option<MemberId>,
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
