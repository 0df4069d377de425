//! The audit: who reads what of it, and what never stands in it.

use serde_json::{Value, json};
use tests::{app::TestApp, both};

both! {
    async fn the_audit_is_read_by_admins_and_in_their_scope_by_managers(app: TestApp) {
        let top = app.team("Sales", None).await;
        let (north, south) = (app.team("North", Some(top)).await, app.team("South", Some(top)).await);
        let (mia, max) = (app.manager("Mia", north).await, app.manager("Max", south).await);
        let ana = app.owner("Ana", north).await;
        let ada = app.admin("Ada").await;
        let globex = app.account("Globex", north, Some(ana.id)).await;
        app.account("Initech", south, None).await;
        let version = app.rows::<entity::account::Entity>().await[0].version;
        let update = format!("mutation{{updateAccount(input:{{id:\"{globex}\",version:{version},industry:\"Steel\"}}){{id}}}}");
        assert_eq!(app.gql(Some(&mia.token), &update, json!({})).await["data"]["updateAccount"]["id"], json!(globex));
        let read = async |token: &str, filter: Value| {
            let query = "query ($filter: AuditFilter) { audit(filter: $filter, first: 100) { totalCount nodes \
                { at actorKind member { name } action subject subjectId account { name } before after } } }";
            app.gql(Some(token), query, json!({ "filter": filter })).await["data"]["audit"].clone()
        };
        let changes = read(&mia.token, json!({ "accountId": { "eq": globex }, "action": { "eq": "UPDATE" }, "actorKind": { "eq": "MEMBER" } })).await;
        assert_eq!(changes["totalCount"], 1, "{changes}");
        let change = &changes["nodes"][0];
        assert_eq!((&change["member"]["name"], &change["account"]["name"], &change["subject"]), (&json!("Mia"), &json!("Globex"), &json!("account")));
        assert_eq!((&change["before"]["industry"], &change["after"]["industry"]), (&json!(null), &json!("Steel")));
        for (compare, count) in [("eq", 1), ("gte", 1), ("lte", 1), ("gt", 0), ("lt", 0)] {
            let same = json!({ "subjectId": { "eq": globex }, "action": { "eq": "UPDATE" }, "actorKind": { "eq": "MEMBER" }, "at": { compare: change["at"] } });
            assert_eq!(read(&mia.token, same).await["totalCount"], count, "{compare}");
        }
        let both = json!({ "subjectId": { "eq": globex }, "at": { "eq": "2020-01-01T00:00:00Z", "gte": "2019-01-01T00:00:00Z", "lte": change["at"] } });
        assert_eq!(read(&mia.token, both).await["totalCount"], 0, "all of them must hold");
        let every = read(&ada.token, json!({})).await["nodes"].clone();
        let every: Vec<entity::Time> = every.as_array().unwrap().iter().map(|row| serde_json::from_value(row["at"].clone()).unwrap()).collect();
        assert!(every.len() > 5 && every.is_sorted_by(|newer, older| newer >= older), "{every:?}");
        // Nothing of other teams, and nothing that belongs to no account.
        assert_eq!(read(&max.token, json!({ "accountId": { "eq": globex } })).await["totalCount"], 0);
        let theirs = read(&max.token, json!({})).await;
        assert!(theirs["nodes"].as_array().unwrap().iter().all(|row| row["account"]["name"] == "Initech"), "{theirs}");
        assert_eq!(read(&mia.token, json!({ "subject": { "eq": "member" } })).await["totalCount"], 0);
        assert!(read(&ada.token, json!({ "subject": { "eq": "member" } })).await["totalCount"].as_i64().unwrap() > 2);
        let all = read(&ada.token, json!({})).await.to_string();
        for secret in ["passwordHash", "password_hash", "secretHash", "secret_hash", "token_hash", "sealed"] {
            assert!(!all.contains(&format!("\"{secret}\"")), "{secret}");
        }
    }
}
