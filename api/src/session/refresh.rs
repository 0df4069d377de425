//! Refresh tokens: each works once, and one that comes a second time ends its session.
//!
//! The database holds of them which generation is next, so a copy of it refreshes nothing.

use chrono::TimeDelta;
use entity::{SessionId, Time, session};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr},
};

use super::service::{Issued, token_for};
use crate::{
    base::{Error, Result},
    ctx::Ctx,
    secure::RefreshToken,
    store::Tx,
};

/// A session ends when it was not refreshed for so long.
const IDLE: TimeDelta = TimeDelta::days(30);
/// And after so long whatever happens.
const WHOLE: TimeDelta = TimeDelta::days(90);
/// One that began later than this from now began by a clock that was ahead, and would live for longer than any may.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

const REFUSED: Error = Error::Unauthenticated("this refresh token is not valid; sign in again");

/// How long a session lives that is refreshed now.
pub(super) fn until(begun: Time, now: Time) -> Time {
    Time::new((now.0 + IDLE).min(begun.0 + WHOLE))
}

/// Gives the next pair of tokens for the last refresh token. Of several that hand it in at once one is served; who
/// hands it in later ends the session, since somebody else may hold it.
pub async fn refresh(ctx: &Ctx, text: &str) -> Result<Issued> {
    let system = ctx.server();
    let asked = system.now();
    let given = RefreshToken::parse(&system.env().secret, text).ok_or(REFUSED)?;
    let row = system.write(move |tx| async move { turn(&tx, given, asked).await }).await?.ok_or(REFUSED)?;
    token_for(&system, row).await.map_err(|error| match error {
        Error::Conflict(..) | Error::NotFound(_) => REFUSED,
        other => other,
    })
}

/// The session after its next generation has begun; nothing where it has ended, or ends here.
async fn turn(tx: &Tx, given: RefreshToken, asked: Time) -> Result<Option<session::Model>> {
    let id = SessionId(given.session);
    let find = tx.find::<session::Entity>().filter(session::Column::Id.eq(id)).lock();
    let now = tx.now();
    let is_alive =
        |row: &session::Model| row.revoked_at.is_none() && row.expires_at > now && row.created_at.0 <= now.0 + AHEAD;
    let Some(row) = find.maybe().await?.filter(|row| is_alive(row)) else { return Ok(None) };
    let next = given.generation.checked_add(1).filter(|_| row.generation == given.generation);
    let Some(next) = next else {
        // Whoever had asked before the other was served is no thief.
        if row.refreshed_at.is_none_or(|at| at < asked) {
            tx.end_sessions(session::Column::Id.eq(id)).await?;
        }
        return Ok(None);
    };
    let expires_at = until(row.created_at, now);
    // Not for the audit: it happens every quarter of an hour, and the session that is refreshed is in it.
    let values = vec![
        (session::Column::Generation, Expr::val(next)),
        (session::Column::RefreshedAt, Expr::val(now)),
        (session::Column::ExpiresAt, Expr::val(expires_at)),
    ];
    tx.set::<session::Entity>(Condition::all().add(session::Column::Id.eq(id)), values).await?;
    let row = row.into_inner();
    Ok(Some(session::Model { generation: next, refreshed_at: Some(now), expires_at, ..row }))
}
