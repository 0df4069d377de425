//! Mail gateways fetch every link of every mail: that records no answer and no opt-out. One click does.

use chrono::TimeDelta;
use entity::{InvitationStatus, MailState, MessageClass, Suppression, SurveyKind, contact};
use sea_orm::ColumnTrait;
use serde_json::json;
use tests::{app::TestApp, both, mail::Mail};

/// What scanners and programs that read mail send along.
const HABITS: &[&[(&str, &str)]] = &[
    &[],
    &[("user-agent", "Mozilla/5.0 (compatible; SafeLinks)"), ("accept", "*/*")],
    &[("purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("x-moz", "prefetch")],
    &[("x-http-method-override", "POST"), ("x-http-method", "PUT"), ("x-method-override", "POST")],
    &[("content-type", "application/x-www-form-urlencoded"), ("list-unsubscribe", "One-Click")],
    &[("range", "bytes=0-10"), ("if-match", "\"1\""), ("if-none-match", "*"), ("expect", "")],
    &[
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("referer", "https://mail.example/"),
    ],
    &[("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example;proto=http"), ("host", "evil.example")],
];

/// The address without scheme and host.
fn path(link: &str) -> &str {
    link.strip_prefix(tests::app::URL).unwrap_or_else(|| panic!("{link} leads elsewhere"))
}

/// The raw letters that have left, as a recipient's gateway sees them.
fn mails(app: &TestApp) -> Vec<Mail> {
    app.outbox().iter().map(|letter| Mail::parse(&letter.message().unwrap().formatted())).collect()
}

async fn asked_of_three(app: &TestApp) -> Vec<entity::ContactId> {
    let team = app.team("Sales", None).await;
    let owner = app.owner("Ana Owner", team).await;
    let account = app.account("Globex", team, Some(owner.id)).await;
    let mut contacts = Vec::new();
    for name in ["Carl", "Dora", "Emil"] {
        contacts.push(app.contact(account, name).await.id);
    }
    app.invite(SurveyKind::Nps, &contacts).await;
    contacts
}

both! {
    async fn a_robot_that_fetches_every_link_records_nothing(app: TestApp) {
        let contacts = asked_of_three(&app).await;
        let links: Vec<String> = mails(&app).iter().flat_map(Mail::links).collect();
        assert!(links.len() >= contacts.len() * 12, "eleven scores and the way out: {links:?}");
        let rows = (app.invitations().await, app.account_row(app.invitations().await[0].account_id).await);
        let jobs = app.jobs_left().await;
        for round in 0..50 {
            for link in &links {
                let path = path(link);
                let headers = HABITS[round % HABITS.len()];
                for (method, wanted) in [("GET", 200), ("HEAD", 200), ("OPTIONS", 405)] {
                    let body = if round % 2 == 0 { "" } else { "score=9&List-Unsubscribe=One-Click" };
                    let reply = app.raw(method, path, headers, body).await;
                    assert_eq!(reply.status, wanted, "{method} {path} {headers:?}");
                    assert!(!reply.headers.contains_key("location") && !reply.text.contains("evil.example"));
                }
            }
        }
        for link in &links {
            let token = path(link)[3..].split('?').next().unwrap();
            for (method, wanted) in [("GET", [200, 404]), ("HEAD", [200, 404]), ("OPTIONS", [405, 405])] {
                let read = app.raw(method, &format!("/api/v1/invitations/{token}"), &[], "").await;
                assert!(wanted.contains(&read.status.as_u16()), "{method}: {}", read.status);
                let answer = app.raw(method, &format!("/api/v1/invitations/{token}/response"), &[], "").await;
                assert_eq!(answer.status, 405, "{method}");
            }
        }
        assert_eq!((app.responses().await.len(), app.opted_out().await), (0, 0));
        let after = (app.invitations().await, app.account_row(app.invitations().await[0].account_id).await);
        assert_eq!((after, app.jobs_left().await), (rows, jobs), "nothing that counts has changed");
    }

    async fn one_click_acts_whatever_body_it_has(app: TestApp) {
        asked_of_three(&app).await;
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
        let bodies: [(&[(&str, &str)], &str); 3] = [
            (&[("content-type", "multipart/form-data; boundary=b")], multipart),
            (&[("content-type", "application/x-www-form-urlencoded")], "List-Unsubscribe=One-Click"),
            (&[], ""),
        ];
        for ((number, mail), (headers, body)) in (1_i64..).zip(mails(&app)).zip(bodies) {
            let link = mail.unsubscribe().unwrap().to_owned();
            assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
            for _ in 0..2 {
                let reply = app.raw("POST", path(&link), headers, body).await;
                assert_eq!(reply.status, 200, "{headers:?}: {}", reply.text);
                assert!(!reply.headers.contains_key("location") && !reply.headers.contains_key("set-cookie"));
                assert!(reply.text.contains("You are unsubscribed"), "{}", reply.text);
            }
            assert_eq!(app.opted_out().await, number, "{headers:?}");
            let page = app.rest("GET", path(&link), None, None).await;
            assert!(page.text.contains("You are unsubscribed"));
        }
    }

    async fn an_opt_out_stops_mails_that_wait_and_sendings_to_come(app: TestApp) {
        let contacts = asked_of_three(&app).await;
        let unsubscribe = mails(&app)[0].unsubscribe().unwrap().to_owned();
        app.forward(TimeDelta::days(30));
        let csat = app.survey(SurveyKind::Csat).await;
        let to = api::program::SendSurvey { contact_ids: Some(contacts.clone()), ..Default::default() };
        let queued = api::program::send(&app.system(), csat, to.clone()).await.unwrap();
        assert_eq!(queued.queued, 3);
        assert_eq!(app.raw("POST", path(&unsubscribe), &[], "").await.status, 200);
        let before = app.outbox().len();
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), before + 2, "the queued mail to who said no does not leave");
        let refused: Vec<_> = app.invitations().await.into_iter().filter(|row| row.suppressed.is_some()).collect();
        assert_eq!((refused.len(), refused[0].suppressed), (1, Some(Suppression::OptedOut)));
        assert_eq!(refused[0].status, InvitationStatus::Suppressed);
        assert_eq!(app.answer(&tests::app::link_token(&app.outbox()[0]), 9).await.status, 410, "the first link is over");
        app.forward(TimeDelta::days(365));
        let later = api::program::send(&app.system(), csat, to).await.unwrap();
        let told = later.suppressed.iter().map(|one| (one.reason, one.count)).collect::<Vec<_>>();
        assert_eq!((later.queued, told), (2, vec![(Suppression::OptedOut, 1)]));
        assert_eq!(app.raw("POST", path(&unsubscribe), &[], "").await.status, 200, "the way out never expires");
    }

    async fn who_said_no_at_one_account_is_asked_at_no_other(app: TestApp) {
        let contacts = asked_of_three(&app).await;
        let team = app.team("Other", None).await;
        let other = app.account("Initech", team, None).await;
        let twin = app.contact(other, "Carl").await;
        let link = mails(&app).iter().find(|mail| mail.to[0].starts_with("Carl")).unwrap().unsubscribe().unwrap().to_owned();
        assert_eq!(app.raw("POST", path(&link), &[], "").await.status, 200);
        app.forward(TimeDelta::days(100));
        let input = api::program::SendSurvey { contact_ids: Some(vec![contacts[0], twin.id]), ..Default::default() };
        let sent = api::program::send(&app.system(), app.survey(SurveyKind::Nps).await, input).await.unwrap();
        assert_eq!((sent.queued, sent.suppressed[0].reason, sent.suppressed[0].count), (0, Suppression::OptedOut, 2));
    }

    async fn the_page_saves_which_mails_may_come(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let out = path(mails(&app)[0].unsubscribe().unwrap()).to_owned();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let classes = [MessageClass::Relationship, MessageClass::ServiceFeedback];
        for (body, muted) in [
            ("choose=1&class=SERVICE_FEEDBACK", &classes[..1]),
            ("choose=1&class=RELATIONSHIP", &classes[1..]),
            ("choose=1&class=RELATIONSHIP&class=SERVICE_FEEDBACK", &[]),
            ("choose=1", &classes[..]),
            ("choose=1&class=RELATIONSHIP&class=SERVICE_FEEDBACK&none=1", &classes[..]),
            ("choose=1&class=RELATIONSHIP&class=SERVICE_FEEDBACK", &[]),
            ("List-Unsubscribe=One-Click", &classes[..]),
        ] {
            let page = app.raw("POST", &out, &form, body).await;
            assert_eq!(page.status, 200, "{body}");
            let system = app.system();
            let find = system.find::<contact::Entity>().filter(contact::Column::Id.eq(asked.contact.id));
            let row = find.one("contact").await.unwrap();
            assert_eq!(row.muted.list(), muted, "{body}");
            assert_eq!(row.opted_out_at.is_some(), muted.len() == 2, "{body}");
            let read = app.raw("GET", &out, &[], "").await;
            assert_eq!(read.text.matches("\" checked aria").count(), 2 - muted.len(), "{body}");
        }
    }

    async fn a_strange_way_out_changes_nothing(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        for token in ["x", "%00", "%FF", &asked.link, "..%2f"] {
            let reply = app.raw("POST", &format!("/u/{token}"), &[], "").await;
            assert_eq!(reply.status, 200, "{token} is answered as any other");
        }
        assert_eq!(app.opted_out().await, 0, "a survey link is no way out");
        let out = mails(&app)[0].unsubscribe().unwrap().to_owned();
        assert_eq!(app.answer(&path(&out)[3..], 9).await.status, 404, "nor is the way out a survey link");
        let token = app.fresh(asked.owner.id).await;
        assert_eq!(app.raw("POST", path(&out), &[], "").await.status, 200);
        let ask = "query($id: UUID!) { contact(id: $id) { mailState } }";
        let told = app.gql(Some(&token), ask, json!({"id": asked.contact.id})).await;
        assert_eq!(told["data"]["contact"]["mailState"], MailState::Unsubscribed.as_str());
    }
}
