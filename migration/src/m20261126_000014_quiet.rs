//! Confidential and anonymous surveys: how one asks, what waits to be counted, and what was counted together.
//!
//! No foreign key leads to an invitation: with one PostgreSQL would write into its row by which transaction it was
//! answered.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE survey ADD COLUMN mode VARCHAR(24) NOT NULL DEFAULT 'IDENTIFIED';
ALTER TABLE invitation ADD COLUMN mode VARCHAR(24) NOT NULL DEFAULT 'IDENTIFIED';
CREATE TABLE quiet_link (
    digest $bytes PRIMARY KEY NOT NULL
) $by_key;
CREATE TABLE quiet_answer (
    invitation_id $uuid PRIMARY KEY NOT NULL,
    survey_id $uuid NOT NULL,
    wave_id $uuid NOT NULL,
    place_id $uuid NOT NULL,
    owner_id $uuid,
    round INTEGER NOT NULL,
    score SMALLINT NOT NULL,
    ratings $json NOT NULL,
    version INTEGER NOT NULL,
    answered_at $time NOT NULL,
    completed_at $time,
    amended_at $time,
    final_at $time NOT NULL
);
CREATE INDEX quiet_answer_final ON quiet_answer (survey_id, final_at);
CREATE TABLE quiet_score (
    id $uuid PRIMARY KEY NOT NULL,
    survey_id $uuid NOT NULL,
    question $key NOT NULL,
    mode SMALLINT NOT NULL,
    place_id $uuid NOT NULL,
    owner_id $uuid,
    round INTEGER NOT NULL,
    score SMALLINT NOT NULL
) $by_key;
CREATE INDEX quiet_score_survey ON quiet_score (survey_id);
CREATE TABLE quiet_wave (
    survey_id $uuid NOT NULL,
    wave_id $uuid NOT NULL,
    counted BOOLEAN NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (survey_id, wave_id, counted)
);
CREATE TABLE quiet_batch (
    id $uuid PRIMARY KEY NOT NULL,
    survey_id $uuid NOT NULL,
    question $key NOT NULL,
    mode SMALLINT NOT NULL,
    place_id $uuid NOT NULL,
    owner_id $uuid,
    month INTEGER NOT NULL,
    counted_at $time NOT NULL,
    c0 INTEGER NOT NULL,
    c1 INTEGER NOT NULL,
    c2 INTEGER NOT NULL,
    c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL,
    c5 INTEGER NOT NULL,
    c6 INTEGER NOT NULL,
    c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL,
    c9 INTEGER NOT NULL,
    c10 INTEGER NOT NULL
)";

/// Undoes [`UP`], the last first.
const DOWN: &str = "DROP TABLE quiet_batch;
DROP TABLE quiet_wave;
DROP TABLE quiet_score;
DROP TABLE quiet_answer;
DROP TABLE quiet_link;
ALTER TABLE invitation DROP COLUMN mode;
ALTER TABLE survey DROP COLUMN mode";

crate::sql::both_ways!(UP, DOWN);
