//! The one connection that writes to a SQLite file.
//!
//! It runs where its changes do, in a thread of the writer's own: to hand each statement to another thread, and wait for
//! it, costs more than most of them do.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::Statement;
use tokio::task::spawn_blocking;

use super::{error::from_file, file::File};
use crate::base::{Error, Result, Tally};

const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA cache_size = -5000; PRAGMA temp_store = memory; PRAGMA secure_delete = ON";
/// How long it waits for other processes that write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Cheap to clone: all clones are one connection.
#[derive(Clone)]
pub struct Pen {
    file: Arc<Mutex<File>>,
    /// Statements run so far, here and elsewhere.
    statements: Arc<AtomicU64>,
    /// Whether its statements change very many rows: then the next is made while one runs.
    mass: bool,
}

impl Pen {
    /// For a file that is there.
    pub(super) fn open(path: &Path, statements: Arc<AtomicU64>) -> Result<Self> {
        let file = File::open(path, SETTINGS, PATIENCE).map_err(from_file)?;
        Ok(Self { file: Arc::new(Mutex::new(file)), statements, mass: false })
    }

    /// The same for a change of very many rows.
    pub(super) fn for_many(&self) -> Self {
        Self { mass: true, ..self.clone() }
    }

    /// See [`File::text`].
    pub(super) fn text<T>(&self, statement: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Result<T> {
        self.count(statement);
        self.held().text(statement, read).map_err(from_file)
    }

    /// See [`File::execute`].
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64> {
        self.count(&statement);
        if !self.mass {
            return self.held().execute(&statement).map_err(from_file);
        }
        let pen = self.clone();
        spawn_blocking(move || pen.held().execute(&statement)).await.map_err(Error::internal)?.map_err(from_file)
    }

    /// See [`File::run`].
    pub(super) fn run(&self, text: &str) -> Result<()> {
        self.held().run(text).map_err(from_file)
    }

    /// See [`File::again`].
    pub(super) fn again(&self, text: &'static str) -> Result<()> {
        self.held().again(text).map_err(from_file)
    }

    /// See [`File::number`].
    pub(super) fn number(&self, text: &str) -> Result<i64> {
        self.held().number(text).map_err(from_file)
    }

    fn count(&self, statement: &Statement) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Tally::count(&statement.sql);
    }

    /// No code panics while it holds this lock.
    fn held(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
