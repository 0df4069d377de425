//! A member who stands in for another for a while, and why.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CoverId, MemberId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cover")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CoverId,
    /// Who is away.
    pub member_id: MemberId,
    /// Who sees their accounts meanwhile.
    pub stand_in_id: MemberId,
    pub from_at: Time,
    /// The first instant at which it is over.
    pub until_at: Time,
    pub reason: String,
    pub by_id: Option<MemberId>,
    /// When it was taken back before its end.
    pub ended_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
