//! One SQL text for both engines.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

/// Types by their name in our text: SQLite's, PostgreSQL's. Text keys compare by bytes on both
/// engines, so that a page of names has one order everywhere.
const TYPES: [(&str, &str, &str); 6] = [
    ("$uuid", "BLOB", "uuid"),
    ("$time", "TEXT", "timestamptz"),
    ("$json", "TEXT", "jsonb"),
    ("$bytes", "BLOB", "bytea"),
    // Rows lie by their key and not by when they came; PostgreSQL has no such tables.
    ("$by_key", "WITHOUT ROWID", ""),
    ("$key", "TEXT", "text COLLATE \"C\""),
];

/// Runs statements separated by `;` and a line end.
#[expect(clippy::disallowed_methods, reason = "migrations are the second home of raw SQL")]
pub async fn run(manager: &SchemaManager<'_>, text: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
    let mut text = text.to_owned();
    for (word, sqlite, pg) in TYPES {
        text = text.replace(word, if postgres { pg } else { sqlite });
    }
    for statement in text.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// What a migration does of which both ways are a text, all or nothing, on SQLite too.
macro_rules! both_ways {
    ($up:expr, $down:expr) => {
        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::sql::run(manager, $up).await
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $crate::sql::run(manager, $down).await
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}
pub(crate) use both_ways;
