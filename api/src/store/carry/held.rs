//! Taking a database from everybody else while it is carried elsewhere.
//!
//! A file of SQLite is locked as a whole: it is had only where no other process has it open, and as long as it is held
//! none can open it. On PostgreSQL every process that serves or works holds a shared lock with the connection it hears
//! others by, which this one excludes; whoever starts meanwhile is found by what they write.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use super::{backend, told};
use crate::{
    base::{Error, Result},
    store::{
        Engine,
        cause::is_held,
        db::{Purpose, engine, options},
    },
};

/// Says to whoever carries this database elsewhere that it is in use, as long as the connection lasts.
pub const SERVES: &str = "SELECT pg_try_advisory_lock_shared(7365003)";
const ALONE: &str = "SELECT pg_try_advisory_lock(7365003)";
const REFUSED: &str = "the old database is in use: a server, or another program, has it open, however idle. Stop every \
    process of Steward first, then begin again. Nothing was carried";

/// The old database, to be read by nobody else until it is closed.
pub(super) async fn alone(from: &str) -> Result<DatabaseConnection> {
    let source = Database::connect(options(from, engine(from), 1, Purpose::Alone)).await;
    let source =
        source.map_err(|error| if is_held(&error) { Error::internal(REFUSED) } else { told("the source")(error) })?;
    if engine(from) == Engine::Postgres {
        let row = source.query_one_raw(Statement::from_string(backend(&source), ALONE)).await;
        let is_ours = row.and_then(|row| row.map_or(Ok(false), |row| row.try_get_by_index(0)));
        if !is_ours.map_err(told("the source"))? {
            return Err(Error::internal(REFUSED));
        }
    }
    Ok(source)
}
