//! An account, or one of its contacts, that is not surveyed for a while, and why.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, ContactId, ExclusionId, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "exclusion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExclusionId,
    pub account_id: AccountId,
    /// The whole account where there is none.
    pub contact_id: Option<ContactId>,
    pub reason: String,
    pub until_at: Time,
    pub by_id: Option<MemberId>,
    /// When it was taken back before its end.
    pub lifted_at: Option<Time>,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
