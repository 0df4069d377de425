//! Leasing and running jobs until told to stop; what is in flight is finished.

use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use entity::job;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    base::{Error, Result},
    ctx::{Ctx, Env, Run},
    queue::{self, TRIES},
    session,
};

/// How long a worker sleeps when nothing rings.
const NAP: Duration = Duration::from_secs(1);
/// How often done jobs are swept.
const SWEEP: TimeDelta = TimeDelta::hours(1);

/// One process's worker.
pub struct Worker {
    pub env: Arc<Env>,
    /// How long a job is ours; longer than any job runs.
    pub lease: TimeDelta,
    /// Jobs run at once.
    pub concurrency: u32,
}

impl Worker {
    /// Runs jobs until `stop` says so.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let id = self.env.db.random().id(self.env.db.clock().now());
        let mut swept = self.env.db.clock().now();
        if self.env.db.listen().await.is_err() {
            tracing::warn!("jobs that other processes queue are seen at the next look only");
        }
        while !*stop.borrow() {
            let wake = Arc::clone(self.env.db.wake());
            let ring = wake.notified();
            let ran = match self.round(id, &stop).await {
                Ok(ran) => ran,
                Err(error) => {
                    tracing::warn!(%error, "the queue cannot be read");
                    0
                }
            };
            let now = self.env.db.clock().now();
            if now.0 - swept.0 > SWEEP {
                swept = now;
                self.tidy().await;
            }
            if ran == 0 {
                tokio::select! {
                    () = ring => {}
                    () = tokio::time::sleep(NAP) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    async fn tidy(&self) {
        let system = Ctx::system(Arc::clone(&self.env));
        let swept = system.write(|tx| async move {
            queue::sweep(&tx).await?;
            session::sweep(&tx).await
        });
        if let Err(error) = swept.await {
            tracing::warn!(%error, "done jobs and ended sign-ins cannot be swept");
        }
        if let Err(error) = self.env.db.optimize().await {
            tracing::warn!(%error, "statistics cannot be brought up to date");
        }
    }

    async fn round(&self, worker: Uuid, stop: &watch::Receiver<bool>) -> Result<usize> {
        batch(&self.env, worker, self.lease, self.concurrency, &|| *stop.borrow()).await
    }
}

/// Leases due jobs and runs them, several at once; gives how many.
pub async fn run_due(env: &Arc<Env>, worker: Uuid, lease: TimeDelta, concurrency: u32) -> Result<usize> {
    batch(env, worker, lease, concurrency, &|| false).await
}

async fn batch(
    env: &Arc<Env>,
    worker: Uuid,
    lease: TimeDelta,
    concurrency: u32,
    stopping: &(dyn Fn() -> bool + Sync),
) -> Result<usize> {
    let system = Ctx::system(Arc::clone(env));
    // A lease counts from here, so no more are taken than can be started soon.
    let batch = u64::from(concurrency) * 4;
    let jobs = system.write(move |tx| async move { queue::claim(&tx, worker, batch, lease).await }).await?;
    let count = jobs.len();
    let width = usize::try_from(concurrency.max(1)).unwrap_or(1);
    let each = stream::iter(jobs).for_each_concurrent(width, |job| async {
        // With half a lease gone the job might outlive it, and be run by somebody else at the same time.
        let left = job.leased_until.map_or(TimeDelta::zero(), |until| until.0 - system.now().0);
        if stopping() || left < lease / 2 {
            hand_back(&system, worker, job).await;
        } else if super::is_long(&job.kind) {
            long(system.clone(), worker, job, lease);
        } else {
            one(&system, worker, job, left.to_std().unwrap_or_default()).await;
        }
    });
    each.await;
    Ok(count)
}

async fn hand_back(system: &Ctx, worker: Uuid, job: job::Model) {
    let id = job.id;
    let written = system.write(move |tx| async move { queue::hand_back(&tx, worker, &job).await }).await;
    if let Err(error) = written {
        tracing::warn!(job = %id, %error, "a job could not be handed back; its lease will end");
    }
}

/// Runs a job beside all others, and keeps its lease alive meanwhile.
#[expect(clippy::disallowed_methods, reason = "other jobs do not wait for a long one; killed, its lease ends")]
fn long(system: Ctx, worker: Uuid, job: job::Model, lease: TimeDelta) {
    tokio::spawn(async move {
        let last = job.attempts >= TRIES;
        let outcome = match super::run(&job.kind, job.payload.clone(), system.clone(), last) {
            Ok(run) => {
                let mut run = pin!(AssertUnwindSafe(run).catch_unwind());
                loop {
                    let pause = (lease / 3).to_std().unwrap_or_default();
                    if let Ok(done) = tokio::time::timeout(pause, run.as_mut()).await {
                        break outcome(done);
                    }
                    let id = job.id;
                    let kept = system.write(move |tx| async move { queue::prolong(&tx, worker, id, lease).await });
                    if matches!(kept.await, Ok(false)) {
                        tracing::warn!(job = %id, "a long job was taken up by another worker");
                        return;
                    }
                }
            }
            Err(error) => Run::GiveUp(words(&error)),
        };
        end(&system, worker, &job, outcome).await;
    });
}

/// What a run came to.
fn outcome(done: Result<Result<Run>, Box<dyn std::any::Any + Send>>) -> Run {
    match done {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(Error::NotFound(what))) => Run::GiveUp(format!("{what} is gone")),
        Ok(Err(error)) => Run::Retry(words(&error)),
        Err(_) => Run::Retry("the job panicked".to_owned()),
    }
}

/// Runs a job for as long as it is ours.
async fn one(system: &Ctx, worker: Uuid, job: job::Model, left: Duration) {
    let last = job.attempts >= TRIES;
    let outcome = match super::run(&job.kind, job.payload.clone(), system.clone(), last) {
        Ok(run) => match tokio::time::timeout(left, AssertUnwindSafe(run).catch_unwind()).await {
            Ok(done) => outcome(done),
            Err(_) => Run::Retry("the job took longer than its lease".to_owned()),
        },
        Err(error) => Run::GiveUp(words(&error)),
    };
    end(system, worker, &job, outcome).await;
}

/// Writes down how a run ended.
async fn end(system: &Ctx, worker: Uuid, job: &job::Model, outcome: Run) {
    system.env().metrics.ran(&job.kind, word(&outcome, job.attempts));
    match &outcome {
        Run::Done | Run::Later(_) => {}
        Run::Retry(why) => tracing::info!(job = %job.id, kind = job.kind, why, "a job will be tried again"),
        Run::GiveUp(why) => tracing::warn!(job = %job.id, kind = job.kind, why, "a job was given up"),
    }
    let (id, job) = (job.id, job.clone());
    let written = system.write(move |tx| async move { queue::finish(&tx, worker, &job, &outcome).await }).await;
    if let Err(error) = written {
        tracing::warn!(job = %id, %error, "a job's end could not be written; its lease will end");
    }
}

/// What a run came to, as the metrics say it.
const fn word(outcome: &Run, attempts: i16) -> &'static str {
    match outcome {
        Run::Done => "done",
        Run::Later(_) => "later",
        Run::Retry(_) if attempts < TRIES => "failed",
        Run::Retry(_) | Run::GiveUp(_) => "dead",
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::Internal(source) => source.to_string(),
        other => other.to_string(),
    }
}
