//! Keys that sign access tokens are followed by others, in every process.

use std::sync::Arc;

use api::{
    app::{App, Ports},
    base::{FixedClock, Result, SeededRandom},
    config::{Settings, Source},
    mail::Memory,
    program::SendSurvey,
    session::{self, DEMO},
    store::Subject,
};
use chrono::TimeDelta;
use entity::{MemberId, SurveyKind, signing_key};
use serde_json::json;
use tests::{
    app::{SECRET, TestApp, URL, link_token, request},
    both,
};
use tower::ServiceExt;

const PASSWORD: &str = "seven quiet herons at dusk";

/// Another process on the same database, and its clock.
async fn second(app: &TestApp) -> (App, Arc<FixedClock>) {
    let mail = Arc::new(Memory::default());
    let (other, clock) = under(app, &[("STEWARD_SECRET", SECRET)], mail).await;
    (other.unwrap(), clock)
}

/// The same with secrets of its own.
async fn under(app: &TestApp, secrets: &[(&str, &str)], mail: Arc<Memory>) -> (Result<App>, Arc<FixedClock>) {
    let names = secrets.iter().copied().chain([("STEWARD_DATABASE_URL", app.database.url())]);
    let settings = Settings::read(Source::of(names.map(|(name, value)| (name.to_owned(), value.to_owned())))).unwrap();
    let clock = Arc::new(FixedClock::new(app.now()));
    let ports = Ports { clock: clock.clone(), random: Arc::new(SeededRandom::new(11)), mail: Some(mail) };
    (App::build(&settings, ports, URL.to_owned()).await, clock)
}

async fn token(app: &App, id: MemberId) -> String {
    session::issue(&app.system(), Subject::Member(id), DEMO).await.unwrap().access_token
}

/// Whether a process takes a token.
async fn takes(app: &App, token: &str) -> bool {
    let asked = request("GET", "/api/v1/accounts", Some(token), None);
    let status = app.router().oneshot(asked).await.unwrap().status();
    assert!(status == 200 || status == 401 || status == 403, "{status}");
    status != 401
}

fn kids(app: &App) -> Vec<String> {
    app.env.tokens.keyring().jwks().keys.into_iter().map(|key| key.kid).collect()
}

both! {
    async fn a_changed_secret_ends_no_link_and_no_sign_in(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let carl = app.contact(account, "Carl").await;
        let survey = app.survey(SurveyKind::Nps).await;
        let input = SendSurvey { contact_ids: Some(vec![carl.id]), ..Default::default() };
        api::program::send(&app.system(), survey, input).await.unwrap();
        app.run_jobs().await;
        let first = app.outbox().remove(0);
        app.newcomer("Ana", PASSWORD).await;
        let signed = json!({ "grant": "password", "email": "ana@acme.test", "password": PASSWORD });
        let signed = app.rest("POST", "/api/v1/auth/token", None, Some(signed)).await.json();
        app.rest("POST", "/api/v1/auth/reset", None, Some(json!({ "email": "ana@acme.test" }))).await;
        let (fresh, old) = (("STEWARD_SECRET", "another secret of thirty-two bytes and more"), ("STEWARD_SECRET_PREVIOUS", SECRET));
        let mail = Arc::new(Memory::default());
        let lost = format!("{:?}", under(&app, &[fresh], mail.clone()).await.0.err().unwrap());
        assert!(lost.contains("is not the one this database was made with"), "{lost}");
        let (other, clock) = under(&app, &[fresh, old], mail.clone()).await;
        let other = other.unwrap();
        assert!(takes(&other, signed["accessToken"].as_str().unwrap()).await);
        let refresh = json!({ "grant": "refresh", "refreshToken": signed["refreshToken"] });
        let asked = request("POST", "/api/v1/auth/token", None, Some(refresh));
        assert_eq!(other.router().oneshot(asked).await.unwrap().status(), 200);
        // What was asked for under the old secret is found; a reminder carries the link of the mail before it.
        for _ in 0..5 {
            api::work::run_due(&other.env, other.env.db.random().id(app.now()), TimeDelta::seconds(60), 4).await.unwrap();
            clock.forward(TimeDelta::days(1));
        }
        assert_eq!(mail.letters()[0].to, "Ana@acme.test");
        let reminder = mail.letters().into_iter().find(|letter| letter.follows.is_some()).unwrap();
        assert_eq!((link_token(&reminder), &reminder.unsubscribe), (link_token(&first), &first.unsubscribe));
        // The keys are sealed anew, so the old secret can go.
        let (third, _) = under(&app, &[fresh], mail).await;
        assert!(takes(&third.unwrap(), signed["accessToken"].as_str().unwrap()).await);
        assert!(under(&app, &[("STEWARD_SECRET", SECRET)], Arc::default()).await.0.is_err());
    }

    async fn a_key_is_shown_before_it_signs_and_the_old_one_verifies_on(app: TestApp) {
        let ada = app.admin("Ada").await;
        let (other, clock) = second(&app).await;
        let forward = |by: TimeDelta| {
            app.forward(by);
            clock.forward(by);
        };
        let old = kids(&app.app);
        let before = token(&app.app, ada.id).await;
        let made = session::rotate(&app.system(), false).await.unwrap();
        assert_eq!(kids(&app.app), [old[0].clone(), made.id.clone()], "shown, and not yet signing");
        assert_eq!(kids(&other), old);
        other.renew_keys().await;
        assert_eq!(kids(&other), kids(&app.app));
        assert!(session::rotate(&app.system(), false).await.unwrap_err().to_string().contains("follow already"));
        let between = token(&app.app, ada.id).await;
        forward(TimeDelta::minutes(10));
        for process in [&app.app, &other] {
            process.renew_keys().await;
            assert_eq!(kids(process), [made.id.clone(), old[0].clone()], "signing now");
        }
        let after = token(&app.app, ada.id).await;
        for each in [&before, &between, &after] {
            assert!(takes(&app.app, each).await && takes(&other, each).await);
        }
        forward(TimeDelta::hours(12) - TimeDelta::minutes(11));
        other.renew_keys().await;
        assert!(takes(&other, &between).await, "until it has run out by itself");
        forward(TimeDelta::minutes(12));
        for process in [&app.app, &other] {
            process.renew_keys().await;
            assert_eq!(kids(process), std::slice::from_ref(&made.id));
        }
        assert_eq!(app.rows::<signing_key::Entity>().await.len(), 2, "what was is not forgotten");
        assert_eq!(app.gql(None, "{me{role}}", json!({})).await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }

    async fn a_stolen_key_ends_at_once_and_others_learn_of_it_by_themselves(app: TestApp) {
        let ada = app.admin("Ada").await;
        let (other, clock) = second(&app).await;
        let before = token(&app.app, ada.id).await;
        assert!(takes(&other, &before).await);
        let made = session::rotate(&app.system(), true).await.unwrap();
        assert_eq!(kids(&app.app), std::slice::from_ref(&made.id));
        assert!(!takes(&app.app, &before).await);
        assert!(takes(&other, &before).await, "it has not looked yet");
        let after = token(&app.app, ada.id).await;
        assert!(takes(&other, &after).await, "it looks when it meets a key that it does not know");
        assert_eq!(kids(&other), [made.id]);
        assert!(!takes(&other, &before).await);
        // Not for each of many such tokens.
        let asked = other.env.db.statements();
        for _ in 0..20 {
            assert!(!takes(&other, &before).await);
        }
        assert_eq!(other.env.db.statements(), asked);
        clock.forward(TimeDelta::seconds(10));
        assert!(!takes(&other, &before).await);
        assert_eq!(other.env.db.statements(), asked + 1);
    }
}
