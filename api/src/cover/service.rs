//! Making, ending and listing covers.

use chrono::TimeDelta;
use entity::{CoverId, MemberId, Time, cover, member};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Condition, Order},
};

use super::{Cover, CreateCover};
use crate::{
    access::{Action, Rows},
    base::{Check, Error, MAX_LINE, Result},
    ctx::Ctx,
    store::Tx,
};

/// The longest a cover lasts, and the longest it is made ahead.
const LONGEST: TimeDelta = TimeDelta::days(90);
const AHEAD: TimeDelta = TimeDelta::days(366);
/// Covers that one member has before them, at most.
const HELD: i64 = 20;
/// Covers that are shown, at most.
const SHOWN: u64 = 200;

/// Has somebody stand in for somebody else.
pub async fn create(ctx: &Ctx, input: CreateCover) -> Result<CoverId> {
    ctx.may(Action::ManageCovers)?;
    let now = ctx.now();
    let from = input.from.unwrap_or(now);
    let mut check = Check::default();
    let reason = check.line("reason", &input.reason, MAX_LINE);
    if input.member_id == input.stand_in_id {
        check.fault("standInId", "must be somebody else");
    }
    if from < now || from.0 > now.0 + AHEAD {
        check.fault("from", "must not lie in the past, and a year from now at the latest");
    }
    if input.until <= from || input.until.0 > from.0 + LONGEST {
        check.fault("until", "must lie after `from`, 90 days at the latest");
    }
    check.done()?;
    ctx.write(move |tx| async move {
        for id in [input.member_id, input.stand_in_id] {
            able(&tx, id).await?;
        }
        let held = tx.everywhere::<cover::Entity>().filter(cover::Column::StandInId.eq(input.stand_in_id));
        if held.filter(lasting(tx.now())).count().await? >= HELD {
            return Err(Error::conflict(format!("this member stands in {HELD} times already; end one of these first")));
        }
        let row = cover::Model {
            id: tx.id(),
            member_id: input.member_id,
            stand_in_id: input.stand_in_id,
            from_at: from,
            until_at: input.until,
            reason,
            by_id: tx.viewer().member(),
            ended_at: None,
        };
        Ok(tx.insert::<cover::Entity>(row).await?.id)
    })
    .await
}

/// A member of the actor's teams, who is active.
async fn able(tx: &Tx, id: MemberId) -> Result<()> {
    let found = tx.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
    let inside = match tx.viewer().scope.rows() {
        Rows::All => true,
        Rows::Staff { teams, .. } => found.team_id.is_some_and(|team| teams.contains(&team)),
        Rows::Accounts(_) | Rows::None => false,
    };
    if !inside {
        return Err(Error::Forbidden("this member is outside your teams; ask an admin".to_owned()));
    }
    if found.active { Ok(()) } else { Err(Error::conflict("this member is not active")) }
}

/// What is not over yet.
fn lasting(now: Time) -> Condition {
    Condition::all().add(cover::Column::EndedAt.is_null()).add(cover::Column::UntilAt.gt(now))
}

/// Ends a cover before its time, of a member of one's teams. Again changes nothing.
pub async fn end(ctx: &Ctx, id: CoverId) -> Result<CoverId> {
    ctx.may(Action::ManageCovers)?;
    ctx.write(move |tx| async move {
        let row = tx.find::<cover::Entity>().filter(cover::Column::Id.eq(id)).lock().one("cover").await?;
        let now = tx.now();
        if row.ended_at.is_none() && row.until_at > now {
            tx.update::<cover::Entity>(row, |row| row.ended_at = Set(Some(now))).await?;
        }
        Ok(id)
    })
    .await
}

/// Which covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListCovers {
    /// Of this member, whether away or standing in.
    pub member_id: Option<MemberId>,
    /// Those that are over too.
    pub all: bool,
}

/// Covers of members of one's teams, the newest first (at most 200); with `all`, those that are over too.
pub async fn list(ctx: &Ctx, ask: ListCovers) -> Result<Vec<Cover>> {
    ctx.may(Action::ManageCovers)?;
    let mut find = ctx.find::<cover::Entity>();
    if let Some(id) = ask.member_id {
        find = find.filter(Condition::any().add(cover::Column::MemberId.eq(id)).add(cover::Column::StandInId.eq(id)));
    }
    if !ask.all {
        find = find.filter(lasting(ctx.now()));
    }
    let rows = find.order(cover::Column::Id, Order::Desc).limit(SHOWN).all().await?;
    Ok(rows.into_iter().map(|row| row.into_inner().into()).collect())
}

/// One cover, for whoever has just written it.
pub(super) async fn get(ctx: &Ctx, id: CoverId) -> Result<Cover> {
    let row = ctx.find::<cover::Entity>().filter(cover::Column::Id.eq(id)).one("cover").await?;
    Ok(row.into_inner().into())
}
