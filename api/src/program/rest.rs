//! Sending a survey at the REST door.

use axum::{Json, http::StatusCode, response::IntoResponse};
use entity::SurveyId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{SendSurvey, Sent, send};
use crate::{
    base::{Error, Result},
    web::{
        IdempotencyKey, Posted, Problem, Segment, Server,
        problems::{BadRequest, Broken, Conflict, Forbidden, NotFound, NotJson, TooLong},
    },
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
    params(("id" = String, Path, format = Uuid, description = "The survey", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90"), IdempotencyKey),
    request_body = SendSurvey,
    responses(
        (status = 202, description = "Queued, or what a dry run found", body = Sent),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn send_survey(
    Segment(id): Segment,
    Posted { ctx, body: input }: Posted<SendSurvey>,
) -> Result<impl IntoResponse, Problem> {
    let id = id.parse::<SurveyId>().map_err(|_| Error::NotFound("survey"))?;
    let sent = send(&ctx, id, input).await?;
    Ok((StatusCode::ACCEPTED, Json(sent)))
}
