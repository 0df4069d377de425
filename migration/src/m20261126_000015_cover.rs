//! Covers: who stands in for an absent member, and until when.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE TABLE cover (
    id $uuid PRIMARY KEY NOT NULL,
    member_id $uuid NOT NULL REFERENCES member (id),
    stand_in_id $uuid NOT NULL REFERENCES member (id),
    from_at $time NOT NULL,
    until_at $time NOT NULL,
    reason TEXT NOT NULL,
    by_id $uuid,
    ended_at $time,
    CHECK (until_at > from_at)
);
CREATE INDEX cover_stand_in ON cover (stand_in_id, until_at)";

/// Undoes [`UP`].
const DOWN: &str = "DROP TABLE cover";

crate::sql::both_ways!(UP, DOWN);
