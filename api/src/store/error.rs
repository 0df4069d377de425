//! Sorting what the database says into our one error.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::base::Error;

/// A broken unique key is a conflict, an unreachable database is unavailable, the rest is ours.
pub fn from_db(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(detail)) => return Error::conflict(taken(&detail)),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
            return Error::conflict("this is still used by, or points at, something that is not there");
        }
        _ => {}
    }
    match &error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => {
            tracing::warn!(%error, "database unreachable");
            Error::Unavailable
        }
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))
            if matches!(**inner, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) =>
        {
            tracing::warn!(%error, "database went away");
            Error::Unavailable
        }
        _ => Error::internal(error),
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
