//! What operators are told: whether the server is ready, what it does; and what nobody is told.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use api::{
    access::KeyScope,
    base::SeededRandom,
    config::{Settings, Source},
    key::CreateIntegrationKey,
};
use axum::http::Method;
use chrono::TimeDelta;
use entity::{SurveyKind, api_key, job};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::json;
use tests::{
    app::{Reply, TestApp},
    both,
    engine::{self, Engine},
    process::{self, Process},
    served::ask,
    skip::skip,
};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream};

/// For as long a look at the database is good, and a little longer.
const LOOK: Duration = Duration::from_millis(2_200);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// What the server tells of itself, to an admin.
async fn metrics(app: &TestApp, token: &str) -> String {
    let reply = app.rest("GET", "/metrics", Some(token), None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.text
}

/// The figure of a series; none where there is none.
fn figure(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(name, _)| name == series))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// The names of all series, with their labels.
fn series(text: &str) -> BTreeSet<&str> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| Some(line.rsplit_once(' ')?.0)).collect()
}

async fn ready(app: &TestApp) -> Reply {
    app.rest("GET", "/readyz", None, None).await
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

both! {
    async fn a_thousand_unknown_paths_add_no_label(app: TestApp) {
        let ada = app.admin("Ada").await;
        let random = SeededRandom::new(23);
        let word = || {
            let mut bytes = [0; 10];
            api::base::Random::fill(&random, &mut bytes);
            bytes.map(|byte| char::from(b'a' + byte % 26)).iter().collect::<String>()
        };
        let paths = |word: &str| {
            [format!("/{word}"), format!("/s/{word}"), format!("/u/{word}"), format!("/api/v1/invitations/{word}"), format!("/api/v1/accounts/{word}?{word}={word}")]
        };
        let mut words = vec![word()];
        let call = async |path: String, method: Method| {
            app.raw(method.as_str(), &path, &[], "").await;
        };
        for path in paths(&words[0]) {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "BREW"] {
                call(path.clone(), method.parse().unwrap()).await;
            }
        }
        metrics(&app, &ada.token).await;
        let before = metrics(&app, &ada.token).await;
        for at in 0..200 {
            words.push(word());
            let own = Method::from_bytes(word().to_uppercase().as_bytes()).unwrap();
            for path in paths(&words[at]) {
                call(path, if at % 2 == 0 { Method::GET } else { own.clone() }).await;
            }
        }
        let after = metrics(&app, &ada.token).await;
        assert_eq!(series(&after), series(&before));
        let nowhere = figure(&after, r#"steward_http_requests_total{route="none",method="GET",status="4xx"}"#);
        assert_eq!(nowhere, Some(101.0), "{after}");
        assert!(after.contains(r#"route="/s/{token}",method="other""#), "{after}");
        assert!(words.iter().all(|word| !after.contains(word)), "what was asked for stands in a label");
        assert!(!after.contains(&ada.token));
    }

    async fn metrics_are_for_admins_and_for_keys_that_may(app: TestApp) {
        let key = async |scope: &str| {
            let input = CreateIntegrationKey { name: scope.to_owned(), scopes: vec![scope.to_owned()], source: "x".to_owned(), team_id: None, expires_at: None };
            api::key::create(&app.system(), input).await.unwrap()
        };
        let (id, right) = key("metrics:read").await;
        let (_, wrong) = key("accounts:read").await;
        let status = async |path: &str, token: Option<&str>| app.rest("GET", path, token, None).await.status.as_u16();
        assert_eq!(status("/metrics", None).await, 401);
        assert_eq!(status("/metrics", Some(wrong.text())).await, 403);
        let forged = format!("{}A", &right.text()[..right.text().len() - 1]);
        assert_eq!(status("/metrics", Some(&forged)).await, 401);
        metrics(&app, right.text()).await;
        metrics(&app, &app.integration(&[KeyScope::MetricsRead], None).await).await;
        assert_eq!(status("/metrics", Some(&app.integration(&[KeyScope::AccountsRead], None).await)).await, 403);
        let used = app.rows::<api_key::Entity>().await.into_iter().find(|row| row.id == id).unwrap().last_used_at;
        assert_eq!(used, Some(app.now()));
        // The key itself opens nothing else, and nothing at all once it is ended.
        for path in ["/api/v1/accounts", "/api/v1/exports/accounts.csv"] {
            assert_eq!(status(path, Some(right.text())).await, 401);
        }
        api::key::revoke(&app.system(), id).await.unwrap();
        assert_eq!(status("/metrics", Some(right.text())).await, 401);
    }

    async fn metrics_tell_what_was_done(app: TestApp) {
        let ada = app.admin("Ada").await;
        let team = app.team("Sales", None).await;
        let ana = app.owner("Ana", team).await;
        let account = app.account("Globex", team, Some(ana.id)).await;
        let carl = app.contact(account, "Carl").await;
        app.invite(SurveyKind::Nps, &[carl.id]).await;
        // Reads, loaders and a change: each statement counts, whichever task runs it.
        let before = app.statements();
        let ask = "{accounts{nodes{name owner{name team{name}} contacts{name} responses{score account{name}}}}}";
        assert!(app.gql(Some(&ada.token), ask, json!({})).await["errors"].is_null());
        let make = format!("mutation{{createContact(input:{{accountId:\"{account}\",name:\"Dora\"}}){{id account{{name}}}}}}");
        assert!(app.gql(Some(&ada.token), &make, json!({})).await["errors"].is_null());
        let statements = app.statements() - before;
        let dora = app.contact(account, "Dora Two").await;
        let send = json!({ "contactIds": [dora.id], "reminders": [] });
        assert_eq!(app.send(&ada.token, SurveyKind::Csat, send).await.status, 202);
        app.forward(TimeDelta::seconds(90));
        let text = metrics(&app, &ada.token).await;
        let due = app.rows::<job::Entity>().await.iter().filter(|job| job.state == entity::JobState::Ready && job.run_at <= app.now()).count();
        assert_eq!(due, 1);
        for (series, want) in [
            (r#"steward_http_request_statements_sum{route="/graphql",method="POST"}"#, f64::from(u32::try_from(statements).unwrap())),
            (r#"steward_http_request_seconds_count{route="/graphql",method="POST"}"#, 2.0),
            (r#"steward_http_requests_total{route="/graphql",method="POST",status="2xx"}"#, 2.0),
            (r#"steward_mails_total{outcome="sent"}"#, 1.0),
            (r#"steward_mails_total{outcome="failed"}"#, 0.0),
            (r#"steward_job_runs_total{kind="invitation.mail",outcome="done"}"#, 1.0),
            (r#"steward_jobs{state="due"}"#, 1.0),
            (r#"steward_jobs{state="leased"}"#, 0.0),
            (r#"steward_jobs{state="dead"}"#, 0.0),
            ("steward_oldest_due_job_seconds", 90.0),
        ] {
            assert_eq!(figure(&text, series), Some(want), "{series} in\n{text}");
        }
        assert!(statements > 4 && figure(&text, r#"steward_jobs{state="ready"}"#) >= Some(1.0), "{text}");
        app.forward(TimeDelta::minutes(5));
        assert_eq!(ready(&app).await.json(), json!({ "status": "ok", "queue": "late" }));
    }

    async fn readiness_tells_what_is_wrong(app: TestApp) {
        let reply = ready(&app).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (200, json!({ "status": "ok", "queue": "ok" })));
        // However many ask, the database is asked a few times only.
        let (start, before) = (Instant::now(), app.statements());
        for _ in 0..300 {
            assert_eq!(ready(&app).await.status, 200);
        }
        let looks = start.elapsed().as_secs() / 2 + 1;
        assert!(app.statements() - before <= looks * 2, "{} statements", app.statements() - before);
        let db = connect(app.database.url()).await;
        for change in [
            "UPDATE seaql_migrations SET version = 'm29990101_000001_later' WHERE version = 'm20261126_000010_attempts'",
            "ALTER TABLE job RENAME TO gone",
        ] {
            db.execute_unprepared(change).await.unwrap();
        }
        tokio::time::sleep(LOOK).await;
        let reply = ready(&app).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (503, Some("UNAVAILABLE")), "{}", reply.text);
        for word in ["lacks migrations", "newer version", "queue of jobs cannot be read"] {
            assert!(reply.text.contains(word), "no {word} in {}", reply.text);
        }
        let text = metrics(&app, &app.admin("Ada").await.token).await;
        assert!(!text.contains("steward_jobs{"), "what cannot be read is not told: {text}");
        for change in [
            "UPDATE seaql_migrations SET version = 'm20261126_000010_attempts' WHERE version = 'm29990101_000001_later'",
            "ALTER TABLE gone RENAME TO job",
        ] {
            db.execute_unprepared(change).await.unwrap();
        }
        tokio::time::sleep(LOOK).await;
        assert_eq!(ready(&app).await.status, 200);
        app.app.stop();
        let reply = ready(&app).await;
        assert!(reply.status == 503 && reply.text.contains("being stopped"), "{}", reply.text);
        assert_eq!(app.rest("GET", "/healthz", None, None).await.status, 200);
    }
}

#[test]
fn readiness_waits_not_long_for_a_database_that_is_away() {
    async fn away(app: TestApp) {
        assert_eq!(ready(&app).await.status, 200);
        let (before, after) = app.database.url().split_once("/steward_").unwrap();
        let (number, rest) = after.split_once('?').unwrap();
        let admin = connect(&format!("{before}/postgres?{rest}")).await;
        for change in [
            format!("ALTER DATABASE steward_{number} ALLOW_CONNECTIONS false"),
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'steward_{number}'"),
        ] {
            admin.execute_unprepared(&change).await.unwrap();
        }
        tokio::time::sleep(LOOK).await;
        let start = Instant::now();
        let reply = ready(&app).await;
        assert!(reply.status == 503 && reply.text.contains("the database does not answer"), "{}", reply.text);
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert_eq!(app.rest("GET", "/healthz", None, None).await.status, 200);
        let back = format!("ALTER DATABASE steward_{number} ALLOW_CONNECTIONS true");
        admin.execute_unprepared(&back).await.unwrap();
        tokio::time::sleep(LOOK).await;
        assert_eq!(ready(&app).await.status, 200, "by itself");
    }
    engine::run(Engine::Postgres, away);
}

#[test]
fn a_reader_whose_connection_was_ended_is_answered() {
    const LAST: &str = "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%' ORDER BY state_change DESC LIMIT 1) AS last";
    engine::run(Engine::Postgres, async |app: TestApp| {
        let root = app.admin("Root").await.token;
        let operator = connect(app.database.url()).await;
        for _ in 0..5 {
            assert_eq!(app.rest("GET", "/api/v1/accounts", Some(&root), None).await.status, 200);
            assert_eq!(operator.execute_unprepared(LAST).await.unwrap().rows_affected(), 1);
        }
    });
}

#[test]
fn a_change_that_nobody_waits_for_leaves_no_transaction_open() {
    const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    engine::run(Engine::Postgres, async |app: TestApp| {
        let (system, operator) = (app.system(), connect(app.database.url()).await);
        for turns in 0..300 {
            let patience = async {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                _ = system.write(|_| async { Ok(()) }) => {},
                () = patience => {},
            }
        }
        let count = || Statement::from_string(DbBackend::Postgres, OPEN);
        let mut open = 1;
        for _ in 0..50 {
            open = operator.query_one_raw(count()).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap();
            if open == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(open, 0);
    });
}

#[test]
fn operators_have_an_address_of_their_own() {
    let read = |own: &str| {
        let all = [("STEWARD_LISTEN", "127.0.0.1:8080"), ("STEWARD_METRICS_LISTEN", own)];
        Settings::read(Source::of(all.map(|(name, value)| (name.to_owned(), value.to_owned()))))
    };
    assert_eq!(read("127.0.0.1:9464").unwrap().metrics_listen, "127.0.0.1:9464".parse().ok());
    assert_eq!(read("").unwrap().metrics_listen, None);
    for wrong in ["127.0.0.1:8080", "9464", "yes"] {
        let faults = read(wrong).unwrap_err().0;
        assert!(faults.len() == 1 && faults[0].starts_with("STEWARD_METRICS_LISTEN must be "), "{faults:?}");
    }
}

/// What follows a word in the log, once it is there.
async fn logged(log: &Path, before: &str, end: char) -> String {
    let start = Instant::now();
    loop {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        if let Some((found, _)) = text.split_once(before).and_then(|(_, rest)| rest.split_once(end)) {
            return found.to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "no {before} in {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_says_so_before_it_closes() {
    let Some(program) = process::steward() else { return skip("the program steward", process::CURE) };
    let folder = tempfile::tempdir().unwrap();
    let settings = [("STEWARD_LISTEN", "127.0.0.1:0"), ("STEWARD_DRAIN", "3")];
    let start = || Process::start(&program, &["serve"], &settings, folder.path());
    let process = start();
    let url = process.url().await;
    let host = url.trim_start_matches("http://").to_owned();
    assert_eq!(ask(&host, "GET", "/readyz", &[], "").await.status, 200);
    let during = async {
        logged(&folder.path().join("steward.log"), "no longer ready", '\n').await;
        let stopping = ask(&host, "GET", "/readyz", &[], "").await;
        assert!(stopping.status == 503 && stopping.body.contains("being stopped"), "{}", stopping.body);
        let query = json!({ "query": "{ __typename }" }).to_string();
        let json = [("content-type", "application/json")];
        assert_eq!(ask(&host, "POST", "/graphql", &json, &query).await.status, 200, "what comes is still answered");
    };
    let ((status, after), ()) = tokio::join!(process.terminate(), during);
    assert_eq!(status.code(), Some(0));
    assert!(after >= Duration::from_secs(3) && after < Duration::from_secs(13), "{after:?}");
    assert!(TcpStream::connect(&host).await.is_err());
    // Told twice it waits no longer.
    let process = start();
    process.url().await;
    process::terminate(&process.id().to_string());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (status, after) = process.terminate().await;
    assert!(status.success() && after < Duration::from_secs(2), "{status} {after:?}");
}

#[tokio::test]
async fn the_program_tells_operators_until_its_end_and_logs_no_token() {
    const TOKEN: &str = "c2VjcmV0LXRva2VuLW9mLWEtbGluaw";
    const PASSWORD: &str = "a password of many letters";
    let Some(program) = process::steward() else { return skip("the program steward", process::CURE) };
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("steward.db").display());
    let settings = [
        ("STEWARD_DATABASE_URL", database.as_str()),
        ("STEWARD_LISTEN", "127.0.0.1:0"),
        ("STEWARD_METRICS_LISTEN", "127.0.0.1:0"),
        ("STEWARD_ADMIN_PASSWORD", PASSWORD),
        ("STEWARD_LOG", "debug"),
        ("STEWARD_LOG_FORMAT", "json"),
    ];
    let process = Process::start(&program, &["serve"], &settings, folder.path());
    let log = folder.path().join("steward.log");
    let everybody = logged(&log, "Steward listens on http://", '\n').await;
    let operators = logged(&log, "\"address\":\"", '"').await;
    let traced = [("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))];
    let traced = traced.each_ref().map(|(name, value)| (*name, value.as_str()));
    let link = format!("/s/{TOKEN}");
    let answer = ask(&everybody, "GET", &link, &traced, "").await;
    let own = answer.header("traceparent").unwrap_or_else(|| panic!("{}", answer.head));
    assert!(
        own.starts_with(&format!("00-{TRACE}-")) && own.ends_with("-01") && !own.contains("00f067aa0ba902b7"),
        "{own}"
    );
    let unreadable = ask(&everybody, "GET", &link, &[("traceparent", "00-nonsense")], "").await;
    assert_eq!(unreadable.header("traceparent"), None);
    let sign_in = json!({ "grant": "password", "email": "admin@localhost", "password": PASSWORD }).to_string();
    let signed = ask(&everybody, "POST", "/api/v1/auth/token", &[("content-type", "application/json")], &sign_in).await;
    assert_eq!(signed.status, 200, "{}", signed.body);
    assert_eq!(ask(&everybody, "GET", "/metrics", &[], "").await.status, 401);
    let told = ask(&operators, "GET", "/metrics", &[], "").await;
    assert!(
        told.status == 200 && told.body.contains("route=\"/s/{token}\"") && !told.body.contains(TOKEN),
        "{}",
        told.body
    );
    assert_eq!(ask(&operators, "GET", "/readyz", &[], "").await.status, 200);
    assert_eq!(ask(&operators, "GET", "/api/v1/accounts", &[], "").await.status, 404);
    // A request whose body is still to come holds the process up: it is no longer ready, and says so.
    let mut slow = TcpStream::connect(&everybody).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: s\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n";
    slow.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let during = async {
        logged(&log, "stopping: finishing", '\n').await;
        let stopping = ask(&operators, "GET", "/readyz", &[], "").await;
        assert!(stopping.status == 503 && stopping.body.contains("being stopped"), "{}", stopping.body);
        let mut check = tokio::process::Command::new(&program);
        let check = check.args(["healthcheck", "--listen", &operators]).env_clear().output().await.unwrap();
        let said = String::from_utf8_lossy(&check.stderr);
        assert!(check.status.code() == Some(1) && said.contains("not ready: the server is being stopped"), "{said}");
        slow.write_all(b"{\"query\":\"{ __typename }\"}  ").await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    };
    let ((status, after), ()) = tokio::join!(process.terminate(), during);
    assert_eq!(status.code(), Some(0));
    assert!(after < Duration::from_secs(10), "{after:?}");
    let text = std::fs::read_to_string(&log).unwrap();
    let line = text.lines().find(|line| line.contains(TRACE)).unwrap();
    assert!(line.contains("/s/{token}") && line.contains("\"request\":\""), "{line}");
    let access = serde_json::from_str::<serde_json::Value>(&signed.body).unwrap();
    for secret in [TOKEN, PASSWORD, access["accessToken"].as_str().unwrap(), access["refreshToken"].as_str().unwrap()] {
        assert!(!text.contains(secret), "{secret} stands in the log");
    }
    assert!(!text.contains("nonsense"));
}
