//! Members by their reference alone: an outside issuer names them so, and knows of no source.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE INDEX member_named ON member (reference)";

/// Undoes [`UP`].
const DOWN: &str = "DROP INDEX member_named";

crate::sql::both_ways!(UP, DOWN);
