//! What was merged away stays merged, however often its own system still names it.

use api::import::Kind;
use entity::{AccountId, account, contact, interaction};
use serde_json::{Value, json};
use tests::{app::TestApp, both};

use super::{by_guess, counts};
use crate::programmes::ask;

const ACCOUNTS: &str = "reference,name,parent\na1,Globex,\na2,Globex Inc,\na3,Globex Lab,a2\n";
const CONTACTS: &str = "reference,account,name,email\nc1,a1,Carl,carl@globex.test\nc2,a2,Carl,carl@globex.test\nc3,a2,Dora,dora@globex.test\n";
const ENTRIES: &str = "reference,account,contact,kind,direction,channel,occurred_at,subject\ni1,a2,c2,CALL,OUTBOUND,CALL,2025-05-01T09:30:00Z,Rang\n";

async fn file(app: &TestApp, kind: Kind, text: &str) -> (u64, u64, u64, u64) {
    let summary = by_guess(app, kind, "outside", text).await;
    assert_eq!(summary.faults, [], "{summary}");
    counts(&summary)
}

async fn accounts(app: &TestApp) -> Vec<account::Model> {
    let mut rows = app.rows::<account::Entity>().await;
    rows.sort_by(|a, b| a.reference.cmp(&b.reference));
    rows
}

async fn contacts(app: &TestApp) -> Vec<contact::Model> {
    let mut rows = app.rows::<contact::Entity>().await;
    rows.sort_by(|a, b| a.reference.cmp(&b.reference));
    rows
}

async fn merge(app: &TestApp, token: &str, keep: &account::Model, gone: &account::Model) -> Value {
    let input = json!({ "input": {
        "keepId": keep.id, "keepVersion": keep.version, "mergeId": gone.id, "mergeVersion": gone.version
    } });
    ask(app, token, "mutation($input: MergeAccounts!) { mergeAccounts(input: $input) { id } }", input).await
}

both! {
    async fn what_was_merged_away_stands_for_the_one_that_stayed(app: TestApp) {
        let admin = app.admin("Ada").await;
        let key = app.integration(&api::access::KeyScope::ALL, None).await;
        assert_eq!(file(&app, Kind::Accounts, ACCOUNTS).await, (3, 0, 0, 0));
        assert_eq!(file(&app, Kind::Contacts, CONTACTS).await, (3, 0, 0, 0));
        let [a1, a2, a3] = &accounts(&app).await[..] else { panic!() };
        assert_eq!(a3.parent_id, Some(a2.id));
        merge(&app, &admin.token, a1, a2).await;
        let (before, people) = (accounts(&app).await, contacts(&app).await);
        let [c1, c2, c3] = &people[..] else { panic!() };
        assert_eq!((c2.merged_into_id, c3.account_id), (Some(c1.id), a1.id));

        // The other system goes on as if nothing had happened.
        assert_eq!(file(&app, Kind::Accounts, &ACCOUNTS.replace("Globex Inc", "Globex Incorporated")).await, (0, 0, 3, 0));
        assert_eq!(file(&app, Kind::Contacts, &CONTACTS.replace("c2,a2,Carl", "c2,a2,Karl")).await, (0, 0, 3, 0));
        assert_eq!((accounts(&app).await, contacts(&app).await), (before, people.clone()));
        assert_eq!(file(&app, Kind::Interactions, ENTRIES).await, (1, 0, 0, 0));
        assert_eq!(file(&app, Kind::Interactions, ENTRIES).await, (0, 0, 1, 0));
        let entry = app.rows::<interaction::Entity>().await.into_iter().find(|row| row.subject == "Rang").unwrap();
        assert_eq!((entry.account_id, entry.contact_id), (a1.id, Some(c1.id)));

        // So does a program, but whoever writes the one that went is told where it is.
        for (path, stayed) in [("accounts/a2", a1.id.to_string()), ("contacts/c2", c1.id.to_string())] {
            let reply = app.rest("PUT", &format!("/api/v1/{path}"), Some(&key), Some(json!({ "name": "X" }))).await;
            assert_eq!((reply.status.as_u16(), reply.json()["detail"].as_str().unwrap().contains(&stayed)), (409, true), "{}", reply.text);
        }
        let fresh = json!({ "name": "Emil", "account": "a2" });
        assert_eq!(app.rest("PUT", "/api/v1/contacts/c4", Some(&key), Some(fresh)).await.status, 201);
        assert_eq!(contacts(&app).await[3].account_id, a1.id);
    }

    async fn a_chain_of_merges_is_followed_to_its_end(app: TestApp) {
        let admin = app.admin("Ada").await;
        file(&app, Kind::Accounts, "reference,name\na1,One\na2,Two\na3,Three\n").await;
        for (keep, gone) in [(1, 0), (2, 1)] {
            let rows = accounts(&app).await;
            merge(&app, &admin.token, &rows[keep], &rows[gone]).await;
        }
        let last: AccountId = accounts(&app).await[2].id;
        file(&app, Kind::Contacts, "reference,account,name\nc1,a1,Carl\nc2,a2,Dora\nc3,a3,Emil\n").await;
        assert!(contacts(&app).await.iter().all(|row| row.account_id == last));
    }
}
