//! Making one of two contacts.

use entity::{ContactId, Time, contact, exclusion, interaction, invitation, response};
use sea_orm::{ColumnTrait, sea_query::Condition};

use super::{MergeContacts, history::Way, rules::unite};
use crate::{
    access::Action,
    base::{Error, Result},
    contact::revoke,
    ctx::Ctx,
    store::{Tx, Visible, among},
};

/// Merges a contact into another of the same account.
pub async fn merge(ctx: &Ctx, input: MergeContacts) -> Result<ContactId> {
    ctx.may(Action::MergeDuplicates)?;
    if input.keep_id == input.merge_id {
        return Err(Error::invalid("/mergeId", "must not be the contact itself"));
    }
    ctx.write(move |tx| async move {
        let MergeContacts { keep_id, merge_id, .. } = input;
        let theirs = || tx.find::<invitation::Entity>().filter(invitation::Column::ContactId.eq(merge_id)).lock();
        let mut invitations = theirs().all().await?;
        let mut both = tx
            .find::<contact::Entity>()
            .filter(among::<contact::Entity, _>(contact::Column::Id, &[keep_id, merge_id]))
            .order(contact::Column::Id, sea_orm::sea_query::Order::Asc)
            .lock()
            .all()
            .await?;
        let mut take = |id| both.iter().position(|row| row.id == id).map(|at| both.swap_remove(at));
        let (Some(keep), Some(gone)) = (take(keep_id), take(merge_id)) else { return Err(Error::NotFound("contact")) };
        let account = tx.account(keep.account_id).await?;
        tx.is_theirs_to_give(&account)?;
        if gone.account_id != keep.account_id {
            return Err(Error::invalid("/mergeId", "must be a contact of the same account; merge their accounts"));
        }
        if gone.merged_into_id.is_some() {
            return Err(Error::conflict("this contact was merged already"));
        }
        if keep.archived_at.is_some() {
            return Err(Error::conflict("the contact that is to stay is archived; take it back first"));
        }
        if keep.version != input.keep_version || gone.version != input.merge_version {
            return Err(Error::Stale);
        }
        let way = Way { account: account.id, people: [(merge_id, keep_id)].into() };
        let which = [
            interaction::Column::ContactId.eq(merge_id),
            response::Column::ContactId.eq(merge_id),
            exclusion::Column::ContactId.eq(merge_id),
        ];
        way.carry(&tx, which.map(|which| Condition::all().add(which))).await?;
        if keep.email_key.is_some() && keep.email_key != gone.email_key {
            // A link goes to the address it was made for, and to no other.
            revoke(&tx, &[merge_id]).await?;
            invitations = theirs().all().await?;
        }
        way.invitations(&tx, invitations).await?;
        one_of_each(&tx, vec![(keep, gone)], tx.now()).await?;
        Ok(keep_id)
    })
    .await
}

type Pair = (Visible<contact::Model>, Visible<contact::Model>);

/// Makes one contact of each pair: the first stays, and the other signs in no more.
pub(super) async fn one_of_each(tx: &Tx, pairs: Vec<Pair>, now: Time) -> Result<()> {
    let (mut stay, mut go) = (Vec::new(), Vec::new());
    let ids: Vec<_> = pairs.iter().map(|(_, gone)| gone.id).collect();
    tx.shut_out_contacts(&ids).await?;
    for (keep, gone) in pairs {
        let (one, other) = unite(&keep, &gone, now);
        stay.push((keep, one));
        go.push((gone, other));
    }
    // An address is free for the one only when the other has given it up.
    tx.rewrite::<contact::Entity>(go).await?;
    tx.rewrite::<contact::Entity>(stay).await.map(drop)
}
