//! A team at its place in the tree: a move starts a new place, so that figures know the tree of their day.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PlaceId, TeamId, Time};

#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "team_place")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlaceId,
    pub team_id: TeamId,
    /// Ids of the ancestors from the root down to the team itself, each followed by a slash.
    pub path: String,
    pub from_at: Time,
    pub until_at: Option<Time>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
