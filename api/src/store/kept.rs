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

use super::from_db;
use crate::base::{Result, Tally};

/// What has not been used for so long is given back to the pool, which looks whether it is still there.
pub(super) const FRESH: Duration = Duration::from_secs(1);
/// So often a connection is used before the pool sees it again, and closes it once it is old.
const USES: u32 = 1_000;

/// Connections of a pool for whoever reads.
pub(super) struct Kept {
    pool: PgPool,
    idle: Mutex<Vec<One>>,
    /// Connections that are kept from those who write, at most.
    most: usize,
    /// Statements run so far, here and in the pool.
    statements: Arc<AtomicU64>,
}

struct One {
    conn: PoolConnection<Postgres>,
    uses: u32,
    used: Instant,
}

impl Kept {
    pub(super) const fn new(pool: PgPool, most: usize, statements: Arc<AtomicU64>) -> Self {
        Self { pool, idle: Mutex::new(Vec::new()), most, statements }
    }

    /// The text that `statement` gives, or nothing where it gives no row, as `read` reads it. `None`: to be asked in the
    /// pool, since a connection that was kept is there no more. The pool sees to one that failed, or was not waited for.
    pub(super) async fn text<T>(&self, asked: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Option<Result<T>> {
        let kept = self.fresh();
        let was_kept = kept.is_some();
        let one = match kept {
            Some(one) => one,
            None => match self.pool.acquire().await {
                Ok(conn) => One { conn, uses: 0, used: Instant::now() },
                Err(error) => return Some(Err(from_db(DbErr::Conn(RuntimeErr::SqlxError(error.into()))))),
            },
        };
        match self.ask(one, asked, read).await {
            Ok(told) => Some(Ok(told)),
            Err(_) if was_kept => None,
            Err(error) => Some(Err(from_db(DbErr::Query(RuntimeErr::SqlxError(error.into()))))),
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
        let one = idle.pop()?;
        if one.used.elapsed() < FRESH {
            return Some(one);
        }
        // The others have waited longer.
        idle.clear();
        None
    }

    fn keep(&self, one: One) {
        let mut idle = self.idle();
        if idle.len() < self.most && one.uses < USES {
            idle.push(One { uses: one.uses + 1, used: Instant::now(), ..one });
        }
    }

    /// No code panics while it holds this lock.
    fn idle(&self) -> MutexGuard<'_, Vec<One>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
