//! The one writer of a SQLite file: changes that wait are committed together.
//!
//! It opens a transaction, runs the changes that wait (each in a savepoint, so that one refused change leaves the others
//! alone), commits once, and only then answers all of them.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait};
use tokio::sync::{mpsc, oneshot};

use super::{db::immediate, from_db};
use crate::base::{Error, Result};

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

pub(super) type Answer = Box<dyn FnOnce(Result<()>) + Send>;
pub(super) type Change = Box<dyn FnOnce(Arc<DatabaseTransaction>) -> BoxFuture<'static, (bool, Answer)> + Send>;

pub(super) enum Job {
    Change(Change),
    /// A change of very many rows.
    Mass(Change),
    Maintain(&'static str, oneshot::Sender<Result<()>>),
    /// The log is to be written back and emptied; tells whether it was.
    EmptyLog(oneshot::Sender<Result<bool>>),
}

/// Starts the one writer of a SQLite file; it ends when the last `Db` is dropped. A connection that did not get out of
/// its transaction is not used again: `connect` makes another.
pub(super) fn start<C, F>(db: DatabaseConnection, connect: C) -> mpsc::Sender<Job>
where
    C: Fn() -> F + Send + 'static,
    F: Future<Output = Result<DatabaseConnection>> + Send + 'static,
{
    let (sender, mut jobs) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let (mut held, mut later) = (Some(db), None);
        while let Some(job) = next(&mut later, &mut jobs).await {
            let db = match held.take() {
                Some(db) => db,
                None => match connect().await {
                    Ok(db) => db,
                    Err(error) => {
                        // Dropping the job answers its caller with `Unavailable`.
                        tracing::error!(%error, "cannot open the file to write again");
                        continue;
                    }
                },
            };
            let sound = match job {
                Job::Change(change) => group(&db, change, &mut jobs, &mut later).await,
                Job::Mass(change) => apart(&db, change).await,
                Job::Maintain(sql, reply) => {
                    drop(reply.send(maintain_now(&db, sql).await));
                    true
                }
                Job::EmptyLog(reply) => {
                    drop(reply.send(empty_log_now(&db).await));
                    true
                }
            };
            if sound {
                held = Some(db);
            } else if let Err(error) = db.close().await {
                tracing::error!(%error, "a connection was not closed");
            }
        }
    });
    sender
}

async fn next(later: &mut Option<Job>, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
    match later.take() {
        Some(job) => Some(job),
        None => jobs.recv().await,
    }
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

/// Runs changes that wait, and commits them together; says whether the connection may be used again. What ends the
/// group is left in `later`.
async fn group(
    db: &DatabaseConnection,
    first: Change,
    jobs: &mut mpsc::Receiver<Job>,
    later: &mut Option<Job>,
) -> bool {
    let Some(outer) = begin(db).await else { return false };
    let (answer, mut sound) = one(&outer, first).await;
    let mut answers = vec![answer];
    while sound && answers.len() < GROUP {
        match jobs.try_recv() {
            Ok(Job::Change(change)) => {
                let (answer, goes_on) = one(&outer, change).await;
                answers.push(answer);
                sound = goes_on;
            }
            Ok(other) => {
                *later = Some(other);
                break;
            }
            Err(_) => break,
        }
    }
    let changes = answers.len();
    let committed = if sound { closed(outer.commit().await, changes) } else { Err(Error::Unavailable) };
    for answer in answers.into_iter().flatten() {
        answer(match &committed {
            Ok(()) => Ok(()),
            Err(Error::Full) => Err(Error::Full),
            Err(_) => Err(Error::Unavailable),
        });
    }
    committed.is_ok()
}

/// Dropping the change that it is for answers its caller with `Unavailable`.
async fn begin(db: &DatabaseConnection) -> Option<DatabaseTransaction> {
    let begun = db.begin_with_options(immediate()).await;
    begun.inspect_err(|error| tracing::error!(%error, "cannot begin to write")).ok()
}

/// What became of the end of a transaction.
fn closed(ended: Result<(), DbErr>, changes: usize) -> Result<()> {
    ended.map_err(|error| {
        tracing::error!(%error, changes, "a commit failed");
        match from_db(error) {
            Error::Full => Error::Full,
            _ => Error::Unavailable,
        }
    })
}

/// A change of very many rows, which shares its commit with nobody.
async fn apart(db: &DatabaseConnection, change: Change) -> bool {
    if let Err(error) = maintain_now(db, LOOSE).await {
        tracing::error!(%error, "a change of very many rows is slow");
    }
    let sound = whole(db, change).await;
    match maintain_now(db, STRICT).await {
        Ok(()) => sound,
        Err(error) => {
            tracing::error!(%error, "foreign keys stay off");
            false
        }
    }
}

/// A change in a transaction of its own.
async fn whole(db: &DatabaseConnection, change: Change) -> bool {
    // Without a savepoint, which would hold every page as it was before.
    let Some(tx) = begin(db).await.map(Arc::new) else { return false };
    let (keep, answer) = change(Arc::clone(&tx)).await;
    let Some(tx) = Arc::into_inner(tx) else {
        answer(Err(leaked()));
        return false;
    };
    let ended = if keep { tx.commit().await } else { tx.rollback().await };
    let sound = ended.is_ok();
    // What is taken back has its own error.
    answer(if keep { closed(ended, 1) } else { Ok(()) });
    sound
}

/// A change in a savepoint: its answer, and whether the transaction around it goes on. A full disk may have ended that.
async fn one(outer: &DatabaseTransaction, change: Change) -> (Option<Answer>, bool) {
    let savepoint = match outer.begin().await {
        Ok(savepoint) => Arc::new(savepoint),
        Err(error) => {
            tracing::error!(%error, "cannot set a savepoint");
            return (None, false);
        }
    };
    let (keep, answer) = change(Arc::clone(&savepoint)).await;
    let Some(savepoint) = Arc::into_inner(savepoint) else {
        answer(Err(leaked()));
        return (None, false);
    };
    let ended = if keep { savepoint.commit().await } else { savepoint.rollback().await };
    match ended {
        Ok(()) => (Some(answer), true),
        Err(error) => {
            tracing::error!(%error, "cannot close a savepoint");
            answer(if keep { Err(from_db(error)) } else { Ok(()) });
            (None, false)
        }
    }
}

pub(super) fn leaked() -> Error {
    Error::internal("a change kept its transaction beyond its end")
}
