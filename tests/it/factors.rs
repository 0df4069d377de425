//! A second factor: asked for after a right password alone, taken once, replaced by paper, ended by an admin.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use api::secure::totp;
use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;
use entity::{audit, member, recovery_code, second_factor};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};
use tokio::{sync::Barrier, task::JoinSet};

const PASSWORD: &str = "seven quiet herons at dusk";

async fn sign_in(app: &TestApp, password: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "grant": "password", "email": "ana@acme.test", "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    app.rest("POST", "/api/v1/auth/token", None, Some(body)).await
}

/// A member with a password of their own choice; gives an access token.
async fn ana(app: &TestApp) -> String {
    app.newcomer("Ana", "eight loud geese at dawn").await;
    let first = sign_in(app, "eight loud geese at dawn", None).await.json()["accessToken"].as_str().unwrap().to_owned();
    let change = json!({ "current": "eight loud geese at dawn", "password": PASSWORD });
    assert_eq!(app.rest("POST", "/api/v1/auth/password", Some(&first), Some(change)).await.status, 204);
    first
}

/// The digits an app shows that was given this secret, some steps from now.
fn shown(app: &TestApp, secret: &str, later: i64) -> String {
    let shared = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let second = app.now().0.timestamp() + 30 * later;
    (0..1_000_000)
        .map(|n| format!("{n:06}"))
        .find(|code| totp::step_of(&shared, code, second) == Some(second.div_euclid(30)))
        .unwrap()
}

async fn start(app: &TestApp, token: &str) -> String {
    let ask = format!("mutation{{startSecondFactor(password:\"{PASSWORD}\"){{secret uri}}}}");
    let made = app.gql(Some(token), &ask, json!({})).await["data"]["startSecondFactor"].clone();
    let (secret, uri) = (made["secret"].as_str().unwrap(), made["uri"].as_str().unwrap());
    assert_eq!(uri, format!("otpauth://totp/Acme%20Works:Ana%40acme.test?secret={secret}&issuer=Acme%20Works"));
    secret.to_owned()
}

async fn with(app: &TestApp, token: &str, mutation: &str, code: &str) -> Value {
    app.gql(Some(token), &format!("mutation{{{mutation}(code:\"{code}\")}}"), json!({})).await
}

/// Takes a factor into use; gives secret and codes on paper.
async fn set_up(app: &TestApp, token: &str) -> (String, Vec<String>) {
    let secret = start(app, token).await;
    let said = with(app, token, "confirmSecondFactor", &shown(app, &secret, 0)).await;
    let codes = said["data"]["confirmSecondFactor"].as_array().unwrap_or_else(|| panic!("{said}"));
    app.forward(TimeDelta::seconds(60));
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

fn code_of(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["code"].as_str().unwrap_or("-").to_owned())
}

both! {
    async fn a_code_is_asked_for_after_a_right_password_and_taken_once(app: TestApp) {
        let token = ana(&app).await;
        let elsewhere = sign_in(&app, PASSWORD, None).await.json()["accessToken"].as_str().unwrap().to_owned();
        let secret = start(&app, &token).await;
        assert_eq!(sign_in(&app, PASSWORD, None).await.status, 200, "not in use before a first code");
        let again = start(&app, &token).await;
        assert_ne!(secret, again);
        let wrong = with(&app, &token, "confirmSecondFactor", &shown(&app, &secret, 0)).await;
        assert_eq!(wrong["errors"][0]["extensions"]["errors"][0]["pointer"], "/code", "of the earlier secret: {wrong}");
        let secret = again;
        let first = shown(&app, &secret, 0);
        assert_eq!(with(&app, &token, "confirmSecondFactor", &first).await["data"]["confirmSecondFactor"].as_array().unwrap().len(), 10);
        let ended = app.gql(Some(&elsewhere), "{me{role}}", json!({})).await;
        assert_eq!(ended["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "other sign-ins end");
        assert_eq!(code_of(&sign_in(&app, PASSWORD, None).await), (401, "SECOND_FACTOR".to_owned()));
        assert_eq!(code_of(&sign_in(&app, "wrong", None).await), (401, "UNAUTHENTICATED".to_owned()), "nobody learns of it without");
        assert_eq!(code_of(&sign_in(&app, PASSWORD, Some(&first)).await), (401, "UNAUTHENTICATED".to_owned()), "used by the confirmation");
        app.forward(TimeDelta::seconds(60));
        let (next, now) = (shown(&app, &secret, 1), shown(&app, &secret, 0));
        assert_eq!(sign_in(&app, PASSWORD, Some(&next)).await.status, 200, "a clock half a minute ahead");
        assert_eq!(sign_in(&app, PASSWORD, Some(&next)).await.status, 401);
        assert_eq!(sign_in(&app, PASSWORD, Some(&now)).await.status, 401, "none from before one that was used");
        let said = app.gql(Some(&token), &format!("mutation{{startSecondFactor(password:\"{PASSWORD}\"){{uri}}}}"), json!({})).await;
        assert_eq!(said["errors"][0]["extensions"]["code"], "CONFLICT");
        app.forward(TimeDelta::seconds(90));
        assert_eq!(with(&app, &token, "stopSecondFactor", &shown(&app, &secret, 0)).await["data"]["stopSecondFactor"], true);
        assert_eq!(sign_in(&app, PASSWORD, None).await.status, 200);
        app.forward(TimeDelta::seconds(90));
        let again = with(&app, &token, "confirmSecondFactor", &shown(&app, &secret, 0)).await;
        assert_eq!(again["errors"][0]["extensions"]["code"], "CONFLICT", "what was stopped begins anew: {again}");
        // What is kept gives no secret away.
        let rows = serde_json::to_string(&(app.rows::<second_factor::Entity>().await, app.rows::<recovery_code::Entity>().await, app.rows::<audit::Entity>().await)).unwrap();
        assert!(!rows.contains(&secret), "{rows}");
    }

    async fn paper_stands_in_once_a_code(app: TestApp) {
        let token = ana(&app).await;
        let (_, codes) = set_up(&app, &token).await;
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(sign_in(&app, PASSWORD, Some(&typed)).await.status, 200);
        assert_eq!(sign_in(&app, PASSWORD, Some(&typed)).await.status, 401);
        let renewed = with(&app, &token, "renewRecoveryCodes", &codes[1]).await;
        let renewed = renewed["data"]["renewRecoveryCodes"].as_array().unwrap().clone();
        assert_eq!(sign_in(&app, PASSWORD, Some(&codes[2])).await.status, 401, "those before are void");
        assert_eq!(sign_in(&app, PASSWORD, renewed[0].as_str()).await.status, 200);
    }

    async fn ten_wrong_codes_are_looked_at_whatever_the_password(app: TestApp) {
        let token = ana(&app).await;
        let (secret, _) = set_up(&app, &token).await;
        for _ in 0..10 {
            assert_eq!(sign_in(&app, PASSWORD, Some("000000x")).await.status, 401);
            assert_eq!(code_of(&sign_in(&app, PASSWORD, None).await), (401, "SECOND_FACTOR".to_owned()));
        }
        assert_eq!(sign_in(&app, PASSWORD, Some(&shown(&app, &secret, 0))).await.status, 429);
        let other = with(&app, &token, "stopSecondFactor", "000000").await;
        assert_eq!(other["errors"][0]["extensions"]["code"], "TOO_MANY_REQUESTS", "at another door no less");
        app.forward(TimeDelta::minutes(15));
        assert_eq!(sign_in(&app, PASSWORD, Some(&shown(&app, &secret, 0))).await.status, 200);
        // Twenty in one request count twenty times.
        let fresh = sign_in(&app, PASSWORD, Some(&shown(&app, &secret, 1))).await.json();
        let token = fresh["accessToken"].as_str().unwrap();
        let many: String = (0..20).map(|n| format!("a{n}:stopSecondFactor(code:\"x\") ")).collect();
        let said = app.gql(Some(token), &format!("mutation{{{many}}}"), json!({})).await;
        let told = |code: &str| said["errors"].as_array().unwrap().iter().filter(|error| error["extensions"]["code"] == code).count();
        assert_eq!((told("INVALID"), told("TOO_MANY_REQUESTS")), (10, 10), "{said}");
    }

    async fn an_admin_helps_who_has_lost_everything(app: TestApp) {
        let token = ana(&app).await;
        set_up(&app, &token).await;
        let id = app.rows::<member::Entity>().await.into_iter().find(|row| row.name == "Ana").unwrap().id;
        let reset = format!("mutation{{resetSecondFactor(memberId:\"{id}\")}}");
        let mine = app.gql(Some(&token), &reset, json!({})).await;
        assert_eq!(mine["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let ada = app.admin("Ada").await.token;
        assert_eq!(app.gql(Some(&ada), &reset, json!({})).await["data"]["resetSecondFactor"], id.to_string());
        assert_eq!(app.gql(Some(&token), "{me{role}}", json!({})).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(sign_in(&app, PASSWORD, None).await.status, 200);
    }

    async fn of_8_with_one_code_one_gets_in(app: TestApp) {
        let token = ana(&app).await;
        let (secret, codes) = set_up(&app, &token).await;
        let app = Arc::new(app);
        for code in [shown(&app, &secret, 0), codes[0].clone()] {
            let (start, told) = (Arc::new(Barrier::new(8)), Arc::new(Mutex::new(BTreeMap::new())));
            let mut racers = JoinSet::new();
            for _ in 0..8 {
                let (app, start, told, code) = (Arc::clone(&app), Arc::clone(&start), Arc::clone(&told), code.clone());
                racers.spawn(async move {
                    start.wait().await;
                    let status = sign_in(&app, PASSWORD, Some(&code)).await.status.as_u16();
                    *told.lock().unwrap().entry(status).or_insert(0) += 1;
                });
            }
            while let Some(one) = racers.join_next().await {
                one.unwrap();
            }
            assert_eq!(*told.lock().unwrap(), [(200, 1), (401, 7)].into());
        }
    }
}
