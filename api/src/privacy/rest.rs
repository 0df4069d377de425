//! What is held of a contact, at the REST door.

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{held, model::PersonalData};
use crate::{
    base::Error,
    web::{
        Problem, Segment, Server, Signed,
        problems::{Forbidden, NotFound},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(personal_data))
}

/// Read personal data
///
/// All that is held of a contact, with those who were merged into them: to be given to whoever asks what is known of
/// them. For admins, and for managers of the accounts they see; that it was taken stands in the audit.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/personal-data", operation_id = "readPersonalData", tag = "contacts",
    security(("bearer" = [])),
    params(("id" = String, Path, format = Uuid, description = "The contact", example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")),
    responses(
        (status = 200, description = "All of it", body = PersonalData),
        (status = 403, response = Forbidden),
        (status = 404, response = NotFound),
    ),
)]
async fn personal_data(Signed(ctx): Signed, Segment(id): Segment) -> Result<Response, Problem> {
    let id = id.parse().map_err(|_| Error::NotFound("contact"))?;
    let data = Box::pin(held(&ctx, id)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(data)).into_response())
}
