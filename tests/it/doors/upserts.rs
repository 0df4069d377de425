//! Accounts and contacts by the caller's own reference: made once, changed by what is given, never by what is not.

use api::access::KeyScope;
use entity::{account, contact, invitation, ownership};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};

use super::{integration, pointers, with};

async fn put(app: &TestApp, key: &str, path: &str, body: Value) -> Reply {
    app.rest("PUT", &format!("/api/v1/{path}"), Some(key), Some(body)).await
}

both! {
    async fn writing_the_same_again_changes_nothing(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let key = integration(&app).await;
        let body = json!({ "name": "Globex", "domain": "Globex.example", "tier": "KEY", "ownerEmail": "ana@acme.test",
            "annualValue": { "amountMinor": 125_050, "currency": "EUR" }, "renewalOn": "2027-03-31", "healthScore": 72 });
        let made = put(&app, &key, "accounts/17", body.clone()).await;
        assert_eq!((made.status.as_u16(), &made.headers["etag"]), (201, &"\"1\"".parse::<axum::http::HeaderValue>().unwrap()), "{}", made.text);
        app.forward(chrono::TimeDelta::minutes(1));
        let again = put(&app, &key, "accounts/17", body).await;
        assert_eq!((again.status.as_u16(), again.json()), (200, made.json()));
        let rows = app.rows::<account::Entity>().await;
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((row.source.as_deref(), row.reference.as_deref(), row.version), (Some("outside"), Some("17"), 1));
        assert_eq!((row.owner_id, row.annual_value, row.health), (Some(ana.id), Some(125_050), 72));
        assert_eq!(app.rows::<ownership::Entity>().await.len(), 1);
    }

    async fn absent_stays_and_null_clears(app: TestApp) {
        let team = app.team("Sales", None).await;
        app.owner("Ana", team).await;
        let key = integration(&app).await;
        let body = json!({ "name": "Globex", "domain": "globex.example", "territory": "North", "segment": "Mid", "tier": "KEY",
            "annualValue": { "amountMinor": 1, "currency": "EUR" }, "renewalOn": "2027-03-31", "ownerEmail": "ana@acme.test" });
        assert_eq!(put(&app, &key, "accounts/17", body).await.status, 201);
        let changed = put(&app, &key, "accounts/17", json!({ "territory": null, "segment": "Big", "renewalOn": null, "tier": null })).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &json!(2)), "{}", changed.text);
        let row = app.rows::<account::Entity>().await.remove(0);
        assert_eq!((row.name.as_str(), row.domain.as_deref(), row.territory, row.segment.as_deref()), ("Globex", Some("globex.example"), None, Some("Big")));
        assert_eq!((row.annual_value, row.renewal_on.known(), row.tier), (Some(1), None, entity::Tier::Standard));
        assert!(row.owner_id.is_some());
        assert_eq!(put(&app, &key, "accounts/17", json!({ "ownerEmail": null, "archived": true })).await.json()["version"], 3);
        let row = app.rows::<account::Entity>().await.remove(0);
        assert!(row.owner_id.is_none() && row.archived_at.is_some());
        let periods = app.rows::<ownership::Entity>().await;
        assert!(periods.iter().all(|period| period.until_at.is_some()), "{periods:?}");
    }

    async fn a_version_guards_a_change(app: TestApp) {
        let key = integration(&app).await;
        let at = async |headers: &[(&'static str, &str)], name: &str| {
            with(&app, "PUT", "/api/v1/accounts/17", Some(&key), Some(json!({ "name": name })), headers).await
        };
        assert_eq!(at(&[("if-match", "\"1\"")], "A").await.status, 412);
        assert_eq!(at(&[("if-none-match", "*")], "A").await.status, 201);
        assert_eq!(at(&[("if-none-match", "*")], "B").await.status, 412);
        let second = at(&[("if-match", "\"1\"")], "B").await;
        assert_eq!((second.status.as_u16(), &second.headers["etag"]), (200, &"\"2\"".parse::<axum::http::HeaderValue>().unwrap()));
        assert_eq!(at(&[("if-match", "*")], "B").await.status, 200, "whatever is there");
        let nothing = with(&app, "PUT", "/api/v1/accounts/18", Some(&key), Some(json!({ "name": "New" })), &[("if-match", "*")]).await;
        assert_eq!(nothing.status, 412, "nothing is there");
        for stale in ["\"1\"", "W/\"2\"", "2", "\"x\""] {
            let reply = at(&[("if-match", stale)], "C").await;
            assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (412, Some("STALE")), "{stale}");
        }
        assert_eq!(app.rows::<account::Entity>().await[0].name, "B");
    }

    async fn what_breaks_a_rule_is_named_and_changes_nothing(app: TestApp) {
        let team = app.team("Sales", None).await;
        app.owner("Ana", team).await;
        let key = integration(&app).await;
        assert_eq!(put(&app, &key, "accounts/1", json!({ "name": "Parent" })).await.status, 201);
        let cases = [
            (json!({}), vec!["/name"]),
            (json!({ "name": " " }), vec!["/name"]),
            (json!({ "name": "X", "tier": "GOLD" }), vec!["/tier"]),
            (json!({ "name": "X", "colour": 1 }), vec!["/colour"]),
            (json!({ "name": "X", "domain": "nowhere", "healthScore": 101 }), vec!["/domain", "/healthScore"]),
            (json!({ "name": "X", "annualValue": { "amountMinor": -1, "currency": "USD" } }), vec!["/annualValue/currency", "/annualValue/amountMinor"]),
            (json!({ "name": "X", "ownerEmail": "nobody@acme.test" }), vec!["/ownerEmail"]),
            (json!({ "name": "X", "parent": "99" }), vec!["/parent"]),
            (json!({ "name": "X", "team": ["Nowhere"] }), vec!["/team"]),
            (json!({ "name": "X", "team": [] }), vec!["/team"]),
            (json!({ "name": "a\u{0}b" }), vec!["/name"]),
        ];
        for (body, at) in cases {
            let reply = put(&app, &key, "accounts/2", body.clone()).await;
            assert_eq!((reply.status.as_u16(), pointers(&reply)), (422, at.into_iter().map(str::to_owned).collect()), "{body}: {}", reply.text);
        }
        let long = put(&app, &key, &format!("accounts/{}", "x".repeat(201)), json!({ "name": "X" })).await;
        assert_eq!((long.status.as_u16(), pointers(&long)), (422, vec!["/ref".to_owned()]));
        assert_eq!(app.rows::<account::Entity>().await.len(), 1);
        let own = put(&app, &key, "accounts/1", json!({ "parent": "1" })).await;
        assert_eq!(own.status, 422, "{}", own.text);
        // A reference is text: what it looks like matters to nobody.
        for reference in ["a%2Fb", "%E2%82%AC", "..%2F..", "x%20y"] {
            assert_eq!(put(&app, &key, &format!("accounts/{reference}"), json!({ "name": "X" })).await.status, 201, "{reference}");
        }
    }

    async fn a_key_writes_only_where_it_sees(app: TestApp) {
        let top = app.team("Sales", None).await;
        let (north, south) = (app.team("North", Some(top)).await, app.team("South", Some(top)).await);
        app.owner("Ben", south).await;
        let everything = integration(&app).await;
        let bound = app.integration(&KeyScope::ALL, Some(north)).await;
        assert_eq!(put(&app, &bound, "accounts/1", json!({ "name": "Mine" })).await.status, 201);
        assert_eq!(app.rows::<account::Entity>().await[0].team_id, north);
        assert_eq!(put(&app, &everything, "accounts/2", json!({ "name": "Theirs", "team": ["Sales", "South"] })).await.status, 201);
        let before = app.rows::<account::Entity>().await;
        // What it does not see it neither changes nor gives away to where it does not see.
        assert_eq!(put(&app, &bound, "accounts/2", json!({ "name": "Stolen" })).await.status, 409);
        assert_eq!(put(&app, &bound, "accounts/1", json!({ "ownerEmail": "ben@acme.test" })).await.status, 403);
        assert_eq!(put(&app, &bound, "accounts/3", json!({ "name": "X", "team": ["Sales", "South"] })).await.status, 403);
        let theirs = before.iter().find(|row| row.name == "Theirs").unwrap().id;
        for account in [json!({ "account": "2" }), json!({ "accountId": theirs })] {
            let mut body = json!({ "name": "Carl" });
            body.as_object_mut().unwrap().extend(account.as_object().unwrap().clone());
            let hidden = put(&app, &bound, "contacts/c1", body.clone()).await;
            body["account"] = json!(body["account"].as_str().map(|_| "404"));
            if body["account"].is_null() {
                body.as_object_mut().unwrap().remove("account");
                body["accountId"] = json!(uuid::Uuid::nil());
            }
            let missing = put(&app, &bound, "contacts/c1", body).await;
            let told = |reply: &Reply| (reply.status, reply.json()["code"].clone(), reply.json()["errors"].clone(), reply.json()["detail"].clone());
            assert_eq!(told(&hidden), told(&missing));
        }
        assert_eq!(app.rows::<account::Entity>().await, before);
        // A staff token speaks for no outside system.
        let ada = app.admin("Ada").await;
        let staff = put(&app, &ada.token, "accounts/9", json!({ "name": "X" })).await;
        assert_eq!((staff.status.as_u16(), staff.json()["code"].as_str()), (403, Some("FORBIDDEN")));
    }

    async fn contacts_stay_with_their_account_and_keep_their_no(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let key = integration(&app).await;
        put(&app, &key, "accounts/1", json!({ "name": "Globex", "ownerEmail": "ana@acme.test" })).await;
        put(&app, &key, "accounts/2", json!({ "name": "Initech" })).await;
        let other = app.account("By hand", team, Some(ana.id)).await;
        let made = put(&app, &key, "contacts/c1", json!({ "account": "1", "name": "Carla", "email": "carla@globex.example",
            "roles": ["DECISION_MAKER"], "language": "de", "timeZone": "Europe/Berlin" })).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(put(&app, &key, "contacts/c2", json!({ "accountId": other, "name": "Dora" })).await.status, 201);
        assert_eq!(pointers(&put(&app, &key, "contacts/c3", json!({ "name": "Nobody" })).await), ["/account"]);
        assert_eq!(pointers(&put(&app, &key, "contacts/c3", json!({ "name": "X", "account": "1", "accountId": other })).await), ["/account"]);
        assert_eq!(pointers(&put(&app, &key, "contacts/c1", json!({ "account": "2" })).await), ["/account"]);
        assert_eq!(pointers(&put(&app, &key, "contacts/c4", json!({ "account": "1", "name": "X", "email": "Carla@Globex.example" })).await), ["/email"]);
        // A change of address revokes the links that went to the old one.
        let carla = app.rows::<contact::Entity>().await.into_iter().find(|row| row.name == "Carla").unwrap();
        let link = app.invite(entity::SurveyKind::Nps, &[carla.id]).await.remove(0);
        assert_eq!(put(&app, &key, "contacts/c1", json!({ "email": "carla@new.example", "optedOut": true })).await.json()["version"], 2);
        assert_eq!(app.answer(&link, 9).await.status, 410);
        assert_eq!(app.rows::<invitation::Entity>().await[0].status, entity::InvitationStatus::Revoked);
        assert_eq!(put(&app, &key, "contacts/c1", json!({ "optedOut": false })).await.status, 200);
        let carla = app.rows::<contact::Entity>().await.into_iter().find(|row| row.name == "Carla").unwrap();
        assert!(carla.opted_out_at.is_some(), "only they themselves take a no back");
        assert_eq!((carla.language.as_deref(), carla.version), (Some("de"), 2));
    }
}
