//! Several processes that start on an empty database at once are one installation afterwards.

use std::{sync::Arc, time::Duration};

use api::{
    app::{App, Ports},
    base::{FixedClock, SeededRandom},
    config::{Settings, Source},
    mail::Memory,
};
use entity::{Time, member, setting, signing_key, survey, team};
use migration::{Migrator, sea_orm_migration::MigratorTrait};
use sea_orm::ColumnTrait;
use tests::{
    app::{SECRET, URL},
    both,
    engine::{Database, Engine},
    process::{self, Process},
    skip::skip,
};

const STARTERS: u64 = 8;

/// A start like any other, up to the first admin; gives the password if one was made.
async fn start(url: String, seed: u64) -> (App, Option<String>) {
    let all = [("STEWARD_DATABASE_URL", url.as_str()), ("STEWARD_SECRET", SECRET)];
    let settings = Settings::read(Source::of(all.map(|(name, value)| (name.to_owned(), value.to_owned())))).unwrap();
    let clock = Arc::new(FixedClock::new(Time::parse("2026-03-02T09:00:00Z").unwrap()));
    let ports = Ports { clock, random: Arc::new(SeededRandom::new(seed)), mail: Some(Arc::new(Memory::default())) };
    let app = App::build(&settings, ports, URL.to_owned()).await.unwrap();
    let password = app.first_admin(&settings).await.unwrap();
    (app, password)
}

both! {
    async fn those_who_start_first_at_once_are_one_installation(database: Database) {
        let starts = (0..STARTERS).map(|seed| tokio::spawn(start(database.url().to_owned(), seed)));
        let (mut apps, mut passwords) = (Vec::new(), Vec::new());
        for start in starts.collect::<Vec<_>>() {
            let (app, password) = start.await.unwrap();
            apps.push(app);
            passwords.extend(password);
        }
        // The one password that was shown is the one that opens.
        assert_eq!(passwords.len(), 1);
        let keys = apps[0].env.tokens.keyring().jwks();
        assert_eq!(keys.keys.len(), 1);
        assert!(apps.iter().all(|app| app.env.tokens.keyring().jwks() == keys), "a token of one is refused by another");
        let system = apps[0].system();
        assert_eq!(system.find::<signing_key::Entity>().count().await.unwrap(), 1);
        assert_eq!(system.find::<team::Entity>().filter(team::Column::ParentId.is_null()).count().await.unwrap(), 1);
        assert_eq!(system.find::<member::Entity>().count().await.unwrap(), 1);
        assert_eq!(system.find::<survey::Entity>().count().await.unwrap(), 3);
        assert_eq!(system.find::<setting::Entity>().count().await.unwrap(), 1);
        // Another start finds nothing left to do.
        assert_eq!(start(database.url().to_owned(), STARTERS).await.1, None);
    }

    async fn a_migration_that_is_killed_is_done_by_the_next_start(database: Database) {
        let Some(program) = process::steward() else { return skip("the program steward", process::CURE) };
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        Migrator::down(&db, None).await.unwrap();
        db.close().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = [("STEWARD_DATABASE_URL", database.url()), ("STEWARD_SECRET", SECRET)];
        let all = Migrator::migrations().len();
        let (mut missing, mut kills) = (all, 0);
        while missing > 0 {
            assert_eq!(missing, all, "half of the tables are new");
            let process = Process::start(&program, &["migrate"], &settings, folder.path());
            tokio::time::sleep(Duration::from_millis(8) * kills).await;
            // Kills it.
            drop(process);
            kills += 1;
            missing = api::store::behind(database.url()).await.unwrap().0;
        }
        assert!(kills > 1, "it is faster than any kill");
    }
}

both! {
    async fn a_command_leaves_older_tables_to_who_means_to_change_them(database: Database) {
        let (app, _) = start(database.url().to_owned(), 1).await;
        drop(app);
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        Migrator::down(&db, Some(1)).await.unwrap();
        let ask = async |words: &[&str]| {
            let words: Vec<&str> = words.to_vec();
            let folder = tempfile::tempdir().unwrap();
            let all = [("STEWARD_DATABASE_URL", database.url()), ("STEWARD_SECRET", SECRET), ("STEWARD_PUBLIC_URL", URL)];
            let mut command = std::process::Command::new(process::steward()?);
            Some(command.args(words).env_clear().envs(all).current_dir(folder.path()).output().unwrap())
        };
        for words in [&["key", "list"][..], &["token", "--member", "admin@localhost"], &["keys", "rotate"], &["export", "there"]] {
            let Some(told) = ask(words).await else { return skip("the program steward", process::CURE) };
            let why = String::from_utf8_lossy(&told.stderr).into_owned();
            assert_eq!((told.status.code(), why.contains("run `steward migrate`")), (Some(1), true), "{words:?}: {why}");
            assert_eq!(Migrator::get_pending_migrations(&db).await.unwrap().len(), 1, "{words:?}");
        }
        assert!(ask(&["migrate"]).await.unwrap().status.success());
        assert!(ask(&["token", "--member", "admin@localhost"]).await.unwrap().status.success());
        db.close().await.unwrap();
    }
}

both! {
    async fn a_database_is_made_only_where_it_is_meant(database: Database) {
        let folder = tempfile::tempdir().unwrap();
        let run = async |words: &'static [&str], url: &str| {
            let mut command = std::process::Command::new(process::steward()?);
            let settings = [("STEWARD_DATABASE_URL", url), ("STEWARD_SECRET", SECRET), ("STEWARD_LISTEN", "127.0.0.1:0")];
            command.args(words).env_clear().envs(settings).current_dir(folder.path());
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            Some((output.status.code(), String::from_utf8(output.stderr).unwrap()))
        };
        std::fs::write(folder.path().join("accounts.csv"), "Id,Name\n1,Globex\n").unwrap();
        // A name with a slip in it: of the file, or of the database.
        let slip = match database.engine() {
            Engine::Sqlite => "sqlite:stewrad.db".to_owned(),
            Engine::Postgres => {
                let db = sea_orm::Database::connect(database.url()).await.unwrap();
                Migrator::down(&db, None).await.unwrap();
                db.close().await.unwrap();
                database.url().to_owned()
            }
        };
        for words in [
            &["key", "list"][..],
            &["keys", "rotate"],
            &["token", "--member", "admin@localhost"],
            &["export", "there"],
            &["erase", "--contact", "019a6f2e-7c1d-7b64-9f30-2f1a5c7d8e90", "--yes"],
            &["backup", "copy.db"],
        ] {
            let Some((code, told)) = run(words, &slip).await else { return skip("the program steward", process::CURE) };
            if words[0] != "backup" || database.engine() == Engine::Sqlite {
                assert!(code == Some(1) && told.contains("STEWARD_DATABASE_URL") && told.contains("steward migrate"), "{words:?}: {told}");
            }
        }
        if database.engine() == Engine::Postgres {
            let tables = api::store::behind(database.url()).await.unwrap().0;
            return assert_eq!(tables, Migrator::migrations().len(), "something was made");
        }
        let there = folder.path().join("nowhere");
        for words in [&["serve"][..], &["work"], &["migrate"], &["import", "accounts", "accounts.csv", "--yes"]] {
            let (code, told) = run(words, "sqlite:nowhere/steward.db").await.unwrap();
            assert!(code == Some(1) && told.contains("STEWARD_DATABASE_URL names a file in nowhere"), "{words:?}: {told}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was made");
        std::fs::create_dir(&there).unwrap();
        let (code, told) = run(&["migrate"], "sqlite:nowhere/steward.db").await.unwrap();
        assert!(code == Some(0) && there.join("steward.db").exists(), "{told}");
        let (code, told) = run(&["import", "accounts", "accounts.csv", "--yes"], "sqlite:nowhere/new.db").await.unwrap();
        assert!(code == Some(0) && told.contains("makes a new database, nowhere/new.db"), "{told}");
    }
}

#[tokio::test]
async fn a_first_password_in_a_file_is_told_until_the_file_is_gone() {
    let Some(program) = process::steward() else { return skip("the program steward", process::CURE) };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admin-password");
    std::fs::write(&file, "of a database that was moved away\n").unwrap();
    let settings = [("STEWARD_LISTEN", "127.0.0.1:0")];
    let server = Process::start(&program, &["serve"], &settings, folder.path());
    server.url().await;
    let told = std::fs::read_to_string(folder.path().join("steward.log")).unwrap();
    assert!(told.contains("Change it at the first sign-in, and remove the file."), "{told}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("moved away"));
    let warned = || {
        let mut command = std::process::Command::new(&program);
        let output = command.args(["config", "check"]).env_clear().current_dir(folder.path()).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("warning  STEWARD_ADMIN_PASSWORD was made at the first start")
    };
    assert!(warned());
    std::fs::remove_file(&file).unwrap();
    assert!(!warned());
}

#[tokio::test]
async fn a_lost_secret_is_told_and_none_is_made_up() {
    let Some(program) = process::steward() else { return skip("the program steward", process::CURE) };
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command.args(words).env_clear().env("STEWARD_ADMIN_PASSWORD", "a password of many letters");
        command.current_dir(folder.path()).output().unwrap()
    };
    // Whatever needs the secret first makes it, and the next finds it.
    assert!(run(&["migrate"]).status.success() && run(&["key", "list"]).status.success());
    let (secret, away) = (folder.path().join("steward.secret"), folder.path().join("away"));
    std::fs::rename(&secret, &away).unwrap();
    let told = run(&["key", "list"]);
    let why = String::from_utf8_lossy(&told.stderr).into_owned();
    assert_eq!(
        (told.status.code(), why.contains("there is no secret"), secret.exists()),
        (Some(1), true, false),
        "{why}"
    );
    std::fs::rename(&away, &secret).unwrap();
    assert!(run(&["key", "list"]).status.success());
}
