//! Accounts at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, OutputType, Result};
use entity::AccountId;

use super::{
    Account, AccountFilter, AccountSort, CreateAccount, ListAccounts, Listed, ParentAccount, UpdateAccount, Want,
    create, get, list, some_of, update,
};
use crate::{
    access::Action,
    base::{Error, Long, Money},
    contact::Contact,
    ctx::{Ctx, May, StaffOnly, failed, may_see},
    escalation::{Escalation, EscalationArgs},
    graph::{Connection, Edge, Paging, account_of},
    invitation::Invitation,
    member::Member,
    ownership::{Collaborator, Ownership},
    response::Response,
    satisfaction::{Figure, figures},
    team::Team,
    timeline::{Interaction, TimelineArgs},
};

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// One account with everything that hangs on it, in one request. Null and `NOT_FOUND` where it is not there for you.
    async fn account(&self, cx: &Context<'_>, id: AccountId) -> Result<Option<Account>> {
        let ctx = cx.data::<Ctx>()?;
        ctx.may(Action::ReadAccounts).map_err(failed)?;
        let want = Want::of(&cx.look_ahead()).map_err(failed)?;
        get(ctx, id, &want).await.map(Some).map_err(failed)
    }

    /// The accounts you see.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn accounts(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<AccountFilter>,
        #[graphql(desc = "Words of the name or the domain.")] search: Option<String>,
        #[graphql(default, desc = "In which order.")] sort: AccountSort,
        #[graphql(default, desc = "Archived ones too.")] archived: bool,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Account>>> {
        let ctx = cx.data::<Ctx>()?;
        let look = cx.look_ahead();
        let paging = Paging::of(&look, first, after, last, before);
        let want = Want::any([&look.field("nodes"), &look.field("edges").field("node")]).map_err(failed)?;
        let ask = ListAccounts { filter, search, sort, archived, page: paging.args.clone() };
        let (page, total) = list(ctx, &ask, &want, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account, in one of your teams.
    async fn create_account(&self, cx: &Context<'_>, input: CreateAccount) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let ctx = cx.data::<Ctx>()?;
        let id = create(ctx, input).await.map_err(failed)?;
        view(cx, id).await
    }

    /// Changes an account. Owner and team change by `assignOwner` and `endOwnership`.
    async fn update_account(&self, cx: &Context<'_>, input: UpdateAccount) -> Result<Option<Account>> {
        may_see(cx, Action::ReadAccounts)?;
        let ctx = cx.data::<Ctx>()?;
        let id = update(ctx, input).await.map_err(failed)?;
        view(cx, id).await
    }
}

/// The account as it is now, with what the query asks below this field. Ask [`may_see`] before the change.
pub async fn view(cx: &Context<'_>, id: AccountId) -> Result<Option<Account>> {
    let want = Want::of(&cx.look_ahead()).map_err(failed)?;
    get(cx.data::<Ctx>()?, id, &want).await.map(Some).map_err(failed)
}

#[ComplexObject]
impl Account {
    /// What the account is worth a year.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "StaffOnly")]
    async fn annual_value(&self, cx: &Context<'_>) -> Result<Option<Money>> {
        let currency = &cx.data::<Ctx>()?.company().currency;
        Ok(self.value.map(|value| Money { amount_minor: Long(value), currency: currency.clone() }))
    }

    /// Who owns it now.
    async fn owner(&self) -> Option<&Member> {
        self.related.owner.as_ref()
    }

    /// Who stands in for the owner: of several with the role `BACKUP` the one who has had it for longest.
    async fn backup(&self) -> Option<&Member> {
        self.related.backup.as_ref()
    }

    /// Its home team: the owner's, or the one it waits in.
    #[graphql(guard = "StaffOnly")]
    async fn team(&self) -> Option<&Team> {
        self.related.team.as_ref()
    }

    /// The company it belongs to, where you see that one too.
    async fn parent(&self) -> Option<&ParentAccount> {
        self.related.parent.as_ref()
    }

    /// The account that this one was merged into, where you see that one too; it has what hung on this one.
    #[graphql(guard = "StaffOnly")]
    async fn merged_into_id(&self, cx: &Context<'_>) -> Result<Option<AccountId>> {
        match self.merged_into {
            Some(id) => Ok(account_of(cx, id).await?.map(|account| account.id)),
            None => Ok(None),
        }
    }

    /// Who owned it when, the newest first.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "StaffOnly")]
    async fn ownerships(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<&Ownership>>> {
        some("ownerships", first, &self.related.ownerships)
    }

    /// Who works on it beside the owner.
    #[graphql(guard = "StaffOnly")]
    async fn collaborators(&self) -> Option<&[Collaborator]> {
        Some(&self.related.collaborators)
    }

    /// Its people (more of them by the root field `contacts`).
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "May(Action::ReadContacts)")]
    async fn contacts(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<&Contact>>> {
        some("contacts", first, &self.related.contacts)
    }

    /// What happened, the newest first.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "May(Action::ReadInteractions)")]
    async fn timeline(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "Only entries of these types.")] types: Option<Vec<entity::InteractionType>>,
    ) -> Result<Option<Connection<Interaction>>> {
        page(&self.related.timelines, &TimelineArgs { first, after, types })
    }

    /// How many of its escalations are open.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadInteractions))")]
    async fn open_escalations(&self) -> Option<i32> {
        self.related.open_escalations
    }

    /// What was raised at it, the newest first.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "StaffOnly.and(May(Action::ReadInteractions))")]
    async fn escalations(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "True: open ones alone. False: settled ones alone. All where absent.")] open: Option<bool>,
    ) -> Result<Option<Connection<Escalation>>> {
        page(&self.related.escalations, &EscalationArgs { first, after, open })
    }

    /// Whom it was asked, the newest first.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "May(Action::ReadResponses)")]
    async fn invitations(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<&Invitation>>> {
        some("invitations", first, &self.related.invitations)
    }

    /// What was answered, the newest first.
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    #[graphql(guard = "May(Action::ReadResponses)")]
    async fn responses(
        &self,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<&Response>>> {
        some("responses", first, &self.related.responses)
    }

    /// All its answers as figures, one for each question.
    #[graphql(guard = "StaffOnly.and(May(Action::ReadSatisfaction))")]
    async fn satisfaction(&self) -> Option<Vec<Figure>> {
        Some(figures(&self.related.scores))
    }
}

/// The first rows of a list that may have been read longer for another alias.
fn some<'a, T>(list: &str, first: Option<i32>, rows: &'a [T]) -> Result<Option<Vec<&'a T>>> {
    let first = usize::try_from(some_of(list, first).map_err(failed)?).unwrap_or(0);
    Ok(Some(rows.iter().take(first).collect()))
}

/// The page that look-ahead has read for these arguments.
fn page<A: PartialEq, T: OutputType>(pages: &[(A, Listed<T>)], args: &A) -> Result<Option<Connection<T>>>
where
    Edge<T>: OutputType,
{
    let page = pages.iter().find(|(known, _)| known == args).map(|(_, page)| page.clone());
    page.map(|page| Some(Connection::of(page, None))).ok_or_else(|| failed(Error::internal("a page was not read")))
}
