//! Pages of other origins that a browser lets read our answers. Tokens travel in a header, so no cookie is asked for.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::base::Origins;

const fn name(text: &'static str) -> HeaderName {
    HeaderName::from_static(text)
}

/// Lets pages of these origins call both doors.
pub fn cors(origins: Origins) -> CorsLayer {
    let known = move |origin: &HeaderValue, _: &_| origin.to_str().is_ok_and(|origin| origins.allow(origin));
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(known))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            name("idempotency-key"),
            name("traceparent"),
        ])
        .expose_headers([
            header::ETAG,
            header::RETRY_AFTER,
            header::LOCATION,
            name("ratelimit"),
            name("ratelimit-policy"),
            name("x-request-id"),
        ])
        .max_age(Duration::from_hours(2))
}

/// Only what a browser asks before a call is answered by `cors`: any other OPTIONS goes on to the door,
/// which knows no such method.
pub async fn across(State(cors): State<CorsLayer>, request: Request, next: Next) -> Response {
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !asks {
        next.run(request).await
    } else {
        cors.layer(next).oneshot(request).await.into_response()
    }
}
