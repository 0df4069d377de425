//! Teams at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};

use super::{CreateTeam, Team, UpdateTeam, create, list, update};
use crate::{
    access::Action,
    ctx::{Ctx, May, failed},
    graph::{member_of, team_of},
    member::Member,
};

#[derive(Default)]
pub struct TeamQuery;

#[Object]
impl TeamQuery {
    /// All teams, by name (at most 1,000).
    async fn teams(&self, cx: &Context<'_>) -> Result<Option<Vec<Team>>> {
        list(cx.data::<Ctx>()?).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Makes a team.
    async fn create_team(&self, cx: &Context<'_>, input: CreateTeam) -> Result<Option<Team>> {
        let id = create(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        team_of(cx, Some(id)).await
    }

    /// Changes a team: its name, its place in the tree, its lead, its deputies.
    async fn update_team(&self, cx: &Context<'_>, input: UpdateTeam) -> Result<Option<Team>> {
        let id = update(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        team_of(cx, Some(id)).await
    }
}

#[ComplexObject]
impl Team {
    /// The team above it.
    #[graphql(guard = "May(Action::ReadDirectory)")]
    async fn parent(&self, cx: &Context<'_>) -> Result<Option<Team>> {
        team_of(cx, self.parent_id).await
    }

    /// Who leads it.
    #[graphql(guard = "May(Action::ReadDirectory)")]
    async fn lead(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, self.lead_id).await
    }
}
