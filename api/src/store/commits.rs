//! The one writer of a SQLite file: changes that wait are committed together.
//!
//! It opens a transaction, runs the changes that wait (each in a savepoint, so that one refused change leaves the others
//! alone), commits once, and only then answers all of them.

use std::{sync::Arc, thread};

use futures_util::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::{conn::Line, pen::Pen};
use crate::base::{Error, Result, STACK};

const COMMIT: &str = "COMMIT";

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
pub(super) type Change = Box<dyn FnOnce(Arc<Line>) -> BoxFuture<'static, (bool, Answer)> + Send>;

pub(super) enum Job {
    Change(Change),
    /// A change of very many rows.
    Mass(Change),
    Maintain(&'static str, oneshot::Sender<Result<()>>),
    /// The log is to be written back and emptied; tells whether it was.
    EmptyLog(oneshot::Sender<Result<bool>>),
}

/// Starts the one writer of a SQLite file, in a thread of its own; it ends when the last `Db` is dropped. A connection
/// that did not get out of its transaction is not used again: `open` makes another.
pub(super) fn start(pen: Pen, open: impl Fn() -> Result<Pen> + Send + 'static) -> Result<mpsc::Sender<Job>> {
    let (sender, jobs) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    let write = move || runtime.block_on(work(pen, open, jobs));
    thread::Builder::new().name("writer".to_owned()).stack_size(STACK).spawn(write).map_err(Error::internal)?;
    Ok(sender)
}

async fn work(pen: Pen, open: impl Fn() -> Result<Pen>, mut jobs: mpsc::Receiver<Job>) {
    let (mut held, mut later) = (Some(pen), None);
    while let Some(job) = next(&mut later, &mut jobs).await {
        let pen = match held.take().map_or_else(&open, Ok) {
            Ok(pen) => pen,
            Err(error) => {
                // Dropping the job answers its caller with `Unavailable`.
                tracing::error!(%error, "cannot open the file to write again");
                continue;
            }
        };
        let sound = match job {
            Job::Change(change) => group(&pen, change, &mut jobs, &mut later).await,
            Job::Mass(change) => apart(&pen, change).await,
            Job::Maintain(sql, reply) => {
                drop(reply.send(pen.run(sql)));
                true
            }
            Job::EmptyLog(reply) => {
                drop(reply.send(empty_log_now(&pen)));
                true
            }
        };
        if sound {
            held = Some(pen);
        } else {
            pen.close();
        }
    }
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

fn empty_log_now(pen: &Pen) -> Result<bool> {
    pen.run(BRIEF)?;
    // Whether it was kept from its work is what it tells: the statement itself does not fail.
    let busy = pen.number("PRAGMA wal_checkpoint(TRUNCATE)");
    pen.run(USUAL)?;
    busy.map(|busy| busy == 0)
}

/// Runs changes that wait, and commits them together; says whether the connection may be used again. What ends the
/// group is left in `later`.
async fn group(pen: &Pen, first: Change, jobs: &mut mpsc::Receiver<Job>, later: &mut Option<Job>) -> bool {
    if !begin(pen) {
        return false;
    }
    let (answer, mut sound) = one(pen, first).await;
    let mut answers = vec![answer];
    while sound && answers.len() < GROUP {
        match jobs.try_recv() {
            Ok(Job::Change(change)) => {
                let (answer, goes_on) = one(pen, change).await;
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
    let committed = if sound { closed(pen.again(COMMIT), changes) } else { Err(Error::Unavailable) };
    for answer in answers.into_iter().flatten() {
        answer(match &committed {
            Ok(()) => Ok(()),
            Err(Error::Full) => Err(Error::Full),
            Err(_) => Err(Error::Unavailable),
        });
    }
    committed.is_ok()
}

/// Takes SQLite's one lock for writing at once, not at the first change; dropping the change that it is for answers its
/// caller with `Unavailable`.
fn begin(pen: &Pen) -> bool {
    let begun = pen.again("BEGIN IMMEDIATE");
    begun.inspect_err(|error| tracing::error!(%error, "cannot begin to write")).is_ok()
}

/// What became of the end of a transaction.
fn closed(ended: Result<()>, changes: usize) -> Result<()> {
    ended.map_err(|error| {
        tracing::error!(%error, changes, "a commit failed");
        match error {
            Error::Full => Error::Full,
            _ => Error::Unavailable,
        }
    })
}

/// A change of very many rows, which shares its commit with nobody.
async fn apart(pen: &Pen, change: Change) -> bool {
    if let Err(error) = pen.run(LOOSE) {
        tracing::error!(%error, "a change of very many rows is slow");
    }
    whole(pen, change).await && {
        let strict = pen.run(STRICT);
        strict.inspect_err(|error| tracing::error!(%error, "foreign keys stay off")).is_ok()
    }
}

/// A change in a transaction of its own.
async fn whole(pen: &Pen, change: Change) -> bool {
    // Without a savepoint, which would hold every page as it was before.
    if !begin(pen) {
        return false;
    }
    let (keep, answer) = done(pen, change, true).await;
    let ended = pen.again(if keep { COMMIT } else { "ROLLBACK" });
    let sound = ended.is_ok();
    // What is taken back has its own error.
    answer(if keep { closed(ended, 1) } else { Ok(()) });
    sound
}

/// A change in a savepoint: its answer, and whether the transaction around it goes on. A full disk may have ended that.
async fn one(pen: &Pen, change: Change) -> (Option<Answer>, bool) {
    if let Err(error) = pen.again("SAVEPOINT change") {
        tracing::error!(%error, "cannot set a savepoint");
        return (None, false);
    }
    let (keep, answer) = done(pen, change, false).await;
    let back = if keep { Ok(()) } else { pen.again("ROLLBACK TO change") };
    match back.and_then(|()| pen.again("RELEASE change")) {
        Ok(()) => (Some(answer), true),
        Err(error) => {
            tracing::error!(%error, "cannot close a savepoint");
            answer(if keep { Err(error) } else { Ok(()) });
            (None, false)
        }
    }
}

/// Does a change: whether it is to be kept, and its answer.
async fn done(pen: &Pen, change: Change, mass: bool) -> (bool, Answer) {
    let stroke = pen.stroke(mass);
    let line = Arc::new(Line::Stroke(stroke.clone()));
    let (keep, answer) = change(Arc::clone(&line)).await;
    stroke.end();
    match Arc::into_inner(line) {
        Some(_) => (keep, answer),
        None => (false, Box::new(move |_| answer(Err(leaked())))),
    }
}

pub(super) fn leaked() -> Error {
    Error::internal("a change kept its transaction beyond its end")
}
