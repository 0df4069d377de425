//! What Steward exports it imports again: every row, and the figures of it.

use api::import::{Kind, Summary, guess};
use entity::{account, contact, interaction, response};
use serde_json::json;
use tests::{app::TestApp, both, imports};

use super::{counts, folder::COMPANY};

/// Imports a file by the mapping that is guessed for it.
async fn by_guess(app: &TestApp, kind: Kind, source: &str, text: &str) -> Summary {
    let guessed = guess(|| Ok(text.as_bytes()), kind, source, None).unwrap();
    assert!(guessed.missing.is_empty(), "{}", guessed.toml);
    imports::import_text(app, kind, &guessed.toml, text.as_bytes(), false).await.unwrap()
}

both! {
    async fn an_export_is_imported_as_it_is(app: TestApp) {
        let kinds = [
            (Kind::Members, "members"),
            (Kind::Accounts, "accounts"),
            (Kind::Contacts, "contacts"),
            (Kind::Interactions, "interactions"),
            (Kind::Responses, "responses"),
        ];
        for (kind, name) in kinds {
            let (_, text) = COMPANY.into_iter().find(|(found, _)| *found == name).unwrap();
            assert_eq!(by_guess(&app, kind, "import", text).await.refused, 0);
        }
        let admin = app.admin("Ada").await;
        let ask = "{satisfaction(from:\"2025-05\",until:\"2025-07\"){figures{question n value}}}";
        let before = app.gql(Some(&admin.token), ask, json!({})).await;
        let (mut made, mut left_out) = (Vec::new(), 0);
        for (kind, name) in &kinds[1..] {
            let file = app.rest("GET", &format!("/api/v1/exports/{name}.csv"), Some(&admin.token), None).await.text;
            let summary = by_guess(&app, *kind, "copy", &file).await;
            assert_eq!((summary.refused, summary.refused_answers), (0, 0), "{summary}\n{file}");
            made.push(counts(&summary).0);
            left_out += summary.skipped;
        }
        assert_eq!(made, [2, 1, 1, 2]);
        assert_eq!(left_out, 2, "who became owner Steward writes itself");

        let accounts = app.rows::<account::Entity>().await;
        let alike = |row: &account::Model| {
            (row.name.clone(), row.annual_value, row.renewal_on, row.owner_id, row.team_id, row.territory.clone(), row.parent_id.is_some())
        };
        let of = |source: &str| {
            let mut rows: Vec<_> = accounts.iter().filter(|row| row.source.as_deref() == Some(source)).map(alike).collect();
            rows.sort();
            rows
        };
        assert_eq!(of("import"), of("copy"));
        assert!(accounts.iter().any(|row| row.name == "=Acme North" && row.annual_value == Some(125_050) && row.owner_id.is_some()));
        assert_eq!(app.rows::<contact::Entity>().await.len(), 2);
        assert_eq!(app.rows::<interaction::Entity>().await.iter().filter(|row| row.subject == "Review").count(), 2);
        let comments: Vec<_> = app.rows::<response::Entity>().await.into_iter().filter_map(|row| row.comment).collect();
        assert_eq!(comments, ["=thanks", "=thanks"]);
        let after = app.gql(Some(&admin.token), ask, json!({})).await;
        let figures = |answer: &serde_json::Value| answer["data"]["satisfaction"][0]["figures"].as_array().unwrap().clone();
        for (old, new) in figures(&before).iter().zip(figures(&after)) {
            assert_eq!((old["n"].as_i64().unwrap() * 2, &old["value"]), (new["n"].as_i64().unwrap(), &new["value"]));
        }
    }
}
