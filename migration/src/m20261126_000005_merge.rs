//! Where accounts and contacts went that were merged into others.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &str = "ALTER TABLE account ADD COLUMN merged_into_id $uuid;
ALTER TABLE contact ADD COLUMN merged_into_id $uuid";

/// Undoes [`UP`], the last first.
const DOWN: &str = "ALTER TABLE contact DROP COLUMN merged_into_id;
ALTER TABLE account DROP COLUMN merged_into_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql::run(manager, DOWN).await
    }

    /// All or nothing, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
