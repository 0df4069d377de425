//! A survey as both doors show it.

use async_graphql::SimpleObject;
use entity::{SurveyId, SurveyKind, survey};
use serde::{Deserialize, Serialize};

/// A questionnaire.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Survey {
    /// Its id, for good.
    pub id: SurveyId,
    /// What it measures.
    pub kind: SurveyKind,
    /// What it is called among staff.
    pub name: String,
    /// The key of the scored question; figures run on by it.
    pub question: String,
    /// The published version that is sent now.
    pub version: i32,
}

impl From<survey::Model> for Survey {
    fn from(row: survey::Model) -> Self {
        Self { id: row.id, kind: row.kind, name: row.name, question: row.question, version: row.version }
    }
}

/// What a published version asks: the scored question in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// Lowest and highest answer.
    pub scale: (i16, i16),
    /// By language tag; the first is what others fall back to.
    pub texts: Vec<QuestionText>,
}

/// The scored question in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionText {
    pub language: String,
    pub question: String,
    /// What the lowest answer means.
    pub low: String,
    /// What the highest answer means.
    pub high: String,
}

impl Definition {
    /// The text in a language, or the first.
    pub fn text(&self, language: &str) -> Option<&QuestionText> {
        let primary = language.split('-').next().unwrap_or(language);
        let by = |wanted: &str| self.texts.iter().find(|text| text.language.eq_ignore_ascii_case(wanted));
        by(language).or_else(|| by(primary)).or_else(|| self.texts.first())
    }
}
