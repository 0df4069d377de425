//! A secret made for one use is worth nothing in any other.

use axum::{body::Body, http::Request};
use entity::{SurveyKind, job};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, link_token, request, token_after},
    both,
};

const PASSWORD: &str = "seven quiet herons at dusk";

/// What secrets are handed out, and where each belongs.
const KINDS: [&str; 9] =
    ["access", "refresh", "api key", "password", "survey", "unsubscribe", "sign-in", "invite", "reset"];

/// What somebody who holds a secret may try with it: the use it is for, and whether it was let in.
async fn try_all(app: &TestApp, secret: &str) -> Vec<&'static str> {
    let post = async |path: &str, body: Value| app.call(request("POST", path, None, Some(body))).await.status;
    let grant = async |body: Value| post("/api/v1/auth/token", body).await;
    let written = secret.replace(' ', "%20");
    let page = async |path: &str| {
        let kind = "application/x-www-form-urlencoded";
        let sent = Request::builder().method("POST").uri(format!("/{path}/{written}")).header("content-type", kind);
        let fields = format!("password={0}&again={0}&score=9", PASSWORD.replace(' ', "+"));
        app.call(sent.body(Body::from(fields)).unwrap()).await.status
    };
    let set = json!({ "token": secret, "password": PASSWORD });
    let put = request("PUT", &format!("/api/v1/invitations/{written}/response"), None, Some(json!({ "score": 9 })));
    let me = app.gql(Some(secret), "{me{role}}", json!({})).await;
    let mail = json!({ "grant": "password", "email": "ana@acme.test", "password": secret });
    let tried = [
        ("survey", app.call(put).await.status.is_success()),
        ("survey", page("s").await.is_success()),
        ("sign-in", grant(json!({ "grant": "link", "token": secret })).await.is_success()),
        ("sign-in", page("signin").await.is_success()),
        ("invite", post("/api/v1/auth/invite", set.clone()).await.is_success()),
        ("invite", page("invite").await.is_success()),
        ("reset", post("/api/v1/auth/reset", set).await.is_success()),
        ("reset", page("reset").await.is_success()),
        ("refresh", grant(json!({ "grant": "refresh", "refreshToken": secret })).await.is_success()),
        ("api key", grant(json!({ "grant": "api_key", "key": secret })).await.is_success()),
        ("access", me["data"]["me"]["role"].is_string()),
        ("password", grant(mail).await.is_success()),
    ];
    tried.into_iter().filter(|(_, is_in)| *is_in).map(|(kind, _)| kind).collect()
}

both! {
    async fn a_secret_works_for_its_own_use_alone(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        app.newcomer("Ana", PASSWORD).await;
        let signed = json!({ "grant": "password", "email": "ana@acme.test", "password": PASSWORD });
        let signed = app.rest("POST", "/api/v1/auth/token", None, Some(signed)).await.json();
        let ada = app.admin("Ada").await.token;
        let made = "mutation{createMember(input:{name:\"Ida\",email:\"ida@acme.test\"}){id}}";
        let id = app.gql(Some(&ada), made, json!({})).await["data"]["createMember"]["id"].as_str().unwrap().to_owned();
        let invite = format!("mutation{{inviteMember(id:\"{id}\"){{id}}}}");
        assert!(app.gql(Some(&ada), &invite, json!({})).await["errors"].is_null());
        for (door, email) in [("link", "carl@client.test"), ("reset", "ana@acme.test")] {
            app.rest("POST", &format!("/api/v1/auth/{door}"), None, Some(json!({ "email": email }))).await;
        }
        app.invite(SurveyKind::Nps, &[carl.id]).await;
        app.run_jobs().await;
        let letters = app.outbox();
        let of = |path: &str| letters.iter().find(|letter| letter.text.contains(path)).map(|letter| token_after(letter, path)).unwrap();
        let survey = letters.iter().find(|letter| letter.text.contains("/s/")).map(link_token).unwrap();
        let make = "mutation{createIntegrationKey(input:{name:\"K\",scopes:[\"accounts:read\"],source:\"crm\"}){secret}}";
        let made = app.gql(Some(&ada), make, json!({})).await;
        let key = made["data"]["createIntegrationKey"]["secret"].as_str().unwrap().to_owned();
        let secrets = [
            signed["accessToken"].as_str().unwrap().to_owned(),
            signed["refreshToken"].as_str().unwrap().to_owned(),
            key,
            PASSWORD.to_owned(),
            survey,
            of("/u/"),
            of("/signin/"),
            of("/invite/"),
            of("/reset/"),
        ];
        for (kind, secret) in KINDS.iter().zip(&secrets) {
            let worked = try_all(&app, secret).await;
            // Links work once, so the page after the door finds them used; a survey's answer is there already. Looking
            // at who is unsubscribed is left out: a single click ends the mails.
            let own = if *kind == "unsubscribe" { Vec::new() } else { vec![*kind] };
            assert_eq!(worked, own, "{kind}");
        }
        // None of it has put anybody off the list, nor waits in the queue.
        let read = app.rest("GET", &format!("/u/{}", secrets[5]), None, None).await;
        assert!(read.status == 200 && !read.text.contains("You are unsubscribed"));
        let queue = serde_json::to_string(&app.rows::<job::Entity>().await).unwrap();
        assert!(secrets.iter().all(|secret| !queue.contains(secret.as_str())));
    }
}
