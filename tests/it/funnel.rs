//! The funnel: every step equals what was done; machines are told from people; each sees their own accounts.

use chrono::TimeDelta;
use entity::{ContactId, InvitationStatus, Machine, MailState, SurveyKind, contact, invitation, visit};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::{Value, json};
use tests::{
    app::{Person, TestApp, link_token},
    both,
    doors::Asked,
};

use crate::programmes::ask;

/// All that a funnel tells.
pub const ALL: &str = "judged suppressed { reason count } eligible waiting withdrawn sent failed bounced delivered visited started completed responseRate responseRateLow";

/// What a browser sends along.
pub const BROWSER: [(&str, &str); 2] =
    [("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"), ("accept-language", "de")];

async fn funnel(app: &TestApp, token: &str, arguments: &str) -> Value {
    let query = format!("{{ funnel{arguments} {{ waveId surveyId language funnel {{ {ALL} }} }} }}");
    ask(app, token, &query, Value::Null).await
}

/// Opens a survey's page as a browser does.
pub async fn open(app: &TestApp, link: &str, query: &str) {
    assert_eq!(app.raw("GET", &format!("/s/{link}{query}"), &BROWSER, "").await.status, 200);
}

async fn change(app: &TestApp, id: ContactId, edit: impl FnOnce(&mut contact::ActiveModel) + Send + 'static) {
    let system = app.system();
    let write = system.write(move |tx| async move {
        let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
        tx.update::<contact::Entity>(row, edit).await.map(drop)
    });
    write.await.unwrap();
}

async fn set_invitation(
    app: &TestApp,
    of: ContactId,
    edit: impl FnOnce(&mut invitation::ActiveModel) + Send + 'static,
) {
    let system = app.system();
    let write = system.write(move |tx| async move {
        let which = invitation::Column::ContactId.eq(of);
        let row = tx.find::<invitation::Entity>().filter(which).one("invitation").await?;
        tx.update::<invitation::Entity>(row, edit).await.map(drop)
    });
    write.await.unwrap();
}

async fn machines(app: &TestApp) -> Vec<Option<Machine>> {
    let mut rows = app.rows::<visit::Entity>().await;
    rows.sort_by_key(|row| (row.at, row.machine));
    rows.into_iter().map(|row| row.machine).collect()
}

/// Ten contacts of whom each stops at another step.
struct Steps {
    app: TestApp,
    root: Person,
    owner: Person,
    stranger: Person,
    wave: Value,
}

impl tests::engine::World for Steps {
    async fn on(database: tests::engine::Database) -> Self {
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        let stranger = app.owner("Ben", team).await;
        let root = app.admin("Root").await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        let mut ids = Vec::new();
        for name in ["out", "lost", "fails", "gone", "taken back", "silent", "looks", "starts", "completes", "promotes"]
        {
            ids.push(app.contact(account, name).await.id);
        }
        for at in [8, 9] {
            change(&app, ids[at], |row| row.language = Set(Some("de".to_owned()))).await;
        }
        change(&app, ids[0], |row| row.mail_state = Set(MailState::Unsubscribed)).await;
        change(&app, ids[1], |row| row.mail_state = Set(MailState::Bounced)).await;
        let token = app.fresh(root.id).await;
        let sent = app.send(&token, SurveyKind::Nps, json!({ "contactIds": ids })).await.json();
        assert_eq!(sent["queued"], 8);
        set_invitation(&app, ids[4], |row| row.status = Set(InvitationStatus::Revoked)).await;
        app.run_jobs().await;
        let now = app.now();
        let undo = move |row: &mut invitation::ActiveModel| {
            row.status = Set(InvitationStatus::Failed);
            row.sent_at = Set(None);
        };
        set_invitation(&app, ids[2], undo).await;
        set_invitation(&app, ids[3], move |row| {
            undo(row);
            row.bounced_at = Set(Some(now));
        })
        .await;
        let links: Vec<(String, String)> =
            app.outbox().iter().map(|letter| (letter.to_name.clone(), link_token(letter))).collect();
        let link = |name: &str| links.iter().find(|(to, _)| to == name).unwrap().1.clone();
        app.forward(TimeDelta::minutes(1));
        for name in ["looks", "starts", "completes"] {
            open(&app, &link(name), "").await;
        }
        let more = json!({ "score": 3, "complete": false });
        assert_eq!(app.put(&format!("/api/v1/invitations/{}/response", link("starts")), &more, None).await.status, 201);
        assert_eq!(app.answer(&link("completes"), 7).await.status, 201);
        // A front end of its own shows no page: whoever answers was there.
        assert_eq!(app.answer(&link("promotes"), 10).await.status, 201);
        app.app.write_visits().await;
        Self { app, root, owner, stranger, wave: sent["waveId"].clone() }
    }
}

fn whole() -> Value {
    json!({
        "judged": 10, "suppressed": [{ "reason": "OPTED_OUT", "count": 1 }, { "reason": "BOUNCED", "count": 1 }],
        "eligible": 8, "waiting": 0, "withdrawn": 1, "sent": 7, "failed": 1, "bounced": 1, "delivered": 5, "visited": 4,
        "started": 3, "completed": 2, "responseRate": 40.0,
    })
}

/// What is equal to the letter; the interval is looked at apart.
fn without_interval(mut told: Value) -> Value {
    told.as_object_mut().unwrap().remove("responseRateLow");
    told
}

both! {
    async fn every_step_equals_what_was_done(steps: Steps) {
        let app = &steps.app;
        let token = app.fresh(steps.root.id).await;
        let told = funnel(app, &token, "").await;
        assert_eq!(told.as_array().unwrap().len(), 1);
        let low = told[0]["funnel"]["responseRateLow"].as_f64().unwrap();
        assert!((low - 11.762).abs() < 0.001, "Wilson of 2 in 5: {low}");
        assert_eq!(without_interval(told[0]["funnel"].clone()), whole());
        let read = format!("query($id: UUID!) {{ wave(id: $id) {{ funnel {{ {ALL} }} }} }}");
        let wave = ask(app, &token, &read, json!({ "id": steps.wave })).await;
        assert_eq!(without_interval(wave["funnel"].clone()), whole());
        let waves = ask(app, &token, &format!("{{ waves {{ nodes {{ id funnel {{ {ALL} }} }} }} }}"), Value::Null).await;
        assert_eq!(without_interval(waves["nodes"][0]["funnel"].clone()), whole());
        let cut = funnel(app, &token, "(groupBy: WAVE)").await;
        assert_eq!((&cut[0]["waveId"], cut.as_array().unwrap().len()), (&steps.wave, 1));
        let cut = funnel(app, &token, "(groupBy: LANGUAGE)").await;
        let part = |at: usize, name: &str| cut[at]["funnel"][name].as_i64().unwrap();
        assert_eq!((cut[0]["language"].as_str(), cut[1]["language"].as_str()), (Some("de"), Some("en")));
        assert_eq!(["judged", "delivered", "visited", "completed"].map(|name| part(0, name)), [2, 2, 2, 2]);
        for name in ["judged", "eligible", "sent", "delivered", "visited", "started", "completed"] {
            assert_eq!(part(0, name) + part(1, name), whole()[name].as_i64().unwrap(), "{name}");
        }
        let nothing = funnel(app, &token, "(filter: {language: {eq: \"ja\"}})").await;
        assert_eq!((&nothing[0]["funnel"]["judged"], &nothing[0]["funnel"]["responseRate"]), (&json!(0), &Value::Null));
        let by_hand = funnel(app, &token, "(filter: {programId: {isNull: true}}, groupBy: SURVEY)").await;
        assert_eq!(by_hand[0]["funnel"]["judged"], 10);
    }

    async fn each_sees_the_funnel_of_their_own_accounts(steps: Steps) {
        let app = &steps.app;
        let mine = funnel(app, &app.fresh(steps.owner.id).await, "").await;
        assert_eq!(without_interval(mine[0]["funnel"].clone()), whole());
        let token = app.fresh(steps.stranger.id).await;
        let theirs = funnel(app, &token, "").await;
        assert_eq!(theirs[0]["funnel"]["judged"], 0);
        assert_eq!(funnel(app, &token, "(groupBy: WAVE)").await, json!([]));
    }

    async fn machines_are_told_from_people(app: TestApp) {
        let asked: Asked = app.asked(SurveyKind::Nps).await;
        open(&app, &asked.link, "?score=9").await;
        app.forward(TimeDelta::seconds(30));
        for score in 0..=10 {
            open(&app, &asked.link, &format!("?score={score}")).await;
        }
        let page = format!("/s/{}", asked.link);
        for (method, headers) in [("HEAD", &BROWSER[..]), ("GET", &BROWSER[..1]), ("GET", &BROWSER[1..])] {
            assert_eq!(app.raw(method, &page, headers, "").await.status, 200);
        }
        let prefetch = [BROWSER[0], BROWSER[1], ("sec-purpose", "prefetch")];
        assert_eq!(app.raw("GET", &page, &prefetch, "").await.status, 200);
        assert_eq!(app.raw("GET", "/s/unknown-link-of-27-letters-x", &BROWSER, "").await.status, 404);
        app.app.write_visits().await;
        let mut wanted = vec![Some(Machine::TooSoon)];
        wanted.extend([Machine::Head, Machine::Prefetch, Machine::Agent, Machine::NoLanguage].map(Some));
        wanted.extend([Some(Machine::ManyScores); 11]);
        assert_eq!(machines(&app).await, wanted);
        assert!(app.invitations().await[0].visited_at.is_none());
        app.forward(TimeDelta::seconds(30));
        let first = app.now();
        open(&app, &asked.link, "?score=9").await;
        app.forward(TimeDelta::seconds(30));
        open(&app, &asked.link, "").await;
        app.app.write_visits().await;
        let row = app.invitations().await.remove(0);
        assert_eq!((row.visits, row.visited_at), (18, Some(first)));
        let token = app.fresh(asked.owner.id).await;
        let seen = ask(&app, &token, "{ invitations { nodes { visitedAt visits { at machine agent } } } }", Value::Null).await;
        assert_eq!(seen["nodes"][0]["visits"].as_array().unwrap().len(), 18);
        assert_eq!((&seen["nodes"][0]["visits"][0]["machine"], &seen["nodes"][0]["visitedAt"]), (&json!("TOO_SOON"), &json!(first)));
    }

    async fn a_second_score_at_once_makes_the_first_a_machine_s_too(app: TestApp) {
        let asked: Asked = app.asked(SurveyKind::Nps).await;
        app.forward(TimeDelta::minutes(5));
        open(&app, &asked.link, "?score=9").await;
        app.app.write_visits().await;
        assert!(app.invitations().await[0].visited_at.is_some());
        app.forward(TimeDelta::seconds(2));
        open(&app, &asked.link, "?score=8").await;
        app.app.write_visits().await;
        assert_eq!(machines(&app).await, [Some(Machine::ManyScores); 2]);
        assert!(app.invitations().await[0].visited_at.is_none());
    }

    async fn a_hundred_visits_are_kept_of_a_link(app: TestApp) {
        let asked: Asked = app.asked(SurveyKind::Nps).await;
        for _ in 0..6 {
            for _ in 0..25 {
                app.raw("HEAD", &format!("/s/{}", asked.link), &[], "").await;
            }
            app.app.write_visits().await;
        }
        assert_eq!((app.rows::<visit::Entity>().await.len(), app.invitations().await[0].visits), (100, 100));
    }

    async fn answers_are_found_by_what_they_say(steps: Steps) {
        let app = &steps.app;
        let token = app.fresh(steps.root.id).await;
        let found = async |filter: &str| -> Vec<i64> {
            let query = format!("{{ responses(filter: {filter}) {{ nodes {{ score category }} }} }}");
            let told = ask(app, &token, &query, Value::Null).await;
            told["nodes"].as_array().unwrap().iter().map(|node| node["score"].as_i64().unwrap()).collect()
        };
        for (filter, wanted) in [
            ("{category: {eq: PROMOTER}}", vec![10]),
            ("{category: {in: [PASSIVE, DETRACTOR]}}", vec![7, 3]),
            ("{category: {eq: SATISFIED}}", vec![]),
            ("{category: {in: []}}", vec![]),
            ("{category: {}}", vec![10, 7, 3]),
            ("{not: {category: {eq: PROMOTER}}}", vec![7, 3]),
            ("{language: {eq: \"de\"}}", vec![10, 7]),
            ("{segment: {eq: \"Enterprise\"}}", vec![10, 7, 3]),
            ("{segment: {eq: \"Other\"}}", vec![]),
            ("{tier: {eq: STANDARD}, territory: {eq: \"North\"}}", vec![10, 7, 3]),
            ("{commented: true}", vec![]),
            ("{commented: false, inherited: true}", vec![10, 7, 3]),
        ] {
            let mut scores = found(filter).await;
            scores.sort_unstable_by(|one, other| other.cmp(one));
            assert_eq!(scores, wanted, "{filter}");
        }
        let told = ask(app, &token, "{ responses(filter: {category: {eq: DETRACTOR}}) { nodes { category } } }", Value::Null).await;
        assert_eq!(told["nodes"][0]["category"], "DETRACTOR");
    }

    async fn csat_is_satisfied_by_its_own_scale(app: TestApp) {
        let asked: Asked = app.asked(SurveyKind::Csat).await;
        assert_eq!(app.answer(&asked.link, 4).await.status, 201);
        let token = app.fresh(asked.owner.id).await;
        for (category, wanted) in [("SATISFIED", 1), ("DISSATISFIED", 0), ("PROMOTER", 0)] {
            let query = format!("{{ responses(filter: {{category: {{eq: {category}}}}}) {{ nodes {{ category }} }} }}");
            let told = ask(&app, &token, &query, Value::Null).await;
            assert_eq!(told["nodes"].as_array().unwrap().len(), wanted, "{category}");
        }
        let customer = app.gql(Some(&asked.contact.token), "{ responses(filter: {or: [{segment: {eq: \"x\"}}]}) { nodes { id } } }", Value::Null).await;
        assert_eq!(customer["errors"][0]["extensions"]["errors"][0]["pointer"], "/filter/segment");
    }
}
