//! Answers to further questions, and what answers said earlier, as an export tells them.

use std::collections::{HashMap, HashSet};

use entity::{AccountId, ResponseId, answer, response, response_version};
use serde_json::Value;

use crate::{
    base::Result,
    import::{
        Earlier, Given, ResponseRow, RowError,
        nested::{Further, Said},
    },
    response::snapshot,
    satisfaction::{Counts, Credited},
    store::{Sighted, Tx, Visible, among},
};

/// Those that stand already.
#[derive(Default)]
pub(super) struct Known(HashMap<ResponseId, Vec<Visible<answer::Model>>>);

impl Known {
    pub async fn load(tx: &Tx, ids: Vec<ResponseId>) -> Result<Self> {
        let mut known = Self::default();
        if !ids.is_empty() {
            let find = tx.find::<answer::Entity>();
            let find = find.filter(among::<answer::Entity, _>(answer::Column::ResponseId, &ids));
            for row in find.all().await? {
                known.0.entry(row.response_id).or_default().push(row);
            }
        }
        Ok(known)
    }

    /// Those of one answer.
    pub fn of(&self, id: ResponseId) -> Further {
        self.0.get(&id).into_iter().flatten().map(|row| (row.question.clone(), said(row))).collect()
    }

    /// As they are kept in an earlier version.
    pub fn snapshot(&self, id: ResponseId) -> Option<Value> {
        let rows = self.0.get(&id).into_iter().flatten().map(|row| answer::Model::clone(row));
        snapshot(&rows.collect::<Vec<_>>())
    }
}

/// Counts the scores among them.
pub(super) fn count(counts: &mut Counts, to: &Credited, further: &Further, by: i32) {
    for (question, said) in further {
        if let Said::Score(score) = said {
            counts.add(&Credited { question: question.clone(), ..to.clone() }, *score, by);
        }
    }
}

fn said(row: &answer::Model) -> Said {
    match (row.score, &row.text) {
        (Some(score), _) => Said::Score(score),
        (None, Some(text)) => Said::Words(text.clone()),
        (None, None) => Said::Nothing,
    }
}

/// The answers that a row tells, if it does; scores must be to questions that are counted, on their scales.
pub(super) fn read(row: &ResponseRow, questions: &HashMap<String, (i16, i16)>) -> Result<Option<Further>, RowError> {
    let further = match &row.frozen.further {
        Given::Unmapped => return Ok(None),
        Given::Blank => return Ok(Some(Further::new())),
        Given::Value(further) => further,
    };
    for (question, said) in further {
        let Said::Score(score) = said else { continue };
        let rule = match questions.get(question) {
            Some((least, most)) if (least..=most).contains(&score) => continue,
            Some((least, most)) => format!("holds {score} for {question}, which is not between {least} and {most}"),
            None => {
                format!("holds a score for {question}, which no survey here has asked; publish one that does first")
            }
        };
        return Err(RowError::new(row.row, "answers", "", rule));
    }
    Ok(Some(further.clone()))
}

/// An earlier version as it is kept.
pub(super) fn version(response_id: ResponseId, told: &Earlier) -> response_version::Model {
    response_version::Model {
        response_id,
        version: told.version,
        score: told.score,
        comment: told.comment.clone(),
        at: told.at,
        answers: told.answers.as_ref().map(|further| {
            let pairs = further.iter().map(|(question, said)| (question.clone(), value(said)));
            Value::Object(pairs.collect())
        }),
    }
}

fn value(said: &Said) -> Value {
    match said {
        Said::Score(score) => (*score).into(),
        Said::Words(text) => text.as_str().into(),
        Said::Nothing => Value::Null,
    }
}

/// What a chunk writes of them.
#[derive(Default)]
pub(super) struct Writing {
    gone: Vec<ResponseId>,
    fresh: Vec<answer::Model>,
    /// Of the accounts of these answers.
    seen: HashSet<Sighted>,
}

impl Writing {
    pub fn clear(&mut self, id: ResponseId) {
        self.gone.push(id);
    }

    pub fn set(&mut self, account: Option<Sighted>, row: &response::Model, further: Further) {
        let (response_id, account_id): (ResponseId, AccountId) = (row.id, row.account_id);
        self.seen.extend(account.filter(|_| !further.is_empty()));
        self.fresh.extend(further.into_iter().map(|(question, said)| {
            let (score, text) = match said {
                Said::Score(score) => (Some(score), None),
                Said::Words(text) => (None, Some(text)),
                Said::Nothing => (None, None),
            };
            answer::Model { response_id, question, account_id, score, text }
        }));
    }

    pub async fn write(self, tx: &Tx) -> Result<()> {
        if !self.gone.is_empty() {
            tx.remove::<answer::Entity>(among::<answer::Entity, _>(answer::Column::ResponseId, &self.gone)).await?;
        }
        tx.insert_each::<answer::Entity>(self.seen, self.fresh).await
    }
}
