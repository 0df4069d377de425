//! Reading from a SQLite file where the question is asked.
//!
//! The pool's connections live in threads of their own, and to go there and back costs as much as most statements do. A
//! short statement that gives one text is run here by the asking task itself. One that takes longer is given up, so that
//! no task keeps others from running, and asked in the pool, the next times at once.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::ErrorCode;
use sea_orm::Statement;

use super::file::File;
use crate::base::Tally;

/// Instructions of SQLite's machine between two looks at what was used up.
const STEP: i32 = 1_000;
/// Steps a statement may take here: a millisecond, or two.
const STEPS: u32 = 100;
/// How often a statement that took longer is asked in the pool before it is tried here again.
const ASIDE: u8 = 100;
/// Statements remembered as long; beyond them all are forgotten.
const REMEMBERED: usize = 1_000;
const SETTINGS: &str = "PRAGMA query_only = 1; PRAGMA cache_size = -4000; PRAGMA temp_store = memory";

/// Connections to a SQLite file for whoever asks.
pub(super) struct Near {
    idle: Mutex<Vec<Reader>>,
    /// How often each long statement is still to be asked in the pool, by a hash of its text.
    long: Mutex<HashMap<u64, u8>>,
    hasher: RandomState,
    /// Statements run so far, here and in the pool.
    statements: Arc<AtomicU64>,
}

struct Reader {
    file: File,
    /// Steps of the statement being run.
    steps: Arc<AtomicU32>,
}

impl Near {
    /// So many connections to a file that is there. What cannot be opened is left to the pool.
    pub(super) fn open(file: &Path, connections: u32, statements: Arc<AtomicU64>) -> Self {
        let idle = (0..connections).map_while(|_| Reader::open(file).ok()).collect();
        Self { idle: Mutex::new(idle), long: Mutex::default(), hasher: RandomState::new(), statements }
    }

    /// The text that `statement` gives, or nothing where it gives no row, as `read` reads it. `None`: to be asked in the
    /// pool, which has the time, waits where others have to be waited for, and says what is wrong.
    pub(super) fn text<T>(&self, statement: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Option<T> {
        if self.is_long(&statement.sql) {
            return None;
        }
        let reader = held(&self.idle).pop()?;
        let done = reader.text(statement, read);
        held(&self.idle).push(reader);
        match done {
            Ok(text) => {
                self.statements.fetch_add(1, Ordering::Relaxed);
                Tally::count(&statement.sql);
                Some(text)
            }
            Err(error) => {
                if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
                    self.remember(&statement.sql);
                }
                None
            }
        }
    }

    fn is_long(&self, text: &str) -> bool {
        let mut long = held(&self.long);
        if long.is_empty() {
            return false;
        }
        let hash = self.hasher.hash_one(text);
        let Some(left) = long.get_mut(&hash) else { return false };
        *left -= 1;
        if *left == 0 {
            long.remove(&hash);
        }
        true
    }

    fn remember(&self, text: &str) {
        let hash = self.hasher.hash_one(text);
        let mut long = held(&self.long);
        if long.len() >= REMEMBERED {
            long.clear();
        }
        long.insert(hash, ASIDE);
    }
}

impl Reader {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        // Who would have to wait, asks in the pool.
        let file = File::open(path, SETTINGS, Duration::ZERO)?;
        let steps = Arc::new(AtomicU32::new(0));
        let taken = Arc::clone(&steps);
        file.stop_when(STEP, move || taken.fetch_add(1, Ordering::Relaxed) >= STEPS)?;
        Ok(Self { file, steps })
    }

    fn text<T>(&self, asked: &Statement, read: impl FnOnce(Option<&str>) -> T) -> rusqlite::Result<T> {
        self.steps.store(0, Ordering::Relaxed);
        self.file.text(asked, read)
    }
}

/// No code panics while it holds these locks.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;
