//! The audit by id: an entry's id begins with its instant, so that one index leads to each of its lists.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "DROP INDEX audit_time;
DROP INDEX audit_subject;
DROP INDEX audit_account;
CREATE INDEX audit_subject ON audit (subject_id, id);
CREATE INDEX audit_account ON audit (account_id, id) WHERE account_id IS NOT NULL";

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP INDEX audit_account;
DROP INDEX audit_subject;
CREATE INDEX audit_account ON audit (account_id, at DESC, id DESC) WHERE account_id IS NOT NULL;
CREATE INDEX audit_subject ON audit (subject_id, at);
CREATE INDEX audit_time ON audit (at, id)";

crate::sql::both_ways!(UP, DOWN);
