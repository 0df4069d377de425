//! The database goes away, the disk is full: what was acknowledged is there, the rest is told, and the same process
//! goes on by itself.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tests::{
    app::{SECRET, URL},
    engine::long,
    http::http,
    postgres::{self, Durable},
    process::{self, Process},
    skip::skip,
};
use tokio::task::JoinHandle;

const WRITERS: usize = 8;

/// What writers did: names that were acknowledged, when the last one was, and what else came back.
#[derive(Default)]
struct Log {
    kept: BTreeSet<String>,
    last: Option<Instant>,
    refused: BTreeSet<String>,
}

/// The program, spoken to by its admin.
struct Server {
    process: Process,
    url: String,
    token: String,
}

impl Server {
    async fn start(program: &Path, arguments: &[&str], settings: &[(&str, &str)], folder: &Path) -> Self {
        let process = Process::start(program, arguments, settings, folder);
        let url = process.url().await;
        let steward = process::steward().unwrap();
        let mut command = Command::new(steward);
        command.args(["token", "--member", "ada@acme.test"]).env_clear().envs(settings.iter().copied());
        let output = command.current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let token = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        Self { process, url, token }
    }

    async fn gql(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let (status, text) = http(&self.url, ("POST", "/graphql"), Some(&self.token), Some(&body)).await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {status} {text}"))
    }

    /// Makes a team; gives the code of a refusal.
    async fn write(&self, name: &str) -> Result<(), String> {
        const QUERY: &str = "mutation($name: String!) { createTeam(input: { name: $name }) { id } }";
        let answer = self.gql(QUERY, json!({ "name": name })).await;
        if answer["data"]["createTeam"]["id"].is_string() {
            return Ok(());
        }
        // At the door itself, or in GraphQL.
        let code = answer["code"].as_str().or(answer["errors"][0]["extensions"]["code"].as_str());
        Err(code.unwrap_or_else(|| panic!("{answer}")).to_owned())
    }

    async fn names(&self) -> BTreeSet<String> {
        let answer = self.gql("{ teams { name } }", json!({})).await;
        let teams = answer["data"]["teams"].as_array().unwrap_or_else(|| panic!("{answer}"));
        teams.iter().map(|team| team["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// Writers that go on until they are told to stop.
fn writers(server: &Arc<Server>, log: &Arc<Mutex<Log>>, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<()>> {
    let write = |writer: usize| {
        let (server, log, stop) = (Arc::clone(server), Arc::clone(log), Arc::clone(stop));
        tokio::spawn(async move {
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let name = format!("Team {writer} {number}");
                let written = server.write(&name).await;
                let mut log = log.lock().unwrap();
                match written {
                    Ok(()) => {
                        log.kept.insert(name);
                        log.last = Some(Instant::now());
                    }
                    Err(code) => drop(log.refused.insert(code)),
                }
            }
        })
    };
    (0..WRITERS).map(write).collect()
}

fn settings(database: &str) -> Vec<(&'static str, String)> {
    vec![
        ("STEWARD_DATABASE_URL", database.to_owned()),
        ("STEWARD_SECRET", SECRET.to_owned()),
        ("STEWARD_LISTEN", "127.0.0.1:0".to_owned()),
        ("STEWARD_PUBLIC_URL", URL.to_owned()),
        ("STEWARD_ADMIN_EMAIL", "ada@acme.test".to_owned()),
        ("STEWARD_ADMIN_PASSWORD", "a password of many letters".to_owned()),
        ("STEWARD_RATE_LIMIT", "off".to_owned()),
        ("STEWARD_LOG", "error".to_owned()),
    ]
}

fn borrowed<'s>(settings: &'s [(&'static str, String)]) -> Vec<(&'static str, &'s str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn program() -> Option<std::path::PathBuf> {
    let program = process::steward();
    if program.is_none() {
        skip("the program steward", process::CURE);
    }
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_postgresql_has_acknowledged_is_lost_when_it_goes_away() {
    let Some(program) = program() else { return };
    let Some(database) = tokio::task::spawn_blocking(Durable::start).await.unwrap() else {
        return skip("PostgreSQL", postgres::CURE);
    };
    let database = Arc::new(database);
    let folder = tempfile::tempdir().unwrap();
    let all = settings(&database.url());
    let server = Arc::new(Server::start(&program, &["serve"], &borrowed(&all), folder.path()).await);
    let (log, stop) = (Arc::new(Mutex::new(Log::default())), Arc::new(AtomicBool::new(false)));
    let writers = writers(&server, &log, &stop);
    let enough = async |count: usize| {
        let start = Instant::now();
        while log.lock().unwrap().kept.len() < count {
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", log.lock().unwrap().refused);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    enough(50).await;
    let control = async |act: fn(&Durable)| {
        let database = Arc::clone(&database);
        tokio::task::spawn_blocking(move || act(&database)).await.unwrap();
    };
    control(Durable::crash).await;
    tokio::time::sleep(Duration::from_secs(if long() { 10 } else { 3 })).await;
    let away = log.lock().unwrap().kept.len();
    control(Durable::recover).await;
    let back = Instant::now();
    while log.lock().unwrap().last.is_none_or(|last| last < back) {
        assert!(back.elapsed() < Duration::from_secs(5), "it does not come back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    enough(away + 50).await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let there = server.names().await;
    let log = log.lock().unwrap();
    let lost: Vec<_> = log.kept.difference(&there).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(log.refused.iter().all(|code| code == "UNAVAILABLE"), "{:?}", log.refused);
}

/// A folder that holds little: a file system of its own where that may be made, else by a limit on every file's size.
struct Narrow {
    folder: tempfile::TempDir,
    is_own: bool,
}

impl Narrow {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "steward-test"]).arg(folder.path());
        let is_own = mount.output().is_ok_and(|output| output.status.success());
        Self { folder, is_own }
    }

    async fn serve(&self, program: &Path, settings: &[(&str, &str)]) -> Server {
        if self.is_own {
            return Server::start(program, &["serve"], settings, self.folder.path()).await;
        }
        // 3 MiB, below what the log of SQLite comes to before it is moved into the file.
        let limited = "trap '' XFSZ; ulimit -S -f 6144; exec \"$0\" serve";
        Server::start(Path::new("/bin/sh"), &["-c", limited, program.to_str().unwrap()], settings, self.folder.path())
            .await
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.folder.path().join("ballast")
    }

    /// Leaves no room at all.
    fn fill(&self) {
        use std::io::Write;
        if self.is_own {
            let mut file = std::fs::File::create(self.ballast()).unwrap();
            while file.write_all(&[0; 4_096]).is_ok() {}
        }
    }

    fn relieve(&self, server: &Server) {
        if self.is_own {
            return std::fs::remove_file(self.ballast()).unwrap();
        }
        let id = server.process.id().to_string();
        assert!(Command::new("prlimit").args(["--pid", &id, "--fsize=unlimited:"]).status().unwrap().success());
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        if self.is_own {
            let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let Some(program) = program() else { return };
    let narrow = Narrow::make();
    let file = narrow.folder.path().join("steward.db");
    let all = settings(&format!("sqlite:{}", file.display()));
    let server = Arc::new(narrow.serve(&program, &borrowed(&all)).await);
    let before = server.names().await;
    let full = Arc::new(Mutex::new(Log::default()));
    let stop = Arc::new(AtomicBool::new(false));
    narrow.fill();
    let group = writers(&server, &full, &stop);
    let start = Instant::now();
    while full.lock().unwrap().refused.is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never gets full");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    for writer in group {
        writer.await.unwrap();
    }
    let (mut kept, refused) = {
        let log = full.lock().unwrap();
        (log.kept.clone(), log.refused.clone())
    };
    let told = if narrow.is_own { "INSUFFICIENT_STORAGE" } else { "UNAVAILABLE" };
    assert!(refused.contains(told), "{refused:?}");
    assert!(refused.iter().all(|code| [told, "UNAVAILABLE"].contains(&code.as_str())), "{refused:?}");
    kept.extend(before);
    assert_eq!(server.names().await, kept, "reading goes on, and shows what was acknowledged and no more");
    if narrow.is_own {
        // The other door says so by its status; that the disk is full, unless the file cannot be opened to write at all.
        let key = json!({ "email": "ada@acme.test", "password": "a password of many letters", "grant": "password" });
        let refused = http(&server.url, ("POST", "/api/v1/auth/token"), None, Some(&key)).await.unwrap();
        assert!([503, 507].contains(&refused.0), "{}", refused.1);
    }
    narrow.relieve(&server);
    // The first may find a connection that the full disk has broken, and has it replaced.
    let start = Instant::now();
    while server.write("First").await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(5), "it does not go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    kept.insert("First".to_owned());
    for number in 0..20 {
        let name = format!("Afterwards {number}");
        server.write(&name).await.unwrap();
        kept.insert(name);
    }
    assert_eq!(server.names().await, kept);
    let Ok(Server { process, .. }) = Arc::try_unwrap(server) else { panic!("still in use") };
    let (status, _) = process.terminate().await;
    assert_eq!(status.code(), Some(0));
    let db = sea_orm::Database::connect(format!("sqlite:{}", file.display())).await.unwrap();
    let sound = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
    let sound = db.query_one_raw(sound).await.unwrap().unwrap();
    assert_eq!(sound.try_get_by_index::<String>(0).unwrap(), "ok");
    db.close().await.unwrap();
}
