//! The jobs of programmes: a piece of a wave, and the daily look at who is due.

use entity::{ContactId, ProgramId, ProgramState, Time, WaveId, program};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde::{Deserialize, Serialize};

use super::{Plan, audience, run};
use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    invitation::days_later,
    queue,
    store::Tx,
};

/// Fills a wave with the contacts after one.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeWave {
    pub wave_id: WaveId,
    pub after: Option<ContactId>,
}

impl Job for MakeWave {
    const KIND: &'static str = "program.wave";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move { run::piece(&ctx, self).await })
    }
}

/// Looks whether a programme has anybody to ask, and when to look again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Tick {
    pub program_id: ProgramId,
    /// The look this job is for; another one is planned, or none, where the programme says otherwise.
    pub run_at: Time,
}

impl Job for Tick {
    const KIND: &'static str = "program.tick";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move { tick(&ctx, self).await })
    }
}

/// Plans the next look of a programme.
pub async fn plan_tick(tx: &Tx, program_id: ProgramId, run_at: Time) -> Result<()> {
    queue::enqueue(tx, vec![Tick { program_id, run_at }.at(run_at)?]).await
}

async fn tick(ctx: &Ctx, job: Tick) -> Result<Run> {
    let found = ctx.find::<program::Entity>().filter(program::Column::Id.eq(job.program_id)).one("program").await?;
    let ctx = audience::within(ctx, found.team_id).await?;
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let find = tx.find::<program::Entity>().filter(program::Column::Id.eq(job.program_id)).lock();
        let row = find.one("program").await?;
        if row.state != ProgramState::Active || row.next_run_at != Some(job.run_at) {
            return Ok(Run::Done);
        }
        let plan = Plan::read(&row.plan)?;
        let somebody = !audience::next(&tx, row.id, &plan, inner.company(), None, 1).await?.is_empty();
        if somebody && !run::is_being_made(&tx, row.id).await? {
            // A survey that cannot be sent today may be tomorrow; what else fails is tried again.
            match run::begin(&tx, &row).await {
                Ok(_) | Err(Error::Conflict(..) | Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let next = tomorrow(job.run_at, tx.now(), inner.company().zone);
        let id = row.id;
        tx.update::<program::Entity>(row, |row| row.next_run_at = Set(Some(next))).await?;
        plan_tick(&tx, id, next).await?;
        Ok(Run::Done)
    })
    .await
}

/// The same time of day, on the first day after `now`: days that nobody looked are not made up for.
fn tomorrow(last: Time, now: Time, zone: chrono_tz::Tz) -> Time {
    let passed = u32::try_from((now.0 - last.0).num_days()).unwrap_or(0);
    let next = days_later(last, passed + 1, zone);
    if next > now { next } else { days_later(last, passed + 2, zone) }
}
