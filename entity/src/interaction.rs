//! One entry of an account's timeline.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, Channel, ContactId, Direction, InteractionId, InteractionType, MemberId, Time};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "interaction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InteractionId,
    pub account_id: AccountId,
    pub kind: InteractionType,
    pub direction: Direction,
    pub channel: Channel,
    pub occurred_at: Time,
    pub member_id: Option<MemberId>,
    pub contact_id: Option<ContactId>,
    pub subject: String,
    pub body: Option<String>,
    pub customer_visible: bool,
    pub source: Option<String>,
    pub external_id: Option<String>,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
