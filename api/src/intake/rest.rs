//! Imports at the REST door.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use entity::ImportId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    CreateImport, ImportJob, cancel, create, faults, get, list,
    model::{Imports, StartImport},
    send, start,
};
use crate::{
    base::{Error, Result},
    web::{
        IdempotencyKey, Posted, Problem, Segment, Server, Signed, as_it_is,
        problems::{BadRequest, Broken, Conflict, Forbidden, NotFound, NotJson, Packed, TooLong},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(create_import, list_imports))
        .routes(routes!(read_import))
        .routes(routes!(send_file))
        .routes(routes!(start_import))
        .routes(routes!(cancel_import))
        .routes(routes!(import_errors))
}

fn named(id: &str) -> Result<ImportId, Problem> {
    id.parse().map_err(|_| Error::NotFound("import").into())
}

/// Make an import
///
/// It waits for its file. For admins, and for keys with `imports:write` that are bound to no team: these import no
/// members, nothing of another source than their own, and see only the imports they made.
#[utoipa::path(
    post, path = "/api/v1/imports", operation_id = "createImport", tag = "imports", security(("bearer" = [])),
    params(IdempotencyKey),
    request_body = CreateImport,
    responses(
        (status = 201, description = "Made", body = ImportJob),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn create_import(Posted { ctx, body }: Posted<CreateImport>) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::CREATED, Json(create(&ctx, body).await?)))
}

/// List imports
///
/// The newest first, at most 100; a key sees those it made.
#[utoipa::path(
    get, path = "/api/v1/imports", operation_id = "listImports", tag = "imports", security(("bearer" = [])),
    responses((status = 200, description = "All of them", body = Imports), (status = 403, response = Forbidden)),
)]
async fn list_imports(Signed(ctx): Signed) -> Result<Json<Imports>, Problem> {
    Ok(Json(Imports { data: list(&ctx).await? }))
}

/// Read an import
///
/// Where it stands: state, rows done, counts, the first faults.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}", operation_id = "readImport", tag = "imports", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The import", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    responses(
        (status = 200, description = "Where it stands", body = ImportJob),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
    ),
)]
async fn read_import(Signed(ctx): Signed, Segment(id): Segment) -> Result<Json<ImportJob>, Problem> {
    Ok(Json(get(&ctx, named(&id)?).await?))
}

/// A file as it is, in whatever encoding.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body")]
struct Bytes(Vec<u8>);

/// Send the file
///
/// CSV of any separator and encoding, or JSON lines, as the exports write them; up to 1 GiB, in place of one sent before.
/// What it holds says which. In JSON lines keys are columns, null or a missing key is blank, a list of texts is one cell
/// divided by `;`. The answer says how it would be read: the mapping, guessed where none was told, and in `error` what is to
/// be told before it can start.
#[utoipa::path(
    put, path = "/api/v1/imports/{id}/file", operation_id = "sendImportFile", tag = "imports", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The import", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    request_body(content(
        (inline(Bytes) = "text/csv", example = json!("Id,Company\n17,Globex\n")),
        (inline(Bytes) = "application/jsonl", example = json!("{\"Id\":17,\"Company\":\"Globex\"}\n")),
    )),
    responses(
        (status = 200, description = "How it would be read", body = ImportJob),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 415, response = Packed),
        (status = 422, response = Broken),
    ),
)]
async fn send_file(Signed(ctx): Signed, Segment(id): Segment, request: Request) -> Result<Json<ImportJob>, Problem> {
    as_it_is(request.headers())?;
    let body = request.into_body().into_data_stream();
    Ok(Json(Box::pin(send(&ctx, named(&id)?, body)).await?))
}

/// Start an import
///
/// It runs as a job: read it to see how far it has come. One that was tried dry, failed
/// or was stopped can be started again: what is done already comes out unchanged.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/start", operation_id = "startImport", tag = "imports", security(("bearer" = [])),
    params(
        ("id" = String, Path, format = Uuid, description = "The import", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90"),
        IdempotencyKey,
    ),
    request_body = StartImport,
    responses(
        (status = 202, description = "Queued", body = ImportJob),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn start_import(
    Segment(id): Segment,
    Posted { ctx, body }: Posted<StartImport>,
) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::ACCEPTED, Json(start(&ctx, named(&id)?, body).await?)))
}

/// Stop an import
///
/// After the rows at hand; what is written stays.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/cancel", operation_id = "cancelImport", tag = "imports", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The import", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    responses(
        (status = 200, description = "Stopped", body = ImportJob),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
    ),
)]
async fn cancel_import(Signed(ctx): Signed, Segment(id): Segment) -> Result<Json<ImportJob>, Problem> {
    Ok(Json(cancel(&ctx, named(&id)?).await?))
}

/// Read the faults
///
/// All of them so far, as CSV: row, column, value, rule. Empty while there are none.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/errors.csv", operation_id = "readImportErrors", tag = "imports", security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The import", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    responses(
        (status = 200, description = "The faults", body = String, content_type = "text/csv", example = json!("row,column,value,rule\n17,Class,GOLD,\"must be one of STRATEGIC, KEY, STANDARD\"\n")),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
    ),
)]
async fn import_errors(Signed(ctx): Signed, Segment(id): Segment) -> Result<Response, Problem> {
    let body: Body = faults(&ctx, named(&id)?).await?;
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}
