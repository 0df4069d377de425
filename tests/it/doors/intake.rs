//! Imports by those who should not have their way: keys that reach for more, late uploads, files that end the process.

use std::{convert::Infallible, time::Duration};

use api::{
    access::{Actor, KeyScope},
    ctx::Job as _,
    intake::RunImport,
};
use axum::body::{Body, Bytes};
use entity::{ActorKind, ImportId, ImportPart, account, api_key, audit, import, import_piece};
use futures_util::stream;
use serde_json::json;
use tests::{app::TestApp, both};

use super::{
    imports::{FILE, MAP, finished, made, send, start},
    pointers,
};

/// A file that is a few pieces long.
fn long() -> String {
    let rows: String = (0..12_000).map(|at| format!("{at};Company number {at} of many;KEY\n")).collect();
    format!("Id;Firma;Klasse\n{rows}")
}

async fn state(app: &TestApp, token: &str, id: &str) -> String {
    let row = app.rest("GET", &format!("/api/v1/imports/{id}"), Some(token), None).await.json();
    row["state"].as_str().unwrap().to_owned()
}

both! {
    async fn a_key_imports_in_its_own_name_and_sees_no_others(app: TestApp) {
        let ada = app.admin("Ada").await;
        let key = app.integration(&[KeyScope::ImportsWrite], None).await;
        let other = app.integration(&[KeyScope::ImportsWrite], None).await;
        let make = async |body| app.rest("POST", "/api/v1/imports", Some(&key), Some(body)).await;
        let members = make(json!({ "kind": "MEMBERS" })).await;
        assert_eq!(members.status, 403, "{}", members.text);
        assert!(members.text.contains("a key imports no members"), "{}", members.text);
        let foreign = make(json!({ "kind": "ACCOUNTS", "source": "crm" })).await;
        assert_eq!((foreign.status.as_u16(), pointers(&foreign)), (422, vec!["/source".to_owned()]), "{}", foreign.text);
        let foreign = make(json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!((foreign.status.as_u16(), pointers(&foreign)), (422, vec!["/mapping".to_owned()]), "{}", foreign.text);
        // What others have made is not there.
        let theirs = made(&app, &ada.token, json!({ "kind": "MEMBERS", "mapping": "source = \"hr\"\n[columns]\nreference = \"Id\"\nname = \"Name\"\nemail = \"Mail\"\nrole = \"Role\"\n" })).await;
        let looked = send(&app, &ada.token, &theirs, "Id,Name,Mail,Role\n1,Eve,eve@acme.test,OWNER\n").await;
        assert_eq!((looked.status.as_u16(), &looked.json()["state"]), (200, &json!("READY")), "{}", looked.text);
        let before = app.rows::<import_piece::Entity>().await;
        for (method, rest, body) in [("GET", "", None), ("POST", "/start", Some(json!({}))), ("POST", "/cancel", None), ("GET", "/errors.csv", None)] {
            let reply = app.rest(method, &format!("/api/v1/imports/{theirs}{rest}"), Some(&key), body).await;
            assert_eq!(reply.status, 404, "{method} {rest}: {}", reply.text);
        }
        assert_eq!(send(&app, &key, &theirs, "Id,Name,Mail,Role\n1,Eve,eve@acme.test,ADMIN\n").await.status, 404);
        assert_eq!((app.rows::<import_piece::Entity>().await, state(&app, &ada.token, &theirs).await), (before, "READY".to_owned()));
        let mine = made(&app, &key, json!({ "kind": "ACCOUNTS", "mapping": MAP.replace("crm", "outside") })).await;
        let list = async |token: &str| app.rest("GET", "/api/v1/imports", Some(token), None).await.json()["data"].as_array().unwrap().len();
        assert_eq!((list(&key).await, list(&other).await, list(&ada.token).await), (1, 0, 2));
        assert_eq!(app.rest("GET", &format!("/api/v1/imports/{mine}"), Some(&other), None).await.status, 404);
        // Its own it runs, in its own name.
        assert_eq!(send(&app, &key, &mine, FILE).await.status, 200);
        let foreign = start(&app, &key, &mine, json!({ "mapping": MAP })).await;
        assert_eq!((foreign.status.as_u16(), pointers(&foreign)), (422, vec!["/mapping".to_owned()]), "{}", foreign.text);
        assert_eq!(start(&app, &key, &mine, json!({})).await.status, 202);
        assert_eq!(finished(&app, &key, &mine).await["counts"]["created"], 2);
        let me = app.rows::<api_key::Entity>().await.into_iter().map(|row| row.id.0).collect::<Vec<_>>();
        let said: Vec<_> = app.rows::<audit::Entity>().await.into_iter().filter(|row| row.subject == "account").collect();
        assert_eq!(said.len(), 2);
        assert!(said.iter().all(|row| row.actor_kind == ActorKind::Integration && row.actor_id.is_some_and(|id| me.contains(&id))), "{said:?}");
        assert!(app.rows::<account::Entity>().await.iter().all(|row| row.source.as_deref() == Some("outside")));
        // An admin may name any source, and theirs is the name then.
        let ours = made(&app, &ada.token, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(send(&app, &ada.token, &ours, FILE).await.status, 200);
        assert_eq!(start(&app, &ada.token, &ours, json!({})).await.status, 202);
        assert_eq!(finished(&app, &ada.token, &ours).await["counts"]["created"], 2);
        let by_ada = app.rows::<audit::Entity>().await.into_iter().filter(|row| row.subject == "account" && row.actor_id == Some(ada.id.0)).count();
        assert_eq!(by_ada, 2);
    }

    async fn a_key_reaches_no_row_of_others_by_what_exports_tell(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let ours = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        send(&app, &ada, &ours, FILE).await;
        assert_eq!(start(&app, &ada, &ours, json!({})).await.status, 202);
        finished(&app, &ada, &ours).await;
        let before = app.rows::<account::Entity>().await;
        let key = app.integration(&[KeyScope::ImportsWrite], None).await;
        for (kind, field) in [
            ("ACCOUNTS", "id"), ("ACCOUNTS", "source"), ("ACCOUNTS", "merged_into"), ("CONTACTS", "muted"), ("INTERACTIONS", "id"), ("RESPONSES", "earlier"),
        ] {
            let needed = match kind {
                "ACCOUNTS" => "name",
                "CONTACTS" => "name = \"N\"\naccount",
                "INTERACTIONS" => "account = \"A\"\nkind = \"K\"\ndirection = \"D\"\nchannel = \"C\"\noccurred_at = \"O\"\nsubject",
                _ => "account = \"A\"\nanswered_at",
            };
            let map = format!("source = \"outside\"\n[columns]\nreference = \"R\"\n{needed} = \"N\"\n{field} = \"X\"\n");
            let answers = "[[answers]]\nsurvey = { constant = \"NPS\" }\nkind = { constant = \"NPS\" }\nscore = \"S\"\n";
            let map = if kind == "RESPONSES" { map + answers } else { map };
            let told = app.rest("POST", "/api/v1/imports", Some(&key), Some(json!({ "kind": kind, "mapping": map }))).await;
            assert_eq!((told.status.as_u16(), pointers(&told)), (422, vec!["/mapping".to_owned()]), "{}", told.text);
            assert!(told.text.contains(&format!("{field}: is told by exports of Steward")), "{}", told.text);
            assert!(app.rest("POST", "/api/v1/imports", Some(&ada), Some(json!({ "kind": kind, "mapping": map }))).await.status.is_success());
        }
        // Nor by a guess.
        let export = app.rest("GET", "/api/v1/exports/accounts.csv", Some(&ada), None).await.text;
        let mine = made(&app, &key, json!({ "kind": "ACCOUNTS" })).await;
        assert_eq!(send(&app, &key, &mine, export.replace("Globex", "Taken")).await.status, 200);
        let told = start(&app, &key, &mine, json!({})).await;
        assert_eq!((told.status.as_u16(), &pointers(&told)[0]), (422, &"/mapping".to_owned()), "{}", told.text);
        assert_eq!(app.rows::<account::Entity>().await, before);
    }

    async fn a_late_upload_changes_nothing(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        for end in ["READY", "RUNNING", "CANCELLED", "DONE"] {
            let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP.replace("crm", end) })).await;
            let of: ImportId = id.parse().unwrap();
            let (more, parts) = tokio::sync::mpsc::channel::<Bytes>(1);
            let parts = stream::unfold(parts, |mut parts| async { parts.recv().await.map(|part| (Ok::<_, Infallible>(part), parts)) });
            let slow = send(&app, &ada, &id, Body::from_stream(parts));
            let fast = async {
                more.send(long().into()).await.unwrap();
                let pieces = async || app.rows::<import_piece::Entity>().await.into_iter().filter(|piece| piece.import_id == of && piece.part == ImportPart::File).collect::<Vec<_>>();
                while pieces().await.is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                assert_eq!(send(&app, &ada, &id, FILE).await.status, 200);
                if end != "READY" {
                    assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
                }
                match end {
                    "CANCELLED" => assert_eq!(app.rest("POST", &format!("/api/v1/imports/{id}/cancel"), Some(&ada), None).await.status, 200),
                    "DONE" => assert_eq!(finished(&app, &ada, &id).await["counts"]["created"], 2),
                    _ => {}
                }
                // What comes late is not kept, nor is its end.
                more.send(long().into()).await.unwrap();
                drop(more);
                pieces().await
            };
            let (late, pieces) = tokio::join!(slow, fast);
            assert_eq!((late.status.as_u16(), &late.json()["code"]), (409, &json!("CONFLICT")), "{end}: {}", late.text);
            assert_eq!(state(&app, &ada, &id).await, end);
            let kept: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
            assert_eq!(kept, if end == "DONE" { b"" } else { FILE.as_bytes() }, "{end}");
            if end == "RUNNING" {
                assert_eq!(finished(&app, &ada, &id).await["counts"]["created"], 2);
            }
        }
        // One that was stopped before its file was there cannot be started on a part of it.
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(app.rest("POST", &format!("/api/v1/imports/{id}/cancel"), Some(&ada), None).await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 409);
        app.run_jobs().await;
    }

    async fn a_file_that_ends_the_process_is_given_up(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(send(&app, &ada, &id, long()).await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        for death in 1..=3 {
            let mut run = RunImport { import_id: id.parse().unwrap(), by: Actor::System }.run(app.system(), false);
            loop {
                tokio::select! {
                    end = &mut run => panic!("it ended: {end:?}"),
                    () = tokio::time::sleep(Duration::from_millis(1)) => {}
                }
                if app.rows::<import::Entity>().await[0].cut_off == death {
                    break;
                }
            }
            // Gone in the middle, as if killed.
            drop(run);
        }
        let failed = finished(&app, &ada, &id).await;
        assert_eq!(failed["state"], "FAILED", "{failed}");
        assert!(failed["error"].as_str().unwrap().contains("stopped 3 times"), "{failed}");
        assert_eq!(app.jobs_left().await, 0);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202, "whoever has found the cause starts it again");
        assert_eq!(finished(&app, &ada, &id).await["counts"]["created"], 12_000);
    }

    async fn a_nul_in_a_header_is_told_and_kept_nowhere(app: TestApp) {
        let ada = app.admin("Ada").await.token;
        for mapping in [None, Some(MAP)] {
            let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": mapping })).await;
            let looked = send(&app, &ada, &id, "I\0d;Fir\0ma;Klasse\n17;Globex;KEY\n").await;
            assert_eq!(looked.status, 200, "{}", looked.text);
            assert!(looked.json()["error"].is_string(), "{}", looked.text);
            if mapping.is_some() {
                assert_eq!(start(&app, &ada, &id, json!({})).await.status, 422);
                assert_eq!(start(&app, &ada, &id, json!({ "mapping": mapping })).await.status, 202);
                let failed = finished(&app, &ada, &id).await;
                assert_eq!(failed["state"], "FAILED", "{failed}");
            }
        }
        let id = made(&app, &ada, json!({ "kind": "ACCOUNTS", "mapping": MAP })).await;
        assert_eq!(send(&app, &ada, &id, "Id;Firma;Klasse;Fa\0x\n17;Globex;KEY;\n18;Glo\0bex;KEY;\n19;Initech;KEY;1\u{0}2\n").await.status, 200);
        assert_eq!(start(&app, &ada, &id, json!({})).await.status, 202);
        let done = finished(&app, &ada, &id).await;
        assert_eq!((&done["state"], &done["counts"]["created"], &done["counts"]["refused"]), (&json!("DONE"), &json!(1), &json!(2)), "{done}");
    }
}
