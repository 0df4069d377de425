//! JSON bodies, and requests that may come again.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::{Problem, Server, Signed};
use crate::{
    base::{Error, from_json},
    ctx::{Ctx, Once},
    secure::digest,
};

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Server> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let bytes = bytes(request, server).await?;
        from_json(&bytes).map(Self).map_err(Problem::from)
    }
}

async fn bytes(request: Request, server: &Server) -> Result<Bytes, Problem> {
    as_it_is(request.headers())?;
    if !is_json(request.headers()) {
        return Err(unsupported("send the body as application/json"));
    }
    Bytes::from_request(request, server).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "the body is too long")
        }
        _ => Error::Unreadable("the body broke off".to_owned()).into(),
    })
}

fn unsupported(rule: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", rule)
}

/// Refuses a compressed body, whose length says nothing of what it holds.
pub fn as_it_is(headers: &HeaderMap) -> Result<(), Problem> {
    let is_plain = |value: &HeaderValue| value.is_empty() || value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(unsupported("send the body as it is, without a Content-Encoding"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

/// The name of a request that may come again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes a header; the extractor below reads it")]
pub struct IdempotencyKey {
    /// Any text of yours, new for each request. The same request with the same key is done once within 24 hours, and
    /// answered alike.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        nullable = false,
        example = "8f14e45f-ceea-467f-a8f1-1d2b3c4d5e6f"
    )]
    idempotency_key: Option<String>,
}

/// A JSON body of somebody who is signed in, with the key under which it may come again.
pub struct Posted<T> {
    pub ctx: Ctx,
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<Server> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Signed(ctx) = Signed::from_request_parts(&mut parts, server).await?;
        let key = key(&parts)?;
        let mut asked = format!("{} {}\n", parts.method, parts.uri).into_bytes();
        let bytes = bytes(Request::from_parts(parts, body), server).await?;
        let body = from_json(&bytes)?;
        asked.extend_from_slice(&bytes);
        let once = key.map(|key| Once { key: digest(key), request: digest(&asked) });
        Ok(Self { ctx: ctx.repeatable(once), body })
    }
}

fn key(parts: &Parts) -> Result<Option<String>, Error> {
    let mut given = parts.headers.get_all("idempotency-key").iter();
    let Some(value) = given.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let is_good = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_good && given.next().is_none() {
        return Ok(Some(text.to_owned()));
    }
    Err(Error::invalid("/Idempotency-Key", "must be one header of 1 to 255 visible ASCII characters"))
}
