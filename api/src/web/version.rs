//! Versions as HTTP knows them: `ETag`, `If-Match`, `If-None-Match`.

use axum::http::{HeaderMap, HeaderValue, header};
use utoipa::{IntoParams, ToSchema};

use crate::base::{Error, Result};

/// Which version a change is made on.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers; handlers read them by the functions below")]
pub struct Preconditions {
    /// The version the change is made on, in quotes; `*`: only what is there already. Absent: whatever is there.
    #[param(rename = "If-Match", pattern = "^(\\*|\"[0-9]{1,9}\")$", nullable = false, example = "\"1\"")]
    if_match: Option<String>,
    /// `*`: only if there is nothing yet.
    #[param(rename = "If-None-Match", inline, nullable = false, example = "*")]
    if_none_match: Option<Anything>,
}

/// Whatever is there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a header")]
enum Anything {
    #[schema(rename = "*")]
    Star,
}

/// A version for the header `ETag`.
pub fn etag(version: i32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"1\""))
}

/// The version that `If-Match` names; one that is none of ours cannot be the newest.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i32>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or(Error::Stale)
}

/// Whether `If-Match: *` asks that there be something already.
pub fn if_any(headers: &HeaderMap) -> bool {
    headers.get(header::IF_MATCH).is_some_and(|value| value.as_bytes().trim_ascii() == b"*")
}

/// Whether `If-None-Match: *` asks that there be nothing yet.
pub fn if_none(headers: &HeaderMap) -> Result<bool> {
    let Some(value) = headers.get(header::IF_NONE_MATCH) else { return Ok(false) };
    if value.as_bytes().trim_ascii() == b"*" {
        return Ok(true);
    }
    Err(Error::invalid("/If-None-Match", "must be *"))
}
