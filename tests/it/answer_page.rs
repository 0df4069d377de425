//! The survey page as a browser uses it: the form, its faults, thanks, a change of mind.

use chrono::TimeDelta;
use entity::SurveyKind;
use tests::{
    app::{Reply, TestApp},
    both,
    doors::once,
};

const CHANGE: &str = "name=\"version\" value=";

fn chosen(page: &Reply) -> Option<&str> {
    let before = page.text.split(" checked").next().filter(|before| before.len() < page.text.len())?;
    before.rsplit("value=\"").next()?.split('"').next()
}

fn guarded(page: &Reply) {
    let header =
        |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert_eq!(
        (header("x-content-type-options"), header("x-frame-options")),
        ("nosniff".to_owned(), "DENY".to_owned())
    );
    assert!(header("x-robots-tag").contains("noindex"));
    assert!(!page.headers.contains_key("set-cookie") && !page.headers.contains_key("location"));
    assert!(!page.text.contains("<script"), "{}", page.text);
}

both! {
    async fn whatever_is_answered_is_neither_sniffed_nor_framed_nor_told_on(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let owner = Some(asked.owner.token.as_str());
        let calls = [
            ("GET", asked.page(), None),
            ("GET", "/s/unknown".to_owned(), None),
            ("GET", "/u/unknown".to_owned(), None),
            ("GET", "/signin/unknown".to_owned(), None),
            ("GET", "/reset/unknown".to_owned(), None),
            ("GET", "/invite/unknown".to_owned(), None),
            ("GET", asked.door(), None),
            ("GET", "/api/v1/accounts".to_owned(), owner),
            ("GET", "/api/v1/accounts".to_owned(), None),
            ("GET", "/api/v1/exports/accounts.csv".to_owned(), owner),
            ("POST", "/api/v1/auth/token".to_owned(), None),
            ("POST", "/graphql".to_owned(), owner),
            ("GET", "/graphql".to_owned(), None),
            ("GET", "/docs/".to_owned(), None),
            ("GET", "/openapi.json".to_owned(), None),
            ("GET", "/healthz".to_owned(), None),
            ("GET", "/nowhere".to_owned(), None),
        ];
        for (method, path, token) in calls {
            let reply = app.rest(method, &path, token, None).await;
            let header = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap());
            let told = (header("x-content-type-options"), header("x-frame-options"), header("referrer-policy"));
            assert_eq!(told, (Some("nosniff"), Some("DENY"), Some("no-referrer")), "{method} {path} {}", reply.status);
            assert!(!reply.headers.contains_key("set-cookie"), "{method} {path}");
            if ["/s/", "/u/", "/signin/", "/reset/", "/invite/"].iter().any(|page| path.starts_with(page)) {
                guarded(&reply);
            }
        }
    }

    async fn a_page_takes_an_answer_thanks_and_lets_it_be_changed(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let path = asked.page();
        let page = app.rest("GET", &format!("{path}?score=9"), None, None).await;
        assert_eq!((page.status.as_u16(), chosen(&page)), (200, Some("9")));
        for (query, choice) in [("", None), ("?score=77", None), ("?score=x", None), ("?score=1&score=2", None), ("?%FF=%FF", None)] {
            let page = app.rest("GET", &format!("{path}{query}"), None, None).await;
            assert_eq!((page.status.as_u16(), chosen(&page)), (200, choice), "{query}: {}", page.text);
            assert!(!page.text.contains(CHANGE));
            guarded(&page);
        }
        assert!(app.responses().await.is_empty(), "opening records nothing");
        let thanks = app.form(&path, "score=9&comment=Gr%C3%BC%C3%9Fe+%26+%3Cb%3E%0D%0Azweite").await;
        assert_eq!(thanks.status, 200, "{}", thanks.text);
        assert!(thanks.text.contains("Thank you!") && thanks.text.contains("href=\"?\""), "{}", thanks.text);
        guarded(&thanks);
        assert_eq!(app.responses().await[0].comment.as_deref(), Some("Grüße & <b>\nzweite"));
        let change = app.rest("GET", &path, None, None).await;
        assert!(change.text.contains(&format!("{CHANGE}\"1\"")), "{}", change.text);
        assert_eq!(chosen(&change), Some("9"));
        assert!(!change.text.contains("zweite"));
        let button = app.rest("GET", &format!("{path}?score=1"), None, None).await;
        assert!(button.text.contains("already answered") && button.text.contains("You answered <b>9</b>")
            || button.text.contains("already answered"), "{}", button.text);
        assert_eq!(app.form(&path, "score=3&version=1").await.status, 200);
        assert_eq!(app.counted().await, once(3));
    }

    async fn a_page_shows_an_answer_that_is_there_and_changes_nothing(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        let path = asked.page();
        assert_eq!(app.form(&path, "score=9").await.status, 200);
        for (body, status) in [("score=1", 409), ("score=1&version=7", 412), ("score=1&version=", 409), ("score=1&version=x", 409)] {
            let page = app.form(&path, body).await;
            assert_eq!(page.status, status, "{body}");
            assert!(page.text.contains("already answered"), "{body}: {}", page.text);
            guarded(&page);
        }
        app.forward(TimeDelta::days(2));
        assert_eq!(app.form(&path, "score=1&version=1").await.status, 410);
        let last = app.rest("GET", &path, None, None).await;
        assert!(last.text.contains("can no longer be changed") && !last.text.contains("<form"), "{}", last.text);
        assert_eq!(app.counted().await, once(9));
    }

    async fn a_page_keeps_what_was_typed_and_says_what_is_wrong(app: TestApp) {
        let asked = app.asked(SurveyKind::Csat).await;
        let path = asked.page();
        let long = format!("score=5&comment={}", "x".repeat(5_001));
        for (body, says) in [
            ("comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=&comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=0&comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=6&comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=99999&comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=4.5&comment=Kept+%3C%2Ftextarea%3E", "choose a number from 1 to 5"),
            ("score=5&comment=Kept+%3C%2Ftextarea%3E%00", "could not be read"),
            (long.as_str(), "It has 5001 now"),
        ] {
            let page = app.form(&path, body).await;
            assert_eq!(page.status, 422, "{body}: {}", page.text);
            assert!(page.text.contains(says), "{body}: {}", page.text);
            assert!(!page.text.contains("Kept </textarea>"), "shown as text");
            assert!(body.len() > 1_000 || page.text.contains("Kept &lt;/textarea&gt;"), "{body}: {}", page.text);
            guarded(&page);
        }
        assert!(app.responses().await.is_empty());
    }

    async fn a_page_takes_forms_only(app: TestApp) {
        let asked = app.asked(SurveyKind::Nps).await;
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            let headers: Vec<_> = [("content-type", kind)].into_iter().filter(|(_, kind)| !kind.is_empty()).collect();
            let reply = app.raw("POST", &asked.page(), &headers, "score=9").await;
            assert_eq!(reply.status, 415, "{kind}");
        }
        let big = format!("score=9&comment={}", "x".repeat(3_000_000));
        assert_eq!(app.form(&asked.page(), &big).await.status, 413);
        assert_eq!(app.form(&asked.page(), "score=9&score=8").await.status, 400);
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert_eq!(app.raw(method, &asked.page(), &[], "").await.status, 405, "{method}");
        }
        assert!(app.responses().await.is_empty());
    }
}
