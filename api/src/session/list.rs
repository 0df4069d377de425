//! The sign-ins of somebody: seen, and ended.

use async_graphql::SimpleObject;
use chrono::TimeDelta;
use entity::{MemberId, SessionId, Time, access_link, member, session};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Order},
};

use crate::{
    access::{Action, Actor, Role},
    base::{Error, Result},
    ctx::Ctx,
    store::Tx,
};

/// Sessions shown, at most.
const SHOWN: u64 = 100;

/// A sign-in that has not ended.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Session {
    /// Its id, for good.
    pub id: SessionId,
    /// When somebody signed in.
    pub created_at: Time,
    /// When it was last refreshed; null where it never was.
    pub refreshed_at: Option<Time>,
    /// When it ends unless it is refreshed.
    pub expires_at: Time,
    /// The program that signed in, as it called itself.
    pub user_agent: Option<String>,
    /// The one that asks.
    pub current: bool,
}

/// Whose sessions: the member's, for themselves and admins; else the asker's own.
async fn whose(ctx: &Ctx, member: Option<MemberId>) -> Result<Condition> {
    ctx.may(Action::ManageSessions)?;
    let own = own(ctx)?;
    match member {
        None => Ok(own),
        Some(id) if ctx.viewer().member() == Some(id) => Ok(own),
        Some(id) if ctx.viewer().role == Role::Admin => {
            ctx.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
            Ok(Condition::all().add(session::Column::MemberId.eq(id)))
        }
        Some(_) => Err(Error::NotFound("member")),
    }
}

fn own(ctx: &Ctx) -> Result<Condition> {
    let column = match ctx.viewer().actor {
        Actor::Member(id) => session::Column::MemberId.eq(id),
        Actor::Contact(id) => session::Column::ContactId.eq(id),
        Actor::Key(id) => session::Column::KeyId.eq(id),
        _ => return Err(Error::Unauthenticated("sign in first: send `Authorization: Bearer <access token>`")),
    };
    Ok(Condition::all().add(column))
}

/// The sign-ins that have not ended, the newest first (at most 100).
pub async fn sessions(ctx: &Ctx, member: Option<MemberId>) -> Result<Vec<Session>> {
    let whose = whose(ctx, member).await?;
    let (system, current) = (ctx.server(), ctx.viewer().session);
    let live = system
        .find::<session::Entity>()
        .filter(whose)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(ctx.now()));
    let rows = live.order(session::Column::Id, Order::Desc).limit(SHOWN).all().await?;
    let shown = rows.into_iter().map(|row| {
        let row = row.into_inner();
        Session {
            id: row.id,
            created_at: row.created_at,
            refreshed_at: row.refreshed_at,
            expires_at: row.expires_at,
            user_agent: row.agent,
            current: current == Some(row.id),
        }
    });
    Ok(shown.collect())
}

/// Ends a sign-in of the asker, or for admins of any member. Its tokens are refused from the next request on.
pub async fn revoke(ctx: &Ctx, id: SessionId) -> Result<SessionId> {
    ctx.may(Action::ManageSessions)?;
    let mut whose = Condition::any().add(own(ctx)?);
    if ctx.viewer().role == Role::Admin {
        whose = whose.add(session::Column::MemberId.is_not_null());
    }
    let which = Condition::all().add(session::Column::Id.eq(id)).add(whose);
    if end(ctx, which).await? == 0 { Err(Error::NotFound("session")) } else { Ok(id) }
}

/// Ends the sign-in that asks, or all of the same person or key. A conflict where that one is an outside issuer's.
pub async fn sign_out(ctx: &Ctx, all: bool) -> Result<()> {
    let own = own(ctx)?;
    let Some(id) = ctx.viewer().session else {
        return Err(Error::conflict(
            "this sign-in is not ours to end, and nothing was: sign out where the token was issued; \
             sign-ins of your own here are ended by revokeSession",
        ));
    };
    end(ctx, if all { own } else { own.add(session::Column::Id.eq(id)) }).await.map(drop)
}

async fn end(ctx: &Ctx, which: Condition) -> Result<usize> {
    // In the asker's name, who may not see the table itself.
    ctx.server_for(ctx.viewer().actor).write(move |tx| async move { tx.end_sessions(which).await }).await
}

/// Forgets sign-ins and links of staff and integrations, and tries, that ended more than a month ago; the audit keeps when a sign-in began.
pub async fn sweep(tx: &Tx) -> Result<()> {
    let old = Time::new(tx.now().0 - TimeDelta::days(30));
    tx.sweep_tries(old).await?;
    // Those of contacts stay: what the audit and letters say of them is found by them when somebody is erased.
    let links = Condition::all().add(access_link::Column::ContactId.is_null());
    tx.remove::<access_link::Entity>(links.add(access_link::Column::ExpiresAt.lt(old))).await?;
    let sessions = Condition::all().add(session::Column::ContactId.is_null());
    tx.remove::<session::Entity>(sessions.add(session::Column::ExpiresAt.lt(old))).await.map(drop)
}
