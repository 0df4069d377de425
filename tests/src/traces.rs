//! Looking for somebody everywhere: in every table of a database, and in the bytes of its files.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::engine::{Database, Engine};

/// A database, behind the server's back.
///
/// # Panics
/// When it cannot be opened.
pub async fn behind(database: &Database) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(database.url());
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("open the database")
}

/// In how many rows of each table one of these words stands, whatever the case of letters. SQLite's samples are a table
/// too.
///
/// # Panics
/// When the database cannot be read.
pub async fn tables(database: &Database, words: &[&str]) -> BTreeMap<String, usize> {
    let db = behind(database).await;
    let mut found = BTreeMap::new();
    for table in texts(&db, list(database.engine())).await {
        let rows = match database.engine() {
            // With all values of a row as bytes, whatever they are.
            Engine::Sqlite => {
                let columns = texts(&db, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
                let all: Vec<String> = columns.iter().map(|name| format!("hex(coalesce(\"{name}\", ''))")).collect();
                texts(&db, &format!("SELECT {} FROM \"{table}\"", all.join(" || '00' || "))).await
            }
            Engine::Postgres => {
                let rows = texts(&db, &format!("SELECT row_to_json(t)::text FROM \"{table}\" t")).await;
                rows.into_iter().map(|row| format!("{}{}", hex(row.as_bytes()), row)).collect()
            }
        };
        let count = rows.iter().filter(|row| words.iter().any(|word| holds(row, word))).count();
        if count > 0 {
            found.insert(table, count);
        }
    }
    db.close().await.expect("close the database");
    found
}

const fn list(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Engine::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
    }
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// Whether a row, written as hexadecimal digits, holds a word in capital or small letters.
fn holds(row: &str, word: &str) -> bool {
    let (row, upper, lower) = (row.to_lowercase(), hex(word.to_uppercase().as_bytes()), hex(word.as_bytes()));
    let title = word[..1].to_uppercase() + &word[1..];
    [upper, lower, hex(title.as_bytes())].iter().any(|wanted| row.contains(&wanted.to_lowercase()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// In which of the files of a SQLite database one of these words stands, in any case; none on PostgreSQL.
///
/// # Panics
/// When a file cannot be read.
pub fn files(database: &Database, words: &[&str]) -> Vec<String> {
    let Database::Sqlite(sqlite) = database else { return Vec::new() };
    let mut found = Vec::new();
    for file in std::fs::read_dir(sqlite.folder()).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file").to_ascii_lowercase();
        if words.iter().any(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes())) {
            found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}
