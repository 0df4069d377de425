//! Answers at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result, Subscription, dataloader::DataLoader};
use entity::Category;
use futures_util::{Stream, stream};

use super::{
    AnswerLoader, FurtherAnswer, ListResponses, QuestionLoader, Response, ResponseFilter, ResponseSort,
    ResponseVersion, VersionLoader, category, get, list,
};
use crate::{
    access::Action,
    account::Account,
    ctx::{Ctx, StaffOnly, failed},
    graph::{Connection, Paging, account_of, survey_of},
    store::{Event, Shows},
    survey::Survey,
};

#[derive(Default)]
pub struct ResponseQuery;

#[Object]
impl ResponseQuery {
    /// The answers of the accounts you see.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn responses(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<ResponseFilter>,
        #[graphql(default, desc = "In which order.")] sort: ResponseSort,
        #[graphql(desc = "At most 100; 25 where absent.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(desc = "The rows before `before`, at most 100; walks back. Not with `first` or `after`.")]
        last: Option<i32>,
        #[graphql(desc = "The `startCursor` of the page after.")] before: Option<String>,
    ) -> Result<Option<Connection<Response>>> {
        let look = cx.look_ahead();
        let shows = Shows::page::<entity::response::Entity>(&look, "creditedTo");
        let paging = Paging::of(&look, first, after, last, before);
        let ask = ListResponses { filter, sort, page: paging.args.clone(), shows };
        let (page, total) = list(cx.data::<Ctx>()?, &ask, paging.count).await.map_err(failed)?;
        Ok(Some(Connection::of(page, total)))
    }
}

#[derive(Default)]
pub struct ResponseSubscription;

/// Run once when somebody subscribes, to check what they ask for, and then for every event with that event as its data.
#[Subscription]
impl ResponseSubscription {
    /// Every answer that is given or changed from now on, of the accounts you see at that moment. A changed
    /// one comes with its next `version`. Imported answers do not come.
    async fn response_received(&self, cx: &Context<'_>) -> Result<impl Stream<Item = Response>> {
        let ctx = cx.data::<Ctx>()?;
        ctx.may(Action::ReadResponses).map_err(failed)?;
        let found = match cx.data_opt::<Event>() {
            Some(Event::Response(id)) => {
                let shows = Shows::of::<entity::response::Entity>(&cx.look_ahead(), "creditedTo");
                get(ctx, *id, shows).await.map_err(failed)?
            }
            _ => None,
        };
        Ok(stream::iter(found))
    }
}

#[ComplexObject]
impl Response {
    /// The account it is about.
    async fn account(&self, cx: &Context<'_>) -> Result<Option<Account>> {
        account_of(cx, self.account_id).await
    }

    /// The survey it answers.
    async fn survey(&self, cx: &Context<'_>) -> Result<Option<Survey>> {
        survey_of(cx, self.survey_id).await
    }

    /// What it says of its author.
    #[graphql(guard = "StaffOnly")]
    async fn category(&self, cx: &Context<'_>) -> Result<Option<Category>> {
        let found = cx.data::<DataLoader<QuestionLoader>>()?.load_one(self.question.clone()).await.map_err(failed)?;
        let score = i16::try_from(self.score).unwrap_or(i16::MAX);
        Ok(found.map(|question| category(&question, score)))
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
