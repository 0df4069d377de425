//! The address where operators ask: readiness and metrics, without a key, until the very end of the process.

#![expect(clippy::disallowed_methods, reason = "the app starts the server's tasks and waits for them")]

use std::time::Duration;

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{App, Patience, listen};
use crate::{
    base::{Error, Result},
    config::Settings,
};

/// Connections at once.
const CONNECTIONS: u32 = 64;
/// How long answers begun may take at the end.
const GRACE: Duration = Duration::from_millis(500);

/// A listener of its own.
pub(super) struct Operators {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Operators {
    /// Listens where `STEWARD_METRICS_LISTEN` says, if it does.
    pub async fn start(app: &App, settings: &Settings) -> Result<Option<Self>> {
        let Some(address) = settings.metrics_listen else { return Ok(None) };
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Error::internal(format!(
                "cannot listen on {address}: {error}; set STEWARD_METRICS_LISTEN to another address"
            ))
        })?;
        let address = listener.local_addr().map_err(Error::internal)?;
        tracing::info!(%address, "metrics and readiness are told without a key");
        let (stop, stopped) = watch::channel(false);
        let patience = Patience { connections: CONNECTIONS, ..Patience::default() };
        let task = tokio::spawn(listen(listener, app.operators(), patience, stopped));
        Ok(Some(Self { stop, task }))
    }

    /// Ends it, after everything else.
    pub async fn end(self) {
        let _ = self.stop.send(true);
        let _ = tokio::time::timeout(GRACE, self.task).await;
    }
}
