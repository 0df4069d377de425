//! Publishing a survey: what stops it, what it fixes for good, and what runs on.

use entity::{SurveyKind, question, survey, survey_version};
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    questionnaire::{DEFINITION, definition, faults},
};

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut changed = definition();
    change(&mut changed);
    changed
}

both! {
    async fn a_missing_translation_stops_publishing_and_is_named(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        let cases = [
            ("/draft/texts/1/further", "effort: its translation to de is missing", with(|all| { all["texts"][1]["further"].as_array_mut().unwrap().remove(0); })),
            ("/draft/texts/1/question", "the scored question to de is missing", with(|all| all["texts"][1]["question"] = json!(" "))),
            ("/draft/texts/1/low", "this end of the scale to de is missing", with(|all| all["texts"][1]["low"] = json!(""))),
            ("/draft/texts/0/further/0/high", "this end of the scale to en is missing", with(|all| all["texts"][0]["further"][0]["high"] = json!(""))),
            ("/draft/texts/1/further/1/options", "the option speed of reason to de is missing", with(|all| { all["texts"][1]["further"][1]["options"].as_array_mut().unwrap().pop(); })),
        ];
        for (field, rule, draft) in cases {
            let kept = app.draft(&mut own, &draft).await;
            assert!(kept["errors"].is_null(), "a draft may miss it: {kept}");
            let refused = app.publish(&mut own).await;
            let [(pointer, detail)] = &faults(&refused)[..] else { panic!("{refused}") };
            assert!(pointer == field && detail.contains(rule), "{refused}");
        }
        assert!(app.rows::<survey_version::Entity>().await.iter().all(|row| row.survey_id != own.id));
        assert!(app.rows::<question::Entity>().await.iter().all(|row| row.key != "effort"), "nothing half done");
    }

    async fn a_draft_that_breaks_a_rule_is_refused_when_it_is_saved(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        let cases = [
            ("/draft/scale", "NPS is defined so", with(|all| all["scale"]["max"] = json!(9))),
            ("/draft/texts/0/subject", "names {nobody}", with(|all| all["texts"][0]["subject"] = json!("Dear {name} and {nobody}"))),
            ("/draft/texts/1/thanks", "names {}", with(|all| all["texts"][1]["thanks"] = json!("{}"))),
            ("/draft/texts/1/language", "once only", with(|all| all["texts"][1]["language"] = json!("EN"))),
            ("/draft/texts/0/language", "language tag", with(|all| all["texts"][0]["language"] = json!("english!"))),
            ("/draft/further/0/key", "small letter", with(|all| { all["further"][0]["key"] = json!("Effort"); for at in 0..2 { all["texts"][at]["further"][0]["key"] = json!("Effort"); } })),
            ("/draft/further/2/key", "a question with this key", with(|all| { all["further"][2]["key"] = json!("loyalty"); for at in 0..2 { all["texts"][at]["further"][2]["key"] = json!("loyalty"); } })),
            ("/draft/further/0/scale", "within 0 to 10", with(|all| all["further"][0]["scale"]["max"] = json!(11))),
            ("/draft/further/0/scale/satisfiedFrom", "between 1 and 5", with(|all| all["further"][0]["scale"]["satisfiedFrom"] = json!(6))),
            ("/draft/further/0/scale", "must be given for a RATING", with(|all| all["further"][0]["scale"] = json!(null))),
            ("/draft/further/2/options", "go with CHOICE only", with(|all| all["further"][2]["options"] = json!(["a", "b"]))),
            ("/draft/further/1/showTo", "between 0 and 10", with(|all| all["further"][1]["showTo"] = json!(11))),
            ("/draft/further/1/showTo", "not be below", with(|all| all["further"][1]["showFrom"] = json!(7))),
            ("/draft/texts/0/further/2/key", "once only", with(|all| all["texts"][0]["further"][2]["key"] = json!("effort"))),
            ("/draft/further/0/scale", "must rise from min to max", with(|all| { all["further"][0]["scale"]["min"] = json!(5); all["further"][0]["scale"]["max"] = json!(1); })),
            ("/draft/scale", "must rise from min to max", with(|all| { all["scale"]["min"] = json!(10); all["scale"]["max"] = json!(0); })),
            ("/draft/further/0/scale", "must rise from min to max", with(|all| all["further"][0]["scale"]["min"] = json!(5))),
            ("/draft/further/0/scale", "must rise from min to max", with(|all| all["further"][0]["scale"]["min"] = json!(-32_768))),
            ("/draft/texts", "in 1 to 20 languages", with(|all| all["texts"] = json!([]))),
            ("/draft/texts/0/question", "at most 300", with(|all| all["texts"][0]["question"] = json!("x".repeat(301)))),
        ];
        for (field, rule, draft) in cases {
            let refused = app.draft(&mut own, &draft).await;
            let found = faults(&refused);
            assert!(found.iter().any(|(pointer, detail)| pointer == field && detail.contains(rule)), "{field}: {refused}");
        }
        let two = with(|all| { all["scale"]["max"] = json!(9); all["texts"][0]["intro"] = json!("{x}"); });
        assert_eq!(faults(&app.draft(&mut own, &two).await).len(), 2, "all faults at once");
        assert_eq!(own.version, 1, "nothing was kept");
    }

    async fn texts_beyond_reason_are_refused_each_by_its_field(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        let long = json!("x".repeat(100_000));
        let mut fields = Vec::new();
        for name in ["question", "low", "high", "subject", "intro", "reminderSubject", "reminderIntro", "thanks"] {
            fields.push((format!("/draft/texts/0/{name}"), with(|all| all["texts"][0][name] = long.clone())));
        }
        for name in ["any", "high", "middle", "low"] {
            fields.push((format!("/draft/texts/0/comment/{name}"), with(|all| all["texts"][0]["comment"] = json!({ name: long }))));
        }
        for name in ["text", "low", "high"] {
            fields.push((format!("/draft/texts/0/further/0/{name}"), with(|all| all["texts"][0]["further"][0][name] = long.clone())));
        }
        let option = with(|all| all["texts"][0]["further"][1]["options"][0]["text"] = long.clone());
        fields.push(("/draft/texts/0/further/1/options/0/text".to_owned(), option));
        for (field, draft) in fields {
            let refused = app.draft(&mut own, &draft).await;
            let [(pointer, detail)] = &faults(&refused)[..] else { panic!("{field}: {refused}") };
            assert!(*pointer == field && detail.ends_with("characters, not 100000"), "{field}: {refused}");
            assert!(refused.to_string().len() < 2_000, "what is refused is not sent back");
        }
        for (field, draft) in [
            ("/draft/further/0/key", with(|all| all["further"][0]["key"] = long.clone())),
            ("/draft/texts/0/language", with(|all| all["texts"][0]["language"] = long.clone())),
            ("/draft/texts/0/further/0/key", with(|all| all["texts"][0]["further"][0]["key"] = long.clone())),
            ("/draft/texts/0/intro", with(|all| all["texts"][0]["intro"] = json!(format!("{{{}}}", "x".repeat(1_000))))),
        ] {
            let refused = app.draft(&mut own, &draft).await;
            assert!(faults(&refused).iter().any(|(pointer, _)| pointer == field), "{field}: {refused}");
            assert!(refused.to_string().len() < 2_000, "{field}: what is refused is not sent back");
        }
        assert_eq!(own.version, 1, "nothing was kept");
        let ask = "mutation($input:CreateSurvey!){createSurvey(input:$input){id}}";
        let named = app.gql(Some(&own.token), ask, json!({ "input": { "name": long, "copyOf": own.id } })).await;
        let [(pointer, detail)] = &faults(&named)[..] else { panic!("{named}") };
        assert!(pointer == "/name" && detail.contains("not 100000"), "{named}");
    }

    async fn what_asks_nothing_is_never_published(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Csat, Some("service")).await;
        let scale = json!({ "min": 1, "max": 5, "satisfiedFrom": 4 });
        let nothing = json!({ "scale": scale, "texts": [{ "language": "en" }] });
        assert!(app.draft(&mut own, &nothing).await["errors"].is_null(), "a draft may miss it");
        let refused = app.publish(&mut own).await;
        let told = faults(&refused);
        assert!(told.iter().any(|(pointer, detail)| pointer == "/draft/texts/0/question" && detail.contains("must be given")), "{refused}");
        let without = json!({ "scale": scale, "texts": [] });
        let refused = app.draft(&mut own, &without).await;
        assert_eq!(faults(&refused)[0].0, "/draft/texts", "{refused}");
        let sent = app.send(&own.token, SurveyKind::Nps, json!({})).await;
        assert_eq!((sent.status.as_u16(), &sent.json()["errors"][0]["pointer"]), (422, &json!("/contactIds")));
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let path = format!("/api/v1/surveys/{}/send", own.id);
        let sent = app.rest("POST", &path, Some(&own.token), Some(json!({ "accountId": account }))).await;
        assert_eq!((sent.status.as_u16(), &sent.json()["code"]), (409, &json!("CONFLICT")), "never published, never sent: {}", sent.text);
    }

    async fn a_key_measures_the_same_for_good(app: TestApp) {
        let mut own = app.further().await;
        let changed = with(|all| { all["further"][0]["scale"]["satisfiedFrom"] = json!(1); });
        assert!(app.draft(&mut own, &changed).await["errors"].is_null());
        let refused = faults(&app.publish(&mut own).await);
        assert_eq!(refused[0].0, "/draft/further/0/scale");
        assert!(refused[0].1.starts_with("must stay 1 to 5, satisfied from 2, low is good"), "{refused:?}");
        let mut other = app.questionnaire(SurveyKind::Csat, Some("effort")).await;
        let refused = faults(&app.publish(&mut other).await);
        assert!(refused[0].0 == "/draft/scale" && refused[0].1.contains("low is good"), "{refused:?}");
        let words = with(|all| {
            all["further"] = json!([{ "key": "nps", "kind": "TEXT" }]);
            for at in 0..2 { all["texts"][at]["further"] = json!([{ "key": "nps", "text": "Why?" }]); }
        });
        assert!(app.draft(&mut own, &words).await["errors"].is_null());
        let refused = faults(&app.publish(&mut own).await);
        assert!(refused[0].0 == "/draft/further/0/key" && refused[0].1.contains("with scores"), "{refused:?}");
    }

    async fn a_published_version_never_changes_and_the_history_shows_all(app: TestApp) {
        let mut own = app.further().await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let link = app.ask_new(own.id, account, "Carl").await;
        let before = app.rows::<survey_version::Entity>().await.into_iter().find(|row| row.survey_id == own.id).unwrap();
        let shorter = with(|all| {
            all["further"] = json!([]);
            for at in 0..2 { all["texts"][at]["further"] = json!([]); all["texts"][at]["question"] = json!("Anew?"); }
        });
        assert!(app.draft(&mut own, &shorter).await["errors"].is_null());
        assert_eq!(app.publish(&mut own).await["data"]["publishSurvey"]["number"], 2);
        let versions = app.rows::<survey_version::Entity>().await;
        assert!(versions.contains(&before), "the first is as it was");
        let shown = app.rest("GET", &format!("/api/v1/invitations/{link}"), None, None).await.json();
        assert_eq!((&shown["question"], shown["further"].as_array().unwrap().len()), (&json!("Would you recommend us?"), 3), "{shown}");
        assert_eq!(app.respond(&link, json!({ "score": 9, "answers": { "praise": "All" } }), None).await.status, 201);
        let ask = format!("{{survey(id:\"{}\"){{number draft{{scale{{min}}}} versions{{number publishedBy{{name}} definition{{texts{{question}}}}}}}}}}", own.id);
        let shown = app.gql(Some(&own.token), &ask, json!({})).await;
        let survey = &shown["data"]["survey"];
        assert_eq!((&survey["number"], &survey["draft"]), (&json!(2), &Value::Null), "{shown}");
        assert_eq!(survey["versions"][1]["definition"]["texts"][1]["question"], "Empfehlen Sie uns?", "{shown}");
        assert_eq!(survey["versions"][0]["definition"]["texts"][1]["question"], "Anew?", "{shown}");
        assert!(survey["versions"][0]["publishedBy"]["name"].is_string(), "{shown}");
    }

    async fn a_definition_comes_back_as_it_was_sent(app: TestApp) {
        let own = app.further().await;
        let shown = app.gql(Some(&own.token), &format!("{{survey(id:\"{}\"){{definition{{{DEFINITION}}}}}}}", own.id), json!({})).await;
        let got = &shown["data"]["survey"]["definition"];
        let mut again = app.questionnaire(SurveyKind::Nps, Some("loyalty")).await;
        assert!(app.draft(&mut again, got).await["errors"].is_null(), "{shown}");
        assert_eq!(app.publish(&mut again).await["data"]["publishSurvey"]["number"], 1);
        let kept = app.rows::<survey_version::Entity>().await;
        let of = |id| kept.iter().find(|row| row.survey_id == id).unwrap().definition.clone();
        assert_eq!(of(own.id), of(again.id));
    }

    async fn what_is_published_elsewhere_meanwhile_is_noticed(app: TestApp) {
        let mut own = app.further().await;
        own.version = 1;
        let stale = app.publish(&mut own).await;
        assert_eq!(stale["errors"][0]["extensions"]["code"], "STALE", "{stale}");
        own.version = 3;
        let nothing = app.publish(&mut own).await;
        assert_eq!(nothing["errors"][0]["extensions"]["code"], "CONFLICT", "no draft is left: {nothing}");
        let rows = app.rows::<survey::Entity>().await;
        assert_eq!(rows.iter().find(|row| row.id == own.id).unwrap().version, 3);
    }
}
