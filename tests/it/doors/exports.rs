//! What one sees as a file: all of it, nothing else, safe to open.

use api::access::KeyScope;
use chrono::TimeDelta;
use entity::{MemberRole, SurveyKind, api_key, member};
use futures_util::StreamExt;
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, request},
    both,
};

use super::integration;

fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn column<'t>(table: &'t [Vec<String>], name: &str) -> Vec<&'t str> {
    let at = table[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {:?}", table[0]));
    table[1..].iter().map(|row| row[at].as_str()).collect()
}

both! {
    async fn a_file_holds_what_its_viewer_sees(app: TestApp) {
        app.forward(chrono::TimeDelta::seconds(1));
        let top = app.team("Sales", None).await;
        let (north, south) = (app.team("North / East", Some(top)).await, app.team("South", Some(top)).await);
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", south).await);
        let (globex, initech) = (app.account("Globex, \"the\" one", north, Some(ana.id)).await, app.account("Initech", south, Some(ben.id)).await);
        let (carl, dora) = (app.contact(globex, "Carl").await, app.contact(initech, "Dora").await);
        app.note(globex, "Line one\u{2009}and two", true).await;
        let links = [app.invite(SurveyKind::Nps, &[carl.id]).await.remove(0), app.invite(SurveyKind::Nps, &[dora.id]).await.remove(0)];
        let body = json!({ "score": 9, "comment": "=HYPERLINK(\"x\")\nsecond line" });
        assert_eq!(app.rest("PUT", &format!("/api/v1/invitations/{}/response", links[0]), None, Some(body)).await.status, 201);
        assert_eq!(app.answer(&links[1], 2).await.status, 201);
        let file = async |token: &str, path: &str| {
            let reply = app.rest("GET", &format!("/api/v1/exports/{path}"), Some(token), None).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
            reply
        };
        let bound = app.integration(&KeyScope::ALL, Some(north)).await;
        for token in [&ana.token, &bound] {
            let accounts = file(token, "accounts.csv").await;
            assert_eq!(accounts.headers["content-type"], "text/csv; charset=utf-8; header=present");
            assert_eq!(accounts.headers["content-disposition"], "attachment; filename=\"accounts.csv\"");
            let accounts = table(&accounts.text);
            assert_eq!(column(&accounts, "name"), ["Globex, \"the\" one"]);
            assert_eq!((column(&accounts, "owner"), column(&accounts, "team")), (vec!["Ana@acme.test"], vec!["/ Sales / North \\/ East"]));
            assert_eq!(column(&table(&file(token, "contacts.csv").await.text), "name"), ["Carl"]);
            let responses = table(&file(token, "responses.csv").await.text);
            assert_eq!(column(&responses, "comment"), ["'=HYPERLINK(\"x\")\nsecond line"]);
            assert_eq!((column(&responses, "score"), column(&responses, "owner")), (vec!["9"], vec!["Ana@acme.test"]));
            let entries = table(&file(token, "interactions.csv").await.text);
            assert!(column(&entries, "subject").contains(&"Line one\u{2009}and two"), "{entries:?}");
        }
        let all = integration(&app).await;
        let lines = file(&all, "responses.jsonl").await;
        assert_eq!(lines.headers["content-type"], "application/jsonl");
        let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (praise, blame) = if lines[0]["score"] == 9 { (&lines[0], &lines[1]) } else { (&lines[1], &lines[0]) };
        assert_eq!((lines.len(), &praise["score"], &blame["score"]), (2, &json!(9), &json!(2)));
        assert_eq!(praise["comment"], "=HYPERLINK(\"x\")\nsecond line", "JSON needs no apostrophe");
        // The same filter as the list; nothing leaves only the header.
        assert_eq!(column(&table(&file(&all, "responses.csv?score_gte=9").await.text), "score"), ["9"]);
        let none = file(&all, "responses.csv?score_gte=10").await;
        assert_eq!(table(&none.text).len(), 1);
        assert_eq!(file(&all, "responses.jsonl?score_gte=10").await.text, "");
        assert_eq!(app.rest("GET", "/api/v1/exports/accounts.csv?colour=red", Some(&all), None).await.status, 422);
        assert_eq!(app.rest("GET", "/api/v1/exports/accounts.csv?first=3", Some(&all), None).await.status, 422);
    }

    async fn a_long_file_comes_whole(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let key = integration(&app).await;
        for part in 0..2 {
            let entry = |at: usize| json!({ "externalId": format!("{part}-{at}"), "accountId": account, "type": "NOTE", "subject": format!("{part} {at}") });
            let body = json!({ "interactions": (0..601).map(entry).collect::<Vec<_>>() });
            assert_eq!(app.rest("POST", "/api/v1/interactions", Some(&key), Some(body)).await.status, 200);
        }
        let text = app.rest("GET", "/api/v1/exports/interactions.csv", Some(&key), None).await.text;
        let rows = table(&text);
        let mut subjects = column(&rows, "subject");
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), 1_202);
    }

    async fn an_export_ends_with_the_right_to_it(app: TestApp) {
        let team = app.team("Sales", None).await;
        for at in 0..1_100 {
            app.account(&format!("Company {at}"), team, None).await;
        }
        let ada = app.admin("Ada").await;
        let key = integration(&app).await;
        let begun = async |token: &str| app.answer_to(request("GET", "/api/v1/exports/accounts.csv", Some(token), None)).await.into_body().into_data_stream();
        let mut whole = begun(&key).await;
        let (mut pieces, mut late) = (0, begun(&key).await);
        assert!(late.next().await.unwrap().is_ok());
        // That a token runs out meanwhile is no matter.
        app.forward(TimeDelta::minutes(30));
        while let Some(piece) = whole.next().await {
            assert!(piece.is_ok(), "{piece:?}");
            pieces += 1;
        }
        assert_eq!(pieces, 3);
        app.forward(TimeDelta::minutes(31));
        assert!(late.next().await.unwrap().is_err(), "an hour is over");
        let mut fewer = begun(&app.fresh(ada.id).await).await;
        assert!(fewer.next().await.unwrap().is_ok());
        let mut revoked = begun(&integration(&app).await).await;
        assert!(revoked.next().await.unwrap().is_ok());
        let values = vec![(api_key::Column::RevokedAt, Expr::val(app.now()))];
        app.system().write(move |tx| async move { tx.set::<api_key::Entity>(Condition::all(), values).await }).await.unwrap();
        assert!(revoked.next().await.unwrap().is_err(), "the key is no more");
        let values = vec![(member::Column::Role, Expr::val(MemberRole::Owner.as_str()))];
        let which = Condition::all().add(member::Column::Id.eq(ada.id));
        app.system().write(move |tx| async move { tx.set::<member::Entity>(which, values).await }).await.unwrap();
        assert!(fewer.next().await.unwrap().is_err(), "an admin is an owner now");
    }
}
