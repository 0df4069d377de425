//! Using a link, once.

use entity::{AccessLinkId, LinkPurpose, access_link, member};
use sea_orm::{ColumnTrait, sea_query::Condition};

use super::find::{Holder, REFUSED, Signing, open};
use crate::{
    access::Actor,
    base::{Check, Error, Result},
    ctx::Ctx,
    secure::password,
    session::{self, ByLink, Issued, chosen, replace_password},
    store::Tx,
};

/// Gives the member of an invitation, or of a reset, a password of their choice. All their sign-ins end, and every other
/// link of theirs. What is refused leaves the link as it was.
pub async fn set_password(ctx: &Ctx, purpose: LinkPurpose, token: &str, new: &str) -> Result<()> {
    let (found, Holder::Member(row)) = open(ctx, purpose, token).await? else { return Err(REFUSED) };
    let system = ctx.server_for(Actor::Member(row.id));
    let mut check = Check::default();
    chosen(&system, &mut check, &row, new);
    check.done()?;
    let hash = password::hash(new).await.map_err(Error::internal)?;
    let id = row.id;
    let set = system.write(move |tx| async move {
        let held = tx.find::<member::Entity>().filter(member::Column::Id.eq(id)).lock().one("member").await?;
        if !held.active || !take(&tx, found).await? {
            return Err(REFUSED);
        }
        tx.shut_out_members(&[id]).await?;
        replace_password(&tx, held, hash).await
    });
    set.await?;
    session::forgive(&system, &row.email_key).await
}

/// Signs the contact of a sign-in link in. `agent`: what the program calls itself.
pub async fn sign_in(ctx: &Ctx, token: &str, agent: Option<&str>) -> Result<Issued> {
    by_link(ctx, token, true, agent).await.map(|(_, issued)| issued)
}

/// The same for a quarter of an hour, which is not refreshed; gives who it is, too: a contact, their account, its owner.
pub async fn sign_in_once(ctx: &Ctx, token: &str) -> Result<(Box<Signing>, Issued)> {
    by_link(ctx, token, false, None).await
}

async fn by_link(ctx: &Ctx, token: &str, refreshed: bool, agent: Option<&str>) -> Result<(Box<Signing>, Issued)> {
    let (link, Holder::Contact(who)) = open(ctx, LinkPurpose::SignIn, token).await? else { return Err(REFUSED) };
    let by = ByLink { contact: who.0.id, link, refreshed, agent };
    let issued = session::sign_in_by_link(&ctx.server(), by).await?;
    Ok((who, issued))
}

/// Whether it is us who use the link; of many at once one is.
async fn take(tx: &Tx, id: AccessLinkId) -> Result<bool> {
    Ok(tx.take_links(Condition::all().add(access_link::Column::Id.eq(id))).await? > 0)
}
