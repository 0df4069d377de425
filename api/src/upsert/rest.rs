//! What outside systems write, at the REST door.

use axum::{
    Json,
    extract::DefaultBodyLimit,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Interactions, Precondition, UpsertAccount, UpsertContact,
    account::{self, Upserted},
    contact,
    interactions::{self, LoggedAll},
};
use crate::{
    base::Result,
    web::{
        Body, Posted, Preconditions, Problem, Segment, Server, Signed, etag, if_any, if_match, if_none,
        problems::{BadRequest, Broken, Conflict, Forbidden, NotFound, NotJson, Stale, TooLong},
    },
};

/// Bytes of a batch of entries.
const BATCH: usize = 4 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<Server> {
    let batches = OpenApiRouter::new().routes(routes!(log_interactions)).layer(DefaultBodyLimit::max(BATCH));
    OpenApiRouter::new().routes(routes!(put_account)).routes(routes!(put_contact)).merge(batches)
}

fn precondition(headers: &HeaderMap) -> Result<Precondition> {
    let any = if_any(headers);
    let version = if any { None } else { if_match(headers)? };
    Ok(Precondition { version, any, none: if_none(headers)? })
}

fn written(upserted: Upserted) -> Response {
    let status = if upserted.created { StatusCode::CREATED } else { StatusCode::OK };
    (status, [(header::ETAG, etag(upserted.version))], Json(upserted)).into_response()
}

/// Write an account
///
/// Makes the account that your system calls `ref`, or changes it. What is absent stays, null clears; writing the same
/// again changes nothing. A reference names one account of your system in the whole company: one that names an account
/// outside your key's team cannot be used, and answers 409. For integrations.
#[utoipa::path(
    put, path = "/api/v1/accounts/{ref}", operation_id = "putAccount", tag = "accounts", security(("bearer" = [])),
    params(
        ("ref" = String, Path, description = "Your system's own reference", min_length = 1, max_length = 200, example = "17"),
        Preconditions,
    ),
    request_body = UpsertAccount,
    responses(
        (status = 200, description = "Changed, or as it was", body = Upserted, headers(("ETag" = String, description = "The version"))),
        (status = 201, description = "Made", body = Upserted, headers(("ETag" = String, description = "The version"))),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 409, response = Conflict),
        (status = 412, response = Stale),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn put_account(
    Signed(ctx): Signed,
    Segment(reference): Segment,
    headers: HeaderMap,
    body: Result<Body<UpsertAccount>, Problem>,
) -> Result<Response, Problem> {
    let Body(input) = body?;
    let must = precondition(&headers)?;
    Ok(written(Box::pin(account::account(&ctx, &reference, input, must)).await?))
}

/// Write a contact
///
/// Makes the contact that your system calls `ref`, or changes them. What is absent stays, null clears; writing the same
/// again changes nothing. A reference names one contact of your system in the whole company: one that names a contact
/// outside your key's team cannot be used, and answers 409. For integrations.
#[utoipa::path(
    put, path = "/api/v1/contacts/{ref}", operation_id = "putContact", tag = "contacts", security(("bearer" = [])),
    params(
        ("ref" = String, Path, description = "Your system's own reference", min_length = 1, max_length = 200, example = "C-204"),
        Preconditions,
    ),
    request_body = UpsertContact,
    responses(
        (status = 200, description = "Changed, or as they were", body = Upserted, headers(("ETag" = String, description = "The version"))),
        (status = 201, description = "Made", body = Upserted, headers(("ETag" = String, description = "The version"))),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 412, response = Stale),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn put_contact(
    Signed(ctx): Signed,
    Segment(reference): Segment,
    headers: HeaderMap,
    body: Result<Body<UpsertContact>, Problem>,
) -> Result<Response, Problem> {
    let Body(input) = body?;
    let must = precondition(&headers)?;
    Ok(written(Box::pin(contact::contact(&ctx, &reference, input, must)).await?))
}

/// Log interactions
///
/// Appends up to 1,000 entries to timelines, each judged alone: `results` says what became of each. An entry with an
/// `externalId` that is known already is not doubled, and one that is known under another account, of your key's team
/// or not, is refused. For integrations.
#[utoipa::path(
    post, path = "/api/v1/interactions", operation_id = "logInteractions", tag = "interactions", security(("bearer" = [])),
    params(crate::web::IdempotencyKey),
    request_body = Interactions,
    responses(
        (status = 200, description = "One result an entry", body = LoggedAll),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn log_interactions(Posted { ctx, body }: Posted<Interactions>) -> Result<Json<LoggedAll>, Problem> {
    Ok(Json(Box::pin(interactions::log(&ctx, body)).await?))
}
