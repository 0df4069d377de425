//! One test body, two engines, two tests.
//!
//! [`both!`](crate::both) turns `async fn name(world: W)` into `name::sqlite` and `name::postgres`.
//! `W` is whatever implements [`World`]: a bare [`Database`], or an application on top of one.

use std::time::Duration;

use crate::{postgres, skip::skip, sqlite};

/// No test needs longer; one that hangs should say so by name.
const LIMIT: Duration = Duration::from_secs(300);
/// As much stack as the program gives its threads: without optimisation futures are large.
const STACK: usize = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// A fresh database with the tables in place, or nothing where PostgreSQL is not installed.
    pub async fn database(self) -> Option<Database> {
        match self {
            Self::Sqlite => Some(Database::Sqlite(sqlite::database().await)),
            Self::Postgres => postgres::database().await.map(Database::Postgres),
        }
    }
}

/// A migrated database of one test, gone when dropped. Hold it as long as the database is used.
#[derive(Debug)]
pub enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

impl Database {
    /// `sqlite:PATH` or `postgres://…`, as in `STEWARD_DATABASE_URL`.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite(database) => database.url(),
            Self::Postgres(database) => database.url(),
        }
    }

    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// What a test body takes: built on a fresh database, which it keeps alive.
pub trait World: Sized {
    fn on(database: Database) -> impl Future<Output = Self>;
}

impl World for Database {
    async fn on(database: Database) -> Self {
        database
    }
}

/// Runs a body on an engine, on threads of its own. Called by [`both!`](crate::both).
///
/// # Panics
/// When the body does, or takes longer than five minutes, or three hours in the long form.
pub fn run<W: World>(engine: Engine, body: impl AsyncFnOnce(W) + Send + 'static) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).thread_stack_size(STACK).enable_all().build().unwrap();
    // Named after the test, so that a skip tells which one.
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let test =
        std::thread::Builder::new().name(name).stack_size(STACK).spawn(move || runtime.block_on(stand(engine, body)));
    if let Err(panic) = test.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

/// Skips the body where the engine is missing.
async fn stand<W: World>(engine: Engine, body: impl AsyncFnOnce(W)) {
    let Some(database) = engine.database().await else {
        return skip("PostgreSQL", postgres::CURE);
    };
    let test = async { body(W::on(database).await).await };
    let limit = if long() { LIMIT * 36 } else { LIMIT };
    assert!(tokio::time::timeout(limit, test).await.is_ok(), "still running after {limit:?}");
}

/// Whether tests that have a long form are to run so: `STEWARD_TEST_LONG` is set.
pub fn long() -> bool {
    std::env::var_os("STEWARD_TEST_LONG").is_some_and(|value| !value.is_empty())
}

/// ```text
/// both! {
///     async fn manager_does_not_see_an_account_of_another_team(app: TestApp) { … }
/// }
/// ```
/// Shows as `…_of_another_team::sqlite` and `…_of_another_team::postgres`. Any number of functions.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident : $type:ty $(,)?) $body:block)+) => {$(
        $(#[$meta])*
        async fn $name($world: $type) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::engine::run($crate::engine::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::engine::run($crate::engine::Engine::Postgres, super::$name);
            }
        }
    )+};
    // `mut` where the body changes its world.
    ($($(#[$meta:meta])* async fn $name:ident(mut $world:ident : $type:ty $(,)?) $body:block)+) => {
        $crate::both! { $($(#[$meta])* async fn $name(world: $type) { let mut $world = world; $body })+ }
    };
}
