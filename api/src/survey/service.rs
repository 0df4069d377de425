//! Reading surveys.

use entity::{SurveyId, survey, survey_version};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order},
};

use super::{Definition, Survey, model::SurveyRow};
use crate::{
    access::{Action, Role},
    base::{Error, Result},
    ctx::Ctx,
    store::{self, Columns, Find, Many, Tx, Visible, many, one},
};

/// All surveys that are not archived; with `versions` each with its history.
pub async fn list(ctx: &Ctx, versions: bool) -> Result<Vec<Survey>> {
    ctx.may(Action::ReadSurveys)?;
    let find = ctx.find::<survey::Entity>().filter(survey::Column::ArchivedAt.is_null());
    read(ctx, find.order(survey::Column::Id, Order::Asc).limit(500), versions).await
}

/// One survey, or `NotFound`.
pub async fn get(ctx: &Ctx, id: SurveyId, versions: bool) -> Result<Survey> {
    ctx.may(Action::ReadSurveys)?;
    let find = ctx.find::<survey::Entity>().filter(survey::Column::Id.eq(id)).limit(1);
    read(ctx, find, versions).await?.into_iter().next().ok_or(Error::NotFound("survey"))
}

/// Some surveys by id; those that are not there are left out.
pub(super) async fn among(ctx: &Ctx, ids: &[SurveyId], versions: bool) -> Result<Vec<Survey>> {
    ctx.may(Action::ReadSurveys)?;
    read(ctx, ctx.find().filter(store::among::<survey::Entity, _>(survey::Column::Id, ids)), versions).await
}

async fn read(ctx: &Ctx, find: Find<'_, survey::Entity>, versions: bool) -> Result<Vec<Survey>> {
    let (engine, scope) = (ctx.store().engine(), &ctx.viewer().scope);
    let at = |column| Expr::col((survey::Entity, column));
    let current = Expr::col(("v", survey_version::Column::Id)).eq(at(survey::Column::CurrentId));
    let history = || {
        let which = Expr::col((survey_version::Entity, survey_version::Column::SurveyId)).eq(at(survey::Column::Id));
        let order = vec![(survey_version::Column::Number, Order::Desc)];
        let which = Condition::all().add(which);
        many(
            engine,
            scope,
            Many::<survey_version::Entity> { which, order, limit: 100, columns: Columns::ALL, parts: Vec::new() },
        )
    };
    let parts =
        vec![one::<survey_version::Entity>(engine, "v", current), if versions { history() } else { Expr::null() }];
    let rows: Vec<SurveyRow> = find.shaped(parts).await?;
    let mut surveys: Vec<Survey> = rows.into_iter().map(Survey::try_from).collect::<Result<_>>()?;
    if ctx.viewer().role == Role::Customer {
        // What staff call it is theirs; customers know it by its question.
        for survey in &mut surveys {
            let words =
                survey.definition.as_ref().and_then(|asked| asked.text(&[ctx.company().language.as_str()]).ok());
            survey.name = words.map_or_else(|| survey.question.clone(), |words| words.question.clone());
        }
    }
    Ok(surveys)
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
        _ => return Err(Error::conflict("this survey is not published; publishSurvey does that")),
    };
    let definition = Definition::read(version.definition.clone())?;
    Ok((survey, version, definition))
}
