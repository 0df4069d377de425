//! A pool or a transaction, alike.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, ExecResult, FromQueryResult, QueryResult,
    Statement, StatementBuilder,
};
use tokio::sync::Mutex;

use super::{from_db, near::Near};
use crate::base::{Error, Result};

/// Where a statement runs.
#[derive(Clone, Copy)]
pub enum Conn<'c> {
    /// With readers of a SQLite file that run where they are asked, where there are such.
    Pool(&'c DatabaseConnection, Option<&'c Near>),
    Tx(&'c DatabaseTransaction, &'c Turn),
}

/// Whose statement is next in a transaction: whoever has waited longest. Without it a task that writes on and on
/// would leave none for another that reads.
#[derive(Default)]
pub struct Turn(Mutex<()>);

impl Turn {
    pub async fn take<T>(&self, statement: impl Future<Output = T>) -> T {
        let _turn = self.0.lock().await;
        statement.await
    }
}

impl Conn<'_> {
    pub async fn one(self, statement: &impl StatementBuilder) -> Result<Option<QueryResult>> {
        match self {
            Self::Pool(pool, _) => pool.query_one(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.query_one(statement)).await,
        }
        .map_err(from_db)
    }

    /// The one text that a statement gives, as `read` reads it; nothing where it gives no row. On SQLite its places are
    /// filled in the order in which they stand, or are numbered like `?1`.
    pub async fn text<T>(self, statement: Statement, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
        let row = match self {
            Self::Pool(pool, near) => {
                if let Some(known) = near.and_then(|near| near.text(&statement, |text| text.map(&read))) {
                    return known.transpose();
                }
                pool.query_one_raw(statement).await
            }
            Self::Tx(tx, turn) => turn.take(tx.query_one_raw(statement)).await,
        };
        let Some(row) = row.map_err(from_db)? else { return Ok(None) };
        let text: String = row.try_get_by_index(0).map_err(Error::internal)?;
        read(&text).map(Some)
    }

    pub fn backend(self) -> DbBackend {
        match self {
            Self::Pool(pool, _) => pool.get_database_backend(),
            Self::Tx(tx, _) => tx.get_database_backend(),
        }
    }

    pub async fn all(self, statement: &impl StatementBuilder) -> Result<Vec<QueryResult>> {
        match self {
            Self::Pool(pool, _) => pool.query_all(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.query_all(statement)).await,
        }
        .map_err(from_db)
    }

    pub async fn execute(self, statement: &impl StatementBuilder) -> Result<ExecResult> {
        match self {
            Self::Pool(pool, _) => pool.execute(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.execute(statement)).await,
        }
        .map_err(from_db)
    }

    pub async fn rows<T: FromQueryResult>(self, statement: &impl StatementBuilder) -> Result<Vec<T>> {
        let rows = self.all(statement).await?;
        rows.iter().map(|row| T::from_query_result(row, "").map_err(Error::internal)).collect()
    }
}
