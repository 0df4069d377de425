//! Sessions that are refreshed: how often, when last, and from what program.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE session ADD COLUMN generation SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN refreshed_at $time;
ALTER TABLE session ADD COLUMN agent TEXT";

/// Undoes [`UP`], the last first.
const DOWN: &str = "ALTER TABLE session DROP COLUMN agent;
ALTER TABLE session DROP COLUMN refreshed_at;
ALTER TABLE session DROP COLUMN generation";

crate::sql::both_ways!(UP, DOWN);
