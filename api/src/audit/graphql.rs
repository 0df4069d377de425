//! The audit at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::{ActorKind, MemberId};

use super::{AuditEntry, AuditFilter, ListAudit, list};
use crate::{
    account::Account,
    ctx::{Ctx, failed},
    graph::{Connection, Paging, account_of, member_of},
    member::Member,
};

#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who changed what, the newest first: of the accounts you see, and for admins of everything.
    async fn audit(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<AuditFilter>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<AuditEntry>>> {
        let paging = Paging::of(&cx.look_ahead(), first, after, last, before);
        let ask = ListAudit { filter, page: paging.args.clone() };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }
}

#[ComplexObject]
impl AuditEntry {
    /// The member who made the change; null where it was no member.
    async fn member(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        let member = self.actor_id.filter(|_| self.actor_kind == ActorKind::Member);
        member_of(cx, member.map(MemberId)).await
    }

    /// The account the row belongs to; null where it belongs to none.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        match self.account_id {
            Some(id) => account_of(cx, id).await,
            None => Ok(None),
        }
    }
}
