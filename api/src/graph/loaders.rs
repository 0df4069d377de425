//! What a request carries: its context, and loaders for what look-ahead cannot see.

use async_graphql::{Context, Request, Result, dataloader::DataLoader};
use entity::{AccountId, MemberId, TeamId};

use crate::{
    access::Action,
    account::{Account, AccountLoader, Want},
    ctx::{Ctx, failed},
    member::{Member, MemberLoader},
    team::{Team, TeamLoader},
};

/// Puts the context and fresh loaders into a request.
#[expect(clippy::disallowed_methods, reason = "a loader's batch ends with its request")]
pub fn with_ctx(request: Request, ctx: Ctx) -> Request {
    request
        .data(DataLoader::new(AccountLoader(ctx.clone()), tokio::spawn))
        .data(DataLoader::new(MemberLoader(ctx.clone()), tokio::spawn))
        .data(DataLoader::new(TeamLoader(ctx.clone()), tokio::spawn))
        .data(ctx)
}

/// The account below another object; null where it is not in scope.
pub async fn account_of(cx: &Context<'_>, id: AccountId) -> Result<Option<Account>> {
    cx.data::<Ctx>()?.may(Action::ReadAccounts).map_err(failed)?;
    let want = Want::of(&cx.look_ahead()).map_err(failed)?;
    cx.data::<DataLoader<AccountLoader>>()?.load_one((id, want)).await.map_err(failed)
}

/// The member below another object.
pub async fn member_of(cx: &Context<'_>, id: Option<MemberId>) -> Result<Option<Member>> {
    let Some(id) = id else { return Ok(None) };
    cx.data::<DataLoader<MemberLoader>>()?.load_one(id).await.map_err(failed)
}

/// The team below another object.
pub async fn team_of(cx: &Context<'_>, id: Option<TeamId>) -> Result<Option<Team>> {
    let Some(id) = id else { return Ok(None) };
    cx.data::<DataLoader<TeamLoader>>()?.load_one(id).await.map_err(failed)
}
