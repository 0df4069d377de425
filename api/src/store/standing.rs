//! How a database stands, for whoever watches over the server.

use entity::Time;
use migration::sea_orm_migration::seaql_migrations;
use sea_orm::{DbBackend, EntityTrait, FromQueryResult, Statement};

use super::{Db, Engine, conn::Conn, db::compared};
use crate::base::{Error, Result, Standing};

#[derive(Debug, FromQueryResult)]
struct Row {
    ready: i64,
    due: i64,
    leased: i64,
    dead: i64,
    waiting: Option<Time>,
    ended: Option<Time>,
}

/// Each count by an index of its own: jobs that are done, by far the most, are not looked at. A lease that has ended is
/// due like what was never taken.
const QUEUE: &str = "SELECT (SELECT count(*) FROM job WHERE state = 'READY') AS ready, \
    (SELECT count(*) FROM job WHERE state = 'READY' AND run_at <= $1) + (SELECT count(*) FROM job WHERE state = 'LEASED' AND leased_until <= $1) AS due, \
    (SELECT count(*) FROM job WHERE state = 'LEASED') AS leased, \
    (SELECT count(*) FROM job WHERE state = 'DEAD') AS dead, \
    (SELECT min(run_at) FROM job WHERE state = 'READY' AND run_at <= $1) AS waiting, \
    (SELECT min(leased_until) FROM job WHERE state = 'LEASED' AND leased_until <= $1) AS ended";

impl Db {
    /// How many migrations of this version the database has not had, and how many it has had of newer ones.
    pub async fn lag(&self) -> Result<(usize, usize)> {
        let Conn::Pool(pool) = self.reader() else { return Err(Error::internal("no pool")) };
        let had = seaql_migrations::Entity::find().all(pool).await.map_err(super::from_db)?;
        Ok(compared(&had))
    }

    /// How the queue stands now, whoever asks: counts alone. One statement.
    pub async fn standing(&self) -> Result<Standing> {
        let backend = match self.engine() {
            Engine::Sqlite => DbBackend::Sqlite,
            Engine::Postgres => DbBackend::Postgres,
        };
        let now = self.clock().now();
        let Conn::Pool(pool) = self.reader() else { return Err(Error::internal("no pool")) };
        let statement = Statement::from_sql_and_values(backend, QUEUE, [now.into()]);
        let row = sea_orm::ConnectionTrait::query_one_raw(pool, statement).await.map_err(super::from_db)?;
        let row = row.ok_or_else(|| Error::internal("the queue gave no row"))?;
        let Row { ready, due, leased, dead, waiting, ended } =
            Row::from_query_result(&row, "").map_err(Error::internal)?;
        let oldest = waiting.into_iter().chain(ended).min().map_or(0.0, |since| (now.0 - since.0).as_seconds_f64());
        Ok(Standing { ready, due, leased, dead, oldest })
    }
}
