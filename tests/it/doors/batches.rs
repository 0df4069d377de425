//! Entries of timelines by the thousand: each judged alone, none doubled, a late one at its own time.

use api::access::KeyScope;
use entity::{account, interaction};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};

use super::integration;

async fn log(app: &TestApp, key: &str, entries: Vec<Value>) -> Reply {
    app.rest("POST", "/api/v1/interactions", Some(key), Some(json!({ "interactions": entries }))).await
}

fn became(reply: &Reply) -> Vec<String> {
    let results = reply.json()["results"].as_array().cloned().unwrap_or_default();
    results.iter().map(|result| result["status"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_batch_is_judged_row_by_row(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        let key = integration(&app).await;
        app.rest("PUT", "/api/v1/accounts/17", Some(&key), Some(json!({ "name": "Initech", "domain": "initech.example" }))).await;
        let entry = |id: &str, more: Value| {
            let mut all = json!({ "externalId": id, "type": "CALL", "subject": "Talked" });
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let entries = vec![
            entry("1", json!({ "accountId": account, "contactId": carl.id, "memberEmail": "ana@acme.test", "occurredAt": "2026-03-01T10:00:00Z" })),
            entry("2", json!({ "account": "17", "type": "MAIL", "direction": "INBOUND" })),
            entry("3", json!({ "accountDomain": "INITECH.example" })),
            entry("4", json!({ "account": "99" })),
            entry("1", json!({ "account": "17" })),
            entry("5", json!({ "account": "17", "occurredAt": "2027-01-01T00:00:00Z" })),
            entry("6", json!({ "account": "17", "type": "SURVEY_SENT" })),
            entry("7", json!({ "account": "17", "type": "SHOUT" })),
            entry("8", json!({})),
            json!("nothing"),
            entry("9", json!({ "account": "17", "contactId": carl.id })),
        ];
        let reply = log(&app, &key, entries.clone()).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let refused = ["REFUSED"; 8];
        assert_eq!(became(&reply), [["CREATED"; 3].as_slice(), &refused].concat(), "{}", reply.text);
        let results = reply.json();
        let at: Vec<&str> = results["results"].as_array().unwrap().iter().filter_map(|result| result["errors"][0]["pointer"].as_str()).collect();
        let pointers = ["/3/account", "/4/externalId", "/5/occurredAt", "/6/type", "/7/type", "/8/account", "/9", "/10/contactId"];
        assert_eq!(at, pointers.map(|rest| format!("/interactions{rest}")));
        assert_eq!(app.rows::<interaction::Entity>().await.len(), 3 + 1, "three, and the change of owner");
        let rows = app.rows::<account::Entity>().await;
        let globex = rows.iter().find(|row| row.name == "Globex").unwrap();
        assert_eq!(globex.last_live_at.to_string(), "2026-03-01T10:00:00Z");
        // Again: nothing is doubled, and what is new about an entry is taken over.
        let mut again = entries[..3].to_vec();
        again[1]["subject"] = json!("Wrote");
        let reply = log(&app, &key, again).await;
        assert_eq!(became(&reply), ["UNCHANGED", "UPDATED", "UNCHANGED"], "{}", reply.text);
        assert_eq!(reply.json()["results"][0]["id"], results["results"][0]["id"]);
        assert_eq!(app.rows::<interaction::Entity>().await.len(), 4);
        // A late entry moves nothing back.
        let late = entry("10", json!({ "accountId": account, "occurredAt": "2025-03-01T10:00:00Z" }));
        assert_eq!(became(&log(&app, &key, vec![late]).await), ["CREATED"]);
        let globex = app.rows::<account::Entity>().await.into_iter().find(|row| row.name == "Globex").unwrap();
        assert_eq!(globex.last_live_at.to_string(), "2026-03-01T10:00:00Z");
    }

    async fn a_batch_has_its_bounds_and_few_statements(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let key = integration(&app).await;
        let entries = |from: usize, count: usize| -> Vec<Value> {
            let entry = |at| json!({ "externalId": format!("{at}"), "accountId": account, "type": "NOTE", "subject": "x" });
            (from..from + count).map(entry).collect()
        };
        for bad in [vec![], entries(0, 1_001)] {
            let reply = log(&app, &key, bad).await;
            assert_eq!((reply.status.as_u16(), super::pointers(&reply)), (422, vec!["/interactions".to_owned()]));
        }
        let mut counted = Vec::new();
        for (from, count) in [(0, 2), (10, 400)] {
            let before = app.statements();
            assert_eq!(log(&app, &key, entries(from, count)).await.status, 200);
            counted.push(app.statements() - before);
        }
        // A few hundred rows go in by pieces.
        assert!(counted[0] <= 10 && counted[1] <= counted[0] + 4, "{counted:?}");
        assert_eq!(became(&log(&app, &key, entries(1_000, 1_000)).await).len(), 1_000);
        assert_eq!(app.rows::<interaction::Entity>().await.len(), 1_402);
    }

    async fn hidden_accounts_answer_like_none(app: TestApp) {
        let top = app.team("Sales", None).await;
        let (north, south) = (app.team("North", Some(top)).await, app.team("South", Some(top)).await);
        let hidden = app.account("Hidden", south, None).await;
        let bound = app.integration(&KeyScope::ALL, Some(north)).await;
        let told = async |id: Value| {
            let entry = json!({ "externalId": "1", "accountId": id, "type": "NOTE", "subject": "x" });
            log(&app, &bound, vec![entry]).await.json()["results"][0]["errors"].clone()
        };
        let theirs = told(json!(hidden)).await;
        assert_eq!(theirs, told(json!(uuid::Uuid::nil())).await);
        assert_eq!(theirs[0]["pointer"], "/interactions/0/accountId");
        assert!(app.rows::<interaction::Entity>().await.is_empty());
    }

    async fn a_nul_is_refused_with_its_field(app: TestApp) {
        let team = app.team("Sales", None).await;
        app.account("Globex", team, None).await;
        let key = integration(&app).await;
        for field in ["account", "accountDomain", "contact", "contactEmail", "memberEmail", "subject", "body"] {
            let mut bad = json!({ "externalId": "1", "type": "CALL", "subject": "Talked" });
            if field != "accountDomain" {
                bad["account"] = json!("17");
            }
            bad[field] = json!("a\u{0}@b.test");
            let reply = log(&app, &key, vec![bad]).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["results"][0]["status"]), (200, &json!("REFUSED")), "{field}: {}", reply.text);
            let pointers: Vec<_> = reply.json()["results"][0]["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
            assert_eq!(pointers, [json!(format!("/interactions/0/{field}"))], "{}", reply.text);
        }
    }
}
