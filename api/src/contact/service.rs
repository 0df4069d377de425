//! Creating, changing and listing contacts.

use async_graphql::MaybeUndefined;
use entity::{ContactId, InvitationStatus, MailState, Muted, contact, invitation};
use sea_orm::{ActiveValue::Set, ColumnTrait, sea_query::Expr};

use super::{Contact, CreateContact, UpdateContact, moved, remember};
use crate::{
    access::Action,
    base::{Check, Error, MAX_LINE, Result, checked, key, put},
    ctx::Ctx,
    store::{Tx, among},
};

/// Makes a contact of an account you see.
pub async fn create(ctx: &Ctx, input: CreateContact) -> Result<ContactId> {
    ctx.may(Action::ChangeContacts)?;
    let mut check = Check::default();
    let name = check.line("name", &input.name, MAX_LINE);
    let email = check.email_opt("email", input.email.as_deref());
    let title = check.line_opt("title", input.title.as_deref(), MAX_LINE);
    let language = check.language_opt("language", input.language.as_deref());
    let time_zone = check.zone_opt("timeZone", input.time_zone.as_deref());
    check.done()?;
    let source = ctx.viewer().source.clone();
    ctx.write(move |tx| async move {
        let account = tx.account(input.account_id).await?;
        let now = tx.now();
        let row = contact::Model {
            id: tx.id(),
            account_id: account.id,
            name_key: key(&name),
            name,
            email_key: email.as_deref().map(key),
            email,
            title,
            roles: input.roles.into_iter().collect(),
            language,
            time_zone,
            mail_state: MailState::Ok,
            opted_out_at: None,
            source,
            reference: None,
            archived_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            muted: Muted::default(),
            merged_into_id: None,
        };
        let id = row.id;
        tx.insert_under::<contact::Entity>(&account, row).await?;
        Ok(id)
    })
    .await
}

/// Changes a contact. A new address starts afresh: open invitations are revoked, sign-ins end, a bounce is
/// forgotten.
pub async fn update(ctx: &Ctx, input: UpdateContact) -> Result<ContactId> {
    ctx.may(Action::ChangeContacts)?;
    let mut check = Check::default();
    let name = input.name.as_deref().map(|name| check.line("name", name, MAX_LINE));
    let email = checked(input.email, |text| check.email_opt("email", Some(&text)));
    let title = checked(input.title, |text| check.line_opt("title", Some(&text), MAX_LINE));
    let language = checked(input.language, |text| check.language_opt("language", Some(&text)));
    let time_zone = checked(input.time_zone, |text| check.zone_opt("timeZone", Some(&text)));
    check.done()?;
    ctx.write(move |tx| async move {
        let row = tx.find::<contact::Entity>().filter(contact::Column::Id.eq(input.id)).lock().one("contact").await?;
        if row.version != input.version {
            return Err(Error::Stale);
        }
        if input.archived == Some(false) && row.merged_into_id.is_some() {
            return Err(Error::conflict("this contact was merged into another and does not come back"));
        }
        let (id, now) = (row.id, tx.now());
        let key_now = email.clone().map_value(|email| key(&email));
        let moved = match &key_now {
            MaybeUndefined::Undefined => false,
            MaybeUndefined::Null => row.email_key.is_some(),
            MaybeUndefined::Value(key) => row.email_key.as_ref() != Some(key),
        };
        if moved || input.archived.is_some() {
            // Links, rests and opt-outs hang on an address.
            let account = tx.account(row.account_id).await?;
            tx.is_theirs(&account, "its owner, or their manager, changes addresses and archives contacts")?;
        }
        if moved {
            revoke(&tx, &[id]).await?;
        } else if input.archived == Some(true) {
            tx.shut_out_contacts(&[id]).await?;
        }
        tx.update::<contact::Entity>(row, |row| {
            if let Some(name) = name {
                row.name_key = Set(key(&name));
                row.name = Set(name);
            }
            put(&mut row.email, email);
            put(&mut row.email_key, key_now);
            put(&mut row.title, title);
            put(&mut row.language, language);
            put(&mut row.time_zone, time_zone);
            if moved && *row.mail_state.as_ref() == MailState::Bounced {
                row.mail_state = Set(MailState::Ok);
            }
            if let Some(roles) = input.roles {
                row.roles = Set(roles.into_iter().collect());
            }
            if let Some(archived) = input.archived {
                row.archived_at = Set(archived.then_some(now));
            }
            row.version = Set(input.version + 1);
            row.updated_at = Set(now);
        })
        .await?;
        Ok(id)
    })
    .await
}

/// Links that went to the old addresses of these contacts stop working: no answer, no change of one given, no choice
/// of mails for whoever reads there now. Their sign-ins end, which began with such a link, and the old address is told.
pub async fn revoke(tx: &Tx, ids: &[ContactId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    remember(tx, ids).await?;
    moved::tell(tx, ids).await?;
    tx.shut_out_contacts(ids).await?;
    let all = among::<invitation::Entity, _>(invitation::Column::ContactId, ids);
    let none = vec![(invitation::Column::UnsubscribeHash, Expr::val(None::<Vec<u8>>))];
    tx.set::<invitation::Entity>(all, none).await?;
    let open = among::<invitation::Entity, _>(invitation::Column::ContactId, ids)
        .add(invitation::Column::Status.is_in([InvitationStatus::Queued, InvitationStatus::Sent]))
        .add(invitation::Column::ExpiresAt.gt(tx.now()));
    let rows = tx.find::<invitation::Entity>().filter(open).lock().all().await?;
    let revoked = |row: &invitation::Model| invitation::Model { status: InvitationStatus::Revoked, ..row.clone() };
    let changes = rows.into_iter().map(|row| {
        let new = revoked(&row);
        (row, new)
    });
    tx.rewrite::<invitation::Entity>(changes.collect()).await.map(drop)
}

/// One contact, or `NotFound`.
pub async fn get(ctx: &Ctx, id: ContactId) -> Result<Contact> {
    ctx.may(Action::ReadContacts)?;
    read(ctx, id).await
}

/// The same for whoever has just written it; what they may see of it is asked before the change.
pub(super) async fn read(ctx: &Ctx, id: ContactId) -> Result<Contact> {
    let row = ctx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
    Ok(row.into_inner().into())
}
