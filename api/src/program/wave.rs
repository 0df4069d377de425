//! Waves: what a sending came to, and stopping it.

use async_graphql::SimpleObject;
use entity::{InvitationStatus, ProgramId, Suppression, SurveyId, Time, WaveId, WaveState, invitation, program, wave};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query},
};

use crate::{
    access::{Action, Rows, Viewer},
    base::{Error, Result},
    ctx::Ctx,
    store::{Cursor, Engine, Owned, Page, PageArgs, Tx, beyond, cursor},
};

/// One run of sending a survey.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial, complex)]
pub struct Wave {
    /// Its id, for good.
    pub id: WaveId,
    #[graphql(skip)]
    pub program_id: Option<ProgramId>,
    /// The survey.
    pub survey_id: SurveyId,
    /// Where it stands.
    pub state: WaveState,
    /// When it was begun.
    pub created_at: Time,
    /// When everybody had been judged; null while it is being made, or where it was cancelled before.
    pub made_at: Option<Time>,
    #[graphql(skip)]
    pub not_drawn: i32,
}

impl Wave {
    fn new(row: &wave::Model) -> Self {
        Self {
            id: row.id,
            program_id: row.program_id,
            survey_id: row.survey_id,
            state: row.state,
            created_at: row.created_at,
            made_at: row.made_at,
            not_drawn: row.not_drawn,
        }
    }
}

/// The waves one may stop: of programmes in sight, and those somebody made themselves.
fn mine(viewer: &Viewer, engine: Engine) -> Condition {
    if *viewer.scope.rows() == Rows::All {
        return Condition::all();
    }
    let programs = Query::select()
        .column((program::Entity, program::Column::Id))
        .from(program::Entity)
        .cond_where(program::Entity::visible(&viewer.scope, engine))
        .take();
    let own = |id| Condition::all().add(wave::Column::ById.eq(id)).add(wave::Column::ProgramId.is_null());
    let own = viewer.actor.id().map(own);
    let any = Condition::any().add(wave::Column::ProgramId.in_subquery(programs));
    own.into_iter().fold(any, Condition::add)
}

/// The same, and those that asked, or would have, at accounts in sight.
fn known(viewer: &Viewer, engine: Engine) -> Condition {
    let there = Query::select()
        .expr(Expr::val(1))
        .from(invitation::Entity)
        .and_where(Expr::col((invitation::Entity, invitation::Column::WaveId)).equals((wave::Entity, wave::Column::Id)))
        .cond_where(invitation::Entity::visible(&viewer.scope, engine))
        .take();
    Condition::any().add(mine(viewer, engine)).add(Expr::exists(there))
}

/// One wave, or `NotFound`.
pub async fn wave(ctx: &Ctx, id: WaveId) -> Result<Wave> {
    ctx.may(Action::StopWaves)?;
    let known = known(ctx.viewer(), ctx.store().engine());
    let row = ctx.find::<wave::Entity>().filter(wave::Column::Id.eq(id)).filter(known).one("wave").await?;
    Ok(Wave::new(&row))
}

/// Which waves, which page; the newest first.
#[derive(Clone, Debug, Default)]
pub struct ListWaves {
    pub program_id: Option<ProgramId>,
    pub page: PageArgs,
}

/// A page of waves, in one statement; the count is one more.
pub async fn waves(ctx: &Ctx, ask: &ListWaves, count: bool) -> Result<(Page<(Cursor, Wave)>, Option<i64>)> {
    ctx.may(Action::StopWaves)?;
    let keyset = ask.page.keyset::<(Time, WaveId)>()?;
    let find = || {
        let find = ctx.find::<wave::Entity>().filter(known(ctx.viewer(), ctx.store().engine()));
        match ask.program_id {
            Some(id) => find.filter(wave::Column::ProgramId.eq(id)),
            None => find,
        }
    };
    let mut page = find();
    if let Some((at, id)) = keyset.from {
        let columns = [wave::Column::CreatedAt, wave::Column::Id].map(|c| Expr::col((wave::Entity, c))).to_vec();
        page = page.filter(beyond(columns, vec![Expr::val(at), Expr::val(id)], !keyset.backward));
    }
    for column in [wave::Column::CreatedAt, wave::Column::Id] {
        page = page.order(column, if keyset.backward { Order::Asc } else { Order::Desc });
    }
    let page = Page::cut(page.limit(keyset.size as u64 + 1).all().await?, &keyset);
    let page = page.map(|row| (cursor((row.created_at, row.id)), Wave::new(&row)));
    let total = if count { Some(find().count().await?) } else { None };
    Ok((page, total))
}

/// Pauses, resumes or cancels a wave. Paused, its mails and reminders wait; resumed, they go on within a quarter of an
/// hour, those whose links have ended meanwhile left out; cancelled, what has not left never does.
pub async fn set_wave(ctx: &Ctx, id: WaveId, to: WaveState) -> Result<WaveId> {
    ctx.may(Action::StopWaves)?;
    ctx.write(move |tx| async move {
        let mine = mine(tx.viewer(), tx.engine());
        let find = || tx.find::<wave::Entity>().filter(wave::Column::Id.eq(id));
        let Some(row) = find().filter(mine).lock().maybe().await? else {
            find().filter(known(tx.viewer(), tx.engine())).one("wave").await?;
            return Err(Error::Forbidden(
                "this sending is not yours to stop; revokeInvitation withdraws a single link".to_owned(),
            ));
        };
        if row.state == to {
            return Ok(id);
        }
        sees_all_of(&tx, &row).await?;
        if row.state == WaveState::Cancelled {
            return Err(Error::conflict("this wave was cancelled"));
        }
        tx.update::<wave::Entity>(row, |row| row.state = Set(to)).await?;
        if to == WaveState::Cancelled {
            // Those out of sight by now end when their mails are due.
            let waiting = Condition::all()
                .add(invitation::Column::WaveId.eq(id))
                .add(invitation::Column::Status.eq(InvitationStatus::Queued));
            let ended = vec![
                (invitation::Column::Status, InvitationStatus::Suppressed.as_str().into()),
                (invitation::Column::Suppressed, Suppression::Cancelled.as_str().into()),
                (invitation::Column::DueAt, Expr::val(None::<Time>)),
            ];
            tx.set::<invitation::Entity>(waiting, ended).await?;
        }
        Ok(id)
    })
    .await
}

/// Whoever sent a survey by hand may stop it as long as they see everybody in it; a programme is its team's matter.
async fn sees_all_of(tx: &Tx, wave: &wave::Model) -> Result<()> {
    let of_wave = invitation::Column::WaveId.eq(wave.id);
    if wave.program_id.is_some()
        || tx.find::<invitation::Entity>().filter(of_wave.clone()).count().await?
            == tx.everywhere::<invitation::Entity>().filter(of_wave).count().await?
    {
        return Ok(());
    }
    Err(Error::Forbidden("this sending reached accounts that are not yours any more; an admin may stop it".to_owned()))
}
