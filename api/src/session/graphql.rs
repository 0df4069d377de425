//! Who you are and where you are signed in, at the GraphQL door.

use async_graphql::{Context, Object, Result};
use entity::{MemberId, SessionId};

use super::{
    Session,
    me::{Me, me},
    revoke, sessions,
};
use crate::ctx::{Ctx, failed};

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Who you are and what you are to the company.
    async fn me(&self, cx: &Context<'_>) -> Result<Option<Me>> {
        me(cx.data::<Ctx>()?).await.map(Some).map_err(failed)
    }

    /// Where you are signed in, the newest first (at most 100).
    async fn sessions(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Another member; for admins.")] member_id: Option<MemberId>,
    ) -> Result<Option<Vec<Session>>> {
        sessions(cx.data::<Ctx>()?, member_id).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends a sign-in of yours, or for admins of any member, from the next request on. Gives its id.
    async fn revoke_session(&self, cx: &Context<'_>, id: SessionId) -> Result<Option<SessionId>> {
        revoke(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }
}
