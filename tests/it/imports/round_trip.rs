//! What Steward exports it takes for what it is: the same rows, wherever a cell was changed.

use api::import::Kind;
use entity::{account, contact, interaction, response};
use serde_json::json;
use tests::{app::TestApp, both};

use super::{KINDS, by_guess, counts, folder::COMPANY};

async fn company(app: &TestApp) -> String {
    for (kind, name) in KINDS {
        let (_, text) = COMPANY.into_iter().find(|(found, _)| *found == name).unwrap();
        assert_eq!(by_guess(app, kind, "import", text).await.refused, 0);
    }
    app.admin("Ada").await.token
}

async fn file(app: &TestApp, token: &str, name: &str) -> String {
    app.rest("GET", &format!("/api/v1/exports/{name}.csv"), Some(token), None).await.text
}

both! {
    async fn an_export_is_imported_as_what_it_is(app: TestApp) {
        let token = company(&app).await;
        let ask = "{satisfaction(from:\"2025-05\",until:\"2025-07\"){figures{question n value}}}";
        let before = (app.gql(Some(&token), ask, json!({})).await, app.rows::<account::Entity>().await, app.rows::<interaction::Entity>().await);
        for (kind, name) in KINDS {
            let file = file(&app, &token, name).await;
            let summary = by_guess(&app, kind, "copy", &file).await;
            assert_eq!((counts(&summary), summary.refused_answers), ((0, 0, summary.read, 0), 0), "{summary}\n{file}");
        }
        let after = (app.gql(Some(&token), ask, json!({})).await, app.rows::<account::Entity>().await, app.rows::<interaction::Entity>().await);
        assert_eq!(before, after);
    }

    async fn a_changed_cell_changes_its_row_and_no_other(app: TestApp) {
        let token = company(&app).await;
        let accounts = file(&app, &token, "accounts").await;
        let summary = by_guess(&app, Kind::Accounts, "copy", &accounts.replace("'=Acme North", "Acme South")).await;
        assert_eq!(counts(&summary), (0, 1, 1, 0), "{summary}");
        let names: Vec<_> = app.rows::<account::Entity>().await.into_iter().map(|row| (row.name, row.source)).collect();
        assert!(names.contains(&("Acme South".to_owned(), Some("import".to_owned()))) && names.len() == 2, "{names:?}");
        let contacts = file(&app, &token, "contacts").await.replace("Carl,", "Carlo,");
        assert_eq!(counts(&by_guess(&app, Kind::Contacts, "copy", &contacts).await), (0, 1, 0, 0));
        assert_eq!(app.rows::<contact::Entity>().await[0].name, "Carlo");
        // Entries that Steward wrote itself, and answers of invited ones, are nobody's to change.
        let entries = file(&app, &token, "interactions").await;
        let summary = by_guess(&app, Kind::Interactions, "copy", &entries.replace("became the owner", "became nothing")).await;
        assert_eq!(counts(&summary), (0, 0, 1, 1), "{summary}");
        assert!(summary.faults[0].rule.contains("is written by Steward alone"), "{summary}");
        let link = app.invite(entity::SurveyKind::Nps, &[app.rows::<contact::Entity>().await[0].id]).await.remove(0);
        assert_eq!(app.answer(&link, 7).await.status, 201);
        let answers = file(&app, &token, "responses").await;
        let given = app.rows::<response::Entity>().await;
        let invited = given.iter().find(|row| row.invitation_id.is_some()).unwrap();
        let own = given.iter().find(|row| row.score == 9).unwrap();
        let changed = answers.replace(",nps,7,", ",nps,8,").replace(",nps,9,", ",nps,10,");
        let summary = by_guess(&app, Kind::Responses, "copy", &changed).await;
        assert_eq!((counts(&summary), summary.refused_answers), ((0, 1, 2, 0), 1), "{summary}\n{changed}");
        assert!(summary.faults[0].rule.contains("only who was invited changes it"), "{summary}");
        let score = async |id| app.rows::<response::Entity>().await.into_iter().find(|row| row.id == id).unwrap().score;
        assert_eq!((score(invited.id).await, score(own.id).await), (7, 10));
        // An id and a reference that are of two rows are a mistake.
        let a1 = app.rows::<account::Entity>().await.into_iter().find(|row| row.reference.as_deref() == Some("a1")).unwrap();
        let text = format!("id,source,reference,name\n{},import,a2,Acme\n", a1.id);
        let summary = by_guess(&app, Kind::Accounts, "copy", &text).await;
        assert_eq!(counts(&summary), (0, 0, 0, 1), "{summary}");
        assert!(summary.faults[0].rule.contains("is the reference of another account than the one of the id"), "{summary}");
    }

    async fn the_first_admin_is_who_comes_with_their_address(app: TestApp) {
        let ada = app.admin("Ada").await;
        let id = "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90";
        let text = format!(
            "id,source,reference,name,email,role,active,team,leads,deputises\n{id},hr,7,Ada Ames,ADA@acme.test,ADMIN,true,Sales,Sales,\n"
        );
        assert_eq!(counts(&by_guess(&app, Kind::Members, "import", &text).await), (0, 1, 0, 0));
        assert_eq!(counts(&by_guess(&app, Kind::Members, "import", &text).await), (0, 0, 1, 0));
        let rows = app.rows::<entity::member::Entity>().await;
        assert_eq!((rows.len(), rows[0].id, rows[0].reference.as_deref()), (1, ada.id, Some("7")));
    }

    async fn who_was_entered_by_hand_is_taken_up_by_their_address_once(app: TestApp) {
        let (ada, team) = (app.admin("Ada").await, app.team("Sales", None).await);
        let ana = app.owner("Ana", team).await;
        let account = app.account("Acme", team, Some(ana.id)).await;
        let file = |reference: &str| format!("id,name,email\n{reference},Ana Alba,ANA@acme.test\n");
        assert_eq!(counts(&by_guess(&app, Kind::Members, "hr", &file("7")).await), (0, 1, 0, 0));
        assert_eq!(counts(&by_guess(&app, Kind::Members, "hr", &file("7")).await), (0, 0, 1, 0));
        let now = app.rows::<entity::member::Entity>().await.into_iter().find(|row| row.id == ana.id).unwrap();
        assert_eq!((now.name.as_str(), now.source.as_deref(), now.reference.as_deref()), ("Ana Alba", Some("hr"), Some("7")));
        assert_eq!((now.team_id, now.active), (Some(team), true), "what the file does not tell stays");
        assert_eq!(app.account_row(account).await.owner_id, Some(ana.id));
        // Who has a reference is nobody else's.
        for (source, reference) in [("hr", "8"), ("crm", "7")] {
            let summary = by_guess(&app, Kind::Members, source, &file(reference)).await;
            assert_eq!(counts(&summary), (0, 0, 0, 1), "{summary}");
            assert!(summary.faults[0].rule.contains("is the address of another member"), "{summary}");
        }
        let audit = "{ audit(first: 100) { nodes { subject before after } } }";
        let told = app.gql(Some(&ada.token), audit, json!({})).await;
        let changes = told["data"]["audit"]["nodes"].as_array().unwrap();
        let taken_up = |change: &&serde_json::Value| change["after"]["reference"] == "7" && change["before"]["reference"].is_null();
        assert_eq!(changes.iter().filter(taken_up).count(), 1, "{told}");
    }
}
