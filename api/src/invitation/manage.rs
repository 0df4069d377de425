//! One invitation at a time: its mail again, or its link withdrawn.

use entity::{InvitationId, InvitationStatus, MailState, contact, invitation, response};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait,
    sea_query::{Expr, ExprTrait},
};

use super::{SendMail, delivery::Delivery, send::homes, send::seal};
use crate::{
    access::Action,
    base::{Error, Result},
    ctx::{Ctx, Job},
    queue,
    store::Tx,
};

/// Sends the mail of an invitation again that failed, or that came back before its contact had a new address. It
/// is credited anew, and judged like any other.
pub async fn resend(ctx: &Ctx, id: InvitationId) -> Result<InvitationId> {
    ctx.may(Action::SendToContacts)?;
    let inner = ctx.clone();
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).lock();
        let held = found.one("invitation").await?;
        let contact = tx
            .find::<contact::Entity>()
            .filter(Expr::col((contact::Entity, contact::Column::Id)).eq(Expr::val(held.contact_id)))
            .one("contact")
            .await?;
        let came_back = held.bounced_at.is_some();
        if held.status == InvitationStatus::Revoked || (held.status != InvitationStatus::Failed && !came_back) {
            return Err(Error::conflict("only a mail that failed, or that came back, can be sent again"));
        }
        if contact.mail_state == MailState::Bounced {
            return Err(Error::conflict("mail to this contact comes back; give them another address first"));
        }
        if answered(&tx, id).await? {
            return Err(Error::conflict("this invitation is answered"));
        }
        let account = tx.account(held.account_id).await?;
        tx.is_theirs_to_give(&account)?;
        if account.archived_at.is_some() {
            return Err(Error::conflict("this account is archived"));
        }
        let wave = tx.find::<entity::wave::Entity>().filter(entity::wave::Column::Id.eq(held.wave_id));
        let wave = wave.one("wave").await?;
        let delivery = Delivery::of(&wave)?;
        let homes = homes(&tx, &[held.account_id]).await?;
        let home = homes.get(&held.account_id).ok_or(Error::NotFound("account"))?;
        let now = tx.now();
        let mut row = (*held).clone();
        home.freeze(&mut row, &contact, now);
        row.status = InvitationStatus::Queued;
        row.step = 0;
        (row.due_at, row.sent_at, row.reminded_at) = (Some(now), None, None);
        (row.bounced_at, row.error) = (None, None);
        row.expires_at = delivery.expires(now);
        if came_back {
            // Whoever has the old address has no use of the old link.
            row.generation += 1;
            seal(&mut row, inner.secret());
        }
        tx.rewrite::<invitation::Entity>(vec![(held, row)]).await?;
        queue::enqueue(&tx, vec![SendMail { invitation_id: id, step: 1 }.at(now)?]).await?;
        Ok(id)
    })
    .await
}

/// Withdraws the link of an invitation: no answer by it, no change of one given, no mail any more.
pub async fn revoke(ctx: &Ctx, id: InvitationId) -> Result<InvitationId> {
    ctx.may(Action::SendToContacts)?;
    ctx.write(move |tx| async move {
        let found = tx.find::<invitation::Entity>().filter(invitation::Column::Id.eq(id)).lock();
        let held = found.one("invitation").await?;
        match held.status {
            InvitationStatus::Revoked => return Ok(id),
            InvitationStatus::Suppressed => return Err(Error::conflict("nobody was asked by this invitation")),
            InvitationStatus::Queued | InvitationStatus::Sent | InvitationStatus::Failed => {}
        }
        let account = tx.account(held.account_id).await?;
        tx.is_theirs_to_give(&account)?;
        tx.update::<invitation::Entity>(held, |row| {
            row.status = Set(InvitationStatus::Revoked);
            row.due_at = Set(None);
        })
        .await?;
        Ok(id)
    })
    .await
}

async fn answered(tx: &Tx, id: InvitationId) -> Result<bool> {
    Ok(tx.find::<response::Entity>().filter(response::Column::InvitationId.eq(id)).count().await? > 0)
}
