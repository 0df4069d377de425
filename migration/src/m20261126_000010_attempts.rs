//! Tries to prove who somebody is, by whom they are for.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE TABLE attempt (
    key $bytes PRIMARY KEY NOT NULL,
    tries INTEGER NOT NULL,
    since $time NOT NULL
)";

/// Undoes [`UP`].
const DOWN: &str = "DROP TABLE attempt";

crate::sql::both_ways!(UP, DOWN);
