//! Inviting members, at the GraphQL door.

use async_graphql::{Context, Object, Result};
use entity::MemberId;

use super::invite;
use crate::{
    ctx::{Ctx, failed},
    graph::member_of,
    member::Member,
};

#[derive(Default)]
pub struct EntranceMutation;

#[Object]
impl EntranceMutation {
    /// Sends a member who has chosen no password yet a link to choose one, for seven days. A link before it ends.
    async fn invite_member(&self, cx: &Context<'_>, id: MemberId) -> Result<Option<Member>> {
        let id = invite(cx.data::<Ctx>()?, id).await.map_err(failed)?;
        member_of(cx, Some(id)).await
    }
}
