//! The GraphQL door as any client finds it: the graphql-http audits, bombs, media types, introspection.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
    engine::Engine,
    js::{self, Js},
    served::Served,
    skip::skip,
};

/// A bomb is refused within this, in an unoptimised build beside other tests.
const QUICKLY: Duration = Duration::from_millis(500);
const JSON: (&str, &str) = ("content-type", "application/json");

/// The audits of graphql-http against the server; gives what they print. One that fails ends the test.
async fn audit(app: &TestApp, token: Option<&str>) -> Option<String> {
    let Some(js) = Js::with(&["graphql-http-audit.mjs"]) else {
        skip("Node with its packages", js::CURE);
        return None;
    };
    let served = Served::start(app.app.router()).await;
    let url = format!("{}/graphql", served.url);
    let arguments: Vec<&str> = ["graphql-http-audit.mjs", &url].into_iter().chain(token).collect();
    Some(js.node(&arguments).await)
}

async fn ask(app: &TestApp, token: Option<&str>, query: &str) -> (Reply, Duration) {
    let start = Instant::now();
    let reply = app.rest("POST", "/graphql", token, Some(json!({ "query": query }))).await;
    (reply, start.elapsed())
}

fn code(reply: &Reply) -> Value {
    reply.json()["errors"][0]["extensions"]["code"].clone()
}

/// Fragments that spread the next one ten times each.
fn fragments(depth: usize) -> String {
    let mut text = "{ me { ...f0 } }".to_owned();
    for number in 0..depth {
        let next = format!("...f{} ", number + 1).repeat(10);
        text += &format!(" fragment f{number} on Me {{ {next} }}");
    }
    text + &format!(" fragment f{depth} on Me {{ __typename }}")
}

both! {
    async fn the_audits_pass_as_anybody(app: TestApp) {
        let admin = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        for token in [None, Some(&*admin.token), Some(&*owner.token)] {
            let Some(text) = audit(&app, token).await else { return };
            assert!(text.contains("MUST: 13/13") && text.contains("SHOULD: 23/23"), "{text}");
        }
    }

    async fn bombs_are_refused_quickly_and_others_are_served_meanwhile(app: TestApp) {
        let admin = app.admin("Root").await;
        let nested = |depth: usize| format!("{{ accounts {}{} }}", "{ edges { node { children ".repeat(depth), "}}}".repeat(depth));
        let bombs = [
            ("fragments", fragments(29)),
            ("a circle", "{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }".to_owned()),
            ("depth", "{ me ".repeat(20_000) + &"}".repeat(20_000)),
            ("lists in lists", nested(50)),
            ("brackets", "{ account(id: ".to_owned() + &"[".repeat(50_000) + &"]".repeat(50_000) + ") { id } }"),
            ("aliases", format!("{{ {} }}", (0..10_000).map(|n| format!("a{n}: __typename ")).collect::<String>())),
            ("aliases of fields", format!("{{ {} }}", (0..1_000).map(|n| format!("a{n}: me {{ __typename }} ")).collect::<String>())),
            ("directives", format!("{{ me {} {{ __typename }} }}", "@include(if: true) ".repeat(5_000))),
            ("unknown directives", format!("{{ me {} {{ __typename }} }}", "@x ".repeat(5_000))),
            ("operations", "query a { __typename } ".repeat(5_000)),
            ("pages", "{ accounts(first: 2147483647) { edges { node { id } } } }".to_owned()),
            ("pages of pages", "{ accounts(first: 100) { edges { node { timeline(first: 100) { edges { node { id } } } responses(first: 100) { edges { node { id } } } } } } }".to_owned()),
        ];
        for (name, bomb) in bombs {
            for token in [None, Some(admin.token.as_str())] {
                let (reply, took) = ask(&app, token, &bomb).await;
                assert!(took < QUICKLY, "{name} took {took:?}");
                let body = reply.json();
                let nothing = body["data"].as_object().is_none_or(|data| data.values().all(Value::is_null));
                assert!(body["errors"].is_array() && nothing, "{name}: {}", &reply.text[..reply.text.len().min(300)]);
                assert!(reply.status.as_u16() < 500 && reply.text.len() < 10_000, "{name}: {}", reply.status);
            }
        }
        let (reply, took) = ask(&app, Some(&admin.token), &fragments(29)).await;
        assert_eq!(code(&reply), "QUERY_TOO_COMPLEX", "{} after {took:?}", reply.text);
        let big = json!({"query": format!("{{ __typename }} # {}", "x".repeat(20_000_000))}).to_string();
        assert_eq!(app.raw("POST", "/graphql", &[JSON], big).await.status, 413);
        let batch = json!(vec![json!({"query": "{ __typename }"}); 1_000]).to_string();
        assert_eq!(app.raw("POST", "/graphql", &[JSON], batch).await.status, 400, "no batches");
    }

    async fn only_json_posts_are_taken(app: TestApp) {
        let body = json!({"query": "mutation { createTeam(input: {name: \"x\"}) { id } }"}).to_string();
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/graphql", ""] {
            let headers: Vec<_> = [("content-type", kind)].into_iter().filter(|(_, kind)| !kind.is_empty()).collect();
            let reply = app.raw("POST", "/graphql", &headers, body.clone()).await;
            assert_eq!(reply.status, 415, "{kind}: {}", reply.text);
            let rest = app.raw("POST", "/api/v1/auth/token", &headers, "{}").await;
            assert_eq!(rest.status, 415, "{kind}: {}", rest.text);
        }
        for door in ["/graphql", "/api/v1/auth/token"] {
            let headers = [JSON, ("content-encoding", "gzip")];
            assert_eq!(app.raw("POST", door, &headers, body.clone()).await.status, 415, "{door}");
        }
        for query in ["%7B__typename%7D", "mutation%20%7B__typename%7D"] {
            let headers = [("accept", "application/json")];
            let reply = app.raw("GET", &format!("/graphql?query={query}"), &headers, "").await;
            assert_eq!(reply.status, 405, "{}", reply.text);
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            assert_eq!(app.raw(method, "/graphql", &[JSON], body.clone()).await.status, 405, "{method}");
        }
    }
}

#[tokio::test]
async fn the_schema_is_read_by_whom_the_setting_says() {
    let ask_schema = "{ __schema { queryType { name } } }";
    let ask_type = "{ __type(name: \"Account\") { fields { name } } }";
    let settings = [("off", [false, false]), ("signed-in", [false, true]), ("anyone", [true, true])];
    for (setting, [anonymous, signed]) in settings {
        let database = Engine::Sqlite.database().await.unwrap();
        let app = TestApp::with(database, &[("STEWARD_GRAPHQL_INTROSPECTION", setting)]).await;
        let asked = app.asked(entity::SurveyKind::Nps).await;
        let callers = [(None, anonymous), (Some(&asked.owner.token), signed), (Some(&asked.contact.token), signed)];
        for (token, may) in callers {
            let token = token.map(String::as_str);
            for query in [ask_schema, ask_type] {
                let (reply, _) = ask(&app, token, query).await;
                let body = reply.json();
                let shown = body["data"].as_object().is_some_and(|data| data.values().any(|value| !value.is_null()));
                assert_eq!(shown, may, "{setting} {token:?}: {}", reply.text);
            }
            let (wrong, _) = ask(&app, token, "{ acounts { id } }").await;
            assert!(may || !wrong.text.contains("Did you mean"), "{setting} {token:?}: {}", wrong.text);
        }
    }
}
