//! Ways in by mail at the REST door, and the pages that the links open.

use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use entity::LinkPurpose;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Holder, ask, holder,
    page::{Choose, SignedIn, choose, gone, saved, sign_in as page_of_sign_in, signed_in},
    set_password, sign_in_once,
};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    invitation::{show, texts::Texts},
    web::{
        Body, Problem, Segment, Server,
        problems::{BadRequest, Broken, Mismatch, NotJson, TooLong},
    },
};

pub fn routes() -> OpenApiRouter<Server> {
    OpenApiRouter::new().routes(routes!(link)).routes(routes!(reset)).routes(routes!(invite))
}

/// The pages that links in mails open.
pub fn pages() -> Router<Server> {
    Router::new()
        .route("/signin/{token}", get(sign_in_page).post(sign_in_form))
        .route("/invite/{token}", get(invite_page).post(invite_form))
        .route("/reset/{token}", get(reset_page).post(reset_form))
}

/// Who wants a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Address {
    /// The mail address that the link goes to.
    #[schema(min_length = 3, max_length = 254, example = "priya@globex.example")]
    email: String,
}

/// Ask for a sign-in link
///
/// For contacts. Whoever is known by this address gets a mail with a link that works once, within 15 minutes; its token
/// signs in by the grant `link`. The answer never says whether the address is known. Five in 15 minutes for an address.
#[utoipa::path(
    post, path = "/api/v1/auth/link", operation_id = "askForLink", tag = "sign-in", security(()),
    request_body = Address,
    responses(
        (status = 202, description = "Taken: whoever is known by this address gets a mail"),
        (status = 400, response = BadRequest),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn link(State(server): State<Server>, body: Result<Body<Address>, Problem>) -> Result<StatusCode, Problem> {
    let Body(Address { email }) = body?;
    ask(&Ctx::nobody(server.env), LinkPurpose::SignIn, &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Either `email`, to ask for a link, or `token` and `password`, to use it.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum Reset {
    /// Asks for a link.
    Ask(Address),
    /// Uses it.
    Use(ByLink),
}

/// What both ways may hold, so that a fault is told by its field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    email: Option<String>,
    token: Option<String>,
    password: Option<String>,
}

impl TryFrom<Parts> for Reset {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self> {
        match parts {
            Parts { email: Some(email), token: None, password: None } => Ok(Self::Ask(Address { email })),
            Parts { email: None, token: Some(token), password: Some(password) } => {
                Ok(Self::Use(ByLink { token, password }))
            }
            Parts { email: None, token: Some(_), .. } => Err(Error::invalid("/password", "must be given")),
            Parts { .. } => {
                Err(Error::invalid("/email", "must be given alone to ask for a link; token and password use it"))
            }
        }
    }
}

/// Reset a forgotten password
///
/// For members, in two steps. With `email` alone: whoever is known by this address gets a mail with a link that works
/// once, within an hour; the answer never says whether the address is known. With `token`, the last part of that link,
/// and `password`: the password is set, and every sign-in of the member ends.
#[utoipa::path(
    post, path = "/api/v1/auth/reset", operation_id = "resetPassword", tag = "sign-in", security(()),
    request_body = Reset,
    responses(
        (status = 202, description = "Taken: whoever is known by this address gets a mail"),
        (status = 204, description = "The password is set"),
        (status = 400, response = BadRequest),
        (status = 401, response = Mismatch),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn reset(State(server): State<Server>, body: Result<Body<Parts>, Problem>) -> Result<StatusCode, Problem> {
    let Body(parts) = body?;
    let ctx = Ctx::nobody(server.env);
    match Reset::try_from(parts)? {
        Reset::Ask(Address { email }) => {
            ask(&ctx, LinkPurpose::Reset, &email).await?;
            Ok(StatusCode::ACCEPTED)
        }
        Reset::Use(ByLink { token, password }) => {
            set_password(&ctx, LinkPurpose::Reset, &token, &password).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

/// A member's password, by a link of theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ByLink {
    /// The last part of the link in the mail.
    #[schema(min_length = 1, max_length = 100, example = "pQ4x7v0sT1mZk9YwB2nR8uJc6dE")]
    token: String,
    /// Your password: 15 to 128 characters of your own choice, not made of the words tried first.
    #[schema(min_length = 15, max_length = 128, format = "password", example = "seven quiet herons at dusk")]
    password: String,
}

/// Take up an invitation
///
/// For members whom an admin has invited (`inviteMember`). Sets the password that they sign in with from then on. The
/// link works once, within seven days.
#[utoipa::path(
    post, path = "/api/v1/auth/invite", operation_id = "takeUpInvitation", tag = "sign-in", security(()),
    request_body = ByLink,
    responses(
        (status = 204, description = "The password is set"),
        (status = 400, response = BadRequest),
        (status = 401, response = Mismatch),
        (status = 413, response = TooLong),
        (status = 415, response = NotJson),
        (status = 422, response = Broken),
    ),
)]
async fn invite(State(server): State<Server>, body: Result<Body<ByLink>, Problem>) -> Result<StatusCode, Problem> {
    let Body(ByLink { token, password }) = body?;
    set_password(&Ctx::nobody(server.env), LinkPurpose::Invite, &token, &password).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_in_page(State(server): State<Server>, Segment(token): Segment) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    match holder(&ctx, LinkPurpose::SignIn, &token).await {
        Ok(Holder::Contact(who)) => {
            let texts = texts(&ctx, who.0.language.as_deref());
            show(&server, StatusCode::OK, page_of_sign_in(&server.brand, texts, &who.0.name, &who.1.name))
        }
        other => refused(&server, &ctx, other.err()),
    }
}

/// What the page shows for a quarter of an hour needs no sign-in that lasts.
async fn sign_in_form(State(server): State<Server>, Segment(token): Segment) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let ((contact, account, owner), issued) = match sign_in_once(&ctx, &token).await {
        Ok((who, issued)) => (*who, issued),
        Err(error) => return refused(&server, &ctx, Some(error)),
    };
    let done = SignedIn {
        name: &contact.name,
        account: &account.name,
        owner: owner.as_ref().map(|owner| (owner.name.as_str(), owner.email.as_str())),
        token: &issued.access_token,
    };
    show(&server, StatusCode::OK, signed_in(&server.brand, texts(&ctx, contact.language.as_deref()), done))
}

async fn invite_page(State(server): State<Server>, Segment(token): Segment) -> Response {
    choose_page(&server, LinkPurpose::Invite, &token, None).await
}

async fn reset_page(State(server): State<Server>, Segment(token): Segment) -> Response {
    choose_page(&server, LinkPurpose::Reset, &token, None).await
}

type Fields = Result<Form<NewPassword>, FormRejection>;

/// What the form sends; the address in it is for the browser's memory of passwords.
#[derive(Deserialize)]
struct NewPassword {
    password: String,
    again: String,
}

async fn invite_form(State(server): State<Server>, Segment(token): Segment, form: Fields) -> Response {
    choose_form(&server, LinkPurpose::Invite, &token, form).await
}

async fn reset_form(State(server): State<Server>, Segment(token): Segment, form: Fields) -> Response {
    choose_form(&server, LinkPurpose::Reset, &token, form).await
}

async fn choose_page(server: &Server, purpose: LinkPurpose, token: &str, fault: Option<&'static str>) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    match holder(&ctx, purpose, token).await {
        Ok(Holder::Member(member)) => {
            let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let ask = Choose { mail: &member.email, fault };
            show(server, status, choose(&server.brand, texts(&ctx, None), ask))
        }
        other => refused(server, &ctx, other.err()),
    }
}

async fn choose_form(server: &Server, purpose: LinkPurpose, token: &str, form: Fields) -> Response {
    let ctx = Ctx::nobody(server.env.clone());
    let words = &texts(&ctx, None).entrance;
    let Ok(Form(NewPassword { password, again })) = form else {
        return choose_page(server, purpose, token, Some(words.error_rule)).await;
    };
    if password != again {
        return choose_page(server, purpose, token, Some(words.error_again)).await;
    }
    match set_password(&ctx, purpose, token, &password).await {
        Ok(()) => show(server, StatusCode::OK, saved(&server.brand, texts(&ctx, None))),
        Err(Error::Invalid(_)) => choose_page(server, purpose, token, Some(words.error_rule)).await,
        Err(error) => refused(server, &ctx, Some(error)),
    }
}

/// One page for every link that does not work, whatever it was.
fn refused(server: &Server, ctx: &Ctx, error: Option<Error>) -> Response {
    match error {
        None | Some(Error::Unauthenticated(_)) => {
            show(server, StatusCode::NOT_FOUND, gone(&server.brand, texts(ctx, None)))
        }
        Some(error) => error.into_response(),
    }
}

fn texts(ctx: &Ctx, language: Option<&str>) -> &'static Texts {
    Texts::of(language.unwrap_or(&ctx.company().language))
}
