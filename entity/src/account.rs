//! A client company. `owner_id` and `team_id` are the kept scope; only ownership moves them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(deserialize_with = "crate::blank::unread")]
    pub id: AccountId,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name: String,
    /// Normalised by the store, sorted and searched by.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub name_key: String,
    pub domain: Option<String>,
    pub parent_id: Option<AccountId>,
    pub territory: Option<String>,
    pub industry: Option<String>,
    pub segment: Option<String>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub tier: Tier,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub lifecycle: Lifecycle,
    /// Minor units of the company's currency.
    pub annual_value: Option<i64>,
    /// `Day::NONE` where unknown.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub renewal_on: Day,
    /// 0 to 100, or -1 while unknown.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub health: i16,
    /// Null while unowned.
    pub owner_id: Option<MemberId>,
    /// The owner's team, or the one the account waits in.
    #[serde(deserialize_with = "crate::blank::unread")]
    pub team_id: TeamId,
    pub unowned_since: Option<Time>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub last_live_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub last_inbound_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub last_outbound_at: Time,
    pub source: Option<String>,
    pub reference: Option<String>,
    pub archived_at: Option<Time>,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub version: i32,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub created_at: Time,
    #[serde(deserialize_with = "crate::blank::unread")]
    pub updated_at: Time,
    /// The newest NPS answer, kept with every answer.
    pub latest_nps: Option<i16>,
    /// The account that this one was merged into.
    pub merged_into_id: Option<AccountId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
