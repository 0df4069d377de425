//! One sign-in of a member, a contact or an integration. Ending it ends every token of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{ContactId, KeyId, MemberId, SessionId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
    pub key_id: Option<KeyId>,
    pub created_at: Time,
    pub expires_at: Time,
    pub revoked_at: Option<Time>,
    /// Of the refresh token that is next; of those before none works.
    pub generation: i16,
    pub refreshed_at: Option<Time>,
    /// The program that signed in, as it called itself.
    pub agent: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
