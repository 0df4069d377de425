//! Programmes and their waves: whom they reach, when, and whom not and why.

use std::collections::{BTreeMap, BTreeSet};

use api::access::KeyScope;
use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, ContactRoles, InvitationStatus, JobState, MailState, Muted, Suppression, SurveyKind, Time,
    contact, invitation, job, wave,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

/// One GraphQL field, which must answer.
pub async fn ask(app: &TestApp, token: &str, query: &str, variables: Value) -> Value {
    let mut told = app.gql(Some(token), query, variables).await;
    assert!(told["errors"].is_null(), "{told}");
    let data = told["data"].as_object_mut().unwrap();
    std::mem::take(data.values_mut().next().unwrap())
}

/// The code of a refused field.
pub async fn refused(app: &TestApp, token: &str, query: &str, variables: Value) -> String {
    let told = app.gql(Some(token), query, variables).await;
    told["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// A mutation on one id.
pub async fn set(app: &TestApp, token: &str, verb: &str, id: &Value) -> Value {
    ask(app, token, &format!("mutation($id: UUID!) {{ {verb}(id: $id) {{ id }} }}"), json!({ "id": id })).await
}

/// A new programme that is active; gives its id.
pub async fn activated(app: &TestApp, token: &str, mut input: Value) -> Value {
    input["surveyId"] = json!(app.survey(SurveyKind::Nps).await);
    let made = "mutation($input: CreateProgram!) { createProgram(input: $input) { id state } }";
    let made = ask(app, token, made, json!({ "input": input })).await;
    assert_eq!(made["state"], "DRAFT");
    set(app, token, "activateProgram", &made["id"]).await;
    made["id"].clone()
}

/// Makes a wave by hand, and every piece of it; gives its id.
pub async fn run(app: &TestApp, token: &str, program: &Value) -> Value {
    let made = "mutation($id: UUID!) { runProgram(id: $id) { id } }";
    let id = ask(app, token, made, json!({ "id": program })).await["id"].clone();
    app.run_jobs().await;
    id
}

/// What became of a wave.
pub async fn wave_now(app: &TestApp, token: &str, id: &Value) -> Value {
    let read = "query($id: UUID!) { wave(id: $id) { state madeAt notDrawn funnel { waiting sent failed withdrawn suppressed { reason count } } } }";
    ask(app, token, read, json!({ "id": id })).await
}

/// Many contacts of an account at once, named by number.
pub async fn crowd(app: &TestApp, account: AccountId, name: &'static str, count: usize) -> Vec<ContactId> {
    let system = app.system();
    let write = system.write(move |tx| async move {
        let account = tx.account(account).await?;
        let now = tx.now();
        let rows: Vec<contact::Model> = (0..count)
            .map(|at| {
                let email = format!("{name}{at}@client.test");
                contact::Model {
                    id: tx.id(),
                    account_id: account.id,
                    name: format!("{name} {at}"),
                    name_key: format!("{name} {at}"),
                    email: Some(email.clone()),
                    email_key: Some(email),
                    title: None,
                    roles: ContactRoles::default(),
                    language: None,
                    time_zone: None,
                    mail_state: MailState::Ok,
                    opted_out_at: None,
                    source: None,
                    reference: None,
                    archived_at: None,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                    muted: Muted::default(),
                    merged_into_id: None,
                }
            })
            .collect();
        let ids = rows.iter().map(|row| row.id).collect();
        tx.insert_each::<contact::Entity>(&[account], rows).await?;
        Ok(ids)
    });
    write.await.unwrap()
}

/// Makes every job of a kind that was done ready again, as if its worker had died before saying so.
async fn again(app: &TestApp, kind: &'static str) {
    let which = Condition::all().add(job::Column::Kind.eq(kind)).add(job::Column::State.eq(JobState::Done));
    let ready = vec![(job::Column::State, JobState::Ready.as_str().into())];
    app.system().write(move |tx| async move { tx.set::<job::Entity>(which, ready).await }).await.unwrap();
}

/// Who was asked, as kept.
async fn asked(app: &TestApp) -> BTreeSet<ContactId> {
    let rows = app.invitations().await.into_iter().filter(|row| row.suppressed.is_none());
    rows.filter_map(|row| row.contact_id).collect()
}

async fn reasons(app: &TestApp) -> BTreeMap<Suppression, usize> {
    let mut all = BTreeMap::new();
    for reason in app.invitations().await.into_iter().filter_map(|row| row.suppressed) {
        *all.entry(reason).or_default() += 1;
    }
    all
}

struct Firm {
    app: TestApp,
    root: Person,
    lead: Person,
    ana: Person,
    account: AccountId,
    team: entity::TeamId,
}

impl tests::engine::World for Firm {
    async fn on(database: tests::engine::Database) -> Self {
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        let lead = app.manager("Mia", team).await;
        let ana = app.owner("Ana", team).await;
        let root = app.admin("Root").await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        Self { app, root, lead, ana, account, team }
    }
}

impl Firm {
    async fn root(&self) -> String {
        self.app.fresh(self.root.id).await
    }
}

/// Says what a run of a programme would do.
pub const DRY: &str = "query($id: UUID!) { dryRunProgram(id: $id) { queued notDrawn suppressed { reason count } contacts { contactId name dueAt suppressed } } }";

both! {
    async fn a_dry_run_says_what_the_run_does_and_chance_is_fair_to_persons(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let olga = app.owner("Olga Owner", firm.team).await;
        let other = app.account("Initech", firm.team, Some(olga.id)).await;
        let mut all = crowd(app, firm.account, "a", 32).await;
        all.extend(crowd(app, other, "a", 16).await);
        all.extend(crowd(app, other, "b", 16).await);
        let delivery = json!({ "samplePercent": 50, "perAccount": 12, "spreadDays": 5, "window": null });
        let program = activated(app, &token, json!({ "name": "Half", "plan": { "delivery": delivery } })).await;
        let dry = ask(app, &token, DRY, json!({ "id": program })).await;
        assert_eq!(app.invitations().await.len(), 0, "a dry run writes nothing");
        assert_eq!(ask(app, &token, DRY, json!({ "id": program })).await, dry, "and says the same again");
        let wave = run(app, &token, &program).await;
        let told = wave_now(app, &token, &wave).await;
        assert_eq!(told["notDrawn"], dry["notDrawn"]);
        let part = ask(app, &olga.token, "query($id: UUID!) { wave(id: $id) { notDrawn programId program { id } } }", json!({ "id": wave })).await;
        assert_eq!(part, json!({ "notDrawn": null, "programId": null, "program": null }), "of accounts out of sight too");
        assert_eq!(told["funnel"]["suppressed"], dry["suppressed"]);
        let drawn = 64 - dry["notDrawn"].as_i64().unwrap();
        assert!((16..=48).contains(&drawn), "about half: {drawn}");
        let planned: BTreeMap<String, (Option<String>, Option<String>)> = dry["contacts"].as_array().unwrap().iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().map(str::to_owned);
                (text("contactId").unwrap(), (text("dueAt"), text("suppressed")))
            }).collect();
        let rows = app.invitations().await;
        assert_eq!(rows.len(), planned.len());
        let mut days = BTreeSet::new();
        for row in &rows {
            let (due, suppressed) = &planned[&row.contact_id.unwrap().to_string()];
            assert_eq!(suppressed.as_deref(), row.suppressed.map(Suppression::as_str));
            // A mail that was due at once has left by now.
            if row.status == InvitationStatus::Queued {
                assert_eq!(due.as_deref(), row.due_at.map(|due| due.to_string()).as_deref());
            }
            days.extend(due.clone());
        }
        assert!((2..=5).contains(&days.len()), "spread over five days: {days:?}");
        let per_account = |id| rows.iter().filter(|row| row.account_id == id && row.suppressed.is_none()).count();
        assert!(per_account(firm.account) <= 12 && per_account(other) <= 12);
        // A person at two accounts is drawn at both or at none; and asked once.
        let contacts = app.rows::<contact::Entity>().await;
        let mut persons: BTreeMap<String, Vec<Option<&invitation::Model>>> = BTreeMap::new();
        for contact in &contacts {
            let row = rows.iter().find(|row| row.contact_id == Some(contact.id));
            persons.entry(contact.email_key.clone().unwrap()).or_default().push(row);
        }
        for (person, rows) in persons {
            assert!(rows.iter().all(Option::is_some) || rows.iter().all(Option::is_none), "{person}");
            assert!(rows.iter().flatten().filter(|row| row.suppressed.is_none()).count() <= 1, "{person}");
        }
    }

    async fn a_large_wave_is_made_in_pieces_and_a_killed_one_goes_on(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        crowd(app, firm.account, "many", 2_300).await;
        // The window is shut, so that no mail leaves meanwhile.
        let delivery = json!({ "window": { "days": ["SUN"] } });
        let program = activated(app, &token, json!({ "name": "All", "plan": { "delivery": delivery } })).await;
        let wave = run(app, &token, &program).await;
        assert_eq!(wave_now(app, &token, &wave).await["funnel"]["waiting"], 2_300);
        assert_eq!(app.rows::<job::Entity>().await.iter().filter(|row| row.kind == "program.wave").count(), 3);
        again(app, "program.wave").await;
        app.run_jobs().await;
        let told = wave_now(app, &token, &wave).await;
        assert_eq!((&told["funnel"]["waiting"], &told["funnel"]["sent"]), (&json!(2_300), &json!(0)), "{told}");
        assert!(told["madeAt"].is_string());
        assert_eq!(asked(app).await.len(), 2_300);
        assert_eq!(app.rows::<job::Entity>().await.iter().filter(|row| row.kind == "invitation.mail").count(), 2_300);
    }

    async fn a_wave_takes_the_same_statements_whatever_its_size(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let mut took = Vec::new();
        for (name, count) in [("few", 5), ("more", 300)] {
            let team = app.team(name, None).await;
            let account = app.account(name, team, None).await;
            crowd(app, account, name, count).await;
            let plan = json!({ "delivery": { "window": { "days": ["SUN"] } } });
            let program = activated(app, &token, json!({ "name": name, "teamId": team, "plan": plan })).await;
            let before = app.statements();
            ask(app, &token, DRY, json!({ "id": program })).await;
            let dry = app.statements() - before;
            let before = app.statements();
            run(app, &token, &program).await;
            took.push((dry, app.statements() - before));
        }
        assert_eq!(took[0], took[1]);
    }

    async fn a_recurring_programme_asks_each_contact_again_for_a_year(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let all = crowd(app, firm.account, "r", 3).await;
        let silent = all[2];
        app.system().write(move |tx| async move {
            let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(silent)).one("contact").await?;
            tx.update::<contact::Entity>(row, |row| row.muted = Set(Muted::ALL)).await.map(drop)
        }).await.unwrap();
        let plan = json!({ "trigger": "RECURRING", "everyDays": 90, "delivery": { "reminders": [] } });
        activated(app, &token, json!({ "name": "Pulse", "plan": plan })).await;
        let mut sent = BTreeMap::new();
        for day in 0..365 {
            let before = app.outbox().len();
            app.run_jobs().await;
            if app.outbox().len() > before {
                sent.insert(day, app.outbox().len() - before);
            }
            app.forward(TimeDelta::days(1));
        }
        // Asked on Monday, 2 March; every ninety days later is a Sunday, so the mail waits for the window of Monday.
        assert_eq!(sent.into_iter().collect::<Vec<_>>(), [(0, 2), (91, 2), (182, 2), (273, 2), (364, 2)]);
        assert_eq!(reasons(app).await, BTreeMap::from([(Suppression::OptedOut, 13)]), "tried again once in thirty days");
        let waves = app.rows::<wave::Entity>().await;
        assert!(waves.len() <= 5 + 13, "no wave without anybody: {}", waves.len());
    }

    async fn contacts_are_asked_once_before_each_renewal(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        crowd(app, firm.account, "n", 2).await;
        let late = app.account("Late", firm.team, None).await;
        crowd(app, late, "l", 1).await;
        let renew = async |id: AccountId, on: &str| {
            let version = app.account_row(id).await.version;
            let change = "mutation($input: UpdateAccount!) { updateAccount(input: $input) { id } }";
            let input = json!({ "id": id, "version": version, "renewalOn": on });
            ask(app, &app.fresh(firm.root.id).await, change, json!({ "input": input })).await;
        };
        renew(firm.account, "2026-05-01").await;
        renew(late, "2027-12-01").await;
        let plan = json!({ "trigger": "BEFORE_RENEWAL", "daysBefore": 30, "delivery": { "reminders": [], "window": null } });
        activated(app, &token, json!({ "name": "Before", "plan": plan })).await;
        let mut sent = Vec::new();
        for day in 0..440 {
            if day == 61 {
                renew(firm.account, "2027-05-01").await;
            }
            let before = app.outbox().len();
            app.run_jobs().await;
            sent.extend((app.outbox().len() > before).then_some((day, app.outbox().len() - before)));
            app.forward(TimeDelta::days(1));
        }
        // 1 April 2026 and 2027.
        assert_eq!(sent, [(30, 2), (395, 2)]);
    }

    async fn an_audience_is_filtered_by_account_and_contact(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let other = app.account("Initech", firm.team, None).await;
        let wanted = crowd(app, firm.account, "g", 3).await;
        crowd(app, other, "i", 2).await;
        let change = "mutation($input: UpdateContact!) { updateContact(input: $input) { id } }";
        for (who, roles) in [(wanted[0], ["CHAMPION"]), (wanted[1], ["BILLING"])] {
            ask(app, &token, change, json!({ "input": { "id": who, "version": 1, "roles": roles } })).await;
        }
        let audience = json!({
            "accounts": { "id": { "in": [firm.account] } },
            "contacts": { "roles": { "any": ["CHAMPION", "DECISION_MAKER", "BILLING"], "none": ["BILLING"] } },
        });
        let plan = json!({ "audience": audience, "delivery": { "window": null } });
        let program = activated(app, &token, json!({ "name": "Champions", "plan": plan })).await;
        let read = "query($id: UUID!) { program(id: $id) { plan { audience { accounts contacts } delivery { reminders expiresDays } } } }";
        let kept = ask(app, &token, read, json!({ "id": program })).await;
        assert_eq!(kept["plan"]["audience"], audience, "as it was given");
        assert_eq!(kept["plan"]["delivery"], json!({ "reminders": [4, 9], "expiresDays": 21 }));
        run(app, &token, &program).await;
        assert_eq!(asked(app).await, BTreeSet::from([wanted[0]]));
        let sent = app.send(&token, SurveyKind::Csat, json!({ "audience": { "accounts": { "ownerId": { "isNull": true } } }, "dryRun": true })).await;
        assert_eq!(sent.status, 202, "{}", sent.text);
        let sent = sent.json();
        assert_eq!((&sent["waveId"], &sent["queued"], sent["contacts"].as_array().unwrap().len()), (&Value::Null, &json!(2), 2));
        assert_eq!(app.invitations().await.len(), 1, "a dry run writes nothing");
        let bad = app.send(&token, SurveyKind::Csat, json!({ "audience": { "accounts": { "colour": { "eq": "red" } } } })).await;
        assert_eq!(bad.status, 422, "{}", bad.text);
    }

    async fn waves_pause_resume_and_cancel(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let all = crowd(app, firm.account, "p", 4).await;
        let plan = json!({ "delivery": { "spreadDays": 4, "window": null, "reminders": [4] } });
        let program = activated(app, &token, json!({ "name": "Spread", "plan": plan })).await;
        let made = ask(app, &token, "mutation($id: UUID!) { runProgram(id: $id) { id } }", json!({ "id": program })).await;
        let wave = made["id"].clone();
        set(app, &token, "pauseWave", &wave).await;
        app.run_jobs().await;
        app.forward(TimeDelta::days(5));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 0, "paused before anything left");
        let tries = app.rows::<job::Entity>().await.into_iter().filter(|row| row.kind == "invitation.mail");
        assert!(tries.map(|row| row.attempts).all(|tries| tries == 0), "waiting is no try");
        set(app, &firm.root().await, "resumeWave", &wave).await;
        app.forward(TimeDelta::minutes(15));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 4);
        set(app, &firm.root().await, "pauseProgram", &program).await;
        app.forward(TimeDelta::days(4));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 4, "reminders of a paused programme wait too");
        assert_eq!(refused(app, &firm.root().await, "mutation($id: UUID!) { runProgram(id: $id) { id } }", json!({ "id": program })).await, "CONFLICT");
        set(app, &firm.root().await, "resumeProgram", &program).await;
        set(app, &firm.root().await, "cancelWave", &wave).await;
        app.forward(TimeDelta::days(1));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 4, "nobody is reminded after that");
        let told = wave_now(app, &firm.root().await, &wave).await;
        assert_eq!((&told["state"], &told["funnel"]["sent"]), (&json!("CANCELLED"), &json!(4)));
        assert_eq!(refused(app, &firm.root().await, "mutation($id: UUID!) { resumeWave(id: $id) { id } }", json!({ "id": wave })).await, "CONFLICT");
        assert_eq!(app.answer(&tests::app::link_token(&app.outbox()[0]), 9).await.status, 201, "links that are out go on working");
        // A second wave, cancelled while its mails wait.
        app.forward(TimeDelta::days(100));
        let token = firm.root().await;
        let made = ask(app, &token, "mutation($id: UUID!) { runProgram(id: $id) { id } }", json!({ "id": program })).await;
        let worker = app.app.env.db.random().id(app.now());
        api::work::run_due(&app.app.env, worker, TimeDelta::seconds(60), 1).await.unwrap();
        set(app, &token, "cancelWave", &made["id"]).await;
        app.forward(TimeDelta::days(10));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 4);
        assert_eq!(reasons(app).await, BTreeMap::from([(Suppression::Cancelled, all.len())]));
        set(app, &firm.root().await, "endProgram", &program).await;
        assert_eq!(refused(app, &firm.root().await, "mutation($id: UUID!) { resumeProgram(id: $id) { id } }", json!({ "id": program })).await, "CONFLICT");
    }

    async fn a_managers_programme_reaches_no_other_team(firm: Firm) {
        let app = &firm.app;
        let other = app.team("Far", None).await;
        let stranger = app.manager("Max", other).await;
        let strange = app.account("Strange", other, None).await;
        let ours = crowd(app, firm.account, "o", 2).await;
        crowd(app, strange, "s", 2).await;
        let lead = app.fresh(firm.lead.id).await;
        let make = "mutation($input: CreateProgram!) { createProgram(input: $input) { id } }";
        let survey = app.survey(SurveyKind::Nps).await;
        let input = |team: Value| json!({ "input": { "name": "P", "surveyId": survey, "teamId": team, "plan": {} } });
        assert_eq!(refused(app, &lead, make, input(Value::Null)).await, "INVALID");
        assert_eq!(refused(app, &lead, make, input(json!(other))).await, "NOT_FOUND");
        assert_eq!(refused(app, &app.fresh(firm.ana.id).await, make, input(json!(firm.team))).await, "FORBIDDEN");
        let plan = json!({ "delivery": { "window": null, "reminders": [], "spreadDays": 10 } });
        let program = activated(app, &lead, json!({ "name": "Ours", "teamId": firm.team, "plan": plan })).await;
        let strangers = app.fresh(stranger.id).await;
        assert_eq!(refused(app, &strangers, "query($id: UUID!) { program(id: $id) { id } }", json!({ "id": program })).await, "NOT_FOUND");
        let key = app.integration(&[KeyScope::SurveysSend], Some(other)).await;
        assert_eq!(refused(app, &key, "mutation($id: UUID!) { runProgram(id: $id) { id } }", json!({ "id": program })).await, "NOT_FOUND");
        // An admin starts it: it reaches no further for that.
        let wave = run(app, &firm.root().await, &program).await;
        assert_eq!(asked(app).await, ours.iter().copied().collect());
        assert_eq!(refused(app, &strangers, "query($id: UUID!) { wave(id: $id) { id } }", json!({ "id": wave })).await, "NOT_FOUND");
        // The account moves away before the mails have left.
        let left = app.outbox().len();
        app.assign(firm.account, stranger.id).await;
        app.forward(TimeDelta::days(11));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), left, "it is another team's by now");
        app.forward(TimeDelta::days(100));
        run(app, &app.fresh(firm.lead.id).await, &program).await;
        app.forward(TimeDelta::days(11));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), left, "and is not asked by the next wave either");
        // The team itself moves below another: whoever leads that one sees the programme.
        let key = app.integration(&[KeyScope::SurveysSend], Some(firm.team)).await;
        let named = ask(app, &key, DRY, json!({ "id": program })).await;
        assert_eq!(named["queued"], 0);
    }

    async fn a_planned_mail_is_credited_when_it_leaves(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let ben = app.owner("Ben", firm.team).await;
        crowd(app, firm.account, "c", 1).await;
        // Monday, 09:00: the window of today is over.
        let plan = json!({ "delivery": { "window": { "from": "07:00", "until": "08:00" }, "reminders": [] } });
        let program = activated(app, &token, json!({ "name": "Later", "plan": plan })).await;
        run(app, &token, &program).await;
        let row = app.invitations().await.remove(0);
        assert_eq!((row.owner_id, row.due_at), (Some(firm.ana.id), Some(Time::parse("2026-03-03T07:00:00Z").unwrap())));
        app.assign(firm.account, ben.id).await;
        app.clock().set(Time::parse("2026-03-03T07:10:00Z").unwrap());
        app.run_jobs().await;
        let row = app.invitations().await.remove(0);
        assert_eq!((row.status, row.owner_id, row.inherited), (InvitationStatus::Sent, Some(ben.id), true));
        assert_eq!((row.queued_at, row.anchor_at), (app.now(), app.now()));
        assert_eq!(row.expires_at, Time::new(app.now().0 + TimeDelta::days(21)), "the link's clock starts with the mail");
        assert_eq!(app.outbox()[0].from_name, "Ben");
    }

    async fn exclusions_have_a_reason_and_an_end(firm: Firm) {
        let app = &firm.app;
        let all = crowd(app, firm.account, "x", 3).await;
        let other = app.account("Initech", firm.team, None).await;
        crowd(app, other, "y", 2).await;
        let ana = app.fresh(firm.ana.id).await;
        let make = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id by { name } reason } }";
        let input = |account: AccountId, contact: Option<ContactId>, until: &str| json!({ "input": {
            "accountId": account, "contactId": contact, "reason": "In a dispute", "until": until } });
        let made = ask(app, &app.fresh(firm.lead.id).await, make, input(firm.account, Some(all[0]), "2026-03-12T00:00:00Z")).await;
        assert_eq!((&made["by"]["name"], &made["reason"]), (&json!("Mia"), &json!("In a dispute")));
        assert_eq!(refused(app, &ana, make, input(firm.account, None, "2027-03-12T00:00:00Z")).await, "INVALID");
        assert_eq!(refused(app, &ana, make, input(firm.account, None, "2026-03-02T09:00:00Z")).await, "INVALID");
        assert_eq!(refused(app, &ana, make, input(other, None, "2026-03-12T00:00:00Z")).await, "NOT_FOUND");
        app.collaborate(other, firm.ana.id).await;
        assert_eq!(refused(app, &ana, make, input(other, None, "2026-03-12T00:00:00Z")).await, "FORBIDDEN");
        ask(app, &firm.root().await, make, input(other, None, "2026-12-12T00:00:00Z")).await;
        let plan = json!({ "delivery": { "window": null, "reminders": [], "spreadDays": 0 } });
        let program = activated(app, &firm.root().await, json!({ "name": "All", "plan": plan })).await;
        run(app, &firm.root().await, &program).await;
        assert_eq!(reasons(app).await, BTreeMap::from([(Suppression::Excluded, 3)]));
        assert_eq!(asked(app).await, BTreeSet::from([all[1], all[2]]));
        app.forward(TimeDelta::days(11));
        let list = "{ exclusions { id accountId } }";
        assert_eq!(ask(app, &app.fresh(firm.ana.id).await, list, json!({})).await.as_array().unwrap().len(), 1, "one is over");
        let lifted = ask(app, &firm.root().await, list, json!({})).await[0]["id"].clone();
        set(app, &firm.root().await, "liftExclusion", &lifted).await;
        run(app, &firm.root().await, &program).await;
        assert_eq!(asked(app).await.len(), 5, "everybody by now");
    }

    async fn an_exclusion_reaches_mails_that_wait(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        crowd(app, firm.account, "w", 2).await;
        let sent = app.send(&token, SurveyKind::Nps, json!({ "accountId": firm.account })).await;
        assert_eq!(sent.json()["queued"], 2);
        let make = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id } }";
        let input = json!({ "accountId": firm.account, "reason": "Dispute", "until": "2026-04-01T00:00:00Z" });
        ask(app, &token, make, json!({ "input": input })).await;
        app.run_jobs().await;
        assert_eq!((app.outbox().len(), reasons(app).await), (0, BTreeMap::from([(Suppression::Excluded, 2)])));
    }

    async fn what_a_plan_may_not_say_is_refused_by_field(firm: Firm) {
        let (app, token) = (&firm.app, firm.root().await);
        let make = "mutation($input: CreateProgram!) { createProgram(input: $input) { id } }";
        let plan = json!({
            "everyDays": 3, "daysBefore": 0,
            "delivery": { "samplePercent": 0, "spreadDays": 91, "perAccount": 0, "expiresDays": 0, "reminders": [9, 4],
                "window": { "days": [], "from": "8", "until": "7:00" } },
        });
        let input = json!({ "name": " ", "surveyId": app.survey(SurveyKind::Nps).await, "plan": plan });
        let told = app.gql(Some(&token), make, json!({ "input": input })).await;
        let faults = told["errors"][0]["extensions"]["errors"].as_array().unwrap();
        let named: BTreeSet<&str> = faults.iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        for field in ["name", "plan/everyDays", "plan/daysBefore", "plan/delivery/samplePercent", "plan/delivery/spreadDays",
            "plan/delivery/perAccount", "plan/delivery/expiresDays", "plan/delivery/reminders", "plan/delivery/window/days",
            "plan/delivery/window/from", "plan/delivery/window/until"] {
            assert!(named.contains(&*format!("/{field}")), "{field} of {named:?}");
        }
    }
}
