//! Turns what came of a request into bytes and a status.

use async_graphql::{
    ErrorExtensionValues, Name, PathSegment, Response as Answer, ServerError, Value, indexmap::IndexMap, value,
};
use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use serde::Serialize;
use std::collections::BTreeMap;

use super::Media;
use crate::graph::guard::{Refusal, shortened};

/// Errors of one refused document that are shown: validation names every fault there is.
const SHOWN_ERRORS: usize = 20;

/// A request that never became a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 400: the body is not a GraphQL request; why.
    BadRequest(String),
    /// 405: only POST is taken.
    MethodNotAllowed,
    /// 406: the client takes neither media type.
    NotAcceptable,
    /// 413: the body is longer than this many bytes.
    PayloadTooLarge(usize),
    /// 415: the body is not JSON in UTF-8.
    UnsupportedMediaType,
    /// Any other refusal before the query is read: status, stable code, message.
    Other(StatusCode, &'static str, String),
}

impl Failure {
    fn parts(self) -> (StatusCode, &'static str, String) {
        match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, "BAD_REQUEST", message),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "Queries are sent by POST.".to_owned())
            }
            Self::NotAcceptable => (
                StatusCode::NOT_ACCEPTABLE,
                "NOT_ACCEPTABLE",
                "Answers are application/json or application/graphql-response+json.".to_owned(),
            ),
            Self::PayloadTooLarge(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "PAYLOAD_TOO_LARGE",
                format!("The body is too long: at most {most} bytes are taken."),
            ),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "The body must be application/json in UTF-8, not compressed.".to_owned(),
            ),
            Self::Other(status, code, message) => (status, code, message),
        }
    }
}

/// The status that an answer counts as in figures and in the log, where its own is that of a query that ran.
#[derive(Clone, Copy, Debug)]
pub struct CountsAs(pub u16);

/// Seconds after which what could not be done for now may be asked again.
const AGAIN: HeaderValue = HeaderValue::from_static("1");

pub(super) fn failure(media: Media, failure: Failure) -> Response {
    let closed = failure == Failure::MethodNotAllowed;
    let (status, code, message) = failure.parts();
    let mut error = ServerError::new(message, None);
    coded(&mut error, code);
    let mut response = send(media, status, None, &[error], &BTreeMap::new());
    if closed {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, AGAIN);
    }
    response
}

/// A query that the guard refused.
pub(super) fn refusal(media: Media, refusal: Refusal) -> Response {
    let status = unrun(media, refusal.is_bad_request());
    send(media, status, None, &[refusal.into()], &BTreeMap::new())
}

/// A query that the executor took: it ran, or validation refused it.
pub(super) fn response(media: Media, mut answer: Answer) -> Response {
    let ran = settle(&mut answer);
    let status = if ran { StatusCode::OK } else { unrun(media, false) };
    let data = ran.then_some(&answer.data);
    let mut response = send(media, status, data, &answer.errors, &answer.extensions);
    response.headers_mut().extend(answer.http_headers);
    let worst = answer.errors.iter().filter_map(fault).max();
    if answer.errors.iter().any(|error| fault(error) == Some(503)) {
        response.headers_mut().insert(RETRY_AFTER, AGAIN);
    }
    if let Some(status) = worst {
        response.extensions_mut().insert(CountsAs(status));
    }
    response
}

/// What an error that is not the client's would be at the REST door.
fn fault(error: &ServerError) -> Option<u16> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => match code.as_str() {
            "INTERNAL" => Some(500),
            "UNAVAILABLE" => Some(503),
            "INSUFFICIENT_STORAGE" => Some(507),
            _ => None,
        },
        _ => None,
    }
}

/// Brings an answer into the form that clients rely on; says whether its query ran.
pub(in crate::graph) fn settle(answer: &mut Answer) -> bool {
    // An error of a field has a path; one of the document has none, and then nothing ran.
    let ran = answer.errors.is_empty()
        || answer.data != Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty());
    if !ran {
        answer.errors.truncate(SHOWN_ERRORS);
    }
    for error in &mut answer.errors {
        // A variable that does not fit is repeated, however long, and by then a field has started.
        error.message = shortened(&error.message);
        coded(error, Refusal::INVALID);
    }
    if ran && answer.data == Value::Null {
        // Every root field failed. Each is nullable, so the entry holds their nulls rather than being one.
        answer.data = value!({});
    }
    for error in &answer.errors {
        leave_null(&mut answer.data, &error.path);
    }
    ran
}

/// A field that failed is null, not absent: the executor leaves it out where the failure came before a
/// value, and makes an object null whose fields all failed.
fn leave_null(data: &mut Value, path: &[PathSegment]) {
    let mut at = data;
    for segment in path {
        if *at == Value::Null && matches!(segment, PathSegment::Field(_)) {
            *at = Value::Object(IndexMap::default());
        }
        at = match (at, segment) {
            (Value::Object(fields), PathSegment::Field(name)) => fields.entry(Name::new(name)).or_insert(Value::Null),
            (Value::List(rows), PathSegment::Index(index)) => match rows.get_mut(*index) {
                Some(row) => row,
                None => return,
            },
            _ => return,
        };
    }
}

/// The status of a well-formed request whose query did not run.
fn unrun(media: Media, bad_request: bool) -> StatusCode {
    if bad_request || media == Media::GraphQl { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// Gives an error its code, unless whoever made it did.
fn coded(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

/// The body: an entry that has nothing to say is left out.
#[derive(Serialize)]
struct Entries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

fn send(
    media: Media,
    status: StatusCode,
    data: Option<&Value>,
    errors: &[ServerError],
    extensions: &BTreeMap<String, Value>,
) -> Response {
    let mut bytes = Vec::with_capacity(USUAL);
    let (status, bytes) = match serde_json::to_writer(&mut bytes, &Entries { data, errors, extensions }) {
        Ok(()) => (status, bytes),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, UNWRITABLE.to_vec()),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media.header());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Bytes of an answer that is neither short nor long.
const USUAL: usize = 4 * 1024;

/// What is sent should an answer not be JSON, which its types rule out.
const UNWRITABLE: &[u8] =
    br#"{"errors":[{"message":"The answer could not be written.","extensions":{"code":"INTERNAL"}}]}"#;
