//! One run of sending a survey.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{ActorKind, ContactId, ProgramId, SurveyId, SurveyVersionId, Time, WaveId, WaveState};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "wave")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WaveId,
    pub survey_id: SurveyId,
    pub survey_version_id: SurveyVersionId,
    pub by_kind: ActorKind,
    pub by_id: Option<Uuid>,
    pub created_at: Time,
    pub program_id: Option<ProgramId>,
    pub state: WaveState,
    /// The programme's plan as it stood; reminders and window apply to this wave.
    #[sea_orm(column_type = "JsonBinary")]
    pub plan: Json,
    /// The last contact who has been judged.
    pub after_id: Option<ContactId>,
    /// When everybody had been judged.
    pub made_at: Option<Time>,
    /// Contacts whom the sample passed over.
    pub not_drawn: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
