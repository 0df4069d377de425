//! Another mail address of a contact: whoever is in is out, and the address before is told.

use std::{sync::Arc, time::Duration};

use api::{access::KeyScope, import::Kind};
use chrono::TimeDelta;
use entity::{ContactId, MailState, contact};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{
    app::{Person, Reply, TestApp, token_after},
    both,
    engine::long,
    imports::import_text,
};

use crate::programmes::ask;

const MAP: &str = "source = 'outside'\n[columns]\nreference = 'id'\naccount = { column = 'account', by = 'id' }\n\
                   name = 'name'\nemail = 'email'\n";
const MERGE: &str = "mutation($input: MergeContacts!) { mergeContacts(input: $input) { id } }";

async fn post(app: &TestApp, path: &str, body: Value) -> Reply {
    app.rest("POST", path, None, Some(body)).await
}

/// The token of a link that was asked for with an address.
async fn link_to(app: &TestApp, email: &str) -> String {
    let before = app.outbox().len();
    assert_eq!(post(app, "/api/v1/auth/link", json!({ "email": email })).await.status, 202);
    app.run_jobs().await;
    let letters = app.outbox().split_off(before);
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, email));
    token_after(&letters[0], "/signin/")
}

async fn by_link(app: &TestApp, token: &str) -> Reply {
    post(app, "/api/v1/auth/token", json!({ "grant": "link", "token": token })).await
}

async fn row(app: &TestApp, email: &str) -> contact::Model {
    let rows = app.rows::<contact::Entity>().await;
    rows.into_iter().find(|row| row.email.as_deref() == Some(email)).unwrap_or_else(|| panic!("{email}"))
}

/// Nothing that a sign-in gave lets anybody in.
async fn is_out(app: &TestApp, held: &Value) {
    let seen = app.gql(held["accessToken"].as_str(), "{me{role}}", json!({})).await;
    assert_eq!(seen["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{seen}");
    let refresh = json!({ "grant": "refresh", "refreshToken": held["refreshToken"] });
    assert_eq!(post(app, "/api/v1/auth/token", refresh).await.status, 401);
}

/// Those who may change addresses, and the account they do it at.
struct Sales {
    mia: Person,
    ana: Person,
    key: String,
    team: entity::TeamId,
    account: entity::AccountId,
}

impl Sales {
    async fn new(app: &TestApp) -> Self {
        let team = app.team("Sales", None).await;
        let (mia, ana) = (app.manager("Mia", team).await, app.owner("Ana", team).await);
        let account = app.account("Globex", team, Some(ana.id)).await;
        let scopes = [KeyScope::ContactsWrite, KeyScope::ContactsRead, KeyScope::AccountsRead];
        Self { mia, ana, key: app.integration(&scopes, None).await, team, account }
    }

    async fn put(&self, app: &TestApp, reference: &str, mut body: Value) {
        body["accountId"] = json!(self.account);
        let told = app.rest("PUT", &format!("/api/v1/contacts/{reference}"), Some(&self.key), Some(body)).await;
        assert!([200, 201].contains(&told.status.as_u16()), "{}", told.text);
    }

    /// Gives the contact `door@client.test` another address, by the door of that name.
    async fn change(&self, app: &TestApp, door: &str, id: ContactId, to: &str) {
        match door {
            "graphql" => app.change_contact(&app.fresh(self.ana.id).await, id, json!({ "email": to })).await,
            "cleared" => app.change_contact(&app.fresh(self.ana.id).await, id, json!({ "email": null })).await,
            "rest" => self.put(app, door, json!({ "email": to })).await,
            "import" => {
                let file = format!("id,account,name,email\nimport,{},Carl import,{to}\n", self.account);
                let summary = import_text(app, Kind::Contacts, MAP, file.as_bytes(), false).await.unwrap();
                assert_eq!((summary.updated, summary.refused), (1, 0), "{summary}");
            }
            "merge" => {
                let keep = app.contact(self.account, "Carl elsewhere").await.id;
                let (keep, gone) = (row(app, "Carl.elsewhere@client.test").await, {
                    let rows = app.rows::<contact::Entity>().await;
                    assert!(rows.iter().any(|row| row.id == keep));
                    rows.into_iter().find(|row| row.id == id).unwrap()
                });
                let input = json!({ "keepId": keep.id, "keepVersion": keep.version, "mergeId": id, "mergeVersion": gone.version });
                ask(app, &app.fresh(self.mia.id).await, MERGE, json!({ "input": input })).await;
            }
            other => panic!("{other}"),
        }
    }
}

both! {
    async fn another_address_puts_out_whoever_is_in_and_is_told_to_the_one_before(app: TestApp) {
        let sales = Sales::new(&app).await;
        for door in ["graphql", "cleared", "rest", "import", "merge"] {
            let email = format!("{door}@client.test");
            let language = if door == "rest" { json!("de") } else { Value::Null };
            sales.put(&app, door, json!({ "name": format!("Carl {door}"), "email": email, "language": language })).await;
            let id = row(&app, &email).await.id;
            let held = by_link(&app, &link_to(&app, &email).await).await.json();
            let page = link_to(&app, &email).await;
            let shown = app.form(&format!("/signin/{page}"), "").await;
            assert_eq!(shown.status, 200);
            let unused = link_to(&app, &email).await;
            app.forward(TimeDelta::seconds(1));
            let before = app.outbox().len();
            // What leaves an address as it is, in other letters too, ends nothing.
            app.change_contact(&app.fresh(sales.ana.id).await, id, json!({ "title": "Head", "email": email.to_uppercase() })).await;
            app.run_jobs().await;
            let seen = app.gql(held["accessToken"].as_str(), "{me{contact{id}}}", json!({})).await;
            assert_eq!(seen["data"]["me"]["contact"]["id"], json!(id), "{door}: {seen}");
            assert_eq!(app.outbox().len(), before, "{door}");
            app.forward(TimeDelta::seconds(1));
            sales.change(&app, door, id, "mallory@elsewhere.test").await;
            is_out(&app, &held).await;
            assert_eq!(by_link(&app, &unused).await.status, 401, "{door}");
            let live = app.rows::<entity::session::Entity>().await.into_iter();
            let live = live.filter(|row| row.contact_id == Some(id) && row.revoked_at.is_none() && row.expires_at > app.now());
            assert_eq!(live.count(), 0, "{door}: those of the page too");
            app.run_jobs().await;
            let letters = app.outbox().split_off(before);
            assert_eq!(letters.len(), 1, "{door}: {letters:?}");
            let letter = &letters[0];
            assert_eq!((letter.to.to_lowercase(), letter.unsubscribe.is_none()), (email.clone(), true), "{door}");
            assert_eq!(letter.reply_to.as_ref().map(|(name, _)| name.as_str()), Some("Ana"), "{door}");
            let subject = if door == "rest" { "Acme Works: Ihre Mailadresse wurde geändert" } else { "Acme Works: your mail address was changed" };
            assert_eq!(letter.subject, subject, "{door}");
            assert!(letter.text.contains("Globex") && letter.html.contains("Globex"), "{}", letter.text);
            assert!(!letter.text.contains("mallory") && !letter.html.contains("mallory"), "{}", letter.text);
            assert!(!letter.text.contains("/signin/"), "{}", letter.text);
            // Who has the new address signs in by it; the one before is told once.
            if ["graphql", "rest", "import"].contains(&door) {
                assert_eq!(by_link(&app, &link_to(&app, "mallory@elsewhere.test").await).await.status, 200, "{door}");
                let id = row(&app, "mallory@elsewhere.test").await.id;
                app.forward(TimeDelta::hours(1));
                let token = app.fresh(sales.ana.id).await;
                app.change_contact(&token, id, json!({ "email": format!("{door}.again@client.test"), "archived": true })).await;
                app.run_jobs().await;
                assert_eq!(app.outbox().last().unwrap().to, "mallory@elsewhere.test", "{door}");
            }
            app.forward(TimeDelta::hours(1));
        }
        let jobs = app.rows::<entity::job::Entity>().await;
        let told: Vec<_> = jobs.iter().filter(|job| job.kind == "contact.moved").collect();
        assert_eq!(told.len(), 8);
        assert!(told.iter().all(|job| !job.payload.to_string().contains("test")), "the queue names no address");
    }

    async fn who_is_put_away_or_merged_stays_out(app: TestApp) {
        let sales = Sales::new(&app).await;
        sales.put(&app, "carl", json!({ "name": "Carl", "email": "carl@client.test" })).await;
        let held = by_link(&app, &link_to(&app, "carl@client.test").await).await.json();
        let unused = link_to(&app, "carl@client.test").await;
        for archived in [true, false] {
            sales.put(&app, "carl", json!({ "archived": archived })).await;
            is_out(&app, &held).await;
            assert_eq!(by_link(&app, &unused).await.status, 401, "{archived}");
        }
        // Two accounts of one company, with the same person at both: whose row goes is out, the other is not.
        let (gone, keep) = (app.account("Globex Ltd", sales.team, None).await, app.account("Globex Inc", sales.team, None).await);
        app.contact(gone, "Dora").await;
        let first = by_link(&app, &link_to(&app, "Dora@client.test").await).await.json();
        app.contact(keep, "Dora").await;
        assert_eq!(post(&app, "/api/v1/auth/link", json!({ "email": "dora@client.test" })).await.status, 202);
        app.run_jobs().await;
        let letters = app.outbox();
        let text = &letters.last().unwrap().text;
        let mut links = text.split("/signin/").skip(1).map(|rest| rest.split_whitespace().next().unwrap());
        let (unused, other) = (links.next().unwrap(), links.next().unwrap());
        let second = by_link(&app, other).await.json();
        let input = json!({ "keepId": keep, "keepVersion": 1, "mergeId": gone, "mergeVersion": 1 });
        let merge = "mutation($input: MergeAccounts!) { mergeAccounts(input: $input) { id } }";
        ask(&app, &sales.mia.token, merge, json!({ "input": input })).await;
        is_out(&app, &first).await;
        assert_eq!(by_link(&app, unused).await.status, 401);
        let seen = app.gql(second["accessToken"].as_str(), "{accounts{nodes{name}}}", json!({})).await;
        assert_eq!(seen["data"]["accounts"]["nodes"], json!([{ "name": "Globex Inc" }]), "{seen}");
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), letters.len(), "the address is theirs still");
    }

    async fn who_never_signed_in_or_is_not_reached_is_told_nothing(app: TestApp) {
        let sales = Sales::new(&app).await;
        let before = app.outbox().len();
        let dora = app.contact(sales.account, "Dora").await;
        // An operator's token is nobody's sign-in.
        app.change_contact(&sales.ana.token, dora.id, json!({ "email": "dora.new@client.test" })).await;
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), before);
        let emil = app.contact(sales.account, "Emil").await;
        assert_eq!(by_link(&app, &link_to(&app, "Emil@client.test").await).await.status, 200);
        let bounced = format!("UPDATE contact SET mail_state = '{}' WHERE name = 'Emil'", MailState::Bounced.as_str());
        crate::quiet::database(&app).await.execute_unprepared(&bounced).await.unwrap();
        let before = app.outbox().len();
        app.change_contact(&sales.ana.token, emil.id, json!({ "email": "emil.new@client.test" })).await;
        // Nor who is erased before the mail leaves.
        let carl = app.contact(sales.account, "Carl").await;
        let held = by_link(&app, &link_to(&app, "Carl@client.test").await).await.json();
        app.forward(TimeDelta::seconds(1));
        app.change_contact(&sales.ana.token, carl.id, json!({ "email": "carl.new@client.test" })).await;
        let root = app.admin("Root").await;
        let version = row(&app, "carl.new@client.test").await.version;
        let input = json!({ "id": carl.id, "version": version, "reason": "asked for it" });
        ask(&app, &root.token, crate::erasure::ERASE, json!({ "input": input })).await;
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), before + 1, "the link of Carl alone");
        is_out(&app, &held).await;
    }

    async fn whoever_signs_in_while_the_address_changes_is_out_afterwards(app: TestApp) {
        let app = Arc::new(app);
        let sales = Sales::new(&app).await;
        let (mut served, mut late) = (0, 0);
        for round in 0..if long() { 200 } else { 20 } {
            app.forward(TimeDelta::hours(1));
            let ana = app.fresh(sales.ana.id).await;
            let contact = app.contact(sales.account, &format!("Racer {round}")).await;
            let email = format!("Racer.{round}@client.test");
            let token = link_to(&app, &email).await;
            // One more link is under way: its letter is written while the address changes.
            assert_eq!(post(&app, "/api/v1/auth/link", json!({ "email": email })).await.status, 202);
            let before = app.outbox().len();
            let mut racers = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let (app, token) = (Arc::clone(&app), token.clone());
                racers.spawn(async move { by_link(&app, &token).await });
            }
            let change = async {
                tokio::time::sleep(Duration::from_millis(round % 10)).await;
                app.change_contact(&ana, contact.id, json!({ "email": format!("moved.{round}@client.test") })).await;
            };
            tokio::join!(change, app.run_jobs());
            while let Some(reply) = racers.join_next().await {
                let reply = reply.unwrap();
                if reply.status == 200 {
                    served += 1;
                    is_out(&app, &reply.json()).await;
                } else {
                    assert_eq!(reply.status, 401, "{}", reply.text);
                }
            }
            // What tells the address before.
            app.run_jobs().await;
            for letter in app.outbox().split_off(before).iter().filter(|letter| letter.text.contains("/signin/")) {
                late += 1;
                assert_eq!(letter.to, email, "who asked had this one");
                assert_eq!(by_link(&app, &token_after(letter, "/signin/")).await.status, 401, "round {round}");
            }
        }
        println!("{served} were served before the change, {late} letters left");
    }
}
