//! Many at once on one link: one answer, counted once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use api::{
    access::KeyScope,
    base::{Error, Result},
};
use entity::{AccountId, Suppression, SurveyKind, account};
use sea_orm::{ActiveValue::Set, ConnectionTrait, TransactionTrait};
use serde_json::json;
use tests::{
    app::TestApp,
    both,
    doors::once,
    engine::{self, Database, Engine, World},
};
use tokio::{
    sync::{Barrier, oneshot},
    task::JoinSet,
    time::timeout,
};

const RACERS: usize = 64;

fn rounds() -> usize {
    if engine::long() { 200 } else { 4 }
}

/// Sends one answer a racer, all released together; gives how often each status came.
async fn race(app: &Arc<TestApp>, door: &str, version: Option<&'static str>) -> BTreeMap<u16, usize> {
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (app, door, start) = (Arc::clone(app), door.to_owned(), Arc::clone(&start));
        racers.spawn(async move {
            let answer = json!({"score": racer % 11, "comment": format!("racer {racer}")});
            start.wait().await;
            app.put(&door, &answer, version).await.status.as_u16()
        });
    }
    let mut told = BTreeMap::new();
    while let Some(status) = racers.join_next().await {
        *told.entry(status.unwrap()).or_insert(0) += 1;
    }
    told
}

both! {
    async fn one_of_64_racers_answers(app: TestApp) {
        let app = Arc::new(app);
        let team = app.team("Sales", None).await;
        let owner = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(owner.id)).await;
        for round in 0..rounds() {
            // Rows come in the order of their ids, and ids in the order of time.
            app.forward(chrono::TimeDelta::seconds(1));
            let contact = app.contact(account, &format!("Racer {round}")).await;
            let link = app.invite(SurveyKind::Nps, &[contact.id]).await.remove(0);
            let door = format!("/api/v1/invitations/{link}/response");
            let before = app.counted().await;
            assert_eq!(race(&app, &door, None).await, BTreeMap::from([(201, 1), (409, RACERS - 1)]), "round {round}");
            let answers = app.responses().await;
            assert_eq!(answers.len(), round + 1);
            let winner = &answers[round];
            let grown: Vec<i32> = app.counted().await.iter().zip(before).map(|(now, then)| now - then).collect();
            assert_eq!(grown, once(usize::try_from(winner.score).unwrap()));
            let read = app.rest("GET", &format!("/api/v1/invitations/{link}"), None, None).await.json();
            assert_eq!((&read["response"]["score"], &read["response"]["version"]), (&json!(winner.score), &json!(1)));
        }
    }

    async fn one_of_64_racers_changes_a_version(app: TestApp) {
        let app = Arc::new(app);
        let asked = app.asked(SurveyKind::Nps).await;
        assert_eq!(app.answer(&asked.link, 10).await.status, 201);
        assert_eq!(race(&app, &asked.door(), Some("\"1\"")).await, BTreeMap::from([(200, 1), (412, RACERS - 1)]));
        let answer = app.responses().await.remove(0);
        assert_eq!(answer.version, 2);
        assert_eq!(app.counted().await, once(usize::try_from(answer.score).unwrap()));
    }

    async fn one_of_many_sendings_at_once_reaches_a_person(app: TestApp) {
        let app = Arc::new(app);
        let team = app.team("Sales", None).await;
        let root = app.admin("Root").await;
        // The same person at two accounts, so that no row is common to all.
        let (here, there) = (app.account("Globex", team, None).await, app.account("Initech", team, None).await);
        let contacts = [app.contact(here, "Carl").await.id, app.contact(there, "Carl").await.id];
        let start = Arc::new(Barrier::new(16));
        let mut senders = JoinSet::new();
        for number in 0..16 {
            let (app, start, token) = (Arc::clone(&app), Arc::clone(&start), root.token.clone());
            let to = json!({"contactIds": [contacts[number % 2]]});
            senders.spawn(async move {
                start.wait().await;
                app.send(&token, SurveyKind::Nps, to).await.status.as_u16()
            });
        }
        while let Some(status) = senders.join_next().await {
            assert_eq!(status.unwrap(), 202);
        }
        app.run_jobs().await;
        assert_eq!(app.outbox().len(), 1, "one mail to one person");
        let rows = app.invitations().await;
        assert_eq!(rows.len(), 16);
        let told = rows.iter().filter(|row| row.suppressed == Some(Suppression::Quarantine)).count();
        assert_eq!(told, 15);
    }
}

/// On PostgreSQL, where changes run beside one another: rows held in one order, and in the other.
#[test]
fn of_two_changes_that_wait_for_each_other_one_is_made() {
    engine::run(Engine::Postgres, async |app: TestApp| {
        let team = app.team("Sales", None).await;
        let (here, there) = (app.account("Globex", team, None).await, app.account("Initech", team, None).await);
        let met = Arc::new(Barrier::new(2));
        let change = async |first: AccountId, then: AccountId| {
            let met = Arc::clone(&met);
            let system = app.system();
            let held = system.write(move |tx| async move {
                let row = tx.account(first).await?;
                met.wait().await;
                tx.account(then).await?;
                tx.update::<account::Entity>(row, |row| row.industry = Set(Some("Ships".to_owned()))).await.map(drop)
            });
            held.await
        };
        let told = tokio::join!(change(here, there), change(there, here));
        let made = match &told {
            (Ok(()), Err(Error::Unavailable)) => here,
            (Err(Error::Unavailable), Ok(())) => there,
            _ => panic!("{told:?}"),
        };
        let changed = app.rows::<account::Entity>().await.into_iter().filter(|row| row.industry.is_some());
        assert_eq!(changed.map(|row| row.id).collect::<Vec<_>>(), [made], "the other is undone as a whole");
        assert!(app.system().write(|_| async { Ok(()) }).await.is_ok());
    });
}

/// What PostgreSQL may say of a transaction that has only to come again, and what not.
#[test]
fn what_passes_is_told_so_at_both_doors() {
    engine::run(Engine::Postgres, async |database: Database| {
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        let run = async |sql: &str| db.execute_unprepared(sql).await.map(drop).unwrap();
        let name = database.url().split(['/', '?']).nth(3).unwrap().to_owned();
        run(&format!("ALTER DATABASE {name} SET lock_timeout = '200ms'")).await;
        let app = TestApp::on(database).await;
        let (root, key) = (app.admin("Root").await, app.integration(&KeyScope::ALL, None).await);
        // A row that somebody else holds for longer than the server allows.
        let put = async || app.rest("PUT", "/api/v1/accounts/17", Some(&key), Some(json!({ "name": "Globex" }))).await;
        assert_eq!(put().await.status, 201);
        let other = db.begin().await.unwrap();
        other.execute_unprepared("SELECT * FROM account FOR UPDATE").await.unwrap();
        let told = put().await;
        assert_eq!((told.status.as_u16(), &told.json()["code"]), (503, &json!("UNAVAILABLE")), "{}", told.text);
        assert_eq!(told.headers["retry-after"], "1");
        other.rollback().await.unwrap();
        assert_eq!(put().await.status, 200, "the same request again");
        run("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = NEW.name; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON team FOR EACH ROW EXECUTE FUNCTION fail()")
        .await;
        let make = "mutation($name:String!){createTeam(input:{name:$name}){id}}";
        for (code, told) in [
            ("40001", "UNAVAILABLE"),
            ("40P01", "UNAVAILABLE"),
            ("55P03", "UNAVAILABLE"),
            ("57014", "UNAVAILABLE"),
            ("57P01", "UNAVAILABLE"),
            ("25006", "UNAVAILABLE"),
            ("25P03", "UNAVAILABLE"),
            ("08006", "UNAVAILABLE"),
            ("53300", "UNAVAILABLE"),
            ("53100", "INSUFFICIENT_STORAGE"),
            ("42703", "INTERNAL"),
            ("25P02", "INTERNAL"),
        ] {
            let answer = app.gql(Some(&root.token), make, json!({ "name": code })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], told, "{code}: {answer}");
        }
        run("DROP TRIGGER fail ON team").await;
        assert!(app.gql(Some(&root.token), make, json!({ "name": "Sales" })).await["errors"].is_null());
        db.close().await.unwrap();
    });
}

/// On SQLite, where changes wait for one another.
#[test]
fn a_change_that_nobody_waits_for_any_more_is_not_made() {
    engine::run(Engine::Sqlite, gone);
}

async fn gone(app: TestApp) {
    let system = app.system();
    let (go_on, held) = oneshot::channel::<()>();
    let holds = system.write(move |_| async move {
        let _ = held.await;
        Ok(())
    });
    let made = Arc::new(AtomicBool::new(false));
    let late = {
        let made = Arc::clone(&made);
        system.write(move |_| async move {
            made.store(true, Ordering::SeqCst);
            Ok(())
        })
    };
    let given_up = async {
        let late: Result<Result<()>, _> = timeout(Duration::from_millis(200), late).await;
        assert!(late.is_err(), "it waits for the one before");
        go_on.send(()).unwrap();
    };
    let (held, ()) = tokio::join!(holds, given_up);
    held.unwrap();
    system.write(|_| async { Ok(()) }).await.unwrap();
    assert!(!made.load(Ordering::SeqCst));
}
