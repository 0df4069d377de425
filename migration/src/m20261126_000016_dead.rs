//! Dead jobs by an index of their own: they are few among many that are done, and are counted often.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE INDEX job_dead ON job (id) WHERE state = 'DEAD'";

/// Undoes [`UP`].
const DOWN: &str = "DROP INDEX job_dead";

crate::sql::both_ways!(UP, DOWN);
