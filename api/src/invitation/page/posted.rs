//! What the form of a survey page sends.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CommentFault, Fault, Further, Given, Kind};
use crate::{
    base,
    invitation::{Answer, Link},
    survey::QuestionKind,
};

/// The fields of either step.
#[derive(Debug, Default)]
pub struct Posted {
    pub score: Option<i16>,
    pub comment: String,
    pub version: Option<i32>,
    /// The second step: further answers, to a score that is stored.
    pub second: bool,
    /// What was sent for each further question.
    further: BTreeMap<String, Vec<String>>,
}

/// A field that may be there once came twice.
#[derive(Debug)]
pub struct Unclear;

impl Posted {
    /// Fields that we do not know are passed over.
    pub fn read(fields: Vec<(String, String)>) -> Result<Self, Unclear> {
        let mut posted = Self::default();
        let mut seen = Vec::new();
        for (name, value) in fields {
            if let Some(key) = name.strip_prefix("q.") {
                posted.further.entry(key.to_owned()).or_default().push(value);
                continue;
            }
            match name.as_str() {
                "score" => posted.score = value.trim().parse().ok(),
                "comment" => posted.comment = value,
                "version" => posted.version = value.trim().parse().ok(),
                "step" => posted.second = value == "2",
                _ => continue,
            }
            if seen.contains(&name) {
                return Err(Unclear);
            }
            seen.push(name);
        }
        Ok(posted)
    }

    /// The answer it gives; none without a score. The first step leaves it open where more is asked after the score.
    pub fn answer(&self, link: &Link) -> Option<Answer> {
        if self.second {
            let score = link.response.as_ref()?.score;
            return Some(Answer {
                score,
                comment: None,
                answers: Some(self.answers(link, score)),
                language: None,
                complete: true,
            });
        }
        let score = self.score?;
        let complete = link.definition.asked(score).next().is_none();
        // Where the page asks for no words, none are taken from it.
        let comment = (!link.invitation.mode.is_quiet()).then(|| self.comment.clone());
        Some(Answer { score, comment, answers: None, language: None, complete })
    }

    /// By the kind of each question. What was left blank is not sent: a page never shows what was answered before.
    fn answers(&self, link: &Link, score: i16) -> BTreeMap<String, Value> {
        let sent = link.definition.asked(score).filter_map(|question| {
            let values = self.further.get(&question.key)?;
            let values: Vec<&str> =
                values.iter().map(String::as_str).filter(|value| !value.trim().is_empty()).collect();
            let value = match (question.kind, values.as_slice()) {
                (_, []) => return None,
                (QuestionKind::Rating, [one]) => {
                    one.trim().parse::<i16>().map_or_else(|_| json!(one), |score| json!(score))
                }
                (QuestionKind::Text, [one]) => json!(one),
                (_, many) => json!(many),
            };
            Some((question.key.clone(), value))
        });
        sent.collect()
    }

    /// Puts back what was sent, and what is wrong with it.
    pub fn fill<'a>(&'a self, further: &mut [Further<'a>], faults: &[base::Fault]) {
        for one in further {
            let sent: &[String] = self.further.get(one.key).map_or(&[], Vec::as_slice);
            let first = sent.first().map(String::as_str);
            let typed = first.unwrap_or_default();
            one.given = match &one.kind {
                Kind::Rating { .. } => {
                    first.and_then(|text| text.trim().parse().ok()).map_or(Given::Nothing, Given::Score)
                }
                Kind::Choice { .. } => Given::Options(sent.iter().map(String::as_str).collect()),
                Kind::Text => Given::Text(typed),
            };
            let field = format!("/answers/{}", one.key);
            let wrong = faults.iter().any(|fault| fault.field == field);
            one.fault = wrong.then(|| match one.kind {
                Kind::Text if !typed.trim().is_empty() => Fault::Text(CommentFault::of(typed)),
                _ => Fault::Missing,
            });
        }
    }
}
