//! One opening of a survey link, by a person or a machine. Kept as it came, never counted as an answer.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccountId, InvitationId, Machine, Time, VisitId};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VisitId,
    pub invitation_id: InvitationId,
    pub account_id: AccountId,
    pub at: Time,
    /// Why it is held to be a machine's; none for a person's.
    pub machine: Option<Machine>,
    /// What the program called itself.
    pub agent: Option<String>,
    /// The score that the link carried.
    pub picked: Option<i16>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
