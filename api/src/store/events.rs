//! What a commit tells: to the sockets and workers of this process, and with PostgreSQL to those of every process.
//!
//! A change announces inside its transaction, and nobody hears of one that was rolled back. On SQLite the
//! one writer tells after its commit. With PostgreSQL the database tells, by NOTIFY, every process that
//! listens; this one hears of its own changes the same way, so nothing is heard twice.
//!
//! Beside that, processes on PostgreSQL tell each other notes, which hang on no change and stand in no table.

use std::{fmt::Write, sync::Arc, time::Duration};

use entity::ResponseId;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sqlx::{Executor, postgres::PgListener};
use tokio::{
    sync::{Notify, broadcast},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{Db, Engine, carry::SERVES, from_db};
use crate::base::{Error, Result};

/// Where PostgreSQL carries events.
const CHANNEL: &str = "steward";
/// What a note begins with there.
const NOTE: &str = "note ";
/// Events that a listener may fall behind before it has missed some.
const KEPT: usize = 1_024;
/// Silence after which the listening connection is asked whether it is still there, and how long it may take.
const SILENCE: Duration = Duration::from_secs(30);
const REPLY: Duration = Duration::from_secs(5);
/// The pause before a lost connection is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Something that happened, by its id: whoever hears of it reads it in their own scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An answer was given or changed.
    Response(ResponseId),
    /// Jobs were queued.
    Jobs,
}

impl Event {
    fn payload(self) -> String {
        match self {
            Self::Response(id) => format!("response {id}"),
            Self::Jobs => "jobs".to_owned(),
        }
    }

    /// None for what a newer version tells.
    fn parse(payload: &str) -> Option<Self> {
        match payload.split_once(' ') {
            Some(("response", id)) => id.parse().ok().map(Self::Response),
            None if payload == "jobs" => Some(Self::Jobs),
            _ => None,
        }
    }
}

/// The statements that have PostgreSQL tell, with the commit.
pub(super) fn notify(events: &[Event]) -> String {
    events.iter().fold(String::new(), |mut sql, event| {
        let _ = write!(sql, "NOTIFY {CHANNEL}, '{}';", event.payload());
        sql
    })
}

/// Where this process's news comes together.
#[derive(Clone)]
pub(super) struct Bus {
    /// Nothing stands for events that were missed.
    news: broadcast::Sender<Option<Event>>,
    notes: broadcast::Sender<String>,
    pub(super) wake: Arc<Notify>,
}

impl Bus {
    pub(super) fn new() -> Self {
        Self { news: broadcast::channel(KEPT).0, notes: broadcast::channel(KEPT).0, wake: Arc::default() }
    }

    pub(super) fn tell(&self, event: Event) {
        if event == Event::Jobs {
            self.wake.notify_waiters();
            self.wake.notify_one();
        } else {
            let _ = self.news.send(Some(event));
        }
    }
}

/// Events from now on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Option<Event>>);

impl Events {
    /// The next one; none where some were missed. Nothing is lost if this is dropped while it waits.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await.ok().flatten()
    }
}

/// Notes of all processes, from now on.
#[derive(Debug)]
pub struct Notes(broadcast::Receiver<String>);

impl Notes {
    /// The next one; those that were missed are passed over. Nothing is lost if this is dropped while it waits.
    pub async fn next(&mut self) -> String {
        loop {
            match self.0.recv().await {
                Ok(note) => return note,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                // Nobody tells any more.
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Db {
    /// What processes on this database tell each other, this one's own notes as well. On SQLite nothing ever comes.
    pub async fn notes(&self) -> Result<Notes> {
        self.listen().await?;
        Ok(Notes(self.0.bus.notes.subscribe()))
    }

    /// Tells every process on a PostgreSQL, in one statement; none where there is nothing to tell. A note has at most
    /// 7,900 bytes, and is not kept for whoever does not listen.
    pub async fn tell_others(&self, notes: Vec<String>) -> Result<()> {
        if notes.is_empty() || self.0.engine == Engine::Sqlite {
            return Ok(());
        }
        // Nothing is stored, so nobody needs to wait for the disk.
        let mut sql = "SELECT set_config('synchronous_commit', 'off', true)".to_owned();
        for at in 1..=notes.len() {
            let _ = write!(sql, ", pg_notify('{CHANNEL}', ${at})");
        }
        let values = notes.into_iter().map(|note| format!("{NOTE}{note}").into());
        let told = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.0.read.execute_raw(told).await.map(drop).map_err(from_db)
    }

    /// Whatever is committed from now on, by any process that has this database.
    pub async fn events(&self) -> Result<Events> {
        self.listen().await?;
        Ok(Events(self.0.bus.news.subscribe()))
    }

    /// Makes sure that this process hears what others commit, until it ends.
    pub async fn listen(&self) -> Result<()> {
        if self.0.engine == Engine::Postgres {
            let start = || Listening::start(self.0.url.clone(), self.0.bus.clone());
            self.0.listening.get_or_try_init(start).await?;
        }
        Ok(())
    }
}

/// The task that listens; it ends with its database.
pub(super) struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listening {
    async fn start(url: String, bus: Bus) -> Result<Self> {
        let listener = connect(&url).await.map_err(|error| {
            tracing::warn!(%error, "events cannot be heard");
            Error::Unavailable
        })?;
        Ok(Self(tokio::spawn(listen(url, listener, bus))))
    }
}

async fn connect(url: &str) -> sqlx::Result<PgListener> {
    let mut listener = PgListener::connect(url).await?;
    listener.eager_reconnect(false);
    Executor::execute(&mut listener, SERVES).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

async fn listen(url: String, mut listener: PgListener, bus: Bus) {
    loop {
        while let Some(payload) = hear(&mut listener).await {
            if let Some(note) = payload.strip_prefix(NOTE) {
                let _ = bus.notes.send(note.to_owned());
            } else if let Some(event) = Event::parse(&payload) {
                bus.tell(event);
            }
        }
        tracing::warn!("the connection that brings events is lost; trying again");
        listener = loop {
            match connect(&url).await {
                Ok(listener) => break listener,
                Err(_) => sleep(PAUSE).await,
            }
        };
        let _ = bus.news.send(None);
    }
}

/// What comes next; nothing once the connection is lost.
async fn hear(listener: &mut PgListener) -> Option<String> {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(news)) => return news.map(|news| news.payload().to_owned()),
            Ok(Err(_)) => return None,
            // A connection may die without a word.
            Err(_) => {
                timeout(REPLY, Executor::execute(&mut *listener, "SELECT 1")).await.ok()?.ok()?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::ResponseId;

    use super::{Event, notify};

    #[test]
    fn events_come_back_as_they_went() {
        let id: ResponseId = "0195f2a0-0000-7000-8000-000000000001".parse().unwrap();
        for event in [Event::Response(id), Event::Jobs] {
            assert_eq!(Event::parse(&event.payload()), Some(event));
        }
        for strange in ["", "jobs 1", "response", "response 1", "ticket 0195f2a0-0000-7000-8000-000000000001"] {
            assert_eq!(Event::parse(strange), None, "{strange}");
        }
        assert_eq!(
            notify(&[Event::Jobs, Event::Response(id)]),
            format!("NOTIFY steward, 'jobs';NOTIFY steward, 'response {id}';")
        );
    }
}
