//! Exports at the REST door.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Format, examples};
use crate::{
    account::{Accounts, ListAccounts},
    contact::{Contacts, ListContacts},
    ctx::Ctx,
    response::Responses,
    timeline::InteractionFilter,
    web::{
        Listed, Problem, Server, Signed, Which,
        problems::{Broken, Forbidden},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new()
        .routes(routes!(members_csv))
        .routes(routes!(members_jsonl))
        .routes(routes!(accounts_csv))
        .routes(routes!(accounts_jsonl))
        .routes(routes!(contacts_csv))
        .routes(routes!(contacts_jsonl))
        .routes(routes!(interactions_csv))
        .routes(routes!(interactions_jsonl))
        .routes(routes!(responses_csv))
        .routes(routes!(responses_jsonl))
}

/// A file to keep.
fn file(name: &str, format: Format, body: Body) -> Response {
    let (media, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        Format::JsonLines => ("application/jsonl", "jsonl"),
    };
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

async fn accounts(ctx: &Ctx, which: Which<Accounts>, format: Format) -> Result<Response, Problem> {
    let Which { filter, search, archived } = which;
    let ask = ListAccounts { filter, search, archived, ..ListAccounts::default() };
    Ok(file("accounts", format, super::accounts(ctx, &ask, format).await?))
}

async fn contacts(ctx: &Ctx, which: Which<Contacts>, format: Format) -> Result<Response, Problem> {
    let Which { filter, search, archived } = which;
    let ask = ListContacts { filter, search, archived, ..ListContacts::default() };
    Ok(file("contacts", format, super::contacts(ctx, &ask, format).await?))
}

async fn interactions(ctx: &Ctx, which: Which<Interactions>, format: Format) -> Result<Response, Problem> {
    Ok(file("interactions", format, super::interactions(ctx, which.filter.as_ref(), format).await?))
}

async fn responses(ctx: &Ctx, which: Which<Responses>, format: Format) -> Result<Response, Problem> {
    Ok(file("responses", format, super::responses(ctx, which.filter.as_ref(), format).await?))
}

/// Entries of timelines, as far as a list of them goes: they are read below their account, or taken away whole.
struct Interactions;

impl Listed for Interactions {
    type Filter = InteractionFilter;
    type Sort = ();
    const SORTS: &'static [(&'static str, ())] = &[];
    const SEARCH: Option<&'static str> = None;
}

/// Export accounts as CSV
///
/// Streams the accounts you see, in the order they were made; the same parameters as the list. A cell that a spreadsheet would take for a formula has an apostrophe before it; the importer takes it off.
#[utoipa::path(
    get, path = "/api/v1/exports/accounts.csv", operation_id = "exportAccountsCsv", tag = "exports",
    security(("bearer" = [])), params(Which<Accounts>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv", example = json!(examples::ACCOUNTS_CSV)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn accounts_csv(Signed(ctx): Signed, which: Which<Accounts>) -> Result<Response, Problem> {
    accounts(&ctx, which, Format::Csv).await
}

/// Export accounts as JSON lines
///
/// Streams the accounts you see, in the order they were made; the same parameters as the list. One object a line, with the columns of the CSV file.
#[utoipa::path(
    get, path = "/api/v1/exports/accounts.jsonl", operation_id = "exportAccountsJsonl", tag = "exports",
    security(("bearer" = [])), params(Which<Accounts>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl", example = json!(examples::ACCOUNTS_JSONL)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn accounts_jsonl(Signed(ctx): Signed, which: Which<Accounts>) -> Result<Response, Problem> {
    accounts(&ctx, which, Format::JsonLines).await
}

/// Export contacts as CSV
///
/// Streams the contacts of the accounts you see, in the order they were made; the same parameters as the list. A cell that a spreadsheet would take for a formula has an apostrophe before it; the importer takes it off.
#[utoipa::path(
    get, path = "/api/v1/exports/contacts.csv", operation_id = "exportContactsCsv", tag = "exports",
    security(("bearer" = [])), params(Which<Contacts>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv", example = json!(examples::CONTACTS_CSV)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn contacts_csv(Signed(ctx): Signed, which: Which<Contacts>) -> Result<Response, Problem> {
    contacts(&ctx, which, Format::Csv).await
}

/// Export contacts as JSON lines
///
/// Streams the contacts of the accounts you see, in the order they were made; the same parameters as the list. One object a line, with the columns of the CSV file.
#[utoipa::path(
    get, path = "/api/v1/exports/contacts.jsonl", operation_id = "exportContactsJsonl", tag = "exports",
    security(("bearer" = [])), params(Which<Contacts>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl", example = json!(examples::CONTACTS_JSONL)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn contacts_jsonl(Signed(ctx): Signed, which: Which<Contacts>) -> Result<Response, Problem> {
    contacts(&ctx, which, Format::JsonLines).await
}

/// Export interactions as CSV
///
/// Streams the entries of the timelines you see, in the order they were made; the same parameters as the list. A cell that a spreadsheet would take for a formula has an apostrophe before it; the importer takes it off.
#[utoipa::path(
    get, path = "/api/v1/exports/interactions.csv", operation_id = "exportInteractionsCsv", tag = "exports",
    security(("bearer" = [])), params(Which<Interactions>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv", example = json!(examples::INTERACTIONS_CSV)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn interactions_csv(Signed(ctx): Signed, which: Which<Interactions>) -> Result<Response, Problem> {
    interactions(&ctx, which, Format::Csv).await
}

/// Export interactions as JSON lines
///
/// Streams the entries of the timelines you see, in the order they were made; the same parameters as the list. One object a line, with the columns of the CSV file.
#[utoipa::path(
    get, path = "/api/v1/exports/interactions.jsonl", operation_id = "exportInteractionsJsonl", tag = "exports",
    security(("bearer" = [])), params(Which<Interactions>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl", example = json!(examples::INTERACTIONS_JSONL)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn interactions_jsonl(Signed(ctx): Signed, which: Which<Interactions>) -> Result<Response, Problem> {
    interactions(&ctx, which, Format::JsonLines).await
}

/// Export responses as CSV
///
/// Streams the answers of the accounts you see, in the order they were made; the same parameters as the list. A cell that a spreadsheet would take for a formula has an apostrophe before it; the importer takes it off.
#[utoipa::path(
    get, path = "/api/v1/exports/responses.csv", operation_id = "exportResponsesCsv", tag = "exports",
    security(("bearer" = [])), params(Which<Responses>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv", example = json!(examples::RESPONSES_CSV)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn responses_csv(Signed(ctx): Signed, which: Which<Responses>) -> Result<Response, Problem> {
    responses(&ctx, which, Format::Csv).await
}

/// Export responses as JSON lines
///
/// Streams the answers of the accounts you see, in the order they were made; the same parameters as the list. One object a line, with the columns of the CSV file.
#[utoipa::path(
    get, path = "/api/v1/exports/responses.jsonl", operation_id = "exportResponsesJsonl", tag = "exports",
    security(("bearer" = [])), params(Which<Responses>),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl", example = json!(examples::RESPONSES_JSONL)),
        (status = 403, response = Forbidden),
        (status = 422, response = Broken),
    ),
)]
async fn responses_jsonl(Signed(ctx): Signed, which: Which<Responses>) -> Result<Response, Problem> {
    responses(&ctx, which, Format::JsonLines).await
}

/// Export members as CSV
///
/// Streams the staff, with the teams they are in and lead.
#[utoipa::path(
    get, path = "/api/v1/exports/members.csv", operation_id = "exportMembersCsv", tag = "exports", security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv", example = json!(examples::MEMBERS_CSV)),
        (status = 403, response = Forbidden),
    ),
)]
async fn members_csv(Signed(ctx): Signed) -> Result<Response, Problem> {
    Ok(file("members", Format::Csv, super::members(&ctx, Format::Csv).await?))
}

/// Export members as JSON lines
///
/// Streams the staff, with the teams they are in and lead. One object a line, with the columns of the CSV file.
#[utoipa::path(
    get, path = "/api/v1/exports/members.jsonl", operation_id = "exportMembersJsonl", tag = "exports", security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl", example = json!(examples::MEMBERS_JSONL)),
        (status = 403, response = Forbidden),
    ),
)]
async fn members_jsonl(Signed(ctx): Signed) -> Result<Response, Problem> {
    Ok(file("members", Format::JsonLines, super::members(&ctx, Format::JsonLines).await?))
}
