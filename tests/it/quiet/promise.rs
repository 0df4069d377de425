//! What a survey promises: chosen when it is made, told in six languages, kept by each invitation.

use entity::{SurveyKind, SurveyMode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
    questionnaire::{Questionnaire, definition, faults},
};

use super::{MODES, asked, code, database, set_mode};
use crate::programmes::{ask, refused};

const CREATE: &str = "mutation($input:CreateSurvey!){createSurvey(input:$input){id version mode}}";
const PROMISES: [(&str, &str, &str); 6] = [
    ("en", "only together with others, never with your name", "kept without your name"),
    ("de", "nie mit Ihrem Namen", "ohne Ihren Namen gespeichert"),
    ("fr", "jamais avec votre nom", "conservées sans votre nom"),
    ("es", "nunca con su nombre", "se guardan sin su nombre"),
    ("ja", "お名前とともに表示されることはありません", "お名前なしで保存され"),
    ("ar", "ولا تُعرض أبدًا مع أسمائكم", "من دون أسمائكم"),
];

async fn own(app: &TestApp, root: &Person, mode: &str) -> Questionnaire {
    let input =
        json!({ "name": "Own", "copyOf": app.survey(SurveyKind::Nps).await, "question": "loyalty", "mode": mode });
    let made = ask(app, &root.token, CREATE, json!({ "input": input })).await;
    assert_eq!(made["mode"], mode);
    Questionnaire { id: made["id"].as_str().unwrap().parse().unwrap(), version: 1, token: root.token.clone() }
}

both! {
    async fn the_mode_is_chosen_when_a_survey_is_made_and_shown_at_both_doors(app: TestApp) {
        let root = app.admin("Root").await;
        for mode in MODES {
            let made = own(&app, &root, mode).await;
            let listed = app.rest("GET", "/api/v1/surveys", Some(&root.token), None).await.json();
            let listed = listed["data"].as_array().unwrap().iter().find(|row| row["id"] == json!(made.id)).unwrap().clone();
            assert_eq!(listed["mode"], mode);
        }
        let all = ask(&app, &root.token, "{surveys{name mode}}", Value::Null).await;
        let ready: Vec<_> = all.as_array().unwrap().iter().filter(|row| row["name"] != "Own").collect();
        assert!(!ready.is_empty() && ready.iter().all(|row| row["mode"] == "IDENTIFIED"), "{all}");
        let input = json!({ "name": "Plain", "copyOf": app.survey(SurveyKind::Nps).await });
        assert_eq!(ask(&app, &root.token, CREATE, json!({ "input": input })).await["mode"], "IDENTIFIED");
    }

    async fn the_mode_is_fixed_by_the_first_sending_and_an_invitation_keeps_it(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        set_mode(&app, &root, SurveyKind::Nps, "CONFIDENTIAL").await;
        let links = asked(&app, survey, account, &["Carl", "Dora"]).await;
        let version = ask(&app, &root.token, &format!("{{survey(id:\"{survey}\"){{version}}}}"), Value::Null).await["version"].clone();
        for mode in ["IDENTIFIED", "ANONYMOUS"] {
            let input = json!({ "id": survey, "version": version, "mode": mode });
            assert_eq!(refused(&app, &root.token, super::UPDATE, json!({ "input": input })).await, "CONFLICT");
        }
        let same = json!({ "id": survey, "version": version, "mode": "CONFIDENTIAL", "name": "Quiet" });
        ask(&app, &root.token, super::UPDATE, json!({ "input": same })).await;
        // Even an operator who changes the survey behind our back uncovers nobody.
        let db = database(&app).await;
        db.execute_unprepared("UPDATE survey SET mode = 'IDENTIFIED'").await.unwrap();
        assert_eq!(app.answer(&links[0], 9).await.status, 201);
        let rows = app.invitations().await;
        assert!(rows.iter().all(|row| row.mode == SurveyMode::Confidential));
        assert!(app.responses().await.is_empty());
        let shown = ask(&app, &ana.token, "{invitations{nodes{mode}}}", Value::Null).await;
        assert_eq!(shown["nodes"], json!([{"mode": "CONFIDENTIAL"}, {"mode": "CONFIDENTIAL"}]));
    }

    async fn only_scores_are_asked_for(app: TestApp) {
        let root = app.admin("Root").await;
        for (mode, wrong) in [("CONFIDENTIAL", vec!["/draft/further/1/kind", "/draft/further/2/kind"]), ("ANONYMOUS", vec!["/draft/further"])] {
            let mut survey = own(&app, &root, mode).await;
            app.draft(&mut survey, &definition()).await;
            let told = app.publish(&mut survey).await;
            assert_eq!(faults(&told).into_iter().map(|(at, _)| at).collect::<Vec<_>>(), wrong, "{told}");
        }
        // What is published already is not silenced either.
        let words = app.further().await;
        for mode in MODES {
            let input = json!({ "id": words.id, "version": words.version, "mode": mode });
            let told = app.gql(Some(&root.token), super::UPDATE, json!({ "input": input })).await;
            assert_eq!(faults(&told)[0].0, "/mode", "{told}");
        }
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let link = asked(&app, survey, account, &["Carl"]).await.remove(0);
        let said = app.respond(&link, json!({"score": 9, "comment": "Hm."}), None).await;
        assert_eq!((said.status.as_u16(), &said.json()["errors"][0]["pointer"]), (422, &json!("/comment")), "{}", said.text);
        assert_eq!(app.respond(&link, json!({"score": 9, "comment": ""}), None).await.status, 201);
    }

    async fn mail_and_page_say_what_becomes_of_who_answers(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let surveys = [
            (set_mode(&app, &root, SurveyKind::Nps, "CONFIDENTIAL").await, SurveyKind::Nps),
            (set_mode(&app, &root, SurveyKind::Csat, "ANONYMOUS").await, SurveyKind::Csat),
            (app.survey(SurveyKind::Ces).await, SurveyKind::Ces),
        ];
        let name = |kind| format!("Carl {kind:?}");
        for (survey, kind) in surveys {
            let link = asked(&app, survey, account, &[&name(kind)]).await.remove(0);
            let letter = app.outbox().into_iter().next_back().unwrap();
            let page = app.rest("GET", &format!("/s/{link}"), None, None).await.text;
            let json = app.rest("GET", &format!("/api/v1/invitations/{link}"), None, None).await.json();
            for (at, kind_of) in [(0, SurveyKind::Nps), (1, SurveyKind::Csat)] {
                let (_, confidential, anonymous) = PROMISES[0];
                let words = [confidential, anonymous][at];
                let wanted = kind == kind_of;
                assert_eq!(letter.text.replace('\n', " ").contains(words), wanted, "{}", letter.text);
                assert_eq!(letter.html.contains(words), wanted);
                assert_eq!(page.contains(words), wanted, "{page}");
                assert_eq!(json["promise"].as_str().is_some_and(|promise| promise.contains(words)), wanted, "{json}");
            }
            let quiet = kind != SurveyKind::Ces;
            assert_eq!(page.contains("<textarea"), !quiet, "words are asked for of the identified alone");
            assert_eq!(letter.text.contains("reply to this mail"), !quiet);
            assert_eq!(json["mode"] == "IDENTIFIED", !quiet);
        }
        for (language, confidential, anonymous) in PROMISES {
            for (survey, words) in [(surveys[0].0, confidential), (surveys[1].0, anonymous)] {
                let input = json!({ "surveyId": survey, "language": language });
                let shown = "query($input:PreviewSurvey!){previewSurvey(input:$input){language html text page}}";
                let shown = ask(&app, &root.token, shown, json!({ "input": input })).await;
                assert_eq!(shown["language"], language);
                for part in ["html", "text", "page"] {
                    assert!(shown[part].as_str().unwrap().contains(words), "{language} {part}: {}", shown[part]);
                }
            }
        }
    }

    async fn a_link_answers_once_and_an_anonymous_answer_is_final_at_once(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let links = asked(&app, survey, account, &["Carl", "Dora", "Emil"]).await;
        assert_eq!(code(&app.amend(&links[0], 3, 1).await), (412, "STALE".to_owned()), "there is nothing to change");
        let made = app.answer(&links[0], 9).await;
        assert_eq!((made.status.as_u16(), &made.json()["amendableUntil"], &made.json()["complete"]), (201, &Value::Null, &json!(true)));
        assert_eq!(code(&app.answer(&links[0], 3).await), (409, "ALREADY_ANSWERED".to_owned()));
        assert_eq!(code(&app.amend(&links[0], 3, 1).await), (410, "GONE".to_owned()));
        let read = app.rest("GET", &format!("/api/v1/invitations/{}", links[0]), None, None).await.json();
        assert_eq!((&read["answered"], &read["response"], &read["mode"]), (&json!(true), &Value::Null, &json!("ANONYMOUS")));
        let page = app.rest("GET", &format!("/s/{}?score=4", links[0]), None, None).await;
        assert!(page.status == 200 && page.text.contains("You have already answered") && !page.text.contains("<form"), "{}", page.text);
        assert!(!page.text.contains("You answered"), "nobody knows any more what: {}", page.text);
        for body in ["score=4", "score=4&version=1", "score=77", ""] {
            let again = app.form(&format!("/s/{}", links[0]), body).await;
            assert!(again.status == if body == "score=4" { 409 } else { 410 } && again.text.contains("already answered"), "{body}: {}", again.text);
        }
        // By the page: thanks, once.
        let page = app.form(&format!("/s/{}", links[1]), "score=7&comment=Hm").await;
        assert!(page.status == 200 && page.text.contains("You answered") && page.text.contains("Thank you"), "{}", page.text);
        assert_eq!(app.form(&format!("/s/{}", links[1]), "score=7").await.status, 409);
        let late = app.form(&format!("/s/{}", links[2]), "score=77").await;
        assert_eq!(late.status, 422);
        // After its last day a link that was answered says so, and one that was not is closed.
        app.forward(chrono::TimeDelta::days(22));
        assert_eq!(app.rest("GET", &format!("/s/{}", links[1]), None, None).await.status, 200);
        assert_eq!(app.rest("GET", &format!("/s/{}", links[2]), None, None).await.status, 410);
        assert_eq!(code(&app.answer(&links[2], 7).await).0, 410);
    }

    async fn another_secret_opens_no_answered_link_again(app: TestApp) {
        let root = app.admin("Root").await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let survey = set_mode(&app, &root, SurveyKind::Nps, "ANONYMOUS").await;
        let links = asked(&app, survey, account, &["Carl", "Dora"]).await;
        assert_eq!(app.answer(&links[0], 9).await.status, 201);
        let changed = [("STEWARD_SECRET", "another secret of at least thirty-two bytes"), ("STEWARD_SECRET_PREVIOUS", tests::app::SECRET)];
        let TestApp { database, .. } = app;
        let app = TestApp::with(database, &changed).await;
        assert_eq!(code(&app.answer(&links[0], 3).await), (409, "ALREADY_ANSWERED".to_owned()));
        assert_eq!(app.answer(&links[1], 3).await.status, 201);
        assert_eq!(code(&app.answer(&links[1], 3).await), (409, "ALREADY_ANSWERED".to_owned()));
    }
}
