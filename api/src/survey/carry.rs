//! Surveys taken along to another Steward, where answers to them are to be imported: with all they ever asked.

use entity::{SurveyId, SurveyKind, SurveyMode, Time, question, survey, survey_version};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Order};
use serde::{Deserialize, Serialize};

use super::{Definition, publish::settle};
use crate::{
    access::Action,
    base::{Check, Error, Result, key},
    ctx::Ctx,
    store::{Tx, Visible, among},
};

/// A survey as it is taken along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    pub name: String,
    pub kind: SurveyKind,
    /// The key of the scored question.
    pub question: String,
    pub created_at: Time,
    pub archived_at: Option<Time>,
    #[serde(default = "identified")]
    pub mode: SurveyMode,
    /// What it asked, the oldest first.
    pub versions: Vec<Published>,
    pub draft: Option<Definition>,
}

/// What surveys were before there was a choice.
const fn identified() -> SurveyMode {
    SurveyMode::Identified
}

/// A version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    pub number: i32,
    pub published_at: Time,
    pub definition: Definition,
}

/// All surveys, the oldest first.
pub async fn carried(ctx: &Ctx) -> Result<Vec<Carried>> {
    ctx.may(Action::ChangeSurveys)?;
    let versions = ctx.find::<survey_version::Entity>().order(survey_version::Column::Number, Order::Asc).all().await?;
    let mut all = Vec::new();
    for row in ctx.find::<survey::Entity>().order(survey::Column::Id, Order::Asc).all().await? {
        let own = versions.iter().filter(|version| version.survey_id == row.id);
        let own = own.map(|version| {
            let definition = Definition::read(version.definition.clone())?;
            Ok(Published { number: version.number, published_at: version.published_at, definition })
        });
        all.push(Carried {
            name: row.name.clone(),
            kind: row.kind,
            question: row.question.clone(),
            created_at: row.created_at,
            archived_at: row.archived_at,
            mode: row.mode,
            versions: own.collect::<Result<_>>()?,
            draft: row.draft.clone().map(Definition::read).transpose()?,
        });
    }
    Ok(all)
}

/// Makes those that are not here, by name and question; one that is here gets the last words of the other. Gives how
/// many were made or changed: again it is none.
pub async fn bring(ctx: &Ctx, surveys: Vec<Carried>) -> Result<usize> {
    ctx.may(Action::ChangeSurveys)?;
    ctx.write(move |tx| async move {
        let mut changed = 0;
        for carried in surveys {
            let find = tx.find::<survey::Entity>().filter(survey::Column::Question.eq(carried.question.as_str()));
            let same = find.order(survey::Column::Id, Order::Asc).lock().all().await?;
            let same = same.into_iter().find(|row| key(&row.name) == key(&carried.name) && row.kind == carried.kind);
            changed += usize::from(match same {
                Some(row) => renew(&tx, row, carried).await?,
                None => make(&tx, carried).await?,
            });
        }
        Ok(changed)
    })
    .await
}

async fn make(tx: &Tx, carried: Carried) -> Result<bool> {
    let (now, draft) = (tx.now(), carried.draft.map(json).transpose()?);
    let mut row = survey::Model {
        id: tx.id(),
        kind: carried.kind,
        name: carried.name,
        question: carried.question,
        current_id: None,
        archived_at: carried.archived_at,
        version: 1,
        created_at: carried.created_at,
        updated_at: now,
        draft,
        mode: carried.mode,
    };
    let mut versions = Vec::new();
    for told in carried.versions {
        versions.push(version(tx, &row, told).await?);
    }
    row.current_id = versions.last().map(|version| version.id);
    tx.insert::<survey::Entity>(row).await?;
    tx.insert_all::<survey_version::Entity>(versions).await?;
    Ok(true)
}

/// The words that the other asks with now are asked with here too.
async fn renew(tx: &Tx, row: Visible<survey::Model>, carried: Carried) -> Result<bool> {
    let current: Vec<_> = row.current_id.into_iter().collect();
    let current = among::<survey_version::Entity, _>(survey_version::Column::Id, &current);
    let current = tx.find::<survey_version::Entity>().filter(current).maybe().await?;
    let Some(mut told) = carried.versions.into_iter().next_back() else { return Ok(false) };
    let asked = current.as_ref().map(|current| Definition::read(current.definition.clone())).transpose()?;
    if row.archived_at.is_some() || asked.as_ref() == Some(&told.definition) {
        return Ok(false);
    }
    told.number = current.map_or(1, |current| current.number + 1);
    let version = version(tx, &row, told).await?;
    let (id, now, number) = (version.id, tx.now(), row.version + 1);
    tx.insert::<survey_version::Entity>(version).await?;
    tx.update::<survey::Entity>(row, |row| {
        row.current_id = Set(Some(id));
        row.version = Set(number);
        row.updated_at = Set(now);
    })
    .await?;
    Ok(true)
}

/// A version as it was published, with what its questions measure.
async fn version(tx: &Tx, survey: &survey::Model, told: Published) -> Result<survey_version::Model> {
    let mut faults = Check::default();
    let fresh = settle(tx, &mut faults, survey, &told.definition, told.published_at).await?;
    faults.done()?;
    tx.insert_all::<question::Entity>(fresh).await?;
    let survey_id: SurveyId = survey.id;
    let definition = json(told.definition)?;
    Ok(survey_version::Model {
        id: tx.id(),
        survey_id,
        number: told.number,
        definition,
        published_at: told.published_at,
        by_id: None,
    })
}

fn json(definition: Definition) -> Result<serde_json::Value> {
    serde_json::to_value(definition).map_err(Error::internal)
}
