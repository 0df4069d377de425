//! One period during which one member owned one account, half-open. Appended and closed, never edited.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, MemberId, OwnershipId, OwnershipSource, TeamId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "ownership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OwnershipId,
    pub account_id: AccountId,
    pub member_id: MemberId,
    /// The owner's team in this period.
    pub team_id: TeamId,
    pub from_at: Time,
    pub until_at: Option<Time>,
    pub source: OwnershipSource,
    pub reason: Option<String>,
    pub by_id: Option<MemberId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
