//! Whether the server can do its work, looked at once for all who ask within two seconds.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::{
    base::{Error, Standing},
    store::Db,
};

/// For how long a look at the database is good.
const LOOK: Duration = Duration::from_secs(2);
/// For how long the counts of jobs are good: where a million wait, counting takes a fifth of a second.
const COUNT: Duration = Duration::from_secs(5);
/// A database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a look at the database has shown.
#[derive(Clone, Debug)]
pub struct Look {
    /// What is wrong, in words; nothing where all is well.
    pub faults: Vec<&'static str>,
    /// How long the oldest due job has waited, in seconds.
    pub oldest_due: f64,
}

/// What was seen last, and whether the server is being stopped.
#[derive(Default)]
pub struct Pulse {
    stopping: AtomicBool,
    look: Last<Look>,
    queue: Last<Option<Standing>>,
}

impl Pulse {
    /// From now on the server is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// How the database stands.
    pub async fn look(&self, db: &Db) -> Look {
        self.look.within(LOOK, look(db)).await
    }

    /// How the queue stands; none where it cannot be read.
    pub async fn queue(&self, db: &Db) -> Option<Standing> {
        self.queue.within(COUNT, async { timeout(PATIENCE, db.standing()).await.ok()?.ok() }).await
    }
}

/// What was seen last, and when.
struct Last<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Last<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Last<T> {
    /// What was seen within `time`, else what is seen now. Whoever comes meanwhile waits for it.
    async fn within(&self, time: Duration, see: impl Future<Output = T>) -> T {
        let mut last = self.0.lock().await;
        if let Some((at, seen)) = &*last
            && at.elapsed() < time
        {
            return seen.clone();
        }
        let seen = see.await;
        *last = Some((Instant::now(), seen.clone()));
        seen
    }
}

async fn look(db: &Db) -> Look {
    let asked = timeout(PATIENCE, async { (db.lag().await, db.oldest_due().await) }).await;
    let (lag, oldest) = asked.unwrap_or((Err(Error::Unavailable), Err(Error::Unavailable)));
    let mut faults = Vec::new();
    match lag {
        Err(Error::Unavailable) => return Look { faults: vec!["the database does not answer"], oldest_due: 0.0 },
        Err(_) => faults.push("the database does not tell its version"),
        Ok((missing, newer)) => {
            if missing > 0 {
                faults.push("the database lacks migrations of this version: run `steward migrate`");
            }
            if newer > 0 {
                faults.push("the database was migrated by a newer version: run that one");
            }
        }
    }
    if !db.is_writable() {
        faults.push("the database's file, or the folder it is in, cannot be written to by this process");
    }
    if oldest.is_err() {
        faults.push("the queue of jobs cannot be read");
    }
    Look { faults, oldest_due: oldest.unwrap_or_default() }
}
