//! Job rows: written in the transaction of the change they follow from, leased, finished or tried again.
//!
//! A job is never lost: a worker that dies leaves a lease that ends, and the job is ready again. So
//! every job may run twice, and reads afresh what it was queued for before it acts.

use chrono::TimeDelta;
use entity::{JobId, JobState, Time, job};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    base::{Error, Result},
    store::{Tx, among},
};

/// Tries before a job is buried.
pub const TRIES: i16 = 12;

/// Queues work: it runs once this transaction is committed and `run_at` has come.
pub async fn enqueue(tx: &Tx, jobs: Vec<NewJob>) -> Result<()> {
    let now = tx.now();
    let rows = jobs.into_iter().map(|new| job::Model {
        id: tx.id(),
        kind: new.kind.to_owned(),
        payload: new.payload,
        state: JobState::Ready,
        run_at: new.run_at,
        attempts: 0,
        leased_until: None,
        leased_by: None,
        last_error: None,
        dedup_key: new.dedup_key,
        created_at: now,
    });
    tx.insert_all::<job::Entity>(rows.collect()).await?;
    tx.wake();
    Ok(())
}

/// Work to queue.
pub struct NewJob {
    kind: &'static str,
    payload: serde_json::Value,
    run_at: Time,
    /// Work with the same key is queued once.
    pub dedup_key: Option<String>,
}

impl NewJob {
    pub fn new(kind: &'static str, payload: &impl Serialize, run_at: Time) -> Result<Self> {
        let payload = serde_json::to_value(payload).map_err(Error::internal)?;
        Ok(Self { kind, payload, run_at, dedup_key: None })
    }
}

/// Takes up to `limit` due jobs, the oldest first, for `lease`. Leases that have ended count as due.
pub async fn claim(tx: &Tx, worker: Uuid, limit: u64, lease: TimeDelta) -> Result<Vec<job::Model>> {
    let now = tx.now();
    let ended = Condition::all().add(job::Column::State.eq(JobState::Leased)).add(job::Column::LeasedUntil.lte(now));
    tx.set::<job::Entity>(ended, vec![(job::Column::State, JobState::Ready.as_str().into())]).await?;
    let due = tx
        .find::<job::Entity>()
        .filter(job::Column::State.eq(JobState::Ready))
        .filter(job::Column::RunAt.lte(now))
        .order(job::Column::RunAt, Order::Asc)
        .order(job::Column::Id, Order::Asc)
        .limit(limit)
        .lock_free()
        .all()
        .await?;
    let ids: Vec<JobId> = due.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = vec![
        (job::Column::State, JobState::Leased.as_str().into()),
        (job::Column::LeasedUntil, Expr::val(Time::new(now.0 + lease))),
        (job::Column::LeasedBy, Expr::val(worker)),
        (job::Column::Attempts, Expr::col(job::Column::Attempts).add(1)),
    ];
    tx.set::<job::Entity>(among::<job::Entity, _>(job::Column::Id, &ids), values).await?;
    let leased = due.into_iter().map(|row| {
        let mut row = row.into_inner();
        row.attempts += 1;
        row.leased_until = Some(Time::new(now.0 + lease));
        row
    });
    Ok(leased.collect())
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Not tried at all: again after this pause, and it counts as no try.
    Later(TimeDelta),
    /// Try again after a pause that grows with each try.
    Retry(String),
    /// Never try again.
    GiveUp(String),
}

/// Writes down how a run ended, if the lease is still this worker's.
pub async fn finish(tx: &Tx, worker: Uuid, job: &job::Model, outcome: &Outcome) -> Result<()> {
    let found = tx
        .find::<job::Entity>()
        .filter(job::Column::Id.eq(job.id))
        .filter(job::Column::State.eq(JobState::Leased))
        .filter(job::Column::LeasedBy.eq(worker))
        .lock()
        .maybe()
        .await?;
    let Some(row) = found else { return Ok(()) };
    let now = tx.now();
    tx.update::<job::Entity>(row, |row| {
        row.leased_until = Set(None);
        row.leased_by = Set(None);
        match outcome {
            Outcome::Done => row.state = Set(JobState::Done),
            Outcome::Later(pause) => {
                row.state = Set(JobState::Ready);
                row.run_at = Set(Time::new(now.0 + *pause));
                row.attempts = Set(job.attempts - 1);
            }
            Outcome::Retry(why) if job.attempts < TRIES => {
                row.state = Set(JobState::Ready);
                row.run_at = Set(Time::new(now.0 + pause(job.attempts)));
                row.last_error = Set(Some(why.clone()));
            }
            Outcome::Retry(why) | Outcome::GiveUp(why) => {
                row.state = Set(JobState::Dead);
                row.last_error = Set(Some(why.clone()));
            }
        }
    })
    .await?;
    Ok(())
}

/// Makes a job that was not started ready again, as if it had never been taken.
pub async fn hand_back(tx: &Tx, worker: Uuid, job: &job::Model) -> Result<()> {
    let ours = Condition::all()
        .add(job::Column::Id.eq(job.id))
        .add(job::Column::State.eq(JobState::Leased))
        .add(job::Column::LeasedBy.eq(worker));
    let values = vec![
        (job::Column::State, JobState::Ready.as_str().into()),
        (job::Column::Attempts, Expr::col(job::Column::Attempts).sub(1)),
    ];
    tx.set::<job::Entity>(ours, values).await?;
    tx.wake();
    Ok(())
}

/// Forgets jobs done more than a week ago.
pub async fn sweep(tx: &Tx) -> Result<u64> {
    let old = Time::new(tx.now().0 - TimeDelta::days(7));
    tx.remove::<job::Entity>(
        Condition::all().add(job::Column::State.eq(JobState::Done)).add(job::Column::RunAt.lt(old)),
    )
    .await
}

/// 10 s, 20 s, 40 s, … at most 6 h: twelve tries span about a day.
fn pause(attempts: i16) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    TimeDelta::seconds(Ord::min(10 * 2_i64.pow(doublings), 6 * 3_600))
}
