//! Writing. PostgreSQL: a transaction each. SQLite: one writer that commits many changes at once.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use super::{
    Db, Tx,
    commits::{Answer, Change, Job, leaked},
    conn::Line,
    from_db,
    tx::Shared,
};
use crate::{
    access::Viewer,
    base::{Error, Result, Tally},
};

pub(super) async fn write<T, F, Fut>(db: &Db, viewer: Arc<Viewer>, mass: bool, change: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(Tx) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let shared = Arc::new(Shared::new(db.clone(), viewer, mass));
    // What a change keeps between its statements is large; callers should not carry it on their stack.
    let change = move |tx| Box::pin(change(tx));
    match &db.0.writer {
        Some(writer) => queued(writer, shared, mass, change).await,
        None => alone(db, shared, change).await,
    }
}

/// Runs `change` in a transaction of a reader, and takes back whatever it does.
pub(super) async fn look<T, F, Fut>(db: &Db, viewer: Arc<Viewer>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let line = Arc::new(Line::Tx(db.begin().await?));
    let done = change(Tx::new(Arc::clone(&line), Arc::new(Shared::new(db.clone(), viewer, false)))).await;
    let Some(Line::Tx(tx)) = Arc::into_inner(line) else { return Err(leaked()) };
    tx.rollback().await.map_err(from_db)?;
    done
}

async fn alone<T, F, Fut>(db: &Db, shared: Arc<Shared>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let line = Arc::new(Line::Tx(db.begin().await?));
    let done = run(Arc::clone(&line), shared, change).await;
    let Some(Line::Tx(tx)) = Arc::into_inner(line) else { return Err(leaked()) };
    match done {
        Ok(value) => tx.commit().await.map(|()| value).map_err(from_db),
        Err(error) => {
            tx.rollback().await.map_err(from_db)?;
            Err(error)
        }
    }
}

async fn queued<T, F, Fut>(writer: &mpsc::Sender<Job>, shared: Arc<Shared>, mass: bool, change: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(Tx) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let (reply, answer) = oneshot::channel::<Result<T>>();
    let tally = Tally::current();
    let change: Change = Box::new(move |line| {
        async move {
            // Whoever asked for it has been told that nothing was done, or has gone.
            if reply.is_closed() {
                return (false, Box::new(|_| ()) as Answer);
            }
            let done = AssertUnwindSafe(tally.over(run(line, Arc::clone(&shared), change))).catch_unwind().await;
            let done = done.unwrap_or_else(|_| Err(Error::internal("a change panicked")));
            let keep = done.is_ok();
            let answer: Answer = Box::new(move |committed| {
                let result = committed.and(done);
                // Here and not in the caller, who may be gone by now: the change is made.
                if result.is_ok() {
                    shared.tell();
                }
                drop(reply.send(result));
            });
            (keep, answer)
        }
        .boxed()
    });
    let job = if mass { Job::Mass(change) } else { Job::Change(change) };
    writer.try_send(job).map_err(|_| Error::Unavailable)?;
    answer.await.map_err(|_| Error::Unavailable)?
}

async fn run<T, F, Fut>(line: Arc<Line>, shared: Arc<Shared>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let tx = Tx::new(line, shared);
    let value = change(tx.clone()).await?;
    tx.flush_audit().await?;
    tx.notify().await?;
    Ok(value)
}
