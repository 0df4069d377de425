//! Passwords: tried, and changed.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp, request},
    both,
};
use tokio::{sync::Barrier, task::JoinSet};

const FIRST: &str = "seven quiet herons at dusk";
const SECOND: &str = "nine loud magpies at dawn";

async fn sign_in(app: &TestApp, email: &str, password: &str, from: u8) -> Reply {
    let body = json!({ "grant": "password", "email": email, "password": password });
    let mut asked = request("POST", "/api/v1/auth/token", None, Some(body));
    asked.headers_mut().insert("x-forwarded-for", format!("192.0.2.{from}").parse().unwrap());
    app.call(asked).await
}

async fn change(app: &TestApp, token: &Value, current: &str, new: &str) -> Reply {
    let body = json!({ "current": current, "password": new });
    app.rest("POST", "/api/v1/auth/password", token.as_str(), Some(body)).await
}

fn told(counts: &BTreeMap<u16, usize>) -> Vec<(u16, usize)> {
    counts.iter().map(|(status, count)| (*status, *count)).collect()
}

both! {
    async fn ten_wrong_tries_are_looked_at_and_no_more(app: TestApp) {
        app.newcomer("Ana", FIRST).await;
        app.newcomer("Ben", FIRST).await;
        let held = sign_in(&app, "ana@acme.test", FIRST, 1).await.json();
        // However the address is written, and wherever from; and for nobody at all no less.
        for spellings in [["ana@acme.test", "ANA@ACME.TEST", "Ana@Acme.Test"], ["no@acme.test", "NO@acme.test", "No@acme.test"]] {
            let mut counts = BTreeMap::new();
            for (at, email) in (0..200_u8).zip(spellings.into_iter().cycle()) {
                let reply = sign_in(&app, email, "eight quiet herons at dusk", at).await;
                *counts.entry(reply.status.as_u16()).or_insert(0) += 1;
                if reply.status == 429 {
                    assert_eq!(reply.headers["retry-after"], "900");
                }
            }
            assert_eq!(told(&counts), [(401, 10), (429, 190)], "{spellings:?}");
        }
        assert_eq!(sign_in(&app, "ana@acme.test", FIRST, 1).await.status, 429, "the right one is not looked at either");
        assert_eq!(change(&app, &held["accessToken"], FIRST, SECOND).await.status, 429, "nor at another door");
        assert_eq!(sign_in(&app, "ben@acme.test", FIRST, 1).await.status, 200, "another member is no matter of this");
        let refresh = json!({ "grant": "refresh", "refreshToken": held["refreshToken"] });
        assert_eq!(app.rest("POST", "/api/v1/auth/token", None, Some(refresh)).await.status, 200, "who is signed in goes on");
        app.forward(TimeDelta::minutes(15));
        assert_eq!(sign_in(&app, "ana@acme.test", FIRST, 1).await.status, 200);
        // A right one makes up for those before it.
        for _ in 0..3 {
            for _ in 0..9 {
                assert_eq!(sign_in(&app, "ana@acme.test", "wrong", 1).await.status, 401);
            }
            assert_eq!(sign_in(&app, "ana@acme.test", FIRST, 1).await.status, 200);
        }
    }

    async fn of_64_tries_at_once_ten_are_looked_at(app: TestApp) {
        let app = Arc::new(app);
        app.newcomer("Ana", FIRST).await;
        let start = Arc::new(Barrier::new(64));
        let mut racers = JoinSet::new();
        for racer in 0..64 {
            let (app, start) = (Arc::clone(&app), Arc::clone(&start));
            racers.spawn(async move {
                start.wait().await;
                sign_in(&app, "ana@acme.test", "wrong", racer).await.status.as_u16()
            });
        }
        let mut counts = BTreeMap::new();
        while let Some(status) = racers.join_next().await {
            *counts.entry(status.unwrap()).or_insert(0) += 1;
        }
        assert_eq!(told(&counts), [(401, 10), (429, 54)]);
    }

    async fn right_tries_at_once_do_not_count_against_each_other(app: TestApp) {
        let app = Arc::new(app);
        app.newcomer("Ana", FIRST).await;
        let mut racers = JoinSet::new();
        for racer in 0..32 {
            let app = Arc::clone(&app);
            racers.spawn(async move { sign_in(&app, "ana@acme.test", FIRST, racer).await.status.as_u16() });
        }
        assert!(racers.join_all().await.into_iter().all(|status| status == 200));
    }

    async fn a_first_password_is_replaced_before_anything_else(app: TestApp) {
        app.newcomer("Ana", FIRST).await;
        let (held, away) = (sign_in(&app, "ana@acme.test", FIRST, 1).await.json(), sign_in(&app, "ana@acme.test", FIRST, 1).await.json());
        assert_eq!(held["mustChangePassword"], true);
        let (token, other) = (&held["accessToken"], &away["accessToken"]);
        let ask = async |token: &Value, query: &str| app.gql(token.as_str(), query, json!({})).await["errors"][0]["extensions"]["code"].clone();
        assert_eq!(ask(token, "{me{mustChangePassword}}").await, Value::Null);
        assert_eq!(ask(token, "{accounts{nodes{id}}}").await, "FORBIDDEN");
        assert_eq!(app.rest("GET", "/api/v1/accounts", token.as_str(), None).await.status, 403);
        // Not for a token that an operator has made.
        let id = app.rows::<entity::member::Entity>().await.into_iter().find(|row| row.name == "Ana").unwrap().id;
        let made = json!(app.token(api::store::Subject::Member(id)).await);
        assert_eq!(ask(&made, "{accounts{nodes{id}}}").await, Value::Null);
        let wrong = async |current: &str, new: &str, pointer: &str| {
            let reply = change(&app, token, current, new).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["errors"][0]["pointer"]), (422, &json!(pointer)), "{}", reply.text);
        };
        wrong("not the one", SECOND, "/current").await;
        wrong(FIRST, "too short", "/password").await;
        wrong(FIRST, "Acme Works Ana 2026", "/password").await;
        wrong(FIRST, FIRST, "/password").await;
        assert_eq!(ask(other, "{me{role}}").await, Value::Null, "nothing has changed yet");
        assert_eq!(change(&app, token, FIRST, SECOND).await.status, 204);
        assert_eq!(ask(token, "{accounts{nodes{id}}}").await, Value::Null, "this sign-in goes on");
        assert_eq!(ask(other, "{me{role}}").await, "UNAUTHENTICATED", "the others have ended");
        let refresh = json!({ "grant": "refresh", "refreshToken": away["refreshToken"] });
        assert_eq!(app.rest("POST", "/api/v1/auth/token", None, Some(refresh)).await.status, 401);
        assert_eq!(sign_in(&app, "ana@acme.test", FIRST, 1).await.status, 401);
        let again = sign_in(&app, "ana@acme.test", SECOND, 1).await.json();
        assert_eq!(again["mustChangePassword"], false);
        // The audit says that it was changed, by whom, and not to what.
        let ada = app.admin("Ada").await;
        let query = "{audit(filter:{subject:{eq:\"member\"},action:{eq:UPDATE}}){nodes{actorKind before after}}}";
        let entries = app.gql(Some(&ada.token), query, json!({})).await["data"]["audit"]["nodes"].clone();
        assert!(entries.as_array().unwrap().iter().any(|entry| entry["actorKind"] == "MEMBER" && entry["after"]["password_must_change"] == false), "{entries}");
        assert!(!entries.to_string().contains("argon2"), "{entries}");
    }
}
