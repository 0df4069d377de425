//! Surveys as data and programmes: questions and their scales, the newest NPS answer kept on the account, further answers, waves with a plan,
//! visits, exclusions, message classes a contact has muted.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = include_str!("m20261125_000002_programmes/up.sql");

/// Undoes [`UP`], the last first. A column goes only after the index on it.
const DOWN: &str = "DROP TABLE answer;
ALTER TABLE response_version DROP COLUMN answers;
DROP TABLE exclusion;
DROP TABLE visit;
ALTER TABLE invitation DROP COLUMN error;
ALTER TABLE invitation DROP COLUMN visited_at;
ALTER TABLE invitation DROP COLUMN bounced_at;
ALTER TABLE invitation DROP COLUMN reminded_at;
ALTER TABLE invitation DROP COLUMN due_at;
ALTER TABLE invitation DROP COLUMN step;
DROP INDEX wave_program;
ALTER TABLE wave DROP COLUMN plan;
ALTER TABLE wave DROP COLUMN state;
ALTER TABLE wave DROP COLUMN program_id;
DROP TABLE program;
ALTER TABLE contact DROP COLUMN muted;
ALTER TABLE survey_version DROP COLUMN by_id;
ALTER TABLE survey DROP COLUMN draft;
DROP TABLE question;
ALTER TABLE account DROP COLUMN latest_nps";

crate::sql::both_ways!(UP, DOWN);
