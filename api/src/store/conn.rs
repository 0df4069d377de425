//! A pool or a transaction, alike.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, ExecResult, FromQueryResult, QueryResult,
    StatementBuilder,
};
use tokio::sync::Mutex;

use super::from_db;
use crate::base::{Error, Result};

/// Where a statement runs.
#[derive(Clone, Copy)]
pub enum Conn<'c> {
    Pool(&'c DatabaseConnection),
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
            Self::Pool(pool) => pool.query_one(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.query_one(statement)).await,
        }
        .map_err(from_db)
    }

    pub async fn all(self, statement: &impl StatementBuilder) -> Result<Vec<QueryResult>> {
        match self {
            Self::Pool(pool) => pool.query_all(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.query_all(statement)).await,
        }
        .map_err(from_db)
    }

    pub async fn execute(self, statement: &impl StatementBuilder) -> Result<ExecResult> {
        match self {
            Self::Pool(pool) => pool.execute(statement).await,
            Self::Tx(tx, turn) => turn.take(tx.execute(statement)).await,
        }
        .map_err(from_db)
    }

    pub async fn rows<T: FromQueryResult>(self, statement: &impl StatementBuilder) -> Result<Vec<T>> {
        let rows = self.all(statement).await?;
        rows.iter().map(|row| T::from_query_result(row, "").map_err(Error::internal)).collect()
    }
}
