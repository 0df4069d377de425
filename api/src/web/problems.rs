//! The problems that operations name in the contract: each described once, with an example, and referred to.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::{
    ToResponse,
    openapi::{
        HeaderBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
        content::ContentBuilder,
        path::Operation,
        schema::{ObjectBuilder, Type},
    },
};

use super::shape::operations;

macro_rules! problems {
    ($($name:ident $status:literal $code:literal $about:literal, $example:literal $(, $pointer:literal $rule:literal)?;)+) => {
        $(
            #[doc = $about]
            pub struct $name;

            impl ToResponse<'static> for $name {
                fn response() -> (&'static str, RefOr<Response>) {
                    let errors: &[(&str, &str)] = &[$(($pointer, $rule))?];
                    (stringify!($name), described($status, $code, $about, $example, errors).into())
                }
            }
        )+

        /// All of them by name, with their status.
        fn all() -> Vec<(&'static str, &'static str, RefOr<Response>)> {
            vec![$({ let (name, response) = $name::response(); (name, stringify!($status), response) }),+]
        }
    };
}

problems! {
    BadRequest 400 "BAD_REQUEST" "Cannot be read", "the body is no JSON: expected value at line 1 column 1";
    Mismatch 401 "UNAUTHENTICATED" "They do not match", "the mail address and the password do not match";
    Unauthenticated 401 "UNAUTHENTICATED" "Not signed in", "sign in first: send `Authorization: Bearer <access token>`";
    Forbidden 403 "FORBIDDEN" "You see it, but may not do that", "this key lacks the scope accounts:read";
    NotFound 404 "NOT_FOUND" "Not there, or not for you", "account not found";
    NoLink 404 "NOT_FOUND" "No such link", "invitation not found";
    AnsweredAlready 409 "ALREADY_ANSWERED" "Answered already, or against the state of things", "this link has been answered already; name its version in If-Match to change the answer";
    Conflict 409 "CONFLICT" "Against the state of things", "this account has a contact with this mail address already";
    Gone 410 "GONE" "Over for good: expired, withdrawn or final", "this invitation has expired";
    Stale 412 "STALE" "Somebody else changed it first",
        "this was changed by somebody else since you read it; read it again and repeat the change";
    TooLong 413 "PAYLOAD_TOO_LARGE" "The body is too long", "the body is too long";
    NotJson 415 "UNSUPPORTED_MEDIA_TYPE" "The body is not application/json", "send the body as application/json";
    Packed 415 "UNSUPPORTED_MEDIA_TYPE" "The body is compressed", "send the body as it is, without a Content-Encoding";
    Broken 422 "INVALID" "Breaks a rule; `errors` names field and rule", "name must be given", "/name" "must be given";
    TooMany 429 "TOO_MANY_REQUESTS" "Too many requests; `Retry-After` says when to come back", "too many requests; try again in 2 s";
    Unavailable 503 "UNAVAILABLE" "The database does not answer, or the request took too long",
        "the service is not available right now; try again shortly";
    Full 507 "INSUFFICIENT_STORAGE" "The disk is full; nothing was stored",
        "there is no room left to store this, and nothing of it was stored; repeat it once there is";
}

fn described(status: u16, code: &str, about: &str, detail: &str, errors: &[(&str, &str)]) -> Response {
    let title = axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut example = json!({
        "type": "about:blank",
        "title": title.unwrap_or("Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90",
    });
    if !errors.is_empty() {
        let list: Vec<Value> = errors.iter().map(|(at, rule)| json!({ "pointer": at, "detail": rule })).collect();
        example["errors"] = Value::Array(list);
    }
    let body = Ref::from_schema_name("ProblemBody");
    let content = ContentBuilder::new().schema(Some(body)).example(Some(example)).build();
    let mut response = ResponseBuilder::new().description(about).content("application/problem+json", content);
    if status == 429 || status == 503 {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
        let header =
            HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait before the next try"));
        response = response.header("Retry-After", header.build());
    }
    response.build()
}

/// Puts the descriptions into the document, and those problems into every operation that any may meet.
pub fn describe(document: &mut OpenApi) {
    let all = all();
    if let Some(components) = document.components.as_mut() {
        components.responses = all.iter().map(|(name, _, response)| ((*name).to_owned(), response.clone())).collect();
    }
    for item in document.paths.paths.values_mut() {
        let reads = item.get.is_some();
        for (at, operation) in operations(item).enumerate() {
            // Reading comes first.
            add(operation, !reads || at > 0, &all);
        }
    }
}

fn add(operation: &mut Operation, writes: bool, all: &[(&'static str, &'static str, RefOr<Response>)]) {
    let is_open = operation.security.as_ref().is_some_and(|security| {
        serde_json::to_value(security).is_ok_and(|security| security == json!([{}]) || security == json!([]))
    });
    let responses: &mut BTreeMap<String, RefOr<Response>> = &mut operation.responses.responses;
    for (name, status, _) in all {
        let everywhere = matches!(*name, "TooMany" | "Unavailable")
            || *name == "Unauthenticated" && !is_open
            || *name == "Full" && writes;
        if everywhere && !responses.contains_key(*status) {
            responses.insert((*status).to_owned(), Ref::from_response_name(*name).into());
        }
    }
}
