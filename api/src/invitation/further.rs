//! Answers to further questions: each is checked by its question, kept as a row, and counted if it is a rating.

use std::collections::{BTreeMap, BTreeSet};

use entity::{AccountId, ResponseId, answer};
use serde_json::Value;

use crate::{
    base::{Check, MAX_COMMENT},
    survey::{Definition, FurtherQuestion, QuestionKind},
};

/// A checked answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    score: Option<i16>,
    text: Option<String>,
}

/// By the question's key; none takes an answer back.
pub(super) type Sayings = BTreeMap<String, Option<Said>>;

/// Checks what is given. A question that is not asked after this score takes no answer.
pub(super) fn checked(check: &mut Check, asks: &Definition, score: i16, given: &BTreeMap<String, Value>) -> Sayings {
    let mut said = Sayings::new();
    for (key, value) in given {
        let Some(question) = asks.further.iter().find(|question| question.key == *key) else {
            let known: Vec<&str> = asks.further.iter().map(|question| question.key.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            check.fault("answers", format!("must name questions of this survey only: {known}"));
            continue;
        };
        let field = format!("answers/{key}");
        if !question.is_asked(score) && !value.is_null() {
            check.fault(&field, format!("is not asked after a score of {score}"));
            continue;
        }
        said.insert(key.clone(), one(check, &field, question, value));
    }
    said
}

fn one(check: &mut Check, field: &str, question: &FurtherQuestion, value: &Value) -> Option<Said> {
    if value.is_null() {
        return None;
    }
    match (question.kind, question.scale) {
        (QuestionKind::Rating, Some(scale)) => {
            let score = value.as_i64().and_then(|score| i16::try_from(score).ok()).filter(|score| scale.holds(*score));
            if score.is_none() {
                check.fault(field, format!("must be a whole number between {} and {}", scale.min, scale.max));
            }
            Some(Said { score, text: None })
        }
        (QuestionKind::Choice, _) => chosen(check, field, question, value),
        _ => {
            let Some(text) = value.as_str() else {
                check.fault(field, "must be a text");
                return None;
            };
            let text = check.text_opt(field, Some(text), MAX_COMMENT)?;
            Some(Said { score: None, text: Some(text) })
        }
    }
}

/// Options in the order of the question; one, or several where it allows.
fn chosen(check: &mut Check, field: &str, question: &FurtherQuestion, value: &Value) -> Option<Said> {
    let given: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
    let keys: BTreeSet<&str> = given.iter().filter_map(|key| key.as_str()).collect();
    let known: Vec<&str> = question.options.iter().map(String::as_str).filter(|key| keys.contains(key)).collect();
    if given.iter().any(|key| !key.is_string()) || known.len() < keys.len() {
        check.fault(field, format!("must be among {}", question.options.join(", ")));
    } else if known.len() > 1 && !question.multiple {
        check.fault(field, "must be one option");
    }
    (!known.is_empty()).then(|| Said { score: None, text: Some(known.join("\n")) })
}

/// What becomes of the rows of an answer.
#[derive(Default)]
pub(super) struct Settled {
    /// All that stands now.
    pub all: Vec<answer::Model>,
    /// Rows to write.
    pub fresh: Vec<answer::Model>,
    /// Questions whose old rows go.
    pub gone: Vec<String>,
    /// Ratings to count: key, score, +1 or −1.
    pub counts: Vec<(String, i16, i32)>,
}

/// Lays what is given over what was said before. What is no longer asked after the score is dropped.
pub(super) fn settle(
    asks: &Definition,
    score: i16,
    of: (ResponseId, AccountId),
    old: &[answer::Model],
    mut given: Sayings,
) -> Settled {
    let mut settled = Settled::default();
    for question in asks.asked(score) {
        let before = old.iter().find(|row| row.question == question.key);
        let now = match given.remove(&question.key) {
            Some(given) => given.map(|said| answer::Model {
                response_id: of.0,
                question: question.key.clone(),
                account_id: of.1,
                score: said.score,
                text: said.text,
            }),
            None => before.cloned(),
        };
        if now.as_ref() != before {
            settled.fresh.extend(now.clone());
        }
        settled.all.extend(now);
    }
    for row in old.iter().filter(|row| !settled.all.contains(row)) {
        settled.gone.push(row.question.clone());
        settled.counts.extend(row.score.map(|score| (row.question.clone(), score, -1)));
    }
    let new = settled.fresh.iter().filter_map(|row| Some((row.question.clone(), row.score?, 1)));
    settled.counts.extend(new.collect::<Vec<_>>());
    settled
}

/// A complete answer has all that is required.
pub(super) fn required(check: &mut Check, asks: &Definition, score: i16, all: &[answer::Model]) {
    for question in asks.asked(score).filter(|question| question.required) {
        if !all.iter().any(|row| row.question == question.key) {
            check.fault(&format!("answers/{}", question.key), "must be given");
        }
    }
}
