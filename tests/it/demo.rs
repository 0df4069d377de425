//! `steward demo`: the program itself, in a folder of its own, spoken to over the network.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use tempfile::TempDir;
use tests::{
    http::http,
    live::{Heard, Socket},
    process,
    skip::skip,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

fn program() -> Option<PathBuf> {
    let program = process::steward();
    if program.is_none() {
        skip("the program steward", process::CURE);
    }
    program
}

fn demo(program: &Path, folder: &Path, listen: &str) -> Command {
    let mut command = Command::new(program);
    // What the environment says otherwise must not count.
    command.args(["demo", "--json"]).current_dir(folder).env_clear();
    command.env("STEWARD_LISTEN", listen).env("STEWARD_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    command.env("STEWARD_SMTP_URL", "smtp://127.0.0.1:1").env("STEWARD_SECRET", "short").env("STEWARD_TYPO", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn refused(program: &Path, folder: &Path, listen: &str) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        timeout(Duration::from_secs(30), demo(program, folder, listen).output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&stdout), "");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// A running demonstration and the object it printed.
struct Demo {
    child: Child,
    told: Value,
    folder: TempDir,
}

impl Demo {
    async fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = demo(program, folder.path(), "127.0.0.1:0").spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        timeout(Duration::from_secs(60), out.read_line(&mut line)).await.unwrap().unwrap();
        let told = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        child.stdout = Some(out.into_inner());
        Self { child, told, folder }
    }

    fn text(&self, pointer: &str) -> &str {
        self.told.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {}", self.told))
    }

    /// One request on a connection of its own; status and body.
    async fn http(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> (u16, String) {
        http(self.text("/url"), (method, path), token, body.as_ref()).await.unwrap()
    }

    async fn gql(&self, role: &str, query: &str) -> Value {
        let token = self.text(&format!("/tokens/{role}"));
        let (status, body) = self.http("POST", "/graphql", Some(token), Some(json!({ "query": query }))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// NPS answers in the figures of a role.
    async fn nps(&self, role: &str) -> i64 {
        let answer = self.gql(role, "{ satisfaction { figures { question n } } }").await;
        let figures = answer["data"]["satisfaction"][0]["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["question"] == "nps").unwrap()["n"].as_i64().unwrap()
    }

    async fn database(&self) -> SqliteConnection {
        let path = self.folder.path().join("steward-demo/steward.db");
        let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Wal).read_only(true);
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// SIGTERM; gives what else it said on standard output.
    async fn stop(mut self) -> String {
        let id = self.child.id().unwrap().to_string();
        process::terminate(&id);
        let status = timeout(Duration::from_secs(15), self.child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(0));
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).await.unwrap();
        rest
    }
}

#[tokio::test]
async fn a_newcomer_sees_everybody_and_moves_a_figure() {
    let Some(program) = program() else { return };
    let demo = Demo::start(&program).await;
    let url = demo.text("/url");
    assert_eq!(demo.text("/graphql"), format!("{url}/graphql"));
    assert_eq!(demo.text("/docs"), format!("{url}/docs"));
    assert_eq!(demo.http("GET", "/docs/", None, None).await.0, 200);
    for role in ["admin", "manager", "owner", "customer", "integration"] {
        let me = demo.gql(role, "{ me { role } }").await;
        assert_eq!(me["data"]["me"]["role"], role.to_uppercase(), "{me}");
    }
    let own = demo.gql("customer", "{ accounts(first: 9) { nodes { name healthScore } } }").await;
    assert_eq!(own["data"]["accounts"]["nodes"].as_array().unwrap().len(), 1, "{own}");
    assert_eq!(own["data"]["accounts"]["nodes"][0]["healthScore"], Value::Null, "{own}");
    assert_eq!(own["errors"][0]["extensions"]["code"], "FORBIDDEN", "{own}");

    let link = demo.text("/surveyLink").strip_prefix(url).unwrap();
    let mails = std::fs::read_dir(demo.text("/mailDir")).unwrap();
    let mails: Vec<_> =
        mails.map(|file| tests::mail::Mail::parse(&std::fs::read(file.unwrap().path()).unwrap())).collect();
    assert!(mails.iter().any(|mail| mail.links().iter().any(|found| found.contains(link))), "no mail has the link");
    assert_eq!(demo.http("GET", link, None, None).await.0, 200);
    let before = (demo.nps("owner").await, demo.nps("manager").await, demo.nps("admin").await);
    // A page that a developer serves on this machine listens.
    let page = [("sec-websocket-protocol", "graphql-transport-ws"), ("origin", "http://localhost:5173")];
    let mut live = Socket::ask(url, &page).await.unwrap();
    live.greet(&format!("Bearer {}", demo.text("/tokens/owner"))).await;
    assert_eq!(live.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
    live.subscribe("a", "subscription { responseReceived { score } }").await;
    let answer = format!("{}/response", link.replace("/s/", "/api/v1/invitations/"));
    let (status, body) = demo.http("PUT", &answer, None, Some(json!({ "score": 10 }))).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(demo.http("PUT", &answer, None, Some(json!({ "score": 1 }))).await.0, 409);
    let after = (demo.nps("owner").await, demo.nps("manager").await, demo.nps("admin").await);
    assert_eq!(after, (before.0 + 1, before.1 + 1, before.2 + 1));
    assert_eq!(live.event("a").await, json!({ "data": { "responseReceived": { "score": 10 } } }));
    assert_eq!(demo.stop().await, "", "one object and nothing else");
    assert_eq!(live.hear().await, Heard::Closed(1001));
}

#[tokio::test]
async fn it_may_be_stopped_as_soon_as_it_has_told() {
    let Some(program) = program() else { return };
    assert_eq!(Demo::start(&program).await.stop().await, "");
}

#[tokio::test]
async fn the_history_holds_together() {
    let Some(program) = program() else { return };
    let demo = Demo::start(&program).await;
    let mut database = demo.database().await;
    let mut number = async |sql: &str| {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut database).await.unwrap()
    };
    assert_eq!(number("SELECT count(*) FROM account").await, 60);
    let answers = number("SELECT count(*) FROM response").await;
    assert!((300..=1_500).contains(&answers), "{answers}");
    for (what, some) in [
        ("unowned", "SELECT count(*) FROM account WHERE owner_id IS NULL"),
        ("handed over", "SELECT count(*) FROM ownership WHERE until_at IS NOT NULL"),
        ("collaborators", "SELECT count(*) FROM account_grant"),
        ("inherited", "SELECT count(*) FROM response WHERE inherited"),
        ("credited to nobody", "SELECT count(*) FROM response WHERE owner_id IS NULL"),
    ] {
        assert!(number(some).await > 0, "{what}");
    }
    for (what, none) in [
        ("owner counters", recount_owner()),
        ("slice counters", recount_slices()),
        ("credited owners", CREDIT.replace("$wrong", "r.owner_id IS NOT o.member_id")),
        ("credited teams", CREDIT.replace("$wrong", "o.id IS NOT NULL AND p.team_id <> o.team_id")),
        (
            "inherited flags",
            CREDIT.replace("$wrong", "r.inherited <> (o.id IS NOT NULL AND julianday(i.anchor_at) - julianday(o.from_at) < 30)"),
        ),
        ("months", CREDIT.replace("$wrong", "r.month <> strftime('%Y', r.answered_at) * 12 + strftime('%m', r.answered_at) - 1")),
        ("owned accounts", "SELECT count(*) FROM account a LEFT JOIN ownership o ON o.account_id = a.id AND o.until_at IS NULL WHERE a.owner_id IS NOT o.member_id".to_owned()),
        ("the future", "SELECT count(*) FROM response WHERE julianday(answered_at) > julianday('now')".to_owned()),
    ] {
        assert_eq!(number(&none).await, 0, "{what}");
    }
    database.close().await.unwrap();
    demo.stop().await;
}

/// Answers beside the period that owned the account at their anchor, and their place.
const CREDIT: &str = "SELECT count(*) FROM response r JOIN invitation i ON i.id = r.invitation_id \
    JOIN team_place p ON p.id = r.place_id LEFT JOIN ownership o ON o.account_id = r.account_id \
    AND o.from_at <= i.anchor_at AND (o.until_at IS NULL OR o.until_at > i.anchor_at) WHERE $wrong";

/// Rows that only the answers or only the counters have.
fn differ(recount: &str, counters: &str) -> String {
    format!(
        "SELECT (SELECT count(*) FROM ({recount} EXCEPT {counters})) + (SELECT count(*) FROM ({counters} EXCEPT {recount}))"
    )
}

fn sums() -> String {
    (0..=10).map(|score| format!(", sum(score = {score})")).collect()
}

fn columns() -> String {
    (0..=10).map(|score| format!(", c{score}")).collect()
}

fn recount_owner() -> String {
    let keys = "question, place_id, month, coalesce(owner_id, zeroblob(16)), mode";
    let recount = format!("SELECT {keys}{} FROM response GROUP BY {keys}", sums());
    differ(&recount, &format!("SELECT question, place_id, month, owner_id, mode{} FROM score_owner", columns()))
}

fn recount_slices() -> String {
    let id = "lower(hex(survey_id))";
    let part = |from, length| format!("substr({id}, {from}, {length})");
    let dashed = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)].join(" || '-' || ");
    let cuts = [("TERRITORY", "coalesce(territory, '')"), ("SEGMENT", "coalesce(segment, '')"), ("SURVEY", &dashed)];
    let recount = cuts.map(|(dim, val)| {
        let keys = format!("question, place_id, month, {val}, mode");
        format!("SELECT * FROM (SELECT '{dim}', {keys}{} FROM response GROUP BY {keys})", sums())
    });
    let counters = format!("SELECT dim, question, place_id, month, val, mode{} FROM score_slice", columns());
    differ(&format!("SELECT * FROM ({})", recount.join(" UNION ALL ")), &counters)
}

#[tokio::test]
async fn it_touches_only_its_own_folder_and_this_machine() {
    let Some(program) = program() else { return };
    let running = Demo::start(&program).await;
    let (code, words) = refused(&program, running.folder.path(), "127.0.0.1:0").await;
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("another demonstration runs"), "{words}");
    assert_eq!(running.http("GET", "/readyz", None, None).await.0, 200, "the first goes on");
    running.stop().await;

    let other = tempfile::tempdir().unwrap();
    let theirs = other.path().join("steward-demo/letters.txt");
    std::fs::create_dir(theirs.parent().unwrap()).unwrap();
    std::fs::write(&theirs, "dear").unwrap();
    let (code, words) = refused(&program, other.path(), "127.0.0.1:0").await;
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("was not made by `steward demo`"), "{words}");
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "dear");

    let empty = tempfile::tempdir().unwrap();
    let (code, words) = refused(&program, empty.path(), "0.0.0.0:0").await;
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("STEWARD_LISTEN must be a loopback address"), "{words}");
    assert!(!empty.path().join("steward-demo").exists());
}
