//! SQLite for tests: a file each, copied from one that was migrated once.

use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The migrated file. Kept in memory, so that nothing stays behind when the process ends.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

/// A database file in a folder of its own, both gone when dropped.
#[derive(Debug)]
pub struct Database {
    url: String,
    folder: TempDir,
}

impl Database {
    /// `sqlite:PATH`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of the file: the data folder of a server that runs on it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A fresh database with the tables in place.
///
/// # Panics
/// When the temporary folder cannot be written or the migrations fail.
pub async fn database() -> Database {
    let template = TEMPLATE.get_or_init(template).await;
    let database = empty();
    std::fs::write(file(&database.folder), template).expect("write the copied database");
    database
}

/// A place for a database without any table; the file is not there yet.
///
/// # Panics
/// When no temporary folder can be made.
pub fn empty() -> Database {
    let folder = tempfile::Builder::new().prefix("steward-test-").tempdir().expect("make a temporary folder");
    Database { url: format!("sqlite:{}", file(&folder).display()), folder }
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("steward.db")
}

async fn template() -> Vec<u8> {
    let database = empty();
    let url = format!("{}?mode=rwc", database.url);
    let connection = sea_orm::Database::connect(url).await.expect("create the template database");
    migration::Migrator::up(&connection, None).await.expect("migrate the template database");
    connection.close().await.expect("close the template database");
    std::fs::read(file(&database.folder)).expect("read the template database")
}
