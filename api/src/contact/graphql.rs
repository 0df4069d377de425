//! Contacts at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, dataloader::DataLoader};
use entity::{AccountId, ContactId};

use super::{
    Contact, ContactFilter, ContactSort, CreateContact, ListContacts, SeenLoader, UpdateContact, create, get, list,
    read, update,
};
use crate::{
    access::Action,
    account::Account,
    ctx::{Ctx, StaffOnly, failed, may_see},
    graph::{Connection, Paging, account_of},
};

#[derive(Default)]
pub struct ContactQuery;

#[Object]
impl ContactQuery {
    /// One contact.
    async fn contact(&self, cx: &Context<'_>, id: ContactId) -> Result<Option<Contact>> {
        get(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }

    /// The contacts of the accounts you see.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn contacts(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Only people of this account.")] account_id: Option<AccountId>,
        #[graphql(desc = "Which of them.")] filter: Option<ContactFilter>,
        #[graphql(desc = "Words of the name or the mail address.")] search: Option<String>,
        #[graphql(default, desc = "In which order.")] sort: ContactSort,
        #[graphql(default, desc = "Archived ones too.")] archived: bool,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Contact>>> {
        let paging = Paging::of(&cx.look_ahead(), first, after, last, before);
        let ask = ListContacts { account_id, filter, search, sort, archived, page: paging.args.clone() };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }
}

#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Makes a contact of an account.
    async fn create_contact(&self, cx: &Context<'_>, input: CreateContact) -> Result<Option<Contact>> {
        may_see(cx, Action::ReadContacts)?;
        let ctx = cx.data::<Ctx>()?;
        let id = create(ctx, input).await.map_err(failed)?;
        read(ctx, id).await.map(Some).map_err(failed)
    }

    /// Changes a contact. A new mail address revokes open invitations and ends sign-ins.
    async fn update_contact(&self, cx: &Context<'_>, input: UpdateContact) -> Result<Option<Contact>> {
        may_see(cx, Action::ReadContacts)?;
        let ctx = cx.data::<Ctx>()?;
        let id = update(ctx, input).await.map_err(failed)?;
        read(ctx, id).await.map(Some).map_err(failed)
    }
}

#[ComplexObject]
impl Contact {
    /// The contact that this one was merged into, where you see that one too.
    #[graphql(guard = "StaffOnly")]
    async fn merged_into_id(&self, cx: &Context<'_>) -> Result<Option<ContactId>> {
        let Some(id) = self.merged_into else { return Ok(None) };
        cx.data::<DataLoader<SeenLoader>>()?.load_one(id).await.map_err(failed)
    }

    /// The company they work for.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }
}
