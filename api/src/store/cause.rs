//! Why a database does not do what it is asked: in its own words, for operators, and never with its address, which may
//! hold a password.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use rustix::fs::{Access, access};
use sea_orm::{DbErr, RuntimeErr};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    Engine,
    db::{engine, file},
};
use crate::base::Error;

/// How long PostgreSQL may take to take up a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the database said, without what others put around it.
pub(super) fn said(error: &DbErr) -> String {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => words(inner),
        other => other.to_string(),
    }
}

fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Configuration(error) | sqlx::Error::Tls(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Whether a file of SQLite is locked by somebody else.
pub(super) fn is_held(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(inner)) = error else { return false };
    let code = inner.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// Whether a text is an address of PostgreSQL; else what is wrong with it.
pub fn is_postgres(url: &str) -> Result<(), String> {
    PgConnectOptions::from_str(url).map(drop).map_err(|error| words(&error))
}

/// Why PostgreSQL takes up no connection, if so. A pool would try again for long, and then only say that it did.
pub(super) async fn unheard(url: &str) -> Option<String> {
    if engine(url) != Engine::Postgres {
        return None;
    }
    let connect = async { PgConnectOptions::from_str(url)?.connect().await };
    match timeout(PATIENCE, connect).await {
        Ok(connected) => connected.err().map(|error| words(&error)),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

/// Why a database was not opened.
pub(super) async fn unopened(url: &str, error: &DbErr) -> String {
    unheard(url).await.unwrap_or_else(|| said(error))
}

/// Where a file of SQLite, or the folder that its log lies in, may not be written to by this process. Opens nothing: to
/// close a file again would end SQLite's own locks on it.
pub fn unwritable(url: &str) -> Option<PathBuf> {
    if engine(url) != Engine::Sqlite {
        return None;
    }
    let file = file(url);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    [file, folder].into_iter().find(|path| path.exists() && access(path, Access::WRITE_OK).is_err())
}

/// Why the installation's own database cannot be used.
pub(super) fn unusable(why: &str) -> Error {
    Error::internal(format!("the database that STEWARD_DATABASE_URL names cannot be used: {why}"))
}
