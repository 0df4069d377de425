//! Whoever is not the contact learns neither what was answered nor whether: every door says the same before and after.

use std::collections::BTreeMap;

use api::{access::KeyScope, store::Subject};
use chrono::TimeDelta;
use entity::{AccountId, ContactId, SurveyKind, answer, audit, interaction, invitation, job, response, visit};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tests::{
    app::{Customer, Person, TestApp, link_token},
    both,
    live::Socket,
    served::Served,
};

use super::{MODES, backend, code, count, database, set_mode};
use crate::{
    funnel::{BROWSER, open},
    programmes::ask,
};

/// A team with three contacts at an account, all asked the same, with reminders.
struct Quiet {
    app: TestApp,
    root: Person,
    mia: Person,
    ana: Person,
    key: String,
    account: AccountId,
    contacts: Vec<Customer>,
    links: Vec<String>,
}

const FUNNEL: &str = "funnel{judged sent delivered bounced visited started completed hidden responseRate}";
const INVITATION: &str = "id status suppressed language queuedAt sentAt step dueAt remindedAt bouncedAt error visitedAt \
                          expiresAt mode visits{at} contact{id}";

impl Quiet {
    async fn new(app: TestApp, mode: &str) -> Self {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let mia = app.manager("Mia", team).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let mut contacts = Vec::new();
        for name in ["Carl", "Dora", "Emil"] {
            contacts.push(app.contact(account, name).await);
        }
        let scopes =
            [KeyScope::AccountsRead, KeyScope::ContactsRead, KeyScope::InteractionsRead, KeyScope::ResponsesRead];
        let key = app.integration(&[scopes.as_slice(), &[KeyScope::SurveysRead]].concat(), None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, mode).await;
        let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
        let input = api::program::SendSurvey { contact_ids: Some(ids), ..Default::default() };
        api::program::send(&app.system(), survey, input).await.unwrap();
        app.run_jobs().await;
        let letters: BTreeMap<_, _> =
            app.outbox().iter().map(|letter| (letter.to_name.clone(), link_token(letter))).collect();
        let links = ["Carl", "Dora", "Emil"].map(|name| letters[name].clone()).to_vec();
        app.forward(TimeDelta::minutes(5));
        Self { app, root, mia, ana, key, account, contacts, links }
    }

    /// Everybody who might want to know, by their tokens of this hour.
    async fn viewers(&self) -> Vec<(&'static str, String)> {
        let app = &self.app;
        let mut viewers = Vec::new();
        for (name, member) in [("admin", self.root.id), ("manager", self.mia.id), ("owner", self.ana.id)] {
            viewers.push((name, app.token(Subject::Member(member)).await));
        }
        viewers.push(("key", self.key.clone()));
        viewers.push(("colleague", app.token(Subject::Contact(self.contacts[1].id)).await));
        viewers
    }

    /// All that they can read, as text.
    async fn told(&self, viewers: &[(&'static str, String)]) -> Vec<(String, String)> {
        let app = &self.app;
        let mut told = Vec::new();
        let carl = self.contacts[0].id;
        let account = self.account;
        let queries = [
            format!(
                "{{account(id:\"{account}\"){{name lastInboundAt lastOutboundAt lastLiveAt latestNps healthScore \
                 contacts{{id name}} timeline(first:50){{nodes{{type direction occurredAt subject contact{{id}}}}}} \
                 invitations(first:50){{{INVITATION}}} responses(first:50){{id score}} satisfaction{{question n}}}}}}"
            ),
            format!("{{invitations(first:50){{totalCount nodes{{{INVITATION}}}}}}}"),
            format!("{{invitations(filter:{{contactId:{{eq:\"{carl}\"}},answered:true}}){{totalCount}}}}"),
            format!("{{invitations(filter:{{contactId:{{eq:\"{carl}\"}},answered:false}}){{totalCount}}}}"),
            "{invitations(filter:{not:{answered:true}}){totalCount nodes{id}}}".to_owned(),
            "{invitations(filter:{visited:true}){totalCount}}".to_owned(),
            "{invitations(filter:{visited:false}){totalCount}}".to_owned(),
            "{accounts(sort:LAST_LIVE_ASC,filter:{lastLiveAt:{gt:\"2026-01-01T00:00:00Z\"}}){totalCount nodes{id}}}"
                .to_owned(),
            "{accounts{totalCount nodes{id lastInboundAt latestNps}}}".to_owned(),
            "{responses{totalCount nodes{id score}}}".to_owned(),
            "{responses(filter:{commented:false}){totalCount}}".to_owned(),
            "{audit(first:100){nodes{subject action subjectId before after}}}".to_owned(),
            format!("{{funnel{{{FUNNEL}}}}}"),
            format!("{{funnel(filter:{{contactId:{{eq:\"{carl}\"}}}}){{{FUNNEL}}}}}"),
            format!("{{funnel(groupBy:WAVE){{{FUNNEL}}}}}"),
            format!("{{funnel(groupBy:SURVEY){{{FUNNEL}}}}}"),
            format!("{{funnel(groupBy:LANGUAGE){{{FUNNEL}}}}}"),
            format!("{{waves{{nodes{{state madeAt {FUNNEL}}}}}}}"),
            "{surveys{id name mode version}}".to_owned(),
            "{satisfaction{label figures{question n counts}}}".to_owned(),
            "{satisfaction(view:ACCOUNTS){label figures{question n counts}}}".to_owned(),
            "{satisfaction(groupBy:OWNER){label figures{question n counts}}}".to_owned(),
            "{satisfaction(groupBy:MONTH){label figures{question n counts}}}".to_owned(),
        ];
        let paths = [
            "/api/v1/accounts",
            "/api/v1/contacts",
            "/api/v1/responses",
            "/api/v1/surveys",
            "/api/v1/exports/responses.csv",
            "/api/v1/exports/responses.jsonl",
            "/api/v1/exports/accounts.csv",
            "/api/v1/exports/interactions.csv",
        ];
        for (name, token) in viewers {
            for query in &queries {
                told.push((format!("{name}: {query}"), app.gql(Some(token), query, Value::Null).await.to_string()));
            }
            for path in paths {
                let mut reply = app.rest("GET", path, Some(token), None).await;
                // A refusal names its request.
                if reply.status != 200 {
                    reply.text = reply.status.to_string();
                }
                told.push((format!("{name}: {path}"), reply.text));
            }
        }
        told
    }

    /// What the tables that staff can come to hold.
    async fn rows(&self) -> String {
        let app = &self.app;
        let accounts = app.rows::<entity::account::Entity>().await;
        let contacts = app.rows::<entity::contact::Entity>().await;
        let (entries, asked) = (app.rows::<interaction::Entity>().await, app.rows::<invitation::Entity>().await);
        let (responses, answers) = (app.rows::<response::Entity>().await, app.rows::<answer::Entity>().await);
        let (visits, jobs) = (app.rows::<visit::Entity>().await, app.rows::<job::Entity>().await);
        let audit = app.rows::<audit::Entity>().await;
        format!("{accounts:?}{contacts:?}{entries:?}{asked:?}{responses:?}{answers:?}{visits:?}{jobs:?}{audit:?}")
    }
}

fn same(before: &[(String, String)], after: &[(String, String)]) {
    for (before, after) in before.iter().zip(after) {
        assert_eq!(before, after);
    }
    assert_eq!(before.len(), after.len());
}

async fn nothing_is_told(database: tests::engine::Database, mode: &str) {
    let quiet = Quiet::new(<TestApp as tests::engine::World>::on(database).await, mode).await;
    let app = &quiet.app;
    let served = Served::start(app.app.router()).await;
    let mut socket = Socket::of(&served.url, &app.fresh(quiet.root.id).await).await;
    socket.subscribe("a", "subscription{responseReceived{score}}").await;
    let viewers = quiet.viewers().await;
    let (told, rows, letters) = (quiet.told(&viewers).await, quiet.rows().await, app.outbox().len());
    let secret = told.iter().filter(|(_, said)| said.contains("\"errors\"")).map(|(asked, _)| asked.clone());
    let refused: Vec<String> = secret
        .filter(|asked| !["colleague", "key", "owner: {audit"].iter().any(|who| asked.starts_with(who)))
        .collect();
    assert!(refused.is_empty(), "what is refused tells nothing: {refused:#?}");
    open(app, &quiet.links[0], "?score=3").await;
    app.raw("GET", &format!("/api/v1/invitations/{}", quiet.links[0]), &BROWSER, "").await;
    assert_eq!(app.answer(&quiet.links[0], 3).await.status, 201);
    open(app, &quiet.links[0], "").await;
    if mode == "CONFIDENTIAL" {
        assert_eq!(app.amend(&quiet.links[0], 4, 1).await.status, 200);
    }
    app.app.write_visits().await;
    app.run_jobs().await;
    same(&told, &quiet.told(&viewers).await);
    assert_eq!(rows, quiet.rows().await);
    assert_eq!(app.outbox().len(), letters, "no mail tells of it");
    let dead = |error: &str| assert_eq!(error, "NOT_FOUND");
    dead(
        &crate::programmes::refused(
            app,
            &app.fresh(quiet.root.id).await,
            &response_by(&app.invitations().await[0].id.to_string()),
            Value::Null,
        )
        .await,
    );
    // An identified answer is the first that comes over the socket.
    let other = app.contact(quiet.account, "Zed").await;
    let link = app.invite(SurveyKind::Csat, &[other.id]).await.remove(0);
    assert_eq!(app.answer(&link, 5).await.status, 201);
    assert_eq!(socket.event("a").await["data"]["responseReceived"]["score"], 5);
    // As if they had not answered: reminders go to all, and all are at the same step.
    for _ in 0..22 {
        app.forward(TimeDelta::days(1));
        app.run_jobs().await;
    }
    let token = app.fresh(quiet.root.id).await;
    let rows = ask(
        app,
        &token,
        "{invitations(filter:{not:{mode:{eq:IDENTIFIED}}}){nodes{step status remindedAt dueAt visitedAt}}}",
        Value::Null,
    )
    .await;
    let rows = rows["nodes"].as_array().unwrap();
    assert!(rows.len() == 3 && rows.iter().all(|row| row == &rows[0]), "{rows:#?}");
    assert_eq!(rows[0]["step"], 3);
    for name in ["Carl", "Dora"] {
        let letters = app.outbox();
        let theirs: Vec<_> = letters.iter().filter(|letter| letter.to_name == name).collect();
        assert_eq!(theirs.len(), 3, "{name}");
        assert!(theirs[1].text.replace('\n', " ").contains("whether or not they have answered"), "{}", theirs[1].text);
        assert!(!theirs[0].text.contains("whether or not"), "{}", theirs[0].text);
    }
    let told = quiet.told(&quiet.viewers().await).await;
    let figures: Vec<_> =
        told.iter().filter(|(asked, _)| asked.contains("satisfaction") && !asked.contains("account(")).collect();
    assert!(figures.iter().all(|(_, said)| !said.contains("\"nps\"")), "one is too few: {figures:#?}");
    assert!(told.iter().all(|(_, said)| !said.contains("TOO_FEW") || said.contains("\"completed\":null")));
}

fn response_by(id: &str) -> String {
    format!("{{contact(id:\"{id}\"){{id}}}}")
}

both! {
    async fn nobody_learns_whether_or_what_a_confidential_answer_was(database: tests::engine::Database) {
        nothing_is_told(database, MODES[0]).await;
    }

    async fn nobody_learns_whether_or_what_an_anonymous_answer_was(database: tests::engine::Database) {
        nothing_is_told(database, MODES[1]).await;
    }

    async fn the_database_does_not_tie_an_anonymous_answer_to_anybody(app: TestApp) {
        let quiet = Quiet::new(app, "ANONYMOUS").await;
        let app = &quiet.app;
        let db = database(app).await;
        let before = app.invitations().await;
        for (link, score) in quiet.links.iter().zip([1, 2, 3]) {
            assert_eq!(app.answer(link, score).await.status, 201);
        }
        assert_eq!(code(&app.answer(&quiet.links[1], 7).await).0, 409);
        assert_eq!(app.invitations().await, before);
        assert_eq!([count(&db, "quiet_link").await, count(&db, "quiet_score").await, count(&db, "quiet_answer").await], [3, 3, 0]);
        if backend(&db) == DbBackend::Postgres {
            // No row of an invitation knows the transaction of its answer: not even a lock was taken.
            let text = "SELECT count(*) AS n FROM invitation i JOIN quiet_score s ON i.xmax::text = s.xmin::text OR i.xmin::text = s.xmin::text";
            let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, text)).await.unwrap().unwrap();
            assert_eq!(row.try_get::<i64>("", "n").unwrap(), 0);
        }
        // Ids of a moment begin alike; these are of none.
        let text = "SELECT id FROM quiet_score";
        let rows = db.query_all_raw(Statement::from_string(backend(&db), text)).await.unwrap();
        let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.try_get("", "id").unwrap()).collect();
        assert!(ids.iter().any(|id| id.as_bytes()[..4] != ids[0].as_bytes()[..4]), "{ids:?}");
    }

    async fn erasing_a_contact_leaves_the_figures_and_no_trace(app: TestApp) {
        let quiet = Quiet::new(app, "CONFIDENTIAL").await;
        let app = &quiet.app;
        let more = super::asked(app, app.survey(SurveyKind::Nps).await, quiet.account, &["Finn", "Gus", "Hal"]).await;
        for link in quiet.links.iter().chain(&more) {
            assert_eq!(app.answer(link, 8).await.status, 201);
        }
        let erase = |id: ContactId| {
            let input = json!({ "id": id, "version": 1, "reason": "Asked for it" });
            async move { ask(app, &app.fresh(quiet.root.id).await, crate::erasure::ERASE, json!({ "input": input })).await }
        };
        erase(quiet.contacts[0].id).await;
        for _ in 0..2 {
            super::sleep(app).await;
        }
        assert_eq!(app.counted().await[8], 6, "theirs counts along");
        erase(quiet.contacts[1].id).await;
        assert_eq!(app.counted().await[8], 6);
        crate::figures::counters_equal_a_recount(app).await;
        let db = database(app).await;
        assert_eq!(count(&db, "quiet_answer").await, 0);
        assert_eq!(count(&db, "quiet_score").await, 0);
        assert_eq!(code(&app.answer(&quiet.links[0], 3).await).0, 404);
    }

    async fn what_is_held_of_a_contact_tells_of_no_quiet_answer(app: TestApp) {
        let quiet = Quiet::new(app, "CONFIDENTIAL").await;
        let app = &quiet.app;
        let path = format!("/api/v1/contacts/{}/personal-data", quiet.contacts[0].id);
        let held = || async { app.rest("GET", &path, Some(&app.fresh(quiet.root.id).await), None).await.json() };
        let mut before = held().await;
        assert_eq!(app.answer(&quiet.links[0], 3).await.status, 201);
        let mut after = held().await;
        for data in [&mut before, &mut after] {
            data.as_object_mut().unwrap().retain(|name, _| !["takenAt", "changes", "sessions"].contains(&name.as_str()));
        }
        assert_eq!(before, after);
    }
}
