//! Invitations of a former system, so that the links that it mailed stay good here.
//!
//! Of a link the digest is kept, and an invitation is known by nothing else: read again it changes nothing but when its
//! link ends. One whose link the former system has taken an answer by is not made, and is withdrawn if it is here and
//! nobody has answered it here: one link, one answer. It is credited to whoever owned the account when it was sent, stands
//! in a sending of its own import, and no reminder leaves for it.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use entity::{
    ContactId, ContactRole, Digest, InvitationId, InvitationStatus, SurveyId, SurveyMode, SurveyVersionId, Time,
    WaveId, WaveState, account, contact, invitation, member, response, survey, survey_version, wave,
};
use sea_orm::{ColumnTrait, sea_query::Order};
use tokio::try_join;

use super::{AHEAD, Apply, Fresh, Setting, Stopped, Verdict, credit::Credits, lookup::Book};
use crate::{
    base::{Error, Result, key},
    ctx::Ctx,
    import::{InvitationRow, Mapping, Outcome, RowError},
    invitation::{Delivery, EXPIRES_DAYS},
    secure::{Purpose, Secret, digest},
    store::{Later, Tx, Visible, among},
    survey::Definition,
};

/// A survey that can be asked.
struct Asked {
    id: SurveyId,
    /// The version of today.
    version: SurveyVersionId,
    definition: Definition,
    mode: SurveyMode,
    question: String,
    name: String,
}

/// What is kept from part to part.
#[derive(Default)]
pub(super) struct Memory {
    surveys: Vec<Asked>,
    /// Their places in the list, by name and by question key.
    by_word: HashMap<String, usize>,
    names: String,
    secret: Option<Secret>,
    sendings: Sendings,
}

/// The sendings of this import. In one a contact is asked once: who holds several links of a survey is in several.
#[derive(Default)]
struct Sendings {
    waves: HashMap<(SurveyId, usize), WaveId>,
    asked: HashMap<(SurveyId, ContactId), usize>,
    /// Those that are not written yet.
    fresh: Vec<wave::Model>,
}

/// Whatever the rows of a part name.
struct Desk<'m> {
    accounts: Book<account::Entity>,
    contacts: Book<contact::Entity>,
    members: Book<member::Entity>,
    credits: Credits,
    known: BTreeMap<Digest, Visible<invitation::Model>>,
    /// Of the known ones, those that have an answer.
    answered: HashSet<InvitationId>,
    memory: &'m mut Memory,
    language: String,
    now: Time,
}

/// What a row comes to.
enum Made {
    Nothing,
    Change(Box<(Visible<invitation::Model>, invitation::Model)>),
    New(Box<invitation::Model>),
}

/// Why a row comes to nothing: by its own fault, or because all of it fails.
enum Unfit {
    Row(RowError),
    Failed(Error),
}

impl From<RowError> for Unfit {
    fn from(fault: RowError) -> Self {
        Self::Row(fault)
    }
}

impl From<Error> for Unfit {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Apply for InvitationRow {
    type Memory = Memory;
    type Batch = Fresh<invitation::Model>;
    const LATER: Option<Later> = Some(Later {
        table: "invitation",
        indexes: &["invitation_account", "invitation_contact", "invitation_time"],
        follows: None,
    });

    async fn ready(system: &Ctx, _: &Mapping, memory: &mut Memory) -> Result<(), Stopped> {
        let find = system.find::<survey::Entity>().filter(survey::Column::ArchivedAt.is_null());
        let rows = find.order(survey::Column::Id, Order::Asc).all().await?;
        let current: Vec<SurveyVersionId> = rows.iter().filter_map(|row| row.current_id).collect();
        let find = system.find::<survey_version::Entity>();
        let versions =
            find.filter(among::<survey_version::Entity, _>(survey_version::Column::Id, &current)).all().await?;
        let mut definitions: HashMap<_, _> =
            versions.into_iter().map(|row| (row.id, row.into_inner().definition)).collect();
        for row in rows {
            let Some((version, definition)) = row.current_id.and_then(|id| definitions.remove_entry(&id)) else {
                continue;
            };
            let at = memory.surveys.len();
            // An older survey goes before a newer, and a question key before a name.
            memory.by_word.entry(key(&row.name)).or_insert(at);
            let row = row.into_inner();
            let (id, mode, definition) = (row.id, row.mode, Definition::read(definition)?);
            memory.surveys.push(Asked { id, version, definition, mode, question: row.question, name: row.name });
        }
        for (at, asked) in memory.surveys.iter().enumerate().rev() {
            memory.by_word.insert(key(&asked.question), at);
        }
        let names = memory.surveys.iter().map(|asked| format!("{} ({})", asked.question, asked.name));
        memory.names = names.collect::<Vec<_>>().join(", ");
        memory.secret = Some(system.secret().clone());
        Ok(())
    }

    async fn apply(
        tx: &Tx,
        setting: &Setting,
        memory: &mut Memory,
        rows: Vec<Self>,
    ) -> Result<(Vec<Verdict>, Self::Batch)> {
        let (source, look) = (&setting.source, setting.look(tx));
        let (accounts, contacts, members, known) = try_join!(
            Book::open(&look, source, rows.iter().map(|row| &row.account)),
            Book::open(&look, source, rows.iter().map(|row| &row.contact)),
            Book::open(&look, source, rows.iter().filter_map(|row| row.owner.as_ref())),
            known(&look, &rows),
        )?;
        let (credits, answered) = try_join!(Credits::of(&look, &accounts, &members), answered(&look, &known))?;
        let language = setting.company.language.clone();
        let mut desk = Desk { accounts, contacts, members, credits, known, answered, memory, language, now: tx.now() };
        let (mut fresh, mut changed, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            verdicts.push(match desk.decide(tx, &row) {
                Err(Unfit::Failed(error)) => return Err(error),
                Err(Unfit::Row(fault)) => Verdict::Refused(fault.into()),
                Ok(Made::Nothing) => Outcome::Unchanged.into(),
                Ok(Made::Change(both)) => {
                    changed.push(*both);
                    Outcome::Updated.into()
                }
                Ok(Made::New(new)) => {
                    fresh.push(*new);
                    Outcome::Created.into()
                }
            });
        }
        tx.insert_all::<wave::Entity>(std::mem::take(&mut desk.memory.sendings.fresh)).await?;
        tx.rewrite::<invitation::Entity>(changed).await?;
        Ok((verdicts, Fresh::of(&desk.accounts, fresh)))
    }

    async fn write(tx: Tx, Fresh { accounts, mut rows }: Self::Batch) -> Result<()> {
        // Those of one account lie together.
        rows.sort_unstable_by_key(|row| (row.account_id, row.queued_at, row.id));
        tx.insert_each::<invitation::Entity>(&accounts, rows).await
    }
}

/// The invitations that stand already, by the digests of their links.
async fn known(tx: &Tx, rows: &[InvitationRow]) -> Result<BTreeMap<Digest, Visible<invitation::Model>>> {
    use invitation::{Column, Entity};
    let links: Vec<Digest> = rows.iter().map(|row| row.link.clone()).collect();
    let find = tx.find::<Entity>().filter(among::<Entity, _>(Column::TokenHash, &links)).order(Column::Id, Order::Asc);
    Ok(find.lock().all().await?.into_iter().filter_map(|row| Some((row.token_hash.clone()?, row))).collect())
}

/// Those of them that have an answer; of confidential and anonymous ones it is not told.
async fn answered(tx: &Tx, known: &BTreeMap<Digest, Visible<invitation::Model>>) -> Result<HashSet<InvitationId>> {
    use response::{Column, Entity};
    let ids: Vec<InvitationId> = known.values().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = tx.find::<Entity>().filter(among::<Entity, _>(Column::InvitationId, &ids)).all().await?;
    Ok(rows.iter().filter_map(|row| row.invitation_id).collect())
}

impl Desk<'_> {
    fn decide(&mut self, tx: &Tx, row: &InvitationRow) -> Result<Made, Unfit> {
        let (asked, contact) = (self.asked(row)?, self.contact(row)?);
        let survey = self.memory.surveys.get(asked).map(|asked| asked.id);
        if let Some(old) = self.known.remove(&row.link) {
            if old.contact_id != Some(contact) || Some(old.survey_id) != survey {
                let rule = "is the link of another invitation, to another contact or another survey";
                return Err(RowError::new(row.row, "token", "", rule).into());
            }
            return Ok(self.again(row, old));
        }
        if row.used_at.is_some() {
            return Ok(Made::Nothing);
        }
        Ok(Made::New(Box::new(self.make(tx, row, asked)?)))
    }

    /// The survey of a row, by its place in the list.
    fn asked(&self, row: &InvitationRow) -> Result<usize, RowError> {
        let wrong = |rule: String| RowError::new(row.row, "survey", &row.survey, rule);
        let at = self.memory.by_word.get(&key(&row.survey)).copied();
        let at = at.ok_or_else(|| wrong(format!("is no survey that can be asked; there are {}", self.memory.names)))?;
        let quiet = self.memory.surveys.get(at).is_some_and(|asked| asked.mode.is_quiet());
        if quiet {
            return Err(wrong(
                "is confidential or anonymous, which nobody was promised by a link from elsewhere".to_owned(),
            ));
        }
        Ok(at)
    }

    /// Whom a row asks.
    fn contact(&self, row: &InvitationRow) -> Result<ContactId, RowError> {
        let account = self.accounts.get(&row.account, row.row, |_| true)?;
        self.contacts.get(&row.contact, row.row, |contact| contact.account_id == account.id).map(|contact| contact.id)
    }

    /// One that is here already.
    fn again(&self, row: &InvitationRow, old: Visible<invitation::Model>) -> Made {
        let mut new = invitation::Model::clone(&old);
        if old.status == InvitationStatus::Revoked || self.answered.contains(&old.id) {
            return Made::Nothing;
        }
        if row.used_at.is_some() {
            (new.status, new.due_at) = (InvitationStatus::Revoked, None);
        } else if let Some(expires_at) = row.expires_at {
            new.expires_at = expires_at;
        }
        if *old == new { Made::Nothing } else { Made::Change(Box::new((old, new))) }
    }

    fn make(&mut self, tx: &Tx, row: &InvitationRow, asked: usize) -> Result<invitation::Model, Unfit> {
        if row.sent_at.0 > self.now.0 + AHEAD {
            return Err(RowError::new(row.row, "sent_at", &row.sent_at.to_string(), "lies in the future").into());
        }
        let account = self.accounts.get(&row.account, row.row, |_| true)?;
        let contact = self.contacts.get(&row.contact, row.row, |contact| contact.account_id == account.id)?;
        let owner = row.owner.as_ref().map(|pointer| self.members.get(pointer, row.row, |_| true)).transpose()?;
        let Memory { surveys, secret, sendings, .. } = &mut *self.memory;
        let (Some(asked), Some(secret)) = (surveys.get(asked), secret.as_ref()) else {
            return Err(Error::internal("an import of invitations was not made ready").into());
        };
        let credit = self.credits.at(account, owner.map(|owner| &**owner), row.sent_at);
        let wanted = [row.language.as_ref(), contact.language.as_ref(), Some(&self.language)];
        let wanted: Vec<&str> = wanted.into_iter().flatten().map(String::as_str).collect();
        let (id, generation): (InvitationId, i16) = (tx.id(), 1);
        let lasts = TimeDelta::days(EXPIRES_DAYS.into());
        Ok(invitation::Model {
            id,
            wave_id: sendings.of(tx, asked, contact.id)?,
            survey_id: asked.id,
            survey_version_id: asked.version,
            account_id: account.id,
            contact_id: Some(contact.id),
            status: InvitationStatus::Sent,
            suppressed: None,
            language: asked.definition.text(&wanted)?.language.clone(),
            token_hash: Some(row.link.clone()),
            unsubscribe_hash: Some(digest(secret.token(Purpose::Unsubscribe, id.0, generation))),
            generation,
            anchor_at: row.sent_at,
            owner_id: credit.owner_id,
            // Who led the team that day is not known.
            manager_id: None,
            team_id: credit.team_id,
            place_id: credit.place_id,
            territory: account.territory.clone(),
            segment: account.segment.clone(),
            tier: account.tier,
            decision_maker: contact.roles.has(ContactRole::DecisionMaker),
            inherited: credit.inherited,
            queued_at: row.sent_at,
            sent_at: Some(row.sent_at),
            expires_at: row.expires_at.unwrap_or(Time::new(row.sent_at.0 + lasts)),
            visits: 0,
            step: 1,
            due_at: None,
            reminded_at: None,
            bounced_at: None,
            visited_at: None,
            error: None,
            mode: asked.mode,
        })
    }
}

impl Sendings {
    /// The sending that the next invitation of a contact to a survey stands in; made where there is none.
    fn of(&mut self, tx: &Tx, asked: &Asked, contact: ContactId) -> Result<WaveId> {
        let count = self.asked.entry((asked.id, contact)).or_default();
        let place = (asked.id, *count);
        *count += 1;
        if let Some(wave) = self.waves.get(&place) {
            return Ok(*wave);
        }
        let now = tx.now();
        let delivery = serde_json::to_value(Delivery::default()).map_err(Error::internal)?;
        let row = wave::Model {
            id: tx.id(),
            survey_id: asked.id,
            survey_version_id: asked.version,
            by_kind: tx.viewer().actor.kind(),
            by_id: tx.viewer().actor.id(),
            created_at: now,
            program_id: None,
            state: WaveState::Running,
            plan: serde_json::json!({ "delivery": delivery }),
            after_id: None,
            made_at: Some(now),
            not_drawn: 0,
        };
        self.waves.insert(place, row.id);
        let id = row.id;
        self.fresh.push(row);
        Ok(id)
    }
}
