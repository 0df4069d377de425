//! Errors as RFC 9457 problems: the same codes as GraphQL, JSON pointers to fields.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{request_id, trace_id};
use crate::base::{Error, Fault};

/// For what must not be kept by anybody on the way.
pub const NO_STORE: (HeaderName, HeaderValue) = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

/// What went wrong (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: &'static str,
    /// The words of the status.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// A stable word, the same at both doors.
    #[schema(example = "NOT_FOUND")]
    pub code: String,
    /// A sentence for people: what is wrong, and what would be right.
    #[schema(example = "invitation not found")]
    pub detail: String,
    /// The request's id, as in the header `x-request-id` and in the log.
    #[schema(example = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90")]
    pub instance: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
}

/// One field at fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldFault {
    /// A JSON pointer into the body.
    #[schema(example = "/score")]
    pub pointer: String,
    /// What would be right.
    #[schema(example = "must be between 0 and 10")]
    pub detail: String,
}

/// A problem on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub detail: String,
    pub faults: Vec<Fault>,
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), faults: Vec::new(), retry_after: None }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Unreadable(_) => StatusCode::BAD_REQUEST,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Conflict(..) => StatusCode::CONFLICT,
            Error::Unauthenticated(_) | Error::SecondFactor => StatusCode::UNAUTHORIZED,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Gone(_) => StatusCode::GONE,
            Error::Stale => StatusCode::PRECONDITION_FAILED,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::Full => StatusCode::INSUFFICIENT_STORAGE,
            Error::Internal(source) => {
                tracing::error!(error = %source, request = request_id(), trace = trace_id(), "internal error");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let retry_after = match &error {
            Error::TooMany(pause) => Some(pause.as_secs().max(1)),
            Error::Unavailable => Some(1),
            _ => None,
        };
        let faults = error.faults().to_vec();
        Self { status, code: error.code().as_str(), detail: error.to_string(), faults, retry_after }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail,
            instance: request_id(),
            errors: self.faults.into_iter().map(|f| FieldFault { pointer: f.field, detail: f.rule }).collect(),
        };
        let mut response = (self.status, [NO_STORE], Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
