//! No scoped statement reads a table of clients' data from end to end: each goes by an index.

use std::collections::BTreeSet;

use api::base::heard;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use tests::{
    app::TestApp,
    both,
    engine::{Database, Engine, World as _},
};

use crate::statements::Small;

/// Tables that grow with the clients.
const LARGE: [&str; 14] = [
    "account",
    "account_grant",
    "answer",
    "audit",
    "contact",
    "escalation",
    "interaction",
    "invitation",
    "ownership",
    "response",
    "response_version",
    "score_owner",
    "score_slice",
    "session",
];

/// What the counters of 36,000 months of owners are like.
const STATISTICS: [&str; 4] = [
    "ANALYZE question",
    "ANALYZE score_owner",
    "UPDATE sqlite_stat1 SET stat = iif(idx = 'score_owner_owner', '36000 67 35 1', '36000 1130 565 25 1 1') WHERE tbl = 'score_owner'",
    "DELETE FROM sqlite_stat4 WHERE tbl = 'score_owner'",
];

/// How the database would run a statement, a step a line.
async fn plan(db: &DatabaseConnection, text: &str) -> Vec<String> {
    let tx = db.begin().await.unwrap();
    let (backend, ask, column) = match db.get_database_backend() {
        DbBackend::Sqlite => (DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {text}"), "detail"),
        backend => {
            // The tables are small: what is asked is whether an index can be used, not whether it is worth it.
            let ready = format!(
                "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {text}"
            );
            for one in ready.splitn(3, "; ") {
                tx.execute_unprepared(one).await.unwrap_or_else(|error| panic!("{error} in {text}"));
            }
            let count = (1..).take_while(|at| text.contains(&format!("${at}"))).count();
            let given = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
            (backend, format!("EXPLAIN EXECUTE asked{given}"), "QUERY PLAN")
        }
    };
    let rows = tx.query_all_raw(Statement::from_string(backend, ask)).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error} in {text}"));
    let steps = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    if backend == DbBackend::Postgres {
        tx.execute_unprepared("DEALLOCATE asked").await.unwrap();
    }
    tx.rollback().await.unwrap();
    steps
}

/// The large tables that a plan reads from end to end. A subquery that is named like a table is told once as made, and
/// once as read.
fn scanned(steps: &[String]) -> Vec<&'static str> {
    let words = |step: &str| -> Vec<String> {
        let step = step.trim_start_matches([' ', '-', '>']).replace("Seq Scan on", "SCAN");
        // A walk that finds every value of a column and then looks below each: of many owners, each owner.
        let step = if step.contains("ANY(owner_id)") { step.replace("SEARCH", "SCAN") } else { step };
        step.split_whitespace().take(2).map(str::to_owned).collect()
    };
    let steps: Vec<Vec<String>> = steps.iter().map(|step| words(step)).collect();
    let count = |verbs: &[&str], table: &str| {
        let of = |step: &&Vec<String>| step.len() == 2 && verbs.contains(&step[0].as_str()) && step[1] == table;
        steps.iter().filter(of).count()
    };
    let read = |table: &str| count(&["SCAN"], table) > count(&["CO-ROUTINE", "MATERIALIZE"], table);
    LARGE.into_iter().filter(|table| read(table)).collect()
}

both! {
    async fn no_scoped_statement_reads_a_table_from_end_to_end(database: Database) {
        let engine = database.engine();
        let small = Small::new(TestApp::on(database).await, 30).await;
        let (told, texts) = heard(small.all()).await;
        let texts: BTreeSet<String> = texts.into_iter().filter(|text| text.starts_with("SELECT")).collect();
        assert!(texts.len() > told.len(), "{} statements of {} requests were heard", texts.len(), told.len());
        if engine == Engine::Sqlite {
            // As in a company of some years: without any statistics SQLite begins with the figures, not with the question.
            let db = sea_orm::Database::connect(small.url()).await.unwrap();
            for one in STATISTICS {
                db.execute_unprepared(one).await.unwrap();
            }
            db.close().await.unwrap();
        }
        let db = sea_orm::Database::connect(small.url()).await.unwrap();
        let mut found = Vec::new();
        for text in &texts {
            for table in scanned(&plan(&db, text).await) {
                found.push(format!("{table} in {text}"));
            }
        }
        assert!(found.is_empty(), "{engine:?} reads from end to end:\n{}", found.join("\n"));
        // What is looked for is seen where it is.
        let all = plan(&db, "SELECT subject FROM interaction").await;
        assert_eq!(scanned(&all), ["interaction"], "{all:?}");
        if engine == Engine::Sqlite {
            let each = "SELECT c0 FROM score_owner INDEXED BY score_owner_owner WHERE question = 'nps' AND month = 1";
            let each = plan(&db, each).await;
            assert_eq!(scanned(&each), ["score_owner"], "{each:?}");
        }
    }
}
