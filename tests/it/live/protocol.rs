//! How sockets are asked for, spoken over and closed, frame by frame.

use std::time::{Duration, Instant};

use api::access::KeyScope;
use serde_json::json;
use tests::{
    app::{TestApp, URL},
    both,
    engine::Database,
    live::{Heard, Socket},
    served::Served,
};
use tokio_tungstenite::tungstenite::Message;

use super::{SCORE, Story, score};

both! {
    async fn every_way_to_break_the_protocol_has_its_code(app: TestApp) {
        let story = Story::new(app).await;
        let url = &story.served.url;
        let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", story.ana.token) } });
        let subscribe = json!({ "type": "subscribe", "id": "a", "payload": { "query": SCORE } });
        let long = "x".repeat(300_000);
        let broken = [
            Message::text("no JSON"),
            Message::text("[]"),
            Message::text("{}"),
            Message::text(json!({ "type": "start" }).to_string()),
            Message::text(json!({ "type": "subscribe", "payload": { "query": SCORE } }).to_string()),
            Message::text(json!({ "type": "subscribe", "id": "", "payload": { "query": SCORE } }).to_string()),
            Message::text(json!({ "type": "subscribe", "id": "x".repeat(129), "payload": { "query": SCORE } }).to_string()),
            Message::text(json!({ "type": "subscribe", "id": 7, "payload": { "query": SCORE } }).to_string()),
            Message::text(json!({ "type": "subscribe", "id": "a", "payload": {} }).to_string()),
            Message::text(json!({ "type": "subscribe", "id": "a", "payload": { "query": long } }).to_string()),
            Message::text(json!({ "type": "ping", "payload": 7 }).to_string()),
            Message::text(format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))),
            Message::binary(init.to_string().into_bytes()),
        ];
        for message in broken {
            let told = message.to_string().chars().take(80).collect::<String>();
            let mut socket = Socket::open(url).await;
            socket.send(message.clone()).await;
            assert_eq!(socket.hear().await, Heard::Closed(4400), "before: {told}");
            let mut socket = Socket::of(url, &story.ana.token).await;
            socket.send(message).await;
            assert_eq!(socket.hear().await, Heard::Closed(4400), "after: {told}");
        }
        let mut socket = Socket::open(url).await;
        socket.say(subscribe.clone()).await;
        assert_eq!(socket.hear().await, Heard::Closed(4401), "subscribed before the acknowledgement");
        let mut socket = Socket::of(url, &story.ana.token).await;
        socket.say(init.clone()).await;
        assert_eq!(socket.hear().await, Heard::Closed(4429), "a second connection_init");
        let mut socket = story.listener(&story.ana.token, SCORE).await;
        socket.say(subscribe.clone()).await;
        assert_eq!(socket.hear().await, Heard::Closed(4409), "an id in use");
        for authorization in ["", "Bearer", "Bearer x", &story.ana.token, &format!("Bearer {}", story.link)] {
            let mut socket = Socket::open(url).await;
            socket.greet(authorization).await;
            assert_eq!(socket.hear().await, Heard::Closed(4403), "{authorization}");
        }
        let mut socket = Socket::open(url).await;
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, Heard::Closed(4403), "no token");
        // After it was completed an id is free again, and what nobody knows can be completed.
        let mut socket = story.listener(&story.ana.token, SCORE).await;
        for id in ["a", "unknown"] {
            socket.say(json!({ "type": "complete", "id": id })).await;
        }
        socket.subscribe("a", SCORE).await;
        story.answer(&story.link, 7).await;
        assert_eq!(socket.event("a").await, score(7));
    }

    async fn who_says_nothing_is_shown_out(app: TestApp) {
        let served = Served::start(app.app.router()).await;
        let start = Instant::now();
        let mut socket = Socket::open(&served.url).await;
        socket.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
        assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "pong", "payload": { "at": 1 } })));
        assert_eq!(socket.hear().await, Heard::Closed(4408));
        assert!(start.elapsed() > Duration::from_secs(9), "{:?}", start.elapsed());
    }

    async fn a_socket_is_asked_for_properly(database: Database) {
        let app = TestApp::with(database, &[("STEWARD_ALLOWED_ORIGINS", "https://app.example.com http://localhost:*")]).await;
        let admin = app.admin("Ada").await;
        let served = Served::start(app.app.router()).await;
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
        for origin in [URL, "https://app.example.com", "http://localhost:5173"] {
            assert!(Socket::ask(&served.url, &[protocol, ("origin", origin)]).await.is_ok(), "{origin}");
        }
        for origin in ["https://evil.test", "null", "https://app.example.com.evil.test", &served.url, ""] {
            assert_eq!(Socket::ask(&served.url, &[protocol, ("origin", origin)]).await.unwrap_err(), 403, "{origin}");
        }
        let two = [protocol, ("origin", URL), ("origin", "https://evil.test")];
        assert_eq!(Socket::ask(&served.url, &two).await.unwrap_err(), 403);
        for protocols in [None, Some("graphql-ws"), Some("chat")] {
            let headers: Vec<_> = protocols.map(|name| ("sec-websocket-protocol", name)).into_iter().collect();
            assert_eq!(Socket::ask(&served.url, &headers).await.unwrap_err(), 400, "{protocols:?}");
        }
        let plain = app.rest("GET", "/graphql/ws", None, None).await;
        assert_eq!((plain.status.as_u16(), &plain.json()["errors"][0]["extensions"]["code"]), (400, &json!("BAD_REQUEST")));
        // A program may send its token as a header.
        let bearer = format!("Bearer {}", admin.token);
        let mut socket = Socket::ask(&served.url, &[protocol, ("authorization", &bearer)]).await.unwrap();
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
    }

    async fn what_cannot_run_is_refused_and_the_socket_goes_on(app: TestApp) {
        let story = Story::new(app).await;
        let mut socket = story.listener(&story.ana.token, SCORE).await;
        let bomb: String = (0..29).map(|at| format!("fragment F{at} on Response {{ ...F{n} ...F{n} }} ", n = at + 1)).collect();
        let bomb = format!("subscription {{ responseReceived {{ ...F0 }} }} {bomb} fragment F29 on Response {{ id }}");
        let aliases: String = (0..51).map(|at| format!("a{at}: score ")).collect();
        let aliased = format!("subscription {{ responseReceived {{ {aliases} }} }}");
        let long = format!("subscription {{ responseReceived {{ id # {}\n }} }}", "x".repeat(65_500));
        let two = "subscription { a: responseReceived { id } b: responseReceived { id } }";
        let start = Instant::now();
        for (query, code) in [
            (bomb.as_str(), "QUERY_TOO_COMPLEX"),
            (aliased.as_str(), "QUERY_TOO_COMPLEX"),
            (long.as_str(), "QUERY_TOO_COMPLEX"),
        ] {
            assert_eq!(socket.refusal("bomb", query).await, code, "{}", &query[..80]);
        }
        assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
        for query in [
            "{ me { role } }",
            "mutation { createTeam(input: { name: \"X\" }) { id } }",
            two,
            "subscription { ...F } fragment F on Subscription { responseReceived { id } }",
            "subscription { ... on Subscription { responseReceived { id } } }",
            "subscription { responseReceived { nothing } }",
            "subscription { nothing }",
            "subscription { __schema { types { name } } }",
            "subscription { responseReceived { id }",
            "subscription A { responseReceived { id } } query B { me { role } }",
            "subscription { responseReceived(account: 1) { id } }",
        ] {
            assert_eq!(socket.refusal("x", query).await, "INVALID_QUERY", "{query}");
        }
        let poor = story.app.integration(&[KeyScope::AccountsRead], None).await;
        assert_eq!(Socket::of(&story.served.url, &poor).await.refusal("x", SCORE).await, "FORBIDDEN");
        story.answer(&story.link, 7).await;
        assert_eq!(socket.event("a").await, score(7));
    }

    async fn sockets_and_subscriptions_are_counted(app: TestApp) {
        let story = Story::new(app).await;
        let mut first = Socket::of(&story.served.url, &story.ana.token).await;
        for at in 0..20 {
            first.subscribe(&at.to_string(), SCORE).await;
        }
        assert_eq!(first.refusal("20", SCORE).await, "QUERY_TOO_COMPLEX");
        let mut more = Vec::new();
        for _ in 1..50 {
            more.push(Socket::of(&story.served.url, &story.ana.token).await);
        }
        let mut last = Socket::open(&story.served.url).await;
        last.greet(&format!("Bearer {}", story.ana.token)).await;
        assert_eq!(last.hear().await, Heard::Closed(4429));
        drop(Socket::of(&story.served.url, &story.mia.token).await);
        drop(more.pop());
        for _ in 0..100 {
            let mut next = Socket::open(&story.served.url).await;
            next.greet(&format!("Bearer {}", story.ana.token)).await;
            if next.hear().await != Heard::Closed(4429) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a socket that was closed counts still");
    }

    async fn a_server_that_stops_says_so(app: TestApp) {
        let story = Story::new(app).await;
        let (mut mia, mut new) = (story.listener(&story.mia.token, SCORE).await, Socket::open(&story.served.url).await);
        let start = Instant::now();
        story.app.app.close_sockets().await;
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert_eq!((mia.hear().await, new.hear().await), (Heard::Closed(1001), Heard::Closed(1001)));
    }
}
