//! Who asks too much is told when to come back, and nobody else notices. Pages of named origins may ask at all.

use chrono::TimeDelta;
use serde_json::json;
use tests::{
    app::{Reply, TestApp},
    both,
    engine::Database,
};

use super::{integration, with};

async fn app(database: Database, more: &[(&str, &str)]) -> TestApp {
    let mut settings = vec![("STEWARD_RATE_LIMIT", "100")];
    settings.extend_from_slice(more);
    TestApp::with(database, &settings).await
}

fn header<'r>(reply: &'r Reply, name: &str) -> &'r str {
    reply.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

both! {
    async fn a_caller_has_a_bucket_of_their_own(database: Database) {
        let app = app(database, &[]).await;
        let (busy, calm) = (integration(&app).await, integration(&app).await);
        let list = async |token: &str| app.rest("GET", "/api/v1/surveys", Some(token), None).await;
        let first = list(&busy).await;
        assert_eq!(header(&first, "ratelimit-policy"), "\"caller\";q=100;w=60");
        assert_eq!(header(&first, "ratelimit"), "\"caller\";r=99;t=1");
        for _ in 1..100 {
            assert_eq!(list(&busy).await.status, 200);
        }
        let over = list(&busy).await;
        assert_eq!((over.status.as_u16(), over.json()["code"].as_str()), (429, Some("TOO_MANY_REQUESTS")), "{}", over.text);
        assert_eq!((header(&over, "retry-after"), header(&over, "ratelimit")), ("1", "\"caller\";r=0;t=60"));
        let graphql = app.gql(Some(&busy), "{me{role}}", json!({})).await;
        assert_eq!(graphql["errors"][0]["extensions"]["code"], "TOO_MANY_REQUESTS", "one bucket for both doors");
        assert_eq!(list(&calm).await.status, 200, "others do not notice");
        app.forward(TimeDelta::milliseconds(600));
        assert_eq!(list(&busy).await.status, 200);
        assert_eq!(list(&busy).await.status, 429);
    }

    async fn an_address_has_one_where_nobody_is_signed_in(database: Database) {
        let app = app(database, &[("STEWARD_TRUSTED_PROXIES", "0.0.0.0")]).await;
        let ask = async |from: &str, token: Option<&str>| {
            with(&app, "GET", "/api/v1/invitations/nothing", token, None, &[("x-forwarded-for", from)]).await
        };
        for _ in 0..20 {
            assert_eq!(ask("203.0.113.9", None).await.status, 404);
        }
        assert_eq!(ask("203.0.113.9", None).await.status, 429);
        assert_eq!(ask("203.0.113.9", Some("nonsense")).await.status, 429, "a token at a link's door changes nothing");
        assert_eq!(ask("198.51.100.4", None).await.status, 404);
        // Bad tokens count for the address they come from.
        let bad = async || with(&app, "GET", "/api/v1/accounts", Some("nonsense"), None, &[("x-forwarded-for", "192.0.2.1")]).await.status.as_u16();
        for _ in 0..20 {
            assert_eq!(bad().await, 401);
        }
        assert_eq!(bad().await, 429);
        let healthy = with(&app, "GET", "/healthz", None, None, &[("x-forwarded-for", "203.0.113.9")]).await;
        assert_eq!(healthy.status, 200);
    }

    async fn a_forged_header_changes_nothing(database: Database) {
        let app = app(database, &[]).await;
        let ask = async |from: String| with(&app, "GET", "/api/v1/invitations/nothing", None, None, &[("x-forwarded-for", &from)]).await;
        for at in 0..20 {
            assert_eq!(ask(format!("203.0.113.{at}")).await.status, 404);
        }
        assert_eq!(ask("203.0.113.99".to_owned()).await.status, 429);
    }

    async fn sign_ins_are_fewer(database: Database) {
        let app = app(database, &[]).await;
        let sign_in = async || {
            let body = json!({ "grant": "api_key", "key": "stw_nothing" });
            app.rest("POST", "/api/v1/auth/token", None, Some(body)).await
        };
        for _ in 0..60 {
            assert_eq!(sign_in().await.status, 401);
        }
        let over = sign_in().await;
        assert_eq!((over.status.as_u16(), header(&over, "retry-after")), (429, "1"));
    }

    async fn pages_of_named_origins_may_ask(database: Database) {
        let app = app(database, &[("STEWARD_ALLOWED_ORIGINS", "https://app.example.com")]).await;
        let preflight = async |origin: &str| {
            let asks = [("origin", origin), ("access-control-request-method", "PUT"), ("access-control-request-headers", "authorization,if-match")];
            with(&app, "OPTIONS", "/api/v1/accounts/17", None, None, &asks).await
        };
        let ours = preflight("https://app.example.com").await;
        assert_eq!(header(&ours, "access-control-allow-origin"), "https://app.example.com");
        assert!(header(&ours, "access-control-allow-methods").contains("PUT"), "{:?}", ours.headers);
        assert!(header(&ours, "access-control-allow-headers").contains("if-match"), "{:?}", ours.headers);
        let theirs = preflight("https://evil.example").await;
        assert_eq!(header(&theirs, "access-control-allow-origin"), "");
        let key = integration(&app).await;
        let answer = with(&app, "GET", "/api/v1/surveys", Some(&key), None, &[("origin", "https://app.example.com")]).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), "https://app.example.com");
        assert!(header(&answer, "access-control-expose-headers").contains("ratelimit"), "{:?}", answer.headers);
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"), "{:?}", answer.headers);
        assert_eq!(header(&answer, "access-control-allow-credentials"), "");
    }

    async fn a_token_that_nobody_reads_counts_for_its_address(database: Database) {
        let app = app(database, &[("STEWARD_TRUSTED_PROXIES", "0.0.0.0")]).await;
        for (from, method, path) in [("192.0.2.1", "GET", "/graphql"), ("192.0.2.2", "GET", "/graphql/ws"), ("192.0.2.3", "DELETE", "/graphql"), ("192.0.2.4", "PATCH", "/api/v1/accounts")] {
            let ask = async || with(&app, method, path, Some("x"), None, &[("x-forwarded-for", from)]).await.status.as_u16();
            for _ in 0..20 {
                let status = ask().await;
                assert_ne!(status, 429, "{method} {path}");
            }
            assert_eq!(ask().await, 429, "{method} {path}");
        }
    }
}
