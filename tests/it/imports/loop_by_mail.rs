//! A company's contacts are asked by real mail; everybody's figures equal a recount from the files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use api::{import::Kind, store::Subject};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use entity::{AccountId, ContactId, MemberId, MemberRole, SurveyKind, account, contact, member};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    engine::{Database, Engine},
    imports,
    mail::Mail,
    sink::Sink,
};

use super::{company, counts};

const CONTACTS: &str = r#"
source = "crm"
[columns]
reference = "id"
account = "account"
name = "name"
email = "email"
roles = "roles"
"#;

const ASK: &str = "{ credit: satisfaction { figures { n value promoters detractors } }
    accounts: satisfaction(view: ACCOUNTS) { figures { n value promoters detractors } } }";

/// One contact's part in the story, by the test's own books.
struct Asked {
    account: String,
    /// The owner when the survey was sent.
    credited: String,
    score: Option<i64>,
}

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

/// The path of the survey behind a mail's buttons.
fn link(mail: &Mail) -> String {
    let links: BTreeSet<String> =
        mail.links().iter().filter_map(|link| Some(link[link.find("/s/")?..].split('?').next()?.to_owned())).collect();
    assert_eq!(links.len(), 1, "{:?}", mail.links());
    links.into_iter().next().unwrap()
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

/// What `satisfaction` should say of these answers.
fn recount<'s>(answers: impl Iterator<Item = &'s Asked>) -> Option<(i64, i64, i64)> {
    let scores: Vec<i64> = answers.filter_map(|asked| asked.score).collect();
    let many = |count: usize| i64::try_from(count).unwrap();
    let (up, down) = (scores.iter().filter(|s| **s >= 9).count(), scores.iter().filter(|s| **s <= 6).count());
    (!scores.is_empty()).then(|| (many(scores.len()), many(up), many(down)))
}

fn check(who: &str, shown: &Value, expected: Option<(i64, i64, i64)>) {
    let Some((n, up, down)) = expected else {
        assert_eq!(*shown, json!([]), "{who}");
        return;
    };
    let figure = &shown[0]["figures"][0];
    let found = (figure["n"].as_i64(), figure["promoters"].as_i64(), figure["detractors"].as_i64());
    assert_eq!(found, (Some(n), Some(up), Some(down)), "{who}: {shown}");
    #[expect(clippy::cast_precision_loss, reason = "hundreds of answers")]
    let nps = 100.0 * (up - down) as f64 / n as f64;
    assert!((figure["value"].as_f64().unwrap() - nps).abs() < 1e-9, "{who}: {shown}");
}

struct Rows {
    members: Vec<member::Model>,
    accounts: HashMap<String, AccountId>,
    contacts: HashMap<String, ContactId>,
}

impl Rows {
    async fn read(app: &TestApp) -> Self {
        let system = app.system();
        let accounts = system.find::<account::Entity>().all().await.unwrap();
        let contacts = system.find::<contact::Entity>().all().await.unwrap();
        let members = system.find::<member::Entity>().all().await.unwrap();
        Self {
            members: members.into_iter().map(api::store::Visible::into_inner).collect(),
            accounts: accounts.iter().map(|row| (row.name.clone(), row.id)).collect(),
            contacts: contacts.iter().map(|row| (row.email.clone().unwrap(), row.id)).collect(),
        }
    }

    fn member(&self, name: &str) -> MemberId {
        self.members.iter().find(|row| row.name == name).unwrap().id
    }
}

/// Everybody's figures in both views; `owners`: who owns each account now.
async fn compare(
    app: &TestApp,
    rows: &Rows,
    deals: &company::Deals,
    story: &Story,
    owners: &BTreeMap<String, String>,
    admin: &str,
) {
    let manager = |agent: &str| deals.agents[agent].1.as_str();
    for row in &rows.members {
        let token = app.token(Subject::Member(row.id)).await;
        let shown = app.gql(Some(&token), ASK, json!({})).await;
        let name = row.name.as_str();
        let (credit, visible) = match row.role {
            MemberRole::Manager => (
                recount(story.values().filter(|asked| manager(&asked.credited) == name)),
                recount(story.values().filter(|asked| manager(&owners[&asked.account]) == name)),
            ),
            _ => (
                recount(story.values().filter(|asked| asked.credited == name)),
                recount(story.values().filter(|asked| owners[&asked.account] == name)),
            ),
        };
        check(&format!("credit of {name}"), &shown["data"]["credit"], credit);
        check(&format!("accounts of {name}"), &shown["data"]["accounts"], visible);
    }
    let shown = app.gql(Some(admin), ASK, json!({})).await;
    for view in ["credit", "accounts"] {
        check(&format!("{view} of the admin"), &shown["data"][view], recount(story.values()));
    }
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
        let rows = Rows::read(&app).await;
        let admin = app.admin("Ada Admin").await;

        let ids: Vec<ContactId> = story.keys().map(|email| rows.contacts[email]).collect();
        let path = format!("/api/v1/surveys/{}/send", app.survey(SurveyKind::Nps).await);
        let sent = app.rest("POST", &path, Some(&admin.token), Some(json!({ "contactIds": ids }))).await;
        assert_eq!((sent.status.as_u16(), &sent.json()["queued"]), (202, &json!(255)), "{}", sent.text);
        app.run_jobs().await;
        let links: BTreeMap<String, String> =
            sink.mails().iter().map(|mail| (mail.to[0].clone(), link(mail))).collect();
        assert_eq!((links.len(), app.jobs_left().await), (255, 0));

        // Two of three answer at once; every ninth never does.
        let mut owners: BTreeMap<String, String> =
            deals.owners.keys().map(|account| (account.clone(), deals.owner(account).to_owned())).collect();
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
        compare(&app, &rows, &deals, &story, &owners, &admin.token).await;

        // A third of the accounts changes hands, many to another manager's team.
        app.forward(TimeDelta::hours(1));
        let admin = app.token(Subject::Member(admin.id)).await;
        let agents: Vec<&String> = deals.agents.keys().collect();
        for (number, (name, owner)) in owners.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
            let next = agents[(number * 5 + 1) % agents.len()];
            let input = json!({ "input": { "accountId": rows.accounts[name], "memberId": rows.member(next) } });
            let done = app.gql(Some(&admin), "mutation($input: AssignOwner!) { assignOwner(input: $input) { id } }", input).await;
            assert!(done["errors"].is_null(), "{done}");
            owner.clone_from(next);
        }
        assert!(owners.iter().any(|(name, owner)| deals.agents[owner].1 != deals.agents[deals.owner(name)].1));
        compare(&app, &rows, &deals, &story, &owners, &admin).await;

        // Whoever answers after the handover still answers for the owner who asked.
        for (email, score) in late {
            assert_eq!(answer(&app, &links[&email], score, false).await, StatusCode::CREATED);
            assert_eq!(answer(&app, &links[&email], 0, false).await, StatusCode::CONFLICT);
            story.get_mut(&email).unwrap().score = Some(score);
        }
        compare(&app, &rows, &deals, &story, &owners, &admin).await;
    }
}
