//! Sending a survey: judges everybody in a few statements and queues a mail for those who may be asked.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::{InputObject, SimpleObject};
use chrono::TimeDelta;
use entity::{
    AccountId, ContactId, ContactRole, InvitationId, InvitationStatus, Suppression, SurveyId, Time, WaveId, WaveState,
    account, contact, invitation, ownership, team, team_place, wave,
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Condition, Expr, ExprTrait, Order},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Facts, SendMail};
use crate::{
    access::{Action, Role},
    base::{Error, Result},
    ctx::{Ctx, Job},
    queue,
    secure::{Purpose, Secret, digest},
    store::{Engine, Tx, Visible, among, one},
    survey,
};

/// How long a link works after the mail was queued.
pub const EXPIRES: TimeDelta = TimeDelta::days(21);
/// An answer within so many days of a change of owner is inherited.
pub const INHERITED: TimeDelta = TimeDelta::days(30);
/// Contacts of one sending, at most.
const MOST: usize = 1_000;

/// Whom to ask: named contacts, or all eligible contacts of one account.
#[derive(Clone, Debug, Default, InputObject, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendSurvey {
    /// 1 to 1,000 contacts. Owners may not pick: they name the account.
    #[schema(min_items = 1, max_items = 1000)]
    pub contact_ids: Option<Vec<ContactId>>,
    /// All eligible contacts of this account.
    pub account_id: Option<AccountId>,
}

/// What became of a sending.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// The run, to find its invitations by.
    pub wave_id: WaveId,
    /// Contacts whose mail is on its way.
    #[schema(minimum = 0, example = 12)]
    pub queued: i32,
    /// Contacts who are not asked, counted by reason.
    #[schema(max_items = 6)]
    pub suppressed: Vec<SuppressedCount>,
}

/// How many contacts are not asked, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct SuppressedCount {
    /// Why they are not asked.
    pub reason: Suppression,
    /// How many contacts.
    #[schema(minimum = 1, example = 2)]
    pub count: i32,
}

/// Asks contacts by mail. The answer counts whom it will reach; the mails leave by a job.
pub async fn send(ctx: &Ctx, survey_id: SurveyId, input: SendSurvey) -> Result<Sent> {
    let named = input.contact_ids.is_some();
    ctx.may(if named { Action::SendToContacts } else { Action::SendToAccount })?;
    match (&input.contact_ids, input.account_id) {
        (Some(ids), None) if (1..=MOST).contains(&ids.len()) => {}
        (Some(_), None) => return Err(Error::invalid("/contactIds", format!("must name 1 to {MOST} contacts"))),
        (None, Some(_)) => {}
        _ => return Err(Error::invalid("/contactIds", "must be given, or accountId, and not both")),
    }
    let inner = ctx.clone();
    let language = ctx.company().language.clone();
    ctx.write(move |tx| async move {
        let (survey, version, _) = survey::current(&tx, survey_id).await?;
        let contacts = audience(&tx, &input).await?;
        let homes = homes(&tx, &contacts).await?;
        let keys: Vec<String> = contacts.iter().filter_map(|row| row.email_key.clone()).collect();
        let facts = Facts::gather(&tx, &keys, survey.kind, None).await?;
        let now = tx.now();
        let wave = wave::Model {
            id: tx.id(),
            survey_id,
            survey_version_id: version.id,
            by_kind: tx.viewer().actor.kind(),
            by_id: tx.viewer().actor.id(),
            created_at: now,
            program_id: None,
            state: WaveState::Running,
            plan: serde_json::json!({}),
        };
        tx.insert::<wave::Entity>(wave.clone()).await?;
        let mut seen = HashSet::new();
        let (mut rows, mut jobs, mut reasons) = (Vec::new(), Vec::new(), BTreeMap::new());
        for contact in &contacts {
            let home =
                homes.get(&contact.account_id).ok_or_else(|| Error::internal("a contact without its account"))?;
            let first = contact.email_key.as_ref().is_none_or(|key| seen.insert(key.clone()));
            let against = facts.against(contact.email_key.as_deref(), survey.kind, now);
            let suppressed = against.or((!first).then_some(Suppression::Duplicate));
            let mut row = home.invitation(tx.id(), &wave, contact);
            row.language = contact.language.clone().unwrap_or_else(|| language.clone());
            if let Some(reason) = suppressed {
                row.status = InvitationStatus::Suppressed;
                row.suppressed = Some(reason);
                *reasons.entry(reason).or_insert(0) += 1;
            } else {
                seal(&mut row, inner.secret());
                jobs.push(SendMail { invitation_id: row.id }.at(now)?);
            }
            rows.push(row);
        }
        let queued = i32::try_from(jobs.len()).unwrap_or(i32::MAX);
        tx.insert_each::<invitation::Entity>(&contacts, rows).await?;
        queue::enqueue(&tx, jobs).await?;
        let suppressed = reasons.into_iter().map(|(reason, count)| SuppressedCount { reason, count }).collect();
        Ok(Sent { wave_id: wave.id, queued, suppressed })
    })
    .await
}

/// The digests of the two links; the links themselves are derived again when the mail is written.
fn seal(row: &mut invitation::Model, secret: &Secret) {
    row.token_hash = Some(digest(&secret.token(Purpose::Survey, row.id.0, row.generation)));
    row.unsubscribe_hash = Some(digest(&secret.token(Purpose::Unsubscribe, row.id.0, row.generation)));
}

/// The contacts asked for. One that is not in scope makes the whole sending fail, and says nothing more.
async fn audience(tx: &Tx, input: &SendSurvey) -> Result<Vec<Visible<contact::Model>>> {
    let live = tx.find::<contact::Entity>().filter(contact::Column::ArchivedAt.is_null());
    if let Some(ids) = &input.contact_ids {
        let mut ids = ids.clone();
        ids.sort_unstable();
        ids.dedup();
        let found = live
            .filter(among::<contact::Entity, _>(contact::Column::Id, &ids))
            .order(contact::Column::Id, Order::Asc)
            .all()
            .await?;
        return if found.len() == ids.len() { Ok(found) } else { Err(Error::NotFound("contact")) };
    }
    let account = input.account_id.ok_or(Error::NotFound("account"))?;
    let account = tx.find::<account::Entity>().filter(account::Column::Id.eq(account)).one("account").await?;
    if tx.viewer().role == Role::Owner && !tx.viewer().scope.manages(account.team_id, account.owner_id) {
        return Err(Error::Forbidden(
            "this account is not yours; its owner, or their manager, sends surveys".to_owned(),
        ));
    }
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    let find = tx.under::<contact::Entity>(&account).filter(contact::Column::ArchivedAt.is_null());
    find.order(contact::Column::Id, Order::Asc).limit(most).all().await
}

/// An account with what an answer of today is credited to.
struct Home {
    account: account::Model,
    since: Option<Time>,
    place: team_place::Model,
    team: team::Model,
}

type HomeRow = (account::Model, Option<ownership::Model>, Option<team_place::Model>, Option<team::Model>);

async fn homes(tx: &Tx, contacts: &[Visible<contact::Model>]) -> Result<HashMap<AccountId, Home>> {
    let mut ids: Vec<AccountId> = contacts.iter().map(|row| row.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let find = tx.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &ids));
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
    /// An invitation with its attribution frozen.
    fn invitation(&self, id: InvitationId, wave: &wave::Model, contact: &contact::Model) -> invitation::Model {
        let now = wave.created_at;
        invitation::Model {
            id,
            wave_id: wave.id,
            survey_id: wave.survey_id,
            survey_version_id: wave.survey_version_id,
            account_id: self.account.id,
            contact_id: Some(contact.id),
            status: InvitationStatus::Queued,
            suppressed: None,
            language: String::new(),
            token_hash: None,
            unsubscribe_hash: None,
            generation: 1,
            anchor_at: now,
            owner_id: self.account.owner_id,
            manager_id: self.team.lead_id,
            team_id: self.team.id,
            place_id: self.place.id,
            territory: self.account.territory.clone(),
            segment: self.account.segment.clone(),
            tier: self.account.tier,
            decision_maker: contact.roles.has(ContactRole::DecisionMaker),
            inherited: self.since.is_some_and(|since| now.0 - since.0 < INHERITED),
            queued_at: now,
            sent_at: None,
            expires_at: Time::new(now.0 + EXPIRES),
            visits: 0,
            step: 0,
            due_at: None,
            reminded_at: None,
            bounced_at: None,
            visited_at: None,
            error: None,
        }
    }
}
