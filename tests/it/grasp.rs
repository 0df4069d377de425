//! Nobody reaches further than their accounts: not by a grant, a filter, an old right, an address or an exclusion.

use api::access::KeyScope;
use chrono::TimeDelta;
use entity::{AccountId, ContactId, InvitationStatus, SurveyKind, TeamId, invitation, wave};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

use crate::programmes::{activated, ask, refused, run, set};

const CANCEL: &str = "mutation($id: UUID!) { cancelWave(id: $id) { id } }";
const REVOKE: &str = "mutation($id: UUID!) { revokeInvitation(id: $id) { id } }";
const EXCLUDE: &str = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id } }";
const LIFT: &str = "mutation($id: UUID!) { liftExclusion(id: $id) { id } }";

struct Two {
    app: TestApp,
    north: TeamId,
    /// Leads the north, and works along on the south's account.
    mia: Person,
    /// Owns the north's account.
    ana: Person,
    root: Person,
    mine: AccountId,
    granted: AccountId,
    carl: ContactId,
    dora: ContactId,
}

impl tests::engine::World for Two {
    async fn on(database: tests::engine::Database) -> Self {
        let app = TestApp::on(database).await;
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let mia = app.manager("Mia", north).await;
        let ana = app.owner("Ana", north).await;
        let ben = app.owner("Ben", south).await;
        let root = app.admin("Root").await;
        let mine = app.account("Globex", north, Some(ana.id)).await;
        let granted = app.account("Initech", south, Some(ben.id)).await;
        app.collaborate(granted, mia.id).await;
        let carl = app.contact(mine, "Carl").await.id;
        let dora = app.contact(granted, "Dora").await.id;
        Self { app, north, mia, ana, root, mine, granted, carl, dora }
    }
}

impl Two {
    async fn invitation_of(&self, contact: ContactId) -> invitation::Model {
        self.app.invitations().await.into_iter().find(|row| row.contact_id == Some(contact)).unwrap()
    }

    /// What a dry run of NPS by the admin says of one contact.
    async fn verdict(&self, contact: ContactId) -> Value {
        let body = json!({ "contactIds": [contact], "dryRun": true });
        let told = self.app.send(&self.app.fresh(self.root.id).await, SurveyKind::Nps, body).await.json();
        told["contacts"][0]["suppressed"].clone()
    }
}

async fn change(app: &TestApp, token: &str, id: ContactId, email: &str) {
    app.change_contact(token, id, json!({ "email": email })).await;
}

both! {
    async fn what_was_only_granted_is_not_ones_own_to_ask_or_withdraw(two: Two) {
        let app = &two.app;
        app.invite(SurveyKind::Nps, &[two.dora]).await;
        let token = app.fresh(two.mia.id).await;
        let sent = two.invitation_of(two.dora).await;
        assert_eq!(refused(app, &token, REVOKE, json!({ "id": sent.id })).await, "FORBIDDEN");
        for body in [json!({ "contactIds": [two.dora], "dryRun": true }), json!({ "accountId": two.granted, "dryRun": true })] {
            assert_eq!(app.send(&token, SurveyKind::Csat, body).await.status, 403);
        }
        let all = app.send(&token, SurveyKind::Csat, json!({ "audience": {}, "dryRun": true })).await.json();
        assert_eq!((all["contacts"].as_array().unwrap().len(), &all["contacts"][0]["contactId"]), (1, &json!(two.carl)));
        let version = app.rows::<entity::contact::Entity>().await.into_iter().find(|row| row.id == two.dora).unwrap().version;
        let address = "mutation($input: UpdateContact!) { updateContact(input: $input) { id } }";
        let input = json!({ "id": two.dora, "version": version, "email": "other@client.test" });
        assert_eq!(refused(app, &token, address, json!({ "input": input })).await, "FORBIDDEN");
        assert_eq!(two.invitation_of(two.dora).await.status, InvitationStatus::Sent);
    }

    async fn a_wave_is_stopped_by_whoever_has_the_right_today(two: Two) {
        let app = &two.app;
        let token = app.fresh(two.mia.id).await;
        let plan = json!({ "name": "P", "teamId": two.north, "plan": {} });
        let program = activated(app, &token, plan).await;
        let made = run(app, &token, &program).await;
        let team = app.rows::<entity::team::Entity>().await.into_iter().find(|row| row.id == two.north).unwrap();
        let input = json!({ "id": two.north, "version": team.version, "leadId": null });
        let update = "mutation($input: UpdateTeam!) { updateTeam(input: $input) { id } }";
        ask(app, &app.fresh(two.root.id).await, update, json!({ "input": input })).await;
        let token = app.fresh(two.mia.id).await;
        assert_eq!(refused(app, &token, CANCEL, json!({ "id": made })).await, "NOT_FOUND");
        let owner = app.fresh(two.ana.id).await;
        let read = "query($id: UUID!) { wave(id: $id) { id } }";
        ask(app, &owner, read, json!({ "id": made })).await;
        assert_eq!(refused(app, &owner, CANCEL, json!({ "id": made })).await, "FORBIDDEN", "seen is not stopped");
    }

    async fn what_one_sent_may_be_stopped_as_long_as_all_of_it_is_in_sight(two: Two) {
        let app = &two.app;
        let sent = app.send(&app.fresh(two.ana.id).await, SurveyKind::Nps, json!({ "accountId": two.mine })).await.json();
        app.assign(two.mine, app.owner("Zoe", two.north).await.id).await;
        let token = app.fresh(two.ana.id).await;
        assert_eq!(refused(app, &token, CANCEL, json!({ "id": sent["waveId"] })).await, "FORBIDDEN");
        set(app, &app.fresh(two.root.id).await, "cancelWave", &sent["waveId"]).await;
    }

    async fn owners_choose_nobody_by_leaving_others_out(two: Two) {
        let app = &two.app;
        let token = app.fresh(two.ana.id).await;
        let until = app.now().0 + TimeDelta::days(5);
        let input = |contact: Option<ContactId>| json!({ "input": { "accountId": two.mine, "contactId": contact, "reason": "Dispute", "until": until } });
        assert_eq!(refused(app, &token, EXCLUDE, input(Some(two.carl))).await, "FORBIDDEN");
        let own = ask(app, &token, EXCLUDE, input(None)).await;
        ask(app, &token, LIFT, json!({ "id": own["id"] })).await;
        let lead = ask(app, &app.fresh(two.mia.id).await, EXCLUDE, input(Some(two.carl))).await;
        assert_eq!(refused(app, &token, LIFT, json!({ "id": lead["id"] })).await, "FORBIDDEN");
    }

    async fn a_no_stays_with_the_address_it_was_said_at(two: Two) {
        let app = &two.app;
        app.invite(SurveyKind::Nps, &[two.carl]).await;
        app.forward(TimeDelta::days(100));
        let out = app.outbox()[0].unsubscribe.clone().unwrap();
        let out = out.strip_prefix(tests::app::URL).unwrap().to_owned();
        assert_eq!(app.raw("POST", &out, &[], "").await.status, 200);
        assert_eq!(two.verdict(two.carl).await, "OPTED_OUT");
        let token = app.fresh(two.ana.id).await;
        change(app, &token, two.carl, "elsewhere@client.test").await;
        assert_eq!(two.verdict(two.carl).await, "OPTED_OUT", "the person has not changed their mind");
        let again = app.contact(two.mine, "Nobody").await.id;
        change(app, &token, again, "carl@client.test").await;
        assert_eq!(two.verdict(again).await, "OPTED_OUT", "nor has who reads at the old address");
        let choose = [("content-type", "application/x-www-form-urlencoded")];
        let back = "choose=1&class=RELATIONSHIP&class=SERVICE_FEEDBACK";
        assert_eq!(app.raw("POST", &out, &choose, back).await.status, 200);
        assert_eq!(two.verdict(two.carl).await, "OPTED_OUT", "a link to the old address says nothing about the new one");
    }

    async fn a_filter_tells_nothing_that_the_key_may_not_read(two: Two) {
        let app = &two.app;
        let poor = app.integration(&[KeyScope::SurveysSend], None).await;
        for audience in [json!({ "accounts": { "annualValue": { "gt": 1 } } }), json!({ "contacts": { "language": { "eq": "de" } } })] {
            let told = app.send(&poor, SurveyKind::Nps, json!({ "audience": audience, "dryRun": true })).await;
            assert_eq!(told.status, 403, "{}", told.text);
        }
        let told = app.send(&poor, SurveyKind::Nps, json!({ "audience": {}, "dryRun": true })).await.json();
        assert_eq!((&told["queued"], &told["contacts"]), (&json!(2), &json!([])));
        app.invite(SurveyKind::Nps, &[two.carl]).await;
        assert_eq!(refused(app, &poor, "{ waves { nodes { funnel { sent } } } }", json!({})).await, "FORBIDDEN");
    }

    async fn a_plan_is_small_and_a_dry_run_writes_nothing(two: Two) {
        let app = &two.app;
        let token = app.fresh(two.mia.id).await;
        let survey = app.survey(SurveyKind::Nps).await;
        let create = "mutation($input: CreateProgram!) { createProgram(input: $input) { id } }";
        let plan = |texts: Vec<String>| json!({ "input": { "name": "P", "surveyId": survey, "teamId": two.north,
            "plan": { "audience": { "accounts": { "territory": { "in": texts } } } } } });
        for texts in [vec!["x".repeat(201)], vec!["x".repeat(200); 100]] {
            assert_eq!(refused(app, &token, create, plan(texts)).await, "INVALID");
        }
        let before = (app.rows::<wave::Entity>().await.len(), app.invitations().await.len());
        let told = app.send(&token, SurveyKind::Nps, json!({ "accountId": two.mine, "dryRun": true })).await.json();
        assert_eq!(told["queued"], 1);
        assert_eq!((app.rows::<wave::Entity>().await.len(), app.invitations().await.len()), before);
    }

    async fn a_wave_that_was_called_off_has_asked_nobody(two: Two) {
        let app = &two.app;
        let token = app.fresh(two.mia.id).await;
        let plan = json!({ "trigger": "RECURRING", "delivery": { "window": { "days": ["SAT"] } } });
        activated(app, &token, json!({ "name": "P", "teamId": two.north, "plan": plan })).await;
        app.run_jobs().await;
        let made = app.rows::<wave::Entity>().await.remove(0).id;
        set(app, &token, "cancelWave", &json!(made)).await;
        assert_eq!(two.verdict(two.carl).await, Value::Null);
        app.forward(TimeDelta::days(1));
        app.run_jobs().await;
        let asked = app.invitations().await.iter().filter(|row| row.status == InvitationStatus::Queued).count();
        assert_eq!(asked, 1, "the next look finds them due");
    }

    async fn the_page_of_preferences_speaks_the_language_of_its_mail(two: Two) {
        let app = &two.app;
        app.change_contact(&app.fresh(two.ana.id).await, two.carl, json!({ "language": "ja-JP" })).await;
        app.invite(SurveyKind::Nps, &[two.carl]).await;
        assert_eq!(two.invitation_of(two.carl).await.language, "ja", "the language it is really in");
        let out = app.outbox()[0].unsubscribe.clone().unwrap();
        let page = app.raw("GET", out.strip_prefix(tests::app::URL).unwrap(), &[], "").await;
        assert!(page.text.contains("<html lang=\"ja\""), "{}", page.text);
    }
}
