//! Further questions: what is asked after which score, what an answer may hold, how it counts, how it is changed.

use chrono::TimeDelta;
use entity::{AccountId, SurveyKind, answer, response_version, score_owner};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
    questionnaire::Questionnaire,
};

struct Story {
    app: TestApp,
    own: Questionnaire,
    ana: Person,
    account: AccountId,
    link: String,
}

impl Story {
    async fn new(app: TestApp) -> Self {
        let own = app.further().await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let link = app.ask_new(own.id, account, "Carl").await;
        Self { app, own, ana, account, link }
    }

    async fn answers(&self) -> Vec<(String, Option<i16>, Option<String>)> {
        let mut rows: Vec<_> = self
            .app
            .rows::<answer::Entity>()
            .await
            .into_iter()
            .map(|row| (row.question, row.score, row.text))
            .collect();
        rows.sort();
        rows
    }

    /// The counters of a question: how often each answer was given.
    async fn counted(&self, question: &str) -> Vec<(i16, i32)> {
        let rows = self.app.rows::<score_owner::Entity>().await;
        let mut sums = [0; 11];
        for row in rows.iter().filter(|row| row.question == question) {
            let counts = [row.c0, row.c1, row.c2, row.c3, row.c4, row.c5, row.c6, row.c7, row.c8, row.c9, row.c10];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        (0..).zip(sums).filter(|(_, n)| *n != 0).collect()
    }

    async fn figure(&self, view: &str, question: &str) -> Value {
        let ask = format!("{{satisfaction(view:{view}){{figures{{question kind n value share satisfied counts}}}}}}");
        let told = self.app.gql(Some(&self.ana.token), &ask, json!({})).await;
        let figures = told["data"]["satisfaction"][0]["figures"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
        figures.into_iter().find(|figure| figure["question"] == question).unwrap_or_else(|| panic!("{told}"))
    }
}

both! {
    async fn answers_are_checked_by_their_question(app: TestApp) {
        let story = Story::new(app).await;
        let refused = [
            (json!({ "score": 5 }), "/answers/reason", "must be given"),
            (json!({ "score": 5, "answers": { "reason": "luck" } }), "/answers/reason", "must be among price, speed"),
            (json!({ "score": 5, "answers": { "reason": ["price", 1] } }), "/answers/reason", "must be among"),
            (json!({ "score": 5, "answers": { "reason": [] } }), "/answers/reason", "must be given"),
            (json!({ "score": 5, "answers": { "reason": "price", "praise": "x" } }), "/answers/praise", "is not asked after a score of 5"),
            (json!({ "score": 9, "answers": { "effort": 6 } }), "/answers/effort", "between 1 and 5"),
            (json!({ "score": 9, "answers": { "effort": "4" } }), "/answers/effort", "whole number"),
            (json!({ "score": 9, "answers": { "effort": 4.5 } }), "/answers/effort", "whole number"),
            (json!({ "score": 9, "answers": { "praise": 4 } }), "/answers/praise", "must be a text"),
            (json!({ "score": 9, "answers": { "praise": "x".repeat(5_001) } }), "/answers/praise", "at most 5000"),
            (json!({ "score": 9, "answers": { "else": 4 } }), "/answers", "effort, reason, praise"),
        ];
        for (answer, field, rule) in refused {
            let reply = story.app.respond(&story.link, answer.clone(), None).await;
            let errors = reply.json()["errors"].clone();
            assert_eq!((reply.status.as_u16(), &errors[0]["pointer"]), (422, &json!(field)), "{answer}: {errors}");
            assert!(errors[0]["detail"].as_str().unwrap().contains(rule), "{answer}: {errors}");
        }
        assert!(story.app.responses().await.is_empty() && story.answers().await.is_empty(), "nothing half written");
        let answer = json!({ "score": 5, "answers": { "reason": ["speed", "price", "speed"], "effort": 4, "praise": null } });
        let reply = story.app.respond(&story.link, answer, None).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["answered"]), (201, &json!(["effort", "reason"])), "{}", reply.text);
        let want = [("effort".to_owned(), Some(4), None), ("reason".to_owned(), None, Some("price\nspeed".to_owned()))];
        assert_eq!(story.answers().await, want);
    }

    async fn ratings_count_under_their_own_key_by_their_own_scale(app: TestApp) {
        let story = Story::new(app).await;
        assert_eq!(story.app.respond(&story.link, json!({ "score": 9, "answers": { "effort": 1 } }), None).await.status, 201);
        let second = story.app.ask_new(story.own.id, story.account, "Dora").await;
        assert_eq!(story.app.respond(&second, json!({ "score": 9, "answers": { "effort": 5 } }), None).await.status, 201);
        for view in ["CREDIT", "ACCOUNTS"] {
            let effort = story.figure(view, "effort").await;
            // Low is good, satisfied down to 2: one of two.
            assert_eq!((&effort["n"], &effort["value"], &effort["satisfied"]), (&json!(2), &json!(50.0), &json!(1)), "{view}: {effort}");
            assert_eq!(effort["counts"], json!([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]), "as they were given: {effort}");
            assert_eq!(story.figure(view, "loyalty").await["n"], 2, "{view}");
        }
        let ask = format!("{{account(id:\"{}\"){{satisfaction{{question n value}}}}}}", story.account);
        let told = story.app.gql(Some(&story.ana.token), &ask, json!({})).await;
        assert_eq!(told["data"]["account"]["satisfaction"][0], json!({ "question": "effort", "n": 2, "value": 50.0 }), "{told}");
        let cut = "{satisfaction(view:ACCOUNTS,groupBy:OWNER){owner{name} figures{question n}}}";
        let told = story.app.gql(Some(&story.ana.token), cut, json!({})).await;
        assert_eq!(told["data"]["satisfaction"][0]["figures"], json!([{ "question": "effort", "n": 2 }, { "question": "loyalty", "n": 2 }]), "{told}");
    }

    async fn a_change_moves_the_counts_keeps_what_was_said_and_is_told_by_mail(app: TestApp) {
        let story = Story::new(app).await;
        let first = json!({ "score": 9, "comment": "Fine", "answers": { "effort": 1, "praise": "All" } });
        assert_eq!(story.app.respond(&story.link, first, None).await.status, 201);
        let mails = story.app.outbox().len();
        // At 3 the praise is not asked any more.
        let changed = json!({ "score": 3, "answers": { "effort": 4, "reason": "price" } });
        let reply = story.app.respond(&story.link, changed, Some(1)).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["answered"]), (200, &json!(["effort", "reason"])), "{}", reply.text);
        assert_eq!((story.counted("effort").await, story.counted("loyalty").await), (vec![(4, 1)], vec![(3, 1)]));
        let kept = story.app.rows::<response_version::Entity>().await;
        assert_eq!((kept.len(), kept[0].score, &kept[0].answers), (1, 9, &Some(json!({ "effort": 1, "praise": "All" }))));
        // Once more at once: one mail tells of the last.
        assert_eq!(story.app.respond(&story.link, json!({ "score": 2 }), Some(2)).await.status, 200);
        story.app.run_jobs().await;
        assert_eq!(story.app.outbox().len(), mails, "it waits a little");
        story.app.forward(TimeDelta::minutes(6));
        story.app.run_jobs().await;
        let told = &story.app.outbox()[mails..];
        assert_eq!(told.len(), 1);
        assert!(told[0].to == "Carl@client.test" && told[0].unsubscribe.is_none(), "{told:?}");
        assert!(told[0].text.contains("You answered 2") && !told[0].text.contains("price"), "{}", told[0].text);
        let ask = "{responses{nodes{score amendedAt answers{question score text} versions{version score comment answers{question score text}}}}}";
        let token = story.app.fresh(story.ana.id).await;
        let shown = story.app.gql(Some(&token), ask, json!({})).await;
        let node = &shown["data"]["responses"]["nodes"][0];
        assert_eq!(node["answers"], json!([{ "question": "effort", "score": 4, "text": null }, { "question": "reason", "score": null, "text": "price" }]), "{shown}");
        assert_eq!(node["versions"][1]["answers"][1], json!({ "question": "praise", "score": null, "text": "All" }), "{shown}");
        assert_eq!((&node["versions"][0]["score"], &node["versions"][1]["comment"]), (&json!(3), &json!("Fine")), "{shown}");
    }

    async fn a_partial_answer_counts_and_going_on_with_it_is_no_change(app: TestApp) {
        let story = Story::new(app).await;
        let part = json!({ "score": 4, "complete": false, "answers": { "effort": 2 } });
        assert_eq!(story.app.respond(&story.link, part, None).await.status, 201);
        assert_eq!(story.counted("effort").await, [(2, 1)]);
        let mails = story.app.outbox().len();
        let reply = story.app.respond(&story.link, json!({ "score": 4 }), Some(1)).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["errors"][0]["pointer"]), (422, &json!("/answers/reason")));
        let reply = story.app.respond(&story.link, json!({ "score": 4, "answers": { "reason": ["speed"] } }), Some(1)).await;
        let told = reply.json();
        assert_eq!((&told["complete"], &told["amendedAt"], &told["version"]), (&json!(true), &Value::Null, &json!(2)), "{told}");
        assert_eq!(story.answers().await.len(), 2);
        story.app.forward(TimeDelta::minutes(6));
        story.app.run_jobs().await;
        assert_eq!(story.app.outbox().len(), mails, "nobody is told");
        assert!(story.app.rows::<response_version::Entity>().await.is_empty());
    }

    async fn a_changed_score_is_told_though_its_answer_is_gone_on_with(app: TestApp) {
        let story = Story::new(app).await;
        let path = format!("/s/{}", story.link);
        for body in ["score=9", "score=3&version=1", "step=2&version=2&q.reason=price"] {
            assert_eq!(story.app.form(&path, body).await.status, 200, "{body}");
        }
        let mails = story.app.outbox().len();
        story.app.forward(TimeDelta::minutes(6));
        story.app.run_jobs().await;
        let told = &story.app.outbox()[mails..];
        assert!(told.len() == 1 && told[0].text.contains("You answered 3"), "{told:?}");
    }

    async fn a_trend_runs_on_across_versions_and_surveys_by_key(app: TestApp) {
        let mut story = Story::new(app).await;
        assert_eq!(story.app.respond(&story.link, json!({ "score": 9, "answers": { "effort": 1 } }), None).await.status, 201);
        story.app.forward(TimeDelta::days(40));
        story.own.token = story.app.admin("Later").await.token;
        let mut next = tests::questionnaire::definition();
        next["texts"][0]["question"] = json!("Worded anew?");
        assert!(story.app.draft(&mut story.own, &next).await["errors"].is_null());
        assert_eq!(story.app.publish(&mut story.own).await["data"]["publishSurvey"]["number"], 2);
        let second = story.app.ask_new(story.own.id, story.account, "Dora").await;
        assert_eq!(story.app.respond(&second, json!({ "score": 10, "answers": { "effort": 2 } }), None).await.status, 201);
        let token = story.app.fresh(story.ana.id).await;
        for view in ["CREDIT", "ACCOUNTS"] {
            let ask = format!("{{satisfaction(view:{view},groupBy:MONTH){{label figures{{question n}}}}}}");
            let told = story.app.gql(Some(&token), &ask, json!({})).await;
            let month = |label: &str| json!({ "label": label, "figures": [{ "question": "effort", "n": 1 }, { "question": "loyalty", "n": 1 }] });
            assert_eq!(told["data"]["satisfaction"], json!([month("2026-03"), month("2026-04")]), "{view}");
        }
    }

    async fn effort_is_a_mean_with_a_share_beside_it(app: TestApp) {
        let story = Story::new(app).await;
        for (at, score) in [3, 4, 5, 6, 7].into_iter().enumerate() {
            let contact = story.app.contact(story.account, &format!("Contact {at}")).await;
            let link = story.app.invite(SurveyKind::Ces, &[contact.id]).await.remove(0);
            assert_eq!(story.app.answer(&link, score).await.status, 201);
        }
        for view in ["CREDIT", "ACCOUNTS"] {
            let figure = story.figure(view, "ces").await;
            assert_eq!((&figure["kind"], &figure["value"], &figure["share"], &figure["satisfied"]), (&json!("CES"), &json!(5.0), &json!(60.0), &json!(3)), "{figure}");
        }
    }

    async fn the_page_asks_in_two_steps_what_fits_the_score(app: TestApp) {
        let story = Story::new(app).await;
        let path = format!("/s/{}", story.link);
        let first = story.app.rest("GET", &path, None, None).await;
        assert!(first.text.contains("Would you recommend us?") && !first.text.contains("How much work"), "{}", first.text);
        let second = story.app.form(&path, "score=3&comment=Hm").await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert!(second.text.contains("How much work was it?") && second.text.contains("The price"), "{}", second.text);
        assert!(!second.text.contains("What was best?"), "not of a detractor: {}", second.text);
        assert_eq!(story.counted("loyalty").await, [(3, 1)], "the score counts already");
        let again = story.app.rest("GET", &path, None, None).await;
        assert!(again.text.contains("How much work was it?"), "taken up where it was left: {}", again.text);
        let missing = story.app.form(&path, "step=2&version=1&q.effort=2").await;
        assert_eq!(missing.status, 422, "{}", missing.text);
        assert!(missing.text.contains("checked"), "what was chosen stays: {}", missing.text);
        let off = story.app.form(&path, "step=2&version=1&q.effort=9&q.reason=price").await;
        assert_eq!(off.status, 422, "{}", off.text);
        let stale = story.app.form(&path, "step=2&version=7&q.reason=price").await;
        assert_eq!(stale.status, 412, "{}", stale.text);
        let thanks = story.app.form(&path, "step=2&version=1&q.effort=2&q.reason=price&q.reason=speed&q.praise=x&q.else=y").await;
        assert_eq!(thanks.status, 200, "{}", thanks.text);
        assert!(thanks.text.contains("Thank you!"), "{}", thanks.text);
        let want = [("effort".to_owned(), Some(2), None), ("reason".to_owned(), None, Some("price\nspeed".to_owned()))];
        assert_eq!(story.answers().await, want);
        let rows = story.app.responses().await;
        assert!(rows[0].completed_at.is_some() && rows[0].amended_at.is_none());
        // A passive has no reason to give, and one question.
        let passive = story.app.ask_new(story.own.id, story.account, "Dora").await;
        let page = story.app.form(&format!("/s/{passive}"), "score=8").await;
        assert!(page.text.contains("How much work") && !page.text.contains("Why?"), "{}", page.text);
    }

    async fn a_second_step_left_open_is_closed_after_an_idle_day(app: TestApp) {
        let story = Story::new(app).await;
        let path = format!("/s/{}", story.link);
        let day = TimeDelta::days(1);
        assert_eq!(story.app.form(&path, "score=3").await.status, 200);
        story.app.forward(day - TimeDelta::minutes(1));
        let open = story.app.rest("GET", &path, None, None).await;
        assert!(open.text.contains("How much work was it?"), "open at 23:59: {}", open.text);
        // Only a rating is added; the reason, which is required, still misses.
        let on = json!({ "score": 3, "complete": false, "answers": { "effort": 2 } });
        assert_eq!(story.app.respond(&story.link, on, Some(1)).await.status, 200);
        story.app.forward(day - TimeDelta::minutes(1));
        assert!(story.app.rest("GET", &path, None, None).await.text.contains("How much work was it?"));
        story.app.forward(TimeDelta::minutes(2));
        let closed = story.app.rest("GET", &path, None, None).await;
        assert!(closed.text.contains("can no longer be changed") && !closed.text.contains("<form"), "closed at 24:01: {}", closed.text);
        for late in ["step=2&version=2&q.reason=price", "step=2&version=2", "score=9&version=2"] {
            let page = story.app.form(&path, late).await;
            assert!(page.status == 410 && page.text.contains("can no longer be changed"), "{late}: {}", page.text);
        }
        assert_eq!((story.counted("loyalty").await, story.counted("effort").await), (vec![(3, 1)], vec![(2, 1)]), "it counts as it stands");
        let mails = story.app.outbox().len();
        story.app.run_jobs().await;
        assert_eq!(story.app.outbox().len(), mails, "going on is no change: nobody is told");
    }

    async fn the_language_falls_back_from_the_contact_to_the_company_to_the_first(app: TestApp) {
        let story = Story::new(app).await;
        let admin = story.app.admin("Root").await;
        for (at, (language, want)) in [("de-AT", "de"), ("DE", "de"), ("it", "en"), ("en-GB", "en")].into_iter().enumerate() {
            let contact = story.app.contact(story.account, &format!("Contact {at}")).await;
            story.app.change_contact(&admin.token, contact.id, json!({ "language": language })).await;
            let link = story.app.send_to(story.own.id, contact.id).await;
            let shown = story.app.rest("GET", &format!("/api/v1/invitations/{link}"), None, None).await.json();
            assert_eq!(shown["language"], want, "{language}: {shown}");
            let page = story.app.rest("GET", &format!("/s/{link}"), None, None).await;
            assert!(page.text.contains(&format!("<html lang=\"{want}\"")), "{language}: {}", page.text);
            let letter = story.app.outbox().pop().unwrap();
            let question = if want == "de" { "Empfehlen Sie uns?" } else { "Would you recommend us?" };
            assert!(letter.text.contains(question) && page.text.contains(question), "{language}: {}", letter.text);
        }
    }
}
