//! A whole database taken to another place, from one engine to the other, and compared.
//!
//! All of it is one transaction there: until it is committed the new place has no table, and whoever wants to begin
//! there waits. The old one is taken from everybody else, as far as it can be: see [`held`]. Of it there are two looks,
//! each at one moment: what is carried, and whether it still is so.

mod held;
mod sum;
mod table;

use futures_util::{TryStreamExt, future::try_join};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, Statement,
    StreamTrait, TransactionOptions, TransactionTrait,
};
use serde::Serialize;

pub(super) use held::SERVES;

use self::{
    sum::Sum,
    table::{Table, all},
};
use super::{
    Engine, behind,
    cause::{said, unopened},
    conn::Conn,
    db::{begin_to_migrate, engine, up},
    later,
};
use crate::base::{Error, Result};

/// Rows of one statement, and values of it, at most: SQLite takes 32,766.
const ROWS: usize = 512;
const VALUES: usize = 30_000;
/// Pieces of files are large: of rows that hold any so many are one statement.
const LARGE: usize = 8;

/// What was carried of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Carried {
    pub table: &'static str,
    pub rows: u64,
    /// Of its rows' values, in 64 hex digits: the same on both engines, whatever the order of the rows.
    pub checksum: String,
}

/// Hears what is done, of how many rows, and of how many in all.
pub type Progress<'p> = &'p (dyn Fn(&'static str, u64, u64) + Sync);

/// Takes all rows of all tables to an empty database. An error says that nothing stayed there.
pub async fn carry(from: &str, to: &str, progress: Progress<'_>) -> Result<Vec<Carried>> {
    if behind(from).await? != (0, 0) {
        let why = "the database has not this version's tables; run `steward migrate`, or the version that made them";
        return Err(Error::internal(why));
    }
    let source = held::alone(from).await?;
    if later::is_awaited(Conn::Pool(&source)).await.map_err(|error| Error::internal(format!("the source: {error}")))? {
        return Err(Error::internal(
            "an import was cut off, and left something for its end; run `steward migrate` first",
        ));
    }
    let (target, into) = match begin_to_migrate(to).await {
        Ok(begun) => begun,
        Err(error) => return Err(Error::internal(format!("the new place: {}", unopened(to, &error).await))),
    };
    empty(&into).await?;
    up(&into).await?;
    let tables = all();
    let carried = copy(&source, &into, &tables, progress).await?;
    into.commit().await.map_err(told("the new place"))?;
    if engine(to) == Engine::Postgres
        && let Err(error) = target.execute_unprepared("ANALYZE").await
    {
        tracing::warn!(%error, "statistics are missing until PostgreSQL makes them by itself");
    }
    for db in [source, target] {
        db.close().await.map_err(told("closing"))?;
    }
    let carried = tables.iter().zip(carried);
    Ok(carried.map(|(table, sum)| Carried { table: table.name, rows: sum.rows, checksum: sum.to_string() }).collect())
}

/// Carries the rows, and compares what is there now with what was and still is here.
async fn copy(
    source: &DatabaseConnection,
    into: &DatabaseTransaction,
    tables: &[Table],
    progress: Progress<'_>,
) -> Result<Vec<Sum>> {
    let from = snapshot(source).await.map_err(told("the source"))?;
    let mut total = 0;
    for table in tables {
        total += count(&from, table).await.map_err(told(table.name))?;
    }
    let mut done = Done { what: "carried", rows: 0, total, progress };
    let mut carried = Vec::new();
    for table in tables {
        carried.push(rows(table, &from, into, &mut done).await.map_err(told(table.name))?);
    }
    from.rollback().await.map_err(told("the source"))?;
    let again = snapshot(source).await.map_err(told("the source"))?;
    let mut compared = Done { what: "compared", rows: 0, total, progress };
    let mut silent = Done { what: "", rows: 0, total, progress: &|_, _, _| () };
    for (table, sum) in tables.iter().zip(&carried) {
        let looks = try_join(look(table, into, &mut compared), look(table, &again, &mut silent));
        let (there, here) = looks.await.map_err(told(table.name))?;
        same(table.name, sum, &here, &there)?;
    }
    again.rollback().await.map_err(told("the source"))?;
    Ok(carried)
}

fn same(table: &str, carried: &Sum, here: &Sum, there: &Sum) -> Result<()> {
    if here != carried {
        let cure = "stop every process of Steward, and begin again";
        return Err(Error::internal(format!("{table} was changed meanwhile; {cure}. Nothing was kept")));
    }
    if there != carried {
        let (before, after) = (carried.rows, there.rows);
        return Err(Error::internal(format!(
            "{table}: {before} rows ({carried}) left, and {after} rows ({there}) arrived. Nothing was kept"
        )));
    }
    Ok(())
}

/// How far it is.
struct Done<'p> {
    what: &'static str,
    rows: u64,
    total: u64,
    progress: Progress<'p>,
}

impl Done<'_> {
    fn add(&mut self, rows: usize) {
        self.rows += rows as u64;
        (self.progress)(self.what, self.rows, self.total);
    }
}

/// Carries the rows of a table, and then what points at rows of its own.
async fn rows(
    table: &Table,
    from: &DatabaseTransaction,
    into: &DatabaseTransaction,
    done: &mut Done<'_>,
) -> Result<Sum, DbErr> {
    let backend = backend(into);
    let piece = if table.is_large() { LARGE } else { ROWS.min(VALUES / table.width()) };
    let text = backend.build(&table.insert(piece)).sql;
    let mut sum = Sum::default();
    let mut stream = from.stream(&table.select()).await?.try_chunks(piece);
    while let Some(read) = stream.try_next().await.map_err(|error| error.1)? {
        let mut values = Vec::with_capacity(read.len() * table.width());
        for row in &read {
            let mut row = table.read(row)?;
            sum.add(&row)?;
            table.hold(&mut row);
            values.extend(row);
        }
        let text = if read.len() == piece { text.clone() } else { backend.build(&table.insert(read.len())).sql };
        into.execute_raw(Statement::from_sql_and_values(backend, text, values)).await?;
        done.add(read.len());
    }
    drop(stream);
    let Some(held) = table.held() else { return Ok(sum) };
    let mut stream = from.stream(&held).await?.try_chunks(ROWS);
    while let Some(read) = stream.try_next().await.map_err(|error| error.1)? {
        if let Some(update) = table.set(&read)? {
            into.execute(&update).await?;
        }
    }
    Ok(sum)
}

/// Looks at all rows of a table.
async fn look(table: &Table, tx: &DatabaseTransaction, done: &mut Done<'_>) -> Result<Sum, DbErr> {
    let mut sum = Sum::default();
    let mut stream = tx.stream(&table.select()).await?;
    while let Some(row) = stream.try_next().await? {
        sum.add(&table.read(&row)?)?;
        done.add(1);
    }
    Ok(sum)
}

async fn count(tx: &DatabaseTransaction, table: &Table) -> Result<u64, DbErr> {
    let rows: Option<i64> = match tx.query_one(&table.count()).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    Ok(rows.and_then(|rows| rows.try_into().ok()).unwrap_or_default())
}

/// A transaction that sees one moment and changes nothing.
async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    // On SQLite every transaction sees one moment, and the connection only reads.
    let postgres = backend(db) == DbBackend::Postgres;
    db.begin_with_options(TransactionOptions {
        isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
        access_mode: postgres.then_some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    })
    .await
}

/// Refuses a place where anything is.
async fn empty(into: &DatabaseTransaction) -> Result<()> {
    let tables = match backend(into) {
        DbBackend::Postgres => {
            // What an extension brought is nobody's.
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
        }
        _ => "SELECT count(*) FROM sqlite_master",
    };
    let found = into.query_one_raw(Statement::from_string(backend(into), tables)).await;
    let found = found.and_then(|row| row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0)));
    if found.map_err(told("the new place"))? > 0 {
        return Err(Error::internal("the new place is not empty; make a new database for it"));
    }
    Ok(())
}

/// Two traits name it alike.
fn backend(conn: &impl ConnectionTrait) -> DbBackend {
    conn.get_database_backend()
}

/// What the database says, and about what.
fn told(about: &str) -> impl Fn(DbErr) -> Error {
    move |error| Error::internal(format!("{about}: {}", said(&error)))
}
