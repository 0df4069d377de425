//! Invitations at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::SurveyId;

use super::{Invitation, SendSurvey, Sent, send};
use crate::{
    account::Account,
    ctx::{Ctx, failed},
    graph::account_of,
};

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
}

#[ComplexObject]
impl Invitation {
    /// The account of the contact.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }
}
