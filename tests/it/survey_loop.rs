//! One answer, end to end: asked by mail, answered through the link, seen by whoever may.

use entity::SurveyKind;
use serde_json::json;
use tests::{app::TestApp, both};

both! {
    async fn an_answer_moves_the_figure_of_the_owner_of_that_day(app: TestApp) {
        let top = app.team("Sales", None).await;
        let lead = app.manager("Mia Lead", top).await;
        let ana = app.owner("Ana Owner", top).await;
        let ben = app.owner("Ben Owner", top).await;
        let account = app.account("Globex", top, Some(ana.id)).await;
        let contact = app.contact(account, "Carl Contact").await;
        let links = app.invite(SurveyKind::Nps, &[contact.id]).await;
        assert_eq!(links.len(), 1);
        app.assign(account, ben.id).await;
        let reply = app.answer(&links[0], 9).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!(app.answer(&links[0], 3).await.status, 409);
        let ask = "{ credit: satisfaction { figures { question n value } } accounts: satisfaction(view: ACCOUNTS) { figures { n } } }";
        let of_ana = app.gql(Some(&ana.token), ask, json!({})).await;
        assert_eq!(of_ana["data"]["credit"][0]["figures"][0]["n"], 1, "{of_ana}");
        assert_eq!(of_ana["data"]["accounts"], json!([]), "{of_ana}");
        let of_ben = app.gql(Some(&ben.token), ask, json!({})).await;
        assert_eq!(of_ben["data"]["credit"], json!([]), "{of_ben}");
        assert_eq!(of_ben["data"]["accounts"][0]["figures"][0]["n"], 1, "{of_ben}");
        let of_lead = app.gql(Some(&lead.token), ask, json!({})).await;
        assert_eq!(of_lead["data"]["credit"][0]["figures"][0]["value"], 100.0, "{of_lead}");
    }
}
