//! Surveys at the GraphQL door.

use async_graphql::{Context, Object, Result};
use entity::SurveyId;

use super::{Survey, get, list};
use crate::ctx::{Ctx, failed};

#[derive(Default)]
pub struct SurveyQuery;

#[Object]
impl SurveyQuery {
    /// The surveys that can be sent (at most 500).
    async fn surveys(&self, cx: &Context<'_>) -> Result<Option<Vec<Survey>>> {
        list(cx.data::<Ctx>()?).await.map(Some).map_err(failed)
    }

    /// One survey.
    async fn survey(&self, cx: &Context<'_>, id: SurveyId) -> Result<Option<Survey>> {
        get(cx.data::<Ctx>()?, id).await.map(Some).map_err(failed)
    }
}
