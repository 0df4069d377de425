//! Signing keys that are shown before they sign.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE signing_key ADD COLUMN signs_from $time";

/// Undoes [`UP`].
const DOWN: &str = "ALTER TABLE signing_key DROP COLUMN signs_from";

crate::sql::both_ways!(UP, DOWN);
