//! The first tables: people, scope, accounts, surveys, figures, sign-in, jobs, audit.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    include_str!("m20261122_000001_start/people.sql"),
    include_str!("m20261122_000001_start/accounts.sql"),
    include_str!("m20261122_000001_start/surveys.sql"),
    include_str!("m20261122_000001_start/operation.sql"),
];

/// In reverse order of creation, so that no key points at a table already gone.
const TABLES: &[&str] = &[
    "audit",
    "job",
    "setting",
    "signing_key",
    "session",
    "api_key",
    "score_slice",
    "score_owner",
    "response_version",
    "response",
    "invitation",
    "wave",
    "survey_version",
    "survey",
    "interaction",
    "contact",
    "ownership",
    "account_grant",
    "account",
    "team_place",
    "team_tree",
    "team_member",
    "team_deputy",
    "member",
    "team",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for text in UP {
            crate::sql::run(manager, text).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.drop_table(Table::drop().table(Alias::new(*table)).to_owned()).await?;
        }
        Ok(())
    }

    /// All or nothing, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
