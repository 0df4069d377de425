//! Saying no to surveys, by the link in every mail.

use entity::{Muted, contact, invitation};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use crate::{base::Result, ctx::Ctx, secure::digest};

/// What the contact behind an unsubscribe link wants none of. An unknown link looks like one of somebody who wants all.
pub async fn muted(ctx: &Ctx, token: &str) -> Result<Muted> {
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(id) = found.maybe().await?.and_then(|row| row.contact_id) else { return Ok(Muted::default()) };
    let contact = ctx.store().by_secret::<contact::Entity>().filter(contact::Column::Id.eq(id)).maybe().await?;
    Ok(contact.map_or_else(Muted::default, |row| row.muted))
}

/// Keeps what the contact behind the link wants none of; mails already queued are stopped too. The link never
/// expires; an unknown one changes nothing and is answered alike.
pub async fn mute(ctx: &Ctx, token: &str, muted: Muted) -> Result<()> {
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(row) = found.maybe().await? else { return Ok(()) };
    let Some(contact) = row.contact_id else { return Ok(()) };
    let holder = ctx.link(row.account_id, row.id);
    holder
        .write(move |tx| async move {
            let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(contact)).lock().maybe().await?;
            let Some(row) = row.filter(|row| row.muted != muted) else { return Ok(()) };
            let now = tx.now();
            tx.update::<contact::Entity>(row, |row| {
                row.opted_out_at = Set((muted == Muted::ALL).then_some(now));
                row.muted = Set(muted);
            })
            .await?;
            Ok(())
        })
        .await
}
