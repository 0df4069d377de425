//! Invitations at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::SurveyId;

use super::{Invitation, PreviewSurvey, SendSurvey, Sent, SurveyPreview, TestMail, preview, send, send_test};
use crate::{
    account::Account,
    ctx::{Ctx, failed},
    graph::account_of,
};

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
    /// Sends a survey by mail: to named contacts, or to all eligible contacts of an account.
    async fn send_survey(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The survey to send.")] survey_id: SurveyId,
        input: SendSurvey,
    ) -> Result<Option<Sent>> {
        send(cx.data::<Ctx>()?, survey_id, input).await.map(Some).map_err(failed)
    }

    /// Sends a survey's mail to your own address, marked as a test; its links lead nowhere, and it counts nowhere.
    /// At most 10 an hour.
    async fn send_test_mail(&self, cx: &Context<'_>, input: PreviewSurvey) -> Result<Option<TestMail>> {
        send_test(cx.data::<Ctx>()?, input).await.map(Some).map_err(failed)
    }
}

#[ComplexObject]
impl Invitation {
    /// The account of the contact.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }
}
