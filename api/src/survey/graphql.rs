//! Surveys at the GraphQL door.

use async_graphql::{ComplexObject, Context, Object, Result};
use entity::SurveyId;

use super::{CreateSurvey, Survey, SurveyAt, SurveyVersion, UpdateSurvey, archive, create, get, list, publish, update};
use crate::{
    ctx::{Ctx, StaffOnly, failed},
    graph::member_of,
    member::Member,
};

#[derive(Default)]
pub struct SurveyQuery;

fn versions(cx: &Context<'_>) -> bool {
    cx.look_ahead().field("versions").exists()
}

async fn shown(cx: &Context<'_>, id: SurveyId) -> Result<Option<Survey>> {
    get(cx.data::<Ctx>()?, id, versions(cx)).await.map(Some).map_err(failed)
}

#[Object]
impl SurveyQuery {
    /// The surveys that are not archived (at most 500).
    async fn surveys(&self, cx: &Context<'_>) -> Result<Option<Vec<Survey>>> {
        list(cx.data::<Ctx>()?, versions(cx)).await.map(Some).map_err(failed)
    }

    /// One survey.
    async fn survey(&self, cx: &Context<'_>, id: SurveyId) -> Result<Option<Survey>> {
        shown(cx, id).await
    }
}

#[derive(Default)]
pub struct SurveyMutation;

#[Object]
impl SurveyMutation {
    /// Makes a survey from another one, as a draft; it can be sent once it is published.
    async fn create_survey(&self, cx: &Context<'_>, input: CreateSurvey) -> Result<Option<Survey>> {
        let id = create(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        shown(cx, id).await
    }

    /// Changes a survey's name or draft. What is sent stays as it is until the draft is published.
    async fn update_survey(&self, cx: &Context<'_>, input: UpdateSurvey) -> Result<Option<Survey>> {
        let id = update(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        shown(cx, id).await
    }

    /// Makes the draft the version that is sent from now on. Every fault is told: a translation that is missing, a
    /// scale that differs from what a question's answers are counted by.
    async fn publish_survey(&self, cx: &Context<'_>, input: SurveyAt) -> Result<Option<Survey>> {
        let id = publish(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        shown(cx, id).await
    }

    /// Ends the sending of a survey for good. Links on their way still work, and its answers stay.
    async fn archive_survey(&self, cx: &Context<'_>, input: SurveyAt) -> Result<Option<Survey>> {
        let id = archive(cx.data::<Ctx>()?, input).await.map_err(failed)?;
        shown(cx, id).await
    }
}

#[ComplexObject]
impl SurveyVersion {
    /// Who published it; null where it came with the program.
    #[graphql(guard = "StaffOnly")]
    async fn published_by(&self, cx: &Context<'_>) -> Result<Option<Member>> {
        member_of(cx, self.by_id).await
    }
}
