//! Duplicates at the GraphQL door.

use async_graphql::{Context, Object, Result};

use super::{DuplicateGroup, MergeAccounts, MergeContacts, duplicates, merge_accounts, merge_contacts};
use crate::{
    access::Action,
    account::{self, Account, Want},
    contact::{self, Contact},
    ctx::{Ctx, failed, may_see},
};

#[derive(Default)]
pub struct DuplicateQuery;

#[Object]
impl DuplicateQuery {
    /// Accounts, and contacts of one account, that may be one and the same: the largest groups first, then the oldest.
    /// What more than 20 share is no hint. Archived ones are left out. For admins and managers.
    async fn duplicates(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<DuplicateGroup>>> {
        let want = Want::of(&cx.look_ahead().field("accounts")).map_err(failed)?;
        duplicates(cx.data::<Ctx>()?, first, &want).await.map(Some).map_err(failed)
    }
}

#[derive(Default)]
pub struct DuplicateMutation;

#[Object]
impl DuplicateMutation {
    /// Merges an account into another, for good. People, entries, invitations, answers, exclusions, the account team and
    /// the accounts below move; two contacts of one address become one. Answers keep their credit, links go on working.
    /// Its owner's time ends; what of its ownership does not overlap the other's moves too, the rest stays readable on
    /// the merged account, which is archived. Where nobody owns the one that stays, the other's owner goes on with it.
    async fn merge_accounts(&self, cx: &Context<'_>, input: MergeAccounts) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let id = merge_accounts(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        account::view(cx, id).await
    }

    /// Merges a contact into another of the same account, for good. Invitations, answers and entries move; what either
    /// wants none of, both do. The one that stays keeps its address, if it has one.
    async fn merge_contacts(&self, cx: &Context<'_>, input: MergeContacts) -> Result<Option<Contact>> {
        may_see(cx, Action::ReadContacts)?;
        let ctx = cx.data::<Ctx>()?;
        let id = merge_contacts(ctx, input).await.map_err(failed)?;
        contact::get(ctx, id).await.map(Some).map_err(failed)
    }
}
