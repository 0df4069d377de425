//! A pool or a transaction, alike.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement};
use tokio::sync::Mutex;

use super::{from_db, kept::Kept, near::Near, pen::Stroke};
use crate::base::{Error, Result};

/// Where a statement runs.
#[derive(Clone, Copy)]
pub enum Conn<'c> {
    Pool(&'c DatabaseConnection),
    /// Of a SQLite file: short statements where they are asked, others in the pool.
    Near(&'c DatabaseConnection, &'c Near),
    /// Of PostgreSQL: by connections kept at hand, or else in the pool.
    Kept(&'c DatabaseConnection, &'c Kept),
    Tx(&'c DatabaseTransaction, &'c Turn),
    Stroke(&'c Stroke, &'c Turn),
}

/// A transaction, or a change in one that others share.
pub(super) enum Line {
    /// Of a pool: PostgreSQL's, or one that is taken back.
    Tx(DatabaseTransaction),
    /// Of the writer of a SQLite file.
    Stroke(Stroke),
}

/// Whose statement is next in a transaction: whoever has waited longest. Without it a task that writes on and on
/// would leave none for another that reads.
#[derive(Default)]
pub struct Turn(Mutex<()>);

impl Turn {
    async fn take<T>(&self, statement: impl Future<Output = T>) -> T {
        let _turn = self.0.lock().await;
        statement.await
    }
}

impl Line {
    pub(super) const fn conn<'c>(&'c self, turn: &'c Turn) -> Conn<'c> {
        match self {
            Self::Tx(tx) => Conn::Tx(tx, turn),
            Self::Stroke(stroke) => Conn::Stroke(stroke, turn),
        }
    }
}

impl Conn<'_> {
    /// The one text that a statement gives, as `read` reads it; nothing where it gives no row. On SQLite its places are
    /// filled in the order in which they stand, or are numbered like `?1`.
    pub async fn text<T>(self, statement: Statement, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
        let told = |text: Option<&str>| text.map(&read);
        let row = match self {
            Self::Pool(pool) => pool.query_one_raw(statement).await,
            Self::Near(pool, near) => match near.text(&statement, told) {
                Some(known) => return known.transpose(),
                None => pool.query_one_raw(statement).await,
            },
            Self::Kept(pool, kept) => match Box::pin(kept.text(&statement, told)).await {
                Some(known) => return known?.transpose(),
                None => pool.query_one_raw(statement).await,
            },
            Self::Tx(tx, turn) => turn.take(tx.query_one_raw(statement)).await,
            Self::Stroke(stroke, turn) => {
                return turn.take(async { stroke.text(&statement, told) }).await?.transpose();
            }
        };
        let Some(row) = row.map_err(from_db)? else { return Ok(None) };
        let text: String = row.try_get_by_index(0).map_err(Error::internal)?;
        read(&text).map(Some)
    }

    /// Runs a statement that gives no rows; gives how many it changed.
    pub async fn execute(self, statement: Statement) -> Result<u64> {
        let done = match self {
            Self::Pool(pool) | Self::Near(pool, _) | Self::Kept(pool, _) => pool.execute_raw(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.execute_raw(statement)).await,
            Self::Stroke(stroke, turn) => return turn.take(stroke.execute(statement)).await,
        };
        done.map(|done| done.rows_affected()).map_err(from_db)
    }

    /// Runs statements without values, whatever they give.
    pub async fn run(self, text: &str) -> Result<()> {
        let done = match self {
            Self::Pool(pool) | Self::Near(pool, _) | Self::Kept(pool, _) => pool.execute_unprepared(text).await,
            Self::Tx(tx, turn) => turn.take(tx.execute_unprepared(text)).await,
            Self::Stroke(stroke, turn) => return turn.take(async { stroke.run(text) }).await,
        };
        done.map(drop).map_err(from_db)
    }

    pub fn backend(self) -> DbBackend {
        match self {
            Self::Pool(pool) | Self::Near(pool, _) | Self::Kept(pool, _) => pool.get_database_backend(),
            Self::Tx(tx, _) => tx.get_database_backend(),
            Self::Stroke(..) => DbBackend::Sqlite,
        }
    }
}
