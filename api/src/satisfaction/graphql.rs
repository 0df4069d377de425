//! Satisfaction at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::{MemberId, TeamId};

use super::{Ask, GroupBy, SatisfactionGroup, View, report};
use crate::{
    ctx::{Ctx, failed},
    graph::{member_of, team_of},
    member::Member,
    team::Team,
};

#[derive(Default)]
pub struct SatisfactionQuery;

#[Object]
impl SatisfactionQuery {
    /// The score of every question with its 95 % interval, whole or cut. Months are the company's; the period is the month of the answer.
    #[expect(clippy::too_many_arguments, reason = "each is one independent part of the question")]
    async fn satisfaction(
        &self,
        cx: &Context<'_>,
        #[graphql(default, desc = "Credited answers, or those of the accounts seen now.")] view: View,
        #[graphql(desc = "Cuts the figures; one figure for the whole where absent.")] group_by: Option<GroupBy>,
        #[graphql(desc = "First month, like 2026-01; 11 months before the last where absent.")] from: Option<String>,
        #[graphql(desc = "The month after the last, like 2027-01; next month where absent.")] until: Option<String>,
        #[graphql(desc = "Only answers credited to this member.")] owner_id: Option<MemberId>,
        #[graphql(desc = "Only answers credited in this team or below, at its place in the tree.")] team_id: Option<
            TeamId,
        >,
    ) -> Result<Option<Vec<SatisfactionGroup>>> {
        let ask = Ask { view, group_by, from, until, owner_id, team_id };
        report(cx.data::<Ctx>()?, &ask).await.map(Some).map_err(failed)
    }
}

#[ComplexObject]
impl SatisfactionGroup {
    /// The credited owner, where cut by owner; null for answers of unowned accounts.
    async fn owner(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, self.owner_id).await
    }

    /// The team, where cut by team.
    async fn team(&self, cx: &Context<'_>) -> Result<Option<Team>> {
        team_of(cx, self.team_id).await
    }
}
