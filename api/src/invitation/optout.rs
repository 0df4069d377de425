//! Saying no to surveys, by the link in every mail.

use entity::{Muted, contact, invitation};
use sea_orm::{ActiveValue::Set, ColumnTrait};

use crate::{base::Result, ctx::Ctx, secure::digest};

/// What a link's holder has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    pub opted_out: bool,
}

/// What the contact behind an unsubscribe link has said. An unknown link looks like a known one.
pub async fn preferences(ctx: &Ctx, token: &str) -> Result<Preferences> {
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(id) = found.maybe().await?.and_then(|row| row.contact_id) else {
        return Ok(Preferences { opted_out: false });
    };
    let contact = ctx.store().by_secret::<contact::Entity>().filter(contact::Column::Id.eq(id)).maybe().await?;
    Ok(Preferences { opted_out: contact.is_some_and(|row| row.opted_out_at.is_some()) })
}

/// Ends survey mails to the contact behind the link, those already queued too. The link never expires;
/// an unknown one changes nothing and is answered alike.
pub async fn opt_out(ctx: &Ctx, token: &str) -> Result<()> {
    let found =
        ctx.store().by_secret::<invitation::Entity>().filter(invitation::Column::UnsubscribeHash.eq(digest(token)));
    let Some(row) = found.maybe().await? else { return Ok(()) };
    let Some(contact) = row.contact_id else { return Ok(()) };
    let holder = ctx.link(row.account_id, row.id);
    holder
        .write(move |tx| async move {
            let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(contact)).lock().maybe().await?;
            let Some(row) = row.filter(|row| row.opted_out_at.is_none()) else { return Ok(()) };
            let now = tx.now();
            tx.update::<contact::Entity>(row, |row| {
                row.opted_out_at = Set(Some(now));
                row.muted = Set(Muted::ALL);
            })
            .await?;
            Ok(())
        })
        .await
}
