//! How many SQL statements one piece of work runs, whichever task runs them for it.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

tokio::task_local! {
    static TALLY: Tally;
    static HEARD: Arc<Mutex<Vec<String>>>;
}

/// Does work, and gives the texts of the statements it ran too: to look at the ways they go. Not those that other tasks
/// ran for it.
pub async fn heard<F: Future>(work: F) -> (F::Output, Vec<String>) {
    let texts = Arc::new(Mutex::new(Vec::new()));
    let done = HEARD.scope(Arc::clone(&texts), work).await;
    let texts = std::mem::take(&mut *texts.lock().unwrap_or_else(PoisonError::into_inner));
    (done, texts)
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
    pub fn count(text: &str) {
        let _ = TALLY.try_with(|tally| tally.0.fetch_add(1, Ordering::Relaxed));
        let _ = HEARD.try_with(|heard| heard.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned()));
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
