//! Sorting what the database says into our one error.

use rusqlite::ffi::{SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

use super::cause::said;
use crate::base::Error;

/// A broken unique key is a conflict, an unreachable database is unavailable, the rest is ours.
pub fn from_db(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(detail)) => return Error::conflict(taken(&detail)),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Error::conflict(DANGLING),
        _ => {}
    }
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
            tracing::warn!(%error, "database unreachable");
            Error::Unavailable
        }
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            match passing(inner) {
                Some(passing) => {
                    tracing::warn!(%error, "database cannot be used right now");
                    passing
                }
                None => Error::internal(said(&error)),
            }
        }
        _ => Error::internal(error),
    }
}

/// The same of a connection of ours to a SQLite file.
pub(super) fn from_file(error: rusqlite::Error) -> Error {
    let Some(code) = error.sqlite_error().map(|error| error.extended_code) else { return Error::internal(error) };
    match code {
        SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY => Error::conflict(taken(&error.to_string())),
        SQLITE_CONSTRAINT_FOREIGNKEY => Error::conflict(DANGLING),
        _ => match of_sqlite(code) {
            Some(passing) => {
                tracing::warn!(%error, "database cannot be used right now");
                passing
            }
            None => Error::internal(error),
        },
    }
}

const DANGLING: &str = "this is still used by, or points at, something that is not there";

/// What passes by SQLite's numbers, extended ones too: held by another process, read only, faulty; full.
fn of_sqlite(code: i32) -> Option<Error> {
    match code & 0xff {
        5 | 8 | 10 => Some(Error::Unavailable),
        13 => Some(Error::Full),
        _ => None,
    }
}

/// How PostgreSQL's codes begin for what passes. A transaction that failed so is undone as a whole: whoever asked for
/// it asks again, as a job does by itself.
const PASSING: [&str; 9] = [
    "08",    // the connection is lost
    "25006", // read only, such as a standby that was not made the first one yet
    "25P03", // idle in a transaction for longer than the server allows
    "40001", // cannot be put in order with others that ran at once
    "40P01", // two transactions that wait for each other: one of them goes on
    "53",    // short of connections, memory and the like
    "55P03", // a lock did not become free in the time that the server allows
    "57014", // a statement took longer than the server allows
    "57P",   // being stopped or started
];

/// The request is not at fault, nor are we: it may be repeated once an operator, or time, has helped.
fn passing(error: &sqlx::Error) -> Option<Error> {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Some(Error::Unavailable),
        sqlx::Error::Database(error) => {
            let code = error.code()?;
            match code.parse() {
                Ok(number) if code.len() < 5 => of_sqlite(number),
                _ if code == "53100" => Some(Error::Full),
                _ => PASSING.iter().any(|start| code.starts_with(start)).then_some(Error::Unavailable),
            }
        }
        _ => None,
    }
}

/// In our words, from the name of the index or the columns that the database names.
fn taken(detail: &str) -> &'static str {
    const KNOWN: [(&[&str], &str); 9] = [
        (&["member_email", "member.email_key"], "a member with this mail address exists already"),
        (&["contact_email", "contact.email_key"], "this account has a contact with this mail address already"),
        (&["reference", "external"], "this source and reference are used already"),
        (&["response_invitation", "response.invitation_id"], "this invitation is answered already"),
        (&["ownership"], "an ownership period of this account starts at the same instant"),
        (&["team_deputy"], "this member deputises there already"),
        (&["job_dedup", "job.dedup_key"], "this work is queued already"),
        (&["api_key"], "this key exists already"),
        (&["team_member"], "this member changed team at the same instant"),
    ];
    let hit = KNOWN.iter().find(|(marks, _)| marks.iter().any(|mark| detail.contains(mark)));
    hit.map_or("this exists already", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};

    use super::*;

    const FEW_PAGES: &str = "CREATE TABLE t (a UNIQUE); CREATE TABLE u (a REFERENCES t (a)); PRAGMA max_page_count = 5";

    #[tokio::test]
    async fn a_full_or_read_only_disk_passes_and_a_fault_of_ours_does_not() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared(FEW_PAGES).await.unwrap();
        let run = async |sql: &str| db.execute_unprepared(sql).await.map(drop).map_err(from_db);
        assert!(run("INSERT INTO t VALUES (1)").await.is_ok());
        assert!(matches!(run("INSERT INTO t VALUES (1)").await, Err(Error::Conflict(..))));
        assert!(matches!(run("INSERT INTO t VALUES (randomblob(50000))").await, Err(Error::Full)));
        assert!(matches!(run("INSERT INTO u VALUES (2)").await, Err(Error::Conflict(..))));
        assert!(matches!(run("INSERT INTO v VALUES (1)").await, Err(Error::Internal(_))));
        run("PRAGMA query_only = 1").await.unwrap();
        assert!(matches!(run("INSERT INTO t VALUES (2)").await, Err(Error::Unavailable)));
    }

    #[test]
    fn a_connection_of_ours_tells_the_same() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        db.execute_batch(FEW_PAGES).unwrap();
        let run = |sql: &str| db.execute_batch(sql).map_err(from_file);
        assert!(run("INSERT INTO t VALUES (1)").is_ok());
        assert!(
            matches!(run("INSERT INTO t VALUES (1)"), Err(Error::Conflict(_, words)) if words == "this exists already")
        );
        assert!(matches!(run("INSERT INTO t VALUES (randomblob(50000))"), Err(Error::Full)));
        assert!(matches!(run("INSERT INTO u VALUES (2)"), Err(Error::Conflict(_, words)) if words == DANGLING));
        assert!(matches!(run("INSERT INTO v VALUES (1)"), Err(Error::Internal(_))));
        run("PRAGMA query_only = 1").unwrap();
        assert!(matches!(run("INSERT INTO t VALUES (2)"), Err(Error::Unavailable)));
    }
}
