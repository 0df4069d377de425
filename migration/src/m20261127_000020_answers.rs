//! Answers to further questions by their account: its figures count the scores among them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "CREATE INDEX answer_account ON answer (account_id, question, score) WHERE score IS NOT NULL";

/// Undoes [`UP`].
const DOWN: &str = "DROP INDEX answer_account";

crate::sql::both_ways!(UP, DOWN);
