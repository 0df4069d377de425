//! The one connection that writes to a SQLite file.
//!
//! It runs where its changes do, in a thread of the writer's own: to hand each statement to another thread, and wait for
//! it, costs more than most of them do.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
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
pub(super) struct Pen {
    /// None once it is closed.
    file: Arc<Mutex<Option<File>>>,
    /// Statements run so far, here and elsewhere.
    statements: Arc<AtomicU64>,
}

impl Pen {
    /// For a file that is there.
    pub(super) fn open(path: &Path, statements: Arc<AtomicU64>) -> Result<Self> {
        let file = File::open(path, SETTINGS, PATIENCE).map_err(from_file)?;
        Ok(Self { file: Arc::new(Mutex::new(Some(file))), statements })
    }

    /// What a change writes by, in a transaction that was begun.
    pub(super) fn stroke(&self, mass: bool) -> Stroke {
        Stroke { pen: self.clone(), mass, is_over: Arc::default() }
    }

    /// See [`File::run`].
    pub(super) fn run(&self, text: &str) -> Result<()> {
        self.with(|file| file.run(text))
    }

    /// See [`File::again`].
    pub(super) fn again(&self, text: &'static str) -> Result<()> {
        self.with(|file| file.again(text))
    }

    /// See [`File::number`].
    pub(super) fn number(&self, text: &str) -> Result<i64> {
        self.with(|file| file.number(text))
    }

    /// Closes the connection, and takes back what it has not committed, whoever holds a clone.
    pub(super) fn close(&self) {
        drop(self.held().take());
    }

    fn with<T>(&self, run: impl FnOnce(&File) -> rusqlite::Result<T>) -> Result<T> {
        self.held().as_ref().map_or_else(|| Err(over()), |file| run(file).map_err(from_file))
    }

    /// What panics while it holds this lock leaves nothing half done: its statement is reset.
    fn held(&self) -> MutexGuard<'_, Option<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one change writes by. Cheap to clone; none of the clones writes once the change is over.
#[derive(Clone)]
pub struct Stroke {
    pen: Pen,
    /// Whether it changes very many rows: then its next statement is made while one runs.
    mass: bool,
    /// Set by whoever holds the file.
    is_over: Arc<AtomicBool>,
}

impl Stroke {
    /// See [`File::text`].
    pub(super) fn text<T>(&self, statement: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Result<T> {
        self.count(statement);
        self.with(|file| file.text(statement, read))
    }

    /// See [`File::execute`].
    pub(super) async fn execute(&self, statement: Statement) -> Result<u64> {
        self.count(&statement);
        if !self.mass {
            return self.with(|file| file.execute(&statement));
        }
        let own = self.clone();
        spawn_blocking(move || own.with(|file| file.execute(&statement))).await.map_err(Error::internal)?
    }

    /// See [`File::run`].
    pub(super) fn run(&self, text: &str) -> Result<()> {
        self.with(|file| file.run(text))
    }

    /// Waits for a statement that nobody waits for any more, and lets no other begin.
    pub(super) fn end(&self) {
        let _file = self.pen.held();
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn count(&self, statement: &Statement) {
        self.pen.statements.fetch_add(1, Ordering::Relaxed);
        Tally::count(&statement.sql);
    }

    /// A full disk may have ended the transaction: what came then would stand alone.
    fn with<T>(&self, run: impl FnOnce(&File) -> rusqlite::Result<T>) -> Result<T> {
        match &*self.pen.held() {
            Some(file) if !self.is_over.load(Ordering::Relaxed) && file.is_in_transaction() => {
                run(file).map_err(from_file)
            }
            _ => Err(over()),
        }
    }
}

fn over() -> Error {
    Error::internal("a change went on after its end")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicU64};

    use sea_orm::{DbBackend, Statement};
    use tempfile::TempDir;

    use super::{Pen, Stroke};

    fn open() -> (TempDir, Pen) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("some.db");
        std::fs::File::create(&path).unwrap();
        let pen = Pen::open(&path, Arc::<AtomicU64>::default()).unwrap();
        pen.run("CREATE TABLE some (name TEXT)").unwrap();
        (dir, pen)
    }

    async fn insert(stroke: &Stroke) -> bool {
        let text = "INSERT INTO some VALUES ('x')";
        stroke.execute(Statement::from_string(DbBackend::Sqlite, text)).await.is_ok()
    }

    #[tokio::test]
    async fn a_change_writes_between_its_beginning_and_its_end() {
        let (_dir, pen) = open();
        for mass in [false, true] {
            let early = pen.stroke(mass);
            assert!(!insert(&early).await, "nothing was begun");
            pen.again("BEGIN IMMEDIATE").unwrap();
            let (stroke, other) = (pen.stroke(mass), pen.stroke(mass));
            let kept = stroke.clone();
            assert!(insert(&stroke).await);
            stroke.end();
            assert!(!insert(&kept).await && insert(&other).await);
            pen.again("COMMIT").unwrap();
            assert!(!insert(&other).await, "it would stand alone");
        }
        assert_eq!(pen.number("SELECT count(*) FROM some").unwrap(), 4);
    }

    #[tokio::test]
    async fn what_is_closed_has_written_nothing_and_writes_no_more() {
        let (dir, pen) = open();
        pen.again("BEGIN IMMEDIATE").unwrap();
        let stroke = pen.stroke(false);
        assert!(insert(&stroke).await);
        pen.close();
        assert!(!insert(&stroke).await && pen.again("COMMIT").is_err());
        let next = Pen::open(&dir.path().join("some.db"), Arc::default()).unwrap();
        next.again("BEGIN IMMEDIATE").unwrap();
        assert_eq!(next.number("SELECT count(*) FROM some").unwrap(), 0);
    }
}
