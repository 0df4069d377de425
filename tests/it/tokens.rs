//! Access tokens at both doors: bad ones get nowhere, good ones only as far as rights go today.

use api::{
    member::UpdateMember,
    secure::{Claims, Secret},
    store::Subject,
};
use async_graphql::MaybeUndefined;
use chrono::TimeDelta;
use entity::{MemberId, member, session, signing_key};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::Jwk};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::{Value, json};
use tests::{
    app::{Reply, SECRET, TestApp, URL},
    bad_tokens::bad_tokens,
    both,
};

const ME: &str = "{ me { __typename } }";

/// One request at each door with this Authorization header.
async fn knock(app: &TestApp, header: &str) -> [Reply; 2] {
    let survey = app.survey(entity::SurveyKind::Nps).await;
    let headers = [("authorization", header), ("content-type", "application/json")];
    [
        app.raw("POST", "/graphql", &headers, json!({ "query": ME }).to_string()).await,
        app.raw("POST", &format!("/api/v1/surveys/{survey}/send"), &headers, "{}").await,
    ]
}

/// Past the check of who asks, whatever is said of the rest.
async fn taken(app: &TestApp, header: &str) -> [bool; 2] {
    let [graphql, rest] = knock(app, header).await;
    let known = graphql.status == 200 && graphql.json()["errors"].is_null();
    [known, rest.status == 422 || rest.status == 403]
}

/// A token as signing in gives it, for a quarter of an hour.
async fn quarter(app: &TestApp, subject: Subject) -> String {
    api::session::issue(&app.system(), subject, api::session::ACCESS).await.unwrap().access_token
}

async fn refused(app: &TestApp, header: &str, why: &str) {
    for reply in knock(app, header).await {
        assert_eq!(reply.status, 401, "{why}: {}", reply.text);
        let body = reply.json();
        let code = if body["errors"].is_array() { &body["errors"][0]["extensions"]["code"] } else { &body["code"] };
        assert_eq!(code, "UNAUTHENTICATED", "{why}: {}", reply.text);
        assert_eq!(reply.headers.get("www-authenticate").map(|value| value.to_str().unwrap()), Some("Bearer"), "{why}");
        let told = reply.text.to_lowercase();
        for word in ["signature", "expired", "jwt", "kid", "ed25519", "claim", "base64"] {
            assert!(!told.contains(word), "{why} is told apart by {word}: {told}");
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

pub async fn update(app: &TestApp, id: MemberId, change: impl FnOnce(&mut UpdateMember)) {
    let find = app.system();
    let row = find.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await.unwrap();
    let mut input = UpdateMember {
        id,
        version: row.version,
        name: None,
        email: None,
        admin: None,
        active: None,
        team_id: MaybeUndefined::Undefined,
    };
    change(&mut input);
    api::member::update(&app.system(), input).await.unwrap();
}

both! {
    async fn every_bad_token_is_refused_at_both_doors(app: TestApp) {
        let admin = app.admin("Root").await;
        let row = app.system().find::<signing_key::Entity>().one("key").await.unwrap();
        let seed = Secret::parse(SECRET).unwrap().unseal(&row.sealed.0).expect("the key is sealed under the secret");
        let table = bad_tokens(&admin.token, &seed, app.now().0.timestamp());
        assert!(table.len() >= 25);
        for (name, bad) in &table {
            refused(&app, &bearer(bad), name).await;
        }
        assert_eq!(taken(&app, &bearer(&admin.token)).await, [true, true], "the good one still passes");
    }

    async fn three_good_tokens_pass(app: TestApp) {
        let asked = app.asked(entity::SurveyKind::Nps).await;
        let mut admin = app.admin("Root").await;
        admin.token = quarter(&app, Subject::Member(admin.id)).await;
        for token in [&admin.token, &asked.owner.token, &asked.contact.token] {
            assert_eq!(taken(&app, &bearer(token)).await, [true, true]);
            assert_eq!(taken(&app, &format!("bearer {token}")).await, [true, true], "the scheme in any letters");
        }
        for token in [&admin.token, &asked.owner.token, &asked.contact.token] {
            app.forward(TimeDelta::zero());
            refused(&app, token, "no scheme").await;
            refused(&app, &format!("Basic {token}"), "another scheme").await;
            refused(&app, &format!("Bearer{token}"), "no space").await;
            refused(&app, &format!("Bearer {token}, Bearer {token}"), "two in one").await;
        }
        let twice = [("authorization", &*bearer(&admin.token)), ("authorization", &*bearer(&asked.owner.token)), ("content-type", "application/json")];
        assert_eq!(app.raw("POST", "/graphql", &twice, json!({ "query": ME }).to_string()).await.status, 401, "two headers");
        app.forward(TimeDelta::minutes(15));
        refused(&app, &bearer(&admin.token), "after its quarter of an hour").await;
    }

    async fn tokens_of_mails_open_no_door(app: TestApp) {
        let asked = app.asked(entity::SurveyKind::Nps).await;
        let out = app.outbox()[0].unsubscribe.clone().unwrap();
        for token in [asked.link.as_str(), out.rsplit('/').next().unwrap()] {
            refused(&app, &bearer(token), "a token of a mail").await;
        }
        let path = format!("/graphql?access_token={}", asked.owner.token);
        let cookie = format!("access_token={}", asked.owner.token);
        let headers = [("content-type", "application/json"), ("cookie", &*cookie)];
        let anonymous = app.raw("POST", &path, &headers, json!({"query": "{ accounts { edges { node { id } } } }"}).to_string()).await;
        assert!(anonymous.json()["data"]["accounts"].is_null(), "neither the address nor a cookie signs in: {}", anonymous.text);
    }

    async fn what_is_taken_away_is_gone_at_the_next_request(app: TestApp) {
        let team = app.team("Sales", None).await;
        let (first, second) = (app.admin("First").await, app.admin("Second").await);
        let (leaver, other) = (app.owner("Leaver", team).await, app.owner("Other", team).await);
        let make = "mutation { createTeam(input: {name: \"New\"}) { id } }";
        assert!(app.gql(Some(&second.token), make, json!({})).await["errors"].is_null());
        update(&app, second.id, |input| input.admin = Some(false)).await;
        let told = app.gql(Some(&second.token), "mutation { createTeam(input: {name: \"Newer\"}) { id } }", json!({})).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN", "no admin any more: {told}");
        assert_eq!(taken(&app, &bearer(&leaver.token)).await, [true, true]);
        update(&app, leaver.id, |input| input.active = Some(false)).await;
        refused(&app, &bearer(&leaver.token), "no longer active").await;
        let id = other.id;
        app.system().write(move |tx| async move {
            let row = tx.find::<session::Entity>().filter(session::Column::MemberId.eq(id)).one("session").await?;
            let now = tx.now();
            tx.update::<session::Entity>(row, |row| row.revoked_at = Set(Some(now))).await.map(drop)
        }).await.unwrap();
        refused(&app, &bearer(&other.token), "the session was revoked").await;
        assert_eq!(taken(&app, &bearer(&app.token(Subject::Member(id)).await)).await, [true, true], "another session stands");
        let account = app.account("Globex", team, None).await;
        let contact = app.contact(account, "Carl").await;
        assert_eq!(taken(&app, &bearer(&contact.token)).await, [true, true]);
        app.change_contact(&first.token, contact.id, json!({"archived": true})).await;
        refused(&app, &bearer(&contact.token), "an archived contact").await;
        let left = app.contact(account, "Cleo").await;
        let archive = async |archived: bool| {
            let version = app.rows::<entity::account::Entity>().await[0].version;
            let change = "mutation($input:UpdateAccount!){updateAccount(input:$input){id}}";
            let input = json!({ "id": account, "version": version, "archived": archived });
            let answer = app.gql(Some(&first.token), change, json!({ "input": input })).await;
            assert!(answer["errors"].is_null(), "{answer}");
        };
        assert_eq!(taken(&app, &bearer(&left.token)).await, [true, true]);
        archive(true).await;
        refused(&app, &bearer(&left.token), "a contact of an archived account").await;
        archive(false).await;
        assert_eq!(taken(&app, &bearer(&left.token)).await, [true, true], "which is back");
    }

    async fn anybody_can_check_our_tokens_by_the_key_set(app: TestApp) {
        let mut admin = app.admin("Root").await;
        admin.token = quarter(&app, Subject::Member(admin.id)).await;
        let set = app.rest("GET", "/.well-known/jwks.json", None, None).await;
        assert!(set.headers["cache-control"].to_str().unwrap().starts_with("public"));
        let set = set.json();
        let keys = set["keys"].as_array().unwrap();
        assert!(keys.iter().all(|key| key["d"] == Value::Null), "public halves only");
        let jwk: Jwk = serde_json::from_value(keys[0].clone()).unwrap();
        assert_eq!(jsonwebtoken::decode_header(&admin.token).unwrap().kid, jwk.common.key_id);
        let mut strict = Validation::new(Algorithm::EdDSA);
        strict.set_audience(&["steward"]);
        strict.set_issuer(&[URL]);
        strict.validate_exp = false;
        let read = jsonwebtoken::decode::<Claims>(&admin.token, &DecodingKey::from_jwk(&jwk).unwrap(), &strict).unwrap();
        assert_eq!((read.claims.sub, read.claims.exp - read.claims.iat), (admin.id.0, 900));
    }

    async fn members_of_a_file_keep_nobody_from_becoming_the_first_admin(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let system = app.system();
        assert!(api::setup::is_new(&system).await.unwrap(), "nobody has a password");
        let email = "ana@acme.test".to_owned();
        let admin = api::setup::FirstAdmin { email: email.clone(), password: "correct horse battery".to_owned(), must_change: false };
        assert!(api::setup::first_admin(&system, admin).await.unwrap());
        assert!(!api::setup::is_new(&system).await.unwrap());
        let body = json!({ "grant": "password", "email": email, "password": "correct horse battery" });
        let reply = app.rest("POST", "/api/v1/auth/token", None, Some(body)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let row = app.rows::<member::Entity>().await.into_iter().find(|row| row.id == ana.id).unwrap();
        assert_eq!((row.role, row.name.as_str()), (entity::MemberRole::Admin, "Ana"));
    }
}
