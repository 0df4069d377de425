//! Sign-ins: refreshed, seen, ended; and what becomes of a refresh token that comes twice.

use std::{collections::BTreeMap, sync::Arc};

use api::{import::Kind, store::Subject};
use chrono::TimeDelta;
use entity::session;
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
    imports::import_text,
};
use tokio::{sync::Barrier, task::JoinSet};

const PASSWORD: &str = "seven quiet herons at dusk";
const RACERS: usize = 64;

fn rounds() -> usize {
    if tests::engine::long() { 200 } else { 10 }
}

async fn token(app: &TestApp, body: Value) -> Reply {
    app.rest("POST", "/api/v1/auth/token", None, Some(body)).await
}

async fn sign_in(app: &TestApp, name: &str) -> Value {
    let reply =
        token(app, json!({ "grant": "password", "email": format!("{name}@acme.test"), "password": PASSWORD })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn refresh(app: &TestApp, held: &Value) -> Reply {
    token(app, json!({ "grant": "refresh", "refreshToken": held["refreshToken"] })).await
}

async fn go_on(app: &TestApp, held: &Value) -> Value {
    let reply = refresh(app, held).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// Whether an access token opens anything.
async fn opens(app: &TestApp, held: &Value) -> bool {
    app.gql(held["accessToken"].as_str(), "{me{role}}", json!({})).await["errors"].is_null()
}

async fn log_out(app: &TestApp, held: &Value, all: bool) {
    let body = json!({ "all": all });
    assert_eq!(app.rest("POST", "/api/v1/auth/logout", held["accessToken"].as_str(), Some(body)).await.status, 204);
}

async fn listed(app: &TestApp, held: &Value, whose: &str) -> Value {
    let query = format!("{{sessions{whose}{{id createdAt refreshedAt expiresAt userAgent current}}}}");
    app.gql(held["accessToken"].as_str(), &query, json!({})).await
}

both! {
    async fn a_sign_in_lives_30_days_unused_and_90_in_all(app: TestApp) {
        app.newcomer("Ana", PASSWORD).await;
        let first = sign_in(&app, "Ana").await;
        assert_eq!((&first["expiresIn"], &first["refreshExpiresIn"]), (&json!(900), &json!(2_592_000)), "{first}");
        app.forward(TimeDelta::days(30));
        assert_eq!(refresh(&app, &first).await.status, 401, "unused for 30 days");
        let mut held = sign_in(&app, "Ana").await;
        for days in [30_i64, 30, 30, 1] {
            assert!(opens(&app, &held).await);
            app.forward(TimeDelta::days(29));
            assert!(!opens(&app, &held).await, "its quarter of an hour is over");
            if days == 1 {
                break;
            }
            held = go_on(&app, &held).await;
        }
        assert_eq!(refresh(&app, &held).await.status, 401, "after 90 days");
        let mut held = sign_in(&app, "Ana").await;
        for _ in 0..3 {
            app.forward(TimeDelta::days(29));
            held = go_on(&app, &held).await;
        }
        assert_eq!(held["refreshExpiresIn"], json!(3 * 86_400), "{held}");
        app.forward(TimeDelta::minutes(3 * 1_440 - 5));
        let last = go_on(&app, &held).await;
        assert_eq!((&last["expiresIn"], &last["refreshExpiresIn"]), (&json!(300), &json!(300)), "{last}");
    }

    async fn a_refresh_token_that_comes_again_ends_the_sign_in(app: TestApp) {
        app.newcomer("Ana", PASSWORD).await;
        let (held, other) = (sign_in(&app, "Ana").await, sign_in(&app, "Ana").await);
        let next = go_on(&app, &held).await;
        assert_ne!(next["refreshToken"], held["refreshToken"]);
        app.forward(TimeDelta::seconds(1));
        let again = refresh(&app, &held).await;
        assert_eq!(again.status, 401);
        assert!(!opens(&app, &next).await, "whoever took it has nothing of it");
        assert_eq!(refresh(&app, &next).await.status, 401);
        assert!(opens(&app, &other).await, "another sign-in goes on");
        // Whatever is wrong with one, the answer is the same.
        let mut altered = other["refreshToken"].as_str().unwrap().to_owned();
        altered.replace_range(40..41, if &altered[40..41] == "A" { "B" } else { "A" });
        let access = other["accessToken"].as_str().unwrap();
        for wrong in [&altered, "stw_r_", "x", access] {
            let reply = token(&app, json!({ "grant": "refresh", "refreshToken": wrong })).await;
            let (mut told, mut like) = (reply.json(), again.json());
            told["instance"].take();
            like["instance"].take();
            assert_eq!((reply.status, told), (again.status, like), "{wrong}");
        }
        // A refresh token opens nothing itself.
        assert_eq!(app.rest("GET", "/api/v1/accounts", other["refreshToken"].as_str(), None).await.status, 401);
    }

    async fn of_64_who_refresh_at_once_one_goes_on(app: TestApp) {
        let app = Arc::new(app);
        app.newcomer("Ana", PASSWORD).await;
        let mut held = sign_in(&app, "Ana").await;
        for round in 0..rounds() {
            let start = Arc::new(Barrier::new(RACERS));
            let mut racers = JoinSet::new();
            for _ in 0..RACERS {
                let (app, held, start) = (Arc::clone(&app), held.clone(), Arc::clone(&start));
                racers.spawn(async move {
                    start.wait().await;
                    refresh(&app, &held).await
                });
            }
            let mut told = BTreeMap::new();
            let mut won = None;
            while let Some(reply) = racers.join_next().await {
                let reply = reply.unwrap();
                *told.entry(reply.status.as_u16()).or_insert(0) += 1;
                won = won.or((reply.status == 200).then(|| reply.json()));
            }
            assert_eq!(told, BTreeMap::from([(200, 1), (401, RACERS - 1)]), "round {round}");
            held = won.unwrap();
            assert!(opens(&app, &held).await);
        }
        app.forward(TimeDelta::seconds(1));
        go_on(&app, &held).await;
    }

    async fn sign_ins_are_seen_and_ended_by_whom_they_are_of(app: TestApp) {
        let ana = app.newcomer("Ana", PASSWORD).await;
        app.newcomer("Ben", PASSWORD).await;
        let mut held = sign_in(&app, "Ana").await;
        let away = sign_in(&app, "Ana").await;
        let ben = sign_in(&app, "Ben").await;
        held = go_on(&app, &held).await;
        let list = listed(&app, &held, "").await["data"]["sessions"].clone();
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), 2, "{list:?}");
        let (here, there): (Vec<_>, Vec<_>) = list.iter().partition(|one| one["current"] == true);
        assert!(!here[0]["refreshedAt"].is_null() && there[0]["refreshedAt"].is_null(), "{list:?}");
        // What is another's is not there.
        let end = async |by: &Value, id: &Value| {
            let answer = app.gql(by["accessToken"].as_str(), "mutation($id:UUID!){revokeSession(id:$id)}", json!({ "id": id })).await;
            answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
        };
        assert_eq!(end(&ben, &there[0]["id"]).await.as_deref(), Some("NOT_FOUND"));
        assert_eq!(listed(&app, &ben, &format!("(memberId:\"{ana}\")")).await["errors"][0]["extensions"]["code"], "NOT_FOUND");
        assert!(opens(&app, &away).await);
        assert_eq!(end(&held, &there[0]["id"]).await, None);
        assert!(!opens(&app, &away).await && opens(&app, &held).await);
        assert_eq!(refresh(&app, &away).await.status, 401);
        // An admin sees and ends them too.
        let admin = json!({ "accessToken": app.admin("Ada").await.token });
        let seen = listed(&app, &admin, &format!("(memberId:\"{ana}\")")).await["data"]["sessions"].clone();
        assert_eq!((seen.as_array().unwrap().len(), &seen[0]["id"]), (1, &here[0]["id"]));
        let (second, third) = (sign_in(&app, "Ana").await, sign_in(&app, "Ana").await);
        assert_eq!(end(&admin, &here[0]["id"]).await, None);
        assert!(!opens(&app, &held).await && opens(&app, &second).await);
        // Signing out ends this one, or all of them; and nobody else's.
        log_out(&app, &second, false).await;
        assert!(!opens(&app, &second).await && opens(&app, &third).await);
        assert_eq!(refresh(&app, &second).await.status, 401);
        let fourth = sign_in(&app, "Ana").await;
        log_out(&app, &third, true).await;
        assert!(!opens(&app, &third).await && !opens(&app, &fourth).await && opens(&app, &ben).await);
        assert_eq!(app.rest("POST", "/api/v1/auth/logout", fourth["accessToken"].as_str(), Some(json!({}))).await.status, 401);
        // A key has its sign-in for a quarter of an hour, and no more.
        app.integration(&[], None).await;
        let rows = app.rows::<session::Entity>().await;
        assert!(rows.iter().filter(|row| row.key_id.is_some()).all(|row| row.expires_at.0 - row.created_at.0 <= TimeDelta::hours(12)));
    }

    async fn who_is_not_active_refreshes_nothing(app: TestApp) {
        let ana = app.newcomer("Ana", PASSWORD).await;
        let held = sign_in(&app, "Ana").await;
        let active = async |active: bool| {
            let version = app.rows::<entity::member::Entity>().await.into_iter().find(|row| row.id == ana).unwrap().version;
            let input = api::member::UpdateMember {
                id: ana,
                version,
                name: None,
                email: None,
                admin: None,
                active: Some(active),
                team_id: async_graphql::MaybeUndefined::Undefined,
            };
            api::member::update(&app.system(), input).await.unwrap();
        };
        active(false).await;
        assert_eq!(refresh(&app, &held).await.status, 401);
        active(true).await;
        assert_eq!(refresh(&app, &held).await.status, 401, "what was ended is not begun again");
        assert!(!opens(&app, &held).await);
    }

    async fn a_file_ends_the_sign_ins_of_whom_it_puts_away(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let members = |active: &str| format!("id,name,email,active\n1,Ana,ana@acme.test,{active}\n");
        let contacts = |gone: &str| format!("id,account,name,gone\n1,{account},Carl,{gone}\n");
        let take = async |kind: Kind, text: String| {
            let map = match kind {
                Kind::Members => "source = 's'\n[columns]\nreference = 'id'\nname = 'name'\nemail = 'email'\nactive = 'active'\n",
                _ => "source = 's'\n[columns]\nreference = 'id'\naccount = { column = 'account', by = 'id' }\nname = 'name'\narchived_at = 'gone'\n",
            };
            let summary = import_text(&app, kind, map, text.as_bytes(), false).await.unwrap();
            assert_eq!(summary.refused, 0, "{summary}");
        };
        take(Kind::Members, members("yes")).await;
        take(Kind::Contacts, contacts("")).await;
        let ana = app.rows::<entity::member::Entity>().await.into_iter().find(|row| row.name == "Ana").unwrap().id;
        let carl = app.rows::<entity::contact::Entity>().await[0].id;
        let hers = json!({ "accessToken": app.token(Subject::Member(ana)).await });
        let his = json!({ "accessToken": app.token(Subject::Contact(carl)).await });
        assert!(opens(&app, &hers).await && opens(&app, &his).await);
        for (active, gone) in [("no", "2026-03-01T00:00:00Z"), ("yes", "")] {
            take(Kind::Members, members(active)).await;
            take(Kind::Contacts, contacts(gone)).await;
            assert!(!opens(&app, &hers).await && !opens(&app, &his).await, "active: {active}");
        }
    }
}
