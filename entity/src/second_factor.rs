//! What a member proves beside their password: the secret shared with the app on their phone, sealed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Digest, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// Empty once it was stopped.
    #[serde(skip_serializing)]
    pub sealed: Digest,
    pub created_at: Time,
    /// When a first code has shown that the app has it; asked for from then on.
    pub confirmed_at: Option<Time>,
    /// The 30 seconds since 1970 of the last code taken; none of them or before is taken again.
    pub step: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
