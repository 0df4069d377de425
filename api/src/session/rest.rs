//! Signing in and out at the REST door.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ByPassword, change_password, refresh, sign_in_by_key, sign_in_by_password, sign_out};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    entrance::sign_in as sign_in_by_link,
    secure::KeySet,
    web::{
        Body, NO_STORE, Problem, Server, Signed,
        problems::{BadRequest, Broken, Conflict, Forbidden, Mismatch, NotJson, TooLong},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(token)).routes(routes!(password)).routes(routes!(logout)).routes(routes!(jwks))
}

/// A proof of who somebody is: a member's password, the token of a contact's sign-in link, the refresh token of a
/// sign-in, or an integration's key.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "grant", rename_all = "snake_case", deny_unknown_fields)]
enum Grant {
    /// A member's mail address and password.
    Password {
        /// The member's mail address.
        #[schema(min_length = 3, max_length = 254, example = "ana@example.com")]
        email: String,
        /// The member's password.
        #[schema(min_length = 1, max_length = 128, format = "password", example = "correct horse battery staple")]
        password: String,
        /// The code of the second factor, for those who have one: six digits of the app, or a code on paper. Asked for
        /// with the code `SECOND_FACTOR` where it is missing.
        #[serde(default)]
        #[schema(min_length = 1, max_length = 40, nullable = false, example = "287082")]
        code: Option<String>,
    },
    /// The refresh token of a sign-in. It works once: the answer holds the next one. Hand in one at a time, since one
    /// that comes again ends the sign-in.
    Refresh {
        /// The last refresh token of this sign-in.
        #[serde(rename = "refreshToken")]
        #[schema(min_length = 1, max_length = 200, example = "stw_r_…")]
        refresh_token: String,
    },
    /// The token of a contact's sign-in link; it works once.
    Link {
        /// The last part of the link in the mail.
        #[schema(min_length = 1, max_length = 100, example = "pQ4x7v0sT1mZk9YwB2nR8uJc6dE")]
        token: String,
    },
    /// An integration's key.
    ApiKey {
        /// The key as it was shown when it was made.
        #[schema(min_length = 1, max_length = 200, example = "stw_…")]
        key: String,
    },
}

/// A token and how long it works.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the words of RFC 6749")]
#[serde(rename_all = "camelCase")]
struct Token {
    /// Send it as `Authorization: Bearer <accessToken>`.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.…")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until it is worthless.
    #[schema(minimum = 1, example = 900)]
    expires_in: i64,
    /// Gives the next access token, once; of members and contacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "stw_r_…")]
    refresh_token: Option<String>,
    /// Seconds until the sign-in ends unless it is refreshed: 30 days, and 90 days in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, example = 2_592_000)]
    refresh_expires_in: Option<i64>,
    /// The first password is to be replaced.
    #[schema(example = false)]
    must_change_password: bool,
}

/// Sign in
///
/// Gives an access token for 15 minutes, and members and contacts a refresh token for the time after it. What the access token
/// allows is read from the database at each request.
#[utoipa::path(
    post, path = "/api/v1/auth/token", operation_id = "signIn", tag = "sign-in", security(()),
    request_body = Grant,
    responses(
        (status = 200, description = "Signed in", body = Token),
        (status = 400, response = BadRequest),
        (status = 401, response = Mismatch),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn token(
    State(server): State<Server>,
    headers: HeaderMap,
    body: Result<Body<Grant>, Problem>,
) -> Result<impl IntoResponse, Problem> {
    let Body(grant) = body?;
    let ctx = Ctx::nobody(server.env);
    let agent = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let issued = match grant {
        Grant::Password { email, password, code } => {
            let (code, agent) = (code.as_deref(), agent.as_deref());
            sign_in_by_password(&ctx, ByPassword { email: &email, password: &password, code, agent }).await
        }
        Grant::Refresh { refresh_token } => refresh(&ctx, &refresh_token).await,
        Grant::Link { token } => sign_in_by_link(&ctx, &token, agent.as_deref()).await,
        Grant::ApiKey { key } => sign_in_by_key(&ctx, &key).await,
    };
    let issued = issued.map_err(|error: Error| Problem::from(error))?;
    let (refresh_token, lasts) = issued.refresh.unzip();
    let token = Token {
        access_token: issued.access_token,
        token_type: "Bearer",
        expires_in: issued.expires_in.num_seconds(),
        refresh_token,
        refresh_expires_in: lasts.map(|lasts| lasts.num_seconds()),
        must_change_password: issued.must_change_password,
    };
    Ok(([NO_STORE], Json(token)))
}

/// A member's password now and from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password that you have.
    #[schema(min_length = 1, max_length = 128, format = "password", example = "the one that was shown once")]
    current: String,
    /// The one that you want: 15 to 128 characters of your own choice, not made of the words tried first.
    #[schema(min_length = 15, max_length = 128, format = "password", example = "seven quiet herons at dusk")]
    password: String,
}

/// Change your password
///
/// For members. All your other sign-ins end. A first password that somebody else has made must be changed before
/// anything else.
#[utoipa::path(
    post, path = "/api/v1/auth/password", operation_id = "changePassword", tag = "sign-in", security(("bearer" = [])),
    request_body = NewPassword,
    responses(
        (status = 204, description = "Changed"),
        (status = 400, response = BadRequest),
        (status = 403, response = Forbidden),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn password(Signed(ctx): Signed, body: Result<Body<NewPassword>, Problem>) -> Result<StatusCode, Problem> {
    let Body(NewPassword { current, password }) = body?;
    change_password(&ctx, &current, &password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is signed out of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignOut {
    /// Every sign-in of yours, on every device, and not this one alone.
    #[serde(default)]
    #[schema(default = false, example = false)]
    all: bool,
}

/// Sign out
///
/// Ends the sign-in of the access token, with its refresh token, from the next request on. A token of an outside issuer
/// is not ours to end.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", operation_id = "signOut", tag = "sign-in", security(("bearer" = [])),
    request_body = SignOut,
    responses(
        (status = 204, description = "Signed out"),
        (status = 400, response = BadRequest),
        (status = 409, response = Conflict),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn logout(Signed(ctx): Signed, body: Result<Body<SignOut>, Problem>) -> Result<StatusCode, Problem> {
    let Body(SignOut { all }) = body?;
    sign_out(&ctx, all).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The keys that sign our tokens
///
/// A JSON Web Key Set (RFC 7517). Retired keys stay until their last token has expired.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "sign-in", security(()),
    responses(
        (status = 200, description = "The key set", body = KeySet),
    ),
)]
async fn jwks(State(server): State<Server>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(server.env.tokens.keyring().jwks()))
}
