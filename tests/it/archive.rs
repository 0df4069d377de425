//! Accounts and contacts are put away and taken back: what is away is asked nothing and seen in no list, and no figure moves.

use entity::{AccountId, ContactId, InvitationStatus, SurveyKind, account, contact};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp},
    both,
};

struct Story {
    app: TestApp,
    ana: Person,
    account: AccountId,
    carl: ContactId,
    dora: ContactId,
}

impl tests::engine::World for Story {
    async fn on(database: tests::engine::Database) -> Self {
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        let ana = app.manager("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let (carl, dora) = (app.contact(account, "Carl").await.id, app.contact(account, "Dora").await.id);
        let link = app.invite(SurveyKind::Nps, &[carl]).await.remove(0);
        assert_eq!(app.answer(&link, 9).await.status, 201);
        Self { app, ana, account, carl, dora }
    }
}

impl Story {
    async fn ask(&self, query: &str) -> Value {
        let told = self.app.gql(Some(&self.ana.token), query, json!({})).await;
        assert!(told["errors"].is_null(), "{query}: {told}");
        told["data"].clone()
    }

    async fn put_away(&self, is_away: bool) {
        let version = self.app.account_row(self.account).await.version;
        let id = self.account;
        self.ask(&format!(
            "mutation{{updateAccount(input:{{id:\"{id}\",version:{version},archived:{is_away}}}){{id}}}}"
        ))
        .await;
    }

    /// Names in the lists, archived ones or not, and the figures.
    async fn seen(&self, archived: bool) -> (Value, Value, Value) {
        let lists = format!(
            "{{accounts(archived:{archived}){{nodes{{name}}}} contacts(archived:{archived}){{nodes{{name}}}}}}"
        );
        let lists = self.ask(&lists).await;
        let figures = "{satisfaction{figures{question n value}} responses{nodes{score contact{name}}} funnel{funnel{sent completed}}}";
        (lists["accounts"]["nodes"].clone(), lists["contacts"]["nodes"].clone(), self.ask(figures).await)
    }

    async fn queued(&self, contact: ContactId) -> Value {
        self.app
            .send(&self.ana.token, SurveyKind::Csat, json!({ "contactIds": [contact], "dryRun": true }))
            .await
            .json()
    }
}

both! {
    async fn a_contact_who_is_put_away_is_asked_nothing_until_taken_back(story: Story) {
        let app = &story.app;
        let (_, both, figures) = story.seen(false).await;
        assert_eq!(both.as_array().unwrap().len(), 2);
        let input = json!({ "contactIds": [story.carl] });
        assert_eq!(app.send(&story.ana.token, SurveyKind::Csat, input).await.json()["queued"], 0, "asked a moment ago");
        app.forward(chrono::TimeDelta::days(40));
        let story = Story { ana: Person { token: app.fresh(story.ana.id).await, ..story.ana.clone() }, ..story };
        let app = &story.app;
        assert_eq!(app.send(&story.ana.token, SurveyKind::Csat, json!({ "contactIds": [story.carl] })).await.json()["queued"], 1);
        app.change_contact(&story.ana.token, story.carl, json!({ "archived": true })).await;
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 1, "the mail that waited does not leave");
        let mut asked = app.invitations().await;
        let last = asked.pop().unwrap();
        assert_eq!(last.status, InvitationStatus::Suppressed, "{last:?}");
        let (_, left, still) = story.seen(false).await;
        assert_eq!((left, &still["satisfaction"], &still["responses"]), (json!([{ "name": "Dora" }]), &figures["satisfaction"], &figures["responses"]));
        assert_eq!(story.seen(true).await.1.as_array().unwrap().len(), 2);
        let refused = story.queued(story.carl).await;
        assert!(refused["queued"].is_null() || refused["queued"] == 0, "{refused}");
        let row = app.rows::<contact::Entity>().await.into_iter().find(|row| row.id == story.carl).unwrap();
        assert_eq!(row.archived_at, Some(app.now()));
        app.change_contact(&story.ana.token, story.carl, json!({ "archived": false })).await;
        let (_, again, still) = story.seen(false).await;
        assert_eq!((again.as_array().unwrap().len(), &still["satisfaction"]), (2, &figures["satisfaction"]));
        let sent = story.queued(story.carl).await;
        assert_eq!(sent["queued"], 1, "{sent}");
    }

    async fn an_account_that_is_put_away_comes_back_as_it_was(story: Story) {
        let app = &story.app;
        let before = story.seen(false).await;
        let owned = app.account_row(story.account).await;
        story.put_away(true).await;
        let (accounts, contacts, figures) = story.seen(false).await;
        assert_eq!((accounts, &figures), (json!([]), &before.2), "gone from the list, and no figure moves");
        assert_eq!(contacts, before.1, "its people are found as before");
        assert_eq!(story.seen(true).await.0, json!([{ "name": "Globex" }]));
        let refused = app.send(&story.ana.token, SurveyKind::Nps, json!({ "contactIds": [story.dora] })).await;
        assert!(refused.status == 409 || refused.json()["queued"] == 0, "{} {}", refused.status, refused.text);
        story.put_away(false).await;
        assert_eq!(story.seen(false).await, before);
        let row = app.account_row(story.account).await;
        assert_eq!(account::Model { version: owned.version, updated_at: owned.updated_at, ..row }, owned);
        assert_eq!(story.queued(story.dora).await["queued"], 1);
    }
}
