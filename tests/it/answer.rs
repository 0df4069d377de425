//! The version rules of an answer at the JSON door, and what an answer is credited to.

use chrono::TimeDelta;
use entity::{InvitationStatus, SurveyKind, response_version};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    doors::{constant, once},
};

const DAY: TimeDelta = TimeDelta::days(1);
const SECOND: TimeDelta = TimeDelta::seconds(1);

fn code(reply: &tests::app::Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

both! {
    async fn an_answer_is_made_once_and_changed_by_version(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let door = asked.door();
        let made = app.put(&door, &json!({"score": 9, "comment": "Quick."}), None).await;
        assert_eq!((made.status.as_u16(), made.headers["etag"].to_str().unwrap()), (201, "\"1\""), "{}", made.text);
        let before = app.responses().await;
        for version in [None, Some("")] {
            let again = app.put(&door, &json!({"score": 1, "comment": "No."}), version).await;
            let wanted = if version.is_none() { refused(409, "ALREADY_ANSWERED") } else { refused(412, "STALE") };
            assert_eq!(code(&again), wanted);
        }
        assert_eq!(app.responses().await, before, "a refusal changes nothing");
        app.forward(SECOND);
        let changed = app.put(&door, &json!({"score": 4}), Some("\"1\"")).await;
        assert_eq!((changed.status.as_u16(), changed.headers["etag"].to_str().unwrap()), (200, "\"2\""));
        assert_eq!(changed.json()["amendedAt"], json!(app.now()));
        for stale in ["\"1\"", "\"3\"", "*", "2", "W/\"2\"", "\"2\", \"1\"", "\"99999999999\"", "\"-1\""] {
            assert_eq!(code(&app.put(&door, &json!({"score": 0}), Some(stale)).await), refused(412, "STALE"), "{stale}");
        }
        assert_eq!(app.counted().await, once(4));
        let [now] = app.responses().await.try_into().unwrap();
        assert_eq!((now.score, now.comment.as_deref(), now.version), (4, Some("Quick."), 2), "the comment stays");
        let kept = app.system().find::<response_version::Entity>().all().await.unwrap();
        assert_eq!((kept.len(), kept[0].score, kept[0].comment.as_deref(), kept[0].version), (1, 9, Some("Quick."), 1));
    }

    async fn an_answer_is_final_after_a_day(app: TestApp) {
        let asked = app.asked(SurveyKind::Csat).await;
        let made = app.answer(&asked.link, 5).await.json();
        assert_eq!(made["amendableUntil"], json!(entity::Time::new(app.now().0 + DAY)));
        app.forward(DAY - SECOND);
        assert_eq!(app.put(&asked.door(), &json!({"score": 4}), Some("\"1\"")).await.status, 200);
        app.forward(SECOND);
        assert_eq!(code(&app.put(&asked.door(), &json!({"score": 3}), Some("\"2\"")).await), refused(410, "GONE"));
        assert_eq!(code(&app.answer(&asked.link, 1).await), refused(409, "ALREADY_ANSWERED"));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", asked.link), None, None).await;
        assert_eq!((read.status.as_u16(), &read.json()["response"]["amendableUntil"]), (200, &Value::Null));
        assert_eq!(app.counted().await, once(4));
    }

    async fn an_answer_is_never_changed_past_expiry(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        app.forward(TimeDelta::days(21) - TimeDelta::hours(1));
        assert_eq!(app.answer(&asked.link, 9).await.status, 201);
        app.forward(TimeDelta::hours(1));
        assert_eq!(code(&app.put(&asked.door(), &json!({"score": 3}), Some("\"1\"")).await), refused(410, "GONE"));
        assert_eq!(app.counted().await, once(9));
    }

    async fn an_expired_link_takes_no_answer(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        app.forward(TimeDelta::days(21));
        assert_eq!(code(&app.answer(&asked.link, 9).await), refused(410, "GONE"));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", asked.link), None, None).await;
        assert_eq!(code(&read), refused(410, "GONE"));
        assert_eq!(app.rest("GET", &asked.page(), None, None).await.status, 410);
        for body in ["score=9", "score=", ""] {
            assert_eq!(app.form(&asked.page(), body).await.status, 410, "{body}");
        }
        assert!(app.responses().await.is_empty());
    }

    async fn a_new_address_revokes_the_open_link(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let token = asked.owner.token.clone();
        app.change_contact(&token, asked.contact.id, json!({"name": "Carla", "email": "Carl.contact@CLIENT.test"})).await;
        assert_eq!(app.invitations().await[0].status, InvitationStatus::Sent, "the same address in other letters");
        app.change_contact(&token, asked.contact.id, json!({"email": "carla@client.test"})).await;
        assert_eq!(app.invitations().await[0].status, InvitationStatus::Revoked);
        assert_eq!(code(&app.answer(&asked.link, 9).await), refused(410, "GONE"));
        let page = app.rest("GET", &asked.page(), None, None).await;
        assert_eq!(page.status, 410);
        assert!(page.text.contains("no longer valid"), "{}", page.text);
        assert!(app.responses().await.is_empty());
    }

    async fn an_unknown_token_is_answered_alike_whatever_it_looks_like(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let near = format!("{}A", &asked.link[..26]);
        let unsubscribe = app.outbox()[0].unsubscribe.clone().unwrap().rsplit('/').next().unwrap().to_owned();
        let long = "a".repeat(50_000);
        let odd = [
            "x", "%00", "a%00b", "%FF%FE", "%c3%28", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%20", "%25", "'%20OR%201=1--",
            "\u{2603}", "{token}", "*", "%F0%9F%98%80", "null", "undefined", &near, &unsubscribe, &long,
            &asked.link.to_lowercase(), &format!("%20{}", asked.link), &format!("{}%0a", asked.link),
        ].map(|token| if token.is_ascii() { token.to_owned() } else { "%E2%98%83".to_owned() });
        let (mut bodies, mut pages) = (Vec::new(), Vec::new());
        for token in &odd {
            for (method, path, body) in [("GET", "", None), ("PUT", "/response", Some(json!({"score": 9})))] {
                let reply = app.rest(method, &format!("/api/v1/invitations/{token}{path}"), None, body).await;
                assert_eq!(code(&reply), refused(404, "NOT_FOUND"), "{method} {token}");
                assert_eq!(reply.headers["content-type"], "application/problem+json");
                bodies.push(constant(&reply));
            }
            let page = app.rest("GET", &format!("/s/{token}"), None, None).await;
            let posted = app.form(&format!("/s/{token}"), "score=9").await;
            assert_eq!((page.status.as_u16(), posted.status.as_u16()), (404, 404), "{token}");
            pages.extend([page.text, posted.text]);
            assert_eq!(app.rest("GET", &format!("/u/{token}"), None, None).await.status, 200, "{token}");
        }
        bodies.dedup();
        pages.dedup();
        assert_eq!((bodies.len(), pages.len()), (1, 1), "one constant body: {bodies:?}");
        assert_eq!((app.responses().await.len(), app.opted_out().await), (0, 0));
    }

    async fn a_partial_answer_counts_and_is_completed_on_the_same_link(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let part = app.put(&asked.door(), &json!({"score": 2, "complete": false}), None).await;
        assert_eq!((part.status.as_u16(), &part.json()["complete"]), (201, &json!(false)));
        assert_eq!(app.counted().await, once(2));
        assert_eq!(part.json()["amendableUntil"], json!(entity::Time::new(app.now().0 + DAY)));
        app.forward(DAY - SECOND);
        let whole = app.put(&asked.door(), &json!({"score": 8, "comment": "Later."}), Some("\"1\"")).await.json();
        assert_eq!((&whole["complete"], &whole["version"]), (&json!(true), &json!(2)));
        assert_eq!(whole["amendableUntil"], json!(entity::Time::new(app.now().0 + DAY)), "a day after it was complete");
        assert_eq!(app.counted().await, once(8));
        app.forward(DAY);
        assert_eq!(app.put(&asked.door(), &json!({"score": 1}), Some("\"2\"")).await.status, 410);
    }

    async fn an_answer_left_open_is_closed_after_an_idle_day_and_stands(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        assert_eq!(app.put(&asked.door(), &json!({"score": 2, "complete": false}), None).await.status, 201);
        // Each time it is gone on with, the day begins anew.
        for version in ["\"1\"", "\"2\""] {
            app.forward(DAY - TimeDelta::minutes(1));
            let on = app.put(&asked.door(), &json!({"score": 2, "comment": "So.", "complete": false}), Some(version)).await;
            assert_eq!(on.status, 200, "open at 23:59: {}", on.text);
            assert_eq!(on.json()["amendableUntil"], json!(entity::Time::new(app.now().0 + DAY)));
        }
        app.forward(DAY + TimeDelta::minutes(1));
        let late = app.put(&asked.door(), &json!({"score": 9}), Some("\"3\"")).await;
        assert_eq!(code(&late), refused(410, "GONE"), "closed at 24:01");
        assert_eq!(code(&app.answer(&asked.link, 9).await), refused(409, "ALREADY_ANSWERED"));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", asked.link), None, None).await.json();
        let told = &read["response"];
        assert_eq!((&told["complete"], &told["amendableUntil"], &told["version"]), (&json!(false), &Value::Null, &json!(3)));
        let page = app.rest("GET", &asked.page(), None, None).await;
        assert!(page.status == 200 && page.text.contains("already answered") && !page.text.contains("<form"), "{}", page.text);
        assert_eq!(app.counted().await, once(2));
        assert!(app.responses().await[0].completed_at.is_none());
    }

    async fn an_answer_left_open_ends_with_its_link(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        app.forward(TimeDelta::days(21) - TimeDelta::hours(1));
        let part = app.put(&asked.door(), &json!({"score": 2, "complete": false}), None).await.json();
        assert_eq!(part["amendableUntil"], json!(app.invitations().await[0].expires_at));
        app.forward(TimeDelta::hours(1));
        assert_eq!(code(&app.put(&asked.door(), &json!({"score": 3}), Some("\"1\"")).await), refused(410, "GONE"));
    }

    async fn a_comment_stays_unless_replaced_and_is_never_shown(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let secret = "Only for the owner's eyes";
        let mut seen = vec![app.put(&asked.door(), &json!({"score": 7, "comment": secret}), None).await];
        for (version, comment) in [("\"1\"", json!("")), ("\"2\"", json!(" \n\t")), ("\"3\"", Value::Null)] {
            seen.push(app.put(&asked.door(), &json!({"score": 7, "comment": comment}), Some(version)).await);
        }
        assert_eq!(app.responses().await[0].comment.as_deref(), Some(secret));
        seen.push(app.rest("GET", &format!("/api/v1/invitations/{}", asked.link), None, None).await);
        seen.push(app.rest("GET", &asked.page(), None, None).await);
        seen.push(app.rest("GET", &format!("{}?score=3", asked.page()), None, None).await);
        seen.push(app.form(&asked.page(), "score=6&comment=&version=4").await);
        seen.push(app.form(&asked.page(), "score=99&comment=&version=5").await);
        for reply in seen {
            assert!(!reply.text.contains("eyes"), "{}", reply.text);
        }
        let replaced = app.put(&asked.door(), &json!({"score": 6, "comment": "Other words\r\nof two lines"}), Some("\"5\"")).await;
        assert_eq!(replaced.status, 200, "{}", replaced.text);
        assert_eq!(app.responses().await[0].comment.as_deref(), Some("Other words\nof two lines"));
        assert_eq!(app.system().find::<response_version::Entity>().count().await.unwrap(), 5, "every version is kept");
    }

    async fn an_answer_off_the_scale_is_refused_by_field_and_rule(app: TestApp) {
        let nps = app.asked(SurveyKind::Nps).await;
        for score in [json!(-1), json!(11), json!(32_767), json!(32_768), json!(-99_999_999_999_i64), json!(9.5), json!("9"), Value::Null] {
            let reply = app.put(&nps.door(), &json!({ "score": score }), None).await;
            assert_eq!(code(&reply), refused(422, "INVALID"), "{score}: {}", reply.text);
            assert_eq!(reply.json()["errors"][0]["pointer"], "/score", "{}", reply.text);
            assert!(!reply.text.contains("i16"), "no word of ours: {}", reply.text);
        }
        let two = app.put(&nps.door(), &json!({"score": 11, "comment": "x".repeat(5_001)}), None).await.json();
        let pointers: Vec<_> = two["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].clone()).collect();
        assert_eq!(pointers, ["/score", "/comment"]);
        assert_eq!(two["errors"][0]["detail"], "must be between 0 and 10");
        assert!(app.responses().await.is_empty());
        assert_eq!(app.put(&nps.door(), &json!({"score": 10, "comment": "ü".repeat(5_000)}), None).await.status, 201);
    }

    async fn an_answer_is_credited_to_who_owned_when_it_was_asked(app: TestApp) {
        let north = app.team("North", None).await;
        let south = app.team("South", None).await;
        let (ana, ben) = (app.owner("Ana", north).await, app.owner("Ben", south).await);
        let lead = app.manager("Mia", north).await;
        let account = app.account("Globex", north, Some(ana.id)).await;
        let contact = app.contact(account, "Carl").await;
        let survey = app.survey(SurveyKind::Nps).await;
        let input = api::program::SendSurvey { contact_ids: Some(vec![contact.id]), ..Default::default() };
        api::program::send(&app.system(), survey, input).await.unwrap();
        app.forward(TimeDelta::hours(2));
        app.assign(account, ben.id).await;
        app.run_jobs().await;
        let link = tests::app::link_token(&app.outbox()[0]);
        assert_eq!(app.outbox()[0].from_name, "Ana", "the mail comes from whom the answer is credited to");
        assert_eq!(app.answer(&link, 10).await.status, 201);
        let invitation = app.invitations().await.remove(0);
        assert_eq!((invitation.owner_id, invitation.manager_id, invitation.team_id), (Some(ana.id), Some(lead.id), north));
        let answer = app.responses().await.remove(0);
        assert_eq!((answer.owner_id, answer.place_id), (Some(ana.id), invitation.place_id));
        assert_eq!(app.account_row(account).await.owner_id, Some(ben.id));
    }

    async fn an_answer_within_30_days_of_a_change_of_owner_is_inherited(app: TestApp) {
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        for (name, days, inherited) in [("Young", 29, true), ("Old", 30, false)] {
            let account = app.account(name, team, Some(ana.id)).await;
            let contact = app.contact(account, name).await;
            app.forward(TimeDelta::days(days));
            let link = app.invite(SurveyKind::Nps, &[contact.id]).await.remove(0);
            app.forward(TimeDelta::days(5));
            assert_eq!(app.answer(&link, 8).await.status, 201);
            assert_eq!(app.responses().await.last().unwrap().inherited, inherited, "{name}");
        }
    }
}
