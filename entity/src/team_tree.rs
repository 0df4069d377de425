//! The closure of the team tree: every team with each of its ancestors and itself.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::TeamId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "team_tree")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor_id: TeamId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub team_id: TeamId,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
