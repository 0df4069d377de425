//! Invitations at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, dataloader::DataLoader};
use entity::{InvitationId, invitation};

use super::{
    FunnelBy, FunnelGroup, Invitation, InvitationFilter, ListInvitations, PreviewSurvey, SurveyPreview, TestMail,
    funnel, get, list, preview, resend, revoke, send_test,
};
use crate::{
    access::Action,
    account::Account,
    ctx::{Ctx, StaffOnly, failed, may_see},
    graph::{Connection, Paging, account_of, survey_of},
    store::Shows,
    survey::Survey,
    visit::{Visit, VisitLoader},
};

#[derive(Default)]
pub struct InvitationQuery;

#[Object]
impl InvitationQuery {
    /// Who was asked, and who was not, at the accounts you see; the newest first.
    async fn invitations(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<InvitationFilter>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Invitation>>> {
        let look = cx.look_ahead();
        let paging = Paging::of(&look, first, after, last, before);
        let shows = Shows::page::<invitation::Entity>(&look, "");
        let ask = ListInvitations { filter, page: paging.args.clone(), shows };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }

    /// How far the invitations at the accounts you see have come: from the contacts who were judged to complete
    /// answers. Imported answers were not asked for, and are not among them.
    async fn funnel(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which invitations; all where absent.")] filter: Option<InvitationFilter>,
        #[graphql(desc = "Cuts the funnel, into 1,000 at most; one whole where absent.")] group_by: Option<FunnelBy>,
    ) -> Result<Option<Vec<FunnelGroup>>> {
        funnel(cx.data::<Ctx>()?, filter.as_ref(), group_by).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct PreviewQuery;

#[Object]
impl PreviewQuery {
    /// The mail and the page of a survey as a contact would get them; nothing is sent or stored.
    async fn preview_survey(&self, cx: &Context<'_>, input: PreviewSurvey) -> Result<Option<SurveyPreview>> {
        preview(cx.data::<Ctx>()?, input).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Sends the mail of an invitation again that failed, or that came back and whose contact has another address by
    /// now. It is judged and credited anew.
    async fn resend_invitation(&self, cx: &Context<'_>, id: InvitationId) -> Result<Option<Invitation>> {
        may_see(cx, Action::ReadInvitations)?;
        let id = resend(cx.data::<Ctx>()?, id).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Withdraws the link of an invitation, and stops its mails. Again changes nothing.
    async fn revoke_invitation(&self, cx: &Context<'_>, id: InvitationId) -> Result<Option<Invitation>> {
        may_see(cx, Action::ReadInvitations)?;
        let id = revoke(cx.data::<Ctx>()?, id).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Sends a survey's mail to your own address, marked as a test; its links lead nowhere, and it counts nowhere.
    /// At most 10 an hour.
    async fn send_test_mail(&self, cx: &Context<'_>, input: PreviewSurvey) -> Result<Option<TestMail>> {
        send_test(cx.data::<Ctx>()?, input).await.map(Some).map_err(failed)
    }
}

async fn view(cx: &Context<'_>, id: InvitationId) -> Result<Option<Invitation>> {
    let shows = Shows::of::<invitation::Entity>(&cx.look_ahead(), "");
    get(cx.data::<Ctx>()?, id, shows).await.map(Some).map_err(failed)
}

#[ComplexObject]
impl Invitation {
    /// The account of the contact.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }

    /// The survey that was sent.
    async fn survey(&self, cx: &Context<'_>) -> Result<Option<Survey>> {
        survey_of(cx, self.survey_id).await
    }

    /// Who opened its link, the oldest first (the first 100).
    #[graphql(guard = "StaffOnly")]
    async fn visits(&self, cx: &Context<'_>) -> Result<Option<Vec<Visit>>> {
        let found = cx.data::<DataLoader<VisitLoader>>()?.load_one(self.id).await.map_err(failed)?;
        Ok(Some(found.unwrap_or_default()))
    }
}

#[ComplexObject]
impl FunnelGroup {
    /// The survey, where cut by surveys.
    async fn survey(&self, cx: &Context<'_>) -> Result<Option<Survey>> {
        match self.survey_id {
            Some(id) => survey_of(cx, id).await,
            None => Ok(None),
        }
    }
}
