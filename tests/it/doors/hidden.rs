//! What is out of scope answers like what never was, at every door: parents, merged rows, references, surveys.

use api::access::KeyScope;
use entity::{AccountId, SurveyKind, TeamId, account, contact, interaction};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};

use super::pointers;

const MERGE: &str = "mutation($input: MergeAccounts!) { mergeAccounts(input: $input) { id } }";

/// Two teams that do not see each other's accounts.
async fn teams(app: &TestApp) -> (TeamId, TeamId) {
    let top = app.team("Sales", None).await;
    (app.team("North", Some(top)).await, app.team("South", Some(top)).await)
}

async fn row(app: &TestApp, id: AccountId) -> account::Model {
    app.rows::<account::Entity>().await.into_iter().find(|row| row.id == id).unwrap()
}

/// Changes an account behind everybody's back.
async fn place(app: &TestApp, id: AccountId, edit: impl FnOnce(&mut account::ActiveModel) + Send + 'static) {
    let change = move |tx: api::store::Tx| async move {
        let row = tx.account(id).await?;
        tx.update::<account::Entity>(row, edit).await.map(drop)
    };
    app.system().write(change).await.unwrap();
}

async fn put(app: &TestApp, key: &str, path: &str, body: Value) -> Reply {
    app.rest("PUT", &format!("/api/v1/{path}"), Some(key), Some(body)).await
}

async fn names(app: &TestApp, token: &str, query: &str) -> Vec<String> {
    let reply = app.rest("GET", &format!("/api/v1/accounts?{query}"), Some(token), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let page = reply.json();
    page["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// What a caller learns, but for what the request itself is called.
fn told(reply: &Reply) -> Value {
    let body = reply.json();
    json!([reply.status.as_u16(), body["code"], body["detail"], body["errors"]])
}

both! {
    async fn a_hidden_parent_is_none(app: TestApp) {
        let (north, south) = teams(&app).await;
        let mia = app.manager("Mia", north).await;
        let ada = app.admin("Ada").await;
        let hidden = app.account("Hidden", south, None).await;
        let (top, low, lone) = (app.account("Top", north, None).await, app.account("Low", north, None).await, app.account("Lone", north, None).await);
        place(&app, low, move |row| row.parent_id = Set(Some(top))).await;
        place(&app, lone, move |row| row.parent_id = Set(Some(hidden))).await;
        let never = uuid::Uuid::nil();
        for token in [&mia.token, &app.integration(&KeyScope::ALL, Some(north)).await] {
            assert_eq!(names(&app, token, "parent_id_is_null=false").await, ["Low"]);
            assert_eq!(names(&app, token, "parent_id_is_null=true").await, ["Lone", "Top"]);
            assert_eq!(names(&app, token, &format!("parent_id={top}")).await, ["Low"]);
            for id in [hidden.0, never] {
                assert!(names(&app, token, &format!("parent_id={id}")).await.is_empty());
                assert_eq!(names(&app, token, &format!("parent_id_in={id}&parent_id_in={top}")).await, ["Low"]);
                let not = format!("{{accounts(filter:{{not:{{parentId:{{eq:\"{id}\"}}}}}}){{nodes{{name}}}}}}");
                let answer = app.gql(Some(token), &not, Value::Null).await;
                assert_eq!(answer["data"]["accounts"]["nodes"].as_array().map(Vec::len), Some(3), "{answer}");
            }
            let not = format!("{{accounts(filter:{{not:{{parentId:{{eq:\"{top}\"}}}}}}){{nodes{{name}}}}}}");
            let answer = app.gql(Some(token), &not, Value::Null).await;
            assert_eq!(answer["data"]["accounts"]["nodes"], json!([{ "name": "Lone" }, { "name": "Top" }]), "like one without");
            for file in ["accounts.jsonl", "accounts.csv"] {
                let file = app.rest("GET", &format!("/api/v1/exports/{file}"), Some(token), None).await;
                assert!(!file.text.contains(&hidden.to_string()) && file.text.contains(&top.to_string()), "{}", file.text);
            }
        }
        assert_eq!(names(&app, &ada.token, "parent_id_is_null=false").await, ["Lone", "Low"]);
        assert_eq!(names(&app, &ada.token, &format!("parent_id={hidden}")).await, ["Lone"]);
        assert_eq!(names(&app, &ada.token, "parent_id_is_null=true").await, ["Hidden", "Top"]);
    }

    async fn a_hidden_parent_survives_who_was_shown_none(app: TestApp) {
        let (north, south) = teams(&app).await;
        let mia = app.manager("Mia", north).await;
        let key = app.integration(&KeyScope::ALL, Some(north)).await;
        let (hidden, top) = (app.account("Hidden", south, None).await, app.account("Top", north, None).await);
        assert_eq!(put(&app, &key, "accounts/1", json!({ "name": "Low" })).await.status, 201);
        let low = app.rows::<account::Entity>().await.into_iter().find(|row| row.name == "Low").unwrap().id;
        place(&app, low, move |row| row.parent_id = Set(Some(hidden))).await;
        let written = put(&app, &key, "accounts/1", json!({ "parent": null, "industry": "Steel" })).await;
        assert_eq!(written.status, 200, "{}", written.text);
        let version = row(&app, low).await.version;
        let update = format!("mutation{{updateAccount(input:{{id:\"{low}\",version:{version},parentId:null,territory:\"East\"}}){{parent{{id}}}}}}");
        assert_eq!(app.gql(Some(&mia.token), &update, Value::Null).await["data"]["updateAccount"], json!({ "parent": null }));
        let now = row(&app, low).await;
        assert_eq!((now.parent_id, now.industry.as_deref(), now.territory.as_deref()), (Some(hidden), Some("Steel"), Some("East")));
        // One that is seen goes.
        place(&app, low, move |row| row.parent_id = Set(Some(top))).await;
        assert_eq!(put(&app, &key, "accounts/1", json!({ "parent": null })).await.status, 200);
        assert_eq!(row(&app, low).await.parent_id, None);
    }

    async fn no_ring_is_made_through_what_is_hidden(app: TestApp) {
        let (north, south) = teams(&app).await;
        let mia = app.manager("Mia", north).await;
        let (hidden, top, low) = (app.account("Hidden", south, None).await, app.account("Top", north, None).await, app.account("Low", north, None).await);
        place(&app, hidden, move |row| row.parent_id = Set(Some(top))).await;
        place(&app, low, move |row| row.parent_id = Set(Some(hidden))).await;
        let (upper, lower) = (row(&app, top).await, row(&app, low).await);
        let update = format!("mutation{{updateAccount(input:{{id:\"{top}\",version:{},parentId:\"{low}\"}}){{id}}}}", upper.version);
        let merge = json!({ "input": { "keepId": top, "keepVersion": upper.version, "mergeId": low, "mergeVersion": lower.version } });
        for refused in [app.gql(Some(&mia.token), &update, Value::Null).await, app.gql(Some(&mia.token), MERGE, merge).await] {
            let error = &refused["errors"][0];
            assert_eq!(error["extensions"]["code"], "CONFLICT", "{refused}");
            assert!(!error["message"].as_str().unwrap().contains("below"), "{refused}");
        }
        assert_eq!((row(&app, top).await.parent_id, row(&app, low).await.merged_into_id), (None, None));
    }

    async fn a_merged_row_names_the_one_that_stayed_to_who_sees_it(app: TestApp) {
        let (north, south) = teams(&app).await;
        let (mia, ada) = (app.manager("Mia", north).await, app.admin("Ada").await);
        let key = app.integration(&KeyScope::ALL, Some(north)).await;
        assert_eq!(put(&app, &key, "accounts/1", json!({ "name": "Gone" })).await.status, 201);
        assert_eq!(put(&app, &key, "contacts/c1", json!({ "name": "Carl", "account": "1", "email": "carl@client.test" })).await.status, 201);
        let gone = app.rows::<account::Entity>().await.remove(0);
        let kept = app.account("Kept", south, None).await;
        let twin = app.contact(kept, "Carl").await;
        let carl = app.rows::<contact::Entity>().await.into_iter().find(|row| row.name == "Carl" && row.account_id == gone.id).unwrap();
        let merge = json!({ "input": { "keepId": kept, "keepVersion": row(&app, kept).await.version, "mergeId": gone.id, "mergeVersion": gone.version } });
        let merged = app.gql(Some(&ada.token), MERGE, merge).await;
        assert!(merged["errors"].is_null(), "{merged}");
        let ghost = app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == carl.id).unwrap();
        assert_eq!((row(&app, gone.id).await.merged_into_id, ghost.merged_into_id), (Some(kept), Some(twin.id)));
        let refused = put(&app, &key, "accounts/1", json!({ "name": "Again" })).await;
        assert_eq!((refused.status.as_u16(), refused.text.contains(&kept.to_string())), (409, false), "{}", refused.text);
        let refused = put(&app, &key, "contacts/c1", json!({ "name": "Again" })).await;
        assert!(refused.status.is_client_error() && !refused.text.contains(&twin.id.to_string()), "{}", refused.text);
        let query = "{ accounts(archived: true) { nodes { name mergedIntoId } } contacts(archived: true) { nodes { mergedIntoId } }
            audit(first: 100) { nodes { subject before after } } }";
        let all = |answer: &Value| answer.to_string();
        let seen = app.gql(Some(&mia.token), query, Value::Null).await;
        assert_eq!(seen["data"]["accounts"]["nodes"], json!([{ "name": "Gone", "mergedIntoId": null }]), "{seen}");
        assert!(!all(&seen).contains(&kept.to_string()) && !all(&seen).contains(&twin.id.to_string()), "{seen}");
        assert!(all(&seen["data"]["audit"]).contains("Gone"), "the rest of the audit stays: {seen}");
        for (file, id) in [("accounts", kept.0), ("contacts", twin.id.0)] {
            let of = async |token: &str| app.rest("GET", &format!("/api/v1/exports/{file}.jsonl?archived=true"), Some(token), None).await.text;
            assert!(!of(&mia.token).await.contains(&id.to_string()));
            assert!(of(&ada.token).await.contains(&format!("\"merged_into\":\"{id}\"")));
        }
        let whole = app.gql(Some(&ada.token), query, Value::Null).await;
        assert!(whole["data"]["accounts"]["nodes"].as_array().unwrap().contains(&json!({ "name": "Gone", "mergedIntoId": kept })), "{whole}");
        assert!(all(&whole["data"]["contacts"]).contains(&twin.id.to_string()) && all(&whole["data"]["audit"]).contains(&format!("\"merged_into_id\":\"{kept}\"")), "{whole}");
        // Whoever sees both is told where to write.
        let everything = app.integration(&KeyScope::ALL, None).await;
        let refused = put(&app, &everything, "accounts/1", json!({ "name": "Again" })).await;
        assert!(refused.text.contains(&kept.to_string()), "{}", refused.text);
    }

    async fn the_audit_leaves_out_hidden_parents(app: TestApp) {
        let (north, south) = teams(&app).await;
        let (mia, ada) = (app.manager("Mia", north).await, app.admin("Ada").await);
        let (hidden, top, low) = (app.account("Hidden", south, None).await, app.account("Top", north, None).await, app.account("Low", north, None).await);
        for parent in [Some(hidden), None, Some(top), Some(hidden)] {
            app.forward(chrono::TimeDelta::seconds(1));
            place(&app, low, move |row| row.parent_id = Set(parent)).await;
        }
        let read = async |token: &str| {
            let query = "query($id: UUID!) { audit(first: 100, filter: { subjectId: { eq: $id }, action: { eq: UPDATE } }) { nodes { before after } } }";
            app.gql(Some(token), query, json!({ "id": low })).await["data"]["audit"]["nodes"].clone()
        };
        let of = |before: Value, after: Value| json!({ "before": { "parent_id": before }, "after": { "parent_id": after } });
        let none = json!({ "before": {}, "after": {} });
        assert_eq!(read(&mia.token).await, json!([of(json!(top), Value::Null), of(Value::Null, json!(top)), none, none]));
        let whole = [of(json!(top), json!(hidden)), of(Value::Null, json!(top)), of(json!(hidden), Value::Null), of(Value::Null, json!(hidden))];
        assert_eq!(read(&ada.token).await, json!(whole));
    }

    async fn a_reference_tells_nothing_to_who_writes_elsewhere(app: TestApp) {
        let (north, south) = teams(&app).await;
        app.owner("Ben", south).await;
        let everything = app.integration(&KeyScope::ALL, None).await;
        let bound = app.integration(&[KeyScope::AccountsWrite], Some(north)).await;
        let first = put(&app, &everything, "accounts/taken", json!({ "name": "Theirs", "team": ["Sales", "South"] })).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let before = app.rows::<account::Entity>().await;
        let body = json!({ "name": "X", "team": ["Sales", "South"] });
        let (taken, free) = (put(&app, &bound, "accounts/taken", body.clone()).await, put(&app, &bound, "accounts/free", body).await);
        assert_eq!((told(&taken), taken.status.as_u16()), (told(&free), 403));
        // Nor does an address, to a key that does not read the directory.
        for reference in ["taken", "free"] {
            let of = async |email: &str| put(&app, &bound, &format!("accounts/{reference}"), json!({ "name": "X", "ownerEmail": email })).await;
            let (other, nobody) = (of("ben@acme.test").await, of("nobody@acme.test").await);
            assert_eq!((told(&other), pointers(&other)), (told(&nobody), vec!["/ownerEmail".to_owned()]));
        }
        let reader = app.integration(&[KeyScope::AccountsWrite, KeyScope::MembersRead], Some(north)).await;
        assert_eq!(put(&app, &reader, "accounts/free", json!({ "name": "X", "ownerEmail": "ben@acme.test" })).await.status, 403);
        app.owner("Ana", north).await;
        assert_eq!(put(&app, &bound, "accounts/free", json!({ "name": "X", "ownerEmail": "ana@acme.test" })).await.status, 201);
        assert_eq!(app.rows::<account::Entity>().await.len(), before.len() + 1);
    }

    async fn one_hidden_entry_is_refused_alone(app: TestApp) {
        let (north, south) = teams(&app).await;
        let (hidden, own, other) = (app.account("Hidden", south, None).await, app.account("Own", north, None).await, app.account("Other", north, None).await);
        let everything = app.integration(&KeyScope::ALL, None).await;
        let bound = app.integration(&KeyScope::ALL, Some(north)).await;
        let entry = |id: &str, account: AccountId| json!({ "externalId": id, "accountId": account, "type": "NOTE", "subject": "x" });
        let log = async |key: &str, entries: Value| app.rest("POST", "/api/v1/interactions", Some(key), Some(json!({ "interactions": entries }))).await;
        assert_eq!(log(&everything, json!([entry("X", hidden), entry("Y", other)])).await.status, 200);
        let batch = json!([entry("1", own), entry("X", own), entry("2", own), entry("Y", own), entry("3", own)]);
        let reply = log(&bound, batch).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let results = reply.json()["results"].clone();
        let became: Vec<_> = (0..5).map(|at| results[at]["status"].as_str().unwrap()).collect();
        assert_eq!(became, ["CREATED", "REFUSED", "CREATED", "REFUSED", "CREATED"]);
        // In the words for an entry of another account that is seen.
        assert_eq!(results[1]["errors"][0]["pointer"], "/interactions/1/accountId");
        assert_eq!(results[1]["errors"][0]["detail"], results[3]["errors"][0]["detail"]);
        assert_eq!(app.rows::<interaction::Entity>().await.len(), 5);
    }

    async fn equal_batches_at_once_are_one(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let key = super::integration(&app).await;
        let entries: Vec<_> = (0..50).map(|at| json!({ "externalId": format!("{at}"), "accountId": account, "type": "NOTE", "subject": "x" })).collect();
        let body = json!({ "interactions": entries });
        let calls = (0..8).map(|_| app.rest("POST", "/api/v1/interactions", Some(&key), Some(body.clone())));
        let replies = futures_util::future::join_all(calls).await;
        let mut created = 0;
        for reply in replies {
            assert_eq!(reply.status, 200, "{}", reply.text);
            created += reply.text.matches("\"CREATED\"").count();
        }
        assert_eq!((created, app.rows::<interaction::Entity>().await.len()), (50, 50));
    }

    async fn a_customer_knows_the_surveys_they_were_asked(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let (carl, dora) = (app.contact(account, "Carl").await, app.contact(account, "Dora").await);
        let ada = app.admin("Ada").await;
        let nps = app.survey(SurveyKind::Nps).await;
        let make = format!("mutation{{createSurvey(input:{{name:\"Project Falcon\",copyOf:\"{nps}\"}}){{id}}}}");
        let made = app.gql(Some(&ada.token), &make, Value::Null).await;
        let falcon = made["data"]["createSurvey"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        app.invite(SurveyKind::Nps, &[carl.id]).await;
        let lists = async |token: &str| {
            let rest = app.rest("GET", "/api/v1/surveys", Some(token), None).await.json()["data"].clone();
            let graph = app.gql(Some(token), "{surveys{id name question}}", Value::Null).await["data"]["surveys"].clone();
            (rest, graph)
        };
        let (rest, graph) = lists(&carl.token).await;
        for list in [&rest, &graph] {
            let list = list.as_array().unwrap();
            assert_eq!((list.len(), &list[0]["id"]), (1, &json!(nps)), "{list:?}");
            assert!(list[0]["name"].as_str().unwrap().ends_with('?'), "the words of its question: {list:?}");
        }
        assert_eq!(lists(&dora.token).await, (json!([]), json!([])));
        for id in [falcon.as_str(), "00000000-0000-0000-0000-000000000000"] {
            let answer = app.gql(Some(&carl.token), &format!("{{survey(id:\"{id}\"){{name}}}}"), Value::Null).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
        }
        assert!(lists(&ada.token).await.0.to_string().contains("Project Falcon"));
    }

    async fn a_filter_of_staff_is_no_parameter_for_customers(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        for (list, name, value) in [
            ("accounts", "last_live_at_gte", "2026-01-01T00:00:00Z"), ("accounts", "last_live_since", "2026-01-01T00:00:00Z"), ("accounts", "tier", "GOLD"),
            ("accounts", "parent_id_is_null", "true"), ("contacts", "reference", "1"), ("responses", "owner_id", "7"),
        ] {
            let ask = async |token: &str, name: &str| app.rest("GET", &format!("/api/v1/{list}?{name}={value}"), Some(token), None).await;
            let (refused, unknown) = (ask(&carl.token, name).await, ask(&carl.token, "colour").await);
            assert_eq!((refused.status.as_u16(), pointers(&refused)), (422, vec![format!("/{name}")]), "{}", refused.text);
            let told = |reply: &tests::app::Reply| reply.json()["errors"][0]["detail"].clone();
            assert_eq!(told(&refused), told(&unknown));
            assert!(!unknown.text.contains(name), "{}", unknown.text);
            assert!(ask(&ana.token, "colour").await.text.contains(name));
        }
    }

    async fn nothing_of_the_doors_is_kept_in_caches(app: TestApp) {
        let ada = app.admin("Ada").await;
        for path in ["accounts", "contacts", "surveys", "responses", "imports", "exports/members.csv", "accounts?colour=red", "nowhere"] {
            let reply = app.rest("GET", &format!("/api/v1/{path}"), Some(&ada.token), None).await;
            assert_eq!(reply.headers["cache-control"], "no-store", "{path}: {}", reply.status);
        }
        let graph = app.rest("POST", "/graphql", Some(&ada.token), Some(json!({ "query": "{me{role}}" }))).await;
        assert_eq!(graph.headers["cache-control"], "no-store");
    }
}
