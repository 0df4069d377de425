//! A clock that was ahead, and is set right: nothing lives on by it, nothing waits for it to come again.

use chrono::TimeDelta;
use entity::SurveyKind;
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};

const PASSWORD: &str = "a password of many letters";

/// Hands something in at the door where tokens are given out.
async fn token(app: &TestApp, body: Value) -> Reply {
    app.rest("POST", "/api/v1/auth/token", None, Some(body)).await
}

both! {
    async fn a_sign_in_by_a_clock_that_was_ahead_does_not_outlive_others(app: TestApp) {
        app.newcomer("ada", PASSWORD).await;
        let right = app.now();
        app.forward(TimeDelta::days(1_000));
        let issued = token(&app, json!({ "grant": "password", "email": "ada@acme.test", "password": PASSWORD })).await.json();
        let access = issued["accessToken"].as_str().unwrap();
        let refresh = json!({ "grant": "refresh", "refreshToken": issued["refreshToken"] });
        app.clock().set(right);
        assert_eq!(app.rest("GET", "/api/v1/accounts", Some(access), None).await.status, 401);
        assert_eq!(token(&app, refresh.clone()).await.status, 401);
        // It was the clock, and no thief: the sign-in is not ended.
        app.forward(TimeDelta::days(1_000));
        assert_eq!(token(&app, refresh).await.status, 200);
    }

    async fn a_job_leased_by_a_clock_that_was_ahead_is_not_lost(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let contact = app.contact(account, "Bo").await;
        let survey = app.survey(SurveyKind::Nps).await;
        let whom = api::program::SendSurvey { contact_ids: Some(vec![contact.id]), ..Default::default() };
        api::program::send(&app.system(), survey, whom).await.unwrap();
        let right = app.now();
        app.forward(TimeDelta::days(1_000));
        let dead = uuid::Uuid::from_u128(1);
        let claim = move |tx| async move { api::queue::claim(&tx, dead, 9, TimeDelta::seconds(60)).await };
        assert!(!app.system().write(claim).await.unwrap().is_empty());
        app.clock().set(right);
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 1);
    }
}
