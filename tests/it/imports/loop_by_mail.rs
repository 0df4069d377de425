//! A company's contacts are asked by real mail; everybody's figures equal a recount from the files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use api::import::Kind;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use entity::{ContactId, SurveyKind};
use serde_json::json;
use tests::{
    app::TestApp,
    both,
    engine::{Database, Engine},
    imports,
    sink::Sink,
};

use super::{
    books::{Asked, Rows, compare, link},
    company, counts,
};

const CONTACTS: &str = r#"
source = "crm"
[columns]
reference = "id"
account = "account"
name = "name"
email = "email"
roles = "roles"
"#;

/// Everybody by their mail address.
type Story = BTreeMap<String, Asked>;

/// Three contacts an account.
fn contacts(deals: &company::Deals) -> (String, Story) {
    let (mut file, mut story) = ("id,account,name,email,roles\n".to_owned(), Story::new());
    for (number, account) in deals.owners.keys().flat_map(|account| [account; 3]).enumerate() {
        let email = format!("c{number}@client.test");
        let role = ["DECISION_MAKER", "USER;BILLING", ""][number % 3];
        writeln!(file, "k{number},\"{account}\",Contact {number},{email},{role}").unwrap();
        let credited = deals.owner(account).to_owned();
        story.insert(email, Asked { account: account.clone(), credited, score: None });
    }
    (file, story)
}

/// Answers as a program would, or as a browser does.
async fn answer(app: &TestApp, path: &str, score: i64, by_form: bool) -> StatusCode {
    if by_form {
        let form = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("score={score}&comment=")))
            .unwrap();
        return app.call(form).await.status;
    }
    app.answer(path.trim_start_matches("/s/"), score).await.status
}

both! {
    async fn everybodys_figures_equal_a_recount_of_the_answers(database: Database) {
        let Some(sink) = Sink::start() else { return };
        let zone = if database.engine() == Engine::Sqlite { "America/Los_Angeles" } else { "UTC" };
        let settings = [
            ("STEWARD_SMTP_URL", sink.url()),
            ("STEWARD_MAIL_FROM", "surveys@acme.test".to_owned()),
            // All of them have addresses at one domain.
            ("STEWARD_MAIL_PACE", "10000".to_owned()),
            ("STEWARD_TIME_ZONE", zone.to_owned()),
        ];
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let app = TestApp::with(database, &settings).await;
        let Some(deals) = company::load(&app).await else { return };
        let (file, mut story) = contacts(&deals);
        let made = imports::import_text(&app, Kind::Contacts, CONTACTS, file.as_bytes(), false).await.unwrap();
        assert_eq!(counts(&made), (255, 0, 0, 0));
        let admin = app.admin("Ada Admin").await;
        let rows = Rows::read(&app).await;

        let ids: Vec<ContactId> = story.keys().map(|email| rows.contacts[email]).collect();
        let path = format!("/api/v1/surveys/{}/send", app.survey(SurveyKind::Nps).await);
        let sent = app.rest("POST", &path, Some(&admin.token), Some(json!({ "contactIds": ids }))).await;
        assert_eq!((sent.status.as_u16(), &sent.json()["queued"]), (202, &json!(255)), "{}", sent.text);
        app.run_jobs().await;
        let links: BTreeMap<String, String> =
            sink.mails().iter().map(|mail| (mail.to[0].clone(), link(mail))).collect();
        assert_eq!((links.len(), app.jobs_left().await), (255, 0));

        // Two of three answer at once; every ninth never does.
        let mut owners = deals.last_owners();
        let mut late = Vec::new();
        for (number, (email, asked)) in story.iter_mut().enumerate().filter(|(number, _)| number % 9 != 8) {
            let score = i64::try_from((number * 7 + number / 5) % 11).unwrap();
            if number % 3 == 2 {
                late.push((email.clone(), score));
                continue;
            }
            let by_form = number % 2 == 0;
            let status = answer(&app, &links[email], score, by_form).await;
            assert_eq!(status.as_u16(), if by_form { 200 } else { 201 }, "{email}");
            asked.score = Some(score);
        }
        compare(&app, &rows, &deals, story.values(), &owners).await;

        // A third of the accounts changes hands, many to another manager's team.
        app.forward(TimeDelta::hours(1));
        let admin = app.fresh(admin.id).await;
        let agents: Vec<&String> = deals.agents.keys().collect();
        for (number, (name, owner)) in owners.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
            let next = agents[(number * 5 + 1) % agents.len()];
            let input = json!({ "input": { "accountId": rows.accounts[name], "memberId": rows.member(next) } });
            let done = app.gql(Some(&admin), "mutation($input: AssignOwner!) { assignOwner(input: $input) { id } }", input).await;
            assert!(done["errors"].is_null(), "{done}");
            owner.clone_from(next);
        }
        assert!(owners.iter().any(|(name, owner)| deals.agents[owner].1 != deals.agents[deals.owner(name)].1));
        compare(&app, &rows, &deals, story.values(), &owners).await;

        // Whoever answers after the handover still answers for the owner who asked.
        for (email, score) in late {
            assert_eq!(answer(&app, &links[&email], score, false).await, StatusCode::CREATED);
            assert_eq!(answer(&app, &links[&email], 0, false).await, StatusCode::CONFLICT);
            story.get_mut(&email).unwrap().score = Some(score);
        }
        compare(&app, &rows, &deals, story.values(), &owners).await;
    }
}
