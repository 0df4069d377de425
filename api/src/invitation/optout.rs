//! Saying no to surveys, by the link in every mail.

use entity::{Muted, contact, invitation};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use crate::{base::Result, ctx::Ctx, secure::digest};

/// What the contact behind an unsubscribe link wants none of, and the language of its mail. An unknown link looks like
/// one of somebody who wants all and reads the company's language.
pub async fn muted(ctx: &Ctx, token: &str) -> Result<(Muted, String)> {
    let unknown = || ctx.company().language.clone();
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(row) = found.maybe().await? else { return Ok((Muted::default(), unknown())) };
    let Some(id) = row.contact_id else { return Ok((Muted::default(), row.language.clone())) };
    let contact = ctx.store().by_secret::<contact::Entity>().filter(contact::Column::Id.eq(id)).maybe().await?;
    Ok((contact.map_or_else(Muted::default, |contact| contact.muted), row.language.clone()))
}

/// Keeps what the contact behind the link wants none of; mails already queued are stopped too. The link never
/// expires; an unknown one changes nothing and is answered alike. Gives the language of its mail.
pub async fn mute(ctx: &Ctx, token: &str, muted: Muted) -> Result<String> {
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(row) = found.maybe().await? else { return Ok(ctx.company().language.clone()) };
    let language = row.language.clone();
    let Some(contact) = row.contact_id else { return Ok(language) };
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
        .map(|()| language)
}
