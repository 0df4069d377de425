//! A SQLite writer that is ready for very many changes.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tokio::task::JoinHandle;

use super::{
    Db, commits,
    db::{Purpose, options},
    from_db,
};
use crate::base::{Error, Result};

/// Keeps little of the file at hand, since most of it is written once, and moves what was written into the file less
/// often. What an index made at the end is sorted by goes to files.
const READY: &str = "PRAGMA cache_size = -4000; PRAGMA wal_autocheckpoint = 64000; PRAGMA journal_size_limit = 32000000; PRAGMA temp_store = file";
const USUAL: &str = "PRAGMA cache_size = -5000; PRAGMA wal_autocheckpoint = 1000; PRAGMA temp_store = memory; PRAGMA threads = 0; PRAGMA wal_checkpoint(PASSIVE)";

/// While this lives the writer of a SQLite file is ready for very many changes; ends with [`Braced::relax`].
pub struct Braced {
    db: Db,
    sweeper: Option<DatabaseConnection>,
    aside: Option<Aside>,
    sweeping: Option<JoinHandle<Result<()>>>,
}

/// A connection to look by while the writer of a SQLite file writes.
#[derive(Clone)]
pub struct Aside(pub(super) DatabaseConnection);

impl Db {
    /// Makes the SQLite writer ready for very many changes; does nothing on PostgreSQL.
    pub async fn brace(&self) -> Result<Braced> {
        let mut braced = Braced { db: self.clone(), sweeper: None, aside: None, sweeping: None };
        if let Some(writer) = &self.0.writer {
            let connect = |purpose| Database::connect(options(&self.0.url, self.0.engine, 1, purpose));
            braced.sweeper = Some(connect(Purpose::Write).await.map_err(from_db)?);
            let aside = connect(Purpose::Read).await.map_err(from_db)?;
            // Rows are looked up all over the file: keeping more of it would not help.
            aside.execute_unprepared("PRAGMA cache_size = -1000").await.map_err(from_db)?;
            braced.aside = Some(Aside(aside));
            commits::maintain(writer, READY).await?;
        }
        Ok(braced)
    }
}

impl Braced {
    /// Where to look beside a transaction that is the only one of its commit; nowhere on PostgreSQL.
    pub fn aside(&self) -> Option<Aside> {
        self.aside.clone()
    }

    /// Has what was committed moved into the file beside the changes to come, where this is not going on already.
    pub async fn sweep(&mut self) -> Result<()> {
        if self.sweeping.as_ref().is_some_and(|sweeping| !sweeping.is_finished()) {
            return Ok(());
        }
        self.swept().await?;
        self.sweeping = self.sweeper.clone().map(beside);
        Ok(())
    }

    async fn swept(&mut self) -> Result<()> {
        match self.sweeping.take() {
            Some(sweeping) => sweeping.await.map_err(Error::internal)?,
            None => Ok(()),
        }
    }

    /// Has the writer go on as before.
    pub async fn relax(mut self) -> Result<()> {
        let swept = self.swept().await;
        for conn in self.sweeper.take().into_iter().chain(self.aside.take().map(|Aside(conn)| conn)) {
            conn.close().await.map_err(from_db)?;
        }
        if let Some(writer) = &self.db.0.writer {
            commits::maintain(writer, USUAL).await?;
        }
        swept
    }
}

#[expect(clippy::disallowed_methods, reason = "`Braced` waits for it")]
fn beside(sweeper: DatabaseConnection) -> JoinHandle<Result<()>> {
    tokio::spawn(async move {
        sweeper.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await.map(drop).map_err(from_db)
    })
}
