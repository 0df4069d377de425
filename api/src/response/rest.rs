//! Answers at the REST door.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use axum::Json;
use entity::{AccountId, ContactId, ResponseId, SurveyId, SurveyKind, Tier, Time};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AnswerLoader, FurtherAnswer, ListResponses, Response, ResponseFilter, ResponseSort, list};
use crate::{
    ctx::Ctx,
    member::Person,
    store::{Columns, Shows},
    web::{
        Listed, Paged, Problem, Query, Server, Signed,
        problems::{Broken, Forbidden},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(responses))
}

/// Answers as a list.
pub struct Responses;

impl Listed for Responses {
    type Filter = ResponseFilter;
    type Sort = ResponseSort;
    const SORTS: &'static [(&'static str, ResponseSort)] =
        &[("-answeredAt", ResponseSort::AnsweredDesc), ("answeredAt", ResponseSort::AnsweredAsc)];
    const SEARCH: Option<&'static str> = None;
}

/// An answer. What is for staff is null for customers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Response)]
struct Row {
    /// Its id, for good.
    id: ResponseId,
    /// The survey.
    survey_id: SurveyId,
    /// The account it was given for.
    account_id: AccountId,
    /// Who answered.
    contact_id: Option<ContactId>,
    /// What the survey measures.
    kind: SurveyKind,
    /// The key of the scored question.
    #[schema(example = "nps")]
    question: String,
    /// On the question's scale.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    score: i32,
    /// What they added in words.
    #[schema(example = "One person to call, and things get done.")]
    comment: Option<String>,
    /// What was answered to further questions.
    #[schema(max_items = 10)]
    answers: Vec<FurtherAnswer>,
    /// The language they read it in.
    #[schema(example = "en")]
    language: Option<String>,
    /// When it was first given.
    answered_at: Time,
    /// When all that is required was answered first; null while it is open.
    completed_at: Option<Time>,
    /// When the contact last changed the answer, or went on with it and left it open again.
    amended_at: Option<Time>,
    /// 1, and one more with each amendment.
    #[schema(minimum = 1, example = 1)]
    version: i32,
    /// Who is credited: the owner of that day. Null where the account was unowned.
    credited_to: Option<Person>,
    /// The owner had the account for less than 30 days.
    inherited: Option<bool>,
    /// The account's segment of that day.
    #[schema(example = "Mid-market")]
    segment: Option<String>,
    /// The account's territory of that day.
    #[schema(example = "North")]
    territory: Option<String>,
    /// The account's tier of that day.
    #[schema(example = "KEY")]
    tier: Option<Tier>,
}

impl Row {
    fn of(response: Response, answers: Vec<FurtherAnswer>, ctx: &Ctx) -> Self {
        let row = Self {
            id: response.id,
            survey_id: response.survey_id,
            account_id: response.account_id,
            contact_id: response.contact_id,
            kind: response.kind,
            question: response.question,
            score: response.score,
            comment: response.comment,
            answers,
            language: response.language,
            answered_at: response.answered_at,
            completed_at: response.completed_at,
            amended_at: response.amended_at,
            version: response.version,
            credited_to: response.credited_to.map(Into::into),
            inherited: response.inherited,
            segment: response.segment,
            territory: response.territory,
            tier: response.tier,
        };
        if ctx.viewer().scope.is_staff() {
            return row;
        }
        Self { credited_to: None, inherited: None, segment: None, territory: None, tier: None, ..row }
    }
}

/// List responses
///
/// Of the accounts you see, the newest first; customers see their own. `score_gte=9`, `category=DETRACTOR`,
/// `answered_since=2026-03-01T00:00:00Z`.
#[utoipa::path(
    get, path = "/api/v1/responses", operation_id = "listResponses", tag = "responses", security(("bearer" = [])),
    params(Query<Responses>),
    responses(
        (status = 200, description = "A page", body = Paged<Row>),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn responses(Signed(ctx): Signed, query: Query<Responses>) -> Result<Json<Paged<Row>>, Problem> {
    let Query { which, sort, page, count } = query;
    let shows = Shows { columns: Columns::ALL, member: Some(Columns::ALL), contact: None };
    let (page, total) = list(&ctx, &ListResponses { filter: which.filter, sort, page, shows }, count).await?;
    let ids: Vec<ResponseId> = page.rows.iter().map(|(_, row)| row.id).collect();
    let further = further(&ctx, &ids).await?;
    let row = |row: Response| {
        let answers = further.get(&row.id).cloned().unwrap_or_default();
        Row::of(row, answers, &ctx)
    };
    Ok(Json(Paged::of(page, total, row)))
}

async fn further(ctx: &Ctx, ids: &[ResponseId]) -> Result<HashMap<ResponseId, Vec<FurtherAnswer>>, Problem> {
    let found = AnswerLoader(ctx.clone()).load(ids).await;
    found.map_err(|error| std::sync::Arc::into_inner(error).unwrap_or(crate::base::Error::Unavailable).into())
}
