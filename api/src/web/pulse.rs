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

/// For how long a look is good.
const FRESH: Duration = Duration::from_secs(2);
/// A database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a look at the database has shown.
#[derive(Clone, Debug)]
pub struct Look {
    /// What is wrong, in words; nothing where all is well.
    pub faults: Vec<&'static str>,
    /// None where the queue cannot be read.
    pub queue: Option<Standing>,
}

/// The last look, and whether the server is being stopped.
#[derive(Default)]
pub struct Pulse {
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, Look)>>,
}

impl Pulse {
    /// From now on the server is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// How the database stands. Whoever comes while somebody looks waits for what is seen.
    pub async fn look(&self, db: &Db) -> Look {
        let mut last = self.last.lock().await;
        if let Some((at, look)) = &*last
            && at.elapsed() < FRESH
        {
            return look.clone();
        }
        let look = look(db).await;
        *last = Some((Instant::now(), look.clone()));
        look
    }
}

async fn look(db: &Db) -> Look {
    let asked = timeout(PATIENCE, async { (db.lag().await, db.standing().await) }).await;
    let (lag, queue) = asked.unwrap_or((Err(Error::Unavailable), Err(Error::Unavailable)));
    let mut faults = Vec::new();
    match lag {
        Err(Error::Unavailable) => {
            return Look { faults: vec!["the database does not answer"], queue: None };
        }
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
    if queue.is_err() {
        faults.push("the queue of jobs cannot be read");
    }
    Look { faults, queue: queue.ok() }
}
