//! Escalations below their account: who reads them, page by page, by an index alone.

use api::{
    access::KeyScope,
    escalation::{EscalationArgs, open, shape},
    store::{Engine, Shows},
};
use chrono::TimeDelta;
use entity::account;
use sea_orm::{
    ConnectionTrait, DbBackend, Statement, TransactionTrait,
    sea_query::{Expr, PostgresQueryBuilder, Query, SimpleExpr, SqliteQueryBuilder},
};
use serde_json::{Value, json};
use tests::{app::TestApp, both};

/// What was raised at an account, to somebody: the answer whole.
async fn raised(app: &TestApp, token: &str, id: impl std::fmt::Display, args: &str) -> Value {
    let query = format!(
        "{{account(id:\"{id}\"){{name openEscalations escalations{args}{{nodes{{title closedAt}} pageInfo{{hasNextPage endCursor}}}}}}}}"
    );
    app.gql(Some(token), &query, json!({})).await
}

fn titles(answer: &Value) -> Vec<&str> {
    let nodes = answer["data"]["account"]["escalations"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    nodes.iter().map(|node| node["title"].as_str().unwrap()).collect()
}

both! {
    async fn escalations_are_for_the_staff_of_their_account(app: TestApp) {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", south).await);
        let (mia, max, ada) = (app.manager("Mia", north).await, app.manager("Max", south).await, app.admin("Ada").await);
        let (globex, initech) = (app.account("Globex", north, Some(ana.id)).await, app.account("Initech", south, Some(ben.id)).await);
        let carl = app.contact(globex, "Carl").await;
        app.raise(globex, "Theirs", false).await;
        app.raise(globex, "Settled", true).await;
        app.raise(initech, "Others", false).await;
        let key = app.integration(&[KeyScope::AccountsRead, KeyScope::InteractionsRead], None).await;
        for token in [&ana.token, &mia.token, &ada.token, &key] {
            let answer = raised(&app, token, globex, "(open:true)").await;
            assert_eq!((titles(&answer), &answer["data"]["account"]["openEscalations"]), (vec!["Theirs"], &json!(1)), "{answer}");
        }
        for token in [&ben.token, &max.token] {
            let answer = raised(&app, token, globex, "").await;
            assert_eq!((&answer["data"]["account"], &answer["errors"][0]["extensions"]["code"]), (&Value::Null, &json!("NOT_FOUND")));
        }
        let poor = app.integration(&[KeyScope::AccountsRead], None).await;
        for token in [&carl.token, &poor] {
            let answer = raised(&app, token, globex, "").await;
            assert_eq!(answer["data"]["account"], json!({ "name": "Globex", "openEscalations": null, "escalations": null }));
            let codes: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
            assert_eq!(codes, ["FORBIDDEN", "FORBIDDEN"], "{answer}");
        }
        let list = "{accounts{nodes{name openEscalations escalations(first:1){nodes{title}}}}}";
        let answer = app.gql(Some(&ada.token), list, json!({})).await;
        let row = |name: &str, title: &str| json!({ "name": name, "openEscalations": 1, "escalations": { "nodes": [{ "title": title }] } });
        assert_eq!(answer["data"]["accounts"]["nodes"], json!([row("Globex", "Settled"), row("Initech", "Others")]), "{answer}");
        let answer = app.gql(Some(&ben.token), list, json!({})).await;
        assert_eq!(answer["data"]["accounts"]["nodes"], json!([row("Initech", "Others")]));
        // Whoever gets the account gets what was raised at it, at once.
        app.assign(globex, ben.id).await;
        assert_eq!(titles(&raised(&app, &ben.token, globex, "").await), ["Settled", "Theirs"]);
        assert_eq!(raised(&app, &ana.token, globex, "").await["data"]["account"], Value::Null);
    }

    async fn pages_go_on_where_the_one_before_ended(app: TestApp) {
        let team = app.team("North", None).await;
        let ana = app.owner("Ana", team).await;
        let globex = app.account("Globex", team, Some(ana.id)).await;
        for at in 0..5 {
            app.raise(globex, &format!("Raised {at}"), at % 2 == 1).await;
            // Two of them at one instant.
            app.forward(TimeDelta::seconds(i64::from(at != 2)));
        }
        let (mut got, mut after) = (Vec::new(), String::new());
        loop {
            let answer = raised(&app, &ana.token, globex, &format!("(first:2{after})")).await;
            got.extend(titles(&answer).into_iter().map(str::to_owned));
            let info = &answer["data"]["account"]["escalations"]["pageInfo"];
            if info["hasNextPage"] != true {
                break;
            }
            after = format!(",after:{}", info["endCursor"]);
        }
        let whole = raised(&app, &ana.token, globex, "").await;
        assert_eq!(got, titles(&whole));
        // Which of the two of one instant comes first is not told.
        assert_eq!((got.len(), got[0].as_str(), got[3].as_str(), got[4].as_str()), (5, "Raised 4", "Raised 1", "Raised 0"));
        assert_eq!(titles(&raised(&app, &ana.token, globex, "(open:false)").await), ["Raised 3", "Raised 1"]);
        let two = format!("{{account(id:\"{globex}\"){{a:escalations(open:true,first:1){{nodes{{title}}}} b:escalations(open:false,first:1){{nodes{{title}}}} openEscalations}}}}");
        let answer = app.gql(Some(&ana.token), &two, json!({})).await;
        let one = |title: &str| json!({ "nodes": [{ "title": title }] });
        assert_eq!(answer["data"]["account"], json!({ "a": one("Raised 4"), "b": one("Raised 3"), "openEscalations": 3 }), "{answer}");
        for wrong in ["(first:0)", "(first:101)", "(after:\"x\")"] {
            let answer = raised(&app, &ana.token, globex, wrong).await;
            assert!(["INVALID", "BAD_REQUEST"].contains(&answer["errors"][0]["extensions"]["code"].as_str().unwrap()), "{answer}");
        }
    }

    async fn an_index_of_open_ones_alone_leads_to_them(app: TestApp) {
        let (system, database) = (app.system(), &app.database);
        let (engine, scope) = (system.store().engine(), &system.viewer().scope);
        let id = || Expr::col((account::Entity, account::Column::Id));
        let args = EscalationArgs { open: Some(true), ..EscalationArgs::default() };
        let asks: [SimpleExpr; 2] = [open(engine, scope, id()), shape(engine, scope, id(), &args, Shows::default()).unwrap()];
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        for ask in asks {
            let select = Query::select().expr(ask).from(account::Entity).to_owned();
            let tx = db.begin().await.unwrap();
            let (backend, text, column) = match engine {
                Engine::Sqlite => (DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {}", select.to_string(SqliteQueryBuilder)), "detail"),
                Engine::Postgres => {
                    // The tables are empty: what is asked is whether an index can be used, not whether it is worth it.
                    for never in ["seqscan", "sort", "bitmapscan"] {
                        tx.execute_unprepared(&format!("SET LOCAL enable_{never} = off")).await.unwrap();
                    }
                    (DbBackend::Postgres, format!("EXPLAIN {}", select.to_string(PostgresQueryBuilder)), "QUERY PLAN")
                }
            };
            let rows = tx.query_all_raw(Statement::from_string(backend, text)).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
            let of_table: Vec<&String> = plan.iter().filter(|line| line.contains("escalation_") || line.contains("on escalation")).collect();
            assert!(!of_table.is_empty() && of_table.iter().all(|line| line.contains("escalation_open")), "{plan:#?}");
            assert!(plan.iter().all(|line| !line.contains("TEMP B-TREE") && !line.contains("Sort")), "{plan:#?}");
        }
    }
}
