//! Answers as they are given: who hears of them, and in what rights.

mod protocol;

use std::{sync::Arc, time::Duration};

use api::{
    access::KeyScope,
    app::{App, Ports},
    base::{Error, FixedClock, SeededRandom},
    config::{Settings, Source},
    member::UpdateMember,
    store::Event,
};
use async_graphql::MaybeUndefined;
use chrono::TimeDelta;
use entity::{AccountId, MemberId, ResponseId, SurveyKind, TeamId, member, session};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait};
use serde_json::{Value, json};
use tests::{
    app::{Customer, Person, SECRET, TestApp, URL},
    both,
    engine::{Engine, run},
    js::{self, Js},
    live::{Heard, Socket},
    served::Served,
    skip::skip,
};

const SCORE: &str = "subscription { responseReceived { score } }";
const WHOLE: &str = "subscription { responseReceived { score comment version creditedTo { name } \
                     contact { name } account { name owner { name } } } }";
/// How long after their rights have gone somebody may still be there.
const GONE: Duration = Duration::from_secs(5);

/// Two teams; an account of Ana's in the first, with a link that was not answered yet.
struct Story {
    app: TestApp,
    served: Served,
    north: TeamId,
    south: TeamId,
    mia: Person,
    max: Person,
    ana: Person,
    account: AccountId,
    carl: Customer,
    link: String,
}

impl Story {
    async fn new(app: TestApp) -> Self {
        let (north, south) = (app.team("North", None).await, app.team("South", None).await);
        let (mia, max) = (app.manager("Mia", north).await, app.manager("Max", south).await);
        let ana = app.owner("Ana", north).await;
        let account = app.account("Globex", north, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        let link = app.invite(SurveyKind::Nps, &[carl.id]).await.remove(0);
        let served = Served::start(app.app.router()).await;
        Self { app, served, north, south, mia, max, ana, account, carl, link }
    }

    async fn listener(&self, token: &str, query: &str) -> Socket {
        let mut socket = Socket::of(&self.served.url, token).await;
        socket.subscribe("a", query).await;
        socket
    }

    /// A new account of a team with a link to answer.
    async fn link(&self, name: &str, team: TeamId, owner: Option<MemberId>) -> String {
        let account = self.app.account(name, team, owner).await;
        let contact = self.app.contact(account, &format!("Contact of {name}")).await;
        self.app.invite(SurveyKind::Nps, &[contact.id]).await.remove(0)
    }

    async fn answer(&self, link: &str, score: i64) {
        assert_eq!(self.app.answer(link, score).await.status, 201);
    }
}

fn score(of: i64) -> Value {
    json!({ "data": { "responseReceived": { "score": of } } })
}

async fn update(app: &TestApp, id: MemberId, change: impl FnOnce(&mut UpdateMember)) {
    let row = app.rows::<member::Entity>().await.into_iter().find(|row| row.id == id).unwrap();
    let mut input = UpdateMember {
        id,
        version: row.version,
        name: None,
        email: None,
        admin: None,
        active: None,
        team_id: MaybeUndefined::Undefined,
    };
    change(&mut input);
    api::member::update(&app.system(), input).await.unwrap();
}

async fn revoke_sessions(app: &TestApp, of: MemberId) {
    let system = app.system();
    let change = system.write(move |tx| async move {
        let rows = tx.find::<session::Entity>().filter(session::Column::MemberId.eq(of)).all().await?;
        for row in rows {
            let now = tx.now();
            tx.update::<session::Entity>(row, |row| row.revoked_at = Set(Some(now))).await?;
        }
        Ok(())
    });
    change.await.unwrap();
}

/// Nothing but the end comes, and it comes in time.
async fn closes(mut socket: Socket, code: u16, why: &str) {
    assert_eq!(socket.within(GONE).await, Some(Heard::Closed(code)), "{why}");
}

both! {
    async fn an_answer_comes_to_those_who_see_its_account_and_to_nobody_else(app: TestApp) {
        let story = Story::new(app).await;
        let app = &story.app;
        let ada = app.admin("Ada").await;
        let ben = app.owner("Ben", story.north).await;
        let zoe = app.contact(app.account("Initech", story.south, None).await, "Zoe").await;
        let key = app.integration(&KeyScope::ALL, Some(story.north)).await;
        let mut hear = Vec::new();
        for token in [&story.mia.token, &story.ana.token, &ada.token, &story.carl.token, &key] {
            hear.push(story.listener(token, SCORE).await);
        }
        let mut silent = Vec::new();
        for token in [&story.max.token, &ben.token, &zoe.token] {
            silent.push(story.listener(token, SCORE).await);
        }
        story.answer(&story.link, 7).await;
        for socket in &mut hear {
            assert_eq!(socket.event("a").await, score(7));
        }
        // What comes to the others first is what is theirs, so the other answer never came.
        let second = story.link("Umbrella", story.south, None).await;
        story.answer(&second, 3).await;
        assert_eq!(silent[0].event("a").await, score(3));
        for socket in &mut silent[1..] {
            assert_eq!(socket.within(Duration::from_millis(300)).await, None);
            socket.fence().await;
        }
    }

    async fn an_event_shows_what_is_asked_for_as_the_viewer_may_see_it(app: TestApp) {
        let story = Story::new(app).await;
        let mut mia = story.listener(&story.mia.token, WHOLE).await;
        let mut carl = story.listener(&story.carl.token, WHOLE).await;
        let before = story.app.statements();
        let path = format!("/api/v1/invitations/{}/response", story.link);
        let body = json!({ "score": 9, "comment": "Quick and friendly." });
        assert_eq!(story.app.rest("PUT", &path, None, Some(body)).await.status, 201);
        let account = json!({ "name": "Globex", "owner": { "name": "Ana" } });
        let whole = json!({ "score": 9, "comment": "Quick and friendly.", "version": 1, "creditedTo": { "name": "Ana" },
            "contact": { "name": "Carl" }, "account": account });
        assert_eq!(mia.event("a").await, json!({ "data": { "responseReceived": whole } }));
        let event = carl.event("a").await;
        assert_eq!(event["data"]["responseReceived"]["contact"], json!({ "name": "Carl" }));
        assert_eq!(event["data"]["responseReceived"]["creditedTo"], Value::Null);
        assert_eq!(event["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(event["errors"][0]["path"], json!(["responseReceived", "creditedTo"]));
        // Of each socket: who asks, the answer, its account; and perhaps a look at the sign-in.
        let ran = story.app.statements() - before;
        assert!(ran <= 8 + 2 * 3 + 2, "{ran} statements");
        assert_eq!(story.app.amend(&story.link, 2, 1).await.status, 200);
        let event = mia.event("a").await;
        assert_eq!((&event["data"]["responseReceived"]["score"], &event["data"]["responseReceived"]["version"]), (&json!(2), &json!(2)));
    }

    async fn fields_come_in_the_order_they_were_asked_for(app: TestApp) {
        let story = Story::new(app).await;
        let mut mia = story.listener(&story.mia.token, "subscription { responseReceived { version score kind } }").await;
        story.answer(&story.link, 9).await;
        let text = mia.text().await;
        assert!(text.contains(r#"{"data":{"responseReceived":{"version":1,"score":9,"kind":"NPS"}}}"#), "{text}");
    }

    async fn what_was_rolled_back_is_never_told(app: TestApp) {
        let story = Story::new(app).await;
        let mut mia = story.listener(&story.mia.token, SCORE).await;
        // Whoever answered twice is refused, and a change that fails after its announcement tells nothing.
        story.answer(&story.link, 7).await;
        assert_eq!(mia.event("a").await, score(7));
        assert_eq!(story.app.answer(&story.link, 1).await.status, 409);
        let id: ResponseId = story.app.rows::<entity::response::Entity>().await[0].id;
        let system = story.app.system();
        let failed = system.write(move |tx| async move {
            tx.announce(Event::Response(id));
            Err::<(), _>(Error::Stale)
        });
        assert!(failed.await.is_err());
        let next = story.link("Umbrella", story.north, None).await;
        story.answer(&next, 4).await;
        assert_eq!(mia.event("a").await, score(4));
    }

    async fn rights_are_those_of_the_moment(app: TestApp) {
        let story = Story::new(app).await;
        let app = &story.app;
        let ben = app.owner("Ben", story.north).await;
        let (mut ana, mut new) = (story.listener(&story.ana.token, WHOLE).await, story.listener(&ben.token, WHOLE).await);
        app.assign(story.account, ben.id).await;
        story.answer(&story.link, 8).await;
        let event = new.event("a").await;
        assert_eq!(event["data"]["responseReceived"]["account"]["owner"]["name"], "Ben");
        assert_eq!(event["data"]["responseReceived"]["creditedTo"]["name"], "Ana");
        let own = story.link("Umbrella", story.north, Some(story.ana.id)).await;
        story.answer(&own, 5).await;
        assert_eq!(ana.event("a").await["data"]["responseReceived"]["score"], 5, "the account that moved is silent");
        // An admin who is one no more hears what an owner hears.
        let (ada, _) = (app.admin("Ada").await, app.admin("Another").await);
        let mut socket = story.listener(&ada.token, SCORE).await;
        update(app, ada.id, |input| input.admin = Some(false)).await;
        let third = story.link("Hooli", story.north, None).await;
        story.answer(&third, 6).await;
        assert_eq!(socket.within(Duration::from_millis(300)).await, None);
        socket.fence().await;
    }

    async fn a_socket_ends_with_its_sign_in(app: TestApp) {
        let story = Story::new(app).await;
        let app = &story.app;
        let (ben, bea) = (app.owner("Ben", story.north).await, app.owner("Bea", story.north).await);
        let zoe = app.contact(story.account, "Zoe").await;
        let sockets = (story.listener(&ben.token, SCORE).await, story.listener(&bea.token, SCORE).await, story.listener(&zoe.token, SCORE).await);
        update(app, ben.id, |input| input.active = Some(false)).await;
        revoke_sessions(app, bea.id).await;
        app.change_contact(&story.mia.token, zoe.id, json!({ "archived": true })).await;
        tokio::join!(
            closes(sockets.0, 4401, "no longer active"),
            closes(sockets.1, 4401, "the session was revoked"),
            closes(sockets.2, 4401, "an archived contact"),
        );
        let mia = story.listener(&story.mia.token, SCORE).await;
        app.forward(TimeDelta::hours(12));
        story.answer(&story.link, 8).await;
        closes(mia, 4401, "the token has expired, and the event is not told").await;
    }

    async fn the_public_client_hears_an_answer(app: TestApp) {
        let Some(js) = Js::with(&["live.mjs"]) else { return skip("Node with its packages", js::CURE) };
        let story = Story::new(app).await;
        let arguments = ["live.mjs", &story.served.url, &story.mia.token, SCORE];
        let answering = async {
            // The program tells nobody when it listens; answers are given until it has heard one.
            for at in 0.. {
                tokio::time::sleep(Duration::from_millis(200)).await;
                let link = story.link(&format!("Account {at}"), story.north, None).await;
                story.answer(&link, 9).await;
            }
        };
        let heard = tokio::select! {
            heard = js.node(&arguments) => heard,
            () = answering => unreachable!(),
        };
        assert_eq!(serde_json::from_str::<Value>(heard.trim()).unwrap(), score(9));
    }
}

/// SQLite is one process's alone.
#[test]
fn what_one_process_is_told_all_hear() {
    run(Engine::Postgres, two_processes);
}

async fn two_processes(app: TestApp) {
    let story = Story::new(app).await;
    let other = second(&story.app).await;
    let served = Served::start(other.router()).await;
    let mut here = story.listener(&story.mia.token, SCORE).await;
    let mut there = Socket::of(&served.url, &story.mia.token).await;
    there.subscribe("a", SCORE).await;
    story.answer(&story.link, 7).await;
    assert_eq!((here.event("a").await, there.event("a").await), (score(7), score(7)));
    // Once each: the next to come is the next answer.
    let next = story.link("Umbrella", story.north, None).await;
    story.answer(&next, 4).await;
    assert_eq!((here.event("a").await, there.event("a").await), (score(4), score(4)));
    // A job queued here wakes a worker there.
    other.env.db.listen().await.unwrap();
    let ring = async |limit| tokio::time::timeout(limit, other.env.db.wake().notified()).await.is_ok();
    while ring(Duration::from_millis(200)).await {}
    story.link("Hooli", story.north, None).await;
    assert!(ring(Duration::from_secs(5)).await);
    // Who may have missed something is told, and hears again once they are back.
    let admin = sea_orm::Database::connect(story.app.database.url()).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    admin.execute_unprepared(kill).await.unwrap();
    assert_eq!((here.hear().await, there.hear().await), (Heard::Closed(1013), Heard::Closed(1013)));
    let mut again = story.listener(&story.mia.token, SCORE).await;
    let last = story.link("Stark", story.north, None).await;
    story.answer(&last, 2).await;
    assert_eq!(again.event("a").await, score(2));
}

/// Another process on the same database.
async fn second(app: &TestApp) -> App {
    let names = [("STEWARD_DATABASE_URL", app.database.url()), ("STEWARD_SECRET", SECRET)];
    let names = names.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::read(Source::of(names)).unwrap();
    let clock = Arc::new(FixedClock::new(app.now()));
    let ports = Ports { clock, random: Arc::new(SeededRandom::new(11)), mail: None };
    App::build(&settings, ports, URL.to_owned()).await.unwrap()
}
