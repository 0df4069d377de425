//! Writing. PostgreSQL: a transaction each. SQLite: one writer that commits many changes at once.
//!
//! The SQLite writer opens a transaction, runs the changes that wait (each in a savepoint, so that
//! one refused change leaves the others alone), commits once, and only then answers all of them.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use tokio::sync::{mpsc, oneshot};

use super::{Db, Tx, db::immediate, from_db, tx::Shared};
use crate::{
    access::Viewer,
    base::{Error, Result, Tally},
};

/// Changes that share one commit, at most.
const GROUP: usize = 128;
/// Changes that may wait before a caller is told to come back.
const WAITING: usize = 4_096;

/// What very many rows point at was read in the same transaction: were it looked up again for each of them, every
/// statement would also keep pages as they were, lest one of its rows fails. And what a loss of power takes from the
/// end of the log they bring again: an import is done with the change, or the sweep, that follows its last chunk.
const LOOSE: &str = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = NORMAL";
const STRICT: &str = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL";

/// For so long a log that is to be emptied keeps writers waiting, where somebody still reads by it.
const BRIEF: &str = "PRAGMA busy_timeout = 500";
const USUAL: &str = "PRAGMA busy_timeout = 5000";

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
type Change = Box<dyn FnOnce(Arc<DatabaseTransaction>) -> BoxFuture<'static, (bool, Answer)> + Send>;

pub(super) enum Job {
    Change(Change),
    /// A change of very many rows.
    Mass(Change),
    Maintain(&'static str, oneshot::Sender<Result<()>>),
    /// The log is to be written back and emptied; tells whether it was.
    EmptyLog(oneshot::Sender<Result<bool>>),
}

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
        None => alone(&db.0.read, shared, change).await,
    }
}

/// Runs `change` in a transaction of a reader, and takes back whatever it does.
pub(super) async fn look<T, F, Fut>(db: &Db, viewer: Arc<Viewer>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let tx = Arc::new(db.0.read.begin().await.map_err(from_db)?);
    let done = change(Tx::new(Arc::clone(&tx), Arc::new(Shared::new(db.clone(), viewer, false)))).await;
    let tx = Arc::into_inner(tx).ok_or_else(leaked)?;
    tx.rollback().await.map_err(from_db)?;
    done
}

async fn alone<T, F, Fut>(pool: &DatabaseConnection, shared: Arc<Shared>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let tx = Arc::new(pool.begin().await.map_err(from_db)?);
    let done = run(Arc::clone(&tx), shared, change).await;
    let tx = Arc::into_inner(tx).ok_or_else(leaked)?;
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
    let change: Change = Box::new(move |tx| {
        async move {
            // Whoever asked for it has been told that nothing was done, or has gone.
            if reply.is_closed() {
                return (false, Box::new(|_| ()) as Answer);
            }
            let done = AssertUnwindSafe(tally.over(run(tx, Arc::clone(&shared), change))).catch_unwind().await;
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

async fn run<T, F, Fut>(conn: Arc<DatabaseTransaction>, shared: Arc<Shared>, change: F) -> Result<T>
where
    F: FnOnce(Tx) -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let tx = Tx::new(conn, shared);
    let value = change(tx.clone()).await?;
    tx.flush_audit().await?;
    tx.notify().await?;
    Ok(value)
}

/// Starts the one writer of a SQLite file; it ends when the last `Db` is dropped.
pub(super) fn start(db: DatabaseConnection) -> mpsc::Sender<Job> {
    let (sender, mut jobs) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        while let Some(first) = jobs.recv().await {
            match first {
                Job::Change(change) => group(&db, change, &mut jobs).await,
                other => apart(&db, other).await,
            }
        }
    });
    sender
}

pub(super) async fn maintain(writer: &mpsc::Sender<Job>, sql: &'static str) -> Result<()> {
    let (reply, answer) = oneshot::channel();
    writer.send(Job::Maintain(sql, reply)).await.map_err(|_| Error::Unavailable)?;
    answer.await.map_err(|_| Error::Unavailable)?
}

/// Writes the log back into the file and empties it; false where somebody still reads by it.
pub(super) async fn empty_log(writer: &mpsc::Sender<Job>) -> Result<bool> {
    let (reply, answer) = oneshot::channel();
    writer.send(Job::EmptyLog(reply)).await.map_err(|_| Error::Unavailable)?;
    answer.await.map_err(|_| Error::Unavailable)?
}

async fn empty_log_now(db: &DatabaseConnection) -> Result<bool> {
    maintain_now(db, BRIEF).await?;
    let text = Statement::from_string(db.get_database_backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
    let told = db.query_one_raw(text).await.map_err(from_db);
    maintain_now(db, USUAL).await?;
    // Whether it was kept from its work stands in the row: the statement itself does not fail.
    let row = told?.ok_or_else(|| Error::internal("a checkpoint told nothing"))?;
    row.try_get_by_index::<i32>(0).map(|busy| busy == 0).map_err(Error::internal)
}

async fn maintain_now(db: &DatabaseConnection, sql: &str) -> Result<()> {
    db.execute_unprepared(sql).await.map(drop).map_err(from_db)
}

async fn group(db: &DatabaseConnection, first: Change, jobs: &mut mpsc::Receiver<Job>) {
    let outer = match db.begin_with_options(immediate()).await {
        Ok(outer) => outer,
        Err(error) => {
            // Dropping the change answers its caller with `Unavailable`.
            tracing::error!(%error, "cannot begin to write");
            return;
        }
    };
    let mut answers = vec![one(&outer, first).await];
    let mut later = None;
    while answers.len() < GROUP {
        match jobs.try_recv() {
            Ok(Job::Change(change)) => answers.push(one(&outer, change).await),
            Ok(other) => {
                later = Some(other);
                break;
            }
            Err(_) => break,
        }
    }
    let committed = outer.commit().await;
    if let Err(error) = &committed {
        tracing::error!(%error, changes = answers.len(), "a commit failed");
    }
    for answer in answers.into_iter().flatten() {
        answer(if committed.is_ok() { Ok(()) } else { Err(Error::Unavailable) });
    }
    if let Some(job) = later {
        apart(db, job).await;
    }
}

/// What shares its commit with nobody.
async fn apart(db: &DatabaseConnection, job: Job) {
    match job {
        Job::Maintain(sql, reply) => drop(reply.send(maintain_now(db, sql).await)),
        Job::EmptyLog(reply) => drop(reply.send(empty_log_now(db).await)),
        Job::Change(change) | Job::Mass(change) => {
            if let Err(error) = maintain_now(db, LOOSE).await {
                tracing::error!(%error, "a change of very many rows is slow");
            }
            whole(db, change).await;
            if let Err(error) = maintain_now(db, STRICT).await {
                tracing::error!(%error, "foreign keys stay off");
            }
        }
    }
}

/// A change in a transaction of its own.
async fn whole(db: &DatabaseConnection, change: Change) {
    // Without a savepoint, which would hold every page as it was before.
    let tx = match db.begin_with_options(immediate()).await {
        Ok(tx) => Arc::new(tx),
        Err(error) => {
            tracing::error!(%error, "cannot begin to write");
            return;
        }
    };
    let (keep, answer) = change(Arc::clone(&tx)).await;
    let Some(tx) = Arc::into_inner(tx) else { return answer(Err(leaked())) };
    let closed = if keep { tx.commit().await } else { tx.rollback().await };
    answer(closed.map_err(|error| {
        tracing::error!(%error, "a commit failed");
        Error::Unavailable
    }));
}

async fn one(outer: &DatabaseTransaction, change: Change) -> Option<Answer> {
    let savepoint = match outer.begin().await {
        Ok(savepoint) => Arc::new(savepoint),
        Err(error) => {
            tracing::error!(%error, "cannot set a savepoint");
            return None;
        }
    };
    let (keep, answer) = change(Arc::clone(&savepoint)).await;
    let Some(savepoint) = Arc::into_inner(savepoint) else {
        answer(Err(leaked()));
        return None;
    };
    let closed = if keep { savepoint.commit().await } else { savepoint.rollback().await };
    if let Err(error) = closed {
        tracing::error!(%error, "cannot close a savepoint");
        answer(Err(from_db(error)));
        return None;
    }
    Some(answer)
}

fn leaked() -> Error {
    Error::internal("a change kept its transaction beyond its end")
}
