//! GraphQL over HTTP: one POST, one operation, one JSON answer.
//!
//! What always holds: no batches, no queries by GET, no forms; a body beyond the cap is never
//! kept; a request the guard refuses never reaches the executor; every refusal is a GraphQL
//! error with `extensions.code`. The status follows the GraphQL-over-HTTP draft for the media
//! type the client accepts.

mod body;
mod media;
mod reply;
#[cfg(test)]
mod tests;

use async_graphql::{Executor, Request as Query};
use axum::{body::Body, extract::Request, http::Method, response::Response};

use super::{
    Proven,
    guard::{self, Limits},
    loaders::with_batches,
};
pub use media::Media;
pub use reply::{CountsAs, Failure};
pub(super) use {body::Members, reply::settle};

/// Answers one HTTP request.
///
/// `prepare` gets the query before it is measured and run: it puts the viewer's context into the
/// request's data and says whether the schema may be read (`disable_introspection`).
pub async fn answer<E, F>(schema: &Proven<E>, limits: &Limits, request: Request<Body>, prepare: F) -> Response
where
    E: Executor,
    F: FnOnce(Query) -> Query,
{
    let (parts, body) = request.into_parts();
    let Some(media) = Media::accepted(&parts.headers) else {
        return reply::failure(Media::Json, Failure::NotAcceptable);
    };
    if parts.method != Method::POST {
        return reply::failure(media, Failure::MethodNotAllowed);
    }
    if !media::is_json(&parts.headers) {
        return reply::failure(media, Failure::UnsupportedMediaType);
    }
    let query = match body::read(&parts.headers, body, limits).await {
        Ok(query) => query,
        Err(failure) => return reply::failure(media, failure),
    };
    let mut query = prepare(query);
    match guard::admit(&mut query, limits) {
        Ok(_) => reply::response(media, with_batches(schema.execute(query)).await),
        Err(refusal) => reply::refusal(media, refusal),
    }
}

/// Answers in the form the client accepts without running anything: for what is refused before
/// [`answer`] is called, such as a bad token.
pub fn refuse(headers: &axum::http::HeaderMap, failure: Failure) -> Response {
    reply::failure(Media::accepted(headers).unwrap_or(Media::Json), failure)
}
