//! The mail of an invitation.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use entity::{
    Channel, Direction, InteractionType, InvitationId, InvitationStatus, MailState, Suppression, Time, account,
    contact, invitation, member, survey, survey_version,
};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};

use super::{
    Facts,
    asked::Asked,
    colour::Colour,
    mail::{Head, Step},
    safe::header_safe,
};
use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    mail::{Letter, Refusal},
    secure::Purpose,
    store::{Tx, Visible, one},
    survey::Definition,
    timeline::{self, Event},
};

/// Sends the mail of one invitation. Run twice it sends the same mail: one Message-ID, one link.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub invitation_id: InvitationId,
}

impl Job for SendMail {
    const KIND: &'static str = "invitation.mail";

    fn run(self, ctx: Ctx, last: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let Some(letter) = claim(&ctx, self.invitation_id).await? else { return Ok(Run::Done) };
            let sent = ctx.env().mail.send(&letter).await;
            settle(&ctx, self.invitation_id, sent, last).await
        })
    }
}

type Row = (
    invitation::Model,
    Option<survey::Model>,
    Option<survey_version::Model>,
    Option<account::Model>,
    Option<contact::Model>,
    Option<member::Model>,
);

/// Judges once more, and writes the letter. None where nobody is to be asked any more.
async fn claim(ctx: &Ctx, id: InvitationId) -> Result<Option<Letter>> {
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let held =
            tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).lock().one("invitation").await?;
        if held.status != InvitationStatus::Queued || held.expires_at <= tx.now() {
            return Ok(None);
        }
        let (_, survey, version, account, contact, owner) = read(&tx, id).await?;
        let (Some(survey), Some(version)) = (survey, version) else {
            return Err(Error::internal("an invitation without its survey"));
        };
        let key = contact.as_ref().and_then(|c| c.email_key.clone());
        let keys: Vec<String> = key.iter().cloned().collect();
        let facts = Facts::gather(&tx, &keys, survey.kind, Some(&held)).await?;
        let against = facts.against(key.as_deref(), survey.kind, tx.now());
        let gone = contact.as_ref().is_none_or(|c| c.archived_at.is_some()).then_some(Suppression::NoAddress);
        if let Some(reason) = against.or(gone) {
            suppress(&tx, held, reason).await?;
            return Ok(None);
        }
        let Some(contact) = contact else { return Ok(None) };
        let definition = Definition::read(version.definition)?;
        letter(&inner, &held, &survey, &definition, &Parties { account, contact, owner }, tx.now()).map(Some)
    })
    .await
}

async fn read(tx: &Tx, id: InvitationId) -> Result<Row> {
    let engine = tx.engine();
    let at = |column| Expr::col((invitation::Entity, column));
    let parts = vec![
        one::<survey::Entity>(engine, "s", Expr::col(("s", survey::Column::Id)).eq(at(invitation::Column::SurveyId))),
        one::<survey_version::Entity>(
            engine,
            "v",
            Expr::col(("v", survey_version::Column::Id)).eq(at(invitation::Column::SurveyVersionId)),
        ),
        one::<account::Entity>(
            engine,
            "a",
            Expr::col(("a", account::Column::Id)).eq(at(invitation::Column::AccountId)),
        ),
        one::<contact::Entity>(
            engine,
            "c",
            Expr::col(("c", contact::Column::Id)).eq(at(invitation::Column::ContactId)),
        ),
        one::<member::Entity>(engine, "m", Expr::col(("m", member::Column::Id)).eq(at(invitation::Column::OwnerId))),
    ];
    let rows: Vec<Row> =
        tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).limit(1).shaped(parts).await?;
    rows.into_iter().next().ok_or(Error::NotFound("invitation"))
}

async fn suppress(tx: &Tx, held: Visible<invitation::Model>, reason: Suppression) -> Result<()> {
    tx.update::<invitation::Entity>(held, |row| {
        row.status = Set(InvitationStatus::Suppressed);
        row.suppressed = Set(Some(reason));
    })
    .await
    .map(drop)
}

struct Parties {
    account: Option<account::Model>,
    contact: contact::Model,
    /// The owner at the anchor; none while unowned.
    owner: Option<member::Model>,
}

fn letter(
    ctx: &Ctx,
    row: &invitation::Model,
    survey: &survey::Model,
    definition: &Definition,
    who: &Parties,
    now: Time,
) -> Result<Letter> {
    let company = ctx.company();
    let link = |path: &str, purpose| {
        let token = ctx.secret().token(purpose, row.id.0, row.generation);
        format!("{}/{path}/{token}", company.public_url)
    };
    let (survey_link, unsubscribe) = (link("s", Purpose::Survey), link("u", Purpose::Unsubscribe));
    let asked = Asked::new(survey.kind, definition, &row.language, company)?;
    let sender = who.owner.as_ref().map_or("", |owner| &owner.name);
    let head = Head {
        company: &company.name,
        postal_address: company.postal_address.as_deref(),
        colour: company.color.as_deref().and_then(Colour::parse),
        logo: None,
        recipient: &who.contact.name,
        account: who.account.as_ref().map_or("", |account| &account.name),
        sender,
        language: &row.language,
        test: false,
    };
    let message = asked.invite(head, Step::Invitation, &survey_link, &unsubscribe).render();
    let from_name = if sender.is_empty() { &company.name } else { sender };
    let address = who.contact.email.clone().ok_or_else(|| Error::internal("a contact without an address"))?;
    Ok(Letter {
        message_id: format!("{}.1@{}", row.id, company.host()),
        from_name: header_safe(from_name),
        from: company.mail_from.clone(),
        reply_to: who.owner.as_ref().map(|owner| (header_safe(&owner.name), owner.email.clone())),
        to_name: header_safe(&who.contact.name),
        to: address,
        subject: message.subject,
        text: message.text,
        html: message.html,
        unsubscribe: Some(unsubscribe),
        list_id: format!("<surveys.{}>", company.host()),
        date: system_time(now.0),
    })
}

fn system_time(at: DateTime<Utc>) -> SystemTime {
    SystemTime::from(at)
}

/// Writes down what became of the letter.
async fn settle(ctx: &Ctx, id: InvitationId, sent: Result<(), Refusal>, last: bool) -> Result<Run> {
    let refusal = match sent {
        Err(Refusal::TooFast(pause)) => return Ok(Run::Later(pause)),
        Err(Refusal::NotNow(why)) if !last => return Ok(Run::Retry(why)),
        Err(Refusal::Bounced(why)) => Some((why, true)),
        Err(Refusal::Never(why) | Refusal::NotNow(why)) => Some((why, false)),
        Ok(()) => None,
    };
    ctx.write(move |tx| async move {
        let held =
            tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).lock().one("invitation").await?;
        if held.status != InvitationStatus::Queued {
            return Ok(Run::Done);
        }
        let now = tx.now();
        match refusal {
            None => {
                let account = tx.account(held.account_id).await?;
                let mut news =
                    Event::ours(InteractionType::SurveySent, Direction::Outbound, now, "Survey sent".to_owned());
                news.contact_id = held.contact_id;
                news.member_id = held.owner_id;
                timeline::event(&tx, &account, news).await?;
                timeline::touch(&tx, account, Channel::Survey, Direction::Outbound, now).await?;
                tx.update::<invitation::Entity>(held, |row| {
                    row.status = Set(InvitationStatus::Sent);
                    row.sent_at = Set(Some(now));
                })
                .await?;
                Ok(Run::Done)
            }
            Some((why, gone)) => {
                let contact = held.contact_id;
                tx.update::<invitation::Entity>(held, |row| row.status = Set(InvitationStatus::Failed)).await?;
                if gone {
                    bounced(&tx, contact).await?;
                }
                Ok(Run::GiveUp(why))
            }
        }
    })
    .await
}

async fn bounced(tx: &Tx, id: Option<entity::ContactId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).lock().maybe().await?;
    if let Some(row) = row {
        tx.update::<contact::Entity>(row, |row| row.mail_state = Set(MailState::Bounced)).await?;
    }
    Ok(())
}
