//! A request with a key of its caller's is done once, and answered alike.

use api::access::KeyScope;
use chrono::TimeDelta;
use entity::{SurveyKind, interaction, invitation};
use serde_json::{Value, json};
use tests::{
    app::{Reply, TestApp},
    both,
};

use super::{integration, pointers, with};

async fn post(app: &TestApp, token: &str, path: &str, body: &Value, key: &str) -> Reply {
    with(app, "POST", path, Some(token), Some(body.clone()), &[("idempotency-key", key)]).await
}

both! {
    async fn twins_at_once_have_one_effect(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let key = integration(&app).await;
        for round in 0..5 {
            let people: Vec<_> = [app.contact(account, &format!("Carl {round}")).await.id].into();
            let path = format!("/api/v1/surveys/{}/send", app.survey(SurveyKind::Nps).await);
            let body = json!({ "contactIds": people });
            let name = format!("send-{round}");
            let racers = (0..16).map(|_| post(&app, &key, &path, &body, &name));
            let replies = futures_util::future::join_all(racers).await;
            assert!(replies.iter().all(|reply| reply.status == 202), "{:?}", replies.iter().map(|reply| &reply.text).collect::<Vec<_>>());
            assert!(replies.iter().all(|reply| reply.json() == replies[0].json()));
            assert_eq!(app.rows::<invitation::Entity>().await.len(), round + 1);
            let later = post(&app, &key, &path, &body, &name).await;
            assert_eq!((later.status.as_u16(), later.json()), (202, replies[0].json()));
        }
    }

    async fn a_key_belongs_to_one_request_of_one_caller_for_a_day(app: TestApp) {
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        let (mine, theirs) = (integration(&app).await, app.integration(&KeyScope::ALL, None).await);
        let entry = |id: &str| json!({ "interactions": [{ "externalId": id, "accountId": account, "type": "NOTE", "subject": "x" }] });
        let path = "/api/v1/interactions";
        let first = post(&app, &mine, path, &entry("1"), "k").await;
        assert_eq!(first.json()["results"][0]["status"], "CREATED");
        assert_eq!(post(&app, &mine, path, &entry("1"), "k").await.json(), first.json(), "as if for the first time");
        let other = post(&app, &mine, path, &entry("2"), "k").await;
        assert_eq!((other.status.as_u16(), pointers(&other)), (422, vec!["/Idempotency-Key".to_owned()]));
        assert_eq!(post(&app, &theirs, path, &entry("2"), "k").await.json()["results"][0]["status"], "CREATED");
        for bad in ["", " ", "a b", &"x".repeat(256)] {
            let reply = post(&app, &mine, path, &entry("3"), bad).await;
            assert_eq!(reply.status, 422, "{bad:?}: {}", reply.text);
        }
        assert_eq!(app.rows::<interaction::Entity>().await.len(), 2);
        // What was refused as a whole may come again, mended.
        let refused = post(&app, &mine, path, &json!({ "interactions": [] }), "m").await;
        assert_eq!(refused.status, 422);
        assert_eq!(post(&app, &mine, path, &entry("4"), "m").await.status, 200);
        app.forward(TimeDelta::hours(25));
        let key = integration(&app).await;
        assert_eq!(post(&app, &key, path, &entry("5"), "k").await.status, 200);
        assert_eq!(app.rows::<entity::once::Entity>().await.len(), 1, "the day before is forgotten");
    }
}
