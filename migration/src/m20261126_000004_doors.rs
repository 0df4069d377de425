//! What the doors for other programs need: lists in the order of change, requests that are answered once,
//! keys that follow others, imports as jobs.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = include_str!("m20261126_000004_doors/up.sql");

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP TABLE import_piece;
DROP TABLE import;
DROP TABLE once;
DROP INDEX audit_account;
DROP INDEX response_amended;
DROP INDEX contact_updated;
DROP INDEX account_updated";

crate::sql::both_ways!(UP, DOWN);
