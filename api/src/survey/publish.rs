//! Publishing: the draft becomes a version, if all of it is there.

use entity::{SurveyId, SurveyKind, Time, question, survey, survey_version};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use super::{Definition, QuestionKind, Scale, SurveyAt, change::held, check};
use crate::{
    access::Action,
    base::{Check, Error, Result},
    ctx::Ctx,
    store::{Tx, among},
};

/// Makes the draft the version that is sent from now on, or tells every fault of it.
pub async fn publish(ctx: &Ctx, at: SurveyAt) -> Result<SurveyId> {
    ctx.may(Action::ChangeSurveys)?;
    ctx.write(move |tx| async move {
        let row = held(&tx, at).await?;
        let draft = row.draft.clone().ok_or_else(|| Error::conflict("there is no draft to publish"))?;
        let mut definition = Definition::read(draft)?;
        let mut faults = Check::default();
        check::draft(&mut faults, row.kind, &row.question, &mut definition);
        check::complete(&mut faults, &definition);
        check::quiet(&mut faults, row.mode, &definition);
        let now = tx.now();
        let fresh = settle(&tx, &mut faults, &row, &definition, now).await?;
        faults.done()?;
        tx.insert_all::<question::Entity>(fresh).await?;
        let last = tx
            .find::<survey_version::Entity>()
            .filter(survey_version::Column::SurveyId.eq(at.id))
            .order(survey_version::Column::Number, sea_orm::sea_query::Order::Desc)
            .limit(1)
            .maybe()
            .await?;
        let version = survey_version::Model {
            id: tx.id(),
            survey_id: at.id,
            number: last.map_or(1, |last| last.number + 1),
            definition: serde_json::to_value(definition).map_err(Error::internal)?,
            published_at: now,
            by_id: tx.viewer().member(),
        };
        let current = version.id;
        tx.insert::<survey_version::Entity>(version).await?;
        tx.update::<survey::Entity>(row, |row| {
            row.current_id = Set(Some(current));
            row.draft = Set(None);
            row.version = Set(at.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(at.id)
    })
    .await
}

/// What a question measures, as a row.
pub fn measured(key: &str, kind: SurveyKind, scale: Scale, now: Time) -> question::Model {
    question::Model {
        key: key.to_owned(),
        kind,
        lowest: scale.min,
        highest: scale.max,
        satisfied_from: scale.satisfied_from,
        low_is_good: scale.low_is_good,
        created_at: now,
    }
}

/// The questions that are new; a fault for each that differs from what its answers are counted by.
pub(super) async fn settle(
    tx: &Tx,
    faults: &mut Check,
    survey: &survey::Model,
    definition: &Definition,
    now: Time,
) -> Result<Vec<question::Model>> {
    let keys: Vec<String> =
        std::iter::once(&survey.question).chain(definition.further.iter().map(|q| &q.key)).cloned().collect();
    let known = tx.find::<question::Entity>().filter(among::<question::Entity, _>(question::Column::Key, &keys));
    let known = known.all().await?;
    let by = |key: &str| known.iter().find(|row| row.key == key);
    let mut fresh = Vec::new();
    match by(&survey.question) {
        None => fresh.push(measured(&survey.question, survey.kind, definition.scale, now)),
        Some(row) if row.kind != survey.kind || scale(row) != definition.scale => {
            faults.fault("draft/scale", stays(row));
        }
        Some(_) => {}
    }
    for (at, further) in definition.further.iter().enumerate() {
        let field = format!("draft/further/{at}");
        match (by(&further.key), further.kind, further.scale) {
            (None, QuestionKind::Rating, Some(scale)) => {
                fresh.push(measured(&further.key, SurveyKind::Csat, scale, now));
            }
            (Some(row), QuestionKind::Rating, Some(asked)) if scale(row) != asked => {
                faults.fault(&format!("{field}/scale"), stays(row));
            }
            (Some(row), QuestionKind::Choice | QuestionKind::Text, _) => faults.fault(
                &format!("{field}/key"),
                format!("must be another: {} is the key of a question with scores", row.key),
            ),
            _ => {}
        }
    }
    Ok(fresh)
}

const fn scale(row: &question::Model) -> Scale {
    Scale { min: row.lowest, max: row.highest, satisfied_from: row.satisfied_from, low_is_good: row.low_is_good }
}

fn stays(row: &question::Model) -> String {
    format!(
        "must stay {} to {}, satisfied from {}, {}, of kind {}: answers to {} are counted by it; a new scale needs a new key",
        row.lowest,
        row.highest,
        row.satisfied_from,
        if row.low_is_good { "low is good" } else { "high is good" },
        row.kind,
        row.key
    )
}
