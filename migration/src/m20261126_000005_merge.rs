//! Where accounts and contacts went that were merged into others.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE account ADD COLUMN merged_into_id $uuid;
ALTER TABLE contact ADD COLUMN merged_into_id $uuid";

/// Undoes [`UP`], the last first.
const DOWN: &str = "ALTER TABLE contact DROP COLUMN merged_into_id;
ALTER TABLE account DROP COLUMN merged_into_id";

crate::sql::both_ways!(UP, DOWN);
