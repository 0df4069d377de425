//! The page a browser gets at the GraphQL address: `GraphiQL` from a public network where that can
//! be reached, else a small explorer of our own, which is in the same page.
//!
//! What always holds: the page loads the files of `STYLE` and `SCRIPTS` byte for byte or not at all, and runs
//! no script but those and its own; a query in the address is never run.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{
            ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::http::{Failure, refuse};

/// A file from outside: its address and the hash its bytes must have.
type Pin = (&'static str, &'static str);

/// The look of `GraphiQL`.
const STYLE: Pin = (
    "https://unpkg.com/graphiql@4.1.2/graphiql.min.css",
    "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
);

/// `GraphiQL` and what it needs, in the order of loading.
const SCRIPTS: [Pin; 3] = [
    (
        "https://unpkg.com/react@18.3.1/umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    (
        "https://unpkg.com/react-dom@18.3.1/umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    (
        "https://unpkg.com/graphiql@4.1.2/graphiql.min.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ),
];

/// The page and the policy that fits it.
struct Page {
    html: String,
    policy: String,
}

static PAGE: LazyLock<Page> = LazyLock::new(Page::build);

impl Page {
    fn build() -> Self {
        let script = include_str!("assets/explorer.js")
            .replace("{{style}}", &serde_json::json!(STYLE).to_string())
            .replace("{{scripts}}", &serde_json::json!(SCRIPTS).to_string());
        let hash = STANDARD.encode(digest(&SHA256, script.as_bytes()));
        let scripts = SCRIPTS.map(|(address, _)| address).join(" ");
        let style = STYLE.0;
        // GraphiQL writes style elements while it runs, so styles cannot be held to hashes.
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{hash}' {scripts}; style-src 'unsafe-inline' {style}; \
             img-src data:; font-src data:; connect-src 'self'; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        let html = include_str!("assets/explorer.html").replace("{{script}}", &script);
        Self { html, policy }
    }
}

/// `GET /graphql`: the page for a browser; 405 for a query in the address or a client that wants
/// no page.
#[expect(clippy::unused_async, reason = "handlers are async functions")]
pub async fn show(uri: Uri, headers: HeaderMap) -> Response {
    if has_query(&uri) || !takes_html(&headers) {
        return refuse(&headers, Failure::MethodNotAllowed);
    }
    let mut response = Response::new(Body::from(PAGE.html.as_str()));
    let set: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (REFERRER_POLICY, "no-referrer"),
        (VARY, "accept"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in set {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    match HeaderValue::from_str(&PAGE.policy) {
        Ok(policy) => {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        // A page without its policy is not served.
        Err(_) => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}

fn has_query(uri: &Uri) -> bool {
    let names = uri.query().unwrap_or_default().split('&');
    names.filter_map(|pair| pair.split('=').next()).any(|name| name == "query")
}

fn takes_html(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    !headers.contains_key(ACCEPT) || accepted.any(|value| value.contains("text/html") || value.contains("*/*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(uri: &'static str, accept: Option<&'static str>) -> Response {
        let accept = accept.map(|value| (ACCEPT, HeaderValue::from_static(value)));
        show(Uri::from_static(uri), accept.into_iter().collect()).await
    }

    #[tokio::test]
    async fn a_browser_gets_the_page_with_its_policy() {
        for accept in [None, Some("*/*"), Some("text/html,application/xhtml+xml")] {
            let response = get("/graphql?tab=1", accept).await;
            assert_eq!(response.status(), StatusCode::OK);
            let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("'sha256-"));
        }
    }

    #[tokio::test]
    async fn a_query_in_the_address_is_never_run() {
        for (uri, accept) in [
            ("/graphql?query=%7Bme%7D", None),
            ("/graphql?a=1&query", Some("text/html")),
            ("/graphql", Some("application/json")),
        ] {
            let response = get(uri, accept).await;
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()["allow"], "POST");
        }
    }

    #[test]
    fn the_page_has_no_open_place_and_one_script() {
        assert!(!PAGE.html.contains("{{"));
        assert_eq!(PAGE.html.matches("</script>").count(), 1);
        let ours = [include_str!("assets/explorer.html"), include_str!("assets/explorer.js")];
        assert!(ours.map(|file| file.lines().count()).iter().sum::<usize>() <= 80);
    }
}
