//! Members at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::TeamId;

use super::{CreateMember, ListMembers, Member, UpdateMember, create, list, update};
use crate::{
    access::Action,
    ctx::{Ctx, May, StaffOnly, failed},
    graph::{Connection, Paging, member_of, team_of},
    team::Team,
};

#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// The staff directory, by name.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn members(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Words of the name.")] search: Option<String>,
        #[graphql(desc = "Only members of this team itself.")] team_id: Option<TeamId>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Member>>> {
        let paging = Paging::of(&cx.look_ahead(), first, after, last, before);
        let ask = ListMembers { search, team_id, page: paging.args.clone() };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }
}

#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Makes a member.
    async fn create_member(&self, cx: &Context<'_>, input: CreateMember) -> Result<Option<Member>> {
        let id = create(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        member_of(cx, Some(id)).await
    }

    /// Changes a member. An owner who changes team takes their accounts along.
    async fn update_member(&self, cx: &Context<'_>, input: UpdateMember) -> Result<Option<Member>> {
        let id = update(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        member_of(cx, Some(id)).await
    }
}

#[ComplexObject]
impl Member {
    /// The team they are in.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadDirectory))")]
    async fn team(&self, cx: &Context<'_>) -> Result<Option<Team>> {
        team_of(cx, self.team_id).await
    }
}
