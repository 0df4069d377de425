//! What an export holds in one cell as JSON: the past of an account, the further answers of a response.

use std::collections::BTreeMap;

use entity::{OwnershipSource, TeamRole, Time};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    TeamPath,
    path::Path,
    value::{self, Parsed},
};
use crate::base::{Error, MAX_COMMENT, MAX_LINE, from_json};

/// A period of ownership. Members are named by address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub owner: String,
    /// The owner's team in this period.
    pub team: String,
    pub from: Time,
    pub until: Option<Time>,
    pub source: OwnershipSource,
    pub reason: Option<String>,
    pub by: Option<String>,
}

/// A period on the account team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collaborator {
    pub member: String,
    pub role: Option<TeamRole>,
    pub from: Time,
    pub until: Option<Time>,
}

/// An exclusion from surveys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// One contact; the whole account where absent.
    pub contact: Option<Uuid>,
    pub reason: String,
    pub until: Time,
    pub by: Option<String>,
    pub lifted_at: Option<Time>,
    pub created_at: Time,
}

/// The answer to a further question: a score, words, or neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Said {
    Score(i16),
    Words(String),
    Nothing,
}

/// Answers to further questions, by key.
pub type Further = BTreeMap<String, Said>;

/// What an answer said before it was amended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    pub version: i32,
    pub score: i16,
    pub comment: Option<String>,
    pub at: Time,
    pub answers: Option<Further>,
}

/// The path of a team, as an export writes it.
pub(super) fn team(text: &str) -> TeamPath {
    Path::exported().path(text).into_iter().map(Into::into).collect()
}

fn json<T: DeserializeOwned>(raw: &str) -> Parsed<T> {
    from_json(raw.as_bytes()).map_err(|error| match error {
        Error::Invalid(faults) => {
            let faults: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.field, fault.rule)).collect();
            format!("is not what Steward exports there: {}", faults.join("; "))
        }
        error => format!("must be JSON as Steward exports it: {error}"),
    })
}

fn line(text: &str) -> Parsed<()> {
    value::line(text, MAX_LINE).map(drop)
}

/// Periods in their order, of which none overlaps another, and only the last may be open.
pub(super) fn ownerships(raw: &str) -> Parsed<Vec<Term>> {
    let mut terms: Vec<Term> = json(raw)?;
    terms.sort_by_key(|term| term.from);
    let mut free: Option<Option<Time>> = None;
    for term in &terms {
        if free.is_some_and(|free| free.is_none_or(|free| term.from < free)) {
            return Err(format!("has periods that overlap at {}", term.from));
        }
        if term.until.is_some_and(|until| until <= term.from) {
            return Err(format!("has a period that ends before it begins, at {}", term.from));
        }
        [Some(&term.team), term.reason.as_ref()].into_iter().flatten().try_for_each(|text| line(text))?;
        free = Some(term.until);
    }
    Ok(terms)
}

pub(super) fn collaborators(raw: &str) -> Parsed<Vec<Collaborator>> {
    json(raw)
}

pub(super) fn exclusions(raw: &str) -> Parsed<Vec<Excluded>> {
    let all: Vec<Excluded> = json(raw)?;
    all.iter().try_for_each(|one| line(&one.reason))?;
    Ok(all)
}

pub(super) fn further(raw: &str) -> Parsed<Further> {
    let all = json(raw)?;
    check(&all)?;
    Ok(all)
}

pub(super) fn earlier(raw: &str) -> Parsed<Vec<Earlier>> {
    let mut all: Vec<Earlier> = json(raw)?;
    all.sort_by_key(|one| one.version);
    for (at, one) in all.iter().enumerate() {
        if one.version < 1 || at > 0 && all[at - 1].version == one.version {
            return Err(format!("has no place for version {}", one.version));
        }
        score(one.score)?;
        one.comment.iter().try_for_each(|text| value::prose(text, MAX_COMMENT).map(drop))?;
        one.answers.iter().try_for_each(check)?;
    }
    Ok(all)
}

fn score(score: i16) -> Parsed<()> {
    if (0..=10).contains(&score) { Ok(()) } else { Err(format!("holds {score}, which is not between 0 and 10")) }
}

fn check(all: &Further) -> Parsed<()> {
    all.iter().try_for_each(|(key, said)| {
        line(key)?;
        match said {
            Said::Score(given) => score(*given),
            Said::Words(text) => value::prose(text, MAX_COMMENT).map(drop),
            Said::Nothing => Ok(()),
        }
    })
}
