//! Who is not asked, and why: counted for the sender, never silent, never naming what they cannot see.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::{ContactId, InvitationStatus, MailState, SurveyKind, contact};
use sea_orm::ColumnTrait;
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
    engine::Database,
    smtp::{Fault, Smtp, When},
};

use crate::programmes::{DRY, activated, ask, crowd, run, wave_now};

/// Queued, and suppressed by reason.
fn counts(reply: &Reply) -> (i64, BTreeMap<String, i64>) {
    assert_eq!(reply.status, 202, "{}", reply.text);
    let sent = reply.json();
    assert!(sent["waveId"].is_string());
    let each = sent["suppressed"].as_array().unwrap().iter();
    let each = each.map(|one| (one["reason"].as_str().unwrap().to_owned(), one["count"].as_i64().unwrap()));
    (sent["queued"].as_i64().unwrap(), each.collect())
}

fn reasons(of: &[(&str, i64)]) -> BTreeMap<String, i64> {
    of.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect()
}

fn to(contacts: &[ContactId]) -> Value {
    json!({ "contactIds": contacts, "reminders": [] })
}

both! {
    async fn each_reason_is_counted(app: TestApp) {
        let team = app.team("Sales", None).await;
        let lead = app.manager("Mia", team).await;
        let ana = app.owner("Ana Owner", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let mut all = Vec::new();
        let other = app.account("Initech", team, None).await;
        for (home, name) in [(account, "Fine"), (account, "Twin"), (other, "Twin"), (account, "Without"), (account, "Staff"), (account, "Bounced")] {
            all.push(app.contact(home, name).await.id);
        }
        let token = app.fresh(lead.id).await;
        app.change_contact(&token, all[2], json!({"email": "TWIN@client.test"})).await;
        app.change_contact(&token, all[3], json!({"email": null})).await;
        app.change_contact(&token, all[4], json!({"email": "ana.owner@ACME.test"})).await;
        let bounced = all[5];
        app.system().write(move |tx| async move {
            let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(bounced)).one("contact").await?;
            tx.update::<contact::Entity>(row, |row| row.mail_state = sea_orm::ActiveValue::Set(MailState::Bounced)).await.map(drop)
        }).await.unwrap();
        let (queued, suppressed) = counts(&app.send(&token, SurveyKind::Nps, to(&all)).await);
        let wanted = [("NO_ADDRESS", 1), ("STAFF_ADDRESS", 1), ("DUPLICATE", 1), ("BOUNCED", 1)];
        assert_eq!((queued, suppressed), (2, reasons(&wanted)));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 2);
        let kept = app.invitations().await;
        assert_eq!(kept.len(), 6, "each is on record");
        for row in kept {
            assert_eq!(row.token_hash.is_some(), row.suppressed.is_none(), "no link where nobody is asked");
        }
        let again = [("NO_ADDRESS", 1), ("STAFF_ADDRESS", 1), ("QUARANTINE", 3), ("BOUNCED", 1)];
        assert_eq!(counts(&app.send(&token, SurveyKind::Nps, to(&all)).await), (0, reasons(&again)));
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 2);
    }

    async fn people_rest_between_surveys(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let top = app.admin("Root").await.id;
        let whom = [asked.contact.id];
        // Days since the start, the kind, whether they are asked.
        let plan = [
            (6, SurveyKind::Csat, false),
            (7, SurveyKind::Csat, true),
            (7, SurveyKind::Nps, false),
            (36, SurveyKind::Csat, false),
            (37, SurveyKind::Csat, true),
            (89, SurveyKind::Nps, false),
            (90, SurveyKind::Nps, true),
            (90, SurveyKind::Csat, false),
            (97, SurveyKind::Csat, true),
            (179, SurveyKind::Nps, false),
            (180, SurveyKind::Nps, true),
        ];
        let mut day = 0;
        for (at, kind, taken) in plan {
            app.forward(TimeDelta::days(at - day));
            day = at;
            let (queued, suppressed) = counts(&app.send(&app.fresh(top).await, kind, to(&whom)).await);
            let wanted = if taken { reasons(&[]) } else { reasons(&[("QUARANTINE", 1)]) };
            assert_eq!((queued, suppressed), (i64::from(taken), wanted), "{kind} on day {at}");
            app.run_jobs().await;
        }
        assert_eq!(app.outbox().len(), 6);
    }

    async fn a_person_rests_at_every_account_and_the_sender_does_not_learn_where(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let other = app.team("Other", None).await;
        let lead = app.manager("Lena", other).await;
        let account = app.account("Initech", other, None).await;
        let twin = app.contact(account, "Carl Contact").await;
        let reply = app.send(&lead.token, SurveyKind::Nps, to(&[twin.id])).await;
        assert_eq!(counts(&reply), (0, reasons(&[("QUARANTINE", 1)])));
        for hidden in ["Globex".to_owned(), asked.account.to_string(), asked.contact.id.to_string()] {
            assert!(!reply.text.contains(&hidden), "{}", reply.text);
        }
        let unseen = app.send(&lead.token, SurveyKind::Nps, to(&[asked.contact.id])).await;
        assert_eq!(unseen.status, 404, "the other one is not there for them: {}", unseen.text);
    }

    async fn what_is_out_of_scope_is_not_there_and_queues_nothing(app: TestApp) {
        let team = app.team("Sales", None).await;
        let far = app.team("Far", None).await;
        let ana = app.owner("Ana", team).await;
        let lead = app.manager("Mia", team).await;
        let ours = app.account("Globex", team, Some(ana.id)).await;
        let theirs = app.account("Initech", far, None).await;
        let (near, hidden) = (app.contact(ours, "Near").await, app.contact(theirs, "Hidden").await);
        let never = ContactId(app.app.env.db.random().id(app.now()));
        let missing = app.send(&lead.token, SurveyKind::Nps, to(&[near.id, never])).await;
        let unseen = app.send(&lead.token, SurveyKind::Nps, to(&[near.id, hidden.id])).await;
        assert_eq!((missing.status.as_u16(), unseen.status.as_u16()), (404, 404));
        assert_eq!(tests::doors::constant(&missing), tests::doors::constant(&unseen));
        let account = app.send(&lead.token, SurveyKind::Nps, json!({"accountId": theirs})).await;
        assert_eq!(account.status, 404);
        assert_eq!((app.invitations().await.len(), app.jobs_left().await), (0, 0));
        for (body, status) in [
            (json!({}), 422), (json!({"contactIds": []}), 422), (json!({"contactIds": [near.id], "accountId": ours}), 422),
            (json!({"contactIds": vec![near.id; 1_001]}), 422), (json!({"contactIds": ["x"]}), 422), (json!([]), 422),
            (json!({"contactIds": [near.id], "score": 9}), 422),
        ] {
            assert_eq!(app.send(&lead.token, SurveyKind::Nps, body.clone()).await.status, status, "{body}");
        }
        let nobody = app.send("", SurveyKind::Nps, to(&[near.id])).await;
        let customer = app.send(&near.token, SurveyKind::Nps, to(&[near.id])).await;
        assert_eq!((nobody.status.as_u16(), customer.status.as_u16()), (401, 403));
        let odd = app.rest("POST", "/api/v1/surveys/%FF/send", Some(&lead.token), Some(to(&[near.id]))).await;
        assert_eq!(odd.status, 404, "{}", odd.text);
        assert_eq!((app.invitations().await.len(), app.jobs_left().await), (0, 0));
    }

    async fn an_owner_asks_the_whole_account_or_nobody(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        app.contact(asked.account, "Dora").await;
        let gone = app.contact(asked.account, "Gone").await;
        app.change_contact(&asked.owner.token, gone.id, json!({"archived": true})).await;
        let picked = app.send(&asked.owner.token, SurveyKind::Csat, to(&[asked.contact.id])).await;
        assert_eq!((picked.status.as_u16(), picked.json()["code"].clone()), (403, json!("FORBIDDEN")));
        let whole = app.send(&asked.owner.token, SurveyKind::Csat, json!({"accountId": asked.account})).await;
        assert_eq!(counts(&whole), (1, reasons(&[("QUARANTINE", 1)])), "the archived one is not there");
        let ask = "mutation($id: UUID!, $input: SendSurvey!) { sendSurvey(surveyId: $id, input: $input) { queued } }";
        let survey = app.survey(SurveyKind::Nps).await;
        let input = json!({"id": survey, "input": {"contactIds": [asked.contact.id]}});
        let told = app.gql(Some(&asked.owner.token), ask, input).await;
        assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN", "the same rule at the other door: {told}");
    }

    async fn an_address_that_bounced_is_not_asked_again(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::To("Carl@client.test".to_owned()), Fault::Reply(550));
        smtp.fault(When::To("Dora@client.test".to_owned()), Fault::Reply(451));
        let to_smtp = [("STEWARD_SMTP_URL", &*smtp.url()), ("STEWARD_MAIL_FROM", "surveys@acme.test")];
        let app = TestApp::with(database, &to_smtp).await;
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        let (carl, dora) = (app.contact(account, "Carl").await.id, app.contact(account, "Dora").await.id);
        let sent = app.send(&owner.token, SurveyKind::Nps, json!({"accountId": account})).await;
        assert_eq!(counts(&sent), (2, reasons(&[])));
        app.run_jobs().await;
        let status = |rows: Vec<entity::invitation::Model>, who| rows.into_iter().find(|row| row.contact_id == Some(who)).unwrap().status;
        assert_eq!(status(app.invitations().await, carl), InvitationStatus::Failed);
        assert_eq!(status(app.invitations().await, dora), InvitationStatus::Queued, "tried again later");
        smtp.heal();
        app.forward(TimeDelta::minutes(1));
        app.run_jobs().await;
        assert_eq!(status(app.invitations().await, dora), InvitationStatus::Sent);
        assert_eq!(smtp.mails().iter().map(|mail| mail.to[0].as_str()).collect::<Vec<_>>(), ["Dora@client.test"]);
        app.forward(TimeDelta::days(100));
        let token = app.fresh(owner.id).await;
        let reply = app.send(&token, SurveyKind::Nps, json!({"accountId": account})).await;
        assert_eq!(counts(&reply), (1, reasons(&[("BOUNCED", 1)])));
        app.change_contact(&token, carl, json!({"email": "carl.new@client.test"})).await;
        app.forward(TimeDelta::days(100));
        let reply = app.send(&app.fresh(owner.id).await, SurveyKind::Nps, json!({"accountId": account})).await;
        assert_eq!(counts(&reply), (2, reasons(&[])), "a new address starts afresh");
    }

    async fn who_was_never_reached_does_not_rest(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::To("Carl@client.test".to_owned()), Fault::Reply(550));
        let to_smtp = [("STEWARD_SMTP_URL", &*smtp.url()), ("STEWARD_MAIL_FROM", "surveys@acme.test")];
        let app = TestApp::with(database, &to_smtp).await;
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        let carl = app.contact(account, "Carl").await.id;
        let whole = json!({ "accountId": account });
        assert_eq!(counts(&app.send(&owner.token, SurveyKind::Nps, whole.clone()).await), (1, reasons(&[])));
        app.run_jobs().await;
        app.change_contact(&owner.token, carl, json!({"email": "typo@client.test"})).await;
        assert_eq!(counts(&app.send(&owner.token, SurveyKind::Nps, whole.clone()).await), (1, reasons(&[])), "it bounced");
        app.change_contact(&owner.token, carl, json!({"email": "right@client.test"})).await;
        assert_eq!(counts(&app.send(&owner.token, SurveyKind::Nps, whole.clone()).await), (1, reasons(&[])), "it never left");
        app.run_jobs().await;
        assert_eq!(smtp.mails().iter().map(|mail| mail.to[0].as_str()).collect::<Vec<_>>(), ["right@client.test"]);
        assert_eq!(counts(&app.send(&owner.token, SurveyKind::Nps, whole).await), (0, reasons(&[("QUARANTINE", 1)])));
    }

    async fn an_audience_of_nobody_is_told_so_and_leaves_nothing_half_made(app: TestApp) {
        let (app, team) = (&app, app.team("Sales", None).await);
        let token = app.admin("Root").await.token;
        let account = app.account("Globex", team, None).await;
        crowd(app, account, "n", 2).await;
        let nobody = json!({ "accounts": { "territory": { "eq": "Atlantis" } } });
        let plan = json!({ "audience": nobody, "delivery": { "window": null } });
        let program = activated(app, &token, json!({ "name": "Nobody", "plan": plan })).await;
        let dry = ask(app, &token, DRY, json!({ "id": program })).await;
        assert_eq!(dry, json!({ "queued": 0, "notDrawn": 0, "suppressed": [], "contacts": [] }));
        let wave = run(app, &token, &program).await;
        let told = wave_now(app, &token, &wave).await;
        let none = json!({ "waiting": 0, "sent": 0, "failed": 0, "withdrawn": 0, "suppressed": [] });
        assert!(told["madeAt"].is_string() && told["funnel"] == none, "{told}");
        let empty = app.account("Empty", team, None).await;
        for (who, dry) in [(json!({ "audience": nobody }), false), (json!({ "audience": nobody }), true), (json!({ "accountId": empty }), false), (json!({ "accountId": empty }), true)] {
            let mut input = who.clone();
            input["dryRun"] = json!(dry);
            let sent = app.send(&token, SurveyKind::Csat, input).await.json();
            assert_eq!((&sent["queued"], &sent["suppressed"], &sent["contacts"], sent["waveId"].is_null()), (&json!(0), &json!([]), &json!([]), dry), "{who}: {sent}");
        }
        let none = app.send(&token, SurveyKind::Csat, json!({ "contactIds": [] })).await;
        assert_eq!((none.status.as_u16(), &none.json()["errors"][0]), (422, &json!({ "pointer": "/contactIds", "detail": "must name 1 to 1000 contacts" })), "{}", none.text);
        app.run_jobs().await;
        assert_eq!((app.invitations().await.len(), app.jobs_left().await, app.outbox().len()), (0, 0, 0));
    }
}
