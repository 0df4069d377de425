//! A copy of a SQLite file, made by the program while others write, and put back.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use entity::account;
use serde_json::json;
use tests::{
    app::{SECRET, TestApp},
    engine::{Database, Engine, World, run},
    process,
    skip::skip,
};

/// Runs the program on a SQLite file; nothing where it was not built.
pub async fn steward(arguments: &[&str], folder: &Path, database: &Path) -> Option<Output> {
    let Some(program) = process::steward() else {
        skip("the program", process::CURE);
        return None;
    };
    let settings =
        [("STEWARD_DATABASE_URL", format!("sqlite:{}", database.display())), ("STEWARD_SECRET", SECRET.to_owned())];
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(settings).current_dir(folder);
    Some(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap())
}

/// Whether it ended well, and all that it said.
pub fn said(output: &Output) -> (bool, String) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// The files of a folder.
fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

#[test]
fn a_copy_is_whole_and_takes_the_place_of_what_was_lost() {
    run(Engine::Sqlite, async |database: Database| {
        let file = PathBuf::from(database.url().trim_start_matches("sqlite:"));
        let app = Arc::new(TestApp::on(database).await);
        let team = app.team("Sales", None).await;
        for at in 0..50 {
            app.account(&format!("Before {at}"), team, None).await;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (app, stop) = (Arc::clone(&app), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut made = 0;
                    while !stop.load(Ordering::Relaxed) {
                        app.account(&format!("During {writer} {made}"), team, None).await;
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        let name = copy.to_str().unwrap();
        let Some(output) = steward(&["backup", name], folder.path(), &file).await else { return };
        stop.store(true, Ordering::Relaxed);
        let mut written = 0;
        for writer in writers {
            written += writer.await.unwrap();
        }
        let (done, text) = said(&output);
        assert!(done && text.contains("looked through") && text.contains("secret"), "{text}");
        assert!(written > 0, "nobody wrote meanwhile");
        assert_eq!(files(folder.path()), ["copy.db"], "and nothing beside it");
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "it holds personal data");
        }
        assert!(!std::fs::read(&copy).unwrap().windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
        // Nothing is overwritten.
        let before = std::fs::read(&copy).unwrap();
        let (done, text) = said(&steward(&["backup", name], folder.path(), &file).await.unwrap());
        assert!(!done && text.contains("is there already"), "{text}");
        let (done, text) = said(&steward(&["restore", name], folder.path(), &file).await.unwrap());
        assert!(!done && text.contains("is there already"), "{text}");
        assert_eq!(std::fs::read(&copy).unwrap(), before);
        // What is put back goes on where the copy was made.
        let token = app.admin("Ada").await.token;
        assert!(app.gql(Some(&token), "{me{role}}", json!({})).await["errors"].is_null());
        let elsewhere = folder.path().join("new/steward.db");
        let (done, text) = said(&steward(&["restore", name], folder.path(), &elsewhere).await.unwrap());
        assert!(!done && text.contains("no such folder") && !elsewhere.parent().unwrap().exists(), "{text}");
        std::fs::create_dir(elsewhere.parent().unwrap()).unwrap();
        let (done, text) = said(&steward(&["restore", name], folder.path(), &elsewhere).await.unwrap());
        assert!(done && text.contains("looked through"), "{text}");
        assert_eq!(files(elsewhere.parent().unwrap()), ["steward.db"]);
        let (done, text) = said(&steward(&["doctor"], folder.path(), &elsewhere).await.unwrap());
        assert!(text.contains("database") && !text.contains("damaged"), "{done} {text}");
        let tables = app.rows::<account::Entity>().await.len();
        let restored = rows(&elsewhere).await;
        assert!((50..=tables).contains(&restored), "{restored} of {tables}");
    });
}

async fn rows(file: &Path) -> usize {
    let url = format!("sqlite:{}?mode=ro", file.display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    let count = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT count(*) FROM account");
    let row = sea_orm::ConnectionTrait::query_one_raw(&db, count).await.unwrap().unwrap();
    let count: i64 = row.try_get_by_index(0).unwrap();
    usize::try_from(count).unwrap()
}

#[test]
fn a_bad_copy_is_put_nowhere() {
    run(Engine::Sqlite, async |database: Database| {
        let file = PathBuf::from(database.url().trim_start_matches("sqlite:"));
        let app = TestApp::on(database).await;
        let team = app.team("Sales", None).await;
        for at in 0..200 {
            app.account(&format!("Account {at} with a name of some length"), team, None).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let good = at("good.db");
        let Some(output) = steward(&["backup", good.to_str().unwrap()], folder.path(), &file).await else { return };
        assert!(said(&output).0, "{}", said(&output).1);
        let bytes = std::fs::read(&good).unwrap();
        std::fs::write(at("short.db"), &bytes[..bytes.len() / 2]).unwrap();
        let mut damaged = bytes.clone();
        let middle = bytes.len() / 2;
        damaged[middle..middle + 8_192].fill(0x5a);
        std::fs::write(at("damaged.db"), damaged).unwrap();
        std::fs::write(at("text.db"), "no database at all, but a text of some length".repeat(200)).unwrap();
        std::fs::write(at("empty.db"), "").unwrap();
        std::fs::write(at("newer.db"), &bytes).unwrap();
        let db = sea_orm::Database::connect(format!("sqlite:{}", at("newer.db").display())).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)";
        sea_orm::ConnectionTrait::execute_unprepared(&db, newer).await.unwrap();
        db.close().await.unwrap();
        std::fs::create_dir(at("new")).unwrap();
        let cases = [
            ("short.db", "damaged"),
            ("damaged.db", "damaged"),
            ("text.db", "damaged"),
            ("empty.db", "no database of Steward"),
            ("newer.db", "newer steward"),
            ("missing.db", "missing.db"),
        ];
        for (name, why) in cases {
            let to = at("new/steward.db");
            let output = steward(&["restore", at(name).to_str().unwrap()], folder.path(), &to).await.unwrap();
            let (done, text) = said(&output);
            assert!(!done && text.contains(why), "{name}: {text}");
            assert!(files(&at("new")).is_empty(), "{name}: {:?}", files(&at("new")));
        }
        // Of nothing there is no copy either.
        let output =
            steward(&["backup", at("x.db").to_str().unwrap()], folder.path(), &at("nowhere.db")).await.unwrap();
        let (done, text) = said(&output);
        assert!(!done && text.contains("there is no database at"), "{text}");
        assert!(!at("x.db").exists() && !at("nowhere.db").exists());
    });
}
