//! Answers to further questions, and what an answer said before: one statement each for many answers.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{SimpleObject, dataloader::Loader};
use entity::{ResponseId, Time, answer, response_version};
use sea_orm::sea_query::Order;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::{
    base::{Error, Result},
    ctx::Ctx,
    store::among,
};

/// The answer to a further question.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, ToSchema)]
#[graphql(serial)]
pub struct FurtherAnswer {
    /// The key of the question.
    #[schema(example = "speed")]
    pub question: String,
    /// A rating, on the question's scale.
    #[schema(example = 4)]
    pub score: Option<i32>,
    /// Words, or the keys of the options chosen, one a line.
    #[schema(example = "A phone number.")]
    pub text: Option<String>,
}

/// What an answer said before it was changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ResponseVersion {
    /// Which version.
    pub version: i32,
    /// What the score was.
    pub score: i32,
    /// What the comment was.
    pub comment: Option<String>,
    /// When it was given.
    pub at: Time,
    /// What the answers to further questions were, by key.
    pub answers: Vec<FurtherAnswer>,
}

impl From<answer::Model> for FurtherAnswer {
    fn from(row: answer::Model) -> Self {
        Self { question: row.question, score: row.score.map(Into::into), text: row.text }
    }
}

/// Answers to further questions as one JSON value, to be kept in an earlier version.
pub fn snapshot(rows: &[answer::Model]) -> Option<Value> {
    let pairs = rows.iter().map(|row| {
        let value = row.score.map_or_else(|| json!(row.text), |score| json!(score));
        (row.question.clone(), value)
    });
    (!rows.is_empty()).then(|| Value::Object(pairs.collect()))
}

impl From<response_version::Model> for ResponseVersion {
    fn from(row: response_version::Model) -> Self {
        let answers = match row.answers {
            Some(Value::Object(pairs)) => pairs,
            _ => Map::new(),
        };
        let answers = answers.into_iter().map(|(question, value)| FurtherAnswer {
            question,
            score: value.as_i64().and_then(|score| i32::try_from(score).ok()),
            text: value.as_str().map(str::to_owned),
        });
        Self {
            version: row.version,
            score: row.score.into(),
            comment: row.comment,
            at: row.at,
            answers: answers.collect(),
        }
    }
}

/// Loads the answers to further questions.
pub struct AnswerLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<ResponseId> for AnswerLoader {
    type Value = Vec<FurtherAnswer>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ResponseId]) -> Result<HashMap<ResponseId, Self::Value>, Self::Error> {
        let which = among::<answer::Entity, _>(answer::Column::ResponseId, ids);
        let find = self.0.find::<answer::Entity>().filter(which).order(answer::Column::Question, Order::Asc);
        let mut found: HashMap<ResponseId, Self::Value> = HashMap::new();
        for row in find.all().await? {
            found.entry(row.response_id).or_default().push(row.into_inner().into());
        }
        Ok(found)
    }
}

/// Loads earlier versions, the newest first. Only for answers that were read in the viewer's scope.
pub struct VersionLoader(pub Ctx);

#[async_trait::async_trait]
impl Loader<ResponseId> for VersionLoader {
    type Value = Vec<ResponseVersion>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ResponseId]) -> Result<HashMap<ResponseId, Self::Value>, Self::Error> {
        let which = among::<response_version::Entity, _>(response_version::Column::ResponseId, ids);
        let find = self.0.find::<response_version::Entity>().filter(which);
        let mut found: HashMap<ResponseId, Self::Value> = HashMap::new();
        for row in find.order(response_version::Column::Version, Order::Desc).all().await? {
            found.entry(row.response_id).or_default().push(row.into_inner().into());
        }
        Ok(found)
    }
}
