//! Ownership at the GraphQL door.

use async_graphql::{Context, Object, Result};
use entity::{AccountId, Time};

use super::{
    AddCollaborator, AssignOwner, EndOwnership, Ownership, RemoveCollaborator, add_collaborator, assign, end, owner_at,
    remove_collaborator,
};
use crate::{
    access::Action,
    account::{Account, view},
    ctx::{Ctx, failed, may_see},
};

#[derive(Default)]
pub struct OwnershipQuery;

#[Object]
impl OwnershipQuery {
    /// Who owned an account at an instant; null if nobody did.
    async fn owner_at(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The account.")] account_id: AccountId,
        #[graphql(desc = "The instant.")] at: Time,
    ) -> Result<Option<Ownership>> {
        Ok(owner_at(cx.data::<Ctx>()?, account_id, at).await.map_err(failed)?.map(Into::into))
    }
}

#[derive(Default)]
pub struct OwnershipMutation;

#[Object]
impl OwnershipMutation {
    /// Gives an account to a member of your teams, from now on.
    async fn assign_owner(&self, cx: &Context<'_>, input: AssignOwner) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = assign(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Ends the ownership of an account; it waits in its team.
    async fn end_ownership(&self, cx: &Context<'_>, input: EndOwnership) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = end(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Puts a member on the account team; they see the account from now on.
    async fn add_collaborator(&self, cx: &Context<'_>, input: AddCollaborator) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = add_collaborator(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Takes a member off the account team.
    async fn remove_collaborator(&self, cx: &Context<'_>, input: RemoveCollaborator) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = remove_collaborator(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        view(cx, id).await
    }
}
