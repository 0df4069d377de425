//! Waves: what a sending came to, and stopping it.

use async_graphql::SimpleObject;
use entity::{InvitationStatus, ProgramId, Suppression, SurveyId, Time, WaveId, WaveState, invitation, program, wave};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, FromQueryResult,
    sea_query::{Condition, Expr, Order, Query},
};

use crate::{
    access::{Action, Rows, Viewer},
    base::{Error, Result},
    ctx::Ctx,
    invitation::SuppressedCount,
    store::{Engine, Owned, Page, PageArgs, among, beyond, cursor},
};

/// One run of sending a survey.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Wave {
    /// Its id, for good.
    pub id: WaveId,
    /// The programme that made it; null where somebody sent the survey by hand.
    pub program_id: Option<ProgramId>,
    /// The survey.
    pub survey_id: SurveyId,
    /// Where it stands.
    pub state: WaveState,
    /// When it was begun.
    pub created_at: Time,
    /// When everybody had been judged; null while it is being made, or where it was cancelled before.
    pub made_at: Option<Time>,
    /// Contacts whom the sample passed over.
    pub not_drawn: i32,
    /// What became of it so far, at the accounts you see.
    pub counts: WaveCounts,
}

/// What became of a wave.
#[derive(Clone, Debug, Default, SimpleObject)]
#[graphql(serial)]
pub struct WaveCounts {
    /// Mails that wait to leave.
    pub queued: i32,
    /// Contacts whose first mail has left.
    pub sent: i32,
    /// Mails that the server refused for good.
    pub failed: i32,
    /// Links that were withdrawn.
    pub revoked: i32,
    /// Contacts who are not asked, counted by reason.
    pub suppressed: Vec<SuppressedCount>,
}

impl Wave {
    fn new(row: &wave::Model, counts: WaveCounts) -> Self {
        Self {
            id: row.id,
            program_id: row.program_id,
            survey_id: row.survey_id,
            state: row.state,
            created_at: row.created_at,
            made_at: row.made_at,
            not_drawn: row.not_drawn,
            counts,
        }
    }
}

/// The waves of programmes in sight, and those somebody made themselves.
fn mine(viewer: &Viewer, engine: Engine) -> Condition {
    if *viewer.scope.rows() == Rows::All {
        return Condition::all();
    }
    let programs = Query::select()
        .column((program::Entity, program::Column::Id))
        .from(program::Entity)
        .cond_where(program::Entity::visible(&viewer.scope, engine))
        .to_owned();
    let own = viewer.actor.id().map(|id| wave::Column::ById.eq(id));
    let any = Condition::any().add(wave::Column::ProgramId.in_subquery(programs));
    own.into_iter().fold(any, Condition::add)
}

/// One wave, or `NotFound`.
pub async fn wave(ctx: &Ctx, id: WaveId) -> Result<Wave> {
    ctx.may(Action::StopWaves)?;
    let mine = mine(ctx.viewer(), ctx.store().engine());
    let row = ctx.find::<wave::Entity>().filter(wave::Column::Id.eq(id)).filter(mine).one("wave").await?;
    let counts = counts(ctx, &[id]).await?.into_iter().next().map(|(_, counts)| counts);
    Ok(Wave::new(&row, counts.unwrap_or_default()))
}

/// Which waves, which page; the newest first.
#[derive(Clone, Debug, Default)]
pub struct ListWaves {
    pub program_id: Option<ProgramId>,
    pub page: PageArgs,
}

/// A page of waves, with their counts by one statement more.
pub async fn waves(ctx: &Ctx, ask: &ListWaves, count: bool) -> Result<(Page<(String, Wave)>, Option<i64>)> {
    ctx.may(Action::StopWaves)?;
    let keyset = ask.page.keyset::<(Time, WaveId)>()?;
    let find = || {
        let find = ctx.find::<wave::Entity>().filter(mine(ctx.viewer(), ctx.store().engine()));
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
    let ids: Vec<WaveId> = page.rows.iter().map(|row| row.id).collect();
    let mut counts = counts(ctx, &ids).await?;
    let page = page.map(|row| {
        let at = counts.iter().position(|(id, _)| *id == row.id);
        let counts = at.map(|at| counts.swap_remove(at).1).unwrap_or_default();
        (cursor(&(row.created_at, row.id)), Wave::new(&row, counts))
    });
    let total = if count { Some(find().count().await?) } else { None };
    Ok((page, total))
}

#[derive(FromQueryResult)]
struct Counted {
    wave_id: WaveId,
    status: InvitationStatus,
    suppressed: Option<Suppression>,
    n: i64,
}

/// Counts of waves at the accounts in scope.
async fn counts(ctx: &Ctx, ids: &[WaveId]) -> Result<Vec<(WaveId, WaveCounts)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let of = |column| Expr::col((invitation::Entity, column));
    let keys = [invitation::Column::WaveId, invitation::Column::Status, invitation::Column::Suppressed];
    let mut find = ctx.find::<invitation::Entity>().filter(among::<invitation::Entity, _>(keys[0], ids));
    for (column, name) in keys.into_iter().zip(["wave_id", "status", "suppressed"]) {
        find = find.pick(of(column), name).group(of(column));
    }
    let rows: Vec<Counted> = find.pick(Expr::cust("count(*)"), "n").rows().await?;
    let mut all: Vec<(WaveId, WaveCounts)> = Vec::new();
    for row in rows {
        let at = all.iter().position(|(id, _)| *id == row.wave_id).unwrap_or_else(|| {
            all.push((row.wave_id, WaveCounts::default()));
            all.len() - 1
        });
        let (n, counts) = (i32::try_from(row.n).unwrap_or(i32::MAX), &mut all[at].1);
        match row.status {
            InvitationStatus::Queued => counts.queued += n,
            InvitationStatus::Sent => counts.sent += n,
            InvitationStatus::Failed => counts.failed += n,
            InvitationStatus::Revoked => counts.revoked += n,
            InvitationStatus::Suppressed => {
                let reason = row.suppressed.unwrap_or(Suppression::Cancelled);
                counts.suppressed.push(SuppressedCount { reason, count: n });
            }
        }
    }
    for (_, counts) in &mut all {
        counts.suppressed.sort_by_key(|one| one.reason);
    }
    Ok(all)
}

/// Pauses, resumes or cancels a wave. Paused, its mails and reminders wait; resumed, they go on within a quarter of an
/// hour, those whose links have ended meanwhile left out; cancelled, what has not left never does.
pub async fn set_wave(ctx: &Ctx, id: WaveId, to: WaveState) -> Result<WaveId> {
    ctx.may(Action::StopWaves)?;
    ctx.write(move |tx| async move {
        let mine = mine(tx.viewer(), tx.engine());
        let found = tx.find::<wave::Entity>().filter(wave::Column::Id.eq(id)).filter(mine).lock();
        let row = found.one("wave").await?;
        if row.state == to {
            return Ok(id);
        }
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
