//! A link that lets one member or contact in, once. Several to one address, of as many accounts, answer one request.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccessLinkId, ContactId, Digest, LinkPurpose, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessLinkId,
    /// The asking that it answers.
    pub request_id: Uuid,
    pub purpose: LinkPurpose,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
    #[serde(skip_serializing)]
    pub token_hash: Digest,
    pub created_at: Time,
    pub expires_at: Time,
    /// When it was used, or ended otherwise.
    pub used_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
