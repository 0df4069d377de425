//! Making invitations: judges contacts in a few statements and queues a mail for those who may be asked.
//!
//! A sending of a thousand and a wave of a million come here in pieces. A piece is judged ([`judge`]),
//! which changes nothing and is all that a dry run does, and then written ([`write`]).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::AddAssign,
};

use async_graphql::SimpleObject;
use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::{
    AccountId, ContactRole, InvitationId, InvitationStatus, Suppression, SurveyKind, SurveyMode, Time, WaveId, account,
    contact, invitation, ownership, survey, survey_version, team, team_place, wave,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Against, Delivery, EXPIRES_DAYS, Facts, Lot, SendMail, zone};
use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job},
    queue, quiet,
    secure::{Purpose, Secret, digest},
    store::{Engine, Tx, Visible, among, one},
    survey::Definition,
};

/// How long a link works after the mail was queued, where nothing else is said.
pub const EXPIRES: TimeDelta = TimeDelta::days(EXPIRES_DAYS as i64);
/// An answer within so many days of a change of owner is inherited.
pub const INHERITED: TimeDelta = TimeDelta::days(30);

/// How many contacts are not asked, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, Deserialize, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct SuppressedCount {
    /// Why they are not asked.
    pub reason: Suppression,
    /// How many contacts.
    #[schema(minimum = 1, example = 2)]
    pub count: i32,
}

/// A wave as far as judging needs it.
pub struct Making {
    pub wave: WaveId,
    pub kind: SurveyKind,
    pub delivery: Delivery,
    /// What chance draws by: the wave, or the programme and the round.
    pub seed: String,
    /// The company's, where a contact's is unknown.
    pub zone: Tz,
}

/// What becomes of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Asked, when this comes.
    Ask(Time),
    Not(Suppression),
    /// Passed over by the sample.
    NotDrawn,
}

/// Counts of verdicts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub asked: i32,
    pub not_drawn: i32,
    reasons: BTreeMap<Suppression, i32>,
}

impl Counts {
    pub fn of(verdicts: &[Verdict]) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Ask(_) => counts.asked += 1,
                Verdict::NotDrawn => counts.not_drawn += 1,
                Verdict::Not(reason) => *counts.reasons.entry(*reason).or_default() += 1,
            }
        }
        counts
    }

    pub fn suppressed(&self) -> Vec<SuppressedCount> {
        self.reasons.iter().map(|(reason, count)| SuppressedCount { reason: *reason, count: *count }).collect()
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.not_drawn += other.not_drawn;
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }
}

/// Whom a wave asks already: persons, and how many at each account.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    people: HashSet<String>,
    accounts: HashMap<AccountId, i32>,
}

#[derive(Deserialize)]
struct TakenRow {
    account_id: AccountId,
    email_key: Option<String>,
}

impl Taken {
    /// As far as it matters for these contacts: the same persons, the same accounts.
    pub async fn by(tx: &Tx, wave: WaveId, contacts: &[Visible<contact::Model>]) -> Result<Self> {
        let accounts = accounts(contacts);
        let keys: HashSet<String> = contacts.iter().filter_map(|row| row.email_key.clone()).collect();
        let asked = |id| Expr::col((invitation::Entity, id));
        let key = Query::select()
            .column((contact::Entity, contact::Column::EmailKey))
            .from(contact::Entity)
            .and_where(Expr::col((contact::Entity, contact::Column::Id)).eq(asked(invitation::Column::ContactId)))
            .take();
        let twins = Query::select()
            .column((contact::Entity, contact::Column::Id))
            .from(contact::Entity)
            .and_where(contact::Column::EmailKey.is_in(keys))
            .take();
        let rows: Vec<TakenRow> = tx
            .everywhere::<invitation::Entity>()
            .filter(invitation::Column::WaveId.eq(wave))
            .filter(invitation::Column::Status.ne(InvitationStatus::Suppressed))
            .filter(
                Condition::any()
                    .add(among::<invitation::Entity, _>(invitation::Column::AccountId, &accounts))
                    .add(invitation::Column::ContactId.in_subquery(twins)),
            )
            .pick_column(invitation::Column::AccountId, "account_id")
            .pick(sea_orm::sea_query::SimpleExpr::SubQuery(None, Box::new(key.into())), "email_key")
            .rows()
            .await?;
        let mut taken = Self::default();
        for row in rows {
            *taken.accounts.entry(row.account_id).or_default() += 1;
            taken.people.extend(row.email_key);
        }
        Ok(taken)
    }

    fn take(&mut self, contact: &contact::Model, most: Option<i32>) -> Option<Suppression> {
        if contact.email_key.as_ref().is_some_and(|key| self.people.contains(key)) {
            return Some(Suppression::Duplicate);
        }
        let count = self.accounts.entry(contact.account_id).or_default();
        if most.is_some_and(|most| *count >= most) {
            return Some(Suppression::OverCap);
        }
        *count += 1;
        self.people.extend(contact.email_key.clone());
        None
    }
}

/// What becomes of each, in their order. Changes nothing but `taken`.
pub async fn judge(
    tx: &Tx,
    making: &Making,
    contacts: &[Visible<contact::Model>],
    taken: &mut Taken,
) -> Result<Vec<Verdict>> {
    let now = tx.now();
    let facts = Facts::gather(tx, contacts, making.kind, Against::Others(making.wave)).await?;
    let mut lots: Vec<(Lot, usize)> =
        contacts.iter().enumerate().map(|(at, row)| (Lot::of(&making.seed, row), at)).collect();
    // By lot, so that under a cap chance decides, and not who was entered first.
    lots.sort_unstable();
    let mut verdicts = vec![Verdict::NotDrawn; contacts.len()];
    for (lot, at) in lots {
        let contact = &contacts[at];
        if !making.delivery.draws(lot) {
            continue;
        }
        let against = facts.against(contact, making.kind, now);
        verdicts[at] = match against.or_else(|| taken.take(contact, making.delivery.per_account)) {
            Some(reason) => Verdict::Not(reason),
            None => Verdict::Ask(making.delivery.due(lot, now, zone(contact, making.zone))),
        };
    }
    Ok(verdicts)
}

/// Writes the invitations of contacts who have been judged, and queues their mails.
pub async fn write(
    tx: &Tx,
    ctx: &Ctx,
    wave: &wave::Model,
    contacts: &[Visible<contact::Model>],
    verdicts: &[Verdict],
) -> Result<Counts> {
    let delivery = Delivery::of(wave)?;
    let homes = homes(tx, &accounts(contacts)).await?;
    let version = survey_version::Column::Id.eq(wave.survey_version_id);
    let version = tx.find::<survey_version::Entity>().filter(version).one("survey").await?;
    let definition = Definition::read(version.definition.clone())?;
    let survey = tx.find::<survey::Entity>().filter(survey::Column::Id.eq(wave.survey_id)).one("survey").await?;
    let now = tx.now();
    let (mut rows, mut jobs) = (Vec::new(), Vec::new());
    for (contact, verdict) in contacts.iter().zip(verdicts) {
        let home = homes.get(&contact.account_id).ok_or_else(|| Error::internal("a contact without its account"))?;
        let mut row = blank(tx.id(), wave, contact, home);
        row.mode = survey.mode;
        home.freeze(&mut row, contact, now);
        let company = &ctx.company().language;
        let spoken = definition.text(&[contact.language.as_ref().unwrap_or(company), company])?;
        row.language.clone_from(&spoken.language);
        match verdict {
            Verdict::NotDrawn => continue,
            Verdict::Not(reason) => {
                row.status = InvitationStatus::Suppressed;
                row.suppressed = Some(*reason);
                row.expires_at = delivery.expires(now);
            }
            Verdict::Ask(due) => {
                row.due_at = Some(*due);
                row.expires_at = delivery.expires(*due);
                seal(&mut row, ctx.secret());
                jobs.push(SendMail { invitation_id: row.id, step: 1 }.at(*due)?);
            }
        }
        rows.push(row);
    }
    tx.insert_each::<invitation::Entity>(contacts, rows).await?;
    if !jobs.is_empty() {
        queue::enqueue(tx, jobs).await?;
        if survey.mode.is_quiet() {
            quiet::plan(tx, survey.id).await?;
        }
    }
    Ok(Counts::of(verdicts))
}

/// The digests of the two links; the links themselves are derived again when the mail is written.
pub(super) fn seal(row: &mut invitation::Model, secret: &Secret) {
    row.token_hash = Some(digest(secret.token(Purpose::Survey, row.id.0, row.generation)));
    row.unsubscribe_hash = Some(digest(secret.token(Purpose::Unsubscribe, row.id.0, row.generation)));
}

fn accounts(contacts: &[Visible<contact::Model>]) -> Vec<AccountId> {
    let mut ids: Vec<AccountId> = contacts.iter().map(|row| row.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// An account with what an answer of today is credited to.
pub(super) struct Home {
    account: account::Model,
    since: Option<Time>,
    place: team_place::Model,
    team: team::Model,
}

type HomeRow = (account::Model, Option<ownership::Model>, Option<team_place::Model>, Option<team::Model>);

pub(super) async fn homes(tx: &Tx, ids: &[AccountId]) -> Result<HashMap<AccountId, Home>> {
    let find = tx.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, ids));
    let rows: Vec<HomeRow> = find.filter(account::Column::ArchivedAt.is_null()).shaped(standing(tx.engine())).await?;
    let mut homes = HashMap::new();
    for (account, period, place, team) in rows {
        let (Some(place), Some(team)) = (place, team) else { return Err(Error::internal("a team without a place")) };
        homes.insert(account.id, Home { since: period.map(|p| p.from_at), account, place, team });
    }
    if homes.len() != ids.len() {
        return Err(Error::conflict("one of these accounts is archived"));
    }
    Ok(homes)
}

/// Beside an account: its open period, its team's place, its team.
fn standing(engine: Engine) -> Vec<crate::store::Shape> {
    let id = |column| Expr::col((account::Entity, column));
    let open = Condition::all()
        .add(Expr::col(("o", ownership::Column::AccountId)).eq(id(account::Column::Id)))
        .add(Expr::col(("o", ownership::Column::UntilAt)).is_null());
    let place = Condition::all()
        .add(Expr::col(("w", team_place::Column::TeamId)).eq(id(account::Column::TeamId)))
        .add(Expr::col(("w", team_place::Column::UntilAt)).is_null());
    let team = Expr::col(("t", team::Column::Id)).eq(id(account::Column::TeamId));
    vec![
        one::<ownership::Entity>(engine, "o", open),
        one::<team_place::Entity>(engine, "w", place),
        one::<team::Entity>(engine, "t", team),
    ]
}

impl Home {
    /// Credits an invitation: from now on it says whose figure its answer is.
    pub(super) fn freeze(&self, row: &mut invitation::Model, contact: &contact::Model, now: Time) {
        row.anchor_at = now;
        row.queued_at = now;
        row.owner_id = self.account.owner_id;
        row.manager_id = self.team.lead_id;
        row.team_id = self.team.id;
        row.place_id = self.place.id;
        row.territory.clone_from(&self.account.territory);
        row.segment.clone_from(&self.account.segment);
        row.tier = self.account.tier;
        row.decision_maker = contact.roles.has(ContactRole::DecisionMaker);
        row.inherited = self.since.is_some_and(|since| now.0 - since.0 < INHERITED);
    }
}

/// An invitation that is not credited yet.
fn blank(id: InvitationId, wave: &wave::Model, contact: &contact::Model, home: &Home) -> invitation::Model {
    invitation::Model {
        id,
        wave_id: wave.id,
        survey_id: wave.survey_id,
        survey_version_id: wave.survey_version_id,
        account_id: contact.account_id,
        contact_id: Some(contact.id),
        status: InvitationStatus::Queued,
        suppressed: None,
        language: String::new(),
        token_hash: None,
        unsubscribe_hash: None,
        generation: 1,
        anchor_at: wave.created_at,
        owner_id: None,
        manager_id: None,
        team_id: home.team.id,
        place_id: home.place.id,
        territory: None,
        segment: None,
        tier: home.account.tier,
        decision_maker: false,
        inherited: false,
        queued_at: wave.created_at,
        sent_at: None,
        expires_at: wave.created_at,
        visits: 0,
        step: 0,
        due_at: None,
        reminded_at: None,
        bounced_at: None,
        visited_at: None,
        error: None,
        mode: SurveyMode::Identified,
    }
}
