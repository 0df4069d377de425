//! Surveys at the REST door.

use axum::Json;
use entity::{SurveyId, SurveyKind, SurveyMode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Survey, list};
use crate::web::{Problem, Server, Signed, problems::Forbidden};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(surveys))
}

/// A questionnaire that can be sent, or will be once it is published.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Survey)]
struct Row {
    /// Its id, for good.
    id: SurveyId,
    /// What it measures.
    kind: SurveyKind,
    /// What it is called among staff; for customers the words of its question.
    #[schema(example = "NPS")]
    name: String,
    /// The key of the scored question; figures run on by it.
    #[schema(example = "nps")]
    question: String,
    /// What becomes of who answers: `IDENTIFIED`, shown with their name; `CONFIDENTIAL` and `ANONYMOUS`, only
    /// together with others.
    #[schema(example = "IDENTIFIED")]
    mode: SurveyMode,
    /// The number of the published version that is sent now; null before the first.
    #[schema(minimum = 1, example = 1)]
    number: Option<i32>,
    /// Counts the changes.
    #[schema(minimum = 1, example = 1)]
    version: i32,
}

impl From<Survey> for Row {
    fn from(survey: Survey) -> Self {
        Self {
            id: survey.id,
            kind: survey.kind,
            name: survey.name,
            question: survey.question,
            mode: survey.mode,
            number: survey.number,
            version: survey.version,
        }
    }
}

/// All surveys.
#[derive(Serialize, ToSchema)]
#[schema(as = Surveys)]
struct All {
    /// Those that are not archived, at most 500.
    #[schema(max_items = 500)]
    data: Vec<Row>,
}

/// List surveys
///
/// All that are not archived, in one page.
#[utoipa::path(
    get, path = "/api/v1/surveys", operation_id = "listSurveys", tag = "surveys", security(("bearer" = [])),
    responses((status = 200, description = "All of them", body = All), (status = 403, response = Forbidden)),
)]
async fn surveys(Signed(ctx): Signed) -> Result<Json<All>, Problem> {
    let data = list(&ctx, false).await?.into_iter().map(Row::from).collect();
    Ok(Json(All { data }))
}
