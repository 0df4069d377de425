//! Who asks, and what they send.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::{Problem, Server};
use crate::{
    access::Role,
    base::{Error, Result},
    ctx::Ctx,
    session,
};

/// Whoever asks: nobody without a token, and nobody at all with a bad one.
pub struct Anyone(pub Ctx);

/// Somebody who is signed in.
pub struct Signed(pub Ctx);

const WRONG: Error = Error::Unauthenticated("send one header `Authorization: Bearer <access token>`");

impl FromRequestParts<Server> for Anyone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        let mut given = parts.headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = given.next() else {
            return Ok(Self(Ctx::nobody(std::sync::Arc::clone(&server.env))));
        };
        let token = value.to_str().ok().and_then(bearer);
        let (Some(token), None) = (token, given.next()) else { return Err(WRONG) };
        session::authenticate(&server.env, token).await.map(Self)
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_start())
}

impl FromRequestParts<Server> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        let Anyone(ctx) = Anyone::from_request_parts(parts, server).await?;
        if ctx.viewer().role == Role::Nobody {
            return Err(Error::Unauthenticated("sign in first: send `Authorization: Bearer <access token>`"));
        }
        Ok(Self(ctx))
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Server> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, server).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(unreadable(&rejection)),
        }
    }
}

fn unreadable(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    let code = match status {
        StatusCode::UNPROCESSABLE_ENTITY => "INVALID",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        _ => "BAD_REQUEST",
    };
    // serde's own words name the field and what was expected; axum's prefix adds nothing.
    let text = rejection.body_text();
    let detail = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
    Problem::new(status, code, detail)
}
