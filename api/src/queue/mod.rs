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

/// Tries before a job is buried, after about two days.
pub const TRIES: i16 = 17;

/// No lease is longer: one that ends later is of a clock that was ahead, and whoever still works sets it right.
const LONGEST: TimeDelta = TimeDelta::minutes(61);

/// Queues work: it runs once this transaction is committed and `run_at` has come.
pub async fn enqueue(tx: &Tx, jobs: Vec<NewJob>) -> Result<()> {
    let rows = jobs.into_iter().map(|new| row(tx, tx.id(), new));
    tx.insert_all::<job::Entity>(rows.collect()).await?;
    tx.wake();
    Ok(())
}

/// Queues work that is there once, under an id of its own, and comes again by putting itself off: nothing where it is
/// there already.
pub async fn ensure(tx: &Tx, id: JobId, new: NewJob) -> Result<()> {
    tx.claim::<job::Entity>(row(tx, id, new)).await.map(drop)
}

fn row(tx: &Tx, id: JobId, new: NewJob) -> job::Model {
    job::Model {
        id,
        kind: new.kind.to_owned(),
        payload: new.payload,
        state: JobState::Ready,
        run_at: new.run_at,
        attempts: 0,
        leased_until: None,
        leased_by: None,
        last_error: None,
        dedup_key: new.dedup_key,
        created_at: tx.now(),
    }
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
    let ended = Condition::any().add(job::Column::LeasedUntil.lte(now));
    let ended = ended.add(job::Column::LeasedUntil.gt(Time::new(now.0 + LONGEST)));
    let ended = Condition::all().add(job::Column::State.eq(JobState::Leased)).add(ended);
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
                row.run_at = Set(Time::new(now.0 + pause(job.attempts, tx.chance())));
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

/// Holds a job for longer; false where it is another worker's by now.
pub async fn prolong(tx: &Tx, worker: Uuid, id: JobId, lease: TimeDelta) -> Result<bool> {
    let ours = Condition::all()
        .add(job::Column::Id.eq(id))
        .add(job::Column::State.eq(JobState::Leased))
        .add(job::Column::LeasedBy.eq(worker));
    let until = vec![(job::Column::LeasedUntil, Expr::val(Time::new(tx.now().0 + lease)))];
    Ok(tx.set::<job::Entity>(ours, until).await? > 0)
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

/// 10 s, 30 s, 90 s, … at most 6 h: seventeen tries span about two days, long enough for a mail server to be
/// repaired. Up to a quarter shorter by chance, so that what failed together does not come again together.
fn pause(attempts: i16, chance: u8) -> TimeDelta {
    let steps = u32::try_from(attempts.clamp(1, 9) - 1).unwrap_or(0);
    let longest = Ord::min(10_000 * 3_i64.pow(steps), 6 * 3_600_000);
    TimeDelta::milliseconds(longest - longest * i64::from(chance) / 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_span_two_days() {
        let span = |chance| (1..TRIES).map(|attempts| pause(attempts, chance)).sum::<TimeDelta>().num_hours();
        assert_eq!((span(0), span(128), span(255)), (57, 49, 42));
        assert!((1..TRIES).all(|attempts| pause(attempts, 255) <= pause(attempts, 0)));
        assert_eq!(pause(1, 0), TimeDelta::seconds(10));
        assert_eq!(pause(i16::MAX, 0), TimeDelta::hours(6));
    }
}
