//! Opening a database, SQLite or PostgreSQL, and what every transaction needs: clock and chance.

use std::{
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use tokio::sync::{Notify, OnceCell, mpsc};

use super::{
    Store,
    bulk::Texts,
    cause::{said, unheard, unopened, unusable, unwritable},
    commits,
    conn::{Conn, Turn},
    events::{Bus, Listening},
    from_db,
    kept::{FRESH, Kept},
    later,
    near::Near,
    pen::Pen,
};
use crate::{
    access::Viewer,
    base::{Clock, Error, Random, Result, Tally},
};

/// Which database this is, for the few places where the two speak differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What to open.
pub struct Open {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Readers on SQLite; all connections on PostgreSQL.
    pub connections: u32,
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) read: DatabaseConnection,
    beside: Beside,
    /// On SQLite: where the one writer listens. On PostgreSQL every write has a connection of its own.
    pub(super) writer: Option<mpsc::Sender<commits::Job>>,
    pub(super) engine: Engine,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    /// Where to, to listen beside the pool.
    pub(super) url: String,
    pub(super) bus: Bus,
    pub(super) listening: OnceCell<Listening>,
    pub(super) texts: Texts,
    statements: Arc<AtomicU64>,
}

/// What reads beside the pool.
enum Beside {
    Near(Near),
    Kept(Kept),
}

impl Db {
    /// Opens the database and, on SQLite, makes the file if there is none. Runs no migration.
    pub async fn open(open: Open) -> Result<Self> {
        let engine = engine(&open.url);
        let statements = Arc::new(AtomicU64::new(0));
        let purpose = if engine == Engine::Sqlite { Purpose::Read } else { Purpose::Write };
        // Makes a SQLite file if there is none.
        let mut read =
            Database::connect(options(&open.url, engine, open.connections, purpose)).await.map_err(from_db)?;
        let counted = Arc::clone(&statements);
        read.set_metric_callback(move |told| {
            counted.fetch_add(1, Ordering::Relaxed);
            Tally::count(&told.statement.sql);
        });
        let (beside, writer) = match engine {
            Engine::Postgres => {
                let most = usize::try_from(open.connections / 2).map_err(Error::internal)?;
                (
                    Beside::Kept(Kept::new(read.get_postgres_connection_pool().clone(), most, Arc::clone(&statements))),
                    None,
                )
            }
            Engine::Sqlite => {
                let (file, counted) = (file(&open.url), Arc::clone(&statements));
                let near = Near::open(&file, open.connections, Arc::clone(&counted));
                let pen = move || Pen::open(&file, Arc::clone(&counted));
                (Beside::Near(near), Some(commits::start(pen()?, pen)?))
            }
        };
        Ok(Self(Arc::new(Inner {
            read,
            beside,
            writer,
            engine,
            clock: open.clock,
            random: open.random,
            url: open.url,
            bus: Bus::new(),
            listening: OnceCell::new(),
            texts: Texts::default(),
            statements,
        })))
    }

    /// The database as `viewer` sees it.
    pub fn store(&self, viewer: Arc<Viewer>) -> Store {
        Store { db: self.clone(), viewer }
    }

    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    pub fn random(&self) -> &Arc<dyn Random> {
        &self.0.random
    }

    /// Rung after a commit that queued a job; with PostgreSQL once this process listens.
    pub fn wake(&self) -> &Arc<Notify> {
        &self.0.bus.wake
    }

    /// Whether this process may write to the file; always on PostgreSQL.
    pub fn is_writable(&self) -> bool {
        unwritable(&self.0.url).is_none()
    }

    /// SQL statements run so far, without BEGIN, COMMIT, savepoints and NOTIFY.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Brings the statistics of a SQLite file up to date; cheap where little changed.
    pub async fn optimize(&self) -> Result<()> {
        let Some(writer) = &self.0.writer else { return Ok(()) };
        commits::maintain(writer, "PRAGMA optimize").await
    }

    /// A transaction of the pool. It begins in a task of its own: where nobody waits any more for one that is just
    /// beginning, sqlx does not know that it has begun, and gives the connection to the next with it.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction> {
        if let Beside::Kept(kept) = &self.0.beside {
            kept.make_room();
        }
        let pool = self.0.read.clone();
        tokio::spawn(async move { pool.begin().await }).await.map_err(Error::internal)?.map_err(from_db)
    }

    pub(super) fn reader(&self) -> Conn<'_> {
        match &self.0.beside {
            Beside::Near(near) => Conn::Near(&self.0.read, near),
            Beside::Kept(kept) => Conn::Kept(&self.0.read, kept),
        }
    }
}

/// Migrates to the newest tables. Refuses a database that a newer program has migrated.
pub async fn migrate(url: &str) -> Result<()> {
    let (db, tx) = match begin_to_migrate(url).await {
        Ok(begun) => begun,
        Err(error) => return Err(unusable(&unopened(url, &error).await)),
    };
    up(&tx).await?;
    tx.commit().await.map_err(from_db)?;
    db.close().await.map_err(from_db)
}

/// A transaction for the tables: all or nothing. Several processes may start at once: the others wait for the lock,
/// as long as it takes, and then find nothing left to do.
pub(super) async fn begin_to_migrate(url: &str) -> Result<(DatabaseConnection, DatabaseTransaction), DbErr> {
    let engine = engine(url);
    let db = Database::connect(options(url, engine, 1, Purpose::Migrate)).await?;
    let tx = db.begin_with_options(immediate()).await?;
    if engine == Engine::Postgres {
        // What is there already is no news.
        tx.execute_unprepared("SET LOCAL client_min_messages = warning").await?;
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7365001)").await?;
    }
    Ok((db, tx))
}

/// Runs what migrations are missing.
pub(super) async fn up(tx: &DatabaseTransaction) -> Result<()> {
    use migration::{Migrator, sea_orm_migration::MigratorTrait};
    let newer = |error| match error {
        DbErr::Custom(text) if text.contains("Migration file of version") => {
            Error::internal("this database was migrated by a newer steward; use that version or restore a backup")
        }
        other => from_db(other),
    };
    let waiting = Migrator::get_pending_migrations(tx).await.map_err(newer)?.len();
    if (1..Migrator::migrations().len()).contains(&waiting) {
        tracing::warn!(waiting, "the tables become those of this version; the way back is a backup from before");
    }
    // Before a change of the tables, which may be one of an index.
    if waiting < Migrator::migrations().len() && later::catch_up(Conn::Tx(tx, &Turn::default())).await? {
        tracing::warn!("an import was cut off; what it left for its end is made");
    }
    Migrator::up(tx, None).await.map_err(newer)
}

/// A transaction that takes SQLite's one lock for writing at once, not at its first change.
pub(super) fn immediate() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// How many migrations of this version the database has not had, and how many it has had of newer ones.
/// Changes nothing.
pub async fn behind(url: &str) -> Result<(usize, usize)> {
    use migration::sea_orm_migration::seaql_migrations;
    if let Some(why) = unheard(url).await {
        return Err(unusable(&why));
    }
    let db = match Database::connect(options(url, engine(url), 1, Purpose::Read)).await {
        Ok(db) => db,
        Err(error) => return Err(unusable(&said(&error))),
    };
    // A database without the table has had none.
    let had = seaql_migrations::Entity::find().all(&db).await.unwrap_or_default();
    db.close().await.map_err(from_db)?;
    Ok(compared(&had))
}

/// How many migrations of this version a database that had these lacks, and how many are of newer ones.
pub(super) fn compared(had: &[migration::sea_orm_migration::seaql_migrations::Model]) -> (usize, usize) {
    use migration::{Migrator, sea_orm_migration::MigratorTrait};
    let ours: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    let missing = ours.iter().filter(|name| had.iter().all(|row| row.version != **name)).count();
    let newer = had.iter().filter(|row| !ours.contains(&row.version)).count();
    (missing, newer)
}

/// Which database an address names.
pub(super) fn engine(url: &str) -> Engine {
    if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
}

/// What connections are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
    Migrate,
    /// Reading, and nobody else may have the file open.
    Alone,
}

pub(super) fn options(url: &str, engine: Engine, connections: u32, purpose: Purpose) -> ConnectOptions {
    let url = match engine {
        Engine::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
        _ => url.to_owned(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).acquire_timeout(Duration::from_secs(10));
    if engine == Engine::Postgres {
        // To ask at each request whether a connection is still there is a round trip more; one that was used just now is.
        options.test_before_acquire_if_idle_for(FRESH);
    }
    if engine == Engine::Sqlite {
        // Who migrates waits for others who do. Already to open the file may wait.
        let (open, busy) = match purpose {
            Purpose::Migrate => (Duration::from_hours(1), Duration::from_hours(1)),
            Purpose::Alone => (Duration::from_secs(10), Duration::from_secs(1)),
            Purpose::Read | Purpose::Write => (Duration::from_secs(10), Duration::from_secs(5)),
        };
        options.min_connections(1).test_before_acquire(false).acquire_timeout(open);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(busy)
                .statement_cache_capacity(256)
                .row_buffer_size(256)
                .pragma("cache_size", if purpose == Purpose::Read { "-2000" } else { "-5000" })
                .pragma("temp_store", "memory")
                .pragma("secure_delete", "on");
            match purpose {
                Purpose::Write | Purpose::Migrate => sqlite,
                Purpose::Read => sqlite.pragma("query_only", "1"),
                // Whoever has the file open shares a lock on it, however idle: this one is had by nobody else.
                Purpose::Alone => sqlite.pragma("query_only", "1").locking_mode(SqliteLockingMode::Exclusive),
            }
        });
    }
    options
}

/// Where the file of a SQLite address is.
pub(super) fn file(url: &str) -> PathBuf {
    let plain = || url.trim_start_matches("sqlite:").trim_start_matches("//").into();
    SqliteConnectOptions::from_str(url).map_or_else(|_| plain(), |options| options.get_filename().to_owned())
}
