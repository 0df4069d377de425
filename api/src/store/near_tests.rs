//! What is asked here is answered as in the pool.

use std::sync::{Arc, atomic::AtomicU64};

use chrono::{DateTime, NaiveDate};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, Value};
use tempfile::TempDir;
use uuid::Uuid;

use super::Near;
use crate::{
    base::Error,
    store::{
        conn::Conn,
        db::{Engine, Purpose, options},
    },
};

struct Both {
    pool: DatabaseConnection,
    near: Near,
    statements: Arc<AtomicU64>,
    _dir: TempDir,
}

async fn both() -> Both {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("some.db");
    let pool = Database::connect(options(&format!("sqlite:{}", file.display()), Engine::Sqlite, 1, Purpose::Write));
    let (pool, statements) = (pool.await.unwrap(), Arc::default());
    let near = Near::open(&file, 1, Arc::clone(&statements));
    Both { pool, near, statements, _dir: dir }
}

impl Both {
    fn ran(&self) -> u64 {
        self.statements.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// What the pool says, and what is said here, if anything.
    async fn text(&self, text: &str, values: Vec<Value>) -> (Option<String>, Option<Option<String>>) {
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, text, values);
        let own = |text: &str| Ok::<_, Error>(text.to_owned());
        let here = self.near.text(&statement, |text| text.map(str::to_owned));
        (Conn::Pool(&self.pool).text(statement, own).await.unwrap(), here)
    }
}

#[tokio::test]
async fn values_are_bound_as_the_pool_binds_them() {
    let both = both().await;
    let times =
        ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.5Z", "2026-01-31T09:30:00.123456Z", "0001-01-01T00:00:00Z"];
    let times = times.map(|text| Value::from(DateTime::parse_from_rfc3339(text).unwrap().to_utc()));
    let values = [
        Value::from(true),
        Value::from(false),
        Value::from(-7_i16),
        Value::from(7_i32),
        Value::from(i64::MIN),
        Value::from(7_u32),
        Value::from(7_u64),
        Value::from(0.1_f64),
        Value::from("Zoë \u{0} 'x'"),
        Value::from(""),
        Value::from(vec![0_u8, 255]),
        Value::from(Uuid::from_u128(1 << 100)),
        Value::from(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap()),
        Value::from(serde_json::json!({"b": [1, 0.5, null], "a": "Zoë \u{0} 'x'"})),
        Value::from(None::<serde_json::Value>),
        Value::from(None::<i64>),
        Value::from(None::<String>),
        Value::from(None::<Uuid>),
        Value::from(None::<DateTime<chrono::Utc>>),
    ];
    for value in values.into_iter().chain(times) {
        let asked = "SELECT typeof(?) || ' ' || hex(?) || ' ' || quote(?)";
        let (pool, here) = both.text(asked, vec![value.clone(); 3]).await;
        assert_eq!(here, Some(pool), "{value:?}");
    }
    let huge = Statement::from_sql_and_values(DbBackend::Sqlite, "SELECT 'x' || ?", [Value::from(u64::MAX)]);
    assert!(both.near.text(&huge, |text| text.map(str::to_owned)).is_none());
}

#[tokio::test]
async fn no_row_is_no_text() {
    assert_eq!(both().await.text("SELECT 'x' WHERE 1 = 0", Vec::new()).await, (None, Some(None)));
}

#[tokio::test]
async fn what_takes_long_is_asked_in_the_pool() {
    let both = both().await;
    let count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'counted ' || max(i) FROM n";
    assert_eq!(both.text(count, vec![Value::from(1_000)]).await.1.flatten().as_deref(), Some("counted 1000"));
    let (pool, here) = both.text(count, vec![Value::from(100_000)]).await;
    assert_eq!((pool.as_deref(), here), (Some("counted 100000"), None));
    // The next times it is not even tried, and later again.
    for _ in 0..super::ASIDE {
        assert_eq!(both.text(count, vec![Value::from(1)]).await.1, None);
    }
    assert_eq!(both.text(count, vec![Value::from(1)]).await.1.flatten().as_deref(), Some("counted 1"));
    assert_eq!(both.ran(), 2);
    let here = both.text("SELECT 'another'", Vec::new()).await.1;
    assert_eq!(here.flatten().as_deref(), Some("another"), "the connection goes on");
}

#[tokio::test]
async fn nothing_is_written_here() {
    let both = both().await;
    both.pool.execute_unprepared("CREATE TABLE some (name TEXT)").await.unwrap();
    let insert = Statement::from_string(DbBackend::Sqlite, "INSERT INTO some VALUES ('x') RETURNING name");
    assert!(both.near.text(&insert, |text| text.map(str::to_owned)).is_none());
    assert_eq!(
        both.text("SELECT '' || count(*) FROM some", Vec::new()).await,
        (Some("0".into()), Some(Some("0".into())))
    );
}

#[tokio::test]
async fn a_change_of_the_tables_is_seen() {
    let both = both().await;
    both.pool.execute_unprepared("CREATE TABLE some (name TEXT); INSERT INTO some VALUES ('x')").await.unwrap();
    assert_eq!(both.text("SELECT max(name) FROM some", Vec::new()).await.1.flatten().as_deref(), Some("x"));
    both.pool.execute_unprepared("ALTER TABLE some ADD COLUMN age TEXT; UPDATE some SET name = 'y'").await.unwrap();
    assert_eq!(both.text("SELECT max(name) FROM some", Vec::new()).await.1.flatten().as_deref(), Some("y"));
}
