//! Making, changing, starting and stopping programmes.

use entity::{ProgramId, ProgramState, Time, program};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, Order},
};

use super::{CreateProgram, Plan, Program, UpdateProgram, jobs::plan_tick};
use crate::{
    access::{Action, Rows},
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    store::{Cursor, Page, PageArgs, Tx, Visible, beyond, cursor},
    survey,
};

/// Makes a programme, in a team of yours.
pub async fn create(ctx: &Ctx, input: CreateProgram) -> Result<ProgramId> {
    ctx.may(Action::ManagePrograms)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    input.plan.check(&mut check);
    check.done()?;
    ctx.write(move |tx| async move {
        let scope = &tx.viewer().scope;
        match input.team_id {
            None if *scope.rows() != Rows::All => {
                return Err(Error::invalid("/teamId", "must name a team of yours; only admins reach all accounts"));
            }
            Some(team) if !scope.manages(team, None) => return Err(Error::NotFound("team")),
            Some(team) => {
                let found = tx.find::<entity::team::Entity>().filter(entity::team::Column::Id.eq(team));
                found.one("team").await?;
            }
            None => {}
        }
        survey::current(&tx, input.survey_id).await?;
        let now = tx.now();
        let row = program::Model {
            id: tx.id(),
            name,
            survey_id: input.survey_id,
            team_id: input.team_id,
            state: ProgramState::Draft,
            plan: input.plan.json()?,
            next_run_at: None,
            by_id: tx.viewer().member(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Ok(tx.insert::<program::Entity>(row).await?.id)
    })
    .await
}

async fn held(tx: &Tx, id: ProgramId) -> Result<Visible<program::Model>> {
    tx.find::<program::Entity>().filter(program::Column::Id.eq(id)).lock().one("program").await
}

/// Changes a programme from its next wave on.
pub async fn update(ctx: &Ctx, input: UpdateProgram) -> Result<ProgramId> {
    ctx.may(Action::ManagePrograms)?;
    let mut check = Check::default();
    let name = input.name.as_deref().map(|name| check.line("name", name, MAX_LINE));
    if let Some(plan) = &input.plan {
        plan.check(&mut check);
    }
    check.done()?;
    ctx.write(move |tx| async move {
        let row = held(&tx, input.id).await?;
        if row.version != input.version {
            return Err(Error::Stale);
        }
        if row.state == ProgramState::Ended {
            return Err(Error::conflict("this programme has ended"));
        }
        if let Some(survey) = input.survey_id {
            survey::current(&tx, survey).await?;
        }
        let plan = input.plan.map_or_else(|| Plan::read(&row.plan), Ok)?;
        let next = next_run(&tx, &row, row.state, &plan).await?;
        let (json, now) = (plan.json()?, tx.now());
        tx.update::<program::Entity>(row, |row| {
            if let Some(name) = name {
                row.name = Set(name);
            }
            if let Some(survey) = input.survey_id {
                row.survey_id = Set(survey);
            }
            row.plan = Set(json);
            row.next_run_at = Set(next);
            row.version = Set(input.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(input.id)
    })
    .await
}

/// When a programme looks next who is due, in a state and with a plan; a look not yet planned is planned for now.
async fn next_run(tx: &Tx, row: &program::Model, state: ProgramState, plan: &Plan) -> Result<Option<Time>> {
    if state != ProgramState::Active || !plan.is_automatic() {
        return Ok(None);
    }
    if row.next_run_at.is_some() {
        return Ok(row.next_run_at);
    }
    let now = tx.now();
    plan_tick(tx, row.id, now).await?;
    Ok(Some(now))
}

/// What can be done to a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A draft begins to run.
    Activate,
    /// No new wave, and the mails of its waves wait.
    Pause,
    /// It goes on.
    Resume,
    /// No new wave, ever. What its waves hold still leaves.
    End,
}

impl Change {
    const fn of(self) -> (&'static [ProgramState], ProgramState) {
        use ProgramState::{Active, Draft, Ended, Paused};
        match self {
            Self::Activate => (&[Draft], Active),
            Self::Pause => (&[Active], Paused),
            Self::Resume => (&[Paused], Active),
            Self::End => (&[Draft, Active, Paused], Ended),
        }
    }
}

/// Starts, pauses, resumes or ends a programme. One that stands there already stays as it is.
pub async fn change(ctx: &Ctx, id: ProgramId, change: Change) -> Result<ProgramId> {
    ctx.may(Action::ManagePrograms)?;
    ctx.write(move |tx| async move {
        let row = held(&tx, id).await?;
        let (from, to) = change.of();
        if row.state == to {
            return Ok(id);
        }
        if !from.contains(&row.state) {
            return Err(Error::conflict(format!("this programme is {}", row.state.as_str().to_lowercase())));
        }
        let next = next_run(&tx, &row, to, &Plan::read(&row.plan)?).await?;
        let (version, now) = (row.version + 1, tx.now());
        tx.update::<program::Entity>(row, |row| {
            row.state = Set(to);
            row.next_run_at = Set(next);
            row.version = Set(version);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(id)
    })
    .await
}

/// One programme, or `NotFound`.
pub async fn get(ctx: &Ctx, id: ProgramId) -> Result<Program> {
    ctx.may(Action::ReadPrograms)?;
    let row = ctx.find::<program::Entity>().filter(program::Column::Id.eq(id)).one("program").await?;
    row.into_inner().try_into()
}

/// A page of programmes, the newest first; the count is one statement more.
pub async fn list(ctx: &Ctx, page: &PageArgs, count: bool) -> Result<(Page<(Cursor, Program)>, Option<i64>)> {
    ctx.may(Action::ReadPrograms)?;
    let keyset = page.keyset::<ProgramId>()?;
    let mut find = ctx.find::<program::Entity>();
    if let Some(id) = keyset.from {
        let column = Expr::col((program::Entity, program::Column::Id));
        find = find.filter(beyond(vec![column], vec![Expr::val(id)], !keyset.backward));
    }
    find = find.order(program::Column::Id, if keyset.backward { Order::Asc } else { Order::Desc });
    let rows = find.limit(keyset.size as u64 + 1).all().await?;
    let rows = rows.into_iter().map(|row| -> Result<(Cursor, Program)> {
        let program = Program::try_from(row.into_inner())?;
        Ok((cursor(program.id), program))
    });
    let page = Page::cut(rows.collect::<Result<Vec<_>>>()?, &keyset);
    let total = if count { Some(ctx.find::<program::Entity>().count().await?) } else { None };
    Ok((page, total))
}
