//! A client company. `owner_id` and `team_id` are the kept scope; only ownership moves them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Day, Lifecycle, MemberId, TeamId, Tier, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub name: String,
    /// Normalised by the store, sorted and searched by.
    pub name_key: String,
    pub domain: Option<String>,
    pub parent_id: Option<AccountId>,
    pub territory: Option<String>,
    pub industry: Option<String>,
    pub segment: Option<String>,
    pub tier: Tier,
    pub lifecycle: Lifecycle,
    /// Minor units of the company's currency.
    pub annual_value: Option<i64>,
    /// `Day::NONE` where unknown.
    pub renewal_on: Day,
    /// 0 to 100, or -1 while unknown.
    pub health: i16,
    /// Null while unowned.
    pub owner_id: Option<MemberId>,
    /// The owner's team, or the one the account waits in.
    pub team_id: TeamId,
    pub unowned_since: Option<Time>,
    pub last_live_at: Time,
    pub last_inbound_at: Time,
    pub last_outbound_at: Time,
    pub source: Option<String>,
    pub reference: Option<String>,
    pub archived_at: Option<Time>,
    pub version: i32,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
