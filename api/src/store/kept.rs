//! Reading from PostgreSQL by connections that are kept at hand.
//!
//! The pool asks a connection for a sign of life whenever it is given back: a round trip more for each statement. What
//! was used just now, and answered, is there.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{DbErr, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Row, pool::PoolConnection, query_with};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::from_db;
use crate::base::{Result, Tally};

/// What has not been used for so long is given back to the pool, which looks whether it is still there.
pub(super) const FRESH: Duration = Duration::from_secs(1);
/// So often a connection is used before the pool sees it again, and closes it once it is old.
const USES: u32 = 1_000;

/// Connections of a pool for whoever reads.
pub(super) struct Kept {
    pool: PgPool,
    /// The one used last is the last.
    idle: Mutex<Vec<One>>,
    /// For so many connections as are kept from those who write, at most.
    places: Arc<Semaphore>,
    /// Statements run so far, here and in the pool.
    statements: Arc<AtomicU64>,
}

struct One {
    conn: PoolConnection<Postgres>,
    uses: u32,
    used: Instant,
    _place: OwnedSemaphorePermit,
}

impl Kept {
    pub(super) fn new(pool: PgPool, most: usize, statements: Arc<AtomicU64>) -> Self {
        Self { pool, idle: Mutex::default(), places: Arc::new(Semaphore::new(most)), statements }
    }

    /// The text that `statement` gives, or nothing where it gives no row, as `read` reads it. `None`: to be asked in the
    /// pool, since all places are taken, or a connection that was kept is there no more. The pool sees to one that
    /// failed, or was not waited for.
    pub(super) async fn text<T>(&self, asked: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Option<Result<T>> {
        let kept = self.fresh();
        let was_kept = kept.is_some();
        let one = if let Some(one) = kept {
            one
        } else {
            let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
            match self.pool.acquire().await {
                Ok(conn) => One { conn, uses: 0, used: Instant::now(), _place: place },
                Err(error) => return Some(Err(from_db(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))),
            }
        };
        match self.ask(one, asked, read).await {
            Ok(told) => Some(Ok(told)),
            Err(error) if was_kept && is_lost(&error) => None,
            Err(error) => Some(Err(from_db(DbErr::Query(RuntimeErr::SqlxError(error.into()))))),
        }
    }

    /// Gives back what waits here where somebody would have to wait for it.
    pub(super) fn make_room(&self) {
        if self.pool.num_idle() == 0 && self.pool.size() >= self.pool.options().get_max_connections() {
            self.idle().clear();
        }
    }

    async fn ask<T>(&self, mut one: One, asked: &Statement, read: impl FnOnce(Option<&str>) -> T) -> sqlx::Result<T> {
        let values = SqlxValues(asked.values.clone().unwrap_or_else(|| Values(Vec::new())));
        let row = query_with(AssertSqlSafe(asked.sql.as_str()), values).fetch_optional(&mut *one.conn).await?;
        self.statements.fetch_add(1, Ordering::Relaxed);
        Tally::count(&asked.sql);
        self.keep(one);
        Ok(read(row.as_ref().map(|row| row.try_get(0)).transpose()?))
    }

    fn fresh(&self) -> Option<One> {
        let mut idle = self.idle();
        // What has waited too long was used before the others.
        let old = idle.iter().take_while(|one| one.used.elapsed() >= FRESH).count();
        idle.drain(..old);
        idle.pop()
    }

    fn keep(&self, one: One) {
        if one.uses < USES {
            self.idle().push(One { uses: one.uses + 1, used: Instant::now(), ..one });
        }
    }

    /// No code panics while it holds this lock.
    fn idle(&self) -> MutexGuard<'_, Vec<One>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is the connection that is gone, and not the statement that is wrong.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ["08", "57P", "25P03"].iter().any(|start| code.starts_with(start)))
        }
        _ => false,
    }
}
