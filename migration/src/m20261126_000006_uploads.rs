//! Which upload an import's file comes from, and how often its run was cut off.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE import ADD COLUMN upload $uuid;
ALTER TABLE import ADD COLUMN cut_off SMALLINT NOT NULL DEFAULT 0";

/// Undoes [`UP`], the last first.
const DOWN: &str = "ALTER TABLE import DROP COLUMN cut_off;
ALTER TABLE import DROP COLUMN upload";

crate::sql::both_ways!(UP, DOWN);
