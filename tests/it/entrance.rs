//! Ways in by mail: asked for by anybody, found by whoever reads the mail, used once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use api::{contact::UpdateContact, ctx::Job as _, entrance::SendLink, mail::Letter};
use async_graphql::MaybeUndefined;
use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use entity::{access_link, job, session};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp, request, token_after},
    both, engine,
};
use tokio::{sync::Barrier, task::JoinSet};

use crate::tokens::update;

const FIRST: &str = "seven quiet herons at dusk";
const SECOND: &str = "nine loud magpies at dawn";

async fn post(app: &TestApp, path: &str, body: Value) -> Reply {
    app.rest("POST", path, None, Some(body)).await
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    post(app, "/api/v1/auth/token", json!({ "grant": "password", "email": email, "password": password })).await
}

async fn by_link(app: &TestApp, token: &str) -> Reply {
    post(app, "/api/v1/auth/token", json!({ "grant": "link", "token": token })).await
}

/// Asks at a door, and gives the letters that come of it.
async fn letters(app: &TestApp, door: &str, email: &str) -> Vec<Letter> {
    let before = app.outbox().len();
    let reply = post(app, door, json!({ "email": email })).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (202, ""), "{door} {email}");
    app.run_jobs().await;
    app.outbox().split_off(before)
}

/// A reset's token for a member.
async fn reset_token(app: &TestApp, email: &str) -> String {
    token_after(&letters(app, "/api/v1/auth/reset", email).await[0], "/reset/")
}

async fn link_token(app: &TestApp, email: &str) -> String {
    token_after(&letters(app, "/api/v1/auth/link", email).await[0], "/signin/")
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Reply {
    post(app, "/api/v1/auth/reset", json!({ "token": token, "password": password })).await
}

async fn form(app: &TestApp, path: &str, fields: &str) -> Reply {
    let kind = "application/x-www-form-urlencoded";
    let sent = Request::builder().method("POST").uri(path).header("content-type", kind);
    app.call(sent.body(Body::from(fields.to_owned())).unwrap()).await
}

both! {
    async fn who_forgot_their_password_chooses_another_by_mail(app: TestApp) {
        app.newcomer("Ana", FIRST).await;
        let held = sign_in(&app, "ana@acme.test", FIRST).await.json();
        for _ in 0..11 {
            sign_in(&app, "ana@acme.test", "wrong").await;
        }
        let letter = letters(&app, "/api/v1/auth/reset", "ANA@acme.test").await.remove(0);
        assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("Ana@acme.test", "Acme Works: choose a new password"));
        let token = token_after(&letter, "/reset/");
        let page = format!("/reset/{token}");
        assert!(letter.html.contains(&format!("{page}\"")) && letter.unsubscribe.is_none());
        // Whoever opens the link changes nothing, however often.
        for method in ["GET", "HEAD", "OPTIONS"].into_iter().cycle().take(30) {
            let seen = app.rest(method, &page, None, None).await;
            assert!(method == "OPTIONS" || seen.status == 200, "{method}: {}", seen.status);
        }
        let refused = reset(&app, &token, "password password").await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!("/password")));
        assert_eq!(reset(&app, &token, SECOND).await.status, 204, "what was refused has not used the link");
        assert_eq!(reset(&app, &token, "ten slow otters at noon").await.status, 401, "it works once");
        let gone = app.rest("GET", &page, None, None).await;
        assert_eq!(gone.status, 404);
        assert!(gone.text.contains("does not work any more"));
        assert_eq!(app.gql(held["accessToken"].as_str(), "{me{role}}", json!({})).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let refresh = json!({ "grant": "refresh", "refreshToken": held["refreshToken"] });
        assert_eq!(post(&app, "/api/v1/auth/token", refresh).await.status, 401, "every sign-in has ended");
        assert_eq!(sign_in(&app, "ana@acme.test", FIRST).await.status, 401);
        let signed = sign_in(&app, "ana@acme.test", SECOND).await;
        assert_eq!((signed.status.as_u16(), &signed.json()["mustChangePassword"]), (200, &json!(false)), "tries before are forgiven");
    }

    async fn a_sign_in_under_way_ends_with_the_password_it_began_with(app: TestApp) {
        let app = Arc::new(app);
        app.newcomer("Ana", FIRST).await;
        let token = reset_token(&app, "ana@acme.test").await;
        let mut tries = JoinSet::new();
        for _ in 0..24 {
            let app = Arc::clone(&app);
            tries.spawn(async move { sign_in(&app, "ana@acme.test", FIRST).await });
        }
        assert_eq!(reset(&app, &token, SECOND).await.status, 204);
        while let Some(reply) = tries.join_next().await {
            let reply = reply.unwrap();
            let body = reply.json();
            if reply.status == 200 {
                let refresh = json!({ "grant": "refresh", "refreshToken": body["refreshToken"] });
                assert_eq!(post(&app, "/api/v1/auth/token", refresh).await.status, 401, "begun by the old password");
            }
        }
        assert_eq!(sign_in(&app, "ana@acme.test", SECOND).await.status, 200);
    }

    async fn no_answer_tells_who_is_known(app: TestApp) {
        app.newcomer("Ana", FIRST).await;
        let ben = app.newcomer("Ben", FIRST).await;
        update(&app, ben, |change| change.active = Some(false)).await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        app.contact(account, "Carl").await;
        for door in ["/api/v1/auth/reset", "/api/v1/auth/link"] {
            let mut told = Vec::new();
            for email in ["ana@acme.test", "ben@acme.test", "nobody@acme.test", "carl@client.test"] {
                let before = app.statements();
                let reply = post(&app, door, json!({ "email": email })).await;
                let mut headers = reply.headers.clone();
                headers.remove("x-request-id");
                told.push((reply.status, reply.text, headers, app.statements() - before));
            }
            assert!(told.iter().all(|one| *one == told[0]), "{door}: {told:?}");
        }
        // Nor does the queue, nor its length.
        let jobs = app.rows::<job::Entity>().await;
        let sent: Vec<_> = jobs.iter().filter(|row| row.kind == SendLink::KIND).collect();
        assert_eq!(sent.len(), 8);
        assert!(sent.iter().all(|row| !row.payload.to_string().contains("test")), "{sent:?}");
        app.run_jobs().await;
        let mut to: Vec<_> = app.outbox().iter().map(|letter| letter.to.to_lowercase()).collect();
        to.sort();
        assert_eq!(to, ["ana@acme.test", "carl@client.test"]);
        for _ in 0..2 {
            for email in ["ana@acme.test", "nobody@acme.test"] {
                for _ in 0..5 {
                    post(&app, "/api/v1/auth/reset", json!({ "email": email })).await;
                }
                let many = post(&app, "/api/v1/auth/reset", json!({ "email": email.to_uppercase() })).await;
                assert_eq!((many.status.as_u16(), many.headers["retry-after"].to_str().unwrap()), (429, "3600"));
            }
            app.forward(TimeDelta::hours(1));
        }
    }

    async fn an_invited_member_chooses_a_password_and_signs_in(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let made = "mutation{createMember(input:{name:\"Ida\",email:\"ida@acme.test\"}){id}}";
        let id = app.gql(Some(&ada), made, json!({})).await["data"]["createMember"]["id"].as_str().unwrap().to_owned();
        let invite = format!("mutation{{inviteMember(id:\"{id}\"){{name}}}}");
        for _ in 0..2 {
            assert_eq!(app.gql(Some(&ada), &invite, json!({})).await["data"]["inviteMember"]["name"], "Ida");
            app.run_jobs().await;
        }
        let tokens: Vec<String> = app.outbox().iter().map(|letter| token_after(letter, "/invite/")).collect();
        let take = async |token: &str| post(&app, "/api/v1/auth/invite", json!({ "token": token, "password": FIRST })).await.status;
        assert_eq!(take(&tokens[0]).await, 401, "a later invitation ends the one before");
        let page = format!("/invite/{}", tokens[1]);
        assert!(app.rest("GET", &page, None, None).await.text.contains("ida@acme.test"));
        let differ = form(&app, &page, "password=seven+quiet+herons+at+dusk&again=x").await;
        assert_eq!(differ.status, 422);
        assert!(differ.text.contains("The two passwords differ"));
        let weak = form(&app, &page, "password=short&again=short").await;
        assert_eq!(weak.status, 422);
        assert!(!weak.text.contains("value=\"short\""));
        let done = form(&app, &page, "mail=x&password=seven+quiet+herons+at+dusk&again=seven+quiet+herons+at+dusk").await;
        assert_eq!(done.status, 200);
        assert!(done.text.contains("Your password is set"));
        assert_eq!(done.headers["cache-control"], "no-store");
        assert_eq!(sign_in(&app, "ida@acme.test", FIRST).await.json()["mustChangePassword"], false);
        let again = app.gql(Some(&ada), &invite, json!({})).await;
        assert_eq!(again["errors"][0]["extensions"]["code"], "CONFLICT", "who has a password needs no invitation: {again}");
    }

    async fn links_end_with_their_time_and_with_what_they_hang_on(app: TestApp) {
        let id = app.newcomer("Ana", FIRST).await;
        let late = reset_token(&app, "ana@acme.test").await;
        app.forward(TimeDelta::hours(1));
        assert_eq!(reset(&app, &late, SECOND).await.status, 401);
        let earlier = reset_token(&app, "ana@acme.test").await;
        let later = reset_token(&app, "ana@acme.test").await;
        assert_eq!(reset(&app, &later, SECOND).await.status, 204);
        assert_eq!(reset(&app, &earlier, FIRST).await.status, 401, "one used ends the others");
        let held = reset_token(&app, "ana@acme.test").await;
        let token = sign_in(&app, "ana@acme.test", SECOND).await.json()["accessToken"].as_str().unwrap().to_owned();
        let change = json!({ "current": SECOND, "password": FIRST });
        assert_eq!(app.rest("POST", "/api/v1/auth/password", Some(&token), Some(change)).await.status, 204);
        assert_eq!(reset(&app, &held, SECOND).await.status, 401, "so does another way to a new password");
        let moved = reset_token(&app, "ana@acme.test").await;
        update(&app, id, |change| change.email = Some("ana@new.test".to_owned())).await;
        assert_eq!(reset(&app, &moved, SECOND).await.status, 401, "so does another address");
        let left = reset_token(&app, "ana@new.test").await;
        update(&app, id, |change| change.active = Some(false)).await;
        update(&app, id, |change| change.active = Some(true)).await;
        assert_eq!(reset(&app, &left, SECOND).await.status, 401, "so does leaving, for good");
    }

    async fn a_contact_signs_in_by_link(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        app.contact(account, "Cleo").await;
        let token = link_token(&app, "carl@client.test").await;
        assert!(app.rest("GET", &format!("/signin/{token}"), None, None).await.text.contains("Carl"));
        let signed = by_link(&app, &token).await.json();
        let seen = app.gql(signed["accessToken"].as_str(), "{me{role contact{id}} accounts{nodes{name owner{name}}} contacts{nodes{name}}}", json!({})).await;
        assert_eq!(seen["data"]["me"], json!({ "role": "CUSTOMER", "contact": { "id": carl.id } }));
        assert_eq!(seen["data"]["accounts"]["nodes"], json!([{ "name": "Globex", "owner": { "name": "Ana" } }]));
        assert_eq!(seen["data"]["contacts"]["nodes"], json!([{ "name": "Carl" }]));
        assert_eq!(by_link(&app, &token).await.status, 401, "it works once");
        app.forward(TimeDelta::days(1));
        let refresh = json!({ "grant": "refresh", "refreshToken": signed["refreshToken"] });
        assert_eq!(post(&app, "/api/v1/auth/token", refresh).await.status, 200);
        let late = link_token(&app, "carl@client.test").await;
        app.forward(TimeDelta::minutes(15));
        assert_eq!(by_link(&app, &late).await.status, 401);
        // By our page: a look does nothing, the button signs in.
        let page = format!("/signin/{}", link_token(&app, "carl@client.test").await);
        let sessions = app.rows::<session::Entity>().await.len();
        for _ in 0..50 {
            assert_eq!(app.rest("GET", &page, None, None).await.status, 200);
        }
        assert_eq!(app.rows::<session::Entity>().await.len(), sessions);
        let done = form(&app, &page, "").await;
        assert_eq!(done.status, 200);
        assert!(done.text.contains("<bdi>Ana</bdi> looks after you") && done.text.contains("mailto:Ana@acme.test"));
        assert_eq!(form(&app, &page, "").await.status, 404);
        let begun = app.rows::<session::Entity>().await.into_iter().max_by_key(|row| row.created_at).unwrap();
        assert_eq!((begun.generation, begun.expires_at.0 - begun.created_at.0), (0, TimeDelta::minutes(15)), "none that lasts");
    }

    async fn one_address_at_several_accounts_is_one_mail(app: TestApp) {
        let team = app.team("Sales", None).await;
        let mut contacts = Vec::new();
        for name in ["Globex", "Initech", "Umbrella", "Gone"] {
            let account = app.account(name, team, None).await;
            contacts.push((account, app.contact(account, "Carl").await));
        }
        api::contact::update(&app.system(), UpdateContact { archived: Some(true), ..nothing(contacts[2].1.id) }).await.unwrap();
        let archive = format!("mutation{{updateAccount(input:{{id:\"{}\",version:1,archived:true}}){{id}}}}", contacts[3].0);
        let ada = app.admin("Ada").await.token;
        assert!(app.gql(Some(&ada), &archive, json!({})).await["errors"].is_null());
        let letter = letters(&app, "/api/v1/auth/link", "carl@client.test").await;
        assert_eq!(letter.len(), 1);
        assert_eq!(letter[0].text.matches("/signin/").count(), 2, "{}", letter[0].text);
        assert!(letter[0].text.contains("Sign in for Globex:") && letter[0].text.contains("Sign in for Initech:"));
        // Staff sign in as staff.
        app.newcomer("Ana", FIRST).await;
        let contact = UpdateContact { email: MaybeUndefined::Value("ana@acme.test".to_owned()), ..nothing(contacts[0].1.id) };
        api::contact::update(&app.system(), contact).await.unwrap();
        assert!(letters(&app, "/api/v1/auth/link", "ana@acme.test").await.is_empty());
        let token = token_after(&letter[0], "/signin/");
        let both = [by_link(&app, &token).await.status.as_u16(), by_link(&app, &second(&letter[0])).await.status.as_u16()];
        assert!(both == [401, 200] || both == [200, 401], "another address ends the link to the one before: {both:?}");
    }

    async fn the_same_link_comes_at_each_try_and_none_is_kept(app: TestApp) {
        app.newcomer("Ana", FIRST).await;
        let token = reset_token(&app, "ana@acme.test").await;
        let payload = app.rows::<job::Entity>().await.into_iter().find(|row| row.kind == SendLink::KIND).unwrap().payload;
        for _ in 0..2 {
            let again: SendLink = serde_json::from_value(payload.clone()).unwrap();
            again.run(app.system(), false).await.unwrap();
        }
        let tokens: Vec<_> = app.outbox().iter().map(|letter| token_after(letter, "/reset/")).collect();
        assert_eq!(tokens, [token.as_str(); 3]);
        assert_eq!(app.rows::<access_link::Entity>().await.len(), 1);
        assert_eq!(reset(&app, &token, SECOND).await.status, 204);
        let again: SendLink = serde_json::from_value(payload).unwrap();
        again.run(app.system(), false).await.unwrap();
        assert_eq!(app.outbox().len(), 3, "one that was used is not sent again");
        let audit = serde_json::to_string(&app.rows::<entity::audit::Entity>().await).unwrap();
        let jobs = serde_json::to_string(&app.rows::<job::Entity>().await).unwrap();
        assert!(!audit.contains(&token) && !jobs.contains(&token));
    }

    async fn of_64_racers_one_uses_a_link(app: TestApp) {
        let app = Arc::new(app);
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        app.contact(account, "Carl").await;
        app.newcomer("Ana", FIRST).await;
        let rounds = if engine::long() { 200 } else { 10 };
        for round in 0..rounds {
            app.forward(TimeDelta::hours(2));
            let token = link_token(&app, "carl@client.test").await;
            let told = race(&app, json!({ "grant": "link", "token": token }), "/api/v1/auth/token", 64).await;
            assert_eq!(told, [(200, 1), (401, 63)].into(), "round {round}");
            // Each that comes in time costs a hash.
            let racers = if engine::long() { 64 } else { 8 };
            let token = reset_token(&app, "ana@acme.test").await;
            let body = json!({ "token": token, "password": FIRST });
            let told = race(&app, body, "/api/v1/auth/reset", racers).await;
            assert_eq!(told, [(204, 1), (401, racers - 1)].into(), "round {round}");
            let token = invited(&app, round).await;
            let body = json!({ "token": token, "password": FIRST });
            let told = race(&app, body, "/api/v1/auth/invite", racers).await;
            assert_eq!(told, [(204, 1), (401, racers - 1)].into(), "round {round}");
        }
    }
}

/// The token of an invitation for a new member.
async fn invited(app: &TestApp, round: usize) -> String {
    let ada = if round == 0 { app.admin("Ada").await.token } else { app.fresh(member_of(app, "Ada").await).await };
    let made = format!("mutation{{createMember(input:{{name:\"Ida {round}\",email:\"ida{round}@acme.test\"}}){{id}}}}");
    let made = app.gql(Some(&ada), &made, json!({})).await;
    let id = made["data"]["createMember"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let told = app.gql(Some(&ada), &format!("mutation{{inviteMember(id:\"{id}\"){{name}}}}"), json!({})).await;
    assert!(told["errors"].is_null(), "{told}");
    app.run_jobs().await;
    token_after(app.outbox().last().unwrap(), "/invite/")
}

async fn member_of(app: &TestApp, name: &str) -> entity::MemberId {
    app.rows::<entity::member::Entity>().await.into_iter().find(|row| row.name == name).unwrap().id
}

/// The second link of a letter.
fn second(letter: &Letter) -> String {
    let rest = letter.text.split("/signin/").nth(2).unwrap();
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

fn nothing(id: entity::ContactId) -> UpdateContact {
    UpdateContact {
        id,
        version: 1,
        name: None,
        email: MaybeUndefined::Undefined,
        title: MaybeUndefined::Undefined,
        roles: None,
        language: MaybeUndefined::Undefined,
        time_zone: MaybeUndefined::Undefined,
        archived: None,
    }
}

async fn race(app: &Arc<TestApp>, body: Value, path: &'static str, racers: usize) -> BTreeMap<u16, usize> {
    let start = Arc::new(Barrier::new(racers));
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let mut all = JoinSet::new();
    for _ in 0..racers {
        let (app, start, told, body) = (Arc::clone(app), Arc::clone(&start), Arc::clone(&told), body.clone());
        all.spawn(async move {
            start.wait().await;
            let status = app.call(request("POST", path, None, Some(body))).await.status.as_u16();
            *told.lock().unwrap().entry(status).or_insert(0) += 1;
        });
    }
    while let Some(one) = all.join_next().await {
        one.unwrap();
    }
    Arc::into_inner(told).unwrap().into_inner().unwrap()
}
