//! Answers given elsewhere: no invitation, credited at their own date, counted like every other.
//!
//! Credit is frozen when an answer is first imported. Read again, the same answer changes nothing;
//! another score or comment is an amendment: the old one is kept as a version, the counters move.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    AccountId, MemberId, ResponseId, SurveyId, SurveyKind, Time, account, contact, member, question, response,
    response_version, survey,
};
use sea_orm::{ColumnTrait, sea_query::Order};
use tokio::try_join;

use super::{
    AHEAD, Apply, Fresh, Setting, Stopped, Verdict,
    credit::{Credit, Credits, Stood},
    further,
    lookup::Book,
};
use crate::{
    base::{Result, key},
    ctx::Ctx,
    import::{AnswerRow, Fault, Faults, Given, Mapping, Outcome, ResponseRow, RowError},
    response::{every_latest, keep_latest},
    satisfaction::{Counts, Credited},
    store::{Later, Sighted, Tx, Visible, among},
};

/// A survey that a mapping names.
#[derive(Clone)]
pub(super) struct Asked {
    id: SurveyId,
    kind: SurveyKind,
    question: String,
    name: String,
    /// Lowest and highest answer.
    scale: (i16, i16),
}

impl Asked {
    fn of(row: &survey::Model, questions: &HashMap<String, (i16, i16)>) -> Self {
        let scale = questions.get(&row.question).copied().unwrap_or((0, 10));
        Self { id: row.id, kind: row.kind, question: row.question.clone(), name: row.name.clone(), scale }
    }
}

/// The surveys there are.
#[derive(Default)]
pub(super) struct Surveys {
    by_word: HashMap<String, Asked>,
    /// By name and question, archived ones too: an export brings answers to these.
    by_both: HashMap<(String, String), Asked>,
    /// The scales of all questions that have one.
    questions: HashMap<String, (i16, i16)>,
    names: String,
}

impl Surveys {
    /// The survey that an answer is to; else the field at fault and the rule it breaks.
    fn get(&self, survey: &str, question: Option<&str>, kind: SurveyKind) -> Result<&Asked, (&'static str, String)> {
        let found = match question {
            Some(question) => self.by_both.get(&(key(survey), key(question))),
            None => self.by_word.get(&key(survey)),
        };
        match found {
            Some(asked) if asked.kind == kind => Ok(asked),
            Some(asked) => Err(("kind", format!("is {kind}, but the survey {} is {}", asked.name, asked.kind))),
            None => {
                let asking = question.map(|question| format!(" that asks {question}")).unwrap_or_default();
                Err(("survey", format!("{survey} is no survey{asking}; there are {}", self.names)))
            }
        }
    }
}

/// The answers that stand already.
#[derive(Default)]
struct Known {
    by_id: HashMap<ResponseId, Visible<response::Model>>,
    by_reference: HashMap<(String, String, SurveyId), Visible<response::Model>>,
}

/// What was looked up for a chunk, and is asked for again and again.
#[derive(Default)]
struct Shelf {
    accounts: Book<account::Entity>,
    members: Book<member::Entity>,
    credits: Credits,
}

/// Whatever the rows of a part name.
struct Desk<'s> {
    shelf: &'s Shelf,
    contacts: Book<contact::Entity>,
    stood: Stood,
    known: Known,
    further: further::Known,
}

/// What is kept from part to part.
#[derive(Default)]
pub(super) struct Memory {
    surveys: Surveys,
    shelf: Shelf,
    settling: Settling,
    /// When the newest NPS answer of an account was given, of those that came.
    newest: HashMap<AccountId, Time>,
    /// Every account's newest NPS answer is found at the end.
    latest_follows: bool,
}

/// What a chunk will write when all its answers are there.
#[derive(Default)]
struct Settling {
    counts: Counts,
    earlier: Vec<response_version::Model>,
    further: further::Writing,
    /// Accounts whose newest NPS answer may be another.
    touched: BTreeSet<AccountId>,
}

/// What a part writes.
struct Writing<'c> {
    fresh: Vec<response::Model>,
    changed: Vec<(Visible<response::Model>, response::Model)>,
    chunk: &'c mut Settling,
    newest: &'c mut HashMap<AccountId, Time>,
}

impl Apply for ResponseRow {
    type Memory = Memory;
    type Batch = Fresh<response::Model>;
    const LATER: Option<Later> = Some(Later {
        table: "response",
        indexes: &["response_account", "response_time", "response_amended"],
        follows: Some(every_latest),
    });

    fn put_off(memory: &mut Memory) {
        memory.latest_follows = true;
    }

    async fn ready(system: &Ctx, mapping: &Mapping, memory: &mut Memory) -> Result<(), Stopped> {
        let memory = &mut memory.surveys;
        let questions = system.find::<question::Entity>().all().await?;
        memory.questions = questions.iter().map(|row| (row.key.clone(), (row.lowest, row.highest))).collect();
        let mut all = system.find::<survey::Entity>().order(survey::Column::Id, Order::Asc).all().await?;
        for archived in [true, false] {
            for row in all.iter().rev().filter(|row| row.archived_at.is_some() == archived) {
                memory.by_both.insert((key(&row.name), key(&row.question)), Asked::of(row, &memory.questions));
            }
        }
        all.retain(|row| row.archived_at.is_none());
        // A question key goes before a name, an older survey before a newer.
        for row in all.iter().rev() {
            memory.by_word.insert(key(&row.name), Asked::of(row, &memory.questions));
        }
        for row in all.iter().rev() {
            memory.by_word.insert(key(&row.question), Asked::of(row, &memory.questions));
        }
        memory.names = all.iter().map(|row| format!("{} ({})", row.question, row.name)).collect::<Vec<_>>().join(", ");
        let mut faults = Vec::new();
        for (at, answer) in mapping.answers.iter().enumerate() {
            if let Err((field, rule)) =
                answer.fixed().map_or(Ok(()), |(survey, kind)| memory.get(survey, None, kind).map(drop))
            {
                faults.push(Fault { key: format!("answers[{at}].{field}"), rule });
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Stopped::Mapping(Faults(faults))) }
    }

    async fn apply(
        tx: &Tx,
        setting: &Setting,
        memory: &mut Memory,
        rows: Vec<Self>,
    ) -> Result<(Vec<Verdict>, Self::Batch)> {
        let (source, look) = (&setting.source, setting.look(tx));
        let Memory { surveys, shelf, settling, newest, .. } = memory;
        if shelf.accounts.is_full() {
            *shelf = Shelf::default();
        }
        let ((), (), contacts, known) = try_join!(
            shelf.accounts.read(&look, source, rows.iter().map(|row| &row.account)),
            shelf.members.read(&look, source, rows.iter().filter_map(|row| row.owner.as_ref())),
            Book::open(&look, source, rows.iter().filter_map(|row| row.contact.as_ref())),
            known(&look, source, &rows),
        )?;
        let Shelf { accounts, members, credits, .. } = shelf;
        let ((), stood) = try_join!(credits.read(&look, accounts, members), Stood::load(tx, source, &rows))?;
        let mut desk = Desk { shelf, contacts, stood, known, further: further::Known::default() };
        let told = rows.iter().any(|row| row.frozen.further != Given::Unmapped);
        let stand =
            desk.known.by_id.values().chain(desk.known.by_reference.values()).map(|row| row.id).filter(|_| told);
        desk.further = further::Known::load(tx, stand.collect()).await?;
        let mut writing = Writing { fresh: Vec::new(), changed: Vec::new(), chunk: settling, newest };
        let mut verdicts = Vec::new();
        for row in rows {
            verdicts.push(match desk.row(tx, setting, surveys, row, &mut writing) {
                Ok((outcome, refused)) => Verdict::Taken(outcome, refused),
                Err(fault) => Verdict::Refused(fault.into()),
            });
        }
        let Writing { fresh: rows, changed, .. } = writing;
        tx.rewrite::<response::Entity>(changed).await?;
        Ok((verdicts, Fresh::of(&shelf.accounts, rows)))
    }

    async fn write(tx: Tx, Fresh { accounts, mut rows }: Self::Batch) -> Result<()> {
        // Answers of one account lie together, in the table and in what leads to them.
        rows.sort_unstable_by_key(|row| (row.account_id, row.answered_at, row.id));
        tx.insert_each::<response::Entity>(&accounts, rows).await
    }

    /// The counters come last: their locks last until the commit.
    async fn settle(tx: &Tx, memory: &mut Memory) -> Result<()> {
        memory.shelf = Shelf::default();
        let Settling { counts, earlier, further, touched } = std::mem::take(&mut memory.settling);
        tx.insert_all::<response_version::Entity>(earlier).await?;
        further.write(tx).await?;
        if !memory.latest_follows {
            keep_latest(tx, &touched.into_iter().collect::<Vec<_>>()).await?;
        }
        counts.write(tx).await
    }
}

async fn known(tx: &Tx, source: &str, rows: &[ResponseRow]) -> Result<Known> {
    use response::{Column, Entity};
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, reference) in rows.iter().filter_map(|row| row.kept.origin(&row.reference, source)) {
        wanted.entry(source).or_default().push(reference);
    }
    let mut known = Known::default();
    for (source, references) in wanted {
        let find = tx
            .find::<Entity>()
            .filter(Column::Source.eq(source.as_str()))
            .filter(among::<Entity, _>(Column::Reference, &references));
        for row in find.order(Column::Id, Order::Asc).lock().all().await? {
            let Some(reference) = row.reference.clone() else { continue };
            known.by_reference.insert((source.clone(), reference, row.survey_id), row);
        }
    }
    let ids: Vec<ResponseId> = rows.iter().filter_map(|row| row.kept.id).map(ResponseId).collect();
    if !ids.is_empty() {
        let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::Id, &ids)).order(Column::Id, Order::Asc);
        known.by_id = find.lock().all().await?.into_iter().map(|row| (row.id, row)).collect();
    }
    Ok(known)
}

impl Known {
    /// The answer that a row is about: the one of its id; if there is none, the one of its reference.
    fn take(
        &mut self,
        row: &ResponseRow,
        like: &response::Model,
        survey: SurveyId,
    ) -> Option<Visible<response::Model>> {
        let named = like.source.clone().zip(like.reference.clone());
        let named = named.and_then(|(source, reference)| self.by_reference.remove(&(source, reference, survey)));
        row.kept.id.and_then(|id| self.by_id.remove(&ResponseId(id))).or(named)
    }
}

impl Desk<'_> {
    /// What a row comes to, and its answers that are not taken.
    fn row(
        &mut self,
        tx: &Tx,
        setting: &Setting,
        surveys: &Surveys,
        mut row: ResponseRow,
        writing: &mut Writing<'_>,
    ) -> Result<(Outcome, Vec<RowError>), RowError> {
        let like = self.like(tx, setting, &row)?;
        let (mut outcome, mut refused) = (Outcome::Unchanged, Vec::new());
        for answer in std::mem::take(&mut row.answers) {
            let done = answer.and_then(|answer| self.one(tx, surveys, &row, &like, answer, writing));
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
        let account = self.shelf.accounts.get(&row.account, row.row, |_| true)?;
        if row.answered_at.0 > tx.now().0 + AHEAD {
            let at = row.answered_at.to_string();
            return Err(RowError::new(row.row, "answered_at", &at, "lies in the future"));
        }
        let contact = row
            .contact
            .as_ref()
            .map(|pointer| self.contacts.get(pointer, row.row, |contact| contact.account_id == account.id));
        let contact = contact.transpose()?;
        let owner = row.owner.as_ref().map(|pointer| self.shelf.members.get(pointer, row.row, |_| true)).transpose()?;
        let mut credit = self.shelf.credits.at(account, owner.map(|owner| &**owner), row.answered_at);
        let told = self.stood.place(row)?;
        if let Some(place_id) = told {
            let owner_id: Option<MemberId> = owner.map(|owner| owner.id);
            credit = Credit { owner_id, place_id, ..credit };
        }
        let frozen = &row.frozen;
        let (source, reference) = match row.kept.origin(&row.reference, &setting.source) {
            Some((source, reference)) => (Some(source), Some(reference)),
            None => (row.kept.source.clone(), None),
        };
        // Where the credit is told, nothing follows from what the account is today.
        let or_of_account = |given: &Option<String>, of: &Option<String>| match told {
            Some(_) => given.clone(),
            None => given.clone().or_else(|| of.clone()),
        };
        Ok(response::Model {
            id: row.kept.id.map_or_else(|| tx.id(), ResponseId),
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
            completed_at: match frozen.completed_at {
                Given::Unmapped => Some(row.answered_at),
                given => given.value(),
            },
            amended_at: frozen.amended_at,
            version: frozen.earlier.last().map_or(1, |last| last.version.saturating_add(1)),
            month: setting.company.month(row.answered_at),
            owner_id: credit.owner_id,
            place_id: credit.place_id,
            territory: or_of_account(&row.territory, &account.territory),
            segment: or_of_account(&frozen.segment, &account.segment),
            tier: frozen.tier.unwrap_or(account.tier),
            decision_maker: frozen.decision_maker.unwrap_or_else(|| {
                contact.is_some_and(|contact| contact.roles.has(entity::ContactRole::DecisionMaker))
            }),
            inherited: frozen.inherited.unwrap_or(credit.inherited),
            mode: 0,
            source,
            reference,
        })
    }

    /// One answer: new, amended, or known.
    fn one(
        &mut self,
        tx: &Tx,
        surveys: &Surveys,
        row: &ResponseRow,
        like: &response::Model,
        answer: AnswerRow,
        writing: &mut Writing<'_>,
    ) -> Result<Outcome, RowError> {
        let asked = surveys.get(&answer.survey, answer.question.as_deref(), answer.kind);
        let asked = asked.map_err(|(field, rule)| RowError::new(row.row, field, "", rule))?;
        let (least, most) = asked.scale;
        if !(least..=most).contains(&answer.score) {
            let rule = format!("is not between {least} and {most}");
            return Err(RowError::new(row.row, &answer.column, &answer.score.to_string(), rule));
        }
        let further = further::read(row, &surveys.questions)?;
        let seen = self.shelf.accounts.row(like.account_id).map(Sighted::by);
        let Some(old) = self.known.take(row, like, asked.id) else {
            let new = response::Model {
                id: row.kept.id.map_or_else(|| tx.id(), ResponseId),
                survey_id: asked.id,
                kind: asked.kind,
                question: asked.question.clone(),
                score: answer.score,
                comment: answer.comment,
                ..like.clone()
            };
            let to = Credited::of(&new);
            let chunk = &mut *writing.chunk;
            chunk.counts.add(&to, new.score, 1);
            if let Some(further) = &further {
                further::count(&mut chunk.counts, &to, further, 1);
            }
            let newest = writing.newest.get(&new.account_id);
            if new.kind == SurveyKind::Nps && newest.is_none_or(|newest| *newest <= new.answered_at) {
                writing.newest.insert(new.account_id, new.answered_at);
                chunk.touched.insert(new.account_id);
            }
            chunk.earlier.extend(row.frozen.earlier.iter().map(|one| further::version(new.id, one)));
            chunk.further.set(seen, &new, further.unwrap_or_default());
            writing.fresh.push(new);
            return Ok(Outcome::Created);
        };
        if old.account_id != like.account_id {
            return Err(row.account.error(row.row, "is not the account this answer is known under"));
        }
        if old.survey_id != asked.id {
            return Err(RowError::new(
                row.row,
                "survey",
                &answer.survey,
                "is not the survey this answer is known under",
            ));
        }
        let comment = answer.comment.or_else(|| old.comment.clone());
        let more = further.filter(|further| *further != self.further.of(old.id));
        if old.score == answer.score && old.comment == comment && more.is_none() {
            return Ok(Outcome::Unchanged);
        }
        if old.invitation_id.is_some() {
            let rule = "was given to an invitation: only who was invited changes it";
            return Err(RowError::new(row.row, &answer.column, &answer.score.to_string(), rule));
        }
        let now = tx.now();
        let (score, version) = (answer.score, old.version + 1);
        let after = response::Model { score, comment, version, amended_at: Some(now), ..response::Model::clone(&old) };
        let (to, chunk) = (Credited::of(&old), &mut *writing.chunk);
        if old.score != score {
            chunk.counts.add(&to, old.score, -1);
            chunk.counts.add(&to, score, 1);
            if old.kind == SurveyKind::Nps {
                chunk.touched.insert(old.account_id);
            }
        }
        if let Some(more) = more {
            further::count(&mut chunk.counts, &to, &self.further.of(old.id), -1);
            further::count(&mut chunk.counts, &to, &more, 1);
            chunk.further.clear(old.id);
            chunk.further.set(seen, &after, more);
        }
        let before = self.further.snapshot(old.id);
        chunk.earlier.push(response_version::Model {
            response_id: old.id,
            version: old.version,
            score: old.score,
            comment: old.comment.clone(),
            at: old.amended_at.unwrap_or(old.answered_at),
            answers: before,
        });
        writing.changed.push((old, after));
        Ok(Outcome::Updated)
    }
}
