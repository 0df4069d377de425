//! Indexes that a first load of very many rows into a SQLite file leaves for its end.
//!
//! An index that grows by rows in no order of its own is read and written all over the file; made once all rows are
//! there, it is sorted and written from one end to the other. What is still to be made stands in the database, so
//! that whoever opens it next makes it should the load be cut off. Meanwhile every answer is right, and slow.

use sea_orm::{Statement, sea_query::UpdateStatement};

use super::{Engine, Tx, conn::Conn};
use crate::base::{Error, Result};

/// Under which name the setting is kept that says what is still to be made.
const AWAITED: &str = "awaited";
/// So few rows are put in as ever.
const FEW: u64 = 5_000;
/// A table is in its first load while it holds no more than one row for so many to come.
const FIRST: u64 = 2;
/// The audit says something of every row there is: to sort it pays until it has so many rows for one to come.
const AUDIT: u64 = 8;
/// The audit's index by account, whose rows come in no order; that by subject grows at its end, as ids do.
const OF_AUDIT: &str = "audit_account";
/// Pages kept, and threads that sort, while indexes are made; whoever readied the writer for the load also has it go on
/// as before.
const LEAN: &str = "PRAGMA cache_size = -4000; PRAGMA threads = 2";

/// What a load of rows into a table may leave for its end.
#[derive(Clone, Copy, Debug)]
pub struct Later {
    pub table: &'static str,
    /// Indexes that the load itself does not read by, of this table and of what follows from its rows.
    pub indexes: &'static [&'static str],
    /// What follows from the rows, told once for the whole table.
    pub follows: Option<fn() -> UpdateStatement>,
}

impl Tx {
    /// Drops what `later` names before a load of `rows` rows, where it is a first one; says whether.
    pub async fn put_off(&self, later: Later, rows: u64) -> Result<bool> {
        if self.engine() != Engine::Sqlite || rows < FEW || self.holds_more(later.table, rows / FIRST).await? {
            return Ok(false);
        }
        let mut names = later.indexes.to_vec();
        if !self.holds_more("audit", rows.saturating_mul(AUDIT)).await? {
            names.push(OF_AUDIT);
        }
        let conn = self.line();
        let mut awaited = read(conn).await?;
        for name in names {
            let text = "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?";
            let made = Statement::from_sql_and_values(conn.backend(), text, [name.into()]);
            let Some(made) = conn.text(made, |text| Ok(text.to_owned())).await? else { continue };
            awaited.push(made);
            conn.run(&format!("DROP INDEX {name}")).await?;
        }
        awaited.extend(later.follows.map(|update| conn.backend().build(&update()).to_string()));
        let value = serde_json::to_string(&awaited).map_err(Error::internal)?;
        let text =
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let values = [AWAITED.into(), value.into()];
        conn.execute(Statement::from_sql_and_values(conn.backend(), text, values)).await?;
        Ok(true)
    }

    /// Makes what was left for later.
    pub async fn catch_up(&self) -> Result<()> {
        catch_up(self.line()).await.map(drop)
    }

    async fn holds_more(&self, table: &str, rows: u64) -> Result<bool> {
        let text = format!("SELECT 'more' FROM {table} LIMIT 1 OFFSET {rows}");
        let found = self.line().text(Statement::from_string(self.line().backend(), text), |_| Ok(())).await?;
        Ok(found.is_some())
    }
}

/// Makes what an earlier load left for later, indexes first; says whether there was anything.
pub(super) async fn catch_up(conn: Conn<'_>) -> Result<bool> {
    let mut awaited = read(conn).await?;
    if awaited.is_empty() {
        return Ok(false);
    }
    // What follows from rows reads by the indexes.
    awaited.sort_by_key(|text| !text.starts_with("CREATE"));
    awaited.dedup();
    // An index is sorted in as much memory as pages are kept in.
    conn.run(LEAN).await?;
    for text in &awaited {
        conn.run(text).await?;
    }
    conn.run(&format!("DELETE FROM setting WHERE name = '{AWAITED}'")).await?;
    Ok(true)
}

/// Whether an earlier load left anything for later.
pub(super) async fn is_awaited(conn: Conn<'_>) -> Result<bool> {
    read(conn).await.map(|awaited| !awaited.is_empty())
}

async fn read(conn: Conn<'_>) -> Result<Vec<String>> {
    let text = format!("SELECT value FROM setting WHERE name = '{AWAITED}'");
    let read = |text: &str| serde_json::from_str(text).map_err(Error::internal);
    Ok(conn.text(Statement::from_string(conn.backend(), text), read).await?.unwrap_or_default())
}
