//! The mail with a link. The link is derived again at each try, so that all carry the same.

use chrono::TimeDelta;
use entity::{LinkPurpose, MemberId, Time, access_link, contact, member};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, sea_query::Order};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    find::{Holder, asked},
    mail::letter,
};
use crate::{
    base::Result,
    ctx::{Ctx, Job, Run},
    secure::{Purpose, digest},
    store::{Tx, among},
};

/// Sends somebody the link that they, or an admin for them, have asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendLink {
    pub request_id: Uuid,
    pub purpose: LinkPurpose,
    /// When it was asked for; its time runs from here.
    pub at: Time,
    pub to: To,
}

/// Whom a link is for.
#[derive(Debug, Serialize, Deserialize)]
pub enum To {
    /// Whoever has this address, if anybody; sealed, so that the queue names no one.
    Address(String),
    Member(MemberId),
}

/// How long a link works.
pub(super) const fn lives(purpose: LinkPurpose) -> TimeDelta {
    match purpose {
        LinkPurpose::SignIn => TimeDelta::minutes(15),
        LinkPurpose::Reset => TimeDelta::hours(1),
        LinkPurpose::Invite => TimeDelta::days(7),
    }
}

pub(super) const fn derived(purpose: LinkPurpose) -> Purpose {
    match purpose {
        LinkPurpose::SignIn => Purpose::SignIn,
        LinkPurpose::Reset => Purpose::Reset,
        LinkPurpose::Invite => Purpose::Invite,
    }
}

impl Job for SendLink {
    const KIND: &'static str = "entrance.link";

    fn run(self, ctx: Ctx, _: bool) -> BoxFuture<'static, Result<Run>> {
        Box::pin(async move {
            let until = Time::new(self.at.0 + lives(self.purpose));
            let who = asked(&ctx, self.purpose, &self.to).await?;
            let links = self.links(&ctx, &who, until).await?;
            let told: Vec<(&Holder, String)> = who
                .iter()
                .filter_map(|who| {
                    let link = links.iter().find(|link| is_of(link, who))?;
                    (link.used_at.is_none() && until > ctx.now()).then(|| (who, self.token(&ctx, link)))
                })
                .collect();
            let Some(letter) = letter(&ctx, &self, &told) else { return Ok(Run::Done) };
            Ok(ctx.send(&letter).await)
        })
    }
}

fn is_of(link: &access_link::Model, who: &Holder) -> bool {
    match who {
        Holder::Member(row) => link.member_id == Some(row.id),
        Holder::Contact(row) => link.contact_id == Some(row.0.id),
    }
}

/// Those links whose holders have the address to which they go, and are held until the transaction ends: whoever gives
/// them another one finds these links, and ends them.
async fn still_there(tx: &Tx, fresh: Vec<(access_link::Model, String)>) -> Result<Vec<access_link::Model>> {
    let contacts: Vec<_> = fresh.iter().filter_map(|(link, _)| link.contact_id).collect();
    let contacts = tx.find::<contact::Entity>().filter(among::<contact::Entity, _>(contact::Column::Id, &contacts));
    let contacts = contacts.order(contact::Column::Id, Order::Asc).lock().all().await?;
    let members: Vec<_> = fresh.iter().filter_map(|(link, _)| link.member_id).collect();
    let members = tx.find::<member::Entity>().filter(among::<member::Entity, _>(member::Column::Id, &members));
    let members = members.order(member::Column::Id, Order::Asc).lock().all().await?;
    let is_theirs = |link: &access_link::Model, key: &str| {
        let has = |row: &contact::Model| Some(row.id) == link.contact_id && row.email_key.as_deref() == Some(key);
        let is = |row: &member::Model| Some(row.id) == link.member_id && row.active && row.email_key == key;
        contacts.iter().any(|row| row.archived_at.is_none() && has(row)) || members.iter().any(|row| is(row))
    };
    Ok(fresh.into_iter().filter_map(|(link, key)| is_theirs(&link, &key).then_some(link)).collect())
}

impl SendLink {
    fn token(&self, ctx: &Ctx, link: &access_link::Model) -> String {
        ctx.secret().token_of((derived(self.purpose), link.id.0, 0), Some(&link.token_hash))
    }

    /// The links of this request, made at the first try, for those who have the address still.
    async fn links(&self, ctx: &Ctx, who: &[Holder], until: Time) -> Result<Vec<access_link::Model>> {
        let (request_id, purpose, now) = (self.request_id, self.purpose, ctx.now());
        let fresh = who.iter().map(|who| {
            let id = ctx.env().db.random().id(now);
            access_link::Model {
                id: id.into(),
                request_id,
                purpose,
                member_id: if let Holder::Member(row) = who { Some(row.id) } else { None },
                contact_id: if let Holder::Contact(row) = who { Some(row.0.id) } else { None },
                token_hash: digest(ctx.secret().token(derived(purpose), id, 0)),
                created_at: now,
                expires_at: until,
                used_at: None,
            }
        });
        let keys = who.iter().map(|who| who.email_key().to_owned());
        let fresh: Vec<_> = fresh.zip(keys).collect();
        ctx.write(move |tx| async move {
            let find = tx.find::<access_link::Entity>().filter(access_link::Column::RequestId.eq(request_id));
            let there = find.order(access_link::Column::Id, Order::Asc).all().await?;
            if !there.is_empty() || until <= now {
                return Ok(there.into_iter().map(crate::store::Visible::into_inner).collect());
            }
            let fresh = still_there(&tx, fresh).await?;
            tx.insert_all::<access_link::Entity>(fresh.clone()).await?;
            Ok(fresh)
        })
        .await
    }
}
