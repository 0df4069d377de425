//! The pages a customer opens, in a real browser: readable for all, on a phone too, without script.

use std::path::Path;

use entity::SurveyKind;
use serde_json::json;
use tests::{
    app::TestApp,
    both,
    js::{self, Js},
    served::Served,
    skip::skip,
};

fn browser() -> bool {
    let named = std::env::var_os("CHROMIUM");
    Path::new(named.as_deref().unwrap_or("/usr/bin/chromium".as_ref())).exists()
}

/// The part of a letter's text that follows `/u/`.
fn unsubscribe_token(letter: &str) -> &str {
    let from = letter.find("/u/").unwrap() + 3;
    let rest = &letter[from..];
    &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).unwrap_or(rest.len())]
}

both! {
    async fn pages_behind_links_are_for_everybody(app: TestApp) {
        let Some(js) = Js::with(&["axe.mjs"]) else { return skip("Node with its packages", js::CURE) };
        if !browser() {
            return skip("Chromium", "install it, for instance with: apt-get install chromium");
        }
        let top = app.team("Sales", None).await;
        let account = app.account("Globex", top, None).await;
        let contacts = [app.contact(account, "Carl Contact").await.id, app.contact(account, "Cleo Contact").await.id];
        let nps = app.invite(SurveyKind::Nps, &contacts).await;
        let csat = app.invite(SurveyKind::Csat, &contacts).await;
        assert_eq!(app.answer(&nps[1], 9).await.status, 201);
        let letters = app.outbox();
        let served = Served::start(app.app.router()).await;
        let at = |path: &str| format!("{}{path}", served.url);
        let pages = [
            at(&format!("/s/{}", nps[0])),
            at(&format!("/s/{}?score=7", nps[0])),
            at(&format!("/s/{}", nps[1])),
            at(&format!("/s/{}?score=3", nps[1])),
            at(&format!("/s/{}", csat.first().unwrap_or(&nps[0]))),
            at("/s/nothing"),
            at(&format!("/u/{}", unsubscribe_token(&letters[0].text))),
            at("/u/nothing"),
            at("/graphql"),
        ];
        let mut arguments = vec!["axe.mjs"];
        arguments.extend(pages.iter().map(String::as_str));
        js.node(&arguments).await;
        // Thirty-six looks have answered nothing and changed nothing.
        let seen = app.gql(Some(&app.admin("Ada Admin").await.token), "{ responses { totalCount } }", json!({})).await;
        assert_eq!(seen["data"]["responses"]["totalCount"], 1, "{seen}");
    }
}
