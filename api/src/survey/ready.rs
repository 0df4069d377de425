//! The ready-made surveys that every installation starts with.

use entity::{SurveyKind, survey, survey_version};
use sea_orm::ColumnTrait;

use super::{Definition, QuestionText};
use crate::{
    base::{Error, Result},
    store::Tx,
};

struct Ready {
    kind: SurveyKind,
    name: &'static str,
    key: &'static str,
    scale: (i16, i16),
    question: &'static str,
    low: &'static str,
    high: &'static str,
}

const READY: [Ready; 2] = [
    Ready {
        kind: SurveyKind::Nps,
        name: "Net Promoter Score",
        key: "nps",
        scale: (0, 10),
        question: "How likely are you to recommend our company to a friend or colleague?",
        low: "Not at all likely",
        high: "Extremely likely",
    },
    Ready {
        kind: SurveyKind::Csat,
        name: "Customer satisfaction",
        key: "csat",
        scale: (1, 5),
        question: "How satisfied were you with the service you just received?",
        low: "Very dissatisfied",
        high: "Very satisfied",
    },
];

/// Adds the ready-made surveys that are not there yet.
pub async fn install(tx: &Tx) -> Result<()> {
    for ready in READY {
        let known = tx.find::<survey::Entity>().filter(survey::Column::Question.eq(ready.key)).limit(1).maybe().await?;
        if known.is_none() {
            add(tx, &ready).await?;
        }
    }
    Ok(())
}

async fn add(tx: &Tx, ready: &Ready) -> Result<()> {
    let now = tx.now();
    let text = |text: &str| text.to_owned();
    let definition = Definition {
        scale: ready.scale,
        texts: vec![QuestionText {
            language: text("en"),
            question: text(ready.question),
            low: text(ready.low),
            high: text(ready.high),
        }],
    };
    let survey_id = tx.id();
    let version_id = tx.id();
    tx.insert::<survey::Entity>(survey::Model {
        id: survey_id,
        kind: ready.kind,
        name: text(ready.name),
        question: text(ready.key),
        current_id: Some(version_id),
        archived_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
        draft: None,
    })
    .await?;
    tx.insert::<survey_version::Entity>(survey_version::Model {
        id: version_id,
        survey_id,
        number: 1,
        definition: serde_json::to_value(definition).map_err(Error::internal)?,
        published_at: now,
    })
    .await?;
    Ok(())
}
