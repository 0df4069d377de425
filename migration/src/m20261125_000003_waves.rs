//! Waves that are made piece by piece: how far one has come, whom it left out, nobody twice in it; and which score
//! a visit's link carried; and refusals of addresses that contacts have left.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = include_str!("m20261125_000003_waves/up.sql");

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP TABLE refusal;
ALTER TABLE visit DROP COLUMN picked;
DROP INDEX invitation_time;
DROP INDEX invitation_wave_contact;
DROP INDEX wave_time;
ALTER TABLE wave DROP COLUMN not_drawn;
ALTER TABLE wave DROP COLUMN made_at;
ALTER TABLE wave DROP COLUMN after_id";

crate::sql::both_ways!(UP, DOWN);
