//! A client generated from the contract, in another language, does the loop of one answer.

use api::member::CreateMember;
use entity::SurveyKind;
use serde_json::Value;
use tests::{
    app::{TestApp, link_token},
    both,
    js::{self, Js},
    served::Served,
    skip::skip,
};

const PASSWORD: &str = "a long first password";

/// The program, compiled strictly against types made from `openapi.json`; nothing where Node's packages are missing.
async fn compiled() -> Option<Js> {
    let js = Js::with(&["client/client.ts", "client/tsconfig.json"])?;
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    js.node(&["node_modules/openapi-typescript/bin/cli.js", contract, "-o", "schema.ts"]).await;
    js.node(&["node_modules/typescript/bin/tsc", "-p", "."]).await;
    Some(js)
}

fn last_line(out: &str) -> Value {
    serde_json::from_str(out.lines().last().unwrap()).unwrap()
}

both! {
    async fn a_generated_client_signs_in_sends_answers_and_amends(app: TestApp) {
        let Some(js) = compiled().await else { return skip("Node with its packages", js::CURE) };
        let top = app.team("Sales", None).await;
        let admin = CreateMember {
            name: "Ada Admin".to_owned(),
            email: "ada@acme.test".to_owned(),
            admin: true,
            team_id: None,
            password: Some(PASSWORD.to_owned()),
        };
        api::member::create(&app.system(), admin).await.unwrap();
        let account = app.account("Globex", top, None).await;
        let contact = app.contact(account, "Carl Contact").await.id.to_string();
        let survey = app.survey(SurveyKind::Nps).await.to_string();
        let served = Served::start(app.app.router()).await;
        let send = ["out/client.js", "send", &served.url, "ada@acme.test", PASSWORD, &survey, &contact];
        let sent = last_line(&js.node(&send).await);
        assert_eq!((&sent["queued"], &sent["suppressed"]), (&1.into(), &Value::Array(vec![])));
        app.run_jobs().await;
        let letters = app.outbox();
        assert_eq!(letters.len(), 1);
        let token = link_token(&letters[0]);
        let answered = last_line(&js.node(&["out/client.js", "answer", &served.url, &token]).await);
        assert_eq!((&answered["score"], &answered["version"]), (&9.into(), &2.into()));
    }
}
