//! Asking for a link. All that happens before the answer is the same for every address: one counter and one job, in
//! which the address is sealed.

use entity::{LinkPurpose, MemberId, access_link, member};
use sea_orm::{ColumnTrait, sea_query::Condition};

use super::jobs::{SendLink, To, lives};
use crate::{
    access::Action,
    base::{Check, Error, Result, key},
    ctx::{Ctx, Job as _},
    queue,
    secure::digest,
};

/// Links to one address in the time that one works, at most: whoever is refused has one that works in their mail.
const ASKED: i32 = 5;

/// Sends a link to whoever is known by this address: [`LinkPurpose::SignIn`] to contacts, [`LinkPurpose::Reset`] to
/// members. [`Error::TooMany`] after five in the time that one works.
pub async fn ask(ctx: &Ctx, purpose: LinkPurpose, email: &str) -> Result<()> {
    let mut check = Check::default();
    let email = check.email("email", email);
    check.done()?;
    let system = ctx.server();
    let email = key(&email);
    let counter = digest(format!("link\0{purpose}\0{email}"));
    let sealed = system.secret().seal_text(&email, &|bytes| system.env().db.random().fill(bytes));
    let to = To::Address(sealed.map_err(Error::internal)?);
    let span = lives(purpose);
    let asked = system.write(move |tx| async move {
        let (asked, since) = tx.count_try(counter, span).await?;
        if asked <= ASKED {
            let job = SendLink { request_id: tx.id(), purpose, at: tx.now(), to };
            queue::enqueue(&tx, vec![job.at(tx.now())?]).await?;
        }
        Ok((asked, since))
    });
    let (asked, since) = asked.await?;
    if asked > ASKED {
        let wait = since.0 + span - system.now().0;
        return Err(Error::TooMany(wait.to_std().unwrap_or_default()));
    }
    Ok(())
}

/// Invites a member who has chosen no password yet; an invitation before this one ends.
pub async fn invite(ctx: &Ctx, id: MemberId) -> Result<MemberId> {
    ctx.may(Action::ChangeMembers)?;
    let system = ctx.server_for(ctx.viewer().actor);
    let row = ctx.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
    if !row.active {
        return Err(Error::conflict("this member is not active"));
    }
    if row.password_hash.is_some() && !row.password_must_change {
        return Err(Error::conflict(
            "this member has chosen a password; who has forgotten it asks for a new one: POST /api/v1/auth/reset",
        ));
    }
    system
        .write(move |tx| async move {
            let earlier = Condition::all()
                .add(access_link::Column::MemberId.eq(id))
                .add(access_link::Column::Purpose.eq(LinkPurpose::Invite));
            tx.take_links(earlier).await?;
            let job = SendLink { request_id: tx.id(), purpose: LinkPurpose::Invite, at: tx.now(), to: To::Member(id) };
            queue::enqueue(&tx, vec![job.at(tx.now())?]).await
        })
        .await?;
    Ok(id)
}
