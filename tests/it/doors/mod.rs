//! The doors for other programs: lists, upserts, batches, repeated requests, limits, exports.

mod batches;
mod exports;
mod hidden;
mod imports;
mod intake;
mod lists;
mod once;
mod rates;
mod upserts;

use api::access::KeyScope;
use axum::http::HeaderValue;
use serde_json::Value;
use tests::app::{Reply, TestApp, request};

/// One request with headers of its own.
async fn with(
    app: &TestApp,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
    headers: &[(&'static str, &str)],
) -> Reply {
    let mut request = request(method, path, token, body);
    for (name, value) in headers {
        request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
    }
    app.call(request).await
}

/// The token of an integration that may do everything; it speaks for `outside`.
async fn integration(app: &TestApp) -> String {
    app.integration(&KeyScope::ALL, None).await
}

/// The pointers of a problem's fields, in order.
fn pointers(reply: &Reply) -> Vec<String> {
    let body = reply.json();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}
