//! The mail that tells a contact of a changed answer. Service mail: it goes to those too who want no surveys.

use std::time::SystemTime;

use chrono::TimeDelta;
use entity::{
    MailState, ResponseId, Time, account, contact, invitation, member, response, response_version, survey_version,
};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, Query, SimpleExpr},
};
use serde::{Deserialize, Serialize};

use super::{
    asked::Asked,
    link::Link,
    mail::{Changed, Head},
    safe::header_safe,
};
use crate::{
    base::{Error, Result},
    ctx::{Ctx, Job, Run},
    mail::Letter,
    secure::{Purpose, digest},
    store::one,
    survey::Definition,
};

/// How long it waits: several changes in a row make one mail.
const PAUSE: TimeDelta = TimeDelta::minutes(5);

/// Tells of one change of an answer, unless a later one came meanwhile.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellChanged {
    pub response_id: ResponseId,
    pub version: i32,
    /// The secret of a link that another system made, sealed: it is not made again from ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What is to be kept of a link until its mail is written; nothing where it can be made again.
pub(super) fn sealed(link: &Link) -> Result<Option<String>> {
    let (invitation, ctx) = (&link.invitation, &link.ctx);
    let ours = (Purpose::Survey, invitation.id.0, invitation.generation);
    if ctx.secret().token_of(ours, invitation.token_hash.as_ref()) == link.token {
        return Ok(None);
    }
    let fill = |bytes: &mut [u8]| ctx.env().db.random().fill(bytes);
    ctx.secret().seal_text(&link.token, &fill).map(Some).map_err(Error::internal)
}

impl TellChanged {
    pub(super) fn due(now: Time) -> Time {
        Time::new(now.0 + PAUSE)
    }
}

impl Job for TellChanged {
    const KIND: &'static str = "response.changed";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let Some(letter) = letter(&ctx, &self).await? else { return Ok(Run::Done) };
            Ok(ctx.send(&letter).await)
        })
    }
}

type Row = (
    response::Model,
    Option<invitation::Model>,
    Option<survey_version::Model>,
    Option<account::Model>,
    Option<contact::Model>,
    Option<member::Model>,
);

async fn letter(ctx: &Ctx, job: &TellChanged) -> Result<Option<Letter>> {
    let engine = ctx.store().engine();
    let at = |column| Expr::col((response::Entity, column));
    let parts = vec![
        one::<invitation::Entity>(
            engine,
            "i",
            Expr::col(("i", invitation::Column::Id)).eq(at(response::Column::InvitationId)),
        ),
        one::<survey_version::Entity>(engine, "v", Expr::col(("v", survey_version::Column::Id)).eq(asked_version())),
        one::<account::Entity>(engine, "a", Expr::col(("a", account::Column::Id)).eq(at(response::Column::AccountId))),
        one::<contact::Entity>(engine, "c", Expr::col(("c", contact::Column::Id)).eq(at(response::Column::ContactId))),
        one::<member::Entity>(engine, "m", Expr::col(("m", member::Column::Id)).eq(owner_now())),
    ];
    let find = ctx.find::<response::Entity>().filter(response::Column::Id.eq(job.response_id));
    let rows: Vec<Row> = find.limit(1).shaped(parts).await?;
    let Some((row, Some(invitation), Some(version), Some(account), Some(contact), owner)) = rows.into_iter().next()
    else {
        return Ok(None);
    };
    let (Some(address), Some(changed_at)) = (contact.email.clone(), row.amended_at) else { return Ok(None) };
    // Going on with an answer raises its version too, and is no change.
    let later = ctx
        .find::<response_version::Entity>()
        .filter(response_version::Column::ResponseId.eq(job.response_id))
        .filter(response_version::Column::Version.gte(job.version));
    if later.count().await? > 0 || contact.archived_at.is_some() || contact.mail_state == MailState::Bounced {
        return Ok(None);
    }
    let company = ctx.company();
    let definition = Definition::read(version.definition)?;
    let asked = Asked::new(row.kind, &definition, &invitation.language, company)?;
    let ours = (Purpose::Survey, invitation.id.0, invitation.generation);
    let theirs = job.link.as_deref().and_then(|sealed| ctx.secret().unseal_text(sealed));
    let theirs = theirs.filter(|token| invitation.token_hash == Some(digest(token)));
    let token = theirs.unwrap_or_else(|| ctx.secret().token_of(ours, invitation.token_hash.as_ref()));
    let sender = owner.as_ref().map_or("", |owner| &owner.name);
    let zone = contact.time_zone.as_ref().and_then(|zone| zone.parse().ok()).unwrap_or(company.zone);
    let message = Changed {
        head: Head {
            recipient: &contact.name,
            account: &account.name,
            sender,
            language: asked.language(),
            ..Head::of(company)
        },
        question: asked.question(),
        score: row.score,
        at: changed_at.0.with_timezone(&zone),
        link: &format!("{}/s/{token}", company.public_url),
    }
    .render();
    Ok(Some(Letter {
        message_id: format!("{}.changed{}@{}", invitation.id, job.version, company.host()),
        follows: None,
        from_name: header_safe(if sender.is_empty() { &company.name } else { sender }),
        from: company.mail_from.clone(),
        reply_to: owner.as_ref().map(|owner| (header_safe(&owner.name), owner.email.clone())),
        to_name: header_safe(&contact.name),
        to: address,
        subject: message.subject,
        text: message.text,
        html: message.html,
        unsubscribe: None,
        list_id: format!("<service.{}>", company.host()),
        date: SystemTime::from(ctx.now().0),
    }))
}

/// The version of the survey that the answer's invitation asked.
fn asked_version() -> SimpleExpr {
    let select = Query::select()
        .column((invitation::Entity, invitation::Column::SurveyVersionId))
        .from(invitation::Entity)
        .and_where(
            Expr::col((invitation::Entity, invitation::Column::Id))
                .equals((response::Entity, response::Column::InvitationId)),
        )
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// Today's owner of the answer's account.
fn owner_now() -> SimpleExpr {
    let select = Query::select()
        .column((account::Entity, account::Column::OwnerId))
        .from(account::Entity)
        .and_where(
            Expr::col((account::Entity, account::Column::Id)).equals((response::Entity, response::Column::AccountId)),
        )
        .take();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}
