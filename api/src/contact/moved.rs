//! Telling an address that it is no longer the one of whoever signed in with it.

use std::collections::BTreeSet;

use entity::{ContactId, LinkPurpose, MailState, Time, access_link, contact};
use sea_orm::ColumnTrait;
use serde::{Deserialize, Serialize};

use crate::{
    base::Result,
    ctx::Job as _,
    queue,
    store::{Tx, among},
};

/// Tells the address that a contact had of its end. Which it was stands in the audit, and not here.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellMoved {
    pub contact_id: ContactId,
    /// When it was changed, at the earliest.
    pub at: Time,
}

/// Has those of these contacts told who have signed in; before their addresses are changed, and their links ended.
pub(super) async fn tell(tx: &Tx, ids: &[ContactId]) -> Result<()> {
    let used = among::<access_link::Entity, _>(access_link::Column::ContactId, ids)
        .add(access_link::Column::Purpose.eq(LinkPurpose::SignIn))
        .add(access_link::Column::UsedAt.is_not_null());
    // Sign-ins are for admins to see; of them nothing is told here.
    let links = tx.everywhere::<access_link::Entity>().filter(used).all().await?;
    let signed_in: BTreeSet<_> = links.iter().filter_map(|row| row.contact_id).collect();
    if signed_in.is_empty() {
        return Ok(());
    }
    let signed_in: Vec<_> = signed_in.into_iter().collect();
    let find = tx.find::<contact::Entity>().filter(among::<contact::Entity, _>(contact::Column::Id, &signed_in));
    let find = find.filter(contact::Column::Email.is_not_null());
    let reached = find.filter(contact::Column::MailState.ne(MailState::Bounced)).all().await?;
    let at = tx.now();
    let jobs = reached.iter().map(|row| TellMoved { contact_id: row.id, at }.at(at));
    queue::enqueue(tx, jobs.collect::<Result<_>>()?).await
}
