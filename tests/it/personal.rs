//! What is held of a contact: all of theirs, nothing of others, and that it was taken is told.

use chrono::TimeDelta;
use entity::{AuditAction, SurveyKind, audit};
use serde_json::{Value, json};
use tests::{app::TestApp, both};

use crate::funnel::open;

async fn read(app: &TestApp, token: &str, id: entity::ContactId) -> Value {
    let reply = app.rest("GET", &format!("/api/v1/contacts/{id}/personal-data"), Some(token), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.json()
}

fn named<'v>(data: &'v Value, list: &str, field: &str) -> Vec<&'v Value> {
    data[list].as_array().unwrap().iter().map(|row| &row[field]).collect()
}

both! {
    async fn all_that_is_held_of_a_contact_is_given_and_that_is_told(app: TestApp) {
        let own = app.further().await;
        let team = app.team("Sales", None).await;
        let mia = app.manager("Mia", team).await;
        let account = app.account("Globex", team, Some(mia.id)).await;
        let (carl, bob, twin) = (app.contact(account, "Carl").await, app.contact(account, "Bob").await, app.contact(account, "Twin").await);
        let input = json!({ "keepId": carl.id, "keepVersion": 1, "mergeId": twin.id, "mergeVersion": 1 });
        let merged = app.gql(Some(&mia.token), "mutation($input:MergeContacts!){mergeContacts(input:$input){id}}", json!({ "input": input })).await;
        assert!(merged["errors"].is_null(), "{merged}");
        app.change_contact(&mia.token, carl.id, json!({ "title": "Buyer" })).await;
        let link = app.send_to(own.id, carl.id).await;
        open(&app, &link, "").await;
        app.app.write_visits().await;
        let said = |comment: &str| json!({ "score": 10, "comment": comment, "answers": { "effort": 2, "praise": "All of it" } });
        assert_eq!(app.respond(&link, said("First words"), None).await.status, 201);
        app.forward(TimeDelta::minutes(1));
        assert_eq!(app.respond(&link, said("Second words"), Some(1)).await.status, 200);
        let theirs = app.invite(SurveyKind::Csat, &[bob.id]).await.remove(0);
        assert_eq!(app.answer(&theirs, 5).await.status, 201);
        for (contact, subject) in [(Some(carl.id), "With Carl"), (Some(bob.id), "With Bob"), (None, "With nobody")] {
            let input = json!({ "accountId": account, "type": "CALL", "contactId": contact, "subject": subject });
            let logged = app.gql(Some(&mia.token), "mutation($input:LogInteraction!){logInteraction(input:$input){id}}", json!({ "input": input })).await;
            assert!(logged["errors"].is_null(), "{logged}");
        }
        let data = read(&app, &mia.token, carl.id).await;
        assert_eq!((&data["contact"]["name"], &data["contact"]["email"], &data["contact"]["title"]), (&json!("Carl"), &json!("Carl@client.test"), &json!("Buyer")));
        assert_eq!(named(&data, "merged", "name"), ["Twin"]);
        let subjects = named(&data, "interactions", "subject");
        assert!(subjects.contains(&&json!("With Carl")) && subjects.len() == 3, "two more by Steward: {subjects:?}");
        let response = &data["responses"][0];
        assert_eq!((&response["score"], &response["comment"], &response["earlier"][0]["comment"]), (&json!(10), &json!("Second words"), &json!("First words")));
        assert_eq!(response["answers"].as_array().unwrap().len(), 2, "{response}");
        assert_eq!(data["responses"].as_array().unwrap().len(), 1);
        assert!(data["invitations"][0]["visits"][0]["userAgent"].as_str().unwrap().contains("Firefox"), "{data}");
        assert_eq!(data["sessions"].as_array().unwrap().len(), 2, "of both");
        let titles: Vec<_> = named(&data, "changes", "after").into_iter().filter_map(|after| after["title"].as_str()).collect();
        assert_eq!(titles, ["Buyer"]);
        let text = data.to_string();
        for other in ["Bob", "With nobody", "token_hash", "tokenHash"] {
            assert!(!text.contains(other), "{other} is of others: {text}");
        }
        let taken: Vec<_> = app.rows::<audit::Entity>().await.into_iter().filter(|row| row.action == AuditAction::Read).collect();
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].subject_id, taken[0].actor_id, &taken[0].after), (carl.id.0, Some(mia.id.0), &None));
        let ask = "{audit(filter:{action:{eq:READ}}){nodes{subject subjectId member{name} account{name}}}}";
        let told = app.gql(Some(&mia.token), ask, json!({})).await;
        assert_eq!(told["data"]["audit"]["nodes"], json!([{ "subject": "contact", "subjectId": carl.id, "member": { "name": "Mia" }, "account": { "name": "Globex" } }]), "{told}");
    }
}
