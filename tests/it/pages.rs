//! The pages a customer opens, in a real browser: readable for all, on a phone too, without script.

use std::path::Path;

use api::{
    entrance,
    invitation::{samples, texts::Texts},
};
use entity::SurveyKind;
use serde_json::json;
use tests::{
    app::TestApp,
    engine::{self, Engine},
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

/// On one engine: a page is the same on both.
#[test]
fn pages_behind_links_are_for_everybody() {
    engine::run(Engine::Sqlite, walk);
}

async fn walk(app: TestApp) {
    let Some(js) = Js::with(&["axe.mjs", "answer.mjs", "keyboard.mjs", "browser.mjs"]) else {
        return skip("Node with its packages", js::CURE);
    };
    if !browser() {
        return skip("Chromium", "install it, for instance with: apt-get install chromium");
    }
    let top = app.team("Sales", None).await;
    let account = app.account("Globex", top, None).await;
    let mut contacts = Vec::new();
    for name in ["Carl Contact", "Cleo Contact", "Cora Contact", "Cyra Contact", "Curt Contact"] {
        contacts.push(app.contact(account, name).await.id);
    }
    let nps = app.invite(SurveyKind::Nps, &contacts[..4]).await;
    let csat = app.invite(SurveyKind::Csat, &contacts[4..]).await;
    assert_eq!(app.answer(&nps[1], 9).await.status, 201);
    let letters = app.outbox();
    let served = Served::start(app.app.router()).await;
    let at = |path: &str| format!("{}{path}", served.url);
    let pages = [
        at(&format!("/s/{}", nps[0])),
        at(&format!("/s/{}?score=7", nps[0])),
        at(&format!("/s/{}", nps[1])),
        at(&format!("/s/{}?score=3", nps[1])),
        at(&format!("/s/{}", csat[0])),
        at("/s/nothing"),
        at(&format!("/u/{}", unsubscribe_token(&letters[0].text))),
        at("/u/nothing"),
    ];
    let mut arguments = vec!["axe.mjs"];
    arguments.extend(pages.iter().map(String::as_str));
    js.node(&arguments).await;
    js.node(&["axe.mjs", "--alone", &at("/graphql")]).await;
    // Looking has answered nothing and changed nothing.
    let admin = app.admin("Ada Admin").await.token;
    let ask = "{ responses { totalCount nodes { score comment } } }";
    let seen = app.gql(Some(&admin), ask, json!({})).await;
    assert_eq!(seen["data"]["responses"]["totalCount"], 1, "{seen}");
    let refused = js.path().join("refused.html");
    let pages = samples::pages(Texts::of("en"));
    let (_, page) = pages.iter().find(|(name, _)| name == "more-invalid").unwrap();
    std::fs::write(&refused, page).unwrap();
    js.node(&["keyboard.mjs", &at(&format!("/s/{}", nps[3])), "9", "By keyboard.", refused.to_str().unwrap()]).await;
    for width in ["360", "800"] {
        let link = at(&format!("/s/{}", nps[if width == "360" { 0 } else { 2 }]));
        js.node(&["answer.mjs", "Quick & friendly.", width, &link, "8"]).await;
    }
    let seen = app.gql(Some(&admin), ask, json!({})).await;
    let given = |score, comment| {
        let one = json!({ "score": score, "comment": comment });
        seen["data"]["responses"]["nodes"].as_array().unwrap().iter().filter(|node| **node == one).count()
    };
    let counts = (given(8, "Quick & friendly."), given(9, "By keyboard."));
    assert_eq!((counts, &seen["data"]["responses"]["totalCount"]), ((2, 1), &json!(4)), "{seen}");
}

/// Every state of every page in every language; mails where they differ in more than words.
#[tokio::test]
async fn every_sample_is_for_everybody() {
    let Some(js) = Js::with(&["axe.mjs", "browser.mjs"]) else { return skip("Node with its packages", js::CURE) };
    if !browser() {
        return skip("Chromium", "install it, for instance with: apt-get install chromium");
    }
    let folder = js.path().join("samples");
    std::fs::create_dir(&folder).unwrap();
    let keep = |name: String, html: String| std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    for texts in Texts::all() {
        entrance::sample_pages(texts).into_iter().for_each(|(name, html)| keep(format!("{}-{name}", texts.lang), html));
        samples::pages(texts).into_iter().for_each(|(name, html)| keep(format!("{}-{name}", texts.lang), html));
    }
    for texts in ["en", "ja", "ar"].map(Texts::of) {
        for (name, invite) in samples::invites(texts) {
            keep(format!("{}-mail-{name}", texts.lang), invite.render().html);
        }
        for (name, entry) in entrance::mails(texts) {
            keep(format!("{}-mail-{name}", texts.lang), entry.render().html);
        }
        keep(format!("{}-mail-changed", texts.lang), samples::changed(texts).unwrap().render().html);
    }
    let seen = js.node(&["axe.mjs", "--samples", "samples"]).await;
    assert!(seen.contains("222 pages"), "{seen}");
}
