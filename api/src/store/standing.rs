//! How a database stands, for whoever watches over the server.

use entity::Time;
use migration::sea_orm_migration::seaql_migrations;
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QueryResult, Statement};

use super::{Db, db::compared, from_db};
use crate::base::{Error, Result, Standing};

#[derive(Debug, FromQueryResult)]
struct Counts {
    ready: i64,
    due: i64,
    leased: i64,
    dead: i64,
}

#[derive(Debug, FromQueryResult)]
struct Oldest {
    waiting: Option<Time>,
    ended: Option<Time>,
}

/// Each by an index of its own: jobs that are done, by far the most, are not looked at. A lease that has ended is due
/// like what was never taken.
const COUNTS: &str = "(SELECT count(*) FROM job WHERE state = 'READY') AS ready, \
    (SELECT count(*) FROM job WHERE state = 'READY' AND run_at <= $1) + (SELECT count(*) FROM job WHERE state = 'LEASED' AND leased_until <= $1) AS due, \
    (SELECT count(*) FROM job WHERE state = 'LEASED') AS leased, \
    (SELECT count(*) FROM job WHERE state = 'DEAD') AS dead";

/// The first of an index: as quick for a million jobs as for one.
const OLDEST: &str = "(SELECT min(run_at) FROM job WHERE state = 'READY' AND run_at <= $1) AS waiting, \
    (SELECT min(leased_until) FROM job WHERE state = 'LEASED' AND leased_until <= $1) AS ended";

impl Db {
    /// How many migrations of this version the database has not had, and how many it has had of newer ones.
    pub async fn lag(&self) -> Result<(usize, usize)> {
        let had = seaql_migrations::Entity::find().all(&self.0.read).await.map_err(from_db)?;
        Ok(compared(&had))
    }

    /// How long the oldest due job has waited, in seconds; 0 where none is due.
    pub async fn oldest_due(&self) -> Result<f64> {
        let now = self.clock().now();
        age(&self.told(&format!("SELECT {OLDEST}"), now).await?, now)
    }

    /// How the queue stands. One statement, which walks over all jobs that wait.
    pub async fn standing(&self) -> Result<Standing> {
        let now = self.clock().now();
        let row = self.told(&format!("SELECT {COUNTS}, {OLDEST}"), now).await?;
        let Counts { ready, due, leased, dead } = Counts::from_query_result(&row, "").map_err(Error::internal)?;
        Ok(Standing { ready, due, leased, dead, oldest: age(&row, now)? })
    }

    async fn told(&self, sql: &str, now: Time) -> Result<QueryResult> {
        let pool = &self.0.read;
        let row =
            pool.query_one_raw(Statement::from_sql_and_values(pool.get_database_backend(), sql, [now.into()])).await;
        row.map_err(from_db)?.ok_or_else(|| Error::internal("the queue gave no row"))
    }
}

fn age(row: &QueryResult, now: Time) -> Result<f64> {
    let Oldest { waiting, ended } = Oldest::from_query_result(row, "").map_err(Error::internal)?;
    Ok(waiting.into_iter().chain(ended).min().map_or(0.0, |since| (now.0 - since.0).as_seconds_f64()))
}
