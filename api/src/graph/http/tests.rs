//! The endpoint over a small schema of its own.

use async_graphql::{Context, EmptyMutation, EmptySubscription, ErrorExtensions, Object, Schema, ValidationMode};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Request, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use super::{CountsAs, Failure, Limits, Proven, answer, refuse};

struct Root;

#[Object]
impl Root {
    async fn viewer(&self, ctx: &Context<'_>) -> String {
        ctx.data_opt::<&str>().copied().unwrap_or("nobody").to_owned()
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn broken(&self) -> async_graphql::Result<Option<String>> {
        std::future::ready(()).await;
        Err(async_graphql::Error::new("It broke."))
    }

    async fn away(&self, code: String) -> async_graphql::Result<Option<String>> {
        std::future::ready(()).await;
        Err(async_graphql::Error::new("Not now.").extend_with(|_, extensions| extensions.set("code", code)))
    }

    async fn list(&self, of: Vec<i32>) -> usize {
        of.len()
    }
}

/// Status, media type and JSON of an answer.
struct Got(StatusCode, String, Value);

impl Got {
    fn code(&self) -> &str {
        self.2["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}

fn schema() -> Proven<Schema<Root, EmptyMutation, EmptySubscription>> {
    let schema = |mode| Schema::build(Root, EmptyMutation, EmptySubscription).validation_mode(mode).finish();
    Proven::new(schema(ValidationMode::Strict), schema(ValidationMode::Fast))
}

async fn respond(request: Request<Body>) -> Response {
    let schema = schema();
    answer(&schema, &Limits::default(), request, |query| query.data("ana")).await
}

async fn send(request: Request<Body>) -> Got {
    let response = respond(request).await;
    let (parts, body) = response.into_parts();
    let media = parts.headers["content-type"].to_str().unwrap().to_owned();
    assert_eq!(parts.headers["cache-control"], "no-store");
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Got(parts.status, media, serde_json::from_slice(&bytes).unwrap())
}

fn request(accept: &str, content: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql").header("accept", accept);
    request.header("content-type", content).body(body.into()).unwrap()
}

async fn post(body: impl Into<Body>) -> Got {
    send(request("application/json", "application/json", body)).await
}

async fn query(accept: &str, query: &str) -> Got {
    let body = json!({ "query": query }).to_string();
    send(request(accept, "application/json", body)).await
}

const STRICT: &str = "application/graphql-response+json";

#[tokio::test]
async fn a_query_runs_with_what_was_prepared() {
    let got = query("*/*", "{ viewer }").await;
    assert_eq!((got.0, got.2), (StatusCode::OK, json!({"data": {"viewer": "ana"}})));
    assert_eq!(got.1, "application/json; charset=utf-8");
    assert_eq!(query(STRICT, "{ viewer }").await.1, "application/graphql-response+json; charset=utf-8");
}

#[tokio::test]
async fn the_media_type_is_the_one_liked_best() {
    for (accept, strict) in [
        ("application/json, application/graphql-response+json", false),
        ("application/graphql-response+json, application/json;q=0.9", true),
        ("application/json;q=0.5, application/graphql-response+json;q=0.6", true),
        ("application/graphql-response+json;q=0, */*;q=0.1", false),
        ("Application/GraphQL-Response+JSON; charset=utf-8", true),
    ] {
        assert_eq!(query(accept, "{ viewer }").await.1.contains("graphql"), strict, "{accept}");
    }
    let got = query("text/html", "{ viewer }").await;
    assert_eq!((got.0, got.code()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn a_query_that_did_not_run_has_no_data() {
    for text in ["{", "{ nothing }", "query($a: Int!) { list(of: [$a]) }", "{ viewer @x }", "{ ...f }"] {
        let (plain, strict) = (query("*/*", text).await, query(STRICT, text).await);
        assert_eq!((plain.0, strict.0), (StatusCode::OK, StatusCode::BAD_REQUEST), "{text}");
        for got in [plain, strict] {
            assert_eq!(got.code(), "INVALID_QUERY", "{text}");
            assert!(got.2.get("data").is_none(), "{text}");
        }
    }
}

#[tokio::test]
async fn an_error_of_a_field_keeps_the_data_entry() {
    for accept in ["*/*", STRICT] {
        let got = query(accept, "{ broken }").await;
        assert_eq!((got.0, &got.2["data"]), (StatusCode::OK, &json!({ "broken": null })));
        let got = query(accept, "{ first: broken second: broken }").await;
        assert_eq!((got.0, &got.2["data"]), (StatusCode::OK, &json!({ "first": null, "second": null })));
    }
}

/// What passes says when to come again, and a fault of the server's is one in the figures, whatever the status.
#[tokio::test]
async fn a_fault_of_ours_counts_as_one() {
    for (code, counts, again) in
        [("UNAVAILABLE", Some(503), true), ("INSUFFICIENT_STORAGE", Some(507), false), ("CONFLICT", None, false)]
    {
        let body = json!({ "query": format!("{{ viewer away(code: \"{code}\") }}") }).to_string();
        let got = respond(request("*/*", "application/json", body)).await;
        assert_eq!(got.status(), StatusCode::OK, "{code}");
        assert_eq!(got.extensions().get::<CountsAs>().map(|counts| counts.0), counts, "{code}");
        assert_eq!(got.headers().contains_key("retry-after"), again, "{code}");
    }
    let away = Failure::Other(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "Not now.".to_owned());
    assert!(refuse(&axum::http::HeaderMap::new(), away).headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_query_beyond_the_limits_is_a_bad_request_in_both_types() {
    let text = format!("{{ {} }}", "viewer ".repeat(21));
    for accept in ["*/*", STRICT] {
        let got = query(accept, &text).await;
        assert_eq!((got.0, got.code()), (StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX"));
    }
}

#[tokio::test]
async fn only_post_is_taken() {
    for method in ["GET", "PUT", "DELETE"] {
        let request = Request::builder().method(method).uri("/graphql?query={viewer}");
        let schema = schema();
        let request = request.body(Body::empty()).unwrap();
        let response = answer(&schema, &Limits::default(), request, |query| query).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "POST");
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    for content in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/graphql",
        "application/json; charset=utf-16",
        "",
    ] {
        let got = send(request("*/*", content, r#"{"query":"{viewer}"}"#)).await;
        assert_eq!(got.0, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content}");
        assert_eq!(got.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let got = send(request("*/*", "Application/JSON;charset=\"UTF-8\"", r#"{"query":"{viewer}"}"#)).await;
    assert_eq!(got.0, StatusCode::OK);
    let mut zipped = request("*/*", "application/json", "x");
    zipped.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(send(zipped).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_refused_while_it_arrives() {
    let most = Limits::default().body_bytes;
    let body = |bytes: usize| format!("{{\"query\":\"{{viewer}}\"{}}}", " ".repeat(bytes - 20));
    assert_eq!(body(most).len(), most);
    assert_eq!(post(body(most)).await.0, StatusCode::OK);
    let got = post(body(most + 1)).await;
    assert_eq!((got.0, got.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));

    let chunks = std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 4096])));
    let stream = async_graphql::futures_util::stream::iter(chunks);
    assert_eq!(post(Body::from_stream(stream)).await.0, StatusCode::PAYLOAD_TOO_LARGE);

    let mut lying = request("*/*", "application/json", "{}");
    lying.headers_mut().insert("content-length", "99999999999".parse().unwrap());
    assert_eq!(send(lying).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_is_no_request_is_a_bad_request() {
    let deep = format!("{{\"query\":\"{{viewer}}\",\"variables\":{{\"a\":{}", "[".repeat(50_000));
    for body in [
        "",
        "null",
        "\"{viewer}\"",
        "[{\"query\":\"{viewer}\"}]",
        "[]",
        "{}",
        "{\"query\":1}",
        "{\"query\":null}",
        "{\"query\":\"{viewer}\"",
        "{\"query\":\"{viewer}\",\"query\":\"{viewer}\"}",
        "{\"query\":\"{viewer}\",\"variables\":[]}",
        "{\"query\":\"{viewer}\",\"variables\":\"{}\"}",
        "{\"query\":\"{viewer}\",\"operationName\":7}",
        "{\"query\":\"{viewer}\",\"extensions\":\"x\"}",
        "{\"query\":\"{viewer}\",\"variables\":{\"a\":1e400}}",
        "{\"query\":\"{viewer}\",\"variables\":{\"a\":\"\\ud800\"}}",
        "{\"query\":\"{viewer}\",\"variables\":{\"a\":\"\\u0000\"}}",
        "{\"query\":\"{viewer(a: \\\"\\\\u0000\\\")}\"}",
        &deep,
    ] {
        let got = post(body.to_owned()).await;
        assert_eq!((got.0, got.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{body:.80}");
        assert!(got.2.get("data").is_none());
    }
    let got = post(&b"{\"query\":\"{viewer}\xff\"}"[..]).await;
    assert_eq!(got.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_members_of_a_request_are_read() {
    for (body, data) in [
        (json!({"query": "{viewer}", "id": "x", "more": [1]}), json!({"viewer": "ana"})),
        (
            json!({"query": "{viewer}", "operationName": null, "variables": null, "extensions": null}),
            json!({"viewer": "ana"}),
        ),
        (json!({"query": "{viewer}", "extensions": {"a": {"b": 1}}}), json!({"viewer": "ana"})),
        (json!({"query": "query A{viewer} query B{a:viewer}", "operationName": "B"}), json!({"a": "ana"})),
        (
            json!({"query": "query($t:String!){echo(text:$t)}", "variables": {"t": "é\u{1}🏃"}}),
            json!({"echo": "é\u{1}🏃"}),
        ),
    ] {
        let got = post(body.to_string()).await;
        assert_eq!((got.0, &got.2["data"], got.2.get("errors")), (StatusCode::OK, &data, None));
    }
    let got = post(json!({"query": "query A{viewer}", "operationName": "B"}).to_string()).await;
    assert_eq!(got.code(), "INVALID_QUERY");
}

#[tokio::test]
async fn numbers_at_the_edges_are_no_fault_of_ours() {
    for number in ["9223372036854775808", "-9223372036854775809", "1e308", "-0", "0.5", "1e400"] {
        let got = query(STRICT, &format!("{{ list(of: [{number}]) }}")).await;
        assert!(got.0.as_u16() <= 400, "{number}: {}", got.0);
        let body = format!(r#"{{"query":"query($a:Int){{list(of:[$a])}}","variables":{{"a":{number}}}}}"#);
        assert!(post(body).await.0.as_u16() <= 400, "{number}");
    }
}

#[tokio::test]
async fn a_schema_that_may_not_be_read_is_not_read() {
    let schema = schema();
    for (text, expected) in [
        ("{ __type(name: \"Root\") { name fields { name } } }", json!({"data": {"__type": null}})),
        ("{ __typename }", json!({"data": {"__typename": "Root"}})),
    ] {
        let request = || request("*/*", "application/json", json!({ "query": text }).to_string());
        // Found right by somebody who may.
        answer(&schema, &Limits::default(), request(), |query| query).await;
        let closed = |query: async_graphql::Request| query.disable_introspection();
        let response = answer(&schema, &Limits::default(), request(), closed).await;
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), expected);
    }
}
