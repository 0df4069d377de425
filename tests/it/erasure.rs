//! Erasing a contact: nothing of them is left anywhere, and no figure moves.

use std::sync::Arc;

use api::{access::KeyScope, program::CreateExclusion, store::Subject};
use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, ImportId, ImportState, InvitationStatus, SurveyKind, Time, access_link, audit, contact,
    import, invitation, job, response, session, visit,
};
use sea_orm::{ColumnTrait, ConnectionTrait, sea_query::Condition};
use serde_json::{Value, json};
use tests::{
    app::{Customer, Person, Reply, TestApp, request},
    both,
    engine::{Database, Engine, World as _, run},
    traces,
};

use crate::{
    backups::{said, steward},
    figures::counters_equal_a_recount,
    funnel::{ALL, open},
};

/// What is nobody else's: parts of a name, of a former one, and of an address.
const RARE: [&str; 4] = ["zyxwina", "quorlby", "oldquorl", "zq.rare"];
const NAME: &str = "Zyxwina Quorlby";
const ADDRESS: &str = "Zq.Rare@Client.test";

pub const ERASE: &str = "mutation($input:EraseContact!){eraseContact(input:$input){id answers entries mentions}}";

/// A contact whose name stands wherever a name can stand.
struct Everywhere {
    app: TestApp,
    ada: Person,
    ana: Person,
    account: AccountId,
    rare: Customer,
    bob: Customer,
    key: String,
}

async fn ok(app: &TestApp, token: &str, ask: &str, input: Value) -> Value {
    let told = app.gql(Some(token), ask, json!({ "input": input })).await;
    assert!(told["errors"].is_null(), "{ask}: {told}");
    told["data"].clone()
}

async fn row(app: &TestApp, id: ContactId) -> contact::Model {
    app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == id).unwrap()
}

async fn erase(app: &TestApp, token: &str, id: ContactId) -> Value {
    let version = row(app, id).await.version;
    let input = json!({ "id": id, "version": version, "reason": format!("{NAME} asked for it") });
    app.gql(Some(token), ERASE, json!({ "input": input })).await
}

impl Everywhere {
    async fn new(database: Database) -> Self {
        let app = TestApp::on(database).await;
        let own = app.further().await;
        let team = app.team("Sales", None).await;
        let (ada, ana) = (app.admin("Ada").await, app.manager("Ana", team).await);
        let account = app.account("Globex", team, None).await;
        let rare = app.contact(account, "Zyxwina Oldquorl").await;
        let bob = app.contact(account, "Bob Builder").await;
        let change = json!({ "name": NAME, "email": ADDRESS, "title": "Aunt of Zyxwina Quorlby" });
        app.change_contact(&ada.token, rare.id, change).await;
        app.change_contact(&ada.token, bob.id, json!({ "title": "Assistant to ZYXWINA  QUORLBY" })).await;
        let all = Self { key: String::new(), app, ada, ana, account, rare, bob };
        all.answers(own.id).await;
        // Some time later they are asked once more; tokens have ended.
        all.app.forward(TimeDelta::days(40));
        let all = all.again_signed_in().await;
        assert_eq!(all.app.invite(SurveyKind::Csat, &[all.rare.id]).await.len(), 1);
        all.entries().await;
        all.files().await;
        let asked = json!({ "email": ADDRESS });
        assert_eq!(all.app.rest("POST", "/api/v1/auth/link", None, Some(asked)).await.status, 202);
        all.app.run_jobs().await;
        assert_eq!(all.app.rows::<access_link::Entity>().await.len(), 1);
        all.operation().await;
        all
    }

    async fn again_signed_in(self) -> Self {
        let token = async |id| self.app.token(id).await;
        let staff = async |who: &Person| Person { token: token(Subject::Member(who.id)).await, ..who.clone() };
        let (ada, ana) = (staff(&self.ada).await, staff(&self.ana).await);
        let rare = Customer { token: token(Subject::Contact(self.rare.id)).await, ..self.rare.clone() };
        let key = self.app.integration(&KeyScope::ALL, None).await;
        Self { ada, ana, rare, key, ..self }
    }

    async fn answers(&self, own: entity::SurveyId) {
        let app = &self.app;
        let link = app.send_to(own, self.rare.id).await;
        open(app, &link, "").await;
        app.app.write_visits().await;
        let said = |comment: &str, praise: &str| json!({ "score": 10, "comment": comment, "answers": { "effort": 2, "praise": praise } });
        assert_eq!(
            app.respond(&link, said("Zyxwina Quorlby speaking", "call zq.rare@client.test"), None).await.status,
            201
        );
        app.forward(TimeDelta::minutes(1));
        assert_eq!(
            app.respond(&link, said("Quorlby, Zyxwina again", "mail ZQ.RARE@CLIENT.TEST"), Some(1)).await.status,
            200
        );
        let link = app.send_to(own, self.bob.id).await;
        let said = said("Better than what Zyxwina Quorlby told me", "Thanks to Zyxwina Quorlby");
        assert_eq!(app.respond(&link, said, None).await.status, 201);
    }

    async fn entries(&self) {
        let log = "mutation($input:LogInteraction!){logInteraction(input:$input){id}}";
        let own = json!({ "accountId": self.account, "type": "CALL", "contactId": self.rare.id, "subject": "Zyxwina Quorlby called", "body": "Number of Quorlby: 17" });
        ok(&self.app, &self.ana.token, log, own).await;
        let other = json!({ "accountId": self.account, "type": "NOTE", "subject": "On zyxwina quorlby", "body": "Write to <Zq.Rare@client.test>.", "externalId": "zq.rare@client.test/1" });
        ok(&self.app, &self.ana.token, log, other).await;
        self.app.raise(self.account, "Zyxwina Quorlby is cross", false).await;
        let assign = "mutation($input:AssignOwner!){assignOwner(input:$input){id}}";
        ok(
            &self.app,
            &self.ada.token,
            assign,
            json!({ "accountId": self.account, "memberId": self.ana.id, "reason": "A wish of Zyxwina Quorlby" }),
        )
        .await;
        for contact_id in [Some(self.rare.id), None] {
            let until = Time::parse("2026-05-01T00:00:00Z").unwrap();
            let input = CreateExclusion {
                account_id: self.account,
                contact_id,
                reason: "Zyxwina Quorlby is ill".to_owned(),
                until,
            };
            api::program::create_exclusion(&self.app.system(), input).await.unwrap();
        }
    }

    async fn import(&self, kind: &str, file: &str, mapping: Option<&str>) -> (ImportId, Reply) {
        let body = json!({ "kind": kind, "mapping": mapping });
        let made = self.app.rest("POST", "/api/v1/imports", Some(&self.ada.token), Some(body)).await.json();
        let id: ImportId = made["id"].as_str().unwrap().parse().unwrap();
        let bearer = format!("Bearer {}", self.ada.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
        let sent = self.app.raw("PUT", &format!("/api/v1/imports/{id}/file"), &headers, file.to_owned()).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        (id, sent)
    }

    async fn files(&self) {
        // One waits with a name in two columns; one is done, and its faults quote a name.
        self.import("CONTACTS", "Id,First,Last\n1,Zyxwina,Quorlby\n", None).await;
        self.import("ACCOUNTS", "Id,Name\n1,Innocent\n", None).await;
        let map =
            "source = 'crm'\n[columns]\nreference = 'Id'\naccount = 'Account'\nname = 'Name'\nlanguage = 'Language'\n";
        let (id, _) = self.import("CONTACTS", "Id,Account,Name,Language\n1,none,x,Zyxwina Quorlby\n", Some(map)).await;
        self.start(id).await;
        self.end(id).await;
    }

    async fn operation(&self) {
        assert_eq!(self.again().await.status, 201);
        let words = || "550 5.1.1 <zq.rare@client.test>: user unknown";
        let (this, system) = (self.rare.id, self.app.system());
        let write = system.write(move |tx| async move {
            let theirs = Condition::all().add(invitation::Column::ContactId.eq(this));
            tx.set::<invitation::Entity>(theirs, vec![(invitation::Column::Error, words().into())]).await?;
            let mails = Condition::all().add(job::Column::Kind.eq("invitation.mail"));
            tx.set::<job::Entity>(mails, vec![(job::Column::LastError, words().into())]).await
        });
        assert!(write.await.unwrap() > 0);
    }

    /// A request with a key, whose answer names the contact.
    async fn again(&self) -> Reply {
        let mapping = format!("# as {NAME} has sent it\nsource = 'outside'\n[columns]\nreference = 'a'\nname = 'b'\n");
        let body = json!({ "kind": "ACCOUNTS", "mapping": mapping });
        let mut request = request("POST", "/api/v1/imports", Some(&self.key), Some(body));
        request.headers_mut().insert("idempotency-key", "once".parse().unwrap());
        self.app.call(request).await
    }

    /// Starts an import; by then it runs.
    async fn start(&self, id: ImportId) {
        let path = format!("/api/v1/imports/{id}/start");
        assert_eq!(self.app.rest("POST", &path, Some(&self.ada.token), Some(json!({}))).await.status, 202);
    }

    /// Runs the jobs until an import has ended.
    async fn end(&self, id: ImportId) {
        loop {
            self.app.run_jobs().await;
            let now = self.app.rows::<import::Entity>().await.into_iter().find(|row| row.id == id).unwrap();
            if now.state != ImportState::Running {
                return assert_eq!(now.state, ImportState::Done, "{now:?}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    async fn figures(&self) -> Value {
        let ask = format!(
            "{{funnel{{funnel{{{ALL}}}}} satisfaction{{figures{{question n value low high counts}}}} \
             account(id:\"{}\"){{latestNps lastInboundAt lastLiveAt}} responses{{totalCount nodes{{score}}}}}}",
            self.account
        );
        let token = self.app.fresh(self.ada.id).await;
        let told = self.app.gql(Some(&token), &ask, json!({})).await;
        assert!(told["errors"].is_null(), "{told}");
        told
    }
}

impl tests::engine::World for Everywhere {
    async fn on(database: Database) -> Self {
        Self::new(database).await
    }
}

/// Samples of values, as a database that is in use draws them.
async fn draw_samples(database: &Database) {
    let db = traces::behind(database).await;
    db.execute_unprepared("ANALYZE").await.unwrap();
    db.close().await.unwrap();
}

both! {
    async fn nothing_is_left_and_no_figure_moves(world: Everywhere) {
        let Everywhere { app, ada, account, rare, .. } = &world;
        draw_samples(&app.database).await;
        let before = traces::tables(&app.database, &RARE).await;
        let mut wanted = vec!["answer", "audit", "contact", "escalation", "exclusion", "import", "import_piece", "interaction", "invitation", "job", "once", "ownership", "response", "response_version"];
        if app.database.engine() == Engine::Sqlite {
            wanted.push("sqlite_stat4");
            assert!(!traces::files(&app.database, &RARE).is_empty());
        }
        assert_eq!(before.keys().collect::<Vec<_>>(), wanted, "the name stands where a name can stand: {before:?}");
        let (figures, counted) = (world.figures().await, app.counted().await);
        let token = app.fresh(ada.id).await;
        let told = erase(app, &token, rare.id).await;
        let erased = &told["data"]["eraseContact"];
        assert_eq!((&erased["id"], &erased["answers"], &erased["entries"]), (&json!(rare.id), &json!(1), &json!(4)), "{told}");
        assert!(erased["mentions"].as_i64().unwrap() >= 8, "{told}");
        assert_eq!(traces::tables(&app.database, &RARE).await, [].into());
        assert_eq!(traces::files(&app.database, &RARE), Vec::<String>::new(), "neither in the file nor in the log");
        assert_eq!(world.figures().await, figures);
        assert_eq!(app.counted().await, counted);
        counters_equal_a_recount(app).await;
        // Nobody stands where they stood, and others stay.
        let held = app.rows::<response::Entity>().await;
        assert!(held.iter().any(|row| row.contact_id.is_none() && row.invitation_id.is_some()), "counted by its invitation");
        let comments: Vec<_> = held.into_iter().filter_map(|row| row.comment).collect();
        assert_eq!(comments, ["Better than what [erased] told me"]);
        assert_eq!(row(app, world.bob.id).await.title.as_deref(), Some("Assistant to [erased]"));
        assert!(app.rows::<session::Entity>().await.iter().all(|row| row.contact_id != Some(rare.id)));
        assert_eq!(app.rows::<visit::Entity>().await.len(), 0);
        assert_eq!(app.rows::<access_link::Entity>().await.len(), 0);
        let asked = app.rows::<invitation::Entity>().await;
        let gone: Vec<_> = asked.iter().filter(|row| row.contact_id.is_none()).map(|row| (row.status, row.token_hash.is_some())).collect();
        assert_eq!(gone, [(InvitationStatus::Revoked, false); 2]);
        let who = app.gql(Some(&rare.token), "{me{role}}", json!({})).await;
        assert_eq!(who["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{who}");
        // Who did it, and why, stands in the audit; what came of a request that named them is gone.
        let entry: Vec<_> = app.rows::<audit::Entity>().await.into_iter().filter(|row| row.subject_id == rare.id.0 && row.after.is_some()).collect();
        assert_eq!(entry.len(), 1);
        assert_eq!((entry[0].action, entry[0].actor_id, entry[0].account_id), (entity::AuditAction::Delete, Some(ada.id.0), Some(*account)));
        assert_eq!((&entry[0].before, &entry[0].after), (&None, &Some(json!({ "reason": "[erased] asked for it" }))));
        assert_eq!(world.again().await.status, 410);
        // The file with the name is gone, the other waits as it did.
        let imports = app.rest("GET", "/api/v1/imports", Some(&token), None).await.json();
        let mut states: Vec<_> = imports["data"].as_array().unwrap().iter().map(|one| (one["state"].as_str().unwrap(), one["bytes"].as_i64().unwrap() > 0)).collect();
        states.sort_unstable();
        assert_eq!(states, [("CANCELLED", false), ("DONE", true), ("EMPTY", false), ("READY", true)]);
        app.forward(TimeDelta::hours(2));
        app.run_jobs().await;
        assert_eq!(traces::tables(&app.database, &RARE).await, [].into(), "and no job brings them back");
        let again = app.gql(Some(&app.fresh(ada.id).await), ERASE, json!({ "input": { "id": rare.id, "version": 1, "reason": "x" } })).await;
        assert_eq!(again["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    async fn who_was_merged_goes_along_and_cannot_go_alone(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ada = app.admin("Ada").await;
        let account = app.account("Globex", team, None).await;
        let (one, two) = (app.contact(account, "Zyxwina Quorlby").await, app.contact(account, "Zyxwina Oldquorl").await);
        let input = json!({ "keepId": one.id, "keepVersion": 1, "mergeId": two.id, "mergeVersion": 1 });
        ok(&app, &ada.token, "mutation($input:MergeContacts!){mergeContacts(input:$input){id}}", input).await;
        assert_eq!(erase(&app, &ada.token, two.id).await["errors"][0]["extensions"]["code"], "CONFLICT");
        let stale = app.gql(Some(&ada.token), ERASE, json!({ "input": { "id": one.id, "version": 1, "reason": "x" } })).await;
        assert_eq!(stale["errors"][0]["extensions"]["code"], "STALE");
        let bad = app.gql(Some(&ada.token), ERASE, json!({ "input": { "id": one.id, "version": 2, "reason": " " } })).await;
        assert_eq!(bad["errors"][0]["extensions"]["code"], "INVALID");
        let told = erase(&app, &ada.token, one.id).await;
        assert!(told["errors"].is_null(), "{told}");
        assert_eq!(traces::tables(&app.database, &RARE).await, [].into());
        assert_eq!(traces::files(&app.database, &RARE), Vec::<String>::new());
    }

    async fn a_no_outlives_who_said_it(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ada = app.admin("Ada").await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        app.invite(SurveyKind::Nps, &[carl.id]).await;
        let unsubscribe = app.outbox()[0].unsubscribe.clone().unwrap();
        let path = unsubscribe.trim_start_matches(tests::app::URL).to_owned();
        assert!(app.form(&path, "List-Unsubscribe=One-Click").await.status.is_success());
        assert!(erase(&app, &ada.token, carl.id).await["errors"].is_null());
        let again = app.contact(account, "Carl").await;
        let sent = app.send(&ada.token, SurveyKind::Nps, json!({ "contactIds": [again.id] })).await.json();
        assert_eq!((&sent["queued"], &sent["suppressed"][0]["reason"]), (&json!(0), &json!("OPTED_OUT")), "{sent}");
    }

    async fn a_running_import_that_names_them_is_waited_for(world: Everywhere) {
        let app = &world.app;
        let (id, _) = world.import("CONTACTS", "Id,Account,Name\n9,none,ZYXWINA QUORLBY\n", Some("source = 'crm'\n[columns]\nreference = 'Id'\naccount = 'Account'\nname = 'Name'\n")).await;
        let token = app.fresh(world.ada.id).await;
        world.start(id).await;
        let told = erase(app, &token, world.rare.id).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "CONFLICT", "{told}");
        assert_eq!(row(app, world.rare.id).await.name, NAME);
        world.end(id).await;
        let told = erase(app, &token, world.rare.id).await;
        assert!(told["errors"].is_null(), "{told}");
        assert_eq!(traces::tables(&app.database, &RARE).await, [].into());
    }

    async fn a_mail_and_an_answer_that_race_leave_nothing(app: TestApp) {
        let app = Arc::new(app);
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let ada = app.admin("Ada").await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let rounds = if tests::engine::long() { 100 } else { 10 };
        let other = app.account("Initech", team, Some(ana.id)).await;
        let survey = app.survey(SurveyKind::Csat).await;
        let (mut answered, mut sent) = (0, 0);
        for at in 0..rounds {
            let (one, two) = (app.contact(account, NAME).await.id, app.contact(other, "Quorlby Zyxwina").await.id);
            let link = app.invite(SurveyKind::Nps, &[one]).await.remove(0);
            let input = api::program::SendSurvey { contact_ids: Some(vec![two]), ..Default::default() };
            assert_eq!(api::program::send(&app.system(), survey, input).await.unwrap().queued, 1);
            let before = app.outbox().len();
            let answer = json!({ "score": 9, "comment": "by Zyxwina Quorlby" });
            let erase = |id| {
                let (app, token) = (Arc::clone(&app), ada.token.clone());
                tokio::spawn(async move { erase(&app, &token, id).await })
            };
            let (mail, reply, first, second) = tokio::join!(
                tokio::spawn({ let app = Arc::clone(&app); async move { app.run_jobs().await } }),
                tokio::spawn({ let app = Arc::clone(&app); async move { app.respond(&link, answer, None).await } }),
                erase(one),
                erase(two),
            );
            mail.unwrap();
            let reply = reply.unwrap();
            for told in [first.unwrap(), second.unwrap()] {
                assert!(told["errors"].is_null(), "round {at}: {told}");
            }
            assert!([201, 404, 410].contains(&reply.status.as_u16()), "round {at}: {} {}", reply.status, reply.text);
            answered += usize::from(reply.status == 201);
            app.run_jobs().await;
            sent += app.outbox().len() - before;
            assert_eq!(traces::tables(&app.database, &RARE).await, [].into(), "round {at}");
        }
        assert_eq!(app.rows::<response::Entity>().await.len(), answered);
        let left = app.rows::<invitation::Entity>().await;
        assert!(left.iter().all(|row| row.contact_id.is_none() && row.status == InvitationStatus::Revoked), "{left:?}");
        assert_eq!(left.iter().filter(|row| row.sent_at.is_some()).count(), sent + rounds);
        counters_equal_a_recount(&app).await;
        app.forward(TimeDelta::hours(2));
        app.run_jobs().await;
        assert_eq!(traces::files(&app.database, &RARE), Vec::<String>::new());
    }
}

#[test]
fn a_reader_who_holds_the_log_is_waited_for_by_a_job() {
    run(Engine::Sqlite, async |database: Database| {
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        let ada = app.admin("Ada").await;
        let account = app.account("Globex", team, None).await;
        let rare = app.contact(account, NAME).await;
        let reader = traces::behind(&app.database).await;
        reader.execute_unprepared("BEGIN; SELECT count(*) FROM contact").await.unwrap();
        assert!(erase(&app, &ada.token, rare.id).await["errors"].is_null());
        app.run_jobs().await;
        assert_eq!(traces::tables(&app.database, &RARE).await, [].into());
        assert_ne!(traces::files(&app.database, &RARE), Vec::<String>::new(), "the reader still reads the old rows");
        reader.execute_unprepared("COMMIT").await.unwrap();
        app.forward(TimeDelta::seconds(11));
        app.run_jobs().await;
        assert_eq!(traces::files(&app.database, &RARE), Vec::<String>::new());
    });
}

#[test]
fn the_command_asks_and_takes_letters_along() {
    run(Engine::Sqlite, async |database: Database| {
        let file = std::path::PathBuf::from(database.url().trim_start_matches("sqlite:"));
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let rare = app.contact(account, NAME).await;
        app.invite(SurveyKind::Nps, &[rare.id]).await;
        let asked = app.invitations().await.remove(0).id;
        let mails = file.parent().unwrap().join("mail");
        std::fs::create_dir(&mails).unwrap();
        let (first, test, other) =
            (format!("{asked}_1.eml"), format!("{}_{asked}_test.eml", rare.id), format!("{account}_1.eml"));
        for name in [&first, &test, &other, &format!(".{first}.part")] {
            std::fs::write(mails.join(name), NAME).unwrap();
        }
        let id = rare.id.to_string();
        let folder = file.parent().unwrap();
        let Some(output) = steward(&["erase", "--contact", &id], folder, &file).await else { return };
        let (done, text) = said(&output);
        assert!(
            !done && text.contains(NAME) && text.contains("Globex") && text.contains("nothing was erased"),
            "{text}"
        );
        assert_eq!((output.status.code(), row(&app, rare.id).await.name.as_str()), (Some(2), NAME));
        let (done, text) =
            said(&steward(&["erase", "--contact", &id, "--yes", "--json"], folder, &file).await.unwrap());
        let told: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert!(done && told["id"] == json!(rare.id) && told["entries"] == 1, "{text}");
        let left: Vec<_> =
            std::fs::read_dir(&mails).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(left, std::slice::from_ref(&other));
        std::fs::remove_file(mails.join(other)).unwrap();
        app.run_jobs().await;
        assert_eq!(
            (traces::tables(&app.database, &RARE).await, traces::files(&app.database, &RARE)),
            ([].into(), Vec::new())
        );
        let (done, text) = said(&steward(&["erase", "--contact", &id, "--yes"], folder, &file).await.unwrap());
        assert!(!done && text.contains("contact not found"), "{text}");
    });
}
