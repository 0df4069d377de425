//! Whom a link lets in, and whom an address belongs to.

use entity::{AccessLinkId, LinkPurpose, access_link, account, contact, member};
use sea_orm::{
    ColumnTrait,
    sea_query::{IntoCondition, Order},
};

use super::jobs::{To, derived};
use crate::{
    base::Result,
    ctx::Ctx,
    secure::{TOKEN_LETTERS, digest},
    store::{Visible, among},
};

/// Accounts that one address may sign in at by one mail.
const ACCOUNTS: u64 = 20;

pub(super) use crate::session::LINK_OVER as REFUSED;

/// Whom a link lets in.
#[derive(Clone, Debug)]
pub enum Holder {
    Member(Box<member::Model>),
    Contact(Box<Signing>),
}

/// A contact, their account, and its owner.
pub type Signing = (contact::Model, account::Model, Option<member::Model>);

impl Holder {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Member(row) => &row.name,
            Self::Contact(row) => &row.0.name,
        }
    }

    pub(super) fn email(&self) -> &str {
        match self {
            Self::Member(row) => &row.email,
            Self::Contact(row) => row.0.email.as_deref().unwrap_or_default(),
        }
    }

    /// The same without what two spellings of one address differ by.
    pub(super) fn email_key(&self) -> &str {
        match self {
            Self::Member(row) => &row.email_key,
            Self::Contact(row) => row.0.email_key.as_deref().unwrap_or_default(),
        }
    }

    /// The language they are written to in, if it is known.
    pub(super) fn language(&self) -> Option<&str> {
        match self {
            Self::Member(_) => None,
            Self::Contact(row) => row.0.language.as_deref(),
        }
    }
}

/// The link of a token, as long as it works.
async fn link(ctx: &Ctx, purpose: LinkPurpose, token: &str) -> Result<Visible<access_link::Model>> {
    if token.len() != TOKEN_LETTERS {
        return Err(REFUSED);
    }
    let now = ctx.now();
    let find = ctx
        .store()
        .by_secret::<access_link::Entity>()
        .filter(access_link::Column::TokenHash.eq(digest(token)))
        .filter(access_link::Column::Purpose.eq(purpose))
        // Here and not afterwards: one that has ended takes as long as one that never was.
        .filter(access_link::Column::UsedAt.is_null())
        .filter(access_link::Column::ExpiresAt.gt(now));
    let row = find.maybe().await?.ok_or(REFUSED)?;
    // A secret that was stolen and taken away makes no links any more, not even those of then.
    let made = ctx.secret().tokens(derived(purpose), row.id.0, 0).any(|ours| ours == token);
    if made { Ok(row) } else { Err(REFUSED) }
}

/// Whom the link of a token lets in, as long as it works. Looking changes nothing.
pub async fn holder(ctx: &Ctx, purpose: LinkPurpose, token: &str) -> Result<Holder> {
    open(ctx, purpose, token).await.map(|(_, who)| who)
}

/// The same, with which link it is.
pub(super) async fn open(ctx: &Ctx, purpose: LinkPurpose, token: &str) -> Result<(AccessLinkId, Holder)> {
    let link = link(ctx, purpose, token).await?;
    let who = of(&ctx.server(), &link).await?.ok_or(REFUSED)?;
    Ok((link.id, who))
}

/// Whom a link lets in, unless they have left meanwhile.
async fn of(system: &Ctx, link: &access_link::Model) -> Result<Option<Holder>> {
    let who = match (link.member_id, link.contact_id) {
        (Some(id), _) => members(system, member::Column::Id.eq(id)).await?,
        (None, Some(id)) => contacts(system, contact::Column::Id.eq(id)).await?,
        (None, None) => Vec::new(),
    };
    Ok(who.into_iter().next())
}

/// Whom a request is about.
pub(super) async fn asked(system: &Ctx, purpose: LinkPurpose, to: &To) -> Result<Vec<Holder>> {
    match to {
        To::Member(id) => members(system, member::Column::Id.eq(*id)).await,
        To::Address(sealed) => {
            // Sealed under another secret: nobody can tell any more whom it was for.
            let Some(email_key) = system.secret().unseal_text(sealed) else { return Ok(Vec::new()) };
            if purpose == LinkPurpose::SignIn {
                // Staff sign in as staff: as a contact somebody would stay in who has left the company.
                let all = system.find::<member::Entity>().filter(member::Column::EmailKey.eq(email_key.as_str()));
                if all.count().await? > 0 {
                    return Ok(Vec::new());
                }
                return contacts(system, contact::Column::EmailKey.eq(email_key)).await;
            }
            members(system, member::Column::EmailKey.eq(email_key)).await
        }
    }
}

async fn members(system: &Ctx, which: impl IntoCondition) -> Result<Vec<Holder>> {
    let row = system.find::<member::Entity>().filter(which).filter(member::Column::Active.eq(true)).maybe().await?;
    Ok(row.into_iter().map(|row| Holder::Member(Box::new(row.into_inner()))).collect())
}

async fn contacts(system: &Ctx, which: impl IntoCondition) -> Result<Vec<Holder>> {
    let here = contact::Column::ArchivedAt.is_null();
    let find = system.find::<contact::Entity>().filter(which).filter(here).order(contact::Column::Id, Order::Asc);
    let rows = find.limit(ACCOUNTS).all().await?;
    let ids: Vec<_> = rows.iter().map(|row| row.account_id).collect();
    let accounts = system.find::<account::Entity>().filter(among::<account::Entity, _>(account::Column::Id, &ids));
    let accounts = accounts.filter(account::Column::ArchivedAt.is_null()).all().await?;
    let owners: Vec<_> = accounts.iter().filter_map(|row| row.owner_id).collect();
    let owners = system.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::Id, &owners));
    let owners = owners.all().await?;
    let whole = rows.into_iter().filter_map(|row| {
        let account = accounts.iter().find(|account| account.id == row.account_id)?;
        let owner = owners.iter().find(|owner| Some(owner.id) == account.owner_id);
        let parts = (row.into_inner(), account::Model::clone(account), owner.map(|owner| member::Model::clone(owner)));
        Some(Holder::Contact(Box::new(parts)))
    });
    Ok(whole.collect())
}
