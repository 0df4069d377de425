//! Sending a survey by hand: to named contacts, to an account, or to an audience; at once.

use std::collections::BTreeSet;

use async_graphql::{InputObject, SimpleObject};
use entity::{AccountId, ContactId, SurveyId, WaveId, WaveState, account, contact, wave};
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Audience, Planned, dry::planned};
use crate::{
    access::Action,
    base::{Check, Error, Result},
    ctx::Ctx,
    invitation::{Counts, Delivery, EXPIRES_DAYS, Making, REMINDERS, SuppressedCount, Taken, judge, reminders, write},
    store::{Tx, Visible, among},
    survey,
};

/// Contacts of one sending, at most.
const MOST: usize = 1_000;
/// Who may ask at an account.
const SENDS: &str = "its owner, or their manager, sends surveys";

/// Whom to ask: named contacts, all eligible contacts of one account, or an audience. One of the three.
#[derive(Clone, Debug, Default, InputObject, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendSurvey {
    /// 1 to 1,000 contacts. Owners may not pick: they name the account.
    #[schema(min_items = 1, max_items = 1000)]
    pub contact_ids: Option<Vec<ContactId>>,
    /// All eligible contacts of this account.
    pub account_id: Option<AccountId>,
    /// The contacts of your accounts who meet these filters, 1,000 at most. Not for owners.
    pub audience: Option<Audience>,
    /// Says who would be asked, when, and who not and why, and changes nothing.
    #[graphql(default)]
    #[serde(default)]
    pub dry_run: bool,
    /// Days after the mail on which who has not answered is reminded: none, one or two of 1 to 20, ascending. 4 and 9
    /// where absent.
    #[schema(max_items = 2, example = json!([4, 9]))]
    pub reminders: Option<Vec<i32>>,
}

/// What became of a sending.
#[derive(Clone, Debug, SimpleObject, Serialize, Deserialize, ToSchema)]
#[graphql(serial)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// The run, to find its invitations by; null after a dry run.
    pub wave_id: Option<WaveId>,
    /// Contacts whose mail is on its way.
    #[schema(minimum = 0, example = 12)]
    pub queued: i32,
    /// Contacts who are not asked, counted by reason.
    #[schema(max_items = 10)]
    pub suppressed: Vec<SuppressedCount>,
    /// What would become of each contact; empty unless this was a dry run, and you may read contacts.
    #[schema(max_items = 1000)]
    pub contacts: Vec<Planned>,
}

/// Asks contacts by mail. The answer counts whom it will reach; the mails leave by a job.
pub async fn send(ctx: &Ctx, survey_id: SurveyId, input: SendSurvey) -> Result<Sent> {
    let picks = input.contact_ids.is_some() || input.audience.is_some();
    ctx.may(if picks { Action::SendToContacts } else { Action::SendToAccount })?;
    if let Some(audience) = &input.audience {
        // A filter tells of what it filters by.
        audience.accounts.as_ref().map_or(Ok(()), |_| ctx.may(Action::ReadAccounts))?;
        audience.contacts.as_ref().map_or(Ok(()), |_| ctx.may(Action::ReadContacts))?;
    }
    let days = check(&input)?;
    let inner = ctx.clone();
    if input.dry_run {
        return ctx.look(move |tx| sending(tx, inner, survey_id, input, days)).await;
    }
    ctx.once(move |tx| sending(tx, inner, survey_id, input, days)).await
}

async fn sending(tx: Tx, ctx: Ctx, survey_id: SurveyId, input: SendSurvey, days: Vec<i32>) -> Result<Sent> {
    let (survey, version, _) = survey::current(&tx, survey_id).await?;
    let contacts = chosen(&tx, &input).await?;
    let now = tx.now();
    let delivery = Delivery { reminders: days, ..Delivery::default() };
    let plan = serde_json::json!({ "delivery": delivery });
    let wave = wave::Model {
        id: tx.id(),
        survey_id,
        survey_version_id: version.id,
        by_kind: tx.viewer().actor.kind(),
        by_id: tx.viewer().actor.id(),
        created_at: now,
        program_id: None,
        state: WaveState::Running,
        plan,
        after_id: None,
        made_at: Some(now),
        not_drawn: 0,
    };
    let (seed, zone) = (wave.id.to_string(), ctx.company().zone);
    let making = Making { wave: wave.id, kind: survey.kind, delivery, seed, zone };
    let verdicts = judge(&tx, &making, &contacts, &mut Taken::default()).await?;
    if input.dry_run {
        let counts = Counts::of(&verdicts);
        let contacts = planned(&ctx, &contacts, &verdicts);
        return Ok(Sent { wave_id: None, queued: counts.asked, suppressed: counts.suppressed(), contacts });
    }
    tx.insert::<wave::Entity>(wave.clone()).await?;
    let counts = write(&tx, &ctx, &wave, &contacts, &verdicts).await?;
    let suppressed = counts.suppressed();
    Ok(Sent { wave_id: Some(wave.id), queued: counts.asked, suppressed, contacts: Vec::new() })
}

/// Gives the days of the reminders.
fn check(input: &SendSurvey) -> Result<Vec<i32>> {
    let mut check = Check::default();
    let named = [input.contact_ids.is_some(), input.account_id.is_some(), input.audience.is_some()];
    if named.into_iter().filter(|named| *named).count() != 1 {
        check.fault("contactIds", "must be given, or accountId, or audience, and only one of them");
    }
    if input.contact_ids.as_ref().is_some_and(|ids| !(1..=MOST).contains(&ids.len())) {
        check.fault("contactIds", format!("must name 1 to {MOST} contacts"));
    }
    if let Some(audience) = &input.audience {
        audience.check(&mut check, "audience");
    }
    let days = input.reminders.clone().unwrap_or_else(|| REMINDERS.to_vec());
    reminders(&mut check, "reminders", &days, EXPIRES_DAYS);
    check.done()?;
    Ok(days)
}

/// The contacts asked for. One that is not in scope makes the whole sending fail, and says nothing more.
async fn chosen(tx: &Tx, input: &SendSurvey) -> Result<Vec<Visible<contact::Model>>> {
    if let Some(audience) = &input.audience {
        let found = audience.all(tx, MOST as u64 + 1).await?;
        if found.len() > MOST {
            return Err(Error::invalid("/audience", format!("must reach at most {MOST} contacts; make a programme")));
        }
        return Ok(found);
    }
    if let Some(ids) = &input.contact_ids {
        let mut ids = ids.clone();
        ids.sort_unstable();
        ids.dedup();
        let found = tx
            .find::<contact::Entity>()
            .filter(contact::Column::ArchivedAt.is_null())
            .filter(among::<contact::Entity, _>(contact::Column::Id, &ids))
            .order(contact::Column::Id, Order::Asc)
            .all()
            .await?;
        if found.len() != ids.len() {
            return Err(Error::NotFound("contact"));
        }
        are_theirs(tx, &found).await?;
        return Ok(found);
    }
    let account = input.account_id.ok_or(Error::NotFound("account"))?;
    let account = tx.find::<account::Entity>().filter(account::Column::Id.eq(account)).one("account").await?;
    tx.is_theirs(&account, SENDS)?;
    let find = tx.under::<contact::Entity>(&account).filter(contact::Column::ArchivedAt.is_null());
    find.order(contact::Column::Id, Order::Asc).limit(MOST as u64).all().await
}

/// Refuses contacts at accounts that were only granted, or are covered: whom to ask there is for their manager to say.
async fn are_theirs(tx: &Tx, contacts: &[Visible<contact::Model>]) -> Result<()> {
    let ids: BTreeSet<AccountId> = contacts.iter().map(|row| row.account_id).collect();
    let ids: Vec<AccountId> = ids.into_iter().collect();
    let found = tx.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &ids));
    found.all().await?.iter().try_for_each(|account| tx.is_theirs_to_give(account))
}
