//! The language of a link: what the reader chooses comes first, and stays from step to step.

use serde_json::{Value, json};
use tests::{app::TestApp, both, doors::once, questionnaire::definition};

/// A link to the survey in English and German, of a contact who reads English.
async fn link(app: &TestApp) -> String {
    let own = app.further().await;
    let team = app.team("Sales", None).await;
    let account = app.account("Globex", team, None).await;
    app.ask_new(own.id, account, "Carl").await
}

async fn kept(app: &TestApp) -> Option<String> {
    app.responses().await.remove(0).language
}

both! {
    async fn a_page_is_read_and_answered_in_the_language_chosen_on_it(app: TestApp) {
        let path = format!("/s/{}", link(&app).await);
        let before = app.invitations().await;
        let page = app.rest("GET", &format!("{path}?score=7"), None, None).await;
        assert!(page.text.contains("<html lang=\"en\"") && page.text.contains("action=\"?\""), "{}", page.text);
        let other = "<a href=\"?language=de&amp;score=7\" lang=\"de\" hreflang=\"de\"><bdi>Deutsch</bdi></a>";
        assert!(page.text.contains(other) && !page.text.contains("hreflang=\"en\""), "{}", page.text);
        for query in ["language=de", "language=DE", "language=de-CH&score=7"] {
            let page = app.rest("GET", &format!("{path}?{query}"), None, None).await;
            assert!(page.status == 200 && page.text.contains("<html lang=\"de\""), "{query}: {}", page.text);
            assert!(page.text.contains("Empfehlen Sie uns?") && page.text.contains("action=\"?language=de\""), "{query}: {}", page.text);
            assert!(page.text.contains("hreflang=\"en\"><bdi>English</bdi>") && !page.text.contains("hreflang=\"de\""), "{query}");
        }
        let long = format!("language={}", "x".repeat(5_000));
        for query in ["language=ja", "language=", "language=%3Cscript%3E", "language=%FF%00", "language=de&language=en", "language[]=de", &long] {
            let page = app.rest("GET", &format!("{path}?{query}"), None, None).await;
            assert!(page.status == 200 && page.text.contains("<html lang=\"en\""), "{query}: {}", page.text);
            assert!(page.text.contains("action=\"?\"") && !page.text.contains("<script"), "{query}: {}", page.text);
        }
        assert_eq!((app.invitations().await, app.responses().await.len()), (before, 0), "looking records nothing");
        let german = format!("{path}?language=de");
        for (body, status, says) in [
            ("comment=Hm", 422, "Zahl von 0 bis 10"),
            ("score=3", 200, "Wie viel Arbeit war es?"),
            ("step=2&version=1&q.effort=2", 422, "Warum?"),
            ("step=2&version=1&q.reason=price", 200, "Vielen Dank"),
            ("score=9", 409, "bereits geantwortet"),
        ] {
            let page = app.form(&german, body).await;
            assert!(page.status == status && page.text.contains("<html lang=\"de\""), "{body}: {} {}", page.status, page.text);
            assert!(page.text.contains(says), "{body}: {}", page.text);
            assert!(page.text.contains("?language=de\""), "it stays so: {}", page.text);
        }
        assert_eq!((kept(&app).await.as_deref(), app.counted().await), (Some("de"), once(3)));
        assert_eq!(app.form(&format!("{path}?language=ja"), "score=2&version=2").await.status, 200, "what is not spoken is passed over");
        assert_eq!(kept(&app).await.as_deref(), Some("de"));
    }

    async fn the_json_door_reads_and_keeps_a_language_or_names_the_rule(app: TestApp) {
        let link = link(&app).await;
        let door = format!("/api/v1/invitations/{link}");
        let plain = app.rest("GET", &door, None, None).await.json();
        assert_eq!((&plain["language"], &plain["languages"]), (&json!("en"), &json!(["en", "de"])));
        let german = app.rest("GET", &format!("{door}?language=de-AT"), None, None).await.json();
        assert_eq!((&german["language"], &german["question"], &german["further"][0]["text"]), (&json!("de"), &json!("Empfehlen Sie uns?"), &json!("Wie viel Arbeit war es?")));
        for wrong in ["ja", "", "%3Cscript%3E", "de%0a"] {
            let told = app.rest("GET", &format!("{door}?language={wrong}"), None, None).await;
            let fault = &told.json()["errors"][0];
            let want = (&json!("/language"), &json!("must be a language of this survey: en, de"));
            assert_eq!((told.status.as_u16(), (&fault["pointer"], &fault["detail"])), (422, want), "{wrong}: {}", told.text);
        }
        assert_eq!(app.rest("GET", &format!("{door}?language=de&language=en"), None, None).await.status, 400);
        let reply = app.respond(&link, json!({ "score": 11, "language": "ja" }), None).await;
        let pointers: Vec<Value> = reply.json()["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].clone()).collect();
        assert_eq!((reply.status.as_u16(), pointers), (422, vec![json!("/score"), json!("/language")]), "{}", reply.text);
        assert!(app.responses().await.is_empty());
        let part = json!({ "score": 9, "complete": false });
        assert_eq!(app.respond(&link, part, None).await.status, 201);
        assert_eq!(kept(&app).await.as_deref(), Some("en"), "as the link shows it");
        assert_eq!(app.respond(&link, json!({ "score": 9, "language": "DE" }), Some(1)).await.status, 200);
        assert_eq!(app.respond(&link, json!({ "score": 8, "language": null }), Some(2)).await.status, 200);
        assert_eq!(kept(&app).await.as_deref(), Some("de"), "until another is named");
    }

    async fn a_survey_in_one_language_offers_no_other(app: TestApp) {
        let mut own = app.further().await;
        let mut words = definition();
        words["texts"].as_array_mut().unwrap().pop();
        assert!(app.draft(&mut own, &words).await["errors"].is_null());
        assert!(app.publish(&mut own).await["errors"].is_null());
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let link = app.ask_new(own.id, account, "Carl").await;
        for query in ["", "?language=en"] {
            let page = app.rest("GET", &format!("/s/{link}{query}"), None, None).await;
            assert!(page.status == 200 && !page.text.contains("<nav"), "{}", page.text);
        }
    }
}
