//! Files of many rows: what is kept beside the rows stays exact, whatever comes twice and whenever the program dies.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use api::import::Kind;
use entity::{
    AccountId, AuditAction, MemberId, SliceDim, SurveyKind, account, audit, interaction, response, response_version,
    score_owner, score_slice,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use tests::{
    app::{SECRET, TestApp},
    both,
    engine::Engine,
    process::{self, Process},
    skip::skip,
};

use super::rules::{ACCOUNTS, ANSWERS, MEMBERS, take};

const OWNERS: usize = 7;
const CLIENTS: usize = 40;
const ENTRIES: &str = "source = \"s\"\n[columns]\nreference = \"id\"\naccount = \"account\"\nmember = \"member\"\nkind = { constant = \"CALL\" }\ndirection = \"direction\"\nchannel = \"channel\"\noccurred_at = \"at\"\nsubject = { constant = \"Talk\" }\n";

/// A company whose files are to come.
async fn company(app: &TestApp) {
    let people: String =
        (0..OWNERS).map(|m| format!("m{m},Member {m},m{m}@s.test,OWNER,yes,Team {},\n", m % 3)).collect();
    take(app, Kind::Members, MEMBERS, &format!("id,name,email,role,active,team,leads\n{people}")).await;
    let clients: String =
        (0..CLIENTS).map(|a| format!("a{a},Account {a},,m{},Segment {},\n", a % OWNERS, a % 3)).collect();
    take(app, Kind::Accounts, ACCOUNTS, &format!("id,name,parent,owner,segment,team\n{clients}")).await;
}

/// An instant of the year before, scattered.
fn at(number: usize) -> String {
    let (day, minute) = (number * 7_919 % 365, number * 104_729 % 1_440);
    let day = chrono::NaiveDate::from_yo_opt(2025, u32::try_from(day + 1).unwrap()).unwrap();
    format!("{day}T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

/// How far after a row it is told again.
const AGAIN: usize = 4_000;

/// Whose answer a row tells: every tenth of the later ones that of a row before.
fn who(number: usize) -> usize {
    if number >= AGAIN && number % 10 == 9 { number - AGAIN } else { number }
}

/// How many of the rows tell an answer that one before has told.
fn repeats(count: usize) -> usize {
    count - (0..count).map(who).collect::<BTreeSet<_>>().len()
}

/// Answers, their scores moved by `by`; of the later ones every tenth tells one before again, with another score.
fn answers(count: usize, by: usize) -> String {
    let mut text = "id,account,owner,at,score\n".to_owned();
    for number in 0..count {
        let who = who(number);
        let by = if who == number { by } else { by + 1 };
        let (account, owner) =
            (who % CLIENTS, if who.is_multiple_of(3) { String::new() } else { format!("m{}", who % OWNERS) });
        text.push_str(&format!("r{who},a{account},{owner},{},{}\n", at(who), (who * 31 + by) % 11));
    }
    text
}

/// The names of all indexes.
async fn indexes(app: &TestApp) -> BTreeSet<String> {
    let db = sea_orm::Database::connect(app.database.url()).await.unwrap();
    let text = match app.database.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index'",
        Engine::Postgres => "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'public'",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    let names = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
    db.close().await.unwrap();
    names
}

type Counters = BTreeMap<String, [i32; 11]>;

/// Compares every counter, and the newest score of every account, with the answers.
async fn recount(app: &TestApp) {
    let (mut owners, mut slices) = (Counters::new(), Counters::new());
    let mut newest: BTreeMap<AccountId, (entity::Time, entity::ResponseId, i16)> = BTreeMap::new();
    for row in app.rows::<response::Entity>().await {
        let slot = usize::try_from(row.score).unwrap();
        let place = format!("{} {} {} {}", row.question, row.place_id, row.month, row.mode);
        let owner = row.owner_id.unwrap_or(MemberId::NOBODY);
        owners.entry(format!("{place} {owner}")).or_default()[slot] += 1;
        let (territory, segment) = (row.territory.unwrap_or_default(), row.segment.unwrap_or_default());
        let cuts = [
            (SliceDim::Territory, territory),
            (SliceDim::Segment, segment),
            (SliceDim::Survey, row.survey_id.to_string()),
        ];
        for (dim, val) in cuts {
            slices.entry(format!("{place} {dim} {val}")).or_default()[slot] += 1;
        }
        let last = newest.entry(row.account_id).or_insert((row.answered_at, row.id, row.score));
        *last = (*last).max((row.answered_at, row.id, row.score));
        assert_eq!(row.kind, SurveyKind::Nps);
    }
    let kept = app.rows::<score_owner::Entity>().await.into_iter().map(|r| {
        let counts = [r.c0, r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, r.c9, r.c10];
        (format!("{} {} {} {} {}", r.question, r.place_id, r.month, r.mode, r.owner_id), counts)
    });
    assert_eq!(kept.collect::<Counters>(), owners);
    let kept = app.rows::<score_slice::Entity>().await.into_iter().map(|r| {
        let counts = [r.c0, r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, r.c9, r.c10];
        (format!("{} {} {} {} {} {}", r.question, r.place_id, r.month, r.mode, r.dim, r.val), counts)
    });
    assert_eq!(kept.collect::<Counters>(), slices);
    for row in app.rows::<account::Entity>().await {
        assert_eq!(row.latest_nps, newest.get(&row.id).map(|(_, _, score)| *score), "{}", row.name);
    }
}

/// Audit rows of a table that say it was made, and that it was changed.
async fn audited(app: &TestApp, subject: &str) -> (usize, usize) {
    let rows = app.rows::<audit::Entity>().await;
    let count = |action| rows.iter().filter(|row| row.subject == subject && row.action == action).count();
    (count(AuditAction::Create), count(AuditAction::Update))
}

both! {
    async fn counters_equal_a_recount_whatever_comes_twice(app: TestApp) {
        company(&app).await;
        // More than a chunk, and numbers that are cut into pieces of several sizes.
        let rows = 7_777;
        let (once, before) = (rows - repeats(rows), indexes(&app).await);
        let first = take(&app, Kind::Responses, ANSWERS, &answers(rows, 0)).await;
        assert_eq!((first.0, first.1 + first.2), (once as u64, repeats(rows) as u64));
        recount(&app).await;
        let amended = usize::try_from(first.1).unwrap();
        assert_eq!(audited(&app, "response").await, (once, amended));
        // Every answer changes, and changes back.
        take(&app, Kind::Responses, ANSWERS, &answers(rows, 4)).await;
        recount(&app).await;
        take(&app, Kind::Responses, ANSWERS, &answers(rows, 0)).await;
        recount(&app).await;
        assert_eq!(indexes(&app).await, before);
        let (made, changed) = audited(&app, "response").await;
        assert_eq!((made, app.rows::<response::Entity>().await.len()), (once, once));
        assert_eq!(app.rows::<response_version::Entity>().await.len(), changed, "an amendment keeps what it amends");
        // What an audit row says is the row itself, without what it does not hold and what the entry says beside it.
        let audits = app.rows::<audit::Entity>().await;
        let entry = audits.iter().find(|row| row.subject == "response" && row.action == AuditAction::Create).unwrap();
        let after = entry.after.clone().unwrap();
        let row = app.rows::<response::Entity>().await.into_iter().find(|row| row.id.0 == entry.subject_id).unwrap();
        assert_eq!((entry.account_id, &after["reference"], &after["score"]), (Some(row.account_id), &json!(row.reference), &json!(row.score)));
        let blank = |value: &serde_json::Value| value.is_null() || *value == json!(false);
        assert!(after.as_object().unwrap().iter().all(|(name, value)| !blank(value) && name != "id" && name != "account_id"), "{after}");
    }
}

both! {
    async fn an_account_remembers_its_last_contact_of_each_kind(app: TestApp) {
        company(&app).await;
        let mut text = "id,account,member,direction,channel,at\n".to_owned();
        for number in 0..3_000 {
            let direction = ["INBOUND", "OUTBOUND", "INTERNAL"][number % 3];
            let channel = ["CALL", "MAIL", "VISIT", "SYSTEM"][number % 4];
            text.push_str(&format!("i{number},a{},m{},{direction},{channel},{}\n", number % CLIENTS, number % OWNERS, at(number)));
        }
        assert_eq!(take(&app, Kind::Interactions, ENTRIES, &text).await, (3_000, 0, 0, 0));
        // Older than all, the last contact does not move back.
        take(&app, Kind::Interactions, ENTRIES, "id,account,member,direction,channel,at\nx,a1,m1,INBOUND,CALL,2020-01-01T00:00:00Z\n").await;
        let rows = app.rows::<interaction::Entity>().await;
        for account in app.rows::<account::Entity>().await {
            let latest = |fits: &dyn Fn(&interaction::Model) -> bool| {
                let own = rows.iter().filter(|row| row.account_id == account.id && row.source.is_some());
                own.filter(|row| fits(row)).map(|row| row.occurred_at).max().unwrap_or(entity::Time::NEVER)
            };
            assert_eq!(account.last_live_at, latest(&|row| row.channel.is_live()), "{}", account.name);
            assert_eq!(account.last_inbound_at, latest(&|row| row.direction == entity::Direction::Inbound), "{}", account.name);
            assert_eq!(account.last_outbound_at, latest(&|row| row.direction == entity::Direction::Outbound), "{}", account.name);
        }
    }
}

/// What the program is told.
fn settings(app: &TestApp) -> [(&'static str, String); 3] {
    [
        ("STEWARD_DATABASE_URL", app.database.url().to_owned()),
        ("STEWARD_SECRET", SECRET.to_owned()),
        ("STEWARD_ADMIN_PASSWORD", "a password of many letters".to_owned()),
    ]
}

/// Runs the program until it has ended by itself.
fn run(program: &Path, arguments: &[&str], settings: &[(&'static str, String)], folder: &Path) {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(settings.iter().cloned()).current_dir(folder);
    assert!(command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap().success());
}

both! {
    async fn an_import_that_is_killed_leaves_whole_chunks_and_is_completed_by_running_it_again(app: TestApp) {
        let Some(program) = process::steward() else {
            skip("the program steward", process::CURE);
            return;
        };
        company(&app).await;
        let count = 30_000;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("answers.csv"), answers(count, 0)).unwrap();
        std::fs::write(folder.path().join("answers.toml"), ANSWERS).unwrap();
        let arguments = ["import", "responses", "answers.csv", "--map", "answers.toml"];
        let settings = settings(&app);
        let told: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let before = indexes(&app).await;
        let process = Process::start(&program, &arguments, &told, folder.path());
        while app.system().find::<response::Entity>().count().await.unwrap() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process.kill();
        let (whole, now) = (before, indexes(&app).await);
        assert_eq!(now != whole, app.database.engine() == Engine::Sqlite, "a first load leaves indexes for its end");
        // Whatever opens the file next makes what was left, and what follows from the answers.
        run(&program, &["migrate"], &settings, folder.path());
        assert_eq!(indexes(&app).await, whole);
        let left = app.rows::<response::Entity>().await.len();
        assert!(left < count - repeats(count), "the kill came too late to prove anything");
        assert_eq!(audited(&app, "response").await.0, left, "each with its audit row");
        recount(&app).await;
        run(&program, &arguments, &settings, folder.path());
        assert_eq!(indexes(&app).await, whole);
        assert_eq!(app.rows::<response::Entity>().await.len(), count - repeats(count));
        recount(&app).await;
        let scores = |rows: Vec<response::Model>| {
            rows.into_iter().map(|row| (row.reference, row.score)).collect::<BTreeMap<_, _>>()
        };
        // Undisturbed, it comes to the same.
        let resumed = scores(app.rows::<response::Entity>().await);
        assert_eq!(take(&app, Kind::Responses, ANSWERS, &answers(count, 0)).await.0, 0);
        assert_eq!(scores(app.rows::<response::Entity>().await), resumed);
    }
}
