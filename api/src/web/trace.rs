//! Every request has an id: in the answer's header, in problems, in the log. Log and metrics name the matched route
//! only, never a path that may hold a token.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};

use super::{
    Server,
    parent::{HEADER as PARENT, Parent},
};
use crate::{
    base::{Answered, Tally},
    graph::http::CountsAs,
};

#[cfg(feature = "otlp")]
use super::span::tell;

/// Nobody is told of a request, in a build that cannot.
#[cfg(not(feature = "otlp"))]
const fn tell(_: Answered<'_>, _: Option<&Parent>, _: std::time::SystemTime) -> Option<u64> {
    None
}

const ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called: by us, and by whoever traces it.
#[derive(Clone, Default)]
struct Names {
    id: String,
    trace: Option<String>,
}

tokio::task_local! {
    static REQUEST: Names;
}

/// The id of the request being answered; empty outside one.
pub fn request_id() -> String {
    REQUEST.try_with(|names| names.id.clone()).unwrap_or_default()
}

/// The trace that the request being answered is part of.
pub fn trace_id() -> Option<String> {
    REQUEST.try_with(|names| names.trace.clone()).ok().flatten()
}

/// Gives the request its id, counts it and writes one line about it.
pub async fn trace(State(server): State<Server>, request: Request, next: Next) -> Response {
    let (db, parent) = (&server.env.db, Parent::of(request.headers()));
    let id = db.random().id(db.clock().now()).to_string();
    let names = Names { id: id.clone(), trace: parent.as_ref().map(|parent| parent.trace.clone()) };
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = known(request.method());
    let (start, tally) = (Instant::now(), Tally::default());
    let mut response = tally.clone().over(REQUEST.scope(names, next.run(request))).await;
    let (took, statements) = (start.elapsed(), tally.get());
    let status = response.extensions().get::<CountsAs>().map_or_else(|| response.status().as_u16(), |counts| counts.0);
    let answered = Answered { route: &route, method, status, took, statements };
    server.env.metrics.answered(answered);
    let told = tell(answered, parent.as_ref(), db.clock().now().0.into());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let trace = parent.as_ref().map(|parent| parent.trace.as_str());
    if status >= 500 {
        tracing::warn!(method, route, status, micros, statements, request = %id, trace, "answered");
    } else {
        tracing::debug!(method, route, status, micros, statements, request = %id, trace, "answered");
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(ID, value);
    }
    if let Some(parent) = parent {
        let own = told.unwrap_or_else(|| {
            let mut span = [0; 8];
            db.random().fill(&mut span);
            u64::from_ne_bytes(span)
        });
        if let Ok(value) = HeaderValue::from_str(&parent.own(own)) {
            headers.insert(PARENT, value);
        }
    }
    response
}

/// A method by its name; `other` where it is none of those that HTTP itself has.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}
