//! Reads the JSON body of a request: capped while it arrives, one operation, the members of the
//! GraphQL-over-HTTP draft. Members it does not name are ignored.

use async_graphql::{Request as Query, Value, Variables, futures_util::StreamExt};
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use serde::Deserialize;
use std::collections::HashMap;

use super::{Failure, Limits};
use crate::graph::guard::shortened;

/// A GraphQL request as a client writes it.
#[derive(Deserialize)]
pub(in crate::graph) struct Members {
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Variables>,
    extensions: Option<HashMap<String, Value>>,
}

impl From<Members> for Query {
    fn from(members: Members) -> Self {
        let mut query = Self::new(members.query).variables(members.variables.unwrap_or_default());
        query.operation_name = members.operation_name;
        query.extensions.0 = members.extensions.unwrap_or_default();
        query
    }
}

pub(super) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Query, Failure> {
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let mut stream = body.into_data_stream();
    if announced > limits.body_bytes {
        return Err(too_large(stream, announced, limits).await);
    }
    let mut bytes = Vec::with_capacity(announced);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| bad("The body ended too early."))?;
        if bytes.len() + chunk.len() > limits.body_bytes {
            return Err(too_large(stream, announced, limits).await);
        }
        bytes.extend_from_slice(&chunk);
    }
    parse(&bytes)
}

/// Reads on without keeping anything, up to a bound, so that a client that is still writing gets
/// to read the refusal.
async fn too_large(mut stream: BodyDataStream, announced: usize, limits: &Limits) -> Failure {
    let mut left = limits.drained_bytes;
    while left > 0 && announced <= limits.drained_bytes {
        match stream.next().await {
            Some(Ok(chunk)) => left = left.saturating_sub(chunk.len()),
            _ => break,
        }
    }
    Failure::PayloadTooLarge(limits.body_bytes)
}

fn parse(bytes: &[u8]) -> Result<Query, Failure> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => return Err(bad("Batches are not taken: send one operation a request.")),
        _ => {
            return Err(bad("The body must be a JSON object with the member `query`."));
        }
    }
    let members: Members = serde_json::from_slice(bytes).map_err(|error| {
        let reason = shortened(&error.to_string());
        bad(&format!("The body cannot be read as a GraphQL request: {reason}."))
    })?;
    Ok(members.into())
}

fn bad(message: &str) -> Failure {
    Failure::BadRequest(message.to_owned())
}
