//! The mails of an invitation: the first, and its reminders.

use entity::{
    Channel, ContactId, Direction, InteractionType, InvitationId, InvitationStatus, MailState, Suppression, contact,
    invitation, wave,
};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, ColumnTrait};
use serde::{Deserialize, Serialize};

use super::{
    Delivery,
    claim::{Claimed, claim},
    zone,
};
use crate::{
    base::Result,
    ctx::{Ctx, Job, Run},
    mail::Refusal,
    queue,
    store::{Tx, Visible},
    timeline::{self, Event},
};

/// What a mail server's words may take of a row.
const WORDS: usize = 500;

/// Sends one mail of one invitation. Run twice it sends the same mail: one Message-ID, one link.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub invitation_id: InvitationId,
    /// 1 the first, 2 and 3 its reminders.
    #[serde(default = "first")]
    pub step: i16,
}

const fn first() -> i16 {
    1
}

impl Job for SendMail {
    const KIND: &'static str = "invitation.mail";

    fn run(self, ctx: Ctx, last: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            match claim(&ctx, self.invitation_id, self.step).await? {
                Claimed::Over => Ok(Run::Done),
                Claimed::Later(pause) => Ok(Run::Later(pause)),
                Claimed::Send(letter) => {
                    let sent = ctx.env().mail.send(&letter).await;
                    settle(&ctx, self, sent, last).await
                }
            }
        })
    }
}

/// Writes down what became of the letter, and plans the next.
async fn settle(ctx: &Ctx, mail: SendMail, sent: Result<(), Refusal>, last: bool) -> Result<Run> {
    let refusal = match sent {
        Err(Refusal::TooFast(pause)) => return Ok(Run::Later(pause)),
        Err(Refusal::NotNow(why)) if !last => return Ok(Run::Retry(why)),
        Err(Refusal::Bounced(why)) => Some((why, true)),
        Err(Refusal::Never(why) | Refusal::NotNow(why)) => Some((why, false)),
        Ok(()) => None,
    };
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(mail.invitation_id)).lock();
        let held = found.one("invitation").await?;
        if held.step + 1 != mail.step || held.status == InvitationStatus::Failed {
            return Ok(Run::Done);
        }
        match refusal {
            None => left(&tx, &inner, held, mail.step).await,
            Some((why, gone)) => refused(&tx, held, mail.step, why, gone).await,
        }
    })
    .await
}

async fn left(tx: &Tx, ctx: &Ctx, held: Visible<invitation::Model>, step: i16) -> Result<Run> {
    let now = tx.now();
    let account = tx.account(held.account_id).await?;
    let words = if step == 1 { "Survey sent" } else { "Survey reminder sent" };
    let mut news = Event::ours(InteractionType::SurveySent, Direction::Outbound, now, words.to_owned());
    news.contact_id = held.contact_id;
    news.member_id = if step == 1 { held.owner_id } else { account.owner_id };
    timeline::event(tx, &account, news).await?;
    timeline::touch(tx, account, Channel::Survey, Direction::Outbound, now).await?;
    let next = reminder(tx, ctx, &held, step).await?;
    let id = held.id;
    tx.update::<invitation::Entity>(held, |row| {
        row.step = Set(step);
        row.due_at = Set(next);
        row.error = Set(None);
        if step > 1 {
            row.reminded_at = Set(Some(now));
            return;
        }
        row.sent_at = Set(Some(now));
        // Cancelled while it was on its way: it has left all the same. A withdrawn link stays withdrawn.
        if *row.suppressed.as_ref() == Some(Suppression::Cancelled) {
            row.suppressed = Set(None);
            row.status = Set(InvitationStatus::Sent);
        } else if *row.status.as_ref() == InvitationStatus::Queued {
            row.status = Set(InvitationStatus::Sent);
        }
    })
    .await?;
    if let Some(due) = next {
        queue::enqueue(tx, vec![SendMail { invitation_id: id, step: step + 1 }.at(due)?]).await?;
    }
    Ok(Run::Done)
}

/// When the next reminder is due, if there is to be one.
async fn reminder(tx: &Tx, ctx: &Ctx, held: &invitation::Model, step: i16) -> Result<Option<entity::Time>> {
    if !matches!(held.status, InvitationStatus::Queued | InvitationStatus::Sent) {
        return Ok(None);
    }
    let wave = tx.find::<wave::Entity>().filter(wave::Column::Id.eq(held.wave_id)).one("wave").await?;
    let delivery = Delivery::of(&wave)?;
    let Some(id) = held.contact_id.filter(|_| !delivery.reminders.is_empty()) else { return Ok(None) };
    let contact = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).maybe().await?;
    let Some(contact) = contact else { return Ok(None) };
    let now = tx.now();
    let first = held.sent_at.unwrap_or(now);
    Ok(delivery.reminder(step, first, now, held.expires_at, zone(&contact, ctx.company().zone)))
}

/// Nothing left: the first mail failed, or a reminder did and the link stays as it is.
async fn refused(tx: &Tx, held: Visible<invitation::Model>, step: i16, why: String, gone: bool) -> Result<Run> {
    let (contact, now) = (held.contact_id, tx.now());
    tx.update::<invitation::Entity>(held, |row| {
        row.due_at = Set(None);
        row.error = Set(Some(why.chars().filter(|c| *c != '\0').take(WORDS).collect()));
        if gone {
            row.bounced_at = Set(Some(now));
        }
        if step == 1 && *row.status.as_ref() == InvitationStatus::Queued {
            row.status = Set(InvitationStatus::Failed);
        }
    })
    .await?;
    if gone {
        bounced(tx, contact).await?;
    }
    Ok(Run::GiveUp(why))
}

async fn bounced(tx: &Tx, id: Option<ContactId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).lock().maybe().await?;
    if let Some(row) = row {
        tx.update::<contact::Entity>(row, |row| row.mail_state = Set(MailState::Bounced)).await?;
    }
    Ok(())
}
