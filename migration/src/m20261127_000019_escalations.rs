//! Escalations: what was raised at accounts, and which of it is still open.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE TABLE escalation (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    severity SMALLINT NOT NULL CHECK (severity BETWEEN 1 AND 3),
    title TEXT NOT NULL,
    opened_at $time NOT NULL,
    closed_at $time,
    opened_by_id $uuid,
    source $key,
    reference $key,
    created_at $time NOT NULL,
    CHECK (closed_at >= opened_at)
);
CREATE INDEX escalation_account ON escalation (account_id, opened_at DESC, id DESC);
CREATE INDEX escalation_open ON escalation (account_id, opened_at DESC, id DESC) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX escalation_reference ON escalation (source, reference)";

/// Undoes [`UP`].
const DOWN: &str = "DROP TABLE escalation";

crate::sql::both_ways!(UP, DOWN);
