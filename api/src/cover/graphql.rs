//! Covers at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::{CoverId, MemberId};

use super::{Cover, CreateCover, ListCovers, create, end, list, service};
use crate::{
    ctx::{Ctx, failed},
    graph::member_of,
    member::Member,
};

#[derive(Default)]
pub struct CoverQuery;

#[Object]
impl CoverQuery {
    /// Who stands in for whom, now or later, the newest first (at most 200). For admins, and managers in their teams.
    async fn covers(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Only of this member, whether away or standing in.")] member_id: Option<MemberId>,
        #[graphql(default, desc = "Those that are over too.")] all: bool,
    ) -> Result<Option<Vec<Cover>>> {
        list(cx.data::<Ctx>()?, ListCovers { member_id, all }).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct CoverMutation;

#[Object]
impl CoverMutation {
    /// Has a member stand in for an absent one: until the instant named they see the accounts that the other one owns,
    /// and do there what an owner does. No figure moves. For admins, and managers inside their teams.
    async fn create_cover(&self, cx: &Context<'_>, input: CreateCover) -> Result<Option<Cover>> {
        let ctx = cx.data::<Ctx>()?;
        let id = create(ctx, input).await.map_err(failed)?;
        service::get(ctx, id).await.map(Some).map_err(failed)
    }

    /// Ends a cover before its time, or before it begins. Again changes nothing.
    async fn end_cover(&self, cx: &Context<'_>, id: CoverId) -> Result<Option<Cover>> {
        let ctx = cx.data::<Ctx>()?;
        let id = end(ctx, id).await.map_err(failed)?;
        service::get(ctx, id).await.map(Some).map_err(failed)
    }
}

#[ComplexObject]
impl Cover {
    /// Who is away.
    async fn member(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, Some(self.member_id)).await
    }

    /// Who sees their accounts meanwhile.
    async fn stand_in(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, Some(self.stand_in_id)).await
    }

    /// Who made it; null where that was no member.
    async fn by(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, self.by_id).await
    }
}
