//! Sending a survey at the REST door.

use axum::{Json, http::StatusCode, response::IntoResponse};
use entity::SurveyId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{SendSurvey, Sent, send};
use crate::{
    base::{Error, Result},
    web::{Body, Problem, ProblemBody, Segment, Server, Signed},
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(send_survey))
}

/// Send a survey
///
/// To named contacts, to all eligible contacts of an account, or to an audience. The mails leave by a job; the answer
/// counts whom they will reach, and who is not asked for which reason.
#[utoipa::path(
    post, path = "/api/v1/surveys/{id}/send", operation_id = "sendSurvey", tag = "surveys", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The survey", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    request_body = SendSurvey,
    responses(
        (status = 202, description = "Queued, or what a dry run found", body = Sent),
        (status = 400, description = "Unreadable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not allowed", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such survey, contact or account for you", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The survey or an account cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The body breaks a rule", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn send_survey(
    Signed(ctx): Signed,
    Segment(id): Segment,
    body: Result<Body<SendSurvey>, Problem>,
) -> Result<impl IntoResponse, Problem> {
    let Body(input) = body?;
    let id = id.parse::<SurveyId>().map_err(|_| Error::NotFound("survey"))?;
    let sent = send(&ctx, id, input).await?;
    Ok((StatusCode::ACCEPTED, Json(sent)))
}
