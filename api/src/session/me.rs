//! Who the viewer is.

use async_graphql::SimpleObject;
use entity::{KeyId, contact, member};
use sea_orm::ColumnTrait;

use crate::{
    access::{Actor, Role},
    base::{Error, Result},
    contact::Contact,
    ctx::Ctx,
    member::Member,
};

/// Whoever asks.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct Me {
    /// What you are to the company.
    pub role: Role,
    /// You, as a member.
    pub member: Option<Member>,
    /// You, as a contact.
    pub contact: Option<Contact>,
    /// Your key, as an integration.
    pub key_id: Option<KeyId>,
    /// What your key allows.
    pub scopes: Vec<String>,
    /// Your first password is to be replaced.
    pub must_change_password: bool,
}

/// The viewer; one statement beside the one that says who they are.
pub async fn me(ctx: &Ctx) -> Result<Me> {
    let viewer = ctx.viewer();
    let mut me = Me {
        role: viewer.role,
        member: None,
        contact: None,
        key_id: None,
        scopes: viewer.keys.iter().map(ToString::to_string).collect(),
        must_change_password: viewer.must_change_password,
    };
    match viewer.actor {
        Actor::Member(id) => {
            let row = ctx.find::<member::Entity>().filter(member::Column::Id.eq(id)).one("member").await?;
            me.member = Some(row.into_inner().into());
        }
        Actor::Contact(id) => {
            let row = ctx.find::<contact::Entity>().filter(contact::Column::Id.eq(id)).one("contact").await?;
            me.contact = Some(row.into_inner().into());
        }
        Actor::Key(id) => me.key_id = Some(id),
        _ => return Err(Error::Unauthenticated("sign in first: send `Authorization: Bearer <access token>`")),
    }
    Ok(me)
}
