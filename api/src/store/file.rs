//! A connection to a SQLite file that runs statements where it is held, in no thread of its own.

use std::{path::Path, time::Duration};

use chrono::SecondsFormat;
use rusqlite::{
    Connection, OpenFlags, Result, ToSql, params_from_iter,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use sea_orm::{Statement, Value};

/// Statements that are kept prepared, by connection.
const PREPARED: usize = 256;

pub(super) struct File(Connection);

impl File {
    /// A file that is there. A statement that has to wait for others fails after `patience`.
    pub(super) fn open(path: &Path, settings: &str, patience: Duration) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(patience)?;
        conn.execute_batch(settings)?;
        conn.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self(conn))
    }

    /// Has a running statement stopped once `is_over` says so, which is asked at every so many instructions of SQLite's
    /// machine.
    pub(super) fn stop_when(&self, every: i32, is_over: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        self.0.progress_handler(every, Some(is_over))
    }

    /// The text that a statement gives, or nothing where it gives no row, as `read` reads it.
    pub(super) fn text<T>(&self, asked: &Statement, read: impl FnOnce(Option<&str>) -> T) -> Result<T> {
        let mut statement = self.0.prepare_cached(&asked.sql)?;
        let mut rows = statement.query(params_from_iter(given(asked)))?;
        let text = match rows.next()? {
            Some(row) => Some(row.get_ref(0)?.as_str()?),
            None => None,
        };
        Ok(read(text))
    }

    /// The whole number that a text of SQL gives first.
    pub(super) fn number(&self, text: &str) -> Result<i64> {
        self.0.query_row(text, [], |row| row.get(0))
    }

    /// Runs a statement that gives no rows; gives how many it changed.
    pub(super) fn execute(&self, asked: &Statement) -> Result<u64> {
        let changed = self.0.prepare_cached(&asked.sql)?.execute(params_from_iter(given(asked)))?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    /// Runs a statement that is asked again and again, and takes and gives nothing.
    pub(super) fn again(&self, text: &'static str) -> Result<()> {
        self.0.prepare_cached(text)?.execute([]).map(drop)
    }

    /// Whether a transaction was begun, and has not ended.
    pub(super) fn is_in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    /// Runs statements, whatever they give.
    pub(super) fn run(&self, text: &str) -> Result<()> {
        self.0.execute_batch(text)
    }
}

fn given(asked: &Statement) -> impl Iterator<Item = Given<'_>> {
    asked.values.iter().flat_map(|values| &values.0).map(Given)
}

/// A value, bound as sqlx binds it.
struct Given<'v>(&'v Value);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        use ToSqlOutput::Borrowed;
        let number = |number: Option<i64>| Borrowed(number.map_or(ValueRef::Null, ValueRef::Integer));
        let text = |text: Option<String>| ToSqlOutput::Owned(text.map_or(Owned::Null, Owned::Text));
        Ok(match self.0 {
            Value::Bool(given) => number(given.map(i64::from)),
            Value::SmallInt(given) => number(given.map(i64::from)),
            Value::Int(given) => number(given.map(i64::from)),
            Value::BigInt(given) => number(*given),
            Value::Unsigned(given) => number(given.map(i64::from)),
            Value::BigUnsigned(given) => number(given.map(i64::try_from).transpose().map_err(unfit)?),
            Value::Double(given) => Borrowed(given.map_or(ValueRef::Null, ValueRef::Real)),
            Value::String(given) => {
                Borrowed(given.as_deref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))
            }
            Value::Bytes(given) => Borrowed(given.as_deref().map_or(ValueRef::Null, ValueRef::Blob)),
            Value::Uuid(given) => Borrowed(given.as_ref().map_or(ValueRef::Null, |id| ValueRef::Blob(id.as_bytes()))),
            Value::ChronoDateTimeUtc(given) => {
                text(given.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, false)))
            }
            Value::ChronoDate(given) => text(given.map(|date| date.format("%F").to_string())),
            Value::Json(given) => text(given.as_ref().map(ToString::to_string)),
            _ => return Err(unfit("no column is of this type")),
        })
    }
}

fn unfit(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}
