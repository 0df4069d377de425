//! Surveys as admins make them: from another, as a draft, to be looked at, sent to oneself, and archived.

use entity::{SurveyKind, invitation, job, question, survey, survey_version};
use sea_orm::sea_query::Condition;
use serde_json::{Value, json};
use tests::{
    app::TestApp,
    both,
    questionnaire::{definition, faults},
};

both! {
    async fn three_surveys_are_ready_in_six_languages(app: TestApp) {
        let ada = app.admin("Ada").await;
        let ask = "{surveys{kind question number version definition{scale{min max satisfiedFrom} texts{language question low high}}}}";
        let shown = app.gql(Some(&ada.token), ask, json!({})).await;
        let mut ready = shown["data"]["surveys"].as_array().unwrap().clone();
        ready.sort_by_key(|one| one["question"].to_string());
        let kinds: Vec<_> = ready.iter().map(|one| (one["kind"].as_str().unwrap(), &one["number"], &one["definition"]["scale"]["satisfiedFrom"])).collect();
        assert_eq!(kinds, [("CES", &json!(1), &json!(5)), ("CSAT", &json!(1), &json!(4)), ("NPS", &json!(1), &json!(9))], "{shown}");
        for one in &ready {
            let texts = one["definition"]["texts"].as_array().unwrap();
            let languages: Vec<_> = texts.iter().map(|text| text["language"].as_str().unwrap()).collect();
            assert_eq!(languages, ["en", "de", "fr", "es", "ja", "ar"]);
            let distinct: std::collections::BTreeSet<_> = texts.iter().map(|text| text["question"].to_string()).collect();
            assert_eq!(distinct.len(), 6, "each in its own words: {one}");
        }
    }

    async fn a_survey_is_made_from_another_and_sent_once_it_is_published(app: TestApp) {
        let mut own = app.questionnaire(SurveyKind::Csat, None).await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        let body = json!({ "contactIds": [carl.id] });
        let path = format!("/api/v1/surveys/{}/send", own.id);
        assert_eq!(app.rest("POST", &path, Some(&own.token), Some(body.clone())).await.status, 409, "not published yet");
        assert_eq!(app.publish(&mut own).await["data"]["publishSurvey"]["number"], 1);
        assert_eq!(app.rest("POST", &path, Some(&own.token), Some(body.clone())).await.status, 202);
        app.run_jobs().await;
        let link = tests::app::link_token(&app.outbox()[0]);
        assert_eq!(app.answer(&link, 5).await.status, 201);
        let figures = app.gql(Some(&own.token), "{satisfaction{figures{question n}}}", json!({})).await;
        assert_eq!(figures["data"]["satisfaction"][0]["figures"], json!([{ "question": "csat", "n": 1 }]), "one key, one figure");
        let ask = "mutation($input:SurveyAt!){archiveSurvey(input:$input){archivedAt}}";
        let input = json!({ "id": own.id, "version": own.version });
        let archived = app.gql(Some(&own.token), ask, json!({ "input": input })).await;
        assert!(archived["data"]["archiveSurvey"]["archivedAt"].is_string(), "{archived}");
        assert_eq!(app.rest("POST", &path, Some(&own.token), Some(body)).await.status, 409, "archived");
        own.version += 1;
        assert_eq!(app.draft(&mut own, &definition()).await["errors"][0]["extensions"]["code"], "CONFLICT");
        let listed = app.gql(Some(&own.token), "{surveys{id}}", json!({})).await;
        assert_eq!(listed["data"]["surveys"].as_array().unwrap().len(), 3);
    }

    async fn a_draft_is_discarded_by_null_and_customers_see_none(app: TestApp) {
        let mut own = app.further().await;
        assert!(app.draft(&mut own, &definition()).await["errors"].is_null());
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        let ask = format!("{{survey(id:\"{}\"){{name question number draft{{scale{{min}}}}}}}}", own.id);
        let unasked = app.gql(Some(&carl.token), &ask, json!({})).await;
        assert_eq!(unasked["errors"][0]["extensions"]["code"], "NOT_FOUND", "{unasked}");
        let body = json!({ "contactIds": [carl.id] });
        assert_eq!(app.rest("POST", &format!("/api/v1/surveys/{}/send", own.id), Some(&own.token), Some(body)).await.status, 202);
        app.run_jobs().await;
        let seen = app.gql(Some(&carl.token), &ask, json!({})).await;
        assert_eq!((&seen["data"]["survey"]["number"], &seen["data"]["survey"]["draft"]), (&json!(1), &Value::Null), "{seen}");
        assert_eq!(seen["errors"][0]["extensions"]["code"], "FORBIDDEN", "{seen}");
        let seen = app.gql(Some(&own.token), &ask, json!({})).await;
        assert_eq!(seen["data"]["survey"]["draft"]["scale"]["min"], 0, "{seen}");
        assert!(app.draft(&mut own, &Value::Null).await["errors"].is_null());
        let seen = app.gql(Some(&own.token), &ask, json!({})).await;
        assert_eq!((&seen["data"]["survey"]["draft"], &seen["errors"]), (&Value::Null, &Value::Null), "{seen}");
    }

    async fn a_preview_shows_mail_and_page_and_stores_nothing(app: TestApp) {
        let mut own = app.further().await;
        let mut words = definition();
        words["texts"][1]["subject"] = json!("{name} bei {account}: eine Frage von {company}");
        words["texts"][1]["intro"] = json!("Guten Tag <b>{name}</b>");
        words["texts"][1]["comment"] = json!({ "any": "Sagen Sie mehr" });
        assert!(app.draft(&mut own, &words).await["errors"].is_null());
        let team = app.team("Sales", None).await;
        let mia = app.manager("Mia", team).await;
        let account = app.account("Glo<bex", team, Some(mia.id)).await;
        let carl = app.contact(account, "Carl").await;
        app.change_contact(&own.token, carl.id, json!({ "name": "Carl <i>" })).await;
        let before = (app.rows::<invitation::Entity>().await.len(), app.rows::<job::Entity>().await.len());
        let ask = "query($input:PreviewSurvey!){previewSurvey(input:$input){language subject html text page}}";
        let input = json!({ "surveyId": own.id, "contactId": carl.id, "language": "de-CH", "score": 3 });
        let shown = app.gql(Some(&mia.token), ask, json!({ "input": input })).await;
        let preview = &shown["data"]["previewSurvey"];
        assert_eq!((&preview["language"], &preview["subject"]), (&json!("de"), &json!("Carl <i> bei Glo<bex: eine Frage von Acme Works")), "{shown}");
        let text = |field: &str| preview[field].as_str().unwrap().to_owned();
        assert!(text("html").contains("&lt;b&gt;") && text("html").contains("Carl &lt;i&gt;"), "{}", text("html"));
        assert!(text("text").contains("Empfehlen Sie uns?") && text("text").contains("/s/preview"), "{}", text("text"));
        assert!(text("page").contains("Warum?") && !text("page").contains("Was war am besten?") && text("page").contains("Sagen Sie mehr"), "{}", text("page"));
        assert_eq!((app.rows::<invitation::Entity>().await.len(), app.rows::<job::Entity>().await.len()), before);
        let south = app.team("South", None).await;
        let max = app.manager("Max", south).await;
        let hidden = app.gql(Some(&max.token), ask, json!({ "input": input })).await;
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden}");
        let whole = app.gql(Some(&max.token), ask, json!({ "input": { "surveyId": own.id } })).await;
        assert!(whole["data"]["previewSurvey"]["page"].as_str().unwrap().contains("What was best?"), "{whole}");
    }

    async fn a_test_mail_goes_to_oneself_and_counts_nowhere(app: TestApp) {
        let own = app.further().await;
        let team = app.team("Sales", None).await;
        let mia = app.manager("Mia", team).await;
        let account = app.account("Globex", team, Some(mia.id)).await;
        let carl = app.contact(account, "Carl").await;
        let ask = "mutation($input:PreviewSurvey!){sendTestMail(input:$input){to}}";
        let input = json!({ "input": { "surveyId": own.id, "contactId": carl.id, "language": "de" } });
        let sent = app.gql(Some(&mia.token), ask, input.clone()).await;
        assert_eq!(sent["data"]["sendTestMail"]["to"], "Mia@acme.test", "{sent}");
        app.run_jobs().await;
        let letters = app.outbox();
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, "Mia@acme.test"));
        assert!(letters[0].subject.starts_with("[Test] ") && letters[0].text.contains("Empfehlen Sie uns?"), "{:?}", letters[0]);
        assert!(app.rows::<invitation::Entity>().await.is_empty(), "no invitation, no funnel");
        for _ in 1..10 {
            assert!(app.gql(Some(&mia.token), ask, input.clone()).await["errors"].is_null());
        }
        let enough = app.gql(Some(&mia.token), ask, input.clone()).await;
        assert_eq!(enough["errors"][0]["extensions"]["code"], "TOO_MANY_REQUESTS", "{enough}");
        app.forward(chrono::TimeDelta::minutes(61));
        let token = app.fresh(mia.id).await;
        assert!(app.gql(Some(&token), ask, input).await["errors"].is_null());
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 11);
    }

    async fn own_words_reach_mail_and_page(app: TestApp) {
        let mut own = app.further().await;
        let mut words = definition();
        words["texts"][0]["subject"] = json!("{company} asks {name}");
        words["texts"][0]["intro"] = json!("Dear {name} of {account},\n{owner} would like to know.");
        words["texts"][0]["thanks"] = json!("{owner} says thanks <3");
        words["further"] = json!([]);
        for at in 0..2 { words["texts"][at]["further"] = json!([]); }
        assert!(app.draft(&mut own, &words).await["errors"].is_null());
        assert!(app.publish(&mut own).await["errors"].is_null());
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let link = app.ask_new(own.id, account, "Carl").await;
        let letter = app.outbox().pop().unwrap();
        assert_eq!(letter.subject, "Acme Works asks Carl");
        assert!(letter.text.contains("Dear Carl of Globex,\nAna would like to know."), "{}", letter.text);
        let thanks = app.form(&format!("/s/{link}"), "score=9").await;
        assert!(thanks.text.contains("<bdi>Ana</bdi> says thanks &lt;3"), "{}", thanks.text);
    }

    async fn names_are_shown_as_they_are_and_never_read_as_anything_else(database: tests::engine::Database) {
        const NAMES: [&str; 4] = [
            "<script>alert(1)</script> \"'>&amp;",
            "{{7*7}} ${7*7} {company} {owner} {name} <%= 7 %>",
            "{account} <img src=x onerror=alert(1)>",
            "Acme {name} <b>Works</b>, \"Ltd\" <x@evil.test>",
        ];
        let [person, account_name, owner, company] = NAMES;
        let app = TestApp::with(database, &[("STEWARD_COMPANY", company)]).await;
        let mut own = app.further().await;
        let mut words = definition();
        words["texts"][0]["subject"] = json!("{company} | {name} | {account} | {owner}");
        words["texts"][0]["intro"] = json!("{company} | {name} | {account} | {owner}");
        words["texts"][0]["thanks"] = json!("{company} | {name} | {account} | {owner}");
        assert!(app.draft(&mut own, &words).await["errors"].is_null());
        assert!(app.publish(&mut own).await["errors"].is_null());
        let team = app.team("Sales", None).await;
        let change = |verb: &str, kind: &str| format!("mutation($input: {kind}!) {{ {verb}(input: $input) {{ version }} }}");
        let ana = app.owner("Ana", team).await;
        let account = app.account(account_name, team, Some(ana.id)).await;
        let contact = app.contact(account, "Carl").await;
        app.change_contact(&own.token, contact.id, json!({ "name": person })).await;
        let renamed = app.gql(Some(&own.token), &change("updateMember", "UpdateMember"), json!({ "input": { "id": ana.id, "version": 1, "name": owner } })).await;
        assert!(renamed["errors"].is_null(), "{renamed}");
        // A line break in a name is refused by field and rule.
        for (verb, kind, id) in [("updateContact", "UpdateContact", json!(contact.id)), ("updateMember", "UpdateMember", json!(ana.id)), ("updateAccount", "UpdateAccount", json!(account))] {
            let input = json!({ "id": id, "version": 2, "name": "Carl\r\nBcc: all@evil.test" });
            let refused = app.gql(Some(&own.token), &change(verb, kind), json!({ "input": input })).await;
            let rule = ("/name".to_owned(), "must not contain the control character U+000D".to_owned());
            assert_eq!(faults(&refused), [rule], "{verb}");
        }
        let link = app.send_to(own.id, contact.id).await;
        let letter = app.outbox().pop().unwrap();
        let line = format!("{company} | {person} | {account_name} | {owner}");
        assert_eq!((letter.subject.as_str(), letter.from_name.as_str(), letter.to_name.as_str()), (line.as_str(), owner, person));
        assert!(letter.text.contains(&line), "{}", letter.text);
        let raw = letter.message().unwrap().formatted();
        let mail = tests::mail::Mail::parse(&raw);
        assert_eq!((mail.subject.as_str(), &mail.to[..]), (line.as_str(), &[letter.to.clone()][..]), "one recipient, whatever their name");
        let known = ["from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe", "list-unsubscribe-post", "list-id", "auto-submitted", "feedback-id", "precedence", "x-auto-response-suppress"];
        assert!(mail.header_names().all(|name| known.contains(&name.to_ascii_lowercase().as_str())), "{:?}", mail.header_names().collect::<Vec<_>>());
        let page = app.rest("GET", &format!("/s/{link}"), None, None).await.text;
        let thanks = app.form(&format!("/s/{link}"), "score=8").await;
        let thanks = app.form(&format!("/s/{link}"), "step=2&version=1&q.effort=1").await.text + &thanks.text;
        let again = app.gql(Some(&own.token), "query($input: PreviewSurvey!) { previewSurvey(input: $input) { html text page subject } }", json!({ "input": { "surveyId": own.id, "contactId": contact.id } })).await;
        let preview = &again["data"]["previewSurvey"];
        assert_eq!(preview["subject"], json!(line), "{again}");
        for (what, html) in [("mail", mail.html.as_str()), ("page", &page), ("thanks", &thanks), ("preview", preview["html"].as_str().unwrap()), ("preview of the page", preview["page"].as_str().unwrap())] {
            for bad in ["<script", "<img src=x", "<b>Works", "<x@evil"] {
                assert!(!html.contains(bad), "{what} holds {bad}: {html}");
            }
        }
        let shown = format!("<bdi>{}</bdi>", "{{7*7}} ${7*7} {company} {owner} {name} &lt;%= 7 %&gt;");
        assert!(mail.html.contains(&shown) && thanks.contains(&shown), "as it is, not filled again: {}", mail.html);
    }

    async fn ready_made_words_are_renewed_unless_the_company_has_its_own(app: TestApp) {
        let old = json!({ "scale": [0, 10], "texts": [{ "language": "en", "question": "Old?", "low": "L", "high": "H" }] });
        let set = |column, value: Value| (column, sea_orm::sea_query::Expr::val(value));
        app.system().write(move |tx| async move {
            tx.set::<survey_version::Entity>(Condition::all(), vec![set(survey_version::Column::Definition, old)]).await.map(drop)
        }).await.unwrap();
        let nps = app.survey(SurveyKind::Nps).await;
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let link = app.ask_new(nps, account, "Carl").await;
        let shown = app.rest("GET", &format!("/api/v1/invitations/{link}"), None, None).await;
        assert_eq!((shown.status.as_u16(), &shown.json()["question"]), (200, &json!("Old?")), "the first databases are read");
        assert_eq!(app.answer(&link, 9).await.status, 201);
        let mut csat = app.questionnaire(SurveyKind::Nps, None).await;
        csat.id = app.survey(SurveyKind::Csat).await;
        let own = json!({ "scale": { "min": 1, "max": 5, "satisfiedFrom": 4 }, "texts": [{ "language": "en", "question": "Ours?" }] });
        assert!(app.draft(&mut csat, &own).await["errors"].is_null());
        assert_eq!(app.publish(&mut csat).await["data"]["publishSurvey"]["number"], 2);
        // As at the next start.
        api::setup::prepare(&app.system()).await.unwrap();
        let shown = app.gql(Some(&csat.token), "{surveys{question number definition{texts{question}}}}", json!({})).await;
        let first = |key: &str| {
            let all = shown["data"]["surveys"].as_array().unwrap();
            let one = all.iter().find(|one| one["question"] == key && !one["number"].is_null()).unwrap();
            (one["number"].clone(), one["definition"]["texts"][0]["question"].as_str().unwrap().to_owned())
        };
        let words = "How likely are you to recommend our company to a friend or colleague?";
        assert_eq!(first("nps"), (json!(2), words.to_owned()), "{shown}");
        assert_eq!(first("csat"), (json!(2), "Ours?".to_owned()), "{shown}");
        assert_eq!(first("ces").0, 2, "{shown}");
        let questions = app.rows::<question::Entity>().await.len();
        assert_eq!((questions, app.rows::<survey::Entity>().await.len()), (3, 4));
    }

    async fn survey_names_are_checked(app: TestApp) {
        let own = app.further().await;
        let ask = "mutation($input:CreateSurvey!){createSurvey(input:$input){id}}";
        let refused = app.gql(Some(&own.token), ask, json!({ "input": { "name": " ", "copyOf": own.id, "question": "No Key" } })).await;
        let fields: Vec<_> = faults(&refused).into_iter().map(|fault| fault.0).collect();
        assert_eq!(fields, ["/name", "/question"]);
        let gone = app.gql(Some(&own.token), ask, json!({ "input": { "name": "A", "copyOf": "019cadc6-0000-7000-8000-000000000000" } })).await;
        assert_eq!(gone["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
}
