//! Reminders: only to who has not answered, judged when they leave; failed mails again; links withdrawn.

use std::sync::Arc;

use api::program::SendSurvey;
use chrono::TimeDelta;
use entity::{ContactId, InvitationStatus, SurveyKind, Time, invitation};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, link_token},
    both,
    doors::Asked,
    engine::Database,
    smtp::{Fault, Smtp, When},
};

use crate::programmes::{ask, refused, set};

/// Days pass, one by one, and what is due is done.
async fn pass(app: &TestApp, days: i64) {
    for _ in 0..days {
        app.forward(TimeDelta::days(1));
        app.run_jobs().await;
    }
}

/// A contact who has just been asked, with the usual reminders, in an account with an owner.
async fn asked(app: &TestApp) -> Asked {
    let team = app.team("Sales", None).await;
    let owner = app.owner("Ana Owner", team).await;
    let account = app.account("Globex", team, Some(owner.id)).await;
    let contact = app.contact(account, "Carl Contact").await;
    let link = invite(app, contact.id).await;
    Asked { owner, account, contact, link }
}

/// Asks somebody, with the usual reminders; gives the token of the link.
async fn invite(app: &TestApp, who: ContactId) -> String {
    let input = SendSurvey { contact_ids: Some(vec![who]), ..Default::default() };
    api::program::send(&app.system(), app.survey(SurveyKind::Nps).await, input).await.unwrap();
    app.run_jobs().await;
    link_token(app.outbox().last().unwrap())
}

async fn only(app: &TestApp) -> invitation::Model {
    app.invitations().await.remove(0)
}

const ONE: &str = "query($id: UUID!) { invitations(filter: { waveId: { eq: $id } }) { totalCount nodes { id status step dueAt sentAt remindedAt bouncedAt error contact { name } } } }";

both! {
    async fn who_does_not_answer_is_reminded_twice_and_then_left_alone(app: TestApp) {
        let asked = asked(&app).await;
        let start = app.now();
        assert_eq!(only(&app).await.due_at, Some(Time::new(start.0 + TimeDelta::days(4))));
        pass(&app, 3).await;
        assert_eq!(app.outbox().len(), 1);
        // The account changes hands: reminders come from today's owner, the credit stays.
        let ben = app.owner("Ben", only(&app).await.team_id).await;
        app.assign(asked.account, ben.id).await;
        pass(&app, 30).await;
        let letters = app.outbox();
        assert_eq!(letters.len(), 3);
        let id = only(&app).await.id;
        for (at, (letter, day)) in letters.iter().zip([0, 4, 9]).enumerate() {
            let mail = tests::mail::Mail::parse(&letter.message().unwrap().formatted());
            assert_eq!(mail.header("Message-ID"), Some(&*format!("<{id}.{}@steward.test>", at + 1)));
            let first = format!("<{id}.1@steward.test>");
            let follows = (at > 0).then_some(first.as_str());
            assert_eq!((mail.header("In-Reply-To"), mail.header("References")), (follows, follows));
            assert_eq!(link_token(letter), asked.link, "one link");
            assert_eq!(letter.date, std::time::SystemTime::from(start.0 + TimeDelta::days(day)));
        }
        assert_eq!(letters.iter().map(|letter| letter.from_name.as_str()).collect::<Vec<_>>(), ["Ana Owner", "Ben", "Ben"]);
        assert!(letters[0].subject != letters[1].subject && letters[1].subject != letters[2].subject);
        let row = only(&app).await;
        assert_eq!((row.step, row.due_at, row.owner_id), (3, None, Some(asked.owner.id)));
        assert_eq!(row.reminded_at, Some(Time::new(start.0 + TimeDelta::days(9))));
        assert_eq!(app.answer(&asked.link, 9).await.status, 410, "it expired after 21 days");
    }

    async fn an_answer_ends_reminders_even_one_left_open(app: TestApp) {
        let asked = asked(&app).await;
        assert_eq!(app.put(&asked.door(), &json!({ "score": 9, "complete": false }), None).await.status, 201);
        let other = app.contact(asked.account, "Dora").await;
        let link = invite(&app, other.id).await;
        assert_eq!(app.answer(&link, 7).await.status, 201);
        let silent = app.contact(asked.account, "Eve").await;
        invite(&app, silent.id).await;
        pass(&app, 20).await;
        let to: Vec<String> = app.outbox().into_iter().map(|letter| letter.to_name).collect();
        assert_eq!(to, ["Carl Contact", "Dora", "Eve", "Eve", "Eve"], "who has answered is not reminded");
    }

    async fn whatever_happens_meanwhile_stops_the_reminder(app: TestApp) {
        let asked = asked(&app).await;
        let root = app.admin("Root").await;
        let mut links = vec![asked.link.clone()];
        let mut people = vec![asked.contact.id];
        for name in ["Opts Out", "Bounces", "Leaves", "Moves", "Withdrawn", "Excluded", "Stays"] {
            let contact = app.contact(asked.account, name).await;
            links.push(invite(&app, contact.id).await);
            people.push(contact.id);
        }
        let before = app.outbox().len();
        let token = app.fresh(root.id).await;
        let out = app.outbox()[1].unsubscribe.clone().unwrap();
        assert_eq!(app.raw("POST", out.strip_prefix(tests::app::URL).unwrap(), &[], "").await.status, 200);
        let bounced = people[2];
        app.system().write(move |tx| async move {
            let row = tx.find::<entity::contact::Entity>().filter(entity::contact::Column::Id.eq(bounced)).one("contact").await?;
            tx.update::<entity::contact::Entity>(row, |row| row.mail_state = Set(entity::MailState::Bounced)).await.map(drop)
        }).await.unwrap();
        app.change_contact(&token, people[3], json!({ "archived": true })).await;
        app.change_contact(&token, people[4], json!({ "email": "new@client.test" })).await;
        let withdrawn = app.invitations().await.into_iter().find(|row| row.contact_id == Some(people[5])).unwrap().id;
        set(&app, &token, "revokeInvitation", &json!(withdrawn)).await;
        set(&app, &token, "revokeInvitation", &json!(withdrawn)).await;
        assert_eq!(app.answer(&links[5], 9).await.status, 410);
        let exclude = "mutation($input: CreateExclusion!) { createExclusion(input: $input) { id } }";
        let input = json!({ "accountId": asked.account, "contactId": people[6], "reason": "Dispute", "until": "2026-05-01T00:00:00Z" });
        ask(&app, &token, exclude, json!({ "input": input })).await;
        assert_eq!(app.answer(&links[0], 9).await.status, 201);
        pass(&app, 25).await;
        let later: Vec<String> = app.outbox()[before..].iter().map(|letter| letter.to_name.clone()).collect();
        assert_eq!(later, ["Stays", "Stays"]);
        let due = app.invitations().await.into_iter().filter(|row| row.due_at.is_some()).count();
        assert_eq!(due, 0, "nothing is due any more");
        let sent = app.invitations().await.into_iter().filter(|row| row.status == InvitationStatus::Sent).count();
        assert_eq!(sent, 6, "what was sent stays sent: all but the one moved and the one withdrawn");
    }

    async fn many_workers_send_one_mail_a_step(app: TestApp) {
        let asked = asked(&app).await;
        for number in 0..12 {
            app.contact(asked.account, &format!("c{number}")).await;
        }
        let token = app.fresh(asked.owner.id).await;
        assert_eq!(app.send(&token, SurveyKind::Nps, json!({ "accountId": asked.account })).await.json()["queued"], 12);
        let app = Arc::new(app);
        for day in [0, 4, 5] {
            app.forward(TimeDelta::days(day));
            let workers = (0..3).map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { app.run_jobs().await })
            });
            for worker in workers.collect::<Vec<_>>() {
                worker.await.unwrap();
            }
        }
        let mut ids: Vec<String> = app.outbox().into_iter().map(|letter| letter.message_id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((all, ids.len()), (39, 39), "thirteen invitations, three mails each, none twice");
    }

    async fn reminders_are_as_asked_for(app: TestApp) {
        let asked = asked(&app).await;
        let other = app.contact(asked.account, "Dora").await;
        let root = app.admin("Root").await;
        let to = |reminders: Value| json!({ "contactIds": [other.id], "reminders": reminders });
        for bad in [json!([4, 4]), json!([9, 4]), json!([0]), json!([21]), json!([1, 2, 3])] {
            assert_eq!(app.send(&root.token, SurveyKind::Nps, to(bad.clone())).await.status, 422, "{bad}");
        }
        assert_eq!(app.send(&root.token, SurveyKind::Nps, to(json!([]))).await.status, 202);
        app.run_jobs().await;
        let before = app.outbox().len();
        pass(&app, 25).await;
        let names: Vec<String> = app.outbox()[before..].iter().map(|letter| letter.to_name.clone()).collect();
        assert_eq!(names, ["Carl Contact", "Carl Contact"], "Dora is not reminded");
    }

    async fn a_failed_mail_is_sent_again_when_asked_for(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::To("typo@client.test".to_owned()), Fault::Reply(550));
        let url = smtp.url();
        let app = TestApp::with(database, &[("STEWARD_SMTP_URL", &url), ("STEWARD_MAIL_FROM", "surveys@acme.test")]).await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let root = app.admin("Root").await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await.id;
        app.change_contact(&root.token, carl, json!({ "email": "typo@client.test" })).await;
        let sent = app.send(&root.token, SurveyKind::Nps, json!({ "contactIds": [carl] })).await.json();
        app.run_jobs().await;
        let told = ask(&app, &root.token, ONE, json!({ "id": sent["waveId"] })).await;
        let node = &told["nodes"][0];
        assert_eq!((&told["totalCount"], &node["status"], &node["step"]), (&json!(1), &json!("FAILED"), &json!(0)), "{told}");
        assert!(node["error"].as_str().unwrap().contains("550") && node["bouncedAt"].is_string(), "{told}");
        let again = "mutation($id: UUID!) { resendInvitation(id: $id) { status step error } }";
        let id = json!({ "id": node["id"] });
        assert_eq!(refused(&app, &root.token, again, id.clone()).await, "CONFLICT", "the address comes back");
        assert_eq!(refused(&app, &app.fresh(ana.id).await, again, id.clone()).await, "FORBIDDEN");
        app.change_contact(&root.token, carl, json!({ "email": "right@client.test" })).await;
        let queued = ask(&app, &root.token, again, id.clone()).await;
        assert_eq!(queued, json!({ "status": "QUEUED", "step": 0, "error": null }));
        assert_eq!(refused(&app, &root.token, again, id.clone()).await, "CONFLICT", "once is enough");
        app.run_jobs().await;
        assert_eq!(smtp.mails().len(), 1);
        let told = ask(&app, &root.token, ONE, json!({ "id": sent["waveId"] })).await;
        assert_eq!((&told["nodes"][0]["status"], &told["nodes"][0]["step"]), (&json!("SENT"), &json!(1)));
        assert_eq!(refused(&app, &root.token, again, id).await, "CONFLICT", "it has left");
    }
}
