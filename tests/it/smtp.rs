//! Letters and the mail server's answers: what is tried again, what is not, what says that an address is gone.

use api::program::SendSurvey;
use chrono::TimeDelta;
use entity::{ContactId, InvitationStatus, MailState, SurveyKind, contact, job};
use tests::{
    app::TestApp,
    both,
    engine::Database,
    keys,
    sink::Sink,
    smtp::{Fault, Smtp, When},
};

async fn mailing(database: Database, url: &str, more: &[(&str, &str)]) -> TestApp {
    let own = [("STEWARD_SMTP_URL", url), ("STEWARD_MAIL_FROM", "surveys@acme.test")];
    TestApp::with(database, &[&own[..], more].concat()).await
}

/// Queues the survey for contacts of one account, by name, and runs what is due.
async fn send(app: &TestApp, names: &[&str]) -> Vec<ContactId> {
    let team = app.team("Sales", None).await;
    let owner = app.owner("Ana", team).await;
    let account = app.account("Globex", team, Some(owner.id)).await;
    let mut contacts = Vec::new();
    for name in names {
        contacts.push(app.contact(account, name).await.id);
    }
    let input = SendSurvey { account_id: Some(account), ..Default::default() };
    let sent = api::program::send(&app.system(), app.survey(SurveyKind::Nps).await, input).await.unwrap();
    assert_eq!(usize::try_from(sent.queued).unwrap(), names.len());
    app.run_jobs().await;
    contacts
}

async fn state(app: &TestApp, id: ContactId) -> (InvitationStatus, MailState) {
    let invitation = app.invitations().await.into_iter().find(|row| row.contact_id == Some(id)).unwrap();
    let contact = app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == id).unwrap();
    (invitation.status, contact.mail_state)
}

both! {
    async fn only_an_address_that_is_gone_is_marked(database: Database) {
        let smtp = Smtp::start().await;
        use {InvitationStatus::{Failed, Queued, Sent}, MailState::{Bounced, Ok}};
        let all = [
            ("gone", Some(Fault::Words("550 5.1.1 user unknown")), (Failed, Bounced)),
            ("plain", Some(Fault::Reply(550)), (Failed, Bounced)),
            ("moved", Some(Fault::Words("551 5.1.6 moved")), (Failed, Bounced)),
            ("blocked", Some(Fault::Words("550-5.7.1 you are on\r\n550 5.7.1 a list")), (Failed, Ok)),
            ("full", Some(Fault::Words("552 5.2.2 over quota")), (Failed, Ok)),
            ("grey", Some(Fault::Words("451 4.7.1 come back later")), (Queued, Ok)),
            ("fine", None, (Sent, Ok)),
        ];
        for (name, fault, _) in all {
            if let Some(fault) = fault {
                smtp.fault(When::To(format!("{name}@client.test")), fault);
            }
        }
        let app = mailing(database, &smtp.url(), &[]).await;
        let contacts = send(&app, &all.map(|(name, ..)| name)).await;
        for ((name, _, wanted), id) in all.into_iter().zip(&contacts) {
            assert_eq!(state(&app, *id).await, wanted, "{name}");
        }
        assert!(smtp.connections() <= 4, "a refusal costs no connection: {}", smtp.connections());
        // Each pause at least twice the one before.
        let mut before = TimeDelta::zero();
        for _ in 0..5 {
            let waits = app.rows::<job::Entity>().await.into_iter().find(|row| row.last_error.as_deref().is_some_and(|why| why.contains("come back later"))).unwrap();
            let pause = waits.run_at.0 - app.now().0;
            assert!(pause >= before * 2 && pause > TimeDelta::zero(), "{pause} after {before}");
            before = pause;
            app.clock().set(waits.run_at);
            app.run_jobs().await;
        }
        smtp.heal();
        app.forward(TimeDelta::hours(6));
        app.run_jobs().await;
        assert_eq!(state(&app, contacts[5]).await, (Sent, Ok));
        assert_eq!(smtp.mails().len(), 2, "what was refused for good is not tried again");
    }

    async fn a_letter_refused_for_what_it_says_is_no_bounce(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::Nth(1), Fault::Reply(550));
        let app = mailing(database, &smtp.url(), &[]).await;
        let contacts = send(&app, &["Carl"]).await;
        assert_eq!(state(&app, contacts[0]).await, (InvitationStatus::Failed, MailState::Ok));
    }

    async fn a_server_that_is_away_costs_no_letter(database: Database) {
        let smtp = Smtp::start().await;
        let url = smtp.url();
        drop(smtp);
        let app = mailing(database, &url, &[]).await;
        let contacts = send(&app, &["Carl"]).await;
        assert_eq!(state(&app, contacts[0]).await, (InvitationStatus::Queued, MailState::Ok));
        assert_eq!(app.jobs_left().await, 1);
    }

    async fn a_server_that_hangs_holds_up_its_own_letters_only(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::To("stuck@client.test".to_owned()), Fault::Hang);
        // One connection never says a word, and one stops after a letter was handed over: both for as long as a letter may take.
        smtp.fault(When::Nth(2), Fault::Silent);
        let app = mailing(database, &smtp.url(), &[]).await;
        let contacts = send(&app, &["stuck", "a", "b", "c", "d", "e", "f", "g"]).await;
        let waiting: Vec<job::Model> = app.rows::<job::Entity>().await.into_iter().filter(|row| row.last_error.is_some()).collect();
        // The silent one may have been the stuck letter's own.
        assert!(matches!((waiting.len(), smtp.kept()), (2, 6) | (1, 7)), "the others have gone: {waiting:?}");
        for job in &waiting {
            assert_eq!(job.last_error.as_deref(), Some("no answer within 30 s"));
            assert!(job.run_at > app.now() && job.attempts == 1, "{job:?}");
        }
        assert_eq!(state(&app, contacts[0]).await, (InvitationStatus::Queued, MailState::Ok), "no bounce");
        smtp.heal();
        app.forward(TimeDelta::minutes(1));
        app.run_jobs().await;
        let mut to: Vec<String> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
        to.sort();
        assert_eq!(to, ["a", "b", "c", "d", "e", "f", "g", "stuck"].map(|name| format!("{name}@client.test")), "each once");
        assert_eq!((state(&app, contacts[0]).await.0, app.jobs_left().await), (InvitationStatus::Sent, 0));
    }

    async fn what_a_server_says_is_kept_without_whom_it_was_for(database: Database) {
        let smtp = Smtp::start().await;
        smtp.fault(When::To("zyxwina@client.test".to_owned()), Fault::Words("550 5.1.1 <Zyxwina@client.test>: zyxwina unknown"));
        let app = mailing(database, &smtp.url(), &[]).await;
        let contacts = send(&app, &["zyxwina"]).await;
        assert_eq!(state(&app, contacts[0]).await, (InvitationStatus::Failed, MailState::Bounced));
        let words = app.invitations().await.remove(0).error.unwrap();
        assert!(words.contains("5.1.1") && words.contains("unknown"), "{words}");
        let job = app.rows::<job::Entity>().await.remove(0).last_error.unwrap();
        for words in [words, job] {
            assert!(!words.to_lowercase().contains("zyxwina"), "{words}");
        }
    }

    async fn one_domain_gets_letters_at_its_pace(database: Database) {
        let smtp = Smtp::start().await;
        let app = mailing(database, &smtp.url(), &[("STEWARD_MAIL_PACE", "2")]).await;
        send(&app, &["a", "b", "c", "d", "e", "f"]).await;
        assert_eq!((smtp.mails().len(), app.jobs_left().await), (2, 4));
        let waiting = app.rows::<job::Entity>().await;
        assert!(waiting.iter().all(|row| row.attempts <= 1 && row.last_error.is_none()), "waiting counts as no try");
        for left in 3..=6 {
            app.forward(TimeDelta::milliseconds(500));
            app.run_jobs().await;
            assert_eq!(smtp.mails().len(), left);
        }
        assert_eq!(app.jobs_left().await, 0);
    }

    async fn the_way_is_as_private_as_asked_for(database: Database) {
        let (certificate, key) = keys::certificate();
        let Some(sink) = Sink::with_tls(&certificate, &key) else { return };
        let app = mailing(database, &sink.url(), &[]).await;
        send(&app, &["Carl"]).await;
        let how = |path: std::path::PathBuf| std::fs::read_to_string(path.with_extension("eml.how")).unwrap();
        assert_eq!(sink.paths().into_iter().map(how).collect::<Vec<_>>(), ["tls"], "taken where it is offered");
    }

    async fn nothing_goes_to_a_server_that_cannot_prove_its_name(database: Database) {
        let (certificate, key) = keys::certificate();
        let Some(sink) = Sink::with_tls(&certificate, &key) else { return };
        let app = mailing(database, &format!("smtp://localhost:{}?tls=required", sink.port()), &[]).await;
        let contacts = send(&app, &["Carl"]).await;
        assert_eq!((sink.paths().len(), app.jobs_left().await), (0, 1));
        assert_eq!(state(&app, contacts[0]).await, (InvitationStatus::Queued, MailState::Ok));
        let jobs = app.rows::<job::Entity>().await;
        assert!(jobs[0].last_error.as_deref().unwrap().contains("certificate"), "{jobs:?}");
    }
}
