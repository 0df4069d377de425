//! A way out that counts what becomes of letters.

use std::{collections::HashSet, io, sync::Arc};

use async_trait::async_trait;
use uuid::Uuid;

use super::{Letter, Refusal, Transport};
use crate::base::Metrics;

/// Another way out, counted.
pub struct Counted {
    pub way: Arc<dyn Transport>,
    pub metrics: Metrics,
}

#[async_trait]
impl Transport for Counted {
    async fn send(&self, letter: &Letter) -> Result<(), Refusal> {
        let sent = self.way.send(letter).await;
        match &sent {
            Ok(()) => self.metrics.mail("sent"),
            Err(Refusal::NotNow(_)) => self.metrics.mail("later"),
            Err(Refusal::Bounced(_) | Refusal::Never(_)) => self.metrics.mail("failed"),
            // Not tried.
            Err(Refusal::TooFast(_)) => {}
        }
        sent
    }

    fn forget(&self, about: &HashSet<Uuid>) -> io::Result<()> {
        self.way.forget(about)
    }
}
