//! Indexes by time that rise as rows do: a new row goes to the end, where pages fill up, and not to the beginning,
//! where each is split in half. Newest first is read backwards.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "DROP INDEX audit_time;
DROP INDEX interaction_time;
DROP INDEX response_time;
DROP INDEX invitation_time;
CREATE INDEX audit_time ON audit (at, id);
CREATE INDEX interaction_time ON interaction (occurred_at, id);
CREATE INDEX response_time ON response (answered_at, id);
CREATE INDEX invitation_time ON invitation (queued_at, id)";

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP INDEX invitation_time;
DROP INDEX response_time;
DROP INDEX interaction_time;
DROP INDEX audit_time;
CREATE INDEX invitation_time ON invitation (queued_at DESC, id DESC);
CREATE INDEX response_time ON response (answered_at DESC, id DESC);
CREATE INDEX interaction_time ON interaction (occurred_at DESC, id DESC);
CREATE INDEX audit_time ON audit (at DESC, id DESC)";

crate::sql::both_ways!(UP, DOWN);
