//! What a link opens, as JSON.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use entity::{SurveyKind, SurveyMode, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Answer, Answered, link::still_open, model::Ask, open, respond};
use crate::{
    base::{Check, Error, Result},
    ctx::Ctx,
    visit::Reader,
    web::{
        Body, NO_STORE, Problem, Segment, Server, etag, if_match,
        problems::{AnsweredAlready, BadRequest, Broken, Gone, NoLink, NotJson, Stale, TooLong},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(invitation)).routes(routes!(answer))
}

/// Which version a change was made on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; the handler reads it by itself")]
struct IfMatch {
    /// The version of the answer to change, in quotes. Absent: make the answer.
    #[param(rename = "If-Match", pattern = "^\"[0-9]{1,9}\"$", nullable = false, example = "\"1\"")]
    if_match: Option<String>,
}

/// In which language a survey is to be read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct InLanguage {
    /// One of the survey's `languages`. Absent: the contact's, else the company's, else the survey's first.
    #[param(max_length = 35, nullable = false, example = "en")]
    language: Option<String>,
}

/// The survey behind a link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InvitationView {
    /// Who asks.
    #[schema(example = "Acme Works")]
    company: String,
    /// What the survey measures.
    kind: SurveyKind,
    /// The language of the texts, as a language tag.
    #[schema(example = "en")]
    language: String,
    /// All languages that it can be read in; `?language=` chooses one.
    #[schema(min_items = 1, max_items = 20, example = json!(["en", "de"]))]
    languages: Vec<String>,
    /// The question itself.
    #[schema(example = "How likely are you to recommend Acme Works to a friend or colleague?")]
    question: String,
    /// The lowest answer.
    #[schema(minimum = 0, maximum = 9, example = 0)]
    min: i16,
    /// The highest answer.
    #[schema(minimum = 1, maximum = 10, example = 10)]
    max: i16,
    /// What the lowest answer means.
    #[schema(example = "Not at all likely")]
    low: String,
    /// What the highest answer means.
    #[schema(example = "Extremely likely")]
    high: String,
    /// What is asked after the score, in order; each for the scores it names.
    #[schema(max_items = 10)]
    further: Vec<Ask>,
    /// Until when it can be answered.
    expires_at: Time,
    /// What becomes of who answers: `IDENTIFIED`, shown with their name; `CONFIDENTIAL` and `ANONYMOUS`, only
    /// together with others, and no comment is taken.
    #[schema(example = "IDENTIFIED")]
    mode: SurveyMode,
    /// The same in a sentence to be shown beside the question; null where the survey is identified.
    #[schema(example = json!(null))]
    promise: Option<&'static str>,
    /// Whether it is answered.
    #[schema(example = false)]
    answered: bool,
    /// The answer, if there is one; never its comment. Null where it is answered and cannot be changed: an anonymous
    /// answer at once, a confidential one soon after its last day.
    response: Option<Answered>,
}

/// The survey behind a link
///
/// For a front end of your own. Reading it answers nothing. It is noted as a visit: pass your reader's `User-Agent` and
/// `Accept-Language` on if a server of yours reads it, or the visit is taken for a machine's.
#[utoipa::path(
    get, path = "/api/v1/invitations/{token}", operation_id = "readInvitation", tag = "invitations", security(()),
    params(("token" = String, Path, description = "The secret part of the link", pattern = "^[A-Za-z0-9._~-]{21,200}$", example = "Xy8kq0ZbV3mT1nS5uR7wPa9cE2d"), InLanguage),
    responses(
        (status = 200, description = "The survey", body = InvitationView, headers(("ETag" = String, description = "The answer's version, once there is one"))),
        (status = 400, response = BadRequest),
        (status = 404, response = NoLink),
        (status = 410, response = Gone),
        (status = 422, response = Broken),
    ),
)]
async fn invitation(
    State(server): State<Server>,
    Segment(token): Segment,
    reader: Reader,
    asks: Result<Query<InLanguage>, QueryRejection>,
) -> Result<Response> {
    let ctx = Ctx::nobody(server.env);
    let now = ctx.now();
    let mut link = open(&ctx, &token).await?;
    let Query(asks) = asks.map_err(|_| Error::Unreadable("the query cannot be read: send language once".to_owned()))?;
    if let Some(language) = asks.language {
        let mut check = Check::default();
        link.choose(&mut check, &language);
        check.done()?;
    }
    server.visits.note(&link.invitation, now, &reader, None);
    if !link.answered {
        still_open(&link.invitation, now)?;
    }
    let company = ctx.company().name.clone();
    let asked = link.asked()?;
    let question = asked.question();
    let view = InvitationView {
        company,
        kind: question.kind,
        language: asked.language().to_owned(),
        languages: link.definition.languages().map(str::to_owned).collect(),
        question: question.text.to_owned(),
        min: question.min,
        max: question.max,
        low: question.low.to_owned(),
        high: question.high.to_owned(),
        further: Ask::all(&link.definition, &asked),
        expires_at: link.invitation.expires_at,
        mode: link.invitation.mode,
        promise: asked.texts().promise.of(link.invitation.mode),
        answered: link.answered,
        response: link.response.as_ref().map(|row| Answered::new(&link.invitation, row, &link.answers, now, false)),
    };
    let mut response = ([NO_STORE], Json(&view)).into_response();
    if let Some(answered) = &view.response {
        response.headers_mut().insert(header::ETAG, etag(answered.version));
    }
    Ok(response)
}

/// Answer
///
/// Without `If-Match` this makes the answer: 201, or 409 `ALREADY_ANSWERED`. With the version read
/// before it changes the answer: 200, or 412 if somebody else changed it meanwhile. An anonymous answer is final at
/// once: 410.
#[utoipa::path(
    put, path = "/api/v1/invitations/{token}/response", operation_id = "answer", tag = "invitations", security(()),
    params(
        ("token" = String, Path, description = "The secret part of the link", pattern = "^[A-Za-z0-9._~-]{21,200}$", example = "Xy8kq0ZbV3mT1nS5uR7wPa9cE2d"),
        IfMatch,
    ),
    request_body = Answer,
    responses(
        (status = 200, description = "Changed", body = Answered, headers(("ETag" = String, description = "The new version"))),
        (status = 201, description = "Stored", body = Answered, headers(("ETag" = String, description = "The version"))),
        (status = 400, response = BadRequest),
        (status = 404, response = NoLink),
        (status = 409, response = AnsweredAlready),
        (status = 410, response = Gone),
        (status = 412, response = Stale),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn answer(
    State(server): State<Server>,
    Segment(token): Segment,
    headers: HeaderMap,
    body: Result<Body<Answer>, Problem>,
) -> Result<Response, Problem> {
    let Body(answer) = body?;
    let version = if_match(&headers)?;
    let answered = Box::pin(respond(&Ctx::nobody(server.env), &token, answer, version)).await?;
    let status = if answered.created { StatusCode::CREATED } else { StatusCode::OK };
    let tag = etag(answered.version);
    Ok((status, [NO_STORE, (header::ETAG, tag)], Json(answered)).into_response())
}
