//! Counters by cut are kept by month before place: the figures of a whole company are one walk over its months.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The same table by another key.
fn by(key: &str) -> String {
    format!(
        "CREATE TABLE score_cut (
    dim TEXT NOT NULL,
    question $key NOT NULL,
    place_id $uuid NOT NULL REFERENCES team_place (id),
    month INTEGER NOT NULL,
    val $key NOT NULL,
    mode SMALLINT NOT NULL,
    c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL, c5 INTEGER NOT NULL, c6 INTEGER NOT NULL, c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    PRIMARY KEY ({key})
);
INSERT INTO score_cut SELECT * FROM score_slice;
DROP TABLE score_slice;
ALTER TABLE score_cut RENAME TO score_slice"
    )
}

crate::sql::both_ways!(
    &by("dim, question, month, place_id, val, mode"),
    &by("dim, question, place_id, month, val, mode")
);
