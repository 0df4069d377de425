//! A whole database carried to the other engine, and back.

use std::{
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use api::access::KeyScope;
use entity::SurveyKind;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use tests::{
    app::{SECRET, TestApp},
    both,
    engine::{Database, Engine, run},
    postgres,
    process::{self, Process},
    skip::skip,
    sqlite,
};

use crate::quiet::{asked, set_mode};

/// A database of the other engine without any table; nothing where PostgreSQL is not installed.
async fn elsewhere(from: &Database) -> Option<Database> {
    if from.engine() == Engine::Postgres {
        return Some(Database::Sqlite(sqlite::empty()));
    }
    let Some(database) = Engine::Postgres.database().await else {
        skip("PostgreSQL", postgres::CURE);
        return None;
    };
    let db = connect(&database).await;
    db.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    db.close().await.unwrap();
    Some(database)
}

async fn connect(database: &Database) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(database.url());
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// Tables in a database; a SQLite file that is not there has none.
async fn tables(database: &Database) -> i64 {
    if let Database::Sqlite(file) = database {
        return std::fs::read_dir(file.folder()).unwrap().count().try_into().unwrap();
    }
    let db = connect(database).await;
    let count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, count)).await.unwrap().unwrap();
    db.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn migrate_to(from: &str, to: &str, more: &[&str]) -> Option<(Output, String)> {
    let Some(program) = process::steward() else {
        skip("the program", process::CURE);
        return None;
    };
    let mut command = Command::new(program);
    command.args(["migrate-to", to]).args(more).env_clear().current_dir(std::env::temp_dir());
    command.envs([("STEWARD_DATABASE_URL", from), ("STEWARD_SECRET", SECRET)]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Some((output, String::from_utf8(text).unwrap()))
}

/// The one object that it prints.
async fn moved(from: &str, to: &str) -> Option<Value> {
    let (output, text) = migrate_to(from, to, &["--json"]).await?;
    assert!(output.status.success(), "{text}");
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// A company at work: accounts below accounts, answers, earlier answers, notes, a link that waits.
struct Company {
    /// Of an admin, a manager, an owner, a customer and an integration.
    tokens: Vec<String>,
    link: String,
}

async fn company(app: &TestApp) -> Company {
    let north = app.team("North", None).await;
    let harbour = app.team("Harbour", Some(north)).await;
    let (root, mia, ana) = (app.admin("Root").await, app.manager("Mia", north).await, app.owner("Ana", harbour).await);
    let whole = app.account("Żółć & 雪 🙂", harbour, Some(ana.id)).await;
    let part = app.account("Globex", harbour, Some(ana.id)).await;
    let below = "mutation($input: UpdateAccount!) { updateAccount(input: $input) { id } }";
    let input = json!({ "input": { "id": part, "version": 2, "parentId": whole } });
    let below = app.gql(Some(&root.token), below, input).await;
    assert!(below["errors"].is_null(), "{below}");
    app.collaborate(part, mia.id).await;
    let mut contacts = Vec::new();
    for number in 0..12 {
        contacts.push(app.contact(part, &format!("contact{number}")).await);
        app.note(whole, &format!("Note {number}"), number % 2 == 0).await;
    }
    let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
    let mut links = app.invite(SurveyKind::Nps, &ids).await;
    let link = links.remove(0);
    for (score, link) in links.iter().enumerate() {
        assert_eq!(app.answer(link, score.try_into().unwrap()).await.status, 201);
    }
    assert_eq!(app.amend(&links[3], 9, 1).await.status, 200);
    app.run_jobs().await;
    // Of the quiet ones: some that wait, and one that can be changed.
    for (kind, mode, names) in [
        (SurveyKind::Csat, "ANONYMOUS", ["Quiet 1", "Quiet 2"].as_slice()),
        (SurveyKind::Ces, "CONFIDENTIAL", &["Quiet 3"]),
    ] {
        let survey = set_mode(app, &root, kind, mode).await;
        for link in asked(app, survey, whole, names).await {
            assert_eq!(app.answer(&link, 4).await.status, 201);
        }
    }
    let outside = app.integration(&KeyScope::ALL, None).await;
    Company { tokens: vec![root.token, mia.token, ana.token, contacts[0].token.clone(), outside], link }
}

/// What members, a customer, an integration and a link see.
async fn seen(app: &TestApp, company: &Company) -> Vec<Value> {
    const QUERY: &str = "{ me { role }
        satisfaction { figures { question n value } }
        accounts(first: 100) { nodes { id name parent { id } owner { name } } } }";
    const AUDIT: &str = "{ audit(first: 100) { nodes { id at action subject before after } } }";
    let mut seen = Vec::new();
    for token in &company.tokens {
        seen.push(app.gql(Some(token), QUERY, json!({})).await);
    }
    let audit = app.gql(Some(&company.tokens[0]), AUDIT, json!({})).await;
    assert!(audit["errors"].is_null(), "{audit}");
    seen.push(audit);
    let page = app.rest("GET", &format!("/s/{}", company.link), None, None).await;
    assert_eq!(page.status, 200, "{}", page.text);
    seen
}

fn answers(seen: &[Value]) -> i64 {
    let figures = seen[0]["data"]["satisfaction"][0]["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["question"] == "nps").unwrap()["n"].as_i64().unwrap()
}

#[test]
fn a_company_goes_to_postgresql_and_back_as_it_is() {
    run(Engine::Sqlite, async |database: Database| {
        let from = database.url().to_owned();
        let Some(there) = elsewhere(&database).await else { return };
        let app = TestApp::seeded(database, &[], 7).await;
        let company = company(&app).await;
        let before = seen(&app, &company).await;
        let _old = app.stop();
        assert!(before[0]["data"]["accounts"]["nodes"].as_array().unwrap().iter().any(|one| !one["parent"].is_null()));
        let Some(to) = moved(&from, there.url()).await else { return };
        assert!(to["rows"].as_i64().unwrap() > 200, "{to}");
        let back = Database::Sqlite(sqlite::empty());
        assert_eq!(moved(there.url(), back.url()).await.unwrap(), to, "the same rows with the same checksums");
        for place in [there, back] {
            let engine = place.engine();
            let app = TestApp::seeded(place, &[], 8).await;
            assert_eq!(seen(&app, &company).await, before, "{engine:?}");
            assert_eq!(app.answer(&company.link, 9).await.status, 201, "{engine:?}: a link goes on");
            assert_eq!(answers(&seen(&app, &company).await), answers(&before) + 1, "{engine:?}");
        }
    });
}

both! {
    async fn only_an_empty_place_takes_a_sound_database(database: Database) {
        let Some(there) = elsewhere(&database).await else { return };
        let refused = async |from: &str, to: &str, why: &str| {
            let Some((output, text)) = migrate_to(from, to, &[]).await else { return };
            assert_eq!((output.status.code(), text.contains(why)), (Some(1), true), "{text}");
        };
        let nowhere = "postgres://steward:hush-hush@127.0.0.1:1/steward";
        let Some((output, text)) = migrate_to(database.url(), nowhere, &[]).await else { return };
        assert_eq!((output.status.code(), text.contains("the new place")), (Some(1), true), "{text}");
        assert!(!text.contains("hush-hush"), "{text}");
        let (output, text) = migrate_to(database.url(), "mysql://somewhere", &[]).await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        // Other tables than this version's.
        let db = connect(&database).await;
        let run = async |sql: &str| db.execute_unprepared(sql).await.map(drop).unwrap();
        run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)").await;
        refused(database.url(), there.url(), "this version's tables").await;
        run("DELETE FROM seaql_migrations WHERE version LIKE 'm2999%' OR version LIKE '%_keys'").await;
        refused(database.url(), there.url(), "this version's tables").await;
        assert_eq!(tables(&there).await, 0, "nothing was touched");
        run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20261126_000011_keys', 0)").await;
        db.close().await.unwrap();
        // A place that is taken, by itself too.
        let taken = if there.engine() == Engine::Sqlite { "is there already" } else { "not empty" };
        assert!(moved(database.url(), there.url()).await.is_some());
        refused(database.url(), there.url(), taken).await;
        let own = if database.engine() == Engine::Sqlite { "is there already" } else { "not empty" };
        refused(database.url(), database.url(), own).await;
    }

    async fn a_server_that_does_nothing_has_its_database_still(database: Database) {
        let Some(there) = elsewhere(&database).await else { return };
        let Some(program) = process::steward() else { return skip("the program", process::CURE) };
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("STEWARD_DATABASE_URL", database.url()),
            ("STEWARD_SECRET", SECRET),
            ("STEWARD_LISTEN", "127.0.0.1:0"),
            ("STEWARD_LOG", "error"),
            ("STEWARD_ADMIN_PASSWORD", "a password of many letters"),
        ];
        for arguments in [["serve"].as_slice(), &["serve", "--no-jobs"]] {
            let server = Process::start(&program, arguments, &settings, folder.path());
            server.url().await;
            // It has begun with what it does by itself, and waits.
            tokio::time::sleep(Duration::from_secs(2)).await;
            let (output, text) = migrate_to(database.url(), there.url(), &[]).await.unwrap();
            assert_eq!(output.status.code(), Some(1), "{text}");
            assert!(text.contains("in use") && text.contains("Stop every process of Steward first"), "{text}");
            assert_eq!(tables(&there).await, 0, "nothing was touched");
            let (status, _) = server.terminate().await;
            assert_eq!(status.code(), Some(0), "the server goes on as if nothing had been");
        }
        assert!(moved(database.url(), there.url()).await.is_some());
        // And it is given back.
        let server = Process::start(&program, &["serve"], &settings, folder.path());
        server.url().await;
    }

    async fn what_changes_meanwhile_is_not_carried_at_all(app: TestApp) {
        let Some(there) = elsewhere(&app.database).await else { return };
        let team = app.team("Sales", None).await;
        let account = app.account("Globex", team, None).await;
        for number in 0..300 {
            app.note(account, &format!("Note {number}"), false).await;
        }
        let app = Arc::new(app);
        let stop = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn({
            let (app, stop) = (Arc::clone(&app), Arc::clone(&stop));
            async move {
                while !stop.load(Ordering::Relaxed) {
                    app.note(account, "Meanwhile", false).await;
                }
            }
        });
        let refused = migrate_to(app.database.url(), there.url(), &[]).await;
        stop.store(true, Ordering::Relaxed);
        writer.await.unwrap();
        let Some((output, text)) = refused else { return };
        assert_eq!(output.status.code(), Some(1), "{text}");
        // A file is refused for being open already.
        let why = match app.database.engine() {
            Engine::Postgres => ["changed meanwhile", "Nothing was kept"],
            Engine::Sqlite => ["in use", "Nothing was carried"],
        };
        assert!(why.iter().all(|why| text.contains(why)), "{text}");
        assert_eq!(tables(&there).await, 0, "nothing stayed");
        // Nobody writes any more.
        let database = Arc::into_inner(app).unwrap().stop();
        assert!(moved(database.url(), there.url()).await.is_some());
        assert!(tables(&there).await > 0);
    }
}

#[test]
fn killed_half_way_it_leaves_nothing_behind() {
    run(Engine::Sqlite, async |app: TestApp| {
        let (Some(there), Some(program)) = (elsewhere(&app.database).await, process::steward()) else { return };
        let account = app.account("Globex", app.team("Sales", None).await, None).await;
        for number in 0..200 {
            app.note(account, &format!("Note {number}"), false).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let from = app.stop();
        let settings = [("STEWARD_DATABASE_URL", from.url()), ("STEWARD_SECRET", SECRET)];
        let moving = Process::start(&program, &["migrate-to", there.url()], &settings, folder.path());
        let db = connect(&there).await;
        let count = async |sql: &str| {
            let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap()
        };
        let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let until = async |others_are: &str, wanted: bool| {
            let (start, text) = (Instant::now(), format!("SELECT count(*) {others} {others_are}"));
            while (count(&text).await > 0) != wanted {
                assert!(start.elapsed() < Duration::from_secs(30), "{text} is not {wanted}");
            }
        };
        // Each tells of its last statement until the next one comes.
        until("AND query LIKE 'INSERT INTO \"%' AND query NOT LIKE '%seaql%'", true).await;
        let halt = Command::new("kill").args(["-STOP", &moving.id().to_string()]).status().unwrap();
        assert!(halt.success());
        let mut options = sea_orm::ConnectOptions::new(from.url());
        options.max_connections(1).acquire_timeout(Duration::from_secs(1)).sqlx_logging(false);
        let opened = match sea_orm::Database::connect(options).await {
            Ok(db) => db.execute_unprepared("SELECT count(*) FROM account").await.map(drop),
            Err(error) => Err(error),
        };
        assert!(opened.is_err(), "nobody else has the file meanwhile");
        moving.kill();
        until("", false).await;
        assert_eq!(tables(&there).await, 0);
        let mut again = Command::new(&program);
        again.args(["migrate-to", there.url()]).env_clear().env("STEWARD_DATABASE_URL", from.url());
        let said = String::from_utf8(again.current_dir(folder.path()).output().unwrap().stdout).unwrap();
        assert!(said.contains("set STEWARD_SECRET_FILE to /") && said.contains("/steward.secret"), "{said}");
    });
}
