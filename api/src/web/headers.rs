//! Headers that every answer carries.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Adds what is not there yet: no sniffing, no framing, no referrer, and nothing of the doors in a cache.
pub async fn secure(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_personal = path == "/graphql" || path.starts_with("/api/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if is_personal {
        // What a door answers depends on who asks.
        put(headers, header::CACHE_CONTROL, "no-store");
    }
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "no-referrer");
    put(headers, header::X_FRAME_OPTIONS, "DENY");
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
