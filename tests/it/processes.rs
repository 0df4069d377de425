//! Two processes that answer and two that work, on one PostgreSQL: together they are one Steward.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use entity::{SurveyKind, Time};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    app::{SECRET, TestApp, URL},
    engine::{Engine, long, run},
    http::http,
    live::{Heard, Socket},
    process::{self, Process},
    served::ask,
    skip::skip,
    smtp::{Fault, Smtp, When},
};

const MAILS: usize = 120;

/// What each of them is started with.
struct Start {
    program: std::path::PathBuf,
    settings: Vec<(&'static str, String)>,
    folders: Vec<TempDir>,
}

impl Start {
    fn new(app: &TestApp, smtp: &Smtp) -> Option<Self> {
        let Some(program) = process::steward() else {
            skip("the program steward", process::CURE);
            return None;
        };
        // The programs have the machine's clock.
        app.clock().set(Time::new(chrono::Utc::now()));
        let settings = vec![
            ("STEWARD_DATABASE_URL", app.database.url().to_owned()),
            ("STEWARD_SECRET", SECRET.to_owned()),
            ("STEWARD_PUBLIC_URL", URL.to_owned()),
            ("STEWARD_LISTEN", "127.0.0.1:0".to_owned()),
            ("STEWARD_SMTP_URL", smtp.url()),
            ("STEWARD_MAIL_FROM", "surveys@acme.test".to_owned()),
            ("STEWARD_MAIL_PACE", "10000".to_owned()),
            // In the long form as it is where nothing is set.
            ("STEWARD_JOB_LEASE", if long() { "60" } else { "3" }.to_owned()),
            ("STEWARD_ADMIN_PASSWORD", "a password of many letters".to_owned()),
            ("STEWARD_LOG", "error".to_owned()),
        ];
        Some(Self { program, settings, folders: Vec::new() })
    }

    fn run(&mut self, arguments: &[&str]) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let process = Process::start(&self.program, arguments, &settings, folder.path());
        self.folders.push(folder);
        process
    }
}

/// Whether a token opens anything at an address.
async fn opens(url: &str, token: &str) -> bool {
    let (status, body) =
        http(url, ("POST", "/graphql"), Some(token), Some(&json!({ "query": "{me{role}}" }))).await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    status == 200 && body["errors"].is_null()
}

/// An account whose contacts all have a mail that waits; the links that were sent there before.
async fn queue(app: &TestApp, count: usize) -> Vec<String> {
    let team = app.team("Sales", None).await;
    let account = app.account("Globex", team, None).await;
    let mut contacts = Vec::new();
    for number in 0..count {
        contacts.push(app.contact(account, &format!("contact{number}")).await.id);
    }
    let first = app.account("Initech", team, None).await;
    let first = app.contact(first, "first").await.id;
    let whom = api::program::SendSurvey { contact_ids: Some(contacts), ..Default::default() };
    // Kept in memory by this server, before the others run.
    let links = app.invite(SurveyKind::Csat, &[first]).await;
    api::program::send(&app.system(), app.survey(SurveyKind::Nps).await, whom).await.unwrap();
    links
}

async fn until(patience: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < patience, "{patience:?} have passed without {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn two_that_answer_and_two_that_work_are_one() {
    run(Engine::Postgres, async |app: TestApp| {
        let smtp = Smtp::start().await;
        let Some(mut start) = Start::new(&app, &smtp) else { return };
        let (root, mia) = (app.admin("Root").await, app.admin("Mia").await);
        let links = queue(&app, MAILS).await;
        // The first worker dies over a mail that the server never takes.
        smtp.fault(When::Nth(20), Fault::Hang);
        let first = start.run(&["work"]);
        until(Duration::from_secs(30), "the first mails", || smtp.kept() >= 19).await;
        first.kill();
        let died = Instant::now();
        smtp.heal();
        let serves = [start.run(&["serve", "--no-jobs"]), start.run(&["serve", "--no-jobs"])];
        let works = [start.run(&["work"]), start.run(&["work"])];
        let (a, b) = (serves[0].url().await, serves[1].url().await);
        // What changes by one is heard of at the other.
        let mut socket = Socket::of(&b, &root.token).await;
        socket.subscribe("a", "subscription { responseReceived { score } }").await;
        let path = format!("/api/v1/invitations/{}/response", links[0]);
        let answered = http(&a, ("PUT", &path), None, Some(&json!({ "score": 4 }))).await.unwrap();
        assert_eq!(answered.0, 201, "{}", answered.1);
        let Heard::Said(heard) = socket.hear().await else { panic!("nothing is heard") };
        assert_eq!(heard["payload"]["data"]["responseReceived"]["score"], 4, "{heard}");
        // What ends at one ends at the other.
        assert!(opens(&a, &mia.token).await && opens(&b, &mia.token).await);
        let mut ended = Socket::of(&b, &mia.token).await;
        ended.subscribe("a", "subscription { responseReceived { score } }").await;
        let out =
            http(&a, ("POST", "/api/v1/auth/logout"), Some(&mia.token), Some(&json!({ "all": false }))).await.unwrap();
        assert_eq!(out.0, 204, "{}", out.1);
        assert!(!opens(&b, &mia.token).await, "signed out at A and not at B");
        assert!(opens(&b, &root.token).await);
        let closed = ended.within(Duration::from_secs(5)).await;
        assert!(!matches!(closed, None | Some(Heard::Said(_))), "{closed:?}");
        // The mails of the dead worker come as well, and none comes twice but what it was about to write down.
        let recipients = || smtp.mails().into_iter().map(|mail| mail.to[0].clone()).collect::<BTreeSet<_>>().len();
        until(Duration::from_secs(65), "the last mail", || recipients() >= MAILS).await;
        assert!(died.elapsed() < Duration::from_secs(60), "a dead worker holds its mails for {:?}", died.elapsed());
        let twice = smtp.kept() - recipients();
        assert!(twice <= 4, "{twice} mails came twice");
        for process in serves.into_iter().chain(works) {
            assert_eq!(process.terminate().await.0.code(), Some(0));
        }
    });
}

/// Requests a minute of each caller in the test below; of an address a fifth.
const LIMIT: u32 = 600;

/// Asks so often, one after the other; gives how many were let through, and for how long the last one refused is to wait.
async fn taken(url: &str, token: Option<&str>, times: u32) -> (u32, u64) {
    let path = if token.is_some() { "/api/v1/surveys" } else { "/api/v1/invitations/nothing" };
    let head = token.map(|token| ("authorization", format!("Bearer {token}")));
    let head: Vec<(&str, &str)> = head.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (mut through, mut wait) = (0, 0);
    for _ in 0..times {
        let answer = ask(url.trim_start_matches("http://"), "GET", path, &head, "").await;
        match answer.status {
            429 => wait = answer.header("retry-after").unwrap().parse().unwrap(),
            _ => through += 1,
        }
    }
    (through, wait)
}

/// What a bucket of so many a minute gains in a time.
fn gained(a_minute: u32, over: Duration) -> u32 {
    u32::try_from(u128::from(a_minute) * over.as_millis() / 60_000).unwrap() + 1
}

#[test]
fn a_limit_holds_for_the_sum_of_processes() {
    run(Engine::Postgres, async |app: TestApp| {
        let smtp = Smtp::start().await;
        let Some(mut start) = Start::new(&app, &smtp) else { return };
        start.settings.push(("STEWARD_RATE_LIMIT", LIMIT.to_string()));
        let root = app.admin("Root").await.token;
        let serves = [start.run(&["serve", "--no-jobs"]), start.run(&["serve", "--no-jobs"])];
        let (a, b) = (serves[0].url().await, serves[1].url().await);
        let mut heard = sqlx::postgres::PgListener::connect(app.database.url()).await.unwrap();
        heard.listen("steward").await.unwrap();
        let note = async |heard: &mut sqlx::postgres::PgListener, patience| {
            let note = tokio::time::timeout(patience, heard.recv()).await.ok()?;
            Some(note.unwrap().payload().to_owned())
        };
        let told = Duration::from_millis(2_500);
        // Who is served by nobody costs nothing, and a look at the server's health is no request.
        assert_eq!(ask(a.trim_start_matches("http://"), "GET", "/readyz", &[], "").await.status, 200);
        assert_eq!(note(&mut heard, told).await, None);
        // One after the other: what was taken at A is not there at B.
        let begun = Instant::now();
        assert_eq!(taken(&a, Some(&root), LIMIT - 100).await, (LIMIT - 100, 0));
        let first = note(&mut heard, told).await.unwrap();
        assert!(first.starts_with("note rates ") && !first.contains("127.0.0.1") && !first.contains(&root), "{first}");
        tokio::time::sleep(told).await;
        let (through, wait) = taken(&b, Some(&root), LIMIT).await;
        let gain = gained(LIMIT, begun.elapsed());
        assert!((100..=100 + gain).contains(&through) && wait > 0, "{through} at B, of 100 and {gain}");
        // Both at once: more by what one of them lets through before it hears of the other, and that is waited for.
        let begun = Instant::now();
        let both = tokio::join!(taken(&a, None, LIMIT / 5), taken(&b, None, LIMIT / 5));
        let through = both.0.0 + both.1.0;
        assert!((LIMIT / 5..=LIMIT / 5 * 2).contains(&through), "{both:?}");
        tokio::time::sleep(told).await;
        for url in [&a, &b] {
            let (more, wait) = taken(url, None, 5).await;
            let debt = u64::from(through - LIMIT / 5).saturating_sub(u64::from(gained(LIMIT / 5, begun.elapsed()))) / 2;
            assert!(more == 0 && wait >= debt, "{more} more; {through} went through, and {wait} s are to be waited");
        }
        for process in serves {
            assert_eq!(process.terminate().await.0.code(), Some(0));
        }
    });
}
