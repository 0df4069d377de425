//! Sending at the REST door, and what a link opens: as JSON, and as pages.

use axum::{
    Form, Json, Router,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use entity::{SurveyId, SurveyKind, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Answer, Answered, Link, SendSurvey, Sent,
    colour::Colour,
    link::{amendable_until, still_open},
    open, opt_out,
    page::{self, Amends, Brand, CommentFault, Faults, State as Page},
    preferences,
    question::Question,
    respond, send,
    texts::Texts,
};
use crate::{
    base::{Code, Error, Result},
    ctx::{Company, Ctx},
    web::{Body, NO_STORE, Problem, ProblemBody, Segment, Server, Signed},
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(send_survey)).routes(routes!(invitation)).routes(routes!(answer))
}

/// The pages that links in mails open.
pub fn pages() -> Router<Server> {
    Router::new()
        .route("/s/{token}", get(survey_page).post(survey_form))
        .route("/u/{token}", get(opt_out_page).post(opt_out_form))
}

/// The company's look, for every page.
pub fn brand(company: &Company) -> Brand {
    Brand::new(&company.name, company.logo.as_deref(), company.color.as_deref().and_then(Colour::parse))
}

/// Send a survey
///
/// To named contacts, or to all eligible contacts of an account. The mails leave by a job; the answer
/// counts whom they will reach, and who is not asked for which reason.
#[utoipa::path(
    post, path = "/api/v1/surveys/{id}/send", operation_id = "sendSurvey", tag = "surveys", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The survey", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    request_body = SendSurvey,
    responses(
        (status = 202, description = "Queued", body = Sent),
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

/// Which version a change was made on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; the handler reads it by itself")]
struct IfMatch {
    /// The version of the answer to change, in quotes. Absent: make the answer.
    #[param(rename = "If-Match", pattern = "^\"[0-9]{1,9}\"$", nullable = false, example = "\"1\"")]
    if_match: Option<String>,
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
    /// The question itself.
    #[schema(example = "How likely are you to recommend Acme Works to a friend or colleague?")]
    question: String,
    /// The lowest answer.
    #[schema(minimum = 0, maximum = 1, example = 0)]
    min: i16,
    /// The highest answer.
    #[schema(minimum = 5, maximum = 10, example = 10)]
    max: i16,
    /// What the lowest answer means.
    #[schema(example = "Not at all likely")]
    low: String,
    /// What the highest answer means.
    #[schema(example = "Extremely likely")]
    high: String,
    /// Until when it can be answered.
    expires_at: Time,
    /// The answer, if there is one; never its comment.
    response: Option<Answered>,
}

/// The survey behind a link
///
/// For a front end of your own. Reading it records nothing.
#[utoipa::path(
    get, path = "/api/v1/invitations/{token}", operation_id = "readInvitation", tag = "invitations", security(()),
    params(("token" = String, Path, description = "The secret part of the link", pattern = "^[A-Za-z0-9_-]{27}$", example = "Xy8kq0ZbV3mT1nS5uR7wPa9cE2d")),
    responses(
        (status = 200, description = "The survey", body = InvitationView, headers(("ETag" = String, description = "The answer's version, once there is one"))),
        (status = 404, description = "No such link", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "Expired or withdrawn", body = ProblemBody, content_type = "application/problem+json"),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn invitation(State(server): State<Server>, Segment(token): Segment) -> Result<Response> {
    let ctx = Ctx::nobody(server.env);
    let now = ctx.now();
    let link = open(&ctx, &token).await?;
    if link.response.is_none() {
        still_open(&link.invitation, now)?;
    }
    let company = ctx.company().name.clone();
    let question = question(&link)?;
    let view = InvitationView {
        company,
        kind: question.kind,
        language: link.invitation.language.clone(),
        question: question.text.to_owned(),
        min: question.min,
        max: question.max,
        low: question.low.to_owned(),
        high: question.high.to_owned(),
        expires_at: link.invitation.expires_at,
        response: link.response.as_ref().map(|row| Answered::new(&link.invitation, row, now, false)),
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
/// before it changes the answer: 200, or 412 if somebody else changed it meanwhile.
#[utoipa::path(
    put, path = "/api/v1/invitations/{token}/response", operation_id = "answer", tag = "invitations", security(()),
    params(
        ("token" = String, Path, description = "The secret part of the link", pattern = "^[A-Za-z0-9_-]{27}$", example = "Xy8kq0ZbV3mT1nS5uR7wPa9cE2d"),
        IfMatch,
    ),
    request_body = Answer,
    responses(
        (status = 200, description = "Changed", body = Answered, headers(("ETag" = String, description = "The new version"))),
        (status = 201, description = "Stored", body = Answered, headers(("ETag" = String, description = "The version"))),
        (status = 400, description = "Unreadable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such link", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Answered already", body = ProblemBody, content_type = "application/problem+json"),
        (status = 410, description = "Expired, withdrawn or final", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "The answer has another version", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not application/json", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The body breaks a rule", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
async fn answer(
    State(server): State<Server>,
    Segment(token): Segment,
    headers: HeaderMap,
    body: Result<Body<Answer>, Problem>,
) -> Result<Response, Problem> {
    let Body(answer) = body?;
    let version = match headers.get(header::IF_MATCH) {
        None => None,
        Some(value) => Some(version(value).ok_or(Error::Stale)?),
    };
    let answered = respond(&Ctx::nobody(server.env), &token, answer, version).await?;
    let status = if answered.created { StatusCode::CREATED } else { StatusCode::OK };
    let tag = etag(answered.version);
    Ok((status, [NO_STORE, (header::ETAG, tag)], Json(answered)).into_response())
}

fn etag(version: i32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"1\""))
}

fn version(value: &HeaderValue) -> Option<i32> {
    value.to_str().ok()?.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn question(link: &Link) -> Result<Question<'_>> {
    let text =
        link.definition.text(&link.invitation.language).ok_or_else(|| Error::internal("a survey without a text"))?;
    let (min, max) = link.definition.scale;
    Ok(Question { kind: link.survey.kind, text: &text.question, min, max, low: &text.low, high: &text.high })
}

#[derive(Deserialize)]
struct Chosen {
    /// Chosen in the mail: selected beforehand, recorded by nobody.
    score: Option<String>,
}

async fn survey_page(
    State(server): State<Server>,
    Segment(token): Segment,
    chosen: Result<Query<Chosen>, QueryRejection>,
) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let link = match open(&ctx, &token).await {
        Ok(link) => link,
        Err(error) => return failed_page(&server, Texts::of(&ctx.company().language), error),
    };
    let texts = Texts::of(&link.invitation.language);
    let Ok(question) = question(&link) else { return server_error() };
    let now = ctx.now();
    let picked = chosen.ok().and_then(|Query(chosen)| chosen.score?.parse().ok());
    let state = match (&link.response, still_open(&link.invitation, now)) {
        (Some(row), _) => match amends(&link, row, now) {
            // The plain link after an answer changes it; the buttons of the mail show what was answered.
            Some(amends) if picked.is_none() => Page::Ask(page::Form {
                question,
                score: Some(row.score),
                comment: "",
                amends: Some(amends),
                more: false,
            }),
            until => Page::AlreadyAnswered(page::Answered {
                question,
                score: row.score,
                until: until.map(|a| a.until),
                thanks: None,
            }),
        },
        (None, Err(error)) => return failed_page(&server, texts, error),
        (None, Ok(())) => Page::Ask(page::Form { question, score: picked, comment: "", amends: None, more: false }),
    };
    show(&server, StatusCode::OK, page::survey(&server.brand, texts, &state))
}

fn amends(link: &Link, row: &entity::response::Model, now: Time) -> Option<Amends> {
    let until = amendable_until(&link.invitation, row, now)?;
    let zone = link.contact.as_ref().and_then(|c| c.time_zone.as_ref()).and_then(|zone| zone.parse().ok());
    let zone = zone.unwrap_or(link.ctx.company().zone);
    Some(Amends { score: row.score, version: row.version, until: until.0.with_timezone(&zone) })
}

#[derive(Deserialize)]
struct Posted {
    #[serde(default)]
    score: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    version: String,
}

async fn survey_form(
    State(server): State<Server>,
    Segment(token): Segment,
    form: Result<Form<Posted>, FormRejection>,
) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let posted = match form {
        Ok(Form(posted)) => posted,
        Err(rejection) => return unreadable(&rejection).into_response(),
    };
    let score = posted.score.trim().parse::<i16>().ok();
    let version = posted.version.trim().parse::<i32>().ok();
    let comment = Some(posted.comment.clone());
    let stored = match score {
        Some(score) => respond(&ctx, &token, Answer { score, comment, complete: true }, version).await,
        None => Err(Error::invalid("/score", "must be chosen")),
    };
    let link = match open(&ctx, &token).await {
        Ok(link) => link,
        Err(error) => return failed_page(&server, Texts::of(&ctx.company().language), error),
    };
    let texts = Texts::of(&link.invitation.language);
    let Ok(question) = question(&link) else { return server_error() };
    let now = ctx.now();
    let earlier = link.response.as_ref();
    let until = earlier.and_then(|row| amends(&link, row, now));
    // A link that is over says so, whatever else is wrong.
    let over = match (earlier, &until) {
        (Some(_), Some(_)) => Ok(()),
        (Some(_), None) => Err(Error::Gone("this answer is final")),
        (None, _) => still_open(&link.invitation, now),
    };
    let stored = match stored {
        Err(invalid @ Error::Invalid(_)) => over.and(Err(invalid)),
        stored => stored,
    };
    match stored {
        Ok(answered) => {
            let state = Page::Thanks(page::Answered {
                question,
                score: answered.score,
                until: until.map(|a| a.until),
                thanks: None,
            });
            show(&server, StatusCode::OK, page::survey(&server.brand, texts, &state))
        }
        Err(Error::Invalid(faults)) => {
            let form = page::Form { question, score, comment: &posted.comment, amends: until, more: false };
            let wrong = |field: &str| faults.iter().any(|fault| fault.field == field);
            let length = posted.comment.trim().replace("\r\n", "\n").chars().count();
            let comment = wrong("/comment").then_some(if length > page::COMMENT_MAX {
                CommentFault::TooLong(length)
            } else {
                CommentFault::Unreadable
            });
            let state = Page::Invalid(form, Faults { score: wrong("/score"), comment });
            show(&server, StatusCode::UNPROCESSABLE_ENTITY, page::survey(&server.brand, texts, &state))
        }
        Err(error) => match earlier {
            Some(row) if matches!(error, Error::Stale | Error::Conflict(Code::AlreadyAnswered, _) | Error::Gone(_)) => {
                let state = Page::AlreadyAnswered(page::Answered {
                    question,
                    score: row.score,
                    until: until.map(|a| a.until),
                    thanks: None,
                });
                show(&server, Problem::from(error).status, page::survey(&server.brand, texts, &state))
            }
            _ => failed_page(&server, texts, error),
        },
    }
}

fn unreadable(rejection: &FormRejection) -> Problem {
    let status = rejection.status();
    match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", "send the form as application/x-www-form-urlencoded")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "PAYLOAD_TOO_LARGE", "the form is too long"),
        _ => Error::Unreadable("the form cannot be read: send score, comment and version once each".to_owned()).into(),
    }
}

fn failed_page(server: &Server, texts: &Texts, error: Error) -> Response {
    let state = match &error {
        Error::NotFound(_) => Page::Unknown,
        Error::Gone(why) if why.contains("withdrawn") => Page::Revoked,
        Error::Gone(_) => Page::Expired,
        _ => return error.into_response(),
    };
    show(server, Problem::from(error).status, page::survey(&server.brand, texts, &state))
}

fn server_error() -> Response {
    Error::internal("a survey without a text").into_response()
}

async fn opt_out_page(State(server): State<Server>, Segment(token): Segment) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let on = match preferences(&ctx, &token).await {
        Ok(known) => !known.opted_out,
        Err(error) => return error.into_response(),
    };
    let state = page::Preferences { relationship: on, service: on, saved: false };
    show(&server, StatusCode::OK, page::preferences(&server.brand, Texts::of(&ctx.company().language), state))
}

/// RFC 8058: a POST with any body, or none, acts at once and is not sent on elsewhere.
async fn opt_out_form(State(server): State<Server>, Segment(token): Segment) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    if let Err(error) = opt_out(&ctx, &token).await {
        return error.into_response();
    }
    let state = page::Preferences { relationship: false, service: false, saved: true };
    show(&server, StatusCode::OK, page::preferences(&server.brand, Texts::of(&ctx.company().language), state))
}

fn show(server: &Server, status: StatusCode, html: String) -> Response {
    let mut response = (status, [NO_STORE], Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(server.brand.policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}
