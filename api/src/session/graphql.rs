//! Who you are and where you are signed in, at the GraphQL door.

use async_graphql::{Context, Object, Result};
use entity::{MemberId, SessionId};

use super::{
    Session, factor,
    factor::SharedSecret,
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

    /// Makes a secret for an app that shows one-time codes (TOTP). For members, with their password. Signing in asks for
    /// a code once `confirmSecondFactor` has taken the first one.
    async fn start_second_factor(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Your password.", secret)] password: String,
    ) -> Result<Option<SharedSecret>> {
        factor::start(cx.data::<Ctx>()?, &password).await.map(Some).map_err(failed)
    }

    /// Takes the app into use by its first code, and ends your other sign-ins. Gives ten codes to be kept on paper, each
    /// of which stands in for the app once.
    async fn confirm_second_factor(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Six digits of the app.", secret)] code: String,
    ) -> Result<Option<Vec<String>>> {
        factor::confirm(cx.data::<Ctx>()?, &code).await.map(Some).map_err(failed)
    }

    /// Gives ten new codes on paper in place of those before.
    async fn renew_recovery_codes(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Six digits of the app, or a code on paper.", secret)] code: String,
    ) -> Result<Option<Vec<String>>> {
        factor::renew_codes(cx.data::<Ctx>()?, &code).await.map(Some).map_err(failed)
    }

    /// Ends your second factor: your password alone signs you in from now on.
    async fn stop_second_factor(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Six digits of the app, or a code on paper.", secret)] code: String,
    ) -> Result<Option<bool>> {
        factor::stop(cx.data::<Ctx>()?, &code).await.map(|()| Some(true)).map_err(failed)
    }

    /// Ends the second factor of a member who has lost phone and paper, and all their sign-ins. For admins. Gives the id.
    async fn reset_second_factor(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Who has lost it.")] member_id: MemberId,
    ) -> Result<Option<MemberId>> {
        factor::reset(cx.data::<Ctx>()?, member_id).await.map(Some).map_err(failed)
    }
}
