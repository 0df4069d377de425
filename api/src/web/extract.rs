//! Who asks, and what they send.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRequestParts, Path},
    http::{Method, header, request::Parts},
};

use super::{Server, rate::Counted};
use crate::{
    access::Role,
    base::{Error, Result},
    ctx::Ctx,
    secure::ApiKey,
    session,
    visit::Reader,
};

/// Whoever asks: nobody without a token, and nobody at all with a bad one.
pub struct Anyone(pub Ctx);

/// Somebody who is signed in, or an integration that shows its key itself.
pub struct Keyed(pub Ctx);

/// Somebody who is signed in; what is read after them knows their role.
pub struct Signed(pub Ctx);

const WRONG: Error = Error::Unauthenticated("send one header `Authorization: Bearer <access token>`");

impl FromRequestParts<Server> for Anyone {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        asker(parts, server, Takes::Tokens).await.map(Self)
    }
}

impl FromRequestParts<Server> for Keyed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        asker(parts, server, Takes::KeysToo).await.map(Self)
    }
}

/// What may prove who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Tokens,
    KeysToo,
}

async fn asker(parts: &Parts, server: &Server, takes: Takes) -> Result<Ctx> {
    if !parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok(Ctx::nobody(Arc::clone(&server.env)));
    }
    let asker = bearer(parts, server, takes).await;
    if let Some(counted) = parts.extensions.get::<Counted>() {
        // A token that is none counts for the address it comes from.
        asker.as_ref().map_or_else(|_| counted.nobody(&server.rates), |ctx| counted.caller(&server.rates, ctx))?;
    }
    asker
}

async fn bearer(parts: &Parts, server: &Server, takes: Takes) -> Result<Ctx> {
    let mut given = parts.headers.get_all(header::AUTHORIZATION).iter();
    let token = given.next().and_then(|value| value.to_str().ok()).and_then(session::bearer);
    let (Some(token), None) = (token, given.next()) else { return Err(WRONG) };
    if takes == Takes::KeysToo && ApiKey::parse(token).is_some() {
        return session::authenticate_key(&server.env, token).await;
    }
    session::authenticate(&server.env, token).await
}

impl FromRequestParts<Server> for Signed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self> {
        let Anyone(ctx) = Anyone::from_request_parts(parts, server).await?;
        if ctx.viewer().role == Role::Nobody {
            return Err(Error::Unauthenticated("sign in first: send `Authorization: Bearer <access token>`"));
        }
        parts.extensions.insert(ctx.viewer().role);
        Ok(Self(ctx))
    }
}

/// The variable part of an address; empty, and so the name of nothing, where it is no text.
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(text.map(|Path(text)| text).unwrap_or_default()))
    }
}

/// What a request tells of whoever reads. A server that shows surveys itself passes its reader's headers on.
impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: &str| parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let prefetch =
            |name: &&str| text(name).is_some_and(|purpose| purpose.to_ascii_lowercase().contains("prefetch"));
        Ok(Self {
            is_head: parts.method == Method::HEAD,
            is_prefetch: ["sec-purpose", "purpose", "x-moz"].iter().any(prefetch),
            agent: text("user-agent").map(std::borrow::Cow::into_owned),
            has_language: parts.headers.contains_key(header::ACCEPT_LANGUAGE),
        })
    }
}
