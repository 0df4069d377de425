//! The timeline at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};

use super::{Interaction, LogInteraction, log};
use crate::{
    access::Action,
    account::{Account, view},
    ctx::{Ctx, failed, may_see},
    graph::account_of,
};

#[derive(Default)]
pub struct TimelineMutation;

#[Object]
impl TimelineMutation {
    /// Logs a call, a meeting, a mail or a note; gives the account back.
    async fn log_interaction(&self, cx: &Context<'_>, input: LogInteraction) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = log(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        view(cx, id).await
    }
}

#[ComplexObject]
impl Interaction {
    /// The account it belongs to.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }
}
