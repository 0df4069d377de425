//! Imports as jobs: sent, looked at, tried, run, watched, stopped, and gone on with after a kill.

use std::time::Duration;

use api::access::KeyScope;
use axum::body::Body;
use chrono::TimeDelta;
use entity::{account, import, import_piece, job};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp, request},
    both,
};

pub(super) async fn send(app: &TestApp, token: &str, id: &str, file: impl Into<Body>) -> Reply {
    send_as(app, token, id, "text/csv", file).await
}

async fn send_as(app: &TestApp, token: &str, id: &str, media: &str, file: impl Into<Body>) -> Reply {
    let mut put = request("PUT", &format!("/api/v1/imports/{id}/file"), Some(token), None);
    put.headers_mut().insert("content-type", media.parse().unwrap());
    *put.body_mut() = file.into();
    app.call(put).await
}

pub(super) async fn made(app: &TestApp, token: &str, body: Value) -> String {
    let reply = app.rest("POST", "/api/v1/imports", Some(token), Some(body)).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["state"]), (201, &json!("EMPTY")), "{}", reply.text);
    reply.json()["id"].as_str().unwrap().to_owned()
}

pub(super) async fn start(app: &TestApp, token: &str, id: &str, body: Value) -> Reply {
    app.rest("POST", &format!("/api/v1/imports/{id}/start"), Some(token), Some(body)).await
}

/// Runs the jobs until an import stands still.
pub(super) async fn finished(app: &TestApp, token: &str, id: &str) -> Value {
    app.run_jobs().await;
    for _ in 0..600 {
        let now = app.rest("GET", &format!("/api/v1/imports/{id}"), Some(token), None).await.json();
        if now["state"] != "RUNNING" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("an import does not end")
}

pub(super) const FILE: &str = "Id;Firma;Klasse\n17;Müller & Söhne;KEY\n18;Globex;GOLD\n19;Initech;STANDARD\n";
pub(super) const MAP: &str = "source = \"crm\"\n[columns]\nreference = \"Id\"\nname = \"Firma\"\ntier = \"Klasse\"\n";

both! {
    async fn a_file_is_looked_at_tried_and_run(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 409, "there is no file yet");
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(FILE);
        let looked = send(&app, &ada, &id, windows.into_owned()).await;
        assert_eq!((looked.status.as_u16(), &looked.json()["state"], &looked.json()["error"]), (200, &json!("READY"), &json!(null)), "{}", looked.text);
        assert_eq!(start(&app, &ada, &id, json!({ "dryRun": true })).await.status, 202);
        assert_eq!(start(&app, &ada, &id, json!({ "dryRun": true })).await.status, 409, "it is running");
        let tried = finished(&app, &ada, &id).await;
        assert_eq!((&tried["state"], &tried["dryRun"], &tried["counts"]["created"], &tried["counts"]["refused"]), (&json!("DONE"), &json!(true), &json!(2), &json!(1)), "{tried}");
        assert!(app.rows::<account::Entity>().await.is_empty());
        let looked = send(&app, &ada, &id, FILE).await.json();
        assert_eq!((&looked["state"], &looked["counts"], &looked["rowsDone"]), (&json!("READY"), &json!(null), &json!(0)), "after a dry run another file may come: {looked}");
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let done = finished(&app, &ada, &id).await;
        assert_eq!((&done["rowsDone"], &done["rowsTotal"], &done["counts"]["created"]), (&json!(3), &json!(3), &json!(2)), "{done}");
        assert_eq!(done["counts"]["faults"][0]["row"], 3);
        let errors = app.rest("GET", &format!("/api/v1/imports/{id}/errors.csv"), Some(&ada), None).await;
        assert_eq!(errors.text, "row,column,value,rule\n3,Klasse,GOLD,\"must be one of STRATEGIC, KEY, STANDARD\"\n");
        let names: Vec<String> = app.rows::<account::Entity>().await.into_iter().map(|row| row.name).collect();
        assert!(names.contains(&"Müller & Söhne".to_owned()), "{names:?}");
        let left = app.rows::<import_piece::Entity>().await;
        assert!(left.iter().all(|piece| piece.part == entity::ImportPart::Faults), "the file is gone");
        let all = app.rest("GET", "/api/v1/imports", Some(&ada), None).await.json();
        assert_eq!(all["data"].as_array().unwrap().len(), 1);
    }

    async fn what_is_left_open_is_asked_for_before_it_starts(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "source": "crm" })).await;
        let guessed = send(&app, &ada, &id, "Id,Company,Fax\n17,Globex,1\n").await.json();
        assert_eq!((&guessed["state"], &guessed["error"], &guessed["unread"]), (&json!("READY"), &json!(null), &json!(["Fax"])), "{guessed}");
        assert!(guessed["mapping"].as_str().unwrap().contains("Company"), "{guessed}");
        for (file, word) in [("PK\u{3}\u{4}not a table", "ZIP"), ("colour,size\nred,1\n", "no column"), ("", "empty")] {
            let id = made(&app, &ada, json!({ "kind": "ACCOUNTS" })).await;
            let looked = send(&app, &ada, &id, file).await.json();
            assert!(looked["error"].as_str().is_some_and(|error| error.contains(word)), "{looked}");
        }
        let bad = app.rest("POST", "/api/v1/imports", Some(&ada), Some(json!({ "kind": "ACCOUNTS", "mapping": "source = 1" }))).await;
        assert_eq!((bad.status.as_u16(), super::pointers(&bad)[0].as_str()), (422, "/mapping"), "{}", bad.text);
        // A mapping for other columns starts nothing; told with the start, it ends the import before its first row.
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        let looked = send(&app, &ada, &id, "a,b\n1,2\n").await.json();
        assert!(looked["error"].as_str().unwrap().contains("Firma"), "{looked}");
        let refused = start(&app, &ada, &id, json!({})).await;
        assert_eq!((refused.status.as_u16(), super::pointers(&refused)[0].as_str()), (422, "/mapping"), "{}", refused.text);
        assert_eq!(start(&app, &ada, &id, json!({ "mapping": MAP })).await.status, 202);
        let failed = finished(&app, &ada, &id).await;
        assert_eq!(failed["state"], "FAILED", "{failed}");
        assert!(app.rows::<account::Entity>().await.is_empty());
    }

    async fn json_lines_are_looked_at_tried_and_run_like_csv(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        let lines = "{\"Id\":17,\"Firma\":\"Müller & Söhne\",\"Klasse\":\"KEY\"}\n{\"Fax\":1,\"Id\":18,\"Firma\":\"Globex\",\"Klasse\":\"GOLD\"}\n{\"Id\":\"19\",\"Firma\":\"Initech\"}\n";
        let looked = send_as(&app, &ada, &id, "application/jsonl", lines).await.json();
        assert_eq!((&looked["error"], &looked["unread"]), (&json!(null), &json!(["Fax"])), "{looked}");
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let done = finished(&app, &ada, &id).await;
        assert_eq!((&done["rowsDone"], &done["counts"]["created"], &done["counts"]["refused"]), (&json!(3), &json!(2), &json!(1)), "{done}");
        let errors = app.rest("GET", &format!("/api/v1/imports/{id}/errors.csv"), Some(&ada), None).await;
        assert_eq!(errors.text, "row,column,value,rule\n2,Klasse,GOLD,\"must be one of STRATEGIC, KEY, STANDARD\"\n");
        // An export comes back by the mapping that is guessed for it.
        let export = app.rest("GET", "/api/v1/exports/accounts.jsonl", Some(&ada), None).await.text;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "source": "copy" })).await;
        assert_eq!(send_as(&app, &ada, &id, "application/jsonl", export).await.json()["error"], json!(null));
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        assert_eq!(finished(&app, &ada, &id).await["counts"]["unchanged"], 2);
        for (file, why) in [("[{\"Id\":1}]", "one JSON array"), ("{\"Id\":1,\"Firma\":", "cut off"), ("{\n\"Id\":1}\n", "row 1 is no JSON object")] {
            let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
            let looked = send_as(&app, &ada, &id, "application/jsonl", file).await.json();
            assert!(looked["error"].as_str().is_some_and(|error| error.contains(why)), "{looked}");
        }
        assert_eq!(app.rows::<account::Entity>().await.len(), 2);
    }

    async fn a_dry_run_is_short_and_what_is_done_stays_done(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        let lines: Vec<String> = (0..20_001).map(|row| format!("{row},Firma {row},KEY\n")).collect();
        send(&app, &ada, &id, format!("Id,Firma,Klasse\n{}", lines.concat())).await;
        assert_eq!(start(&app, &ada, &id, json!({ "dryRun": true })).await.status, 202);
        let failed = finished(&app, &ada, &id).await;
        assert!(failed["error"].as_str().is_some_and(|error| error.contains("for more than 20000 rows")), "{failed}");
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        send(&app, &ada, &id, "Id,Firma,Klasse\n1,A,KEY\n2,B,GOLD\n").await;
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let done = finished(&app, &ada, &id).await;
        assert_eq!((&done["counts"]["created"], &done["counts"]["refused"]), (&json!(1), &json!(1)));
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 409);
        assert_eq!(finished(&app, &ada, &id).await["counts"], done["counts"]);
    }

    async fn a_killed_import_goes_on_and_counts_once(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let rows: String = (0..12_000).map(|at| format!("{at},Company {at},{}\n", if at % 1_000 == 0 { "GOLD" } else { "KEY" })).collect();
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(send(&app, &ada, &id, format!("Id,Firma,Klasse\n{rows}")).await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        // A worker takes it up, writes a chunk, and is gone: its lease is left to end.
        app.run_jobs().await;
        loop {
            let row = app.rows::<import::Entity>().await.remove(0);
            if row.rows_done > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let kept = finished(&app, &ada, &id).await;
        assert_eq!((&kept["counts"]["created"], &kept["counts"]["refused"]), (&json!(11_988), &json!(12)), "{kept}");
        // The same from a row that says how far an earlier worker had come.
        let row = app.rows::<import::Entity>().await.remove(0);
        let halfway = json!({ "kind": "accounts", "dryRun": false, "read": 6_000, "skipped": 0, "created": 5_994, "updated": 0,
            "unchanged": 0, "refused": 6, "refusedAnswers": 0, "faults": [], "faultCount": 6 });
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP.replace("crm", "erp") })).await;
        assert_eq!(send(&app, &ada, &id, format!("Id,Firma,Klasse\n{rows}")).await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let resumed = id.parse::<entity::ImportId>().unwrap();
        let values = vec![(import::Column::Summary, sea_orm::sea_query::Expr::val(halfway)), (import::Column::RowsDone, sea_orm::sea_query::Expr::val(6_000_i64))];
        let which = sea_orm::Condition::all().add(sea_orm::ColumnTrait::eq(&import::Column::Id, resumed));
        app.system().write(move |tx| async move { tx.set::<import::Entity>(which, values).await }).await.unwrap();
        let done = finished(&app, &ada, &id).await;
        assert_eq!((&done["counts"]["created"], &done["counts"]["refused"]), (&json!(11_988), &json!(12)), "{done}");
        assert_eq!(app.rows::<account::Entity>().await.len(), 2 * 11_988);
        assert_eq!(row.rows_done, 12_000);
        app.forward(TimeDelta::hours(2));
        assert!(app.rows::<job::Entity>().await.iter().all(|job| job.state == entity::JobState::Done));
    }

    async fn a_stopped_import_keeps_what_is_written(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(send(&app, &ada, &id, FILE).await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let cancel = async || app.rest("POST", &format!("/api/v1/imports/{id}/cancel"), Some(&ada), None).await;
        assert_eq!(cancel().await.json()["state"], "CANCELLED");
        assert_eq!(cancel().await.status, 200, "stopping it again changes nothing");
        assert_eq!(finished(&app, &ada, &id).await["state"], "CANCELLED");
        assert!(app.rows::<account::Entity>().await.is_empty());
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202, "it can be started again");
        assert_eq!(finished(&app, &ada, &id).await["counts"]["created"], 2);
        assert_eq!(cancel().await.status, 409);
    }

    async fn whole_files_are_for_those_who_see_everything(app: TestApp) {
        let team = app.team("North", None).await;
        let body = || Some(json!({ "kind": "ACCOUNTS" }));
        let (all, bound) = (app.integration(&[KeyScope::ImportsWrite], None).await, app.integration(&KeyScope::ALL, Some(team)).await);
        let reply = app.rest("POST", "/api/v1/imports", Some(&all), body()).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        for token in [&bound, &app.manager("Mia", team).await.token] {
            assert_eq!(app.rest("POST", "/api/v1/imports", Some(token), body()).await.status, 403);
            assert_eq!(app.rest("GET", &format!("/api/v1/imports/{id}"), Some(token), None).await.status, 403);
            assert_eq!(send(&app, token, &id, FILE).await.status, 403);
        }
        let missing = app.rest("GET", &format!("/api/v1/imports/{}", uuid::Uuid::nil()), Some(&all), None).await;
        assert_eq!(missing.status, 404);
    }
}
