//! Reading surveys.

use entity::{SurveyId, survey, survey_version};
use sea_orm::{ColumnTrait, sea_query::Order};

use super::{Definition, Survey};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::Ctx,
    store::{Tx, Visible},
};

/// All surveys that are not archived.
pub async fn list(ctx: &Ctx) -> Result<Vec<Survey>> {
    ctx.may(Action::ReadSurveys)?;
    let find = ctx.find::<survey::Entity>().filter(survey::Column::ArchivedAt.is_null());
    let rows = find.order(survey::Column::Id, Order::Asc).limit(500).all().await?;
    Ok(rows.into_iter().map(|row| row.into_inner().into()).collect())
}

/// One survey, or `NotFound`.
pub async fn get(ctx: &Ctx, id: SurveyId) -> Result<Survey> {
    ctx.may(Action::ReadSurveys)?;
    let row = ctx.find::<survey::Entity>().filter(survey::Column::Id.eq(id)).one("survey").await?;
    Ok(row.into_inner().into())
}

/// A survey with the version that goes out now.
pub async fn current(
    tx: &Tx,
    id: SurveyId,
) -> Result<(Visible<survey::Model>, Visible<survey_version::Model>, Definition)> {
    let survey = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(id)).one("survey").await?;
    let version = match survey.current_id {
        Some(id) if survey.archived_at.is_none() => {
            tx.find::<survey_version::Entity>().filter(survey_version::Column::Id.eq(id)).one("survey").await?
        }
        _ => return Err(Error::conflict("this survey is not published")),
    };
    let definition = serde_json::from_value(version.definition.clone()).map_err(Error::internal)?;
    Ok((survey, version, definition))
}
