//! Second factors of members, and the codes on paper that stand in for them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE TABLE second_factor (
    member_id $uuid PRIMARY KEY NOT NULL REFERENCES member (id),
    sealed $bytes NOT NULL,
    created_at $time NOT NULL,
    confirmed_at $time,
    step BIGINT
);
CREATE TABLE recovery_code (
    hash $bytes PRIMARY KEY NOT NULL,
    member_id $uuid NOT NULL REFERENCES member (id),
    used_at $time
);
CREATE INDEX recovery_code_member ON recovery_code (member_id)";

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP TABLE recovery_code;
DROP TABLE second_factor";

crate::sql::both_ways!(UP, DOWN);
