//! Answers given elsewhere: no invitation, credited at their own date, counted like every other.
//!
//! Credit is frozen when an answer is first imported. Read again, the same answer changes nothing;
//! another score or comment is an amendment: the old one is kept as a version, the counters move.

use std::collections::HashMap;

use entity::{SurveyId, SurveyKind, account, contact, member, response, response_version, survey};
use sea_orm::{ColumnTrait, sea_query::Order};

use super::{AHEAD, Apply, Setting, Stopped, Verdict, credit::Credits, lookup::Book};
use crate::{
    base::{Error, Result, key},
    ctx::Ctx,
    import::{AnswerRow, Fault, Faults, Mapping, Outcome, Pointer, ResponseRow, RowError},
    response::keep_latest,
    satisfaction::{Credited, count},
    store::{Tx, Visible, among},
};

/// A survey that a mapping names.
#[derive(Clone)]
pub(super) struct Asked {
    id: SurveyId,
    kind: SurveyKind,
    question: String,
    name: String,
}

impl Asked {
    fn of(row: &survey::Model) -> Self {
        Self { id: row.id, kind: row.kind, question: row.question.clone(), name: row.name.clone() }
    }
}

/// The surveys there are.
#[derive(Default)]
pub(super) struct Surveys {
    by_word: HashMap<String, Asked>,
    names: String,
}

impl Surveys {
    /// The survey that an answer is to; else the field at fault and the rule it breaks.
    fn get(&self, survey: &str, kind: SurveyKind) -> Result<&Asked, (&'static str, String)> {
        match self.by_word.get(&key(survey)) {
            Some(asked) if asked.kind == kind => Ok(asked),
            Some(asked) => Err(("kind", format!("is {kind}, but the survey {} is {}", asked.name, asked.kind))),
            None => Err(("survey", format!("{survey} is no survey; there are {}", self.names))),
        }
    }
}

type Known = HashMap<(String, SurveyId), Visible<response::Model>>;

/// Whatever the rows of a chunk name.
struct Desk {
    accounts: Book<account::Entity>,
    contacts: Book<contact::Entity>,
    members: Book<member::Entity>,
    credits: Credits,
    known: Known,
}

/// What a chunk will write.
#[derive(Default)]
struct Writing {
    fresh: Vec<response::Model>,
    changed: Vec<(Visible<response::Model>, response::Model)>,
    counts: Vec<(Credited, i16, i32)>,
}

impl Apply for ResponseRow {
    type Memory = Surveys;

    async fn ready(system: &Ctx, mapping: &Mapping, memory: &mut Surveys) -> Result<(), Stopped> {
        let find = system.find::<survey::Entity>().filter(survey::Column::ArchivedAt.is_null());
        let all = find.order(survey::Column::Id, Order::Asc).all().await?;
        // A question key goes before a name, an older survey before a newer.
        for row in all.iter().rev() {
            memory.by_word.insert(key(&row.name), Asked::of(row));
        }
        for row in all.iter().rev() {
            memory.by_word.insert(key(&row.question), Asked::of(row));
        }
        memory.names = all.iter().map(|row| format!("{} ({})", row.question, row.name)).collect::<Vec<_>>().join(", ");
        let mut faults = Vec::new();
        for (at, answer) in mapping.answers.iter().enumerate() {
            if let Err((field, rule)) =
                answer.fixed().map_or(Ok(()), |(survey, kind)| memory.get(survey, kind).map(drop))
            {
                faults.push(Fault { key: format!("answers[{at}].{field}"), rule });
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Stopped::Mapping(Faults(faults))) }
    }

    async fn apply(tx: &Tx, setting: &Setting, surveys: &mut Surveys, rows: Vec<Self>) -> Result<Vec<Verdict>> {
        let source = &setting.source;
        let accounts = Book::open(tx, source, rows.iter().map(|row| &row.account)).await?;
        let members = Book::open(tx, source, rows.iter().filter_map(|row| row.owner.as_ref())).await?;
        let mut desk = Desk {
            credits: Credits::load(tx, &accounts, &members).await?,
            contacts: Book::open(tx, source, rows.iter().filter_map(|row| row.contact.as_ref())).await?,
            known: known(tx, source, &rows).await?,
            accounts,
            members,
        };
        let mut writing = Writing::default();
        let mut verdicts = Vec::new();
        for row in rows {
            verdicts.push(match desk.row(tx, setting, surveys, row, &mut writing) {
                Ok((outcome, refused)) => Verdict::Taken(outcome, refused),
                Err(fault) => Verdict::Refused(fault.into()),
            });
        }
        write(tx, &desk.accounts, writing).await?;
        Ok(verdicts)
    }
}

async fn known(tx: &Tx, source: &str, rows: &[ResponseRow]) -> Result<Known> {
    use response::{Column, Entity};
    let references: Vec<String> = rows.iter().map(|row| row.reference.clone()).collect();
    let find = tx
        .find::<Entity>()
        .filter(Column::Source.eq(source))
        .filter(among::<Entity, _>(Column::Reference, &references));
    let rows = find.order(Column::Id, Order::Asc).lock().all().await?;
    Ok(rows.into_iter().filter_map(|row| Some(((row.reference.clone()?, row.survey_id), row))).collect())
}

impl Desk {
    /// What a row comes to, and its answers that are not taken.
    fn row(
        &mut self,
        tx: &Tx,
        setting: &Setting,
        surveys: &Surveys,
        row: ResponseRow,
        writing: &mut Writing,
    ) -> Result<(Outcome, Vec<RowError>), RowError> {
        let like = self.like(tx, setting, &row)?;
        let (mut outcome, mut refused) = (Outcome::Unchanged, Vec::new());
        for answer in row.answers {
            let done = answer.and_then(|answer| {
                let asked = surveys.get(&answer.survey, answer.kind);
                let asked = asked.map_err(|(field, rule)| RowError::new(row.row, field, "", rule))?;
                let old = self.known.remove(&(row.reference.clone(), asked.id));
                one(tx, &like, asked, old, answer, &row.account, row.row, writing)
            });
            match done {
                Ok(Outcome::Unchanged) => {}
                Ok(Outcome::Updated) if outcome == Outcome::Created => {}
                Ok(done) => outcome = done,
                Err(fault) => refused.push(fault),
            }
        }
        Ok((outcome, refused))
    }

    /// A response of this row with everything but the answer itself.
    fn like(&self, tx: &Tx, setting: &Setting, row: &ResponseRow) -> Result<response::Model, RowError> {
        let account = self.accounts.get(&row.account, row.row, |_| true)?;
        if row.answered_at.0 > tx.now().0 + AHEAD {
            let at = row.answered_at.to_string();
            return Err(RowError::new(row.row, "answered_at", &at, "lies in the future"));
        }
        let contact = row
            .contact
            .as_ref()
            .map(|pointer| self.contacts.get(pointer, row.row, |contact| contact.account_id == account.id));
        let contact = contact.transpose()?;
        let owner = row.owner.as_ref().map(|pointer| self.members.get(pointer, row.row, |_| true)).transpose()?;
        let credit = self.credits.at(account, owner.map(|owner| &**owner), row.answered_at);
        Ok(response::Model {
            id: tx.id(),
            invitation_id: None,
            account_id: account.id,
            contact_id: contact.map(|contact| contact.id),
            survey_id: SurveyId(uuid::Uuid::nil()),
            kind: SurveyKind::Nps,
            question: String::new(),
            score: 0,
            comment: None,
            language: row.language.clone(),
            answered_at: row.answered_at,
            completed_at: Some(row.answered_at),
            amended_at: None,
            version: 1,
            month: setting.company.month(row.answered_at),
            owner_id: credit.owner_id,
            place_id: credit.place_id,
            territory: row.territory.clone().or_else(|| account.territory.clone()),
            segment: account.segment.clone(),
            tier: account.tier,
            decision_maker: contact.is_some_and(|contact| contact.roles.has(entity::ContactRole::DecisionMaker)),
            inherited: credit.inherited,
            mode: 0,
            source: Some(setting.source.clone()),
            reference: Some(row.reference.clone()),
        })
    }
}

/// One answer: new, amended, or known.
#[expect(clippy::too_many_arguments, reason = "a row, an answer, and where they go")]
fn one(
    tx: &Tx,
    like: &response::Model,
    asked: &Asked,
    old: Option<Visible<response::Model>>,
    answer: AnswerRow,
    account: &Pointer,
    row: u64,
    writing: &mut Writing,
) -> Result<Outcome, RowError> {
    let Some(old) = old else {
        let new = response::Model {
            id: tx.id(),
            survey_id: asked.id,
            kind: asked.kind,
            question: asked.question.clone(),
            score: answer.score,
            comment: answer.comment,
            ..like.clone()
        };
        writing.counts.push((Credited::of(&new), new.score, 1));
        writing.fresh.push(new);
        return Ok(Outcome::Created);
    };
    if old.account_id != like.account_id {
        return Err(account.error(row, "is not the account this answer is known under"));
    }
    let comment = answer.comment.or_else(|| old.comment.clone());
    if old.score == answer.score && old.comment == comment {
        return Ok(Outcome::Unchanged);
    }
    let now = tx.now();
    let (score, version) = (answer.score, old.version + 1);
    let after = response::Model { score, comment, version, amended_at: Some(now), ..response::Model::clone(&old) };
    if old.score != score {
        let to = Credited::of(&old);
        writing.counts.extend([(to.clone(), old.score, -1), (to, score, 1)]);
    }
    writing.changed.push((old, after));
    Ok(Outcome::Updated)
}

/// The counters come last: their locks last until the commit.
async fn write(tx: &Tx, accounts: &Book<account::Entity>, writing: Writing) -> Result<()> {
    let kept = writing.changed.iter().map(|(old, _)| response_version::Model {
        response_id: old.id,
        version: old.version,
        score: old.score,
        comment: old.comment.clone(),
        at: old.amended_at.unwrap_or(old.answered_at),
        answers: None,
    });
    let mut touched: Vec<_> =
        writing.changed.iter().map(|(_, new)| new).chain(&writing.fresh).map(|row| row.account_id).collect();
    touched.sort_unstable();
    touched.dedup();
    tx.insert_all::<response_version::Entity>(kept.collect()).await?;
    tx.rewrite::<response::Entity>(writing.changed).await?;
    tx.insert_each::<response::Entity>(accounts.rows(), writing.fresh).await?;
    keep_latest(tx, &touched).await?;
    if writing.counts.iter().any(|(_, score, _)| !(0..=10).contains(score)) {
        return Err(Error::internal("score off the scale"));
    }
    count(tx, &writing.counts).await
}
