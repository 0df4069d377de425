//! How many SQL statements one piece of work runs, whichever task runs them for it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

tokio::task_local! {
    static TALLY: Tally;
}

/// A count that goes where the work goes. Cheap to clone: all clones are one count.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<AtomicU32>);

impl Tally {
    /// That of the work being done; of its own where nobody counts.
    pub fn current() -> Self {
        TALLY.try_with(Clone::clone).unwrap_or_default()
    }

    /// Counts a statement of the work being done, if anybody counts.
    pub fn count() {
        let _ = TALLY.try_with(|tally| tally.0.fetch_add(1, Ordering::Relaxed));
    }

    /// Does work whose statements count here.
    pub async fn over<F: Future>(self, work: F) -> F::Output {
        TALLY.scope(self, work).await
    }

    /// Statements so far.
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
