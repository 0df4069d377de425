//! A copy of a SQLite file, made while others read and write, and looked through before it counts as one.

use std::path::Path;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

use super::{
    Engine,
    cause::said,
    db::{Purpose, options},
    from_db,
};
use crate::base::{Error, Result};

/// What a sound copy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    pub tables: usize,
    /// Of all tables together.
    pub rows: i64,
}

/// Copies the database as it stands at one moment into an empty file; writers go on meanwhile.
pub async fn copy(url: &str, into: &Path) -> Result<()> {
    let into = into.to_str().ok_or_else(|| Error::internal("the name of the copy is not UTF-8"))?;
    let db = open(url).await.map_err(from_db)?;
    let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [into.into()]);
    let copied = db.execute_raw(copy).await.map(drop).map_err(from_db);
    db.close().await.map_err(from_db)?;
    copied
}

/// Looks through a copy: whether it is whole, whether all that its rows point at is there, and how many there are.
pub async fn look_through(file: &Path) -> Result<Copied> {
    let db = open(&format!("sqlite:{}", file.display())).await.map_err(|error| damaged(&error))?;
    let looked = through(&db).await;
    db.close().await.map_err(from_db)?;
    looked
}

/// A connection that may write, and of which nothing is held in memory.
async fn open(url: &str) -> Result<DatabaseConnection, DbErr> {
    Database::connect(options(url, Engine::Sqlite, 1, Purpose::Write)).await
}

async fn through(db: &DatabaseConnection) -> Result<Copied> {
    let texts = async |sql: &str| -> Result<Vec<String>> {
        let rows =
            db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.map_err(|error| damaged(&error))?;
        rows.iter().map(|row| row.try_get_by_index(0).map_err(Error::internal)).collect()
    };
    let faults = texts("PRAGMA integrity_check(10)").await?;
    if faults != ["ok"] {
        return Err(Error::internal(format!("the file is damaged: {}", faults.join("; "))));
    }
    let orphans = texts("PRAGMA foreign_key_check").await?;
    if let Some(table) = orphans.first() {
        return Err(Error::internal(format!("{} rows point at nothing, the first in {table}", orphans.len())));
    }
    let tables = texts("SELECT name FROM sqlite_master WHERE type = 'table'").await?;
    if !tables.iter().any(|table| table == "seaql_migrations") {
        return Err(Error::internal("the file is no database of Steward"));
    }
    let mut rows = 0;
    for table in &tables {
        let count = Statement::from_string(DbBackend::Sqlite, format!("SELECT count(*) FROM \"{table}\""));
        let counted = db.query_one_raw(count).await.map_err(|error| damaged(&error))?;
        let counted = counted.ok_or_else(|| Error::internal("a table without a count"))?;
        rows += counted.try_get_by_index::<i64>(0).map_err(Error::internal)?;
    }
    Ok(Copied { tables: tables.len(), rows })
}

fn damaged(error: &DbErr) -> Error {
    Error::internal(format!("the file is damaged, or no SQLite database: {}", said(error)))
}
