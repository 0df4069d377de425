//! A survey as both doors show it.

use async_graphql::{InputObject, SimpleObject};
use entity::{MemberId, SurveyId, SurveyKind, SurveyMode, Time, survey, survey_version};

use super::Definition;
use crate::{
    base::{Error, Result},
    ctx::StaffOnly,
};

/// A questionnaire.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Survey {
    /// Its id, for good.
    pub id: SurveyId,
    /// What it measures.
    pub kind: SurveyKind,
    /// What it is called among staff; for customers the words of its question.
    pub name: String,
    /// The key of the scored question; figures run on by it.
    pub question: String,
    /// What becomes of who answers. Fixed by the first sending.
    pub mode: SurveyMode,
    /// Counts the changes; a change names the one it was made on.
    pub version: i32,
    /// The number of the published version that is sent now; null before the first.
    pub number: Option<i32>,
    /// What is asked now; null before the first publishing.
    #[graphql(guard = "StaffOnly")]
    pub definition: Option<Definition>,
    /// What the next version will ask; null where nothing is being changed.
    #[graphql(guard = "StaffOnly")]
    pub draft: Option<Definition>,
    /// Since when it is not sent any more.
    #[graphql(guard = "StaffOnly")]
    pub archived_at: Option<Time>,
    /// The published versions, the newest first (at most 100).
    #[graphql(guard = "StaffOnly")]
    pub versions: Option<Vec<SurveyVersion>>,
}

/// What a survey asked from one publishing to the next. Never changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct SurveyVersion {
    /// 1, and one more with each publishing.
    pub number: i32,
    /// When it was published.
    pub published_at: Time,
    /// What it asks.
    pub definition: Definition,
    #[graphql(skip)]
    pub by_id: Option<MemberId>,
}

impl TryFrom<survey_version::Model> for SurveyVersion {
    type Error = Error;
    fn try_from(row: survey_version::Model) -> Result<Self> {
        let definition = Definition::read(row.definition)?;
        Ok(Self { number: row.number, published_at: row.published_at, definition, by_id: row.by_id })
    }
}

/// A survey row, its current version, and all versions where they were asked for.
pub(super) type SurveyRow = (survey::Model, Option<survey_version::Model>, Option<Vec<(survey_version::Model,)>>);

impl TryFrom<SurveyRow> for Survey {
    type Error = Error;
    fn try_from((row, current, versions): SurveyRow) -> Result<Self> {
        let versions = versions.unwrap_or_default().into_iter().map(|(version,)| version.try_into());
        Ok(Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            question: row.question,
            mode: row.mode,
            version: row.version,
            number: current.as_ref().map(|current| current.number),
            definition: current.map(|current| Definition::read(current.definition)).transpose()?,
            draft: row.draft.map(Definition::read).transpose()?,
            archived_at: row.archived_at,
            versions: Some(versions.collect::<Result<_>>()?),
        })
    }
}

/// A survey as it was read.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SurveyAt {
    /// Which survey.
    pub id: SurveyId,
    /// The version it was read at.
    pub version: i32,
}
