//! Answers at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, dataloader::DataLoader};

use super::{
    AnswerLoader, FurtherAnswer, ListResponses, Response, ResponseFilter, ResponseVersion, VersionLoader, list,
};
use crate::{
    account::Account,
    ctx::{Ctx, StaffOnly, failed},
    graph::{Connection, Paging, account_of},
    store::Shows,
};

#[derive(Default)]
pub struct ResponseQuery;

#[Object]
impl ResponseQuery {
    /// The answers of the accounts you see, the newest first.
    async fn responses(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<ResponseFilter>,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Response>>> {
        let look = cx.look_ahead();
        let shows = Shows::page::<entity::response::Entity>(&look, "creditedTo");
        let paging = Paging::of(&look, first, after, last, before);
        let ask = ListResponses { filter, page: paging.args.clone(), shows };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(paging.connection(page, total)))
    }
}

#[ComplexObject]
impl Response {
    /// The account it is about.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }

    /// The answers to further questions.
    async fn answers(&self, cx: &Context<'_>) -> Result<Option<Vec<FurtherAnswer>>> {
        let found = cx.data::<DataLoader<AnswerLoader>>()?.load_one(self.id).await.map_err(failed)?;
        Ok(Some(found.unwrap_or_default()))
    }

    /// What it said before it was changed, the newest first.
    #[graphql(guard = "StaffOnly")]
    async fn versions(&self, cx: &Context<'_>) -> Result<Option<Vec<ResponseVersion>>> {
        let found = cx.data::<DataLoader<VersionLoader>>()?.load_one(self.id).await.map_err(failed)?;
        Ok(Some(found.unwrap_or_default()))
    }
}
