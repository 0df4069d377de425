//! Making a wave: begun in one transaction, made in pieces by a job.

use entity::{ProgramId, ProgramState, WaveId, WaveState, program, survey, wave};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde_json::Value;

use super::{MakeWave, Plan, audience};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    invitation::{self, Making, Taken},
    queue,
    store::{Tx, Visible},
    survey::current,
};

/// Contacts that are judged in one transaction.
pub const PIECE: u64 = 1_000;

/// Makes a wave of a programme now.
pub async fn run(ctx: &Ctx, id: ProgramId) -> Result<WaveId> {
    ctx.may(Action::RunPrograms)?;
    ctx.write(move |tx| async move {
        let row = tx.find::<program::Entity>().filter(program::Column::Id.eq(id)).lock().one("program").await?;
        if row.state != ProgramState::Active {
            return Err(Error::conflict(
                "this programme is not active; activateProgram starts a draft, resumeProgram one that rests",
            ));
        }
        if is_being_made(&tx, id).await? {
            return Err(Error::conflict("a wave of this programme is being made"));
        }
        begin(&tx, &row).await
    })
    .await
}

/// Whether a wave of a programme is still being made.
pub async fn is_being_made(tx: &Tx, id: ProgramId) -> Result<bool> {
    let open = tx
        .find::<wave::Entity>()
        .filter(wave::Column::ProgramId.eq(id))
        .filter(wave::Column::MadeAt.is_null())
        .filter(wave::Column::State.ne(WaveState::Cancelled));
    Ok(open.count().await? > 0)
}

/// Waves a programme has made.
pub async fn earlier(tx: &Tx, id: ProgramId) -> Result<i64> {
    tx.find::<wave::Entity>().filter(wave::Column::ProgramId.eq(id)).count().await
}

/// A wave with nobody in it yet, and the job that fills it. The programme is held.
pub async fn begin(tx: &Tx, program: &Visible<program::Model>) -> Result<WaveId> {
    let (_, version, _) = current(tx, program.survey_id).await?;
    let plan = Plan::read(&program.plan)?;
    let seed = plan.seed(program.id, earlier(tx, program.id).await?, tx.now());
    let mut frozen = program.plan.clone();
    frozen["seed"] = Value::String(seed);
    let row = wave::Model {
        id: tx.id(),
        survey_id: program.survey_id,
        survey_version_id: version.id,
        by_kind: tx.viewer().actor.kind(),
        by_id: tx.viewer().actor.id(),
        created_at: tx.now(),
        program_id: Some(program.id),
        state: WaveState::Running,
        plan: frozen,
        after_id: None,
        made_at: None,
        not_drawn: 0,
    };
    let id = row.id;
    tx.insert::<wave::Entity>(row).await?;
    queue::enqueue(tx, vec![MakeWave { wave_id: id, after: None }.at(tx.now())?]).await?;
    Ok(id)
}

/// One piece of a wave: the contacts after `after`. Run again it finds the wave further on, and does nothing.
pub async fn piece(ctx: &Ctx, job: MakeWave) -> Result<Run> {
    let wave = ctx.find::<wave::Entity>().filter(wave::Column::Id.eq(job.wave_id)).one("wave").await?;
    let id = wave.program_id.ok_or(Error::NotFound("program"))?;
    let program = ctx.find::<program::Entity>().filter(program::Column::Id.eq(id)).one("program").await?;
    let ctx = audience::within(ctx, program.team_id).await?;
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let wave = tx.find::<wave::Entity>().filter(wave::Column::Id.eq(job.wave_id)).lock().one("wave").await?;
        if wave.state == WaveState::Cancelled || wave.made_at.is_some() || wave.after_id != job.after {
            return Ok(Run::Done);
        }
        let plan = Plan::read(&wave.plan)?;
        let contacts = audience::next(&tx, id, &plan, inner.company(), job.after, PIECE).await?;
        let survey = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(wave.survey_id)).one("survey").await?;
        let seed = wave.plan["seed"].as_str().unwrap_or_default().to_owned();
        let making =
            Making { wave: wave.id, kind: survey.kind, delivery: plan.delivery, seed, zone: inner.company().zone };
        let mut taken = Taken::by(&tx, wave.id, &contacts).await?;
        let verdicts = invitation::judge(&tx, &making, &contacts, &mut taken).await?;
        let counts = invitation::write(&tx, &inner, &wave, &contacts, &verdicts).await?;
        let after = contacts.last().map(|row| row.id);
        let is_last = (contacts.len() as u64) < PIECE;
        let (now, wave_id) = (tx.now(), wave.id);
        tx.update::<wave::Entity>(wave, |row| {
            let before = *row.not_drawn.as_ref();
            row.not_drawn = Set(before + counts.not_drawn);
            if after.is_some() {
                row.after_id = Set(after);
            }
            if is_last {
                row.made_at = Set(Some(now));
            }
        })
        .await?;
        if !is_last {
            queue::enqueue(&tx, vec![MakeWave { wave_id, after }.at(now)?]).await?;
        }
        Ok(Run::Done)
    })
    .await
}
